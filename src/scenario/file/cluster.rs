//! `cluster`: the replicas and how they replicate.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::background::{FailureDetector, Hints, Tombstones};
use super::either::either;
use super::quantity::{DriftText, DurationOrOffText, DurationText, Name, SignedDurationText};

/// The replicas and how they replicate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// How many replicas, or their names, or a map for each. Default: 3, named `a`, `b`, `c`.
    ///
    /// There may be 1 to 1,000. If only their number is given, up to 26 are named by letters, more are `n1`, `n2`, ….
    pub replicas: Option<Replicas>,
    /// The protocol between the replicas. Default: leaderless.
    pub replication: Option<Replication>,
    /// What becomes of values written at the same time. Default: `last_write_wins`.
    pub conflicts: Option<Conflicts>,
    /// What stamps writes. Default: `physical`.
    pub clocks: Option<Clocks>,
    /// How the versions of a key are told apart. Default: each has a dot of its own, and nothing is truncated.
    pub versions: Option<Versioning>,
}

/// How many replicas, or which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replicas {
    /// That many, with the names that come first.
    Count(u64),
    /// These.
    Listed(Vec<ReplicaItem>),
}
either!(
    Replicas: Either { Scalar => Count(u64), Collection => Listed(Vec<ReplicaItem>) },
    "How many replicas, or a list of their names, or of a map for each."
);

/// A replica in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplicaItem {
    /// Its name alone.
    Name(Name),
    /// Its name and more.
    Described(Replica),
}
either!(
    ReplicaItem: Either { Scalar => Name(Name), Collection => Described(Replica) },
    "A replica: its name, or a map with its name, zone and clock."
);

/// One replica.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Replica {
    /// Its name, unlike every other replica's and client's.
    pub name: String,
    /// Where it stands; replicas with the same zone share a data centre. Default: none.
    pub zone: Option<String>,
    /// How its clock errs. Default: it does not.
    pub clock: Option<Clock>,
}

/// How a replica's clock differs from true time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// How far ahead it is at the start; negative if behind. Default: 0.
    pub skew: Option<SignedDurationText>,
    /// How much too fast it runs, in ppm; negative if too slow. Default: 0.
    pub drift: Option<DriftText>,
}

/// The protocol between the replicas.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Replication {
    /// Any replica takes writes and reads, and asks as many others as the level says.
    pub leaderless: Option<Leaderless>,
    /// One replica takes the writes and streams them to the others.
    pub primary: Option<super::Primary>,
    /// One table in several regions, each with a leader of its own.
    pub multi_region: Option<super::MultiRegion>,
}

/// Leaderless replication.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Leaderless {
    /// How many replicas hold each key: a number, or one for each zone. Default: 3, or all if there are fewer.
    pub n: Option<Copies>,
    /// How many replicas must store a write before it is acknowledged: a name or a number up to n. Default: `one`.
    pub write: Option<Level>,
    /// How many replicas must answer before a read returns: a name or a number up to n. Default: `one`.
    pub read: Option<Level>,
    /// How a write reaches the other replicas. Default: `direct`.
    pub replicate: Option<Replicate>,
    /// How long a client waits for its answer; after that nobody knows whether a write was done. Default: 2s.
    pub timeout: Option<DurationText>,
    /// Whether replicas compare and exchange what they hold from time to time. Default: `off`.
    pub anti_entropy: Option<AntiEntropy>,
    /// How long a coordinator waits before it sends a write again to whoever has not acknowledged it, until all have.
    /// Default: `off`.
    pub retransmit: Option<DurationOrOffText>,
    /// Whether writes are kept for replicas that cannot take them, and handed over later. Default: `off`.
    pub hints: Option<Hints>,
    /// Whether each replica has an opinion of its own of who is up, which can be wrong. Default: `off`, everybody knows
    /// at once of a crash and of a restart.
    pub failure_detector: Option<FailureDetector>,
    /// Whether replicas forget some day that something was deleted. Default: `off`, they do not.
    pub tombstones: Option<Tombstones>,
    /// What outlives a crash. Default: `journal`.
    pub durability: Option<super::Durability>,
    /// Whom a read asks. Default: `all`.
    pub asks: Option<Asks>,
    /// Where a read asks exactly as many as its level says: how long it waits before it asks one more. Default: `off`.
    pub speculative: Option<DurationOrOffText>,
    /// Whether a read brings the replicas that turn out to be behind up to date. Default: `off`.
    pub read_repair: Option<ReadRepair>,
    /// Who may coordinate a request. Default: `any`.
    pub coordinator: Option<Coordinator>,
    /// Whether the next healthy replicas of the ring stand in for those of a key that are believed down, count towards
    /// levels, and keep hints for them. Default: false.
    pub sloppy: Option<bool>,
}

/// How many replicas hold each key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Copies {
    /// So many of all.
    InAll(u64),
    /// So many of each zone's; a zone that is left out holds none.
    PerZone(BTreeMap<String, u64>),
}
either!(
    Copies: Either { Scalar => InAll(u64), Collection => PerZone(BTreeMap<String, u64>) },
    "How many replicas hold each key: a number, or a map from each zone to how many of its replicas do."
);

