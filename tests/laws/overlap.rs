//! The law of overlapping quorums (SEMANTICS §14, "Overlap"), and what breaks it once a premise is given up.

use laggard::{
    action::{
        Act, Command, Context, Copies, Durability, HintRules, Level, Mend, Quorum, Setting, TombstoneRules,
    },
    base::{KeyId, NodeId, Ppm, Span, WriteId},
    data::{Clocks, Conflicts, Held, Value, Version},
    net::{CutShape, Delay, LinkProfile, Network},
    scenario::Scenario,
    sim::{Fact, Outcome, What},
};
use proptest::prelude::*;

use crate::{
    generate::{Move, Plan, durable, for_plans},
    schedule::{
        Operation, all_facts, as_set, ask, crash, found, isolate, millis, operations, operations_of,
        outcomes, owners, plan_of, read, restart, rules, two_zones, write,
    },
};

/// What became of the pairs of an acknowledged write and a read that began later.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    pub(crate) pairs: usize,
    /// Those where the read found nothing but older values.
    pub(crate) missed: Vec<(Operation, Operation)>,
}

/// Pairs of an acknowledged write and a later read that misses it; only those that overlap.
pub(crate) fn misses(facts: &[Fact], scenario: &Scenario) -> Vec<(Operation, Operation)> {
    judge(facts, scenario, |write, read| scenario.settings.overlap(write.block_for, read.block_for)).missed
}

/// Judges the pairs of a write and a read that `counts` picks.
pub(crate) fn judge(
    facts: &[Fact],
    scenario: &Scenario,
    counts: impl Fn(&Operation, &Operation) -> bool,
) -> Judged {
    let (settings, topology) = (&scenario.settings, scenario.topology());
    let operations = operations_of(facts, |level, node| settings.block_for(level, topology.zone_of(node)));
    let accepted = |id: WriteId| {
        let mine = |o: &&Operation| o.version.as_ref().is_some_and(|v| v.id == id);
        operations.values().find(mine).map_or(0, |o| o.stamped)
    };
    let mut judged = Judged::default();
    for read in operations.values().filter(|o| o.found.is_some()) {
        for write in operations.values().filter(|o| o.version.is_some() && o.key == read.key) {
            let before = write.answered.is_some_and(|acked| acked < read.asked);
            if !before || !counts(write, read) {
                continue;
            }
            let (Some(version), Some(found)) = (&write.version, &read.found) else { continue };
            let includes = |v: &Version| v.id == version.id || v.context.covers(version.dot);
            let merges = settings.kind(read.key).is_state();
            let fresh = found.versions().iter().any(|v| match settings.conflicts_of(read.key) {
                _ if merges => includes(v),
                // Nothing older in real time, which is not for stamps to say.
                Conflicts::LastWriteWins => accepted(v.id) >= write.asked,
                Conflicts::Siblings | Conflicts::VectorSiblings | Conflicts::LogOrder => includes(v),
            });
            judged.pairs += 1;
            if !fresh {
                judged.missed.push((write.clone(), read.clone()));
            }
        }
    }
    judged
}

/// Exact clocks, stamps that are unique and in real-time order, strict quorums, and N unchanged.
pub(crate) fn exact(mut plan: Plan) -> Plan {
    plan.scenario.settings.leaderless_mut().expect("leaderless").quorum = Quorum::Strict;
    plan.scenario.settings.clocks = Clocks::Physical;
    for replica in &mut plan.scenario.replicas {
        (replica.skew, replica.drift) = (0, 0);
    }
    let mut moves = Vec::new();
    for step in plan.moves {
        match step {
            Move::Give(Command::Skew { .. } | Command::Set(Setting::Copies(_))) => {}
            Move::Give(Command::Submit(mut ask)) => {
                if let Act::Write { stamp, .. } = &mut ask.act {
                    *stamp = None;
                }
                // A microsecond of its own for each write.
                moves.push(Move::Advance(Span::micros(1)));
                moves.push(Move::Give(Command::Submit(ask)));
            }
            other => moves.push(other),
        }
    }
    Plan { moves, ..plan }
}

