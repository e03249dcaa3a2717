//! The scenarios of SEMANTICS §13, each a test with exactly its outcomes, found by its number:
//! `scenario_11_…`, by protocol.

mod primary;
