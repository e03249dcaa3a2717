//! What a network of replicas does whatever its rules: it keeps its order, and says what it does.

use std::{collections::BTreeMap, sync::Arc};

use laggard::{
    action::{Act, AntiEntropy, Ask, Command, Context, Copies, Level, Propagation, Setting, Style},
    base::{ClientId, KeyId, NodeId, OpId, Ppm, Seed, SimTime, Span, WriteId},
    data::{Conflicts, Dot, Held, Value, Version},
    net::{Delay, LinkChange, LinkProfile, Network, Order, Scope},
    replica::MessageKind,
    scenario::Scenario,
    sim::{Fact, Outcome, Simulation, What},
};
use proptest::prelude::*;

use crate::{
    generate::{Dice, Move, Plan, any_scenario, for_draws, for_plans, run, run_on},
    randomness::{random_links, twenty_writes},
    schedule::{all_facts, millis, plan_of, write},
};

#[test]
fn on_a_link_in_order_no_message_overtakes_another() {
    for_plans(60, 25, 50, |mut plan| {
        let delay = Delay::Exponential { mean: Span::millis(80) };
        let mut profile = LinkProfile::plain(delay);
        profile.order = Order::Fifo;
        profile.duplicate = Ppm::percent(20);
        profile.loss = Ppm::percent(20);
        plan.scenario.network = Network::new(plan.scenario.replicas.len(), profile);
        let knob =
            |step: &Move| matches!(step, Move::Give(Command::SetLink { change: LinkChange::Order(_), .. }));
        plan.moves.retain(|step| !knob(step));
        let mut arrivals: BTreeMap<(NodeId, NodeId), (SimTime, SimTime)> = BTreeMap::new();
        let mut overtaken = None;
        run(&plan, |_, new| {
            for fact in new {
                if let What::Sent { from, to, arrives, .. } = fact.what {
                    let (sent, last) = arrivals.entry((from, to)).or_default();
                    // Copies are sent at the instant of their originals, and may come before them.
                    if fact.at.at > *sent && arrives < *last {
                        overtaken = Some(fact.clone());
                    }
                    *sent = fact.at.at;
                    *last = arrives.max(*last);
                }
            }
        });
        prop_assert!(overtaken.is_none(), "{overtaken:?}");
        Ok(())
    });
}

/// Judged by what clients really saw, not by vectors; whoever is asked, since writes are forwarded to a
/// replica of the key.
#[test]
fn an_acknowledged_write_gives_way_only_to_who_has_seen_it() {
    for_draws(200, 26, &prop::collection::vec(any::<u16>(), 200), |draws| {
        let mut dice = Dice::new(&draws);
        let mut scenario = any_scenario(&mut dice);
        scenario.settings.conflicts = Conflicts::Siblings;
        scenario.settings.set_copies(&Copies::InAll(2));
        (scenario.settings.write, scenario.settings.read) = (Level::One, Level::One);
        scenario.workload = None;
        scenario.clients.iter_mut().for_each(|client| {
            (client.write, client.read, client.policy.guarantees) = (None, None, Vec::new());
        });
        let mut dice = Dice::new(&draws[64..]);
        let mut moves = Vec::new();
        for _ in 0..12 {
            let client = ClientId(u16::try_from(dice.below(scenario.clients.len())).expect("few"));
            let at = Some(NodeId::at(dice.below(scenario.replicas.len())));
            let act = if dice.below(2) == 0 {
                Act::Read
            } else {
                Act::Write { value: Value::text("v"), context: Context::Last, stamp: None }
            };
            moves.push(Move::Give(Command::Submit(Ask {
                client,
                at,
                key: KeyId(0),
                act,
                level: None,
                wait: None,
            })));
            moves.push(millis(dice.below(200) as u64));
        }
        let facts = all_facts(&Plan { scenario, seed: Seed(8), moves });
        // What each client has truly seen, and what each write was truly made on top of.
        let mut seen: BTreeMap<ClientId, Vec<Arc<Version>>> = BTreeMap::new();
        let mut behind: BTreeMap<WriteId, Vec<WriteId>> = BTreeMap::new();
        let mut versions: Vec<Arc<Version>> = Vec::new();
        let mut clients: BTreeMap<OpId, ClientId> = BTreeMap::new();
        for fact in &facts {
            match &fact.what {
                What::Asked { op, client, .. } => drop(clients.insert(*op, *client)),
                What::Accepted { op, version, .. } => {
                    let mine = seen.entry(clients[op]).or_default();
                    let mut under: Vec<WriteId> = mine.iter().map(|v| v.id).collect();
                    under.extend(mine.iter().flat_map(|v| behind.get(&v.id).cloned().unwrap_or_default()));
                    behind.insert(version.id, under);
                    versions.push(Arc::clone(version));
                }
                What::Answered { op, outcome: Outcome::Found(held) } => {
                    seen.entry(clients[op]).or_default().extend(held.versions().iter().cloned());
                }
                _ => {}
            }
        }
        for later in &versions {
            for earlier in versions.iter().filter(|v| v.id != later.id) {
                let claims = later.context.covers(earlier.dot);
                let knows = behind[&later.id].contains(&earlier.id);
                // What a read no longer returned because it had been superseded is behind what superseded it.
                prop_assert!(!claims || knows, "{} claims to know {}", later.id, earlier.id);
            }
        }
        Ok(())
    });
}

