//! Running until something: reached, out of time, already so, never.

use laggard::{
    action::{AntiEntropy, Command, Condition, Count, Holding, Mend, Setting},
    base::{NodeId, Ppm, Span},
    data::Value,
    drive::{Clock, FirstStaleRead, Playhead, Request, Snapshot},
    net::{CutShape, Delay, LinkChange, Scope},
};

use crate::stage::{Stage, X, all_held, gossiping, ms, read, three, wall_ms, write};

const CONVERGED: Condition = Condition::Converged { within: None };

fn told(snapshot: &Snapshot) -> (&str, Clock) {
    (&snapshot.notice.text, snapshot.clock)
}

fn isolate(node: u16) -> Command {
    Command::Cut { name: None, shape: CutShape::Isolate(NodeId(node)) }
}

#[tokio::test(start_paused = true)]
async fn a_run_ends_at_the_very_event_that_fulfils_it() {
    let mut stage = Stage::new(three());
    stage.give(write(0, "jam")).await;
    stage.ask(Request::Pause).await;
    let running = stage.ask(Request::RunUntil(CONVERGED)).await;
    assert_eq!((running.clock, running.pursuit.as_deref()), (Clock::Running, Some("converged")));
    let end = stage.until(|snapshot| snapshot.pursuit.is_none()).await;
    assert_eq!(told(&end), ("reached: converged", Clock::Stopped));
    assert_eq!((end.view.position.at, stage.wall_millis()), (ms(80), 80));
    let holding = Holding::Holds(Value::text("tea"));
    let first = Condition::Replica { node: NodeId(0), key: X, holding };
    assert_eq!(stage.published_in(wall_ms(9_000)).await, 0);
    let never = stage.ask(Request::RunUntil(first)).await;
    assert_eq!(never.clock, Clock::Running, "acknowledgements are on their way, so it is tried");
    let end = stage.until(|snapshot| snapshot.pursuit.is_none()).await;
    assert_eq!(told(&end), ("never: nothing more will happen by itself", Clock::Stopped));
    assert_eq!(end.view.position.at, ms(160));
}

#[tokio::test(start_paused = true)]
async fn a_run_for_time_ends_on_time_though_nothing_happens() {
    let mut stage = Stage::new(three());
    let until = Condition::Not(Box::new(Condition::Not(Box::new(Condition::Elapsed(Span::secs(70))))));
    stage.ask(Request::RunUntil(until)).await;
    let end = stage.until(|snapshot| snapshot.pursuit.is_none()).await;
    assert_eq!(told(&end), ("not reached in time: it no longer holds", Clock::Stopped));
    assert!(end.notice.is_error);
    assert_eq!((end.view.position.at, stage.wall_millis()), (ms(60_000), 60_000));
}

#[tokio::test(start_paused = true)]
async fn what_holds_already_is_not_run_for() {
    let mut stage = Stage::new(three());
    let already = stage.ask(Request::RunUntil(CONVERGED)).await;
    assert_eq!(told(&already), ("already converged", Clock::Running));
    assert!(already.pursuit.is_none() && !already.notice.is_error);
}

async fn never(mut stage: Stage, why: &str) {
    let never = stage.ask(Request::RunUntil(CONVERGED)).await;
    assert_eq!(told(&never), (why, Clock::Running));
    assert!(never.notice.is_error && never.pursuit.is_none());
}

#[tokio::test(start_paused = true)]
async fn what_can_never_be_is_said_at_once_with_the_reason() {
    let set = |scenario, commands: Vec<Command>| async move {
        let mut stage = Stage::new(scenario);
        for command in commands {
            stage.give(command).await;
        }
        stage
    };
    let jam = || write(0, "jam");
    let mut stage = set(three(), vec![isolate(2), jam()]).await;
    stage.after(2_000).await;
    never(stage, "never: no anti-entropy repairs what was lost").await;
    let mut stage = set(three(), vec![Command::Freeze(NodeId(2)), jam()]).await;
    stage.after(2_000).await;
    never(stage, "never while a replica is down or frozen: bring it back first (C, Z)").await;
    let mut stage = set(gossiping(), vec![isolate(2), jam()]).await;
    stage.after(2_000).await;
    never(stage, "never while the wall stands: heal it first (P)").await;
    let mut stage = set(gossiping(), vec![Command::Crash(NodeId(2)), jam()]).await;
    stage.after(2_000).await;
    never(stage, "never while a replica is down or frozen: bring it back first (C, Z)").await;
    let mut stage = set(gossiping(), vec![isolate(1), Command::Crash(NodeId(2)), jam()]).await;
    stage.after(2_000).await;
    never(stage, "never while a wall stands and a replica is down or frozen").await;
    let lossy = |to| Command::SetLink {
        scope: Scope::Between(NodeId(to), NodeId(2)),
        change: LinkChange::Loss(Ppm::ALWAYS),
    };
    let mut stage = set(gossiping(), vec![lossy(0), lossy(1), jam()]).await;
    stage.after(2_000).await;
    never(stage, "never: a link that loses everything keeps them apart").await;
}

