//! A chart tells what happened, whether it is looked at from the present or from the past; a cone agrees with following
//! every path.

use std::{collections::BTreeSet, sync::Arc};

use super::*;
use crate::{
    action::{Act, Ask, Command, Context},
    base::{KeyId, Seed, Span},
    data::Value,
    drive::{Cause, Timeline},
    net::CutShape,
    scenario::Scenario,
};

const KEY: KeyId = KeyId(0);

/// Three replicas a second apart: green at the first, a cut, red beyond it, healed; what follows.
fn timeline() -> Timeline {
    let mut scenario = Scenario::of(3);
    scenario.keys = vec!["colour".into()];
    scenario.initial = vec![(KEY, Value::text("blue"))];
    let delay = crate::net::Delay::Fixed(Span::millis(500));
    scenario.network = crate::net::Network::new(3, crate::net::LinkProfile::plain(delay));
    scenario.settings.anti_entropy = Some(crate::action::AntiEntropy {
        every: Span::secs(1),
        style: crate::action::Style::PushPull,
        fan_out: 1,
        digest: crate::action::Digest::Full,
    });
    let mut timeline = Timeline::new(Arc::new(scenario), Seed(7));
    let mut give = |seconds: u64, command: Command| {
        timeline.advance_to(SimTime(seconds * 1_000_000_000));
        timeline.apply(command, Cause::Key("k".into())).expect("accepted");
    };
    let write = |node: u16, value: &str| {
        let value = Value::text(value);
        Command::Submit(ask(node, Act::Write { value, context: Context::Last, stamp: None }))
    };
    give(1, write(0, "green"));
    give(2, Command::Cut { name: None, shape: CutShape::Isolate(NodeId(2)) });
    give(3, write(2, "red"));
    give(4, Command::Submit(ask(1, Act::Read)));
    give(5, Command::Crash(NodeId(1)));
    give(6, Command::Heal(crate::action::Mend::All));
    give(7, Command::Restart(NodeId(1)));
    give(9, Command::Submit(ask(2, Act::Read)));
    timeline.advance_to(SimTime(12_000_000_000));
    timeline
}

fn ask(node: u16, act: Act) -> Ask {
    Ask { client: ClientId(0), at: Some(NodeId(node)), key: KEY, act, level: None, wait: None }
}

const WINDOW: (SimTime, SimTime) = (SimTime(0), SimTime(12_000_000_000));

#[test]
fn the_chart_is_the_same_from_the_present_and_from_anywhere_in_the_past() {
    let mut timeline = timeline();
    let present = Chart::of(&timeline, WINDOW, KEY);
    assert!(!present.spots.is_empty() && present.arrows.len() > 6 && present.calls.len() == 4, "{present:?}");
    for seconds in [11, 8, 5, 2, 0] {
        timeline.seek_time(SimTime(seconds * 1_000_000_000));
        assert_eq!(Chart::of(&timeline, WINDOW, KEY), present, "seen from {seconds} s");
    }
}

#[test]
fn a_window_in_the_middle_tells_the_same_of_its_stretch() {
    let mut timeline = timeline();
    let whole = Chart::of(&timeline, WINDOW, KEY);
    timeline.seek_time(SimTime(9_000_000_000));
    let window = (SimTime(4_000_000_000), SimTime(8_000_000_000));
    let part = Chart::of(&timeline, window, KEY);
    let inside = |spot: &&Spot| spot.at.at >= window.0 && spot.at.at <= window.1;
    let told: Vec<&String> = whole.spots.iter().filter(inside).map(|spot| &spot.text).collect();
    assert_eq!(part.spots.iter().map(|spot| &spot.text).collect::<Vec<_>>(), told);
    assert_eq!(part.known, window);
    let kinds = |chart: &Chart| chart.bars.iter().map(|bar| bar.kind.clone()).collect::<Vec<_>>();
    assert_eq!(kinds(&part), kinds(&whole), "the cut began before and ended within");
}

#[test]
fn lanes_show_what_each_replica_held() {
    let chart = Chart::of(&timeline(), WINDOW, KEY);
    let held = |node: usize| -> Vec<&str> {
        chart.holdings[node].iter().map(|holding| holding.value.as_deref().unwrap_or("nothing")).collect()
    };
    assert_eq!(held(0), ["blue", "green", "red"]);
    assert_eq!(held(1), ["blue", "green", "red"]);
    assert_eq!(held(2), ["blue", "green", "red"]);
}

#[test]
fn a_cone_is_what_following_every_path_finds() {
    let chart = Chart::of(&timeline(), WINDOW, KEY);
    for spot in &chart.spots {
        let cone = Cone::of(&chart, spot.node, spot.order);
        let here = (spot.node, spot.order);
        for other in &chart.spots {
            let there = (other.node, other.order);
            let expected = match (leads(&chart, there, here), leads(&chart, here, there)) {
                (true, true) => Relation::Here,
                (true, false) => Relation::Past,
                (false, true) => Relation::Future,
                (false, false) => Relation::Concurrent,
            };
            assert_eq!(cone.place(other.node, other.order), expected, "{other:?} seen from {spot:?}");
        }
    }
    let all: BTreeSet<u8> = chart
        .spots
        .iter()
        .flat_map(|one| chart.spots.iter().map(move |two| (one, two)))
        .map(|(one, two)| Cone::of(&chart, one.node, one.order).place(two.node, two.order) as u8)
        .collect();
    assert_eq!(all.len(), 4, "the run has all four relations");
}

/// Whether a path leads from one place to the other: on along a lane, over messages, and through clients.
fn leads(chart: &Chart, from: (NodeId, u32), to: (NodeId, u32)) -> bool {
    let mut seen: BTreeSet<(NodeId, u32)> = BTreeSet::new();
    let mut open = vec![from];
    while let Some((node, order)) = open.pop() {
        if node == to.0 && order <= to.1 {
            return true;
        }
        if !seen.insert((node, order)) {
            continue;
        }
        for arrow in &chart.arrows {
            if let Some((ended, Fate::Delivered)) = arrow.ended
                && arrow.from == node
                && arrow.sent.order >= order
            {
                open.push((arrow.to, ended.order));
            }
        }
        for call in &chart.calls {
            let Some(answer) = &call.answered else { continue };
            if answer.node != node || answer.at.order < order {
                continue;
            }
            let later = chart
                .calls
                .iter()
                .filter(|later| later.client == call.client && later.asked.order >= answer.at.order);
            open.extend(later.map(|later| (later.node, later.asked.order)));
        }
    }
    false
}
