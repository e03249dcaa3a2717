//! A run is its scenario, seed and log, and nothing else; whoever travels in it loses nothing.

use std::sync::Arc;

use laggard::{
    action::{Act, Ask, Command, Context, Switch},
    base::{ClientId, KeyId, NodeId, Position, Ppm, Seed, SimTime, Span},
    data::Value,
    drive::{Cause, Logged, Timeline},
    scenario::{Scenario, WorkloadSpec},
    sim::Fact,
};
use proptest::prelude::*;

use crate::generate::{Dice, Move, Plan, any_command, for_draws, for_plans, make, play};

fn start(plan: &Plan) -> Timeline {
    Timeline::new(Arc::new(plan.scenario.clone()), plan.seed)
}

fn played(plan: &Plan) -> Timeline {
    let mut timeline = start(plan);
    play(&mut timeline, &plan.moves);
    timeline
}

fn facts(timeline: &Timeline) -> Vec<Fact> {
    timeline.journal().facts().cloned().collect()
}

/// Everything that can be seen at the playhead, apart from the journal.
fn picture(timeline: &Timeline) -> String {
    format!("{:?}\n{:?}\n{:?}", timeline.simulation().view(), timeline.ledger(), timeline.history())
}

/// Where the whole journal is at hand, it must be equal; where it is a window, the shared end of it.
fn same_facts(a: &[Fact], b: &[Fact]) -> Result<(), TestCaseError> {
    let shared = a.len().min(b.len());
    prop_assert_eq!(&a[a.len() - shared..], &b[b.len() - shared..]);
    Ok(())
}

/// A fresh run of `log` up to `end`.
fn fresh(scenario: &Scenario, seed: Seed, log: &[Logged], end: Position) -> Timeline {
    let mut timeline = Timeline::new(Arc::new(scenario.clone()), seed);
    let reach = |timeline: &mut Timeline, to: Position| {
        while timeline.position().step < to.step && timeline.step_within(SimTime(u64::MAX)) {}
        timeline.rest_until(to.at);
        assert_eq!(timeline.position(), to, "the replay comes by the same place");
    };
    for logged in log {
        reach(&mut timeline, logged.at);
        timeline.apply(logged.command.clone(), logged.cause.clone()).expect("accepted the first time");
    }
    reach(&mut timeline, end);
    timeline
}

#[test]
fn the_log_replayed_in_a_fresh_timeline_is_the_same_run() {
    for_plans(150, 1, 80, |plan| {
        let live = played(&plan);
        let again = fresh(&plan.scenario, plan.seed, live.log(), live.position());
        prop_assert_eq!(facts(&again), facts(&live));
        prop_assert_eq!(picture(&again), picture(&live));
        Ok(())
    });
}

#[test]
fn seeking_anywhere_shows_what_was_there_and_coming_back_loses_nothing() {
    for_plans(60, 2, 60, |plan| {
        let mut timeline = start(&plan);
        let mut seen = vec![(timeline.position(), picture(&timeline), 0)];
        for step in &plan.moves {
            make(&mut timeline, step);
            // Two pictures of one position differ where a command names no step: keep the last.
            seen.push((timeline.position(), picture(&timeline), timeline.journal().len()));
        }
        let (end, all) = (timeline.position(), facts(&timeline));
        let order = (0..seen.len()).map(|i| (i * 7_919) % seen.len());
        for (place, shown, known) in order.map(|i| &seen[i]) {
            timeline.seek(*place);
            prop_assert_eq!(timeline.position(), *place);
            prop_assert_eq!(&picture(&timeline), shown);
            same_facts(&facts(&timeline), &all[..*known])?;
        }
        timeline.seek(end);
        prop_assert_eq!(&picture(&timeline), &seen.last().expect("the beginning at least").1);
        same_facts(&facts(&timeline), &all)
    });
}

#[test]
fn stepping_back_and_forth_loses_nothing() {
    for_plans(60, 3, 50, |plan| {
        let mut timeline = played(&plan);
        let (end, shown, all) = (timeline.position(), picture(&timeline), facts(&timeline));
        for _ in 0..25 {
            let before = timeline.position();
            if timeline.step_back().is_err() {
                prop_assert_eq!(before, Position::default());
                break;
            }
            prop_assert!(timeline.position() < before);
        }
        let mut steps = 0;
        while timeline.position().step < end.step && timeline.step_visibly(100_000).is_ok() {
            steps += 1;
            prop_assert!(steps < 100_000);
            if steps == 10 {
                break;
            }
        }
        timeline.seek(end);
        prop_assert_eq!(picture(&timeline), shown);
        same_facts(&facts(&timeline), &all)
    });
}

