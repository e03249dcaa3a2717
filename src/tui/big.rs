//! The big mode: the cluster for the back row of a class. Fewer things, drawn as large as they go: do the replicas
//! agree, what does each hold, which are stale, where is the wall.
//!
//! ```text
//!  ▸ 1 oslo         █▀▀ █▀▄ █▀▀ █▀▀ █▄ █        a row for each replica, those of one side of a wall together
//!    ▲ w1           █ █ █▀▄ █▀▀ █▀▀ █ ▀█
//!    ▮ fresh        ▀▀▀ ▀ ▀ ▀▀▀ ▀▀▀ ▀  ▀
//!  ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒ WALL ▒▒▒▒▒▒▒▒▒▒▒▒▒▒
//!    2 lima         █▀▄ █   █ █ █▀▀        █▀▀ ▀█▀ ...
//! ```
//!
//! What finds no room large is drawn as ever, and that is said.

mod letters;

use ratatui::{
    layout::Rect,
    text::{Line, Span},
};

use crate::{base::NodeId, drive::Snapshot, sim::Status};

use super::{
    cluster,
    draw::Rows,
    paint::{Paint, bold},
    panels,
    theme::Role,
    ui::Ui,
};
use letters::Grain;

/// Columns for a replica's name and state in words.
const GUTTER: u16 = 18;
/// Columns beside the large word for what it comes to.
const BESIDE: u16 = 30;
/// The word that every replica has room for, so that nothing jumps when one falls behind.
const USUAL_STATE: &str = "STALE";

/// How large everything is.
#[derive(Debug, Clone, Copy)]
struct Scale {
    /// None: the usual line.
    hero: Option<Grain>,
    replica: Grain,
    /// Blank rows below each replica.
    gap: u16,
}

/// Draws the agreement and the replicas.
pub(super) fn draw(paint: &mut Paint<'_>, area: Rect, ui: &mut Ui, snapshot: &Snapshot) {
    (ui.columns, ui.cards) = (1, vec![Rect::ZERO; snapshot.view.replicas.len()]);
    let mut rows = Rows(area);
    let lines = |count: usize| u16::try_from(count.min(1)).unwrap_or(0);
    let walls = rows.bottom(lines(snapshot.view.cuts.len()));
    let losses = rows.bottom(lines(snapshot.losses.len()));
    panels::losses(paint, losses, snapshot);
    panels::walls(paint, walls, snapshot);
    match scale(paint, rows.0, snapshot) {
        Some(scale) => all(paint, rows, scale, (ui, snapshot)),
        None => some(paint, rows, (ui, snapshot)),
    }
}

/// The largest scale at which every replica finds room.
fn scale(paint: &Paint<'_>, area: Rect, snapshot: &Snapshot) -> Option<Scale> {
    let grains = Grain::all(paint.glyphs);
    let count = u16::try_from(snapshot.view.replicas.len()).ok()?;
    let between = u16::try_from(snapshot.view.sides.len()).ok()?.saturating_sub(1);
    for (place, replica) in grains.iter().enumerate() {
        let last = place + 1 == grains.len();
        if !last && !fits_across(*replica, area.width, snapshot) {
            continue;
        }
        let heroes = grains[place..].iter().map(|grain| Some(*grain)).chain([None]);
        for hero in heroes {
            let wide = hero.map_or(Some(0), |grain| grain.width(word(snapshot)));
            if wide.is_none_or(|wide| wide + BESIDE > area.width && hero.is_some()) {
                continue;
            }
            let needed =
                count.checked_mul(replica.rows())?.checked_add(between + hero.map_or(1, Grain::rows))?;
            if let Some(free) = area.height.checked_sub(needed) {
                return Some(Scale { hero, replica: *replica, gap: (free / (count + 1)).min(2) });
            }
        }
    }
    None
}

/// Whether every value and state can be drawn in so many columns.
fn fits_across(grain: Grain, width: u16, snapshot: &Snapshot) -> bool {
    (0..snapshot.view.replicas.len()).all(|index| {
        let state = state(snapshot, index).map_or(USUAL_STATE, |(_, word)| word);
        let state = grain.width(state).max(grain.width(USUAL_STATE)).unwrap_or(0);
        // What no grain can draw is drawn plainly, whatever the grain.
        let value = grain.width(&value(snapshot, index)).unwrap_or(0);
        GUTTER + value + 2 * grain.width("I").unwrap_or(0) / 3 + state <= width
    })
}

fn word(snapshot: &Snapshot) -> &'static str {
    if snapshot.agreement.converged() { "CONVERGED" } else { "DIVERGED" }
}

/// What a replica holds of the focused key, siblings joined; empty if it holds nothing.
fn value(snapshot: &Snapshot, index: usize) -> String {
    let held = &snapshot.view.replicas[index].held[snapshot.focus.index()];
    let values: Vec<String> = held.versions().iter().map(|version| version.value.to_string()).collect();
    values.join(" + ")
}

/// What must be seen of its state: nothing where all is well.
fn state(snapshot: &Snapshot, index: usize) -> Option<(Role, &'static str)> {
    match snapshot.view.replicas[index].status {
        Status::Crashed => Some((Role::Crashed, "DOWN")),
        Status::Frozen => Some((Role::Frozen, "FROZEN")),
        Status::Up => snapshot.staleness[index].as_ref().map(|_| (Role::Stale, "STALE")),
    }
}

