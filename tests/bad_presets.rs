//! Bad presets in, drawn problems out: every kind of mistake says what, where, and what to try. And whatever a preset
//! says, if it is accepted, it can be run.

use std::{fmt::Write as _, sync::Arc};

use laggard::{
    scenario::{Scenario, builtin, builtin_text, problem::Look},
    sim::Simulation,
};
use proptest::prelude::*;

/// The problems of the preset `yaml`, drawn; or `fine`.
fn check(yaml: &[u8]) -> String {
    match Scenario::from_text("test.yaml", yaml) {
        Ok(_) => "fine".to_owned(),
        Err(problems) => problems.render(Look::Plain),
    }
}

macro_rules! refuses {
    ($($name:ident: $yaml:expr;)*) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(check($yaml.as_bytes()));
        })*
    };
}

refuses! {
    unknown_field: "title: T\nscript:\n  - write: {key: cart, valeu: jam}\n";
    wrong_type: "title: T\ncluster: {replicas: [a, b]}\nnetwork: {links: {between: [a, b]}, reorder: 3}\n";
    unknown_replica_in_a_link: "title: T\ncluster: {replicas: [ams, lon]}\nnetwork: {links: [{between: [ams, lom], latency: 1s}]}\n";
    negative_latency: "title: T\nnetwork: {latency: -80ms}\n";
    duplicate_key: "title: T\ndata: {cart: tea}\ntitle: U\ndata: {}\n";
    more_acknowledgements_than_copies: "title: T\ncluster: {replication: {leaderless: {n: 3, write: 4, read: all}}}\n";
    empty_file: "";
    only_comments: "# nothing\n";
    stranger_in_a_partition: "title: T\ncluster: {replicas: [ams, lon, nyc]}\nscript:\n  - partition: [[ams, lon], [bos]]\n";
    replica_on_both_sides: "title: T\nscript:\n  - partition: [[a, b], [b, c]]\n  - partition: [[a, b, c]]\n  - partition: []\n";
    zone_on_both_sides: "title: T\ncluster: {replicas: [{name: a, zone: eu}, {name: b, zone: eu}, {name: c, zone: us}]}\nscript:\n  - partition: [[eu], [us]]\n  - partition: [[eu], [b, c]]\n  - partition: [[ue]]\n  - partition: [[eu, us]]\n";
    link_to_itself: "title: T\nnetwork: {links: [{between: [a, a], loss: 5%}, {from: a, to: b}]}\nscript:\n  - cut: {from: b, to: b}\n  - cut: {between: [a, b], name: all}\n";
    names_given_twice: "title: T\ncluster: {replicas: [ams, {name: lon, zone: ams}, ams]}\nclients: [{name: bob}, {name: bob}, {name: lon}]\n";
    limits: "title: T\ncluster: {replicas: 5000}\nworkload: {rate: 1000000/s, keys: 20000, skew: 99}\n";
    no_replicas: "title: T\ncluster: {replicas: []}\n";
    copies: "title: T\ncluster: {replicas: [a, b], replication: {leaderless: {n: 3, read: three, anti_entropy: {every: 0, fan_out: 7}, timeout: 0}}}\n";
    levels_without_zones: "title: T\ncluster: {replication: {leaderless: {write: each_quorum, read: any}}}\nclients: [{name: bob, level: any}]\nscript:\n  - {read: {key: x, level: local_one}}\n  - {set: {n: {eu: 1}}}\n";
    copies_per_zone: "title: T\ncluster: {replicas: [{name: a, zone: eu}, {name: b, zone: us}, c], replication: {leaderless: {n: {eu: 2, ue: 1}}}}\nscript:\n  - {set: {n: 2}}\n";
    gossip_needs_anti_entropy: "title: T\ncluster: {replication: {leaderless: {replicate: gossip, write: quorum}}}\n";
    gossip_cannot_be_turned_off: "title: T\ncluster: {replication: {leaderless: {replicate: gossip, anti_entropy: {every: 1s}}}}\nscript:\n  - set: {anti_entropy: off, write: all, n: 2}\n";
    sessions_that_cannot_be: "title: T\nclients:\n  - {name: bob, guarantees: [monotonic_writes], by: quorum}\n  - {name: ann, guarantees: [read_your_writes], by: sticky, route: random}\n  - {name: eve, when_unable: wait}\nscript:\n  - set: {route: sticky}\nexpect:\n  - {violated: read_your_writes, by: bop}\n";
    sessions_of_strangers: "title: T\nclients:\n  - {name: bob, guarantees: [monotonic_writes], by: quorum}\n  - {name: ann, guarantees: [read_your_writes], by: sticky, route: random}\nscript:\n  - set: {client: anne, route: sticky}\nexpect:\n  - {violated: read_your_writes, by: bop}\n";
    distributions: "title: T\nnetwork:\n  latency: {uniform: {min: 9ms, max: 3ms}}\n  links:\n    - {from: a, to: b, latency: {mixture: [{weight: 50%, of: 1ms}, {weight: 40%, of: 2ms}]}}\n    - {from: a, to: c, latency: {empirical: {samples: []}}}\n    - {from: b, to: c, latency: {empirical: {quantiles: [{at: 90%, is: 9ms}, {at: 50%, is: 3ms}]}}}\n    - {from: b, to: a, latency: {empirical: {quantiles: [{at: 50%, is: 9ms}, {at: 90%, is: 3ms}]}}}\n    - {from: c, to: a, latency: {lognormal: {median: 5ms, sigma: -1}}}\n    - {from: c, to: b, latency: {pareto: {scale: 5ms, shape: 0}}}\n";
    questions: "title: T\nscript:\n  - {read: {key: cart}, answer: a}\n  - {predict: What?, choices: {a: tea, jam: jam}}\n  - {read: {key: cart}, answer: b}\n  - {predict: What?, choices: {a: tea}}\n";
    unknown_names: "title: T\nclients: [{name: alice}]\ndata: {cart: tea}\nscript:\n  - write: {by: alcie, key: cart, value: 1, at: d}\n  - cut: {between: [a, b], name: ocean}\n  - heal: ocaen\n  - until: {replica: a, key: crat, holds: tea}\n  - skew: {replica: x, by: 1s}\n";
    steps_out_of_order: "title: T\nscript:\n  - {at: 5s, say: later}\n  - {at: 2s, say: earlier}\n  - {until: settled, within: 0}\n";
    workload_steps: "title: T\nscript: [{workload: stop}]\n";
    workload_runs_already: "title: T\nworkload: {rate: 0, keys: [a, a]}\nscript: [{workload: start}, {workload: stop}, {workload: stop}]\n";
    bounds_the_wrong_way_round: "title: T\nexpect:\n  - stale_reads: {at_least: 3, at_most: 1}\n  - all: []\n  - available: {at_least: 90%, at_most: 80%}\n";
    far_too_long: "title: T\ncluster: {replicas: [{name: a, clock: {skew: -9000d}}, b]}\nnetwork: {latency: 9000d}\ndata: {'': 1}\n";
    control_characters: "title: \"a\\e[2Jb\"\nabout: |\n  one\n  two\nscript: [{say: \"\\a\"}]\n";
    primary_of_nobody: "title: T\ncluster: {replicas: [a, b, c], conflicts: siblings, replication: {primary: {at: d, acks: 3, backlog: 1mib, min_replicas: 9, priorities: {e: 1}, failover: {after: 0, quorum: 4, monitors: [a, a]}, durability: {snapshot: 0}}}}\n";
    failover_and_election: "title: T\ncluster: {replication: {primary: {election: members, failover: {after: 1s}}}}\n";
    primary_and_leaderless: "title: T\ncluster: {replication: {leaderless: {n: 3}, primary: {election: members, failover: {after: 1s}, ack: 1s}}}\n";
    regions_that_cannot_be: "title: T\ncluster: {replicas: [a, b, c, d], conflicts: siblings, versions: {truncate_at: 3}, replication: {multi_region: {regions: {us: [a, a, e], eu: [b], ap: []}, level: strong, bound: {versions: 3}, read: session}}}\n";
    one_log_and_its_levels: "title: T\ncluster: {replicas: [a, b], replication: {multi_region: {between: one_log, write_region: su, level: session, bound: {versions: 0, time: 0}, read: strong}}}\nclients: [{name: you, level: quorum}]\ndata: {n: {counter: 0}}\nscript:\n  - read: {key: x, level: bounded_staleness}\n  - write: {key: x, value: 1, level: one}\n  - set: {write: all, read: strong}\n  - promote: b\n";
    nobody_judges_a_condition: "title: T\nscript:\n  - write: {key: x, value: 1, if_absent: true}\n  - write: {key: x, value: 1, if_version: last, context: none}\n  - read: {key: x, level: strong}\n";
    no_primary_here: "title: T\nscript:\n  - promote: b\n  - write: {key: x, value: 1, wait: {replicas: 1}}\n  - set: {min_replicas: 1, max_lag: 5s, reads_from: primary}\n  - until: {primary: a}\n";
    what_a_primary_does_not_know: "title: T\ncluster: {replication: {primary: {}}}\nscript:\n  - read: {key: x, level: quorum}\n  - set: {read: quorum, anti_entropy: {every: 1s}}\n  - write: {key: x, value: 1, level: quorum, wait: {replicas: 0}}\n";
    several_at_once: "title: ''\ncluster: {replicas: [ams, lon], replication: {leaderless: {n: 4}}}\nclients: [{name: bob, at: nyc}]\nscript:\n  - write: {by: bob, key: cart, value: jam, level: three}\n  - crash: lno\nexpect:\n  - {replica: ams, key: card, holds: jam}\n";
}

