//! What is wrong with a history, and where.

use std::fmt;

/// The first thing wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Malformed {
    /// From one.
    pub line: usize,
    /// From one, in characters.
    pub column: usize,
    pub message: String,
    /// What to try.
    pub help: String,
}

impl Malformed {
    pub(super) fn new(line: usize, column: usize, message: String, help: String) -> Self {
        Self { line, column, message, help }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, message, help } = self;
        write!(f, "line {line}, column {column}: {message}\n{help}")
    }
}

/// A piece of a file, short and printable.
pub(super) fn quoted(text: &str) -> String {
    const MOST: usize = 40;
    let mut shown: String = text.chars().take(MOST).flat_map(char::escape_debug).collect();
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}
