//! What the engine costs, as ratios within one run: `cargo bench --bench engine [-- --full] [--steps N] [--w1]`.
//!
//! Workload W1: five replicas, 1,000 Poisson writes a second to random coordinators, 100 keys,
//! last-write-wins, exponential delays of mean 10 ms, eight messages a write. The rows are explained in
//! `docs/performance.md`. Nothing here fails on time: the figures are for people.
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

mod clock;
mod plain_loop;

use std::{hint::black_box, sync::Arc};

use clock::{cpu_time, median};
use laggard::{
    base::{KeyId, NodeId, Position, Ppm, Purpose, Seed, SimTime, Span},
    drive::Timeline,
    net::{Delay, LinkProfile, MessageName, Network},
    scenario::{Scenario, WorkloadSpec},
    sim::{Fact, Queue, Simulation},
};
use plain_loop::PlainLoop;

const KEYS: usize = 100;
/// Mean time between two writes, in nanoseconds.
const GAP: f64 = 1e6;
const DELAY: Span = Span::millis(10);
const SEEK_STEPS: u64 = 100_000;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.iter().any(|argument| argument == "--memory-of-w1") {
        return print_peak_memory();
    }
    let asked =
        arguments.iter().position(|a| a == "--steps").and_then(|i| arguments.get(i + 1)?.parse().ok());
    let full = arguments.iter().any(|argument| argument == "--full");
    let messages: u64 = asked.unwrap_or(if full { 8_000_000 } else { 800_000 });
    let rounds = 3;
    println!("{messages} messages a row, median of {rounds} interleaved rounds, CPU time");
    compare_w1(messages, rounds);
    if arguments.iter().any(|argument| argument == "--w1") {
        return;
    }
    compare_pending(messages.min(400_000), if full { 3 } else { 1 });
    measure_seeks();
    report_memory();
}

/// The rows of W1, at 5 replicas and at 500.
fn compare_w1(messages: u64, rounds: usize) {
    let rows: [(&str, Row); 8] = [
        ("plain BinaryHeap loop (= 1)", || Box::new(Plain(PlainLoop::new(5, 1e7)))),
        ("bare queue and network", || Box::new(Bare::new(5, DELAY))),
        ("simulation, facts into a Vec", || Box::new(Engine::new(5, DELAY))),
        ("timeline: ledger, journal, keyframes", || Box::new(Line::new(5, DELAY))),
        ("500 replicas: plain loop", || Box::new(Plain(PlainLoop::new(500, 1e7)))),
        ("500 replicas: bare queue and network", || Box::new(Bare::new(500, DELAY))),
        ("500 replicas: simulation", || Box::new(Engine::new(500, DELAY))),
        ("500 replicas: timeline", || Box::new(Line::new(500, DELAY))),
    ];
    let medians = interleave(&rows, 20_000, messages, rounds);
    println!("\n{:42} {:>10} {:>8} {:>12}", "W1", "ns/message", "ratio", "of itself at 5");
    for (index, (name, _)) in rows.iter().enumerate() {
        let (cost, plain) = (medians[index], medians[index / 4 * 4]);
        let own = if index < 4 { String::new() } else { format!("{:.2}", cost / medians[index - 4]) };
        println!("{name:42} {cost:>10.0} {:>8.2} {own:>12}", cost / plain);
    }
}

/// With about 800,000 messages on their way: W1 with delays of 100 seconds.
fn compare_pending(messages: u64, rounds: usize) {
    let rows: [(&str, Row); 4] = [
        ("plain BinaryHeap loop (= 1)", || Box::new(Plain(PlainLoop::new(5, 1e11)))),
        ("bare queue and network", || Box::new(Bare::new(5, Span::secs(100)))),
        ("simulation, facts into a Vec", || Box::new(Engine::new(5, Span::secs(100)))),
        ("timeline: ledger, journal, keyframes", || Box::new(Line::new(5, Span::secs(100)))),
    ];
    let medians = interleave(&rows, 1_600_000, messages, rounds);
    println!("\n{:42} {:>10} {:>8}", "W1, 800,000 pending", "ns/message", "ratio");
    for ((name, _), cost) in rows.iter().zip(&medians) {
        println!("{name:42} {cost:>10.0} {:>8.2}", cost / medians[0]);
    }
}

