//! What happened, newest first, with the key that caused it.

use ratatui::{
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    drive::{EventLine, Mark, Snapshot},
    tui::{
        paint::{Paint, wrap_words},
        theme::Role,
        ui::Ui,
    },
};

/// The heading, with a word on what the wheel has scrolled past.
pub(in crate::tui) fn events_title(title: &str, ui: &Ui) -> String {
    match ui.scroll {
        0 => title.to_owned(),
        newer => format!("events: {newer} newer above (wheel up; Esc: newest)"),
    }
}

pub(in crate::tui) fn events(paint: &mut Paint<'_>, area: Rect, ui: &Ui, snapshot: &Snapshot) {
    let mut row = 0;
    for event in snapshot.events.iter().skip(ui.scroll) {
        if row >= area.height {
            break;
        }
        row += lines(paint, area, row, event);
    }
    if snapshot.events.is_empty() {
        paint.line(area, 0, &Line::from(paint.span(" nothing has happened yet", Role::Dim)));
    }
}

/// A sentence takes no more rows.
const MOST_ROWS: usize = 2;

/// Draws an event from `row` on, and gives the rows that it took. The last row of the area says all that fits into it.
fn lines(paint: &mut Paint<'_>, area: Rect, row: u16, event: &EventLine) -> u16 {
    let cause = event.cause.as_ref().map_or_else(Line::default, |cause| {
        Line::from(vec![Span::raw(" "), paint.span(format!("[{cause}]"), Role::HintKey), Span::raw(" ")])
    });
    let room = paint.line_right(area, row, &cause);
    let (glyph, role) = mark(paint, event.mark, event.value.as_deref());
    let style = match (&event.value, event.mark) {
        (Some(value), Mark::Write | Mark::Read | Mark::Stored | Mark::Hinted | Mark::Acknowledged) => {
            paint.theme.value(value)
        }
        _ => paint.style(role),
    };
    let text_role = match event.mark {
        Mark::StaleRead => Role::Stale,
        Mark::Dropped | Mark::Failed | Mark::Anomaly => Role::Error,
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
    let lead = Line::from(vec![
        paint.span(format!("{:>8} ", event.at.at.to_string()), Role::Dim),
        Span::styled(format!("{glyph} "), style),
    ]);
    let indent = u16::try_from(lead.width()).unwrap_or(u16::MAX);
    let rows = usize::from(area.height - row).min(MOST_ROWS);
    let columns = (room.saturating_sub(indent), area.width.saturating_sub(indent + 1));
    let mut taken = 0;
    for text in wrap_words(&event.text, columns, rows, paint.glyphs.ellipsis) {
        let words = Line::from(paint.span(text, text_role));
        let width = if taken == 0 { room } else { area.width };
        if taken == 0 {
            paint.line(Rect { width, ..area }, row, &lead);
        }
        let indent = indent.min(width);
        paint.line(Rect { x: area.x + indent, width: width - indent, ..area }, row + taken, &words);
        taken += 1;
    }
    taken.max(1)
}

/// The glyph of a kind of event, and the role that it is drawn in.
pub(in crate::tui) fn mark(paint: &Paint<'_>, kind: Mark, value: Option<&str>) -> (&'static str, Role) {
    let shape = || value.map_or(paint.glyphs.dot, |value| paint.shape(value));
    match kind {
        Mark::Write | Mark::Read | Mark::Stored | Mark::Hinted | Mark::Acknowledged => (shape(), Role::Text),
        Mark::StaleRead => (paint.glyphs.mark(Role::Stale), Role::Stale),
        Mark::Dropped | Mark::Died => (paint.glyphs.mark(Role::Lost), Role::Lost),
        Mark::Anomaly => (paint.glyphs.anomaly, Role::Error),
        Mark::Failed => (paint.glyphs.mark(Role::Error), Role::Error),
        Mark::Wall => (paint.glyphs.wall, Role::Wall),
        Mark::Healed => (paint.glyphs.mark(Role::Converged), Role::Converged),
        Mark::Crash => (paint.glyphs.mark(Role::Crashed), Role::Crashed),
        Mark::Revived => (paint.glyphs.mark(Role::Up), Role::Up),
        Mark::Freeze | Mark::HeldBack => (paint.glyphs.mark(Role::Frozen), Role::Frozen),
        Mark::Effort | Mark::Knob => (paint.glyphs.dot, Role::Dim),
    }
}
