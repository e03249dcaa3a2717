//! Delays: parameters within their range, so that drawing from them cannot fail.

use std::collections::BTreeMap;

use crate::base::{Ppm, Span};
use crate::net::Delay;
use crate::scenario::file::{Distribution, Empirical, Latency, Part, Quantile};
use crate::scenario::limits::{MOST_POINTS, MOST_SIGMA, SHAPES};
use crate::scenario::path::Trail;

use super::Resolver;

impl Resolver<'_> {
    pub(super) fn delay(&mut self, latency: &Latency, at: &Trail<'_>) -> Delay {
        match latency {
            Latency::Fixed(span) => Delay::Fixed(self.span(span, at)),
            Latency::Drawn(distribution) => self.distribution(distribution, at),
        }
    }

    fn distribution(&mut self, distribution: &Distribution, at: &Trail<'_>) -> Delay {
        if let Some(fixed) = &distribution.fixed {
            Delay::Fixed(self.span(fixed, &at.key("fixed")))
        } else if let Some(uniform) = &distribution.uniform {
            let at = at.key("uniform");
            let min = self.span(&uniform.min, &at.key("min"));
            let max = self.span(&uniform.max, &at.key("max"));
            if min > max {
                self.wrong(
                    &at.key("min"),
                    format!("{min} is more than {max}"),
                    "`min` must not exceed `max`",
                );
            }
            Delay::Uniform { min: min.min(max), max }
        } else if let Some(exponential) = &distribution.exponential {
            let at = at.key("exponential");
            Delay::Exponential { mean: self.span(&exponential.mean, &at.key("mean")) }
        } else if let Some(normal) = &distribution.normal {
            let at = at.key("normal");
            let mean = self.span(&normal.mean, &at.key("mean"));
            Delay::Normal { mean, deviation: self.span(&normal.deviation, &at.key("deviation")) }
        } else if let Some(lognormal) = &distribution.lognormal {
            let at = at.key("lognormal");
            let median = self.span(&lognormal.median, &at.key("median"));
            let sigma = self.real(lognormal.sigma, 0.0..=MOST_SIGMA, "a sigma", &at.key("sigma"));
            Delay::Lognormal { median, sigma }
        } else if let Some(pareto) = &distribution.pareto {
            let at = at.key("pareto");
            let scale = self.span(&pareto.scale, &at.key("scale"));
            Delay::Pareto { scale, shape: self.real(pareto.shape, SHAPES, "a shape", &at.key("shape")) }
        } else if let Some(parts) = &distribution.mixture {
            self.mixture(parts, &at.key("mixture"))
        } else if let Some(empirical) = &distribution.empirical {
            self.empirical(empirical, &at.key("empirical"))
        } else {
            Delay::Fixed(Span::ZERO)
        }
    }

    fn mixture(&mut self, parts: &[Part], at: &Trail<'_>) -> Delay {
        self.some_points(parts.len(), "part", at);
        let mut drawn: Vec<(Ppm, Delay)> = Vec::new();
        for (index, part) in parts.iter().enumerate().take(MOST_POINTS) {
            let at = at.index(index);
            drawn.push((self.share(&part.weight, &at.key("weight")), self.delay(&part.of, &at.key("of"))));
        }
        let sum: u64 = drawn.iter().map(|(weight, _)| u64::from(weight.parts())).sum();
        if sum != u64::from(Ppm::ALWAYS.parts()) && !drawn.is_empty() {
            let percent = crate::scenario::units::write_share(u32::try_from(sum).unwrap_or(u32::MAX));
            self.wrong(at, format!("the weights sum up to {percent}"), "they must sum up to 100%");
        }
        if drawn.is_empty() { Delay::Fixed(Span::ZERO) } else { Delay::Mixture(drawn.into()) }
    }

    fn empirical(&mut self, empirical: &Empirical, at: &Trail<'_>) -> Delay {
        if let Some(samples) = &empirical.samples {
            let at = at.key("samples");
            self.some_points(samples.len(), "sample", &at);
            let samples = samples.iter().enumerate().take(MOST_POINTS);
            let samples: Vec<Span> =
                samples.map(|(index, sample)| self.span(sample, &at.index(index))).collect();
            if !samples.is_empty() {
                return Delay::Empirical(samples.into());
            }
        } else if let Some(quantiles) = &empirical.quantiles {
            return self.quantiles(quantiles, &at.key("quantiles"));
        }
        Delay::Fixed(Span::ZERO)
    }

    fn quantiles(&mut self, quantiles: &[Quantile], at: &Trail<'_>) -> Delay {
        self.some_points(quantiles.len(), "quantile", at);
        let mut points: BTreeMap<Ppm, Span> = BTreeMap::new();
        for (index, quantile) in quantiles.iter().enumerate().take(MOST_POINTS) {
            let at = at.index(index);
            let share = self.share(&quantile.at, &at.key("at"));
            let span = self.span(&quantile.is, &at.key("is"));
            if let Some((last_share, last)) = points.last_key_value() {
                if share <= *last_share {
                    let message = format!("{share} comes after {last_share}");
                    self.wrong(&at.key("at"), message, "quantiles stand in rising order");
                } else if span < *last {
                    let message = format!("{span} at {share} is less than {last} at {last_share}");
                    self.wrong(&at.key("is"), message, "a larger share takes at least as long");
                }
            }
            points.insert(share, span);
        }
        if points.is_empty() {
            return Delay::Fixed(Span::ZERO);
        }
        Delay::Quantiles(points.into_iter().collect())
    }

    fn some_points(&mut self, count: usize, what: &str, at: &Trail<'_>) {
        if count == 0 {
            self.wrong(at, format!("there is no {what}"), format!("give at least one {what}"));
        }
        self.at_most(count, MOST_POINTS, &format!("{what}s"), at);
    }
}
