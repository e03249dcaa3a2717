//! Messages between lanes. In Unicode a line is made of the dots of Braille cells, two by four to a cell; in ASCII of
//! points and slants. Between lanes only: what crosses another lane goes on below it. Lanes that touch leave no room for
//! lines: there a head on the lane of whoever got a message says from which side it came.

use std::collections::BTreeMap;

use ratatui::{layout::Position, style::Style};

use crate::{
    drive::chart::{Arrow, Fate, Relation, Worth},
    replica::MessageKind,
    tui::{
        paint::{Paint, bold},
        theme::{ASCII, Role},
    },
};

use super::Scene;

/// Dots by cell: those of its lines, and the style of the last.
type Dots = BTreeMap<(u16, u16), (u8, Style)>;

pub(super) fn draw(paint: &mut Paint<'_>, scene: &Scene<'_>) {
    if scene.place.gap == 1 {
        arrivals(paint, scene);
        return;
    }
    let mut dots = Dots::new();
    let mut heads = Vec::new();
    // What is lit up lies on top of what is not.
    let mut arrows: Vec<(&Arrow, Relation)> = scene
        .chart
        .arrows
        .iter()
        .filter(|arrow| drawn(arrow))
        .map(|arrow| (arrow, relation(scene, arrow)))
        .collect();
    arrows.sort_by_key(|(_, relation)| *relation != Relation::Concurrent);
    for (arrow, relation) in arrows {
        let style = style(paint, scene, arrow, relation);
        heads.extend(line(paint, scene, arrow, style, &mut dots));
    }
    for ((x, y), (bits, style)) in dots {
        let at = Position::new(x, y);
        if paint.buffer.cell(at).is_some_and(|cell| cell.symbol() == " ") {
            let symbol = if paint.glyphs == &ASCII {
                ascii(bits).to_owned()
            } else {
                char::from_u32(0x2800 + u32::from(bits)).unwrap_or(' ').to_string()
            };
            paint.cell(at, &symbol, style);
        }
    }
    for (at, glyph, style) in heads {
        paint.cell(at, glyph, style);
    }
}

/// Where lanes touch: on the lane of whoever got a message, from which side it came.
fn arrivals(paint: &mut Paint<'_>, scene: &Scene<'_>) {
    let place = scene.place;
    for arrow in scene.chart.arrows.iter().filter(|arrow| drawn(arrow)) {
        let Some((ended, Fate::Delivered)) = arrow.ended else { continue };
        let (Some(from), Some(to)) = (place.row(arrow.from), place.row(arrow.to)) else { continue };
        if ended.at < scene.chart.from || ended.at > scene.chart.to || from == to {
            continue;
        }
        let glyph = if to > from { paint.glyphs.arrows[3] } else { paint.glyphs.arrows[2] };
        let style = style(paint, scene, arrow, relation(scene, arrow));
        paint.cell(Position::new(place.column(ended.at), to), glyph, style);
    }
}

fn drawn(arrow: &Arrow) -> bool {
    arrow.worth == Worth::Something
}

fn relation(scene: &Scene<'_>, arrow: &Arrow) -> Relation {
    let Some(cone) = scene.cone else { return Relation::Concurrent };
    let arrived = arrow.ended.filter(|(_, fate)| *fate == Fate::Delivered).map(|(at, _)| at);
    cone.arrow((arrow.from, arrow.to), arrow.sent, arrived)
}

fn style(paint: &Paint<'_>, scene: &Scene<'_>, arrow: &Arrow, relation: Relation) -> Style {
    let later = arrow.sent.at > scene.snapshot.view.position.at;
    match (scene.cone.is_some(), relation) {
        (true, Relation::Concurrent) => return paint.style(Role::Dim),
        (true, Relation::Past | Relation::Here | Relation::Future) => return bold(own(paint, arrow)),
        (false, _) => {}
    }
    if later { paint.style(Role::Dim) } else { own(paint, arrow) }
}

fn own(paint: &Paint<'_>, arrow: &Arrow) -> Style {
    if matches!(arrow.ended, Some((_, Fate::Died(_)))) {
        return paint.style(Role::Lost);
    }
    match (&arrow.value, arrow.kind) {
        (
            _,
            MessageKind::WriteAck | MessageKind::StreamAck | MessageKind::RepairAck | MessageKind::HintAck,
        ) => paint.style(Role::Ack),
        (Some(value), _) => paint.theme.value(value),
        (None, _) => paint.style(Role::Message),
    }
}

