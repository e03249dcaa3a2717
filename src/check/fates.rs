//! What became of every acknowledged write, as it stands now: each is in exactly one class.
//!
//! ```text
//!  does any replica of its key show it as its value, or a part of it?
//!   ├─ a majority of them do ............................................ visible
//!   ├─ a later write was made on top of it .............................. superseded
//!   ├─ some do, and a message that will arrive brings it to another ...... visible
//!   ├─ some do, or it is on its way, or kept as a hint .................. stranded
//!   └─ nobody does and nobody will
//!       ├─ a delete whose tombstone was forgotten in good order ......... superseded
//!       ├─ a member gave it up to follow its primary .................... rolled back
//!       ├─ it gave way to a write that was concurrent with it ........... overwritten
//!       └─ anything else: a disk, a crash, a skewed clock ............... lost
//! ```
//!
//! *On top of it* means that the later write's context has it. Where a primary orders the writes, that counts only
//! while some replica has that later write or this one in its past; where updates are merged (counters, sets), nothing
//! is ever superseded. The last three classes together are the lost writes of the ledger.

use super::{
    Ledger, Record,
    key_ledger::{Discarded, KeyLedger, Purge},
};
use crate::{
    base::{KeyId, NodeId, WriteId},
    data::{Conflicts, Held, Relation},
    sim::Simulation,
};

/// What became of an acknowledged write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// A majority of its key's replicas show it, or some do and it is on its way to more.
    Visible,
    /// A later write was made on top of it.
    Superseded,
    /// It gave way to a write that was concurrent with it: silently overwritten.
    Overwritten,
    /// Only a minority shows it, or nobody, and it is on its way or kept as a hint.
    Stranded,
    /// A member of a replica set gave it up to follow its primary.
    RolledBack,
    /// It is gone for another reason.
    Lost,
}

/// How many acknowledged writes there are of each class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fates {
    pub visible: u64,
    pub superseded: u64,
    pub overwritten: u64,
    pub stranded: u64,
    pub rolled_back: u64,
    pub lost: u64,
    /// Acknowledged, and no longer followed: there were too many at a time.
    pub unfollowed: u64,
}

impl Fate {
    pub const ALL: [Self; 6] =
        [Self::Visible, Self::Superseded, Self::Overwritten, Self::Stranded, Self::RolledBack, Self::Lost];

    pub fn name(self) -> &'static str {
        match self {
            Self::Visible => "visible",
            Self::Superseded => "superseded",
            Self::Overwritten => "overwritten while concurrent",
            Self::Stranded => "stranded",
            Self::RolledBack => "rolled back",
            Self::Lost => "lost",
        }
    }
}

impl Fates {
    /// All acknowledged writes.
    pub fn total(&self) -> u64 {
        Fate::ALL.into_iter().map(|fate| self.of(fate)).sum::<u64>() + self.unfollowed
    }

    pub fn of(&self, fate: Fate) -> u64 {
        match fate {
            Fate::Visible => self.visible,
            Fate::Superseded => self.superseded,
            Fate::Overwritten => self.overwritten,
            Fate::Stranded => self.stranded,
            Fate::RolledBack => self.rolled_back,
            Fate::Lost => self.lost,
        }
    }

    pub(super) fn count(&mut self, fate: Fate) {
        *match fate {
            Fate::Visible => &mut self.visible,
            Fate::Superseded => &mut self.superseded,
            Fate::Overwritten => &mut self.overwritten,
            Fate::Stranded => &mut self.stranded,
            Fate::RolledBack => &mut self.rolled_back,
            Fate::Lost => &mut self.lost,
        } += 1;
    }

    fn add(&mut self, other: &Self) {
        for (mine, theirs) in [
            (&mut self.visible, other.visible),
            (&mut self.superseded, other.superseded),
            (&mut self.overwritten, other.overwritten),
            (&mut self.stranded, other.stranded),
            (&mut self.rolled_back, other.rolled_back),
            (&mut self.lost, other.lost),
        ] {
            *mine += theirs;
        }
    }
}

impl Ledger {
    /// What became of every acknowledged write until now.
    pub fn fates(&self, simulation: &Simulation) -> Fates {
        let mut fates = Fates::default();
        for ledger in self.key_ledgers() {
            // What is no longer remembered was counted when it was forgotten.
            fates.add(&ledger.forgotten_fates);
            let acked = ledger.records().filter(|record| record.acked.is_some());
            let mut remembered = 0;
            for record in acked {
                remembered += 1;
                fates.count(ledger.fate(record, simulation));
            }
            fates.unfollowed += ledger.acks() - remembered - ledger.forgotten_fates.total();
        }
        fates
    }

    /// What became of the acknowledged write of this name; `None` where it is not remembered, or not acknowledged.
    pub fn fate_of(&self, key: KeyId, write: WriteId, simulation: &Simulation) -> Option<Fate> {
        self.fate(self.key_ledgers().get(key.index())?.record(write)?, simulation)
    }

    /// What became of this acknowledged write; `None` where it is not remembered, or not acknowledged.
    pub fn fate(&self, record: &Record, simulation: &Simulation) -> Option<Fate> {
        let ledger = self.key_ledgers().get(record.version.key.index())?;
        record.acked.is_some().then(|| ledger.fate(record, simulation))
    }
}

impl KeyLedger {
    fn fate(&self, record: &Record, simulation: &Simulation) -> Fate {
        let version = &record.version;
        let key = version.key;
        let conflicts = simulation.settings().conflicts_of(key);
        let merged = simulation.settings().merges(key);
        let by_log = conflicts == Conflicts::LogOrder;
        let (mut owners, mut showing) = (0, 0);
        for owner in simulation.owners(key) {
            owners += 1;
            showing += usize::from(simulation.held(owner, key).keeps(version));
        }
        if 2 * showing > owners {
            return Fate::Visible;
        }
        let is_in = |has: &dyn Fn(&Held) -> bool| {
            (0..simulation.scenario().replicas.len()).any(|node| has(simulation.held(NodeId::at(node), key)))
        };
        // Stand-ins and replicas that left count, too: what they have is not gone.
        let held = showing > 0 || is_in(&|held| held.keeps(version));
        let reflected = by_log && is_in(&|held| held.reflects(version, conflicts));
        if record.superseded && !merged && (!by_log || reflected) {
            return Fate::Superseded;
        }
        if showing > 0 && simulation.is_spreading(version) {
            return Fate::Visible;
        }
        if held || reflected || simulation.may_still_spread(version) || simulation.is_hinted(version) {
            return Fate::Stranded;
        }
        if record.purge == Purge::Purged && !self.has_risen_anywhere(record, simulation) {
            return Fate::Superseded;
        }
        Self::how_gone(record)
    }

    /// How a write ended that nobody has any more.
    pub(super) fn how_gone(record: &Record) -> Fate {
        match (record.discarded, record.dropped_for) {
            (Discarded::ByPrimary, _) => Fate::RolledBack,
            (Discarded::No, Some((_, Relation::Concurrent, _))) => Fate::Overwritten,
            (Discarded::No, Some((_, Relation::After | Relation::Before | Relation::Same, _)) | None) => {
                Fate::Lost
            }
        }
    }
}
