//! What is on, and which view is up.

use crate::tui::{app::Motion, guard::Mouse};

/// Whether a mode is on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    On,
    #[default]
    Off,
}

impl Mode {
    #[must_use]
    pub(in crate::tui) fn other(self) -> Self {
        match self {
            Self::On => Self::Off,
            Self::Off => Self::On,
        }
    }

    pub(in crate::tui) fn word(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }
}

/// What stays as it is while presets come and go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Modes {
    /// Fewer and larger things, for projectors.
    pub big: Mode,
    /// A presenter's remote has the keys for forward, back and pause.
    pub remote: Mode,
    /// How much moves.
    pub motion: Motion,
    /// Whose the mouse is.
    pub mouse: Mouse,
}

/// Which view a narrow terminal shows, and keys that are a view's own act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    Cluster,
    /// Lanes and messages over time.
    SpaceTime,
    /// Plots.
    Metrics,
    Events,
    /// Every read and write.
    Operations,
    Details,
    /// What can be turned live, beside or instead of the details.
    Knobs,
    /// Two runs side by side.
    Compare,
}

impl View {
    /// In the order Tab goes through them.
    pub const ALL: [Self; 8] = [
        Self::Cluster,
        Self::SpaceTime,
        Self::Events,
        Self::Operations,
        Self::Metrics,
        Self::Details,
        Self::Knobs,
        Self::Compare,
    ];

    /// As the command line names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::SpaceTime => "space-time",
            Self::Metrics => "metrics",
            Self::Events => "events",
            Self::Operations => "operations",
            Self::Details => "details",
            Self::Knobs => "knobs",
            Self::Compare => "side by side",
        }
    }
}

/// How the cluster view arranges the replicas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Rows and columns.
    Grid,
    /// Around an ellipse, in the order of the ring.
    Ring,
    /// A box for each zone.
    Zones,
}

impl Layout {
    /// In the order the key goes through them.
    pub const ALL: [Self; 3] = [Self::Grid, Self::Ring, Self::Zones];

    /// As the command line names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Ring => "ring",
            Self::Zones => "zones",
        }
    }

    pub(super) fn next(self) -> Self {
        match self {
            Self::Grid => Self::Ring,
            Self::Ring => Self::Zones,
            Self::Zones => Self::Grid,
        }
    }
}
