//! Every verdict put to the test by breaking the engine on purpose: the same schedule, run by the engine as it is and
//! by a broken one, and what the checkers say of each. Of the first they must say nothing that the faults of the
//! schedule do not explain; of the second just what was broken.

use std::{collections::BTreeSet, num::NonZeroUsize, sync::Arc};

use super::{
    Judge, Ledger, Subject, Verdict,
    history::History,
    linear::{self, Budget},
    run_history::{Recorder, Unmodelled},
};
use crate::{
    action::{
        Act, AntiEntropy, Ask, ClientPolicy, Command, Context, Copies, Digest, Failover, Guarantee,
        HintHolder, HintRules, Level, Mend, PrimaryPolicy, Protocol, ReadRepair, ReadsFrom, Style,
        WhenUnable,
    },
    base::{ClientId, KeyId, NodeId, Seed, Span},
    data::{Conflicts, Value},
    net::CutShape,
    scenario::{ClientSpec, Scenario},
    sim::{Simulation, sabotage::Sabotage},
};

/// One thing that is done.
enum Do {
    Give(Command),
    Wait(u64),
}
use Do::{Give, Wait};

const YOU: ClientId = ClientId(0);
const ME: ClientId = ClientId(1);
const X: KeyId = KeyId(0);
const Y: KeyId = KeyId(1);

fn ask(client: ClientId, at: u16, key: KeyId, act: Act, level: Level) -> Do {
    Give(Command::Submit(Ask { client, at: Some(NodeId(at)), key, act, level: Some(level), wait: None }))
}

fn write(client: ClientId, at: u16, key: KeyId, value: i64, level: Level) -> Do {
    let act = Act::Write { value: Value::Number(value), context: Context::Last, stamp: None };
    ask(client, at, key, act, level)
}

fn read(client: ClientId, at: u16, key: KeyId, level: Level) -> Do {
    ask(client, at, key, Act::Read, level)
}

fn isolate(node: u16) -> Do {
    Give(Command::Cut { name: None, shape: CutShape::Isolate(NodeId(node)) })
}

fn one_way(from: u16, to: u16) -> Do {
    let (from, to) = (NodeId(from), NodeId(to));
    Give(Command::Cut { name: None, shape: CutShape::OneWay { from, to } })
}

fn heal() -> Do {
    Give(Command::Heal(Mend::All))
}

/// Three replicas of x and y, two clients, nothing that repairs.
fn three() -> Scenario {
    let mut scenario = Scenario::of(3);
    scenario.keys = ["x", "y"].map(Into::into).to_vec();
    scenario.clients = vec![ClientSpec::at("you", NodeId(0)), ClientSpec::at("me", NodeId(1))];
    scenario
}

fn promised(guarantees: &[Guarantee]) -> Scenario {
    let mut scenario = three();
    scenario.clients[0].policy = ClientPolicy {
        guarantees: guarantees.to_vec(),
        when_unable: WhenUnable::Redirect,
        ..ClientPolicy::default()
    };
    scenario
}

fn repairing() -> Scenario {
    let mut scenario = three();
    if let Protocol::Leaderless(rules) = &mut scenario.settings.protocol {
        rules.read_repair = ReadRepair::Blocking;
    }
    scenario
}

fn gossiping() -> Scenario {
    let mut scenario = three();
    let (every, style) = (Span::millis(100), Style::PushPull);
    scenario.settings.anti_entropy = Some(AntiEntropy { every, style, fan_out: 1, digest: Digest::Full });
    scenario
}

/// x on the first two only, whose writes are kept for them by whoever coordinates.
fn hinting() -> Scenario {
    let mut scenario = three();
    scenario.settings.set_copies(&Copies::InAll(2));
    if let Protocol::Leaderless(rules) = &mut scenario.settings.protocol {
        let (window, holder, replay_every) = (Span::secs(600), HintHolder::Coordinator, Span::millis(500));
        rules.hints = Some(HintRules { window, holder, replay_every });
    }
    scenario
}

