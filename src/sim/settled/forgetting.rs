//! What becomes of replicas once tombstones are forgotten.

use crate::{base::NodeId, data::Clocks, sim::Simulation};

use super::is_tombstone;

impl Simulation {
    /// Whether all replicas of every key will hold the same once those that are up have forgotten every
    /// tombstone that they may forget, if nothing else happens before.
    pub fn agrees_once_forgotten(&self) -> bool {
        let rules = self.settings.leaderless().and_then(|rules| rules.tombstones);
        let forgets = rules.is_some() && self.settings.clocks != Clocks::Lamport;
        let is_left = |node: NodeId, key| {
            let held = self.held(node, key);
            if self.is_up(node) && is_tombstone(held) { None } else { Some(held.content()) }
        };
        let nothing = crate::data::Held::Nothing.content();
        forgets
            && self.key_ids().all(|key| {
                let mut left = self.owners(key).map(|node| is_left(node, key).unwrap_or(nothing));
                let first = left.next();
                left.all(|content| Some(content) == first)
            })
    }
}
