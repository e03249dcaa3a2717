//! Quantities as people write them: `80ms`, `5%`, `64KiB`, `50/s`, `+200ppm`.
//!
//! Text in, exact integers out, and back to the shortest literal that means the same. Decimals are read as
//! digits, never through a float: `0.1s` is 100,000,000 ns and nothing else. What cannot be held exactly is
//! refused rather than rounded. Nothing here knows where in a file the text stood.

mod decimal;
mod duration;
mod error;
mod rate;
mod share;
mod size;

pub use duration::{
    parse_duration, parse_duration_or_off, parse_signed_duration, write_duration, write_signed_duration,
};
pub use error::{Quantity, UnitError};
pub use rate::{Rate, parse_rate, write_rate};
pub use share::{parse_drift, parse_share, write_drift, write_share};
pub use size::{parse_size, write_size};

/// A unit's name and how many of the smallest unit it holds.
type Unit = (&'static str, u64);
