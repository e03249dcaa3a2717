//! The monitor beside a member (Redis Sentinel; redis.io, "High availability with Redis Sentinel").
//!
//! ```text
//! silent for `after`              → I take it for down           (subjectively)
//! quorum of monitors take it so   → it is down                   (objectively): one stands in a new term
//! majority of all monitors vote   → authorised: promotes the best replica
//! all monitors, from then on      → tell whoever follows another to follow it
//! ```
//!
//! Its probes are messages over the same network as everything else, from the place where it stands; it
//! freezes and crashes with that place. Terms, votes and the primary's name outlive a crash (Sentinel rewrites
//! its configuration file).
//!
//! Simplified: probes answer what Sentinel learns from PING, INFO and the hello channel together; monitors
//! learn of a failover by probing who was promoted; a failed attempt is tried again after 10 s and not after
//! twice the failover timeout (6 minutes); the old primary is told at once to follow.

use std::cmp::Reverse;

use crate::base::{LocalTime, NodeId, Purpose, Span};

use super::{Alarm, Desk, Down, Given, Member, Message, News, Report, Rise, Role, Voter, since};

/// After so long without success a monitor gives an attempt up, and may try again.
const RETRY: Span = Span::secs(10);
/// Two that stand at once take a different random time more before the next try (Sentinel desynchronises
/// by up to a second).
const DESYNC: Span = Span::secs(1);
/// Another monitor's opinion counts for so long (Sentinel: five times the period of asking).
const FRESH: Span = Span::secs(5);

#[derive(Debug, Clone)]
pub(super) struct Monitor {
    // What outlives a crash.
    /// The newest term it has heard of.
    epoch: u64,
    /// The newest term it has voted in.
    voted: u64,
    /// Whom it takes for the primary, and since which term.
    primary: NodeId,
    config: u64,
    // What a crash loses.
    /// By place in the group.
    seen: Vec<Seen>,
    /// The others who take the primary for down, and when they said so.
    agreeing: Vec<(NodeId, LocalTime)>,
    agreed: Agreed,
    attempt: Option<Attempt>,
    not_before: LocalTime,
    round: u64,
    last_watch: LocalTime,
}

#[derive(Debug, Clone)]
struct Seen {
    heard: LocalTime,
    report: Option<Report>,
    opinion: Down,
}

/// Whether enough monitors agree that the primary is down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Agreed {
    No,
    Yes,
}

/// A failover under way.
#[derive(Debug, Clone)]
struct Attempt {
    term: u64,
    since: LocalTime,
    votes: Vec<NodeId>,
    /// Whom it has ordered to become primary.
    promoted: Option<NodeId>,
}

impl Monitor {
    pub(super) fn new(primary: NodeId, members: usize) -> Self {
        let seen = Seen { heard: LocalTime(0), report: None, opinion: Down::Up };
        Self {
            epoch: 1,
            voted: 1,
            primary,
            config: 1,
            seen: vec![seen; members],
            agreeing: Vec::new(),
            agreed: Agreed::No,
            attempt: None,
            not_before: LocalTime(0),
            round: 0,
            last_watch: LocalTime(0),
        }
    }

    /// It starts, or starts again: everybody has the benefit of the doubt.
    pub(super) fn begin(&mut self, now: LocalTime) {
        for seen in &mut self.seen {
            *seen = Seen { heard: now, report: None, opinion: Down::Up };
        }
        self.agreeing.clear();
        self.agreed = Agreed::No;
        self.attempt = None;
        self.not_before = now;
        self.last_watch = now;
    }

    pub(super) fn hear(
        &mut self,
        from: NodeId,
        message: &Message,
        group: &[NodeId],
        desk: &mut Desk<'_, '_>,
    ) {
        match message {
            Message::Report { report, .. } => self.note(from, *report, group, desk),
            Message::AskDown { round, primary } => {
                let down = if *primary == self.primary { self.opinion_of(*primary, group) } else { Down::Up };
                desk.send(from, Message::Opinion { round: *round, primary: *primary, down });
            }
            Message::Opinion { primary, down, .. } if *primary == self.primary => {
                self.agreeing.retain(|(node, _)| *node != from);
                if *down == Down::Down {
                    self.agreeing.push((from, desk.now()));
                }
            }
            Message::RequestVote { term, .. } => self.vote(from, *term, desk),
            Message::Vote { term, given, .. } => self.count_vote(from, *term, *given, group, desk),
            // A member's business, or an opinion of somebody who is primary no longer.
            _ => {}
        }
    }

