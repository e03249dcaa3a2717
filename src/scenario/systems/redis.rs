//! Redis with replicas and Sentinel: the comments of redis.conf and sentinel.conf.

use super::{Profile, Setting, documented, ours};

pub(super) static PROFILE: Profile = Profile {
    name: "redis",
    title: "Redis with Sentinel",
    of: "Redis 7: redis.conf and sentinel.conf as shipped",
    defaults: DEFAULTS,
    presets: &["redis-failover", "redis-wait"],
};

const DEFAULTS: &[Setting] = &[
    documented(
        "cluster.replication.primary.acks",
        "0",
        "manual, Replication: asynchronous; the primary does not wait for its replicas",
    ),
    documented("cluster.replication.primary.backlog", "1MiB", "redis.conf: repl-backlog-size 1mb"),
    documented(
        "cluster.replication.primary.ack_every",
        "1s",
        "redis.conf, min-replicas-max-lag: replicas are usually heard from every second",
    ),
    documented("cluster.replication.primary.min_replicas", "0", "redis.conf: min-replicas-to-write 0"),
    documented("cluster.replication.primary.max_lag", "10s", "redis.conf: min-replicas-max-lag 10"),
    documented(
        "cluster.replication.primary.reads_from",
        "any",
        "redis.conf: replica-serve-stale-data yes: a replica answers whoever reads from it",
    ),
    documented("cluster.replication.primary.writes_elsewhere", "refuse", "redis.conf: replica-read-only yes"),
    documented(
        "cluster.replication.primary.failover.after",
        "30s",
        "sentinel.conf: down-after-milliseconds 30000",
    ),
    documented("cluster.replication.primary.failover.quorum", "2", "sentinel.conf: monitor mymaster … 2"),
    documented(
        "cluster.replication.primary.durability",
        "{snapshot: 1h}",
        "redis.conf: save 3600 1 (that for 100 and 10000 changes sooner is left out); appendonly no",
    ),
    ours("cluster.replication.primary.timeout", "2s", "clients choose"),
];
