//! Once quiet, and with some repair on, all replicas of every key come to hold the same (SEMANTICS §14): under
//! every policy, every anti-entropy style and digest, and in every system.
//!
//! ```text
//! handed     retransmission alone, hints alone: what each promises, and where its promise ends
//! never      where nothing repairs: "never" is true, and so is the reason
//! elections  a replica set that is said to be settled is
//! ```

mod elections;
mod handed;
mod never;

use std::sync::Arc;

use laggard::{
    action::{
        Act, AntiEntropy, Ask, Command, Condition, Context, Digest, Durability, Guarantee, Mend, Propagation,
        Setting, Settings, Style, Switch,
    },
    base::{ClientId, KeyId, NodeId, Ppm, Span},
    data::{Conflicts, Kind, Value},
    drive::Timeline,
    net::{CutShape, Delay, LinkChange, LinkProfile, Network, Scope},
    scenario::{Scenario, systems::PROFILES},
    sim::Simulation,
};
use proptest::{prelude::*, test_runner::TestCaseError};

use crate::{
    crdt::update,
    generate::{Dice, Move, Plan, calm, for_draws, for_plans, make, on_every_replica, play, run, run_on},
};

const CONVERGED: Condition = Condition::Converged { within: None };
const STYLES: [Style; 3] = [Style::Push, Style::Pull, Style::PushPull];
const DIGESTS: [Digest; 3] = [Digest::Full, Digest::Vector, Digest::Merkle];

/// Every way in which versions of a key collapse. The register is of another policy than its cluster.
const POLICIES: [(Conflicts, Kind); 8] = [
    (Conflicts::LastWriteWins, Kind::Value),
    (Conflicts::Siblings, Kind::Value),
    (Conflicts::VectorSiblings, Kind::Value),
    (Conflicts::LastWriteWins, Kind::Register(Conflicts::Siblings)),
    (Conflicts::Siblings, Kind::Register(Conflicts::LastWriteWins)),
    (Conflicts::LastWriteWins, Kind::GrowCounter),
    (Conflicts::Siblings, Kind::Counter),
    (Conflicts::LastWriteWins, Kind::Set),
];

/// The plan with all its keys under this policy.
fn under((conflicts, kind): (Conflicts, Kind), plan: Plan) -> Plan {
    let mut plan = if kind.is_state() { on_every_replica(plan) } else { plan };
    let keys = plan.scenario.keys.len();
    plan.scenario.settings.conflicts = conflicts;
    plan.scenario.settings.kinds = vec![kind; keys].into();
    if kind.is_state() {
        plan.scenario.initial.clear();
    }
    for (index, step) in plan.moves.iter_mut().enumerate() {
        let Move::Give(Command::Submit(ask)) = step else { continue };
        match &ask.act {
            Act::Write { .. } if kind.is_state() && ask.key.index() < keys => {
                ask.act = update(kind, index, &ask.act);
            }
            Act::Update(_) if !kind.is_state() => {
                let value = Value::Number(i64::try_from(index).expect("few"));
                ask.act = Act::Write { value, context: Context::Last, stamp: None };
            }
            Act::Read | Act::Write { .. } | Act::Update(_) => {}
        }
    }
    plan
}

/// A preset of this system, and of nothing else; regions where it has some.
fn preset(system: &str) -> Scenario {
    let regions = |members: usize| {
        let all = ["us", "eu"].iter().flat_map(|zone| (0..members).map(move |i| (zone, i)));
        let all: Vec<String> = all.map(|(zone, i)| format!("{{name: {zone}{i}, zone: {zone}}}")).collect();
        (format!("[{}]", all.join(", ")), ["us0", "eu1"])
    };
    let (replicas, [you, me]) = match system {
        "dynamodb-global" => regions(3),
        "cosmos" => regions(4),
        _ => ("[a, b, c, d, e]".to_owned(), ["a", "b"]),
    };
    let text = format!(
        "title: t\nsystem: {system}\ncluster: {{replicas: {replicas}}}\nclients: [{{name: you, at: {you}}}, \
         {{name: me, at: {me}}}]\ndata: {{x: 1, y: 2}}\n"
    );
    Scenario::from_text(system, text.as_bytes()).unwrap_or_else(|problems| panic!("{system}: {problems:?}"))
}

/// The settings of a leaderless system for a plan of another: N no larger than its replicas.
fn settings_of(system: &Scenario, plan: &Plan) -> Settings {
    let mut settings = system.settings.clone();
    let count = u16::try_from(plan.scenario.replicas.len()).expect("few");
    settings.copies = settings.copies.min(count);
    settings
}

