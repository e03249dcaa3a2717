//! Lanes, what happened on them, and what lasted.

use ratatui::{
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};
use unicode_width::UnicodeWidthStr;

use crate::{
    base::{NodeId, SimTime},
    drive::{
        Mark,
        chart::{Bar, BarKind, Call, CallKind, Relation, Spot},
    },
    tui::{
        cluster,
        paint::{Paint, bold},
        theme::Role,
    },
};

use super::{Scene, mark, shape};

/// Labels, lanes and bars: what lies under the messages.
pub(super) fn draw(paint: &mut Paint<'_>, scene: &Scene<'_>) {
    for (node, row) in &scene.place.nodes {
        label(paint, scene, *node, *row);
        lane(paint, scene, *node, *row);
        now(paint, scene, *node, *row);
    }
    for bar in &scene.chart.bars {
        down(paint, scene, bar);
    }
    walls(paint, scene);
    for (client, row) in &scene.place.clients {
        let name = scene.snapshot.scenario.clients.get(client.index()).map_or("?", |client| &client.name);
        let area =
            Rect { y: *row, height: 1, width: scene.place.time.x - scene.place.area.x, ..scene.place.area };
        let words = paint.clip(name, usize::from(area.width.saturating_sub(4)));
        let role = if *client == scene.ui.client { Role::Title } else { Role::Dim };
        paint.line(area, 0, &Line::from(vec![Span::raw("   "), paint.span(words, role)]));
    }
}

/// Operations, and what happened at replicas: what lies over the messages.
pub(super) fn draw_spots(paint: &mut Paint<'_>, scene: &Scene<'_>) {
    for call in &scene.chart.calls {
        operation(paint, scene, call);
    }
    // What says most is drawn last.
    let mut spots: Vec<&Spot> = scene.chart.spots.iter().collect();
    spots.sort_by_key(|spot| weight(spot.mark));
    for spot in spots {
        let Some(row) = scene.place.row(spot.node) else { continue };
        let (glyph, role) = mark(paint, spot.mark, spot.value.as_deref());
        let relation = scene.cone.map(|cone| cone.place(spot.node, spot.order));
        let style = match (relation, &spot.value) {
            (Some(Relation::Here), _) => paint.style(Role::Selected),
            (Some(Relation::Concurrent), _) => paint.style(Role::Dim),
            (_, Some(value)) if weight(spot.mark) == 2 => paint.theme.value(value),
            (_, _) if spot.at.at > scene.snapshot.view.position.at => paint.style(Role::Dim),
            (_, _) => bold(paint.style(role)),
        };
        paint.cell(Position::new(scene.place.column(spot.at.at), row), glyph, style);
    }
}

/// Which of two marks in one cell is seen: the greater.
fn weight(mark: Mark) -> u8 {
    match mark {
        Mark::Effort | Mark::Knob | Mark::Acknowledged => 0,
        Mark::Read | Mark::HeldBack | Mark::Hinted | Mark::Healed | Mark::Wall | Mark::Died => 1,
        Mark::Write | Mark::Stored => 2,
        Mark::Dropped | Mark::Revived => 3,
        Mark::StaleRead | Mark::Failed | Mark::Anomaly | Mark::Crash | Mark::Freeze => 4,
    }
}

fn label(paint: &mut Paint<'_>, scene: &Scene<'_>, node: NodeId, row: u16) {
    let place = scene.place;
    let area = Rect { y: row, height: 1, width: place.time.x - place.area.x, ..place.area };
    let picked = node == scene.ui.picked;
    let lead = if picked { paint.glyphs.mark(Role::Selected) } else { " " };
    let number = match node.index() + 1 {
        number @ 1..=9 => number.to_string(),
        _ => " ".to_owned(),
    };
    let name = paint.clip(scene.snapshot.replica_name(node), usize::from(area.width.saturating_sub(4)));
    let role = if picked { Role::Title } else { Role::Text };
    let words = vec![
        paint.span(lead, Role::Title),
        paint.span(format!("{number} "), Role::HintKey),
        paint.span(name, role),
    ];
    paint.line(area, 0, &Line::from(words));
}

