//! Where nothing repairs it is never; and whoever says "never", or what will mend it, is right. Judged by running
//! on: what is said at an instant is tried on a copy of the run from there.

use std::{cell::RefCell, collections::BTreeMap, sync::Arc};

use laggard::{
    action::{
        Act, AntiEntropy, Ask, Command, Context, Digest, Durability, Failover, Mend, Monitors, PrimaryPolicy,
        Propagation, Protocol, Setting, Style, TombstoneRules,
    },
    base::{ClientId, KeyId, NodeId, Ppm, Seed, SimTime, Span},
    check::{Barrier, Ledger, Remedy, explain},
    data::{Conflicts, Value},
    drive::Timeline,
    net::{CutShape, LinkChange, Scope},
    scenario::Scenario,
    sim::{Fact, Simulation, Status, What},
};
use proptest::{prelude::*, test_runner::TestCaseError};

use crate::{
    generate::{Dice, Move, Plan, any_delay, durable, for_plans, make, meets, run_on},
    schedule::{isolate, millis, write},
};

use super::{CONVERGED, all_hold_the_same, for_deeds};

/// What a copy that is left alone comes to: whether data changes, and whether all come to hold the same.
fn left_alone(simulation: &Simulation, span: Span) -> (bool, bool) {
    let mut copy = simulation.clone();
    let end = copy.position().at + span;
    let (mut facts, mut changed) = (Vec::new(), false);
    while copy.next_at().is_some_and(|at| at <= end) {
        facts.clear();
        copy.step(&mut facts);
        if facts.iter().any(|fact| fact.what.changes_data()) {
            changed = true;
            if copy.converged() {
                return (true, true);
            }
        }
    }
    (changed, copy.converged())
}

/// What is said to be in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum InTheWay {
    Walls,
    Absence,
    Losses,
}

/// A copy of the run in which these are not in the way, and whether that alone changed data. Links that lose some
/// lose nothing in it: what is said holds of what gets through, however long that takes.
fn without(simulation: &Simulation, all: &[InTheWay]) -> (Simulation, bool) {
    let mut other = simulation.clone();
    let mut facts = Vec::new();
    let nodes = || (0..simulation.scenario().replicas.len()).map(NodeId::at);
    let undo = |one: &InTheWay| match one {
        InTheWay::Walls => vec![Command::Heal(Mend::All)],
        InTheWay::Absence => nodes().flat_map(|node| [Command::Restart(node), Command::Thaw(node)]).collect(),
        InTheWay::Losses => {
            vec![Command::SetLink { scope: Scope::All, change: LinkChange::Loss(Ppm::NEVER) }]
        }
    };
    let pairs = nodes().flat_map(|from| nodes().filter(move |to| *to != from).map(move |to| (from, to)));
    let loses_some = |(from, to): &(NodeId, NodeId)| {
        let loss = simulation.network().profile(*from, *to).loss;
        loss != Ppm::NEVER && loss != Ppm::ALWAYS
    };
    let change = || LinkChange::Loss(Ppm::NEVER);
    let luck = pairs
        .filter(loses_some)
        .map(|(from, to)| Command::SetLink { scope: Scope::OneWay { from, to }, change: change() });
    for command in all.iter().flat_map(undo).chain(luck) {
        // What is not so cannot be undone.
        let _ = other.apply(&command, &mut facts);
    }
    let at_once = facts.iter().any(|fact| fact.what.changes_data());
    (other, at_once)
}

/// Whether `why` is true: that it is never, and that it is for this reason.
fn is_true(why: &str, simulation: &Simulation, span: Span) -> Result<(), TestCaseError> {
    prop_assert!(!simulation.converged(), "{why}");
    prop_assert!(!left_alone(simulation, span).1, "said: {why}");
    let says = |words: &[&str]| words.iter().any(|word| why.contains(word));
    let told = [
        (InTheWay::Walls, says(&["wall"])),
        (InTheWay::Absence, says(&["down", "is up", "are up"])),
        (InTheWay::Losses, says(&["loses everything", "lose everything"])),
    ];
    let named: Vec<InTheWay> = told.into_iter().filter(|(_, says)| *says).map(|(one, _)| one).collect();
    let all = [InTheWay::Walls, InTheWay::Absence, InTheWay::Losses];
    let (other, at_once) = without(simulation, if named.is_empty() { &all } else { &named });
    let helps = at_once || left_alone(&other, span) != (false, false);
    prop_assert_eq!(helps, !named.is_empty(), "said: {}, of {:?}", why, named);
    Ok(())
}