#[test]
fn going_to_another_branch_and_back_restores_both() {
    for_plans(60, 4, 50, |plan| {
        let mut timeline = played(&plan);
        let (end, shown, all) = (timeline.position(), picture(&timeline), facts(&timeline));
        let half = timeline.log().get(timeline.log().len() / 2).map_or(Position::default(), |c| c.at);
        timeline.seek(half);
        let other = Command::Submit(Ask {
            client: ClientId(0),
            at: Some(NodeId(1)),
            key: KeyId(0),
            act: Act::Write { value: Value::text("elsewhere"), context: Context::None, stamp: None },
            level: None,
            wait: None,
        });
        timeline.apply(other, Cause::Program).expect("always possible");
        timeline.advance_to(half.at + Span::millis(700));
        let (other_end, other_shown) = (timeline.position(), picture(&timeline));
        let other_facts = facts(&timeline);
        if end.step == half.step {
            return Ok(());
        }
        for _ in 0..2 {
            let last = timeline.branches().len() - 1;
            timeline.switch(last).expect("the old future is kept");
            prop_assert_eq!(timeline.position(), end);
            prop_assert_eq!(&picture(&timeline), &shown);
            same_facts(&facts(&timeline), &all)?;
            timeline.switch(last).expect("and so is the new one");
            prop_assert_eq!(timeline.position(), other_end);
            prop_assert_eq!(&picture(&timeline), &other_shown);
            same_facts(&facts(&timeline), &other_facts)?;
        }
        Ok(())
    });
}

/// Plays `moves`, the last few commands being given at whole instants; gives how many were accepted.
fn give_some(timeline: &mut Timeline, commands: &[Command]) -> usize {
    let mut given = 0;
    for command in commands {
        let now = timeline.position().at + Span::millis(35);
        timeline.advance_to(now);
        given += usize::from(timeline.apply(command.clone(), Cause::Program).is_ok());
    }
    let now = timeline.position().at + Span::millis(300);
    timeline.advance_to(now);
    given
}

#[test]
fn undoing_is_never_having_given_and_redoing_is_having_given() {
    for_plans(100, 5, 40, |mut plan| {
        let last = plan.moves.split_off(plan.moves.len() - plan.moves.len().min(10));
        let command = |step| if let Move::Give(command) = step { Some(command) } else { None };
        let commands: Vec<Command> = last.into_iter().filter_map(command).collect();
        let mut timeline = played(&plan);
        let mut without = played(&plan);
        let given = give_some(&mut timeline, &commands);
        without.advance_to(timeline.position().at);
        let (shown, all, log) = (picture(&timeline), facts(&timeline), timeline.log().to_vec());
        for _ in 0..given {
            timeline.undo().expect("it was given");
        }
        prop_assert_eq!(timeline.position(), without.position());
        prop_assert_eq!(picture(&timeline), picture(&without));
        prop_assert_eq!(facts(&timeline), facts(&without));
        prop_assert_eq!(timeline.head(), without.head());
        for _ in 0..given {
            timeline.redo().expect("it was undone");
        }
        prop_assert!(!timeline.can_redo());
        prop_assert_eq!(picture(&timeline), shown);
        prop_assert_eq!(facts(&timeline), all);
        prop_assert_eq!(timeline.log(), &log[..]);
        Ok(())
    });
}

#[test]
fn undoing_at_once_restores_the_very_step_even_amid_an_instant() {
    for_plans(100, 6, 40, |plan| {
        let mut timeline = played(&plan);
        make(&mut timeline, &Move::Steps(7));
        let (place, shown, all) = (timeline.position(), picture(&timeline), facts(&timeline));
        let write = any_command(&mut Dice::new(&[0, 1, 0, 0, 0, 0]), &plan.scenario);
        timeline.apply(write, Cause::Program).expect("a write is always taken");
        let after = (timeline.position(), picture(&timeline));
        timeline.undo().expect("it was given");
        prop_assert_eq!(timeline.position(), place);
        prop_assert_eq!(picture(&timeline), shown);
        prop_assert_eq!(facts(&timeline), all);
        timeline.redo().expect("it was undone");
        prop_assert_eq!((timeline.position(), picture(&timeline)), after);
        Ok(())
    });
}

