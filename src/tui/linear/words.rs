//! What a typed line means, and how things stand in plain sentences.

use crate::{
    base::{NodeId, Span},
    data::Held,
    drive::Snapshot,
    scenario::{
        problem::{nearest, quoted},
        units,
    },
    sim::Status,
    tui::{
        knobs::{Dial, Knob},
        registry::{self, Action, Chord, Entry, Group, Layer, TABLE},
        ui::Ui,
    },
};

/// A line, understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    Status,
    Help,
    Knobs,
    Quit,
    Wait(Span),
    RunUntil(&'a str),
    Set(&'a str),
    Pick(NodeId),
    /// An action of the registry and the words after it.
    Act(Action, &'a str),
    /// What to say instead.
    Unknown(String),
}

/// The words that are no actions of the registry, with what they do.
const COMMANDS: [(&str, &str); 8] = [
    ("status", "how things stand: every replica, what it holds, whether it is stale"),
    ("wait TIME", "let so much time pass: wait 3s, wait 250ms"),
    ("run until WHAT", "run until converged, settled, fresh, or something goes wrong; without a word it lists them"),
    ("why [REPLICA]", "why the picked replica, or this one, is stale, and what will fix it"),
    ("pick REPLICA", "pick a replica by its name or number; a number alone picks too"),
    ("knobs", "every setting and how it stands"),
    ("set KNOB VALUE", "change one: set loss 5%, set read repair next"),
    ("quit", "the end; so is the end of the input"),
];

impl<'a> Line<'a> {
    pub(super) fn read(line: &'a str, layer: Layer, snapshot: &Snapshot) -> Self {
        let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        match (first, rest) {
            ("status", "") => return Self::Status,
            ("help" | "?", "") => return Self::Help,
            ("knobs", "") => return Self::Knobs,
            ("quit" | "exit" | "q", "") => return Self::Quit,
            ("set", rest) => return Self::Set(rest),
            ("wait", rest) => {
                return match units::parse_duration(rest) {
                    Ok(nanos) => Self::Wait(Span(nanos)),
                    Err(_) if rest.is_empty() => Self::Unknown("wait takes a time: wait 3s, wait 250ms".into()),
                    Err(error) => Self::Unknown(format!("{error}; for example wait 3s")),
                };
            }
            ("run", rest) if rest == "until" || rest.starts_with("until ") => {
                return Self::RunUntil(rest["until".len()..].trim());
            }
            ("run", _) => return Self::Unknown("run until what? run until converged; run until lists them".into()),
            ("why", "") => return Self::Act(Action::Explain, ""),
            ("pick", rest) | (rest, "") if node(snapshot, rest).is_some() => {
                return node(snapshot, rest).map_or(Self::Help, Self::Pick);
            }
            ("pick", rest) => return Self::Unknown(no_replica(snapshot, rest)),
            _ => {}
        }
        match action(first, layer) {
            Some(action) => Self::Act(action, rest),
            None => Self::Unknown(unknown(first)),
        }
    }
}

/// The action of a name, or of a key as the table writes it.
fn action(word: &str, layer: Layer) -> Option<Action> {
    if let Some(action) = registry::named(word) {
        return Some(action);
    }
    let spelled = |entry: &Entry, layer: Layer| {
        entry.keys_in(layer).iter().find_map(|chord| match chord {
            Chord::Run(first, last) => {
                let mut letters = word.chars();
                let letter = letters.next().filter(|letter| letters.next().is_none() && (first..=last).contains(&letter))?;
                let place = u8::try_from(u32::from(letter) - u32::from(*first)).ok()?;
                Some(entry.action.at(place))
            }
            Chord::Key(_) | Chord::Control(_) => (chord.to_string() == word).then_some(entry.action),
        })
    };
    let in_layer = |layer| TABLE.iter().find_map(|entry| spelled(entry, layer));
    in_layer(layer).or_else(|| in_layer(Layer::Main))
}

fn unknown(word: &str) -> String {
    let commands = COMMANDS.iter().filter_map(|(usage, _)| usage.split(' ').next());
    let near = nearest(word, commands.chain(TABLE.iter().map(|entry| entry.name)));
    let near = near.map_or_else(String::new, |near| format!("did you mean {near}? "));
    format!("nothing is called {}: {near}help tells what can be said", quoted(word))
}

fn node(snapshot: &Snapshot, word: &str) -> Option<NodeId> {
    let count = snapshot.view.replicas.len();
    let number = word.parse::<usize>().ok().filter(|number| (1..=count).contains(number));
    snapshot.scenario.node_named(word).or_else(|| number.map(|number| NodeId::at(number - 1)))
}

fn no_replica(snapshot: &Snapshot, word: &str) -> String {
    let names = || snapshot.view.replicas.iter().map(|replica| &*replica.name);
    match nearest(word, names()) {
        Some(near) => format!("no replica is called {}: did you mean {near}?", quoted(word)),
        None => format!("no replica is called {}; {}", quoted(word), replicas(snapshot)),
    }
}

/// Why an action makes no sense without a screen and a clock.
pub(super) fn unfit(action: Action) -> Option<String> {
    let entry = registry::entry(action)?;
    let name = entry.name;
    match (action, entry.group) {
        (Action::Explain | Action::Verdicts, _) => None,
        (Action::PauseOrRun | Action::Slower | Action::Faster, _) => {
            Some(format!("{name}: time stands still here; wait 3s, step or run until converged lets it pass"))
        }
        (Action::Inspect | Action::Close | Action::MarkMoment | Action::PreviousAnomaly, _)
        | (_, Group::Views | Group::Typing | Group::Remote)
        | (
            Action::Help
            | Action::Palette
            | Action::Redraw
            | Action::Suspend
            | Action::Screenshot
            | Action::Record
            | Action::Resume
            | Action::Copy,
            _,
        ) => Some(format!("{name} is for the screen; help tells what can be said here")),
        _ => None,
    }
}

pub(super) fn help(out: &mut dyn FnMut(&str)) {
    for (usage, doc) in COMMANDS {
        out(&format!("{usage}: {doc}"));
    }
    out("Every other line is an action of the screen, by its key or its name, with its words behind it:");
    for group in Group::ALL {
        for entry in registry::group(group).filter(|entry| unfit(entry.action).is_none()) {
            out(&plain(&format!("{} or {}: {}", registry::keys_of(entry.action), entry.name, entry.doc)));
        }
    }
}

pub(super) fn knobs(snapshot: &Snapshot, out: &mut dyn FnMut(&str)) {
    for (knob, dial) in Knob::shown(snapshot) {
        if let Dial::Here(reading) = dial {
            out(&plain(&format!("{}: {}. {}", knob.name().trim(), reading.value, reading.means)));
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
pub(super) fn status(snapshot: &Snapshot, ui: &Ui, out: &mut dyn FnMut(&str)) {
    let at = snapshot.view.position.at;
    let agreement = &snapshot.agreement;
    let key = &snapshot.view.keys[snapshot.focus.index()];
    let flying = snapshot.view.messages.len();
    let words = if agreement.converged() { "CONVERGED" } else { "DIVERGED" };
    let past = if snapshot.is_past() { ", in the past" } else { "" };
    out(&format!(
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
            line += &format!(", STALE by {behind} for {}", at.since(stale.since));
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
        out(&plain(&line));
    }
    let sides = &snapshot.view.sides;
    if sides.len() > 1 {
        let name = |node: &NodeId| snapshot.replica_name(*node).to_owned();
        let sides: Vec<String> =
            sides.iter().map(|side| side.iter().map(name).collect::<Vec<_>>().join(" ")).collect();
        out(&format!("A wall: {}.", sides.join(" | ")));
    } else if !snapshot.view.cuts.is_empty() {
        out(&format!("{} cut; every replica still reaches every other by some way.", counted(snapshot.view.cuts.len(), "link")));
    }
    if snapshot.lost_writes > 0 {
        out(&format!("{} LOST.", counted(usize::try_from(snapshot.lost_writes).unwrap_or(usize::MAX), "acknowledged write")));
    }
}

fn counted(count: usize, what: &str) -> String {
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
