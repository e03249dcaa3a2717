//! The one action registry: dispatch, key hints, help and the README's table all read it.
//!
//! A layer is what has the keyboard at the moment. Within a layer a key means one action; the same key may
//! mean another in another layer.

mod chord;
mod table;

use std::fmt::Write;

use crossterm::event::KeyEvent;

pub use chord::Chord;
use chord::Press;
pub use table::{Action, TABLE};

/// What has the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The laboratory: most keys.
    Main,
    /// A line being typed; what is not bound is text.
    Prompt,
    /// A list to choose from, filtered by typing; what is not bound is text.
    Choice,
    /// Help: a list of actions, searched by typing, run with Enter.
    Help,
    /// A question to the class.
    Question,
    /// The operations of the laboratory: its own keys lie over those of the laboratory.
    Operations,
    /// The operations of a history from elsewhere.
    History,
    /// A presenter's remote: its few keys lie over those of the laboratory.
    Remote,
    /// A question to the class, while a remote is in use.
    RemoteQuestion,
}

impl Layer {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Main,
        Self::Prompt,
        Self::Choice,
        Self::Help,
        Self::Question,
        Self::Operations,
        Self::History,
        Self::Remote,
        Self::RemoteQuestion,
    ];

    /// The layer that takes the keys which this one does not bind.
    fn below(self) -> Option<Self> {
        match self {
            Self::Operations | Self::Remote => Some(Self::Main),
            Self::RemoteQuestion => Some(Self::Question),
            Self::Main | Self::Prompt | Self::Choice | Self::Help | Self::Question | Self::History => None,
        }
    }
}

/// How help and the README sort the actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Pick a replica, a client, a key.
    Move,
    /// Writes and reads.
    Data,
    /// Partitions, crashes, freezes, clocks.
    Faults,
    /// Latency and what links do to messages.
    Network,
    /// Pause, step, undo, branches.
    Time,
    /// What the screen shows.
    Views,
    /// Help, presets, quit.
    Program,
    /// While a line is typed or a list is up.
    Typing,
    /// While a question is up.
    Question,
    /// While a presenter's remote is in use.
    Remote,
}

impl Group {
    /// In the order help shows them.
    pub const ALL: [Self; 10] = [
        Self::Move,
        Self::Data,
        Self::Faults,
        Self::Network,
        Self::Time,
        Self::Views,
        Self::Program,
        Self::Typing,
        Self::Question,
        Self::Remote,
    ];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Move => "Move",
            Self::Data => "Data",
            Self::Faults => "Faults",
            Self::Network => "Network",
            Self::Time => "Time",
            Self::Views => "Views",
            Self::Program => "Program",
            Self::Typing => "Typing",
            Self::Question => "Question",
            Self::Remote => "Presenter's remote",
        }
    }
}

/// Whether the line of key hints may show an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// If there is room.
    Shown,
    /// If there is room, but not in the main layer.
    Aside,
    /// Only help does.
    Hidden,
}

/// One action and all there is to say about it.
#[derive(Debug)]
pub struct Entry {
    /// What it does.
    pub action: Action,
    /// Its command name, in kebab-case.
    pub name: &'static str,
    /// Where help lists it.
    pub group: Group,
    /// Its keys and the layers that bind them; the first of them is the one hints show.
    pub keys: &'static [(&'static [Layer], &'static [Chord])],
    /// A word or two for the line of hints.
    pub label: &'static str,
    /// Whether that line shows it.
    pub hint: Hint,
    /// One sentence.
    pub doc: &'static str,
}

impl Entry {
    /// Its keys in a layer, or in the one below it.
    pub fn keys_in(&self, layer: Layer) -> &'static [Chord] {
        let own = |layer: Layer| self.keys.iter().find(|(bound, _)| bound.contains(&layer));
        let own = own(layer).or_else(|| own(layer.below()?));
        own.map(|(_, chords)| *chords).unwrap_or_default()
    }

    /// Whether a layer binds it, or the one below does.
    pub fn acts_in(&self, layer: Layer) -> bool {
        !self.keys_in(layer).is_empty()
    }
}

