//! The knobs of a cluster as a whole: what a preset states and a command may turn while it runs.

use std::sync::Arc;

use crate::{
    base::{KeyId, Span},
    data::{Clocks, Conflicts, Kind},
};

use super::{
    AntiEntropy, Asks, Coordinator, Durability, FailureDetector, HintRules, Level, PrimaryPolicy, Quorum,
    ReadRepair, Regions, TombstoneRules,
};

/// How the cluster replicates, as things stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// N: how many replicas hold each key, 1 to the number of replicas.
    pub copies: u16,
    /// By zone, where each zone is a ring of its own; they add up to `copies`. Empty: one ring.
    pub per_zone: Vec<u16>,
    pub write: Level,
    pub read: Level,
    pub propagation: Propagation,
    /// How long a client waits for its answer.
    pub timeout: Span,
    pub anti_entropy: Option<AntiEntropy>,
    /// How concurrent versions collapse, but of keys that say otherwise: ask [`Self::conflicts_of`].
    pub conflicts: Conflicts,
    /// How coordinators stamp writes.
    pub clocks: Clocks,
    /// At most so many entries a new version's vector has (Dynamo: 10); `None`: no bound.
    pub truncate_at: Option<u16>,
    /// What each key holds; a key beyond them holds plain values. Ask [`Self::kind`].
    pub kinds: Arc<[Kind]>,
    pub protocol: Protocol,
}

/// Who takes writes.
#[derive(Debug, Clone, PartialEq)]
pub enum Protocol {
    /// Any replica coordinates.
    Leaderless(LeaderlessPolicy),
    /// One replica takes the writes and streams them to the others.
    Primary(Box<PrimaryPolicy>),
}

/// How a write reaches the other replicas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Propagation {
    /// The coordinator sends it to every replica of the key.
    Direct,
    /// The coordinator keeps it, and anti-entropy carries it on.
    Gossip,
}

/// How leaderless replicas coordinate. The default is the plainest that can be: whatever repairs is off.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeaderlessPolicy {
    pub asks: Asks,
    /// Where a read asks exactly as many as its level says: after so long without enough answers it asks
    /// one more.
    pub speculative: Option<Span>,
    pub read_repair: ReadRepair,
    pub coordinator: Coordinator,
    /// Who counts; sloppy quorums need `hints`.
    pub quorum: Quorum,
    /// After so long a coordinator sends a write again to whoever has not acknowledged it, until all have.
    /// What it still has to send is volatile: a crash ends it.
    pub retransmit: Option<Span>,
    /// Whether writes are kept for replicas that cannot take them. Turned off, no more are stored; those
    /// that are, are handed back all the same (as after Cassandra's `nodetool disablehandoff`).
    pub hints: Option<HintRules>,
    /// `None`: everybody knows at once of a crash and of a restart, and nobody of a cut or a freeze.
    pub failure_detector: Option<FailureDetector>,
    /// `None`: tombstones are kept for ever.
    pub tombstones: Option<TombstoneRules>,
    /// What of a replica's data, hints included, outlives a crash.
    pub durability: Durability,
}

impl Settings {
    /// The plainest cluster: every key on `copies` replicas, levels ONE, two seconds of patience,
    /// last-write-wins, nothing that repairs.
    pub fn plain(copies: u16) -> Self {
        Self {
            copies,
            per_zone: Vec::new(),
            write: Level::One,
            read: Level::One,
            propagation: Propagation::Direct,
            timeout: Span::secs(2),
            anti_entropy: None,
            conflicts: Conflicts::LastWriteWins,
            clocks: Clocks::Physical,
            truncate_at: None,
            kinds: [].into(),
            protocol: Protocol::Leaderless(LeaderlessPolicy::default()),
        }
    }

    /// As [`Self::leaderless`], to turn a knob.
    pub fn leaderless_mut(&mut self) -> Option<&mut LeaderlessPolicy> {
        match &mut self.protocol {
            Protocol::Leaderless(policy) => Some(policy),
            Protocol::Primary(_) => None,
        }
    }

    /// What a key holds.
    pub fn kind(&self, key: KeyId) -> Kind {
        self.kinds.get(key.index()).copied().unwrap_or_default()
    }

    /// Whether what the key holds merges by itself. (A primary counts in place, as one who writes numbers.)
    pub fn merges(&self, key: KeyId) -> bool {
        self.kind(key).is_state() && self.leaderless().is_some()
    }

    /// How concurrent versions of a key collapse. (Counters and sets merge whatever it says.)
    pub fn conflicts_of(&self, key: KeyId) -> Conflicts {
        if let Some(policy) = self.primary() {
            let one_order = policy.regions.as_ref().is_none_or(|regions| regions.one_log().is_some());
            return if one_order { Conflicts::LogOrder } else { Conflicts::LastWriteWins };
        }
        match self.kind(key) {
            Kind::Register(conflicts) => conflicts,
            Kind::Value | Kind::GrowCounter | Kind::Counter | Kind::Set => self.conflicts,
        }
    }

    /// The leaderless rules; `None` under another protocol.
    pub fn leaderless(&self) -> Option<&LeaderlessPolicy> {
        match &self.protocol {
            Protocol::Leaderless(policy) => Some(policy),
            Protocol::Primary(_) => None,
        }
    }

    /// How several regions hold one table; `None` under another protocol.
    pub fn regions(&self) -> Option<&Regions> {
        self.primary()?.regions.as_ref()
    }

    /// The rules of a primary and its replicas; `None` under another protocol.
    pub fn primary(&self) -> Option<&PrimaryPolicy> {
        match &self.protocol {
            Protocol::Leaderless(_) => None,
            Protocol::Primary(policy) => Some(policy),
        }
    }
}
