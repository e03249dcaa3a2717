//! A timeline that moves only when it is told to: no clock, no task, no thread. The same requests give the same lines.
//! For who reads lines instead of a screen, and for pipes.

use std::sync::Arc;

use crate::{
    action::{Command, Condition},
    base::{KeyId, NodeId, Position, Seed, SimTime, Span},
    check::{AnomalyKind, Judge, Verdict},
    scenario::Scenario,
};

use super::{
    Bar, Cause, EventLine, Goal, HUNT, Logged, Nothing, Said, Snapshot, Timeline,
    actor::{NEVER, NEW_BRANCH, anomaly_in_words, wanted},
    prospect,
    script::{DEFAULT_LIMIT, Poll, Reach, Runner, perform_saved},
    snapshot::{self, ScriptView, Surroundings},
};

/// Steps after which what happened is told: before the journal's window has moved past it.
const DRAIN: usize = 64;
/// So many steps a single request may take.
const MOST_STEPS: usize = 2_000_000;
/// So many things that only a picture shows, a message sent and the like, are passed over on the way to one that is
/// told.
const MOST_SILENT: usize = 256;
/// A step to the next visible thing tries so many.
const VISIBLE: u64 = 20_000;

/// What came of a request: a sentence, where the events do not say it themselves; or why nothing did.
pub type Outcome = Result<Option<String>, String>;

/// Who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    People,
    Script,
}

/// The laboratory, in hand.
#[derive(Debug)]
pub struct ByHand {
    scenario: Arc<Scenario>,
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
    /// At the beginning. A saved session lies ahead and happens again as time passes.
    pub fn new(scenario: Arc<Scenario>, seed: Seed) -> Self {
        let mut timeline = Timeline::new(Arc::clone(&scenario), seed);
        let mut runner = Runner::new(Arc::clone(&scenario));
        if scenario.is_saved_session() {
            // What cannot be performed again ends it there.
            let _ = perform_saved(&mut timeline, &scenario);
            timeline.seek(Position::default());
            runner = Runner::finished(Arc::clone(&scenario));
        }
        let told = timeline.position().step;
        let focus = scenario.focus;
        Self { scenario, timeline, runner, focus, said: None, judge: Judge::default(), told }
    }

