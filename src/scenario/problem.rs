//! What is wrong with a file, where, and what to try: collected all at once, drawn with the lines concerned.
//!
//! A problem is a user's mistake, never a bug of ours. Nothing here decides what is wrong.

mod nearest;
mod render;

use std::fmt;

use super::locate::Locations;
use super::path::Path;

pub use nearest::{nearest, quoted};
pub use render::Look;

/// After this many problems a file is not looked at any further.
pub const MOST_PROBLEMS: usize = 100;

/// A stretch of a file. Lines and columns count from one, columns in characters; offsets are bytes from the start
/// of [`Source::text`], `end` exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Line of the first character.
    pub line: usize,
    /// Column of the first character.
    pub column: usize,
    /// Offset of the first byte.
    pub start: usize,
    /// Offset after the last byte.
    pub end: usize,
}

/// A file's name as shown to the user and its text (without a byte order mark).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// The path, or `standard input`.
    pub name: String,
    /// The whole text; empty if it could not be read.
    pub text: String,
}

impl Source {
    /// The place of the bytes from `start` to `end`, which are moved down to the nearest character boundaries and
    /// into the text.
    pub fn place(&self, start: usize, end: usize) -> Place {
        let start = boundary(&self.text, start);
        let end = boundary(&self.text, end).max(start);
        let before = &self.text[..start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Place {
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            start,
            end,
        }
    }
}

fn boundary(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|offset| text.is_char_boundary(*offset)).unwrap_or(0)
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The value or setting concerned.
    pub path: Path,
    /// What is wrong, in one line without a full stop.
    pub message: String,
    /// What was expected, or what to try.
    pub help: Option<String>,
    /// Where; `None` when the file as a whole is the problem.
    pub place: Option<Place>,
    /// Another place that matters, and why: "first set here".
    pub other: Option<(Place, String)>,
}

impl Problem {
    /// A problem without place or help.
    pub fn new(path: Path, message: impl Into<String>) -> Self {
        Self { path, message: message.into(), help: None, place: None, other: None }
    }

    /// The same, at a place.
    #[must_use]
    pub fn at(self, place: Place) -> Self {
        Self { place: Some(place), ..self }
    }

    /// The same, with what to try.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// The same; helps with the nearest of the `valid` names, or with all of them if none is near.
    #[must_use]
    pub fn did_you_mean<'a>(self, written: &str, valid: impl IntoIterator<Item = &'a str> + Clone) -> Self {
        let help = nearest::suggestion(written, valid);
        Self { help: help.or(self.help), ..self }
    }

    /// The same, pointing at a second place.
    #[must_use]
    pub fn other(self, place: Place, why: impl Into<String>) -> Self {
        Self { other: Some((place, why.into())), ..self }
    }
}

/// Gathers a file's problems, so that one reading reports them all.
#[derive(Debug)]
pub struct Report<'a> {
    locations: &'a Locations,
    problems: Vec<Problem>,
}

impl<'a> Report<'a> {
    /// Nothing wrong so far.
    pub const fn new(locations: &'a Locations) -> Self {
        Self { locations, problems: Vec::new() }
    }

    /// A problem with the value at `path`. Set its help on what is returned.
    pub fn value(&mut self, path: &Path, message: impl Into<String>) -> &mut Problem {
        self.add(Problem::new(path.clone(), message).at(self.locations.value(path)))
    }

    /// A problem with the key that ends `path`, or with the item, if it ends in a position.
    pub fn key(&mut self, path: &Path, message: impl Into<String>) -> &mut Problem {
        self.add(Problem::new(path.clone(), message).at(self.locations.key(path)))
    }

    /// A problem made elsewhere.
    pub fn add(&mut self, problem: Problem) -> &mut Problem {
        let index = self.problems.len();
        self.problems.push(problem);
        &mut self.problems[index]
    }

    /// Where the file's values stand.
    pub const fn locations(&self) -> &'a Locations {
        self.locations
    }

    /// The problem found last.
    pub fn latest(&self) -> Option<&Problem> {
        self.problems.last()
    }

    /// How many problems so far.
    pub const fn len(&self) -> usize {
        self.problems.len()
    }

    /// Whether there are so many problems that looking for more is of no use. A check that may find one in every value
    /// asks this first: each place costs a walk through the text.
    pub const fn is_full(&self) -> bool {
        self.problems.len() >= MOST_PROBLEMS
    }

    /// Whether nothing is wrong so far.
    pub const fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    /// All problems in the order of the file, if there are any.
    pub fn finish(self) -> Result<(), Problems> {
        Problems::new(self.locations.source().clone(), self.problems).map_or(Ok(()), Err)
    }
}

/// Everything that is wrong with one file: at least one problem, in the order of their places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    source: Source,
    list: Vec<Problem>,
}

impl Problems {
    /// `None` if there is no problem.
    pub fn new(source: Source, mut list: Vec<Problem>) -> Option<Self> {
        list.sort_by_key(|problem| problem.place.map(|place| place.start));
        (!list.is_empty()).then_some(Self { source, list })
    }

    /// A single problem.
    pub fn one(source: Source, problem: Problem) -> Self {
        Self { source, list: vec![problem] }
    }

    /// The problems; never empty.
    pub fn list(&self) -> &[Problem] {
        &self.list
    }

    /// The file concerned.
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// Draws them for a terminal; ends with a newline.
    pub fn render(&self, look: Look) -> String {
        render::render(&self.source, &self.list, look)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.render(Look::Plain).trim_end())
    }
}

impl std::error::Error for Problems {}
