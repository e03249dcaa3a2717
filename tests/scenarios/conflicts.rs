//! How concurrent versions collapse: 3, 7, 8, 9 and 10.

use laggard::{
    data::VersionVector,
    drive::Report,
    sim::{Simulation, What},
};
use proptest::prelude::*;

use crate::support::{at, everywhere, node, play, values};

// 3. Same stamp: "apple" and "banana" → banana, on every replica, in every order. Delete against "zebra" with the
// same stamp → deleted.

#[test]
fn scenario_03_of_equal_stamps_the_larger_value_wins_everywhere() {
    let report = play(
        "
title: Banana
cluster: {replicas: [a, b, c]}
data: {x: 1}
clients: [{name: one, at: a}, {name: two, at: b}]
script:
  - write: {by: one, key: x, value: banana, stamp: 5s}
  - write: {by: two, key: x, value: apple, stamp: 5s}
  - until: settled
expect:
  - converged
  - {replica: c, key: x, holds: banana}
  - lost_writes: 1
",
    );
    assert_eq!(everywhere(report.timeline.simulation(), "x"), ["banana"]);
}

/// One write of a draw: which value, at which replica, and when.
type Draw = (usize, usize, u64);

/// A run of writes with one stamp, over links that let messages overtake each other.
fn with_one_stamp(writes: &[Draw], latencies: [u64; 3], seed: u64) -> Report {
    const VALUES: [&str; 6] = ["apple", "banana", "zebra", "'1a'", "9", "10"];
    let step = |(index, (value, at, pause)): (usize, &Draw)| {
        let (at, value) = (["a", "b", "c"][at % 3], VALUES[value % VALUES.len()]);
        format!(
            "  - pause: {pause}ms\n  - write: {{by: c{index}, at: {at}, key: x, value: {value}, stamp: 5s}}\n"
        )
    };
    let script = writes.iter().enumerate().map(step).collect::<Vec<_>>().concat();
    let client = |index| format!("  - {{name: c{index}}}\n");
    let clients = (0..writes.len()).map(client).collect::<Vec<_>>().concat();
    let [ab, bc, ac] = latencies;
    play(&format!(
        "
title: One stamp
seed: {seed}
cluster: {{replicas: [a, b, c]}}
network:
  reorder: true
  latency: {{exponential: {{mean: 30ms}}}}
  links:
    - {{between: [a, b], latency: {{exponential: {{mean: {ab}ms}}}}}}
    - {{between: [b, c], latency: {{exponential: {{mean: {bc}ms}}}}}}
    - {{between: [a, c], latency: {{exponential: {{mean: {ac}ms}}}}}}
data: {{x: 1}}
clients:
{clients}script:
{script}  - until: settled
expect: [converged]
"
    ))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn scenario_03_holds_on_every_replica_in_every_order(
        writes in prop::collection::vec((0..6_usize, 0..3_usize, 0..40_u64), 2..6),
        latencies in [1..120_u64, 1..120, 1..120],
        seed in 0..1_000_u64,
    ) {
        let report = with_one_stamp(&writes, latencies, seed);
        // Texts beat numbers; of texts the larger bytes win, of numbers the larger number.
        let rank = |value: usize| [3, 4, 5, 2, 0, 1][value % 6];
        let winner = writes.iter().map(|(value, ..)| *value).max_by_key(|value| rank(*value)).expect("writes");
        let winner = ["apple", "banana", "zebra", "1a", "9", "10"][winner % 6];
        prop_assert_eq!(everywhere(report.timeline.simulation(), "x"), [winner]);
    }
}

#[test]
fn scenario_03_a_delete_beats_a_value_of_the_same_stamp() {
    use laggard::{
        action::{Act, Ask, Command, Context, Level},
        base::{ClientId, KeyId, Span},
        data::{Stamp, Value},
    };
    let values_of = [Value::text("zebra"), Value::Tombstone];
    for (first, second) in [(0, 1), (1, 0)] {
        for (at_first, at_second) in [('a', 'b'), ('b', 'a'), ('a', 'a'), ('c', 'b')] {
            let scenario = crate::support::scenario("title: T\ndata: {x: 1}\n");
            let mut simulation = Simulation::new(scenario.into(), laggard::base::Seed(1));
            let mut facts = Vec::new();
            for (value, at) in [(first, at_first), (second, at_second)] {
                let act = Act::Write {
                    value: values_of[value].clone(),
                    context: Context::None,
                    stamp: Some(Stamp::at(5)),
                };
                let level = Some(Level::One);
                let ask =
                    Ask { client: ClientId(0), at: Some(node(at)), key: KeyId(0), act, level, wait: None };
                simulation.apply(&Command::Submit(ask), &mut facts).expect("accepted");
            }
            let later = simulation.position().at + Span::secs(1);
            simulation.advance_to(later, &mut facts);
            assert_eq!(
                everywhere(&simulation, "x"),
                ["(deleted)"],
                "{first} at {at_first}, {second} at {at_second}"
            );
        }
    }
}

// 7. Dynamo's Figure 3: D1[x1] → D2[x2] → D3[x2,y1] ∥ D4[x2,z1]; the read context is [x2,y1,z1]; reconciled at x:
// D5[x3,y1,z1].

