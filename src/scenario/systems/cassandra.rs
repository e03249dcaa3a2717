//! Apache Cassandra, version 5: its manual, the comments of cassandra.yaml, the defaults of a table.

use super::{Profile, Setting, documented, ours};

pub(super) static PROFILE: Profile = Profile {
    name: "cassandra",
    title: "Cassandra",
    of: "Apache Cassandra 5: manual, conf/cassandra.yaml, TableParams.java",
    defaults: DEFAULTS,
    presets: &[],
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
        "drivers: the default consistency level is LOCAL_ONE",
    ),
    documented(
        "cluster.replication.leaderless.read",
        "one",
        "drivers: the default consistency level is LOCAL_ONE",
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
