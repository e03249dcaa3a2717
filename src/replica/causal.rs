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
//!
//! What a replica gives another is what it holds, not all that it was ever told. So what comes may depend on
//! what nobody has any more, and only what replaced it brings: x2 after y1, y2 on top of y1 and after x2. One
//! by one neither could ever be shown; they are stored together, in one step.
//!
//! Updates of counters and sets are not held back: a state is many writes in one.

use std::sync::Arc;

use crate::action::Settings;
use crate::base::{KeyId, NodeId, OpId};
use crate::data::{Held, Version};

use super::{Body, Output, Placement, Replica, Surroundings};

/// What has come and must not be shown yet: one version, or a set that one vector stands for.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    key: KeyId,
    held: Held,
    /// Whom to tell, of which operation, and in answer to which try, once it is stored.
    acknowledge: Vec<(NodeId, OpId, u32)>,
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

/// The parts of `held` that can be stored one without the other.
fn parts(held: &Held) -> Vec<Held> {
    match held {
        Held::Nothing => Vec::new(),
        Held::Siblings(versions) => versions.iter().map(|v| Held::One(Arc::clone(v))).collect(),
        Held::One(_) | Held::Shared(_) | Held::State(_) => vec![held.clone()],
    }
}

/// Whether who holds this has nothing to learn from `dependency` any more. One vector for several siblings may
/// stand for one that it has dropped: nobody has that to give.
fn has_seen(held: &Held, dependency: &Version, settings: &Settings) -> bool {
    let passed = matches!(held, Held::Shared(_)) && held.history().covers(dependency.dot);
    passed || held.reflects(dependency, settings.conflicts_of(dependency.key))
}

fn is_free(held: &Held) -> bool {
    held.versions().iter().all(|version| version.after.is_none())
}

