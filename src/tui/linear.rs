//! The laboratory in plain lines: for screen readers, and for pipes. A line goes in, sentences come out; there is no
//! clock, no colour and no position, and time passes only where a line lets it. The same lines give the same answers.
//!
//! ```text
//! > w                          0s ann wrote green at ams (w1) [w]
//! > wait 3s                    2s lon has user123=green (w1) ...
//! > status                     at 3s: converged: all 3 replicas hold green. ...
//! ```
//!
//! What a line means is decided by the same registry, and done by the same [`Ui`], as a key on the screen.

mod words;

use std::{fmt::Write as _, sync::Arc};

use crate::{
    action::Condition,
    base::{NodeId, Seed, Span},
    drive::{ByHand, Cause, EventLine, Request, Said, Snapshot},
    scenario::{Scenario, problem::quoted, units},
};

use super::{
    knobs::{Dial, Knob, Turn},
    registry::{self, Action, Group, Layer},
    save,
    theme::{ASCII, Depth, Kind, Theme},
    ui::{Effect, Id, List, Overlay, PromptKind, Ui, Until},
};
use words::Line;

/// What came of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    GoOn,
    Quit,
}

/// The laboratory and whoever talks to it.
#[derive(Debug)]
pub struct Linear {
    hand: ByHand,
    ui: Ui,
}

/// A line longer than this is no command.
const LONGEST: usize = 4_096;

impl Linear {
    /// At the beginning of a preset.
    pub fn new(scenario: Arc<Scenario>, seed: Seed) -> Self {
        let ui = Ui::new(Theme::new(Kind::Mono, Depth::None), &ASCII);
        Self { hand: ByHand::new(scenario, seed), ui }
    }

