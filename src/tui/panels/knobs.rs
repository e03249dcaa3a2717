//! The knobs: a line for each, with how it stands and what that means; the chosen one in full below.
//!
//! ```text
//! ▸ write level      ◂ QUORUM ▸      W2 + R1 <= N3: a read may miss the latest write
//!   anti-entropy     ◂ every 3s ▸    every 3s each replica compares what it holds with one other
//!   its style        ◂ push-pull     …
//!   hints              none here: only leaderless replicas hand on for others
//! ```

use ratatui::{
    layout::Rect,
    text::{Line, Span},
};
use unicode_width::UnicodeWidthStr;

use crate::{
    drive::Snapshot,
    tui::{
        knobs::{Dial, Knob, Reading, Turn},
        paint::{Paint, bold, wrap},
        registry::{self, Action, Layer},
        theme::Role,
        ui::Ui,
    },
};

/// Columns of the name and of the value between its arrows.
const NAME: usize = 15;
const VALUE: usize = 12;
/// A meaning of fewer columns says nothing.
const LEAST_MEANING: usize = 16;

/// What the view is called, with the keys that act in it.
pub(in crate::tui) fn knobs_title(width: u16) -> String {
    let key = registry::key_in(Layer::Main, Action::Knobs).unwrap_or_default();
    let long = format!("knobs (up and down choose, left and right turn, Enter types, {key} closes)");
    let short = format!("knobs ({key} closes)");
    if long.width() + 4 <= usize::from(width) { long } else { short }
}

/// Draws the table, scrolled so that the chosen knob is in sight.
pub(in crate::tui) fn knobs(paint: &mut Paint<'_>, area: Rect, ui: &Ui, snapshot: &Snapshot) {
    let shown = Knob::shown(snapshot);
    let at = shown.iter().position(|(knob, _)| *knob == ui.knob).unwrap_or(0);
    let told = if area.height > 6 { 3 } else { 0 };
    let height = area.height - told;
    let first = (at + 2).min(shown.len()).saturating_sub(usize::from(height));
    for (row, (index, (knob, dial))) in (0..height).zip(shown.iter().enumerate().skip(first)) {
        let role = if index == at { Role::Selected } else { Role::Text };
        let line = line(paint, area.width, (*knob, dial), role);
        paint.line(area, row, &line);
    }
    let hidden = shown.len().saturating_sub(first + usize::from(height));
    let below = Rect { y: area.y + height, height: told, ..area };
    let more = if hidden > 0 { format!(", {hidden} more below") } else { String::new() };
    let Some((knob, dial)) = shown.get(at) else { return };
    paint.rule(Rect { height: told.min(1), ..below }, &format!("{}{more}", knob.name().trim_start()));
    let (means, role) = match dial {
        Dial::Here(reading) => (&*reading.means, Role::Advice),
        Dial::Missing(why) => (*why, Role::Dim),
    };
    for (row, text) in (1..told).zip(wrap(means, area.width.saturating_sub(4))) {
        paint.line(below, row, &Line::from(paint.span(format!("   {text}"), role)));
    }
}

fn line(paint: &Paint<'_>, width: u16, (knob, dial): (Knob, &Dial), role: Role) -> Line<'static> {
    let mark = if role == Role::Selected { paint.glyphs.mark(role) } else { " " };
    let mut spans = vec![Span::raw(format!(" {mark} ")), paint.span(format!("{:<NAME$}", knob.name()), role)];
    match dial {
        Dial::Here(reading) => {
            spans.extend(value(paint, reading));
            let room = usize::from(width).saturating_sub(Line::from(spans.clone()).width() + 1);
            if room >= LEAST_MEANING {
                spans.push(paint.span(paint.clip(&reading.means, room), Role::Dim));
            }
        }
        Dial::Missing(why) => spans.push(paint.span(format!("   none here: {why}"), Role::Dim)),
    }
    Line::from(spans)
}

/// The value, with an arrow on each side to which it can be turned.
fn value(paint: &Paint<'_>, reading: &Reading) -> Vec<Span<'static>> {
    let [left, right, ..] = paint.glyphs.arrows;
    let arrow = |turn, glyph: &'static str| if reading.turned(turn).is_some() { glyph } else { " " };
    let text = paint.clip(&reading.value, VALUE);
    let pad = " ".repeat(VALUE - text.width());
    let key = paint.style(Role::HintKey);
    vec![
        Span::styled(format!(" {} ", arrow(Turn::Down, left)), key),
        Span::styled(text, bold(paint.style(Role::Text))),
        Span::styled(format!(" {}", arrow(Turn::Up, right)), key),
        Span::raw(format!("{pad} ")),
    ]
}
