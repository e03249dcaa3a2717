//! The ring and the zones: what they say, what they fall back to, what the mouse and the arrows find there.

use crossterm::event::{KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::{
    base::NodeId,
    tui::{theme::ASCII, ui::Layout},
};

use super::{
    pictures::crowded,
    stage::{Stage, favourite_colour, rows},
};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 55)];

#[test]
fn the_ring_marks_the_preference_list_of_the_shown_key() {
    let mut scenario = favourite_colour(6);
    scenario.settings.copies = 3;
    let mut stage = Stage::new(scenario);
    stage.keys("#");
    let list: Vec<String> = stage.snapshot().preference[0]
        .iter()
        .map(|(node, _)| stage.snapshot().replica_name(*node).to_owned())
        .collect();
    let (holding, others) = list.split_at(3);
    for (width, height) in SIZES {
        let text = stage.text(width, height);
        let line = format!("preference list of user123: {}; then {}", holding.join(", "), others.join(", "));
        assert!(text.contains(&line), "{line}\n{text}");
        assert!(text.contains("pref 1") && text.contains("pref 3") && !text.contains("pref 4"), "{text}");
        assert!(text.matches("holds no copy").count() >= 3, "{text}");
    }
}

#[test]
fn a_click_picks_a_replica_in_every_layout() {
    for (keys, layout) in [("#", Layout::Ring), ("##", Layout::Zones)] {
        for (width, height) in SIZES {
            let mut stage = Stage::new(crowded());
            stage.keys(keys);
            stage.text(width, height);
            assert_eq!((stage.ui.layout, stage.ui.cards.len()), (layout, 5));
            for (index, card) in stage.ui.cards.clone().into_iter().enumerate() {
                let (column, row) = (card.x + 1, card.y + card.height / 2);
                let kind = MouseEventKind::Down(MouseButton::Left);
                let mouse = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
                let snapshot = stage.snapshot();
                let effects = stage.ui.click(mouse, &snapshot);
                stage.obey(effects);
                assert_eq!(stage.ui.picked, NodeId::at(index), "{layout:?} at {width}x{height}");
            }
        }
    }
}

#[test]
fn the_arrows_reach_every_replica_in_every_layout() {
    for keys in ["#", "##"] {
        let mut stage = Stage::new(crowded());
        stage.keys(keys);
        stage.text(80, 24);
        let mut seen = vec![stage.ui.picked];
        // Each place is left by every arrow once.
        let mut at = 0;
        while at < seen.len() {
            for arrow in [KeyCode::Left, KeyCode::Right, KeyCode::Up, KeyCode::Down] {
                stage.ui.picked = seen[at];
                stage.code(arrow);
                if !seen.contains(&stage.ui.picked) {
                    seen.push(stage.ui.picked);
                }
            }
            at += 1;
        }
        assert_eq!(seen.len(), 5, "{keys}: {seen:?}");
    }
}

#[test]
fn where_there_is_no_room_for_a_layout_one_line_says_so() {
    let mut stage = Stage::after(64, "#");
    let text = stage.text(80, 24);
    assert!(text.contains("too little room for a ring: 64 replicas as rows of tiles"), "{text}");
    let mut stage = Stage::after(1_000, "#");
    assert!(stage.text(80, 24).contains("too little room for a ring: 1000 replicas as a heat map"));
    let mut stage = Stage::after(24, "#");
    let text = stage.text(200, 55);
    assert!(text.contains("N is 24"), "{text}");
    let mut stage = Stage::after(3, ":layout zones⏎");
    assert_eq!(stage.ui.layout, Layout::Grid);
    assert!(stage.status().contains("no replica of this cluster stands in a zone"), "{}", stage.status());
    stage.keys(":layout ring⏎");
    assert_eq!(stage.ui.layout, Layout::Ring);
}

#[test]
fn the_wall_and_what_dies_at_it_are_seen_in_every_layout() {
    for (keys, wall) in [("#2pw||", "▒▒"), ("##3pw||", "▒")] {
        let mut stage = Stage::new(crowded());
        stage.keys(keys);
        for (width, height) in SIZES {
            let text = stage.text(width, height);
            assert!(text.contains(wall) && text.contains('✕'), "{keys} at {width}x{height}\n{text}");
        }
        stage.glyphs(&ASCII);
        // Names are people's own.
        let plain = |c: char| c.is_ascii() || "千代田区".contains(c);
        for row in rows(&stage.buffer(80, 24)) {
            assert!(row.chars().all(plain), "{keys}: {row}");
        }
    }
}
