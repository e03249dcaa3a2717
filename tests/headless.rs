//! The headless run: findings and exit codes, clients that are stopped, facts handed over once and in order.

use std::sync::Arc;

use laggard::{
    action::{Act, AntiEntropy, Ask, Command, Condition, Context, Count, Level, Style, Switch},
    base::{ClientId, KeyId, NodeId, Position, Ppm, Seed, SimTime, Span},
    check::Verdict,
    data::Value,
    drive::{Cause, Narrator, Report, Said, Timeline, run},
    net::CutShape,
    scenario::{Deed, Expectation, Scenario, Step, Timing, WorkloadSpec},
    sim::Fact,
};

const CONVERGED: Condition = Condition::Converged { within: None };

fn submit(at: u16, act: Act, level: Option<Level>) -> Command {
    Command::Submit(Ask { client: ClientId(0), at: Some(NodeId(at)), key: KeyId(0), act, level, wait: None })
}

fn write(at: u16, value: &str) -> Command {
    submit(at, Act::Write { value: Value::text(value), context: Context::Last, stamp: None }, None)
}

fn read(at: u16, level: Option<Level>, returns: &str) -> Deed {
    Deed::Read { command: submit(at, Act::Read, level), returns: Some(vec![Value::text(returns)]) }
}

fn scenario(deeds: impl IntoIterator<Item = Deed>, expect: &[Condition]) -> Scenario {
    let mut scenario = Scenario::of(3);
    scenario.initial = vec![(KeyId(0), Value::text("tea"))];
    let step = |(line, deed)| Step { timing: Timing::Next, deed, claim: None, line, text: String::new() };
    scenario.script = (10..).zip(deeds).map(step).collect();
    scenario.expect = (50..)
        .zip(expect)
        .map(|(line, it)| Expectation { text: String::new(), condition: it.clone(), line })
        .collect();
    scenario
}

fn run_all(scenario: Scenario) -> (Report, Vec<Fact>) {
    let mut facts = Vec::new();
    let report = run(&Arc::new(scenario), Seed(42), |_, fact| facts.push(fact.clone()));
    (report, facts)
}

/// Findings as text: `10 step 1, the answer: holds`.
fn findings(report: &Report) -> Vec<String> {
    let verdict = |verdict: &Verdict| match verdict {
        Verdict::Holds => "holds".to_owned(),
        Verdict::Violated(evidence) => evidence[0].text.clone(),
        Verdict::Unknown(why) => format!("unknown, {why}"),
    };
    report.findings.iter().map(|f| format!("{} {}: {}", f.line, f.what, verdict(&f.verdict))).collect()
}

#[test]
fn all_that_holds_exits_with_0() {
    let mut scenario = scenario(
        [
            Deed::Do(write(0, "jam")),
            read(2, None, "tea"),
            Deed::Until(CONVERGED, Span::secs(1)),
            Deed::Say("Agreed.".into()),
            read(2, Some(Level::Quorum), "jam"),
        ],
        &[CONVERGED, Condition::StaleReads(Count::exactly(1))],
    );
    scenario.script[3].claim = Some(CONVERGED);
    let (report, _) = run_all(scenario);
    let expected = [
        "11 step 2, the answer: holds",
        "13 step 4, the claim: holds",
        "14 step 5, the answer: holds",
        "50 expectation 1: holds",
        "51 expectation 2: holds",
    ];
    assert_eq!(findings(&report), expected);
    assert_eq!(report.exit_code(), 0);
    assert_eq!(report.said, [(SimTime(80_000_000), Said::Text("Agreed.".into()))]);
}

#[test]
fn what_does_not_hold_exits_with_1_and_names_its_step() {
    let deeds = [
        Deed::Do(write(0, "jam")),
        read(2, None, "jam"),
        Deed::Do(Command::Thaw(NodeId(1))),
        Deed::Until(Condition::LostWrites(Count::at_least(1)), Span::secs(3)),
    ];
    let (report, _) = run_all(scenario(deeds, &[Condition::Diverged, Condition::Available(Ppm::ALWAYS)]));
    let expected = [
        "11 step 2, the answer: the last read returned tea, expected jam",
        "12 step 3: that replica is not frozen",
        "13 step 4: waited in vain until 3.00s: lost writes: 0, expected at least 1",
        "50 expectation 1: all replicas hold the same",
        "51 expectation 2: holds",
    ];
    assert_eq!(findings(&report), expected);
    assert_eq!(report.exit_code(), 1);
}

