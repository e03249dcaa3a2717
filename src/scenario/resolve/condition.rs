//! Conditions: from the words of a preset to the one grammar that is judged.

use crate::action::{Condition, Count, Holding, ReadClaim};
use crate::base::{KeyId, NodeId, Ppm, Span};
use crate::data::Value;
use crate::scenario::file::{
    self, DurationText, Guarantee, Limit, Outcome, ShareText, Siblings, Stale, State, Test, TimeToConsistency,
};
use crate::scenario::path::Trail;

use super::Resolver;

impl Resolver<'_> {
    pub(super) fn condition(&mut self, condition: &file::Condition, at: &Trail<'_>) -> Condition {
        match condition {
            file::Condition::State(State::Settled) => Condition::Settled,
            file::Condition::State(State::Converged) => Condition::Converged { within: None },
            file::Condition::State(State::Diverged) => Condition::Diverged,
            file::Condition::Test(test) => self.test(test, at),
        }
    }

    fn test(&mut self, test: &Test, at: &Trail<'_>) -> Condition {
        if let Some(converged) = &test.converged {
            let at = at.key("converged");
            let within = converged.within.as_ref().map(|w| self.span(w, &at.key("within")));
            Condition::Converged { within }
        } else if let Some(replica) = &test.replica {
            let node = self.node(replica, &at.key("replica"));
            let key = test.key.as_ref().map_or(KeyId(0), |key| self.key(key, &at.key("key")));
            self.holding(test, (node, key), at)
        } else if let Some(name) = &test.primary {
            let at = at.key("primary");
            self.needs_primary(&at);
            Condition::Primary(self.node(name, &at))
        } else if test.read.is_some() {
            self.last_read(test, at)
        } else if let Some(guarantee) = test.upholds {
            let (guarantee, by) = self.session(guarantee, test.by.as_deref(), at);
            Condition::Upholds { guarantee, by }
        } else if let Some(guarantee) = test.violated {
            let (guarantee, by) = self.session(guarantee, test.by.as_deref(), at);
            Condition::Violated { guarantee, by }
        } else if let Some(all) = &test.all {
            Condition::All(self.parts(all, &at.key("all")))
        } else if let Some(any) = &test.any {
            Condition::Any(self.parts(any, &at.key("any")))
        } else if let Some(inner) = &test.not {
            Condition::Not(Box::new(self.condition(inner, &at.key("not"))))
        } else {
            self.measure(test, at)
        }
    }

    fn parts(&mut self, parts: &[file::Condition], at: &Trail<'_>) -> Vec<Condition> {
        if parts.is_empty() {
            self.wrong(at, "this list of conditions is empty", "give at least one condition");
        }
        parts.iter().enumerate().map(|(index, part)| self.condition(part, &at.index(index))).collect()
    }

    fn session(
        &mut self,
        guarantee: Guarantee,
        by: Option<&str>,
        at: &Trail<'_>,
    ) -> (crate::action::Guarantee, Option<crate::base::ClientId>) {
        let guarantee = Self::guarantee(guarantee);
        (guarantee, by.map(|name| self.client(Some(name), at)))
    }

    fn holding(&mut self, test: &Test, (node, key): (NodeId, KeyId), at: &Trail<'_>) -> Condition {
        let replica = |holding| Condition::Replica { node, key, holding };
        if let Some(holds) = &test.holds {
            let mut values = self.outcome(holds, &at.key("holds"));
            match values.len() {
                1 => replica(Holding::Holds(values.remove(0))),
                _ => replica(Holding::Siblings(values)),
            }
        } else if let Some(lacks) = &test.lacks {
            let mut values = self.outcome(lacks, &at.key("lacks"));
            match values.len() {
                0 => Condition::Not(Box::new(replica(Holding::Siblings(values)))),
                1 => replica(Holding::Lacks(values.remove(0))),
                _ => Condition::All(values.into_iter().map(|value| replica(Holding::Lacks(value))).collect()),
            }
        } else {
            match &test.siblings {
                Some(Siblings::Count(limit)) => {
                    replica(Holding::SiblingCount(self.count(limit, &at.key("siblings"))))
                }
                Some(Siblings::These(values)) => {
                    let values = Outcome::Several(values.clone());
                    replica(Holding::Siblings(self.outcome(&values, &at.key("siblings"))))
                }
                None => replica(Holding::Siblings(Vec::new())),
            }
        }
    }

    fn last_read(&mut self, test: &Test, at: &Trail<'_>) -> Condition {
        Condition::LastRead(match (&test.returns, &test.stale) {
            (Some(returns), _) => ReadClaim::Returns(self.outcome(returns, &at.key("returns"))),
            (None, Some(Stale::Is(true))) => ReadClaim::Stale(Count::at_least(1)),
            (None, None | Some(Stale::Is(false))) => ReadClaim::Stale(Count::ZERO),
            (None, Some(Stale::By(by))) => {
                let at = at.key("stale");
                ReadClaim::Stale(self.count(&by.versions, &at.key("versions")))
            }
        })
    }

    /// The values that a read gives or a replica holds.
    pub(super) fn outcome(&mut self, outcome: &Outcome, at: &Trail<'_>) -> Vec<Value> {
        match outcome {
            Outcome::Nothing => Vec::new(),
            Outcome::Value(value) => vec![self.value(value, at)],
            Outcome::Several(values) => {
                values.iter().enumerate().map(|(index, value)| self.value(value, &at.index(index))).collect()
            }
        }
    }

    fn measure(&mut self, test: &Test, at: &Trail<'_>) -> Condition {
        if let Some(limit) = &test.in_flight {
            Condition::InFlight(self.count(limit, &at.key("in_flight")))
        } else if let Some(limit) = &test.stale_reads {
            Condition::StaleReads(self.count(limit, &at.key("stale_reads")))
        } else if let Some(limit) = &test.lost_writes {
            Condition::LostWrites(self.count(limit, &at.key("lost_writes")))
        } else if let Some(limit) = &test.refused {
            Condition::Refused(self.count(limit, &at.key("refused")))
        } else if let Some(limit) = &test.timed_out {
            Condition::TimedOut(self.count(limit, &at.key("timed_out")))
        } else if let Some(limit) = &test.available {
            self.available(limit, &at.key("available"))
        } else if let Some(limit) = &test.elapsed {
            self.elapsed(limit, &at.key("elapsed"))
        } else if let Some(times) = &test.time_to_consistency {
            self.time_to_consistency(times, &at.key("time_to_consistency"))
        } else {
            Condition::Settled
        }
    }

    fn available(&mut self, limit: &Limit<ShareText>, at: &Trail<'_>) -> Condition {
        let bounds = match limit {
            Limit::Exactly(share) => return Condition::Available(self.share(share, at)),
            Limit::Within(bounds) => bounds,
        };
        let (at_least, at_most) = self.bounds(bounds, at, Self::share);
        let beyond = at_most.and_then(|most: Ppm| Ppm::new(most.parts() + 1));
        both(at_least.map(Condition::Available), beyond.map(Condition::Available).map(not))
    }

    fn elapsed(&mut self, limit: &Limit<DurationText>, at: &Trail<'_>) -> Condition {
        let bounds = match limit {
            Limit::Exactly(span) => return Condition::Elapsed(self.span(span, at)),
            Limit::Within(bounds) => bounds,
        };
        let (at_least, at_most) = self.bounds(bounds, at, Self::span);
        let beyond = at_most.map(|most| Span(most.0 + 1));
        both(at_least.map(Condition::Elapsed), beyond.map(Condition::Elapsed).map(not))
    }

    fn time_to_consistency(&mut self, times: &TimeToConsistency, at: &Trail<'_>) -> Condition {
        let TimeToConsistency { p50, p95, p99, p999, max } = times;
        let all =
            [("p50", p50, 500_000), ("p95", p95, 950_000), ("p99", p99, 990_000), ("p999", p999, 999_000)];
        let mut parts: Vec<Condition> = Vec::new();
        for (name, limit, parts_per_million) in all.into_iter().chain([("max", max, 1_000_000)]) {
            let Some(limit) = limit else { continue };
            let at = at.key(name);
            let quantile = Ppm::new(parts_per_million).unwrap_or(Ppm::ALWAYS);
            let within = |at_most| Condition::TimeToConsistency { quantile, at_most };
            parts.push(match limit {
                Limit::Exactly(span) => within(self.span(span, &at)),
                Limit::Within(bounds) => {
                    let (at_least, at_most) = self.bounds(bounds, &at, Self::span);
                    let below = at_least.filter(|least| least.0 > 0).map(|least| Span(least.0 - 1));
                    both(at_most.map(within), below.map(within).map(not))
                }
            });
        }
        both(Some(Condition::All(parts)), None)
    }
}

fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}

/// Both, or the one that there is.
fn both(first: Option<Condition>, second: Option<Condition>) -> Condition {
    let mut parts: Vec<Condition> = first.into_iter().chain(second).collect();
    match parts.pop() {
        Some(Condition::All(mut only)) if parts.is_empty() && only.len() == 1 => only.remove(0),
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            Condition::All(parts)
        }
    }
}
