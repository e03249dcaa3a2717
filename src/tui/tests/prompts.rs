//! Typed lines, lists, the mouse, the question.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::tui::{
    registry::{Action, Layer},
    ui::{Overlay, View},
};

use super::{
    pictures::{crowded, lesson},
    stage::{Stage, favourite_colour},
};

fn typed(stage: &Stage) -> String {
    match &stage.ui.overlay {
        Overlay::Prompt(prompt) => format!("{}|{}", prompt.text, prompt.cursor),
        _ => String::new(),
    }
}

fn mouse(kind: MouseEventKind, column: u16, row: u16) -> MouseEvent {
    MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }
}

fn click(stage: &mut Stage, column: u16, row: u16) {
    let snapshot = stage.snapshot();
    let effects = stage.ui.click(mouse(MouseEventKind::Down(MouseButton::Left), column, row), &snapshot);
    stage.obey(effects);
}

#[test]
fn a_typed_line_is_edited_where_the_cursor_stands() {
    let mut stage = Stage::after(3, "Wgren");
    stage.act(Layer::Prompt, Action::Left);
    stage.keys("e");
    assert_eq!(typed(&stage), "green|4");
    stage.act(Layer::Prompt, Action::ToFirst);
    stage.act(Layer::Prompt, Action::EraseForward);
    assert_eq!(typed(&stage), "reen|0");
    stage.act(Layer::Prompt, Action::ToLast);
    stage.act(Layer::Prompt, Action::EraseBack);
    assert_eq!(typed(&stage), "ree|3");
    stage.act(Layer::Prompt, Action::EraseAll);
    assert_eq!(typed(&stage), "|0");
}

#[test]
fn tab_completes_the_word_before_the_cursor_and_then_goes_on_to_the_next() {
    let mut stage = Stage::new(crowded());
    stage.keys("Wred b⇥");
    assert_eq!(typed(&stage), "red by=|7");
    stage.keys("⇥");
    assert_eq!(typed(&stage), "red by=alice|12");
    stage.keys("⇥");
    assert_eq!(typed(&stage), "red by=bob|10");
    stage.keys(" level=q⇥ at=l⇥⏎");
    assert_eq!(stage.ui.layer(), Layer::Main, "{}", stage.status());
}

#[test]
fn pasted_control_characters_and_new_lines_are_left_out() {
    let mut stage = Stage::after(3, "W");
    let snapshot = stage.snapshot();
    stage.ui.type_text("gr\u{1b}[31mee\r\nn\u{7}\t", &snapshot);
    assert_eq!(typed(&stage), "gr[31meen|9");
    stage.keys("⎋?");
    stage.ui.type_text("cut\r\n", &snapshot);
    let Overlay::Help(list) = &stage.ui.overlay else { panic!("help is up") };
    assert_eq!(list.filter, "cut");
}

#[test]
fn a_line_that_cannot_be_meant_says_what_to_try_and_stays() {
    for (keys, says) in [
        ("W⏎", "For example green"),
        ("Wgreen level=seven⏎", "levels are one, two"),
        ("Wgreen level=9⏎", "needs 9 replicas; N is 3"),
        ("Wgreen by=eve⏎", "no client eve; there are you"),
        ("Wgreen at=mars⏎", "no replica mars; there are ams, lon, nyc"),
        ("Rkey=nothing⏎", "no key nothing yet; W writes one"),
        ("Rgreen⏎", "not green"),
        ("Tsoon⏎", "for example +2s"),
        ("Lx⏎", "for example loss=5%"),
        ("L5% latency=soon⏎", "for example latency=80ms"),
        ("L5% order=some⏎", "order is fifo or any"),
        ("L5% link=ams⏎", "link=ams-nyc"),
    ] {
        let mut stage = Stage::after(3, keys);
        assert!(stage.status().contains(says), "{keys:?} says: {}", stage.status());
        assert_eq!(stage.ui.layer(), Layer::Prompt, "{keys:?}");
        assert!(stage.text(100, 24).contains(says), "{keys:?} hides: {}", stage.status());
    }
}

#[test]
fn a_long_line_scrolls_with_its_cursor() {
    let mut stage = Stage::after(3, "W");
    stage.keys(&"千代".repeat(60));
    stage.keys("END");
    assert!(stage.text(80, 24).lines().nth(22).is_some_and(|line| line.ends_with("END")));
}

