//! A line being typed, and what it means.
//!
//! ```text
//! write: green key=user123 level=quorum by=bob at=nyc
//! write: +2 key=likes         to a counter;  -pen key=cart, to take an element out of a set
//! read:  key=user123 level=all
//! clock: -2s
//! links: loss=5% duplicate=1% order=fifo link=ams-nyc
//! ```

use std::sync::Arc;

use crate::{
    action::{Act, Ask, Command, Condition, Context, Holding, Level, Operation},
    base::{ClientId, KeyId, NodeId, Ppm, Span},
    data::{Kind, Update, Value},
    drive::Snapshot,
    net::{Delay, LinkChange, Order, Scope},
    scenario::units,
    tui::knobs::{Knob, level_names, unfit_words},
    tui::registry::Action,
};

use super::Ui;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum PromptKind {
    Write,
    Read,
    Clock,
    Links,
    Knob(Knob),
    /// Words that operations must have.
    Filter,
    /// What a replica is to hold: until then time runs.
    Until,
}

/// The line and where the cursor stands in it, in characters.
#[derive(Debug, Clone)]
pub(in crate::tui) struct Prompt {
    pub(in crate::tui) kind: PromptKind,
    pub(in crate::tui) text: String,
    pub(in crate::tui) cursor: usize,
}

/// A longer line is no line.
const MAX_LENGTH: usize = 400;

impl PromptKind {
    /// What a word of a filter may begin with.
    pub(in crate::tui) const FIELDS: [&str; 4] = ["client:", "key:", "kind:", "outcome:"];

    pub(in crate::tui) fn label(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Read => "read",
            Self::Clock => "clock",
            Self::Links => "links",
            Self::Knob(knob) => knob.name().trim_start(),
            Self::Filter => "filter",
            Self::Until => "run until",
        }
    }

    /// The names that may stand before `=`.
    fn settings(self) -> &'static [&'static str] {
        match self {
            Self::Write | Self::Read => &["key", "level", "by", "at"],
            Self::Clock | Self::Knob(_) | Self::Filter => &[],
            Self::Until => &["key"],
            Self::Links => &["latency", "loss", "duplicate", "order", "link"],
        }
    }

    pub(in crate::tui) fn usage(self) -> &'static str {
        match self {
            Self::Write => "VALUE  key=K level=quorum by=CLIENT at=REPLICA",
            Self::Read => "key=K level=quorum by=CLIENT at=REPLICA",
            Self::Clock => "how far ahead: +2s, -300ms, 0",
            Self::Links => "latency=80ms loss=5% duplicate=1% order=fifo|any link=A-B",
            Self::Knob(knob) => knob.typed().map_or("", |typed| typed.usage),
            Self::Filter => {
                "words, or client:bob key:cart kind:read outcome:unknown; Enter keeps it, Esc drops it"
            }
            Self::Until => {
                "REPLICA holds VALUE, or REPLICA lacks VALUE; key=K; Tab goes through known values"
            }
        }
    }
}

impl Prompt {
    pub(in crate::tui) fn new(kind: PromptKind, text: String) -> Self {
        let cursor = text.chars().count();
        Self { kind, text, cursor }
    }

    fn byte(&self, index: usize) -> usize {
        self.text.char_indices().nth(index).map_or(self.text.len(), |(at, _)| at)
    }

    pub(in crate::tui) fn insert(&mut self, text: &str) {
        for c in text.chars().filter(|c| !c.is_control()) {
            if self.text.len() < MAX_LENGTH {
                self.text.insert(self.byte(self.cursor), c);
                self.cursor += 1;
            }
        }
    }

    /// What a key of the layer of lines does, but complete.
    pub(in crate::tui) fn edit_by(&mut self, action: Action) {
        match action {
            Action::EraseBack => self.erase_back(),
            Action::EraseForward => self.erase_forward(),
            Action::EraseAll => *self = Self::new(self.kind, String::new()),
            Action::ToFirst => self.cursor = 0,
            Action::ToLast => self.move_by(isize::MAX),
            Action::Left => self.move_by(-1),
            Action::Right => self.move_by(1),
            _ => {}
        }
    }

