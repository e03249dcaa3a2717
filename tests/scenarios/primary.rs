//! A primary and its replicas: SEMANTICS §13.11, 12 and 18, and what surrounds them.
//! Replicas a, b, c; a is primary at the start; the key x.

use std::sync::Arc;

use laggard::{
    action::{
        Act, Ask, Command, Context, Durability, Elsewhere, Failover, Level, Mend, Monitors, PrimaryPolicy,
        Protocol, ReadsFrom, Wait,
    },
    base::{ClientId, KeyId, NodeId, OpId, Seed, Span, WriteId},
    data::{Conflicts, Value},
    drive::{Cause, Timeline},
    net::{CutShape, LinkChange, Scope},
    replica::primary::{Discard, News, Resync, Rise, Role},
    scenario::{ClientSpec, Scenario},
    sim::{MemberView, Outcome, What},
};

const A: NodeId = NodeId(0);
const B: NodeId = NodeId(1);
const C: NodeId = NodeId(2);
const X: KeyId = KeyId(0);

/// A replica set of `count`, after `change` to the rules.
fn set_of(count: usize, change: impl FnOnce(&mut PrimaryPolicy)) -> Timeline {
    let mut scenario = Scenario::of(count);
    let mut policy = PrimaryPolicy::of(count);
    change(&mut policy);
    scenario.settings.protocol = Protocol::Primary(Box::new(policy));
    scenario.settings.conflicts = Conflicts::LogOrder;
    scenario.clients = vec![ClientSpec::at("you", A)];
    scenario.network.change(Scope::All, &LinkChange::Delay(laggard::net::Delay::Fixed(Span::millis(20))));
    Timeline::new(Arc::new(scenario), Seed(42))
}

fn sentinels(policy: &mut PrimaryPolicy) {
    let places = vec![A, B, C];
    policy.failover = Failover::Monitors(Monitors { after: Span::secs(5), quorum: 2, places });
}

fn elections(policy: &mut PrimaryPolicy) {
    policy.failover = Failover::Members { timeout: PrimaryPolicy::ELECTION_TIMEOUT };
}

fn give(timeline: &mut Timeline, command: Command) {
    timeline.apply(command, Cause::Program).expect("accepted");
}

fn pass(timeline: &mut Timeline, millis: u64) {
    timeline.advance_to(timeline.position().at + Span::millis(millis));
}

fn cut_off(timeline: &mut Timeline, node: NodeId) {
    give(timeline, Command::Cut { name: None, shape: CutShape::Isolate(node) });
}

fn heal(timeline: &mut Timeline) {
    give(timeline, Command::Heal(Mend::All));
}

/// Begins to write `value`.
fn begin(timeline: &mut Timeline, at: NodeId, value: i64, level: Option<Level>, wait: Option<Wait>) -> OpId {
    let op = timeline.simulation().next_op();
    let act = Act::Write { value: Value::Number(value), context: Context::Last, stamp: None };
    give(timeline, Command::Submit(Ask { client: ClientId(0), at: Some(at), key: X, act, level, wait }));
    op
}

fn answer(timeline: &Timeline, mine: OpId) -> Option<Outcome> {
    timeline.journal().facts().find_map(|fact| match &fact.what {
        What::Answered { op, outcome } if *op == mine => Some(outcome.clone()),
        _ => None,
    })
}

/// Writes and gives the answer, which must come within `millis`.
fn write_within(timeline: &mut Timeline, at: NodeId, value: i64, millis: u64) -> Outcome {
    let op = begin(timeline, at, value, None, None);
    pass(timeline, millis);
    answer(timeline, op).expect("answered in time")
}

fn write(timeline: &mut Timeline, at: NodeId, value: i64) -> Outcome {
    write_within(timeline, at, value, 500)
}

fn read(timeline: &mut Timeline, at: NodeId) -> Outcome {
    let op = timeline.simulation().next_op();
    let ask = Ask { client: ClientId(0), at: Some(at), key: X, act: Act::Read, level: None, wait: None };
    give(timeline, Command::Submit(ask));
    pass(timeline, 500);
    answer(timeline, op).expect("answered in time")
}

#[expect(clippy::unnecessary_wraps, reason = "as an `Ask` has it")]
fn waits(replicas: u16, millis: u64) -> Option<Wait> {
    Some(Wait { replicas, timeout: Span::millis(millis) })
}

fn held(timeline: &Timeline, node: NodeId) -> Option<i64> {
    match timeline.simulation().held(node, X).versions() {
        [one] => match one.value {
            Value::Number(number) => Some(number),
            _ => panic!("a number was written"),
        },
        [] => None,
        _ => panic!("a primary orders all writes"),
    }
}