/// A primary, at the first of three, under this rule of failing over.
fn primary(failover: Failover) -> Scenario {
    let mut scenario = three();
    let policy = PrimaryPolicy { reads_from: ReadsFrom::Any, failover, ..PrimaryPolicy::of(3) };
    scenario.settings.protocol = Protocol::Primary(Box::new(policy));
    scenario.settings.conflicts = Conflicts::LogOrder;
    scenario
}

fn elected() -> Scenario {
    primary(Failover::Members { timeout: Span::secs(10) })
}

/// What is violated when it is over, by the names of the verdicts; and what the replicas do not agree on as yet.
fn violated(mut simulation: Simulation, schedule: &[Do]) -> BTreeSet<String> {
    let mut ledger = Ledger::new(&simulation);
    let mut recorder = Recorder::default();
    let mut facts = Vec::new();
    for step in schedule {
        let until = match step {
            Give(command) => {
                simulation.apply(command, &mut facts).expect("a command that can be obeyed");
                simulation.position().at
            }
            Wait(millis) => simulation.position().at + Span::millis(*millis),
        };
        loop {
            ledger.observe_all(&facts, &simulation);
            for fact in &facts {
                recorder.observe(fact, &simulation, &ledger);
            }
            facts.clear();
            if simulation.next_at().is_none_or(|at| at > until) || matches!(step, Give(_)) {
                break;
            }
            simulation.step(&mut facts);
        }
        simulation.rest_until(until);
    }
    let mut found: BTreeSet<String> = BTreeSet::new();
    let history = recorder.finish();
    for judged in Judge::default().verdicts((&history, 0), &ledger, &simulation) {
        let name = match judged.subject {
            Subject::Promise(guarantee) => guarantee.name(),
            Subject::StaleReads => "stale",
            Subject::Atomicity(_) => "k",
            Subject::LostWrites => "lost",
            Subject::SplitBrain => "split brain",
            Subject::Convergence => "convergence",
            Subject::Availability => "availability",
            Subject::Model(model) => model.name(),
            // As the search of whole histories below says, too.
            Subject::Linearizable => "linearizable",
            // Says how what is lost was lost: `lost` stands for it.
            Subject::Acknowledged => continue,
        };
        match judged.verdict {
            Verdict::Violated(_) => drop(found.insert(name.into())),
            Verdict::Unknown(_) if judged.subject == Subject::Convergence => {
                found.insert("no convergence yet".into());
            }
            Verdict::Holds | Verdict::Unknown(_) => {}
        }
    }
    match history.modelled(None, &simulation) {
        Ok(modelled) => {
            let model = modelled.model;
            let history = History::new(model, model.initial(), modelled.recorded()).expect("a register");
            let judged = linear::judge(&history, Budget::default(), NonZeroUsize::MIN);
            if judged.verdicts.iter().any(|verdict| matches!(verdict, linear::Verdict::Violated(_))) {
                found.insert("linearizable".into());
            }
        }
        Err(Unmodelled::Nothing) => {}
        Err(why) => panic!("{why}"),
    }
    found
}

/// What the checkers say of this schedule, run by the engine as it is, and broken.
fn check(scenario: Scenario, schedule: &[Do], whole: &[&str], sabotage: Sabotage, broken: &[&str]) {
    let scenario = Arc::new(scenario);
    let names = |found: BTreeSet<String>| found.into_iter().collect::<Vec<_>>();
    let sorted = |expected: &[&str]| {
        let mut expected: Vec<String> = expected.iter().map(|name| (*name).to_owned()).collect();
        expected.sort();
        expected
    };
    let simulation = || Simulation::new(Arc::clone(&scenario), Seed(7));
    assert_eq!(names(violated(simulation(), schedule)), sorted(whole), "the engine as it is");
    assert_eq!(names(violated(simulation().broken(sabotage), schedule)), sorted(broken), "{sabotage:?}");
}

/// Who reads finds nothing, though a write was acknowledged.
#[test]
fn a_blank_answer_is_a_stale_read() {
    let schedule = [write(ME, 1, X, 1, Level::All), Wait(500), read(YOU, 0, X, Level::One), Wait(500)];
    check(three(), &schedule, &[], Sabotage::AnswersBlank, &["k", "linearizable", "stale"]);
}

