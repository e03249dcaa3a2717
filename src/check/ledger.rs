//! The ledger: follows the facts of a run and keeps, within bounds, what judging needs. It stands beside
//! the simulation and is rewound with it; it never holds the whole history.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use crate::{
    action::{Act, Command, Guarantee, Setting},
    base::{ClientId, KeyId, NodeId, OpId, OpTable, Position, SimTime, Span, WriteId},
    data::{Held, Relation, Version},
    replica::primary::Discard,
    session::{Owed, Session},
    sim::{Death, Fact, Simulation, What},
};

mod answers;
mod asking;
mod noting;

use super::{
    Anomalies, Evidence, Staleness,
    key_ledger::KeyLedger,
    order::{Before, Breach, Order},
};
use noting::Watch;

#[derive(Debug, Clone)]
pub struct Ledger {
    keys: Vec<KeyLedger>,
    diverged_keys: usize,
    open: OpTable<Asked>,
    answered: VecDeque<Answered>,
    /// The keys of recent writes, by write from `first_written` on.
    written: VecDeque<KeyId>,
    first_written: WriteId,
    sessions: Vec<Session>,
    guarantees: BTreeMap<(ClientId, Guarantee), Observed>,
    order: Order,
    anomalies: Anomalies,
    watch: Watch,
    /// Whose disk was lost, ever.
    disks_lost: BTreeSet<NodeId>,
    times_to_consistency: VecDeque<Span>,
    /// The stalest read by versions, and the stalest by time: how far behind, and where it was answered.
    pub stalest_read: (Option<Worst>, Option<Worst>),
    pub tally: Tally,
    pub last_read: Option<ReadRecord>,
    /// The last end of a fault, or the last write: what convergence is timed from.
    pub disturbed: SimTime,
    /// Since when all replicas of every key hold the same.
    pub converged_since: Option<SimTime>,
}

/// Running counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub sent: u64,
    pub delivered: u64,
    /// Lost by a link.
    pub lost: u64,
    /// Died at a wall.
    pub cut: u64,
    /// Died at a replica that was down, or frozen with a full queue.
    pub down: u64,
    pub reads: u64,
    pub stale_reads: u64,
    pub writes: u64,
    /// Operations that failed and certainly did nothing.
    pub refused: u64,
    /// Operations whose outcome stayed unknown.
    pub timed_out: u64,
}

/// A read that was as stale as none before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worst {
    pub versions: u64,
    /// Since the first write that it missed was acknowledged, until the read began.
    pub behind: Span,
    pub at: Position,
}

/// The newest finished read.
#[derive(Debug, Clone)]
pub struct ReadRecord {
    pub op: OpId,
    pub client: ClientId,
    pub node: NodeId,
    pub key: KeyId,
    pub found: Held,
    pub staleness: Option<Staleness>,
    pub at: Position,
}

/// A recent finished operation.
#[derive(Debug, Clone)]
pub struct Answered {
    pub op: OpId,
    pub client: ClientId,
    pub node: NodeId,
    pub key: KeyId,
    pub act: Arc<Act>,
    pub at: SimTime,
    pub answered: SimTime,
    /// How stale a read was.
    pub staleness: Option<Staleness>,
}

#[derive(Debug, Clone)]
struct Asked {
    client: ClientId,
    node: NodeId,
    key: KeyId,
    act: Arc<Act>,
    at: Position,
    /// Writes of the key that had been acknowledged when it began.
    acks: u64,
    /// What the answer must reflect for the client's guarantees to hold.
    owed: Option<Owed>,
    /// What a write must not be seen without.
    before: Before,
    version: Option<Arc<Version>>,
}

#[derive(Debug, Clone, Default)]
struct Observed {
    times: u64,
    broken: u64,
    first: Vec<Evidence>,
}

/// The newest times to consistency are kept up to here.
const MAX_TIMES: usize = 4_096;
/// So many finished operations are remembered.
const MAX_ANSWERED: usize = 256;
/// The keys of so many recent writes are remembered.
const MAX_WRITTEN: usize = 16_384;
/// The first violations of a guarantee are kept as evidence up to here.
const MAX_EVIDENCE: usize = 8;