fn member(timeline: &Timeline, node: NodeId) -> MemberView {
    timeline.simulation().view().replicas[node.index()].member.clone().expect("a member")
}

fn role(timeline: &Timeline, node: NodeId) -> Role {
    member(timeline, node).role
}

fn news(timeline: &Timeline) -> Vec<(NodeId, News)> {
    let news = timeline.journal().facts().filter_map(|fact| match &fact.what {
        What::News { node, news } => Some((*node, *news)),
        _ => None,
    });
    news.collect()
}

fn discarded(timeline: &Timeline, at: NodeId, reason: Discard) -> Vec<WriteId> {
    let facts = timeline.journal().facts().filter_map(|fact| match &fact.what {
        What::Discarded { node, write, why, .. } if *node == at && *why == reason => Some(*write),
        _ => None,
    });
    facts.collect()
}

fn written(outcome: &Outcome) -> WriteId {
    match outcome {
        Outcome::Written(write) | Outcome::Waited { write, .. } => *write,
        other => panic!("not written: {other:?}"),
    }
}

#[test]
fn scenario_11_wait_counts_the_replicas_that_have_the_write() {
    let mut timeline = set_of(2, |_| {});
    let op = begin(&mut timeline, A, 2, None, waits(1, 0));
    pass(&mut timeline, 100);
    let outcome = answer(&timeline, op).expect("one replica, one round trip");
    assert!(matches!(outcome, Outcome::Waited { replicas: 1, wanted: 1, .. }), "{outcome:?}");
    assert!(outcome.is_ok());
}

#[test]
fn scenario_11_wait_for_more_than_there_are_returns_the_count_after_its_timeout() {
    let mut timeline = set_of(2, |_| {});
    let op = begin(&mut timeline, A, 2, None, waits(2, 1_000));
    pass(&mut timeline, 999);
    assert_eq!(answer(&timeline, op), None, "it waits its whole second");
    pass(&mut timeline, 2);
    let outcome = answer(&timeline, op).expect("the second is over");
    assert!(matches!(outcome, Outcome::Waited { replicas: 1, wanted: 2, .. }), "{outcome:?}");
}

#[test]
fn scenario_11_a_paused_replica_is_not_counted_and_nothing_is_undone() {
    let mut timeline = set_of(2, |_| {});
    give(&mut timeline, Command::Freeze(B));
    let op = begin(&mut timeline, A, 2, None, waits(1, 1_000));
    pass(&mut timeline, 1_001);
    let outcome = answer(&timeline, op).expect("the second is over");
    assert!(matches!(outcome, Outcome::Waited { replicas: 0, wanted: 1, .. }), "{outcome:?}");
    assert_eq!((held(&timeline, A), held(&timeline, B)), (Some(2), None), "the write is kept");
    give(&mut timeline, Command::Thaw(B));
    let op = begin(&mut timeline, A, 3, None, waits(1, 1_000));
    pass(&mut timeline, 100);
    let outcome = answer(&timeline, op).expect("one round trip");
    assert!(matches!(outcome, Outcome::Waited { replicas: 1, .. }), "{outcome:?}");
    assert_eq!(held(&timeline, B), Some(3));
    assert_eq!(timeline.ledger().lost_writes(timeline.simulation()), 0);
}

#[test]
fn wait_without_a_timeout_waits_for_ever() {
    let mut timeline = set_of(2, |_| {});
    cut_off(&mut timeline, B);
    let op = begin(&mut timeline, A, 2, None, waits(1, 0));
    pass(&mut timeline, 3_600_000);
    assert_eq!(answer(&timeline, op), None, "an hour is not for ever");
    heal(&mut timeline);
    pass(&mut timeline, 5_000);
    assert!(matches!(answer(&timeline, op), Some(Outcome::Waited { replicas: 1, .. })));
}