/// Tries what is said along a plan, and counts the sentences.
fn along(
    plan: &Plan,
    every: usize,
    span: Span,
    told: &RefCell<BTreeMap<&'static str, u32>>,
) -> Result<(), TestCaseError> {
    let mut timeline = Timeline::new(Arc::new(plan.scenario.clone()), plan.seed);
    for (index, step) in plan.moves.iter().enumerate() {
        make(&mut timeline, step);
        if index % every == every - 1 || index + 1 == plan.moves.len() {
            // What is on its way comes first.
            make(&mut timeline, &Move::Advance(Span::secs(3)));
            if timeline.simulation().converged() {
                continue;
            }
            if let Some(why) = timeline.why_never(&CONVERGED) {
                is_true(why, timeline.simulation(), span)?;
                *told.borrow_mut().entry(why).or_default() += 1;
            }
        }
    }
    Ok(())
}

#[test]
fn never_is_said_of_leaderless_replicas_only_where_it_is_true_and_for_the_true_reason() {
    let told = RefCell::default();
    for_plans(300, 7_800, 40, |plan| {
        let mut plan = plan;
        plan.scenario.workload = None;
        along(&plan, 8, Span::secs(120), &told)
    });
    // Retransmission, hints and read repair are each on in some of them, none in most.
    for_plans(300, 7_801, 40, |mut plan| {
        plan.scenario.workload = None;
        plan.scenario.settings.propagation = Propagation::Direct;
        plan.scenario.settings.anti_entropy = None;
        plan.moves.retain(|step| !matches!(step, Move::Give(Command::Set(Setting::AntiEntropy(_)))));
        along(&durable(plan), 8, Span::secs(120), &told)
    });
    let told = told.into_inner();
    assert!(told.len() >= 8 && told.values().sum::<u32>() > 150, "{told:#?}");
}

fn set_of(dice: &mut Dice<'_>, failover: fn(usize) -> Failover) -> Scenario {
    let count = 2 + dice.below(4);
    let mut scenario = Scenario::of(count);
    let mut policy = PrimaryPolicy::of(count);
    policy.backlog = [1 << 20, 300][dice.below(2)];
    policy.failover = failover(count);
    if dice.below(4) == 3 {
        policy.priorities[count - 1] = 0;
    }
    if matches!(policy.failover, Failover::Manual) && dice.below(3) == 2 {
        policy.durability = Durability::Snapshot { every: Span::secs(20) };
    }
    scenario.settings.protocol = Protocol::Primary(Box::new(policy));
    scenario.settings.conflicts = Conflicts::LogOrder;
    let delay = any_delay(dice);
    scenario.network.change(Scope::All, &LinkChange::Delay(delay));
    scenario
}

#[test]
fn never_is_said_of_replica_sets_only_where_it_is_true_and_for_the_true_reason() {
    let manual: fn(usize) -> Failover = |_| Failover::Manual;
    let members: fn(usize) -> Failover = |_| Failover::Members { timeout: Span::secs(2) };
    let monitors: fn(usize) -> Failover = |count| {
        let quorum = u16::try_from(count / 2 + 1).expect("few");
        let places = (0..count).map(NodeId::at).collect();
        Failover::Monitors(Monitors { after: Span::secs(3), quorum, places })
    };
    for (index, failover, sentences) in [(0, manual, 3), (1, monitors, 2), (2, members, 3)] {
        let told = RefCell::default();
        for_deeds(
            40,
            7_810 + index,
            30,
            |dice| set_of(dice, failover),
            |plan| along(&plan, 16, Span::secs(600), &told),
        );
        let told = told.into_inner();
        assert!(told.len() >= sentences && told.values().sum::<u32>() > 15, "{told:#?}");
    }
}

