//! What goes out: pictures, as the difference to the last one. A picture is one write inside synchronized
//! output; a picture that changes nothing is no write at all.
//!
//! ratatui's own `Terminal` is not used: it hides and shows the cursor around every frame, and its `clear`
//! and `resize` may ask the terminal for the cursor's position, which the reader of keys would swallow.

mod ink;

use std::io;

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::queue;
use crossterm::style::{ResetColor, SetAttribute};
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect, Size};

use crate::tui::guard::{self, Gone};

/// Where the bytes of a picture go: all of them in one call.
pub trait Sink {
    /// Takes one whole picture.
    fn send(&mut self, bytes: &[u8]) -> Result<(), Gone>;
}

/// The terminal held by the [`Guard`](guard::Guard).
#[derive(Clone, Copy, Debug)]
pub struct HeldTerminal;

impl Sink for HeldTerminal {
    fn send(&mut self, bytes: &[u8]) -> Result<(), Gone> {
        guard::write(bytes)
    }
}

impl Sink for Vec<u8> {
    fn send(&mut self, bytes: &[u8]) -> Result<(), Gone> {
        self.extend_from_slice(bytes);
        Ok(())
    }
}

/// What was written so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Pictures that changed something.
    pub frames: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// The picture on the terminal and the one being drawn.
#[derive(Debug)]
pub struct Screen<S> {
    sink: S,
    shown: Buffer,
    drawn: Buffer,
    cursor: Option<Position>,
    trust: Trust,
    written: Written,
    bytes: Vec<u8>,
}

/// Whether the terminal shows what we believe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trust {
    Known,
    Lost,
}

impl Screen<HeldTerminal> {
    /// A screen on the held terminal.
    pub fn on_terminal(size: Size) -> Self {
        Self::new(HeldTerminal, size)
    }
}

impl<S: Sink> Screen<S> {
    /// A blank screen; its first picture repaints everything.
    pub fn new(sink: S, size: Size) -> Self {
        let area = Rect::from((Position::ORIGIN, size));
        Self {
            sink,
            shown: Buffer::empty(area),
            drawn: Buffer::empty(area),
            cursor: None,
            trust: Trust::Lost,
            written: Written::default(),
            bytes: Vec::new(),
        }
    }

    /// The area a picture has.
    pub fn area(&self) -> Rect {
        self.drawn.area
    }

    /// Frames and bytes written so far.
    pub fn written(&self) -> Written {
        self.written
    }

    /// What the last picture that changed something wrote.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The last picture.
    pub fn shown(&self) -> &Buffer {
        &self.shown
    }

    /// Where the bytes went.
    pub fn sink(&self) -> &S {
        &self.sink
    }

    /// Takes a new size; the next picture repaints everything if it differs. Says whether it does.
    pub fn resize(&mut self, size: Size) -> bool {
        let area = Rect::from((Position::ORIGIN, size));
        let differs = area != self.drawn.area;
        if differs {
            self.drawn = Buffer::empty(area);
            self.shown = Buffer::empty(area);
            self.repaint();
        }
        differs
    }

    /// Distrusts what is on the terminal: the next picture is written in full.
    pub fn repaint(&mut self) {
        self.trust = Trust::Lost;
    }

