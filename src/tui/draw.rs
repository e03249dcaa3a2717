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
    cluster, coach,
    paint::Paint,
    panels,
    theme::ASCII,
    ui::{Side, Ui, View},
};

/// The least terminal that shows more than a line.
const LEAST: (u16, u16) = (60, 18);

/// Draws everything and gives the cursor's place where one types.
pub fn draw(ui: &mut Ui, snapshot: &Snapshot, buffer: &mut Buffer) -> Option<Position> {
    let cursor = draw_all(ui, snapshot, buffer);
    if ui.glyphs == &ASCII {
        spell_plainly(buffer);
    }
    cursor
}

/// Sentences come from everywhere and are written once, with their arrows and signs: where only ASCII may be shown,
/// each of those gives way to its nearest plain character. What people typed themselves stays.
fn spell_plainly(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        let plain = match cell.symbol() {
            "×" => "x",
            "→" | "›" | "≥" => ">",
            "←" | "≤" => "<",
            "≠" => "#",
            "–" | "—" | "−" => "-",
            "·" | "•" => ".",
            "│" => "|",
            "…" | "±" => "~",
            "’" | "‘" => "'",
            "“" | "”" => "\"",
            _ => continue,
        };
        cell.set_symbol(plain);
    }
}

fn draw_all(ui: &mut Ui, snapshot: &Snapshot, buffer: &mut Buffer) -> Option<Position> {
    let area = buffer.area;
    let theme = ui.theme.clone();
    let paint = &mut Paint { buffer, theme: &theme, glyphs: ui.glyphs };
    if area.width < LEAST.0 || area.height < LEAST.1 {
        let text = format!("laggard needs {}×{}; this is {}×{}", LEAST.0, LEAST.1, area.width, area.height);
        paint.line(area, 0, &Line::from(Span::raw(text)));
        return None;
    }
    let mut rest = Rows(area);
    panels::header(paint, rest.top(1), ui, snapshot);
    let advice = if coach::narration(snapshot).is_some() { 2 } else { 1 };
    panels::advice(paint, rest.top(advice), ui, snapshot);
    panels::hero(paint, rest.top(1), snapshot);
    panels::hints(paint, rest.bottom(1), ui);
    panels::status(paint, rest.bottom(1), ui, snapshot);
    let body = rest.0;
    if area.width >= 110 && area.height >= 34 {
        wide(paint, body, ui, snapshot);
    } else {
        narrow(paint, body, ui, snapshot);
    }
    panels::overlay(paint, Rect { height: area.height - 1, ..area }, ui, snapshot)
}

/// Rows taken from the top and the bottom of an area.
struct Rows(Rect);

impl Rows {
    fn top(&mut self, rows: u16) -> Rect {
        let rows = rows.min(self.0.height);
        let taken = Rect { height: rows, ..self.0 };
        self.0 = Rect { y: self.0.y + rows, height: self.0.height - rows, ..self.0 };
        taken
    }

    fn bottom(&mut self, rows: u16) -> Rect {
        let rows = rows.min(self.0.height);
        self.0.height -= rows;
        Rect { y: self.0.bottom(), height: rows, ..self.0 }
    }
}

/// Cluster and details side by side, events below both.
fn wide(paint: &mut Paint<'_>, area: Rect, ui: &mut Ui, snapshot: &Snapshot) {
    let mut rows = Rows(area);
    let events = rows.bottom(area.height / 3);
    let side = (area.width / 3).clamp(40, 72);
    let left = Rect { width: area.width - side, ..rows.0 };
    let right = Rect { x: area.x + left.width, width: side, ..rows.0 };
    let title = format!("Cluster  {} replicas", snapshot.view.replicas.len());
    let inner = paint.frame(left, &title);
    cluster_with_walls(paint, inner, ui, snapshot);
    let title = if ui.side == Side::Story { "Why?" } else { "Inspector" };
    let inner = paint.frame(right, &format!("{title}  {}", snapshot.replica_name(ui.picked)));
    panels::details(paint, inner, ui, snapshot);
    let inner = paint.frame(events, "Events");
    panels::events(paint, inner, ui, snapshot);
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
            paint.rule(rows.top(1), "events, newest first (Tab: next view)");
            panels::events(paint, rows.0, ui, snapshot);
        }
        View::Details => {
            let title = format!("{} (Tab: next view)", snapshot.replica_name(ui.picked));
            paint.rule(rows.top(1), &title);
            panels::details(paint, rows.0, ui, snapshot);
        }
        View::Cluster => {
            let lines = if ui.side == Side::Nothing {
                4
            } else {
                let needed = panels::detail_lines(paint, area.width, ui, snapshot).len();
                u16::try_from(needed).unwrap_or(u16::MAX).clamp(4, area.height.saturating_sub(8).max(4))
            };
            let lines = if area.height < 16 { lines.min(area.height / 3) } else { lines };
            let below = rows.bottom(lines);
            let rule = rows.bottom(1);
            match ui.side {
                Side::Nothing => {
                    paint.rule(rule, "last events (Tab: more)");
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
    let height = usize::from(rows.0.height);
    let first = (ui.picked.index() + 1).saturating_sub(height);
    let count = snapshot.view.replicas.len();
    for (row, index) in (0..rows.0.height).zip(first..count) {
        let line = cluster::summary(paint, ui, snapshot, NodeId::at(index));
        paint.line(rows.0, row, &line);
    }
}
