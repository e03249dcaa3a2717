//! What people read when something happens: one exact line for each kind of it.

use std::sync::Arc;

use laggard::{
    action::{Act, AntiEntropy, Ask, Command, Context, Guarantee, Level, Mend, Setting, Style, Switch},
    base::{ClientId, KeyId, NodeId, Ppm, Seed, SimTime, Span},
    data::{Stamp, Value},
    drive::{Cause, Mark, Narrator, Timeline, ratio, skew},
    net::{CutShape, Delay, LinkChange, Order, Scope},
    scenario::{Scenario, WorkloadSpec},
};

const A: NodeId = NodeId(0);
const B: NodeId = NodeId(1);
const C: NodeId = NodeId(2);

fn ask(at: NodeId, act: Act) -> Command {
    Command::Submit(Ask { client: ClientId(0), at: Some(at), key: KeyId(0), act, level: None, wait: None })
}

fn stamped(at: NodeId, value: Value, stamp: Option<i64>) -> Command {
    ask(at, Act::Write { value, context: Context::Last, stamp: stamp.map(Stamp::at) })
}

fn write(at: NodeId, value: &str) -> Command {
    stamped(at, Value::text(value), None)
}

fn read(at: NodeId) -> Command {
    ask(at, Act::Read)
}

fn level(level: Level) -> [Command; 2] {
    [Command::Set(Setting::WriteLevel(level)), Command::Set(Setting::ReadLevel(level))]
}

fn three() -> Scenario {
    let mut scenario = Scenario::of(3);
    scenario.initial = vec![(KeyId(0), Value::text("tea"))];
    for (replica, name) in scenario.replicas.iter_mut().zip(["ams", "lon", "nyc"]) {
        replica.name = name.into();
    }
    scenario.clients[0].name = "alice".into();
    scenario
}

fn gossiping() -> Scenario {
    let mut scenario = three();
    scenario.settings.anti_entropy = Some(AntiEntropy {
        every: Span::millis(500),
        style: Style::PushPull,
        fan_out: 2,
        digest: laggard::action::Digest::Full,
    });
    scenario
}

/// Commands in order, each some milliseconds after the one before; then two and a half seconds. The lines
/// that bear one of `marks`.
fn told(
    scenario: Scenario,
    commands: impl IntoIterator<Item = (u64, Command)>,
    marks: &[Mark],
) -> Vec<String> {
    let mut timeline = Timeline::new(Arc::new(scenario), Seed(42));
    let mut now = 0;
    for (gap, command) in commands {
        now += gap * 1_000_000;
        timeline.advance_to(SimTime(now));
        timeline.apply(command, Cause::Program).expect("accepted");
    }
    timeline.advance_to(SimTime(now + 2_500_000_000));
    let narrator = Narrator { timeline: &timeline };
    let lines = timeline.journal().facts().filter_map(|fact| narrator.line(fact));
    lines.filter(|line| marks.contains(&line.mark)).map(|line| line.text).collect()
}

fn at_once(commands: impl IntoIterator<Item = Command>) -> Vec<(u64, Command)> {
    commands.into_iter().map(|command| (0, command)).collect()
}

