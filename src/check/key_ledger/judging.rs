//! How stale a value is, and what a read needs of k.

use std::sync::Arc;

use super::{KeyLedger, Memory, Record, Staleness};
use crate::{
    base::{Position, SimTime},
    data::{Held, Version},
};

impl KeyLedger {
    /// How far `held` is behind the first `acks` acknowledged writes; `None` where it is not.
    pub(in crate::check) fn staleness(&self, held: &Held, acks: u64) -> Option<Staleness> {
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
    pub(in crate::check) fn judge_atomicity(
        &mut self,
        held: &Held,
        (acks, asked): (u64, SimTime),
        at: Position,
    ) {
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
}
