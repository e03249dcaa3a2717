//! The registry keeps its promises: one meaning a key, one name an action, a hint for what matters.

use std::collections::BTreeMap;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::*;

fn press(code: KeyCode, modifiers: KeyModifiers) -> KeyEvent {
    KeyEvent::new(code, modifiers)
}

fn main(code: KeyCode, modifiers: KeyModifiers) -> Option<Action> {
    lookup(Layer::Main, press(code, modifiers))
}

fn character(character: char) -> Option<Action> {
    main(KeyCode::Char(character), KeyModifiers::NONE)
}

/// A run counts as each of its characters.
fn spelled_out(chord: Chord) -> Vec<String> {
    match chord {
        Chord::Run(first, last) => (first..=last).map(String::from).collect(),
        single => vec![single.to_string()],
    }
}

#[test]
fn no_key_means_two_actions_in_one_layer() {
    let mut bound: BTreeMap<(Layer, String), &str> = BTreeMap::new();
    for entry in TABLE {
        for layer in Layer::ALL {
            let here = entry.keys.iter().filter(|(layers, _)| layers.contains(&layer));
            for key in here.flat_map(|(_, chords)| *chords).flat_map(|chord| spelled_out(*chord)) {
                let other = bound.insert((layer, key.clone()), entry.name);
                assert_eq!(other, None, "{key} in {layer:?} also means {}", entry.name);
            }
        }
    }
}

