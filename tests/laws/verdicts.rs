//! Live verdicts on models, k and the fates of acknowledged writes, against naive readings of the same run.

use std::{num::NonZeroUsize, sync::Arc};

use laggard::{
    base::{KeyId, NodeId, WriteId},
    check::{
        Fate, Fates, Judge, Judged, Ledger, Model, Subject, Verdict,
        history::{History, Outcome},
        linear::{self, Budget},
        run_history::RunHistory,
    },
    data::{Conflicts, Relation, Version},
    drive::{self, Timeline},
    replica::primary::Discard,
    scenario::{Scenario, problem::Look},
    sim::{Simulation, What},
};
use proptest::prelude::*;

use crate::generate::{Move, for_plans, make, meets};

fn verdicts(judge: &mut Judge, timeline: &Timeline) -> Vec<Judged> {
    let history = (timeline.history(), timeline.line());
    judge.verdicts(history, timeline.ledger(), timeline.simulation())
}

/// How a verdict stands: -1 violated, 0 unknown, 1 holds.
fn sign(judged: &[Judged], subject: Subject) -> i32 {
    let found = judged.iter().find(|judged| judged.subject == subject);
    match found.map(|judged| &judged.verdict) {
        Some(Verdict::Holds) => 1,
        Some(Verdict::Violated(_)) => -1,
        Some(Verdict::Unknown(_)) | None => 0,
    }
}

const MODELS: [Subject; 4] = [
    Subject::Model(Model::Pram),
    Subject::Model(Model::Causal),
    Subject::Model(Model::Sequential),
    Subject::Linearizable,
];

/// Whether some key's history, its values being all that is known, is not linearizable.
fn is_broken_by_values(history: &RunHistory, simulation: &Simulation) -> bool {
    let keys = (0..simulation.keys().len()).map(|key| KeyId(u32::try_from(key).expect("few")));
    // Sets are left out by the judge, too.
    let registers = keys.filter(|key| !simulation.settings().merges(*key));
    registers.filter_map(|key| history.modelled(Some(key), simulation).ok()).any(|modelled| {
        let initial = modelled.model.initial();
        let Ok(history) = History::new(modelled.model, initial, modelled.recorded()) else {
            return false;
        };
        let judged = linear::judge(&history, Budget::default(), NonZeroUsize::MIN);
        judged.verdicts.iter().any(|verdict| matches!(verdict, linear::Verdict::Violated(_)))
    })
}

#[test]
fn the_models_stand_in_their_order_of_strength_and_agree_with_the_judge_of_histories() {
    let seen = std::cell::Cell::new([0; 4]);
    for_plans(200, 91, 60, |plan| {
        let mut timeline = Timeline::new(Arc::new(plan.scenario.clone()), plan.seed);
        let mut judge = Judge::default();
        for step in &plan.moves {
            make(&mut timeline, step);
            let live = verdicts(&mut judge, &timeline);
            let signs = MODELS.map(|subject| sign(&live, subject));
            // What breaks a weaker model breaks every stronger one; what holds of a stronger one holds of every weaker.
            prop_assert!(signs[..3].is_sorted_by(|weak, strong| weak >= strong), "{signs:?}");
            if signs[2] == -1 {
                prop_assert_eq!(signs[3], -1, "{:#?}", live);
            }
            // Whoever looks now for the first time sees the same.
            let fresh = verdicts(&mut Judge::default(), &timeline);
            prop_assert_eq!(MODELS.map(|subject| sign(&fresh, subject)), signs);
            for judged in live.iter().filter(|judged| MODELS.contains(&judged.subject)) {
                let Verdict::Violated(evidence) = &judged.verdict else { continue };
                prop_assert!(judged.place.is_some_and(|(at, _)| at <= timeline.position()));
                prop_assert!((1..=12).contains(&evidence.len()), "{evidence:#?}");
                prop_assert!(evidence.iter().all(|one| one.at <= timeline.position()));
            }
        }
        let signs = MODELS.map(|subject| sign(&verdicts(&mut judge, &timeline), subject));
        if is_broken_by_values(timeline.history(), timeline.simulation()) {
            prop_assert_eq!(signs[3], -1);
        }
        let mut counts = seen.get();
        for (count, sign) in counts.iter_mut().zip(signs) {
            *count += usize::from(sign == -1);
        }
        seen.set(counts);
        Ok(())
    });
    let broken = seen.get();
    assert!(broken[0] >= meets(2, 0) && broken[3] >= meets(10, 1), "{broken:?}");
}