#[test]
fn a_write_and_its_acknowledgement() {
    let [quorum, _] = level(Level::Quorum);
    let lines =
        told(three(), at_once([quorum, write(A, "jam")]), &[Mark::Write, Mark::Stored, Mark::Acknowledged]);
    let expected = [
        "ams write x=jam (w1)",
        "lon has x=jam (w1)",
        "nyc has x=jam (w1)",
        "ams acknowledged jam (w1) to alice",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_write_acknowledged_at_once_needs_no_second_line() {
    assert_eq!(told(three(), at_once([write(A, "jam")]), &[Mark::Acknowledged]), [""; 0]);
}

#[test]
fn a_delete() {
    let commands = [(0, stamped(A, Value::Tombstone, None)), (200, read(C))];
    let lines = told(three(), commands, &[Mark::Write, Mark::Stored, Mark::Read]);
    let expected = [
        "ams delete x (w1)",
        "lon has x=(deleted) (w1)",
        "nyc has x=(deleted) (w1)",
        "nyc read by alice → (deleted)",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn reads_fresh_and_stale() {
    let commands = [(0, read(C)), (0, write(A, "jam")), (10, read(C)), (100, read(C))];
    let lines = told(three(), commands, &[Mark::Read, Mark::StaleRead]);
    let expected = [
        "nyc read by alice → tea",
        "nyc read by alice → tea  STALE: 1 version behind",
        "nyc read by alice → jam",
    ];
    assert_eq!(lines, expected);
    let commands = [(0, write(A, "jam")), (10, write(A, "fig")), (10, read(C))];
    assert_eq!(
        told(three(), commands, &[Mark::StaleRead]),
        ["nyc read by alice → tea  STALE: 2 versions behind"]
    );
    let nothing = Scenario::of(1);
    assert_eq!(told(nothing, at_once([read(A)]), &[Mark::Read]), ["n1 read by you → nothing"]);
}

#[test]
fn of_two_concurrent_writes_each_replica_says_which_it_dropped() {
    let lines = told(three(), [(0, write(A, "jam")), (10, write(C, "fig"))], &[Mark::Stored, Mark::Dropped]);
    let expected = [
        "lon has x=jam (w1)",
        "nyc kept fig (w2), dropped jam (w1): concurrent, last write wins",
        "ams took fig (w2), dropped jam (w1): concurrent, last write wins",
        "lon took fig (w2), dropped jam (w1): concurrent, last write wins",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn equal_stamps_are_called_equal() {
    let stamp = Some(1);
    let commands = [(0, stamped(A, Value::text("jam"), stamp)), (10, stamped(C, Value::text("fig"), stamp))];
    let lines = told(three(), commands, &[Mark::Dropped]);
    assert_eq!(
        lines[0],
        "nyc took jam (w1), dropped fig (w2): concurrent, with equal stamps the value decides"
    );
}

#[test]
fn a_write_that_loses_to_what_it_was_written_after_says_so() {
    let behind = Command::Skew { node: A, offset: -5_000_000_000 };
    let commands = [(0, write(C, "tea")), (200, behind), (0, write(A, "jam"))];
    let lines = told(three(), commands, &[Mark::Dropped]);
    let why = "it was written after, but its stamp is older";
    let expected = ["ams", "lon", "nyc"].map(|node| format!("{node} kept tea (w1), dropped jam (w2): {why}"));
    assert_eq!(lines, expected);
}

#[test]
fn messages_die_at_walls_at_replicas_that_are_down_and_on_the_way() {
    let loss = LinkChange::Loss(Ppm::ALWAYS);
    let commands = [
        Command::SetLink { scope: Scope::OneWay { from: A, to: B }, change: loss },
        write(A, "jam"),
        Command::Crash(C),
    ];
    assert_eq!(
        told(three(), at_once(commands), &[Mark::Died]),
        ["ams→lon jam (w1): lost by the link", "ams→nyc jam (w1): nyc is down"]
    );
    let [quorum, _] = level(Level::Quorum);
    let isolate = Command::Cut { name: None, shape: CutShape::Isolate(A) };
    let lines = told(three(), [(0, quorum), (0, write(A, "jam")), (100, isolate)], &[Mark::Died]);
    assert_eq!(lines, ["lon→ams ack: died at cut 1", "nyc→ams ack: died at cut 1"]);
}

#[test]
fn gossip_that_died_is_told_of_where_it_would_have_taught_something() {
    let isolate = Command::Cut { name: None, shape: CutShape::Isolate(C) };
    assert_eq!(told(gossiping(), at_once([isolate.clone()]), &[Mark::Died]), [""; 0]);
    let mut lines = told(gossiping(), at_once([isolate, write(A, "jam")]), &[Mark::Died]);
    assert_eq!(lines[0], "ams→nyc jam (w1): died at cut 1");
    lines.sort_unstable();
    lines.dedup();
    let expected = [
        "ams→nyc gossip with jam (w1): died at cut 1",
        "ams→nyc jam (w1): died at cut 1",
        "lon→nyc gossip with jam (w1): died at cut 1",
    ];
    assert_eq!(lines, expected, "nyc's own gossip has nothing to teach");
}

#[test]
fn failures_say_what_is_certain_and_what_is_not() {
    let fails = |scenario: Scenario, commands: Vec<(u64, Command)>| told(scenario, commands, &[Mark::Failed]);
    let [write_all, read_all] = level(Level::All);
    let down = [Command::Crash(C), write_all.clone(), write(A, "jam"), write(C, "fig")];
    assert_eq!(
        fails(three(), at_once(down)),
        [
            "ams write by alice failed: UNAVAILABLE, 3 must answer, 2 believed up; nothing was done",
            "nyc write by alice failed: the replica is down; nothing was done",
        ]
    );
    let silent = [Command::Freeze(C), write_all.clone(), read_all, write(A, "jam"), read(B)];
    assert_eq!(
        fails(three(), at_once(silent)),
        [
            "ams write by alice failed: TIMEOUT, 2 of 3 answered; it may have happened",
            "lon read by alice failed: TIMEOUT, 2 of 3 answered",
        ]
    );
    let crash = vec![(0, write_all), (0, write(A, "jam")), (10, Command::Crash(A))];
    let text = "ams write by alice failed: the replica crashed on the way; the outcome is unknown";
    assert_eq!(fails(three(), crash), [text]);
    let mut faithful = three();
    faithful.clients[0].policy.guarantees = vec![Guarantee::ReadYourWrites];
    let text = "nyc read by alice failed: the answer would break read your writes";
    assert_eq!(fails(faithful, at_once([write(A, "jam"), read(C)])), [text]);
}

#[test]
fn walls_say_what_they_separate() {
    let check = |name: Option<&str>, shape: CutShape, text: &str| {
        let cut = Command::Cut { name: name.map(Into::into), shape };
        let healed = [cut.clone(), Command::Heal(Mend::All)];
        assert_eq!(told(three(), at_once([cut]), &[Mark::Wall]), [text]);
        assert_eq!(told(three(), at_once(healed), &[Mark::Wall]), [text], "also once it is healed");
    };
    check(None, CutShape::Groups(vec![vec![A, B], vec![C]]), "cut 1: {ams lon} | {nyc}");
    check(None, CutShape::Groups(vec![vec![C]]), "cut 1: {nyc} | all others");
    check(Some("atlantic"), CutShape::Isolate(C), "cut 1 (atlantic): nyc | all others");
    check(None, CutShape::Link(A, C), "cut 1: the link ams–nyc");
    check(None, CutShape::OneWay { from: A, to: C }, "cut 1: the way ams→nyc");
}

#[test]
fn a_heal_counts_what_died() {
    let cut = Command::Cut { name: None, shape: CutShape::Isolate(C) };
    let commands = [(0, cut), (0, write(A, "jam")), (100, Command::Heal(Mend::All))];
    assert_eq!(told(three(), commands, &[Mark::Healed]), ["healed cut 1: 1 message died at it"]);
}

#[test]
fn crashes_and_freezes() {
    let commands = [
        (0, Command::Crash(B)),
        (0, Command::Restart(B)),
        (0, Command::Freeze(C)),
        (0, write(A, "jam")),
        (0, write(B, "fig")),
        (100, Command::Thaw(C)),
    ];
    let lines = told(three(), commands, &[Mark::Crash, Mark::Revived, Mark::Freeze]);
    assert_eq!(lines, ["lon crashed", "lon is up again", "nyc froze", "nyc thawed: 2 messages had waited"]);
}

#[test]
fn knobs() {
    let link = |scope, change| Command::SetLink { scope, change };
    let all = |change| link(Scope::All, change);
    let gossip = AntiEntropy {
        every: Span::millis(250),
        style: Style::Push,
        fan_out: 1,
        digest: laggard::action::Digest::Full,
    };
    let knobs = [
        (Command::Skew { node: C, offset: 2_000_000_000 }, "clock of nyc 2s ahead"),
        (all(LinkChange::Delay(Delay::Fixed(Span::millis(300)))), "latency of all links: 300ms"),
        (link(Scope::Between(A, C), LinkChange::Loss(Ppm::percent(5))), "loss on ams–nyc: 5%"),
        (
            link(Scope::OneWay { from: A, to: C }, LinkChange::Duplicate(Ppm::percent(1))),
            "duplication on ams→nyc: 1%",
        ),
        (all(LinkChange::Order(Order::Fifo)), "all links keep order"),
        (all(LinkChange::Order(Order::MayOvertake)), "all links may reorder"),
        (Command::Set(Setting::LatencyPercent(150)), "latency ×1.5"),
        (Command::Set(Setting::WriteLevel(Level::Quorum)), "write level QUORUM"),
        (Command::Set(Setting::ReadLevel(Level::Exactly(2))), "read level 2"),
        (Command::Set(Setting::AntiEntropy(Some(gossip))), "anti-entropy every 250ms"),
        (Command::Set(Setting::AntiEntropy(None)), "anti-entropy off"),
        (Command::Set(Setting::Timeout(Span::millis(800))), "timeout 800ms"),
        (Command::Workload(Switch::Stop), "workload stopped"),
        (Command::Workload(Switch::Start), "workload started"),
        (Command::Workload(Switch::Stop), "workload stopped"),
    ];
    let mut scenario = three();
    let (reads, keys) = (Ppm::NEVER, vec![KeyId(0)]);
    scenario.workload =
        Some(WorkloadSpec { operations: None, mean_gap: Span::secs(9), reads, keys, skew: 0.0, stop: None });
    let (commands, expected): (Vec<Command>, Vec<&str>) = knobs.into_iter().unzip();
    assert_eq!(told(scenario, at_once(commands), &[Mark::Knob]), expected);
    assert_eq!([skew(0), skew(-300_000_000)], ["right", "300ms behind"]);
    assert_eq!([ratio(100), ratio(25), ratio(1_005)], ["1", "0.25", "10.05"]);
}

#[test]
fn each_line_names_the_key_or_the_script_line_that_caused_it() {
    let mut timeline = Timeline::new(Arc::new(three()), Seed(42));
    let causes = [Cause::Key("w".into()), Cause::Script(12), Cause::Script(0), Cause::Program];
    for (cause, node) in causes.into_iter().zip([A, B, C, A]) {
        let act = Act::Write { value: Value::text("jam"), context: Context::Last, stamp: None };
        let level = Some(Level::Quorum);
        let ask = Ask { client: ClientId(0), at: Some(node), key: KeyId(0), act, level, wait: None };
        timeline.apply(Command::Submit(ask), cause).unwrap();
    }
    timeline.advance_to(SimTime(1_000_000_000));
    let narrator = Narrator { timeline: &timeline };
    let lines = timeline.journal().facts().filter_map(|fact| narrator.line(fact));
    let asked = lines.filter(|line| matches!(line.mark, Mark::Write | Mark::Acknowledged));
    let causes: Vec<String> =
        asked.map(|line| line.cause.map_or("-".into(), |cause| cause.to_string())).collect();
    assert_eq!(causes, ["w", "line 12", "script", "-", "w", "line 12", "script", "-"]);
}
