//! One replica: name, value, version, how fresh, how it is. The words are in [`words`].
//!
//! ```text
//! ╔ 2 lon ════════ europe ╗   large and medium: zone above, siblings and a wrong clock below left,
//! ║ ▲ green            w1 ║   the clients that are attached below right
//! ║ ▯ STALE -1 612ms      ║
//! ║ [ams:1]               ║   ╭ 2 lon ── w1 ╮
//! ╚ clock 2s ahead ═ bob ═╝   │ ▲ green     │   small: version above, state and a badge below
//!                             ╰ ▯ STALE -1 ─╯
//! ```

mod badges;
mod member;
mod words;

use ratatui::{
    layout::Rect,
    text::{Line, Span},
};
use unicode_width::UnicodeWidthStr;

use crate::{
    action::Route,
    base::NodeId,
    drive::Snapshot,
    sim::{ClientView, ReplicaView, Status},
    tui::{
        paint::{Paint, bold, inside},
        theme::Role,
        ui::Ui,
    },
};

use super::{Plan, Size, grid::Form};
use badges::{badges, fitted, least, tile_badges};
use words::{Words, state, traffic, value, vector, version};
pub(in crate::tui) use words::{facts, summary};

type Subject<'a> = (usize, &'a Ui, &'a Snapshot);

pub(super) fn draw(paint: &mut Paint<'_>, area: Rect, plan: &Plan, subject: Subject<'_>) {
    match plan.size {
        Size::Large | Size::Medium | Size::Small => framed(paint, area, plan.size, subject),
        Size::Tile => tile(paint, area, &plan.form, subject),
        Size::Cell => cell(paint, area, subject),
    }
}

/// What a replica shows of the focused key, in so many columns.
pub(in crate::tui) fn contents(
    paint: &Paint<'_>,
    (ui, snapshot): (&Ui, &Snapshot),
    node: NodeId,
    width: usize,
) -> Vec<Span<'static>> {
    value(paint, (node.index(), ui, snapshot), width)
}

fn replica((index, _, snapshot): Subject<'_>) -> &ReplicaView {
    &snapshot.view.replicas[index]
}

fn is_picked((index, ui, _): Subject<'_>) -> bool {
    ui.picked.index() == index
}

fn framed(paint: &mut Paint<'_>, area: Rect, size: Size, subject: Subject<'_>) {
    paint.clear(area);
    let (frame, style) = if is_picked(subject) {
        (paint.glyphs.picked_frame, bold(paint.style(Role::Title)))
    } else {
        (paint.glyphs.frame, paint.style(Role::Border))
    };
    paint.outline(area, &frame, style);
    let edge = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    above(paint, edge, size, subject);
    below(paint, Rect { y: area.bottom().saturating_sub(1), height: 1, ..edge }, size, subject);
    let area = inside(area);
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let mut first = area;
    if size != Size::Small {
        let version = Line::from(paint.span(version(subject), Role::Dim));
        first.width = paint.line_right(area, 0, &version);
        first.width -= u16::from(first.width < area.width);
    }
    let held = value(paint, subject, first.width.into());
    paint.line(first, 0, &Line::from(held));
    for (row, line) in (1..).zip(lines(paint, size, area.width, subject)) {
        paint.line(area, row, &line);
    }
}

/// The upper edge: name and zone, or name and version.
fn above(paint: &mut Paint<'_>, edge: Rect, size: Size, subject: Subject<'_>) {
    let (index, ..) = subject;
    let view = replica(subject);
    let number = if index < 9 { format!("{} ", index + 1) } else { String::new() };
    let name = paint.clip(&format!("{number}{}", view.name), usize::from(edge.width).saturating_sub(2));
    let name = Line::from(Span::styled(format!(" {name} "), bold(paint.style(Role::Title))));
    paint.line(edge, 0, &name);
    let right = match size {
        Size::Small => version(subject),
        Size::Large | Size::Medium | Size::Tile | Size::Cell => {
            view.zone.as_deref().unwrap_or_default().to_owned()
        }
    };
    let free = usize::from(edge.width).saturating_sub(name.width());
    if free >= 5 && !right.is_empty() {
        let right = paint.clip(&right, free - 3);
        let right = Line::from(paint.span(format!(" {right} "), Role::Dim));
        paint.line_right(edge, 0, &right);
    }
}

