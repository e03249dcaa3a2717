//! What a judgement can be.

use crate::base::Position;

/// A judgement and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Holds,
    Violated(Vec<Evidence>),
    /// Nothing was observed that could tell, for this reason.
    Unknown(String),
}

/// One thing that happened, in plain words, with the place to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    pub at: Position,
    pub text: String,
}

impl Verdict {
    pub fn holds(&self) -> bool {
        matches!(self, Self::Holds)
    }

    /// `Holds` or a violation with one piece of evidence.
    pub(super) fn from_claim(holds: bool, at: Position, text: impl FnOnce() -> String) -> Self {
        if holds { Self::Holds } else { Self::Violated(vec![Evidence { at, text: text() }]) }
    }
}
