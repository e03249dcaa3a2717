//! `run` and `check`, for people: events as lines, then what held and what did not.

use std::sync::Arc;

use crate::{
    base::{Seed, SimTime},
    check::Verdict,
    drive::{self, Finding, Narrator, Report, Said},
    scenario::Scenario,
};

use super::{REFUSED, load, output::Output};

/// `laggard run PRESET`.
pub(super) fn run(scenario: &Arc<Scenario>, seed: Seed, out: &mut Output) -> u8 {
    out.text(&format!("{}  (seed {})\n", scenario.title, seed.0));
    let mut lines: Vec<(SimTime, String)> = Vec::new();
    let report = drive::run(scenario, seed, |timeline, fact| {
        if let Some(line) = (Narrator { timeline }).line(fact) {
            let cause = line.cause.map_or_else(String::new, |cause| format!("  [{cause}]"));
            lines.push((line.at.at, format!("{:>9}  {}{cause}\n", line.at.at.to_string(), line.text)));
        }
    });
    lines.extend(report.said.iter().map(|(at, said)| (*at, told(said))));
    // Stable: what is said comes after what happened by then.
    lines.sort_by_key(|(at, _)| *at);
    for (_, line) in &lines {
        out.text(line);
    }
    summarise(&report, out);
    report.exit_code()
}

fn told(said: &Said) -> String {
    match said {
        Said::Text(text) | Said::Note(text) => format!("           | {text}\n"),
        Said::Question { question, choices } => {
            let choices: Vec<String> = choices.iter().map(|c| format!("[{}] {}", c.letter, c.text)).collect();
            format!("           ? {question}  {}\n", choices.join("  "))
        }
    }
}

fn summarise(report: &Report, out: &mut Output) {
    let tally = report.timeline.ledger().tally;
    let lost = report.timeline.ledger().lost_writes(report.timeline.simulation());
    let simulation = report.timeline.simulation();
    let agree = if simulation.converged() { "converged" } else { "DIVERGED" };
    out.text(&format!(
        "{agree} at {}: {} writes, {} reads ({} stale), {lost} lost writes, {} failed; {} messages, {} died\n",
        simulation.position().at,
        tally.writes,
        tally.reads,
        tally.stale_reads,
        tally.refused + tally.timed_out,
        tally.sent,
        tally.lost + tally.cut + tally.down,
    ));
    for finding in &report.findings {
        out.text(&format!("{}\n", line(finding)));
    }
}

fn line(finding: &Finding) -> String {
    let place = if finding.line > 0 { format!(" (line {})", finding.line) } else { String::new() };
    match &finding.verdict {
        Verdict::Holds => format!("  holds    {}{place}", finding.what),
        Verdict::Unknown(why) => format!("  unknown  {}{place}: {why}", finding.what),
        Verdict::Violated(evidence) => {
            let why: Vec<String> = evidence.iter().map(|e| format!("{} at {}", e.text, e.at)).collect();
            format!("  FAILS    {}{place}: {}", finding.what, why.join("; "))
        }
    }
}

/// `laggard check PRESET…`: the worst exit code of all.
pub(super) fn check(presets: &[String], seed: Option<Seed>, out: &mut Output) -> u8 {
    let mut worst = 0;
    for preset in presets {
        let Some(scenario) = load(preset, out) else {
            worst = worse(worst, REFUSED);
            continue;
        };
        let report = drive::run(&scenario, seed.unwrap_or(scenario.seed), |_, _| {});
        let held = report.findings.iter().filter(|finding| finding.verdict.holds()).count();
        let word = match report.exit_code() {
            0 => "ok",
            1 => "FAILS",
            _ => "unknown",
        };
        out.text(&format!("{word:<8} {preset}: {held} of {} hold\n", report.findings.len()));
        for finding in report.findings.iter().filter(|finding| !finding.verdict.holds()) {
            out.text(&format!("{}\n", line(finding)));
        }
        worst = worse(worst, report.exit_code());
    }
    worst
}

/// Refused before violated before unknown before fine.
fn worse(a: u8, b: u8) -> u8 {
    let rank = |code: u8| match code {
        0 => 0,
        3 => 1,
        1 => 2,
        _ => 3,
    };
    if rank(a) >= rank(b) { a } else { b }
}
