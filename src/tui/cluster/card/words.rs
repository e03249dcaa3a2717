//! What a card says, in words that keep within the room they are given.

use std::sync::Arc;

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::{
    base::NodeId,
    data::Version,
    drive::{Snapshot, skew},
    sim::Status,
    tui::{
        cluster::Size,
        paint::{Paint, bold},
        theme::Role,
        ui::Ui,
    },
};

use super::{
    Subject,
    badges::{badges, fitted},
    is_picked, replica,
};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    Few,
    Many,
}

/// The write that is held; siblings are named below the card.
pub(super) fn version(subject: Subject<'_>) -> String {
    match versions(subject) {
        [one] => one.id.to_string(),
        [] | [..] => String::new(),
    }
}

pub(super) fn versions(subject: Subject<'_>) -> &[Arc<Version>] {
    let (_, _, snapshot) = subject;
    replica(subject).held[snapshot.focus.index()].versions()
}

pub(super) fn value(paint: &Paint<'_>, subject: Subject<'_>, width: usize) -> Vec<Span<'static>> {
    let (_, _, snapshot) = subject;
    if !replica(subject).owns[snapshot.focus.index()] {
        return vec![paint.span("holds no copy", Role::Dim)];
    }
    match versions(subject) {
        [] => vec![paint.span("nothing", Role::Dim)],
        held => values(paint, held, width),
    }
}

/// Siblings share the width; those that find no room are counted.
fn values(paint: &Paint<'_>, held: &[Arc<Version>], width: usize) -> Vec<Span<'static>> {
    // A shape, a space, three letters, a space.
    let shown = held.len().min((width + 1) / 6).max(1);
    let more = if shown < held.len() { format!("+{}", held.len() - shown) } else { String::new() };
    let mut left = (width + 1).saturating_sub(more.width() + usize::from(!more.is_empty()));
    let mut spans = Vec::new();
    for (index, version) in held.iter().take(shown).enumerate() {
        let share = (left / (shown - index)).saturating_sub(3);
        let text = version.value.to_string();
        let style = bold(paint.theme.value(&text));
        let words = paint.clip(&text, share);
        left = left.saturating_sub(words.width() + 3);
        if index > 0 {
            spans.push(Span::raw(" "));
        }
        spans.push(Span::styled(format!("{} {words}", paint.shape(&text)), style));
    }
    if !more.is_empty() {
        spans.push(paint.span(format!(" {more}"), Role::Dim));
    }
    spans
}

/// Down, frozen, fresh, or stale and by how much.
pub(super) fn state(paint: &Paint<'_>, subject: Subject<'_>, words: Words) -> Vec<Span<'static>> {
    let (index, _, snapshot) = subject;
    let view = replica(subject);
    let say =
        |role: Role, text: String| vec![paint.span(format!("{} {text}", paint.glyphs.mark(role)), role)];
    let stale = snapshot.staleness[index].as_ref();
    let behind = stale.map_or_else(String::new, |stale| format!(" STALE -{}", stale.versions));
    match (view.status, words) {
        (Status::Crashed, Words::Few) => return say(Role::Crashed, "DOWN".into()),
        (Status::Crashed, Words::Many) => return say(Role::Crashed, format!("DOWN{behind}")),
        (Status::Frozen, Words::Many) => {
            return say(Role::Frozen, format!("FROZEN {} wait{behind}", view.inbox));
        }
        (Status::Frozen, Words::Few) => return say(Role::Frozen, "FROZEN".into()),
        (Status::Up, _) => {}
    }
    if !view.owns[snapshot.focus.index()] {
        return Vec::new();
    }
    match (stale, words) {
        (None, _) => say(Role::Fresh, "fresh".into()),
        (Some(stale), Words::Few) => say(Role::Stale, format!("STALE -{}", stale.versions)),
        (Some(stale), Words::Many) => {
            let behind = snapshot.view.position.at.since(stale.since);
            say(Role::Stale, format!("STALE -{} {behind}", stale.versions))
        }
    }
}

/// The vector of what is held: which writes of each coordinator it has behind it.
pub(super) fn vector(paint: &Paint<'_>, subject: Subject<'_>, width: usize) -> Line<'static> {
    let (index, _, snapshot) = subject;
    let entries: Vec<String> = snapshot
        .vector(NodeId::at(index))
        .entries()
        .map(|(node, counter)| format!("{}:{counter}", paint.clip(&snapshot.actor_name(node), 6)))
        .collect();
    let some = |count: usize| match entries.len() - count {
        0 => format!("[{}]", entries.join(" ")),
        more => format!("[{} +{more}]", entries[..count].join(" ")),
    };
    let text = (1..=entries.len()).rev().map(some).find(|text| text.width() <= width).unwrap_or_default();
    Line::from(paint.span(text, Role::Dim))
}

