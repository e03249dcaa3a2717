//! What was improvised is kept: saved as a preset with a key, and taken up again after a kill.

use std::{
    fs,
    path::{Path, PathBuf},
};

use portable_pty::CommandBuilder;
use rustix::process::Signal;

use crate::{Pty, folder, start, with};

/// The program with a working directory and a state folder of the test's own.
fn at_home(folder: &Path, arguments: &[&str]) -> CommandBuilder {
    let mut command = with(arguments);
    command.cwd(folder);
    command.env("XDG_STATE_HOME", folder.join("state"));
    command
}

fn journals(folder: &Path) -> Vec<PathBuf> {
    let found = fs::read_dir(folder.join("state/laggard"));
    found.map_or_else(|_| Vec::new(), |found| found.flatten().map(|entry| entry.path()).collect())
}

/// Three replicas, stopped at the start: green at the first, the second cut off, a new key at the third.
fn improvise(pty: &mut Pty) {
    pty.send(" wp");
    pty.wait_text("cut off");
    pty.send("3W");
    pty.send("dotted key=line\r");
    pty.wait_text("dotted");
    pty.send("g");
}

fn ended(pty: &mut Pty) {
    pty.send("q");
    assert_eq!(pty.wait_exit(), 0);
    pty.assert_restored();
}

#[test]
fn s_saves_a_preset_that_does_it_all_again_and_writes_over_nothing() {
    let folder = folder("saved-session");
    let mut pty = start(at_home(&folder, &[]), 80, 24);
    improvise(&mut pty);
    pty.send(" s");
    pty.wait_text("saved laggard-");
    pty.send("s");
    pty.wait_text("-2.yaml");
    ended(&mut pty);
    let saved: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("a folder")
        .flatten()
        .map(|entry| entry.path())
        .filter(|p| p.is_file())
        .collect();
    assert_eq!(saved.len(), 2, "{saved:?}");
    let texts: Vec<String> = saved.iter().map(|path| fs::read_to_string(path).expect("a preset")).collect();
    assert_eq!(texts[0], texts[1]);
    for words in ["# A saved session", "value: \"green\"", "cut: {around: ", "new_key: line", "step: "] {
        assert!(texts[0].contains(words), "{words}: {}", texts[0]);
    }
    let mut pty = start(at_home(&folder, &[saved[0].to_str().expect("a path")]), 80, 24);
    pty.wait_text("a saved session");
    pty.send("\x1b[F");
    pty.wait_text("▲ green");
    ended(&mut pty);
    assert_eq!(journals(&folder), Vec::<PathBuf>::new(), "a normal end leaves no journal");
}

#[test]
fn a_killed_session_is_offered_resumed_and_gone_after_a_normal_end() {
    let folder = folder("killed-session");
    let mut pty = start(at_home(&folder, &[]), 80, 24);
    pty.send(" w");
    pty.wait_text("▲ green");
    assert_eq!(journals(&folder).len(), 1);
    pty.signal(Signal::KILL);
    pty.wait_exit();
    let garbage = folder.join("state/laggard/session-999999999.yaml");
    fs::write(&garbage, b"\xff\x00{: [").expect("a file");
    let mut pty = start(at_home(&folder, &["quorum"]), 80, 24);
    pty.wait_text("a session was cut short: U resumes it");
    pty.send("U");
    pty.wait_text("▲ green");
    pty.send("uw");
    pty.send("q");
    assert_eq!(pty.wait_exit(), 0);
    assert_eq!(journals(&folder), [garbage]);
    let mut pty = start(at_home(&folder, &[]), 80, 24);
    pty.send("U");
    pty.wait_text("nothing to resume");
    ended(&mut pty);
}

#[test]
fn without_a_place_for_state_nothing_is_lost_but_the_journal() {
    let folder = folder("no-state");
    fs::write(folder.join("state"), "a file where a folder should be").expect("a file");
    let mut pty = start(at_home(&folder, &[]), 80, 24);
    pty.send(" w");
    pty.wait_text("a kill would lose this session");
    pty.send("r");
    pty.wait_text("read");
    ended(&mut pty);
    let mut command = with(&[]);
    command.cwd(&folder);
    let mut pty = start(command, 80, 24);
    pty.send(" w");
    pty.wait_text("▲ green");
    ended(&mut pty);
}
