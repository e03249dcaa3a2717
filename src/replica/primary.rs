//! A primary and its replicas, sans IO: the replication of Redis with Sentinel, and of MongoDB replica sets
//! (SEMANTICS §7).
//!
//! ```text
//! psync      which data set, and whether to go on or to take everything
//! log        the stream, as far back as it is kept
//! stream     the connection between a replica and its primary
//! regions    several sets that hold one table: what goes from region to region, how fresh a read is
//! write      clients' requests: on the primary, passed on, refused; WAIT and write concerns
//! data       giving writes up, taking a data set over, snapshots
//! monitor    Sentinel: opinions, votes, failover
//! election   MongoDB: the members elect their primary
//! ```
//!
//! A [`Member`] is one process of a replica set, with the monitor that may stand beside it. The set it belongs
//! to is given to it; several sets share nothing.

mod data;
mod election;
mod log;
mod message;
mod monitor;
mod news;
mod psync;
mod regions;
mod stream;
mod write;

use std::{collections::VecDeque, sync::Arc};

use crate::{
    action::{Durability, Failover, Group, PrimaryPolicy, Regions},
    base::{LocalTime, NodeId, OpId, OpTable, Purpose, Seed, Span, WriteId},
    data::StampClock,
};

use super::{Body, Output, Surroundings, Timer, store::Store};
use data::Disk;
use election::Ballot;
pub use log::ENTRY_BYTES;
use log::Log;
pub use message::{DataSet, Down, Forwarded, Given, Message, Report, Session, Voter};
use monitor::Monitor;
pub use news::{Discard, FollowerState, LinkState, News, Resync, Rise, Role, Standing};
pub use psync::{Era, Identity, Lineage, Replid};
use regions::Regional;
pub use regions::{Inflow, Mark, RegionMessage};
use stream::{Follower, Link};
use write::Waiting;

/// What a member can be reminded of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// The periodic work: acknowledge, ping, reconnect.
    Cron,
    /// The monitor's periodic work.
    Watch,
    /// Has a primary been heard of?
    Election,
    /// This write has waited long enough for replicas.
    Wait(OpId),
    /// Time for a snapshot.
    Save,
    /// This read has not been answered yet.
    Read(OpId),
}

/// One process of a replica set.
#[derive(Debug, Clone)]
pub struct Member {
    group: Arc<[NodeId]>,
    // What outlives a crash.
    role: Role,
    term: u64,
    log: Log,
    lineage: Lineage,
    identity: Identity,
    disk: Option<Disk>,
    ballot: Ballot,
    monitor: Option<Monitor>,
    /// Where several regions hold one table.
    regional: Option<Box<Regional>>,
    /// Newest last; what was rolled back is kept in a file.
    rolled_back: Vec<WriteId>,
    rolled_back_count: u64,
    // Running numbers, never used twice.
    reigns: u16,
    starts: u64,
    sessions: Session,
    crons: u64,
    // What a crash loses.
    run_id: u64,
    waiting: OpTable<Waiting>,
    followers: Vec<Follower>,
    link: Link,
    /// By place in the group: when it was last heard from.
    heard: Vec<LocalTime>,
}

/// What a member has before it while it acts.
struct Desk<'d, 'a> {
    me: NodeId,
    store: &'d mut Store,
    /// What stamps its writes.
    clock: &'d mut StampClock,
    around: &'d mut Surroundings<'a>,
    policy: &'a PrimaryPolicy,
    out: &'d mut Vec<Output>,
    /// What it says to itself: the monitor and the member of one place.
    aside: VecDeque<Message>,
}

impl Desk<'_, '_> {
    /// By the machine's monotonic clock.
    fn now(&self) -> LocalTime {
        LocalTime(i64::try_from(self.around.monotonic.0).unwrap_or(i64::MAX))
    }

    fn send(&mut self, to: NodeId, message: Message) {
        if to == self.me {
            self.aside.push_back(message);
        } else {
            self.out.push(Output::Send { to, body: Body::Stream(Box::new(message)) });
        }
    }

