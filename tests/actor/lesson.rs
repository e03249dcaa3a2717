//! A preset's script, step by step, with people at the keys.

use laggard::{
    action::{Act, Command, Condition, Count, Holding, Level, ReadClaim},
    base::{NodeId, Span},
    data::Value,
    drive::{Clock, FirstStaleRead, Request, Said, Snapshot},
    scenario::{Choice, Deed, Timing},
};

use crate::stage::{Stage, X, all_held, ask, ms, read, scripted, wall_ms, write};

const CONVERGED: Condition = Condition::Converged { within: None };

fn reads(at: u16, level: Option<Level>, returns: &str) -> Deed {
    Deed::Read { command: ask(at, Act::Read, level), returns: Some(vec![Value::text(returns)]) }
}

fn until(condition: Condition) -> Deed {
    Deed::Until(condition, Span::secs(5))
}

async fn next(stage: &mut Stage) -> std::sync::Arc<Snapshot> {
    stage.ask(Request::NextStep).await
}

fn stands(snapshot: &Snapshot) -> (usize, Option<&str>) {
    (snapshot.script.next, snapshot.script.upcoming.as_deref())
}

fn a_lesson() -> Stage {
    let choices =
        vec![Choice { letter: 'a', text: "tea".into() }, Choice { letter: 'b', text: "jam".into() }];
    let mut scenario = scripted([
        Deed::Do(write(0, "jam")),
        Deed::Predict { question: "What will n3 say?".into(), choices },
        reads(2, None, "tea"),
        until(CONVERGED),
        Deed::Say("Now all agree.".into()),
        Deed::Pause(Span::secs(2)),
        reads(2, None, "tea"),
        until(Condition::LostWrites(Count::at_least(1))),
        Deed::Do(Command::Thaw(NodeId(0))),
    ]);
    scenario.script[4].claim = Some(CONVERGED);
    scenario.script[5].timing = Timing::After(Span::secs(1));
    Stage::new(scenario)
}

#[tokio::test(start_paused = true)]
async fn a_script_is_performed_step_by_step() {
    let mut stage = a_lesson();
    let first = stage.ask(Request::Pause).await;
    assert_eq!(stands(&first), (0, Some("write")));
    let wrote = next(&mut stage).await;
    assert_eq!((stands(&wrote), all_held(&wrote)), ((1, Some("ask")), "jam tea tea".into()));
    assert_eq!(wrote.events[0].cause.as_deref(), Some("line 1"));
    let asked = next(&mut stage).await;
    assert!(matches!(&asked.script.said, Some(Said::Question { choices, .. }) if choices.len() == 2));
    let read = next(&mut stage).await;
    assert_eq!(
        (stands(&read), &read.script.judged),
        ((3, Some("run until converged")), &Some(("the answer".into(), true)))
    );
    assert_eq!(read.clock, Clock::Stopped);
    let under_way = next(&mut stage).await;
    assert_eq!((under_way.clock, under_way.script.next), (Clock::Running, 3));
    assert_eq!(under_way.pursuit.as_deref(), Some("this step is done: run until converged"));
    let reached = stage.until(|snapshot| snapshot.script.next == 4).await;
    assert_eq!((reached.clock, reached.view.position.at), (Clock::Stopped, ms(80)), "it stands again");
    let said = next(&mut stage).await;
    assert_eq!(said.script.said, Some(Said::Text("Now all agree.".into())));
    assert_eq!(said.script.judged, Some(("the claim".into(), true)));
    next(&mut stage).await;
    let waited = stage.until(|snapshot| snapshot.script.next == 6).await;
    assert_eq!(waited.view.position.at, ms(3_080), "a second after the step before, two seconds long");
    let wrong = next(&mut stage).await;
    assert_eq!(wrong.script.judged, Some(("the answer".into(), false)), "n3 says jam by now");
}

#[tokio::test(start_paused = true)]
async fn a_step_that_fails_says_which_and_why_and_the_script_goes_on() {
    let mut stage = a_lesson();
    while stage.latest().script.next < 7 {
        next(&mut stage).await;
        stage.until(|snapshot| snapshot.pursuit.is_none()).await;
    }
    next(&mut stage).await;
    let failed = stage.until(|snapshot| snapshot.script.next == 8).await;
    let text = "step 8: waited in vain until 8.08s: lost writes: 0, expected at least 1";
    assert_eq!((&*failed.notice.text, failed.notice.is_error), (text, true));
    assert_eq!(failed.clock, Clock::Stopped, "as it was since the script last spoke");
    let refused = next(&mut stage).await;
    assert_eq!(refused.notice.text, "step 9: that replica is not frozen");
    assert_eq!(stands(&refused), (9, None));
    let end = next(&mut stage).await;
    assert_eq!((&*end.notice.text, end.script.next), ("the preset's script is at its end", 9));
}

