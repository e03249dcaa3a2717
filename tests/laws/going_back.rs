//! No going back (SEMANTICS §14): hints, repair and anti-entropy never replace a version by one that it supersedes.
//! What may: a tombstone that was forgotten, a crash that forgets, a lost disk; and each says so.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use laggard::{
    action::{
        Act, AntiEntropy, Command, Context, Digest, HintRules, Level, Mend, ReadRepair, Style, TombstoneRules,
    },
    base::{KeyId, NodeId, Span, WriteId},
    data::{Conflicts, Held, Value},
    replica::MessageKind as Kind,
    scenario::Scenario,
    sim::{Fact, What},
};
use proptest::prelude::*;

use crate::{
    generate::{Move, Plan, durable, for_plans, meets, run},
    schedule::{all_facts, ask, crash, isolate, millis, plan_of, read, restart, rules},
};

/// A step after which a replica held something older of a key, and what was said of that step.
struct StepBack {
    node: NodeId,
    key: KeyId,
    facts: Vec<Fact>,
    told: String,
}

/// Every step of a run at which what a replica holds of a key gave way to what does not beat it. `each` sees the
/// facts of every step.
fn steps_back(plan: &Plan, mut each: impl FnMut(&[Fact])) -> Vec<StepBack> {
    let settings = &plan.scenario.settings;
    let nodes: Vec<NodeId> = (0..plan.scenario.replicas.len()).map(NodeId::at).collect();
    let mut before: BTreeMap<(NodeId, KeyId), Held> = BTreeMap::new();
    let mut steps = Vec::new();
    run(plan, |simulation, facts| {
        each(facts);
        for key in (0..simulation.keys().len()).map(|i| KeyId(u32::try_from(i).expect("few"))) {
            for node in &nodes {
                let now = simulation.held(*node, key);
                let was = before.entry((*node, key)).or_default();
                let merges = settings.kind(key).is_state();
                let kept = |old: &laggard::data::Version| {
                    now.versions().iter().any(|new| match settings.conflicts_of(key) {
                        _ if merges => new.context.includes(&old.context),
                        Conflicts::LastWriteWins => new.last_write_order(old).is_ge(),
                        Conflicts::Siblings | Conflicts::VectorSiblings | Conflicts::LogOrder => {
                            new.id == old.id || new.context.covers(old.dot)
                        }
                    })
                };
                if !was.versions().iter().all(|old| kept(old)) {
                    let told = format!("{node} {key}: {was:?} became {now:?}");
                    steps.push(StepBack { node: *node, key, facts: facts.to_vec(), told });
                }
                *was = now.clone();
            }
        }
    });
    steps
}

/// What a replica was told by, step by step, when what it holds changed.
fn taught_by(facts: &[Fact], taught: &mut BTreeMap<Kind, u32>) {
    let kind = facts.iter().find_map(|fact| match &fact.what {
        What::Delivered { kind, .. } => Some(*kind),
        _ => None,
    });
    let stored = facts.iter().any(|fact| matches!(fact.what, What::Stored { .. }));
    if let Some(kind) = kind.filter(|_| stored) {
        *taught.entry(kind).or_default() += 1;
    }
}

#[test]
fn what_a_replica_holds_never_becomes_older() {
    let taught = RefCell::new(BTreeMap::new());
    for_plans(160, 23, 70, |plan| {
        let plan = durable(plan);
        let steps = steps_back(&plan, |facts| taught_by(facts, &mut taught.borrow_mut()));
        prop_assert!(steps.is_empty(), "{}", steps[0].told);
        Ok(())
    });
    // Each of those that bring old news has brought some.
    let taught = taught.into_inner();
    for kind in [Kind::Write, Kind::Hint, Kind::Repair, Kind::Sync, Kind::SyncReply] {
        assert!(taught.get(&kind).copied().unwrap_or(0) >= meets(3, 0), "{kind:?}: {taught:?}");
    }
}

/// The exceptions, on the same schedules with nothing taken out: every step back is one that says what was lost.
#[test]
fn a_replica_goes_back_only_where_it_says_that_it_forgot() {
    let (purges, crashes, disks) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let count = |which: &Cell<u32>| which.set(which.get() + 1);
    for_plans(250, 28, 70, |plan| {
        for StepBack { node, key, facts, told } in steps_back(&plan, |_| ()) {
            let excuse = facts.iter().find_map(|fact| match &fact.what {
                What::Purged { node: at, key: of, .. } if (*at, *of) == (node, key) => Some(&purges),
                What::Discarded { node: at, key: of, .. } if (*at, *of) == (node, key) => Some(&crashes),
                What::Destroyed { node: at, .. } if *at == node => Some(&disks),
                _ => None,
            });
            prop_assert!(excuse.is_some(), "{told}: {facts:?}");
            excuse.into_iter().for_each(count);
        }
        Ok(())
    });
    for (times, what) in [(purges, "purges"), (crashes, "crashes that forget"), (disks, "lost disks")] {
        assert!(times.get() >= meets(1, 0), "no {what}");
    }
}

