//! Floor 3: the deterministic simulation. Virtual time, one event queue, replicas that act through it.
//!
//! ```text
//!            apply(command) ──┐
//!                             ▼
//!   queue ── step() ──► replicas, clients ──► messages back into the queue
//!                             │
//!                             └──► facts, for whoever drives
//! ```
//!
//! The same scenario, seed and commands give the same facts, bit for bit. Cloning is cheap: no history
//! lives here. It never reads a clock, a file or an environment.

mod clients;
mod commands;
mod eligible;
mod fact;
mod hearing;
mod members;
mod messages;
mod opinion;
mod queue;
mod regions;
mod routing;
#[cfg(test)]
pub(crate) mod sabotage;
mod settled;
mod surgery;
mod view;

use std::sync::Arc;

use crate::{
    action::{Durability, Settings},
    base::{LocalTime, MessageId, NodeId, OpId, OpTable, Position, Purpose, Seed, SimTime, Span, WriteId},
    data::{Dot, Held, Stamp, State, Value, Version, VersionVector},
    net::{Cuts, Network},
    replica::{Output, Placement, Replica, Surroundings, Timer, Topology},
    scenario::Scenario,
};
use clients::{Client, Open};
pub use commands::Refused;
pub use fact::{Death, Fact, Outcome, What};
use hearing::Hearing;
pub use hearing::{Heard, MOST_LISTENERS};
pub use members::MemberView;
use messages::Message;
use opinion::Opinion;
#[doc(hidden)]
pub use queue::Queue;
pub use regions::{InflowView, RegionView};
pub use view::{ClientView, Doom, HintView, LinksView, MessageView, ReplicaView, Status, View, WaitingView};

/// A running cluster at one instant.
///
/// Drive it with [`Self::apply`] (a command), [`Self::step`] (the next event) and [`Self::advance_to`]
/// (every event up to a time); read it with [`Self::view`] and the getters.
#[derive(Debug, Clone)]
pub struct Simulation {
    scenario: Arc<Scenario>,
    seed: Seed,
    now: SimTime,
    step: u64,
    queue: Queue<Event>,
    held: Vec<surgery::InHand>,
    nodes: Vec<Node>,
    /// What everybody believes: a crash is known at once (a refused connection), a cut or a freeze is only
    /// silence.
    common_opinion: Opinion,
    topology: Topology,
    network: Network,
    cuts: Cuts,
    settings: Settings,
    clients: Vec<Client>,
    open: OpTable<Open>,
    keys: Vec<Arc<str>>,
    next_op: OpId,
    next_write: WriteId,
    next_message: MessageId,
    /// Messages on their way, idle gossip included.
    in_flight: usize,
    workload: Workload,
    /// Some operation waits for its replica to become eligible, or did.
    anybody_waits: bool,
    scratch: Vec<Output>,
    /// How a test has broken it.
    #[cfg(test)]
    sabotage: Option<sabotage::Sabotage>,
}

/// What is scheduled. Private: outside, only facts tell what happened.
#[derive(Debug, Clone)]
enum Event {
    Arrival(Message),
    Gossip(NodeId),
    /// A replica's own timer, set in its `life`.
    Timer {
        node: NodeId,
        life: u32,
        timer: Timer,
    },
    Timeout(OpId),
    /// A read that waits at a replica without a copy is asked once more.
    AskAgain(OpId),
    Work {
        era: u32,
    },
}

#[derive(Debug, Clone)]
struct Node {
    replica: Replica,
    status: Status,
    skew: i64,
    drift: i32,
    /// What arrived while frozen, in order.
    inbox: Vec<Message>,
    /// Timers that rang while frozen, in order.
    rung: Vec<Timer>,
    /// How often it has crashed: timers of an earlier life ring in vain.
    life: u32,
    /// What it believes of the others, where opinions are its own.
    opinion: Option<Box<Opinion>>,
    /// Messages that died because it was down.
    killed: u64,
    /// Whether its gossip timer is set.
    gossiping: bool,
    /// What it heard of the others.
    hearing: Hearing,
}

#[derive(Debug, Clone, Copy, Default)]
struct Workload {
    running: bool,
    /// How many operations it has made.
    made: u64,
    /// Bumped at every start, so that the timer of an earlier run rings in vain.
    era: u32,
}

