//! Random scenarios, commands and moves, made from plain draws so that a failure shrinks by itself.
//! Every match over a vocabulary is exhaustive: a new command breaks this file until it is generated too.

mod command;
mod scenario;

use std::{fmt::Debug, sync::Arc};

use laggard::{
    action::{AntiEntropy, Command, Copies, Durability, Mend, Setting, Switch},
    base::{NodeId, Ppm, Seed, Span},
    drive::{Cause, Timeline},
    net::{LinkChange, Scope},
    scenario::Scenario,
    sim::{Fact, Simulation},
};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed, TestCaseError, TestRunner},
};

pub(crate) use command::{any_command, any_move, any_value};
pub(crate) use scenario::{any_delay, any_scenario};

/// Draws to decide by, in order; every draw past the last is 0.
pub(crate) struct Dice<'a> {
    draws: &'a [u16],
    next: usize,
}

impl<'a> Dice<'a> {
    pub(crate) fn new(draws: &'a [u16]) -> Self {
        Self { draws, next: 0 }
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let draw = self.draws.get(self.next).copied().unwrap_or(0);
        self.next += 1;
        usize::from(draw) % bound.max(1)
    }

    fn below_u64(&mut self, bound: u64) -> u64 {
        self.below(usize::try_from(bound).expect("a small bound")) as u64
    }

    fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == chances - 1
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    fn small(&mut self, bound: u16) -> u16 {
        u16::try_from(self.below(usize::from(bound))).expect("below a u16")
    }

    fn signed(&mut self, bound: u64) -> i64 {
        let size = i64::try_from(self.below_u64(bound)).expect("small");
        if self.one_in(2) { -size } else { size }
    }
}

/// What one random run does.
#[derive(Debug, Clone)]
pub(crate) enum Move {
    Advance(Span),
    /// Single events, so that a command can fall between two of one instant.
    Steps(u64),
    Give(Command),
}

/// A scenario and what is done to it.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) scenario: Scenario,
    pub(crate) seed: Seed,
    pub(crate) moves: Vec<Move>,
}

impl Debug for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let s = &self.scenario;
        writeln!(f, "{} replicas, {:?}", s.replicas.len(), self.seed)?;
        writeln!(f, "{:?}\n{:?}\n{:?}", s.settings, s.network, s.workload)?;
        let clocks: Vec<_> = s.replicas.iter().map(|r| (r.skew, r.drift)).collect();
        writeln!(f, "{clocks:?} {:?} {:?} {:?}", s.clients, s.keys, s.initial)?;
        self.moves.iter().try_for_each(|step| writeln!(f, "  {step:?}"))
    }
}

/// Runs a property over `cases` fixed plans of up to `moves` moves.
pub(crate) fn for_plans(
    cases: u32,
    seed: u64,
    moves: usize,
    property: impl Fn(Plan) -> Result<(), TestCaseError>,
) {
    let draws = (
        prop::collection::vec(any::<u16>(), 112),
        prop::collection::vec(prop::collection::vec(any::<u16>(), 18), 0..=moves),
    );
    let plans = draws.prop_map(|(scenario, moves)| {
        let mut dice = Dice::new(&scenario);
        let seed = Seed(dice.below_u64(50_000));
        let scenario = any_scenario(&mut dice);
        let moves = moves.iter().map(|draws| any_move(&mut Dice::new(draws), &scenario)).collect();
        Plan { scenario, seed, moves }
    });
    for_draws(cases, seed, &plans, property);
}

