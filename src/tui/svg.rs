//! A picture of the screen as SVG: cells on a grid, in the theme's colours, readable without a terminal. The same
//! buffer gives the same bytes.

use std::fmt::Write;

use ratatui::{
    buffer::Buffer,
    style::{Color, Modifier, Style},
};
use unicode_width::UnicodeWidthStr;

use super::theme::Kind;

/// A cell, in pixels.
const CELL: (u32, u32) = (9, 18);
/// Around the cells.
const MARGIN: u32 = 12;
/// From the top of a cell to the line that letters stand on.
const BASE: u32 = 14;

/// The picture. `title` is for whoever cannot see it.
pub fn svg(buffer: &Buffer, kind: Kind, title: &str) -> String {
    let (width, height) = (u32::from(buffer.area.width), u32::from(buffer.area.height));
    let size = (width * CELL.0 + 2 * MARGIN, height * CELL.1 + 2 * MARGIN);
    let ground = Ground::of(kind);
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" width=\"{}\" height=\"{}\" role=\"img\">",
        size.0, size.1, size.0, size.1
    );
    let _ = writeln!(text, "<title>{}</title>", escaped(title));
    let _ = writeln!(
        text,
        "<rect width=\"{}\" height=\"{}\" rx=\"8\" fill=\"{}\"/>",
        size.0, size.1, ground.back
    );
    let _ = writeln!(
        text,
        "<g font-family=\"ui-monospace, 'DejaVu Sans Mono', 'Cascadia Mono', Menlo, Consolas, monospace\" \
         font-size=\"15\" xml:space=\"preserve\">"
    );
    for y in 0..buffer.area.height {
        for run in runs(buffer, y) {
            draw(&mut text, &run, u32::from(y), &ground);
        }
    }
    text.push_str("</g>\n</svg>\n");
    text
}

/// Neighbouring cells of one style.
struct Run {
    x: u32,
    cells: u32,
    text: String,
    style: Style,
    wide: bool,
}

fn runs(buffer: &Buffer, y: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut x = 0;
    while x < buffer.area.width {
        let cell = &buffer[(buffer.area.x + x, buffer.area.y + y)];
        let cells = u16::try_from(cell.symbol().width().max(1)).unwrap_or(1);
        let style = cell.style();
        // What is wider than a cell stands alone: fonts differ on how wide.
        if let Some(run) = runs.last_mut().filter(|run| cells == 1 && run.style == style && !run.wide) {
            run.cells += 1;
            run.text.push_str(cell.symbol());
        } else {
            let (text, wide) = (cell.symbol().to_owned(), cells > 1);
            runs.push(Run { x: u32::from(x), cells: u32::from(cells), text, style, wide });
        }
        x += cells;
    }
    runs
}

fn draw(out: &mut String, run: &Run, row: u32, ground: &Ground) {
    let has = |modifier| run.style.add_modifier.contains(modifier);
    let (mut fore, mut back) = (run.style.fg.and_then(named), run.style.bg.and_then(named));
    if has(Modifier::REVERSED) {
        let (front, behind) = (fore.take(), back.take());
        fore = Some(behind.unwrap_or_else(|| ground.back.to_owned()));
        back = Some(front.unwrap_or_else(|| ground.fore.to_owned()));
    }
    let (x, y) = (MARGIN + run.x * CELL.0, MARGIN + row * CELL.1);
    let width = run.cells * CELL.0;
    if let Some(back) = back {
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{}\" fill=\"{back}\"/>",
            CELL.1
        );
    }
    let underlined = has(Modifier::UNDERLINED);
    if run.text.trim().is_empty() && !underlined {
        return;
    }
    let fore = fore.unwrap_or_else(|| ground.fore.to_owned());
    let mut how = format!("fill=\"{fore}\"");
    for (modifier, attribute) in [
        (Modifier::BOLD, " font-weight=\"bold\""),
        (Modifier::ITALIC, " font-style=\"italic\""),
        (Modifier::UNDERLINED, " text-decoration=\"underline\""),
        (Modifier::DIM, " opacity=\"0.62\""),
    ] {
        if has(modifier) {
            how.push_str(attribute);
        }
    }
    let _ = writeln!(
        out,
        "<text x=\"{x}\" y=\"{}\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\" {how}>{}</text>",
        y + BASE,
        escaped(&run.text)
    );
}

