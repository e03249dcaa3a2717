//! The ring: replicas clockwise in the order in which a walk of the ring meets them, messages through its middle,
//! walls along the rays that part its sides.
//!
//! ```text
//!             ╭ 1 ams ─ w2 ╮
//!   ╭ 5 sfo ─ w1╮  ▲w2▸ · ╭ 2 ber ─ w1 ╮
//!   ╰ ▯ STALE -1╯   ·     ╰ ▯ STALE -1 ╯
//! ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
//!      ╭ 4 nyc ─ w1 ╮   ╭ 3 par ─ w1 ╮
//! ```
//!
//! Node order is ring order here ([`crate::replica`]'s placement): one ring, or each zone's part of it walked by itself.

use std::{
    collections::BTreeSet,
    f64::consts::{FRAC_PI_2, TAU},
};

use ratatui::layout::{Position, Rect};

use super::{
    Plan, Size,
    grid::Form,
    route::{Field, detour},
};

/// The line that the middles of the cards stand on, in cells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ellipse {
    middle: (f64, f64),
    radii: (f64, f64),
}

/// Cards of this size, and the least free columns and rows between them.
struct Shape {
    size: Size,
    side: (u16, u16),
    gap: (u16, u16),
}

const SHAPES: [Shape; 8] = [
    Shape { size: Size::Small, side: (22, 3), gap: (4, 1) },
    Shape { size: Size::Small, side: (19, 3), gap: (3, 1) },
    Shape { size: Size::Small, side: (16, 3), gap: (2, 1) },
    Shape { size: Size::Small, side: (16, 3), gap: (2, 0) },
    Shape { size: Size::Tile, side: (18, 1), gap: (2, 0) },
    Shape { size: Size::Tile, side: (14, 1), gap: (1, 0) },
    Shape { size: Size::Tile, side: (11, 1), gap: (1, 0) },
    Shape { size: Size::Tile, side: (8, 1), gap: (1, 0) },
];

/// The part of the way from the middle outward that has no wall where sides stand in several places.
const OPEN: f64 = 0.45;

/// Corners of the polygon by which an ellipse is measured.
const CORNERS: u32 = 1_440;

/// So many replicas around an ellipse; `None` where they would touch.
pub(super) fn plan(count: usize, area: Rect) -> Option<Plan> {
    SHAPES.iter().find_map(|shape| fit(count, area, shape))
}

fn fit(count: usize, area: Rect, shape: &Shape) -> Option<Plan> {
    let (width, height) = shape.side;
    let free = (area.width.checked_sub(width)?, area.height.checked_sub(height)?);
    let ellipse = Ellipse {
        middle: (
            f64::from(area.x) + f64::from(area.width) / 2.0,
            f64::from(area.y) + f64::from(area.height) / 2.0,
        ),
        radii: (f64::from(free.0) / 2.0, f64::from(free.1) / 2.0),
    };
    let cards: Vec<Rect> = ellipse
        .spread(count, shape)
        .into_iter()
        .map(|(x, y)| {
            let left = cell(x - f64::from(width) / 2.0).clamp(area.x, area.x + free.0);
            let top = cell(y - f64::from(height) / 2.0).clamp(area.y, area.y + free.1);
            Rect { x: left, y: top, width, height }
        })
        .collect();
    // A card with its gap to the right and below keeps clear of all others.
    let roomy = |card: &Rect| Rect { width: width + shape.gap.0, height: height + shape.gap.1, ..*card };
    let touches = |(index, card): (usize, &Rect)| {
        cards[index + 1..].iter().any(|other| roomy(card).intersects(roomy(other)))
    };
    let fits = cards.len() == count && !cards.iter().enumerate().any(touches);
    fits.then_some(Plan {
        size: shape.size,
        columns: 1,
        form: Form::Ring(ellipse),
        cards,
        area,
        gap: shape.gap,
    })
}

impl Ellipse {
    /// The point at an angle, clockwise from the top.
    fn at(self, angle: f64) -> (f64, f64) {
        let (sin, cos) = libm::sincos(angle - FRAC_PI_2);
        (self.middle.0 + self.radii.0 * cos, self.middle.1 + self.radii.1 * sin)
    }

    /// Its cells, clockwise from the top.
    pub(super) fn line(self) -> Vec<Position> {
        let mut cells: Vec<Position> = Vec::new();
        for step in 0..CORNERS {
            let (x, y) = self.at(TAU * f64::from(step) / f64::from(CORNERS));
            let here = Position::new(cell(x), cell(y));
            if cells.last() != Some(&here) {
                cells.push(here);
            }
        }
        cells
    }

