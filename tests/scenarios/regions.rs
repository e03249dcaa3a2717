//! One table in several regions: SEMANTICS §13.17, and what surrounds it (§5 DynamoDB, §8 Cosmos DB).

use std::sync::Arc;

use laggard::{
    action::{Act, Ask, Command, Context, Freshness, Level, Mend, Proviso},
    base::{ClientId, KeyId, NodeId, OpId, Seed, SimTime, Span},
    data::Value,
    drive::{Cause, Timeline},
    net::CutShape,
    replica::primary::Role,
    scenario::Scenario,
    sim::{Outcome, Refused, What},
};

use crate::support::{at, everywhere, play, scenario, values};

/// Two regions of three, 1 ms within and 80 ms between; x holds `old`.
const TABLES: &str = "
title: Global tables
cluster:
  replicas:
    - {name: u1, zone: us}
    - {name: u2, zone: us}
    - {name: u3, zone: us}
    - {name: e1, zone: eu}
    - {name: e2, zone: eu}
    - {name: e3, zone: eu}
  replication: {multi_region: {}}
network:
  latency: 1ms
  links: [{between: [us, eu], latency: 80ms}]
clients: [{name: ann, at: u1}, {name: bob, at: e1}, {name: cid, at: u2}]
data: {x: old}
";

fn with(yaml: &str, rest: &str) -> String {
    format!("{yaml}\n{rest}")
}

/// §13.17: a conditional put in two regions at once. Both succeed, and the later stamp survives.
#[test]
fn scenario_17_conditional_puts_in_two_regions_both_succeed_and_the_later_survives() {
    let yaml = with(
        TABLES,
        "
script:
  - write: {by: ann, key: lock, value: ann, if_absent: true}
  - {after: 10ms, write: {by: bob, key: lock, value: bob, if_absent: true}}
  - pause: 20ms
  - say: Each region has said yes to its own client.
    claim:
      all:
        - {replica: u1, key: lock, holds: ann}
        - {replica: e1, key: lock, holds: bob}
        - {refused: 0}
  - until: converged
expect: [converged, {lost_writes: 1}, {refused: 0}]
",
    );
    let report = play(&yaml);
    assert_eq!(everywhere(report.timeline.simulation(), "lock"), ["bob"]);
}

/// §13.17: in one region exactly one succeeds.
#[test]
fn scenario_17_conditional_puts_in_one_region_only_one_succeeds() {
    let yaml = with(
        TABLES,
        "
script:
  - write: {by: ann, key: lock, value: ann, if_absent: true}
  - write: {by: cid, key: lock, value: cid, if_absent: true}
  - until: converged
expect: [converged, {lost_writes: 0}, {refused: 1}]
",
    );
    let report = play(&yaml);
    assert_eq!(everywhere(report.timeline.simulation(), "lock"), ["ann"], "ann stands at the leader");
}

/// What a cut held back arrives once it is healed, none of it twice, and nothing but the item-level losers is
/// lost.
#[test]
fn a_stream_between_regions_resumes_after_a_cut() {
    let yaml = with(
        TABLES,
        "
script:
  - partition: [[u1, u2, u3], [e1, e2, e3]]
  - write: {by: ann, key: a, value: 1}
  - write: {by: ann, key: b, value: 1}
  - write: {by: bob, key: c, value: 1}
  - write: {by: ann, key: x, value: us}
  - {after: 1s, write: {by: bob, key: x, value: eu}}
  - until: settled
  - say: Neither side knows of the other's writes.
    claim:
      all:
        - {replica: e1, key: a, lacks: 1}
        - {replica: u1, key: c, lacks: 1}
        - {replica: u1, key: x, holds: us}
        - {replica: e1, key: x, holds: eu}
  - heal: all
  - until: converged
expect: [{converged: {within: 10s}}, {lost_writes: 1}]
",
    );
    let report = play(&yaml);
    let simulation = report.timeline.simulation();
    for key in ["a", "b", "c"] {
        assert_eq!(everywhere(simulation, key), ["1"]);
    }
    assert_eq!(everywhere(simulation, "x"), ["eu"]);
}

