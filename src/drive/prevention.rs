//! What would have prevented it: the same seed and the same commands, with one thing changed from the start,
//! run again until the same operation has its answer. What was not tried is only called a should.

use std::sync::Arc;

use crate::{
    action::{ClientChange, Command, Guarantee, HintHolder, HintRules, Level, Means, ReadsFrom, Setting},
    base::{OpId, SimTime, Span},
    check::{Anomaly, AnomalyKind, Ledger},
    data::Conflicts,
    scenario::Scenario,
    sim::{Fact, Simulation},
};

use super::Timeline;

/// At most so many steps are run for one attempt, and so long past the anomaly.
const MAX_STEPS: u64 = 40_000;
const PATIENCE: Span = Span::secs(120);

/// One thing that might have been different, and the law by which it should have helped.
struct Change {
    words: String,
    law: &'static str,
    kind: Kind,
    told: Told,
}

/// When an attempt is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Always,
    /// Only where it helped: elsewhere nobody would have expected it to.
    IfItHelps,
}

enum Kind {
    Commands(Vec<Command>),
    Siblings,
}

/// What came of an attempt.
enum Trial {
    /// The anomaly did not come; what did.
    Prevented(String),
    Came,
    /// More steps than there is time for.
    TooLong,
    /// The change is refused here.
    Refused,
}

/// A sentence for each change that was tried.
pub(super) fn prevention(timeline: &Timeline, anomaly: &Anomaly) -> Vec<String> {
    let kind = anomaly.kind.name();
    let sentence = |change: Change| {
        let Change { words, law, .. } = &change;
        let trial = attempt(timeline, anomaly, &change.kind);
        if change.told == Told::IfItHelps && !matches!(trial, Trial::Prevented(_)) {
            return None;
        }
        match trial {
            Trial::Prevented(instead) => {
                Some(format!("Tried: the same run with {words}: no {kind} here; {instead}. The law: {law}."))
            }
            Trial::Came => Some(format!("Tried: the same run with {words}: it happens all the same.")),
            Trial::TooLong => {
                Some(format!("With {words} it should not happen: {law}. Not tried: the run is too long."))
            }
            Trial::Refused => None,
        }
    };
    changes(timeline.simulation(), anomaly).into_iter().filter_map(sentence).collect()
}

#[expect(clippy::too_many_lines, reason = "one arm for each kind of anomaly")]
fn changes(simulation: &Simulation, anomaly: &Anomaly) -> Vec<Change> {
    let settings = simulation.settings();
    let mut changes = Vec::new();
    let mut add = |words: &str, law, kind| {
        changes.push(Change { words: words.to_owned(), law, kind, told: Told::Always });
    };
    let leaderless = settings.primary().is_none() && settings.regions().is_none();
    let quorums = || {
        let (write, read) = (Setting::WriteLevel(Level::Quorum), Setting::ReadLevel(Level::Quorum));
        Kind::Commands(vec![Command::Set(write), Command::Set(read)])
    };
    match anomaly.kind {
        AnomalyKind::StaleRead if leaderless => {
            add("reads and writes at QUORUM", "R + W > N, so that read and write sets overlap", quorums());
        }
        AnomalyKind::StaleRead if settings.regions().is_none() => {
            let kind = Kind::Commands(vec![Command::Set(Setting::ReadsFrom(ReadsFrom::Primary))]);
            add("reads from the primary only", "the primary has every write that it acknowledged", kind);
        }
        AnomalyKind::Broken(guarantee) => {
            if let Some(client) = anomaly.client {
                let policy = simulation.client_policy(client);
                let promised = |other: &Guarantee| *other == guarantee || policy.promises(*other);
                let guarantees = Guarantee::ALL.into_iter().filter(promised).collect();
                let change = ClientChange {
                    guarantees: Some(guarantees),
                    by: Some(Means::Token),
                    ..ClientChange::default()
                };
                let name = &simulation.scenario().clients[usize::from(client.0)].name;
                let words = format!("{} promised to {name}, by token", guarantee.name().replace('_', " "));
                let law = "a replica that lacks what the session's token names may not serve it";
                add(&words, law, Kind::Commands(vec![Command::SetClient { client, change }]));
            }
            let on_reads = matches!(guarantee, Guarantee::ReadYourWrites | Guarantee::MonotonicReads);
            if leaderless && on_reads {
                add(
                    "reads and writes at QUORUM",
                    "R + W > N, so that read and write sets overlap",
                    quorums(),
                );
            }
        }
        AnomalyKind::LostWrite if leaderless && settings.conflicts == Conflicts::LastWriteWins => {
            let law = "concurrent writes stay side by side until somebody who has seen them writes";
            add("siblings instead of last write wins", law, Kind::Siblings);
        }
        AnomalyKind::LostWrite | AnomalyKind::SplitBrain if !leaderless => {
            let members = settings.primary().and_then(|policy| policy.groups.first());
            let others = members.map_or(1, |group| group.members.len() / 2);
            let others = u16::try_from(others).unwrap_or(u16::MAX);
            let commands = vec![Command::Set(Setting::MinReplicas(others))];
            let words = format!("writes only while {others} replicas follow");
            add(
                &words,
                "a primary that a majority has left takes no writes, once it notices",
                Kind::Commands(commands),
            );
            let commands = vec![Command::Set(Setting::WriteLevel(Level::Quorum))];
            add(
                "majority write concern",
                "what a majority has, every new primary has",
                Kind::Commands(commands),
            );
        }
        AnomalyKind::StaleRead
        | AnomalyKind::LostWrite
        | AnomalyKind::SplitBrain
        | AnomalyKind::Unavailable => {}
    }
    changes.extend(hints(simulation, anomaly));
    changes
}

