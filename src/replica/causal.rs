//! Writes that wait for what they depend on: causal delivery.
//!
//! ```text
//! W2 (after W1) ──► replica without W1:  held back, invisible, unacknowledged
//!            W1 ──► the same replica:    W1 is stored, then W2; both are acknowledged
//! ```
//!
//! A write made under monotonic writes or writes-follow-reads names the versions it comes after, as in COPS
//! (Lloyd, Freedman, Kaminsky and Andersen, "Don't settle for eventual", SOSP 2011, §4.3): a replica that
//! receives it checks them, and commits only when it has them. Here it checks those of the keys that it is
//! a replica of. What waits is volatile; its sender has no acknowledgement.

use std::sync::Arc;

use crate::base::{KeyId, NodeId, OpId};
use crate::data::{Conflicts, Held, Version};

use super::{Body, Output, Placement, Replica, Surroundings};

/// A version that has come and must not be shown yet.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    version: Arc<Version>,
    /// Whom to tell, and of which operation, once it is stored.
    acknowledge: Vec<(NodeId, OpId)>,
}

/// So many versions wait at a replica; what comes after that is not taken, as if it had been lost.
const MAX_WAITING: usize = 1_024;

/// Whether what came is stored, or has nothing new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    Now,
    /// Some of it waits for what it depends on, or found no room to wait.
    HeldBack,
}

impl Replica {
    /// What of `after` it would have to reflect and does not: dependencies on keys that it holds no copy of
    /// are none of its business.
    pub fn unmet<'a>(
        &self,
        after: &'a [Arc<Version>],
        placement: Placement,
        conflicts: Conflicts,
    ) -> impl Iterator<Item = &'a Arc<Version>> {
        after.iter().filter(move |dependency| {
            placement.is_owner(self.id, dependency.key)
                && !self.held(dependency.key).reflects(dependency, conflicts)
        })
    }

    /// Whether showing `version` now would break what its writer was promised.
    fn blocked(
        &self,
        version: &Arc<Version>,
        placement: Placement,
        conflicts: Conflicts,
    ) -> Option<Arc<Version>> {
        let after = version.after.as_deref()?;
        if self.held(version.key).reflects(version, conflicts) {
            return None;
        }
        // What it depends on of its own key it may bring itself: it was written on top of it.
        let itself = |dependency: &Arc<Version>| {
            dependency.key == version.key && Held::One(Arc::clone(version)).reflects(dependency, conflicts)
        };
        self.unmet(after, placement, conflicts).find(|dependency| !itself(dependency)).cloned()
    }

    /// What of `held` could be shown at once.
    pub fn ready(&self, held: &Held, placement: Placement, conflicts: Conflicts) -> Held {
        if held.versions().iter().all(|version| version.after.is_none()) {
            return held.clone();
        }
        held.keep(|version| self.blocked(version, placement, conflicts).is_none())
    }

    /// Stores what may be shown of `held`, holds back the rest, and lets go what that sets free.
    pub(super) fn absorb_in_order(
        &mut self,
        key: KeyId,
        held: &Held,
        around: &Surroundings<'_>,
        out: &mut Vec<Output>,
    ) -> Taken {
        let (placement, conflicts) = (around.placement, around.settings.conflicts);
        let mut shown = 0;
        loop {
            let ready = self.ready(held, placement, conflicts);
            if ready.versions().len() == shown {
                break;
            }
            // One sibling may be what another waits for.
            shown = ready.versions().len();
            self.store_now(key, &ready, around, out);
        }
        let mut room = Taken::Now;
        for version in held.versions() {
            let Some(dependency) = self.blocked(version, placement, conflicts) else { continue };
            if self.waiting.iter().any(|waiting| waiting.version.id == version.id) {
                continue;
            }
            if self.waiting.len() == MAX_WAITING {
                room = Taken::HeldBack;
                continue;
            }
            self.waiting.push(Waiting { version: Arc::clone(version), acknowledge: Vec::new() });
            out.push(Output::HeldBack { key, write: version.id, waits_for: dependency.id });
        }
        self.release(around, out);
        let waits = |version: &Arc<Version>| self.waiting.iter().any(|w| w.version.id == version.id);
        if held.versions().iter().any(waits) { Taken::HeldBack } else { room }
    }

    /// Once all of `held` is stored, `from` is to be told.
    pub(super) fn acknowledge_later(&mut self, held: &Held, from: NodeId, op: OpId) {
        for waiting in &mut self.waiting {
            let mine = held.versions().iter().any(|version| version.id == waiting.version.id);
            if mine && !waiting.acknowledge.contains(&(from, op)) {
                waiting.acknowledge.push((from, op));
            }
        }
    }

    /// Stores what waited in vain no longer, and what that sets free in turn.
    fn release(&mut self, around: &Surroundings<'_>, out: &mut Vec<Output>) {
        let (placement, conflicts) = (around.placement, around.settings.conflicts);
        let free = |replica: &Self| {
            let free = |waiting: &Waiting| replica.blocked(&waiting.version, placement, conflicts).is_none();
            replica.waiting.iter().position(free)
        };
        while let Some(index) = free(self) {
            let Waiting { version, acknowledge } = self.waiting.remove(index);
            self.store_now(version.key, &Held::One(version), around, out);
            for (to, op) in acknowledge {
                let more = self.waiting.iter().any(|waiting| waiting.acknowledge.contains(&(to, op)));
                if !more {
                    out.push(Output::Send { to, body: Body::WriteAck { op } });
                }
            }
        }
    }

    /// What has come and waits, oldest first, with what it waits for.
    pub fn waiting(
        &self,
        placement: Placement,
        conflicts: Conflicts,
    ) -> impl Iterator<Item = (&Arc<Version>, Vec<&Arc<Version>>)> {
        self.waiting.iter().map(move |waiting| {
            let after = waiting.version.after.as_deref().unwrap_or_default();
            (&waiting.version, self.unmet(after, placement, conflicts).collect())
        })
    }
}