#[tokio::test(start_paused = true)]
async fn of_two_judgements_the_failing_one_is_shown() {
    let mut scenario = scripted([reads(2, None, "jam")]);
    scenario.script[0].claim = Some(CONVERGED);
    let judged = next(&mut Stage::new(scenario)).await.script.judged.clone();
    assert_eq!(judged, Some(("the answer".into(), false)));
}

#[tokio::test(start_paused = true)]
async fn one_press_performs_one_step_though_its_read_stops_the_clock() {
    let scenario = scripted([
        Deed::Do(write(0, "jam")),
        Deed::Do(Command::Freeze(NodeId(0))),
        Deed::Do(Command::Cut { name: None, shape: laggard::net::CutShape::Link(NodeId(0), NodeId(2)) }),
        reads(2, Some(Level::One), "tea"),
        Deed::Say("Stale.".into()),
        Deed::Say("And why?".into()),
    ]);
    let mut stage = Stage::with(scenario, FirstStaleRead::Pauses);
    for step in 1..=6 {
        let done = next(&mut stage).await;
        assert_eq!(done.script.next, step);
        assert_eq!(done.clock, if step < 4 { Clock::Running } else { Clock::Stopped });
    }
}

#[tokio::test(start_paused = true)]
async fn one_press_performs_one_step_though_its_answer_stops_the_clock_later() {
    let mut scenario = scripted([
        Deed::Do(write(0, "jam")),
        Deed::Do(Command::Cut { name: None, shape: laggard::net::CutShape::Isolate(NodeId(0)) }),
        reads(2, Some(Level::Two), "tea"),
        Deed::Say("Stale.".into()),
        Deed::Say("And why?".into()),
    ]);
    scenario.clients.push(laggard::scenario::ClientSpec::at("other", NodeId(2)));
    let mut stage = Stage::with(scenario, FirstStaleRead::Pauses);
    for _ in 0..3 {
        next(&mut stage).await;
    }
    let read = stage.until(|snapshot| snapshot.script.next == 3).await;
    assert_eq!((read.view.position.at, read.clock), (ms(160), Clock::Stopped));
    assert_eq!(read.script.judged, Some(("the answer".into(), true)));
    assert!(read.pursuit.is_none());
    assert_eq!(next(&mut stage).await.script.next, 4);
    assert_eq!(next(&mut stage).await.script.next, 5);
}

#[tokio::test(start_paused = true)]
async fn impatience_neither_skips_a_step_nor_starts_the_clock() {
    let mut stage =
        Stage::new(scripted([Deed::Do(write(0, "jam")), until(CONVERGED), Deed::Say("So.".into())]));
    stage.ask(Request::Pause).await;
    next(&mut stage).await;
    next(&mut stage).await;
    tokio::time::sleep(wall_ms(10)).await;
    for _ in 0..3 {
        assert_eq!(next(&mut stage).await.script.next, 1);
    }
    let done = stage.until(|snapshot| snapshot.pursuit.is_none()).await;
    assert_eq!((done.script.next, done.clock, done.view.position.at), (2, Clock::Stopped, ms(80)));
}

#[tokio::test(start_paused = true)]
async fn a_pause_in_the_middle_of_a_step_holds_and_the_step_goes_on_when_asked() {
    let mut stage = Stage::new(scripted([Deed::Do(write(0, "jam")), until(CONVERGED)]));
    next(&mut stage).await;
    next(&mut stage).await;
    tokio::time::sleep(wall_ms(10)).await;
    stage.ask(Request::Pause).await;
    assert_eq!(stage.published_in(wall_ms(60_000)).await, 0);
    next(&mut stage).await;
    let done = stage.until(|snapshot| snapshot.script.next == 2).await;
    assert_eq!((done.view.position.at, done.clock), (ms(80), Clock::Stopped), "as the person left it");
}

