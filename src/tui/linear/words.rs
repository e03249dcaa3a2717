//! What a typed line means.

use crate::{
    base::{NodeId, Span},
    drive::Snapshot,
    scenario::{
        problem::{nearest, quoted},
        units,
    },
    tui::registry::{self, Action, Chord, Entry, Group, Layer, TABLE},
};

use super::{Say, asks, status::replicas};

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
    /// Of this replica, else of the picked one.
    Why(Option<NodeId>),
    /// An action of the registry and the words after it.
    Act(Action, &'a str),
    /// What to say instead.
    Unknown(String),
}

/// The words that are no actions of the registry, with what they do.
const COMMANDS: [(&str, &str); 8] = [
    ("status", "how things stand: every replica, what it holds, whether it is stale"),
    ("wait TIME", "let so much time pass: wait 3s, wait 250ms"),
    (
        "run until WHAT",
        "run on until it comes: converged, settled, lima holds green; without a word it lists them all",
    ),
    ("why [REPLICA]", "why the picked replica, or this one, is stale, and what will fix it"),
    ("pick REPLICA", "pick a replica by its name or number; a number alone picks too"),
    ("knobs", "every setting and how it stands"),
    ("set KNOB VALUE", "change one: set loss 5%, set read repair next"),
    ("quit", "the end; so is the end of the input"),
];

/// What is said to all else while a question waits.
const UNANSWERED: &str =
    "a question waits: a letter marks an answer, reveal shows what happens, close leaves it";

impl<'a> Line<'a> {
    pub(super) fn read(line: &'a str, layer: Layer, snapshot: &Snapshot) -> Self {
        let read = Self::anywhere(line, layer, snapshot);
        match read {
            // A question is about what happens next: nothing may, until it is answered.
            Self::Wait(_) | Self::RunUntil(_) | Self::Set(_) | Self::Pick(_) | Self::Why(_)
                if asks(layer) =>
            {
                Self::Unknown(UNANSWERED.into())
            }
            read => read,
        }
    }

    fn anywhere(line: &'a str, layer: Layer, snapshot: &Snapshot) -> Self {
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
                    Err(_) if rest.is_empty() => {
                        Self::Unknown("wait takes a time: wait 3s, wait 250ms".into())
                    }
                    Err(error) => Self::Unknown(format!("{error}; for example wait 3s")),
                };
            }
            ("run", rest) if rest == "until" || rest.starts_with("until ") => {
                return Self::RunUntil(rest["until".len()..].trim());
            }
            ("run", _) => {
                return Self::Unknown("run until what? run until converged; run until lists them".into());
            }
            ("back", "") => return Self::Act(Action::StepBack, ""),
            ("why", "") => return Self::Why(None),
            ("why", rest) => {
                let wanted = node(snapshot, rest);
                return wanted
                    .map_or_else(|| Self::Unknown(no_replica(snapshot, rest)), |node| Self::Why(Some(node)));
            }
            ("pick", rest) => {
                return node(snapshot, rest)
                    .map_or_else(|| Self::Unknown(no_replica(snapshot, rest)), Self::Pick);
            }
            _ => {}
        }
        if let Some(node) = node(snapshot, line) {
            return Self::Pick(node);
        }
        match action(first, layer) {
            Some(action) => Self::Act(action, rest),
            None if asks(layer) => Self::Unknown(UNANSWERED.into()),
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
                let letter = letters
                    .next()
                    .filter(|letter| letters.next().is_none() && (first..=last).contains(&letter))?;
                let place = u8::try_from(u32::from(letter) - u32::from(*first)).ok()?;
                Some(entry.action.at(place))
            }
            Chord::Key(_) | Chord::Control(_) => (chord.to_string() == word).then_some(entry.action),
        })
    };
    TABLE.iter().find_map(|entry| spelled(entry, layer))
}

fn unknown(word: &str) -> String {
    let commands = COMMANDS.iter().filter_map(|(usage, _)| usage.split(' ').next());
    let fit = TABLE.iter().filter(|entry| unfit(entry.action, Layer::Main).is_none());
    let near = nearest(word, commands.chain(fit.map(|entry| entry.name)));
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

/// Why an action makes no sense without a screen and a clock, or while a question waits.
pub(super) fn unfit(action: Action, layer: Layer) -> Option<String> {
    let entry = registry::entry(action)?;
    let name = entry.name;
    let of_question = entry.group == Group::Question || action == Action::Close;
    match (action, entry.group) {
        _ if asks(layer) => (!of_question).then(|| UNANSWERED.into()),
        (Action::Explain | Action::Verdicts, _) => None,
        (Action::PauseOrRun | Action::Slower | Action::Faster, _) => {
            Some(format!("{name}: time stands still here; wait 3s, step or run until converged lets it pass"))
        }
        (
            Action::Inspect
            | Action::Close
            | Action::Filter
            | Action::Help
            | Action::Palette
            | Action::Redraw
            | Action::Suspend
            | Action::Screenshot
            | Action::Record
            | Action::Resume
            | Action::Copy
            | Action::NextEvidence
            | Action::PreviousEvidence,
            _,
        )
        | (_, Group::Views | Group::Typing | Group::Remote) => {
            Some(format!("{name} is for the screen; help tells what can be said here"))
        }
        (_, Group::Question) => Some("no question waits".into()),
        (_, Group::Move | Group::Data | Group::Faults | Group::Network | Group::Time | Group::Program) => {
            None
        }
    }
}

pub(super) fn help(say: Say<'_>) {
    for (usage, doc) in COMMANDS {
        say(&format!("{usage}: {doc}"));
    }
    say("Every other line is an action of the screen, by its key or its name, with its words behind it:");
    for group in Group::ALL {
        let layer = if group == Group::Question { Layer::Question } else { Layer::Main };
        for entry in registry::group(group).filter(|entry| unfit(entry.action, layer).is_none()) {
            say(&format!("{} or {}: {}", registry::keys_of(entry.action), entry.name, entry.doc));
        }
    }
}