/// Whatever is done to a timeline, what it shows is what its log says.
#[test]
fn a_timeline_always_shows_what_its_log_says_whatever_was_done_to_it() {
    let deeds = prop::collection::vec((0..8_usize, prop::collection::vec(any::<u16>(), 14)), 0..40);
    for_draws(150, 7, &(prop::collection::vec(any::<u16>(), 64), deeds), |(draws, deeds)| {
        let mut scenario = crate::generate::any_scenario(&mut Dice::new(&draws));
        scenario.workload = None;
        let mut timeline = Timeline::new(Arc::new(scenario.clone()), Seed(3));
        for (deed, draws) in deeds {
            let mut dice = Dice::new(&draws);
            let branches = timeline.branches().len();
            match deed {
                0 | 1 => drop(timeline.apply(any_command(&mut dice, &scenario), Cause::Program)),
                2 => make(&mut timeline, &Move::Advance(Span::millis(dice.below(800) as u64))),
                3 => drop(timeline.undo()),
                4 => drop(timeline.redo()),
                5 => drop(timeline.step_back()),
                6 => timeline.seek_time(SimTime(
                    timeline.head().at.0 / 1_000 * u64::try_from(dice.below(1_001)).expect("small"),
                )),
                _ => drop(timeline.switch(dice.below(branches + 1))),
            }
            let (place, given) = (timeline.position(), timeline.given());
            let again = fresh(&scenario, Seed(3), &timeline.log()[..given], place);
            prop_assert_eq!(picture(&again), picture(&timeline), "after deed {}", deed);
            same_facts(&facts(&timeline), &facts(&again))?;
            prop_assert!(timeline.head() >= place);
            prop_assert!(timeline.log()[given..].iter().all(|later| later.at.step >= place.step));
        }
        let (log, head) = (timeline.log().to_vec(), timeline.head());
        timeline.seek(head);
        prop_assert_eq!(timeline.given(), log.len(), "the whole log lies before the head");
        fresh(&scenario, Seed(3), &log, head);
        Ok(())
    });
}

fn busy(mean_gap: Span) -> Scenario {
    let mut scenario = Scenario::of(3);
    scenario.workload = Some(WorkloadSpec {
        operations: None,
        mean_gap,
        reads: Ppm::percent(30),
        keys: vec![KeyId(0)],
        skew: 0.0,
        stop: None,
    });
    scenario
}

#[test]
fn a_long_run_with_many_keyframes_is_travelled_exactly() {
    let scenario = busy(Span::millis(2));
    let mut timeline = Timeline::new(Arc::new(scenario.clone()), Seed(9));
    for i in 0..20 {
        timeline.advance_to(SimTime(Span::millis(150).0 * i));
        let node = NodeId(u16::try_from(i % 3).expect("small"));
        let command = if i % 2 == 0 { Command::Freeze(node) } else { Command::Skew { node, offset: 5 } };
        drop(timeline.apply(command, Cause::Program));
        drop(timeline.apply(Command::Thaw(node), Cause::Program));
    }
    timeline.advance_to(SimTime(Span::secs(4).0));
    let (end, shown, all) = (timeline.position(), picture(&timeline), facts(&timeline));
    assert!(end.step > 6 * 1_024, "many keyframes: {end}");
    for i in 0..40_u64 {
        let step = (i * 6_151) % end.step;
        timeline.seek(Position { step, at: SimTime::ZERO });
        assert_eq!(timeline.position().step, step);
        let known: Vec<Fact> = all.iter().filter(|fact| fact.at.step <= step).cloned().collect();
        same_facts(&facts(&timeline), &known).expect("the journal agrees wherever one stands");
    }
    timeline.seek(end);
    assert_eq!(picture(&timeline), shown);
    same_facts(&facts(&timeline), &all).expect("nothing is lost");
}

