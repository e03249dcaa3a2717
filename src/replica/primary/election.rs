//! Members that elect their primary themselves (MongoDB's protocol version 1, which is Raft's election).
//!
//! A member that has heard of no primary for the election timeout, and up to 15 % more by chance, stands in
//! a new term (`settings.electionTimeoutMillis`, 10 s). Each member votes once a term, and only for a
//! candidate whose log goes at least as far as its own. A majority makes a primary; so a write that a
//! majority has is in the log of every later one (Ongaro & Ousterhout 2014, §5.4).
//!
//! Simplified: the primary's pings are the only heartbeats, there is no dry run, and of the priorities only
//! 0 counts.

use crate::{
    action::{Failover, majority},
    base::{LocalTime, NodeId, Purpose, Span},
};

use super::{Alarm, Desk, Given, Link, Member, Message, News, Rise, Role, Voter, since};

/// What a member knows of elections.
#[derive(Debug, Clone, Default)]
pub(super) struct Ballot {
    /// The newest term it has voted in. Outlives a crash.
    pub(super) voted: u64,
    /// When it last heard of a primary, or gave its vote.
    pub(super) heard: LocalTime,
    /// Who voted for it, and in which term.
    votes: Option<(u64, Vec<NodeId>)>,
}

impl Member {
    /// Who has voted for it in the present term; nobody where it does not stand.
    pub(in crate::replica) fn votes(&self) -> &[NodeId] {
        match &self.ballot.votes {
            Some((term, votes)) if *term == self.term => votes,
            Some(_) | None => &[],
        }
    }

    fn election_timeout(&self, desk: &Desk<'_, '_>) -> Option<Span> {
        let Failover::Members { timeout } = desk.policy.failover else { return None };
        // MongoDB: replElectionTimeoutOffsetLimitFraction, 0.15.
        let name = [u64::from(desk.me.0), self.term];
        let offset =
            desk.around.seed.stream(Purpose::ElectionDelay, name).below((timeout.0 * 15 / 100).max(1));
        Some(Span(timeout.0 + offset))
    }

    pub(super) fn begin_elections(&mut self, desk: &mut Desk<'_, '_>) {
        self.ballot.votes = None;
        self.ballot.heard = desk.now();
        if let Some(timeout) = self.election_timeout(desk) {
            desk.arm(Alarm::Election, timeout);
        }
    }

    /// Has it been silent for too long? Otherwise looks again when it would have been.
    pub(super) fn consider_election(&mut self, desk: &mut Desk<'_, '_>) {
        let Some(timeout) = self.election_timeout(desk) else { return };
        let silent = since(desk.now(), self.ballot.heard);
        if self.is_primary() {
            desk.arm(Alarm::Election, timeout);
        } else if silent >= timeout {
            if desk.policy.priority(desk.me) > 0 {
                self.stand(desk);
            }
            let again = self.election_timeout(desk).unwrap_or(timeout);
            desk.arm(Alarm::Election, again);
        } else {
            desk.arm(Alarm::Election, Span(timeout.0 - silent.0));
        }
    }

    fn stand(&mut self, desk: &mut Desk<'_, '_>) {
        self.term += 1;
        let term = self.term;
        self.ballot.voted = term;
        self.ballot.heard = desk.now();
        self.ballot.votes = Some((term, vec![desk.me]));
        self.role = Role::Replica { of: None };
        self.link = Link::Down;
        desk.tell(News::Stood { term });
        let last = self.lineage.last(self.log.end());
        for to in self.others(desk.me) {
            desk.send(to, Message::RequestVote { term, last, from: Voter::Member });
        }
        self.win_with_majority(desk);
    }

    /// A candidate asks for its vote.
    pub(super) fn vote(&mut self, from: NodeId, term: u64, last: (u64, u64), desk: &mut Desk<'_, '_>) {
        if term > self.term {
            self.meet_term(term, desk);
        }
        let grants = term == self.term
            && self.ballot.voted < term
            && !self.is_primary()
            && last >= self.lineage.last(self.log.end());
        let given = if grants {
            self.ballot.voted = term;
            self.ballot.heard = desk.now();
            Given::Granted
        } else {
            Given::Denied
        };
        desk.send(from, Message::Vote { term: self.term, given, from: Voter::Member });
    }

    pub(super) fn count_vote(&mut self, from: NodeId, term: u64, given: Given, desk: &mut Desk<'_, '_>) {
        if term > self.term {
            self.meet_term(term, desk);
        }
        if given == Given::Granted
            && term == self.term
            && let Some((mine, votes)) = &mut self.ballot.votes
            && *mine == term
            && !votes.contains(&from)
        {
            votes.push(from);
            self.win_with_majority(desk);
        }
    }

    fn win_with_majority(&mut self, desk: &mut Desk<'_, '_>) {
        let needed = majority(self.group.len());
        let won = |(term, votes): &(u64, Vec<NodeId>)| *term == self.term && votes.len() >= needed;
        if !self.is_primary() && self.ballot.votes.as_ref().is_some_and(won) {
            self.ballot.votes = None;
            self.reign(self.term, Rise::Elected, desk);
            self.ping(desk);
        }
    }

    /// A later term has begun: whoever was primary in an earlier one is no longer.
    fn meet_term(&mut self, term: u64, desk: &mut Desk<'_, '_>) {
        let was_primary = self.is_primary();
        self.term = term;
        self.ballot.votes = None;
        if was_primary {
            self.follow(None, term, desk);
        } else {
            // Nothing that an earlier primary still sends may be taken: its term is over.
            self.role = Role::Replica { of: None };
            self.link = Link::Down;
        }
    }
}
