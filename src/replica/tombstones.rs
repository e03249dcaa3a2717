//! Forgetting that something was deleted.
//!
//! A tombstone may be purged `gc_grace` after its stamp, by the replica's own clock (Cassandra's manual,
//! "Tombstones"). A replica that missed the delete for longer still has the old value, nothing any more
//! says that it is deleted, and anti-entropy spreads it again: it resurrects. Repair within the grace
//! prevents that.
//!
//! Only a lone tombstone goes; one among siblings says something about them. Lamport's stamps are no times,
//! so under them tombstones stay.

use crate::{
    action::Settings,
    base::LocalTime,
    data::{Clocks, Held},
};

use super::{Output, Replica, Surroundings, Timer};

/// Whether what is held is nothing but a tombstone older than the grace, by this clock.
pub fn is_purgeable(held: &Held, clock: LocalTime, settings: &Settings) -> bool {
    let rules = settings.leaderless().and_then(|rules| rules.tombstones);
    let (Some(rules), Held::One(version)) = (rules, held) else { return false };
    let grace = i64::try_from(rules.gc_grace.0).unwrap_or(i64::MAX);
    settings.clocks != Clocks::Lamport
        && version.value.is_tombstone()
        && version.stamp.time.saturating_add(grace) <= clock.0
}

impl Replica {
    /// Sets the timer of compaction, where the rules have one.
    pub(super) fn start_compaction(around: &Surroundings<'_>, out: &mut Vec<Output>) {
        if let Some(rules) = around.settings.leaderless().and_then(|rules| rules.tombstones) {
            out.push(Output::Arm { timer: Timer::Compact, after: rules.compact_every });
        }
    }

    /// Forgets every tombstone that is old enough.
    pub(super) fn compact(&mut self, around: &Surroundings<'_>, out: &mut Vec<Output>) {
        Self::start_compaction(around, out);
        let purgeable = |(_, held): &(_, &Held)| is_purgeable(held, around.clock, around.settings);
        let keys: Vec<_> = self.store.contents().filter(purgeable).map(|(key, _)| key).collect();
        for key in keys {
            if let Some(write) = self.store.held(key).newest() {
                self.store.purge(key);
                out.push(Output::Purged { key, write });
            }
        }
    }
}
