//! `primary`: one replica takes the writes and streams them to the others.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::either::either;
use super::quantity::{DurationText, SizeText};

/// A primary and its replicas.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Primary {
    /// The replica that is primary at the start. Default: the first.
    pub at: Option<String>,
    /// How many replicas must have acknowledged a write before it is: a number, or `majority` (of all members, the
    /// primary counted). Default: 0.
    pub acks: Option<Acks>,
    /// How much of the stream a replica that lost its connection can be sent again; each write counts 100B. Default: 1MiB.
    pub backlog: Option<SizeText>,
    /// How often a replica tells how far it is, and the primary that it is there: 1ms or more. Default: 1s.
    pub ack_every: Option<DurationText>,
    /// A write is refused if fewer replicas than this are good. Default: 0.
    pub min_replicas: Option<u64>,
    /// A replica is good if the primary heard from it at most so long ago. Default: 10s.
    pub max_lag: Option<DurationText>,
    /// Who answers reads. Default: `any`.
    pub reads_from: Option<ReadsFrom>,
    /// What becomes of a request that only the primary may serve and that came to another. Default: `redirect`.
    pub writes_elsewhere: Option<WritesElsewhere>,
    /// Who is promoted first, by replica: lower numbers first, 0 never. Default: 100 each.
    #[serde(default)]
    pub priorities: BTreeMap<String, u64>,
    /// Monitors that promote another replica if the primary is down. Default: nobody does.
    pub failover: Option<Failover>,
    /// The members elect their primary by majority themselves. Default: they do not.
    pub election: Option<Elections>,
    /// What outlives a crash. Default: `journal`.
    pub durability: Option<Durability>,
    /// How long a client waits for its answer; after that nobody knows whether a write was done. Default: 2s.
    pub timeout: Option<DurationText>,
}

/// How many replicas must have acknowledged a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acks {
    /// That many, the primary not counted.
    Count(u64),
    /// As many as make a majority of all members, the primary counted.
    Named(AcksName),
}
either!(
    Acks: NumberOr { Number => Count(u64), Text => Named(AcksName) },
    "How many replicas must have acknowledged a write: a number, or majority."
);

/// The word `majority`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AcksName {
    /// More than half of all members, the primary counted.
    Majority,
}

/// Who answers reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReadsFrom {
    /// The primary, or who takes itself for it.
    Primary,
    /// Whoever is asked.
    Any,
}

/// What becomes of a request that only the primary may serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WritesElsewhere {
    /// It is answered by an error.
    Refuse,
    /// It is passed on to the primary.
    Redirect,
}

/// Monitors that promote another replica if the primary is down.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Failover {
    /// A monitor takes for down who has not answered it for so long: 1ms or more. Default: 30s.
    pub after: Option<DurationText>,
    /// How many monitors must agree that the primary is down. Default: more than half of them.
    pub quorum: Option<u64>,
    /// The replicas beside which a monitor stands. Default: all.
    pub monitors: Option<Vec<String>>,
}

/// Who elects the primary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Elections {
    /// The members, with the usual timeout.
    Named(Electors),
    /// The members, this way.
    Members(Election),
}
either!(
    Elections: Either { Scalar => Named(Electors), Collection => Members(Election) },
    "The word members (the members elect their primary by majority themselves), or a map with a timeout."
);

/// The word `members`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Electors {
    /// The members themselves.
    Members,
}

/// The members elect their primary by majority themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Election {
    /// After so long without a primary a member stands for election, and a primary without a majority steps down: 1ms or
    /// more. Default: 10s.
    pub timeout: Option<DurationText>,
}

/// What outlives a crash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Durability {
    /// Everything that was written.
    Journal(Journal),
    /// What was there at the latest snapshot.
    Snapshot(Snapshot),
}
either!(
    Durability: Either { Scalar => Journal(Journal), Collection => Snapshot(Snapshot) },
    "What outlives a crash: journal (everything), or a map such as {snapshot: 1h} (what was there at the latest one)."
);

/// The word `journal`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Journal {
    /// Everything that was written outlives a crash.
    Journal,
}

/// Snapshots from time to time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// How long after a snapshot the next one is written: 1ms or more.
    pub snapshot: DurationText,
}

/// Waiting for replicas once the primary has a write.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// For how many replicas, the primary not counted. Default: 1.
    pub replicas: Option<u64>,
    /// How long; then the answer says how many have it. `0`: for ever. Default: 1s.
    pub timeout: Option<DurationText>,
}
