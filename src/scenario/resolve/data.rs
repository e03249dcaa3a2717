//! `data` and what is done to it: the kinds of keys, their first contents, and the steps that fit a kind.

use std::collections::BTreeMap;

use crate::action::{Act, Command};
use crate::base::KeyId;
use crate::data::{Conflicts, Kind, Update, Value};
use crate::scenario::file::{self, Change, Datum, Element, OfKind};
use crate::scenario::limits::{MOST_AMOUNT, MOST_ELEMENTS};
use crate::scenario::path::Trail;
use crate::scenario::problem::quoted;

use super::command::Operation;
use super::quantity::Use;
use super::{Resolver, key_id};

/// The four steps that update a counter or a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Increment,
    Decrement,
    Add,
    Remove,
}

impl Resolver<'_> {
    /// In the order in which the keys are declared, so that the order of writing them down does not matter.
    pub(super) fn initial(&mut self, data: &BTreeMap<String, Datum>, at: &Trail<'_>) -> Vec<(KeyId, Value)> {
        self.kinds = vec![Kind::Value; self.keys.list().len()];
        let mut initial: Vec<(KeyId, Value)> = Vec::new();
        for (name, datum) in data {
            let at = at.key(name);
            let (kind, value) = match datum {
                Datum::Plain(literal) => (Kind::Value, self.value(literal, &at)),
                Datum::OfKind(of_kind) => self.of_kind(of_kind, &at),
            };
            let Some(key) = self.keys.find(name) else { continue };
            self.kinds[key] = kind;
            initial.push((key_id(key), value));
        }
        initial.sort_by_key(|(key, _)| *key);
        // A plain value needs no mention.
        if self.kinds.iter().all(|kind| *kind == Kind::Value) {
            self.kinds.clear();
        }
        initial
    }

    fn of_kind(&mut self, of_kind: &OfKind, at: &Trail<'_>) -> (Kind, Value) {
        let OfKind { counter, g_counter, set, register, policy, versions } = of_kind;
        if let Some(start) = counter {
            (Kind::Counter, Value::Number(self.amount(*start, &at.key("counter")).into()))
        } else if let Some(start) = g_counter {
            (Kind::GrowCounter, Value::Number(self.amount(*start, &at.key("g_counter")).into()))
        } else if let Some(elements) = set {
            let at = at.key("set");
            self.at_most(elements.len(), MOST_ELEMENTS, "elements", &at);
            let elements = elements.iter().take(MOST_ELEMENTS).enumerate();
            let elements: Vec<Value> = elements.map(|(i, e)| self.value(e, &at.index(i))).collect();
            (Kind::Set, Value::set(elements))
        } else {
            let value = register.as_ref().map(|literal| self.value(literal, &at.key("register")));
            let policy = policy.map(|policy| match (self.policy(policy), versions) {
                (Conflicts::LastWriteWins, None) => Conflicts::LastWriteWins,
                (Conflicts::LastWriteWins, Some(_)) => {
                    let help = "write `policy: siblings`, or leave `versions` out";
                    self.wrong(&at.key("versions"), "there are no siblings to tell apart", help);
                    Conflicts::LastWriteWins
                }
                (siblings, None) => siblings,
                (_, Some(file::VersionKind::Vector)) => Conflicts::VectorSiblings,
                (_, Some(file::VersionKind::Dotted)) => Conflicts::Siblings,
            });
            let kind = policy.map_or(Kind::Value, Kind::Register);
            (kind, value.unwrap_or(Value::Tombstone))
        }
    }

    /// Siblings are told apart as the cluster tells them apart.
    pub(super) fn policy(&self, policy: file::Conflicts) -> Conflicts {
        match policy {
            file::Conflicts::LastWriteWins => Conflicts::LastWriteWins,
            file::Conflicts::Siblings => self.tracking,
        }
    }

    fn amount(&mut self, amount: u64, at: &Trail<'_>) -> u32 {
        match u32::try_from(amount) {
            Ok(amount) if amount <= MOST_AMOUNT => amount,
            _ => {
                self.wrong(at, "that is too much to count", "1000000000 is the most");
                1
            }
        }
    }

    pub(super) fn counted(&mut self, change: &Change, verb: Verb, at: &Trail<'_>) -> Command {
        let Change { by, at: replica, key, amount, level } = change;
        if *amount == Some(0) {
            self.wrong(&at.key("amount"), "by 0 nothing changes", "write 1 or more");
        }
        let amount = self.amount(amount.unwrap_or(1), &at.key("amount")).max(1);
        let update =
            if verb == Verb::Decrement { Update::Decrement(amount) } else { Update::Increment(amount) };
        let (by, replica) = (by.as_deref(), replica.as_deref());
        self.update(&Operation { by, at: replica, key, level: *level, used: Use::Write }, update, at)
    }

    pub(super) fn changed(&mut self, element: &Element, verb: Verb, at: &Trail<'_>) -> Command {
        let Element { by, at: replica, key, value, level } = element;
        let value = self.value(value, &at.key("value"));
        let update = if verb == Verb::Remove { Update::Remove(value) } else { Update::Add(value) };
        let (by, replica) = (by.as_deref(), replica.as_deref());
        self.update(&Operation { by, at: replica, key, level: *level, used: Use::Write }, update, at)
    }

    fn update(&mut self, operation: &Operation<'_>, update: Update, at: &Trail<'_>) -> Command {
        let kind = self.kind(operation.key);
        if !kind.takes(&update) {
            let key = quoted(operation.key);
            let (message, help) = match (kind, &update) {
                (Kind::GrowCounter, Update::Decrement(_)) => {
                    (format!("{key} only grows: it cannot be decremented"), "make it a `counter`".to_owned())
                }
                (_, Update::Increment(_) | Update::Decrement(_)) => (
                    format!("{key} is no counter"),
                    format!("make it one: `data: {{{}: {{counter: 0}}}}`", operation.key),
                ),
                (_, Update::Add(_) | Update::Remove(_)) => (
                    format!("{key} is no set"),
                    format!("make it one: `data: {{{}: {{set: []}}}}`", operation.key),
                ),
            };
            self.wrong(&at.key("key"), message, help);
        }
        self.submit(operation, Act::Update(update), at)
    }

    /// A counter or a set is not written and not deleted.
    pub(super) fn must_be_register(&mut self, key: &str, deed: &str, at: &Trail<'_>) {
        let kind = self.kind(key);
        let help = match kind {
            Kind::Value | Kind::Register(_) => return,
            Kind::GrowCounter => "use `increment`",
            Kind::Counter => "use `increment` or `decrement`",
            Kind::Set => "use `add` or `remove`",
        };
        let message = format!("{} is a {}: it cannot be {deed}", quoted(key), kind.name());
        self.wrong(&at.key("key"), message, help);
    }

    fn kind(&self, key: &str) -> Kind {
        self.keys.find(key).and_then(|key| self.kinds.get(key)).copied().unwrap_or_default()
    }

    pub(super) fn vector_needs_siblings(&mut self, conflicts: Conflicts, at: &Trail<'_>) {
        let keeps = |kind: &Kind| matches!(kind, Kind::Register(Conflicts::VectorSiblings));
        if self.tracking == Conflicts::VectorSiblings
            && !conflicts.keeps_siblings()
            && !self.kinds.iter().any(keeps)
        {
            let help = "write `conflicts: siblings` beside `versions`";
            self.wrong(at, "one vector for all siblings, and nothing keeps siblings", help);
        }
    }

    /// How the cluster tells siblings apart, and how many entries its vectors may have.
    pub(super) fn versioning(&mut self, versions: Option<&file::Versioning>, at: &Trail<'_>) -> Option<u16> {
        let versions = versions?;
        if versions.kind == Some(file::VersionKind::Vector) {
            self.tracking = Conflicts::VectorSiblings;
        }
        let most = versions.truncate_at?;
        if most == 0 {
            self.wrong(&at.key("truncate_at"), "a vector needs an entry", "write 1 or more; Dynamo used 10");
        }
        Some(u16::try_from(most.max(1)).unwrap_or(u16::MAX))
    }
}
