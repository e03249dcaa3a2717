//! Amazon `DynamoDB`, in one region and as a global table: the developer guide, and Elhemali et al., "Amazon `DynamoDB`:
//! A Scalable, Predictably Performant, and Fully Managed `NoSQL` Database Service", USENIX ATC 2022.

use super::{Profile, Setting, documented, ours};

pub(super) static PROFILE: Profile = Profile {
    name: "dynamodb",
    title: "DynamoDB",
    of: "Amazon DynamoDB Developer Guide; Elhemali et al., Amazon DynamoDB, USENIX ATC 2022",
    defaults: DEFAULTS,
    presets: &["dynamodb-stale-read"],
};

/// The same in each region, which a preset makes of its zones.
pub(super) static GLOBAL: Profile = Profile {
    name: "dynamodb-global",
    title: "DynamoDB global tables",
    of: "Amazon DynamoDB Developer Guide, Global tables (version 2019.11.21); each zone of the preset is a region",
    defaults: DEFAULTS,
    presets: &["dynamodb-global"],
};

const DEFAULTS: &[Setting] = &[
    documented(
        "cluster.replication.multi_region.between",
        "async",
        "Developer Guide, Global tables: multi-Region eventual consistency is the default",
    ),
    documented(
        "cluster.replication.multi_region.read",
        "eventual",
        "Developer Guide, Read consistency: eventually consistent unless asked otherwise",
    ),
    ours(
        "cluster.replication.multi_region.election.timeout",
        "3s",
        "ATC 2022, §3, has the leader hold a lease, and does not say how long",
    ),
    ours("cluster.replication.multi_region.ack_every", "1s", "how often replicas report is not published"),
    ours("cluster.replication.multi_region.timeout", "2s", "clients choose"),
];
