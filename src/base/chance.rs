//! Probabilities as whole parts per million: exact to compare, to store and to print.

use std::fmt;

/// A probability in parts per million, 0 to 1,000,000 inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Ppm(u32);

impl Ppm {
    pub const NEVER: Self = Self(0);
    pub const ALWAYS: Self = Self(1_000_000);

    /// `None` above one million.
    pub const fn new(parts: u32) -> Option<Self> {
        if parts <= 1_000_000 { Some(Self(parts)) } else { None }
    }

    /// Whole percent, clamped to 100.
    pub const fn percent(percent: u32) -> Self {
        if percent >= 100 { Self::ALWAYS } else { Self(percent * 10_000) }
    }

    pub const fn parts(self) -> u32 {
        self.0
    }

    pub fn is_never(self) -> bool {
        self == Self::NEVER
    }

    /// Whether a uniform 64-bit draw falls within this probability.
    pub fn hits(self, draw: u64) -> bool {
        // Scale the draw to 0..1,000,000 by multiplication: no modulo bias, no floating point.
        let scaled = (u128::from(draw) * 1_000_000) >> 64;
        scaled < u128::from(self.0)
    }
}

impl fmt::Display for Ppm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 10_000, self.0 % 10_000);
        if rest == 0 {
            return write!(f, "{whole}%");
        }
        let digits = format!("{rest:04}");
        write!(f, "{whole}.{}%", digits.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_never_hits_and_always_always_does() {
        for draw in [0, 1, u64::MAX / 2, u64::MAX] {
            assert!(!Ppm::NEVER.hits(draw));
            assert!(Ppm::ALWAYS.hits(draw));
        }
    }

    #[test]
    fn prints_the_shortest_percent() {
        assert_eq!(Ppm::percent(5).to_string(), "5%");
        assert_eq!(Ppm(2_500).to_string(), "0.25%");
        assert_eq!(Ppm(1).to_string(), "0.0001%");
    }
}
