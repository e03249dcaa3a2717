//! Fog of war: what one replica or one client can know at the playhead, and nothing else.

use crate::{
    base::{ClientId, KeyId, NodeId, SimTime},
    check::run_history::{RunHistory, RunOperation},
    data::Held,
    sim::{MOST_LISTENERS, Outcome},
};

use super::Timeline;

/// Whose knowledge it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knower {
    Replica(NodeId),
    Client(ClientId),
}

/// The world as one replica or one client knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fog {
    pub by: Knower,
    /// By replica; of itself a replica hears nothing. Or why it cannot be told.
    pub known: Result<Vec<Known>, &'static str>,
}

/// What is known of one replica.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Known {
    /// When the last message of that one came.
    pub heard: Option<SimTime>,
    /// When that one last said something of the focused key, and what.
    pub said: Option<Telling>,
}

/// Something that a replica said of the focused key.
#[derive(Debug, Clone, PartialEq)]
pub struct Telling {
    pub at: SimTime,
    pub how: Saying,
    pub held: Held,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saying {
    /// One replica to another: it holds this.
    Holds,
    /// To a client: what it read there.
    Answers,
    /// To a client: its write was done.
    Acknowledges,
}

impl Fog {
    pub(super) fn of(timeline: &Timeline, by: Knower, focus: KeyId) -> Self {
        let known = match by {
            Knower::Replica(node) => replica(timeline, node, focus),
            Knower::Client(client) => Ok(client_knows(timeline, client, focus)),
        };
        Self { by, known }
    }
}

fn replica(timeline: &Timeline, by: NodeId, focus: KeyId) -> Result<Vec<Known>, &'static str> {
    let simulation = timeline.simulation();
    let count = simulation.scenario().replicas.len();
    if simulation.settings().primary().is_some() {
        return Err("members of a replica set tell each other places in a log, not what they hold");
    }
    if count > MOST_LISTENERS {
        return Err("there are too many replicas to keep in mind what each heard of each");
    }
    let known = |other: NodeId| {
        let heard = simulation.heard(by, other);
        let said = heard.and_then(|heard| heard.said.get(&focus)).cloned();
        let said = said.map(|(at, held)| Telling { at, how: Saying::Holds, held });
        Known { heard: heard.map(|heard| heard.at), said }
    };
    Ok((0..count).map(NodeId::at).map(known).collect())
}

/// From the answers to its own operations, as far as they are remembered: a client hears nothing else.
fn client_knows(timeline: &Timeline, client: ClientId, focus: KeyId) -> Vec<Known> {
    let mut all = vec![Known::default(); timeline.simulation().scenario().replicas.len()];
    let RunHistory { operations, .. } = timeline.history();
    let mut answered: Vec<&RunOperation> = operations
        .iter()
        .filter(|operation| operation.client == client && operation.returned.is_some())
        .collect();
    answered.sort_by_key(|operation| operation.returned.map(|point| point.order));
    for operation in answered {
        let (Some(by), Some(at)) = (operation.contacts.last(), operation.returned) else { continue };
        let Some(answer) = operation.answer.as_ref().filter(|answer| is_of_a_replica(answer)) else {
            continue;
        };
        let known = &mut all[by.index()];
        known.heard = Some(at.at.at);
        if operation.key == focus {
            known.said = said(operation, answer, at.at.at).or(known.said.take());
        }
    }
    all
}

fn said(operation: &RunOperation, answer: &Outcome, at: SimTime) -> Option<Telling> {
    match answer {
        Outcome::Found(held) => Some(Telling { at, how: Saying::Answers, held: held.clone() }),
        Outcome::Written(_) | Outcome::Waited { .. } => {
            let held = Held::One(operation.accepted.as_ref()?.version.clone());
            Some(Telling { at, how: Saying::Acknowledges, held })
        }
        Outcome::Unavailable { .. }
        | Outcome::NoReplicas { .. }
        | Outcome::NotPrimary { .. }
        | Outcome::ConditionFailed { .. }
        | Outcome::Throttled { .. }
        | Outcome::NotFresh(_)
        | Outcome::CoordinatorDown
        | Outcome::TimedOut { .. }
        | Outcome::CoordinatorCrashed => None,
    }
}

/// Whether the replica that was asked said it: silence tells nothing of who is silent.
fn is_of_a_replica(answer: &Outcome) -> bool {
    match answer {
        Outcome::Found(_)
        | Outcome::Written(_)
        | Outcome::Waited { .. }
        | Outcome::Unavailable { .. }
        | Outcome::NoReplicas { .. }
        | Outcome::NotPrimary { .. }
        | Outcome::ConditionFailed { .. }
        | Outcome::Throttled { .. }
        | Outcome::NotFresh(_) => true,
        Outcome::CoordinatorDown | Outcome::TimedOut { .. } | Outcome::CoordinatorCrashed => false,
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
        let fog = Fog::of(timeline, Knower::Replica(NodeId(0)), KEY);
        let known = fog.known.expect("leaderless")[other].clone();
        let seconds = |at: SimTime| at.0 / 1_000_000_000;
        let value = |held: &Held| held.versions()[0].value.to_string();
        (known.heard.map(seconds), known.said.map(|said| (seconds(said.at), value(&said.held))))
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

    #[test]
    fn a_client_knows_what_it_was_answered_and_by_whom() {
        let mut timeline = timeline();
        let known = |timeline: &Timeline| {
            let fog = Fog::of(timeline, Knower::Client(ClientId(0)), KEY);
            let value = |said: Telling| (said.how, said.held.versions()[0].value.to_string());
            let known = fog.known.expect("clients know");
            known.into_iter().map(|known| known.said.map(value)).collect::<Vec<_>>()
        };
        assert_eq!(known(&timeline), [None, None, None]);
        write(&mut timeline, 0, "green");
        let took = Some((Saying::Acknowledges, "green".to_owned()));
        assert_eq!(known(&timeline), [took.clone(), None, None]);
        let read = Ask {
            client: ClientId(0),
            at: Some(NodeId(1)),
            key: KEY,
            act: Act::Read,
            level: None,
            wait: None,
        };
        give(&mut timeline, Command::Submit(read));
        let blue = Some((Saying::Answers, "blue".to_owned()));
        assert_eq!(known(&timeline), [took.clone(), blue.clone(), None]);
        pass(&mut timeline, 10);
        assert_eq!(known(&timeline), [took, blue, None], "green is everywhere, and nobody told it");
    }
}