/// A replica set whose primary cannot be replaced says so.
#[test]
fn a_replica_set_without_a_primary_says_what_would_make_one() {
    let told = |policy: PrimaryPolicy, commands: &[Command]| {
        let mut scenario = Scenario::of(3);
        scenario.settings.protocol = Protocol::Primary(Box::new(policy));
        scenario.settings.conflicts = Conflicts::LogOrder;
        let mut timeline = Timeline::new(Arc::new(scenario), Seed(5));
        for command in commands {
            make(&mut timeline, &Move::Give(command.clone()));
            make(&mut timeline, &millis(500));
        }
        make(&mut timeline, &millis(30_000));
        timeline.why_never(&CONVERGED)
    };
    let cut = |from, to| Command::Cut { name: None, shape: CutShape::Link(NodeId(from), NodeId(to)) };
    let jam = write(0, "jam", laggard::action::Level::One);
    let manual = PrimaryPolicy::of(3);
    let orphaned =
        [Command::Crash(NodeId(2)), jam.clone(), Command::Crash(NodeId(0)), Command::Restart(NodeId(2))];
    let elected = PrimaryPolicy { failover: Failover::Members { timeout: Span::secs(2) }, ..manual.clone() };
    assert_eq!(
        told(manual.clone(), &orphaned),
        Some("never while no primary is up: restart it (C), or promote another"),
    );
    let alone = [Command::Crash(NodeId(2)), jam.clone(), Command::Crash(NodeId(1))];
    assert_eq!(
        told(elected.clone(), &alone),
        Some("never while nobody leads: too few members are up to elect a primary (C, Z)"),
    );
    let split: Vec<Command> = vec![cut(0, 2), jam, cut(0, 1), cut(1, 2)];
    assert_eq!(
        told(elected, &split),
        Some("never while nobody leads: the wall leaves no majority to elect a primary (P heals it)"),
    );
    assert_eq!(told(manual, &split), Some("never while the wall stands: heal it first (P)"));
}

/// Whether `node` learns of `key`, within this time, anything that was written already: what is asked for later,
/// or has yet to be accepted, is a new write, and what it forgets in good order it does not learn.
fn learns(node: NodeId, key: KeyId, simulation: &Simulation, ledger: &Ledger, span: Span) -> bool {
    let before = simulation.held(node, key);
    let mut copy = simulation.clone();
    let (end, mut facts) = (copy.position().at + span, Vec::new());
    while copy.next_at().is_some_and(|at| at <= end) {
        copy.step(&mut facts);
        facts.clear();
        let now = copy.held(node, key);
        let is_new = |id| now.state().is_some() || !before.versions().iter().any(|version| version.id == id);
        let written = |id| ledger.record(key, id).is_some() && is_new(id);
        if now != before && now.versions().iter().any(|version| written(version.id)) {
            return true;
        }
    }
    false
}

