//! The bounds of what a preset may ask for: wide enough for every lesson, narrow enough that a slip of the finger is
//! told at once instead of filling the memory. The documentation states them from here.

use crate::base::Span;

/// Replicas of a cluster.
pub const MOST_REPLICAS: usize = 1_000;
/// Clients, each with a session of its own.
pub const MOST_CLIENTS: usize = 200;
/// Keys of a run, those that people add later included.
pub const MOST_KEYS: usize = 10_000;
/// Steps of a script.
pub const MOST_STEPS: usize = 10_000;
/// Expectations of a preset.
pub const MOST_EXPECTATIONS: usize = 1_000;
/// Entries of `network.links`.
pub const MOST_LINKS: usize = 1_000;
/// Directed links that all entries of `network.links` together may name, each zone counted as its replicas.
pub const MOST_LINK_ENDS: usize = 4_000_000;
/// Directed links that one `set` may turn.
pub const MOST_SET_LINKS: usize = 1_000;
/// Percent of what links say that messages may take.
pub const MOST_PERCENT: u64 = 10_000;
/// Samples, quantiles or parts of one distribution.
pub const MOST_POINTS: usize = 10_000;
/// Characters of the name of a replica, zone, client or cut.
pub const MOST_NAME: usize = 32;
/// Characters of a key.
pub const MOST_KEY: usize = 64;
/// Characters of a value.
pub const MOST_VALUE: usize = 256;
/// Elements that a set starts with.
pub const MOST_ELEMENTS: usize = 1_000;
/// By how much a counter goes up or down at once, and the most it starts at.
pub const MOST_AMOUNT: u32 = 1_000_000_000;
/// Any time or span: ten years.
pub const MOST_SPAN: Span = Span::secs(3_650 * 24 * 60 * 60);
/// The shortest period of anti-entropy.
pub const LEAST_PERIOD: Span = Span::millis(1);
/// The shortest mean time between two operations of a workload: 100,000 a second.
pub const LEAST_GAP: Span = Span::micros(10);
/// The largest exponent of a workload's Zipf distribution.
pub const MOST_SKEW: f64 = 10.0;
/// The largest sigma of a lognormal distribution.
pub const MOST_SIGMA: f64 = 10.0;
/// The smallest and the largest shape of a Pareto distribution.
pub const SHAPES: std::ops::RangeInclusive<f64> = 0.1..=1_000.0;
