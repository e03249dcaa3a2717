//! Thousands of small histories, each judged by the definitions and by the quick methods.

use super::{super::shrink, *};

/// A small history: sessions that do one thing after the other, or now and then two at a time; short intervals on few
/// moments, so that endpoints meet; some outcomes unknown.
fn history(dice: &mut Dice) -> Vec<Call> {
    let (sessions, keys, count) = (2 + dice.number(3), 1 + dice.number(2), 2 + dice.below(7));
    let overlapping = dice.below(4) == 0;
    let mut free = [0_u64; 4];
    let mut calls: Vec<Call> = Vec::new();
    for _ in 0..count {
        let (session, key) = (dice.number(sessions), dice.number(keys));
        let own = &mut free[session as usize];
        let invoked = *own + dice.below(3);
        let returned = (dice.below(6) != 0).then(|| invoked + dice.below(4));
        *own = if overlapping { invoked + 1 } else { returned.unwrap_or(invoked) + 1 };
        let writes: Vec<u32> = (0..)
            .zip(&calls)
            .filter(|(_, call)| call.is_write() && call.key == key)
            .map(|(place, _)| place)
            .collect();
        let did = match dice.below(5) {
            0 | 1 => Did::Write,
            2 => Did::Read(None),
            _ => {
                Did::Read(writes.get(usize::try_from(dice.below(4)).unwrap_or(0)).or(writes.last()).copied())
            }
        };
        calls.push(Call { session, key, did, invoked, returned });
    }
    calls
}

fn each_small_history(mut look: impl FnMut(u64, &[Call])) {
    for seed in 0..10_000 {
        look(seed, &history(&mut Dice(seed)));
    }
}

#[test]
fn every_model_agrees_with_its_definition_on_thousands_of_small_histories() {
    let mut counts = [[0; 2]; 3];
    each_small_history(|seed, calls| {
        for (place, model) in Model::ALL.into_iter().enumerate() {
            let expected = by_definition(calls, Kept::Model(model));
            assert_eq!(found(calls, model), expected, "history {seed}, {model:?}: {calls:#?}");
            counts[place][usize::from(expected)] += 1;
        }
    });
    assert!(counts.iter().flatten().all(|count| *count > 1_000), "{counts:?}");
}

#[test]
fn what_holds_of_a_stronger_model_holds_of_every_weaker_one() {
    let mut told_apart = [0; 3];
    each_small_history(|seed, calls| {
        let verdicts = [
            found(calls, Model::Pram),
            found(calls, Model::Causal),
            found(calls, Model::Sequential),
            by_definition(calls, Kept::RealTime),
        ];
        for (place, pair) in verdicts.windows(2).enumerate() {
            assert!(pair[0] || !pair[1], "history {seed}: {verdicts:?} of {calls:#?}");
            told_apart[place] += usize::from(pair[0] && !pair[1]);
        }
    });
    // What tells causal from PRAM needs more calls than chance strings together: it is made by hand.
    assert!(told_apart[1..].iter().all(|count| *count > 10), "{told_apart:?}");
}

#[test]
fn a_violation_is_shown_by_calls_of_which_none_can_be_spared() {
    let mut sizes = [0; 10];
    each_small_history(|seed, calls| {
        for model in Model::ALL {
            if found(calls, model) {
                continue;
            }
            let violated = |calls: &Calls| decide(&calls.all, model, PLENTY) == Found::None;
            let kept = shrink(calls, violated);
            sizes[kept.len()] += 1;
            let without = |spared: Option<u32>| {
                let rest = |place: u32| {
                    (kept.contains(&place) && Some(place) != spared).then(|| calls[place as usize])
                };
                Calls::of(calls, rest)
            };
            let definition = |calls: &Calls| by_definition(&calls.all, Kept::Model(model));
            assert!(!definition(&without(None)), "history {seed}: {kept:?} of {calls:#?}");
            for spared in &kept {
                assert!(definition(&without(Some(*spared))), "history {seed}: {spared} of {kept:?}");
            }
        }
    });
    assert!(sizes[2] > 0 && sizes[3] > 0 && sizes[4] > 0, "{sizes:?}");
}

#[test]
fn a_spent_budget_is_no_verdict() {
    let mut spent = 0;
    each_small_history(|seed, calls| {
        let calls = Calls::whole(calls).all;
        for model in Model::ALL {
            match decide(&calls, model, 1) {
                Found::Spent => spent += 1,
                told => assert_eq!(told, decide(&calls, model, PLENTY), "history {seed}"),
            }
        }
    });
    assert!(spent > 1_000, "{spent}");
}
