//! One line of what to try next: always one, always for this moment, never wider than [`WIDEST`]. It only
//! points at keys; what is true of the replicas it takes from the snapshot.
//!
//! ```text
//! w ─► read elsewhere ─► a stale read stops the clock ─► e ─► g ─► p ─► w on both sides ─► P ─► g
//!   ─► a write is lost ─► , ─► a command in the past ─► B
//! ```

mod regions;
mod replication;

use unicode_width::UnicodeWidthStr;

use crate::{
    action::Act,
    base::{NodeId, WriteId},
    check::Loss,
    data::{Held, Relation, Version},
    drive::{EventLine, Mark, Said, Snapshot},
    sim::Status,
};

use super::{
    paint::clip,
    ui::{Addressing, Side, Ui, next_act},
};

/// The columns a line of advice may take: what a terminal of 80 leaves beside its mark.
pub(super) const WIDEST: usize = 77;

/// Said behind the advice while the clock stands and something is on its way.
const PAUSED: [&str; 2] = ["   (paused: space lets time run)", "   (paused: space runs)"];

/// Said behind the advice while the preset's story is untold.
const STORY: &str = "   (n: its story)";

type Advice = (&'static str, String);

/// What to try next, as (key, sentence).
pub(super) fn advice(ui: &Ui, snapshot: &Snapshot) -> Advice {
    let (key, mut text) = next(ui, snapshot);
    let stands = !snapshot.is_running() && !snapshot.view.messages.is_empty();
    if stands && !text.contains("space") {
        let fits = |more: &&&str| text.width() + more.width() <= WIDEST;
        text.push_str(PAUSED.iter().find(fits).unwrap_or(&PAUSED[1]));
    }
    // Where the preset has a story that nobody has begun, the key that begins it.
    let script = &snapshot.script;
    let untold = script.next == 0 && script.steps > 0 && snapshot.events.is_empty();
    if untold && !stands && text.width() + STORY.width() <= WIDEST {
        text.push_str(STORY);
    }
    (key, text)
}

/// The key that the advice begins with, where that one key is all of it; none where a replica must be picked first.
pub(super) fn single(ui: &Ui, snapshot: &Snapshot) -> Option<&'static str> {
    let (key, text) = next(ui, snapshot);
    let picks_by_number = text.starts_with(|c: char| c.is_ascii_digit()) && text[1..].starts_with(" then ");
    (!picks_by_number && !text.starts_with("go to ")).then_some(key)
}

fn next(ui: &Ui, snapshot: &Snapshot) -> Advice {
    in_the_past(snapshot)
        .or_else(|| about_stale(ui, snapshot))
        .or_else(|| about_story(snapshot))
        .or_else(|| about_picked(ui, snapshot))
        .or_else(|| about_route(ui, snapshot))
        .or_else(|| replication::about(ui, snapshot))
        .or_else(|| regions::about(ui, snapshot))
        .or_else(|| about_walls(ui, snapshot))
        .or_else(|| about_beliefs(ui, snapshot))
        .or_else(|| about_hints(snapshot))
        .or_else(|| about_divergence(ui, snapshot))
        .unwrap_or_else(|| about_agreement(ui, snapshot))
}

fn name(snapshot: &Snapshot, node: NodeId) -> String {
    short(snapshot.replica_name(node))
}

/// A name or a value, short enough for every line.
fn short(text: &str) -> String {
    clip(text, 9, "~")
}

fn in_the_past(snapshot: &Snapshot) -> Option<Advice> {
    let text = "w: a command in the past starts a branch   space replays   End returns";
    snapshot.is_past().then(|| ("w", text.into()))
}

/// Only while the stale read is the last thing that happened.
fn about_stale(ui: &Ui, snapshot: &Snapshot) -> Option<Advice> {
    let stale = snapshot.events.first().is_some_and(|event| event.mark == Mark::StaleRead);
    let picked_is_stale = snapshot.staleness[ui.picked.index()].is_some();
    if snapshot.is_running() || !stale || !picked_is_stale || ui.side == Side::Story {
        return None;
    }
    Some(("e", "a stale read! e: why?   g: run until all agree   space: let time run".into()))
}

