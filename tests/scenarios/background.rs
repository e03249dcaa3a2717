//! What goes on behind the clients' backs: 5 (but for the level ANY) and 6, deletes that come back, opinions
//! that are wrong.

use laggard::{check::Verdict, sim::What};

use crate::support::{at, everywhere, play, values};

// 5. With hints: B up before the replay → 1, after → 2. The holder dies first: an acknowledged write is lost.

const HINTS: &str = "
cluster:
  replicas: [a, b, c]
  replication: {leaderless: {hints: {window: 3h, replay_every: 10s}}}
data: {x: 1}
";

#[test]
fn scenario_05_a_hint_is_handed_back_at_the_replay_and_not_before() {
    let report = play(&format!(
        "title: Handed back{HINTS}
script:
  - crash: b
  - crash: c
  - write: {{at: a, key: x, value: 2}}
  - after: 3s
    restart: b
  - read: {{at: b, key: x}}
    claim: {{read: last, returns: 1}}
  - until: settled
  - read: {{at: b, key: x}}
    claim: {{read: last, returns: 2}}
  - restart: c
  - until: converged
  - pause: 1s
expect:
  - lost_writes: 0
"
    ));
    assert_eq!(everywhere(report.timeline.simulation(), "x"), ["2"]);
    let handed = |what: &What| matches!(what, What::HandedBack { .. });
    assert_eq!(report.timeline.journal().facts().filter(|fact| handed(&fact.what)).count(), 2);
}

#[test]
fn scenario_05_a_holder_that_is_down_strands_its_hint_and_loses_nothing() {
    let report = play(&format!(
        "title: Stranded{HINTS}
script:
  - crash: b
  - crash: c
  - write: {{at: a, key: x, value: 2}}
  - crash: a
  - restart: b
  - restart: c
  - until: settled
    claim: {{all: [{{replica: b, key: x, holds: 1}}, {{lost_writes: 0}}]}}
  - restart: a
  - until: converged
expect:
  - lost_writes: 0
"
    ));
    assert_eq!(everywhere(report.timeline.simulation(), "x"), ["2"]);
}

#[test]
fn scenario_05_where_the_holder_is_destroyed_an_acknowledged_write_is_lost() {
    let report = play(&format!(
        "title: Lost with its holder{HINTS}
script:
  - crash: b
  - crash: c
  - write: {{at: a, key: x, value: 2}}
    claim: {{lost_writes: 0}}
  - destroy: a
    claim: {{lost_writes: 1}}
  - restart: b
  - restart: c
  - restart: a
  - repair: all
  - until: settled
expect:
  - lost_writes: 1
  - converged
"
    ));
    assert_eq!(everywhere(report.timeline.simulation(), "x"), ["1"]);
    let lost = |what: &What| matches!(what, What::Destroyed { hints: 2, .. });
    assert!(report.timeline.journal().facts().any(|fact| lost(&fact.what)), "two hints went with the disk");
}

// 6. Hint window 3 h, C down 4 h; x=2 at +1 h, y=2 at +3.5 h. After replay C has x=2 and the old y;
// repair → y=2.

#[test]
fn scenario_06_past_the_window_no_hint_is_stored_and_only_repair_helps() {
    let report = play(
        "title: The window
cluster:
  replicas: [a, b, c]
  replication: {leaderless: {write: quorum, hints: {window: 3h}}}
data: {x: 1, y: 1}
script:
  - crash: c
  - at: 1h
    write: {at: a, key: x, value: 2}
  - at: 3.5h
    write: {at: a, key: y, value: 2}
  - at: 4h
    restart: c
  - until: settled
    claim: {all: [{replica: c, key: x, holds: 2}, {replica: c, key: y, holds: 1}]}
  - repair: c
  - until: converged
expect:
  - lost_writes: 0
",
    );
    assert_eq!(everywhere(report.timeline.simulation(), "y"), ["2"]);
    assert_eq!(everywhere(report.timeline.simulation(), "x"), ["2"]);
}

#[test]
fn a_replica_that_stays_silent_until_the_timeout_gets_a_hint() {
    let report = play(&format!(
        "title: Silence{HINTS}
script:
  - isolate: c
  - write: {{at: a, key: x, value: 2}}
  - pause: 5s
  - heal: all
  - until: converged
expect:
  - lost_writes: 0
"
    ));
    assert_eq!(everywhere(report.timeline.simulation(), "x"), ["2"]);
}

// Tombstones: a replica that missed the delete for longer than the grace resurrects the value unless repaired
// first (SEMANTICS §6).

#[test]
fn a_delete_that_a_replica_missed_for_longer_than_the_grace_is_undone() {
    let report = play(
        "title: Zombie
cluster:
  replicas: [a, b, c]
  replication:
    leaderless:
      write: quorum
      anti_entropy: {every: 500ms}
      tombstones: {gc_grace: 10s, compact_every: 1s}
data: {x: 1}
script:
  - isolate: c
  - delete: {at: a, key: x}
  - pause: 1s
  - read: {at: a, key: x}
    claim: {read: last, stale: false}
  - pause: 14s
  - read: {at: a, key: x}
    claim: {all: [{read: last, stale: false}, {lost_writes: 0}]}
  - heal: all
  - until: converged
    claim: {replica: a, key: x, holds: 1}
  - read: {at: a, key: x}
    claim: {read: last, stale: true}
expect:
  - lost_writes: 1
",
    );
    assert_eq!(everywhere(report.timeline.simulation(), "x"), ["1"]);
}

#[test]
fn a_delete_that_is_repaired_within_the_grace_stays_done() {
    let report = play(
        "title: No zombie
cluster:
  replicas: [a, b, c]
  replication: {leaderless: {write: quorum, tombstones: {gc_grace: 10s, compact_every: 1s}}}
data: {x: 1}
script:
  - isolate: c
  - delete: {at: a, key: x}
  - pause: 3s
  - heal: all
  - repair: c
  - pause: 20s
  - read: {at: c, key: x}
    claim: {read: last, stale: false}
expect:
  - lost_writes: 0
  - converged
",
    );
    let simulation = report.timeline.simulation();
    for replica in ["a", "b", "c"] {
        assert!(at(simulation, replica, "x").is_nothing(), "{:?}", values(at(simulation, replica, "x")));
    }
}

#[test]
fn an_opinion_can_be_wrong_and_heals() {
    let report = play(
        "title: Opinions
cluster:
  replicas: [a, b, c]
  replication: {leaderless: {failure_detector: {timeout: 4s, gossip_every: 500ms}}}
data: {x: 1}
script:
  - isolate: c
  - pause: 10s
  - write: {at: a, key: x, value: 2, level: all}
    claim: {refused: 1}
  - heal: all
  - pause: 10s
  - write: {at: a, key: x, value: 3, level: all}
  - until: settled
  - pause: 1s
expect:
  - refused: 1
  - timed_out: 0
  - {replica: c, key: x, holds: 3}
",
    );
    let wrong = |what: &What| matches!(what, What::Believes { belief: laggard::replica::Belief::Down, .. });
    let count = report.timeline.journal().facts().filter(|fact| wrong(&fact.what)).count();
    assert_eq!(count, 4, "a and b of c, c of a and b, though all were up");
    assert!(matches!(
        report.timeline.ledger().judge(&laggard::action::Condition::Settled, report.timeline.simulation()),
        Verdict::Holds
    ));
}
