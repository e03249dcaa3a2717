//! The timeline bar, marks, and what to run until.

use std::sync::Arc;

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::{
    base::{KeyId, Ppm, SimTime, Span},
    drive::{Goal, Request},
    scenario::WorkloadSpec,
    tui::{
        registry::{Action, Layer},
        ui::Effect,
    },
};

use super::stage::{Stage, favourite_colour};

/// The row with the bar, if the screen has one.
fn bar(stage: &mut Stage, width: u16, height: u16) -> Option<String> {
    let text = stage.text(width, height);
    let place = stage.ui.bar?;
    text.lines().nth(usize::from(place.area.y)).map(str::to_owned)
}

fn click(stage: &mut Stage, column: u16) {
    let row = stage.ui.bar.expect("a bar").area.y;
    let kind = MouseEventKind::Down(MouseButton::Left);
    let mouse = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
    let snapshot = stage.snapshot();
    let effects = stage.ui.click(mouse, &snapshot);
    stage.obey(effects);
}

#[test]
fn the_projector_shows_the_bar_when_time_stands_and_keeps_its_cards_in_place() {
    let mut stage = Stage::after(3, "w|");
    assert_eq!(bar(&mut stage, 80, 24), None);
    let cards = stage.ui.cards.clone();
    stage.keys(" ");
    let shown = bar(&mut stage, 80, 24).expect("the clock stands");
    assert!(shown.starts_with(" 0 w") && shown.ends_with('s'), "{shown:?}");
    assert_eq!(stage.ui.cards, cards);
    assert_eq!(bar(&mut stage, 60, 18), None, "never on the smallest tier");
    stage.keys(" |");
    assert!(bar(&mut stage, 200, 55).is_some(), "always where there is room");
}

#[test]
fn keys_anomalies_branches_and_marks_stand_where_they_fell_and_a_click_goes_there() {
    let mut stage = Stage::after(3, "||w|2r |p||m ");
    let wrong = stage.snapshot().bar.wrong[0];
    let shown = bar(&mut stage, 80, 24).expect("the clock stands");
    assert!(shown.contains('w') && shown.contains('⚑') && shown.contains('p'), "{shown}");
    let scale = stage.ui.bar.expect("a bar");
    click(&mut stage, scale.column(wrong));
    assert_eq!(stage.snapshot().view.position.at, wrong, "what stands in the column is gone to exactly");
    assert!(stage.snapshot().is_past());
    stage.keys("m1w");
    let head = stage.snapshot().head.at;
    assert_eq!((head, stage.snapshot().bar.partings.len()), (wrong, 1));
    let shown = bar(&mut stage, 80, 24).expect("the clock stands");
    assert!(!shown.contains('p'), "what was left behind is not on this line: {shown}");
    click(&mut stage, scale.area.right() - 1);
    assert_eq!(stage.snapshot().view.position.at, head, "never beyond the head");
}

#[test]
fn a_mark_on_another_line_is_gone_to_by_its_time_and_never_beyond_the_head() {
    let mut stage = Stage::after(3, "w||m||||m ");
    let marks: Vec<SimTime> = stage.ui.marks.iter().map(|mark| mark.at.at).collect();
    stage.keys("B⏎|");
    stage.keys("p");
    stage.keys("Ba mark⏎");
    assert_eq!(stage.snapshot().view.position.at, marks[0]);
    stage.keys("Bnot come⏎");
    assert!(stage.status().contains("before mark 2"), "{}", stage.status());
}

