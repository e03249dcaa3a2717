//! Zones: a box for each zone with its replicas in it, and streets between the boxes for what passes from zone to zone.
//!
//! ```text
//! ╭ eu ─ 3 replicas ─────╮    ▒    ╭ us ─ 3 replicas ─────╮
//! │ ╭ 1 ams ─ w2 ╮       │    ▒    │ ╭ 4 nyc ─ w1 ╮       │
//! │ ╰ ▮ fresh ───╯  ▾    │ ▲w2✕▒   │ ╰ ▯ STALE -1 ╯       │
//! │ ╭ 2 ber ─ w1 ╮  ▲w2  │    ▒    │ ╭ 5 sfo ─ w1 ╮       │
//! ```

use std::collections::BTreeSet;

use ratatui::layout::{Position, Rect};

use crate::{base::ZoneId, tui::paint::inside};

use super::{
    Plan, Size,
    grid::Form,
    route::{Field, detour, walk},
};

/// One zone in the picture.
#[derive(Debug, Clone)]
pub(super) struct ZoneBox {
    /// `None`: those that stand in no zone.
    pub(super) zone: Option<ZoneId>,
    pub(super) area: Rect,
    /// Its replicas, row by row.
    pub(super) members: Vec<usize>,
    /// How many stand beside each other.
    columns: usize,
    /// Its row and column among the boxes.
    place: (usize, usize),
}

impl ZoneBox {
    pub(super) fn edge_has(&self, cell: Position) -> bool {
        self.area.contains(cell) && !inside(self.area).contains(cell)
    }

    /// Row and column of a member within the box.
    fn place_of(&self, node: usize) -> Option<(usize, usize)> {
        let at = self.members.iter().position(|member| *member == node)?;
        Some((at / self.columns, at % self.columns))
    }
}

/// Cards of this size in a box, and the least free columns and rows between them; `lane`: free columns at the right for
/// what passes between those above each other.
struct Shape {
    size: Size,
    side: (u16, u16),
    gap: (u16, u16),
    lane: u16,
}

const SHAPES: [Shape; 8] = [
    Shape { size: Size::Small, side: (22, 3), gap: (5, 1), lane: 6 },
    Shape { size: Size::Small, side: (20, 3), gap: (4, 0), lane: 5 },
    Shape { size: Size::Small, side: (16, 3), gap: (4, 1), lane: 4 },
    Shape { size: Size::Small, side: (16, 3), gap: (3, 0), lane: 3 },
    Shape { size: Size::Tile, side: (20, 1), gap: (4, 1), lane: 4 },
    Shape { size: Size::Tile, side: (18, 1), gap: (2, 0), lane: 2 },
    Shape { size: Size::Tile, side: (12, 1), gap: (1, 0), lane: 1 },
    Shape { size: Size::Tile, side: (8, 1), gap: (1, 0), lane: 0 },
];

/// The most free columns and rows between two boxes, and the least.
const STREETS: [(u16, u16); 2] = [(12, 3), (6, 2)];

/// The most columns and rows of a box that no card needs.
const SPARE: (u16, u16) = (12, 2);
/// The widest streets.
const WIDEST: (u16, u16) = (60, 12);

/// A box for each zone; `None` where the replicas do not fit into any.
pub(super) fn plan(zones: &[Option<ZoneId>], area: Rect) -> Option<Plan> {
    let mut groups: Vec<(Option<ZoneId>, Vec<usize>)> = Vec::new();
    let mut names: Vec<Option<ZoneId>> = zones.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    names.sort_by_key(|zone| (zone.is_none(), *zone));
    for name in names {
        let members = zones.iter().enumerate().filter(|(_, zone)| **zone == name).map(|(index, _)| index);
        groups.push((name, members.collect()));
    }
    SHAPES.iter().find_map(|shape| {
        STREETS.iter().find_map(|street| {
            let mut columns: Vec<usize> = (1..=groups.len()).collect();
            // Beside each other first: terminals are wide.
            columns.reverse();
            columns.into_iter().find_map(|columns| fit(&groups, zones.len(), area, (shape, *street, columns)))
        })
    })
}

