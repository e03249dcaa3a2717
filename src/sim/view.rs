//! The read model: one instant of the cluster as plain data, for drawing and judging.

use std::sync::Arc;

use crate::{
    action::{ClientPolicy, Settings},
    base::{KeyId, MessageId, NodeId, OpId, Position, Ppm, SimTime, Span, WriteId, ZoneId},
    data::{Held, Stamp},
    net::{Cut, LinkProfile, MessageName, Order},
    replica::MessageKind,
};

use super::{MemberView, Simulation, clients::Client};

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
    /// By replica: its zone.
    pub zones: Vec<Option<ZoneId>>,
    pub settings: Settings,
    pub latency_percent: u32,
    pub links: LinksView,
    /// Operations whose client still waits, with their coordinators.
    pub open: Vec<(OpId, NodeId)>,
    pub next_write: WriteId,
    /// By client.
    pub clients: Vec<ClientView>,
}

#[derive(Debug, Clone)]
pub struct ClientView {
    pub name: Arc<str>,
    /// Its place: the replica beside it.
    pub at: NodeId,
    /// The replica that a sticky session is bound to.
    pub bound: NodeId,
    pub policy: ClientPolicy,
    /// Its session token: what it must see, by key. What it wrote itself comes first.
    pub token: Vec<(KeyId, Vec<WriteId>)>,
    /// The stamp that it carries from one replica to the next; none before its first answer.
    pub heard: Option<Stamp>,
}

/// A version that has come to a replica and waits, unseen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingView {
    pub key: KeyId,
    pub write: WriteId,
    /// What it waits for.
    pub waits_for: Vec<(KeyId, WriteId)>,
}

/// What links do to messages; `None` where they differ from each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinksView {
    /// The typical delay as things stand, the latency knob included.
    pub delay: Option<Span>,
    pub loss: Option<Ppm>,
    pub duplicate: Option<Ppm>,
    pub order: Option<Order>,
}

/// A write that a replica keeps for another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HintView {
    pub target: NodeId,
    pub key: KeyId,
    /// The newest of what is kept.
    pub write: WriteId,
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
    /// The last stamp that it gave, sent or heard; under physical clocks, gave.
    pub stamp: Stamp,
    /// What has come and waits for what it depends on, oldest first.
    pub waiting: Vec<WaitingView>,
    /// What it keeps for others, by target and key.
    pub hints: Vec<HintView>,
    /// Whom it believes down, rightly or wrongly.
    pub believes_down: Vec<NodeId>,
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
    /// What will stop it, as things are now.
    pub doom: Option<Doom>,
}

/// What stops a message before it arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doom {
    /// The link will lose it.
    Loss,
    /// A wall stands in its way.
    Wall,
    /// A hand holds it, since this time. It is to arrive when it would have otherwise.
    Held(SimTime),
}

impl MessageView {
    pub fn is_lost(&self) -> bool {
        self.doom == Some(Doom::Loss)
    }

    pub fn is_blocked(&self) -> bool {
        self.doom == Some(Doom::Wall)
    }

    /// Since when a hand holds it.
    pub fn held_since(&self) -> Option<SimTime> {
        match self.doom {
            Some(Doom::Held(since)) => Some(since),
            Some(Doom::Loss | Doom::Wall) | None => None,
        }
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
            zones: (0..self.nodes.len()).map(|i| self.topology.zone_of(NodeId::at(i))).collect(),
            settings: self.settings.clone(),
            latency_percent: self.network.latency_percent,
            links: self.links_view(),
            open: self.open.iter().map(|(op, open)| (op, open.node)).collect(),
            next_write: self.next_write,
            clients: self.clients.iter().zip(&self.scenario.clients).map(client_view).collect(),
        }
    }

    fn links_view(&self) -> LinksView {
        let profiles = self.network.profiles();
        let delay = |profile: &LinkProfile| profile.delay.typical().scaled(self.network.latency_percent);
        LinksView {
            delay: common(&profiles, delay),
            loss: common(&profiles, |profile| profile.loss),
            duplicate: common(&profiles, |profile| profile.duplicate),
            order: common(&profiles, |profile| profile.order),
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
            stamp: node.replica.stamp(),
            waiting: self.waiting(id).collect(),
            hints: node.replica.hints().filter_map(hint_view).collect(),
            believes_down: (0..self.nodes.len())
                .map(NodeId::at)
                .filter(|about| !self.believes_up(id, *about))
                .collect(),
            member: self.member_view(id),
        }
    }

    /// What has come to `node` and waits, unseen, for what it depends on.
    pub fn waiting(&self, node: NodeId) -> impl Iterator<Item = WaitingView> {
        let replica = &self.nodes[node.index()].replica;
        replica.waiting().filter_map(move |(key, held)| {
            let blocked = replica.blocked_by(held, self.placement(), &self.settings);
            let waits_for = blocked.iter().map(|dependency| (dependency.key, dependency.id)).collect();
            Some(WaitingView { key, write: held.newest()?, waits_for })
        })
    }

    /// What names each message on its way for its randomness, beside its link; a copy has its original's name.
    pub fn message_names(&self) -> impl Iterator<Item = (MessageId, MessageName)> {
        let held = self.held.iter().map(|held| &held.message);
        let all = self.arrivals().map(|(_, message)| message).chain(held);
        all.map(|message| (message.id, message.name()))
    }

    /// Messages on their way, in no order; idle gossip is left out.
    pub fn messages(&self) -> impl Iterator<Item = MessageView> {
        let moving = self.arrivals().map(|(arrives, message)| (arrives, message, self.doom(message)));
        let held = self.held.iter().map(|held| (held.due, &held.message, Some(Doom::Held(held.since))));
        moving.chain(held).filter_map(|(arrives, message, doom)| {
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
                doom,
            })
        })
    }
}

fn client_view((client, spec): (&Client, &crate::scenario::ClientSpec)) -> ClientView {
    ClientView {
        name: Arc::clone(&spec.name),
        at: client.at,
        bound: client.bound,
        policy: client.policy.clone(),
        token: client
            .session
            .token()
            .map(|(key, versions)| (key, versions.map(|v| v.id).collect()))
            .collect(),
        heard: client.session.heard(),
    }
}

/// What all profiles have in common; one without links has nothing to differ in.
fn common<T: PartialEq>(profiles: &[&LinkProfile], of: impl Fn(&LinkProfile) -> T) -> Option<T> {
    let first = of(profiles.first()?);
    profiles.iter().all(|profile| of(profile) == first).then_some(first)
}

fn hint_view((target, key, held): (NodeId, KeyId, &Held)) -> Option<HintView> {
    held.newest().map(|write| HintView { target, key, write })
}
