//! What the actor does when there is nothing to do, and when there is far too much.

use std::{sync::Arc, time::Duration};

use laggard::{
    action::{Command, Mend},
    base::{NodeId, Ppm, Seed, Span},
    drive::{Cause, Clock, Request, Speed, Timeline},
    net::CutShape,
    scenario::{Scenario, WorkloadSpec},
};

use crate::stage::{Stage, X, all_held, gossiping, lines, ms, three, wall_ms, write};

const AN_HOUR: Duration = Duration::from_secs(3_600);

#[tokio::test(start_paused = true)]
async fn nothing_is_published_while_paused() {
    let mut stage = Stage::new(gossiping());
    stage.give(write(0, "jam")).await;
    stage.ask(Request::Pause).await;
    assert_eq!(stage.published_in(AN_HOUR).await, 0);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_published_once_everything_is_settled() {
    let mut stage = Stage::new(three());
    assert_eq!(stage.published_in(AN_HOUR).await, 0, "from the start");
    stage.give(write(0, "jam")).await;
    assert!(stage.published_in(Duration::from_secs(10)).await < 6, "two arrivals, two acknowledgements");
    assert_eq!(stage.published_in(AN_HOUR).await, 0, "ever after");
}

#[tokio::test(start_paused = true)]
async fn gossip_among_equals_wakes_nobody() {
    let mut stage = Stage::new(gossiping());
    assert_eq!(stage.published_in(AN_HOUR).await, 0);
    stage.give(write(0, "jam")).await;
    stage.until(|snapshot| all_held(snapshot) == "jam jam jam").await;
    stage.published_in(Duration::from_secs(1)).await;
    assert_eq!(stage.published_in(AN_HOUR).await, 0);
}

#[tokio::test(start_paused = true)]
async fn after_hours_of_idle_gossip_a_command_falls_where_the_clock_says() {
    let mut stage = Stage::new(gossiping());
    stage.give(write(0, "jam")).await;
    tokio::time::sleep(5 * AN_HOUR).await;
    let given = stage.give(write(1, "fig")).await;
    let mut timeline = Timeline::new(Arc::new(gossiping()), Seed(42));
    timeline.apply(write(0, "jam"), Cause::Program).unwrap();
    timeline.advance_to(ms(5 * 3_600_000));
    timeline.apply(write(1, "fig"), Cause::Program).unwrap();
    assert_eq!(given.view.position, timeline.position(), "every round of gossip took place");
    assert!(timeline.position().step > 200_000, "many slices of them");
    let shown = lines(&given);
    assert!(shown[0].ends_with("n1 write x=jam (w1)"), "idle gossip pushed it out: {shown:?}");
    assert_eq!(shown.last().unwrap(), "5h n2 write x=fig (w2)");
}

#[tokio::test(start_paused = true)]
async fn gossip_that_dies_at_a_wall_is_shown_for_as_long_as_the_wall_stands() {
    let mut stage = Stage::new(gossiping());
    stage.give(Command::Cut { name: None, shape: CutShape::Isolate(NodeId(2)) }).await;
    stage.give(write(0, "jam")).await;
    stage.published_in(Duration::from_secs(60)).await;
    let killed = stage.latest().view.cuts[0].killed;
    assert!(stage.published_in(Duration::from_secs(60)).await > 20);
    assert!(stage.latest().view.cuts[0].killed > killed + 20);
    stage.give(Command::Heal(Mend::All)).await;
    stage.until(|snapshot| all_held(snapshot) == "jam jam jam").await;
    stage.published_in(Duration::from_secs(1)).await;
    assert_eq!(stage.published_in(AN_HOUR).await, 0);
}

#[tokio::test(start_paused = true)]
async fn gossip_among_equals_that_dies_at_a_wall_is_not_shown() {
    let mut stage = Stage::new(gossiping());
    stage.give(Command::Cut { name: None, shape: CutShape::Isolate(NodeId(2)) }).await;
    stage.published_in(Duration::from_secs(1)).await;
    assert_eq!(stage.published_in(AN_HOUR).await, 0);
    let later = stage.ask(Request::Frame).await;
    assert!(later.view.cuts[0].killed > 7_000, "it is counted all the same");
    assert_eq!(lines(&later), ["0s cut 1: n3 | all others"]);
}

/// About a hundred thousand events in each virtual second.
fn busy(gap: Span) -> Scenario {
    let mut scenario = Scenario::of(5);
    scenario.workload = Some(WorkloadSpec {
        operations: None,
        mean_gap: gap,
        reads: Ppm::NEVER,
        keys: vec![X],
        skew: 0.0,
        stop: None,
    });
    scenario
}

#[tokio::test(start_paused = true)]
async fn with_far_too_much_to_do_a_pause_is_heard_within_a_slice() {
    let mut stage = Stage::new(busy(Span::micros(100)));
    let mut speed = Speed::NORMAL;
    (0..10).for_each(|_| speed = speed.faster());
    assert_eq!(speed.to_string(), "×1000");
    stage.ask(Request::SetSpeed(speed)).await;
    tokio::time::advance(wall_ms(100)).await;
    let behind = stage.ask(Request::Frame).await;
    assert!(behind.view.position.at < ms(100_000), "a hundred seconds are due");
    let slice = 20_000;
    let paused = stage.ask(Request::Pause).await;
    assert_eq!(paused.clock, Clock::Stopped);
    assert!(paused.view.position.step <= behind.view.position.step + slice);
    assert_eq!(stage.published_in(wall_ms(1_000)).await, 0, "what is left undone is not made good");
}

#[tokio::test(start_paused = true)]
async fn events_that_come_thick_and_fast_are_shown_at_most_every_four_milliseconds() {
    let mut stage = Stage::new(busy(Span::millis(1)));
    let published = stage.published_in(Duration::from_secs(2)).await;
    assert!((300..=500).contains(&published), "{published} in 2 s");
}

#[tokio::test(start_paused = true)]
async fn a_busy_actor_ends_when_its_last_handle_is_dropped() {
    for scenario in [three(), busy(Span::micros(100))] {
        let stage = Stage::new(scenario);
        let second = stage.handle.clone();
        tokio::time::sleep(wall_ms(10)).await;
        let (handle, task) = (stage.handle, stage.task);
        drop(handle);
        tokio::time::sleep(wall_ms(10)).await;
        assert!(!task.is_finished(), "one handle is left");
        drop(second);
        tokio::time::timeout(wall_ms(10), task).await.expect("it ends").expect("in good order");
    }
}

async fn a_session() -> Vec<String> {
    let mut stage = Stage::new(gossiping());
    let mut seen = Vec::new();
    let requests = [
        (0, Request::Do(vec![write(0, "jam")], Cause::Key("w".into()))),
        (33, Request::Do(vec![Command::Crash(NodeId(1))], Cause::Key("c".into()))),
        (900, Request::SetSpeed(Speed::NORMAL.faster())),
        (41, Request::Do(vec![write(2, "fig")], Cause::Program)),
        (700, Request::Undo),
        (5, Request::Do(vec![Command::Restart(NodeId(1))], Cause::Program)),
        (3_000, Request::StepBack),
        (10, Request::Explain(Some(NodeId(2)))),
        (10, Request::Do(vec![write(1, "egg")], Cause::Program)),
        (10, Request::Play),
        (90_000, Request::Switch(0)),
        (0, Request::Frame),
    ];
    for (millis, request) in requests {
        tokio::time::sleep(wall_ms(millis)).await;
        seen.push(format!("{:?}", stage.ask(request).await));
    }
    seen
}

#[tokio::test(start_paused = true)]
async fn the_same_requests_at_the_same_instants_give_the_same_snapshots() {
    let (first, second) = (a_session().await, a_session().await);
    for (index, (one, other)) in first.iter().zip(&second).enumerate() {
        assert!(one == other, "snapshot {index} differs");
    }
}
