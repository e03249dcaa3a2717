//! The settings that are linearizable (SEMANTICS §14, "Linearizable"), and what is not once a premise is given
//! up. Judged by searching for an order (Wing and Gong), which knows nothing of stamps or logs; and, on larger
//! random clusters, by the order of last-write-wins as the witness.

use std::{cell::Cell, cmp::Ordering, collections::BTreeSet, sync::Arc};

use laggard::{
    action::{
        Command, Durability, Failover, Level, Mend, Monitors, PrimaryPolicy, Protocol, Quorum, ReadRepair,
        ReadsFrom, Setting,
    },
    base::{KeyId, NodeId, Span, WriteId},
    data::{Conflicts, Value, Version},
    net::{Delay, LinkChange, Scope},
    scenario::Scenario,
    sim::Fact,
};
use proptest::prelude::*;

use crate::{
    generate::{Dice, Move, Plan, durable, for_draws, for_plans, meets},
    overlap::exact,
    schedule::{
        Operation, all_facts, as_set, crash, found, isolate, millis, operations, plan_of, read, restart,
        rules, write,
    },
};

/// One operation on a register: from when to when, and what it did.
#[derive(Debug, Clone, Copy)]
struct Interval {
    called: u64,
    /// `None`: never answered. It may take effect at any time after its call, or never.
    returned: Option<u64>,
    deed: Deed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Write(WriteId),
    /// What it found; `None`: what was there in the beginning.
    Read(Option<WriteId>),
}

/// The operations of one key that tell anything.
fn history(facts: &[Fact], key: KeyId) -> Vec<Interval> {
    let operations = operations(facts);
    let written: BTreeSet<WriteId> =
        operations.values().filter_map(|o| o.version.as_ref()).map(|version| version.id).collect();
    let deed = |o: &Operation| match (&o.version, &o.found) {
        (Some(version), _) => Some(Deed::Write(version.id)),
        (None, Some(found)) => {
            Some(Deed::Read(found.versions().first().map(|v| v.id).filter(|id| written.contains(id))))
        }
        (None, None) => None,
    };
    let of_key = operations.values().filter(|o| o.key == key);
    of_key.filter_map(|o| Some(Interval { called: o.asked, returned: o.answered, deed: deed(o)? })).collect()
}

/// Whether some order of the operations explains all answers: each takes effect between its call and its return, and
/// a read finds what was written last. Equal endpoints are concurrent.
fn is_linearizable(history: &[Interval]) -> bool {
    assert!(history.len() <= 64, "too long to search");
    let all =
        (0..history.len()).filter(|i| history[*i].returned.is_some()).fold(0_u64, |set, i| set | 1 << i);
    let mut seen = BTreeSet::new();
    let mut open = vec![(0_u64, None)];
    while let Some((done, state)) = open.pop() {
        if done & all == all {
            return true;
        }
        if !seen.insert((done, state)) {
            continue;
        }
        let left = || (0..history.len()).filter(|i| done & (1 << i) == 0);
        let first_return = left().filter_map(|i| history[i].returned).min().unwrap_or(u64::MAX);
        for i in left().filter(|i| history[*i].called <= first_return) {
            match history[i].deed {
                Deed::Write(id) => open.push((done | 1 << i, Some(id))),
                Deed::Read(value) if value == state => open.push((done | 1 << i, state)),
                Deed::Read(_) => {}
            }
        }
    }
    false
}

fn linearizable(facts: &[Fact]) -> bool {
    is_linearizable(&history(facts, KeyId(0)))
}

/// SEMANTICS §10, inline cases.
#[test]
fn the_search_knows_what_is_linearizable() {
    let put = |called, returned| Interval { called, returned, deed: Deed::Write(WriteId(1)) };
    let get = |value: bool, called, returned| Interval {
        called,
        returned: Some(returned),
        deed: Deed::Read(value.then_some(WriteId(1))),
    };
    assert!(is_linearizable(&[put(0, Some(100)), get(true, 25, 75), get(false, 30, 60)]));
    assert!(!is_linearizable(&[put(0, Some(200)), get(true, 10, 30), get(false, 40, 90)]));
    assert!(is_linearizable(&[put(0, None), get(false, 10, 30), get(true, 40, 90)]));
    assert!(!is_linearizable(&[put(0, None), get(true, 10, 30), get(false, 40, 90)]));
    assert!(is_linearizable(&[put(0, Some(50)), get(false, 50, 90)]), "equal endpoints are concurrent");
    assert!(!is_linearizable(&[put(0, Some(49)), get(false, 50, 90)]));
}

