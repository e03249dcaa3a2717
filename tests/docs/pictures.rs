//! The README's pictures are made by the program: `UPDATE_DOCS=1 cargo test --test docs` draws them anew.

use std::{env, fs, sync::Arc};

use laggard::{
    base::SimTime,
    drive,
    scenario::Scenario,
    tui::{
        picture::{Look, picture},
        svg,
        theme::{Depth, Kind, Theme, UNICODE},
        ui::{Layout, Mode, View},
    },
};
use ratatui::layout::Size;

/// Where, of which preset, at how many milliseconds, how large, which view.
type Picture = (&'static str, &'static str, u64, (u16, u16), View);

const PICTURES: [Picture; 3] = [
    ("assets/pictures/favorite-color.svg", "favorite-color", 1_500, (80, 24), View::Cluster),
    ("assets/pictures/space-time.svg", "favorite-color", 4_000, (80, 24), View::SpaceTime),
    ("assets/pictures/split-brain.svg", "split-brain", 6_000, (120, 36), View::Cluster),
];

#[test]
fn the_pictures_are_those_that_the_program_draws() {
    let readme = fs::read_to_string(super::root().join("README.md")).expect("the document");
    for (file, preset, millis, (width, height), view) in PICTURES {
        let scenario = Arc::new(Scenario::find(preset).expect("built in"));
        let mut timeline = drive::run(&scenario, scenario.seed, |_, _| {}).timeline;
        timeline.seek_time(SimTime(millis * 1_000_000));
        let theme = Theme::new(Kind::Dark, Depth::True);
        let layout = Layout::Grid;
        let look =
            Look { size: Size { width, height }, theme, glyphs: &UNICODE, view, layout, big: Mode::Off };
        let buffer = picture(&timeline, scenario.focus, look);
        let title = format!("laggard: {}, {} at {}", scenario.title, view.name(), timeline.position().at);
        let drawn = svg::svg(&buffer, Kind::Dark, &title);
        let path = super::root().join(file);
        if env::var_os("UPDATE_DOCS").is_some() {
            fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
            fs::write(&path, &drawn).expect("writable");
        }
        let known = fs::read_to_string(&path).unwrap_or_default();
        assert!(known == drawn, "{file} is old: UPDATE_DOCS=1 cargo test --test docs");
        assert!(readme.contains(file), "the README shows {file}");
    }
}
