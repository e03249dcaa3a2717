//! The one grammar of conditions: what a script waits for, a claim asserts, an expectation demands.
//! Judged in `check`, over the simulation and the ledger.

use std::fmt;

use crate::{
    base::{ClientId, KeyId, NodeId, Ppm, Span},
    data::Value,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// No pending event can change any replica's data (SEMANTICS §1).
    Settled,
    /// All replicas of every key hold the same; `within` so long of the last heal, restart, thaw or write.
    Converged {
        within: Option<Span>,
    },
    Diverged,
    Replica {
        node: NodeId,
        key: KeyId,
        holding: Holding,
    },
    /// It is up and takes itself for the primary of its set.
    Primary(NodeId),
    LastRead(ReadClaim),
    InFlight(Count),
    StaleReads(Count),
    LostWrites(Count),
    /// Operations answered with an error that promises nothing was done.
    Refused(Count),
    /// Operations that ended with an unknown outcome.
    TimedOut(Count),
    Upholds {
        guarantee: Guarantee,
        by: Option<ClientId>,
    },
    Violated {
        guarantee: Guarantee,
        by: Option<ClientId>,
    },
    /// The share of finished operations answered without error is at least this.
    Available(Ppm),
    /// This quantile of the times to consistency is at most `at_most`.
    TimeToConsistency {
        quantile: Ppm,
        at_most: Span,
    },
    Elapsed(Span),
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holding {
    /// Exactly this one value.
    Holds(Value),
    /// No version with this value.
    Lacks(Value),
    /// Exactly these concurrent values, in any order; none: nothing, or a tombstone.
    Siblings(Vec<Value>),
    /// So many values.
    SiblingCount(Count),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadClaim {
    /// The last finished read returned exactly these values, in any order; none: it found nothing.
    Returns(Vec<Value>),
    /// So many versions behind (SEMANTICS §1, staleness).
    Stale(Count),
}

/// A number, exact or bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    pub at_least: u64,
    pub at_most: u64,
}

/// The session guarantees of Terry et al. (SEMANTICS §9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guarantee {
    ReadYourWrites,
    MonotonicReads,
    MonotonicWrites,
    WritesFollowReads,
}

impl Count {
    pub const ZERO: Self = Self::exactly(0);

    pub const fn exactly(count: u64) -> Self {
        Self { at_least: count, at_most: count }
    }

    pub const fn at_least(count: u64) -> Self {
        Self { at_least: count, at_most: u64::MAX }
    }

    pub fn admits(self, count: u64) -> bool {
        (self.at_least..=self.at_most).contains(&count)
    }
}

impl Guarantee {
    /// Whether it promises something about reads, and so breaks in an answer; the others break at a replica.
    pub fn is_of_reads(self) -> bool {
        match self {
            Self::ReadYourWrites | Self::MonotonicReads => true,
            Self::MonotonicWrites | Self::WritesFollowReads => false,
        }
    }

    pub const ALL: [Self; 4] =
        [Self::ReadYourWrites, Self::MonotonicReads, Self::MonotonicWrites, Self::WritesFollowReads];

    /// As presets spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ReadYourWrites => "read_your_writes",
            Self::MonotonicReads => "monotonic_reads",
            Self::MonotonicWrites => "monotonic_writes",
            Self::WritesFollowReads => "writes_follow_reads",
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.at_least, self.at_most) {
            (a, b) if a == b => write!(f, "{a}"),
            (a, u64::MAX) => write!(f, "at least {a}"),
            (0, b) => write!(f, "at most {b}"),
            (a, b) => write!(f, "{a} to {b}"),
        }
    }
}