    /// The present instant, with the story of a replica where one is asked about.
    pub fn snapshot(&mut self, about: Option<NodeId>) -> Snapshot {
        let timeline = &self.timeline;
        let next = self.runner.next();
        let drawn = (Arc::new(Bar::of(timeline)), Arc::new(Err("nobody asked for it here")));
        let around = Surroundings {
            asked_about: about,
            script: ScriptView {
                steps: self.scenario.script.len(),
                next,
                said: self.said.clone(),
                ..ScriptView::default()
            },
            session: timeline.log().into(),
            ..Surroundings::bare(timeline, self.focus, drawn)
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
    ) -> Outcome {
        let past = self.timeline.is_past();
        let given = commands.into_iter().try_for_each(|command| {
            self.timeline.apply(command, cause.clone()).map(drop).map_err(|refused| refused.to_string())
        });
        self.news(each);
        given?;
        Ok((past && !self.timeline.is_past()).then(|| NEW_BRANCH.into()))
    }

    /// Lets so much time pass.
    ///
    /// # Errors
    ///
    /// That too much happens in it.
    pub fn wait(&mut self, span: Span, each: &mut impl FnMut(&EventLine)) -> Outcome {
        let until = SimTime(self.timeline.position().at.0.saturating_add(span.0));
        self.go(&Reach::Time(until), For::People, each).map(|_| None)
    }

    /// Goes on to the next thing that is told of.
    ///
    /// # Errors
    ///
    /// That there is none.
    pub fn step(&mut self, each: &mut impl FnMut(&EventLine)) -> Outcome {
        for _ in 0..MOST_SILENT {
            if prospect::nothing_is_ahead(&self.timeline) {
                return Err(Nothing::After.to_string());
            }
            let stepped = self.timeline.step_visibly(VISIBLE).map_err(|nothing| nothing.to_string());
            let mut silent = true;
            self.news(&mut |event| {
                silent = false;
                each(event);
            });
            stepped?;
            if !silent {
                break;
            }
        }
        Ok(None)
    }

    /// Goes back to before the last thing one could see.
    ///
    /// # Errors
    ///
    /// That nothing was before.
    pub fn back(&mut self) -> Outcome {
        self.travel(Timeline::step_back)
    }

    /// To a moment of the line, no further than it goes.
    pub fn seek(&mut self, position: Position) -> Outcome {
        self.travel(|timeline| {
            timeline.seek(position.min(timeline.head()));
            Ok(())
        })
    }

    /// To the end of an instant of the line, no further than it goes.
    pub fn seek_time(&mut self, time: SimTime) -> Outcome {
        self.travel(|timeline| {
            timeline.seek_time(time.min(timeline.head().at));
            Ok(())
        })
    }

    /// To the furthest moment of the line.
    pub fn to_head(&mut self) -> Outcome {
        self.seek(self.timeline.head())
    }

    /// Goes over to another branch.
    ///
    /// # Errors
    ///
    /// That there is no such branch.
    pub fn switch(&mut self, index: usize) -> Outcome {
        self.travel(|timeline| timeline.switch(index))
    }

    fn travel(&mut self, go: impl FnOnce(&mut Timeline) -> Result<(), Nothing>) -> Outcome {
        let gone = go(&mut self.timeline).map_err(|nothing| nothing.to_string());
        self.told = self.timeline.position().step;
        self.said = None;
        gone.map(|()| None)
    }

    /// Takes the last command out of the log.
    ///
    /// # Errors
    ///
    /// That none was given.
    pub fn undo(&mut self) -> Outcome {
        self.revise(Timeline::undo, "undone")
    }

    /// Gives the command again that was taken back last.
    ///
    /// # Errors
    ///
    /// That none was.
    pub fn redo(&mut self) -> Outcome {
        self.revise(Timeline::redo, "done again")
    }

    fn revise(
        &mut self,
        revision: impl FnOnce(&mut Timeline) -> Result<Logged, Nothing>,
        done: &str,
    ) -> Outcome {
        let logged = revision(&mut self.timeline).map_err(|nothing| nothing.to_string());
        self.told = self.timeline.position().step;
        self.said = None;
        Ok(Some(format!("{done}: {}", snapshot::name(&logged?.command))))
    }

    /// Runs on until a condition holds.
    ///
    /// # Errors
    ///
    /// That it has not come, and why where that is known.
    pub fn until(&mut self, condition: Condition, each: &mut impl FnMut(&EventLine)) -> Outcome {
        let words = wanted(&self.timeline, self.focus, &condition);
        if self.timeline.ledger().meets(&condition, self.timeline.simulation()) {
            return Ok(Some(format!("already {words}")));
        }
        let deadline = self.timeline.position().at + DEFAULT_LIMIT;
        self.reached(&Reach::Condition { condition, deadline }, &words, each)
    }

    /// Runs on until it comes.
    ///
    /// # Errors
    ///
    /// That it has not come, or never can.
    pub fn to_goal(&mut self, goal: Goal, each: &mut impl FnMut(&EventLine)) -> Outcome {
        if let Some(why) = goal.nonsense(&self.timeline) {
            return Err(why.to_owned());
        }
        let count = goal.count(&self.timeline);
        if goal.is_reached(count, &self.timeline) {
            return Ok(Some(format!("already: {}", goal.words())));
        }
        let deadline = self.timeline.position().at + DEFAULT_LIMIT;
        self.reached(&Reach::Goal { goal, count, deadline }, goal.words(), each)
    }

    /// Runs on until something goes wrong, of this kind or of any.
    ///
    /// # Errors
    ///
    /// That nothing did for so long.
    pub fn to_anomaly(&mut self, kind: Option<AnomalyKind>, each: &mut impl FnMut(&EventLine)) -> Outcome {
        let count = self.timeline.ledger().anomalies().count();
        let deadline = self.timeline.position().at + HUNT;
        if !self.go(&Reach::Anomaly { kind, count, deadline }, For::People, each)? {
            return Err(format!("no anomaly within {HUNT}: that long nothing went wrong"));
        }
        let step = self.timeline.ledger().anomalies().since(count, kind).map_or(0, |found| found.at.step);
        Ok(Some(anomaly_in_words(&self.timeline, step)))
    }

    /// To the next thing that went wrong on the line; where there is none, runs on until something does.
    ///
    /// # Errors
    ///
    /// That nothing did for so long.
    pub fn next_anomaly(&mut self, each: &mut impl FnMut(&EventLine)) -> Outcome {
        let here = self.timeline.position().step;
        if let Some(at) = self.timeline.known_anomalies().after(here).map(|anomaly| anomaly.at) {
            return self.look(at);
        }
        self.to_head()?;
        self.to_anomaly(None, each)
    }

    /// Back to what went wrong before.
    ///
    /// # Errors
    ///
    /// That nothing had.
    pub fn previous_anomaly(&mut self) -> Outcome {
        let here = self.timeline.position().step;
        match self.timeline.ledger().anomalies().before(here).map(|anomaly| anomaly.at) {
            Some(at) => self.look(at),
            None => Err("nothing had gone wrong before this".into()),
        }
    }

    /// To where something went wrong, and what did.
    pub fn look(&mut self, at: Position) -> Outcome {
        self.seek(at)?;
        let words = anomaly_in_words(&self.timeline, at.step);
        Ok((!words.is_empty()).then_some(words))
    }

    fn reached(&mut self, reach: &Reach, words: &str, each: &mut impl FnMut(&EventLine)) -> Outcome {
        if self.go(reach, For::People, each)? {
            Ok(Some(format!("reached: {words}")))
        } else {
            Err(format!("not reached in time: {words}"))
        }
    }

    /// Runs on, telling what happens; gives whether it is there, or can no longer be.
    fn go(&mut self, reach: &Reach, whom: For, each: &mut impl FnMut(&EventLine)) -> Result<bool, String> {
        for steps in 0..MOST_STEPS {
            if let Some(state) = reach.state(&self.timeline) {
                self.news(each);
                return Ok(state);
            }
            let endless = reach.limit() == SimTime(u64::MAX) && self.timeline.next_at().is_none();
            let never = if endless { Some(NEVER) } else { self.never(reach, whom) };
            if let Some(why) = never {
                self.news(each);
                return Err(why.into());
            }
            reach.advance(&mut self.timeline, reach.limit());
            if steps % DRAIN == 0 {
                self.news(each);
            }
        }
        self.news(each);
        Err(format!("given up at {}, after {MOST_STEPS} steps", self.timeline.position().at))
    }

    /// Why what people wait for cannot come by itself. A script waits as long as it says.
    fn never(&self, reach: &Reach, whom: For) -> Option<&'static str> {
        match (whom, reach) {
            (For::People, Reach::Condition { condition, .. }) => self.timeline.why_never(condition),
            (For::People, Reach::Goal { .. } | Reach::Anomaly { .. }) => {
                prospect::nothing_is_ahead(&self.timeline).then_some(NEVER)
            }
            (For::People, Reach::Time(_) | Reach::Moment(_) | Reach::Answer(_)) | (For::Script, _) => None,
        }
    }

