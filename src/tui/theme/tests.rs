//! No two roles that matter differ by hue alone, in any theme, at any depth of colour.

use std::collections::BTreeSet;

use ratatui::style::Color;
use unicode_width::UnicodeWidthStr;

use super::colour::Rgb;
use super::named::NAMED;
use super::*;

/// Pairs that a class must never confuse.
const OPPOSITES: [(Role, Role); 7] = [
    (Role::Fresh, Role::Stale),
    (Role::Converged, Role::Diverged),
    (Role::Up, Role::Crashed),
    (Role::Up, Role::Frozen),
    (Role::Crashed, Role::Frozen),
    (Role::Message, Role::Lost),
    (Role::Text, Role::Error),
];

fn themes() -> impl Iterator<Item = Theme> {
    Kind::ALL.into_iter().flat_map(|kind| Depth::ALL.map(|depth| Theme::new(kind, depth)))
}

/// What is left of a style for an eye or a terminal without colour.
fn without_hue(style: Style) -> Modifier {
    style.add_modifier
}

fn variables<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
    |name| pairs.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned())
}

/// Whether a role tells how something is, so that another such role could stand in its place. The others are furniture:
/// ordinary text, frames, headings, the bar of a list, the keys of a hint. A new role has to be sorted here.
fn is_state(role: Role) -> bool {
    match role {
        Role::Text | Role::Dim | Role::Title | Role::Border | Role::Selected | Role::HintKey => false,
        Role::Fresh
        | Role::Stale
        | Role::Up
        | Role::Crashed
        | Role::Frozen
        | Role::Wall
        | Role::Message
        | Role::Ack
        | Role::Lost
        | Role::Converged
        | Role::Diverged
        | Role::Advice
        | Role::Error => true,
    }
}

#[test]
fn no_two_states_differ_by_hue_alone() {
    let states: Vec<Role> = Role::ALL.into_iter().filter(|role| is_state(*role)).collect();
    for theme in themes() {
        for (index, one) in states.iter().enumerate() {
            for two in &states[index + 1..] {
                let modifiers = without_hue(theme.style(*one)) != without_hue(theme.style(*two));
                for glyphs in [&UNICODE, &ASCII] {
                    let marks = glyphs.mark(*one) != glyphs.mark(*two);
                    assert!(modifiers || marks, "{one:?} and {two:?} in {theme:?}");
                }
            }
        }
    }
}

#[test]
fn a_state_is_told_from_ordinary_text_without_colour_by_its_mark() {
    for role in Role::ALL.into_iter().filter(|role| is_state(*role)) {
        for glyphs in [&UNICODE, &ASCII] {
            assert_ne!(glyphs.mark(role), " ", "{role:?}");
        }
    }
}

#[test]
fn two_values_of_one_hue_or_shape_are_never_told_apart_by_colour_alone() {
    // Of all pairs that a class may write, each differs in its shape or in its word, and the word is always shown: what
    // is left is that the six shapes are six in both sets.
    for glyphs in [&UNICODE, &ASCII] {
        let shapes: BTreeSet<&str> = Shape::ALL.map(|shape| glyphs.shape(shape)).into();
        assert_eq!(shapes.len(), Shape::ALL.len());
    }
}

#[test]
fn glyphs_that_stand_for_alternatives_differ_in_every_set() {
    for glyphs in [&UNICODE, &ASCII] {
        assert_ne!(glyphs.clock.0, glyphs.clock.1);
        assert_ne!(glyphs.badges.0, glyphs.badges.1);
        assert_ne!(glyphs.meter.0, glyphs.meter.1);
        assert_ne!(glyphs.bars[0], glyphs.bars[1]);
        assert_ne!(glyphs.frame.horizontal_top, glyphs.picked_frame.horizontal_top);
        for all in [&glyphs.causal[..], &glyphs.arrows, &glyphs.levels] {
            let different: BTreeSet<&&str> = all.iter().collect();
            assert_eq!(different.len(), all.len(), "{all:?}");
        }
    }
}

#[test]
fn opposites_differ_by_more_than_hue_in_every_theme() {
    for theme in themes() {
        for (one, two) in OPPOSITES {
            let (one_left, two_left) = (without_hue(theme.style(one)), without_hue(theme.style(two)));
            assert_ne!(one_left, two_left, "{one:?} and {two:?} in {theme:?}");
        }
    }
}

