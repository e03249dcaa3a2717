//! Nothing grows with the length of a run.

use std::sync::Arc;

use laggard::{
    base::{KeyId, Ppm, Seed, SimTime, Span},
    data::Conflicts,
    drive::Timeline,
    net::{Delay, LinkProfile, Network},
    scenario::{ClientSpec, Scenario, WorkloadSpec},
};

/// A steady load that the cluster can bear: about as much is under way at any time.
fn steady(conflicts: Conflicts) -> Scenario {
    let mut scenario = Scenario::of(3);
    let mut profile = LinkProfile::plain(Delay::Uniform { min: Span::millis(1), max: Span::millis(9) });
    profile.loss = Ppm::percent(1);
    profile.duplicate = Ppm::percent(1);
    scenario.network = Network::new(3, profile);
    scenario.settings.conflicts = conflicts;
    scenario.settings.timeout = Span::millis(50);
    scenario.settings.read = laggard::action::Level::Quorum;
    scenario.settings.anti_entropy = Some(laggard::action::AntiEntropy {
        every: Span::millis(100),
        style: laggard::action::Style::PushPull,
        fan_out: 1,
        digest: laggard::action::Digest::Full,
    });
    scenario.keys = ["x", "y"].map(Into::into).into();
    scenario.clients = (0..2).map(|i| ClientSpec::at(&format!("c{i}"), laggard::base::NodeId(i))).collect();
    scenario.workload = Some(WorkloadSpec {
        operations: None,
        mean_gap: Span::millis(5),
        reads: Ppm::percent(50),
        keys: vec![KeyId(0), KeyId(1)],
        skew: 0.0,
        stop: None,
    });
    scenario
}

/// How long the simulation and the ledger are when written out, lists that keep so many being full.
fn sizes(timeline: &mut Timeline, steps: u64) -> (usize, usize) {
    let mut largest = (0, 0);
    // A load breathes: the largest of several moments counts.
    for sample in 0..10 {
        while timeline.position().step < steps + sample * 20 && timeline.step_within(SimTime(u64::MAX)) {}
        largest.0 = largest.0.max(format!("{:?}", timeline.simulation()).len());
        largest.1 = largest.1.max(format!("{:?}", timeline.ledger()).len());
    }
    largest
}

fn check_flat(conflicts: Conflicts) {
    let mut timeline = Timeline::new(Arc::new(steady(conflicts)), Seed(3));
    let early = sizes(&mut timeline, 1_000);
    let late = sizes(&mut timeline, 100_000);
    // Numbers grow longer by a digit or three; nothing else may grow.
    assert!(late.0 < early.0 * 2, "{conflicts:?}: a clone of {} became one of {}", early.0, late.0);
    // The newest times to consistency (4,096), keys of writes (16,384) and anomalies (2,048, which clones share)
    // are kept: full, they are this long.
    let full = 4_096 * 20 + 16_384 * 11 + 2_048 * 800;
    assert!(late.1 < early.1 * 2 + full, "{conflicts:?}: a ledger of {} became one of {}", early.1, late.1);
}

#[test]
fn a_clone_is_no_larger_after_a_hundred_thousand_steps_under_last_write_wins() {
    check_flat(Conflicts::LastWriteWins);
}

#[test]
fn a_clone_is_no_larger_after_a_hundred_thousand_steps_under_siblings() {
    check_flat(Conflicts::Siblings);
}

#[test]
fn a_million_steps_keep_the_timeline_bounded() {
    let mut timeline = Timeline::new(Arc::new(steady(Conflicts::LastWriteWins)), Seed(4));
    let mut largest = 0;
    while timeline.position().step < 1_000_000 && timeline.step_within(SimTime(u64::MAX)) {
        largest = largest.max(timeline.journal().len());
    }
    assert!(
        (40_960..82_500).contains(&largest),
        "the journal is a window of {largest} facts, and it was full"
    );
    let (half, full) = (500_000, 1_000_000);
    let size = |timeline: &mut Timeline, step: u64| {
        timeline.seek(laggard::base::Position { step, at: SimTime::ZERO });
        assert_eq!(timeline.position().step, step);
        format!("{timeline:?}").len()
    };
    let late = size(&mut timeline, full);
    let early = size(&mut timeline, half);
    // Written out: the live moment, at most 49 keyframes, the journal and a log of nothing.
    assert!(late < early + early / 2, "{early} bytes at half time, {late} at the end");
}
