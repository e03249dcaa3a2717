//! How a request is coordinated: what only a preset sets, shown so that a class knows which rules hold.

use crate::{
    action::{Asks, Coordinator, LeaderlessPolicy, Quorum},
    data::Clocks,
    drive::Snapshot,
};

use super::Dial;

const PRIMARY: &str = "one leads, and the others follow its log";

fn policy(snapshot: &Snapshot) -> Option<&LeaderlessPolicy> {
    snapshot.view.settings.leaderless()
}

fn by_preset(value: &str, means: &str) -> Dial {
    Dial::fixed(value.into(), format!("{means} (set by the preset)"))
}

pub(super) fn asks(snapshot: &Snapshot) -> Dial {
    let Some(policy) = policy(snapshot) else { return Dial::Missing(PRIMARY) };
    match (policy.asks, policy.speculative) {
        (Asks::All, _) => {
            by_preset("all", "a read asks every replica and takes the first answers (as Dynamo)")
        }
        (Asks::Exactly, None) => {
            by_preset("R", "a read asks exactly as many as its level needs (as Cassandra)")
        }
        (Asks::Exactly, Some(after)) => Dial::fixed(
            "R, +1".into(),
            format!("a read asks as many as its level needs, one more after {after} (set by the preset)"),
        ),
    }
}

pub(super) fn quorum(snapshot: &Snapshot) -> Dial {
    let Some(policy) = policy(snapshot) else { return Dial::Missing(PRIMARY) };
    match policy.quorum {
        Quorum::Strict => by_preset("strict", "only the replicas of a key count"),
        Quorum::Sloppy => {
            by_preset("sloppy", "where a replica is away the next healthy node stands in for it")
        }
    }
}

pub(super) fn coordinator(snapshot: &Snapshot) -> Dial {
    let Some(policy) = policy(snapshot) else { return Dial::Missing(PRIMARY) };
    match policy.coordinator {
        Coordinator::Any => by_preset("any", "whoever is asked coordinates the request"),
        Coordinator::Replica => {
            by_preset("a replica", "who holds no copy hands the request on to one who does")
        }
    }
}

pub(super) fn retransmission(snapshot: &Snapshot) -> Dial {
    let Some(policy) = policy(snapshot) else { return Dial::Missing(PRIMARY) };
    match policy.retransmit {
        None => by_preset("never", "a write that is lost on its way is not sent again"),
        Some(after) => Dial::fixed(
            format!("after {after}"),
            format!("a write is sent again each {after} until it is acknowledged (set by the preset)"),
        ),
    }
}

pub(super) fn clocks(snapshot: &Snapshot) -> Dial {
    match snapshot.view.settings.clocks {
        Clocks::Physical => {
            by_preset("physical", "a write is stamped by its coordinator's own clock, right or wrong")
        }
        Clocks::Hlc => by_preset("hybrid", "stamps follow the clock, and never fall behind what was heard"),
        Clocks::Lamport => by_preset("Lamport", "stamps count what happened before; they tell no time"),
    }
}
