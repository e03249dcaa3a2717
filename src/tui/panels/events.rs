//! What happened, newest first, with the key that caused it.

use ratatui::{
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    drive::{EventLine, Mark, Snapshot},
    tui::{paint::Paint, theme::Role, ui::Ui},
};

/// The heading, with a word on what the wheel has scrolled past.
pub(in crate::tui) fn events_title(title: &str, ui: &Ui) -> String {
    match ui.scroll {
        0 => title.to_owned(),
        newer => format!("events: {newer} newer above (wheel up; Esc: newest)"),
    }
}

pub(in crate::tui) fn events(paint: &mut Paint<'_>, area: Rect, ui: &Ui, snapshot: &Snapshot) {
    for (row, event) in (0..area.height).zip(snapshot.events.iter().skip(ui.scroll)) {
        line(paint, area, row, event);
    }
    if snapshot.events.is_empty() {
        paint.line(area, 0, &Line::from(paint.span(" nothing has happened yet", Role::Dim)));
    }
}

fn line(paint: &mut Paint<'_>, area: Rect, row: u16, event: &EventLine) {
    let cause = event.cause.as_ref().map_or_else(Line::default, |cause| {
        Line::from(vec![Span::raw(" "), paint.span(format!("[{cause}]"), Role::HintKey), Span::raw(" ")])
    });
    let room = paint.line_right(area, row, &cause);
    let (glyph, role) = mark(paint, event);
    let style = match (&event.value, event.mark) {
        (Some(value), Mark::Write | Mark::Read | Mark::Stored | Mark::Hinted | Mark::Acknowledged) => {
            paint.theme.value(value)
        }
        _ => paint.style(role),
    };
    let text_role = match event.mark {
        Mark::StaleRead => Role::Stale,
        Mark::Dropped | Mark::Failed => Role::Error,
        Mark::Died
        | Mark::Acknowledged
        | Mark::Stored
        | Mark::HeldBack
        | Mark::Hinted
        | Mark::Effort
        | Mark::Knob => Role::Dim,
        Mark::Write | Mark::Read | Mark::Wall | Mark::Healed | Mark::Crash | Mark::Revived | Mark::Freeze => {
            Role::Text
        }
    };
    let time = format!("{:>8} ", event.at.at.to_string());
    let line = Line::from(vec![
        paint.span(time, Role::Dim),
        Span::styled(format!("{glyph} "), style),
        paint.span(event.text.clone(), text_role),
    ]);
    paint.line(Rect { width: room, ..area }, row, &line);
}

fn mark(paint: &Paint<'_>, event: &EventLine) -> (&'static str, Role) {
    let shape = || event.value.as_deref().map_or(paint.glyphs.dot, |value| paint.shape(value));
    match event.mark {
        Mark::Write | Mark::Read | Mark::Stored | Mark::Hinted | Mark::Acknowledged => (shape(), Role::Text),
        Mark::StaleRead => (paint.glyphs.mark(Role::Stale), Role::Stale),
        Mark::Dropped | Mark::Died => (paint.glyphs.mark(Role::Lost), Role::Lost),
        Mark::Failed => (paint.glyphs.mark(Role::Error), Role::Error),
        Mark::Wall => (paint.glyphs.wall, Role::Wall),
        Mark::Healed => (paint.glyphs.mark(Role::Converged), Role::Converged),
        Mark::Crash => (paint.glyphs.mark(Role::Crashed), Role::Crashed),
        Mark::Revived => (paint.glyphs.mark(Role::Up), Role::Up),
        Mark::Freeze | Mark::HeldBack => (paint.glyphs.mark(Role::Frozen), Role::Frozen),
        Mark::Effort | Mark::Knob => (paint.glyphs.dot, Role::Dim),
    }
}
