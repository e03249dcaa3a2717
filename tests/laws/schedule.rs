//! Words to write a schedule by hand in, and what a naive reader makes of its facts.

use std::{collections::BTreeMap, sync::Arc};

use laggard::{
    action::{Act, Ask, BlockFor, Command, Context, Copies, LeaderlessPolicy, Level, Protocol, Settings},
    base::{ClientId, KeyId, NodeId, OpId, Seed, Span},
    data::{Held, Value, Version},
    net::CutShape,
    replica::Effort,
    scenario::Scenario,
    sim::{Fact, Outcome, Simulation, What},
};

use crate::generate::{Move, Plan, run};

/// What the facts say of one operation.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) key: KeyId,
    pub(crate) block_for: BlockFor,
    pub(crate) asked: u64,
    /// When its write got its stamp: later than it was asked where it was forwarded.
    pub(crate) stamped: u64,
    pub(crate) answered: Option<u64>,
    pub(crate) version: Option<Arc<Version>>,
    pub(crate) found: Option<Held>,
}

/// The operations of a run, as a naive reader of its facts sees them.
pub(crate) fn operations(facts: &[Fact]) -> BTreeMap<OpId, Operation> {
    operations_of(facts, |level, _| Settings::plain(3).block_for(level, None))
}

/// As [`operations`], where `block_for` says what a level means to a coordinator.
pub(crate) fn operations_of(
    facts: &[Fact],
    block_for: impl Fn(Level, NodeId) -> BlockFor,
) -> BTreeMap<OpId, Operation> {
    let mut operations = BTreeMap::new();
    for Fact { at, what } in facts {
        match what {
            What::Asked { op, key, level, node, .. } => {
                let (key, block_for, asked) = (*key, block_for(*level, *node), at.step);
                let operation = Operation {
                    key,
                    block_for,
                    asked,
                    stamped: asked,
                    answered: None,
                    version: None,
                    found: None,
                };
                operations.insert(*op, operation);
            }
            What::Accepted { op, version, .. } => {
                let operation = operations.get_mut(op).expect("asked before");
                (operation.version, operation.stamped) = (Some(Arc::clone(version)), at.step);
            }
            What::Answered { op, outcome: Outcome::Written(_) } => {
                operations.get_mut(op).expect("asked before").answered = Some(at.step);
            }
            What::Answered { op, outcome: Outcome::Found(held) } => {
                let operation = operations.get_mut(op).expect("asked before");
                operation.answered = Some(at.step);
                operation.found = Some(held.clone());
            }
            _ => {}
        }
    }
    operations
}

pub(crate) fn all_facts(plan: &Plan) -> Vec<Fact> {
    let mut facts = Vec::new();
    run(plan, |_, new| facts.extend_from_slice(new));
    facts
}

pub(crate) fn ask(at: u16, act: Act, level: Level) -> Command {
    Command::Submit(Ask {
        client: ClientId(0),
        at: Some(NodeId(at)),
        key: KeyId(0),
        act,
        level: Some(level),
        wait: None,
    })
}

pub(crate) fn write(at: u16, value: &str, level: Level) -> Command {
    ask(at, Act::Write { value: Value::text(value), context: Context::Last, stamp: None }, level)
}

pub(crate) fn read(at: u16, level: Level) -> Command {
    ask(at, Act::Read, level)
}

pub(crate) fn plan_of(scenario: Scenario, moves: Vec<Move>) -> Plan {
    Plan { scenario, seed: Seed(5), moves }
}

pub(crate) fn millis(n: u64) -> Move {
    Move::Advance(Span::millis(n))
}

pub(crate) fn rules(scenario: &mut Scenario) -> &mut LeaderlessPolicy {
    match &mut scenario.settings.protocol {
        Protocol::Leaderless(rules) => rules,
        Protocol::Primary(_) => unreachable!("leaderless"),
    }
}

pub(crate) fn found(facts: &[Fact]) -> Vec<Vec<String>> {
    let values = |held: &Held| held.versions().iter().map(|version| version.value.to_string()).collect();
    operations(facts).into_values().filter_map(|o| o.found.as_ref().map(values)).collect()
}

pub(crate) fn outcomes(facts: &[Fact]) -> Vec<Outcome> {
    let outcome = |fact: &Fact| match &fact.what {
        What::Answered { outcome, .. } => Some(outcome.clone()),
        _ => None,
    };
    facts.iter().filter_map(outcome).collect()
}

pub(crate) fn efforts(facts: &[Fact]) -> Vec<Effort> {
    let effort = |fact: &Fact| match &fact.what {
        What::Effort { effort, .. } => Some(*effort),
        _ => None,
    };
    facts.iter().filter_map(effort).collect()
}

/// The replicas of key 0, and the others.
pub(crate) fn owners(scenario: &Scenario) -> (Vec<u16>, Vec<u16>) {
    let simulation = Simulation::new(Arc::new(scenario.clone()), Seed(5));
    let owners: Vec<u16> = simulation.owners(KeyId(0)).map(|node| node.0).collect();
    let count = u16::try_from(scenario.replicas.len()).expect("few");
    let others = (0..count).filter(|node| !owners.contains(node)).collect();
    (owners, others)
}

pub(crate) fn crash(node: u16) -> Move {
    Move::Give(Command::Crash(NodeId(node)))
}

pub(crate) fn restart(node: u16) -> Move {
    Move::Give(Command::Restart(NodeId(node)))
}

pub(crate) fn isolate(node: u16) -> Move {
    Move::Give(Command::Cut { name: None, shape: CutShape::Isolate(NodeId(node)) })
}

/// The same at whatever level the cluster has.
pub(crate) fn as_set(command: Command) -> Command {
    match command {
        Command::Submit(ask) => Command::Submit(Ask { level: None, ..ask }),
        other => other,
    }
}

/// Two zones, east (0, 1, 2) and west (3, 4, 5), with every key on all three replicas of each.
pub(crate) fn two_zones() -> Scenario {
    let mut scenario = Scenario::of(6);
    for (index, replica) in scenario.replicas.iter_mut().enumerate() {
        replica.zone = Some(if index < 3 { "east" } else { "west" }.into());
    }
    scenario.settings.set_copies(&Copies::PerZone(vec![3, 3]));
    scenario
}
