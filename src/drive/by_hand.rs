//! A timeline that moves only when it is told to: no clock, no task, no thread. The same requests give the same lines.
//! For who reads lines instead of a screen, and for pipes.

use std::sync::Arc;

use crate::{
    action::{Command, Condition},
    base::{KeyId, NodeId, Seed, SimTime, Span},
    check::{Judge, Verdict},
    scenario::Scenario,
};

use super::{
    Bar, Cause, Clock, EventLine, Goal, HUNT, Nothing, Said, Snapshot, Speed, Timeline, prospect,
    script::{DEFAULT_LIMIT, Poll, Reach, Runner, perform_saved},
    snapshot::{self, Notice, ScriptView, Surroundings},
};

/// Steps after which what happened is told: before the journal's window has moved past it.
const DRAIN: usize = 64;
/// So many steps a single request may take.
const MOST_STEPS: usize = 2_000_000;
/// A step to the next visible thing tries so many.
const VISIBLE: u64 = 20_000;

/// The laboratory, in hand.
#[derive(Debug)]
pub struct ByHand {
    scenario: Arc<Scenario>,
    seed: Seed,
    timeline: Timeline,
    runner: Runner,
    /// The key that is spoken of.
    pub focus: KeyId,
    said: Option<Said>,
    judge: Judge,
    /// Everything up to this step has been told.
    told: u64,
}

impl ByHand {
    /// At the beginning. A saved session is performed to its end.
    pub fn new(scenario: Arc<Scenario>, seed: Seed) -> Self {
        let mut timeline = Timeline::new(Arc::clone(&scenario), seed);
        let runner = if scenario.is_saved_session() {
            let _ = perform_saved(&mut timeline, &scenario);
            Runner::finished(Arc::clone(&scenario))
        } else {
            Runner::new(Arc::clone(&scenario))
        };
        let told = timeline.position().step;
        let focus = scenario.focus;
        Self { scenario, seed, timeline, runner, focus, said: None, judge: Judge::default(), told }
    }

    /// The present instant, with the story of a replica where one is asked about.
    pub fn snapshot(&mut self, about: Option<NodeId>) -> Snapshot {
        let timeline = &self.timeline;
        let next = self.runner.next();
        let around = Surroundings {
            scenario: Arc::clone(&self.scenario),
            seed: self.seed,
            focus: self.focus,
            asked_about: about,
            fog: None,
            beside: None,
            clock: Clock::Stopped,
            speed: Speed::NORMAL,
            script: ScriptView {
                steps: self.scenario.script.len(),
                next,
                said: self.said.clone(),
                ..ScriptView::default()
            },
            pursuit: None,
            prevention: Vec::new(),
            breakpoint: None,
            notice: Notice::default(),
            session: timeline.log().into(),
            bar: Arc::new(Bar::of(timeline)),
            chart: None,
        };
        let history = (timeline.history(), timeline.line());
        let verdicts = self.judge.verdicts(history, timeline.ledger(), timeline.simulation());
        Snapshot::of(timeline, around, snapshot::events(timeline, 0, None), verdicts)
    }

    /// What has happened since the last call, oldest first.
    fn news(&mut self, each: &mut impl FnMut(&EventLine)) {
        let lines = snapshot::events(&self.timeline, self.told, None);
        self.told = self.timeline.position().step;
        for line in lines.iter().rev() {
            each(line);
        }
    }

    /// Gives commands at this instant.
    ///
    /// # Errors
    ///
    /// Why one was refused; those before it stand.
    pub fn give(
        &mut self,
        commands: Vec<Command>,
        cause: &Cause,
        each: &mut impl FnMut(&EventLine),
    ) -> Result<(), String> {
        let mut given = Ok(());
        for command in commands {
            given = self.timeline.apply(command, cause.clone()).map_err(|refused| refused.to_string());
            if given.is_err() {
                break;
            }
        }
        self.news(each);
        given
    }

    /// Lets so much time pass.
    pub fn wait(&mut self, span: Span, each: &mut impl FnMut(&EventLine)) -> Result<(), String> {
        let until = SimTime(self.timeline.position().at.0.saturating_add(span.0));
        match self.go(&Reach::Time(until), each) {
            Some(_) => Ok(()),
            None => Err(self.gave_up()),
        }
    }

    /// Goes on to the next thing one can see.
    pub fn step(&mut self, each: &mut impl FnMut(&EventLine)) -> Result<(), String> {
        if prospect::nothing_is_ahead(&self.timeline) {
            return Err(Nothing::After.to_string());
        }
        let stepped = self.timeline.step_visibly(VISIBLE).map_err(|nothing| nothing.to_string());
        self.news(each);
        stepped
    }

    /// Goes back to before the last thing one could see.
    pub fn back(&mut self) -> Result<(), String> {
        self.travel(Timeline::step_back)
    }

    /// To the beginning of the line.
    pub fn to_start(&mut self) -> Result<(), String> {
        self.travel(|timeline| {
            timeline.seek(crate::base::Position::default());
            Ok(())
        })
    }

