//! What each request does. The actor stands at the present when one comes.

use std::sync::Arc;

use crate::{
    action::{Command, Condition, Holding},
    base::{KeyId, Seed, SimTime},
    drive::{
        Against, Cause, Clock, Goal, Knower, Logged, Nothing, Timeline,
        beside::Companion,
        prospect,
        script::{DEFAULT_LIMIT, Poll, Reach},
        snapshot::{self, Notice, ScriptView},
    },
    scenario::Scenario,
};

use super::{
    Actor, LONG_WAIT, NEVER, NEW_BRANCH, Request, Start,
    pursuit::{Pursuit, Then},
    running::SLICE,
};

impl Actor {
    pub(super) fn handle(&mut self, request: Request) {
        match request {
            Request::Do(commands, cause) => self.give(commands, &cause),
            Request::Play => {
                self.chosen = Clock::Running;
                self.set_clock(Clock::Running);
            }
            Request::Pause => self.pause(),
            Request::SetSpeed(speed) => {
                self.speed = speed;
                self.anchor();
            }
            // Idle gossip is stepped over, but not for hours in search of what is not there.
            Request::Step if prospect::nothing_is_ahead(&self.timeline) => {
                self.travel(|_| Err(Nothing::After));
            }
            Request::Step => self.travel(|timeline| timeline.step_visibly(SLICE as u64)),
            Request::StepBack => self.travel(Timeline::step_back),
            Request::Seek(position) => self.travel(|timeline| {
                timeline.seek(position.min(timeline.head()));
                Ok(())
            }),
            Request::SeekTime(time) => self.seek_time(time),
            Request::ToHead => self.travel(|timeline| {
                timeline.seek(timeline.head());
                Ok(())
            }),
            Request::Undo if self.timeline.is_past() => {
                self.revise(Timeline::undo, "undone, and the old future kept as a branch (B)");
            }
            Request::Undo => self.revise(Timeline::undo, "undone"),
            Request::Redo => self.revise(Timeline::redo, "done again"),
            Request::RunUntil(condition) => self.run_until(condition, Clock::Stopped),
            Request::RunThrough(condition) => self.run_until(condition, self.chosen),
            Request::RunTo(goal) => self.run_to(goal),
            Request::Look(position) => self.go_to(position.min(self.timeline.head())),
            Request::NextAnomaly => self.next_anomaly(),
            Request::PreviousAnomaly => self.previous_anomaly(),
            Request::StopAt(kind) => self.stop_at(kind),
            Request::NoStop => self.no_stop(),
            Request::NextStep => self.perform_script_step(),
            Request::Switch(index) => self.travel(|timeline| timeline.switch(index)),
            Request::Focus(key) if key.index() < self.timeline.simulation().keys().len() => self.focus = key,
            Request::Focus(_) | Request::Frame => {}
            Request::Fates(newest) => self.fates = newest,
            Request::Chart(width) => self.charts.show(width),
            Request::Beside(against) => self.put_beside(against),
            Request::Explain(node) => {
                self.asked_about = node.filter(|node| node.index() < self.scenario.replicas.len());
            }
            Request::Fog(by) => self.fog = by.filter(|by| self.is_there(*by)),
            Request::Load(scenario, seed) => self.load(scenario, seed),
        }
    }

    fn is_there(&self, by: Knower) -> bool {
        match by {
            Knower::Replica(node) => node.index() < self.scenario.replicas.len(),
            Knower::Client(client) => usize::from(client.0) < self.scenario.clients.len(),
        }
    }

    fn give(&mut self, commands: Vec<Command>, cause: &Cause) {
        let past = self.timeline.is_past();
        for command in commands {
            if let Err(refused) = self.timeline.apply(command, cause.clone()) {
                self.warn(&refused.to_string());
                return;
            }
        }
        if past && !self.timeline.is_past() {
            self.tell(NEW_BRANCH);
        }
    }

    fn put_beside(&mut self, against: Option<Against>) {
        let run = against.map(|against| Companion::new(&self.timeline, &self.scenario, against)).transpose();
        match run {
            Ok(beside) => self.beside = beside,
            Err(why) => self.warn(&why),
        }
    }

    pub(super) fn travel(&mut self, go: impl FnOnce(&mut Timeline) -> Result<(), Nothing>) {
        self.pursuit = None;
        self.events.0 = None;
        self.charts.forget();
        let went = go(&mut self.timeline);
        self.chosen = Clock::Stopped;
        self.stop();
        if let Err(why) = went {
            self.warn(&why.to_string());
        }
    }

    /// What has been is gone to at once; what has not, in slices.
    fn seek_time(&mut self, time: SimTime) {
        let known = self.timeline.head().at;
        self.travel(|timeline| {
            timeline.seek_time(time.min(known));
            Ok(())
        });
        self.journey = (time > known).then_some(time);
        self.travel_on();
    }

    fn revise(&mut self, revision: impl FnOnce(&mut Timeline) -> Result<Logged, Nothing>, done: &str) {
        self.events.0 = None;
        self.charts.forget();
        match revision(&mut self.timeline) {
            Ok(logged) => self.tell(&format!("{done}: {}", snapshot::name(&logged.command))),
            Err(nothing) => self.warn(&nothing.to_string()),
        }
        self.anchor();
    }

