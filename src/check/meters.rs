//! What can be plotted of a run: how it stood over time, how old what was read was, what was sent. Part of what is
//! rewound with a run, so it is small and of one size however long the run: when the buckets of time are full, two
//! become one.

use std::collections::BTreeMap;

use crate::{
    action::Act,
    base::{KeyId, OpId, SimTime, Span},
    replica::MessageKind,
    sim::{Fact, Outcome, What},
};

use super::{Ledger, Tally};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meters {
    /// How much time a bucket stands for; 0 before the first fact.
    width: u64,
    buckets: Vec<Bucket>,
    /// As things stand: messages on their way, keys that differ.
    level: (u64, u64),
    /// Messages sent, by kind.
    sent: Vec<(MessageKind, u64)>,
    ages: [Reads; AGES],
    /// When a write of the key was acknowledged last.
    acknowledged: BTreeMap<KeyId, SimTime>,
    /// Reads under way: how long before them that was.
    open: BTreeMap<OpId, Span>,
}

/// A stretch of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bucket {
    /// The most messages on their way at once, idle gossip too.
    pub in_flight: u64,
    /// The most keys at once on which replicas differed.
    pub diverged: u64,
    pub reads: Reads,
    /// Operations answered without error.
    pub answered: u64,
    /// Refused, timed out, or cut short by a crash.
    pub failed: u64,
}

/// Reads, and how many of them were stale.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reads {
    pub all: u64,
    pub stale: u64,
}

/// The buckets of time, when they are all in use.
const BUCKETS: usize = 128;
/// What a bucket stands for at first.
const FIRST_WIDTH: u64 = 10_000_000;
/// Classes of age: below a millisecond, then each twice as far as the one before.
const AGES: usize = 24;

impl Bucket {
    fn joined(self, later: Self) -> Self {
        Self {
            in_flight: self.in_flight.max(later.in_flight),
            diverged: self.diverged.max(later.diverged),
            reads: Reads {
                all: self.reads.all + later.reads.all,
                stale: self.reads.stale + later.reads.stale,
            },
            answered: self.answered + later.answered,
            failed: self.failed + later.failed,
        }
    }
}

impl Meters {
    /// Follows the facts of one step; `ledger` has followed them already.
    pub fn observe(&mut self, facts: &[Fact], ledger: &Ledger) {
        let Some(last) = facts.last() else { return };
        let bucket = self.bucket(last.at.at);
        let level = (in_flight(&ledger.tally), ledger.diverged() as u64);
        self.level = level;
        let here = &mut self.buckets[bucket];
        here.in_flight = here.in_flight.max(level.0);
        here.diverged = here.diverged.max(level.1);
        for fact in facts {
            match &fact.what {
                What::Sent { kind, .. } => self.count(*kind),
                What::Asked { op, key, act, .. } if **act == Act::Read => {
                    if let Some(written) = self.acknowledged.get(key) {
                        self.open.insert(*op, fact.at.at.since(*written));
                    }
                }
                What::Answered { op, outcome } => self.answered(*op, outcome, bucket, fact.at.at, ledger),
                _ => {}
            }
        }
    }

    /// Where a time belongs; what has passed without a fact stood as it was left.
    fn bucket(&mut self, at: SimTime) -> usize {
        if self.width == 0 {
            self.width = FIRST_WIDTH;
        }
        while at.0 / self.width >= BUCKETS as u64 {
            self.buckets = self
                .buckets
                .chunks(2)
                .map(|pair| pair.iter().copied().reduce(Bucket::joined).unwrap_or_default())
                .collect();
            self.width *= 2;
        }
        let index = usize::try_from(at.0 / self.width).unwrap_or(0);
        let (in_flight, diverged) = self.level;
        while self.buckets.len() <= index {
            self.buckets.push(Bucket { in_flight, diverged, ..Bucket::default() });
        }
        index
    }

