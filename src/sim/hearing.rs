//! What each replica heard of the others: what the fog of war leaves. Written down as messages come, read by no
//! replica, gone when the process is.
//!
//! A message says what its sender held when it spoke (a read's answer, gossip), or wants stored (a write, a repair, a
//! hint); an acknowledgement says that what was sent for it arrived. Digests say something only where they name just
//! what the hearer holds. Of several, the last that came counts, as late as it may have been sent.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    base::{KeyId, NodeId, OpId, SimTime},
    data::Held,
    replica::Body,
};

use super::{Message, Simulation};

/// With more replicas nothing is written down.
pub const MOST_LISTENERS: usize = 64;
/// Nor of more keys than these first ones.
const MOST_KEYS: usize = 64;
/// So many requests are remembered for what their answers mean.
const MOST_REQUESTS: usize = 64;

/// The last that a replica heard of another.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// When the last message of it came, of whatever kind.
    pub at: SimTime,
    /// By key: when it last said something about its contents, and what.
    pub said: BTreeMap<KeyId, (SimTime, Held)>,
}

/// What one replica heard, shared between copies of a run until it hears more.
#[derive(Debug, Clone, Default)]
pub(super) struct Hearing {
    of: Arc<BTreeMap<NodeId, Heard>>,
    requests: Arc<BTreeMap<Request, (KeyId, Held)>>,
    /// How much it remembers, in things said.
    entries: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Request {
    Hint(u64, KeyId),
    Op(OpId),
}

impl Hearing {
    /// A request goes out, whose answer may not name what it is about.
    fn ask(&mut self, body: &Body) {
        let (request, key, held) = match body {
            Body::Write { op, key, held, .. } | Body::Repair { op, key, held, .. } => {
                (Request::Op(*op), *key, held.clone())
            }
            Body::Read { op, key, .. } => (Request::Op(*op), *key, Held::Nothing),
            Body::Hint { cause, key, held, .. } => (Request::Hint(*cause, *key), *key, held.clone()),
            Body::WriteAck { .. }
            | Body::ReadReply { .. }
            | Body::Digest { .. }
            | Body::RepairAck { .. }
            | Body::Forward(_)
            | Body::Answer { .. }
            | Body::Sync { .. }
            | Body::SyncReply { .. }
            | Body::Compare(_)
            | Body::Stream(_)
            | Body::HintAck { .. }
            | Body::Heartbeat { .. } => return,
        };
        let requests = Arc::make_mut(&mut self.requests);
        requests.insert(request, (key, held));
        if requests.len() > MOST_REQUESTS {
            requests.pop_first();
        }
    }

    /// A message has come; `held` gives what the hearer itself holds.
    fn hear<'a>(&mut self, from: NodeId, at: SimTime, body: &Body, held: impl Fn(KeyId) -> &'a Held) {
        let asked = |op: &OpId| self.requests.get(&Request::Op(*op)).cloned();
        let early = |key: &KeyId| key.index() < MOST_KEYS;
        let said: Vec<(KeyId, Held)> = match body {
            Body::Write { key, held, .. } | Body::Repair { key, held, .. } | Body::Hint { key, held, .. } => {
                vec![(*key, held.clone())]
            }
            Body::WriteAck { op, .. } | Body::RepairAck { op, .. } => asked(op).into_iter().collect(),
            Body::ReadReply { op, held, .. } => {
                asked(op).map(|(key, _)| (key, held.clone())).into_iter().collect()
            }
            Body::Digest { op, content, .. } => {
                let same = asked(op).filter(|(key, _)| held(*key).content() == *content);
                same.map(|(key, _)| (key, held(key).clone())).into_iter().collect()
            }
            Body::HintAck { cause, key, .. } => {
                self.requests.get(&Request::Hint(*cause, *key)).cloned().into_iter().collect()
            }
            Body::Sync { contents, .. } | Body::SyncReply { contents, .. } => {
                contents.iter().filter(|(key, _)| early(key)).cloned().collect()
            }
            Body::Read { .. }
            | Body::Forward(_)
            | Body::Answer { .. }
            | Body::Compare(_)
            | Body::Stream(_)
            | Body::Heartbeat { .. } => Vec::new(),
        };
        let heard =
            Arc::make_mut(&mut self.of).entry(from).or_insert_with(|| Heard { at, said: BTreeMap::new() });
        heard.at = at;
        let before = heard.said.len();
        heard
            .said
            .extend(said.into_iter().filter(|(key, _)| early(key)).map(|(key, held)| (key, (at, held))));
        self.entries += heard.said.len() - before;
    }
}

impl Hearing {
    /// How much a copy may come to hold by itself, in things of about fifty bytes.
    pub(super) fn weight(&self) -> usize {
        2 * self.entries + self.of.len()
    }
}

impl Simulation {
    /// Whether what replicas hear is written down. Members of replica sets speak of offsets in a log, not of what they
    /// hold: there it is not.
    fn listens(&self) -> bool {
        self.settings.primary().is_none() && self.nodes.len() <= MOST_LISTENERS
    }

    pub(super) fn note_sent(&mut self, from: NodeId, body: &Body) {
        if self.listens() {
            self.nodes[from.index()].hearing.ask(body);
        }
    }

    pub(super) fn note_heard(&mut self, message: &Message) {
        if self.listens() {
            let node = &mut self.nodes[message.to.index()];
            let replica = &node.replica;
            node.hearing.hear(message.from, self.now, &message.body, |key| replica.held(key));
        }
    }

    /// With its process everything is gone that a replica heard.
    pub(super) fn forget_heard(&mut self, node: NodeId) {
        self.nodes[node.index()].hearing = Hearing::default();
    }

    /// The last that `by` heard of `of`; `None` where it never did, or where nothing is written down.
    pub fn heard(&self, by: NodeId, of: NodeId) -> Option<&Heard> {
        self.nodes.get(by.index())?.hearing.of.get(&of)
    }
}
