//! What is still to come by itself: anything that shows, or what somebody waits for, or nothing.

use crate::{
    action::{Command, Condition, Failover, Mend, PrimaryPolicy, ReadRepair},
    base::{NodeId, Ppm, Span},
    net::{LinkChange, Scope},
    sim::{Simulation, Status},
};

use super::Timeline;

impl Timeline {
    /// Why `condition` will never hold unless somebody does something, in a sentence that begins with
    /// "never"; `None` where it does already, or may come by itself.
    pub fn why_never(&self, condition: &Condition) -> Option<&'static str> {
        if self.ledger().meets(condition, self.simulation()) { None } else { why_never(condition, self) }
    }
}

/// Whether nothing that people can see will happen by itself any more. Gossip between replicas that
/// differ shows, even where it can only die: at a wall, at a replica that is down.
pub(super) fn nothing_is_ahead(timeline: &Timeline) -> bool {
    let simulation = timeline.simulation();
    let gossip_shows = simulation.settings().anti_entropy.is_some() && !simulation.converged();
    timeline.given() == timeline.log().len()
        && simulation.open_operations() == 0
        && simulation.settled()
        && simulation.messages().all(|message| message.held_since().is_some())
        && !gossip_shows
        && !simulation.opinions_may_change()
        && !simulation.hints_may_move()
        && !simulation.news_is_ahead()
}

fn why_never(condition: &Condition, timeline: &Timeline) -> Option<&'static str> {
    let simulation = timeline.simulation();
    let no_more_commands = timeline.given() == timeline.log().len();
    if simulation.purges_are_ahead() {
        // Some day a tombstone is forgotten, and that may be what was missing.
        return None;
    }
    if *condition == (Condition::Converged { within: None }) && no_more_commands && simulation.settled() {
        Some(why_diverged(simulation))
    } else {
        (nothing_is_ahead(timeline) && !waits_for_time(condition))
            .then_some("never: nothing more will happen by itself")
    }
}

/// What keeps apart replicas that differ for good: the least that would have to be undone before anything
/// changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Obstacle {
    Walls,
    /// Replicas that are down or frozen.
    Absence,
    /// Links that lose everything.
    Losses,
    WallsAndAbsence,
    /// Several of these.
    Everything,
    /// With everybody up and every link open nothing would change either.
    NoRepair,
}

impl Obstacle {
    /// Found by trying: a copy of the run in which the obstacle is gone.
    fn of(simulation: &Simulation) -> Self {
        let nodes = || (0..simulation.scenario().replicas.len()).map(NodeId::at);
        let heal: Vec<Command> =
            simulation.cuts().standing().first().map(|_| Command::Heal(Mend::All)).into_iter().collect();
        let revive: Vec<Command> = nodes()
            .filter_map(|node| match simulation.status(node) {
                Status::Up => None,
                Status::Crashed => Some(Command::Restart(node)),
                Status::Frozen => Some(Command::Thaw(node)),
            })
            .collect();
        let network = simulation.network();
        let loses = |(a, b)| network.profile(a, b).loss == Ppm::ALWAYS;
        let any_loses = nodes().any(|a| nodes().any(|b| a != b && loses((a, b))));
        let change = LinkChange::Loss(Ppm::NEVER);
        let mend: Vec<Command> =
            any_loses.then_some(Command::SetLink { scope: Scope::All, change }).into_iter().collect();
        let attempts = [
            (Self::Walls, vec![&heal]),
            (Self::Absence, vec![&revive]),
            (Self::Losses, vec![&mend]),
            (Self::WallsAndAbsence, vec![&heal, &revive]),
            (Self::Everything, vec![&heal, &revive, &mend]),
        ];
        let frees = |commands: &Vec<&Vec<Command>>| {
            let possible = commands.len() > 2 || commands.iter().all(|some| !some.is_empty());
            possible && changes_after(simulation, commands.iter().copied().flatten())
        };
        let in_the_way = |(_, commands): &&(Self, Vec<&Vec<Command>>)| frees(commands);
        match attempts.iter().find(in_the_way).map(|(obstacle, _)| *obstacle) {
            // Each by itself lets something change, and all only both.
            Some(Self::Walls) if frees(&vec![&revive]) => Self::WallsAndAbsence,
            found => found.unwrap_or(Self::NoRepair),
        }
    }
}

/// So long a copy of the run is watched for a change that may come.
const WATCHED: u64 = 600;

/// Whether data would change by itself, now or later, once these commands were given: by what gets through,
/// for no luck with links that lose some stands for good.
fn changes_after<'a>(simulation: &Simulation, commands: impl Iterator<Item = &'a Command>) -> bool {
    let mut other = simulation.clone();
    let mut facts = Vec::new();
    for command in commands.cloned().chain(without_luck(simulation)) {
        // A refused command changes nothing.
        let _ = other.apply(&command, &mut facts);
    }
    let settles_for_good = |other: &Simulation| {
        // What is forgotten in good order may make replicas equal, too.
        other.settled() && !other.converged() && !other.agrees_once_forgotten()
    };
    // A replica set looks ahead itself, and calls nothing settled that is tried again and again.
    let looks_ahead = simulation.settings().primary().is_some();
    let done = facts.iter().any(|fact| fact.what.changes_data());
    if looks_ahead && !done && settles_for_good(&other) {
        return false;
    }
    for _ in 0..WATCHED {
        if other.converged() || facts.iter().any(|fact| fact.what.changes_data()) {
            return true;
        }
        // A request or a read that is set free may come to nothing.
        if !looks_ahead && other.settled() {
            return !settles_for_good(&other);
        }
        facts.clear();
        other.advance_to(other.position().at + Span::secs(1), &mut facts);
    }
    !looks_ahead
}

