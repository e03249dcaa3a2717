//! Several regions that hold the same table: who takes writes, how they reach the other regions, and how
//! fresh a read must be (SEMANTICS §5, DynamoDB; §8, Azure Cosmos DB).
//!
//! Inside a region one replica set has a leader and acknowledges by majority. Between regions:
//!
//! ```text
//! async     every region takes writes and ships them to the others; the last writer wins (DynamoDB)
//! one log   one region takes the writes; the others apply its log in its order (Cosmos DB)
//! ```

use std::{fmt, sync::Arc};

use crate::base::Span;

use super::majority;

/// How the replica sets of a [`PrimaryPolicy`](super::PrimaryPolicy) form one table: one set a region.
#[derive(Debug, Clone, PartialEq)]
pub struct Regions {
    /// By replica set: what its region is called.
    pub names: Vec<Arc<str>>,
    pub between: Between,
}

/// How regions keep each other up to date.
#[derive(Debug, Clone, PartialEq)]
pub enum Between {
    /// Every region takes writes; each item's last writer wins (DynamoDB global tables).
    Async,
    /// One region takes the writes, and the others apply its log in its order (Cosmos DB).
    OneLog(OneLog),
}

/// A table with one write region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OneLog {
    /// Which region takes the writes.
    pub writes: usize,
    /// The level of the account: what writes pay for, and what a read gets that asks for nothing else.
    pub level: Freshness,
    pub bound: Bound,
}

/// How far another region may fall behind under [`Freshness::Bounded`], whichever comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// Writes.
    pub versions: u64,
    pub time: Span,
}

/// How fresh a read must be, the strongest first. DynamoDB knows the first and the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Freshness {
    /// Nothing acknowledged before the read began is missing: DynamoDB in the region of the reader, Cosmos DB
    /// everywhere.
    Strong,
    /// At most so many versions, or so long, behind.
    Bounded,
    /// Nothing is missing that this client has written or read.
    Session,
    /// Writes are seen in their order.
    Prefix,
    /// Whatever the replica that is asked holds.
    Eventual,
}

impl Freshness {
    pub const ALL: [Self; 5] = [Self::Strong, Self::Bounded, Self::Session, Self::Prefix, Self::Eventual];

    /// As presets spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Strong => "strong",
            Self::Bounded => "bounded_staleness",
            Self::Session => "session",
            Self::Prefix => "consistent_prefix",
            Self::Eventual => "eventual",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == text)
    }
}

impl fmt::Display for Freshness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Bound {
    /// What Cosmos DB sets where nobody says (`maxStalenessPrefix` 100, `maxIntervalInSeconds` 5). An account
    /// with several regions must allow 100,000 versions and 300 s at least, which is more than one can watch.
    pub const USUAL: Self = Self { versions: 100, time: Span::secs(5) };
}

impl Regions {
    /// The rules of a table with one write region; `None` where every region takes writes.
    pub fn one_log(&self) -> Option<&OneLog> {
        match &self.between {
            Between::Async => None,
            Between::OneLog(log) => Some(log),
        }
    }

    /// Whether `region` takes writes of its own clients.
    pub fn takes_writes(&self, region: usize) -> bool {
        self.one_log().is_none_or(|log| log.writes == region)
    }

    /// Whether `region` applies what `other` has accepted.
    pub fn feeds(&self, other: usize, region: usize) -> bool {
        other != region && self.takes_writes(other)
    }

    /// What a read gets that asks for nothing else.
    pub fn usual(&self) -> Freshness {
        self.one_log().map_or(Freshness::Eventual, |log| log.level)
    }

    /// Whether a read may ask for `level`: with one log whatever is no stronger than the account's, otherwise
    /// strong or eventual.
    pub fn offers(&self, level: Freshness) -> bool {
        match self.one_log() {
            Some(log) => level >= log.level,
            None => matches!(level, Freshness::Strong | Freshness::Eventual),
        }
    }
}

impl Freshness {
    /// How many of a region's `members` a read asks: so many that one of them has what a majority has where
    /// the level promises anything about other clients' writes (Cosmos DB: 2 of 4), otherwise one.
    pub fn reads(self, members: usize) -> usize {
        match self {
            Self::Strong | Self::Bounded => members + 1 - majority(members),
            Self::Session | Self::Prefix | Self::Eventual => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strong_read_meets_every_majority() {
        for members in 1..=9 {
            assert!(Freshness::Strong.reads(members) + majority(members) > members);
        }
        assert_eq!((Freshness::Strong.reads(4), majority(4)), (2, 3), "Cosmos DB");
    }

    #[test]
    fn only_weaker_levels_may_be_asked_for() {
        let one_log = |level| {
            let log = OneLog { writes: 0, level, bound: Bound::USUAL };
            Regions { names: vec!["us".into()], between: Between::OneLog(log) }
        };
        assert!(one_log(Freshness::Session).offers(Freshness::Eventual));
        assert!(one_log(Freshness::Session).offers(Freshness::Session));
        assert!(!one_log(Freshness::Session).offers(Freshness::Bounded));
        let tables = Regions { names: vec!["us".into()], between: Between::Async };
        assert!(tables.offers(Freshness::Strong) && tables.offers(Freshness::Eventual));
        assert!(!tables.offers(Freshness::Session));
    }
}
