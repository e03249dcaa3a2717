//! A second run beside the one on the screen, on the same clock: an abandoned future of the line, or the same seed and
//! commands under another setting from the beginning. It goes where the playhead goes, forwards and backwards.
//!
//! ```text
//! line     ──c────c──────c──●        c: the commands of the line, each given on the other side at its own moment,
//! beside   s─c────c──────c──●        s: the setting that differs. What the other side cannot do is refused there.
//! ```

use std::sync::Arc;

use crate::{
    action::{Command, Setting},
    base::{KeyId, Position, SimTime},
    scenario::Scenario,
};

use super::{
    Clock, EventLine, Logged, Snapshot, Timeline, bar,
    forecast::Forecasts,
    prospect,
    snapshot::{self, Surroundings},
};

/// What to run beside the line.
#[derive(Debug, Clone, PartialEq)]
pub enum Against {
    /// An abandoned future, by its place among the branches.
    Branch(usize),
    /// The same seed and the same commands with this setting from the beginning. Commands that turn the same setting
    /// stay away from that side.
    Setting(Setting),
}

/// The other run at the instant of the playhead.
#[derive(Debug, Clone)]
pub struct Beside {
    pub there: Snapshot,
    pub kind: BesideKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum BesideKind {
    Branch {
        /// The last place that both have in common.
        parted: Position,
        /// Where it was left: beyond that it runs on without commands.
        left: Position,
    },
    Setting {
        setting: Setting,
        /// Commands of the line, before the playhead, that could not be done there, each with the reason.
        refused: Vec<String>,
    },
}

/// The other run, kept at the playhead of the line.
#[derive(Debug)]
pub(super) struct Companion {
    run: Timeline,
    role: Role,
    /// Where the line stood when it was followed last.
    followed: Option<(Position, u64, usize)>,
    events: (Option<u64>, Arc<[EventLine]>),
    bar: bar::Bars,
    forecasts: Forecasts,
}

#[derive(Debug)]
enum Role {
    Branch { left: Position },
    Mirror { setting: Setting, mirrored: Vec<Mirrored> },
}

/// A command of the line, and what became of it on the other side.
#[derive(Debug)]
struct Mirrored {
    of: Logged,
    there: There,
}

#[derive(Debug)]
enum There {
    Given(Position),
    /// It turns the setting that differs.
    StaysAway,
    Refused(String),
}

impl Companion {
    /// `None`: there is no such branch, or the setting is refused, with the reason.
    pub(super) fn new(line: &Timeline, scenario: &Arc<Scenario>, against: Against) -> Result<Self, String> {
        let (run, role) = match against {
            Against::Branch(index) => {
                let run = line.branch(index).ok_or("there is no such branch")?;
                let left = run.head();
                (run, Role::Branch { left })
            }
            Against::Setting(setting) => {
                let mut run = Timeline::new(Arc::clone(scenario), line.seed());
                run.apply(Command::Set(setting.clone()), super::Cause::Program)
                    .map_err(|refused| refused.to_string())?;
                (run, Role::Mirror { setting, mirrored: Vec::new() })
            }
        };
        let (events, bar) = ((None, Arc::from([])), bar::Bars::default());
        Ok(Self { run, role, followed: None, events, bar, forecasts: Forecasts::default() })
    }

    /// When the next thing happens there that shows; never, where nothing will by itself.
    pub(super) fn wakes_at(&self) -> Option<SimTime> {
        let quiet = !self.run.is_past() && prospect::nothing_is_ahead(&self.run);
        if quiet { None } else { self.run.next_at() }
    }

    /// Brings the other run to where the line stands.
    pub(super) fn follow(&mut self, line: &Timeline) {
        let now = (line.position(), line.line(), line.given());
        if self.followed == Some(now) {
            return;
        }
        let before = self.run.position();
        match &mut self.role {
            Role::Branch { .. } => follow_branch(&mut self.run, line),
            Role::Mirror { setting, mirrored } => {
                Mirror { run: &mut self.run, setting, mirrored }.follow(line);
            }
        }
        // Lines of events only grow while time goes on.
        if self.run.position() < before || self.followed.is_some_and(|(_, number, _)| number != now.1) {
            self.events.0 = None;
        }
        self.followed = Some(now);
    }