    fn opinion_of(&self, node: NodeId, group: &[NodeId]) -> Down {
        let place = group.iter().position(|member| *member == node);
        place.map_or(Down::Up, |place| self.seen[place].opinion)
    }

    /// A member answered a probe.
    fn note(&mut self, from: NodeId, report: Report, group: &[NodeId], desk: &mut Desk<'_, '_>) {
        let Some(place) = group.iter().position(|member| *member == from) else { return };
        let seen = &mut self.seen[place];
        seen.heard = desk.now();
        seen.report = Some(report);
        if seen.opinion == Down::Down {
            seen.opinion = Down::Up;
            desk.tell(News::Trusted { node: from });
        }
        let primary = match report.role {
            Role::Primary => Some(from),
            Role::Replica { of } => of,
        };
        // Of two that were promoted in one term, one by hand, the first in the list stays.
        let is_newer = |primary: &NodeId| {
            report.term > self.config || report.term == self.config && *primary < self.primary
        };
        if let Some(primary) = primary.filter(is_newer) {
            self.primary = primary;
            self.config = report.term;
            self.epoch = self.epoch.max(report.term);
            self.attempt = None;
            self.agreed = Agreed::No;
            self.agreeing.clear();
        }
    }

    fn watch(&mut self, group: &[NodeId], desk: &mut Desk<'_, '_>) {
        let Some(monitors) = desk.policy.monitors() else { return };
        let (now, period) = (desk.now(), monitors.period());
        // Whoever waits to stand again does so at its own moment, not at its next round: monitors whose rounds fall
        // together would stand together for ever. (Sentinel draws how often its timer runs for the same reason.)
        let wait = u64::try_from(self.not_before.0.saturating_sub(now.0)).unwrap_or(0);
        let waits = self.agreed == Agreed::Yes && (1..period.0).contains(&wait);
        desk.arm(Alarm::Watch, if waits { Span(wait) } else { period });
        // It was stopped itself, and knows nothing about the time in between (Sentinel's TILT).
        if since(now, self.last_watch) > Span(period.0 * 2) {
            self.seen.iter_mut().for_each(|seen| seen.heard = now);
        }
        self.last_watch = now;
        self.round += 1;
        for member in group {
            desk.send(*member, Message::Probe { round: self.round });
        }
        for (member, seen) in group.iter().zip(&mut self.seen) {
            let here = *member == desk.me;
            if !here && seen.opinion == Down::Up && since(now, seen.heard) >= monitors.after {
                seen.opinion = Down::Down;
                desk.tell(News::Suspected { node: *member });
            }
        }
        match self.opinion_of(self.primary, group) {
            Down::Down => self.consider_failover(group, desk),
            Down::Up => {
                self.agreed = Agreed::No;
                self.agreeing.clear();
                self.correct(group, desk);
            }
        }
    }

    fn consider_failover(&mut self, group: &[NodeId], desk: &mut Desk<'_, '_>) {
        let Some(monitors) = desk.policy.monitors() else { return };
        let now = desk.now();
        let me = desk.me;
        for other in monitors.places.iter().filter(|place| **place != me) {
            desk.send(*other, Message::AskDown { round: self.round, primary: self.primary });
        }
        self.agreeing.retain(|(_, at)| since(now, *at) <= FRESH);
        let agreeing = u16::try_from(1 + self.agreeing.len()).unwrap_or(u16::MAX);
        if agreeing < monitors.quorum {
            self.agreed = Agreed::No;
            return;
        }
        if self.agreed == Agreed::No {
            self.agreed = Agreed::Yes;
            desk.tell(News::AgreedDown { node: self.primary, agreeing });
        }
        if self.attempt.as_ref().is_some_and(|attempt| since(now, attempt.since) >= RETRY) {
            self.attempt = None;
        }
        if self.attempt.is_none() && now >= self.not_before {
            self.stand(group, desk);
        }
    }

    fn stand(&mut self, group: &[NodeId], desk: &mut Desk<'_, '_>) {
        let Some(monitors) = desk.policy.monitors() else { return };
        self.epoch += 1;
        let term = self.epoch;
        self.voted = term;
        self.attempt = Some(Attempt { term, since: desk.now(), votes: vec![desk.me], promoted: None });
        self.wait_before_standing(term, desk);
        let me = desk.me;
        for other in monitors.places.iter().filter(|place| **place != me) {
            desk.send(*other, Message::RequestVote { term, last: (0, 0), from: Voter::Monitor });
        }
        self.fail_over_if_authorised(group, desk);
    }

