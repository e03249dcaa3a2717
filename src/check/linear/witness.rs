//! The fewest operations that show a violation. What is left out is forgotten, not undone: a read that is left out
//! was never seen, and a write that is left out may have happened at any moment of the whole history, or never. So
//! the rest can be trusted: whatever else happened, it has no order. And nothing of it can be spared: forget any one
//! of them and there is an order.

use super::{
    decide::{Method, decide},
    problem::{Act, Kind, Op, Problem},
    search::{Allowance, Found},
};
use crate::check::history::Lines;

/// What one try may cost, and all of them together.
const A_TRY: u64 = 300_000;
const ALL_TRIES: u64 = 5_000_000;
/// A glance looks at no more operations than this before the last, and at so many suspects.
const WIDEST: usize = 4_096;
const MOST_SUSPECTS: usize = 8;

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
    let mut tries = Tries { problem, memory, spent: 0, smallest: Smallest::Proved };
    let mut kept = glance(&problem.kind, &problem.ops, complete, |kept| tries.is_violated(kept))
        .unwrap_or_else(|| everything(problem, complete));
    let mut chunk = kept.len().div_ceil(2);
    loop {
        // A pass over single operations proves that each is needed: what was needed by more is needed by fewer.
        tries.smallest = Smallest::Proved;
        kept = tries.without_chunks(&kept, chunk);
        if chunk <= 1 {
            return (kept, tries.smallest);
        }
        chunk = chunk.min(kept.len()).div_ceil(2).max(1);
    }
}

/// All that had happened when `complete` returned, and all that changed something later: no earlier answer can come
/// from those.
fn everything(problem: &Problem, complete: u32) -> Vec<u32> {
    let by = problem.ops[complete as usize].returned.unwrap_or(u64::MAX);
    let mut kept: Vec<u32> = (0..)
        .take(problem.ops.len())
        .filter(|op| {
            let Op { act, returned, .. } = problem.ops[*op as usize];
            !act.is_read() || returned.is_some_and(|at| at <= by)
        })
        .collect();
    kept.sort_by_key(|op| (problem.ops[*op as usize].invoked, *op));
    kept
}

/// Looks for the violation near `complete`: with what it saw or missed, and more and more of what was last before
/// it. Gives the first operations that `is_violated` says show it alone.
pub(super) fn glance(
    kind: &Kind,
    ops: &[Op],
    complete: u32,
    mut is_violated: impl FnMut(&[u32]) -> bool,
) -> Option<Vec<u32>> {
    let by = ops[complete as usize].returned?;
    let mut before: Vec<u32> = (0..).take(ops.len()).collect();
    before.retain(|op| {
        let Op { act, invoked, returned } = ops[*op as usize];
        *op != complete && invoked <= by && (!act.is_read() || returned.is_some_and(|at| at <= by))
    });
    before.sort_by_key(|op| (ops[*op as usize].invoked, *op));
    let suspects = suspects(kind, ops, complete);
    let mut window = 0;
    loop {
        let mut kept = before[before.len().saturating_sub(window)..].to_vec();
        kept.extend(suspects.iter().filter(|op| !kept.contains(op)).copied().collect::<Vec<_>>());
        kept.push(complete);
        kept.sort_by_key(|op| (ops[*op as usize].invoked, *op));
        kept.dedup();
        if is_violated(&kept) {
            return Some(kept);
        }
        if window >= before.len() || window >= WIDEST {
            return None;
        }
        window = (window * 2).max(1);
    }
}

/// Operations that bear on what `complete` saw: those that brought it, or whose work it lacks.
fn suspects(kind: &Kind, ops: &[Op], complete: u32) -> Vec<u32> {
    let Op { act: due, invoked, .. } = ops[complete as usize];
    let before = |op: &Op| op.returned.is_some_and(|at| at < invoked);
    let bears = |op: &Op| match (kind, due, op.act) {
        (Kind::Register { .. }, Act::Read(saw) | Act::Cas(saw, _), Act::Write(to) | Act::Cas(_, to)) => {
            saw == to
        }
        (Kind::Text { texts, .. }, Act::Read(saw), Act::Append(piece)) => {
            before(op) && !texts[saw as usize].contains(&texts[piece as usize])
        }
        (Kind::Set { reads, .. }, Act::Read(saw), Act::Add(member)) => {
            before(op) && reads[saw as usize].binary_search(&member).is_err()
        }
        (Kind::Set { reads, .. }, Act::Read(saw), Act::Remove(member)) => {
            before(op) && reads[saw as usize].binary_search(&member).is_ok()
        }
        _ => false,
    };
    let places = (0..).zip(ops).filter(|(place, op)| *place != complete && bears(op)).map(|(place, _)| place);
    places.take(MOST_SUSPECTS).collect()
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
        let allowance = Allowance { steps: A_TRY, memory: self.memory };
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
