//! Pictures of the screen with their styles, in states worth seeing, and what holds for all of them.

use crate::{
    action::{
        Elsewhere, Failover, FailureDetector, HintRules, Monitors, PrimaryPolicy, Protocol, TombstoneRules,
    },
    base::{NodeId, Span},
    data::Conflicts,
    net::{Delay, LinkProfile, Network},
    scenario::{Choice, ClientSpec, Deed, Scenario, Step, Timing},
    tui::theme::{ASCII, Depth, Kind},
};

use super::stage::{Stage, favourite_colour, rows};

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
        ("operation", Stage::after(3, "w|2r⇥⇥⇥⏎")),
        ("question", with(lesson(), "nnb++++a++b")),
        ("big", Stage::after(3, "bw|")),
        ("big-split", Stage::after(3, "b2pw1w|")),
        ("big-why", Stage::after(3, "w|2reb")),
        ("big-down", Stage::after(5, "bwc2z|")),
        ("big-many", Stage::after(64, "bw||5")),
    ]
}

#[test]
fn the_screen_looks_right_on_the_projector() {
    for (name, mut stage) in states() {
        insta::assert_snapshot!(format!("{name}-80x24"), stage.picture(80, 24));
    }
}

#[test]
fn the_screen_looks_right_at_other_sizes() {
    for (name, mut stage) in states() {
        match name {
            "stale-read" | "siblings" | "tiles" | "help" | "operation" => {
                insta::assert_snapshot!(format!("{name}-60x18"), stage.picture(60, 18));
            }
            "split" | "down-and-frozen" | "hints" | "lagging" | "split-brain" | "knobs" | "operations"
            | "space-time" | "big" | "big-split" | "ring" | "zones" => {
                insta::assert_snapshot!(format!("{name}-120x36"), stage.picture(120, 36));
            }
            _ => {}
        }
        if matches!(
            name,
            "ring"
                | "zones"
                | "siblings"
                | "why"
                | "hints"
                | "split-brain"
                | "knobs"
                | "operations"
                | "space-time"
                | "metrics"
                | "big-split"
        ) {
            insta::assert_snapshot!(format!("{name}-200x55"), stage.picture(200, 55));
        }
    }
}

const SIZES: [(u16, u16); 4] = [(60, 18), (80, 24), (120, 36), (200, 55)];

#[test]
fn every_theme_and_depth_shows_the_same_text() {
    for (name, mut stage) in states() {
        for (width, height) in SIZES {
            stage.theme(Kind::Dark, Depth::True);
            let text = stage.text(width, height);
            for kind in Kind::ALL {
                for depth in Depth::ALL {
                    stage.theme(kind, depth);
                    assert_eq!(stage.text(width, height), text, "{name} in {kind:?} at {depth:?}");
                }
            }
        }
    }
}

#[test]
fn without_colours_bold_and_reverse_remain() {
    use ratatui::style::{Color, Modifier};
    for (name, mut stage) in states() {
        for kind in Kind::ALL {
            stage.theme(kind, Depth::None);
            let buffer = stage.buffer(80, 24);
            for cell in &buffer.content {
                assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{name} in {kind:?}");
            }
            let modifiers = buffer.content.iter().fold(Modifier::empty(), |all, cell| all | cell.modifier);
            assert!(modifiers.contains(Modifier::BOLD), "{name} in {kind:?}");
        }
    }
    let mut stage = Stage::after(3, "w|");
    stage.theme(Kind::Dark, Depth::None);
    let reversed = |cell: &ratatui::buffer::Cell| cell.modifier.contains(Modifier::REVERSED);
    assert!(stage.buffer(80, 24).content.iter().any(reversed), "DIVERGED stands out without colour");
}

#[test]
fn the_ascii_set_shows_nothing_beyond_ascii() {
    for (name, mut stage) in states() {
        if matches!(name, "siblings" | "session" | "zones") {
            // Its names are people's own.
            continue;
        }
        stage.glyphs(&ASCII);
        for (width, height) in SIZES {
            for row in rows(&stage.buffer(width, height)) {
                assert!(row.is_ascii(), "{name} at {width}x{height}: {row}");
            }
        }
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
