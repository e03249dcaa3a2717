//! The whole screen over the real actor, in a time that stands still unless a test lets it pass.

mod big;
mod budget;
mod fog;
mod forecasts;
mod gallery;
mod hold;
mod keys;
mod layouts;
mod operations;
pub(in crate::tui) mod pictures;
mod presenter;
mod prompts;
mod properties;
mod random;
pub(in crate::tui) mod regions;
mod sizes;
pub(in crate::tui) mod stage;
mod story;
mod timebar;
mod tour;
mod truth;
mod verdicts;
mod versus;
