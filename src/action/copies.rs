//! N: how many replicas hold each key, in all or zone by zone; and what that makes of a level.

use thiserror::Error;

use crate::base::ZoneId;

use super::{Among, BlockFor, Level, Settings, level::quorum};

/// How many replicas hold each key, as a preset or a command states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Copies {
    /// So many of all replicas, on one ring (Dynamo's N; Cassandra's `SimpleStrategy`).
    InAll(u16),
    /// So many of each zone's replicas, each zone a ring of its own (Cassandra's
    /// `NetworkTopologyStrategy`). In the order of the zones.
    PerZone(Vec<u16>),
}

/// Reading or writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Read,
    Write,
}

/// Why a level means nothing here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unfit {
    #[error("{asked} replicas cannot answer where each key has {copies}")]
    TooHigh { asked: u16, copies: u16 },
    #[error("{0} speaks of zones: N must be given for each zone")]
    NeedsZones(Level),
    #[error("ANY is for writes only: a hint cannot be read")]
    AnyRead,
}

impl Copies {
    /// Of all zones together.
    pub fn in_all(&self) -> u16 {
        match self {
            Self::InAll(copies) => *copies,
            Self::PerZone(zones) => zones.iter().sum(),
        }
    }
}

impl Settings {
    /// Sets N.
    pub fn set_copies(&mut self, copies: &Copies) {
        self.copies = copies.in_all();
        self.per_zone = match copies {
            Copies::InAll(_) => Vec::new(),
            Copies::PerZone(zones) => zones.clone(),
        };
    }

    /// How many must answer an operation at `level` whose coordinator stands in zone `local`, and who
    /// counts (SEMANTICS §6).
    pub fn block_for(&self, level: Level, local: Option<ZoneId>) -> BlockFor {
        let in_zone = |zone: ZoneId| self.per_zone.get(usize::from(zone.0)).copied().unwrap_or(0);
        if self.per_zone.is_empty() || !level.needs_zones() {
            let among = if level == Level::Any { Among::HintsToo } else { Among::Everyone };
            return BlockFor { count: level.required(self.copies), among };
        }
        if level == Level::EachQuorum {
            let count = self.per_zone.iter().filter(|copies| **copies > 0).map(|n| quorum(*n)).sum();
            return BlockFor { count, among: Among::EachZone };
        }
        // A coordinator outside every zone has no local replica: nobody can ever answer it.
        let zone = local.unwrap_or(ZoneId(u16::MAX));
        BlockFor { count: level.required(in_zone(zone)), among: Among::Zone(zone) }
    }

    /// Whether `level` means anything for `operation` as N is now.
    pub fn admits(&self, level: Level, operation: Operation) -> Result<(), Unfit> {
        let asked = level.required(self.copies);
        if level == Level::Any && operation == Operation::Read {
            Err(Unfit::AnyRead)
        } else if level.needs_zones() {
            if self.per_zone.is_empty() { Err(Unfit::NeedsZones(level)) } else { Ok(()) }
        } else if asked > self.copies {
            Err(Unfit::TooHigh { asked, copies: self.copies })
        } else {
            Ok(())
        }
    }

    /// Whether whoever answers a read must be among those who acknowledged a write: R + W > N, zone by zone
    /// where levels speak of zones. Of strict quorums; a hint that counts makes it false.
    pub fn overlap(&self, write: BlockFor, read: BlockFor) -> bool {
        let copies_in = |zone: ZoneId| self.per_zone.get(usize::from(zone.0)).copied().unwrap_or(0);
        let within = |zone: ZoneId, one: u16, other: u16| one + other > copies_in(zone);
        match (write.among, read.among) {
            (Among::HintsToo, _) | (_, Among::HintsToo) => false,
            // Each has a majority in every zone.
            (Among::EachZone, Among::EachZone) => true,
            (Among::Zone(one), Among::Zone(other)) => one == other && within(one, write.count, read.count),
            (Among::EachZone, Among::Zone(zone)) => within(zone, quorum(copies_in(zone)), read.count),
            (Among::Zone(zone), Among::EachZone) => within(zone, write.count, quorum(copies_in(zone))),
            (Among::Everyone, _) | (_, Among::Everyone) => {
                u32::from(write.count) + u32::from(read.count) > u32::from(self.copies)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_zones_of_three() -> Settings {
        let mut settings = Settings::plain(6);
        settings.set_copies(&Copies::PerZone(vec![3, 3]));
        settings
    }

    #[test]
    fn block_for_is_as_semantics_6_says() {
        let settings = two_zones_of_three();
        let count = |level| settings.block_for(level, Some(ZoneId(1))).count;
        let counts = Level::NAMED.map(count);
        assert_eq!(counts, [1, 1, 2, 3, 4, 6, 1, 2, 4]);
        let among = |level| settings.block_for(level, Some(ZoneId(1))).among;
        assert_eq!(among(Level::Quorum), Among::Everyone);
        assert_eq!(among(Level::LocalQuorum), Among::Zone(ZoneId(1)));
        assert_eq!(among(Level::EachQuorum), Among::EachZone);
    }

    /// All sets of acknowledgers against all sets of repliers, one by one.
    #[test]
    fn overlap_is_what_trying_every_pair_of_sets_says() {
        let met = |block: BlockFor, set: u32| {
            let in_zone = |zone: u16| (set >> (3 * zone) & 0b111).count_ones();
            match block.among {
                Among::Everyone => set.count_ones() >= u32::from(block.count),
                Among::Zone(zone) => in_zone(zone.0) >= u32::from(block.count),
                Among::EachZone => in_zone(0) >= 2 && in_zone(1) >= 2,
                Among::HintsToo => true,
            }
        };
        let settings = two_zones_of_three();
        for (write, read) in (0..81).map(|i| (Level::NAMED[i / 9], Level::NAMED[i % 9])) {
            for (here, there) in [(0, 0), (0, 1), (1, 1)] {
                let write = settings.block_for(write, Some(ZoneId(here)));
                let read = settings.block_for(read, Some(ZoneId(there)));
                if read.among == Among::HintsToo {
                    continue;
                }
                let disjoint =
                    (0..64_u32).any(|w| (0..64_u32).any(|r| w & r == 0 && met(write, w) && met(read, r)));
                assert_eq!(settings.overlap(write, read), !disjoint, "{write:?} {read:?}");
            }
        }
    }
}