impl Simulation {
    pub fn new(scenario: Arc<Scenario>, seed: Seed) -> Self {
        let count = scenario.replicas.len();
        let keys = scenario.keys.len();
        let leaderless = scenario.settings.leaderless();
        let detects = leaderless.is_some_and(|rules| rules.failure_detector.is_some());
        let has_clocks = detects
            || leaderless
                .is_some_and(|rules| rules.tombstones.is_some() || rules.durability != Durability::Journal);
        let node = |(i, spec): (usize, &crate::scenario::ReplicaSpec)| Node {
            replica: Replica::new(NodeId::at(i), keys),
            status: Status::Up,
            skew: spec.skew,
            drift: spec.drift,
            inbox: Vec::new(),
            rung: Vec::new(),
            life: 0,
            opinion: detects.then(|| Box::new(Opinion::all_up(count))),
            killed: 0,
            gossiping: false,
            hearing: Hearing::default(),
        };
        let mut simulation = Self {
            nodes: scenario.replicas.iter().enumerate().map(node).collect(),
            common_opinion: Opinion::all_up(count),
            topology: scenario.topology(),
            network: scenario.network.clone(),
            cuts: Cuts::new(count),
            settings: scenario.settings.clone(),
            clients: scenario.clients.iter().map(Client::new).collect(),
            keys: scenario.keys.clone(),
            scenario,
            seed,
            now: SimTime::ZERO,
            step: 0,
            queue: Queue::default(),
            held: Vec::new(),
            open: OpTable::default(),
            next_op: OpId(0),
            next_write: WriteId(0),
            next_message: MessageId(0),
            in_flight: 0,
            workload: Workload::default(),
            anybody_waits: false,
            scratch: Vec::new(),
            #[cfg(test)]
            sabotage: None,
        };
        simulation.put_initial_values();
        simulation.start_gossip();
        for node in (0..count).map(NodeId::at).filter(|_| has_clocks) {
            // Nothing but timers: no fact.
            simulation.act(node, 0, &mut Vec::new(), Replica::start);
        }
        simulation.form_groups();
        if simulation.scenario.workload.is_some() {
            simulation.start_workload();
        }
        simulation
    }

    /// Every initial value is the same version on every replica of its key; its dot is one that every
    /// vector covers, so whatever is written comes after it.
    fn put_initial_values(&mut self) {
        let scenario = Arc::clone(&self.scenario);
        for (key, value) in &scenario.initial {
            let version = self.initial_version(*key, value);
            let kind = self.settings.kind(*key);
            // A primary orders all updates, and keeps plain values.
            let held = if kind.is_state() && self.settings.primary().is_none() {
                Held::State(Arc::new(State::initial(kind, &version)))
            } else {
                Held::One(version)
            };
            let placement = Placement::new(&self.topology, &self.settings);
            for node in &mut self.nodes {
                if placement.is_owner(node.replica.id, *key) {
                    node.replica.seed(*key, &held, self.settings.conflicts_of(*key));
                }
            }
        }
    }

    fn initial_version(&mut self, key: crate::base::KeyId, value: &Value) -> Arc<Version> {
        let id = self.next_write;
        self.next_write.0 += 1;
        let dot = Dot { node: NodeId(0), counter: 0 };
        let context = VersionVector::EMPTY;
        Arc::new(Version {
            id,
            key,
            value: value.clone(),
            stamp: Stamp::at(i64::MIN + 1),
            dot,
            context,
            after: None,
        })
    }

    /// Where a primary takes the writes: everybody joins a replica set.
    fn form_groups(&mut self) {
        let Some(policy) = self.settings.primary().cloned() else { return };
        for index in 0..self.nodes.len() {
            self.nodes[index].replica.join(&policy, self.seed);
        }
        // What is armed at the start is no news.
        let mut facts = Vec::new();
        for index in 0..self.nodes.len() {
            self.act(NodeId::at(index), 0, &mut facts, Replica::begin);
        }
        debug_assert!(facts.is_empty(), "a run begins in peace");
    }

    /// Sets every replica's gossip timer at a phase of its own.
    fn start_gossip(&mut self) {
        let Some(settings) = self.settings.anti_entropy else { return };
        for index in 0..self.nodes.len() {
            if std::mem::replace(&mut self.nodes[index].gossiping, true) {
                continue;
            }
            let mut stream = self.seed.stream(Purpose::GossipPhase, [index as u64, 0]);
            let phase = Span(stream.below(settings.every.0.max(1)));
            self.queue.push(self.now + phase, Event::Gossip(NodeId::at(index)));
        }
    }

    pub fn scenario(&self) -> &Arc<Scenario> {
        &self.scenario
    }

