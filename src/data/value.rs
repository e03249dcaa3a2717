//! What a key can hold.

use std::{fmt, sync::Arc};

/// A value as a client wrote it. A delete writes a tombstone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(Arc<str>),
    Number(i64),
    Tombstone,
}

impl Value {
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// What a person typed: an integer where it reads as one, text otherwise.
    pub fn parse(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::text(text), Self::Number)
    }

    pub fn is_tombstone(&self) -> bool {
        matches!(self, Self::Tombstone)
    }

    /// The order in which equal stamps are decided: a tombstone beats every live value, then the larger
    /// value wins (Cassandra, SEMANTICS §6): texts by their bytes, numbers by size. Any text beats any
    /// number: were a number compared with a text as text, 9 < 10 < "1a" < 9 would go in a circle.
    pub(crate) fn beats(&self, other: &Self) -> std::cmp::Ordering {
        use std::cmp::Ordering::{Equal, Greater, Less};
        match (self, other) {
            (Self::Tombstone, Self::Tombstone) => Equal,
            (Self::Text(a), Self::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
            (Self::Number(a), Self::Number(b)) => a.cmp(b),
            (Self::Tombstone, Self::Text(_) | Self::Number(_)) | (Self::Text(_), Self::Number(_)) => Greater,
            (Self::Text(_) | Self::Number(_), Self::Tombstone) | (Self::Number(_), Self::Text(_)) => Less,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
            Self::Tombstone => f.write_str("(deleted)"),
        }
    }
}
