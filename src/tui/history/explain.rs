//! All that is known of one operation: its fields, what it is concurrent with, what it shows.

use crate::{
    check::history::{Object, Operation, Outcome},
    tui::{
        operations::{Mark, Source as _, brief},
        theme::Role,
    },
};

use super::{
    Reading,
    book::{Place, Told, range},
};

/// So many concurrent operations are named.
const MOST_NAMED: usize = 4;

impl Reading {
    /// In sentences, each with the role it is drawn in.
    pub(super) fn explained(&self) -> Vec<(String, Role)> {
        let chosen = self.browser.chosen(&self.pages);
        let Some((row, place)) = chosen.and_then(|row| Some((row, self.pages.place(row)?))) else {
            return vec![("no operation is chosen".into(), Role::Dim)];
        };
        let told = self.pages.told(place);
        let mut lines = vec![(told.sentence(), Role::Text)];
        lines.extend(told.ending().map(|text| (text.to_owned(), Role::Dim)));
        match self.pages.row(row).mark {
            Mark::Wrong => lines.push((
                "Here the violation is complete: until this answer there was still an order.".into(),
                Role::Error,
            )),
            Mark::Evidence => {
                lines.push(("It is one of the few that show the violation.".into(), Role::Stale));
            }
            Mark::Failed | Mark::Stale | Mark::Nothing => {}
        }
        lines.push((self.concurrent(place), Role::Text));
        lines
    }

    /// What of the same key it overlaps, each of these in a few words.
    fn concurrent(&self, place: Place) -> String {
        let history = &self.pages.book.history;
        let told = self.pages.told(place);
        let same = |object: &&Object| object.key.as_ref() == told.key;
        let Some(object) = history.objects.iter().find(same) else { return String::new() };
        let overlaps = |operation: &&Operation| {
            operation.invoked <= told.returned.unwrap_or(u64::MAX)
                && operation.returned.is_none_or(|returned| returned >= told.invoked)
                && operation.lines != told.lines
        };
        // They come by invocation: those that begin after it has ended need not be looked at.
        let end = told.returned.unwrap_or(u64::MAX);
        let begun = object.operations.partition_point(|operation| operation.invoked <= end);
        let mut named = Vec::new();
        let mut count = 0;
        for operation in object.operations[..begun].iter().filter(overlaps) {
            count += 1;
            if named.len() < MOST_NAMED {
                let what = brief(&format_args!("{}", Short(operation)));
                named.push(format!(
                    "{what} ({}, process {})",
                    range(operation.lines),
                    brief(&operation.process)
                ));
            }
        }
        let whose = if told.key.is_some() { " on its key" } else { "" };
        match count - named.len() {
            _ if count == 0 => format!("Concurrent with nothing{whose}: its order to all others is fixed."),
            0 => format!("Concurrent{whose} with {}.", named.join("; ")),
            more => format!("Concurrent{whose} with {}; and {more} more.", named.join("; ")),
        }
    }
}

/// An operation without its outcome.
struct Short<'a>(&'a Operation);

impl std::fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use crate::check::history::Action;
        write!(f, "{} ", self.0.function)?;
        match &self.0.action {
            Action::Read(value) | Action::Write(value) | Action::Add(value) | Action::Remove(value) => {
                write!(f, "{value}")
            }
            Action::Cas(from, to) => write!(f, "{from} {to}"),
            Action::Append(text) => write!(f, "{text:?}"),
        }
    }
}

impl Told<'_> {
    /// `Process 2 asked read on line 8 and was told "blue" on line 9.`
    fn sentence(&self) -> String {
        let process = brief(&self.process);
        let function = brief(&self.function);
        let asked = self.argument.as_ref().map_or_else(String::new, |argument| format!(" {argument}"));
        let key = self.key.map_or_else(String::new, |key| format!(" of key {}", brief(key)));
        let began = self.lines.invoked;
        let end = match (self.lines.returned, &self.result) {
            (Some(line), Some(result)) => format!(" and was told {result} on line {line}"),
            (Some(line), None) if line != began => format!("; it ended {} on line {line}", self.ended()),
            (Some(_), None) => format!("; it ended {}", self.ended()),
            (None, _) => "; it never returned".into(),
        };
        format!("Process {process} asked for {function}{asked}{key} on line {began}{end}.")
    }

    /// What an end other than ok means.
    fn ending(&self) -> Option<&'static str> {
        match self.outcome {
            Outcome::Ok => None,
            Outcome::Fail => Some("It failed: it did not happen, and tells nothing."),
            Outcome::Unknown if self.argument.is_none() => {
                Some("A read without an answer: it saw something that nobody was told.")
            }
            Outcome::Unknown => {
                Some("Its outcome is unknown: it may take effect at any later moment, or never.")
            }
        }
    }
}
