//! From a preset's YAML text to a scenario that cannot be wrong, or to every problem of the file with its place.
//!
//! ```text
//! bytes --locate--> tree of places --shape--> names, kinds and units checked --serde--> file::Preset
//!       --resolve--> Scenario
//! ```
//!
//! Only this floor knows YAML. It opens no file that it was not asked to open, and reads no clock.

mod builtin;
pub mod file;
pub mod limits;
pub mod locate;
mod model;
pub mod path;
pub mod problem;
pub mod read;
mod resolve;
mod rules;
pub mod schema;
mod shape;
pub mod systems;
pub mod units;

pub use builtin::{builtin, builtin_text};
pub use model::{Choice, ClientSpec, Deed, Expectation, ReplicaSpec, Scenario, Step, Timing, WorkloadSpec};
