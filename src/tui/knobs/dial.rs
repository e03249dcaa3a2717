//! How a knob stands, and how it is turned.

use crate::action::Command;

/// A knob as it stands.
#[derive(Debug, Clone)]
pub(in crate::tui) enum Dial {
    Here(Box<Reading>),
    /// This cluster has no such knob, and why.
    Missing(&'static str),
}

/// What a knob shows and what turning it asks for.
#[derive(Debug, Clone)]
pub(in crate::tui) struct Reading {
    pub(in crate::tui) value: String,
    /// One plain sentence on what the value means now.
    pub(in crate::tui) means: String,
    turns: Turns,
    /// Every other named choice, from left to right; empty where the knob has no names.
    choices: Vec<Command>,
}

/// `None`: the end of the scale.
#[derive(Debug, Clone, Default)]
struct Turns {
    down: Option<Command>,
    up: Option<Command>,
    /// From the top back to the bottom.
    round: Option<Command>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Turn {
    Down,
    Up,
    /// Up, and from the top to the bottom.
    Round,
}

impl Reading {
    /// What would set it to something else: every named choice, or the next values below and above.
    pub(in crate::tui) fn others(&self) -> Vec<Command> {
        if self.choices.is_empty() {
            self.turns.down.iter().chain(&self.turns.up).cloned().collect()
        } else {
            self.choices.clone()
        }
    }

    /// Whether it cannot be turned at all.
    pub(in crate::tui) fn is_fixed(&self) -> bool {
        self.turned(Turn::Down).is_none() && self.turned(Turn::Round).is_none()
    }

    pub(in crate::tui) fn turned(&self, turn: Turn) -> Option<&Command> {
        match turn {
            Turn::Down => self.turns.down.as_ref(),
            Turn::Up => self.turns.up.as_ref(),
            Turn::Round => self.turns.up.as_ref().or(self.turns.round.as_ref()),
        }
    }
}

impl Dial {
    /// How it stands, where this cluster has it.
    pub(in crate::tui) fn value(&self) -> Option<&str> {
        match self {
            Self::Here(reading) => Some(&reading.value),
            Self::Missing(_) => None,
        }
    }

    /// What only a preset sets: it is shown, and cannot be turned while a run goes on.
    pub(super) fn fixed(value: String, means: String) -> Self {
        Self::Here(Box::new(Reading { value, means, turns: Turns::default(), choices: Vec::new() }))
    }

    /// A knob with named choices, from left to right.
    pub(super) fn choices<T: PartialEq + Copy>(
        (value, means): (String, String),
        choices: &[T],
        now: T,
        set: impl Fn(T) -> Command,
    ) -> Self {
        let at = choices.iter().position(|choice| *choice == now);
        let turns = Turns {
            down: at.and_then(|at| at.checked_sub(1)).map(|at| set(choices[at])),
            up: choices.get(at.map_or(0, |at| at + 1)).map(|choice| set(*choice)),
            round: choices.first().filter(|first| **first != now).map(|first| set(*first)),
        };
        let choices = choices.iter().filter(|choice| **choice != now).map(|choice| set(*choice)).collect();
        Self::Here(Box::new(Reading { value, means, turns, choices }))
    }

    /// A knob that asks for this when it is turned down or up; `None`: the end of the scale.
    pub(super) fn turning(
        (value, means): (String, String),
        down: Option<Command>,
        up: Option<Command>,
    ) -> Self {
        let turns = Turns { down, up, round: None };
        Self::Here(Box::new(Reading { value, means, turns, choices: Vec::new() }))
    }

    /// A knob with an order: it goes to the next step below or above where it stands.
    pub(super) fn steps<T: PartialOrd + Copy>(
        (value, means): (String, String),
        steps: &[T],
        now: T,
        set: impl Fn(T) -> Command,
    ) -> Self {
        let turns = Turns {
            down: steps.iter().rev().find(|step| **step < now).map(|step| set(*step)),
            up: steps.iter().find(|step| **step > now).map(|step| set(*step)),
            round: steps.first().filter(|first| **first < now).map(|first| set(*first)),
        };
        Self::Here(Box::new(Reading { value, means, turns, choices: Vec::new() }))
    }
}
