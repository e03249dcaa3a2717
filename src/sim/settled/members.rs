//! Whether a replica set is settled: proof first, then a look ahead.
//!
//! ```text
//! those who can talk hold the same          settled: whatever becomes of roles changes no data
//! nobody who leads, or could be elected,
//!   can talk to one who holds other things  settled: logs stay as they are, so the votes they win do too
//! a copy of the run changes data            not settled
//! … or still reconnects or still elects     not settled: the next attempt may come out differently
//! … or has done neither for long            settled
//! ```
//!
//! Only the last line is no proof. It is reached where a member could be elected that would teach another,
//! and nobody has stood for election, risen or stepped down for half of a look ahead (behind walls that stand
//! one way, 32 election timeouts), over links that neither lose some nor delay one message in a million for as
//! long as silence must last. What it cannot foresee is an election that rarer chance brings about.

use crate::{
    action::{Failover, majority},
    base::{NodeId, Ppm, SimTime, Span},
    replica::{
        Body,
        primary::{Given, LinkState, Message as Stream, News, Role},
    },
};

use super::super::{Event, Fact, Simulation, What, messages::Message};

impl Simulation {
    /// Whether nothing is left that can change any member's data.
    pub(super) fn members_settled(&self) -> bool {
        if self.workload.running || self.arrivals().any(|(_, message)| self.may_change_data(message)) {
            return false;
        }
        self.those_who_can_talk_agree() || !self.somebody_may_teach() || self.stays_at_rest()
    }

    fn talk(&self, a: NodeId, b: NodeId) -> bool {
        self.reaches(a, b) && self.reaches(b, a)
    }

    fn are_of_one_group(&self, a: NodeId, b: NodeId) -> bool {
        self.nodes[a.index()].replica.group().contains(&b)
    }

    fn agree(&self, a: NodeId, b: NodeId) -> bool {
        let digest = |node: NodeId| self.nodes[node.index()].replica.digest();
        let one_log = !self.are_of_one_group(a, b) || self.behind(a, b) == Some(0);
        one_log && digest(a) == digest(b)
    }

    fn members_up(&self) -> impl Iterator<Item = NodeId> {
        (0..self.nodes.len()).map(NodeId::at).filter(|node| self.is_up(*node))
    }

    fn those_who_can_talk_agree(&self) -> bool {
        let one_table = self.settings.regions().is_some();
        let concerns = |a, b| (one_table || self.are_of_one_group(a, b)) && self.talk(a, b);
        self.members_up().all(|a| self.members_up().all(|b| a >= b || !concerns(a, b) || self.agree(a, b)))
    }

    /// Whether somebody that leads, or could come to lead while all logs stay as they are, can talk to one
    /// that holds other things and would take its own from it.
    fn somebody_may_teach(&self) -> bool {
        let takes = |pupil, teacher| {
            self.are_of_one_group(pupil, teacher) || self.settings.regions().is_some() && self.may_lead(pupil)
        };
        self.members_up().filter(|teacher| self.may_lead(*teacher)).any(|teacher| {
            self.members_up().any(|pupil| {
                pupil != teacher
                    && self.talk(teacher, pupil)
                    && !self.agree(teacher, pupil)
                    && takes(pupil, teacher)
            })
        })
    }

    /// Whether this member, which is up, takes itself for a primary, or may by itself come to, as long as
    /// logs stay as they are.
    fn may_lead(&self, node: NodeId) -> bool {
        let (Some(policy), Some(standing)) =
            (self.settings.primary(), self.nodes[node.index()].replica.standing())
        else {
            return false;
        };
        if standing.role == Role::Primary {
            return true;
        }
        match &policy.failover {
            Failover::Manual => false,
            // Whoever is promoted is told so by a monitor, whatever else that takes.
            Failover::Monitors(monitors) => {
                policy.priority(node) > 0
                    && monitors
                        .places
                        .iter()
                        .any(|monitor| *monitor == node || self.can_reach(*monitor, node))
            }
            Failover::Members { .. } => policy.priority(node) > 0 && self.may_win(node),
        }
    }

