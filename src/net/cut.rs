//! Cuts: which directed links carry nothing. Several may stand at once and are healed separately.
//! A cut is judged at arrival (SEMANTICS §2): a message already on its way dies at the wall.

use std::sync::Arc;

use crate::base::{CutId, NodeId, SimTime};

/// What a cut separates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CutShape {
    /// Groups that cannot reach each other; nodes in no group form one more.
    Groups(Vec<Vec<NodeId>>),
    /// One node from all others.
    Isolate(NodeId),
    /// One link, both ways.
    Link(NodeId, NodeId),
    /// One link, one way.
    OneWay { from: NodeId, to: NodeId },
}

/// A standing cut and what it has done so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    pub id: CutId,
    pub name: Option<Arc<str>>,
    pub shape: CutShape,
    pub since: SimTime,
    /// How many messages have died at this wall.
    pub killed: u64,
}

impl CutShape {
    /// Whether a message from `from` to `to` meets this wall.
    pub fn blocks(&self, from: NodeId, to: NodeId) -> bool {
        match self {
            Self::Groups(groups) => {
                let side = |node| groups.iter().position(|group| group.contains(&node));
                side(from) != side(to)
            }
            Self::Isolate(node) => (from == *node) != (to == *node),
            Self::Link(a, b) => (from, to) == (*a, *b) || (from, to) == (*b, *a),
            Self::OneWay { from: source, to: target } => (from, to) == (*source, *target),
        }
    }
}

impl CutShape {
    /// By node: which group it falls into, 0 for those in none.
    fn groups(&self, nodes: usize) -> Vec<usize> {
        let mut group = vec![0; nodes];
        match self {
            Self::Groups(groups) => {
                // Where a node is named twice the first group counts.
                for (index, members) in groups.iter().enumerate().rev() {
                    for node in members {
                        group[node.index()] = index + 1;
                    }
                }
            }
            Self::Isolate(node) => group[node.index()] = 1,
            Self::Link(..) | Self::OneWay { .. } => {}
        }
        group
    }
}

/// All standing cuts, with a table of the first wall on each directed link.
#[derive(Debug, Clone, Default)]
pub struct Cuts {
    standing: Vec<Cut>,
    /// Row-major by (from, to): 1 + the index of the first cut that blocks; empty while nothing is cut.
    walls: Vec<u8>,
    nodes: usize,
    next: u32,
}

/// More walls than this at once is a slip of the finger.
pub(crate) const MAX_CUTS: usize = 200;

impl Cuts {
    pub fn new(nodes: usize) -> Self {
        Self { nodes, ..Self::default() }
    }

    pub fn standing(&self) -> &[Cut] {
        &self.standing
    }

    /// Whether a message from `from` would die at a wall before `to`.
    pub fn blocks(&self, from: NodeId, to: NodeId) -> bool {
        !self.walls.is_empty() && self.walls[from.index() * self.nodes + to.index()] > 0
    }

    /// The wall that a message from `from` would meet before `to`.
    pub fn first_wall(&self, from: NodeId, to: NodeId) -> Option<CutId> {
        let wall = usize::from(*self.walls.get(from.index() * self.nodes + to.index())?);
        Some(self.standing.get(wall.checked_sub(1)?)?.id)
    }

    /// As [`Self::blocks`], counting the message as killed and naming the wall.
    pub fn kill(&mut self, from: NodeId, to: NodeId) -> Option<CutId> {
        let id = self.first_wall(from, to)?;
        self.standing.iter_mut().find(|cut| cut.id == id)?.killed += 1;
        Some(id)
    }

    /// Raises a wall; `None` where too many stand already.
    pub fn raise(&mut self, name: Option<Arc<str>>, shape: CutShape, now: SimTime) -> Option<CutId> {
        if self.standing.len() >= MAX_CUTS {
            return None;
        }
        let id = CutId(self.next);
        self.next += 1;
        self.standing.push(Cut { id, name, shape, since: now, killed: 0 });
        self.redraw();
        Some(id)
    }

    /// Takes one wall down and returns it with its count.
    pub fn heal(&mut self, id: CutId) -> Option<Cut> {
        let index = self.standing.iter().position(|cut| cut.id == id)?;
        let cut = self.standing.remove(index);
        self.redraw();
        Some(cut)
    }

