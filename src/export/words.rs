//! Names and short words for what a history has.

use std::fmt::Write as _;

use crate::{
    base::{ClientId, CutId, KeyId, NodeId},
    check::{history, run_history::FaultKind},
    data::VersionVector,
    drive::{Narrator, Timeline},
    net::CutShape,
    replica::replica_of,
    sim::{self, Fact, Simulation, What},
};

/// The names of a run. Copied freely.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    pub(super) timeline: &'a Timeline,
}

impl<'a> Names<'a> {
    pub(super) fn simulation(self) -> &'a Simulation {
        self.timeline.simulation()
    }

    pub(super) fn node(self, node: NodeId) -> &'a str {
        self.simulation().scenario().replicas.get(node.index()).map_or("?", |replica| &replica.name)
    }

    pub(super) fn nodes(self, nodes: &[NodeId]) -> Vec<&'a str> {
        nodes.iter().map(|node| self.node(*node)).collect()
    }

    pub(super) fn client(self, client: ClientId) -> &'a str {
        self.simulation().scenario().clients.get(usize::from(client.0)).map_or("?", |client| &client.name)
    }

    pub(super) fn key(self, key: KeyId) -> &'a str {
        self.simulation().keys().get(key.index()).map_or("?", |name| name)
    }

    /// Who wrote: later disks and reigns of a replica have names of their own: `ams#2`.
    pub(super) fn actor(self, actor: NodeId) -> String {
        let nodes = u16::try_from(self.simulation().scenario().replicas.len()).unwrap_or(u16::MAX);
        match replica_of(actor, nodes) {
            (replica, 0) => self.node(replica).to_owned(),
            (replica, disk) => format!("{}#{}", self.node(replica), disk + 1),
        }
    }

    pub(super) fn vector(self, vector: &VersionVector) -> Vec<(String, u32)> {
        vector.entries().map(|(actor, counter)| (self.actor(actor), counter)).collect()
    }

    /// `ams lon | all others`, and so on.
    pub(super) fn shape(self, shape: &CutShape) -> String {
        match shape {
            CutShape::Groups(groups) => {
                let mut sides: Vec<String> = groups.iter().map(|group| self.nodes(group).join(" ")).collect();
                let count = self.simulation().scenario().replicas.len();
                let named = |node: &NodeId| groups.iter().any(|group| group.contains(node));
                if (0..count).map(NodeId::at).any(|node| !named(&node)) {
                    sides.push("all others".to_owned());
                }
                sides.join(" | ")
            }
            CutShape::Isolate(node) => format!("{} | all others", self.node(*node)),
            CutShape::Link(a, b) => format!("{} | {}", self.node(*a), self.node(*b)),
            CutShape::OneWay { from, to } => format!("{} -> {}", self.node(*from), self.node(*to)),
        }
    }
}

pub(super) fn outcome(outcome: history::Outcome) -> &'static str {
    match outcome {
        history::Outcome::Ok => "ok",
        history::Outcome::Fail => "fail",
        history::Outcome::Unknown => "unknown",
    }
}

/// What its client was told, in one word.
pub(super) fn answer(answer: &sim::Outcome) -> &'static str {
    match answer {
        sim::Outcome::Written(_) => "written",
        sim::Outcome::Waited { .. } => "waited",
        sim::Outcome::Found(_) => "found",
        sim::Outcome::Unavailable { .. } => "unavailable",
        sim::Outcome::NoReplicas { .. } => "no_replicas",
        sim::Outcome::NotPrimary { .. } => "not_primary",
        sim::Outcome::ConditionFailed { .. } => "condition_failed",
        sim::Outcome::Throttled { .. } => "throttled",
        sim::Outcome::CoordinatorDown => "coordinator_down",
        sim::Outcome::NotFresh(_) => "not_fresh",
        sim::Outcome::TimedOut { .. } => "timed_out",
        sim::Outcome::CoordinatorCrashed => "coordinator_crashed",
    }
}

/// What a fault is called, and what it is about.
pub(super) fn fault(kind: &FaultKind, names: Names<'_>) -> (&'static str, String) {
    match kind {
        FaultKind::Cut { id, name, shape } => {
            let name = name.as_ref().map_or_else(String::new, |name| format!(" ({name})"));
            ("cut", format!("{}{name}: {}", wall(*id), names.shape(shape)))
        }
        FaultKind::Healed { id, .. } => ("heal", wall(*id)),
        FaultKind::Crashed(node) => ("crash", names.node(*node).to_owned()),
        FaultKind::Destroyed { node, .. } => ("destroy", names.node(*node).to_owned()),
        FaultKind::Restarted(node) => ("restart", names.node(*node).to_owned()),
        FaultKind::Frozen(node) => ("freeze", names.node(*node).to_owned()),
        FaultKind::Thawed(node) => ("thaw", names.node(*node).to_owned()),
        FaultKind::Turned(command) => {
            let timeline = names.timeline;
            let at = timeline.position();
            let line = Narrator { timeline }.line(&Fact { at, what: What::Turned(command.clone()) });
            let kind = if matches!(**command, crate::action::Command::Skew { .. }) { "skew" } else { "set" };
            (kind, line.map_or_else(|| format!("{command:?}"), |line| line.text))
        }
    }
}

/// As events and the screen call it.
pub(super) fn wall(id: CutId) -> String {
    format!("cut {}", id.0 + 1)
}

/// One line of printable text: control characters are escaped.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
            let _ = write!(line, "{}", c.escape_unicode());
        } else {
            line.push(c);
        }
    }
    line
}
