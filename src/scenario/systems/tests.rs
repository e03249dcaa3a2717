//! What is printed of a profile is what is applied, and whatever a preset says comes before it.

use super::*;
use crate::action::Settings;
use crate::scenario::Scenario;
use crate::scenario::problem::Look;

fn scenario(text: &str) -> Scenario {
    Scenario::from_text("test", text.as_bytes())
        .unwrap_or_else(|problems| panic!("{text}\n{}", problems.render(Look::Plain)))
}

fn settings_of(text: &str) -> Settings {
    scenario(text).settings
}

/// A preset of `title` and one more setting, at a path with dots.
fn with(first: &str, path: &str, value: &str) -> String {
    let mut yaml = value.to_owned();
    for key in path.split('.').rev() {
        yaml = format!("{{{key}: {yaml}}}");
    }
    format!("{{title: T, {first}, {}", &yaml[1..])
}

#[test]
fn a_title_and_a_system_are_a_preset() {
    for profile in PROFILES {
        scenario(&format!("{{title: T, system: {}}}", profile.name));
    }
}

#[test]
fn a_profile_is_what_its_printed_values_written_out_would_be() {
    for profile in PROFILES {
        let by_name = settings_of(&format!("{{title: T, system: {}}}", profile.name));
        let written = settings_of(&format!("{{title: T, {}", &profile.yaml()[1..]));
        assert_eq!(by_name, written, "{}", profile.name);
        for setting in profile.defaults {
            let system = format!("system: {}", profile.name);
            assert_eq!(by_name, settings_of(&with(&system, setting.path, setting.value)), "{setting:?}");
        }
    }
}

/// Some other value that the setting at `path` may have beside the profile's others.
#[expect(clippy::match_same_arms, reason = "a table by setting")]
fn another(path: &str, value: &str) -> &'static str {
    match (path.strip_prefix("cluster.").unwrap_or(path), value) {
        ("replication.leaderless.n", _) => "2",
        ("replication.leaderless.write" | "replication.leaderless.read", _) => "all",
        ("replication.leaderless.replicate", _) => "gossip",
        ("replication.leaderless.timeout" | "replication.leaderless.retransmit", _) => "7s",
        ("replication.leaderless.anti_entropy", _) => "{every: 7s}",
        ("replication.leaderless.anti_entropy.every", _) => "7s",
        ("replication.leaderless.anti_entropy.style", _) => "push",
        ("replication.leaderless.anti_entropy.digest", _) => "full",
        ("conflicts", "siblings") => "last_write_wins",
        ("conflicts", _) => "siblings",
        ("replication.leaderless.asks", "all") => "exactly",
        ("replication.leaderless.asks", _) => "all",
        ("replication.leaderless.speculative", _) => "7s",
        ("replication.leaderless.read_repair", _) => "off",
        ("replication.leaderless.coordinator", "any") => "replica",
        ("replication.leaderless.coordinator", _) => "any",
        ("replication.leaderless.sloppy", "true") => "false",
        ("replication.leaderless.sloppy", _) => "true",
        ("replication.leaderless.hints.window" | "replication.leaderless.hints.replay_every", _) => "7s",
        ("replication.leaderless.hints.holder", "next") => "coordinator",
        ("replication.leaderless.hints.holder", _) => "next",
        ("replication.leaderless.failure_detector", _) => "{timeout: 7s}",
        ("replication.leaderless.failure_detector.timeout", _) => "7s",
        ("replication.leaderless.failure_detector.gossip_every", _) => "7s",
        ("replication.leaderless.tombstones", _) => "{gc_grace: 7s}",
        ("replication.leaderless.tombstones.gc_grace", _) => "7s",
        ("replication.leaderless.tombstones.compact_every", _) => "7s",
        ("replicas", _) => "5",
        ("replication.multi_region.between", "async") => "one_log",
        ("replication.multi_region.between", _) => "async",
        ("replication.multi_region.read", _) => "strong",
        ("replication.multi_region.level", _) => "strong",
        ("replication.multi_region.election.timeout", _) => "7s",
        ("replication.multi_region.ack_every" | "replication.multi_region.timeout", _) => "7s",
        ("versions.kind", _) => "vector",
        ("versions.truncate_at", _) => "7",
        ("replication.primary.acks", "0") => "1",
        ("replication.primary.acks" | "replication.primary.min_replicas", "majority" | "0") => "2",
        ("replication.primary.backlog", _) => "7kB",
        ("replication.primary.ack_every" | "replication.primary.max_lag", _) => "7s",
        ("replication.primary.reads_from", "any") => "primary",
        ("replication.primary.reads_from", _) => "any",
        ("replication.primary.writes_elsewhere", "refuse") => "redirect",
        ("replication.primary.writes_elsewhere", _) => "refuse",
        ("replication.primary.failover.after" | "replication.primary.election.timeout", _) => "7s",
        ("replication.primary.failover.quorum", _) => "3",
        ("replication.primary.durability", "journal") => "{snapshot: 7s}",
        ("replication.primary.durability", _) => "journal",
        ("replication.primary.timeout", _) => "7s",
        _ => panic!("say here what else {path} may be than {value}"),
    }
}

