//! What clients were told, and what that says about the promises made to them.

use std::sync::Arc;

use super::{Answered, Asked, Ledger, MAX_ANSWERED, MAX_EVIDENCE, ReadRecord};
use crate::{
    action::{Act, Guarantee},
    base::{OpId, Position},
    check::Evidence,
    data::{Held, Version},
    sim::{Outcome, Simulation},
};

impl Ledger {
    pub(super) fn follow_answer(
        &mut self,
        op: OpId,
        outcome: &Outcome,
        at: Position,
        simulation: &Simulation,
    ) {
        let Some(asked) = self.open.remove(op) else { return };
        let conflicts = simulation.settings().conflicts_of(asked.key);
        let ledger = &mut self.keys[asked.key.index()];
        match &asked.version {
            Some(version) => ledger.answered(version.id),
            None if *asked.act == Act::Read => ledger.read_ended(),
            None => {}
        }
        if outcome.is_refusal() {
            self.tally.refused += 1;
        }
        self.watch_availability(op, &asked, outcome, at, simulation);
        match outcome {
            Outcome::Written(write) | Outcome::Waited { write, .. } => {
                self.tally.writes += 1;
                self.keys[asked.key.index()].acked(*write, at.at);
                if let Some(version) = &asked.version {
                    self.sessions[usize::from(asked.client.0)].wrote(version, conflicts);
                    self.order.wrote(asked.client, version, conflicts);
                }
            }
            Outcome::Found(held) => self.follow_read(op, &asked, held, at, simulation),
            Outcome::TimedOut { .. } | Outcome::CoordinatorCrashed => self.tally.timed_out += 1,
            Outcome::Unavailable { .. }
            | Outcome::NoReplicas { .. }
            | Outcome::NotPrimary { .. }
            | Outcome::ConditionFailed { .. }
            | Outcome::Throttled { .. }
            | Outcome::CoordinatorDown
            | Outcome::NotFresh(_) => {}
        }
        let staleness = match (outcome, &self.last_read) {
            (Outcome::Found(_), Some(read)) => read.staleness.clone(),
            _ => None,
        };
        if self.answered.len() == MAX_ANSWERED {
            self.answered.pop_front();
        }
        let Asked { client, node, key, act, at: asked_at, .. } = asked;
        self.answered.push_back(Answered {
            op,
            client,
            node,
            key,
            act,
            at: asked_at.at,
            answered: at.at,
            staleness,
        });
    }

    pub(super) fn follow_read(
        &mut self,
        op: OpId,
        asked: &Asked,
        held: &Held,
        at: Position,
        simulation: &Simulation,
    ) {
        let conflicts = simulation.settings().conflicts_of(asked.key);
        let staleness = self.keys[asked.key.index()].staleness(held, asked.acks);
        self.keys[asked.key.index()].judge_atomicity(held, (asked.acks, asked.at.at), at);
        self.tally.reads += 1;
        self.tally.stale_reads += u64::from(staleness.is_some());
        if let Some(staleness) = &staleness {
            self.log_stale_read(op, asked, held, staleness, at, simulation);
        }
        let mut broken: Vec<(Guarantee, Arc<Version>)> = Vec::new();
        for guarantee in [Guarantee::ReadYourWrites, Guarantee::MonotonicReads] {
            let Some(owed) = asked.owed.as_ref().filter(|owed| owed.bears_on(guarantee)) else {
                continue;
            };
            let observed = self.guarantees.entry((asked.client, guarantee)).or_default();
            observed.times += 1;
            if let Some(missed) = owed.missed(guarantee, held, conflicts) {
                observed.broken += 1;
                broken.push((guarantee, Arc::clone(missed)));
                if observed.first.len() < MAX_EVIDENCE {
                    let client = &simulation.scenario().clients[usize::from(asked.client.0)].name;
                    let text = violation(guarantee, client, &simulation.keys()[asked.key.index()], held);
                    observed.first.push(Evidence { at, text });
                }
            }
        }
        for (guarantee, missed) in broken {
            self.log_broken_read((op, asked), guarantee, held, &missed, at, simulation);
        }
        self.watch.glimpse(asked.client, held, at);
        self.sessions[usize::from(asked.client.0)].read(asked.key, held, conflicts);
        self.order.read(asked.client, held, conflicts);
        let shown = self.order.shown((asked.client, asked.node), held, at, simulation);
        self.note(shown);
        let (client, node, key, found) = (asked.client, asked.node, asked.key, held.clone());
        self.last_read = Some(ReadRecord { op, client, node, key, found, staleness, at });
    }
}

fn violation(guarantee: Guarantee, client: &str, key: &str, held: &Held) -> String {
    let values: Vec<String> = held.versions().iter().map(|v| format!("{} ({})", v.value, v.id)).collect();
    let found = if values.is_empty() { "nothing".to_owned() } else { values.join(", ") };
    match guarantee {
        Guarantee::ReadYourWrites => {
            format!("{client} read {key} = {found}, which misses {client}'s own write")
        }
        Guarantee::MonotonicReads => {
            format!("{client} read {key} = {found}, older than what {client} read before")
        }
        Guarantee::MonotonicWrites | Guarantee::WritesFollowReads => format!("{client} read {key} = {found}"),
    }
}
