//! Counters and sets that merge by themselves: state-based CRDTs (Shapiro, Preguiça, Baquero, Zawirski 2011).
//!
//! ```text
//! counter   what each node has added and taken; merge: the larger of each; value: all added − all taken
//! set       elements with the dot that added each; merge keeps an element that both have, and one that
//!           only one has if the other has not yet seen its dot: else the other has removed it
//! ```
//!
//! So an add that is concurrent with a remove wins, a remove takes away only what was seen, and no tombstone
//! stays behind (Bieniusa et al. 2012, "An optimized conflict-free replicated set"; Riak's `orswot`).
//! Whole states travel, hence what a state has seen never has a gap, and determines it.

use std::sync::Arc;

use crate::base::{KeyId, NodeId, WriteId};

use super::{Dot, Stamp, Update, Value, Version, VersionVector};

/// What kind of thing a key holds, for as long as the run lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// Text or a number, by the cluster's policy for conflicts.
    #[default]
    Value,
    /// Text or a number, by a policy of its own: an LWW-register or an MV-register.
    Register(super::Conflicts),
    /// A counter that only grows (G-counter).
    GrowCounter,
    /// A counter that goes both ways (PN-counter).
    Counter,
    /// An observed-remove set (OR-set).
    Set,
}

/// The state of one counter or set at one place.
#[derive(Debug, Clone)]
pub struct State {
    contents: Contents,
    origin: Origin,
    /// By node: the name of the newest update of its that was seen.
    newest: Vec<WriteId>,
    /// How it reads: its value, under the name of the newest update seen. The context is everything that
    /// was seen, that update included.
    face: Arc<Version>,
}

/// Whether it has seen the value that its key started with, which is in no vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    Start,
    /// It has grown on a disk that had lost everything.
    Nothing,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Contents {
    Counter(Counter),
    Set(Elements),
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Counter {
    start: i64,
    added: Tally,
    taken: Tally,
}

/// A sum by node, dense by node index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Tally(Vec<u64>);

/// Elements in order, each under the dots that added it. (Two only after concurrent adds.)
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Elements(Vec<(Value, Dot)>);

impl Kind {
    /// Whether what it holds merges by itself.
    pub fn is_state(self) -> bool {
        match self {
            Self::Value | Self::Register(_) => false,
            Self::GrowCounter | Self::Counter | Self::Set => true,
        }
    }

    /// Whether the update can be done to it.
    pub fn takes(self, update: &Update) -> bool {
        match (self, update) {
            (Self::Counter, Update::Increment(_) | Update::Decrement(_))
            | (Self::GrowCounter, Update::Increment(_))
            | (Self::Set, Update::Add(_) | Update::Remove(_)) => true,
            (
                Self::Value | Self::Register(_) | Self::Counter | Self::GrowCounter | Self::Set,
                Update::Increment(_) | Update::Decrement(_) | Update::Add(_) | Update::Remove(_),
            ) => false,
        }
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Value | Self::Register(_) => "register",
            Self::GrowCounter => "grow-only counter",
            Self::Counter => "counter",
            Self::Set => "set",
        }
    }
}

impl State {
    /// The state that a key of this kind starts with. `version` names it; its value is the number or the
    /// set to begin with.
    pub fn initial(kind: Kind, version: &Version) -> Self {
        let contents = match (kind, &version.value) {
            (Kind::Set, value) => {
                let elements = value.parts().iter().map(|element| (element.clone(), version.dot));
                Contents::Set(Elements(elements.collect()))
            }
            (_, Value::Number(start)) => Contents::Counter(Counter { start: *start, ..Counter::default() }),
            (_, Value::Text(_) | Value::Set(_) | Value::Update(_) | Value::Tombstone) => {
                Contents::Counter(Counter::default())
            }
        };
        Self::under(contents, (Origin::Start, Vec::new()), version.history(), version)
    }

    /// The state of a place that has lost everything: it has seen nothing, not even the start.
    pub fn nothing(kind: Kind, key: KeyId) -> Self {
        let (id, dot) = (WriteId(0), Dot { node: NodeId(0), counter: 0 });
        let (stamp, context) = (Stamp::at(i64::MIN), VersionVector::EMPTY);
        let version = Version { id, key, value: Value::Tombstone, stamp, dot, context, after: None };
        Self { origin: Origin::Nothing, ..Self::initial(kind, &version) }
    }

    fn under(
        contents: Contents,
        (origin, newest): (Origin, Vec<WriteId>),
        seen: VersionVector,
        name: &Version,
    ) -> Self {
        let (value, context) = (contents.value(), seen);
        let Version { id, key, stamp, dot, .. } = *name;
        let face = Arc::new(Version { id, key, value, stamp, dot, context, after: None });
        Self { contents, origin, newest, face }
    }

    /// The state after the update that `version` names: a new dot of the node that does it.
    #[must_use]
    pub fn after(&self, update: &Update, version: &Version) -> Self {
        let mut contents = self.contents.clone();
        contents.update(update, version.dot);
        let mut seen = self.seen().clone();
        seen.add(version.dot, version.stamp);
        let mut newest = self.newest.clone();
        let node = version.dot.node.index();
        newest.resize(newest.len().max(node + 1), WriteId(0));
        newest[node] = version.id;
        Self::under(contents, (self.origin, newest), seen, version)
    }

