//! A history from elsewhere.

use laggard::tui::registry::Layer::{History, Prompt};

use super::{Scene, close, copies, hides, play, redraws, shows};

const STALE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/histories/stale-read.edn");

/// The same, for a folder of a test's own.
pub(super) const STALE_TEXT: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/histories/stale-read.edn"));

pub(super) static SCENES: &[Scene] = &[Scene {
    name: "history",
    arguments: &["judge", STALE, "--model", "register", "--screen"],
    preset: "",
    size: (80, 24),
    ready: "✗ VIOLATED",
    rows: &[
        shows(History, "previous-evidence", "N", &["▸", " 5-7 "]),
        shows(History, "next-evidence", "n", &["▸", " 8-9 "]),
        shows(History, "to-first", "Home", &["▸", " 3-4 "]),
        shows(History, "down", "Down", &["▸", " 5-7 "]),
        shows(History, "down", "j", &["▸", " 8-9 "]),
        shows(History, "to-last", "End", &["▸", " 10-11 "]),
        shows(History, "up", "k", &["▸", " 8-9 "]),
        shows(History, "up", "Up", &["▸", " 5-7 "]),
        shows(History, "page-down", "PageDown", &["▸", " 10-11 "]),
        shows(History, "page-up", "PageUp", &["▸", " 3-4 "]),
        shows(History, "next-anomaly", "]", &["▸", " 8-9 "]),
        shows(History, "previous-anomaly", "[", &["that is the only violation"]),
        shows(History, "inspect", "Enter", &["Concurrent with nothing"]),
        hides(History, "close", "Esc", &["Concurrent with nothing"]),
        shows(History, "verdicts", "E", &["the only key: 4 operations"]),
        close("\x1b", &["the only key: 4 operations"]),
        shows(History, "next-theme", "t", &["theme: light"]),
        shows(History, "filter", "/", &["filter:"]),
        shows(Prompt, "down", "Down", &["▸", " 10-11 "]),
        shows(Prompt, "up", "Up", &["▸", " 8-9 "]),
        close("\x1b", &["filter:"]),
        shows(History, "help", "?", &["Help: type to search"]),
        close("\x1b", &["Help: type to search"]),
        shows(History, "help", "F1", &["Help: type to search"]),
        close("\x1b", &["Help: type to search"]),
        redraws(History),
        copies(History, "y"),
    ],
}];

#[test]
fn keys_of_a_history() {
    play(&SCENES[0]);
}
