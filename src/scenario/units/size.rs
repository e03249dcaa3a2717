//! Numbers of bytes.

use super::decimal::{Decimal, Inexact, shortest};
use super::{Quantity, Unit, UnitError};

const UNITS: &[Unit] = &[
    ("GiB", 1 << 30),
    ("GB", 1_000_000_000),
    ("MiB", 1 << 20),
    ("MB", 1_000_000),
    ("KiB", 1 << 10),
    ("kB", 1_000),
    ("B", 1),
];

/// Bytes of a literal such as `512B`, `64KiB` or `1MiB`; `kB`, `MB` and `GB` are powers of ten.
pub fn parse_size(text: &str) -> Result<u64, UnitError> {
    let decimal = Decimal::read(Quantity::Size, text)?.not_negative()?;
    let factor = decimal.factor(UNITS)?;
    decimal
        .times(factor)
        .and_then(|bytes| u64::try_from(bytes).map_err(|_| Inexact::TooLarge))
        .map_err(|why| decimal.refuse(why, "17179869183GiB", "1B"))
}

/// The shortest literal that [`parse_size`] reads back.
pub fn write_size(bytes: u64) -> String {
    shortest(bytes, UNITS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sizes_are_exact() {
        assert_eq!(parse_size("1MiB"), Ok(1 << 20));
        assert_eq!(parse_size("64KiB"), Ok(64 << 10));
        assert_eq!(parse_size("512B"), Ok(512));
        assert_eq!(parse_size("1.5KiB"), Ok(1536));
        assert_eq!(parse_size("2MB"), Ok(2_000_000));
    }

    #[test]
    fn a_misspelt_unit_names_the_nearest() {
        let error = parse_size("64kib").unwrap_err();
        assert_eq!(
            format!("{error}; {}", error.help().unwrap()),
            "`64kib` has the unknown unit `kib`; did you mean `KiB`?"
        );
    }

    proptest! {
        #[test]
        fn a_written_size_reads_back(bytes: u64, shift in 0..64_u32) {
            prop_assert_eq!(parse_size(&write_size(bytes >> shift)), Ok(bytes >> shift));
        }
    }
}