impl Ledger {
    pub fn new(simulation: &Simulation) -> Self {
        let mut ledger = Self {
            keys: Vec::new(),
            diverged_keys: 0,
            open: OpTable::default(),
            answered: VecDeque::new(),
            written: VecDeque::new(),
            first_written: WriteId(0),
            sessions: vec![Session::default(); simulation.scenario().clients.len()],
            guarantees: BTreeMap::new(),
            order: Order::new(simulation.scenario().clients.len()),
            anomalies: Anomalies::default(),
            watch: Watch::default(),
            disks_lost: BTreeSet::new(),
            times_to_consistency: VecDeque::new(),
            stalest_read: (None, None),
            tally: Tally::default(),
            last_read: None,
            disturbed: SimTime::ZERO,
            converged_since: Some(SimTime::ZERO),
        };
        ledger.learn_keys(simulation);
        ledger
    }

    fn learn_keys(&mut self, simulation: &Simulation) {
        let nodes = simulation.scenario().replicas.len();
        for index in self.keys.len()..simulation.keys().len() {
            let key = KeyId(u32::try_from(index).unwrap_or(u32::MAX));
            let owners: Vec<NodeId> = simulation.owners(key).collect();
            // A key enters the ledger before anything is written to it: all its replicas hold the same.
            let content = owners.first().map_or(0, |node| simulation.held(*node, key).content());
            self.keys.push(KeyLedger::new(key, nodes, owners, content));
        }
    }

    /// How much a clone copies, in things of about fifty bytes.
    pub(crate) fn weight(&self) -> u64 {
        (self.keys.len() * KeyLedger::WEIGHT) as u64
    }

    /// Follows the facts of one step. `simulation` stands right after it.
    pub fn observe_all(&mut self, facts: &[Fact], simulation: &Simulation) {
        if facts.is_empty() {
            // Something happened all the same that nobody tells.
            self.anything_changed();
        }
        for fact in facts {
            self.note_change(&fact.what, simulation);
            match &fact.what {
                // Most facts are of these two kinds.
                What::Sent { .. } => self.tally.sent += 1,
                What::Delivered { .. } => self.tally.delivered += 1,
                _ => self.observe(fact, simulation),
            }
        }
        self.watch_losses(simulation);
    }

