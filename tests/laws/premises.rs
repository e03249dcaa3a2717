//! The premises of the law of overlap, one by one, on random schedules: with all of them no acknowledged write is
//! missed; with any one given up, and every other kept, some are. (By hand: `overlap`.)

use std::cell::Cell;

use laggard::{
    action::{
        Act, Command, Context, Copies, Durability, HintRules, Level, Mend, Quorum, Setting, TombstoneRules,
    },
    base::{KeyId, NodeId, Span},
    data::{Held, Value},
    net::{Delay, LinkChange, Scope},
    scenario::Scenario,
    sim::{Fact, What},
};
use proptest::prelude::*;

use crate::{
    generate::{Dice, Move, for_draws, meets},
    overlap::judge,
    schedule::{all_facts, as_set, ask, crash, isolate, plan_of, read, restart, rules, write},
};

/// What the law takes for granted, beside levels that overlap at every moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Premise {
    /// Only the replicas of a key count.
    StrictQuorums,
    /// Clocks are exact, and so stamps in real-time order.
    ExactClocks,
    /// What was acknowledged outlives a crash.
    DurableWrites,
    /// No disk is lost.
    KeptDisks,
    SameCopies,
    SameLevels,
    /// What was deleted is remembered for ever.
    KeptTombstones,
}

const PREMISES: [Premise; 7] = [
    Premise::StrictQuorums,
    Premise::ExactClocks,
    Premise::DurableWrites,
    Premise::KeptDisks,
    Premise::SameCopies,
    Premise::SameLevels,
    Premise::KeptTombstones,
];

const REPLICAS: usize = 5;

/// N = 3 of five replicas, quorums, nothing that repairs; and what makes the one premise untrue.
fn cluster(without: Option<Premise>) -> Scenario {
    let mut scenario = Scenario::of(REPLICAS);
    scenario.settings.set_copies(&Copies::InAll(3));
    (scenario.settings.write, scenario.settings.read) = (Level::Quorum, Level::Quorum);
    scenario.settings.timeout = Span::millis(300);
    scenario.initial = vec![(KeyId(0), Value::text("old"))];
    scenario.network.change(Scope::All, &LinkChange::Delay(Delay::Exponential { mean: Span::millis(20) }));
    let policy = rules(&mut scenario);
    match without {
        Some(Premise::StrictQuorums) => {
            policy.quorum = Quorum::Sloppy;
            policy.hints = Some(HintRules { replay_every: Span::millis(700), ..HintRules::USUAL });
        }
        Some(Premise::ExactClocks) => {
            for (index, replica) in (0_i64..).zip(&mut scenario.replicas) {
                replica.skew = index * 400_000_000;
            }
        }
        Some(Premise::DurableWrites) => policy.durability = Durability::Snapshot { every: Span::secs(3) },
        Some(Premise::KeptTombstones) => {
            let grace = Span::millis(500);
            policy.tombstones = Some(TombstoneRules { gc_grace: grace, compact_every: Span::millis(100) });
        }
        Some(Premise::KeptDisks | Premise::SameCopies | Premise::SameLevels) | None => {}
    }
    scenario
}

/// One move of a random schedule; nothing where it would break a premise other than the one given up.
fn any_move(dice: &mut Dice<'_>, number: usize, without: Option<Premise>) -> Vec<Move> {
    let at = u16::try_from(dice.below(REPLICAS)).expect("few");
    let choice = dice.below(3);
    let commands = match dice.below(20) {
        0..=4 => vec![as_set(write(at, &format!("v{number}"), Level::One))],
        5..=9 => vec![as_set(read(at, Level::One))],
        10 => {
            let delete = Act::Write { value: Value::Tombstone, context: Context::Last, stamp: None };
            vec![as_set(ask(at, delete, Level::One))]
        }
        11 => return vec![isolate(at)],
        12 | 13 => vec![Command::Heal(Mend::All)],
        14 | 15 => return vec![crash(at)],
        16 | 17 => return (0..5).map(restart).collect(),
        18 | 19 if without == Some(Premise::KeptDisks) => {
            vec![Command::Destroy(NodeId(at)), Command::Restart(NodeId(at))]
        }
        19 if without == Some(Premise::SameCopies) => {
            vec![Command::Set(Setting::Copies(Copies::InAll([1, 3, 5][choice])))]
        }
        19 if without == Some(Premise::SameLevels) => {
            // Each pair overlaps: 1 + 3, 3 + 1, 2 + 2 of three.
            let (written, asked) =
                [(Level::One, Level::All), (Level::All, Level::One), (Level::Quorum, Level::Quorum)][choice];
            vec![Command::Set(Setting::WriteLevel(written)), Command::Set(Setting::ReadLevel(asked))]
        }
        _ => Vec::new(),
    };
    commands.into_iter().map(Move::Give).collect()
}

fn schedule(draws: &[Vec<u16>], without: Option<Premise>) -> Vec<Move> {
    let mut moves = Vec::new();
    for (number, draws) in draws.iter().enumerate() {
        let mut dice = Dice::new(draws);
        // A microsecond at least, so that no two writes have one stamp.
        moves.push(Move::Advance(Span::micros(1 + 5_000 * dice.below(40) as u64)));
        moves.extend(any_move(&mut dice, number, without));
    }
    moves.push(Move::Advance(Span::secs(1)));
    moves
}

/// Pairs that were judged, and those that were missed. Whoever finds nothing where something was deleted finds
/// what a delete leaves.
fn judged(facts: &[Fact], scenario: &Scenario) -> (usize, usize) {
    let is_delete = |fact: &Fact| match &fact.what {
        What::Accepted { version, .. } => version.value.is_tombstone(),
        _ => false,
    };
    let deleted = facts.iter().any(is_delete);
    let judged = judge(facts, scenario, |_, read| !(deleted && read.found == Some(Held::Nothing)));
    (judged.pairs, judged.missed.len())
}

/// Over fixed random schedules without this premise: pairs that were judged, and those that were missed.
fn tried(without: Option<Premise>, cases: u32) -> (usize, usize) {
    let (pairs, missed) = (Cell::new(0), Cell::new(0));
    let draws = prop::collection::vec(prop::collection::vec(any::<u16>(), 5), 60);
    for_draws(cases, 40, &draws, |draws| {
        let scenario = cluster(without);
        let facts = all_facts(&plan_of(scenario.clone(), schedule(&draws, without)));
        let (more, unseen) = judged(&facts, &scenario);
        pairs.set(pairs.get() + more);
        missed.set(missed.get() + unseen);
        Ok(())
    });
    (pairs.get(), missed.get())
}

#[test]
fn with_every_premise_of_overlap_nothing_is_missed() {
    let (pairs, missed) = tried(None, 200);
    assert!(pairs > 3_000, "only {pairs} pairs were judged");
    assert_eq!(missed, 0);
}

#[test]
fn without_any_one_premise_of_overlap_something_is_missed() {
    for premise in PREMISES {
        let (pairs, missed) = tried(Some(premise), 60);
        assert!(missed >= meets(1, 0), "{premise:?} is given up, and none of {pairs} pairs is missed");
    }
}
