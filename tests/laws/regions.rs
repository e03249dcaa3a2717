//! One table in several regions under random faults: what converges, and what each level promises, against a
//! naive reading of the facts.

use std::{collections::BTreeMap, sync::Arc};

use laggard::{
    action::{
        Act, Ask, Between, Bound, Command, Context, Failover, Freshness, Group, Level, Mend, OneLog,
        PrimaryPolicy, Protocol, Proviso, Regions,
    },
    base::{ClientId, KeyId, NodeId, OpId, Ppm, Seed, Span, WriteId},
    check::Ledger,
    data::{Conflicts, Held, Value, Version},
    net::{CutShape, LinkChange, Scope},
    scenario::{ClientSpec, Scenario},
    sim::{Fact, Outcome, Simulation, Status, What},
};
use proptest::{prelude::*, test_runner::TestCaseError};

use crate::generate::{Dice, any_delay, for_draws, meets};

/// Which faults a plan has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Faults {
    /// Whatever there is.
    All,
    /// Walls between regions, and nothing else: no region elects another leader.
    Walls,
}

#[derive(Debug)]
struct Plan {
    scenario: Scenario,
    seed: Seed,
    moves: Vec<(Span, Command)>,
}

const KEYS: u32 = 2;
const BOUND: Bound = Bound { versions: 4, time: Span::secs(5) };

fn any_table(dice: &mut Dice<'_>, level: Option<Freshness>) -> Scenario {
    let regions = 1 + dice.below(3);
    let members = [3, 4, 1, 2][dice.below(4)];
    let count = regions * members;
    let mut scenario = Scenario::of(count);
    let group = |region: usize| {
        let members: Vec<NodeId> = (0..members).map(|i| NodeId::at(region * members + i)).collect();
        Group { at: members[0], members }
    };
    let mut policy = PrimaryPolicy::of(count);
    policy.groups = (0..regions).map(group).collect();
    policy.failover = Failover::Members { timeout: Span::millis([10_000, 2_000][dice.below(2)]) };
    policy.backlog = [1 << 20, 300][dice.below(2)];
    let writes = dice.below(regions);
    let between = match level {
        None => Between::Async,
        Some(level) => Between::OneLog(OneLog { writes, level, bound: BOUND }),
    };
    let names = (0..regions).map(|region| format!("r{region}").into()).collect();
    policy.regions = Some(Regions { names, between });
    scenario.settings.conflicts =
        if level.is_some() { Conflicts::LogOrder } else { Conflicts::LastWriteWins };
    scenario.settings.protocol = Protocol::Primary(Box::new(policy));
    scenario.keys = (0..KEYS).map(|i| format!("k{i}").into()).collect();
    scenario.initial = vec![(KeyId(0), Value::Number(0))];
    scenario.clients = vec![ClientSpec::at("you", NodeId(0)), ClientSpec::at("me", NodeId(0))];
    scenario.network.change(Scope::All, &LinkChange::Delay(any_delay(dice)));
    for replica in &mut scenario.replicas {
        replica.skew = [0, 0, 3_000_000_000, -3_000_000_000][dice.below(4)];
    }
    if dice.below(3) == 2 {
        scenario.network.change(Scope::All, &LinkChange::Loss(Ppm::percent(10)));
    }
    scenario
}

