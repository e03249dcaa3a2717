//! What drawing may cost, counted in bytes.

use ratatui::layout::Size;

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

/// Bytes of each frame of ordinary motion: writes under way between six replicas, drawn every 50 ms.
fn frames(width: u16, height: u16) -> Vec<usize> {
    let mut stage = Stage::after(6, "");
    stage.screen.resize(Size::new(width, height));
    stage.show();
    let mut bytes = Vec::new();
    stage.keys("w");
    for _ in 0..100 {
        stage.wait(50);
        stage.frame();
        bytes.push(stage.show());
    }
    bytes
}

#[test]
fn a_frame_of_ordinary_motion_takes_at_most_600_bytes_on_average() {
    for (width, height) in [(80, 24), (200, 55)] {
        let bytes = frames(width, height);
        let average = bytes.iter().sum::<usize>() / bytes.len();
        let most = bytes.iter().max().copied().unwrap_or(0);
        assert!(average <= 600, "{average} bytes a frame at {width}x{height}, {most} at most");
        assert!(average > 0 && most < 6_000, "{average} bytes a frame at {width}x{height}, {most} at most");
    }
}
