//! What replicas do with versions, in plain words: what they store, drop, and go to some length for.

use crate::{
    base::{KeyId, NodeId, WriteId},
    data::{Conflicts, Relation, Value},
    replica::Effort,
};

use super::{Mark, Narrator, Words};

impl Narrator<'_> {
    pub(super) fn effort(self, node: NodeId, key: KeyId, effort: Effort) -> String {
        let (node, key) = (self.node(node), self.key(key));
        match effort {
            Effort::Forwarded { to } => {
                format!("{node} handed the request for {key} on to {}", self.node(to))
            }
            Effort::DigestsDiffered => {
                format!("{node} got different digests of {key}, asked for the contents")
            }
            Effort::Speculated { to } => {
                format!("{node} waited too long for {key}, asked {} too", self.node(to))
            }
            Effort::Repaired { to, write } => {
                format!(
                    "{node} read {key} and sent {} to {}, which lacked it",
                    self.write(write),
                    self.node(to)
                )
            }
            Effort::StoodIn { node: by, instead_of } => {
                format!("{node} gave {key} to {} instead of {}", self.node(by), self.node(instead_of))
            }
        }
    }

    pub(super) fn stored(
        self,
        node: NodeId,
        key: KeyId,
        write: WriteId,
        over: Option<(WriteId, Relation)>,
    ) -> Option<Words> {
        let record = self.timeline.ledger().find(write);
        let value = self.value(write);
        match over {
            Some((loser, relation @ (Relation::Concurrent | Relation::Before))) => {
                let text = format!(
                    "{} took {}, dropped {}: {}",
                    self.node(node),
                    self.write(write),
                    self.write(loser),
                    self.why_dropped(write, loser, relation)
                );
                Some((Mark::Dropped, text, value))
            }
            // The coordinator's own copy is told by the write itself.
            _ if record.is_some_and(|record| record.coordinator == node) => None,
            _ => {
                let merged = matches!(record.map(|record| &record.version.value), Some(Value::Update(_)));
                let equals = if merged { ": " } else { "=" };
                let text = format!("{} has {}{equals}{}", self.node(node), self.key(key), self.write(write));
                Some((Mark::Stored, text, value))
            }
        }
    }

    /// Why one of two versions had to go; `relation` is the newcomer's to the other.
    pub(super) fn why_dropped(self, winner: WriteId, loser: WriteId, relation: Relation) -> &'static str {
        if self.timeline.simulation().settings().conflicts == Conflicts::LogOrder {
            let regions = self.timeline.simulation().settings().regions();
            return if regions.is_some() { "the log decides" } else { "the primary's log decides" };
        }
        let stamp = |write| Some(self.timeline.ledger().find(write)?.version.stamp);
        let tie = stamp(winner).is_some() && stamp(winner) == stamp(loser);
        match (relation, tie) {
            (Relation::Concurrent, false) => "concurrent, last write wins",
            (Relation::Concurrent, true) => "concurrent, with equal stamps the value decides",
            (Relation::Before | Relation::After, false) => "it was written after, but its stamp is older",
            (Relation::Before | Relation::After, true) => {
                "it was written after, but with equal stamps the value decides"
            }
            (Relation::Same, _) => "the same",
        }
    }
}