fn fit(
    groups: &[(Option<ZoneId>, Vec<usize>)],
    count: usize,
    area: Rect,
    (shape, street, columns): (&Shape, (u16, u16), usize),
) -> Option<Plan> {
    let rows = groups.len().div_ceil(columns);
    let (c, r) = (u16::try_from(columns).ok()?, u16::try_from(rows).ok()?);
    // Whoever passes by a box in the middle of the only row needs a way around it.
    let margin = (u16::from(columns > 2), u16::from(rows > 2 && columns == 1) * 4);
    let room = (area.width.checked_sub(margin.1)?, area.height.checked_sub(margin.0)?);
    let width = room.0.checked_sub(street.0 * (c - 1))? / c;
    let height = room.1.checked_sub(street.1 * (r - 1))? / r;
    let free = (width.checked_sub(2)?, height.checked_sub(2)?);
    let most = groups.iter().map(|(_, members)| members.len()).max()?;
    let (beside, used) = (1..=most).find_map(|beside| {
        let (b, down) = (u16::try_from(beside).ok()?, u16::try_from(most.div_ceil(beside)).ok()?);
        let lane = if most > beside { shape.lane } else { 0 };
        let across = b.checked_mul(shape.side.0 + shape.gap.0)?.checked_add(lane)? - shape.gap.0;
        let deep = down.checked_mul(shape.side.1 + shape.gap.1)? - shape.gap.1;
        (across <= free.0 && deep <= free.1).then_some((beside, (across, deep)))
    })?;
    // What boxes do not need is for the streets, where things move.
    let (width, height) = (width.min(used.0 + SPARE.0 + 2), height.min(used.1 + SPARE.1 + 2));
    let widened =
        |room: u16, used: u16, parts: u16| (room - used * parts).checked_div(parts - 1).unwrap_or(0);
    let street = (widened(room.0, width, c).min(WIDEST.0), widened(room.1, height, r).min(WIDEST.1));
    let spare = (room.0 - width * c - street.0 * (c - 1), room.1 - height * r - street.1 * (r - 1));
    let corner = (area.x + spare.0 / 2, area.y + spare.1 / 2);
    let mut cards = vec![Rect::ZERO; count];
    let mut boxes = Vec::with_capacity(groups.len());
    for (index, (zone, members)) in groups.iter().enumerate() {
        let place = (index / columns, index % columns);
        let x = corner.0 + u16::try_from(place.1).ok()? * (width + street.0);
        let y = corner.1 + u16::try_from(place.0).ok()? * (height + street.1);
        let frame = Rect { x, y, width, height };
        let inner = inside(frame);
        for (at, member) in members.iter().enumerate() {
            let (row, column) = (u16::try_from(at / beside).ok()?, u16::try_from(at % beside).ok()?);
            cards[*member] = Rect {
                x: inner.x + column * (shape.side.0 + shape.gap.0),
                y: inner.y + row * (shape.side.1 + shape.gap.1),
                width: shape.side.0,
                height: shape.side.1,
            };
        }
        boxes.push(ZoneBox { zone: *zone, area: frame, members: members.clone(), columns: beside, place });
    }
    Some(Plan { size: shape.size, columns: 1, form: Form::Zones(boxes), cards, area, gap: street })
}

fn box_of(boxes: &[ZoneBox], node: usize) -> Option<&ZoneBox> {
    boxes.iter().find(|zone| zone.members.contains(&node))
}

