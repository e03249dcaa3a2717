//! Every key of the registry, pressed in the real program: each chord of each action in each layer that binds it, with
//! an effect on the screen that was not there before.
//!
//! The scenes are tables; a scene is one process, and its rows are pressed one after the other. A new action, chord or
//! layer fails [`every_chord_of_the_registry_has_a_row`], which names it: add a row where the scene is right for it.

#[path = "keys/endings.rs"]
mod endings;
#[path = "keys/history.rs"]
mod history;
#[path = "keys/inside.rs"]
mod inside;
#[path = "keys/laboratory.rs"]
mod laboratory;
#[path = "keys/others.rs"]
mod others;
#[path = "keys/presenting.rs"]
mod presenting;
#[path = "keys/typing.rs"]
mod typing;
#[path = "keys/views.rs"]
mod views;

use std::{collections::BTreeSet, fs};

use crossterm::event::KeyCode;
use laggard::tui::registry::{Chord, Layer, TABLE};

use crate::{Pty, Terminal, folder, with};

/// One process and what is pressed in it, in this order.
struct Scene {
    /// Also the name of its folder.
    name: &'static str,
    arguments: &'static [&'static str],
    /// A file of the scene's own, `preset.yaml` beside it.
    preset: &'static str,
    size: (u16, u16),
    /// What the first picture shows.
    ready: &'static str,
    rows: &'static [Row],
}

/// One row of a scene.
#[derive(Clone, Copy)]
enum Row {
    /// Keys that lead to the next press, and how the screen then looks.
    Lead(&'static str, Effect),
    /// One chord of an action in a layer, and its effect.
    Press { layer: Layer, action: &'static str, chord: &'static str, effect: Effect },
}

/// What must come, and must not have been there before.
#[derive(Clone, Copy)]
enum Effect {
    /// A line with these words, in their order.
    Shows(&'static [&'static str]),
    /// No line with these words any more.
    Hides(&'static [&'static str]),
    /// These bytes, written anew.
    Writes(&'static str),
    /// The text cursor, so many columns further.
    Moves(i32),
}

/// A row that asserts that words come.
const fn shows(
    layer: Layer,
    action: &'static str,
    chord: &'static str,
    words: &'static [&'static str],
) -> Row {
    Row::Press { layer, action, chord, effect: Effect::Shows(words) }
}

/// A row that asserts that words go.
const fn hides(
    layer: Layer,
    action: &'static str,
    chord: &'static str,
    words: &'static [&'static str],
) -> Row {
    Row::Press { layer, action, chord, effect: Effect::Hides(words) }
}

/// A row that asserts that the text cursor moves.
const fn moves(layer: Layer, action: &'static str, chord: &'static str, columns: i32) -> Row {
    Row::Press { layer, action, chord, effect: Effect::Moves(columns) }
}

/// The whole screen is written once more.
const fn redraws(layer: Layer) -> Row {
    Row::Press { layer, action: "redraw", chord: "Ctrl-L", effect: Effect::Writes("\x1b[2J") }
}

/// Something goes to the terminal's clipboard.
const fn copies(layer: Layer, chord: &'static str) -> Row {
    Row::Press { layer, action: "copy", chord, effect: Effect::Writes("\x1b]52;c;") }
}