    /// Whoever stands, or votes for another, lets some time pass before it stands itself.
    fn wait_before_standing(&mut self, term: u64, desk: &Desk<'_, '_>) {
        let mut stream =
            desk.around.seed.stream(Purpose::ElectionDelay, [u64::from(desk.me.0), term << 1 | 1]);
        let pause = RETRY.0 + stream.below(DESYNC.0);
        self.not_before = LocalTime(desk.now().0.saturating_add(i64::try_from(pause).unwrap_or(i64::MAX)));
    }

    fn vote(&mut self, from: NodeId, term: u64, desk: &mut Desk<'_, '_>) {
        self.epoch = self.epoch.max(term);
        let given = if term > self.voted {
            self.voted = term;
            self.attempt = None;
            self.wait_before_standing(term, desk);
            Given::Granted
        } else {
            Given::Denied
        };
        desk.send(from, Message::Vote { term, given, from: Voter::Monitor });
    }

    fn count_vote(
        &mut self,
        from: NodeId,
        term: u64,
        given: Given,
        group: &[NodeId],
        desk: &mut Desk<'_, '_>,
    ) {
        if given == Given::Granted
            && let Some(attempt) = &mut self.attempt
            && attempt.term == term
            && !attempt.votes.contains(&from)
        {
            attempt.votes.push(from);
            self.fail_over_if_authorised(group, desk);
        }
    }

    fn fail_over_if_authorised(&mut self, group: &[NodeId], desk: &mut Desk<'_, '_>) {
        let needed = desk.policy.monitors().map_or(usize::MAX, crate::action::Monitors::needed);
        let candidate = self.candidate(group, desk);
        let Some(attempt) = &mut self.attempt else { return };
        if attempt.promoted.is_some() || attempt.votes.len() < needed {
            return;
        }
        let (term, votes) = (attempt.term, u16::try_from(attempt.votes.len()).unwrap_or(u16::MAX));
        desk.tell(News::Authorised { term, votes });
        attempt.promoted = candidate;
        if let Some(to) = candidate {
            desk.send(to, Message::Promote { term });
        } else {
            self.attempt = None;
            desk.tell(News::NoCandidate { term });
        }
    }

    /// The best replica: lower priority first (0 never), then the higher offset, then the smaller run id.
    fn candidate(&self, group: &[NodeId], desk: &Desk<'_, '_>) -> Option<NodeId> {
        let standing = group.iter().zip(&self.seen).filter_map(|(member, seen)| {
            let report = seen.report.filter(|report| {
                *member != self.primary && seen.opinion == Down::Up && report.role != Role::Primary
            })?;
            let priority = desk.policy.priority(*member);
            (priority > 0).then_some((priority, Reverse(report.offset), report.run_id, *member))
        });
        standing.min().map(|(_, _, _, member)| member)
    }

    /// Tells whoever follows another, or nobody, to follow the primary.
    fn correct(&self, group: &[NodeId], desk: &mut Desk<'_, '_>) {
        for (member, seen) in group.iter().zip(&self.seen) {
            let Some(report) = seen.report.filter(|_| seen.opinion == Down::Up) else { continue };
            let astray = report.role != (Role::Replica { of: Some(self.primary) });
            if *member != self.primary && astray && report.term <= self.config {
                let (term, primary, round) = (self.config, self.primary, self.round);
                desk.send(*member, Message::Follow { term, primary, round });
            }
        }
    }
}

impl Member {
    pub(super) fn watch(&mut self, desk: &mut Desk<'_, '_>) {
        if let Some(monitor) = &mut self.monitor {
            monitor.watch(&self.group, desk);
        }
    }

    /// A monitor orders it to become primary.
    pub(super) fn obey_promotion(&mut self, term: u64, desk: &mut Desk<'_, '_>) {
        if term > self.term {
            self.reign(term, Rise::FailedOver, desk);
        }
    }

    /// A monitor orders it to follow another.
    pub(super) fn obey_follow(&mut self, term: u64, primary: NodeId, desk: &mut Desk<'_, '_>) {
        let is_it_itself = primary == desk.me || self.is_primary() && term == self.term && desk.me < primary;
        if term >= self.term && !is_it_itself {
            self.follow(Some(primary), term, desk);
        }
    }
}