fn any_move(dice: &mut Dice<'_>, scenario: &Scenario, faults: Faults) -> (Span, Command) {
    let policy = scenario.settings.primary().expect("regions");
    let regions = policy.regions.as_ref().expect("regions");
    let count = scenario.replicas.len();
    let pause = Span::millis([1, 30, 300, 2_000, 9_000][dice.below(5)]);
    let node = NodeId::at(dice.below(count));
    let other = NodeId::at(dice.below(count));
    let key = KeyId(u32::try_from(dice.below(KEYS as usize)).expect("few"));
    let client = ClientId(u16::try_from(dice.below(2)).expect("few"));
    let value = Value::Number(i64::try_from(dice.below(1_000)).expect("small"));
    let offered: Vec<Freshness> = Freshness::ALL.into_iter().filter(|l| regions.offers(*l)).collect();
    let level = Some(Level::Fresh(offered[dice.below(offered.len())]));
    let group = policy.groups[dice.below(policy.groups.len())].members.clone();
    let ask = |act, level| Command::Submit(Ask { client, at: Some(node), key, act, level, wait: None });
    let write = |context| ask(Act::Write { value: value.clone(), context, stamp: None }, None);
    let wall = Command::Cut { name: None, shape: CutShape::Groups(vec![group]) };
    let command = match (dice.below(20), faults) {
        (0 | 1, _) => wall,
        (2 | 3, _) => Command::Heal(Mend::All),
        (4..=9, _) => ask(Act::Read, level),
        (10, _) => write(Context::Provided(Proviso::Absent)),
        (11, _) => write(Context::Provided(Proviso::LastRead)),
        (12, Faults::All) => Command::Cut { name: None, shape: CutShape::Isolate(node) },
        (13, Faults::All) => Command::Crash(node),
        (14, Faults::All) => Command::Restart(node),
        (15, Faults::All) => Command::Freeze(node),
        (16, Faults::All) => Command::Thaw(node),
        (17, Faults::All) => Command::Cut { name: None, shape: CutShape::OneWay { from: node, to: other } },
        _ => write(Context::Last),
    };
    (pause, command)
}

fn for_tables(
    cases: u32,
    seed: u64,
    (level, faults): (Option<Freshness>, Faults),
    property: impl Fn(&mut Watched, &Plan) -> Result<(), TestCaseError>,
) {
    let draws = (
        prop::collection::vec(any::<u16>(), 32),
        prop::collection::vec(prop::collection::vec(any::<u16>(), 12), 0..40),
    );
    let plans = draws.prop_map(move |(scenario, moves)| {
        let mut dice = Dice::new(&scenario);
        let seed = Seed(dice.below(50_000) as u64);
        let scenario = any_table(&mut dice, level);
        let moves = moves.iter().map(|draws| any_move(&mut Dice::new(draws), &scenario, faults)).collect();
        Plan { scenario, seed, moves }
    });
    for_draws(cases, seed, &plans, |plan| {
        let mut watched = Watched::new(&plan);
        for (pause, command) in &plan.moves {
            watched.go_on(*pause);
            watched.give(command);
        }
        watched.no_mistakes()?;
        property(&mut watched, &plan)
    });
}

/// A read that is under way, with what it must know of by what its level promises.
#[derive(Debug)]
struct Read {
    level: Freshness,
    client: ClientId,
    key: KeyId,
    /// Writes of the key acknowledged before it began, in that order: under last-write-wins those of the
    /// reader's region.
    acknowledged: Vec<Arc<Version>>,
    /// What its client had written and read.
    own: Vec<Arc<Version>>,
}

struct Watched {
    simulation: Simulation,
    ledger: Ledger,
    asked: BTreeMap<OpId, (ClientId, KeyId, usize)>,
    reads: BTreeMap<OpId, Read>,
    versions: BTreeMap<OpId, Arc<Version>>,
    /// Acknowledged writes with the region of their client.
    acknowledged: Vec<(Arc<Version>, usize)>,
    own: BTreeMap<ClientId, Vec<Arc<Version>>>,
    /// In the order of the log, as long as nobody is elected.
    log: Vec<Arc<Version>>,
    mistakes: Vec<String>,
    judged: BTreeMap<&'static str, u64>,
}

impl Watched {
    fn new(plan: &Plan) -> Self {
        let simulation = Simulation::new(Arc::new(plan.scenario.clone()), plan.seed);
        let ledger = Ledger::new(&simulation);
        Self {
            simulation,
            ledger,
            asked: BTreeMap::new(),
            reads: BTreeMap::new(),
            versions: BTreeMap::new(),
            acknowledged: Vec::new(),
            own: BTreeMap::new(),
            log: Vec::new(),
            mistakes: Vec::new(),
            judged: BTreeMap::new(),
        }
    }

