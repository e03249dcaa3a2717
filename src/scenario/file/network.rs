//! `network`: how messages travel.

use schemars::JsonSchema;
use serde::Deserialize;

use super::either::either;
use super::quantity::{DurationText, ShareText};

/// How messages travel between any two replicas, and on single links.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// How long a message takes, one way: a duration or a distribution. Default: 80ms.
    pub latency: Option<Latency>,
    /// The share of messages that never arrive. Default: 0%.
    pub loss: Option<ShareText>,
    /// The share of messages that arrive twice. Default: 0%.
    pub duplicate: Option<ShareText>,
    /// Whether a message may overtake an earlier one on the same link. Default: true.
    pub reorder: Option<bool>,
    /// Links that differ from the rest; of several settings for one link, the last counts. Default: none.
    #[serde(default)]
    pub links: Vec<Link>,
}

/// A link that differs from the rest: either both ways (`between`) or one way (`from`, `to`).
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The two replicas or zones at its ends, for both ways.
    pub between: Option<[String; 2]>,
    /// The replica or zone that sends, for one way.
    pub from: Option<String>,
    /// The replica or zone that receives, for one way.
    pub to: Option<String>,
    /// How long a message takes, one way. Default: as the network says.
    pub latency: Option<Latency>,
    /// The share of messages that never arrive. Default: as the network says.
    pub loss: Option<ShareText>,
    /// The share of messages that arrive twice. Default: as the network says.
    pub duplicate: Option<ShareText>,
    /// Whether a message may overtake an earlier one. Default: as the network says.
    pub reorder: Option<bool>,
}

/// How long a message takes.
#[derive(Debug, Clone, PartialEq)]
pub enum Latency {
    /// Always as long.
    Fixed(DurationText),
    /// Drawn anew for every message.
    Drawn(Box<Distribution>),
}
either!(
    Latency: Either { Scalar => Fixed(DurationText), Collection => Drawn(Box<Distribution>) },
    "How long a message takes, one way: a duration such as 80ms, or a distribution such as {exponential: {mean: 80ms}}."
);

/// A distribution of delays: exactly one of these.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Distribution {
    /// Always this long.
    pub fixed: Option<DurationText>,
    /// Anything between two durations, each as likely.
    pub uniform: Option<Uniform>,
    /// Mostly short, sometimes long: exponential.
    pub exponential: Option<Exponential>,
    /// A bell around a mean; never below zero.
    pub normal: Option<Normal>,
    /// A bell on a logarithmic scale: a long tail of slow messages.
    pub lognormal: Option<Lognormal>,
    /// At least the scale, with a heavy tail.
    pub pareto: Option<Pareto>,
    /// One of several distributions, picked anew for every message.
    pub mixture: Option<Vec<Part>>,
    /// Measured delays.
    pub empirical: Option<Empirical>,
}

/// Anything between two durations.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Uniform {
    /// The shortest delay.
    pub min: DurationText,
    /// The longest delay.
    pub max: DurationText,
}

/// Exponentially distributed delays.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exponential {
    /// The average delay.
    pub mean: DurationText,
}

/// Normally distributed delays; below zero counts as zero.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Normal {
    /// The average delay.
    pub mean: DurationText,
    /// The standard deviation.
    pub deviation: DurationText,
}

/// Delays whose logarithm is normally distributed.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lognormal {
    /// Half of the messages take less.
    pub median: DurationText,
    /// The standard deviation of the natural logarithm; no unit.
    pub sigma: f64,
}

/// Pareto-distributed delays.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pareto {
    /// The shortest delay.
    pub scale: DurationText,
    /// The tail index, above zero: the smaller, the heavier the tail; no unit.
    pub shape: f64,
}

/// One distribution of a mixture.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The share of messages it decides; the weights of a mixture sum up to 100%.
    pub weight: ShareText,
    /// The delay of those messages.
    pub of: Latency,
}

/// Measured delays: exactly one of these.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Empirical {
    /// Delays as measured; each is as likely.
    pub samples: Option<Vec<DurationText>>,
    /// Points of the distribution, rising; straight lines between them.
    pub quantiles: Option<Vec<Quantile>>,
}

/// A point of a measured distribution.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quantile {
    /// This share of messages …
    pub at: ShareText,
    /// … takes at most this long.
    pub is: DurationText,
}