#[test]
fn turning_many_knobs_of_one_link_leaves_no_trace_but_the_last() {
    let mut simulation = Simulation::new(Arc::new(Scenario::of(3)), Seed(1));
    let mut turn = |i: u64| {
        let change = LinkChange::Delay(Delay::Fixed(Span::millis(1 + i)));
        let scope = Scope::Between(NodeId(0), NodeId(1));
        simulation.apply(&Command::SetLink { scope, change }, &mut Vec::new()).expect("fine");
        format!("{:?}", simulation.network()).len()
    };
    let few = (0..20).map(&mut turn).max().expect("some");
    let many = (20..2_000).map(&mut turn).max().expect("some");
    assert!(many < few * 2, "{few} bytes of links became {many}");
}

/// The fact names what is new, not what came along.
#[test]
fn what_is_said_to_be_stored_was_not_there_before_and_is_there_now() {
    for_plans(120, 27, 70, |plan| {
        let mut before: BTreeMap<(NodeId, KeyId), Held> = BTreeMap::new();
        let mut dots: BTreeMap<WriteId, Dot> = BTreeMap::new();
        let mut wrong = None;
        run(&plan, |simulation, new| {
            for fact in new {
                if let What::Accepted { version, .. } = &fact.what {
                    dots.insert(version.id, version.dot);
                }
                match &fact.what {
                    What::Destroyed { node: gone, .. } => before.retain(|(node, _), _| node != gone),
                    What::Discarded { node, key, .. } => {
                        before.insert((*node, *key), simulation.held(*node, *key).clone());
                    }
                    _ => {}
                }
                let What::Stored { node, key, write, .. } = fact.what else { continue };
                let now = simulation.held(node, key).clone();
                let was = before.insert((node, key), now.clone()).unwrap_or_default();
                let has = |held: &Held| match held.state() {
                    Some(state) => state.seen().covers(dots[&write]),
                    None => held.versions().iter().any(|version| version.id == write),
                };
                // Several may be stored in one step: when a replica thaws.
                let alone = new.iter().filter(|f| matches!(f.what, What::Stored { .. })).count() == 1;
                if alone && plan.scenario.initial.is_empty() && (has(&was) || !has(&now)) {
                    wrong = Some(format!("{write} at {node}: {was:?} became {now:?}"));
                }
            }
        });
        prop_assert!(wrong.is_none(), "{}", wrong.unwrap_or_default());
        Ok(())
    });
}

