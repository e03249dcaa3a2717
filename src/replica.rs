//! Floor 2: the replica, sans IO. Time, names and opinions are passed in; what it wants done comes out.
//!
//! ```text
//! handle_request   a client asks            ─┐
//! handle_message   another replica speaks    ├─►  Output: Send, Reply, Arm, Accepted, Stored, Kept
//! handle_gossip    its gossip timer rings    │
//! handle_timer     another timer rings       │
//! restart          it is up again           ─┘
//! ```
//!
//! The leaderless protocol: the replica that a client asks coordinates. It stamps a write by its own
//! clock, stores it, sends it to the other replicas of the key and answers after W acknowledgements. A read
//! asks the replicas of the key and answers after R replies, except that a read which the coordinator can
//! satisfy alone asks nobody, unless it repairs. What the rules add to that (digests, read repair, stand-ins)
//! is in [`read`] and [`coordinate`]; anti-entropy, where it is on, spreads what was missed.
//!
//! Where one replica takes the writes, each is a member of a replica set instead: see [`primary`].

mod causal;
mod compare;
mod coordinate;
mod delivery;
mod detector;
mod durability;
mod forward;
mod gossip;
mod hints;
mod message;
mod placement;
pub mod primary;
mod quorum;
mod read;
mod store;
mod timer;
mod tombstones;

use crate::{
    action::{Act, AntiEntropy, BlockFor, Freshness, Settings, Wait},
    base::{KeyId, LocalTime, NodeId, OpId, Seed, Span, WriteId},
    data::{Clocks, Conflicts, Dependencies, Held, Relation, Stamp, StampClock, Version, VersionVector},
};
pub use compare::{Comparison, Digests, Part};
use coordinate::Pending;
use delivery::Deliveries;
pub use detector::Belief;
use detector::Detector;
use forward::TakenOver;
use hints::HintStore;
pub use message::{Body, Exchange, Forwarded, MessageKind, Want};
pub use placement::{Placement, Topology, owners};
use primary::{Discard, Member, News};
pub use quorum::{is_met, just_enough};
use read::Readings;
use std::sync::Arc;
use store::Store;
pub use store::replica_of;
pub use timer::Timer;
pub use tombstones::is_purgeable;

/// One replica: durable slots, and the volatile state of operations it coordinates.
#[derive(Debug, Clone)]
pub struct Replica {
    pub id: NodeId,
    store: Store,
    pending: Pending,
    readings: Readings,
    taken_over: TakenOver,
    deliveries: Deliveries,
    /// What has come and must not be shown yet.
    waiting: Vec<causal::Waiting>,
    clock: StampClock,
    hints: HintStore,
    /// What was last on its disk, where a crash loses what came after.
    synced: Option<Box<durability::Synced>>,
    detector: Detector,
    /// How many rounds of gossip it has begun.
    round: u64,
    /// Its part in a replica set, where one replica takes the writes.
    member: Option<Box<Member>>,
    /// How often it was told to repair.
    repairs: u64,
}

/// What a replica may know of the world when it acts.
#[derive(Debug)]
pub struct Surroundings<'a> {
    /// Its own clock, skew included.
    pub clock: LocalTime,
    pub placement: Placement<'a>,
    pub settings: &'a Settings,
    /// Its opinion of who is up, by node.
    pub believed_up: &'a [bool],
    /// Since when it believes those down that it does, by node and its monotonic clock.
    pub down_since: &'a [Span],
    /// How long the machine's monotonic clock has run, which nobody can set (its drift is neglected).
    pub monotonic: Span,
    pub seed: Seed,
    /// The name of the next write, which all replicas draw from one roll.
    pub next_write: &'a mut WriteId,
}

impl Surroundings<'_> {
    /// How long it has believed `node` down; `None` where it believes it up.
    pub fn down_for(&self, node: NodeId) -> Option<Span> {
        let down = !self.believed_up[node.index()];
        down.then(|| Span(self.monotonic.0.saturating_sub(self.down_since[node.index()].0)))
    }
}

