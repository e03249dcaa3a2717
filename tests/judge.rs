//! `laggard judge` as a program: what it prints, how it ends, what it says to bad files. The examples of the document
//! are run as they stand.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_laggard"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).arg("judge").args(arguments).env("RUST_BACKTRACE", "0");
    command
}

fn judge(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a program");
    // A program that refuses its arguments may end without reading.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    child.wait_with_output().expect("a program")
}

/// What it prints, if it ends so and complains of nothing.
#[track_caller]
fn ends(exit: i32, arguments: &[&str], input: &str) -> String {
    let output = judge(arguments, input.as_bytes());
    let errors = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!((output.status.code(), &*errors), (Some(exit), ""), "{arguments:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What it says of what it refuses.
#[track_caller]
fn refused(arguments: &[&str], input: &[u8]) -> String {
    let output = judge(arguments, input);
    let errors = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(
        output.stdout.is_empty() && errors.starts_with("error: ") && !errors.contains("panicked"),
        "{errors}"
    );
    errors
}

#[test]
fn the_examples_of_the_document_print_what_it_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/histories.md");
    let mut text = fs::read_to_string(&path).expect("the document");
    let mut examples = 0;
    let mut at = 0;
    while let Some(start) = text[at..].find("```console\n$ laggard judge ") {
        let start = at + start + "```console\n$ laggard judge ".len();
        let line = start + text[start..].find('\n').expect("a line");
        let end = line + text[line..].find("```").expect("the block ends");
        let words: Vec<&str> = text[start..line].split(' ').collect();
        let printed = String::from_utf8(judge(&words, b"").stdout).expect("UTF-8");
        examples += 1;
        if std::env::var_os("UPDATE_DOCS").is_some() {
            text = format!("{}\n{printed}{}", &text[..line], &text[end..]);
            at = start;
        } else {
            assert_eq!(&text[line + 1..end], printed, "run UPDATE_DOCS=1 cargo test --test judge");
            at = end;
        }
    }
    assert!(examples >= 3, "{examples} examples");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path, text).expect("writable");
    }
}

#[test]
fn every_verdict_has_its_exit_status() {
    let at = |name: &str| format!("assets/histories/{name}");
    let holds = ends(0, &[&at("timed-out.log"), "--model", "cas-register"], "");
    assert!(holds.ends_with("holds: linearizable\n"), "{holds}");
    let violated = ends(1, &[&at("stale-read.edn"), "--model", "register"], "");
    assert!(violated.contains("\n    Process 2 read \"blue\" on lines 8-9,"), "{violated}");
    assert!(violated.ends_with("violated: not linearizable\n"), "{violated}");
    let nothing = "[0 :invoke :write 1]\n[0 :ok :write 1]\n";
    let unknown = ends(3, &["-", "--model", "register"], nothing);
    assert!(unknown.contains("nothing was read"), "{unknown}");
    ends(0, &[&at("intervals.json"), "--model", "register", "--initial", "0"], "");
    ends(1, &[&at("intervals.json"), "--model", "register", "--initial", "\"0\""], "");
    ends(0, &[&at("set.edn"), "--model", "set"], "");
    ends(1, &[&at("set.edn"), "--model", "set", "--initial", "#{9}"], "");
}

/// A history that takes the search of one key longer than a few steps.
fn hard(key: u32) -> String {
    let mut text = String::new();
    let event = |process: u32, kind: &str, f: &str, value: String| {
        format!("{{:process {}, :type :{kind}, :f :{f}, :key {key}, :value {value}}}\n", key * 100 + process)
    };
    text +=
        &(event(0, "invoke", "cas", "[nil nil]".to_owned()) + &event(0, "ok", "cas", "[nil nil]".to_owned()));
    for kind in ["invoke", "ok"] {
        for process in 1..=16 {
            text += &event(process, kind, "write", process.to_string());
        }
    }
    for value in [1, 2] {
        text += &(event(0, "invoke", "read", "nil".to_owned()) + &event(0, "ok", "read", value.to_string()));
    }
    text
}

#[test]
fn a_spent_budget_is_unknown_and_says_how_to_raise_it() {
    let arguments = ["-", "--model", "cas-register", "--steps", "500"];
    let told = ends(3, &arguments, &hard(0));
    assert!(told.contains("the search took its 500 steps; --steps allows more"), "{told}");
}

