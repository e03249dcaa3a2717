//! A session saved as a preset is the same run: every command that the screen can give, on every built-in preset.

use std::{cell::RefCell, sync::Arc};

use laggard::{
    action::{Act, Command, Context, Operation, Propagation, ReadsFrom, Setting, Surgery},
    base::{NodeId, Position, Seed, Span},
    data::Value,
    drive::{Cause, Timeline, run, saved},
    net::CutShape,
    scenario::{Scenario, builtin, builtin_text},
    sim::Fact,
};
use proptest::prelude::*;

use crate::generate::{Dice, Move, any_move, for_draws, make, node};

/// What people do beside what every scenario takes: surgery on a message on its way, a failover, the knobs of a
/// primary.
fn special(dice: &mut Dice<'_>, timeline: &Timeline) -> Command {
    let scenario = timeline.simulation().scenario();
    let messages = timeline.simulation().view().messages;
    match dice.below(7) {
        6 => Command::Set(Setting::LatencyPercent(50 + u32::try_from(dice.below(400)).expect("few"))),
        5 => {
            let all: Vec<NodeId> = (0..scenario.replicas.len()).map(NodeId::at).collect();
            let (one, other) =
                all.split_at(1 + dice.below(all.len().saturating_sub(1).max(1)).min(all.len() - 1));
            Command::Cut { name: None, shape: CutShape::Groups(vec![one.to_vec(), other.to_vec()]) }
        }
        0 => Command::Promote(node(dice, scenario)),
        1 => Command::Set(Setting::MinReplicas(u16::try_from(dice.below(3)).expect("few"))),
        2 => Command::Set(Setting::MaxLag(Span::millis(1 + dice.below(9_000) as u64))),
        3 if dice.below(2) == 0 => Command::Set(Setting::ReadsFrom(ReadsFrom::Primary)),
        _ if messages.is_empty() => Command::Set(Setting::ReadsFrom(ReadsFrom::Any)),
        _ => {
            let id = messages[dice.below(messages.len())].id;
            let surgery = match dice.below(5) {
                0 => Surgery::Deliver,
                4 => Surgery::Hold,
                1 => Surgery::Drop,
                2 => Surgery::Duplicate,
                _ => Surgery::Delay(Span::micros(1 + dice.below(60_000) as u64)),
            };
            Command::Message { id, surgery }
        }
    }
}

/// The screen has no key for the rest, which only programs ask for.
fn has_a_key(command: &Command, timeline: &Timeline) -> bool {
    let settings = timeline.simulation().settings();
    // W above 1 is refused by presets where writes travel by gossip alone: it can never be met.
    let gossips = settings.propagation == Propagation::Gossip;
    let others = timeline.simulation().scenario().replicas.len() - 1;
    match command {
        Command::Submit(ask) => {
            let plain = match &ask.act {
                Act::Write { value: Value::Tombstone, context, stamp } => {
                    *context == Context::Last && stamp.is_none()
                }
                Act::Write { .. } | Act::Read | Act::Update(_) => true,
            };
            let regional = settings.regions().is_some();
            let written = gossips && ask.act.operation() == Operation::Write;
            plain
                && !(written && ask.level.is_some())
                && ask.level.is_none_or(|level| {
                    !regional
                        && settings.primary().is_none()
                        && settings.admits(level, ask.act.operation()).is_ok()
                })
        }
        Command::Cut { name, shape: CutShape::Groups(sides) } => {
            let all: usize = sides.iter().map(Vec::len).sum();
            let walls = sides.iter().all(|side| !side.is_empty()) && (sides.len() > 1 || all <= others);
            name.is_none() && walls
        }
        Command::Set(Setting::AntiEntropy(Some(rules))) => usize::from(rules.fan_out) <= others,
        Command::Set(Setting::MinReplicas(count)) => usize::from(*count) <= others,
        Command::Set(Setting::WriteLevel(_)) => !gossips,
        Command::Set(Setting::Timeout(timeout)) => *timeout > Span::ZERO,
        Command::Set(_)
        | Command::NameKey(_)
        | Command::Cut { .. }
        | Command::Heal(_)
        | Command::Crash(_)
        | Command::Restart(_)
        | Command::Destroy(_)
        | Command::Freeze(_)
        | Command::Thaw(_)
        | Command::Skew { .. }
        | Command::SetLink { .. }
        | Command::SetClient { .. }
        | Command::Promote(_)
        | Command::Workload(_)
        | Command::Repair(_)
        | Command::Message { .. } => true,
    }
}