#[test]
fn binary_file() {
    insta::assert_snapshot!(check(b"title: T\n\x7fELF\x00\x01\xff\xfe"));
}

#[test]
fn alias_bomb() {
    let mut yaml = String::from("title: T\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..10 {
        let alias = format!("*a{}, ", level - 1).repeat(10);
        let _ = writeln!(yaml, "a{level}: &a{level} [{alias}]");
    }
    insta::assert_snapshot!(check(yaml.as_bytes()));
}

#[test]
fn a_hundred_megabytes() {
    let yaml = vec![b' '; 100_000_000];
    insta::assert_snapshot!(check(&yaml));
}

#[test]
fn missing_file_finds_its_neighbour() {
    let problems = Scenario::find("presets/favourite-color.yaml").unwrap_err();
    insta::assert_snapshot!(problems.render(Look::Plain));
}

#[test]
fn a_key_is_declared_where_it_first_appears() {
    let yaml = b"title: T\ndata: {zebra: 1, ant: 2}\nscript: [{read: {key: cat}}, {write: {key: ant, value: 3}}]\nworkload: {keys: 2}\n";
    let scenario = Scenario::from_text("test.yaml", yaml).unwrap();
    let keys: Vec<&str> = scenario.keys.iter().map(|key| &**key).collect();
    assert_eq!(keys, ["zebra", "ant", "cat", "k1", "k2"]);
    assert_eq!(scenario.focus.index(), 0);
    assert_eq!(&*Scenario::from_text("test.yaml", b"title: T").unwrap().keys[0], "x");
}

