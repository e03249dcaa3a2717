//! Is anything left that can change any replica's data? (SEMANTICS §1, "settled" and "converged".)

mod compare;
mod forgetting;
mod members;
mod reads;
mod together;

use crate::{
    action::{AntiEntropy, Digest, Style},
    base::{CutId, KeyId, MessageId, NodeId, Ppm, SimTime, Span, WriteId},
    data::{Held, Merge, Version},
    replica::{Body, Exchange, is_purgeable},
};

use super::{Event, Simulation, Status, messages::Message};

impl Simulation {
    /// Whether no pending event can change any replica's data. Gossip that finds nothing to send does not
    /// count, nor does what only a command could set free (a frozen inbox, a wall).
    pub fn settled(&self) -> bool {
        if self.settings.primary().is_some() {
            return self.members_settled();
        }
        !self.workload.running
            && !self.messages_may_change_data()
            && !self.gossip_may_change_data()
            && !self.deliveries_may_change_data()
            && !self.hints_may_change_data()
            && !self.what_is_handed_may_change_data()
            && !self.purges_may_resurrect()
            && !self.reads_may_change_data()
    }

    /// Whether all replicas of every key hold the same.
    pub fn converged(&self) -> bool {
        if self.placement().is_everywhere() {
            let first = self.nodes[0].replica.digest();
            return self.nodes.iter().all(|node| node.replica.digest() == first);
        }
        (0..self.keys.len()).all(|index| {
            let key = KeyId(u32::try_from(index).unwrap_or(u32::MAX));
            let mut contents = self.owners(key).map(|node| self.held(node, key).content());
            let first = contents.next();
            contents.all(|content| Some(content) == first)
        })
    }

    /// Whether `held` would tell `node` anything new about `key`.
    fn would_learn(&self, node: NodeId, key: KeyId, held: &Held) -> bool {
        let placement = self.placement();
        placement.is_owner(node, key) && {
            let ready = self.nodes[node.index()].replica.ready(held, placement, &self.settings);
            self.would_store(node, key, &ready)
        }
    }

    /// As [`Self::would_learn`], once it reflects all that `held` depends on.
    fn would_learn_in_time(&self, node: NodeId, key: KeyId, held: &Held) -> bool {
        self.placement().is_owner(node, key) && self.would_store(node, key, held)
    }

    /// Whether `node` would take what `from` holds of `key`, once it has all that this depends on.
    pub fn has_news_for(&self, from: NodeId, node: NodeId, key: KeyId) -> bool {
        self.would_learn_in_time(node, key, self.held(from, key))
    }

    /// Whether what is on its way to `other`, or is sent to it again and again, is news of `key` for `node` too.
    pub fn news_comes_by(&self, other: NodeId, node: NodeId, key: KeyId) -> bool {
        let is_news = |held: &Held| {
            self.would_learn_in_time(other, key, held) && self.would_learn_in_time(node, key, held)
        };
        let comes = |message: &Message| {
            let (from, to) = (message.from, message.to);
            to == other && !message.lost && self.is_up(to) && !self.cuts.blocks(from, to)
        };
        let owes = |from: &super::Node| {
            self.can_reach(from.replica.id, other)
                && from.replica.owed().any(|(to, k, held)| to == other && k == key && is_news(held))
        };
        self.arrivals().any(|(_, message)| comes(message) && message.contents_of(key).any(is_news))
            || self.sends_again() && self.nodes.iter().any(owes)
    }

    fn would_store(&self, node: NodeId, key: KeyId, held: &Held) -> bool {
        let conflicts = self.settings.conflicts_of(key);
        if self.held(node, key).is_nothing() && is_purgeable(held, self.clock(node), &self.settings) {
            return false;
        }
        matches!(self.held(node, key).clone().merge(held, conflicts), Merge::Stored { .. })
    }

    /// Whether `to` lacks anything that `from` holds.
    fn would_learn_from(&self, to: NodeId, from: NodeId) -> bool {
        let (from, same) = (&self.nodes[from.index()].replica, &self.nodes[to.index()].replica);
        from.digest() != same.digest()
            && (0..self.keys.len()).any(|index| {
                let key = KeyId(u32::try_from(index).unwrap_or(u32::MAX));
                self.would_learn(to, key, from.held(key))
            })
            || from.digest() != same.digest() && self.would_learn_together(to, &self.all_of(from))
    }

