//! A primary and its replicas under random faults: what must hold whatever happens, against a naive reading
//! of the facts.

use std::{collections::BTreeMap, sync::Arc};

use laggard::{
    action::{
        Act, Ask, Command, Context, Durability, Elsewhere, Failover, Level, Mend, Monitors, PrimaryPolicy,
        Protocol, ReadsFrom, Setting, Wait,
    },
    base::{ClientId, KeyId, NodeId, Ppm, Seed, SimTime, Span, WriteId},
    check::Ledger,
    data::{Conflicts, Value},
    net::{CutShape, Delay, LinkChange, Scope},
    replica::primary::{Discard, Replid, Role},
    scenario::{ClientSpec, Scenario},
    sim::{Fact, Outcome, Simulation, Status, What},
};
use proptest::{prelude::*, test_runner::TestCaseError};

use crate::generate::{Dice, any_delay, for_draws};

/// What a random replica set is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Manual,
    Monitors,
    Members,
}

/// A replica set and what is done to it.
#[derive(Debug)]
struct Plan {
    scenario: Scenario,
    seed: Seed,
    moves: Vec<(Span, Command)>,
}

const KEYS: u32 = 2;

fn any_set(dice: &mut Dice<'_>, kind: Kind) -> Scenario {
    let count = 2 + dice.below(4);
    let mut scenario = Scenario::of(count);
    let mut policy = PrimaryPolicy::of(count);
    policy.backlog = [1 << 20, 1_000, 300][dice.below(3)];
    policy.ack_every = Span::millis([1_000, 200, 500][dice.below(3)]);
    policy.reads_from = [ReadsFrom::Any, ReadsFrom::Primary][dice.below(2)];
    policy.writes_elsewhere = [Elsewhere::Redirect, Elsewhere::Refuse][dice.below(2)];
    policy.min_replicas = u16::from(dice.below(4) == 3);
    policy.failover = match kind {
        Kind::Manual => Failover::Manual,
        Kind::Monitors => {
            let after = Span::millis([3_000, 5_000][dice.below(2)]);
            let quorum = u16::try_from(count / 2 + 1).expect("few");
            Failover::Monitors(Monitors { after, quorum, places: (0..count).map(NodeId::at).collect() })
        }
        Kind::Members => Failover::Members { timeout: Span::millis([10_000, 4_000][dice.below(2)]) },
    };
    if kind != Kind::Members && dice.below(3) == 2 {
        policy.durability = Durability::Snapshot { every: Span::secs(20) };
    }
    scenario.settings.protocol = Protocol::Primary(Box::new(policy));
    scenario.settings.conflicts = Conflicts::LogOrder;
    scenario.keys = (0..KEYS).map(|i| format!("k{i}").into()).collect();
    scenario.initial = vec![(KeyId(0), Value::Number(0))];
    scenario.clients = vec![ClientSpec::at("you", NodeId(0)), ClientSpec::at("me", NodeId(1))];
    let delay = match any_delay(dice) {
        // Now and then a minute: nobody could be told from dead in time.
        Delay::Pareto { .. } => Delay::Fixed(Span::millis(30)),
        delay => delay,
    };
    scenario.network.change(Scope::All, &LinkChange::Delay(delay));
    if dice.below(3) == 2 {
        scenario.network.change(Scope::All, &LinkChange::Loss(Ppm::percent(10)));
    }
    scenario
}

fn any_move(dice: &mut Dice<'_>, count: usize, kind: Kind) -> (Span, Command) {
    let pause = Span::millis([1, 30, 300, 2_000, 9_000][dice.below(5)]);
    let node = NodeId::at(dice.below(count));
    let other = NodeId::at((node.index() + 1 + dice.below(count - 1)) % count);
    let key = KeyId(u32::try_from(dice.below(KEYS as usize)).expect("few"));
    let client = ClientId(u16::try_from(dice.below(2)).expect("few"));
    let value = Value::Number(i64::try_from(dice.below(1_000)).expect("small"));
    let copies = u16::try_from(count).expect("few");
    let write = |level, wait| {
        let act = Act::Write { value: value.clone(), context: Context::Last, stamp: None };
        Command::Submit(Ask { client, at: Some(node), key, act, level, wait })
    };
    let command = match dice.below(20) {
        0 | 1 => {
            Command::Submit(Ask { client, at: Some(node), key, act: Act::Read, level: None, wait: None })
        }
        2 => Command::Cut { name: None, shape: CutShape::Isolate(node) },
        3 => Command::Cut { name: None, shape: CutShape::OneWay { from: node, to: other } },
        4 => Command::Cut { name: None, shape: CutShape::Groups(vec![vec![node, other]]) },
        5 | 6 => Command::Heal(Mend::All),
        7 => Command::Crash(node),
        8 => Command::Restart(node),
        9 => Command::Freeze(node),
        10 => Command::Thaw(node),
        11 if kind != Kind::Members => Command::Promote(node),
        12 => Command::Set(Setting::MinReplicas(u16::from(dice.below(2) == 1))),
        13 => Command::Set(Setting::MaxLag(Span::secs(5))),
        14 => Command::Set(Setting::ReadsFrom(ReadsFrom::Primary)),
        15 => write(None, Some(Wait { replicas: 1, timeout: Span::millis(700) })),
        16 | 17 => write(Some(Level::Quorum), None),
        18 => write(Some(Level::Exactly(1 + u16::try_from(dice.below(count)).expect("few") % copies)), None),
        _ => write(None, None),
    };
    (pause, command)
}

