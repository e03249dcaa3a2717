//! What a scalar is: text, a number, a truth, or nothing.

use saphyr_parser::ScalarStyle;
use serde_yaml::Value;

/// What the typed reader will take the scalar `text` for. It is asked itself, so that the two cannot disagree, but
/// only about what does not look like a word.
pub(super) fn resolve(text: &str, style: ScalarStyle) -> Value {
    let word = || Value::String(text.to_owned());
    let Some(first) = text.chars().next() else {
        return if style == ScalarStyle::Plain { Value::Null } else { word() };
    };
    let doubtful = first.is_ascii_digit() || "+-.~nNtTfF".contains(first);
    if style != ScalarStyle::Plain || !doubtful || text.contains(char::is_whitespace) {
        return word();
    }
    match serde_yaml::from_str(text) {
        Ok(value @ (Value::Null | Value::Bool(_) | Value::Number(_))) => value,
        // A whole number beyond 64 bits: the reader has no value for it, and none of our settings wants it.
        Err(_) if text.contains(|c: char| c.is_ascii_digit()) => {
            Value::Number(text.parse().unwrap_or(f64::INFINITY).into())
        }
        _ => word(),
    }
}
