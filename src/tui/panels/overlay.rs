//! What lies over everything and has the keyboard: help, lists, the typed line, the question.

use ratatui::{
    layout::{Position, Rect},
    text::{Line, Span},
};

use crate::{
    drive::{Said, Snapshot},
    tui::{
        paint::{Paint, bold, wrap},
        theme::Role,
        ui::{List, Overlay, Prompt, Purpose, Ui},
    },
};

/// Draws the overlay that is up and gives the place of the cursor where one types.
pub(in crate::tui) fn overlay(
    paint: &mut Paint<'_>,
    area: Rect,
    ui: &Ui,
    snapshot: &Snapshot,
) -> Option<Position> {
    match &ui.overlay {
        Overlay::None => None,
        Overlay::Help(help) => list(paint, area, help, "Help: type to search, Enter runs, Esc closes"),
        Overlay::Choice(purpose, choices) => {
            let title = match purpose {
                Purpose::SecondReplica(_) => "The link to which replica? A number or Enter",
                Purpose::Preset => "Presets: Enter opens",
                Purpose::Branch => "Branches: Enter goes over; this line stays as a branch",
            };
            list(paint, area, choices, title)
        }
        Overlay::Prompt(line) => prompt(paint, area, line),
        Overlay::Question => {
            question(paint, area, ui, snapshot);
            None
        }
    }
}

/// A box in the middle, no larger than it must be.
fn middle(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

fn list(paint: &mut Paint<'_>, area: Rect, list: &List, title: &str) -> Option<Position> {
    let shown = list.shown();
    let rows = u16::try_from(shown.len()).unwrap_or(u16::MAX).saturating_add(3);
    let area = middle(area, 96, rows.max(6));
    paint.clear(area);
    let inner = paint.frame(area, title);
    let filter = Line::from(vec![paint.span(" / ", Role::HintKey), Span::raw(list.filter.clone())]);
    paint.line(inner, 0, &filter);
    let cursor = Position::new(inner.x + u16::try_from(filter.width()).unwrap_or(0), inner.y);
    let body = Rect { y: inner.y + inner.height.min(1), height: inner.height.saturating_sub(1), ..inner };
    let height = usize::from(body.height);
    let first = (list.at + 1).saturating_sub(height.saturating_sub(1).max(1));
    let head = shown.iter().map(|entry| entry.head.chars().count()).max().unwrap_or(0).min(20);
    for (row, (index, entry)) in (0..body.height).zip(shown.iter().enumerate().skip(first)) {
        let heading = entry.text.is_empty();
        let line = if heading {
            Line::from(Span::styled(format!(" {}", entry.head), bold(paint.style(Role::Title))))
        } else {
            let at = index == list.at;
            let mark = if at { paint.glyphs.mark(Role::Selected) } else { " " };
            let role = if at { Role::Selected } else { Role::Text };
            Line::from(vec![
                Span::raw(mark),
                paint.span(format!(" {:<head$}  ", entry.head), Role::HintKey),
                paint.span(entry.text.clone(), role),
            ])
        };
        paint.line(body, row, &line);
    }
    if shown.is_empty() {
        paint.line(body, 0, &Line::from(paint.span("  nothing matches; Ctrl-U erases", Role::Dim)));
    }
    paint.buffer.area.contains(cursor).then_some(cursor)
}

fn prompt(paint: &mut Paint<'_>, area: Rect, prompt: &Prompt) -> Option<Position> {
    // Over the status line and the one above it.
    let height = 2.min(area.height);
    let area = Rect { y: area.bottom() - height, height, ..area };
    paint.clear(area);
    let usage = Line::from(paint.span(format!("   {}", prompt.kind.usage()), Role::Dim));
    paint.line(area, 0, &usage);
    let label = format!(" {}: ", prompt.kind.label());
    let typed: String = prompt.text.chars().take(prompt.cursor).collect();
    let room = usize::from(area.width).saturating_sub(label.len() + 1);
    let wide = unicode_width::UnicodeWidthStr::width(typed.as_str());
    // A long line scrolls so that the cursor stays in sight.
    let skip = prompt.text.char_indices().map(|(i, _)| i).take_while(|i| {
        wide.saturating_sub(unicode_width::UnicodeWidthStr::width(&prompt.text[..*i])) > room
    });
    let hidden = skip.count();
    let shown: String = prompt.text.chars().skip(hidden).collect();
    let before: String = typed.chars().skip(hidden).collect();
    let line =
        Line::from(vec![Span::styled(label.clone(), bold(paint.style(Role::HintKey))), Span::raw(shown)]);
    paint.line(area, height.saturating_sub(1), &line);
    let x = area.x
        + u16::try_from(label.len() + unicode_width::UnicodeWidthStr::width(before.as_str())).unwrap_or(0);
    let cursor = Position::new(x, area.y + height.saturating_sub(1));
    area.contains(cursor).then_some(cursor)
}

fn question(paint: &mut Paint<'_>, area: Rect, ui: &Ui, snapshot: &Snapshot) {
    let Some(Said::Question { question, choices }) = &snapshot.script.said else { return };
    let width = 72.min(area.width);
    let text = wrap(question, width.saturating_sub(4));
    let rows = text.len() + choices.len() + 5;
    let area = middle(area, width, u16::try_from(rows).unwrap_or(u16::MAX));
    paint.clear(area);
    let inner = paint.frame(area, "PREDICT");
    let mut row = 0;
    for line in text {
        paint.line(inner, row, &Line::from(Span::styled(format!(" {line}"), bold(paint.style(Role::Text)))));
        row += 1;
    }
    row += 1;
    for (index, choice) in choices.iter().enumerate() {
        let marked = ui.question.marked.is_some_and(|marked| usize::from(marked) == index);
        let mark = if marked { paint.glyphs.mark(Role::Selected) } else { " " };
        let hands = ui.question.hands.get(index).copied().unwrap_or(0);
        let full = paint.glyphs.meter.0;
        let tally = if hands == 0 {
            String::new()
        } else {
            format!("  {} {hands}", full.repeat(usize::try_from(hands.min(30)).unwrap_or(0)))
        };
        let mut spans = vec![
            Span::raw(format!(" {mark}")),
            Span::styled(format!("[{}] ", choice.letter), bold(paint.style(Role::HintKey))),
        ];
        spans.extend(paint.value(&choice.text));
        spans.push(Span::raw(tally));
        paint.line(inner, row, &Line::from(spans));
        row += 1;
    }
    let keys = "a–e: your answer   + −: the class's hands   Enter: see what happens";
    paint.line(inner, row + 1, &Line::from(paint.span(format!(" {keys}"), Role::Dim)));
}
