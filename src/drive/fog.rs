//! Fog of war: what one replica can know at the playhead, and nothing else.

use crate::{
    base::{KeyId, NodeId, SimTime},
    data::Held,
    sim::MOST_LISTENERS,
};

use super::Timeline;

/// The world as one replica knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fog {
    /// Whose knowledge it is.
    pub by: NodeId,
    /// By replica; of itself nothing is heard. Or why it cannot be told.
    pub known: Result<Vec<Known>, &'static str>,
}

/// What it knows of another one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Known {
    /// When the last message of that one came.
    pub heard: Option<SimTime>,
    /// When that one last said something of the focused key, and what.
    pub said: Option<(SimTime, Held)>,
}

impl Fog {
    pub(super) fn of(timeline: &Timeline, by: NodeId, focus: KeyId) -> Self {
        let simulation = timeline.simulation();
        let count = simulation.scenario().replicas.len();
        let known = if simulation.settings().primary().is_some() {
            Err("members of a replica set tell each other places in a log, not what they hold")
        } else if count > MOST_LISTENERS {
            Err("there are too many replicas to keep in mind what each heard of each")
        } else {
            let known = |other: NodeId| {
                let heard = simulation.heard(by, other);
                let said = heard.and_then(|heard| heard.said.get(&focus)).cloned();
                Known { heard: heard.map(|heard| heard.at), said }
            };
            Ok((0..count).map(NodeId::at).map(known).collect())
        };
        Self { by, known }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        action::{Act, Ask, Command, Context, Mend},
        base::{ClientId, Seed, Span},
        data::Value,
        drive::Cause,
        net::{CutShape, Delay, LinkProfile, Network},
        scenario::Scenario,
    };

    const KEY: KeyId = KeyId(0);

    /// Three replicas that hold blue, two seconds apart, without gossip.
    fn timeline() -> Timeline {
        let mut scenario = Scenario::of(3);
        scenario.keys = vec!["colour".into()];
        scenario.initial = vec![(KEY, Value::text("blue"))];
        scenario.network = Network::new(3, LinkProfile::plain(Delay::Fixed(Span::secs(2))));
        scenario.settings.anti_entropy = None;
        Timeline::new(Arc::new(scenario), Seed(1))
    }

    fn give(timeline: &mut Timeline, command: Command) {
        timeline.apply(command, Cause::Program).expect("accepted");
    }

    fn write(timeline: &mut Timeline, at: u16, value: &str) {
        let act = Act::Write { value: Value::text(value), context: Context::Last, stamp: None };
        let (client, at) = (ClientId(0), Some(NodeId(at)));
        give(timeline, Command::Submit(Ask { client, at, key: KEY, act, level: None, wait: None }));
    }

    fn pass(timeline: &mut Timeline, seconds: u64) {
        let to = timeline.position().at + Span::secs(seconds);
        timeline.advance_to(to);
    }

    /// When, in seconds, and what the first replica last heard of `other`.
    fn known(timeline: &Timeline, other: usize) -> (Option<u64>, Option<(u64, String)>) {
        let fog = Fog::of(timeline, NodeId(0), KEY);
        let known = fog.known.expect("leaderless")[other].clone();
        let seconds = |at: SimTime| at.0 / 1_000_000_000;
        let value = |held: &Held| held.versions()[0].value.to_string();
        (known.heard.map(seconds), known.said.map(|(at, held)| (seconds(at), value(&held))))
    }

    #[test]
    fn a_replica_cut_off_still_knows_only_the_old_value_of_the_others() {
        let mut timeline = timeline();
        pass(&mut timeline, 1);
        assert_eq!(known(&timeline, 1), (None, None), "it never heard of anybody");
        write(&mut timeline, 0, "green");
        pass(&mut timeline, 3);
        assert_eq!(known(&timeline, 1), (None, None), "they have it, and it cannot know");
        pass(&mut timeline, 1);
        let green = (Some(5), Some((5, "green".to_owned())));
        assert_eq!((known(&timeline, 1), known(&timeline, 2)), (green.clone(), green.clone()));

        give(&mut timeline, Command::Cut { name: None, shape: CutShape::Isolate(NodeId(0)) });
        write(&mut timeline, 1, "red");
        pass(&mut timeline, 10);
        let held = timeline.simulation().held(NodeId(2), KEY).versions()[0].value.to_string();
        assert_eq!(held, "red", "so it is");
        assert_eq!((known(&timeline, 1), known(&timeline, 2)), (green.clone(), green.clone()));

        give(&mut timeline, Command::Heal(Mend::All));
        write(&mut timeline, 2, "pink");
        pass(&mut timeline, 2);
        assert_eq!(known(&timeline, 2), (Some(17), Some((17, "pink".to_owned()))));
        assert_eq!(known(&timeline, 1), green, "nobody told it of that one");
    }

    #[test]
    fn knowledge_is_rewound_with_the_run_and_gone_with_the_process() {
        let mut timeline = timeline();
        write(&mut timeline, 1, "green");
        pass(&mut timeline, 2);
        let told = (Some(2), Some((2, "green".to_owned())));
        assert_eq!(known(&timeline, 1), told);
        timeline.seek_time(SimTime(Span::secs(1).0));
        assert_eq!(known(&timeline, 1), (None, None));
        timeline.seek_time(SimTime(Span::secs(2).0));
        assert_eq!(known(&timeline, 1), told);
        give(&mut timeline, Command::Crash(NodeId(0)));
        give(&mut timeline, Command::Restart(NodeId(0)));
        assert_eq!(known(&timeline, 1), (None, None));
    }
}
