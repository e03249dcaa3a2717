//! Random scenarios.

use std::sync::Arc;

use laggard::{
    action::{
        AntiEntropy, Asks, ClientChange, Coordinator, Copies, Digest, Durability, FailureDetector, Guarantee,
        HintHolder, HintRules, LeaderlessPolicy, Level, Means, Operation, Propagation, Protocol, Quorum,
        ReadRepair, Route, Settings, Style, TombstoneRules, WhenUnable,
    },
    base::{ClientId, KeyId, Ppm, SimTime, Span, ZoneId},
    data::{Clocks, Conflicts, Kind, Value},
    net::{Delay, LinkProfile, Network, Order},
    scenario::{ClientSpec, Scenario, WorkloadSpec},
};

use super::{
    Dice,
    command::{any_link_change, any_scope},
    node,
};

pub(super) fn any_level(dice: &mut Dice<'_>, settings: &Settings, operation: Operation) -> Level {
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
pub(super) fn any_copies(dice: &mut Dice<'_>, scenario: &Scenario) -> Copies {
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

pub(super) fn some_anti_entropy(dice: &mut Dice<'_>) -> AntiEntropy {
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
    let durability = any_durability(dice);
    if let Some(rules) = scenario.settings.leaderless_mut() {
        rules.durability = durability;
    }
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
        durability: Durability::Journal,
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

fn any_durability(dice: &mut Dice<'_>) -> Durability {
    let every = Span::millis(50 + dice.below_u64(5_000));
    let durability = dice.pick(&[Durability::Journal, Durability::Journal, Durability::Snapshot { every }]);
    match durability {
        Durability::Journal | Durability::Snapshot { .. } => durability,
    }
}

pub(super) fn any_read_repair(dice: &mut Dice<'_>) -> ReadRepair {
    let repair = dice.pick(&[ReadRepair::Off, ReadRepair::Off, ReadRepair::Async, ReadRepair::Blocking]);
    match repair {
        ReadRepair::Off | ReadRepair::Async | ReadRepair::Blocking => repair,
    }
}

pub(super) fn some_hints(dice: &mut Dice<'_>) -> HintRules {
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

pub(super) fn any_client_id(dice: &mut Dice<'_>, scenario: &Scenario) -> ClientId {
    ClientId(dice.small(u16::try_from(scenario.clients.len()).expect("few")))
}

pub(super) fn any_client_change(dice: &mut Dice<'_>, scenario: &Scenario) -> ClientChange {
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
