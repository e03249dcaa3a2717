//! Random scenarios, commands and moves, made from plain draws so that a failure shrinks by itself.
//! Every match over a vocabulary is exhaustive: a new command breaks this file until it is generated too.

use std::{fmt::Debug, sync::Arc};

use laggard::{
    action::{
        Act, AntiEntropy, Ask, Asks, ClientChange, Command, Context, Coordinator, Copies, Digest,
        FailureDetector, Guarantee, HintHolder, HintRules, LeaderlessPolicy, Level, Means, Mend, Operation,
        Propagation, Protocol, Quorum, ReadRepair, Route, Setting, Settings, Style, Switch, TombstoneRules,
        WhenUnable,
    },
    base::{ClientId, CutId, KeyId, NodeId, Ppm, Seed, SimTime, Span, ZoneId},
    data::{Clocks, Conflicts, Kind, Stamp, Update, Value},
    drive::{Cause, Timeline},
    net::{CutShape, Delay, LinkChange, LinkProfile, Network, Order, Scope},
    scenario::{ClientSpec, Scenario, WorkloadSpec},
    sim::{Fact, Simulation},
};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed, TestCaseError, TestRunner},
};

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

/// Runs a property over fixed random inputs.
pub(crate) fn for_draws<S: Strategy>(
    cases: u32,
    seed: u64,
    strategy: &S,
    property: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    // LAWS_SEED=7 cargo test --test laws: other plans than those of every day.
    let other: u64 = std::env::var("LAWS_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(0);
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

fn any_level(dice: &mut Dice<'_>, settings: &Settings, operation: Operation) -> Level {
    let level = match dice.below(8) {
        0 => Level::One,
        1 => Level::Quorum,
        2 => Level::Two,
        3 => Level::Three,
        4 => Level::All,
        5 => dice.pick(&[Level::LocalOne, Level::LocalQuorum, Level::EachQuorum]),
        6 => Level::Any,
        _ => Level::Exactly(1 + dice.small(settings.copies)),
    };
    // An exhaustive match, so that a new level is generated above.
    match level {
        Level::Any
        | Level::One
        | Level::Two
        | Level::Three
        | Level::Quorum
        | Level::All
        | Level::LocalOne
        | Level::LocalQuorum
        | Level::EachQuorum
        | Level::Exactly(_) => {}
        Level::Fresh(_) => unreachable!("for regions, which have laws of their own"),
    }
    if settings.admits(level, operation).is_ok() { level } else { Level::One }
}

/// N, of the same form as it is.
fn any_copies(dice: &mut Dice<'_>, scenario: &Scenario) -> Copies {
    let count = scenario.replicas.len();
    if scenario.settings.per_zone.is_empty() {
        return Copies::InAll(1 + dice.small(u16::try_from(count).expect("few")));
    }
    let topology = scenario.topology();
    let members = |zone| topology.members(ZoneId(u16::try_from(zone).expect("few"))).len();
    let mut zones: Vec<u16> = (0..topology.zones().len())
        .map(|zone| u16::try_from(dice.below(members(zone) + 1)).expect("few"))
        .collect();
    zones[0] = zones[0].max(1);
    Copies::PerZone(zones)
}

pub(crate) fn any_delay(dice: &mut Dice<'_>) -> Delay {
    let kind = dice.below(9);
    let delay = delay_of_kind(kind, dice);
    assert_eq!(delay_kind(&delay), kind, "every delay is generated");
    delay
}

fn delay_of_kind(kind: usize, dice: &mut Dice<'_>) -> Delay {
    let mut millis = |bound: u64| Span::millis(1 + dice.below_u64(bound));
    match kind {
        0 => Delay::Fixed(millis(100)),
        1 => {
            let min = millis(50);
            Delay::Uniform { min, max: Span(min.0 + millis(100).0) }
        }
        2 => Delay::Exponential { mean: millis(60) },
        3 => Delay::Normal { mean: millis(60), deviation: millis(60) },
        4 => Delay::Lognormal { median: millis(40), sigma: 0.7 },
        5 => Delay::Pareto { scale: millis(20), shape: 1.5 },
        6 => Delay::Mixture(
            [(Ppm::percent(80), Delay::Fixed(millis(20))), (Ppm::percent(20), Delay::Fixed(millis(400)))]
                .into(),
        ),
        7 => Delay::Empirical([millis(10), millis(50), millis(300)].into()),
        _ => Delay::Quantiles([(Ppm::NEVER, Span::ZERO), (Ppm::ALWAYS, millis(200))].into()),
    }
}

fn delay_kind(delay: &Delay) -> usize {
    match delay {
        Delay::Fixed(_) => 0,
        Delay::Uniform { .. } => 1,
        Delay::Exponential { .. } => 2,
        Delay::Normal { .. } => 3,
        Delay::Lognormal { .. } => 4,
        Delay::Pareto { .. } => 5,
        Delay::Mixture(_) => 6,
        Delay::Empirical(_) => 7,
        Delay::Quantiles(_) => 8,
    }
}

fn some_loss(dice: &mut Dice<'_>) -> Ppm {
    if dice.one_in(2) { Ppm::percent(u32::from(dice.small(60))) } else { Ppm::NEVER }
}

fn any_style(dice: &mut Dice<'_>) -> Style {
    let style = dice.pick(&[Style::PushPull, Style::Push, Style::Pull]);
    match style {
        Style::Push | Style::Pull | Style::PushPull => style,
    }
}

fn some_anti_entropy(dice: &mut Dice<'_>) -> AntiEntropy {
    AntiEntropy {
        every: Span::millis(50 + dice.below_u64(1_000)),
        style: any_style(dice),
        fan_out: 1 + dice.small(3),
        digest: dice.pick(&[Digest::Full, Digest::Vector, Digest::Merkle]),
    }
}

pub(crate) fn any_scenario(dice: &mut Dice<'_>) -> Scenario {
    let count = 3 + dice.below(4);
    let mut scenario = Scenario::of(count);
    scenario.network = Network::new(
        count,
        LinkProfile {
            delay: any_delay(dice),
            loss: some_loss(dice),
            duplicate: some_loss(dice),
            order: dice.pick(&[Order::MayOvertake, Order::Fifo]),
        },
    );
    for _ in 0..dice.below(3) {
        let scope = any_scope(dice, &scenario);
        let change = any_link_change(dice);
        scenario.network.change(scope, &change);
    }
    let copies = if dice.one_in(2) { 1 + dice.below(count) } else { count };
    let copies = u16::try_from(copies).expect("few");
    scenario.settings.copies = copies;
    if dice.one_in(3) {
        for replica in &mut scenario.replicas {
            replica.zone = Some(dice.pick(&["east", "west"]).into());
        }
        scenario.settings.per_zone = vec![0; scenario.topology().zones().len()];
        let copies = any_copies(dice, &scenario);
        scenario.settings.set_copies(&copies);
    }
    scenario.settings.write = any_level(dice, &scenario.settings, Operation::Write);
    scenario.settings.read = any_level(dice, &scenario.settings, Operation::Read);
    scenario.settings.timeout = Span::millis(200 + dice.below_u64(3_000));
    scenario.settings.conflicts = dice.pick(&[Conflicts::LastWriteWins, Conflicts::Siblings]);
    scenario.settings.propagation =
        dice.pick(&[Propagation::Direct, Propagation::Direct, Propagation::Gossip]);
    let gossips = scenario.settings.propagation == Propagation::Gossip || dice.one_in(2);
    scenario.settings.anti_entropy = gossips.then(|| some_anti_entropy(dice));
    scenario.settings.clocks = dice.pick(&[Clocks::Physical, Clocks::Physical, Clocks::Hlc, Clocks::Lamport]);
    scenario.settings.protocol = Protocol::Leaderless(some_rules(dice));
    scenario.keys = (0..=dice.below(3)).map(|i| format!("k{i}").into()).collect();
    if dice.one_in(2) {
        scenario.initial = vec![(KeyId(0), Value::text("first"))];
    }
    for replica in &mut scenario.replicas {
        if dice.one_in(3) {
            replica.skew = dice.signed(5_000) * 1_000_000;
            replica.drift = i32::try_from(dice.signed(50_000)).expect("small");
        }
    }
    scenario.clients = (0..=dice.below(3)).map(|i| any_client(dice, i, &scenario)).collect();
    if dice.one_in(2) {
        scenario.workload = Some(any_workload(dice, scenario.keys.len()));
    }
    scenario.settings.kinds = any_kinds(dice, &scenario);
    scenario.settings.truncate_at = dice.one_in(4).then(|| 1 + dice.small(3));
    scenario
}

/// Rules of leaderless replication, mostly the plainest.
fn some_rules(dice: &mut Dice<'_>) -> LeaderlessPolicy {
    let hints = dice.one_in(3).then(|| some_hints(dice));
    let rules = LeaderlessPolicy {
        retransmit: dice.one_in(4).then(|| Span::millis(50 + dice.below_u64(2_000))),
        hints,
        failure_detector: dice.one_in(4).then(|| {
            let gossip_every = Span::millis(50 + dice.below_u64(500));
            FailureDetector { timeout: Span(gossip_every.0 * (4 + dice.below_u64(8))), gossip_every }
        }),
        tombstones: dice.one_in(5).then(|| TombstoneRules {
            gc_grace: Span::millis(dice.below_u64(20_000)),
            compact_every: Span::millis(50 + dice.below_u64(2_000)),
        }),
        asks: dice.pick(&[Asks::All, Asks::Exactly]),
        speculative: dice.one_in(3).then(|| Span::millis(1 + dice.below_u64(300))),
        read_repair: any_read_repair(dice),
        coordinator: dice.pick(&[Coordinator::Any, Coordinator::Any, Coordinator::Replica]),
        quorum: if hints.is_some() { dice.pick(&[Quorum::Strict, Quorum::Sloppy]) } else { Quorum::Strict },
    };
    // An exhaustive match, so that a new rule is generated above.
    match (rules.asks, rules.coordinator, rules.quorum) {
        (
            Asks::All | Asks::Exactly,
            Coordinator::Any | Coordinator::Replica,
            Quorum::Strict | Quorum::Sloppy,
        ) => {}
    }
    rules
}

fn any_read_repair(dice: &mut Dice<'_>) -> ReadRepair {
    let repair = dice.pick(&[ReadRepair::Off, ReadRepair::Off, ReadRepair::Async, ReadRepair::Blocking]);
    match repair {
        ReadRepair::Off | ReadRepair::Async | ReadRepair::Blocking => repair,
    }
}

fn some_hints(dice: &mut Dice<'_>) -> HintRules {
    let holder = dice.pick(&[HintHolder::Coordinator, HintHolder::Next]);
    match holder {
        HintHolder::Coordinator | HintHolder::Next => {}
    }
    HintRules {
        window: Span::millis(dice.below_u64(20_000)),
        holder,
        replay_every: Span::millis(50 + dice.below_u64(2_000)),
    }
}

fn any_client(dice: &mut Dice<'_>, index: usize, scenario: &Scenario) -> ClientSpec {
    let settings = &scenario.settings;
    let mut client = ClientSpec::at(&format!("client {index}"), node(dice, scenario));
    client.write = dice.one_in(4).then(|| any_level(dice, settings, Operation::Write));
    client.read = dice.one_in(4).then(|| any_level(dice, settings, Operation::Read));
    client.timeout = dice.one_in(4).then(|| Span::millis(1 + dice.below_u64(900)));
    client.policy.guarantees = some_guarantees(dice, 4);
    if dice.one_in(3) {
        client.policy.by = any_means(dice);
        client.policy.when_unable = any_when_unable(dice);
        client.policy.route = dice.pick(&Route::ALL);
    }
    client
}

fn some_guarantees(dice: &mut Dice<'_>, one_in: usize) -> Vec<Guarantee> {
    Guarantee::ALL.into_iter().filter(|_| dice.one_in(one_in)).collect()
}

fn any_means(dice: &mut Dice<'_>) -> Means {
    let means = dice.pick(&[Means::Token, Means::Sticky, Means::Quorum]);
    match means {
        Means::Token | Means::Sticky | Means::Quorum => means,
    }
}

pub(crate) fn any_when_unable(dice: &mut Dice<'_>) -> WhenUnable {
    let when = dice.pick(&[WhenUnable::Fail, WhenUnable::Redirect, WhenUnable::Wait]);
    match when {
        WhenUnable::Fail | WhenUnable::Redirect | WhenUnable::Wait => when,
    }
}

fn any_client_id(dice: &mut Dice<'_>, scenario: &Scenario) -> ClientId {
    ClientId(dice.small(u16::try_from(scenario.clients.len()).expect("few")))
}

fn any_client_change(dice: &mut Dice<'_>, scenario: &Scenario) -> ClientChange {
    ClientChange {
        guarantees: dice.one_in(2).then(|| some_guarantees(dice, 2)),
        by: dice.one_in(2).then(|| any_means(dice)),
        when_unable: dice.one_in(2).then(|| any_when_unable(dice)),
        route: dice.one_in(2).then(|| dice.pick(&Route::ALL)),
        at: dice.one_in(4).then(|| node(dice, scenario)),
    }
}

fn any_workload(dice: &mut Dice<'_>, keys: usize) -> WorkloadSpec {
    WorkloadSpec {
        operations: None,
        mean_gap: Span::millis(5 + dice.below_u64(200)),
        reads: Ppm::percent(u32::from(dice.small(100))),
        keys: (0..keys).map(|i| KeyId(u32::try_from(i).expect("few"))).collect(),
        skew: if dice.one_in(2) { 1.0 } else { 0.0 },
        stop: dice.one_in(2).then(|| SimTime(Span::millis(dice.below_u64(5_000)).0)),
    }
}

/// A move. Half of them let something happen.
pub(crate) fn any_move(dice: &mut Dice<'_>, scenario: &Scenario) -> Move {
    match dice.below(6) {
        0 | 1 => Move::Advance(Span::micros(1 + dice.below_u64(65_000) * 10)),
        2 => Move::Steps(dice.below_u64(12)),
        _ => Move::Give(any_command(dice, scenario)),
    }
}

/// Of these numbers each kind of command has at least one; asking and writing are more common.
pub(crate) const COMMAND_KINDS: usize = 15;

pub(crate) fn any_command(dice: &mut Dice<'_>, scenario: &Scenario) -> Command {
    let kind = dice.below(COMMAND_KINDS * 2);
    command_of_kind(if kind < COMMAND_KINDS { kind } else { 0 }, dice, scenario)
}

pub(crate) fn command_kind(command: &Command) -> usize {
    match command {
        Command::Submit(_) => 0,
        Command::NameKey(_) => 1,
        Command::Cut { .. } => 2,
        Command::Heal(_) => 3,
        Command::Crash(_) => 4,
        Command::Restart(_) => 5,
        Command::Freeze(_) => 6,
        Command::Thaw(_) => 7,
        Command::Skew { .. } => 8,
        Command::SetLink { .. } => 9,
        Command::Set(_) => 10,
        Command::Workload(_) => 11,
        Command::Destroy(_) => 12,
        Command::Repair(_) => 13,
        Command::SetClient { .. } => 14,
        Command::Promote(_) => unreachable!("only a replica set has a primary: see `replication`"),
    }
}

pub(crate) fn command_of_kind(kind: usize, dice: &mut Dice<'_>, scenario: &Scenario) -> Command {
    match kind {
        0 => Command::Submit(any_ask(dice, scenario)),
        1 => Command::NameKey(format!("k{}", dice.below(8)).into()),
        2 => Command::Cut { name: any_cut_name(dice), shape: any_cut_shape(dice, scenario) },
        3 => Command::Heal(any_mend(dice)),
        4 => Command::Crash(node(dice, scenario)),
        5 => Command::Restart(node(dice, scenario)),
        6 => Command::Freeze(node(dice, scenario)),
        7 => Command::Thaw(node(dice, scenario)),
        8 => Command::Skew { node: node(dice, scenario), offset: dice.signed(60_000) * 1_000_000 },
        9 => Command::SetLink { scope: any_scope(dice, scenario), change: any_link_change(dice) },
        10 => Command::Set(any_setting(dice, scenario)),
        11 => Command::Workload(dice.pick(&[Switch::Start, Switch::Stop])),
        12 => Command::Destroy(node(dice, scenario)),
        13 => Command::Repair(dice.one_in(2).then(|| node(dice, scenario))),
        14 => Command::SetClient {
            client: any_client_id(dice, scenario),
            change: any_client_change(dice, scenario),
        },
        _ => unreachable!("COMMAND_KINDS counts the arms above"),
    }
}

fn any_ask(dice: &mut Dice<'_>, scenario: &Scenario) -> Ask {
    let act = match dice.below(3) {
        0 => Act::Read,
        _ => Act::Write {
            value: any_value(dice),
            context: dice.pick(&[Context::Last, Context::None]),
            stamp: dice.one_in(8).then(|| Stamp::at(dice.signed(3_000) * 1_000_000)),
        },
    };
    let ask = ask_for(dice, scenario, act);
    let kind = scenario.settings.kind(ask.key);
    match &ask.act {
        Act::Write { .. } if kind.is_state() => Ask { act: Act::Update(any_update(dice)), ..ask },
        Act::Read | Act::Write { .. } | Act::Update(_) => ask,
    }
}

fn ask_for(dice: &mut Dice<'_>, scenario: &Scenario, act: Act) -> Ask {
    let operation = act.operation();
    Ask {
        client: any_client_id(dice, scenario),
        at: dice.one_in(2).then(|| node(dice, scenario)),
        // One beyond those of the scenario: named on the way, or refused.
        key: KeyId(u32::from(dice.small(u16::try_from(scenario.keys.len()).expect("few") + 1))),
        act,
        level: dice.one_in(3).then(|| any_level(dice, &scenario.settings, operation)),
        wait: None,
    }
}

pub(crate) fn any_value(dice: &mut Dice<'_>) -> Value {
    let kind = dice.below(4);
    let value = match kind {
        0 => Value::Number(i64::from(dice.small(120)) - 10),
        1 => Value::text(&format!("{}", dice.below(40) * 7)),
        2 => Value::text(&format!("{}a", dice.below(120))),
        _ => Value::Tombstone,
    };
    match value {
        Value::Number(_) | Value::Text(_) | Value::Tombstone => value,
        Value::Set(_) | Value::Update(_) => unreachable!("nobody writes one"),
    }
}

fn any_update(dice: &mut Dice<'_>) -> Update {
    let amount = u32::from(1 + dice.small(5));
    let element = Value::Number(i64::from(dice.small(4)));
    let kind = dice.below(4);
    let update = match kind {
        0 => Update::Increment(amount),
        1 => Update::Decrement(amount),
        2 => Update::Add(element),
        _ => Update::Remove(element),
    };
    let generated = match &update {
        Update::Increment(_) => 0,
        Update::Decrement(_) => 1,
        Update::Add(_) => 2,
        Update::Remove(_) => 3,
    };
    assert_eq!(kind, generated, "every update is generated");
    update
}

/// A kind for each key but the first, which is a plain value, as is all that has no copy on every replica.
fn any_kinds(dice: &mut Dice<'_>, scenario: &Scenario) -> Arc<[Kind]> {
    let everywhere = usize::from(scenario.settings.copies) == scenario.replicas.len();
    if !everywhere || dice.one_in(2) {
        return [].into();
    }
    let mut kind = || {
        let number = dice.below(7);
        let kind = match number {
            0 => Kind::Value,
            1 => Kind::Register(Conflicts::LastWriteWins),
            2 => Kind::Register(Conflicts::Siblings),
            3 => Kind::Register(Conflicts::VectorSiblings),
            4 => Kind::GrowCounter,
            5 => Kind::Counter,
            _ => Kind::Set,
        };
        let generated = match kind {
            Kind::Value => 0,
            Kind::Register(Conflicts::LastWriteWins) => 1,
            Kind::Register(Conflicts::Siblings) => 2,
            Kind::Register(Conflicts::VectorSiblings) => 3,
            Kind::Register(Conflicts::LogOrder) => unreachable!("a primary's own"),
            Kind::GrowCounter => 4,
            Kind::Counter => 5,
            Kind::Set => 6,
        };
        assert_eq!(number, generated, "every kind is generated");
        kind
    };
    (0..scenario.keys.len()).map(|key| if key == 0 { Kind::Value } else { kind() }).collect()
}

fn any_cut_name(dice: &mut Dice<'_>) -> Option<Arc<str>> {
    dice.one_in(2).then(|| format!("wall {}", dice.below(2)).into())
}

fn any_cut_shape(dice: &mut Dice<'_>, scenario: &Scenario) -> CutShape {
    let kind = dice.below(4);
    let shape = match kind {
        0 => {
            let mut groups = vec![Vec::new(); 1 + dice.below(3)];
            for index in 0..scenario.replicas.len() {
                let group = dice.below(groups.len() + 1);
                if let Some(group) = groups.get_mut(group) {
                    group.push(NodeId::at(index));
                }
            }
            CutShape::Groups(groups)
        }
        1 => CutShape::Isolate(node(dice, scenario)),
        2 => {
            let (a, b) = two_nodes(dice, scenario);
            CutShape::Link(a, b)
        }
        _ => {
            let (from, to) = two_nodes(dice, scenario);
            CutShape::OneWay { from, to }
        }
    };
    let generated = match &shape {
        CutShape::Groups(_) => 0,
        CutShape::Isolate(_) => 1,
        CutShape::Link(..) => 2,
        CutShape::OneWay { .. } => 3,
    };
    assert_eq!(kind, generated, "every shape is generated");
    shape
}

fn any_mend(dice: &mut Dice<'_>) -> Mend {
    let kind = dice.below(3);
    let mend = match kind {
        0 => Mend::All,
        1 => Mend::One(CutId(u32::from(dice.small(6)))),
        _ => Mend::Named(format!("wall {}", dice.below(2)).into()),
    };
    let generated = match &mend {
        Mend::All => 0,
        Mend::One(_) => 1,
        Mend::Named(_) => 2,
    };
    assert_eq!(kind, generated, "every mend is generated");
    mend
}

fn any_scope(dice: &mut Dice<'_>, scenario: &Scenario) -> Scope {
    let kind = dice.below(3);
    let (a, b) = two_nodes(dice, scenario);
    let scope = match kind {
        0 => Scope::All,
        1 => Scope::Between(a, b),
        _ => Scope::OneWay { from: a, to: b },
    };
    let generated = match scope {
        Scope::All => 0,
        Scope::Between(..) => 1,
        Scope::OneWay { .. } => 2,
    };
    assert_eq!(kind, generated, "every scope is generated");
    scope
}

fn any_link_change(dice: &mut Dice<'_>) -> LinkChange {
    let kind = dice.below(4);
    let change = match kind {
        0 => LinkChange::Delay(any_delay(dice)),
        1 => LinkChange::Loss(Ppm::percent(u32::from(dice.small(101)))),
        2 => LinkChange::Duplicate(Ppm::percent(u32::from(dice.small(101)))),
        _ => LinkChange::Order(dice.pick(&[Order::Fifo, Order::MayOvertake])),
    };
    let generated = match &change {
        LinkChange::Delay(_) => 0,
        LinkChange::Loss(_) => 1,
        LinkChange::Duplicate(_) => 2,
        LinkChange::Order(Order::Fifo | Order::MayOvertake) => 3,
    };
    assert_eq!(kind, generated, "every change is generated");
    change
}

fn any_setting(dice: &mut Dice<'_>, scenario: &Scenario) -> Setting {
    let kind = dice.below(8);
    let settings = &scenario.settings;
    let setting = match kind {
        0 => Setting::LatencyPercent(u32::from(dice.small(400))),
        1 => Setting::WriteLevel(any_level(dice, settings, Operation::Write)),
        2 => Setting::ReadLevel(any_level(dice, settings, Operation::Read)),
        3 => Setting::AntiEntropy(dice.one_in(2).then(|| some_anti_entropy(dice))),
        4 => Setting::Timeout(Span::millis(dice.below_u64(3_000))),
        5 => Setting::Copies(any_copies(dice, scenario)),
        6 => Setting::Hints(dice.one_in(2).then(|| some_hints(dice))),
        _ => Setting::ReadRepair(any_read_repair(dice)),
    };
    let generated = match &setting {
        Setting::LatencyPercent(_) => 0,
        Setting::WriteLevel(_) => 1,
        Setting::ReadLevel(_) => 2,
        Setting::AntiEntropy(_) => 3,
        Setting::Timeout(_) => 4,
        Setting::Copies(_) => 5,
        Setting::Hints(_) => 6,
        Setting::ReadRepair(_) => 7,
        Setting::MinReplicas(_) | Setting::MaxLag(_) | Setting::ReadsFrom(_) => {
            unreachable!("only a replica set has a primary: see `replication`")
        }
    };
    assert_eq!(kind, generated, "every setting is generated");
    setting
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

/// The same without the loss of a disk and with tombstones that are kept: replicas forget nothing
/// (a premise of several laws of SEMANTICS §14).
pub(crate) fn durable(mut plan: Plan) -> Plan {
    if let Some(rules) = plan.scenario.settings.leaderless_mut() {
        rules.tombstones = None;
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

#[test]
fn every_kind_of_command_is_generated() {
    let scenario = Scenario::of(4);
    for kind in 0..COMMAND_KINDS {
        let draws = [1; 14];
        assert_eq!(command_kind(&command_of_kind(kind, &mut Dice::new(&draws), &scenario)), kind);
    }
}