#[tokio::test(start_paused = true)]
async fn a_run_is_given_up_when_its_last_hope_dies() {
    let mut stage = Stage::new(three());
    stage.give(write(0, "jam")).await;
    stage.ask(Request::RunUntil(CONVERGED)).await;
    tokio::time::sleep(wall_ms(30)).await;
    let walled = stage.give(isolate(2)).await;
    assert_eq!(walled.clock, Clock::Running, "n2 is still to come");
    let end = stage.until(|snapshot| snapshot.pursuit.is_none()).await;
    assert_eq!(told(&end), ("never: no anti-entropy repairs what was lost", Clock::Stopped));
    assert_eq!(end.view.position.at, ms(80));
    let set = Setting::AntiEntropy(gossiping().settings.anti_entropy);
    stage.give(Command::Set(set)).await;
    stage.give(Command::Heal(Mend::All)).await;
    stage.ask(Request::RunUntil(CONVERGED)).await;
    let end = stage.until(|snapshot| snapshot.pursuit.is_none()).await;
    assert_eq!((told(&end).0, all_held(&end)), ("reached: converged", "jam jam jam".into()));
}

#[tokio::test(start_paused = true)]
async fn other_requests_may_come_while_something_is_run_for() {
    let mut stage = Stage::new(gossiping());
    let condition = Condition::StaleReads(Count::at_least(1));
    stage.give(write(0, "jam")).await;
    stage.ask(Request::RunUntil(condition)).await;
    let paused = stage.ask(Request::Pause).await;
    assert!(paused.pursuit.is_some(), "a pause does not forget what for");
    assert_eq!(stage.published_in(wall_ms(120_000)).await, 0);
    stage.ask(Request::Play).await;
    let end = stage.give(read(2)).await;
    assert_eq!(told(&end), ("reached: so many reads were stale", Clock::Stopped));
    stage.ask(Request::RunUntil(CONVERGED)).await;
    let back = stage.ask(Request::StepBack).await;
    assert_eq!((back.pursuit.as_deref(), back.playhead), (None, Playhead::InThePast), "travelling does");
}

#[tokio::test(start_paused = true)]
async fn a_run_in_the_past_goes_through_what_was_done_then() {
    let mut stage = Stage::new(three());
    stage.after(1_000).await;
    stage.give(write(0, "jam")).await;
    stage.after(1_000).await;
    stage.ask(Request::SeekTime(ms(500))).await;
    stage.ask(Request::RunUntil(Condition::Diverged)).await;
    let end = stage.until(|snapshot| snapshot.pursuit.is_none()).await;
    assert_eq!(told(&end), ("reached: diverged", Clock::Stopped));
    assert_eq!((end.view.position.at, end.branches.len()), (ms(1_000), 0));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_a_stale_read_fulfils_says_both() {
    let mut stage = Stage::with(three(), FirstStaleRead::Pauses);
    stage.give(write(0, "jam")).await;
    stage.ask(Request::RunUntil(Condition::StaleReads(Count::exactly(1)))).await;
    let end = stage.give(read(2)).await;
    let text = "a stale read: the clock is stopped; reached: so many reads were stale";
    assert_eq!(told(&end), (text, Clock::Stopped));
    assert!(end.pursuit.is_none());
}

#[tokio::test(start_paused = true)]
async fn gossip_switched_on_later_repairs_a_run_that_could_never_be() {
    let mut stage = Stage::new(three());
    stage.give(isolate(2)).await;
    stage.give(write(0, "jam")).await;
    stage.after(1_000).await;
    stage.give(Command::Heal(Mend::All)).await;
    let every = Span::millis(200);
    let gossip = AntiEntropy { every, ..gossiping().settings.anti_entropy.unwrap() };
    stage.give(Command::Set(Setting::AntiEntropy(Some(gossip)))).await;
    stage.ask(Request::RunUntil(CONVERGED)).await;
    let end = stage.until(|snapshot| snapshot.pursuit.is_none()).await;
    assert_eq!(told(&end).0, "reached: converged");
}

#[tokio::test(start_paused = true)]
async fn what_was_reached_a_moment_ago_is_not_missed_for_a_command() {
    let mut stage = Stage::new(three());
    let scope = Scope::Between(NodeId(0), NodeId(2));
    let change = LinkChange::Delay(Delay::Fixed(Span::millis(82)));
    stage.give(Command::SetLink { scope, change }).await;
    stage.give(write(0, "jam")).await;
    stage.ask(Request::RunUntil(CONVERGED)).await;
    tokio::time::sleep(wall_ms(83)).await;
    assert_eq!(stage.latest().view.position.at, ms(80), "the actor is to wake again at 84 ms");
    let written = stage.give(write(0, "fig")).await;
    assert_eq!(told(&written), ("reached: converged", Clock::Stopped));
    assert_eq!((all_held(&written), written.view.position.at), ("fig jam jam".into(), ms(82)));
}

#[tokio::test(start_paused = true)]
async fn a_run_through_leaves_the_clock_as_people_last_chose() {
    for (choice, after) in [(Request::Play, Clock::Running), (Request::Pause, Clock::Stopped)] {
        let mut stage = Stage::new(three());
        stage.give(write(0, "jam")).await;
        stage.ask(choice).await;
        stage.ask(Request::RunThrough(CONVERGED)).await;
        let reached = stage.until(|snapshot| snapshot.pursuit.is_none()).await;
        assert_eq!((reached.clock, &*reached.notice.text), (after, "reached: converged"));
    }
    let mut stage = Stage::with(three(), FirstStaleRead::Pauses);
    stage.give(write(0, "jam")).await;
    assert_eq!(stage.give(read(2)).await.clock, Clock::Stopped, "a stale read");
    stage.ask(Request::RunThrough(CONVERGED)).await;
    let reached = stage.until(|snapshot| snapshot.pursuit.is_none()).await;
    assert_eq!(reached.clock, Clock::Running, "nobody asked for the stop");
}