/// The lower edge: the state of a small card; else siblings, a wrong clock, clients.
fn below(paint: &mut Paint<'_>, edge: Rect, size: Size, subject: Subject<'_>) {
    let (index, _, snapshot) = subject;
    if size == Size::Small {
        let mut spans = state(paint, subject, Words::Few);
        if !spans.is_empty() {
            spans.insert(0, Span::raw(" "));
            spans.push(Span::raw(" "));
        }
        let line = Line::from(spans);
        let room = usize::from(edge.width).saturating_sub(line.width() + 3);
        let badges = fitted(&badges(subject, size), room);
        if !badges.is_empty() {
            paint.line_right(edge, 0, &Line::from(paint.span(format!(" {badges} "), Role::Advice)));
        }
        paint.line(edge, 0, &line);
        return;
    }
    let clients = &snapshot.view.clients;
    let place = |client: &ClientView| match client.policy.effective_route() {
        Route::Sticky => client.bound,
        Route::Fixed | Route::Nearest | Route::RoundRobin | Route::Random => client.at,
    };
    let here: Vec<&str> =
        clients.iter().filter(|client| place(client).index() == index).map(|client| &*client.name).collect();
    // Who alone acts everywhere needs no sign.
    let mut free = usize::from(edge.width);
    let badges = badges(subject, size);
    if !here.is_empty() && clients.len() > 1 {
        let needed = if badges.is_empty() { 0 } else { least(&badges) + 3 };
        let here = attached(paint, &here, free.saturating_sub(2 + needed));
        let line = Line::from(paint.span(format!(" {here} "), Role::Dim));
        free = usize::from(paint.line_right(edge, 0, &line));
    }
    let badges = fitted(&badges, free.saturating_sub(3));
    if !badges.is_empty() {
        let line = Line::from(paint.span(format!(" {badges} "), Role::Advice));
        paint.line(edge, 0, &line);
    }
}

/// As many names as there is room for, and how many more there are.
fn attached(paint: &Paint<'_>, names: &[&str], width: usize) -> String {
    let some = |count: usize| match names.len() - count {
        0 => names.join(" "),
        more => format!("{} +{more}", names[..count].join(" ")),
    };
    let fits = (1..=names.len()).rev().map(some).find(|text| text.width() <= width);
    fits.unwrap_or_else(|| paint.clip(names[0], width))
}

/// What stands below the value.
fn lines(paint: &Paint<'_>, size: Size, width: u16, subject: Subject<'_>) -> Vec<Line<'static>> {
    let width = usize::from(width);
    let state = || {
        let told = Line::from(state(paint, subject, Words::Many));
        if told.width() <= width { told } else { Line::from(state(paint, subject, Words::Few)) }
    };
    let member = || member::line(paint, subject, width).unwrap_or_else(|| vector(paint, subject, width));
    match size {
        Size::Small | Size::Tile | Size::Cell => Vec::new(),
        Size::Medium => {
            vec![state(), member()]
        }
        Size::Large => {
            let clock = Some(words::clock(paint, subject)).filter(|clock| clock.width() > 0);
            vec![
                state(),
                member(),
                clock.or_else(|| member::link(paint, subject, width)).unwrap_or_default(),
                traffic(paint, subject, width),
            ]
        }
    }
}

/// `12▮▲ green`, the number reversed where it is picked; behind a wall, seen from the picked one, `12▮▒▲ green`. Where
/// the value leaves room, its part in a replica set and the hints that it keeps: `12▮▲ green PRIMARY h3`. Around a ring and
/// in a zone, its name in place of the number.
fn tile(paint: &mut Paint<'_>, area: Rect, form: &Form, subject: Subject<'_>) {
    let (index, _, snapshot) = subject;
    let role = if is_picked(subject) { Role::Selected } else { Role::Dim };
    let head = match form {
        Form::Rows => format!("{:>2}", index + 1),
        Form::Ring(_) | Form::Zones(_) => {
            paint.clip(&replica(subject).name, usize::from(area.width).saturating_sub(5).min(8))
        }
    };
    let mut spans = vec![paint.span(head, role), mark(paint, subject)];
    if snapshot.view.sides.len() > 1 {
        spans.push(words::wall(paint, subject));
    }
    let used = Line::from(spans.clone()).width();
    spans.extend(value(paint, subject, usize::from(area.width).saturating_sub(used)));
    let used = Line::from(spans.clone()).width();
    let badges = fitted(&tile_badges(subject), usize::from(area.width).saturating_sub(used + 1));
    if !badges.is_empty() {
        spans.push(paint.span(format!(" {badges}"), Role::Advice));
    }
    paint.line(area, 0, &Line::from(spans));
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
    let (index, _, snapshot) = subject;
    let held = &replica(subject).held[snapshot.focus.index()];
    let text = held.versions().first().map(|version| version.value.to_string());
    let shape = text.as_deref().map_or(paint.glyphs.dot, |text| paint.shape(text));
    let style = text.as_deref().map_or(paint.style(Role::Dim), |text| paint.theme.value(text));
    let style = if is_picked(subject) { paint.style(Role::Selected) } else { style };
    let shape = Span::styled(shape, style);
    let mark = mark(paint, subject);
    let spans = match area.width {
        0 | 1 if replica(subject).status != Status::Up || snapshot.staleness[index].is_some() => vec![mark],
        0 | 1 => vec![shape],
        2 | 3 => vec![shape, mark],
        _ => {
            let role = if is_picked(subject) { Role::Selected } else { Role::Dim };
            let wide = usize::from(area.width) - 3;
            vec![paint.span(format!("{:>wide$}", index + 1), role), shape, mark]
        }
    };
    paint.line(area, 0, &Line::from(spans));
}
