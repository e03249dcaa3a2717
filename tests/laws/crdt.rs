//! Counters and sets: merging is commutative, associative and idempotent over what replicas really come to
//! hold; a counter comes to the sum of what was counted; of an add and a remove at once the add wins, and a
//! remove takes away only what was seen. And what one vector for all siblings does not promise.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use laggard::{
    action::{Act, AntiEntropy, Ask, Command, Level, Style},
    base::{ClientId, KeyId, NodeId, Ppm, Span},
    data::{Conflicts, Dot, Held, Kind, Merge, Update, Value, Version},
    sim::{Fact, Simulation, What},
};
use proptest::prelude::*;

use crate::generate::{Move, Plan, calm, durable, for_plans, on_every_replica, run, run_on};

const KEY: KeyId = KeyId(0);

/// A plan in which every operation is an update of one key of this kind, or a read.
fn only(kind: Kind, plan: Plan) -> Plan {
    let mut plan = on_every_replica(durable(plan));
    let settings = &mut plan.scenario.settings;
    settings.kinds = [kind].into();
    plan.scenario.keys.truncate(1);
    plan.scenario.initial.clear();
    match kind {
        Kind::Counter | Kind::GrowCounter => plan.scenario.initial.push((KEY, Value::Number(7))),
        Kind::Set => plan.scenario.initial.push((KEY, Value::set([0, 1].map(Value::Number)))),
        Kind::Value | Kind::Register(_) => {}
    }
    if let Some(workload) = &mut plan.scenario.workload {
        workload.keys = vec![KEY];
    }
    for (index, step) in plan.moves.iter_mut().enumerate() {
        let Move::Give(Command::Submit(ask)) = step else { continue };
        ask.key = KEY;
        if !matches!(ask.act, Act::Read) {
            ask.act = update(kind, index, &ask.act);
        }
    }
    plan
}

/// An update that fits the kind, made from whatever was to be done.
pub(crate) fn update(kind: Kind, index: usize, act: &Act) -> Act {
    let seed = format!("{index} {act:?}").bytes().fold(0_u32, |sum, byte| sum * 31 % 9_973 + u32::from(byte));
    let element = Value::Number(i64::from(seed % 4));
    Act::Update(match (kind, seed / 4 % 3) {
        (Kind::Counter, 0) => Update::Decrement(1 + seed % 4),
        (Kind::Set, 0) => Update::Remove(element),
        (Kind::Set, _) => Update::Add(element),
        (Kind::Counter | Kind::GrowCounter | Kind::Value | Kind::Register(_), _) => {
            Update::Increment(1 + seed % 4)
        }
    })
}

fn merged(a: &Held, b: &Held, conflicts: Conflicts) -> Held {
    let mut a = a.clone();
    a.merge(b, conflicts);
    a
}

/// Every different holding of the key that occurs.
fn holdings(plan: &Plan) -> Vec<Held> {
    let mut holdings = vec![Held::Nothing];
    run(plan, |simulation, new| {
        for fact in new {
            if let What::Stored { node, key: KEY, .. } = &fact.what {
                let held = simulation.held(*node, KEY);
                if !holdings.contains(held) {
                    holdings.push(held.clone());
                }
            }
        }
    });
    holdings
}

/// Equal in what has been seen, and in how it reads.
fn same(a: &Held, b: &Held) -> bool {
    let value = |held: &Held| held.versions().iter().map(|v| v.value.clone()).collect::<Vec<_>>();
    a == b && value(a) == value(b) && a.content() == b.content()
}

fn try_the_laws(kind: Kind, seed: u64) {
    for_plans(80, seed, 60, |plan| {
        let all = holdings(&only(kind, plan));
        let any = Conflicts::LastWriteWins;
        for a in all.iter().take(20) {
            prop_assert!(same(&merged(a, a, any), a), "idempotent: {:?}", a);
            prop_assert!(same(&merged(&Held::Nothing, a, any), a));
            for b in all.iter().take(20) {
                let ab = merged(a, b, any);
                prop_assert!(same(&ab, &merged(b, a, any)), "commutative: {:?} and {:?}", a, b);
                prop_assert!(same(&merged(&ab, b, any), &ab), "absorbing: {:?} and {:?}", a, b);
                let stored = matches!(a.clone().merge(b, any), Merge::Stored { .. });
                prop_assert_eq!(stored, ab != *a, "a change is what is called stored");
                prop_assert!(ab.history().includes(&a.history()) && ab.history().includes(&b.history()));
                for c in all.iter().take(20).step_by(3) {
                    let (left, right) = (merged(&ab, c, any), merged(a, &merged(b, c, any), any));
                    prop_assert!(same(&left, &right), "associative: {:?}, {:?} and {:?}", a, b, c);
                }
            }
        }
        Ok(())
    });
}