#[test]
fn steps_and_expectations_quote_the_file() {
    let yaml = b"title: T\nscript:\n  # first\n  - say: Hello  # aside\n  - set:\n      loss: 5%\n      reorder: false\nexpect:\n  - settled\n";
    let scenario = Scenario::from_text("test.yaml", yaml).unwrap();
    let steps: Vec<_> = scenario.script.iter().map(|step| (step.line, step.text.as_str())).collect();
    assert_eq!(steps, [(4, "say: Hello"), (5, "set: \u{2026}"), (5, "set: \u{2026}")]);
    assert_eq!((scenario.expect[0].line, scenario.expect[0].text.as_str()), (9, "settled"));
}

/// Runs a scenario for some steps, its script's commands thrown in as they come.
fn run_some(scenario: Scenario) {
    use laggard::scenario::Deed;
    let scenario = Arc::new(scenario);
    let mut simulation = Simulation::new(Arc::clone(&scenario), scenario.seed);
    let mut facts = Vec::new();
    for step in scenario.script.iter().take(50) {
        if let Deed::Do(command) | Deed::Read { command, .. } = &step.deed {
            // It may be refused; it must not fail.
            let _ = simulation.apply(command, &mut facts);
        }
        for _ in 0..4 {
            simulation.step(&mut facts);
        }
    }
    for _ in 0..200 {
        simulation.step(&mut facts);
        facts.clear();
    }
    let _ = (simulation.settled(), simulation.converged(), simulation.view());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Words of valid presets exchanged for others: whatever comes of it is refused, or runs.
    #[test]
    fn a_mutated_preset_is_refused_or_runs(
        which: prop::sample::Index,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..5),
    ) {
        const POOL: &str = "0 1 2 3 4 7 64 1000 99999999 -1 0.5 0s 1ns 1ms 2s 3650d -3650d 100% 0% 50% one quorum all a b c \
            ams lon nyc oslo tokyo alice bob cart x on off ~ [] {} siblings gossip push pull settled none write read \
            delete crash restart freeze thaw isolate heal pareto: exponential: lognormal: normal: zone: skew: drift: +200ppm";
        let pool: Vec<&str> = POOL.split_whitespace().collect();
        let names: Vec<&str> = builtin().map(|(name, _)| name).collect();
        let mut text = builtin_text(names[which.index(names.len())]).unwrap_or_default().to_owned();
        for (at, new) in edits {
            let words: Vec<(usize, usize)> = text
                .split(|c: char| !(c.is_alphanumeric() || "%.+-".contains(c)))
                .filter(|word| !word.is_empty())
                .map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word.len()))
                .collect();
            let (start, length) = words[at.index(words.len())];
            text.replace_range(start..start + length, pool[new.index(pool.len())]);
        }
        match Scenario::from_text("test.yaml", text.as_bytes()) {
            Ok(scenario) => run_some(scenario),
            Err(problems) => prop_assert!(!problems.render(Look::Plain).contains("this cannot be read"), "{problems}"),
        }
    }
}
