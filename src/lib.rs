//! laggard

pub mod scenario;
