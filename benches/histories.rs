//! What it costs to judge generated histories: 1 to 50 clients, up to 100,000 operations, one key and several,
//! linearizable and not.
//!
//! `cargo bench --bench histories [-- --quick | --live]`; `--live` measures what judging a run costs each picture. Time is wall clock on as many threads as there are cores; memory is what the
//! largest search kept.

#![expect(clippy::print_stdout, reason = "a benchmark tells its result")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the wall clock")]

use std::{num::NonZeroUsize, time::Instant};

use laggard::check::{
    history::{History, Lines, Model, Outcome, Recorded, Term},
    linear::{Budget, Verdict, judge},
};

/// A source of numbers that is the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % most
    }
}

/// What the operations are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Load {
    /// Reads and writes, every value written once.
    Unique,
    /// Reads, writes and compare-and-set of five values; one in a hundred of unknown outcome.
    Etcd,
    /// Gets and appends, now and then a put.
    Append,
    /// Adds, and a read of everything every thousand operations.
    Set,
}

/// What one key truly holds while the history is made.
#[derive(Clone, Default)]
struct Held {
    value: i64,
    text: String,
    members: Vec<i64>,
}

struct Call {
    recorded: Recorded,
    takes_effect: u64,
}

fn generate(load: Load, clients: u64, keys: u64, count: u64, lie: Lie) -> History {
    let mut dice = Dice(clients * 1_000 + keys);
    let mut free = vec![0_u64; usize::try_from(clients).expect("few")];
    let mut calls: Vec<Call> = Vec::new();
    for n in 0..count {
        let client = (0..free.len()).min_by_key(|client| free[*client]).expect("a client");
        let invoked = free[client] + dice.below(10);
        let takes_effect = invoked + 1 + dice.below(50);
        let returned = takes_effect + 1 + dice.below(50);
        free[client] = returned + 1;
        let mut recorded = Recorded {
            process: client.to_string(),
            function: String::new(),
            key: Some(Term::Integer(i64::try_from(dice.below(keys)).expect("few"))),
            argument: Term::Nil,
            result: Term::Nil,
            outcome: Outcome::Ok,
            invoked,
            returned: Some(returned),
            lines: Lines { invoked: 2 * calls.len() + 1, returned: Some(2 * calls.len() + 2) },
        };
        ask(load, n, &mut recorded, &mut dice);
        calls.push(Call { recorded, takes_effect });
    }
    let mut order: Vec<usize> = (0..calls.len()).collect();
    order.sort_by_key(|call| calls[*call].takes_effect);
    let mut held: Vec<Held> = vec![Held::default(); usize::try_from(keys).expect("few")];
    for call in order {
        answer(&mut calls[call].recorded, &mut held);
    }
    if lie == Lie::Late {
        let start = calls.len() * 9 / 10;
        for call in &mut calls[start..] {
            if matches!(&*call.recorded.function, "read" | "get") && call.recorded.result != Term::Nil {
                call.recorded.result = wrong(load, &call.recorded.result);
                break;
            }
        }
    }
    let model = match load {
        Load::Unique => Model::Register,
        Load::Etcd => Model::CasRegister,
        Load::Append => Model::Kv,
        Load::Set => Model::Set,
    };
    let initial = if model.initial() == Term::Nil { Term::Integer(0) } else { model.initial() };
    let recorded = calls.into_iter().map(|call| call.recorded).collect();
    History::new(model, initial, recorded).expect("known operations")
}