/// The stamps decide, whoever comes first; equal ones end alike everywhere.
#[test]
fn the_last_writer_wins_in_whatever_order_writes_come() {
    let winner = |ann: &str, bob: &str| {
        let yaml = with(
            TABLES,
            &format!(
                "
script:
  - write: {{by: ann, key: x, value: ann, stamp: {ann}}}
  - write: {{by: bob, key: x, value: bob, stamp: {bob}}}
  - until: converged
expect: [converged]
"
            ),
        );
        everywhere(play(&yaml).timeline.simulation(), "x")
    };
    assert_eq!(winner("2s", "1s"), ["ann"]);
    assert_eq!(winner("1s", "2s"), ["bob"]);
    assert_eq!(winner("1s", "1s"), ["bob"], "the larger value, as our tie goes");
}

/// A timeline that is driven by hand.
struct Run(Timeline);

impl Run {
    fn of(yaml: &str) -> Self {
        let scenario: Scenario = scenario(yaml);
        Self(Timeline::new(Arc::new(scenario), Seed(42)))
    }

    fn give(&mut self, command: Command) {
        self.0.apply(command, Cause::Program).expect("accepted");
    }

    fn pass(&mut self, millis: u64) {
        self.0.advance_to(self.0.position().at + Span::millis(millis));
    }

    fn node(&self, name: &str) -> NodeId {
        self.0.simulation().scenario().node_named(name).expect("a replica")
    }

    fn ask(&mut self, place: &str, act: Act, level: Option<Freshness>) -> OpId {
        let op = self.0.simulation().next_op();
        let at = Some(self.node(place));
        let level = level.map(Level::Fresh);
        self.give(Command::Submit(Ask { client: ClientId(0), at, key: KeyId(0), act, level, wait: None }));
        op
    }

    fn write(&mut self, place: &str, value: i64, context: Context) -> OpId {
        self.ask(place, Act::Write { value: Value::Number(value), context, stamp: None }, None)
    }

    fn read(&mut self, place: &str, level: Freshness) -> OpId {
        self.ask(place, Act::Read, Some(level))
    }

    fn outcome(&self, mine: OpId) -> Option<(SimTime, Outcome)> {
        self.0.journal().facts().find_map(|fact| match &fact.what {
            What::Answered { op, outcome } if *op == mine => Some((fact.at.at, outcome.clone())),
            _ => None,
        })
    }

    fn found(&self, mine: OpId) -> Option<Vec<String>> {
        match self.outcome(mine)?.1 {
            Outcome::Found(held) => Some(values(&held)),
            _ => None,
        }
    }

    fn leads(&self, name: &str) -> bool {
        let node = self.node(name);
        let member = self.0.simulation().view().replicas[node.index()].member.clone().expect("a member");
        member.role == Role::Primary
    }
}

/// A strong read goes to the leader of its own region and no further: it knows nothing of the other's newest.
#[test]
fn a_strong_read_sees_its_own_region_only() {
    let mut run = Run::of(TABLES);
    run.write("u1", 7, Context::Last);
    run.pass(10);
    let (strong, far) = (run.read("u2", Freshness::Strong), run.read("e2", Freshness::Strong));
    run.pass(10);
    assert_eq!(run.found(strong).expect("answered"), ["7"]);
    assert_eq!(run.found(far).expect("answered"), ["old"]);
    run.pass(200);
    let later = run.read("e3", Freshness::Strong);
    run.pass(10);
    assert_eq!(run.found(later).expect("answered"), ["7"]);
}

/// Eventually consistent reads go to any replica of the region, so some are stale for a moment; strong ones
/// never are.
#[test]
fn eventual_reads_pick_any_replica_of_the_region() {
    let mut run = Run::of(TABLES);
    let isolated = run.node("u3");
    run.give(Command::Cut { name: None, shape: CutShape::Link(run.node("u1"), isolated) });
    run.write("u1", 7, Context::Last);
    run.pass(20);
    let mut seen = Vec::new();
    for _ in 0..30 {
        let read = run.read("u2", Freshness::Eventual);
        run.pass(20);
        seen.extend(run.found(read).expect("somebody answered"));
        let strong = run.read("u2", Freshness::Strong);
        run.pass(20);
        assert_eq!(run.found(strong).expect("a majority is there"), ["7"]);
    }
    let stale = seen.iter().filter(|value| *value == "old").count();
    assert!((3..=17).contains(&stale), "about a third goes to u3: {stale} of 30");
}

