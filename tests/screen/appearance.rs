//! How the screen looks and what it heeds, as people keep it: the configuration file, the modes, the terminal's own
//! background.

use std::fs;

use super::{folder, start, with};

/// A configuration file of the test's own.
fn configured(name: &str, text: &str, arguments: &[&str]) -> portable_pty::CommandBuilder {
    let folder = folder(name);
    fs::create_dir_all(folder.join("laggard")).expect("a folder");
    fs::write(folder.join("laggard/config.yaml"), text).expect("a file");
    let mut command = with(arguments);
    command.env("XDG_CONFIG_HOME", &folder);
    command
}

#[test]
fn the_screen_looks_as_its_file_says_unless_environment_or_flags_say_otherwise() {
    let file = "theme: mono\nglyphs: ascii\nmouse: off\n";
    let pty = start(configured("config-look", file, &[]), 80, 24);
    let plain = |terminal: &super::Terminal| terminal.text().is_ascii();
    assert!(plain(&pty.look()), "{}", pty.look().text());
    assert!(
        !String::from_utf8_lossy(pty.look().raw()).contains("\x1b[?1000h"),
        "the mouse is the terminal's"
    );
    let pty = start(configured("config-flags", file, &["--glyphs", "unicode", "--mouse"]), 80, 24);
    assert!(!plain(&pty.look()), "{}", pty.look().text());
    assert!(String::from_utf8_lossy(pty.look().raw()).contains("\x1b[?1000h"), "the mouse is ours");
    let mut command = configured("config-environment", file, &[]);
    command.env("LAGGARD_GLYPHS", "unicode");
    let pty = start(command, 80, 24);
    assert!(!plain(&pty.look()), "{}", pty.look().text());
}

// The terminal's background.

const QUESTION: &[u8] = b"\x1b]11;?\x07";
/// Blue letters of keys, in the 256 colours of the light and of the dark theme.
const LIGHT: &str = "38;5;24";
const DARK: &str = "38;5;74";

fn says(terminal: &super::Terminal, words: &str) -> bool {
    String::from_utf8_lossy(terminal.raw()).contains(words)
}

/// Whether anything was drawn in that colour.
fn draws(terminal: &super::Terminal, colour: &str) -> bool {
    ["m", ";"].into_iter().any(|end| says(terminal, &format!("{colour}{end}")))
}

fn asked(arguments: &[&str]) -> super::Pty {
    let pty = start(with(arguments), 80, 24);
    pty.wait("the question", |terminal| terminal.raw().windows(QUESTION.len()).any(|part| part == QUESTION));
    let raw = String::from_utf8_lossy(pty.look().raw()).into_owned();
    assert!(raw.find("\x1b[?2026h") < raw.find("\x1b]11;?"), "the picture comes first");
    pty
}

/// None of the answer has come through as a key.
fn untouched(pty: &mut super::Pty) {
    assert!(!pty.look().text().contains("does nothing here"), "{}", pty.look().text());
    super::answered(pty);
    pty.send("\x1b");
    pty.wait_text("reads 0");
    let text = pty.look().text();
    assert!(text.contains("writes 0") && !text.contains("CONVERGED  all 3 replicas hold green"), "{text}");
    pty.send("q");
    assert_eq!(pty.wait_exit(), 0);
    pty.assert_restored();
}

#[test]
fn a_light_terminal_that_says_so_gets_the_light_theme() {
    let mut pty = asked(&[]);
    assert!(draws(&pty.look(), DARK));
    pty.send("\x1b]11;rgb:ffff/ffff/ffff\x07");
    pty.wait("the light theme", |terminal| draws(terminal, LIGHT));
    untouched(&mut pty);
}

#[test]
fn a_terminal_that_never_answers_is_not_waited_for() {
    let mut pty = asked(&[]);
    untouched(&mut pty);
}

#[test]
fn an_answer_that_comes_late_and_in_pieces_is_no_key() {
    let mut pty = asked(&[]);
    std::thread::sleep(std::time::Duration::from_millis(400));
    for piece in ["\x1b]11;rgb:00", "00/0000", "/0000\x1b\\"] {
        pty.send(piece);
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    untouched(&mut pty);
}

#[test]
fn an_answer_after_the_first_key_changes_nothing_and_is_no_key() {
    let mut pty = asked(&[]);
    pty.send("2");
    super::answered(&mut pty);
    pty.send("\x1b]11;rgb:ffff/ffff/ffff\x07");
    super::answered(&mut pty);
    assert!(!draws(&pty.look(), LIGHT));
}

#[test]
fn whoever_names_a_theme_or_a_background_is_not_asked() {
    let mut command = with(&[]);
    command.env("COLORFGBG", "0;15");
    let mut pty = start(command, 80, 24);
    super::answered(&mut pty);
    assert!(draws(&pty.look(), LIGHT) && !says(&pty.look(), "\x1b]11;?"));
    let mut pty = start(with(&["--theme", "dark"]), 80, 24);
    super::answered(&mut pty);
    assert!(!says(&pty.look(), "\x1b]11;?"));
}

// What is switched on.

#[test]
fn the_big_mode_and_the_remote_are_switched_on_by_flags() {
    let mut pty = start(with(&["--big", "--remote"]), 80, 24);
    pty.wait_text("REMOTE");
    pty.wait_text("█▀▄");
    pty.send("\x1b[6~");
    pty.wait_text("Three cities hold");
    pty.send("q");
    assert_eq!(pty.wait_exit(), 0);
}

#[test]
fn the_mouse_is_given_back_and_taken_by_the_palette() {
    let mut pty = start(with(&["quorum", "--motion", "off"]), 80, 24);
    for (word, switch) in [("off", "\x1b[?1000l"), ("on", "\x1b[?1000h")] {
        let before = pty.look().raw().len();
        pty.send(format!(":mouse {word}\r"));
        pty.wait_text(&format!("mouse {word}:"));
        pty.wait(switch, |terminal| String::from_utf8_lossy(&terminal.raw()[before..]).contains(switch));
    }
    pty.send("q");
    assert_eq!(pty.wait_exit(), 0);
    pty.assert_restored();
}

#[test]
fn y_hands_the_chosen_line_to_the_terminal() {
    let mut pty = start(with(&["quorum"]), 80, 24);
    pty.send("Y");
    pty.wait_text("copied the command");
    // laggard quorum --seed
    pty.wait("the request", |terminal| says(terminal, "\x1b]52;c;bGFnZ2FyZCBxdW9ydW0gLS1zZWVk"));
    pty.send("y");
    pty.wait_text("copied the line of");
    pty.send("q");
    assert_eq!(pty.wait_exit(), 0);
}