#[test]
fn where_read_and_write_sets_overlap_no_read_misses_an_acknowledged_write() {
    for_plans(300, 20, 80, |plan| {
        let plan = exact(durable(plan));
        let missed = misses(&all_facts(&plan), &plan.scenario);
        prop_assert!(missed.is_empty(), "{:?}", missed[0]);
        Ok(())
    });
}

#[test]
fn where_they_do_not_overlap_a_read_may_miss_one() {
    let moves = vec![
        Move::Give(Command::Cut { name: None, shape: CutShape::Isolate(NodeId(2)) }),
        Move::Give(write(0, "jam", Level::Two)),
        millis(500),
        Move::Give(read(2, Level::One)),
    ];
    let facts = all_facts(&plan_of(Scenario::of(3), moves));
    let found: Vec<_> = operations(&facts).into_values().filter_map(|o| o.found).collect();
    assert_eq!(found, [Held::Nothing], "2 + 1 replicas of 3 need not meet");
}

#[test]
fn a_skewed_clock_breaks_overlap_under_last_write_wins() {
    let mut scenario = Scenario::of(3);
    scenario.replicas[0].skew = 1_000_000_000;
    let moves = vec![
        Move::Give(write(0, "old", Level::Quorum)),
        millis(500),
        Move::Give(write(1, "new", Level::Quorum)),
        millis(400),
        Move::Give(read(2, Level::Quorum)),
        millis(400),
    ];
    let facts = all_facts(&plan_of(scenario.clone(), moves));
    let missed = misses(&facts, &scenario);
    assert_eq!(missed.len(), 1, "the clock that is ahead wins against the newer write");
}

#[test]
fn partial_writes_break_monotony_but_not_overlap() {
    let mut scenario = Scenario::of(3);
    scenario.initial = vec![(KeyId(0), Value::text("old"))];
    let moves = vec![
        Move::Give(Command::Cut { name: None, shape: CutShape::Isolate(NodeId(0)) }),
        Move::Give(write(0, "partial", Level::Quorum)),
        millis(3_000),
        Move::Give(Command::Heal(Mend::All)),
        // The coordinator of the partial write answers one quorum, the other two the next.
        Move::Give(read(0, Level::Quorum)),
        millis(1_000),
        Move::Give(Command::Crash(NodeId(0))),
        Move::Give(read(1, Level::Quorum)),
        millis(1_000),
    ];
    let facts = all_facts(&plan_of(scenario.clone(), moves));
    assert!(misses(&facts, &scenario).is_empty());
    let values: Vec<String> = operations(&facts)
        .into_values()
        .filter_map(|o| o.found)
        .map(|held| held.versions()[0].value.to_string())
        .collect();
    assert_eq!(values, ["partial", "old"], "a later read returns an older value");
}

#[test]
fn an_acknowledgement_counts_once_however_often_it_arrives() {
    let mut scenario = Scenario::of(4);
    let mut profile = LinkProfile::plain(Delay::Fixed(Span::millis(10)));
    profile.duplicate = Ppm::ALWAYS;
    scenario.network = Network::new(4, profile);
    let moves = vec![
        Move::Give(Command::Cut { name: None, shape: CutShape::Groups(vec![vec![NodeId(0), NodeId(1)]]) }),
        Move::Give(write(0, "jam", Level::Three)),
        Move::Give(read(0, Level::Three)),
        millis(5_000),
    ];
    let facts = all_facts(&plan_of(scenario, moves));
    let outcomes: Vec<&Outcome> = facts
        .iter()
        .filter_map(|fact| if let What::Answered { outcome, .. } = &fact.what { Some(outcome) } else { None })
        .collect();
    let late = &Outcome::TimedOut { received: 2, required: 3 };
    assert_eq!(outcomes, [late, late], "two replicas of four are no three, even if one answers twice");
}

