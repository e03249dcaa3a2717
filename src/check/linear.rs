//! Linearizability: is there one order of all operations that respects real time and explains every answer
//! (Herlihy and Wing, 1990)? Judged object by object, which is sound: linearizability composes.
//!
//! ```text
//! race       the objects of a history, each given a larger allowance from round to round
//! decide     one object: by zones where every value is written once, else by search
//! witness    the fewest operations that show the violation
//! sum        what all objects together come to, in words
//! ```

mod decide;
mod machine;
mod plan;
mod problem;
mod race;
mod relevance;
mod search;
mod seen;
mod sum;
mod witness;
mod words;
mod zones;

pub use race::{Budget, Judged, Progress, Threads, Verdict, judge, judge_watched};
pub use search::Spent;
pub use sum::Sum;
pub use witness::{Smallest, Witness};

#[cfg(test)]
mod tests;
