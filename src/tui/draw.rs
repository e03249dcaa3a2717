//! One picture: what goes where at each size of terminal.
//!
//! ```text
//! ≥ 180×50, ≥ 110×34   cluster │ details     ≥ 80×24   header        ≥ 60×18   header
//!                      ────────┼────────               advice                  advice
//!                      events  │ events                hero                    hero
//!                                                      cluster                 one line a replica
//!                                                      events                  events
//! ```

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    text::{Line, Span},
};

use crate::{base::NodeId, drive::Snapshot};

use super::{
    big, cluster, compare, fog, metrics,
    paint::{Paint, inside},
    panels, spacetime,
    theme::{ASCII, Role},
    timebar,
    ui::{Fog, Mode, Side, Ui, View},
};

/// The least terminal that shows more than a line.
pub(super) const LEAST: (u16, u16) = (60, 18);
/// From this height on a view without the cluster says in a row how the cluster stands.
const ROOM_FOR_SITUATION: u16 = 22;

/// Above this height the large letters leave a row to what comes next.
const ROOM_FOR_NEXT: u16 = 15;

/// Draws everything and gives the cursor's place where one types.
pub fn draw(ui: &mut Ui, snapshot: &Snapshot, buffer: &mut Buffer) -> Option<Position> {
    let area = buffer.area;
    let theme = ui.theme;
    let paint = &mut Paint { buffer, theme: &theme, glyphs: ui.glyphs };
    (ui.hints, ui.cards, ui.operation_rows) = (Vec::new(), Vec::new(), Vec::new());
    (ui.place, ui.chart.0, ui.bar) = (None, None, None);
    if area.width < LEAST.0 || area.height < LEAST.1 {
        too_small(paint, area);
        return None;
    }
    let mut rest = Rows(area);
    panels::header(paint, rest.top(1), ui, snapshot);
    if ui.fog != Fog::Lifted {
        ui.hints = panels::hints(paint, rest.bottom(1), (ui.layer(), snapshot.clock));
        fog::draw(paint, rest.0, ui, snapshot);
        return finish(paint, ui, snapshot);
    }
    let wide_enough = area.width >= 110 && area.height >= 34;
    if ui.modes.big == Mode::On {
        large(paint, rest, ui, snapshot);
        return finish(paint, ui, snapshot);
    }
    let advice = panels::advice_rows(area, snapshot);
    panels::advice(paint, rest.top(advice), ui, snapshot);
    if ui.view != View::Compare || snapshot.beside.is_none() {
        panels::hero(paint, rest.top(1), snapshot);
    }
    ui.hints = panels::hints(paint, rest.bottom(1), (ui.layer(), snapshot.clock));
    panels::status(paint, rest.bottom(1), ui, snapshot);
    if timebar::is_shown(area, rest.0, ui, snapshot) {
        ui.bar = timebar::draw(paint, rest.bottom(1), ui, snapshot);
    }
    if !wide_enough && !matches!(ui.view, View::Cluster | View::Compare) && area.height >= ROOM_FOR_SITUATION
    {
        panels::situation(paint, rest.top(1), snapshot);
    }
    let body = rest.0;
    if ui.view == View::Compare {
        compare::draw(paint, body, ui, snapshot);
    } else if wide_enough {
        wide(paint, body, ui, snapshot);
    } else {
        narrow(paint, body, ui, snapshot);
    }
    finish(paint, ui, snapshot)
}

/// The big mode: what to try next, one view, and one line below it that ends in the one hint.
fn large(paint: &mut Paint<'_>, mut rest: Rows, ui: &mut Ui, snapshot: &Snapshot) {
    let advice = panels::advice_rows(paint.buffer.area, snapshot);
    panels::advice(paint, rest.top(advice), ui, snapshot);
    let foot = rest.bottom(1);
    ui.hints = panels::one_hint(paint, foot, ui.layer());
    let hint = ui.hints.first().map_or(0, |(place, _)| place.width + 2);
    panels::status(paint, Rect { width: foot.width.saturating_sub(hint), ..foot }, ui, snapshot);
    if ui.view == View::Compare {
        compare::draw(paint, rest.0, ui, snapshot);
        return;
    }
    if ui.view != View::Cluster {
        narrow(paint, rest.0, ui, snapshot);
        return;
    }
    if ui.side != Side::Nothing {
        beside(paint, &mut rest, ui, snapshot);
    }
    if rest.0.height > ROOM_FOR_NEXT {
        panels::next_row(paint, rest.bottom(1), snapshot);
    }
    big::draw(paint, rest.0, ui, snapshot);
}