    /// Whether a majority may vote for it, or has: who can talk to it and whose log goes no further.
    fn may_win(&self, node: NodeId) -> bool {
        let last = |node: NodeId| {
            let standing = self.nodes[node.index()].replica.standing();
            standing.map(|standing| standing.lineage.last(standing.offset))
        };
        let replica = &self.nodes[node.index()].replica;
        let on_its_way = |from: NodeId| {
            let gives = |message: &Message| match &message.body {
                Body::Stream(stream) => matches!(**stream, Stream::Vote { given: Given::Granted, .. }),
                _ => false,
            };
            let arrives = |message: &Message| message.from == from && message.to == node && gives(message);
            self.arrivals().any(|(_, message)| arrives(message))
        };
        let votes = |voter: &NodeId| {
            *voter == node
                || replica.votes().contains(voter)
                || on_its_way(*voter)
                || self.is_up(*voter) && self.talk(node, *voter) && last(*voter) <= last(node)
        };
        let group = replica.group();
        group.iter().filter(|voter| votes(voter)).count() >= majority(group.len())
    }

    /// Whether a copy of the run that goes on without commands changes no data, and by its end has come to
    /// rest: whatever is tried again may come out differently some day.
    fn stays_at_rest(&self) -> bool {
        let horizon = self.horizon();
        let mut future = self.clone();
        let mut last_try = None;
        let changed = future.goes_on_until(horizon, |future, fact| {
            if future.is_a_try(fact) {
                last_try = Some(fact.at.at);
            }
            fact.what.changes_data()
        });
        let half = SimTime(self.now.0.midpoint(horizon.0));
        !changed
            && last_try.is_none_or(|at| at < half)
            && !future.somebody_reconnects()
            && !self.is_by_chance()
    }

    /// Whether this is a step of an election that others hear of.
    fn is_a_try(&self, fact: &Fact) -> bool {
        let What::News { node, news } = &fact.what else { return false };
        match news {
            News::Stood { .. } => {
                let group = self.nodes[node.index()].replica.group();
                group.iter().any(|other| other != node && self.can_reach(*node, *other))
            }
            News::BecamePrimary { .. }
            | News::BecameReplica { .. }
            | News::Authorised { .. }
            | News::NoCandidate { .. } => true,
            News::Resynced { .. }
            | News::RegionResynced { .. }
            | News::Suspected { .. }
            | News::Trusted { .. }
            | News::AgreedDown { .. }
            | News::Saved { .. } => false,
        }
    }

    /// Whether somebody is not connected to the primary that it follows and can talk to, and has not what
    /// that one has.
    fn somebody_reconnects(&self) -> bool {
        self.members_up().any(|node| {
            let primary = self.follows(node).filter(|primary| self.primaries().any(|p| p == *primary));
            primary.is_some_and(|primary| self.talk(node, primary) && !self.agree(node, primary))
        })
    }

    /// Whether a link may fail to carry what it usually does in time, where silence means something.
    fn is_by_chance(&self) -> bool {
        let silence = match self.settings.primary().map(|policy| &policy.failover) {
            None | Some(Failover::Manual) => return false,
            Some(Failover::Members { timeout }) => *timeout,
            Some(Failover::Monitors(monitors)) => monitors.after,
        };
        let fails = |a: NodeId, b: NodeId| {
            let loss = self.network.profile(a, b).loss;
            loss != Ppm::NEVER && loss != Ppm::ALWAYS || self.network.extreme(a, b) >= silence
        };
        self.members_up().any(|a| self.members_up().any(|b| a != b && fails(a, b)))
    }

    /// Performs what is due by `horizon` until something is meant; says whether anything was.
    fn goes_on_until(&mut self, horizon: SimTime, mut is_meant: impl FnMut(&Self, &Fact) -> bool) -> bool {
        let mut facts: Vec<Fact> = Vec::new();
        while self.next_at().is_some_and(|at| at <= horizon) {
            facts.clear();
            self.step(&mut facts);
            if facts.iter().any(|fact| is_meant(self, fact)) {
                return true;
            }
        }
        false
    }

    /// Whether anything will happen by itself in a replica set that people would see: data, roles, opinions.
    pub fn news_is_ahead(&self) -> bool {
        self.settings.primary().is_some()
            && !self.is_calm()
            && self.clone().goes_on_until(self.horizon(), |_, fact| {
                fact.what.changes_data() || matches!(fact.what, What::News { .. })
            })
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
