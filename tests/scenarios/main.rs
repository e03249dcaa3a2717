//! The scenarios of SEMANTICS §13, by number, run through the real simulation.

mod background;
mod conflicts;
mod coordination;
mod primary;
mod regions;
mod sessions;
mod support;
