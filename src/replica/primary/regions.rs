//! Several replica sets that hold one table, each in a region of its own: DynamoDB with its global tables,
//! and Azure Cosmos DB (SEMANTICS §5, §8; Elhemali et al., "Amazon DynamoDB", USENIX ATC 2022; Microsoft,
//! "Consistency levels in Azure Cosmos DB").
//!
//! ```text
//! message   what is said
//! ship      from region to region
//! read      how fresh a read is, and what that takes
//! ```
//!
//! Inside a region a replica set with an elected leader acknowledges a write once a majority has it. The
//! services do not say how long an election takes, nor how a tie between equal stamps ends: here the election
//! is MongoDB's, and a tie goes by the value and then by the replica, alike everywhere.

mod message;
mod read;
mod ship;

use std::sync::Arc;

use crate::{
    action::{Act, Between, Bound, Context, Freshness, Proviso, Regions},
    base::{LocalTime, NodeId, OpId, OpTable, WriteId},
    data::{Stamp, Version},
};

use super::{Desk, Forwarded, Link, LinkState, Member, Message, Role, Session, log::ENTRY_BYTES, since};
use crate::replica::{Answer, Output, Request};
pub use message::{Mark, RegionMessage};
use read::{Confirming, Reading};

/// What a member knows of the regions. Only the leader of a region is connected to others.
#[derive(Debug, Clone)]
pub(super) struct Regional {
    pub(super) home: usize,
    /// By region: from whom its writes come.
    sources: Vec<Source>,
    /// By region: who takes this region's writes.
    targets: Vec<Option<Target>>,
    /// By region: how far a majority of it has the one log.
    reached: Vec<u64>,
    /// How far a majority of its own region has its log; only the leader knows.
    committed: u64,
    /// How far every region has the one log, as far as it has heard.
    everywhere: u64,
    /// Where staleness is bounded: the ends of entries that some region may lack, and since when.
    pending: Vec<(u64, LocalTime)>,
    /// Reads for its own clients.
    reading: OpTable<Reading>,
    /// Strong reads that wait until a majority has confirmed that it still leads.
    confirming: OpTable<Confirming>,
}

/// Where another region's writes come from.
#[derive(Debug, Clone)]
struct Source {
    /// Whom it asks, by place among that region's members.
    asked: usize,
    link: Link,
    /// How far it has taken the other's log; `None`: it does not know.
    mark: Option<Mark>,
    /// How far it has said so.
    acknowledged: u64,
    heard: LocalTime,
}

/// Who takes this region's writes for another.
#[derive(Debug, Clone, Copy)]
struct Target {
    node: NodeId,
    session: Session,
    /// How far the log was looked through for it, and how far it was told.
    sent: u64,
    told: u64,
}

/// A region's connection to another that it takes writes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inflow {
    pub region: usize,
    pub link: LinkState,
    /// How far it has the other's log, in bytes; `None`: it does not know.
    pub taken: Option<u64>,
}

impl Regional {
    /// At the start every region's leader is connected to every other's, and all hold the same.
    pub(super) fn new(me: NodeId, policy: &crate::action::PrimaryPolicy) -> Option<Self> {
        let regions = policy.regions.as_ref()?;
        let home = policy.groups.iter().position(|group| group.members.contains(&me))?;
        let leads = policy.groups[home].at == me;
        let source = |(region, group): (usize, &crate::action::Group)| Source {
            asked: group.members.iter().position(|member| *member == group.at).unwrap_or(0),
            link: if leads && regions.feeds(region, home) { Link::Up { session: 1 } } else { Link::Down },
            mark: leads.then(Mark::default),
            acknowledged: 0,
            heard: LocalTime(0),
        };
        let target = |(region, group): (usize, &crate::action::Group)| {
            let feeds = leads && regions.feeds(home, region);
            feeds.then_some(Target { node: group.at, session: 1, sent: 0, told: 0 })
        };
        let groups = || policy.groups.iter().enumerate();
        Some(Self {
            home,
            sources: groups().map(source).collect(),
            targets: groups().map(target).collect(),
            reached: vec![0; policy.groups.len()],
            committed: 0,
            everywhere: 0,
            pending: Vec::new(),
            reading: OpTable::default(),
            confirming: OpTable::default(),
        })
    }

