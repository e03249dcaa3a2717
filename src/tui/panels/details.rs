//! Everything about the picked replica: its story, or its state in full.

use ratatui::{
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    base::NodeId,
    drive::{Snapshot, skew},
    sim::Status,
    tui::{
        paint::{Paint, wrap},
        theme::Role,
        ui::{Side, Ui},
    },
};

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
        return inspect(paint, width, ui.picked, snapshot);
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

fn inspect(paint: &Paint<'_>, width: u16, node: NodeId, snapshot: &Snapshot) -> Vec<Line<'static>> {
    let view = &snapshot.view.replicas[node.index()];
    let mut lines: Vec<Line<'static>> = Vec::new();
    let field = |name: &str, text: String| {
        Line::from(vec![paint.span(format!(" {name:<9}"), Role::Dim), Span::raw(text)])
    };
    let held = &view.held[snapshot.focus.index()];
    let status = match view.status {
        Status::Up => "up".to_owned(),
        Status::Crashed => format!("DOWN; {} messages died here", view.killed),
        Status::Frozen => format!("FROZEN; {} messages wait", view.inbox),
    };
    lines.push(field("replica", format!("{} ({status})", view.name)));
    for version in held.versions() {
        let mut spans = vec![paint.span(" value    ", Role::Dim)];
        spans.extend(paint.value(&version.value.to_string()));
        let dot = &version.dot;
        let origin = match dot.counter {
            0 => format!("  {}, the initial value", version.id),
            counter => format!("  {}, dot {}·{counter}", version.id, snapshot.scenario.actor_name(dot.node)),
        };
        spans.push(paint.span(origin, Role::Text));
        lines.push(Line::from(spans));
    }
    if held.is_nothing() {
        lines.push(field("value", "nothing yet".into()));
    }
    let entries: Vec<String> = snapshot
        .vector(node)
        .entries()
        .map(|(actor, counter)| format!("{} {counter}", snapshot.scenario.actor_name(actor)))
        .collect();
    lines.push(field("vector", format!("[{}]", entries.join(" │ "))));
    let stale = match &snapshot.staleness[node.index()] {
        None => "fresh: no acknowledged write is newer".to_owned(),
        Some(stale) => {
            let missing: Vec<String> = stale.missing.iter().map(ToString::to_string).collect();
            let behind = snapshot.view.position.at.since(stale.since);
            format!("STALE: {} behind for {behind}; misses {}", stale.versions, missing.join(" "))
        }
    };
    for (row, text) in wrap(&stale, width.saturating_sub(11)).into_iter().enumerate() {
        lines.push(field(if row == 0 { "state" } else { "" }, text));
    }
    lines.push(field("clock", skew(view.skew)));
    let side = snapshot.view.sides.iter().find(|side| side.contains(&node));
    if let Some(side) = side.filter(|_| snapshot.view.sides.len() > 1) {
        let names: Vec<&str> = side.iter().map(|node| snapshot.replica_name(*node)).collect();
        lines.push(field("reaches", names.join(" ")));
    }
    lines.push(Line::default());
    let about = snapshot.events.iter().filter(|event| event.text.contains(&*view.name));
    for event in about.take(8) {
        let text = format!(" {:>8} {}", event.at.at.to_string(), event.text);
        lines.push(Line::from(paint.span(text, Role::Dim)));
    }
    lines
}