/// Both quorums are majorities of three, yet they share nobody.
#[test]
fn sloppy_quorums_break_overlap() {
    let with = |quorum| {
        let mut scenario = Scenario::of(5);
        scenario.settings.copies = 3;
        scenario.initial = vec![(KeyId(0), Value::text("old"))];
        rules(&mut scenario).quorum = quorum;
        rules(&mut scenario).hints = Some(HintRules::USUAL);
        let (replicas, others) = owners(&scenario);
        let moves = vec![
            crash(replicas[1]),
            crash(replicas[2]),
            Move::Give(write(replicas[0], "new", Level::Quorum)),
            millis(1_000),
            // Now the two that missed it are up, and those that took it are not.
            restart(replicas[1]),
            restart(replicas[2]),
            crash(replicas[0]),
            crash(others[0]),
            crash(others[1]),
            Move::Give(read(replicas[1], Level::Quorum)),
            millis(1_000),
        ];
        (all_facts(&plan_of(scenario.clone(), moves)), scenario)
    };
    let (facts, scenario) = with(Quorum::Sloppy);
    assert_eq!(misses(&facts, &scenario).len(), 1, "{:?}", outcomes(&facts));
    let (facts, scenario) = with(Quorum::Strict);
    assert!(misses(&facts, &scenario).is_empty());
    assert_eq!(outcomes(&facts)[0], Outcome::Unavailable { required: 2, alive: 1 });
}

/// A key on four replicas whose N changes, and the newest write before that.
#[test]
fn a_changed_n_breaks_overlap() {
    let with = |copies: u16| {
        let mut scenario = Scenario::of(4);
        scenario.settings.copies = copies;
        let (replicas, _) = owners(&scenario);
        let moves = vec![
            Move::Give(write(replicas[0], "jam", Level::All)),
            millis(500),
            Move::Give(Command::Set(Setting::Copies(Copies::InAll(4)))),
            isolate(replicas[0]),
            Move::Give(read((replicas[0] + 1) % 4, Level::Three)),
            millis(1_000),
        ];
        found(&all_facts(&plan_of(scenario, moves)))
    };
    assert_eq!(with(1), [Vec::<String>::new()], "all of one are few of four");
    assert_eq!(with(4), [["jam"]]);
}

/// Every write and every read is at levels that overlap when it is made: 1 + 3 of 3, then 3 + 1 of 3.
#[test]
fn r_and_w_changed_live_break_overlap() {
    let with = |then: [Level; 2]| {
        let mut scenario = Scenario::of(3);
        scenario.initial = vec![(KeyId(0), Value::text("old"))];
        (scenario.settings.write, scenario.settings.read) = (Level::One, Level::All);
        let moves = vec![
            isolate(0),
            Move::Give(as_set(write(0, "new", Level::One))),
            millis(500),
            Move::Give(Command::Heal(Mend::All)),
            Move::Give(Command::Set(Setting::WriteLevel(then[0]))),
            Move::Give(Command::Set(Setting::ReadLevel(then[1]))),
            Move::Give(as_set(read(1, Level::One))),
            millis(1_000),
        ];
        found(&all_facts(&plan_of(scenario, moves)))
    };
    assert_eq!(with([Level::All, Level::One]), [["old"]], "acknowledged by one, asked for at another one");
    assert_eq!(with([Level::One, Level::All]), [["new"]]);
}

/// Two replicas acknowledged; then one of them loses it, and the other is away.
fn acknowledged_then(loss: &[Move], durability: Durability) -> (Vec<Outcome>, Vec<Vec<String>>) {
    let mut scenario = Scenario::of(3);
    scenario.initial = vec![(KeyId(0), Value::text("old"))];
    rules(&mut scenario).durability = durability;
    let mut moves = vec![
        isolate(2),
        Move::Give(write(0, "new", Level::Quorum)),
        millis(500),
        Move::Give(Command::Heal(Mend::All)),
    ];
    moves.extend_from_slice(loss);
    moves.extend([crash(0), Move::Give(read(1, Level::Quorum)), millis(500)]);
    let facts = all_facts(&plan_of(scenario, moves));
    (outcomes(&facts), found(&facts))
}

