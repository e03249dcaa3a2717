//! What may stand on the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::tui::{
    app::Motion,
    theme::{Depth, GlyphChoice, Kind},
    ui::{Layout, View},
};

/// Watch replicas disagree and come to agree: a laboratory for eventual consistency in the terminal.
#[derive(Debug, Parser)]
#[command(name = "laggard", version, args_conflicts_with_subcommands = true)]
#[command(
    after_help = "What --theme, --color, --glyphs, --motion, --mouse, --big and --remote say may be kept in \
$XDG_CONFIG_HOME/laggard/config.yaml (else ~/.config/laggard/config.yaml), one a line: `theme: light`; or in the \
environment: LAGGARD_THEME=light. Flags go over the environment, the environment over the file.

Exit status: 0 all expectations hold, 1 some do not, 2 input refused, 3 could not be told."
)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) screen: ScreenArgs,

    #[command(subcommand)]
    pub(super) verb: Option<Verb>,
}

#[derive(Debug, clap::Args)]
pub(super) struct ScreenArgs {
    /// A preset: a built-in name, a YAML file, or - for standard input [default: favorite-color]
    pub(super) preset: Option<String>,

    /// Run with this seed instead of the preset's
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,

    #[command(flatten)]
    pub(super) look: LookArgs,

    /// How much may move [default: full]
    #[arg(long, value_enum)]
    pub(super) motion: Option<MotionArg>,

    /// Begin in the big mode for projectors (key b)
    #[arg(long, value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "on", value_name = "WHETHER", hide_possible_values = true)]
    pub(super) big: Option<Switch>,

    /// Begin with a presenter's remote: `PageDown` goes forward, `PageUp` back, . and b pause
    #[arg(long, value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "on", value_name = "WHETHER", hide_possible_values = true)]
    pub(super) remote: Option<Switch>,

    /// Plain lines instead of a screen, for screen readers and pipes: commands in, sentences out
    #[arg(long, conflicts_with_all = ["theme", "color", "glyphs", "no_mouse", "mouse", "motion", "big", "remote"])]
    pub(super) linear: bool,
}

/// What a screen looks like.
#[derive(Debug, clap::Args)]
pub(super) struct LookArgs {
    /// Colours of the screen [default: auto, what the terminal seems to want]
    #[arg(long, value_enum)]
    pub(super) theme: Option<ThemeArg>,

    /// How many colours the screen may use [default: auto, what the terminal says; `NO_COLOR` is honoured]
    #[arg(long, value_enum)]
    pub(super) color: Option<ColorArg>,

    /// Which glyphs the screen may use [default: auto]
    #[arg(long, value_enum)]
    pub(super) glyphs: Option<GlyphsArg>,

    /// Leave the mouse to the terminal
    #[arg(long, conflicts_with = "mouse")]
    pub(super) no_mouse: bool,

    /// Use the mouse, or not [default: on]
    #[arg(long, value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "on", value_name = "WHETHER", hide_possible_values = true)]
    pub(super) mouse: Option<Switch>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Run a preset's script without a screen and judge its expectations
    Run {
        /// A built-in name, a YAML file, or - for standard input
        preset: String,
        /// One JSON object a line: the header, every fact, the verdicts
        #[arg(long)]
        json: bool,
        /// Run with this seed instead of the preset's
        #[arg(long, value_name = "N")]
        seed: Option<u64>,
    },
    /// Lint presets, then run every claim and expectation of theirs
    Check {
        /// Built-in names or YAML files
        #[arg(required = true)]
        presets: Vec<String>,
        /// Run with this seed instead of each preset's own
        #[arg(long, value_name = "N")]
        seed: Option<u64>,
    },
    /// Run a preset's script and write its whole history down for other programs
    #[command(after_help = EXPORT_HELP)]
    Export(ExportArgs),
    /// Judge a history recorded elsewhere: is there one order of its operations that explains every answer?
    #[command(after_help = JUDGE_HELP)]
    Judge(JudgeArgs),
    /// List the built-in presets
    List,
    /// Show the documented defaults of real systems side by side, or one system's with their sources
    Systems {
        /// One system: what `system` takes in a preset
        name: Option<String>,
        /// As JSON, sources included
        #[arg(long)]
        json: bool,
    },
    /// Print the JSON Schema of presets, for editors
    Schema,
    /// Print a completion script for a shell
    Completions { shell: Shell },
    /// Print the manual page
    Man,
}

