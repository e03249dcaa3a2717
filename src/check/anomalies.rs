//! The log of what went wrong, as it happened. It is part of what is rewound with a run, so it is bounded and
//! cheap to copy: old entries are shared between copies.
//!
//! ```text
//!   counts and firsts, by kind        chunk ── chunk ── chunk ── newest chunk
//!   (never forgotten)                 └ forgotten first           └ written to
//! ```

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use crate::{
    action::Guarantee,
    base::{ClientId, KeyId, NodeId, OpId, Position, WriteId},
};

use super::Evidence;

/// What kind of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnomalyKind {
    /// A read missed a write that was acknowledged before it began (SEMANTICS §1).
    StaleRead,
    /// A session guarantee did not hold (Terry et al. 1994).
    Broken(Guarantee),
    /// An acknowledged write is held nowhere and comes from nowhere any more, though nothing was written on
    /// top of it.
    LostWrite,
    /// Two members of one set took themselves for the primary, and both took writes.
    SplitBrain,
    /// An operation failed or stayed unknown, the first of its client since one was answered.
    Unavailable,
}

/// One thing that went wrong, and what shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anomaly {
    /// Its place among those of the run, from 1.
    pub number: u64,
    /// Right after the step in which it came to light.
    pub at: Position,
    pub kind: AnomalyKind,
    pub key: KeyId,
    /// The replica that showed it.
    pub node: NodeId,
    /// Whose operation it is, or whose promise broke.
    pub client: Option<ClientId>,
    pub op: Option<OpId>,
    /// The write that was missed, shown too early, lost, or taken twice.
    pub write: Option<WriteId>,
    /// What came before and what happened then: one line each, with where to look.
    pub evidence: Vec<Evidence>,
}

/// All of one kind.
#[derive(Debug, Clone)]
pub struct Kindred {
    pub count: u64,
    pub first: Arc<Anomaly>,
    pub last: Arc<Anomaly>,
}

/// The log.
#[derive(Debug, Clone, Default)]
pub struct Anomalies {
    chunks: VecDeque<Arc<Vec<Arc<Anomaly>>>>,
    count: u64,
    kinds: BTreeMap<AnomalyKind, Kindred>,
    /// By whose promise it was.
    promises: BTreeMap<(ClientId, Guarantee), Kindred>,
}

const CHUNK: usize = 32;
/// At most so many chunks are remembered, whole.
const MAX_CHUNKS: usize = 64;

impl AnomalyKind {
    pub const ALL: [Self; 8] = [
        Self::StaleRead,
        Self::Broken(Guarantee::ReadYourWrites),
        Self::Broken(Guarantee::MonotonicReads),
        Self::Broken(Guarantee::MonotonicWrites),
        Self::Broken(Guarantee::WritesFollowReads),
        Self::LostWrite,
        Self::SplitBrain,
        Self::Unavailable,
    ];

    /// In a few words.
    pub fn name(self) -> &'static str {
        match self {
            Self::StaleRead => "stale read",
            Self::Broken(Guarantee::ReadYourWrites) => "read your writes broken",
            Self::Broken(Guarantee::MonotonicReads) => "monotonic reads broken",
            Self::Broken(Guarantee::MonotonicWrites) => "monotonic writes broken",
            Self::Broken(Guarantee::WritesFollowReads) => "writes follow reads broken",
            Self::LostWrite => "write lost",
            Self::SplitBrain => "split brain",
            Self::Unavailable => "unavailable",
        }
    }
}

impl Anomaly {
    /// Kind, time and the line that tells what happened.
    pub fn told(&self) -> String {
        let text = self.evidence.last().map_or("", |evidence| &*evidence.text);
        format!("{} at {}: {text}", self.kind.name(), self.at.at)
    }
}

impl Anomalies {
    /// Appends one, whose number is given here. Nothing is ever logged before what is logged already.
    pub(super) fn push(&mut self, mut anomaly: Anomaly) {
        self.count += 1;
        anomaly.number = self.count;
        let anomaly = Arc::new(anomaly);
        let kin = |known: &mut Kindred| {
            known.count += 1;
            known.last = Arc::clone(&anomaly);
        };
        let alone = || Kindred { count: 1, first: Arc::clone(&anomaly), last: Arc::clone(&anomaly) };
        self.kinds.entry(anomaly.kind).and_modify(kin).or_insert_with(alone);
        if let (Some(client), AnomalyKind::Broken(guarantee)) = (anomaly.client, anomaly.kind) {
            self.promises.entry((client, guarantee)).and_modify(kin).or_insert_with(alone);
        }
        if let Some(chunk) = self.chunks.back_mut().filter(|chunk| chunk.len() < CHUNK) {
            Arc::make_mut(chunk).push(anomaly);
            return;
        }
        if self.chunks.len() == MAX_CHUNKS {
            self.chunks.pop_front();
        }
        self.chunks.push_back(Arc::new(vec![anomaly]));
    }

