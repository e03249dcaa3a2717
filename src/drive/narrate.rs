//! Facts in plain words: one line for each that a person wants to see, with the key or script line that
//! caused it. The screen and the headless run both speak through here.

use std::sync::Arc;

use crate::{
    action::{Guarantee, Surgery},
    base::{KeyId, NodeId, Position, SimTime, WriteId},
    data::{Update, Value},
    replica::Belief,
    sim::{Fact, What},
};

mod answers;
mod copies;
mod faults;
mod knobs;
mod replication;

pub(super) use faults::cut_name;
use faults::messages;
pub use faults::side;
pub use knobs::{ratio, setting_in_words, skew};

use super::{Cause, Timeline};

/// One line of the event list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventLine {
    pub at: Position,
    pub mark: Mark,
    pub text: String,
    /// The key that caused it, or the script line.
    pub cause: Option<Arc<str>>,
    /// The value it is about, for its colour and shape.
    pub value: Option<String>,
}

/// Kind, sentence, and the value it is about.
type Words = (Mark, String, Option<String>);

/// What kind of thing happened; the screen gives each a glyph and a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Write,
    Acknowledged,
    Read,
    StaleRead,
    Stored,
    /// A write, or a request, waits for what must come before it.
    HeldBack,
    /// A write is kept for a replica, or was handed back to it.
    Hinted,
    /// A coordinator did something beyond asking and answering.
    Effort,
    /// A write gave way to a concurrent one.
    Dropped,
    Died,
    Failed,
    /// Something went wrong that the line itself names.
    Anomaly,
    Wall,
    Healed,
    Crash,
    Revived,
    Freeze,
    Knob,
}

/// Puts facts of a timeline into words.
#[derive(Debug, Clone, Copy)]
pub struct Narrator<'a> {
    pub timeline: &'a Timeline,
}

