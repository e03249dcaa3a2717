//! Below the cards: the walls that stand, the writes that are lost.

use ratatui::{
    layout::Rect,
    text::{Line, Span},
};
use unicode_width::UnicodeWidthStr;

use crate::{
    base::NodeId,
    drive::{Snapshot, side},
    net::CutShape,
    tui::{coach, paint::Paint, theme::Role},
};

/// Every standing cut: who from whom, since when, how many messages died at it. The names are cut first.
pub(in crate::tui) fn walls(paint: &mut Paint<'_>, area: Rect, snapshot: &Snapshot) {
    let now = snapshot.view.position.at;
    let wall = Span::styled(format!(" {} ", paint.glyphs.wall), paint.style(Role::Wall));
    let cuts = &snapshot.view.cuts;
    for (row, cut) in (0..area.height).zip(cuts) {
        let hidden = cuts.len().saturating_sub(usize::from(area.height));
        let more =
            if row + 1 == area.height && hidden > 0 { format!("  and {hidden} more") } else { String::new() };
        let tail = format!("  for {}  {} died at it{more}  P heals", now.since(cut.since), cut.killed);
        let room = usize::from(area.width).saturating_sub(3 + tail.width());
        let shape = paint.clip(&shape(snapshot, &cut.shape), room);
        paint.line(
            area,
            row,
            &Line::from(vec![wall.clone(), paint.span(format!("{shape}{tail}"), Role::Text)]),
        );
    }
}

pub(super) fn shape(snapshot: &Snapshot, shape: &CutShape) -> String {
    let name = |node: &NodeId| snapshot.replica_name(*node).to_owned();
    match shape {
        CutShape::Groups(groups) => {
            let sides: Vec<String> = groups.iter().map(|group| side(&snapshot.scenario, group)).collect();
            sides.join(" | ")
        }
        CutShape::Isolate(node) => format!("{} | all others", name(node)),
        CutShape::Link(a, b) => format!("link {}–{}", name(a), name(b)),
        CutShape::OneWay { from, to } => format!("one way {}→{}", name(from), name(to)),
    }
}

/// Which acknowledged writes are gone, the newest first, and for what.
pub(in crate::tui) fn losses(paint: &mut Paint<'_>, area: Rect, snapshot: &Snapshot) {
    let mark = paint.glyphs.mark(Role::Lost);
    for (row, loss) in (0..area.height).zip(snapshot.losses.iter().rev()) {
        let room = usize::from(area.width).saturating_sub(3);
        let text = format!(" {mark} {}", coach::obituary(snapshot, loss, room));
        paint.line(area, row, &Line::from(paint.span(text, Role::Lost)));
    }
}