/// Keys on the way to the next row, which bring these words.
const fn lead(keys: &'static str, words: &'static [&'static str]) -> Row {
    Row::Lead(keys, Effect::Shows(words))
}

/// Keys on the way to the next row, which take these words away.
const fn close(keys: &'static str, words: &'static [&'static str]) -> Row {
    Row::Lead(keys, Effect::Hides(words))
}

fn scenes() -> impl Iterator<Item = &'static Scene> {
    let all = [
        laboratory::SCENES,
        views::SCENES,
        inside::SCENES,
        typing::SCENES,
        others::SCENES,
        history::SCENES,
        presenting::SCENES,
    ];
    all.into_iter().flatten()
}

/// What a terminal sends for a chord; for a run, for one of its characters.
fn bytes(chord: &str) -> String {
    let name = match chord {
        "Space" => " ",
        "Enter" => "\r",
        "Esc" => "\x1b",
        "Tab" => "\t",
        "S-Tab" => "\x1b[Z",
        "Backspace" => "\x7f",
        "Delete" | "Del" => "\x1b[3~",
        "Up" => "\x1b[A",
        "Down" => "\x1b[B",
        "Right" => "\x1b[C",
        "Left" => "\x1b[D",
        "Home" => "\x1b[H",
        "End" => "\x1b[F",
        "PageUp" => "\x1b[5~",
        "PageDown" => "\x1b[6~",
        "F1" => "\x1bOP",
        other => match other.strip_prefix("Ctrl-").map(str::as_bytes) {
            Some([letter]) => return char::from(letter & 0x1F).to_string(),
            _ => other,
        },
    };
    name.to_owned()
}

/// The chords as rows name them: a run is each of its characters.
fn spelled_out(chord: Chord) -> Vec<String> {
    match chord {
        Chord::Run(first, last) => (first..=last).map(String::from).collect(),
        Chord::Key(KeyCode::Delete) => vec!["Delete".into()],
        single => vec![single.to_string()],
    }
}

/// Layer, action and chord, of all that is bound.
fn bound() -> BTreeSet<(String, &'static str, String)> {
    let mut all = BTreeSet::new();
    for entry in TABLE {
        for (layers, chords) in entry.keys {
            for layer in *layers {
                let chords = chords.iter().flat_map(|chord| spelled_out(*chord));
                all.extend(chords.map(|chord| (format!("{layer:?}"), entry.name, chord)));
            }
        }
    }
    all
}

#[test]
fn every_chord_of_the_registry_has_a_row() {
    let rows = scenes().flat_map(|scene| scene.rows).filter_map(|row| match row {
        Row::Press { layer, action, chord, .. } => Some((*layer, *action, *chord)),
        Row::Lead(..) => None,
    });
    let pressed: BTreeSet<_> = rows
        .chain(endings::presses())
        .map(|(layer, action, chord)| (format!("{layer:?}"), action, chord.to_owned()))
        .collect();
    let bound = bound();
    let missing: Vec<_> = bound.difference(&pressed).collect();
    assert!(missing.is_empty(), "no scene of tests/screen/keys presses (layer, action, key): {missing:#?}");
    let unknown: Vec<_> = pressed.difference(&bound).collect();
    assert!(unknown.is_empty(), "the registry does not bind (layer, action, key): {unknown:#?}");
}

fn has_line(text: &str, words: &[&str]) -> bool {
    text.lines().any(|line| {
        let mut rest = line;
        words.iter().all(|word| match rest.split_once(word) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
    })
}

/// Whether the last picture has come whole. Between two the terminal may be asked something.
fn is_whole(terminal: &Terminal) -> bool {
    let last = |marker: &[u8]| terminal.raw().windows(marker.len()).rposition(|part| part == marker);
    last(b"\x1b[?2026l") > last(b"\x1b[?2026h")
}

#[track_caller]
fn wait(pty: &Pty, what: &str, mut holds: impl FnMut(&Terminal) -> bool) {
    pty.wait(what, |terminal| is_whole(terminal) && holds(terminal));
}

fn column(terminal: &Terminal) -> i32 {
    i32::from(terminal.screen().cursor_position().1)
}

/// Sends keys once their effect is not there yet, and waits for it.
fn see(pty: &mut Pty, what: &str, keys: &str, effect: Effect) {
    match effect {
        Effect::Shows(words) => {
            wait(pty, &format!("{what}: a screen without {words:?}"), |t| !has_line(&t.text(), words));
            pty.send(keys);
            wait(pty, &format!("{what}: {words:?}"), |t| has_line(&t.text(), words));
        }
        Effect::Hides(words) => {
            wait(pty, &format!("{what}: a screen with {words:?}"), |t| has_line(&t.text(), words));
            pty.send(keys);
            wait(pty, &format!("{what}: no {words:?}"), |t| !has_line(&t.text(), words));
        }
        Effect::Writes(marker) => {
            let before = pty.look().raw().len();
            pty.send(keys);
            wait(pty, what, |t| String::from_utf8_lossy(&t.raw()[before..]).contains(marker));
        }
        Effect::Moves(columns) => {
            let before = column(&pty.look());
            pty.send(keys);
            wait(pty, &format!("{what}: {columns} columns"), |t| column(t) == before + columns);
        }
    }
}

/// The program of a scene, with a folder of its own around it.
fn begin(scene: &Scene) -> Pty {
    let folder = folder(&format!("keys-{}", scene.name));
    fs::write(folder.join("preset.yaml"), scene.preset).expect("a file");
    let mut command = with(scene.arguments);
    command.cwd(&folder);
    command.env("XDG_STATE_HOME", folder.join("state"));
    let pty = Pty::start(command, scene.size.0, scene.size.1);
    wait(&pty, scene.name, |terminal| terminal.text().contains(scene.ready));
    pty
}

fn play(scene: &Scene) {
    let mut pty = begin(scene);
    for row in scene.rows {
        match *row {
            Row::Lead(keys, effect) => see(&mut pty, &format!("{}: {keys:?}", scene.name), keys, effect),
            Row::Press { layer, action, chord, effect } => {
                see(&mut pty, &format!("{action} ({chord} in {layer:?})"), &bytes(chord), effect);
            }
        }
    }
}