#[test]
fn opposites_have_different_marks_in_every_set_of_glyphs() {
    for glyphs in [&UNICODE, &ASCII] {
        for (one, two) in OPPOSITES {
            assert_ne!(glyphs.mark(one), glyphs.mark(two), "{one:?} and {two:?}");
        }
    }
}

#[test]
fn the_background_stays_the_terminals_own_except_under_blocks() {
    for theme in themes().filter(|theme| theme.kind() != Kind::HighContrast) {
        for role in Role::ALL {
            assert_eq!(theme.style(role).bg, None, "{role:?} in {theme:?}");
        }
        assert_eq!(theme.value("blue").bg, None);
    }
}

#[test]
fn text_is_the_terminals_own_colour_in_every_theme() {
    for theme in themes() {
        assert_eq!(theme.style(Role::Text), Style::new(), "{theme:?}");
    }
}

#[test]
fn no_color_strips_the_colours_and_keeps_the_rest() {
    for kind in Kind::ALL {
        let (plain, full) = (Theme::new(kind, Depth::None), Theme::new(kind, Depth::True));
        for role in Role::ALL {
            let style = plain.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
            assert_eq!(without_hue(style), without_hue(full.style(role)), "{role:?}");
        }
        assert_eq!(plain.value("green").fg, None);
    }
}

#[test]
fn high_contrast_dims_nothing() {
    for role in Role::ALL {
        let style = Theme::new(Kind::HighContrast, Depth::True).style(role);
        assert!(!style.add_modifier.contains(Modifier::DIM), "{role:?}");
    }
}

fn rgb(colour: Option<Color>) -> Rgb {
    match colour.expect("a colour") {
        Color::Rgb(red, green, blue) => Rgb(red, green, blue),
        Color::Indexed(index) => Rgb::of_index(index),
        other => panic!("{other} is the terminal's own"),
    }
}

/// The letters' colour against what is behind them.
fn contrast(kind: Kind, style: Style) -> f64 {
    match kind {
        Kind::Dark => rgb(style.fg).contrast(Rgb(12, 12, 12)),
        Kind::Light => rgb(style.fg).contrast(Rgb::WHITE),
        Kind::HighContrast | Kind::Mono => rgb(style.fg).contrast(rgb(style.bg)),
    }
}

#[test]
fn every_hue_and_named_colour_can_be_read() {
    for (kind, least) in [(Kind::Dark, 4.5), (Kind::Light, 4.5), (Kind::HighContrast, 7.0)] {
        for depth in [Depth::Indexed, Depth::True] {
            let theme = Theme::new(kind, depth);
            for role in Role::ALL.into_iter().filter(|role| theme.style(*role).fg.is_some()) {
                let found = contrast(kind, theme.style(role));
                assert!(found >= least, "{role:?} has {found:.2} in {theme:?}");
            }
            for named in NAMED {
                let found = contrast(kind, theme.value(named.name));
                assert!(found >= least, "{} has {found:.2} in {theme:?}", named.name);
            }
        }
    }
}

#[test]
fn the_hues_are_those_of_the_palette_at_every_depth() {
    let style = |kind, depth| Theme::new(kind, depth).style(Role::Stale).fg;
    assert_eq!(style(Kind::Dark, Depth::True), Some(Color::Rgb(0xE6, 0x9F, 0x00)));
    assert_eq!(style(Kind::Dark, Depth::Indexed), Some(Color::Indexed(178)));
    assert_eq!(style(Kind::Dark, Depth::Sixteen), Some(Color::LightYellow));
    assert_eq!(style(Kind::Light, Depth::True), Some(Color::Rgb(0x8A, 0x5A, 0x00)));
}

#[test]
fn the_sixteen_colour_tier_keeps_the_five_hues_apart() {
    for ground in [Ground::Dark, Ground::Light, Ground::Block] {
        let names: BTreeSet<String> = Hue::ALL.map(|hue| hue.ink(ground).sixteen.to_string()).into();
        assert_eq!(names.len(), 5, "{ground:?}");
    }
}

#[test]
fn a_value_that_names_a_colour_is_drawn_in_it() {
    let theme = Theme::new(Kind::Dark, Depth::True);
    let Some(Color::Rgb(red, green, blue)) = theme.value("Blue").fg else { panic!("no colour") };
    assert!(blue > red && blue > green, "{red} {green} {blue}");
    let Some(Color::Rgb(red, green, blue)) = theme.value(" green ").fg else { panic!("no colour") };
    assert!(green > red && green > blue, "{red} {green} {blue}");
    assert_eq!(look("blue").hue(), None);
}

