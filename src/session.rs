//! Floor 2: what a client remembers between operations, which answers its guarantees let through, and what
//! its writes must come after.

use std::sync::Arc;

use crate::{
    action::{ClientPolicy, Guarantee, Means},
    base::{KeyId, WriteId},
    data::{Conflicts, Dependencies, Held, Stamp, Version, VersionVector},
};

/// One client's memory, by key.
#[derive(Debug, Clone, Default)]
pub struct Session {
    memory: Vec<Memory>,
    /// The largest stamp that an answer came with: it hands the clock of whoever served it on to the next.
    heard: Option<Stamp>,
}

#[derive(Debug, Clone, Default)]
struct Memory {
    owed: Owed,
    /// Everything it has read descends from this.
    context: VersionVector,
    /// The version that it read or wrote last; within, `None` where it found nothing. `None` while it has
    /// done neither.
    #[expect(clippy::option_option, reason = "having found nothing is not having looked")]
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
const MAX_REMEMBERED: usize = 4_096;

static NOTHING: VersionVector = VersionVector::EMPTY;

fn remember(known: &mut Arc<Vec<Arc<Version>>>, version: &Arc<Version>, conflicts: Conflicts) {
    if known.iter().any(|v| v.stands_for(version, conflicts)) {
        return;
    }
    let version = &version.bare();
    let known = Arc::make_mut(known);
    known.retain(|v| !version.stands_for(v, conflicts));
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

    /// The clock that it sends along with a request, where it has heard any.
    pub fn heard(&self) -> Option<Stamp> {
        self.heard
    }

    /// An answer came from a replica whose clock stood at `stamp`.
    pub fn hear(&mut self, stamp: Stamp) {
        self.heard = self.heard.max(Some(stamp));
    }

    /// What it sends along with a write: the history of what it has read.
    pub fn context(&self, key: KeyId) -> &VersionVector {
        self.memory.get(key.index()).map_or(&NOTHING, |memory| &memory.context)
    }

    pub fn wrote(&mut self, version: &Arc<Version>, conflicts: Conflicts) {
        let memory = self.memory(version.key);
        memory.last = Some(Some(version.id));
        remember(&mut memory.owed.written, version, conflicts);
    }

    pub fn read(&mut self, key: KeyId, held: &Held, conflicts: Conflicts) {
        let memory = self.memory(key);
        for version in held.versions() {
            remember(&mut memory.owed.seen, version, conflicts);
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

    /// What a write that is asked now must never be seen without, by what its client was promised (SEMANTICS
    /// §9): its own acknowledged writes, and those that its reads returned, of whatever keys.
    pub fn after(&self, policy: &ClientPolicy) -> Dependencies {
        match policy.by {
            Means::Token | Means::Sticky => {}
            Means::Quorum => return None,
        }
        let mine = policy.promises(Guarantee::MonotonicWrites);
        let theirs = policy.promises(Guarantee::WritesFollowReads);
        if !mine && !theirs {
            return None;
        }
        let mut after: Vec<Arc<Version>> = Vec::new();
        for Memory { owed, .. } in &self.memory {
            let written = owed.written.iter().filter(|_| mine);
            for version in written.chain(owed.seen.iter().filter(|_| theirs)) {
                if !after.iter().any(|known| known.id == version.id) {
                    after.push(Arc::clone(version));
                }
            }
        }
        after.sort_by_key(|version| version.id);
        (!after.is_empty()).then(|| after.into())
    }

    /// Whether `version` is one of its own acknowledged writes that it remembers.
    pub fn has_written(&self, version: &Version) -> bool {
        let memory = self.memory.get(version.key.index());
        memory.is_some_and(|memory| memory.owed.written.iter().any(|mine| mine.id == version.id))
    }

    /// Forgets what it was shown and told; not the contexts of what it read, which are the client's.
    pub fn forget_owed(&mut self) {
        for memory in &mut self.memory {
            memory.owed = Owed::default();
        }
    }

    /// What it must see of each key, by key: its own writes, then what it has read.
    pub fn token(&self) -> impl Iterator<Item = (KeyId, impl Iterator<Item = &Arc<Version>>)> {
        let all = self.memory.iter().enumerate();
        all.filter(|(_, memory)| !memory.owed.written.is_empty() || !memory.owed.seen.is_empty()).map(
            |(index, memory)| {
                let key = KeyId(u32::try_from(index).unwrap_or(u32::MAX));
                let seen = memory.owed.seen.iter();
                let new = seen.filter(|v| !memory.owed.written.iter().any(|w| w.id == v.id));
                (key, memory.owed.written.iter().chain(new))
            },
        )
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
            // Those on writes are kept by what the writes carry.
            Guarantee::MonotonicWrites | Guarantee::WritesFollowReads => &[],
        }
    }

    /// Whether there is anything that the read could break `guarantee` with.
    pub fn bears_on(&self, guarantee: Guarantee) -> bool {
        !self.by(guarantee).is_empty()
    }

    /// The first version by whose absence returning `held` would break `guarantee`.
    pub fn missed(&self, guarantee: Guarantee, held: &Held, conflicts: Conflicts) -> Option<&Arc<Version>> {
        self.by(guarantee).iter().find(|version| !held.reflects(version, conflicts))
    }

    /// Whether returning `held` would break `guarantee` (SEMANTICS §9).
    pub fn is_broken(&self, guarantee: Guarantee, held: &Held, conflicts: Conflicts) -> bool {
        self.missed(guarantee, held, conflicts).is_some()
    }
}
