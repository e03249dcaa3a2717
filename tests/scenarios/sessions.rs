//! Scenarios 13 to 16 of SEMANTICS §13: each session guarantee broken where nobody asks for it, and kept
//! where somebody does. Replicas a, b, c; x = 1 everywhere.

use std::sync::Arc;

use laggard::{
    action::Guarantee,
    check::Verdict,
    drive::{Cause, Timeline},
    scenario::{Deed, Scenario},
    sim::{Fact, Outcome, What},
};

use crate::support::{play, scenario};

/// A cluster of a, b, c whose links are so slow that a heal comes before anything arrives by itself, with one
/// client that has `rules`, and then `script`.
fn preset(rules: &str, rest: &str) -> String {
    format!(
        "title: T\ncluster: {{replicas: [a, b, c]}}\nnetwork: {{latency: 80ms}}\n\
         clients:\n  - {{name: s, at: a{rules}}}\n  - {{name: w, at: a}}\n  - {{name: r, at: c}}\n\
         data: {{x: 1}}\n{rest}"
    )
}

/// Runs the script step by step, refused operations and all; gives what happened and how it ended.
fn run(yaml: &str) -> (Vec<Fact>, Timeline) {
    let scenario: Scenario = scenario(yaml);
    let seed = scenario.seed;
    let mut timeline = Timeline::new(Arc::new(scenario.clone()), seed);
    for step in &scenario.script {
        match &step.deed {
            Deed::Do(command) | Deed::Read { command, .. } => {
                timeline.apply(command.clone(), Cause::Program).expect("accepted");
            }
            Deed::Pause(span) => {
                timeline.advance_to(timeline.position().at + *span);
            }
            other => panic!("{other:?} is not for these scripts"),
        }
    }
    (timeline.journal().facts().cloned().collect(), timeline)
}

fn answers(facts: &[Fact]) -> Vec<Outcome> {
    let answer = |fact: &Fact| match &fact.what {
        What::Answered { outcome, .. } => Some(outcome.clone()),
        _ => None,
    };
    facts.iter().filter_map(answer).collect()
}

fn verdict(timeline: &Timeline, guarantee: Guarantee) -> Verdict {
    timeline.ledger().guarantee(guarantee, timeline.simulation().scenario().client_named("s"))
}

/// Scenario 13: x=2 on a only; a session reads at a, then at b.
const A_THEN_B: &str = "script:
  - isolate: a
  - write: {by: w, at: a, key: x, value: 2}
  - pause: 100ms
  - read: {by: s, at: a, key: x}
  - read: {by: s, at: b, key: x}
";

#[test]
fn scenario_13_reading_at_a_then_at_b_goes_back_in_time() {
    let found = "expect:\n  - {read: last, returns: 1}\n  - {violated: monotonic_reads, by: s}\n";
    play(&preset("", &format!("{A_THEN_B}{found}")));
}

#[test]
fn scenario_13_with_the_guarantee_b_is_not_eligible() {
    let (facts, timeline) = run(&preset(", guarantees: [monotonic_reads]", A_THEN_B));
    assert_eq!(answers(&facts).last(), Some(&Outcome::NotFresh(Guarantee::MonotonicReads)));
    assert!(!matches!(verdict(&timeline, Guarantee::MonotonicReads), Verdict::Violated(_)));
}

#[test]
fn scenario_13_redirected_the_read_finds_a_and_waiting_it_finds_b_caught_up() {
    let expect =
        "expect:\n  - {read: last, returns: 2}\n  - {upholds: monotonic_reads, by: s}\n  - {refused: 0}\n";
    let rules = ", guarantees: [monotonic_reads], when_unable: redirect";
    play(&preset(rules, &format!("{A_THEN_B}{expect}")));
    // Waiting pays where something brings what is missing.
    let slow = "script:
  - write: {by: w, at: a, key: x, value: 2}
  - read: {by: s, at: a, key: x}
  - read: {by: s, at: b, key: x}
  - until: {read: last, returns: 2}
";
    let (facts, timeline) = {
        let rules = ", guarantees: [monotonic_reads], when_unable: wait";
        let text = slow.replace("  - until: {read: last, returns: 2}\n", "  - pause: 200ms\n");
        run(&preset(rules, &text))
    };
    let last = facts.iter().rev().find(|fact| matches!(fact.what, What::Answered { .. })).expect("an answer");
    assert!(matches!(&last.what, What::Answered { outcome: Outcome::Found(_), .. }), "{last:?}");
    assert_eq!(last.at.at.0, 80_000_000, "served the moment that the copy arrives");
    assert!(facts.iter().any(|fact| matches!(fact.what, What::Waits { .. })));
    assert!(verdict(&timeline, Guarantee::MonotonicReads).holds());
}

