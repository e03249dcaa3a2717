//! k-atomicity against its definition.

use super::{
    super::{Undecided, atomic, shrink, smallest_k},
    *,
};

/// One key, real time: every order is tried.
fn by_definition(calls: &[Call], k: usize) -> bool {
    fn go(calls: &[Call], left: &mut Vec<usize>, last: &mut Vec<Option<u32>>, k: usize) -> bool {
        if left.is_empty() {
            return true;
        }
        for place in 0..left.len() {
            let call = left[place];
            if left.iter().any(|other| calls[*other].is_before(&calls[call])) {
                continue;
            }
            let wrote = match calls[call].did {
                Did::Write => true,
                Did::Read(source) if last[last.len().saturating_sub(k)..].contains(&source) => false,
                Did::Read(_) => continue,
            };
            if wrote {
                last.push(u32::try_from(call).ok());
            }
            left.swap_remove(place);
            let found = go(calls, left, last, k);
            left.push(call);
            let end = left.len() - 1;
            left.swap(place, end);
            if wrote {
                last.pop();
            }
            if found {
                return true;
            }
        }
        false
    }
    let unknown: Vec<usize> = (0..calls.len()).filter(|n| calls[*n].returned.is_none()).collect();
    (0..1_u32 << unknown.len()).any(|chosen| {
        let mut happened: Vec<usize> = (0..calls.len())
            .filter(|n| unknown.iter().position(|u| u == n).is_none_or(|bit| chosen & 1 << bit != 0))
            .collect();
        go(calls, &mut happened, &mut vec![None], k)
    })
}

fn history(dice: &mut Dice) -> Vec<Call> {
    let count = 2 + dice.below(7);
    let mut writes = Vec::new();
    let mut now = 0;
    let calls = (0..u32::try_from(count).unwrap_or(0)).map(|place| {
        now += dice.below(3);
        let did = match dice.below(2) {
            0 => {
                writes.push(place);
                Did::Write
            }
            _ if writes.is_empty() || dice.below(5) == 0 => Did::Read(None),
            _ => Did::Read(Some(writes[dice.number(u32::try_from(writes.len()).unwrap_or(1)) as usize])),
        };
        let known = did != Did::Write || dice.below(6) != 0;
        Call { session: place, key: 0, did, invoked: now, returned: known.then(|| now + dice.below(4)) }
    });
    calls.collect()
}

#[test]
fn k_agrees_with_its_definition_on_thousands_of_small_histories() {
    let mut smallest = [0; 5];
    for seed in 0..10_000 {
        let calls = history(&mut Dice(seed));
        let judged = Calls::whole(&calls).all;
        for k in 1..=3 {
            let expected = if by_definition(&calls, k) { Found::Order } else { Found::None };
            assert_eq!(atomic(&judged, k, PLENTY), expected, "history {seed}, k = {k}: {calls:#?}");
        }
        smallest[smallest_k(&judged, 4, PLENTY).unwrap_or(0)] += 1;
    }
    assert!(smallest[1..4].iter().all(|count| *count > 100), "{smallest:?}");
}

#[test]
fn what_rules_a_k_out_has_nothing_to_spare() {
    for seed in 0..3_000 {
        let calls = history(&mut Dice(seed));
        for k in 1..=2 {
            if by_definition(&calls, k) {
                continue;
            }
            let kept = shrink(&calls, |calls| atomic(&calls.all, k, PLENTY) == Found::None);
            let without = |spared: Option<u32>| {
                let rest = |place: u32| {
                    (kept.contains(&place) && Some(place) != spared).then(|| calls[place as usize])
                };
                by_definition(&Calls::of(&calls, rest).all, k)
            };
            assert!(!without(None) && kept.iter().all(|spared| without(Some(*spared))), "history {seed}");
        }
    }
}

#[test]
fn a_read_two_writes_behind_needs_three() {
    let write =
        |invoked: u64| Call { session: 0, key: 0, did: Did::Write, invoked, returned: Some(invoked + 1) };
    let read = |source: u32| Call {
        session: 1,
        key: 0,
        did: Did::Read(Some(source)),
        invoked: 10,
        returned: Some(11),
    };
    let writes = [write(0), write(2), write(4)];
    for (source, k) in [(2, 1), (1, 2), (0, 3)] {
        let calls: Vec<Call> = writes.iter().copied().chain([read(source)]).collect();
        assert_eq!(smallest_k(&calls, 4, PLENTY), Ok(k));
    }
    let first = Call { did: Did::Read(None), ..read(0) };
    let calls: Vec<Call> = writes.iter().copied().chain([first]).collect();
    assert_eq!(smallest_k(&calls, 4, PLENTY), Ok(4));
    assert_eq!(smallest_k(&calls, 3, PLENTY), Err(Undecided::Larger));
    assert_eq!(smallest_k(&calls, 3, 1), Err(Undecided::Spent { on: 3 }));
    // Each read by itself needs two; both together three: neither order of the two writes serves both.
    let both = |invoked| Call { invoked, returned: Some(9), ..write(0) };
    let calls = [write(0), both(2), both(2), read(0), read(1), read(2)];
    assert_eq!(smallest_k(&calls, 4, PLENTY), Ok(3));
}