#[test]
fn scenario_12_an_isolated_primary_accepts_until_the_lag_is_too_long() {
    let mut timeline = set_of(2, |policy| {
        policy.min_replicas = 1;
        policy.max_lag = Span::secs(10);
    });
    pass(&mut timeline, 5_000);
    cut_off(&mut timeline, A);
    let mut last_heard = None;
    for second in 1..=15 {
        // How long ago an offset was last heard is what decides, not how long ago the cut was made.
        let lag = timeline.simulation().view().replicas[B.index()].member.clone().and_then(|m| m.lag);
        let outcome = write_within(&mut timeline, A, second, 0);
        let lag = lag.expect("known to the primary");
        if lag <= Span::secs(10) {
            assert!(outcome.is_ok(), "second {second}, lag {lag}: {outcome:?}");
            last_heard = Some(lag);
        } else {
            assert_eq!(outcome, Outcome::NoReplicas { good: 0, required: 1 }, "second {second}, lag {lag}");
            assert!(outcome.is_refusal());
        }
        pass(&mut timeline, 1_000);
    }
    assert!(last_heard.is_some_and(|lag| lag > Span::secs(8)), "it went on accepting for a while");
    let kept = held(&timeline, A);
    assert!(kept.is_some_and(|kept| (9..=11).contains(&kept)), "{kept:?}");
    heal(&mut timeline);
    pass(&mut timeline, 3_000);
    assert!(write(&mut timeline, A, 100).is_ok(), "a replica is good again");
    assert_eq!(held(&timeline, B), Some(100));
}

#[test]
fn scenario_18_a_write_of_one_member_is_rolled_back_after_a_failover() {
    let mut timeline = set_of(3, elections);
    assert!(write(&mut timeline, A, 1).is_ok());
    pass(&mut timeline, 1_000);
    cut_off(&mut timeline, A);
    let lonely = written(&write(&mut timeline, A, 2));
    pass(&mut timeline, 30_000);
    assert_eq!(role(&timeline, A), Role::Replica { of: None }, "it cannot see a majority");
    let risen: Vec<NodeId> = timeline.simulation().primaries().collect();
    assert_eq!(risen.len(), 1);
    assert_ne!(risen[0], A);
    assert!(write(&mut timeline, risen[0], 3).is_ok());
    heal(&mut timeline);
    pass(&mut timeline, 10_000);
    assert_eq!(discarded(&timeline, A, Discard::RolledBack), [lonely]);
    assert_eq!(member(&timeline, A).rolled_back, (1, vec![lonely]), "it is in the rollback file");
    assert_eq!([A, B, C].map(|node| held(&timeline, node)), [Some(3); 3]);
    let losses = timeline.ledger().losses(timeline.simulation());
    assert_eq!(losses.iter().map(|loss| loss.write).collect::<Vec<_>>(), [lonely], "acknowledged, and lost");
}

#[test]
fn scenario_18_a_write_of_a_majority_survives_the_failover() {
    let mut timeline = set_of(3, elections);
    let op = begin(&mut timeline, A, 2, Some(Level::Quorum), None);
    pass(&mut timeline, 200);
    assert!(answer(&timeline, op).is_some_and(|outcome| outcome.is_ok()));
    cut_off(&mut timeline, A);
    pass(&mut timeline, 30_000);
    heal(&mut timeline);
    pass(&mut timeline, 10_000);
    assert_eq!([A, B, C].map(|node| held(&timeline, node)), [Some(2); 3]);
    assert!(discarded(&timeline, A, Discard::RolledBack).is_empty());
    assert_ne!(role(&timeline, A), Role::Primary);
    assert_eq!(timeline.ledger().lost_writes(timeline.simulation()), 0);
}

#[test]
fn scenario_18_a_timeout_of_the_write_concern_undoes_nothing() {
    let mut timeline = set_of(3, elections);
    give(&mut timeline, Command::Freeze(B));
    give(&mut timeline, Command::Freeze(C));
    let op = begin(&mut timeline, A, 2, Some(Level::Quorum), None);
    pass(&mut timeline, 2_100);
    let outcome = answer(&timeline, op).expect("its client has given up");
    assert_eq!(outcome, Outcome::TimedOut { received: 1, required: 2 });
    give(&mut timeline, Command::Thaw(B));
    give(&mut timeline, Command::Thaw(C));
    pass(&mut timeline, 2_000);
    assert_eq!([A, B, C].map(|node| held(&timeline, node)), [Some(2); 3], "visible all the same");
}