/// Every replica, side by side of the wall, and the wall between.
fn all(paint: &mut Paint<'_>, mut rows: Rows, scale: Scale, (ui, snapshot): (&mut Ui, &Snapshot)) {
    hero(paint, rows.top(scale.hero.map_or(1, Grain::rows)), scale.hero, snapshot);
    rows.top(scale.gap.min(1));
    let sides = &snapshot.view.sides;
    let everybody: Vec<NodeId> = (0..snapshot.view.replicas.len()).map(NodeId::at).collect();
    let sides: Vec<&[NodeId]> = match sides.len() {
        0 | 1 => vec![&everybody],
        _ => sides.iter().map(Vec::as_slice).collect(),
    };
    for (place, side) in sides.into_iter().enumerate() {
        if place > 0 {
            wall(paint, rows.top(1));
        }
        for node in side {
            let area = rows.top(scale.replica.rows());
            replica(paint, area, scale.replica, (node.index(), ui, snapshot));
            if let Some(card) = ui.cards.get_mut(node.index()) {
                *card = area;
            }
            rows.top(scale.gap);
        }
    }
}

/// As many as fit, the picked one among them, and all of them as ever below.
fn some(paint: &mut Paint<'_>, mut rows: Rows, (ui, snapshot): (&mut Ui, &Snapshot)) {
    panels::hero(paint, rows.top(1), snapshot);
    let count = snapshot.view.replicas.len();
    let Some(grain) = Grain::all(paint.glyphs).last().copied() else { return };
    let large = usize::from(rows.0.height / 2 / grain.rows()).min(count);
    let first = (ui.picked.index() + 1).saturating_sub(large);
    for index in first..first + large {
        replica(paint, rows.top(grain.rows()), grain, (index, ui, snapshot));
    }
    let title = if large == 0 {
        "no room to draw large".to_owned()
    } else {
        format!("{large} of {count} replicas are drawn large; below are all")
    };
    paint.rule(rows.top(1), &title);
    let plan = cluster::draw(paint, rows.0, ui, snapshot);
    (ui.columns, ui.cards) = (plan.columns, plan.cards);
}

/// The large word, and beside it what it comes to.
fn hero(paint: &mut Paint<'_>, area: Rect, grain: Option<Grain>, snapshot: &Snapshot) {
    let Some((grain, wide)) = grain.and_then(|grain| Some((grain, grain.width(word(snapshot))?))) else {
        panels::hero(paint, area, snapshot);
        return;
    };
    let role = if snapshot.agreement.converged() { Role::Converged } else { Role::Diverged };
    let at = Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area };
    letters::draw(paint, at, grain, word(snapshot), bold(paint.style(role)));
    let right = Rect {
        x: area.x + wide + 4,
        width: area.width.saturating_sub(wide + 4),
        y: area.y + area.height.saturating_sub(2) / 2,
        height: area.height.min(2),
    };
    for (row, line) in (0..).zip(panels::hero_words(paint, right.width, snapshot)) {
        paint.line(right, row, &line);
    }
}

fn wall(paint: &mut Paint<'_>, area: Rect) {
    let style = bold(paint.style(Role::Wall));
    let bricks = paint.glyphs.wall.repeat(usize::from(area.width));
    paint.line(area, 0, &Line::styled(bricks, style));
    let word = " WALL ";
    let middle = Rect { x: area.x + area.width.saturating_sub(6) / 2, width: 6.min(area.width), ..area };
    paint.line(middle, 0, &Line::styled(word, style));
}

/// Name, version and state in words; the value and what is wrong, large.
fn replica(paint: &mut Paint<'_>, area: Rect, grain: Grain, (index, ui, snapshot): (usize, &Ui, &Snapshot)) {
    let gutter = Rect { width: GUTTER.min(area.width), ..area };
    let node = NodeId::at(index);
    for (row, line) in (0..).zip(cluster::facts(paint, (ui, snapshot), node, gutter.width.saturating_sub(1)))
    {
        paint.line(gutter, row, &line);
    }
    let mut room = Rect { x: gutter.right(), width: area.width - gutter.width, ..area };
    if let Some((role, word)) = state(snapshot, index)
        && let Some(wide) = grain.width(word)
        && wide + 1 < room.width
    {
        let at = Rect { x: room.right() - wide - 1, width: wide, ..room };
        letters::draw(paint, at, grain, word, bold(paint.style(role)));
        room.width -= wide + 2;
    }
    let text = value(snapshot, index);
    if grain.width(&text).is_some_and(|wide| wide <= room.width && !text.is_empty()) {
        letters::draw(paint, room, grain, &text, paint.theme.value(&text));
        return;
    }
    let plain = cluster::contents(paint, (ui, snapshot), node, room.width.into());
    let plain = plain.into_iter().map(|span| Span::styled(span.content, bold(span.style)));
    paint.line(room, area.height / 2, &Line::from(plain.collect::<Vec<_>>()));
}

/// A text in the smallest letters, for tests.
#[cfg(test)]
pub(super) fn spell(paint: &mut Paint<'_>, text: &str) {
    let area = paint.buffer.area;
    let style = paint.style(Role::Text);
    if let Some(grain) = Grain::all(paint.glyphs).last() {
        letters::draw(paint, area, *grain, text, style);
    }
}
