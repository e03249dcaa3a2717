//! `multi_region`: one table in several regions.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::primary::Elections;
use super::quantity::DurationText;

/// One table in several regions. In each an elected leader takes writes, which are acknowledged once a majority of the
/// region has them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MultiRegion {
    /// The replicas of each region, its leader at the start first. Default: each zone is a region; without zones there is
    /// only one.
    pub regions: Option<BTreeMap<String, Vec<String>>>,
    /// How regions keep each other up to date. Default: `async`.
    pub between: Option<Between>,
    /// Under `one_log`: the region that takes the writes. Default: that of the first replica.
    pub write_region: Option<String>,
    /// Under `one_log`: the level of the account. Writes pay for it, and reads may ask for weaker ones. Default: `session`.
    pub level: Option<Freshness>,
    /// With level `bounded_staleness`: how far another region may fall behind before writes are refused. Default: 100
    /// versions or 5s, whichever comes first.
    pub bound: Option<Bound>,
    /// How fresh a read is that names no level. Default: `eventual`; under `one_log` the level of the account.
    pub read: Option<Freshness>,
    /// After how long without a leader a region elects another. Default: 10s.
    pub election: Option<Elections>,
    /// How often leaders and replicas tell each other that they are there and how far they are: 1ms or more. Default: 1s.
    pub ack_every: Option<DurationText>,
    /// How long a client waits for its answer; after that nobody knows whether a write was done. Default: 2s.
    pub timeout: Option<DurationText>,
}

/// How regions keep each other up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Between {
    /// Every region takes writes and ships them to the others later; of each item the last writer wins (DynamoDB global
    /// tables).
    Async,
    /// One region takes the writes, and the others apply its log in its order (Azure Cosmos DB).
    OneLog,
}

/// How fresh a read is, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Freshness {
    /// It misses nothing that was acknowledged before it began: in its own region under `async`, anywhere under `one_log`.
    Strong,
    /// It is at most as far behind as the bound says.
    BoundedStaleness,
    /// It misses nothing that its own client has written or read.
    Session,
    /// It shows the writes in their order.
    ConsistentPrefix,
    /// It shows whatever the replica holds that is asked.
    Eventual,
}

/// How far another region may fall behind, whichever comes first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bound {
    /// So many writes. Default: 100.
    pub versions: Option<u64>,
    /// So long. Default: 5s.
    pub time: Option<DurationText>,
}
