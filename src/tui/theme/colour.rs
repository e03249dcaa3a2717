//! Depths of colour, and one colour spelled for each of them.

use std::sync::LazyLock;

use ratatui::style::Color;

/// How many colours the terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None are wanted.
    None,
    /// The terminal's own sixteen.
    Sixteen,
    /// The palette of 256.
    Indexed,
    /// 24 bits.
    True,
}

impl Depth {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::None, Self::Sixteen, Self::Indexed, Self::True];

    /// As the command line names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "never",
            Self::Sixteen => "16",
            Self::Indexed => "256",
            Self::True => "truecolor",
        }
    }

    /// The depth of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|depth| depth.name() == name)
    }

    /// What the environment says: `NO_COLOR` (if not empty) over `COLORTERM` over `TERM`.
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let read = |name| variable(name).unwrap_or_default().to_ascii_lowercase();
        let (terminal, colours) = (read("TERM"), read("COLORTERM"));
        if !read("NO_COLOR").is_empty() || terminal == "dumb" {
            Self::None
        } else if colours == "truecolor" || colours == "24bit" || terminal.ends_with("-direct") {
            Self::True
        } else if terminal.contains("256color") {
            Self::Indexed
        } else if ["kitty", "alacritty", "ghostty", "foot", "wezterm"]
            .iter()
            .any(|name| terminal.contains(name))
        {
            Self::True
        } else {
            Self::Sixteen
        }
    }
}

/// What a colour stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ground {
    /// The terminal's dark background.
    Dark,
    /// The terminal's light background.
    Light,
    /// The colour itself is the background, for black letters.
    Block,
}

/// One colour for every depth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ink {
    pub(super) full: Rgb,
    pub(super) indexed: u8,
    pub(super) sixteen: Color,
}

impl Ink {
    pub(super) fn at(self, depth: Depth) -> Option<Color> {
        match depth {
            Depth::None => None,
            Depth::Sixteen => Some(self.sixteen),
            Depth::Indexed => Some(Color::Indexed(self.indexed)),
            Depth::True => Some(Color::Rgb(self.full.0, self.full.1, self.full.2)),
        }
    }
}

/// How bright each step of a channel is: asked for every value of every picture, so worked out once.
static LINEAR: LazyLock<[f64; 256]> = LazyLock::new(|| {
    let mut linear = [0.0; 256];
    for (channel, linear) in (0..=u8::MAX).zip(&mut linear) {
        let share = f64::from(channel) / 255.0;
        *linear = if share <= 0.04045 { share / 12.92 } else { libm::pow((share + 0.055) / 1.055, 2.4) };
    }
    linear
});

/// Red, green, blue in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rgb(pub(super) u8, pub(super) u8, pub(super) u8);

impl Rgb {
    pub(super) const BLACK: Self = Self(0, 0, 0);
    pub(super) const WHITE: Self = Self(255, 255, 255);

    /// Relative luminance from 0 to 1 (WCAG 2.2).
    fn luminance(self) -> f64 {
        let linear = |channel: u8| LINEAR[usize::from(channel)];
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// Contrast ratio from 1 to 21 (WCAG 2.2).
    pub(super) fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// The nearest shade of the same colour that can be read on a ground.
    pub(super) fn readable(self, ground: Ground) -> Self {
        let toward = if ground == Ground::Light { Self::BLACK } else { Self::WHITE };
        let mut shades = (0..=20).map(|twentieths| self.mixed(toward, twentieths));
        shades.find(|shade| shade.can_be_read(ground)).unwrap_or(toward)
    }

    /// The nearest of the fixed 240 colours of the 256 palette that can be read on a ground (the first
    /// sixteen are the user's own).
    pub(super) fn indexed(self, ground: Ground) -> u8 {
        let all = (16..=255).filter(|index| Self::of_index(*index).can_be_read(ground));
        all.min_by_key(|index| self.distance(Self::of_index(*index))).unwrap_or(16)
    }

    /// Grounds are seldom pure black or white: a little is kept in reserve.
    fn can_be_read(self, ground: Ground) -> bool {
        match ground {
            Ground::Dark => self.contrast(Self(30, 30, 30)) >= 4.5,
            Ground::Light => self.contrast(Self(250, 250, 250)) >= 4.5,
            Ground::Block => self.contrast(Self::BLACK) >= 7.0,
        }
    }

    fn mixed(self, other: Self, twentieths: u16) -> Self {
        let mix = |one: u8, two: u8| {
            let sum = u16::from(one) * (20 - twentieths) + u16::from(two) * twentieths;
            u8::try_from(sum / 20).unwrap_or(u8::MAX)
        };
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }

    /// The colour of an index from 16 on: a cube of six steps a side, then 24 greys.
    pub(super) fn of_index(index: u8) -> Self {
        let step = |position: u8| if position == 0 { 0 } else { 55 + 40 * position };
        if index >= 232 {
            let grey = 8 + 10 * (index - 232);
            return Self(grey, grey, grey);
        }
        let cube = index.saturating_sub(16);
        Self(step(cube / 36), step(cube / 6 % 6), step(cube % 6))
    }

    fn distance(self, other: Self) -> u32 {
        let square = |one: u8, two: u8| u32::from(one.abs_diff(two)).pow(2);
        square(self.0, other.0) + square(self.1, other.1) + square(self.2, other.2)
    }
}
