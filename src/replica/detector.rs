//! Failure detection: each replica's own opinion of who is up, which can be wrong.
//!
//! ```text
//! every round   my heartbeat counter + 1;  table of all counters ──► one other, at random
//! on a table    a counter that grew: its replica was alive        → believed up
//! in a round    no counter grew for the timeout                   → believed down
//! ```
//!
//! As Cassandra's gossip (manual, "Gossip"), simplified: a fixed timeout stands in for phi accrual, the
//! table goes one way instead of three, and peers are picked whatever is believed of them, so that a wrong
//! opinion heals. A round that comes late, because the process stood still, convicts nobody (Cassandra's
//! guard against local pauses).

use std::sync::Arc;

use crate::{
    action::FailureDetector,
    base::{NodeId, Purpose, Span},
};

use super::{Body, Output, Replica, Surroundings, Timer};

/// What one replica knows of the heartbeats of all.
#[derive(Debug, Clone, Default)]
pub(super) struct Detector {
    /// By node; its own outlives a crash, as a restarted process begins a newer generation.
    counters: Vec<u32>,
    /// By node: when its counter last grew here, by the monotonic clock.
    heard: Vec<Span>,
    last_round: Span,
}

/// Whether a replica is believed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Belief {
    Up,
    Down,
}

impl Replica {
    /// It begins to listen: all count as heard of now.
    pub(super) fn start_detector(&mut self, around: &Surroundings<'_>, out: &mut Vec<Output>) {
        let Some(rules) = detector(around) else { return };
        let nodes = usize::from(around.placement.nodes);
        let own = self.detector.counters.get(self.id.index()).copied().unwrap_or(0);
        self.detector.counters = vec![0; nodes];
        self.detector.counters[self.id.index()] = own;
        self.detector.heard = vec![around.monotonic; nodes];
        self.detector.last_round = around.monotonic;
        let mut stream = around.seed.stream(Purpose::HeartbeatPhase, [u64::from(self.id.0), u64::from(own)]);
        let after = Span(1 + stream.below(rules.gossip_every.0.max(1)));
        out.push(Output::Arm { timer: Timer::Heartbeat, after });
    }

    /// A round: it lives, and says who else does as far as it knows.
    pub(super) fn beat(&mut self, around: &Surroundings<'_>, out: &mut Vec<Output>) {
        let Some(rules) = detector(around) else { return };
        out.push(Output::Arm { timer: Timer::Heartbeat, after: rules.gossip_every });
        let (me, now, known) = (self.id.index(), around.monotonic, &mut self.detector);
        let paused = now.0.saturating_sub(known.last_round.0) > rules.gossip_every.0.saturating_mul(2);
        known.last_round = now;
        if paused {
            known.heard.fill(now);
        }
        known.counters[me] = known.counters[me].saturating_add(1);
        for node in (0..known.heard.len()).filter(|node| *node != me) {
            let silent = now.0.saturating_sub(known.heard[node].0);
            if silent >= rules.timeout.0 && around.believed_up[node] {
                out.push(Output::Believes { about: NodeId::at(node), belief: Belief::Down });
            }
        }
        let others = known.counters.len() - 1;
        if others == 0 {
            return;
        }
        let round = (u64::from(self.id.0) << 40) | u64::from(known.counters[me]);
        let mut stream = around.seed.stream(Purpose::HeartbeatPeers, [u64::from(self.id.0), round]);
        let other = stream.index(others);
        let to = NodeId::at(if other >= me { other + 1 } else { other });
        let counters = Arc::from(known.counters.as_slice());
        out.push(Output::Send { to, body: Body::Heartbeat { round, counters } });
    }

    /// A table came: who has a larger counter in it has been alive since.
    pub(super) fn hear_heartbeats(
        &mut self,
        counters: &[u32],
        around: &Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        let (me, known) = (self.id.index(), &mut self.detector);
        for (node, (mine, theirs)) in known.counters.iter_mut().zip(counters).enumerate() {
            if node != me && *theirs > *mine {
                *mine = *theirs;
                known.heard[node] = around.monotonic;
                if !around.believed_up[node] {
                    out.push(Output::Believes { about: NodeId::at(node), belief: Belief::Up });
                }
            }
        }
    }
}

fn detector(around: &Surroundings<'_>) -> Option<FailureDetector> {
    around.settings.leaderless()?.failure_detector
}
