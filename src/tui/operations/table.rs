//! Rows of cells in columns, and beside them their axis where there is room.

use ratatui::{
    layout::{Position, Rect},
    text::{Line, Span},
};

use super::{
    axis::Axis,
    browser::Browser,
    row::{Cell, Column, Interval, Look, Mark, Row, Source},
};
use crate::tui::{
    paint::{Paint, bold},
    theme::Role,
};

/// From this width on there is an axis: 110 columns, less a frame.
const ROOMY: u16 = 108;
/// An axis has at least so many columns.
const LEAST_AXIS: u16 = 34;
/// The choice and the mark, in front of every row.
const GUTTER: u16 = 3;

/// Where the rows of a picture are, with the places of their operations.
pub(in crate::tui) type Drawn = Vec<(Rect, usize)>;

/// Draws the rows around the chosen one; `nothing` where there are none.
pub(in crate::tui) fn draw(
    paint: &mut Paint<'_>,
    area: Rect,
    source: &dyn Source,
    browser: &mut Browser,
    nothing: &str,
) -> Drawn {
    if area.height == 0 || area.width == 0 {
        return Vec::new();
    }
    let with_axis = area.width >= ROOMY;
    let columns = source.columns();
    let room = if with_axis { (area.width * 2 / 3).min(area.width - LEAST_AXIS) } else { area.width };
    let widths = widths(columns, room.saturating_sub(GUTTER));
    let used = GUTTER + widths.iter().map(|width| if *width > 0 { width + 1 } else { 0 }).sum::<u16>();
    let has_faults = with_axis && area.height > 5 && !source.faults(0, u64::MAX).is_empty();
    let lead = 1 + u16::from(has_faults);
    let body = Rect { y: area.y + lead.min(area.height), height: area.height.saturating_sub(lead), ..area };
    titles(paint, area, columns, &widths);
    let shown = browser.window(source, usize::from(body.height));
    let at = browser.at(source);
    let places = shown.filter_map(|shown| Some((shown, browser.place(source, shown)?)));
    let rows: Vec<(usize, usize, Row)> =
        places.map(|(shown, place)| (shown, place, source.row(place))).collect();
    if rows.is_empty() {
        paint.line(body, 0, &Line::from(paint.span(format!(" {nothing}"), Role::Dim)));
        return Vec::new();
    }
    let right = Rect { x: area.x + used + 1, width: area.width.saturating_sub(used + 2), ..area };
    // Where the newest is in sight, so is all that came after it.
    let newest = rows.last().filter(|(_, place, _)| place + 1 == source.count());
    let now = newest.map(|(_, _, row)| Interval { from: row.interval.from, to: None });
    let intervals = rows.iter().map(|(_, _, row)| row.interval).chain(now);
    let axis = with_axis.then(|| Axis::over(right, intervals, source.end()));
    let cuts = axis.as_ref().map_or_else(Vec::new, |axis| marks(paint, axis, source, has_faults));
    let mut drawn = Vec::new();
    for (y, (shown, place, row)) in (body.top()..body.bottom()).zip(&rows) {
        let line = Rect { y, height: 1, ..area };
        let chosen = *shown == at;
        cells(paint, Rect { width: used.min(area.width), ..line }, row, &widths, chosen);
        if let Some(axis) = &axis {
            for (x, role) in &cuts {
                let style = paint.style(*role);
                paint.cell(Position::new(*x, y), paint.glyphs.dot, style);
            }
            axis.bar(paint, y, row.interval, row.mark, chosen);
        }
        drawn.push((line, *place));
    }
    drawn
}

/// What each column gets of `room`; 0 for those that have to go.
fn widths(columns: &[Column], room: u16) -> Vec<u16> {
    let mut kept: Vec<bool> = columns.iter().map(|column| column.most > 0).collect();
    let least = |kept: &[bool]| {
        columns.iter().zip(kept).filter(|(_, kept)| **kept).map(|(column, _)| column.least + 1).sum::<u16>()
    };
    while least(&kept) > room {
        let spare = columns.iter().enumerate().filter(|(at, column)| kept[*at] && column.spare > 0);
        let Some((at, _)) = spare.max_by_key(|(_, column)| column.spare) else { break };
        kept[at] = false;
    }
    let mut free = room.saturating_sub(least(&kept));
    let mut widths: Vec<u16> =
        columns.iter().zip(&kept).map(|(column, kept)| if *kept { column.least } else { 0 }).collect();
    // One column after the other, a cell each round: what is short fills up soon and leaves the rest to the long.
    loop {
        let before = free;
        for (at, column) in columns.iter().enumerate() {
            if free > 0 && kept[at] && widths[at] < column.most {
                widths[at] += 1;
                free -= 1;
            }
        }
        if free == before || free == 0 {
            return widths;
        }
    }
}

