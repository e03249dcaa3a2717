//! A history from elsewhere as rows of a table: its operations of all keys by invocation, those that say nothing too.

use std::{collections::BTreeMap, fmt};

use crate::{
    check::{
        history::{Action, History, Lines, Object, Outcome, Term},
        linear::{Judged, Verdict, Witness},
    },
    histories::Format,
    tui::{
        operations::{Cell, Column, Fault, Field, Interval, Look, Mark, Row, Source, brief},
        theme::Role,
    },
};

/// Rows asked for what is widest in them.
const SAMPLE: usize = 10_000;

/// A history that was read, in the order of its file.
#[derive(Debug)]
pub struct Book {
    /// What the file is called.
    pub name: String,
    pub format: Format,
    pub skipped: usize,
    pub history: std::sync::Arc<History>,
}

/// Where an operation is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Among those of an object.
    Told { object: u32, at: u32 },
    /// Among those that say nothing.
    Unheard(u32),
}

/// The rows of a book.
#[derive(Debug)]
pub(super) struct Pages {
    pub(super) book: Book,
    places: Vec<Place>,
    columns: Vec<Column>,
    end: u64,
    /// By row: what shows a violation.
    marks: BTreeMap<usize, Mark>,
}

/// All that is known of one operation, wherever it is kept.
pub(super) struct Told<'a> {
    pub(super) process: &'a str,
    pub(super) key: Option<&'a Term>,
    pub(super) function: &'a str,
    pub(super) outcome: Outcome,
    pub(super) invoked: u64,
    pub(super) returned: Option<u64>,
    pub(super) lines: Lines,
    /// What it carried to the object.
    pub(super) argument: Option<String>,
    /// What it brought back.
    pub(super) result: Option<String>,
}

impl Pages {
    pub(super) fn new(book: Book) -> Self {
        let small = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let mut places: Vec<(u64, usize, Place)> = Vec::new();
        for (object, Object { operations, .. }) in book.history.objects.iter().enumerate() {
            for (at, operation) in operations.iter().enumerate() {
                let place = Place::Told { object: small(object), at: small(at) };
                places.push((operation.invoked, operation.lines.invoked, place));
            }
        }
        for (at, operation) in book.history.unheard.iter().enumerate() {
            places.push((operation.invoked, operation.lines.invoked, Place::Unheard(small(at))));
        }
        places.sort_by_key(|(invoked, line, _)| (*invoked, *line));
        let places = places.into_iter().map(|(_, _, place)| place).collect();
        let mut pages = Self { book, places, columns: Vec::new(), end: 0, marks: BTreeMap::new() };
        let ends = pages.places.iter().map(|place| pages.told_when(*place).2);
        pages.end = ends.max().unwrap_or(0);
        pages.columns = pages.fitting();
        pages
    }

    /// Columns as wide as what stands in them, as far as a sample says.
    fn fitting(&self) -> Vec<Column> {
        let (mut lines, mut process, mut key, mut what) = (5, 7, 0, 9);
        for place in 0..self.places.len().min(SAMPLE) {
            let told = self.told(self.places[place]);
            lines = lines.max(width(&range(told.lines)));
            process = process.max(width(&brief(&told.process)));
            key = key.max(told.key.map_or(0, |key| width(&brief(key)).max(3)));
            what = what.max(width(told.function) + told.shown().map_or(0, |(_, value)| width(&value) + 5));
        }
        if let Some(last) = self.places.last() {
            lines = lines.max(width(&range(self.told(*last).lines)));
        }
        let column = |title, least, most, spare| Column { title, least, most, spare };
        let process = process.min(20);
        vec![
            column("lines", lines.min(17), lines.min(17), 3),
            column("process", process.min(7), process, 0),
            column("key", key.min(6), key.min(24), 2),
            column("operation", 14, what.min(70), 0),
            column("outcome", 7, 7, 1),
            column("verdict", 11, 12, 0),
        ]
    }