    fn arm(&mut self, alarm: Alarm, after: Span) {
        self.out.push(Output::Arm { timer: Timer::Primary(alarm), after });
    }

    fn tell(&mut self, news: News) {
        self.out.push(Output::News(news));
    }

    fn is_believed_up(&self, node: NodeId) -> bool {
        self.around.believed_up.get(node.index()).copied().unwrap_or(false)
    }

    /// Bytes of the log that are kept: at least the usual backlog, so that what is given up can be told.
    fn keep(&self) -> u64 {
        self.policy.backlog.max(PrimaryPolicy::BACKLOG)
    }
}

/// How long ago `earlier` was.
fn since(now: LocalTime, earlier: LocalTime) -> Span {
    Span(u64::try_from(now.0.saturating_sub(earlier.0)).unwrap_or(0))
}

impl Member {
    /// A member of `group` at the start of a run: everybody holds the same, and every replica is connected
    /// to the primary.
    pub(super) fn new(me: NodeId, group: &Group, policy: &PrimaryPolicy, seed: Seed) -> Self {
        let members: Arc<[NodeId]> = group.members.as_slice().into();
        let is_primary = group.at == me;
        let follower = |node: &NodeId| Follower { node: *node, session: 1, acked: 0, heard: LocalTime(0) };
        let replicas = members.iter().filter(|node| **node != group.at);
        Self {
            role: if is_primary { Role::Primary } else { Role::Replica { of: Some(group.at) } },
            term: 1,
            log: Log::default(),
            lineage: Lineage::new(Era { actor: group.at, term: 1, start: 0 }),
            identity: Identity { replid: Replid::of(seed, group.at), second: None },
            disk: None,
            ballot: Ballot::default(),
            monitor: policy
                .monitors()
                .filter(|monitors| monitors.places.contains(&me))
                .map(|_| Monitor::new(group.at, members.len())),
            regional: Regional::new(me, policy).map(Box::new),
            rolled_back: Vec::new(),
            rolled_back_count: 0,
            reigns: u16::from(is_primary),
            starts: 0,
            sessions: 1,
            crons: 0,
            run_id: run_id(seed, me, 0),
            waiting: OpTable::default(),
            followers: if is_primary { replicas.map(follower).collect() } else { Vec::new() },
            link: if is_primary { Link::Down } else { Link::Up { session: 1 } },
            heard: vec![LocalTime(0); members.len()],
            group: members,
        }
    }

    /// Begins its periodic work, each kind at a phase of its own.
    fn begin(&mut self, desk: &mut Desk<'_, '_>) {
        if matches!(desk.policy.durability, Durability::Snapshot { .. }) && self.disk.is_none() {
            self.disk = Some(self.snapshot(desk));
        }
        let now = desk.now();
        self.heard.fill(now);
        let phase = |purpose_of: u64, period: Span| {
            let name = [u64::from(desk.me.0), (self.starts << 8) | purpose_of];
            Span(desk.around.seed.stream(Purpose::CronPhase, name).below(period.0.max(1)))
        };
        let cron = phase(0, desk.policy.ack_every);
        let watch = desk.policy.monitors().map(|monitors| phase(1, monitors.period()));
        desk.arm(Alarm::Cron, cron);
        if let (Some(monitor), Some(watch)) = (&mut self.monitor, watch) {
            monitor.begin(now);
            desk.arm(Alarm::Watch, watch);
        }
        if let Durability::Snapshot { every } = desk.policy.durability {
            desk.arm(Alarm::Save, every);
        }
        self.begin_elections(desk);
    }

    /// Loses what is volatile, and with it what no snapshot holds.
    fn crash(&mut self, desk: &mut Desk<'_, '_>) {
        self.waiting = OpTable::default();
        self.followers.clear();
        self.link = Link::Down;
        if let Some(regional) = &mut self.regional {
            regional.crash();
        }
        self.fall_back_to_disk(desk);
    }

