//! Whatever is pressed, pasted, clicked, the screen lives and Esc leads back.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::tui::{
    paint::Paint,
    panels,
    registry::{Action, Layer, TABLE},
    theme::UNICODE,
};

use super::{
    pictures::{crowded, hinting, lesson, monitored, opinionated},
    regions::stage as of_preset,
    stage::{Stage, favourite_colour, key_event, rows},
};

#[derive(Debug, Clone)]
enum Doing {
    /// This entry of the table, by the key of its first layer.
    Bound(usize),
    Key(char),
    Code(KeyCode),
    Paste(String),
    Mouse(MouseEventKind, u16, u16),
    Wait(u64),
    Draw(u16, u16),
}

fn doing() -> impl Strategy<Value = Doing> {
    let codes = prop::sample::select(vec![
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Backspace,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::PageDown,
        KeyCode::Null,
    ]);
    let mouse = prop::sample::select(vec![
        MouseEventKind::Down(MouseButton::Left),
        MouseEventKind::ScrollDown,
        MouseEventKind::ScrollUp,
        MouseEventKind::Moved,
    ]);
    prop_oneof![
        6 => (0..TABLE.len()).prop_map(Doing::Bound),
        4 => prop::char::range(' ', '~').prop_map(Doing::Key),
        2 => codes.prop_map(Doing::Code),
        1 => "\\PC{0,20}|[\\x00-\\x20a-z=]{0,30}".prop_map(Doing::Paste),
        1 => (mouse, 0..90_u16, 0..30_u16).prop_map(|(kind, x, y)| Doing::Mouse(kind, x, y)),
        2 => (0..3_000_u64).prop_map(Doing::Wait),
        2 => (0..130_u16, 0..40_u16).prop_map(|(width, height)| Doing::Draw(width, height)),
    ]
}

/// The list of events at a width of 80 columns: what is shown of each is the beginning of its sentence, in whole words,
/// with an ellipsis where there is more.
fn sentences_are_whole(stage: &Stage) -> Result<(), TestCaseError> {
    use ratatui::{buffer::Buffer, layout::Rect};
    let snapshot = stage.snapshot();
    let area = Rect::new(0, 0, 80, 60);
    let mut buffer = Buffer::empty(area);
    let mut paint = Paint { buffer: &mut buffer, theme: &stage.ui.theme, glyphs: &UNICODE };
    panels::events(&mut paint, area, &stage.ui, &snapshot);
    let rows = rows(&buffer);
    let mut at = 0;
    for event in snapshot.events.iter().skip(stage.ui.scroll) {
        let lead = format!("{:>8} ? ", event.at.at.to_string()).chars().count();
        let Some(row) = rows.get(at).filter(|row| !row.is_empty()) else { break };
        let mut shown: String = row.chars().skip(lead).collect();
        if let Some(cause) = &event.cause {
            shown = shown.trim_end().trim_end_matches(&format!("[{cause}]")).to_owned();
        }
        at += 1;
        let goes_on = |row: &&String| !row.is_empty() && row.chars().take(lead).all(|c| c == ' ');
        if let Some(more) = rows.get(at).filter(goes_on) {
            shown = format!("{shown} {}", more.trim());
            at += 1;
        }
        let (cut, words) = match shown.trim_end().strip_suffix('…') {
            Some(words) => (true, words.trim_end()),
            None => (false, shown.trim_end()),
        };
        let whole: Vec<&str> = event.text.split_whitespace().collect();
        let words: Vec<&str> = words.split_whitespace().collect();
        // Characters of no width may be drawn with their neighbours, or not at all.
        let odd = event.text.chars().any(|c| c.width().unwrap_or(0) != 1);
        let long = odd || whole.iter().any(|word| word.width() > 30);
        let begins = whole.starts_with(&words) && (cut || whole.len() == words.len());
        // At the foot of the list one row is all that is left.
        prop_assert!(begins || long || at >= rows.len(), "{shown:?} of {:?}", event.text);
    }
    Ok(())
}

fn perform(stage: &mut Stage, doing: &Doing) {
    let snapshot = stage.snapshot();
    match doing {
        Doing::Bound(index) => {
            let entry = &TABLE[*index];
            let layer = entry.keys[0].0[0];
            stage.press(key_event(layer, entry.action));
        }
        Doing::Key(character) => stage.code(KeyCode::Char(*character)),
        Doing::Code(code) => stage.press(KeyEvent::new(*code, KeyModifiers::NONE)),
        Doing::Paste(text) => {
            let effects = stage.ui.type_text(text, &snapshot);
            stage.obey(effects);
        }
        Doing::Mouse(kind, column, row) => {
            let event = MouseEvent { kind: *kind, column: *column, row: *row, modifiers: KeyModifiers::NONE };
            let effects = stage.ui.click(event, &snapshot);
            stage.obey(effects);
        }
        Doing::Wait(millis) => stage.wait(*millis),
        Doing::Draw(width, height) => drop(stage.text(*width, *height)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        rng_seed: proptest::test_runner::RngSeed::Fixed(24),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_sequence_of_events_panics_and_escape_leads_back(
        which in 0..10_usize,
        doings in prop::collection::vec(doing(), 200..400),
    ) {
        let preset = ["dynamodb-global", "cosmos-levels", "cassandra-multi-dc"].get(which);
        let scenario = match which.saturating_sub(3) {
            0 => favourite_colour(3),
            1 => crowded(),
            2 => lesson(),
            3 => hinting(),
            4 => monitored(),
            5 => opinionated(),
            _ => favourite_colour(12),
        };
        let mut stage = preset.map_or_else(|| Stage::new(scenario), |preset| of_preset(preset));
        for (number, doing) in doings.iter().enumerate() {
            perform(&mut stage, doing);
            if number % 20 == 0 {
                sentences_are_whole(&stage)?;
            }
        }
        stage.text(80, 24);
        for _ in 0..5 {
            stage.code(KeyCode::Esc);
        }
        prop_assert_eq!(stage.ui.layer(), Layer::Main);
        prop_assert!(stage.text(80, 24).contains("laggard"));
        stage.act(Layer::Main, Action::PauseOrRun);
    }
}
