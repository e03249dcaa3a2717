//! The big mode: from the back row one reads whether the replicas agree, what each holds, which are stale, and where
//! the wall is.

use crate::tui::{theme::ASCII, ui::View};

use super::{
    pictures::{crowded, lesson},
    stage::{Stage, favourite_colour},
};

/// The rows of half blocks that spell a text, at one pixel a column.
fn spelled(text: &str) -> Vec<String> {
    let mut buffer = ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, 80, 3));
    let theme = crate::tui::theme::Theme::new(crate::tui::theme::Kind::Dark, crate::tui::theme::Depth::True);
    let paint = &mut crate::tui::paint::Paint {
        buffer: &mut buffer,
        theme: &theme,
        glyphs: &crate::tui::theme::UNICODE,
    };
    crate::tui::big::spell(paint, text);
    super::stage::rows(&buffer)
}

/// How often a text stands on the screen in small large letters: in rows below each other.
fn times(screen: &str, text: &str) -> usize {
    let wanted = spelled(text);
    let rows: Vec<Vec<char>> = screen.lines().map(|row| row.chars().collect()).collect();
    let width = wanted.iter().map(|row| row.chars().count()).max().unwrap_or(0);
    let cut = |row: &[char], x: usize| -> String {
        row.iter().skip(x).take(width).collect::<String>().trim_end().to_owned()
    };
    let mut count = 0;
    for three in rows.windows(wanted.len()) {
        count +=
            (0..200).filter(|x| three.iter().zip(&wanted).all(|(row, want)| cut(row, *x) == *want)).count();
    }
    count
}

#[test]
fn agreement_values_staleness_and_the_wall_stand_large_on_the_projector() {
    let mut stage = Stage::after(3, "b");
    let text = stage.text(80, 24);
    assert_eq!((times(&text, "CONVERGED"), times(&text, "BLUE")), (1, 3), "{text}");
    assert_eq!(times(&text, "STALE"), 0, "{text}");
    stage.keys("2pw1w|");
    let text = stage.text(80, 24);
    assert_eq!((times(&text, "DIVERGED"), text.matches(" WALL ").count()), (1, 1), "{text}");
    let snapshot = stage.snapshot();
    let behind = snapshot.staleness.iter().flatten().count();
    assert!(behind > 0 && times(&text, "STALE") == behind, "{behind} are stale\n{text}");
    // Those who reach each other stand together, the wall between them and the others.
    let row = |name: &str| text.lines().position(|row| row.contains(name)).expect("a row");
    let wall = row(" WALL ");
    assert!(row("1 ams").max(row("3 nyc")) < wall && wall < row("2 lon"), "{text}");
}

#[test]
fn whoever_is_down_or_frozen_says_so_large() {
    let mut stage = Stage::after(3, "bc2z|");
    let text = stage.text(80, 24);
    assert_eq!((times(&text, "DOWN"), times(&text, "FROZEN")), (1, 1), "{text}");
}

#[test]
fn there_is_one_hint_and_it_can_be_clicked() {
    let mut stage = Stage::after(3, "b");
    let text = stage.text(80, 24);
    assert!(text.lines().last().is_some_and(|row| row.ends_with("? help")), "{text}");
    assert_eq!(stage.ui.hints.len(), 1);
}

#[test]
fn every_replica_can_be_clicked_and_keeps_its_number() {
    let mut stage = Stage::after(3, "b2p|");
    stage.buffer(80, 24);
    let cards = stage.ui.cards.clone();
    assert_eq!(cards.len(), 3);
    assert!(cards.iter().all(|card| card.area() > 0), "{cards:?}");
    assert!(cards[1].y > cards[2].y, "the one that is cut off stands below the wall: {cards:?}");
}

#[test]
fn more_than_fit_are_drawn_large_as_far_as_they_go_and_it_says_so() {
    let mut stage = Stage::after(64, "bw|");
    let text = stage.text(80, 24);
    assert!(text.contains(" of 64 replicas are drawn large; below are all"), "{text}");
    assert!(text.contains("64●▯"), "every replica is there\n{text}");
    stage.keys("9");
    let text = stage.text(80, 24);
    assert!(text.contains("▸ 9 n9"), "the picked one is among the large\n{text}");
}

#[test]
fn larger_terminals_have_larger_letters() {
    let mut stage = Stage::after(3, "b");
    for (width, height) in [(120, 36), (200, 55)] {
        let text = stage.text(width, height);
        assert_eq!(times(&text, "BLUE"), 0, "not the small ones\n{text}");
        let full = text.lines().filter(|row| row.matches('█').count() > 20).count();
        assert!(full > 6, "{full} rows\n{text}");
    }
}

#[test]
fn what_no_large_letter_spells_is_written_plainly() {
    let mut stage = Stage::new(crowded());
    stage.keys("b4W千代田区の値⏎|");
    let text = stage.text(80, 24);
    assert!(text.contains("千代田区の値"), "{text}");
}

#[test]
fn other_views_and_questions_are_there_as_ever() {
    let mut stage = Stage::after(3, "b");
    // Nothing stands beside the run: that view is passed over.
    for _ in 1..View::ALL.len() {
        stage.keys("⇥");
        for (width, height) in [(80, 24), (200, 55)] {
            let text = stage.text(width, height);
            assert!(text.contains("laggard"), "{text}");
        }
    }
    assert_eq!(stage.ui.view, View::Cluster);
    let mut stage = Stage::new(lesson());
    stage.keys("bnn");
    assert!(stage.text(80, 24).contains("PREDICT"));
}

#[test]
fn plain_letters_are_made_of_hashes() {
    let mut stage = Stage::new(favourite_colour(3));
    stage.keys("bw|");
    stage.glyphs(&ASCII);
    for (width, height) in [(60, 18), (80, 24), (120, 36)] {
        let text = stage.text(width, height);
        assert!(text.is_ascii() && text.matches('#').count() > 20, "{width}x{height}\n{text}");
    }
}

#[test]
fn the_mode_stays_when_another_preset_opens() {
    let mut stage = Stage::after(3, "b");
    stage.ui.reset();
    assert_eq!(stage.ui.modes.big, crate::tui::ui::Mode::On);
}

#[test]
fn no_size_and_no_number_of_replicas_panics() {
    for replicas in [1, 2, 3, 5, 9, 40] {
        let mut stage = Stage::after(replicas, "bw|");
        if replicas > 1 {
            stage.keys("2p|3c");
        }
        for width in (0..210).step_by(13) {
            for height in 0..60 {
                stage.buffer(width, height);
            }
        }
    }
}
