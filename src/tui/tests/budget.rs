//! What drawing may cost, counted in bytes.

use std::fmt::Write as _;

use ratatui::layout::Size;

use crate::tui::{registry::Action, ui::View};

use super::{pictures::states, stage::Stage};

#[test]
fn the_same_snapshot_drawn_again_writes_nothing() {
    for (name, mut stage) in states() {
        for (width, height) in [(60, 18), (80, 24), (120, 36), (200, 55)] {
            stage.screen.resize(Size::new(width, height));
            assert!(stage.show() > 0, "{name}");
            assert_eq!(stage.show(), 0, "{name} at {width}x{height}");
            assert_eq!(stage.show(), 0, "{name} at {width}x{height}");
        }
    }
}

#[test]
fn a_frame_writes_nothing_while_the_clock_stands() {
    for keys in [" ", "w| ", "w|2r", "2pw1w|||Pg|||||||||| "] {
        let mut stage = Stage::after(3, keys);
        stage.show();
        stage.frame();
        stage.wait(50);
        stage.frame();
        assert_eq!(stage.show(), 0, "after {keys:?}");
    }
}

/// Bytes of each frame of ordinary motion in a view: writes under way between six replicas, drawn every 50 ms.
fn frames(keys: &str, view: View, (width, height): (u16, u16)) -> Vec<usize> {
    let mut stage = Stage::after(6, keys);
    stage.ui.view = view;
    stage.screen.resize(Size::new(width, height));
    stage.show();
    let mut bytes = Vec::new();
    stage.act(stage.ui.layer(), Action::Write);
    for _ in 0..100 {
        stage.wait(50);
        stage.frame();
        bytes.push(stage.show());
    }
    assert!(stage.snapshot().is_running() && stage.ui.view == view);
    bytes
}

#[test]
fn a_frame_of_ordinary_motion_takes_at_most_600_bytes_on_average_in_every_view() {
    let mut told = String::new();
    let mut over = false;
    for view in View::ALL {
        for (keys, beside) in
            [("", "alone"), ("e", "with the story"), ("⏎", "with the inspector"), ("v", "in fog")]
        {
            if beside == "in fog" && view != View::Cluster || beside != "alone" && view == View::Knobs {
                continue;
            }
            for size in [(80, 24), (200, 55)] {
                let bytes = frames(keys, view, size);
                let average = bytes.iter().sum::<usize>() / bytes.len();
                let most = bytes.iter().max().copied().unwrap_or(0);
                let _ = writeln!(
                    told,
                    "{} {beside} at {size:?}: {average} bytes a frame, {most} at most",
                    view.name()
                );
                over |= average > 600
                    || most >= 9_000
                    || (average == 0 && view == View::Cluster && beside == "alone");
            }
        }
    }
    assert!(!over, "{told}");
}

#[test]
fn a_frame_writes_nothing_in_any_view_while_the_clock_stands() {
    for keys in [" ", "w| ", "2pw1w|||Pg|||||||||| "] {
        for view in View::ALL {
            let mut stage = Stage::after(3, keys);
            stage.ui.view = view;
            for (width, height) in [(60, 18), (80, 24), (120, 36), (200, 55)] {
                stage.screen.resize(Size::new(width, height));
                stage.show();
                stage.frame();
                stage.wait(50);
                stage.frame();
                assert_eq!(stage.show(), 0, "{} after {keys:?} at {width}x{height}", view.name());
            }
        }
    }
}
