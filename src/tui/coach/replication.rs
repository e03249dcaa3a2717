//! Advice for a primary and its replicas: who can take writes at the moment, and who will.

use crate::{
    action::{Elsewhere, Failover, PrimaryPolicy},
    base::NodeId,
    drive::Snapshot,
    replica::primary::Role,
    sim::Status,
    tui::ui::Ui,
};

use super::{Advice, go_to, name};

/// What a primary that is gone, cut off, or not alone calls for. About the replica set of the picked replica.
pub(super) fn about(ui: &Ui, snapshot: &Snapshot) -> Option<Advice> {
    let policy = snapshot.view.settings.primary()?;
    let members = &policy.group_of(ui.picked)?.members;
    let view = |node: &NodeId| &snapshot.view.replicas[node.index()];
    let is_up = |node: &&NodeId| view(node).status == Status::Up;
    let is_primary = |node: &&NodeId| view(node).member.as_ref().is_some_and(|m| m.role == Role::Primary);
    let mut primaries = members.iter().filter(is_up).filter(is_primary);
    match (primaries.next(), primaries.next()) {
        (None, _) => Some(without(policy, members.iter().find(is_up).copied(), snapshot)),
        (Some(_), Some(_)) => Some(two(policy, snapshot)),
        (Some(primary), None) => {
            cut_off(policy, *primary, members, snapshot).or_else(|| refused(policy, *primary, ui, snapshot))
        }
    }
}

/// Nobody who is up takes writes.
fn without(policy: &PrimaryPolicy, up: Option<NodeId>, snapshot: &Snapshot) -> Advice {
    let by_hand = up.map_or_else(String::new, |up| format!("{}F: promote it", go_to(snapshot, up)));
    let head = policy.head();
    match &policy.failover {
        Failover::Manual if up.is_some() => ("F", format!("{by_hand}; nobody who is up is primary")),
        Failover::Manual => ("C", "C: restart one; every replica is down".into()),
        Failover::Monitors(_) => ("g", format!("no {head} is up: the monitors may promote one   g: run on")),
        Failover::Members { .. } => ("g", format!("no {head} is up: the members may elect one   g: run on")),
    }
}

/// Split brain.
fn two(policy: &PrimaryPolicy, snapshot: &Snapshot) -> Advice {
    let head = policy.head();
    if snapshot.view.cuts.is_empty() {
        return ("g", format!("g: run on; two take themselves for {head}, and one must give way"));
    }
    match policy.failover {
        Failover::Manual => ("P", "P: heal; two take themselves for primary, and both take writes".into()),
        Failover::Monitors(_) | Failover::Members { .. } => {
            ("P", format!("P: heal; of two {} one must give way, and give up its own writes", policy.heads()))
        }
    }
}

/// A wall keeps the primary from most of its replicas, or a few replicas from it.
fn cut_off(
    policy: &PrimaryPolicy,
    primary: NodeId,
    members: &[NodeId],
    snapshot: &Snapshot,
) -> Option<Advice> {
    let sides = &snapshot.view.sides;
    let side = sides.iter().find(|side| side.contains(&primary)).filter(|_| sides.len() > 1)?;
    let with = members.iter().filter(|member| side.contains(member)).count();
    let beyond = members.iter().find(|member| !side.contains(member))?;
    let who = name(snapshot, primary);
    if with * 2 > members.len() {
        let far = name(snapshot, *beyond);
        let there = go_to(snapshot, primary);
        return Some(("w", format!("{there}w: write at {who}; {far} cannot hear of it   P: heal")));
    }
    Some(match policy.failover {
        Failover::Manual => {
            ("F", format!("{}F: promote it; {who} is cut off, and will not know", go_to(snapshot, *beyond)))
        }
        Failover::Monitors(_) | Failover::Members { .. } => {
            let there = go_to(snapshot, primary);
            ("w", format!("{there}w: write at {who}, cut off; then wait for the failover"))
        }
    })
}

/// The picked one refuses writes.
fn refused(policy: &PrimaryPolicy, primary: NodeId, ui: &Ui, snapshot: &Snapshot) -> Option<Advice> {
    let refuses = policy.writes_elsewhere == Elsewhere::Refuse && ui.picked != primary;
    let quiet = snapshot.agreement.converged() && snapshot.view.cuts.is_empty() && snapshot.tally.writes == 0;
    let there = go_to(snapshot, primary);
    (refuses && quiet).then(|| ("w", format!("{there}w: write at the primary; a replica refuses")))
}