/// Node 2 misses a delete; what the others have become once it is back and somebody spreads what it holds.
/// `spread` turns on one way of spreading, and `ask` may ask.
fn after_a_missed_delete(
    tombstones: Option<TombstoneRules>,
    spread: impl Fn(&mut Scenario),
    asks: &[Move],
) -> Vec<String> {
    let mut scenario = Scenario::of(3);
    scenario.initial = vec![(KeyId(0), Value::text("old"))];
    rules(&mut scenario).tombstones = tombstones;
    spread(&mut scenario);
    let delete = Act::Write { value: Value::Tombstone, context: Context::Last, stamp: None };
    let mut moves = vec![
        isolate(2),
        Move::Give(ask(0, delete, Level::Two)),
        millis(10_000),
        Move::Give(Command::Heal(Mend::All)),
    ];
    moves.extend_from_slice(asks);
    moves.push(millis(4_000));
    let end = run(&plan_of(scenario, moves), |_, _| ());
    let text =
        |held: &Held| held.versions().iter().map(|v| v.value.to_string()).collect::<Vec<_>>().join("+");
    (0..3).map(|node| text(end.held(NodeId(node), KeyId(0)))).collect()
}

const GRACE: TombstoneRules = TombstoneRules { gc_grace: Span::secs(5), compact_every: Span::secs(1) };

#[test]
fn a_purged_tombstone_lets_what_was_deleted_come_back_by_anti_entropy_and_by_read_repair() {
    let gossip = |scenario: &mut Scenario| {
        let every = Span::millis(500);
        let rounds = AntiEntropy { every, style: Style::PushPull, fan_out: 2, digest: Digest::Full };
        scenario.settings.anti_entropy = Some(rounds);
    };
    let repair = |scenario: &mut Scenario| rules(scenario).read_repair = ReadRepair::Async;
    let by_gossip = |tombstones| after_a_missed_delete(tombstones, gossip, &[]);
    let by_reading =
        |tombstones| after_a_missed_delete(tombstones, repair, &[Move::Give(read(0, Level::All))]);
    assert_eq!(by_gossip(Some(GRACE)), ["old"; 3]);
    assert_eq!(by_reading(Some(GRACE)), ["old"; 3]);
    assert_eq!(by_gossip(None), ["(deleted)"; 3]);
    assert_eq!(by_reading(None), ["(deleted)"; 3]);
    // Repaired within the grace, it stays deleted: forgotten everywhere in the end, and nothing comes back.
    let in_time = [Move::Give(Command::Repair(None)), millis(100_000)];
    let longer = TombstoneRules { gc_grace: Span::secs(60), ..GRACE };
    assert_eq!(after_a_missed_delete(Some(longer), gossip, &in_time), [""; 3]);
}

/// A hint as old as the grace is thrown away, so that it cannot bring back what was deleted since.
#[test]
fn a_hint_brings_nothing_back_that_was_deleted_and_forgotten() {
    let with = |gc_grace| {
        let mut scenario = Scenario::of(3);
        let policy = rules(&mut scenario);
        policy.hints = Some(HintRules { replay_every: Span::millis(500), ..HintRules::USUAL });
        policy.tombstones = Some(TombstoneRules { gc_grace, compact_every: Span::secs(1) });
        let delete = Act::Write { value: Value::Tombstone, context: Context::Last, stamp: None };
        let moves = vec![
            crash(2),
            // 0 keeps a hint for 2, and goes down with it on its disk.
            Move::Give(crate::schedule::write(0, "old", Level::One)),
            millis(1_000),
            crash(0),
            restart(2),
            Move::Give(ask(1, delete, Level::Two)),
            millis(10_000),
            restart(0),
            millis(3_000),
        ];
        let facts = all_facts(&plan_of(scenario.clone(), moves.clone()));
        let expired = facts.iter().any(|fact| matches!(fact.what, What::HintExpired { .. }));
        let handed = facts.iter().any(|fact| matches!(fact.what, What::HandedBack { write: WriteId(0), .. }));
        let end = run(&plan_of(scenario, moves), |_, _| ());
        (expired, handed, end.held(NodeId(2), KeyId(0)).versions().first().map(|v| v.value.to_string()))
    };
    assert_eq!(with(Span::secs(5)), (true, false, None), "too old to be safe");
    let kept = Some("(deleted)".to_owned());
    assert_eq!(with(Span::secs(600)), (false, true, kept), "handed back, and it loses to the delete");
}