    fn erase_back(&mut self) {
        if self.cursor > 0 {
            self.cursor -= 1;
            self.text.remove(self.byte(self.cursor));
        }
    }

    fn erase_forward(&mut self) {
        if self.cursor < self.text.chars().count() {
            self.text.remove(self.byte(self.cursor));
        }
    }

    /// Completes the word before the cursor: a setting's name, or a replica's, a client's or a key's after `=`.
    /// Again, it goes on to the next one that fits.
    pub(super) fn complete(&mut self, snapshot: &Snapshot) {
        let (_, word, _) = self.around();
        let replicas = || snapshot.view.replicas.iter().map(|replica| replica.name.to_string());
        let candidates: Vec<String> = match word.split_once('=') {
            Some(("at", _)) => replicas().map(|name| format!("at={name}")).collect(),
            Some(("by", _)) => {
                snapshot.scenario.clients.iter().map(|client| format!("by={}", client.name)).collect()
            }
            Some(("key", _)) => snapshot.view.keys.iter().map(|key| format!("key={key}")).collect(),
            Some(("level", _)) => {
                ["one", "two", "three", "quorum", "all"].map(|l| format!("level={l}")).into()
            }
            Some(_) => Vec::new(),
            None if self.kind == PromptKind::Until => {
                let (before, ..) = self.around();
                match before.split_whitespace().collect::<Vec<_>>().as_slice() {
                    [] => replicas().collect(),
                    [_] => ["holds", "lacks"].map(str::to_owned).to_vec(),
                    [_, _] => known_values(snapshot),
                    [..] => vec!["key=".into()],
                }
            }
            None if self.kind == PromptKind::Filter => PromptKind::FIELDS.map(str::to_owned).to_vec(),
            None => self.kind.settings().iter().map(|name| format!("{name}=")).collect(),
        };
        self.complete_with(&candidates);
    }

    /// What stands before the word at the cursor, the word as far as it is typed, and what follows.
    fn around(&self) -> (&str, &str, &str) {
        let (typed, after) = self.text.split_at(self.byte(self.cursor));
        let (before, word) = typed.split_at(typed.rfind(' ').map_or(0, |space| space + 1));
        (before, word, after)
    }

    /// Completes the word before the cursor to one of these.
    pub(in crate::tui) fn complete_with(&mut self, candidates: &[String]) {
        let (before, word, after) = self.around();
        let longer = candidates.iter().find(|full| full.starts_with(word) && full.len() > word.len());
        let at = candidates.iter().position(|full| full == word);
        let following = || at.map(|at| &candidates[(at + 1) % candidates.len()]);
        if let Some(full) = longer.or_else(following) {
            let cursor = before.chars().count() + full.chars().count();
            *self = Self { kind: self.kind, text: format!("{before}{full}{after}"), cursor };
        }
    }

    pub(super) fn move_by(&mut self, by: isize) {
        self.cursor = self.cursor.saturating_add_signed(by).min(self.text.chars().count());
    }
}

/// A line's `word=value` pairs and what is left of it.
struct Words<'a> {
    rest: String,
    pairs: Vec<(&'a str, &'a str)>,
}

fn words<'a>(text: &'a str, known: &[&str]) -> Words<'a> {
    let mut rest: Vec<&str> = Vec::new();
    let mut pairs = Vec::new();
    for word in text.split_whitespace() {
        match word.split_once('=') {
            Some((name, value)) if known.contains(&name) => pairs.push((name, value)),
            _ => rest.push(word),
        }
    }
    Words { rest: rest.join(" "), pairs }
}

