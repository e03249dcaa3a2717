//! What `w` writes and `D` takes away: the next value that is not on the screen, of the kind that the key
//! holds; one more or less of a counter; an element of a set.

use crate::{
    action::{Act, Command, Context},
    base::NodeId,
    data::{Held, Kind, Update, Value},
    drive::Snapshot,
    scenario::Deed,
};

const COLOURS: [&str; 7] = ["green", "red", "yellow", "purple", "orange", "blue", "teal"];
const WORDS: [&str; 8] = ["jam", "fig", "egg", "ham", "oat", "tea", "rye", "nut"];

/// What `w` does to the focused key.
pub(in crate::tui) fn next_act(snapshot: &Snapshot) -> Act {
    match snapshot.view.settings.kind(snapshot.focus) {
        Kind::Value | Kind::Register(_) => {
            Act::Write { value: next_value(snapshot), context: Context::Last, stamp: None }
        }
        Kind::GrowCounter | Kind::Counter => Act::Update(Update::Increment(1)),
        Kind::Set => Act::Update(Update::Add(next_value(snapshot))),
    }
}

/// What `D` does to the focused key at `node`, or why it cannot.
pub(super) fn take_away(snapshot: &Snapshot, node: NodeId) -> Result<Act, &'static str> {
    match snapshot.view.settings.kind(snapshot.focus) {
        Kind::Value | Kind::Register(_) => {
            Ok(Act::Write { value: Value::Tombstone, context: Context::Last, stamp: None })
        }
        Kind::GrowCounter => Err("this counter only grows"),
        Kind::Counter => Ok(Act::Update(Update::Decrement(1))),
        Kind::Set => {
            let held = &snapshot.view.replicas[node.index()].held[snapshot.focus.index()];
            let last = held.versions().iter().flat_map(|version| version.value.parts()).next_back();
            last.map(|element| Act::Update(Update::Remove(element.clone()))).ok_or("the set is empty here")
        }
    }
}

/// The next value to write to the focused key: first those that the preset's own script writes, then more of
/// the same kind.
pub(in crate::tui) fn next_value(snapshot: &Snapshot) -> Value {
    let held = snapshot.view.replicas.iter().filter_map(|replica| replica.held.get(snapshot.focus.index()));
    let mut shown: Vec<&Value> =
        held.flat_map(Held::versions).flat_map(|version| version.value.parts()).collect();
    let initial = snapshot.scenario.initial.iter().filter(|(key, _)| *key == snapshot.focus);
    shown.extend(initial.flat_map(|(_, value)| value.parts()));
    let number = shown.iter().filter_map(|value| match value {
        Value::Number(number) => Some(*number),
        Value::Text(_) | Value::Set(_) | Value::Update(_) | Value::Tombstone => None,
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
            Act::Update(Update::Add(value)) => Some(value.clone()),
            Act::Write { .. } | Act::Update(_) | Act::Read => None,
        },
        _ => None,
    })
}
