//! Pictures and recordings that keys ask for, in the real program.

use std::fs;

use super::*;

#[test]
fn a_picture_and_a_recording_are_saved_beside_the_work_and_nothing_is_written_over() {
    let folder = folder("pictures");
    let mut command = with(&[]);
    command.cwd(&folder);
    let mut pty = start(command, 80, 24);
    pty.wait_text("w: write");
    pty.send(" S");
    pty.wait_text("saved laggard-favorite-color-");
    pty.send("S");
    pty.wait_text("-2.svg");
    pty.send("\x13");
    pty.wait_text("recording laggard-favorite-color.cast");
    pty.send("w");
    pty.wait_text("DIVERGED");
    // A picture is recorded right after it is shown: once later keys are answered, it has been.
    answered(&mut pty);
    let files = || {
        let names = fs::read_dir(&folder).expect("a folder").map(|file| file.expect("a file").path());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    };
    // Before it is stopped, as after a kill, what was recorded is whole.
    let cast = files().into_iter().find(|name| name.extension().is_some_and(|ending| ending == "cast"));
    let cast = cast.expect("a recording");
    let recorded = fs::read_to_string(&cast).expect("text");
    for line in recorded.lines() {
        serde_json::from_str::<serde_json::Value>(line).expect("each line is JSON");
    }
    assert!(recorded.contains("\"version\":2") && recorded.contains("DIVERGED"), "{recorded}");
    // It plays: what it wrote, written to another terminal, shows the same.
    let side = |cells| std::num::NonZero::new(cells).expect("a size above zero");
    let mut parser = vt100::Parser::new(side(24), side(80), 0);
    for line in recorded.lines().skip(1) {
        let event: serde_json::Value = serde_json::from_str(line).expect("JSON");
        if event[1] == "o" {
            parser.process(event[2].as_str().expect("text").as_bytes());
        }
    }
    assert!(parser.screen().contents().contains("DIVERGED"), "{}", parser.screen().contents());
    pty.send("\x13");
    pty.wait_text("recorded laggard-favorite-color.cast");
    let pictures = files();
    let pictures: Vec<_> =
        pictures.iter().filter(|name| name.extension().is_some_and(|ending| ending == "svg")).collect();
    assert_eq!(pictures.len(), 2, "{pictures:?}");
    let picture = fs::read_to_string(pictures[0]).expect("text");
    assert!(picture.starts_with("<svg ") && picture.contains("CONVERGED"), "{picture}");
    pty.send("q");
    assert_eq!(pty.wait_exit(), 0);
}

#[test]
fn where_nothing_can_be_written_the_key_says_so() {
    // Where there is no such folder there is nothing to try.
    if !Path::new("/proc/self").is_dir() {
        return;
    }
    let mut command = with(&[]);
    command.cwd("/proc");
    let mut pty = start(command, 80, 24);
    pty.wait_text("w: write");
    pty.send(" S");
    pty.wait_text("cannot be written here");
    pty.send("\x13");
    pty.wait_text("cannot be written here");
    pty.send("q");
    assert_eq!(pty.wait_exit(), 0);
}

#[test]
fn a_recording_is_of_the_version_that_was_chosen() {
    let folder = folder("versions");
    for (version, header) in [("v3", "\"version\":3"), ("v2", "\"version\":2")] {
        let mut command = with(&["--cast", version]);
        command.cwd(&folder);
        let mut pty = start(command, 80, 24);
        pty.wait_text("w: write");
        pty.send(" \x13");
        pty.wait_text("recording laggard-");
        pty.send("w");
        pty.wait_text("DIVERGED");
        answered(&mut pty);
        pty.send("\x13");
        pty.wait_text("recorded laggard-");
        pty.send("q");
        assert_eq!(pty.wait_exit(), 0);
        let files = fs::read_dir(&folder).expect("a folder").map(|file| file.expect("a file").path());
        let texts: Vec<String> = files.map(|file| fs::read_to_string(file).expect("text")).collect();
        assert!(texts.iter().any(|text| text.contains(header)), "{texts:?}");
    }
}
