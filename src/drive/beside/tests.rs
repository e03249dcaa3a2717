//! The other run: the same as the line where nothing differs, and the same whatever way the playhead came.

use proptest::prelude::*;

use super::*;
use crate::{
    action::{Act, Ask, Context, Level, Mend, Surgery},
    base::{ClientId, NodeId, Seed, Span},
    data::Value,
    drive::Cause,
    net::{CutShape, Delay, LinkProfile, Network},
};

/// Every delay is the same, so that much happens in one instant.
fn scenario() -> Arc<Scenario> {
    let mut scenario = Scenario::of(3);
    scenario.network = Network::new(3, LinkProfile::plain(Delay::Fixed(Span::millis(500))));
    Arc::new(scenario)
}

fn submit(act: Act, node: u16) -> Command {
    Command::Submit(Ask {
        client: ClientId(0),
        at: Some(NodeId(node)),
        key: KeyId(0),
        act,
        level: None,
        wait: None,
    })
}

fn write(value: u64) -> Act {
    Act::Write { value: Value::text(&format!("v{value}")), context: Context::Last, stamp: None }
}

/// What a run is, wherever it came from.
fn state(run: &Timeline) -> String {
    let view = run.simulation().view();
    let log: Vec<_> = run.log()[..run.given()].iter().map(|logged| (logged.at, &logged.command)).collect();
    format!("{:?} {:?} {:?} {log:?}", run.position(), view.replicas, view.messages)
}

#[derive(Debug, Clone, Copy)]
enum Deed {
    Write(u16),
    Read(u16),
    Cut(u16),
    Heal,
    Pass(u64),
    Step,
    Back,
    To(u64),
    Undo,
    Redo,
    Level,
    Look,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        (0..3_u16).prop_map(Deed::Write),
        (0..3_u16).prop_map(Deed::Read),
        (0..3_u16).prop_map(Deed::Cut),
        Just(Deed::Heal),
        (0..1_500_u64).prop_map(Deed::Pass),
        Just(Deed::Pass(500)),
        Just(Deed::Step),
        Just(Deed::Step),
        Just(Deed::Back),
        (0..4_000_u64).prop_map(Deed::To),
        Just(Deed::Undo),
        Just(Deed::Redo),
        Just(Deed::Level),
        Just(Deed::Look),
    ]
}

/// What is refused or has nowhere to go changes nothing: that is fine here.
fn perform(line: &mut Timeline, deed: Deed, number: u64) {
    let mut give = |command| {
        let _ = line.apply(command, Cause::Program);
    };
    match deed {
        Deed::Write(node) => give(submit(write(number), node)),
        Deed::Read(node) => give(submit(Act::Read, node)),
        Deed::Cut(node) => give(Command::Cut { name: None, shape: CutShape::Isolate(NodeId(node)) }),
        Deed::Heal => give(Command::Heal(Mend::All)),
        Deed::Level => give(Command::Set(Setting::ReadLevel(Level::All))),
        Deed::Pass(millis) => {
            let to = line.position().at + Span::millis(millis);
            line.advance_to(to);
        }
        Deed::Step => {
            line.step_within(SimTime(u64::MAX));
        }
        Deed::Back => {
            let _ = line.step_back();
        }
        Deed::To(millis) => line.seek_time(SimTime(Span::millis(millis).0)),
        Deed::Undo => {
            let _ = line.undo();
        }
        Deed::Redo => {
            let _ = line.redo();
        }
        Deed::Look => {}
    }
}

fn fresh(line: &Timeline, scenario: &Arc<Scenario>, against: Against) -> Companion {
    let mut companion = Companion::new(line, scenario, against).expect("a companion");
    companion.follow(line);
    companion
}

fn reads_one() -> Against {
    Against::Setting(Setting::ReadLevel(Level::One))
}

proptest! {
    #[test]
    fn the_other_run_is_the_same_whatever_way_the_playhead_came(deeds in prop::collection::vec(deed(), 1..40)) {
        let scenario = scenario();
        let mut line = Timeline::new(Arc::clone(&scenario), Seed(7));
        let slow = Against::Setting(Setting::LatencyPercent(150));
        let mut other = Companion::new(&line, &scenario, slow.clone()).expect("a companion");
        for (number, deed) in (0..).zip(deeds) {
            perform(&mut line, deed, number);
            other.follow(&line);
            prop_assert_eq!(state(&other.run), state(&fresh(&line, &scenario, slow.clone()).run));
            prop_assert_eq!(other.run.position().at, line.position().at);
        }
    }

    /// A setting to what it is: both sides are one run, to the step, also within an instant.
    #[test]
    fn where_nothing_differs_both_are_one_run(deeds in prop::collection::vec(deed(), 1..40)) {
        let scenario = scenario();
        let mut line = Timeline::new(Arc::clone(&scenario), Seed(7));
        let timeout = Against::Setting(Setting::Timeout(scenario.settings.timeout));
        let mut other = Companion::new(&line, &scenario, timeout).expect("a companion");
        for (number, deed) in (0..).zip(deeds) {
            perform(&mut line, deed, number);
            other.follow(&line);
            let (here, there) = (line.simulation().view(), other.run.simulation().view());
            prop_assert_eq!(here.position.step + 1, there.position.step);
            prop_assert_eq!(format!("{:?}{:?}", here.replicas, here.messages), format!("{:?}{:?}", there.replicas, there.messages));
            prop_assert_eq!(line.ledger().tally, other.run.ledger().tally);
        }
    }
}