/// A client's request as the coordinator receives it.
#[derive(Debug)]
pub struct Request<'a> {
    pub op: OpId,
    /// What names its messages for their randomness.
    pub cause: u64,
    pub key: KeyId,
    pub act: &'a Act,
    /// How many replicas must answer, and who counts.
    pub block_for: BlockFor,
    /// WAIT: for how many replicas to wait once a primary has the write.
    pub wait: Option<Wait>,
    /// What the client says it has seen of the key.
    pub context: &'a VersionVector,
    /// How long the client waits.
    pub timeout: Span,
    /// The replica it asked, through which it is answered.
    pub client: NodeId,
    /// Where regions hold one table: how fresh a read must be; `None`: as usual there.
    pub freshness: Option<Freshness>,
    /// The version that the client read or wrote last.
    pub last_read: Option<WriteId>,
    /// What a write must never be seen without.
    pub after: &'a Dependencies,
}

/// What a replica wants done, or has done.
#[derive(Debug, Clone)]
pub enum Output {
    Send {
        to: NodeId,
        body: Body,
    },
    Reply {
        op: OpId,
        answer: Answer,
    },
    /// Ring `timer` once, `after` so long by true time.
    Arm {
        timer: Timer,
        after: Span,
    },
    /// A write was given its version.
    Accepted {
        op: OpId,
        version: Arc<Version>,
    },
    /// Something that a coordinator did beyond asking and answering.
    Effort {
        op: OpId,
        key: KeyId,
        effort: Effort,
    },
    /// What is held of a key changed; `content` names the new contents.
    Stored {
        key: KeyId,
        write: WriteId,
        content: u64,
        over: Option<(WriteId, Relation)>,
    },
    /// A version came and waits, unseen, until the replica reflects what it depends on.
    HeldBack {
        key: KeyId,
        write: WriteId,
        waits_for: WriteId,
    },
    /// A version came and lost to what was held.
    Kept {
        key: KeyId,
        write: WriteId,
        winner: WriteId,
        relation: Relation,
    },
    /// A write that was held was given up; `content` names what is held of its key now, `instead` its write.
    Discarded {
        key: KeyId,
        write: WriteId,
        why: Discard,
        content: u64,
        instead: Option<WriteId>,
    },
    /// Something happened in its replica set.
    News(News),
    /// A write is kept for a replica that could not be given it; `over` is what of the hint gave way.
    Hinted {
        target: NodeId,
        key: KeyId,
        write: WriteId,
        over: Option<(WriteId, Relation)>,
    },
    /// A replica has what was kept for it.
    HandedBack {
        target: NodeId,
        key: KeyId,
        write: WriteId,
    },
    /// It has changed its mind about another replica.
    Believes {
        about: NodeId,
        belief: Belief,
    },
    /// It forgot a tombstone.
    Purged {
        key: KeyId,
        write: WriteId,
    },
    /// What was kept for a replica became too old to be safe.
    HintExpired {
        target: NodeId,
        key: KeyId,
        write: WriteId,
    },
}

/// What a coordinator does beyond asking and answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// It is no replica of the key, or may not coordinate: handed the request on.
    Forwarded { to: NodeId },
    /// Replicas answered with different digests: asked for their contents.
    DigestsDiffered,
    /// An answer was late: asked one replica more.
    Speculated { to: NodeId },
    /// A replica answered with less than was found: sent it the rest.
    Repaired { to: NodeId, write: WriteId },
    /// A replica of the key is believed down: another was given the write in its stead.
    StoodIn { node: NodeId, instead_of: NodeId },
}

/// What a coordinator answers.
#[derive(Debug, Clone)]
pub enum Answer {
    Written(WriteId),
    Found(Held),
    /// Judged before anything was sent: too few replicas are believed up.
    Unavailable {
        required: u16,
        alive: u16,
    },
    /// A write was done, and this many of the replicas that its client waited for have it (WAIT).
    Waited {
        write: WriteId,
        replicas: u16,
        wanted: u16,
    },
    /// Refused: the primary has heard from too few replicas lately (NOREPLICAS).
    NoReplicas {
        good: u16,
        required: u16,
    },
    /// Refused: not the primary, and not passed on (READONLY); perhaps this one is.
    NotPrimary {
        primary: Option<NodeId>,
    },
    /// Refused: what a conditional write asked for does not hold; `found` is there instead.
    ConditionFailed {
        found: Option<WriteId>,
    },
    /// Refused: the region would fall behind further than the bound allows.
    Throttled {
        region: usize,
    },
}