/// Within a zone between its cards; from zone to zone between the boxes, at the height of the card that it leaves.
pub(super) fn route(plan: &Plan, boxes: &[ZoneBox], (from, to): (usize, usize)) -> Vec<Position> {
    let (Some(home), Some(away)) = (box_of(boxes, from), box_of(boxes, to)) else { return Vec::new() };
    let (a, b) = (plan.cards[from], plan.cards[to]);
    // The two directions of a link keep to different sides.
    let shift = u16::from(from > to);
    let cells = if home.place == away.place {
        let (Some((_, here)), Some((_, there))) = (home.place_of(from), home.place_of(to)) else {
            return Vec::new();
        };
        inner_corners(home, (a, here), (b, there), shift)
    } else {
        outer_corners((home, a), (away, b), shift)
    };
    let cells = cells.map(|corners| walk(&corners)).unwrap_or_default();
    if !cells.is_empty() && cells.iter().all(|cell| plan.area.contains(*cell) && plan.is_street(*cell)) {
        return cells;
    }
    Field::of(plan, from, to).and_then(|field| detour(&field, &[])).unwrap_or_default()
}

/// Down the free columns beside the cards, or across to the next column.
fn inner_corners(
    home: &ZoneBox,
    (a, here): (Rect, usize),
    (b, there): (Rect, usize),
    shift: u16,
) -> Option<Vec<(u16, u16)>> {
    let (leave, enter) = (a.y + a.height / 2, b.y + b.height / 2);
    if here == there {
        // The further, the further out: so those to different replicas do not cover each other.
        let beyond = a.y.abs_diff(b.y).saturating_sub(a.height) / a.height.max(1);
        let lane = (a.right() + 1 + 2 * shift + 5 * beyond).min(inside(home.area).right().checked_sub(1)?);
        return Some(vec![(a.right(), leave), (lane, leave), (lane, enter), (b.right(), enter)]);
    }
    if here.abs_diff(there) > 1 {
        return None;
    }
    let (start, end) =
        if a.x < b.x { (a.right(), b.x.checked_sub(1)?) } else { (a.x.checked_sub(1)?, b.right()) };
    let lane = u16::midpoint(start, end);
    Some(vec![(start, leave), (lane, leave), (lane, enter), (end, enter)])
}

/// Straight over the street between neighbouring boxes.
fn outer_corners(
    (home, a): (&ZoneBox, Rect),
    (away, b): (&ZoneBox, Rect),
    shift: u16,
) -> Option<Vec<(u16, u16)>> {
    if home.place.0 == away.place.0 && home.place.1.abs_diff(away.place.1) == 1 {
        let row = |card: Rect| card.y + card.height / 2;
        let (start, end) = if home.area.x < away.area.x {
            (home.area.right(), away.area.x.checked_sub(1)?)
        } else {
            (home.area.x.checked_sub(1)?, away.area.right())
        };
        let lane = u16::midpoint(start, end);
        return Some(vec![(start, row(a)), (lane, row(a)), (lane, row(b)), (end, row(b))]);
    }
    if home.place.1 == away.place.1 && home.place.0.abs_diff(away.place.0) == 1 {
        let column = |card: Rect| card.x + card.width / 2 + shift;
        let (start, end) = if home.area.y < away.area.y {
            (home.area.bottom(), away.area.y.checked_sub(1)?)
        } else {
            (home.area.y.checked_sub(1)?, away.area.bottom())
        };
        let lane = u16::midpoint(start, end);
        return Some(vec![(column(a), start), (column(a), lane), (column(b), lane), (column(b), end)]);
    }
    None
}

/// What a message may not cross: cards of its zone, or all boxes.
pub(super) fn field(plan: &Plan, boxes: &[ZoneBox], (from, to): (usize, usize)) -> Option<Field> {
    let (home, away) = (box_of(boxes, from)?, box_of(boxes, to)?);
    if home.place == away.place {
        let blocks = home.members.iter().map(|member| plan.cards[*member]).collect();
        let (start, goal) = (plan.cards[from], plan.cards[to]);
        return Some(Field { area: inside(home.area), start, goal, blocks });
    }
    let blocks = boxes.iter().map(|zone| zone.area).collect();
    Some(Field { area: plan.area, start: home.area, goal: away.area, blocks })
}

