//! Floor 1: values, versions and how concurrent versions collapse. Pure: no time, no network.

mod clock;
mod held;
mod state;
mod value;
mod vector;
mod version;

pub use clock::{Clocks, StampClock};
pub use held::{Conflicts, Held, Merge, Shared};
pub use state::{Kind, State};
pub use value::{Update, Value};
pub use vector::VersionVector;
pub use version::{Dependencies, Dot, Relation, Stamp, Version};
