//! Where a value stands in a document: the keys and positions that lead to it from the top.

use std::fmt;

/// One step down.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Segment {
    /// Into a map, by key, as written in the file (without quotes).
    Key(String),
    /// Into a list, by position from zero.
    Index(usize),
}

/// The way from the top of a document to a value; empty for the document itself.
///
/// Shown as `script[3].write.level`, positions counted from one, as people count.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(pub Vec<Segment>);

impl Path {
    /// The document itself.
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// The value under `key` of the map here.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Self {
        self.with(Segment::Key(key.into()))
    }

    /// The item at `index` (from zero) of the list here.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(Segment::Index(index))
    }

    /// The path without its last step; `None` at the root.
    pub fn parent(&self) -> Option<Self> {
        self.0.split_last().map(|(_, rest)| Self(rest.to_vec()))
    }

    fn with(&self, segment: Segment) -> Self {
        let mut longer = self.clone();
        longer.0.push(segment);
        longer
    }
}

/// The way down to a value while a walk stands at it; made a [`Path`] only when there is something to tell.
#[derive(Clone, Copy)]
pub(super) enum Trail<'a> {
    Top,
    Key(&'a Self, &'a str),
    Index(&'a Self, usize),
}

impl<'a> Trail<'a> {
    pub(super) const fn key(&'a self, key: &'a str) -> Self {
        Trail::Key(self, key)
    }

    pub(super) const fn index(&'a self, index: usize) -> Self {
        Trail::Index(self, index)
    }

    pub(super) fn path(&self) -> Path {
        match self {
            Self::Top => Path::root(),
            Self::Key(parent, key) => parent.path().key(*key),
            Self::Index(parent, index) => parent.path().index(*index),
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Key(key) if depth == 0 => f.write_str(key)?,
                Segment::Key(key) => write!(f, ".{key}")?,
                Segment::Index(index) => write!(f, "[{}]", index + 1)?,
            }
        }
        Ok(())
    }
}