#[test]
fn a_clock_set_to_the_end_of_time_stops_nothing() {
    for offset in [i64::MAX, i64::MIN] {
        let skew = Command::Skew { node: NodeId(0), offset };
        let moves = vec![
            millis(10),
            Move::Give(skew),
            Move::Give(write(0, "a", Level::One)),
            Move::Give(write(0, "b", Level::One)),
            millis(500),
        ];
        let end = run(&plan_of(Scenario::of(3), moves), |_, _| ());
        assert!(end.converged());
        assert_eq!(end.view().replicas[0].skew.signum(), offset.signum());
    }
}

#[test]
fn anti_entropy_without_a_period_is_refused_as_time_would_stand_still() {
    let mut simulation = Simulation::new(Arc::new(Scenario::of(3)), Seed(1));
    let never_resting = AntiEntropy {
        every: Span::ZERO,
        style: Style::Push,
        fan_out: 1,
        digest: laggard::action::Digest::Full,
    };
    let set = Command::Set(Setting::AntiEntropy(Some(never_resting)));
    assert!(simulation.apply(&set, &mut Vec::new()).is_err());
}

#[test]
fn a_frozen_replica_takes_up_in_order_what_came_meanwhile() {
    let moves = vec![
        Move::Give(Command::Freeze(NodeId(2))),
        Move::Give(write(0, "first", Level::One)),
        millis(10),
        Move::Give(write(0, "second", Level::One)),
        millis(500),
    ];
    let mut simulation = run(&plan_of(Scenario::of(3), moves), |_, _| ());
    assert_eq!(simulation.held(NodeId(2), KeyId(0)), &Held::Nothing);
    let mut facts = Vec::new();
    run_on(&mut simulation, &[Move::Give(Command::Thaw(NodeId(2)))], |_, new| facts.extend_from_slice(new));
    let stored = |fact: &Fact| if let What::Stored { write, .. } = fact.what { Some(write) } else { None };
    let stored: Vec<WriteId> = facts.iter().filter_map(stored).collect();
    assert_eq!(stored, [WriteId(0), WriteId(1)]);
    assert!(simulation.converged());
}

#[test]
fn gossip_carries_each_way_only_what_its_style_says_and_only_what_is_lacking() {
    for (style, answers) in [(Style::Push, false), (Style::Pull, true), (Style::PushPull, true)] {
        let mut scenario = random_links();
        scenario.settings.propagation = Propagation::Gossip;
        scenario.settings.anti_entropy = Some(AntiEntropy {
            every: Span::millis(100),
            style,
            fan_out: 2,
            digest: laggard::action::Digest::Full,
        });
        let mut plan = plan_of(scenario, twenty_writes(|_| Vec::new()));
        plan.moves.push(millis(10_000));
        let is_answer = |fact: &&Fact| matches!(fact.what, What::Sent { kind: MessageKind::SyncReply, .. });
        let facts = all_facts(&plan);
        let last_stored = facts.iter().rposition(|fact| matches!(fact.what, What::Stored { .. }));
        let last_stored = facts[last_stored.expect("gossip spreads")].at.at;
        assert_eq!(facts.iter().any(|fact| is_answer(&fact)), answers, "{style:?}");
        // Once all are equal there is nothing to answer; a few answers may be under way by then.
        let idle = |fact: &&Fact| fact.at.at > last_stored + Span::secs(2) && is_answer(fact);
        assert_eq!(facts.iter().filter(idle).count(), 0, "{style:?} answers with what is known");
        let told =
            |fact: &Fact| matches!(fact.what, What::Sent { kind: MessageKind::Sync, carries: Some(_), .. });
        assert_eq!(facts.iter().any(told), style != Style::Pull, "{style:?} tells, or only asks");
    }
}

#[test]
fn two_writes_of_one_coordinator_never_share_a_stamp() {
    let scenario = Scenario::of(3);
    let moves = vec![
        Move::Give(write(0, "zebra", Level::One)),
        Move::Give(write(0, "apple", Level::One)),
        millis(500),
    ];
    let end = run(&plan_of(scenario, moves), |_, _| ());
    assert_eq!(end.held(NodeId(1), KeyId(0)).versions()[0].value, Value::text("apple"), "the later one wins");
}
