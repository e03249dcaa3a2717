//! Floor 1: values, versions and how concurrent versions collapse. Pure: no time, no network.

mod clock;
mod held;
mod value;
mod vector;
mod version;

pub use clock::{Clocks, StampClock};
pub use held::{Conflicts, Held, Merge};
pub use value::Value;
pub use vector::VersionVector;
pub use version::{Dependencies, Dot, Relation, Stamp, Version};
