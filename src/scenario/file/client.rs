//! `clients` and `workload`: who reads and writes, by hand and by themselves.

use schemars::JsonSchema;
use serde::Deserialize;

use super::cluster::Level;
use super::either::either;
use super::quantity::{DurationText, RateText, ShareText};

/// Someone who reads and writes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// The client's name, unlike every other client's and replica's.
    pub name: String,
    /// The replica it talks to. Default: the first.
    pub at: Option<String>,
    /// How many replicas must take part in its reads and writes. Default: what the replication says.
    pub level: Option<Level>,
    /// How long it waits for an answer. Default: what the replication says.
    pub timeout: Option<DurationText>,
    /// What its session promises it. Default: nothing.
    #[serde(default)]
    pub guarantees: Vec<Guarantee>,
    /// By what it gets its guarantees. Default: `token`.
    pub by: Option<Means>,
    /// What becomes of its operation at a replica that would break a guarantee. Default: `fail`.
    pub when_unable: Option<WhenUnable>,
    /// Which replica its operations go to, where they name none. Default: `fixed`, or `sticky` where its guarantees are by
    /// that.
    pub route: Option<Route>,
}

/// By what a client gets its guarantees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// It stays with one server, which remembers its session; when that is down, another one begins anew.
    Sticky,
    /// It carries what it must see, and a replica that does not reflect that may not serve it.
    Token,
    /// It reads and writes at `quorum` where it has no level of its own.
    Quorum,
}

/// What becomes of an operation at a replica that may not serve it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhenUnable {
    /// It fails.
    Fail,
    /// The other replicas are asked, the nearest first.
    Redirect,
    /// It waits until the replica has caught up, or its time is over.
    Wait,
}

/// Which replica operations go to. A crashed one is known to be down; a cut or frozen one is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// The client's own, up or down.
    Fixed,
    /// The one that it went to before, at first its own; when that is down, the nearest, from then on.
    Sticky,
    /// Its own; while that is down, the nearest by latency.
    Nearest,
    /// One after the other, beginning with its own.
    RoundRobin,
    /// Any.
    Random,
}

/// What a session may promise to its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Guarantee {
    /// A read sees every earlier write of the same client.
    ReadYourWrites,
    /// A read sees nothing older than an earlier read of the same client did.
    MonotonicReads,
    /// Writes of one client take effect everywhere in the order they were made.
    MonotonicWrites,
    /// A write takes effect after the writes that its client had read before.
    WritesFollowReads,
}

/// Operations that go on by themselves, at random moments.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// How many operations start per time, on average. Default: 10/s.
    pub rate: Option<RateText>,
    /// The share of them that reads. Default: 50%.
    pub reads: Option<ShareText>,
    /// How many keys they touch (`k1`, `k2`, …), or which. Default: every key that the preset names.
    pub keys: Option<Keys>,
    /// How unevenly keys are picked: the exponent of a Zipf distribution, 0 for evenly; no unit. Default: 0.
    pub skew: Option<f64>,
    /// When it ends for good: so long after the start, or after so many operations. Default: when the script stops it, or
    /// 10s after the script has ended.
    pub stop: Option<Stop>,
}

/// How many keys, or which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keys {
    /// That many: `k1`, `k2`, and so on.
    Count(u64),
    /// These.
    Named(Vec<String>),
}
either!(
    Keys: Either { Scalar => Count(u64), Collection => Named(Vec<String>) },
    "How many keys, or a list of their names."
);

/// When a workload ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// After that many operations.
    Operations(u64),
    /// After that long.
    After(DurationText),
}
either!(
    Stop: NumberOr { Number => Operations(u64), Text => After(DurationText) },
    "When the workload ends: a duration such as 10s, or a number of operations."
);
