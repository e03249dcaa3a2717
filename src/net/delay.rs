//! How long a message takes.

use std::{fmt, sync::Arc};

use crate::base::{Ppm, Span, Stream};

/// A distribution of delays. Logarithms, powers and cosines come from `libm`, so that every platform
/// draws the same bits.
#[derive(Debug, Clone, PartialEq)]
pub enum Delay {
    Fixed(Span),
    Uniform {
        min: Span,
        max: Span,
    },
    Exponential {
        mean: Span,
    },
    /// Truncated at zero: a negative draw counts as zero.
    Normal {
        mean: Span,
        deviation: Span,
    },
    /// `sigma` is the standard deviation of the logarithm.
    Lognormal {
        median: Span,
        sigma: f64,
    },
    /// At least `scale`; the smaller `shape`, the heavier the tail.
    Pareto {
        scale: Span,
        shape: f64,
    },
    /// One of several, by weight; the weights add up to 100 %.
    Mixture(Arc<[(Ppm, Self)]>),
    /// One of the samples, each as likely as the next.
    Empirical(Arc<[Span]>),
    /// Quantiles in rising order, linear in between.
    Quantiles(Arc<[(Ppm, Span)]>),
}

impl Delay {
    pub fn sample(&self, stream: &mut Stream) -> Span {
        match self {
            Self::Fixed(span) => *span,
            Self::Uniform { min, max } => Span(min.0 + stream.below(max.0 - min.0 + 1)),
            Self::Exponential { mean } => Span::from_nanos_f64(-nanos(*mean) * libm::log(stream.unit())),
            Self::Normal { mean, deviation } => {
                Span::from_nanos_f64(nanos(*mean) + nanos(*deviation) * standard_normal(stream))
            }
            Self::Lognormal { median, sigma } => {
                Span::from_nanos_f64(nanos(*median) * libm::exp(sigma * standard_normal(stream)))
            }
            Self::Pareto { scale, shape } => {
                Span::from_nanos_f64(nanos(*scale) / libm::pow(stream.unit(), 1.0 / shape))
            }
            Self::Mixture(parts) => Self::pick(parts, stream).sample(stream),
            Self::Empirical(samples) => samples[stream.index(samples.len())],
            Self::Quantiles(points) => interpolate(points, stream),
        }
    }

    fn pick<'a>(parts: &'a [(Ppm, Self)], stream: &mut Stream) -> &'a Self {
        let mut left = stream.below(1_000_000);
        for (weight, delay) in parts {
            let weight = u64::from(weight.parts());
            if left < weight {
                return delay;
            }
            left -= weight;
        }
        &parts[parts.len() - 1].1
    }

    /// What one sample in a million goes beyond.
    pub fn extreme(&self) -> Span {
        const ONE_IN: f64 = 1e6;
        // So many deviations above the mean.
        const DEVIATIONS: f64 = 4.753_4;
        match self {
            Self::Fixed(span) | Self::Uniform { max: span, .. } => *span,
            Self::Exponential { mean } => Span::from_nanos_f64(nanos(*mean) * libm::log(ONE_IN)),
            Self::Normal { mean, deviation } => {
                Span::from_nanos_f64(nanos(*mean) + DEVIATIONS * nanos(*deviation))
            }
            Self::Lognormal { median, sigma } => {
                Span::from_nanos_f64(nanos(*median) * libm::exp(DEVIATIONS * sigma))
            }
            Self::Pareto { scale, shape } => {
                Span::from_nanos_f64(nanos(*scale) * libm::pow(ONE_IN, 1.0 / shape))
            }
            Self::Mixture(parts) => {
                parts.iter().map(|(_, delay)| delay.extreme()).max().unwrap_or(Span::ZERO)
            }
            Self::Empirical(samples) => samples.iter().copied().max().unwrap_or(Span::ZERO),
            Self::Quantiles(points) => points.last().map_or(Span::ZERO, |(_, span)| *span),
        }
    }

    /// A typical value for people to read: the median where it is simple, else the mean.
    pub fn typical(&self) -> Span {
        match self {
            Self::Fixed(span) | Self::Exponential { mean: span } | Self::Lognormal { median: span, .. } => {
                *span
            }
            Self::Uniform { min, max } => Span(min.0 / 2 + max.0 / 2),
            Self::Normal { mean, .. } => *mean,
            Self::Pareto { scale, shape } => {
                Span::from_nanos_f64(nanos(*scale) * libm::pow(2.0, 1.0 / shape))
            }
            Self::Mixture(parts) => parts
                .iter()
                .max_by_key(|(weight, _)| *weight)
                .map_or(Span::ZERO, |(_, delay)| delay.typical()),
            Self::Empirical(samples) => {
                let mut sorted = samples.to_vec();
                sorted.sort_unstable();
                sorted[sorted.len() / 2]
            }
            Self::Quantiles(points) => points[points.len() / 2].1,
        }
    }
}