#[tokio::test(start_paused = true)]
async fn nothing_that_people_do_meanwhile_breaks_a_step() {
    let meddling = [
        Request::Undo,
        Request::StepBack,
        Request::Step,
        Request::SeekTime(ms(0)),
        Request::ToHead,
        Request::RunUntil(Condition::InFlight(Count::ZERO)),
        Request::Do(vec![write(1, "egg"), read(2)], laggard::drive::Cause::Program),
        Request::Redo,
        Request::Switch(0),
        Request::SetSpeed(laggard::drive::Speed::NORMAL.faster()),
    ];
    let holds_fig = Holding::Holds(Value::text("fig"));
    for meddle in meddling {
        let mut stage = Stage::new(scripted([
            Deed::Do(write(0, "jam")),
            until(CONVERGED),
            Deed::Do(ask(
                0,
                Act::Write {
                    value: Value::text("fig"),
                    context: laggard::action::Context::Last,
                    stamp: None,
                },
                Some(Level::All),
            )),
            until(Condition::All(vec![
                CONVERGED,
                Condition::Replica { node: NodeId(1), key: X, holding: holds_fig.clone() },
            ])),
            Deed::Say("Done.".into()),
        ]));
        next(&mut stage).await;
        next(&mut stage).await;
        tokio::time::sleep(wall_ms(10)).await;
        stage.ask(meddle.clone()).await;
        for _ in 0..8 {
            next(&mut stage).await;
            stage.until(|snapshot| snapshot.pursuit.is_none()).await;
        }
        let end = stage.latest();
        assert_eq!(end.script.said, Some(Said::Text("Done.".into())), "after {meddle:?}");
        assert_eq!(all_held(&end), "fig fig fig", "after {meddle:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_step_performed_in_the_past_says_that_a_branch_starts() {
    let mut stage = Stage::new(scripted([Deed::Do(write(0, "jam")), Deed::Do(write(1, "fig"))]));
    next(&mut stage).await;
    stage.after(1_000).await;
    stage.ask(Request::SeekTime(ms(50))).await;
    let branched = next(&mut stage).await;
    assert_eq!(branched.branches.len(), 1);
    assert!(branched.notice.text.starts_with("a new branch starts here"));
}

#[tokio::test(start_paused = true)]
async fn a_step_waits_until_its_client_is_free() {
    let scenario = scripted([
        Deed::Do(ask(
            0,
            Act::Write { value: Value::text("jam"), context: laggard::action::Context::Last, stamp: None },
            Some(Level::All),
        )),
        reads(0, None, "jam"),
        Deed::Do(write(0, "fig")),
    ]);
    let mut stage = Stage::new(scenario);
    next(&mut stage).await;
    let waiting = next(&mut stage).await;
    assert_eq!(waiting.script.next, 1);
    let read = stage.until(|snapshot| snapshot.script.next == 2).await;
    assert_eq!(
        (read.view.position.at, read.script.judged.clone()),
        (ms(160), Some(("the answer".into(), true)))
    );
    let claim = Condition::LastRead(ReadClaim::Stale(Count::ZERO));
    let already = stage.ask(Request::RunUntil(claim)).await;
    assert_eq!(already.notice.text, "already a read returns what is awaited");
}

#[tokio::test(start_paused = true)]
async fn a_sentence_stops_the_clock_and_goes_when_anything_changes() {
    let scenario = || scripted([Deed::Say("All hold tea.".into()), Deed::Say("Still tea.".into())]);
    let mut stage = Stage::new(scenario());
    let said = next(&mut stage).await;
    assert_eq!((said.clock, &said.script.said), (Clock::Stopped, &Some(Said::Text("All hold tea.".into()))));
    let written = stage.give(write(0, "jam")).await;
    assert_eq!(written.script.said, None, "it is no longer so");
    let mut stage = Stage::new(scenario());
    next(&mut stage).await;
    stage.ask(Request::Play).await;
    assert_eq!(stage.after(500).await.script.said, None, "time has passed since");
    let again = next(&mut stage).await;
    assert_eq!(again.script.said, Some(Said::Text("Still tea.".into())));
}

#[tokio::test(start_paused = true)]
async fn an_hour_that_a_script_lets_pass_is_not_sat_through() {
    let mut stage = Stage::new(scripted([
        Deed::Do(write(0, "jam")),
        Deed::Pause(Span::secs(3_600)),
        reads(2, None, "jam"),
    ]));
    stage.ask(Request::Pause).await;
    next(&mut stage).await;
    next(&mut stage).await;
    tokio::time::sleep(wall_ms(1_000)).await;
    let passed = stage.ask(Request::Pause).await;
    assert_eq!((passed.script.next, passed.view.position.at), (2, ms(3_600_000)));
}
