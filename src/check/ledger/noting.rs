//! What goes into the log of anomalies, and the little that must be remembered to tell it: when a client saw
//! what, which writes may have been lost, who reigns beside whom.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use crate::{
    action::{Act, Guarantee},
    base::{ClientId, KeyId, NodeId, OpId, Position, WriteId},
    check::{
        Anomaly, AnomalyKind, Evidence, Staleness,
        order::{Breach, Names},
    },
    data::{Held, Version},
    sim::{Outcome, Simulation},
};

mod losses;

use super::{Asked, Ledger, Worst};
use losses::{Changed, Suspect, Ties};

#[derive(Debug, Clone, Default)]
pub(super) struct Watch {
    /// Writes that gave way somewhere to what was not written upon them, the newest last.
    suspects: VecDeque<Suspect>,
    /// What has changed since they were looked at.
    changed: Changed,
    ties: Ties,
    lost: VecDeque<WriteId>,
    /// Where clients were first shown a write, the newest last.
    glimpses: VecDeque<(ClientId, WriteId, Position)>,
    /// Members that took a write while another of their set took itself for the primary, too; whether told.
    reigns: Vec<Reign>,
    /// Clients whose last operation came to nothing.
    unserved: BTreeSet<ClientId>,
}

#[derive(Debug, Clone)]
struct Reign {
    node: NodeId,
    write: Arc<Version>,
    at: Position,
}

/// At most so many writes are watched for being lost; past it the oldest are let go.
const MAX_SUSPECTS: usize = 128;
/// So many losses are remembered, not to be told twice.
const MAX_LOST: usize = 128;
/// So many writes that clients were shown are remembered.
const MAX_GLIMPSES: usize = 128;

fn keep<T>(known: &mut VecDeque<T>, new: T, most: usize) {
    if known.len() == most {
        known.pop_front();
    }
    known.push_back(new);
}

impl Watch {
    /// A client was shown this.
    pub(super) fn glimpse(&mut self, client: ClientId, held: &Held, at: Position) {
        for version in held.versions() {
            if self.glimpsed(client, version.id).is_none() {
                keep(&mut self.glimpses, (client, version.id, at), MAX_GLIMPSES);
            }
        }
    }

    fn glimpsed(&self, client: ClientId, write: WriteId) -> Option<Position> {
        let mine = |known: &&(ClientId, WriteId, Position)| known.0 == client && known.1 == write;
        self.glimpses.iter().rev().find(mine).map(|(_, _, at)| *at)
    }
}

