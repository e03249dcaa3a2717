//! The durable half of a replica: one slot per key.

use std::sync::Arc;

use crate::{
    base::{KeyId, NodeId, mix},
    data::{Conflicts, Dot, Held, Merge, Version},
};

/// Under which name a replica writes in vectors: its own on its first disk, one beyond all `nodes` on each
/// that follows.
fn actor(node: NodeId, nodes: u16, disk: u16) -> NodeId {
    NodeId(node.0.saturating_add(nodes.saturating_mul(disk)))
}

/// Which replica an actor in a vector of `nodes` replicas is, and on which of its disks it wrote, from 0.
pub fn replica_of(actor: NodeId, nodes: u16) -> (NodeId, u16) {
    (NodeId(actor.0 % nodes.max(1)), actor.0 / nodes.max(1))
}

#[derive(Debug, Clone, Default)]
struct Slot {
    held: Held,
    /// How many writes of this key this node has coordinated.
    counter: u32,
}

#[derive(Debug, Clone)]
pub(super) struct Store {
    slots: Vec<Slot>,
    digest: u64,
    /// How many disks were lost before this one.
    disk: u16,
}

/// What an empty slot lends out.
static NOTHING: Held = Held::Nothing;

impl Store {
    pub(super) fn new(keys: usize) -> Self {
        Self { slots: vec![Slot::default(); keys], digest: 0, disk: 0 }
    }

    pub(super) fn held(&self, key: KeyId) -> &Held {
        self.slots.get(key.index()).map_or(&NOTHING, |slot| &slot.held)
    }

    pub(super) fn digest(&self) -> u64 {
        self.digest
    }

    fn slot(&mut self, key: KeyId) -> &mut Slot {
        if self.slots.len() <= key.index() {
            self.slots.resize_with(key.index() + 1, Slot::default);
        }
        &mut self.slots[key.index()]
    }

    pub(super) fn merge(&mut self, key: KeyId, held: &Held, conflicts: Conflicts) -> Merge {
        let slot = self.slot(key);
        let before = slot.held.content();
        let merge = slot.held.merge(held, conflicts);
        let after = slot.held.content();
        if before != after {
            self.digest ^= Self::mark(key, before) ^ Self::mark(key, after);
        }
        merge
    }

    /// Replaces what is held of `key`, whatever it was.
    pub(super) fn set(&mut self, key: KeyId, held: Held) {
        let slot = self.slot(key);
        let before = slot.held.content();
        let after = held.content();
        slot.held = held;
        self.digest ^= Self::mark(key, before) ^ Self::mark(key, after);
    }

    /// Every version that is held, by key.
    pub(super) fn versions(&self) -> Arc<[Arc<Version>]> {
        self.slots.iter().flat_map(|slot| slot.held.versions()).cloned().collect()
    }

    pub(super) fn mark(key: KeyId, content: u64) -> u64 {
        if content == 0 { 0 } else { mix(mix(u64::from(key.0) + 1) ^ content) }
    }

    /// The next dot of `key` at `node`, one of `nodes`. Each disk writes under an actor of its own, so that
    /// no dot names two writes and no write claims to have been made on top of what was lost (Riak: actor
    /// epochs).
    pub(super) fn next_dot(&mut self, (node, nodes): (NodeId, u16), key: KeyId) -> Dot {
        let node = actor(node, nodes, self.disk);
        let slot = self.slot(key);
        slot.counter += 1;
        Dot { node, counter: slot.counter }
    }

    /// Forgets what is held of `key`.
    pub(super) fn purge(&mut self, key: KeyId) {
        let slot = self.slot(key);
        let before = std::mem::take(&mut slot.held).content();
        self.digest ^= Self::mark(key, before);
    }

    /// Under how many names it has written before this one: so many disks, or what was on them, were lost.
    pub(super) fn disks(&self) -> u16 {
        self.disk
    }

    /// Goes on under the names that `other` had come to.
    pub(super) fn follow_names_of(&mut self, other: &Self) {
        if self.disk != other.disk {
            self.disk = other.disk;
            self.slots.iter_mut().for_each(|slot| slot.counter = 0);
        }
        for (mine, theirs) in self.slots.iter_mut().zip(&other.slots) {
            mine.counter = mine.counter.max(theirs.counter);
        }
    }

    /// Some of what was written here is lost: what is written from now on has another name, as on a new disk.
    pub(super) fn begin_anew(&mut self) {
        self.disk += 1;
        self.slots.iter_mut().for_each(|slot| slot.counter = 0);
    }

    /// A new disk, with nothing on it.
    pub(super) fn wipe(&mut self) {
        self.slots.clear();
        self.disk += 1;
        self.digest = 0;
    }

    /// How deep a binary tree must be to have a leaf for each key.
    pub(super) fn depth(&self) -> u8 {
        u8::try_from(self.slots.len().next_power_of_two().trailing_zeros()).unwrap_or(u8::MAX)
    }

    /// Everything held, by key.
    pub(super) fn contents(&self) -> impl Iterator<Item = (KeyId, &Held)> {
        let named = |(i, slot)| (KeyId(u32::try_from(i).unwrap_or(u32::MAX)), slot);
        self.slots.iter().enumerate().map(named).map(|(key, slot): (_, &Slot)| (key, &slot.held))
    }
}