/// The story or the inspector below the cluster.
fn beside(paint: &mut Paint<'_>, rows: &mut Rows, ui: &mut Ui, snapshot: &Snapshot) {
    let area = rows.0;
    let needed = panels::detail_lines(paint, area.width, ui, snapshot).len();
    let most = (area.height / 2).max(4);
    let below = rows.bottom(u16::try_from(needed).unwrap_or(u16::MAX).clamp(1, most));
    let title = if ui.side == Side::Story { "why?" } else { "inspector" };
    paint.rule(rows.bottom(1), &format!("{title} {} (Esc closes)", snapshot.replica_name(ui.picked)));
    panels::details(paint, below, ui, snapshot);
}

/// What lies over everything.
fn finish(paint: &mut Paint<'_>, ui: &Ui, snapshot: &Snapshot) -> Option<Position> {
    let area = paint.buffer.area;
    let cursor = panels::overlay(paint, Rect { height: area.height - 1, ..area }, ui, snapshot);
    if ui.glyphs == &ASCII {
        spell_in_ascii(paint.buffer);
    }
    cursor
}

/// The one line of a terminal that has room for no more.
pub(super) fn too_small(paint: &mut Paint<'_>, area: Rect) {
    let text = format!("laggard needs {}x{}; this is {}x{}", LEAST.0, LEAST.1, area.width, area.height);
    paint.line(area, 0, &Line::from(Span::raw(text)));
}

/// The signs of our own sentences, for terminals without them; what people typed stays as it is.
pub(super) fn spell_in_ascii(buffer: &mut Buffer) {
    const SIGNS: [(&str, &str); 8] =
        [("×", "x"), ("–", "-"), ("−", "-"), ("→", ">"), ("…", "~"), ("·", "."), ("│", "|"), ("µ", "u")];
    for cell in &mut buffer.content {
        if let Some((_, plain)) = SIGNS.iter().find(|(sign, _)| *sign == cell.symbol()) {
            cell.set_symbol(plain);
        }
    }
}

/// Rows taken from the top and the bottom of an area.
pub(super) struct Rows(pub(super) Rect);

impl Rows {
    pub(super) fn top(&mut self, rows: u16) -> Rect {
        let rows = rows.min(self.0.height);
        let taken = Rect { height: rows, ..self.0 };
        self.0 = Rect { y: self.0.y + rows, height: self.0.height - rows, ..self.0 };
        taken
    }

    pub(super) fn bottom(&mut self, rows: u16) -> Rect {
        let rows = rows.min(self.0.height);
        self.0.height -= rows;
        Rect { y: self.0.bottom(), height: rows, ..self.0 }
    }
}

/// Cluster and details side by side, events below both.
fn wide(paint: &mut Paint<'_>, area: Rect, ui: &mut Ui, snapshot: &Snapshot) {
    let mut rows = Rows(area);
    let taller = matches!(ui.view, View::SpaceTime | View::Metrics | View::Operations);
    let below = rows.bottom(area.height / if taller { 2 } else { 3 });
    let side = (area.width / 3).clamp(40, 72);
    let left = Rect { width: area.width - side, ..rows.0 };
    let right = Rect { x: area.x + left.width, width: side, ..rows.0 };
    let title = format!("Cluster  {} replicas", snapshot.view.replicas.len());
    let inner = paint.frame(left, &title);
    panels::next_on_rule(paint, left, &title, snapshot);
    cluster_with_walls(paint, inner, ui, snapshot);
    if ui.view == View::Knobs {
        let inner = paint.frame(right, &panels::knobs_title(right.width));
        panels::knobs(paint, inner, ui, snapshot);
    } else {
        let title = if ui.side == Side::Story { "Why?" } else { "Inspector" };
        let inner = paint.frame(right, &format!("{title}  {}", snapshot.replica_name(ui.picked)));
        panels::details(paint, inner, ui, snapshot);
    }
    if ui.view == View::Operations {
        let inner = paint.frame(below, &panels::operations_title(ui, snapshot));
        ui.operation_rows = panels::operations(paint, inner, ui, snapshot);
        return;
    }
    let events = (below.width / 3).max(44);
    let docked = Rect { width: below.width - events, ..below };
    if ui.view == View::Metrics {
        let inner = paint.frame(docked, "metrics");
        metrics::draw(paint, inner, snapshot);
    } else {
        space_time(paint, inside(docked), ui, snapshot);
        paint.frame(docked, &spacetime::title(ui, snapshot));
    }
    let events = Rect { x: docked.right(), width: events, ..below };
    let inner = paint.frame(events, &panels::events_title("Events", ui));
    panels::events(paint, inner, ui, snapshot);
}

fn space_time(paint: &mut Paint<'_>, area: Rect, ui: &mut Ui, snapshot: &Snapshot) {
    ui.chart.0 = Some(ui.space_time.width(snapshot));
    ui.place = spacetime::draw(paint, area, ui, snapshot);
}

