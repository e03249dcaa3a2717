//! What the screen remembers that the simulation need not know: what is picked, which view is up, what is
//! being typed. Intents come in, requests to the network actor go out; nothing is judged here.

mod act;
mod commands;
mod lists;
mod prompt;
mod values;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use crate::{
    base::{ClientId, NodeId},
    drive::{Notice, Request, Snapshot},
};

use super::{
    registry::Layer,
    theme::{Glyphs, Theme},
};
pub(super) use lists::{List, Purpose};
pub(super) use prompt::{Prompt, PromptKind};
pub(super) use values::next_value;

/// The screen's own state.
#[derive(Debug)]
pub struct Ui {
    pub(super) picked: NodeId,
    pub(super) client: ClientId,
    pub(super) view: View,
    pub(super) overlay: Overlay,
    /// How far the event list is scrolled back.
    pub(super) scroll: usize,
    pub(super) side: Side,
    pub(super) status: Option<Status>,
    pub(super) question: Question,
    pub(super) theme: Theme,
    pub(super) glyphs: &'static Glyphs,
    /// How many columns of cards the last picture had: what up and down move by.
    pub(super) columns: usize,
    /// Where the last picture had its cards, by replica.
    pub(super) cards: Vec<Rect>,
    seen_notice: u64,
    /// What the question on the screen is the answer to: the script step that asked.
    asked_at: usize,
}

/// Which view a narrow terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    Cluster,
    Events,
    Details,
}

/// What lies over the view and has the keyboard.
#[derive(Debug)]
pub(super) enum Overlay {
    None,
    Help(List),
    Choice(Purpose, List),
    Prompt(Prompt),
    Question,
}

/// What is told beside, or instead of, the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Nothing,
    /// Why the picked replica is stale.
    Story,
    /// Everything about the picked replica.
    Inspector,
}

/// The line above the hints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Status {
    pub(super) text: String,
    pub(super) tone: Tone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Refusal,
}

/// A question to the class: what was answered, and the show of hands.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) marked: Option<u8>,
    pub(super) hands: [u32; 5],
}

/// What an intent leads to outside the screen.
#[derive(Debug)]
pub enum Effect {
    Ask(Request),
    /// Load this built-in preset.
    Open(String),
    Repaint,
    Suspend,
    Quit,
}

impl Ui {
    pub fn new(theme: Theme, glyphs: &'static Glyphs) -> Self {
        Self {
            picked: NodeId(0),
            client: ClientId(0),
            view: View::Cluster,
            overlay: Overlay::None,
            scroll: 0,
            side: Side::Nothing,
            status: None,
            question: Question::default(),
            theme,
            glyphs,
            columns: 1,
            cards: Vec::new(),
            seen_notice: 0,
            asked_at: usize::MAX,
        }
    }

    /// What has the keyboard.
    pub fn layer(&self) -> Layer {
        match self.overlay {
            Overlay::None => Layer::Main,
            Overlay::Help(_) => Layer::Help,
            Overlay::Choice(..) => Layer::Choice,
            Overlay::Prompt(_) => Layer::Prompt,
            Overlay::Question => Layer::Question,
        }
    }

    /// Takes note of a new snapshot.
    pub fn observe(&mut self, snapshot: &Snapshot) {
        let last = NodeId::at(snapshot.view.replicas.len().saturating_sub(1));
        self.picked = self.picked.min(last);
        if usize::from(self.client.0) >= snapshot.scenario.clients.len() {
            self.client = ClientId(0);
        }
        let Notice { number, text, is_error } = &snapshot.notice;
        if *number != self.seen_notice {
            self.seen_notice = *number;
            let tone = if *is_error { Tone::Refusal } else { Tone::Plain };
            self.status = (!text.is_empty()).then(|| Status { text: text.clone(), tone });
        }
        if snapshot.script.said.is_none() && matches!(self.overlay, Overlay::Question) {
            self.overlay = Overlay::None;
        }
        let asks = matches!(snapshot.script.said, Some(crate::drive::Said::Question { .. }));
        if asks && self.asked_at != snapshot.script.next {
            self.asked_at = snapshot.script.next;
            self.question = Question::default();
            self.overlay = Overlay::Question;
        }
    }

    fn say(&mut self, text: impl Into<String>) {
        self.status = Some(Status { text: text.into(), tone: Tone::Plain });
    }

    /// Whether letters are text at the moment.
    pub(super) fn is_typing(&self) -> bool {
        matches!(self.overlay, Overlay::Prompt(_) | Overlay::Choice(..) | Overlay::Help(_))
    }

    /// Forgets what belonged to the preset before.
    pub(super) fn reset(&mut self) {
        let (theme, glyphs, seen_notice) = (self.theme.clone(), self.glyphs, self.seen_notice);
        *self = Self { seen_notice, ..Self::new(theme, glyphs) };
    }

    /// A click picks a card; the wheel scrolls the events.
    pub(super) fn click(&mut self, mouse: MouseEvent, snapshot: &Snapshot) -> Vec<Effect> {
        match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => {
                let at = Position::new(mouse.column, mouse.row);
                if let Some(index) = self.cards.iter().position(|card| card.contains(at)) {
                    self.picked = NodeId::at(index);
                }
            }
            MouseEventKind::ScrollDown => {
                self.scroll = (self.scroll + 3).min(snapshot.events.len().saturating_sub(1));
            }
            MouseEventKind::ScrollUp => self.scroll = self.scroll.saturating_sub(3),
            _ => {}
        }
        if self.side == Side::Story {
            vec![Effect::Ask(Request::Explain(Some(self.picked)))]
        } else {
            Vec::new()
        }
    }

    /// Says why a key did nothing.
    pub fn refuse(&mut self, text: impl Into<String>) {
        self.status = Some(Status { text: text.into(), tone: Tone::Refusal });
    }
}