type Row = fn() -> Box<dyn Subject>;

/// Something that delivers messages.
trait Subject {
    /// Goes on until so many messages have arrived since the start.
    fn run_to(&mut self, messages: u64);
}

/// Nanoseconds a message of each row: the median over rounds in which every row has its turn.
fn interleave(rows: &[(&str, Row)], warm_up: u64, messages: u64, rounds: usize) -> Vec<f64> {
    let mut costs = vec![Vec::new(); rows.len()];
    for _ in 0..rounds {
        for ((_, row), costs) in rows.iter().zip(&mut costs) {
            let mut subject = row();
            subject.run_to(warm_up);
            let start = cpu_time();
            subject.run_to(warm_up + messages);
            costs.push(cpu_time().saturating_sub(start).as_secs_f64() * 1e9 / as_f64(messages));
        }
    }
    costs.iter_mut().map(|costs| median(costs)).collect()
}

struct Plain(PlainLoop);

impl Subject for Plain {
    fn run_to(&mut self, messages: u64) {
        self.0.run_to(messages);
        black_box(self.0.checksum());
    }
}

/// The engine's queue and network alone, under a loop that does what the plain one does.
struct Bare {
    queue: Queue<Flight>,
    network: Network,
    replicas: usize,
    held: Vec<[(u64, u64); KEYS]>,
    acks: Vec<u64>,
    writes: u64,
    messages: u64,
}

enum Flight {
    Work,
    Write { to: NodeId, from: NodeId, op: u64, key: usize, newer: (u64, u64) },
    Ack { to: NodeId },
}

impl Bare {
    fn new(replicas: usize, mean: Span) -> Self {
        let mut queue = Queue::default();
        queue.push(SimTime::ZERO, Flight::Work);
        Self {
            queue,
            network: Network::new(replicas, LinkProfile::plain(Delay::Exponential { mean })),
            replicas,
            held: vec![[(0, 0); KEYS]; replicas],
            acks: vec![0; replicas],
            writes: 0,
            messages: 0,
        }
    }

    fn send(
        &mut self,
        now: SimTime,
        (from, to): (NodeId, NodeId),
        (kind, cause): (u64, u64),
        flight: Flight,
    ) {
        let name = MessageName { kind, cause, attempt: 0 };
        let fate = self.network.fate(Seed(42), from, to, name, now);
        self.queue.push(fate.arrives, flight);
    }

    fn store(&mut self, node: NodeId, key: usize, newer: (u64, u64)) {
        let held = &mut self.held[node.index()][key];
        *held = newer.max(*held);
    }

    fn work(&mut self, now: SimTime) {
        self.writes += 1;
        let op = self.writes;
        let mut stream = Seed(42).stream(Purpose::Workload, [op, 0]);
        let gap = Delay::Exponential { mean: Span::millis(1) }.sample(&mut stream);
        let from = NodeId::at(stream.index(self.replicas));
        let key = stream.index(KEYS);
        let newer = (now.0, op);
        self.store(from, key, newer);
        for to in (0..self.replicas).map(NodeId::at).filter(|to| *to != from) {
            self.send(now, (from, to), (0, op), Flight::Write { to, from, op, key, newer });
        }
        self.queue.push(now + gap, Flight::Work);
    }
}

