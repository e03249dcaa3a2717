//! The law of stable randomness (SEMANTICS §14): what a knob or a person does moves no other message.

use std::collections::{BTreeMap, BTreeSet};

use laggard::{
    action::{
        Act, AntiEntropy, Ask, Asks, Command, Context, Coordinator, Copies, Digest, Failover,
        FailureDetector, HintRules, Level, Monitors, PrimaryPolicy, Protocol, ReadRepair, Style, Switch,
    },
    base::{ClientId, KeyId, NodeId, Ppm, Seed, SimTime, Span, WriteId},
    data::{Conflicts, Value},
    net::{Delay, LinkChange, LinkProfile, MessageName, Network, Order, Scope},
    replica::MessageKind as Kind,
    scenario::{ClientSpec, Scenario, WorkloadSpec},
    sim::What,
};
use proptest::prelude::*;

use crate::{
    generate::{Dice, Move, any_delay, for_draws, run},
    schedule::{ask, crash, millis, owners, plan_of, restart, rules, write},
};

#[test]
fn a_fate_is_a_function_of_the_message_alone() {
    let draws = prop::collection::vec(any::<u16>(), 16);
    for_draws(300, 24, &draws, |draws| {
        let mut dice = Dice::new(&draws);
        let mut profile = LinkProfile::plain(any_delay(&mut dice));
        let name = MessageName { kind: 1, cause: dice.below(9_999) as u64, attempt: dice.below(3) as u64 };
        let fate = |profile: &LinkProfile| {
            let mut network = Network::new(3, profile.clone());
            network.fate(Seed(1), NodeId(0), NodeId(1), name, SimTime(7))
        };
        let plain = fate(&profile);
        profile.loss = Ppm::percent(50);
        let lossy = fate(&profile);
        prop_assert_eq!(lossy.arrives, plain.arrives);
        profile.duplicate = Ppm::ALWAYS;
        let twice = fate(&profile);
        prop_assert_eq!((twice.arrives, twice.lost), (lossy.arrives, lossy.lost));
        profile.loss = Ppm::percent(20);
        let fixed = LinkProfile { delay: Delay::Fixed(Span::ZERO), ..profile.clone() };
        profile.loss = Ppm::percent(50);
        let sooner = fate(&LinkProfile { loss: profile.loss, ..fixed });
        prop_assert_eq!(sooner.lost, lossy.lost, "another latency loses no other message");
        profile.loss = Ppm::percent(20);
        let less = fate(&profile);
        prop_assert!(!less.lost || lossy.lost, "who survives a higher loss survives a lower one");
        prop_assert_eq!((less.arrives, less.duplicate), (twice.arrives, twice.duplicate));
        profile.order = Order::Fifo;
        prop_assert_eq!(fate(&profile).arrives, plain.arrives, "nothing to wait for yet");
        Ok(())
    });
}

type Trip = (String, NodeId, NodeId, Kind);

/// How long every copy of every write, and every answer to it, travels; the write is named by its value.
/// Links with one copy each, so that the trip names the message.
fn trips(scenario: Scenario, moves: &[Move]) -> BTreeMap<Trip, Vec<(Span, SimTime)>> {
    let mut values: BTreeMap<WriteId, String> = BTreeMap::new();
    let mut trips: BTreeMap<Trip, Vec<(Span, SimTime)>> = BTreeMap::new();
    run(&plan_of(scenario, moves.to_vec()), |_, new| {
        for fact in new {
            match &fact.what {
                What::Accepted { version, .. } => {
                    values.insert(version.id, version.value.to_string());
                }
                What::Sent { from, to, kind, carries: Some(write), arrives, .. } => {
                    let trip = (values[write].clone(), *from, *to, *kind);
                    trips.entry(trip).or_default().push((arrives.since(fact.at.at), fact.at.at));
                }
                _ => {}
            }
        }
    });
    trips
}

pub(crate) fn random_links() -> Scenario {
    let mut scenario = Scenario::of(4);
    let profile = LinkProfile::plain(Delay::Exponential { mean: Span::millis(40) });
    scenario.network = Network::new(4, profile);
    scenario.clients.push(ClientSpec::at("other", NodeId(1)));
    scenario.keys.push("y".into());
    scenario
}

pub(crate) fn twenty_writes(more: impl Fn(u64) -> Vec<Move>) -> Vec<Move> {
    let mut moves = Vec::new();
    for i in 0..20 {
        moves.extend(more(i));
        moves.push(Move::Give(write(0, &format!("v{i}"), Level::One)));
        moves.push(millis(30));
    }
    moves
}

