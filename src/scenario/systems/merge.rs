//! Lays a preset over a profile: what the preset says stands, what it leaves out comes from the profile.
//!
//! The result is YAML again, on one line, for the typed reader. Maps are merged key by key; anything else that the
//! preset says replaces what the profile says, a list as a whole.

use std::collections::BTreeMap;

use serde_yaml::Value;

use crate::scenario::locate::{Child, Content, Entry, Locations};

/// A value in its document.
#[derive(Clone, Copy)]
struct Written<'a> {
    in_: &'a Locations,
    value: Child,
}

impl<'a> Written<'a> {
    fn map(self) -> Option<&'a BTreeMap<String, Entry>> {
        match self.in_.content(self.value) {
            Content::Map(entries) => Some(entries),
            Content::Scalar(_) | Content::List(_) => None,
        }
    }

    fn at(self, entries: &BTreeMap<String, Entry>, key: &str) -> Option<Self> {
        entries.get(key).map(|entry| Self { in_: self.in_, value: entry.value })
    }
}

/// What stands under the top-level `key` when `preset` is laid over `profile`; `None` if neither has it.
pub(super) fn merged(preset: &Locations, profile: &Locations, key: &str) -> Option<String> {
    let top = |in_| {
        let root = Written { in_, value: Locations::root(in_) };
        root.at(root.map()?, key)
    };
    let mut text = String::new();
    match (top(preset), top(profile)) {
        (Some(upper), Some(lower)) => lay(upper, lower, key, &mut text),
        (Some(only), None) | (None, Some(only)) => copy(only, &mut text),
        (None, None) => return None,
    }
    Some(text)
}

/// Writes `upper` laid over `lower`; both stand under `name`.
fn lay(upper: Written<'_>, lower: Written<'_>, name: &str, text: &mut String) {
    let (Some(over), Some(under)) = (upper.map(), lower.map()) else { return copy(upper, text) };
    // One protocol excludes the others: naming one leaves nothing of the profile's.
    if EXCLUSIVE.contains(&name) && !under.keys().any(|key| over.contains_key(key)) {
        return copy(upper, text);
    }
    text.push('{');
    for (key, entry) in over {
        let value = Written { in_: upper.in_, value: entry.value };
        begin(key, text);
        match lower.at(under, key) {
            Some(below) => lay(value, below, key, text),
            None => copy(value, text),
        }
        text.push_str(", ");
    }
    for (key, entry) in under.iter().filter(|(key, _)| !over.contains_key(*key)) {
        begin(key, text);
        copy(Written { in_: lower.in_, value: entry.value }, text);
        text.push_str(", ");
    }
    text.push('}');
}

/// Maps of which only one key may be given.
const EXCLUSIVE: [&str; 1] = ["replication"];

fn begin(key: &str, text: &mut String) {
    quote(key, text);
    text.push_str(": ");
}

fn copy(value: Written<'_>, text: &mut String) {
    match value.in_.content(value.value) {
        Content::Scalar(Value::String(words)) => quote(words, text),
        // As written, so that where text is wanted `1.50` stays what it is.
        Content::Scalar(scalar) => match value.in_.written_at(value.value) {
            alias if alias.starts_with('*') || alias.is_empty() => {
                text.push_str(serde_json::to_string(scalar).unwrap_or_default().as_str());
            }
            written => text.push_str(written),
        },
        Content::List(items) => {
            text.push('[');
            for item in items {
                copy(Written { in_: value.in_, value: *item }, text);
                text.push_str(", ");
            }
            text.push(']');
        }
        Content::Map(entries) => {
            text.push('{');
            for (key, entry) in entries {
                begin(key, text);
                copy(Written { in_: value.in_, value: entry.value }, text);
                text.push_str(", ");
            }
            text.push('}');
        }
    }
}

/// In double quotes, as JSON does it, which YAML reads alike.
fn quote(words: &str, text: &mut String) {
    text.push_str(&serde_json::Value::from(words).to_string());
}
