//! Digests spare bytes and change nothing else: whatever replicas compare, they end up with the same.

use laggard::{
    action::{AntiEntropy, Command, Digest, Propagation, Setting, Style},
    base::{KeyId, NodeId, Ppm, Span},
    sim::Simulation,
};
use proptest::prelude::*;

use crate::{
    convergence::nothing_ordered_is_forgotten,
    generate::{Move, calm, for_plans, run, run_on},
};

/// What the replicas of each key hold of it, by name.
fn contents(simulation: &Simulation, keys: u32) -> Vec<(KeyId, NodeId, u64)> {
    let of_key = |key| {
        let held = move |node| (key, node, simulation.held(node, key).content());
        simulation.owners(key).map(held).collect::<Vec<_>>()
    };
    (0..keys).map(KeyId).flat_map(of_key).collect()
}

#[test]
fn whatever_is_compared_replicas_end_up_with_the_same() {
    for style in [Style::Push, Style::Pull, Style::PushPull] {
        for_plans(30, 77, 60, |mut plan| {
            let settings = &mut plan.scenario.settings;
            settings.propagation = Propagation::Direct;
            settings.anti_entropy = None;
            plan.moves.retain(|step| !matches!(step, Move::Give(Command::Set(Setting::AntiEntropy(_)))));
            if plan.scenario.settings.leaderless().is_some_and(|rules| rules.tombstones.is_some()) {
                // What is forgotten depends on when.
                return Ok(());
            }
            let plan = nothing_ordered_is_forgotten(plan);
            let before = run(&plan, |_, _| ());
            let mut ends = Vec::new();
            for digest in [Digest::Full, Digest::Vector, Digest::Merkle] {
                let gossip = AntiEntropy { every: Span::millis(100), style, fan_out: 1, digest };
                let mut simulation = before.clone();
                run_on(&mut simulation, &calm(&plan.scenario, gossip, Ppm::percent(30)), |_, _| ());
                let mut seconds = 0;
                while !(simulation.converged() && simulation.settled()) {
                    seconds += 1;
                    prop_assert!(seconds < 120, "{digest:?} is not done after two minutes of quiet");
                    run_on(&mut simulation, &[Move::Advance(Span::secs(1))], |_, _| ());
                }
                ends.push(contents(&simulation, 16));
            }
            prop_assert_eq!(&ends[0], &ends[1]);
            prop_assert_eq!(&ends[0], &ends[2]);
            Ok(())
        });
    }
}

#[test]
fn equal_replicas_compare_in_silence() {
    for digest in [Digest::Full, Digest::Vector, Digest::Merkle] {
        for_plans(15, 78, 40, |plan| {
            let style = Style::PushPull;
            let gossip = AntiEntropy { every: Span::millis(100), style, fan_out: 1, digest };
            let mut simulation = run(&plan, |_, _| ());
            run_on(&mut simulation, &calm(&plan.scenario, gossip, Ppm::NEVER), |_, _| ());
            let mut seconds = 0;
            while !(simulation.converged() && simulation.settled() && simulation.open_operations() == 0) {
                seconds += 1;
                prop_assert!(seconds < 120, "{digest:?} is not done after two minutes of quiet");
                run_on(&mut simulation, &[Move::Advance(Span::secs(1))], |_, _| ());
            }
            let mut shown = 0;
            for _ in 0..40 {
                run_on(&mut simulation, &[Move::Advance(Span::millis(50))], |_, _| ());
                shown += simulation.messages().filter(|message| message.kind.is_gossip()).count();
            }
            prop_assert_eq!(shown, 0, "{:?} shows what teaches nobody anything", digest);
            Ok(())
        });
    }
}
