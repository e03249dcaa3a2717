//! What the mouse does.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use crate::{
    drive::Snapshot,
    tui::registry::{Action, Layer},
};

use super::{Effect, Overlay, Ui, View};

impl Ui {
    /// A click picks a card or runs a key hint; the wheel scrolls a list or the events.
    pub(in crate::tui) fn click(&mut self, mouse: MouseEvent, snapshot: &Snapshot) -> Vec<Effect> {
        let at = Position::new(mouse.column, mouse.row);
        match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => self.press_at(at, snapshot),
            MouseEventKind::ScrollDown => self.wheel(3, snapshot),
            MouseEventKind::ScrollUp => self.wheel(-3, snapshot),
            _ => Vec::new(),
        }
    }

    fn press_at(&mut self, at: Position, snapshot: &Snapshot) -> Vec<Effect> {
        let hint = self.hints.iter().find(|(place, _)| place.contains(at)).map(|(_, action)| *action);
        // A range of keys is no key.
        if let Some(action) = hint.filter(|action| !matches!(action, Action::Pick(_) | Action::Answer(_))) {
            return self.act(action, snapshot);
        }
        let row = self.operation_rows.iter().find(|(place, _)| place.contains(at)).map(|(_, place)| *place);
        if let Some(place) = row.filter(|_| self.browses()) {
            return self.click_operation(place, snapshot);
        }
        let at_hand = matches!(self.layer(), Layer::Main | Layer::Operations | Layer::Remote);
        let chart = at_hand && self.view != View::Operations;
        if let Some(effects) = self.press_in_chart(at, snapshot).filter(|_| chart) {
            return effects;
        }
        if let Some(time) = self.bar.and_then(|bar| bar.time_at(at, self, snapshot))
            && at_hand
        {
            return self.go_to(time.min(snapshot.head.at), snapshot);
        }
        let card = self.cards.iter().position(|card| card.contains(at));
        match card.filter(|_| at_hand) {
            Some(index) => self.pick(index),
            None => Vec::new(),
        }
    }

    fn wheel(&mut self, by: isize, snapshot: &Snapshot) -> Vec<Effect> {
        if let Overlay::Help(list) | Overlay::Choice(_, list) = &mut self.overlay {
            list.step(by);
        } else if self.view == View::Operations {
            self.wheel_operations(by, snapshot);
        } else {
            let last = snapshot.events.len().saturating_sub(1);
            self.scroll = self.scroll.saturating_add_signed(by).min(last);
        }
        Vec::new()
    }
}
