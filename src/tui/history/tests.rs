//! Histories on the screen: pictures, keys, verdicts that come late, texts that are hostile, every size.

use std::fmt::Write as _;

use std::{num::NonZeroUsize, sync::Arc};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Modifier},
};

use super::{Book, Effect, Reading, app::press};
use crate::{
    check::{
        history::Model,
        linear::{Budget, judge},
    },
    histories,
    tui::{
        registry::{Action, Layer, TABLE, lookup},
        tests::stage::{key_event, rows, styled},
        theme::{ASCII, Depth, Kind, Theme, UNICODE},
    },
};

/// Two keys, both violated; a failed cas, an unknown write, a read that never came back.
const BAD: &str = "
{:process 0, :type :invoke, :f :write, :key \"cart\", :value \"tea\"}
{:process 0, :type :ok, :f :write, :key \"cart\", :value \"tea\"}
{:process 1, :type :invoke, :f :write, :key \"cart\", :value \"jam\"}
{:process 3, :type :invoke, :f :write, :key \"cart\", :value \"fig\"}
{:process 1, :type :ok, :f :write, :key \"cart\", :value \"jam\"}
{:process 2, :type :invoke, :f :read, :key \"cart\", :value nil}
{:process 2, :type :ok, :f :read, :key \"cart\", :value \"tea\"}
{:process 3, :type :info, :f :write, :key \"cart\", :value \"fig\"}
{:process 4, :type :invoke, :f :cas, :key \"cart\", :value [\"a\" \"b\"]}
{:process 4, :type :fail, :f :cas, :key \"cart\", :value [\"a\" \"b\"]}
{:process 5, :type :invoke, :f :read, :key \"hat\", :value nil}
{:process 5, :type :ok, :f :read, :key \"hat\", :value 7}
{:process 6, :type :invoke, :f :read, :key \"sock\", :value nil}
{:process 6, :type :ok, :f :read, :key \"sock\", :value nil}
{:process 7, :type :invoke, :f :read, :key \"sock\", :value nil}
";

/// What the thread beside the screen would have come to.
fn judged(reading: &mut Reading) {
    let judged = judge(&reading.pages.book.history, Budget::default(), NonZeroUsize::MIN);
    reading.take(judged);
}

fn unjudged(text: &str, model: Model) -> Reading {
    let recording = histories::read(text.as_bytes(), None).expect("a history");
    let (format, skipped) = (recording.format, recording.skipped);
    let history = histories::understand(recording, model, None).expect("known operations");
    let book = Book { name: "some/history.edn".into(), format, skipped, history: Arc::new(history) };
    Reading::new(book, Budget::default(), Theme::new(Kind::Dark, Depth::Indexed), &UNICODE)
}

fn reading(text: &str, model: Model) -> Reading {
    let mut reading = unjudged(text, model);
    judged(&mut reading);
    reading
}

fn bad() -> Reading {
    reading(BAD, Model::CasRegister)
}

fn buffer(reading: &mut Reading, width: u16, height: u16) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    while reading.searches() {
        reading.look_on(1_000);
    }
    reading.draw(&mut buffer);
    buffer
}

fn text(reading: &mut Reading) -> String {
    rows(&buffer(reading, 80, 24)).join("\n")
}

/// Presses an action's key, in the layer that is up.
fn act(reading: &mut Reading, action: Action) -> Effect {
    let layer = reading.layer();
    press(reading, key_event(layer, action))
}

fn keys(reading: &mut Reading, keys: &str) {
    for key in keys.chars() {
        let code = match key {
            '⏎' => KeyCode::Enter,
            '⎋' => KeyCode::Esc,
            other => KeyCode::Char(other),
        };
        press(reading, KeyEvent::new(code, KeyModifiers::NONE));
    }
}

fn status(reading: &Reading) -> String {
    reading.status.as_ref().map_or_else(String::new, |status| status.text.clone())
}

/// The lines of the chosen operation in its file.
fn line(reading: &Reading) -> usize {
    let row = reading.browser.chosen(&reading.pages).expect("one is chosen");
    reading.pages.told(reading.pages.place(row).expect("a row")).lines.invoked
}

fn states() -> Vec<(&'static str, Reading)> {
    let with = |mut reading: Reading, pressed: &str| {
        keys(&mut reading, pressed);
        reading
    };
    vec![
        ("history", bad()),
        ("history-explained", with(bad(), "⏎")),
        ("history-filtered", with(bad(), "/kind:read")),
        ("history-keys", with(bad(), "E")),
        ("history-help", with(bad(), "?")),
        ("history-judging", unjudged(BAD, Model::CasRegister)),
        ("history-holds", reading("[0 :invoke :read nil]\n[0 :ok :read nil]\n", Model::Register)),
        ("history-unknown", reading("[0 :invoke :write 1]\n[0 :ok :write 1]\n", Model::Register)),
    ]
}

#[test]
fn a_history_looks_right() {
    for (name, mut reading) in states() {
        insta::assert_snapshot!(format!("{name}-80x24"), styled(&buffer(&mut reading, 80, 24)));
        if name == "history" || name == "history-explained" {
            insta::assert_snapshot!(format!("{name}-60x18"), styled(&buffer(&mut reading, 60, 18)));
            insta::assert_snapshot!(format!("{name}-120x36"), styled(&buffer(&mut reading, 120, 36)));
            insta::assert_snapshot!(format!("{name}-200x55"), styled(&buffer(&mut reading, 200, 55)));
        }
    }
}

#[test]
fn the_first_violation_is_chosen_and_marked_by_glyph_and_word() {
    let mut reading = bad();
    assert_eq!(line(&reading), 7);
    let text = text(&mut reading);
    for words in ["✗ VIOLATED", "Process 2 read \"tea\" on lines 7-8", "✗ \"cart\" violated", "of 3 keys"]
    {
        assert!(text.contains(words), "no {words} in\n{text}");
    }
    let row = |word: &str| text.lines().find(|line| line.contains(word)).unwrap_or_default().to_owned();
    assert!(row("BREAKS HERE").starts_with("▸✗ 7-8"), "{text}");
    assert_eq!(text.matches("⚑ ").count(), 2, "{text}");
    assert_eq!(text.matches(" evidence\n").count(), 2, "{text}");
    assert!(row("did nothing").contains("cas"), "{text}");
}

#[test]
fn brackets_go_through_the_violations_and_n_through_what_shows_one() {
    let mut reading = bad();
    act(&mut reading, Action::NextAnomaly);
    assert_eq!((line(&reading), &*status(&reading)), (12, "violation 2 of 2"));
    assert!(text(&mut reading).contains("Process 5 read 7"), "{}", text(&mut reading));
    act(&mut reading, Action::NextAnomaly);
    assert_eq!(status(&reading), "that is the last violation");
    act(&mut reading, Action::PreviousAnomaly);
    assert_eq!(line(&reading), 7);
    act(&mut reading, Action::PreviousEvidence);
    assert_eq!((line(&reading), &*status(&reading)), (4, "operation 2 of the 3 that show the violation"));
    act(&mut reading, Action::PreviousEvidence);
    act(&mut reading, Action::PreviousEvidence);
    assert_eq!((line(&reading), &*status(&reading)), (2, "that is the first of the evidence"));
    act(&mut reading, Action::NextEvidence);
    assert_eq!(line(&reading), 4);
    act(&mut reading, Action::NextAnomaly);
    assert_eq!((line(&reading), &*status(&reading)), (7, "violation 1 of 2"), "back to where it breaks");
}

#[test]
fn where_nothing_is_violated_brackets_go_through_the_keys() {
    let good =
        "[0 :invoke :read [1 nil]][0 :ok :read [1 nil]]\n[0 :invoke :read [2 nil]][0 :ok :read [2 nil]]\n";
    let mut reading = reading(good, Model::Register);
    act(&mut reading, Action::NextAnomaly);
    assert_eq!((line(&reading), &*status(&reading)), (2, "no violation is known: key 2 of 2"));
    act(&mut reading, Action::NextAnomaly);
    assert_eq!(status(&reading), "that is the last key");
    act(&mut reading, Action::NextEvidence);
    assert!(status(&reading).starts_with("no violation with evidence"), "{}", status(&reading));
}

#[test]
fn every_key_of_the_layer_does_something() {
    for entry in TABLE {
        if entry.keys_in(Layer::History).is_empty() {
            continue;
        }
        let mut reading = bad();
        let before = text(&mut reading);
        if entry.action == Action::Close {
            keys(&mut reading, "⏎");
        }
        let effect = act(&mut reading, entry.action);
        assert!(
            effect != Effect::Nothing || text(&mut reading) != before || entry.action == Action::Close,
            "{}",
            entry.name
        );
    }
    let mut reading = bad();
    assert_eq!(act(&mut reading, Action::Quit), Effect::Quit);
    assert_eq!(act(&mut reading, Action::Redraw), Effect::Repaint);
    assert_eq!(act(&mut reading, Action::Suspend), Effect::Suspend);
    for (action, at) in [
        (Action::ToFirst, 2),
        (Action::Down, 4),
        (Action::Down, 5),
        (Action::Up, 4),
        (Action::ToLast, 16),
        (Action::PageUp, 2),
        (Action::PageDown, 16),
    ] {
        act(&mut reading, action);
        assert_eq!(line(&reading), at, "{action:?}");
    }
}

#[test]
fn enter_tells_all_that_is_known_of_an_operation() {
    let mut reading = bad();
    keys(&mut reading, "⏎");
    let told = |reading: &mut Reading, words: &[&str]| {
        let text = rows(&buffer(reading, 200, 55)).join("\n");
        for word in words {
            assert!(text.contains(word), "no {word} in\n{text}");
        }
    };
    told(
        &mut reading,
        &[
            "Process 2 asked for read of key \"cart\" on line 7 and was told \"tea\" on line 8.",
            "Here the violation is complete",
            "Concurrent on its key with write \"fig\" (5-9, process 3).",
        ],
    );
    act(&mut reading, Action::ToLast);
    told(&mut reading, &["on line 16; it never returned.", "A read without an answer"]);
    keys(&mut reading, "kkk");
    told(&mut reading, &["It failed: it did not happen", "Concurrent on its key with write \"fig\""]);
    keys(&mut reading, "⎋");
    assert!(!text(&mut reading).contains("It failed"));
}

#[test]
fn a_filter_is_heard_while_it_is_typed() {
    let mut reading = bad();
    keys(&mut reading, "/key:cart read");
    assert_eq!(reading.layer(), Layer::Prompt);
    assert!(text(&mut reading).contains("/key:cart read: 1 of 8 operations"), "{}", text(&mut reading));
    keys(&mut reading, "⏎");
    assert_eq!(reading.layer(), Layer::History);
    // A violation that the filter hides is shown all the same.
    act(&mut reading, Action::NextAnomaly);
    assert_eq!((line(&reading), reading.browser.is_filtered()), (12, false));
    keys(&mut reading, "/process:9⏎");
    assert!(text(&mut reading).contains("nothing matches"), "{}", text(&mut reading));
    keys(&mut reading, "⏎⎋⎋");
    assert!(!reading.browser.is_filtered());
    keys(&mut reading, "/k");
    act(&mut reading, Action::Complete);
    assert_eq!(reading.browser.typed(), "key:");
    keys(&mut reading, "hat");
    assert_eq!(reading.browser.typed(), "key:hat");
    keys(&mut reading, "⎋");
    assert!(!reading.browser.is_filtered(), "Esc drops what was being typed");
}

#[test]
fn a_verdict_that_comes_late_takes_nobody_away_from_where_they_look() {
    let mut reading = unjudged(BAD, Model::CasRegister);
    assert!(text(&mut reading).contains("JUDGING: 0 of 3 keys decided"), "{}", text(&mut reading));
    act(&mut reading, Action::NextAnomaly);
    assert_eq!((line(&reading), reading.sum()), (12, None), "keys are gone through meanwhile");
    judged(&mut reading);
    assert_eq!(line(&reading), 12);
    assert!(status(&reading).starts_with("violated: ]"), "{}", status(&reading));
    act(&mut reading, Action::NextAnomaly);
    assert_eq!(line(&reading), 7);
}

#[test]
fn the_list_of_keys_leads_to_each() {
    let mut reading = bad();
    keys(&mut reading, "E");
    assert_eq!(reading.layer(), Layer::Choice);
    let shown = text(&mut reading);
    assert!(shown.contains("\"sock\": 1 operation"), "{shown}");
    keys(&mut reading, "sock⏎");
    assert_eq!(line(&reading), 14);
    keys(&mut reading, "Ehat⏎");
    assert_eq!((line(&reading), reading.violation), (12, 1));
    keys(&mut reading, "?next-evidence");
    assert!(!text(&mut reading).contains("Write the next value"), "help is of this screen only");
    keys(&mut reading, "⎋");
    assert_eq!(reading.layer(), Layer::History);
}

#[test]
fn the_mouse_chooses_explains_and_scrolls() {
    let mut reading = bad();
    text(&mut reading);
    let place = reading.rows[4].0;
    let mouse = |reading: &mut Reading, kind| {
        reading.click(MouseEvent { kind, column: place.x + 3, row: place.y, modifiers: KeyModifiers::NONE });
        line(reading)
    };
    assert_eq!(mouse(&mut reading, MouseEventKind::Down(MouseButton::Left)), 10);
    assert_eq!(mouse(&mut reading, MouseEventKind::ScrollDown), 16);
    assert_eq!(mouse(&mut reading, MouseEventKind::ScrollUp), 10);
    mouse(&mut reading, MouseEventKind::Down(MouseButton::Left));
    assert!(text(&mut reading).contains("It failed"), "{}", text(&mut reading));
}

#[test]
fn no_size_panics_in_any_state() {
    for (name, mut reading) in states() {
        for width in (0..=300).step_by(7) {
            for height in (0..=100).step_by(3) {
                let buffer = buffer(&mut reading, width, height);
                assert_eq!(buffer.area, Rect::new(0, 0, width, height), "{name}");
                for (place, _) in &reading.rows {
                    assert!(buffer.area.union(*place) == buffer.area, "{name} at {width}x{height}: {place}");
                }
            }
        }
    }
}

#[test]
fn themes_change_no_text_and_without_colour_bold_and_reverse_remain() {
    for (name, mut reading) in states() {
        for (width, height) in [(60, 18), (80, 24), (120, 36), (200, 55)] {
            reading.theme = Theme::new(Kind::Dark, Depth::True);
            let text = rows(&buffer(&mut reading, width, height));
            for kind in Kind::ALL {
                for depth in Depth::ALL {
                    reading.theme = Theme::new(kind, depth);
                    assert_eq!(
                        rows(&buffer(&mut reading, width, height)),
                        text,
                        "{name} in {kind:?} at {depth:?}"
                    );
                }
                reading.theme = Theme::new(kind, Depth::None);
                let plain = buffer(&mut reading, width, height);
                let coloured =
                    plain.content.iter().any(|cell| (cell.fg, cell.bg) != (Color::Reset, Color::Reset));
                assert!(!coloured, "{name}");
                let all = plain.content.iter().fold(Modifier::empty(), |all, cell| all | cell.modifier);
                assert!(all.contains(Modifier::BOLD | Modifier::REVERSED), "{name} in {kind:?}");
            }
        }
        reading.glyphs = &ASCII;
        if name == "history-keys" {
            // The list was made with the glyphs of before.
            keys(&mut reading, "⎋E");
        }
        for (width, height) in [(60, 18), (80, 24), (120, 36), (200, 55)] {
            for row in rows(&buffer(&mut reading, width, height)) {
                assert!(row.is_ascii(), "{name} at {width}x{height}: {row}");
            }
        }
    }
}

#[test]
fn texts_may_hold_anything() {
    use unicode_width::UnicodeWidthStr as _;
    let nasty = [
        "千代田区の値千代田区の値",
        "e\\u0301\\u200b\\u200d",
        "\\u001b[2J\\u0007\\r\\n\\t",
        "\\u202etxet",
        "👩\\u200d👩\\u200d👧",
    ];
    let mut text = String::from("[");
    for (n, nasty) in nasty.iter().enumerate() {
        let long = nasty.repeat(50);
        for value in [*nasty, &*long] {
            let comma = if text.len() > 1 { "," } else { "" };
            let _ = write!(
                text,
                "{comma}{{\"process\": \"{nasty}\", \"f\": \"write\", \"key\": \"{value}\", \"value\": \"{value}\", \
                 \"start\": {n}, \"end\": {}}}",
                n + 2
            );
            let _ = write!(
                text,
                ",{{\"process\": \"{nasty}\", \"f\": \"read\", \"key\": \"{value}\", \"result\": \"{value}!\", \
                 \"start\": {}, \"end\": {}}}",
                n + 3,
                n + 4
            );
        }
    }
    text.push(']');
    let mut reading = reading(&text, Model::Register);
    for pressed in ["", "⏎", "E", "⎋/\u{202e}千"] {
        keys(&mut reading, pressed);
        for (width, height) in [(60, 18), (61, 19), (80, 24), (120, 36), (200, 55)] {
            let buffer = buffer(&mut reading, width, height);
            for y in 0..height {
                for x in 0..width {
                    let symbol = buffer[(x, y)].symbol();
                    assert!(!symbol.chars().any(char::is_control), "{symbol:?} at {x},{y}");
                    let wide = symbol.width() > 1 && x + 1 < width;
                    assert!(!wide || [" ", ""].contains(&buffer[(x + 1, y)].symbol()), "at {x},{y}");
                }
            }
        }
    }
}

#[test]
fn a_key_that_does_nothing_says_so_and_every_layer_binds_what_it_shows() {
    let mut reading = bad();
    keys(&mut reading, "w");
    assert_eq!(status(&reading), "w does nothing here; ? shows every key");
    for entry in crate::tui::registry::hints(Layer::History) {
        let key = key_event(Layer::History, entry.action);
        assert!(
            lookup(Layer::History, key).is_some_and(|action| action.is_kind_of(entry.action)),
            "{}",
            entry.name
        );
    }
}