    pub(super) fn told(&self, place: Place) -> Told<'_> {
        match place {
            Place::Told { object, at } => {
                let object = &self.book.history.objects[object as usize];
                let operation = &object.operations[at as usize];
                let (argument, result) = match &operation.action {
                    Action::Read(value) => (None, Some(brief(value))),
                    Action::Write(value) | Action::Add(value) | Action::Remove(value) => {
                        (Some(brief(value)), None)
                    }
                    Action::Cas(from, to) => (Some(brief(&Pair(from, to))), None),
                    Action::Append(text) => (Some(brief(&format_args!("{text:?}"))), None),
                };
                let outcome = if operation.returned.is_some() { Outcome::Ok } else { Outcome::Unknown };
                Told {
                    process: &operation.process,
                    key: object.key.as_ref(),
                    function: &operation.function,
                    outcome,
                    invoked: operation.invoked,
                    returned: operation.returned,
                    lines: operation.lines,
                    argument,
                    result,
                }
            }
            Place::Unheard(at) => {
                let operation = &self.book.history.unheard[at as usize];
                Told {
                    process: &operation.process,
                    key: operation.key.as_ref(),
                    function: &operation.function,
                    outcome: operation.outcome,
                    invoked: operation.invoked,
                    returned: operation.returned,
                    lines: operation.lines,
                    argument: (operation.argument != Term::Nil).then(|| brief(&operation.argument)),
                    result: None,
                }
            }
        }
    }

    pub(super) fn place(&self, row: usize) -> Option<Place> {
        self.places.get(row).copied()
    }

    /// The row of an operation of an object.
    pub(super) fn row_of(&self, object: usize, at: usize) -> Option<usize> {
        let operation = self.book.history.objects.get(object)?.operations.get(at)?;
        let wanted = (operation.invoked, operation.lines.invoked);
        let told = |place: &Place| {
            let told = self.told_when(*place);
            (told.0, told.1)
        };
        let first = self.places.partition_point(|place| told(place) < wanted);
        let is = |place: &Place| *place == Place::Told { object: narrow(object), at: narrow(at) };
        let found = self.places[first..].iter().take_while(|place| told(place) == wanted).position(is);
        found.map(|offset| first + offset)
    }

    /// When it was invoked, on which line, and the last that is known of it.
    fn told_when(&self, place: Place) -> (u64, usize, u64) {
        match place {
            Place::Told { object, at } => {
                let operation = &self.book.history.objects[object as usize].operations[at as usize];
                (operation.invoked, operation.lines.invoked, operation.returned.unwrap_or(operation.invoked))
            }
            Place::Unheard(at) => {
                let operation = &self.book.history.unheard[at as usize];
                (operation.invoked, operation.lines.invoked, operation.returned.unwrap_or(operation.invoked))
            }
        }
    }

    /// Marks what shows each violation.
    pub(super) fn mark(&mut self, judged: &Judged) {
        for (object, verdict) in judged.verdicts.iter().enumerate() {
            if let Verdict::Violated(Some(witness)) = verdict {
                for at in &witness.operations {
                    let mark = if *at == witness.complete { Mark::Wrong } else { Mark::Evidence };
                    if let Some(row) = self.row_of(object, *at) {
                        self.marks.insert(row, mark);
                    }
                }
            }
        }
    }

    /// The rows that show a violation, in their order.
    pub(super) fn evidence(&self, object: usize, witness: &Witness) -> Vec<usize> {
        let mut rows: Vec<usize> =
            witness.operations.iter().filter_map(|at| self.row_of(object, *at)).collect();
        rows.sort_unstable();
        rows
    }
}

fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// `1 2`, of a cas.
struct Pair<'a>(&'a Term, &'a Term);

impl fmt::Display for Pair<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, self.1)
    }
}

impl Told<'_> {
    /// The value to show, with what stands before it.
    pub(super) fn shown(&self) -> Option<(&'static str, String)> {
        match (&self.argument, &self.result) {
            (_, Some(result)) => Some(("→ ", result.clone())),
            (Some(argument), None) => Some(("", argument.clone())),
            (None, None) => None,
        }
    }

    pub(super) fn ended(&self) -> &'static str {
        match self.outcome {
            Outcome::Ok => "ok",
            Outcome::Fail => "failed",
            Outcome::Unknown => "unknown",
        }
    }
}

impl Source for Pages {
    fn count(&self) -> usize {
        self.places.len()
    }

    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn row(&self, row: usize) -> Row {
        let told = self.told(self.places[row]);
        let plain = |text: String, role| -> Cell { vec![(text, Look::Plain(role))] };
        let mark = self.marks.get(&row).copied().unwrap_or(match told.outcome {
            Outcome::Fail => Mark::Failed,
            Outcome::Ok | Outcome::Unknown => Mark::Nothing,
        });
        let (verdict, role) = match mark {
            Mark::Wrong => ("BREAKS HERE", Role::Error),
            Mark::Evidence => ("evidence", Role::Stale),
            Mark::Failed => ("did nothing", Role::Dim),
            Mark::Stale | Mark::Nothing => ("", Role::Text),
        };
        let mut what = plain(format!("{} ", brief(&told.function)), Role::Text);
        if let Some((lead, value)) = told.shown() {
            what.push((lead.to_owned(), Look::Plain(Role::Dim)));
            what.push((value, Look::Value));
        }
        let ended = match told.outcome {
            Outcome::Ok => Role::Text,
            Outcome::Fail => Role::Dim,
            Outcome::Unknown => Role::Stale,
        };
        let key = told.key.map_or_else(String::new, |key| brief(key));
        Row {
            cells: vec![
                plain(range(told.lines), Role::Dim),
                plain(brief(&told.process), Role::Text),
                plain(key.clone(), Role::Text),
                what,
                plain(told.ended().to_owned(), ended),
                plain(verdict.to_owned(), role),
            ],
            fields: vec![
                (Field::Who, told.process.to_owned()),
                (Field::Key, key),
                (Field::Kind, told.function.to_owned()),
                (Field::Outcome, told.ended().to_owned()),
            ],
            interval: Interval { from: told.invoked, to: told.returned },
            mark,
        }
    }

    fn id(&self, place: usize) -> u64 {
        place as u64
    }

    fn faults(&self, _: u64, _: u64) -> Vec<Fault> {
        Vec::new()
    }

    fn end(&self) -> u64 {
        self.end
    }

    fn moment(&self, _: u64) -> Option<String> {
        None
    }
}

/// `3-4`.
pub(super) fn range(lines: Lines) -> String {
    match lines.returned {
        Some(returned) if returned != lines.invoked => format!("{}-{returned}", lines.invoked),
        Some(_) | None => lines.invoked.to_string(),
    }
}

fn width(text: &str) -> u16 {
    u16::try_from(unicode_width::UnicodeWidthStr::width(text)).unwrap_or(u16::MAX)
}
