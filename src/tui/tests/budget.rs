//! What drawing may cost, counted in bytes.

use std::fmt::Write as _;

use ratatui::layout::Size;

use crate::tui::{registry::Action, ui::View};

use super::{
    pictures::{TIERS, states},
    stage::Stage,
};

#[test]
fn the_same_snapshot_drawn_again_writes_nothing() {
    for (name, mut stage) in states() {
        for (width, height) in TIERS {
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
    if view == View::Compare {
        stage.keys("Vread level all⏎");
    }
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
    let beside = |keys, what| View::ALL.map(|view| (view, keys, what));
    let besides = [("", "alone"), ("e", "with the story"), ("⏎", "with the inspector")];
    let mut all: Vec<_> = besides.into_iter().flat_map(|(keys, what)| beside(keys, what)).collect();
    all.extend([("#", "as a ring"), ("v", "in fog")].map(|(keys, what)| (View::Cluster, keys, what)));
    for (view, keys, what) in all {
        for size in [(80, 24), (200, 55)] {
            let bytes = frames(keys, view, size);
            let average = bytes.iter().sum::<usize>() / bytes.len();
            let most = bytes.iter().max().copied().unwrap_or(0);
            let _ = writeln!(told, "{} {what} at {size:?}: {average} bytes, {most} at most", view.name());
            over |= average > 600 || most >= 9_000 || average == 0;
        }
    }
    assert!(!over, "{told}");
}

#[test]
fn a_frame_writes_nothing_in_any_view_while_the_clock_stands() {
    for keys in [" ", "w| ", "2pw1w|||Pg|||||||||| "] {
        for view in View::ALL {
            let mut stage = Stage::after(3, keys);
            if view == View::Compare {
                stage.keys("Vread level all⏎");
            }
            stage.ui.view = view;
            for (width, height) in TIERS {
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
