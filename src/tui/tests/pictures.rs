//! Pictures of the screen with their styles, in states worth seeing, and what holds for all of them.

use std::collections::BTreeSet;

use crate::{
    action::{
        Elsewhere, Failover, FailureDetector, HintRules, Monitors, PrimaryPolicy, Protocol, TombstoneRules,
    },
    base::{NodeId, Span},
    data::Conflicts,
    net::{Delay, LinkProfile, Network},
    scenario::{Choice, ClientSpec, Deed, Scenario, Step, Timing},
    tui::ui::{Fog, Layout, Overlay, View},
};

use super::stage::{Stage, favourite_colour};

/// Three sides of the ocean, two clients, siblings, a wrong clock, long names and wide values.
pub(super) fn crowded() -> Scenario {
    let mut scenario = favourite_colour(5);
    let zones = ["europe", "europe", "north-america-east-1", "asia", "asia"];
    for (replica, zone) in scenario.replicas.iter_mut().zip(zones) {
        replica.zone = Some(zone.into());
    }
    scenario.replicas[3].name = "tokyo-千代田区-rack-17".into();
    scenario.replicas[1].skew = 2_000_000_000;
    scenario.settings.conflicts = Conflicts::Siblings;
    scenario.clients = vec![ClientSpec::at("alice", NodeId(0)), ClientSpec::at("bob", NodeId(3))];
    scenario
}

/// Writes for whoever is away are kept for it; nothing else repairs.
pub(super) fn hinting() -> Scenario {
    let mut scenario = favourite_colour(3);
    scenario.settings.anti_entropy = None;
    let rules = HintRules { replay_every: Span::secs(3), ..HintRules::USUAL };
    scenario.settings.leaderless_mut().expect("leaderless").hints = Some(rules);
    scenario
}

/// A primary and two replicas; monitors beside each wait three seconds before they promote another.
pub(in crate::tui) fn monitored() -> Scenario {
    let mut scenario = favourite_colour(3);
    let places = (0..3).map(NodeId::at).collect();
    let mut policy = PrimaryPolicy::of(3);
    policy.writes_elsewhere = Elsewhere::Refuse;
    policy.failover = Failover::Monitors(Monitors { after: Span::secs(3), quorum: 2, places });
    scenario.settings.protocol = Protocol::Primary(Box::new(policy));
    scenario.settings.conflicts = Conflicts::LogOrder;
    scenario.settings.anti_entropy = None;
    scenario.network = Network::new(3, LinkProfile::plain(Delay::Fixed(Span::millis(200))));
    scenario
}

/// Each replica has an opinion of its own about the others, and forgets what was deleted after a minute.
pub(in crate::tui) fn opinionated() -> Scenario {
    let mut scenario = hinting();
    let policy = scenario.settings.leaderless_mut().expect("leaderless");
    policy.failure_detector = Some(FailureDetector { timeout: Span::secs(4), gossip_every: Span::secs(1) });
    policy.tombstones = Some(TombstoneRules { gc_grace: Span::secs(60), ..TombstoneRules::USUAL });
    scenario.network = Network::new(3, LinkProfile::plain(Delay::Fixed(Span::millis(200))));
    scenario
}

/// A preset that speaks and asks.
pub(in crate::tui) fn lesson() -> Scenario {
    let mut scenario = favourite_colour(3);
    let step = |deed| Step { timing: Timing::Next, deed, claim: None, line: 1, text: String::new() };
    let choice = |letter, text: &str| Choice { letter, text: text.into() };
    scenario.script = vec![
        step(Deed::Say(
            "Two customers edit one cart while the Atlantic link is down. Each side keeps answering: that is \
             availability, and its price is that the two sides now disagree."
                .into(),
        )),
        step(Deed::Predict {
            question: "What does a read at nyc return right now, before the wall is healed?".into(),
            choices: vec![choice('a', "blue"), choice('b', "green"), choice('c', "both, for the client to merge")],
        }),
        step(Deed::Say("It returns blue.".into())),
    ];
    scenario
}

