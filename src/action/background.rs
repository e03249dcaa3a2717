//! The rules of what leaderless replicas do beside answering clients: hints, opinions of each other,
//! tombstones.

use crate::base::Span;

/// Hinted handoff (Dynamo §4.6; Cassandra's manual, "Hints"): what a replica could not be given is kept for
/// it elsewhere and handed back once it is believed up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HintRules {
    /// None is stored for a replica that has been believed down for longer (Cassandra's
    /// `max_hint_window`, 3 h by default).
    pub window: Span,
    pub holder: HintHolder,
    /// How often a holder looks for replicas that are back and hands over what it keeps for them
    /// (Cassandra's dispatcher looks every 10 s).
    pub replay_every: Span,
}

/// Who keeps a hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HintHolder {
    /// The replica that coordinates the write (Cassandra).
    Coordinator,
    /// The next node of the preference list, which takes the write in the other's stead (Dynamo §4.6).
    Next,
}

/// Each replica's own opinion of who is up, from heartbeats that are passed on at random. A fixed timeout
/// stands in for Cassandra's phi accrual, which adapts it to the heartbeats it has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailureDetector {
    /// A replica of which nothing newer has been heard for so long is believed down.
    pub timeout: Span,
    /// How often a replica counts its own heartbeat up and tells one other all that it knows.
    pub gossip_every: Span,
}

/// When a replica may forget that something was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TombstoneRules {
    /// A tombstone is kept for at least so long after its stamp, by the replica's own clock (Cassandra's
    /// `gc_grace_seconds`, 864,000 by default).
    pub gc_grace: Span,
    /// How often a replica compacts what it holds and so forgets older ones.
    pub compact_every: Span,
}

impl HintRules {
    /// Cassandra's defaults.
    pub const USUAL: Self = Self {
        window: Span::secs(3 * 60 * 60),
        holder: HintHolder::Coordinator,
        replay_every: Span::secs(10),
    };
}

impl FailureDetector {
    /// Cassandra gossips once a second. The ten seconds are ours: its phi of 8 convicts after some 18 (8 ln 10 times the
    /// period of heartbeats), which its profile has.
    pub const USUAL: Self = Self { timeout: Span::secs(10), gossip_every: Span::secs(1) };
}

impl TombstoneRules {
    /// Cassandra's grace of ten days; the period of compaction is ours, since there it follows the load.
    pub const USUAL: Self = Self { gc_grace: Span::secs(864_000), compact_every: Span::secs(60 * 60) };
}
