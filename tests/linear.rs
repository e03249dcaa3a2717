//! `laggard --linear` over pipes: lines in, sentences out, the same each time, whatever the terminal and the
//! environment are.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Output, Stdio},
};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_laggard"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env("RUST_BACKTRACE", "0");
    command
}

fn told(mut command: Command, input: &[u8]) -> Output {
    let mut child = command.spawn().expect("a program");
    // Who is refused does not read.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    child.wait_with_output().expect("a program")
}

const LESSON: &[u8] =
    b"status\nw red\nwait 1s\n2\nr\nwhy\ng\np\nw\nwait 5s\nP\nrun until converged\nstatus\n";

#[test]
fn the_same_lines_have_the_same_bytes_whatever_the_environment() {
    let plain = told(command(&["--linear"]), LESSON);
    assert_eq!((plain.status.code(), &*plain.stderr), (Some(0), &b""[..]));
    let text = String::from_utf8(plain.stdout.clone()).expect("UTF-8");
    for words in ["Favorite color.", "STALE: 1 version behind", "What will fix it:", "reached: converged"] {
        assert!(text.contains(words), "no {words} in {text}");
    }
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("linear-config");
    fs::create_dir_all(folder.join("laggard")).expect("a folder");
    fs::write(folder.join("laggard/config.yaml"), "thme: nonsense\n").expect("a file");
    let mut other = command(&["--linear", "favorite-color"]);
    other
        .env("XDG_CONFIG_HOME", &folder)
        .env("TERM", "dumb")
        .env("LC_ALL", "C")
        .env("LAGGARD_THEME", "nonsense");
    let other = told(other, LESSON);
    assert_eq!((other.status.code(), other.stdout), (Some(0), plain.stdout));
}

#[test]
fn each_line_is_answered_before_the_next_is_read() {
    let mut child = command(&["--linear", "quorum"]).spawn().expect("a program");
    let mut input = child.stdin.take().expect("a pipe");
    let mut lines =
        BufReader::new(child.stdout.take().expect("a pipe")).lines().map(|line| line.expect("UTF-8"));
    assert!(lines.any(|line| line.starts_with("help tells what can be said")));
    for (line, answer) in
        [("3", "is picked"), ("wait 250ms", "It is 0.25s."), ("nonsense", "nothing is called")]
    {
        writeln!(input, "{line}").expect("it reads");
        input.flush().expect("it reads");
        assert!(lines.next().is_some_and(|line| line.contains(answer)), "{line}");
    }
    drop(input);
    assert_eq!((lines.next(), child.wait().expect("a program").code()), (None, Some(0)));
}

#[test]
fn quit_and_the_end_of_the_input_end_it_well() {
    for input in [&b""[..], b"quit\nw\n", b"q", b"status", b"\xff\xfe\n\x00\x1b[2J\nw\r\n"] {
        let output = told(command(&["--linear"]), input);
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]), "{input:?}");
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    }
}

#[test]
fn what_makes_no_sense_without_a_screen_or_together_is_refused() {
    for (arguments, words) in [
        (&["--linear", "-"][..], "standard input has the commands"),
        (&["--linear", "no-such-preset"], "no-such-preset"),
        (&["--linear", "--theme", "dark"], "cannot be used with"),
        (&["--linear", "--big"], "cannot be used with"),
        (&["--mouse", "--no-mouse"], "cannot be used with"),
    ] {
        let output = told(command(arguments), b"");
        let message = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(words) && output.stdout.is_empty(), "{message}");
    }
}
