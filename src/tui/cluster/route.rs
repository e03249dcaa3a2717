//! The streets that a message takes from card to card: straight across to a neighbour, else out into the
//! street, along it, and in again; never underneath a card.

use std::collections::VecDeque;

use ratatui::layout::{Position, Rect};

use super::{Plan, grid::Form, ring, zones};

/// Every cell of the way from one card to another, in order; empty where there is no room.
pub(super) fn route(plan: &Plan, from: usize, to: usize) -> Vec<Position> {
    let (Some(a), Some(b)) = (plan.cards.get(from), plan.cards.get(to)) else {
        return Vec::new();
    };
    match &plan.form {
        Form::Rows => {}
        Form::Ring(ellipse) => return ring::route(plan, *ellipse, (from, to)),
        Form::Zones(boxes) => return zones::route(plan, boxes, (from, to)),
    }
    let ((row_a, column_a), (row_b, column_b)) = (plan.place_of(from), plan.place_of(to));
    // The two directions of a link keep to different sides.
    let shift = u16::from(from > to);
    let corners = if row_a == row_b && column_a.abs_diff(column_b) == 1 {
        let y = a.y + a.height / 2 - u16::from(a.height > 3) + shift;
        if a.x < b.x {
            vec![(a.right(), y), (b.x - 1, y)]
        } else {
            vec![(a.x.saturating_sub(1), y), (b.right(), y)]
        }
    } else if column_a == column_b && row_a.abs_diff(row_b) == 1 {
        let x = a.x + a.width / 2 - 1 + 2 * shift;
        if a.y < b.y {
            vec![(x, a.bottom()), (x, b.y - 1)]
        } else {
            vec![(x, a.y.saturating_sub(1)), (x, b.bottom())]
        }
    } else {
        around(plan, (*a, row_a), (*b, row_b), shift)
    };
    walk(&corners)
}

/// Out of `a`, along the streets, into `b`.
fn around(plan: &Plan, (a, row_a): (Rect, usize), (b, row_b): (Rect, usize), shift: u16) -> Vec<(u16, u16)> {
    let lane = |card: Rect| card.x + card.width / 2 - 2 + 4 * shift;
    let below = |card: Rect| card.bottom() + (plan.gap.1.saturating_sub(1)) / 2 * shift;
    let above = |card: Rect| card.y.saturating_sub(1 + (plan.gap.1.saturating_sub(1)) / 2 * shift);
    if row_a == row_b {
        // The street below, where there is one; the last row may have none.
        let street = below(a);
        let start = a.bottom().min(street);
        return vec![(lane(a), start), (lane(a), street), (lane(b), street), (lane(b), start)];
    }
    let (out, enter) = if row_a < row_b { (below(a), above(b)) } else { (above(a), below(b)) };
    let (first, last) =
        if row_a < row_b { (a.bottom(), b.y.saturating_sub(1)) } else { (a.y.saturating_sub(1), b.bottom()) };
    if row_a.abs_diff(row_b) == 1 {
        return vec![(lane(a), first), (lane(a), out), (lane(b), out), (lane(b), last)];
    }
    // Over several rows: down the street beside the target's column.
    let beside = if a.x <= b.x { b.x.saturating_sub(1 + shift) } else { b.right() + shift };
    vec![(lane(a), first), (lane(a), out), (beside, out), (beside, enter), (lane(b), enter), (lane(b), last)]
}

/// Where a message may go, and what stands in its way.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) area: Rect,
    pub(super) start: Rect,
    pub(super) goal: Rect,
    pub(super) blocks: Vec<Rect>,
}

impl Field {
    /// That of a message from one card to another.
    pub(super) fn of(plan: &Plan, from: usize, to: usize) -> Option<Self> {
        if let Form::Zones(boxes) = &plan.form {
            return zones::field(plan, boxes, (from, to));
        }
        let (start, goal) = (*plan.cards.get(from)?, *plan.cards.get(to)?);
        Some(Self { area: plan.area, start, goal, blocks: plan.cards.clone() })
    }