const EXPORT_HELP: &str = "\
The same preset and seed give the same bytes. The whole run is held in memory.

shiviz  every event with a vector clock: paste the file into ShiViz, its first line is the expression that reads it
edn     Jepsen's and Knossos's events; `laggard judge` reads them too. Keys that hold plain values are a register, sets
        a set; values are pairs [key value], or with --key plain values of that key alone. Counters, and reads that
        returned siblings, are refused: no model knows them
json    all that is known of each operation and fault, by the schema `laggard-history/1`
csv     a line for each operation (RFC 4180)
svg     a picture of the screen at one instant: --at, --size, --view, --layout, --theme, --big
cast    a recording of the run for terminal players (asciicast 2; cast3: asciicast 3), ten pictures a second of
        virtual time, markers where the preset speaks; at most 10 minutes of it

Exit status: 0 written, 2 refused. Whether the preset's expectations hold is for `laggard check`.";

#[derive(Debug, clap::Args)]
pub(super) struct ExportArgs {
    /// A built-in name, a YAML file, or - for standard input
    pub(super) preset: String,

    /// What to write
    #[arg(long, value_enum)]
    pub(super) format: ExportFormatArg,

    /// Run with this seed instead of the preset's
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,

    /// Only the operations on this key (not for shiviz, which has every event); the key that an svg shows
    #[arg(long)]
    pub(super) key: Option<String>,

    /// svg: the instant to draw, such as 2.5s; cast: where to end [default: the end of the run]
    #[arg(long, value_name = "TIME")]
    pub(super) at: Option<String>,

    /// svg, cast: columns and rows of the screen [default: 120x36]
    #[arg(long, value_name = "WxH")]
    pub(super) size: Option<String>,

    /// svg, cast: the view [default: cluster]
    #[arg(long, value_enum)]
    pub(super) view: Option<ViewArg>,

    /// svg, cast: how the cluster is arranged [default: grid]
    #[arg(long, value_enum)]
    pub(super) layout: Option<LayoutArg>,

    /// svg, cast: in the large letters of the big mode
    #[arg(long)]
    pub(super) big: bool,

