//! Session guarantees and the clocks that stamp writes, over random schedules with faults (SEMANTICS §3, §9).

use std::{cell::Cell, collections::BTreeMap, sync::Arc};

use laggard::{
    action::{
        Act, AntiEntropy, Ask, ClientPolicy, Command, Context, Copies, Digest, Guarantee, Mend, Setting,
        Style, WhenUnable,
    },
    base::{ClientId, KeyId, NodeId, OpId, Seed, Span, WriteId},
    check::{Ledger, Verdict},
    data::{Clocks, Conflicts, Relation, Stamp, Value, Version},
    net::CutShape,
    scenario::Scenario,
    sim::{Fact, Outcome, Simulation, What},
};
use proptest::prelude::*;

use crate::generate::{Move, Plan, for_plans, meets, run_on};

/// A plan of plain values whose clients keep the rules they are given.
fn steady(mut plan: Plan, conflicts: Conflicts, policy: impl Fn(&ClientPolicy) -> ClientPolicy) -> Plan {
    plan.scenario.settings.conflicts = conflicts;
    plan.scenario.settings.kinds = [].into();
    for client in &mut plan.scenario.clients {
        client.policy = policy(&client.policy);
    }
    plan.moves.retain(|step| !matches!(step, Move::Give(Command::SetClient { .. })));
    plan
}

fn judged(plan: &Plan, mut each: impl FnMut(&Fact)) -> Ledger {
    let mut simulation = Simulation::new(Arc::new(plan.scenario.clone()), plan.seed);
    let mut ledger = Ledger::new(&simulation);
    run_on(&mut simulation, &plan.moves, |simulation, new| {
        for fact in new {
            ledger.observe(fact, simulation);
            each(fact);
        }
    });
    ledger
}

/// SEMANTICS §9: where a session asks for all four, by token, none is ever broken: not by what a replica
/// holds, nor by what a read returns.
#[test]
fn a_guarantee_that_is_asked_for_is_never_broken() {
    let (refused, held_back, moved, waited) = (Cell::new(0), Cell::new(0), Cell::new(0), Cell::new(0));
    for (conflicts, seed) in [(Conflicts::LastWriteWins, 130), (Conflicts::Siblings, 131)] {
        for_plans(120, seed, 70, |plan| {
            let plan = steady(plan, conflicts, |policy| ClientPolicy {
                guarantees: Guarantee::ALL.to_vec(),
                when_unable: policy.when_unable,
                route: policy.route,
                ..ClientPolicy::default()
            });
            let ledger = judged(&plan, |fact| match &fact.what {
                What::HeldBack { .. } => held_back.set(held_back.get() + 1),
                What::Redirected { .. } => moved.set(moved.get() + 1),
                What::Waits { .. } => waited.set(waited.get() + 1),
                What::Answered { outcome: Outcome::NotFresh(_), .. } => refused.set(refused.get() + 1),
                _ => {}
            });
            for guarantee in Guarantee::ALL {
                let verdict = ledger.guarantee(guarantee, None);
                prop_assert!(!matches!(verdict, Verdict::Violated(_)), "{guarantee:?}: {verdict:?}");
            }
            Ok(())
        });
    }
    let seen = [refused.get(), held_back.get(), moved.get(), waited.get()];
    assert!(
        seen.iter().all(|count| *count > meets(10, 2)),
        "refused, held back, redirected, waited: {seen:?}"
    );
}

#[test]
fn where_nobody_asks_each_guarantee_is_broken_by_somebody() {
    let broken: Cell<[u32; 4]> = Cell::new([0; 4]);
    for_plans(240, 132, 70, |plan| {
        let plan = steady(plan, Conflicts::LastWriteWins, |policy| ClientPolicy {
            route: policy.route,
            ..ClientPolicy::default()
        });
        let ledger = judged(&plan, |_| {});
        let mut counts = broken.get();
        for (count, guarantee) in counts.iter_mut().zip(Guarantee::ALL) {
            *count += u32::from(matches!(ledger.guarantee(guarantee, None), Verdict::Violated(_)));
        }
        broken.set(counts);
        Ok(())
    });
    assert!(broken.get().iter().all(|count| *count > meets(3, 0)), "{:?}", broken.get());
}