/// Three replicas that hold "old".
fn three() -> Scenario {
    let mut scenario = Scenario::of(3);
    scenario.initial = vec![(KeyId(0), Value::text("old"))];
    (scenario.settings.write, scenario.settings.read) = (Level::Quorum, Level::Quorum);
    scenario
}

/// The same with one primary, at 0, that serves all reads and never fails over.
fn primary() -> Scenario {
    let mut scenario = three();
    let policy = PrimaryPolicy { reads_from: ReadsFrom::Primary, ..PrimaryPolicy::of(3) };
    scenario.settings.protocol = Protocol::Primary(Box::new(policy));
    scenario.settings.conflicts = Conflicts::LogOrder;
    (scenario.settings.write, scenario.settings.read) = (Level::One, Level::One);
    scenario
}

fn policy(scenario: &mut Scenario) -> &mut PrimaryPolicy {
    match &mut scenario.settings.protocol {
        Protocol::Primary(policy) => policy,
        Protocol::Leaderless(_) => unreachable!("a primary"),
    }
}

fn repairing(repair: ReadRepair) -> Scenario {
    let mut scenario = three();
    rules(&mut scenario).read_repair = repair;
    scenario
}

/// A random schedule on one key: reads and writes everywhere under cuts, crashes and pauses; and `promotions`, where
/// somebody fails over.
fn schedule(draws: &[Vec<u16>], promotions: Promotions) -> Vec<Move> {
    let mut moves = Vec::new();
    for (number, draws) in draws.iter().enumerate() {
        let mut dice = Dice::new(draws);
        moves.push(Move::Advance(Span::micros(1 + 5_000 * dice.below(40) as u64)));
        let at = u16::try_from(dice.below(3)).expect("three");
        let step = match dice.below(18) {
            0..=3 => Move::Give(as_set(write(at, &format!("v{number}"), Level::One))),
            4..=9 => Move::Give(as_set(read(at, Level::One))),
            10 | 11 => isolate(at),
            12 | 13 => Move::Give(Command::Heal(Mend::All)),
            14 => crash(at),
            15 => {
                moves.extend((0..3).map(restart));
                continue;
            }
            16 => Move::Give(Command::Freeze(NodeId(at))),
            _ if promotions == Promotions::Some && dice.below(2) == 1 => {
                Move::Give(Command::Promote(NodeId(at)))
            }
            _ => {
                moves.extend((0..3).map(|node| Move::Give(Command::Thaw(NodeId(node)))));
                continue;
            }
        };
        moves.push(step);
    }
    moves.push(millis(2_000));
    moves
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Promotions {
    None,
    Some,
}

/// Over fixed random schedules: how many reads were answered, and how many histories no order explains. It stops at
/// `enough` of those.
fn tried(scenario: &Scenario, promotions: Promotions, cases: u32, enough: usize) -> (usize, usize) {
    let (reads, wrong) = (Cell::new(0), Cell::new(0));
    let mut scenario = scenario.clone();
    scenario.settings.timeout = Span::millis(400);
    scenario.network.change(Scope::All, &LinkChange::Delay(Delay::Exponential { mean: Span::millis(20) }));
    let draws = prop::collection::vec(prop::collection::vec(any::<u16>(), 6), 50);
    for_draws(cases, 41, &draws, |draws| {
        if wrong.get() >= enough {
            return Ok(());
        }
        let facts = all_facts(&plan_of(scenario.clone(), schedule(&draws, promotions)));
        reads.set(reads.get() + found(&facts).len());
        wrong.set(wrong.get() + usize::from(!linearizable(&facts)));
        Ok(())
    });
    (reads.get(), wrong.get())
}

#[test]
fn majorities_with_blocking_repair_and_exact_clocks_are_explained_by_some_order() {
    let (reads, wrong) = tried(&repairing(ReadRepair::Blocking), Promotions::None, 200, 1);
    assert!(reads > 1_000, "{reads} reads");
    assert_eq!(wrong, 0);
}

#[test]
fn one_primary_that_serves_all_reads_and_never_fails_over_is_linearizable() {
    for written in [Level::One, Level::Quorum] {
        let mut scenario = primary();
        scenario.settings.write = written;
        let (reads, wrong) = tried(&scenario, Promotions::None, 120, 1);
        assert!(reads > 400, "{reads} reads");
        assert_eq!(wrong, 0, "{written:?}");
    }
}

/// Each premise given up alone, on the same schedules.
#[test]
fn without_any_one_premise_some_history_is_explained_by_no_order() {
    let with = |mut scenario: Scenario, turn: &dyn Fn(&mut Scenario)| {
        turn(&mut scenario);
        scenario
    };
    let blocking = || repairing(ReadRepair::Blocking);
    let cases: [(&str, Scenario, Promotions); 9] = [
        ("no repair", repairing(ReadRepair::Off), Promotions::None),
        ("asynchronous repair", repairing(ReadRepair::Async), Promotions::None),
        ("skewed clocks", with(blocking(), &|s| s.replicas[0].skew = 500_000_000), Promotions::None),
        ("R of one", with(blocking(), &|s| s.settings.read = Level::One), Promotions::None),
        ("W of one", with(blocking(), &|s| s.settings.write = Level::One), Promotions::None),
        (
            "crashes that forget",
            with(blocking(), &|s| rules(s).durability = Durability::Snapshot { every: Span::secs(60) }),
            Promotions::None,
        ),
        (
            "reads from replicas",
            with(primary(), &|s| policy(s).reads_from = ReadsFrom::Any),
            Promotions::None,
        ),
        ("failover", primary(), Promotions::Some),
        (
            "a primary that forgets",
            with(primary(), &|s| policy(s).durability = Durability::Snapshot { every: Span::secs(60) }),
            Promotions::None,
        ),
    ];
    for (what, scenario, promotions) in cases {
        assert!(rules_are_strict(&scenario));
        let (reads, wrong) = tried(&scenario, promotions, 3_000, 1);
        assert!(wrong >= meets(1, 0), "{what}: every history of {reads} reads has an order");
    }
}

fn rules_are_strict(scenario: &Scenario) -> bool {
    scenario.settings.leaderless().is_none_or(|rules| rules.quorum == Quorum::Strict)
}

/// SEMANTICS §14, "Observers": an outside client knows a longer interval of each operation than the simulation does.
#[test]
fn a_violation_in_a_wider_view_is_one_in_the_simulators_and_not_the_reverse() {
    let (both, only_inside) = (Cell::new(0), Cell::new(0));
    let mut scenario = primary();
    policy(&mut scenario).reads_from = ReadsFrom::Any;
    let draws = prop::collection::vec(prop::collection::vec(any::<u16>(), 8), 50);
    for_draws(150, 42, &draws, |draws| {
        let facts = all_facts(&plan_of(scenario.clone(), schedule(&draws, Promotions::None)));
        let narrow = history(&facts, KeyId(0));
        let widen = |(one, draws): (&Interval, &Vec<u16>)| Interval {
            called: one.called.saturating_sub(u64::from(draws[6] % 30)),
            returned: one.returned.map(|end| end + u64::from(draws[7] % 30)),
            deed: one.deed,
        };
        let wide: Vec<Interval> = narrow.iter().zip(&draws).map(widen).collect();
        match (is_linearizable(&narrow), is_linearizable(&wide)) {
            (inside, false) => {
                prop_assert!(!inside, "seen from outside alone: {wide:?}");
                both.set(both.get() + 1);
            }
            (false, true) => only_inside.set(only_inside.get() + 1),
            (true, true) => {}
        }
        Ok(())
    });
    assert!(both.get() > 0 && only_inside.get() > 0, "{both:?} and {only_inside:?}");
}

/// By hand: a partial write, read once, and then by a majority that never heard of it. Whoever answers before the
/// repair has arrived lets the next read go back.
#[test]
fn a_read_that_answers_before_its_repair_has_arrived_is_not_linearizable() {
    let with = |repair| {
        let moves = vec![
            isolate(0),
            Move::Give(write(0, "partial", Level::Quorum)),
            millis(3_000),
            Move::Give(Command::Heal(Mend::All)),
            Move::Give(read(0, Level::Quorum)),
            // 80 ms there and back: answered now, if ever without waiting, while the repair is on its way.
            millis(165),
            isolate(0),
            Move::Give(read(1, Level::Quorum)),
            millis(1_000),
        ];
        let facts = all_facts(&plan_of(repairing(repair), moves));
        (found(&facts), linearizable(&facts))
    };
    let both = vec![vec!["partial".to_owned()], vec!["old".to_owned()]];
    assert_eq!(with(ReadRepair::Off), (both.clone(), false), "R + W > N alone is not linearizable");
    assert_eq!(with(ReadRepair::Async), (both, false));
    assert_eq!(
        with(ReadRepair::Blocking),
        (vec![vec!["old".to_owned()]], true),
        "the first is never answered"
    );
}

/// By hand: two writes, one after the other, and the clock of the first is ahead.
#[test]
fn a_skewed_clock_is_not_linearizable_whatever_repairs() {
    let with = |skew| {
        let mut scenario = repairing(ReadRepair::Blocking);
        scenario.replicas[0].skew = skew;
        let mut moves = Vec::new();
        for command in
            [write(0, "first", Level::Quorum), write(1, "second", Level::Quorum), read(2, Level::Quorum)]
        {
            moves.extend([Move::Give(command), millis(500)]);
        }
        let facts = all_facts(&plan_of(scenario, moves));
        (found(&facts), linearizable(&facts))
    };
    assert_eq!(with(1_000_000_000), (vec![vec!["first".to_owned()]], false));
    assert_eq!(with(0), (vec![vec!["second".to_owned()]], true));
}

/// By hand: the primary is behind a wall, another is promoted, and each serves whoever stands on its side.
#[test]
fn a_failover_is_not_linearizable() {
    let with = |promoted: bool| {
        let mut moves = vec![isolate(0), millis(100)];
        moves.extend(promoted.then_some(Move::Give(Command::Promote(NodeId(1)))));
        moves.extend([
            millis(1_000),
            Move::Give(as_set(write(1, "new", Level::One))),
            millis(3_000),
            Move::Give(as_set(read(0, Level::One))),
            millis(1_000),
        ]);
        let facts = all_facts(&plan_of(primary(), moves));
        (found(&facts), linearizable(&facts))
    };
    let old = vec![vec!["old".to_owned()]];
    assert_eq!(with(true), (old.clone(), false), "the old primary serves what it has");
    assert_eq!(with(false), (old, true), "the write is never taken up");
}

/// By hand: monitors promote another by themselves; what only the old primary had, though acknowledged, is gone.
#[test]
fn a_failover_by_monitors_loses_what_was_acknowledged() {
    let with = |failover| {
        let mut scenario = primary();
        policy(&mut scenario).failover = failover;
        let moves = vec![
            isolate(0),
            Move::Give(as_set(write(0, "new", Level::One))),
            millis(60_000),
            Move::Give(as_set(read(1, Level::One))),
            millis(1_000),
        ];
        let facts = all_facts(&plan_of(scenario, moves));
        (found(&facts), linearizable(&facts))
    };
    let places = (0..3).map(NodeId).collect();
    let monitors = Failover::Monitors(Monitors { after: Span::secs(2), quorum: 2, places });
    assert_eq!(with(monitors), (vec![vec!["old".to_owned()]], false));
    assert_eq!(with(Failover::Manual), (Vec::new(), true), "nobody answers");
}

/// By hand: acknowledged at the primary, read from a replica before the stream has brought it.
#[test]
fn reading_from_replicas_is_not_linearizable() {
    let with = |reads_from| {
        let mut scenario = primary();
        policy(&mut scenario).reads_from = reads_from;
        let moves = vec![
            Move::Give(as_set(write(0, "new", Level::One))),
            millis(10),
            Move::Give(as_set(read(1, Level::One))),
            millis(1_000),
        ];
        let facts = all_facts(&plan_of(scenario, moves));
        (found(&facts), linearizable(&facts))
    };
    assert_eq!(with(ReadsFrom::Any), (vec![vec!["old".to_owned()]], false));
    assert_eq!(with(ReadsFrom::Primary), (vec![vec!["new".to_owned()]], true));
}

/// Majorities, blocking repair, exact clocks, last-write-wins: what must be linearizable.
pub(crate) fn majorities(plan: Plan, repair: ReadRepair) -> Plan {
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
    let answered = Cell::new(0);
    for_plans(250, 30, 80, |plan| {
        let facts = all_facts(&majorities(plan, ReadRepair::Blocking));
        answered.set(answered.get() + found(&facts).len());
        let wrong = not_linearizable(&facts);
        prop_assert!(wrong.is_empty(), "{:#?}", wrong[0]);
        Ok(())
    });
    assert!(answered.get() > 200, "{} reads", answered.get());
}
