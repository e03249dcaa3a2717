//! Which row is whose lane, and which column is what time.

use std::collections::BTreeSet;

use ratatui::layout::{Position, Rect};
use unicode_width::UnicodeWidthStr;

use crate::{
    base::{ClientId, NodeId, SimTime, Span},
    drive::{
        Snapshot,
        chart::{BarKind, Chart},
    },
    tui::ui::Ui,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct Place {
    /// All lanes with their labels, and the bars above.
    pub(in crate::tui) area: Rect,
    /// The columns of time.
    pub(super) time: Rect,
    /// The columns for what each replica shows now.
    pub(super) now: Rect,
    /// The rows of walls.
    pub(super) walls: u16,
    /// Rows between one lane and the next, the lane counted.
    pub(super) gap: u16,
    /// Lanes that are drawn: the row of each.
    pub(super) nodes: Vec<(NodeId, u16)>,
    pub(super) clients: Vec<(ClientId, u16)>,
    from: SimTime,
    width: u64,
}

/// The most rows for walls.
const MOST_WALLS: u16 = 2;
/// Lanes further apart than this are no clearer.
const MOST_GAP: u16 = 6;

impl Place {
    /// `None` where there is no room for a lane.
    pub(super) fn new(area: Rect, ui: &Ui, snapshot: &Snapshot, chart: &Chart) -> Option<Self> {
        let replicas = snapshot.view.replicas.len();
        let called: BTreeSet<ClientId> = chart.calls.iter().map(|call| call.client).collect();
        let walls = chart.bars.iter().filter(|bar| matches!(bar.kind, BarKind::Cut(_))).count();
        let walls = u16::try_from(walls).unwrap_or(u16::MAX).min(MOST_WALLS).min(area.height / 6);
        let rows = area.height.checked_sub(walls)?;
        // Clients have at most a third of the rows, and the picked one is always among them.
        let room = usize::from(rows / 3).min(called.len());
        let mut shown: Vec<ClientId> = called.iter().copied().filter(|client| *client == ui.client).collect();
        shown.extend(called.iter().copied().filter(|client| *client != ui.client));
        shown.truncate(room);
        shown.sort_unstable();
        let rows_for_nodes = rows.checked_sub(u16::try_from(shown.len()).ok()?)?;
        if rows_for_nodes == 0 || replicas == 0 {
            return None;
        }
        let between = u16::try_from(replicas - 1).unwrap_or(u16::MAX).max(1);
        let gap = ((rows_for_nodes - 1) / between).clamp(1, MOST_GAP);
        let fit = usize::from((rows_for_nodes - 1) / gap + 1).min(replicas);
        let first = (ui.picked.index() + 1).saturating_sub(fit).min(replicas - fit);
        let top = area.y + walls;
        let row = |index: usize| top + u16::try_from(index).unwrap_or(u16::MAX).saturating_mul(gap);
        let nodes: Vec<_> = (0..fit).map(|index| (NodeId::at(first + index), row(index))).collect();
        let bottom = nodes.last().map_or(top, |(_, row)| row + 1);
        let clients = shown.into_iter().zip(bottom..area.bottom()).collect();
        let names = snapshot.view.replicas.iter().map(|replica| replica.name.width());
        let people = snapshot.scenario.clients.iter().map(|client| client.name.width());
        let label = u16::try_from(names.chain(people).max().unwrap_or(0).min(12)).unwrap_or(12) + 4;
        let now = if area.width >= 72 { 14 } else { 0 };
        let columns = area.width.checked_sub(label + now).filter(|columns| *columns >= 8)?;
        let time = Rect { x: area.x + label, width: columns, ..area };
        let now = Rect { x: time.right(), width: now, ..area };
        let width = chart.to.since(chart.from).0.max(1);
        Some(Self { area, time, now, walls, gap, nodes, clients, from: chart.from, width })
    }

    /// The column of a time, in half columns from the left edge of time; outside it the edge.
    pub(super) fn halves(&self, at: SimTime) -> u16 {
        let most = u64::from(self.time.width) * 2 - 1;
        let past = u128::from(at.0.saturating_sub(self.from.0)) * u128::from(most) / u128::from(self.width);
        u16::try_from(past.min(u128::from(most))).unwrap_or(u16::MAX)
    }

    pub(super) fn column(&self, at: SimTime) -> u16 {
        self.time.x + self.halves(at) / 2
    }

    pub(super) fn row(&self, node: NodeId) -> Option<u16> {
        self.nodes.iter().find(|(shown, _)| *shown == node).map(|(_, row)| *row)
    }

    pub(super) fn client_row(&self, client: ClientId) -> Option<u16> {
        self.clients.iter().find(|(shown, _)| *shown == client).map(|(_, row)| *row)
    }

    /// The rows from the first lane to the last.
    pub(super) fn lanes(&self) -> std::ops::Range<u16> {
        let first = self.nodes.first().map_or(self.area.y, |(_, row)| *row);
        let last = self.clients.last().map(|(_, row)| *row).or(self.nodes.last().map(|(_, row)| *row));
        first..last.map_or(first, |row| row + 1)
    }

    /// Whether there is room between the lanes.
    pub(super) fn has_lines(&self) -> bool {
        self.gap > 1 || self.nodes.len() < 2
    }

    /// How much time a column is.
    pub(in crate::tui) fn step(&self) -> Span {
        Span((self.width / u64::from(self.time.width.max(1))).max(1))
    }

    /// The time in the middle of a cell, if it lies among the columns of time.
    pub(in crate::tui) fn time_at(&self, at: Position) -> Option<SimTime> {
        let inside = self.time.contains(at);
        let column = u64::from(at.x.saturating_sub(self.time.x));
        let past = u128::from(column * 2 + 1) * u128::from(self.width) / u128::from(self.time.width) / 2;
        inside.then(|| SimTime(self.from.0.saturating_add(u64::try_from(past).unwrap_or(u64::MAX))))
    }

    /// The replica whose lane lies at or just above a row.
    pub(in crate::tui) fn node_at(&self, at: Position) -> Option<NodeId> {
        let within = |row: u16| at.y >= row && at.y < row + self.gap;
        self.nodes.iter().find(|(_, row)| within(*row)).map(|(node, _)| *node)
    }
}
