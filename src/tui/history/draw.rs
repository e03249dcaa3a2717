//! One picture of a history: the verdict above, the operations below it, what is explained at the bottom.
//!
//! ```text
//!  laggard  stale-read.edn   register, read as edn
//!  ✗ VIOLATED: not linearizable
//!  › Process 2 read "blue" on lines 8-9, and no order of the operations explains it.
//!  keys  ✗ "a" violated   ✓ "b" holds
//! ─ operation 3 of 3 ──────────────────────────────
//!    lines  process  operation       outcome  verdict
//!  ⚑ 3-4    0        write ● blue    ok       evidence
//! ▸✗ 8-9    2        read → ● blue   ok       BREAKS HERE
//! ```

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    text::{Line, Span},
};
use unicode_width::UnicodeWidthStr as _;

use crate::{
    check::{
        history::{Counts, Object},
        linear::{Smallest, Sum, Verdict},
    },
    drive::Clock,
    tui::{
        draw::{LEAST, Rows, spell_in_ascii, too_small},
        operations::{self, brief},
        paint::{Paint, bold, wrap_words},
        panels,
        theme::{ASCII, Glyphs, Role},
    },
};

use super::{Overlay, Panel, Reading};

/// More keys than this are only counted on their line.
const MOST_KEYS: usize = 40;

impl Reading {
    /// Draws everything and gives the cursor's place where one types.
    pub fn draw(&mut self, buffer: &mut Buffer) -> Option<Position> {
        let area = buffer.area;
        let theme = self.theme;
        let glyphs = self.glyphs;
        let paint = &mut Paint { buffer, theme: &theme, glyphs };
        (self.hints, self.rows) = (Vec::new(), Vec::new());
        if area.width < LEAST.0 || area.height < LEAST.1 {
            too_small(paint, area);
            return None;
        }
        let mut rest = Rows(area);
        self.header(paint, rest.top(1));
        self.hero(paint, rest.top(1));
        let told = self.told(paint, area.width);
        let most = if area.height < 24 { 3 } else { 5 };
        let height = u16::try_from(told.len()).unwrap_or(most).min(most);
        let told_at = rest.top(height);
        for (row, line) in (0..height).zip(&told) {
            paint.line(told_at, row, line);
        }
        if self.pages.book.history.objects.iter().any(|object| object.key.is_some()) {
            self.keys_line(paint, rest.top(1));
        }
        self.hints = panels::hints(paint, rest.bottom(1), (self.layer(), Clock::Stopped));
        self.status_line(paint, rest.bottom(1));
        if self.panel == Panel::Explained {
            self.panel(paint, &mut rest);
        }
        let title = self.title();
        paint.rule(rest.top(1), &title);
        let nothing = if self.searches() {
            "still looking"
        } else {
            "nothing matches; / changes the filter, Esc drops it"
        };
        self.rows = operations::draw(paint, rest.0, &self.pages, &mut self.browser, nothing);
        let cursor = self.overlay(paint, Rect { height: area.height - 1, ..area });
        if glyphs == &ASCII {
            spell_in_ascii(paint.buffer);
        }
        cursor
    }

    fn header(&self, paint: &mut Paint<'_>, area: Rect) {
        let book = &self.pages.book;
        let how = format!("  {}, read as {}", book.history.model.name(), book.format.name());
        let name = paint.clip(&brief(&book.name), usize::from(area.width).saturating_sub(how.len() + 11));
        let line = Line::from(vec![
            Span::styled(" laggard ", bold(paint.style(Role::Title))),
            paint.span(format!(" {name}"), Role::Text),
            paint.span(how, Role::Dim),
        ]);
        paint.line(area, 0, &line);
    }

    /// What all keys came to, readable from the back row.
    fn hero(&self, paint: &mut Paint<'_>, area: Rect) {
        let Some(judged) = &self.judged else {
            let (decided, keys) = (self.progress.decided(), self.pages.book.history.objects.len());
            let s = if keys == 1 { "" } else { "s" };
            let text =
                format!("  {} JUDGING: {decided} of {keys} key{s} decided so far", paint.glyphs.ellipsis);
            paint.line(area, 0, &Line::from(Span::styled(text, bold(paint.style(Role::Title)))));
            return;
        };
        let (mark, role) = match judged.sum() {
            Sum::Holds => (paint.glyphs.badges.0, Role::Converged),
            Sum::Violated => (paint.glyphs.badges.1, Role::Diverged),
            Sum::Unknown => ("?", Role::Stale),
        };
        let sentence = judged.sentence(&self.pages.book.history);
        let (word, rest) = sentence.split_once(':').unwrap_or((&sentence, ""));
        let line = Line::from(vec![
            Span::raw("  "),
            paint.span(format!("{mark} {}", word.to_uppercase()), role),
            paint.span(format!(" {rest}"), Role::Text),
        ]);
        paint.line(area, 0, &line);
    }

