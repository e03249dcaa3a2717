//! The connection between a replica and its primary.
//!
//! The network delivers what one connection carries in order and, as long as the connection stands, without
//! loss. What dies at a wall or at a crashed process leaves a hole, and a hole ends the connection: the
//! replica sees it at the next write or ping, whose offset is beyond its own, and resynchronises. So there
//! is never a gap in the stream.

use std::sync::Arc;

use crate::{
    action::{Failover, majority},
    base::NodeId,
    data::Version,
};

use super::{
    DataSet, Desk, Discard, LinkState, LocalTime, Member, Message, News, Resync, Role, Session, Span,
    log::ENTRY_BYTES, since,
};

/// A replica as its primary knows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Follower {
    pub(super) node: NodeId,
    pub(super) session: Session,
    pub(super) acked: u64,
    /// When that was heard.
    pub(super) heard: LocalTime,
}

/// A replica's end of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    Down,
    Asking { session: Session },
    Up { session: Session },
}

impl Link {
    pub(super) fn is(self, session: Session) -> bool {
        match self {
            Self::Down => false,
            Self::Asking { session: mine } | Self::Up { session: mine } => mine == session,
        }
    }

    pub(super) fn state(self) -> LinkState {
        match self {
            Self::Down => LinkState::Down,
            Self::Asking { .. } => LinkState::Connecting,
            Self::Up { .. } => LinkState::Up,
        }
    }
}

impl Member {
    /// The work of every `ack_every`.
    pub(super) fn cron(&mut self, desk: &mut Desk<'_, '_>) {
        desk.arm(super::Alarm::Cron, desk.policy.ack_every);
        self.crons += 1;
        match self.role {
            Role::Primary => {
                if self.has_lost_its_majority(desk) {
                    let term = self.term;
                    self.follow(None, term, desk);
                } else {
                    self.ping(desk);
                    self.keep_regions(desk);
                }
            }
            Role::Replica { of: None } => {}
            Role::Replica { of: Some(primary) } => match self.link {
                // A connection to a process that is gone is reset at once.
                _ if !desk.is_believed_up(primary) => self.link = Link::Down,
                Link::Down => self.connect(desk),
                Link::Asking { session } => self.ask(primary, session, desk),
                Link::Up { session } => {
                    let (offset, round) = (self.log.end(), Some(self.crons));
                    desk.send(primary, Message::Ack { session, offset, round });
                }
            },
        }
    }

    /// A MongoDB primary that has heard from no majority for the election timeout steps down.
    fn has_lost_its_majority(&self, desk: &Desk<'_, '_>) -> bool {
        let Failover::Members { timeout } = desk.policy.failover else { return false };
        let now = desk.now();
        let alive =
            |(node, heard): &(&NodeId, &LocalTime)| **node == desk.me || since(now, **heard) < timeout;
        self.group.iter().zip(&self.heard).filter(alive).count() < majority(self.group.len())
    }

    pub(super) fn ping(&mut self, desk: &mut Desk<'_, '_>) {
        self.drop_crashed(desk);
        let announces = match desk.policy.failover {
            // Monitors tell the others whom to follow.
            Failover::Monitors(_) => false,
            Failover::Manual | Failover::Members { .. } => true,
        };
        for to in self.others(desk.me) {
            let follower = self.followers.iter().find(|follower| follower.node == to);
            let session = follower.map(|follower| follower.session);
            if (session.is_some() || announces) && desk.is_believed_up(to) {
                let (term, offset, round) = (self.term, self.log.end(), self.crons);
                desk.send(to, Message::Ping { session, term, offset, round });
            }
        }
    }

    fn drop_crashed(&mut self, desk: &Desk<'_, '_>) {
        self.followers.retain(|follower| desk.is_believed_up(follower.node));
    }

    /// Opens a connection to the primary it knows, if the machine there answers.
    pub(super) fn connect(&mut self, desk: &mut Desk<'_, '_>) {
        let Role::Replica { of: Some(primary) } = self.role else { return };
        if !desk.is_believed_up(primary) {
            self.link = Link::Down;
            return;
        }
        self.sessions += 1;
        let session = self.sessions;
        self.link = Link::Asking { session };
        self.ask(primary, session, desk);
    }

    fn ask(&self, primary: NodeId, session: Session, desk: &mut Desk<'_, '_>) {
        let (data, offset) = (self.data_set(), self.log.end());
        desk.send(primary, Message::Psync { session, data, offset });
    }

    pub(super) fn data_set(&self) -> DataSet {
        DataSet { identity: self.identity, lineage: self.lineage.clone(), term: self.term }
    }

    /// The bytes in the backlog: after the first offset, up to the second.
    fn backlog(&self, desk: &Desk<'_, '_>) -> (u64, u64) {
        let end = self.log.end();
        (self.log.start().max(end.saturating_sub(desk.policy.backlog)), end)
    }

