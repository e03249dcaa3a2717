//! The first milestone: three nodes, one cut, last-write-wins loses a write; seen, replayed and named.

use std::sync::Arc;

use laggard::{
    action::{Act, AntiEntropy, Ask, Command, Context, Mend, Style},
    base::{ClientId, KeyId, NodeId, Position, Seed, SimTime, Span},
    data::{Relation, Value},
    drive::{Cause, Timeline},
    net::CutShape,
    scenario::Scenario,
};

fn write(at: u16, value: &str) -> Command {
    let act = Act::Write { value: Value::text(value), context: Context::Last, stamp: None };
    Command::Submit(Ask {
        client: ClientId(0),
        at: Some(NodeId(at)),
        key: KeyId(0),
        act,
        level: None,
        wait: None,
    })
}

fn held(timeline: &Timeline, node: u16) -> String {
    let held = timeline.simulation().held(NodeId(node), KeyId(0));
    held.versions().iter().map(|version| version.value.to_string()).collect::<Vec<_>>().join("+")
}

fn split_brain() -> Timeline {
    let mut scenario = Scenario::of(3);
    scenario.initial = vec![(KeyId(0), Value::text("tea"))];
    scenario.settings.anti_entropy = Some(AntiEntropy {
        every: Span::millis(500),
        style: Style::PushPull,
        fan_out: 1,
        digest: laggard::action::Digest::Full,
    });
    let mut timeline = Timeline::new(Arc::new(scenario), Seed(42));
    let groups = vec![vec![NodeId(0), NodeId(1)], vec![NodeId(2)]];
    let mut give = |command| timeline.apply(command, Cause::Program).expect("accepted");
    give(Command::Cut { name: None, shape: CutShape::Groups(groups) });
    give(write(0, "jam"));
    timeline.advance_to(SimTime(10_000_000));
    timeline.apply(write(2, "fig"), Cause::Program).expect("accepted");
    timeline
}

#[test]
fn last_write_wins_loses_an_acknowledged_write_across_a_cut() {
    let mut timeline = split_brain();
    timeline.advance_to(SimTime(300_000_000));
    assert_eq!([held(&timeline, 0), held(&timeline, 1), held(&timeline, 2)], ["jam", "jam", "fig"]);
    assert!(!timeline.simulation().converged());
    assert!(timeline.simulation().settled(), "behind the wall nothing can change any more");
    assert_eq!(timeline.ledger().lost_writes(timeline.simulation()), 0, "nothing is lost yet");
    assert!(
        timeline.simulation().cuts().standing()[0].killed >= 3,
        "messages die at the wall and are counted"
    );

    timeline.apply(Command::Heal(Mend::All), Cause::Program).unwrap();
    timeline.advance_to(SimTime(5_000_000_000));
    assert!(timeline.simulation().converged());
    assert_eq!(held(&timeline, 0), "fig");
    let losses = timeline.ledger().losses(timeline.simulation());
    assert_eq!(losses.len(), 1);
    assert_eq!(losses[0].value, "jam");
    let (winner, relation, _) = losses[0].dropped_for.unwrap();
    assert_eq!(relation, Relation::Concurrent);
    assert_eq!(timeline.ledger().find(winner).unwrap().version.value, Value::text("fig"));
}

#[test]
fn the_run_can_be_rewound_and_branched_and_nothing_is_lost() {
    let mut timeline = split_brain();
    timeline.advance_to(SimTime(3_000_000_000));
    let end = timeline.position();
    let facts: Vec<_> = timeline.journal().facts().cloned().collect();
    timeline.seek(Position::default());
    assert_eq!(held(&timeline, 0), "tea");
    timeline.seek(end);
    assert_eq!(timeline.journal().facts().cloned().collect::<Vec<_>>(), facts, "replay is exact");
    while timeline.step_back().is_ok() {}
    assert_eq!(timeline.position(), Position::default());
    timeline.apply(write(1, "egg"), Cause::Program).unwrap();
    assert_eq!(timeline.branches().len(), 1);
    timeline.switch(0).unwrap();
    assert_eq!(timeline.position(), end);
    assert_eq!(timeline.journal().facts().cloned().collect::<Vec<_>>(), facts);
}
