//! Everything around the cluster: header, advice, the hero line, events, details, overlays, hints.

mod details;
mod events;
mod foot;
mod head;
mod hero;
mod inspector;
mod knobs;
mod operations;
mod overlay;
mod situation;
mod walls;

pub(super) use details::{detail_lines, details};
pub(super) use events::{events, events_title, mark};
pub(super) use foot::{answer, hints, one_hint, status};
pub(super) use head::{advice, advice_rows, header};
pub(super) use hero::{hero, hero_words};
pub(super) use knobs::{knobs, knobs_title};
pub(super) use operations::{explained_lines, operations, operations_title};
pub(super) use overlay::{list, overlay, prompt};
pub(super) use situation::{next_on_rule, next_row, situation};
pub(super) use walls::{losses, walls};