    fn count(&mut self, kind: MessageKind) {
        match self.sent.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => self.sent.push((kind, 1)),
        }
    }

    fn answered(&mut self, op: OpId, outcome: &Outcome, bucket: usize, at: SimTime, ledger: &Ledger) {
        let age = self.open.remove(&op);
        let bucket = &mut self.buckets[bucket];
        if outcome.is_ok() {
            bucket.answered += 1;
        } else {
            bucket.failed += 1;
        }
        let Some(answered) = ledger.answered(op) else { return };
        match outcome {
            Outcome::Written(_) | Outcome::Waited { .. } => {
                self.acknowledged.insert(answered.key, at);
            }
            Outcome::Found(_) => {
                let stale = u64::from(answered.staleness.is_some());
                bucket.reads.all += 1;
                bucket.reads.stale += stale;
                if let Some(age) = age {
                    let class = &mut self.ages[class_of(age)];
                    class.all += 1;
                    class.stale += stale;
                }
            }
            _ => {}
        }
    }

    /// How much time one of [`Self::over_time`] stands for.
    pub fn width(&self) -> Span {
        Span(self.width)
    }

    /// The run until now, in equal stretches; the last may not be over.
    pub fn over_time(&self) -> &[Bucket] {
        &self.buckets
    }

    /// Messages sent, by kind, the most frequent first.
    pub fn messages(&self) -> Vec<(MessageKind, u64)> {
        let mut sent = self.sent.clone();
        sent.sort_by_key(|(kind, count)| (std::cmp::Reverse(*count), *kind));
        sent
    }

    /// The bounds of the classes of age: each from the first, up to the second (not included).
    pub fn ages() -> impl Iterator<Item = (Span, Span)> {
        (0..AGES).map(|class| {
            let upper = 1_000_000 << class;
            (Span(if class == 0 { 0 } else { upper / 2 }), Span(upper))
        })
    }

    /// Reads by how long before them a write of the key had been acknowledged last: from which age, up to which (not
    /// included), and how many. Only ages that were seen. Reads of keys never written do not count.
    pub fn staleness_by_age(&self) -> Vec<(Span, Span, Reads)> {
        let classes = Self::ages().zip(&self.ages).filter(|(_, reads)| reads.all > 0);
        classes.map(|((from, upper), reads)| (from, upper, *reads)).collect()
    }
}

fn class_of(age: Span) -> usize {
    let millis = age.0 / 1_000_000;
    usize::try_from(u64::BITS - millis.leading_zeros()).unwrap_or(AGES).min(AGES - 1)
}

fn in_flight(tally: &Tally) -> u64 {
    tally.sent.saturating_sub(tally.delivered + tally.lost + tally.cut + tally.down)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Position;

    fn at(nanos: u64) -> Vec<Fact> {
        vec![Fact {
            at: Position { step: 0, at: SimTime(nanos) },
            what: What::Crashed { node: crate::base::NodeId(0) },
        }]
    }

    fn ledger() -> Ledger {
        let scenario = std::sync::Arc::new(crate::scenario::Scenario::of(3));
        Ledger::new(&crate::sim::Simulation::new(scenario, crate::base::Seed(1)))
    }

    #[test]
    fn a_run_of_any_length_keeps_to_its_buckets_and_loses_nothing() {
        let ledger = ledger();
        let mut meters = Meters::default();
        for second in 0..10_000_u64 {
            meters.observe(&at(second * 1_000_000_000), &ledger);
            let buckets = meters.buckets.len();
            assert!(buckets <= BUCKETS, "{buckets} at {second} s");
            let covered = meters.width * buckets as u64;
            assert!(covered > second * 1_000_000_000 && covered - meters.width <= second * 1_000_000_000);
        }
    }

    #[test]
    fn joining_buckets_keeps_sums_and_peaks() {
        let ledger = ledger();
        let mut meters = Meters::default();
        meters.observe(&at(0), &ledger);
        meters.buckets[0] =
            Bucket { in_flight: 7, diverged: 2, reads: Reads { all: 3, stale: 1 }, answered: 4, failed: 5 };
        meters.observe(&at(FIRST_WIDTH), &ledger);
        assert_eq!(
            meters.buckets[1],
            Bucket::default(),
            "a new bucket begins as things stand, not with a peak"
        );
        meters.buckets[1] =
            Bucket { in_flight: 3, diverged: 4, reads: Reads { all: 1, stale: 1 }, answered: 1, failed: 1 };
        meters.observe(&at(FIRST_WIDTH * BUCKETS as u64), &ledger);
        let joined =
            Bucket { in_flight: 7, diverged: 4, reads: Reads { all: 4, stale: 2 }, answered: 5, failed: 6 };
        assert_eq!(meters.buckets[0], joined);
        assert_eq!(meters.width, FIRST_WIDTH * 2);
    }

    #[test]
    fn ages_fall_into_classes_that_double() {
        for (millis, class) in
            [(0, 0), (1, 1), (2, 2), (3, 2), (4, 3), (1_000, 10), (u64::MAX / 1_000_000, AGES - 1)]
        {
            assert_eq!(class_of(Span(millis * 1_000_000)), class, "{millis} ms");
        }
    }
}
