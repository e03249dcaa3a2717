//! What the screen would ask of the actor, done by hand; and what is said of it.

use std::{cell::Cell, sync::Arc};

use crate::{
    base::Span,
    drive::{Cause, EventLine, Outcome, Request, Said},
    scenario::Scenario,
    tui::{save, ui::Effect},
};

use super::{Linear, Say, status};

impl Linear {
    pub(super) fn perform(&mut self, effects: Vec<Effect>, say: Say<'_>) {
        for effect in effects {
            match effect {
                Effect::Ask(request) => self.ask(request, say),
                Effect::Open(preset) => match Scenario::find(&preset) {
                    Ok(scenario) => {
                        let seed = scenario.seed;
                        *self = Self::new(Arc::new(scenario), seed);
                        say(self.greeting().trim_end());
                    }
                    Err(problems) => say(&problems.to_string()),
                },
                Effect::Save => {
                    let saved = save::session(&self.hand.snapshot(None));
                    say(&saved.unwrap_or_else(|why| why));
                }
                Effect::Copy { text, .. } => say(&text),
                Effect::Mouse(_)
                | Effect::Repaint
                | Effect::Resume
                | Effect::Screenshot
                | Effect::Record
                | Effect::Suspend
                | Effect::Quit => {}
            }
        }
    }

    pub(super) fn ask(&mut self, request: Request, say: Say<'_>) {
        let moves = moves(&request);
        let before = self.hand.snapshot(None).view.position;
        let silent = Cell::new(true);
        let say = &mut |text: &str| {
            silent.set(false);
            say(text);
        };
        let done = self.obey(request, say);
        match done {
            Ok(None) => {}
            Ok(Some(text)) | Err(text) => say(&text),
        }
        self.tell_the_script(say);
        let at = self.hand.snapshot(None).view.position;
        if moves && (at != before || silent.get()) {
            say(&format!("It is {}.", at.at));
        }
    }

    pub(super) fn wait(&mut self, span: Span, say: Say<'_>) {
        let waited = self.hand.wait(span, &mut |event| say(&told(event)));
        if let Err(why) = waited {
            say(&why);
        }
        say(&format!("It is {}.", self.hand.snapshot(None).view.position.at));
    }

    fn obey(&mut self, request: Request, say: Say<'_>) -> Outcome {
        let hand = &mut self.hand;
        let mut each = |event: &EventLine| say(&told(event));
        match request {
            Request::Do(commands, cause) => hand.give(commands, &unpressed(cause), &mut each),
            Request::Step => hand.step(&mut each),
            Request::StepBack => hand.back(),
            Request::Seek(position) => hand.seek(position),
            Request::SeekTime(time) => hand.seek_time(time),
            Request::ToHead => hand.to_head(),
            Request::Undo => hand.undo(),
            Request::Redo => hand.redo(),
            Request::Switch(index) => hand.switch(index),
            Request::RunUntil(condition) | Request::RunThrough(condition) => hand.until(condition, &mut each),
            Request::RunTo(goal) => hand.to_goal(goal, &mut each),
            Request::NextAnomaly => hand.next_anomaly(&mut each),
            Request::PreviousAnomaly => hand.previous_anomaly(),
            Request::StopAt(kind) => hand.to_anomaly(kind, &mut each),
            Request::Look(position) => hand.look(position),
            Request::NextStep => {
                let judged = hand.next_step(&mut each)?;
                Ok((!judged.is_empty()).then(|| judged.join("\n")))
            }
            Request::Focus(key) => {
                hand.focus = key;
                Ok(Some(format!("the key is {}", status::key(&hand.snapshot(None)))))
            }
            Request::Explain(Some(node)) => {
                self.ui.side = crate::tui::ui::Side::Nothing;
                Ok(Some(hand.snapshot(Some(node)).story_lines.join("\n")))
            }
            Request::Beside(Some(_)) => Err("side by side is for the screen".into()),
            // There is no clock here, and no picture.
            Request::Explain(None)
            | Request::Beside(None)
            | Request::Play
            | Request::Pause
            | Request::SetSpeed(_)
            | Request::NoStop
            | Request::Fog(_)
            | Request::Fates(_)
            | Request::Chart(_)
            | Request::Frame
            | Request::Load(..) => Ok(None),
        }
    }

    /// Says once what a step of the script says; a question gets the floor.
    fn tell_the_script(&mut self, say: Say<'_>) {
        let snapshot = self.hand.snapshot(None);
        self.ui.observe(&snapshot);
        if std::mem::replace(&mut self.told_step, snapshot.script.next) == snapshot.script.next {
            return;
        }
        match self.hand.said() {
            None => {}
            Some(Said::Text(text)) => say(text),
            Some(Said::Note(text)) => say(&format!("(note) {text}")),
            Some(Said::Question { question, choices }) => {
                say(&format!("Question: {question}"));
                for choice in choices {
                    say(&format!("  {}: {}", choice.letter, choice.text));
                }
                say("A letter marks an answer, reveal shows what happens, close leaves the question.");
            }
        }
    }
}

/// An event as a sentence.
fn told(event: &EventLine) -> String {
    format!("{} {}", event.at.at, event.text)
}

/// No key was pressed where a line was typed.
fn unpressed(cause: Cause) -> Cause {
    match cause {
        Cause::Key(_) => Cause::Program,
        other => other,
    }
}

/// Whether a request goes somewhere in time, so that one wants to know where that is.
fn moves(request: &Request) -> bool {
    match request {
        Request::Step
        | Request::StepBack
        | Request::Seek(_)
        | Request::SeekTime(_)
        | Request::ToHead
        | Request::Switch(_)
        | Request::RunUntil(_)
        | Request::RunThrough(_)
        | Request::RunTo(_)
        | Request::NextAnomaly
        | Request::PreviousAnomaly
        | Request::StopAt(_)
        | Request::Look(_)
        | Request::NextStep => true,
        Request::Do(..)
        | Request::Play
        | Request::Pause
        | Request::SetSpeed(_)
        | Request::Undo
        | Request::Redo
        | Request::NoStop
        | Request::Focus(_)
        | Request::Explain(_)
        | Request::Fog(_)
        | Request::Fates(_)
        | Request::Chart(_)
        | Request::Beside(_)
        | Request::Frame
        | Request::Load(..) => false,
    }
}
