//! Which writes may have been lost, and when one is.

use super::{
    super::{
        Ledger,
        asking::{is_gone, is_held},
    },
    MAX_LOST, MAX_SUSPECTS, keep,
};
use crate::{
    action::LeaderlessPolicy,
    base::{KeyId, Position, WriteId},
    check::{
        Anomaly, AnomalyKind, Evidence,
        key_ledger::{KeyLedger, Record, Suspicion},
        order::Names,
    },
    data::Relation,
    replica::MessageKind,
    sim::{Simulation, What},
};

/// A write that may have been lost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Suspect {
    key: KeyId,
    write: WriteId,
    refuge: Refuge,
}

/// Where a suspect was when it was looked at last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refuge {
    /// A replica held it: it is safe until something of its key changes.
    Replica,
    /// On its way, kept for somebody, or not acknowledged yet.
    Elsewhere,
}

/// Whether any write had to come after others, perhaps of other keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Ties {
    #[default]
    Never,
    Once,
}

/// What a step changed of all that a write's being lost depends on: what is held, on its way or kept for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Changed {
    Keys(Vec<KeyId>),
    Everything,
}

impl Default for Changed {
    fn default() -> Self {
        Self::Keys(Vec::new())
    }
}

impl Changed {
    fn touches(&self, key: KeyId) -> bool {
        match self {
            Self::Keys(keys) => keys.contains(&key),
            Self::Everything => true,
        }
    }
}

impl Ledger {
    /// A write gave way somewhere to one that stands so to it. What was written on top of it loses nothing.
    pub(in crate::check::ledger) fn suspect_beaten(&mut self, key: KeyId, write: WriteId, winner: Relation) {
        match winner {
            Relation::After | Relation::Same => {}
            Relation::Before | Relation::Concurrent => self.suspect(key, write),
        }
    }

    /// Perhaps this was the last of it.
    pub(in crate::check::ledger) fn suspect(&mut self, key: KeyId, write: WriteId) {
        let known = |suspect: &Suspect| suspect.write == write;
        if !self.watch.suspects.iter().any(known) && !self.watch.lost.contains(&write) {
            keep(&mut self.watch.suspects, Suspect { key, write, refuge: Refuge::Elsewhere }, MAX_SUSPECTS);
        }
    }

    pub(in crate::check::ledger) fn anything_changed(&mut self) {
        self.watch.changed = Changed::Everything;
    }

    /// Notes of which keys this fact changes anything. One too many costs time, one too few hides a loss.
    pub(in crate::check::ledger) fn note_change(&mut self, what: &What, simulation: &Simulation) {
        let key = match what {
            What::Sent { .. } | What::Asked { .. } | What::Redirected { .. } | What::Waits { .. } => return,
            What::Delivered { .. } | What::Died { .. } if self.watch.suspects.is_empty() => return,
            What::Delivered { kind: MessageKind::WriteAck, .. }
            | What::Died { kind: MessageKind::WriteAck, .. } => {
                let waits_for_acks =
                    |rules: &LeaderlessPolicy| rules.hints.is_some() || rules.retransmit.is_some();
                match simulation.settings().leaderless() {
                    Some(rules) if !waits_for_acks(rules) => return,
                    Some(_) | None => None,
                }
            }
            What::Delivered { kind: MessageKind::Write, carries: Some(write), .. }
            | What::Died { kind: MessageKind::Write, carries: Some(write), .. } => self.key_of(*write),
            What::Stored { key, .. } | What::Kept { key, .. } | What::Effort { key, .. } => Some(*key),
            What::Accepted { version, .. } => {
                if version.after.is_some() {
                    self.watch.ties = Ties::Once;
                }
                Some(version.key)
            }
            What::Answered { op, .. } => self.open.get(*op).map(|asked| asked.key),
            What::Delivered { .. }
            | What::Died { .. }
            | What::Queued { .. }
            | What::HeldBack { .. }
            | What::Rebound { .. }
            | What::Discarded { .. }
            | What::News { .. }
            | What::Hinted { .. }
            | What::HandedBack { .. }
            | What::HintExpired { .. }
            | What::Believes { .. }
            | What::Purged { .. }
            | What::Destroyed { .. }
            | What::CutMade { .. }
            | What::Operated { .. }
            | What::CutHealed { .. }
            | What::Crashed { .. }
            | What::Restarted { .. }
            | What::Frozen { .. }
            | What::Thawed { .. }
            | What::Turned(_) => None,
        };
        match (key, &mut self.watch.changed) {
            (Some(key), Changed::Keys(keys)) if !keys.contains(&key) => keys.push(key),
            (Some(_), Changed::Keys(_) | Changed::Everything) => {}
            (None, changed) => *changed = Changed::Everything,
        }
    }

