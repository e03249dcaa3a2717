//! The scenarios of SEMANTICS §13 that this version can express, by their numbers.
//! Replicas A, B, C; x = 1 everywhere.

use std::sync::Arc;

use laggard::{
    action::{Act, Ask, Command, Context, Guarantee, Level},
    base::{ClientId, KeyId, NodeId, Seed, SimTime, Span},
    check::Verdict,
    data::{Conflicts, Held, Stamp, Value},
    drive::{Cause, Timeline},
    net::CutShape,
    scenario::Scenario,
    sim::{Outcome, What},
};

const A: u16 = 0;
const B: u16 = 1;
const C: u16 = 2;
const X: KeyId = KeyId(0);

fn abc() -> Scenario {
    let mut scenario = Scenario::of(3);
    scenario.initial = vec![(X, Value::Number(1))];
    scenario
}

fn start(scenario: Scenario) -> Timeline {
    Timeline::new(Arc::new(scenario), Seed(42))
}

fn give(timeline: &mut Timeline, command: Command) {
    timeline.apply(command, Cause::Program).expect("accepted");
}

fn pass(timeline: &mut Timeline, millis: u64) {
    timeline.advance_to(timeline.position().at + Span::millis(millis));
}

fn ask(at: u16, act: Act, level: Level) -> Command {
    Command::Submit(Ask {
        client: ClientId(0),
        at: Some(NodeId(at)),
        key: X,
        act,
        level: Some(level),
        wait: None,
    })
}

/// Submits, waits, and gives the answer.
fn outcome(timeline: &mut Timeline, command: Command) -> Outcome {
    let mine = timeline.simulation().next_op();
    give(timeline, command);
    pass(timeline, 3_000);
    let answer = timeline.journal().facts().find_map(|fact| match &fact.what {
        What::Answered { op, outcome } if *op == mine => Some(outcome.clone()),
        _ => None,
    });
    answer.expect("answered in time")
}

fn write(timeline: &mut Timeline, at: u16, value: Value, level: Level) -> Outcome {
    outcome(timeline, ask(at, Act::Write { value, context: Context::Last, stamp: None }, level))
}

fn read(timeline: &mut Timeline, at: u16, level: Level) -> Vec<String> {
    match outcome(timeline, ask(at, Act::Read, level)) {
        Outcome::Found(held) => values(&held),
        other => panic!("the read was answered {other:?}"),
    }
}

fn values(held: &Held) -> Vec<String> {
    held.versions().iter().map(|version| version.value.to_string()).collect()
}

fn held(timeline: &Timeline, at: u16) -> Vec<String> {
    values(timeline.simulation().held(NodeId(at), X))
}

#[test]
fn semantics_13_1_any_two_of_three_read_what_two_acknowledged() {
    let mut timeline = start(abc());
    give(&mut timeline, Command::Cut { name: None, shape: CutShape::Isolate(NodeId(C)) });
    let written = write(&mut timeline, A, Value::Number(2), Level::Two);
    assert!(written.is_ok());
    give(&mut timeline, Command::Heal(laggard::action::Mend::All));
    assert_eq!(held(&timeline, C), ["1"]);
    // Each pair is made by silencing the third.
    for (asked, silent) in [(A, C), (A, B), (B, A), (C, B), (C, A), (B, C)] {
        let mut pair = start(abc());
        give(&mut pair, Command::Cut { name: None, shape: CutShape::Isolate(NodeId(C)) });
        write(&mut pair, A, Value::Number(2), Level::Two);
        give(&mut pair, Command::Heal(laggard::action::Mend::All));
        give(&mut pair, Command::Cut { name: None, shape: CutShape::Isolate(NodeId(silent)) });
        assert_eq!(read(&mut pair, asked, Level::Two), ["2"], "asked {asked} without {silent}");
    }
}

#[test]
fn semantics_13_2_one_acknowledgement_leaves_the_others_stale() {
    let mut timeline = start(abc());
    give(&mut timeline, Command::Cut { name: None, shape: CutShape::Isolate(NodeId(A)) });
    assert!(write(&mut timeline, A, Value::Number(2), Level::One).is_ok());
    assert_eq!(read(&mut timeline, A, Level::One), ["2"]);
    assert_eq!(read(&mut timeline, B, Level::One), ["1"]);
    assert_eq!(read(&mut timeline, C, Level::One), ["1"]);
    assert_eq!(timeline.ledger().tally.stale_reads, 2);
}

