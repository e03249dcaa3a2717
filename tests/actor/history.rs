//! Travelling: step, seek, undo, branches; and what a snapshot tells of it.

use std::sync::Arc;

use laggard::{
    action::{Command, Mend},
    base::{KeyId, NodeId, Position, Seed, SimTime},
    drive::{Cause, Clock, FirstStaleRead, Playhead, Request, Snapshot, Speed},
    scenario::Scenario,
};

use crate::stage::{Stage, all_held, ask, gossiping, held, lines, ms, read, three, wall_ms, write};

const BRANCHED: &str = "a new branch starts here; the old future is kept (B lists branches)";

fn place(snapshot: &Snapshot) -> (Clock, Playhead, SimTime) {
    (snapshot.clock, snapshot.playhead, snapshot.view.position.at)
}

/// Jam is everywhere at 80 ms, acknowledgements are back at 160 ms.
async fn jammed() -> Stage {
    let mut stage = Stage::new(three());
    stage.give(write(0, "jam")).await;
    stage.after(1_000).await;
    stage
}

#[tokio::test(start_paused = true)]
async fn stepping_goes_from_one_thing_to_see_to_the_next_and_stops_the_clock() {
    let mut stage = Stage::new(three());
    stage.give(write(0, "jam")).await;
    for expected in ["jam jam tea", "jam jam jam"] {
        let stepped = stage.ask(Request::Step).await;
        assert_eq!((all_held(&stepped), place(&stepped).2), (expected.into(), ms(80)));
        assert_eq!(stepped.clock, Clock::Stopped);
    }
    let step = stage.ask(Request::Step).await.view.position.step;
    let back = stage.ask(Request::StepBack).await;
    assert_eq!(back.view.position.step, step - 1);
    assert_eq!(back.playhead, Playhead::InThePast);
}

#[tokio::test(start_paused = true)]
async fn stepping_back_ends_at_the_beginning_and_says_so() {
    let mut stage = jammed().await;
    let mut back = stage.ask(Request::StepBack).await;
    while back.view.position != Position::default() {
        back = stage.ask(Request::StepBack).await;
    }
    assert_eq!(all_held(&back), "tea tea tea");
    assert_eq!(back.notice.text, "");
    let again = stage.ask(Request::StepBack).await;
    assert_eq!((&*again.notice.text, again.notice.is_error), ("this is the beginning", true));
    stage.ask(Request::Play).await;
    let replayed = stage.until(|snapshot| all_held(snapshot) == "jam jam jam").await;
    assert_eq!(replayed.view.position.at, ms(80), "the same future comes again");
}

#[tokio::test(start_paused = true)]
async fn stepping_where_nothing_will_happen_goes_nowhere() {
    for scenario in [three(), gossiping()] {
        let mut stage = Stage::new(scenario);
        stage.after(10_000).await;
        let before = stage.latest().view.position;
        let stepped = stage.ask(Request::Step).await;
        assert_eq!(stepped.view.position, before);
        assert_eq!(stepped.notice.text, "nothing more will happen by itself");
    }
}

#[tokio::test(start_paused = true)]
async fn seeking_shows_the_moment_and_playing_goes_on_from_it() {
    let mut stage = jammed().await;
    let past = stage.ask(Request::SeekTime(ms(50))).await;
    assert_eq!(place(&past), (Clock::Stopped, Playhead::InThePast, ms(50)));
    assert_eq!(all_held(&past), "jam tea tea");
    assert_eq!(past.view.messages.len(), 2);
    let begin = stage.ask(Request::Seek(Position::default())).await;
    assert_eq!((all_held(&begin), begin.commands), ("tea tea tea".into(), (0, 1)));
    let head = stage.ask(Request::ToHead).await;
    assert_eq!(place(&head), (Clock::Stopped, Playhead::AtHead, ms(1_000)));
    stage.ask(Request::SeekTime(ms(50))).await;
    let played_at = stage.wall_millis();
    stage.ask(Request::Play).await;
    stage.until(|snapshot| held(snapshot, 1) == "jam").await;
    assert_eq!(stage.wall_millis() - played_at, 30);
}

