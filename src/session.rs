//! Floor 2: what a client remembers between operations, and which answers its guarantees let through.

use std::sync::Arc;

use crate::{
    action::Guarantee,
    base::{KeyId, WriteId},
    data::{Conflicts, Held, Version, VersionVector},
};

/// One client's memory, by key.
#[derive(Debug, Clone, Default)]
pub struct Session {
    memory: Vec<Memory>,
}

#[derive(Debug, Clone, Default)]
struct Memory {
    owed: Owed,
    /// Everything it has read descends from this.
    context: VersionVector,
    /// The version that it read or wrote last; within, `None` where it found nothing. `None` while it has
    /// done neither.
    last: Option<Option<WriteId>>,
}

/// What a client has been shown or told of a key by now, and a read that it asks from now on must reflect.
/// Taken when the read is asked: what happens while it is under way is no part of it.
#[derive(Debug, Clone, Default)]
pub struct Owed {
    /// Its own acknowledged writes, but those that it wrote over.
    written: Arc<Vec<Arc<Version>>>,
    /// What its reads returned, but what later ones superseded.
    seen: Arc<Vec<Arc<Version>>>,
}

/// So many versions of a key that do not supersede each other are remembered, the newest.
const MAX_REMEMBERED: usize = 64;

static NOTHING: VersionVector = VersionVector::EMPTY;

fn remember(known: &mut Arc<Vec<Arc<Version>>>, version: &Arc<Version>) {
    if known.iter().any(|v| v.reflects(version)) {
        return;
    }
    let known = Arc::make_mut(known);
    known.retain(|v| !version.reflects(v));
    if known.len() == MAX_REMEMBERED {
        known.remove(0);
    }
    known.push(Arc::clone(version));
}

impl Session {
    fn memory(&mut self, key: KeyId) -> &mut Memory {
        if self.memory.len() <= key.index() {
            self.memory.resize_with(key.index() + 1, Memory::default);
        }
        &mut self.memory[key.index()]
    }

    /// What it sends along with a write: the history of what it has read.
    pub fn context(&self, key: KeyId) -> &VersionVector {
        self.memory.get(key.index()).map_or(&NOTHING, |memory| &memory.context)
    }

    pub fn wrote(&mut self, version: &Arc<Version>) {
        let memory = self.memory(version.key);
        memory.last = Some(Some(version.id));
        remember(&mut memory.owed.written, version);
    }

    pub fn read(&mut self, key: KeyId, held: &Held) {
        let memory = self.memory(key);
        for version in held.versions() {
            remember(&mut memory.owed.seen, version);
        }
        memory.context.join(&held.history());
        memory.last = Some(held.newest());
    }

    /// The version of `key` that it read or wrote last; within, `None` where it found nothing. `None` where it
    /// has done neither.
    pub fn last(&self, key: KeyId) -> Option<Option<WriteId>> {
        self.memory.get(key.index())?.last
    }

    /// Everything of `key` that it has read or written, as a minimum for what it is to be shown.
    pub fn minimum(&self, key: KeyId) -> VersionVector {
        let Some(memory) = self.memory.get(key.index()) else { return VersionVector::EMPTY };
        let mut minimum = memory.context.clone();
        for version in memory.owed.written.iter() {
            minimum.join(&version.history());
        }
        minimum
    }

    /// What a read of `key` that is asked now must reflect; `None` where it may return anything.
    pub fn owed(&self, key: KeyId) -> Option<Owed> {
        let owed = &self.memory.get(key.index())?.owed;
        (!owed.written.is_empty() || !owed.seen.is_empty()).then(|| owed.clone())
    }
}

impl Owed {
    fn by(&self, guarantee: Guarantee) -> &[Arc<Version>] {
        match guarantee {
            Guarantee::ReadYourWrites => &self.written,
            Guarantee::MonotonicReads => &self.seen,
            // Those on writes are not judged here.
            Guarantee::MonotonicWrites | Guarantee::WritesFollowReads => &[],
        }
    }

    /// Whether there is anything that the read could break `guarantee` with.
    pub fn bears_on(&self, guarantee: Guarantee) -> bool {
        !self.by(guarantee).is_empty()
    }

    /// Whether returning `held` would break `guarantee` (SEMANTICS §9).
    pub fn is_broken(&self, guarantee: Guarantee, held: &Held, conflicts: Conflicts) -> bool {
        self.by(guarantee).iter().any(|version| !held.reflects(version, conflicts))
    }
}
