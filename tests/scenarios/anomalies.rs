//! What the program says of a cluster that is torn in two: every verdict of a preset at its end, and every anomaly of
//! its log, to the letter.

use laggard::{check::Verdict, drive::Report};

use crate::support::play;

/// The verdicts, and then the anomalies.
fn told(report: &Report) -> Vec<String> {
    let (ledger, simulation) = (report.timeline.ledger(), report.timeline.simulation());
    let verdict = |verdict: &Verdict| match verdict {
        Verdict::Holds => "holds",
        Verdict::Violated(_) => "violated",
        Verdict::Unknown(_) => "unknown",
    };
    let verdicts = ledger
        .verdicts(simulation)
        .into_iter()
        .map(|judged| format!("{:?} {}: {}", judged.subject, verdict(&judged.verdict), judged.says));
    let anomalies = ledger.anomalies().iter().map(|anomaly| anomaly.told());
    verdicts.chain(anomalies).collect()
}

#[test]
fn a_seat_that_is_sold_on_both_sides_of_a_wall_is_lost_and_nothing_that_is_read_shows_it() {
    let report = play(include_str!("../../presets/split-brain.yaml"));
    let expected = [
        "Promise(ReadYourWrites) holds: held, put to the test 2 times",
        "Promise(MonotonicReads) unknown: no read was made that monotonic reads bears on",
        "Promise(MonotonicWrites) holds: held, put to the test 2 times",
        "Promise(WritesFollowReads) holds: held, put to the test once",
        "StaleReads holds: none of 2 reads",
        "Atomicity(KeyId(0)) holds: no read by itself needs more than k = 1, of 1 read",
        "Atomicity(KeyId(1)) holds: no read by itself needs more than k = 1, of 1 read",
        "LostWrites violated: 2 of 3 acknowledged writes are lost",
        "Acknowledged violated: of 3: 1 visible, 2 overwritten while concurrent",
        "Convergence holds: all replicas agree, since 10.21s",
        "Availability violated: 5 of 6 operations answered without error",
        "write lost at 3.08s: no replica holds seat12a=alice (w2) any more, and none will: it gave way to seat12a=bob (w3), beginning at 2.00s",
        "unavailable at 9.08s: nyc did not write seat12b for bob: in time 2 of 3 answered",
        "write lost at 10.21s: no replica holds seat12b=alice (w4) any more, and none will: it gave way to seat12b=bob (w5), beginning at 9.08s",
    ];
    assert_eq!(told(&report), expected);
}

#[test]
fn two_primaries_of_one_set_are_a_split_brain() {
    let report = play(include_str!("../../presets/redis-failover.yaml"));
    let expected = [
        "Promise(ReadYourWrites) violated: alice once",
        "Promise(MonotonicReads) unknown: no read was made that monotonic reads bears on",
        "Promise(MonotonicWrites) holds: held, put to the test 2 times",
        "Promise(WritesFollowReads) unknown: no write was made that writes follow reads bears on",
        "StaleReads holds: none of 1 read",
        "Atomicity(KeyId(0)) holds: no read by itself needs more than k = 1, of 1 read",
        "LostWrites violated: 2 of 4 acknowledged writes are lost",
        "Acknowledged violated: of 4: 2 visible, 2 rolled back",
        "SplitBrain violated: two members took writes as primary at once, once",
        "Convergence holds: all replicas agree, since 8.47s",
        "Availability holds: 5 of 5 operations answered without error",
        "split brain at 5.61s: redis1, taking itself for the primary, took visits=2 (w5), and so does redis2",
        "write lost at 8.47s: no replica holds ticket=alice (w3) any more, and none will",
        "write lost at 8.47s: no replica holds visits=2 (w5) any more, and none will",
        "read your writes broken at 8.47s: alice, who asked redis1 at 8.47s, read ticket=bob (w4), without ticket=alice (w3)",
    ];
    assert_eq!(told(&report), expected);
}
