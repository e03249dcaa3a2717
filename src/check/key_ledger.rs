//! One key's part of the ledger: its recent writes, who reflects them, and how many different contents its
//! replicas hold. Bounded: a write that every replica reflects is kept for a while and then forgotten.

use std::{collections::VecDeque, sync::Arc};

use crate::{
    base::{KeyId, NodeId, Position, SimTime, WriteId},
    data::{Conflicts, Held, Relation, Version},
    sim::{Death, Simulation},
};

/// What is known of one write.
#[derive(Debug, Clone)]
pub struct Record {
    pub version: Arc<Version>,
    pub coordinator: NodeId,
    pub accepted: Position,
    /// When its client asked for it; `None` where nobody waited for the answer any more.
    pub asked: Option<SimTime>,
    /// Its place in the order of acknowledgements of its key, from 1, and when.
    pub acked: Option<(u64, SimTime)>,
    /// How many acknowledgements the key had seen when it was accepted.
    acks_before: u64,
    /// By node: when the replica first held it or something that supersedes it.
    pub reflected: Vec<Option<SimTime>>,
    missing: usize,
    answer: Answer,
    /// When the last replica came to reflect it.
    pub consistent: Option<SimTime>,
    /// A later write was made on top of it while it was not lost.
    pub superseded: bool,
    /// A replica dropped it for this one, which stood so to it.
    pub dropped_for: Option<(WriteId, Relation, Position)>,
    /// Whether a replica has forgotten it, a tombstone, in good order.
    pub purge: Purge,
    /// Copies of it that never arrived: whither, how they ended, when.
    pub deaths: Vec<(NodeId, Death, SimTime)>,
}

/// Whether a replica has forgotten a tombstone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purge {
    Kept,
    Purged,
}

/// What the client of a write has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Awaited,
    Given,
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
/// So many writes are remembered after every replica reflects them.
const MAX_CLOSED: usize = 16;
/// As [`MAX_CLOSED`], while reads are under way, which may still return what those writes replaced.
const MAX_CLOSED_WHILE_READ: usize = 128;
/// So many dead copies of one write are remembered.
const MAX_DEATHS: usize = 64;

#[derive(Debug, Clone)]
pub(super) struct KeyLedger {
    key: KeyId,
    open: VecDeque<Record>,
    /// Shared between keyframes: they hardly ever change any more.
    closed: VecDeque<Arc<Record>>,
    acks: u64,
    /// How many reads are under way.
    reading: usize,
    owners: Vec<NodeId>,
    nodes: usize,
    /// By node: the name of its contents.
    holding: Vec<u64>,
    /// The different contents among the owners, with how many hold each.
    contents: Vec<(u64, usize)>,
    /// The newest tombstone that a replica has forgotten.
    forgotten: Option<Arc<Version>>,
    /// Replicas that lost their disks, and so come to reflect closed writes once more.
    wiped: Vec<NodeId>,
    /// Losses among writes that are no longer remembered.
    pub(super) forgotten_losses: u64,
    /// Whether every write of the key is remembered.
    memory: Memory,
    pub(super) atomicity: Atomicity,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Memory {
    Whole,
    Partial,
}

/// What the reads of one key need of k. A history is k-atomic if its writes have an order, true to real time, in
/// which every read returns one of the last k values (Golab et al. 2011). A read that returns a write after
/// which n others began and were over before the read began, needs k > n: no order helps it. That is all that
/// is said here: all reads together may need a larger k.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Atomicity {
    /// Reads that tell.
    pub judged: u64,
    /// Reads of what is no longer remembered, of siblings, of counters and sets.
    pub unjudged: u64,
    /// The least k that no judged read rules out; 0 where none was judged.
    pub k: u64,
    /// Where the first read that needs this k was answered.
    pub at: Position,
}

impl KeyLedger {
    /// What a clone costs, in things of about fifty bytes.
    pub(super) const WEIGHT: usize = 4 * MAX_CLOSED;

