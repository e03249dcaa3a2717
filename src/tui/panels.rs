//! Everything around the cluster: header, advice, the hero line, events, details, overlays, hints.

mod details;
mod events;
mod head;
mod overlay;

pub(super) use details::{detail_lines, details};
pub(super) use events::events;
pub(super) use head::{advice, header, hero, hints, losses, status, walls};
pub(super) use overlay::overlay;
