//! Keys that mean something of its own in a view or a list: scrubbing, lighting up, turning a knob, raising a wall,
//! operating on a message.

use laggard::tui::registry::Layer::{Choice, Main};

use super::{Scene, close, hides, laboratory::TWO_KEYS, lead, play, shows};

pub(super) static SCENES: &[Scene] = &[
    Scene {
        name: "space-time",
        arguments: &["preset.yaml", "--motion", "off"],
        preset: TWO_KEYS,
        size: (80, 24),
        ready: "RUN",
        rows: &[
            lead(" w", &["oslo write color=green (w2)"]),
            lead("2w", &["lima write color=red (w3)"]),
            lead("g", &["running until converged"]),
            lead("\t", &["space-time,"]),
            lead(" ", &["PAUSED"]),
            shows(Main, "left", "Left", &["PAST"]),
            hides(Main, "to-latest", "End", &["PAST"]),
            shows(Main, "left", "h", &["PAST"]),
            hides(Main, "right", "Right", &["PAST"]),
            shows(Main, "to-start", "Home", &["writes 0 "]),
            close("\x1b[F", &["PAST"]),
            shows(Main, "down", "Down", &["▸3 tokyo"]),
            shows(Main, "up", "Up", &["▸2 lima"]),
            shows(Main, "inspect", "Enter", &["may have caused it: 1"]),
        ],
    },
    Scene {
        name: "knobs",
        arguments: &["preset.yaml", "--motion", "off"],
        preset: TWO_KEYS,
        size: (80, 24),
        ready: "RUN",
        rows: &[
            lead(" K", &["▸ write level       ONE"]),
            shows(Main, "right", "Right", &["▸ write level", "TWO"]),
            shows(Main, "left", "Left", &["▸ write level", "ONE"]),
            shows(Main, "down", "Down", &["▸ read level"]),
            shows(Main, "up", "k", &["▸ write level"]),
            shows(Main, "inspect", "Enter", &["write level:"]),
            lead("all\r", &["▸ write level", "ALL"]),
            hides(Main, "knobs", "K", &["knobs (up and down choose"]),
        ],
    },
    Scene {
        name: "walls-and-messages",
        arguments: &["preset.yaml", "--motion", "off"],
        preset: TWO_KEYS,
        size: (80, 24),
        ready: "RUN",
        rows: &[
            lead(" G", &["▸ cut", "{oslo} | {lima tokyo}"]),
            lead("\x1b[B\x1b[B\x1b[B", &["▸ 2", "lima: other side"]),
            shows(Choice, "accept", "Enter", &["{oslo lima} | {tokyo}"]),
            lead("\x1b[H", &["▸ cut"]),
            shows(Choice, "accept", "Enter", &["cut 1: {oslo lima} | {tokyo}"]),
            lead("P", &["healed cut 1"]),
            lead("w", &["in flight 2"]),
            lead("d", &["▸ oslo→lima", "write w2"]),
            shows(Choice, "accept", "Enter", &["What becomes of the message?"]),
            lead("drop", &["▸ drop"]),
            shows(Choice, "accept", "Enter", &["by hand:"]),
            close("\x1b", &["done; space lets time go on"]),
        ],
    },
    Scene {
        name: "palette",
        arguments: &["preset.yaml", "--motion", "off"],
        preset: TWO_KEYS,
        size: (80, 24),
        ready: "RUN",
        rows: &[
            lead(" ", &["PAUSED"]),
            lead(":theme light", &["▸ theme"]),
            shows(Choice, "accept", "Enter", &["theme: light"]),
            lead(":view metrics", &["▸ view"]),
            shows(Choice, "accept", "Enter", &["─ metrics"]),
            lead(":isolate", &["▸ isolate"]),
            shows(Choice, "accept", "Enter", &["oslo is cut off"]),
            lead(":open quorum", &["▸ open"]),
            shows(Choice, "accept", "Enter", &["laggard", "Two out of three"]),
        ],
    },
];

#[test]
fn keys_of_the_space_time_view() {
    play(&SCENES[0]);
}

#[test]
fn keys_of_the_knobs() {
    play(&SCENES[1]);
}

#[test]
fn keys_of_a_wall_and_of_messages_in_flight() {
    play(&SCENES[2]);
}

#[test]
fn keys_of_the_palette() {
    play(&SCENES[3]);
}