/// An acknowledgement that speaks of memory only: what came after the disk was last synced goes with a crash.
#[test]
fn a_crash_that_forgets_breaks_overlap() {
    let loss = [crash(1), restart(1), millis(100)];
    let synced = |every| Durability::Snapshot { every };
    let (outcomes, found) = acknowledged_then(&loss, synced(Span::secs(10)));
    assert_eq!(outcomes[0], Outcome::Written(WriteId(1)));
    assert_eq!(found, [["old"]]);
    assert_eq!(acknowledged_then(&loss, synced(Span::millis(200))).1, [["new"]], "it was synced in time");
    assert_eq!(acknowledged_then(&loss, Durability::Journal).1, [["new"]]);
}

#[test]
fn a_preset_says_whether_a_crash_forgets() {
    let written = |durability: &str| {
        let text =
            format!("{{title: T, cluster: {{replication: {{leaderless: {{durability: {durability}}}}}}}}}");
        let scenario = Scenario::from_text("test", text.as_bytes()).expect("a preset");
        scenario.settings.leaderless().expect("leaderless").durability
    };
    assert_eq!(written("journal"), Durability::Journal);
    assert_eq!(written("{snapshot: 10s}"), Durability::Snapshot { every: Span::secs(10) });
}

#[test]
fn a_lost_disk_breaks_overlap() {
    let loss = [Move::Give(Command::Destroy(NodeId(1))), restart(1), millis(100)];
    assert_eq!(acknowledged_then(&loss, Durability::Journal).1, [["old"]]);
    let kept = [crash(1), restart(1), millis(100)];
    assert_eq!(acknowledged_then(&kept, Durability::Journal).1, [["new"]]);
}

/// A delete that two of three acknowledged, and forgot when the grace was over; the third never heard of it.
#[test]
fn a_purged_tombstone_breaks_overlap() {
    let with = |tombstones| {
        let mut scenario = Scenario::of(3);
        scenario.initial = vec![(KeyId(0), Value::text("old"))];
        rules(&mut scenario).tombstones = tombstones;
        let act = Act::Write { value: Value::Tombstone, context: Context::Last, stamp: None };
        let moves = vec![
            isolate(2),
            Move::Give(ask(0, act, Level::Quorum)),
            millis(10_000),
            Move::Give(Command::Heal(Mend::All)),
            Move::Give(read(1, Level::Quorum)),
            millis(500),
            crash(0),
            Move::Give(read(1, Level::Quorum)),
            millis(500),
        ];
        let facts = all_facts(&plan_of(scenario, moves));
        assert_eq!(outcomes(&facts)[0], Outcome::Written(WriteId(1)), "the delete was acknowledged");
        found(&facts)
    };
    let grace = TombstoneRules { gc_grace: Span::secs(5), compact_every: Span::secs(1) };
    assert_eq!(with(Some(grace))[1], ["old"], "it is back");
    let longer = TombstoneRules { gc_grace: Span::secs(60), ..grace };
    for kept in [None, Some(longer)] {
        assert_eq!(with(kept), [["(deleted)"], ["(deleted)"]]);
    }
}

/// The levels that overlap, each with a clock that is ahead: the older of two acknowledged writes wins.
#[test]
fn a_skewed_clock_breaks_overlap_at_every_level() {
    let with = |(written, asked): (Level, Level), skew| {
        let mut scenario = two_zones();
        scenario.replicas[0].skew = skew;
        let moves = vec![
            Move::Give(write(0, "older", written)),
            millis(500),
            Move::Give(write(1, "newer", written)),
            millis(500),
            Move::Give(read(2, asked)),
            millis(500),
        ];
        let facts = all_facts(&plan_of(scenario.clone(), moves));
        (misses(&facts, &scenario).len(), found(&facts))
    };
    for levels in [
        (Level::Quorum, Level::Quorum),
        (Level::LocalQuorum, Level::LocalQuorum),
        (Level::EachQuorum, Level::LocalQuorum),
        (Level::LocalQuorum, Level::EachQuorum),
        (Level::EachQuorum, Level::EachQuorum),
        (Level::All, Level::One),
        (Level::One, Level::All),
    ] {
        assert_eq!(with(levels, 1_000_000_000), (1, vec![vec!["older".to_owned()]]), "{levels:?}");
        assert_eq!(with(levels, 0), (0, vec![vec!["newer".to_owned()]]), "{levels:?}");
    }
}
