//! Fog of war: the cluster as one replica, or one client, knows it. Nothing else is drawn: no walls, no messages, no
//! staleness, no events; what the others hold is what they last said, and `?` where they never did.
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
    base::{ClientId, NodeId},
    data::Held,
    drive::{self, Knower, Known, Saying, Snapshot},
    sim::Status,
};

use super::{
    cluster::{self, Plan, Size},
    draw::Rows,
    paint::{Paint, bold, inside, wrap},
    panels,
    theme::Role,
    ui::{Ui, knower_name},
};

/// Draws it between the header and the hints.
pub(super) fn draw(paint: &mut Paint<'_>, area: Rect, ui: &mut Ui, snapshot: &Snapshot) {
    let Some(by) = ui.knower() else { return };
    let mut rest = Rows(area);
    let name = knower_name(by, snapshot);
    let from = match by {
        Knower::Replica(_) => "what it was told",
        Knower::Client(_) => "the answers it had",
    };
    let next = ui.after_fog(snapshot);
    let text = format!(" fog of war: only what {name} can know, from {from} ({next})");
    let title = Line::from(paint.span(text, Role::Advice));
    paint.line(rest.top(1), 0, &title);
    let status = rest.bottom(1);
    if let Some(told) = &ui.status {
        let line = panels::answer(paint, told);
        paint.line(status, 0, &line);
    }
    let of_this = |fog: &&drive::Fog| fog.by == by;
    let known = match snapshot.fog.as_ref().filter(of_this).map(|fog| &fog.known) {
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
    let line = match by {
        Knower::Client(client) => client_hero(paint, known, (client, snapshot)),
        Knower::Replica(node) if snapshot.view.replicas[node.index()].status == Status::Up => {
            hero(paint, known, (ui, snapshot))
        }
        Knower::Replica(_) => {
            Line::from(paint.span(format!(" {name} does not run: it knows nothing"), Role::Text))
        }
    };
    paint.line(rest.top(1), 0, &line);
    let plan = Plan::new(snapshot.view.replicas.len(), rest.0);
    for (index, place) in plan.cards.iter().enumerate() {
        let of = (NodeId::at(index), &known[index]);
        let lines = match by {
            Knower::Replica(_) => lines(paint, of, place.width, (ui, snapshot)),
            Knower::Client(client) => answers(paint, of, place.width, (client, snapshot)),
        };
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

/// Who answered it, what it waits for, and what it may not miss.
fn client_hero(
    paint: &Paint<'_>,
    known: &[Known],
    (client, snapshot): (ClientId, &Snapshot),
) -> Line<'static> {
    let name = knower_name(Knower::Client(client), snapshot);
    let heard = known.iter().filter(|known| known.heard.is_some()).count();
    let mut parts = vec![format!(" {name}: answers of {heard} of {} replicas", known.len())];
    let operations = &snapshot.operations.operations;
    let waits = operations.iter().filter(|one| one.client == client && one.returned.is_none()).count();
    if waits > 0 {
        parts.push(format!("waits for {waits}"));
    }
    let token = snapshot.view.clients.get(usize::from(client.0)).and_then(|client| {
        client.token.iter().find(|(key, writes)| *key == snapshot.focus && !writes.is_empty())
    });
    if let Some((_, writes)) = token {
        let writes: Vec<String> = writes.iter().take(3).map(ToString::to_string).collect();
        parts.push(format!("its session has {}", writes.join(" ")));
    }
    if operations.forgotten() > 0 {
        parts.push("long ago is forgotten".into());
    }
    Line::from(vec![
        Span::raw(" "),
        Span::styled(" FOG ", bold(paint.style(Role::Selected))),
        Span::raw(parts.join("   ")),
    ])
}

/// What a client was answered by one replica.
fn answers(
    paint: &Paint<'_>,
    (node, known): (NodeId, &Known),
    width: u16,
    (client, snapshot): (ClientId, &Snapshot),
) -> Vec<Line<'static>> {
    let width = usize::from(width).saturating_sub(4);
    let now = snapshot.view.position.at;
    let dim = |text: String| Line::from(paint.span(text, Role::Dim));
    let mut lines = match &known.said {
        Some(said) => {
            let how = match said.how {
                Saying::Acknowledges => "took it",
                Saying::Answers | Saying::Holds => "read",
            };
            vec![
                Line::from(values(paint, &said.held, width)),
                dim(format!("{how} {} ago", now.since(said.at))),
            ]
        }
        None => vec![dim("?".into())],
    };
    match known.heard {
        None => lines.push(dim("no answer from it".into())),
        Some(at) if known.said.as_ref().is_none_or(|said| said.at < at) => {
            lines.push(dim(format!("answered {} ago", now.since(at))));
        }
        Some(_) => {}
    }
    if snapshot.view.clients.get(usize::from(client.0)).is_some_and(|client| client.at == node) {
        lines.push(dim("its place".into()));
    }
    lines
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
        Some(said) => {
            let ago = format!("said {} ago", now.since(said.at));
            vec![Line::from(values(paint, &said.held, width)), Line::from(paint.span(ago, Role::Dim))]
        }
        None => vec![Line::from(paint.span("?", Role::Dim))],
    };
    match known.heard {
        None => lines.push(Line::from(paint.span("never heard of", Role::Dim))),
        Some(at) if known.said.as_ref().is_none_or(|said| said.at < at) => {
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