    /// So many points, clockwise from the top, as far from each other as cards of this shape can stand, and evenly: a
    /// step of a card's width across is as far as one of its height down. Fewer where cards would touch.
    fn spread(self, count: usize, shape: &Shape) -> Vec<(f64, f64)> {
        let unit = (f64::from(shape.side.0 + shape.gap.0), f64::from(shape.side.1 + shape.gap.1));
        let corners: Vec<(f64, f64)> =
            (0..CORNERS).map(|step| self.at(TAU * f64::from(step) / f64::from(CORNERS))).collect();
        let far = |a: (f64, f64), b: (f64, f64), apart: f64| {
            (b.0 - a.0).abs() >= apart * unit.0 || (b.1 - a.1).abs() >= apart * unit.1
        };
        let placed = |apart: f64| {
            let mut points = vec![corners[0]];
            for corner in &corners {
                let last = points[points.len() - 1];
                if points.len() < count && far(last, *corner, apart) && far(*corner, corners[0], apart) {
                    points.push(*corner);
                }
            }
            points
        };
        let (mut tight, mut loose) = (1.0, 64.0);
        for _ in 0..24 {
            let apart = f64::midpoint(tight, loose);
            if placed(apart).len() >= count { tight = apart } else { loose = apart }
        }
        placed(tight)
    }
}

/// The middle of a card.
fn middle(card: Rect) -> (f64, f64) {
    (
        f64::from(card.x) + f64::from(card.width.saturating_sub(1)) / 2.0,
        f64::from(card.y) + f64::from(card.height.saturating_sub(1)) / 2.0,
    )
}

/// The nearest cell; what lies left of or above the picture is at its edge.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range of cells")]
fn cell(at: f64) -> u16 {
    at.round().clamp(0.0, f64::from(u16::MAX)) as u16
}

/// From card to card in a bow that bends to the middle, so that it passes beside those between; the two directions of
/// a link keep to different sides. Where that would run underneath a card, around it.
pub(super) fn route(plan: &Plan, ellipse: Ellipse, (from, to): (usize, usize)) -> Vec<Position> {
    let (a, b) = (plan.cards[from], plan.cards[to]);
    let (start, end) = (middle(a), middle(b));
    let bend = |start: f64, end: f64, middle: f64| f64::midpoint(f64::midpoint(start, end), middle);
    // Across the way, which turns around with it; columns are half as wide as rows are high.
    let across = ((end.1 - start.1) * 2.0, (start.0 - end.0) / 2.0);
    let length = libm::hypot(across.0, across.1).max(1.0);
    let control = (
        bend(start.0, end.0, ellipse.middle.0) + across.0 / length * 3.0,
        bend(start.1, end.1, ellipse.middle.1) + across.1 / length * 1.5,
    );
    let leg = |from: (f64, f64), to: (f64, f64)| (to.0 - from.0).abs().max((to.1 - from.1).abs());
    let steps = u32::from(cell(leg(start, control) + leg(control, end))) * 2 + 1;
    let mut cells: Vec<Position> = Vec::new();
    for step in 0..=steps {
        let t = f64::from(step) / f64::from(steps);
        let bow = |start: f64, control: f64, end: f64| {
            (1.0 - t) * (1.0 - t) * start + 2.0 * (1.0 - t) * t * control + t * t * end
        };
        let here = Position::new(cell(bow(start.0, control.0, end.0)), cell(bow(start.1, control.1, end.1)));
        if a.contains(here) {
            cells.clear();
        } else if b.contains(here) {
            break;
        } else if cells.last() != Some(&here) {
            cells.push(here);
        }
    }
    if !cells.is_empty() && cells.iter().all(|cell| plan.is_street(*cell) && plan.area.contains(*cell)) {
        return cells;
    }
    Field::of(plan, from, to).and_then(|field| detour(&field, &[])).unwrap_or(cells)
}