    pub(super) fn is_up(&self, node: NodeId) -> bool {
        self.status(node) == Status::Up
    }

    /// Whether what is sent from `from` can arrive at `to`, sooner or later.
    pub(super) fn reaches(&self, from: NodeId, to: NodeId) -> bool {
        let profile = self.network.profile(from, to);
        // A lost message may have a copy that is not.
        let carries = profile.loss != Ppm::ALWAYS || profile.duplicate != Ppm::NEVER;
        self.is_up(to) && !self.cuts.blocks(from, to) && carries
    }

    /// Whether what is sent from `from` can arrive at `to`, both processes running.
    pub fn can_reach(&self, from: NodeId, to: NodeId) -> bool {
        self.is_up(from) && self.reaches(from, to)
    }

    /// The wall that a message would meet.
    pub fn first_wall(&self, from: NodeId, to: NodeId) -> Option<CutId> {
        self.cuts.first_wall(from, to)
    }

    /// Whether a message on its way, held or not, or one that waits at a frozen replica, carries `write`
    /// to a replica that would take it; or somebody will send it to one, again or as a hint; or one has it that waits
    /// for other writes. What only meets something later brings nothing back.
    pub fn may_still_spread(&self, write: &Version) -> bool {
        let learns = |node, key, held: &Held| self.would_learn_in_time(node, key, held);
        let kept_for = |message: &Message| match &message.body {
            // It becomes a hint, whose target may be down for now.
            Body::Write { key, held, instead_of: Some(target), .. } => learns(*target, *key, held),
            _ => false,
        };
        let spreads = |message: &Message| {
            carries(message, write) && (self.teaches(message, learns) || kept_for(message))
        };
        let waits = |node: &super::Node| {
            let mut waiting = node.replica.waiting();
            waiting.any(|(key, held)| held.keeps(write) && learns(node.replica.id, key, held))
        };
        let owes = |node: &super::Node| {
            let again = node.replica.owed().filter(|_| self.sends_again());
            let hints = node.replica.hints_to_come().filter(|_| self.stores_hints());
            again.chain(hints).any(|(to, key, held)| held.keeps(write) && learns(to, key, held))
        };
        if self.nodes.iter().any(|node| waits(node) || owes(node)) || self.a_read_may_bring_back(write) {
            return true;
        }
        let held = self.held.iter().map(|held| &held.message);
        let mut flying = self.arrivals().map(|(_, message)| message).chain(held);
        flying.any(|message| !message.lost && spreads(message))
            || self.nodes.iter().any(|node| node.inbox.iter().any(spreads))
    }

    /// Whether a message on its way brings `write` to a replica that lacks it, as things are now: it will not be lost,
    /// and no wall stands before it, nor is its target down.
    pub fn is_spreading(&self, write: &Version) -> bool {
        self.arrivals().any(|(_, message)| carries(message, write) && self.may_change_data(message))
    }

    /// Whether this message is on its way and teaches its target anything, or draws an answer that does.
    pub fn brings_news(&self, message: MessageId) -> bool {
        self.arrivals().any(|(_, m)| m.id == message && self.may_change_data(m))
    }

    /// When the first message arrives, as things are now, that teaches `node` anything about `key`.
    pub fn next_news(&self, node: NodeId, key: KeyId) -> Option<SimTime> {
        let arrives = |message: &Message| {
            message.to == node && !message.lost && self.is_up(node) && !self.cuts.blocks(message.from, node)
        };
        let teaches = |message: &Message| {
            message.contents_of(key).any(|held| self.would_learn(node, key, held))
                || message.brings(|version| version.key == key) && self.would_teach(message)
        };
        self.arrivals().filter(|(_, m)| arrives(m) && teaches(m)).map(|(at, _)| at).min()
    }