#[tokio::test(start_paused = true)]
async fn seeking_a_time_to_come_runs_there_at_once() {
    let mut stage = Stage::new(three());
    stage.give(write(0, "jam")).await;
    let there = stage.ask(Request::SeekTime(ms(100))).await;
    assert_eq!(place(&there), (Clock::Stopped, Playhead::AtHead, ms(100)));
    assert_eq!((all_held(&there), stage.wall_millis()), ("jam jam jam".into(), 0));
}

#[tokio::test(start_paused = true)]
async fn a_seek_without_end_is_done_in_slices_and_can_be_stopped() {
    let mut stage = Stage::new(gossiping());
    let far = stage.ask(Request::SeekTime(SimTime(u64::MAX))).await;
    assert!(far.view.position.step <= 20_000);
    assert!(stage.next().await.view.position.step > far.view.position.step, "it goes on by itself");
    let stopped = stage.ask(Request::Pause).await;
    assert!(stopped.view.position.step <= 80_000);
    assert_eq!(stage.published_in(wall_ms(1_000)).await, 0);
    let head = stopped.view.position;
    let beyond = stage.ask(Request::Seek(Position { step: u64::MAX, at: SimTime(u64::MAX) })).await;
    assert_eq!(beyond.view.position, head, "no further than what has been");
}

#[tokio::test(start_paused = true)]
async fn undo_is_as_if_it_had_never_been_asked_and_redo_puts_it_back() {
    let mut stage = jammed().await;
    let undone = stage.ask(Request::Undo).await;
    assert_eq!(place(&undone), (Clock::Running, Playhead::AtHead, ms(1_000)));
    assert_eq!((all_held(&undone), lines(&undone)), ("tea tea tea".into(), vec![]));
    assert_eq!((&*undone.notice.text, undone.can_redo), ("undone: write", true));
    let redone = stage.ask(Request::Redo).await;
    assert_eq!((all_held(&redone), redone.view.position.at), ("jam jam jam".into(), ms(1_000)));
    assert_eq!(redone.notice.text, "done again: write");
    let number = redone.notice.number;
    for (request, text) in [
        (Request::Redo, "nothing to redo"),
        (Request::Undo, "undone: write"),
        (Request::Undo, "nothing to undo"),
    ] {
        let snapshot = stage.ask(request).await;
        assert_eq!(snapshot.notice.text, text);
        assert!(snapshot.notice.number > number);
    }
}