/// No clock is set and no client stamps its own writes.
fn stamped(mut plan: Plan, clocks: Clocks) -> Plan {
    plan.scenario.settings.clocks = clocks;
    plan.scenario.settings.conflicts = Conflicts::LastWriteWins;
    plan.scenario.settings.kinds = [].into();
    plan.moves.retain(|step| !matches!(step, Move::Give(Command::Skew { .. })));
    for step in &mut plan.moves {
        if let Move::Give(Command::Submit(ask)) = step
            && let Act::Write { stamp, .. } = &mut ask.act
        {
            *stamp = None;
        }
    }
    plan
}

/// What was stamped against the order of cause and effect, and what last-write-wins lost to something that
/// it came after: so many of each.
#[derive(Debug, Default, Clone, Copy)]
struct Disorder {
    ordered: u32,
    stamped_backwards: u32,
    lost_though_later: u32,
}

/// Follows happens-before through what writes descend from, and through what clients were told before.
#[derive(Default)]
struct Causes {
    writes: Vec<(WriteId, Stamp, Version)>,
    /// By client: the largest stamp among its acknowledged writes and what it has read.
    told: BTreeMap<ClientId, Stamp>,
    asked: BTreeMap<OpId, (ClientId, Option<Stamp>)>,
    disorder: Disorder,
}

impl Causes {
    fn follow(&mut self, fact: &Fact) {
        match &fact.what {
            What::Asked { op, client, .. } => {
                self.asked.insert(*op, (*client, self.told.get(client).copied()));
            }
            What::Accepted { op, version, .. } => {
                let mut later_than = |stamp: Stamp| {
                    self.disorder.ordered += 1;
                    self.disorder.stamped_backwards += u32::from(stamp >= version.stamp);
                };
                for (_, stamp, earlier) in &self.writes {
                    if earlier.key == version.key && version.context.covers(earlier.dot) {
                        later_than(*stamp);
                    }
                }
                if let Some(stamp) = self.asked.get(op).and_then(|(_, told)| *told) {
                    later_than(stamp);
                }
                let Version { id, key, stamp, dot, .. } = **version;
                let (value, context) = (version.value.clone(), version.context.clone());
                let copy = Version { id, key, value, stamp, dot, context, after: None };
                self.writes.push((id, stamp, copy));
            }
            What::Answered { op, outcome } => {
                let Some((client, _)) = self.asked.remove(op) else { return };
                let stamp_of = |id: &WriteId| self.writes.iter().find(|(w, ..)| w == id).map(|(_, s, _)| *s);
                let heard = match outcome {
                    Outcome::Written(write) => stamp_of(write),
                    Outcome::Found(held) => held.versions().iter().filter_map(|v| stamp_of(&v.id)).max(),
                    _ => None,
                };
                let told = self.told.entry(client).or_insert(Stamp::at(i64::MIN));
                *told = heard.map_or(*told, |heard| heard.max(*told));
            }
            What::Stored { over: Some((_, Relation::Before)), .. }
            | What::Kept { relation: Relation::After, .. } => self.disorder.lost_though_later += 1,
            _ => {}
        }
    }
}

fn disorder(clocks: Clocks, seed: u64) -> Disorder {
    let total = Cell::new(Disorder::default());
    for_plans(120, seed, 60, |plan| {
        let plan = stamped(plan, clocks);
        let mut causes = Causes::default();
        judged(&plan, |fact| causes.follow(fact));
        let (sum, new) = (total.get(), causes.disorder);
        total.set(Disorder {
            ordered: sum.ordered + new.ordered,
            stamped_backwards: sum.stamped_backwards + new.stamped_backwards,
            lost_though_later: sum.lost_though_later + new.lost_though_later,
        });
        if clocks != Clocks::Physical {
            prop_assert_eq!(new.stamped_backwards, 0, "what comes later has the larger stamp");
            prop_assert_eq!(new.lost_though_later, 0, "nothing is lost to what it came after");
        }
        Ok(())
    });
    total.get()
}

#[test]
fn logical_clocks_stamp_what_happens_after_later_and_so_lose_nothing_of_it() {
    for (clocks, seed) in [(Clocks::Lamport, 133), (Clocks::Hlc, 134)] {
        let disorder = disorder(clocks, seed);
        assert!(disorder.ordered > 1_000, "{clocks:?}: {disorder:?}");
    }
}

#[test]
fn skewed_physical_clocks_stamp_against_cause_and_effect_and_lose_later_writes() {
    let disorder = disorder(Clocks::Physical, 135);
    assert!(disorder.stamped_backwards > 20 && disorder.lost_though_later > 5, "{disorder:?}");
}

