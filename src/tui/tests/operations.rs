//! The view of operations over a run: what it shows, where it leads.

use crossterm::event::{KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::tui::{
    operations::Live,
    registry::{Action, Layer},
    ui::{OperationPanel, Side, View},
};

use super::{
    pictures::hinting,
    stage::{Stage, favourite_colour},
};

/// Rows of the table: those with a verdict at their end.
fn rows(stage: &mut Stage, width: u16, height: u16) -> Vec<String> {
    let text = stage.text(width, height);
    let begin =
        text.lines().position(|line| line.contains("asked  ") && line.contains("verdict")).expect("titles");
    text.lines().skip(begin + 1).map(str::to_owned).filter(|line| line.contains("s ")).collect()
}

fn chosen(stage: &Stage) -> Option<usize> {
    let snapshot = stage.snapshot();
    stage.ui.operations.chosen(&Live::of(&snapshot))
}

#[test]
fn every_operation_is_told_with_what_the_core_says_of_it() {
    let mut stage = Stage::after(3, "w|2r⇥⇥⇥");
    let text = stage.text(80, 24);
    let write = text.lines().find(|line| line.contains("write ▲ green w1")).expect("the write");
    assert!(write.contains("ONE") && write.contains("visible"), "{text}");
    let read = text.lines().find(|line| line.contains("read → ● blue")).expect("the read");
    for word in ["1.00s", "ONE", "1/1", "STALE -1 1s breaks RYW", "✗"] {
        assert!(read.contains(word), "no {word} in {read}");
    }
}

#[test]
fn a_lost_write_is_marked_on_the_write_and_a_refused_one_says_why() {
    let mut stage = Stage::after(3, "2pw1w|||Pg||||||||||⇥⇥⇥");
    let text = stage.text(80, 24);
    assert!(text.lines().any(|line| line.contains("w1") && line.contains("LOST")), "{text}");
    let mut stage = Stage::new(favourite_colour(3));
    stage.keys("oo2c3c1w⇥⇥⇥");
    let text = stage.text(120, 36);
    assert!(text.contains("refused: UNAVAILABLE "), "{text}");
}

#[test]
fn what_still_waits_and_what_nobody_knows_are_told_apart() {
    let mut scenario = hinting();
    scenario.settings.timeout = crate::base::Span::secs(2);
    let mut stage = Stage::new(scenario);
    stage.keys("oo1pw⇥⇥⇥");
    assert!(stage.text(80, 24).contains("waiting"), "{}", stage.text(80, 24));
    stage.keys("|||");
    assert!(stage.text(80, 24).contains("unknown: TIMEOUT 1/3"), "{}", stage.text(80, 24));
}

#[test]
fn enter_explains_and_again_goes_to_the_moment_and_e_says_why_there() {
    let mut stage = Stage::after(3, "w|2r |||||⇥⇥⇥⏎");
    assert_eq!(stage.ui.operation_panel, OperationPanel::Explained);
    let text = stage.text(120, 36);
    for word in
        ["to read, key user123, level ONE (1 must answer)", "asked: lon", "STALE by 1 version: it misses w1"]
    {
        assert!(text.contains(word), "no {word} in\n{text}");
    }
    assert!(!stage.snapshot().is_past());
    stage.keys("⏎");
    assert!(stage.snapshot().is_past(), "{}", stage.status());
    assert_eq!((stage.snapshot().view.position.at.to_string(), stage.ui.picked.index()), ("1.00s".into(), 1));
    stage.keys("e");
    assert_eq!((stage.ui.view, stage.ui.side), (View::Cluster, Side::Story));
    assert!(stage.text(80, 24).contains("lon is STALE"), "{}", stage.text(80, 24));
}

#[test]
fn keys_of_the_table_lie_over_those_of_the_laboratory_and_the_others_act_as_ever() {
    let mut stage = Stage::after(3, "wwwwwwwwwwwwwwwwwwwwww⇥⇥⇥");
    stage.text(80, 24);
    assert_eq!((stage.ui.layer(), chosen(&stage)), (Layer::Operations, Some(21)));
    stage.act(Layer::Operations, Action::Up);
    assert_eq!(chosen(&stage), Some(20));
    stage.act(Layer::Operations, Action::PageUp);
    let page = chosen(&stage).expect("one");
    assert!(page < 15, "{page}");
    stage.act(Layer::Operations, Action::ToFirst);
    assert_eq!(chosen(&stage), Some(0));
    stage.act(Layer::Operations, Action::PageDown);
    stage.act(Layer::Operations, Action::Down);
    assert_eq!(chosen(&stage), Some(21 - page));
    // What is chosen stays chosen while more comes.
    stage.keys("w");
    assert_eq!(chosen(&stage), Some(21 - page));
    stage.act(Layer::Operations, Action::ToLast);
    stage.keys("r");
    assert_eq!(chosen(&stage), Some(23), "the newest is followed");
    assert_eq!(stage.snapshot().operations.operations.len(), 24);
    stage.code(KeyCode::BackTab);
    assert_eq!((stage.ui.view, stage.ui.layer()), (View::Events, Layer::Main));
}

#[test]
fn a_filter_is_heard_while_it_is_typed_and_dropped_by_escape() {
    let mut stage = Stage::after(3, "w2r3r/lost");
    assert!(stage.text(80, 24).contains("operations /lost: 0 of 3"), "{}", stage.text(80, 24));
    assert!(stage.text(80, 24).contains("nothing matches"), "{}", stage.text(80, 24));
    stage.act(Layer::Prompt, Action::EraseAll);
    stage.keys("read");
    assert!(stage.text(80, 24).contains("operations /read: 2 of 3"), "{}", stage.text(80, 24));
    stage.keys("⏎r");
    assert!(stage.text(80, 24).contains("operations /read: 3 of 4"), "new ones are asked, too");
    stage.keys("⎋");
    assert!(!stage.ui.operations.is_filtered() && stage.ui.view == View::Operations);
    stage.keys("⎋");
    assert_eq!(stage.ui.view, View::Cluster);
    stage.keys("/k");
    stage.act(Layer::Prompt, Action::Complete);
    assert_eq!(stage.ui.operations.typed(), "key:");
}

#[test]
fn where_it_is_wide_intervals_are_bars_and_faults_are_marks_above_them() {
    let mut stage = Stage::after(3, "oow|2p3c|||⇥⇥⇥");
    assert!(!stage.text(107, 36).contains("├"), "no room");
    let text = stage.text(110, 36);
    let begin = text.lines().position(|line| line.contains("verdict")).expect("titles");
    let (titles, marks) = (text.lines().nth(begin).expect("one"), text.lines().nth(begin + 1).expect("one"));
    assert!(titles.contains("0.00s"), "{text}");
    assert!(marks.contains('▒') && marks.contains('✖'), "{text}");
    assert!(rows(&mut stage, 110, 36).iter().any(|row| row.contains('├') || row.contains('▸')), "{text}");
}

#[test]
fn a_click_chooses_a_row_and_the_wheel_scrolls() {
    let mut stage = Stage::after(3, "wwwwww⇥⇥⇥");
    stage.text(80, 24);
    let (place, third) = stage.ui.operation_rows[2];
    let mut mouse = |kind| {
        let event = MouseEvent { kind, column: place.x + 5, row: place.y, modifiers: KeyModifiers::NONE };
        let snapshot = stage.snapshot();
        let effects = stage.ui.click(event, &snapshot);
        stage.obey(effects);
        chosen(&stage)
    };
    assert_eq!(mouse(MouseEventKind::Down(MouseButton::Left)), Some(third));
    assert_eq!(mouse(MouseEventKind::ScrollDown), Some(third + 3));
    assert_eq!(mouse(MouseEventKind::ScrollUp), Some(third));
    mouse(MouseEventKind::Down(MouseButton::Left));
    assert_eq!(stage.ui.operation_panel, OperationPanel::Explained);
}

#[test]
fn each_write_says_what_became_of_it() {
    let mut stage = Stage::after(3, "2pw1w|||P|||||||||⇥⇥⇥");
    let text = stage.text(80, 24);
    assert!(text.contains("LOST: overwritten") && text.contains("visible"), "{text}");
    let mut stage = Stage::after(3, "1pw||⇥⇥⇥");
    assert!(stage.text(80, 24).contains("stranded"), "{}", stage.text(80, 24));
    stage.keys("⏎");
    let text = stage.text(80, 24);
    assert!(text.contains("Stranded: few replicas show it"), "{text}");
    // In the past it has the fate that it had then.
    let mut stage = Stage::after(3, "w||||1w|||||⇥⇥⇥");
    assert!(stage.text(80, 24).contains("superseded"), "{}", stage.text(80, 24));
}

#[test]
fn where_lanes_touch_the_view_says_that_it_has_no_lines() {
    let mut stage = Stage::after(64, "w||||⇥");
    let text = stage.text(80, 24);
    assert!(text.contains("no room for lines: arrows mark"), "{text}");
    assert!(text.contains('▴'), "{text}");
    let text = Stage::after(3, "w||||⇥").text(80, 24);
    assert!(!text.contains("no room for lines"), "{text}");
}
