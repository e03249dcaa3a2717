//! One object's verdict: by the quick method where it applies, by search elsewhere.

use super::{
    machine::{Machine, Members, Register, Text},
    plan::Plan,
    problem::{Kind, Op},
    relevance::relevant,
    search::{Allowance, Found, Search},
    zones,
};

/// How to decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// The quickest that applies.
    Best,
    /// By search, whatever else applies.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests hold the methods against each other"))]
    Search,
}

/// What was found and at what cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decided {
    pub(super) found: Found,
    pub(super) steps: u64,
    pub(super) bytes: usize,
}

pub(super) fn decide(kind: &Kind, ops: &[Op], allowance: Allowance, method: Method) -> Decided {
    let stays = relevant(kind, ops);
    if stays.iter().all(|stays| *stays) {
        return of_relevant(kind, ops, allowance, method);
    }
    let places: Vec<u32> = (0..).zip(&stays).filter(|(_, stays)| **stays).map(|(place, _)| place).collect();
    let staying: Vec<Op> = places.iter().map(|place| ops[*place as usize]).collect();
    let mut decided = of_relevant(kind, &staying, allowance, method);
    if let Found::None { due } = &mut decided.found {
        *due = places[*due as usize];
    }
    decided
}

fn of_relevant(kind: &Kind, ops: &[Op], allowance: Allowance, method: Method) -> Decided {
    match kind {
        Kind::Register { initial } if method == Method::Best && zones::applies(*initial, ops) => {
            let found = if zones::is_linearizable(*initial, ops) {
                Found::Order
            } else {
                Found::None { due: zones::first_contradiction(*initial, ops) }
            };
            Decided { found, steps: ops.len() as u64, bytes: 0 }
        }
        Kind::Register { initial } => search(ops, || Register::new(*initial), allowance),
        Kind::Text { texts, initial } => search(ops, || Text::new(texts, *initial, ops), allowance),
        Kind::Set { reads, initial } => search(ops, || Members::new(reads, initial, ops), allowance),
    }
}

fn search<M: Machine>(ops: &[Op], machine: impl Fn() -> M, allowance: Allowance) -> Decided {
    let plan = Plan::new(ops, M::takes_away);
    let mut search = Search::new(&plan, machine());
    let found = search.run(allowance);
    let mut decided = Decided { found, steps: search.steps, bytes: search.bytes() };
    if let Found::None { due } = found {
        // Looking ahead leaves a branch before it fails: where the last one would have failed is found by halving.
        let (mut some, mut none) = (search.passed(), plan.deadline[due as usize] as usize);
        while some < none {
            let middle = usize::midpoint(some, none);
            let by = ops[plan.due[middle] as usize].returned;
            let told: Vec<Op> = ops
                .iter()
                .filter(|op| Some(op.invoked) <= by)
                .map(|op| Op { returned: op.returned.filter(|at| Some(*at) <= by), ..*op })
                .collect();
            let plan = Plan::new(&told, M::takes_away);
            let mut search = Search::new(&plan, machine());
            match search.run(allowance) {
                Found::None { .. } => none = middle,
                Found::Order => some = middle + 1,
                Found::Spent(_) => break,
            }
            decided.steps += search.steps;
        }
        decided.found = Found::None { due: plan.due[none] };
    }
    decided
}
