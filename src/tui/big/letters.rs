//! Letters five pixels high, for a class that sits far away. Capitals, digits and what names and numbers need; a text
//! with anything else is not drawn large.
//!
//! ```text
//! █▀▀ █ ▀▄ █     a pixel is a column and half a row, or more of both; without half blocks a column and a row
//! ```

use ratatui::{
    layout::{Position, Rect},
    style::{Modifier, Style},
};

use crate::tui::{
    paint::Paint,
    theme::{ASCII, Glyphs},
};

/// Pixels of a letter's height.
const HEIGHT: u16 = 5;

/// How large a pixel is: columns, and halves of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grain {
    columns: u16,
    halves: u16,
}

impl Grain {
    /// The grains that a set of glyphs can draw, the largest first.
    pub(super) fn all(glyphs: &'static Glyphs) -> &'static [Self] {
        const fn grain(columns: u16, halves: u16) -> Grain {
            Grain { columns, halves }
        }
        const HALVES: [Grain; 4] = [grain(4, 4), grain(3, 3), grain(2, 2), grain(1, 1)];
        const WHOLE: [Grain; 3] = [grain(4, 4), grain(2, 2), grain(1, 2)];
        if glyphs == &ASCII { &WHOLE } else { &HALVES }
    }

    /// Rows of a line of letters.
    pub(super) fn rows(self) -> u16 {
        (HEIGHT * self.halves).div_ceil(2)
    }

    /// Columns of a text, if all of it can be drawn.
    pub(super) fn width(self, text: &str) -> Option<u16> {
        let mut pixels: u16 = 0;
        for letter in text.chars() {
            pixels = pixels.checked_add(u16::try_from(shape(letter)?[0].len()).ok()? + 1)?;
        }
        pixels.saturating_sub(1).checked_mul(self.columns)
    }
}

/// Draws a text that [`Grain::width`] knows, as far as `area` goes.
pub(super) fn draw(paint: &mut Paint<'_>, area: Rect, grain: Grain, text: &str, style: Style) {
    let plain = Modifier::REVERSED | Modifier::UNDERLINED | Modifier::DIM | Modifier::ITALIC;
    let style = style.remove_modifier(plain);
    let mut x = area.x;
    for (place, letter) in text.chars().filter_map(shape).enumerate() {
        // The column between two letters belongs to the block that a theme draws behind them.
        let before = if place > 0 { grain.columns } else { 0 };
        let width = u16::try_from(letter[0].len()).unwrap_or(0) * grain.columns;
        for column in 0..before + width {
            let pixel = column.checked_sub(before).map(|column| usize::from(column / grain.columns));
            for row in 0..grain.rows().min(area.height) {
                if x + column >= area.right() {
                    return;
                }
                let lit = |half: u16| {
                    let line = letter.get(usize::from(half / grain.halves));
                    line.zip(pixel).is_some_and(|(line, pixel)| line.as_bytes().get(pixel) == Some(&b'#'))
                };
                let (upper, lower) = paint.glyphs.halves;
                let symbol = match (lit(2 * row), lit(2 * row + 1)) {
                    (true, true) => paint.glyphs.block,
                    (true, false) => upper,
                    (false, true) => lower,
                    (false, false) => " ",
                };
                paint.cell(Position::new(x + column, area.y + row), symbol, style);
            }
        }
        x += before + width;
    }
}

/// The pixels of a letter; small ones look like capitals.
fn shape(letter: char) -> Option<[&'static str; 5]> {
    Some(match letter.to_ascii_uppercase() {
        'A' => [".#.", "#.#", "###", "#.#", "#.#"],
        'B' => ["##.", "#.#", "##.", "#.#", "##."],
        'C' => [".##", "#..", "#..", "#..", ".##"],
        'D' => ["##.", "#.#", "#.#", "#.#", "##."],
        'E' => ["###", "#..", "##.", "#..", "###"],
        'F' => ["###", "#..", "##.", "#..", "#.."],
        'G' => [".###", "#...", "#.##", "#..#", ".###"],
        'H' => ["#.#", "#.#", "###", "#.#", "#.#"],
        'I' => ["###", ".#.", ".#.", ".#.", "###"],
        'J' => ["..#", "..#", "..#", "#.#", ".#."],
        'K' => ["#.#", "#.#", "##.", "#.#", "#.#"],
        'L' => ["#..", "#..", "#..", "#..", "###"],
        'M' => ["#...#", "##.##", "#.#.#", "#...#", "#...#"],
        'N' => ["#..#", "##.#", "#.##", "#..#", "#..#"],
        'O' => [".##.", "#..#", "#..#", "#..#", ".##."],
        'P' => ["##.", "#.#", "##.", "#..", "#.."],
        'Q' => [".##.", "#..#", "#..#", "#.#.", ".#.#"],
        'R' => ["##.", "#.#", "##.", "#.#", "#.#"],
        'S' => [".##", "#..", ".#.", "..#", "##."],
        'T' => ["###", ".#.", ".#.", ".#.", ".#."],
        'U' => ["#.#", "#.#", "#.#", "#.#", "###"],
        'V' => ["#.#", "#.#", "#.#", "#.#", ".#."],
        'W' => ["#...#", "#...#", "#.#.#", "##.##", "#...#"],
        'X' => ["#.#", "#.#", ".#.", "#.#", "#.#"],
        'Y' => ["#.#", "#.#", ".#.", ".#.", ".#."],
        'Z' => ["###", "..#", ".#.", "#..", "###"],
        '0' => [".#.", "#.#", "#.#", "#.#", ".#."],
        '1' => [".#.", "##.", ".#.", ".#.", "###"],
        '2' => ["##.", "..#", ".#.", "#..", "###"],
        '3' => ["##.", "..#", ".#.", "..#", "##."],
        '4' => ["#.#", "#.#", "###", "..#", "..#"],
        '5' => ["###", "#..", "##.", "..#", "##."],
        '6' => [".##", "#..", "##.", "#.#", ".#."],
        '7' => ["###", "..#", ".#.", ".#.", ".#."],
        '8' => [".#.", "#.#", ".#.", "#.#", ".#."],
        '9' => [".#.", "#.#", ".##", "..#", "##."],
        ' ' => ["..", "..", "..", "..", ".."],
        '-' => ["...", "...", "###", "...", "..."],
        '+' => ["...", ".#.", "###", ".#.", "..."],
        '=' => ["...", "###", "...", "###", "..."],
        '_' => ["...", "...", "...", "...", "###"],
        '.' => [".", ".", ".", ".", "#"],
        ':' => [".", "#", ".", "#", "."],
        ',' => ["..", "..", "..", ".#", "#."],
        '!' => ["#", "#", "#", ".", "#"],
        '?' => ["##.", "..#", ".#.", "...", ".#."],
        '/' => ["..#", "..#", ".#.", "#..", "#.."],
        '(' => [".#", "#.", "#.", "#.", ".#"],
        ')' => ["#.", ".#", ".#", ".#", "#."],
        '%' => ["#.#", "..#", ".#.", "#..", "#.#"],
        '*' => ["...", "#.#", ".#.", "#.#", "..."],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::tui::theme::UNICODE;

    const KNOWN: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -+=_.:,!?/()%*";

    #[test]
    fn every_letter_is_told_from_every_other_and_has_straight_edges() {
        let mut seen = BTreeSet::new();
        for letter in KNOWN.chars() {
            let rows = shape(letter).expect("a letter");
            assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{letter}");
            assert!(seen.insert(rows), "{letter} looks like another");
        }
        assert_eq!(shape('é'), None);
        assert_eq!(shape('g'), shape('G'));
    }

    #[test]
    fn a_text_is_as_wide_as_it_says() {
        for glyphs in [&UNICODE, &ASCII] {
            for grain in Grain::all(glyphs) {
                assert_eq!(grain.width("IT"), Some(7 * grain.columns));
                assert_eq!(grain.width("千"), None);
                assert_eq!(grain.width(""), Some(0));
                assert_eq!(grain.width(&"M".repeat(20_000)), None);
            }
        }
    }
}