/// Which remedy it is, and whether what it says of `node` comes true; `None` where it promises nothing that
/// could be tried.
fn tried(
    remedy: &Remedy,
    node: NodeId,
    simulation: &Simulation,
    ledger: &Ledger,
) -> Option<(&'static str, bool)> {
    let learns_within = |span: Span| learns(node, KeyId(0), simulation, ledger, span);
    // What is promised is that something comes: it may meet what is newer still.
    let changes_within = |span: Span| {
        let (mut copy, mut facts) = (simulation.clone(), Vec::new());
        copy.advance_to(copy.position().at + span, &mut facts);
        let stores =
            |fact: &Fact| matches!(fact.what, What::Stored { node: n, key: KeyId(0), .. } if n == node);
        facts.iter().any(stores)
    };
    let in_time = Span::secs(60);
    Some(match remedy {
        Remedy::Message { arrives } => ("message", changes_within(arrives.since(simulation.position().at))),
        Remedy::Gossip { .. } => ("gossip", changes_within(in_time)),
        Remedy::Hint { .. } => ("hint", changes_within(in_time)),
        Remedy::Retransmission { .. } => ("retransmission", changes_within(in_time)),
        Remedy::Revive(status) => ("revive", simulation.status(node) == *status && !learns_within(in_time)),
        Remedy::GossipBehind { barrier: Barrier::Wall, .. } => ("wall", !learns_within(in_time)),
        Remedy::GossipBehind { barrier: Barrier::Absence(who, status), .. } => {
            let is_so = simulation.status(*who) == *status && *status != Status::Up;
            ("absence", is_so && !learns_within(in_time))
        }
        Remedy::GossipBehind { barrier: Barrier::Losses, .. } => ("losses", false),
        Remedy::Held => ("held", !learns_within(in_time)),
        Remedy::Never => ("never", !learns_within(in_time)),
        Remedy::Gone => ("gone", !learns_within(in_time)),
        Remedy::NextRead => ("next read", !learns_within(in_time)),
        Remedy::StrandedHint { .. } => ("stranded hint", !learns_within(in_time)),
        Remedy::NothingMissing
        | Remedy::AfterOthers(_)
        | Remedy::ReadRepair
        | Remedy::Exchange
        | Remedy::Overruled
        | Remedy::Stream { .. }
        | Remedy::HealThenStream
        | Remedy::Region { .. }
        | Remedy::HealThenRegion { .. }
        | Remedy::NoPrimary => return None,
    })
}

/// A replica with its story, and what is said to mend it, is tried: what is promised comes, by when it is
/// promised, and what is denied does not.
#[test]
fn what_is_said_to_mend_a_replica_does_and_nothing_else() {
    let told: RefCell<BTreeMap<&'static str, u32>> = RefCell::default();
    let nothing_lost = |mut plan: Plan| {
        plan = durable(plan);
        plan.scenario.workload = None;
        let plain = plan.scenario.network.profile(NodeId(0), NodeId(1)).delay.clone();
        plan.scenario.network =
            laggard::net::Network::new(plan.scenario.replicas.len(), laggard::net::LinkProfile::plain(plain));
        let loses = |step: &Move| {
            matches!(step, Move::Give(Command::SetLink { .. } | Command::Set(Setting::Copies(_))))
        };
        plan.moves.retain(|step| !loses(step));
        plan
    };
    for_plans(400, 7_830, 40, |plan| {
        let mut plan = nothing_lost(plan);
        if plan.seed.0 % 2 == 0 {
            plan.scenario.settings.propagation = Propagation::Direct;
            plan.scenario.settings.anti_entropy = None;
        }
        for step in &mut plan.moves {
            if let Move::Give(Command::Submit(ask)) = step {
                ask.key = KeyId(0);
            }
        }
        let mut simulation = Simulation::new(Arc::new(plan.scenario.clone()), plan.seed);
        let mut ledger = Ledger::new(&simulation);
        for moves in plan.moves.chunks(10) {
            run_on(&mut simulation, moves, |simulation, new| ledger.observe_all(new, simulation));
            for node in simulation.owners(KeyId(0)).collect::<Vec<_>>() {
                let remedy = explain(node, KeyId(0), &simulation, &ledger).remedy;
                if let Some((name, right)) = tried(&remedy, node, &simulation, &ledger) {
                    *told.borrow_mut().entry(name).or_default() += 1;
                    prop_assert!(right, "{} was told {:?}", node, remedy);
                }
            }
        }
        Ok(())
    });
    let told = told.into_inner();
    assert!(told.len() >= meets(8, 6) && told.values().sum::<u32>() > 150, "{told:#?}");
}