#[test]
fn counters_merge_by_the_laws_of_joining() {
    try_the_laws(Kind::Counter, 90);
    try_the_laws(Kind::GrowCounter, 91);
}

#[test]
fn sets_merge_by_the_laws_of_joining() {
    try_the_laws(Kind::Set, 92);
}

/// The updates that a run accepted, in order.
fn updates(facts: &[Fact]) -> Vec<(Update, Arc<Version>)> {
    let accepted = facts.iter().filter_map(|fact| match &fact.what {
        What::Accepted { version, .. } => Some(version),
        _ => None,
    });
    let update = |version: &Arc<Version>| match &version.value {
        Value::Update(update) => Some((Update::clone(update), Arc::clone(version))),
        _ => None,
    };
    accepted.filter_map(update).collect()
}

/// Runs the plan, lets everything come to rest with anti-entropy on, and gives what was accepted.
fn come_to_rest(plan: &Plan) -> (Simulation, Vec<Fact>) {
    let mut facts = Vec::new();
    let mut simulation = run(plan, |_, new| facts.extend_from_slice(new));
    let gossip = AntiEntropy {
        every: Span::millis(100),
        style: Style::PushPull,
        fan_out: 1,
        digest: laggard::action::Digest::Full,
    };
    let mut rest = calm(&plan.scenario, gossip, Ppm::NEVER);
    rest.push(Move::Advance(Span::secs(60)));
    run_on(&mut simulation, &rest, |_, new| facts.extend_from_slice(new));
    (simulation, facts)
}

#[test]
fn a_counter_comes_to_the_sum_of_what_was_counted() {
    for (kind, seed) in [(Kind::Counter, 93), (Kind::GrowCounter, 94)] {
        for_plans(60, seed, 70, |plan| {
            // What only a lost disk had counted is lost.
            let plan = only(kind, durable(plan));
            let (simulation, facts) = come_to_rest(&plan);
            prop_assert!(simulation.converged(), "all replicas agree");
            let change = |update: &Update| match update {
                Update::Increment(amount) => i64::from(*amount),
                Update::Decrement(amount) => -i64::from(*amount),
                Update::Add(_) | Update::Remove(_) => unreachable!("a counter"),
            };
            let held = simulation.held(NodeId(0), KEY);
            let seen = |version: &Version| held.history().covers(version.dot);
            let destroyed = facts.iter().any(|fact| matches!(fact.what, What::Destroyed { .. }));
            let mut sum = 7;
            for (update, version) in updates(&facts) {
                prop_assert!(destroyed || seen(&version), "{:?} was never heard of", version);
                sum += if seen(&version) { change(&update) } else { 0 };
            }
            // If every disk was lost, what the counter started with may be, too, and all of it.
            let value = held.versions().first().map(|version| version.value.clone());
            let but_the_start = destroyed && value == Some(Value::Number(sum - 7));
            let all_lost = destroyed && value.is_none();
            prop_assert!(
                value == Some(Value::Number(sum)) || but_the_start || all_lost,
                "{:?}, expected {}",
                value,
                sum
            );
            Ok(())
        });
    }
}

/// By the book: an element is in the set where some add of it has been seen that no remove has seen.
fn by_the_book(held: &Held, updates: &[(Update, Arc<Version>)]) -> BTreeSet<Value> {
    let seen: Vec<&(Update, Arc<Version>)> =
        updates.iter().filter(|(_, version)| held.history().covers(version.dot)).collect();
    let start = Dot { node: NodeId(0), counter: 0 };
    let first = [0, 1].map(|element| (Value::Number(element), start));
    let added = seen.iter().filter_map(|(update, version)| match update {
        Update::Add(element) => Some((element.clone(), version.dot)),
        Update::Increment(_) | Update::Decrement(_) | Update::Remove(_) => None,
    });
    let removed = |(element, dot): &(Value, Dot)| {
        seen.iter().any(|(update, version)| match update {
            Update::Remove(other) => other == element && version.context.covers(*dot),
            Update::Increment(_) | Update::Decrement(_) | Update::Add(_) => false,
        })
    };
    first.into_iter().chain(added).filter(|add| !removed(add)).map(|(element, _)| element).collect()
}