/// The writer itself finds nothing.
#[test]
fn a_blank_answer_to_the_writer_breaks_read_your_writes() {
    let schedule = [write(YOU, 1, X, 1, Level::All), Wait(500), read(YOU, 0, X, Level::One), Wait(500)];
    // Whatever holds of PRAM holds of a session: what breaks a session breaks it, and all that is stronger.
    let broken = ["PRAM", "causal", "sequential", "k", "linearizable", "read_your_writes", "stale"];
    check(three(), &schedule, &[], Sabotage::AnswersBlank, &broken);
}

/// A session that is bound to what it wrote is served by a replica that missed it.
#[test]
fn an_ignored_token_breaks_read_your_writes() {
    let schedule = [
        isolate(2),
        write(YOU, 0, X, 1, Level::One),
        Wait(500),
        heal(),
        read(YOU, 2, X, Level::One),
        Wait(500),
    ];
    let scenario = promised(&[Guarantee::ReadYourWrites]);
    let broken =
        ["PRAM", "causal", "sequential", "convergence", "k", "linearizable", "read_your_writes", "stale"];
    check(scenario, &schedule, &["convergence"], Sabotage::IgnoresTokens, &broken);
}

/// The same of what it read.
#[test]
fn an_ignored_token_breaks_monotonic_reads() {
    let schedule = [
        isolate(2),
        write(ME, 0, X, 1, Level::One),
        Wait(500),
        heal(),
        read(YOU, 0, X, Level::One),
        Wait(500),
        read(YOU, 2, X, Level::One),
        Wait(500),
    ];
    let scenario = promised(&[Guarantee::MonotonicReads]);
    let broken =
        ["PRAM", "causal", "sequential", "convergence", "k", "linearizable", "monotonic_reads", "stale"];
    check(scenario, &schedule, &["convergence"], Sabotage::IgnoresTokens, &broken);
}

/// The second write of a session comes where the first never did.
#[test]
fn a_write_that_forgets_what_was_before_it_breaks_monotonic_writes() {
    let schedule = [
        isolate(2),
        write(YOU, 0, X, 1, Level::One),
        Wait(500),
        heal(),
        write(YOU, 0, Y, 2, Level::One),
        Wait(500),
    ];
    let scenario = promised(&[Guarantee::MonotonicWrites]);
    check(
        scenario,
        &schedule,
        &["convergence"],
        Sabotage::ForgetsOrder,
        &["convergence", "monotonic_writes"],
    );
}

/// A reply comes where the post that it answers never did.
#[test]
fn a_write_that_forgets_what_was_read_before_it_breaks_writes_follow_reads() {
    let schedule = [
        isolate(2),
        write(ME, 1, X, 1, Level::One),
        Wait(500),
        read(YOU, 0, X, Level::One),
        Wait(500),
        heal(),
        write(YOU, 0, Y, 2, Level::One),
        Wait(500),
    ];
    let scenario = promised(&[Guarantee::WritesFollowReads]);
    let broken = ["convergence", "writes_follow_reads"];
    check(scenario, &schedule, &["convergence"], Sabotage::ForgetsOrder, &broken);
}

#[test]
fn a_write_that_is_acknowledged_and_not_stored_leaves_replicas_that_differ_for_good() {
    let schedule = [write(YOU, 0, X, 1, Level::All), Wait(1_000)];
    check(three(), &schedule, &[], Sabotage::WritesUnstored, &["convergence"]);
}

#[test]
fn a_write_that_only_the_lost_disk_had_is_lost() {
    let schedule = [
        write(YOU, 0, X, 1, Level::All),
        Wait(1_000),
        Give(Command::Destroy(NodeId(0))),
        Give(Command::Restart(NodeId(0))),
        Wait(1_000),
    ];
    check(three(), &schedule, &["convergence"], Sabotage::WritesUnstored, &["lost"]);
}

/// Two replicas stand behind a wall; one acknowledgement is taken for three.
#[test]
fn an_acknowledgement_that_is_counted_for_all_makes_an_overlapping_read_stale() {
    let schedule = [
        isolate(2),
        write(YOU, 0, X, 1, Level::All),
        Wait(3_000),
        heal(),
        read(ME, 2, X, Level::One),
        Wait(500),
    ];
    let whole = ["availability", "convergence"];
    let broken = ["convergence", "k", "linearizable", "stale"];
    check(three(), &schedule, &whole, Sabotage::OneSpeaksForAll, &broken);
}