/// In the middle of the preset's story: what it does next.
fn about_story(snapshot: &Snapshot) -> Option<Advice> {
    let script = &snapshot.script;
    let upcoming = script.upcoming.as_ref().filter(|_| script.next > 0)?;
    let step = clip(upcoming, 36, "~");
    Some(("n", format!("n: {step} ({}/{})", script.next + 1, script.steps)))
}

fn about_picked(ui: &Ui, snapshot: &Snapshot) -> Option<Advice> {
    let picked = name(snapshot, ui.picked);
    match snapshot.view.replicas[ui.picked.index()].status {
        Status::Up => None,
        Status::Crashed => {
            Some(("C", format!("C: restart {picked}; {}", after_restart(snapshot, ui.picked))))
        }
        Status::Frozen => Some(("Z", format!("Z: thaw {picked}; then it handles what waits"))),
    }
}

/// While the keys leave the choice of the replica to the client's route.
fn about_route(ui: &Ui, snapshot: &Snapshot) -> Option<Advice> {
    let client = snapshot.view.clients.get(usize::from(ui.client.0))?;
    let text = format!("r: read as {}; its route picks the replica   I: its rules", short(&client.name));
    (ui.addressing == Addressing::Routed).then_some(("r", text))
}

/// What a restart brings back.
fn after_restart(snapshot: &Snapshot, node: NodeId) -> String {
    let emptied = snapshot.view.replicas[node.index()].held.iter().all(Held::is_nothing);
    match hints_for(snapshot, node) {
        Some((holder, 1)) => format!("{} hands its hint back", name(snapshot, holder)),
        Some((holder, _)) => format!("{} hands its hints back", name(snapshot, holder)),
        None if emptied => "it comes back empty".into(),
        None => "what is on its disk is kept".into(),
    }
}

/// Who keeps hints for a replica and could hand them over if that were up, and how many.
fn hints_for(snapshot: &Snapshot, target: NodeId) -> Option<(NodeId, usize)> {
    let blocks = |from, to| snapshot.view.cuts.iter().any(|cut| cut.shape.blocks(from, to));
    let count = |holder: NodeId| {
        let hints = &snapshot.view.replicas[holder.index()].hints;
        hints.iter().filter(|hint| hint.target == target).count()
    };
    let able = |holder: &NodeId| {
        snapshot.view.replicas[holder.index()].status == Status::Up && !blocks(*holder, target)
    };
    nodes(snapshot).filter(able).map(|holder| (holder, count(holder))).find(|(_, count)| *count > 0)
}

/// A replica takes another one for down that is up, and no wall explains it.
fn about_beliefs(ui: &Ui, snapshot: &Snapshot) -> Option<Advice> {
    if !snapshot.view.cuts.is_empty() || ui.side == Side::Inspector {
        return None;
    }
    let up = |node: &NodeId| snapshot.view.replicas[node.index()].status == Status::Up;
    let wrong = |by: NodeId| {
        snapshot.view.replicas[by.index()].believes_down.iter().copied().find(up).map(|about| (by, about))
    };
    let (by, about) = nodes(snapshot).filter(up).find_map(wrong)?;
    let there = if by == ui.picked { String::new() } else { go_to(snapshot, by) };
    let (by, about) = (name(snapshot, by), name(snapshot, about));
    Some(("Enter", format!("{there}Enter: {by} believes {about} down, yet it is up")))
}

