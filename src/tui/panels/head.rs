//! The lines at the top and the bottom.

use ratatui::{
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    drive::{Clock, Playhead, Snapshot, ratio},
    net::CutShape,
    tui::{
        coach,
        paint::{Paint, bold, wrap},
        registry,
        theme::Role,
        ui::{Tone, Ui},
    },
};

/// Title, clock, what is shown and how.
pub(in crate::tui) fn header(paint: &mut Paint<'_>, area: Rect, ui: &Ui, snapshot: &Snapshot) {
    let (run, pause) = paint.glyphs.clock;
    let clock = match (snapshot.playhead, snapshot.clock) {
        (Playhead::InThePast, Clock::Running) => format!("{run} REPLAY {}", snapshot.speed),
        (Playhead::AtHead, Clock::Running) => format!("{run} RUN {}", snapshot.speed),
        (Playhead::InThePast, Clock::Stopped) => format!("{pause} PAST"),
        (Playhead::AtHead, Clock::Stopped) => format!("{pause} PAUSED"),
    };
    let settings = &snapshot.view.settings;
    let copies = settings.copies;
    let client = &snapshot.scenario.clients[usize::from(ui.client.0)].name;
    let key = &snapshot.view.keys[snapshot.focus.index()];
    let latency = match snapshot.view.latency_percent {
        100 => String::new(),
        percent => format!("  latency ×{}", ratio(percent)),
    };
    let mut right = vec![
        Span::styled(format!("{clock}  t={}", snapshot.view.position.at), bold(paint.style(Role::Title))),
        paint.span(
            if area.width < 80 {
                format!("  {key}")
            } else {
                format!(
                    "  {key}  N{copies} W{} R{}{latency}",
                    settings.write.required(copies),
                    settings.read.required(copies)
                )
            },
            Role::Text,
        ),
    ];
    if area.width >= 100 {
        right.push(paint.span(format!("  as {client}  seed {}", snapshot.seed.0), Role::Dim));
    }
    right.push(Span::raw(" "));
    let room = paint.line_right(area, 0, &Line::from(right));
    let left = Line::from(vec![
        Span::styled(" laggard ", bold(paint.style(Role::Title))),
        paint.span(format!(" {}", snapshot.scenario.title), Role::Text),
    ]);
    paint.line(Rect { width: room.saturating_sub(1), ..area }, 0, &left);
}

/// What to try next, or what the preset has to say.
pub(in crate::tui) fn advice(paint: &mut Paint<'_>, area: Rect, ui: &Ui, snapshot: &Snapshot) {
    let bar = Span::styled(paint.glyphs.mark(Role::Advice).to_owned() + " ", paint.style(Role::Advice));
    let style = paint.style(Role::Advice);
    if let Some((text, progress)) = coach::narration(snapshot) {
        let progress = Line::from(paint.span(format!(" {progress} "), Role::Dim));
        let last = area.height.saturating_sub(1);
        let room = if area.height > 1 {
            paint.line_right(area, last, &progress);
            area.width
        } else {
            paint.line_right(area, 0, &progress)
        };
        for (row, text) in (0..area.height).zip(wrap(&text, room.saturating_sub(4))) {
            let line = Line::from(vec![Span::raw(" "), bar.clone(), Span::styled(text, style)]);
            paint.line(Rect { width: room, ..area }, row, &line);
        }
        return;
    }
    let (_, text) = coach::advice(ui, snapshot);
    paint.line(area, 0, &Line::from(vec![Span::raw(" "), bar, Span::styled(text, style)]));
}

/// Do the replicas agree?
pub(in crate::tui) fn hero(paint: &mut Paint<'_>, area: Rect, snapshot: &Snapshot) {
    let agreement = &snapshot.agreement;
    let converged = agreement.converged();
    let role = if converged { Role::Converged } else { Role::Diverged };
    let word = if converged { "CONVERGED" } else { "DIVERGED" };
    let mut spans = vec![
        Span::raw(" "),
        Span::styled(format!(" {} {word} ", paint.glyphs.mark(role)), bold(paint.style(role))),
        Span::raw(" "),
    ];
    let copies = agreement.copies;
    if converged {
        let all =
            if copies == 1 { "the replica holds ".into() } else { format!("all {copies} replicas hold ") };
        spans.push(Span::raw(all));
        spans.extend(contents(paint, snapshot, 0));
    } else {
        if area.width >= 80 {
            spans.push(Span::raw(format!("{} values: ", agreement.groups.len())));
        }
        for (group, (_, nodes)) in agreement.groups.iter().enumerate().take(4) {
            spans.extend(contents(paint, snapshot, group));
            spans.push(Span::raw(format!("×{}  ", nodes.len())));
        }
    }
    let mut right = Vec::new();
    let lost = snapshot.lost_writes;
    if lost > 0 {
        let text = format!(
            "{} {lost} write{} LOST  ",
            paint.glyphs.mark(Role::Lost),
            if lost == 1 { "" } else { "s" }
        );
        right.push(paint.span(text, Role::Lost));
    }
    right.push(Span::raw(format!("in flight {}  ", snapshot.view.messages.len())));
    if let Some((node, stale)) = &agreement.stalest {
        let behind = snapshot.view.position.at.since(stale.since);
        right.push(paint.span(format!("stalest {} {behind} ", snapshot.replica_name(*node)), Role::Stale));
    } else if agreement.other_keys_diverged > 0 {
        right.push(paint.span(format!("{} other keys differ ", agreement.other_keys_diverged), Role::Stale));
    }
    let room = paint.line_right(area, 0, &Line::from(right));
    paint.line(Rect { width: room.saturating_sub(1), ..area }, 0, &Line::from(spans));
}