impl fmt::Display for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(span) => write!(f, "{span}"),
            Self::Uniform { min, max } => write!(f, "{min} to {max}"),
            Self::Exponential { mean } => write!(f, "exponential, mean {mean}"),
            Self::Normal { mean, deviation } => write!(f, "normal, {mean} ± {deviation}"),
            Self::Lognormal { median, sigma } => write!(f, "lognormal, median {median}, sigma {sigma}"),
            Self::Pareto { scale, shape } => write!(f, "Pareto, at least {scale}, shape {shape}"),
            Self::Mixture(parts) => write!(f, "mixture of {}", parts.len()),
            Self::Empirical(samples) => write!(f, "{} samples", samples.len()),
            Self::Quantiles(points) => write!(f, "{} quantiles", points.len()),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "spans of interest are far below 2^53 ns")]
fn nanos(span: Span) -> f64 {
    span.0 as f64
}

/// One draw by Box and Muller's method; always two uniform draws.
fn standard_normal(stream: &mut Stream) -> f64 {
    let radius = (-2.0 * libm::log(stream.unit())).sqrt();
    radius * libm::cos(std::f64::consts::TAU * stream.unit())
}

fn interpolate(points: &[(Ppm, Span)], stream: &mut Stream) -> Span {
    let draw = stream.below(1_000_000);
    let above = points.iter().position(|(at, _)| u64::from(at.parts()) >= draw);
    let Some(above) = above else {
        return points[points.len() - 1].1;
    };
    if above == 0 {
        return points[0].1;
    }
    let ((low_at, low), (high_at, high)) = (points[above - 1], points[above]);
    let width = u64::from(high_at.parts() - low_at.parts()).max(1);
    let along = draw - u64::from(low_at.parts());
    let rise = u128::from(high.0.saturating_sub(low.0)) * u128::from(along) / u128::from(width);
    Span(low.0 + u64::try_from(rise).unwrap_or(u64::MAX / 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Purpose, Seed};

    fn mean_of(delay: &Delay) -> f64 {
        let mut stream = Seed(1).stream(Purpose::MessageFate, [0, 0]);
        let draws = 200_000_u32;
        (0..draws).map(|_| delay.sample(&mut stream).as_secs_f64()).sum::<f64>() / f64::from(draws)
    }

    #[test]
    fn sample_means_are_those_of_the_distributions() {
        let check = |delay: Delay, expected: f64| {
            let mean = mean_of(&delay);
            assert!((mean / expected - 1.0).abs() < 0.02, "{delay}: mean {mean}, expected {expected}");
        };
        check(Delay::Fixed(Span::millis(80)), 0.080);
        check(Delay::Uniform { min: Span::millis(10), max: Span::millis(30) }, 0.020);
        check(Delay::Exponential { mean: Span::millis(10) }, 0.010);
        check(Delay::Normal { mean: Span::millis(80), deviation: Span::millis(10) }, 0.080);
        check(Delay::Lognormal { median: Span::millis(10), sigma: 0.5 }, 0.010 * libm::exp(0.125));
        check(Delay::Pareto { scale: Span::millis(3), shape: 3.5 }, 0.003 * 3.5 / 2.5);
        let parts = [
            (Ppm::percent(90), Delay::Fixed(Span::millis(1))),
            (Ppm::percent(10), Delay::Fixed(Span::millis(11))),
        ];
        check(Delay::Mixture(parts.into()), 0.002);
        check(Delay::Empirical([Span::millis(1), Span::millis(3)].into()), 0.002);
        check(Delay::Quantiles([(Ppm::NEVER, Span::ZERO), (Ppm::ALWAYS, Span::millis(10))].into()), 0.005);
    }
}