    pub(super) fn picture(&mut self, line: &Timeline, focus: KeyId, clock: Clock) -> Beside {
        let (told, lines) = &self.events;
        let lines = snapshot::events(&self.run, told.unwrap_or(0), told.is_some().then_some(lines));
        self.events = (Some(self.run.position().step), lines);
        let known = focus.index() < self.run.simulation().keys().len();
        let focus = if known { focus } else { self.run.simulation().scenario().focus };
        let drawn = (self.bar.of(&self.run), self.forecasts.of(&self.run, focus));
        let around = Surroundings { clock, ..Surroundings::bare(&self.run, focus, drawn) };
        let kind = match &self.role {
            Role::Branch { left } => BesideKind::Branch { parted: parted(&self.run, line), left: *left },
            Role::Mirror { setting, mirrored } => BesideKind::Setting {
                setting: setting.clone(),
                refused: mirrored.iter().take(line.given()).filter_map(Mirrored::refusal).collect(),
            },
        };
        Beside { there: Snapshot::of(&self.run, around, Arc::clone(&self.events.1), Vec::new()), kind }
    }
}

/// The last place that an abandoned future has in common with the line.
fn parted(run: &Timeline, line: &Timeline) -> Position {
    bar::parting((run.log(), run.head()), (line.log(), line.head()))
}

/// Up to where they part both stand at the same step; beyond it, at the same time.
fn follow_branch(run: &mut Timeline, line: &Timeline) {
    let here = line.position();
    if here <= parted(run, line) {
        run.seek(here);
    } else {
        run.seek_time(here.at);
    }
}

impl Mirrored {
    fn refusal(&self) -> Option<String> {
        match &self.there {
            There::Refused(why) => {
                Some(format!("{} at {}: {why}", snapshot::name(&self.of.command), self.of.at.at))
            }
            There::Given(_) | There::StaysAway => None,
        }
    }
}

/// Borrowed to follow once.
struct Mirror<'a> {
    run: &'a mut Timeline,
    setting: &'a Setting,
    mirrored: &'a mut Vec<Mirrored>,
}

impl Mirror<'_> {
    fn follow(&mut self, line: &Timeline) {
        let same = self.mirrored.iter().zip(line.log()).take_while(|(known, now)| known.of == **now).count();
        self.forget_from(same);
        for logged in &line.log()[self.mirrored.len().min(line.given())..line.given()] {
            self.come_to(logged.at, self.mirrored.len());
            let there = self.give(logged);
            self.mirrored.push(Mirrored { of: logged.clone(), there });
        }
        self.come_to(line.position(), line.given());
    }

    /// Takes back what the line has taken back.
    fn forget_from(&mut self, count: usize) {
        let given = |mirrored: &Mirrored| match mirrored.there {
            There::Given(at) => Some(at),
            There::StaysAway | There::Refused(_) => None,
        };
        if let Some(first) = self.mirrored[count..].iter().find_map(given) {
            self.run.seek(first);
            self.run.end_here();
        }
        self.mirrored.truncate(count);
    }

    fn give(&mut self, logged: &Logged) -> There {
        if let Command::Set(setting) = &logged.command
            && std::mem::discriminant(setting) == std::mem::discriminant(self.setting)
        {
            return There::StaysAway;
        }
        if self.run.is_past() {
            self.run.end_here();
        }
        let at = self.run.position();
        match self.run.apply(logged.command.clone(), logged.cause.clone()) {
            Ok(()) => There::Given(at),
            Err(refused) => There::Refused(refused.to_string()),
        }
    }

    /// Goes to the same time, after the first `count` commands of the line. Within an instant, as long as both runs
    /// have made the same steps before it, it makes the same steps there; else all that is due.
    fn come_to(&mut self, at: Position, count: usize) {
        let given = self.mirrored[..count].iter().filter(|one| matches!(one.there, There::Given(_))).count();
        // The setting is a step of its own, and what was not given is none.
        let same_step = (at.step + 1 + given as u64).saturating_sub(count as u64);
        let here = self.run.position();
        let behind =
            here.at > at.at || (here.at == at.at && here.step > same_step) || self.run.given() > given + 1;
        let before = SimTime(at.at.0.saturating_sub(1));
        if behind {
            self.run.seek_time(before);
            if at.at == SimTime::ZERO {
                // Only the setting lies before everything.
                self.run.seek(Position::default());
                self.run.step_within(SimTime::ZERO);
            }
        }
        let mut alike = true;
        if self.run.position().at < at.at {
            while self.run.step_within(before) {}
            alike = self.run.position().step <= same_step;
        }
        // Steps may come to the same number by chance: what was given within the instant is given first.
        let is_there = |run: &Timeline| alike && run.position().step >= same_step;
        while self.run.next_at().is_some_and(|next| next <= at.at)
            && !(self.run.given() > given && (is_there(self.run) || self.run.next_is_command()))
        {
            self.run.step_within(at.at);
        }
        self.run.rest_until(at.at);
    }
}

#[cfg(test)]
mod tests;