impl Replica {
    pub fn new(id: NodeId, keys: usize) -> Self {
        Self {
            id,
            store: Store::new(keys),
            pending: Pending::default(),
            readings: Readings::default(),
            taken_over: TakenOver::default(),
            deliveries: Deliveries::default(),
            waiting: Vec::new(),
            clock: StampClock::default(),
            hints: HintStore::default(),
            synced: None,
            detector: Detector::default(),
            round: 0,
            repairs: 0,
            member: None,
        }
    }

    /// What it holds of `key`.
    pub fn held(&self, key: KeyId) -> &Held {
        self.store.held(key)
    }

    /// A digest of everything held: equal exactly where the same versions are held of every key (up to
    /// 64-bit collisions).
    pub fn digest(&self) -> u64 {
        self.store.digest()
    }

    /// Puts an initial value, before the run begins.
    pub fn seed(&mut self, key: KeyId, held: &Held, conflicts: Conflicts) {
        self.store.merge(key, held, conflicts);
    }

    /// Operations it coordinates at the moment.
    pub fn coordinating(&self) -> usize {
        self.pending.len() + self.readings.len()
    }

    /// Loses what is volatile: the operations it was coordinating, the writes it was still delivering, those
    /// that waited for others, what was never synced to its disk and, under physical clocks, the last stamp it
    /// gave. Its timers are void; [`Self::restart`] sets those it needs again.
    pub fn crash(&mut self, around: &mut Surroundings<'_>, out: &mut Vec<Output>) {
        self.pending = Pending::default();
        self.readings = Readings::default();
        self.taken_over = TakenOver::default();
        self.deliveries = Deliveries::default();
        self.fall_back_to_disk(out);
        self.hints.crash();
        self.waiting = Vec::new();
        self.clock.crash(around.settings.clocks);
        self.crash_member(around, out);
    }

    /// Loses its disk as well; says how many hints were on it.
    pub fn lose_disk(&mut self, around: &mut Surroundings<'_>, out: &mut Vec<Output>) -> usize {
        self.crash(around, out);
        self.empty_member(around, out);
        self.store.wipe();
        self.synced = None;
        self.lose_hints()
    }

    /// How many of its disks, or what was on them, it has lost.
    pub fn disks_lost(&self) -> u16 {
        self.store.disks()
    }

    /// Merges `held` into its slot for `key` and says what changed, but for what must wait for other writes.
    /// Ignores keys it is no replica of.
    fn absorb(
        &mut self,
        key: KeyId,
        held: &Held,
        around: &Surroundings<'_>,
        out: &mut Vec<Output>,
    ) -> causal::Taken {
        if !around.placement.is_owner(self.id, key) {
            return causal::Taken::Now;
        }
        if self.may_store_at_once(held) {
            self.store_now(key, held, around, out);
            return causal::Taken::Now;
        }
        self.absorb_in_order(key, held, around, out)
    }

    /// Merges what may be shown.
    fn store_now(&mut self, key: KeyId, held: &Held, around: &Surroundings<'_>, out: &mut Vec<Output>) {
        use crate::data::Merge;
        let Some(write) = held.newest() else { return };
        if self.store.held(key).is_nothing() && is_purgeable(held, around.clock, around.settings) {
            // It would be forgotten again at the next compaction, and says nothing to nobody.
            return;
        }
        let merges = held.state().zip(self.store.held(key).state());
        let write = merges.and_then(|(theirs, mine)| theirs.news_for(mine)).unwrap_or(write);
        // Of several versions some may be held already.
        let several = (held.versions().len() > 1).then(|| self.store.held(key).clone());
        match self.store.merge(key, held, around.settings.conflicts_of(key)) {
            Merge::Unchanged => {}
            Merge::Kept { winner, relation } => out.push(Output::Kept { key, write, winner, relation }),
            Merge::Stored { over } => {
                let now = self.store.held(key);
                let has = |held: &Held, id| held.versions().iter().any(|version| version.id == id);
                let is_new =
                    |id: &WriteId| several.as_ref().is_none_or(|old| !has(old, *id)) && has(now, *id);
                let write = match several {
                    Some(_) => held.versions().iter().map(|v| v.id).filter(is_new).max().unwrap_or(write),
                    None => write,
                };
                let content = now.content();
                out.push(Output::Stored { key, write, content, over });
            }
        }
    }

