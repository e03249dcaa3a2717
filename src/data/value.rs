//! What a key can hold.

use std::{cmp::Ordering, fmt, sync::Arc};

/// A value as a client wrote or reads it. A delete writes a tombstone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    Number(i64),
    Text(Arc<str>),
    /// What a set reads as: its elements, sorted, each once.
    Set(Arc<[Self]>),
    /// What a client did to a counter or a set. Names the update; nothing ever reads as one.
    Update(Arc<Update>),
    Tombstone,
}

/// What can be done to a counter (increment, decrement) or a set (add, remove).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Update {
    Increment(u32),
    Decrement(u32),
    Add(Value),
    Remove(Value),
}

impl Value {
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// A set of these, in any order.
    pub fn set(elements: impl IntoIterator<Item = Self>) -> Self {
        let mut elements: Vec<Self> = elements.into_iter().collect();
        elements.sort();
        elements.dedup();
        Self::Set(elements.into())
    }

    /// What a person typed: an integer where it reads as one, text otherwise.
    pub fn parse(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::text(text), Self::Number)
    }

    pub fn is_tombstone(&self) -> bool {
        matches!(self, Self::Tombstone)
    }

    /// The values that this one stands for: the elements of a set, nothing for a tombstone, else itself.
    pub fn parts(&self) -> &[Self] {
        match self {
            Self::Set(elements) => elements,
            Self::Tombstone => &[],
            Self::Number(_) | Self::Text(_) | Self::Update(_) => std::slice::from_ref(self),
        }
    }

    /// The order in which equal stamps are decided: a tombstone beats every live value, then the larger
    /// value wins (Cassandra, SEMANTICS §6): texts by their bytes, numbers by size. Any text beats any
    /// number: were a number compared with a text as text, 9 < 10 < "1a" < 9 would go in a circle.
    /// (Counters and sets never come to this: they merge.)
    pub(crate) fn beats(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
}

impl Update {
    /// The verb that presets and events use.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Increment(_) => "increment",
            Self::Decrement(_) => "decrement",
            Self::Add(_) => "add",
            Self::Remove(_) => "remove",
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
            Self::Set(elements) => {
                f.write_str("{")?;
                for (index, element) in elements.iter().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    write!(f, "{comma}{element}")?;
                }
                f.write_str("}")
            }
            Self::Update(update) => write!(f, "{update}"),
            Self::Tombstone => f.write_str("(deleted)"),
        }
    }
}

impl fmt::Display for Update {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Increment(amount) => write!(f, "+{amount}"),
            Self::Decrement(amount) => write!(f, "-{amount}"),
            Self::Add(value) => write!(f, "add {value}"),
            Self::Remove(value) => write!(f, "remove {value}"),
        }
    }
}
