//! The rules of how a leaderless replica coordinates: whom it asks, what it does about replicas that are
//! behind, who may coordinate, who may stand in for whom.

/// Whom a read asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Asks {
    /// Every replica of the key that is believed up; the first R answers count (Dynamo §4.5, and the model
    /// of PBS).
    #[default]
    All,
    /// As many as the level says, one for its contents and the others for a digest of theirs (Cassandra's
    /// manual, "Dynamo: tunable consistency"). Where digests differ, contents are fetched from all that
    /// were asked.
    Exactly,
}

/// What a read does about the replicas that turn out to be behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReadRepair {
    /// Nothing.
    #[default]
    Off,
    /// It answers, and then sends them what they lack; late answers too (Dynamo §4.5).
    Async,
    /// It sends them what they lack and answers once as many replicas as the level says hold what it
    /// returns: quorum reads never go back (Cassandra's `read_repair: BLOCKING`).
    Blocking,
}

/// Who may coordinate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Coordinator {
    /// Whoever is asked. Writes of keys that keep siblings, counters and sets are forwarded to a replica of
    /// the key all the same: what stands for their history must have no gaps.
    #[default]
    Any,
    /// Only a replica of the key; whoever else is asked forwards to the first one believed up (Dynamo
    /// §4.5).
    Replica,
}

/// Whether others may stand in for replicas that are believed down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Quorum {
    /// Only the replicas of the key count.
    #[default]
    Strict,
    /// The first N *healthy* nodes of the preference list count; who stands in keeps a hint for the one it
    /// stands in for (Dynamo §4.6, "sloppy quorum").
    Sloppy,
}

impl ReadRepair {
    /// As presets spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Async => "async",
            Self::Blocking => "blocking",
        }
    }
}
