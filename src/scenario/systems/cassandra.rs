//! Apache Cassandra, version 5: its manual, the comments of cassandra.yaml, the defaults of a table.

use super::{Profile, Setting, documented, ours};

pub(super) static PROFILE: Profile = Profile {
    name: "cassandra",
    title: "Cassandra",
    of: "Apache Cassandra 5: manual, conf/cassandra.yaml, TableParams.java",
    defaults: DEFAULTS,
    presets: &["cassandra-hints", "cassandra-zombie", "cassandra-multi-dc"],
};

const DEFAULTS: &[Setting] = &[
    ours(
        "cluster.replication.leaderless.n",
        "3",
        "each keyspace states its own; the manual's examples have 3",
    ),
    documented(
        "cluster.replication.leaderless.write",
        "one",
        "drivers: LOCAL_ONE, which in one data centre is ONE",
    ),
    documented(
        "cluster.replication.leaderless.read",
        "one",
        "drivers: LOCAL_ONE, which in one data centre is ONE",
    ),
    documented(
        "cluster.replication.leaderless.replicate",
        "direct",
        "manual, Architecture, Dynamo: a write goes to all replicas whatever the level",
    ),
    documented(
        "cluster.replication.leaderless.timeout",
        "2s",
        "cassandra.yaml: write_request_timeout 2000ms",
    ),
    documented(
        "cluster.replication.leaderless.retransmit",
        "off",
        "manual, Hints: what is missed is left to hints",
    ),
    documented(
        "cluster.replication.leaderless.asks",
        "exactly",
        "manual, Architecture, Dynamo: only as many replicas as the level needs are read",
    ),
    ours(
        "cluster.replication.leaderless.speculative",
        "off",
        "speculative_retry is 99p, the slowest hundredth of measured reads; nothing is measured here",
    ),
    documented(
        "cluster.replication.leaderless.read_repair",
        "blocking",
        "manual, Read repair: BLOCKING is the default of a table",
    ),
    documented(
        "cluster.replication.leaderless.coordinator",
        "any",
        "manual, Architecture: any node coordinates",
    ),
    documented(
        "cluster.replication.leaderless.sloppy",
        "false",
        "manual, Hints: hints count for no level but ANY",
    ),
    documented("cluster.replication.leaderless.hints.window", "3h", "cassandra.yaml: max_hint_window 3h"),
    documented(
        "cluster.replication.leaderless.hints.holder",
        "coordinator",
        "manual, Hints: the coordinator keeps them",
    ),
    documented(
        "cluster.replication.leaderless.hints.replay_every",
        "10s",
        "HintsService.java: the dispatch trigger runs every 10 s",
    ),
    ours(
        "cluster.replication.leaderless.failure_detector.timeout",
        "18s",
        "phi_convict_threshold 8 at a heartbeat a second: 8 ln 10 = 18.4 s",
    ),
    documented(
        "cluster.replication.leaderless.failure_detector.gossip_every",
        "1s",
        "manual, Architecture, Gossip: every second",
    ),
    documented(
        "cluster.replication.leaderless.tombstones.gc_grace",
        "864000s",
        "TableParams.java: gc_grace_seconds 864000",
    ),
    ours("cluster.replication.leaderless.tombstones.compact_every", "1h", "compaction follows the load"),
    documented(
        "cluster.replication.leaderless.anti_entropy",
        "off",
        "manual, Repair: runs when an operator starts it",
    ),
    documented(
        "cluster.conflicts",
        "last_write_wins",
        "manual, Architecture, Dynamo, Data versioning: the latest timestamp wins",
    ),
];