#[test]
fn semantics_13_3_equal_stamps_agree_on_the_larger_value_in_every_order() {
    let check = |first: Value, second: Value, winner: &str| {
        for (at_first, at_second) in [(A, B), (B, A), (C, A), (A, C), (A, A)] {
            let mut timeline = start(abc());
            let stamped = |value: &Value| Act::Write {
                value: value.clone(),
                context: Context::None,
                stamp: Some(Stamp::at(5)),
            };
            give(&mut timeline, ask(at_first, stamped(&first), Level::One));
            give(&mut timeline, ask(at_second, stamped(&second), Level::One));
            pass(&mut timeline, 1_000);
            for node in [A, B, C] {
                assert_eq!(held(&timeline, node), [winner], "{first} at {at_first}, {second} at {at_second}");
            }
        }
    };
    check(Value::text("apple"), Value::text("banana"), "banana");
    check(Value::text("banana"), Value::text("apple"), "banana");
    check(Value::Tombstone, Value::text("zebra"), "(deleted)");
    check(Value::text("zebra"), Value::Tombstone, "(deleted)");
}

/// Three values of one stamp must not beat each other in a circle, or replicas never agree.
#[test]
fn semantics_13_3_three_equal_stamps_agree_whatever_their_kinds() {
    let values = [Value::Number(9), Value::Number(10), Value::text("1a")];
    for [a, b, c] in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut timeline = start(abc());
        for (at, value) in [(A, &values[a]), (B, &values[b]), (C, &values[c])] {
            let act = Act::Write { value: value.clone(), context: Context::None, stamp: Some(Stamp::at(5)) };
            give(&mut timeline, ask(at, act, Level::One));
            pass(&mut timeline, 10);
        }
        pass(&mut timeline, 1_000);
        assert!(timeline.simulation().converged(), "written in the order {a}, {b}, {c}");
    }
}

#[test]
fn semantics_13_4_a_quorum_that_is_known_to_be_down_is_refused_before_anything_is_written() {
    let mut timeline = start(abc());
    give(&mut timeline, Command::Crash(NodeId(B)));
    give(&mut timeline, Command::Crash(NodeId(C)));
    let refused = write(&mut timeline, A, Value::Number(2), Level::Quorum);
    assert_eq!(refused, Outcome::Unavailable { required: 2, alive: 1 });
    assert_eq!(held(&timeline, A), ["1"]);
    assert_eq!(timeline.ledger().tally.sent, 0, "nothing was sent");
    assert!(write(&mut timeline, A, Value::Number(2), Level::One).is_ok());
    assert_eq!(held(&timeline, A), ["2"]);
    give(&mut timeline, Command::Restart(NodeId(B)));
    assert!(write(&mut timeline, A, Value::Number(3), Level::Quorum).is_ok(), "B is known to be back");
    assert_eq!(held(&timeline, B), ["3"]);
}

#[test]
fn semantics_13_4_a_quorum_behind_a_silent_cut_times_out_and_leaves_its_write() {
    let mut timeline = start(abc());
    give(&mut timeline, Command::Cut { name: None, shape: CutShape::Isolate(NodeId(A)) });
    let late = write(&mut timeline, A, Value::Number(2), Level::Quorum);
    assert_eq!(late, Outcome::TimedOut { received: 1, required: 2 });
    assert_eq!(held(&timeline, A), ["2"], "never rolled back");
}

/// One server; v1 with nothing seen, v2 with nothing seen, v3 on top of v1, v4 on top of v2.
#[test]
fn semantics_13_9_dotted_version_vectors_do_not_explode() {
    let mut scenario = Scenario::of(3);
    scenario.settings.conflicts = Conflicts::Siblings;
    scenario.clients = ["one", "two"].map(|name| laggard::scenario::ClientSpec::at(name, NodeId(A))).into();
    let mut timeline = start(scenario);
    let put = |timeline: &mut Timeline, client: u16, value: &str| {
        let act = Act::Write { value: Value::text(value), context: Context::Last, stamp: None };
        let ask = Ask { client: ClientId(client), at: Some(NodeId(A)), key: X, act, level: None, wait: None };
        give(timeline, Command::Submit(ask));
        held(timeline, A)
    };
    let get = |timeline: &mut Timeline, client: u16, at: u16| {
        let ask = Ask {
            client: ClientId(client),
            at: Some(NodeId(at)),
            key: X,
            act: Act::Read,
            level: None,
            wait: None,
        };
        give(timeline, Command::Submit(ask));
    };
    assert_eq!(put(&mut timeline, 0, "v1"), ["v1"]);
    pass(&mut timeline, 200);
    get(&mut timeline, 0, B);
    assert_eq!(put(&mut timeline, 1, "v2"), ["v1", "v2"]);
    assert_eq!(put(&mut timeline, 0, "v3"), ["v2", "v3"], "v3 was made on top of v1");
    pass(&mut timeline, 200);
    for node in [A, B] {
        assert_eq!(held(&timeline, node), ["v2", "v3"]);
    }
}

