//! What the layouts say besides their cards: the boxes of zones with their names, and a line below the picture.

use ratatui::{layout::Rect, text::Line};

use crate::{
    base::{NodeId, ZoneId},
    drive::Snapshot,
    tui::{
        paint::{Paint, bold},
        theme::Role,
        ui::{Layout, Ui},
    },
};

use super::{Plan, Size, grid::Form, zones::ZoneBox};

/// What lies under everything: the line of the ring, the frames of the zones.
pub(super) fn ground(paint: &mut Paint<'_>, plan: &Plan, snapshot: &Snapshot) {
    match &plan.form {
        Form::Rows => {}
        Form::Ring(ellipse) => {
            let style = paint.style(Role::Border);
            // Thinner than the trail of a message.
            for cell in ellipse.line().into_iter().step_by(4).filter(|cell| plan.area.contains(*cell)) {
                paint.cell(cell, paint.glyphs.dot, style);
            }
        }
        Form::Zones(boxes) => frames(paint, boxes, snapshot),
    }
}

fn frames(paint: &mut Paint<'_>, boxes: &[ZoneBox], snapshot: &Snapshot) {
    for zone in boxes {
        let (frame, style) = (paint.glyphs.frame, paint.style(Role::Border));
        paint.outline(zone.area, &frame, style);
        let edge =
            Rect { x: zone.area.x + 1, width: zone.area.width.saturating_sub(2), height: 1, ..zone.area };
        let replicas = zone.members.len();
        let title = format!(" {} ", paint.clip(zone_name(snapshot, zone.zone), usize::from(edge.width / 2)));
        let title = Line::styled(title, bold(paint.style(Role::Title)));
        paint.line(edge, 0, &title);
        let free = usize::from(edge.width).saturating_sub(title.width() + 1);
        let count = [format!(" {replicas} {} ", plural(replicas)), format!(" {replicas} ")];
        if let Some(count) = count.into_iter().find(|count| count.len() <= free) {
            paint.line_right(edge, 0, &Line::from(paint.span(count, Role::Dim)));
        }
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "replica" } else { "replicas" }
}

fn zone_name(snapshot: &Snapshot, zone: Option<ZoneId>) -> &str {
    let Some(zone) = zone else { return "no zone" };
    let first = snapshot.view.zones.iter().position(|of| *of == Some(zone));
    first.and_then(|first| snapshot.view.replicas[first].zone.as_deref()).unwrap_or_default()
}

/// What the picture shows: why it is another than was asked for, the key's preference list, the traffic between zones.
pub(super) fn line(
    paint: &Paint<'_>,
    (plan, fallback, ui): (&Plan, Option<&'static str>, &Ui),
    snapshot: &Snapshot,
    width: u16,
) -> Line<'static> {
    let text = match fallback {
        Some(why) => {
            let shown = match plan.size {
                Size::Large | Size::Medium | Size::Small => "rows of cards",
                Size::Tile => "rows of tiles",
                Size::Cell => "a heat map",
            };
            format!(" {why}: {} replicas as {shown}", snapshot.view.replicas.len())
        }
        None if ui.layout == Layout::Ring => ring(snapshot),
        None => traffic(snapshot),
    };
    Line::from(paint.span(paint.clip(&text, width.into()), Role::Dim))
}

/// `preference list of cart: fra, par, sfo; then ams, lon`. Ring by ring, where each zone has one of its own.
fn ring(snapshot: &Snapshot) -> String {
    let key = &snapshot.view.keys[snapshot.focus.index()];
    let replicas = snapshot.view.replicas.len();
    if snapshot.preference.is_empty() {
        return " clockwise as listed; no ring places keys here: replicas follow a leader".into();
    }
    if snapshot.preference.iter().flatten().all(|(_, holds)| *holds) {
        return format!(" clockwise in ring order; N is {replicas}: every replica holds every key");
    }
    let name = |node: &NodeId| snapshot.replica_name(*node);
    let names = |ring: &[(NodeId, bool)], wanted: bool| {
        let those: Vec<&str> =
            ring.iter().filter(|(_, holds)| *holds == wanted).map(|(node, _)| name(node)).collect();
        those.join(", ")
    };
    let lists: Vec<String> = snapshot
        .preference
        .iter()
        .map(|ring| match (names(ring, true), names(ring, false)) {
            (holding, others) if holding.is_empty() => format!("none of {others}"),
            (holding, others) if others.is_empty() => holding,
            (holding, others) => format!("{holding}; then {others}"),
        })
        .collect();
    format!(" preference list of {key}: {}", lists.join("  |  "))
}

type Way = (Option<ZoneId>, Option<ZoneId>);

/// `on their way: eu to us 3, us to eu 1, within eu 2`.
fn traffic(snapshot: &Snapshot) -> String {
    let mut ways: Vec<(Way, usize)> = Vec::new();
    for message in &snapshot.view.messages {
        let way = (snapshot.zone_of(message.from), snapshot.zone_of(message.to));
        match ways.iter_mut().find(|(known, _)| *known == way) {
            Some((_, count)) => *count += 1,
            None => ways.push((way, 1)),
        }
    }
    ways.sort_by_key(|((from, to), _)| (from == to, *from, *to));
    let name = |zone| zone_name(snapshot, zone);
    let words: Vec<String> = ways
        .iter()
        .map(|((from, to), count)| {
            if from == to {
                format!("within {} {count}", name(*from))
            } else {
                format!("{} → {} {count}", name(*from), name(*to))
            }
        })
        .collect();
    if words.is_empty() {
        " nothing is on its way".into()
    } else {
        format!(" on their way: {}", words.join(", "))
    }
}