    /// Follows one fact, but does not look for what was lost by it. `simulation` stands right after the step that the fact is of.
    #[expect(clippy::too_many_lines, reason = "one arm for each kind of fact")]
    pub fn observe(&mut self, fact: &Fact, simulation: &Simulation) {
        let at = fact.at;
        match &fact.what {
            What::Sent { .. } => self.tally.sent += 1,
            What::Delivered { .. } => self.tally.delivered += 1,
            What::Died { to, carries, death, .. } => self.follow_death(*to, *carries, *death, at),
            What::Stored { node, key, write, content, over } => {
                if let Some((loser, relation)) = over {
                    self.keys[key.index()].dropped(*loser, *write, *relation, at);
                    self.suspect_beaten(*key, *loser, *relation);
                }
                self.suspect_risen(*key);
                self.follow_stored((*node, *key, *content), at, simulation);
            }
            What::Kept { key, write, winner, relation, .. } => {
                self.keys[key.index()].dropped(*write, *winner, reversed(*relation), at);
                self.suspect_beaten(*key, *write, reversed(*relation));
                self.follow_kept(fact, simulation);
            }
            What::Asked { op, client, node, key, act, .. } => {
                let acks = self.keys[key.index()].acks();
                let mut owed = None;
                let mut before = Before::default();
                match **act {
                    Act::Read => {
                        owed = self.sessions[usize::from(client.0)].owed(*key);
                        self.keys[key.index()].read_began();
                    }
                    Act::Write { .. } | Act::Update(_) => {
                        let keys = &self.keys;
                        before = self.order.asked(*client, |version| {
                            let record = keys[version.key.index()].record(version.id);
                            record.is_none_or(|record| record.consistent.is_some())
                        });
                    }
                }
                let (client, node, key, act) = (*client, *node, *key, Arc::clone(act));
                let asked = Asked { client, node, key, act, at, acks, owed, before, version: None };
                self.open.insert(*op, asked);
            }
            What::Accepted { op, node, version } => {
                self.disturbed = at.at;
                self.remember_key(version.id, version.key);
                let asked = self.open.get(*op).map(|asked| asked.at.at);
                if self.keys[version.key.index()].accepted(version, (*node, asked), at, simulation) {
                    remember(&mut self.times_to_consistency, Span::ZERO);
                    // Beaten everywhere before it came anywhere.
                    self.suspect(version.key, version.id);
                }
                match self.open.get_mut(*op) {
                    Some(asked) => {
                        asked.version = Some(Arc::clone(version));
                        self.order.accepted(asked.client, version, &asked.before);
                        for guarantee in &asked.before.bears {
                            self.guarantees.entry((asked.client, *guarantee)).or_default().times += 1;
                        }
                    }
                    // Its request came so late that nobody waits for the answer any more.
                    None => self.keys[version.key.index()].answered(version.id),
                }
                self.watch_primaries(*op, *node, version, at, simulation);
            }
            What::Redirected { op, to, .. } => {
                if let Some(asked) = self.open.get_mut(*op) {
                    asked.node = *to;
                }
            }
            What::Discarded { node, key, write, why, content, .. } => {
                self.disturbed = at.at;
                match why {
                    Discard::Resynced | Discard::RolledBack => self.keys[key.index()].discarded(*write),
                    Discard::Crashed => {}
                }
                self.suspect(*key, *write);
                if simulation.settings().leaderless().is_some() {
                    // It fell back to what was on its disk, and reflects what that does.
                    self.keys[key.index()].wiped(*node);
                    self.suspect_all();
                }
                self.follow_stored((*node, *key, *content), at, simulation);
            }
            What::Answered { op, outcome } => self.follow_answer(*op, outcome, at, simulation),
            What::CutHealed { .. } | What::Restarted { .. } | What::Thawed { .. } => self.disturbed = at.at,
            What::Purged { node, key, write } => {
                self.keys[key.index()].purged(*write);
                if simulation.owners(*key).any(|owner| owner == *node) {
                    self.follow_stored((*node, *key, 0), at, simulation);
                }
            }
            What::Turned(command) => {
                self.learn_keys(simulation);
                if let Command::Set(Setting::Copies(_)) = &**command {
                    self.follow_owners(at, simulation);
                }
            }
            What::Hinted { key, write, over, .. } => {
                if let Some((loser, relation)) = over {
                    self.keys[key.index()].dropped(*loser, *write, *relation, at);
                    self.suspect_beaten(*key, *loser, *relation);
                }
            }
            What::Destroyed { node, .. } => {
                self.disks_lost.insert(*node);
                self.follow_loss_of_disk(*node, at, simulation);
                self.suspect_all();
            }
            // It may have been the last of what it was.
            What::HintExpired { .. } => self.suspect_all(),
            What::HandedBack { .. }
            | What::Believes { .. }
            | What::Effort { .. }
            | What::News { .. }
            | What::Queued { .. }
            | What::HeldBack { .. }
            | What::Waits { .. }
            | What::Rebound { .. }
            | What::CutMade { .. }
            | What::Operated { .. }
            | What::Crashed { .. }
            | What::Frozen { .. } => {}
        }
    }

    fn remember_key(&mut self, write: WriteId, key: KeyId) {
        if self.written.is_empty() {
            self.first_written = write;
        }
        self.written.push_back(key);
        if self.written.len() > MAX_WRITTEN {
            self.written.pop_front();
            self.first_written.0 += 1;
        }
    }

    /// The key of a recent write.
    fn key_of(&self, write: WriteId) -> Option<KeyId> {
        let index = write.0.checked_sub(self.first_written.0)?;
        self.written.get(index as usize).copied()
    }

    fn follow_death(&mut self, to: NodeId, write: Option<WriteId>, death: Death, at: Position) {
        match death {
            Death::Lost => self.tally.lost += 1,
            Death::Cut(_) => self.tally.cut += 1,
            Death::Down | Death::Full => self.tally.down += 1,
        }
        if let Some((write, key)) = write.and_then(|write| Some((write, self.key_of(write)?))) {
            self.keys[key.index()].died(write, to, death, at.at);
        }
    }

