//! One operation as a table shows it, and who can give them.

use std::fmt::{self, Write as _};

use crate::tui::theme::Role;

/// A longer text is cut, so that one value of a hostile file cannot hold up a picture.
const MOST_LETTERS: usize = 120;

/// Operations in the order of their invocations.
pub(in crate::tui) trait Source {
    /// How many there are.
    fn count(&self) -> usize;
    /// The columns of every row, in their order.
    fn columns(&self) -> &[Column];
    /// The operation at a place below `count`.
    fn row(&self, place: usize) -> Row;
    /// What names the operation at a place, whatever is forgotten before it: names rise with the places.
    fn id(&self, place: usize) -> u64;
    /// What befell between two moments, in their order.
    fn faults(&self, from: u64, to: u64) -> Vec<Fault>;
    /// The last moment that anything is known of.
    fn end(&self) -> u64;
    /// A moment of the axis in words; `None` where the axis only knows an order.
    fn moment(&self, at: u64) -> Option<String>;
}

#[derive(Debug, Clone)]
pub(in crate::tui) struct Column {
    pub(in crate::tui) title: &'static str,
    pub(in crate::tui) least: u16,
    pub(in crate::tui) most: u16,
    /// Where there is no room, the highest goes first; 0 always stays.
    pub(in crate::tui) spare: u8,
}

#[derive(Debug, Clone, Default)]
pub(in crate::tui) struct Row {
    /// One for each column.
    pub(in crate::tui) cells: Vec<Cell>,
    /// What the filter asks for by name.
    pub(in crate::tui) fields: Vec<(Field, String)>,
    pub(in crate::tui) interval: Interval,
    pub(in crate::tui) mark: Mark,
}

/// Pieces of text, one after another.
pub(in crate::tui) type Cell = Vec<(String, Look)>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Look {
    Plain(Role),
    /// In the colour of the value, with its shape in front.
    Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Field {
    Who,
    Key,
    Kind,
    Outcome,
}

/// When it took place, both ends included; `to` `None` where it has no end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::tui) struct Interval {
    pub(in crate::tui) from: u64,
    pub(in crate::tui) to: Option<u64>,
}

/// What a glance must catch, by glyph and by the weight of the bar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::tui) enum Mark {
    #[default]
    Nothing,
    /// It failed.
    Failed,
    /// It saw too little.
    Stale,
    /// It helps to show a violation.
    Evidence,
    /// It is what is wrong.
    Wrong,
}

/// Something that befell everybody at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) struct Fault {
    pub(in crate::tui) at: u64,
    /// Its mark and its colour.
    pub(in crate::tui) role: Role,
}

/// Text of at most so many letters, as far as it has to be written for that. What moves the cursor is spelled out.
pub(in crate::tui) fn brief(thing: &dyn fmt::Display) -> String {
    let mut brief = Brief { text: String::new(), letters: 0 };
    if write!(brief, "{thing}").is_err() {
        brief.text.push('…');
    }
    brief.text
}

struct Brief {
    text: String,
    letters: usize,
}

impl fmt::Write for Brief {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        for letter in piece.chars() {
            if self.letters >= MOST_LETTERS {
                return Err(fmt::Error);
            }
            self.letters += 1;
            if letter.is_control() {
                self.text.extend(letter.escape_default());
            } else {
                self.text.push(letter);
            }
        }
        Ok(())
    }
}

impl Row {
    pub(super) fn field(&self, field: Field) -> &str {
        self.fields.iter().find(|(named, _)| *named == field).map_or("", |(_, text)| text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_not_written_out_to_be_cut() {
        struct Endless;
        impl fmt::Display for Endless {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                loop {
                    f.write_str("ab\u{7}")?;
                }
            }
        }
        let text = brief(&Endless);
        assert!(text.starts_with("ab\\u{7}ab") && text.ends_with('…'), "{text}");
        assert_eq!(text.matches('a').count(), 40);
    }

    #[test]
    fn what_moves_the_cursor_is_spelled_out() {
        assert_eq!(brief(&"a\tb\r\u{1b}[2J"), "a\\tb\\r\\u{1b}[2J");
    }
}