/// A leader cut off from its region answers no strong read, though it does not know yet that another leads.
#[test]
fn an_isolated_leader_answers_no_strong_read() {
    let mut run = Run::of(TABLES);
    let old = run.node("u1");
    run.give(Command::Cut { name: None, shape: CutShape::Isolate(old) });
    let blind = run.read("u1", Freshness::Strong);
    run.pass(30_000);
    assert!(matches!(run.outcome(blind), Some((_, Outcome::TimedOut { .. }))));
    assert!(!run.leads("u1"), "it stepped down");
    assert!(run.leads("u2") || run.leads("u3"));
    let write = run.write("u2", 8, Context::Last);
    run.pass(100);
    assert!(matches!(run.outcome(write), Some((_, Outcome::Written(_)))));
    run.pass(5_000);
    assert_eq!(values(at(run.0.simulation(), "e1", "x")), ["8"], "the new leader is connected to eu");
    run.give(Command::Heal(Mend::All));
    run.pass(40_000);
    assert_eq!(everywhere(run.0.simulation(), "x"), ["8"]);
}

/// A write that only an isolated leader has never leaves the region, and is gone with its reign.
#[test]
fn a_write_without_a_majority_does_not_leave_its_region() {
    let mut run = Run::of(TABLES);
    let shape = CutShape::Groups(vec![
        vec![run.node("u1"), run.node("e1"), run.node("e2"), run.node("e3")],
        vec![run.node("u2"), run.node("u3")],
    ]);
    run.give(Command::Cut { name: None, shape });
    let write = run.write("u1", 9, Context::Last);
    run.pass(4_000);
    assert!(matches!(run.outcome(write), Some((_, Outcome::TimedOut { .. }))));
    assert_eq!(values(at(run.0.simulation(), "u1", "x")), ["9"]);
    assert_eq!(values(at(run.0.simulation(), "e1", "x")), ["old"]);
    run.pass(30_000);
    let other = if run.leads("u2") { "u2" } else { "u3" };
    run.write(other, 10, Context::Last);
    run.pass(1_000);
    run.give(Command::Heal(Mend::All));
    run.pass(40_000);
    assert_eq!(everywhere(run.0.simulation(), "x"), ["10"]);
}

/// `if_version: last` succeeds while nobody wrote in between, and says what is there otherwise.
#[test]
fn a_version_that_was_read_can_be_held_on_to() {
    let mut run = Run::of(TABLES);
    let provided = Context::Provided(Proviso::LastRead);
    let act = Act::Write { value: Value::Number(1), context: provided, stamp: None };
    let ask = |client, act| Ask { client, at: None, key: KeyId(0), act, level: None, wait: None };
    let early = run.0.apply(Command::Submit(ask(ClientId(0), act.clone())), Cause::Program);
    assert_eq!(early, Err(Refused::NothingRead));
    run.read("u1", Freshness::Strong);
    run.pass(10);
    let first = run.write("u1", 1, provided);
    run.pass(10);
    assert!(matches!(run.outcome(first), Some((_, Outcome::Written(_)))));
    // Another client of the region writes; the first has not seen it.
    let other = Act::Write { value: Value::Number(2), context: Context::Last, stamp: None };
    run.give(Command::Submit(ask(ClientId(2), other)));
    run.pass(10);
    let second = run.write("u1", 3, provided);
    run.pass(10);
    assert!(matches!(run.outcome(second), Some((_, Outcome::ConditionFailed { found: Some(_) }))));
    assert_eq!(values(at(run.0.simulation(), "u1", "x")), ["2"]);
}

