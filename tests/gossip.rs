//! The figures of SEMANTICS §12, from the real replicas: how many synchronous rounds of gossip it takes until
//! all know (Demers et al. 1987; Pittel 1987; Karp et al. 2000).
//!
//! The setting stated there: zero delay, everyone acts on the state at the start of the round, each picks one
//! other uniformly. So no simulation with its clock: the replicas are driven directly, every message of a
//! round is made from, and answered by, what its sender or receiver held when the round began.

use std::sync::Arc;

use laggard::{
    action::{AntiEntropy, Style},
    base::{KeyId, LocalTime, NodeId, Seed, Span, WriteId},
    data::{Conflicts, Dot, Held, Stamp, Value, Version, VersionVector},
    replica::{Body, Output, Placement, Replica, Surroundings, Topology},
    scenario::Scenario,
};

const KEY: KeyId = KeyId(0);

struct Cluster {
    scenario: Scenario,
    topology: Topology,
    seed: Seed,
    replicas: Vec<Replica>,
    up: Vec<bool>,
    since: Vec<Span>,
}

impl Cluster {
    /// One replica knows a value, the others nothing.
    fn new(size: usize, seed: u64) -> Self {
        let version = Version {
            id: WriteId(0),
            key: KEY,
            value: Value::text("rumour"),
            stamp: Stamp::default(),
            dot: Dot { node: NodeId(0), counter: 1 },
            context: VersionVector::EMPTY,
            after: None,
        };
        let mut replicas: Vec<Replica> = (0..size).map(|i| Replica::new(NodeId::at(i), 1)).collect();
        replicas[0].seed(KEY, &Held::One(Arc::new(version)), Conflicts::LastWriteWins);
        let (up, since) = (vec![true; size], vec![Span::ZERO; size]);
        let scenario = Scenario::of(size);
        let topology = scenario.topology();
        Self { scenario, topology, seed: Seed(seed), replicas, up, since }
    }

    fn act(
        &self,
        replica: &mut Replica,
        action: impl FnOnce(&mut Replica, &mut Surroundings<'_>, &mut Vec<Output>),
    ) -> Vec<(NodeId, Body)> {
        let mut next_write = WriteId(1);
        let mut around = Surroundings {
            clock: LocalTime(0),
            placement: Placement::new(&self.topology, &self.scenario.settings),
            settings: &self.scenario.settings,
            believed_up: &self.up,
            down_since: &self.since,
            monotonic: Span::ZERO,
            seed: self.seed,
            next_write: &mut next_write,
        };
        let mut outputs = Vec::new();
        action(replica, &mut around, &mut outputs);
        let sent = |output| if let Output::Send { to, body } = output { Some((to, body)) } else { None };
        outputs.into_iter().filter_map(sent).collect()
    }

    /// One synchronous round.
    fn round(&mut self, style: Style) {
        let settings = AntiEntropy { every: Span::secs(1), style, fan_out: 1, digest: laggard::action::Digest::Full };
        let mut opened = Vec::new();
        let mut replicas = std::mem::take(&mut self.replicas);
        for replica in &mut replicas {
            let from = replica.id;
            let sent = self.act(replica, |replica, around, out| replica.handle_gossip(settings, around, out));
            opened.extend(sent.into_iter().map(|(to, body)| (from, to, body)));
        }
        // Who answers does so as it was when the round began.
        let start = replicas.clone();
        let mut answers = Vec::new();
        for (from, to, body) in &opened {
            let mut answering = start[to.index()].clone();
            let sent =
                self.act(&mut answering, |it, around, out| it.handle_message(*from, body, around, out));
            answers.extend(sent.into_iter().map(|(back, body)| (*to, back, body)));
            self.act(&mut replicas[to.index()], |it, around, out| {
                it.handle_message(*from, body, around, out)
            });
        }
        for (from, to, body) in &answers {
            self.act(&mut replicas[to.index()], |it, around, out| {
                it.handle_message(*from, body, around, out)
            });
        }
        self.replicas = replicas;
    }

    fn all_know(&self) -> bool {
        self.replicas.iter().all(|replica| !replica.held(KEY).is_nothing())
    }
}

fn rounds(size: usize, style: Style, seed: u64) -> u32 {
    let mut cluster = Cluster::new(size, seed);
    let mut rounds = 0;
    while !cluster.all_know() {
        cluster.round(style);
        rounds += 1;
        assert!(rounds < 200, "the rumour stands still");
    }
    rounds
}

/// The mean over the seeds, and its standard error.
fn mean(size: usize, style: Style, seeds: u32) -> (f64, f64) {
    let all: Vec<f64> = (0..seeds).map(|seed| f64::from(rounds(size, style, u64::from(seed)))).collect();
    let mean = all.iter().sum::<f64>() / f64::from(seeds);
    let spread = all.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / f64::from(seeds - 1);
    (mean, (spread / f64::from(seeds)).sqrt())
}

fn check(style: Style, (size, seeds): (usize, u32), expected: f64) {
    let (mean, error) = mean(size, style, seeds);
    assert!(
        (mean - expected).abs() <= 0.1,
        "{style:?} among {size}: {mean:.3} ± {error:.3} rounds over seeds 0..{seeds}, expected {expected}"
    );
    assert!(error < 0.1, "{style:?} among {size}: too few seeds to tell, ± {error:.3}");
}

#[test]
fn push_takes_as_many_rounds_as_theory_says() {
    check(Style::Push, (64, 1_000), 11.16);
    check(Style::Push, (1_024, 200), 18.07);
}

#[test]
fn pull_takes_as_many_rounds_as_theory_says() {
    check(Style::Pull, (64, 1_000), 9.04);
    check(Style::Pull, (1_024, 200), 13.80);
}

#[test]
fn push_pull_takes_as_many_rounds_as_theory_says() {
    check(Style::PushPull, (64, 1_000), 5.97);
    check(Style::PushPull, (1_024, 200), 9.17);
}