impl Replica {
    /// What of `after` it would have to reflect and does not: dependencies on keys that it holds no copy of
    /// are none of its business.
    pub fn unmet<'a>(
        &self,
        after: &'a [Arc<Version>],
        placement: Placement,
        settings: &Settings,
    ) -> impl Iterator<Item = &'a Arc<Version>> {
        after.iter().filter(move |dependency| {
            placement.is_owner(self.id, dependency.key)
                && !has_seen(self.held(dependency.key), dependency, settings)
        })
    }

    /// What it would have to reflect before it may show `held`, and does not.
    pub fn blocked_by(&self, held: &Held, placement: Placement, settings: &Settings) -> Vec<Arc<Version>> {
        let mut blocked: Vec<Arc<Version>> = Vec::new();
        for version in held.versions() {
            let Some(after) = version.after.as_deref() else { continue };
            let conflicts = settings.conflicts_of(version.key);
            if self.held(version.key).reflects(version, conflicts) {
                continue;
            }
            // What it depends on of its own key it may bring itself: it was written on top of it.
            let brought = |dependency: &Arc<Version>| {
                dependency.key == version.key && has_seen(held, dependency, settings)
            };
            let unmet = self.unmet(after, placement, settings).filter(|dependency| !brought(dependency));
            blocked.extend(unmet.cloned());
        }
        blocked
    }

    /// What of `held` could be shown at once.
    pub fn ready(&self, held: &Held, placement: Placement, settings: &Settings) -> Held {
        if is_free(held) {
            return held.clone();
        }
        match held {
            Held::Siblings(_) => held.keep(|version| {
                self.blocked_by(&Held::One(Arc::clone(version)), placement, settings).is_empty()
            }),
            Held::Nothing | Held::One(_) | Held::Shared(_) | Held::State(_) => {
                let blocked = !self.blocked_by(held, placement, settings).is_empty();
                if blocked { Held::Nothing } else { held.clone() }
            }
        }
    }

    /// Whether nothing that waits, and nothing of `held`, needs any care.
    pub(super) fn may_store_at_once(&self, held: &Held) -> bool {
        self.waiting.is_empty() && is_free(held)
    }

    /// Stores what may be shown of `held`, holds back the rest, and lets go what that sets free.
    pub(super) fn absorb_in_order(
        &mut self,
        key: KeyId,
        held: &Held,
        around: &Surroundings<'_>,
        out: &mut Vec<Output>,
    ) -> Taken {
        let (placement, settings) = (around.placement, around.settings);
        let mut shown = 0;
        loop {
            let ready = self.ready(held, placement, settings);
            if ready.versions().len() == shown {
                break;
            }
            // One sibling may be what another waits for.
            shown = ready.versions().len();
            self.store_now(key, &ready, around, out);
        }
        let mut room = Taken::Now;
        for part in parts(held) {
            let blocked = self.blocked_by(&part, placement, settings);
            let (Some(dependency), Some(write)) = (blocked.first(), part.newest()) else { continue };
            if self.waiting.iter().any(|waiting| waiting.key == key && waiting.held == part) {
                continue;
            }
            if self.waiting.len() == MAX_WAITING {
                room = Taken::HeldBack;
                continue;
            }
            out.push(Output::HeldBack { key, write, waits_for: dependency.id });
            self.waiting.push(Waiting { key, held: part, acknowledge: Vec::new() });
        }
        self.release(around, out);
        if self.has_waiting(key, held).is_empty() { room } else { Taken::HeldBack }
    }

    /// Where among those that wait the parts of `held` are.
    fn has_waiting(&self, key: KeyId, held: &Held) -> Vec<usize> {
        let parts = parts(held);
        let mine = |waiting: &Waiting| waiting.key == key && parts.contains(&waiting.held);
        (0..self.waiting.len()).filter(|index| mine(&self.waiting[*index])).collect()
    }

    /// Once all of `held` is stored, `from` is to be told.
    pub(super) fn acknowledge_later(
        &mut self,
        (key, held): (KeyId, &Held),
        (from, op, attempt): (NodeId, OpId, u32),
    ) {
        for index in self.has_waiting(key, held) {
            let acknowledge = &mut self.waiting[index].acknowledge;
            match acknowledge.iter_mut().find(|(to, of, _)| (*to, *of) == (from, op)) {
                Some((_, _, newest)) => *newest = attempt,
                None => acknowledge.push((from, op, attempt)),
            }
        }
    }

    /// Stores what waits for nothing any more, and what that sets free in turn; then what waits for nothing
    /// but each other.
    fn release(&mut self, around: &Surroundings<'_>, out: &mut Vec<Output>) {
        // N may have changed since they came: what it is no replica of any more is not taken.
        self.waiting.retain(|waiting| around.placement.is_owner(self.id, waiting.key));
        let free = |replica: &Self| {
            let free = |waiting: &Waiting| {
                replica.blocked_by(&waiting.held, around.placement, around.settings).is_empty()
            };
            replica.waiting.iter().position(free)
        };
        loop {
            while let Some(index) = free(self) {
                let waiting = self.waiting.remove(index);
                self.let_go(waiting, around, out);
            }
            let waiting: Vec<(KeyId, &Held)> = self.waiting().collect();
            let together = self.free_together(&waiting, around.placement, around.settings);
            if together.is_empty() {
                return;
            }
            let mut index = 0;
            let (released, kept) = std::mem::take(&mut self.waiting).into_iter().partition(|_| {
                index += 1;
                together.contains(&(index - 1))
            });
            self.waiting = kept;
            let released: Vec<Waiting> = released;
            for waiting in released {
                self.let_go(waiting, around, out);
            }
        }
    }

    fn let_go(&mut self, waiting: Waiting, around: &Surroundings<'_>, out: &mut Vec<Output>) {
        let Waiting { key, held, acknowledge } = waiting;
        self.store_now(key, &held, around, out);
        for (to, op, attempt) in acknowledge {
            let same = |(node, of, _): &(NodeId, OpId, u32)| (*node, *of) == (to, op);
            if !self.waiting.iter().any(|waiting| waiting.acknowledge.iter().any(same)) {
                out.push(Output::Send { to, body: Body::WriteAck { op, attempt } });
            }
        }
    }

    /// Which of these, by place, could be shown if they were stored in one step: all that they depend on is
    /// here, or among them.
    fn free_together(&self, all: &[(KeyId, &Held)], placement: Placement, settings: &Settings) -> Vec<usize> {
        let blocked: Vec<Vec<Arc<Version>>> =
            all.iter().map(|(_, held)| self.blocked_by(held, placement, settings)).collect();
        let mut free: Vec<usize> = (0..all.len()).collect();
        loop {
            let brings = |dependency: &Arc<Version>| {
                free.iter().any(|place| {
                    let (key, held) = all[*place];
                    key == dependency.key && has_seen(held, dependency, settings)
                })
            };
            let kept: Vec<usize> =
                free.iter().copied().filter(|place| blocked[*place].iter().all(brings)).collect();
            if kept.len() == free.len() {
                return kept;
            }
            free = kept;
        }
    }

    /// What of all this, and of what waits here, could be shown if it came, and cannot as it is.
    pub fn shown_together(
        &self,
        coming: &[(KeyId, &Held)],
        placement: Placement,
        settings: &Settings,
    ) -> Vec<(KeyId, Held)> {
        let mine = |(key, _): &(KeyId, &Held)| placement.is_owner(self.id, *key);
        let parts: Vec<(KeyId, Held)> = coming
            .iter()
            .copied()
            .chain(self.waiting())
            .filter(mine)
            .flat_map(|(key, held)| parts(held).into_iter().map(move |part| (key, part)))
            .collect();
        if parts.iter().all(|(_, part)| is_free(part)) {
            return Vec::new();
        }
        let all: Vec<(KeyId, &Held)> = parts.iter().map(|(key, part)| (*key, part)).collect();
        let free = self.free_together(&all, placement, settings);
        free.into_iter().map(|place| parts[place].clone()).collect()
    }

    /// What has come and waits, oldest first: of which key, and what.
    pub fn waiting(&self) -> impl Iterator<Item = (KeyId, &Held)> {
        self.waiting.iter().map(|waiting| (waiting.key, &waiting.held))
    }
}