#[test]
fn every_default_can_be_overridden() {
    for profile in PROFILES {
        let system = format!("system: {}", profile.name);
        let usual = format!("{:?}", settings_of(&format!("{{title: T, {system}}}")));
        for setting in profile.defaults {
            let text = with(&system, setting.path, another(setting.path, setting.value));
            match Scenario::from_text("test", text.as_bytes()) {
                Ok(changed) => assert!(format!("{:?}", changed.settings) != usual, "{text} changes nothing"),
                // Nothing stands in the way but what belongs to it.
                Err(problems) => assert!(NEEDS_MORE.contains(&setting.path), "{text}\n{problems}"),
            }
        }
    }
}

/// Settings that another one must follow.
const NEEDS_MORE: &[&str] = &[
    "cluster.replication.multi_region.between",
    "cluster.replication.leaderless.n",
    "cluster.replication.leaderless.replicate",
];

#[test]
fn every_name_leads_to_its_profile() {
    for profile in PROFILES {
        let system: System = serde_yaml::from_str(profile.name).unwrap();
        assert!(std::ptr::eq(super::profile(system), profile), "{}", profile.name);
        assert!(std::ptr::eq(named(profile.name).unwrap(), profile));
        assert!(profile.defaults.iter().all(|setting| !setting.source.words().is_empty()));
        let mut paths: Vec<&str> = profile.defaults.iter().map(|setting| setting.path).collect();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), profile.defaults.len(), "{} says something twice", profile.name);
    }
}

#[test]
fn what_a_preset_says_stands() {
    let read = settings_of("{title: T, system: dynamo, cluster: {replication: {leaderless: {read: 1}}}}");
    let dynamo = settings_of("{title: T, system: dynamo}");
    assert_eq!(read.read, crate::action::Level::One);
    assert_eq!(read.write, dynamo.write);
    assert_eq!(read.copies, dynamo.copies);
    let off =
        settings_of("{title: T, system: dynamo, cluster: {replication: {leaderless: {anti_entropy: off}}}}");
    assert_eq!(off.anti_entropy, None);
    let slower = settings_of(
        "{title: T, system: dynamo, cluster: {replication: {leaderless: {anti_entropy: {every: 7s}}}}}",
    );
    let (slower, usual) = (slower.anti_entropy.unwrap(), dynamo.anti_entropy.unwrap());
    assert_eq!(slower.every, crate::base::Span::secs(7));
    assert_eq!(slower.style, usual.style);
    let lww = settings_of("{title: T, system: dynamo, cluster: {conflicts: last_write_wins}}");
    assert_eq!(lww.conflicts, crate::data::Conflicts::LastWriteWins);
}

#[test]
fn another_protocol_leaves_nothing_of_the_profiles() {
    let settings = settings_of("{title: T, system: redis, cluster: {replication: {leaderless: {n: 2}}}}");
    assert!(settings.leaderless().is_some());
    let policy = |text: &str| match settings_of(text).protocol {
        crate::action::Protocol::Primary(policy) => policy.failover,
        crate::action::Protocol::Leaderless(_) => panic!("{text}"),
    };
    assert!(matches!(policy("{title: T, system: redis}"), crate::action::Failover::Monitors(_)));
    let elected = "{title: T, system: redis, cluster: {replication: {primary: {election: members}}}}";
    assert!(matches!(policy(elected), crate::action::Failover::Members { .. }));
}

#[test]
fn names_that_look_like_numbers_are_read_as_without_a_system() {
    let names = |system: &str| {
        let scenario =
            scenario(&format!("{{title: 1.50, {system} cluster: {{replicas: [1, 2.50, {{name: 0x3}}]}}}}"));
        assert_eq!(scenario.title, "1.50");
        scenario.replicas.iter().map(|replica| replica.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names("system: cassandra,"), names(""));
    assert_eq!(names(""), ["1", "2.50", "0x3"], "as they stand in the file");
}

#[test]
fn an_alias_is_what_it_stands_for() {
    let text = "{title: T, system: dynamo, about: &one one, cluster: {replicas: &r [a, b, c], replication: {leaderless: \
                {write: *one, read: *one}}}}";
    assert_eq!(settings_of(text).write, crate::action::Level::One);
}

#[test]
fn a_problem_with_a_default_points_at_the_system() {
    let text = "title: T\nsystem: dynamo\ncluster:\n  replicas: [a, b]\n";
    let problems = Scenario::from_text("test", text.as_bytes()).unwrap_err();
    assert_eq!(problems.list()[0].place.unwrap().line, 2, "{problems}");
    assert_eq!(problems.list().len(), 1, "{problems}");
}

#[test]
fn an_unknown_system_finds_the_nearest() {
    let told = Scenario::from_text("test", b"{title: T, system: casandra}").unwrap_err().to_string();
    assert!(told.contains("did you mean `cassandra`?"), "{told}");
}