fn for_sets(cases: u32, seed: u64, kind: Kind, property: impl Fn(Plan) -> Result<(), TestCaseError>) {
    let draws = (
        prop::collection::vec(any::<u16>(), 24),
        prop::collection::vec(prop::collection::vec(any::<u16>(), 9), 0..40),
    );
    let plans = draws.prop_map(move |(scenario, moves)| {
        let mut dice = Dice::new(&scenario);
        let seed = Seed(dice.below(50_000) as u64);
        let scenario = any_set(&mut dice, kind);
        let count = scenario.replicas.len();
        let moves = moves.iter().map(|draws| any_move(&mut Dice::new(draws), count, kind)).collect();
        Plan { scenario, seed, moves }
    });
    for_draws(cases, seed, &plans, property);
}

fn nodes(simulation: &Simulation) -> impl Iterator<Item = NodeId> + use<> {
    (0..simulation.scenario().replicas.len()).map(NodeId::at)
}

fn contents(simulation: &Simulation) -> Vec<Vec<u64>> {
    let of = |node| (0..KEYS).map(|key| simulation.held(node, KeyId(key)).content()).collect();
    nodes(simulation).map(of).collect()
}

/// A simulation, its ledger, and what a naive reader has noted down.
struct Watched {
    simulation: Simulation,
    ledger: Ledger,
    /// By node and data set: the highest offset seen, and the snapshot's at a crash.
    offsets: BTreeMap<(NodeId, Replid), u64>,
    /// Acknowledged writes, and whether a majority had them by then.
    acknowledged: Vec<(WriteId, KeyId, bool)>,
    asked: BTreeMap<u32, (KeyId, bool)>,
    mistakes: Vec<String>,
}

impl Watched {
    fn new(plan: &Plan) -> Self {
        let simulation = Simulation::new(Arc::new(plan.scenario.clone()), plan.seed);
        let ledger = Ledger::new(&simulation);
        let (offsets, asked) = (BTreeMap::new(), BTreeMap::new());
        Self { simulation, ledger, offsets, acknowledged: Vec::new(), asked, mistakes: Vec::new() }
    }

    fn look(&mut self, facts: &[Fact]) {
        self.ledger.observe_all(facts, &self.simulation);
        let majority = self.simulation.settings().copies / 2 + 1;
        for fact in facts {
            match &fact.what {
                What::Asked { op, key, required, .. } => {
                    self.asked.insert(op.0, (*key, *required >= majority));
                }
                What::Answered { op, outcome: Outcome::Written(write) | Outcome::Waited { write, .. } } => {
                    let (key, by_majority) = self.asked[&op.0];
                    self.acknowledged.push((*write, key, by_majority));
                }
                What::Discarded { node, why: Discard::Crashed | Discard::RolledBack, .. } => {
                    self.offsets.retain(|(known, _), _| known != node);
                }
                _ => {}
            }
        }
        let view = self.simulation.view();
        for (node, replica) in nodes(&self.simulation).zip(&view.replicas) {
            let member = replica.member.as_ref().expect("a member");
            let known = self.offsets.entry((node, member.replid)).or_default();
            if member.offset < *known {
                self.mistakes
                    .push(format!("{node} went back from {known} to {} within a data set", member.offset));
            }
            *known = member.offset;
        }
        self.compare_logs();
    }

    /// Members at the same place of the same log hold the same.
    fn compare_logs(&mut self) {
        let contents = contents(&self.simulation);
        for a in nodes(&self.simulation) {
            for b in nodes(&self.simulation).filter(|b| *b != a) {
                if self.simulation.behind(a, b) == Some(0) && contents[a.index()] != contents[b.index()] {
                    self.mistakes.push(format!("{a} and {b} are at one place and hold different things"));
                }
            }
        }
    }

    fn go_on(&mut self, span: Span) {
        let until = self.simulation.position().at + span;
        let mut facts = Vec::new();
        while self.simulation.next_at().is_some_and(|at| at <= until) {
            facts.clear();
            self.simulation.step(&mut facts);
            self.look(&facts);
        }
        self.simulation.rest_until(until);
    }