/// A hint waits for a replica that is down, or behind a wall.
fn about_hints(snapshot: &Snapshot) -> Option<Advice> {
    let waits = |target: &NodeId| {
        nodes(snapshot)
            .any(|node| snapshot.view.replicas[node.index()].hints.iter().any(|hint| hint.target == *target))
    };
    let target = nodes(snapshot)
        .filter(waits)
        .find(|node| snapshot.view.replicas[node.index()].status != Status::Up)?;
    let there = go_to(snapshot, target);
    let (holder, _) = hints_for(snapshot, target)?;
    let holder = name(snapshot, holder);
    Some(match snapshot.view.replicas[target.index()].status {
        Status::Frozen => ("Z", format!("{there}Z: thaw it; {holder} keeps a hint for it")),
        Status::Up | Status::Crashed => ("C", format!("{there}C: restart it; {holder} hands its hint back")),
    })
}

/// While something is cut: write on both sides, then heal.
fn about_walls(ui: &Ui, snapshot: &Snapshot) -> Option<Advice> {
    let view = &snapshot.view;
    if view.cuts.is_empty() {
        return None;
    }
    let here = view.sides.iter().find(|side| side.contains(&ui.picked))?;
    if view.sides.len() < 2 {
        return Some(("P", "P: heal, or w: write and see who gets it".into()));
    }
    let others: Vec<&Vec<NodeId>> = view.sides.iter().filter(|side| *side != here).collect();
    let picked = name(snapshot, ui.picked);
    let written_there = others.iter().any(|side| wrote_apart(snapshot, side));
    Some(match (wrote_apart(snapshot, here), written_there) {
        (true, true) => ("P", "P: heal, and see which write survives".into()),
        (false, true) => ("w", format!("w: write on this side too, at {picked}")),
        (false, false) => ("w", format!("w: write at {picked}, behind the wall")),
        (true, false) => ("w", {
            let across = others.iter().flat_map(|side| side.iter()).min();
            let there = across.map_or_else(String::new, |node| go_to(snapshot, *node));
            format!("{there}w: write across the wall too")
        }),
    })
}

/// Whether a side holds a write of its own that nobody beyond the wall has heard of.
fn wrote_apart(snapshot: &Snapshot, side: &[NodeId]) -> bool {
    let beyond = |dot| nodes(snapshot).any(|node| !side.contains(&node) && snapshot.vector(node).covers(dot));
    let nodes = u16::try_from(snapshot.view.replicas.len()).unwrap_or(u16::MAX);
    let replica = |actor| crate::replica::replica_of(actor, nodes).0;
    let own = |version: &Version| version.dot.counter > 0 && side.contains(&replica(version.dot.node));
    side.iter().any(|node| {
        let held = &snapshot.view.replicas[node.index()].held[snapshot.focus.index()];
        held.versions().iter().any(|version| own(version) && !beyond(version.dot))
    })
}

fn nodes(snapshot: &Snapshot) -> impl Iterator<Item = NodeId> {
    (0..snapshot.view.replicas.len()).map(NodeId::at)
}

/// The keys that pick a replica, with the word that leads on.
fn go_to(snapshot: &Snapshot, node: NodeId) -> String {
    match node.index() {
        near @ 0..9 => format!("{} then ", near + 1),
        _ => format!("go to {}, ", name(snapshot, node)),
    }
}

/// Replicas differ and nothing is cut.
fn about_divergence(ui: &Ui, snapshot: &Snapshot) -> Option<Advice> {
    if snapshot.agreement.converged() {
        return None;
    }
    let (held, moving): (Vec<_>, Vec<_>) =
        snapshot.view.messages.iter().partition(|message| message.held_since().is_some());
    let moving = !moving.is_empty();
    if !moving && !held.is_empty() {
        return Some(("d", "d: deliver the message you hold".into()));
    }
    let picked_is_stale = snapshot.staleness[ui.picked.index()].is_some();
    if moving && snapshot.tally.reads == 0 && picked_is_stale {
        return Some(("r", format!("r: read at {} before it catches up", name(snapshot, ui.picked))));
    }
    if let Some(late) = stale(snapshot).filter(|_| moving && snapshot.tally.reads == 0) {
        return Some(("r", format!("{}r: read there before it catches up", go_to(snapshot, late))));
    }
    let down = nodes(snapshot).find(|node| snapshot.view.replicas[node.index()].status != Status::Up);
    if let Some(down) = down.filter(|_| !moving) {
        let there = go_to(snapshot, down);
        return Some(match snapshot.view.replicas[down.index()].status {
            Status::Frozen => ("Z", format!("{there}Z: thaw it; it cannot catch up frozen")),
            Status::Up | Status::Crashed => ("C", format!("{there}C: restart it; it cannot catch up down")),
        });
    }
    let settings = &snapshot.view.settings;
    if moving || settings.anti_entropy.is_some() || settings.primary().is_some() {
        return Some(("g", "g: run until all replicas agree".into()));
    }
    if picked_is_stale && ui.side != Side::Story {
        return Some(("e", format!("e: why does {} stay behind?", name(snapshot, ui.picked))));
    }
    Some(("w", format!("w: write at {}; nothing else repairs here", name(snapshot, ui.picked))))
}