#[test]
fn raising_the_loss_or_the_duplicates_moves_no_other_message() {
    let plain = trips(random_links(), &twenty_writes(|_| Vec::new()));
    assert!(plain.len() >= 60);
    for change in [LinkChange::Loss(Ppm::percent(50)), LinkChange::Duplicate(Ppm::percent(50))] {
        let mut scenario = random_links();
        scenario.network.change(Scope::All, &change);
        let turned = trips(scenario, &twenty_writes(|_| Vec::new()));
        for (trip, times) in &plain {
            assert!(turned[trip].contains(&times[0]), "{change:?} moved {trip:?}");
        }
    }
}

#[test]
fn what_another_client_does_moves_no_message_of_the_first() {
    let plain = trips(random_links(), &twenty_writes(|_| Vec::new()));
    let other = |i: u64| {
        vec![Move::Give(Command::Submit(Ask {
            client: ClientId(1),
            at: Some(NodeId(u16::try_from(i % 4).expect("small"))),
            key: KeyId(1),
            act: Act::Write { value: Value::text("other"), context: Context::None, stamp: None },
            level: Some(Level::All),
            wait: None,
        }))]
    };
    let busy = trips(random_links(), &twenty_writes(other));
    for (trip, times) in &plain {
        assert_eq!(&busy[trip], times, "{trip:?}");
    }
}

#[test]
fn a_person_who_writes_moves_no_message_of_the_workload() {
    let mut scenario = random_links();
    scenario.workload = Some(WorkloadSpec {
        operations: None,
        mean_gap: Span::millis(20),
        reads: Ppm::NEVER,
        keys: vec![KeyId(0)],
        skew: 0.0,
        stop: None,
    });
    let plain = trips(scenario.clone(), &[millis(1_000)]);
    let mut moves = vec![millis(300)];
    moves.push(Move::Give(ask(
        1,
        Act::Write { value: Value::text("mine"), context: Context::None, stamp: None },
        Level::One,
    )));
    moves.push(millis(700));
    let busy = trips(scenario, &moves);
    assert!(plain.len() > 100);
    for (trip, times) in &plain {
        assert_eq!(&busy[trip], times, "{trip:?}");
    }
}

#[test]
fn switching_the_workload_moves_no_draw() {
    let mut scenario = random_links();
    scenario.workload = Some(WorkloadSpec {
        operations: None,
        mean_gap: Span::millis(20),
        reads: Ppm::NEVER,
        keys: vec![KeyId(0)],
        skew: 0.0,
        stop: None,
    });
    let plain = trips(scenario.clone(), &[millis(2_000)]);
    let moves = [
        millis(300),
        Move::Give(Command::Workload(Switch::Stop)),
        millis(200),
        Move::Give(Command::Workload(Switch::Start)),
        millis(1_000),
    ];
    for (trip, times) in trips(scenario, &moves) {
        let spans = |times: &[(Span, SimTime)]| times.iter().map(|(span, _)| *span).collect::<Vec<_>>();
        assert_eq!(spans(&plain[&trip]), spans(&times), "{trip:?}");
    }
}

/// A message by its name: link, kind, cause and attempt.
type Name = (NodeId, NodeId, u64, u64, u64);

/// Every message of a run: how long it travels and when it is sent; several where they share a name, as copies do.
fn named(scenario: &Scenario, moves: &[Move]) -> BTreeMap<Name, Vec<(Span, SimTime)>> {
    let mut named: BTreeMap<Name, Vec<(Span, SimTime)>> = BTreeMap::new();
    run(&plan_of(scenario.clone(), moves.to_vec()), |simulation, new| {
        let on_their_way: BTreeMap<_, _> = simulation.message_names().collect();
        for fact in new {
            if let What::Sent { message, from, to, arrives, .. } = fact.what
                && let Some(name) = on_their_way.get(&message)
            {
                let name = (from, to, name.kind, name.cause, name.attempt);
                named.entry(name).or_default().push((arrives.since(fact.at.at), fact.at.at));
            }
        }
    });
    named
}