    fn give(&mut self, command: &Command) {
        let mut facts = Vec::new();
        if self.simulation.apply(command, &mut facts).is_ok() {
            self.look(&facts);
        }
    }

    fn play(&mut self, plan: &Plan) {
        for (pause, command) in &plan.moves {
            self.go_on(*pause);
            self.give(command);
        }
    }

    /// Everybody is up, nothing is cut or lost.
    fn calm_down(&mut self) {
        self.give(&Command::Heal(Mend::All));
        let change = LinkChange::Loss(Ppm::NEVER);
        self.give(&Command::SetLink { scope: Scope::All, change });
        for node in nodes(&self.simulation).collect::<Vec<_>>() {
            match self.simulation.status(node) {
                Status::Up => {}
                Status::Crashed => self.give(&Command::Restart(node)),
                Status::Frozen => self.give(&Command::Thaw(node)),
            }
        }
        self.go_on(Span::secs(150));
    }

    fn no_mistakes(&self) -> Result<(), TestCaseError> {
        prop_assert!(self.mistakes.is_empty(), "{:#?}", &self.mistakes[..self.mistakes.len().min(5)]);
        Ok(())
    }

    /// Acknowledged writes that no replica has in its past.
    fn lost(&self) -> Vec<WriteId> {
        let reflected = |write: WriteId, key: KeyId| {
            let Some(record) = self.ledger.record(key, write) else { return true };
            nodes(&self.simulation)
                .any(|node| self.simulation.held(node, key).reflects(&record.version, Conflicts::LogOrder))
        };
        let gone = |(write, key, _): &&(WriteId, KeyId, bool)| !reflected(*write, *key);
        self.acknowledged.iter().filter(gone).map(|(write, ..)| *write).collect()
    }
}

/// Once quiet, all members follow one primary and hold the same; and the ledger has counted what was lost.
fn converges(plan: &Plan) -> Result<(), TestCaseError> {
    let mut watched = Watched::new(plan);
    watched.play(plan);
    watched.calm_down();
    watched.no_mistakes()?;
    let simulation = &watched.simulation;
    let roles: Vec<_> = simulation.view().replicas.iter().map(|r| r.member.clone()).collect();
    prop_assert!(simulation.converged(), "{:?}\n{roles:#?}", contents(simulation));
    prop_assert!(simulation.settled(), "converged and quiet");
    prop_assert_eq!(simulation.primaries().count(), 1, "{:#?}", roles);
    let mut lost = watched.lost();
    let mut told: Vec<WriteId> = watched.ledger.losses(simulation).iter().map(|loss| loss.write).collect();
    lost.sort_unstable();
    told.sort_unstable();
    prop_assert_eq!(lost, told);
    Ok(())
}

#[test]
fn members_under_an_administrator_converge_once_quiet() {
    for_sets(60, 501, Kind::Manual, |plan| converges(&plan));
}

#[test]
fn members_under_monitors_converge_once_quiet() {
    for_sets(60, 502, Kind::Monitors, |plan| converges(&plan));
}

#[test]
fn members_that_elect_their_primary_converge_once_quiet() {
    for_sets(60, 503, Kind::Members, |plan| converges(&plan));
}

/// With a journal, whatever is cut, frozen or crashed, and however many.
#[test]
fn what_a_majority_acknowledged_survives_every_election() {
    for_sets(150, 504, Kind::Members, |plan| {
        let mut watched = Watched::new(&plan);
        watched.play(&plan);
        watched.calm_down();
        let lost = watched.lost();
        for (write, key, by_majority) in &watched.acknowledged {
            prop_assert!(!by_majority || !lost.contains(write), "{write} of {key} is lost");
        }
        Ok(())
    });
}

/// The premise matters: where one member is enough, writes are lost in elections.
#[test]
fn what_one_member_acknowledged_may_be_lost() {
    let mut scenario = Scenario::of(3);
    let mut policy = PrimaryPolicy::of(3);
    policy.failover = Failover::Members { timeout: Span::secs(10) };
    scenario.settings.protocol = Protocol::Primary(Box::new(policy));
    scenario.settings.conflicts = Conflicts::LogOrder;
    let mut lost = [0, 0];
    for (index, level) in [(0, Level::One), (1, Level::Quorum)] {
        let mut watched =
            Watched::new(&Plan { scenario: scenario.clone(), seed: Seed(1), moves: Vec::new() });
        watched.give(&Command::Cut { name: None, shape: CutShape::Isolate(NodeId(0)) });
        let act = Act::Write { value: Value::Number(1), context: Context::Last, stamp: None };
        let (client, key) = (ClientId(0), KeyId(0));
        let ask = Ask { client, at: Some(NodeId(0)), key, act, level: Some(level), wait: None };
        watched.give(&Command::Submit(ask));
        watched.go_on(Span::secs(30));
        watched.calm_down();
        lost[index] = watched.ledger.lost_writes(&watched.simulation);
    }
    assert_eq!(lost, [1, 0], "acknowledged by one: lost; by a majority: it never was acknowledged");
}

