//! The journal: the newest facts of a run. Older ones are derived anew from a keyframe and the log when
//! somebody travels back to them.
//!
//! ```text
//!   older ███████████ │ newer ██████░░░░░    facts are written straight into the newer half; when it is
//!                                            full it becomes the older one, whose facts are forgotten
//! ```

use crate::{base::Position, sim::Fact};

#[derive(Debug, Clone, Default)]
pub struct Journal {
    older: Vec<Fact>,
    newer: Vec<Fact>,
    /// Every fact from there on is here.
    complete_since: Position,
}

/// So many facts fill one half: about two megabytes. The window is between one and two halves long.
const HALF: usize = 40_960;

impl Journal {
    /// Where a step writes its facts; they are the last ones of it until the next call.
    pub(super) fn page(&mut self) -> &mut Vec<Fact> {
        if self.newer.len() >= HALF {
            std::mem::swap(&mut self.older, &mut self.newer);
            if !self.newer.is_empty() {
                self.complete_since = self.older.first().map_or(self.complete_since, |fact| fact.at);
            }
            self.newer.clear();
        }
        &mut self.newer
    }

    /// The facts of the last page from `start` on.
    pub(super) fn written_since(&self, start: usize) -> &[Fact] {
        &self.newer[start..]
    }

    pub fn len(&self) -> usize {
        self.older.len() + self.newer.len()
    }

    pub fn is_empty(&self) -> bool {
        self.older.is_empty() && self.newer.is_empty()
    }

    /// The window's facts, oldest first.
    pub fn facts(&self) -> impl DoubleEndedIterator<Item = &Fact> {
        self.older.iter().chain(&self.newer)
    }

    /// From where on nothing is missing.
    pub fn complete_since(&self) -> Position {
        self.complete_since
    }

    /// Forgets everything after `step`.
    pub(super) fn truncate_after(&mut self, step: u64) {
        for half in [&mut self.older, &mut self.newer] {
            half.truncate(half.partition_point(|fact| fact.at.step <= step));
        }
    }

    /// Forgets everything; what is written next comes after `from`.
    pub(super) fn restart(&mut self, from: Position) {
        self.older.clear();
        self.newer.clear();
        self.complete_since = from;
    }
}
