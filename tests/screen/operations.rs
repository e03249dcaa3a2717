//! The view of operations in the real program: a history from elsewhere, and the run itself.

use std::fs;

use crate::{Pty, answered, folder, in_terminal, laggard, shows, start, with};

const STALE: &str = "assets/histories/stale-read.edn";

/// The screen on a history, once it is judged.
fn judged(arguments: &[&str], word: &str) -> Pty {
    let mut command = with(&[&["judge"], arguments, &["--screen"]].concat());
    command.cwd(env!("CARGO_MANIFEST_DIR"));
    let pty = Pty::start(command, 80, 24);
    pty.wait("the verdict", |terminal| terminal.alternate() && terminal.text().contains(word));
    pty
}

/// The row that is chosen.
fn chosen(pty: &Pty) -> String {
    let text = pty.look().text();
    text.lines().find(|line| line.starts_with('▸')).unwrap_or_default().to_owned()
}

#[track_caller]
fn chooses(pty: &Pty, lines: &str) {
    pty.wait(lines, |terminal| {
        terminal.text().lines().any(|line| line.starts_with('▸') && line.contains(&format!(" {lines} ")))
    });
}

#[test]
fn a_history_opens_on_its_first_violation_and_leaving_ends_with_its_verdict() {
    let mut pty = judged(&[STALE, "--model", "register"], "✗ VIOLATED");
    assert!(chosen(&pty).contains("BREAKS HERE"), "{}", pty.look().text());
    assert!(shows(
        &pty.look(),
        &["Process 2 read \"blue\" on lines 8-9", "\"blue\" was old by then", "⚑ 3-4"]
    ));
    pty.send("q");
    assert_eq!(pty.wait_exit(), 1);
    pty.assert_restored();
}

#[test]
fn every_key_of_a_history_does_what_help_says() {
    let mut pty = judged(&[STALE, "--model", "register"], "✗ VIOLATED");
    for (key, lines) in [
        ("N", "5-7"),
        ("n", "8-9"),
        ("\x1b[H", "3-4"),
        ("\x1b[B", "5-7"),
        ("j", "8-9"),
        ("\x1b[F", "10-11"),
        ("k", "8-9"),
        ("\x1b[A", "5-7"),
        ("\x1b[6~", "10-11"),
        ("\x1b[5~", "3-4"),
        ("]", "8-9"),
    ] {
        pty.send(key);
        chooses(&pty, lines);
    }
    for (key, words) in [
        ("[", "that is the only violation"),
        ("\r", "Concurrent with nothing"),
        ("E", "the only key: 4 operations"),
        ("\x1b", "n evidence"),
        ("t", "theme: light"),
        ("/process:1", "/process:1: 1 of 4 operations"),
        ("\r", "Esc: all"),
        ("?", "Go to the next operation that shows the violation"),
    ] {
        pty.send(key);
        pty.wait_text(words);
    }
    pty.send("\x1b");
    pty.wait("no help", |terminal| !shows(terminal, &["Help: type to search"]));
    answered(&mut pty);
    pty.send("\x1b");
    pty.wait("no panel", |terminal| !shows(terminal, &["the chosen operation"]));
    pty.send("\x1b");
    pty.wait_text("of 4, by invocation");
    pty.send("\x03");
    assert_eq!(pty.wait_exit(), 1);
    pty.assert_restored();
}

#[test]
fn a_history_that_holds_ends_with_0_and_one_that_cannot_be_told_with_3() {
    let mut pty = judged(&["assets/histories/timed-out.log", "--model", "cas-register"], "✓ HOLDS");
    pty.send("q");
    assert_eq!(pty.wait_exit(), 0);
    let folder = folder("never-read");
    let file = folder.join("never-read.edn");
    fs::write(&file, "[0 :invoke :write 1]\n[0 :ok :write 1]\n").expect("a file");
    let mut pty = judged(&[file.to_str().expect("a path"), "--model", "register"], "? UNKNOWN");
    pty.send("q");
    assert_eq!(pty.wait_exit(), 3);
}

/// A key whose search takes longer than a person waits: many writes at once, and two reads that none of their orders
/// explains. The cas keeps it from being decided by intervals alone.
fn hard() -> String {
    use std::fmt::Write as _;
    let mut text = "[0 :invoke :cas [nil nil]]\n[0 :ok :cas [nil nil]]\n".to_owned();
    for kind in ["invoke", "ok"] {
        for process in 1..=26 {
            let _ = writeln!(text, "[{process} :{kind} :write {process}]");
        }
    }
    text + "[0 :invoke :read nil]\n[0 :ok :read 1]\n[0 :invoke :read nil]\n[0 :ok :read 2]\n"
}

#[test]
fn while_a_hard_history_is_judged_keys_are_answered_and_leaving_is_unknown() {
    let folder = folder("hard-history");
    let file = folder.join("hard.edn");
    fs::write(&file, hard()).expect("a file");
    let path = file.to_str().expect("a path");
    let mut pty =
        judged(&[path, "--model", "cas-register", "--steps", "1000000000000"], "JUDGING: 0 of 1 key decided");
    pty.send("\x1b[F");
    chooses(&pty, "57-58");
    pty.send("q");
    assert_eq!(pty.wait_exit(), 3);
    pty.assert_restored();
}

#[test]
fn a_malformed_history_is_refused_before_the_screen_opens() {
    let mut command = in_terminal("sh");
    let laggard = crate::LAGGARD;
    command.args(["-c", &format!("echo '{{:process 0' | '{laggard}' judge - --model register --screen")]);
    let pty = Pty::start(command, 80, 24);
    assert_eq!(pty.wait_exit(), 2);
    assert!(shows(&pty.look(), &["error: ", "standard input:"]), "{}", pty.look().text());
    assert!(!String::from_utf8_lossy(pty.look().raw()).contains("\x1b[?1049h"), "no screen was opened");
}

#[test]
fn the_operations_of_a_run_are_listed_filtered_explained_and_gone_to() {
    let mut pty = laggard(&[]);
    pty.send(" w2r\t\t\t");
    pty.wait("two operations", |terminal| {
        shows(terminal, &["operations: 2", "write ▲ green w1", "read → ● blue", "STALE -1"])
    });
    pty.send("\x1b[H");
    pty.wait("the first", |terminal| {
        terminal.text().lines().any(|line| line.starts_with('▸') && line.contains("write"))
    });
    pty.send("\x1b[F");
    pty.wait("the last", |terminal| {
        terminal.text().lines().any(|line| line.starts_with("▸✗") && line.contains("read"))
    });
    for (key, words) in [
        ("\x1b[5~", "End: newest"),
        ("\x1b[6~", "operations: 2 (Enter explains, / filters)"),
        ("/kind:write", "/kind:write: 1 of 2"),
        ("\x1b", "operations: 2"),
        ("\r", "STALE by 1 version: it misses w1"),
        ("e", "lima is STALE: 1 version behind"),
    ] {
        pty.send(key);
        pty.wait_text(words);
    }
    pty.send("\x1b[Z");
    answered(&mut pty);
    pty.send("q");
    assert_eq!(pty.wait_exit(), 0);
    pty.assert_restored();
}

#[test]
fn a_wide_terminal_shows_intervals_as_bars() {
    let mut pty = start(with(&[]), 120, 36);
    pty.send("oow2p\t\t\t");
    pty.wait("a bar without an end", |terminal| {
        terminal.text().lines().any(|line| line.contains("waiting") && line.contains("─▸"))
    });
    pty.send("q");
    assert_eq!(pty.wait_exit(), 0);
}