    /// What must come to `node` before it may show a version of `key` that waits there or is on its way: of
    /// `write`, or of any.
    pub fn unmet_news(&self, node: NodeId, key: KeyId, write: Option<WriteId>) -> Vec<(KeyId, WriteId)> {
        let replica = &self.nodes[node.index()].replica;
        let mine =
            |held: &Held| write.is_none_or(|write| held.versions().iter().any(|version| version.id == write));
        let waiting = replica.waiting().filter(|(k, _)| *k == key).map(|(_, held)| held);
        let coming = self.arrivals().filter(|(_, m)| m.to == node).flat_map(|(_, m)| m.contents_of(key));
        let mut unmet: Vec<(KeyId, WriteId)> = waiting
            .chain(coming)
            .filter(|held| mine(held))
            .flat_map(|held| replica.blocked_by(held, self.placement(), &self.settings))
            .map(|dependency| (dependency.key, dependency.id))
            .collect();
        unmet.sort_unstable();
        unmet.dedup();
        unmet
    }

    /// Whether a hand holds what would teach its target anything if it were delivered.
    pub fn holds_news(&self) -> bool {
        self.held.iter().any(|held| self.may_change_data(&held.message))
    }

    /// Messages that will come to their targets or die before; those that a hand holds are left out.
    pub(super) fn arrivals(&self) -> impl Iterator<Item = (SimTime, &Message)> {
        self.queue.iter().filter_map(|(at, event)| match event {
            Event::Arrival(message) => Some((at, message)),
            Event::Gossip(_)
            | Event::Timer { .. }
            | Event::Timeout(_)
            | Event::AskAgain(_)
            | Event::Work { .. } => None,
        })
    }

    /// Whether this message, if nobody intervenes, teaches its target anything or draws an answer that does.
    pub(super) fn may_change_data(&self, message: &Message) -> bool {
        let (from, to) = (message.from, message.to);
        !message.lost && !self.cuts.blocks(from, to) && self.is_up(to) && self.would_teach(message)
    }

    /// As [`Self::may_change_data`], if it arrives.
    pub(super) fn would_teach(&self, message: &Message) -> bool {
        self.teaches(message, |node, key, held| self.would_learn(node, key, held))
    }

    fn teaches(&self, message: &Message, learns: impl Fn(NodeId, KeyId, &Held) -> bool) -> bool {
        let (from, to) = (message.from, message.to);
        match &message.body {
            Body::Write { key, held, instead_of: Some(target), .. } => {
                learns(*target, *key, held) && self.can_hand_over(to, *target)
            }
            Body::Write { key, held, instead_of: None, .. }
            | Body::Hint { key, held, .. }
            | Body::Repair { key, held, .. } => learns(to, *key, held),
            Body::Forward(request) => self.request_may_change_data(to, request),
            Body::SyncReply { contents, wanted, .. } => {
                contents.iter().any(|(key, held)| learns(to, *key, held))
                    || self.contents_would_teach(to, contents)
                    || wanted.as_ref().is_some_and(|wanted| self.answer_would_teach((from, to), wanted))
            }
            Body::Compare(comparison) => self.comparison_would_teach((from, to), comparison),
            Body::Sync { exchange, contents, .. } => {
                let tells = *exchange != Exchange::Ask;
                let asks = *exchange != Exchange::Tell;
                let is_news = || {
                    let alone = contents.iter().any(|(key, held)| learns(to, *key, held));
                    alone || self.contents_would_teach(to, contents)
                };
                (tells && is_news()) || (asks && self.reaches(to, from) && self.would_learn_from(from, to))
            }
            Body::Stream(stream) => self.would_stream((from, to), stream),
            Body::WriteAck { .. }
            | Body::Read { .. }
            | Body::ReadReply { .. }
            | Body::HintAck { .. }
            | Body::Heartbeat { .. }
            | Body::Digest { .. }
            | Body::RepairAck { .. }
            | Body::Answer { .. } => false,
        }
    }

    fn messages_may_change_data(&self) -> bool {
        self.queue.iter().any(|(_, event)| match event {
            Event::Arrival(message) => self.may_change_data(message),
            Event::Gossip(_)
            | Event::Timer { .. }
            | Event::Timeout(_)
            | Event::AskAgain(_)
            | Event::Work { .. } => false,
        })
    }

    /// Whether a write that a coordinator still sends again teaches anybody anything.
    fn deliveries_may_change_data(&self) -> bool {
        self.sends_again()
            && self.nodes.iter().filter(|node| node.status == Status::Up).any(|node| {
                let from = node.replica.id;
                node.replica
                    .owed()
                    .any(|(to, key, held)| self.reaches(from, to) && self.would_learn(to, key, held))
            })
    }

