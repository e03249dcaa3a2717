//! Written runs, read back by readers of their own.

use std::{collections::BTreeMap, num::NonZeroUsize};

use super::*;
use crate::{
    check::{
        history::{History, Model, Term},
        linear::{Budget, Verdict, judge},
        run_history::RunOperation,
    },
    histories,
    scenario::{builtin, builtin_text},
};

fn scenario(text: &str) -> Arc<Scenario> {
    Arc::new(
        Scenario::from_text("test.yaml", text.as_bytes()).unwrap_or_else(|problems| panic!("{problems:?}")),
    )
}

fn presets() -> impl Iterator<Item = (&'static str, Arc<Scenario>)> {
    builtin().map(|(name, _)| (name, scenario(builtin_text(name).expect("built in"))))
}

fn written(scenario: &Arc<Scenario>, format: Format) -> String {
    Run::play(scenario, scenario.seed, format)
        .text(format, None)
        .unwrap_or_else(|refused| panic!("{refused:?}"))
}

/// The rules of ShiViz, by somebody who knows nothing of how a log is made. Gives hosts and events.
#[track_caller]
fn is_for_shiviz(log: &str) -> (usize, usize) {
    let mut lines = log.lines();
    assert_eq!(lines.next(), Some(r"(?<event>.*)\n(?<host>\S*) (?<clock>{.*})"));
    assert_eq!(lines.next(), Some(""), "no delimiter");
    let mut last: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    let mut named: Vec<String> = Vec::new();
    let mut events = 0;
    while let Some(event) = lines.next() {
        assert!(!event.is_empty(), "an event says what it is");
        let (host, clock) = lines.next().and_then(|line| line.split_once(' ')).expect("a host and its clock");
        assert!(!host.is_empty() && !host.contains(char::is_whitespace));
        let clock: BTreeMap<String, u64> = serde_json::from_str(clock).expect("JSON");
        let before = last.entry(host.to_owned()).or_default();
        assert_eq!(clock.get(host).copied(), Some(before.get(host).copied().unwrap_or(0) + 1), "{event}");
        for (other, count) in before.iter() {
            assert!(clock.get(other) >= Some(count), "{host} forgets {other}: {event}");
        }
        assert!(clock.values().all(|count| *count > 0), "zeros are left out");
        *before = clock.clone();
        for (other, count) in clock {
            // Whoever knows of an event comes after it, and so knows all that it knew.
            let known = last.get(&other).and_then(|theirs| theirs.get(&other)).copied().unwrap_or(0);
            assert!(count <= known, "{host} knows event {count} of {other}, which has had {known}: {event}");
            named.push(other);
        }
        events += 1;
    }
    assert!(named.iter().all(|host| last.contains_key(host)), "every host has an event");
    (last.len(), events)
}

#[test]
fn every_preset_is_a_log_that_shiviz_reads() {
    for (name, scenario) in presets().filter(|(_, scenario)| scenario.workload.is_none()) {
        let (hosts, events) = is_for_shiviz(&written(&scenario, Format::Shiviz));
        assert!(hosts >= 2 && events >= 10, "{name}: {hosts} hosts, {events} events");
    }
}

/// What a receiver knows of the sender is at least the sending itself.
#[test]
fn a_receive_comes_after_its_send() {
    let log = written(&scenario(builtin_text("split-brain").expect("built in")), Format::Shiviz);
    let lines: Vec<&str> = log.lines().skip(2).collect();
    let events: Vec<(&str, &str, BTreeMap<String, u64>)> = lines
        .chunks(2)
        .map(|pair| {
            let (host, clock) = pair[1].split_once(' ').expect("a clock");
            (pair[0], host, serde_json::from_str(clock).expect("JSON"))
        })
        .collect();
    let mut seen = 0;
    for (place, (text, host, clock)) in events.iter().enumerate() {
        let Some((from, what)) = text.strip_prefix("hears from ").and_then(|rest| rest.split_once(": "))
        else {
            continue;
        };
        if !what.starts_with("write w") {
            continue;
        }
        let sending = format!("sends {host}: {what}");
        let sent = events[..place].iter().rev().find(|(text, by, _)| *by == from && **text == *sending);
        let (_, _, sent) = sent.unwrap_or_else(|| panic!("nobody sent: {text}"));
        assert!(sent.iter().all(|(other, count)| clock.get(other) >= Some(count)), "{text}");
        seen += 1;
    }
    assert!(seen >= 5, "{seen} writes were heard");
}

#[test]
fn names_with_blanks_and_names_given_twice_are_hosts_of_their_own() {
    let mut scenario = Scenario::clone(&scenario(TIMEOUTS));
    for (replica, name) in scenario.replicas.iter_mut().zip(["a b", "a_b", "c"]) {
        replica.name = name.into();
    }
    scenario.clients[0].name = "c".into();
    scenario.clients[1].name = "".into();
    let (hosts, _) = is_for_shiviz(&written(&Arc::new(scenario), Format::Shiviz));
    assert_eq!(hosts, 5);
}

