//! The cluster view: a card for each replica, walls between the sides of a partition, and the messages on
//! their way between them. With many replicas the cards shrink to tiles and the tiles to single cells.
//!
//! Three layouts share all of that but where the cards stand, which way messages go and where walls do: rows
//! ([`grid`]), the [`ring`], and a box for each of the [`zones`].

mod card;
mod grid;
mod motion;
mod notes;
mod ring;
mod route;
mod zones;

use ratatui::layout::Rect;

use crate::drive::Snapshot;

use super::{
    paint::Paint,
    ui::{Layout, Ui},
};
pub(super) use card::{contents, facts, summary};
pub(super) use grid::{Plan, Size};

/// Draws the cluster and gives the layout it has.
pub(super) fn draw(paint: &mut Paint<'_>, area: Rect, ui: &Ui, snapshot: &Snapshot) -> Plan {
    let count = snapshot.view.replicas.len();
    // The other layouts have a line that says what they show.
    let noted = u16::from(ui.layout != Layout::Grid && area.height > 4);
    let room = Rect { height: area.height - noted, ..area };
    let (mut plan, mut fallback) = arranged(ui.layout, snapshot, room);
    // Tiles and cells have no room for words: the picked replica has a line of its own.
    if matches!(plan.size, Size::Tile | Size::Cell) && room.height > 2 {
        (plan, fallback) = arranged(ui.layout, snapshot, Rect { height: room.height - 1, ..room });
        let line = summary(paint, (ui, snapshot), ui.picked, area.width);
        paint.line(area, room.height - 1, &line);
    }
    if noted > 0 {
        let note = notes::line(paint, (&plan, fallback, ui), snapshot, area.width);
        paint.line(area, area.height - 1, &note);
    }
    notes::ground(paint, &plan, snapshot);
    if plan.has_streets() {
        let walls = motion::walls(paint, &plan, snapshot);
        motion::broken_links(paint, &plan, snapshot);
        motion::messages(paint, &plan, snapshot, &walls);
    }
    for (index, card) in plan.cards.iter().enumerate() {
        card::draw(paint, *card, &plan, (index, ui, snapshot));
    }
    plan.note_hidden(paint, count);
    plan
}

/// The plan of a layout; rows where there is no room for it, or nothing to show, which is told.
fn arranged(layout: Layout, snapshot: &Snapshot, area: Rect) -> (Plan, Option<&'static str>) {
    let count = snapshot.view.replicas.len();
    let zoned = snapshot.view.zones.iter().any(Option::is_some);
    let (plan, why) = match layout {
        Layout::Grid => return (Plan::new(count, area), None),
        Layout::Ring => (ring::plan(count, area), "too little room for a ring"),
        Layout::Zones if zoned => {
            (zones::plan(&snapshot.view.zones, area), "too little room for boxes of zones")
        }
        Layout::Zones => (None, "no replica stands in a zone"),
    };
    match plan {
        Some(plan) => (plan, None),
        None => (Plan::new(count, area), Some(why)),
    }
}
