//! What quorums promise (SEMANTICS §14, "Overlap", "Linearizable"), and the counter-example to each where a
//! premise is given up.

use std::{cmp::Ordering, collections::BTreeMap, sync::Arc};

use laggard::{
    action::{
        Asks, Command, Copies, HintRules, LeaderlessPolicy, Level, Protocol, Quorum, ReadRepair, Setting,
    },
    base::{KeyId, NodeId, Seed, WriteId},
    data::{Conflicts, Held, Value, Version},
    net::CutShape,
    replica::Effort,
    scenario::Scenario,
    sim::{Fact, Outcome, Simulation, What},
};
use proptest::prelude::*;

use crate::{
    generate::{Move, Plan, durable, for_plans},
    network::{Operation, all_facts, exact, millis, misses, operations, plan_of, read, write},
};

fn rules(scenario: &mut Scenario) -> &mut LeaderlessPolicy {
    match &mut scenario.settings.protocol {
        Protocol::Leaderless(rules) => rules,
        Protocol::Primary(_) => unreachable!("leaderless"),
    }
}

fn found(facts: &[Fact]) -> Vec<Vec<String>> {
    let values = |held: &Held| held.versions().iter().map(|version| version.value.to_string()).collect();
    operations(facts).into_values().filter_map(|o| o.found.as_ref().map(values)).collect()
}

fn outcomes(facts: &[Fact]) -> Vec<Outcome> {
    let outcome = |fact: &Fact| match &fact.what {
        What::Answered { outcome, .. } => Some(outcome.clone()),
        _ => None,
    };
    facts.iter().filter_map(outcome).collect()
}

fn efforts(facts: &[Fact]) -> Vec<Effort> {
    let effort = |fact: &Fact| match &fact.what {
        What::Effort { effort, .. } => Some(*effort),
        _ => None,
    };
    facts.iter().filter_map(effort).collect()
}

/// The replicas of key 0, and the others.
fn owners(scenario: &Scenario) -> (Vec<u16>, Vec<u16>) {
    let simulation = Simulation::new(Arc::new(scenario.clone()), Seed(5));
    let owners: Vec<u16> = simulation.owners(KeyId(0)).map(|node| node.0).collect();
    let count = u16::try_from(scenario.replicas.len()).expect("few");
    let others = (0..count).filter(|node| !owners.contains(node)).collect();
    (owners, others)
}

fn crash(node: u16) -> Move {
    Move::Give(Command::Crash(NodeId(node)))
}

fn restart(node: u16) -> Move {
    Move::Give(Command::Restart(NodeId(node)))
}

fn isolate(node: u16) -> Move {
    Move::Give(Command::Cut { name: None, shape: CutShape::Isolate(NodeId(node)) })
}

/// Both quorums are majorities of three, yet they share nobody.
#[test]
fn sloppy_quorums_break_overlap() {
    let with = |quorum| {
        let mut scenario = Scenario::of(5);
        scenario.settings.copies = 3;
        scenario.initial = vec![(KeyId(0), Value::text("old"))];
        rules(&mut scenario).quorum = quorum;
        rules(&mut scenario).hints = Some(HintRules::USUAL);
        let (replicas, others) = owners(&scenario);
        let moves = vec![
            crash(replicas[1]),
            crash(replicas[2]),
            Move::Give(write(replicas[0], "new", Level::Quorum)),
            millis(1_000),
            // Now the two that missed it are up, and those that took it are not.
            restart(replicas[1]),
            restart(replicas[2]),
            crash(replicas[0]),
            crash(others[0]),
            crash(others[1]),
            Move::Give(read(replicas[1], Level::Quorum)),
            millis(1_000),
        ];
        (all_facts(&plan_of(scenario.clone(), moves)), scenario)
    };
    let (facts, scenario) = with(Quorum::Sloppy);
    assert_eq!(misses(&facts, &scenario).len(), 1, "{:?}", outcomes(&facts));
    let (facts, scenario) = with(Quorum::Strict);
    assert!(misses(&facts, &scenario).is_empty());
    assert_eq!(outcomes(&facts)[0], Outcome::Unavailable { required: 2, alive: 1 });
}