/// News that goes round a wall is on its way, though who has it cannot tell it.
#[test]
fn gossip_goes_round_a_wall() {
    let mut scenario = Scenario::of(3);
    let every = Span::millis(500);
    scenario.settings.anti_entropy =
        Some(AntiEntropy { every, style: Style::Push, fan_out: 1, digest: Digest::Full });
    scenario.settings.propagation = Propagation::Gossip;
    let mut simulation = Simulation::new(Arc::new(scenario), Seed(1));
    let mut ledger = Ledger::new(&simulation);
    let shape = CutShape::Link(NodeId(0), NodeId(2));
    let moves = [
        Move::Give(Command::Cut { name: None, shape }),
        Move::Give(write(0, "jam", laggard::action::Level::One)),
        millis(1),
    ];
    run_on(&mut simulation, &moves, |simulation, new| ledger.observe_all(new, simulation));
    assert_eq!(explain(NodeId(2), KeyId(0), &simulation, &ledger).remedy, Remedy::Gossip { every });
    run_on(&mut simulation, &[millis(20_000)], |_, _| ());
    assert!(all_hold_the_same(&simulation), "by way of the replica in the middle");
    let mut simulation = Simulation::new(Arc::clone(simulation.scenario()), Seed(1));
    let mut ledger = Ledger::new(&simulation);
    let moves = [
        Move::Give(Command::Crash(NodeId(1))),
        Move::Give(Command::Crash(NodeId(2))),
        Move::Give(write(0, "jam", laggard::action::Level::One)),
        millis(510),
        Move::Give(Command::Crash(NodeId(0))),
        millis(500),
        Move::Give(Command::Restart(NodeId(2))),
        millis(500),
    ];
    run_on(&mut simulation, &moves, |simulation, new| ledger.observe_all(new, simulation));
    let barrier = Barrier::Absence(NodeId(0), Status::Crashed);
    let remedy = explain(NodeId(2), KeyId(0), &simulation, &ledger).remedy;
    assert_eq!(remedy, Remedy::GossipBehind { barrier, every }, "no wall stands");
}

/// Gossip brings what somebody has: who differs may know less.
#[test]
fn gossip_is_not_promised_where_nobody_has_the_news() {
    let mut scenario = Scenario::of(3);
    let every = Span::millis(500);
    scenario.settings.anti_entropy =
        Some(AntiEntropy { every, style: Style::Push, fan_out: 2, digest: Digest::Full });
    scenario.settings.propagation = Propagation::Gossip;
    let mut simulation = Simulation::new(Arc::new(scenario), Seed(1));
    let mut ledger = Ledger::new(&simulation);
    let moves = [
        isolate(1),
        Move::Give(write(0, "bread", laggard::action::Level::One)),
        millis(2_000),
        isolate(2),
        Move::Give(write(0, "jam", laggard::action::Level::One)),
        millis(2_000),
        Move::Give(Command::Destroy(NodeId(0))),
        // What it sent before dies at the wall.
        millis(400),
        Move::Give(Command::Heal(Mend::All)),
    ];
    run_on(&mut simulation, &moves, |simulation, new| ledger.observe_all(new, simulation));
    assert_ne!(
        simulation.held(NodeId(1), KeyId(0)),
        simulation.held(NodeId(2), KeyId(0)),
        "nothing, and bread"
    );
    assert_eq!(explain(NodeId(2), KeyId(0), &simulation, &ledger).remedy, Remedy::Gone);
}

/// A tombstone that only a replica that is down has yet to forget.
#[test]
fn what_is_forgotten_in_good_order_is_waited_for() {
    let mut scenario = Scenario::of(3);
    let rules = scenario.settings.leaderless_mut().expect("leaderless");
    rules.tombstones = Some(TombstoneRules { gc_grace: Span::secs(10), compact_every: Span::secs(1) });
    let mut timeline = Timeline::new(Arc::new(scenario), Seed(1));
    let act = Act::Write { value: Value::Tombstone, context: Context::Last, stamp: None };
    let delete =
        Ask { client: ClientId(0), at: Some(NodeId(2)), key: KeyId(0), act, level: None, wait: None };
    let moves = [
        isolate(2),
        Move::Give(Command::Submit(delete)),
        millis(1_000),
        Move::Give(Command::Crash(NodeId(2))),
        Move::Give(Command::Heal(Mend::All)),
        millis(5_000),
    ];
    for step in &moves {
        make(&mut timeline, step);
    }
    let why = Some("never while a replica is down or frozen: bring it back first (C, Z)");
    assert_eq!(timeline.why_never(&CONVERGED), why);
    make(&mut timeline, &Move::Give(Command::Restart(NodeId(2))));
    make(&mut timeline, &millis(12_000));
    assert!(timeline.simulation().converged(), "all have nothing");
}

