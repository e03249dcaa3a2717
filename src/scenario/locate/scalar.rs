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
    if style != ScalarStyle::Plain || !doubtful(first, text) {
        return word();
    }
    if text.len() < 18 && first != '0' && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse::<u64>().map_or_else(|_| word(), |number| Value::Number(number.into()));
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

/// Whether `text` might be something else than a word. Asking is dear, and quantities such as `80ms` are many.
fn doubtful(first: char, text: &str) -> bool {
    if first.is_ascii_digit() || "+-.".contains(first) {
        text.chars().all(|c| c.is_ascii_hexdigit() || "+-._xoXOinIN".contains(c))
    } else {
        ["~", "null", "true", "false", "nan"].iter().any(|known| text.eq_ignore_ascii_case(known))
    }
}
