//! Hinted handoff: what a replica could not be given is kept for it elsewhere until it is back.
//!
//! ```text
//!   write ──► coordinator ── to a target believed down ──────────► hint        Dynamo §4.6,
//!                   │        to one silent until the timeout ────► hint        Cassandra, "Hints"
//!                   └─ hint ── believed up again: hand back ──► target ── ack ──► hint forgotten
//! ```
//!
//! Hints are durable: a crash leaves them, the loss of the disk does not. They keep the versions as they
//! were written, stamp and context included, so that handing one back, even twice or late, is merging and
//! replaces nothing that supersedes it. Of one key and target what is kept is merged as the replica would
//! merge it, where Cassandra keeps every mutation: the outcome is the same, and the room is bounded.

use std::collections::BTreeMap;

use crate::{
    base::{KeyId, NodeId, OpId, OpTable, Span, WriteId},
    data::{Conflicts, Held, Merge},
};

use super::{Body, Output, Replica, Surroundings, Timer};

/// What is kept for others, and which writes may yet need it.
#[derive(Debug, Clone, Default)]
pub(super) struct HintStore {
    /// By target and key. Durable.
    hints: BTreeMap<(NodeId, KeyId), Hint>,
    /// How often it looks for targets that are back, as the rules said when the last hint came. Durable.
    replay_every: Span,
    /// Volatile.
    clock: ReplayClock,
    /// Writes whose replicas have yet to acknowledge. Volatile.
    awaited: OpTable<Awaited>,
}

/// Whether the timer of handing back is set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum ReplayClock {
    #[default]
    Stopped,
    Running,
}

#[derive(Debug, Clone)]
struct Hint {
    /// The name, for randomness, of the newest write in it.
    cause: u64,
    held: Held,
    /// When it came, by the machine's monotonic clock.
    since: Span,
    /// How often it has been sent.
    attempt: u32,
}

#[derive(Debug, Clone)]
struct Awaited {
    cause: u64,
    key: KeyId,
    held: Held,
    silent: Vec<NodeId>,
}

impl HintStore {
    /// Loses what is volatile.
    pub(super) fn crash(&mut self) {
        self.clock = ReplayClock::Stopped;
        self.awaited = OpTable::default();
    }
}

impl Replica {
    /// Whether the rules let this replica keep a hint for `target` now: none for one that has been down
    /// for longer than the window (Cassandra, `max_hint_window`).
    pub(super) fn may_hint(target: NodeId, around: &Surroundings<'_>) -> bool {
        let rules = around.settings.leaderless().and_then(|rules| rules.hints);
        rules.is_some_and(|rules| around.down_for(target).is_none_or(|down| down <= rules.window))
    }

    /// Keeps `held` of `key` for `target` until it is handed back; `cause` names the write. Says whether it
    /// is kept: not where the rules are off or the target has been down too long.
    pub(super) fn store_hint(
        &mut self,
        target: NodeId,
        (cause, key): (u64, KeyId),
        held: &Held,
        around: &Surroundings<'_>,
        out: &mut Vec<Output>,
    ) -> HintFate {
        let rules = around.settings.leaderless().and_then(|rules| rules.hints);
        let (Some(rules), Some(write)) = (rules.filter(|_| Self::may_hint(target, around)), held.newest())
        else {
            return HintFate::Refused;
        };
        let store = &mut self.hints;
        store.replay_every = rules.replay_every;
        let fresh = Hint { cause, held: Held::Nothing, since: around.monotonic, attempt: 0 };
        let hint = store.hints.entry((target, key)).or_insert(fresh);
        let conflicts = around.settings.conflicts_of(key);
        if let Merge::Stored { over } = hint.held.merge(held, conflicts) {
            hint.cause = cause;
            hint.attempt = 0;
            if conflicts == Conflicts::LastWriteWins {
                // Siblings stay beside the newcomer, and the oldest decides when it is too late for them.
                hint.since = around.monotonic;
            }
            out.push(Output::Hinted { target, key, write, over });
        }
        self.watch_for_returns(out);
        HintFate::Kept
    }

    /// Sets the timer of handing back, if anything is kept and it is not set.
    fn watch_for_returns(&mut self, out: &mut Vec<Output>) {
        let store = &mut self.hints;
        if store.clock == ReplayClock::Stopped && !store.hints.is_empty() {
            store.clock = ReplayClock::Running;
            out.push(Output::Arm { timer: Timer::HandBack, after: store.replay_every });
        }
    }

    /// It is up again: what it kept is still there to be handed back.
    pub(super) fn resume_hints(&mut self, out: &mut Vec<Output>) {
        self.watch_for_returns(out);
    }

    /// The disk is gone; says how many hints were on it.
    pub(super) fn lose_hints(&mut self) -> usize {
        let lost = self.hints.hints.len();
        self.hints = HintStore::default();
        lost
    }