/// `LAWS_SEED=7 cargo test --test laws`: other plans than those of every day, which are 0.
fn other_plans() -> u64 {
    std::env::var("LAWS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0)
}

/// How much of something rare the plans must meet: `every_day` for those of every day, and no less than
/// `at_least` for any others, which may miss what is rare.
pub(crate) fn meets<N>(every_day: N, at_least: N) -> N {
    if other_plans() == 0 { every_day } else { at_least }
}

/// Runs a property over fixed random inputs.
pub(crate) fn for_draws<S: Strategy>(
    cases: u32,
    seed: u64,
    strategy: &S,
    property: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let other = other_plans();
    let config = Config {
        cases,
        rng_seed: RngSeed::Fixed(seed + other * 1000),
        failure_persistence: None,
        max_shrink_iters: 400,
        ..Config::default()
    };
    if let Err(failure) = TestRunner::new(config).run(strategy, property) {
        panic!("{failure}");
    }
}

pub(crate) fn node(dice: &mut Dice<'_>, scenario: &Scenario) -> NodeId {
    NodeId::at(dice.below(scenario.replicas.len()))
}

fn two_nodes(dice: &mut Dice<'_>, scenario: &Scenario) -> (NodeId, NodeId) {
    let first = node(dice, scenario);
    let step = 1 + dice.below(scenario.replicas.len() - 1);
    (first, NodeId::at((first.index() + step) % scenario.replicas.len()))
}

/// Makes the moves on a timeline. A refused command is no move.
pub(crate) fn play(timeline: &mut Timeline, moves: &[Move]) {
    for step in moves {
        make(timeline, step);
    }
}

pub(crate) fn make(timeline: &mut Timeline, step: &Move) {
    match step {
        Move::Advance(span) => {
            let until = timeline.position().at + *span;
            timeline.advance_to(until);
        }
        Move::Steps(count) => {
            let within = timeline.position().at + Span::secs(5);
            for _ in 0..*count {
                timeline.step_within(within);
            }
        }
        Move::Give(command) => {
            let before = format!("{:?}", timeline.simulation().position());
            if timeline.apply(command.clone(), Cause::Program).is_err() {
                assert_eq!(before, format!("{:?}", timeline.simulation().position()), "refused, yet a step");
            }
        }
    }
}

/// Makes the moves on a bare simulation; `after` sees it, and the new facts, after every single step.
pub(crate) fn run(plan: &Plan, after: impl FnMut(&Simulation, &[Fact])) -> Simulation {
    let mut simulation = Simulation::new(Arc::new(plan.scenario.clone()), plan.seed);
    run_on(&mut simulation, &plan.moves, after);
    simulation
}

pub(crate) fn run_on(
    simulation: &mut Simulation,
    moves: &[Move],
    mut after: impl FnMut(&Simulation, &[Fact]),
) {
    let mut facts = Vec::new();
    for step in moves {
        let (limit, count) = match step {
            Move::Advance(span) => (simulation.position().at + *span, u64::MAX),
            Move::Steps(count) => (simulation.position().at + Span::secs(5), *count),
            Move::Give(command) => {
                if simulation.apply(command, &mut facts).is_ok() {
                    after(simulation, &facts);
                    facts.clear();
                }
                continue;
            }
        };
        let mut left = count;
        while left > 0 && simulation.next_at().is_some_and(|at| at <= limit) {
            simulation.step(&mut facts);
            after(simulation, &facts);
            facts.clear();
            left -= 1;
        }
        if matches!(step, Move::Advance(_)) {
            simulation.rest_until(limit);
        }
    }
}

/// The same without the loss of a disk, with a journal, and with tombstones that are kept: replicas forget nothing
/// (a premise of several laws of SEMANTICS §14).
pub(crate) fn durable(mut plan: Plan) -> Plan {
    if let Some(rules) = plan.scenario.settings.leaderless_mut() {
        rules.tombstones = None;
        rules.durability = Durability::Journal;
    }
    plan.moves.retain(|step| !matches!(step, Move::Give(Command::Destroy(_))));
    plan
}

/// The same with a copy of each key on every replica, for good.
pub(crate) fn on_every_replica(mut plan: Plan) -> Plan {
    let copies = u16::try_from(plan.scenario.replicas.len()).expect("few");
    plan.scenario.settings.set_copies(&Copies::InAll(copies));
    plan.moves.retain(|step| !matches!(step, Move::Give(Command::Set(Setting::Copies(_)))));
    plan
}

/// What makes the cluster quiet (SEMANTICS §1), with anti-entropy of this style on.
pub(crate) fn calm(scenario: &Scenario, anti_entropy: AntiEntropy, loss: Ppm) -> Vec<Move> {
    let mut commands = vec![Command::Workload(Switch::Stop), Command::Heal(Mend::All)];
    for index in 0..scenario.replicas.len() {
        commands.push(Command::Restart(NodeId::at(index)));
        commands.push(Command::Thaw(NodeId::at(index)));
    }
    commands.push(Command::SetLink { scope: Scope::All, change: LinkChange::Loss(loss) });
    commands.push(Command::Set(Setting::AntiEntropy(Some(anti_entropy))));
    commands.into_iter().map(Move::Give).collect()
}