#[test]
fn a_changed_n_breaks_overlap() {
    let with = |copies: u16| {
        let mut scenario = Scenario::of(4);
        scenario.settings.copies = copies;
        let (replicas, _) = owners(&scenario);
        let moves = vec![
            Move::Give(write(replicas[0], "jam", Level::All)),
            millis(500),
            Move::Give(Command::Set(Setting::Copies(Copies::InAll(4)))),
            isolate(replicas[0]),
            Move::Give(read((replicas[0] + 1) % 4, Level::Three)),
            millis(1_000),
        ];
        found(&all_facts(&plan_of(scenario, moves)))
    };
    assert_eq!(with(1), [Vec::<String>::new()], "all of one are few of four");
    assert_eq!(with(4), [["jam"]]);
}

/// What joins a key's replicas starts empty, and what leaves keeps its data unasked.
#[test]
fn who_joins_starts_empty_and_who_leaves_keeps_what_it_has() {
    let mut scenario = Scenario::of(3);
    scenario.settings.copies = 1;
    let (replicas, others) = owners(&scenario);
    let set = |n| Move::Give(Command::Set(Setting::Copies(Copies::InAll(n))));
    let moves = vec![
        Move::Give(write(replicas[0], "jam", Level::One)),
        millis(500),
        set(3),
        Move::Give(write(replicas[0], "fig", Level::All)),
        millis(500),
        set(1),
        Move::Give(write(replicas[0], "tea", Level::All)),
        millis(500),
        Move::Give(read(others[0], Level::One)),
        millis(500),
    ];
    let plan = plan_of(scenario, moves);
    let mut after_join = None;
    let end = crate::generate::run(&plan, |simulation, facts| {
        let turned = facts.iter().any(|fact| matches!(fact.what, What::Turned(_)));
        if turned && after_join.is_none() {
            after_join = Some((simulation.held(NodeId(others[0]), KeyId(0)).clone(), simulation.converged()));
        }
    });
    assert_eq!(after_join, Some((Held::Nothing, false)));
    let value = |node: u16| end.held(NodeId(node), KeyId(0)).versions()[0].value.clone();
    assert_eq!((value(replicas[0]), value(others[0])), (Value::text("tea"), Value::text("fig")));
    assert!(end.converged(), "who left does not count");
    assert_eq!(found(&all_facts(&plan)), [["tea"]]);
}

/// The partial write of the coordinator that is then lost; the later read asks the two others.
fn partial_then_gone(repair: ReadRepair, asks: Asks) -> Vec<Vec<String>> {
    let mut scenario = Scenario::of(3);
    scenario.initial = vec![(KeyId(0), Value::text("old"))];
    rules(&mut scenario).read_repair = repair;
    rules(&mut scenario).asks = asks;
    let moves = vec![
        isolate(0),
        Move::Give(write(0, "partial", Level::Quorum)),
        millis(3_000),
        Move::Give(Command::Heal(laggard::action::Mend::All)),
        Move::Give(read(0, Level::Quorum)),
        millis(1_000),
        crash(0),
        Move::Give(read(1, Level::Quorum)),
        millis(1_000),
    ];
    found(&all_facts(&plan_of(scenario, moves)))
}

#[test]
fn blocking_repair_keeps_quorum_reads_from_going_back_and_without_they_do() {
    for asks in [Asks::All, Asks::Exactly] {
        assert_eq!(partial_then_gone(ReadRepair::Off, asks), [["partial"], ["old"]]);
        assert_eq!(partial_then_gone(ReadRepair::Blocking, asks), [["partial"], ["partial"]]);
    }
}

/// Majorities, blocking repair, exact clocks, last-write-wins: what must be linearizable.
fn majorities(plan: Plan, repair: ReadRepair) -> Plan {
    let mut plan = exact(durable(plan));
    let settings = &mut plan.scenario.settings;
    settings.conflicts = Conflicts::LastWriteWins;
    settings.kinds = [].into();
    (settings.write, settings.read) = (Level::Quorum, Level::Quorum);
    rules(&mut plan.scenario).read_repair = repair;
    plan.scenario.clients.iter_mut().for_each(|client| (client.write, client.read) = (None, None));
    plan.moves.retain_mut(|step| match step {
        Move::Give(Command::Submit(ask)) => {
            ask.level = None;
            !matches!(ask.act, laggard::action::Act::Update(_))
        }
        Move::Give(Command::Set(Setting::WriteLevel(_) | Setting::ReadLevel(_) | Setting::ReadRepair(_))) => {
            false
        }
        _ => true,
    });
    plan
}