/// What makes the cluster quiet (SEMANTICS §1) and leaves its rules as they are.
fn quiet(scenario: &Scenario, loss: Ppm) -> Vec<Move> {
    let gossip = AntiEntropy { every: Span::secs(1), style: Style::Push, fan_out: 1, digest: Digest::Full };
    let mut moves = calm(scenario, gossip, loss);
    moves.retain(|step| !matches!(step, Move::Give(Command::Set(_))));
    moves
}

/// What the replicas of each key hold of it is the same: asked key by key, replica by replica.
fn all_hold_the_same(simulation: &Simulation) -> bool {
    let keys = (0..simulation.keys().len()).map(|index| KeyId(u32::try_from(index).expect("few")));
    keys.into_iter().all(|key| {
        let mut held = simulation.owners(key).map(|node| simulation.held(node, key));
        let first = held.next();
        held.all(|held| Some(held) == first)
    })
}

/// A premise of convergence: what a write must come after is lost with no disk. If it is, nobody may ever
/// show that write who has not seen the other. So writes are ordered, or something is forgotten; not both.
pub(crate) fn nothing_ordered_is_forgotten(mut plan: Plan) -> Plan {
    let orders = |guarantees: &mut Vec<Guarantee>| {
        guarantees.retain(|g| matches!(g, Guarantee::ReadYourWrites | Guarantee::MonotonicReads));
    };
    let forgets = |step: &Move| matches!(step, Move::Give(Command::Destroy(_)));
    let rules = plan.scenario.settings.leaderless();
    let volatile =
        rules.is_some_and(|rules| rules.tombstones.is_some() || rules.durability != Durability::Journal);
    if volatile || plan.moves.iter().any(forgets) {
        for client in &mut plan.scenario.clients {
            orders(&mut client.policy.guarantees);
        }
        for step in &mut plan.moves {
            if let Move::Give(Command::SetClient { change, .. }) = step {
                change.guarantees.iter_mut().for_each(orders);
            }
        }
    }
    plan
}

/// Lets time pass until all hold the same and nothing is left to do, for so long at most.
fn comes_to_agree(simulation: &mut Simulation, seconds: u64) -> Result<(), TestCaseError> {
    for _ in 0..seconds {
        run_on(simulation, &[Move::Advance(Span::secs(1))], |_, _| ());
        // They agree, until a tombstone is forgotten and somebody still has what it deleted.
        let for_now = simulation.purges_are_ahead();
        if simulation.converged() && (simulation.settled() || for_now) {
            prop_assert!(all_hold_the_same(simulation), "said to have converged");
            return Ok(());
        }
    }
    let (converged, settled) = (simulation.converged(), simulation.settled());
    let replicas: Vec<_> = simulation.view().replicas.into_iter().map(|r| (r.held, r.waiting)).collect();
    let settings = simulation.settings();
    prop_assert!(
        false,
        "after {seconds} s of quiet: converged {converged}, settled {settled}; {settings:?} {replicas:#?}"
    );
    Ok(())
}

/// The whole product: rules of replication × policy × style × digest, from states of every kind.
#[test]
fn with_anti_entropy_every_system_converges_under_every_policy_style_and_digest() {
    let systems: Vec<Option<Scenario>> =
        [None, Some("dynamo"), Some("cassandra"), Some("riak")].map(|name| name.map(preset)).into();
    let mut cell = 0;
    for system in &systems {
        for policy in POLICIES {
            for style in STYLES {
                for digest in DIGESTS {
                    cell += 1;
                    for_plans(6, 7_000 + cell, 40, |mut plan| {
                        if let Some(system) = system {
                            plan.scenario.settings = settings_of(system, &plan);
                        }
                        let plan = nothing_ordered_is_forgotten(under(policy, plan));
                        let gossip = AntiEntropy { every: Span::millis(200), style, fan_out: 1, digest };
                        let mut simulation = run(&plan, |_, _| ());
                        let loss = Ppm::percent(20);
                        run_on(&mut simulation, &calm(&plan.scenario, gossip, loss), |_, _| ());
                        comes_to_agree(&mut simulation, 200)
                    });
                }
            }
        }
    }
    assert_eq!(cell, 4 * 8 * 9);
}

