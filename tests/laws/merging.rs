//! Merging is commutative, associative and idempotent over what replicas really come to hold, and the
//! outcome of last-write-wins is the same in every order of arrival.

use std::{cmp::Ordering, sync::Arc};

use laggard::{
    action::Propagation,
    base::{KeyId, NodeId, WriteId},
    data::{Conflicts, Dot, Held, Merge, Relation, Stamp, Value, Version, VersionVector},
    sim::What,
};
use proptest::prelude::*;

use crate::generate::{Dice, Plan, any_value, for_draws, for_plans, on_every_replica, run};

fn merged(a: &Held, b: &Held, conflicts: Conflicts) -> Held {
    let mut a = a.clone();
    a.merge(b, conflicts);
    a
}

/// Every different holding that occurs in a run, by key, and every version.
fn histories(plan: &Plan) -> (Vec<Vec<Held>>, Vec<Vec<Arc<Version>>>) {
    let (mut holdings, mut versions) = (vec![Vec::new(); 12], vec![Vec::new(); 12]);
    run(plan, |simulation, new| {
        for fact in new {
            if let What::Accepted { version, .. } = &fact.what {
                versions[version.key.index()].push(Arc::clone(version));
                holdings[version.key.index()].push(Held::One(Arc::clone(version)));
            }
            if let What::Stored { node, key, .. } = &fact.what {
                let held = simulation.held(*node, *key);
                if !holdings[key.index()].contains(held) {
                    holdings[key.index()].push(held.clone());
                }
            }
        }
    });
    (holdings, versions)
}

fn conflicting(plan: Plan, conflicts: Conflicts) -> Plan {
    let mut plan = on_every_replica(plan);
    plan.scenario.settings.conflicts = conflicts;
    plan.scenario.settings.propagation = Propagation::Direct;
    plan.scenario.initial.clear();
    (plan.scenario.settings.kinds, plan.scenario.settings.truncate_at) = ([].into(), None);
    plan
}

fn try_the_laws(conflicts: Conflicts, seed: u64) {
    for_plans(60, seed, 60, |plan| {
        let (holdings, _) = histories(&conflicting(plan, conflicts));
        for held in holdings.iter().map(|all| &all[..all.len().min(24)]) {
            for a in held {
                prop_assert_eq!(&merged(a, a, conflicts), a);
                let mut again = a.clone();
                prop_assert_eq!(again.merge(a, conflicts), Merge::Unchanged);
                prop_assert_eq!(&merged(&Held::Nothing, a, conflicts), a);
                for b in held {
                    let ab = merged(a, b, conflicts);
                    prop_assert_eq!(&ab, &merged(b, a, conflicts), "{:?} and {:?}", a, b);
                    prop_assert_eq!(&merged(&ab, b, conflicts), &ab);
                    let stored = matches!(a.clone().merge(b, conflicts), Merge::Stored { .. });
                    prop_assert_eq!(stored, ab != *a, "a change is what is called stored");
                    prop_assert_eq!(ab.content() == a.content(), ab == *a, "contents have true names");
                    for c in held.iter().step_by(3) {
                        let left = merged(&ab, c, conflicts);
                        let right = merged(a, &merged(b, c, conflicts), conflicts);
                        prop_assert_eq!(left, right, "{:?}, {:?} and {:?}", a, b, c);
                    }
                }
            }
        }
        Ok(())
    });
}

#[test]
fn siblings_merge_by_the_laws_of_joining() {
    try_the_laws(Conflicts::Siblings, 40);
}

#[test]
fn last_write_wins_merges_by_the_laws_of_joining() {
    try_the_laws(Conflicts::LastWriteWins, 41);
}

#[test]
fn no_sibling_descends_from_another() {
    for_plans(60, 42, 60, |plan| {
        let (holdings, _) = histories(&conflicting(plan, Conflicts::Siblings));
        for held in holdings.iter().flatten() {
            for a in held.versions() {
                for b in held.versions().iter().filter(|b| b.id != a.id) {
                    prop_assert_eq!(a.relation(b), Relation::Concurrent);
                }
            }
        }
        Ok(())
    });
}

#[test]
fn last_write_wins_in_whatever_order_the_versions_arrive() {
    for_plans(60, 43, 60, |plan| {
        let (_, versions) = histories(&conflicting(plan, Conflicts::LastWriteWins));
        for all in versions.iter().filter(|all| !all.is_empty()) {
            let fold = |order: &mut dyn Iterator<Item = &Arc<Version>>| {
                order.fold(Held::Nothing, |held, version| {
                    merged(&held, &Held::One(Arc::clone(version)), Conflicts::LastWriteWins)
                })
            };
            let forward = fold(&mut all.iter());
            prop_assert_eq!(&fold(&mut all.iter().rev()), &forward);
            for stride in [3, 5, 7] {
                let strided = (0..stride).flat_map(|start| all.iter().skip(start).step_by(stride));
                prop_assert_eq!(&fold(&mut { strided }), &forward);
            }
            let newest = all.iter().map(|version| version.stamp).max().expect("not empty");
            prop_assert_eq!(forward.versions()[0].stamp, newest, "the largest stamp wins");
        }
        Ok(())
    });
}

fn tied(id: u16, value: Value) -> Arc<Version> {
    Arc::new(Version {
        id: WriteId(u32::from(id)),
        key: KeyId(0),
        value,
        stamp: Stamp::at(7),
        dot: Dot { node: NodeId(id), counter: 1 },
        context: VersionVector::EMPTY,
        after: None,
    })
}

#[test]
fn equal_stamps_are_decided_by_a_total_order_of_values() {
    for_draws(3_000, 44, &prop::collection::vec(any::<u16>(), 6), |draws| {
        let mut dice = Dice::new(&draws);
        let [a, b, c] = [0, 1, 2].map(|id| tied(id, any_value(&mut dice)));
        prop_assert_eq!(a.last_write_order(&b), b.last_write_order(&a).reverse());
        prop_assert_ne!(a.last_write_order(&b), Ordering::Equal, "two writes are never equal");
        if a.last_write_order(&b).is_lt() && b.last_write_order(&c).is_lt() {
            prop_assert!(a.last_write_order(&c).is_lt(), "{} < {} < {}", a.value, b.value, c.value);
        }
        Ok(())
    });
}

#[test]
fn of_equal_stamps_a_tombstone_wins_then_the_larger_value() {
    let check = |loser: Value, winner: Value| {
        let (a, b) = (Held::One(tied(1, loser.clone())), Held::One(tied(0, winner.clone())));
        for held in [merged(&a, &b, Conflicts::LastWriteWins), merged(&b, &a, Conflicts::LastWriteWins)] {
            assert_eq!(held.versions()[0].value, winner, "{winner} beats {loser}");
        }
    };
    check(Value::text("apple"), Value::text("banana"));
    check(Value::text("zebra"), Value::Tombstone);
    check(Value::Number(9_000), Value::Tombstone);
    check(Value::text("app"), Value::text("apple"));
    check(Value::Number(9), Value::Number(10));
}