    /// Whether a hint, or what will become one, teaches anybody anything.
    fn hints_may_change_data(&self) -> bool {
        self.nodes.iter().filter(|node| node.status == Status::Up).any(|node| {
            let from = node.replica.id;
            let teaches = |(to, key, held): (NodeId, KeyId, &Held)| {
                self.would_learn(to, key, held) && self.can_hand_over(from, to)
            };
            node.replica.hints().filter(|(to, key, _)| !self.expires_first(from, *to, *key)).any(teaches)
                || self.stores_hints() && node.replica.hints_to_come().any(teaches)
        })
    }

    /// Whether a hint will be stored, handed back or thrown away, needed or not.
    pub fn hints_may_move(&self) -> bool {
        self.nodes.iter().filter(|node| node.status == Status::Up).any(|node| {
            let from = node.replica.id;
            let moves = |(to, key, _): (NodeId, KeyId, &Held)| {
                self.can_hand_over(from, to) || self.expires_first(from, to, key)
            };
            node.replica.hints().any(moves)
                || self.stores_hints() && node.replica.hints_to_come().next().is_some()
        })
    }

    /// Whether anybody keeps a hint that its target would learn from.
    pub fn hint_waits(&self) -> bool {
        self.nodes.iter().any(|node| {
            node.replica.hints().any(|(to, key, held)| {
                self.would_learn(to, key, held) && !self.expires_first(node.replica.id, to, key)
            })
        })
    }

    fn stores_hints(&self) -> bool {
        self.settings.leaderless().is_some_and(|rules| rules.hints.is_some())
    }

    /// Whether a hint is too old already to be handed back.
    fn expires_first(&self, holder: NodeId, target: NodeId, key: KeyId) -> bool {
        let rules = self.settings.leaderless().and_then(|rules| rules.tombstones);
        let since = self.nodes[holder.index()].replica.hint_since(target, key);
        rules
            .zip(since)
            .is_some_and(|(rules, since)| self.monotonic().0.saturating_sub(since.0) >= rules.gc_grace.0)
    }

    /// Whether `holder` can give `target` what it keeps for it: it reaches it, and believes it up or will
    /// hear that it is.
    pub fn can_hand_over(&self, holder: NodeId, target: NodeId) -> bool {
        self.can_reach(holder, target) && self.comes_to_believe(holder, target)
    }

    /// Whether a tombstone that will be forgotten keeps something older from coming back: what another replica
    /// holds, what is still sent again, or a hint.
    fn purges_may_resurrect(&self) -> bool {
        let rules = self.settings.leaderless().and_then(|rules| rules.tombstones);
        if rules.is_none() {
            return false;
        }
        let nodes = || (0..self.nodes.len()).map(NodeId::at);
        // Who is no replica of a key takes nothing of it.
        let placement = self.placement();
        let deleted = |node, key| placement.is_owner(node, key) && is_tombstone(self.held(node, key));
        let older = |held: &Held| !held.is_nothing() && !is_tombstone(held);
        let gossips = self.settings.anti_entropy.is_some();
        let sends_again = self.sends_again();
        let revives = |node, key| {
            nodes().filter(|from| *from != node).any(|from| {
                let replica = &self.nodes[from.index()].replica;
                let keeps = |(to, k, held): (NodeId, KeyId, &Held)| to == node && k == key && older(held);
                let owes = sends_again && replica.owed().any(keeps)
                    || replica.hints().any(keeps)
                    || self.stores_hints() && replica.hints_to_come().any(keeps);
                owes && self.can_reach(from, node)
                    || gossips
                        && older(self.held(from, key))
                        && (self.can_reach(from, node) || self.can_reach(node, from))
            })
        };
        nodes()
            .filter(|node| self.is_up(*node))
            .any(|node| self.key_ids().any(|key| deleted(node, key) && revives(node, key)))
    }

    fn key_ids(&self) -> impl Iterator<Item = KeyId> + use<> {
        (0..self.keys.len()).map(|index| KeyId(u32::try_from(index).unwrap_or(u32::MAX)))
    }

