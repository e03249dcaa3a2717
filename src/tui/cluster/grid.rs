//! Where the cards stand: rows and columns with streets between them for the messages. [`ring`](super::ring) and
//! [`zones`](super::zones) are the other layouts.

use ratatui::{
    layout::{Position, Rect},
    text::Line,
};

use crate::tui::{paint::Paint, theme::Role};

use super::{ring::Ellipse, zones::ZoneBox};

/// How much of a replica is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Size {
    /// Seven rows: everything.
    Large,
    /// Five rows.
    Medium,
    /// Three rows: value, version, freshness.
    Small,
    /// One row: number, value, and what else there is room for.
    Tile,
    /// A few columns: a shape, and whether it is stale.
    Cell,
}

/// The layout of one picture.
#[derive(Debug, Clone)]
pub(in crate::tui) struct Plan {
    pub(in crate::tui) size: Size,
    /// What up and down move by; of rows only.
    pub(in crate::tui) columns: usize,
    pub(super) form: Form,
    /// By node; fewer than there are nodes where not all fit.
    pub(in crate::tui) cards: Vec<Rect>,
    /// All the room there is.
    pub(super) area: Rect,
    /// The streets: columns of free space between cards, and rows.
    pub(super) gap: (u16, u16),
}

/// How the cards are arranged.
#[derive(Debug, Clone)]
pub(super) enum Form {
    Rows,
    Ring(Ellipse),
    /// By the number of their zones, those without one last.
    Zones(Vec<ZoneBox>),
}

struct Shape {
    size: Size,
    height: u16,
    /// Least and most width of a card.
    width: (u16, u16),
    /// Least free columns and rows around cards.
    gap: (u16, u16),
}

const SHAPES: [Shape; 4] = [
    Shape { size: Size::Large, height: 7, width: (24, 34), gap: (10, 3) },
    Shape { size: Size::Medium, height: 5, width: (20, 26), gap: (6, 1) },
    Shape { size: Size::Small, height: 3, width: (16, 22), gap: (4, 1) },
    Shape { size: Size::Tile, height: 1, width: (12, 30), gap: (1, 0) },
];

/// The columns that a tile takes where it can.
const ROOMY_TILE: u16 = 20;

impl Size {
    /// Whether rows of such cards have streets between them for messages.
    fn has_streets(self) -> bool {
        matches!(self, Self::Large | Self::Medium | Self::Small)
    }
}

impl Plan {
    pub(in crate::tui) fn new(count: usize, area: Rect) -> Self {
        let fits = SHAPES.iter().find_map(|shape| Self::fit(count, area, shape));
        fits.unwrap_or_else(|| Self::cells(count, area))
    }

    /// The arrangement of this shape nearest to the usual one, if any fits: the same picture at every
    /// height, so that cards do not jump about when a panel opens.
    fn fit(count: usize, area: Rect, shape: &Shape) -> Option<Self> {
        let usual = match shape.size {
            Size::Large | Size::Medium | Size::Small | Size::Cell => usual_columns(count),
            // So that there is room for more than a value.
            Size::Tile => usize::from(area.width / ROOMY_TILE).clamp(1, count.max(1)),
        };
        let mut best: Option<((usize, u16), Self)> = None;
        for columns in 1..=count.max(1) {
            let rows = count.div_ceil(columns);
            let (Ok(c), Ok(r)) = (u16::try_from(columns), u16::try_from(rows)) else { break };
            let each = area.width / c;
            // Only messages need streets, and between tiles none are drawn.
            let wanted =
                if shape.size.has_streets() { each * 2 / 3 } else { each.saturating_sub(shape.gap.0) };
            let width = wanted.clamp(shape.width.0, shape.width.1);
            let free = |whole: u16, used: u16, parts: u16| whole.checked_sub(used).map(|free| free / parts);
            let across = free(area.width, width.saturating_mul(c), c.max(1));
            let down = free(area.height, shape.height.saturating_mul(r), r.max(1));
            let (Some(gap_x), Some(gap_y)) = (across, down) else { continue };
            // One card in a row needs no street beside it; one row needs one below.
            let tight_x = columns > 1 && gap_x < shape.gap.0;
            if tight_x || gap_y < shape.gap.1 || (columns - 1) * rows >= count && columns > 1 {
                continue;
            }
            let unlikeness = (columns.abs_diff(usual), u16::MAX - gap_x.min(gap_y.saturating_mul(5)));
            if best.as_ref().is_none_or(|(least, _)| unlikeness < *least) {
                best = Some((unlikeness, Self::place(count, area, shape, (columns, width, gap_x, gap_y))));
            }
        }
        best.map(|(_, plan)| plan)
    }

    fn place(
        count: usize,
        area: Rect,
        shape: &Shape,
        (columns, width, gap_x, gap_y): (usize, u16, u16, u16),
    ) -> Self {
        let place = |index: usize| {
            let column = u16::try_from(index % columns).unwrap_or(0);
            let row = u16::try_from(index / columns).unwrap_or(0);
            Rect {
                x: area.x + gap_x / 2 + column * (width + gap_x),
                y: area.y + gap_y / 2 + row * (shape.height + gap_y),
                width,
                height: shape.height,
            }
        };
        let cards = (0..count).map(place).collect();
        Self { size: shape.size, columns, form: Form::Rows, cards, area, gap: (gap_x, gap_y) }
    }