    fn run_until(&mut self, condition: Condition, clock: Clock) {
        if self.timeline.ledger().meets(&condition, self.timeline.simulation()) {
            self.tell(&format!("already {}", wanted(&self.timeline, self.focus, &condition)));
            return;
        }
        if let Some(why) = self.timeline.why_never(&condition) {
            self.warn(why);
            return;
        }
        let words = wanted(&self.timeline, self.focus, &condition);
        let deadline = self.timeline.position().at + DEFAULT_LIMIT;
        let then = Then::Tell { clock };
        self.pursuit = Some(Pursuit { reach: Reach::Condition { condition, deadline }, then, words });
        self.set_clock(Clock::Running);
    }

    fn run_to(&mut self, goal: Goal) {
        let count = goal.count(&self.timeline);
        if let Some(why) = goal.nonsense(&self.timeline) {
            self.warn(why);
        } else if goal.is_reached(count, &self.timeline) {
            self.tell(&format!("already: {}", goal.words()));
        } else if prospect::nothing_is_ahead(&self.timeline) {
            self.warn(NEVER);
        } else {
            let deadline = self.timeline.position().at + DEFAULT_LIMIT;
            let then = Then::Tell { clock: Clock::Stopped };
            let reach = Reach::Goal { goal, count, deadline };
            self.pursuit = Some(Pursuit { reach, then, words: goal.words().into() });
            self.set_clock(Clock::Running);
        }
    }

    pub(super) fn perform_script_step(&mut self) {
        // A step that is under way already has stored how the clock was before it.
        let begun = self.pursuit.as_ref().and_then(|pursuit| match pursuit.then {
            Then::GoOnWithScript { clock } => Some(clock),
            Then::Tell { .. } => None,
        });
        let past = self.timeline.is_past();
        match self.runner.poll(&mut self.timeline) {
            Poll::Reach(reach) => {
                let step = self.script.upcoming.as_deref().unwrap_or("the step");
                let words = format!("this step is done: {step}");
                let then = Then::GoOnWithScript { clock: begun.unwrap_or(self.clock) };
                let span = reach.limit().since(self.timeline.position().at);
                let long = self.speed.wall_duration(span) > LONG_WAIT;
                // An hour that a script lets pass is not sat through.
                let journey = matches!(reach, Reach::Time(_)).then(|| reach.limit()).filter(|_| long);
                self.pursuit = Some(Pursuit { reach, then, words });
                self.set_clock(Clock::Running);
                self.journey = journey;
            }
            Poll::Did(done) => {
                if let Some(said) = done.said {
                    // One sentence, then wait for the class: what it says is judged at this very instant.
                    self.script.said = Some(said);
                    self.said_at = self.timeline.position();
                    self.stop();
                }
                // What fails is shown before what holds.
                let failing = done.verdicts.iter().find(|(_, verdict)| !verdict.holds());
                let shown = failing.or(done.verdicts.last());
                self.script.judged = shown.map(|(what, verdict)| (what.clone(), verdict.holds()));
                if past && !self.timeline.is_past() {
                    self.tell(NEW_BRANCH);
                }
                if let Some(why) = done.failed {
                    self.warn(&format!("step {}: {why}", done.step + 1));
                }
                self.look_at_script();
            }
            Poll::Finished => self.warn("the preset's script is at its end"),
        }
    }

    /// A sentence that was true when it was said need not be so a moment later: it goes when time goes on.
    pub(super) fn script_view(&self) -> ScriptView {
        let mut view = self.script.clone();
        if self.said_at != self.timeline.position() {
            view.said = None;
        }
        view
    }

    pub(super) fn look_at_script(&mut self) {
        self.script.steps = self.scenario.script.len();
        self.script.next = self.runner.next();
        self.script.upcoming = self.scenario.script.get(self.runner.next()).map(snapshot::upcoming);
    }

    fn load(&mut self, scenario: Arc<Scenario>, seed: Seed) {
        let number = self.notice.number;
        let fresh = Start { seed, first_stale_read: self.first_stale_read };
        let (charts, fates) = (std::mem::take(&mut self.charts), self.fates);
        let fresh = Self::new(scenario, fresh);
        let notice = Notice { number: number + fresh.notice.number, ..fresh.notice.clone() };
        *self = Self { fates, notice, charts, ..fresh };
        self.charts.forget();
    }
}

/// What is run for, by its names.
pub(in crate::drive) fn wanted(timeline: &Timeline, focus: KeyId, condition: &Condition) -> String {
    let Condition::Replica { node, key, holding } = condition else {
        return snapshot::words(condition).to_owned();
    };
    let simulation = timeline.simulation();
    let name = simulation.scenario().replicas.get(node.index()).map_or("a replica", |it| &*it.name);
    let of = simulation.keys().get(key.index()).filter(|_| *key != focus);
    let of = of.map_or_else(String::new, |key| format!(" ({key})"));
    match holding {
        Holding::Holds(value) => format!("{name} holds {value}{of}"),
        Holding::Lacks(value) => format!("{name} lacks {value}{of}"),
        Holding::Siblings(_) | Holding::SiblingCount(_) => snapshot::words(condition).to_owned(),
    }
}