    /// A replica asks to be brought up to date.
    pub(super) fn serve(
        &mut self,
        from: NodeId,
        session: Session,
        theirs: &DataSet,
        offset: u64,
        desk: &mut Desk<'_, '_>,
    ) {
        if theirs.term > self.term && self.is_primary() {
            self.meet_newer_term(theirs.term, None, desk);
        }
        let elsewhere = match self.role {
            Role::Replica { of } => Some(of),
            // Where monitors decide, a primary that has not heard of a later one refuses.
            Role::Primary => (theirs.term > self.term).then_some(None),
        };
        if let Some(primary) = elsewhere {
            let term = self.term;
            return desk.send(from, Message::Elsewhere { session, term, primary });
        }
        let kept = self.backlog(desk);
        let go_on = match desk.policy.failover {
            // MongoDB: back to where the logs part, and on from there, as far as the oplog reaches.
            Failover::Members { .. } => {
                let common = theirs.lineage.common(offset, &self.lineage, self.log.end());
                (common >= kept.0).then_some(common)
            }
            Failover::Manual | Failover::Monitors(_) => {
                let wanted = (theirs.identity.replid, offset + 1);
                self.identity.continues(wanted, kept).then_some(offset)
            }
        };
        let data = self.data_set();
        let go_on = go_on.and_then(|offset| Some((offset, self.log.since(offset)?)));
        let acked = if let Some((offset, writes)) = go_on {
            desk.send(from, Message::Continue { session, data, from: offset, writes });
            offset
        } else {
            let (offset, contents) = (self.log.end(), desk.store.versions());
            desk.send(from, Message::Full { session, data, offset, contents });
            0
        };
        self.followers.retain(|follower| follower.node != from);
        self.followers.push(Follower { node: from, session, acked, heard: desk.now() });
        self.followers.sort_by_key(|follower| follower.node);
    }

    /// Whether an answer of the primary is to be heeded; one of a connection that is none is reset.
    fn heeds(&mut self, from: NodeId, (session, term): (Session, u64), desk: &mut Desk<'_, '_>) -> bool {
        let heeds =
            self.link.is(session) && self.role == (Role::Replica { of: Some(from) }) && term >= self.term;
        if heeds {
            self.term = term;
            self.ballot.heard = desk.now();
        } else {
            desk.send(from, Message::Reset { session });
        }
        heeds
    }

    pub(super) fn go_on(
        &mut self,
        from: NodeId,
        session: Session,
        data: &DataSet,
        (offset, writes): (u64, &Arc<[Arc<Version>]>),
        desk: &mut Desk<'_, '_>,
    ) {
        // A second answer to a question asked twice.
        if self.link == (Link::Up { session }) || !self.heeds(from, (session, data.term), desk) {
            return;
        }
        if offset > self.log.end() {
            return self.connect(desk);
        }
        self.take_back_to(offset, Discard::RolledBack, desk);
        self.adopt(data);
        for version in writes.iter() {
            self.append(version, desk);
        }
        let missed = writes.len() as u64 * ENTRY_BYTES;
        self.connected(from, session, Resync::Partial { missed }, desk);
    }

    pub(super) fn take_everything(
        &mut self,
        from: NodeId,
        session: Session,
        data: &DataSet,
        (offset, contents): (u64, &Arc<[Arc<Version>]>),
        desk: &mut Desk<'_, '_>,
    ) {
        if self.link == (Link::Up { session }) || !self.heeds(from, (session, data.term), desk) {
            return;
        }
        self.replace_everything(data, offset, contents, desk);
        self.connected(from, session, Resync::Full, desk);
    }

    fn connected(&mut self, from: NodeId, session: Session, how: Resync, desk: &mut Desk<'_, '_>) {
        self.link = Link::Up { session };
        let (replid, offset) = (self.identity.replid, self.log.end());
        desk.tell(News::Resynced { from, how, replid, offset });
        desk.send(from, Message::Ack { session, offset, round: Some(session << 32) });
    }

    /// Writes came.
    pub(super) fn take(
        &mut self,
        from: NodeId,
        (session, term): (Session, u64),
        start: u64,
        writes: &Arc<[Arc<Version>]>,
        desk: &mut Desk<'_, '_>,
    ) {
        if !self.heeds(from, (session, term), desk) {
            return;
        }
        // Asked, but the answer died on the way; or a hole in the stream.
        if matches!(self.link, Link::Asking { .. }) || start > self.log.end() {
            return self.connect(desk);
        }
        let known = usize::try_from((self.log.end() - start) / ENTRY_BYTES).unwrap_or(usize::MAX);
        for version in writes.iter().skip(known) {
            self.append(version, desk);
        }
    }

    /// Streams a write that was just appended.
    pub(super) fn stream(&mut self, version: &Arc<Version>, desk: &mut Desk<'_, '_>) {
        self.drop_crashed(desk);
        let (term, start) = (self.term, self.log.end() - ENTRY_BYTES);
        let writes: Arc<[Arc<Version>]> = [Arc::clone(version)].into();
        for Follower { node, session, .. } in &self.followers {
            let (session, writes) = (*session, Arc::clone(&writes));
            desk.send(*node, Message::Data { session, term, start, writes });
        }
    }

