//! What reads under way, and requests on their way to their coordinator, may still change.

use crate::{
    action::{Operation, ReadRepair},
    base::{KeyId, NodeId},
    data::{Held, Version},
    replica::{Body, Forwarded},
    sim::{Message, Simulation, Status},
};

impl Simulation {
    fn read_repair(&self) -> ReadRepair {
        self.settings.leaderless().map_or(ReadRepair::Off, |rules| rules.read_repair)
    }

    /// Whether a read under way may yet repair anybody.
    pub(super) fn reads_may_change_data(&self) -> bool {
        (0..self.nodes.len()).map(NodeId::at).any(|node| self.read_may_repair(node, None))
    }

    /// Whether a read under way may yet teach `node` anything about `key`.
    pub fn a_read_may_teach(&self, node: NodeId, key: KeyId) -> bool {
        (0..self.nodes.len()).map(NodeId::at).any(|at| self.read_may_repair(at, Some((node, key))))
    }

    /// Whether anti-entropy that `node` takes part in is under way, and brings, if not what it asked for, what the
    /// other has learned by then.
    pub fn an_exchange_may_teach(&self, node: NodeId) -> bool {
        let exchanges =
            |body: &Body| matches!(body, Body::Sync { .. } | Body::SyncReply { .. } | Body::Compare(_));
        self.arrivals().any(|(_, message)| {
            let (from, to) = (message.from, message.to);
            (from == node || to == node)
                && exchanges(&message.body)
                && !message.lost
                && self.is_up(to)
                && !self.cuts.blocks(from, to)
        })
    }

    /// Whether a read that `coordinator` has under way may repair somebody, or this one.
    fn read_may_repair(&self, coordinator: NodeId, whom: Option<(NodeId, KeyId)>) -> bool {
        let node = &self.nodes[coordinator.index()];
        node.status == Status::Up
            && node.replica.readings(self.read_repair()).any(|(key, asked, found)| {
                whom.is_none_or(|(_, wanted)| wanted == key)
                    && self.may_repair(coordinator, key, self.may_be_asked(key, asked), found, whom)
            })
    }

    /// Whom a read asks that has asked these, if it may still ask more.
    fn may_be_asked(&self, key: KeyId, asked: &[NodeId]) -> Vec<NodeId> {
        let speculates = self.settings.leaderless().is_some_and(|rules| rules.speculative.is_some());
        let more = self.owners(key).filter(|node| speculates && !asked.contains(node));
        asked.iter().copied().chain(more).collect()
    }

    /// Whether one who asks these, and has found that, may find something that one of them lacks.
    fn may_repair(
        &self,
        coordinator: NodeId,
        key: KeyId,
        asked: Vec<NodeId>,
        found: &Held,
        whom: Option<(NodeId, KeyId)>,
    ) -> bool {
        let conflicts = self.settings.conflicts_of(key);
        let mut all = found.clone();
        if let Some((_, key)) = whom {
            // By the time they are asked, they may have learned from the others.
            for node in self.owners(key) {
                all.merge(self.held(node, key), conflicts);
            }
        }
        for node in &asked {
            all.merge(self.held(*node, key), conflicts);
            if !self.placement().is_owner(*node, key) {
                for (_, _, hint) in self.nodes[node.index()].replica.hints().filter(|(_, k, _)| *k == key) {
                    all.merge(hint, conflicts);
                }
            }
        }
        asked.into_iter().filter(|node| whom.is_none_or(|(wanted, _)| wanted == *node)).any(|node| {
            (node == coordinator || self.reaches(coordinator, node)) && self.would_learn(node, key, &all)
        })
    }

    /// Whether `coordinator`, once it has this request, may change any data.
    pub(super) fn request_may_change_data(&self, coordinator: NodeId, request: &Forwarded) -> bool {
        if request.act.operation() == Operation::Write {
            return true;
        }
        let everybody = (0..self.nodes.len()).map(NodeId::at).collect();
        self.read_repair() != ReadRepair::Off
            && self.may_repair(coordinator, request.key, everybody, &Held::Nothing, None)
    }

    /// Whether a read under way has found `write`, or is being told of it, and may pass it on to a replica that
    /// would take it.
    pub(super) fn a_read_may_bring_back(&self, write: &Version) -> bool {
        let brings = |held: &Held| {
            held.keeps(write) && self.owners(write.key).any(|node| self.would_learn(node, write.key, held))
        };
        let told = |body: &Body| match body {
            Body::ReadReply { held, .. } => brings(held),
            Body::Write { .. }
            | Body::WriteAck { .. }
            | Body::Read { .. }
            | Body::Sync { .. }
            | Body::Stream(_)
            | Body::SyncReply { .. }
            | Body::Compare(_)
            | Body::Hint { .. }
            | Body::HintAck { .. }
            | Body::Heartbeat { .. }
            | Body::Digest { .. }
            | Body::Repair { .. }
            | Body::RepairAck { .. }
            | Body::Forward(_)
            | Body::Answer { .. } => false,
        };
        let rule = self.read_repair();
        let repairs = |node: NodeId| {
            rule != ReadRepair::Off || self.nodes[node.index()].replica.readings(rule).next().is_some()
        };
        let tells = |message: &Message| !message.lost && repairs(message.to) && told(&message.body);
        self.arrivals().any(|(_, message)| tells(message))
            || self.held.iter().any(|held| tells(&held.message))
            || self.nodes.iter().any(|node| {
                node.inbox.iter().any(tells)
                    || node.replica.readings(rule).any(|(key, _, found)| key == write.key && brings(found))
            })
    }
}
