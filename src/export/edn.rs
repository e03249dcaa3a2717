//! EDN, one map a line, as Jepsen writes histories and Knossos reads them: `{:index 0, :time 0, :process 0,
//! :type :invoke, :f :write, :value ["cart" "tea"]}`. Times are nanoseconds of the run. Faults are the nemesis's, each
//! with its beginning and its end, which here are one instant.

use std::fmt::Write as _;

use super::words::{self, Names};
use crate::{
    action::Command,
    base::{KeyId, SimTime},
    check::{
        history::{Outcome, Term},
        run_history::{Event, EventKind, FaultKind, RunHistory, Unmodelled},
    },
};

pub(super) fn text(history: &RunHistory, key: Option<KeyId>, names: Names<'_>) -> Result<String, Unmodelled> {
    let modelled = history.modelled(key, names.simulation())?;
    let mut lines = Lines { text: String::new(), next: 0 };
    let mut faults = history.faults.iter().peekable();
    for event in &modelled.events {
        while let Some(fault) =
            faults.next_if(|fault| event.order.is_some_and(|order| fault.at.order < order))
        {
            lines.fault(fault.at.at.at, &fault.kind, names);
        }
        lines.event(event, history);
    }
    for fault in faults {
        lines.fault(fault.at.at.at, &fault.kind, names);
    }
    Ok(lines.text)
}

struct Lines {
    text: String,
    next: u64,
}

impl Lines {
    fn line(&mut self, at: SimTime, process: &str, kind: &str, function: &str, value: &str) {
        let _ = write!(
            self.text,
            "{{:index {}, :time {}, :process {process}, :type {kind}, :f :{function}, :value {value}",
            self.next, at.0
        );
        self.next += 1;
    }

    fn event(&mut self, event: &Event, history: &RunHistory) {
        let kind = match event.kind {
            EventKind::Invoke => ":invoke",
            EventKind::Return(Outcome::Ok) => ":ok",
            EventKind::Return(Outcome::Fail) => ":fail",
            EventKind::Return(Outcome::Unknown) => ":info",
        };
        let mut value = String::new();
        print(&mut value, &event.value);
        self.line(event.at, &event.process.to_string(), kind, event.function, &value);
        if let EventKind::Return(Outcome::Fail | Outcome::Unknown) = event.kind
            && let Some(operation) = event.op.and_then(|op| history.operation(op))
            && let Some(answer) = &operation.answer
        {
            let _ = write!(self.text, ", :error :{}", words::answer(answer).replace('_', "-"));
        }
        self.text.push_str("}\n");
    }

    fn fault(&mut self, at: SimTime, kind: &FaultKind, names: Names<'_>) {
        // As Jepsen's own nemeses call theirs.
        let function = match kind {
            FaultKind::Cut { .. } => "start-partition",
            FaultKind::Healed { .. } => "stop-partition",
            FaultKind::Crashed(_) => "kill",
            FaultKind::Destroyed { .. } => "destroy-disk",
            FaultKind::Restarted(_) => "start",
            FaultKind::Frozen(_) => "pause",
            FaultKind::Thawed(_) => "resume",
            FaultKind::Turned(command) if matches!(**command, Command::Skew { .. }) => "bump-clock",
            FaultKind::Turned(_) => "set",
        };
        let (_, value) = words::fault(kind, names);
        let mut shown = String::new();
        print(&mut shown, &Term::Text(value));
        for _ in 0..2 {
            self.line(at, ":nemesis", ":info", function, &shown);
            self.text.push_str("}\n");
        }
    }
}

/// A value as EDN, whatever is in its texts.
fn print(out: &mut String, term: &Term) {
    let mut all = |open: &str, members: &[Term], close: char| {
        out.push_str(open);
        for (place, member) in members.iter().enumerate() {
            if place > 0 {
                out.push(' ');
            }
            print(out, member);
        }
        out.push(close);
    };
    match term {
        Term::List(members) => all("[", members, ']'),
        Term::Set(members) => all("#{", members, '}'),
        Term::Text(text) => {
            out.push('"');
            for c in text.chars() {
                match c {
                    '"' => out.push_str("\\\""),
                    '\\' => out.push_str("\\\\"),
                    '\n' => out.push_str("\\n"),
                    '\r' => out.push_str("\\r"),
                    '\t' => out.push_str("\\t"),
                    c if c.is_control() => {
                        let _ = write!(out, "\\u{:04x}", u32::from(c));
                    }
                    c => out.push(c),
                }
            }
            out.push('"');
        }
        Term::Nil
        | Term::Bool(_)
        | Term::Integer(_)
        | Term::Number(_)
        | Term::Word(_)
        | Term::Map(_)
        | Term::Tagged(..) => {
            let _ = write!(out, "{term}");
        }
    }
}
