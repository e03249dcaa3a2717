//! The settings that are linearizable (SEMANTICS §14, "Linearizable"), and what is not once a premise is given
//! up.

use std::{cmp::Ordering, sync::Arc};

use laggard::{
    action::{Command, Level, ReadRepair, Setting},
    base::KeyId,
    data::{Conflicts, Value, Version},
    scenario::Scenario,
    sim::Fact,
};
use proptest::prelude::*;

use crate::{
    generate::{Move, Plan, durable, for_plans},
    overlap::exact,
    schedule::{
        Operation, all_facts, crash, found, isolate, millis, operations, plan_of, read, rules, write,
    },
};

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