    /// What is said before the first line.
    pub fn greeting(&mut self) -> String {
        let snapshot = self.hand.snapshot(None);
        let mut text = format!("{}.", snapshot.scenario.title.trim_end_matches('.'));
        let clients: Vec<&str> = snapshot.scenario.clients.iter().map(|client| &*client.name).collect();
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            " {}. Clients: {}. Seed {}.\nhelp tells what can be said, status how things stand, quit ends.\n",
            words::replicas(&snapshot),
            clients.join(", "),
            snapshot.seed.0
        );
        text
    }

    /// Does what a line says; `out` gets sentences, one a line.
    pub fn answer(&mut self, line: &str, out: &mut dyn FnMut(&str)) -> Next {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Next::GoOn;
        }
        if line.len() > LONGEST {
            out("that line is too long: help tells what can be said");
            return Next::GoOn;
        }
        let snapshot = self.hand.snapshot(None);
        match Line::read(line, self.ui.layer(), &snapshot) {
            Line::Status => words::status(&snapshot, &self.ui, out),
            Line::Help => words::help(out),
            Line::Knobs => words::knobs(&snapshot, out),
            Line::Quit => return Next::Quit,
            Line::Wait(span) => {
                let waited = self.hand.wait(span, &mut |event| out(&told(event)));
                complain(waited, out);
                let at = self.hand.snapshot(None).view.position.at;
                out(&format!("it is {at}"));
            }
            Line::RunUntil(rest) => self.run_until(rest, &snapshot, out),
            Line::Set(rest) => self.set(rest, &snapshot, out),
            Line::Pick(node) => {
                self.ui.picked = node;
                out(&format!("{} is picked", snapshot.replica_name(node)));
            }
            Line::Act(action, rest) => return self.act(action, rest, &snapshot, out),
            Line::Unknown(help) => out(&help),
        }
        Next::GoOn
    }

    fn act(&mut self, action: Action, rest: &str, snapshot: &Snapshot, out: &mut dyn FnMut(&str)) -> Next {
        if let Some(why) = words::unfit(action) {
            out(&why);
            return Next::GoOn;
        }
        if action == Action::Quit {
            return Next::Quit;
        }
        let action = with_words(action, rest);
        self.ui.observe(snapshot);
        let mut effects = self.ui.act(action, snapshot);
        match &self.ui.overlay {
            Overlay::Prompt(prompt) if rest.is_empty() => {
                out(&format!("{} takes words: {}", name(action), prompt.kind.usage()));
                self.ui.overlay = Overlay::None;
                return Next::GoOn;
            }
            Overlay::Prompt(_) => {
                effects.extend(self.ui.type_text(rest, snapshot));
                effects.extend(self.ui.act(Action::Accept, snapshot));
            }
            Overlay::Choice(_, list) | Overlay::Help(list) => match chosen(list, rest) {
                Ok(place) => {
                    self.place(place);
                    effects.extend(self.ui.act(Action::Accept, snapshot));
                }
                Err(lines) => {
                    out(&format!("{} takes one of these:", name(action)));
                    lines.iter().for_each(|line| out(line));
                    self.ui.overlay = Overlay::None;
                    return Next::GoOn;
                }
            },
            Overlay::None | Overlay::Question => {}
        }
        if !matches!(self.ui.overlay, Overlay::Question) {
            self.ui.overlay = Overlay::None;
        }
        self.perform(effects, out);
        if let Action::Pick(_) | Action::Left | Action::Right | Action::Up | Action::Down = action {
            out(&format!("{} is picked", snapshot.replica_name(self.ui.picked)));
        }
        let after = self.hand.snapshot(None);
        self.ui.observe(&after);
        if let Some(status) = self.ui.status.take() {
            out(&status.text);
        }
        Next::GoOn
    }

    /// Puts the bar of the list that is up on an entry.
    fn place(&mut self, place: usize) {
        if let Overlay::Choice(_, list) | Overlay::Help(list) = &mut self.ui.overlay {
            list.at = place;
        }
    }

    fn perform(&mut self, effects: Vec<Effect>, out: &mut dyn FnMut(&str)) {
        for effect in effects {
            match effect {
                Effect::Ask(request) => self.ask(request, out),
                Effect::Open(preset) => match Scenario::find(&preset) {
                    Ok(scenario) => {
                        let seed = scenario.seed;
                        *self = Self::new(Arc::new(scenario), seed);
                        out(self.greeting().trim_end());
                    }
                    Err(problems) => out(&problems.to_string()),
                },
                Effect::Save => {
                    let saved = save::session(&self.hand.snapshot(None));
                    out(&saved.unwrap_or_else(|why| why));
                }
                Effect::Copy { text, .. } => out(&text),
                Effect::Repaint
                | Effect::Resume
                | Effect::Screenshot
                | Effect::Record
                | Effect::Suspend
                | Effect::Quit => {}
            }
        }
    }

    fn ask(&mut self, request: Request, out: &mut dyn FnMut(&str)) {
        let hand = &mut self.hand;
        let mut travelled = false;
        let done = {
            let mut each = |event: &EventLine| out(&told(event));
            match request {
                Request::Do(commands, Cause::Key(_)) => hand.give(commands, &Cause::Program, &mut each),
                Request::Do(commands, cause) => hand.give(commands, &cause, &mut each),
                Request::Step => hand.step(&mut each),
                Request::RunUntil(condition) | Request::RunThrough(condition) => {
                    hand.until(condition, &mut each)
                }
                Request::RunTo(goal) => hand.to_goal(goal, &mut each),
                Request::NextAnomaly => hand.to_anomaly(None, &mut each),
                Request::StopAt(kind) => hand.to_anomaly(kind, &mut each),
                Request::NextStep => {
                    let judged = hand.next_step(&mut each);
                    judged.map(|lines| lines.iter().for_each(|line| out(line)))
                }
                Request::Focus(key) => {
                    hand.focus = key;
                    Ok(())
                }
                Request::StepBack | Request::Undo | Request::Redo | Request::Switch(_) => {
                    travelled = true;
                    match request {
                        Request::StepBack => hand.back(),
                        Request::Undo => hand.undo(),
                        Request::Redo => hand.redo(),
                        Request::Switch(index) => hand.switch(index),
                        _ => Ok(()),
                    }
                }
                Request::Seek(_) => {
                    travelled = true;
                    hand.to_start()
                }
                Request::ToHead => {
                    travelled = true;
                    hand.to_head()
                }
                Request::Explain(Some(node)) => {
                    let snapshot = hand.snapshot(Some(node));
                    snapshot.story_lines.iter().for_each(|line| out(line));
                    self.ui.side = super::ui::Side::Nothing;
                    Ok(())
                }
                Request::Explain(None)
                | Request::Play
                | Request::Pause
                | Request::SetSpeed(_)
                | Request::SeekTime(_)
                | Request::Look(_)
                | Request::PreviousAnomaly
                | Request::NoStop
                | Request::Fog(_)
                | Request::Chart(_)
                | Request::Frame
                | Request::Load(..) => Ok(()),
            }
        };
        if travelled && done.is_ok() {
            let at = self.hand.snapshot(None).view.position.at;
            out(&format!("it is {at}"));
        }
        complain(done, out);
        self.tell_what_was_said(out);
    }

    fn tell_what_was_said(&mut self, out: &mut dyn FnMut(&str)) {
        let snapshot = self.hand.snapshot(None);
        let before = std::mem::discriminant(&self.ui.overlay);
        self.ui.observe(&snapshot);
        if std::mem::discriminant(&self.ui.overlay) == before && self.said_already(&snapshot) {
            return;
        }
        match self.hand.said() {
            None => {}
            Some(Said::Text(text)) => out(text),
            Some(Said::Note(text)) => out(&format!("(note) {text}")),
            Some(Said::Question { question, choices }) => {
                out(&format!("question: {question}"));
                for choice in choices {
                    out(&format!("  {}: {}", choice.letter, choice.text));
                }
                out("a letter answers, reveal shows what happens");
            }
        }
    }

    /// Whether what the script says has been told.
    fn said_already(&mut self, snapshot: &Snapshot) -> bool {
        let same = self.ui.told_step == snapshot.script.next;
        self.ui.told_step = snapshot.script.next;
        same
    }

    fn run_until(&mut self, rest: &str, snapshot: &Snapshot, out: &mut dyn FnMut(&str)) {
        let mut list = List::run_until(self.ui.picked, snapshot);
        // There is no clock to stop.
        list.entries.retain(|entry| entry.id != Id::Until(Until::Nothing));
        let until = match chosen(&list, rest) {
            Ok(place) => list.entries.get(place).map(|entry| entry.id.clone()),
            Err(lines) => {
                out("run until takes one of these:");
                lines.iter().for_each(|line| out(line));
                return;
            }
        };
        if let Some(Id::Until(until)) = until {
            let request = match until {
                Until::Converged => Request::RunUntil(Condition::Converged { within: None }),
                Until::Settled => Request::RunUntil(Condition::Settled),
                Until::Goal(goal) => Request::RunTo(goal),
                Until::Kind(kind) => Request::StopAt(Some(kind)),
                Until::Anything | Until::Nothing => Request::StopAt(None),
            };
            self.ask(request, out);
            let at = self.hand.snapshot(None).view.position.at;
            out(&format!("it is {at}"));
        }
    }

    /// `set loss 5%`, `set read repair next`.
    fn set(&mut self, rest: &str, snapshot: &Snapshot, out: &mut dyn FnMut(&str)) {
        let known = Knob::ALL.iter().filter(|knob| {
            let name = knob.name().trim();
            rest == name || rest.strip_prefix(name).is_some_and(|rest| rest.starts_with(' '))
        });
        let Some(knob) = known.max_by_key(|knob| knob.name().trim().len()) else {
            out("set takes a knob and a value, such as set loss 5% or set read repair next; knobs lists them");
            return;
        };
        let name = knob.name().trim();
        let value = rest[name.len()..].trim();
        let command = match (knob.dial(snapshot), knob.typed()) {
            (Dial::Missing(why), _) => Err(format!("{name}: {why}")),
            (Dial::Here(reading), _) if value == "next" => {
                let next = reading.turned(Turn::Round).cloned();
                next.ok_or_else(|| format!("{name}: only a preset sets it, before the run begins"))
            }
            (Dial::Here(_), Some(typed)) => (typed.understand)(value, snapshot),
            (Dial::Here(_), None) => Err(format!("{name} goes from value to value: set {name} next")),
        };
        match command {
            Ok(command) => self.ask(Request::Do(vec![command], Cause::Program), out),
            Err(why) => out(&why),
        }
    }
}

