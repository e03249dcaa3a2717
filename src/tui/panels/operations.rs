//! The view of operations: the table, and below it what is known of the chosen one.

use ratatui::{
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    drive::Snapshot,
    tui::{
        operations::{self, Live, Source as _},
        paint::{Paint, wrap},
        theme::Role,
        ui::{OperationPanel, Ui},
    },
};

/// The heading: how many there are, and what is shown of them.
pub(in crate::tui) fn operations_title(ui: &Ui, snapshot: &Snapshot) -> String {
    let kept = &snapshot.operations.operations;
    let table = &ui.operations;
    if table.is_filtered() {
        let shown = table.count(&Live::of(snapshot));
        return format!("operations /{}: {shown} of {} (Esc: all)", table.typed(), kept.len());
    }
    let forgotten = kept.forgotten();
    let older = if forgotten > 0 { format!(", {forgotten} older forgotten") } else { String::new() };
    let follows = if table.follows() { "" } else { "; End: newest" };
    format!("operations: {}{older} (Enter explains, / filters{follows})", kept.len())
}

/// Draws the table and gives where its rows are.
pub(in crate::tui) fn operations(
    paint: &mut Paint<'_>,
    area: Rect,
    ui: &mut Ui,
    snapshot: &Snapshot,
) -> operations::Drawn {
    let live = Live::of(snapshot);
    let mut above = area;
    if ui.operation_panel == OperationPanel::Explained {
        let chosen = ui.operations.chosen(&live);
        let lines = explained_lines(paint, area.width, &live.explained(chosen));
        let most = (area.height * 3 / 5).max(2).min(area.height.saturating_sub(3));
        let height = u16::try_from(lines.len() + 1).unwrap_or(most).min(most);
        above.height -= height;
        let rule = Rect { y: above.bottom(), height: height.min(1), ..area };
        paint.rule(rule, "the chosen operation (Enter again: go there, e: why, Esc closes)");
        let below = Rect { y: rule.bottom(), height: height.saturating_sub(1), ..area };
        for (row, line) in (0..below.height).zip(&lines) {
            paint.line(below, row, line);
        }
    }
    let nothing = if live.count() == 0 {
        "nobody has read or written yet: w writes, r reads"
    } else {
        "nothing matches; / changes the filter, Esc drops it"
    };
    operations::draw(paint, above, &live, &mut ui.operations, nothing)
}

/// Sentences as lines, each sentence with a mark.
pub(in crate::tui) fn explained_lines(
    paint: &Paint<'_>,
    width: u16,
    sentences: &[(String, Role)],
) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for (sentence, role) in sentences {
        for (row, text) in wrap(sentence, width.saturating_sub(4)).into_iter().enumerate() {
            let lead = if row == 0 { paint.glyphs.dot } else { " " };
            lines.push(Line::from(vec![Span::raw(format!(" {lead} ")), paint.span(text, *role)]));
        }
    }
    lines
}