#[test]
fn going_back_before_a_violation_there_is_none_and_going_forth_it_is_there_again() {
    for_plans(60, 92, 60, |plan| {
        let mut timeline = Timeline::new(Arc::new(plan.scenario.clone()), plan.seed);
        let mut judge = Judge::default();
        let mut seen = Vec::new();
        for step in &plan.moves {
            make(&mut timeline, step);
            let signs = MODELS.map(|subject| sign(&verdicts(&mut judge, &timeline), subject));
            seen.push((timeline.position(), signs));
        }
        for (at, signs) in (0..seen.len()).map(|i| &seen[(i * 7_919) % seen.len()]) {
            timeline.seek(*at);
            let now = MODELS.map(|subject| sign(&verdicts(&mut judge, &timeline), subject));
            prop_assert_eq!(&now, signs);
        }
        Ok(())
    });
}

/// What every replica shows, and what the facts told, against the class of each acknowledged write.
#[expect(clippy::too_many_lines, reason = "one arm for each class")]
fn check_fates(timeline: &Timeline, met: &mut Fates) -> Result<(), TestCaseError> {
    let (simulation, ledger): (&Simulation, &Ledger) = (timeline.simulation(), timeline.ledger());
    let fates = ledger.fates(simulation);
    let accepted: Vec<&Arc<Version>> = timeline
        .history()
        .operations
        .iter()
        .filter_map(|operation| operation.accepted.as_ref())
        .map(|accepted| &accepted.version)
        .collect();
    let acked: Vec<&Arc<Version>> = timeline
        .history()
        .operations
        .iter()
        .filter(|operation| operation.outcome() == Outcome::Ok)
        .filter_map(|operation| operation.accepted.as_ref())
        .map(|accepted| &accepted.version)
        .collect();
    prop_assert_eq!(fates.total(), acked.len() as u64);
    prop_assert_eq!(fates.overwritten + fates.rolled_back + fates.lost, ledger.lost_writes(simulation));
    let given_up = |write: WriteId| {
        timeline.journal().facts().any(|fact| match &fact.what {
            What::Discarded { write: other, why: Discard::Resynced | Discard::RolledBack, .. } => {
                *other == write
            }
            _ => false,
        })
    };
    for version in acked {
        let Some(record) = ledger.find(version.id) else { continue };
        let fate = ledger.fate(record, simulation).expect("acknowledged");
        let key = version.key;
        let by_log = simulation.settings().conflicts_of(key) == Conflicts::LogOrder;
        let owners: Vec<NodeId> = simulation.owners(key).collect();
        let showing = owners.iter().filter(|node| simulation.held(**node, key).keeps(version)).count();
        let mut nodes = (0..simulation.scenario().replicas.len()).map(NodeId::at);
        let anybody = nodes.any(|node| simulation.held(node, key).keeps(version));
        if 2 * showing > owners.len() {
            prop_assert_eq!(fate, Fate::Visible);
        }
        let rivals = || accepted.iter().filter(|other| other.key == key && other.id != version.id);
        match fate {
            Fate::Visible => prop_assert!(showing > 0),
            Fate::Superseded => {
                let covered = rivals().any(|other| other.context.covers(version.dot));
                prop_assert!(covered || version.value.is_tombstone(), "{version:?}");
            }
            Fate::Stranded => prop_assert!(2 * showing <= owners.len()),
            Fate::Overwritten => {
                prop_assert!(!anybody);
                prop_assert!(rivals().any(|other| other.relation(version) == Relation::Concurrent));
            }
            Fate::RolledBack => prop_assert!(by_log && !anybody && given_up(version.id)),
            Fate::Lost => prop_assert!(!anybody),
        }
        met.visible += u64::from(fate == Fate::Visible);
        met.superseded += u64::from(fate == Fate::Superseded);
        met.overwritten += u64::from(fate == Fate::Overwritten);
        met.stranded += u64::from(fate == Fate::Stranded);
        met.rolled_back += u64::from(fate == Fate::RolledBack);
        met.lost += u64::from(fate == Fate::Lost);
    }
    Ok(())
}

#[test]
fn every_acknowledged_write_is_in_one_class_and_the_replicas_bear_it_out() {
    let met = std::cell::Cell::new(Fates::default());
    for_plans(200, 93, 60, |plan| {
        let mut timeline = Timeline::new(Arc::new(plan.scenario.clone()), plan.seed);
        let mut seen = met.get();
        for step in plan.moves.iter().chain(&[Move::Steps(200)]) {
            make(&mut timeline, step);
            check_fates(&timeline, &mut seen)?;
        }
        met.set(seen);
        Ok(())
    });
    let met = met.get();
    // Chance makes no failover that gives an acknowledged write up: presets do, below.
    let mut chance = Fate::ALL.into_iter().filter(|fate| *fate != Fate::RolledBack);
    assert!(chance.all(|fate| met.of(fate) >= meets(1_u64, 0)), "{met:?}");
}

