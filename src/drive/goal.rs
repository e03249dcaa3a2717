//! What people run for that is no condition of a preset: the next event of a kind, counted from where they asked, and
//! a replica that catches up.

use crate::base::{KeyId, NodeId};

use super::Timeline;

/// What is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// A write is answered without error.
    Acknowledged,
    /// An operation ends with an error, or with an outcome that its client never learns.
    Failed,
    /// A message is lost, meets a wall, or finds nobody up.
    Died,
    /// This replica misses no acknowledged write of the key (SEMANTICS §1, staleness).
    Fresh(NodeId, KeyId),
}

impl Goal {
    /// In words, after "running until".
    pub fn words(self) -> &'static str {
        match self {
            Self::Acknowledged => "a write is acknowledged",
            Self::Failed => "an operation fails",
            Self::Died => "a message dies",
            Self::Fresh(..) => "the replica is no longer stale",
        }
    }

    /// How often it has happened by now; for a state, 0.
    pub(super) fn count(self, timeline: &Timeline) -> u64 {
        let tally = &timeline.ledger().tally;
        match self {
            Self::Acknowledged => tally.writes,
            Self::Failed => tally.refused + tally.timed_out,
            Self::Died => tally.lost + tally.cut + tally.down,
            Self::Fresh(..) => 0,
        }
    }

    /// Whether it has come after it had happened `count` times.
    pub(super) fn is_reached(self, count: u64, timeline: &Timeline) -> bool {
        match self {
            Self::Acknowledged | Self::Failed | Self::Died => self.count(timeline) > count,
            Self::Fresh(node, key) => {
                let held = timeline.simulation().held(node, key);
                timeline.ledger().staleness(key, held).is_none()
            }
        }
    }

    /// Why it makes no sense here.
    pub(super) fn nonsense(self, timeline: &Timeline) -> Option<&'static str> {
        let Self::Fresh(node, key) = self else { return None };
        let simulation = timeline.simulation();
        let known =
            node.index() < simulation.scenario().replicas.len() && key.index() < simulation.keys().len();
        let owns = known && simulation.owners(key).any(|owner| owner == node);
        (!owns).then_some("this replica keeps no copy of the key")
    }
}