/// Links that lose some lose nothing.
fn without_luck(simulation: &Simulation) -> Vec<Command> {
    let network = simulation.network();
    let nodes = || (0..simulation.scenario().replicas.len()).map(NodeId::at);
    let pairs = nodes().flat_map(|from| nodes().filter(move |to| *to != from).map(move |to| (from, to)));
    let loses_some = |(from, to): &(NodeId, NodeId)| {
        let loss = network.profile(*from, *to).loss;
        loss != Ppm::NEVER && loss != Ppm::ALWAYS
    };
    let change = || LinkChange::Loss(Ppm::NEVER);
    let mend = |(from, to)| Command::SetLink { scope: Scope::OneWay { from, to }, change: change() };
    pairs.filter(loses_some).map(mend).collect()
}

/// Why replicas differ for good, though nothing is on its way that would change any of them.
fn why_diverged(simulation: &Simulation) -> &'static str {
    if simulation.holds_news() {
        return HELD;
    }
    let obstacle = Obstacle::of(simulation);
    match simulation.settings().primary() {
        Some(policy) => why_not_replicated(obstacle, policy, simulation),
        None if simulation.hint_waits() => why_not_handed_back(obstacle),
        None => why_not_repaired(obstacle, simulation),
    }
}

const HELD: &str = "never while a hand holds a message: deliver it first (d)";
const WALL: &str = "never while the wall stands: heal it first (P)";
const ABSENCE: &str = "never while a replica is down or frozen: bring it back first (C, Z)";
const BOTH: &str = "never while a wall stands and a replica is down or frozen";
const LOSSES: &str = "never: a link that loses everything keeps them apart";
const EVERYTHING: &str =
    "never while walls, replicas that are down and links that lose everything keep them apart";

fn why_not_handed_back(obstacle: Obstacle) -> &'static str {
    match obstacle {
        Obstacle::Walls => {
            "never while the wall stands: what is missing waits behind it as a hint (P heals it)"
        }
        Obstacle::Absence => {
            "never while a replica is down or frozen: what is missing waits as a hint, with it or for it (C, Z)"
        }
        Obstacle::Losses => "never: what is missing waits as a hint behind a link that loses everything",
        Obstacle::WallsAndAbsence => {
            "never while a wall stands and a replica is down or frozen: what is missing waits as a hint"
        }
        Obstacle::Everything => EVERYTHING,
        Obstacle::NoRepair => "never: what is missing is kept as a hint, but nobody hands it back",
    }
}

fn why_not_repaired(obstacle: Obstacle, simulation: &Simulation) -> &'static str {
    let rules = simulation.settings().leaderless();
    let reads_repair = rules.is_some_and(|rules| rules.read_repair != ReadRepair::Off);
    let hints = rules.is_some_and(|rules| rules.hints.is_some());
    match obstacle {
        Obstacle::Walls => WALL,
        Obstacle::Absence => ABSENCE,
        Obstacle::Losses => LOSSES,
        Obstacle::WallsAndAbsence => BOTH,
        Obstacle::Everything => EVERYTHING,
        Obstacle::NoRepair if simulation.settings().anti_entropy.is_some() => {
            "never: anti-entropy makes nothing of how they differ"
        }
        Obstacle::NoRepair if reads_repair => {
            "never by itself: no anti-entropy repairs what was lost; only a read could that finds the difference"
        }
        Obstacle::NoRepair if hints => {
            "never: no hint is left of what was lost, and no anti-entropy repairs it"
        }
        Obstacle::NoRepair => "never: no anti-entropy repairs what was lost",
    }
}

fn why_not_replicated(obstacle: Obstacle, policy: &PrimaryPolicy, simulation: &Simulation) -> &'static str {
    let leads = |node: &NodeId| simulation.primaries().any(|primary| primary == *node);
    let headless = policy.groups.iter().any(|group| !group.members.iter().any(leads));
    match (obstacle, &policy.failover) {
        (Obstacle::Absence, Failover::Manual) if headless => {
            "never while no primary is up: restart it (C), or promote another"
        }
        (Obstacle::Absence, Failover::Members { .. }) if headless => {
            "never while nobody leads: too few members are up to elect a primary (C, Z)"
        }
        (Obstacle::Walls, Failover::Members { .. }) if headless => {
            "never while nobody leads: the wall leaves no majority to elect a primary (P heals it)"
        }
        (Obstacle::Walls, _) => WALL,
        (Obstacle::Absence, _) => ABSENCE,
        (Obstacle::Losses, _) => LOSSES,
        (Obstacle::WallsAndAbsence, _) => BOTH,
        (Obstacle::Everything, _) => EVERYTHING,
        (Obstacle::NoRepair, _) => "never: they do not all follow one primary that they can reach",
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
