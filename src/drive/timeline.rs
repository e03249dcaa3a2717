//! The timeline: a run as (scenario, seed, log of commands), with a playhead that can stand anywhere in it.
//!
//! ```text
//!  keyframe          keyframe     playhead        head
//!     │                 │            ▼              │
//!     ├──c──────c───────┼──────c─────●─ ─ ─ c ─ ─ ─ ┤     log: c c c │ c
//!                                    └──x──►               a command here starts a branch;
//!                                                          the old future is kept as one
//! ```
//!
//! Rewinding restores a keyframe and re-executes. *Undo* takes the last command out of the log and
//! re-executes up to the present instant; *stepping back* only moves the playhead.

use std::sync::Arc;

use thiserror::Error;

use crate::{
    action::Command,
    base::{OpId, Position, Seed, SimTime},
    check::{
        Anomalies, Ledger, Meters,
        run_history::{Recorder, RunHistory},
    },
    scenario::Scenario,
    sim::{Refused, Simulation, What},
};

use super::{
    Journal,
    keyframes::{Keyframe, Keyframes},
};

/// The whole state at one position: enough to go on from.
#[derive(Debug, Clone)]
pub struct Moment {
    pub simulation: Simulation,
    pub ledger: Ledger,
    pub meters: Meters,
    /// The newest part of its history.
    pub recorder: Recorder,
}

impl Moment {
    /// How much a clone copies, in things of about fifty bytes.
    pub(super) fn weight(&self) -> u64 {
        self.simulation.weight() + self.ledger.weight() + self.recorder.weight()
    }
}

/// A command and where it was given: `at` is the position it found.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    pub at: Position,
    /// The operation that the next submission was to be.
    pub op: OpId,
    pub command: Command,
    pub cause: Cause,
}

/// Who gave a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// This key, by the name people read on it.
    Key(Arc<str>),
    /// The preset's script, at this line.
    Script(usize),
    /// A program: a test, the headless driver.
    Program,
}

/// A future that was left behind, whole.
#[derive(Debug, Clone)]
pub struct Branch {
    pub log: Vec<Logged>,
    pub head: Position,
    /// Where it parts from what came after.
    pub parted: Position,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Nothing {
    #[error("nothing to undo")]
    ToUndo,
    #[error("nothing to redo")]
    ToRedo,
    #[error("this is the beginning")]
    Before,
    #[error("nothing more will happen by itself")]
    After,
    #[error("there is no such branch")]
    There,
}

/// A seek forward re-executes up to so many steps before it jumps to a keyframe.
const FAR: u64 = 16_384;
/// At most so many abandoned futures are kept; the oldest go first.
const MAX_BRANCHES: usize = 64;

#[derive(Debug)]
pub struct Timeline {
    seed: Seed,
    live: Moment,
    log: Vec<Logged>,
    /// How many commands of the log lie before the playhead.
    cursor: usize,
    /// The furthest position of this line.
    head: Position,
    keyframes: Keyframes,
    journal: Journal,
    /// The journal has every fact of its window up to this step.
    journal_end: u64,
    undone: Vec<Logged>,
    branches: Vec<Branch>,
    /// What had gone wrong by the head, while the playhead stands before it.
    ahead: Option<Anomalies>,
}

impl Timeline {
    pub fn new(scenario: Arc<Scenario>, seed: Seed) -> Self {
        let simulation = Simulation::new(scenario, seed);
        let ledger = Ledger::new(&simulation);
        let (meters, recorder) = (Meters::default(), Recorder::of_newest());
        let live = Moment { simulation, ledger, meters, recorder };
        let beginning = Keyframe { moment: live.clone(), cursor: 0 };
        Self {
            seed,
            live,
            log: Vec::new(),
            cursor: 0,
            head: Position::default(),
            keyframes: Keyframes::new(beginning),
            journal: Journal::default(),
            journal_end: 0,
            undone: Vec::new(),
            branches: Vec::new(),
            ahead: None,
        }
    }

    pub fn simulation(&self) -> &Simulation {
        &self.live.simulation
    }

    pub fn ledger(&self) -> &Ledger {
        &self.live.ledger
    }

    pub fn meters(&self) -> &Meters {
        &self.live.meters
    }

    /// The newest operations and faults up to the playhead. Wherever the playhead came from, they are those that a
    /// fresh run to its position would have kept.
    pub fn history(&self) -> &RunHistory {
        self.live.recorder.history()
    }

    pub fn seed(&self) -> Seed {
        self.seed
    }

    /// The playhead.
    pub fn position(&self) -> Position {
        self.live.simulation.position()
    }

