//! A message that a hand holds: it stays where it is, everybody says so, and it comes when it is let go.

use crate::{
    action::{Command, Surgery},
    base::MessageId,
    drive::{Cause, Request},
    scenario::Scenario,
    tui::ui::Effect,
};

use super::stage::{Stage, favourite_colour};

/// Green is written at the first replica; the copy for the second is held, and nothing repairs.
fn held() -> Stage {
    let mut scenario = favourite_colour(3);
    scenario.settings.anti_entropy = None;
    held_in(scenario)
}

fn held_in(scenario: Scenario) -> Stage {
    let mut stage = Stage::new(scenario);
    stage.keys("w");
    stage.wait(500);
    stage.keys("dams→lon⏎hold⏎ ");
    stage
}

#[test]
fn anti_entropy_brings_the_write_another_way() {
    let mut stage = held_in(favourite_colour(3));
    stage.keys("||||||||||");
    assert_eq!(value(&stage, 1), "green");
    let messages = &stage.snapshot().view.messages;
    assert!(messages.iter().any(|message| message.held_since().is_some()), "it is held all the same");
}

fn value(stage: &Stage, node: usize) -> String {
    stage.snapshot().view.replicas[node].held[0].versions()[0].value.to_string()
}

fn hands(stage: &mut Stage, message: MessageId, surgery: Surgery) {
    let request = Request::Do(vec![Command::Message { id: message, surgery }], Cause::Program);
    stage.obey(vec![Effect::Ask(request)]);
}

#[test]
fn it_does_not_come_however_long_one_waits_and_the_screen_says_why() {
    let mut stage = held();
    for _ in 0..20 {
        stage.keys("|");
    }
    assert_eq!((value(&stage, 1).as_str(), value(&stage, 2).as_str()), ("blue", "green"));
    stage.keys("2e");
    let text = stage.text(80, 24);
    assert!(text.contains("a hand holds the copy (d: deliver"), "{text}");
    assert!(text.contains("nothing by itself; a hand holds the message"), "{text}");
    let text = Stage::text(&mut held(), 80, 24);
    assert!(text.contains("▲w1‖"), "it stands: {text}");
}

#[test]
fn what_comes_next_is_said_only_of_what_moves() {
    let mut stage = held();
    let text = stage.text(80, 24);
    assert!(text.contains("next: w1 → nyc in"), "{text}");
    stage.keys("||||||");
    let text = stage.text(80, 24);
    assert!(text.contains("next: w1 → lon, held by hand"), "{text}");
    stage.keys("g");
    assert!(stage.status().contains("never while a hand holds a message"), "{}", stage.status());
}

#[test]
fn let_go_it_arrives_and_all_agree() {
    for word in ["deliver", "delay"] {
        let mut stage = held();
        stage.keys("|||dams→lon⏎");
        stage.keys(word);
        stage.keys("⏎ ||||");
        assert_eq!(value(&stage, 1), "green", "{word}");
    }
    let mut stage = held();
    stage.keys("|||dams→lon⏎drop⏎ ||||");
    assert_eq!(value(&stage, 1), "blue");
    assert_eq!(stage.snapshot().tally.lost, 1);
}

#[test]
fn held_twice_is_refused_and_a_copy_comes_while_the_original_stays() {
    let mut stage = held();
    let message = stage.snapshot().view.messages.iter().find(|m| m.held_since().is_some()).expect("held").id;
    hands(&mut stage, message, Surgery::Hold);
    let text = stage.text(80, 24);
    assert!(text.contains("a hand holds that message already"), "{text}");
    hands(&mut stage, message, Surgery::Duplicate);
    stage.keys("||||");
    assert_eq!(value(&stage, 1), "green");
}

#[test]
fn its_line_ends_where_it_was_taken_and_undo_lets_it_go_on() {
    let mut stage = held();
    stage.keys("||||⇥");
    let text = stage.text(80, 24);
    assert!(text.contains('‖'), "{text}");
    let at = |text: &str| {
        let row = text.lines().find(|line| line.contains('‖') && !line.contains("laggard"));
        row.and_then(|line| line.chars().position(|c| c == '‖'))
    };
    stage.keys("||");
    assert_eq!(at(&text), at(&stage.text(80, 24)), "it grows no more");
    let mut stage = held();
    stage.keys("u||||");
    assert_eq!(value(&stage, 1), "green");
}

#[test]
fn the_advice_is_to_let_it_go() {
    let mut stage = held();
    stage.keys("||||||");
    assert!(stage.text(80, 24).contains("d: deliver the message you hold"));
}