/// The values of one group of agreeing replicas.
fn contents(paint: &Paint<'_>, snapshot: &Snapshot, group: usize) -> Vec<Span<'static>> {
    let Some((held, _)) = snapshot.agreement.groups.get(group) else { return Vec::new() };
    if held.is_nothing() {
        return vec![paint.span("nothing", Role::Dim)];
    }
    let mut spans = Vec::new();
    for version in held.versions() {
        spans.extend(paint.value(&version.value.to_string()));
        spans.push(Span::raw(" "));
    }
    spans
}

/// Every standing cut: who from whom, since when, how many messages died at it.
pub(in crate::tui) fn walls(paint: &mut Paint<'_>, area: Rect, snapshot: &Snapshot) {
    let now = snapshot.view.position.at;
    let wall = Span::styled(format!(" {} ", paint.glyphs.wall), paint.style(Role::Wall));
    let names = |nodes: &[crate::base::NodeId]| {
        nodes.iter().map(|node| snapshot.replica_name(*node)).collect::<Vec<_>>().join(" ")
    };
    let cuts = &snapshot.view.cuts;
    for (row, cut) in (0..area.height).zip(cuts) {
        let shape = match &cut.shape {
            CutShape::Groups(groups) => {
                groups.iter().map(|group| format!("{{{}}}", names(group))).collect::<Vec<_>>().join(" | ")
            }
            CutShape::Isolate(node) => format!("{} | all others", snapshot.replica_name(*node)),
            CutShape::Link(a, b) => {
                format!("link {}–{}", snapshot.replica_name(*a), snapshot.replica_name(*b))
            }
            CutShape::OneWay { from, to } => {
                format!("one way {}→{}", snapshot.replica_name(*from), snapshot.replica_name(*to))
            }
        };
        let more = if row + 1 == area.height && cuts.len() > usize::from(area.height) {
            format!("  and {} more", cuts.len() - usize::from(area.height))
        } else {
            String::new()
        };
        let text = format!("{shape}  for {}  {} died at it{more}  P heals", now.since(cut.since), cut.killed);
        paint.line(area, row, &Line::from(vec![wall.clone(), paint.span(text, Role::Text)]));
    }
}

/// Which acknowledged writes are gone, the newest first, and for what.
pub(in crate::tui) fn losses(paint: &mut Paint<'_>, area: Rect, snapshot: &Snapshot) {
    let mark = paint.glyphs.mark(Role::Lost);
    for (row, loss) in (0..area.height).zip(snapshot.losses.iter().rev()) {
        let text = format!(" {mark} {}", coach::obituary(snapshot, loss));
        paint.line(area, row, &Line::from(paint.span(text, Role::Lost)));
    }
}

/// The line that answers the last key, or the line being typed.
pub(in crate::tui) fn status(paint: &mut Paint<'_>, area: Rect, ui: &Ui, snapshot: &Snapshot) {
    let line = match (&ui.status, &snapshot.pursuit) {
        (Some(status), _) => {
            let role = match status.tone {
                Tone::Plain => Role::Text,
                Tone::Refusal => Role::Error,
            };
            let mark = if status.tone == Tone::Refusal { paint.glyphs.mark(Role::Error) } else { " " };
            Line::from(paint.span(format!(" {mark} {}", status.text), role))
        }
        (None, Some(words)) => {
            Line::from(paint.span(format!("   running until {words} (space stops)"), Role::Text))
        }
        (None, None) => {
            let tally = &snapshot.tally;
            let mut text = format!(
                "   reads {} ({} stale)  writes {}  failed {}",
                tally.reads,
                tally.stale_reads,
                tally.writes,
                tally.refused + tally.timed_out
            );
            let dead = tally.lost + tally.cut + tally.down;
            if dead > 0 {
                text.push_str(&format!("  messages died {dead}"));
            }
            if !snapshot.branches.is_empty() {
                text.push_str(&format!("  branches {}", snapshot.branches.len()));
            }
            Line::from(paint.span(text, Role::Dim))
        }
    };
    paint.line(area, 0, &line);
}

/// As many keys as fit, the most useful first.
pub(in crate::tui) fn hints(paint: &mut Paint<'_>, area: Rect, ui: &Ui) {
    let layer = ui.layer();
    let mut spans = vec![Span::raw(" ")];
    let mut width = 1;
    for entry in registry::hints(layer) {
        let Some(key) = registry::key_in(layer, entry.action) else { continue };
        let key = if matches!(entry.action, registry::Action::Pick(_)) { "1-9".to_owned() } else { key };
        let text = format!(" {}  ", entry.label);
        let wide = key.chars().count() + text.chars().count();
        if width + wide > usize::from(area.width) + 1 {
            break;
        }
        width += wide;
        spans.push(Span::styled(key, bold(paint.style(Role::HintKey))));
        spans.push(paint.span(text, Role::Dim));
    }
    paint.line(area, 0, &Line::from(spans));
}