#[test]
fn where_nothing_repairs_a_lost_write_is_never_made_good() {
    let mut scenario = Scenario::of(3);
    scenario.network.change(Scope::OneWay { from: NodeId(0), to: NodeId(2) }, &LinkChange::Loss(Ppm::ALWAYS));
    let mut facts = Vec::new();
    let mut simulation = Simulation::new(Arc::new(scenario), Seed(1));
    let mut ledger = Ledger::new(&simulation);
    let follow = |simulation: &Simulation, new: &[Fact], ledger: &mut Ledger| {
        for fact in new {
            ledger.observe(fact, simulation);
        }
    };
    let moves = [Move::Give(write(0, "jam", laggard::action::Level::One)), millis(1_000)];
    run_on(&mut simulation, &moves, |simulation, new| follow(simulation, new, &mut ledger));
    assert!(simulation.settled() && !simulation.converged());
    assert_eq!(explain(NodeId(2), KeyId(0), &simulation, &ledger).remedy, Remedy::Never);
    simulation.advance_to(SimTime(Span::secs(3_600).0), &mut facts);
    assert!(!simulation.converged());
}

/// Whoever is told "never" stays as it is, unless somebody does something.
#[test]
fn a_replica_that_is_told_never_stays_stale() {
    let told = std::cell::Cell::new(0);
    for_plans(200, 22, 40, |mut plan| {
        plan.scenario.workload = None;
        plan.scenario.settings.propagation = Propagation::Direct;
        plan.scenario.settings.anti_entropy = None;
        let mut simulation = Simulation::new(Arc::new(plan.scenario.clone()), plan.seed);
        let mut ledger = Ledger::new(&simulation);
        run_on(&mut simulation, &plan.moves, |simulation, new| {
            for fact in new {
                ledger.observe(fact, simulation);
            }
        });
        let nodes = (0..plan.scenario.replicas.len()).map(NodeId::at);
        let is_told = |node: &NodeId| {
            let remedy = explain(*node, KeyId(0), &simulation, &ledger).remedy;
            matches!(remedy, Remedy::Never | Remedy::Gone)
        };
        for node in nodes.filter(is_told) {
            told.set(told.get() + 1);
            let learned = learns(node, KeyId(0), &simulation, &ledger, Span::secs(100));
            prop_assert!(!learned, "{} was told never", node);
        }
        Ok(())
    });
    assert!(told.get() > 20, "told only {} times", told.get());
}

#[test]
fn never_is_not_said_while_a_newer_write_than_the_first_few_is_on_its_way() {
    let mut moves = vec![isolate(2)];
    for value in ["a", "b", "c", "d"] {
        moves.extend([Move::Give(write(0, value, laggard::action::Level::One)), millis(200)]);
    }
    moves.extend([
        Move::Give(Command::Heal(Mend::All)),
        Move::Give(write(0, "e", laggard::action::Level::One)),
        millis(1),
    ]);
    let mut simulation = Simulation::new(Arc::new(Scenario::of(3)), Seed(1));
    let mut ledger = Ledger::new(&simulation);
    run_on(&mut simulation, &moves, |simulation, new| {
        for fact in new {
            ledger.observe(fact, simulation);
        }
    });
    let remedy = explain(NodeId(2), KeyId(0), &simulation, &ledger).remedy;
    assert_eq!(remedy, Remedy::Message { arrives: SimTime(Span::millis(880).0) });
}
