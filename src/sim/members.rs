//! Replica sets seen from outside: how each member stands, and whether anything is left that can change data.

use crate::{
    action::{Act, Failover},
    base::{NodeId, Ppm, SimTime, Span, WriteId},
    data::Version,
    replica::{
        Body,
        primary::{FollowerState, LinkState, Message as Stream, Replid, Role},
    },
};

use super::{Event, Fact, RegionView, Simulation, What, messages::Message};

/// One member of a replica set at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberView {
    pub role: Role,
    pub term: u64,
    /// The name of its data set.
    pub replid: Replid,
    /// Bytes of the stream that it has.
    pub offset: u64,
    pub link: LinkState,
    /// Bytes that it is behind the primary it follows; `None` where it follows none, or where their logs have
    /// parted.
    pub behind: Option<u64>,
    /// How long ago the primary that it follows last heard its offset; `None` where that one does not know it.
    pub lag: Option<Span>,
    /// How many writes it has rolled back, and the names of the newest.
    pub rolled_back: (u64, Vec<WriteId>),
    /// How far its last snapshot goes; `None` where it keeps a journal.
    pub saved: Option<u64>,
    /// Its region; `None` where there are none.
    pub region: Option<RegionView>,
}

impl Message {
    /// Whether it carries a write of a stream that `is_meant`.
    pub(super) fn brings(&self, is_meant: impl Fn(&Version) -> bool) -> bool {
        match &self.body {
            Body::Stream(message) => message.versions().any(|version| is_meant(version)),
            Body::Write { .. }
            | Body::WriteAck { .. }
            | Body::Read { .. }
            | Body::ReadReply { .. }
            | Body::Sync { .. }
            | Body::SyncReply { .. }
            | Body::Compare(_)
            | Body::Hint { .. }
            | Body::HintAck { .. }
            | Body::Heartbeat { .. }
            | Body::Digest { .. }
            | Body::Repair { .. }
            | Body::RepairAck { .. }
            | Body::Forward(_)
            | Body::Answer { .. } => false,
        }
    }
}

impl Simulation {
    pub(super) fn member_view(&self, node: NodeId) -> Option<MemberView> {
        let standing = self.nodes[node.index()].replica.standing()?;
        let primary = match standing.role {
            Role::Primary => None,
            Role::Replica { of } => of,
        };
        let known = primary.and_then(|primary| self.follower(primary, node));
        let (count, names) = standing.rolled_back;
        Some(MemberView {
            role: standing.role,
            term: standing.term,
            replid: standing.replid,
            offset: standing.offset,
            link: standing.link,
            behind: primary.and_then(|primary| self.behind(node, primary)),
            lag: known.map(|known| {
                let heard = u64::try_from(known.heard.0).unwrap_or(0);
                Span(self.monotonic().0.saturating_sub(heard))
            }),
            rolled_back: (count, names.to_vec()),
            saved: standing.saved,
            region: self.region_view(node),
        })
    }

    /// Whom a member follows; `None` in a primary, and in one that knows none.
    pub fn follows(&self, node: NodeId) -> Option<NodeId> {
        match self.nodes[node.index()].replica.standing()?.role {
            Role::Primary => None,
            Role::Replica { of } => of,
        }
    }

    /// How `primary` knows `node`.
    fn follower(&self, primary: NodeId, node: NodeId) -> Option<FollowerState> {
        self.nodes[primary.index()].replica.followers().find(|known| known.node == node)
    }

    /// Bytes that the log of `node` lacks of that of `primary`; `None` where it has others instead.
    pub fn behind(&self, node: NodeId, primary: NodeId) -> Option<u64> {
        let mine = self.nodes[node.index()].replica.standing()?;
        let theirs = self.nodes[primary.index()].replica.standing()?;
        let common = mine.lineage.common(mine.offset, theirs.lineage, theirs.offset);
        (common == mine.offset).then(|| theirs.offset - mine.offset)
    }

    /// Who takes itself for the primary.
    pub fn primaries(&self) -> impl Iterator<Item = NodeId> {
        let is_primary = |node: &NodeId| {
            self.nodes[node.index()].replica.standing().is_some_and(|s| s.role == Role::Primary)
        };
        (0..self.nodes.len()).map(NodeId::at).filter(move |node| self.is_up(*node) && is_primary(node))
    }

    /// Whether `to` would take from `message` what it does not reflect yet.
    pub(super) fn would_stream(&self, (from, to): (NodeId, NodeId), message: &Stream) -> bool {
        let connected = |session| self.nodes[to.index()].replica.is_connected(session);
        let session = match message {
            Stream::Continue { session, .. }
            | Stream::Full { session, .. }
            | Stream::Data { session, .. } => *session,
            Stream::Forward { request, .. } => return request.act != Act::Read,
            Stream::Region(message) => return self.would_take(from, to, message),
            Stream::Psync { .. }
            | Stream::Ack { .. }
            | Stream::GetAck { .. }
            | Stream::Ping { .. }
            | Stream::Reset { .. }
            | Stream::Elsewhere { .. }
            | Stream::Answered { .. }
            | Stream::Probe { .. }
            | Stream::Report { .. }
            | Stream::AskDown { .. }
            | Stream::Opinion { .. }
            | Stream::RequestVote { .. }
            | Stream::Vote { .. }
            | Stream::Promote { .. }
            | Stream::Follow { .. } => return false,
        };
        connected(session)
            && message.versions().any(|version| {
                !self.held(to, version.key).reflects(version, self.settings.conflicts_of(version.key))
            })
    }