/// A vector as Figure 3 writes it.
fn clock(vector: &VersionVector) -> String {
    let entries =
        vector.entries().map(|(node, counter)| format!("{}{counter}", ["x", "y", "z"][node.index()]));
    entries.collect::<Vec<_>>().join(",")
}

#[test]
fn scenario_07_the_clocks_of_dynamos_figure_3() {
    for versions in ["{kind: dotted}", "{kind: dotted, truncate_at: 10}"] {
        let report = play(&format!(
            "
title: Figure 3
cluster:
  replicas: [x, y, z]
  replication: {{leaderless: {{n: 3, anti_entropy: {{every: 100ms}}}}}}
  conflicts: siblings
  versions: {versions}
network: {{latency: 10ms}}
clients: [{{name: one, at: x}}, {{name: two, at: y}}, {{name: three, at: z}}]
script:
  - write: {{by: one, key: k, value: D1}}
  - read: {{by: one, key: k}}
  - write: {{by: one, key: k, value: D2}}
  - until: converged
  - read: {{by: two, key: k}}
  - read: {{by: three, key: k}}
  - partition: [[x], [y], [z]]
  - write: {{by: two, key: k, value: D3}}
  - write: {{by: three, key: k, value: D4}}
  - until: settled
    claim: {{all: [{{replica: x, key: k, holds: D2}}, {{replica: y, key: k, holds: D3}}, {{replica: z, key: k, holds: D4}}]}}
  - heal: all
  - until: converged
    claim: {{replica: x, key: k, siblings: [D3, D4]}}
  - read: {{by: one, key: k}}
  - write: {{by: one, key: k, value: D5}}
  - until: converged
expect:
  - {{replica: y, key: k, holds: D5}}
"
        ));
        let clocks: Vec<String> = report
            .timeline
            .journal()
            .facts()
            .filter_map(|fact| match &fact.what {
                What::Accepted { version, .. } => {
                    Some(format!("{}[{}]", version.value, clock(&version.history())))
                }
                _ => None,
            })
            .collect();
        assert_eq!(clocks, ["D1[x1]", "D2[x2]", "D3[x2,y1]", "D4[x2,z1]", "D5[x3,y1,z1]"]);
        let last = report.timeline.journal().facts().rev().find_map(|fact| match &fact.what {
            What::Accepted { version, .. } => Some(clock(&version.context)),
            _ => None,
        });
        assert_eq!(last.as_deref(), Some("x2,y1,z1"), "what the reconciling client had read");
    }
}

// 8. Cart {book, pen}: one side removes book, the other adds cup. Sibling union → {book, pen, cup}; OR-set →
// {pen, cup}; last write wins → one side's edit only.

const CUT_CART: &str = "
network: {latency: 20ms}
clients: [{name: one, at: a}, {name: two, at: c}]
";

#[test]
fn scenario_08_the_union_of_siblings_brings_the_book_back() {
    play(&format!(
        "
title: Siblings
cluster:
  replicas: [a, b, c]
  replication: {{leaderless: {{anti_entropy: {{every: 100ms}}}}}}
  conflicts: siblings
data: {{cart: book pen}}
{CUT_CART}
script:
  - isolate: c
  - read: {{by: one, key: cart}}
  - read: {{by: two, key: cart}}
  - write: {{by: one, key: cart, value: pen}}
  - write: {{by: two, key: cart, value: book pen cup}}
  - heal: all
  - until: converged
  - read: {{by: one, key: cart}}
    claim: {{read: last, returns: [pen, book pen cup]}}
  # What a shop does: it puts everything together that any sibling has.
  - write: {{by: one, key: cart, value: book pen cup}}
  - until: converged
expect:
  - {{replica: c, key: cart, holds: book pen cup}}
  - lost_writes: 0
"
    ));
}

#[test]
fn scenario_08_an_or_set_keeps_both_edits() {
    let report = play(&format!(
        "
title: OR-set
cluster: {{replicas: [a, b, c], replication: {{leaderless: {{anti_entropy: {{every: 100ms}}}}}}}}
data: {{cart: {{set: [book, pen]}}}}
{CUT_CART}
script:
  - isolate: c
  - remove: {{by: one, key: cart, value: book}}
  - add: {{by: two, key: cart, value: cup}}
  - until: settled
    claim: {{all: [{{replica: b, key: cart, holds: pen}}, {{replica: c, key: cart, holds: [book, pen, cup]}}]}}
  - heal: all
  - until: converged
  - read: {{by: two, key: cart}}
    claim: {{read: last, returns: [cup, pen]}}
expect:
  - {{replica: a, key: cart, lacks: book}}
  - lost_writes: 0
"
    ));
    assert_eq!(everywhere(report.timeline.simulation(), "cart"), ["{cup, pen}"]);
}

