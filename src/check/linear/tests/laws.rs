//! Thousands of small histories, each judged by the definition and by every method; witnesses that are minimal.

use super::{
    super::{
        problem::Problem,
        search::Spent,
        witness::{Smallest, forgetful, shrink},
        zones,
    },
    *,
};

/// A small history of one kind: short intervals on few moments, so that endpoints meet.
fn history(dice: &mut Dice, which: u32) -> (Kind, Vec<Op>) {
    let moments = 3 + dice.below(9);
    let values = 2 + dice.number(3);
    let count = 1 + dice.below(6);
    let (kind, values) = match which {
        0 | 1 => (Kind::Register { initial: 0 }, values),
        2 => (Kind::Register { initial: 0 }, 100),
        3 => {
            let texts = ["", "a", "b", "ab", "ba", "aab", "aba", "abb"].map(str::to_owned).to_vec();
            (Kind::Text { texts, initial: 0 }, 8)
        }
        _ => {
            let reads = vec![vec![], vec![0], vec![1], vec![0, 1], vec![0, 2], vec![0, 1, 2]];
            let initial = if dice.below(4) == 0 { vec![0] } else { vec![] };
            (Kind::Set { reads, initial }, 6)
        }
    };
    let mut written = vec![0];
    let ops = (0..count).map(|n| {
        let invoked = dice.below(moments);
        let known = dice.below(4) != 0;
        let returned = known.then(|| invoked + dice.below(moments / 2 + 1));
        let roll = dice.below(6);
        let act = match (which, roll) {
            (0 | 3 | 4, 0..3) | (1, 0..2) => Act::Read(dice.number(values)),
            (2, 0..4) => Act::Read(written[dice.number(u32::try_from(written.len()).unwrap()) as usize]),
            (1, 2..4) => Act::Cas(dice.number(values), dice.number(values)),
            (0 | 1, _) => Act::Write(dice.number(values)),
            (2, _) => {
                let value = u32::try_from(n).unwrap() + 1;
                written.push(value);
                Act::Write(value)
            }
            (3, 3) => Act::Write(dice.number(3)),
            (3, _) => Act::Append(1 + dice.number(2)),
            (_, 3 | 4) => Act::Add(dice.number(3)),
            (_, _) => Act::Remove(dice.number(3)),
        };
        Op { act, invoked, returned }
    });
    let ops = ops.collect();
    (kind, ops)
}

fn each_small_history(mut look: impl FnMut(u64, &Kind, &[Op])) {
    for seed in 0..12_000 {
        let mut dice = Dice(seed);
        let which = u32::try_from(seed % 5).unwrap();
        let (kind, ops) = history(&mut dice, which);
        look(seed, &kind, &ops);
    }
}

#[test]
fn the_search_agrees_with_the_definition_on_thousands_of_small_histories() {
    let mut counts = [[0; 2]; 2];
    each_small_history(|seed, kind, ops| {
        let expected = by_definition(kind, ops);
        let searched = found(kind, ops, Method::Search);
        assert_eq!(searched == Found::Order, expected, "history {seed}: {ops:?}");
        let best = found(kind, ops, Method::Best);
        assert_eq!(best == Found::Order, expected, "history {seed} by zones: {ops:?}");
        let zoned = matches!(kind, Kind::Register { initial } if zones::applies(*initial, ops));
        counts[usize::from(zoned)][usize::from(expected)] += 1;
    });
    assert!(counts.iter().flatten().all(|count| *count > 1_000), "{counts:?}");
}

#[test]
fn the_first_contradiction_is_complete_at_the_return_that_is_named() {
    each_small_history(|seed, kind, ops| {
        for method in [Method::Search, Method::Best] {
            let Found::None { due } = found(kind, ops, method) else { continue };
            let by = ops[due as usize].returned.expect("a return");
            let known_by = |last: bool| -> Vec<Op> {
                let told = |n: usize, at: u64| at < by || at == by && (last || n != due as usize);
                ops.iter()
                    .enumerate()
                    .filter(|(_, op)| op.invoked <= by)
                    .map(|(n, op)| Op { returned: op.returned.filter(|at| told(n, *at)), ..*op })
                    .collect()
            };
            assert!(!by_definition(kind, &known_by(true)), "history {seed}: {ops:?}");
            // At a tie, which of the returns is named is the search's choice: judge only those that stand alone.
            if ops.iter().filter(|op| op.returned == Some(by)).count() == 1 {
                assert!(by_definition(kind, &known_by(false)), "history {seed}: {ops:?}");
            }
        }
    });
}

#[test]
fn a_witness_has_no_order_and_nothing_of_it_can_be_spared() {
    let mut sizes = [0; 8];
    each_small_history(|seed, kind, ops| {
        let Found::None { due } = found(kind, ops, Method::Best) else { return };
        let problem = Problem { kind: kind.clone(), ops: ops.to_vec() };
        let (kept, smallest) = shrink(&problem, due, 1 << 28);
        assert_eq!(smallest, Smallest::Proved);
        sizes[kept.len()] += 1;
        assert!(!by_definition(kind, &forgetful(ops, &kept)), "history {seed}: {kept:?} of {ops:?}");
        for spared in &kept {
            let rest: Vec<u32> = kept.iter().copied().filter(|op| op != spared).collect();
            assert!(
                by_definition(kind, &forgetful(ops, &rest)),
                "history {seed}: {spared} of {kept:?} can be spared in {ops:?}"
            );
        }
    });
    assert!(sizes[1] > 0 && sizes[2] > 0 && sizes[3] > 0, "{sizes:?}");
}

#[test]
fn a_spent_budget_is_no_verdict() {
    each_small_history(|seed, kind, ops| {
        let expected = if by_definition(kind, ops) { "an order" } else { "none" };
        let decided = decide(kind, ops, Allowance { steps: 3, memory: 1 << 20 }, Method::Search);
        let told = match decided.found {
            Found::Order => "an order",
            Found::None { .. } => "none",
            Found::Spent(spent) => {
                assert_eq!(spent, Spent::Steps);
                expected
            }
        };
        assert_eq!(told, expected, "history {seed}: {ops:?}");
    });
}
