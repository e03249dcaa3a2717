//! Riak KV, versions 2 and 3: its manual, `riak_core_bucket_type.erl`, `riak_kv.schema`.

use super::{Profile, Setting, documented, ours};

pub(super) static PROFILE: Profile = Profile {
    name: "riak",
    title: "Riak KV",
    of: "Riak KV 2 and 3, a bucket type of one's own: manual, riak_core_bucket_type.erl, riak_kv.schema",
    defaults: DEFAULTS,
    presets: &["riak-siblings", "sibling-explosion"],
};

const DEFAULTS: &[Setting] = &[
    documented("cluster.replication.leaderless.n", "3", "riak_core_bucket_type.erl: n_val 3"),
    documented(
        "cluster.replication.leaderless.write",
        "quorum",
        "riak_core_bucket_type.erl: w and dw quorum",
    ),
    documented("cluster.replication.leaderless.read", "quorum", "riak_core_bucket_type.erl: r quorum"),
    documented(
        "cluster.replication.leaderless.replicate",
        "direct",
        "manual, Replication Properties: a write goes to n_val nodes",
    ),
    ours("cluster.replication.leaderless.timeout", "2s", "clients choose"),
    documented(
        "cluster.replication.leaderless.retransmit",
        "off",
        "manual, Replication: fallbacks hand off instead",
    ),
    documented(
        "cluster.replication.leaderless.asks",
        "all",
        "manual, Replication Properties: a read goes to n_val nodes and waits for r",
    ),
    documented(
        "cluster.replication.leaderless.read_repair",
        "async",
        "manual, Active Anti-Entropy: a read that finds replicas apart sets their repair in motion",
    ),
    documented(
        "cluster.replication.leaderless.coordinator",
        "replica",
        "riak_kv.schema, vnode_vclocks on: a vnode of the key coordinates writes",
    ),
    documented(
        "cluster.replication.leaderless.sloppy",
        "true",
        "riak_core_bucket_type.erl: pr 0 and pw 0, so fallback vnodes count",
    ),
    ours(
        "cluster.replication.leaderless.hints.window",
        "30d",
        "manual, Hinted handoff: a fallback keeps what it has until the owner is back",
    ),
    documented(
        "cluster.replication.leaderless.hints.holder",
        "next",
        "manual, Hinted handoff: a fallback vnode takes the write",
    ),
    ours(
        "cluster.replication.leaderless.hints.replay_every",
        "10s",
        "how often a handoff is tried depends on what else moves",
    ),
    ours(
        "cluster.replication.leaderless.failure_detector",
        "off",
        "connections between Erlang nodes tell; here a crash is known at once",
    ),
    ours(
        "cluster.replication.leaderless.tombstones",
        "off",
        "delete_mode 3s reaps once all copies have the tombstone; here it is kept",
    ),
    documented(
        "cluster.replication.leaderless.anti_entropy.every",
        "15s",
        "riak_kv.schema: anti_entropy.tick 15s",
    ),
    ours(
        "cluster.replication.leaderless.anti_entropy.style",
        "push_pull",
        "an exchange repairs the older side, whichever it is",
    ),
    documented(
        "cluster.replication.leaderless.anti_entropy.digest",
        "merkle",
        "manual, Active Anti-Entropy: replicas compare hash trees",
    ),
    documented(
        "cluster.conflicts",
        "siblings",
        "riak_core_bucket_type.erl: allow_mult true (false in the default type)",
    ),
    documented("cluster.versions.kind", "dotted", "riak_core_bucket_type.erl: dvv_enabled true"),
    documented(
        "cluster.versions.truncate_at",
        "50",
        "riak_core_bucket_type.erl: big_vclock and small_vclock 50",
    ),
];
