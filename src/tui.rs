//! The screen: everything between a terminal and the laboratory. It draws snapshots and turns keys into
//! actions; it never computes what the replicas mean.

pub mod guard;
pub mod input;
pub mod registry;
pub mod screen;
pub mod theme;
