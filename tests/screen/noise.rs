//! Sizes that change all the time, random keys, floods and pastes: the program lives and answers.

use std::fs;

use crate::{Pty, answered, folder, holds, laggard, shows, start, with};

#[test]
fn a_terminal_too_small_is_told_the_size_needed_and_shows_the_grid_once_it_has_it() {
    let pty = Pty::start(with(&[]), 20, 5);
    pty.wait_text("laggard needs 60x18");
    pty.resize(80, 24);
    pty.wait("the grid", |terminal| shows(terminal, &["CONVERGED", "1 oslo", "3 tokyo"]));
    pty.resize(1, 1);
    pty.resize(60, 18);
    pty.wait("the list", |terminal| shows(terminal, &["CONVERGED", "oslo", "tokyo"]));
}

#[test]
fn a_resize_storm_ends_with_a_picture_of_the_last_size() {
    let mut pty = laggard(&[]);
    pty.send("w");
    for step in 0..200_u16 {
        pty.resize(1 + step * 7 % 211, 1 + step * 3 % 67);
    }
    pty.resize(41, 9);
    pty.wait_text("this is 41x9");
    pty.resize(110, 34);
    pty.wait("the grid", |terminal| shows(terminal, &["1 oslo", "green", "seed 1"]));
}

/// A reproducible stream of numbers.
struct Noise(u64);

impl Noise {
    fn byte(&mut self) -> u8 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        (mixed >> 56) as u8
    }
}

/// Ten thousand random bytes, but for those that end or stop the program.
fn noise(seed: u64, but: &[u8]) -> Vec<u8> {
    let mut noise = Noise(seed);
    let endings = b"q\x03\x1a\x1c";
    std::iter::from_fn(|| Some(noise.byte()))
        .filter(|byte| !endings.contains(byte) && !but.contains(byte))
        .take(10_000)
        .collect()
}

fn check_noise(name: &str, seed: u64, but: &[u8]) {
    let folder = folder(name);
    let mut command = with(&[]);
    command.cwd(&folder);
    command.env("HOME", &folder);
    command.env("XDG_STATE_HOME", folder.with_extension("state"));
    for name in ["XDG_CONFIG_HOME", "XDG_DATA_HOME"] {
        command.env_remove(name);
    }
    let mut pty = start(command, 80, 24);
    for bytes in noise(seed, but).chunks(50) {
        pty.send(bytes);
        // A lone Esc is rare in noise (what follows makes it another key), and without it the first line that is
        // opened takes all the rest.
        pty.send("\x1b\x1b");
    }
    // Out of half an escape sequence, half a character, and whatever is open.
    pty.send("\x1b\x1b\x1b\x1b");
    answered(&mut pty);
    pty.send("?");
    pty.wait_text("Help: type to search");
    pty.send("\x03");
    assert_eq!(pty.wait_exit(), 0);
    pty.assert_restored();
    // Sessions, pictures and recordings are what keys ask for; nothing else is left behind.
    let left = fs::read_dir(&folder).expect("a folder").map(|file| file.expect("a file").file_name());
    let left: Vec<String> = left.map(|name| name.to_string_lossy().into_owned()).collect();
    let endings = [".yaml", ".svg", ".cast"];
    let asked = |name: &String| name.starts_with("laggard-") && endings.iter().any(|end| name.ends_with(end));
    assert!(left.iter().all(asked), "{left:?}");
}

// Through help one may run `quit` by its name: so one noise never opens help, the other never presses Enter.

#[test]
fn ten_thousand_random_bytes_without_help_leave_a_program_that_answers_and_no_file_unasked() {
    check_noise("noise-without-help", 20_261, b"?");
}

#[test]
fn ten_thousand_random_bytes_without_enter_leave_a_program_that_answers_and_no_file_unasked() {
    check_noise("noise-without-enter", 77, b"\r\n");
}

#[test]
fn an_unfinished_escape_sequence_does_not_freeze_the_screen() {
    let mut pty = laggard(&[]);
    pty.send(">>>>w");
    // The sequence begins while earlier keys are still being handled: whoever handles them reads on and finds half
    // a sequence.
    pty.send([b'l'; 1000]);
    pty.send("\x1b[");
    pty.wait("the message's arrival", |terminal| shows(terminal, &["CONVERGED", "green"]));
}

#[test]
fn a_flood_of_keys_is_answered_to_the_last() {
    let mut pty = laggard(&[]);
    pty.send([b'l'; 9_000]);
    pty.send(">");
    pty.wait_text("RUN ×2");
}

#[test]
fn a_paste_arrives_whole_where_one_types() {
    let mut pty = laggard(&[]);
    pty.send("W");
    pty.wait_text("write:");
    pty.send("\x1b[200~crimson\x1b[201~");
    pty.wait_text("crimson");
    pty.send("\r");
    pty.wait("a write", |terminal| holds(terminal, "1 oslo", "crimson"));
}
