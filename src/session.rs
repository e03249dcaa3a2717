//! Floor 2: what a client remembers between operations, and which answers its guarantees let through.

use std::sync::Arc;

use crate::{
    action::Guarantee,
    base::KeyId,
    data::{Conflicts, Held, Version, VersionVector},
};

/// One client's memory, by key.
#[derive(Debug, Clone, Default)]
pub struct Session {
    memory: Vec<Memory>,
}

#[derive(Debug, Clone, Default)]
struct Memory {
    /// Its own newest acknowledged write.
    written: Option<Arc<Version>>,
    /// What its newest read returned.
    seen: Held,
    /// Everything it has read descends from this.
    context: VersionVector,
}

static NOTHING: VersionVector = VersionVector::EMPTY;

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
        self.memory(version.key).written = Some(Arc::clone(version));
    }

    pub fn read(&mut self, key: KeyId, held: &Held) {
        let memory = self.memory(key);
        memory.seen = held.clone();
        memory.context.join(&held.history());
    }

    /// Whether there is anything that a read of `key` could break `guarantee` with.
    pub fn bears_on(&self, guarantee: Guarantee, key: KeyId) -> bool {
        self.memory.get(key.index()).is_some_and(|memory| match guarantee {
            Guarantee::ReadYourWrites => memory.written.is_some(),
            Guarantee::MonotonicReads => !memory.seen.is_nothing(),
            Guarantee::MonotonicWrites | Guarantee::WritesFollowReads => false,
        })
    }

    /// Whether returning `held` for `key` would break `guarantee` (SEMANTICS §9). Those on writes are not
    /// judged here.
    pub fn would_break(&self, guarantee: Guarantee, key: KeyId, held: &Held, conflicts: Conflicts) -> bool {
        let Some(memory) = self.memory.get(key.index()) else {
            return false;
        };
        match guarantee {
            Guarantee::ReadYourWrites => {
                memory.written.as_ref().is_some_and(|write| !held.reflects(write, conflicts))
            }
            Guarantee::MonotonicReads => {
                memory.seen.versions().iter().any(|version| !held.reflects(version, conflicts))
            }
            Guarantee::MonotonicWrites | Guarantee::WritesFollowReads => false,
        }
    }
}
