//! Cells as bytes, as few as are sure to work everywhere: the cursor moves within a row by column (ECMA-48 `CHA`), never
//! by a distance, so that a terminal which draws a glyph wider than we think is put right by the next move; colours and
//! attributes (`SGR`) are told only where they change. The terminal is left with its own.

use std::fmt::Write as _;

use ratatui::{
    buffer::Cell,
    style::{Color, Modifier},
};
use unicode_width::UnicodeWidthStr;

/// What of a cell is its style.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Ink {
    front: Color,
    back: Color,
    modifier: Modifier,
}

const PLAIN: Ink = Ink { front: Color::Reset, back: Color::Reset, modifier: Modifier::empty() };

/// Of each modifier, its parameter.
const MODIFIERS: [(Modifier, u8); 9] = [
    (Modifier::BOLD, 1),
    (Modifier::DIM, 2),
    (Modifier::ITALIC, 3),
    (Modifier::UNDERLINED, 4),
    (Modifier::SLOW_BLINK, 5),
    (Modifier::RAPID_BLINK, 6),
    (Modifier::REVERSED, 7),
    (Modifier::HIDDEN, 8),
    (Modifier::CROSSED_OUT, 9),
];

/// Writes the cells, each with its column and row, on a terminal whose style is its own.
pub(super) fn write<'a>(out: &mut Vec<u8>, cells: impl Iterator<Item = (u16, u16, &'a Cell)>) {
    let (mut ink, mut text) = (PLAIN, String::new());
    let mut cursor: Option<(u16, u16)> = None;
    for (x, y, cell) in cells {
        // Writing to memory cannot fail.
        let _ = match cursor {
            Some(at) if at == (x, y) => Ok(()),
            Some((_, row)) if row == y => write!(text, "\x1b[{}G", x + 1),
            _ => write!(text, "\x1b[{};{}H", y + 1, x + 1),
        };
        let next = Ink { front: cell.fg, back: cell.bg, modifier: cell.modifier };
        turn(&mut text, ink, next);
        ink = next;
        text.push_str(cell.symbol());
        cursor = Some((x + u16::try_from(cell.symbol().width()).unwrap_or(1), y));
    }
    turn(&mut text, ink, PLAIN);
    out.extend_from_slice(text.as_bytes());
}

/// From one style to another in one sequence.
fn turn(text: &mut String, from: Ink, to: Ink) {
    if from == to {
        return;
    }
    if to == PLAIN {
        text.push_str("\x1b[m");
        return;
    }
    let mut parts = Vec::new();
    // Bold and dim share the parameter that ends them: what was more begins anew.
    let kept = if to.modifier.contains(from.modifier) {
        from
    } else {
        parts.push("0".to_owned());
        PLAIN
    };
    let more =
        MODIFIERS.into_iter().filter(|(modifier, _)| (to.modifier - kept.modifier).contains(*modifier));
    parts.extend(more.map(|(_, parameter)| parameter.to_string()));
    if kept.front != to.front {
        parts.push(colour(to.front, 30));
    }
    if kept.back != to.back {
        parts.push(colour(to.back, 40));
    }
    let _ = write!(text, "\x1b[{}m", parts.join(";"));
}

/// A colour's parameters: `ground` is 30 for letters, 40 for what is behind them.
fn colour(colour: Color, ground: u8) -> String {
    let dark = |index: u8| (ground + index).to_string();
    let bright = |index: u8| (ground + 60 + index).to_string();
    match colour {
        Color::Reset => dark(9),
        Color::Black => dark(0),
        Color::Red => dark(1),
        Color::Green => dark(2),
        Color::Yellow => dark(3),
        Color::Blue => dark(4),
        Color::Magenta => dark(5),
        Color::Cyan => dark(6),
        Color::Gray => dark(7),
        Color::DarkGray => bright(0),
        Color::LightRed => bright(1),
        Color::LightGreen => bright(2),
        Color::LightYellow => bright(3),
        Color::LightBlue => bright(4),
        Color::LightMagenta => bright(5),
        Color::LightCyan => bright(6),
        Color::White => bright(7),
        Color::Indexed(index) => format!("{};5;{index}", ground + 8),
        Color::Rgb(red, green, blue) => format!("{};2;{red};{green};{blue}", ground + 8),
    }
}
