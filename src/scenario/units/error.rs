//! Why a quantity was refused, in words for the person who wrote it.

use std::fmt;

use crate::scenario::problem::nearest;

/// What kind of quantity was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// A span of time, zero or more: `80ms`.
    Duration,
    /// A span of time that may be negative: `-250ms`.
    SignedDuration,
    /// A part of a whole, from `0%` to `100%`.
    Share,
    /// A number of bytes: `64KiB`.
    Size,
    /// Events per time: `50/s`.
    Rate,
    /// How much faster or slower a clock runs: `+200ppm`.
    Drift,
}

impl Quantity {
    /// A literal to show when one is missing.
    pub const fn example(self) -> &'static str {
        match self {
            Self::Duration => "80ms",
            Self::SignedDuration => "-250ms",
            Self::Share => "5%",
            Self::Size => "64KiB",
            Self::Rate => "50/s",
            Self::Drift => "+200ppm",
        }
    }

    const fn usual_unit(self) -> &'static str {
        match self {
            Self::Duration | Self::SignedDuration => "ms",
            Self::Share => "%",
            Self::Size => "KiB",
            Self::Rate => "/s",
            Self::Drift => "ppm",
        }
    }

    const fn units(self) -> &'static [&'static str] {
        match self {
            Self::Duration | Self::SignedDuration => &["ns", "us", "ms", "s", "min", "h", "d"],
            Self::Share => &["%"],
            Self::Size => &["B", "kB", "KiB", "MB", "MiB", "GB", "GiB"],
            Self::Rate => &["/s", "/min", "/h", "/ms"],
            Self::Drift => &["ppm"],
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Duration => "a duration",
            Self::SignedDuration => "a duration, which may be negative",
            Self::Share => "a share",
            Self::Size => "a size",
            Self::Rate => "a rate",
            Self::Drift => "a clock drift",
        })
    }
}

/// Why a text is not the quantity that was expected. `text` is what was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// Not a number followed by a unit.
    #[error("`{text}` is not {quantity}")]
    Malformed {
        /// What was expected.
        quantity: Quantity,
        /// What was written.
        text: String,
    },
    /// A bare number.
    #[error("`{text}` has no unit")]
    MissingUnit {
        /// What was expected.
        quantity: Quantity,
        /// What was written.
        text: String,
    },
    /// A number followed by letters that name no unit of this quantity.
    #[error("`{text}` has the unknown unit `{unit}`")]
    UnknownUnit {
        /// What was expected.
        quantity: Quantity,
        /// What was written.
        text: String,
        /// The letters after the number.
        unit: String,
    },
    /// A minus sign where none can be.
    #[error("`{text}` is negative, and {quantity} cannot be")]
    Negative {
        /// What was expected.
        quantity: Quantity,
        /// What was written.
        text: String,
    },
    /// More than the simulation can hold, or more than all.
    #[error("`{text}` is too large: {most} is the most")]
    TooLarge {
        /// What was written.
        text: String,
        /// The largest value that is accepted.
        most: &'static str,
    },
    /// More digits than the simulation tells apart.
    #[error("`{text}` is too fine: {finest} is the smallest difference")]
    TooFine {
        /// What was written.
        text: String,
        /// The smallest step that is kept.
        finest: &'static str,
    },
}

impl UnitError {
    /// The next thing to try.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Malformed { quantity, .. } => {
                Some(format!("write a number and its unit, such as `{}`", quantity.example()))
            }
            Self::MissingUnit { quantity, text } => {
                Some(format!("write `{text}{}` if that is what is meant", quantity.usual_unit()))
            }
            Self::UnknownUnit { quantity, unit, .. } => {
                let units = quantity.units();
                Some(match nearest(unit, units.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the units are {}", units.join(", ")),
                })
            }
            Self::Negative { text, .. } => Some(format!("write `{}`", text.trim_start_matches('-'))),
            Self::TooLarge { .. } | Self::TooFine { .. } => None,
        }
    }
}
