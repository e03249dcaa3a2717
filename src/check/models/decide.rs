//! A verdict on one model.

use super::{
    calls::Call,
    constrain::{add_sources, close, session_order},
    order::order,
    relation::{Cycle, Relation},
};

pub(crate) use super::order::Found;

/// What an order of operations must keep, the weakest first: what breaks one breaks those after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Model {
    /// For each session an order of all writes and its own reads that keeps every session's order.
    Pram,
    /// The same, keeping also what was read before something was written, however often it was handed on.
    Causal,
    /// One order of everything that keeps every session's order.
    Sequential,
}

impl Model {
    pub const ALL: [Self; 3] = [Self::Pram, Self::Causal, Self::Sequential];

    pub fn name(self) -> &'static str {
        match self {
            Self::Pram => "PRAM",
            Self::Causal => "causal",
            Self::Sequential => "sequential",
        }
    }
}

/// Whether these calls have the orders that the model asks for. `calls` as [`Calls`](super::Calls) makes them; at most
/// `steps` are tried where there is no other way than trying.
pub(crate) fn decide(calls: &[Call], model: Model, steps: u64) -> Found {
    match model {
        Model::Pram => for_each_session(calls, steps, |base, reads| {
            let mut base = base.clone();
            add_sources(&mut base, calls, reads.iter().copied())?;
            Ok(base)
        }),
        Model::Causal => {
            let Ok(mut causes) = session_order(calls) else { return Found::None };
            if add_sources(&mut causes, calls, reads(calls, None).into_iter()).is_err() {
                return Found::None;
            }
            for_each_session(calls, steps, |_, _| Ok(causes.clone()))
        }
        Model::Sequential => sequential(calls, steps),
    }
}

/// The reads of one session, or of all, in the order of their invocations.
fn reads(calls: &[Call], session: Option<u32>) -> Vec<usize> {
    let mut reads: Vec<usize> = (0..calls.len())
        .filter(|call| !calls[*call].is_write() && session.is_none_or(|own| own == calls[*call].session))
        .collect();
    reads.sort_by_key(|read| calls[*read].invoked);
    reads
}

fn for_each_session(
    calls: &[Call],
    steps: u64,
    base: impl Fn(&Relation, &[usize]) -> Result<Relation, Cycle>,
) -> Found {
    let Ok(sessions) = session_order(calls) else { return Found::None };
    let mut all: Vec<u32> = calls.iter().filter(|call| !call.is_write()).map(|call| call.session).collect();
    all.sort_unstable();
    all.dedup();
    let mut found = Found::Order;
    for session in all {
        let own = reads(calls, Some(session));
        let Ok(mut relation) = base(&sessions, &own) else { return Found::None };
        if close(&mut relation, calls, &own).is_err() {
            return Found::None;
        }
        // Reads in a row have an order if nothing speaks against it; reads at a time may have none all the same.
        let in_a_row = own.windows(2).all(|pair| calls[pair[0]].precedes(&calls[pair[1]]));
        if !in_a_row {
            let among: Vec<usize> =
                (0..calls.len()).filter(|call| calls[*call].is_write() || own.contains(call)).collect();
            match order(calls, &among, &relation, steps) {
                Found::Order => {}
                Found::None => return Found::None,
                Found::Spent => found = Found::Spent,
            }
        }
    }
    found
}

fn sequential(calls: &[Call], steps: u64) -> Found {
    let Ok(mut relation) = session_order(calls) else { return Found::None };
    let all = reads(calls, None);
    let closed = add_sources(&mut relation, calls, all.iter().copied())
        .and_then(|()| close(&mut relation, calls, &all));
    match closed {
        Ok(()) => order(calls, &(0..calls.len()).collect::<Vec<_>>(), &relation, steps),
        Err(Cycle) => Found::None,
    }
}
