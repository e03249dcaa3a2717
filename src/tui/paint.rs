//! What every panel draws with: a buffer, a theme, a set of glyphs.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::{Modifier, Style},
    text::{Line, Span},
};

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

    /// One line within `area`, at its row `row`; nothing outside it.
    pub(super) fn line(&mut self, area: Rect, row: u16, line: &Line<'_>) {
        if row < area.height {
            self.buffer.set_line(area.x, area.y + row, line, area.width);
        }
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
        let wide = |text: &str| unicode_width::UnicodeWidthStr::width(text);
        if !line.is_empty() && wide(&line) + 1 + wide(word) > width {
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

/// Bold on top of a style.
pub(super) fn bold(style: Style) -> Style {
    style.add_modifier(Modifier::BOLD)
}
