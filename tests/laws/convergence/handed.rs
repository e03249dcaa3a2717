//! What is handed on until it has come: retransmission alone, hints alone. What each promises, and where its
//! promise ends.

use std::{collections::BTreeMap, sync::Arc};

use laggard::{
    action::{
        Asks, Command, Coordinator, Durability, HintHolder, HintRules, Level, Mend, Propagation, Quorum,
        ReadRepair, TombstoneRules,
    },
    base::{KeyId, NodeId, Ppm, Seed, Span, WriteId},
    data::{Conflicts, Kind, Version},
    drive::Timeline,
    net::{CutShape, LinkChange, Scope},
    scenario::Scenario,
    sim::What,
};
use proptest::prelude::*;

use crate::{
    generate::{Move, Plan, for_plans, make, play, run, run_on},
    schedule::{crash, isolate, millis, restart, rules, write},
};

use super::{CONVERGED, POLICIES, all_hold_the_same, comes_to_agree, quiet, under, without_knobs_of_repair};

/// Direct replication with nothing on that repairs, nobody who goes down, and N unchanged.
fn bare(mut plan: Plan) -> Plan {
    without_knobs_of_repair(&mut plan);
    plan.moves.retain(|step| !matches!(step, Move::Give(Command::Crash(_) | Command::Destroy(_))));
    plan.scenario.settings.propagation = Propagation::Direct;
    plan.scenario.settings.anti_entropy = None;
    plan.scenario.settings.truncate_at = None;
    let rules = rules(&mut plan.scenario);
    (rules.hints, rules.retransmit, rules.tombstones) = (None, None, None);
    (rules.read_repair, rules.quorum) = (ReadRepair::Off, Quorum::Strict);
    plan
}

/// One vector for all siblings depends on the order in which they come; all others come out alike.
fn policies_of_no_order() -> impl Iterator<Item = (u64, (Conflicts, Kind))> {
    (0..).zip(POLICIES).filter(|(_, (conflicts, _))| *conflicts != Conflicts::VectorSiblings)
}

/// Whoever coordinated a write sends it again until all have it: enough, as long as it does not go down.
#[test]
fn retransmission_alone_converges_where_no_coordinator_goes_down() {
    for (index, policy) in policies_of_no_order() {
        for_plans(40, 7_700 + index, 50, |plan| {
            let mut plan = under(policy, bare(plan));
            rules(&mut plan.scenario).retransmit = Some(Span::millis(500));
            let mut simulation = run(&plan, |_, _| ());
            run_on(&mut simulation, &quiet(&plan.scenario, Ppm::percent(20)), |_, _| ());
            comes_to_agree(&mut simulation, 120)
        });
    }
}

const HINTS: HintRules =
    HintRules { window: Span::secs(1_000_000), holder: HintHolder::Coordinator, replay_every: Span::secs(1) };

/// Whoever coordinated a write keeps it for all that are silent until the write times out.
#[test]
fn hints_alone_converge_where_no_coordinator_goes_down() {
    for (index, policy) in policies_of_no_order() {
        for_plans(40, 7_720 + index, 50, |plan| {
            let mut plan = under(policy, bare(plan));
            rules(&mut plan.scenario).hints = Some(HINTS);
            let mut simulation = run(&plan, |_, _| ());
            run_on(&mut simulation, &quiet(&plan.scenario, Ppm::percent(20)), |_, _| ());
            comes_to_agree(&mut simulation, 120)
        });
    }
}

/// What was kept as a hint comes to whom it was kept for, as long as the disks of both live: whatever is cut,
/// crashed or frozen meanwhile.
#[test]
fn every_hint_is_handed_back_while_the_disk_of_its_holder_lives() {
    let kept = std::cell::Cell::new(0);
    for (index, policy) in policies_of_no_order() {
        for_plans(50, 7_740 + index, 60, |mut plan| {
            let moves = std::mem::take(&mut plan.moves);
            let mut plan = under(policy, Plan { moves, ..bare(plan) });
            without_knobs_of_repair(&mut plan);
            plan.moves.retain(|step| !matches!(step, Move::Give(Command::Destroy(_))));
            let rules = rules(&mut plan.scenario);
            let holder = [HintHolder::Coordinator, HintHolder::Next][usize::from(plan.seed.0 % 2 == 1)];
            rules.hints = Some(HintRules { holder, ..HINTS });
            rules.durability = Durability::Journal;
            (rules.quorum, rules.asks, rules.coordinator) = (Quorum::Strict, Asks::All, Coordinator::Any);
            let mut versions: BTreeMap<WriteId, Arc<Version>> = BTreeMap::new();
            let mut hinted: Vec<(NodeId, KeyId, WriteId)> = Vec::new();
            let mut note = |fact: &laggard::sim::Fact| match &fact.what {
                What::Accepted { version, .. } => drop(versions.insert(version.id, Arc::clone(version))),
                What::Hinted { target, key, write, .. } => hinted.push((*target, *key, *write)),
                _ => {}
            };
            let mut simulation = run(&plan, |_, new| new.iter().for_each(&mut note));
            let mut moves = quiet(&plan.scenario, Ppm::percent(20));
            moves.push(Move::Advance(Span::secs(60)));
            run_on(&mut simulation, &moves, |_, new| new.iter().for_each(&mut note));
            prop_assert!(!simulation.hint_waits());
            for (target, key, write) in hinted {
                let Some(version) = versions.get(&write) else { continue };
                kept.set(kept.get() + 1);
                let held = simulation.held(target, key);
                let conflicts = simulation.settings().conflicts_of(key);
                // What it must come after may not have been kept as a hint: then it came, and waits.
                let came = simulation.waiting(target).any(|waiting| waiting.write == write);
                prop_assert!(
                    came || held.reflects(version, conflicts),
                    "{write} of {key} was kept for {target}"
                );
            }
            Ok(())
        });
    }
    assert!(kept.get() > 100, "only {} hints were kept", kept.get());
}

