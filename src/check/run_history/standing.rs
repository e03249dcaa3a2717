//! What is to be said of one operation: whether it was stale, refused, lost, or broke a promise. Everything here was
//! judged by the ledger and its log of anomalies; this only puts it together by operation.

use std::{collections::BTreeMap, sync::Arc};

use super::{RunHistory, RunOperation};
use crate::{
    action::{Act, Guarantee},
    base::{OpId, WriteId},
    check::{Anomalies, Anomaly, AnomalyKind, Staleness, history},
};

/// How an operation stands at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing<'a> {
    /// Its client still waits.
    Waiting,
    /// A read that missed nothing that was acknowledged before it began.
    Fresh,
    Stale(&'a Staleness),
    /// A write that was done.
    Acknowledged,
    /// It did not happen.
    Refused,
    /// It may have happened, may still happen, or never.
    Unknown,
}

impl RunOperation {
    pub fn standing(&self) -> Standing<'_> {
        if self.answer.is_none() {
            return Standing::Waiting;
        }
        match (self.outcome(), &*self.act, &self.staleness) {
            (history::Outcome::Fail, ..) => Standing::Refused,
            (history::Outcome::Unknown, ..) => Standing::Unknown,
            (history::Outcome::Ok, _, Some(staleness)) => Standing::Stale(staleness),
            (history::Outcome::Ok, Act::Read, None) => Standing::Fresh,
            (history::Outcome::Ok, Act::Write { .. } | Act::Update(_), None) => Standing::Acknowledged,
        }
    }
}

/// What each operation did wrong, or what was done to it, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Wrongs(BTreeMap<OpId, Vec<Arc<Anomaly>>>);

impl Wrongs {
    /// A lost write is its own operation's; whatever else names no operation is nobody's.
    pub fn of(history: &RunHistory, log: &Anomalies) -> Self {
        let lost = |anomaly: &Anomaly| anomaly.kind == AnomalyKind::LostWrite;
        let mut writes: BTreeMap<WriteId, OpId> = BTreeMap::new();
        if log.iter().any(|anomaly| lost(anomaly)) {
            writes = history.operations.iter().filter_map(|one| Some((one.write()?, one.op))).collect();
        }
        let mut wrongs: BTreeMap<OpId, Vec<Arc<Anomaly>>> = BTreeMap::new();
        for anomaly in log.iter() {
            let op = if lost(anomaly) {
                anomaly.write.and_then(|write| writes.get(&write).copied())
            } else {
                anomaly.op
            };
            if let Some(op) = op {
                wrongs.entry(op).or_default().push(Arc::clone(anomaly));
            }
        }
        Self(wrongs)
    }

    pub fn by(&self, op: OpId) -> &[Arc<Anomaly>] {
        self.0.get(&op).map_or(&[], Vec::as_slice)
    }

    /// Whether an acknowledged write of its was lost.
    pub fn lost(&self, op: OpId) -> bool {
        self.by(op).iter().any(|anomaly| anomaly.kind == AnomalyKind::LostWrite)
    }

    /// The promises that it broke, in their order.
    pub fn broken(&self, op: OpId) -> impl Iterator<Item = Guarantee> {
        self.by(op).iter().filter_map(|anomaly| match anomaly.kind {
            AnomalyKind::Broken(guarantee) => Some(guarantee),
            AnomalyKind::StaleRead
            | AnomalyKind::LostWrite
            | AnomalyKind::SplitBrain
            | AnomalyKind::Unavailable => None,
        })
    }
}
