//! A history: what clients asked, when, and what they were told. Whoever records one (a simulation, a reader of
//! files) hands over [`Recorded`] operations; [`History::new`] sorts them by key and checks that the model knows
//! them. Judging is elsewhere (`check::linear`).
//!
//! An operation takes effect at one moment of its closed interval `[invoked, returned]`: two that share an endpoint
//! are concurrent. One of unknown outcome may take effect at any moment from its invocation on, or never.

mod sort;
mod term;

pub use sort::{Keys, Stranger};
pub use term::Term;

/// What the object behind a history is, which decides what its operations may return.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// `read`, `write`.
    Register,
    /// `read`, `write`, `cas` (compare and set).
    CasRegister,
    /// Strings by key: `get`, `put`, `append`.
    Kv,
    /// `add`, `remove`, and `read` of the whole set.
    Set,
}

/// How an operation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Ok,
    /// It did not happen.
    Fail,
    /// It may have happened, at any time since its invocation, or never.
    Unknown,
}

/// Where an operation stands in its file: one-based lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lines {
    pub invoked: usize,
    pub returned: Option<usize>,
}

/// An operation as it was recorded, before any model is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    pub process: String,
    pub function: String,
    pub key: Option<Term>,
    pub argument: Term,
    /// What came back, where something did.
    pub result: Term,
    pub outcome: Outcome,
    /// Any unit: only the order counts.
    pub invoked: u64,
    /// Of an operation that came back.
    pub returned: Option<u64>,
    pub lines: Lines,
}

/// What an operation did to one object, with what it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Read(Term),
    Write(Term),
    /// Sets the second if the first is there.
    Cas(Term, Term),
    Append(String),
    Add(Term),
    Remove(Term),
}

/// One operation that may have taken effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    pub process: String,
    /// What the history calls it.
    pub function: String,
    pub action: Action,
    pub invoked: u64,
    /// `None`: the outcome is unknown.
    pub returned: Option<u64>,
    pub lines: Lines,
}

/// The operations on one object, in the order of their invocations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// `None` where the history has one object without a name.
    pub key: Option<Term>,
    pub operations: Vec<Operation>,
}

/// Operations sorted by object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    pub model: Model,
    /// What every object holds at first.
    pub initial: Term,
    /// In the order in which the history first names them.
    pub objects: Vec<Object>,
    /// What says nothing: operations that failed, and reads that were never answered, each with its key.
    pub unheard: Vec<Recorded>,
    pub counts: Counts,
}

/// How many operations were recorded, by outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub ok: usize,
    pub failed: usize,
    pub unknown: usize,
}

impl Model {
    pub const ALL: [Self; 4] = [Self::Register, Self::CasRegister, Self::Kv, Self::Set];

    pub fn name(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::CasRegister => "cas-register",
            Self::Kv => "kv",
            Self::Set => "set",
        }
    }

    /// What an object holds at first unless somebody says otherwise.
    pub fn initial(self) -> Term {
        match self {
            Self::Register | Self::CasRegister => Term::Nil,
            Self::Kv => Term::Text(String::new()),
            Self::Set => Term::Set(Vec::new()),
        }
    }

    /// The names of what it can do.
    pub fn functions(self) -> &'static [&'static str] {
        match self {
            Self::Register => &["read", "write"],
            Self::CasRegister => &["read", "write", "cas"],
            Self::Kv => &["get", "put", "append"],
            Self::Set => &["read", "add", "remove"],
        }
    }
}

impl Operation {
    /// What it did, in the words of the history: `write 3`, `get "tea"`, `cas 1 2`.
    pub fn did(&self) -> String {
        self.with(&self.function)
    }

    /// The same as something past: `written 3`, `got "tea"`.
    pub fn had_done(&self) -> String {
        self.with(match &*self.function {
            "write" => "written",
            "get" => "got",
            "append" => "appended",
            "add" => "added",
            "remove" => "removed",
            "cas" => "done cas",
            other => other,
        })
    }

    fn with(&self, verb: &str) -> String {
        let unknown = if self.returned.is_none() { " (outcome unknown)" } else { "" };
        let what = match &self.action {
            Action::Read(value) | Action::Write(value) | Action::Add(value) | Action::Remove(value) => {
                value.to_string()
            }
            Action::Cas(from, to) => format!("{from} {to}"),
            Action::Append(text) => format!("{text:?}"),
        };
        format!("{verb} {what}{unknown}")
    }
}