#[test]
fn what_cannot_be_told_exits_with_3_and_a_violation_outweighs_it() {
    let unknown = Condition::LastRead(laggard::action::ReadClaim::Stale(Count::ZERO));
    let (report, _) = run_all(scenario([], std::slice::from_ref(&unknown)));
    assert_eq!(findings(&report), ["50 expectation 1: unknown, nothing has been read"]);
    assert_eq!(report.exit_code(), 3);
    let (report, _) = run_all(scenario([], &[unknown, Condition::Diverged]));
    assert_eq!(report.exit_code(), 1);
}

#[test]
fn an_empty_run_holds_and_takes_no_time() {
    let (report, facts) = run_all(scenario([], &[]));
    assert_eq!((report.exit_code(), report.timeline.position(), facts), (0, Position::default(), vec![]));
}

#[test]
fn a_when_that_never_comes_is_an_error_and_its_deed_is_not_done() {
    let mut scenario = scenario([Deed::Do(write(0, "jam")), Deed::Do(write(0, "fig"))], &[]);
    scenario.script[1].timing = Timing::When(Condition::StaleReads(Count::at_least(1)), Span::secs(2));
    let (report, _) = run_all(scenario);
    let expected = "11 step 2: waited in vain until 2.00s: stale reads: 0, expected at least 1";
    assert_eq!(findings(&report), [expected]);
    assert_eq!(report.timeline.log().len(), 1);
}

#[test]
fn steps_come_at_their_times() {
    let mut scenario = scenario((0..4).map(|i| Deed::Say(i.to_string().into())), &[]);
    scenario.script[1].timing = Timing::At(SimTime(5_000_000_000));
    scenario.script[2].timing = Timing::At(SimTime(1_000_000_000));
    scenario.script[3].timing = Timing::After(Span::millis(1_500));
    let (report, _) = run_all(scenario);
    let times: Vec<String> = report.said.iter().map(|(at, _)| at.to_string()).collect();
    assert_eq!(times, ["0.00s", "5.00s", "5.00s", "6.50s"], "a time that has passed is now");
}

fn with_workload(count: usize, gap: Span, stop: Option<SimTime>) -> Scenario {
    let mut scenario = Scenario::of(count);
    let (reads, keys) = (Ppm::percent(50), vec![KeyId(0)]);
    scenario.workload = Some(WorkloadSpec { operations: None, mean_gap: gap, reads, keys, skew: 0.0, stop });
    scenario.expect = vec![Expectation { text: String::new(), condition: Condition::Settled, line: 1 }];
    scenario
}

#[test]
fn a_workload_without_an_end_is_stopped_and_everybody_gets_an_answer() {
    let (report, _) = run_all(with_workload(3, Span::millis(50), None));
    let timeline = &report.timeline;
    assert!(!timeline.simulation().workload_running());
    assert_eq!(timeline.simulation().open_operations(), 0);
    let last = timeline.log().last().expect("a command");
    assert_eq!((&last.command, &last.cause), (&Command::Workload(Switch::Stop), &Cause::Program));
    assert_eq!(last.at.at, SimTime(10_000_000_000));
    assert_eq!(report.exit_code(), 0);
}

#[test]
fn a_workload_with_an_end_runs_to_it() {
    let stop = SimTime(30_000_000_000);
    let (report, facts) = run_all(with_workload(3, Span::millis(50), Some(stop)));
    assert!(report.timeline.log().is_empty(), "nobody had to stop it");
    let asked = |fact: &&Fact| matches!(fact.what, laggard::sim::What::Asked { .. });
    let last = facts.iter().rfind(asked).expect("operations");
    assert!(last.at.at <= stop && last.at.at.0 > 29_000_000_000);
}

