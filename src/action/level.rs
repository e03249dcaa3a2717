//! Consistency levels: how many replicas an operation waits for, and which of them count.

use std::fmt;

use super::Freshness;
use crate::base::ZoneId;

/// As Cassandra names them (SEMANTICS §6); `Exactly` is a plain W or R.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Writes only: any replica, or a hint for one.
    Any,
    One,
    Two,
    Three,
    Quorum,
    All,
    /// One replica in the coordinator's zone.
    LocalOne,
    /// A quorum of the replicas in the coordinator's zone.
    LocalQuorum,
    /// A quorum of the replicas in every zone.
    EachQuorum,
    Exactly(u16),
    /// Reads only, where regions hold one table: how fresh, not how many.
    Fresh(Freshness),
}

/// How many replicas must answer, and whose answers count (Cassandra's `blockFor`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockFor {
    /// In all; for [`Among::EachZone`] the sum over the zones.
    pub count: u16,
    pub among: Among,
}

/// Whose answers count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Among {
    Everyone,
    Zone(ZoneId),
    /// Each zone by itself: a majority of its replicas.
    EachZone,
    /// Everyone, and a hint stored for a replica counts too.
    HintsToo,
}

/// More than half: ⌊copies / 2⌋ + 1.
pub const fn quorum(copies: u16) -> u16 {
    copies / 2 + 1
}

impl Level {
    /// The named levels, as the keys cycle through them.
    pub const NAMED: [Self; 9] = [
        Self::Any,
        Self::One,
        Self::Two,
        Self::Three,
        Self::Quorum,
        Self::All,
        Self::LocalOne,
        Self::LocalQuorum,
        Self::EachQuorum,
    ];

    /// How many replicas of one ring of `copies` must answer; for a local level, of the zone's ring. May
    /// exceed `copies`, and then the level can never be met. [`Settings::block_for`] is the whole rule.
    ///
    /// [`Settings::block_for`]: super::Settings::block_for
    pub fn required(self, copies: u16) -> u16 {
        match self {
            Self::Any | Self::One | Self::LocalOne | Self::Fresh(_) => 1,
            Self::Two => 2,
            Self::Three => 3,
            Self::Quorum | Self::LocalQuorum | Self::EachQuorum => quorum(copies),
            Self::All => copies,
            Self::Exactly(count) => count,
        }
    }

    /// How fresh a read must be, where that is what it says.
    pub fn freshness(self) -> Option<Freshness> {
        match self {
            Self::Fresh(level) => Some(level),
            Self::Any
            | Self::One
            | Self::Two
            | Self::Three
            | Self::Quorum
            | Self::All
            | Self::LocalOne
            | Self::LocalQuorum
            | Self::EachQuorum
            | Self::Exactly(_) => None,
        }
    }

    /// Whether it speaks of zones.
    pub fn needs_zones(self) -> bool {
        match self {
            Self::LocalOne | Self::LocalQuorum | Self::EachQuorum => true,
            Self::Any
            | Self::One
            | Self::Two
            | Self::Three
            | Self::Quorum
            | Self::All
            | Self::Exactly(_)
            | Self::Fresh(_) => false,
        }
    }

    /// From a name as presets and prompts write it.
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.trim().to_ascii_lowercase().replace('-', "_");
        let named = Self::NAMED.into_iter().find(|level| level.to_string().eq_ignore_ascii_case(&name));
        named
            .or_else(|| Freshness::parse(&name).map(Self::Fresh))
            .or_else(|| name.parse().ok().filter(|count| *count > 0).map(Self::Exactly))
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("ANY"),
            Self::One => f.write_str("ONE"),
            Self::Two => f.write_str("TWO"),
            Self::Three => f.write_str("THREE"),
            Self::Quorum => f.write_str("QUORUM"),
            Self::All => f.write_str("ALL"),
            Self::LocalOne => f.write_str("LOCAL_ONE"),
            Self::LocalQuorum => f.write_str("LOCAL_QUORUM"),
            Self::EachQuorum => f.write_str("EACH_QUORUM"),
            Self::Exactly(count) => write!(f, "{count}"),
            Self::Fresh(level) => write!(f, "{level}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quorum_is_more_than_half() {
        let quorums: Vec<u16> = (1..=7).map(|copies| Level::Quorum.required(copies)).collect();
        assert_eq!(quorums, [1, 2, 2, 3, 3, 4, 4]);
    }

    #[test]
    fn every_level_is_read_back_as_it_is_shown() {
        for level in Level::NAMED.into_iter().chain([Level::Exactly(4)]) {
            assert_eq!(Level::parse(&level.to_string()), Some(level));
            assert_eq!(Level::parse(&level.to_string().to_lowercase()), Some(level));
        }
        assert_eq!(Level::parse("0"), None);
        assert_eq!(Level::parse("most"), None);
    }
}