    fn forget_connections(&mut self) {
        for source in &mut self.sources {
            source.link = Link::Down;
            source.mark = None;
            source.acknowledged = 0;
        }
        self.targets.fill(None);
        self.reached.fill(0);
    }

    /// A crash: what its clients waited for is gone with it.
    pub(super) fn crash(&mut self) {
        self.forget_connections();
        self.reading = OpTable::default();
        self.confirming = OpTable::default();
    }

    pub(super) fn abandon(&mut self, op: OpId) {
        self.reading.remove(op);
        self.confirming.remove(op);
    }

    pub(super) fn inflows<'a>(&'a self, regions: &'a Regions) -> impl Iterator<Item = Inflow> + 'a {
        let feeding = self.sources.iter().enumerate().filter(|(i, _)| regions.feeds(*i, self.home));
        feeding.map(|(region, source)| Inflow {
            region,
            link: source.link.state(),
            taken: source.mark.map(|mark| mark.offset),
        })
    }

    /// Whether it would heed what another region's leader sends on `session`.
    pub(super) fn is_connected(&self, region: usize, session: Session) -> bool {
        self.sources.get(region).is_some_and(|source| source.link.is(session))
    }
}

impl Member {
    /// A client asks, in one of several regions.
    pub(super) fn request_regional(
        &mut self,
        request: &Request<'_>,
        regions: &Regions,
        desk: &mut Desk<'_, '_>,
    ) {
        if *request.act == Act::Read {
            return self.read_regional(request, regions, desk);
        }
        self.send_to_writer(request.op, Arc::new(Forwarded::of(request)), regions, desk);
    }

    /// A request goes to the leader that takes writes here: in its own region, or in the write region.
    fn send_to_writer(
        &mut self,
        op: OpId,
        request: Arc<Forwarded>,
        regions: &Regions,
        desk: &mut Desk<'_, '_>,
    ) {
        let Some(regional) = &self.regional else { return };
        match self.role {
            Role::Primary if regions.takes_writes(regional.home) => self.serve_here(op, &request, desk),
            Role::Primary => self.relay(op, desk.me, request, desk),
            Role::Replica { of: Some(leader) } => desk.send(leader, Message::Forward { op, request }),
            Role::Replica { of: None } => {
                desk.out.push(Output::Reply { op, answer: Answer::NotPrimary { primary: None } });
            }
        }
    }

    /// Passes a request on to the leader of the write region.
    pub(super) fn relay(&self, op: OpId, origin: NodeId, request: Arc<Forwarded>, desk: &mut Desk<'_, '_>) {
        let (Some(regional), Some(Between::OneLog(log))) = (&self.regional, desk.between()) else { return };
        let to = desk.policy.groups[log.writes].members[regional.sources[log.writes].asked];
        desk.tell_region(to, RegionMessage::Relay { op, origin, request });
    }

    /// Whether its region must pass writes on to another.
    pub(super) fn relays(&self, desk: &Desk<'_, '_>) -> bool {
        let (Some(regional), Some(regions)) = (&self.regional, &desk.policy.regions) else { return false };
        !regions.takes_writes(regional.home)
    }

    pub(super) fn hear_region(&mut self, from: NodeId, message: &RegionMessage, desk: &mut Desk<'_, '_>) {
        match message {
            RegionMessage::Ask { session, have } => self.serve_region(from, *session, *have, desk),
            RegionMessage::Elsewhere { session, leader } => self.ask_elsewhere(from, *session, *leader, desk),
            RegionMessage::Writes { session, start, end, writes } => {
                self.take_writes(from, *session, (*start, *end), writes, desk);
            }
            RegionMessage::Taken { session, offset, .. } => self.count_taken(from, *session, *offset, desk),
            RegionMessage::Alive { session, offset, .. } => self.hear_leader(from, *session, *offset, desk),
            RegionMessage::Everywhere { offset } => self.learn_everywhere(*offset, desk),
            RegionMessage::Read { op, key, .. } => self.look_up(from, *op, *key, desk),
            RegionMessage::Found { op, held, offset, everywhere } => {
                self.learn_everywhere(*everywhere, desk);
                self.hear_found(from, *op, (held, *offset), desk);
            }
            RegionMessage::Confirm { op, term } => {
                if self.term == *term && self.role == (Role::Replica { of: Some(from) }) {
                    desk.tell_region(from, RegionMessage::Confirmed { op: *op, term: *term });
                }
            }
            RegionMessage::Confirmed { op, term } => self.count_confirmed(from, *op, *term, desk),
            RegionMessage::Relay { op, origin, request } => {
                self.serve_forwarded(*origin, *op, request, desk);
            }
        }
    }