    /// Asks every replica to say at once how far it is.
    pub(super) fn ask_for_acks(&self, desk: &mut Desk<'_, '_>) {
        for Follower { node, session, .. } in &self.followers {
            desk.send(*node, Message::GetAck { session: *session });
        }
    }

    pub(super) fn answer_get_ack(&mut self, from: NodeId, session: Session, desk: &mut Desk<'_, '_>) {
        if self.link == (Link::Up { session }) {
            desk.send(from, Message::Ack { session, offset: self.log.end(), round: None });
        } else if !self.link.is(session) {
            desk.send(from, Message::Reset { session });
        }
    }

    pub(super) fn count_ack(&mut self, from: NodeId, session: Session, offset: u64, desk: &mut Desk<'_, '_>) {
        let now = desk.now();
        let known = |follower: &&mut Follower| follower.node == from && follower.session == session;
        match self.followers.iter_mut().find(known) {
            Some(follower) => {
                follower.acked = follower.acked.max(offset);
                follower.heard = now;
                self.answer_waiting(desk);
                self.advance(desk);
            }
            None => desk.send(from, Message::Reset { session }),
        }
    }

    pub(super) fn hear_primary(
        &mut self,
        from: NodeId,
        session: Option<Session>,
        (term, offset): (u64, u64),
        desk: &mut Desk<'_, '_>,
    ) {
        if term < self.term {
            let primary = match self.role {
                Role::Primary => Some(desk.me),
                Role::Replica { of } => of,
            };
            let term = self.term;
            return desk.send(from, Message::Elsewhere { session: session.unwrap_or(0), term, primary });
        }
        let is_newer = match self.role {
            // Two promoted by hand in one term: the one that comes first in the list stays.
            Role::Primary => term > self.term || from < desk.me,
            Role::Replica { of } => term > self.term || of.is_none(),
        };
        if is_newer && !matches!(desk.policy.failover, Failover::Monitors(_)) {
            self.follow(Some(from), term, desk);
        }
        if self.role != (Role::Replica { of: Some(from) }) {
            if let Some(session) = session {
                desk.send(from, Message::Reset { session });
            }
            return;
        }
        self.ballot.heard = desk.now();
        match (session, self.link) {
            // What was written before the ping should have come before it.
            (Some(session), Link::Up { session: mine }) if session == mine => {
                if offset > self.log.end() {
                    self.connect(desk);
                }
            }
            (Some(session), link) if !link.is(session) => desk.send(from, Message::Reset { session }),
            (Some(_) | None, _) => {}
        }
    }

    /// The other end does not know this connection.
    pub(super) fn reset(&mut self, from: NodeId, session: Session, desk: &mut Desk<'_, '_>) {
        self.followers.retain(|follower| follower.node != from || follower.session != session);
        if self.role == (Role::Replica { of: Some(from) }) && self.link.is(session) {
            self.connect(desk);
        }
    }

    /// Whom it asked, or told that it is primary, is of another mind.
    pub(super) fn look_elsewhere(
        &mut self,
        from: NodeId,
        term: u64,
        primary: Option<NodeId>,
        desk: &mut Desk<'_, '_>,
    ) {
        if term > self.term {
            self.meet_newer_term(term, primary, desk);
        } else if self.role == (Role::Replica { of: Some(from) }) {
            self.link = Link::Down;
            // Of two promoted by hand in one term it has followed the one that gave way.
            if term == self.term && desk.policy.failover == Failover::Manual {
                self.meet_newer_term(term, primary, desk);
            }
        }
    }

    /// Somebody speaks of a later term, or of who has prevailed in this one. Where monitors decide, only they say whom to follow.
    fn meet_newer_term(&mut self, term: u64, primary: Option<NodeId>, desk: &mut Desk<'_, '_>) {
        let primary = primary.filter(|primary| *primary != desk.me);
        match desk.policy.failover {
            Failover::Monitors(_) => {}
            Failover::Members { .. } => self.follow(primary, term, desk),
            Failover::Manual => {
                if primary.is_some() {
                    self.follow(primary, term, desk);
                }
            }
        }
    }

    /// How many replicas have acknowledged the stream up to `offset`.
    pub(super) fn acknowledged(&self, offset: u64) -> u16 {
        let count = self.followers.iter().filter(|follower| follower.acked >= offset).count();
        u16::try_from(count).unwrap_or(u16::MAX)
    }

    /// How many replicas were heard of within `max_lag`.
    pub(super) fn good_replicas(&mut self, max_lag: Span, desk: &Desk<'_, '_>) -> u16 {
        self.drop_crashed(desk);
        let now = desk.now();
        let good = |follower: &&Follower| since(now, follower.heard) <= max_lag;
        u16::try_from(self.followers.iter().filter(good).count()).unwrap_or(u16::MAX)
    }
}
