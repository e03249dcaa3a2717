//! What stands in the way of messages, in plain words: walls, and how messages die.

use std::sync::Arc;

use crate::{
    action::Command,
    base::{CutId, NodeId, SimTime, WriteId},
    net::CutShape,
    replica::MessageKind,
    scenario::Scenario,
    sim::Death,
};

use super::{Mark, Narrator, Words};

impl Narrator<'_> {
    /// Whether `to` had all that this gossip carried when it died: nobody misses it.
    pub(super) fn would_have_taught_nothing(self, to: NodeId, carries: Option<WriteId>, at: SimTime) -> bool {
        // What is no longer remembered, every replica has.
        let record = carries.and_then(|write| self.timeline.ledger().find(write));
        record.is_none_or(|record| record.reflected[to.index()].is_some_and(|since| since <= at))
    }

    pub(super) fn died(
        self,
        (from, to): (NodeId, NodeId),
        kind: MessageKind,
        carries: Option<WriteId>,
        death: Death,
    ) -> Words {
        let cargo = match (kind, carries) {
            (MessageKind::Write | MessageKind::Stream, Some(write)) => self.write(write),
            (MessageKind::Repair, Some(write)) => format!("repair with {}", self.write(write)),
            (kind, Some(write)) if kind.is_gossip() || kind == MessageKind::Hint => {
                format!("{} with {}", kind.name(), self.write(write))
            }
            (kind, _) => kind.name().to_owned(),
        };
        let why = match death {
            Death::Lost => "lost by the link".to_owned(),
            Death::Cut(id) => format!("died at {}", cut_name(id)),
            Death::Down => format!("{} is down", self.node(to)),
            Death::Full => format!("{} is frozen and its queue is full", self.node(to)),
        };
        let value = carries.and_then(|write| self.value(write));
        (Mark::Died, format!("{}→{} {cargo}: {why}", self.node(from), self.node(to)), value)
    }

    pub(in crate::drive) fn wall(self, id: CutId) -> String {
        let standing = self.timeline.simulation().cuts().standing().iter().find(|cut| cut.id == id);
        let made = standing.map(|cut| (&cut.name, &cut.shape)).or_else(|| {
            // Healed since: every command to cut has made one wall.
            let cuts = self.timeline.log().iter().filter_map(|logged| match &logged.command {
                Command::Cut { name, shape } => Some((name, shape)),
                _ => None,
            });
            cuts.into_iter().nth(id.0 as usize)
        });
        let Some((name, shape)) = made else {
            return cut_name(id);
        };
        let name = name.as_ref().map_or(String::new(), |name| format!(" ({name})"));
        format!("{}{name}: {}", cut_name(id), self.shape(shape))
    }

    fn shape(self, shape: &CutShape) -> String {
        match shape {
            CutShape::Groups(groups) => {
                let scenario = self.timeline.simulation().scenario();
                let mut sides: Vec<String> = groups.iter().map(|group| side(scenario, group)).collect();
                let count = self.timeline.simulation().scenario().replicas.len();
                if (0..count).map(NodeId::at).any(|node| !groups.iter().flatten().any(|named| *named == node))
                {
                    sides.push("all others".into());
                }
                sides.join(" | ")
            }
            CutShape::Isolate(node) => format!("{} | all others", self.node(*node)),
            CutShape::Link(a, b) => format!("the link {}–{}", self.node(*a), self.node(*b)),
            CutShape::OneWay { from, to } => format!("the way {}→{}", self.node(*from), self.node(*to)),
        }
    }
}

/// The replicas on one side of a wall: the name of their zone where they are all of it, else `{ams lon}`.
pub fn side(scenario: &Scenario, nodes: &[NodeId]) -> String {
    let zone = |node: NodeId| scenario.replicas.get(node.index()).and_then(|replica| replica.zone.as_ref());
    let whole = |name: &Arc<str>| {
        let of = (0..scenario.replicas.len()).map(NodeId::at).filter(|node| zone(*node) == Some(name));
        of.count() == nodes.len() && nodes.iter().all(|node| zone(*node) == Some(name))
    };
    if let Some(name) = nodes.first().and_then(|first| zone(*first)).filter(|name| whole(name)) {
        return name.to_string();
    }
    let name = |node: &NodeId| scenario.replicas.get(node.index()).map_or("?", |replica| &*replica.name);
    format!("{{{}}}", nodes.iter().map(name).collect::<Vec<_>>().join(" "))
}

pub(in crate::drive) fn cut_name(id: CutId) -> String {
    format!("cut {}", id.0 + 1)
}

pub(super) fn messages(count: u64) -> String {
    format!("{count} message{}", if count == 1 { "" } else { "s" })
}