impl Ledger {
    fn log(
        &mut self,
        kind: AnomalyKind,
        at: Position,
        key: KeyId,
        node: NodeId,
        evidence: Vec<Evidence>,
    ) -> Draft<'_> {
        let anomaly =
            Anomaly { number: 0, at, kind, key, node, client: None, op: None, write: None, evidence };
        Draft { ledger: self, anomaly }
    }

    pub(super) fn log_stale_read(
        &mut self,
        op: OpId,
        asked: &Asked,
        held: &Held,
        staleness: &Staleness,
        at: Position,
        simulation: &Simulation,
    ) {
        let behind = asked.at.at.since(staleness.since);
        let worst = Worst { versions: staleness.versions, behind, at };
        let (by_versions, by_time) = &mut self.stalest_read;
        if by_versions.is_none_or(|known| worst.versions > known.versions) {
            *by_versions = Some(worst);
        }
        if by_time.is_none_or(|known| worst.behind > known.behind) {
            *by_time = Some(worst);
        }
        let names = Names(simulation);
        let missed = staleness.missing.first().and_then(|write| self.record(asked.key, *write));
        let before = missed.map(|record| Evidence {
            at: record.accepted,
            text: format!(
                "{} was written at {} and acknowledged at {}",
                names.write(&record.version),
                names.node(record.coordinator),
                staleness.since
            ),
        });
        let then = Evidence {
            at,
            text: format!(
                "{}, who asked {} at {}, read {}: {} behind",
                names.client(asked.client),
                names.node(asked.node),
                asked.at.at,
                found(asked.key, held, simulation),
                versions(staleness.versions)
            ),
        };
        let evidence = before.into_iter().chain([then]).collect();
        let mut draft = self.log(AnomalyKind::StaleRead, at, asked.key, asked.node, evidence);
        draft.anomaly.write = staleness.missing.first().copied();
        draft.done((Some(asked.client), Some(op)));
    }

    pub(super) fn log_broken_read(
        &mut self,
        (op, asked): (OpId, &Asked),
        guarantee: Guarantee,
        held: &Held,
        missed: &Version,
        at: Position,
        simulation: &Simulation,
    ) {
        let names = Names(simulation);
        let client = names.client(asked.client);
        let accepted = self.record(missed.key, missed.id).map(|record| record.accepted);
        let before = match guarantee {
            Guarantee::MonotonicReads => {
                let seen = self.watch.glimpsed(asked.client, missed.id);
                seen.map(|at| (at, format!("{client} had read {}", names.write(missed))))
            }
            Guarantee::ReadYourWrites | Guarantee::MonotonicWrites | Guarantee::WritesFollowReads => {
                accepted.map(|at| (at, format!("{client} had written {}", names.write(missed))))
            }
        };
        let before = before.map(|(at, text)| Evidence { at, text });
        let node = names.node(asked.node);
        let then = Evidence {
            at,
            text: format!(
                "{client}, who asked {node} at {}, read {}, without {}",
                asked.at.at,
                found(asked.key, held, simulation),
                names.write(missed)
            ),
        };
        let evidence = before.into_iter().chain([then]).collect();
        let mut draft = self.log(AnomalyKind::Broken(guarantee), at, asked.key, asked.node, evidence);
        draft.anomaly.write = Some(missed.id);
        draft.done((Some(asked.client), Some(op)));
    }

    /// What one write is shown without, for one guarantee at one replica, is one anomaly.
    pub(super) fn log_breaches(&mut self, breaches: &[Breach], simulation: &Simulation) {
        let mut told: Vec<(Guarantee, WriteId)> = Vec::new();
        for breach in breaches {
            let Breach { client, guarantee, node, write, lacks, evidence } = breach;
            if told.contains(&(*guarantee, write.id)) {
                continue;
            }
            told.push((*guarantee, write.id));
            let names = Names(simulation);
            let did = match guarantee {
                Guarantee::WritesFollowReads => "read",
                Guarantee::MonotonicWrites | Guarantee::ReadYourWrites | Guarantee::MonotonicReads => "wrote",
            };
            let before = self.record(lacks.key, lacks.id).map(|record| Evidence {
                at: record.accepted,
                text: format!(
                    "{} was written at {}; {} {did} it, and then wrote {}",
                    names.write(lacks),
                    names.node(record.coordinator),
                    names.client(*client),
                    names.write(write)
                ),
            });
            let evidence_of = before.into_iter().chain([evidence.clone()]).collect();
            let mut draft =
                self.log(AnomalyKind::Broken(*guarantee), evidence.at, write.key, *node, evidence_of);
            draft.anomaly.write = Some(write.id);
            draft.done((Some(*client), None));
        }
    }

    /// The first operation of a client that comes to nothing, since one was answered.
    pub(super) fn watch_availability(
        &mut self,
        op: OpId,
        asked: &Asked,
        outcome: &Outcome,
        at: Position,
        simulation: &Simulation,
    ) {
        let why = match outcome {
            Outcome::Written(_) | Outcome::Waited { .. } | Outcome::Found(_) => {
                self.watch.unserved.remove(&asked.client);
                return;
            }
            // It was served: by a no, or by a word on whom to ask.
            Outcome::ConditionFailed { .. } | Outcome::NotPrimary { primary: Some(_) } => return,
            Outcome::NotPrimary { primary: None } => "it knows of no primary".to_owned(),
            Outcome::Unavailable { required, alive } => {
                format!("{required} replicas must answer, {alive} are believed up")
            }
            Outcome::NoReplicas { good, required } => {
                format!("{good} of {required} replicas that it needs are good")
            }
            Outcome::Throttled { .. } => "another region is as far behind as the bound allows".to_owned(),
            Outcome::CoordinatorDown => "it is down".to_owned(),
            Outcome::NotFresh(guarantee) => {
                format!("it may not, by the client's {}", guarantee.name().replace('_', " "))
            }
            Outcome::TimedOut { received, required } => {
                format!("in time {received} of {required} answered")
            }
            Outcome::CoordinatorCrashed => "it crashed on the way".to_owned(),
        };
        if !self.watch.unserved.insert(asked.client) {
            return;
        }
        let names = Names(simulation);
        let (client, node, key) = (names.client(asked.client), names.node(asked.node), names.key(asked.key));
        let verb = match *asked.act {
            Act::Read => "read",
            Act::Write { .. } => "write",
            Act::Update(_) => "change",
        };
        let evidence = vec![
            Evidence { at: asked.at, text: format!("{client} asked {node} to {verb} {key}") },
            Evidence { at, text: format!("{node} did not {verb} {key} for {client}: {why}") },
        ];
        self.log(AnomalyKind::Unavailable, at, asked.key, asked.node, evidence)
            .done((Some(asked.client), Some(op)));
    }

    /// A write was taken: by one of several members that take themselves for the primary of one set?
    pub(super) fn watch_primaries(
        &mut self,
        op: OpId,
        node: NodeId,
        version: &Arc<Version>,
        at: Position,
        simulation: &Simulation,
    ) {
        let Some(policy) = simulation.settings().primary() else { return };
        let Some(group) = policy.groups.iter().find(|group| group.members.contains(&node)) else { return };
        let reigns = |member: NodeId| simulation.primaries().any(|primary| primary == member);
        let rivals = group.members.iter().filter(|member| reigns(**member)).count();
        let of_group = |reign: &Reign| group.members.contains(&reign.node);
        if rivals < 2 || !reigns(node) {
            // Who reigns alone ends what was.
            self.watch.reigns.retain(|reign| !of_group(reign));
            return;
        }
        let told = {
            let mut nodes: Vec<NodeId> =
                self.watch.reigns.iter().filter(|reign| of_group(reign)).map(|reign| reign.node).collect();
            nodes.dedup();
            nodes.len() > 1
        };
        let rival = self
            .watch
            .reigns
            .iter()
            .find(|reign| of_group(reign) && reign.node != node && reigns(reign.node))
            .cloned();
        if !self.watch.reigns.iter().any(|reign| reign.node == node) {
            self.watch.reigns.push(Reign { node, write: version.bare(), at });
        }
        let Some(rival) = rival.filter(|_| !told) else { return };
        let names = Names(simulation);
        let (here, there) = (names.node(node), names.node(rival.node));
        let evidence = vec![
            Evidence {
                at: rival.at,
                text: format!("{there}, taking itself for the primary, took {}", names.write(&rival.write)),
            },
            Evidence {
                at,
                text: format!(
                    "{here}, taking itself for the primary, took {}, and so does {there}",
                    names.write(version)
                ),
            },
        ];
        let client = self.client_of(op);
        let mut draft = self.log(AnomalyKind::SplitBrain, at, version.key, node, evidence);
        draft.anomaly.write = Some(version.id);
        draft.done((client, Some(op)));
    }
}

/// One that is not yet in the log.
struct Draft<'a> {
    ledger: &'a mut Ledger,
    anomaly: Anomaly,
}

impl Draft<'_> {
    fn done(mut self, (client, op): (Option<ClientId>, Option<OpId>)) {
        (self.anomaly.client, self.anomaly.op) = (client, op);
        self.ledger.anomalies.push(self.anomaly);
    }
}

fn found(key: KeyId, held: &Held, simulation: &Simulation) -> String {
    let names = Names(simulation);
    let all: Vec<String> = held.versions().iter().map(|version| names.write(version)).collect();
    if all.is_empty() { format!("nothing of {}", names.key(key)) } else { all.join(" and ") }
}

fn versions(count: u64) -> String {
    format!("{count} version{}", if count == 1 { "" } else { "s" })
}
