//! One key's part of the ledger: its recent writes, who reflects them, and how many different contents its
//! replicas hold. Bounded: a write that every replica reflects is kept for a while and then forgotten.

use std::{collections::VecDeque, sync::Arc};

use crate::{
    base::{NodeId, Position, SimTime, WriteId},
    data::{Conflicts, Held, Relation, Version},
    sim::Death,
};

/// What is known of one write.
#[derive(Debug, Clone)]
pub struct Record {
    pub version: Arc<Version>,
    pub coordinator: NodeId,
    pub accepted: Position,
    /// Its place in the order of acknowledgements of its key, from 1, and when.
    pub acked: Option<(u64, SimTime)>,
    /// How many acknowledgements the key had seen when it was accepted.
    acks_before: u64,
    /// By node: when the replica first held it or something that supersedes it.
    pub reflected: Vec<Option<SimTime>>,
    missing: usize,
    /// When the last replica came to reflect it.
    pub consistent: Option<SimTime>,
    /// A later write was made on top of it.
    pub superseded: bool,
    /// A replica dropped it for this one, which stood so to it.
    pub dropped_for: Option<(WriteId, Relation, Position)>,
    /// Copies of it that never arrived: whither, how they ended, when.
    pub deaths: Vec<(NodeId, Death, SimTime)>,
}

/// An acknowledged write that nobody holds any more, though nothing was written on top of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    pub write: WriteId,
    pub value: String,
    pub coordinator: NodeId,
    /// What survived instead, how the survivor stands to the lost write, and where the first replica
    /// dropped it.
    pub dropped_for: Option<(WriteId, Relation, Position)>,
}

/// How far behind a value is (SEMANTICS §1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staleness {
    /// Steps of acknowledged writes that are newer; concurrent ones count as one step.
    pub versions: u64,
    /// When the first newer write was acknowledged.
    pub since: SimTime,
    /// The newer writes, by order of acknowledgement.
    pub missing: Vec<WriteId>,
}

/// Open writes are followed one by one up to here; past it the oldest are forgotten.
const MAX_OPEN: usize = 512;
/// So many writes are remembered after every replica reflects them: reads under way may still return what
/// they replaced.
const MAX_CLOSED: usize = 16;
/// So many dead copies of one write are remembered.
const MAX_DEATHS: usize = 64;

#[derive(Debug, Clone)]
pub(super) struct KeyLedger {
    open: VecDeque<Record>,
    /// Shared between keyframes: they hardly ever change any more.
    closed: VecDeque<Arc<Record>>,
    acks: u64,
    owners: usize,
    nodes: usize,
    /// By node: the name of its contents.
    holding: Vec<u64>,
    /// The different contents among the owners, with how many hold each.
    contents: Vec<(u64, usize)>,
    /// Losses among writes that are no longer remembered.
    pub(super) forgotten_losses: u64,
}

impl KeyLedger {
    /// What a clone costs, in things of about fifty bytes.
    pub(super) const WEIGHT: usize = 4 * MAX_CLOSED;

    pub(super) fn new(nodes: usize, owners: usize, content: u64) -> Self {
        let contents = vec![(content, owners)];
        Self {
            open: VecDeque::new(),
            closed: VecDeque::new(),
            acks: 0,
            holding: vec![content; nodes],
            owners,
            nodes,
            contents,
            forgotten_losses: 0,
        }
    }

    /// Different contents among the replicas of the key.
    pub(super) fn different(&self) -> usize {
        self.contents.len()
    }

    pub(super) fn acks(&self) -> u64 {
        self.acks
    }

    pub(super) fn records(&self) -> impl DoubleEndedIterator<Item = &Record> {
        self.closed.iter().map(|record| &**record).chain(&self.open)
    }

    pub(super) fn record(&self, write: WriteId) -> Option<&Record> {
        self.records().rev().find(|record| record.version.id == write)
    }

    fn record_mut(&mut self, write: WriteId) -> Option<&mut Record> {
        if let Some(open) = self.open.iter_mut().rev().find(|record| record.version.id == write) {
            return Some(open);
        }
        let closed = self.closed.iter_mut().rev().find(|record| record.version.id == write);
        closed.map(Arc::make_mut)
    }

    pub(super) fn accepted(&mut self, version: &Arc<Version>, coordinator: NodeId, at: Position) {
        let supersedes = |old: &Record| !old.superseded && version.context.covers(old.version.dot);
        self.open.iter_mut().filter(|old| supersedes(old)).for_each(|old| old.superseded = true);
        for old in self.closed.iter_mut().filter(|old| supersedes(old)) {
            Arc::make_mut(old).superseded = true;
        }
        if self.open.len() == MAX_OPEN {
            self.open.pop_front();
        }
        self.open.push_back(Record {
            version: Arc::clone(version),
            coordinator,
            accepted: at,
            acked: None,
            acks_before: self.acks,
            reflected: vec![None; self.nodes],
            missing: self.owners,
            consistent: None,
            superseded: false,
            dropped_for: None,
            deaths: Vec::new(),
        });
    }

