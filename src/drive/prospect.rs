//! What is still to come by itself: anything that shows, or what somebody waits for, or nothing.

use crate::{action::Condition, base::NodeId, sim::Status};

use super::Timeline;

/// Whether nothing that people can see will happen by itself any more. Gossip between replicas that
/// differ shows, even where it can only die: at a wall, at a replica that is down.
pub(super) fn nothing_is_ahead(timeline: &Timeline) -> bool {
    let simulation = timeline.simulation();
    let gossip_shows = simulation.settings().anti_entropy.is_some() && !simulation.converged();
    timeline.given() == timeline.log().len()
        && simulation.open_operations() == 0
        && simulation.settled()
        && simulation.messages().next().is_none()
        && !gossip_shows
        && !simulation.opinions_may_change()
        && !simulation.hints_may_move()
        && !simulation.news_is_ahead()
}

/// Why `condition`, which does not hold, never will unless somebody does something; `None` where it may.
pub(super) fn why_never(condition: &Condition, timeline: &Timeline) -> Option<&'static str> {
    let simulation = timeline.simulation();
    let no_more_commands = timeline.given() == timeline.log().len();
    if simulation.purges_are_ahead() {
        // Some day a tombstone is forgotten, and that may be what was missing.
        return None;
    }
    if *condition == (Condition::Converged { within: None }) && no_more_commands && simulation.settled() {
        Some(why_diverged(timeline))
    } else {
        (nothing_is_ahead(timeline) && !waits_for_time(condition))
            .then_some("never: nothing more will happen by itself")
    }
}

/// Why replicas differ for good, though nothing is on its way that would change any of them.
fn why_diverged(timeline: &Timeline) -> &'static str {
    let simulation = timeline.simulation();
    let mut statuses = (0..simulation.scenario().replicas.len()).map(|i| simulation.status(NodeId::at(i)));
    if simulation.hint_waits() {
        return "never: what is missing waits as a hint that cannot be handed back as things are";
    }
    let stands = !simulation.cuts().standing().is_empty();
    if simulation.settings().primary().is_some() {
        return match (stands, statuses.all(|status| status == Status::Up)) {
            (true, _) => "never while the wall stands: heal it first (P)",
            (false, false) => "never: a replica that is down or frozen cannot catch up",
            (false, true) if simulation.settings().regions().is_some() => {
                "never: a region has no leader, or none that the others can reach"
            }
            (false, true) => "never: they do not all follow one primary that they can reach",
        };
    }
    match (simulation.settings().anti_entropy, stands, statuses.all(|status| status == Status::Up)) {
        (None, _, false) => "never: a replica is down or frozen, and no anti-entropy repairs what was lost",
        (None, _, true) => "never: no anti-entropy repairs what was lost",
        (Some(_), true, true) => "never while the wall stands: heal it first (P)",
        (Some(_), true, false) => "never while a wall stands and a replica is down or frozen",
        (Some(_), false, false) => "never: a replica that is down or frozen cannot catch up",
        (Some(_), false, true) => "never: a link that loses everything keeps them apart",
    }
}

/// Whether time alone could fulfil it.
fn waits_for_time(condition: &Condition) -> bool {
    match condition {
        Condition::Elapsed(_) => true,
        Condition::Not(inner) => waits_for_time(inner),
        Condition::All(parts) | Condition::Any(parts) => parts.iter().any(waits_for_time),
        Condition::Settled
        | Condition::Converged { .. }
        | Condition::Diverged
        | Condition::Replica { .. }
        | Condition::Primary(_)
        | Condition::LastRead(_)
        | Condition::InFlight(_)
        | Condition::StaleReads(_)
        | Condition::LostWrites(_)
        | Condition::Refused(_)
        | Condition::TimedOut(_)
        | Condition::Upholds { .. }
        | Condition::Violated { .. }
        | Condition::Available(_)
        | Condition::TimeToConsistency { .. } => false,
    }
}