    /// The heat map: as many cells as there is room for.
    fn cells(count: usize, area: Rect) -> Self {
        let room = |width: u16| usize::from(area.width / width) * usize::from(area.height);
        let width = [6, 4, 2, 1].into_iter().find(|width| room(*width) >= count).unwrap_or(1);
        let columns = usize::from((area.width / width).max(1));
        let place = |index: usize| Rect {
            x: area.x + u16::try_from(index % columns).unwrap_or(0) * width,
            y: area.y + u16::try_from(index / columns).unwrap_or(0),
            width,
            height: 1,
        };
        let shown = count.min(room(width));
        let cards = (0..shown).map(place).collect();
        Self { size: Size::Cell, columns, form: Form::Rows, cards, area, gap: (0, 0) }
    }

    /// Whether messages are drawn on their way.
    pub(super) fn has_streets(&self) -> bool {
        match self.form {
            Form::Rows => self.size.has_streets(),
            Form::Ring(_) | Form::Zones(_) => true,
        }
    }

    /// Where a wall stands, by which side each card is on.
    pub(super) fn walls(&self, side: &[Option<usize>]) -> Vec<Position> {
        match &self.form {
            Form::Rows => self.walls_between_rows(side),
            Form::Ring(ellipse) => super::ring::walls(self, *ellipse, side),
            Form::Zones(boxes) => super::zones::walls(self, boxes, side),
        }
    }

    fn walls_between_rows(&self, side: &[Option<usize>]) -> Vec<Position> {
        let mut cells = Vec::new();
        let (gap_x, gap_y) = self.gap;
        for (index, card) in self.cards.iter().enumerate() {
            let (_, column) = self.place_of(index);
            let right =
                (column + 1 < self.columns).then_some(index + 1).filter(|other| *other < self.cards.len());
            let top = card.y.saturating_sub(gap_y / 2);
            let bottom = card.bottom() + gap_y.div_ceil(2);
            if right.is_some_and(|other| side[other] != side[index]) {
                let x = card.right() + gap_x / 2;
                cells.extend((top..bottom).map(|y| Position::new(x, y)));
            }
            let below = index + self.columns;
            if below < self.cards.len() && side[below] != side[index] {
                let y = card.bottom() + gap_y / 2;
                let left = card.x.saturating_sub(gap_x / 2);
                cells.extend((left..=card.right() + gap_x / 2).map(|x| Position::new(x, y)));
            }
        }
        cells
    }

    /// Whether something may be drawn into a cell: no card is there, and no edge of a zone's box.
    pub(super) fn is_street(&self, cell: Position) -> bool {
        let on_edge = match &self.form {
            Form::Rows | Form::Ring(_) => false,
            Form::Zones(boxes) => boxes.iter().any(|zone| zone.edge_has(cell)),
        };
        !on_edge && !self.cards.iter().any(|card| card.contains(cell))
    }

    /// Says how many replicas found no room.
    pub(super) fn note_hidden(&self, paint: &mut Paint<'_>, count: usize) {
        let (area, hidden) = (self.area, count.saturating_sub(self.cards.len()));
        if hidden > 0 && area.height > 0 {
            let note =
                Line::from(paint.span(format!(" +{hidden} more: enlarge the terminal "), Role::Selected));
            paint.line_right(area, area.height - 1, &note);
        }
    }

    pub(super) fn place_of(&self, index: usize) -> (usize, usize) {
        (index / self.columns, index % self.columns)
    }
}

/// A little wider than high: 3 and 4 stand in two columns, 5 and 6 in three.
fn usual_columns(count: usize) -> usize {
    (1..=count).find(|columns| columns * columns >= count).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_shrink_as_replicas_come_and_never_overlap_or_leave_the_area() {
        for width in (1..200).step_by(7) {
            for height in 1..60 {
                let area = Rect { x: 3, y: 2, width, height };
                let mut last = 0;
                for count in [1, 2, 3, 5, 6, 9, 16, 64, 300, 1000] {
                    let plan = Plan::new(count, area);
                    assert!(plan.size as u8 >= last, "{count} replicas at {width}x{height}");
                    last = plan.size as u8;
                    assert!(!plan.cards.is_empty() && plan.cards.len() <= count);
                    for card in &plan.cards {
                        assert!(area.contains((*card).as_position()) && area.union(*card) == area, "{card}");
                    }
                    for pair in plan.cards.windows(2) {
                        assert!(pair[0].intersection(pair[1]).is_empty());
                    }
                }
            }
        }
    }

    #[test]
    fn the_projector_shows_three_cards_in_two_columns_and_sixty_four_tiles() {
        let area = Rect { x: 0, y: 0, width: 80, height: 13 };
        assert_eq!((Plan::new(3, area).size, Plan::new(3, area).columns), (Size::Medium, 2));
        assert_eq!(Plan::new(6, area).columns, 3);
        assert_eq!(Plan::new(64, area).cards.len(), 64);
    }
}