#[test]
fn help_is_searched_by_typing_and_runs_what_is_chosen() {
    let mut stage = Stage::after(3, "?freeze the picked⏎");
    assert_eq!(stage.ui.layer(), Layer::Main);
    assert_eq!(stage.snapshot().view.replicas[0].status, crate::sim::Status::Frozen);
    stage.keys("?no such thing⏎");
    assert_eq!(stage.ui.layer(), Layer::Help, "nothing to run keeps the list");
    assert!(stage.status().contains("no action matches"));
}

#[test]
fn a_list_of_more_than_nine_replicas_takes_numbers_of_two_digits() {
    let stage = Stage::after(12, "x12⏎");
    let cut = stage.snapshot().view.cuts[0].shape.clone();
    assert_eq!(cut, crate::net::CutShape::Link(crate::base::NodeId(0), crate::base::NodeId(11)));
}

#[test]
fn a_click_picks_a_card_or_runs_a_hint_and_the_wheel_scrolls() {
    let mut stage = Stage::after(3, "w||");
    stage.text(80, 24);
    let card = stage.ui.cards[2];
    click(&mut stage, card.x + 3, card.y + 1);
    assert_eq!(stage.ui.picked.index(), 2);
    let (place, action) =
        stage.ui.hints.iter().find(|(_, action)| *action == Action::Isolate).copied().expect("p");
    click(&mut stage, place.x, place.y);
    assert_eq!((action, stage.snapshot().view.cuts.len()), (Action::Isolate, 1));
    let snapshot = stage.snapshot();
    stage.ui.click(mouse(MouseEventKind::ScrollDown, 5, 5), &snapshot);
    assert!(stage.text(80, 24).contains("newer above"), "{}", stage.text(80, 24));
    stage.keys("⎋");
    assert_eq!(stage.ui.scroll, 0);
    assert!(stage.ui.click(mouse(MouseEventKind::Moved, card.x, card.y), &snapshot).is_empty());
}

#[test]
fn a_click_under_a_list_picks_no_card() {
    let mut stage = Stage::after(3, "x");
    stage.text(80, 24);
    let card = stage.ui.cards[1];
    click(&mut stage, card.x + 1, card.y + 1);
    assert_eq!(stage.ui.picked.index(), 0);
}

#[test]
fn a_question_counts_hands_and_goes_on_with_the_script() {
    let mut stage = Stage::new(lesson());
    stage.keys("nn");
    assert_eq!(stage.ui.layer(), Layer::Question);
    stage.keys("+");
    assert!(stage.status().contains("mark an answer first"));
    stage.keys("b+++-a+");
    let text = stage.text(80, 24);
    assert!(text.contains(" 2") && text.contains("[a]"), "{text}");
    stage.keys("?⎋");
    assert_eq!(stage.ui.layer(), Layer::Question, "help over a question goes back to it");
    stage.keys("⏎");
    assert_eq!(stage.ui.layer(), Layer::Main);
    assert_eq!(stage.status(), "the class said: a 1, b 2");
    assert!(stage.text(80, 24).contains("It returns blue."));
}

#[test]
fn escape_leads_back_to_the_cluster() {
    for keys in ["?", "W", "x", "e", "⏎", "⇥", "⇥⇥", "e?", "⇥W"] {
        let mut stage = Stage::new(favourite_colour(3));
        stage.keys(keys);
        stage.keys("⎋⎋⎋");
        assert_eq!((stage.ui.layer(), stage.ui.view), (Layer::Main, View::Cluster), "{keys:?}");
    }
}

#[test]
fn the_list_of_session_rules_shows_all_of_them_on_the_projector() {
    let mut stage = Stage::after(3, "I");
    let text = stage.text(80, 24);
    for rule in ["read your writes", "writes follow reads", "by ", "otherwise", "route", "place", "w and r"] {
        assert!(text.contains(rule), "{rule}\n{text}");
    }
}

#[test]
fn the_wheel_over_an_open_list_moves_its_bar_and_not_the_events_below() {
    for keys in ["w|||?", "w|||:"] {
        let mut stage = Stage::after(3, keys);
        let bar = |stage: &Stage| match &stage.ui.overlay {
            Overlay::Help(list) | Overlay::Choice(_, list) => list.at,
            other => panic!("a list is up, not {other:?}"),
        };
        let (before, scroll, snapshot) = (bar(&stage), stage.ui.scroll, stage.snapshot());
        assert!(stage.ui.click(mouse(MouseEventKind::ScrollDown, 40, 10), &snapshot).is_empty());
        assert!(bar(&stage) > before && stage.ui.scroll == scroll, "{keys}");
        stage.ui.click(mouse(MouseEventKind::ScrollUp, 40, 10), &snapshot);
        assert_eq!(bar(&stage), before, "{keys}");
    }
}