    /// Its disk is gone, and what was on it: it holds an empty data set with a name of its own.
    fn empty(&mut self, desk: &mut Desk<'_, '_>) {
        let actor = reign_name(desk.me, self.reigns, desk.around.placement.nodes);
        self.reigns = self.reigns.saturating_add(1);
        self.log.restart_at(0);
        self.lineage = Lineage::new(Era { actor, term: 0, start: 0 });
        self.identity = Identity { replid: Replid::of(desk.around.seed, actor), second: None };
        self.disk = None;
    }

    /// It is up again. A member of a set that elects its primary comes back as a replica; any other goes by
    /// its configuration file, which says what it was last told to be.
    fn restart(&mut self, desk: &mut Desk<'_, '_>) {
        self.starts += 1;
        self.run_id = run_id(desk.around.seed, desk.me, self.starts);
        self.begin(desk);
        match (&desk.policy.failover, self.role) {
            (Failover::Members { .. }, _) => self.role = Role::Replica { of: None },
            (Failover::Manual | Failover::Monitors(_), Role::Primary) => {
                self.reign(self.term, Rise::Restarted, desk);
            }
            (Failover::Manual | Failover::Monitors(_), Role::Replica { .. }) => self.connect(desk),
        }
    }

    /// An administrator promotes it. The others are told by whoever tells them: the monitors, or itself.
    fn promote(&mut self, desk: &mut Desk<'_, '_>) {
        self.term += 1;
        self.ballot.voted = self.term;
        self.reign(self.term, Rise::Promoted, desk);
    }

    fn ring(&mut self, alarm: Alarm, desk: &mut Desk<'_, '_>) {
        match alarm {
            Alarm::Cron => self.cron(desk),
            Alarm::Watch => self.watch(desk),
            Alarm::Election => self.consider_election(desk),
            Alarm::Wait(op) => self.stop_waiting(op, desk),
            Alarm::Save => self.save(desk),
            Alarm::Read(op) => self.read_again(op, desk),
        }
    }

    fn hear(&mut self, from: NodeId, message: &Message, desk: &mut Desk<'_, '_>) {
        if let Some(place) = self.group.iter().position(|node| *node == from) {
            self.heard[place] = desk.now();
        }
        match message {
            Message::Psync { session, data, offset } => self.serve(from, *session, data, *offset, desk),
            Message::Continue { session, data, from: offset, writes } => {
                self.go_on(from, *session, data, (*offset, writes), desk);
            }
            Message::Full { session, data, offset, contents } => {
                self.take_everything(from, *session, data, (*offset, contents), desk);
            }
            Message::Data { session, term, start, writes } => {
                self.take(from, (*session, *term), *start, writes, desk);
            }
            Message::Ack { session, offset, .. } => self.count_ack(from, *session, *offset, desk),
            Message::GetAck { session } => self.answer_get_ack(from, *session, desk),
            Message::Ping { session, term, offset, .. } => {
                self.hear_primary(from, *session, (*term, *offset), desk);
            }
            Message::Reset { session } => self.reset(from, *session, desk),
            Message::Elsewhere { term, primary, .. } => self.look_elsewhere(from, *term, *primary, desk),
            Message::Forward { op, request } => self.serve_forwarded(from, *op, request, desk),
            Message::Region(message) => self.hear_region(from, message, desk),
            Message::Answered { op, answer } => {
                if let Some(regional) = &mut self.regional {
                    regional.abandon(*op);
                }
                desk.out.push(Output::Reply { op: *op, answer: answer.clone() });
            }
            Message::Probe { round } => {
                let report = self.report();
                desk.send(from, Message::Report { round: *round, report });
            }
            Message::Promote { term } => self.obey_promotion(*term, desk),
            Message::Follow { term, primary, .. } => self.obey_follow(*term, *primary, desk),
            Message::RequestVote { .. } | Message::Vote { .. } => self.hear_of_election(from, message, desk),
            Message::Report { .. } | Message::AskDown { .. } | Message::Opinion { .. } => {
                self.let_monitor_hear(from, message, desk);
            }
        }
    }

