//! Links and the fate of each message sent over them.

use std::collections::BTreeMap;

use crate::base::{NodeId, Ppm, Purpose, Seed, SimTime, Span};

use super::Delay;

/// Whether later messages may arrive before earlier ones on the same link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// A message never overtakes an earlier one.
    Fifo,
    MayOvertake,
}

/// What one directed link does to what is sent over it.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkProfile {
    pub delay: Delay,
    pub loss: Ppm,
    pub duplicate: Ppm,
    pub order: Order,
}

/// One knob of a link, to be turned while the run goes on. Acts on what is sent afterwards.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkChange {
    Delay(Delay),
    Loss(Ppm),
    Duplicate(Ppm),
    Order(Order),
}

/// Which links a change is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    All,
    /// Both directions between two nodes.
    Between(NodeId, NodeId),
    OneWay {
        from: NodeId,
        to: NodeId,
    },
}

/// What becomes of a message: decided when it is sent, apart from cuts and crashes, which are judged when
/// it arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fate {
    pub arrives: SimTime,
    /// Lost on the way; the loss happens at `arrives`.
    pub lost: bool,
    /// A second copy and when that arrives.
    pub duplicate: Option<SimTime>,
}

/// Linux: `TCP_RTO_MIN`.
const LEAST_RTO: Span = Span::millis(200);
/// Linux: `TCP_RTO_MAX`.
const MOST_RTO: Span = Span::secs(120);
/// Linux: `tcp_retries2`.
const MOST_RETRANSMISSIONS: u32 = 15;

/// All links between `nodes` nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    nodes: usize,
    profiles: Vec<LinkProfile>,
    /// Row-major by (from, to): an index into `profiles`; empty while all links are alike.
    table: Vec<u16>,
    /// Every delay is drawn, then multiplied by this: the knob of the `-` and `=` keys.
    pub latency_percent: u32,
    /// When the last message of a first-in-first-out link arrives.
    last_arrival: BTreeMap<(NodeId, NodeId), SimTime>,
    /// The same for each connection of a stream.
    last_in_stream: BTreeMap<(NodeId, NodeId, u8), SimTime>,
}

impl LinkProfile {
    pub fn plain(delay: Delay) -> Self {
        Self { delay, loss: Ppm::NEVER, duplicate: Ppm::NEVER, order: Order::MayOvertake }
    }

    fn change(&mut self, change: &LinkChange) {
        match change {
            LinkChange::Delay(delay) => self.delay = delay.clone(),
            LinkChange::Loss(loss) => self.loss = *loss,
            LinkChange::Duplicate(duplicate) => self.duplicate = *duplicate,
            LinkChange::Order(order) => self.order = *order,
        }
    }
}

impl Network {
    pub fn new(nodes: usize, profile: LinkProfile) -> Self {
        Self {
            nodes,
            profiles: vec![profile],
            table: Vec::new(),
            latency_percent: 100,
            last_arrival: BTreeMap::new(),
            last_in_stream: BTreeMap::new(),
        }
    }

    pub fn profile(&self, from: NodeId, to: NodeId) -> &LinkProfile {
        let index = self.table.get(from.index() * self.nodes + to.index()).copied().unwrap_or(0);
        &self.profiles[usize::from(index)]
    }

    /// Whether every link is alike.
    pub fn is_uniform(&self) -> bool {
        self.table.is_empty()
    }

    /// The different profiles that links have: one where all are alike.
    pub fn profiles(&self) -> Vec<&LinkProfile> {
        if self.is_uniform() {
            return self.profiles.iter().take(1).collect();
        }
        let mut used = vec![false; self.profiles.len()];
        for (cell, index) in self.table.iter().enumerate() {
            // From a node to itself there is no link.
            let loops = cell / self.nodes == cell % self.nodes;
            used[usize::from(*index)] |= !loops;
        }
        self.profiles.iter().zip(used).filter(|(_, used)| *used).map(|(profile, _)| profile).collect()
    }

    /// Whether every link has the delays that it has there, whatever is on its way.
    pub fn delays_as(&self, other: &Self) -> bool {
        self.nodes == other.nodes
            && self.latency_percent == other.latency_percent
            && self.table == other.table
            && self.profiles == other.profiles
    }

    /// Turns one knob of some links.
    pub fn change(&mut self, scope: Scope, change: &LinkChange) {
        match scope {
            Scope::All => self.profiles.iter_mut().for_each(|profile| profile.change(change)),
            Scope::Between(a, b) => {
                self.change_one(a, b, change);
                self.change_one(b, a, change);
            }
            Scope::OneWay { from, to } => self.change_one(from, to, change),
        }
    }

    /// Turns knobs of many directed links at once, in time that grows with their number alone.
    pub fn change_links(
        &mut self,
        links: impl IntoIterator<Item = (NodeId, NodeId)>,
        changes: &[LinkChange],
    ) {
        if changes.is_empty() {
            return;
        }
        let mut turned: BTreeMap<u16, u16> = BTreeMap::new();
        for (from, to) in links {
            let cell = from.index() * self.nodes + to.index();
            let before = self.table.get(cell).copied().unwrap_or(0);
            if let Some(after) = turned.get(&before) {
                self.table[cell] = *after;
            } else {
                for change in changes {
                    self.change_one(from, to, change);
                }
                let after = self.table.get(cell).copied().unwrap_or(0);
                turned.insert(before, after);
            }
        }
    }