    /// Whether a write is refused because another region is about to fall behind further than the bound
    /// allows: by so many writes, or for so long. The write region holds writes back until it has caught up.
    pub(super) fn throttles(&self, desk: &Desk<'_, '_>) -> Option<usize> {
        let (Some(regional), Some(Between::OneLog(log))) = (&self.regional, desk.between()) else {
            return None;
        };
        if log.level != Freshness::Bounded {
            return None;
        }
        let Bound { versions, time } = log.bound;
        let lacks = |reached: u64| self.log.end().saturating_sub(reached) / ENTRY_BYTES;
        let late = regional.pending.first().is_some_and(|(_, at)| since(desk.now(), *at) >= time);
        let behind = |(region, reached): &(usize, &u64)| {
            *region != log.writes && lacks(**reached) > 0 && (lacks(**reached) >= versions || late)
        };
        regional.reached.iter().enumerate().find(behind).map(|(region, _)| region)
    }

    /// A write was appended: from when on other regions lack it.
    pub(super) fn note_pending(&mut self, desk: &Desk<'_, '_>) {
        let Some(Between::OneLog(log)) = desk.between() else { return };
        if let Some(regional) = &mut self.regional
            && log.level == Freshness::Bounded
            && desk.policy.groups.len() > 1
        {
            regional.pending.push((self.log.end(), desk.now()));
        }
    }

    /// Whether a write whose entry ends at `offset` has gone as far as its client was promised: to every
    /// region where the account is strong.
    pub(super) fn is_far_enough(&self, offset: u64, desk: &Desk<'_, '_>) -> bool {
        let (Some(regional), Some(Between::OneLog(log))) = (&self.regional, desk.between()) else {
            return true;
        };
        log.level != Freshness::Strong || regional.everywhere >= offset
    }

    /// Whether a conditional write may go ahead; otherwise the write that is there instead.
    #[expect(clippy::unused_self, reason = "it is a question to the member")]
    pub(super) fn provided(
        &self,
        context: Context,
        request: &Forwarded,
        desk: &Desk<'_, '_>,
    ) -> Result<(), Option<WriteId>> {
        let held = desk.store.held(request.key);
        let fits = match context {
            Context::Last | Context::None => true,
            Context::Provided(Proviso::Absent) => !ship::is_there(held),
            Context::Provided(Proviso::LastRead) => held.newest() == request.last_read,
        };
        if fits { Ok(()) } else { Err(held.newest()) }
    }

    /// Where regions agree by stamps, a write must not be older than what it replaces, or the others would
    /// keep that. The service does not say what it does where a clock is behind; here the leader stamps later
    /// than what it holds.
    pub(super) fn least_stamp(&self, over: Option<&Version>, desk: &Desk<'_, '_>) -> Option<Stamp> {
        let by_stamp = self.regional.is_some() && matches!(desk.between(), Some(Between::Async));
        by_stamp.then(|| over.map_or(Stamp::at(i64::MIN), |over| over.stamp.next()))
    }

    /// Whether a write, stamped by its client, loses on the spot to what is there: it is acknowledged and has
    /// no effect.
    pub(super) fn is_outdated(&self, version: &Version, desk: &mut Desk<'_, '_>) -> bool {
        if self.regional.is_none() || !matches!(desk.between(), Some(Between::Async)) {
            return false;
        }
        let Some(winner) = desk.store.held(version.key).versions().first() else { return false };
        let loses = version.last_write_order(winner).is_le();
        if loses {
            let (key, write, winner, relation) =
                (version.key, version.id, winner.id, version.relation(winner));
            desk.out.push(Output::Kept { key, write, winner, relation });
        }
        loses
    }
}
