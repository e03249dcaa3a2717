//! Floor 2: a YAML file becomes a [`Scenario`] that cannot be wrong, or a list of located problems.
//! The only user of `serde_yaml`.

mod model;

pub use model::{
    Choice, ClientSpec, Deed, Expectation, ReplicaSpec, Scenario, Settings, Step, Timing, WorkloadSpec,
};
