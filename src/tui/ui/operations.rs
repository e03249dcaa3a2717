//! What the keys do in the view of operations.

use crate::{
    drive::{Request, Snapshot},
    tui::{
        operations::{Live, Source as _},
        registry::Action,
    },
};

use super::{Effect, Overlay, Prompt, PromptKind, Side, Ui, View};

/// Whether the chosen operation is explained below the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Panel {
    Closed,
    Explained,
}

impl Ui {
    /// Whether the view of operations has the keyboard.
    pub(super) fn browses(&self) -> bool {
        self.view == View::Operations && matches!(self.overlay, Overlay::None)
    }

    /// What an action does to the table, if it is the table's.
    pub(super) fn browse(&mut self, action: Action, snapshot: &Snapshot) -> Option<Vec<Effect>> {
        if action == Action::Filter {
            self.view = View::Operations;
            let typed = self.operations.typed().to_owned();
            return Some(self.prompt(PromptKind::Filter, typed));
        }
        // While a filter is typed the table can be gone through.
        let aside = self.is_filtering() && matches!(action, Action::Up | Action::Down);
        if !self.browses() && !aside {
            return None;
        }
        let live = Live::of(snapshot);
        let table = &mut self.operations;
        match action {
            Action::Up => table.step(&live, -1),
            Action::Down => table.step(&live, 1),
            Action::PageUp => table.page(&live, -1),
            Action::PageDown => table.page(&live, 1),
            Action::ToFirst => table.step(&live, isize::MIN),
            Action::ToLast => table.step(&live, isize::MAX),
            Action::Inspect if self.operation_panel == Panel::Closed => {
                self.operation_panel = Panel::Explained;
            }
            Action::Inspect => return Some(self.go_to_operation(&live)),
            Action::Explain => return Some(self.why_operation(&live)),
            Action::Close if self.operation_panel == Panel::Explained => self.operation_panel = Panel::Closed,
            Action::Close if table.is_filtered() => table.filter(""),
            _ => return None,
        }
        Some(Vec::new())
    }

    /// To the moment when the chosen operation ended, or to now if it has not.
    fn go_to_operation(&mut self, live: &Live<'_>) -> Vec<Effect> {
        let chosen = self.operations.chosen(live);
        let Some((place, operation)) = chosen.and_then(|place| Some((place, live.operation(place)?))) else {
            return self.no("no operation is chosen".into());
        };
        // It stays chosen while others are forgotten with the time that has not been yet.
        self.operations.choose(live, place);
        if let Some(node) = operation.coordinator.or(operation.contacts.last().copied()) {
            self.picked = node;
        }
        match operation.returned {
            Some(returned) => vec![Effect::Ask(Request::Look(returned.at))],
            None => self.no("its client still waits".into()),
        }
    }

    /// Why it went as it did: there, then, in the cluster.
    fn why_operation(&mut self, live: &Live<'_>) -> Vec<Effect> {
        let mut effects = self.go_to_operation(live);
        if !effects.is_empty() {
            self.view = View::Cluster;
            self.side = Side::Story;
            effects.push(Effect::Ask(Request::Explain(Some(self.picked))));
        }
        effects
    }

    fn is_filtering(&self) -> bool {
        matches!(&self.overlay, Overlay::Prompt(Prompt { kind: PromptKind::Filter, .. }))
    }

    /// What is being typed filters at once.
    pub(super) fn filter_as_typed(&mut self) {
        if let Overlay::Prompt(Prompt { kind: PromptKind::Filter, text, .. }) = &self.overlay
            && text != self.operations.typed()
        {
            self.operations.filter(text);
        }
    }

    /// Operations come, and change: a filter is asked about all of them again.
    pub(super) fn refilter(&mut self, snapshot: &Snapshot) {
        if self.view == View::Operations && self.operations.is_filtered() {
            let live = Live::of(snapshot);
            self.operations.rewind();
            self.operations.look_on(&live, live.count());
        }
    }

    pub(super) fn wheel_operations(&mut self, by: isize, snapshot: &Snapshot) {
        self.operations.step(&Live::of(snapshot), by);
    }

    /// A click chooses a row, and explains the chosen one.
    pub(super) fn click_operation(&mut self, place: usize, snapshot: &Snapshot) -> Vec<Effect> {
        let live = Live::of(snapshot);
        if self.operations.chosen(&live) == Some(place) {
            return self.act(Action::Inspect, snapshot);
        }
        self.operations.choose(&live, place);
        Vec::new()
    }
}
