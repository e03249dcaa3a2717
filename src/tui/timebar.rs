//! The timeline bar: one row for the whole line, from 0 to a round time beyond its head. A click goes there.
//!
//! ```text
//!  0 ──w────p──⚑╲─P─1──┃────────┤                  20s      w p P  commands, by the key that gave them
//!                      playhead head                       ▾  a command of a script   ⚑  something went wrong
//!                                                           ╲  a branch parted        1  a mark
//! ```
//!
//! The scale grows in round steps, so that while time runs only the playhead moves.

use ratatui::{
    layout::{Position, Rect},
    style::{Modifier, Style},
    text::Line,
};
use unicode_width::UnicodeWidthStr;

use crate::{
    base::{SimTime, Span},
    drive::Snapshot,
};

use super::{
    paint::{Paint, bold},
    scale::round_up,
    theme::Role,
    ui::{Side, Ui},
};

/// From this size on it has its row always.
const ROOMY: (u16, u16) = (110, 40);
/// Below this size it is never shown.
const LEAST: (u16, u16) = (80, 24);
/// A body of fewer rows gives none away.
const LEAST_BODY: u16 = 17;
/// The shortest scale.
const SHORTEST: Span = Span::millis(100);

/// Which column is what time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scale {
    /// The columns of time, one row of them.
    pub(super) area: Rect,
    end: u64,
}

/// What stands in a column; of several, the one that matters most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Point<'a> {
    Parting,
    Command(Option<&'a str>),
    Wrong,
    Mark(u8),
}

/// Whether there is room for it. Where rows are few it waits until time stands, and gives way to an explanation.
pub(super) fn is_shown(screen: Rect, body: Rect, ui: &Ui, snapshot: &Snapshot) -> bool {
    let fits = |(width, height)| screen.width >= width && screen.height >= height;
    let wanted = snapshot.is_past() || (!snapshot.is_running() && ui.side == Side::Nothing);
    snapshot.head.at > SimTime::ZERO && (fits(ROOMY) || (fits(LEAST) && body.height >= LEAST_BODY && wanted))
}

impl Scale {
    /// `None` where the row is too narrow.
    fn new(area: Rect, head: SimTime) -> Option<Self> {
        let end = round_up(head.0.max(SHORTEST.0));
        let right = u16::try_from(Span(end).to_string().width()).ok()? + 2;
        let width = area.width.checked_sub(3 + right).filter(|width| *width >= 8)?;
        Some(Self { area: Rect { x: area.x + 3, width, height: 1, ..area }, end })
    }

    pub(super) fn column(&self, at: SimTime) -> u16 {
        let last = u64::from(self.area.width - 1);
        let past = u128::from(at.0.min(self.end)) * u128::from(last) / u128::from(self.end);
        self.area.x + u16::try_from(past).unwrap_or(0)
    }

    /// The first instant of a column.
    fn time(&self, column: u16) -> SimTime {
        let last = u128::from(self.area.width - 1);
        let past = u128::from(column - self.area.x) * u128::from(self.end);
        SimTime(u64::try_from(past.div_ceil(last)).unwrap_or(u64::MAX))
    }

    /// The time that a click goes to: what stands in that column, else its first instant.
    pub(super) fn time_at(&self, at: Position, ui: &Ui, snapshot: &Snapshot) -> Option<SimTime> {
        self.area.contains(at).then(|| {
            let mut here = points(ui, snapshot).filter(|(time, _)| self.column(*time) == at.x);
            let first = here.next();
            let chosen = here.fold(first, |best, next| {
                if best.is_some_and(|(_, point)| point >= next.1) { best } else { Some(next) }
            });
            chosen.map_or_else(|| self.time(at.x), |(time, _)| time)
        })
    }
}

/// Everything that may stand on the bar of this line.
fn points<'a>(ui: &'a Ui, snapshot: &'a Snapshot) -> impl Iterator<Item = (SimTime, Point<'a>)> {
    let bar = &snapshot.bar;
    let partings = bar.partings.iter().map(|at| (*at, Point::Parting));
    let commands = bar.commands.iter().map(|(at, key)| (*at, Point::Command(key.as_deref())));
    let wrong = bar.wrong.iter().map(|at| (*at, Point::Wrong));
    let marks = ui.marks.iter().map(|mark| (mark.at.at, Point::Mark(mark.number)));
    let head = snapshot.head.at;
    partings.chain(commands).chain(wrong).chain(marks).filter(move |(at, _)| *at <= head)
}

/// Draws it into one row.
pub(super) fn draw(paint: &mut Paint<'_>, row: Rect, ui: &Ui, snapshot: &Snapshot) -> Option<Scale> {
    let scale = Scale::new(row, snapshot.head.at)?;
    paint.line(row, 0, &Line::from(paint.span(" 0", Role::Dim)));
    let end = Line::from(paint.span(format!("{} ", Span(scale.end)), Role::Dim));
    paint.line_right(row, 0, &end);
    let at = |column| Position::new(column, row.y);
    let (track, border) = (paint.glyphs.link.0, paint.style(Role::Border));
    let head = scale.column(snapshot.head.at);
    for column in scale.area.x..=head {
        paint.cell(at(column), track, border);
    }
    let mut shown: Vec<Option<Point<'_>>> = vec![None; usize::from(scale.area.width)];
    for (time, what) in points(ui, snapshot) {
        let place = &mut shown[usize::from(scale.column(time) - scale.area.x)];
        *place = (*place).max(Some(what));
    }
    for (column, what) in (scale.area.x..).zip(&shown) {
        if let Some(what) = what {
            let (symbol, style) = look(paint, *what);
            paint.cell(at(column), &symbol, style);
        }
    }
    // The playhead is a stroke; over a point, it is the point reversed.
    let here = scale.column(snapshot.view.position.at);
    let selected = paint.style(Role::Selected);
    match shown.get(usize::from(here - scale.area.x)) {
        Some(Some(what)) => {
            let (symbol, style) = look(paint, *what);
            paint.cell(at(here), &symbol, style.add_modifier(Modifier::REVERSED));
        }
        _ => paint.cell(at(here), paint.glyphs.bars[0][3], selected),
    }
    Some(scale)
}

fn look(paint: &Paint<'_>, what: Point<'_>) -> (String, Style) {
    let glyphs = paint.glyphs;
    match what {
        Point::Parting => (glyphs.slants.1.into(), paint.style(Role::Dim)),
        // A key with a longer name is known by the sign of a command.
        Point::Command(Some(key)) if key.width() == 1 => (key.into(), bold(paint.style(Role::HintKey))),
        Point::Command(_) => (glyphs.arrows[3].into(), paint.style(Role::HintKey)),
        Point::Wrong => (glyphs.anomaly.into(), paint.style(Role::Error)),
        Point::Mark(number) => (number.to_string(), bold(paint.style(Role::Title))),
    }
}