    fn redraw(&mut self) {
        self.walls.clear();
        if self.standing.is_empty() {
            return;
        }
        self.walls.resize(self.nodes * self.nodes, 0);
        for (wall, cut) in (1_u8..).zip(&self.standing) {
            let mut raise = |from: usize, to: usize| {
                let entry = &mut self.walls[from * self.nodes + to];
                *entry = if *entry == 0 { wall } else { *entry };
            };
            match &cut.shape {
                CutShape::Link(a, b) => {
                    raise(a.index(), b.index());
                    raise(b.index(), a.index());
                }
                CutShape::OneWay { from, to } => raise(from.index(), to.index()),
                CutShape::Groups(_) | CutShape::Isolate(_) => {
                    let group = cut.shape.groups(self.nodes);
                    for from in 0..self.nodes {
                        (0..self.nodes).filter(|to| group[from] != group[*to]).for_each(|to| raise(from, to));
                    }
                }
            }
        }
    }

    /// The groups of nodes that can still reach each other both ways, smallest first node first.
    pub fn sides(&self) -> Vec<Vec<NodeId>> {
        let mut unseen: Vec<NodeId> = (0..self.nodes).map(NodeId::at).collect();
        if self.standing.is_empty() {
            return vec![unseen];
        }
        let mut sides: Vec<Vec<NodeId>> = Vec::new();
        while let Some(first) = unseen.first().copied() {
            unseen.remove(0);
            let mut side = vec![first];
            let mut next = 0;
            while let Some(&node) = side.get(next) {
                next += 1;
                let reachable = |other: &NodeId| !self.blocks(node, *other) && !self.blocks(*other, node);
                side.extend(unseen.iter().copied().filter(reachable));
                unseen.retain(|other| !reachable(other));
            }
            side.sort_unstable();
            sides.push(side);
        }
        sides
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: NodeId = NodeId(0);
    const B: NodeId = NodeId(1);
    const C: NodeId = NodeId(2);

    #[test]
    fn each_wall_kills_and_is_healed_on_its_own() {
        let mut cuts = Cuts::new(3);
        let split = cuts.raise(None, CutShape::Groups(vec![vec![A], vec![B, C]]), SimTime::ZERO).unwrap();
        let alone = cuts.raise(None, CutShape::Isolate(A), SimTime::ZERO).unwrap();
        assert_eq!(cuts.kill(A, B), Some(split));
        assert_eq!(cuts.heal(split).unwrap().killed, 1);
        assert_eq!(cuts.kill(A, B), Some(alone));
        assert_eq!(cuts.kill(B, C), None);
        cuts.heal(alone);
        assert!(!cuts.blocks(A, B));
    }

    #[test]
    fn a_one_way_cut_leaves_the_way_back() {
        let mut cuts = Cuts::new(3);
        cuts.raise(None, CutShape::OneWay { from: A, to: B }, SimTime::ZERO);
        assert!(cuts.blocks(A, B));
        assert!(!cuts.blocks(B, A));
    }

    #[test]
    fn the_table_of_walls_says_what_each_shape_says() {
        let shapes = [
            CutShape::Groups(vec![vec![A], vec![B]]),
            CutShape::Groups(vec![vec![C], vec![A, B]]),
            CutShape::Isolate(B),
            CutShape::Link(A, C),
            CutShape::OneWay { from: C, to: B },
        ];
        for shape in shapes {
            let mut cuts = Cuts::new(4);
            cuts.raise(None, shape.clone(), SimTime::ZERO);
            for (from, to) in (0..16).map(|i| (NodeId::at(i / 4), NodeId::at(i % 4))) {
                assert_eq!(cuts.blocks(from, to), shape.blocks(from, to), "{shape:?} {from} {to}");
            }
        }
    }

    #[test]
    fn nodes_in_no_group_stay_together() {
        let shape = CutShape::Groups(vec![vec![A]]);
        assert!(shape.blocks(A, B) && shape.blocks(A, C) && !shape.blocks(B, C));
        let mut cuts = Cuts::new(3);
        cuts.raise(None, shape, SimTime::ZERO);
        assert_eq!(cuts.sides(), [vec![A], vec![B, C]]);
    }
}