    /// The least state that has seen what both have.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        let contents = match (&self.contents, &other.contents) {
            (Contents::Counter(mine), Contents::Counter(theirs)) => Contents::Counter(mine.join(theirs)),
            (Contents::Set(mine), Contents::Set(theirs)) => Contents::Set(mine.join(self, theirs, other)),
            // A key has one kind.
            (mine @ Contents::Counter(_), Contents::Set(_))
            | (mine @ Contents::Set(_), Contents::Counter(_)) => mine.clone(),
        };
        let mut seen = self.seen().clone();
        seen.join(other.seen());
        let origin = if self.origin == Origin::Start { Origin::Start } else { other.origin };
        let name = if other.face.id > self.face.id { &other.face } else { &self.face };
        let named = |state: &Self, node: usize| state.newest.get(node).copied().unwrap_or(WriteId(0));
        let nodes = 0..self.newest.len().max(other.newest.len());
        let newest = nodes.map(|node| named(self, node).max(named(other, node))).collect();
        Self::under(contents, (origin, newest), seen, name)
    }

    /// Whether what has this dot came here once.
    fn covers(&self, dot: Dot) -> bool {
        if dot.counter == 0 { self.has_seen_the_start() } else { self.seen().covers(dot) }
    }

    /// Whether it has seen the value that its key started with.
    pub fn has_seen_the_start(&self) -> bool {
        self.origin == Origin::Start
    }

    /// The newest update that `other` has not seen.
    pub fn news_for(&self, other: &Self) -> Option<WriteId> {
        let news = self.seen().entries().filter(|(node, counter)| *counter > other.seen().get(*node));
        news.filter_map(|(node, _)| self.newest.get(node.index()).copied()).max()
    }

    /// Every update that has had its effect on it.
    pub fn seen(&self) -> &VersionVector {
        &self.face.context
    }

    /// How it reads.
    pub fn face(&self) -> &Arc<Version> {
        &self.face
    }
}

impl PartialEq for State {
    /// What has been seen decides.
    fn eq(&self, other: &Self) -> bool {
        self.seen() == other.seen() && self.origin == other.origin
    }
}

impl Contents {
    fn value(&self) -> Value {
        match self {
            Self::Counter(counter) => Value::Number(counter.value()),
            Self::Set(elements) => Value::set(elements.0.iter().map(|(element, _)| element.clone())),
        }
    }

    fn update(&mut self, update: &Update, dot: Dot) {
        match (self, update) {
            (Self::Counter(counter), Update::Increment(amount)) => counter.added.add(dot.node, *amount),
            (Self::Counter(counter), Update::Decrement(amount)) => counter.taken.add(dot.node, *amount),
            (Self::Set(elements), Update::Add(element)) => elements.add(element, dot),
            (Self::Set(elements), Update::Remove(element)) => elements.remove(element),
            // Refused before it comes here.
            (Self::Counter(_), Update::Add(_) | Update::Remove(_))
            | (Self::Set(_), Update::Increment(_) | Update::Decrement(_)) => {}
        }
    }
}

impl Counter {
    fn value(&self) -> i64 {
        let sum = i128::from(self.start) + self.added.sum() - self.taken.sum();
        i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX })
    }

    fn join(&self, other: &Self) -> Self {
        let (added, taken) = (self.added.join(&other.added), self.taken.join(&other.taken));
        // A key has one start; who has lost it has 0.
        let start = if self.start == 0 { other.start } else { self.start };
        Self { start, added, taken }
    }
}

impl Tally {
    fn add(&mut self, node: NodeId, amount: u32) {
        if self.0.len() <= node.index() {
            self.0.resize(node.index() + 1, 0);
        }
        let mine = &mut self.0[node.index()];
        *mine = mine.saturating_add(u64::from(amount));
    }

    fn join(&self, other: &Self) -> Self {
        let at = |tally: &Self, index: usize| tally.0.get(index).copied().unwrap_or(0);
        let len = self.0.len().max(other.0.len());
        Self((0..len).map(|index| at(self, index).max(at(other, index))).collect())
    }

    fn sum(&self) -> i128 {
        self.0.iter().map(|part| i128::from(*part)).sum()
    }
}

impl Elements {
    /// A new dot takes the place of those that were seen.
    fn add(&mut self, element: &Value, dot: Dot) {
        self.remove(element);
        let entry = (element.clone(), dot);
        let place = self.0.binary_search(&entry).unwrap_or_else(|place| place);
        self.0.insert(place, entry);
    }

    fn remove(&mut self, element: &Value) {
        self.0.retain(|(held, _)| held != element);
    }

    fn join(&self, seen: &State, other: &Self, other_seen: &State) -> Self {
        let has = |elements: &Self, entry: &(Value, Dot)| elements.0.binary_search(entry).is_ok();
        let mine = self.0.iter().filter(|entry| has(other, entry) || !other_seen.covers(entry.1));
        let theirs = other.0.iter().filter(|entry| !has(self, entry) && !seen.covers(entry.1));
        let mut kept: Vec<(Value, Dot)> = mine.chain(theirs).cloned().collect();
        kept.sort();
        Self(kept)
    }
}
