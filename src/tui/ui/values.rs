//! What `w` writes: the next value that is not on the screen, of the kind that the key holds.

use crate::{
    action::{Act, Command},
    data::{Held, Value},
    drive::Snapshot,
    scenario::Deed,
};

const COLOURS: [&str; 7] = ["green", "red", "yellow", "purple", "orange", "blue", "teal"];
const WORDS: [&str; 8] = ["jam", "fig", "egg", "ham", "oat", "tea", "rye", "nut"];

/// The next value to write to the focused key: first those that the preset's own script writes, then more of
/// the same kind.
pub(in crate::tui) fn next_value(snapshot: &Snapshot) -> Value {
    let held = snapshot.view.replicas.iter().filter_map(|replica| replica.held.get(snapshot.focus.index()));
    let mut shown: Vec<&Value> = held.flat_map(Held::versions).map(|version| &version.value).collect();
    shown.extend(snapshot.scenario.initial.iter().filter(|(key, _)| *key == snapshot.focus).map(|(_, v)| v));
    let number = shown.iter().filter_map(|value| match value {
        Value::Number(number) => Some(*number),
        Value::Text(_) | Value::Tombstone => None,
    });
    if let Some(largest) = number.max() {
        return Value::Number(largest.saturating_add(1));
    }
    let colours = shown.iter().any(|value| COLOURS.contains(&value.to_string().as_str()));
    let kind: &[&str] = if colours { &COLOURS } else { &WORDS };
    let candidates: Vec<Value> =
        scripted(snapshot).chain(kind.iter().map(|word| Value::text(word))).collect();
    // Start after the newest write, so that the values go round instead of back and forth.
    let fresh = candidates.iter().find(|value| !shown.contains(value));
    let turn = snapshot.view.next_write.0 as usize;
    fresh.cloned().unwrap_or_else(|| Value::text(&format!("{}{turn}", kind[turn % kind.len()])))
}

fn scripted(snapshot: &Snapshot) -> impl Iterator<Item = Value> + '_ {
    snapshot.scenario.script.iter().filter_map(|step| match &step.deed {
        Deed::Do(Command::Submit(ask)) if ask.key == snapshot.focus => match &ask.act {
            Act::Write { value, .. } if !value.is_tombstone() => Some(value.clone()),
            Act::Write { .. } | Act::Read => None,
        },
        _ => None,
    })
}
