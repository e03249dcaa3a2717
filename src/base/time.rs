//! Virtual time: what the simulation knows (`SimTime`), what a replica believes (`LocalTime`), how long
//! things take (`Span`), and the one order of all that happens (`Position`).

use std::{fmt, ops};

/// Nanoseconds since the start of the run. Only the scheduler owns it; replicas see [`LocalTime`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SimTime(pub u64);

/// A length of time in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(pub u64);

/// What one replica's clock shows: nanoseconds since the start of the run, give or take its skew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct LocalTime(pub i64);

/// A place in a run: after `step` steps (an event or a command each), the clock standing at `at`.
/// Several steps share an instant, so time alone would not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position {
    pub step: u64,
    pub at: SimTime,
}

impl Span {
    pub const ZERO: Self = Self(0);

    pub const fn micros(n: u64) -> Self {
        Self(n * 1_000)
    }

    pub const fn millis(n: u64) -> Self {
        Self(n * 1_000_000)
    }

    pub const fn secs(n: u64) -> Self {
        Self(n * 1_000_000_000)
    }

    #[expect(clippy::cast_precision_loss, reason = "spans of interest are far below 2^53 ns")]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// From a sample of a distribution: nothing below zero, nothing beyond about 292 years.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..2^63")]
    pub fn from_nanos_f64(nanos: f64) -> Self {
        Self(nanos.clamp(0.0, 9.2e18) as u64)
    }

    /// This span times `percent` / 100, saturating.
    #[must_use]
    pub fn scaled(self, percent: u32) -> Self {
        if percent == 100 {
            return self;
        }
        let scaled = u128::from(self.0) * u128::from(percent) / 100;
        Self(u64::try_from(scaled).unwrap_or(u64::MAX / 2))
    }
}

impl SimTime {
    pub const ZERO: Self = Self(0);

    /// How long ago `earlier` was; zero where it is not earlier.
    pub fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl ops::Add<Span> for SimTime {
    type Output = Self;

    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl fmt::Display for SimTime {
    /// Seconds with two decimals, `12.40s`; from an hour on as a clock shows it, `4:00:13.04`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HOUR: u64 = 3_600;
        let hundredths = self.0 / 10_000_000;
        let (seconds, rest) = (hundredths / 100, hundredths % 100);
        if seconds < HOUR {
            return write!(f, "{seconds}.{rest:02}s");
        }
        write!(f, "{}:{:02}:{:02}.{rest:02}", seconds / HOUR, seconds / 60 % 60, seconds % 60)
    }
}

impl fmt::Display for Span {
    /// About three figures in the unit that suits: `80ms`, `1.5s`, `3h`, `250us`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u64, &str); 6] = [
            (3_600_000_000_000, "h"),
            (60_000_000_000, "min"),
            (1_000_000_000, "s"),
            (1_000_000, "ms"),
            (1_000, "us"),
            (1, "ns"),
        ];
        let Some(&(unit, name)) = UNITS.iter().find(|(unit, _)| self.0 >= *unit) else {
            return write!(f, "0s");
        };
        let whole = self.0 / unit;
        let decimals = match whole {
            0..10 => 2,
            10..100 => 1,
            _ => 0,
        };
        let scale = 10_u64.pow(decimals);
        let rest = u128::from(self.0 % unit) * u128::from(scale) / u128::from(unit);
        if rest == 0 {
            return write!(f, "{whole}{name}");
        }
        let digits = format!("{rest:0width$}", width = decimals as usize);
        write!(f, "{whole}.{}{name}", digits.trim_end_matches('0'))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (step {})", self.at, self.step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_prints_as_seconds_and_from_an_hour_on_as_a_clock() {
        let check = |hundredths: u64, text: &str| {
            assert_eq!(SimTime(hundredths * 10_000_000).to_string(), text);
        };
        check(0, "0.00s");
        check(1_240, "12.40s");
        check(359_999, "3599.99s");
        check(360_000, "1:00:00.00");
        check(1_441_304, "4:00:13.04");
        check(360_000 * 100 + 6_005, "100:01:00.05");
    }

    #[test]
    fn spans_print_in_the_unit_that_suits() {
        let check = |nanos, text: &str| assert_eq!(Span(nanos).to_string(), text);
        check(0, "0s");
        check(80_000_000, "80ms");
        check(1_500_000_000, "1.5s");
        check(1_849_000_000, "1.84s");
        check(250_000, "250us");
        check(3 * 3_600_000_000_000, "3h");
    }
}
