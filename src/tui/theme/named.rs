//! Values that name a colour: "blue" is drawn blue, in a shade that can be read on the ground it stands on.

use ratatui::style::Color;

use super::Shape;
use super::colour::{Ground, Ink, Rgb};

/// A colour with a name, as CSS has it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) name: &'static str,
    pub(super) rgb: Rgb,
    /// One of the sixteen, on a dark ground or as a block, and on a light one.
    sixteen: (Color, Color),
    pub(super) shape: Shape,
}

impl Named {
    pub(super) fn ink(&self, ground: Ground) -> Ink {
        let full = self.rgb.readable(ground);
        let sixteen = match ground {
            Ground::Dark | Ground::Block => self.sixteen.0,
            Ground::Light => self.sixteen.1,
        };
        Ink { full, indexed: full.indexed(ground), sixteen }
    }
}

/// Neighbours in hue have different shapes.
pub(super) static NAMED: &[Named] = &[
    named("blue", 0x00_00FF, Color::LightBlue, Color::Blue, Shape::Disc),
    named("green", 0x00_8000, Color::LightGreen, Color::Green, Shape::Up),
    named("red", 0xFF_0000, Color::LightRed, Color::Red, Shape::Square),
    named("yellow", 0xFF_FF00, Color::LightYellow, Color::Yellow, Shape::Star),
    named("teal", 0x00_8080, Color::Cyan, Color::Cyan, Shape::Diamond),
    named("purple", 0x80_0080, Color::LightMagenta, Color::Magenta, Shape::Down),
    named("orange", 0xFF_A500, Color::Yellow, Color::Yellow, Shape::Up),
    named("pink", 0xFF_C0CB, Color::LightMagenta, Color::Magenta, Shape::Disc),
    named("black", 0x00_0000, Color::Gray, Color::Black, Shape::Square),
    named("white", 0xFF_FFFF, Color::White, Color::DarkGray, Shape::Diamond),
    named("gray", 0x80_8080, Color::Gray, Color::DarkGray, Shape::Down),
    named("grey", 0x80_8080, Color::Gray, Color::DarkGray, Shape::Down),
    named("brown", 0xA5_2A2A, Color::Red, Color::Red, Shape::Star),
    named("cyan", 0x00_FFFF, Color::LightCyan, Color::Cyan, Shape::Square),
    named("aqua", 0x00_FFFF, Color::LightCyan, Color::Cyan, Shape::Square),
    named("magenta", 0xFF_00FF, Color::LightMagenta, Color::Magenta, Shape::Star),
    named("fuchsia", 0xFF_00FF, Color::LightMagenta, Color::Magenta, Shape::Star),
    named("lime", 0x00_FF00, Color::LightGreen, Color::Green, Shape::Square),
    named("maroon", 0x80_0000, Color::Red, Color::Red, Shape::Diamond),
    named("navy", 0x00_0080, Color::Blue, Color::Blue, Shape::Up),
    named("olive", 0x80_8000, Color::Yellow, Color::Yellow, Shape::Disc),
    named("silver", 0xC0_C0C0, Color::Gray, Color::DarkGray, Shape::Up),
    named("gold", 0xFF_D700, Color::LightYellow, Color::Yellow, Shape::Diamond),
    named("violet", 0xEE_82EE, Color::LightMagenta, Color::Magenta, Shape::Up),
    named("indigo", 0x4B_0082, Color::LightBlue, Color::Blue, Shape::Star),
    named("turquoise", 0x40_E0D0, Color::LightCyan, Color::Cyan, Shape::Down),
    named("coral", 0xFF_7F50, Color::LightRed, Color::Red, Shape::Down),
    named("salmon", 0xFA_8072, Color::LightRed, Color::Red, Shape::Disc),
    named("crimson", 0xDC_143C, Color::LightRed, Color::Red, Shape::Up),
    named("lavender", 0xE6_E6FA, Color::White, Color::Blue, Shape::Square),
    named("beige", 0xF5_F5DC, Color::White, Color::Yellow, Shape::Down),
    named("tan", 0xD2_B48C, Color::Yellow, Color::Yellow, Shape::Square),
];

const fn named(name: &'static str, rgb: u32, dark: Color, light: Color, shape: Shape) -> Named {
    let [_, red, green, blue] = rgb.to_be_bytes();
    Named { name, rgb: Rgb(red, green, blue), sixteen: (dark, light), shape }
}