#[test]
fn one_violated_key_ends_the_race_and_json_says_which() {
    let easy = "{:process 1, :type :invoke, :f :read, :key \"k\", :value nil}\n\
                {:process 1, :type :ok, :f :read, :key \"k\", :value 7}\n";
    let text = hard(1) + &hard(2) + easy + &hard(3);
    let first = ends(1, &["-", "--model", "cas-register", "--json"], &text);
    assert_eq!(first, ends(1, &["-", "--model", "cas-register", "--json"], &text));
    let told: Value = serde_json::from_str(&first).expect("JSON");
    assert_eq!((&told["verdict"], &told["exit"]), (&Value::from("violated"), &Value::from(1)));
    let verdicts: Vec<&str> =
        told["keys"].as_array().expect("keys").iter().filter_map(|key| key["verdict"].as_str()).collect();
    assert_eq!(verdicts, ["unknown", "unknown", "violated", "unknown"]);
    assert_eq!(told["keys"][2]["key"], "\"k\"");
    let witness = &told["keys"][2]["witness"];
    assert_eq!(witness["smallest"], true);
    assert_eq!(witness["operations"][0]["did"], "read 7");
    assert_eq!(witness["words"].as_array().map(Vec::len), Some(2));
}

#[test]
fn many_keys_are_summed_up_and_the_violated_are_shown() {
    use std::fmt::Write as _;
    let mut text = String::new();
    for key in 0..200 {
        let read = if key == 77 { 5 } else { key };
        let _ = write!(text, "[0 :invoke :write [{key} {key}]][0 :ok :write [{key} {key}]]");
        let _ = writeln!(text, "[0 :invoke :read [{key} nil]][0 :ok :read [{key} {read}]]");
    }
    let told = ends(1, &["-", "--model", "register"], &text);
    assert!(told.contains("  violated  key 77\n"), "{told}");
    assert!(
        told.ends_with("violated: not linearizable; of 200 keys 199 hold, 1 violated, 0 unknown\n"),
        "{told}"
    );
    assert!(told.lines().count() < 10, "{told}");
}

#[test]
fn malformed_files_are_refused_with_their_place() {
    let register = ["-", "--model", "register"];
    let error = refused(&register, b"[0 :invoke :read nil]\n[0 :invoke :read nil]\n");
    assert!(error.contains("\n  --> standard input:2:1\nhelp: "), "{error}");
    let error = refused(&register, b"[0 :invoke :cas [1 2]]\n[0 :ok :cas [1 2]]\n");
    assert!(error.contains("--> standard input:1:1") && error.contains("--model cas-register"), "{error}");
    assert!(refused(&register, b"\x00\x01\x02").contains("NUL"));
    assert!(refused(&register, b"").contains("empty"));
    assert!(
        refused(&["-", "--model", "register", "--format", "json"], b"[0 :invoke :read nil]")
            .contains("no event")
    );
    assert!(refused(&["no-such-file", "--model", "register"], b"").contains("cannot be read"));
    assert!(refused(&["src", "--model", "register"], b"").contains("cannot be read"));
    assert!(refused(&["-", "--model", "set", "--initial", "7"], b"").contains("--initial"));
    assert!(refused(&["-"], b"").contains("--model"));
    let deep = "[".repeat(1_000_000);
    assert!(refused(&register, deep.as_bytes()).contains("nest more than 64 deep"));
}

#[test]
fn the_help_states_the_budgets_and_the_exit_status() {
    let help = ends(0, &["--help"], "");
    for part in ["cas-register", "jepsen-log", "--steps", "256 MiB", "2,000,000", "3 it could not be told"] {
        assert!(help.contains(part), "the help lacks {part}");
    }
}

#[test]
fn the_screen_needs_a_terminal_and_no_json() {
    let file = "assets/histories/stale-read.edn";
    let output = judge(&[file, "--model", "register", "--screen"], b"");
    let errors = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{errors}");
    assert!(errors.contains("there is no terminal to draw on; without --screen"), "{errors}");
    let output = judge(&[file, "--model", "register", "--screen", "--json"], b"");
    assert_eq!(output.status.code(), Some(2));
    let malformed = refused(&["-", "--model", "register", "--screen"], b"[0 :invoke :read nil]\n[0 :ok");
    assert!(malformed.contains("standard input:2:"), "{malformed}");
}
