//! A run as Jepsen would have written it down: invocations and returns by processes, in the words of one model. What
//! Knossos, and [`linear`](crate::check::linear), judge.
//!
//! ```text
//! plain value   register   write, read; a deleted key, or one without a value, is nil
//! set           set        add, remove, read
//! counter       none
//! ```
//!
//! What a key holds at first is written by a process of its own before anything else, so that the history is whole.
//! A conditional write that was done is a write. A read without an answer did nothing: it failed.

use std::{collections::BTreeMap, fmt, sync::Arc};

use super::{RunHistory, RunOperation};
use crate::{
    action::Act,
    base::{ClientId, KeyId, OpId, SimTime},
    check::history::{Lines, Model, Outcome, Recorded, Term},
    data::{Held, Kind, Update, Value},
    sim::{self, Simulation},
};

/// Events of operations that one model knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modelled {
    pub model: Model,
    pub events: Vec<Event>,
}

/// One line of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its number among the invocations, returns and faults of the run. `None`: it is about what a key held at first.
    pub order: Option<u64>,
    pub at: SimTime,
    /// Does one thing at a time. As Jepsen numbers them: a process whose operation ended in the unknown does nothing
    /// more; its thread goes on under its number plus the number of threads.
    pub process: u64,
    pub kind: EventKind,
    pub function: &'static str,
    pub value: Term,
    pub op: Option<OpId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    Invoke,
    Return(Outcome),
}

/// Why no model knows a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unmodelled {
    /// A key that is a counter.
    Counter(Arc<str>),
    /// A register and a set: a history has one model.
    Mixed { register: Arc<str>, set: Arc<str> },
    /// A read that returned several values at once.
    Siblings { op: OpId, key: Arc<str>, count: usize },
    /// Nobody asked anything.
    Nothing,
}

/// What one operation is to a model.
struct Draft<'a> {
    operation: &'a RunOperation,
    function: &'static str,
    argument: Term,
    result: Term,
    outcome: Outcome,
}

/// One client's; a client that does several things at a time has several.
struct Thread {
    client: ClientId,
    /// How many of its processes have ended.
    ended: u64,
    /// When it is free again; `None`: never.
    free: Option<u64>,
}

impl RunHistory {
    /// The operations on one key, or on all, in the words of their model. `simulation` stands at the end of the run.
    /// Of all keys each value is a pair `[key value]` (Jepsen's independent tuples), of one key it stands alone.
    pub fn modelled(&self, key: Option<KeyId>, simulation: &Simulation) -> Result<Modelled, Unmodelled> {
        let chosen = |operation: &&RunOperation| key.is_none_or(|key| key == operation.key);
        let operations: Vec<&RunOperation> = self.operations.iter().filter(chosen).collect();
        let model = model(&operations, simulation)?;
        let drafts: Vec<Draft<'_>> = operations
            .iter()
            .map(|operation| draft(operation, model, simulation))
            .collect::<Result<_, _>>()?;
        let first = first_values(&operations, model, simulation);
        let (processes, threads) = processes(&operations, u64::from(!first.is_empty()));
        let in_pairs = |id: KeyId, value: Term| match key {
            Some(_) => value,
            None => Term::List(vec![Term::text(&simulation.keys()[id.index()]), value]),
        };
        let mut events = Vec::with_capacity(2 * (first.len() + drafts.len()));
        for (id, function, value) in first {
            for kind in [EventKind::Invoke, EventKind::Return(Outcome::Ok)] {
                let (process, value) = (threads - 1, in_pairs(id, value.clone()));
                events.push(Event {
                    order: None,
                    at: SimTime::ZERO,
                    process,
                    kind,
                    function,
                    value,
                    op: None,
                });
            }
        }
        for (Draft { operation, function, argument, result, outcome }, process) in
            drafts.into_iter().zip(processes)
        {
            let event = |point: super::Point, kind, value| Event {
                order: Some(point.order),
                at: point.at.at,
                process,
                kind,
                function,
                value: in_pairs(operation.key, value),
                op: Some(operation.op),
            };
            events.push(event(operation.invoked, EventKind::Invoke, argument));
            events.extend(operation.returned.map(|at| event(at, EventKind::Return(outcome), result)));
        }
        events.sort_by_key(|event| event.order);
        Ok(Modelled { model, events })
    }
}

impl Modelled {
    /// Its operations. What happens at one instant happens one after the other, in the order of the run; lines are
    /// numbers of events, from 1.
    pub fn recorded(&self) -> Vec<Recorded> {
        let mut operations: Vec<Recorded> = Vec::new();
        let mut open: BTreeMap<u64, usize> = BTreeMap::new();
        for (line, event) in (1..).zip(&self.events) {
            match event.kind {
                EventKind::Invoke => {
                    open.insert(event.process, operations.len());
                    operations.push(Recorded {
                        process: event.process.to_string(),
                        function: event.function.to_owned(),
                        key: None,
                        argument: event.value.clone(),
                        result: Term::Nil,
                        outcome: Outcome::Unknown,
                        invoked: line as u64,
                        returned: None,
                        lines: Lines { invoked: line, returned: None },
                    });
                }
                EventKind::Return(outcome) => {
                    let Some(operation) =
                        open.remove(&event.process).and_then(|place| operations.get_mut(place))
                    else {
                        continue;
                    };
                    operation.outcome = outcome;
                    operation.result = event.value.clone();
                    operation.returned = (outcome != Outcome::Unknown).then_some(line as u64);
                    operation.lines.returned = Some(line);
                }
            }
        }
        operations
    }
}