/// The order of last-write-wins; nothing comes first.
fn order(one: Option<&Arc<Version>>, other: Option<&Arc<Version>>) -> Ordering {
    match (one, other) {
        (Some(one), Some(other)) if one.id == other.id => Ordering::Equal,
        (Some(one), Some(other)) => one.last_write_order(other),
        (one, other) => one.is_some().cmp(&other.is_some()),
    }
}

/// Pairs of operations on a key, the first finished before the second began, that no order of the writes
/// explains: the order of last-write-wins is the witness.
fn not_linearizable(facts: &[Fact]) -> Vec<(Operation, Operation)> {
    let operations = operations(facts);
    let value = |o: &Operation| match &o.found {
        Some(found) => found.versions().first().cloned(),
        None => o.version.clone(),
    };
    let finished = |o: &&Operation| o.answered.is_some();
    let takes_part = |o: &&Operation| o.found.is_some() || o.version.is_some();
    let mut wrong = Vec::new();
    for first in operations.values().filter(finished).filter(takes_part) {
        for second in operations.values().filter(takes_part) {
            if first.key != second.key || first.answered.is_none_or(|end| end >= second.asked) {
                continue;
            }
            let order = order(value(first).as_ref(), value(second).as_ref());
            let explained = if second.found.is_some() { order.is_le() } else { order.is_lt() };
            if !explained {
                wrong.push((first.clone(), second.clone()));
            }
        }
    }
    wrong
}

#[test]
fn majorities_with_blocking_repair_and_exact_clocks_are_linearizable() {
    let answered = std::cell::Cell::new(0);
    for_plans(250, 30, 80, |plan| {
        let facts = all_facts(&majorities(plan, ReadRepair::Blocking));
        answered.set(answered.get() + found(&facts).len());
        let wrong = not_linearizable(&facts);
        prop_assert!(wrong.is_empty(), "{:#?}", wrong[0]);
        Ok(())
    });
    assert!(answered.get() > 200, "{} reads", answered.get());
}

/// The check above is not blind: without repair it finds the violation.
#[test]
fn majorities_alone_are_not_linearizable() {
    let mut scenario = Scenario::of(3);
    scenario.initial = vec![(KeyId(0), Value::text("old"))];
    let moves = vec![
        isolate(0),
        Move::Give(write(0, "partial", Level::Quorum)),
        millis(3_000),
        Move::Give(Command::Heal(laggard::action::Mend::All)),
        Move::Give(read(0, Level::Quorum)),
        millis(1_000),
        crash(0),
        Move::Give(read(1, Level::Quorum)),
        millis(1_000),
    ];
    assert_eq!(not_linearizable(&all_facts(&plan_of(scenario, moves))).len(), 1);
}

/// Where contents are what was read, every answer is a version that was written, and the newest of those
/// asked.
#[test]
fn digests_that_differ_are_resolved_by_the_contents_and_equal_ones_ask_nobody_again() {
    let mut scenario = Scenario::of(3);
    scenario.initial = vec![(KeyId(0), Value::text("old"))];
    rules(&mut scenario).asks = Asks::Exactly;
    let moves = vec![
        isolate(2),
        Move::Give(write(2, "new", Level::One)),
        millis(500),
        Move::Give(Command::Heal(laggard::action::Mend::All)),
        // 0 asks itself and 1: the same. 1 asks itself and 0. Then 2 asks itself and 0: different.
        Move::Give(read(0, Level::Quorum)),
        millis(1_000),
        Move::Give(read(2, Level::Quorum)),
        millis(1_000),
    ];
    let facts = all_facts(&plan_of(scenario, moves));
    assert_eq!(found(&facts), [["old"], ["new"]]);
    assert_eq!(efforts(&facts), [Effort::DigestsDiffered]);
    let reads =
        |fact: &&Fact| matches!(fact.what, What::Sent { kind: laggard::replica::MessageKind::Read, .. });
    assert_eq!(facts.iter().filter(reads).count(), 3, "one, one, and one again for the contents");
}

#[test]
fn one_under_exactly_never_repairs_and_a_quorum_repairs_only_whom_it_asked() {
    let repaired = |level| {
        let mut scenario = Scenario::of(5);
        rules(&mut scenario).asks = Asks::Exactly;
        rules(&mut scenario).read_repair = ReadRepair::Blocking;
        let moves = vec![
            isolate(0),
            Move::Give(write(0, "new", Level::One)),
            millis(500),
            Move::Give(Command::Heal(laggard::action::Mend::All)),
            Move::Give(read(0, level)),
            millis(1_000),
        ];
        let mut nodes: Vec<u16> = efforts(&all_facts(&plan_of(scenario, moves)))
            .into_iter()
            .filter_map(|effort| match effort {
                Effort::Repaired { to, .. } => Some(to.0),
                _ => None,
            })
            .collect();
        nodes.sort_unstable();
        nodes
    };
    assert!(repaired(Level::One).is_empty());
    assert_eq!(repaired(Level::Quorum), [1, 2]);
    assert_eq!(repaired(Level::All), [1, 2, 3, 4]);
}

