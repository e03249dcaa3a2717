//! `data`: what keys hold at the start, and of which kind they are.

use schemars::JsonSchema;
use serde::Deserialize;

use super::cluster::{Conflicts, Level, VersionKind};
use super::either::either;
use super::value::Literal;

/// What a key holds at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Datum {
    /// A plain value.
    Plain(Literal),
    /// Something of a kind of its own.
    OfKind(Box<OfKind>),
}
either!(
    Datum: Either { Scalar => Plain(Literal), Collection => OfKind(Box<OfKind>) },
    "What a key holds at the start: text or a whole number; or a counter, a set or a register, such as {set: [book, pen]}."
);

/// What a key holds at the start, and for good its kind: exactly one of these.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfKind {
    /// A counter that can be incremented and decremented on any replica and merges by itself (a PN-counter); it starts at
    /// this.
    pub counter: Option<u64>,
    /// A counter that only grows and merges by itself (a G-counter); it starts at this.
    pub g_counter: Option<u64>,
    /// A set that merges by itself (an OR-set): of an add and a remove at the same time, the add wins. It starts with
    /// these elements.
    pub set: Option<Vec<Literal>>,
    /// A plain value with a `policy` of its own; it starts with this.
    pub register: Option<Literal>,
    /// What becomes of values written at the same time. Stands beside `register`. Default: what the cluster says.
    pub policy: Option<Conflicts>,
    /// What stands for its siblings: a dot and a context for each, or one vector for all. Stands beside `policy`.
    /// Default: what the cluster says.
    pub versions: Option<VersionKind>,
}

/// A client counts up or down.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The client. Default: the first.
    pub by: Option<String>,
    /// The replica it asks. Default: the client's.
    pub at: Option<String>,
    /// The counter.
    pub key: String,
    /// By how much: 1 to 1,000,000,000. Default: 1.
    pub amount: Option<u64>,
    /// How many replicas must store it. Default: the client's level.
    pub level: Option<Level>,
}

/// A client adds an element to a set, or removes one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Element {
    /// The client. Default: the first.
    pub by: Option<String>,
    /// The replica it asks. Default: the client's.
    pub at: Option<String>,
    /// The set.
    pub key: String,
    /// The element: text or a whole number.
    pub value: Literal,
    /// How many replicas must store it. Default: the client's level.
    pub level: Option<Level>,
}
