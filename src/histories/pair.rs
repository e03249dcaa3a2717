//! Events → operations: what each process invoked, with how it ended. A process does one thing at a time; the order
//! of the events is the order of the file.

use std::collections::BTreeMap;

use super::{MOST_EVENTS, Malformed, malformed::quoted};
use crate::check::history::{Lines, Outcome, Recorded, Term};

/// Where something stands in a file, from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Invoke,
    Return(Outcome),
}

/// One line of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) place: Place,
    pub(super) process: String,
    pub(super) kind: Kind,
    pub(super) function: String,
    pub(super) key: Option<Term>,
    pub(super) value: Term,
    pub(super) index: Option<i64>,
}

#[derive(Debug, Default)]
pub(super) struct Pairing {
    operations: Vec<Recorded>,
    /// The operation that each process waits for.
    open: BTreeMap<String, usize>,
    events: usize,
    index: Option<i64>,
}

impl Kind {
    /// `invoke`, `ok`, `fail` or `info`.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "invoke" => Some(Self::Invoke),
            "ok" => Some(Self::Return(Outcome::Ok)),
            "fail" => Some(Self::Return(Outcome::Fail)),
            "info" => Some(Self::Return(Outcome::Unknown)),
            _ => None,
        }
    }
}

impl Place {
    pub(super) fn wrong(self, message: String, help: &str) -> Malformed {
        Malformed::new(self.line, self.column, message, help.to_owned())
    }
}

impl Pairing {
    pub(super) fn event(&mut self, event: Event) -> Result<(), Malformed> {
        let place = event.place;
        self.events += 1;
        if self.events > MOST_EVENTS {
            let message = format!("this history has more than {MOST_EVENTS} events");
            return Err(place.wrong(message, "judge its keys, or its first part, alone"));
        }
        if let (Some(index), Some(before)) = (event.index, self.index)
            && index <= before
        {
            let message = format!("index {index} comes after index {before}: the events are shuffled");
            return Err(place.wrong(message, "sort the file by :index"));
        }
        self.index = event.index.or(self.index);
        match event.kind {
            Kind::Invoke => self.invoke(event),
            Kind::Return(outcome) => self.end(event, outcome),
        }
    }

    fn invoke(&mut self, event: Event) -> Result<(), Malformed> {
        let Event { place, process, function, key, value, .. } = event;
        if let Some(open) = self.open.get(&process) {
            let line = self.operations[*open].lines.invoked;
            let message = format!(
                "process {} invokes again, and its operation of line {line} has not returned",
                quoted(&process)
            );
            let help = "a process does one thing at a time: is a line missing, or out of order? An operation whose \
                        outcome is unknown ends with :info";
            return Err(place.wrong(message, help));
        }
        self.open.insert(process.clone(), self.operations.len());
        self.operations.push(Recorded {
            process,
            function,
            key,
            argument: value,
            result: Term::Nil,
            outcome: Outcome::Unknown,
            invoked: self.events as u64,
            returned: None,
            lines: Lines { invoked: place.line, returned: None },
        });
        Ok(())
    }

    fn end(&mut self, event: Event, outcome: Outcome) -> Result<(), Malformed> {
        let Event { place, process, function, key, value, .. } = event;
        let Some(open) = self.open.remove(&process) else {
            let message =
                format!("process {} returns here from an operation it has not invoked", quoted(&process));
            let help = "every :ok, :fail and :info follows an :invoke of its process: is the file cut at its start, \
                        or shuffled?";
            return Err(place.wrong(message, help));
        };
        let operation = &mut self.operations[open];
        let line = operation.lines.invoked;
        if function != operation.function {
            let message = format!(
                "process {} returns from {} here, and on line {line} it invoked {}",
                quoted(&process),
                quoted(&function),
                quoted(&operation.function)
            );
            return Err(place.wrong(message, "is a line missing, or out of order?"));
        }
        if key.is_some() && key != operation.key {
            let message = format!("this operation returns with another key than on line {line}");
            return Err(place.wrong(message, "a return has the key of its invocation, or none"));
        }
        operation.outcome = outcome;
        operation.result = value;
        operation.lines.returned = Some(place.line);
        operation.returned = (outcome != Outcome::Unknown).then_some(self.events as u64);
        Ok(())
    }

    /// The operations by invocation. Whoever still waits will never know.
    pub(super) fn finish(self) -> Vec<Recorded> {
        self.operations
    }
}
