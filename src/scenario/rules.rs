//! Which settings of a map belong together: what a list of fields cannot say.
//!
//! One table, used twice: the shape check reads it to complain, the schema to make editors complain.

use serde_json::{Value, json};

/// A rule over the keys of one kind of map.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// Exactly one of the keys must be there.
    One {
        /// What such a key is called: "action".
        what: &'static str,
        /// The keys.
        of: &'static [&'static str],
    },
    /// No more than one of the keys may be there.
    AtMostOne {
        /// The keys.
        of: &'static [&'static str],
    },
    /// If `key` is there, so must be exactly one of the others.
    With {
        /// The key that needs company.
        key: &'static str,
        /// Its company.
        of: &'static [&'static str],
    },
    /// `key` may only stand where one of the others stands.
    Beside {
        /// The key that cannot stand alone.
        key: &'static str,
        /// What it may stand beside.
        of: &'static [&'static str],
    },
}

const ENDS: &[Rule] = &[
    Rule::One { what: "pair of ends", of: &["between", "from"] },
    Rule::With { key: "from", of: &["to"] },
    Rule::Beside { key: "to", of: &["from"] },
];

const CUT: &[Rule] = &[
    Rule::One { what: "pair of ends", of: &["between", "from", "around"] },
    Rule::With { key: "from", of: &["to"] },
    Rule::Beside { key: "to", of: &["from"] },
];

/// The rules of the map that the schema calls `name`.
pub(super) fn rules(name: &str) -> &'static [Rule] {
    use Rule::{AtMostOne, Beside, One, With};
    match name {
        "Step" => &[
            One { what: "action", of: ACTIONS },
            AtMostOne { of: &["at", "after", "when"] },
            Beside { key: "step", of: &["at"] },
            Beside { key: "within", of: &["when", "until"] },
            With { key: "predict", of: &["choices"] },
            Beside { key: "choices", of: &["predict"] },
            Beside { key: "answer", of: &["read"] },
        ],
        "Test" => &[
            One { what: "test", of: TESTS },
            With { key: "replica", of: &["holds", "lacks", "siblings"] },
            With { key: "replica", of: &["key"] },
            Beside { key: "key", of: &["replica"] },
            Beside { key: "holds", of: &["replica"] },
            Beside { key: "lacks", of: &["replica"] },
            Beside { key: "siblings", of: &["replica"] },
            With { key: "read", of: &["returns", "stale"] },
            Beside { key: "returns", of: &["read"] },
            Beside { key: "stale", of: &["read"] },
            Beside { key: "by", of: &["upholds", "violated"] },
        ],
        "Client" => {
            &[Beside { key: "by", of: &["guarantees"] }, Beside { key: "when_unable", of: &["guarantees"] }]
        }
        "Knobs" => &[
            Beside { key: "client", of: &["guarantees", "by", "when_unable", "route", "at"] },
            Beside { key: "guarantees", of: &["client"] },
            Beside { key: "by", of: &["client"] },
            Beside { key: "when_unable", of: &["client"] },
            Beside { key: "route", of: &["client"] },
            Beside { key: "at", of: &["client"] },
        ],
        "Distribution" => &[One {
            what: "distribution",
            of: &["fixed", "uniform", "exponential", "normal", "lognormal", "pareto", "mixture", "empirical"],
        }],
        "OfKind" => &[
            One { what: "kind of data", of: &["counter", "g_counter", "set", "register"] },
            Beside { key: "policy", of: &["register"] },
            Beside { key: "versions", of: &["policy"] },
        ],
        "Empirical" => &[One { what: "kind of measurement", of: &["samples", "quantiles"] }],
        "Link" | "Ends" => ENDS,
        "Cut" => CUT,
        "Replication" => &[AtMostOne { of: &["leaderless", "primary", "multi_region"] }],
        "Primary" => &[AtMostOne { of: &["failover", "election"] }],
        "Write" => {
            &[AtMostOne { of: &["level", "wait"] }, AtMostOne { of: &["if_absent", "if_version", "context"] }]
        }
        _ => &[],
    }
}

const ACTIONS: &[&str] = &[
    "write",
    "read",
    "delete",
    "increment",
    "decrement",
    "add",
    "remove",
    "new_key",
    "partition",
    "isolate",
    "cut",
    "heal",
    "crash",
    "restart",
    "destroy",
    "repair",
    "freeze",
    "thaw",
    "skew",
    "message",
    "set",
    "promote",
    "workload",
    "say",
    "note",
    "predict",
    "goal",
    "hint",
    "pause",
    "until",
];

const TESTS: &[&str] = &[
    "converged",
    "replica",
    "primary",
    "read",
    "in_flight",
    "stale_reads",
    "lost_writes",
    "refused",
    "timed_out",
    "available",
    "time_to_consistency",
    "elapsed",
    "upholds",
    "violated",
    "all",
    "any",
    "not",
];

/// Settings that people will try because they are planned, and what to say.
pub(super) fn planned(map: &str, key: &str) -> bool {
    let keys: &[&str] = match map {
        "Preset" => &["lesson"],
        "Cluster" => &["zones", "durability"],
        "Network" | "Link" => &["bandwidth"],
        "Distribution" => &["fit"],
        "Step" => &["aside", "vote"],
        "Test" => &["actions", "side"],
        _ => &[],
    };
    keys.contains(&key)
}

impl Rule {
    /// The rule as a JSON Schema.
    pub(super) fn schema(&self) -> Value {
        let required =
            |of: &[&str]| -> Vec<Value> { of.iter().map(|key| json!({ "required": [key] })).collect() };
        match self {
            Self::One { of, .. } => json!({ "oneOf": required(of) }),
            Self::AtMostOne { of } => {
                let none = json!({ "not": { "anyOf": required(of) } });
                json!({ "oneOf": required(of).into_iter().chain([none]).collect::<Vec<_>>() })
            }
            Self::With { key, of } => json!({ "dependentSchemas": { *key: { "oneOf": required(of) } } }),
            Self::Beside { key, of } => json!({ "dependentSchemas": { *key: { "anyOf": required(of) } } }),
        }
    }
}
