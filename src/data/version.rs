//! One written version of a key: its value, its stamp, its name among all writes (the dot) and what it was
//! written on top of (the context).

use std::{cmp::Ordering, fmt, sync::Arc};

use crate::base::{KeyId, NodeId, WriteId};

use super::{Conflicts, Value, VersionVector};

/// The `counter`-th write of one key that `node` coordinated. Counter 0 names the value a key started
/// with, which every vector covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dot {
    pub node: NodeId,
    pub counter: u32,
}

/// The time a write carries, as its coordinator's clock gave it (or as the client asked). Ordered by time,
/// then by count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Stamp {
    /// Nanoseconds by physical and hybrid clocks; Lamport's counter by his.
    pub time: i64,
    /// What a hybrid clock counts while its time stands still; else 0.
    pub count: u32,
}

impl Stamp {
    pub const fn at(time: i64) -> Self {
        Self { time, count: 0 }
    }

    /// The least stamp after this one among those that physical clocks and Lamport's give.
    #[must_use]
    pub fn next(self) -> Self {
        Self::at(self.time.saturating_add(1))
    }
}

/// An immutable written version. `context` holds the dots it descends from, itself excluded: what its
/// coordinator held, what the coordinator wrote before, and what its client had seen.
#[derive(Debug, PartialEq, Eq)]
pub struct Version {
    pub id: WriteId,
    pub key: KeyId,
    pub value: Value,
    pub stamp: Stamp,
    pub dot: Dot,
    pub context: VersionVector,
    /// What a replica must reflect before it may show this version.
    pub after: Dependencies,
}

/// Versions of any keys, in the order in which their session met them; they themselves have none. None for
/// a write that nobody asked an order of.
pub type Dependencies = Option<Arc<[Arc<Version>]>>;

/// How one version stands to another in what each was written on top of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    Same,
    /// Descends from the other.
    After,
    /// Is an ancestor of the other.
    Before,
    /// Neither was written on top of the other.
    Concurrent,
}

impl Version {
    pub fn relation(&self, other: &Self) -> Relation {
        if self.id == other.id {
            Relation::Same
        } else if self.descends_from(other) {
            Relation::After
        } else if other.descends_from(self) {
            Relation::Before
        } else {
            Relation::Concurrent
        }
    }

    /// Whether this one was written on top of `other`, as far as the contexts can tell. Where they are
    /// truncated, whole clocks are compared (Dynamo), and a descendant can look concurrent (SEMANTICS §5).
    pub fn descends_from(&self, other: &Self) -> bool {
        self.context.covers(other.dot)
            && (!self.context.is_dated() || self.history().includes(&other.history()))
    }

    /// Whether who has this one has nothing to learn from `other`: they are the same, or this descends from
    /// it. Where `other` is how a counter or a set read, that is, has its own dot in its context, all that
    /// it had seen counts.
    pub fn reflects(&self, other: &Self) -> bool {
        let reading = other.dot.counter > 0 && other.context.covers(other.dot);
        if reading {
            return self.context.includes(&other.context);
        }
        self.id == other.id || self.context.covers(other.dot)
    }

    /// Whether whoever comes to reflect this one reflects `other` by that, too. Under last-write-wins a version
    /// that was written on top of another may still lose against it, by a clock that is behind; and who holds
    /// what beats this one need not know of the other.
    pub fn stands_for(&self, other: &Self, conflicts: Conflicts) -> bool {
        let wins = match conflicts {
            Conflicts::LastWriteWins => self.last_write_order(other) != Ordering::Less,
            Conflicts::Siblings | Conflicts::VectorSiblings | Conflicts::LogOrder => true,
        };
        wins && self.reflects(other)
    }

    /// The order of last-write-wins: stamp, then tombstone, then value bytes (Cassandra's rule), and only
    /// between indistinguishable cells the dot, so that every replica picks the same one. No other system
    /// modelled here documents an order of its own for equal stamps: Cosmos DB says that "the system
    /// determines the winner" (and lets a delete win whatever its stamp, which is not modelled), DynamoDB's
    /// global tables say nothing.
    pub fn last_write_order(&self, other: &Self) -> Ordering {
        self.stamp
            .cmp(&other.stamp)
            .then_with(|| self.value.beats(&other.value))
            .then_with(|| (self.dot.node, self.dot.counter).cmp(&(other.dot.node, other.dot.counter)))
    }

    /// The same without its dependencies: what others may depend on, so that nothing drags a chain along.
    pub fn bare(self: &Arc<Self>) -> Arc<Self> {
        if self.after.is_none() {
            return Arc::clone(self);
        }
        let Self { id, key, stamp, dot, .. } = **self;
        let (value, context) = (self.value.clone(), self.context.clone());
        Arc::new(Self { id, key, value, stamp, dot, context, after: None })
    }

    /// The context with the version's own dot added.
    pub fn history(&self) -> VersionVector {
        let mut history = self.context.clone();
        history.add(self.dot, self.stamp);
        history
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Same => "same",
            Self::After => "after",
            Self::Before => "before",
            Self::Concurrent => "concurrent",
        })
    }
}
