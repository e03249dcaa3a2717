//! The read model: one instant of the cluster as plain data, for drawing and judging.

use std::sync::Arc;

use crate::{
    action::Settings,
    base::{KeyId, MessageId, NodeId, OpId, Position, SimTime, WriteId},
    data::Held,
    net::Cut,
    replica::MessageKind,
};

use super::{Event, MemberView, Simulation};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Up,
    /// Process gone; what was stored stays.
    Crashed,
    /// Process stopped; messages queue up.
    Frozen,
}

/// One instant.
#[derive(Debug, Clone)]
pub struct View {
    pub position: Position,
    pub keys: Vec<Arc<str>>,
    pub replicas: Vec<ReplicaView>,
    /// On their way, by id. Idle gossip (that teaches nobody anything) is left out.
    pub messages: Vec<MessageView>,
    pub cuts: Vec<Cut>,
    /// Which replicas can still reach each other both ways; one side where nothing is cut.
    pub sides: Vec<Vec<NodeId>>,
    pub settings: Settings,
    pub latency_percent: u32,
    /// Operations whose client still waits, with their coordinators.
    pub open: Vec<(OpId, NodeId)>,
    pub next_write: WriteId,
}

#[derive(Debug, Clone)]
pub struct ReplicaView {
    pub name: Arc<str>,
    pub zone: Option<Arc<str>>,
    pub status: Status,
    /// By key.
    pub held: Vec<Held>,
    /// By key: whether it is a replica of it.
    pub owns: Vec<bool>,
    /// Messages waiting for it to thaw.
    pub inbox: usize,
    /// Messages that died because it was down.
    pub killed: u64,
    /// Nanoseconds by which its clock is ahead, drift included.
    pub skew: i64,
    /// Its part in a replica set; `None` under another protocol.
    pub member: Option<MemberView>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageView {
    pub id: MessageId,
    pub from: NodeId,
    pub to: NodeId,
    pub kind: MessageKind,
    pub carries: Option<WriteId>,
    pub sent: SimTime,
    pub arrives: SimTime,
    /// What it will die of, as things are now.
    pub doom: Option<Doom>,
}

/// What stops a message before it arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doom {
    /// The link will lose it.
    Loss,
    /// A wall stands in its way.
    Wall,
}

impl MessageView {
    pub fn is_lost(&self) -> bool {
        self.doom == Some(Doom::Loss)
    }

    pub fn is_blocked(&self) -> bool {
        self.doom == Some(Doom::Wall)
    }
}

impl Simulation {
    fn doom(&self, message: &super::Message) -> Option<Doom> {
        if message.lost {
            return Some(Doom::Loss);
        }
        self.cuts.blocks(message.from, message.to).then_some(Doom::Wall)
    }

    pub fn view(&self) -> View {
        let mut messages: Vec<MessageView> = self.messages().collect();
        messages.sort_unstable_by_key(|message| message.id);
        View {
            position: self.position(),
            keys: self.keys.clone(),
            replicas: (0..self.nodes.len()).map(|index| self.replica_view(NodeId::at(index))).collect(),
            messages,
            cuts: self.cuts.standing().to_vec(),
            sides: self.cuts.sides(),
            settings: self.settings.clone(),
            latency_percent: self.network.latency_percent,
            open: self.open.iter().map(|(op, open)| (op, open.node)).collect(),
            next_write: self.next_write,
        }
    }

    fn replica_view(&self, id: NodeId) -> ReplicaView {
        let node = &self.nodes[id.index()];
        let spec = &self.scenario.replicas[id.index()];
        let keys = || (0..self.keys.len()).map(|i| KeyId(u32::try_from(i).unwrap_or(u32::MAX)));
        let now = i64::try_from(self.now.0).unwrap_or(i64::MAX / 4);
        ReplicaView {
            name: Arc::clone(&spec.name),
            zone: spec.zone.clone(),
            status: node.status,
            held: keys().map(|key| node.replica.held(key).clone()).collect(),
            owns: keys().map(|key| self.placement().is_owner(id, key)).collect(),
            inbox: node.inbox.len(),
            killed: node.killed,
            skew: self.clock(id).0.saturating_sub(now),
            member: self.member_view(id),
        }
    }

    /// Messages on their way, in no order; idle gossip is left out.
    pub fn messages(&self) -> impl Iterator<Item = MessageView> {
        self.queue.iter().filter_map(|(arrives, event)| {
            let Event::Arrival(message) = event else { return None };
            let kind = message.body.kind();
            let idle = kind.is_gossip() && !self.would_teach(message) && !self.is_awaited(message);
            (!idle).then(|| MessageView {
                id: message.id,
                from: message.from,
                to: message.to,
                kind,
                carries: message.body.carries(),
                sent: message.sent,
                arrives,
                doom: self.doom(message),
            })
        })
    }
}