    pub fn head(&self) -> Position {
        self.head
    }

    /// What goes wrong on this line as far as it has been run, whether it lies before or after the playhead.
    pub fn known_anomalies(&self) -> &Anomalies {
        let here = self.live.ledger.anomalies();
        if self.position().step < self.head.step { self.ahead.as_ref().unwrap_or(here) } else { here }
    }

    /// Whether the playhead stands before something that has already been.
    pub fn is_past(&self) -> bool {
        self.cursor < self.log.len() || self.position().step < self.head.step
    }

    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    pub fn log(&self) -> &[Logged] {
        &self.log
    }

    /// How many commands of the log lie before the playhead.
    pub fn given(&self) -> usize {
        self.cursor
    }

    /// The command that submitted `op`, if a command did.
    pub fn logged_op(&self, op: OpId) -> Option<&Logged> {
        let from = self.log.partition_point(|logged| logged.op < op);
        let mut same = self.log[from..].iter().take_while(|logged| logged.op == op);
        same.find(|logged| matches!(logged.command, Command::Submit(_)))
    }

    /// The command that was step `step`, if a command was.
    pub fn logged_at(&self, step: u64) -> Option<&Logged> {
        let index = self.log.binary_search_by_key(&step, |logged| logged.at.step + 1).ok()?;
        self.log.get(index)
    }

    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }

    /// When the next thing is due: an event, or a logged command where the playhead stands in the past.
    pub fn next_at(&self) -> Option<SimTime> {
        match self.log.get(self.cursor) {
            Some(logged) if logged.at.step == self.position().step => Some(logged.at.at),
            _ => self.live.simulation.next_at(),
        }
    }

    /// Gives a command at the playhead. From the past this starts a branch.
    pub fn apply(&mut self, command: Command, cause: Cause) -> Result<(), Refused> {
        let (at, op) = (self.position(), self.live.simulation.next_op());
        let mut facts = Vec::new();
        self.live.simulation.apply(&command, &mut facts)?;
        if self.cursor < self.log.len() || self.head.step > at.step {
            self.leave_future(at);
        }
        self.undone.clear();
        self.log.push(Logged { at, op, command, cause });
        self.cursor = self.log.len();
        let page = self.journal.page();
        let start = page.len();
        page.append(&mut facts);
        self.settle_step(start);
        Ok(())
    }

    /// Keeps the future of `at` as a branch and cuts it off this line.
    fn leave_future(&mut self, at: Position) {
        if self.branches.len() == MAX_BRANCHES {
            self.branches.remove(0);
        }
        self.branches.push(Branch { log: self.log.clone(), head: self.head, parted: at });
        self.log.truncate(self.cursor);
        self.keyframes.truncate_after(at.step);
        self.journal.truncate_after(at.step);
        self.ahead = None;
        self.head = at;
    }

    /// Books what the last step made happen: the facts from `start` on of the journal's page.
    fn settle_step(&mut self, start: usize) {
        let (facts, Moment { simulation, ledger, meters, recorder }) =
            (self.journal.written_since(start), &mut self.live);
        ledger.observe_all(facts, simulation);
        meters.observe(facts, ledger);
        recorder.observe_all(facts, simulation, ledger);
        let here = self.position();
        self.journal_end = here.step;
        self.head = self.head.max(here);
        if self.keyframes.wants(&self.live) {
            self.keyframes.push(Keyframe { moment: self.live.clone(), cursor: self.cursor });
        }
    }

    /// Performs the next step if it is due by `limit`.
    pub fn step_within(&mut self, limit: SimTime) -> bool {
        if self.next_at().is_none_or(|at| at > limit) {
            return false;
        }
        let page = self.journal.page();
        let start = page.len();
        match self.log.get(self.cursor) {
            Some(logged) if logged.at.step == self.live.simulation.position().step => {
                self.live.simulation.rest_until(logged.at.at);
                let repeated = self.live.simulation.apply(&logged.command, page);
                debug_assert!(repeated.is_ok(), "a logged command is accepted again: {logged:?}");
                self.cursor += 1;
            }
            _ => {
                self.live.simulation.step(page);
            }
        }
        self.settle_step(start);
        true
    }

    /// Performs every step due by `time` and sets the clock to it.
    pub fn advance_to(&mut self, time: SimTime) {
        while self.step_within(time) {}
        self.rest_until(time);
    }

    /// Lets time pass in which nothing happens.
    pub fn rest_until(&mut self, time: SimTime) {
        if self.next_at().is_none_or(|at| at >= time) {
            self.live.simulation.rest_until(time);
            self.head = self.head.max(self.position());
        }
    }

