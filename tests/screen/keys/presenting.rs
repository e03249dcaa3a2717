//! What a presenter uses: large letters, the clipboard, and a remote with its three keys.

use laggard::tui::registry::Layer::{Main, Remote, RemoteQuestion};

use super::{Scene, copies, hides, laboratory::TWO_KEYS, lead, others::ASKS, play, shows};

pub(super) static SCENES: &[Scene] = &[
    Scene {
        name: "large",
        arguments: &["preset.yaml", "--motion", "off"],
        preset: TWO_KEYS,
        size: (80, 24),
        ready: "RUN",
        rows: &[
            lead(" ", &["PAUSED"]),
            // The first row of CONVERGED and of its half blocks.
            shows(Main, "big", "b", &["▄▀▀ ▄▀▀▄ █▄ █"]),
            hides(Main, "big", "b", &["▄▀▀ ▄▀▀▄ █▄ █"]),
            shows(Main, "copy-command", "Y", &["copied the command that begins this run again"]),
            copies(Main, "y"),
            lead("2y", &["copied the line of lima"]),
        ],
    },
    Scene {
        name: "remote",
        arguments: &["preset.yaml", "--motion", "off", "--remote"],
        preset: TWO_KEYS,
        size: (80, 24),
        ready: "RUN",
        rows: &[
            shows(Remote, "remote-pause", ".", &["PAUSED", "REMOTE"]),
            hides(Remote, "remote-pause", "b", &["PAUSED"]),
            shows(Remote, "forward", "PageDown", &["Three cities."]),
            lead("\x1b[6~", &["oslo write color=green"]),
            shows(Remote, "backward", "PageUp", &["PAST"]),
        ],
    },
    Scene {
        name: "remote-question",
        arguments: &["preset.yaml", "--motion", "off", "--remote"],
        preset: ASKS,
        size: (80, 24),
        ready: "RUN",
        rows: &[
            lead("\x1b[6~", &["Which of these five?"]),
            shows(RemoteQuestion, "forward", "PageDown", &["nobody guessed"]),
        ],
    },
];

#[test]
fn keys_of_large_letters_and_the_clipboard() {
    play(&SCENES[0]);
}

#[test]
fn keys_of_a_remote() {
    play(&SCENES[1]);
}

#[test]
fn the_key_of_a_remote_at_a_question() {
    play(&SCENES[2]);
}
