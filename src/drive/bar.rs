//! The whole line from its beginning to its head in a few points: which commands were given, what went wrong, where
//! branches part. For a bar of one row under a picture.

use std::sync::Arc;

use crate::base::{Position, SimTime};

use super::{Cause, Logged, Timeline, timeline::Branch};

/// The points of one line, each list in the order of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bar {
    /// The number of the line that they lie on: while it stays, so do the positions of its past.
    pub line: u64,
    /// Every command of the log, also those after the playhead, with the key that gave it.
    pub commands: Vec<(SimTime, Option<Arc<str>>)>,
    /// Everything that went wrong, as far as it is remembered.
    pub wrong: Vec<SimTime>,
    /// Where abandoned futures part from this line.
    pub partings: Vec<SimTime>,
}

impl Bar {
    pub(super) fn of(timeline: &Timeline) -> Self {
        let key = |cause: &Cause| match cause {
            Cause::Key(key) => Some(Arc::clone(key)),
            Cause::Script(_) | Cause::Program => None,
        };
        let commands = timeline.log().iter().map(|logged| (logged.at.at, key(&logged.cause))).collect();
        let wrong = timeline.known_anomalies().iter().map(|anomaly| anomaly.at.at).collect();
        let mut partings: Vec<SimTime> =
            timeline.branches().iter().map(|branch| parting_of(timeline, branch).at).collect();
        partings.sort_unstable();
        Self { line: timeline.line(), commands, wrong, partings }
    }
}

fn parting_of(timeline: &Timeline, branch: &Branch) -> Position {
    parting((timeline.log(), timeline.head()), (&branch.log, branch.head))
}

/// The last place that two lines of one run have in common, each given by its log and its head.
pub(super) fn parting(one: (&[Logged], Position), other: (&[Logged], Position)) -> Position {
    let common = one.0.iter().zip(other.0).take_while(|(a, b)| a == b).count();
    let leaves = |(log, head): (&[Logged], Position)| log.get(common).map_or(head, |logged| logged.at);
    leaves(one).min(leaves(other))
}

/// The last bar, drawn up anew only when something of it changes.
#[derive(Debug, Default)]
pub(super) struct Bars {
    /// The line, its commands, its branches, what went wrong.
    drawn_for: Option<(u64, usize, usize, u64)>,
    bar: Arc<Bar>,
}

impl Bars {
    pub(super) fn of(&mut self, timeline: &Timeline) -> Arc<Bar> {
        let wrong = timeline.known_anomalies().count();
        let now = Some((timeline.line(), timeline.log().len(), timeline.branches().len(), wrong));
        if self.drawn_for != now {
            self.drawn_for = now;
            self.bar = Arc::new(Bar::of(timeline));
        }
        Arc::clone(&self.bar)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        action::{Act, Ask, Command, Context},
        base::{ClientId, KeyId, NodeId, Seed, Span},
        data::Value,
        scenario::Scenario,
    };

    fn write(timeline: &mut Timeline, value: &str) {
        let ask = Ask {
            client: ClientId(0),
            at: Some(NodeId(0)),
            key: KeyId(0),
            act: Act::Write { value: Value::text(value), context: Context::Last, stamp: None },
            level: None,
            wait: None,
        };
        timeline.apply(Command::Submit(ask), Cause::Key("w".into())).expect("a free client");
    }

    fn seconds(count: u64) -> SimTime {
        SimTime(Span::secs(count).0)
    }

    #[test]
    fn commands_ahead_stay_and_a_branch_parts_where_its_first_other_command_falls() {
        let mut timeline = Timeline::new(Arc::new(Scenario::of(3)), Seed(1));
        let mut bars = Bars::default();
        for second in [10, 20, 30] {
            timeline.advance_to(seconds(second));
            write(&mut timeline, "green");
        }
        let times = |bar: &Bar| bar.commands.iter().map(|(at, _)| at.0 / 1_000_000_000).collect::<Vec<_>>();
        timeline.seek_time(seconds(15));
        let before = bars.of(&timeline);
        assert_eq!(times(&before), [10, 20, 30]);
        assert!(before.partings.is_empty() && before.commands[0].1.as_deref() == Some("w"));
        assert!(Arc::ptr_eq(&before, &bars.of(&timeline)), "nothing of it changed");

        write(&mut timeline, "red");
        let after = bars.of(&timeline);
        assert_eq!((times(&after), &after.partings[..]), (vec![10, 15], &[seconds(15)][..]));
        timeline.switch(0).expect("a branch");
        let back = bars.of(&timeline);
        assert_eq!((times(&back), &back.partings[..]), (vec![10, 20, 30], &[seconds(15)][..]));
    }
}