    /// Whether somebody will forget a tombstone some day.
    pub fn purges_are_ahead(&self) -> bool {
        let rules = self.settings.leaderless().and_then(|rules| rules.tombstones);
        let tombstone = |held: &Held| held.versions().iter().any(|version| version.value.is_tombstone());
        let up = |node: &&super::Node| node.status == Status::Up;
        let forgets = |node: &super::Node| self.key_ids().any(|key| tombstone(node.replica.held(key)));
        rules.is_some() && self.nodes.iter().filter(up).any(forgets)
    }

    /// Who keeps, or will keep, anything of `key` as a hint that `target` would learn from, with how often
    /// each looks whether `target` is back.
    pub fn hints_for(&self, target: NodeId, key: KeyId) -> impl Iterator<Item = (NodeId, Span)> {
        self.nodes.iter().filter_map(move |node| {
            let teaches = |(to, k, held): (NodeId, KeyId, &Held)| {
                to == target && k == key && self.would_learn(target, key, held)
            };
            let holder = node.replica.id;
            if node.replica.hints().any(teaches) && !self.expires_first(holder, target, key) {
                return Some((holder, node.replica.replay_every()));
            }
            let rules = self.settings.leaderless().and_then(|rules| rules.hints)?;
            node.replica.hints_to_come().any(teaches).then_some((holder, rules.replay_every))
        })
    }

    /// Who still sends `target` again what it would learn from.
    pub fn still_sends(&self, target: NodeId, key: KeyId) -> Option<NodeId> {
        if !self.sends_again() {
            return None;
        }
        let owes = |from: NodeId| {
            let mut owed = self.nodes[from.index()].replica.owed();
            owed.any(|(to, k, held)| to == target && k == key && self.would_learn(to, key, held))
        };
        let nodes = (0..self.nodes.len()).map(NodeId::at);
        nodes.into_iter().find(|from| self.can_reach(*from, target) && owes(*from))
    }

    fn sends_again(&self) -> bool {
        self.settings.leaderless().is_some_and(|rules| rules.retransmit.is_some())
    }

    /// Whether somebody keeps `write` as a hint that its target would learn from. Its holder may be down.
    pub fn is_hinted(&self, write: &Version) -> bool {
        self.hints_of(write).next().is_some()
    }

    /// Who keeps `write` for whom, where the target would learn from it.
    pub fn hints_of(&self, write: &Version) -> impl Iterator<Item = (NodeId, NodeId)> {
        let key = write.key;
        self.nodes.iter().flat_map(move |node| {
            let teaches = move |(to, k, held): &(NodeId, KeyId, &Held)| {
                *k == key
                    && held.keeps(write)
                    && self.would_learn(*to, key, held)
                    && !self.expires_first(node.replica.id, *to, key)
            };
            node.replica.hints().filter(teaches).map(|(to, _, _)| (node.replica.id, to))
        })
    }

    fn gossip_may_change_data(&self) -> bool {
        let Some(AntiEntropy { style, digest, .. }) = self.settings.anti_entropy else {
            return false;
        };
        let nodes = || (0..self.nodes.len()).map(NodeId::at);
        let differs = |a: NodeId, b: NodeId| {
            self.nodes[a.index()].replica.digest() != self.nodes[b.index()].replica.digest()
        };
        let teaches = |opener: NodeId, peer: NodeId| match style {
            Style::Push => self.would_learn_from(peer, opener),
            Style::Pull => self.reaches(peer, opener) && self.would_learn_from(opener, peer),
            Style::PushPull => {
                self.would_learn_from(peer, opener)
                    || (self.reaches(peer, opener) && self.would_learn_from(opener, peer))
            }
        };
        nodes().filter(|opener| self.is_up(*opener)).any(|opener| {
            nodes().any(|peer| {
                peer != opener
                    && differs(opener, peer)
                    && self.reaches(opener, peer)
                    && (digest == Digest::Full || self.reaches(peer, opener))
                    && teaches(opener, peer)
            })
        })
    }
}

fn is_tombstone(held: &Held) -> bool {
    match held {
        Held::One(version) => version.value.is_tombstone(),
        Held::Nothing | Held::Siblings(_) | Held::Shared(_) | Held::State(_) => false,
    }
}

fn carries(message: &Message, write: &Version) -> bool {
    message.brings(|version| version.id == write.id)
        || message.contents_of(write.key).any(|held| held.keeps(write))
}