#[test]
fn the_clock_runs_until_the_next_event_of_a_kind_and_stops_there() {
    let since = |stage: &Stage| stage.snapshot().view.position.at;
    // Two seconds to the others: green is there when the message is.
    let mut stage = Stage::after(3, "w");
    stage.keys("2ggnewest ack⏎|||");
    assert_eq!(since(&stage), SimTime(Span::secs(2).0), "{}", stage.status());
    assert!(!stage.snapshot().is_running() && stage.snapshot().staleness[1].is_none());
    assert!(stage.status().starts_with("reached: "), "{}", stage.status());
    // The wall kills what is sent against it.
    let stage = Stage::after(3, "wggmessage dies⏎p||||||||");
    let snapshot = stage.snapshot();
    assert_eq!(snapshot.tally.cut + snapshot.tally.lost + snapshot.tally.down, 1, "{}", stage.status());
    assert!(!snapshot.is_running());
    let mut stage = Stage::after(3, "wggsettled⏎||||||");
    assert!(stage.status().starts_with("reached: settled"), "{}", stage.status());
    // Nobody is stale, and nothing is ahead that could fail.
    stage.keys(" wu");
    stage.obey(vec![Effect::Ask(Request::RunTo(Goal::Failed))]);
    assert!(stage.status().starts_with("never: "), "{}", stage.status());
}

#[test]
fn what_goes_wrong_without_a_key_stands_on_the_bar_as_it_happens() {
    let mut scenario = favourite_colour(3);
    scenario.workload = Some(WorkloadSpec {
        operations: None,
        mean_gap: Span::millis(400),
        reads: Ppm::percent(70),
        keys: vec![KeyId(0)],
        skew: 0.0,
        stop: None,
    });
    let mut stage = Stage::new(scenario);
    let mut counts = Vec::new();
    for _ in 0..20 {
        stage.keys("|");
        if !stage.snapshot().is_running() {
            // The first stale read stops the clock.
            stage.keys(" ");
        }
        let snapshot = stage.snapshot();
        assert_eq!(snapshot.bar.wrong.len() as u64, snapshot.wrong.1);
        counts.push(snapshot.bar.wrong.len());
    }
    counts.dedup();
    assert!(counts.len() > 2, "{counts:?}");
}

#[test]
fn to_travel_ends_what_was_run_for() {
    let mut stage = Stage::after(3, "wg");
    stage.wait(500);
    assert!(stage.snapshot().pursuit.is_some());
    stage.keys(",");
    assert!(stage.snapshot().pursuit.is_none() && !stage.snapshot().is_running());
    stage.keys(" |||||");
    assert!(stage.snapshot().agreement.converged() && stage.snapshot().is_running(), "{}", stage.status());
}

#[test]
fn what_was_undone_is_no_longer_among_the_events() {
    let mut stage = Stage::after(3, "w|2p|");
    let told = |stage: &Stage, words: &str| {
        stage.snapshot().events.iter().filter(|event| event.text.contains(words)).count()
    };
    let cuts = told(&stage, "lon");
    stage.keys("u");
    assert!(told(&stage, "lon") < cuts && told(&stage, "w1") > 0, "{:?}", stage.snapshot().events);
    stage.keys("u");
    assert_eq!((told(&stage, "lon"), told(&stage, "w1")), (0, 0), "{:?}", stage.snapshot().events);
}

#[test]
fn after_another_command_what_was_undone_before_is_not_done_again() {
    let mut stage = Stage::after(3, "wu2p");
    stage.act(Layer::Main, Action::Redo);
    assert!(stage.status().contains("nothing"), "{}", stage.status());
    let snapshot = stage.snapshot();
    assert_eq!((snapshot.tally.writes, snapshot.view.cuts.len()), (0, 1));
}

#[test]
fn a_smaller_cluster_has_nobody_picked_whom_it_lacks() {
    let mut stage = Stage::after(6, "6");
    let seed = stage.snapshot().scenario.seed;
    stage.obey(vec![Effect::Ask(Request::Load(Arc::new(favourite_colour(3)), seed))]);
    assert_eq!(stage.ui.picked.index(), 2);
    assert!(stage.text(80, 24).contains("╔ 3 nyc"), "{}", stage.text(80, 24));
}

#[test]
fn another_preset_begins_without_the_marks_of_the_last() {
    let mut stage = Stage::after(3, "w||m");
    assert_eq!(stage.ui.marks.len(), 1);
    stage.ui.reset();
    assert!(stage.ui.marks.is_empty());
}