/// Of each system its own rules and no others. Cassandra repairs when an operator starts it, and until then
/// is promised nothing.
#[test]
fn every_leaderless_system_converges_by_its_own_rules_once_quiet() {
    for name in ["dynamo", "cassandra", "riak"] {
        let system = preset(name);
        let diverged = std::cell::Cell::new(0);
        for_plans(120, 7_400, 50, |mut plan| {
            plan.scenario.settings = settings_of(&system, &plan);
            plan.moves.retain(|step| !matches!(step, Move::Give(Command::Set(_) | Command::Repair(_))));
            plan.scenario.workload = None;
            let plan = nothing_ordered_is_forgotten(plan);
            let mut timeline = Timeline::new(Arc::new(plan.scenario.clone()), plan.seed);
            play(&mut timeline, &plan.moves);
            play(&mut timeline, &quiet(&plan.scenario, Ppm::NEVER));
            for _ in 0..120 {
                if timeline.simulation().settled() && timeline.simulation().open_operations() == 0 {
                    break;
                }
                make(&mut timeline, &Move::Advance(Span::secs(5)));
            }
            prop_assert!(timeline.simulation().settled());
            if plan.scenario.settings.anti_entropy.is_some() {
                prop_assert!(all_hold_the_same(timeline.simulation()), "{name}");
                return Ok(());
            }
            if !all_hold_the_same(timeline.simulation()) {
                diverged.set(diverged.get() + 1);
                let forgets = timeline.simulation().purges_are_ahead();
                prop_assert!(forgets || timeline.why_never(&CONVERGED).is_some(), "no law without repair");
            }
            make(&mut timeline, &Move::Give(Command::Repair(None)));
            make(&mut timeline, &Move::Advance(Span::secs(10)));
            prop_assert!(all_hold_the_same(timeline.simulation()), "{name} after repair");
            Ok(())
        });
        let automatic = system.settings.anti_entropy.is_some();
        assert_eq!(diverged.get() > 0, !automatic, "{name}: {} diverged", diverged.get());
    }
}

/// What is done to a replica set: writes anywhere, and every fault.
fn any_deed(dice: &mut Dice<'_>, scenario: &Scenario) -> Vec<Move> {
    let count = scenario.replicas.len();
    let pause = Move::Advance(Span::millis([1, 30, 300, 2_000, 9_000][dice.below(5)]));
    let node = NodeId::at(dice.below(count));
    let other = NodeId::at((node.index() + 1 + dice.below(count - 1)) % count);
    let cut = |shape| Command::Cut { name: None, shape };
    let command = match dice.below(16) {
        0 => cut(CutShape::Isolate(node)),
        1 => cut(CutShape::Groups(vec![vec![node, other]])),
        2 => cut(CutShape::OneWay { from: node, to: other }),
        3 => cut(CutShape::Link(node, other)),
        4 => Command::Heal(Mend::All),
        5 => Command::Crash(node),
        6 => Command::Restart(node),
        7 => Command::Freeze(node),
        8 => Command::Thaw(node),
        9 => Command::Promote(node),
        10 => Command::Skew { node, offset: [-3_000_000_000, 7_000_000_000][dice.below(2)] },
        _ => {
            let value = Value::Number(i64::try_from(dice.below(1_000)).expect("small"));
            let act = Act::Write { value, context: Context::Last, stamp: None };
            let key = KeyId(u32::try_from(dice.below(scenario.keys.len())).expect("few"));
            let client = ClientId(u16::try_from(dice.below(scenario.clients.len())).expect("few"));
            Command::Submit(Ask { client, at: Some(node), key, act, level: None, wait: None })
        }
    };
    vec![pause, Move::Give(command)]
}

/// Runs a property over random deeds on a replica set; the dice left over are for the property.
fn for_deeds(
    cases: u32,
    seed: u64,
    deeds: usize,
    scenario: impl Fn(&mut Dice<'_>) -> Scenario,
    property: impl Fn(Plan) -> Result<(), TestCaseError>,
) {
    let draws = (
        prop::collection::vec(any::<u16>(), 24),
        prop::collection::vec(prop::collection::vec(any::<u16>(), 8), 0..deeds),
    );
    let plans = draws.prop_map(|(first, deeds)| {
        let mut dice = Dice::new(&first);
        let seed = laggard::base::Seed(dice.below(50_000) as u64);
        let scenario = scenario(&mut dice);
        let moves = deeds.iter().flat_map(|draws| any_deed(&mut Dice::new(draws), &scenario)).collect();
        Plan { scenario, seed, moves }
    });
    for_draws(cases, seed, &plans, property);
}

#[test]
fn every_system_with_a_primary_converges_by_its_own_rules_once_quiet() {
    let mut tried = 3;
    for profile in PROFILES {
        let system = preset(profile.name);
        if system.settings.primary().is_none() {
            continue;
        }
        tried += 1;
        let scenario = |dice: &mut Dice<'_>| {
            let mut scenario = system.clone();
            let millis = [2, 40, 300][dice.below(3)];
            let delay = Delay::Exponential { mean: Span::millis(millis) };
            scenario.network = Network::new(scenario.replicas.len(), LinkProfile::plain(delay));
            if dice.below(3) == 2 {
                scenario.network.change(Scope::All, &LinkChange::Loss(Ppm::percent(10)));
            }
            scenario
        };
        for_deeds(30, 7_500 + tried, 40, scenario, |plan| {
            let mut simulation = run(&plan, |_, _| ());
            run_on(&mut simulation, &quiet(&plan.scenario, Ppm::NEVER), |_, _| ());
            run_on(&mut simulation, &[Move::Advance(Span::secs(40))], |_, _| ());
            comes_to_agree(&mut simulation, 200)
        });
    }
    assert_eq!(tried, 8, "every system is tried, here or with its anti-entropy");
}

