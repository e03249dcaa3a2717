//! Operations of unknown outcome that no answer can depend on: a search may pretend they never were. One is left out
//! only if every order that has it stays an order without it.

use super::problem::{Act, Kind, Op};

/// Texts are searched for pieces only as long as their parts are no more than this.
const MOST_COMPARED: usize = 1 << 22;

/// Leaves out unknown outcomes that nothing observed; gives which operations stay.
pub(super) fn relevant(kind: &Kind, ops: &[Op]) -> Vec<bool> {
    let mut stays: Vec<bool> = ops.iter().map(|op| op.returned.is_some()).collect();
    match kind {
        Kind::Register { .. } => registers(ops, &mut stays),
        Kind::Text { texts, .. } => strings(ops, texts, &mut stays),
        Kind::Set { reads, initial } => sets(ops, reads, initial, &mut stays),
    }
    stays
}

/// What would leave a value nobody saw is followed by a write, or by the end: without it nothing else changes. A
/// `cas` to a value that is seen makes the value it starts from one that is seen.
fn registers(ops: &[Op], stays: &mut [bool]) {
    let most = ops.iter().map(|op| match op.act {
        Act::Read(value) | Act::Write(value) => value,
        Act::Cas(from, to) => from.max(to),
        Act::Append(_) | Act::Add(_) | Act::Remove(_) => 0,
    });
    let mut seen = vec![false; most.max().map_or(0, |most| most as usize + 1)];
    for op in ops.iter().filter(|op| op.returned.is_some()) {
        if let Act::Read(value) | Act::Cas(value, _) = op.act {
            seen[value as usize] = true;
        }
    }
    let mut open: Vec<usize> = (0..ops.len()).filter(|n| ops[*n].returned.is_none()).collect();
    loop {
        let before = open.len();
        open.retain(|n| {
            let needed = match ops[*n].act {
                Act::Write(to) | Act::Cas(_, to) => seen[to as usize],
                Act::Read(_) | Act::Append(_) | Act::Add(_) | Act::Remove(_) => false,
            };
            if needed {
                stays[*n] = true;
                if let Act::Cas(from, _) = ops[*n].act {
                    seen[from as usize] = true;
                }
            }
            !needed
        });
        if open.len() == before {
            return;
        }
    }
}

/// A text that nobody saw as part of what they read was gone, or not there yet, whenever somebody looked.
fn strings(ops: &[Op], texts: &[String], stays: &mut [bool]) {
    let mut seen: Vec<&str> = Vec::new();
    for op in ops.iter().filter(|op| op.returned.is_some()) {
        if let Act::Read(value) | Act::Cas(value, _) = op.act {
            seen.push(&texts[value as usize]);
        }
    }
    seen.sort_unstable();
    seen.dedup();
    let open = || ops.iter().enumerate().filter(|(_, op)| op.returned.is_none());
    let piece = |op: &Op| match op.act {
        Act::Append(text) | Act::Write(text) => Some(texts[text as usize].as_bytes()),
        Act::Read(_) | Act::Cas(..) | Act::Add(_) | Act::Remove(_) => None,
    };
    // All parts of one length of what was seen, for each length that is asked for.
    let mut parts: std::collections::BTreeMap<usize, Option<Vec<&[u8]>>> =
        open().filter_map(|(_, op)| piece(op)).map(|piece| (piece.len(), None)).collect();
    let whole: usize = seen.iter().map(|text| text.len()).sum();
    if whole.saturating_mul(parts.len()) > MOST_COMPARED {
        for (n, op) in open() {
            stays[n] = !op.act.is_read();
        }
        return;
    }
    let mut is_part = |piece: &[u8]| {
        let length = piece.len();
        let parts = parts.entry(length).or_default().get_or_insert_with(|| {
            let mut parts: Vec<&[u8]> =
                seen.iter().flat_map(|text| text.as_bytes().windows(length.max(1))).collect();
            parts.sort_unstable();
            parts.dedup();
            parts
        });
        length == 0 || parts.binary_search(&piece).is_ok()
    };
    for (n, op) in ops.iter().enumerate().filter(|(_, op)| op.returned.is_none()) {
        stays[n] = match op.act {
            Act::Append(text) => !texts[text as usize].is_empty() && is_part(texts[text as usize].as_bytes()),
            Act::Write(text) => is_part(texts[text as usize].as_bytes()),
            Act::Cas(..) => true,
            Act::Read(_) | Act::Add(_) | Act::Remove(_) => false,
        };
    }
}

/// A member that no read has may be left alone; so may the removal of one that every read has.
fn sets(ops: &[Op], reads: &[Vec<u32>], initial: &[u32], stays: &mut [bool]) {
    let observed: Vec<&[u32]> = ops
        .iter()
        .filter(|op| op.returned.is_some())
        .filter_map(|op| match op.act {
            Act::Read(read) => Some(&*reads[read as usize]),
            Act::Write(_) | Act::Cas(..) | Act::Append(_) | Act::Add(_) | Act::Remove(_) => None,
        })
        .collect();
    let mut present: Vec<u32> = observed.iter().copied().flatten().copied().collect();
    present.sort_unstable();
    present.dedup();
    let mut added: Vec<u32> = initial.to_vec();
    added.extend(ops.iter().filter_map(|op| match op.act {
        Act::Add(member) => Some(member),
        Act::Read(_) | Act::Write(_) | Act::Cas(..) | Act::Append(_) | Act::Remove(_) => None,
    }));
    added.sort_unstable();
    for (n, op) in ops.iter().enumerate().filter(|(_, op)| op.returned.is_none()) {
        stays[n] = match op.act {
            Act::Add(member) => present.binary_search(&member).is_ok(),
            Act::Remove(member) => {
                added.binary_search(&member).is_ok()
                    && observed.iter().any(|read| read.binary_search(&member).is_err())
            }
            Act::Read(_) | Act::Write(_) | Act::Cas(..) | Act::Append(_) => false,
        };
    }
}
