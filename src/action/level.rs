//! Consistency levels: how many replicas an operation waits for.

use std::fmt;

use super::Freshness;

/// As Cassandra names them (SEMANTICS §6); `Exactly` is a plain W or R.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    One,
    Two,
    Three,
    Quorum,
    All,
    Exactly(u16),
    /// Reads only, where regions hold one table: how fresh, not how many.
    Fresh(Freshness),
}

impl Level {
    /// The named levels, as the keys cycle through them.
    pub const NAMED: [Self; 5] = [Self::One, Self::Two, Self::Three, Self::Quorum, Self::All];

    /// How many replicas of `copies` must answer; a quorum is ⌊copies / 2⌋ + 1. May exceed `copies`, and
    /// then the level can never be met.
    pub fn required(self, copies: u16) -> u16 {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Three => 3,
            Self::Quorum => copies / 2 + 1,
            Self::All => copies,
            Self::Exactly(count) => count,
            Self::Fresh(_) => 1,
        }
    }

    /// How fresh a read must be, where that is what it says.
    pub fn freshness(self) -> Option<Freshness> {
        match self {
            Self::Fresh(level) => Some(level),
            Self::One | Self::Two | Self::Three | Self::Quorum | Self::All | Self::Exactly(_) => None,
        }
    }

    /// From a name as presets and prompts write it.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim().to_ascii_lowercase().as_str() {
            "one" => Some(Self::One),
            "two" => Some(Self::Two),
            "three" => Some(Self::Three),
            "quorum" => Some(Self::Quorum),
            "all" => Some(Self::All),
            name if Freshness::parse(name).is_some() => Freshness::parse(name).map(Self::Fresh),
            number => number.parse().ok().filter(|count| *count > 0).map(Self::Exactly),
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One => f.write_str("ONE"),
            Self::Two => f.write_str("TWO"),
            Self::Three => f.write_str("THREE"),
            Self::Quorum => f.write_str("QUORUM"),
            Self::All => f.write_str("ALL"),
            Self::Exactly(count) => write!(f, "{count}"),
            Self::Fresh(level) => write!(f, "{level}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quorum_is_more_than_half() {
        let quorums: Vec<u16> = (1..=7).map(|copies| Level::Quorum.required(copies)).collect();
        assert_eq!(quorums, [1, 2, 2, 3, 3, 4, 4]);
    }
}
