//! Who believes whom to be up.

use crate::base::{NodeId, Span};

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
