//! Two sets of glyphs: shapes and box lines, or plain ASCII for fonts and terminals that lack them. Every
//! glyph is one column wide as `unicode-width` counts; some terminals for East Asian text draw a few of
//! them wider, which is what `ascii` is for too.

use ratatui::symbols::border;

use super::{Role, Shape};

/// What `--glyphs` chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GlyphChoice {
    /// Shapes if the locale is UTF-8 and the terminal no bare console.
    Auto,
    /// Shapes and box lines.
    Unicode,
    /// Nothing beyond ASCII.
    Ascii,
}

impl GlyphChoice {
    /// The choice of a name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "auto" => Some(Self::Auto),
            "unicode" => Some(Self::Unicode),
            "ascii" => Some(Self::Ascii),
            _ => None,
        }
    }

    /// The set to use; the first of `LC_ALL`, `LC_CTYPE`, `LANG` that is not empty is the locale.
    pub fn resolve(self, variable: impl Fn(&str) -> Option<String>) -> &'static Glyphs {
        let read = |name| variable(name).filter(|text| !text.is_empty());
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(read).unwrap_or_default();
        let locale = locale.to_ascii_lowercase();
        let bare = matches!(read("TERM").as_deref(), Some("linux" | "dumb" | "vt100" | "vt220"));
        let drawable = (locale.contains("utf-8") || locale.contains("utf8")) && !bare;
        match self {
            Self::Unicode => &UNICODE,
            Self::Auto if drawable => &UNICODE,
            Self::Auto | Self::Ascii => &ASCII,
        }
    }
}

