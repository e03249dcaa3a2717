//! Azure Cosmos DB with one write region: its documentation, "Consistency levels in Azure Cosmos DB".

use super::{Profile, Setting, documented, ours};

pub(super) static PROFILE: Profile = Profile {
    name: "cosmos",
    title: "Azure Cosmos DB",
    of: "Azure Cosmos DB documentation, Consistency levels; one write region, each zone of the preset is a region",
    defaults: DEFAULTS,
    presets: &["cosmos-levels"],
};

const DEFAULTS: &[Setting] = &[
    documented("cluster.replicas", "4", "Consistency levels: a four replica set in each region"),
    documented(
        "cluster.replication.multi_region.between",
        "one_log",
        "Consistency levels: data is replicated from the write region to the others",
    ),
    documented(
        "cluster.replication.multi_region.level",
        "session",
        "Configure the default consistency: a new account has session",
    ),
    ours(
        "cluster.replication.multi_region.election.timeout",
        "3s",
        "how a region finds a leader is not published",
    ),
    ours("cluster.replication.multi_region.ack_every", "1s", "how often replicas report is not published"),
    ours("cluster.replication.multi_region.timeout", "2s", "clients choose"),
];
