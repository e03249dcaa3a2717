//! Registers in which no value is written twice: linearizable or not, told from intervals alone in n log n.
//!
//! The write of a value and the reads of it form a cluster, whose operations must stand together in any order. A
//! cluster must come before another if one of it returned before one of the other was invoked; two clusters of which
//! each must come before the other show a violation, and without such a pair, and without a read that returned
//! before its write was invoked, there is an order (Gibbons and Korach, "Testing Shared Memories", 1997, §4).

use super::problem::{Act, Op};

/// One value's cluster.
#[derive(Debug, Clone, Copy)]
struct Zone {
    /// The earliest return.
    first_return: u64,
    /// The latest invocation.
    last_call: u64,
    written: Option<u64>,
    /// The earliest return of a read; the last moment of all if nobody read it.
    earliest_read: u64,
    /// Whether something of it surely happened.
    real: bool,
}

const EMPTY: Zone =
    Zone { first_return: u64::MAX, last_call: 0, written: None, earliest_read: u64::MAX, real: false };

/// Whether each value is written at most once and none is the initial one, with nothing but reads and writes.
pub(super) fn applies(initial: u32, ops: &[Op]) -> bool {
    let mut written = vec![initial];
    for op in ops {
        match op.act {
            Act::Write(value) => written.push(value),
            Act::Read(_) => {}
            Act::Cas(..) | Act::Append(_) | Act::Add(_) | Act::Remove(_) => return false,
        }
    }
    written.sort_unstable();
    written.windows(2).all(|pair| pair[0] != pair[1])
}

/// Whether there is an order. Only if [`applies`].
pub(super) fn is_linearizable(initial: u32, ops: &[Op]) -> bool {
    has_order(initial, ops, u64::MAX)
}

/// The operation at whose return the first contradiction is complete: there is an order of what happened before it.
/// Only if [`applies`] and there is no order of the whole.
pub(super) fn first_contradiction(initial: u32, ops: &[Op]) -> u32 {
    let mut due: Vec<u32> = (0..).take(ops.len()).collect();
    due.retain(|op| ops[*op as usize].returned.is_some());
    due.sort_by_key(|op| (ops[*op as usize].returned, ops[*op as usize].invoked));
    let by = |op: u32| ops[op as usize].returned.unwrap_or(u64::MAX);
    let place = due.partition_point(|op| has_order(initial, ops, by(*op)));
    due.get(place).or(due.last()).copied().unwrap_or(0)
}

/// Whether there is an order of what had happened by `now`: later returns are not known yet.
fn has_order(initial: u32, ops: &[Op], now: u64) -> bool {
    let zones = zones(initial, ops, now);
    if zones
        .iter()
        .any(|zone| zone.earliest_read < u64::MAX && zone.written.is_none_or(|at| zone.earliest_read < at))
    {
        return false;
    }
    let (mut forward, backward): (Vec<Zone>, Vec<Zone>) =
        zones.into_iter().filter(|zone| zone.real).partition(|zone| zone.first_return < zone.last_call);
    forward.sort_unstable_by_key(|zone| zone.first_return);
    if forward.windows(2).any(|pair| pair[1].first_return < pair[0].last_call) {
        return false;
    }
    !backward.iter().any(|inner| {
        let before = forward.partition_point(|zone| zone.first_return < inner.last_call);
        before > 0 && inner.first_return < forward[before - 1].last_call
    })
}

fn zones(initial: u32, ops: &[Op], now: u64) -> Vec<Zone> {
    let mut zones: Vec<Zone> = Vec::new();
    let at = |zones: &mut Vec<Zone>, value: u32| {
        let value = value as usize;
        if zones.len() <= value {
            zones.resize(value + 1, EMPTY);
        }
        value
    };
    let first = at(&mut zones, initial);
    zones[first] = Zone { first_return: 0, written: Some(0), real: true, ..EMPTY };
    for op in ops.iter().filter(|op| op.invoked <= now) {
        // Moments are shifted by one, so that the initial value was there before all.
        let invoked = op.invoked.saturating_add(1);
        let returned = op.returned.filter(|returned| *returned <= now).map(|at| at.saturating_add(1));
        match (op.act, returned) {
            (Act::Read(value), Some(returned)) => {
                let place = at(&mut zones, value);
                let zone = &mut zones[place];
                zone.first_return = zone.first_return.min(returned);
                zone.last_call = zone.last_call.max(invoked);
                zone.earliest_read = zone.earliest_read.min(returned);
                zone.real = true;
            }
            (Act::Write(value), returned) => {
                let place = at(&mut zones, value);
                let zone = &mut zones[place];
                zone.first_return = zone.first_return.min(returned.unwrap_or(u64::MAX));
                zone.last_call = zone.last_call.max(invoked);
                zone.written = Some(invoked);
                zone.real |= returned.is_some();
            }
            (Act::Read(_) | Act::Cas(..) | Act::Append(_) | Act::Add(_) | Act::Remove(_), _) => {}
        }
    }
    zones
}