fn verdicts(
    model: Model,
    recorded: Vec<crate::check::history::Recorded>,
) -> Vec<(Option<Term>, &'static str)> {
    let history = History::new(model, model.initial(), recorded).expect("known operations");
    let judged = judge(&history, Budget::default(), NonZeroUsize::MIN);
    let word = |verdict: &Verdict| match verdict {
        Verdict::Holds => "holds",
        Verdict::Violated(_) => "violated",
        Verdict::Spent(_) | Verdict::Abandoned | Verdict::NothingObserved => "unknown",
    };
    history.objects.iter().map(|object| object.key.clone()).zip(judged.verdicts.iter().map(word)).collect()
}

#[test]
fn a_run_read_back_from_edn_is_judged_as_the_run_itself() {
    let (mut judged, mut violated) = (0, 0);
    for (name, scenario) in presets() {
        let run = Run::play(&scenario, scenario.seed, Format::Edn);
        let keys = run.report.timeline.simulation().keys().to_vec();
        for key in std::iter::once(None).chain(keys.iter().map(|key| Some(&**key))) {
            let Ok(text) = run.text(Format::Edn, key) else { continue };
            let id = key.map(|key| run.key(key).expect("a key"));
            let modelled =
                run.history.modelled(id, run.report.timeline.simulation()).expect("it was written");
            let itself = verdicts(modelled.model, modelled.recorded());
            let read = histories::read(text.as_bytes(), None)
                .unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
            assert_eq!(verdicts(modelled.model, read.operations), itself, "{name}");
            judged += 1;
            violated += usize::from(itself.iter().any(|(_, verdict)| *verdict == "violated"));
        }
    }
    assert!(judged >= 20 && violated >= 3, "{judged} histories, {violated} violated");
}

const TIMEOUTS: &str = "\
title: Timeouts
cluster:
  replicas: [ams, lon, nyc]
  replication:
    leaderless: {n: 3, write: all, read: all}