#[test]
fn levels_of_other_protocols_are_refused() {
    let mut run = Run::of(TABLES);
    let ask = |act, level| Ask { client: ClientId(0), at: None, key: KeyId(0), act, level, wait: None };
    let mut refused = |act, level| run.0.apply(Command::Submit(ask(act, Some(level))), Cause::Program);
    assert_eq!(refused(Act::Read, Level::Quorum), Err(Refused::LevelCounts));
    assert_eq!(
        refused(Act::Read, Level::Fresh(Freshness::Session)),
        Err(Refused::NoSuchLevel(Freshness::Session))
    );
    let write = Act::Write { value: Value::Number(1), context: Context::Last, stamp: None };
    assert_eq!(refused(write, Level::One), Err(Refused::WritesByMajority));
    let mut plain = Timeline::new(Arc::new(Scenario::of(3)), Seed(1));
    let mut refused = |act, level| plain.apply(Command::Submit(ask(act, level)), Cause::Program);
    assert_eq!(
        refused(Act::Read, Some(Level::Fresh(Freshness::Strong))),
        Err(Refused::NoSuchLevel(Freshness::Strong))
    );
    let context = Context::Provided(Proviso::Absent);
    let write = Act::Write { value: Value::Number(1), context, stamp: None };
    assert_eq!(refused(write, None), Err(Refused::NoJudge));
}

/// Two regions of four with one log, 1 ms within and 80 ms between; x holds `old`; us takes the writes.
fn one_log(rules: &str) -> String {
    format!(
        "
title: Levels
cluster:
  replicas:
    - {{name: u1, zone: us}}
    - {{name: u2, zone: us}}
    - {{name: u3, zone: us}}
    - {{name: u4, zone: us}}
    - {{name: e1, zone: eu}}
    - {{name: e2, zone: eu}}
    - {{name: e3, zone: eu}}
    - {{name: e4, zone: eu}}
  replication: {{multi_region: {{between: one_log, {rules}}}}}
network:
  latency: 1ms
  links: [{{between: [us, eu], latency: 80ms}}]
clients: [{{name: ann, at: u1}}, {{name: bob, at: e2}}]
data: {{x: old}}
"
    )
}

/// How long an operation took.
fn took(run: &Run, begun: SimTime, op: OpId) -> u64 {
    let (at, _) = run.outcome(op).expect("answered");
    at.since(begun).0 / 1_000_000
}

/// What a write costs: a majority of the write region, and every region where the account is strong.
#[test]
fn a_strong_write_waits_for_every_region_and_others_do_not() {
    for (level, write) in [
        ("strong", 160..=170),
        ("bounded_staleness", 2..=4),
        ("session", 2..=4),
        ("consistent_prefix", 2..=4),
        ("eventual", 2..=4),
    ] {
        let mut run = Run::of(&one_log(&format!("level: {level}")));
        let begun = run.0.position().at;
        let op = run.write("u1", 7, Context::Last);
        run.pass(1_000);
        assert!(write.contains(&took(&run, begun, op)), "{level}: {} ms", took(&run, begun, op));
        assert_eq!(everywhere(run.0.simulation(), "x"), ["7"]);
    }
}

/// A strong read in the far region, begun right after the acknowledgement, sees the write; an eventual one
/// begun while the write travels does not.
#[test]
fn a_far_reader_sees_what_the_level_promises() {
    let mut run = Run::of(&one_log("level: strong"));
    let write = run.write("u1", 7, Context::Last);
    run.pass(50);
    let (strong, eventual) = (run.read("e2", Freshness::Strong), run.read("e3", Freshness::Eventual));
    while run.outcome(write).is_none() {
        run.pass(1);
    }
    let after = run.read("e4", Freshness::Strong);
    run.pass(500);
    assert_eq!(run.found(strong).expect("answered"), ["old"], "the write was not acknowledged yet");
    assert_eq!(run.found(eventual).expect("answered"), ["old"]);
    assert_eq!(run.found(after).expect("answered"), ["7"]);
}

/// A write of a client in the far region goes to the write region, and a session reads it back at home, even
/// before it is there.
#[test]
fn a_session_reads_its_own_write_in_the_far_region() {
    let mut run = Run::of(&one_log("level: session"));
    let begun = run.0.position().at;
    let write = run.write("e2", 7, Context::Last);
    while run.outcome(write).is_none() {
        run.pass(1);
    }
    assert!((160..=170).contains(&took(&run, begun, write)), "there and back");
    for place in ["e1", "e2", "e3", "e4"] {
        let read = run.read(place, Freshness::Session);
        run.pass(300);
        assert_eq!(run.found(read).expect("answered"), ["7"]);
    }
}

