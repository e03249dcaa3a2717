//! A few replicas in the order in which they were named.

use std::ops::Deref;

use crate::base::NodeId;

/// So many need no memory of their own.
const FEW: usize = 10;

/// A list of replicas, each once; most are short.
#[derive(Clone)]
pub struct Nodes(Kept);

#[derive(Clone)]
enum Kept {
    Few { count: u8, nodes: [NodeId; FEW] },
    Many(Vec<NodeId>),
}

impl Default for Nodes {
    fn default() -> Self {
        Self(Kept::Few { count: 0, nodes: [NodeId(0); FEW] })
    }
}

impl Deref for Nodes {
    type Target = [NodeId];

    fn deref(&self) -> &[NodeId] {
        match &self.0 {
            Kept::Few { count, nodes } => &nodes[..usize::from(*count)],
            Kept::Many(nodes) => nodes,
        }
    }
}

impl PartialEq for Nodes {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl std::fmt::Debug for Nodes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Nodes {
    pub(super) fn of(node: NodeId) -> Self {
        let mut nodes = Self::default();
        nodes.note(node);
        nodes
    }

    /// Adds one that is not among them yet.
    pub(super) fn note(&mut self, node: NodeId) {
        if !self.contains(&node) {
            self.push(node);
        }
    }

    /// Adds one that may be among them already.
    pub(super) fn push(&mut self, node: NodeId) {
        match &mut self.0 {
            Kept::Few { count, nodes } if usize::from(*count) < FEW => {
                nodes[usize::from(*count)] = node;
                *count += 1;
            }
            Kept::Few { nodes, .. } => {
                let mut many = nodes.to_vec();
                many.push(node);
                self.0 = Kept::Many(many);
            }
            Kept::Many(nodes) => nodes.push(node),
        }
    }

    pub(super) fn forget(&mut self, node: NodeId) {
        let rest: Vec<NodeId> = self.iter().copied().filter(|other| *other != node).collect();
        *self = Self::default();
        for node in rest {
            self.push(node);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_named_once_in_order_however_many_there_are() {
        let mut nodes = Nodes::default();
        let mut plain = Vec::new();
        for n in [3, 1, 3, 2].into_iter().chain(0..40) {
            nodes.note(NodeId(n));
            if !plain.contains(&NodeId(n)) {
                plain.push(NodeId(n));
            }
            assert_eq!(&*nodes, plain);
        }
        nodes.forget(NodeId(2));
        plain.retain(|node| *node != NodeId(2));
        assert_eq!(&*nodes, plain);
    }
}