    /// Performs steps until one that people can see, at most `budget` of them.
    pub fn step_visibly(&mut self, budget: u64) -> Result<(), Nothing> {
        for _ in 0..budget {
            let before = self.position().step;
            if !self.step_within(SimTime(u64::MAX)) {
                return Err(Nothing::After);
            }
            if self.showed_something_after(before) {
                return Ok(());
            }
        }
        Err(Nothing::After)
    }

    fn showed_something_after(&self, step: u64) -> bool {
        self.journal.facts().rev().take_while(|fact| fact.at.step > step).any(|fact| is_visible(&fact.what))
    }

    /// Moves the playhead to just before the last visible step.
    pub fn step_back(&mut self) -> Result<(), Nothing> {
        let here = self.position();
        let mut last = self.journal.facts().rev().find(|fact| is_visible(&fact.what)).map(|fact| fact.at);
        let mut end = here;
        for frame in (0..=self.keyframes.before(here.step)).rev() {
            if last.is_some() {
                break;
            }
            // Nothing visible in the journal's window: look from keyframe to keyframe, the latest first.
            self.load_afresh(frame);
            let start = self.position();
            last = self.run_watching(end);
            end = start;
        }
        if let Some(last) = last {
            self.seek(Position { step: last.step - 1, at: last.at });
            return Ok(());
        }
        if here == Position::default() {
            return Err(Nothing::Before);
        }
        self.seek(Position::default());
        Ok(())
    }

    /// Runs to `end` and gives the last place on the way where people see something happen.
    fn run_watching(&mut self, end: Position) -> Option<Position> {
        let mut last = None;
        while self.position().step < end.step {
            let before = self.position().step;
            if !self.step_within(SimTime(u64::MAX)) {
                break;
            }
            if self.showed_something_after(before) {
                last = Some(self.position());
            }
        }
        self.rest_until(end.at);
        last
    }

    /// Moves the playhead; the log and the head stay. A position beyond the head is reached by running on.
    pub fn seek(&mut self, to: Position) {
        let frame = self.keyframes.before(to.step);
        let backwards = to < self.position();
        let far_ahead = self.keyframes.get(frame).step() > self.position().step + FAR;
        if backwards || far_ahead {
            self.load(frame);
        }
        self.run_to(to);
    }

    fn run_to(&mut self, to: Position) {
        while self.position().step < to.step && self.step_within(SimTime(u64::MAX)) {}
        self.rest_until(to.at);
    }

    /// Moves the playhead to a time: after everything that happened by then.
    pub fn seek_time(&mut self, time: SimTime) {
        if time < self.position().at {
            self.restore_before_time(time);
        }
        self.advance_to(time);
    }

    fn restore_before_time(&mut self, time: SimTime) {
        self.load(self.keyframe_before(time));
    }

    fn keyframe_before(&self, time: SimTime) -> usize {
        let mut index = self.keyframes.before(self.position().step);
        while index > 0 && self.keyframes.get(index).moment.simulation.position().at > time {
            index -= 1;
        }
        index
    }

    /// The same line run again over a stretch of time, at most `steps` steps and no further than it has been run: its
    /// journal has what happened there, before and after the playhead. `None`: this timeline's own has it all.
    pub fn replay(&self, from: SimTime, to: SimTime, steps: u64) -> Option<Self> {
        let since = self.journal.complete_since();
        if !self.is_past() && (since.step == 0 || since.at < from) {
            return None;
        }
        let frame = self.keyframes.get(self.keyframe_before(from)).clone();
        let start = frame.step();
        let mut journal = Journal::default();
        journal.restart(frame.moment.simulation.position());
        let mut replay = Self {
            seed: self.seed,
            live: frame.moment.clone(),
            log: self.log.clone(),
            cursor: frame.cursor,
            head: self.head,
            keyframes: Keyframes::new(frame),
            journal,
            journal_end: start,
            undone: Vec::new(),
            branches: Vec::new(),
            ahead: None,
        };
        let end = to.min(self.head.at);
        while replay.position().step < (start + steps).min(self.head.step) && replay.step_within(end) {}
        if replay.position().step < start + steps {
            replay.rest_until(end);
        }
        Some(replay)
    }

    /// Puts the playhead on a keyframe. Where the journal does not reach it, the one before is taken, so
    /// that the journal never has a gap and there is always something to look back on.
    fn load(&mut self, index: usize) {
        let step = self.keyframes.get(index).step();
        self.journal.truncate_after(step);
        if self.journal.is_empty() || self.journal_end < step {
            self.load_afresh(index.saturating_sub(1));
        } else {
            self.load_exactly(index);
        }
    }