/// What `moves` lead to, once everybody is up and nothing is cut: replicas that differ, that are told why,
/// and that still differ an hour later.
fn never_agrees(scenario: Scenario, moves: &[Move]) -> &'static str {
    let last = quiet(&scenario, Ppm::NEVER);
    let mut timeline = Timeline::new(Arc::new(scenario), Seed(5));
    play(&mut timeline, moves);
    play(&mut timeline, &last);
    make(&mut timeline, &Move::Advance(Span::secs(30)));
    let why = timeline.why_never(&CONVERGED).expect("never");
    assert!(timeline.simulation().settled() && !all_hold_the_same(timeline.simulation()));
    make(&mut timeline, &Move::Advance(Span::secs(3_600)));
    assert!(!all_hold_the_same(timeline.simulation()), "said: {why}");
    why
}

fn with_hints(hints: HintRules) -> Scenario {
    let mut scenario = Scenario::of(3);
    rules(&mut scenario).hints = Some(hints);
    scenario
}

#[test]
fn where_a_hint_is_gone_or_never_was_the_promise_of_hints_ends() {
    let written = || Move::Give(write(0, "jam", Level::One));
    let why = "never: no hint is left of what was lost, and no anti-entropy repairs it";
    // The disk on which it was kept is gone: so is what the holder had itself.
    let destroyed = Move::Give(Command::Destroy(NodeId(0)));
    let moves = [crash(2), written(), millis(3_000), destroyed];
    assert_eq!(never_agrees(with_hints(HINTS), &moves), why);
    // It had been down for longer than the window when the write came.
    let short = HintRules { window: Span::secs(10), ..HINTS };
    let moves = [crash(2), millis(11_000), written(), millis(3_000)];
    assert_eq!(never_agrees(with_hints(short), &moves), why);
    // Nobody knew that it could not be reached, and the coordinator went down before its patience was over.
    let moves = [isolate(2), written(), millis(500), crash(0), millis(3_000)];
    assert_eq!(never_agrees(with_hints(HINTS), &moves), why);
    // Kept for longer than tombstones are: thrown away, lest it bring back what was deleted.
    let mut scenario = with_hints(HINTS);
    rules(&mut scenario).tombstones =
        Some(TombstoneRules { gc_grace: Span::secs(20), compact_every: Span::secs(5) });
    let moves = [crash(2), written(), millis(30_000)];
    assert_eq!(never_agrees(scenario, &moves), why);
}

#[test]
fn the_same_schedules_converge_where_the_premise_holds() {
    let written = || Move::Give(write(0, "jam", Level::One));
    for moves in [
        vec![crash(2), written(), millis(3_000), crash(0), restart(0)],
        vec![crash(2), millis(9_000), written(), millis(3_000)],
        vec![isolate(2), written(), millis(2_500), crash(0), millis(3_000)],
    ] {
        let scenario = with_hints(HintRules { window: Span::secs(10), ..HINTS });
        let last = quiet(&scenario, Ppm::NEVER);
        let mut simulation = run(&Plan { scenario, seed: Seed(5), moves }, |_, _| ());
        run_on(&mut simulation, &last, |_, _| ());
        comes_to_agree(&mut simulation, 30).expect("hints are enough");
    }
}

