//! One key with its modifiers, written the way the table, the help and the README show it, and the press
//! that must match it exactly.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// A key, or a run of characters that mean the same action with another number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chord {
    /// One key without modifiers; capitals and signs are characters of their own, Shift is not counted.
    Key(KeyCode),
    /// A letter with Control, in lower case.
    Control(char),
    /// Any character of the run, both ends included.
    Run(char, char),
}

impl Chord {
    /// The character's place in a run, from 0.
    pub(super) fn place(self, press: Press) -> u8 {
        match (self, press.code) {
            (Self::Run(first, _), KeyCode::Char(character)) => {
                u8::try_from(u32::from(character).saturating_sub(u32::from(first))).unwrap_or(u8::MAX)
            }
            _ => 0,
        }
    }

    /// Whether the press is this key and nothing more.
    pub(super) fn matches(self, press: Press) -> bool {
        match (self, press.code) {
            (Self::Key(code), pressed) => code == pressed && press.modifiers.is_empty(),
            (Self::Control(letter), KeyCode::Char(pressed)) => {
                letter == pressed && press.modifiers == KeyModifiers::CONTROL
            }
            (Self::Run(first, last), KeyCode::Char(pressed)) => {
                (first..=last).contains(&pressed) && press.modifiers.is_empty()
            }
            (Self::Control(_) | Self::Run(..), _) => false,
        }
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(KeyCode::Char(' ')) => out.write_str("Space"),
            Self::Key(KeyCode::Char(character)) => write!(out, "{character}"),
            Self::Key(KeyCode::BackTab) => out.write_str("S-Tab"),
            Self::Key(KeyCode::PageUp) => out.write_str("PageUp"),
            Self::Key(KeyCode::PageDown) => out.write_str("PageDown"),
            Self::Key(code) => write!(out, "{code}"),
            Self::Control(letter) => write!(out, "Ctrl-{}", letter.to_ascii_uppercase()),
            Self::Run(first, last) => write!(out, "{first}-{last}"),
        }
    }
}

/// A character.
pub(super) const fn key(character: char) -> Chord {
    Chord::Key(KeyCode::Char(character))
}

/// A key with a name.
pub(super) const fn on(code: KeyCode) -> Chord {
    Chord::Key(code)
}

/// A letter with Control.
pub(super) const fn control(letter: char) -> Chord {
    Chord::Control(letter)
}

/// Any character of a run.
pub(super) const fn run(first: char, last: char) -> Chord {
    Chord::Run(first, last)
}

/// A key event with the differences between terminals removed: a capital comes with or without Shift, and
/// some send the small letter with it; Shift-Tab is either `BackTab` or Tab with Shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Press {
    code: KeyCode,
    modifiers: KeyModifiers,
}

impl Press {
    /// None for a release.
    pub(super) fn of(event: KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let mut press = Self { code: event.code, modifiers: event.modifiers };
        let shifted = press.modifiers.contains(KeyModifiers::SHIFT);
        let controlled = press.modifiers.contains(KeyModifiers::CONTROL);
        match press.code {
            KeyCode::Char(letter) if controlled && !shifted => {
                // Caps Lock must not make another chord of Ctrl-R.
                press.code = KeyCode::Char(letter.to_ascii_lowercase());
            }
            KeyCode::Char(letter) if shifted && !controlled => {
                press.code = KeyCode::Char(letter.to_ascii_uppercase());
                press.modifiers.remove(KeyModifiers::SHIFT);
            }
            KeyCode::Tab | KeyCode::BackTab if shifted => {
                press.code = KeyCode::BackTab;
                press.modifiers.remove(KeyModifiers::SHIFT);
            }
            _ => {}
        }
        Some(press)
    }

    /// The character to insert in typed input, if the press means one.
    pub(super) fn text(self) -> Option<char> {
        match self.code {
            KeyCode::Char(character) if self.modifiers.is_empty() => Some(character),
            _ => None,
        }
    }
}