    /// Whether somebody waits for what a routine message says: an offset that its receiver does not know.
    pub(super) fn is_awaited(&self, message: &Message) -> bool {
        if let Body::Stream(stream) = &message.body
            && let Stream::Ack { offset, .. } = **stream
        {
            return self.follower(message.to, message.from).is_some_and(|known| known.acked < offset);
        }
        false
    }

    /// Whether nothing is left that can change any member's data. While members that can talk hold the same
    /// and nothing new is under way, whatever becomes of their roles changes no data. Otherwise the only way
    /// to know is to look: a copy of the run goes on until data changes, or until long after everything
    /// periodic has had its turn.
    pub(super) fn members_settled(&self) -> bool {
        if self.workload.running {
            return false;
        }
        if self.arrivals().any(|(_, message)| self.may_change_data(message)) {
            return false;
        }
        self.those_who_can_talk_agree() || !self.data_changes_by_itself()
    }

    fn those_who_can_talk_agree(&self) -> bool {
        let up = || (0..self.nodes.len()).map(NodeId::at).filter(|node| self.is_up(*node));
        let talk = |a: NodeId, b: NodeId| self.reaches(a, b) && self.reaches(b, a);
        let digest = |node: NodeId| self.nodes[node.index()].replica.digest();
        let one_table = self.settings.regions().is_some();
        let of_one_group =
            |a: NodeId, b: NodeId| one_table || self.nodes[a.index()].replica.group().contains(&b);
        let one_log = |a: NodeId, b: NodeId| {
            !self.nodes[a.index()].replica.group().contains(&b) || self.behind(a, b) == Some(0)
        };
        let agree = |a, b| one_log(a, b) && digest(a) == digest(b);
        up().all(|a| up().all(|b| a >= b || !of_one_group(a, b) || !talk(a, b) || agree(a, b)))
    }

    /// Whether anything will happen by itself in a replica set that people would see: data, roles, opinions.
    pub fn news_is_ahead(&self) -> bool {
        self.settings.primary().is_some()
            && !self.is_calm()
            && self.comes_by_itself(|what| what.changes_data() || matches!(what, What::News { .. }))
    }

    /// Whether everybody is up, follows one primary and misses nothing, over links that lose nothing.
    fn is_calm(&self) -> bool {
        let nodes = || (0..self.nodes.len()).map(NodeId::at);
        let follows = |node: NodeId| {
            let standing = self.nodes[node.index()].replica.standing();
            standing.is_some_and(|standing| match standing.role {
                Role::Primary => true,
                Role::Replica { of } => standing.link == LinkState::Up && of.is_some(),
            })
        };
        let loses = |(a, b)| self.network.profile(a, b).loss != Ppm::NEVER;
        let pairs = || nodes().flat_map(|a| nodes().map(move |b| (a, b)));
        let one_each = self.settings.primary().is_some_and(|p| p.groups.len() == self.primaries().count());
        one_each
            && self.cuts.standing().is_empty()
            && nodes().all(|node| self.is_up(node) && follows(node))
            && !pairs().any(loses)
            && self.those_who_can_talk_agree()
    }

    fn data_changes_by_itself(&self) -> bool {
        self.comes_by_itself(What::changes_data)
    }

    /// Whether anything of this kind happens in a copy of the run that goes on without commands.
    fn comes_by_itself(&self, is_meant: impl Fn(&What) -> bool) -> bool {
        let mut future = self.clone();
        let mut facts: Vec<Fact> = Vec::new();
        let horizon = self.horizon();
        while future.next_at().is_some_and(|at| at <= horizon) {
            facts.clear();
            future.step(&mut facts);
            if facts.iter().any(|fact| is_meant(&fact.what)) {
                return true;
            }
        }
        false
    }

    /// Later than any chain of events that periodic work can begin, four times over.
    fn horizon(&self) -> SimTime {
        let Some(policy) = self.settings.primary() else { return self.now };
        let decision = match &policy.failover {
            Failover::Manual => Span::ZERO,
            Failover::Monitors(monitors) => Span(monitors.after.0 + Span::secs(12).0),
            // Behind a wall that stands one way only, elections may go on for long before one wins.
            Failover::Members { timeout } => Span(timeout.0 * 16),
        };
        let pairs = (0..self.nodes.len()).flat_map(|a| (0..self.nodes.len()).map(move |b| (a, b)));
        let latency = pairs.map(|(a, b)| self.network.typical(NodeId::at(a), NodeId::at(b))).max();
        // A leader asks the members of another region one after another, with some patience first.
        let members = policy.groups.iter().map(|group| group.members.len() as u64).max().unwrap_or(0);
        let regions = if policy.regions.is_some() { members + 4 } else { 0 };
        let round =
            decision.0 + policy.ack_every.0 * (3 + regions) + latency.map_or(0, |latency| latency.0 * 8);
        let last =
            self.queue.iter().filter(|(_, event)| matches!(event, Event::Arrival(_))).map(|(at, _)| at);
        last.max().unwrap_or(self.now).max(self.now) + Span(round.saturating_mul(4))
    }
}
