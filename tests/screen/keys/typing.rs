//! A typed line, lists to choose from, help.

use laggard::tui::registry::Layer::{Choice, Help, Prompt};

use super::{Scene, close, copies, hides, laboratory::TWO_KEYS, lead, moves, play, redraws, shows};

pub(super) static SCENES: &[Scene] = &[
    Scene {
        name: "line",
        arguments: &["preset.yaml", "--motion", "off"],
        preset: TWO_KEYS,
        size: (80, 24),
        ready: "RUN",
        rows: &[
            lead(" ", &["PAUSED"]),
            lead("W", &["write:"]),
            lead("plum k", &["write: plum k"]),
            shows(Prompt, "complete", "Tab", &["write: plum key="]),
            moves(Prompt, "left", "Left", -1),
            moves(Prompt, "right", "Right", 1),
            moves(Prompt, "to-first", "Home", -9),
            shows(Prompt, "erase-forward", "Delete", &["write: lum key="]),
            moves(Prompt, "to-last", "End", 8),
            hides(Prompt, "erase-back", "Backspace", &["write: lum key="]),
            hides(Prompt, "erase-back", "Ctrl-H", &["write: lum key"]),
            hides(Prompt, "erase-all", "Ctrl-U", &["write: lum"]),
            lead("fig", &["write: fig"]),
            redraws(Prompt),
            shows(Prompt, "accept", "Enter", &["oslo write color=fig"]),
            lead("W", &["write:"]),
            hides(Prompt, "close", "Esc", &["write:"]),
            lead("W", &["write:"]),
            shows(Prompt, "help", "F1", &["Help: type to search"]),
            close("\x1b", &["Help: type to search"]),
            // The filter of operations lets the table be gone through while it is typed.
            lead("wwww", &["w6"]),
            lead("/", &["▸", " w6 "]),
            shows(Prompt, "up", "Up", &["▸", " w5 "]),
            shows(Prompt, "down", "Down", &["▸", " w6 "]),
        ],
    },
    Scene {
        name: "lists",
        arguments: &["preset.yaml", "--motion", "off"],
        preset: TWO_KEYS,
        size: (80, 24),
        ready: "RUN",
        rows: &[
            lead(" ", &["PAUSED"]),
            lead("\x0f", &["▸ favorite-co"]),
            shows(Choice, "down", "Down", &["▸ cart "]),
            shows(Choice, "up", "Up", &["▸ favorite-co"]),
            hides(Choice, "page-down", "PageDown", &["▸ favorite-co"]),
            shows(Choice, "page-up", "PageUp", &["▸ favorite-co"]),
            hides(Choice, "to-last", "End", &["favorite-co"]),
            shows(Choice, "to-first", "Home", &["▸ favorite-co"]),
            lead("quox", &["/ quox"]),
            hides(Choice, "erase-back", "Backspace", &["/ quox"]),
            hides(Choice, "erase-back", "Ctrl-H", &["/ quo"]),
            hides(Choice, "erase-all", "Ctrl-U", &["/ qu"]),
            redraws(Choice),
            copies(Choice, "Ctrl-Y"),
            shows(Choice, "help", "F1", &["Help: type to search"]),
            close("\x1b", &["Help: type to search"]),
            lead("\x0f", &["Presets: Enter opens"]),
            hides(Choice, "close", "Esc", &["Presets: Enter opens"]),
            lead("\x0fquorum", &["▸ quorum"]),
            shows(Choice, "accept", "Enter", &["laggard", "Two out of three"]),
        ],
    },
    Scene {
        name: "help",
        arguments: &["preset.yaml", "--motion", "off"],
        preset: TWO_KEYS,
        size: (80, 24),
        ready: "RUN",
        rows: &[
            lead(" ", &["PAUSED"]),
            lead("?", &["▸ 1-9 "]),
            shows(Help, "down", "Down", &["▸ Left h "]),
            shows(Help, "up", "Up", &["▸ 1-9 "]),
            hides(Help, "page-down", "PageDown", &["▸ 1-9 "]),
            shows(Help, "page-up", "PageUp", &["▸ 1-9 "]),
            shows(Help, "to-last", "End", &["▸", "Pause, or run again."]),
            shows(Help, "to-first", "Home", &["▸ 1-9 "]),
            lead("crash", &["/ crash"]),
            hides(Help, "erase-back", "Backspace", &["/ crash"]),
            hides(Help, "erase-back", "Ctrl-H", &["/ cras"]),
            hides(Help, "erase-all", "Ctrl-U", &["/ cra"]),
            redraws(Help),
            copies(Help, "Ctrl-Y"),
            hides(Help, "close", "F1", &["Help: type to search"]),
            lead("?", &["Help: type to search"]),
            hides(Help, "close", "Esc", &["Help: type to search"]),
            lead("?Freeze", &["▸ z "]),
            shows(Help, "accept", "Enter", &["oslo is frozen"]),
        ],
    },
];

#[test]
fn keys_of_a_typed_line() {
    play(&SCENES[0]);
}

#[test]
fn keys_of_lists() {
    play(&SCENES[1]);
}

#[test]
fn keys_of_help() {
    play(&SCENES[2]);
}