    pub(super) fn within(self, area: Rect) -> Self {
        Self { area: self.area.intersection(area), ..self }
    }
}

/// A way around walls for a message that no wall stops: the shortest one that crosses neither what blocks nor a wall.
pub(super) fn detour(field: &Field, walls: &[Position]) -> Option<Vec<Position>> {
    let Field { area, start, goal, blocks } = field;
    let index = |cell: Position| {
        usize::from(cell.y - area.y) * usize::from(area.width) + usize::from(cell.x - area.x)
    };
    let mut came_from: Vec<Option<Position>> = vec![None; usize::from(area.width) * usize::from(area.height)];
    let blocked = blocks.iter().map(|block| block.intersection(*area)).flat_map(Rect::positions);
    for cell in blocked.chain(walls.iter().copied().filter(|cell| area.contains(*cell))) {
        came_from[index(cell)] = Some(cell);
    }
    let mut frontier: VecDeque<Position> = VecDeque::new();
    let doors = [
        Position::new(start.x + start.width / 2, start.bottom()),
        Position::new(start.x + start.width / 2, start.y.wrapping_sub(1)),
        Position::new(start.right(), start.y + start.height / 2),
        Position::new(start.x.wrapping_sub(1), start.y + start.height / 2),
    ];
    for door in doors.into_iter().filter(|door| area.contains(*door)) {
        if came_from[index(door)].is_none() {
            came_from[index(door)] = Some(door);
            frontier.push_back(door);
        }
    }
    while let Some(cell) = frontier.pop_front() {
        let Position { x, y } = cell;
        let sides = [(x.wrapping_sub(1), y), (x + 1, y), (x, y.wrapping_sub(1)), (x, y + 1)];
        for next in sides.into_iter().map(Position::from) {
            if goal.contains(next) {
                return Some(back_to_start(cell, |cell| came_from[index(cell)]));
            }
            if area.contains(next) && came_from[index(next)].is_none() {
                came_from[index(next)] = Some(cell);
                frontier.push_back(next);
            }
        }
    }
    None
}

fn back_to_start(mut cell: Position, came_from: impl Fn(Position) -> Option<Position>) -> Vec<Position> {
    let mut way = vec![cell];
    while let Some(before) = came_from(cell).filter(|before| *before != cell) {
        way.push(before);
        cell = before;
    }
    way.reverse();
    way
}

pub(super) fn walk(corners: &[(u16, u16)]) -> Vec<Position> {
    let mut cells: Vec<Position> = corners.first().map(|(x, y)| Position::new(*x, *y)).into_iter().collect();
    for pair in corners.windows(2) {
        let ((mut x, mut y), (to_x, to_y)) = (pair[0], pair[1]);
        while (x, y) != (to_x, to_y) {
            x = toward(x, to_x);
            if x == to_x {
                y = toward(y, to_y);
            }
            cells.push(Position::new(x, y));
        }
    }
    cells
}

fn toward(at: u16, goal: u16) -> u16 {
    match at.cmp(&goal) {
        std::cmp::Ordering::Less => at + 1,
        std::cmp::Ordering::Greater => at - 1,
        std::cmp::Ordering::Equal => at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_connected_and_runs_in_the_streets() {
        for (count, width, height) in
            [(2, 80, 13), (3, 80, 13), (6, 80, 14), (6, 130, 30), (9, 130, 40), (12, 180, 40)]
        {
            let plan = Plan::new(count, Rect { x: 0, y: 0, width, height });
            for from in 0..count {
                for to in (0..count).filter(|to| *to != from) {
                    let cells = route(&plan, from, to);
                    assert!(!cells.is_empty());
                    for pair in cells.windows(2) {
                        let apart = pair[0].x.abs_diff(pair[1].x) + pair[0].y.abs_diff(pair[1].y);
                        assert!(apart <= 1, "{from}→{to} of {count}: {pair:?}");
                    }
                    let hidden =
                        cells.iter().filter(|cell| plan.cards.iter().any(|card| card.contains(**cell)));
                    assert_eq!(hidden.count(), 0, "{from}→{to} of {count} at {width}x{height}");
                }
            }
        }
    }
}