/// A clock that is wrong.
pub(super) fn clock(paint: &Paint<'_>, subject: Subject<'_>) -> Line<'static> {
    match replica(subject).skew {
        0 => Line::default(),
        offset => Line::from(paint.span(format!("clock {}", skew(offset)), Role::Advice)),
    }
}

pub(super) fn traffic(paint: &Paint<'_>, subject: Subject<'_>, width: usize) -> Line<'static> {
    let (index, _, snapshot) = subject;
    let here = NodeId::at(index);
    let to = snapshot.view.messages.iter().filter(|message| message.to == here).count();
    let from = snapshot.view.messages.iter().filter(|message| message.from == here).count();
    let waiting = snapshot.view.open.iter().filter(|(_, node)| *node == here).count();
    let waits = if waiting > 0 { format!("  client waits {waiting}") } else { String::new() };
    let text = format!("in {to}  out {from}{waits}");
    let text = if text.width() <= width { text } else { format!("in {to}  out {from}  waits {waiting}") };
    Line::from(paint.span(text, Role::Dim))
}

/// A wall where the replica is on another side than the picked one, else a space.
pub(super) fn wall(paint: &Paint<'_>, subject: Subject<'_>) -> Span<'static> {
    let (index, ui, snapshot) = subject;
    let mut sides = snapshot.view.sides.iter();
    let here = sides.find(|side| side.contains(&ui.picked));
    let apart = here.is_some_and(|side| !side.contains(&NodeId::at(index)));
    if apart { paint.span(paint.glyphs.wall, Role::Wall) } else { Span::raw(" ") }
}

/// A replica in lines of so many columns, the most important first: its name; the shape of what it holds, and of which
/// write; its state; what it hides else.
pub(in crate::tui) fn facts(
    paint: &Paint<'_>,
    (ui, snapshot): (&Ui, &Snapshot),
    node: NodeId,
    width: u16,
) -> [Line<'static>; 5] {
    let subject = (node.index(), ui, snapshot);
    let width = usize::from(width);
    let (mark, role) = if is_picked(subject) {
        (paint.glyphs.mark(Role::Selected), Role::Selected)
    } else {
        (" ", Role::Title)
    };
    let number = if node.index() < 9 { format!("{} ", node.index() + 1) } else { String::new() };
    let name = paint.clip(&format!("{number}{}", replica(subject).name), width.saturating_sub(2));
    let name = vec![Span::raw(format!("{mark} ")), Span::styled(name, bold(paint.style(role)))];
    let mut held = vec![Span::raw("  ")];
    for version in versions(subject).iter().take(3) {
        let text = version.value.to_string();
        held.push(Span::styled(paint.shape(&text), paint.theme.value(&text)));
        held.push(Span::raw(" "));
    }
    held.push(paint.span(version(subject), Role::Dim));
    let indented = |mut spans: Vec<Span<'static>>| {
        spans.insert(0, Span::raw("  "));
        Line::from(spans)
    };
    let many = indented(state(paint, subject, Words::Many));
    let state = if many.width() <= width { many } else { indented(state(paint, subject, Words::Few)) };
    let badges = fitted(&badges(subject, Size::Medium), width.saturating_sub(2));
    [
        Line::from(name),
        Line::from(held),
        state,
        indented(traffic(paint, subject, width.saturating_sub(2)).spans),
        indented(vec![paint.span(badges, Role::Advice)]),
    ]
}

/// A replica on one line of so many columns.
pub(in crate::tui) fn summary(
    paint: &Paint<'_>,
    (ui, snapshot): (&Ui, &Snapshot),
    node: NodeId,
    width: u16,
) -> Line<'static> {
    const NAME: usize = 12;
    let subject = (node.index(), ui, snapshot);
    let picked = is_picked(subject);
    let mark = if picked { paint.glyphs.mark(Role::Selected) } else { " " };
    let name = paint.clip(&replica(subject).name, NAME);
    let pad = " ".repeat(NAME.saturating_sub(name.width()));
    let name = format!("{mark} {:>2} {name}{pad} ", node.index() + 1);
    let mut spans = vec![paint.span(name, if picked { Role::Selected } else { Role::Text })];
    if snapshot.view.sides.len() > 1 {
        spans.push(wall(paint, subject));
        spans.push(Span::raw(" "));
    }
    let mut tail = vec![paint.span(format!("  {}", version(subject)), Role::Dim), Span::raw("  ")];
    tail.extend(state(paint, subject, Words::Many));
    let mut used = Line::from(spans.clone()).width() + Line::from(tail.clone()).width();
    // The value comes first: badges take what it leaves.
    let wanted = Line::from(value(paint, subject, usize::from(width))).width();
    let badges = fitted(&badges(subject, Size::Cell), usize::from(width).saturating_sub(used + wanted + 2));
    if !badges.is_empty() {
        tail.push(paint.span(format!("  {badges}"), Role::Advice));
        used += badges.width() + 2;
    }
    spans.extend(value(paint, subject, usize::from(width).saturating_sub(used).max(8)));
    spans.extend(tail);
    Line::from(spans)
}