clients: [{name: alice, at: ams, timeout: 1s}, {name: bob, at: nyc, timeout: 1s}]
data: {k: \"a \\\"quoted\\\", text\"}
script:
  - isolate: nyc
  - write: {by: alice, key: k, value: 1}
  - pause: 2s
  - write: {by: alice, key: k, value: 2}
  - read: {by: bob, key: k}
  - pause: 2s
  - crash: lon
  - write: {by: alice, key: k, value: \"three, \\\"and\\\" more\"}
  - pause: 2s
  - restart: lon
  - heal: all
  - read: {by: bob, key: k}
";

#[test]
fn a_process_whose_outcome_is_unknown_does_nothing_more() {
    let run = Run::play(&scenario(TIMEOUTS), Seed(1), Format::Edn);
    let text = run.text(Format::Edn, Some("k")).expect("a register");
    let mine: Vec<&str> = text.lines().filter(|line| !line.contains(":nemesis")).collect();
    let process = |line: &str| {
        let rest = line.split(":process ").nth(1).expect("a process");
        rest.split(',').next().expect("a number").parse::<u64>().expect("a number")
    };
    // Two clients and who writes the first value: three threads. alice is 0, then 3, then 6.
    let told: Vec<(u64, bool)> =
        mine.iter().map(|line| (process(line), line.contains(":type :info"))).collect();
    let expected = [
        (2, false),
        (2, false),
        (0, false),
        (0, true),
        (3, false),
        (1, false),
        (3, true),
        (1, false),
        (6, false),
    ];
    assert_eq!(told[..9], expected, "{text}");
    let mut ended = Vec::new();
    for (process, unknown) in told {
        assert!(!ended.contains(&process), "{process} goes on");
        if unknown {
            ended.push(process);
        }
    }
    assert!(
        text.contains(r#":value "a \"quoted\", text""#) && text.contains(r#""three, \"and\" more""#),
        "{text}"
    );
}

#[test]
fn a_history_knows_who_was_asked_and_who_answered() {
    let run = Run::play(&scenario(TIMEOUTS), Seed(1), Format::Json);
    let told: Vec<String> = run.history.operations.iter().map(who).collect();
    let expected = [
        "n0 asks 0 1 2, hears 0 1: Unknown",
        "n0 asks 0 1 2, hears 0 1: Unknown",
        "n2 asks 2 0 1, hears 2: Unknown",
    ];
    assert_eq!(told[..3], expected);
    let last = told.last().expect("operations");
    assert!(last.starts_with("n2 asks 2 0 1, hears 2 ") && last.ends_with(": Ok"), "{last}");
    assert_eq!(run.history.faults.len(), 4);
}

fn who(operation: &RunOperation) -> String {
    let list = |nodes: &[crate::base::NodeId]| {
        nodes.iter().map(|node| node.0.to_string()).collect::<Vec<_>>().join(" ")
    };
    let by = operation.coordinator.map_or_else(|| "nobody".to_owned(), |node| node.to_string());
    format!(
        "{by} asks {}, hears {}: {:?}",
        list(&operation.asked),
        list(&operation.answered),
        operation.outcome()
    )
}

/// A reader of RFC 4180.
fn table(text: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut row = vec![String::new()];
    let mut letters = text.chars().peekable();
    let mut quoted = false;
    while let Some(c) = letters.next() {
        let field = row.last_mut().expect("a field");
        match c {
            '"' if quoted && letters.next_if_eq(&'"').is_some() => field.push('"'),
            '"' => quoted = !quoted,
            c if quoted => field.push(c),
            ',' => row.push(String::new()),
            '\r' => {
                assert_eq!(letters.next(), Some('\n'));
                rows.push(std::mem::replace(&mut row, vec![String::new()]));
            }
            c => field.push(c),
        }
    }
    assert!(!quoted && row == [""], "the last line ends");
    rows
}

#[test]
fn every_preset_is_a_table_with_a_line_for_each_operation() {
    for (name, scenario) in presets().chain([("timeouts", scenario(TIMEOUTS))]) {
        let run = Run::play(&scenario, scenario.seed, Format::Csv);
        let rows = table(&run.text(Format::Csv, None).expect("a table"));
        assert_eq!(rows.len(), run.history.operations.len() + 1, "{name}");
        assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{name}");
    }
    let rows = table(&written(&scenario(TIMEOUTS), Format::Csv));
    let value = rows[0].iter().position(|field| field == "value").expect("a column");
    assert_eq!(rows[4][value], "three, \"and\" more");
}

#[test]
fn every_preset_is_json_that_names_its_schema_and_agrees_with_the_history() {
    for (name, scenario) in presets() {
        let run = Run::play(&scenario, scenario.seed, Format::Json);
        let text = run.text(Format::Json, None).expect("JSON");
        let told: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(told["schema"], "laggard-history/1");
        let operations = told["operations"].as_array().expect("operations");
        assert_eq!(operations.len(), run.history.operations.len(), "{name}");
        assert_eq!(told["faults"].as_array().map(Vec::len), Some(run.history.faults.len()));
        let tally = run.report.timeline.ledger().tally;
        let count = |test: &dyn Fn(&serde_json::Value) -> bool| {
            operations.iter().filter(|one| test(one)).count() as u64
        };
        assert_eq!(count(&|one| one["action"] == "read" && one["outcome"] == "ok"), tally.reads, "{name}");
        assert_eq!(count(&|one| one["action"] != "read" && one["outcome"] == "ok"), tally.writes, "{name}");
        assert_eq!(count(&|one| !one["staleness"].is_null()), tally.stale_reads, "{name}");
        assert_eq!(count(&|one| one["outcome"] == "fail"), tally.refused, "{name}");
    }
}

#[test]
fn a_failed_operation_has_no_version_and_a_point_of_its_own_for_everything() {
    for (name, scenario) in presets() {
        let history = Run::play(&scenario, scenario.seed, Format::Json).history;
        let failed = |one: &&RunOperation| one.outcome() == crate::check::history::Outcome::Fail;
        assert!(history.operations.iter().filter(failed).all(|one| one.accepted.is_none()), "{name}");
        let invoked = history.operations.iter().map(|one| one.invoked);
        let returned = history.operations.iter().filter_map(|one| one.returned);
        let mut points: Vec<_> =
            invoked.chain(returned).chain(history.faults.iter().map(|fault| fault.at)).collect();
        points.sort();
        assert!(points.iter().zip(0..).all(|(point, order)| point.order == order), "{name}");
        assert!(points.is_sorted_by_key(|point| point.at), "{name}");
    }
}

#[test]
fn what_no_model_knows_is_refused_with_its_reason() {
    let edn = |name: &str, key: Option<&str>| {
        let scenario = scenario(builtin_text(name).expect("built in"));
        Run::play(&scenario, scenario.seed, Format::Edn).text(Format::Edn, key)
    };
    assert!(matches!(edn("counter", None), Err(Refused::Unmodelled(Unmodelled::Counter(_)))));
    assert!(matches!(edn("siblings", None), Err(Refused::Unmodelled(Unmodelled::Siblings { count: 2, .. }))));
    assert!(matches!(edn("split-brain", Some("nope")), Err(Refused::NoSuchKey(_))));
}

#[test]
fn the_same_preset_and_seed_give_the_same_bytes() {
    for name in ["split-brain", "favorite-color", "redis-failover"] {
        let scenario = scenario(builtin_text(name).expect("built in"));
        for format in [Format::Shiviz, Format::Edn, Format::Json, Format::Csv] {
            assert_eq!(written(&scenario, format), written(&scenario, format), "{name}");
        }
    }
}
