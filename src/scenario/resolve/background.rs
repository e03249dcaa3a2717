//! Hints, failure detection and tombstones: written rules become checked ones.

use crate::action::{self, HintHolder};
use crate::base::Span;
use crate::scenario::file::{self, DurationText, FailureDetector, Hints, Tombstones};
use crate::scenario::limits::LEAST_PERIOD;
use crate::scenario::path::Trail;

use super::Resolver;

impl Resolver<'_> {
    pub(super) fn hints(&mut self, hints: &Hints, at: &Trail<'_>) -> Option<action::HintRules> {
        let Hints::On(rules) = hints else { return None };
        let usual = action::HintRules::USUAL;
        let window = rules.window.as_ref();
        Some(action::HintRules {
            window: window.map_or(usual.window, |window| self.span(window, &at.key("window"))),
            holder: match rules.holder {
                None | Some(file::HintHolder::Coordinator) => HintHolder::Coordinator,
                Some(file::HintHolder::Next) => HintHolder::Next,
            },
            replay_every: self.period(
                rules.replay_every.as_ref(),
                usual.replay_every,
                &at.key("replay_every"),
            ),
        })
    }

    pub(super) fn failure_detector(
        &mut self,
        detector: &FailureDetector,
        at: &Trail<'_>,
    ) -> Option<action::FailureDetector> {
        let FailureDetector::On(heartbeats) = detector else { return None };
        let usual = action::FailureDetector::USUAL;
        let every = heartbeats.gossip_every.as_ref();
        let gossip_every = self.period(every, usual.gossip_every, &at.key("gossip_every"));
        let timeout = heartbeats.timeout.as_ref();
        let at = at.key("timeout");
        let timeout = timeout.map_or(usual.timeout, |timeout| self.some_time(timeout, "a timeout", &at));
        if timeout <= gossip_every {
            let message = format!("a timeout of {timeout} is over before the next heartbeat");
            self.wrong(&at, message, format!("write several times {gossip_every}"));
        }
        Some(action::FailureDetector { timeout, gossip_every })
    }

    pub(super) fn tombstones(
        &mut self,
        tombstones: &Tombstones,
        at: &Trail<'_>,
    ) -> Option<action::TombstoneRules> {
        let Tombstones::On(rules) = tombstones else { return None };
        let usual = action::TombstoneRules::USUAL;
        let grace = rules.gc_grace.as_ref();
        Some(action::TombstoneRules {
            gc_grace: grace.map_or(usual.gc_grace, |grace| self.span(grace, &at.key("gc_grace"))),
            compact_every: self.period(
                rules.compact_every.as_ref(),
                usual.compact_every,
                &at.key("compact_every"),
            ),
        })
    }

    fn period(&mut self, period: Option<&DurationText>, usual: Span, at: &Trail<'_>) -> Span {
        period.map_or(usual, |period| self.no_less(period, LEAST_PERIOD, "a period", at))
    }
}