/// Before the last instant the other side has made more steps than the line, by as many as the line has made within it.
#[test]
fn commands_of_one_instant_stay_when_another_follows_them_there() {
    let scenario = scenario();
    let mut line = Timeline::new(Arc::clone(&scenario), Seed(7));
    let slow = Against::Setting(Setting::LatencyPercent(150));
    let mut other = Companion::new(&line, &scenario, slow.clone()).expect("a companion");
    let deeds = [
        Deed::Cut(0),
        Deed::Write(0),
        Deed::Pass(500),
        Deed::Heal,
        Deed::Pass(1_001),
        Deed::Write(0),
        Deed::Level,
        Deed::Level,
        Deed::Heal,
        Deed::Pass(1),
        Deed::Undo,
    ];
    for (number, deed) in (0..).zip(deeds) {
        perform(&mut line, deed, number);
        other.follow(&line);
        assert_eq!(state(&other.run), state(&fresh(&line, &scenario, slow.clone()).run), "after {deed:?}");
    }
}

#[test]
fn a_quorum_beside_a_single_replica_reads_nothing_stale() {
    let scenario = scenario();
    let mut line = Timeline::new(Arc::clone(&scenario), Seed(1));
    line.apply(Command::Set(Setting::ReadLevel(Level::One)), Cause::Program).expect("a level");
    perform(&mut line, Deed::Write(0), 1);
    perform(&mut line, Deed::Pass(300), 2);
    perform(&mut line, Deed::Read(1), 3);
    perform(&mut line, Deed::Pass(3_000), 4);
    let all = fresh(&line, &scenario, Against::Setting(Setting::ReadLevel(Level::All)));
    assert_eq!(line.ledger().tally.stale_reads, 1);
    assert_eq!(all.run.ledger().tally.stale_reads, 0, "it read {:?}", all.run.ledger().last_read);
    assert_eq!(all.run.ledger().tally.reads, 1);
}

#[test]
fn what_turns_the_same_setting_stays_away_from_the_other_side() {
    let scenario = scenario();
    let mut line = Timeline::new(Arc::clone(&scenario), Seed(1));
    perform(&mut line, Deed::Level, 0);
    let other = fresh(&line, &scenario, reads_one());
    assert_eq!(other.run.simulation().settings().read, Level::One);
    assert_eq!(line.simulation().settings().read, Level::All);
}

#[test]
fn what_the_other_side_cannot_do_is_said() {
    let scenario = scenario();
    let mut line = Timeline::new(Arc::clone(&scenario), Seed(1));
    perform(&mut line, Deed::Write(0), 1);
    perform(&mut line, Deed::Pass(300), 2);
    // Ten times as fast, the message has come long ago.
    let message = line.simulation().messages().next().map(|message| message.id).expect("one on its way");
    line.apply(Command::Message { id: message, surgery: Surgery::Drop }, Cause::Program)
        .expect("it is on its way");
    let mut other = fresh(&line, &scenario, Against::Setting(Setting::LatencyPercent(10)));
    let picture = other.picture(&line, KeyId(0), Clock::Stopped);
    let BesideKind::Setting { refused, .. } = picture.kind else { panic!("a setting") };
    assert!(refused.len() == 1 && refused[0].starts_with("message surgery at 0.30s: "), "{refused:?}");
}

#[test]
fn a_branch_is_the_same_until_they_part() {
    let scenario = scenario();
    let mut line = Timeline::new(Arc::clone(&scenario), Seed(1));
    perform(&mut line, Deed::Write(0), 1);
    perform(&mut line, Deed::Pass(2_000), 2);
    perform(&mut line, Deed::Write(1), 3);
    perform(&mut line, Deed::Pass(2_000), 4);
    let left = line.head();
    line.seek_time(SimTime(Span::millis(1_000).0));
    perform(&mut line, Deed::Cut(2), 5);
    let mut other = fresh(&line, &scenario, Against::Branch(0));
    for millis in [0, 200, 500, 900] {
        line.seek_time(SimTime(Span::millis(millis).0));
        other.follow(&line);
        assert_eq!(state(&line), state(&other.run));
    }
    line.seek_time(SimTime(Span::millis(6_000).0));
    other.follow(&line);
    assert_eq!((line.simulation().view().cuts.len(), other.run.simulation().view().cuts.len()), (1, 0));
    assert_eq!((line.log().len(), other.run.log().len()), (2, 2));
    let picture = other.picture(&line, KeyId(0), Clock::Stopped);
    let BesideKind::Branch { parted, left: told } = picture.kind else { panic!("a branch") };
    assert_eq!((parted.at, told), (SimTime(Span::millis(1_000).0), left));
    assert!(Companion::new(&line, &scenario, Against::Branch(7)).is_err());
}
