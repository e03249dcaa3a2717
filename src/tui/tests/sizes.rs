//! Every size of terminal, in states that are hard to draw.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
};

use unicode_width::UnicodeWidthStr;

use crate::{
    action::{HintRules, PrimaryPolicy, Protocol},
    data::Conflicts,
    tui::draw,
};

use super::{
    pictures::{arrangements, crowded, states},
    stage::{Stage, favourite_colour},
};

/// Every size from the least that shows more than a line, then steps, then the edges of the tiers and of what a terminal
/// may be.
fn sizes(coarse: usize) -> impl Iterator<Item = (u16, u16)> {
    let small =
        (59..=85).step_by(coarse).flat_map(move |width| (17..=26).step_by(coarse).map(move |h| (width, h)));
    let large = (91..=300).step_by(19 * coarse).flat_map(|width| [31, 57, 100].map(|h| (width, h)));
    let edges = [60, 80, 109, 110, 179, 180, 200, 300].into_iter().step_by(coarse.min(2));
    let edges = edges.flat_map(|width| [18, 24, 33, 34, 50].map(|h| (width, h)));
    small.chain(large).chain(edges)
}

/// Whatever is smaller, and every other size up to the largest, a few columns and rows apart.
fn all_sizes() -> impl Iterator<Item = (u16, u16)> {
    let smaller = (0..62).flat_map(|width| (0..20).map(move |height| (width, height)));
    smaller.chain((0..=300).step_by(12).flat_map(|width| (0..=100).step_by(10).map(move |h| (width, h))))
}

/// Draws at every size; all that a click could find lies inside, and no cell tells the terminal anything but text.
fn sweep(name: &str, stage: &mut Stage, sizes: impl Iterator<Item = (u16, u16)>) {
    let snapshot = stage.snapshot();
    for (width, height) in sizes {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        let cursor = draw(&mut stage.ui, &snapshot, &mut buffer);
        assert_eq!(buffer.content.len(), usize::from(width) * usize::from(height));
        let inside = |at: Position| at.x < width && at.y < height;
        assert!(cursor.is_none_or(inside), "{name} at {width}x{height}: {cursor:?}");
        let ui = &stage.ui;
        let hints = ui.hints.iter().map(|(place, _)| *place);
        let rows = ui.operation_rows.iter().map(|(place, _)| *place);
        let rest = ui.bar.map(|bar| bar.area).into_iter().chain(ui.place.as_ref().map(|place| place.area));
        for place in ui.cards.iter().copied().chain(hints).chain(rows).chain(rest) {
            assert_eq!(buffer.area.union(place), buffer.area, "{name} at {width}x{height}: {place}");
        }
        for (index, cell) in buffer.content.iter().enumerate() {
            let symbol = cell.symbol();
            assert!(!symbol.chars().any(char::is_control), "{name} at {width}x{height}: {symbol:?}");
            let last = width > 0 && index % usize::from(width) == usize::from(width) - 1;
            assert!(
                !last || symbol.width() <= 1,
                "{name} at {width}x{height}: {symbol:?} goes over the edge"
            );
        }
    }
}