/// One set of glyphs, each one column wide.
#[derive(Debug, PartialEq, Eq)]
pub struct Glyphs {
    shapes: [&'static str; 6],
    marks: Marks,
    /// A partition's wall.
    pub wall: &'static str,
    /// A full block, for bars and big letters.
    pub block: &'static str,
    /// The upper and the lower half of a block, where there are such.
    pub halves: (&'static str, &'static str),
    /// The filled and the empty part of a meter.
    pub meter: (&'static str, &'static str),
    /// A link, lying and standing.
    pub link: (&'static str, &'static str),
    /// A lane's causal past, its future, and what is neither.
    pub causal: [&'static str; 3],
    /// A message's heads: left, right, up, down.
    pub arrows: [&'static str; 4],
    /// A line that rises, and one that falls.
    pub slants: (&'static str, &'static str),
    /// Running and paused.
    pub clock: (&'static str, &'static str),
    /// Something that must not happen has.
    pub anomaly: &'static str,
    /// A promise kept, and one broken.
    pub badges: (&'static str, &'static str),
    /// Between words.
    pub dot: &'static str,
    /// Where text was cut.
    pub ellipsis: &'static str,
    /// Eight heights.
    pub levels: [&'static str; 8],
    /// An interval of time: its beginning, its middle, its end, and one of a single cell; then the same for one that
    /// matters more.
    pub bars: [[&'static str; 4]; 2],
    /// An ordinary frame.
    pub frame: border::Set<'static>,
    /// The frame of what is picked.
    pub picked_frame: border::Set<'static>,
}

/// The marks of roles that must be told apart without colour.
#[derive(Debug, PartialEq, Eq)]
struct Marks {
    fresh: &'static str,
    stale: &'static str,
    crashed: &'static str,
    frozen: &'static str,
    lost: &'static str,
    converged: &'static str,
    diverged: &'static str,
    error: &'static str,
    advice: &'static str,
    up: &'static str,
    selected: &'static str,
}

/// Shapes and box lines.
pub static UNICODE: Glyphs = Glyphs {
    shapes: ["▲", "●", "■", "◆", "▼", "★"],
    marks: Marks {
        fresh: "▮",
        stale: "▯",
        crashed: "✖",
        frozen: "‖",
        lost: "✕",
        converged: "≡",
        diverged: "≠",
        error: "!",
        advice: "›",
        up: "○",
        selected: "▸",
    },
    wall: "▒",
    block: "█",
    halves: ("▀", "▄"),
    meter: ("▮", "▯"),
    link: ("─", "│"),
    causal: ["━", "╌", "·"],
    arrows: ["◂", "▸", "▴", "▾"],
    slants: ("╱", "╲"),
    clock: ("▶", "‖"),
    anomaly: "⚑",
    badges: ("✓", "✗"),
    dot: "·",
    ellipsis: "…",
    levels: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    bars: [["├", "─", "┤", "│"], ["╠", "═", "╣", "║"]],
    frame: border::ROUNDED,
    picked_frame: border::DOUBLE,
};

/// Nothing beyond ASCII.
pub static ASCII: Glyphs = Glyphs {
    shapes: ["A", "o", "#", "+", "v", "*"],
    marks: Marks {
        fresh: "=",
        stale: "~",
        crashed: "X",
        frozen: "z",
        lost: "x",
        converged: "=",
        diverged: "%",
        error: "!",
        advice: ">",
        up: ".",
        selected: ">",
    },
    wall: ":",
    block: "#",
    halves: ("#", "#"),
    meter: ("#", "-"),
    link: ("-", "|"),
    causal: ["=", "-", "."],
    arrows: ["<", ">", "^", "v"],
    slants: ("/", "\\"),
    clock: (">", "|"),
    anomaly: "!",
    badges: ("+", "x"),
    dot: ".",
    ellipsis: "~",
    levels: ["_", ".", "-", ":", "=", "+", "*", "#"],
    bars: [["[", "-", "]", "|"], ["[", "=", "]", "#"]],
    frame: framed("+", "|", "-"),
    picked_frame: framed("#", "#", "="),
};

impl Glyphs {
    /// A value's shape.
    pub fn shape(&self, shape: Shape) -> &'static str {
        self.shapes[shape as usize]
    }

    /// The mark that tells a role from its opposite where colour cannot; a space for roles that need none.
    pub fn mark(&self, role: Role) -> &'static str {
        let marks = &self.marks;
        match role {
            Role::Fresh => marks.fresh,
            Role::Stale => marks.stale,
            Role::Up => marks.up,
            Role::Crashed => marks.crashed,
            Role::Frozen => marks.frozen,
            Role::Wall => self.wall,
            Role::Message => self.arrows[1],
            Role::Ack => self.arrows[0],
            Role::Lost => marks.lost,
            Role::Converged => marks.converged,
            Role::Diverged => marks.diverged,
            Role::Error => marks.error,
            Role::Advice => marks.advice,
            Role::Selected => marks.selected,
            Role::Text | Role::Dim | Role::Title | Role::Border | Role::HintKey => " ",
        }
    }

    /// Every glyph, for tests of width and encoding.
    #[cfg(test)]
    pub(in crate::tui) fn all(&self) -> Vec<&'static str> {
        let mut all: Vec<&'static str> = self.shapes.to_vec();
        all.extend(Role::ALL.map(|role| self.mark(role)));
        all.extend([self.wall, self.block, self.dot, self.ellipsis, self.anomaly]);
        for (one, two) in [self.halves, self.meter, self.link, self.slants, self.clock, self.badges] {
            all.extend([one, two]);
        }
        all.extend(self.arrows);
        all.extend(self.causal);
        all.extend(self.levels);
        all.extend(self.bars.concat());
        for frame in [&self.frame, &self.picked_frame] {
            all.extend([frame.top_left, frame.top_right, frame.bottom_left, frame.bottom_right]);
            all.extend([
                frame.vertical_left,
                frame.vertical_right,
                frame.horizontal_top,
                frame.horizontal_bottom,
            ]);
        }
        all
    }
}

const fn framed(
    corner: &'static str,
    vertical: &'static str,
    horizontal: &'static str,
) -> border::Set<'static> {
    border::Set {
        top_left: corner,
        top_right: corner,
        bottom_left: corner,
        bottom_right: corner,
        vertical_left: vertical,
        vertical_right: vertical,
        horizontal_top: horizontal,
        horizontal_bottom: horizontal,
    }
}
