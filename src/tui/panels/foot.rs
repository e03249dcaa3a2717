//! The two lines at the bottom: the answer to the last key, and what keys there are.

use ratatui::{
    layout::Rect,
    text::{Line, Span},
};
use unicode_width::UnicodeWidthStr;

use crate::{
    drive::{Clock, Snapshot},
    tui::{
        paint::{Paint, bold},
        registry::{self, Action, Layer},
        theme::Role,
        ui::{Status, Tone, Ui},
    },
};

/// The line that answers the last key, or else how things stand.
pub(in crate::tui) fn status(paint: &mut Paint<'_>, area: Rect, ui: &Ui, snapshot: &Snapshot) {
    let line = match (&ui.status, &snapshot.pursuit) {
        (Some(status), _) => answer(paint, status),
        (None, Some(words)) => {
            Line::from(paint.span(format!("   running until {words} (space stops)"), Role::Text))
        }
        (None, None) => {
            let told = tally(snapshot, "messages died");
            let short = told.width() > usize::from(area.width);
            let told = if short { tally(snapshot, "died") } else { told };
            Line::from(paint.span(told, Role::Dim))
        }
    };
    paint.line(area, 0, &line);
}

/// What is told once; a refusal has a mark.
pub(in crate::tui) fn answer(paint: &Paint<'_>, status: &Status) -> Line<'static> {
    let (role, mark) = match status.tone {
        Tone::Plain => (Role::Text, " "),
        Tone::Refusal => (Role::Error, paint.glyphs.mark(Role::Error)),
    };
    Line::from(paint.span(format!(" {mark} {}", status.text), role))
}

fn tally(snapshot: &Snapshot, died: &str) -> String {
    let tally = &snapshot.tally;
    let mut text = format!(
        "   reads {} ({} stale)  writes {}  failed {}",
        tally.reads,
        tally.stale_reads,
        tally.writes,
        tally.refused + tally.timed_out
    );
    let some = |count: u64, word: &str| if count > 0 { format!("  {word} {count}") } else { String::new() };
    text += &some(tally.lost + tally.cut + tally.down, died);
    text += &some(snapshot.branches.len() as u64, "branches");
    text
}

/// The one key that shows all others, at the right end.
pub(in crate::tui) fn one_hint(paint: &mut Paint<'_>, area: Rect, layer: Layer) -> Vec<(Rect, Action)> {
    let hint = |action| Some((action, registry::key_in(layer, action)?));
    let Some((action, key)) = hint(Action::Help).or_else(|| hint(Action::Close)) else { return Vec::new() };
    let label = registry::entry(action).map_or("", |entry| entry.label);
    let line = Line::from(vec![
        Span::styled(key, bold(paint.style(Role::HintKey))),
        paint.span(format!(" {label} "), Role::Dim),
    ]);
    let x = paint.line_right(area, 0, &line);
    vec![(Rect { x: area.x + x, width: area.width - x, ..area }, action)]
}

/// As many keys as fit, the most useful first. Gives where each stands, for clicks.
pub(in crate::tui) fn hints(
    paint: &mut Paint<'_>,
    area: Rect,
    (layer, clock): (Layer, Clock),
) -> Vec<(Rect, Action)> {
    let mut spans = vec![Span::raw(" ")];
    let mut places = Vec::new();
    let mut x: u16 = 1;
    for entry in registry::hints(layer) {
        let Some(key) = registry::key_in(layer, entry.action) else { continue };
        let runs_again = entry.action == Action::PauseOrRun && clock == Clock::Stopped;
        let text = format!(" {}", if runs_again { "run" } else { entry.label });
        let wide = u16::try_from(key.width() + text.width()).unwrap_or(u16::MAX);
        if x.saturating_add(wide) > area.width {
            break;
        }
        places.push((Rect { x: area.x + x, width: wide, ..area }, entry.action));
        spans.push(Span::styled(key, bold(paint.style(Role::HintKey))));
        spans.push(paint.span(text, Role::Dim));
        spans.push(Span::raw("  "));
        x += wide + 2;
    }
    spans.pop();
    paint.line(area, 0, &Line::from(spans));
    places
}