    /// Time to look who is back: sends every hint whose target is believed up, and forgets those that are
    /// too old to be safe.
    pub(super) fn hand_back(&mut self, around: &Surroundings<'_>, out: &mut Vec<Output>) {
        self.hints.clock = ReplayClock::Stopped;
        self.expire_hints(around, out);
        for ((target, key), hint) in &mut self.hints.hints {
            if around.believed_up[target.index()] {
                let Hint { cause, held, attempt, .. } = hint;
                let body = Body::Hint { cause: *cause, key: *key, held: held.clone(), attempt: *attempt };
                *attempt += 1;
                out.push(Output::Send { to: *target, body });
            }
        }
        self.watch_for_returns(out);
    }

    /// A hint older than the grace of tombstones could bring back what was deleted since, and is thrown
    /// away (as Cassandra does on dispatch).
    fn expire_hints(&mut self, around: &Surroundings<'_>, out: &mut Vec<Output>) {
        let rules = around.settings.leaderless().and_then(|rules| rules.tombstones);
        let Some(grace) = rules.map(|rules| rules.gc_grace) else { return };
        self.hints.hints.retain(|(target, key), hint| {
            let keep = around.monotonic.0.saturating_sub(hint.since.0) < grace.0;
            if let (false, Some(write)) = (keep, hint.held.newest()) {
                out.push(Output::HintExpired { target: *target, key: *key, write });
            }
            keep
        });
    }

    /// `target` has what hint `cause` brought: it is forgotten, unless a newer one has taken its place.
    pub(super) fn handed_back(&mut self, target: NodeId, key: KeyId, cause: u64, out: &mut Vec<Output>) {
        let entry = self.hints.hints.get(&(target, key));
        if let Some(write) = entry.filter(|hint| hint.cause == cause).and_then(|hint| hint.held.newest()) {
            self.hints.hints.remove(&(target, key));
            out.push(Output::HandedBack { target, key, write });
        }
    }

    /// Watches a write that was just sent to `silent`: who has not acknowledged it when it times out gets a
    /// hint (Cassandra, "Hints": a replica that stays silent is treated as one that is down).
    pub(super) fn await_acks(
        &mut self,
        (op, cause): (OpId, u64),
        (key, held): (KeyId, &Held),
        silent: &[NodeId],
        around: &Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        let hints = around.settings.leaderless().is_some_and(|rules| rules.hints.is_some());
        if hints && !silent.is_empty() {
            let awaited = Awaited { cause, key, held: held.clone(), silent: silent.to_vec() };
            self.hints.awaited.insert(op, awaited);
            let after = around.settings.timeout;
            out.push(Output::Arm { timer: Timer::WriteTimeout { op, cause }, after });
        }
    }

    pub(super) fn no_longer_silent(&mut self, op: OpId, from: NodeId) {
        if let Some(awaited) = self.hints.awaited.get_mut(op) {
            awaited.silent.retain(|node| *node != from);
            if awaited.silent.is_empty() {
                self.hints.awaited.remove(op);
            }
        }
    }

    /// The time to acknowledge a write is over.
    pub(super) fn hint_the_silent(&mut self, op: OpId, around: &Surroundings<'_>, out: &mut Vec<Output>) {
        let Some(Awaited { cause, key, held, silent }) = self.hints.awaited.remove(op) else { return };
        for target in silent {
            self.store_hint(target, (cause, key), &held, around, out);
        }
    }

    /// What it keeps for others, by target and key.
    pub fn hints(&self) -> impl Iterator<Item = (NodeId, KeyId, &Held)> {
        self.hints.hints.iter().map(|((target, key), hint)| (*target, *key, &hint.held))
    }

    /// Whether `write` is among what it keeps for others.
    pub fn hints_hold(&self, key: KeyId, write: WriteId) -> bool {
        self.hints().any(|(_, k, held)| k == key && held.versions().iter().any(|v| v.id == write))
    }

    /// As [`Self::hints`], of writes that still wait for acknowledgements and may become hints.
    pub fn hints_to_come(&self) -> impl Iterator<Item = (NodeId, KeyId, &Held)> {
        self.hints.awaited.iter().flat_map(|(_, awaited)| {
            awaited.silent.iter().map(|target| (*target, awaited.key, &awaited.held))
        })
    }

    /// How often it looks for replicas that are back.
    pub fn replay_every(&self) -> Span {
        self.hints.replay_every
    }

    /// When the hint of this target and key came, by the machine's monotonic clock.
    pub fn hint_since(&self, target: NodeId, key: KeyId) -> Option<Span> {
        self.hints.hints.get(&(target, key)).map(|hint| hint.since)
    }
}

/// What became of a hint that was to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HintFate {
    Kept,
    /// The rules are off, or the target has been down too long.
    Refused,
}
