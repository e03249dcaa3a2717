//! How things stand, in words, for views that do not show the cluster; and for every view what comes next.

use ratatui::{layout::Rect, text::Line};
use unicode_width::UnicodeWidthStr;

use crate::{
    base::{NodeId, Span},
    drive::Snapshot,
    sim::{Doom, MessageView, Status},
    tui::{paint::Paint, theme::Role},
};

use super::walls::shape;

/// `next: w1 → lima in 0.98s`: the first message to arrive, or what becomes of it as things are.
pub(in crate::tui) fn next(snapshot: &Snapshot) -> String {
    let first = |held: bool| {
        let those = snapshot.view.messages.iter().filter(|message| message.held_since().is_some() == held);
        those.min_by_key(|message| (message.arrives, message.id))
    };
    let gossip = snapshot.view.settings.anti_entropy.filter(|_| !snapshot.agreement.converged());
    let message = match (first(false), gossip) {
        (None, Some(gossip)) => {
            let walled = if snapshot.view.cuts.is_empty() { "" } else { ", not through the wall" };
            return format!("next: gossip, every {}{walled}", gossip.every);
        }
        (moving, _) => moving.or_else(|| first(true)),
    };
    let Some(message) = message else { return "next: nothing is on its way".into() };
    let what = match message.carries {
        Some(write) => format!("w{}", write.0),
        None => message.kind.name().to_owned(),
    };
    format!("next: {what} → {}{}", snapshot.replica_name(message.to), fate(message, snapshot))
}

fn fate(message: &MessageView, snapshot: &Snapshot) -> String {
    let status = snapshot.view.replicas.get(message.to.index()).map(|replica| replica.status);
    match (message.doom, status) {
        (Some(Doom::Held(_)), _) => ", held by hand".into(),
        (Some(Doom::Wall), _) => ", dies at the wall".into(),
        (Some(Doom::Loss), _) => ", gets lost".into(),
        (None, Some(Status::Crashed)) => ", which is down".into(),
        (None, Some(Status::Frozen)) => format!("{}, to wait there: frozen", due(message, snapshot)),
        (None, Some(Status::Up) | None) => due(message, snapshot),
    }
}

fn due(message: &MessageView, snapshot: &Snapshot) -> String {
    match message.arrives.since(snapshot.view.position.at) {
        Span::ZERO => " now".into(),
        left => format!(" in {left}"),
    }
}

/// What comes next, on a row of its own.
pub(in crate::tui) fn next_row(paint: &mut Paint<'_>, area: Rect, snapshot: &Snapshot) {
    paint.line(area, 0, &Line::from(paint.span(format!(" {}", next_and_wall(snapshot)), Role::Text)));
}

/// Where a wall stands a line of its own tells of it.
fn next_and_wall(snapshot: &Snapshot) -> String {
    let wall = if snapshot.view.cuts.is_empty() { "no wall  " } else { "" };
    format!("{wall}{}", next(snapshot))
}

/// At the right end of a rule that has room for it.
pub(in crate::tui) fn next_on_rule(paint: &mut Paint<'_>, area: Rect, title: &str, snapshot: &Snapshot) {
    let fits = |text: &String| usize::from(area.width) >= title.width() + text.width() + 8;
    let texts = [next_and_wall(snapshot), next(snapshot)].map(|text| format!(" {text} "));
    if let Some(text) = texts.into_iter().find(fits) {
        let line = Line::from(paint.span(text, Role::Title));
        paint.line_right(Rect { width: area.width - 1, ..area }, 0, &line);
    }
}

/// Who is stale, down or frozen, where a wall stands, what comes next.
pub(in crate::tui) fn situation(paint: &mut Paint<'_>, area: Rect, snapshot: &Snapshot) {
    let all = || (0..snapshot.view.replicas.len()).map(NodeId::at);
    let status = |node: &NodeId| snapshot.view.replicas[node.index()].status;
    let stale: Vec<NodeId> =
        all().filter(|node| snapshot.staleness.get(node.index()).is_some_and(Option::is_some)).collect();
    let down: Vec<NodeId> = all().filter(|node| status(node) == Status::Crashed).collect();
    let frozen: Vec<NodeId> = all().filter(|node| status(node) == Status::Frozen).collect();
    let wall = match snapshot.view.cuts.as_slice() {
        [] => "no wall".to_owned(),
        [one] => format!("wall {}", paint.clip(&shape(snapshot, &one.shape), 24)),
        many => format!("{} walls", many.len()),
    };
    let names = |word: &str, nodes: &[NodeId]| match nodes {
        [] => format!("none {word}"),
        nodes if nodes.len() <= 3 => {
            let names: Vec<String> =
                nodes.iter().map(|node| paint.clip(snapshot.replica_name(*node), 8)).collect();
            format!("{word} {}", names.join(" "))
        }
        nodes => format!("{word} {}", nodes.len()),
    };
    let mut parts = vec![names("stale", &stale)];
    parts.extend(
        [("down", &down), ("frozen", &frozen)]
            .iter()
            .filter(|(_, nodes)| !nodes.is_empty())
            .map(|(word, nodes)| names(word, nodes)),
    );
    parts.extend([wall, next(snapshot)]);
    paint.line(area, 0, &Line::from(paint.span(format!(" {}", parts.join("  ")), Role::Text)));
}