    /// Draws one picture into an empty buffer and writes what differs from the last. `draw` returns where
    /// the text cursor is, if one is wanted. Returns the number of bytes written, 0 for no change.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Buffer) -> Option<Position>) -> Result<usize, Gone> {
        self.drawn.reset();
        let area = self.drawn.area;
        let cursor = draw(&mut self.drawn).filter(|at| area.contains(*at));
        self.bytes.clear();
        // Writing to memory cannot fail.
        let _ = self.compose(cursor);
        if self.bytes.is_empty() {
            return Ok(0);
        }
        self.sink.send(&self.bytes)?;
        self.trust = Trust::Known;
        self.cursor = cursor;
        std::mem::swap(&mut self.shown, &mut self.drawn);
        self.written.frames += 1;
        self.written.bytes += self.bytes.len() as u64;
        Ok(self.bytes.len())
    }

    fn compose(&mut self, cursor: Option<Position>) -> io::Result<()> {
        let out = &mut self.bytes;
        if self.trust == Trust::Lost {
            self.shown.reset();
        }
        let mut changes = self.shown.diff_iter(&self.drawn).peekable();
        if changes.peek().is_none() && self.trust == Trust::Known && cursor == self.cursor {
            return Ok(());
        }
        queue!(out, BeginSynchronizedUpdate)?;
        if self.trust == Trust::Lost {
            let plain = SetAttribute(crossterm::style::Attribute::Reset);
            queue!(out, Hide, plain, ResetColor, Clear(ClearType::All))?;
        } else if self.cursor.is_some() && changes.peek().is_some() {
            queue!(out, Hide)?;
        }
        if changes.peek().is_some() {
            ink::write(out, changes);
        }
        match cursor {
            Some(at) => queue!(out, MoveTo(at.x, at.y), Show)?,
            None if self.cursor.is_some() => queue!(out, Hide)?,
            None => {}
        }
        queue!(out, EndSynchronizedUpdate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Purpose, Seed};
    use ratatui::style::{Color, Modifier, Style};

    fn screen() -> Screen<Vec<u8>> {
        Screen::new(Vec::new(), Size::new(20, 3))
    }

    fn write(text: &str) -> impl FnOnce(&mut Buffer) -> Option<Position> {
        move |buffer| {
            buffer.set_string(0, 0, text, Style::new());
            None
        }
    }

    fn terminal(width: u16, height: u16, bytes: &[u8]) -> vt100::Parser {
        let side = |length| std::num::NonZero::new(length).expect("a size above zero");
        let mut parser = vt100::Parser::new(side(height), side(width), 0);
        parser.process(bytes);
        parser
    }

    #[test]
    fn an_unchanged_picture_writes_nothing() {
        let mut screen = screen();
        assert!(screen.draw(write("blue")).expect("memory") > 0);
        assert_eq!(screen.draw(write("blue")), Ok(0));
        assert_eq!(screen.written().frames, 1);
    }

    #[test]
    fn a_changed_cell_is_one_short_write_inside_synchronized_output() {
        let mut screen = screen();
        screen.draw(write("blue")).expect("memory");
        let before = screen.sink().len();
        let bytes = screen.draw(write("glue")).expect("memory");
        let sent = &screen.sink()[before..];
        assert_eq!(sent.len(), bytes);
        assert!(sent.starts_with(b"\x1b[?2026h") && sent.ends_with(b"\x1b[?2026l"), "{sent:?}");
        assert!(bytes <= 46, "{bytes} bytes for one cell");
    }

    #[test]
    fn a_repaint_writes_everything_without_asking_the_terminal() {
        let mut screen = screen();
        screen.draw(write("blue")).expect("memory");
        let before = screen.sink().len();
        screen.repaint();
        screen.draw(write("blue")).expect("memory");
        let sent = String::from_utf8_lossy(&screen.sink()[before..]).into_owned();
        assert!(sent.contains("\x1b[2J") && sent.contains("blue"), "{sent:?}");
        assert!(!sent.contains("\x1b[6n"), "{sent:?}");
    }

    #[test]
    fn after_a_resize_the_terminal_shows_the_whole_picture() {
        let mut screen = screen();
        screen.draw(write("blue")).expect("memory");
        assert!(screen.resize(Size::new(10, 2)));
        assert!(!screen.resize(Size::new(10, 2)));
        screen.draw(write("blue")).expect("memory");
        let parser = terminal(10, 2, screen.sink());
        assert_eq!(parser.screen().contents(), "blue");
    }

    #[test]
    fn no_size_panics() {
        for width in 0..4 {
            for height in 0..4 {
                let mut screen = Screen::new(Vec::new(), Size::new(width, height));
                screen.draw(|_| Some(Position::new(3, 3))).expect("memory");
            }
        }
    }

    #[test]
    fn the_cursor_moves_without_a_change_of_cells() {
        let mut screen = screen();
        screen.draw(|_| Some(Position::new(1, 1))).expect("memory");
        assert!(screen.draw(|_| Some(Position::new(2, 1))).expect("memory") > 0);
        assert_eq!(screen.draw(|_| Some(Position::new(2, 1))), Ok(0));
        assert!(screen.draw(|_| None).expect("memory") > 0);
        let parser = terminal(20, 3, screen.sink());
        assert!(parser.screen().hide_cursor());
    }

    #[test]
    fn bold_and_colour_reach_the_terminal() {
        let mut screen = screen();
        let style = Style::new().fg(Color::Indexed(74)).add_modifier(Modifier::BOLD);
        screen
            .draw(|buffer| {
                buffer.set_string(0, 0, "x", style);
                None
            })
            .expect("memory");
        let parser = terminal(20, 3, screen.sink());
        let cell = parser.screen().cell(0, 0).expect("inside");
        assert!(cell.bold());
        assert_eq!(cell.fgcolor(), vt100::Color::Idx(74));
    }

    #[test]
    fn whatever_is_drawn_over_whatever_else_the_terminal_shows_it() {
        const SYMBOLS: [&str; 6] = [" ", "a", "▒", "⣙", "═", "="];
        const COLOURS: [Color; 6] = [
            Color::Reset,
            Color::Red,
            Color::LightCyan,
            Color::Indexed(178),
            Color::Rgb(1, 2, 3),
            Color::White,
        ];
        let (width, height) = (24, 6);
        let mut stream = Seed(5).stream(Purpose::Workload, [0, 0]);
        let mut screen = Screen::new(Vec::new(), Size::new(width, height));
        for round in 0..60 {
            screen
                .draw(|buffer| {
                    for _ in 0..40 {
                        // A terminal is bold or dim.
                        let others = [4, 8, 64].map(|bit| stream.index(2) * bit);
                        let bits = stream.index(3) + others.iter().sum::<usize>();
                        let style = Style::reset()
                            .fg(COLOURS[stream.index(6)])
                            .bg(COLOURS[stream.index(6)])
                            .add_modifier(Modifier::from_bits_truncate(u16::try_from(bits).expect("few")));
                        let (x, y) = (stream.index(24), stream.index(6));
                        let at = |place: usize| u16::try_from(place).expect("inside");
                        buffer.set_string(at(x), at(y), SYMBOLS[stream.index(6)], style);
                    }
                    None
                })
                .expect("memory");
            let parser = terminal(width, height, screen.sink());
            for (index, cell) in screen.shown().content.iter().enumerate() {
                let (x, y) = screen.shown().pos_of(index);
                let there = parser.screen().cell(y, x).expect("inside");
                let symbol = if there.has_contents() { there.contents() } else { " " };
                assert_eq!(symbol, cell.symbol(), "at {x},{y} in round {round}");
                let shown = (there.fgcolor(), there.bgcolor());
                assert_eq!(shown, (known(cell.fg), known(cell.bg)), "at {x},{y} in round {round}");
                let of = |modifier| cell.modifier.contains(modifier);
                let modifiers =
                    (there.bold(), there.dim(), there.italic(), there.underline(), there.inverse());
                let expected = (
                    of(Modifier::BOLD),
                    of(Modifier::DIM),
                    of(Modifier::ITALIC),
                    of(Modifier::UNDERLINED),
                    of(Modifier::REVERSED),
                );
                assert_eq!(modifiers, expected, "at {x},{y} in round {round}");
            }
        }
    }

    fn known(colour: Color) -> vt100::Color {
        match colour {
            Color::Reset => vt100::Color::Default,
            Color::Red => vt100::Color::Idx(1),
            Color::LightCyan => vt100::Color::Idx(14),
            Color::White => vt100::Color::Idx(15),
            Color::Indexed(index) => vt100::Color::Idx(index),
            Color::Rgb(red, green, blue) => vt100::Color::Rgb(red, green, blue),
            other => panic!("{other} is not drawn here"),
        }
    }
}