/// The one model of all these operations.
fn model(operations: &[&RunOperation], simulation: &Simulation) -> Result<Model, Unmodelled> {
    let name = |key: KeyId| Arc::clone(&simulation.keys()[key.index()]);
    let mut register = None;
    let mut set = None;
    for operation in operations {
        match simulation.settings().kind(operation.key) {
            Kind::Value | Kind::Register(_) => register = register.or(Some(operation.key)),
            Kind::Set => set = set.or(Some(operation.key)),
            Kind::Counter | Kind::GrowCounter => return Err(Unmodelled::Counter(name(operation.key))),
        }
    }
    match (register, set) {
        (Some(register), Some(set)) => Err(Unmodelled::Mixed { register: name(register), set: name(set) }),
        (Some(_), None) => Ok(Model::Register),
        (None, Some(_)) => Ok(Model::Set),
        (None, None) => Err(Unmodelled::Nothing),
    }
}

fn draft<'a>(
    operation: &'a RunOperation,
    model: Model,
    simulation: &Simulation,
) -> Result<Draft<'a>, Unmodelled> {
    let (function, argument) = match &*operation.act {
        Act::Read => ("read", Term::Nil),
        Act::Write { value, .. } => ("write", term(value)),
        Act::Update(Update::Add(element)) => ("add", term(element)),
        Act::Update(Update::Remove(element)) => ("remove", term(element)),
        Act::Update(Update::Increment(_) | Update::Decrement(_)) => {
            return Err(Unmodelled::Counter(Arc::clone(&simulation.keys()[operation.key.index()])));
        }
    };
    let outcome = match (&*operation.act, operation.outcome()) {
        (Act::Read, Outcome::Unknown) => Outcome::Fail,
        (Act::Read | Act::Write { .. } | Act::Update(_), outcome) => outcome,
    };
    let result = match &operation.answer {
        Some(sim::Outcome::Found(held)) => found(held, model).map_err(|count| Unmodelled::Siblings {
            op: operation.op,
            key: Arc::clone(&simulation.keys()[operation.key.index()]),
            count,
        })?,
        Some(_) | None => argument.clone(),
    };
    Ok(Draft { operation, function, argument, result, outcome })
}

/// What a read returned; an error with the number of values where they are several.
fn found(held: &Held, model: Model) -> Result<Term, usize> {
    match (held.versions(), model) {
        ([], Model::Set) => Ok(Term::set(Vec::new())),
        ([], _) => Ok(Term::Nil),
        ([one], _) => Ok(term(&one.value)),
        (several, _) => Err(several.len()),
    }
}

pub(super) fn term(value: &Value) -> Term {
    match value {
        Value::Number(number) => Term::Integer(*number),
        Value::Text(text) => Term::text(text),
        Value::Set(elements) => Term::set(elements.iter().map(term).collect()),
        // Nothing reads as an update.
        Value::Update(update) => Term::text(&update.to_string()),
        Value::Tombstone => Term::Nil,
    }
}

/// What writes the keys' first values, of keys that somebody asks for.
fn first_values(
    operations: &[&RunOperation],
    model: Model,
    simulation: &Simulation,
) -> Vec<(KeyId, &'static str, Term)> {
    let mut first = Vec::new();
    for (key, value) in &simulation.scenario().initial {
        if !operations.iter().any(|operation| operation.key == *key) {
            continue;
        }
        match model {
            Model::Set => first.extend(value.parts().iter().map(|element| (*key, "add", term(element)))),
            Model::Register | Model::CasRegister | Model::Kv => first.push((*key, "write", term(value))),
        }
    }
    first
}

/// Each operation's process, and how many threads there are, `more` included: one for what the keys hold at first.
fn processes(operations: &[&RunOperation], more: u64) -> (Vec<u64>, u64) {
    let mut threads: Vec<Thread> = Vec::new();
    let mut places = Vec::with_capacity(operations.len());
    for operation in operations {
        let (client, invoked) = (operation.client, operation.invoked.order);
        let idle =
            |thread: &Thread| thread.client == client && thread.free.is_some_and(|free| free < invoked);
        let place = threads.iter().position(idle).unwrap_or(threads.len());
        if place == threads.len() {
            threads.push(Thread { client, ended: 0, free: None });
        }
        let thread = &mut threads[place];
        places.push((place as u64, thread.ended));
        thread.free = operation.returned.map(|returned| returned.order);
        let unknown = operation.outcome() == Outcome::Unknown && *operation.act != Act::Read;
        thread.ended += u64::from(unknown);
    }
    let count = threads.len() as u64 + more;
    (places.into_iter().map(|(place, ended)| place + ended * count).collect(), count)
}

impl fmt::Display for Unmodelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Counter(key) => {
                write!(f, "`{key}` is a counter, and no model of a register or a set knows one")
            }
            Self::Mixed { register, set } => {
                write!(f, "`{register}` is a register and `{set}` a set, and a history has one model")
            }
            Self::Siblings { op, key, count } => {
                write!(
                    f,
                    "a read of `{key}` ({op}) returned {count} values at once, and a register holds one"
                )
            }
            Self::Nothing => f.write_str("nobody asked anything"),
        }
    }
}