    /// svg, cast: the colours [default: dark]
    #[arg(long, value_enum)]
    pub(super) theme: Option<ThemeArg>,

    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ExportFormatArg {
    /// Events with vector clocks
    Shiviz,
    /// Jepsen, Knossos
    Edn,
    /// Everything
    Json,
    /// Operations as a table
    Csv,
    /// The screen at one instant
    Svg,
    /// The screen over the whole run, as asciicast version 2
    Cast,
    /// As asciicast version 3
    Cast3,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ViewArg {
    Cluster,
    SpaceTime,
    Metrics,
    Events,
    Operations,
    Details,
    Knobs,
}

impl From<ViewArg> for View {
    fn from(arg: ViewArg) -> Self {
        match arg {
            ViewArg::Cluster => Self::Cluster,
            ViewArg::SpaceTime => Self::SpaceTime,
            ViewArg::Operations => Self::Operations,
            ViewArg::Metrics => Self::Metrics,
            ViewArg::Events => Self::Events,
            ViewArg::Details => Self::Details,
            ViewArg::Knobs => Self::Knobs,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LayoutArg {
    /// Rows and columns
    Grid,
    /// Around an ellipse, in the order of the ring
    Ring,
    /// A box for each zone
    Zones,
}

impl From<LayoutArg> for Layout {
    fn from(arg: LayoutArg) -> Self {
        match arg {
            LayoutArg::Grid => Self::Grid,
            LayoutArg::Ring => Self::Ring,
            LayoutArg::Zones => Self::Zones,
        }
    }
}

const JUDGE_HELP: &str = "\
Linearizable, key by key: every operation takes effect at one moment between its invocation and its return; an
operation whose outcome is unknown (:info, or no return) may do so at any later moment, or never; one that failed did
not happen. Keys are a :key field, or Jepsen's independent tuples [key value]. Every key starts as nil (register,
cas-register), the empty text (kv) or the empty set.

The keys race: each is searched with 50,000 steps (or 8 an operation), then with 8 times as many, and so on up to
--steps; the first round that finds a violation is the last. What a budget ends is unknown, never guessed. A file may have 256 MiB and 2,000,000
events.

With --screen the file is read first, and refused as ever if it is malformed; then its operations are shown while they
are judged: ] and [ go from violation to violation, n through what shows one, / filters, Enter explains, ? has every
key. Leaving ends with the verdict's status, 3 if it was not waited for.

Exit status: 0 every key holds, 1 a key is violated, 2 the file is malformed, 3 it could not be told.";

#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
pub(super) struct JudgeArgs {
    /// A file, or - for standard input
    pub(super) history: String,

    /// What the operations act on
    #[arg(long, value_enum)]
    pub(super) model: ModelArg,

    /// How the file is written
    #[arg(long, value_enum, default_value_t = FormatArg::Auto)]
    pub(super) format: FormatArg,

    /// What every key holds at first, as EDN (3, "tea", #{1 2}) [default: nil, "" or #{}, by model]
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    pub(super) initial: Option<String>,

    /// Steps that the search of one key may take
    #[arg(long, value_name = "N", default_value_t = 100_000_000)]
    pub(super) steps: u64,

    /// Memory that the search of one key may use; as many keys are searched at once as there are cores
    #[arg(long, value_name = "MIB", default_value_t = 1_024)]
    pub(super) memory: u32,

    /// As one JSON object
    #[arg(long, conflicts_with = "screen")]
    pub(super) json: bool,

    /// On the screen: every operation, the first violation chosen and marked
    #[arg(long)]
    pub(super) screen: bool,

    #[command(flatten, next_help_heading = "With --screen")]
    pub(super) look: LookArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ModelArg {
    /// read, write
    Register,
    /// read, write, cas [old new]
    CasRegister,
    /// Strings by key: get, put, append
    Kv,
    /// add, remove, and read of all members
    Set,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FormatArg {
    /// Told by how the file begins
    Auto,
    /// Maps of Jepsen and Knossos, key-value lines of porcupine
    Edn,
    /// Lines of Jepsen's text log
    JepsenLog,
    /// Objects, in an array or one after another
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ThemeArg {
    /// What the terminal seems to want
    Auto,
    Dark,
    Light,
    HighContrast,
    Mono,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorArg {
    /// What the terminal says
    Auto,
    /// No colour at all
    Never,
    /// The sixteen colours of the terminal
    #[value(name = "16")]
    Sixteen,
    /// The table of 256
    #[value(name = "256")]
    Indexed,
    /// 24 bits
    Truecolor,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum GlyphsArg {
    Auto,
    Unicode,
    Ascii,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum MotionArg {
    Full,
    Reduced,
    Off,
}

/// Whether something is switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Switch {
    On,
    Off,
}

impl ThemeArg {
    /// The theme; none where the terminal is to say.
    pub(super) fn kind(self) -> Option<Kind> {
        match self {
            Self::Auto => None,
            Self::Dark => Some(Kind::Dark),
            Self::Light => Some(Kind::Light),
            Self::HighContrast => Some(Kind::HighContrast),
            Self::Mono => Some(Kind::Mono),
        }
    }
}

impl ColorArg {
    /// The depth; none where the terminal is to say.
    pub(super) fn depth(self) -> Option<Depth> {
        match self {
            Self::Auto => None,
            Self::Never => Some(Depth::None),
            Self::Sixteen => Some(Depth::Sixteen),
            Self::Indexed => Some(Depth::Indexed),
            Self::Truecolor => Some(Depth::True),
        }
    }
}

impl From<GlyphsArg> for GlyphChoice {
    fn from(arg: GlyphsArg) -> Self {
        match arg {
            GlyphsArg::Auto => Self::Auto,
            GlyphsArg::Unicode => Self::Unicode,
            GlyphsArg::Ascii => Self::Ascii,
        }
    }
}

impl From<MotionArg> for Motion {
    fn from(arg: MotionArg) -> Self {
        match arg {
            MotionArg::Full => Self::Full,
            MotionArg::Reduced => Self::Reduced,
            MotionArg::Off => Self::Off,
        }
    }
}
