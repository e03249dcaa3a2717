//! Amazon DynamoDB, a table in one region: the developer guide, and Elhemali et al., "Amazon DynamoDB: A Scalable,
//! Predictably Performant, and Fully Managed NoSQL Database Service", USENIX ATC 2022.

use super::{Profile, Setting, documented, ours};

pub(super) static PROFILE: Profile = Profile {
    name: "dynamodb",
    title: "DynamoDB",
    of: "Amazon DynamoDB Developer Guide; Elhemali et al., Amazon DynamoDB, USENIX ATC 2022",
    defaults: DEFAULTS,
    presets: &["dynamodb-stale-read"],
};

const DEFAULTS: &[Setting] = &[
    documented(
        "cluster.replication.primary.acks",
        "majority",
        "ATC 2022, §3: a write is acknowledged once a quorum of the replication group has its log record",
    ),
    documented(
        "cluster.replication.primary.reads_from",
        "any",
        "Developer Guide, Read consistency: eventually consistent unless asked otherwise",
    ),
    documented(
        "cluster.replication.primary.writes_elsewhere",
        "redirect",
        "ATC 2022, §3: only the leader takes writes; the request routers find it",
    ),
    ours(
        "cluster.replication.primary.election.timeout",
        "3s",
        "ATC 2022, §3, has the leader hold a lease, and does not say how long",
    ),
    documented(
        "cluster.replication.primary.durability",
        "journal",
        "ATC 2022, §3: each replica has its write-ahead log",
    ),
    ours("cluster.replication.primary.timeout", "2s", "clients choose"),
];
