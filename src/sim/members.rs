//! Replica sets seen from outside: how each member stands, and what a message would bring it.

use crate::{
    action::Act,
    base::{NodeId, Span, WriteId},
    data::Version,
    replica::{
        Body,
        primary::{FollowerState, LinkState, Message as Stream, Replid, Role},
    },
};

use super::{RegionView, Simulation, messages::Message};

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
}
