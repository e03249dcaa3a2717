//! Each floor of the house imports only lower ones, every file says what it is, and no test is random from day to day.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The rooms from the ground up; a room may use its own floor's earlier entries' floors only where listed.
const FLOORS: [&[&str]; 8] = [
    &["base"],
    &["data", "net", "action"],
    &["replica", "session", "scenario"],
    &["sim"],
    &["check"],
    &["drive", "histories", "export"],
    &["tui"],
    &["cli", "main"],
];

/// Neighbours on one floor that may be used, and by whom.
const BESIDE: [(&str, &[&str]); 3] =
    [("export", &["drive", "histories"]), ("action", &["data", "net"]), ("scenario", &["replica"])];

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of sources").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn all() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    sources(&root, &mut paths);
    paths.sort();
    let read = |path: PathBuf| {
        let inside = path.strip_prefix(&root).expect("below src").to_owned();
        let first = inside.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
        let name = first.trim_end_matches(".rs").to_owned();
        let text = fs::read_to_string(&path).expect("readable");
        (name, inside, text)
    };
    paths.into_iter().map(read).collect()
}

/// The rooms that a source names as `crate::room`, in a nested `use crate::{…}` too.
fn rooms_named(text: &str) -> Vec<String> {
    let mut named = Vec::new();
    for (start, _) in text.match_indices("crate::") {
        let rest = &text[start + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 1;
            let mut word = String::new();
            let mut at_name = true;
            for c in list.chars() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 1 && at_name && (c.is_alphanumeric() || c == '_') {
                    word.push(c);
                } else if depth == 1 && c == ',' {
                    named.push(std::mem::take(&mut word));
                    at_name = true;
                } else if !c.is_whitespace() {
                    at_name = false;
                }
                if depth == 0 {
                    named.push(std::mem::take(&mut word));
                    break;
                }
            }
        } else {
            named.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    named.retain(|room| floor(room).is_some());
    named
}

#[test]
fn imports_point_downward() {
    let mut wrong = Vec::new();
    for (room, path, text) in all() {
        let Some(own) = floor(&room) else { continue };
        let beside: &[&str] = BESIDE.iter().find(|(name, _)| *name == room).map_or(&[], |(_, rooms)| rooms);
        for other in rooms_named(&text) {
            let theirs = floor(&other).expect("known");
            if theirs > own || (theirs == own && other != room && !beside.contains(&other.as_str())) {
                wrong.push(format!(
                    "src/{} is on floor {own} and imports {other} of floor {theirs}",
                    path.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_room_has_a_floor_and_every_file_says_what_it_is() {
    for (room, path, text) in all() {
        assert!(room == "lib" || floor(&room).is_some(), "{room} stands on no floor of this test");
        assert!(text.starts_with("//!"), "src/{} does not open with what it is", path.display());
    }
}

#[test]
fn the_reader_of_imports_sees_nested_lists() {
    let text = "use crate::{\n    base::{A, B},\n    sim,\n    tui::ui::{x},\n};\nfn f() { crate::net::g() }";
    assert_eq!(rooms_named(text), ["base", "sim", "tui", "net"]);
}

/// Property tests that name no seed take it from `.cargo/config.toml`, so that a test is not random from day to day.
#[test]
fn property_tests_draw_the_same_cases_every_day() {
    let seed = proptest::test_runner::Config::default().rng_seed;
    assert!(
        matches!(seed, proptest::test_runner::RngSeed::Fixed(_)),
        "{seed}: run by cargo from within the repository, or with PROPTEST_RNG_SEED"
    );
}