/// Scenario 14: s reads post P at a and replies Q at b; c may come to hold Q without P. The link a→c is cut,
/// so P reaches b only.
const REPLY: &str = "script:
  - cut: {from: a, to: c}
  - write: {by: w, at: a, key: post, value: P}
  - pause: 100ms
  - read: {by: s, at: a, key: post}
  - write: {by: s, at: b, key: reply, value: Q}
  - pause: 200ms
  - read: {by: r, at: c, key: reply}
  - read: {by: r, at: c, key: post}
";

#[test]
fn scenario_14_a_reply_shows_without_its_post() {
    let (facts, timeline) = run(&preset("", REPLY));
    let Verdict::Violated(evidence) = verdict(&timeline, Guarantee::WritesFollowReads) else {
        panic!("c holds Q without P");
    };
    assert_eq!(
        evidence[0].text,
        "c shows reply=Q (w2) without post=P (w1), which s had read before writing it"
    );
    assert_eq!(evidence[1].text, "r was shown reply=Q (w2) at c, which does not show post=P (w1)");
    let found: Vec<usize> = answers(&facts)
        .iter()
        .filter_map(|outcome| match outcome {
            Outcome::Found(held) => Some(held.versions().len()),
            _ => None,
        })
        .collect();
    assert_eq!(found, [1, 1, 0], "the reader sees the reply and no post");
}

#[test]
fn scenario_14_with_the_guarantee_the_reply_waits_for_the_post() {
    let rules = ", guarantees: [writes_follow_reads]";
    let (facts, timeline) = run(&preset(rules, REPLY));
    assert!(verdict(&timeline, Guarantee::WritesFollowReads).holds());
    let held_back = |fact: &Fact| matches!(fact.what, What::HeldBack { .. });
    assert_eq!(facts.iter().filter(|fact| held_back(fact)).count(), 1);
    let view = timeline.simulation().view();
    assert_eq!(view.replicas[2].waiting.len(), 1, "it waits at c, unseen");
    assert!(timeline.simulation().settled(), "what waits changes nothing by itself");
    assert!(!timeline.simulation().converged());
    assert_eq!(timeline.ledger().lost_writes(timeline.simulation()), 0, "a write that waits is not lost");
}

#[test]
fn scenario_14_once_the_post_comes_the_reply_shows_at_once() {
    let healed = "cluster: {replicas: [a, b, c], replication: {leaderless: {anti_entropy: {every: 100ms}}}}";
    let rules = ", guarantees: [writes_follow_reads]";
    let yaml = preset(rules, REPLY).replace("cluster: {replicas: [a, b, c]}", healed);
    let (facts, timeline) = run(&format!("{yaml}  - heal: all\n  - pause: 2s\n"));
    assert!(timeline.simulation().converged());
    assert!(verdict(&timeline, Guarantee::WritesFollowReads).holds());
    assert!(facts.iter().all(|fact| !matches!(fact.what, What::Died { .. }) || fact.at.at.0 < 1_000_000_000));
}

/// Scenario 15: s writes x at a, then y at b; c shows y, not x.
const X_THEN_Y: &str = "script:
  - cut: {from: a, to: c}
  - write: {by: s, at: a, key: x, value: 2}
  - pause: 100ms
  - write: {by: s, at: b, key: y, value: 3}
  - pause: 200ms
";

#[test]
fn scenario_15_the_second_write_overtakes_the_first() {
    let (_, timeline) = run(&preset("", X_THEN_Y));
    let Verdict::Violated(evidence) = verdict(&timeline, Guarantee::MonotonicWrites) else {
        panic!("c holds y without x");
    };
    assert_eq!(evidence[0].text, "c shows y=3 (w2) without x=2 (w1), which s had written before it");
}

#[test]
fn scenario_15_with_the_guarantee_never() {
    let (_, timeline) = run(&preset(", guarantees: [monotonic_writes]", X_THEN_Y));
    assert!(verdict(&timeline, Guarantee::MonotonicWrites).holds());
    assert_eq!(timeline.simulation().view().replicas[2].waiting.len(), 1);
}

#[test]
fn scenario_15_a_replica_that_lacks_the_first_write_does_not_take_the_second() {
    let cut_off = X_THEN_Y.replace("cut: {from: a, to: c}", "isolate: a");
    let (facts, _) = run(&preset(", guarantees: [monotonic_writes]", &cut_off));
    assert_eq!(answers(&facts).last(), Some(&Outcome::NotFresh(Guarantee::MonotonicWrites)));
    // Redirected, it goes back to where the first is.
    let rules = ", guarantees: [monotonic_writes], when_unable: redirect";
    let (facts, timeline) = run(&preset(rules, &cut_off));
    assert!(answers(&facts).iter().all(Outcome::is_ok));
    assert!(facts.iter().any(|fact| matches!(fact.what, What::Redirected { .. })));
    assert!(verdict(&timeline, Guarantee::MonotonicWrites).holds());
}

