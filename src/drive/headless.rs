//! The headless run: a preset's script from end to end, then quiet, then its expectations judged.

use std::sync::Arc;

use crate::{
    action::{Command, Condition, Switch},
    base::{Seed, SimTime, Span},
    check::Verdict,
    scenario::Scenario,
    sim::Fact,
};

use super::{
    Cause, Timeline,
    script::{Poll, Reach, Runner, Said},
};

/// What a run came to.
#[derive(Debug)]
pub struct Report {
    pub timeline: Timeline,
    pub findings: Vec<Finding>,
    /// What the script said, with the time.
    pub said: Vec<(SimTime, Said)>,
}

/// One thing that was to hold.
#[derive(Debug)]
pub struct Finding {
    /// The line of the preset that demands it; 0 where there is no file.
    pub line: usize,
    /// What it is: a claim, an answer, an expectation, a step.
    pub what: String,
    pub verdict: Verdict,
}

impl Report {
    /// 0: all hold; 1: some do not; 3: nothing is violated, but something could not be told.
    pub fn exit_code(&self) -> u8 {
        let any = |test: fn(&Verdict) -> bool| self.findings.iter().any(|finding| test(&finding.verdict));
        if any(|verdict| matches!(verdict, Verdict::Violated(_))) {
            1
        } else if any(|verdict| matches!(verdict, Verdict::Unknown(_))) {
            3
        } else {
            0
        }
    }
}

/// A workload that the preset never stops runs for so long.
const WORKLOAD_LIMIT: Span = Span::secs(10);
/// After the script a run goes on until nothing more happens, at most for so long.
const REST_LIMIT: Span = Span::secs(600);

/// Facts are handed on after at most so many steps: before the journal's window has moved past them, and
/// while the ledger remembers what they are about.
const DRAIN: usize = 64;

/// Runs `scenario` to its end, handing every fact to `each`.
pub fn run(scenario: &Arc<Scenario>, seed: Seed, mut each: impl FnMut(&Timeline, &Fact)) -> Report {
    let mut run = Run { report: start(scenario, seed), seen: 0 };
    let mut runner = Runner::new(Arc::clone(scenario));
    loop {
        match runner.poll(&mut run.report.timeline) {
            Poll::Reach(reach) => run.go(&reach, &mut each),
            Poll::Did(done) => {
                run.tell(&mut each);
                let at = run.report.timeline.position().at;
                run.report.said.extend(done.said.map(|said| (at, said)));
                let place = format!("step {}", done.step + 1);
                for (what, verdict) in done.verdicts {
                    let what = format!("{place}, {what}");
                    run.report.findings.push(Finding { line: done.line, what, verdict });
                }
                if let Some(text) = done.failed {
                    let evidence = crate::check::Evidence { at: run.report.timeline.position(), text };
                    let verdict = Verdict::Violated(vec![evidence]);
                    run.report.findings.push(Finding { line: done.line, what: place, verdict });
                }
            }
            Poll::Finished => break,
        }
    }
    run.come_to_rest(&mut each);
    run.judge_expectations(scenario);
    run.report
}

fn start(scenario: &Arc<Scenario>, seed: Seed) -> Report {
    Report { timeline: Timeline::new(Arc::clone(scenario), seed), findings: Vec::new(), said: Vec::new() }
}

struct Run {
    report: Report,
    /// Steps whose facts have been handed on.
    seen: u64,
}

impl Run {
    /// Runs on, handing facts over often enough that the journal's window misses none.
    fn go(&mut self, reach: &Reach, each: &mut impl FnMut(&Timeline, &Fact)) {
        const SLICE: Span = Span::secs(1);
        while reach.state(&self.report.timeline).is_none() {
            let slice = self.report.timeline.position().at + SLICE;
            let stop = reach.limit().min(slice);
            let before = self.report.timeline.position();
            self.step_until(reach, stop);
            self.tell(each);
            if self.report.timeline.position() == before {
                return;
            }
        }
    }

    fn step_until(&mut self, reach: &Reach, stop: SimTime) {
        for _ in 0..DRAIN {
            if reach.state(&self.report.timeline).is_some() {
                return;
            }
            if !reach.advance(&mut self.report.timeline, stop) {
                return;
            }
        }
    }

    fn tell(&mut self, each: &mut impl FnMut(&Timeline, &Fact)) {
        let timeline = &self.report.timeline;
        let unseen = timeline.journal().facts().rev().take_while(|fact| fact.at.step > self.seen).count();
        let all = timeline.journal().len();
        for fact in timeline.journal().facts().skip(all - unseen) {
            each(timeline, fact);
        }
        self.seen = timeline.position().step;
    }

    /// Stops the clients and runs on until nothing can change any more and everybody has an answer.
    fn come_to_rest(&mut self, each: &mut impl FnMut(&Timeline, &Fact)) {
        let simulation = self.report.timeline.simulation();
        if simulation.workload_running() {
            let now = self.report.timeline.position().at;
            let counted = simulation.scenario().workload.as_ref().is_some_and(|w| w.operations.is_some());
            match simulation.workload_stops() {
                Some(until) => self.go(&Reach::Time(until.max(now)), each),
                None if counted => {
                    let deadline = now + REST_LIMIT;
                    self.go(&Reach::Condition { condition: Condition::Settled, deadline }, each);
                }
                None => self.go(&Reach::Time(now + WORKLOAD_LIMIT), each),
            }
            if self.report.timeline.simulation().workload_running() {
                let stopped = self.report.timeline.apply(Command::Workload(Switch::Stop), Cause::Program);
                debug_assert!(stopped.is_ok(), "a running workload can be stopped");
            }
        }
        let deadline = self.report.timeline.position().at + REST_LIMIT;
        self.go(&Reach::Condition { condition: Condition::Settled, deadline }, each);
        // Who waits for ever (WAIT 0) is not waited for.
        let mut more = true;
        while more && self.report.timeline.simulation().ending_operations() > 0 {
            more = self.report.timeline.step_within(SimTime(u64::MAX));
            self.tell(each);
        }
    }

    fn judge_expectations(&mut self, scenario: &Scenario) {
        let timeline = &self.report.timeline;
        for (i, expectation) in scenario.expect.iter().enumerate() {
            let verdict = timeline.ledger().judge(&expectation.condition, timeline.simulation());
            let what = format!("expectation {}", i + 1);
            self.report.findings.push(Finding { line: expectation.line, what, verdict });
        }
    }
}
