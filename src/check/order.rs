//! Monotonic writes and writes-follow-reads, judged where they are defined (Terry et al. 1994; SEMANTICS §9):
//! at the replicas. The moment a replica shows a write of a session without one that must come before it,
//! the guarantee is broken there, whoever looks or not.
//!
//! Bounded: what every replica reflects can no longer be missed and is forgotten.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    action::Guarantee,
    base::{ClientId, KeyId, NodeId, Position, WriteId},
    data::{Conflicts, Held, Version},
    sim::Simulation,
};

use super::Evidence;

#[derive(Debug, Clone)]
pub(super) struct Order {
    /// By client.
    pasts: Vec<Past>,
    /// Accepted writes that some replica may still show too early.
    bound: BTreeMap<WriteId, Bound>,
    /// Where an order is broken now, the newest last.
    broken: Vec<Broken>,
}

/// What a session did before, as far as some replica may lack it.
#[derive(Debug, Clone, Default)]
struct Past {
    /// Its acknowledged writes; whether there ever were any.
    written: Vec<Arc<Version>>,
    has_written: Has,
    /// What its reads returned.
    seen: Vec<Arc<Version>>,
    has_read: Has,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Has {
    #[default]
    Never,
    Once,
}

/// What a write must not be seen without, each by its guarantee, and whether any earlier operation bears on
/// it at all.
#[derive(Debug, Clone, Default)]
pub(super) struct Before {
    pub(super) bears: Vec<Guarantee>,
    versions: Vec<(Guarantee, Arc<Version>)>,
}

#[derive(Debug, Clone)]
struct Bound {
    client: ClientId,
    before: Vec<(Guarantee, Arc<Version>)>,
    /// Replicas that have shown the write.
    judged: Vec<NodeId>,
}

#[derive(Debug, Clone)]
struct Broken {
    client: ClientId,
    guarantee: Guarantee,
    node: NodeId,
    write: Arc<Version>,
    lacks: Arc<Version>,
}

/// A breach: whose guarantee, where, what was shown without what, and what shows it.
#[derive(Debug)]
pub(super) struct Breach {
    pub(super) client: ClientId,
    pub(super) guarantee: Guarantee,
    pub(super) node: NodeId,
    pub(super) write: Arc<Version>,
    pub(super) lacks: Arc<Version>,
    pub(super) evidence: Evidence,
}

/// At most so many writes are followed, and versions of a session's past remembered.
const MAX_BOUND: usize = 512;
const MAX_PAST: usize = 64;
/// At most so many broken orders are watched for somebody who reads them.
const MAX_BROKEN: usize = 16;

impl Order {
    pub(super) fn new(clients: usize) -> Self {
        Self { pasts: vec![Past::default(); clients], bound: BTreeMap::new(), broken: Vec::new() }
    }

    /// A write is asked: what must come before it. `everywhere` says what every replica reflects.
    pub(super) fn asked(&mut self, client: ClientId, everywhere: impl Fn(&Version) -> bool) -> Before {
        let past = &mut self.pasts[usize::from(client.0)];
        past.written.retain(|version| !everywhere(version));
        past.seen.retain(|version| !everywhere(version));
        let mut before = Before::default();
        for (guarantee, has, versions) in [
            (Guarantee::MonotonicWrites, past.has_written, &past.written),
            (Guarantee::WritesFollowReads, past.has_read, &past.seen),
        ] {
            match has {
                Has::Once => before.bears.push(guarantee),
                Has::Never => {}
            }
            before.versions.extend(versions.iter().map(|version| (guarantee, Arc::clone(version))));
        }
        before
    }

    /// It was given its version.
    pub(super) fn accepted(&mut self, client: ClientId, version: &Version, before: &Before) {
        if before.versions.is_empty() {
            return;
        }
        if self.bound.len() == MAX_BOUND {
            self.bound.pop_first();
        }
        let bound = Bound { client, before: before.versions.clone(), judged: Vec::new() };
        self.bound.insert(version.id, bound);
    }

    pub(super) fn wrote(&mut self, client: ClientId, version: &Arc<Version>, conflicts: Conflicts) {
        let past = &mut self.pasts[usize::from(client.0)];
        past.has_written = Has::Once;
        remember(&mut past.written, version, conflicts);
    }

    pub(super) fn read(&mut self, client: ClientId, held: &Held, conflicts: Conflicts) {
        let past = &mut self.pasts[usize::from(client.0)];
        for version in held.versions() {
            past.has_read = Has::Once;
            remember(&mut past.seen, version, conflicts);
        }
    }

