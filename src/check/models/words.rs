//! Evidence in plain words: one line for each operation, with where to look, and one for why they cannot be.

use super::Model;
use crate::{
    action::Act,
    base::Position,
    check::{Evidence, order::Names, run_history::RunOperation},
    data::Version,
    sim::{Outcome, Simulation},
};

/// So many operations are told; there are more only where the search for fewer was given up.
const MOST_LINES: usize = 12;

/// The operations that show something, by invocation.
pub(super) struct Cast<'a> {
    pub(super) operations: &'a [&'a RunOperation],
    pub(super) simulation: &'a Simulation,
}

impl Cast<'_> {
    /// What was done, one operation a line.
    pub(super) fn evidence(&self) -> Vec<Evidence> {
        self.operations.iter().take(MOST_LINES).map(|operation| self.line(operation)).collect()
    }

    fn line(&self, operation: &RunOperation) -> Evidence {
        let names = Names(self.simulation);
        let client = names.client(operation.client);
        let key = names.key(operation.key);
        let told = |version: &Version| names.write(version);
        let did = match (&*operation.act, &operation.answer) {
            (Act::Read, Some(Outcome::Found(held))) => match held.versions() {
                [] => format!("read nothing of {key}"),
                versions => {
                    let all: Vec<String> = versions.iter().map(|version| told(version)).collect();
                    format!("read {}", all.join(" and "))
                }
            },
            (Act::Read, _) => format!("read {key}"),
            (Act::Write { .. } | Act::Update(_), _) => match &operation.accepted {
                Some(accepted) => format!("wrote {}", told(&accepted.version)),
                None => format!("wrote {key}"),
            },
        };
        let from = operation.invoked.at.at;
        let (at, time): (Position, String) = match operation.returned {
            Some(returned) if operation.outcome() == crate::check::history::Outcome::Ok => {
                (returned.at, format!("{from} to {}", returned.at.at))
            }
            Some(returned) => (returned.at, format!("{from}, outcome unknown")),
            None => (operation.invoked.at, format!("{from}, not answered yet")),
        };
        Evidence { at, text: format!("{client} {did} ({time})") }
    }

    /// Who read, each once.
    fn readers(&self) -> String {
        let mut readers: Vec<&str> = Vec::new();
        for operation in self.operations.iter().filter(|operation| *operation.act == Act::Read) {
            let name = Names(self.simulation).client(operation.client);
            if !readers.contains(&name) {
                readers.push(name);
            }
        }
        readers.join(" and ")
    }
}

/// Why these operations break the model.
pub(super) fn why(model: Model, cast: &Cast<'_>) -> String {
    let readers = cast.readers();
    match model {
        Model::Pram => {
            format!("no order of the writes, each client's as it made them, explains what {readers} read")
        }
        Model::Causal => {
            format!("no order of the writes, each after what its writer knew, explains what {readers} read")
        }
        Model::Sequential => {
            format!("no one order of these, each client's as it did them, explains what {readers} read")
        }
    }
}
