//! One replica: name, value, version, how fresh, how it is.

use ratatui::{
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    base::NodeId,
    drive::{Snapshot, skew},
    sim::{ReplicaView, Status},
    tui::{
        paint::{Paint, bold, inside},
        theme::Role,
        ui::Ui,
    },
};

use super::Size;

type Subject<'a> = (usize, &'a Ui, &'a Snapshot);

pub(super) fn draw(paint: &mut Paint<'_>, area: Rect, size: Size, subject: Subject<'_>) {
    match size {
        Size::Large | Size::Medium | Size::Small => framed(paint, area, size, subject),
        Size::Tile => tile(paint, area, subject),
        Size::Cell => cell(paint, area, subject),
    }
}

fn replica<'a>((index, _, snapshot): Subject<'a>) -> &'a ReplicaView {
    &snapshot.view.replicas[index]
}

fn framed(paint: &mut Paint<'_>, area: Rect, size: Size, subject: Subject<'_>) {
    let (index, ui, snapshot) = subject;
    let picked = ui.picked.index() == index;
    paint.clear(area);
    let (frame, role) =
        if picked { (paint.glyphs.picked_frame, Role::Selected) } else { (paint.glyphs.frame, Role::Border) };
    let style = if picked { bold(paint.style(Role::Title)) } else { paint.style(role) };
    paint.outline(area, &frame, style);
    let view = replica(subject);
    let number = if index < 9 { format!("{} ", index + 1) } else { String::new() };
    let title = Span::styled(format!(" {number}{} ", view.name), bold(paint.style(Role::Title)));
    let room = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    paint.line(room, 0, &Line::from(title));
    if let Some(zone) = &view.zone {
        let zone = Line::from(paint.span(format!(" {zone} "), Role::Dim));
        paint.line_right(room, 0, &zone);
    }
    let here: Vec<&str> =
        snapshot.scenario.clients.iter().filter(|c| c.at.index() == index).map(|c| &*c.name).collect();
    if !here.is_empty() && size != Size::Small && !(here.len() == 1 && snapshot.scenario.clients.len() == 1) {
        let clients = Line::from(paint.span(format!(" {} ", here.join(" ")), Role::Dim));
        paint.line_right(room, area.height - 1, &clients);
    }
    let area = inside(area);
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    for (row, line) in (0..).zip(lines(paint, size, subject)) {
        paint.line(area, row, &line);
    }
    if size != Size::Small {
        let version = version(subject);
        let version = Line::from(paint.span(version, Role::Dim));
        paint.line_right(area, 0, &version);
    }
}

fn lines(paint: &Paint<'_>, size: Size, subject: Subject<'_>) -> Vec<Line<'static>> {
    let value = value(paint, subject);
    let state = state(paint, subject, if size == Size::Small { Words::Few } else { Words::Many });
    match size {
        Size::Small => {
            let mut spans = value;
            spans.push(Span::raw(" "));
            spans.extend(state);
            vec![Line::from(spans)]
        }
        Size::Medium => vec![Line::from(value), Line::from(state), extra(paint, subject)],
        Size::Large | Size::Tile | Size::Cell => vec![
            Line::from(value),
            Line::from(state),
            vector(paint, subject),
            clock(paint, subject),
            traffic(paint, subject),
        ],
    }
}

/// The write that is held; several as a count.
fn version(subject: Subject<'_>) -> String {
    let (_, _, snapshot) = subject;
    match replica(subject).held[snapshot.focus.index()].versions() {
        [] => String::new(),
        [one] => one.id.to_string(),
        many => format!("{} siblings", many.len()),
    }
}

fn value(paint: &Paint<'_>, subject: Subject<'_>) -> Vec<Span<'static>> {
    let (_, _, snapshot) = subject;
    let view = replica(subject);
    if !view.owns[snapshot.focus.index()] {
        return vec![paint.span("holds no copy", Role::Dim)];
    }
    let versions = view.held[snapshot.focus.index()].versions();
    if versions.is_empty() {
        return vec![paint.span("nothing yet", Role::Dim)];
    }
    let mut spans = Vec::new();
    for version in versions {
        let mut value = paint.value(&version.value.to_string());
        for span in &mut value {
            span.style = bold(span.style);
        }
        spans.extend(value);
        spans.push(Span::raw(" "));
    }
    spans
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    Few,
    Many,
}

/// Down, frozen, fresh, or stale and by how much.
fn state(paint: &Paint<'_>, subject: Subject<'_>, words: Words) -> Vec<Span<'static>> {
    let (index, _, snapshot) = subject;
    let view = replica(subject);
    match view.status {
        Status::Crashed => {
            return vec![paint.span(format!("{} DOWN", paint.glyphs.mark(Role::Crashed)), Role::Crashed)];
        }
        Status::Frozen if words == Words::Many => {
            let waiting = format!("{} FROZEN  {} wait", paint.glyphs.mark(Role::Frozen), view.inbox);
            return vec![paint.span(waiting, Role::Frozen)];
        }
        Status::Frozen => {
            return vec![paint.span(format!("{} FROZEN", paint.glyphs.mark(Role::Frozen)), Role::Frozen)];
        }
        Status::Up => {}
    }
    if !view.owns[snapshot.focus.index()] {
        return Vec::new();
    }
    match &snapshot.staleness[index] {
        None => vec![paint.span(format!("{} fresh", paint.glyphs.mark(Role::Fresh)), Role::Fresh)],
        Some(_) if words == Words::Few => vec![paint.span("STALE", Role::Stale)],
        Some(stale) => {
            let behind = snapshot.view.position.at.since(stale.since);
            let mark = paint.glyphs.mark(Role::Stale);
            vec![paint.span(format!("{mark} STALE -{} {behind}", stale.versions), Role::Stale)]
        }
    }
}

