//! The journal: the newest facts of a run. Older ones are derived anew from a keyframe and the log when
//! somebody travels back to them.

use std::collections::VecDeque;

use crate::sim::Fact;

#[derive(Debug, Clone, Default)]
pub struct Journal {
    facts: VecDeque<Fact>,
}

/// The window: about four megabytes.
const MAX_FACTS: usize = 65_536;

impl Journal {
    pub(super) fn extend(&mut self, facts: impl Iterator<Item = Fact>) {
        for fact in facts {
            if self.facts.len() == MAX_FACTS {
                self.facts.pop_front();
            }
            self.facts.push_back(fact);
        }
    }

    pub fn len(&self) -> usize {
        self.facts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// The window's facts, oldest first.
    pub fn facts(&self) -> impl DoubleEndedIterator<Item = &Fact> {
        self.facts.iter()
    }

    /// Forgets everything after `step`.
    pub(super) fn truncate_after(&mut self, step: u64) {
        let kept = self.facts.partition_point(|fact| fact.at.step <= step);
        self.facts.truncate(kept);
    }

    pub(super) fn clear(&mut self) {
        self.facts.clear();
    }
}