    /// To the furthest moment of the line.
    pub fn to_head(&mut self) -> Result<(), String> {
        self.travel(|timeline| {
            timeline.seek(timeline.head());
            Ok(())
        })
    }

    /// Takes the last command out of the log.
    pub fn undo(&mut self) -> Result<(), String> {
        self.travel(|timeline| timeline.undo().map(drop))
    }

    /// Gives the command again that was taken back last.
    pub fn redo(&mut self) -> Result<(), String> {
        self.travel(|timeline| timeline.redo().map(drop))
    }

    /// Goes over to another branch.
    pub fn switch(&mut self, index: usize) -> Result<(), String> {
        self.travel(|timeline| timeline.switch(index))
    }

    fn travel(&mut self, go: impl FnOnce(&mut Timeline) -> Result<(), Nothing>) -> Result<(), String> {
        let gone = go(&mut self.timeline).map_err(|nothing| nothing.to_string());
        self.told = self.timeline.position().step;
        self.said = None;
        gone
    }

    /// Runs on until a condition holds.
    ///
    /// # Errors
    ///
    /// That it has not come, and why where that is known.
    pub fn until(&mut self, condition: Condition, each: &mut impl FnMut(&EventLine)) -> Result<(), String> {
        if let Some(why) = self.timeline.why_never(&condition) {
            return Err(why.to_owned());
        }
        let deadline = self.timeline.position().at + DEFAULT_LIMIT;
        self.reached(&Reach::Condition { condition, deadline }, each)
    }

    /// Runs on until it comes.
    pub fn to_goal(&mut self, goal: Goal, each: &mut impl FnMut(&EventLine)) -> Result<(), String> {
        if let Some(why) = goal.nonsense(&self.timeline) {
            return Err(why.to_owned());
        }
        let count = goal.count(&self.timeline);
        let deadline = self.timeline.position().at + DEFAULT_LIMIT;
        self.reached(&Reach::Goal { goal, count, deadline }, each)
    }

    /// Runs on until something goes wrong.
    pub fn to_anomaly(
        &mut self,
        kind: Option<crate::check::AnomalyKind>,
        each: &mut impl FnMut(&EventLine),
    ) -> Result<(), String> {
        let count = self.timeline.ledger().anomalies().count();
        let deadline = self.timeline.position().at + HUNT;
        self.reached(&Reach::Anomaly { kind, count, deadline }, each)
    }

    fn reached(&mut self, reach: &Reach, each: &mut impl FnMut(&EventLine)) -> Result<(), String> {
        match self.go(reach, each) {
            Some(true) => Ok(()),
            Some(false) => Err(format!("it has not come by {}", self.timeline.position().at)),
            None => Err(self.gave_up()),
        }
    }

    fn gave_up(&self) -> String {
        format!("given up at {}: too much happens until then, or nothing at all", self.timeline.position().at)
    }

    /// Runs on, telling what happens; `None` where it is given up.
    fn go(&mut self, reach: &Reach, each: &mut impl FnMut(&EventLine)) -> Option<bool> {
        for steps in 0..MOST_STEPS {
            if let Some(state) = reach.state(&self.timeline) {
                self.news(each);
                return Some(state);
            }
            let quiet = prospect::nothing_is_ahead(&self.timeline);
            let waits_for_time = matches!(reach, Reach::Time(_) | Reach::Moment(_));
            if quiet && !waits_for_time {
                self.news(each);
                return None;
            }
            if !reach.advance(&mut self.timeline, reach.limit()) && reach.limit() == SimTime(u64::MAX) {
                self.news(each);
                return None;
            }
            if steps % DRAIN == 0 {
                self.news(each);
            }
        }
        self.news(each);
        None
    }

    /// Does the next step of the preset's script; gives what it judged.
    pub fn next_step(&mut self, each: &mut impl FnMut(&EventLine)) -> Result<Vec<String>, String> {
        if self.timeline.is_past() {
            return Err("the script goes on at the latest moment: to-latest goes there".into());
        }
        self.said = None;
        loop {
            match self.runner.poll(&mut self.timeline) {
                Poll::Reach(reach) => {
                    if self.go(&reach, each).is_none() {
                        return Err(self.gave_up());
                    }
                }
                Poll::Did(done) => {
                    self.news(each);
                    self.said = done.said;
                    let judged = done.verdicts.into_iter().map(|(what, verdict)| match verdict {
                        Verdict::Holds => format!("{what}: holds"),
                        Verdict::Violated(evidence) => {
                            let why = evidence.first().map_or("", |evidence| &*evidence.text);
                            format!("{what}: does not hold: {why}")
                        }
                        Verdict::Unknown(why) => format!("{what}: unknown: {why}"),
                    });
                    return match done.failed {
                        Some(why) => Err(why),
                        None => Ok(judged.collect()),
                    };
                }
                Poll::Finished => return Err("the script is at its end".into()),
            }
        }
    }

    /// What the step that was done last says.
    pub fn said(&self) -> Option<&Said> {
        self.said.as_ref()
    }
}
