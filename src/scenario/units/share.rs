//! Parts of a whole, in parts per million: shares (`5%`) and clock drifts (`+200ppm`).

use super::decimal::{Decimal, Inexact, Sign, in_unit};
use super::{Quantity, UnitError};

const MILLION: u32 = 1_000_000;
const PER_CENT: u64 = 10_000;

/// Parts per million of a literal such as `5%` or `0.25%`. Bare `0` and `1` mean none and all.
pub fn parse_share(text: &str) -> Result<u32, UnitError> {
    let decimal = Decimal::read(Quantity::Share, text)?.not_negative()?;
    if decimal.unit.is_empty() && decimal.is_one() {
        return Ok(MILLION);
    }
    let factor = decimal.factor(&[("%", PER_CENT)])?;
    decimal
        .times(factor)
        .and_then(|ppm| u32::try_from(ppm).map_err(|_| Inexact::TooLarge))
        .and_then(|ppm| if ppm > MILLION { Err(Inexact::TooLarge) } else { Ok(ppm) })
        .map_err(|why| decimal.refuse(why, "100%", "0.0001%"))
}

/// The shortest literal that [`parse_share`] reads back as `ppm` parts per million.
pub fn write_share(ppm: u32) -> String {
    match in_unit(u64::from(ppm), PER_CENT) {
        Some(number) => format!("{number}%"),
        None if ppm == 0 => "0%".to_owned(),
        None => format!("0.{ppm:04}").trim_end_matches('0').to_owned() + "%",
    }
}

/// Parts per million by which a clock runs fast (or slow, if negative): `+200ppm`, `-50ppm`. Short of a million
/// either way: a clock neither stops nor runs backwards.
pub fn parse_drift(text: &str) -> Result<i32, UnitError> {
    let decimal = Decimal::read(Quantity::Drift, text)?;
    let factor = decimal.factor(&[("ppm", 1)])?;
    decimal
        .times(factor)
        .and_then(|ppm| i32::try_from(ppm).map_err(|_| Inexact::TooLarge))
        .and_then(|ppm| if ppm < MILLION.cast_signed() { Ok(ppm) } else { Err(Inexact::TooLarge) })
        .map(|ppm| if decimal.sign == Some(Sign::Minus) { -ppm } else { ppm })
        .map_err(|why| decimal.refuse(why, "999999ppm", "1ppm"))
}

/// The literal that [`parse_drift`] reads back.
pub fn write_drift(ppm: i32) -> String {
    if ppm == 0 { "0".to_owned() } else { format!("{ppm:+}ppm") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str) -> String {
        match parse_share(text) {
            Ok(ppm) => ppm.to_string(),
            Err(error) => format!("{error}; {}", error.help().unwrap_or_default()),
        }
    }

    #[test]
    fn shares_are_exact_to_a_millionth() {
        let shares = ["5%", "0.25%", "100%", "0%", "0", "1", "0.0001%", "12.50 %"];
        assert_eq!(shares.map(check).join(" "), "50000 2500 1000000 0 0 1000000 1 125000");
    }

    #[test]
    fn what_is_no_share_says_what_to_write() {
        assert_eq!(
            ["5", "0.5", "101%", "-5%", "0.00001%", "5percent", "some"].map(check).join("\n"),
            "`5` has no unit; write `5%` if that is what is meant\n\
             `0.5` has no unit; write `0.5%` if that is what is meant\n\
             `101%` is too large: 100% is the most; \n\
             `-5%` is negative, and a share cannot be; write `5%`\n\
             `0.00001%` is too fine: 0.0001% is the smallest difference; \n\
             `5percent` has the unknown unit `percent`; the units are %\n\
             `some` is not a share; write a number and its unit, such as `5%`"
        );
    }

    #[test]
    fn drifts_carry_their_sign() {
        assert_eq!(parse_drift("+200ppm"), Ok(200));
        assert_eq!(parse_drift("-50ppm"), Ok(-50));
        assert_eq!(parse_drift("0"), Ok(0));
        assert!(parse_drift("1000000ppm").is_err());
        assert!(parse_drift("200").is_err());
        assert!(parse_drift("0.5ppm").is_err());
    }

    proptest! {
        #[test]
        fn a_written_share_reads_back(ppm in 0..=MILLION) {
            prop_assert_eq!(parse_share(&write_share(ppm)), Ok(ppm));
        }

        #[test]
        fn a_written_drift_reads_back(ppm in -999_999..=999_999_i32) {
            prop_assert_eq!(parse_drift(&write_drift(ppm)), Ok(ppm));
        }

        #[test]
        fn no_text_makes_a_reader_panic(text in r"[-+]?[0-9.]{0,50}\PC{0,4}") {
            let _ = (parse_share(&text), parse_drift(&text));
        }
    }
}
