//! What each key does while a history is read.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use crate::{
    check::history::Object,
    tui::{
        operations::brief,
        registry::{Action, Layer},
        ui::{Entry, Id, List, Prompt, PromptKind},
    },
};

use super::{Effect, Overlay, Panel, Reading, book::Place};

impl Reading {
    /// Does what an action asks for.
    pub(in crate::tui) fn act(&mut self, action: Action) -> Effect {
        self.status = None;
        match action {
            Action::Quit => return Effect::Quit,
            Action::Copy => return Effect::Copy,
            Action::Redraw => return Effect::Repaint,
            Action::Suspend => return Effect::Suspend,
            Action::Close => self.close(),
            Action::NextTheme => {
                self.theme = self.theme.next();
                self.say(format!("theme: {}", self.theme.kind().name()));
            }
            Action::Help => self.overlay = Overlay::Help(List::help(Layer::History)),
            Action::Verdicts => self.overlay = Overlay::Keys(List::new(self.keys())),
            Action::Filter => {
                let typed = self.browser.typed().to_owned();
                self.overlay = Overlay::Filter(Prompt::new(PromptKind::Filter, typed));
            }
            Action::Inspect => {
                self.panel = match self.panel {
                    Panel::Closed => Panel::Explained,
                    Panel::Explained => Panel::Closed,
                };
            }
            Action::NextAnomaly => self.violation_or_key(1),
            Action::PreviousAnomaly => self.violation_or_key(-1),
            Action::NextEvidence => self.evidence(1),
            Action::PreviousEvidence => self.evidence(-1),
            Action::Accept => return self.accept(),
            other => self.move_or_edit(other),
        }
        Effect::Nothing
    }

    /// What is chosen, and what that is.
    pub(super) fn selected(&self) -> (&'static str, String) {
        if let Overlay::Help(list) | Overlay::Keys(list) = &self.overlay {
            let shown = list.shown();
            let text = shown.get(list.at).map(|entry| format!("{}  {}", entry.head, entry.text));
            return ("the chosen line", text.unwrap_or_default().trim().to_owned());
        }
        let lines: Vec<String> = self.explained().into_iter().map(|(line, _)| line).collect();
        ("the chosen operation", lines.join("\n"))
    }

    /// Says what became of something outside this screen.
    pub(super) fn told_outside(&mut self, result: Result<String, String>) {
        match result {
            Ok(text) => self.say(text),
            Err(text) => self.refuse(text),
        }
    }

    /// A character for the line or the list that has the keyboard.
    pub(in crate::tui) fn type_text(&mut self, text: &str) {
        match &mut self.overlay {
            Overlay::Filter(prompt) => prompt.insert(text),
            Overlay::Help(list) | Overlay::Keys(list) => list.type_text(text),
            Overlay::None => return self.refuse("nothing is being typed; / takes words to filter by"),
        }
        self.filter_as_typed();
    }

    pub(in crate::tui) fn is_typing(&self) -> bool {
        !matches!(self.overlay, Overlay::None)
    }

    /// A click chooses a row, and explains the chosen one; the wheel scrolls.
    pub(in crate::tui) fn click(&mut self, mouse: MouseEvent) -> Effect {
        let at = Position::new(mouse.column, mouse.row);
        match mouse.kind {
            MouseEventKind::ScrollDown => self.wheel(3),
            MouseEventKind::ScrollUp => self.wheel(-3),
            MouseEventKind::Down(MouseButton::Left) => {
                let hint = self.hints.iter().find(|(place, _)| place.contains(at)).map(|(_, action)| *action);
                if let Some(action) = hint {
                    return self.act(action);
                }
                let row = self.rows.iter().find(|(place, _)| place.contains(at)).map(|(_, row)| *row);
                if let (Some(row), Overlay::None) = (row, &self.overlay) {
                    if self.browser.chosen(&self.pages) == Some(row) {
                        return self.act(Action::Inspect);
                    }
                    self.browser.choose(&self.pages, row);
                }
            }
            _ => {}
        }
        Effect::Nothing
    }

    fn wheel(&mut self, by: isize) {
        match &mut self.overlay {
            Overlay::Help(list) | Overlay::Keys(list) => list.step(by),
            Overlay::None | Overlay::Filter(_) => self.browser.step(&self.pages, by),
        }
    }

    fn close(&mut self) {
        match (&self.overlay, self.panel) {
            // What was being typed is dropped with its line.
            (Overlay::Filter(_), _) => {
                self.overlay = Overlay::None;
                self.browser.filter("");
            }
            (Overlay::Help(_) | Overlay::Keys(_), _) => self.overlay = Overlay::None,
            (Overlay::None, Panel::Explained) => self.panel = Panel::Closed,
            (Overlay::None, Panel::Closed) if self.browser.is_filtered() => self.browser.filter(""),
            (Overlay::None, Panel::Closed) => self.refuse("nothing is open; q quits"),
        }
    }

    fn accept(&mut self) -> Effect {
        match std::mem::replace(&mut self.overlay, Overlay::None) {
            Overlay::Help(list) => {
                if let Some(Id::Action(action)) = list.chosen() {
                    return self.act(action);
                }
                self.overlay = Overlay::Help(list);
                self.refuse("no action matches; Ctrl-U erases the search");
            }
            Overlay::Keys(list) => {
                if let Some(Id::Index(object)) = list.chosen() {
                    self.go_to_key(object);
                } else {
                    self.overlay = Overlay::Keys(list);
                    self.refuse("no key matches; Ctrl-U erases the search");
                }
            }
            // The filter has been at work all along.
            Overlay::Filter(_) | Overlay::None => {}
        }
        Effect::Nothing
    }