impl<'a> Narrator<'a> {
    /// The line for a fact, or none where people need not see it.
    pub fn line(self, fact: &Fact) -> Option<EventLine> {
        let (mark, text, value) = self.words(&fact.what, fact.at.at)?;
        Some(EventLine { at: fact.at, mark, text, cause: self.cause(fact), value })
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each kind of fact")]
    fn words(self, what: &What, at: SimTime) -> Option<Words> {
        match what {
            What::Accepted { node, version, .. } => {
                let (node, key, id) = (self.node(*node), self.key(version.key), version.id);
                let text = match &version.value {
                    Value::Tombstone => format!("{node} delete {key} ({id})"),
                    Value::Update(update) => format!("{node} {} ({id})", done_to(key, update)),
                    Value::Number(_) | Value::Text(_) | Value::Set(_) => {
                        format!("{node} write {key}={} ({id})", version.value)
                    }
                };
                Some((Mark::Write, text, Some(version.value.to_string())))
            }
            What::Answered { op, outcome } => self.answered(*op, outcome),
            What::Stored { node, key, write, over, .. } => self.stored(*node, *key, *write, *over),
            What::HeldBack { node, write, waits_for, .. } => {
                let text = format!(
                    "{} holds {} back: it waits for {}",
                    self.node(*node),
                    self.write(*write),
                    self.write(*waits_for)
                );
                Some((Mark::HeldBack, text, self.value(*write)))
            }
            What::Redirected { op, from, to, guarantee } => {
                let (node, to) = (self.node(*from), self.node(*to));
                let text = format!(
                    "{node} is not eligible{} ({}): redirected to {to}",
                    self.by(*op),
                    words(*guarantee)
                );
                Some((Mark::HeldBack, text, None))
            }
            What::Waits { op, node, guarantee } => {
                let node = self.node(*node);
                let text = format!(
                    "{node} is not eligible{} yet ({}): the request waits",
                    self.by(*op),
                    words(*guarantee)
                );
                Some((Mark::HeldBack, text, None))
            }
            What::Rebound { client, from, to } => {
                let client = &self.timeline.simulation().scenario().clients[usize::from(client.0)].name;
                let text = format!(
                    "{client}'s session: {} is down, bound to {} now",
                    self.node(*from),
                    self.node(*to)
                );
                Some((Mark::Knob, text, None))
            }
            What::Kept { node, write, winner, relation, .. } => {
                let text = format!(
                    "{} kept {}, dropped {}: {}",
                    self.node(*node),
                    self.write(*winner),
                    self.write(*write),
                    self.why_dropped(*winner, *write, *relation)
                );
                Some((Mark::Dropped, text, self.value(*winner)))
            }
            What::Died { kind, to, carries, .. }
                if kind.is_gossip() && self.would_have_taught_nothing(*to, *carries, at) =>
            {
                None
            }
            What::Died { from, to, kind, carries, death, .. } => {
                Some(self.died((*from, *to), *kind, *carries, *death))
            }
            What::CutMade { id } => Some((Mark::Wall, self.wall(*id), None)),
            What::CutHealed { id, killed } => Some((
                Mark::Healed,
                format!("healed {}: {} died at it", cut_name(*id), messages(*killed)),
                None,
            )),
            What::Crashed { node } => Some((Mark::Crash, format!("{} crashed", self.node(*node)), None)),
            What::Destroyed { node, hints } => {
                let text = match hints {
                    0 => format!("{} lost its disk", self.node(*node)),
                    1 => format!("{} lost its disk, and a hint with it", self.node(*node)),
                    hints => format!("{} lost its disk, and {hints} hints with it", self.node(*node)),
                };
                Some((Mark::Crash, text, None))
            }
            What::Effort { node, key, effort, .. } => {
                Some((Mark::Effort, self.effort(*node, *key, *effort), None))
            }
            What::Hinted { holder, target, key, write, .. } => {
                let (holder, target) = (self.node(*holder), self.node(*target));
                let text = format!("{holder} keeps {}={} for {target}", self.key(*key), self.write(*write));
                Some((Mark::Hinted, text, self.value(*write)))
            }
            What::HandedBack { holder, target, key, write } => {
                let (holder, target) = (self.node(*holder), self.node(*target));
                let (key, write) = (self.key(*key), self.write(*write));
                let text = format!("{holder} handed {key}={write} back: {target} has it");
                Some((Mark::Hinted, text, None))
            }
            What::HintExpired { holder, target, key, write } => {
                let (holder, target) = (self.node(*holder), self.node(*target));
                let (key, what) = (self.key(*key), self.write(*write));
                let text = format!("{holder} threw {key}={what} away, kept for {target}: too old to be safe");
                Some((Mark::Dropped, text, self.value(*write)))
            }
            What::Believes { by, about, belief } => {
                let (by, about) = (self.node(*by), self.node(*about));
                Some(match belief {
                    Belief::Up => (Mark::Revived, format!("{by} believes {about} up"), None),
                    Belief::Down => (Mark::Crash, format!("{by} believes {about} down"), None),
                })
            }
            What::Purged { node, key, write } => {
                let (node, key) = (self.node(*node), self.key(*key));
                let text = format!("{node} forgot that {key} was deleted ({write}): past the grace");
                Some((Mark::Dropped, text, None))
            }
            What::Restarted { node } => {
                Some((Mark::Revived, format!("{} is up again", self.node(*node)), None))
            }
            What::Frozen { node } => Some((Mark::Freeze, format!("{} froze", self.node(*node)), None)),
            What::Thawed { node, queued } => {
                let text =
                    format!("{} thawed: {} had waited", self.node(*node), messages(u64::from(*queued)));
                Some((Mark::Revived, text, None))
            }
            What::Operated { from, to, surgery, .. } => {
                let way = format!("{}→{}", self.node(*from), self.node(*to));
                let text = match surgery {
                    Surgery::Deliver => format!("by hand: the message {way} is delivered now"),
                    Surgery::Drop => format!("by hand: the message {way} is lost"),
                    Surgery::Duplicate => format!("by hand: a copy of the message {way} comes with it"),
                    Surgery::Hold => format!("by hand: the message {way} is held"),
                    Surgery::Delay(span) => format!("by hand: the message {way} comes {span} later"),
                };
                Some((Mark::Knob, text, None))
            }
            What::Turned(command) => Some((Mark::Knob, self.turned(command)?, None)),
            What::Discarded { node, write, why, instead, .. } => {
                Some(self.discarded(*node, *write, *why, *instead))
            }
            What::News { node, news } => Some(self.replication(*node, *news)),
            What::Asked { .. } | What::Sent { .. } | What::Delivered { .. } | What::Queued { .. } => None,
        }
    }

    /// The key or script line behind a fact: behind its operation, or behind the command of its step.
    fn cause(self, fact: &Fact) -> Option<Arc<str>> {
        let logged = match &fact.what {
            What::Answered { op, .. }
            | What::Accepted { op, .. }
            | What::Redirected { op, .. }
            | What::Waits { op, .. } => self.timeline.logged_op(*op),
            _ => self.timeline.logged_at(fact.at.step),
        }?;
        match &logged.cause {
            Cause::Key(key) => Some(Arc::clone(key)),
            Cause::Script(0) => Some("script".into()),
            Cause::Script(line) => Some(format!("line {line}").into()),
            Cause::Program => None,
        }
    }

    pub(super) fn node(self, node: NodeId) -> &'a str {
        self.timeline.simulation().scenario().replicas.get(node.index()).map_or("?", |replica| &replica.name)
    }

    pub(super) fn key(self, key: KeyId) -> &'a str {
        self.timeline.simulation().keys().get(key.index()).map_or("?", |name| name)
    }

    fn value(self, write: WriteId) -> Option<String> {
        Some(self.timeline.ledger().find(write)?.version.value.to_string())
    }

    /// A write by its value and name, or by its name where it is no longer remembered.
    fn write(self, write: WriteId) -> String {
        self.value(write).map_or_else(|| write.to_string(), |value| format!("{value} ({write})"))
    }
}
/// A guarantee in words.
fn words(guarantee: Guarantee) -> String {
    guarantee.name().replace('_', " ")
}

/// An update in words.
fn done_to(key: &str, update: &Update) -> String {
    match update {
        Update::Increment(amount) => format!("increment {key} by {amount}"),
        Update::Decrement(amount) => format!("decrement {key} by {amount}"),
        Update::Add(value) => format!("add {value} to {key}"),
        Update::Remove(value) => format!("remove {value} from {key}"),
    }
}
pub(super) fn versions(count: u64) -> String {
    format!("{count} version{}", if count == 1 { "" } else { "s" })
}