/// Hinted handoff, where there is none and a copy that came late or never may be what was missing.
fn hints(simulation: &Simulation, anomaly: &Anomaly) -> Option<Change> {
    let settings = simulation.settings();
    let missing = match anomaly.kind {
        AnomalyKind::StaleRead | AnomalyKind::Broken(_) | AnomalyKind::LostWrite => true,
        AnomalyKind::SplitBrain | AnomalyKind::Unavailable => false,
    };
    if !missing || settings.leaderless().is_none_or(|rules| rules.hints.is_some()) {
        return None;
    }
    let rules = HintRules {
        window: Span::secs(3 * 3_600),
        holder: HintHolder::Coordinator,
        replay_every: Span::secs(1),
    };
    Some(Change {
        words: "hinted handoff (looked after every second)".into(),
        law: "what a replica could not be given is kept for it, and handed over once it is back",
        kind: Kind::Commands(vec![Command::Set(Setting::Hints(Some(rules)))]),
        told: Told::IfItHelps,
    })
}

/// A run beside the timeline.
struct Rerun {
    simulation: Simulation,
    ledger: Ledger,
    facts: Vec<Fact>,
    steps: u64,
}

impl Rerun {
    fn step(&mut self, limit: SimTime) -> bool {
        if self.steps == MAX_STEPS || self.simulation.next_at().is_none_or(|at| at > limit) {
            return false;
        }
        self.steps += 1;
        self.simulation.step(&mut self.facts);
        self.observe();
        true
    }

    fn give(&mut self, command: &Command) -> bool {
        let taken = self.simulation.apply(command, &mut self.facts).is_ok();
        self.observe();
        taken
    }

    fn observe(&mut self) {
        self.ledger.observe_all(&self.facts, &self.simulation);
        self.facts.clear();
    }

    fn is_open(&self, op: OpId) -> bool {
        self.ledger.client_of(op).is_some() && self.ledger.answered(op).is_none()
    }
}

