//! laggard

pub mod tui;