    /// Handles what another replica sent.
    pub fn handle_message(
        &mut self,
        from: NodeId,
        body: &Body,
        around: &mut Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        match body {
            Body::Write { op, key, held, attempt, instead_of } => {
                self.take_write((from, *op, *attempt), (*key, held), *instead_of, around, out);
            }
            Body::WriteAck { op, .. } => {
                self.delivered(*op, from);
                self.no_longer_silent(*op, from);
                self.count_ack(*op, from, around, out);
            }
            Body::Read { op, key, want, attempt } => {
                self.answer_read(from, (*op, *key), (*want, *attempt), around, out);
            }
            Body::ReadReply { op, held, .. } => self.count_reply(*op, (from, held), around, out),
            Body::Digest { op, content, .. } => self.count_digest(*op, (from, *content), around, out),
            Body::Repair { op, key, held, attempt } => {
                if around.placement.is_owner(self.id, *key)
                    && self.absorb(*key, held, around, out) == causal::Taken::Now
                {
                    let body = Body::RepairAck { op: *op, content: held.content(), attempt: *attempt };
                    out.push(Output::Send { to: from, body });
                }
            }
            Body::RepairAck { op, content, .. } => self.count_repair(*op, (from, *content), around, out),
            Body::Forward(request) => self.take_over(request, around, out),
            Body::Answer { op, answer } => {
                out.push(Output::Reply { op: *op, answer: answer.clone() });
            }
            Body::Sync { round, exchange, contents } => {
                self.answer_sync(from, *round, *exchange, contents, around, out);
            }
            Body::Stream(message) => self.hear_member(from, message, around, out),
            Body::SyncReply { round, contents, wanted } => {
                self.take_reply(from, *round, (contents, wanted.as_ref()), around, out);
            }
            Body::Compare(comparison) => self.go_on_comparing(from, comparison, around, out),
            Body::Hint { cause, key, held, attempt } => {
                match self.absorb(*key, held, around, out) {
                    causal::Taken::Now => {
                        let body = Body::HintAck { cause: *cause, key: *key, attempt: *attempt };
                        out.push(Output::Send { to: from, body });
                    }
                    // The hint is kept, and handed back again later.
                    causal::Taken::HeldBack => {}
                }
            }
            Body::HintAck { cause, key, .. } => self.handed_back(from, *key, *cause, out),
            Body::Heartbeat { counters, .. } => self.hear_heartbeats(counters, around, out),
        }
    }

    /// A timer that it armed rang. One armed before a crash never does; one that falls due while the
    /// replica is frozen rings when it thaws.
    pub fn handle_timer(&mut self, timer: Timer, around: &mut Surroundings<'_>, out: &mut Vec<Output>) {
        match timer {
            Timer::Retransmit { op, .. } => self.deliver_again(op, around, out),
            Timer::Primary(alarm) => self.ring(alarm, around, out),
            Timer::WriteTimeout { op, .. } => self.hint_the_silent(op, around, out),
            Timer::HandBack => self.hand_back(around, out),
            Timer::Heartbeat => self.beat(around, out),
            Timer::Compact => self.compact(around, out),
            Timer::Sync => self.start_syncing(around, out),
            Timer::Speculate { op, .. } => self.ask_one_more(op, around, out),
            Timer::GiveUp { op, .. } => {
                self.abandon(op, around.placement);
            }
        }
    }

    /// The run begins: sets its timers.
    pub fn start(&mut self, around: &mut Surroundings<'_>, out: &mut Vec<Output>) {
        self.start_detector(around, out);
        Self::start_compaction(around, out);
        self.start_syncing(around, out);
    }

    /// It is up again after a crash: sets its timers.
    pub fn restart(&mut self, around: &mut Surroundings<'_>, out: &mut Vec<Output>) {
        self.start(around, out);
        self.resume_hints(out);
        self.restart_member(around, out);
    }

    /// Somebody spoke whose clock stood at `heard`.
    pub fn hear(&mut self, heard: Stamp, around: &Surroundings<'_>) {
        self.clock.hear(around.settings.clocks, heard, around.clock);
    }

    /// It sends a message: what its clock says on board. `physical` is its own clock.
    pub fn send_stamp(&mut self, clocks: Clocks, physical: LocalTime) -> Stamp {
        self.clock.event(clocks, physical)
    }

    /// What its clock of stamps has come to.
    pub fn stamp(&self) -> Stamp {
        self.clock.last()
    }

    /// Its gossip timer rang.
    pub fn handle_gossip(
        &mut self,
        settings: AntiEntropy,
        around: &mut Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        self.start_round(settings, around, out);
    }
}
