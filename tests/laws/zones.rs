//! Overlap over zones (SEMANTICS §14 with the levels of §6): local quorums of one zone meet, each-quorums meet
//! local ones anywhere, and local quorums of two zones need not.

use std::cell::Cell;

use laggard::{
    action::{Command, Level, Mend},
    base::{KeyId, NodeId, Span},
    data::{Conflicts, Value},
    net::{CutShape, LinkChange, Scope},
    sim::Outcome,
};
use proptest::prelude::*;

use crate::{
    generate::{Dice, Move, any_delay, for_draws},
    overlap::judge,
    schedule::{
        all_facts, crash, found, isolate, millis, outcomes, plan_of, read, restart, two_zones, write,
    },
};

const EAST: [u16; 3] = [0, 1, 2];
const WEST: [u16; 3] = [3, 4, 5];

fn wall() -> Move {
    let zone = |nodes: [u16; 3]| nodes.map(NodeId).to_vec();
    Move::Give(Command::Cut { name: None, shape: CutShape::Groups(vec![zone(EAST), zone(WEST)]) })
}

/// A write in the east and then a read, a wall between the zones all the while; one replica of each is down.
fn behind_a_wall(written: Level, (at, asked): (u16, Level)) -> (Vec<Outcome>, Vec<Vec<String>>) {
    let mut scenario = two_zones();
    scenario.initial = vec![(KeyId(0), Value::text("old"))];
    let moves = vec![
        wall(),
        crash(2),
        crash(5),
        Move::Give(write(0, "new", written)),
        millis(3_000),
        Move::Give(read(at, asked)),
        millis(3_000),
    ];
    let facts = all_facts(&plan_of(scenario, moves));
    (outcomes(&facts), found(&facts))
}

#[test]
fn local_quorums_of_one_zone_overlap_whatever_stands_between_the_zones() {
    let (outcomes, found) = behind_a_wall(Level::LocalQuorum, (1, Level::LocalQuorum));
    assert!(matches!(outcomes[0], Outcome::Written(_)), "{outcomes:?}");
    assert_eq!(found, [["new"]]);
}

#[test]
fn local_quorums_of_two_zones_need_not_meet() {
    let (outcomes, found) = behind_a_wall(Level::LocalQuorum, (3, Level::LocalQuorum));
    assert!(matches!(outcomes[0], Outcome::Written(_)), "{outcomes:?}");
    assert_eq!(found, [["old"]], "acknowledged in the east, unknown in the west");
}

#[test]
fn an_each_quorum_is_not_acknowledged_while_a_zone_is_behind_a_wall() {
    let (outcomes, _) = behind_a_wall(Level::EachQuorum, (3, Level::LocalQuorum));
    assert_eq!(outcomes[0], Outcome::TimedOut { received: 2, required: 4 });
}

/// One replica of each zone misses the write.
#[test]
fn an_each_quorum_write_is_seen_by_local_quorums_of_every_zone_and_not_by_single_replicas() {
    let read_at = |at: u16, level| {
        let mut scenario = two_zones();
        scenario.initial = vec![(KeyId(0), Value::text("old"))];
        let moves = vec![
            crash(2),
            crash(5),
            Move::Give(write(0, "new", Level::EachQuorum)),
            millis(1_000),
            restart(2),
            restart(5),
            Move::Give(read(at, level)),
            millis(1_000),
        ];
        found(&all_facts(&plan_of(scenario, moves)))
    };
    for at in 0..6 {
        assert_eq!(read_at(at, Level::LocalQuorum), [["new"]], "at {at}");
    }
    for at in [2, 5] {
        assert_eq!(read_at(at, Level::LocalOne), [["old"]], "one replica is no quorum of its zone");
    }
}

/// Where the reader stands, the writer being in the east.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    InTheEast,
    InTheWest,
    Anywhere,
}

/// Random schedules of one key under walls, cuts and crashes: the pairs of a write and a later read that were
/// judged, whether all of them overlap by the book, and those that were missed.
fn tried((written, asked): (Level, Level), reader: Reader, seed: u64) -> (usize, bool, usize) {
    let (pairs, overlap, missed) = (Cell::new(0), Cell::new(true), Cell::new(0));
    for_draws(40, seed, &prop::collection::vec(any::<u16>(), 160), |draws| {
        let mut dice = Dice::new(&draws);
        let mut scenario = two_zones();
        scenario.settings.conflicts = [Conflicts::LastWriteWins, Conflicts::Siblings][dice.below(2)];
        scenario.settings.timeout = Span::millis(400);
        scenario.initial = vec![(KeyId(0), Value::text("old"))];
        scenario.network.change(Scope::All, &LinkChange::Delay(any_delay(&mut dice)));
        let mut moves = Vec::new();
        for number in 0..30 {
            moves.push(Move::Advance(Span::micros(1 + 1_000 * dice.below(300) as u64)));
            let writer = EAST[dice.below(3)];
            let (east, west) = (EAST[dice.below(3)], WEST[dice.below(3)]);
            let either = [east, west][dice.below(2)];
            let reader = match reader {
                Reader::InTheEast => east,
                Reader::InTheWest => west,
                Reader::Anywhere => either,
            };
            moves.push(match dice.below(12) {
                0..=2 => Move::Give(write(writer, &format!("v{number}"), written)),
                3..=5 => Move::Give(read(reader, asked)),
                6 => wall(),
                7 => crash(either),
                8 => restart(either),
                9 | 10 => isolate(either),
                _ => Move::Give(Command::Heal(Mend::All)),
            });
        }
        moves.push(millis(2_000));
        let facts = all_facts(&plan_of(scenario.clone(), moves));
        let judged = judge(&facts, &scenario, |write, read| {
            overlap.set(overlap.get() && scenario.settings.overlap(write.block_for, read.block_for));
            true
        });
        pairs.set(pairs.get() + judged.pairs);
        missed.set(missed.get() + judged.missed.len());
        Ok(())
    });
    (pairs.get(), overlap.get(), missed.get())
}

#[test]
fn levels_that_overlap_over_zones_miss_nothing() {
    use Level::{All, EachQuorum, LocalOne, LocalQuorum, Quorum};
    for (seed, (levels, reader)) in (300..).zip([
        ((LocalQuorum, LocalQuorum), Reader::InTheEast),
        ((EachQuorum, LocalQuorum), Reader::Anywhere),
        ((LocalQuorum, EachQuorum), Reader::Anywhere),
        ((EachQuorum, EachQuorum), Reader::Anywhere),
        ((Quorum, Quorum), Reader::Anywhere),
        ((EachQuorum, Quorum), Reader::Anywhere),
        ((All, LocalOne), Reader::Anywhere),
    ]) {
        let (pairs, overlap, missed) = tried(levels, reader, seed);
        assert!(overlap && pairs > 20, "{levels:?}: {pairs} pairs");
        assert_eq!(missed, 0, "{levels:?}, the reader {reader:?}");
    }
}

#[test]
fn levels_that_do_not_overlap_over_zones_miss_something() {
    use Level::{EachQuorum, LocalOne, LocalQuorum};
    for (seed, (levels, reader)) in (320..).zip([
        ((LocalQuorum, LocalQuorum), Reader::InTheWest),
        ((EachQuorum, LocalOne), Reader::Anywhere),
        ((LocalOne, LocalQuorum), Reader::InTheEast),
    ]) {
        let (pairs, overlap, missed) = tried(levels, reader, seed);
        assert!(!overlap && pairs > 20, "{levels:?}: {pairs} pairs");
        assert!(missed > 0, "{levels:?}, the reader {reader:?}: none of {pairs}");
    }
}