/// A lane: in the hue of what the replica shows, as far as one write says what that is.
fn lane(paint: &mut Paint<'_>, scene: &Scene<'_>, node: NodeId, row: u16) {
    let place = scene.place;
    let holdings = scene.chart.holdings.get(node.index()).map(Vec::as_slice).unwrap_or_default();
    let (first, last) = (place.column(scene.chart.known.0), place.column(scene.known()));
    for x in first..=last {
        let at = place.time_at(Position::new(x, row)).unwrap_or(SimTime::ZERO);
        let held = holdings.iter().rev().find(|holding| place.column(holding.from) <= x);
        let value = held.and_then(|holding| holding.value.as_deref());
        let relation = causal(scene, node, at);
        let style = match (relation, value) {
            (Some(Relation::Concurrent), _) | (_, None) => paint.style(Role::Dim),
            (_, Some(value)) => paint.theme.value(value),
        };
        let [past, future, other] = paint.glyphs.causal;
        let glyph = match relation {
            None => paint.glyphs.link.0,
            Some(Relation::Past | Relation::Here) => past,
            Some(Relation::Future) => future,
            Some(Relation::Concurrent) => other,
        };
        paint.cell(Position::new(x, row), glyph, style);
    }
}

/// Where a time of a lane lies, by what happened there last.
fn causal(scene: &Scene<'_>, node: NodeId, at: SimTime) -> Option<Relation> {
    let cone = scene.cone?;
    let last = scene.chart.order_at(node, at);
    let next = scene.chart.order_after(node, at);
    // Up to the last place of the past everything is past; from the first of the future on, future.
    Some(match (cone.place(node, last), next.map(|next| cone.place(node, next))) {
        (Relation::Future, _) => Relation::Future,
        (_, Some(Relation::Past | Relation::Here)) => Relation::Past,
        (Relation::Here, _) => Relation::Future,
        (Relation::Past | Relation::Concurrent, _) => Relation::Concurrent,
    })
}

/// What the replica shows at the playhead.
fn now(paint: &mut Paint<'_>, scene: &Scene<'_>, node: NodeId, row: u16) {
    let area = Rect { y: row, height: 1, ..scene.place.now };
    if area.width < 4 {
        return;
    }
    let inner = Rect { x: area.x + 1, width: area.width - 1, ..area };
    let words = cluster::contents(paint, (scene.ui, scene.snapshot), node, usize::from(inner.width));
    paint.line(inner, 0, &Line::from(words));
}

/// Replicas that are down or frozen say so on their lanes.
fn down(paint: &mut Paint<'_>, scene: &Scene<'_>, bar: &Bar) {
    let (node, role, words) = match &bar.kind {
        BarKind::Down(node) => (*node, Role::Crashed, "down"),
        BarKind::Frozen(node) => (*node, Role::Frozen, "frozen"),
        BarKind::Cut(_) => return,
    };
    let Some(row) = scene.place.row(node) else { return };
    let (first, last) = ends(scene, bar);
    let style = paint.style(role);
    let dot = paint.glyphs.dot;
    for x in first..=last {
        paint.cell(Position::new(x, row), dot, paint.style(Role::Dim));
    }
    let words = format!("{} {words}", paint.glyphs.mark(role));
    written(paint, (first, last, row), &words, style);
}

/// Text within a stretch of a row, as far as it has room.
fn written(paint: &mut Paint<'_>, (first, last, row): (u16, u16, u16), text: &str, style: Style) {
    let area = Rect { x: first, y: row, width: last + 1 - first, height: 1 };
    let words =
        if text.width() <= usize::from(area.width) { text } else { text.get(..1).unwrap_or_default() };
    if words.is_ascii() || text.width() <= usize::from(area.width) {
        paint.line(area, 0, &Line::styled(words.to_owned(), style));
    }
}

fn ends(scene: &Scene<'_>, bar: &Bar) -> (u16, u16) {
    let first = scene.place.column(bar.from.max(scene.chart.from));
    let last = scene.place.column(bar.to.unwrap_or_else(|| scene.known()).min(scene.chart.to));
    (first, last.max(first))
}

/// Cuts, above the lanes: what each separates, for how long.
fn walls(paint: &mut Paint<'_>, scene: &Scene<'_>) {
    let cuts = scene.chart.bars.iter().filter(|bar| matches!(bar.kind, BarKind::Cut(_)));
    let rows = scene.place.area.y..scene.place.area.y + scene.place.walls;
    let mut free: Vec<(u16, u16)> = rows.map(|row| (row, 0)).collect();
    for bar in cuts {
        let BarKind::Cut(words) = &bar.kind else { continue };
        let (first, last) = ends(scene, bar);
        // The first row that is free there; what finds none is told by the cluster view.
        let Some((row, until)) = free.iter_mut().find(|(_, until)| *until <= first) else { continue };
        *until = last + 1;
        let style = paint.style(Role::Wall);
        let row = *row;
        for x in first..=last {
            paint.cell(Position::new(x, row), paint.glyphs.wall, style);
        }
        let text = format!(" {words} ");
        if text.width() + 2 <= usize::from(last - first) {
            let area = Rect { x: first + 1, y: row, width: last - first - 1, height: 1 };
            paint.line(area, 0, &Line::styled(text, bold(style)));
        }
    }
}