/// Hints, digests, repair of every sort, gossip, heartbeats, requests that are handed on: five replicas, N = 3,
/// one of which is away for a while.
fn everything_leaderless(asks: Asks) -> Scenario {
    let mut scenario = random_links();
    scenario = Scenario { keys: vec!["x".into(), "y".into()], ..scenario };
    let profile = LinkProfile {
        loss: Ppm::percent(20),
        ..LinkProfile::plain(Delay::Exponential { mean: Span::millis(40) })
    };
    scenario.replicas = Scenario::of(5).replicas;
    scenario.network = Network::new(5, profile);
    scenario.settings.set_copies(&Copies::InAll(3));
    (scenario.settings.write, scenario.settings.read) = (Level::One, Level::Two);
    let policy = rules(&mut scenario);
    policy.hints = Some(HintRules { replay_every: Span::millis(700), ..HintRules::USUAL });
    policy.retransmit = Some(Span::millis(600));
    policy.failure_detector =
        Some(FailureDetector { timeout: Span::secs(1), gossip_every: Span::millis(200) });
    policy.asks = asks;
    policy.speculative = (asks == Asks::Exactly).then_some(Span::millis(60));
    policy.read_repair = ReadRepair::Blocking;
    policy.coordinator = Coordinator::Replica;
    let every = Span::millis(400);
    scenario.settings.anti_entropy =
        Some(AntiEntropy { every, style: Style::PushPull, fan_out: 1, digest: Digest::Merkle });
    scenario
}

fn work(client: u16) -> Vec<Move> {
    let mut moves = Vec::new();
    for i in 0..60_u16 {
        let key = KeyId(u32::from(client));
        let act = match i % 3 {
            1 => Act::Read,
            _ => Act::Write { value: Value::Number(i64::from(i)), context: Context::None, stamp: None },
        };
        let at = Some(NodeId((i * 7 + client) % 5));
        moves.push(Move::Give(Command::Submit(Ask {
            client: ClientId(client),
            at,
            key,
            act,
            level: None,
            wait: None,
        })));
        // A read follows so soon that not all have what was written.
        moves.push(millis(if i % 3 == 0 { 10 } else { 150 }));
    }
    let away = owners(&everything_leaderless(Asks::All)).0[2];
    moves.insert(20, crash(away));
    moves.insert(80, restart(away));
    moves.push(millis(5_000));
    moves
}

/// One in which the primary goes down for good: streams, offsets, resynchronising, probes, votes and orders.
fn everything_primary(failover: Failover) -> (Scenario, Vec<Move>) {
    let mut scenario = random_links();
    scenario.network = Network::new(4, LinkProfile::plain(Delay::Exponential { mean: Span::millis(40) }));
    let mut policy = PrimaryPolicy::of(4);
    policy.failover = failover;
    scenario.settings.protocol = Protocol::Primary(Box::new(policy));
    scenario.settings.conflicts = Conflicts::LogOrder;
    let mut moves = twenty_writes(|_| Vec::new());
    moves.push(Move::Give(Command::Crash(NodeId(0))));
    moves.push(millis(30_000));
    moves.push(Move::Give(Command::Restart(NodeId(0))));
    for i in 0..10_u16 {
        moves.push(Move::Give(write(1 + i % 3, "later", Level::Quorum)));
        moves.push(millis(400));
    }
    (scenario, moves)
}

fn monitors() -> Failover {
    let places = (0..4).map(NodeId).collect();
    Failover::Monitors(Monitors { after: Span::secs(2), quorum: 2, places })
}

fn kinds_of<T>(named: &BTreeMap<Name, T>) -> BTreeSet<u64> {
    named.keys().map(|(_, _, kind, _, _)| *kind).collect()
}

/// All messages of one run have different names, so that none shares another's luck: an answer to a second try is
/// another answer.
#[test]
fn no_two_messages_of_a_run_share_a_name() {
    let mut runs =
        vec![(everything_leaderless(Asks::All), work(0)), (everything_leaderless(Asks::Exactly), work(0))];
    runs.push(everything_primary(monitors()));
    runs.push(everything_primary(Failover::Members { timeout: Span::secs(4) }));
    for (scenario, moves) in runs {
        let named = named(&scenario, &moves);
        assert!(named.len() > 250, "{} messages", named.len());
        for (name, times) in named {
            assert_eq!(times.len(), 1, "{name:?}: {times:?}");
        }
    }
}