/// How many replicas must take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// That many.
    Count(u64),
    /// As many as the name says.
    Named(LevelName),
}
either!(
    Level: NumberOr { Number => Count(u64), Text => Named(LevelName) },
    "How many replicas must take part: one, two, three, quorum (more than half of n), all, or a number up to n; where n is given for each zone also local_one, local_quorum, each_quorum; for writes also any."
);

/// A level's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LevelName {
    /// Writes only: one replica, or a hint for one that is down.
    Any,
    /// One replica.
    One,
    /// Two replicas.
    Two,
    /// Three replicas.
    Three,
    /// More than half of the replicas that hold the key.
    Quorum,
    /// Every replica that holds the key.
    All,
    /// One replica in the coordinator's zone; n must be given for each zone.
    LocalOne,
    /// More than half of the replicas that hold the key in the coordinator's zone; n must be given for each zone.
    LocalQuorum,
    /// In every zone, more than half of the replicas there that hold the key; n must be given for each zone.
    EachQuorum,
    /// Reads under `multi_region`: nothing is missing that was acknowledged before.
    Strong,
    /// Reads under `multi_region` with one log: at most as far behind as the bound says.
    BoundedStaleness,
    /// Reads under `multi_region` with one log: nothing is missing that the client has written or read.
    Session,
    /// Reads under `multi_region` with one log: writes are seen in their order.
    ConsistentPrefix,
    /// Reads under `multi_region`: whatever the replica holds that is asked.
    Eventual,
}

/// How a write reaches the replicas that hold its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Replicate {
    /// The coordinator sends it to each of them at once.
    Direct,
    /// The coordinator keeps it, and anti-entropy alone carries it on; so only one replica can have stored it when it is
    /// acknowledged.
    Gossip,
}

/// What becomes of values written at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Conflicts {
    /// The one with the latest stamp is kept, the others are lost without a word.
    LastWriteWins,
    /// All are kept until a later write replaces them.
    Siblings,
}

/// What stamps writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Clocks {
    /// Each coordinator's own clock, right or wrong.
    Physical,
    /// Hybrid logical clocks: the own clock, pushed ahead by every later stamp that is heard of.
    Hlc,
    /// Lamport's counters, pushed ahead by every message; they tell no time.
    Lamport,
}

/// How the versions of a key are told apart.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Versioning {
    /// What stands for siblings: a dot and a context for each, or one vector for all. Default: `dotted`.
    pub kind: Option<VersionKind>,
    /// The most entries that a version's vector may have; the one raised longest ago is dropped (Dynamo: 10), and then a
    /// value can look concurrent with one that it replaces. Default: no limit.
    pub truncate_at: Option<u64>,
}

/// What stands for siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VersionKind {
    /// One vector of the server's for the whole set of siblings, as in Riak before 2.0: a write that has not seen the
    /// whole set replaces nothing, so siblings can multiply without end.
    Vector,
    /// Each sibling has a dot and a context of its own (dotted version vectors): a write replaces what its client had
    /// seen.
    Dotted,
}

/// Whether replicas compare what they hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AntiEntropy {
    /// They do not.
    Off(Off),
    /// They do, this way.
    On(Gossip),
}
either!(
    AntiEntropy: Either { Scalar => Off(Off), Collection => On(Gossip) },
    "`off`, or how often and in which style replicas compare and exchange what they hold."
);

/// The word `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Off {
    /// Not at all.
    Off,
}

/// How replicas compare and exchange what they hold.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gossip {
    /// How long a replica waits between two exchanges: 1ms or more. Default: 1s.
    pub every: Option<DurationText>,
    /// Which way data moves in an exchange. Default: `push_pull`.
    pub style: Option<AntiEntropyStyle>,
    /// With how many replicas, picked at random, each exchange is held. Default: 1.
    pub fan_out: Option<u64>,
    /// What two replicas send each other to find out what differs. Default: `full`.
    pub digest: Option<GossipDigest>,
}

/// What two replicas send each other to find out what they hold that the other does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GossipDigest {
    /// Everything they hold.
    Full,
    /// The name of what they hold of each key; then the keys that differ.
    Vector,
    /// Hashes of a Merkle tree over the keys that both replicate, from the root down to what differs; then the keys
    /// that differ.
    Merkle,
}

/// Which way data moves when two replicas compare what they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AntiEntropyStyle {
    /// To the replica that was picked.
    Push,
    /// From the replica that was picked.
    Pull,
    /// Both ways.
    PushPull,
}

/// Whom a read asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Asks {
    /// Every replica of the key that is believed up; the first answers count.
    All,
    /// As many as the level says: one for its contents, the others for a digest of theirs. Where digests differ, the
    /// contents of all that were asked are fetched.
    Exactly,
}

/// Who may coordinate a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Coordinator {
    /// Whoever is asked; only writes of siblings, counters and sets are forwarded to a replica of the key.
    Any,
    /// A replica of the key; whoever else is asked forwards to the first one that is believed up.
    Replica,
}

/// What a read does about replicas that turn out to be behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReadRepair {
    /// It sends them what they lack, and answers once as many replicas as the level says hold what it returns.
    Blocking,
    /// It answers, and then sends them what they lack.
    Async,
    /// Nothing.
    Off,
}
