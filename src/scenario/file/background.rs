//! What leaderless replicas do beside answering clients: hints, opinions of each other, tombstones.

use schemars::JsonSchema;
use serde::Deserialize;

use super::cluster::Off;
use super::either::either;
use super::quantity::DurationText;

/// Whether writes are kept for replicas that cannot take them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hints {
    /// They are not.
    Off(Off),
    /// They are, under these rules.
    On(HintRules),
}
either!(
    Hints: Either { Scalar => Off(Off), Collection => On(HintRules) },
    "`off`, or for how long, by whom and how writes are kept for replicas that cannot take them."
);

/// How writes are kept for replicas that cannot take them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HintRules {
    /// No hint is stored for a replica that has been believed down for longer. Default: 3h.
    pub window: Option<DurationText>,
    /// Who keeps them. Default: `coordinator`.
    pub holder: Option<HintHolder>,
    /// How often a holder looks who is back, and hands over what it keeps: 1ms or more. Default: 10s.
    pub replay_every: Option<DurationText>,
}

/// Who keeps a hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HintHolder {
    /// The replica that coordinates the write.
    Coordinator,
    /// The next replica of the preference list, where quorums are sloppy; else the coordinator.
    Next,
}

/// Whether each replica has an opinion of its own of who is up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FailureDetector {
    /// All know at once of a crash and of a restart, and nobody of a cut or a freeze.
    Off(Off),
    /// Each has, from heartbeats.
    On(Heartbeats),
}
either!(
    FailureDetector: Either { Scalar => Off(Off), Collection => On(Heartbeats) },
    "`off`, or how replicas find out by heartbeats who is up."
);

/// How replicas find out who is up.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Heartbeats {
    /// A replica of which nothing newer was heard for so long is believed down. Default: 10s.
    pub timeout: Option<DurationText>,
    /// How often a replica passes on what it knows, to one other at random: 1ms or more. Default: 1s.
    pub gossip_every: Option<DurationText>,
}

/// Whether tombstones are ever forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tombstones {
    /// They are kept for ever.
    Off(Off),
    /// They are forgotten, under these rules.
    On(TombstoneRules),
}
either!(
    Tombstones: Either { Scalar => Off(Off), Collection => On(TombstoneRules) },
    "`off` to keep tombstones for ever, or after how long they are forgotten."
);

/// When tombstones are forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TombstoneRules {
    /// So long after the delete, by the replica's own clock. Default: 864000s, ten days.
    pub gc_grace: Option<DurationText>,
    /// How often a replica looks for old ones: 1ms or more. Default: 1h.
    pub compact_every: Option<DurationText>,
}
