//! A decimal number as it was written: digits, not a float.

use super::{Quantity, Unit, UnitError};

/// More digits than any exact quantity has; longer fractions are too fine whatever their unit.
const MOST_FRACTION_DIGITS: usize = 24;

/// A sign, as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Plus,
    Minus,
}

/// `[+-]digits[.digits] unit`, taken apart.
#[derive(Debug)]
pub(super) struct Decimal<'a> {
    quantity: Quantity,
    text: &'a str,
    pub(super) sign: Option<Sign>,
    /// Without leading zeros.
    whole: &'a str,
    /// Without trailing zeros.
    fraction: &'a str,
    pub(super) unit: &'a str,
}

/// Why a decimal times a factor is not an integer that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inexact {
    TooLarge,
    TooFine,
}

impl<'a> Decimal<'a> {
    /// Takes `text` apart; refuses what does not begin with a number, and a minus before what cannot be negative.
    pub(super) fn read(quantity: Quantity, text: &'a str) -> Result<Self, UnitError> {
        let text = text.trim();
        let malformed = || UnitError::Malformed { quantity, text: text.to_owned() };
        let (sign, rest) = match text.as_bytes().first() {
            Some(b'+') => (Some(Sign::Plus), &text[1..]),
            Some(b'-') => (Some(Sign::Minus), &text[1..]),
            _ => (None, text),
        };
        let (whole, rest) = digits(rest);
        if whole.is_empty() {
            return Err(malformed());
        }
        let (fraction, rest) = match rest.strip_prefix('.') {
            Some(rest) => digits(rest),
            None => ("0", rest),
        };
        if fraction.is_empty() {
            return Err(malformed());
        }
        Ok(Self {
            quantity,
            text,
            sign,
            whole: whole.trim_start_matches('0'),
            fraction: fraction.trim_end_matches('0'),
            unit: rest.trim_start(),
        })
    }

    /// Refuses a minus sign (but lets `-0` pass: it is not less than zero).
    pub(super) fn not_negative(self) -> Result<Self, UnitError> {
        if self.sign == Some(Sign::Minus) && !self.is_zero() {
            return Err(UnitError::Negative { quantity: self.quantity, text: self.text.to_owned() });
        }
        Ok(self)
    }

    pub(super) const fn is_zero(&self) -> bool {
        self.whole.is_empty() && self.fraction.is_empty()
    }

    /// Whether this is the number one, however many zeros it carries.
    pub(super) fn is_one(&self) -> bool {
        self.whole == "1" && self.fraction.is_empty()
    }

    /// The factor of this number's unit. Zero needs no unit.
    pub(super) fn factor(&self, units: &[Unit]) -> Result<u64, UnitError> {
        if self.unit.is_empty() {
            return if self.is_zero() { Ok(1) } else { Err(self.missing_unit()) };
        }
        units.iter().find(|(name, _)| *name == self.unit).map(|(_, factor)| *factor).ok_or_else(|| {
            let letters = self.unit.chars().all(|c| c.is_alphabetic() || c == '%');
            let (quantity, text) = (self.quantity, self.text.to_owned());
            if letters {
                UnitError::UnknownUnit { quantity, text, unit: self.unit.to_owned() }
            } else {
                UnitError::Malformed { quantity, text }
            }
        })
    }

    /// The number times `factor`, exactly.
    pub(super) fn times(&self, factor: u64) -> Result<u128, Inexact> {
        let (numerator, denominator) = self.ratio()?;
        let product = numerator.checked_mul(u128::from(factor)).ok_or(Inexact::TooLarge)?;
        if product % denominator == 0 { Ok(product / denominator) } else { Err(Inexact::TooFine) }
    }

    /// The number as numerator and denominator (a power of ten).
    pub(super) fn ratio(&self) -> Result<(u128, u128), Inexact> {
        if self.fraction.len() > MOST_FRACTION_DIGITS {
            return Err(Inexact::TooFine);
        }
        let numerator = self
            .whole
            .bytes()
            .chain(self.fraction.bytes())
            .try_fold(0_u128, |sum, digit| sum.checked_mul(10)?.checked_add(u128::from(digit - b'0')));
        let denominator = self.fraction.bytes().fold(1_u128, |power, _| power * 10);
        Ok((numerator.ok_or(Inexact::TooLarge)?, denominator))
    }

    pub(super) fn missing_unit(&self) -> UnitError {
        UnitError::MissingUnit { quantity: self.quantity, text: self.text.to_owned() }
    }

    /// Turns an [`Inexact`] into an error that quotes the text.
    pub(super) fn refuse(&self, why: Inexact, most: &'static str, finest: &'static str) -> UnitError {
        let text = self.text.to_owned();
        match why {
            Inexact::TooLarge => UnitError::TooLarge { text, most },
            Inexact::TooFine => UnitError::TooFine { text, finest },
        }
    }
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

/// `value` counted in `unit`s, as a decimal, if its digits end and it is at least one unit.
pub(super) fn in_unit(value: u64, unit: u64) -> Option<String> {
    if value < unit {
        return None;
    }
    let whole = value / unit;
    let mut rest = u128::from(value % unit);
    let mut text = whole.to_string();
    if rest > 0 {
        text.push('.');
    }
    // A power-of-ten-smooth unit ends within this many digits, every other never does.
    for _ in 0..MOST_FRACTION_DIGITS {
        if rest == 0 {
            return Some(text);
        }
        rest *= 10;
        text.push(char::from(b'0' + u8::try_from(rest / u128::from(unit)).unwrap_or(0)));
        rest %= u128::from(unit);
    }
    None
}

/// The shortest of the decimals `value` has in `units`; of equals, the one listed first.
pub(super) fn shortest(value: u64, units: &[Unit]) -> String {
    if value == 0 {
        return "0".to_owned();
    }
    units
        .iter()
        .filter_map(|(name, factor)| in_unit(value, *factor).map(|number| number + name))
        .min_by_key(String::len)
        .unwrap_or_else(|| value.to_string())
}