    fn go_to_key(&mut self, object: usize) {
        match self.violated().iter().position(|violated| *violated == object) {
            Some(violation) => self.go_to_violation(violation),
            None => self.go_to_object(object),
        }
    }

    /// Every key with its verdict, those that are violated first.
    fn keys(&self) -> Vec<Entry> {
        let objects = &self.pages.book.history.objects;
        let mut order: Vec<usize> = (0..objects.len()).collect();
        if let Some(judged) = &self.judged {
            order.sort_by_key(|object| super::draw::urgency(&judged.verdicts[*object]));
        }
        let entry = |object: usize| {
            let verdict = self.judged.as_ref().map(|judged| &judged.verdicts[object]);
            let (sign, word) = super::draw::sign(verdict, self.glyphs);
            let why = verdict.and_then(|verdict| verdict.why(self.budget));
            let why = why.map_or_else(String::new, |why| format!(": {why}"));
            let Object { key, operations } = &objects[object];
            let key = key.as_ref().map_or_else(|| "the only key".to_owned(), |key| brief(key));
            let count = operations.len();
            let s = if count == 1 { "" } else { "s" };
            Entry {
                id: Id::Index(object),
                head: format!("{sign} {word}"),
                text: format!("{key}: {count} operation{s}{why}"),
            }
        };
        order.into_iter().map(entry).collect()
    }

    fn violation_or_key(&mut self, by: isize) {
        let violated = self.violated().len();
        if violated == 0 {
            return self.next_key(by);
        }
        let chosen = self.browser.chosen(&self.pages);
        let complete = self.told_violation().and_then(|(object, witness)| {
            self.pages.row_of(object, witness.map_or(0, |witness| witness.complete))
        });
        if chosen == complete {
            match self.violation.checked_add_signed(by).filter(|next| *next < violated) {
                Some(next) => self.go_to_violation(next),
                None if violated == 1 => {
                    return self.refuse("that is the only violation; n goes through its evidence");
                }
                None => {
                    return self.refuse(if by > 0 {
                        "that is the last violation"
                    } else {
                        "that is the first violation"
                    });
                }
            }
        } else {
            self.go_to_violation(self.violation);
        }
        self.say(format!("violation {} of {violated}", self.violation + 1));
    }

    /// Where nothing is violated, the keys are gone through.
    fn next_key(&mut self, by: isize) {
        let objects = self.pages.book.history.objects.len();
        let here = self.browser.chosen(&self.pages).and_then(|row| self.pages.place(row));
        let here = match here {
            Some(Place::Told { object, .. }) => object as usize,
            Some(Place::Unheard(_)) | None => 0,
        };
        if objects < 2 {
            return self.refuse("there is one key, and no violation is known");
        }
        match here.checked_add_signed(by).filter(|next| *next < objects) {
            Some(next) => {
                self.go_to_object(next);
                self.say(format!("no violation is known: key {} of {objects}", next + 1));
            }
            None => self.refuse(if by > 0 { "that is the last key" } else { "that is the first key" }),
        }
    }

    fn evidence(&mut self, by: isize) {
        let Some((object, Some(witness))) = self.told_violation() else {
            return self.refuse("no violation with evidence is chosen; ] goes to one");
        };
        let rows = self.pages.evidence(object, witness);
        let here = self.browser.chosen(&self.pages).unwrap_or(0);
        let next = if by > 0 {
            rows.iter().position(|row| *row > here)
        } else {
            rows.iter().rposition(|row| *row < here)
        };
        match next {
            Some(next) => {
                self.browser.choose(&self.pages, rows[next]);
                self.say(format!("operation {} of the {} that show the violation", next + 1, rows.len()));
            }
            None => self.refuse(if by > 0 {
                "that is the last of the evidence"
            } else {
                "that is the first of the evidence"
            }),
        }
    }

    fn move_or_edit(&mut self, action: Action) {
        match &mut self.overlay {
            Overlay::None => {
                let all = isize::try_from(self.count()).unwrap_or(isize::MAX);
                match action {
                    Action::Up => self.browser.step(&self.pages, -1),
                    Action::Down => self.browser.step(&self.pages, 1),
                    Action::PageUp => self.browser.page(&self.pages, -1),
                    Action::PageDown => self.browser.page(&self.pages, 1),
                    Action::ToFirst => self.browser.step(&self.pages, -all),
                    Action::ToLast => self.browser.step(&self.pages, all),
                    _ => self.refuse("that acts only on a line being typed or on a list"),
                }
            }
            Overlay::Help(list) | Overlay::Keys(list) => list.edit_by(action),
            Overlay::Filter(_) if action == Action::Up => self.browser.step(&self.pages, -1),
            Overlay::Filter(_) if action == Action::Down => self.browser.step(&self.pages, 1),
            Overlay::Filter(prompt) => {
                prompt.edit_by(action);
                if action == Action::Complete {
                    prompt.complete_with(&PromptKind::FIELDS.map(str::to_owned));
                }
            }
        }
        self.filter_as_typed();
    }

    fn filter_as_typed(&mut self) {
        if let Overlay::Filter(prompt) = &self.overlay
            && prompt.text != self.browser.typed()
        {
            self.browser.filter(&prompt.text);
        }
    }
}
