//! Whether a comparison by digests that is under way teaches anybody anything.

use crate::{
    base::{KeyId, NodeId},
    replica::{Comparison, Part},
};

use super::super::Simulation;

impl Simulation {
    /// Whether this message from `from` to `to`, or what follows from it, teaches either of them anything.
    pub(super) fn comparison_would_teach(
        &self,
        (from, to): (NodeId, NodeId),
        comparison: &Comparison,
    ) -> bool {
        if !self.reaches(to, from) {
            return false;
        }
        let forth = self.reaches(from, to);
        let placement = self.placement();
        let receiver = &self.nodes[to.index()].replica;
        let part = receiver.unequal(from, comparison, placement);
        let covers = |key| part.covers(key, (from, to), placement);
        let is_rest = |key| placement.is_owner(from, key) && !placement.is_owner(to, key);
        // What `to` lacks it asks for once it knows, or once `from` does.
        let tells = |key| comparison.lists(key) && covers(key) && self.learns_held(to, from, key);
        // What `from` lacks it is given by who knows, and offered where no tree has it.
        let asks = |key| {
            (comparison.is_last() || forth) && covers(key) && self.learns_held(from, to, key)
                || comparison.is_root() && forth && is_rest(key) && self.learns_held(from, to, key)
        };
        let exchange = comparison.exchange;
        self.key_ids().any(|key| exchange.tells() && forth && tells(key) || exchange.asks() && asks(key))
    }

    /// Whether `from`, who wants this part of `to`, learns from it.
    pub(super) fn answer_would_teach(&self, (from, to): (NodeId, NodeId), wanted: &Part) -> bool {
        let placement = self.placement();
        let covers = |key| wanted.covers(key, (from, to), placement);
        self.reaches(to, from) && self.key_ids().any(|key| covers(key) && self.learns_held(from, to, key))
    }

    fn learns_held(&self, who: NodeId, from: NodeId, key: KeyId) -> bool {
        self.would_learn(who, key, self.held(from, key))
    }
}