#[test]
fn no_two_actions_share_a_name() {
    let mut names: Vec<&str> = TABLE.iter().map(|entry| entry.name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn every_entry_can_be_named_shown_and_pressed() {
    for entry in TABLE {
        let kebab = entry.name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-');
        assert!(kebab, "{}", entry.name);
        assert!(entry.doc.ends_with('.') && !entry.doc.contains('|'), "{}", entry.doc);
        assert!(!entry.label.is_empty() && entry.label.chars().count() <= 15, "{}", entry.label);
        assert!(
            !entry.keys.is_empty() && entry.keys.iter().all(|(_, chords)| !chords.is_empty()),
            "{}",
            entry.name
        );
        assert_eq!(named(entry.name), Some(entry.action));
    }
}

#[test]
fn a_capital_is_the_same_with_and_without_shift() {
    for event in [
        press(KeyCode::Char('W'), KeyModifiers::NONE),
        press(KeyCode::Char('W'), KeyModifiers::SHIFT),
        press(KeyCode::Char('w'), KeyModifiers::SHIFT),
    ] {
        assert_eq!(lookup(Layer::Main, event), Some(Action::WriteTyped), "{event:?}");
    }
    assert_eq!(character('w'), Some(Action::Write));
}

#[test]
fn modifiers_match_exactly() {
    assert_eq!(character('q'), Some(Action::Quit));
    assert_eq!(main(KeyCode::Char('q'), KeyModifiers::CONTROL), None);
    assert_eq!(main(KeyCode::Char('q'), KeyModifiers::ALT), None);
    assert_eq!(main(KeyCode::Char('r'), KeyModifiers::CONTROL), Some(Action::Redo));
    assert_eq!(main(KeyCode::Char('r'), KeyModifiers::CONTROL | KeyModifiers::ALT), None);
    assert_eq!(main(KeyCode::Left, KeyModifiers::SHIFT), None);
}

#[test]
fn a_release_means_nothing_and_a_repeat_means_the_key() {
    let mut event = press(KeyCode::Char('w'), KeyModifiers::NONE);
    event.kind = KeyEventKind::Release;
    assert_eq!(lookup(Layer::Main, event), None);
    assert_eq!(text(event), None);
    event.kind = KeyEventKind::Repeat;
    assert_eq!(lookup(Layer::Main, event), Some(Action::Write));
}

#[test]
fn plus_and_equals_both_raise_the_latency() {
    assert_eq!(character('='), Some(Action::MoreLatency));
    assert_eq!(main(KeyCode::Char('+'), KeyModifiers::SHIFT), Some(Action::MoreLatency));
}

#[test]
fn shift_tab_has_two_spellings() {
    assert_eq!(main(KeyCode::BackTab, KeyModifiers::SHIFT), Some(Action::PreviousView));
    assert_eq!(main(KeyCode::BackTab, KeyModifiers::NONE), Some(Action::PreviousView));
    assert_eq!(main(KeyCode::Tab, KeyModifiers::SHIFT), Some(Action::PreviousView));
    assert_eq!(main(KeyCode::Tab, KeyModifiers::NONE), Some(Action::NextView));
}

#[test]
fn a_digit_picks_the_replica_of_its_number() {
    assert_eq!(character('1'), Some(Action::Pick(1)));
    assert_eq!(character('9'), Some(Action::Pick(9)));
    assert_eq!(character('0'), None);
}

#[test]
fn letters_are_text_where_text_is_typed() {
    for layer in [Layer::Prompt, Layer::Choice, Layer::Help] {
        for letter in (' '..='~').filter(|letter| !letter.is_control()) {
            let event = press(KeyCode::Char(letter), KeyModifiers::NONE);
            assert_eq!(lookup(layer, event), None, "{letter} in {layer:?}");
            assert_eq!(text(event), Some(letter));
        }
    }
    assert_eq!(text(press(KeyCode::Char('u'), KeyModifiers::CONTROL)), None);
    assert_eq!(text(press(KeyCode::Char('é'), KeyModifiers::SHIFT)), Some('é'));
}

#[test]
fn a_question_takes_its_answers_and_nothing_that_acts_on_the_cluster() {
    let here = |letter| lookup(Layer::Question, press(KeyCode::Char(letter), KeyModifiers::NONE));
    assert_eq!(here('a'), Some(Action::Answer(0)));
    assert_eq!(here('e'), Some(Action::Answer(4)));
    assert_eq!(here('q'), Some(Action::Quit));
    for letter in "wrpPxXzZf1 ".chars() {
        assert_eq!(here(letter), None, "{letter}");
    }
}

#[test]
fn every_layer_can_be_left() {
    for layer in Layer::ALL {
        assert_eq!(lookup(layer, press(KeyCode::Esc, KeyModifiers::NONE)), Some(Action::Close), "{layer:?}");
        let quit = press(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(lookup(layer, quit), Some(Action::Quit), "{layer:?}");
    }
}

#[test]
fn keys_are_shown_as_people_write_them() {
    let shown = |action| keys_of(action);
    assert_eq!(shown(Action::Write), "w");
    assert_eq!(shown(Action::Redo), "Ctrl-R");
    assert_eq!(shown(Action::Help), "? F1");
    assert_eq!(shown(Action::Pick(3)), "1-9");
    assert_eq!(shown(Action::PauseOrRun), "Space");
    assert_eq!(shown(Action::PreviousView), "S-Tab");
    assert_eq!(shown(Action::Up), "Up k");
    assert_eq!(shown(Action::Close), "Esc");
    assert_eq!(shown(Action::PageDown), "PageDown");
    assert_eq!(key_in(Layer::Main, Action::Quit), Some("q".into()));
    assert_eq!(key_in(Layer::Prompt, Action::Quit), Some("Ctrl-C".into()));
    assert_eq!(key_in(Layer::Prompt, Action::Write), None);
}

#[test]
fn the_markdown_table_has_a_row_for_every_action_and_group() {
    let table = markdown_table();
    assert_eq!(table.lines().count(), 2 + Group::ALL.len() + TABLE.len());
    assert!(
        table.contains(
            "| `w` | write | Write the next value at the picked replica, as the picked client. |\n"
        )
    );
    assert!(table.contains("| `?` `F1` | help |"));
    assert!(table.lines().all(|line| line.matches('|').count() == 4), "{table}");
}

#[test]
fn the_first_hints_are_the_first_minute() {
    let first: Vec<&str> = hints(Layer::Main).take(4).map(|entry| entry.name).collect();
    assert_eq!(first, ["write", "read", "isolate", "heal"]);
}