    fn hear_of_election(&mut self, from: NodeId, message: &Message, desk: &mut Desk<'_, '_>) {
        match message {
            Message::RequestVote { term, last, from: Voter::Member } => self.vote(from, *term, *last, desk),
            Message::Vote { term, given, from: Voter::Member } => {
                self.count_vote(from, *term, *given, desk);
            }
            _ => self.let_monitor_hear(from, message, desk),
        }
    }

    fn let_monitor_hear(&mut self, from: NodeId, message: &Message, desk: &mut Desk<'_, '_>) {
        if let Some(monitor) = &mut self.monitor {
            monitor.hear(from, message, &self.group, desk);
        }
    }

    /// It is primary from here on, in a reign with a name of its own.
    fn reign(&mut self, term: u64, how: Rise, desk: &mut Desk<'_, '_>) {
        let actor = reign_name(desk.me, self.reigns, desk.around.placement.nodes);
        self.reigns = self.reigns.saturating_add(1);
        let (replid, offset) = (Replid::of(desk.around.seed, actor), self.log.end());
        self.identity.shift(replid, offset);
        self.lineage = self.lineage.with(Era { actor, term, start: offset });
        self.role = Role::Primary;
        self.term = term;
        self.link = Link::Down;
        self.followers.clear();
        let now = desk.now();
        self.heard.fill(now);
        desk.tell(News::BecamePrimary { term, replid, offset, how });
        self.lead_region(desk);
    }

    /// It follows `of` from here on.
    fn follow(&mut self, of: Option<NodeId>, term: u64, desk: &mut Desk<'_, '_>) {
        self.term = self.term.max(term);
        if self.role == (Role::Replica { of }) {
            return;
        }
        self.role = Role::Replica { of };
        self.leave_region();
        self.release_waiting(desk);
        self.followers.clear();
        self.link = Link::Down;
        desk.tell(News::BecameReplica { of, term });
        self.connect(desk);
    }

    fn is_primary(&self) -> bool {
        self.role == Role::Primary
    }

    fn report(&self) -> Report {
        Report { role: self.role, term: self.term, offset: self.log.end(), run_id: self.run_id }
    }

    /// The others of the set.
    fn others(&self, me: NodeId) -> Vec<NodeId> {
        self.group.iter().copied().filter(|node| *node != me).collect()
    }

    pub(super) fn standing(&self) -> Standing<'_> {
        Standing {
            role: self.role,
            term: self.term,
            replid: self.identity.replid,
            offset: self.log.end(),
            lineage: &self.lineage,
            link: self.link.state(),
            rolled_back: (self.rolled_back_count, &self.rolled_back),
            saved: self.disk.as_ref().map(|disk| disk.offset),
        }
    }

    /// Those that follow it.
    pub(super) fn followers(&self) -> impl Iterator<Item = FollowerState> {
        self.followers.iter().map(|follower| {
            let Follower { node, acked, heard, .. } = *follower;
            FollowerState { node, acked, heard }
        })
    }

    pub(super) fn group(&self) -> &[NodeId] {
        &self.group
    }

    pub(super) fn weight(&self) -> usize {
        self.log.weight()
    }
}

fn run_id(seed: Seed, me: NodeId, starts: u64) -> u64 {
    seed.stream(Purpose::RunId, [u64::from(me.0), starts]).bits()
}

/// The name under which the `reign`-th time of `me` as primary appears in dots and contexts. A reign whose
/// last writes were discarded must not share a counter with a later one, or a context of the later would
/// claim what it never saw. Names below `nodes` are the first reigns; every later one is a multiple above.
fn reign_name(me: NodeId, reign: u16, nodes: u16) -> NodeId {
    NodeId(me.0.saturating_add(nodes.saturating_mul(reign)))
}

impl super::Replica {
    /// Makes it a member of a replica set, before the run begins.
    pub fn join(&mut self, policy: &PrimaryPolicy, seed: Seed) {
        let group = policy.group_of(self.id);
        self.member = group.map(|group| Box::new(Member::new(self.id, group, policy, seed)));
    }

