//! About the picked replica: its story, or everything (see [`inspector`](super::inspector)).

use ratatui::{
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    drive::Snapshot,
    tui::{
        paint::{Paint, wrap},
        theme::Role,
        ui::{Side, Ui},
    },
};

use super::inspector::inspect;

/// Draws the story or the inspector, whichever is asked for.
pub(in crate::tui) fn details(paint: &mut Paint<'_>, area: Rect, ui: &Ui, snapshot: &Snapshot) {
    let lines = detail_lines(paint, area.width, ui, snapshot);
    for (row, line) in (0..area.height).zip(&lines) {
        paint.line(area, row, line);
    }
}

/// The lines of the story or the inspector.
pub(in crate::tui) fn detail_lines(
    paint: &Paint<'_>,
    width: u16,
    ui: &Ui,
    snapshot: &Snapshot,
) -> Vec<Line<'static>> {
    let told = ui.side == Side::Story && !snapshot.story_lines.is_empty();
    if !told {
        return inspect(paint, width, ui, snapshot);
    }
    let mut lines = Vec::new();
    for (index, sentence) in snapshot.story_lines.iter().enumerate() {
        let role = if index == 0 { Role::Stale } else { Role::Text };
        let stale = snapshot.story.as_ref().is_some_and(|story| story.staleness.is_some());
        let role = if stale { role } else { Role::Fresh };
        for (row, text) in wrap(sentence, width.saturating_sub(4)).into_iter().enumerate() {
            let lead = if row == 0 { format!(" {} ", paint.glyphs.dot) } else { "   ".into() };
            lines.push(Line::from(vec![Span::raw(lead), paint.span(text, role)]));
        }
    }
    lines
}
