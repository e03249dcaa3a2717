//! Which acknowledged writes are gone.

use std::sync::Arc;

use super::{Answer, Discarded, KeyLedger, Loss, Purge, Record};
use crate::{
    base::{KeyId, NodeId, WriteId},
    data::{Conflicts, Version},
    sim::Simulation,
};

impl KeyLedger {
    /// The remembered write, where it is acknowledged, `gone`, and was not forgotten in good order.
    pub(in crate::check) fn loss_of(
        &self,
        write: WriteId,
        simulation: &Simulation,
        gone: impl Fn(&Record) -> bool,
    ) -> Suspicion<'_> {
        let Some(record) = self.record(write) else { return Suspicion::Over };
        let never_acked = record.answer == Answer::Given && record.acked.is_none();
        let purged = record.purge == Purge::Purged;
        let risen = || self.has_risen_anywhere(record, simulation);
        if never_acked || record.superseded && !ordered_by_log(self.key, simulation) || purged && !risen() {
            Suspicion::Over
        } else if record.acked.is_some() && gone(record) {
            Suspicion::Lost(record)
        } else {
            Suspicion::Remains
        }
    }

    /// Writes of tombstones that were forgotten in good order, and are remembered here.
    pub(in crate::check) fn purged_writes(&self) -> impl Iterator<Item = WriteId> {
        let purged = self.records().filter(|record| record.purge == Purge::Purged);
        purged.map(|record| record.version.id)
    }

    pub(in crate::check) fn has_forgotten(&self) -> bool {
        self.forgotten.is_some()
    }

    /// A replica forgot this tombstone.
    pub(in crate::check) fn purged(&mut self, write: WriteId) {
        let Some(record) = self.record_mut(write) else { return };
        record.purge = Purge::Purged;
        let version = Arc::clone(&record.version);
        let newer = |last: &Arc<Version>| version.last_write_order(last).is_gt();
        if self.forgotten.as_ref().is_none_or(newer) {
            self.forgotten = Some(version);
        }
    }

    /// A member of a replica set gave it up.
    pub(in crate::check) fn discarded(&mut self, write: WriteId) {
        if let Some(record) = self.record_mut(write) {
            record.discarded = Discarded::ByPrimary;
        }
    }

    /// Whether any replica that knew of this delete holds what it had deleted.
    pub(in crate::check) fn has_risen_anywhere(&self, delete: &Record, simulation: &Simulation) -> bool {
        self.owners.iter().any(|node| self.has_risen(delete, *node, simulation))
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
    pub(in crate::check) fn losses(
        &self,
        simulation: &Simulation,
        gone: impl Fn(&Record) -> bool,
    ) -> Vec<Loss> {
        // A delete that was forgotten in good order is done, until what it deleted comes back.
        let undone = |record: &Record| match record.purge {
            Purge::Kept => true,
            Purge::Purged => self.has_risen_anywhere(record, simulation),
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
pub(in crate::check) enum Suspicion<'a> {
    Lost(&'a Record),
    /// Not yet, or not yet acknowledged.
    Remains,
    /// It was written upon, never acknowledged, or is no longer remembered.
    Over,
}

fn ordered_by_log(key: KeyId, simulation: &Simulation) -> bool {
    simulation.settings().conflicts_of(key) == Conflicts::LogOrder
}