fn attempt(timeline: &Timeline, anomaly: &Anomaly, kind: &Kind) -> Trial {
    let given = timeline.simulation();
    let mut scenario = Scenario::clone(given.scenario());
    let commands: &[Command] = match kind {
        Kind::Commands(commands) => commands,
        Kind::Siblings => {
            scenario.settings.conflicts = Conflicts::Siblings;
            &[]
        }
    };
    let simulation = Simulation::new(Arc::new(scenario), timeline.seed());
    let ledger = Ledger::new(&simulation);
    let mut run = Rerun { simulation, ledger, facts: Vec::new(), steps: 0 };
    for command in commands {
        if !run.give(command) {
            return Trial::Refused;
        }
    }
    for logged in timeline.log().iter().take_while(|logged| logged.at.step < anomaly.at.step) {
        while run.step(logged.at.at) {}
        run.simulation.rest_until(logged.at.at);
        // What this run refuses did not happen in it.
        run.give(&logged.command);
    }
    while run.step(anomaly.at.at) {}
    let until = anomaly.at.at + PATIENCE;
    let waits = |run: &Rerun| match anomaly.op {
        Some(op) => run.is_open(op),
        None => !run.simulation.settled(),
    };
    while waits(&run) && run.step(until) {}
    if run.steps == MAX_STEPS {
        return Trial::TooLong;
    }
    judge(&run, anomaly)
}

/// Whether the same has gone wrong in the other run; for an operation, in the same operation.
fn judge(run: &Rerun, anomaly: &Anomaly) -> Trial {
    let same = |other: &Anomaly| {
        other.kind == anomaly.kind
            && match anomaly.op.filter(|_| anomaly.kind != AnomalyKind::SplitBrain) {
                Some(op) => other.op == Some(op),
                None => other.key == anomaly.key || anomaly.kind == AnomalyKind::SplitBrain,
            }
    };
    let log = run.ledger.anomalies();
    if log.iter().any(|other| same(other)) {
        return Trial::Came;
    } else if log.iter().next().is_some_and(|first| first.number > 1) {
        // It may be among what the log no longer remembers.
        return Trial::TooLong;
    }
    let failed = run.ledger.tally.refused + run.ledger.tally.timed_out;
    let price = match failed {
        0 => "every operation was served".to_owned(),
        1 => "one operation came to nothing instead".to_owned(),
        failed => format!("{failed} operations came to nothing instead"),
    };
    let until = run.simulation.position().at;
    let read = run.ledger.last_read.as_ref().filter(|read| Some(read.op) == anomaly.op);
    match (read, anomaly.op) {
        (Some(read), _) => {
            let values: Vec<String> = read.found.versions().iter().map(|v| v.value.to_string()).collect();
            let value = if values.is_empty() { "nothing".to_owned() } else { values.join(" and ") };
            let waited = read.at.at.since(anomaly.at.at);
            let late = if waited == Span::ZERO { String::new() } else { format!(", {waited} later") };
            Trial::Prevented(format!("the read returned {value}{late}, and {price}"))
        }
        (None, _) => Trial::Prevented(format!("{price}, up to {until}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drive;

    /// What is told of the first stale read of a script that is played in a cluster whose third member is cut off
    /// while x = 1 is written.
    fn told(then: &str) -> Vec<String> {
        let yaml = format!(
            "
title: A copy dies at the wall
cluster: {{replicas: [a, b, c], replication: {{leaderless: {{n: 3, write: one, read: one, timeout: 1s}}}}}}
network: {{latency: 20ms}}
clients: [{{name: ann, at: a}}, {{name: bob, at: c}}]
data: {{x: 0}}
script:
  - isolate: c
  - write: {{by: ann, key: x, value: 1}}
  - pause: 2s
{then}"
        );
        let scenario = Scenario::from_text("test.yaml", yaml.as_bytes())
            .unwrap_or_else(|problems| panic!("{problems:?}"));
        let seed = scenario.seed;
        let timeline = drive::run(&Arc::new(scenario), seed, |_, _| {}).timeline;
        let log = timeline.ledger().anomalies();
        let stale = log.of(AnomalyKind::StaleRead).expect("a stale read");
        prevention(&timeline, &stale.first)
    }

    #[test]
    fn hints_are_told_of_where_they_would_have_helped_and_nowhere_else() {
        let read = "  - read: {by: bob, key: x}\n";
        let hints = |told: &[String]| told.iter().filter(|line| line.contains("hinted handoff")).count();
        let healed = told(&format!("  - heal: all\n  - pause: 5s\n{read}"));
        assert_eq!(hints(&healed), 1, "{healed:#?}");
        assert!(healed.iter().any(|line| line.contains("the read returned 1")), "{healed:#?}");
        let behind_the_wall = told(read);
        assert_eq!(hints(&behind_the_wall), 0, "{behind_the_wall:#?}");
    }
}
