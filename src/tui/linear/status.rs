//! How things stand, in plain sentences.

use std::fmt::Write as _;

use crate::{
    base::NodeId,
    data::Held,
    drive::Snapshot,
    sim::Status,
    tui::{
        knobs::{Dial, Knob},
        ui::Ui,
    },
};

use super::Say;

pub(super) fn knobs(snapshot: &Snapshot, say: Say<'_>) {
    for (knob, dial) in Knob::shown(snapshot) {
        if let Dial::Here(reading) = dial {
            say(&format!("{}: {}. {}", knob.name().trim(), reading.value, reading.means));
        }
    }
}

/// `3 replicas: ams, lon, nyc`.
pub(super) fn replicas(snapshot: &Snapshot) -> String {
    const MOST: usize = 12;
    let names: Vec<&str> = snapshot.view.replicas.iter().take(MOST).map(|replica| &*replica.name).collect();
    let count = snapshot.view.replicas.len();
    let more = if count > MOST { format!(" and {} more", count - MOST) } else { String::new() };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} replica{plural}: {}{more}", names.join(", "))
}

/// Agreement, then a line for each replica, then the walls.
pub(super) fn status(snapshot: &Snapshot, ui: &Ui, say: Say<'_>) {
    let at = snapshot.view.position.at;
    let agreement = &snapshot.agreement;
    let key = key(snapshot);
    let flying = snapshot.view.messages.len();
    let words = if agreement.converged() { "CONVERGED" } else { "DIVERGED" };
    let past = if snapshot.is_past() { ", in the past" } else { "" };
    say(&format!(
        "At {at}{past}: {words} on {key}: {} over {} replicas, {flying} in flight.",
        counted(agreement.groups.len(), "value"),
        agreement.copies
    ));
    for (index, replica) in snapshot.view.replicas.iter().enumerate() {
        let held = &replica.held[snapshot.focus.index()];
        let what = if replica.owns[snapshot.focus.index()] { contents(held) } else { "keeps no copy".into() };
        let mut line = format!("{} {}: {what}", index + 1, replica.name);
        if let Some(stale) = &snapshot.staleness[index] {
            let behind = counted(usize::try_from(stale.versions).unwrap_or(usize::MAX), "version");
            // Writing to a String cannot fail.
            let _ = write!(line, ", STALE by {behind} for {}", at.since(stale.since));
        } else if replica.owns[snapshot.focus.index()] {
            line += ", fresh";
        }
        line += match replica.status {
            Status::Up => "",
            Status::Crashed => ", DOWN",
            Status::Frozen => ", FROZEN",
        };
        if ui.picked.index() == index {
            line += ", picked";
        }
        say(&line);
    }
    let sides = &snapshot.view.sides;
    if sides.len() > 1 {
        let name = |node: &NodeId| snapshot.replica_name(*node).to_owned();
        let sides: Vec<String> =
            sides.iter().map(|side| side.iter().map(name).collect::<Vec<_>>().join(" ")).collect();
        say(&format!("A wall: {}.", sides.join(" | ")));
    } else if !snapshot.view.cuts.is_empty() {
        say(&format!(
            "{} cut; every replica still reaches every other by some way.",
            counted(snapshot.view.cuts.len(), "link")
        ));
    }
    if snapshot.lost_writes > 0 {
        say(&format!(
            "{} LOST.",
            counted(usize::try_from(snapshot.lost_writes).unwrap_or(usize::MAX), "acknowledged write")
        ));
    }
}

/// The key that is spoken of.
pub(super) fn key(snapshot: &Snapshot) -> String {
    snapshot.view.keys.get(snapshot.focus.index()).map_or_else(String::new, ToString::to_string)
}

pub(super) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn contents(held: &Held) -> String {
    if held.is_nothing() {
        return "holds nothing".into();
    }
    let versions: Vec<String> =
        held.versions().iter().map(|version| format!("{} ({})", version.value, version.id)).collect();
    format!("holds {}", versions.join(" and "))
}

/// Signs that a voice cannot say, in letters; values are people's own and stay as they are.
pub(super) fn plain(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    [("→", "->"), ("–", "-"), ("−", "-"), ("×", "x"), ("…", "..."), ("·", "."), ("≤", "<="), ("≥", ">=")]
        .iter()
        .fold(text, |text, (sign, words)| text.replace(sign, words))
}
