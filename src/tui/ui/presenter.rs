//! For whoever stands before a class: the big mode, and a presenter's remote with its three keys.
//!
//! *Forward* is what a teacher would press next. A question is answered; a preset goes on with its story; in the past,
//! time goes on to the next event; else the advice's own key is pressed if that one key is all of it and leads on.
//! Where it is not (a replica must be picked first) the next event comes.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::{
    drive::{Request, Snapshot},
    tui::{
        coach,
        registry::{Action, Layer, lookup},
    },
};

use super::{Effect, Mode, Overlay, Ui};

impl Ui {
    pub(super) fn toggle_big(&mut self) -> Vec<Effect> {
        self.modes.big = self.modes.big.other();
        let key = crate::tui::registry::key_in(self.layer(), Action::Big);
        let back = key.map_or_else(String::new, |key| format!(" ({key} again: as it was)"));
        self.say(match self.modes.big {
            Mode::On => format!("big mode{back}"),
            Mode::Off => "ordinary size".into(),
        });
        Vec::new()
    }

    pub(super) fn set_remote(&mut self, mode: Mode) -> Vec<Effect> {
        self.modes.remote = mode;
        self.say(match mode {
            Mode::On => "presenter's remote: PageDown forward, PageUp back, . and b pause",
            Mode::Off => "presenter's remote: off",
        });
        Vec::new()
    }

    pub(super) fn forward(&mut self, snapshot: &Snapshot) -> Vec<Effect> {
        if matches!(self.overlay, Overlay::Question) {
            return self.answer(Action::Reveal, snapshot);
        }
        if let Some(words) = &snapshot.pursuit {
            return self.no(format!("running until {words}; . pauses"));
        }
        if snapshot.is_past() {
            return vec![Effect::Ask(Request::Step)];
        }
        if snapshot.script.next < snapshot.script.steps {
            return vec![Effect::Ask(Request::NextStep)];
        }
        match coach::single(self, snapshot).and_then(leads_on) {
            Some(action) => self.act(action, snapshot),
            None => vec![Effect::Ask(Request::Step)],
        }
    }
}

/// The action of the advice's key, unless it looks back or only opens something to choose from.
fn leads_on(key: &str) -> Option<Action> {
    let code = match key {
        "space" => KeyCode::Char(' '),
        "Enter" => KeyCode::Enter,
        key => KeyCode::Char(key.chars().next().filter(|_| key.chars().count() == 1)?),
    };
    let action = lookup(Layer::Main, KeyEvent::new(code, KeyModifiers::NONE))?;
    (!matches!(action, Action::StepBack | Action::Branches | Action::Inspect)).then_some(action)
}
