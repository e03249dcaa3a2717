//! What the screen shows, and what the program does.

use laggard::tui::registry::Layer::{Main, Operations};

use super::{Scene, close, hides, laboratory::TWO_KEYS, lead, play, redraws, shows};

pub(super) static SCENES: &[Scene] = &[
    Scene {
        name: "views",
        arguments: &["preset.yaml", "--motion", "off"],
        preset: TWO_KEYS,
        size: (80, 24),
        ready: "RUN",
        rows: &[
            lead(" w2r", &["lima read color by ann → blue", "STALE"]),
            shows(Main, "explain", "e", &["why? lima"]),
            hides(Main, "close", "Esc", &["why? lima"]),
            shows(Main, "inspect", "Enter", &["inspector lima"]),
            close("\x1b", &["inspector lima"]),
            shows(Main, "verdicts", "E", &["Verdicts,"]),
            close("\x1b", &["Verdicts,"]),
            shows(Main, "next-view", "Tab", &["space-time, 10s across"]),
            shows(Main, "closer", "{", &["space-time, 5s across"]),
            shows(Main, "wider", "}", &["space-time, 10s across"]),
            hides(Main, "previous-view", "S-Tab", &["space-time,"]),
            shows(Main, "knobs", "K", &["knobs (up and down choose"]),
            close("\x1b", &["knobs (up and down choose"]),
            shows(Main, "fog", "v", &["only what lima can know"]),
            hides(Main, "fog", "v", &["fog of war"]),
            shows(Main, "versus", "V", &["Side by side, on one clock"]),
            close("\x1b", &["Side by side, on one clock"]),
            shows(Main, "layout", "#", &["clockwise in ring order"]),
            hides(Main, "layout", "#", &["clockwise in ring order"]),
            shows(Main, "next-theme", "t", &["theme: light"]),
            shows(Main, "filter", "/", &["filter:"]),
            close("\x1b", &["filter:"]),
            close("\x1b", &["operations:"]),
        ],
    },
    Scene {
        name: "program",
        arguments: &["preset.yaml", "--motion", "off"],
        preset: TWO_KEYS,
        size: (80, 24),
        ready: "RUN",
        rows: &[
            lead(" ", &["PAUSED"]),
            shows(Main, "help", "?", &["Help: type to search"]),
            close("\x1b", &["Help: type to search"]),
            shows(Main, "help", "F1", &["Help: type to search"]),
            close("\x1b", &["Help: type to search"]),
            shows(Main, "palette", ":", &["Everything, by name"]),
            close("\x1b", &["Everything, by name"]),
            shows(Main, "palette", "Ctrl-P", &["Everything, by name"]),
            close("\x1b", &["Everything, by name"]),
            shows(Main, "open-preset", "Ctrl-O", &["Presets: Enter opens"]),
            close("\x1b", &["Presets: Enter opens"]),
            shows(Main, "save", "s", &["saved laggard-", ".yaml"]),
            shows(Main, "screenshot", "S", &["saved laggard-", ".svg"]),
            shows(Main, "record", "Ctrl-S", &["recording laggard-"]),
            // What it does after a kill: see the tests of sessions.
            shows(Main, "resume", "U", &["nothing to resume"]),
            redraws(Main),
        ],
    },
    Scene {
        name: "operations",
        arguments: &["preset.yaml", "--motion", "off"],
        preset: TWO_KEYS,
        size: (80, 24),
        ready: "RUN",
        rows: &[
            lead(" wwwwwwwwwwwwwwwwwwwwwwww", &["w25"]),
            lead("\t\t\t", &["▸", " w25 "]),
            shows(Operations, "to-first", "Home", &["▸", " w2 "]),
            shows(Operations, "to-last", "End", &["▸", " w25 "]),
            hides(Operations, "page-up", "PageUp", &["▸", " w25 "]),
            shows(Operations, "page-down", "PageDown", &["▸", " w25 "]),
        ],
    },
];

#[test]
fn keys_that_turn_the_view() {
    play(&SCENES[0]);
}

#[test]
fn keys_of_the_program() {
    play(&SCENES[1]);
}

#[test]
fn keys_of_the_table_of_operations() {
    play(&SCENES[2]);
}