    /// Puts the playhead on a keyframe with nothing to look back on.
    fn load_afresh(&mut self, index: usize) {
        self.load_exactly(index);
        self.journal.restart(self.position());
    }

    fn load_exactly(&mut self, index: usize) {
        if self.position().step == self.head.step {
            self.ahead = Some(self.live.ledger.anomalies().clone());
        }
        let frame = self.keyframes.get(index);
        self.live = frame.moment.clone();
        self.cursor = frame.cursor;
        self.journal_end = frame.step();
    }

    /// Takes the last command before the playhead out of the log and re-executes up to the present instant,
    /// as if it had never been given.
    pub fn undo(&mut self) -> Result<Logged, Nothing> {
        if self.cursor == 0 {
            return Err(Nothing::ToUndo);
        }
        let present = self.position();
        if self.is_past() {
            if self.cursor < self.log.len() {
                // What was undone before came after commands that stay behind on the branch.
                self.undone.clear();
            }
            self.leave_future(present);
        }
        let Some(taken) = self.log.last().cloned() else {
            return Err(Nothing::ToUndo);
        };
        self.rewind_before(&taken);
        self.undone.push(taken.clone());
        // Within one instant, whatever came after the command is left to come by itself.
        if present.at > taken.at.at {
            self.advance_to(present.at);
        }
        Ok(taken)
    }

    /// Puts the playhead where `logged` was given and ends the line there.
    fn rewind_before(&mut self, logged: &Logged) {
        self.seek(logged.at);
        self.log.truncate(self.cursor);
        self.keyframes.truncate_after(logged.at.step);
        self.head = self.position();
    }

    /// Puts the command that was undone last back where it was, and re-executes up to the present instant.
    pub fn redo(&mut self) -> Result<Logged, Nothing> {
        let Some(back) = self.undone.pop() else {
            return Err(Nothing::ToRedo);
        };
        let present = self.position();
        self.rewind_before(&back);
        let undone = std::mem::take(&mut self.undone);
        let repeated = self.apply(back.command.clone(), back.cause.clone());
        debug_assert!(repeated.is_ok(), "an undone command is accepted again");
        self.undone = undone;
        if present.at > back.at.at {
            self.advance_to(present.at);
        }
        Ok(back)
    }

    /// Goes over to an abandoned future; the present line becomes a branch in its place.
    pub fn switch(&mut self, index: usize) -> Result<(), Nothing> {
        if index >= self.branches.len() {
            return Err(Nothing::There);
        }
        let branch = self.branches.remove(index);
        let common = self.log.iter().zip(&branch.log).take_while(|(a, b)| a == b).count();
        let parts_at =
            |log: &[Logged], head: Position| log.get(common).map_or(head.step, |logged| logged.at.step);
        let parted = parts_at(&self.log, self.head).min(parts_at(&branch.log, branch.head));
        let place = Position { step: parted, at: branch.parted.at };
        let (log, head) = (std::mem::take(&mut self.log), self.head);
        self.branches.insert(index, Branch { log, head, parted: place });
        self.load(self.keyframes.before(parted));
        self.log = branch.log;
        self.keyframes.truncate_after(parted);
        self.undone.clear();
        self.head = branch.head;
        self.seek(branch.head);
        Ok(())
    }
}

/// Whether people see anything change when this happens.
fn is_visible(what: &What) -> bool {
    match what {
        // Gossip shows in what it stores.
        What::Delivered { kind, .. } | What::Sent { kind, .. } => !kind.is_gossip(),
        What::Died { kind, carries, .. } => !kind.is_gossip() || carries.is_some(),
        What::Asked { .. }
        | What::Accepted { .. }
        | What::Effort { .. }
        | What::Queued { .. }
        | What::Stored { .. }
        | What::HeldBack { .. }
        | What::Redirected { .. }
        | What::Waits { .. }
        | What::Rebound { .. }
        | What::Kept { .. }
        | What::Discarded { .. }
        | What::News { .. }
        | What::Answered { .. }
        | What::CutMade { .. }
        | What::CutHealed { .. }
        | What::Crashed { .. }
        | What::Destroyed { .. }
        | What::Hinted { .. }
        | What::HandedBack { .. }
        | What::HintExpired { .. }
        | What::Believes { .. }
        | What::Purged { .. }
        | What::Restarted { .. }
        | What::Frozen { .. }
        | What::Thawed { .. }
        | What::Operated { .. }
        | What::Turned(_) => true,
    }
}
