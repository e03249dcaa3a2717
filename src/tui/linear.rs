//! The laboratory in plain lines: for screen readers, and for pipes. A line goes in, sentences come out; there is no
//! clock, no colour and no position, and time passes only where a line lets it. The same lines give the same answers.
//!
//! ```text
//! > w                          0s ann wrote green at ams (w1)
//! > wait 3s                    2s lon has user123=green (w1) ...
//! > status                     At 3s: CONVERGED on user123: 1 value over 3 replicas, 0 in flight.
//! ```
//!
//! What a line means is decided by the same registry, and done by the same [`Ui`], as a key on the screen.

mod ask;
mod choose;
mod status;
mod words;

use std::{fmt::Write as _, sync::Arc};

use crate::{
    base::Seed,
    drive::{ByHand, Snapshot},
    scenario::{Scenario, problem::quoted},
};

use super::{
    registry::{self, Action, Layer},
    theme::{ASCII, Depth, Kind, Theme},
    ui::{Overlay, Ui},
};
use status::{counted, plain};
use words::Line;

/// What came of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    GoOn,
    Quit,
}

/// Takes sentences, one a line.
type Say<'a> = &'a mut dyn FnMut(&str);

/// The laboratory and whoever talks to it.
#[derive(Debug)]
pub struct Linear {
    hand: ByHand,
    ui: Ui,
    /// So many steps of the preset's script had been done when it last said something.
    told_step: usize,
}

/// A line longer than this is no command.
const LONGEST: usize = 4_096;

impl Linear {
    /// At the beginning of a preset.
    pub fn new(scenario: Arc<Scenario>, seed: Seed) -> Self {
        let ui = Ui::new(Theme::new(Kind::Mono, Depth::None), &ASCII);
        Self { hand: ByHand::new(scenario, seed), ui, told_step: 0 }
    }

    /// What is said before the first line.
    pub fn greeting(&mut self) -> String {
        let snapshot = self.hand.snapshot(None);
        let scenario = &snapshot.scenario;
        let mut text = format!("{}.", plain(scenario.title.trim_end_matches('.')));
        let clients: Vec<&str> = scenario.clients.iter().map(|client| &*client.name).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            " {}. Clients: {}. Seed {}.",
            plain(&status::replicas(&snapshot)),
            plain(&clients.join(", ")),
            snapshot.seed.0
        );
        if snapshot.head.at > snapshot.view.position.at {
            let _ = writeln!(text, "A saved session: wait lets it happen again, to-latest goes to its end.");
        } else if snapshot.script.steps > 0 {
            let _ = writeln!(
                text,
                "It has a script of {}: n does the next.",
                counted(snapshot.script.steps, "step")
            );
        }
        text.push_str("help tells what can be said, status how things stand, quit ends.\n");
        text
    }

    /// Does what a line says; `say` gets sentences, one a line.
    pub fn answer(&mut self, line: &str, say: Say<'_>) -> Next {
        // Whatever is said, each line of it is plain.
        let say = &mut |text: &str| text.lines().for_each(|line| say(&plain(line)));
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Next::GoOn;
        }
        if line.len() > LONGEST {
            say("that line is too long: help tells what can be said");
            return Next::GoOn;
        }
        let snapshot = self.hand.snapshot(None);
        match Line::read(line, self.ui.layer(), &snapshot) {
            Line::Status => status::status(&snapshot, &self.ui, say),
            Line::Help => words::help(say),
            Line::Knobs => status::knobs(&snapshot, say),
            Line::Quit => return Next::Quit,
            Line::Wait(span) => self.wait(span, say),
            Line::RunUntil(rest) => self.run_until(rest, &snapshot, say),
            Line::Set(rest) => self.set(rest, &snapshot, say),
            Line::Pick(node) => {
                self.ui.picked = node;
                say(&format!("{} is picked", snapshot.replica_name(node)));
            }
            Line::Why(node) => {
                self.ui.picked = node.unwrap_or(self.ui.picked);
                return self.act(Action::Explain, "", &snapshot, say);
            }
            Line::Act(action, rest) => return self.act(action, rest, &snapshot, say),
            Line::Unknown(help) => say(&help),
        }
        Next::GoOn
    }

    fn act(&mut self, action: Action, rest: &str, snapshot: &Snapshot, say: Say<'_>) -> Next {
        if action == Action::Quit {
            return Next::Quit;
        }
        if let Some(why) = words::unfit(action, self.ui.layer()) {
            say(&why);
            return Next::GoOn;
        }
        let action = with_words(action, rest);
        let before = self.ui.picked;
        self.ui.observe(snapshot);
        let mut effects = self.ui.act(action, snapshot);
        match &self.ui.overlay {
            Overlay::Prompt(prompt) if rest.is_empty() => {
                say(&format!("{} takes words: {}", name(action), prompt.kind.usage()));
            }
            Overlay::Prompt(_) => {
                effects.extend(self.ui.type_text(rest, snapshot));
                effects.extend(self.ui.act(Action::Accept, snapshot));
            }
            Overlay::Choice(..) | Overlay::Help(_) => {
                effects.extend(self.choose(name(action), rest, snapshot, say));
            }
            Overlay::None | Overlay::Question if rest.is_empty() => {}
            Overlay::None | Overlay::Question => {
                say(&format!("{} takes no words: {} was not heeded", name(action), quoted(rest)));
            }
        }
        // A question waits for its answer; all else is over with its line.
        if !matches!(self.ui.overlay, Overlay::Question) {
            self.ui.overlay = Overlay::None;
        }
        self.perform(effects, say);
        if let (Action::Answer(_) | Action::MoreHands | Action::FewerHands, Some(place)) =
            (action, self.ui.question.marked)
        {
            let hands = self.ui.question.hands.get(usize::from(place)).copied().unwrap_or(0);
            let letter = char::from(b'a' + place.min(4));
            say(&format!("{letter} is marked: {}", counted(hands as usize, "hand")));
        }
        let moved =
            matches!(action, Action::Pick(_) | Action::Left | Action::Right | Action::Up | Action::Down);
        if moved || self.ui.picked != before {
            let name = self.hand.snapshot(None).replica_name(self.ui.picked).to_owned();
            say(&format!("{name} is picked"));
        }
        if let Some(status) = self.ui.status.take() {
            say(&status.text);
        }
        Next::GoOn
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

/// Whether a question has the floor.
fn asks(layer: Layer) -> bool {
    matches!(layer, Layer::Question | Layer::RemoteQuestion)
}

#[cfg(test)]
mod tests;