/// While eu cannot be reached, us takes K more writes and then refuses; after the heal it takes them again.
#[test]
fn a_bounded_account_holds_writes_back_after_k_versions() {
    let rules = "level: bounded_staleness, bound: {versions: 5, time: 1h}";
    let mut run = Run::of(&one_log(rules));
    let shape = CutShape::Groups(vec![["u1", "u2", "u3", "u4"].map(|name| run.node(name)).to_vec()]);
    run.give(Command::Cut { name: None, shape });
    let mut outcomes = Vec::new();
    for value in 0..8 {
        let op = run.write("u1", value, Context::Last);
        run.pass(100);
        outcomes.push(matches!(run.outcome(op).expect("answered").1, Outcome::Throttled { region: 1 }));
    }
    assert_eq!(outcomes, [false, false, false, false, false, true, true, true]);
    let far = run.read("e1", Freshness::Bounded);
    run.pass(100);
    assert_eq!(run.found(far).expect("available"), ["old"], "five versions behind, and no more");
    run.give(Command::Heal(Mend::All));
    run.pass(10_000);
    let op = run.write("u1", 9, Context::Last);
    run.pass(1_000);
    assert!(matches!(run.outcome(op).expect("answered").1, Outcome::Written(_)));
    assert_eq!(everywhere(run.0.simulation(), "x"), ["9"]);
}

/// The same by time: once a write has waited for eu for T, no other is taken.
#[test]
fn a_bounded_account_holds_writes_back_after_t() {
    let rules = "level: bounded_staleness, bound: {versions: 1000, time: 3s}";
    let mut run = Run::of(&one_log(rules));
    let shape = CutShape::Groups(vec![["u1", "u2", "u3", "u4"].map(|name| run.node(name)).to_vec()]);
    run.give(Command::Cut { name: None, shape });
    let mut held_back = None;
    for value in 0..50 {
        let begun = run.0.position().at;
        let op = run.write("u1", value, Context::Last);
        run.pass(100);
        if matches!(run.outcome(op).expect("answered").1, Outcome::Throttled { .. }) {
            held_back = held_back.or(Some(begun));
        } else {
            assert_eq!(held_back, None, "once is for ever while the cut lasts");
        }
    }
    assert_eq!(held_back, Some(SimTime(3_000_000_000)));
}

/// Overriding the account's level downwards is allowed, upwards not.
#[test]
fn a_read_may_not_ask_for_more_than_the_account_pays_for() {
    let mut run = Run::of(&one_log("level: session"));
    let ask = |level| Ask {
        client: ClientId(0),
        at: None,
        key: KeyId(0),
        act: Act::Read,
        level: Some(Level::Fresh(level)),
        wait: None,
    };
    let strong = run.0.apply(Command::Submit(ask(Freshness::Strong)), Cause::Program);
    assert_eq!(strong, Err(Refused::StrongerThanAccount(Freshness::Session)));
    run.0.apply(Command::Submit(ask(Freshness::Eventual)), Cause::Program).expect("weaker");
}

/// With one log nothing is ever lost between regions, whoever writes.
#[test]
fn one_log_loses_nothing() {
    let yaml = with(
        &one_log("level: eventual"),
        "
script:
  - write: {by: ann, key: x, value: ann}
  - write: {by: bob, key: x, value: bob}
  - until: converged
expect: [converged, {lost_writes: 0}]
",
    );
    assert_eq!(everywhere(play(&yaml).timeline.simulation(), "x"), ["bob"], "the far one comes later");
}

/// A leader of the write region crashes: another is elected there, and the far region goes on with it.
#[test]
fn a_new_leader_of_the_write_region_feeds_the_others() {
    let mut run = Run::of(&one_log("level: session, election: {timeout: 2s}"));
    run.write("u1", 1, Context::Last);
    run.pass(500);
    let old = run.node("u1");
    run.give(Command::Crash(old));
    run.pass(20_000);
    let op = run.write("u2", 2, Context::Last);
    run.pass(5_000);
    assert!(matches!(run.outcome(op).expect("answered").1, Outcome::Written(_)));
    assert_eq!(values(at(run.0.simulation(), "e3", "x")), ["2"]);
    let op = run.write("e3", 3, Context::Last);
    run.pass(5_000);
    assert!(matches!(run.outcome(op).expect("answered").1, Outcome::Written(_)), "relayed to the new leader");
    run.give(Command::Restart(old));
    run.pass(20_000);
    assert_eq!(everywhere(run.0.simulation(), "x"), ["3"]);
}