    /// The run begins: sets its timers.
    pub fn begin(&mut self, around: &mut Surroundings<'_>, out: &mut Vec<Output>) {
        self.as_member(around, out, Member::begin);
    }

    /// An administrator makes it primary.
    pub fn promote(&mut self, around: &mut Surroundings<'_>, out: &mut Vec<Output>) {
        self.as_member(around, out, Member::promote);
    }

    /// How it stands in its replica set; `None` under another protocol.
    pub fn standing(&self) -> Option<Standing<'_>> {
        self.member.as_ref().map(|member| member.standing())
    }

    /// Those that follow it as their primary.
    pub fn followers(&self) -> impl Iterator<Item = FollowerState> {
        self.member.iter().flat_map(|member| member.followers())
    }

    /// Who has voted for it in the present term, itself included; nobody where it does not stand.
    pub fn votes(&self) -> &[NodeId] {
        self.member.as_ref().map_or(&[], |member| member.votes())
    }

    /// The replica set that it belongs to.
    pub fn group(&self) -> &[NodeId] {
        self.member.as_ref().map_or(&[], |member| member.group())
    }

    /// How much of its log a clone copies.
    pub fn log_weight(&self) -> usize {
        self.member.as_ref().map_or(0, |member| member.weight())
    }

    /// Whether it would do anything with a message of `session` but refuse it.
    pub fn is_connected(&self, session: Session) -> bool {
        self.member.as_ref().is_some_and(|member| member.link.is(session))
    }

    pub(super) fn hear_member(
        &mut self,
        from: NodeId,
        message: &Message,
        around: &mut Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        self.as_member(around, out, |member, desk| member.hear(from, message, desk));
    }

    pub(super) fn ring(&mut self, alarm: Alarm, around: &mut Surroundings<'_>, out: &mut Vec<Output>) {
        self.as_member(around, out, |member, desk| member.ring(alarm, desk));
    }

    pub(super) fn crash_member(&mut self, around: &mut Surroundings<'_>, out: &mut Vec<Output>) {
        self.as_member(around, out, Member::crash);
    }

    pub(super) fn empty_member(&mut self, around: &mut Surroundings<'_>, out: &mut Vec<Output>) {
        self.as_member(around, out, Member::empty);
    }

    pub(super) fn restart_member(&mut self, around: &mut Surroundings<'_>, out: &mut Vec<Output>) {
        self.as_member(around, out, Member::restart);
    }

    /// What its region takes from others, where it leads it.
    pub fn inflows<'a>(&'a self, regions: &'a Regions) -> impl Iterator<Item = Inflow> + 'a {
        let leads = self.member.as_ref().filter(|member| member.is_primary());
        leads.and_then(|member| member.regional.as_ref()).into_iter().flat_map(|r| r.inflows(regions))
    }

    /// Whether it would heed what the leader of `region` sends on `session`.
    pub fn takes_from(&self, region: usize, session: Session) -> bool {
        let regional = self.member.as_ref().and_then(|member| member.regional.as_ref());
        regional.is_some_and(|regional| regional.is_connected(region, session))
    }

    pub(super) fn ask_member(
        &mut self,
        request: &super::Request<'_>,
        around: &mut Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        self.as_member(around, out, |member, desk| member.request(request, desk));
    }

    fn as_member(
        &mut self,
        around: &mut Surroundings<'_>,
        out: &mut Vec<Output>,
        act: impl FnOnce(&mut Member, &mut Desk<'_, '_>),
    ) {
        let (Some(member), Some(policy)) = (self.member.as_deref_mut(), around.settings.primary()) else {
            return;
        };
        let me = self.id;
        let clock = &mut self.clock;
        let mut desk =
            Desk { me, clock, store: &mut self.store, around, policy, out, aside: VecDeque::new() };
        act(member, &mut desk);
        while let Some(message) = desk.aside.pop_front() {
            member.hear(me, &message, &mut desk);
        }
    }
}