#[test]
fn an_acknowledged_write_is_lost_in_a_failover() {
    let mut timeline = set_of(3, sentinels);
    assert!(write(&mut timeline, A, 1).is_ok());
    pass(&mut timeline, 1_000);
    cut_off(&mut timeline, A);
    let lost = [2, 3].map(|value| written(&write(&mut timeline, A, value)));
    assert_eq!(timeline.ledger().lost_writes(timeline.simulation()), 0, "one member holds them still");
    pass(&mut timeline, 10_000);
    assert_eq!(timeline.simulation().primaries().count(), 2, "split brain");
    let risen = timeline.simulation().primaries().find(|node| *node != A).expect("promoted");
    let kept = written(&write(&mut timeline, risen, 4));
    heal(&mut timeline);
    pass(&mut timeline, 5_000);
    assert_eq!(role(&timeline, A), Role::Replica { of: Some(risen) }, "the old primary rejoins");
    assert_eq!(discarded(&timeline, A, Discard::Resynced), lost);
    assert_eq!([A, B, C].map(|node| held(&timeline, node)), [Some(4); 3]);
    let losses = timeline.ledger().losses(timeline.simulation());
    assert_eq!(losses.iter().map(|loss| loss.write).collect::<Vec<_>>(), lost);
    let record = timeline.ledger().find(lost[1]).expect("remembered");
    assert_eq!(record.reflected, [None; 3], "what was reflected is undone");
    assert!(timeline.ledger().find(kept).is_some_and(|record| record.consistent.is_some()));
    let told = news(&timeline);
    let index = |wanted: &dyn Fn(&News) -> bool| told.iter().position(|(_, news)| wanted(news));
    let steps = [
        index(&|news| matches!(news, News::Suspected { node: A })),
        index(&|news| matches!(news, News::AgreedDown { node: A, agreeing: 2 })),
        index(&|news| matches!(news, News::Authorised { votes: 2, .. })),
        index(&|news| matches!(news, News::BecamePrimary { how: Rise::FailedOver, .. })),
        index(&|news| matches!(news, News::Resynced { how: Resync::Full, .. })),
    ];
    assert!(steps.is_sorted() && steps[0].is_some(), "{steps:?} in {told:?}");
}

#[test]
fn a_minority_of_monitors_decides_nothing() {
    let mut timeline = set_of(3, sentinels);
    give(&mut timeline, Command::Cut { name: None, shape: CutShape::Groups(vec![vec![A, B], vec![C]]) });
    pass(&mut timeline, 60_000);
    assert_eq!(timeline.simulation().primaries().collect::<Vec<_>>(), [A]);
    assert!(news(&timeline).contains(&(C, News::Suspected { node: A })), "though it takes it for down");
}

#[test]
fn monitors_in_a_hurry_trust_who_answers() {
    let mut timeline = set_of(3, |policy| {
        policy.failover =
            Failover::Monitors(Monitors { after: Span::millis(500), quorum: 2, places: vec![A, B, C] });
    });
    pass(&mut timeline, 20_000);
    assert!(news(&timeline).is_empty(), "{:?}", news(&timeline));
}

#[test]
fn candidates_are_ordered_by_priority_then_offset() {
    // C holds more; B comes first all the same, unless its priority is 0 or that of all.
    for (priorities, risen) in
        [([100, 50, 100], B), ([100, 100, 100], C), ([100, 0, 100], C), ([100, 0, 0], A)]
    {
        let mut timeline = set_of(3, |policy| {
            sentinels(policy);
            policy.priorities = priorities.into();
        });
        pass(&mut timeline, 3_000);
        give(&mut timeline, Command::Cut { name: None, shape: CutShape::OneWay { from: A, to: B } });
        assert!(write(&mut timeline, A, 2).is_ok());
        pass(&mut timeline, 1_500);
        assert_eq!((held(&timeline, B), held(&timeline, C)), (None, Some(2)));
        give(&mut timeline, Command::Freeze(A));
        pass(&mut timeline, 20_000);
        let primaries: Vec<NodeId> =
            [A, B, C].into_iter().filter(|n| role(&timeline, *n) == Role::Primary).collect();
        let now = primaries.iter().copied().find(|node| *node != A).unwrap_or(A);
        assert_eq!(now, risen, "priorities {priorities:?}");
    }
}

#[test]
fn a_promotion_by_hand_lets_the_others_go_on_where_they_stopped() {
    let mut timeline = set_of(3, |_| {});
    assert!(write(&mut timeline, A, 2).is_ok());
    pass(&mut timeline, 1_000);
    give(&mut timeline, Command::Promote(B));
    pass(&mut timeline, 3_000);
    assert_eq!(role(&timeline, B), Role::Primary);
    assert_eq!(role(&timeline, A), Role::Replica { of: Some(B) });
    let full =
        news(&timeline).iter().any(|(_, news)| matches!(news, News::Resynced { how: Resync::Full, .. }));
    assert!(!full, "the id before the promotion is good for what was shared: {:?}", news(&timeline));
    assert!(write(&mut timeline, B, 3).is_ok());
    assert_eq!([A, B, C].map(|node| held(&timeline, node)), [Some(3); 3]);
}

