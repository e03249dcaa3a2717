//! Floor 5: histories recorded elsewhere, as Jepsen and porcupine write them, or as JSON. Text in, operations out, or
//! the first thing that is wrong with its line, its column and what to try. Everything is bounded: bytes, events,
//! nesting, digits. What the operations mean is for [`crate::check::history`].

mod edn;
mod format;
mod jepsen;
mod json;
mod malformed;
mod pair;

pub use format::Format;
pub use malformed::Malformed;

use crate::check::history::{History, Model, Recorded, Term};

/// The largest file.
pub const MOST_BYTES: usize = 256 << 20;
/// Events in a file: an operation has two.
pub const MOST_EVENTS: usize = 2_000_000;
/// Brackets in brackets.
pub const MOST_NESTED: usize = 64;
/// Digits of a number.
pub const MOST_DIGITS: usize = 400;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// In the order of their invocations.
    pub operations: Vec<Recorded>,
    pub format: Format,
    /// Events that are no client's: the nemesis, and lines of a log about something else.
    pub skipped: usize,
}

/// Reads the operations of a history; `format` `None` to tell by what is in it.
pub fn read(bytes: &[u8], format: Option<Format>) -> Result<Recording, Malformed> {
    let text = text(bytes)?;
    let format = match format {
        Some(format) => format,
        None => Format::of(text)?,
    };
    let recording = match format {
        Format::Edn => edn::read(text)?,
        Format::JepsenLog => jepsen::read(text)?,
        Format::Json => json::read(text)?,
    };
    if recording.operations.is_empty() {
        let message = format!("no client's operation is in this file, read as {}", format.name());
        return Err(Malformed::new(1, 1, message, "`--format` says how to read it".to_owned()));
    }
    Ok(recording)
}

/// The history of a recording, as a model understands it. `initial` `None` for the model's own.
pub fn understand(recording: Recording, model: Model, initial: Option<Term>) -> Result<History, Malformed> {
    let initial = initial.unwrap_or_else(|| model.initial());
    History::new(model, initial, recording.operations)
        .map_err(|stranger| Malformed::new(stranger.lines.invoked, 1, stranger.message, stranger.help))
}

/// A value as a person writes it on the command line: EDN, or else the text itself.
pub fn value(text: &str) -> Term {
    edn::value(text).unwrap_or_else(|| Term::text(text))
}

/// The bytes as text, or where they are none.
fn text(bytes: &[u8]) -> Result<&str, Malformed> {
    let line_of = |at: usize| bytes[..at].split(|byte| *byte == b'\n').count();
    if bytes.len() > MOST_BYTES {
        let message = format!("this file has more than {} MiB", MOST_BYTES >> 20);
        return Err(Malformed::new(1, 1, message, "judge its keys, or its first part, alone".to_owned()));
    }
    let help = || "a history is text: EDN, JSON, or a Jepsen log".to_owned();
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Malformed::new(line_of(error.valid_up_to()), 1, "this line is not UTF-8 text".to_owned(), help())
    })?;
    if let Some(at) = text.bytes().position(|byte| byte == 0) {
        return Err(Malformed::new(line_of(at), 1, "this line has a NUL byte".to_owned(), help()));
    }
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

#[cfg(test)]
mod tests;
