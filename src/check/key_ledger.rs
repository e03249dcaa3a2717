//! One key's part of the ledger: its recent writes, who reflects them, and how many different contents its
//! replicas hold. Bounded: a write that every replica reflects is kept for a while and then forgotten.

use std::{collections::VecDeque, sync::Arc};

use crate::{
    base::{KeyId, NodeId, Position, SimTime, WriteId},
    data::{Conflicts, Relation, Version},
    sim::{Death, Simulation},
};

use super::fates::Fates;

mod holding;
mod judging;
mod losing;

pub(super) use losing::Suspicion;

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
    /// Whether a member of a replica set gave it up.
    pub discarded: Discarded,
    /// Whether a replica has forgotten it, a tombstone, in good order.
    pub purge: Purge,
    /// Copies of it that never arrived: whither, how they ended, when.
    pub deaths: Vec<(NodeId, Death, SimTime)>,
}

/// Whether a member of a replica set gave a write up to follow its primary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discarded {
    No,
    ByPrimary,
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
    /// What became of acknowledged writes that are no longer remembered.
    pub(super) forgotten_fates: Fates,
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
            forgotten_fates: Fates::default(),
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
            discarded: Discarded::No,
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
}
