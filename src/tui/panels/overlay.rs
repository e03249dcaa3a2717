//! What lies over everything and has the keyboard: help, lists, the typed line, the question.

use ratatui::{
    layout::{Position, Rect},
    text::{Line, Span},
};

use unicode_width::UnicodeWidthStr;

use crate::{
    drive::{Said, Snapshot},
    scenario::Choice,
    tui::{
        paint::{Paint, bold, wrap},
        theme::Role,
        ui::{Entry, Id, List, Overlay, Prompt, Purpose, Question, Status, Ui},
    },
};

use super::foot::answer;

/// The keys of an action may take so many columns.
const MOST_HEAD: usize = 12;

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
                Purpose::SecondReplica(_) => "The link to which replica? A number or Enter".to_owned(),
                Purpose::Preset => "Presets: Enter opens".to_owned(),
                Purpose::Branch => "Branches: Enter goes over; this line stays as a branch".to_owned(),
                Purpose::Verdicts => {
                    let (here, known) = snapshot.wrong;
                    format!("Verdicts, {here} of {known} anomalies so far: Enter goes there, e then explains")
                }
                Purpose::RunUntil => "Run until …".to_owned(),
                Purpose::Messages => "Messages on their way: Enter picks one".to_owned(),
                Purpose::Surgery => "What becomes of the message?".to_owned(),
                Purpose::Groups => "A wall: Enter moves a replica, or cuts".to_owned(),
                Purpose::Versus => "Side by side, on one clock: Enter chooses".to_owned(),
                Purpose::Palette => "Everything, by name: type, Enter".to_owned(),
                Purpose::Session => {
                    let client = snapshot.view.clients.get(usize::from(ui.client.0));
                    let name = client.map_or("", |client| &client.name);
                    format!("Session of {}: Enter changes, Esc closes", paint.clip(name, 20))
                }
            };
            list(paint, area, choices, &title)
        }
        Overlay::Prompt(line) => prompt(paint, area, ui.status.as_ref(), line),
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

/// Filter above, entries below; what is chosen is told in full beneath where its line is cut.
pub(in crate::tui) fn list(paint: &mut Paint<'_>, area: Rect, list: &List, title: &str) -> Option<Position> {
    let shown = list.shown();
    let head = list.entries.iter().map(|entry| entry.head.width()).max().unwrap_or(0).min(MOST_HEAD);
    let widest = list.entries.iter().map(|entry| entry.text.width()).max().unwrap_or(0) + head + 7;
    let width = u16::try_from(widest.max(title.width() + 6)).unwrap_or(u16::MAX).min(96);
    let cut = widest > usize::from(width.min(area.width).saturating_sub(2));
    let told = if cut { 2 } else { 0 };
    let rows = u16::try_from(list.entries.len()).unwrap_or(u16::MAX).saturating_add(3 + told);
    let area = middle(area, width, rows.max(6));
    paint.clear(area);
    let inner = paint.frame(area, title);
    let filter = paint.clip(&list.filter, usize::from(inner.width).saturating_sub(4));
    let filter = Line::from(vec![paint.span(" / ", Role::HintKey), Span::raw(filter)]);
    paint.line(inner, 0, &filter);
    let cursor = Position::new(inner.x + u16::try_from(filter.width()).unwrap_or(0), inner.y);
    let mut body = Rect { y: inner.y + inner.height.min(1), height: inner.height.saturating_sub(1), ..inner };
    if cut && body.height > 6 {
        body.height -= told;
        let chosen = shown.get(list.at).map_or("", |entry| &*entry.text);
        let below = Rect { y: body.bottom(), height: told, ..body };
        for (row, text) in (0..told).zip(wrap(chosen, body.width.saturating_sub(2))) {
            paint.line(below, row, &Line::from(paint.span(format!(" {text}"), Role::Advice)));
        }
    }
    // A row is left below the chosen one, to see that there is more.
    let first = (list.at + 2).min(shown.len()).saturating_sub(usize::from(body.height));
    for (row, (index, entry)) in (0..body.height).zip(shown.iter().enumerate().skip(first)) {
        let role = if index == list.at { Role::Selected } else { Role::Text };
        let line = entry_line(paint, entry, head, role);
        paint.line(body, row, &line);
    }
    if shown.is_empty() {
        let empty =
            if list.filter.is_empty() { "  nothing here yet" } else { "  nothing matches; Ctrl-U erases" };
        paint.line(body, 0, &Line::from(paint.span(empty, Role::Dim)));
    }
    paint.buffer.area.contains(cursor).then_some(cursor)
}

