//! What a replica holds of one key, and how two such holdings collapse into one.
//!
//! ```text
//! last write wins   {w3}  ⊔ {w5}      → {w5}       whichever stamp is larger, in whatever order they come
//! siblings          {w3}  ⊔ {w5}      → {w3,w5}    unless one descends from the other
//! vector siblings   {w3}  ⊔ {w5}      → {w3,w5}    unless one *set* descends from the other
//! counters, sets    +1    ⊔ +2        → +3         whatever happened on either side
//! ```
//!
//! Merging is commutative, associative and idempotent, but for vector siblings, whose outcome depends on the
//! order in which they meet (that is what is wrong with them). Every version keeps its context under every
//! policy, so what was dropped, and whether it was concurrent, can always be said.

use std::{cmp::Ordering, sync::Arc};

use crate::base::WriteId;

use super::{Relation, State, Version, VersionVector};

/// How concurrent versions of a key collapse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflicts {
    LastWriteWins,
    /// All are kept. Each has its own dot and context (dotted version vectors: Preguiça, Baquero et al.
    /// 2012; Riak since 2.0).
    Siblings,
    /// All are kept, and one vector of the server's stands for the whole set, as in Riak before 2.0: a
    /// write that has not seen the whole set replaces nothing of it, so siblings can multiply without end
    /// ("sibling explosion").
    VectorSiblings,
    /// None ever meet: a primary puts all writes of a key in one order, and who replicates follows it.
    LogOrder,
}

impl Conflicts {
    /// Whether concurrent versions stay side by side.
    pub fn keeps_siblings(self) -> bool {
        match self {
            Self::LastWriteWins | Self::LogOrder => false,
            Self::Siblings | Self::VectorSiblings => true,
        }
    }
}

/// The current versions of one key at one place.
#[derive(Debug, Clone, Default)]
pub enum Held {
    #[default]
    Nothing,
    One(Arc<Version>),
    /// Two or more, by write id; none descends from another.
    Siblings(Arc<[Arc<Version>]>),
    /// Two or more under one vector.
    Shared(Arc<Shared>),
    /// A counter or a set.
    State(Arc<State>),
}

/// Siblings that one vector stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    pub vector: VersionVector,
    /// By write id.
    pub versions: Vec<Arc<Version>>,
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
    /// Versions are immutable, so their names decide; of what has merged, what it has seen.
    fn eq(&self, other: &Self) -> bool {
        let names =
            |held: &Self| held.versions().iter().map(|v| v.id).eq(other.versions().iter().map(|v| v.id));
        match (self, other) {
            (Self::State(mine), Self::State(theirs)) => mine == theirs,
            (Self::State(_), _) | (_, Self::State(_)) => false,
            (Self::Shared(mine), Self::Shared(theirs)) => names(self) && mine.vector == theirs.vector,
            (
                Self::Nothing | Self::One(_) | Self::Siblings(_) | Self::Shared(_),
                Self::Nothing | Self::One(_) | Self::Siblings(_) | Self::Shared(_),
            ) => names(self),
        }
    }
}