#[test]
fn semantics_13_9_the_whole_sequence_with_its_contexts() {
    use laggard::base::WriteId;
    use laggard::data::{Dot, Version, VersionVector};
    let put = |set: &mut Held, counter: u32, seen: u32| {
        let version = Version {
            id: WriteId(counter),
            key: X,
            value: Value::text(&format!("v{counter}")),
            stamp: Stamp::at(i64::from(counter)),
            dot: Dot { node: NodeId(A), counter },
            context: VersionVector::from_entries([(NodeId(A), seen)]),
            after: None,
        };
        set.merge(&Held::One(Arc::new(version)), Conflicts::Siblings);
        values(set)
    };
    let mut set = Held::Nothing;
    assert_eq!(put(&mut set, 1, 0), ["v1"]);
    assert_eq!(put(&mut set, 2, 0), ["v1", "v2"]);
    assert_eq!(put(&mut set, 3, 1), ["v2", "v3"]);
    assert_eq!(put(&mut set, 4, 2), ["v3", "v4"]);
}

fn read_a_then_b(guarantees: Vec<Guarantee>) -> (Outcome, Outcome, Timeline) {
    let mut scenario = abc();
    scenario.clients[0].policy.guarantees = guarantees;
    scenario.clients.push(laggard::scenario::ClientSpec::at("writer", NodeId(A)));
    let mut timeline = start(scenario);
    give(&mut timeline, Command::Cut { name: None, shape: CutShape::Isolate(NodeId(A)) });
    let act = Act::Write { value: Value::Number(2), context: Context::Last, stamp: None };
    let write = Ask { client: ClientId(1), at: Some(NodeId(A)), key: X, act, level: None, wait: None };
    give(&mut timeline, Command::Submit(write));
    pass(&mut timeline, 100);
    let first = outcome(&mut timeline, ask(A, Act::Read, Level::One));
    let second = outcome(&mut timeline, ask(B, Act::Read, Level::One));
    (first, second, timeline)
}

#[test]
fn semantics_13_13_reading_a_then_b_violates_monotonic_reads() {
    let (first, second, timeline) = read_a_then_b(Vec::new());
    let found = |outcome| if let Outcome::Found(held) = outcome { values(&held) } else { Vec::new() };
    assert_eq!((found(first), found(second)), (vec!["2".to_owned()], vec!["1".to_owned()]));
    let verdict = timeline.ledger().guarantee(Guarantee::MonotonicReads, Some(ClientId(0)));
    assert!(matches!(verdict, Verdict::Violated(_)), "{verdict:?}");
}

#[test]
fn semantics_13_13_with_the_guarantee_b_may_not_answer() {
    let (first, second, timeline) = read_a_then_b(vec![Guarantee::MonotonicReads]);
    assert!(first.is_ok());
    assert_eq!(second, Outcome::NotFresh(Guarantee::MonotonicReads));
    let verdict = timeline.ledger().guarantee(Guarantee::MonotonicReads, Some(ClientId(0)));
    assert!(!matches!(verdict, Verdict::Violated(_)), "{verdict:?}");
    assert_eq!(timeline.ledger().tally.refused, 1);
}

#[test]
fn semantics_13_13_the_guarantee_lets_b_answer_once_it_has_caught_up() {
    let (_, _, mut timeline) = read_a_then_b(vec![Guarantee::MonotonicReads]);
    give(&mut timeline, Command::Heal(laggard::action::Mend::All));
    let act = Act::Write { value: Value::Number(3), context: Context::Last, stamp: None };
    give(&mut timeline, ask(A, act, Level::One));
    timeline.advance_to(timeline.position().at + Span::secs(1));
    assert_eq!(read(&mut timeline, B, Level::One), ["3"]);
    assert!(timeline.position().at > SimTime::ZERO);
}