#[test]
fn an_operation_that_nobody_answers_times_out_before_the_end() {
    let deeds = [Deed::Do(Command::Freeze(NodeId(0))), Deed::Do(write(0, "jam"))];
    let (report, _) = run_all(scenario(deeds, &[Condition::TimedOut(Count::exactly(1))]));
    assert_eq!(findings(&report), ["50 expectation 1: holds"]);
    assert_eq!(report.timeline.position().at, SimTime(2_000_000_000));
}

/// Runs `scenario` again, headless and as a bare timeline with the same commands, and compares every fact.
fn facts_are_those_of_a_timeline(scenario: Scenario) -> usize {
    let (report, facts) = run_all(scenario.clone());
    let mut timeline = Timeline::new(Arc::new(scenario), Seed(42));
    let (end, mut expected, mut seen) = (report.timeline.position(), Vec::new(), 0);
    let mut commands = report.timeline.log().iter().peekable();
    while timeline.position().step < end.step {
        match commands.next_if(|logged| logged.at.step == timeline.position().step) {
            Some(logged) => {
                timeline.rest_until(logged.at.at);
                timeline.apply(logged.command.clone(), logged.cause.clone()).expect("accepted again");
            }
            None => assert!(timeline.step_within(SimTime(u64::MAX))),
        }
        expected.extend(
            timeline
                .journal()
                .facts()
                .rev()
                .take_while(|fact| fact.at.step > seen)
                .cloned()
                .collect::<Vec<_>>()
                .into_iter()
                .rev(),
        );
        seen = timeline.position().step;
    }
    assert_eq!(facts.len(), expected.len());
    let differs = facts.iter().zip(&expected).position(|(one, other)| one != other);
    assert_eq!(differs, None);
    facts.len()
}

#[test]
fn every_fact_is_handed_over_once_and_in_order() {
    let mut split = scenario(
        [
            Deed::Do(Command::Cut { name: None, shape: CutShape::Isolate(NodeId(2)) }),
            Deed::Do(write(0, "jam")),
            Deed::Do(write(2, "fig")),
            Deed::Pause(Span::secs(3)),
            Deed::Do(Command::Heal(laggard::action::Mend::All)),
            Deed::Until(CONVERGED, Span::secs(9)),
        ],
        &[],
    );
    split.settings.anti_entropy = Some(AntiEntropy {
        every: Span::millis(200),
        style: Style::PushPull,
        fan_out: 1,
        digest: laggard::action::Digest::Full,
    });
    assert!(facts_are_those_of_a_timeline(split) > 50);
    assert!(facts_are_those_of_a_timeline(with_workload(5, Span::millis(5), None)) > 20_000);
}

#[test]
fn no_fact_of_a_burst_in_a_large_cluster_is_missed() {
    // Sent within the 80 ms before the first message arrives: more facts than the journal's window holds.
    let mut burst = with_workload(150, Span::micros(100), Some(SimTime(60_000_000)));
    burst.workload.as_mut().expect("one").reads = Ppm::NEVER;
    assert!(facts_are_those_of_a_timeline(burst) > 300_000);
}

#[test]
fn no_fact_is_missed_while_the_last_answer_is_awaited() {
    let mut slow = scenario([Deed::Do(Command::Freeze(NodeId(0))), Deed::Do(write(0, "jam"))], &[]);
    slow.settings.timeout = Span::secs(3_600);
    slow.settings.anti_entropy = Some(AntiEntropy {
        every: Span::millis(100),
        style: Style::PushPull,
        fan_out: 1,
        digest: laggard::action::Digest::Full,
    });
    let facts = facts_are_those_of_a_timeline(slow);
    assert!(facts > 100_000, "{facts}");
}

#[test]
fn every_answer_of_a_busy_run_can_be_told_in_full() {
    let mut answers = 0;
    run(&Arc::new(with_workload(3, Span::micros(500), None)), Seed(42), |timeline, fact| {
        if let Some(line) = (Narrator { timeline }).line(fact).filter(|line| line.text.contains(" read")) {
            answers += 1;
            assert!(line.text.contains(" by you → "), "{}", line.text);
        }
    });
    assert!(answers > 9_000, "{answers}");
}
