//! The screen: everything between a terminal and the laboratory. It draws snapshots and turns keys into
//! actions; it never computes what the replicas mean.
//!
//! ```text
//! terminal ──▶ input::Input ──▶ registry::lookup ──▶ Action
//! terminal ◀── guard ◀── screen::Screen::draw ◀── panels, theme::Theme, theme::Glyphs
//! ```

pub mod app;
pub mod backdrop;
mod big;
pub mod cast;
mod clip;
mod cluster;
mod coach;
mod compare;
mod draw;
mod fog;
pub mod guard;
pub mod history;
pub mod input;
mod knobs;
pub mod linear;
mod logbook;
mod metrics;
mod operations;
mod paint;
mod panels;
pub mod picture;
pub mod registry;
mod save;
mod scale;
pub mod screen;
mod spacetime;
pub mod svg;
pub mod theme;
mod timebar;
pub mod ui;

pub use draw::draw;

#[cfg(test)]
mod tests;
