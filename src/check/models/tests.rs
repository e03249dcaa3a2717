//! The quick methods against the definitions, spelled out: every choice of unknown outcomes, every order.

mod atomic;
mod hand_made;
mod laws;

use crate::check::dice::Dice;

use super::{Call, Calls, Did, Found, Model, decide};

const PLENTY: u64 = 1_000_000;

/// What orders must keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    Model(Model),
    RealTime,
}

/// The definition: some of the unknown outcomes happened, and there are orders of those and of all known calls that
/// explain every read.
fn by_definition(calls: &[Call], kept: Kept) -> bool {
    let unknown: Vec<usize> = (0..calls.len()).filter(|n| calls[*n].returned.is_none()).collect();
    (0..1_u32 << unknown.len()).any(|chosen| {
        let happened: Vec<usize> = (0..calls.len())
            .filter(|n| unknown.iter().position(|u| u == n).is_none_or(|bit| chosen & 1 << bit != 0))
            .filter(|n| calls[*n].returned.is_some() || calls[*n].is_write())
            .collect();
        have_orders(calls, &happened, kept)
    })
}

fn have_orders(calls: &[Call], happened: &[usize], kept: Kept) -> bool {
    let count = calls.len();
    let mut base = vec![vec![false; count]; count];
    for a in happened {
        for b in happened {
            base[*a][*b] = match kept {
                Kept::RealTime => calls[*a].is_before(&calls[*b]),
                Kept::Model(_) => calls[*a].precedes(&calls[*b]),
            };
        }
    }
    let own = |session: u32| -> Vec<usize> {
        happened.iter().copied().filter(|n| calls[*n].is_write() || calls[*n].session == session).collect()
    };
    let mut sessions: Vec<u32> = calls.iter().map(|call| call.session).collect();
    sessions.sort_unstable();
    sessions.dedup();
    match kept {
        Kept::RealTime | Kept::Model(Model::Sequential) => has_order(calls, happened, &base),
        Kept::Model(Model::Pram) => sessions.iter().all(|session| has_order(calls, &own(*session), &base)),
        Kept::Model(Model::Causal) => {
            for read in happened {
                if let Did::Read(Some(source)) = calls[*read].did {
                    base[source as usize][*read] = true;
                }
            }
            for via in 0..count {
                for a in 0..count {
                    for b in 0..count {
                        base[a][b] |= base[a][via] && base[via][b];
                    }
                }
            }
            sessions.iter().all(|session| has_order(calls, &own(*session), &base))
        }
    }
}

/// Whether some order of `among` keeps `before` and explains its reads: every order is tried.
fn has_order(calls: &[Call], among: &[usize], before: &[Vec<bool>]) -> bool {
    fn go(calls: &[Call], left: &mut Vec<usize>, shown: &mut [Option<u32>], before: &[Vec<bool>]) -> bool {
        if left.is_empty() {
            return true;
        }
        for place in 0..left.len() {
            let call = left[place];
            // In a cycle nothing is first.
            if left.iter().any(|other| before[*other][call]) {
                continue;
            }
            let key = calls[call].key as usize;
            let old = shown[key];
            match calls[call].did {
                Did::Write => shown[key] = u32::try_from(call).ok(),
                Did::Read(source) if source == old => {}
                Did::Read(_) => continue,
            }
            left.swap_remove(place);
            let found = go(calls, left, shown, before);
            left.push(call);
            let last = left.len() - 1;
            left.swap(place, last);
            shown[key] = old;
            if found {
                return true;
            }
        }
        false
    }
    go(calls, &mut among.to_vec(), &mut [None; 8], before)
}

fn found(calls: &[Call], model: Model) -> bool {
    match decide(&Calls::whole(calls).all, model, PLENTY) {
        Found::Order => true,
        Found::None => false,
        Found::Spent => panic!("spent on {calls:?}"),
    }
}
