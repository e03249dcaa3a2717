//! The law of overlapping quorums (SEMANTICS §14, "Overlap"), and what breaks it once a premise is given up.

use laggard::{
    action::{Act, Command, Copies, HintRules, Level, Quorum, Setting},
    base::{KeyId, NodeId, Ppm, Span, WriteId},
    data::{Clocks, Conflicts, Held, Value, Version},
    net::{CutShape, Delay, LinkProfile, Network},
    scenario::Scenario,
    sim::{Fact, Outcome, What},
};
use proptest::prelude::*;

use crate::{
    generate::{Move, Plan, durable, for_plans},
    schedule::{
        Operation, all_facts, crash, found, isolate, millis, operations, operations_of, outcomes, owners,
        plan_of, read, restart, rules, write,
    },
};

/// Pairs of an acknowledged write and a later read that misses it; only those that overlap, if asked.
pub(crate) fn misses(facts: &[Fact], scenario: &Scenario) -> Vec<(Operation, Operation)> {
    let (settings, topology) = (&scenario.settings, scenario.topology());
    let operations = operations_of(facts, |level, node| settings.block_for(level, topology.zone_of(node)));
    let accepted = |id: WriteId| {
        let mine = |o: &&Operation| o.version.as_ref().is_some_and(|v| v.id == id);
        operations.values().find(mine).map_or(0, |o| o.stamped)
    };
    let mut missed = Vec::new();
    for read in operations.values().filter(|o| o.found.is_some()) {
        for write in operations.values().filter(|o| o.version.is_some() && o.key == read.key) {
            let before = write.answered.is_some_and(|acked| acked < read.asked);
            if !before || !settings.overlap(write.block_for, read.block_for) {
                continue;
            }
            let (Some(version), Some(found)) = (&write.version, &read.found) else { continue };
            let includes = |v: &Version| v.id == version.id || v.context.covers(version.dot);
            let merges = settings.kind(read.key).is_state();
            let fresh = found.versions().iter().any(|v| match settings.conflicts_of(read.key) {
                _ if merges => includes(v),
                // Nothing older in real time, which is not for stamps to say.
                Conflicts::LastWriteWins => accepted(v.id) >= write.asked,
                Conflicts::Siblings | Conflicts::VectorSiblings | Conflicts::LogOrder => includes(v),
            });
            if !fresh {
                missed.push((write.clone(), read.clone()));
            }
        }
    }
    missed
}

/// Exact clocks, stamps that are unique and in real-time order, strict quorums, and N unchanged.
pub(crate) fn exact(mut plan: Plan) -> Plan {
    plan.scenario.settings.leaderless_mut().expect("leaderless").quorum = Quorum::Strict;
    plan.scenario.settings.clocks = Clocks::Physical;
    for replica in &mut plan.scenario.replicas {
        (replica.skew, replica.drift) = (0, 0);
    }
    let mut moves = Vec::new();
    for step in plan.moves {
        match step {
            Move::Give(Command::Skew { .. } | Command::Set(Setting::Copies(_))) => {}
            Move::Give(Command::Submit(mut ask)) => {
                if let Act::Write { stamp, .. } = &mut ask.act {
                    *stamp = None;
                }
                // A microsecond of its own for each write.
                moves.push(Move::Advance(Span::micros(1)));
                moves.push(Move::Give(Command::Submit(ask)));
            }
            other => moves.push(other),
        }
    }
    Plan { moves, ..plan }
}

#[test]
fn where_read_and_write_sets_overlap_no_read_misses_an_acknowledged_write() {
    for_plans(300, 20, 80, |plan| {
        let plan = exact(durable(plan));
        let missed = misses(&all_facts(&plan), &plan.scenario);
        prop_assert!(missed.is_empty(), "{:?}", missed[0]);
        Ok(())
    });
}

#[test]
fn where_they_do_not_overlap_a_read_may_miss_one() {
    let moves = vec![
        Move::Give(Command::Cut { name: None, shape: CutShape::Isolate(NodeId(2)) }),
        Move::Give(write(0, "jam", Level::Two)),
        millis(500),
        Move::Give(read(2, Level::One)),
    ];
    let facts = all_facts(&plan_of(Scenario::of(3), moves));
    let found: Vec<_> = operations(&facts).into_values().filter_map(|o| o.found).collect();
    assert_eq!(found, [Held::Nothing], "2 + 1 replicas of 3 need not meet");
}

#[test]
fn a_skewed_clock_breaks_overlap_under_last_write_wins() {
    let mut scenario = Scenario::of(3);
    scenario.replicas[0].skew = 1_000_000_000;
    let moves = vec![
        Move::Give(write(0, "old", Level::Quorum)),
        millis(500),
        Move::Give(write(1, "new", Level::Quorum)),
        millis(400),
        Move::Give(read(2, Level::Quorum)),
        millis(400),
    ];
    let facts = all_facts(&plan_of(scenario.clone(), moves));
    let missed = misses(&facts, &scenario);
    assert_eq!(missed.len(), 1, "the clock that is ahead wins against the newer write");
}

#[test]
fn partial_writes_break_monotony_but_not_overlap() {
    let mut scenario = Scenario::of(3);
    scenario.initial = vec![(KeyId(0), Value::text("old"))];
    let moves = vec![
        Move::Give(Command::Cut { name: None, shape: CutShape::Isolate(NodeId(0)) }),
        Move::Give(write(0, "partial", Level::Quorum)),
        millis(3_000),
        Move::Give(Command::Heal(laggard::action::Mend::All)),
        // The coordinator of the partial write answers one quorum, the other two the next.
        Move::Give(read(0, Level::Quorum)),
        millis(1_000),
        Move::Give(Command::Crash(NodeId(0))),
        Move::Give(read(1, Level::Quorum)),
        millis(1_000),
    ];
    let facts = all_facts(&plan_of(scenario.clone(), moves));
    assert!(misses(&facts, &scenario).is_empty());
    let values: Vec<String> = operations(&facts)
        .into_values()
        .filter_map(|o| o.found)
        .map(|held| held.versions()[0].value.to_string())
        .collect();
    assert_eq!(values, ["partial", "old"], "a later read returns an older value");
}

#[test]
fn an_acknowledgement_counts_once_however_often_it_arrives() {
    let mut scenario = Scenario::of(4);
    let mut profile = LinkProfile::plain(Delay::Fixed(Span::millis(10)));
    profile.duplicate = Ppm::ALWAYS;
    scenario.network = Network::new(4, profile);
    let moves = vec![
        Move::Give(Command::Cut { name: None, shape: CutShape::Groups(vec![vec![NodeId(0), NodeId(1)]]) }),
        Move::Give(write(0, "jam", Level::Three)),
        Move::Give(read(0, Level::Three)),
        millis(5_000),
    ];
    let facts = all_facts(&plan_of(scenario, moves));
    let outcomes: Vec<&Outcome> = facts
        .iter()
        .filter_map(|fact| if let What::Answered { outcome, .. } = &fact.what { Some(outcome) } else { None })
        .collect();
    let late = &Outcome::TimedOut { received: 2, required: 3 };
    assert_eq!(outcomes, [late, late], "two replicas of four are no three, even if one answers twice");
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