/// Scenario 16: two independent writers, two readers who see them in opposite orders. Each session by itself
/// is in order, so all four guarantees hold (and causal consistency would); no single order of the two writes
/// explains both readers.
#[test]
fn scenario_16_independent_readers_of_independent_writes() {
    let yaml = "title: T
cluster: {replicas: [a, b]}
network: {latency: 80ms}
clients:
  - {name: w1, at: a, guarantees: [read_your_writes, monotonic_reads, monotonic_writes, writes_follow_reads]}
  - {name: w2, at: b, guarantees: [read_your_writes, monotonic_reads, monotonic_writes, writes_follow_reads]}
  - {name: r1, at: a, guarantees: [read_your_writes, monotonic_reads, monotonic_writes, writes_follow_reads]}
  - {name: r2, at: b, guarantees: [read_your_writes, monotonic_reads, monotonic_writes, writes_follow_reads]}
data: {x: 0, y: 0}
script:
  - write: {by: w1, key: x, value: 1}
  - write: {by: w2, key: y, value: 1}
  - read: {by: r1, key: x}
    claim: {read: last, returns: 1}
  - read: {by: r1, key: y}
    claim: {read: last, returns: 0}
  - read: {by: r2, key: y}
    claim: {read: last, returns: 1}
  - read: {by: r2, key: x}
    claim: {read: last, returns: 0}
  - until: converged
  - read: {by: r1, key: y}
    claim: {read: last, returns: 1}
  - read: {by: r2, key: x}
    claim: {read: last, returns: 1}
  - write: {by: r1, key: z, value: 1}
  - write: {by: r1, key: z, value: 2}
  - read: {by: r1, key: z}
  - until: settled
expect:
  - {upholds: monotonic_reads}
  - {upholds: read_your_writes}
  - {upholds: monotonic_writes}
  - {upholds: writes_follow_reads}
  - {refused: 0}
";
    play(yaml);
}

/// The preset `hlc` under physical clocks: the correction that Bob makes of what he has read is lost.
#[test]
fn the_same_fast_clock_loses_the_correction_without_hybrid_stamps() {
    let text = laggard::scenario::builtin_text("hlc").expect("a preset");
    let upto = text.find("  - predict").expect("a question");
    let physical = text[..upto].replace("  clocks: hlc\n", "");
    assert_ne!(physical, text[..upto]);
    play(&format!("{physical}  - until: converged\nexpect:\n  - lost_writes: 1\n"));
    play(&format!("{}  - until: converged\nexpect:\n  - lost_writes: 0\n", &text[..upto]));
}

/// Terry et al. 1994, §4: a session that one server remembers is lost with the server, and a token is not.
#[test]
fn a_sticky_session_breaks_with_its_server_and_a_token_does_not() {
    let story = |rules: &str| {
        preset(
            rules,
            "script:
  - write: {by: s, key: x, value: 2}
  - crash: a
  - read: {by: s, key: x}
  - pause: 1s
",
        )
    };
    let (_, sticky) = run(&story(", guarantees: [read_your_writes], by: sticky"));
    assert!(matches!(verdict(&sticky, Guarantee::ReadYourWrites), Verdict::Violated(_)));
    let rules = ", route: sticky, guarantees: [read_your_writes], when_unable: wait";
    let (facts, token) = run(&story(rules));
    assert!(facts.iter().any(|fact| matches!(fact.what, What::Rebound { .. })));
    assert!(verdict(&token, Guarantee::ReadYourWrites).holds());
}

#[test]
fn a_quorum_lets_a_session_read_its_writes_anywhere() {
    let story = "script:
  - write: {by: s, at: a, key: x, value: 2}
  - pause: 1s
  - isolate: a
  - read: {by: s, at: b, key: x}
  - pause: 1s
expect:
  - {read: last, returns: 2}
  - {upholds: read_your_writes, by: s}
";
    play(&preset(", guarantees: [read_your_writes], by: quorum", story));
}

#[test]
fn routes_go_where_they_say() {
    let asked = |rules: &str, script: &str| {
        let (facts, _) = run(&preset(rules, &format!("script:\n{script}")));
        let node = |fact: &Fact| match fact.what {
            What::Asked { node, .. } => Some(node.0),
            _ => None,
        };
        facts.iter().filter_map(node).collect::<Vec<u16>>()
    };
    let read = "  - read: {by: s, key: x}\n";
    let reads = read.repeat(4);
    assert_eq!(asked("", &reads), [0, 0, 0, 0]);
    assert_eq!(asked(", route: round_robin", &reads), [0, 1, 2, 0]);
    assert_eq!(asked(", route: round_robin", &format!("  - crash: b\n{reads}")), [0, 2, 0, 2]);
    let outage = format!("{read}  - crash: a\n{read}  - restart: a\n{read}");
    assert_eq!(asked(", route: nearest", &outage), [0, 1, 0]);
    assert_eq!(asked(", route: sticky", &outage), [0, 1, 1], "bound anew, it stays there");
    let random = asked(", route: random", &read.repeat(12));
    assert!((0..3).all(|node| random.contains(&node)), "{random:?}");
}
