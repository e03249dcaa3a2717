//! Events per time, as an exact ratio.

use super::decimal::{Decimal, Inexact};
use super::duration::READ;
use super::{Quantity, Unit, UnitError, parse_duration, write_duration};

/// Units which may follow the stroke of a written rate.
const PER: &[Unit] = &[
    ("s", 1_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

/// How often something happens: `events` in every `per` nanoseconds, with no common divisor and `per` above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    events: u64,
    per: u64,
}

impl Rate {
    /// `events` in every `per` nanoseconds; `None` if `per` is zero.
    pub fn new(events: u64, per: u64) -> Option<Self> {
        let common = common_divisor(events.into(), per.into());
        let common = u64::try_from(common).ok().filter(|common| *common > 0)?;
        (per > 0).then_some(Self { events: events / common, per: per / common })
    }

    /// How many events.
    pub const fn events(self) -> u64 {
        self.events
    }

    /// In how many nanoseconds.
    pub const fn per(self) -> u64 {
        self.per
    }
}

/// A literal such as `50/s`, `2/min`, `0.5/s` or `1/20ms`. Zero needs no unit.
pub fn parse_rate(text: &str) -> Result<Rate, UnitError> {
    let malformed = || UnitError::Malformed { quantity: Quantity::Rate, text: text.trim().to_owned() };
    let Some((count, per)) = text.split_once('/') else {
        let decimal = Decimal::read(Quantity::Rate, text)?.not_negative()?;
        return match (decimal.unit, decimal.is_zero()) {
            ("", true) => Rate::new(0, 1).ok_or_else(malformed),
            ("", false) => Err(decimal.missing_unit()),
            _ => Err(malformed()),
        };
    };
    let decimal = Decimal::read(Quantity::Rate, count)?.not_negative()?;
    if !decimal.unit.is_empty() {
        return Err(malformed());
    }
    let per = match READ.iter().find(|(name, _)| *name == per.trim()) {
        Some((_, nanoseconds)) => *nanoseconds,
        None => parse_duration(per).ok().filter(|per| *per > 0).ok_or_else(malformed)?,
    };
    exact(&decimal, per).map_err(|_| UnitError::TooLarge {
        text: text.trim().to_owned(),
        most: "a ratio of two numbers below 2^64",
    })
}

fn exact(decimal: &Decimal<'_>, per: u64) -> Result<Rate, Inexact> {
    let (events, denominator) = decimal.ratio()?;
    let per = denominator.checked_mul(per.into()).ok_or(Inexact::TooLarge)?;
    let common = common_divisor(events, per);
    let half = |number: u128| u64::try_from(number / common).map_err(|_| Inexact::TooLarge);
    Rate::new(half(events)?, half(per)?).ok_or(Inexact::TooLarge)
}

/// The shortest literal that [`parse_rate`] reads back.
pub fn write_rate(rate: Rate) -> String {
    let Rate { events, per } = rate;
    if events == 0 {
        return "0".to_owned();
    }
    PER.iter()
        .filter_map(|(name, unit)| {
            let count = u128::from(events) * u128::from(*unit);
            (count % u128::from(per) == 0).then(|| format!("{}/{name}", count / u128::from(per)))
        })
        .chain([format!("{events}/{}", write_duration(per))])
        .min_by_key(String::len)
        .unwrap_or_default()
}

fn common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str) -> String {
        match parse_rate(text) {
            Ok(rate) => format!("{} in {}ns = {}", rate.events(), rate.per(), write_rate(rate)),
            Err(error) => format!("{error}; {}", error.help().unwrap_or_default()),
        }
    }

    #[test]
    fn rates_are_exact_ratios() {
        assert_eq!(
            ["50/s", "2/min", "0.5/s", "1/20ms", "0", "0/s", "3 / 7ns"].map(check).join("\n"),
            "1 in 20000000ns = 50/s\n\
             1 in 30000000000ns = 2/min\n\
             1 in 2000000000ns = 1/2s\n\
             1 in 20000000ns = 50/s\n\
             0 in 1ns = 0\n\
             0 in 1ns = 0\n\
             3 in 7ns = 3/7ns"
        );
    }

    #[test]
    fn what_is_no_rate_says_what_to_write() {
        assert_eq!(
            ["50", "-1/s", "50/fortnight", "50/0s", "often", "5ms"].map(check).join("\n"),
            "`50` has no unit; write `50/s` if that is what is meant\n\
             `-1` is negative, and a rate cannot be; write `1`\n\
             `50/fortnight` is not a rate; write a number and its unit, such as `50/s`\n\
             `50/0s` is not a rate; write a number and its unit, such as `50/s`\n\
             `often` is not a rate; write a number and its unit, such as `50/s`\n\
             `5ms` is not a rate; write a number and its unit, such as `50/s`"
        );
    }

    proptest! {
        #[test]
        fn a_written_rate_reads_back(events: u64, per in 1..=u64::MAX, shift in 0..64_u32) {
            let rate = Rate::new(events >> shift, (per >> shift).max(1)).unwrap();
            prop_assert_eq!(parse_rate(&write_rate(rate)), Ok(rate));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in r"[-+]?[0-9.]{0,40}/?[0-9.]{0,40}\PC{0,4}") {
            let _ = parse_rate(&text);
        }
    }
}
