//! What acts on the laboratory: data, faults, the network, time.

use laggard::tui::registry::Layer::Main;

use super::{Row, Scene, close, hides, lead, play, shows};

const STILL: Row = lead(" ", &["PAUSED"]);

/// Two keys, two clients, two replicas two seconds apart and a third one three.
pub(super) const TWO_KEYS: &str = "\
title: Two keys
cluster:
  replicas: [oslo, lima, tokyo]
  replication: {leaderless: {n: 3, write: one, read: one, timeout: 30s}}
network: {latency: 2s, links: [{between: [oslo, tokyo], latency: 3s}]}
clients: [{name: ann, at: oslo}, {name: ben, at: tokyo}]
data: {color: blue, drink: tea}
script:
  - say: Three cities.
  - write: {by: ann, key: color, value: green}
";

pub(super) static SCENES: &[Scene] = &[
    Scene {
        name: "data",
        arguments: &["preset.yaml", "--motion", "off"],
        preset: TWO_KEYS,
        size: (80, 24),
        ready: "RUN",
        rows: &[
            STILL,
            shows(Main, "write", "w", &["oslo write color=green (w2)"]),
            shows(Main, "read", "r", &["oslo read color by ann → green"]),
            shows(Main, "delete", "D", &["oslo delete color"]),
            shows(Main, "write-typed", "W", &["write:"]),
            close("\x1b", &["write:"]),
            shows(Main, "read-typed", "R", &["read:"]),
            close("\x1b", &["read:"]),
            shows(Main, "write-level", "o", &["write level TWO"]),
            shows(Main, "read-level", "O", &["read level TWO"]),
            shows(Main, "client", "i", &["you act as ben"]),
            shows(Main, "session", "I", &["Session of ben"]),
            close("\x1b", &["Session of ben"]),
            shows(Main, "next-key", "a", &["t=", "drink"]),
            shows(Main, "previous-key", "A", &["t=", "color"]),
            shows(Main, "next-step", "n", &["Three cities."]),
        ],
    },
    Scene {
        name: "faults",
        arguments: &["preset.yaml", "--motion", "off"],
        preset: TWO_KEYS,
        size: (80, 24),
        ready: "RUN",
        rows: &[
            STILL,
            shows(Main, "isolate", "p", &["oslo | all others"]),
            shows(Main, "heal", "P", &["healed cut 1"]),
            shows(Main, "cut-link", "x", &["The link to which replica?"]),
            lead("2", &["oslo–lima is cut"]),
            shows(Main, "restore-link", "X", &["The link to which replica?"]),
            lead("2", &["oslo–lima is whole again"]),
            shows(Main, "groups", "G", &["A wall: Enter moves a replica"]),
            close("\x1b", &["A wall: Enter moves a replica"]),
            shows(Main, "crash", "c", &["oslo crashed"]),
            shows(Main, "restart", "C", &["oslo is up again"]),
            shows(Main, "freeze", "z", &["oslo is frozen"]),
            shows(Main, "thaw", "Z", &["oslo goes on"]),
            shows(Main, "destroy", "!", &["oslo is gone, and its disk with it"]),
            lead("C", &["oslo is up again"]),
            shows(Main, "repair-now", "f", &["oslo exchanges all it holds"]),
            shows(Main, "skew-clock", "T", &["clock:"]),
            lead("+2s\r", &["clock of oslo 2s ahead"]),
            shows(Main, "link-faults", "L", &["links: loss="]),
            close("\x1b", &["links: loss="]),
            shows(Main, "less-latency", "-", &["latency ×0.7:"]),
            shows(Main, "more-latency", "=", &["latency ×1:"]),
            shows(Main, "more-latency", "+", &["latency ×1.5:"]),
            lead("w", &["oslo write color=green"]),
            shows(Main, "messages", "d", &["Messages on their way"]),
        ],
    },
    Scene {
        name: "time",
        arguments: &["preset.yaml", "--motion", "off"],
        preset: TWO_KEYS,
        size: (80, 24),
        ready: "RUN",
        rows: &[
            shows(Main, "pause", "Space", &["PAUSED"]),
            shows(Main, "faster", ">", &["speed ×2"]),
            shows(Main, "slower", "<", &["speed ×1"]),
            lead("w", &["oslo write color=green (w2)"]),
            lead("2r", &["lima read color by ann → blue", "STALE"]),
            shows(Main, "mark", "m", &["is mark 1: B goes back there"]),
            shows(Main, "branches", "B", &["a mark at", "now"]),
            close("\x1b", &["a mark at"]),
            shows(Main, "step", ".", &["lima has color=green"]),
            shows(Main, "step-back", ",", &["PAST"]),
            hides(Main, "to-latest", "End", &["PAST"]),
            shows(Main, "to-start", "Home", &["nothing has happened yet"]),
            shows(Main, "next-anomaly", "]", &["1-2/2 stale read at"]),
            lead("\x1b[F", &["lima has color=green"]),
            shows(Main, "previous-anomaly", "[", &["1-2/2 stale read at"]),
            shows(Main, "undo", "u", &["undone, and the old future kept"]),
            shows(Main, "redo", "Ctrl-R", &["done again:"]),
            shows(Main, "run-until-converged", "g", &["running until converged"]),
        ],
    },
    Scene {
        name: "picks",
        arguments: &["sixty-four", "--motion", "off"],
        preset: "",
        size: (80, 24),
        ready: "RUN",
        rows: &[
            STILL,
            shows(Main, "pick", "2", &["▸  2 n2 "]),
            shows(Main, "pick", "3", &["▸  3 n3 "]),
            shows(Main, "pick", "4", &["▸  4 n4 "]),
            shows(Main, "pick", "5", &["▸  5 n5 "]),
            shows(Main, "pick", "6", &["▸  6 n6 "]),
            shows(Main, "pick", "7", &["▸  7 n7 "]),
            shows(Main, "pick", "8", &["▸  8 n8 "]),
            shows(Main, "pick", "9", &["▸  9 n9 "]),
            shows(Main, "pick", "1", &["▸  1 n1 "]),
            shows(Main, "right", "Right", &["▸  2 n2 "]),
            shows(Main, "right", "l", &["▸  3 n3 "]),
            shows(Main, "down", "Down", &["▸  8 n8 "]),
            shows(Main, "down", "j", &["▸ 13 n13 "]),
            shows(Main, "left", "Left", &["▸ 12 n12 "]),
            shows(Main, "left", "h", &["▸ 11 n11 "]),
            shows(Main, "up", "Up", &["▸  6 n6 "]),
            shows(Main, "up", "k", &["▸  1 n1 "]),
        ],
    },
    Scene {
        name: "failover",
        arguments: &["redis-failover", "--motion", "off"],
        preset: "",
        size: (80, 24),
        ready: "RUN",
        rows: &[
            STILL,
            lead("2", &["╔ 2 "]),
            shows(Main, "promote", "F", &["takes itself for the primary from now on"]),
        ],
    },
];

#[test]
fn keys_that_write_and_read() {
    play(&SCENES[0]);
}

#[test]
fn keys_that_break_and_mend() {
    play(&SCENES[1]);
}

#[test]
fn keys_of_time() {
    play(&SCENES[2]);
}

#[test]
fn keys_that_pick_a_replica() {
    play(&SCENES[3]);
}

#[test]
fn the_key_of_a_failover() {
    play(&SCENES[4]);
}
