//! Counting: whether those who answered, or those believed up, are enough (SEMANTICS §6).

use crate::{
    action::{Among, BlockFor},
    base::NodeId,
};

use super::Placement;

/// How many of `nodes` count towards `block_for`, each zone up to its share where each has one.
pub(super) fn counted(block_for: BlockFor, nodes: &[NodeId], placement: Placement<'_>) -> u16 {
    let topology = placement.topology();
    let count = match block_for.among {
        Among::Everyone | Among::HintsToo => nodes.len(),
        Among::Zone(zone) => nodes.iter().filter(|node| topology.zone_of(**node) == Some(zone)).count(),
        Among::EachZone => placement
            .quorums()
            .map(|(zone, quorum)| {
                let here = nodes.iter().filter(|node| topology.zone_of(**node) == Some(zone)).count();
                here.min(usize::from(quorum))
            })
            .sum(),
    };
    u16::try_from(count).unwrap_or(u16::MAX)
}

pub(super) fn is_met(block_for: BlockFor, nodes: &[NodeId], placement: Placement<'_>) -> bool {
    counted(block_for, nodes, placement) >= block_for.count
}

/// What `alive` replicas are too few for: how many are required and how many there are; of the first zone
/// that has too few, where each counts by itself.
pub(super) fn shortage(
    block_for: BlockFor,
    alive: &[NodeId],
    placement: Placement<'_>,
) -> Option<(u16, u16)> {
    if is_met(block_for, alive, placement) {
        return None;
    }
    let in_zone = |zone| {
        let here = alive.iter().filter(|node| placement.topology().zone_of(**node) == Some(zone)).count();
        u16::try_from(here).unwrap_or(u16::MAX)
    };
    let short = placement
        .quorums()
        .map(|(zone, quorum)| (quorum, in_zone(zone)))
        .find(|(quorum, alive)| block_for.among == Among::EachZone && alive < quorum);
    Some(short.unwrap_or_else(|| (block_for.count, counted(block_for, alive, placement))))
}