    /// How many there were, forgotten ones included.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Those of one kind.
    pub fn of(&self, kind: AnomalyKind) -> Option<&Kindred> {
        self.kinds.get(&kind)
    }

    /// The times that one client's guarantee broke.
    pub fn of_promise(&self, client: ClientId, guarantee: Guarantee) -> Option<&Kindred> {
        self.promises.get(&(client, guarantee))
    }

    /// The remembered ones, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<Anomaly>> {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }

    /// Those that came to light in step `step`.
    pub fn in_step(&self, step: u64) -> impl Iterator<Item = &Arc<Anomaly>> {
        self.from(step).take_while(move |anomaly| anomaly.at.step == step)
    }

    /// The first one after `step`.
    pub fn after(&self, step: u64) -> Option<&Arc<Anomaly>> {
        self.from(step + 1).next()
    }

    /// The first of the last step before `step` in which anything went wrong.
    pub fn before(&self, step: u64) -> Option<&Arc<Anomaly>> {
        let last = self.iter().rev().find(|anomaly| anomaly.at.step < step)?;
        self.in_step(last.at.step).next()
    }

    /// Whether one of this kind, or any, has been seen since there were `count`.
    pub fn since(&self, count: u64, kind: Option<AnomalyKind>) -> Option<&Arc<Anomaly>> {
        let newer = self.iter().rev().take_while(|anomaly| anomaly.number > count);
        newer.filter(|anomaly| kind.is_none_or(|kind| kind == anomaly.kind)).last()
    }

    /// From the first of step `step` on.
    fn from(&self, step: u64) -> impl Iterator<Item = &Arc<Anomaly>> {
        let ends_before =
            |chunk: &Arc<Vec<Arc<Anomaly>>>| chunk.last().is_none_or(|last| last.at.step < step);
        let skip = self.chunks.partition_point(ends_before);
        self.chunks.iter().skip(skip).flat_map(|chunk| chunk.iter()).skip_while(move |a| a.at.step < step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::SimTime;

    fn at(step: u64, kind: AnomalyKind) -> Anomaly {
        Anomaly {
            number: 0,
            at: Position { step, at: SimTime(step) },
            kind,
            key: KeyId(0),
            node: NodeId(0),
            client: Some(ClientId(0)),
            op: None,
            write: None,
            evidence: Vec::new(),
        }
    }

    #[test]
    fn neighbours_are_found_by_step_and_those_of_one_step_count_as_one_stop() {
        let mut log = Anomalies::default();
        for step in [3, 3, 7, 9] {
            log.push(at(step, AnomalyKind::StaleRead));
        }
        let step = |anomaly: Option<&Arc<Anomaly>>| anomaly.map(|a| (a.at.step, a.number));
        assert_eq!(step(log.after(0)), Some((3, 1)));
        assert_eq!(step(log.after(3)), Some((7, 3)));
        assert_eq!(step(log.after(9)), None);
        assert_eq!(step(log.before(7)), Some((3, 1)));
        assert_eq!(step(log.before(3)), None);
        assert_eq!(log.in_step(3).count(), 2);
        assert_eq!(log.in_step(4).count(), 0);
    }

    #[test]
    fn a_long_log_forgets_its_oldest_but_neither_counts_nor_firsts() {
        let mut log = Anomalies::default();
        for step in 1..=10_000 {
            let kinds = AnomalyKind::ALL;
            log.push(at(step, kinds[usize::try_from(step).unwrap() % kinds.len()]));
        }
        assert!(log.iter().count() <= CHUNK * MAX_CHUNKS);
        assert_eq!(log.count(), 10_000);
        let stale = log.of(AnomalyKind::StaleRead).unwrap();
        assert_eq!((stale.count, stale.first.at.step, stale.last.at.step), (1_250, 8, 10_000));
        assert_eq!(log.since(9_992, Some(AnomalyKind::LostWrite)).map(|a| a.number), Some(9_997));
        assert_eq!(log.since(9_998, Some(AnomalyKind::LostWrite)).map(|a| a.number), None);
    }

    #[test]
    fn a_copy_keeps_what_it_had() {
        let mut log = Anomalies::default();
        log.push(at(1, AnomalyKind::StaleRead));
        let copy = log.clone();
        log.push(at(2, AnomalyKind::LostWrite));
        assert_eq!((copy.iter().count(), copy.count(), log.count()), (1, 1, 2));
    }
}
