//! Two runs side by side on one clock: the line, and an abandoned future of it or the same seed under another setting.
//!
//! ```text
//! this run: read level ONE              │ beside it: read level ALL
//!  ≠ DIVERGED 2 values: …               │  = CONVERGED all 3 replicas hold ▲ green
//!  ╔ 1 ams ══════╗    ╭ 2 lon ──────╮   │  ╔ 1 ams ══════╗    ╭ 2 lon ──────╮
//! ── so far ─────────────────────────────────────────────────────────────────────
//!  stale reads   2 of 9 (22 %)          │ 0 of 7
//! ```

use ratatui::{
    layout::Rect,
    text::{Line, Span as Text},
};
use unicode_width::UnicodeWidthStr;

use crate::{
    base::Span,
    drive::{Beside, BesideKind, Snapshot},
    sim::Outcome,
};

use super::{
    cluster,
    draw::Rows,
    metrics::{percent, quantile},
    paint::{Paint, bold, wrap},
    panels,
    theme::Role,
    ui::Ui,
};

/// Lines of events below each cluster, where there is room for them.
const EVENTS: u16 = 8;
/// From this height on there is.
const ROOM_FOR_EVENTS: u16 = 28;
/// The clusters are not made lower than this for the figures.
const LEAST_CLUSTER: u16 = 5;
/// The columns of the figures' names.
const NAMES: u16 = 15;

pub(super) fn draw(paint: &mut Paint<'_>, area: Rect, ui: &mut Ui, snapshot: &Snapshot) {
    let Some(beside) = snapshot.beside.as_deref() else {
        let text = "nothing stands beside this run: V chooses a setting to compare it with from the beginning, or an \
                    abandoned future (step back and give another command: the old future is kept)";
        for (row, line) in (1..).zip(wrap(text, area.width.saturating_sub(2))) {
            paint.line(area, row, &Line::from(paint.span(format!(" {line}"), Role::Text)));
        }
        return;
    };
    let mut rows = Rows(area);
    let figures = figures(snapshot).into_iter().zip(figures(&beside.there)).collect::<Vec<_>>();
    let notes = notes(beside);
    let wanted = u16::try_from(figures.len() + notes.len() + 1).unwrap_or(u16::MAX);
    let below = rows.bottom(wanted.min(area.height.saturating_sub(LEAST_CLUSTER + 2)));
    let titles = titles(ui, snapshot, beside);
    // Both of one width, so that both are laid out alike; the line between them gives way to what is drawn over it.
    let left = Rect { width: area.width / 2, ..rows.0 };
    let right = Rect { x: left.right(), ..left };
    let (bar, border) = (paint.glyphs.frame.vertical_left, paint.style(Role::Border));
    for y in left.top()..left.bottom() {
        paint.cell((left.right() - 1, y).into(), bar, border);
    }
    let plan = side(paint, left, (ui, snapshot), &titles.0);
    let _ = side(paint, right, (ui, &beside.there), &titles.1);
    (ui.columns, ui.cards) = (plan.columns, plan.cards);
    table(paint, below, (&figures, &notes));
}

/// What each side is called; how the setting stands is read off each side itself.
fn titles(ui: &Ui, snapshot: &Snapshot, beside: &Beside) -> (String, String) {
    match &beside.kind {
        BesideKind::Branch { parted, left } => {
            let there = beside.there.view.position.at;
            let beyond = if there > left.at {
                format!(", left at {}: runs on by itself", left.at)
            } else {
                String::new()
            };
            ("this line".into(), format!("branch, parted at {}{beyond}", parted.at))
        }
        BesideKind::Setting { .. } => match ui.contrast {
            Some(knob) => {
                let stands = |snapshot: &Snapshot| match knob.dial(snapshot).value() {
                    Some(value) => format!("{} {value}", knob.name().trim_start()),
                    None => format!("no {}", knob.name().trim_start()),
                };
                (format!("this run: {}", stands(snapshot)), format!("beside it: {}", stands(&beside.there)))
            }
            None => ("this run".into(), "beside it".into()),
        },
    }
}

