//! The space-time diagram in the snapshots: asked for by its width, made anew only when something happened.

use std::sync::Arc;

use crate::{
    base::{KeyId, Position, SimTime, Span},
    drive::{Timeline, chart::Chart},
};

#[derive(Debug, Default)]
pub(super) struct Charts {
    width: Option<Span>,
    last: Option<(What, Arc<Chart>)>,
}

/// What a chart depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct What {
    window: (SimTime, SimTime),
    step: u64,
    head: Position,
    commands: usize,
    focus: KeyId,
}

impl Charts {
    pub(super) fn show(&mut self, width: Option<Span>) {
        self.width = width.filter(|width| width.0 > 0);
        self.last = None;
    }

    /// Whatever has been drawn may not be true any more.
    pub(super) fn forget(&mut self) {
        self.last = None;
    }

    pub(super) fn of(&mut self, timeline: &Timeline, focus: KeyId) -> Option<Arc<Chart>> {
        let window = window(timeline.position().at, self.width?);
        let (step, head) = (timeline.position().step, timeline.head());
        // Without the future a chart does not depend on how far time has gone since the last step.
        let head = if timeline.is_past() { head } else { Position { step: head.step, at: SimTime::ZERO } };
        let what = What { window, step, head, commands: timeline.log().len(), focus };
        if let Some((_, chart)) = self.last.as_ref().filter(|(known, _)| *known == what) {
            return Some(Arc::clone(chart));
        }
        let chart = Arc::new(Chart::of(timeline, window, focus));
        self.last = Some((what, Arc::clone(&chart)));
        Some(chart)
    }
}

/// The page that `now` stands on: pages overlap, so that there is always some past and some future around it, and
/// they are turned, not scrolled, so that between two turns only what happens changes the picture.
pub(in crate::drive) fn window(now: SimTime, width: Span) -> (SimTime, SimTime) {
    let half = (width.0 / 2).max(1);
    let from = (now.0 / half * half).saturating_sub(half / 2);
    (SimTime(from), SimTime(from.saturating_add(width.0)))
}
