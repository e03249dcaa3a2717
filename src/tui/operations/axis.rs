//! The axis of time beside a table: an interval is a bar, a fault a mark. It spans what the rows in sight span.
//!
//! ```text
//! 0.00s                  2.40s
//!        ▒          ✖
//! ├────┤
//!    ╠═════════╣          heavy: it shows what is wrong
//!          ├───────────▸  no end
//! ```

use ratatui::layout::{Position, Rect};

use super::row::{Interval, Mark};
use crate::tui::{paint::Paint, theme::Role};

/// The columns of an axis and the moments at both their ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    pub(super) area: Rect,
    pub(super) from: u64,
    pub(super) to: u64,
}

impl Axis {
    /// Over all these intervals; one without an end goes on to the `end` of all that is known.
    pub(super) fn over(area: Rect, intervals: impl Iterator<Item = Interval>, end: u64) -> Self {
        let (mut from, mut to) = (u64::MAX, 0);
        for interval in intervals {
            from = from.min(interval.from);
            to = to.max(interval.to.unwrap_or(end).max(interval.from));
        }
        let from = from.min(to);
        Self { area, from, to: to.max(from.saturating_add(1)) }
    }

    /// The column of a moment; `None` beyond the ends.
    pub(super) fn column(&self, at: u64) -> Option<u16> {
        if at < self.from || at > self.to || self.area.width == 0 {
            return None;
        }
        let cells = u128::from(self.area.width - 1);
        let cell = u128::from(at - self.from) * cells / u128::from(self.to - self.from);
        Some(self.area.x + u16::try_from(cell).unwrap_or(self.area.width - 1))
    }

    /// Draws an interval in a row.
    pub(super) fn bar(&self, paint: &mut Paint<'_>, y: u16, interval: Interval, mark: Mark, chosen: bool) {
        let heavy = matches!(mark, Mark::Stale | Mark::Evidence | Mark::Wrong);
        let [begin, middle, end, point] = paint.glyphs.bars[usize::from(heavy)];
        let role = match mark {
            Mark::Wrong => Role::Error,
            Mark::Evidence | Mark::Stale => Role::Stale,
            Mark::Failed => Role::Dim,
            Mark::Nothing => Role::Text,
        };
        let style = paint.style(if chosen { Role::Selected } else { role });
        let Some(first) = self.column(interval.from) else { return };
        let open = interval.to.is_none();
        let last =
            interval.to.map_or(self.area.right() - 1, |to| self.column(to).unwrap_or(self.area.right() - 1));
        for x in first..=last {
            let symbol = match (x == first, x == last) {
                (_, true) if open => paint.glyphs.arrows[1],
                (true, true) => point,
                (true, false) => begin,
                (false, true) => end,
                (false, false) => middle,
            };
            paint.cell(Position::new(x, y), symbol, style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_are_on_the_axis_and_nothing_beyond() {
        let over = |width, ends: &[(u64, Option<u64>)]| {
            let intervals = ends.iter().map(|(from, to)| Interval { from: *from, to: *to });
            Axis::over(Rect::new(10, 0, width, 1), intervals, 250)
        };
        let axis = over(21, &[(100, Some(200)), (150, Some(300)), (120, None)]);
        assert_eq!((axis.column(100), axis.column(200), axis.column(300)), (Some(10), Some(20), Some(30)));
        assert_eq!((axis.column(99), axis.column(301)), (None, None));
        assert_eq!(over(0, &[(1, Some(2))]).column(1), None);
        assert_eq!(over(1, &[(1, Some(2))]).column(2), Some(10));
        assert_eq!(over(9, &[(7, Some(7))]).column(7), Some(10));
        assert_eq!(over(9, &[(u64::MAX, None), (0, Some(u64::MAX))]).column(u64::MAX), Some(18));
        assert_eq!(over(9, &[]).column(0), Some(10));
    }
}