    /// Does the next step of the preset's script; gives what it judged.
    ///
    /// # Errors
    ///
    /// That there is none, that it could not be carried out, or that what it waits for never comes.
    pub fn next_step(&mut self, each: &mut impl FnMut(&EventLine)) -> Result<Vec<String>, String> {
        if self.timeline.is_past() {
            return Err("the script goes on at the latest moment: to-latest goes there".into());
        }
        self.said = None;
        loop {
            match self.runner.poll(&mut self.timeline) {
                Poll::Reach(reach) => drop(self.go(&reach, For::Script, each)?),
                Poll::Did(done) => {
                    self.news(each);
                    self.said = done.said;
                    if let Some(why) = done.failed {
                        return Err(format!("step {}: {why}", done.step + 1));
                    }
                    return Ok(done.verdicts.iter().map(judged).collect());
                }
                Poll::Finished => return Err("the preset's script is at its end".into()),
            }
        }
    }

    /// What the step that was done last says.
    pub fn said(&self) -> Option<&Said> {
        self.said.as_ref()
    }
}

fn judged((what, verdict): &(String, Verdict)) -> String {
    match verdict {
        Verdict::Holds => format!("{what}: holds"),
        Verdict::Violated(evidence) => {
            let why = evidence.first().map_or("", |evidence| &*evidence.text);
            format!("{what}: does not hold: {why}")
        }
        Verdict::Unknown(why) => format!("{what}: unknown: {why}"),
    }
}
