//! The file mirror: what a preset may say, as it was written.
//!
//! Strangers are refused and kinds are right; nothing else is checked or filled in. Quantities are kept as text,
//! names may point at nothing. The doc comments of the fields are what an editor shows: each states the meaning,
//! the unit and the default. Never use tags, `flatten` or range checks here: they report the wrong place.

mod background;
mod client;
mod cluster;
mod condition;
mod data;
mod either;
mod network;
mod pause;
mod primary;
mod quantity;
mod regions;
mod step;
mod system;
mod value;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

pub use background::{FailureDetector, Heartbeats, HintHolder, HintRules, Hints, TombstoneRules, Tombstones};
pub use client::{Client, Guarantee, Keys, Means, Route, Stop, WhenUnable, Workload};
pub use cluster::{
    AntiEntropy, AntiEntropyStyle, Asks, Clock, Clocks, Cluster, Conflicts, Coordinator, Copies, Gossip,
    GossipDigest, Leaderless, Level, LevelName, Off, ReadRepair, Replica, ReplicaItem, Replicas, Replicate,
    Replication, VersionKind, Versioning,
};
pub use condition::{
    Bounds, Condition, Converged, Last, Limit, Siblings, Stale, State, Test, TimeToConsistency, Versions,
};
pub use data::{Change, Datum, Element, OfKind};
pub use network::{
    Distribution, Empirical, Exponential, Latency, Link, Lognormal, Network, Normal, Pareto, Part, Quantile,
    Uniform,
};
pub use primary::{
    Acks, Durability, Election, Elections, Failover, Primary, ReadsFrom, Snapshot, Wait, WritesElsewhere,
};
pub use quantity::{
    DriftText, DurationOrOffText, DurationText, Name, RateText, ShareText, SignedDurationText, SizeText,
};
pub use regions::{Between, Bound, Freshness, MultiRegion};
pub use step::{
    Context, Cut, Delete, Ends, IfVersion, Knobs, Message, Operate, Pause, Read, Skew, StartStop, Step, Write,
};
pub use system::System;
pub use value::{Literal, Outcome};

/// A preset of laggard: a cluster, its network and its clients, a script of what happens to them, and what must be
/// true in the end.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// The name shown in lists and on the screen's first line.
    pub title: String,
    /// What this preset shows, in a sentence or two. Default: nothing.
    pub about: Option<String>,
    /// The number that all chance in the simulation follows from: same seed, same run. Default: 0.
    pub seed: Option<u64>,
    /// The key that the screen shows first. Default: the first key that the data, the script or the workload names; `x`
    /// if there is none.
    pub key: Option<String>,
    /// Keys that are there from the start, in this order, before all others. Default: those that the data, the script and
    /// the workload name, in the order of the file.
    #[serde(default)]
    pub keys: Vec<String>,
    /// The system whose documented defaults stand in for what `cluster` does not say; `laggard systems` lists them.
    /// Default: none, and each setting has the default stated beside it.
    pub system: Option<System>,
    /// The replicas and how they replicate. Default: three replicas, each holding every key.
    #[serde(default)]
    pub cluster: Cluster,
    /// How messages travel. Default: every link takes 80ms and loses nothing.
    #[serde(default)]
    pub network: Network,
    /// Who reads and writes. Default: one client named `you`, at the first replica.
    #[serde(default)]
    pub clients: Vec<Client>,
    /// What every replica holds at the start, by key: a value, or a counter, a set or a register. Default: nothing.
    #[serde(default)]
    pub data: BTreeMap<String, Datum>,
    /// Operations that go on by themselves, from the start. Default: none.
    pub workload: Option<Workload>,
    /// What happens, step after step. Default: nothing, the keyboard decides.
    #[serde(default)]
    pub script: Vec<Step>,
    /// What must be true when the script has ended and everything has settled. Default: nothing.
    #[serde(default)]
    pub expect: Vec<Condition>,
}