/// A name, a stage.
pub(super) fn states() -> Vec<(&'static str, Stage)> {
    let with = |scenario, keys: &str| {
        let mut stage = Stage::new(scenario);
        stage.keys(keys);
        stage
    };
    vec![
        ("start", Stage::after(3, "")),
        ("stale-read", Stage::after(3, "w|2r")),
        ("why", Stage::after(3, "w|2re")),
        ("split", Stage::after(3, "2pw1w|")),
        ("lost", Stage::after(3, "2pw1w|||Pg||||||||||")),
        ("past", Stage::after(3, "w|2r,")),
        ("down-and-frozen", Stage::after(6, "wc2z|5x6")),
        ("siblings", with(crowded(), "2pw1w4W千代田区の値⏎|||P|||||3")),
        ("ring", Stage::after(5, "#2pw|")),
        ("zones", with(crowded(), "##5pw|")),
        ("tiles", Stage::after(64, "w||5")),
        ("heat-map", Stage::after(1_000, "w||5")),
        ("help", Stage::after(3, "?cut")),
        ("prompt", Stage::after(3, "Wgreen level=five⏎")),
        ("session", with(crowded(), "iwI⏎")),
        ("hints", with(hinting(), "3c1w|Wtea key=drink⏎|||")),
        ("opinions", with(opinionated(), "3p1D||||||||⏎")),
        ("lagging", with(monitored(), "3p1w||||")),
        ("split-brain", with(monitored(), "1pw||||||||2w|⏎")),
        ("knobs-primary", with(monitored(), "Kl")),
        ("knobs", Stage::after(3, "wKjll|")),
        ("space-time", Stage::after(3, "w|2r ||2pw1w|P||3r⇥")),
        ("metrics", Stage::after(3, "w|2r |||w1r||3pw|3r ||⇥⇥⇥⇥")),
        ("cause-and-effect", Stage::after(3, "w|2r ||||2w|3w||,2⇥⏎")),
        ("operations", Stage::after(3, "w|2r3r1p2w|1w|⇥⇥⇥")),
        ("events", Stage::after(3, "w|2r3p|Ploo1w⇥⇥")),
        ("details", with(crowded(), "2pw1w|3⇥⇥⇥⇥⇥")),
        ("operation", Stage::after(3, "w|2r⇥⇥⇥⏎")),
        ("question", with(lesson(), "nnb++++a++b")),
        ("compare", Stage::after(3, "Vread level all⏎w|2r| ||")),
        ("compare-branch", Stage::after(3, "w|| ,,2w|Bbeside⏎")),
        ("compare-split", with(crowded(), "Vwrite level all⏎2pw4W千代田区の値⏎|||")),
        ("fog", Stage::after(6, "2pw||1w3c|||1v")),
        ("fog-of-a-client", Stage::after(6, "2pw||1w3c|2r||1vv")),
        ("verdicts", Stage::after(3, "w|2rE")),
        ("verdicts-nothing-yet", Stage::after(3, "E")),
        ("palette", Stage::after(3, "w|:cut")),
        ("messages", Stage::after(6, "2pw|d")),
        ("surgery", Stage::after(3, "w|d⏎")),
        ("branches", Stage::after(3, "w|m||| ,,,2w|m|B")),
        ("groups", Stage::after(6, "2pw|G")),
        ("run-until", Stage::after(3, "wgg")),
        ("versus", Stage::after(3, "w|V")),
        ("big", Stage::after(3, "bw|")),
        ("big-split", Stage::after(3, "b2pw1w|")),
        ("big-why", Stage::after(3, "w|2reb")),
        ("big-down", Stage::after(5, "bwc2z|")),
        ("big-many", Stage::after(64, "bw||5")),
    ]
}

/// Each view, and the cluster in each of its layouts.
pub(super) fn arrangements() -> impl Iterator<Item = (View, Layout)> {
    let grid = View::ALL.map(|view| (view, Layout::Grid));
    grid.into_iter().chain([(View::Cluster, Layout::Ring), (View::Cluster, Layout::Zones)])
}