/// An event as a sentence.
fn told(event: &EventLine) -> String {
    words::plain(&format!("{} {}", event.at.at, event.text))
}

fn complain(done: Result<(), String>, out: &mut dyn FnMut(&str)) {
    if let Err(why) = done {
        out(&why);
    }
}

fn name(action: Action) -> &'static str {
    registry::entry(action).map_or("that", |entry| entry.name)
}

/// `w green` is what `W` types; so with `r`.
fn with_words(action: Action, rest: &str) -> Action {
    match action {
        Action::Write if !rest.is_empty() => Action::WriteTyped,
        Action::Read if !rest.is_empty() => Action::ReadTyped,
        other => other,
    }
}

/// The place of the one entry that words mean; else the lines of those that they may mean, of all if they mean none.
fn chosen(list: &List, words: &str) -> Result<usize, Vec<String>> {
    let real = || list.entries.iter().enumerate().filter(|(_, entry)| entry.id != Id::Heading);
    let exact = real().find(|(_, entry)| !words.is_empty() && (entry.head == words || entry.text == words));
    if let Some((place, _)) = exact {
        return Ok(place);
    }
    let wanted = words.to_lowercase();
    let found: Vec<_> = real()
        .filter(|(_, entry)| format!("{} {}", entry.head, entry.text).to_lowercase().contains(&wanted))
        .collect();
    match found.as_slice() {
        [(place, _)] if !words.is_empty() => Ok(*place),
        _ => {
            let lines = if found.is_empty() { real().collect() } else { found };
            Err(lines.into_iter().map(|(_, entry)| words::plain(&format!("  {}: {}", entry.head, entry.text))).collect())
        }
    }
}

#[cfg(test)]
mod tests;