/// Sets the dots of a message's line, and gives its head.
fn line(
    paint: &Paint<'_>,
    scene: &Scene<'_>,
    arrow: &Arrow,
    style: Style,
    dots: &mut Dots,
) -> Option<(Position, &'static str, Style)> {
    let place = scene.place;
    let (from, to) = (place.row(arrow.from)?, place.row(arrow.to)?);
    if from == to {
        return None;
    }
    let down = to > from;
    // In quarters of a row, between the two lanes.
    let (start, end) = if down {
        (i32::from(from + 1) * 4, i32::from(to) * 4 - 1)
    } else {
        (i32::from(from) * 4 - 1, i32::from(to + 1) * 4)
    };
    let reached = arrow.ended.map_or_else(|| arrow.held.unwrap_or(scene.known()), |(ended, _)| ended.at);
    // A hand may have changed when it came.
    let arrives = match arrow.ended {
        Some((ended, Fate::Delivered)) => ended.at,
        Some((_, Fate::Died(_))) | None => arrow.arrives,
    };
    let whole = arrives.since(arrow.sent.at).0.max(1);
    let done = reached.since(arrow.sent.at).0.min(whole);
    let (x0, x1) = (
        i32::from(place.halves(arrow.sent.at)),
        i32::from(place.halves(arrow.sent.at + crate::base::Span(whole))),
    );
    let part = |length: i32| {
        i32::try_from(i128::from(length) * i128::from(done) / i128::from(whole)).unwrap_or(length)
    };
    let stops_early = !matches!(arrow.ended, Some((_, Fate::Delivered)));
    let (x1, y1) = if stops_early { (x0 + part(x1 - x0), start + part(end - start)) } else { (x1, end) };
    let steps = (x1 - x0).abs().max((y1 - start).abs()).max(1);
    for step in 0..=steps {
        let (x, y) = (x0 + (x1 - x0) * step / steps, start + (y1 - start) * step / steps);
        dot(place.time, x, y, style, dots);
    }
    let (column, row) = (place.time.x + u16::try_from(x1 / 2).ok()?, u16::try_from(y1.div_euclid(4)).ok()?);
    let at = Position::new(column.min(place.time.right() - 1), row);
    let glyph = match arrow.ended {
        Some((_, Fate::Died(_))) => paint.glyphs.mark(Role::Lost),
        None if arrow.held.is_some() => paint.glyphs.mark(Role::Frozen),
        Some((_, Fate::Delivered)) | None if down => paint.glyphs.arrows[3],
        Some((_, Fate::Delivered)) | None => paint.glyphs.arrows[2],
    };
    // One that stops where it crosses a lane has no head there.
    let crosses = place.nodes.iter().any(|(_, lane)| *lane == at.y);
    let seen = arrow.ended.map_or(reached, |(ended, _)| ended.at) <= scene.chart.to && !crosses;
    seen.then_some((at, glyph, style))
}

fn dot(time: ratatui::layout::Rect, x: i32, y: i32, style: Style, dots: &mut Dots) {
    /// The bits of a Braille cell: left column, right column, from the top.
    const BITS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
    let (Ok(column), Ok(row)) = (u16::try_from(x.div_euclid(2)), u16::try_from(y.div_euclid(4))) else {
        return;
    };
    if column >= time.width {
        return;
    }
    let bit =
        BITS[usize::try_from(x.rem_euclid(2)).unwrap_or(0)][usize::try_from(y.rem_euclid(4)).unwrap_or(0)];
    let cell = dots.entry((time.x + column, row)).or_insert((0, style));
    *cell = (cell.0 | bit, style);
}

/// What of a cell's dots can be said in ASCII.
fn ascii(bits: u8) -> &'static str {
    let (left, right) = (bits & 0x47, bits & 0xB8);
    let (left_high, left_low) = (left & 0x03 != 0, left & 0x44 != 0);
    let (right_high, right_low) = (right & 0x18 != 0, right & 0xA0 != 0);
    match (left_high, left_low, right_high, right_low) {
        (true, _, false, true) => "\\",
        (false, true, true, _) => "/",
        _ => ".",
    }
}
