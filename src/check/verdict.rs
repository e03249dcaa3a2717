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

    /// A violation with one piece of evidence, or `Holds` where there is none.
    pub(super) fn from_evidence(text: Option<String>, at: Position) -> Self {
        text.map_or(Self::Holds, |text| Self::Violated(vec![Evidence { at, text }]))
    }
}