#[test]
fn a_set_holds_what_was_added_and_not_seen_by_a_remove() {
    let (mut concurrent_adds_won, mut compared) = (0, 0);
    let counts = std::cell::RefCell::new((&mut concurrent_adds_won, &mut compared));
    for_plans(80, 95, 60, |plan| {
        let plan = only(Kind::Set, durable(plan));
        let mut facts = Vec::new();
        let mut wrong = None;
        run(&plan, |simulation, new| {
            facts.extend_from_slice(new);
            let stored = new.iter().filter_map(|fact| match &fact.what {
                What::Stored { node, .. } => Some(*node),
                _ => None,
            });
            for node in stored {
                let held = simulation.held(node, KEY);
                let said: BTreeSet<Value> = held.versions()[0].value.parts().iter().cloned().collect();
                let expected = by_the_book(held, &updates(&facts));
                *counts.borrow_mut().1 += 1;
                if said != expected {
                    wrong = Some(format!("{said:?} at {node}, by the book {expected:?}"));
                }
            }
        });
        prop_assert!(wrong.is_none(), "{}", wrong.unwrap_or_default());
        let (simulation, facts) = come_to_rest(&plan);
        prop_assert!(simulation.converged());
        let (all, end) = (updates(&facts), simulation.held(NodeId(0), KEY));
        for (add, added) in &all {
            let Update::Add(element) = add else { continue };
            let removes = || all.iter().filter(|(u, _)| matches!(u, Update::Remove(e) if e == element));
            let concurrent = |v: &Version| !v.context.covers(added.dot) && !added.context.covers(v.dot);
            let all_concurrent = removes().all(|(_, v)| !v.context.covers(added.dot));
            if all_concurrent {
                prop_assert!(end.versions()[0].value.parts().contains(element), "an unseen add stays");
                if removes().any(|(_, v)| concurrent(v)) {
                    *counts.borrow_mut().0 += 1;
                }
            }
        }
        Ok(())
    });
    assert!(compared > 500, "compared only {compared} times");
    assert!(concurrent_adds_won > 10, "an add won over a concurrent remove only {concurrent_adds_won} times");
}

/// On a new disk a replica counts under a new name. What it counts there takes nothing from what others have of
/// its earlier count, and what a set started with comes back from them.
#[test]
fn a_lost_disk_costs_nothing_that_another_replica_has() {
    let check = |kind: Kind, start: Value, [first, second]: [Update; 2], end: Value| {
        let mut scenario = laggard::scenario::Scenario::of(3);
        scenario.settings.kinds = [kind].into();
        scenario.initial = vec![(KEY, start)];
        let at_first = |update: &Update| {
            let act = Act::Update(update.clone());
            let client = ClientId(0);
            Move::Give(Command::Submit(Ask { client, at: None, key: KEY, act, level: None, wait: None }))
        };
        let pause = Move::Advance(Span::secs(1));
        let lose_disk = [Command::Destroy(NodeId(0)), Command::Restart(NodeId(0))].map(Move::Give);
        let mut moves = vec![at_first(&first), at_first(&first), pause.clone()];
        moves.extend(lose_disk);
        moves.extend([at_first(&second), pause]);
        let (simulation, _) = come_to_rest(&Plan { scenario, seed: laggard::base::Seed(5), moves });
        for node in (0..3).map(NodeId) {
            assert_eq!(simulation.held(node, KEY).versions()[0].value, end, "{kind:?} at {node}");
        }
    };
    let [two, five] = [2, 5].map(Update::Increment);
    check(Kind::Counter, Value::Number(10), [two, five], Value::Number(19));
    let [book, pen, cup] = ["book", "pen", "cup"].map(Value::text);
    let adds = [&pen, &cup].map(|element| Update::Add(element.clone()));
    check(Kind::Set, Value::set([book.clone()]), adds, Value::set([book, pen, cup]));
}

/// What has been seen determines the state, so that its name may stand for it.
#[test]
fn states_that_have_seen_the_same_are_the_same() {
    for (kind, seed) in [(Kind::Counter, 96), (Kind::Set, 97)] {
        for_plans(60, seed, 60, |plan| {
            let plan = only(kind, plan);
            let mut values: BTreeMap<String, String> = BTreeMap::new();
            let mut wrong = None;
            run(&plan, |simulation, _| {
                for node in (0..plan.scenario.replicas.len()).map(NodeId::at) {
                    let held = simulation.held(node, KEY);
                    // Nothing, where a disk was lost.
                    let Some(state) = held.state() else { continue };
                    let state = format!("{state:?}");
                    let contents = state.split(", newest").next().expect("contents").to_owned();
                    let seen = format!("{:x}", held.content());
                    let known = values.entry(seen).or_insert_with(|| contents.clone());
                    if *known != contents {
                        wrong = Some(format!("{known} and {contents}"));
                    }
                }
            });
            prop_assert!(wrong.is_none(), "{}", wrong.unwrap_or_default());
            Ok(())
        });
    }
}