fn titles(paint: &mut Paint<'_>, area: Rect, columns: &[Column], widths: &[u16]) {
    let mut x = area.x + GUTTER;
    for (column, width) in columns.iter().zip(widths).filter(|(_, width)| **width > 0) {
        let place = within(area, x, area.y, *width);
        paint.line(place, 0, &Line::from(Span::styled(column.title, bold(paint.style(Role::Dim)))));
        x += width + 1;
    }
}

fn cells(paint: &mut Paint<'_>, line: Rect, row: &Row, widths: &[u16], chosen: bool) {
    let (mark, role) = match row.mark {
        Mark::Wrong => (paint.glyphs.badges.1, Role::Error),
        Mark::Evidence => (paint.glyphs.anomaly, Role::Stale),
        Mark::Stale => (paint.glyphs.mark(Role::Stale), Role::Stale),
        Mark::Failed => (paint.glyphs.dot, Role::Dim),
        Mark::Nothing => (" ", Role::Text),
    };
    let pointer = if chosen { paint.glyphs.mark(Role::Selected) } else { " " };
    let gutter = Line::from(vec![Span::raw(pointer), paint.span(mark, role)]);
    paint.line(within(line, line.x, line.y, 2), 0, &gutter);
    let mut x = line.x + GUTTER;
    for (cell, width) in row.cells.iter().zip(widths).filter(|(_, width)| **width > 0) {
        let place = within(line, x, line.y, *width);
        let words = words(paint, cell);
        paint.line(place, 0, &words);
        x += width + 1;
    }
    if chosen {
        let style = paint.style(Role::Selected);
        paint
            .buffer
            .set_style(within(line, line.x + GUTTER, line.y, x.saturating_sub(line.x + GUTTER + 1)), style);
    }
}

fn words(paint: &Paint<'_>, cell: &Cell) -> Line<'static> {
    let mut spans = Vec::new();
    for (text, look) in cell {
        match look {
            Look::Plain(role) => spans.push(paint.span(text.clone(), *role)),
            Look::Value => {
                // What a history quotes is coloured as what it says.
                let said = text.trim_matches('"');
                let style = paint.theme.value(said);
                spans.push(Span::styled(format!("{} {text}", paint.shape(said)), style));
            }
        }
    }
    Line::from(spans)
}

/// Part of a row, within it.
fn within(line: Rect, x: u16, y: u16, width: u16) -> Rect {
    Rect { x, y, width, height: 1 }.intersection(Rect { y, height: 1, ..line })
}

/// The moments at the ends of the axis, and below them what befell, as marks. Gives the columns of these.
fn marks(paint: &mut Paint<'_>, axis: &Axis, source: &dyn Source, has_faults: bool) -> Vec<(u16, Role)> {
    let top = Rect { height: 1, ..axis.area };
    let style = bold(paint.style(Role::Dim));
    match (source.moment(axis.from), source.moment(axis.to)) {
        (Some(from), Some(to)) => {
            let to = if from == to { String::new() } else { to };
            paint.line_right(top, 0, &Line::styled(to, style));
            paint.line(top, 0, &Line::styled(from, style));
        }
        _ => paint.line(top, 0, &Line::styled(format!("time {}", paint.glyphs.arrows[1]), style)),
    }
    let mut columns: Vec<(u16, Role)> = Vec::new();
    if has_faults {
        for fault in source.faults(axis.from, axis.to) {
            if let Some(mut x) = axis.column(fault.at) {
                // What befell at the same moment stands side by side, as far as there is room.
                while x + 1 < axis.area.right() && columns.iter().any(|(taken, _)| *taken == x) {
                    x += 1;
                }
                let style = paint.style(fault.role);
                paint.cell(Position::new(x, axis.area.y + 1), paint.glyphs.mark(fault.role), style);
                columns.push((x, fault.role));
            }
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_it_is_narrow_columns_go_and_where_it_is_wide_they_grow() {
        let column = |least, most, spare| Column { title: "", least, most, spare };
        let columns = [column(8, 8, 0), column(6, 12, 2), column(4, 20, 1), column(10, 60, 0)];
        assert_eq!(widths(&columns, 32), [8, 6, 4, 10]);
        assert_eq!(widths(&columns, 31), [8, 0, 7, 13]);
        assert_eq!(widths(&columns, 20), [8, 0, 0, 10]);
        assert_eq!(widths(&columns, 5), [8, 0, 0, 10]);
        assert_eq!(widths(&columns, 300), [8, 12, 20, 60]);
        for room in 0..200 {
            let widths = widths(&columns, room);
            let used: u16 = widths.iter().map(|width| if *width > 0 { width + 1 } else { 0 }).sum();
            assert!(room < 20 || used <= room, "{widths:?} in {room}");
        }
    }
}