impl Ui {
    /// What a typed line asks for, or what is wrong with it.
    pub(super) fn understand(&self, prompt: &Prompt, snapshot: &Snapshot) -> Result<Vec<Command>, String> {
        match prompt.kind {
            PromptKind::Write | PromptKind::Read => self.understand_ask(prompt, snapshot),
            PromptKind::Clock => {
                let offset = units::parse_signed_duration(prompt.text.trim())
                    .map_err(|error| format!("{error}; for example +2s or -300ms"))?;
                Ok(vec![Command::Skew { node: self.picked, offset }])
            }
            PromptKind::Links => understand_links(&prompt.text, snapshot),
            PromptKind::Filter | PromptKind::Until => Ok(Vec::new()),
            PromptKind::Knob(knob) => {
                let typed = knob.typed().ok_or("that knob is turned, not typed")?;
                Ok(vec![(typed.understand)(prompt.text.trim(), snapshot)?])
            }
        }
    }

    fn understand_ask(&self, prompt: &Prompt, snapshot: &Snapshot) -> Result<Vec<Command>, String> {
        let Words { rest, pairs } = words(&prompt.text, prompt.kind.settings());
        let mut ask = Ask {
            client: self.client,
            at: self.addressed(),
            key: snapshot.focus,
            act: Act::Read,
            level: None,
            wait: None,
        };
        let mut commands = Vec::new();
        for (name, value) in pairs {
            match name {
                "key" => match key_named(snapshot, value) {
                    Some(key) => ask.key = key,
                    None if prompt.kind == PromptKind::Write && !value.is_empty() => {
                        ask.key = KeyId::after(&snapshot.view.keys);
                        commands.push(Command::NameKey(Arc::from(value)));
                    }
                    None if value.is_empty() => return Err("which key? For example key=user123".into()),
                    None => return Err(format!("no key {value} yet; W writes one: VALUE key={value}")),
                },
                "level" => {
                    let level = Level::parse(value);
                    let settings = &snapshot.view.settings;
                    let level = level.ok_or_else(|| level_names(settings))?;
                    let operation = match prompt.kind {
                        PromptKind::Write => Operation::Write,
                        _ => Operation::Read,
                    };
                    settings.admits(level, operation).map_err(|unfit| unfit_words(level, unfit))?;
                    ask.level = Some(level);
                }
                "by" => ask.client = client_named(snapshot, value)?,
                _ => ask.at = Some(node_named(snapshot, value)?),
            }
        }
        match prompt.kind {
            PromptKind::Write if rest.is_empty() => {
                return Err("what value? For example green, or green key=other".into());
            }
            PromptKind::Write => {
                ask.act = understand_value(snapshot.view.settings.kind(ask.key), &rest)?;
            }
            _ if !rest.is_empty() => return Err(format!("a read takes key=, level=, by=, at=; not {rest}")),
            _ => {}
        }
        commands.push(Command::Submit(ask));
        Ok(commands)
    }
}