fn entry_line(paint: &Paint<'_>, entry: &Entry, head: usize, role: Role) -> Line<'static> {
    if entry.id == Id::Heading {
        return Line::from(Span::styled(format!(" {}", entry.head), bold(paint.style(Role::Title))));
    }
    let mark = if role == Role::Selected { paint.glyphs.mark(role) } else { " " };
    let name = paint.clip(&entry.head, head);
    let pad = " ".repeat(head - name.width());
    Line::from(vec![
        Span::raw(mark),
        paint.span(format!(" {name}{pad}  "), Role::HintKey),
        paint.span(entry.text.clone(), role),
    ])
}

/// Over the status line and the one above it: what may be typed, or what is wrong with what was.
pub(in crate::tui) fn prompt(
    paint: &mut Paint<'_>,
    area: Rect,
    status: Option<&Status>,
    prompt: &Prompt,
) -> Option<Position> {
    let height = 2.min(area.height);
    let area = Rect { y: area.bottom() - height, height, ..area };
    paint.clear(area);
    let above = match status {
        Some(status) => answer(paint, status),
        None => Line::from(paint.span(format!("   {}", prompt.kind.usage()), Role::Dim)),
    };
    paint.line(area, 0, &above);
    let label = format!(" {}: ", prompt.kind.label());
    let typed: String = prompt.text.chars().take(prompt.cursor).collect();
    let room = usize::from(area.width).saturating_sub(label.len() + 1);
    // A long line scrolls so that the cursor stays in sight.
    let skip = typed.char_indices().take_while(|(at, _)| typed[*at..].width() > room);
    let hidden = skip.count();
    let shown: String = prompt.text.chars().skip(hidden).collect();
    let before: String = typed.chars().skip(hidden).collect();
    let line =
        Line::from(vec![Span::styled(label.clone(), bold(paint.style(Role::HintKey))), Span::raw(shown)]);
    let row = height.saturating_sub(1);
    paint.line(area, row, &line);
    let x = area.x + u16::try_from(label.len() + before.width()).unwrap_or(0);
    let cursor = Position::new(x, area.y + row);
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
        let line = choice_line(paint, inner.width, (index, choice), &ui.question);
        paint.line(inner, row, &line);
        row += 1;
    }
    let keys = [
        "a-e: your answer   + -: the class's hands   Enter: see what happens",
        "a-e: answer  + -: hands  Enter: see",
    ];
    let keys = if keys[0].width() < usize::from(inner.width) { keys[0] } else { keys[1] };
    let last = inner.height.saturating_sub(1);
    paint.line(inner, last.min(row + 1), &Line::from(paint.span(format!(" {keys}"), Role::Dim)));
}

/// `▸[b] ▲ green        ▮▮▮▮▮▮ 6`: the bars begin below each other.
fn choice_line(
    paint: &Paint<'_>,
    width: u16,
    (index, choice): (usize, &Choice),
    question: &Question,
) -> Line<'static> {
    const BARS: usize = 24;
    let marked = question.marked.is_some_and(|marked| usize::from(marked) == index);
    let hands = question.hands.get(index).copied().unwrap_or(0);
    let voted = question.hands.iter().any(|hands| *hands > 0);
    let room = usize::from(width).saturating_sub(8 + if voted { BARS + 6 } else { 0 });
    let text = paint.clip(&choice.text, room);
    let pad = " ".repeat(if voted { room - text.width() } else { 0 });
    let mark = if marked { paint.glyphs.mark(Role::Selected) } else { " " };
    let style = if marked { paint.style(Role::Selected) } else { paint.theme.value(&choice.text) };
    let bar = paint.glyphs.meter.0.repeat(usize::try_from(hands).unwrap_or(BARS).min(BARS));
    let count = if hands > 0 { format!(" {hands}") } else { String::new() };
    Line::from(vec![
        Span::raw(format!(" {mark}")),
        Span::styled(format!("[{}] ", choice.letter), bold(paint.style(Role::HintKey))),
        Span::styled(format!("{} {text}", paint.shape(&choice.text)), style),
        Span::raw(format!("{pad} {bar}{count}")),
    ])
}
