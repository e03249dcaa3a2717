//! What a replica holds of one key, and how two such holdings collapse into one.
//!
//! ```text
//! last write wins   {w3}  ⊔ {w5}      → {w5}       whichever stamp is larger, in whatever order they come
//! siblings          {w3}  ⊔ {w5}      → {w3,w5}    unless one descends from the other
//! ```
//!
//! Merging is commutative, associative and idempotent under either policy. Every version keeps its context
//! under both, so what was dropped, and whether it was concurrent, can always be said.

use std::{cmp::Ordering, sync::Arc};

use crate::base::WriteId;

use super::{Relation, Version, VersionVector};

/// How concurrent versions of a key collapse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflicts {
    LastWriteWins,
    Siblings,
    /// None ever meet: a primary puts all writes of a key in one order, and who replicates follows it.
    LogOrder,
}

/// The current versions of one key at one place.
#[derive(Debug, Clone, Default)]
pub enum Held {
    #[default]
    Nothing,
    One(Arc<Version>),
    /// Two or more, by write id; none descends from another.
    Siblings(Arc<[Arc<Version>]>),
}

/// What a merge did to the receiving side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// Nothing new came.
    Unchanged,
    /// The newcomer lost to what was held: `relation` is the newcomer's to the winner.
    Kept { winner: WriteId, relation: Relation },
    /// The newcomer is held now. `over` is the version that gave way to it (none where the place was
    /// empty, or where nothing gave way), with the newcomer's relation to it.
    Stored { over: Option<(WriteId, Relation)> },
}

impl PartialEq for Held {
    /// Versions are immutable, so their names decide.
    fn eq(&self, other: &Self) -> bool {
        self.versions().iter().map(|v| v.id).eq(other.versions().iter().map(|v| v.id))
    }
}

impl Held {
    /// A stable name for the contents: equal exactly where the same versions are held.
    pub fn content(&self) -> u64 {
        match self {
            Self::Nothing => 0,
            Self::One(version) => u64::from(version.id.0) + 1,
            Self::Siblings(versions) => versions
                .iter()
                .fold(u64::MAX, |hash, version| crate::base::mix(hash ^ (u64::from(version.id.0) + 1))),
        }
    }

    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }

    /// The versions, none, one or several.
    pub fn versions(&self) -> &[Arc<Version>] {
        match self {
            Self::Nothing => &[],
            Self::One(version) => std::slice::from_ref(version),
            Self::Siblings(versions) => versions,
        }
    }

    /// The newest write held.
    pub fn newest(&self) -> Option<WriteId> {
        match self {
            Self::Nothing => None,
            Self::One(version) => Some(version.id),
            Self::Siblings(versions) => versions.iter().map(|version| version.id).max(),
        }
    }

    /// Everything the held versions descend from, themselves included.
    pub fn history(&self) -> VersionVector {
        let Some((first, others)) = self.versions().split_first() else {
            return VersionVector::EMPTY;
        };
        let mut history = first.history();
        for version in others {
            history.join(&version.context);
            history.raise(version.dot.node, version.dot.counter);
        }
        history
    }

    /// Whether a place that holds this has nothing to learn from `write`: it holds it, or what it holds
    /// descends from it, or (under last-write-wins) beats it.
    pub fn reflects(&self, write: &Version, conflicts: Conflicts) -> bool {
        self.versions().iter().any(|held| {
            held.id == write.id
                || held.context.covers(write.dot)
                || (conflicts == Conflicts::LastWriteWins
                    && held.last_write_order(write) == Ordering::Greater)
        })
    }

    /// Merges `other` in and says what changed.
    pub fn merge(&mut self, other: &Self, conflicts: Conflicts) -> Merge {
        match (&*self, other) {
            (_, Self::Nothing) => Merge::Unchanged,
            (Self::Nothing, _) => {
                *self = other.clone();
                Merge::Stored { over: None }
            }
            (Self::One(mine), Self::One(theirs)) => match conflicts {
                Conflicts::LastWriteWins => self.merge_last_write(theirs),
                Conflicts::LogOrder => self.merge_newer(theirs),
                Conflicts::Siblings => match theirs.relation(mine) {
                    Relation::Same | Relation::Before => Merge::Unchanged,
                    relation @ Relation::After => {
                        let over = Some((mine.id, relation));
                        *self = other.clone();
                        Merge::Stored { over }
                    }
                    Relation::Concurrent => self.merge_siblings(other),
                },
            },
            (_, Self::One(_) | Self::Siblings(_)) => match conflicts {
                Conflicts::LastWriteWins | Conflicts::LogOrder => self.merge_many_by_last_write(other),
                Conflicts::Siblings => self.merge_siblings(other),
            },
        }
    }

    /// What was written on top of it takes its place; anything else leaves it as it is.
    fn merge_newer(&mut self, theirs: &Arc<Version>) -> Merge {
        let Self::One(mine) = &*self else {
            return Merge::Unchanged;
        };
        match theirs.relation(mine) {
            relation @ Relation::After => {
                let over = Some((mine.id, relation));
                *self = Self::One(Arc::clone(theirs));
                Merge::Stored { over }
            }
            Relation::Same | Relation::Before => Merge::Unchanged,
            relation @ Relation::Concurrent => Merge::Kept { winner: mine.id, relation },
        }
    }

    fn merge_last_write(&mut self, theirs: &Arc<Version>) -> Merge {
        let Self::One(mine) = &*self else {
            return Merge::Unchanged;
        };
        if mine.id == theirs.id {
            return Merge::Unchanged;
        }
        let relation = theirs.relation(mine);
        if theirs.last_write_order(mine) == Ordering::Greater {
            let over = Some((mine.id, relation));
            *self = Self::One(Arc::clone(theirs));
            Merge::Stored { over }
        } else if relation == Relation::Before {
            Merge::Unchanged
        } else {
            Merge::Kept { winner: mine.id, relation }
        }
    }

    /// Only after a switch of policy can last-write-wins meet several versions at once.
    fn merge_many_by_last_write(&mut self, other: &Self) -> Merge {
        let before = self.content();
        let all = self.versions().iter().chain(other.versions());
        let Some(winner) = all.max_by(|a, b| a.last_write_order(b)).cloned() else {
            return Merge::Unchanged;
        };
        *self = Self::One(winner);
        if self.content() == before { Merge::Unchanged } else { Merge::Stored { over: None } }
    }

    fn merge_siblings(&mut self, other: &Self) -> Merge {
        let before = self.content();
        let mut all: Vec<&Arc<Version>> = self.versions().iter().chain(other.versions()).collect();
        all.sort_by_key(|version| version.id);
        all.dedup_by_key(|version| version.id);
        let survives = |version: &Arc<Version>| {
            !all.iter().any(|rival| rival.id != version.id && rival.context.covers(version.dot))
        };
        let kept: Vec<Arc<Version>> = all.iter().filter(|v| survives(v)).map(|v| Arc::clone(v)).collect();
        let gone = self.versions().iter().find(|mine| !kept.iter().any(|v| v.id == mine.id));
        let over = gone.map(|version| (version.id, Relation::After));
        *self = match kept.as_slice() {
            [] => Self::Nothing,
            [one] => Self::One(Arc::clone(one)),
            _ => Self::Siblings(kept.into()),
        };
        if self.content() == before { Merge::Unchanged } else { Merge::Stored { over } }
    }
}
