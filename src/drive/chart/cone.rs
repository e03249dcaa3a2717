//! Causal past and future of one spot (Lamport 1978): a replica's own order, messages, and clients who carry what they
//! were told.

use crate::base::{ClientId, NodeId};

use super::{Chart, Fate, Instant};

/// By lane, how far the causal past of a spot reaches and where its future begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cone {
    past: Frontier,
    future: Frontier,
}

/// How something stands to the spot that the cone is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// It may have caused it.
    Past,
    /// The spot itself.
    Here,
    /// It may have been caused by it.
    Future,
    /// Neither.
    Concurrent,
}

/// By lane: an order.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Frontier {
    nodes: Vec<Option<u32>>,
    clients: Vec<Option<u32>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lane {
    Node(NodeId),
    Client(ClientId),
}

/// From a place on one lane to a place on another.
#[derive(Debug, Clone, Copy)]
struct Edge {
    from: (Lane, u32),
    to: (Lane, u32),
}

impl Frontier {
    fn of(nodes: usize, clients: usize) -> Self {
        Self { nodes: vec![None; nodes], clients: vec![None; clients] }
    }

    fn lane(&mut self, lane: Lane) -> Option<&mut Option<u32>> {
        match lane {
            Lane::Node(node) => self.nodes.get_mut(node.index()),
            Lane::Client(client) => self.clients.get_mut(client.index()),
        }
    }

    fn reaches(&mut self, (lane, order): (Lane, u32)) -> bool {
        self.lane(lane).is_some_and(|place| place.is_some_and(|last| order <= last))
    }

    fn has_begun(&mut self, (lane, order): (Lane, u32)) -> bool {
        self.lane(lane).is_some_and(|place| place.is_some_and(|first| order >= first))
    }

    fn at_least(&mut self, (lane, order): (Lane, u32)) {
        if let Some(place) = self.lane(lane) {
            *place = Some(place.map_or(order, |known| known.max(order)));
        }
    }

    fn at_most(&mut self, (lane, order): (Lane, u32)) {
        if let Some(place) = self.lane(lane) {
            *place = Some(place.map_or(order, |known| known.min(order)));
        }
    }
}

impl Cone {
    /// The cone of what happened at `node` at `order`, as far as the chart tells.
    pub fn of(chart: &Chart, node: NodeId, order: u32) -> Self {
        let mut edges = edges(chart);
        let nodes = edges.iter().flat_map(|edge| [edge.from.0, edge.to.0]).chain([Lane::Node(node)]);
        let (mut most_nodes, mut most_clients) = (0, 0);
        for lane in nodes {
            match lane {
                Lane::Node(node) => most_nodes = most_nodes.max(node.index() + 1),
                Lane::Client(client) => most_clients = most_clients.max(client.index() + 1),
            }
        }
        let start = (Lane::Node(node), order);
        let mut past = Frontier::of(most_nodes, most_clients);
        past.at_least(start);
        // An edge leads to a later place: from the latest to the earliest, one look at each is enough.
        edges.sort_by_key(|edge| std::cmp::Reverse((edge.to.1, edge.from.1)));
        for edge in &edges {
            if past.reaches(edge.to) {
                past.at_least(edge.from);
            }
        }
        let mut future = Frontier::of(most_nodes, most_clients);
        future.at_most(start);
        edges.sort_by_key(|edge| (edge.from.1, edge.to.1));
        for edge in &edges {
            if future.has_begun(edge.from) {
                future.at_most(edge.to);
            }
        }
        Self { past, future }
    }

    /// Where a place of a replica's lane lies.
    pub fn place(&self, node: NodeId, order: u32) -> Relation {
        let past = self.past.nodes.get(node.index()).copied().flatten().is_some_and(|last| order <= last);
        let future =
            self.future.nodes.get(node.index()).copied().flatten().is_some_and(|first| order >= first);
        relation((past, future))
    }

    /// Where a message lies: it is of the past if its arrival is, of the future if its sending is.
    pub fn arrow(&self, (from, to): (NodeId, NodeId), sent: Instant, arrived: Option<Instant>) -> Relation {
        let past = arrived
            .is_some_and(|arrived| matches!(self.place(to, arrived.order), Relation::Past | Relation::Here));
        let future = matches!(self.place(from, sent.order), Relation::Future | Relation::Here);
        relation((past, future))
    }

    /// Where an operation lies: of the past if its answer is, of the future if it was asked after the spot.
    pub fn call(&self, client: ClientId, asked: Instant, answered: Option<Instant>) -> Relation {
        let lane = |frontier: &Frontier| frontier.clients.get(client.index()).copied().flatten();
        let past = answered.is_some_and(|at| lane(&self.past).is_some_and(|last| at.order <= last))
            || lane(&self.past).is_some_and(|last| asked.order <= last);
        let future = lane(&self.future).is_some_and(|first| asked.order >= first);
        relation((past, future))
    }
}

/// From whether it is of the past, and whether it is of the future.
fn relation(sides: (bool, bool)) -> Relation {
    match sides {
        (true, true) => Relation::Here,
        (true, false) => Relation::Past,
        (false, true) => Relation::Future,
        (false, false) => Relation::Concurrent,
    }
}

/// Messages that arrived, and what went between clients and replicas.
fn edges(chart: &Chart) -> Vec<Edge> {
    let arrows = chart.arrows.iter().filter_map(|arrow| {
        let (ended, Fate::Delivered) = arrow.ended? else { return None };
        Some(Edge {
            from: (Lane::Node(arrow.from), arrow.sent.order),
            to: (Lane::Node(arrow.to), ended.order),
        })
    });
    let calls = chart.calls.iter().flat_map(|call| {
        let client = Lane::Client(call.client);
        let asked = call.asked.order;
        let ask = Edge { from: (client, asked), to: (Lane::Node(call.node), asked) };
        let answer = call.answered.as_ref().map(|answer| {
            let order = answer.at.order;
            Edge { from: (Lane::Node(answer.node), order), to: (client, order) }
        });
        let contacts = std::iter::once((call.node, call.asked)).chain(call.redirected.iter().copied());
        let hops = contacts.clone().zip(contacts.skip(1)).map(|((from, sent), (to, came))| Edge {
            from: (Lane::Node(from), sent.order),
            to: (Lane::Node(to), came.order),
        });
        [Some(ask), answer].into_iter().flatten().chain(hops.collect::<Vec<_>>())
    });
    arrows.chain(calls).collect()
}
