//! What quorums, read repair and N do, message by message.

use std::collections::BTreeMap;

use laggard::{
    action::{Asks, Command, Copies, Level, ReadRepair, Setting},
    base::{KeyId, NodeId, WriteId},
    data::{Conflicts, Held, Value},
    replica::Effort,
    scenario::Scenario,
    sim::{Fact, Outcome, What},
};
use proptest::prelude::*;

use crate::{
    generate::{Move, for_plans},
    schedule::{
        all_facts, crash, efforts, found, isolate, millis, outcomes, owners, plan_of, read, rules, write,
    },
};

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
