//! Fog of war: the cluster as one replica knows it. Nothing else is drawn: no walls, no messages, no staleness, no
//! events; what the others hold is what they last said, and `?` where they never did.
//!
//! ```text
//!  FOG  ams holds ▲ green, heard of 1 of 2 others, believes lon down
//!  ╔ 1 ams ═════════╗   ╭ 2 lon ─────────╮   ╭ 3 nyc ─────────╮
//!  ║ ▲ green        ║   │ ● blue         │   │ ?              │
//!  ║ itself         ║   │ said 4.1s ago  │   │ never heard of │
//!  ╚════════════════╝   ╰────────────────╯   ╰────────────────╯
//! ```

use ratatui::{
    layout::Rect,
    text::{Line, Span},
};
use unicode_width::UnicodeWidthStr;

use crate::{
    base::NodeId,
    data::Held,
    drive::{self, Known, Snapshot},
    sim::Status,
};

use super::{
    cluster::{self, Plan, Size},
    draw::Rows,
    paint::{Paint, bold, inside, wrap},
    panels,
    theme::Role,
    ui::Ui,
};

/// Draws it between the header and the hints.
pub(super) fn draw(paint: &mut Paint<'_>, area: Rect, ui: &mut Ui, snapshot: &Snapshot) {
    let mut rest = Rows(area);
    let by = ui.picked;
    let name = snapshot.replica_name(by);
    let text = format!(" fog of war: only what {name} can know, from what it was told (v lifts it)");
    let title = Line::from(paint.span(text, Role::Advice));
    paint.line(rest.top(1), 0, &title);
    let status = rest.bottom(1);
    if let Some(told) = &ui.status {
        let line = panels::answer(paint, told);
        paint.line(status, 0, &line);
    }
    let of_picked = |fog: &&drive::Fog| fog.by == by;
    let known = match snapshot.fog.as_ref().filter(of_picked).map(|fog| &fog.known) {
        Some(Ok(known)) => known,
        Some(Err(why)) => {
            let text = format!("there is no fog here: {why}");
            for (row, line) in (1..).zip(wrap(&text, rest.0.width.saturating_sub(2))) {
                let line = Line::from(paint.span(format!(" {line}"), Role::Text));
                paint.line(rest.0, row, &line);
            }
            return;
        }
        // The answer is on its way.
        None => return,
    };
    let line = if snapshot.view.replicas[by.index()].status == Status::Up {
        hero(paint, known, (ui, snapshot))
    } else {
        Line::from(paint.span(format!(" {name} does not run: it knows nothing"), Role::Text))
    };
    paint.line(rest.top(1), 0, &line);
    let plan = Plan::new(snapshot.view.replicas.len(), rest.0);
    for (index, place) in plan.cards.iter().enumerate() {
        let lines = lines(paint, (NodeId::at(index), &known[index]), place.width, (ui, snapshot));
        card(paint, *place, plan.size, (index, lines), (ui, snapshot));
    }
    (ui.columns, ui.cards) = (plan.columns, plan.cards);
}

