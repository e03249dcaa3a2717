//! Counting: whether those who answered, or those believed up, are enough (SEMANTICS §6).

use crate::{
    action::{Among, BlockFor},
    base::NodeId,
};

use super::Placement;

/// How many of `nodes` count towards `block_for`, each zone up to its share where each has one.
pub(super) fn counted(
    block_for: BlockFor,
    nodes: impl Iterator<Item = NodeId> + Clone,
    placement: Placement<'_>,
) -> u16 {
    let zone_of = |node| placement.topology().zone_of(node);
    let count = match block_for.among {
        Among::Everyone | Among::HintsToo => nodes.count(),
        Among::Zone(zone) => nodes.filter(|node| zone_of(*node) == Some(zone)).count(),
        Among::EachZone => placement
            .quorums()
            .map(|(zone, quorum)| {
                let here = nodes.clone().filter(|node| zone_of(*node) == Some(zone)).count();
                here.min(usize::from(quorum))
            })
            .sum(),
    };
    u16::try_from(count).unwrap_or(u16::MAX)
}

/// Whether these are enough.
pub fn is_met(
    block_for: BlockFor,
    nodes: impl Iterator<Item = NodeId> + Clone,
    placement: Placement<'_>,
) -> bool {
    counted(block_for, nodes, placement) >= block_for.count
}

/// What `alive` replicas are too few for: how many are required and how many there are; of the first zone
/// that has too few, where each counts by itself.
pub(super) fn shortage(
    block_for: BlockFor,
    alive: &(impl Iterator<Item = NodeId> + Clone),
    placement: Placement<'_>,
) -> Option<(u16, u16)> {
    let counted = counted(block_for, alive.clone(), placement);
    if counted >= block_for.count {
        return None;
    }
    let in_zone = |zone| {
        let here = alive.clone().filter(|node| placement.topology().zone_of(*node) == Some(zone)).count();
        u16::try_from(here).unwrap_or(u16::MAX)
    };
    let short = placement
        .quorums()
        .map(|(zone, quorum)| (quorum, in_zone(zone)))
        .find(|(quorum, alive)| block_for.among == Among::EachZone && alive < quorum);
    Some(short.unwrap_or((block_for.count, counted)))
}

/// The first of `candidates` that are just enough: whom a read asks that asks exactly as many as its level
/// says.
pub fn just_enough(block_for: BlockFor, candidates: &[NodeId], placement: Placement<'_>) -> Vec<NodeId> {
    let mut chosen: Vec<NodeId> = Vec::new();
    for node in candidates {
        let before = counted(block_for, chosen.iter().copied(), placement);
        let with = chosen.iter().copied().chain([*node]);
        if before < block_for.count && counted(block_for, with, placement) > before {
            chosen.push(*node);
        }
    }
    chosen
}