#[test]
fn what_a_member_gives_up_to_follow_its_primary_is_rolled_back() {
    for name in ["mongodb-rollback", "redis-failover"] {
        let text = laggard::scenario::builtin_text(name).expect("built in");
        let scenario = Scenario::from_text(name, text.as_bytes())
            .unwrap_or_else(|problems| panic!("{}", problems.render(Look::Plain)));
        let seed = scenario.seed;
        let timeline = drive::run(&Arc::new(scenario), seed, |_, _| {}).timeline;
        let mut met = Fates::default();
        check_fates(&timeline, &mut met).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert!(met.rolled_back > 0, "{name}: {met:?}");
    }
}

fn run(yaml: &str) -> Vec<Judged> {
    let scenario = Scenario::from_text("test.yaml", yaml.as_bytes())
        .unwrap_or_else(|problems| panic!("{}", problems.render(Look::Plain)));
    let seed = scenario.seed;
    let report = drive::run(&Arc::new(scenario), seed, |_, _| {});
    verdicts(&mut Judge::default(), &report.timeline)
}

fn told(judged: &[Judged], subject: Subject) -> String {
    let judged = judged.iter().find(|judged| judged.subject == subject).expect("judged");
    let evidence = match &judged.verdict {
        Verdict::Violated(evidence) => evidence.iter().map(|one| one.text.clone()).collect::<Vec<_>>(),
        Verdict::Holds | Verdict::Unknown(_) => Vec::new(),
    };
    format!("{}\n{}", judged.says, evidence.join("\n"))
}

/// SEMANTICS §13.16: each side of a wall has seen one write and not the other.
const IRIW: &str = "
title: Independent reads of independent writes
cluster: {replicas: [a, b], replication: {leaderless: {n: 2, write: one, read: one}}}
network: {latency: 10ms}
clients: [{name: ann, at: a}, {name: bob, at: b}, {name: cat, at: a}, {name: dan, at: b}]
script:
  - isolate: a
  - write: {by: ann, key: x, value: 1}
  - write: {by: bob, key: y, value: 1}
  - pause: 100ms
  - read: {by: cat, key: x}
  - pause: 100ms
  - read: {by: cat, key: y}
  - read: {by: dan, key: y}
  - pause: 100ms
  - read: {by: dan, key: x}
";

#[test]
fn reads_on_both_sides_of_a_wall_are_causal_and_neither_sequential_nor_linearizable() {
    let judged = run(IRIW);
    assert_eq!(MODELS.map(|subject| sign(&judged, subject)), [1, 1, -1, -1], "{judged:#?}");
    let sequential = told(&judged, Subject::Model(Model::Sequential));
    assert_eq!(sequential.lines().count(), 7, "all six are needed: {sequential}");
    assert!(
        sequential.contains("cat read x=1") && sequential.contains("dan read nothing of x"),
        "{sequential}"
    );
    let linearizable = told(&judged, Subject::Linearizable);
    assert_eq!(linearizable.lines().count(), 3, "{linearizable}");
}

#[test]
fn where_nothing_was_read_nothing_is_known() {
    let judged = run("
title: Nobody reads
cluster: {replicas: [a, b]}
clients: [{name: ann, at: a}]
script:
  - write: {by: ann, key: x, value: 1}
");
    assert_eq!(MODELS.map(|subject| sign(&judged, subject)), [0; 4]);
    assert_eq!(told(&judged, Subject::Linearizable).trim(), "nothing was read");
    assert_eq!(told(&judged, Subject::Acknowledged).trim(), "of 1: 1 visible");
}

#[test]
fn a_read_two_writes_behind_needs_k_of_three() {
    let judged = run("
title: Two behind
cluster: {replicas: [a, b], replication: {leaderless: {n: 2, write: one, read: one}}}
network: {latency: 10ms}
clients: [{name: ann, at: a}, {name: bob, at: b}]
data: {x: 0}
script:
  - isolate: b
  - write: {by: ann, key: x, value: 1}
  - pause: 100ms
  - write: {by: ann, key: x, value: 2}
  - pause: 100ms
  - read: {by: bob, key: x}
");
    assert_eq!(MODELS.map(|subject| sign(&judged, subject)), [1, 1, 1, -1], "{judged:#?}");
    let k = told(&judged, Subject::Atomicity(KeyId(0)));
    assert!(k.starts_with("k = 3: ") && k.lines().count() == 4, "{k}");
}

#[test]
fn one_primary_that_serves_all_reads_is_linearizable_on_the_screen_too() {
    let judged = run("
title: One primary
cluster: {replicas: [a, b], replication: {primary: {at: a, reads_from: primary}}}
clients: [{name: ann, at: a}, {name: bob, at: b}]
workload: {rate: 50/s, reads: 50%, keys: [x, y], stop: 4s}
script:
  - until: settled
    within: 1min
");
    let signs = MODELS.map(|subject| sign(&judged, subject));
    assert!(signs.iter().all(|sign| *sign >= 0), "{judged:#?}");
    assert_eq!(signs[3], 1, "{judged:#?}");
}