    fn conflicts(&self) -> Conflicts {
        self.simulation.settings().conflicts_of(KeyId(0))
    }

    fn region_of(&self, node: NodeId) -> usize {
        let policy = self.simulation.settings().primary().expect("regions");
        policy.groups.iter().position(|group| group.members.contains(&node)).expect("at home")
    }

    fn look(&mut self, facts: &[Fact], level: Option<Freshness>) {
        self.ledger.observe_all(facts, &self.simulation);
        for fact in facts {
            match &fact.what {
                What::Asked { op, client, key, node, act, .. } => {
                    let region = self.region_of(*node);
                    self.asked.insert(*op, (*client, *key, region));
                    if **act == Act::Read
                        && let Some(level) = level
                    {
                        let everywhere = self.conflicts() == Conflicts::LogOrder;
                        let counts = |(version, at): &&(Arc<Version>, usize)| {
                            version.key == *key && (everywhere || *at == region)
                        };
                        let acknowledged = self.acknowledged.iter().filter(counts);
                        let own = self.own.get(client).into_iter().flatten().filter(|v| v.key == *key);
                        let read = Read {
                            level,
                            client: *client,
                            key: *key,
                            acknowledged: acknowledged.map(|(version, _)| Arc::clone(version)).collect(),
                            own: own.cloned().collect(),
                        };
                        self.reads.insert(*op, read);
                    }
                }
                What::Accepted { op, version, .. } => {
                    self.versions.insert(*op, Arc::clone(version));
                    self.log.push(Arc::clone(version));
                }
                What::Answered { op, outcome: Outcome::Written(_) } => {
                    let (client, _, region) = self.asked[op];
                    let version = Arc::clone(&self.versions[op]);
                    self.own.entry(client).or_default().push(Arc::clone(&version));
                    self.acknowledged.push((version, region));
                }
                What::Answered { op, outcome: Outcome::Found(held) } => self.judge(*op, held),
                _ => {}
            }
        }
    }

    fn judge(&mut self, op: OpId, held: &Held) {
        let conflicts = self.conflicts();
        let Some(read) = self.reads.remove(&op) else { return };
        let lacks = |versions: &[Arc<Version>]| -> Vec<WriteId> {
            versions.iter().filter(|v| !held.reflects(v, conflicts)).map(|v| v.id).collect()
        };
        let (missed, own) = (lacks(&read.acknowledged), lacks(&read.own));
        *self.judged.entry(read.level.name()).or_default() += 1;
        let broken = match read.level {
            Freshness::Strong => !missed.is_empty(),
            Freshness::Bounded => missed.len() as u64 > BOUND.versions,
            Freshness::Session => !own.is_empty(),
            Freshness::Prefix | Freshness::Eventual => false,
        };
        if broken {
            let (level, key) = (read.level, read.key);
            self.mistakes.push(format!("{op} {level} of {key} lacks {missed:?}, of its own {own:?}"));
        }
        let own = self.own.entry(read.client).or_default();
        own.extend(held.versions().iter().filter(|v| v.dot.counter > 0).cloned());
    }

    fn go_on(&mut self, span: Span) {
        let until = self.simulation.position().at + span;
        let mut facts = Vec::new();
        while self.simulation.next_at().is_some_and(|at| at <= until) {
            facts.clear();
            self.simulation.step(&mut facts);
            self.look(&facts, None);
        }
        self.simulation.rest_until(until);
    }

    fn give(&mut self, command: &Command) {
        let mut facts = Vec::new();
        let level = match command {
            Command::Submit(Ask { level: Some(Level::Fresh(level)), .. }) => Some(*level),
            _ => None,
        };
        if self.simulation.apply(command, &mut facts).is_ok() {
            self.look(&facts, level);
        }
    }