    fn change_one(&mut self, from: NodeId, to: NodeId, change: &LinkChange) {
        let mut profile = self.profile(from, to).clone();
        profile.change(change);
        let index = match self.profiles.iter().position(|known| *known == profile) {
            Some(index) => index,
            None => self.place_profile(profile),
        };
        if self.table.is_empty() {
            self.table.resize(self.nodes * self.nodes, 0);
        }
        self.table[from.index() * self.nodes + to.index()] = u16::try_from(index).unwrap_or(0);
    }

    /// Puts `profile` where no link points any more, else at the end: there are never many more than links,
    /// however long one plays.
    fn place_profile(&mut self, profile: LinkProfile) -> usize {
        let mut used = vec![false; self.profiles.len()];
        used[0] = true;
        for index in &self.table {
            used[usize::from(*index)] = true;
        }
        match used.iter().position(|used| !used) {
            Some(free) => {
                self.profiles[free] = profile;
                free
            }
            None if self.profiles.len() < usize::from(u16::MAX) => {
                self.profiles.push(profile);
                self.profiles.len() - 1
            }
            None => 0,
        }
    }

    /// The fate of the message named by (`from`, `to`, `kind`, `cause`, `attempt`), sent at `now`: a pure
    /// function of the seed and that name, so that turning one knob reshuffles no other draw.
    pub fn fate(&mut self, seed: Seed, from: NodeId, to: NodeId, name: MessageName, now: SimTime) -> Fate {
        let link = (u64::from(from.0) << 48) | (u64::from(to.0) << 32) | name.kind << 24 | name.attempt;
        let mut stream = seed.stream(Purpose::MessageFate, [link, name.cause]);
        let percent = self.latency_percent;
        let profile = self.profile(from, to);
        let lost = stream.hits(profile.loss);
        let twice = stream.hits(profile.duplicate);
        let arrives = now + profile.delay.sample(&mut stream).scaled(percent);
        let duplicate = twice.then(|| {
            let mut stream = seed.stream(Purpose::DuplicateFate, [link, name.cause]);
            now + profile.delay.sample(&mut stream).scaled(percent)
        });
        match profile.order {
            Order::MayOvertake => Fate { arrives, lost, duplicate },
            Order::Fifo => {
                let newest = self.last_arrival.entry((from, to)).or_default();
                let arrives = arrives.max(*newest);
                let duplicate = duplicate.map(|copy| copy.max(arrives));
                *newest = duplicate.unwrap_or(arrives);
                Fate { arrives, lost, duplicate }
            }
        }
    }

    /// As [`Self::fate`], for what travels on the `connection`-th TCP connection from `from` to `to`
    /// (SEMANTICS §2): what is lost is sent again and so is late, nothing comes twice, and nothing overtakes
    /// what was sent before it on the same connection, whatever the link would allow.
    ///
    /// A retransmission follows after the timeout of RFC 6298 as Linux has it: a round trip and 200 ms, twice
    /// as long after every loss, at most 120 s. After 15 in vain (`tcp_retries2`) the connection is given up:
    /// then, and only then, the message is lost.
    pub fn stream_fate(
        &mut self,
        seed: Seed,
        (from, to, connection): (NodeId, NodeId, u8),
        name: MessageName,
        now: SimTime,
    ) -> Fate {
        let link = (u64::from(from.0) << 48) | (u64::from(to.0) << 32) | name.kind << 24 | name.attempt;
        let mut stream = seed.stream(Purpose::MessageFate, [link, name.cause]);
        let percent = self.latency_percent;
        let profile = self.profile(from, to);
        let mut lost = stream.hits(profile.loss);
        stream.skip(1); // Whether it comes twice: the receiver would throw the second away.
        let delay = profile.delay.sample(&mut stream).scaled(percent);
        let mut again = seed.stream(Purpose::Retransmission, [link, name.cause]);
        let mut timeout = Span(delay.0.saturating_mul(2).saturating_add(LEAST_RTO.0));
        let (mut waited, mut tries) = (Span::ZERO, 0);
        while lost && tries < MOST_RETRANSMISSIONS {
            waited = Span(waited.0.saturating_add(timeout.0.min(MOST_RTO.0)));
            timeout = Span(timeout.0.saturating_mul(2));
            tries += 1;
            lost = again.hits(profile.loss);
        }
        let waited = if lost { Span::ZERO } else { waited };
        let newest = self.last_in_stream.entry((from, to, connection)).or_default();
        let arrives = (now + waited + delay).max(*newest);
        *newest = if lost { *newest } else { arrives };
        Fate { arrives, lost, duplicate: None }
    }

    /// The typical one-way latency between two nodes as the knobs stand now.
    pub fn typical(&self, from: NodeId, to: NodeId) -> Span {
        self.profile(from, to).delay.typical().scaled(self.latency_percent)
    }

    /// The one-way latency that one message in a million exceeds, as the knobs stand now.
    pub fn extreme(&self, from: NodeId, to: NodeId) -> Span {
        self.profile(from, to).delay.extreme().scaled(self.latency_percent)
    }
}

/// What names a message for its randomness, apart from its link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageName {
    /// The kind of message, below 256.
    pub kind: u64,
    /// What it belongs to: an operation, or a round of gossip.
    pub cause: u64,
    /// The how-manieth try, below 2^24.
    pub attempt: u64,
}