/// The sizes at which the picture is laid out anew.
pub(super) const TIERS: [(u16, u16); 4] = [(60, 18), (80, 24), (120, 36), (200, 55)];

/// The tiers at which a state is kept as a picture; on the projector each is.
fn tiers(name: &str) -> &'static [(u16, u16)] {
    match name {
        "stale-read" | "operation" => &TIERS[..2],
        "split" | "down-and-frozen" | "lagging" | "big" => &TIERS[1..3],
        "siblings" => &[(60, 18), (80, 24), (200, 55)],
        "why" => &[(80, 24), (200, 55)],
        "hints" | "split-brain" | "big-split" => &TIERS[1..],
        // What each view and layout looks like, and what is left of it with less room.
        "ring" | "zones" | "tiles" | "heat-map" | "knobs" | "operations" | "space-time" | "metrics"
        | "events" | "details" | "compare" | "fog" | "fog-of-a-client" | "messages" | "verdicts" => &TIERS,
        "help" | "palette" | "branches" | "groups" => &TIERS[..3],
        _ => &TIERS[1..2],
    }
}

/// What a stage has on its screen: a list or whatever else lies over it, else the view.
fn shown(stage: &Stage) -> String {
    let (ui, replicas) = (&stage.ui, stage.snapshot().view.replicas.len());
    match (&ui.overlay, ui.view) {
        (Overlay::Help(_), _) => "help".into(),
        (Overlay::Choice(purpose, _), _) => format!("{purpose:?}"),
        (Overlay::Prompt(_), _) => "a line".into(),
        (Overlay::Question, _) => "a question".into(),
        (Overlay::None, _) if ui.fog == Fog::OfReplica => "fog".into(),
        (Overlay::None, _) if ui.fog == Fog::OfClient => "fog of a client".into(),
        (Overlay::None, View::Cluster) => format!("{} of {replicas}", ui.layout.name()),
        (Overlay::None, view) => view.name().into(),
    }
}

#[test]
fn the_screen_looks_right_at_every_tier() {
    let mut seen = BTreeSet::new();
    for (name, mut stage) in states() {
        for (width, height) in tiers(name) {
            insta::assert_snapshot!(format!("{name}-{width}x{height}"), stage.picture(*width, *height));
            seen.insert((shown(&stage), (*width, *height)));
        }
    }
    let views =
        View::ALL.into_iter().filter(|view| *view != View::Cluster).map(|view| view.name().to_owned());
    let clusters = ["grid of 3", "ring of 5", "zones of 5", "grid of 64", "grid of 1000"];
    let others = ["fog", "fog of a client", "Messages", "Verdicts"];
    for what in views.chain(clusters.into_iter().chain(others).map(str::to_owned)) {
        for tier in TIERS {
            assert!(seen.contains(&(what.clone(), tier)), "no picture of {what} at {tier:?}");
        }
    }
    for list in [
        "help",
        "Palette",
        "Branch",
        "Groups",
        "Session",
        "Surgery",
        "RunUntil",
        "Versus",
        "a line",
        "a question",
    ] {
        assert!(seen.contains(&(list.to_owned(), (80, 24))), "no picture of {list}");
    }
}

#[test]
fn wide_characters_do_not_break_frames() {
    use unicode_width::UnicodeWidthStr;
    for keys in
        ["4W千代田区の値千代田区の値⏎|", "4W千代田区の値千代田区の値⏎|x", "4W千代田区の値千代田区の値⏎|?"]
    {
        let mut stage = Stage::new(crowded());
        stage.keys(keys);
        for (width, height) in [(60, 18), (61, 20), (80, 24), (81, 25), (120, 36), (121, 37)] {
            let buffer = stage.buffer(width, height);
            for y in 0..height {
                for x in 0..width - 1 {
                    let wide = buffer[(x, y)].symbol().width() > 1;
                    let next = buffer[(x + 1, y)].symbol();
                    assert!(!wide || next == " " || next.is_empty(), "{next:?} is hidden at {x},{y}");
                }
            }
        }
    }
}