    fn calm_down(&mut self) {
        self.give(&Command::Heal(Mend::All));
        self.give(&Command::SetLink { scope: Scope::All, change: LinkChange::Loss(Ppm::NEVER) });
        for index in 0..self.simulation.scenario().replicas.len() {
            let node = NodeId::at(index);
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

    /// Whether what a replica holds is what the log was at some point.
    fn shows_a_prefix(&self, node: NodeId) -> bool {
        let held = |key| self.simulation.held(node, KeyId(key)).newest();
        let place = |write: WriteId| self.log.iter().position(|version| version.id == write);
        let upto = (0..KEYS).filter_map(held).filter_map(place).max().map_or(0, |place| place + 1);
        (0..KEYS).all(|key| {
            let newest = self.log[..upto].iter().rev().find(|version| version.key == KeyId(key));
            match newest {
                Some(version) => held(key) == Some(version.id),
                None => held(key).is_none_or(|write| place(write).is_none()),
            }
        })
    }
}

fn levels() -> impl Iterator<Item = Option<Freshness>> {
    Freshness::ALL.into_iter().map(Some).chain([None])
}

/// Once quiet, all regions hold the same, and then nothing changes; and meanwhile every read had what its level
/// promises: strong misses nothing acknowledged, bounded at most K versions, a session nothing of its own.
#[test]
fn regions_converge_once_quiet_and_reads_keep_their_promises() {
    for (index, level) in (0..).zip(levels()) {
        for_tables(30, 600 + index, (level, Faults::All), |watched, _| {
            watched.calm_down();
            watched.no_mistakes()?;
            let simulation = &watched.simulation;
            let members: Vec<_> = simulation.view().replicas.iter().map(|r| r.member.clone()).collect();
            prop_assert!(simulation.converged(), "{level:?}: {members:#?}");
            prop_assert!(simulation.settled());
            Ok(())
        });
    }
}

/// Walls between regions move no leader, and then the promises hold with the log known: whatever a replica
/// shows is a prefix of it.
#[test]
fn a_replica_shows_a_prefix_of_the_one_log() {
    for_tables(60, 611, (Some(Freshness::Eventual), Faults::Walls), |watched, plan| {
        let mut again = Watched::new(plan);
        for (pause, command) in &plan.moves {
            again.go_on(*pause);
            again.give(command);
            for index in 0..plan.scenario.replicas.len() {
                prop_assert!(again.shows_a_prefix(NodeId::at(index)), "replica {index}");
            }
        }
        watched.no_mistakes()
    });
}

/// The promises are really put to the test: strong reads were judged, and weak ones do miss what was
/// acknowledged.
#[test]
fn weak_reads_miss_what_strong_ones_may_not() {
    use std::cell::Cell;
    let (missing, strong) = (Cell::new(0_u64), Cell::new(0_u64));
    for_tables(60, 612, (Some(Freshness::Strong), Faults::Walls), |watched, _| {
        strong.set(strong.get() + watched.judged.get("strong").copied().unwrap_or(0));
        Ok(())
    });
    for_tables(60, 613, (Some(Freshness::Prefix), Faults::Walls), |watched, _| {
        missing.set(missing.get() + watched.ledger.tally.stale_reads);
        Ok(())
    });
    assert!(
        missing.get() > meets(20, 5) && strong.get() > meets(20, 5),
        "{missing:?} stale, {strong:?} strong"
    );
}

/// `settled` says that nothing changes any more unless somebody does something.
#[test]
fn settled_regions_change_no_data_by_themselves() {
    for (index, level) in (0..).zip([None, Some(Freshness::Session)]) {
        for_tables(25, 620 + index, (level, Faults::All), |watched, _| {
            if !watched.simulation.settled() {
                return Ok(());
            }
            let mut facts = Vec::new();
            let until = watched.simulation.position().at + Span::secs(200);
            watched.simulation.advance_to(until, &mut facts);
            let changed = facts.iter().find(|fact| fact.what.changes_data());
            prop_assert!(changed.is_none(), "settled, but {changed:?}");
            Ok(())
        });
    }
}