    /// The violation in two sentences, or why there is no verdict.
    fn told(&self, paint: &Paint<'_>, width: u16) -> Vec<Line<'static>> {
        let bar = paint.glyphs.mark(Role::Advice);
        let mut sentences = match self.told_violation() {
            Some((_, Some(witness))) => witness.words.to_vec(),
            Some((_, None)) => {
                vec!["The first violated keys have the evidence: [ goes back to them.".to_owned()]
            }
            None => self.unviolated().into_iter().collect(),
        };
        if let Some((_, Some(witness))) = self.told_violation()
            && witness.smallest == Smallest::Unproved
        {
            sentences.push("Some of the evidence may be spared: to tell would have cost too much.".into());
        }
        let mut lines = Vec::new();
        for sentence in sentences {
            for (row, text) in wrap_words(&sentence, (width - 4, width - 4), 3, paint.glyphs.ellipsis)
                .into_iter()
                .enumerate()
            {
                let lead = if row == 0 { bar } else { " " };
                lines.push(Line::from(vec![
                    paint.span(format!(" {lead} "), Role::Advice),
                    paint.span(text, Role::Text),
                ]));
            }
        }
        lines
    }

    fn unviolated(&self) -> Option<String> {
        let Some(judged) = &self.judged else {
            return Some("Keys work meanwhile; q leaves without a verdict (exit status 3).".to_owned());
        };
        match judged.sum() {
            Sum::Holds => {
                Some("One order of all operations respects real time and explains every answer.".into())
            }
            Sum::Violated => None,
            Sum::Unknown => {
                let why = judged.verdicts.iter().find_map(|verdict| verdict.why(self.budget));
                why.map(|why| format!("{}{}.", why[..1].to_uppercase(), &why[1..]))
            }
        }
    }

    /// As many keys with their verdicts as fit, the violated ones first.
    fn keys_line(&self, paint: &mut Paint<'_>, area: Rect) {
        let objects = &self.pages.book.history.objects;
        let verdict = |object: usize| self.judged.as_ref().map(|judged| &judged.verdicts[object]);
        let mut order: Vec<usize> = (0..objects.len()).collect();
        order.sort_by_key(|object| verdict(*object).map_or(0, urgency));
        let mut spans = vec![paint.span(" keys ", Role::Dim)];
        let mut used = 6;
        let more = |left: usize| format!("  and {left} more: E");
        for (shown, object) in order.iter().take(MOST_KEYS).enumerate() {
            let (sign, word) = sign(verdict(*object), paint.glyphs);
            let Object { key, .. } = &objects[*object];
            let key = paint.clip(&key.as_ref().map_or_else(|| "(none)".into(), |key| brief(key)), 16);
            let text = format!(" {sign} {key} {word} ");
            let left = objects.len() - shown;
            let spare = if left > 1 { more(left).len() } else { 0 };
            if used + text.width() + spare > usize::from(area.width) {
                break;
            }
            used += text.width();
            let role = verdict(*object).map_or(Role::Dim, |verdict| match verdict.sum() {
                Sum::Holds => Role::Fresh,
                Sum::Violated => Role::Error,
                Sum::Unknown => Role::Stale,
            });
            spans.push(paint.span(text, role));
        }
        let left = objects.len() - (spans.len() - 1);
        if left > 0 {
            spans.push(paint.span(more(left), Role::Dim));
        }
        paint.line(area, 0, &Line::from(spans));
    }

    fn status_line(&self, paint: &mut Paint<'_>, area: Rect) {
        let line = if let Some(status) = &self.status {
            panels::answer(paint, status)
        } else {
            let Counts { ok, failed, unknown } = self.pages.book.history.counts;
            let s = if ok == 1 { "" } else { "s" };
            let skipped = match self.pages.book.skipped {
                0 => String::new(),
                1 => "; one event that is no client's skipped".into(),
                more => format!("; {more} events that are no client's skipped"),
            };
            let text =
                format!("   {ok} operation{s} ok, {failed} failed, {unknown} of unknown outcome{skipped}");
            Line::from(paint.span(text, Role::Dim))
        };
        paint.line(area, 0, &line);
    }

    fn title(&self) -> String {
        let (count, shown) = (self.count(), self.browser.count(&self.pages));
        match self.browser.progress(&self.pages) {
            _ if !self.browser.is_filtered() => {
                let at = self.browser.chosen(&self.pages).map_or(0, |at| at + 1);
                format!("operation {at} of {count}, by invocation (Enter explains, / filters)")
            }
            Some(percent) => format!("/{}: {shown} so far, {percent}% looked through", self.browser.typed()),
            None => format!("/{}: {shown} of {count} operations (Esc: all)", self.browser.typed()),
        }
    }

    fn panel(&self, paint: &mut Paint<'_>, rest: &mut Rows) {
        let lines = panels::explained_lines(paint, rest.0.width, &self.explained());
        let most = (rest.0.height / 2).max(3);
        let height = u16::try_from(lines.len()).unwrap_or(most).min(most);
        let below = rest.bottom(height);
        paint.rule(rest.bottom(1), "the chosen operation (Esc closes)");
        for (row, line) in (0..height).zip(&lines) {
            paint.line(below, row, line);
        }
    }

    fn overlay(&self, paint: &mut Paint<'_>, area: Rect) -> Option<Position> {
        match &self.overlay {
            Overlay::None => None,
            Overlay::Help(list) => {
                panels::list(paint, area, list, "Help: type to search, Enter runs, Esc closes")
            }
            Overlay::Keys(list) => panels::list(paint, area, list, "Keys: type to search, Enter goes there"),
            Overlay::Filter(prompt) => panels::prompt(paint, area, self.status.as_ref(), prompt),
        }
    }
}

/// What to look at first.
pub(super) fn urgency(verdict: &Verdict) -> u8 {
    match verdict.sum() {
        Sum::Violated => 0,
        Sum::Unknown => 1,
        Sum::Holds => 2,
    }
}

/// A verdict by glyph and word.
pub(super) fn sign(verdict: Option<&Verdict>, glyphs: &Glyphs) -> (&'static str, &'static str) {
    match verdict.map(Verdict::sum) {
        None => (glyphs.dot, "not judged yet"),
        Some(Sum::Holds) => (glyphs.badges.0, "holds"),
        Some(Sum::Violated) => (glyphs.badges.1, "violated"),
        Some(Sum::Unknown) => ("?", "unknown"),
    }
}
