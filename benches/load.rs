//! How long a preset of 1,000 lines takes to load: the goal is 5 ms.
//!
//! `cargo bench --bench load`. The best of many runs is the one that says most about the code.

#![expect(clippy::print_stdout, reason = "a benchmark tells its result")]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the wall clock")]

use std::{fmt::Write as _, time::Instant};

use laggard::scenario::Scenario;

const RUNS: usize = 200;

fn main() {
    for lines in [100, 1_000, 10_000] {
        let text = preset(lines);
        let written = text.lines().count();
        let mut times: Vec<f64> = Vec::new();
        for _ in 0..RUNS {
            let start = Instant::now();
            let scenario = Scenario::from_text("bench.yaml", text.as_bytes());
            times.push(start.elapsed().as_secs_f64() * 1e3);
            assert!(scenario.is_ok(), "the preset is valid");
        }
        times.sort_by(f64::total_cmp);
        println!(
            "{written:>6} lines, {:>7} bytes: best {:.2} ms, median {:.2} ms",
            text.len(),
            times[0],
            times[RUNS / 2]
        );
    }
}

/// A preset whose script has a bit of everything, of about so many lines.
fn preset(lines: usize) -> String {
    let mut text = String::from(
        "title: Long\ncluster:\n  replicas: [ams, lon, nyc, sfo, tyo]\n  replication: {leaderless: {n: 3}}\n\
         clients:\n  - {name: alice, at: ams}\n  - {name: bob, at: nyc}\ndata: {cart: tea}\nscript:\n",
    );
    let steps = [
        "  - write: {by: alice, key: cart, value: jam, level: quorum}\n",
        "  - after: 20ms\n    read: {by: bob, key: cart}\n    claim: {read: last, stale: false}\n",
        "  - partition: [[ams, lon], [nyc, sfo, tyo]]\n",
        "  - say: Something happens, and somebody explains it in a sentence of usual length.\n",
        "  - set: {link: {between: [ams, nyc]}, latency: {uniform: {min: 80ms, max: 120ms}}, loss: 0.5%}\n",
        "  - heal: all\n",
        "  - until: converged\n    within: 5s\n",
    ];
    let mut step = steps.iter().cycle();
    while text.lines().count() < lines {
        for _ in 0..40 {
            let _ = write!(text, "{}", step.next().copied().unwrap_or_default());
        }
    }
    text.push_str("expect:\n  - converged: {within: 3s}\n");
    text
}