/// What a coordinator still has to send again is in its memory only.
#[test]
fn where_the_coordinator_crashes_the_promise_of_retransmission_ends() {
    let mut scenario = Scenario::of(3);
    rules(&mut scenario).retransmit = Some(Span::millis(500));
    let written = || Move::Give(write(0, "jam", Level::One));
    let moves = [isolate(2), written(), millis(3_200), crash(0), millis(500)];
    assert_eq!(never_agrees(scenario.clone(), &moves), "never: no anti-entropy repairs what was lost");
    let moves = [isolate(2), written(), millis(3_000), Move::Give(Command::Freeze(NodeId(0)))];
    let last = quiet(&scenario, Ppm::NEVER);
    let mut simulation = run(&Plan { scenario, seed: Seed(5), moves: moves.into() }, |_, _| ());
    run_on(&mut simulation, &last, |_, _| ());
    comes_to_agree(&mut simulation, 30).expect("a frozen process forgets nothing");
}

/// Behind a wall, or a replica that is down, what repairs waits: and that is the reason that is told.
#[test]
fn what_waits_is_told_with_what_it_waits_for() {
    let told = |scenario: &Scenario, moves: &[Move], undo: Command| {
        let mut timeline = Timeline::new(Arc::new(scenario.clone()), Seed(5));
        play(&mut timeline, moves);
        make(&mut timeline, &millis(5_000));
        let why = timeline.why_never(&CONVERGED).expect("never, as things are");
        make(&mut timeline, &Move::Give(undo));
        assert_eq!(timeline.why_never(&CONVERGED), None, "{why}");
        make(&mut timeline, &millis(20_000));
        assert!(all_hold_the_same(timeline.simulation()), "{why}");
        why
    };
    let written = || Move::Give(write(0, "jam", Level::One));
    let (wall, heal) = (vec![isolate(2), written()], Command::Heal(Mend::All));
    let hints = with_hints(HINTS);
    let why = "never while the wall stands: what is missing waits behind it as a hint (P heals it)";
    assert_eq!(told(&hints, &wall, heal.clone()), why);
    let why =
        "never while a replica is down or frozen: what is missing waits as a hint, with it or for it (C, Z)";
    assert_eq!(told(&hints, &[crash(2), written()], Command::Restart(NodeId(2))), why);
    let holder = [isolate(2), written(), millis(3_500), crash(0), millis(500), Move::Give(heal.clone())];
    assert_eq!(told(&hints, &holder, Command::Restart(NodeId(0))), why);
    let link = Scope::OneWay { from: NodeId(0), to: NodeId(2) };
    let lossy = |loss| Command::SetLink { scope: link, change: LinkChange::Loss(loss) };
    let why = "never: what is missing waits as a hint behind a link that loses everything";
    assert_eq!(told(&hints, &[Move::Give(lossy(Ppm::ALWAYS)), written()], lossy(Ppm::NEVER)), why);

    let mut again = Scenario::of(3);
    rules(&mut again).retransmit = Some(Span::millis(500));
    let why = "never while the wall stands: heal it first (P)";
    assert_eq!(told(&again, &wall, heal.clone()), why);
    // Nothing repairs, and nothing need: what was sent waits where it came to.
    let frozen = [Move::Give(Command::Freeze(NodeId(2))), written()];
    let why = "never while a replica is down or frozen: bring it back first (C, Z)";
    assert_eq!(told(&Scenario::of(3), &frozen, Command::Thaw(NodeId(2))), why);
    // A wall between others is no reason.
    let mut lossy_gossip = Scenario::of(3);
    lossy_gossip.settings.anti_entropy = Some(laggard::action::AntiEntropy {
        every: Span::millis(200),
        style: laggard::action::Style::PushPull,
        fan_out: 1,
        digest: laggard::action::Digest::Full,
    });
    let all = |loss| Command::SetLink { scope: Scope::All, change: LinkChange::Loss(loss) };
    let link = CutShape::Link(NodeId(0), NodeId(1));
    let wall_elsewhere =
        [Move::Give(Command::Cut { name: None, shape: link }), Move::Give(all(Ppm::ALWAYS)), written()];
    let why = "never: a link that loses everything keeps them apart";
    assert_eq!(told(&lossy_gossip, &wall_elsewhere, all(Ppm::NEVER)), why);
}

/// Where only reads repair, nobody reads by itself; one who does makes it good.
#[test]
fn where_only_reads_repair_it_is_never_by_itself() {
    let mut scenario = Scenario::of(3);
    rules(&mut scenario).read_repair = ReadRepair::Async;
    let moves = [isolate(2), Move::Give(write(0, "jam", Level::One)), millis(3_000)];
    let why = never_agrees(scenario.clone(), &moves);
    assert_eq!(
        why,
        "never by itself: no anti-entropy repairs what was lost; only a read could that finds the difference"
    );
    let last = quiet(&scenario, Ppm::NEVER);
    let mut simulation = run(&Plan { scenario, seed: Seed(5), moves: moves.into() }, |_, _| ());
    run_on(&mut simulation, &last, |_, _| ());
    run_on(&mut simulation, &[Move::Give(crate::schedule::read(0, Level::All))], |_, _| ());
    comes_to_agree(&mut simulation, 10).expect("read repair");
}
