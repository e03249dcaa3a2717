//! Which replica an operation goes to: the load balancer's part of a client's session rules.
//!
//! A crashed replica is known to be down at once (it refuses connections); a cut or frozen one is not.

use crate::{
    action::{Means, Route},
    base::{ClientId, NodeId, Purpose},
};

use super::{Fact, Simulation, Status, What};

impl Simulation {
    /// Where the next operation of `client` goes; binds a sticky session anew where its replica is down.
    pub(super) fn route(&mut self, client: ClientId, facts: &mut Vec<Fact>) -> NodeId {
        let index = usize::from(client.0);
        let state = &mut self.clients[index];
        let (at, bound) = (state.at, state.bound);
        let turn = state.routed;
        match state.policy.effective_route() {
            Route::Fixed => at,
            Route::Nearest => self.nearest_up(at, &[]).unwrap_or(at),
            Route::Sticky => self.bind(client, (at, bound), facts),
            Route::RoundRobin => {
                let count = self.nodes.len();
                let place = (at.index() + usize::try_from(turn).unwrap_or(0)) % count;
                let node = self.next_up(place);
                // Those passed over have had their turn.
                let passed = (node.index() + count - place) % count;
                self.clients[index].routed = (turn + 1 + passed as u64) % count as u64;
                node
            }
            Route::Random => {
                state.routed += 1;
                let mut stream = self.seed.stream(Purpose::Routing, [u64::from(client.0), turn]);
                let up: Vec<NodeId> =
                    (0..self.nodes.len()).map(NodeId::at).filter(|node| self.answers(*node)).collect();
                if up.is_empty() { at } else { up[stream.index(up.len())] }
            }
        }
    }

    fn bind(&mut self, client: ClientId, (at, bound): (NodeId, NodeId), facts: &mut Vec<Fact>) -> NodeId {
        let Some(to) = (!self.answers(bound)).then(|| self.nearest_up(at, &[])).flatten() else {
            return bound;
        };
        let state = &mut self.clients[usize::from(client.0)];
        state.bound = to;
        match state.policy.by {
            // The server that remembered the session is gone.
            Means::Sticky => state.session.forget_owed(),
            Means::Token | Means::Quorum => {}
        }
        self.record(facts, What::Rebound { client, from: bound, to });
        to
    }

    /// Whether a connection to it is not refused.
    fn answers(&self, node: NodeId) -> bool {
        self.status(node) != Status::Crashed
    }

    /// The replica that answers and is nearest to `from` by typical latency, itself before all; none of
    /// those in `but`. Of equally near ones the first.
    pub(super) fn nearest_up(&self, from: NodeId, but: &[NodeId]) -> Option<NodeId> {
        let distance = |node: &NodeId| {
            if *node == from { None } else { Some(self.network.typical(from, *node)) }
        };
        (0..self.nodes.len())
            .map(NodeId::at)
            .filter(|node| self.answers(*node) && !but.contains(node))
            .min_by_key(|node| (distance(node), *node))
    }

    /// The first that answers from `index` on, around the ring; the one at `index` if none does.
    fn next_up(&self, index: usize) -> NodeId {
        let count = self.nodes.len();
        let ring = || (0..count).map(|step| NodeId::at((index + step) % count));
        ring().find(|node| self.answers(*node)).unwrap_or(NodeId::at(index % count))
    }
}
