//! The fast methods against the definition itself, spelled out: every subset of the unknown outcomes, every order.

mod hand_made;
mod laws;

use std::collections::BTreeSet;

use crate::check::dice::Dice;

use super::{
    decide::{Method, decide},
    problem::{Act, Kind, Op},
    search::{Allowance, Found},
};

const PLENTY: Allowance = Allowance { steps: 10_000_000, memory: 1 << 28 };

/// What an object holds, in the plainest way.
#[derive(Clone, PartialEq)]
enum Held {
    Value(u32),
    Text(String),
    Set(BTreeSet<u32>),
}

fn first(kind: &Kind) -> Held {
    match kind {
        Kind::Register { initial } => Held::Value(*initial),
        Kind::Text { texts, initial } => Held::Text(texts[*initial as usize].clone()),
        Kind::Set { initial, .. } => Held::Set(initial.iter().copied().collect()),
    }
}

/// What is held after an act, if it returns what it returned.
fn after(kind: &Kind, held: &Held, act: Act) -> Option<Held> {
    let text = |number: u32| match kind {
        Kind::Text { texts, .. } => texts[number as usize].clone(),
        _ => unreachable!("texts only"),
    };
    match (held, act) {
        (Held::Value(value), Act::Read(read)) => (*value == read).then_some(Held::Value(read)),
        (Held::Value(_), Act::Write(value)) => Some(Held::Value(value)),
        (Held::Value(value), Act::Cas(from, to)) => (*value == from).then_some(Held::Value(to)),
        (Held::Text(is), Act::Read(read)) => (*is == text(read)).then(|| held.clone()),
        (Held::Text(_), Act::Write(put)) => Some(Held::Text(text(put))),
        (Held::Text(is), Act::Append(tail)) => Some(Held::Text(is.clone() + &text(tail))),
        (Held::Set(is), Act::Read(read)) => match kind {
            Kind::Set { reads, .. } => is.iter().eq(reads[read as usize].iter()).then(|| held.clone()),
            _ => unreachable!("sets only"),
        },
        (Held::Set(is), Act::Add(member)) => {
            let mut is = is.clone();
            is.insert(member);
            Some(Held::Set(is))
        }
        (Held::Set(is), Act::Remove(member)) => {
            let mut is = is.clone();
            is.remove(&member);
            Some(Held::Set(is))
        }
        _ => unreachable!("another kind's act"),
    }
}

/// The definition: some of the unknown outcomes happened, and there is an order of those and of all known ones that
/// keeps real time and explains every answer.
fn by_definition(kind: &Kind, ops: &[Op]) -> bool {
    let unknown: Vec<usize> = (0..ops.len()).filter(|n| ops[*n].returned.is_none()).collect();
    (0..1_u32 << unknown.len()).any(|chosen| {
        let happened: Vec<Op> = (0..ops.len())
            .filter(|n| unknown.iter().position(|u| u == n).is_none_or(|bit| chosen & 1 << bit != 0))
            .filter(|n| ops[*n].returned.is_some() || !ops[*n].act.is_read())
            .map(|n| ops[n])
            .collect();
        let mut order: Vec<usize> = (0..happened.len()).collect();
        permutations(&mut order, 0, &mut |order| {
            let keeps_time = (0..order.len()).all(|late| {
                let ended = happened[order[late]].returned.unwrap_or(u64::MAX);
                order[..late].iter().all(|early| ended >= happened[*early].invoked)
            });
            keeps_time
                && order
                    .iter()
                    .try_fold(first(kind), |held, op| after(kind, &held, happened[*op].act))
                    .is_some()
        })
    })
}

/// Whether any order of `items` from `fixed` on is accepted.
fn permutations(items: &mut [usize], fixed: usize, accept: &mut impl FnMut(&[usize]) -> bool) -> bool {
    if fixed == items.len() {
        return accept(items);
    }
    for n in fixed..items.len() {
        items.swap(fixed, n);
        let accepted = permutations(items, fixed + 1, accept);
        items.swap(fixed, n);
        if accepted {
            return true;
        }
    }
    false
}

fn found(kind: &Kind, ops: &[Op], method: Method) -> Found {
    decide(kind, ops, PLENTY, method).found
}