/// Along the middle of the street between boxes of which no replica is on the same side; within a box between cards of
/// different sides, where there is room.
pub(super) fn walls(plan: &Plan, boxes: &[ZoneBox], side: &[Option<usize>]) -> Vec<Position> {
    let sides = |zone: &ZoneBox| zone.members.iter().map(|node| side[*node]).collect::<BTreeSet<_>>();
    let mut cells = Vec::new();
    let (street_x, street_y) = plan.gap;
    let last = boxes.iter().map(|zone| zone.place).max().unwrap_or((0, 0));
    for zone in boxes {
        let here = zone.area;
        for other in boxes {
            if !sides(other).is_disjoint(&sides(zone)) {
                // Only some replicas of the two cannot reach each other.
                cells.extend(walls_beside(plan, zone, other, side));
                continue;
            }
            if other.place == (zone.place.0, zone.place.1 + 1) {
                let x = here.right() + street_x / 2;
                let top = if zone.place.0 == 0 { plan.area.y } else { here.y - street_y / 2 };
                let bottom = if zone.place.0 == last.0 {
                    plan.area.bottom()
                } else {
                    here.bottom() + street_y.div_ceil(2)
                };
                cells.extend((top..bottom).map(|y| Position::new(x, y)));
            }
            if other.place == (zone.place.0 + 1, zone.place.1) {
                let y = here.bottom() + street_y / 2;
                let left = if zone.place.1 == 0 { plan.area.x } else { here.x - street_x / 2 };
                let right = (here.right() + street_x.div_ceil(2)).min(plan.area.right());
                cells.extend((left..right).map(|x| Position::new(x, y)));
            }
        }
        cells.extend(walls_within(plan, zone, side));
    }
    cells.retain(|cell| plan.area.contains(*cell) && plan.is_street(*cell));
    cells
}

/// In the street between neighbouring boxes, in front of each replica that reaches nobody in the other box.
fn walls_beside(plan: &Plan, zone: &ZoneBox, other: &ZoneBox, side: &[Option<usize>]) -> Vec<Position> {
    let apart = |from: &ZoneBox, to: &ZoneBox| -> Vec<Rect> {
        let alone = |node: &&usize| to.members.iter().all(|there| side[*there] != side[**node]);
        from.members.iter().filter(alone).map(|node| plan.cards[*node]).collect()
    };
    let mut cells = Vec::new();
    for card in apart(zone, other).into_iter().chain(apart(other, zone)) {
        if other.place == (zone.place.0, zone.place.1 + 1) {
            let x = zone.area.right() + plan.gap.0 / 2;
            cells.extend((card.y..card.bottom()).map(|y| Position::new(x, y)));
        }
        if other.place == (zone.place.0 + 1, zone.place.1) {
            let y = zone.area.bottom() + plan.gap.1 / 2;
            cells.extend((card.x..card.right()).map(|x| Position::new(x, y)));
        }
    }
    cells
}

