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
    sim::{Refused, Simulation},
};

mod travel;

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
    /// How often what lies before the playhead became another story.
    line: u64,
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
            line: 0,
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

    /// A number for the present line: while it stays, the past of every position on it stays.
    pub fn line(&self) -> u64 {
        self.line
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

    /// Whether the next step repeats a command of the log.
    pub(super) fn next_is_command(&self) -> bool {
        self.log.get(self.cursor).is_some_and(|logged| logged.at.step == self.position().step)
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

    /// An abandoned future as a line of its own, at its beginning.
    pub(super) fn branch(&self, index: usize) -> Option<Self> {
        let branch = self.branches.get(index)?;
        let mut line = Self::new(Arc::clone(self.simulation().scenario()), self.seed);
        (line.log, line.head) = (branch.log.clone(), branch.head);
        Some(line)
    }

    /// Keeps the future of `at` as a branch and cuts it off this line.
    fn leave_future(&mut self, at: Position) {
        if self.branches.len() == MAX_BRANCHES {
            self.branches.remove(0);
        }
        self.branches.push(Branch { log: self.log.clone(), head: self.head, parted: at });
        self.end_here();
    }

    /// Ends the line at the playhead: what came after it is forgotten.
    pub(super) fn end_here(&mut self) {
        let at = self.position();
        self.log.truncate(self.cursor);
        self.keyframes.truncate_after(at.step);
        self.journal.truncate_after(at.step);
        self.ahead = None;
        self.line += 1;
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
}