/// One vector for the whole set merges alike from both sides and again to no effect, but what comes out
/// depends on the order: a sibling that a newer write has replaced stays if the set has grown meanwhile.
#[test]
fn one_vector_for_all_siblings_depends_on_the_order_of_merging() {
    let by_vector = Conflicts::VectorSiblings;
    let mut dependent = 0;
    let count = std::cell::RefCell::new(&mut dependent);
    for_plans(120, 98, 60, |plan| {
        let mut plan = only(Kind::Register(by_vector), plan);
        for (index, step) in plan.moves.iter_mut().enumerate() {
            if let Move::Give(Command::Submit(Ask { act: act @ Act::Update(_), .. })) = step {
                let context = laggard::action::Context::Last;
                let value = Value::Number(i64::try_from(index).expect("few"));
                *act = Act::Write { value, context, stamp: None };
            }
        }
        plan.scenario.settings.truncate_at = None;
        let all = holdings(&plan);
        for a in all.iter().take(16) {
            prop_assert_eq!(&merged(a, a, by_vector), a);
            for b in all.iter().take(16) {
                let ab = merged(a, b, by_vector);
                prop_assert_eq!(&ab, &merged(b, a, by_vector), "{:?} and {:?}", a, b);
                prop_assert_eq!(&merged(&ab, b, by_vector), &ab);
                for c in all.iter().take(16) {
                    let right = merged(a, &merged(b, c, by_vector), by_vector);
                    **count.borrow_mut() += u32::from(merged(&ab, c, by_vector) != right);
                }
            }
        }
        Ok(())
    });
    assert!(dependent > 0, "the flaw that dots cure was not shown");
}

#[test]
fn a_key_takes_only_what_its_kind_can_do() {
    use laggard::{base::Seed, scenario::Scenario, sim::Refused};
    let updates = [
        Update::Increment(1),
        Update::Decrement(1),
        Update::Add(Value::text("pen")),
        Update::Remove(Value::text("pen")),
    ];
    let check = |kind: Kind, expected: [bool; 5]| {
        let mut scenario = Scenario::of(3);
        scenario.settings.kinds = [kind].into();
        let mut simulation = Simulation::new(Arc::new(scenario), Seed(1));
        let write =
            Act::Write { value: Value::Number(1), context: laggard::action::Context::None, stamp: None };
        let acts = updates.iter().cloned().map(Act::Update).chain([write]);
        for (act, expected) in acts.zip(expected) {
            let ask =
                Ask { client: ClientId(0), at: None, key: KEY, act, level: Some(Level::One), wait: None };
            let before = format!("{simulation:?}");
            let mut facts = Vec::new();
            match simulation.apply(&Command::Submit(ask.clone()), &mut facts) {
                Ok(()) => assert!(expected, "{kind:?} took {:?}", ask.act),
                Err(Refused::NoSuchUpdate(k) | Refused::NoRegister(k)) => {
                    assert!(!expected && k == kind, "{kind:?} refused {:?}", ask.act);
                    assert_eq!(format!("{simulation:?}"), before, "a refused command changes nothing");
                }
                Err(other) => panic!("{other}"),
            }
        }
    };
    check(Kind::Counter, [true, true, false, false, false]);
    check(Kind::GrowCounter, [true, false, false, false, false]);
    check(Kind::Set, [false, false, true, true, false]);
    check(Kind::Value, [false, false, false, false, true]);
    check(Kind::Register(Conflicts::Siblings), [false, false, false, false, true]);
}

/// The random plans hold what this file is about.
#[test]
fn random_plans_have_keys_of_every_kind() {
    let mut kinds = BTreeSet::new();
    let seen = std::cell::RefCell::new(&mut kinds);
    for_plans(200, 99, 1, |plan| {
        seen.borrow_mut().extend(plan.scenario.settings.kinds.iter().map(|kind| format!("{kind:?}")));
        Ok(())
    });
    assert_eq!(kinds.len(), 7, "{kinds:?}");
}
