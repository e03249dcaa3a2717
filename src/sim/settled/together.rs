//! What teaches nobody anything by itself, and does together: writes that wait for each other.

use crate::{
    base::{KeyId, NodeId},
    data::Held,
    replica::Replica,
    sim::Simulation,
};

impl Simulation {
    /// Everything that a replica holds.
    pub(super) fn all_of<'a>(&'a self, replica: &'a Replica) -> Vec<(KeyId, &'a Held)> {
        self.key_ids().map(|key| (key, replica.held(key))).filter(|(_, held)| !held.is_nothing()).collect()
    }

    /// Whether `node` would store any of this, if it had all of it.
    pub(super) fn would_learn_together(&self, node: NodeId, coming: &[(KeyId, &Held)]) -> bool {
        let replica = &self.nodes[node.index()].replica;
        let shown = replica.shown_together(coming, self.placement(), &self.settings);
        shown.iter().any(|(key, held)| self.would_store(node, *key, held))
    }

    pub(super) fn contents_would_teach(&self, node: NodeId, contents: &[(KeyId, Held)]) -> bool {
        let coming: Vec<(KeyId, &Held)> = contents.iter().map(|(key, held)| (*key, held)).collect();
        self.would_learn_together(node, &coming)
    }

    /// Whether what is kept as hints, will be, or is still sent again, teaches a replica anything once all of
    /// it has come.
    pub(super) fn what_is_handed_may_change_data(&self) -> bool {
        (0..self.nodes.len()).map(NodeId::at).filter(|target| self.is_up(*target)).any(|target| {
            let mut coming = Vec::new();
            for node in self.nodes.iter().filter(|node| self.is_up(node.replica.id)) {
                let (from, replica) = (node.replica.id, &node.replica);
                let mine = |(to, ..): &(NodeId, KeyId, &Held)| *to == target;
                let mut handed = Vec::new();
                if self.sends_again() && self.reaches(from, target) {
                    handed.extend(replica.owed());
                }
                if self.can_hand_over(from, target) {
                    let fresh = |(to, key, _): &(NodeId, KeyId, &Held)| !self.expires_first(from, *to, *key);
                    handed.extend(replica.hints().filter(fresh));
                    if self.stores_hints() {
                        handed.extend(replica.hints_to_come());
                    }
                }
                coming.extend(handed.into_iter().filter(mine).map(|(_, key, held)| (key, held)));
            }
            !coming.is_empty() && self.would_learn_together(target, &coming)
        })
    }
}