    pub fn position(&self) -> Position {
        Position { step: self.step, at: self.now }
    }

    /// When the next event is due.
    pub fn next_at(&self) -> Option<SimTime> {
        self.queue.next_at()
    }

    /// Performs the next event; `false` where none is scheduled.
    pub fn step(&mut self, facts: &mut Vec<Fact>) -> bool {
        let Some((at, event)) = self.queue.pop() else {
            return false;
        };
        self.now = at;
        self.step += 1;
        match event {
            Event::Arrival(message) => self.arrive(message, facts),
            Event::Gossip(node) => self.gossip(node, facts),
            Event::Timer { node, life, timer } => self.ring(node, life, timer, facts),
            Event::Timeout(op) => self.time_out(op, facts),
            Event::AskAgain(op) => self.ask_again(op, facts),
            Event::Work { era } => self.work(era, facts),
        }
        true
    }

    /// Performs every event up to and including `time`, then sets the clock to it. A time in the past
    /// changes nothing.
    pub fn advance_to(&mut self, time: SimTime, facts: &mut Vec<Fact>) {
        while self.next_at().is_some_and(|at| at <= time) {
            self.step(facts);
        }
        self.rest_until(time);
    }

    /// Lets time pass in which nothing happens: `time` must not lie beyond the next event.
    pub fn rest_until(&mut self, time: SimTime) {
        debug_assert!(self.next_at().is_none_or(|at| at >= time), "an event would be skipped");
        self.now = self.now.max(time);
    }

    fn gossip(&mut self, node: NodeId, facts: &mut Vec<Fact>) {
        let Some(settings) = self.settings.anti_entropy else {
            self.nodes[node.index()].gossiping = false;
            return;
        };
        self.queue.push(self.now + settings.every, Event::Gossip(node));
        if self.nodes[node.index()].status == Status::Up {
            self.act(node, 0, facts, |replica, around, out| replica.handle_gossip(settings, around, out));
        }
    }

    fn ring(&mut self, node: NodeId, life: u32, timer: Timer, facts: &mut Vec<Fact>) {
        #[cfg(test)]
        if self.is_stilled(timer) {
            return;
        }
        let target = &mut self.nodes[node.index()];
        if target.life != life {
            return;
        }
        match target.status {
            Status::Up => self.act(node, timer.cause(), facts, |replica, around, out| {
                replica.handle_timer(timer, around, out);
            }),
            Status::Frozen => target.rung.push(timer),
            Status::Crashed => {}
        }
    }