/// The states, and whatever may lie over a view, by the keys that open it.
fn hard_to_draw() -> Vec<(&'static str, Stage)> {
    let mut long = favourite_colour(6);
    long.title = "A title that goes on and on, and then on ".repeat(4);
    long.keys = vec!["a-key-with-a-name-that-is-far-too-long-for-a-header".into()];
    for replica in &mut long.replicas {
        replica.name = "a-replica-with-a-name-far-too-long-for-a-card".into();
        replica.zone = Some("a-zone-with-a-name-far-too-long-for-a-card".into());
    }
    let with = |scenario, keys: &str| {
        let mut stage = Stage::new(scenario);
        stage.keys(keys);
        stage
    };
    let mut all = states();
    all.retain(|(name, _)| *name != "heat-map");
    all.extend(vec![
        ("long", with(long, "w2pc3z4x5|")),
        ("one replica", Stage::after(1, "w")),
        ("moving", Stage::after(3, "w|")),
        ("choice", Stage::after(12, "x")),
        ("a long line", Stage::after(3, "Wa value that is a little longer than the line that it is typed in")),
        ("wide characters", with(crowded(), "2pw1w4W千代田区の値⏎|||P|||||3e")),
        ("a wide line", with(crowded(), "W千代田区の値千代田区の値千代田区の値千代田区の値千代田区の値千代田区の値")),
        ("ring of six", Stage::after(6, "#2pw3c||")),
        ("ring of two", Stage::after(2, "#2pw|")),
        ("ring of one", Stage::after(1, "#w|")),
        ("wide zones", with(crowded(), "##2pw4W千代田区の値⏎3r|")),
        ("palette", Stage::after(3, "w:")),
        ("side by side, wide", with(crowded(), "Vread level all⏎2pw4W千代田区の値千代田区の値⏎|3r|")),
        ("marks", Stage::after(3, "w|m||m B")),
        ("the clock's line", Stage::after(3, "T")),
        ("the links' line", Stage::after(3, "L")),
        ("a knob's line", Stage::after(3, "Kjj⏎")),
        ("a filter", Stage::after(3, "w2r/kind:")),
        ("nothing matches", Stage::after(3, "?xyzzy")),
        ("a wide filter", Stage::after(3, "?千代田区の値千代田区の値千代田区の値千代田区の値千代田区の値千代田区の値千代田区の値千代田区の値")),
    ]);
    all
}

#[test]
fn no_size_panics_and_nothing_is_drawn_outside() {
    for (name, mut stage) in hard_to_draw() {
        sweep(name, &mut stage, sizes(1));
    }
}

#[test]
fn from_nothing_to_the_largest_terminal_every_view_is_drawn() {
    let mut stages = [Stage::after(6, "2pw3c|"), Stage::after(3, "Vread level all⏎w|2r")];
    for stage in &mut stages {
        for (view, layout) in arrangements() {
            (stage.ui.view, stage.ui.layout) = (view, layout);
            sweep(view.name(), stage, all_sizes());
        }
    }
}

#[test]
fn every_view_is_drawn_at_every_size_whatever_is_going_on() {
    for (name, mut stage) in hard_to_draw() {
        for (view, layout) in arrangements() {
            (stage.ui.view, stage.ui.layout) = (view, layout);
            sweep(name, &mut stage, sizes(11));
        }
    }
}

#[test]
fn one_or_a_thousand_replicas_are_drawn_at_every_size_in_every_view() {
    for (replicas, coarse) in [(1, 2), (6, 3), (64, 5), (1_000, 11)] {
        let mut stage = Stage::after(replicas, "w|");
        for (view, layout) in arrangements() {
            (stage.ui.view, stage.ui.layout) = (view, layout);
            sweep("many", &mut stage, sizes(coarse));
        }
    }
}

#[test]
fn a_picture_keeps_within_an_area_that_does_not_begin_at_the_corner() {
    let mut stage = Stage::after(3, "w|");
    let snapshot = stage.snapshot();
    let mut buffer = Buffer::empty(Rect::new(5, 3, 80, 24));
    buffer.set_style(buffer.area, Style::new());
    draw(&mut stage.ui, &snapshot, &mut buffer);
    assert!(stage.ui.cards.iter().all(|card| buffer.area.union(*card) == buffer.area));
}

#[test]
fn tiles_with_room_tell_who_is_primary_and_who_keeps_hints() {
    let mut scenario = favourite_colour(30);
    scenario.settings.protocol = Protocol::Primary(Box::new(PrimaryPolicy::of(30)));
    scenario.settings.conflicts = Conflicts::LogOrder;
    scenario.settings.anti_entropy = None;
    let mut stage = Stage::new(scenario);
    let text = stage.text(80, 24);
    assert!(text.contains(" 1▮● blue PRIMARY"), "{text}");
    assert!(
        text.lines().filter(|line| line.contains("PRIMARY")).count() <= 2,
        "the tile, the line below\n{text}"
    );
    let mut hinted = favourite_colour(30);
    hinted.settings.anti_entropy = None;
    hinted.settings.leaderless_mut().expect("leaderless").hints = Some(HintRules::USUAL);
    let mut stage = Stage::new(hinted);
    stage.keys("3c1w|");
    let text = stage.text(80, 24);
    assert!(text.contains("▲ green 1 hint"), "{text}");
}
