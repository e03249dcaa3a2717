//! The law of stable randomness (SEMANTICS §14): what a knob or a person does moves no other message.

use std::collections::BTreeMap;

use laggard::{
    action::{Act, Ask, Command, Context, Level, Switch},
    base::{ClientId, KeyId, NodeId, Ppm, Seed, SimTime, Span, WriteId},
    data::Value,
    net::{Delay, LinkChange, LinkProfile, MessageName, Network, Order, Scope},
    replica::MessageKind,
    scenario::{ClientSpec, Scenario, WorkloadSpec},
    sim::What,
};
use proptest::prelude::*;

use crate::{
    generate::{Dice, Move, any_delay, for_draws, run},
    schedule::{ask, millis, plan_of, write},
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

type Trip = (String, NodeId, NodeId, MessageKind);

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