#[test]
fn stepping_back_over_a_long_silence_finds_the_last_thing_that_was_seen() {
    let mut scenario = Scenario::of(8);
    scenario.initial = vec![(KeyId(0), Value::text("tea"))];
    scenario.settings.anti_entropy = Some(laggard::action::AntiEntropy {
        every: Span::millis(1),
        style: laggard::action::Style::Push,
        fan_out: 3,
        digest: laggard::action::Digest::Full,
    });
    let mut timeline = Timeline::new(Arc::new(scenario), Seed(1));
    timeline.advance_to(SimTime(Span::millis(200).0));
    timeline.apply(Command::Skew { node: NodeId(0), offset: 1 }, Cause::Program).expect("fine");
    let seen = timeline.position().step;
    timeline.advance_to(SimTime(Span::millis(2_500).0));
    assert!(timeline.journal().facts().all(|fact| fact.at.step > seen), "the journal no longer reaches it");
    timeline.step_back().expect("there is something to go back to");
    assert_eq!(timeline.position().step, seen - 1);
}

#[test]
fn what_was_undone_before_an_undo_in_the_past_cannot_be_redone_out_of_place() {
    let scenario = Scenario::of(3);
    let mut timeline = Timeline::new(Arc::new(scenario), Seed(1));
    let mut give = |command: Command, until: Span| {
        timeline.apply(command, Cause::Program).expect("accepted");
        timeline.advance_to(SimTime(until.0));
    };
    give(Command::Skew { node: NodeId(0), offset: 1 }, Span::secs(1));
    give(Command::Crash(NodeId(1)), Span::secs(2));
    give(Command::Restart(NodeId(1)), Span::secs(3));
    timeline.undo().expect("the restart");
    timeline.seek_time(SimTime(Span::millis(500).0));
    timeline.undo().expect("the skew; the crash stays behind on a branch");
    timeline.redo().expect("the skew");
    assert!(timeline.redo().is_err(), "a restart without its crash makes no sense");
    assert_eq!(timeline.log().len(), 1);
}

#[test]
fn a_workload_that_is_switched_replays_too() {
    let mut timeline = Timeline::new(Arc::new(busy(Span::millis(20))), Seed(2));
    for i in 1..8 {
        timeline.advance_to(SimTime(Span::millis(100).0 * i));
        let switch = if i % 2 == 1 { Switch::Stop } else { Switch::Start };
        timeline.apply(Command::Workload(switch), Cause::Program).expect("it was the other way");
    }
    let again = fresh(&busy(Span::millis(20)), Seed(2), timeline.log(), timeline.position());
    assert_eq!(facts(&again), facts(&timeline));
    assert_eq!(picture(&again), picture(&timeline));
}

/// Keyframes of one future must not be used in another.
#[test]
fn a_changed_past_is_travelled_by_its_own_keyframes() {
    let scenario = busy(Span::millis(2));
    let skew = |offset| Command::Skew { node: NodeId(0), offset };
    let check = |timeline: &mut Timeline, why: &str| {
        let head = timeline.head();
        for step in [head.step, 2_900, 1_700, 3_300, 700] {
            timeline.seek(Position { step, at: SimTime::ZERO });
            let (place, given) = (timeline.position(), timeline.given());
            let due = timeline.log().iter().filter(|logged| logged.at.step < place.step).count();
            assert_eq!(given, due, "{why}, at {place}: every command up to here was given");
            let again = fresh(&scenario, Seed(9), &timeline.log()[..given], place);
            assert_eq!(picture(timeline), picture(&again), "{why}, at {place}");
        }
        timeline.seek(head);
    };
    let mut timeline = Timeline::new(Arc::new(scenario.clone()), Seed(9));
    let to = |timeline: &mut Timeline, millis: u64| timeline.advance_to(SimTime(Span::millis(millis).0));
    to(&mut timeline, 500);
    timeline.apply(skew(90_000_000), Cause::Program).expect("fine");
    to(&mut timeline, 2_500);
    assert!(timeline.position().step > 4 * 1_024, "{}", timeline.position());
    timeline.undo().expect("the skew");
    check(&mut timeline, "undone");
    timeline.redo().expect("the skew");
    check(&mut timeline, "redone");
    timeline.seek(Position { step: 1_200, at: SimTime::ZERO });
    timeline.apply(skew(-40_000_000), Cause::Program).expect("fine");
    to(&mut timeline, 2_500);
    check(&mut timeline, "branched");
    timeline.switch(0).expect("the other future");
    check(&mut timeline, "switched");
    timeline.switch(0).expect("and back");
    check(&mut timeline, "switched back");
}