    fn placement(&self) -> Placement<'_> {
        Placement::new(&self.topology, &self.settings)
    }

    /// Which replica stands in which zone.
    pub fn topology(&self) -> &Topology {
        &self.topology
    }

    /// What every machine's monotonic clock shows.
    fn monotonic(&self) -> Span {
        Span(self.now.0)
    }

    /// What a replica's own clock shows: the true time, its drift, its skew.
    fn clock(&self, node: NodeId) -> LocalTime {
        let node = &self.nodes[node.index()];
        let now = i64::try_from(self.now.0).unwrap_or(i64::MAX / 4);
        let drifted = if node.drift == 0 { 0 } else { i128::from(now) * i128::from(node.drift) / 1_000_000 };
        LocalTime(now.saturating_add(i64::try_from(drifted).unwrap_or(0)).saturating_add(node.skew))
    }

    /// Lets one replica act, and carries out what it wants done. `cause` names the operation it acts for:
    /// what it sends inherits the name, and so do the answers.
    fn act(
        &mut self,
        node: NodeId,
        cause: u64,
        facts: &mut Vec<Fact>,
        action: impl FnOnce(&mut Replica, &mut Surroundings<'_>, &mut Vec<Output>),
    ) {
        let mut outputs = std::mem::take(&mut self.scratch);
        let (clock, monotonic) = (self.clock(node), self.monotonic());
        let Node { replica, opinion, .. } = &mut self.nodes[node.index()];
        let opinion = opinion.as_deref().unwrap_or(&self.common_opinion);
        let placement = Placement::new(&self.topology, &self.settings);
        let mut around = Surroundings {
            clock,
            placement,
            believed_up: &opinion.up,
            down_since: &opinion.down_since,
            monotonic,
            settings: &self.settings,
            seed: self.seed,
            next_write: &mut self.next_write,
        };
        action(replica, &mut around, &mut outputs);
        let stored = outputs.iter().any(|output| matches!(output, Output::Stored { .. }));
        for output in outputs.drain(..) {
            self.carry_out(node, output, cause, facts);
        }
        self.scratch = outputs;
        if stored && self.anybody_waits {
            self.wake(node, facts);
        }
    }

    fn carry_out(&mut self, node: NodeId, output: Output, cause: u64, facts: &mut Vec<Fact>) {
        #[cfg(test)]
        let Some(output) = self.spoilt(output) else { return };
        match output {
            Output::Send { to, body } => self.send((node, to), body, cause, facts),
            Output::Reply { op, answer } => self.answer(op, answer, facts),
            Output::Arm { timer, after } => {
                let life = self.nodes[node.index()].life;
                self.queue.push(self.now + after, Event::Timer { node, life, timer });
            }
            Output::Accepted { op, version } => {
                if let Some(open) = self.open.get_mut(op) {
                    open.version = Some(Arc::clone(&version));
                }
                self.record(facts, What::Accepted { op, node, version });
            }
            Output::Effort { op, key, effort } => {
                self.record(facts, What::Effort { op, node, key, effort });
            }
            Output::Stored { key, write, content, over } => {
                self.record(facts, What::Stored { node, key, write, content, over });
            }
            Output::HeldBack { key, write, waits_for } => {
                self.record(facts, What::HeldBack { node, key, write, waits_for });
            }
            Output::Kept { key, write, winner, relation } => {
                self.record(facts, What::Kept { node, key, write, winner, relation });
            }
            Output::Believes { about, belief } => self.believe(node, about, belief, facts),
            Output::Purged { key, write } => self.record(facts, What::Purged { node, key, write }),
            Output::Discarded { key, write, why, content, instead } => {
                self.record(facts, What::Discarded { node, key, write, why, content, instead });
            }
            Output::News(news) => self.record(facts, What::News { node, news }),
            Output::Hinted { target, key, write, over } => {
                self.record(facts, What::Hinted { holder: node, target, key, write, over });
            }
            Output::HandedBack { target, key, write } => {
                self.record(facts, What::HandedBack { holder: node, target, key, write });
            }
            Output::HintExpired { target, key, write } => {
                self.record(facts, What::HintExpired { holder: node, target, key, write });
            }
        }
    }

    fn record(&self, facts: &mut Vec<Fact>, what: What) {
        facts.push(Fact { at: self.position(), what });
    }

    /// What `node` holds of `key`; nothing where it is no replica of the key.
    pub fn held(&self, node: NodeId, key: crate::base::KeyId) -> &Held {
        self.nodes[node.index()].replica.held(key)
    }

    /// The replicas of `key`, in order of preference.
    pub fn owners(&self, key: crate::base::KeyId) -> impl Iterator<Item = NodeId> {
        crate::replica::owners(self.placement(), key)
    }

    /// Ring by ring, all replicas in the order of preference for `key`, and whether each holds it; nothing where no ring
    /// places keys.
    pub fn preference(&self, key: crate::base::KeyId) -> Vec<Vec<(NodeId, bool)>> {
        match self.settings.leaderless() {
            Some(_) => self.placement().preference(key).collect(),
            None => Vec::new(),
        }
    }

    pub fn keys(&self) -> &[Arc<str>] {
        &self.keys
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    pub fn network(&self) -> &Network {
        &self.network
    }

    pub fn cuts(&self) -> &Cuts {
        &self.cuts
    }

    pub fn status(&self, node: NodeId) -> Status {
        self.nodes[node.index()].status
    }

    /// Messages on their way, idle gossip included.
    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// Operations whose client still waits.
    pub fn open_operations(&self) -> usize {
        self.open.len()
    }

    /// Operations that replicas still attend to, those included whose clients no longer wait.
    pub fn coordinating(&self) -> usize {
        self.nodes.iter().map(|node| node.replica.coordinating()).sum()
    }

    pub fn workload_running(&self) -> bool {
        self.workload.running
    }

    /// Events scheduled, of whatever kind: for measuring.
    pub fn pending(&self) -> usize {
        self.queue.len()
    }

    /// How much a clone copies: events scheduled and slots of replicas.
    pub(crate) fn weight(&self) -> u64 {
        let own = |node: &Node| node.replica.log_weight() + node.hearing.weight();
        let logs: usize = self.nodes.iter().map(own).sum();
        (self.queue.len() + self.held.len() + self.nodes.len() * self.keys.len() + logs) as u64
    }
}