impl Held {
    /// A stable name for the contents: equal exactly where the same versions are held.
    pub fn content(&self) -> u64 {
        match self {
            Self::Nothing => 0,
            Self::One(version) => u64::from(version.id.0) + 1,
            Self::Siblings(versions) => name_of(versions),
            Self::Shared(shared) => name_of(&shared.versions) ^ name_of_vector(&shared.vector),
            Self::State(state) if state.has_seen_the_start() => name_of_vector(state.seen()),
            Self::State(state) => crate::base::mix(name_of_vector(state.seen()) ^ 1),
        }
    }

    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }

    /// The versions, none, one or several; a counter or a set is one version, as it reads.
    pub fn versions(&self) -> &[Arc<Version>] {
        match self {
            Self::Nothing => &[],
            Self::One(version) => std::slice::from_ref(version),
            Self::Siblings(versions) => versions,
            Self::Shared(shared) => &shared.versions,
            Self::State(state) => std::slice::from_ref(state.face()),
        }
    }

    /// The counter or set.
    pub fn state(&self) -> Option<&Arc<State>> {
        match self {
            Self::State(state) => Some(state),
            Self::Nothing | Self::One(_) | Self::Siblings(_) | Self::Shared(_) => None,
        }
    }

    /// Whether `write` itself is in it: one of its versions, or an update that had its effect.
    pub fn keeps(&self, write: &Version) -> bool {
        match self {
            Self::State(state) => state.seen().covers(write.dot),
            Self::Nothing | Self::One(_) | Self::Siblings(_) | Self::Shared(_) => {
                self.versions().iter().any(|version| version.id == write.id)
            }
        }
    }

    /// The same with only the versions that `keeps` says.
    #[must_use]
    pub fn keep(&self, keeps: impl Fn(&Arc<Version>) -> bool) -> Self {
        let kept: Vec<Arc<Version>> = self.versions().iter().filter(|v| keeps(v)).cloned().collect();
        match kept.as_slice() {
            [] => Self::Nothing,
            [one] => Self::One(Arc::clone(one)),
            _ => Self::Siblings(kept.into()),
        }
    }

    /// The newest write held.
    pub fn newest(&self) -> Option<WriteId> {
        match self {
            Self::Nothing => None,
            Self::One(version) => Some(version.id),
            Self::State(state) => Some(state.face().id),
            Self::Siblings(_) | Self::Shared(_) => self.versions().iter().map(|version| version.id).max(),
        }
    }

    /// Everything the held versions descend from, themselves included.
    pub fn history(&self) -> VersionVector {
        match self {
            Self::Shared(shared) => return shared.vector.clone(),
            Self::State(state) => return state.seen().clone(),
            Self::Nothing | Self::One(_) | Self::Siblings(_) => {}
        }
        let Some((first, others)) = self.versions().split_first() else {
            return VersionVector::EMPTY;
        };
        let mut history = first.history();
        for version in others {
            history.join(&version.context);
            history.add(version.dot, version.stamp);
        }
        history
    }

    /// Whether a place that holds this has nothing to learn from `write`: it holds it, or what it holds
    /// descends from it, or (under last-write-wins) beats it.
    pub fn reflects(&self, write: &Version, conflicts: Conflicts) -> bool {
        if let Self::State(state) = self {
            // `write` may itself be how a state read: then all that it had seen counts.
            return state.seen().covers(write.dot) && state.seen().includes(&write.context);
        }
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
            (Self::State(mine), Self::State(theirs)) => {
                if mine.seen().includes(theirs.seen()) {
                    return Merge::Unchanged;
                }
                *self = Self::State(if theirs.seen().includes(mine.seen()) {
                    Arc::clone(theirs)
                } else {
                    Arc::new(mine.join(theirs))
                });
                Merge::Stored { over: None }
            }
            // A key has one kind.
            (Self::State(_), _) | (_, Self::State(_)) => Merge::Unchanged,
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
                Conflicts::VectorSiblings => self.merge_sets(other),
            },
            (_, Self::One(_) | Self::Siblings(_) | Self::Shared(_)) => match conflicts {
                Conflicts::LastWriteWins | Conflicts::LogOrder => self.merge_many_by_last_write(other),
                Conflicts::Siblings => self.merge_siblings(other),
                Conflicts::VectorSiblings => self.merge_sets(other),
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

    /// What a coordinator that holds this writes and sends when a client puts `version`. Where one vector
    /// stands for the whole set, the version replaces the set if its client had seen all of it, else it
    /// joins the set.
    #[must_use]
    pub fn put(&self, version: Arc<Version>, conflicts: Conflicts, truncate_at: Option<u16>) -> Self {
        match conflicts {
            Conflicts::LastWriteWins | Conflicts::Siblings | Conflicts::LogOrder => Self::One(version),
            Conflicts::VectorSiblings => {
                let mut vector = self.history();
                if self.is_nothing() || version.context.includes(&vector) {
                    return Self::One(version);
                }
                vector.join(&version.history());
                if let Some(most) = truncate_at {
                    vector.truncate(usize::from(most), version.dot.node);
                }
                let mut versions = self.versions().to_vec();
                versions.push(version);
                Self::Shared(Arc::new(Shared { vector, versions }))
            }
        }
    }

    /// The vectors of the whole sets decide; where neither includes the other, everything stays.
    fn merge_sets(&mut self, other: &Self) -> Merge {
        let (mut mine, theirs) = (self.history(), other.history());
        let over = match (mine.includes(&theirs), theirs.includes(&mine)) {
            (true, false) => return Merge::Unchanged,
            (false, true) => {
                let gone = self.versions().iter().find(|version| !other.keeps(version));
                let over = gone.map(|version| (version.id, Relation::After));
                *self = other.clone();
                return Merge::Stored { over };
            }
            (true, true) | (false, false) => None,
        };
        let before = self.content();
        let mut versions: Vec<Arc<Version>> =
            self.versions().iter().chain(other.versions()).map(Arc::clone).collect();
        versions.sort_by_key(|version| version.id);
        versions.dedup_by_key(|version| version.id);
        mine.join(&theirs);
        match versions.as_slice() {
            // One version under one vector has nothing to add to its own.
            [one] => *self = Self::One(Arc::clone(one)),
            _ => *self = Self::Shared(Arc::new(Shared { vector: mine, versions })),
        }
        if self.content() == before { Merge::Unchanged } else { Merge::Stored { over } }
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
            !all.iter().any(|rival| rival.id != version.id && rival.descends_from(version))
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

fn name_of(versions: &[Arc<Version>]) -> u64 {
    let add = |hash, version: &Arc<Version>| crate::base::mix(hash ^ (u64::from(version.id.0) + 1));
    versions.iter().fold(u64::MAX, add)
}

fn name_of_vector(vector: &VersionVector) -> u64 {
    let add = |hash, (node, counter): (crate::base::NodeId, u32)| {
        crate::base::mix(hash ^ (u64::from(node.0) << 32 | u64::from(counter)))
    };
    vector.entries().fold(crate::base::mix(u64::MAX), add)
}