    pub(super) fn new(key: KeyId, nodes: usize, owners: Vec<NodeId>, content: u64) -> Self {
        let contents = vec![(content, owners.len())];
        Self {
            key,
            reading: 0,
            open: VecDeque::new(),
            closed: VecDeque::new(),
            acks: 0,
            holding: vec![content; nodes],
            owners,
            nodes,
            contents,
            forgotten: None,
            wiped: Vec::new(),
            forgotten_losses: 0,
            memory: Memory::Whole,
            atomicity: Atomicity::default(),
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

    /// A write was given its version. A replica that holds what beats it reflects it already; true where
    /// all do.
    pub(super) fn accepted(
        &mut self,
        version: &Arc<Version>,
        (coordinator, asked): (NodeId, Option<SimTime>),
        at: Position,
        simulation: &Simulation,
    ) -> bool {
        let conflicts = simulation.settings().conflicts_of(self.key);
        // A coordinator's vector claims its earlier writes even where it lost them to another: what is
        // lost stays lost. (Siblings vanish only for who has seen them.)
        let vanished = |record: &Record| {
            conflicts == Conflicts::LastWriteWins
                && record.missing == 0
                && !self.holding.contains(&(u64::from(record.version.id.0) + 1))
        };
        let supersedes =
            |old: &Record| !old.superseded && version.context.covers(old.version.dot) && !vanished(old);
        self.open.iter_mut().filter(|old| supersedes(old)).for_each(|old| old.superseded = true);
        for old in self.closed.iter_mut().filter(|old| supersedes(old)) {
            Arc::make_mut(old).superseded = true;
        }
        if self.open.len() == MAX_OPEN {
            self.open.pop_front();
            self.memory = Memory::Partial;
        }
        let mut reflected = vec![None; self.nodes];
        let mut missing = self.owners.len();
        for node in &self.owners {
            if simulation.held(*node, self.key).reflects(version, conflicts) {
                reflected[node.index()] = Some(at.at);
                missing -= 1;
            }
        }
        self.open.push_back(Record {
            version: Arc::clone(version),
            coordinator,
            accepted: at,
            asked,
            acked: None,
            acks_before: self.acks,
            reflected,
            missing,
            answer: Answer::Awaited,
            consistent: (missing == 0).then_some(at.at),
            superseded: false,
            dropped_for: None,
            purge: Purge::Kept,
            deaths: Vec::new(),
        });
        if missing == 0 {
            self.close(simulation);
        }
        missing == 0
    }

    /// N changed: other replicas hold the key now, which reflect what they reflect. Gives the times to
    /// consistency of the writes that every replica reflects from now on.
    pub(super) fn moved(
        &mut self,
        owners: Vec<NodeId>,
        at: SimTime,
        simulation: &Simulation,
        mut consistent: impl FnMut(&Record),
    ) {
        if owners == self.owners {
            return;
        }
        self.owners = owners;
        self.contents.clear();
        for node in &self.owners {
            let content = simulation.held(*node, self.key).content();
            self.holding[node.index()] = content;
            match self.contents.iter_mut().find(|(c, _)| *c == content) {
                Some((_, count)) => *count += 1,
                None => self.contents.push((content, 1)),
            }
        }
        let conflicts = simulation.settings().conflicts_of(self.key);
        for record in &mut self.open {
            record.missing = 0;
            for node in &self.owners {
                let seen = &mut record.reflected[node.index()];
                if seen.is_none() && simulation.held(*node, self.key).reflects(&record.version, conflicts) {
                    *seen = Some(at);
                }
                record.missing += usize::from(seen.is_none());
            }
            if record.missing == 0 {
                record.consistent = Some(at);
                consistent(record);
            }
        }
        self.close(simulation);
    }

    /// A read of the key began.
    pub(super) fn read_began(&mut self) {
        self.reading += 1;
    }

    pub(super) fn read_ended(&mut self) {
        self.reading -= 1;
    }

    /// The client of a write has its answer, whatever it is.
    pub(super) fn answered(&mut self, write: WriteId) {
        if let Some(record) = self.record_mut(write) {
            record.answer = Answer::Given;
        }
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

    /// A replica's contents changed, or withstood. Gives the times to consistency of the writes that every
    /// replica reflects from now on.
    pub(super) fn stored(
        &mut self,
        node: NodeId,
        content: u64,
        at: SimTime,
        simulation: &Simulation,
        mut consistent: impl FnMut(&Record),
    ) {
        if self.owners.contains(&node) {
            self.recount(node, content);
        }
        let (held, conflicts) =
            (simulation.held(node, self.key), simulation.settings().conflicts_of(self.key));
        if conflicts == Conflicts::LogOrder {
            self.take_back(node, held);
        }
        let mut closing = false;
        for record in &mut self.open {
            let seen = &mut record.reflected[node.index()];
            if seen.is_none() && held.reflects(&record.version, conflicts) {
                *seen = Some(at);
                if !self.owners.contains(&node) {
                    continue;
                }
                record.missing -= 1;
                if record.missing == 0 {
                    closing = true;
                    if record.consistent.is_none() {
                        record.consistent = Some(at);
                        consistent(record);
                    }
                }
            }
        }
        if self.wiped.contains(&node) {
            for record in &mut self.closed {
                let seen = record.reflected[node.index()];
                if seen.is_none() && held.reflects(&record.version, conflicts) {
                    Arc::make_mut(record).reflected[node.index()] = Some(at);
                }
            }
        }
        if closing {
            self.close(simulation);
        }
    }

    /// A member of a replica set may give writes up: it reflects them no longer.
    fn take_back(&mut self, node: NodeId, held: &Held) {
        let undone = |record: &Record| {
            record.reflected[node.index()].is_some() && !held.reflects(&record.version, Conflicts::LogOrder)
        };
        let forget = |record: &mut Record| {
            record.reflected[node.index()] = None;
            record.missing += 1;
        };
        self.open.iter_mut().filter(|record| undone(record)).for_each(forget);
        while let Some(index) = self.closed.iter().position(|record| undone(record)) {
            let Some(mut record) = self.closed.remove(index) else { return };
            forget(Arc::make_mut(&mut record));
            let place = self.open.partition_point(|open| open.accepted < record.accepted);
            self.open.insert(place, Arc::unwrap_or_clone(record));
        }
        while self.open.len() > MAX_OPEN {
            self.open.pop_front();
            self.memory = Memory::Partial;
        }
    }

    /// The disk of `node` is gone: it reflects nothing any more.
    pub(super) fn wiped(&mut self, node: NodeId) {
        if !self.wiped.contains(&node) {
            self.wiped.push(node);
        }
        let owns = self.owners.contains(&node);
        for record in &mut self.open {
            let reflected = record.reflected[node.index()].take().is_some();
            record.missing += usize::from(owns && reflected);
        }
        for record in self.closed.iter_mut().filter(|record| record.reflected[node.index()].is_some()) {
            Arc::make_mut(record).reflected[node.index()] = None;
        }
    }

    fn close(&mut self, simulation: &Simulation) {
        let mut index = 0;
        while index < self.open.len() {
            if self.open[index].missing > 0 {
                index += 1;
            } else if let Some(record) = self.open.remove(index) {
                self.closed.push_back(Arc::new(record));
            }
        }
        let limit = if self.reading > 0 { MAX_CLOSED_WHILE_READ } else { MAX_CLOSED };
        // What all replicas have merged into a counter or a set can no longer be lost.
        let merged = simulation.settings().merges(self.key);
        while self.closed.len() > limit {
            let is_held = |write: &Version| {
                let keeps = |node| simulation.held(node, self.key).keeps(write);
                (0..self.nodes).map(NodeId::at).any(keeps)
            };
            // What is held, or has yet to be acknowledged, may still be lost.
            let over = |record: &Arc<Record>| {
                record.answer == Answer::Given && (merged || !is_held(&record.version))
            };
            // One that was never acknowledged makes no read stale: it goes first.
            let idle = |record: &Arc<Record>| record.acked.is_none() && over(record);
            let index = match self.closed.iter().position(idle) {
                None if self.closed.iter().filter(|record| over(record)).count() <= limit => None,
                None => self.closed.iter().position(over),
                idle => idle,
            };
            if let Some(index) = index {
                self.memory = Memory::Partial;
                if let Some(record) = self.closed.remove(index) {
                    let undone = !merged && record.purge == Purge::Kept;
                    let lost = record.acked.is_some() && !record.superseded && undone;
                    self.forgotten_losses += u64::from(lost);
                }
            } else if self.closed.len() > MAX_OPEN {
                self.closed.pop_front();
                self.memory = Memory::Partial;
            } else {
                return;
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
        // Where a tombstone was forgotten, nothing is what it says.
        let forgotten = match (held, &self.forgotten) {
            (Held::Nothing, Some(tombstone)) => Some(Held::One(Arc::clone(tombstone))),
            (Held::Nothing | Held::One(_) | Held::Siblings(_) | Held::Shared(_) | Held::State(_), _) => None,
        };
        let held = forgotten.as_ref().unwrap_or(held);
        // A value stands in the order of acknowledgements where it was acknowledged; one that is not yet,
        // where it was accepted; one no longer remembered, before everything that is.
        let place = |version: &Arc<Version>| {
            self.record(version.id).map_or(0, |r| r.acked.map_or(r.acks_before, |(place, _)| place))
        };
        // A counter or a set misses every update that it has not seen, however early.
        let place = match held.state() {
            Some(_) => 0,
            None => held.versions().iter().map(place).max().unwrap_or(0),
        };
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

    /// Notes what a read that began at `asked`, after `acks` acknowledgements, needs of k.
    pub(super) fn judge_atomicity(&mut self, held: &Held, (acks, asked): (u64, SimTime), at: Position) {
        match self.missed_for_certain(held, acks, asked) {
            None => self.atomicity.unjudged += 1,
            Some(missed) => {
                self.atomicity.judged += 1;
                if missed + 1 > self.atomicity.k {
                    (self.atomicity.k, self.atomicity.at) = (missed + 1, at);
                }
            }
        }
    }

    /// How many writes began after the one that was read had been acknowledged, and were acknowledged before
    /// the read began: as far as they are remembered. Equal times are no order.
    fn missed_for_certain(&self, held: &Held, acks: u64, begun: SimTime) -> Option<u64> {
        let after = match held {
            Held::One(version) => match self.record(version.id) {
                Some(record) => match record.acked {
                    Some((_, acked)) => Some(acked),
                    // It may yet take effect at any time.
                    None => return Some(0),
                },
                // The value that was there at the beginning.
                None => (self.memory == Memory::Whole).then_some(None)?,
            },
            // Nobody tells what was deleted, once tombstones are gone.
            Held::Nothing if self.memory == Memory::Partial || self.forgotten.is_some() => return None,
            Held::Nothing => None,
            Held::Siblings(_) | Held::Shared(_) | Held::State(_) => return None,
        };
        let missed = self.records().filter(|record| {
            let over = record.acked.is_some_and(|(place, acked)| place <= acks && acked < begun);
            let later = match (after, record.asked) {
                (_, None) => false,
                (None, Some(_)) => true,
                (Some(after), Some(later)) => later > after,
            };
            over && later && !held.keeps(&record.version)
        });
        Some(missed.count() as u64)
    }

    /// The remembered write, where it is acknowledged, `gone`, and was not forgotten in good order.
    pub(super) fn loss_of(
        &self,
        write: WriteId,
        simulation: &Simulation,
        gone: impl Fn(&Record) -> bool,
    ) -> Suspicion<'_> {
        let Some(record) = self.record(write) else { return Suspicion::Over };
        let never_acked = record.answer == Answer::Given && record.acked.is_none();
        let purged = record.purge == Purge::Purged;
        let risen = || self.owners.iter().any(|node| self.has_risen(record, *node, simulation));
        if never_acked || record.superseded && !ordered_by_log(self.key, simulation) || purged && !risen() {
            Suspicion::Over
        } else if record.acked.is_some() && gone(record) {
            Suspicion::Lost(record)
        } else {
            Suspicion::Remains
        }
    }

    /// Writes of tombstones that were forgotten in good order, and are remembered here.
    pub(super) fn purged_writes(&self) -> impl Iterator<Item = WriteId> {
        let purged = self.records().filter(|record| record.purge == Purge::Purged);
        purged.map(|record| record.version.id)
    }

    pub(super) fn has_forgotten(&self) -> bool {
        self.forgotten.is_some()
    }

    /// A replica forgot this tombstone.
    pub(super) fn purged(&mut self, write: WriteId) {
        let Some(record) = self.record_mut(write) else { return };
        record.purge = Purge::Purged;
        let version = Arc::clone(&record.version);
        let newer = |last: &Arc<Version>| version.last_write_order(last).is_gt();
        if self.forgotten.as_ref().is_none_or(newer) {
            self.forgotten = Some(version);
        }
    }

    /// Whether `node`, which once knew of this delete, holds what it had deleted.
    fn has_risen(&self, delete: &Record, node: NodeId, simulation: &Simulation) -> bool {
        let by_stamps = simulation.settings().conflicts_of(self.key) == Conflicts::LastWriteWins;
        let deleted = |old: &Arc<Version>| {
            delete.version.context.covers(old.dot)
                || by_stamps && delete.version.last_write_order(old).is_gt()
        };
        delete.reflected[node.index()].is_some()
            && simulation.held(node, self.key).versions().iter().any(deleted)
    }

    /// Acknowledged writes that are `gone`.
    pub(super) fn losses(&self, simulation: &Simulation, gone: impl Fn(&Record) -> bool) -> Vec<Loss> {
        // A delete that was forgotten in good order is done, until what it deleted comes back.
        let undone = |record: &Record| match record.purge {
            Purge::Kept => true,
            Purge::Purged => self.owners.iter().any(|node| self.has_risen(record, *node, simulation)),
        };
        let lost = |record: &&Record| record.acked.is_some() && gone(record) && undone(record);
        let obituary = |record: &Record| Loss {
            write: record.version.id,
            value: record.version.value.to_string(),
            coordinator: record.coordinator,
            dropped_for: record.dropped_for,
        };
        self.records().filter(lost).map(obituary).collect()
    }
}

/// What a closer look at a suspected loss says.
pub(super) enum Suspicion<'a> {
    Lost(&'a Record),
    /// Not yet, or not yet acknowledged.
    Remains,
    /// It was written upon, never acknowledged, or is no longer remembered.
    Over,
}

fn ordered_by_log(key: KeyId, simulation: &Simulation) -> bool {
    simulation.settings().conflicts_of(key) == Conflicts::LogOrder
}
