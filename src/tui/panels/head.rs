//! The lines at the top: title, clock and knobs; what to try next.

use ratatui::{
    layout::Rect,
    text::{Line, Span},
};

use unicode_width::UnicodeWidthStr;

use crate::{
    action::Level,
    drive::{Clock, Playhead, Snapshot, ratio},
    replica::primary::Role as Part,
    sim::{ReplicaView, Status},
    tui::{
        coach,
        paint::{Paint, bold, wrap, wrap_words},
        theme::Role,
        ui::{Addressing, Mode, Ui},
    },
};

/// From this width on the header also tells what seldom matters.
const ROOMY: u16 = 100;
/// Less of a title is not shown.
const LEAST_TITLE: usize = 5;
/// The advice never takes more rows than this.
const MOST_ADVICE: usize = 4;

/// Title, clock, what is shown and how. Where it is narrow the title goes first, then what is said last.
pub(in crate::tui) fn header(paint: &mut Paint<'_>, area: Rect, ui: &Ui, snapshot: &Snapshot) {
    let (run, pause) = paint.glyphs.clock;
    let clock = match (snapshot.playhead, snapshot.clock) {
        (Playhead::InThePast, Clock::Running) => format!("{run} REPLAY {}", snapshot.speed),
        (Playhead::AtHead, Clock::Running) => format!("{run} RUN {}", snapshot.speed),
        (Playhead::InThePast, Clock::Stopped) => format!("{pause} PAST"),
        (Playhead::AtHead, Clock::Stopped) => format!("{pause} PAUSED"),
    };
    let clock = format!("{clock}  t={}", snapshot.view.position.at);
    let mut right = vec![Span::styled(clock, bold(paint.style(Role::Title)))];
    let laggard = " laggard ";
    // A blank on each side of what stands right.
    let room = usize::from(area.width).saturating_sub(laggard.len() + 2);
    for (text, role) in knobs(paint, ui, snapshot, area.width) {
        right.push(paint.span(format!("  {text}"), role));
        if Line::from(right.clone()).width() > room {
            right.pop();
            break;
        }
    }
    right.push(Span::raw(" "));
    let room = paint.line_right(area, 0, &Line::from(right));
    let free = room.saturating_sub(u16::try_from(laggard.len() + 2).unwrap_or(0));
    let title = wrap_words(&snapshot.scenario.title, (free, free), 1, paint.glyphs.ellipsis).pop();
    // A letter and an ellipsis name nothing.
    let title = title.filter(|title| title.width() >= LEAST_TITLE || *title == snapshot.scenario.title);
    let mut left = vec![Span::styled(laggard, bold(paint.style(Role::Title)))];
    left.extend(title.map(|title| paint.span(format!(" {title}"), Role::Text)));
    paint.line(Rect { width: room.saturating_sub(1), ..area }, 0, &Line::from(left));
}

/// What the header tells of, the most important first.
fn knobs(paint: &Paint<'_>, ui: &Ui, snapshot: &Snapshot, width: u16) -> Vec<(String, Role)> {
    let settings = &snapshot.view.settings;
    let copies = settings.copies;
    let local = snapshot.zone_of(ui.picked);
    let count = |level: Level| settings.block_for(level, local).count;
    let levels = if settings.write.needs_zones() || settings.read.needs_zones() {
        // How many that is depends on whom one asks: the names say it better.
        format!("N{copies} W {} R {}", settings.write, settings.read)
    } else {
        format!("N{copies} W{} R{}", count(settings.write), count(settings.read))
    };
    let key = paint.clip(&snapshot.view.keys[snapshot.focus.index()], 16);
    let levels = primaries(paint, snapshot).unwrap_or(levels);
    let mut knobs = vec![(key, Role::Text), (levels, Role::Text)];
    if ui.modes.remote == Mode::On {
        knobs.insert(0, ("REMOTE".to_owned(), Role::Title));
    }
    if snapshot.view.latency_percent != 100 {
        knobs.push((format!("latency ×{}", ratio(snapshot.view.latency_percent)), Role::Text));
    }
    let clients = &snapshot.scenario.clients;
    let routed = if ui.addressing == Addressing::Routed { ", routed" } else { "" };
    let client = paint.clip(&clients[usize::from(ui.client.0)].name, 12);
    let client = (format!("as {client}{routed}"), Role::Text);
    if clients.len() > 1 {
        let after_key = knobs.len().min(if ui.modes.remote == Mode::On { 2 } else { 1 });
        knobs.insert(after_key, client);
    } else if width >= ROOMY {
        knobs.push(client);
    }
    if width >= ROOMY {
        knobs.push((format!("seed {}", snapshot.seed.0), Role::Dim));
    }
    knobs
}

/// Who takes itself for the primary, or leads a region, where there is such a one.
fn primaries(paint: &Paint<'_>, snapshot: &Snapshot) -> Option<String> {
    let policy = snapshot.view.settings.primary()?;
    let (head, heads) = (policy.head(), policy.heads());
    let is_primary = |replica: &&ReplicaView| {
        replica.status == Status::Up
            && replica.member.as_ref().is_some_and(|member| member.role == Part::Primary)
    };
    let names: Vec<String> = snapshot
        .view
        .replicas
        .iter()
        .filter(is_primary)
        .map(|replica| paint.clip(&replica.name, 8))
        .collect();
    Some(match names.as_slice() {
        [] => format!("no {head}"),
        [one] => format!("{head} {one}"),
        [one, other] => format!("{heads} {one} {other}"),
        many => format!("{} {heads}", many.len()),
    })
}

/// How many rows the advice takes: one, but two on a narrow terminal and more where a preset speaks.
pub(in crate::tui) fn advice_rows(area: Rect, snapshot: &Snapshot) -> u16 {
    let Some((text, _)) = coach::narration(snapshot) else { return if area.width < 80 { 2 } else { 1 } };
    let rows = wrap(&text, area.width.saturating_sub(4)).len() + 1;
    u16::try_from(rows.min(MOST_ADVICE)).unwrap_or(1)
}

/// What to try next, or what the preset has to say.
pub(in crate::tui) fn advice(paint: &mut Paint<'_>, area: Rect, ui: &Ui, snapshot: &Snapshot) {
    let bar = Span::styled(format!(" {} ", paint.glyphs.mark(Role::Advice)), paint.style(Role::Advice));
    let style = paint.style(Role::Advice);
    let Some((text, progress)) = coach::narration(snapshot) else {
        let (_, text) = coach::advice(ui, snapshot);
        let lines = if area.height > 1 { wrap(&text, area.width.saturating_sub(4)) } else { vec![text] };
        for (row, text) in (0..area.height).zip(lines) {
            let lead = if row == 0 { bar.clone() } else { Span::raw("   ") };
            paint.line(area, row, &Line::from(vec![lead, Span::styled(text, style)]));
        }
        return;
    };
    let last = area.height.saturating_sub(1);
    let lines = wrap(&text, area.width.saturating_sub(4));
    let hidden = lines.len() > usize::from(last);
    for (row, text) in (0..last).zip(lines) {
        let more = if hidden && row + 1 == last { paint.glyphs.ellipsis } else { "" };
        paint.line(area, row, &Line::from(vec![bar.clone(), Span::styled(format!("{text}{more}"), style)]));
    }
    let progress = Line::from(paint.span(format!(" {progress} "), Role::Dim));
    paint.line_right(area, last, &progress);
}
