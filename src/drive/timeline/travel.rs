//! Moving the playhead, taking commands back, going over to other branches.

use super::{
    super::{Journal, keyframes::Keyframes},
    Branch, FAR, Logged, Nothing, Timeline,
};
use crate::{
    base::{Position, SimTime},
    sim::What,
};

impl Timeline {
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
            line: self.line,
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
        self.line += 1;
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
        self.line += 1;
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
