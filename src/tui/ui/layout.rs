//! How the cluster view is arranged, and which replica the arrows find there.

use crate::{
    drive::Snapshot,
    tui::registry::{self, Action, Layer},
};

use super::{Effect, Fog, Layout, Ui, View};

impl Ui {
    /// The next layout that this cluster has.
    pub(super) fn next_layout(&mut self, snapshot: &Snapshot) -> Vec<Effect> {
        let next = self.layout.next();
        let next = if next == Layout::Zones && !has_zones(snapshot) { next.next() } else { next };
        self.arrange(next, snapshot)
    }

    pub(super) fn arrange(&mut self, layout: Layout, snapshot: &Snapshot) -> Vec<Effect> {
        if layout == Layout::Zones && !has_zones(snapshot) {
            return self.no("no replica of this cluster stands in a zone".into());
        }
        self.layout = layout;
        self.fog = Fog::Lifted;
        self.view = View::Cluster;
        let key = registry::key_in(Layer::Main, Action::NextLayout).unwrap_or_default();
        let skipped = if layout == Layout::Grid && !has_zones(snapshot) { "; no zones here" } else { "" };
        self.say(match layout {
            Layout::Grid => format!("layout: grid (next: {key}{skipped})"),
            Layout::Ring => format!("layout: ring, clockwise (next: {key})"),
            Layout::Zones => format!("layout: a box for each zone (next: {key})"),
        });
        Vec::new()
    }

    /// The replica that an arrow leads to from the picked one: the nearest that way in the last picture; left and right
    /// go on in the order of the replicas where there is none.
    pub(super) fn beside(&self, action: Action, count: usize) -> Option<usize> {
        let at = self.picked.index();
        let round = |by: usize| Some((at + by) % count.max(1));
        if self.layout == Layout::Ring {
            match action {
                Action::Left => return round(count.saturating_sub(1)),
                Action::Right => return round(1),
                _ => {}
            }
        }
        let middle = |index: usize| {
            let card = self.cards.get(index)?;
            // Rows are twice as high as columns are wide.
            Some((
                i32::from(card.x) + i32::from(card.width) / 2,
                2 * i32::from(card.y) + i32::from(card.height),
            ))
        };
        let from = middle(at)?;
        let distance = |index: usize| {
            let to = middle(index)?;
            let (x, y) = (to.0 - from.0, to.1 - from.1);
            let (ahead, aside) = match action {
                Action::Left => (-x, y),
                Action::Right => (x, y),
                Action::Up => (-y, x),
                _ => (y, x),
            };
            (ahead > 0 && index != at).then_some(ahead + 2 * aside.abs())
        };
        let nearest = (0..count).filter_map(|index| Some((distance(index)?, index))).min();
        match (nearest, action) {
            (Some((_, index)), _) => Some(index),
            (None, Action::Left) => round(count.saturating_sub(1)),
            (None, Action::Right) => round(1),
            (None, _) => None,
        }
    }
}

fn has_zones(snapshot: &Snapshot) -> bool {
    snapshot.view.zones.iter().any(Option::is_some)
}