/// Kulkarni et al. 2014: a hybrid clock is ahead of physical time by no more than the clocks differ.
#[test]
fn a_hybrid_clock_never_runs_ahead_of_the_fastest_physical_clock() {
    let ahead = Cell::new(0);
    for_plans(120, 136, 60, |plan| {
        let plan = stamped(plan, Clocks::Hlc);
        let mut simulation = Simulation::new(Arc::new(plan.scenario.clone()), plan.seed);
        let mut wrong = None;
        run_on(&mut simulation, &plan.moves, |simulation, new| {
            if !new.iter().any(|fact| matches!(fact.what, What::Accepted { .. } | What::Delivered { .. })) {
                return;
            }
            let view = simulation.view();
            let now = i64::try_from(view.position.at.0).expect("a short run");
            let fastest = view.replicas.iter().map(|replica| now + replica.skew).max().expect("replicas");
            for replica in &view.replicas {
                ahead.set(ahead.get() + u32::from(replica.stamp.time > now + replica.skew));
                if replica.stamp.time > fastest {
                    wrong = Some(format!("{}: {:?} beyond {fastest}", replica.name, replica.stamp));
                }
            }
        });
        prop_assert!(wrong.is_none(), "{}", wrong.unwrap_or_default());
        Ok(())
    });
    assert!(ahead.get() > 100, "some clock was pushed ahead of its own time: {}", ahead.get());
}

/// A request that waits for its replica is taken up once, however many of them the same news sets free.
#[test]
fn no_request_is_taken_up_twice() {
    let waited = Cell::new(0);
    for_plans(150, 137, 70, |plan| {
        let plan = steady(plan, Conflicts::LastWriteWins, |policy| ClientPolicy {
            guarantees: Guarantee::ALL.to_vec(),
            when_unable: WhenUnable::Wait,
            route: policy.route,
            ..ClientPolicy::default()
        });
        let mut accepted: BTreeMap<OpId, WriteId> = BTreeMap::new();
        let mut twice = None;
        judged(&plan, |fact| match &fact.what {
            What::Accepted { op, version, .. } => twice = twice.or(accepted.insert(*op, version.id)),
            What::Waits { .. } => waited.set(waited.get() + 1),
            _ => {}
        });
        prop_assert_eq!(twice, None);
        Ok(())
    });
    assert!(waited.get() > 50, "only {} waited", waited.get());
}

/// What waits at a replica for what must come before it is none of its business once N has shrunk.
#[test]
fn what_waits_where_n_has_shrunk_is_neither_shown_nor_awaited() {
    let mut scenario = Scenario::of(3);
    scenario.keys = (0..12).map(|key| format!("k{key}").into()).collect();
    scenario.clients[0].policy.guarantees = vec![Guarantee::MonotonicWrites];
    let (every, style) = (Span::millis(100), Style::PushPull);
    let gossip = AntiEntropy { every, style, fan_out: 2, digest: Digest::Full };
    let mut simulation = Simulation::new(Arc::new(scenario), Seed(3));
    let give = |simulation: &mut Simulation, command: Command| {
        simulation.apply(&command, &mut Vec::new()).expect("it can be obeyed");
        simulation.advance_to(simulation.position().at + Span::secs(1), &mut Vec::new());
    };
    let put = |key: u32| {
        let act = Act::Write { value: Value::Number(1), context: Context::Last, stamp: None };
        let (client, at, key) = (ClientId(0), Some(NodeId(0)), KeyId(key));
        Command::Submit(Ask { client, at, key, act, level: None, wait: None })
    };
    give(&mut simulation, Command::Cut { name: None, shape: CutShape::Isolate(NodeId(2)) });
    give(&mut simulation, put(0));
    give(&mut simulation, Command::Heal(Mend::All));
    (1..12).for_each(|key| give(&mut simulation, put(key)));
    assert_eq!(simulation.waiting(NodeId(2)).count(), 11, "all of them wait for the first");
    give(&mut simulation, Command::Set(Setting::Copies(Copies::InAll(1))));
    give(&mut simulation, Command::Set(Setting::AntiEntropy(Some(gossip))));
    simulation.advance_to(simulation.position().at + Span::secs(20), &mut Vec::new());
    assert!(simulation.settled());
    for key in (0..12).map(KeyId) {
        let owns = simulation.owners(key).any(|owner| owner == NodeId(2));
        assert!(
            owns || simulation.held(NodeId(2), key).is_nothing(),
            "{key} is shown by who is no replica of it"
        );
    }
}
