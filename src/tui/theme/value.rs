//! What a value looks like: a colour and a shape that depend on its text alone, so that the same value looks
//! the same everywhere. A value that names a colour is drawn in it.

use ratatui::style::Color;

use super::colour::{Ground, Ink, Rgb};
use super::named::{NAMED, Named};

/// Okabe and Ito's hues: told apart with every common kind of colour blindness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hue {
    /// E69F00.
    Orange,
    /// 56B4E9.
    Sky,
    /// 009E73.
    Green,
    /// CC79A7.
    Pink,
    /// D55E00.
    Vermilion,
}

impl Hue {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Orange, Self::Sky, Self::Green, Self::Pink, Self::Vermilion];

    /// The colour by hand for every ground and depth.
    pub(super) fn ink(self, ground: Ground) -> Ink {
        let by_hand = |full, indexed, sixteen| Ink { full, indexed, sixteen };
        match (ground, self) {
            (Ground::Dark, Self::Orange) => by_hand(Rgb(0xE6, 0x9F, 0x00), 178, Color::LightYellow),
            (Ground::Dark, Self::Sky) => by_hand(Rgb(0x56, 0xB4, 0xE9), 74, Color::LightCyan),
            (Ground::Dark, Self::Green) => by_hand(Rgb(0x00, 0x9E, 0x73), 35, Color::LightGreen),
            (Ground::Dark, Self::Pink) => by_hand(Rgb(0xCC, 0x79, 0xA7), 175, Color::LightMagenta),
            (Ground::Dark, Self::Vermilion) => by_hand(Rgb(0xD5, 0x5E, 0x00), 166, Color::LightRed),
            (Ground::Light, Self::Orange) => by_hand(Rgb(0x8A, 0x5A, 0x00), 94, Color::Yellow),
            (Ground::Light, Self::Sky) => by_hand(Rgb(0x00, 0x5A, 0x8C), 24, Color::Blue),
            (Ground::Light, Self::Green) => by_hand(Rgb(0x00, 0x70, 0x4F), 29, Color::Green),
            (Ground::Light, Self::Pink) => by_hand(Rgb(0x99, 0x4F, 0x7B), 96, Color::Magenta),
            (Ground::Light, Self::Vermilion) => by_hand(Rgb(0xA8, 0x43, 0x00), 130, Color::Red),
            (Ground::Block, Self::Orange) => by_hand(Rgb(0xFF, 0xB0, 0x00), 214, Color::LightYellow),
            (Ground::Block, Self::Sky) => by_hand(Rgb(0x87, 0xD7, 0xFF), 117, Color::LightCyan),
            (Ground::Block, Self::Green) => by_hand(Rgb(0x00, 0xD7, 0x87), 42, Color::LightGreen),
            (Ground::Block, Self::Pink) => by_hand(Rgb(0xFF, 0xAF, 0xD7), 218, Color::LightMagenta),
            (Ground::Block, Self::Vermilion) => by_hand(Rgb(0xFF, 0x87, 0x5F), 209, Color::LightRed),
        }
    }
}

/// The shape shown with a value: [`Glyphs::shape`](super::Glyphs::shape) draws it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// ▲
    Up,
    /// ●
    Disc,
    /// ■
    Square,
    /// ◆
    Diamond,
    /// ▼
    Down,
    /// ★
    Star,
}

impl Shape {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Up, Self::Disc, Self::Square, Self::Diamond, Self::Down, Self::Star];
}

/// How a value is told from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The shape.
    pub shape: Shape,
    colour: Colour,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Colour {
    Hashed(Hue),
    Named(&'static Named),
}

impl Look {
    /// The hue, unless the value names a colour of its own.
    pub fn hue(&self) -> Option<Hue> {
        match self.colour {
            Colour::Hashed(hue) => Some(hue),
            Colour::Named(_) => None,
        }
    }

    pub(super) fn ink(self, ground: Ground) -> Ink {
        match self.colour {
            Colour::Hashed(hue) => hue.ink(ground),
            Colour::Named(named) => named.ink(ground),
        }
    }
}

/// The look of a value's text: from the table of colours, else from a hash that never changes.
pub fn look(text: &str) -> Look {
    let hash = hash(text);
    let pick = |count: usize, hash: u64| usize::try_from(hash % count as u64).unwrap_or(0);
    if let Some(named) = NAMED.iter().find(|named| named.name.eq_ignore_ascii_case(text.trim())) {
        return Look { shape: named.shape, colour: Colour::Named(named) };
    }
    Look {
        shape: Shape::ALL[pick(Shape::ALL.len(), hash)],
        colour: Colour::Hashed(Hue::ALL[pick(Hue::ALL.len(), hash / 6)]),
    }
}

/// FNV-1a with 64 bits, its high half folded in: the same on every platform, in every version.
fn hash(text: &str) -> u64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    hash ^ (hash >> 32)
}