/// One run: its title, whether its replicas agree, and its cluster.
fn side(paint: &mut Paint<'_>, area: Rect, (ui, snapshot): (&Ui, &Snapshot), title: &str) -> cluster::Plan {
    let mut rows = Rows(area);
    let words = |row: Rect| Rect { width: row.width - row.width.min(1), ..row };
    let title = Text::styled(
        paint.clip(&format!(" {title}"), usize::from(area.width.saturating_sub(1))),
        bold(paint.style(Role::Title)),
    );
    paint.line(words(rows.top(1)), 0, &Line::from(title));
    panels::hero(paint, words(rows.top(1)), snapshot);
    if area.height >= ROOM_FOR_EVENTS {
        let mut below = Rows(rows.bottom(EVENTS + 1));
        paint.rule(words(below.top(1)), "last events");
        panels::events(paint, words(below.0), ui, snapshot);
    }
    let lines = |count: usize| u16::try_from(count.min(1)).unwrap_or(0);
    let walls = rows.bottom(lines(snapshot.view.cuts.len()));
    panels::walls(paint, walls, snapshot);
    cluster::draw(paint, rows.0, ui, snapshot)
}

/// What one run came to up to now, by name.
fn figures(snapshot: &Snapshot) -> Vec<(&'static str, String)> {
    let tally = &snapshot.tally;
    let (done, failed) = (tally.reads + tally.writes, tally.refused + tally.timed_out);
    let took = |read: bool| {
        let mut took: Vec<Span> = snapshot
            .operations
            .operations
            .iter()
            .filter(|operation| operation.answer.as_ref().is_some_and(Outcome::is_ok))
            .filter(|operation| (operation.act.verb() == "read") == read)
            .filter_map(|operation| Some(operation.returned?.at.at.since(operation.invoked.at.at)))
            .collect();
        took.sort_unstable();
        spread(&took)
    };
    let mut times = snapshot.recent_times_to_consistency.clone();
    times.sort_unstable();
    let of = |part: u64, all: u64| format!("{part} of {all}{}", percent(part, all));
    vec![
        ("stale reads", of(tally.stale_reads, tally.reads)),
        ("answered", of(done, done + failed)),
        ("reads took", took(true)),
        ("writes took", took(false)),
        ("everywhere in", spread(&times)),
        ("lost writes", snapshot.lost_writes.to_string()),
        ("messages", tally.sent.to_string()),
    ]
}

/// The middle and the slow end of some sorted times.
fn spread(times: &[Span]) -> String {
    match (quantile(times, 50), quantile(times, 95)) {
        (Some(middle), Some(slow)) if times.len() > 1 => format!("p50 {middle}  p95 {slow}"),
        (Some(only), _) => only.to_string(),
        (None, _) => "none yet".into(),
    }
}

/// What is to be said of the other side.
fn notes(beside: &Beside) -> Vec<String> {
    match &beside.kind {
        BesideKind::Branch { .. } => {
            vec!["one clock; what you do now happens on this line only (V ends)".into()]
        }
        BesideKind::Setting { refused, .. } => {
            let both = "one clock, one seed; what you do happens on both sides (V ends)".to_owned();
            let last = refused.last().map(|why| match refused.len() {
                1 => format!("not done beside it: {why}"),
                many => format!("{many} commands were not done beside it, the last: {why}"),
            });
            last.into_iter().chain([both]).collect()
        }
    }
}

type Figure = (&'static str, String);

fn table(paint: &mut Paint<'_>, area: Rect, (figures, notes): (&[(Figure, Figure)], &[String])) {
    let mut rows = Rows(area);
    paint.rule(rows.top(1), "side by side, so far");
    let notes_at = rows.bottom(u16::try_from(notes.len()).unwrap_or(u16::MAX).min(rows.0.height / 2));
    let width = area.width.saturating_sub(NAMES) / 2;
    for (row, ((name, here), (_, there))) in (0..rows.0.height).zip(figures) {
        let mark = |text: &str| {
            if here == there {
                Text::raw(text.to_owned())
            } else {
                Text::styled(text.to_owned(), bold(paint.style(Role::Text)))
            }
        };
        let here = paint.clip(here, usize::from(width.saturating_sub(2)));
        let there = paint.clip(there, usize::from(width));
        let gap = usize::from(width).saturating_sub(here.width());
        let line = Line::from(vec![
            paint.span(format!(" {name:<width$}", width = usize::from(NAMES) - 1), Role::Dim),
            mark(&here),
            Text::raw(" ".repeat(gap)),
            mark(&there),
        ]);
        paint.line(rows.0, row, &line);
    }
    for (row, note) in (0..).zip(notes) {
        paint.line(notes_at, row, &Line::from(paint.span(format!(" {note}"), Role::Dim)));
    }
}
