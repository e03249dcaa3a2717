//! What holds of every picture: each state, in each view, at each tier, in each theme, depth and set of glyphs.

use std::{collections::BTreeSet, ops::RangeInclusive};

use ratatui::{
    buffer::{Buffer, Cell},
    style::{Color, Modifier},
};
use unicode_width::UnicodeWidthStr;

use crate::tui::theme::{ASCII, Depth, Kind, UNICODE};

use super::{
    pictures::{TIERS, arrangements, states},
    stage::Stage,
};

/// Signs of our own sentences, beside the glyphs of the set; [`crate::tui::draw`] spells them in ASCII where needed.
const SIGNS: &str = "×–−→…·│µ";
/// What people typed in the states: names and values are theirs.
const TYPED: &str = "千代田区の値";
/// Dots finer than cells, of lines and plots.
const BRAILLE: RangeInclusive<char> = '\u{2800}'..='\u{28ff}';

/// Draws every state as it is at every tier, and in every other view at two of them.
fn everywhere(mut look: impl FnMut(&mut Stage, (u16, u16), &str)) {
    for (name, mut stage) in states() {
        let own = (stage.ui.view, stage.ui.layout);
        for arrangement in arrangements() {
            let sizes = if arrangement == own { &TIERS[..] } else { &[TIERS[1], TIERS[3]] };
            (stage.ui.view, stage.ui.layout) = arrangement;
            for (width, height) in sizes {
                let (view, layout) = (arrangement.0.name(), arrangement.1.name());
                let place = format!("{name}, {view} view, {layout} at {width}x{height}");
                look(&mut stage, (*width, *height), &place);
            }
        }
    }
}

fn symbols(buffer: &Buffer) -> Vec<String> {
    buffer.content.iter().map(|cell| cell.symbol().to_owned()).collect()
}

fn is_coloured(cell: &Cell) -> bool {
    (cell.fg, cell.bg) != (Color::Reset, Color::Reset)
}

#[test]
fn every_theme_and_depth_shows_the_same_text_and_no_color_keeps_bold_and_reverse() {
    let mut kept = Modifier::empty();
    everywhere(|stage, (width, height), place| {
        stage.theme(Kind::Dark, Depth::True);
        let text = symbols(&stage.buffer(width, height));
        for kind in Kind::ALL {
            stage.theme(kind, Depth::None);
            let plain = stage.buffer(width, height);
            assert_eq!(symbols(&plain), text, "{place} in {kind:?} without colours");
            assert!(!plain.content.iter().any(is_coloured), "{place} in {kind:?}: a colour");
            kept |= plain.content.iter().fold(Modifier::empty(), |all, cell| all | cell.modifier);
            for depth in [Depth::Sixteen, Depth::Indexed, Depth::True] {
                stage.theme(kind, depth);
                let drawn = stage.buffer(width, height);
                let differs = drawn
                    .content
                    .iter()
                    .zip(&plain.content)
                    .position(|(one, two)| one.symbol() != two.symbol() || one.modifier != two.modifier);
                let at = differs.map(|index| drawn.pos_of(index));
                assert_eq!(at, None, "{place} in {kind:?} at {depth:?} is not what it is without colours");
                let colours = drawn.content.iter().filter(|cell| is_coloured(cell)).count();
                assert!(kind != Kind::Mono || colours == 0, "{place}: mono has colours");
            }
        }
    });
    assert!(kept.contains(Modifier::BOLD | Modifier::REVERSED | Modifier::UNDERLINED), "{kept:?}");
}

#[test]
fn the_ascii_set_shows_nothing_beyond_ascii() {
    everywhere(|stage, (width, height), place| {
        stage.glyphs(&ASCII);
        for cell in &stage.buffer(width, height).content {
            let allowed = cell.symbol().chars().all(|c| (' '..='~').contains(&c) || TYPED.contains(c));
            assert!(allowed, "{place}: {:?}", cell.symbol());
        }
        stage.glyphs(&UNICODE);
    });
}

#[test]
fn the_unicode_set_shows_its_glyphs_and_no_others() {
    let glyphs: BTreeSet<&str> = UNICODE.all().into_iter().collect();
    everywhere(|stage, (width, height), place| {
        for cell in &stage.buffer(width, height).content {
            let symbol = cell.symbol();
            let known = glyphs.contains(symbol)
                || symbol.chars().all(|c| {
                    (' '..='~').contains(&c) || SIGNS.contains(c) || TYPED.contains(c) || BRAILLE.contains(&c)
                });
            assert!(known, "{place}: {symbol:?} is no glyph of the set");
            assert!(symbol.width() <= 2, "{place}: {symbol:?}");
        }
    });
}

#[test]
fn a_terminal_too_small_has_one_plain_line_in_every_theme() {
    let mut stage = Stage::after(3, "w|2r");
    for kind in Kind::ALL {
        stage.theme(kind, Depth::True);
        for (width, height, line) in [
            (59, 17, "laggard needs 60x18; this is 59x17"),
            (60, 17, "laggard needs 60x18; this is 60x17"),
            (59, 60, "laggard needs 60x18; this is 59x60"),
            (20, 1, "laggard needs 60x18…"),
        ] {
            let buffer = stage.buffer(width, height);
            assert_eq!(super::stage::rows(&buffer).join("\n").trim_end(), line, "{kind:?}");
            assert!(!buffer.content.iter().any(is_coloured) && stage.ui.cards.is_empty());
            assert!(buffer.content.iter().all(|cell| cell.modifier.is_empty()));
        }
    }
}