    /// What `node` holds of a key changed to `held`. `reflected` says whether it has ever reflected a version,
    /// as far as that is known.
    pub(super) fn stored(
        &mut self,
        (node, held): (NodeId, &Held),
        at: Position,
        simulation: &Simulation,
        reflected: impl Fn(&Version) -> bool,
    ) -> Vec<Breach> {
        let mut breaches = Vec::new();
        if self.bound.is_empty() {
            return breaches;
        }
        for write in held.versions() {
            let Some(bound) = self.bound.get_mut(&write.id).filter(|b| !b.judged.contains(&node)) else {
                continue;
            };
            bound.judged.push(node);
            let owns = |version: &Version| simulation.owners(version.key).any(|owner| owner == node);
            let client = bound.client;
            let missing = bound.before.iter().filter(|(_, version)| owns(version) && !reflected(version));
            for (guarantee, lacks) in missing {
                let text = breach(*guarantee, client, node, write, lacks, simulation);
                let evidence = Evidence { at, text };
                let (write, lacks) = (write.bare(), Arc::clone(lacks));
                breaches.push(Breach {
                    client,
                    guarantee: *guarantee,
                    node,
                    write: Arc::clone(&write),
                    lacks: Arc::clone(&lacks),
                    evidence,
                });
                if self.broken.len() == MAX_BROKEN {
                    self.broken.remove(0);
                }
                self.broken.push(Broken { client, guarantee: *guarantee, node, write, lacks });
            }
        }
        breaches
    }

    /// `reader` was shown `held` at `node`: what of that a client can see to be out of order.
    pub(super) fn shown(
        &mut self,
        (reader, node): (ClientId, NodeId),
        held: &Held,
        at: Position,
        simulation: &Simulation,
    ) -> Vec<Breach> {
        self.broken.retain(|broken| {
            let key = broken.lacks.key;
            !simulation
                .held(broken.node, key)
                .reflects(&broken.lacks, simulation.settings().conflicts_of(key))
        });
        let seen = |broken: &&Broken| {
            broken.node == node && held.versions().iter().any(|version| version.id == broken.write.id)
        };
        let told = |broken: &Broken| {
            let names = Names(simulation);
            let reader = names.client(reader);
            let text = format!(
                "{reader} was shown {} at {}, which does not show {}",
                names.write(&broken.write),
                names.node(node),
                names.write(&broken.lacks)
            );
            let Broken { client, guarantee, node, write, lacks } = broken.clone();
            Breach { client, guarantee, node, write, lacks, evidence: Evidence { at, text } }
        };
        self.broken.iter().filter(seen).map(told).collect()
    }
}

fn remember(known: &mut Vec<Arc<Version>>, version: &Arc<Version>, conflicts: Conflicts) {
    let same = |v: &Arc<Version>| v.key == version.key;
    if known.iter().any(|v| same(v) && v.stands_for(version, conflicts)) {
        return;
    }
    known.retain(|v| !(same(v) && version.stands_for(v, conflicts)));
    if known.len() == MAX_PAST {
        known.remove(0);
    }
    known.push(version.bare());
}

/// What things are called in evidence.
pub(super) struct Names<'a>(pub(super) &'a Simulation);

impl<'s> Names<'s> {
    pub(super) fn client(&self, client: ClientId) -> &'s str {
        &self.0.scenario().clients[usize::from(client.0)].name
    }

    pub(super) fn node(&self, node: NodeId) -> &'s str {
        &self.0.scenario().replicas[node.index()].name
    }

    pub(super) fn key(&self, key: KeyId) -> &'s str {
        &self.0.keys()[key.index()]
    }

    pub(super) fn write(&self, version: &Version) -> String {
        let key = &self.0.keys()[version.key.index()];
        if version.value.is_tombstone() {
            format!("the deletion of {key} ({})", version.id)
        } else {
            format!("{key}={} ({})", version.value, version.id)
        }
    }
}

fn breach(
    guarantee: Guarantee,
    client: ClientId,
    node: NodeId,
    write: &Version,
    lacks: &Version,
    simulation: &Simulation,
) -> String {
    let names = Names(simulation);
    let (client, node) = (names.client(client), names.node(node));
    let (write, lacks) = (names.write(write), names.write(lacks));
    match guarantee {
        Guarantee::WritesFollowReads => {
            format!("{node} shows {write} without {lacks}, which {client} had read before writing it")
        }
        Guarantee::MonotonicWrites | Guarantee::ReadYourWrites | Guarantee::MonotonicReads => {
            format!("{node} shows {write} without {lacks}, which {client} had written before it")
        }
    }
}
