//! What the keys do while the knobs are up: choose one, turn it, type its value.

use crate::{
    drive::Snapshot,
    tui::{
        knobs::{Dial, Knob, Turn},
        registry::Action,
    },
};

use super::{Effect, PromptKind, Ui, View, commands::by};

impl Ui {
    /// Opens the view of the knobs, or goes back from it.
    pub(super) fn toggle_knobs(&mut self, snapshot: &Snapshot) -> Vec<Effect> {
        if let (Dial::Missing(_), Some((first, _))) =
            (self.knob.dial(snapshot), Knob::shown(snapshot).first())
        {
            self.knob = *first;
        }
        self.view = if self.view == View::Knobs { View::Cluster } else { View::Knobs };
        Vec::new()
    }

    /// Up and down choose a knob, left and right turn it.
    pub(super) fn turn_knob(&mut self, action: Action, snapshot: &Snapshot) -> Vec<Effect> {
        match action {
            Action::Left => self.turn(Turn::Down, snapshot),
            Action::Right => self.turn(Turn::Up, snapshot),
            up_or_down => {
                let shown = Knob::shown(snapshot);
                let at = shown.iter().position(|(knob, _)| *knob == self.knob).unwrap_or(0);
                let to = if up_or_down == Action::Up { at.saturating_sub(1) } else { at + 1 };
                if let Some((knob, _)) = shown.get(to) {
                    self.knob = *knob;
                }
                Vec::new()
            }
        }
    }

    /// Opens the line to type the chosen knob's value; one that has few values goes to the next.
    pub(super) fn type_knob(&mut self, snapshot: &Snapshot) -> Vec<Effect> {
        match (self.knob.dial(snapshot), self.knob.typed()) {
            (Dial::Here(_), Some(_)) => self.prompt(PromptKind::Knob(self.knob), String::new()),
            (Dial::Here(_) | Dial::Missing(_), _) => self.turn(Turn::Round, snapshot),
        }
    }

    fn turn(&mut self, turn: Turn, snapshot: &Snapshot) -> Vec<Effect> {
        let name = self.knob.name().trim_start();
        match self.knob.dial(snapshot) {
            Dial::Missing(why) => self.no(format!("{name}: {why}")),
            Dial::Here(reading) => match reading.turned(turn) {
                Some(command) => by(Action::Knobs, vec![command.clone()]),
                None if reading.is_fixed() => {
                    self.no(format!("{name}: only a preset sets it, before the run begins"))
                }
                None => self.no(format!("{name} {}: it goes no further that way", reading.value)),
            },
        }
    }
}
