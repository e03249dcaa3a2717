//! `settled` of members that elect their primary, behind walls that stand one way only: there elections may
//! recur for ever. Tried hard: for a thousand timeouts after it was said, nothing may change.

use std::sync::Arc;

use laggard::{
    action::{
        Act, Ask, Between, Command, Context, Elsewhere, Failover, Group, Mend, PrimaryPolicy, Protocol,
        Regions,
    },
    base::{ClientId, KeyId, NodeId, Ppm, Seed, Span},
    data::{Conflicts, Value},
    net::{CutShape, Delay, LinkChange, Scope},
    scenario::{ClientSpec, Scenario},
    sim::Simulation,
};
use proptest::prelude::*;

use crate::generate::{Dice, for_draws};

const TIMEOUT: Span = Span::millis(2_000);

fn members(dice: &mut Dice<'_>, regions: usize) -> Scenario {
    let each = if regions == 1 { 3 + dice.below(3) } else { 3 };
    let count = regions * each;
    let mut scenario = Scenario::of(count);
    let mut policy = PrimaryPolicy::of(count);
    policy.failover = Failover::Members { timeout: TIMEOUT };
    policy.writes_elsewhere = Elsewhere::Refuse;
    policy.backlog = [1 << 20, 300][dice.below(2)];
    if dice.below(3) == 2 {
        policy.priorities[dice.below(count)] = 0;
    }
    scenario.settings.conflicts = Conflicts::LogOrder;
    if regions > 1 {
        let group = |region: usize| {
            let members: Vec<NodeId> = (0..each).map(|i| NodeId::at(region * each + i)).collect();
            Group { at: members[0], members }
        };
        policy.groups = (0..regions).map(group).collect();
        let names = (0..regions).map(|region| format!("r{region}").into()).collect();
        policy.regions = Some(Regions { names, between: Between::Async });
        scenario.settings.conflicts = Conflicts::LastWriteWins;
    }
    scenario.settings.protocol = Protocol::Primary(Box::new(policy));
    scenario.clients = (0..count).map(|i| ClientSpec::at(&format!("c{i}"), NodeId::at(i))).collect();
    let delay = match dice.below(3) {
        0 => Delay::Fixed(Span::millis(40)),
        1 => Delay::Exponential { mean: Span::millis(60) },
        _ => Delay::Uniform { min: Span::millis(1), max: Span::millis(700) },
    };
    scenario.network.change(Scope::All, &LinkChange::Delay(delay));
    if dice.below(4) == 3 {
        scenario.network.change(Scope::All, &LinkChange::Loss(Ppm::percent(30)));
    }
    scenario
}

/// Mostly walls one way, and writes at whoever takes itself for the primary.
fn any_deed(dice: &mut Dice<'_>, simulation: &Simulation) -> Command {
    let count = simulation.scenario().replicas.len();
    let node = NodeId::at(dice.below(count));
    let other = NodeId::at((node.index() + 1 + dice.below(count - 1)) % count);
    let cut = |shape| Command::Cut { name: None, shape };
    match dice.below(12) {
        0..=4 => cut(CutShape::OneWay { from: node, to: other }),
        5 => cut(CutShape::Link(node, other)),
        6 => Command::Heal(Mend::All),
        7 => Command::Crash(node),
        8 => Command::Restart(node),
        _ => {
            let primaries: Vec<NodeId> = simulation.primaries().collect();
            let at = primaries.get(dice.below(primaries.len())).copied().unwrap_or(node);
            let act =
                Act::Write { value: Value::Number(i64::from(other.0)), context: Context::Last, stamp: None };
            let client = ClientId(at.0);
            Command::Submit(Ask { client, at: Some(at), key: KeyId(0), act, level: None, wait: None })
        }
    }
}

fn try_to_refute(regions: usize, cases: u32, name: u64) -> (u32, u32) {
    let judged = std::cell::Cell::new((0, 0));
    let draws = (
        prop::collection::vec(any::<u16>(), 24),
        prop::collection::vec(prop::collection::vec(any::<u16>(), 6), 10..30),
    );
    for_draws(cases, name, &draws, |(first, deeds)| {
        let mut dice = Dice::new(&first);
        let seed = Seed(dice.below(50_000) as u64);
        let mut simulation = Simulation::new(Arc::new(members(&mut dice, regions)), seed);
        let mut facts = Vec::new();
        for draws in deeds {
            let mut dice = Dice::new(&draws);
            let pause = Span::millis([1, 100, 700, 3_000][dice.below(4)]);
            simulation.advance_to(simulation.position().at + pause, &mut facts);
            let deed = any_deed(&mut dice, &simulation);
            // A refused command is none.
            let _ = simulation.apply(&deed, &mut facts);
            facts.clear();
        }
        simulation.advance_to(simulation.position().at + Span::secs(5), &mut facts);
        let mut counted = judged.get();
        for _ in 0..4 {
            if simulation.settled() && !simulation.converged() {
                let mut future = simulation.clone();
                facts.clear();
                future.advance_to(simulation.position().at + Span(TIMEOUT.0 * 1_000), &mut facts);
                let changed = facts.iter().find(|fact| fact.what.changes_data());
                prop_assert!(changed.is_none(), "settled at {:?}, but {changed:?}", simulation.position());
                counted.0 += 1;
                break;
            }
            counted.1 += u32::from(!simulation.settled());
            simulation.advance_to(simulation.position().at + Span::secs(7), &mut facts);
        }
        judged.set(counted);
        Ok(())
    });
    judged.get()
}

#[test]
fn a_settled_replica_set_stays_as_it_is_for_a_thousand_elections() {
    let seen = try_to_refute(1, 250, 7_900);
    assert!(seen.0 > 20 && seen.1 > 5, "settled and apart, not settled: {seen:?}");
}

#[test]
fn settled_regions_stay_as_they_are_for_a_thousand_elections() {
    let seen = try_to_refute(2, 80, 7_901);
    assert!(seen.0 > 5, "settled and apart, not settled: {seen:?}");
}
