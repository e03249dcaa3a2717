//! What every panel draws with: a buffer, a theme, a set of glyphs.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::{Modifier, Style},
    text::{Line, Span},
};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::theme::{Glyphs, Role, Theme, look};

/// Borrowed for one picture.
pub(super) struct Paint<'a> {
    pub(super) buffer: &'a mut Buffer,
    pub(super) theme: &'a Theme,
    pub(super) glyphs: &'static Glyphs,
}

impl Paint<'_> {
    pub(super) fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }

    pub(super) fn span(&self, text: impl Into<String>, role: Role) -> Span<'static> {
        Span::styled(text.into(), self.style(role))
    }

    /// A value as shape and word, in its colour.
    pub(super) fn value(&self, text: &str) -> Vec<Span<'static>> {
        let style = self.theme.value(text);
        vec![Span::styled(format!("{} ", self.shape(text)), style), Span::styled(text.to_owned(), style)]
    }

    pub(super) fn shape(&self, text: &str) -> &'static str {
        self.glyphs.shape(look(text).shape)
    }

    /// One line within `area`, at its row `row`; nothing outside it. What does not fit ends in an ellipsis.
    pub(super) fn line(&mut self, area: Rect, row: u16, line: &Line<'_>) {
        if row >= area.height || area.width == 0 {
            return;
        }
        let y = area.y + row;
        self.buffer.set_line(area.x, y, line, area.width);
        if line.width() > usize::from(area.width) {
            let last = area.right() - 1;
            self.part(last, y);
            if let Some(cell) = self.buffer.cell_mut((last, y)) {
                cell.set_symbol(self.glyphs.ellipsis);
            }
        }
    }

    /// Before `x` is drawn over: a wide character that reaches into it from the left would hide it.
    fn part(&mut self, x: u16, y: u16) {
        if let Some(cell) = x.checked_sub(1).and_then(|left| self.buffer.cell_mut((left, y)))
            && cell.symbol().width() > 1
        {
            cell.set_symbol(" ");
        }
    }

    /// Text of at most so many columns.
    pub(super) fn clip(&self, text: &str, width: usize) -> String {
        clip(text, width, self.glyphs.ellipsis)
    }

    /// One line that ends at the right edge; gives the columns left of it.
    pub(super) fn line_right(&mut self, area: Rect, row: u16, line: &Line<'_>) -> u16 {
        let width = u16::try_from(line.width()).unwrap_or(u16::MAX).min(area.width);
        if row < area.height && width > 0 {
            self.buffer.set_line(area.x + area.width - width, area.y + row, line, width);
        }
        area.width - width
    }

    /// One cell, if it lies within the picture.
    pub(super) fn cell(&mut self, at: Position, symbol: &str, style: Style) {
        if let Some(cell) = self.buffer.cell_mut(at) {
            cell.set_symbol(symbol).set_style(style);
        }
    }

    /// Blanks an area.
    pub(super) fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.buffer.area);
        for y in area.top()..area.bottom() {
            self.part(area.left(), y);
            for x in area.left()..area.right() {
                if let Some(cell) = self.buffer.cell_mut((x, y)) {
                    cell.reset();
                }
            }
        }
    }

    /// A rule with a title.
    pub(super) fn rule(&mut self, area: Rect, title: &str) {
        let line = self.glyphs.frame.horizontal_top.repeat(usize::from(area.width));
        let dim = self.style(Role::Border);
        self.line(area, 0, &Line::styled(line, dim));
        let title = Line::from(vec![Span::raw(" "), self.span(title, Role::Title), Span::raw(" ")]);
        if area.width > 4 {
            self.line(Rect { x: area.x + 1, width: area.width - 2, ..area }, 0, &title);
        }
    }

    /// A frame with a title; gives the area inside.
    pub(super) fn frame(&mut self, area: Rect, title: &str) -> Rect {
        let (glyphs, style) = (self.glyphs.frame, self.style(Role::Border));
        self.outline(area, &glyphs, style);
        if area.width > 4 && area.height > 0 {
            let title = Line::from(vec![Span::raw(" "), self.span(title, Role::Title), Span::raw(" ")]);
            self.line(Rect { x: area.x + 2, width: area.width - 4, ..area }, 0, &title);
        }
        inside(area)
    }

    pub(super) fn outline(&mut self, area: Rect, set: &ratatui::symbols::border::Set<'_>, style: Style) {
        if area.width < 2 || area.height < 2 {
            return;
        }
        let (left, right, top, bottom) = (area.left(), area.right() - 1, area.top(), area.bottom() - 1);
        for x in left..=right {
            self.cell(Position::new(x, top), set.horizontal_top, style);
            self.cell(Position::new(x, bottom), set.horizontal_bottom, style);
        }
        for y in top..=bottom {
            self.cell(Position::new(left, y), set.vertical_left, style);
            self.cell(Position::new(right, y), set.vertical_right, style);
        }
        self.cell(Position::new(left, top), set.top_left, style);
        self.cell(Position::new(right, top), set.top_right, style);
        self.cell(Position::new(left, bottom), set.bottom_left, style);
        self.cell(Position::new(right, bottom), set.bottom_right, style);
    }
}

/// The area within a frame.
pub(super) fn inside(area: Rect) -> Rect {
    Rect {
        x: area.x + area.width.min(1),
        y: area.y + area.height.min(1),
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

/// Words over several lines, none longer than `width` columns.
pub(super) fn wrap(text: &str, width: u16) -> Vec<String> {
    let width = usize::from(width.max(1));
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.width() + 1 + word.width() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// Text of at most so many columns, with an ellipsis where it was cut.
pub(super) fn clip(text: &str, width: usize, ellipsis: &str) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut used = 1;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used <= width
    };
    let mut kept: String = text.chars().take_while(fits).collect();
    if width > 0 {
        kept.push_str(ellipsis);
    }
    kept
}

/// Text over at most `rows` lines, the first of `first` columns and the others of `rest`. What does not fit goes, from
/// the end of a word on, for an ellipsis; only what is one word longer than a line is cut within it.
pub(super) fn wrap_words(text: &str, (first, rest): (u16, u16), rows: usize, ellipsis: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut left = text;
    while !left.is_empty() && lines.len() < rows {
        let width = usize::from(if lines.is_empty() { first } else { rest });
        if left.width() <= width {
            lines.push(left.to_owned());
            break;
        }
        let last = lines.len() + 1 == rows;
        let room = if last { width.saturating_sub(1) } else { width };
        let end = fitting(left, room);
        let (line, more) = left.split_at(end);
        lines.push(if last { format!("{}{ellipsis}", line.trim_end()) } else { line.trim_end().to_owned() });
        left = more.trim_start();
    }
    lines
}

/// Bytes of the words of `text` that fit into so many columns; at least something where there is room.
fn fitting(text: &str, width: usize) -> usize {
    let mut used = 0;
    let mut whole = text.len();
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > width {
            whole = at;
            break;
        }
    }
    if text[whole..].starts_with(char::is_whitespace) || whole == text.len() {
        return whole;
    }
    match text[..whole].rfind(char::is_whitespace).filter(|at| !text[..*at].trim().is_empty()) {
        Some(space) => space,
        // One long word; a character at least, so that there is an end to it.
        None => whole.max(text.chars().next().map_or(0, char::len_utf8)),
    }
}

/// Bold on top of a style.
pub(super) fn bold(style: Style) -> Style {
    style.add_modifier(Modifier::BOLD)
}