fn cluster_with_walls(paint: &mut Paint<'_>, area: Rect, ui: &mut Ui, snapshot: &Snapshot) {
    let mut rows = Rows(area);
    let lines = |count: usize| u16::try_from(count.min(2)).unwrap_or(0);
    let walls = rows.bottom(lines(snapshot.view.cuts.len()));
    let losses = rows.bottom(lines(snapshot.losses.len()));
    panels::losses(paint, losses, snapshot);
    let plan = cluster::draw(paint, rows.0, ui, snapshot);
    (ui.columns, ui.cards) = (plan.columns, plan.cards);
    panels::walls(paint, walls, snapshot);
}

/// One view at a time, with the last events below.
fn narrow(paint: &mut Paint<'_>, area: Rect, ui: &mut Ui, snapshot: &Snapshot) {
    let mut rows = Rows(area);
    match ui.view {
        View::Events => {
            paint.rule(rows.top(1), &panels::events_title("events, newest first (Tab: next view)", ui));
            panels::events(paint, rows.0, ui, snapshot);
        }
        View::SpaceTime => {
            let rule = rows.top(1);
            space_time(paint, rows.0, ui, snapshot);
            paint.rule(rule, &format!("{} (Tab: next view)", spacetime::title(ui, snapshot)));
        }
        View::Metrics => {
            paint.rule(rows.top(1), "metrics (Tab: next view)");
            metrics::draw(paint, rows.0, snapshot);
        }
        View::Details => {
            let title = format!("{} (Tab: next view)", snapshot.replica_name(ui.picked));
            paint.rule(rows.top(1), &title);
            panels::details(paint, rows.0, ui, snapshot);
        }
        View::Operations => {
            paint.rule(rows.top(1), &panels::operations_title(ui, snapshot));
            ui.operation_rows = panels::operations(paint, rows.0, ui, snapshot);
        }
        View::Knobs => {
            paint.rule(rows.top(1), &panels::knobs_title(area.width));
            panels::knobs(paint, rows.0, ui, snapshot);
        }
        View::Cluster | View::Compare => {
            let lines = if ui.side == Side::Nothing {
                // The bar takes its row from the events: cards stay where they are.
                if ui.bar.is_some() { 3 } else { 4 }
            } else {
                let needed = panels::detail_lines(paint, area.width, ui, snapshot).len();
                u16::try_from(needed).unwrap_or(u16::MAX).clamp(4, area.height.saturating_sub(8).max(4))
            };
            let lines = if area.height < 16 { lines.min(area.height / 3) } else { lines };
            let below = rows.bottom(lines);
            let rule = rows.bottom(1);
            match ui.side {
                Side::Nothing => {
                    let title = panels::events_title("last events (Tab: more)", ui);
                    paint.rule(rule, &title);
                    panels::next_on_rule(paint, rule, &title, snapshot);
                    panels::events(paint, below, ui, snapshot);
                }
                Side::Story | Side::Inspector => {
                    let title = if ui.side == Side::Story { "why?" } else { "inspector" };
                    paint.rule(rule, &format!("{title} {} (Esc closes)", snapshot.replica_name(ui.picked)));
                    panels::details(paint, below, ui, snapshot);
                }
            }
            if area.width < 80 || area.height < 16 {
                list(paint, rows.0, ui, snapshot);
            } else {
                cluster_with_walls(paint, rows.0, ui, snapshot);
            }
        }
    }
}

/// The smallest view: one line a replica, as far as they fit; the picked one is always among them.
fn list(paint: &mut Paint<'_>, area: Rect, ui: &mut Ui, snapshot: &Snapshot) {
    (ui.columns, ui.cards) = (1, Vec::new());
    let mut rows = Rows(area);
    let walls = rows.bottom(u16::try_from(snapshot.view.cuts.len().min(1)).unwrap_or(0));
    panels::walls(paint, walls, snapshot);
    let count = snapshot.view.replicas.len();
    let hidden = count.saturating_sub(usize::from(rows.0.height));
    if hidden > 0 && rows.0.height > 1 {
        let text = format!("    and {} more: up and down go there", hidden + 1);
        let more = Line::from(paint.span(text, Role::Dim));
        paint.line(rows.bottom(1), 0, &more);
    }
    let height = usize::from(rows.0.height);
    let first = (ui.picked.index() + 1).saturating_sub(height);
    for (row, index) in (0..rows.0.height).zip(first..count) {
        let line = cluster::summary(paint, (ui, snapshot), NodeId::at(index), area.width);
        paint.line(rows.0, row, &line);
    }
}