#[test]
fn scenario_08_last_write_wins_keeps_one_edit() {
    let report = play(&format!(
        "
title: Last write wins
cluster: {{replicas: [a, b, c], replication: {{leaderless: {{anti_entropy: {{every: 100ms}}}}}}}}
data: {{cart: book pen}}
{CUT_CART}
script:
  - isolate: c
  - write: {{by: one, key: cart, value: pen}}
  - pause: 10ms
  - write: {{by: two, key: cart, value: book pen cup}}
  - heal: all
  - until: converged
expect:
  - lost_writes: 1
"
    ));
    assert_eq!(everywhere(report.timeline.simulation(), "cart"), ["book pen cup"]);
}

// 9. The sibling sequence of §3: v1 with nothing seen, v2 with nothing seen, v3 on top of v1, v4 on top of v2. One
// server-side vector: 1, 2, 3, 4 siblings; dotted: {v1}, {v1,v2}, {v2,v3}, {v3,v4}.

/// Two clients that write in turn at one server, each on top of what it had read before the other wrote, and what the
/// server holds after each write.
fn in_turn(versions: &str) -> Vec<Vec<String>> {
    let report = play(&format!(
        "
title: In turn
cluster:
  replicas: [a, b, c]
  conflicts: siblings
  versions: {versions}
network: {{latency: 1ms}}
clients: [{{name: peter, at: a}}, {{name: mary, at: a}}]
script:
  # Each client reads what the server held right after its own last write.
  - write: {{by: peter, key: k, value: v1}}
  - read: {{by: peter, key: k}}
  - write: {{by: mary, key: k, value: v2}}
  - read: {{by: mary, key: k}}
  - write: {{by: peter, key: k, value: v3}}
  - write: {{by: mary, key: k, value: v4}}
  - until: converged
"
    ));
    let mut after = Vec::new();
    let scenario = std::sync::Arc::clone(report.timeline.simulation().scenario());
    let mut simulation = Simulation::new(scenario, report.timeline.simulation().scenario().seed);
    for logged in report.timeline.log() {
        let mut facts = Vec::new();
        simulation.advance_to(logged.at.at, &mut facts);
        simulation.apply(&logged.command, &mut facts).expect("accepted");
        if facts.iter().any(|fact| matches!(fact.what, What::Accepted { .. })) {
            after.push(values(at(&simulation, "a", "k")));
        }
    }
    let end = values(at(report.timeline.simulation(), "a", "k"));
    assert_eq!(after.last(), Some(&end));
    assert_eq!(everywhere(report.timeline.simulation(), "k"), end);
    after
}

#[test]
fn scenario_09_one_vector_for_all_siblings_explodes() {
    let after = in_turn("{kind: vector}");
    assert_eq!(after[0], ["v1"]);
    assert_eq!(after[1], ["v1", "v2"]);
    assert_eq!(after[2], ["v1", "v2", "v3"]);
    assert_eq!(after[3], ["v1", "v2", "v3", "v4"]);
}

#[test]
fn scenario_09_dotted_version_vectors_keep_two() {
    let after = in_turn("{kind: dotted}");
    assert_eq!(after, [vec!["v1"], vec!["v1", "v2"], vec!["v2", "v3"], vec!["v3", "v4"]]);
}

// 10. Vector truncation: V = {n1..n10}, V' = V + n11 minus n1 ⇒ V' ∥ V.

/// Eleven clients write one after the other, each at a replica of its own and on top of what it has read there.
fn eleven_in_a_row(versions: &str) -> Report {
    let names: Vec<String> = (1..=11).map(|i| format!("n{i}")).collect();
    let client = |name| format!("  - {{name: at-{name}, at: {name}}}\n");
    let clients = names.iter().map(client).collect::<Vec<_>>().concat();
    let steps = names
        .iter()
        .map(|name| {
            format!(
                "  - read: {{by: at-{name}, key: k}}\n  - write: {{by: at-{name}, key: k, value: from-{name}}}\n  - until: converged\n"
            )
        })
        .collect::<Vec<_>>()
        .concat();
    play(&format!(
        "
title: Eleven in a row
cluster:
  replicas: [{}]
  replication: {{leaderless: {{n: 11}}}}
  conflicts: siblings
  versions: {versions}
network: {{latency: 1ms}}
clients:
{clients}script:
{steps}",
        names.join(", ")
    ))
}

#[test]
fn scenario_10_a_truncated_clock_makes_a_false_conflict() {
    for kind in ["vector", "dotted"] {
        let check = |truncate: &str, expected: &[&str]| {
            let report = eleven_in_a_row(&format!("{{kind: {kind}{truncate}}}"));
            let simulation = report.timeline.simulation();
            assert_eq!(everywhere(simulation, "k"), expected, "{kind}{truncate}");
            let last = report.timeline.journal().facts().rev().find_map(|fact| match &fact.what {
                What::Accepted { version, .. } => Some(version.clone()),
                _ => None,
            });
            last.expect("a write").history()
        };
        let whole = check("", &["from-n11"]);
        assert_eq!(whole.entries().count(), 11);
        let cut = check(", truncate_at: 10", &["from-n10", "from-n11"]);
        assert_eq!(cut.entries().count(), 10);
        assert_eq!(cut.get(node('a')), 0, "the oldest pair is gone");
        check(", truncate_at: 11", &["from-n11"]);
    }
}
