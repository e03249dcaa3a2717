//! Every preset that is shipped keeps what it promises: under its own seed, twice alike, and under other seeds.

use std::sync::Arc;

use laggard::{
    base::Seed,
    check::Verdict,
    drive::{Report, run},
    scenario::{Scenario, builtin},
    sim::Fact,
};

fn preset(name: &str) -> Arc<Scenario> {
    Arc::new(Scenario::find(name).unwrap_or_else(|problems| panic!("{problems}")))
}

fn go(scenario: &Arc<Scenario>, seed: Seed) -> (Report, Vec<Fact>) {
    let mut facts = Vec::new();
    let report = run(scenario, seed, |_, fact| facts.push(fact.clone()));
    (report, facts)
}

/// What does not hold, in words, with the command that shows it again.
fn unmet(name: &str, seed: Seed, report: &Report) -> Vec<String> {
    let unmet = report.findings.iter().filter(|finding| !finding.verdict.holds());
    unmet
        .map(|finding| {
            let why = match &finding.verdict {
                Verdict::Holds => String::new(),
                Verdict::Violated(evidence) => {
                    evidence.iter().map(|e| format!("{} at {}", e.text, e.at)).collect::<Vec<_>>().join("; ")
                }
                Verdict::Unknown(why) => why.clone(),
            };
            let (line, what) = (finding.line, &finding.what);
            format!("presets/{name}.yaml:{line}: {what}: {why} (laggard check {name} --seed {})", seed.0)
        })
        .collect()
}

#[test]
fn every_preset_keeps_its_expectations() {
    for (name, _) in builtin() {
        let scenario = preset(name);
        assert!(!scenario.expect.is_empty(), "{name} expects nothing");
        let (report, _) = go(&scenario, scenario.seed);
        assert_eq!(unmet(name, scenario.seed, &report), Vec::<String>::new());
        assert_eq!(report.exit_code(), 0, "{name}");
    }
}

#[test]
fn every_preset_run_twice_gives_the_same_facts() {
    for (name, _) in builtin() {
        let scenario = preset(name);
        let (first, second) = (go(&scenario, scenario.seed).1, go(&scenario, scenario.seed).1);
        assert!(!first.is_empty(), "{name} does nothing");
        assert!(first == second, "{name} differs from run to run");
    }
}

#[test]
fn every_preset_keeps_its_expectations_under_other_seeds() {
    let mut broken = Vec::new();
    for (name, _) in builtin() {
        let scenario = preset(name);
        for seed in (1_000..1_020).map(Seed) {
            let (report, _) = go(&scenario, seed);
            broken.extend(unmet(name, seed, &report));
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn a_lossy_network_tells_another_story_under_every_seed() {
    let scenario = preset("lossy-network");
    assert!(go(&scenario, Seed(1)).1 != go(&scenario, Seed(2)).1);
}