/// What a key means in a layer. Releases mean nothing, and modifiers match exactly.
pub fn lookup(layer: Layer, event: KeyEvent) -> Option<Action> {
    let press = Press::of(event)?;
    let bound = TABLE.iter().find_map(|entry| {
        let bound = entry.keys.iter().filter(|(bound, _)| bound.contains(&layer));
        let chord = bound.flat_map(|(_, chords)| *chords).find(|chord| chord.matches(press))?;
        Some(entry.action.at(chord.place(press)))
    });
    bound.or_else(|| lookup(layer.below()?, event))
}

/// The character a key inserts where text is typed; ask after [`lookup`] found nothing.
pub fn text(event: KeyEvent) -> Option<char> {
    Press::of(event)?.text()
}

/// Whether help that is asked for in a layer may speak of it: a history from elsewhere and the laboratory share the
/// layers that lie over them, and nothing else.
pub fn is_near(entry: &Entry, layer: Layer) -> bool {
    match layer {
        Layer::History => entry.acts_in(layer) || entry.group == Group::Typing,
        _ => entry.keys.iter().flat_map(|(bound, _)| *bound).any(|bound| *bound != Layer::History),
    }
}

/// All about an action.
pub fn entry(action: Action) -> Option<&'static Entry> {
    TABLE.iter().find(|entry| entry.action.is_kind_of(action))
}

/// The action with a command name.
pub fn named(name: &str) -> Option<Action> {
    TABLE.iter().find(|entry| entry.name == name).map(|entry| entry.action)
}

/// An action's keys in the first layers that bind it, as text: `w`, `? F1`, `Ctrl-R`.
pub fn keys_of(action: Action) -> String {
    let first = entry(action).and_then(|entry| entry.keys.first());
    joined(first.map(|(_, chords)| *chords).unwrap_or_default())
}

/// The one key a hint shows for an action in a layer, if it has one there.
pub fn key_in(layer: Layer, action: Action) -> Option<String> {
    let hidden = |chord: &Chord| {
        TABLE.iter().filter(|other| !other.action.is_kind_of(action)).any(|other| {
            other.keys.iter().any(|(bound, chords)| bound.contains(&layer) && chords.contains(chord))
        })
    };
    entry(action)?.keys_in(layer).iter().find(|chord| !hidden(chord)).map(Chord::to_string)
}

/// What the line of key hints may show in a layer, most useful first: what only this layer can do comes
/// before what every layer can.
pub fn hints(layer: Layer) -> impl Iterator<Item = &'static Entry> {
    let shown = move |entry: &&Entry| match entry.hint {
        Hint::Shown => true,
        Hint::Aside => !matches!(layer, Layer::Main | Layer::Operations | Layer::Remote),
        Hint::Hidden => false,
    };
    let own = move |entry: &&Entry| matches!(entry.group, Group::Typing | Group::Question | Group::Remote);
    let here = move || TABLE.iter().filter(move |entry| entry.acts_in(layer)).filter(shown);
    here().filter(own).chain(here().filter(move |entry| !own(entry)))
}

/// A group's actions in the table's order.
pub fn group(group: Group) -> impl Iterator<Item = &'static Entry> {
    TABLE.iter().filter(move |entry| entry.group == group)
}

/// The table of the README: key, command, what it does, one table with a heading for each group.
pub fn markdown_table() -> String {
    let mut table = String::from("| key | command | does |\n|---|---|---|\n");
    for heading in Group::ALL {
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| **{}** | | |", heading.title());
        for entry in group(heading) {
            let chords = entry.keys.first().map(|(_, chords)| *chords).unwrap_or_default();
            let keys: Vec<String> = chords.iter().map(|chord| format!("`{chord}`")).collect();
            let _ = writeln!(table, "| {} | {} | {} |", keys.join(" "), entry.name, entry.doc);
        }
    }
    table
}

fn joined(chords: &[Chord]) -> String {
    chords.iter().map(Chord::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