impl Subject for Bare {
    fn run_to(&mut self, messages: u64) {
        while self.messages < messages {
            let Some((now, flight)) = self.queue.pop() else { return };
            match flight {
                Flight::Work => self.work(now),
                Flight::Write { to, from, op, key, newer } => {
                    self.messages += 1;
                    self.store(to, key, newer);
                    self.send(now, (to, from), (1, op), Flight::Ack { to: from });
                }
                Flight::Ack { to } => {
                    self.messages += 1;
                    self.acks[to.index()] += 1;
                }
            }
        }
    }
}

/// The simulation alone; its facts go into a vector that is emptied after each step.
struct Engine {
    simulation: Simulation,
    facts: Vec<Fact>,
}

impl Engine {
    fn new(replicas: usize, delay: Span) -> Self {
        Self { simulation: Simulation::new(w1(replicas, delay), Seed(42)), facts: Vec::new() }
    }
}

impl Subject for Engine {
    fn run_to(&mut self, messages: u64) {
        while steps_for(messages, self.simulation.scenario()) > self.simulation.position().step {
            self.simulation.step(&mut self.facts);
            black_box(&self.facts);
            self.facts.clear();
        }
    }
}

/// The whole: replicas, faults, ledger, journal, keyframes.
struct Line(Timeline);

impl Line {
    fn new(replicas: usize, delay: Span) -> Self {
        Self(Timeline::new(w1(replicas, delay), Seed(42)))
    }
}

impl Subject for Line {
    fn run_to(&mut self, messages: u64) {
        while steps_for(messages, self.0.simulation().scenario()) > self.0.position().step {
            self.0.step_within(SimTime(u64::MAX));
        }
    }
}

/// Each write is one step for itself and one for each message.
fn steps_for(messages: u64, scenario: &Scenario) -> u64 {
    messages + messages / (2 * (scenario.replicas.len() as u64 - 1))
}

fn w1(replicas: usize, mean: Span) -> Arc<Scenario> {
    let mut scenario = Scenario::of(replicas);
    scenario.keys = (0..KEYS).map(|i| format!("k{i}").into()).collect();
    scenario.network = Network::new(replicas, LinkProfile::plain(Delay::Exponential { mean }));
    scenario.workload = Some(WorkloadSpec {
        operations: None,
        mean_gap: Span::millis(1),
        reads: Ppm::NEVER,
        keys: (0..).take(KEYS).map(KeyId).collect(),
        skew: 0.0,
        stop: None,
    });
    Arc::new(scenario)
}

/// Random seeks in a session of W1.
fn measure_seeks() {
    let mut timeline = Timeline::new(w1(5, DELAY), Seed(42));
    let mut positions = vec![Position::default()];
    while timeline.position().step < SEEK_STEPS {
        timeline.step_within(SimTime(u64::MAX));
        positions.push(timeline.position());
    }
    let mut stream = Seed(7).stream(Purpose::Workload, [0, 0]);
    let mut seek = |_| {
        let to = positions[stream.index(positions.len())];
        let start = cpu_time();
        timeline.seek(to);
        cpu_time().saturating_sub(start).as_secs_f64() * 1e3
    };
    let mut times: Vec<f64> = (0..200).map(&mut seek).collect();
    let middle = median(&mut times);
    println!(
        "\nseeks in {SEEK_STEPS} steps: median {middle:.1} ms, longest {:.1} ms",
        times[times.len() - 1]
    );
}

/// Peak memory is a process's, so the run has one of its own.
fn report_memory() {
    let probe = std::env::current_exe()
        .and_then(|program| std::process::Command::new(program).arg("--memory-of-w1").output());
    if let Ok(output) = probe {
        println!("\npeak memory of the timeline's W1: {}", String::from_utf8_lossy(&output.stdout).trim());
    }
}

fn print_peak_memory() {
    let mut line = Line::new(5, DELAY);
    line.run_to(1_000_000);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    println!("{}", peak.map_or("unknown here", str::trim));
}

#[expect(clippy::cast_precision_loss, reason = "counts of messages are far below 2^53")]
fn as_f64(count: u64) -> f64 {
    count as f64
}