/// What a terminal of that theme has where nothing is said.
struct Ground {
    fore: &'static str,
    back: &'static str,
}

impl Ground {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Dark | Kind::HighContrast | Kind::Mono => Self { fore: "#d8dee9", back: "#15181e" },
            Kind::Light => Self { fore: "#24292f", back: "#ffffff" },
        }
    }
}

/// A colour as SVG names it; none where it is the terminal's own.
fn named(colour: Color) -> Option<String> {
    /// As xterm draws the sixteen.
    const SIXTEEN: [&str; 16] = [
        "#000000", "#cd0000", "#00cd00", "#cdcd00", "#1e90ff", "#cd00cd", "#00cdcd", "#e5e5e5", "#7f7f7f",
        "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff",
    ];
    let sixteen = |index: usize| Some(SIXTEEN[index].to_owned());
    match colour {
        Color::Reset => None,
        Color::Rgb(red, green, blue) => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
        Color::Indexed(index @ 0..=15) => sixteen(usize::from(index)),
        Color::Indexed(index @ 16..=231) => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + step * 40 };
            let cube = index - 16;
            let (red, green, blue) = (level(cube / 36), level(cube / 6 % 6), level(cube % 6));
            Some(format!("#{red:02x}{green:02x}{blue:02x}"))
        }
        Color::Indexed(index) => {
            let grey = 8 + (index - 232) * 10;
            Some(format!("#{grey:02x}{grey:02x}{grey:02x}"))
        }
        Color::Black => sixteen(0),
        Color::Red => sixteen(1),
        Color::Green => sixteen(2),
        Color::Yellow => sixteen(3),
        Color::Blue => sixteen(4),
        Color::Magenta => sixteen(5),
        Color::Cyan => sixteen(6),
        Color::Gray => sixteen(7),
        Color::DarkGray => sixteen(8),
        Color::LightRed => sixteen(9),
        Color::LightGreen => sixteen(10),
        Color::LightYellow => sixteen(11),
        Color::LightBlue => sixteen(12),
        Color::LightMagenta => sixteen(13),
        Color::LightCyan => sixteen(14),
        Color::White => sixteen(15),
    }
}

/// Text as XML takes it. Control characters have no place in XML 1.0, nor on the screen.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            character if character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}') => {
                safe.push(' ');
            }
            character => safe.push(character),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;

    fn buffer() -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 2));
        buffer.set_string(
            0,
            0,
            "a<b & \"千\"",
            Style::new().fg(Color::Indexed(74)).add_modifier(Modifier::BOLD),
        );
        buffer.set_string(2, 1, "x", Style::new().add_modifier(Modifier::REVERSED));
        buffer
    }

    #[test]
    fn letters_that_xml_knows_are_escaped_and_styles_kept() {
        let picture = svg(&buffer(), Kind::Dark, "<t>");
        assert!(picture.contains("<title>&lt;t&gt;</title>"), "{picture}");
        assert!(
            picture.contains("fill=\"#5fafd7\" font-weight=\"bold\">a&lt;b &amp; &quot;</text>"),
            "{picture}"
        );
        assert!(
            picture.contains("textLength=\"18\"") && picture.contains(">千</text>"),
            "two cells\n{picture}"
        );
        assert!(picture.contains("fill=\"#15181e\">x</text>"), "reversed: the ground in front\n{picture}");
        assert!(picture.contains("height=\"18\" fill=\"#d8dee9\"/>"), "{picture}");
    }

    #[test]
    fn every_cell_is_told_once_and_in_its_place() {
        let picture = svg(&buffer(), Kind::Light, "t");
        let at = |x: u32| format!("x=\"{}\"", MARGIN + x * CELL.0);
        assert!(picture.contains(&format!("<text {} y=\"26\"", at(0))), "{picture}");
        assert!(picture.contains(&format!("<text {} y=\"26\" textLength=\"18\"", at(7))), "{picture}");
        assert_eq!(picture.matches("</text>").count(), 4, "{picture}");
    }
}