/// Where writes travel by gossip alone, anti-entropy is all there is, and enough.
#[test]
fn where_writes_travel_by_gossip_alone_replicas_converge_once_quiet() {
    for (index, style) in (0..).zip(STYLES) {
        for_plans(15, 7_600 + index, 50, |mut plan| {
            let gossip = AntiEntropy { every: Span::millis(100), style, fan_out: 1, digest: Digest::Full };
            plan.scenario.settings.propagation = Propagation::Gossip;
            plan.scenario.settings.anti_entropy = Some(gossip);
            let mut simulation = run(&plan, |_, _| ());
            run_on(&mut simulation, &calm(&plan.scenario, gossip, Ppm::percent(40)), |_, _| ());
            comes_to_agree(&mut simulation, 200)
        });
    }
}

/// y=3 replaced y=1, which x=2 comes after, and itself comes after x=2: what gossip brings a replica that missed
/// all three waits for each other, and is stored together.
#[test]
fn writes_that_wait_for_each_other_come_together() {
    let mut scenario = Scenario::of(3);
    scenario.keys.push("y".into());
    let gossip =
        AntiEntropy { every: Span::millis(200), style: Style::Push, fan_out: 1, digest: Digest::Full };
    scenario.settings.anti_entropy = Some(gossip);
    scenario.clients[0].policy.guarantees = vec![Guarantee::MonotonicWrites, Guarantee::WritesFollowReads];
    let write = |key, value| {
        let act = Act::Write { value: Value::Number(value), context: Context::Last, stamp: None };
        let at = Some(NodeId(0));
        let ask = Ask { client: ClientId(0), at, key: KeyId(key), act, level: None, wait: None };
        [Move::Give(Command::Submit(ask)), Move::Advance(Span::millis(500))]
    };
    let mut moves = vec![crate::schedule::isolate(2)];
    moves.extend([write(1, 1), write(0, 2), write(1, 3)].into_iter().flatten());
    let mut simulation = run(&Plan { scenario, seed: laggard::base::Seed(5), moves }, |_, _| ());
    assert!(simulation.settled() && !simulation.converged(), "a wall stands");
    run_on(&mut simulation, &[Move::Give(Command::Heal(Mend::All))], |_, _| ());
    assert!(!simulation.settled(), "gossip may bring it all");
    comes_to_agree(&mut simulation, 20).expect("together");
}

/// The premise of quiet: while clients write, nothing is promised.
#[test]
fn while_clients_write_replicas_need_not_agree() {
    let mut scenario = crate::randomness::random_links();
    scenario.workload = Some(laggard::scenario::WorkloadSpec {
        operations: None,
        mean_gap: Span::millis(20),
        reads: Ppm::NEVER,
        keys: vec![KeyId(0)],
        skew: 0.0,
        stop: None,
    });
    let gossip =
        AntiEntropy { every: Span::millis(100), style: Style::PushPull, fan_out: 1, digest: Digest::Full };
    scenario.settings.anti_entropy = Some(gossip);
    let mut simulation = Simulation::new(Arc::new(scenario), laggard::base::Seed(1));
    let mut apart = 0;
    for _ in 0..50 {
        run_on(&mut simulation, &[Move::Advance(Span::millis(137))], |_, _| ());
        apart += u32::from(!all_hold_the_same(&simulation));
    }
    assert!(apart > 20, "apart only {apart} times of 50");
    run_on(&mut simulation, &[Move::Give(Command::Workload(Switch::Stop))], |_, _| ());
    comes_to_agree(&mut simulation, 10).expect("once they stop");
}

/// No knob of a plan takes away what a test is about.
fn without_knobs_of_repair(plan: &mut Plan) {
    let knob = |step: &Move| {
        matches!(
            step,
            Move::Give(
                Command::Repair(_)
                    | Command::Set(
                        Setting::AntiEntropy(_)
                            | Setting::Hints(_)
                            | Setting::ReadRepair(_)
                            | Setting::Copies(_)
                    )
            )
        )
    };
    plan.moves.retain(|step| !knob(step));
}
