//! One line of what to try next: always one, always for this moment. It only points at keys; what is true of
//! the replicas it takes from the snapshot.

use crate::{
    base::{NodeId, WriteId},
    check::Loss,
    data::{Relation, Value},
    drive::{Mark, Said, Snapshot},
    sim::Status,
};

use super::ui::{Side, Ui, next_value};

/// What to try next, as (key, sentence).
pub(super) fn advice(ui: &Ui, snapshot: &Snapshot) -> (&'static str, String) {
    let picked = snapshot.replica_name(ui.picked);
    if let Some((key, text)) = in_the_past(snapshot).or_else(|| about_stale(ui, snapshot)) {
        return (key, text);
    }
    let tally = &snapshot.tally;
    let view = &snapshot.view;
    let status = view.replicas[ui.picked.index()].status;
    if status == Status::Crashed {
        return ("C", format!("C: restart {picked}; what it had stored is still there"));
    }
    if status == Status::Frozen {
        return ("Z", format!("Z: thaw {picked}; the messages that wait for it are handled then"));
    }
    let diverged = !snapshot.agreement.converged();
    let moving = !view.messages.is_empty();
    if !snapshot.is_running() && moving {
        return ("space", "space: let time run (it is paused), or . to go event by event".into());
    }
    if !view.cuts.is_empty() {
        return behind_walls(ui, snapshot, diverged);
    }
    if tally.writes == 0 && !moving && !diverged {
        let value = match next_value(snapshot) {
            Value::Tombstone => String::new(),
            value => value.to_string(),
        };
        return ("w", format!("w: write {value} at the picked replica ({picked})"));
    }
    if diverged && moving && tally.reads == 0 && snapshot.staleness[ui.picked.index()].is_some() {
        return ("r", format!("r: read at {picked} before the write arrives"));
    }
    if diverged && moving && tally.reads == 0 {
        let other = laggard(ui, snapshot).map_or("2".into(), |node| (node.index() + 1).to_string());
        return ("r", format!("{other} then r: read there before the write arrives"));
    }
    if diverged && moving {
        return ("g", "g: run until all replicas agree, or . to go event by event".into());
    }
    if diverged {
        return ("e", "e: why does this replica not catch up?".into());
    }
    if !snapshot.losses.is_empty() {
        return (
            ",",
            "a write was lost. , steps back through how it happened; u takes the last command back".into(),
        );
    }
    if tally.cut == 0 && view.replicas.len() > 1 {
        return ("p", format!("p: cut {picked} off, then w: write on both sides of the wall"));
    }
    ("w", format!("w: write again, x: cut one link, c: crash {picked}, ?: everything else"))
}

fn in_the_past(snapshot: &Snapshot) -> Option<(&'static str, String)> {
    snapshot.is_past().then(|| {
        ("End", "you are in the past: a command here starts a branch; . goes forward, End returns".into())
    })
}

fn about_stale(ui: &Ui, snapshot: &Snapshot) -> Option<(&'static str, String)> {
    // Only while the stale read is the last thing that happened.
    let stale = snapshot.events.first().is_some_and(|event| event.mark == Mark::StaleRead);
    if snapshot.is_running() || !stale || snapshot.agreement.converged() {
        return None;
    }
    if ui.side == Side::Story {
        return Some(("g", "g: run until all replicas agree".into()));
    }
    Some(("e", "a stale read! e: why?   g: run until all replicas agree   space: run on".into()))
}

/// A silently lost write, in one sentence: which, what survived, how the two stand to each other.
pub(super) fn obituary(snapshot: &Snapshot, loss: &Loss) -> String {
    let value_of = |write: WriteId| {
        let held = snapshot.view.replicas.iter().flat_map(|replica| &replica.held);
        let mut versions = held.flat_map(|held| held.versions());
        versions.find(|version| version.id == write).map(|version| version.value.to_string())
    };
    let gone = format!("{} ({})", loss.value, loss.write);
    let Some((winner, relation, _)) = loss.dropped_for else {
        return format!("{gone} LOST: acknowledged, and nobody holds it any more");
    };
    let winner = value_of(winner).map_or_else(|| winner.to_string(), |value| format!("{value} ({winner})"));
    match relation {
        Relation::Concurrent => {
            format!("{gone} LOST: acknowledged, but {winner} was concurrent and won (last write wins)")
        }
        Relation::Before | Relation::After | Relation::Same => {
            format!("{gone} LOST: acknowledged, but {winner} has a later stamp (clock skew)")
        }
    }
}

fn behind_walls(ui: &Ui, snapshot: &Snapshot, diverged: bool) -> (&'static str, String) {
    let picked = snapshot.replica_name(ui.picked);
    let side = snapshot.view.sides.iter().find(|side| side.contains(&ui.picked));
    let other = (0..snapshot.view.replicas.len())
        .map(NodeId::at)
        .find(|node| side.is_none_or(|side| !side.contains(node)));
    match (diverged, other) {
        (true, _) if snapshot.view.messages.is_empty() => {
            ("P", "P: heal, and see which value survives (or write on the other side first)".into())
        }
        (true, Some(other)) => {
            let number = other.index() + 1;
            ("w", format!("{number} then w: write on the other side too, then P: heal"))
        }
        _ => ("w", format!("w: write at {picked}; the messages will die at the wall")),
    }
}

/// A replica that is behind, other than the picked one.
fn laggard(ui: &Ui, snapshot: &Snapshot) -> Option<NodeId> {
    let mut stale = snapshot.staleness.iter().enumerate().filter(|(_, stale)| stale.is_some());
    stale.find(|(index, _)| *index != ui.picked.index()).map(|(index, _)| NodeId::at(index))
}

/// What the preset's script said last, with the key that goes on.
pub(super) fn narration(snapshot: &Snapshot) -> Option<(String, String)> {
    let text = match snapshot.script.said.as_ref()? {
        Said::Text(text) => text.to_string(),
        Said::Note(text) => format!("(note) {text}"),
        Said::Question { question, .. } => question.to_string(),
    };
    let progress = match &snapshot.script.upcoming {
        Some(next) => format!("n: {next} ({}/{})", snapshot.script.next + 1, snapshot.script.steps),
        None => "the end of the script".into(),
    };
    Some((text, progress))
}
