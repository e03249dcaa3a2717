//! A session as a preset: the text of its preset, with a script of every command at the very moment it was given.
//!
//! ```text
//! preset's text  - script, expect, seed, keys  + seed, keys, script: [{at: 1.5s, step: 812, write: {…}}, …]
//! ```
//!
//! A run follows from its scenario, seed and log (see [`Timeline`](super::Timeline)). So what is written is read
//! again and compared with those three; what would not replay identically is refused.

mod words;

use std::sync::Arc;

use crate::{
    base::{Position, Seed},
    scenario::{Deed, Scenario, Timing, units::write_duration},
};

use super::{Logged, snapshot};
use words::{Words, plain};

/// Top-level settings of a preset that a saved session replaces.
const REPLACED: [&str; 4] = ["script", "expect", "seed", "keys"];

/// The preset that replays `log` on `scenario` with `seed`, up to `end`.
///
/// # Errors
///
/// A sentence, where presets have no words for a command, or the preset itself cannot be kept.
pub fn saved(scenario: &Scenario, seed: Seed, log: &[Logged], end: Position) -> Result<String, String> {
    if scenario.text.is_empty() {
        return Err("there is no preset behind this run: it cannot be saved".into());
    }
    let mut words = Words::of(scenario);
    let mut steps = String::new();
    for (index, logged) in log.iter().enumerate() {
        let action = words.action(&logged.command).ok_or_else(|| unsaid(log, index))?;
        steps += &step(logged.at, &action);
    }
    steps += &step(end, "note: the session was saved here");
    let keys: Vec<String> = scenario.keys.iter().map(|key| plain(key)).collect();
    let kept = without(&scenario.text, &REPLACED);
    let Seed(number) = seed;
    let text = format!(
        "{}\nseed: {number}\nkeys: [{}]\nscript:\n\
         {INDENT}# A saved session. Each step comes at its very moment: change one, and the later ones may mean\n\
         {INDENT}# something else. What the preset expected and claimed of its own script is left out.\n\
         {steps}",
        kept.trim_end(),
        keys.join(", "),
    );
    replays(&text, scenario, seed, log)?;
    Ok(text)
}

const INDENT: &str = "  ";

fn step(at: Position, action: &str) -> String {
    let Position { step, at } = at;
    format!("{INDENT}- {{at: {}, step: {step}, {action}}}\n", write_duration(at.0))
}

/// The text without some of its top-level settings, each with all that belongs to it.
fn without(text: &str, keys: &[&str]) -> String {
    let mut kept = String::new();
    let mut drops = false;
    for line in text.split_inclusive('\n') {
        if !line.starts_with([' ', '\t', '#', '-', '\n', '\r', ']', '}']) {
            let key = line.split(':').next().unwrap_or_default().trim_end();
            drops = keys.contains(&key);
        }
        if !drops {
            kept += line;
        }
    }
    kept
}

/// Whether `text` has the same world, seed and commands.
fn replays(text: &str, scenario: &Scenario, seed: Seed, log: &[Logged]) -> Result<(), String> {
    let read = Scenario::from_text("the saved session", text.as_bytes()).map_err(|problems| {
        let first = problems.list().first();
        let step =
            first.and_then(|problem| step_of(text, problem.place?.line)).filter(|step| *step < log.len());
        let why = first.map_or_else(String::new, |problem| problem.message.clone());
        step.map_or_else(
            || format!("this preset cannot be saved: {why}"),
            |step| format!("{} ({why})", unsaid(log, step)),
        )
    })?;
    let again = read.script.iter().map(|step| match (&step.timing, &step.deed) {
        (Timing::Exactly(at), Deed::Do(command)) => Some((at, command)),
        _ => None,
    });
    let mut given = log.iter().map(|logged| Some((&logged.at, &logged.command)));
    let differs = again.take(log.len()).position(|step| given.next() != Some(step));
    if let Some(index) = differs {
        return Err(unsaid(log, index));
    }
    if read.script.len() == log.len() + 1 && read.seed == seed && same_world(&read, scenario) {
        Ok(())
    } else {
        Err("this preset is written in a way that cannot be kept: the session is not saved".into())
    }
}

/// Everything that a run follows from beside seed and commands.
fn same_world(one: &Scenario, other: &Scenario) -> bool {
    one.title == other.title
        && one.focus == other.focus
        && one.replicas == other.replicas
        && one.settings == other.settings
        && one.network == other.network
        && one.clients == other.clients
        && one.keys == other.keys
        && one.initial == other.initial
        && one.workload == other.workload
}

/// Which step stands on a line of the text, counted from 1: the steps are its last lines.
fn step_of(text: &str, line: usize) -> Option<usize> {
    let is_step = |line: &&str| line.starts_with("  - {at: ");
    let before = text.lines().take(line).collect::<Vec<_>>();
    let steps = before.iter().rev().take_while(|line| is_step(line)).count();
    steps.checked_sub(1)
}

fn unsaid(log: &[Logged], index: usize) -> String {
    let Logged { at, command, .. } = &log[index];
    format!("nothing is saved: a preset cannot say the {} at {}", snapshot::name(command), at.at)
}

/// The scenario of what [`saved`] wrote; what a kill left unfinished of its last line is forgotten.
pub fn restored(text: &str) -> Option<Arc<Scenario>> {
    let whole = text.rfind('\n').map_or(text, |end| &text[..=end]);
    let scenario = Scenario::from_text("a session", whole.as_bytes()).ok()?;
    scenario.is_saved_session().then(|| Arc::new(scenario))
}