fn walls_within(plan: &Plan, zone: &ZoneBox, side: &[Option<usize>]) -> Vec<Position> {
    let inner = inside(zone.area);
    let mut cells = Vec::new();
    for (at, node) in zone.members.iter().enumerate() {
        let card = plan.cards[*node];
        let differs = |other: Option<&usize>| other.is_some_and(|other| side[*other] != side[*node]);
        let next = zone.members.get(at + 1).filter(|_| (at + 1) % zone.columns != 0);
        if differs(next) {
            let x = card.right() + 1;
            cells.extend((card.y..=card.bottom()).map(|y| Position::new(x, y)));
        }
        let below = zone.members.get(at + zone.columns);
        if differs(below) && below.is_some_and(|other| plan.cards[*other].y > card.bottom()) {
            let right = if zone.columns == 1 { inner.right() } else { card.right() + 2 };
            cells.extend((card.x..right).map(|x| Position::new(x, card.bottom())));
        }
    }
    cells.retain(|cell| inner.contains(*cell));
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zoned(zones: &str) -> Vec<Option<ZoneId>> {
        let zone = |letter: char| (letter != '-').then(|| ZoneId(letter as u16 - 'a' as u16));
        zones.chars().map(zone).collect()
    }

    #[test]
    fn every_replica_stands_in_the_box_of_its_zone() {
        for (width, height) in [(80, 12), (80, 15), (78, 20), (130, 33)] {
            let area = Rect { x: 2, y: 3, width, height };
            for names in ["ab", "aabb", "aaabbb", "abab-", "aaaabbbb", "abcabcabc", "abcdef", "aaaaaaaab"] {
                let zones = zoned(names);
                let plan = plan(&zones, area).expect("room");
                let Form::Zones(boxes) = &plan.form else { panic!("boxes") };
                for (index, card) in plan.cards.iter().enumerate() {
                    let home = box_of(boxes, index).expect("a box");
                    assert_eq!(home.zone, zones[index], "{names}");
                    let inner = inside(home.area);
                    assert!(inner.union(*card) == inner, "{names} at {width}x{height}");
                    assert!(plan.cards[index + 1..].iter().all(|other| !other.intersects(*card)), "{names}");
                }
                for (index, zone) in boxes.iter().enumerate() {
                    assert!(area.union(zone.area) == area, "{names} at {width}x{height}");
                    assert!(boxes[index + 1..].iter().all(|other| !other.area.intersects(zone.area)));
                }
            }
        }
    }

    #[test]
    fn traffic_between_zones_goes_between_their_boxes_and_no_way_lies_under_a_card() {
        for (names, width, height) in [
            ("aabb", 80, 12),
            ("aaabbb", 80, 15),
            ("abcabcabc", 130, 33),
            ("abcd", 80, 20),
            ("aaabbb", 130, 30),
        ] {
            let zones = zoned(names);
            let plan = plan(&zones, Rect { x: 1, y: 1, width, height }).expect("room");
            let Form::Zones(boxes) = &plan.form else { panic!("boxes") };
            let pairs = (0..zones.len()).flat_map(|from| (0..zones.len()).map(move |to| (from, to)));
            for (from, to) in pairs.filter(|(from, to)| from != to) {
                let way = super::super::route::route(&plan, from, to);
                assert!(!way.is_empty(), "{from}→{to} of {names} at {width}x{height}");
                assert!(way.iter().all(|cell| plan.is_street(*cell)));
                if zones[from] != zones[to] {
                    assert!(way.iter().all(|cell| boxes.iter().all(|zone| !zone.area.contains(*cell))));
                }
            }
        }
    }

    #[test]
    fn a_wall_between_zones_stops_what_goes_from_one_to_the_other() {
        for (width, height) in [(80, 12), (80, 15), (130, 30)] {
            let zones = zoned("aaabbb");
            let plan = plan(&zones, Rect { x: 1, y: 1, width, height }).expect("room");
            let Form::Zones(boxes) = &plan.form else { panic!("boxes") };
            let side: Vec<Option<usize>> = (0..6).map(|index| Some(index / 3)).collect();
            let walls = walls(&plan, boxes, &side);
            for (from, to) in (0..3).flat_map(|from| (3..6).map(move |to| (from, to))) {
                let way = super::super::route::route(&plan, from, to);
                assert!(way.iter().any(|cell| walls.contains(cell)), "{from}→{to} at {width}x{height}");
                let field = field(&plan, boxes, (from, to)).expect("both stand");
                assert!(detour(&field, &walls).is_none(), "{from}→{to} at {width}x{height}: a hole");
            }
        }
    }
}
