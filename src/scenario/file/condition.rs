//! Conditions: what `when`, `until`, `claim` and `expect` ask.

use schemars::JsonSchema;
use serde::Deserialize;

use super::client::Guarantee;
use super::either::{Either, ListOrMap, either};
use super::quantity::{DurationText, ShareText};
use super::value::{Literal, Outcome};

/// Something that is true or false of a run at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// A state of the whole cluster, by its name.
    State(State),
    /// Anything that takes settings.
    Test(Box<Test>),
}
either!(
    Condition: Either { Scalar => State(State), Collection => Test(Box<Test>) },
    "A condition: settled, converged or diverged, or a map with one test, such as {stale_reads: 0}."
);

/// A state of the whole cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nothing that is still to come can change any replica's data.
    Settled,
    /// All replicas of every key hold the same.
    Converged,
    /// Some replicas of a key hold different things.
    Diverged,
}

/// One test, with its companions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// All replicas of every key hold the same.
    pub converged: Option<Converged>,

    /// What one replica holds; with `key` and one of `holds`, `lacks`, `siblings`.
    pub replica: Option<String>,
    /// The key looked at. Stands beside `replica`.
    pub key: Option<String>,
    /// The replica holds exactly this (a list: these siblings); `null` for no value.
    #[serde(default, deserialize_with = "Outcome::present")]
    pub holds: Option<Outcome>,
    /// The replica does not hold this, not even as a sibling.
    #[serde(default, deserialize_with = "Outcome::present")]
    pub lacks: Option<Outcome>,
    /// The replica holds exactly these values, written at the same time, in any order; or so many.
    pub siblings: Option<Siblings>,

    /// This replica is up and takes itself for the primary.
    pub primary: Option<String>,

    /// What a read returned, `last` for the latest one; with one of `returns`, `stale`.
    pub read: Option<Last>,
    /// The read returned exactly this (a list: these siblings); `null` for no value.
    #[serde(default, deserialize_with = "Outcome::present")]
    pub returns: Option<Outcome>,
    /// Whether the read missed an acknowledged write, or by how many versions.
    pub stale: Option<Stale>,

    /// How many messages are on their way.
    pub in_flight: Option<Limit<u64>>,
    /// How many reads so far missed an acknowledged write.
    pub stale_reads: Option<Limit<u64>>,
    /// How many acknowledged writes were overwritten by a concurrent one without a word.
    pub lost_writes: Option<Limit<u64>>,
    /// How many operations were refused: an error came, and nothing was done.
    pub refused: Option<Limit<u64>>,
    /// How many operations timed out: nobody knows whether they were done.
    pub timed_out: Option<Limit<u64>>,
    /// The share of operations answered without an error. A bare share is the least that will do.
    pub available: Option<Limit<ShareText>>,
    /// How long writes take until every replica of their key reflects them.
    pub time_to_consistency: Option<TimeToConsistency>,
    /// How long the run has lasted. A bare duration is the least that will do.
    pub elapsed: Option<Limit<DurationText>>,

    /// No session lost this guarantee, though it may not have been promised.
    pub upholds: Option<Guarantee>,
    /// A session lost this guarantee.
    pub violated: Option<Guarantee>,
    /// The client whose session is meant. Stands beside `upholds` or `violated`. Default: any.
    pub by: Option<String>,

    /// All of these are true.
    pub all: Option<Vec<Condition>>,
    /// At least one of these is true.
    pub any: Option<Vec<Condition>>,
    /// This is false.
    pub not: Option<Condition>,
}

/// All replicas hold the same, soon enough.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Converged {
    /// How long after the last write, heal, restart or thaw, whichever came last. Default: any time.
    pub within: Option<DurationText>,
}

/// What a replica holds of a key when it holds several values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Siblings {
    /// So many.
    Count(Limit<u64>),
    /// Exactly these, in any order.
    These(Vec<Literal>),
}

impl<'de> Deserialize<'de> for Siblings {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Either::<u64, ListOrMap<Vec<Literal>, Bounds<u64>>>::deserialize(deserializer).map(|either| {
            match either {
                Either::Scalar(exact) => Self::Count(Limit::Exactly(exact)),
                Either::Collection(ListOrMap::Map(bounds)) => Self::Count(Limit::Within(bounds)),
                Either::Collection(ListOrMap::List(values)) => Self::These(values),
            }
        })
    }
}

impl JsonSchema for Siblings {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Siblings".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A list of values, or how many: a number, or bounds such as {at_least: 2}.",
            "anyOf": [
                generator.subschema_for::<Limit<u64>>(),
                { "type": "array", "items": generator.subschema_for::<Literal>() },
            ],
        })
    }
}

/// The word `last`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Last {
    /// The latest one.
    Last,
}

/// Whether a read missed an acknowledged write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stale {
    /// It did, or did not.
    Is(bool),
    /// By how much.
    By(Versions),
}
either!(
    Stale: Either { Scalar => Is(bool), Collection => By(Versions) },
    "true, false, or by how many versions, such as {versions: {at_most: 2}}."
);

/// How far behind a read was.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Versions {
    /// How many acknowledged versions newer than the one returned there were.
    pub versions: Limit<u64>,
}

/// How long writes take until every replica of their key reflects them; at least one of these. A bare duration is the
/// most that will do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct TimeToConsistency {
    /// Half of the writes take at most this long.
    pub p50: Option<Limit<DurationText>>,
    /// 95 % of the writes take at most this long.
    pub p95: Option<Limit<DurationText>>,
    /// 99 % of the writes take at most this long.
    pub p99: Option<Limit<DurationText>>,
    /// 99.9 % of the writes take at most this long.
    pub p999: Option<Limit<DurationText>>,
    /// Every write takes at most this long.
    pub max: Option<Limit<DurationText>>,
}

/// A number: exact, or within bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Limit<T> {
    /// This; what a bare quantity means is said where it stands.
    Exactly(T),
    /// Between bounds.
    Within(Bounds<T>),
}

/// A number within bounds, themselves included: at least one of the two.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BoundsOf{T}", extend("minProperties" = 1))]
pub struct Bounds<T> {
    /// Not less than this.
    pub at_least: Option<T>,
    /// Not more than this.
    pub at_most: Option<T>,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Limit<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Either::deserialize(deserializer).map(|either| match either {
            Either::Scalar(exact) => Self::Exactly(exact),
            Either::Collection(bounds) => Self::Within(bounds),
        })
    }
}

impl<T: JsonSchema> JsonSchema for Limit<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("LimitOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A number: exact, or within bounds, such as {at_least: 1, at_most: 3}.",
            "anyOf": [generator.subschema_for::<T>(), generator.subschema_for::<Bounds<T>>()],
        })
    }
}
