//! A `MongoDB` replica set, version 5 and later: its manual and `repl_set_config.idl`.

use super::{Profile, Setting, documented, ours};

pub(super) static PROFILE: Profile = Profile {
    name: "mongodb",
    title: "MongoDB replica set",
    of: "MongoDB 5 to 8: manual, repl_set_config.idl",
    defaults: DEFAULTS,
    presets: &["mongodb-rollback"],
};

const DEFAULTS: &[Setting] = &[
    documented(
        "cluster.replication.primary.acks",
        "majority",
        "manual, Default Read and Write Concerns: w: majority since 5.0",
    ),
    documented(
        "cluster.replication.primary.backlog",
        "990MB",
        "manual, Replica Set Oplog: 5% of the free disk, 990 MB at least, which is taken here",
    ),
    documented(
        "cluster.replication.primary.ack_every",
        "2s",
        "repl_set_config.idl: heartbeatIntervalMillis 2000",
    ),
    documented(
        "cluster.replication.primary.reads_from",
        "primary",
        "manual, Read Preference: primary is the default mode",
    ),
    documented(
        "cluster.replication.primary.writes_elsewhere",
        "redirect",
        "manual, Server Selection: the driver sends writes to the primary",
    ),
    documented(
        "cluster.replication.primary.election.timeout",
        "10s",
        "repl_set_config.idl: electionTimeoutMillis 10000",
    ),
    documented(
        "cluster.replication.primary.durability",
        "journal",
        "repl_set_config.idl: writeConcernMajorityJournalDefault true",
    ),
    ours(
        "cluster.replication.primary.timeout",
        "2s",
        "clients choose; wtimeout and timeoutMS have no default",
    ),
];
