//! One object's verdict: by the quick method where it applies, by search elsewhere.

use super::{
    machine::{Machine, Members, Register, Text},
    plan::Plan,
    problem::{Kind, Op},
    relevance::relevant,
    search::{Allowance, Found, Search},
    witness::{forgetful, glance},
    zones,
};

/// What a look at a few operations may cost. Only a search that may spend more takes one.
const A_GLANCE: u64 = 20_000;

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
        Kind::Register { initial } => search(kind, ops, || Register::new(*initial), allowance),
        Kind::Text { texts, initial } => search(kind, ops, || Text::new(texts, *initial, ops), allowance),
        Kind::Set { reads, initial } => search(kind, ops, || Members::new(reads, initial, ops), allowance),
    }
}

fn search<M: Machine>(kind: &Kind, ops: &[Op], machine: impl Fn() -> M, allowance: Allowance) -> Decided {
    let plan = Plan::new(ops, M::takes_away);
    let mut search = Search::new(&plan, machine());
    let found = search.run(allowance);
    let mut decided = Decided { found, steps: search.steps, bytes: search.bytes() };
    let (mut some, mut none) = search.reached();
    match found {
        Found::Order => return decided,
        Found::None { .. } => {}
        // Where many ways were tried in vain, a few operations may show that all are.
        Found::Spent(_) => {
            let Some(stuck) = plan.due.get(none).copied().filter(|_| allowance.steps > A_GLANCE) else {
                return decided;
            };
            let mut steps = 0;
            let is_violated = |kept: &[u32]| {
                let glance = Allowance { steps: A_GLANCE, ..allowance };
                let glance = decide(kind, &forgetful(ops, kept), glance, Method::Best);
                steps += glance.steps;
                matches!(glance.found, Found::None { .. })
            };
            let shown = glance(kind, ops, stuck, is_violated);
            decided.steps += steps;
            if shown.is_none() {
                return decided;
            }
        }
    }
    // Looking ahead leaves a branch before it fails: where the last one would have failed is found by halving.
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
    decided
}