/// What the sessions must have said, all together.
const WORDS: [&str; 38] = [
    "write",
    "read",
    "delete",
    "increment",
    "decrement",
    "add",
    "remove",
    "new_key",
    "partition",
    "around",
    "between",
    "from",
    "heal",
    "crash",
    "restart",
    "destroy",
    "repair",
    "freeze",
    "thaw",
    "skew",
    "message",
    "latency",
    "loss",
    "duplicate",
    "reorder",
    "link",
    "latency_percent",
    "timeout",
    "n",
    "read_repair",
    "anti_entropy",
    "hints",
    "client",
    "guarantees",
    "min_replicas",
    "max_lag",
    "reads_from",
    "promote",
];

fn facts(timeline: &Timeline) -> Vec<Fact> {
    timeline.journal().facts().cloned().collect()
}

fn picture(timeline: &Timeline) -> String {
    format!("{:?}\n{:?}\n{:?}", timeline.simulation().view(), timeline.ledger(), timeline.history())
}

/// The saved session's own run, with every fact up to `end`.
fn again(text: &str, seed: Seed, end: Position) -> (Timeline, Vec<Fact>) {
    let scenario = Scenario::from_text("saved", text.as_bytes()).expect("what was saved can be read");
    assert_eq!(scenario.seed, seed);
    let mut all = Vec::new();
    let mut report = run(&Arc::new(scenario), seed, |_, fact| {
        if fact.at.step <= end.step {
            all.push(fact.clone());
        }
    });
    for finding in &report.findings {
        assert!(finding.verdict.holds(), "{finding:?}");
    }
    report.timeline.seek(end);
    (report.timeline, all)
}

#[test]
fn a_saved_session_is_the_same_run_for_every_command_that_has_a_key() {
    let said = RefCell::new(String::new());
    let draws = (any::<u16>(), prop::collection::vec(prop::collection::vec(any::<u16>(), 18), 0..=40));
    for (name, _) in builtin() {
        let text = builtin_text(name).expect("a built-in preset");
        let scenario = Arc::new(Scenario::from_text(name, text.as_bytes()).expect("checked"));
        for_draws(24, 31, &draws, |(seed, moves)| {
            let seed = Seed(seed.into());
            let mut timeline = Timeline::new(Arc::clone(&scenario), seed);
            for draws in &moves {
                let mut dice = Dice::new(draws);
                let step = match dice.below(5) {
                    0 => Move::Give(special(&mut dice, &timeline)),
                    _ => any_move(&mut dice, &scenario),
                };
                match &step {
                    Move::Give(command) if !has_a_key(command, &timeline) => {}
                    Move::Give(command) => {
                        // A refused command is no command.
                        let _ = timeline.apply(command.clone(), Cause::Program);
                    }
                    Move::Advance(_) | Move::Steps(_) => make(&mut timeline, &step),
                }
            }
            let end = timeline.position();
            let text = saved(&scenario, seed, timeline.log(), end);
            let text =
                text.map_err(|why| TestCaseError::fail(format!("{name}: {why}: {:?}", timeline.log())))?;
            said.borrow_mut().push_str(&text);
            let (again, all) = again(&text, seed, end);
            let live = facts(&timeline);
            prop_assert_eq!(again.position(), end, "{}", text);
            let shared = all.len() - live.len();
            prop_assert_eq!(&all[shared..], &live[..], "{}", text);
            prop_assert_eq!(picture(&again), picture(&timeline), "{}", text);
            // What was saved is a preset like any other: saved again, it stays what it is.
            let log = &again.log()[..timeline.log().len()];
            let twice = saved(again.simulation().scenario(), seed, log, end);
            prop_assert_eq!(twice, Ok(text));
            Ok(())
        });
    }
    let said = said.into_inner();
    let lacks = |word: &&str| !said.contains(&format!(" {word}: ")) && !said.contains(&format!("{{{word}: "));
    let missing: Vec<&str> = WORDS.into_iter().filter(lacks).collect();
    assert!(missing.is_empty(), "{missing:?} were never saved");
}