/// A partial write is read once, and must be read from then on: who read it has spread it to a majority first.
#[test]
fn a_repair_that_is_acknowledged_and_not_stored_is_not_linearizable() {
    let schedule = [
        isolate(0),
        write(YOU, 0, X, 1, Level::Quorum),
        Wait(3_000),
        heal(),
        read(YOU, 0, X, Level::Quorum),
        Wait(1_000),
        isolate(0),
        read(ME, 1, X, Level::Quorum),
        Wait(5_000),
    ];
    let broken = ["availability", "convergence", "k", "linearizable"];
    check(repairing(), &schedule, &["availability"], Sabotage::RepairsUnstored, &broken);
}

/// Its replicas were down; who kept it for them forgets it as they acknowledge.
#[test]
fn a_hint_that_is_acknowledged_and_not_stored_loses_the_write() {
    let scenario = Arc::new(hinting());
    let owners: Vec<u16> =
        Simulation::new(Arc::clone(&scenario), Seed(7)).owners(X).map(|node| node.0).collect();
    let other = (0..3).find(|node| !owners.contains(node)).expect("two of three");
    let crash = |index: usize| Give(Command::Crash(NodeId(owners[index])));
    let restart = |index: usize| Give(Command::Restart(NodeId(owners[index])));
    let schedule = [
        crash(0),
        crash(1),
        write(YOU, other, X, 1, Level::Any),
        Wait(1_000),
        restart(0),
        restart(1),
        Wait(5_000),
    ];
    check(hinting(), &schedule, &[], Sabotage::HintsUnstored, &["lost"]);
}

#[test]
fn a_coordinator_that_never_answers_is_unavailable() {
    let schedule = [write(YOU, 0, X, 1, Level::One), Wait(5_000)];
    check(three(), &schedule, &[], Sabotage::NeverAnswers, &["availability"]);
}

/// Nothing is said to have converged that has not, nor to be settled for good while somebody should still speak.
#[test]
fn replicas_that_tell_each_other_nothing_do_not_converge() {
    let schedule = [isolate(0), write(YOU, 0, X, 1, Level::One), Wait(1_000), heal(), Wait(5_000)];
    check(gossiping(), &schedule, &[], Sabotage::GossipsNothing, &["no convergence yet"]);
}

/// What the primary sends dies, and what it hears does not: the others elect another.
#[test]
fn what_was_acknowledged_for_a_majority_that_never_had_it_is_lost() {
    let schedule = [
        Wait(2_000),
        one_way(0, 1),
        one_way(0, 2),
        write(YOU, 0, X, 1, Level::Quorum),
        Wait(30_000),
        heal(),
        Wait(30_000),
    ];
    check(elected(), &schedule, &["availability"], Sabotage::AcknowledgesAhead, &["lost"]);
}

#[test]
fn a_primary_that_does_not_notice_that_it_is_alone_is_one_of_two() {
    let schedule = [
        isolate(0),
        Wait(30_000),
        write(ME, 1, X, 1, Level::One),
        Wait(1_000),
        write(YOU, 0, X, 2, Level::One),
        Wait(1_000),
    ];
    let broken = ["convergence", "split brain"];
    check(elected(), &schedule, &["availability", "convergence"], Sabotage::ClingsToPower, &broken);
}

/// An administrator fails over; the old primary comes back.
#[test]
fn a_member_that_keeps_what_it_should_discard_differs_from_the_others() {
    let schedule = [
        isolate(0),
        write(YOU, 0, X, 1, Level::One),
        Wait(1_000),
        Give(Command::Promote(NodeId(1))),
        Wait(5_000),
        write(ME, 1, Y, 2, Level::One),
        Wait(1_000),
        heal(),
        Wait(30_000),
    ];
    check(primary(Failover::Manual), &schedule, &["lost"], Sabotage::KeepsItsTail, &["no convergence yet"]);
}