/// A replica that is behind; one with a number to press, if there is one.
fn stale(snapshot: &Snapshot) -> Option<NodeId> {
    nodes(snapshot).find(|node| snapshot.staleness[node.index()].is_some())
}

/// All replicas hold the same and nothing is cut.
fn about_agreement(ui: &Ui, snapshot: &Snapshot) -> Advice {
    let picked = name(snapshot, ui.picked);
    let tally = &snapshot.tally;
    if !snapshot.branches.is_empty() {
        return ("B", "B: go over to the branch you left".into());
    }
    if let Some(loss) = snapshot.losses.last() {
        let text = format!("{} was lost  ,: step back and see how", short(&loss.value));
        return (",", text);
    }
    if tally.writes == 0 {
        let what = match next_act(snapshot) {
            Act::Write { value, .. } => format!("write {}", short(&value.to_string())),
            Act::Update(update) => short(&update.to_string()),
            Act::Read => "read".to_owned(),
        };
        return ("w", format!("w: {what} at the picked replica ({picked})"));
    }
    if snapshot.view.replicas.len() == 1 {
        return ("w", "w: write again; one replica alone never disagrees".into());
    }
    if tally.cut == 0 {
        return ("p", format!("p: cut {picked} off; then write on both sides"));
    }
    if !snapshot.is_running() {
        return ("space", "space: let time run".into());
    }
    ("w", format!("w: write again   x: cut one link   c: crash {picked}   ?: every key"))
}

/// The value of a write that nobody holds any more, as the events remember it.
fn told(snapshot: &Snapshot, write: WriteId) -> Option<String> {
    let name = format!("({write})");
    let about =
        |event: &&EventLine| matches!(event.mark, Mark::Write | Mark::Stored) && event.text.ends_with(&name);
    snapshot.events.iter().find(about)?.value.clone()
}

/// A silently lost write, in one sentence of at most so many columns: which, what survived, and why.
pub(super) fn obituary(snapshot: &Snapshot, loss: &Loss, width: usize) -> String {
    let value_of = |write: WriteId| {
        let held = snapshot.view.replicas.iter().flat_map(|replica| &replica.held);
        let mut versions = held.flat_map(Held::versions);
        let held = versions.find(|version| version.id == write).map(|version| version.value.to_string());
        held.or_else(|| told(snapshot, write)).map(|value| clip(&value, 12, "~"))
    };
    let gone = format!("{} ({})", clip(&loss.value, 12, "~"), loss.write);
    let Some((winner, relation, _)) = loss.dropped_for else {
        return format!("{gone} LOST: nobody holds it any more, though it was acknowledged");
    };
    let winner = value_of(winner).map_or_else(|| winner.to_string(), |value| format!("{value} ({winner})"));
    let why = match relation {
        Relation::Concurrent => "concurrent, last write wins",
        Relation::Before | Relation::After | Relation::Same => "an older write, but a later stamp (clock)",
    };
    let short = format!("{gone} LOST to {winner}: {why}");
    let long = format!("{short}; yet it had been acknowledged");
    if long.width() <= width { long } else { short }
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