#[tokio::test(start_paused = true)]
async fn undo_while_the_message_flies_takes_it_out_of_the_air() {
    let mut stage = Stage::new(three());
    stage.give(write(0, "jam")).await;
    let flying = stage.after(40).await;
    assert_eq!(flying.view.messages.len(), 2);
    let undone = stage.ask(Request::Undo).await;
    assert_eq!((undone.view.messages.len(), undone.view.position.at), (0, ms(40)));
    assert_eq!(stage.published_in(wall_ms(5_000)).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_command_in_the_past_starts_a_branch_and_says_so() {
    let mut stage = jammed().await;
    stage.ask(Request::SeekTime(ms(50))).await;
    let branched = stage.give(write(2, "fig")).await;
    assert_eq!((&*branched.notice.text, branched.notice.is_error), (BRANCHED, false));
    assert_eq!((branched.branches.len(), branched.commands), (1, (2, 2)));
    assert_eq!(branched.playhead, Playhead::AtHead);
    assert_eq!(branched.branches[0].head.at, ms(1_000));
    let more = stage.give(write(1, "egg")).await;
    assert_eq!(more.notice.number, branched.notice.number, "a branch is announced once");
}

#[tokio::test(start_paused = true)]
async fn every_branch_is_announced_however_many_there_are() {
    let mut stage = jammed().await;
    for _ in 0..70 {
        let before = stage.ask(Request::Seek(Position { step: 1, at: ms(50) })).await.notice.number;
        let branched = stage.give(Command::Freeze(NodeId(2))).await;
        assert_eq!((branched.notice.number, &*branched.notice.text), (before + 1, BRANCHED));
    }
}

#[tokio::test(start_paused = true)]
async fn an_undo_in_the_past_says_that_the_future_is_kept() {
    let mut stage = jammed().await;
    stage.ask(Request::SeekTime(ms(50))).await;
    let undone = stage.ask(Request::Undo).await;
    assert_eq!(undone.notice.text, "undone, and the old future kept as a branch (B): write");
    assert_eq!((all_held(&undone), undone.branches.len()), ("tea tea tea".into(), 1));
}

#[tokio::test(start_paused = true)]
async fn a_switch_of_branches_brings_the_other_ones_events() {
    let mut stage = Stage::new(three());
    stage.ask(Request::Pause).await;
    let jam = stage.give(write(0, "jam")).await;
    stage.ask(Request::StepBack).await;
    let fig = stage.give(write(2, "fig")).await;
    assert_eq!(jam.view.position, fig.view.position, "the same step, after as many commands");
    assert_eq!(lines(&fig), ["0s n3 write x=fig (w1)"]);
    let switched = stage.ask(Request::Switch(0)).await;
    assert_eq!(lines(&switched), ["0s n1 write x=jam (w1)"]);
    assert_eq!(all_held(&switched), "jam tea tea");
    let gone = stage.ask(Request::Switch(7)).await;
    assert_eq!((&*gone.notice.text, gone.notice.is_error), ("there is no such branch", true));
}

#[tokio::test(start_paused = true)]
async fn an_undo_and_a_command_in_one_breath_show_the_new_events() {
    let mut stage = Stage::new(three());
    stage.ask(Request::Pause).await;
    stage.give(write(0, "jam")).await;
    stage.send(Request::Undo);
    let fig = stage.give(write(0, "fig")).await;
    assert_eq!(lines(&fig), ["0s n1 write x=fig (w1)"]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_command_changes_nothing_and_says_why() {
    let mut stage = jammed().await;
    let refusals = [
        (Command::Heal(Mend::All), "nothing is cut"),
        (Command::Restart(NodeId(0)), "that replica is up"),
        (Command::Thaw(NodeId(1)), "that replica is not frozen"),
        (Command::Crash(NodeId(9)), "there is no such replica in this cluster"),
        (Command::NameKey("x".into()), "that key exists already"),
    ];
    for (command, why) in refusals {
        let before = stage.ask(Request::Frame).await;
        let after = stage.give(command).await;
        assert_eq!((&*after.notice.text, after.notice.is_error), (why, true));
        assert_eq!(after.notice.number, before.notice.number + 1);
        assert_eq!(after.view.position, before.view.position);
        assert_eq!(after.commands, before.commands);
        assert!(Arc::ptr_eq(&after.events, &before.events));
    }
    stage.ask(Request::SeekTime(ms(50))).await;
    let refused = stage.give(Command::Heal(Mend::All)).await;
    assert_eq!((refused.branches.len(), refused.playhead), (0, Playhead::InThePast));
}

#[tokio::test(start_paused = true)]
async fn a_key_in_focus_may_be_undone() {
    let mut stage = jammed().await;
    stage.send(Request::Do(vec![Command::NameKey("y".into())], Cause::Program));
    let focused = stage.ask(Request::Focus(KeyId(1))).await;
    assert_eq!((focused.focus, focused.agreement.copies), (KeyId(1), 3));
    stage.ask(Request::Explain(Some(NodeId(2)))).await;
    assert_eq!(stage.ask(Request::Undo).await.focus, KeyId(0), "the preset's key in its place");
    assert_eq!(stage.ask(Request::Redo).await.focus, KeyId(1));
    assert_eq!(stage.ask(Request::SeekTime(ms(50))).await.focus, KeyId(0));
    assert_eq!(stage.ask(Request::Focus(KeyId(77))).await.focus, KeyId(0), "what is not there is not shown");
}

#[tokio::test(start_paused = true)]
async fn a_story_is_told_of_whoever_was_asked_about() {
    let mut stage = Stage::new(three());
    stage.give(write(0, "jam")).await;
    let behind = stage.ask(Request::Explain(Some(NodeId(2)))).await;
    let story = behind.story.as_ref().expect("a story");
    assert_eq!((story.node, story.trails.len()), (NodeId(2), 1));
    assert_eq!(story.trails[0].coming[0].1, ms(80));
    let fresh = stage.until(|snapshot| held(snapshot, 2) == "jam").await;
    assert!(fresh.story.as_ref().expect("it is told on").staleness.is_none());
    assert!(stage.ask(Request::Explain(Some(NodeId(3)))).await.story.is_none());
    assert!(stage.ask(Request::Explain(None)).await.story.is_none());
}

#[tokio::test(start_paused = true)]
async fn loading_begins_anew() {
    let mut stage = jammed().await;
    stage.ask(Request::SetSpeed(Speed::NORMAL.slower())).await;
    let before = stage.ask(Request::StepBack).await;
    let mut other = Scenario::of(2);
    other.title = "Two".into();
    let loaded = stage.ask(Request::Load(Arc::new(other), Seed(7))).await;
    assert_eq!((&*loaded.scenario.title, loaded.seed), ("Two", Seed(7)));
    assert_eq!((loaded.view.position, loaded.commands), (Position::default(), (0, 0)));
    assert_eq!((loaded.clock, loaded.speed, loaded.events.len()), (Clock::Running, Speed::NORMAL, 0));
    assert!(loaded.notice.number >= before.notice.number, "no notice is told twice");
    let began = stage.wall_millis();
    stage.give(write(0, "jam")).await;
    stage.until(|snapshot| held(snapshot, 1) == "jam").await;
    assert_eq!(stage.wall_millis() - began, 80);
}

const STALE: &str = "a stale read: the clock is stopped";

#[tokio::test(start_paused = true)]
async fn the_first_stale_read_stops_the_clock_and_no_later_one_does() {
    let mut stage = Stage::with(three(), FirstStaleRead::Pauses);
    assert_eq!(stage.give(read(2)).await.clock, Clock::Running, "a fresh read does not");
    stage.give(write(0, "jam")).await;
    let stopped = stage.give(read(2)).await;
    assert_eq!((stopped.clock, &*stopped.notice.text), (Clock::Stopped, STALE));
    assert_eq!(stage.published_in(wall_ms(5_000)).await, 0);
    let number = stopped.notice.number;
    stage.ask(Request::Play).await;
    let second = stage.give(read(1)).await;
    assert_eq!((second.clock, second.tally.stale_reads, second.notice.number), (Clock::Running, 2, number));
    stage.ask(Request::Undo).await;
    stage.ask(Request::Redo).await;
    assert_eq!(stage.ask(Request::Frame).await.clock, Clock::Running, "nor the first one, seen again");
}

#[tokio::test(start_paused = true)]
async fn a_stale_read_that_is_answered_later_stops_the_clock_at_its_answer() {
    let mut stage = Stage::with(three(), FirstStaleRead::Pauses);
    stage.give(write(0, "jam")).await;
    let level = Some(laggard::action::Level::Two);
    stage.give(Command::Freeze(NodeId(0))).await;
    stage.give(ask(1, laggard::action::Act::Read, level)).await;
    stage.give(Command::Cut { name: None, shape: laggard::net::CutShape::Link(NodeId(0), NodeId(2)) }).await;
    let stopped = stage.until(|snapshot| snapshot.clock == Clock::Stopped).await;
    assert_eq!(stopped.view.position.at, ms(160), "n3 answers with tea, n2 has had jam for 80 ms");
    assert_eq!(stopped.notice.text, STALE);
}

#[tokio::test(start_paused = true)]
async fn whether_a_stale_read_stops_the_clock_stays_as_it_was_chosen() {
    for (choice, clock) in
        [(FirstStaleRead::Pauses, Clock::Stopped), (FirstStaleRead::GoesBy, Clock::Running)]
    {
        let mut stage = Stage::with(three(), choice);
        for _ in 0..2 {
            stage.give(write(0, "jam")).await;
            assert_eq!(stage.give(read(2)).await.clock, clock, "{choice:?}");
            stage.ask(Request::Load(Arc::new(three()), Seed(1))).await;
        }
    }
}
