//! Scenarios 1, 2, 4 and 5: which replicas answer, and what is refused before anything is sent. And the
//! levels of SEMANTICS §6 over zones.

use std::sync::Arc;

use laggard::{
    action::{Act, Ask, Command, Context, HintRules, Level},
    base::{ClientId, KeyId, NodeId, Seed, Span},
    data::Value,
    drive::{Cause, Timeline},
    scenario::Scenario,
    sim::{Outcome, What},
};

use crate::support::{at, play, values};

#[test]
fn scenario_01_any_two_of_three_read_what_two_acknowledged() {
    for (asked, silent) in [("a", "c"), ("a", "b"), ("b", "a"), ("c", "b"), ("c", "a"), ("b", "c")] {
        play(&format!(
            "title: Scenario 1
cluster: {{replicas: [a, b, c], replication: {{leaderless: {{n: 3, write: two, read: two}}}}}}
data: {{x: 1}}
script:
  - isolate: c
  - write: {{at: a, key: x, value: 2}}
    claim: {{replica: c, key: x, holds: 1}}
  - until: {{replica: b, key: x, holds: 2}}
  - pause: 1s
  - heal: all
  - isolate: {silent}
  - read: {{at: {asked}, key: x}}
    claim: {{read: last, returns: 2}}
expect:
  - stale_reads: 0
  - timed_out: 0
"
        ));
    }
}

#[test]
fn scenario_02_one_acknowledgement_leaves_the_others_stale() {
    play(
        "title: Scenario 2
cluster: {replicas: [a, b, c], replication: {leaderless: {n: 3, write: one, read: one}}}
data: {x: 1}
script:
  - isolate: a
  - write: {at: a, key: x, value: 2}
  - read: {at: a, key: x}
    claim: {read: last, returns: 2}
  - read: {at: b, key: x}
    claim: {read: last, returns: 1}
  - read: {at: c, key: x}
    claim: {read: last, returns: 1}
expect:
  - stale_reads: 2
",
    );
}

#[test]
fn scenario_04_a_quorum_known_to_be_down_is_refused_before_anything_is_written() {
    let report = play(
        "title: Scenario 4
cluster: {replicas: [a, b, c], replication: {leaderless: {n: 3}}}
data: {x: 1}
script:
  - crash: b
  - crash: c
  - write: {at: a, key: x, value: 2, level: quorum}
    claim: {all: [{replica: a, key: x, holds: 1}, {refused: 1}]}
  - write: {at: a, key: x, value: 3, level: one}
    claim: {replica: a, key: x, holds: 3}
expect:
  - refused: 1
",
    );
    let answers = report.timeline.journal().facts().filter_map(|fact| match &fact.what {
        What::Answered { outcome, .. } => Some(outcome.clone()),
        _ => None,
    });
    let answers: Vec<Outcome> = answers.collect();
    assert_eq!(answers[0], Outcome::Unavailable { required: 2, alive: 1 });
    assert!(answers[1].is_ok());
}

struct Live {
    timeline: Timeline,
    /// A, B, C: the replicas of x; then D, which is none.
    names: [NodeId; 4],
}

const X: KeyId = KeyId(0);

impl Live {
    /// Four replicas of which three hold x = 1, hints on.
    fn new() -> Self {
        let mut scenario = Scenario::of(4);
        scenario.settings.copies = 3;
        scenario.initial = vec![(X, Value::Number(1))];
        let replay_every = Span::secs(5);
        if let Some(rules) = scenario.settings.leaderless_mut() {
            rules.hints = Some(HintRules { replay_every, ..HintRules::USUAL });
        }
        let timeline = Timeline::new(Arc::new(scenario), Seed(1));
        let owners: Vec<NodeId> = timeline.simulation().owners(X).collect();
        let outside = (0..4).map(NodeId).find(|node| !owners.contains(node)).expect("three of four");
        Self { timeline, names: [owners[0], owners[1], owners[2], outside] }
    }

    fn give(&mut self, command: Command) {
        self.timeline.apply(command, Cause::Program).expect("accepted");
    }

    fn pass(&mut self, seconds: u64) {
        self.timeline.advance_to(self.timeline.position().at + Span::secs(seconds));
    }

    fn ask(&mut self, at: NodeId, act: Act, level: Level) -> Outcome {
        let mine = self.timeline.simulation().next_op();
        self.give(Command::Submit(Ask {
            client: ClientId(0),
            at: Some(at),
            key: X,
            act,
            level: Some(level),
            wait: None,
        }));
        self.pass(3);
        let answer = self.timeline.journal().facts().find_map(|fact| match &fact.what {
            What::Answered { op, outcome } if *op == mine => Some(outcome.clone()),
            _ => None,
        });
        answer.expect("answered in time")
    }

    fn write_any(&mut self) -> Outcome {
        let act = Act::Write { value: Value::Number(2), context: Context::None, stamp: None };
        self.ask(self.names[3], act, Level::Any)
    }

