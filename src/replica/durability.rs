//! What of a leaderless replica outlives a crash.
//!
//! With a journal, everything does: each write is on disk before it is acknowledged. Where the disk is synced
//! only every so often (Cassandra's `commitlog_sync: periodic`, every 10 s by default, when it is the machine
//! and not the process that goes down), a crash takes what came after the last time: an acknowledgement then
//! speaks of memory only, and overlapping quorums promise nothing (SEMANTICS §14).
//!
//! ```text
//!   synced ── w1 ── w2 ── crash      what is left is what was synced; w1 and w2 are gone from here,
//!      └────────────────────┘        and so are hints that came meanwhile
//! ```
//!
//! Whoever has lost writes writes under another name from then on, as on a new disk: no dot names two writes.

use crate::action::Durability;

use super::{Output, Replica, Surroundings, Timer, hints::HintStore, primary::Discard, store::Store};

/// What was on the disk when it was last synced.
#[derive(Debug, Clone)]
pub(super) struct Synced {
    store: Store,
    hints: HintStore,
}

impl Replica {
    /// Sets the timer of syncing, where the rules have one; what is there now is on the disk.
    pub(super) fn start_syncing(&mut self, around: &Surroundings<'_>, out: &mut Vec<Output>) {
        let rules = around.settings.leaderless();
        if let Some(Durability::Snapshot { every }) = rules.map(|rules| rules.durability) {
            self.synced = Some(Box::new(Synced { store: self.store.clone(), hints: self.hints.clone() }));
            out.push(Output::Arm { timer: Timer::Sync, after: every });
        }
    }

    /// A crash: what was never synced is gone.
    pub(super) fn fall_back_to_disk(&mut self, out: &mut Vec<Output>) {
        let Some(synced) = self.synced.as_deref() else { return };
        let before = std::mem::replace(&mut self.store, synced.store.clone());
        self.hints = synced.hints.clone();
        self.store.follow_names_of(&before);
        let mut lost = false;
        for (key, held) in before.contents() {
            let now = self.store.held(key);
            let (content, instead) = (now.content(), now.newest());
            if content == held.content() {
                continue;
            }
            lost = true;
            let kept = |id| now.versions().iter().any(|version| version.id == id);
            // Of several that are lost each is named; where only something else is held again, what gave way.
            let gone = || held.versions().iter().map(|version| version.id).filter(|id| !kept(*id));
            let first = gone().next().is_none().then(|| held.newest().or(instead)).flatten();
            for write in gone().chain(first) {
                out.push(Output::Discarded { key, write, why: Discard::Crashed, content, instead });
            }
        }
        if lost {
            self.store.begin_anew();
        }
    }
}