/// A value to write; `+2` or `-2` for a counter; `pen` for a set to add it, `-pen` to remove it.
fn understand_value(kind: Kind, text: &str) -> Result<Act, String> {
    let (less, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let update = match kind {
        Kind::Value | Kind::Register(_) => {
            return Ok(Act::Write { value: Value::parse(text), context: Context::Last, stamp: None });
        }
        Kind::GrowCounter | Kind::Counter => {
            let amount = rest.strip_prefix('+').unwrap_or(rest).parse();
            let amount = amount.ok().filter(|amount| *amount > 0);
            let amount = amount.ok_or("by how much? For example +2")?;
            if less { Update::Decrement(amount) } else { Update::Increment(amount) }
        }
        Kind::Set if rest.is_empty() => {
            return Err("what? For example pen to add it, -pen to remove it".into());
        }
        Kind::Set if less => Update::Remove(Value::parse(rest)),
        Kind::Set => Update::Add(Value::parse(rest)),
    };
    Ok(Act::Update(update))
}

/// Every value of the shown key that a replica holds, or that was written lately.
fn known_values(snapshot: &Snapshot) -> Vec<String> {
    let key = snapshot.focus;
    let held = snapshot.view.replicas.iter().flat_map(|replica| replica.held[key.index()].versions());
    let mut values: Vec<String> = held.map(|version| version.value.to_string()).collect();
    values.sort_unstable();
    values.dedup();
    values
}

/// `lon holds green`, `2 lacks blue key=cart`: the condition that scripts write as `replica`, `key` and `holds`.
pub(in crate::tui) fn understand_until(text: &str, snapshot: &Snapshot) -> Result<Condition, String> {
    const EXAMPLE: &str = "for example: lon holds green";
    let Words { rest, pairs } = words(text, PromptKind::Until.settings());
    let mut key = snapshot.focus;
    for (_, name) in pairs {
        key = key_named(snapshot, name).ok_or_else(|| format!("no key {name} yet"))?;
    }
    let (name, rest) = rest.split_once(' ').ok_or(EXAMPLE)?;
    let node = node_named(snapshot, name)?;
    let (verb, value) = rest.split_once(' ').ok_or(EXAMPLE)?;
    if !snapshot.view.replicas[node.index()].owns[key.index()] {
        let key = &snapshot.view.keys[key.index()];
        return Err(format!("{} keeps no copy of {key}", snapshot.replica_name(node)));
    }
    let value = Value::parse(value);
    let holding = match verb {
        "holds" => Holding::Holds(value),
        "lacks" => Holding::Lacks(value),
        _ => return Err(format!("holds or lacks; not {verb}")),
    };
    Ok(Condition::Replica { node, key, holding })
}

fn understand_links(text: &str, snapshot: &Snapshot) -> Result<Vec<Command>, String> {
    let Words { rest, pairs } = words(text, PromptKind::Links.settings());
    if !rest.is_empty() || pairs.is_empty() {
        return Err(format!("{}: for example loss=5%", PromptKind::Links.usage()));
    }
    let mut scope = Scope::All;
    let mut changes = Vec::new();
    for (name, value) in pairs {
        match name {
            "link" => {
                let ends = value.split_once('-').ok_or("a link is two replicas: link=ams-nyc")?;
                scope = Scope::Between(node_named(snapshot, ends.0)?, node_named(snapshot, ends.1)?);
            }
            "latency" => {
                let nanos = units::parse_duration(value)
                    .map_err(|error| format!("{error}; for example latency=80ms"))?;
                changes.push(LinkChange::Delay(Delay::Fixed(Span(nanos))));
            }
            "order" if value == "fifo" => changes.push(LinkChange::Order(Order::Fifo)),
            "order" if value == "any" => changes.push(LinkChange::Order(Order::MayOvertake)),
            "order" => return Err("order is fifo or any".into()),
            _ => {
                let parts =
                    units::parse_share(value).map_err(|error| format!("{error}; for example {name}=5%"))?;
                let share = Ppm::new(parts).ok_or("at most 100%")?;
                changes.push(if name == "loss" {
                    LinkChange::Loss(share)
                } else {
                    LinkChange::Duplicate(share)
                });
            }
        }
    }
    if changes.is_empty() {
        return Err("which setting? For example loss=5%".into());
    }
    Ok(changes.into_iter().map(|change| Command::SetLink { scope, change }).collect())
}

fn key_named(snapshot: &Snapshot, name: &str) -> Option<KeyId> {
    let index = snapshot.view.keys.iter().position(|key| &**key == name)?;
    u32::try_from(index).ok().map(KeyId)
}

fn client_named(snapshot: &Snapshot, name: &str) -> Result<ClientId, String> {
    snapshot.scenario.client_named(name).ok_or_else(|| {
        let names: Vec<&str> = snapshot.scenario.clients.iter().map(|client| &*client.name).collect();
        format!("no client {name}; there are {}", names.join(", "))
    })
}

/// A replica by its name or its number.
fn node_named(snapshot: &Snapshot, name: &str) -> Result<NodeId, String> {
    let by_number = || {
        let number: usize = name.parse().ok()?;
        (1..=snapshot.view.replicas.len()).contains(&number).then(|| NodeId::at(number - 1))
    };
    snapshot.scenario.node_named(name).or_else(by_number).ok_or_else(|| {
        let known = snapshot.view.replicas.iter().take(6).map(|replica| &*replica.name).collect::<Vec<_>>();
        let more = if snapshot.view.replicas.len() > known.len() { ", …" } else { "" };
        format!("no replica {name}; there are {}{more}", known.join(", "))
    })
}