    /// A version that lost at its very first replica is reflected there all the same.
    fn follow_kept(&mut self, fact: &Fact, simulation: &Simulation) {
        if let What::Kept { node, key, .. } = fact.what {
            let content = simulation.held(node, key).content();
            self.follow_stored((node, key, content), fact.at, simulation);
        }
    }

    fn follow_stored(&mut self, (node, key, content): (NodeId, KeyId, u64), at: Position, sim: &Simulation) {
        let ledger = &mut self.keys[key.index()];
        let was_diverged = ledger.different() > 1;
        let times = &mut self.times_to_consistency;
        ledger.stored(node, content, at.at, sim, |record| remember(times, at.at.since(record.accepted.at)));
        self.judge_order(node, key, at, sim);
        let ledger = &self.keys[key.index()];
        let is_diverged = ledger.different() > 1;
        match (was_diverged, is_diverged) {
            (false, true) => self.diverged_keys += 1,
            (true, false) => self.diverged_keys -= 1,
            (true, true) | (false, false) => return,
        }
        self.note_agreement(at.at);
    }

    /// Other replicas hold the keys from now on.
    fn follow_owners(&mut self, at: Position, simulation: &Simulation) {
        self.disturbed = at.at;
        let times = &mut self.times_to_consistency;
        for (index, ledger) in self.keys.iter_mut().enumerate() {
            let key = KeyId(u32::try_from(index).unwrap_or(u32::MAX));
            ledger.moved(simulation.owners(key).collect(), at.at, simulation, |record| {
                remember(times, at.at.since(record.accepted.at));
            });
        }
        self.diverged_keys = self.keys.iter().filter(|key| key.different() > 1).count();
        self.note_agreement(at.at);
    }

    fn note_agreement(&mut self, at: SimTime) {
        match (self.diverged_keys, self.converged_since) {
            (0, None) => self.converged_since = Some(at),
            (1.., Some(_)) => self.converged_since = None,
            (0, Some(_)) | (1.., None) => {}
        }
    }

    /// Whether a replica that shows something new shows it in the order that its writers were promised.
    fn judge_order(&mut self, node: NodeId, key: KeyId, at: Position, simulation: &Simulation) {
        let keys = &self.keys;
        let reflected = |version: &Version| {
            let conflicts = simulation.settings().conflicts_of(version.key);
            simulation.held(node, version.key).reflects(version, conflicts)
                // What is no longer remembered, every replica reflected once.
                || keys[version.key.index()]
                    .record(version.id)
                    .is_none_or(|record| record.reflected[node.index()].is_some())
        };
        let held = simulation.held(node, key);
        let breaches = self.order.stored((node, held), at, simulation, reflected);
        for Breach { client, guarantee, .. } in &breaches {
            self.guarantees.entry((*client, *guarantee)).or_default().broken += 1;
        }
        self.log_breaches(&breaches, simulation);
        self.note(breaches);
    }

    fn note(&mut self, breaches: Vec<Breach>) {
        for Breach { client, guarantee, evidence, .. } in breaches {
            let observed = self.guarantees.entry((client, guarantee)).or_default();
            if observed.first.len() < MAX_EVIDENCE {
                observed.first.push(evidence);
            }
        }
    }

    /// A replica holds nothing any more.
    fn follow_loss_of_disk(&mut self, node: NodeId, at: Position, simulation: &Simulation) {
        for index in 0..self.keys.len() {
            let key = KeyId(u32::try_from(index).unwrap_or(u32::MAX));
            self.keys[index].wiped(node);
            if simulation.owners(key).any(|owner| owner == node) {
                self.follow_stored((node, key, 0), at, simulation);
            }
        }
    }
}

fn remember(times: &mut VecDeque<Span>, time: Span) {
    if times.len() == MAX_TIMES {
        times.pop_front();
    }
    times.push_back(time);
}

fn reversed(relation: Relation) -> Relation {
    match relation {
        Relation::After => Relation::Before,
        Relation::Before => Relation::After,
        same @ (Relation::Same | Relation::Concurrent) => same,
    }
}
