//! The cluster view: a card for each replica, walls between the sides of a partition, and the messages on
//! their way between them. With many replicas the cards shrink to tiles and the tiles to single cells.

mod card;
mod grid;
mod motion;
mod route;

use ratatui::layout::Rect;

use crate::drive::Snapshot;

use super::{paint::Paint, ui::Ui};
pub(super) use card::{contents, facts, summary};
pub(super) use grid::{Plan, Size};

/// Draws the cluster and gives the layout it has.
pub(super) fn draw(paint: &mut Paint<'_>, area: Rect, ui: &Ui, snapshot: &Snapshot) -> Plan {
    let count = snapshot.view.replicas.len();
    let mut plan = Plan::new(count, area);
    // Tiles and cells have no room for words: the picked replica has a line of its own.
    if matches!(plan.size, Size::Tile | Size::Cell) && area.height > 2 {
        plan = Plan::new(count, Rect { height: area.height - 1, ..area });
        let line = summary(paint, (ui, snapshot), ui.picked, area.width);
        paint.line(area, area.height - 1, &line);
    }
    if plan.size.has_streets() {
        let walls = motion::walls(paint, &plan, snapshot);
        motion::broken_links(paint, &plan, snapshot);
        motion::messages(paint, &plan, snapshot, &walls);
    }
    for (index, card) in plan.cards.iter().enumerate() {
        card::draw(paint, *card, plan.size, (index, ui, snapshot));
    }
    plan.note_hidden(paint, count);
    plan
}
