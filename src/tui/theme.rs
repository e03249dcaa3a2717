//! Colours and glyphs: what a role looks like in each theme, at each depth of colour, in each set of
//! glyphs. The terminal's own foreground and background are kept, and no role is told from its opposite by
//! hue alone.

mod colour;
mod glyphs;
mod named;
mod value;

use ratatui::style::{Color, Modifier, Style};

pub use colour::Depth;
use colour::{Ground, Ink};
pub use glyphs::{ASCII, GlyphChoice, Glyphs, UNICODE};
pub use value::{Hue, Look, Shape, look};

/// The four themes, in the order the key goes through them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// Black on bright blocks, readable on any background; nothing is dimmed.
    HighContrast,
    /// No colour: bold, reverse, underline, glyphs and words.
    Mono,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Dark, Self::Light, Self::HighContrast, Self::Mono];

    /// As the command line names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::HighContrast => "high-contrast",
            Self::Mono => "mono",
        }
    }

    /// The theme of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::HighContrast,
            Self::HighContrast => Self::Mono,
            Self::Mono => Self::Dark,
        }
    }

    /// What the environment says: some terminals name their colours in `COLORFGBG`, as `foreground;background`.
    pub fn told(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let colours = variable("COLORFGBG")?;
        match colours.rsplit(';').next().and_then(|background| background.parse::<u8>().ok())? {
            7 | 9..=15 => Some(Self::Light),
            0..=6 | 8 => Some(Self::Dark),
            16.. => None,
        }
    }
}

/// What a piece of the screen means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// What matters less.
    Dim,
    /// Headings.
    Title,
    /// Frames.
    Border,
    /// What is picked.
    Selected,
    /// A replica with the latest value.
    Fresh,
    /// A replica that lags behind.
    Stale,
    /// A replica that works.
    Up,
    /// A replica that crashed.
    Crashed,
    /// A replica that keeps its state but answers nothing.
    Frozen,
    /// The wall of a partition.
    Wall,
    /// A message under way.
    Message,
    /// An answer under way.
    Ack,
    /// A message that died.
    Lost,
    /// All replicas agree.
    Converged,
    /// They do not.
    Diverged,
    /// A key in the line of hints.
    HintKey,
    /// What to try next.
    Advice,
    /// A refusal or an error.
    Error,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::Text,
        Self::Dim,
        Self::Title,
        Self::Border,
        Self::Selected,
        Self::Fresh,
        Self::Stale,
        Self::Up,
        Self::Crashed,
        Self::Frozen,
        Self::Wall,
        Self::Message,
        Self::Ack,
        Self::Lost,
        Self::Converged,
        Self::Diverged,
        Self::HintKey,
        Self::Advice,
        Self::Error,
    ];

    /// Its hue, if any, and what remains of it without one.
    fn look(self) -> (Option<Hue>, Modifier) {
        let none = Modifier::empty();
        match self {
            Self::Text | Self::Up => (None, none),
            Self::Dim | Self::Border => (None, Modifier::DIM),
            Self::Title => (None, Modifier::BOLD),
            Self::Selected => (None, Modifier::BOLD.union(Modifier::REVERSED)),
            Self::Fresh => (Some(Hue::Green), none),
            Self::Stale => (Some(Hue::Orange), Modifier::BOLD),
            Self::Crashed => (Some(Hue::Vermilion), Modifier::REVERSED),
            Self::Frozen => (Some(Hue::Sky), Modifier::UNDERLINED),
            Self::Wall => (Some(Hue::Vermilion), none),
            Self::Message => (Some(Hue::Sky), none),
            Self::Ack => (Some(Hue::Green), Modifier::DIM),
            Self::Lost => (Some(Hue::Vermilion), Modifier::BOLD),
            Self::Converged => (Some(Hue::Green), Modifier::BOLD),
            Self::Diverged => (Some(Hue::Vermilion), Modifier::BOLD.union(Modifier::REVERSED)),
            Self::HintKey => (Some(Hue::Sky), Modifier::BOLD),
            Self::Advice => (Some(Hue::Pink), Modifier::ITALIC),
            Self::Error => (Some(Hue::Vermilion), Modifier::BOLD.union(Modifier::UNDERLINED)),
        }
    }
}

/// A theme at a depth of colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    kind: Kind,
    depth: Depth,
}

impl Theme {
    /// `Depth::None` (from `NO_COLOR` or `--color never`) strips every theme of its colours, not of bold or reverse.
    pub fn new(kind: Kind, depth: Depth) -> Self {
        Self { kind, depth }
    }

    /// Which theme it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How many colours it may use.
    pub fn depth(&self) -> Depth {
        self.depth
    }

    /// The theme the key switches to.
    #[must_use]
    pub fn next(self) -> Self {
        Self { kind: self.kind.next(), ..self }
    }

    /// What a role looks like.
    pub fn style(&self, role: Role) -> Style {
        let (hue, modifier) = role.look();
        let modifier = if self.kind == Kind::HighContrast { modifier - Modifier::DIM } else { modifier };
        let style = hue.map_or_else(Style::new, |hue| self.inked(hue.ink(self.ground()), modifier));
        style.add_modifier(modifier)
    }

    /// What a value looks like: its colour; [`look`] and [`Glyphs::shape`] give the shape to show with it.
    pub fn value(&self, text: &str) -> Style {
        let look = look(text);
        self.inked(look.ink(self.ground()), Modifier::empty()).add_modifier(Modifier::BOLD)
    }

    fn ground(self) -> Ground {
        match self.kind {
            Kind::Dark | Kind::Mono => Ground::Dark,
            Kind::Light => Ground::Light,
            Kind::HighContrast => Ground::Block,
        }
    }

    fn inked(self, ink: Ink, modifier: Modifier) -> Style {
        let colour = if self.kind == Kind::Mono { None } else { ink.at(self.depth) };
        match (colour, self.ground()) {
            (None, _) => Style::new(),
            (Some(colour), Ground::Dark | Ground::Light) => Style::new().fg(colour),
            // A block that is reversed stays a block: black on the bright colour either way.
            (Some(colour), Ground::Block) if modifier.contains(Modifier::REVERSED) => {
                Style::new().fg(colour).bg(self.black())
            }
            (Some(colour), Ground::Block) => Style::new().fg(self.black()).bg(colour),
        }
    }

    fn black(self) -> Color {
        match self.depth {
            Depth::None => Color::Reset,
            Depth::Sixteen => Color::Black,
            Depth::Indexed => Color::Indexed(16),
            Depth::True => Color::Rgb(0, 0, 0),
        }
    }
}

#[cfg(test)]
mod tests;