/// Something that was true once, or could have been.
fn wrong(load: Load, result: &Term) -> Term {
    match (load, result) {
        (Load::Unique, _) => Term::Integer(1),
        (Load::Etcd, Term::Integer(value)) => Term::Integer((value + 1) % 5),
        (Load::Append, Term::Text(text)) => Term::text(text.split_inclusive('y').next().unwrap_or("")),
        (_, Term::Set(members)) => Term::set(members[1..].to_vec()),
        (_, other) => other.clone(),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lie {
    None,
    /// One read at nine tenths of the history saw something wrong.
    Late,
}

fn ask(load: Load, n: u64, recorded: &mut Recorded, dice: &mut Dice) {
    let number = |n: u64| Term::Integer(i64::try_from(n).expect("small"));
    let roll = dice.below(100);
    let (function, argument) = match load {
        Load::Unique if roll < 50 => ("read", Term::Nil),
        Load::Unique => ("write", number(n + 1)),
        Load::Etcd if roll < 34 => ("read", Term::Nil),
        Load::Etcd if roll < 67 => ("write", number(dice.below(5))),
        Load::Etcd => ("cas", Term::List(vec![number(dice.below(5)), number(dice.below(5))])),
        Load::Append if roll < 40 => ("get", Term::Nil),
        Load::Append if roll < 41 => ("put", Term::Text(String::new())),
        Load::Append => ("append", Term::Text(format!("x{n}y"))),
        Load::Set if n % 1_000 == 999 => ("read", Term::Nil),
        Load::Set => ("add", number(n)),
    };
    function.clone_into(&mut recorded.function);
    recorded.argument = argument;
    if load == Load::Etcd && dice.below(100) == 0 {
        recorded.outcome = Outcome::Unknown;
        recorded.returned = None;
        recorded.lines.returned = None;
    }
}

fn answer(recorded: &mut Recorded, held: &mut [Held]) {
    let Some(Term::Integer(key)) = recorded.key else { return };
    let held = &mut held[usize::try_from(key).expect("small")];
    match (&*recorded.function, &recorded.argument) {
        ("read", _) if !held.members.is_empty() => {
            recorded.result = Term::set(held.members.iter().copied().map(Term::Integer).collect());
        }
        ("read", _) => recorded.result = Term::Integer(held.value),
        ("get", _) => recorded.result = Term::Text(held.text.clone()),
        ("write", Term::Integer(value)) => held.value = *value,
        ("put", Term::Text(text)) => held.text.clone_from(text),
        ("append", Term::Text(text)) => held.text += text,
        ("add", Term::Integer(member)) => held.members.push(*member),
        ("cas", Term::List(pair)) => match pair[..] {
            [Term::Integer(from), Term::Integer(to)] if from == held.value => held.value = to,
            _ => recorded.outcome = Outcome::Fail,
        },
        _ => {}
    }
}

fn main() {
    if std::env::args().any(|argument| argument == "--live") {
        return measure_live_judging();
    }
    println!(
        "{:<8} {:>7} {:>5} {:>10} {:>9} {:>10} {:>9} {:>9}  verdict",
        "load", "clients", "keys", "operations", "ms", "per second", "steps/op", "MiB"
    );
    let quick = std::env::args().any(|argument| argument == "--quick");
    let counts: &[u64] = if quick { &[2_000, 10_000] } else { &[10_000, 100_000] };
    for load in [Load::Unique, Load::Etcd, Load::Append, Load::Set] {
        for lie in [Lie::None, Lie::Late] {
            for (clients, keys) in [(1, 1), (5, 1), (10, 10), (50, 1), (50, 10)] {
                for count in counts {
                    row(load, clients, keys, *count, lie);
                }
            }
        }
    }
    measure_live_judging();
}

fn row(load: Load, clients: u64, keys: u64, count: u64, lie: Lie) {
    let history = generate(load, clients, keys, count, lie);
    let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let start = Instant::now();
    let judged = judge(&history, Budget { steps: 20_000_000, memory: 1 << 30 }, threads);
    let seconds = start.elapsed().as_secs_f64();
    let witness = judged.verdicts.iter().find_map(|verdict| match verdict {
        Verdict::Violated(Some(witness)) => Some(witness.operations.len()),
        _ => None,
    });
    let spent = judged.verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Spent(_))).count();
    let verdict = match witness {
        Some(operations) => format!("violated, shown by {operations}"),
        None if spent > 0 => format!("unknown, {spent} keys"),
        None => "holds".to_owned(),
    };
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let (count, steps, mib) = (count as f64, judged.steps as f64, judged.memory as f64 / 1_048_576.0);
    println!(
        "{:<8} {clients:>7} {keys:>5} {count:>10} {:>9.0} {:>10.0} {:>9.1} {mib:>9.1}  {verdict}",
        format!("{load:?}"),
        seconds * 1e3,
        count / seconds,
        steps / count,
    );
}

/// What a picture costs that judges a run, and one that judges it again after a few more operations.
fn measure_live_judging() {
    use std::sync::Arc;

    use laggard::{base::Seed, check::Judge, drive::Timeline, scenario::Scenario};

    let yaml = "
title: A steady load
cluster: {replicas: [a, b, c], replication: {leaderless: {n: 3, write: quorum, read: one}}}
network: {latency: 20ms}
clients: [{name: ann, at: a}, {name: bob, at: b}, {name: cat, at: c}]
workload: {rate: 100/s, reads: 60%, keys: [x, y, z]}
";
    let scenario = Scenario::from_text("bench.yaml", yaml.as_bytes()).expect("a preset");
    let mut timeline = Timeline::new(Arc::new(scenario), Seed(1));
    let mut judge = Judge::default();
    println!("\n{:>12} {:>14} {:>14} {:>14}", "operations", "first, ms", "again, ms", "unchanged, ms");
    for operations in [50, 200, 500, 1_000, 5_000] {
        while timeline.history().operations.forgotten() + (timeline.history().operations.len() as u64)
            < operations
        {
            timeline.step_within(laggard::base::SimTime(u64::MAX));
        }
        let time = |judge: &mut Judge, timeline: &Timeline| {
            let start = Instant::now();
            let history = (timeline.history(), timeline.line());
            std::hint::black_box(judge.verdicts(history, timeline.ledger(), timeline.simulation()));
            start.elapsed().as_secs_f64() * 1e3
        };
        let first = time(&mut Judge::default(), &timeline);
        time(&mut judge, &timeline);
        let soon = timeline.position().at + laggard::base::Span::millis(50);
        timeline.advance_to(soon);
        let again = time(&mut judge, &timeline);
        let unchanged = time(&mut judge, &timeline);
        println!("{operations:>12} {first:>14.2} {again:>14.2} {unchanged:>14.3}");
    }
}
