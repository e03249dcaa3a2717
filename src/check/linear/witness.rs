//! The fewest operations that show a violation. What is left out is forgotten, not undone: a read that is left out
//! was never seen, and a write that is left out may have happened at any moment of the whole history, or never. So
//! the rest can be trusted: whatever else happened, it has no order. And nothing of it can be spared: forget any one
//! of them and there is an order.

use super::{
    decide::{Method, decide},
    problem::{Op, Problem},
    search::{Allowance, Found},
};
use crate::check::history::Lines;

/// What one try may cost, and all of them together.
const A_TRY: u64 = 200_000;
const ALL_TRIES: u64 = 20_000_000;

/// Whether nothing of a witness can be spared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Smallest {
    Proved,
    /// Telling it would have cost too much.
    Unproved,
}

/// The operations that show a violation, in the order of their invocations, and what to say of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Places in the object's operations.
    pub operations: Vec<usize>,
    /// The operation at whose return the violation is complete: what came back before still has an order.
    pub complete: usize,
    pub smallest: Smallest,
    /// What is wrong, and why it cannot be otherwise.
    pub words: [String; 2],
    /// The lines of `complete`.
    pub at: Lines,
}

struct Tries<'a> {
    problem: &'a Problem,
    memory: usize,
    spent: u64,
    smallest: Smallest,
}

/// Fewer and fewer of the operations until none can be spared; `complete` is where the search gave up.
pub(super) fn shrink(problem: &Problem, complete: u32, memory: usize) -> (Vec<u32>, Smallest) {
    let by = problem.ops[complete as usize].returned.unwrap_or(u64::MAX);
    let mut tries = Tries { problem, memory, spent: 0, smallest: Smallest::Proved };
    let (mut kept, later): (Vec<u32>, Vec<u32>) = (0..)
        .take(problem.ops.len())
        .filter(|op| {
            let Op { act, invoked, returned } = problem.ops[*op as usize];
            !act.is_read() || invoked <= by && returned.is_some_and(|at| at <= by)
        })
        .partition(|op| problem.ops[*op as usize].invoked <= by);
    if !tries.is_violated(&kept) {
        kept.extend(later);
    }
    kept.sort_by_key(|op| (problem.ops[*op as usize].invoked, *op));
    let mut chunk = kept.len().div_ceil(2);
    loop {
        kept = tries.without_chunks(&kept, chunk);
        if chunk <= 1 {
            return (kept, tries.smallest);
        }
        // A pass over single operations proves that each is needed: what was needed by more is needed by fewer.
        chunk = chunk.min(kept.len()).div_ceil(2).max(1);
        tries.smallest = Smallest::Proved;
    }
}

impl Tries<'_> {
    /// Leaves out every run of `chunk` operations that can be spared, the earliest first.
    fn without_chunks(&mut self, kept: &[u32], chunk: usize) -> Vec<u32> {
        let mut kept = kept.to_vec();
        let mut start = 0;
        while start < kept.len() {
            let end = kept.len().min(start + chunk);
            let mut rest = kept[..start].to_vec();
            rest.extend_from_slice(&kept[end..]);
            if self.is_violated(&rest) {
                kept = rest;
            } else {
                start = end;
            }
        }
        kept
    }

    /// Whether the operations `kept` show the violation alone. No if that cannot be told at the price.
    fn is_violated(&mut self, kept: &[u32]) -> bool {
        if kept.is_empty() {
            return false;
        }
        let ops = forgetful(&self.problem.ops, kept);
        if self.spent > ALL_TRIES {
            self.smallest = Smallest::Unproved;
            return false;
        }
        let allowance = Allowance { steps: A_TRY.max(2 * ops.len() as u64), memory: self.memory };
        let decided = decide(&self.problem.kind, &ops, allowance, Method::Best);
        self.spent += decided.steps + ops.len() as u64 / 4;
        match decided.found {
            Found::None { .. } => true,
            Found::Order => false,
            Found::Spent(_) => {
                self.smallest = Smallest::Unproved;
                false
            }
        }
    }
}

/// The operations as they are to one who remembers only `kept`.
pub(super) fn forgetful(ops: &[Op], kept: &[u32]) -> Vec<Op> {
    let mut remembered = vec![false; ops.len()];
    for op in kept {
        remembered[*op as usize] = true;
    }
    let vague = |op: &Op| Op { invoked: 0, returned: None, ..*op };
    ops.iter()
        .zip(remembered)
        .filter(|(op, remembered)| *remembered || !op.act.is_read())
        .map(|(op, remembered)| if remembered { *op } else { vague(op) })
        .collect()
}
