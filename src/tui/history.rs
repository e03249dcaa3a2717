//! A history from elsewhere on the screen: its operations, the verdict on every key, the first violation chosen and
//! marked. Judging goes on beside it in a thread of its own, so that keys are answered all the while.
//!
//! ```text
//! Book (a file, understood) ──▶ Reading ──▶ draw
//! keys ──▶ registry::lookup(Layer::History) ──▶ Reading::act
//! check::linear::judge_watched (a thread) ──▶ Reading::take
//! ```

mod act;
pub mod app;
mod book;
mod draw;
mod explain;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use ratatui::layout::Rect;

use crate::check::linear::{Budget, Judged, Progress, Sum, Verdict, Witness};

use super::{
    operations::{Browser, Drawn, Source},
    registry::{Action, Layer},
    theme::{Glyphs, Theme},
    ui::{List, Prompt, Status, Tone},
};
pub use book::Book;
use book::Pages;

/// What the screen remembers while a history is read.
#[derive(Debug)]
pub struct Reading {
    pages: Pages,
    budget: Budget,
    progress: Arc<Progress>,
    /// `None`: still being judged.
    judged: Option<Judged>,
    browser: Browser,
    overlay: Overlay,
    panel: Panel,
    /// Which of the violated keys is told of.
    violation: usize,
    status: Option<Status>,
    theme: Theme,
    glyphs: &'static Glyphs,
    /// Where the last picture had its key hints and its rows.
    hints: Vec<(Rect, Action)>,
    rows: Drawn,
}

/// What lies over the table and has the keyboard.
#[derive(Debug)]
enum Overlay {
    None,
    Help(List),
    Keys(List),
    Filter(Prompt),
}

/// Below the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Panel {
    Closed,
    /// All that is known of the chosen operation.
    Explained,
}

/// What a key leads to outside this screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Nothing,
    Repaint,
    Suspend,
    /// Hand the chosen line to the clipboard.
    Copy,
    Quit,
}

impl Reading {
    /// Before anything is judged, on the first operation.
    pub fn new(book: Book, budget: Budget, theme: Theme, glyphs: &'static Glyphs) -> Self {
        let pages = Pages::new(book);
        let mut browser = Browser::new();
        browser.choose(&pages, 0);
        Self {
            pages,
            budget,
            progress: Arc::default(),
            judged: None,
            browser,
            overlay: Overlay::None,
            panel: Panel::Closed,
            violation: 0,
            status: None,
            theme,
            glyphs,
            hints: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// What has the keyboard.
    pub fn layer(&self) -> Layer {
        match self.overlay {
            Overlay::None => Layer::History,
            Overlay::Help(_) => Layer::Help,
            Overlay::Keys(_) => Layer::Choice,
            Overlay::Filter(_) => Layer::Prompt,
        }
    }

    /// Takes the verdict: the first violation is chosen, unless somebody has begun to look elsewhere.
    pub fn take(&mut self, judged: Judged) {
        self.pages.mark(&judged);
        let untouched = self.browser.chosen(&self.pages) == Some(0) && !self.browser.is_filtered();
        let violated = judged.sum() == Sum::Violated;
        self.judged = Some(judged);
        if violated && untouched {
            self.go_to_violation(0);
        } else if violated {
            self.say("violated: ] goes to what shows it");
        }
    }

    /// What all keys came to; `None` while they are judged.
    pub fn sum(&self) -> Option<Sum> {
        self.judged.as_ref().map(Judged::sum)
    }

    /// Whether the filter has operations left to look through.
    fn searches(&self) -> bool {
        self.browser.progress(&self.pages).is_some()
    }

    fn look_on(&mut self, some: usize) {
        self.browser.look_on(&self.pages, some);
    }

    /// The violated keys, by their objects.
    fn violated(&self) -> Vec<usize> {
        let verdicts = self.judged.iter().flat_map(|judged| judged.verdicts.iter().enumerate());
        verdicts.filter(|(_, verdict)| verdict.sum() == Sum::Violated).map(|(object, _)| object).collect()
    }

    /// The object of the violation that is told of, with its witness.
    fn told_violation(&self) -> Option<(usize, Option<&Witness>)> {
        let object = *self.violated().get(self.violation)?;
        match self.judged.as_ref()?.verdicts.get(object)? {
            Verdict::Violated(witness) => Some((object, witness.as_deref())),
            Verdict::Holds | Verdict::Spent(_) | Verdict::Abandoned | Verdict::NothingObserved => None,
        }
    }

    /// Chooses what shows the violation of a place in [`Self::violated`].
    fn go_to_violation(&mut self, violation: usize) {
        self.violation = violation;
        let Some((object, witness)) = self.told_violation() else { return };
        let at = witness.map_or(0, |witness| witness.complete);
        if let Some(row) = self.pages.row_of(object, at) {
            self.browser.choose(&self.pages, row);
        }
    }

    /// The first operation of an object that has one.
    fn go_to_object(&mut self, object: usize) {
        if let Some(row) = self.pages.row_of(object, 0) {
            self.browser.choose(&self.pages, row);
        }
    }

    fn say(&mut self, text: impl Into<String>) {
        self.status = Some(Status { text: text.into(), tone: Tone::Plain });
    }

    /// Says why a key did nothing.
    pub fn refuse(&mut self, text: impl Into<String>) {
        self.status = Some(Status { text: text.into(), tone: Tone::Refusal });
    }

    fn count(&self) -> usize {
        self.pages.count()
    }
}