/// A wall through each gap between neighbours of different sides: straight across where there are two such gaps, else
/// inward. Where a side stands in several places, the middle stays open for what passes between them.
pub(super) fn walls(plan: &Plan, ellipse: Ellipse, side: &[Option<usize>]) -> Vec<Position> {
    let count = plan.cards.len();
    let gaps: Vec<(f64, f64)> = (0..count)
        .filter(|index| count > 1 && side[*index] != side[(index + 1) % count])
        .map(|index| {
            let (a, b) = (middle(plan.cards[index]), middle(plan.cards[(index + 1) % count]));
            if count == 2 {
                // Both gaps are the same two cards: a wall across, to the left and to the right.
                let sign = if index == 0 { 1.0 } else { -1.0 };
                return (ellipse.middle.0 + sign * ellipse.radii.0.max(1.0), ellipse.middle.1);
            }
            (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1))
        })
        .collect();
    let parts: BTreeSet<Option<usize>> = side.iter().copied().collect();
    let whole = gaps.len() == parts.len();
    let open = if whole { 0.0 } else { OPEN };
    let clear = |from, to| line(from, to).into_iter().flatten().all(|cell| plan.is_street(cell));
    let inner = match gaps.as_slice() {
        // Straight across, unless that would run underneath a card.
        [a, b] if clear(*a, *b) => (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1)),
        _ => ellipse.middle,
    };
    let mut cells = Vec::new();
    for gap in gaps {
        let from = (inner.0 + (gap.0 - inner.0) * open, inner.1 + (gap.1 - inner.1) * open);
        let away = (gap.0 - ellipse.middle.0, gap.1 - ellipse.middle.1);
        // Far enough to leave any room; the ray passes between the two cards.
        let out = (gap.0 + away.0 * 4.0, gap.1 + away.1 * 4.0);
        for here in line(from, gap).into_iter().chain(line(gap, out)) {
            let here = here.filter(|here| plan.area.contains(*here) && plan.is_street(*here));
            cells.extend(here.filter(|here| !cells.contains(here)));
        }
    }
    cells
}

/// The cells of a line; `None` for what lies left of or above the picture.
fn line(from: (f64, f64), to: (f64, f64)) -> Vec<Option<Position>> {
    let (across, down) = (to.0 - from.0, to.1 - from.1);
    let steps = u32::from(cell(across.abs().max(down.abs()))) * 2 + 1;
    let at = |step: u32| {
        let t = f64::from(step) / f64::from(steps);
        let (x, y) = (from.0 + across * t, from.1 + down * t);
        (x > -0.5 && y > -0.5).then(|| Position::new(cell(x), cell(y)))
    };
    (0..=steps).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_keep_apart_and_inside_and_go_clockwise() {
        for (width, height) in [(80, 12), (80, 15), (78, 20), (130, 33), (300, 90)] {
            let area = Rect { x: 2, y: 3, width, height };
            for count in 1..130 {
                let Some(plan) = plan(count, area) else { continue };
                assert_eq!(plan.cards.len(), count, "{width}x{height}");
                for (index, card) in plan.cards.iter().enumerate() {
                    assert!(area.union(*card) == area, "{card} of {count} at {width}x{height}");
                    assert!(plan.cards[index + 1..].iter().all(|other| !other.intersects(*card)));
                }
                let first = plan.cards[0];
                assert!(plan.cards.iter().all(|card| card.y >= first.y), "the first is on top");
            }
            assert!(plan(6, area).is_some_and(|plan| plan.size == Size::Small), "{width}x{height}");
        }
    }

    #[test]
    fn messages_go_from_card_to_card_and_underneath_none() {
        for (count, width, height) in [(2, 80, 12), (3, 80, 12), (6, 80, 13), (9, 130, 30), (40, 130, 33)] {
            let plan = plan(count, Rect { x: 1, y: 1, width, height }).expect("room");
            for (from, to) in (0..count).flat_map(|from| (0..count).map(move |to| (from, to))) {
                if from == to {
                    continue;
                }
                let way = super::super::route::route(&plan, from, to);
                assert!(!way.is_empty(), "{from}→{to} of {count}");
                assert!(way.iter().all(|cell| plan.is_street(*cell)), "{from}→{to} of {count}");
                for pair in way.windows(2) {
                    assert!(pair[0].x.abs_diff(pair[1].x) <= 1 && pair[0].y.abs_diff(pair[1].y) <= 1);
                }
            }
        }
    }

    #[test]
    fn a_wall_lies_across_every_way_between_two_sides_and_leaves_a_way_within_each() {
        for (count, width, height) in [(3, 80, 12), (5, 80, 13), (6, 78, 20), (9, 130, 30)] {
            let plan = plan(count, Rect { x: 1, y: 1, width, height }).expect("room");
            let Form::Ring(ellipse) = plan.form else { panic!("a ring") };
            for (first, length) in (0..count).flat_map(|first| (1..count).map(move |length| (first, length)))
            {
                let side: Vec<Option<usize>> = (0..count)
                    .map(|index| Some(usize::from((index + count - first) % count < length)))
                    .collect();
                let walls = walls(&plan, ellipse, &side);
                let pairs = (0..count).flat_map(|from| (0..count).map(move |to| (from, to)));
                for (from, to) in pairs.filter(|(from, to)| from != to) {
                    let field = Field::of(&plan, from, to).expect("both stand");
                    let around = detour(&field, &walls).is_some();
                    let apart = side[from] != side[to];
                    assert!(
                        !apart || !around,
                        "{from}→{to} of {count} with {first}+{length}: a hole in the wall"
                    );
                    assert!(apart || around, "{from}→{to} of {count} with {first}+{length}: no way");
                }
            }
        }
    }
}
