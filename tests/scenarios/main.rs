//! The scenarios of SEMANTICS §13, by number, run through the real simulation.

mod conflicts;
mod primary;
mod sessions;
mod support;
