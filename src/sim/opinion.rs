//! Who believes whom to be up.

use crate::{
    base::{NodeId, Span},
    replica::Belief,
};

use super::{Fact, Simulation, Status, What};

/// What a replica, or everybody, believes of the others.
#[derive(Debug, Clone)]
pub(super) struct Opinion {
    /// By node.
    pub(super) up: Vec<bool>,
    /// By node: since when it has been believed down; of no meaning where it is not.
    pub(super) down_since: Vec<Span>,
}

impl Opinion {
    pub(super) fn all_up(count: usize) -> Self {
        Self { up: vec![true; count], down_since: vec![Span::ZERO; count] }
    }

    pub(super) fn believe_up(&mut self, node: NodeId) {
        self.up[node.index()] = true;
    }

    /// Down since `now`, unless it was believed so already.
    pub(super) fn believe_down(&mut self, node: NodeId, now: Span) {
        if std::mem::replace(&mut self.up[node.index()], false) {
            self.down_since[node.index()] = now;
        }
    }
}

impl Simulation {
    /// Whether `by` believes `about` up.
    pub fn believes_up(&self, by: NodeId, about: NodeId) -> bool {
        let opinion = self.nodes[by.index()].opinion.as_deref().unwrap_or(&self.common_opinion);
        by == about || opinion.up[about.index()]
    }

    pub(super) fn believe(&mut self, by: NodeId, about: NodeId, belief: Belief, facts: &mut Vec<Fact>) {
        let now = self.monotonic();
        if let Some(opinion) = &mut self.nodes[by.index()].opinion {
            match belief {
                Belief::Up => opinion.believe_up(about),
                Belief::Down => opinion.believe_down(about, now),
            }
            self.record(facts, What::Believes { by, about, belief });
        }
    }

    /// A process that starts anew thinks well of everybody.
    pub(super) fn forget_opinion(&mut self, by: NodeId, facts: &mut Vec<Fact>) {
        let Some(opinion) = &self.nodes[by.index()].opinion else { return };
        let down = (0..opinion.up.len()).map(NodeId::at).filter(|node| !opinion.up[node.index()]);
        for about in down.collect::<Vec<_>>() {
            self.believe(by, about, Belief::Up, facts);
        }
    }

    /// Whether heartbeats of `from` come to `to` by whatever way, as things are.
    fn is_heard(&self, from: NodeId, to: NodeId) -> bool {
        let mut reached = vec![false; self.nodes.len()];
        let mut open = vec![from];
        while let Some(node) = open.pop() {
            if node == to {
                return true;
            }
            for next in (0..self.nodes.len()).map(NodeId::at) {
                if !reached[next.index()] && next != node && self.can_reach(node, next) {
                    reached[next.index()] = true;
                    open.push(next);
                }
            }
        }
        false
    }

    /// Whether `by` believes `about` up, or will hear that it is.
    pub(super) fn comes_to_believe(&self, by: NodeId, about: NodeId) -> bool {
        self.believes_up(by, about) || self.nodes[by.index()].opinion.is_some() && self.is_heard(about, by)
    }

    /// Whether somebody will change its mind about somebody, as things are: whoever hears a replica comes
    /// to believe it up, whoever does not, down.
    pub fn opinions_may_change(&self) -> bool {
        let nodes = || (0..self.nodes.len()).map(NodeId::at);
        let judges = |by: &NodeId| {
            let node = &self.nodes[by.index()];
            node.status == Status::Up && node.opinion.is_some()
        };
        nodes().filter(judges).any(|by| {
            nodes().any(|about| about != by && self.believes_up(by, about) != self.is_heard(about, by))
        })
    }
}