    pub(super) fn acked(&mut self, write: WriteId, at: SimTime) {
        let next = self.acks + 1;
        if let Some(record) = self.record_mut(write).filter(|record| record.acked.is_none()) {
            record.acked = Some((next, at));
            self.acks = next;
        }
    }

    pub(super) fn died(&mut self, write: WriteId, to: NodeId, death: Death, at: SimTime) {
        if let Some(record) = self.record_mut(write).filter(|record| record.deaths.len() < MAX_DEATHS) {
            record.deaths.push((to, death, at));
        }
    }

    pub(super) fn dropped(&mut self, write: WriteId, winner: WriteId, relation: Relation, at: Position) {
        if self.record(write).is_some_and(|record| record.dropped_for.is_none())
            && let Some(record) = self.record_mut(write)
        {
            record.dropped_for = Some((winner, relation, at));
        }
    }

    /// A replica's contents changed to `held`. Gives the times to consistency of the writes that every
    /// replica reflects from now on.
    pub(super) fn stored(
        &mut self,
        node: NodeId,
        held: &Held,
        content: u64,
        conflicts: Conflicts,
        at: SimTime,
        mut consistent: impl FnMut(&Record),
    ) {
        self.recount(node, content);
        let mut closing = false;
        for record in &mut self.open {
            let seen = &mut record.reflected[node.index()];
            if seen.is_none() && held.reflects(&record.version, conflicts) {
                *seen = Some(at);
                record.missing -= 1;
                if record.missing == 0 {
                    record.consistent = Some(at);
                    closing = true;
                    consistent(record);
                }
            }
        }
        if closing {
            self.close();
        }
    }

    fn close(&mut self) {
        let mut index = 0;
        while index < self.open.len() {
            if self.open[index].missing > 0 {
                index += 1;
            } else if let Some(record) = self.open.remove(index) {
                self.closed.push_back(Arc::new(record));
            }
        }
        while self.closed.len() > MAX_CLOSED {
            if let Some(record) = self.closed.pop_front() {
                let held = self.holding.contains(&(u64::from(record.version.id.0) + 1));
                self.forgotten_losses += u64::from(record.acked.is_some() && !record.superseded && !held);
            }
        }
    }

    fn recount(&mut self, node: NodeId, content: u64) {
        let before = std::mem::replace(&mut self.holding[node.index()], content);
        if let Some(index) = self.contents.iter().position(|(c, _)| *c == before) {
            self.contents[index].1 -= 1;
            if self.contents[index].1 == 0 {
                self.contents.swap_remove(index);
            }
        }
        match self.contents.iter_mut().find(|(c, _)| *c == content) {
            Some((_, count)) => *count += 1,
            None => self.contents.push((content, 1)),
        }
    }

    /// How far `held` is behind the first `acks` acknowledged writes; `None` where it is not.
    pub(super) fn staleness(&self, held: &Held, acks: u64) -> Option<Staleness> {
        // A value stands in the order of acknowledgements where it was acknowledged; one that is not yet,
        // where it was accepted; one no longer remembered, before everything that is.
        let place = |version: &Arc<Version>| {
            self.record(version.id).map_or(0, |r| r.acked.map_or(r.acks_before, |(place, _)| place))
        };
        let place = held.versions().iter().map(place).max().unwrap_or(0);
        let includes = |record: &Record| {
            held.versions().iter().any(|v| v.id == record.version.id || v.context.covers(record.version.dot))
        };
        let newer = |record: &&Record| {
            record.acked.is_some_and(|(ack, _)| ack > place && ack <= acks) && !includes(record)
        };
        let mut missing: Vec<&Record> = self.records().filter(newer).collect();
        missing.sort_by_key(|record| record.acked);
        let (_, since) = missing.first()?.acked?;
        let mut step: Vec<&Record> = Vec::new();
        let mut versions = 0;
        for record in &missing {
            if step.is_empty() || step.iter().any(|s| record.version.context.covers(s.version.dot)) {
                versions += 1;
                step.clear();
            }
            step.push(record);
        }
        Some(Staleness { versions, since, missing: missing.iter().map(|r| r.version.id).collect() })
    }

    /// Acknowledged writes that nothing was written on top of and that `gone` says nobody has any more.
    pub(super) fn losses(&self, gone: impl Fn(WriteId) -> bool) -> Vec<Loss> {
        let is_lost =
            |record: &&Record| record.acked.is_some() && !record.superseded && gone(record.version.id);
        let loss = |record: &Record| Loss {
            write: record.version.id,
            value: record.version.value.to_string(),
            coordinator: record.coordinator,
            dropped_for: record.dropped_for,
        };
        self.records().filter(is_lost).map(loss).collect()
    }
}
