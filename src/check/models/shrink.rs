//! The fewest calls that show a violation: first the shortest beginning of the history that does, then fewer and fewer
//! of it, until without any one of them the rest shows nothing.

use super::calls::{Call, Calls};

/// Places in `all`, by invocation. `is_violated` says whether calls show a violation; what more of them show, fewer need
/// not, and never the other way round. It holds for all of them.
pub(crate) fn shrink(all: &[Call], mut is_violated: impl FnMut(&Calls) -> bool) -> Vec<u32> {
    let mut moments: Vec<u64> = all.iter().filter_map(|call| call.returned).collect();
    moments.sort_unstable();
    moments.dedup();
    let first = moments
        .partition_point(|now| !is_violated(&Calls::of(all, |place| all[place as usize].known_at(*now))));
    let now = moments.get(first).copied().unwrap_or(u64::MAX);
    let known: Vec<Option<Call>> = all.iter().map(|call| call.known_at(now)).collect();
    let beginning = Calls::of(all, |place| known[place as usize]);
    let mut kept = beginning.places;
    let mut chunk = kept.len().div_ceil(2).max(1);
    loop {
        let mut at = 0;
        while at < kept.len() {
            let end = (at + chunk).min(kept.len());
            let rest: Vec<u32> = kept[..at].iter().chain(&kept[end..]).copied().collect();
            let calls =
                Calls::of(all, |place| known[place as usize].filter(|_| rest.binary_search(&place).is_ok()));
            if is_violated(&calls) {
                // With it went what tells nothing without it.
                kept = calls.places;
            } else {
                at = end;
            }
        }
        if chunk == 1 {
            break;
        }
        chunk = chunk.div_ceil(2);
    }
    kept.sort_by_key(|place| (all[*place as usize].invoked, *place));
    kept
}