/// Two promoted by hand in one term, behind a wall: the first in the list stays, and whoever followed the other
/// comes along.
#[test]
fn whoever_followed_the_one_that_gave_way_follows_the_other() {
    let mut scenario = Scenario::of(4);
    scenario.settings.protocol = Protocol::Primary(Box::new(PrimaryPolicy::of(4)));
    scenario.settings.conflicts = Conflicts::LogOrder;
    let mut watched = Watched::new(&Plan { scenario, seed: Seed(1), moves: Vec::new() });
    watched.give(&Command::Cut { name: None, shape: CutShape::Isolate(NodeId(1)) });
    watched.give(&Command::Promote(NodeId(1)));
    watched.give(&Command::Promote(NodeId(2)));
    watched.go_on(Span::secs(10));
    let follows = |watched: &Watched, node: usize| {
        let member = watched.simulation.view().replicas[node].member.clone().expect("a member");
        (member.role, member.term)
    };
    let of = |node| Role::Replica { of: Some(NodeId(node)) };
    assert_eq!([0, 1, 3].map(|n| follows(&watched, n)), [(of(2), 2), (Role::Primary, 2), (of(2), 2)]);
    watched.calm_down();
    assert_eq!([0, 2, 3].map(|n| follows(&watched, n)), [(of(1), 2); 3]);
    assert!(watched.simulation.converged() && watched.simulation.settled());
}

/// `settled` says that nothing changes any more unless somebody does something.
#[test]
fn a_settled_replica_set_changes_no_data_by_itself() {
    for kind in [Kind::Manual, Kind::Monitors, Kind::Members] {
        for_sets(40, 505, kind, |plan| {
            let mut watched = Watched::new(&plan);
            for (pause, command) in &plan.moves {
                watched.go_on(*pause);
                watched.give(command);
                if !watched.simulation.settled() {
                    continue;
                }
                let mut future = watched.simulation.clone();
                let before = contents(&future);
                let until = future.position().at + Span::secs(200);
                let mut facts = Vec::new();
                future.advance_to(until, &mut facts);
                let changed = facts.iter().find(|fact| fact.what.changes_data());
                prop_assert!(
                    changed.is_none(),
                    "{kind:?} settled at {:?}, but {changed:?}",
                    watched.simulation.position()
                );
                prop_assert_eq!(before, contents(&future));
            }
            Ok(())
        });
    }
}

#[test]
fn the_same_replica_set_does_the_same_twice() {
    for kind in [Kind::Manual, Kind::Monitors, Kind::Members] {
        for_sets(10, 506, kind, |plan| {
            let run = || {
                let mut simulation = Simulation::new(Arc::new(plan.scenario.clone()), plan.seed);
                let mut facts = Vec::new();
                for (pause, command) in &plan.moves {
                    simulation.advance_to(simulation.position().at + *pause, &mut facts);
                    let _ = simulation.apply(command, &mut facts);
                }
                simulation.advance_to(simulation.position().at + Span::secs(20), &mut facts);
                facts
            };
            prop_assert!(run() == run());
            Ok(())
        });
    }
}

/// A stream's messages keep their order, whatever the link does to others.
#[test]
fn a_stream_delivers_in_order_and_once() {
    use laggard::net::MessageName;
    for_draws(100, 507, &prop::collection::vec(any::<u16>(), 40), |draws| {
        let mut dice = Dice::new(&draws);
        let mut scenario = Scenario::of(2);
        scenario.network.change(Scope::All, &LinkChange::Delay(any_delay(&mut dice)));
        let loss = Ppm::percent(u32::try_from(dice.below(90)).expect("small"));
        scenario.network.change(Scope::All, &LinkChange::Loss(loss));
        scenario.network.change(Scope::All, &LinkChange::Duplicate(Ppm::percent(50)));
        let mut last = SimTime::ZERO;
        for cause in 0..60 {
            let now = SimTime(cause * 10_000_000);
            let name = MessageName { kind: 1, cause, attempt: 0 };
            let fate = scenario.network.stream_fate(Seed(1), (NodeId(0), NodeId(1), 1), name, now);
            prop_assert!(fate.duplicate.is_none());
            prop_assert!(fate.lost || fate.arrives >= last, "{:?} after {last}", fate.arrives);
            last = if fate.lost { last } else { fate.arrives };
        }
        Ok(())
    });
}