    /// Something is stored where deletes were forgotten: it may be what they had deleted.
    pub(in crate::check::ledger) fn suspect_risen(&mut self, key: KeyId) {
        if self.keys[key.index()].has_forgotten() {
            let purged: Vec<WriteId> = self.keys[key.index()].purged_writes().collect();
            for write in purged {
                self.suspect(key, write);
            }
        }
    }

    /// A disk is gone: whatever it had.
    pub(in crate::check::ledger) fn suspect_all(&mut self) {
        let of = |(index, ledger): (usize, &KeyLedger)| {
            let key = KeyId(u32::try_from(index).unwrap_or(u32::MAX));
            ledger.records().map(|record| (key, record.version.id)).collect::<Vec<_>>()
        };
        let all: Vec<(KeyId, WriteId)> = self.keys.iter().enumerate().flat_map(of).collect();
        for (key, write) in all {
            self.suspect(key, write);
        }
    }

    /// Looks, once the facts of a step are known, which of the suspected writes are lost by now.
    pub(in crate::check::ledger) fn watch_losses(&mut self, simulation: &Simulation) {
        let mut changed = std::mem::take(&mut self.watch.changed);
        if !self.watch.suspects.is_empty() {
            self.look_at_suspects(&changed, simulation);
        }
        match &mut changed {
            Changed::Keys(keys) => keys.clear(),
            Changed::Everything => changed = Changed::default(),
        }
        self.watch.changed = changed;
    }

    fn look_at_suspects(&mut self, changed: &Changed, simulation: &Simulation) {
        let mut lost: Vec<Anomaly> = Vec::new();
        let (keys, at) = (&self.keys, simulation.position());
        // What one key's messages bring depends on no other key.
        let settings = simulation.settings();
        let apart = settings.anti_entropy.is_none()
            && settings.leaderless().is_some()
            && self.watch.ties == Ties::Never;
        self.watch.suspects.retain_mut(|suspect| {
            let (key, write) = (&suspect.key, &suspect.write);
            if !changed.touches(*key) && (suspect.refuge == Refuge::Replica || apart) {
                return true;
            }
            let gone = |record: &Record| is_gone(record, simulation);
            match keys[key.index()].loss_of(*write, simulation, gone) {
                Suspicion::Remains => {
                    let record = keys[key.index()].record(*write);
                    let held = record.is_some_and(|record| is_held(record, simulation));
                    suspect.refuge = if held { Refuge::Replica } else { Refuge::Elsewhere };
                    true
                }
                Suspicion::Over => false,
                Suspicion::Lost(record) => {
                    lost.push(obituary(record, at, simulation));
                    false
                }
            }
        });
        for mut anomaly in lost {
            let Some(write) = anomaly.write else { continue };
            let survivor = self.record(anomaly.key, write).and_then(|record| record.dropped_for);
            if let Some((winner, _, first)) = survivor
                && let Some(last) = anomaly.evidence.last_mut()
                && let Some(winner) = self.record(anomaly.key, winner)
            {
                let winner = Names(simulation).write(&winner.version);
                last.text = format!("{}: it gave way to {winner}, beginning at {}", last.text, first.at);
            }
            keep(&mut self.watch.lost, write, MAX_LOST);
            self.anomalies.push(anomaly);
        }
    }
}

fn obituary(record: &Record, at: Position, simulation: &Simulation) -> Anomaly {
    let names = Names(simulation);
    let write = names.write(&record.version);
    let acked = record.acked.map_or_else(String::new, |(_, at)| format!(" and acknowledged at {at}"));
    let evidence = vec![
        Evidence {
            at: record.accepted,
            text: format!("{write} was written at {}{acked}", names.node(record.coordinator)),
        },
        Evidence { at, text: format!("no replica holds {write} any more, and none will") },
    ];
    Anomaly {
        number: 0,
        at,
        kind: AnomalyKind::LostWrite,
        key: record.version.key,
        node: record.coordinator,
        client: None,
        op: None,
        write: Some(record.version.id),
        evidence,
    }
}
