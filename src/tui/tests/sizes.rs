//! Every size of terminal, in states that are hard to draw.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
};

use crate::{
    action::{HintRules, PrimaryPolicy, Protocol},
    data::Conflicts,
    tui::draw,
};

use super::{
    pictures::{crowded, hinting, lesson, monitored, opinionated},
    stage::{Stage, favourite_colour},
};

/// Draws at every size, inside a larger buffer whose margin must stay untouched.
fn sweep(name: &str, stage: &mut Stage, steps: (usize, usize)) {
    let snapshot = stage.snapshot();
    for width in (0..=220).step_by(steps.0) {
        for height in (0..=60).step_by(steps.1) {
            let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
            let cursor = draw(&mut stage.ui, &snapshot, &mut buffer);
            assert_eq!(buffer.content.len(), usize::from(width) * usize::from(height));
            let inside = |at: Position| at.x < width && at.y < height;
            assert!(cursor.is_none_or(inside), "{name} at {width}x{height}: {cursor:?}");
            for card in &stage.ui.cards {
                assert!(buffer.area.union(*card) == buffer.area, "{name} at {width}x{height}: {card}");
            }
        }
    }
}

#[test]
fn no_size_panics_and_nothing_is_drawn_outside() {
    let mut long = favourite_colour(6);
    long.title = "A title that goes on and on, and then on ".repeat(4);
    long.keys = vec!["a-key-with-a-name-that-is-far-too-long-for-a-header".into()];
    for replica in &mut long.replicas {
        replica.name = "a-replica-with-a-name-far-too-long-for-a-card".into();
        replica.zone = Some("a-zone-with-a-name-far-too-long-for-a-card".into());
    }
    for (name, scenario, keys) in [
        ("start", favourite_colour(1), "w"),
        ("moving", favourite_colour(3), "w|"),
        ("past", favourite_colour(3), "w|2r,"),
        ("lost", favourite_colour(3), "2pw1w|||Pg||||||||||"),
        ("long", long, "w2pc3z4x5|"),
        ("siblings", crowded(), "2pw1w4W千代田区の値⏎|||P|||||3e"),
        ("help", favourite_colour(3), "?"),
        ("choice", favourite_colour(12), "x"),
        ("prompt", favourite_colour(3), "Wa value that is a little longer than the line that it is typed in"),
        ("question", lesson(), "nnb+++"),
        ("session", crowded(), "iI⏎"),
        ("split brain", monitored(), "1pw||||||||2w|⏎"),
        ("opinions", opinionated(), "3p1D||||||||⏎"),
        ("hints", hinting(), "3c1w|⏎"),
        ("operations", crowded(), "2pw1w4W千代田区の値⏎3r|rP||⇥⇥⇥⏎"),
        ("knobs", favourite_colour(3), "Kjjll"),
        ("fog", favourite_colour(6), "2pw||1w3c|v"),
        ("ring", favourite_colour(6), "#2pw3c||"),
        ("ring of two", favourite_colour(2), "#2pw|"),
        ("a ring of one", favourite_colour(1), "#w|"),
        ("zones", crowded(), "##2pw4W千代田区の値⏎3r|"),
        ("metrics", favourite_colour(3), "w|2r |||w1r||⇥⇥⇥⇥"),
        ("space-time", favourite_colour(6), "w2pc3z4x5||⇥⏎,,"),
    ] {
        let mut stage = Stage::new(scenario);
        stage.keys(keys);
        sweep(name, &mut stage, (7, 3));
    }
}

#[test]
fn a_thousand_replicas_are_drawn_at_every_size() {
    for (replicas, steps) in [(64, (9, 4)), (1_000, (31, 9))] {
        let mut stage = Stage::after(replicas, "w|");
        sweep("many", &mut stage, steps);
        stage.keys("#");
        sweep("many around a ring", &mut stage, steps);
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
