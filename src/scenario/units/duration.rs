//! Spans of time, exact to the nanosecond.

use super::decimal::{Decimal, Inexact, Sign, shortest};
use super::{Quantity, Unit, UnitError};

/// What is written, the unit of choice first where lengths tie.
const WRITTEN: &[Unit] = &[
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("min", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

/// What is read: also `m` for minutes, and both ways to type the Greek letter.
pub(super) const READ: &[Unit] = &[
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("min", 60_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ns", 1),
];

/// Nanoseconds of a literal such as `80ms`, `1.5s`, `2min`, `3h`, `1d`. Only zero may lack its unit.
pub fn parse_duration(text: &str) -> Result<u64, UnitError> {
    let decimal = Decimal::read(Quantity::Duration, text)?.not_negative()?;
    let factor = decimal.factor(READ)?;
    decimal
        .times(factor)
        .and_then(|nanoseconds| u64::try_from(nanoseconds).map_err(|_| Inexact::TooLarge))
        .map_err(|why| decimal.refuse(why, "213503d", "1ns"))
}

/// As [`parse_duration`]; none for `off`.
pub fn parse_duration_or_off(text: &str) -> Result<Option<u64>, UnitError> {
    if text == "off" { Ok(None) } else { parse_duration(text).map(Some) }
}

/// Nanoseconds of a literal which may carry a sign, such as `-250ms` or `+2s`.
pub fn parse_signed_duration(text: &str) -> Result<i64, UnitError> {
    let decimal = Decimal::read(Quantity::SignedDuration, text)?;
    let factor = decimal.factor(READ)?;
    decimal
        .times(factor)
        .and_then(|nanoseconds| i64::try_from(nanoseconds).map_err(|_| Inexact::TooLarge))
        .map(|nanoseconds| if decimal.sign == Some(Sign::Minus) { -nanoseconds } else { nanoseconds })
        .map_err(|why| decimal.refuse(why, "106751d", "1ns"))
}

/// The shortest literal that [`parse_duration`] reads back as `nanoseconds`.
pub fn write_duration(nanoseconds: u64) -> String {
    shortest(nanoseconds, WRITTEN)
}

/// The shortest literal that [`parse_signed_duration`] reads back, with its sign unless it is zero.
///
/// `i64::MIN`, which no literal gives, is written as the nearest value that one does.
pub fn write_signed_duration(nanoseconds: i64) -> String {
    let size = shortest(nanoseconds.max(-i64::MAX).unsigned_abs(), WRITTEN);
    match nanoseconds {
        0 => size,
        1.. => format!("+{size}"),
        _ => format!("-{size}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str) -> String {
        match parse_duration(text) {
            Ok(nanoseconds) => nanoseconds.to_string(),
            Err(error) => format!("{error}; {}", error.help().unwrap_or_default()),
        }
    }

    #[test]
    fn every_unit_is_read_exactly() {
        let all: Vec<String> =
            ["80ms", "1.5s", "3h", "10us", "2min", "2m", "0", "0.0", "1d", "0.1s", "1 s", "7\u{b5}s", "0ns"]
                .map(check)
                .to_vec();
        assert_eq!(
            all.join(" "),
            "80000000 1500000000 10800000000000 10000 120000000000 120000000000 0 0 86400000000000 100000000 \
             1000000000 7000 0"
        );
    }

    #[test]
    fn what_is_no_duration_says_what_to_write() {
        let lines = ["80", "-5ms", "80msec", "5 parsecs", "fast", "", "1.s", ".5s", "1e3s", "1ms2", "0.5ns"];
        assert_eq!(
            lines.map(check).join("\n"),
            "`80` has no unit; write `80ms` if that is what is meant\n\
             `-5ms` is negative, and a duration cannot be; write `5ms`\n\
             `80msec` has the unknown unit `msec`; the units are ns, us, ms, s, min, h, d\n\
             `5 parsecs` has the unknown unit `parsecs`; the units are ns, us, ms, s, min, h, d\n\
             `fast` is not a duration; write a number and its unit, such as `80ms`\n\
             `` is not a duration; write a number and its unit, such as `80ms`\n\
             `1.s` is not a duration; write a number and its unit, such as `80ms`\n\
             `.5s` is not a duration; write a number and its unit, such as `80ms`\n\
             `1e3s` is not a duration; write a number and its unit, such as `80ms`\n\
             `1ms2` is not a duration; write a number and its unit, such as `80ms`\n\
             `0.5ns` is too fine: 1ns is the smallest difference; "
        );
    }

    #[test]
    fn the_largest_duration_is_read_and_one_more_is_refused() {
        assert_eq!(check("18446744073709551615ns"), u64::MAX.to_string());
        for text in ["18446744073709551616ns", "213504d", &"9".repeat(60), &format!("{}s", "9".repeat(99))] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
        assert_eq!(check("213504d"), "`213504d` is too large: 213503d is the most; ");
    }

    #[test]
    fn a_sign_counts_where_it_may_stand() {
        assert_eq!(parse_signed_duration("-250ms"), Ok(-250_000_000));
        assert_eq!(parse_signed_duration("+2s"), Ok(2_000_000_000));
        assert_eq!(parse_signed_duration("0"), Ok(0));
        assert!(parse_signed_duration("--2s").is_err());
    }

    #[test]
    fn the_shortest_literal_is_the_one_a_person_would_write() {
        let written = [
            0,
            80_000_000,
            500_000_000,
            1_500_000_000,
            60_000_000_000,
            120_000_000_000,
            3_600_000_000_000,
            1_234_567,
        ]
        .map(write_duration);
        assert_eq!(written.join(" "), "0 80ms 500ms 1.5s 60s 2min 1h 1234567ns");
    }

    proptest! {
        #[test]
        fn a_written_duration_reads_back(nanoseconds: u64) {
            prop_assert_eq!(parse_duration(&write_duration(nanoseconds)), Ok(nanoseconds));
        }

        #[test]
        fn a_round_duration_reads_back(count in 0..10_000_u64, unit in 0..WRITTEN.len()) {
            let nanoseconds = count * WRITTEN[unit].1;
            prop_assert_eq!(parse_duration(&write_duration(nanoseconds)), Ok(nanoseconds));
        }

        #[test]
        fn a_written_signed_duration_reads_back(nanoseconds in -i64::MAX..=i64::MAX) {
            prop_assert_eq!(parse_signed_duration(&write_signed_duration(nanoseconds)), Ok(nanoseconds));
        }

        #[test]
        fn no_text_makes_a_reader_panic(text in r"[-+]?[0-9.]{0,50}\PC{0,4}") {
            let _ = (parse_duration(&text), parse_signed_duration(&text));
        }
    }
}