#[test]
fn what_a_cut_kills_is_sent_again_from_the_backlog_or_in_full() {
    for (backlog, expected) in [(1 << 20, Resync::Partial { missed: 500 }), (300, Resync::Full)] {
        let mut timeline = set_of(2, |policy| policy.backlog = backlog);
        cut_off(&mut timeline, B);
        for value in 1..=5 {
            assert!(write(&mut timeline, A, value).is_ok());
        }
        heal(&mut timeline);
        pass(&mut timeline, 3_000);
        assert_eq!(held(&timeline, B), Some(5));
        let how = news(&timeline).iter().find_map(|(_, news)| match news {
            News::Resynced { how, .. } => Some(*how),
            _ => None,
        });
        assert_eq!(how, Some(expected), "backlog of {backlog} bytes");
        assert_eq!(member(&timeline, B).offset, member(&timeline, A).offset);
    }
}

#[test]
fn a_lost_packet_is_a_late_one() {
    let mut timeline = set_of(2, |_| {});
    let loss = laggard::base::Ppm::percent(40);
    give(&mut timeline, Command::SetLink { scope: Scope::All, change: LinkChange::Loss(loss) });
    for value in 1..=40 {
        assert!(write_within(&mut timeline, A, value, 50).is_ok());
    }
    // Each loss of a packet doubles the wait for its next try: a few unlucky ones take minutes.
    pass(&mut timeline, 300_000);
    assert_eq!(held(&timeline, B), Some(40));
    assert_eq!(timeline.ledger().tally.lost, 0);
    assert!(news(&timeline).is_empty(), "the connection stood: {:?}", news(&timeline));
}

#[test]
fn writes_that_come_to_a_replica_are_refused_or_passed_on() {
    let mut timeline = set_of(2, |policy| policy.writes_elsewhere = Elsewhere::Refuse);
    assert_eq!(write(&mut timeline, B, 2), Outcome::NotPrimary { primary: Some(A) });
    assert_eq!(timeline.ledger().tally.refused, 1);
    let mut timeline = set_of(2, |_| {});
    assert!(write(&mut timeline, B, 2).is_ok());
    assert_eq!(held(&timeline, A), Some(2));
    cut_off(&mut timeline, B);
    let op = begin(&mut timeline, B, 3, None, None);
    pass(&mut timeline, 2_100);
    assert_eq!(answer(&timeline, op), Some(Outcome::TimedOut { received: 0, required: 1 }));
}

#[test]
fn a_read_from_a_replica_may_be_stale_and_one_from_the_primary_is_not() {
    for (reads_from, found) in [(ReadsFrom::Any, 1), (ReadsFrom::Primary, 2)] {
        let mut timeline = set_of(2, |policy| policy.reads_from = reads_from);
        assert!(write(&mut timeline, A, 1).is_ok());
        give(&mut timeline, Command::Cut { name: None, shape: CutShape::OneWay { from: A, to: B } });
        assert!(write(&mut timeline, A, 2).is_ok());
        let outcome = {
            heal(&mut timeline);
            read(&mut timeline, B)
        };
        let Outcome::Found(held) = outcome else { panic!("{outcome:?}") };
        assert_eq!(held.versions()[0].value, Value::Number(found), "{reads_from:?}");
        assert_eq!(timeline.ledger().tally.stale_reads, u64::from(found == 1));
    }
}

#[test]
fn without_a_journal_a_restarted_primary_takes_its_replicas_back_with_it() {
    let snapshots = |policy: &mut PrimaryPolicy| {
        policy.durability = Durability::Snapshot { every: Span::secs(3_600) };
    };
    let mut timeline = set_of(2, snapshots);
    let lost = written(&write(&mut timeline, A, 2));
    pass(&mut timeline, 1_000);
    assert_eq!(held(&timeline, B), Some(2));
    give(&mut timeline, Command::Crash(A));
    assert_eq!(discarded(&timeline, A, Discard::Crashed), [lost]);
    assert_eq!(timeline.ledger().lost_writes(timeline.simulation()), 0, "the replica has it");
    give(&mut timeline, Command::Restart(A));
    pass(&mut timeline, 5_000);
    assert_eq!([A, B].map(|node| held(&timeline, node)), [None; 2]);
    assert_eq!(discarded(&timeline, B, Discard::Resynced), [lost]);
    assert_eq!(timeline.ledger().lost_writes(timeline.simulation()), 1);
    let mut timeline = set_of(2, |_| {});
    write(&mut timeline, A, 2);
    give(&mut timeline, Command::Crash(A));
    give(&mut timeline, Command::Restart(A));
    pass(&mut timeline, 5_000);
    assert_eq!([A, B].map(|node| held(&timeline, node)), [Some(2); 2], "a journal keeps everything");
}