/// An operation as its client saw it: from the call to the answer.
fn operation(paint: &mut Paint<'_>, scene: &Scene<'_>, call: &Call) {
    let Some(row) = scene.place.client_row(call.client) else { return };
    let place = scene.place;
    let first = place.column(call.asked.at.max(scene.chart.from));
    let end = call.answered.as_ref().map_or_else(|| scene.known(), |answer| answer.at.at);
    let last = place.column(end.min(scene.chart.to)).max(first);
    let relation = scene
        .cone
        .map(|cone| cone.call(call.client, call.asked, call.answered.as_ref().map(|answer| answer.at)));
    let later = call.asked.at > scene.snapshot.view.position.at || relation == Some(Relation::Concurrent);
    let line = paint.style(if later { Role::Dim } else { Role::Text });
    for x in first..=last {
        paint.cell(Position::new(x, row), paint.glyphs.link.0, line);
    }
    let letter = match call.what {
        CallKind::Read => "r",
        CallKind::Write => "w",
    };
    paint.cell(Position::new(first, row), letter, bold(line));
    let Some(answer) = &call.answered else { return };
    if answer.at.at > scene.chart.to {
        return;
    }
    let value = answer.value.as_deref();
    let (glyph, role) = match answer.mark {
        Mark::Acknowledged | Mark::Read | Mark::Write => (shape(paint, value), Role::Text),
        other => mark(paint, other, value),
    };
    let style = match (later, role, value) {
        (true, _, _) => line,
        (false, Role::Text, Some(value)) => paint.theme.value(value),
        (false, role, _) => paint.style(role),
    };
    let x = if last == first { first + 1 } else { last };
    if x >= place.time.right() {
        return;
    }
    paint.cell(Position::new(x, row), glyph, style);
    // The word, where nothing else comes that soon.
    let next = scene.chart.calls.iter().filter(|other| other.client == call.client && other.op > call.op);
    let until = next.map(|other| place.column(other.asked.at)).min().unwrap_or(place.time.right());
    if let Some(value) = value {
        let room = usize::from(until.min(place.time.right()).saturating_sub(x + 2));
        if value.width() <= room {
            let area = Rect { x: x + 1, y: row, width: until.min(place.time.right()) - x - 1, height: 1 };
            paint.line(area, 0, &Line::styled(value.to_owned(), style));
        }
    }
}

/// The present instant, through all lanes.
pub(super) fn playhead(paint: &mut Paint<'_>, scene: &Scene<'_>) {
    let x = scene.place.column(scene.snapshot.view.position.at);
    let style = paint.style(Role::Title);
    for y in scene.place.lanes() {
        let at = Position::new(x, y);
        let free = paint.buffer.cell(at).is_some_and(|cell| {
            let symbol = cell.symbol();
            symbol == " " || symbol == paint.glyphs.link.0 || paint.glyphs.causal.contains(&symbol)
        });
        if free {
            paint.cell(at, paint.glyphs.link.1, style);
        }
    }
}

/// Times below the lanes.
pub(super) fn axis(paint: &mut Paint<'_>, area: Rect, scene: &Scene<'_>) {
    let place = scene.place;
    let marks = u64::from((place.time.width / 14).clamp(1, 12));
    let width = scene.chart.to.since(scene.chart.from).0;
    let mut free = place.time.x;
    for mark in 0..=marks {
        let at = SimTime(scene.chart.from.0.saturating_add(width / marks * mark));
        let x = place.column(at);
        let text = at.to_string();
        let length = u16::try_from(text.width()).unwrap_or(u16::MAX);
        if x < free || x.saturating_add(length) > place.time.right() {
            continue;
        }
        free = x + length + 2;
        let label = Rect { x, width: length, ..area };
        paint.line(label, 0, &Line::from(paint.span(text, Role::Dim)));
    }
}
