//! One object's operations with every value as a small number, ready to be searched.

use std::collections::BTreeMap;

use crate::check::history::{Action, Object, Term};

/// What an operation did. Numbers stand for values; equal numbers, equal values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Act {
    Read(u32),
    Write(u32),
    Cas(u32, u32),
    /// A text put behind the one that is there.
    Append(u32),
    Add(u32),
    Remove(u32),
}

/// One operation: what it did and when, in closed intervals. `returned` is `None` if the outcome is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Op {
    pub(super) act: Act,
    pub(super) invoked: u64,
    pub(super) returned: Option<u64>,
}

/// The values that the numbers stand for, as far as the object's kind needs them, and the first of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Reads and writes name values.
    Register { initial: u32 },
    /// All acts name texts.
    Text { texts: Vec<String>, initial: u32 },
    /// A read names one of `reads`, which list members in order; `Add` and `Remove` name members.
    Set { reads: Vec<Vec<u32>>, initial: Vec<u32> },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) kind: Kind,
    pub(super) ops: Vec<Op>,
}

impl Act {
    pub(super) fn is_read(self) -> bool {
        matches!(self, Self::Read(_))
    }
}

/// Gives equal things equal numbers.
struct Numbers<T> {
    known: BTreeMap<T, u32>,
    all: Vec<T>,
}

impl<T: Ord + Clone> Numbers<T> {
    fn new() -> Self {
        Self { known: BTreeMap::new(), all: Vec::new() }
    }

    fn of(&mut self, thing: &T) -> u32 {
        if let Some(number) = self.known.get(thing) {
            return *number;
        }
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.known.insert(thing.clone(), number);
        self.all.push(thing.clone());
        number
    }
}

impl Problem {
    /// The operations on `object`, each under its own index.
    pub(super) fn new(object: &Object, initial: &Term) -> Self {
        let acts: Vec<&Action> = object.operations.iter().map(|operation| &operation.action).collect();
        let texts = acts.iter().any(|act| matches!(act, Action::Append(_)));
        let set = matches!(initial, Term::Set(_));
        let (kind, acts) = if set {
            sets(&acts, initial)
        } else if texts {
            strings(&acts, initial)
        } else {
            registers(&acts, initial)
        };
        let ops = object
            .operations
            .iter()
            .zip(acts)
            .map(|(operation, act)| Op { act, invoked: operation.invoked, returned: operation.returned })
            .collect();
        Self { kind, ops }
    }
}

fn registers(actions: &[&Action], initial: &Term) -> (Kind, Vec<Act>) {
    let mut values = Numbers::new();
    let initial = values.of(initial);
    let acts = actions.iter().map(|action| match action {
        Action::Read(value) => Act::Read(values.of(value)),
        Action::Write(value) | Action::Add(value) | Action::Remove(value) => Act::Write(values.of(value)),
        Action::Cas(from, to) => Act::Cas(values.of(from), values.of(to)),
        Action::Append(text) => Act::Write(values.of(&Term::Text(text.clone()))),
    });
    let acts = acts.collect();
    (Kind::Register { initial }, acts)
}

fn strings(actions: &[&Action], initial: &Term) -> (Kind, Vec<Act>) {
    let text = |term: &Term| match term {
        Term::Text(text) => text.clone(),
        other => other.to_string(),
    };
    let mut texts = Numbers::new();
    let initial = texts.of(&text(initial));
    let acts = actions.iter().map(|action| match action {
        Action::Read(value) => Act::Read(texts.of(&text(value))),
        Action::Write(value) | Action::Add(value) | Action::Remove(value) => {
            Act::Write(texts.of(&text(value)))
        }
        Action::Cas(from, to) => Act::Cas(texts.of(&text(from)), texts.of(&text(to))),
        Action::Append(tail) => Act::Append(texts.of(tail)),
    });
    let acts = acts.collect();
    (Kind::Text { texts: texts.all, initial }, acts)
}

fn sets(actions: &[&Action], initial: &Term) -> (Kind, Vec<Act>) {
    let mut members = Numbers::new();
    let mut reads = Numbers::new();
    let all = |term: &Term, members: &mut Numbers<Term>| match term {
        Term::Set(list) | Term::List(list) => {
            let mut numbers: Vec<u32> = list.iter().map(|member| members.of(member)).collect();
            numbers.sort_unstable();
            numbers.dedup();
            numbers
        }
        other => vec![members.of(other)],
    };
    let initial = all(initial, &mut members);
    let acts = actions.iter().map(|action| match action {
        Action::Read(value) => Act::Read(reads.of(&all(value, &mut members))),
        Action::Add(member) | Action::Write(member) | Action::Cas(_, member) => Act::Add(members.of(member)),
        Action::Remove(member) => Act::Remove(members.of(member)),
        Action::Append(text) => Act::Add(members.of(&Term::Text(text.clone()))),
    });
    let acts = acts.collect();
    (Kind::Set { reads: reads.all, initial }, acts)
}