    fn read_one(&mut self) -> Outcome {
        self.ask(self.names[3], Act::Read, Level::One)
    }
}

fn found(outcome: &Outcome) -> Vec<String> {
    match outcome {
        Outcome::Found(held) => values(held),
        other => panic!("the read was answered {other:?}"),
    }
}

#[test]
fn scenario_05_any_takes_a_write_that_nobody_can_read_until_it_is_handed_back() {
    let mut live = Live::new();
    let [a, b, c, _] = live.names;
    for node in [a, b, c] {
        live.give(Command::Crash(node));
    }
    assert!(live.write_any().is_ok(), "a hint is enough");
    assert_eq!(live.read_one(), Outcome::Unavailable { required: 1, alive: 0 });
    // Just after D has looked who is back, so that the read comes before the next look.
    live.timeline.advance_to(laggard::base::SimTime(Span::millis(10_100).0));
    live.give(Command::Restart(a));
    assert_eq!(found(&live.read_one()), ["1"], "before the hint is handed back");
    live.pass(10);
    assert_eq!(found(&live.read_one()), ["2"], "after");
    assert_eq!(live.timeline.ledger().lost_writes(live.timeline.simulation()), 0);
}

#[test]
fn scenario_05_if_who_keeps_the_hint_dies_an_acknowledged_write_is_lost_and_the_program_says_so() {
    let mut live = Live::new();
    let [a, b, c, d] = live.names;
    for node in [a, b, c] {
        live.give(Command::Crash(node));
    }
    assert!(live.write_any().is_ok());
    assert_eq!(live.timeline.ledger().lost_writes(live.timeline.simulation()), 0, "it may come back");
    live.give(Command::Destroy(d));
    assert_eq!(live.timeline.ledger().lost_writes(live.timeline.simulation()), 1);
    for node in [a, b, c] {
        live.give(Command::Restart(node));
    }
    live.pass(60);
    assert_eq!(values(live.timeline.simulation().held(a, X)), ["1"]);
}

const TWO_ZONES: &str = "
cluster:
  replicas:
    - {name: a, zone: eu}
    - {name: b, zone: eu}
    - {name: c, zone: eu}
    - {name: d, zone: us}
    - {name: e, zone: us}
    - {name: f, zone: us}
  replication: {leaderless: {n: {eu: 3, us: 3}, write: local_quorum, read: local_quorum}}
data: {x: 1}
";

#[test]
fn a_local_quorum_does_not_wait_for_the_other_zone_and_does_not_see_it() {
    let report = play(&format!(
        "title: Two zones{TWO_ZONES}
script:
  - partition: [[a, b, c], [d, e, f]]
  - write: {{at: a, key: x, value: 2}}
  - until: {{replica: b, key: x, holds: 2}}
  - pause: 1s
  - read: {{at: c, key: x}}
    claim: {{read: last, returns: 2}}
  - read: {{at: d, key: x}}
    claim: {{read: last, returns: 1}}
  - write: {{at: a, key: x, value: 3, level: each_quorum}}
  - pause: 3s
expect:
  - stale_reads: 1
  - timed_out: 1
  - refused: 0
"
    ));
    assert_eq!(values(at(report.timeline.simulation(), "c", "x")), ["3"], "never rolled back");
}

#[test]
fn each_quorum_is_judged_zone_by_zone() {
    let report = play(&format!(
        "title: Two zones{TWO_ZONES}
script:
  - crash: d
  - write: {{at: a, key: x, value: 2, level: each_quorum}}
  - pause: 1s
  - crash: e
  - write: {{at: a, key: x, value: 3, level: each_quorum}}
  - write: {{at: a, key: x, value: 4, level: quorum}}
  - pause: 1s
expect:
  - refused: 1
  - timed_out: 0
  - {{replica: f, key: x, holds: 4}}
"
    ));
    let answers = report.timeline.journal().facts().filter_map(|fact| match &fact.what {
        What::Answered { outcome, .. } => Some(outcome.clone()),
        _ => None,
    });
    let refused = answers.into_iter().find(|outcome| !outcome.is_ok());
    // Five of six are up, and yet: of us's three only one is.
    assert_eq!(refused, Some(Outcome::Unavailable { required: 2, alive: 1 }));
}

#[test]
fn rules_of_coordination_are_told_by_the_preset_and_turned_while_it_runs() {
    play(
        "title: Rules
cluster:
  replicas: [a, b, c, d]
  replication:
    leaderless: {n: 3, read: quorum, asks: exactly, speculative: 50ms, read_repair: blocking, coordinator: replica}
data: {x: 1}
script:
  - set: {n: 4}
  - set: {read_repair: off}
  - read: {at: a, key: x}
  - set: {n: 2}
  - read: {at: a, key: x}
    claim: {read: last, returns: 1}
",
    );
}
