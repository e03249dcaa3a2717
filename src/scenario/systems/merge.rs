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

    fn list(self) -> Option<&'a [Child]> {
        match self.in_.content(self.value) {
            Content::List(items) => Some(items),
            Content::Scalar(_) | Content::Map(_) => None,
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

/// The clients of `preset`, each laid over the `client` of `profile`; `None` if the profile says nothing of clients.
pub(super) fn clients(preset: &Locations, profile: &Locations) -> Option<String> {
    let top = |in_| Written { in_, value: Locations::root(in_) };
    let each = top(profile).at(top(profile).map()?, "client")?;
    let listed = top(preset).at(top(preset).map()?, "clients").and_then(Written::list).unwrap_or_default();
    let mut text = String::from("[");
    for client in listed {
        lay(Written { in_: preset, value: *client }, each, "client", &mut text);
        text.push_str(", ");
    }
    if listed.is_empty() {
        // The one that there is where a preset names none.
        text.push_str("{name: you, ");
        entries(each, &mut text);
        text.push('}');
    }
    text.push(']');
    Some(text)
}

/// Writes `upper` laid over `lower`; both stand under `name`.
fn lay(upper: Written<'_>, lower: Written<'_>, name: &str, text: &mut String) {
    let (Some(over), Some(under)) = (upper.map(), lower.map()) else { return copy(upper, text) };
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
    let stands = |key: &str| !over.contains_key(key) && !over.keys().any(|other| excludes(name, other, key));
    for (key, entry) in under.iter().filter(|(key, _)| stands(key)) {
        begin(key, text);
        copy(Written { in_: lower.in_, value: entry.value }, text);
        text.push_str(", ");
    }
    text.push('}');
}

/// Keys of a map of which only one may be given.
const ALTERNATIVES: [(&str, &[&str]); 2] =
    [("replication", &["leaderless", "primary", "multi_region"]), ("primary", &["failover", "election"])];

/// Whether the preset's `chosen` in the map called `name` leaves nothing of the profile's `other`.
fn excludes(name: &str, chosen: &str, other: &str) -> bool {
    ALTERNATIVES
        .iter()
        .any(|(map, keys)| *map == name && chosen != other && keys.contains(&chosen) && keys.contains(&other))
}

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
        Content::Map(_) => {
            text.push('{');
            entries(value, text);
            text.push('}');
        }
    }
}

/// What is in a map, without its braces.
fn entries(map: Written<'_>, text: &mut String) {
    for (key, entry) in map.map().into_iter().flatten() {
        begin(key, text);
        copy(Written { in_: map.in_, value: entry.value }, text);
        text.push_str(", ");
    }
}

/// In double quotes, as JSON does it, which YAML reads alike.
fn quote(words: &str, text: &mut String) {
    text.push_str(&serde_json::Value::from(words).to_string());
}