#[test]
fn the_colours_a_class_writes_first_have_shapes_of_their_own() {
    let shapes: BTreeSet<Shape> =
        ["blue", "green", "red", "yellow", "teal", "purple"].map(|name| look(name).shape).into();
    assert_eq!(shapes.len(), 6);
}

#[test]
fn a_value_looks_the_same_today_and_tomorrow() {
    let pinned: Vec<String> =
        ["tea", "jam", "fig"].map(|text| format!("{:?} {:?}", look(text).shape, look(text).hue())).into();
    assert_eq!(pinned, ["Square Some(Orange)", "Up Some(Pink)", "Disc Some(Vermilion)"]);
}

#[test]
fn values_spread_over_all_hues_and_shapes() {
    let looks: BTreeSet<_> = (0..300)
        .map(|number| format!("v{number}"))
        .map(|text| (look(&text).shape, look(&text).hue()))
        .collect();
    assert_eq!(looks.len(), 30);
}

#[test]
fn every_glyph_is_one_column_wide_and_ascii_is_ascii() {
    for glyph in UNICODE.all() {
        assert_eq!(glyph.width(), 1, "{glyph}");
        assert!(!glyph.contains('\u{fe0f}') && !glyph.contains('\u{fe0e}'), "{glyph}");
    }
    for glyph in ASCII.all() {
        assert!(glyph.len() == 1 && glyph.is_ascii(), "{glyph}");
    }
}

#[test]
fn the_depth_of_colour_is_read_from_the_environment() {
    let depth = |pairs: &[(&str, &str)]| Depth::detect(variables(pairs));
    assert_eq!(depth(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]), Depth::True);
    assert_eq!(depth(&[("TERM", "xterm-256color")]), Depth::Indexed);
    assert_eq!(depth(&[("TERM", "xterm")]), Depth::Sixteen);
    assert_eq!(depth(&[("TERM", "xterm-kitty")]), Depth::True);
    assert_eq!(depth(&[("TERM", "dumb")]), Depth::None);
    assert_eq!(depth(&[("COLORTERM", "truecolor"), ("NO_COLOR", "1")]), Depth::None);
    assert_eq!(depth(&[("COLORTERM", "truecolor"), ("NO_COLOR", "")]), Depth::True);
    assert_eq!(Depth::named("256"), Some(Depth::Indexed));
}

#[test]
fn glyphs_follow_the_locale_unless_chosen() {
    let auto = |pairs: &[(&str, &str)]| GlyphChoice::Auto.resolve(variables(pairs));
    assert_eq!(auto(&[("LANG", "de_CH.UTF-8")]), &UNICODE);
    assert_eq!(auto(&[("LANG", "de_CH.UTF-8"), ("LC_ALL", "C")]), &ASCII);
    assert_eq!(auto(&[("LANG", "C.utf8"), ("TERM", "linux")]), &ASCII);
    assert_eq!(auto(&[]), &ASCII);
    assert_eq!(GlyphChoice::Unicode.resolve(variables(&[])), &UNICODE);
    assert_eq!(GlyphChoice::Ascii.resolve(variables(&[("LANG", "C.UTF-8")])), &ASCII);
}

#[test]
fn the_key_goes_through_all_themes() {
    let mut kind = Kind::Dark;
    let seen: BTreeSet<Kind> = std::iter::repeat_with(|| {
        kind = kind.next();
        kind
    })
    .take(4)
    .collect();
    assert_eq!(seen.len(), 4);
    assert!(Kind::ALL.iter().all(|kind| Kind::named(kind.name()) == Some(*kind)));
}

#[test]
fn a_light_terminal_that_says_so_gets_the_light_theme() {
    assert_eq!(Kind::told(variables(&[("COLORFGBG", "0;15")])), Some(Kind::Light));
    assert_eq!(Kind::told(variables(&[("COLORFGBG", "15;default;0")])), Some(Kind::Dark));
    assert_eq!(Kind::told(variables(&[("COLORFGBG", "15;default")])), None);
    assert_eq!(Kind::told(variables(&[])), None);
}