/// What it holds, whom it heard of, whom it believes down.
fn hero(paint: &Paint<'_>, known: &[Known], (ui, snapshot): (&Ui, &Snapshot)) -> Line<'static> {
    let by = ui.picked;
    let mut spans = vec![
        Span::raw(" "),
        Span::styled(" FOG ", bold(paint.style(Role::Selected))),
        Span::raw(format!(" {}: ", snapshot.replica_name(by))),
    ];
    spans.extend(cluster::contents(paint, (ui, snapshot), by, 24));
    let heard = known.iter().filter(|known| known.heard.is_some()).count();
    let others = known.len() - 1;
    spans.push(Span::raw(format!("   heard of {heard} of {others} others")));
    let down = &snapshot.view.replicas[by.index()].believes_down;
    let names: Vec<&str> = down.iter().take(4).map(|node| snapshot.replica_name(*node)).collect();
    if !names.is_empty() {
        let more = if down.len() > names.len() { " and others" } else { "" };
        spans.push(paint.span(format!("   believes down: {}{more}", names.join(" ")), Role::Text));
    }
    Line::from(spans)
}

/// What stands on the card of one replica, the most important first.
fn lines(
    paint: &Paint<'_>,
    (node, known): (NodeId, &Known),
    width: u16,
    (ui, snapshot): (&Ui, &Snapshot),
) -> Vec<Line<'static>> {
    let width = usize::from(width).saturating_sub(4);
    let now = snapshot.view.position.at;
    let me = &snapshot.view.replicas[ui.picked.index()];
    let runs = me.status == Status::Up;
    if node == ui.picked {
        let (held, word) = if runs {
            (cluster::contents(paint, (ui, snapshot), node, width), "itself")
        } else {
            (vec![paint.span("?", Role::Dim)], "does not run")
        };
        return vec![Line::from(held), Line::from(paint.span(word, Role::Dim))];
    }
    let owns = snapshot.view.replicas[node.index()].owns[snapshot.focus.index()];
    let mut lines = match &known.said {
        _ if !owns => vec![Line::from(paint.span("holds no copy", Role::Dim))],
        Some((at, held)) => {
            let ago = format!("said {} ago", now.since(*at));
            vec![Line::from(values(paint, held, width)), Line::from(paint.span(ago, Role::Dim))]
        }
        None => vec![Line::from(paint.span("?", Role::Dim))],
    };
    match known.heard {
        None => lines.push(Line::from(paint.span("never heard of", Role::Dim))),
        Some(at) if known.said.as_ref().is_none_or(|(said, _)| *said < at) => {
            lines.push(Line::from(paint.span(format!("heard {} ago", now.since(at)), Role::Dim)));
        }
        Some(_) => {}
    }
    if runs && me.believes_down.contains(&node) {
        lines.push(Line::from(paint.span("believed down", Role::Text)));
    }
    lines
}

fn values(paint: &Paint<'_>, held: &Held, width: usize) -> Vec<Span<'static>> {
    let versions = held.versions();
    if versions.is_empty() {
        return vec![paint.span("nothing", Role::Dim)];
    }
    let share = (width / versions.len()).saturating_sub(3).max(1);
    let mut spans = Vec::new();
    for version in versions {
        let text = version.value.to_string();
        let words = format!("{} {} ", paint.shape(&text), paint.clip(&text, share));
        spans.push(Span::styled(words, paint.theme.value(&text)));
    }
    spans
}

fn card(
    paint: &mut Paint<'_>,
    area: Rect,
    size: Size,
    (index, lines): (usize, Vec<Line<'static>>),
    (ui, snapshot): (&Ui, &Snapshot),
) {
    let picked = ui.picked.index() == index;
    match size {
        Size::Large | Size::Medium | Size::Small => {
            let (frame, role) = if picked {
                (paint.glyphs.picked_frame, Role::Title)
            } else {
                (paint.glyphs.frame, Role::Border)
            };
            let style = paint.style(role);
            paint.outline(area, &frame, style);
            let number = if index < 9 { format!("{} ", index + 1) } else { String::new() };
            let name = format!("{number}{}", snapshot.replica_name(NodeId::at(index)));
            let name = paint.clip(&name, usize::from(area.width).saturating_sub(4));
            let name = Line::from(Span::styled(format!(" {name} "), bold(paint.style(Role::Title))));
            paint.line(Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }, 0, &name);
            let inner = inside(area);
            let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
            for (row, line) in (0..inner.height).zip(&lines) {
                paint.line(inner, row, line);
            }
        }
        Size::Tile | Size::Cell => {
            let role = if picked { Role::Selected } else { Role::Dim };
            let number = (index + 1).to_string();
            let mut spans = Vec::new();
            if usize::from(area.width) > number.width() + 2 {
                spans.push(paint.span(format!("{number:>2}"), role));
                spans.push(Span::raw(" "));
            }
            spans.extend(lines.into_iter().next().into_iter().flat_map(|line| line.spans));
            paint.line(area, 0, &Line::from(spans));
        }
    }
}