/// The third line of a middling card: what is most worth saying.
fn extra(paint: &Paint<'_>, subject: Subject<'_>) -> Line<'static> {
    if replica(subject).skew != 0 { clock(paint, subject) } else { vector(paint, subject) }
}

/// The vector of what is held: which writes of each coordinator it has behind it.
fn vector(paint: &Paint<'_>, subject: Subject<'_>) -> Line<'static> {
    let (index, _, snapshot) = subject;
    let entries: Vec<String> = snapshot
        .vector(NodeId::at(index))
        .entries()
        .map(|(node, counter)| format!("{}:{counter}", snapshot.replica_name(node)))
        .collect();
    let text = if entries.is_empty() { String::new() } else { format!("[{}]", entries.join(" ")) };
    Line::from(paint.span(text, Role::Dim))
}

fn clock(paint: &Paint<'_>, subject: Subject<'_>) -> Line<'static> {
    match replica(subject).skew {
        0 => Line::default(),
        offset => Line::from(paint.span(format!("clock {}", skew(offset)), Role::Advice)),
    }
}

fn traffic(paint: &Paint<'_>, subject: Subject<'_>) -> Line<'static> {
    let (index, _, snapshot) = subject;
    let here = NodeId::at(index);
    let to = snapshot.view.messages.iter().filter(|message| message.to == here).count();
    let from = snapshot.view.messages.iter().filter(|message| message.from == here).count();
    let waiting = snapshot.view.open.iter().filter(|(_, node)| *node == here).count();
    let mut text = format!("in {to}  out {from}");
    if waiting > 0 {
        text.push_str(&format!("  client waits {waiting}"));
    }
    Line::from(paint.span(text, Role::Dim))
}

/// A replica on one line.
pub(in crate::tui) fn summary(
    paint: &Paint<'_>,
    ui: &Ui,
    snapshot: &Snapshot,
    node: NodeId,
) -> Line<'static> {
    let subject = (node.index(), ui, snapshot);
    let picked = ui.picked == node;
    let mark = if picked { paint.glyphs.mark(Role::Selected) } else { " " };
    let name = format!("{mark} {:>2} {:<12} ", node.index() + 1, replica(subject).name);
    let mut spans = vec![paint.span(name, if picked { Role::Selected } else { Role::Text })];
    spans.extend(value(paint, subject));
    spans.push(paint.span(format!(" {}  ", version(subject)), Role::Dim));
    spans.extend(state(paint, subject, Words::Many));
    Line::from(spans)
}

/// `12▲green w3`, the number reversed where it is picked.
fn tile(paint: &mut Paint<'_>, area: Rect, subject: Subject<'_>) {
    let (index, ui, _) = subject;
    let role = if ui.picked.index() == index { Role::Selected } else { Role::Dim };
    let mut spans = vec![paint.span(format!("{:>2}", index + 1), role), mark(paint, subject)];
    spans.extend(value(paint, subject));
    paint.line(Rect { width: area.width.saturating_sub(1), ..area }, 0, &Line::from(spans));
}

/// A glyph for the state.
fn mark(paint: &Paint<'_>, subject: Subject<'_>) -> Span<'static> {
    let (index, _, snapshot) = subject;
    let role = match replica(subject).status {
        Status::Crashed => Role::Crashed,
        Status::Frozen => Role::Frozen,
        Status::Up if snapshot.staleness[index].is_some() => Role::Stale,
        Status::Up => Role::Fresh,
    };
    paint.span(paint.glyphs.mark(role), role)
}

fn cell(paint: &mut Paint<'_>, area: Rect, subject: Subject<'_>) {
    let (index, ui, snapshot) = subject;
    let held = &replica(subject).held[snapshot.focus.index()];
    let text = held.versions().first().map(|version| version.value.to_string());
    let shape = text.as_deref().map_or(paint.glyphs.dot, |text| paint.shape(text));
    let style = text.as_deref().map_or(paint.style(Role::Dim), |text| paint.theme.value(text));
    let style = if ui.picked.index() == index { paint.style(Role::Selected) } else { style };
    let shape = Span::styled(shape, style);
    let mark = mark(paint, subject);
    let spans = match area.width {
        0 | 1 if replica(subject).status != Status::Up || snapshot.staleness[index].is_some() => vec![mark],
        0 | 1 => vec![shape],
        2 | 3 => vec![shape, mark],
        _ => {
            let role = if ui.picked.index() == index { Role::Selected } else { Role::Dim };
            let wide = usize::from(area.width) - 3;
            vec![paint.span(format!("{:>wide$}", index + 1), role), shape, mark]
        }
    };
    paint.line(area, 0, &Line::from(spans));
}