#[test]
fn no_kind_of_leaderless_message_moves_when_the_loss_is_raised_or_another_key_is_written() {
    let (mut kinds, mut met) = (BTreeSet::new(), BTreeSet::new());
    let mut both = Vec::new();
    for (mine, other) in work(0).into_iter().zip(work(1)) {
        both.push(mine);
        both.extend(Some(other).filter(|step| matches!(step, Move::Give(Command::Submit(_)))));
    }
    for asks in [Asks::All, Asks::Exactly] {
        let plain = named(&everything_leaderless(asks), &work(0));
        kinds.append(&mut kinds_of(&plain));
        let turned_to = |change| {
            let mut scenario = everything_leaderless(asks);
            scenario.network.change(Scope::All, &change);
            scenario
        };
        for (what, scenario, moves) in [
            ("loss", turned_to(LinkChange::Loss(Ppm::percent(40))), work(0)),
            ("duplicates", turned_to(LinkChange::Duplicate(Ppm::percent(60))), work(0)),
            ("another key", everything_leaderless(asks), both.clone()),
        ] {
            let turned = named(&scenario, &moves);
            let shared: Vec<&Name> = plain.keys().filter(|name| turned.contains_key(*name)).collect();
            for name in &shared {
                let mut spans = turned[*name].iter().map(|(span, _)| *span);
                assert!(spans.any(|span| span == plain[*name][0].0), "{what} moved {name:?}");
            }
            met.extend(shared.iter().map(|name| name.2));
            assert!(shared.len() * 3 > plain.len(), "{what}: {} of {}", shared.len(), plain.len());
        }
    }
    for kind in [
        Kind::Write,
        Kind::WriteAck,
        Kind::Read,
        Kind::ReadReply,
        Kind::Digest,
        Kind::Repair,
        Kind::RepairAck,
        Kind::Hint,
        Kind::HintAck,
        Kind::Heartbeat,
        Kind::Compare,
        Kind::SyncReply,
        Kind::Forward,
        Kind::Forwarded,
    ] {
        assert!(kinds.contains(&(kind as u64)), "no {kind:?} in the runs");
        assert!(met.contains(&(kind as u64)), "no {kind:?} was compared");
    }
}

/// On a stream nothing overtakes: whoever travels otherwise is held up by what went before it.
#[test]
fn no_message_of_a_stream_or_an_election_moves_when_a_knob_of_others_is_turned() {
    let mut seen = BTreeSet::new();
    for failover in [monitors(), Failover::Members { timeout: Span::secs(4) }] {
        let (scenario, moves) = everything_primary(failover);
        let plain = named(&scenario, &moves);
        seen.extend(kinds_of(&plain));
        let mut copied = scenario.clone();
        copied.network.change(Scope::All, &LinkChange::Duplicate(Ppm::percent(60)));
        assert_eq!(named(&copied, &moves), plain, "duplicates are no matter on a stream");
        let mut lossy = scenario.clone();
        let between = Scope::Between(NodeId(2), NodeId(3));
        lossy.network.change(between, &LinkChange::Loss(Ppm::percent(50)));
        let turned = named(&lossy, &moves);
        let mut shared = 0;
        let arrivals = |run: &BTreeMap<Name, Vec<(Span, SimTime)>>, link: (NodeId, NodeId)| {
            let mut at: BTreeMap<SimTime, u32> = BTreeMap::new();
            for (_, times) in run.iter().filter(|(name, _)| (name.0, name.1) == link) {
                for (span, sent) in times {
                    *at.entry(*sent + *span).or_default() += 1;
                }
            }
            at
        };
        for (name, times) in &plain {
            let touched = [(2, 3), (3, 2)].contains(&(name.0.0, name.1.0));
            let Some(others) = turned.get(name).filter(|_| !touched) else { continue };
            let held_up = |run, (span, sent): (Span, SimTime)| {
                arrivals(run, (name.0, name.1)).get(&(sent + span)).is_some_and(|count| *count > 1)
            };
            let same = others[0].0 == times[0].0 || held_up(&plain, times[0]) || held_up(&turned, others[0]);
            assert!(same, "{name:?}: {times:?} and {others:?}");
            shared += usize::from(others[0].0 == times[0].0);
        }
        assert!(shared > 80, "{shared} of {}", plain.len());
    }
    for kind in [
        Kind::Stream,
        Kind::StreamAck,
        Kind::Psync,
        Kind::PartialResync,
        Kind::Ping,
        Kind::Probe,
        Kind::Report,
        Kind::AskDown,
        Kind::Opinion,
        Kind::RequestVote,
        Kind::Vote,
        Kind::Order,
    ] {
        assert!(seen.contains(&(kind as u64)), "no {kind:?} in the runs");
    }
}
