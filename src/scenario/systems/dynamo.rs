//! Dynamo: DeCandia et al., "Dynamo: Amazon's Highly Available Key-value Store", SOSP 2007.

use super::{Profile, Setting, documented, ours};

pub(super) static PROFILE: Profile = Profile {
    name: "dynamo",
    title: "Dynamo",
    of: "DeCandia et al., Dynamo: Amazon's Highly Available Key-value Store, SOSP 2007",
    defaults: DEFAULTS,
    presets: &["dynamo-sloppy", "cart-siblings"],
};

const DEFAULTS: &[Setting] = &[
    documented("cluster.replication.leaderless.n", "3", "§6: (N,R,W) = (3,2,2) is the common configuration"),
    documented(
        "cluster.replication.leaderless.write",
        "2",
        "§6: (N,R,W) = (3,2,2) is the common configuration",
    ),
    documented(
        "cluster.replication.leaderless.read",
        "2",
        "§6: (N,R,W) = (3,2,2) is the common configuration",
    ),
    documented(
        "cluster.replication.leaderless.replicate",
        "direct",
        "§4.5: the coordinator sends to the N nodes",
    ),
    ours(
        "cluster.replication.leaderless.timeout",
        "2s",
        "the paper bounds latency (§2.2), not the wait for an answer",
    ),
    documented(
        "cluster.replication.leaderless.retransmit",
        "off",
        "§4.6: a node that does not answer is handed a hint",
    ),
    documented(
        "cluster.replication.leaderless.asks",
        "all",
        "§4.5: a read asks the N highest-ranked reachable nodes and waits for R",
    ),
    documented(
        "cluster.replication.leaderless.read_repair",
        "async",
        "§5: stale versions are brought up to date once the reply is out",
    ),
    documented(
        "cluster.replication.leaderless.coordinator",
        "replica",
        "§4.5: a node outside the top N forwards to the first of them",
    ),
    documented(
        "cluster.replication.leaderless.sloppy",
        "true",
        "§4.6: the first N healthy nodes of the preference list",
    ),
    ours("cluster.replication.leaderless.hints.window", "30d", "§4.6 sets no end to it"),
    documented(
        "cluster.replication.leaderless.hints.holder",
        "next",
        "§4.6: the next node of the preference list",
    ),
    ours("cluster.replication.leaderless.hints.replay_every", "10s", "§4.6: a scan from time to time"),
    ours(
        "cluster.replication.leaderless.failure_detector",
        "off",
        "§4.8.3: by the answers that do not come; here a crash is known at once",
    ),
    ours("cluster.replication.leaderless.tombstones", "off", "the paper has no deletes"),
    ours("cluster.replication.leaderless.anti_entropy.every", "1s", "§4.7 gives no period"),
    ours(
        "cluster.replication.leaderless.anti_entropy.style",
        "push_pull",
        "§4.7: both sides find the keys that differ",
    ),
    documented(
        "cluster.replication.leaderless.anti_entropy.digest",
        "merkle",
        "§4.7: a Merkle tree for each key range",
    ),
    documented("cluster.conflicts", "siblings", "§4.4: causally unrelated versions are all returned"),
    ours("cluster.versions.kind", "dotted", "§4.4: each version has a clock of its own"),
    documented(
        "cluster.versions.truncate_at",
        "10",
        "§4.4: past a threshold, say 10, the oldest pair is dropped",
    ),
];