/// Dynamo: whoever answers is repaired, even after the client has its answer.
#[test]
fn asking_all_repairs_late_answers_too() {
    let mut scenario = Scenario::of(3);
    rules(&mut scenario).read_repair = ReadRepair::Async;
    let slow = laggard::net::LinkChange::Delay(laggard::net::Delay::Fixed(laggard::base::Span::millis(700)));
    let scope = laggard::net::Scope::Between(NodeId(0), NodeId(2));
    scenario.network.change(scope, &slow);
    let moves = vec![
        isolate(0),
        Move::Give(write(0, "new", Level::One)),
        millis(1_000),
        Move::Give(Command::Heal(laggard::action::Mend::All)),
        Move::Give(read(0, Level::Quorum)),
        millis(300),
    ];
    let mut plan = plan_of(scenario, moves);
    assert_eq!(found(&all_facts(&plan)), [["new"]], "answered by 0 and 1");
    plan.moves.push(millis(3_000));
    let end = crate::generate::run(&plan, |_, _| ());
    assert!(end.converged() && end.settled(), "2 answered late and was repaired all the same");
    assert_eq!(end.coordinating(), 0);
}

#[test]
fn a_late_answer_makes_a_read_ask_one_more() {
    let with = |speculative| {
        let mut scenario = Scenario::of(3);
        rules(&mut scenario).asks = Asks::Exactly;
        rules(&mut scenario).speculative = speculative;
        let moves = vec![isolate(1), Move::Give(read(0, Level::Quorum)), millis(3_000)];
        all_facts(&plan_of(scenario, moves))
    };
    let late = with(None);
    assert_eq!(outcomes(&late), [Outcome::TimedOut { received: 1, required: 2 }]);
    let saved = with(Some(laggard::base::Span::millis(50)));
    assert_eq!(outcomes(&saved), [Outcome::Found(Held::Nothing)]);
    assert_eq!(efforts(&saved), [Effort::Speculated { to: NodeId(2) }]);
    let at = saved.iter().find(|fact| matches!(fact.what, What::Answered { .. })).expect("answered").at.at;
    assert_eq!(at.0, laggard::base::Span::millis(50 + 160).0);
}

/// A duplicated request is taken up once.
#[test]
fn a_forwarded_write_is_accepted_once_and_its_answer_finds_the_client() {
    let mut scenario = Scenario::of(4);
    scenario.settings.copies = 2;
    scenario.settings.conflicts = Conflicts::Siblings;
    let mut profile =
        laggard::net::LinkProfile::plain(laggard::net::Delay::Fixed(laggard::base::Span::millis(10)));
    profile.duplicate = laggard::base::Ppm::ALWAYS;
    scenario.network = laggard::net::Network::new(4, profile);
    let (replicas, others) = owners(&scenario);
    let moves = vec![Move::Give(write(others[0], "jam", Level::All)), millis(1_000)];
    let facts = all_facts(&plan_of(scenario, moves));
    let accepted: Vec<NodeId> = facts
        .iter()
        .filter_map(|fact| if let What::Accepted { node, .. } = fact.what { Some(node) } else { None })
        .collect();
    assert_eq!(accepted, [NodeId(replicas[0])]);
    assert_eq!(outcomes(&facts), [Outcome::Written(WriteId(0))]);
    assert_eq!(efforts(&facts), [Effort::Forwarded { to: NodeId(replicas[0]) }]);
}

/// Whatever the rules: a client gets one answer to each question.
#[test]
fn no_operation_is_answered_twice() {
    for_plans(150, 31, 60, |plan| {
        let mut answers: BTreeMap<_, u32> = BTreeMap::new();
        for fact in all_facts(&plan) {
            if let What::Answered { op, .. } = fact.what {
                *answers.entry(op).or_default() += 1;
            }
        }
        prop_assert!(answers.values().all(|times| *times == 1), "{:?}", answers);
        Ok(())
    });
}
