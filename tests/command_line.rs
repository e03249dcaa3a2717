//! The verbs that need no terminal: what they print, how they end, and what they say to bad input.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use laggard::scenario::builtin;
use serde_json::Value;

const LAGGARD: &str = env!("CARGO_BIN_EXE_laggard");

fn command() -> Command {
    let mut command = Command::new(LAGGARD);
    command.stdin(Stdio::null()).env_remove("NO_COLOR").env("RUST_BACKTRACE", "0");
    command
}

fn laggard<I: AsRef<OsStr>>(arguments: impl IntoIterator<Item = I>) -> Output {
    command().args(arguments).output().expect("a program")
}

fn piped(arguments: &[&str], input: &[u8]) -> Output {
    let pipes = (Stdio::piped(), Stdio::piped(), Stdio::piped());
    let mut child =
        command().args(arguments).stdin(pipes.0).stdout(pipes.1).stderr(pipes.2).spawn().expect("a program");
    child.stdin.take().expect("a pipe").write_all(input).expect("it reads");
    child.wait_with_output().expect("a program")
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// The output of a call that succeeds and complains of nothing.
#[track_caller]
fn succeeds(arguments: &[&str]) -> String {
    let output = laggard(arguments);
    assert_eq!((output.status.code(), &*errors(&output)), (Some(0), ""), "{arguments:?}");
    out(&output)
}

/// The message of a call that is refused, and that prints no result.
#[track_caller]
fn refused<I: AsRef<OsStr>>(arguments: impl IntoIterator<Item = I>) -> String {
    let output = laggard(arguments);
    let message = errors(&output);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert_eq!(out(&output), "");
    assert!(message.starts_with("error: "), "{message}");
    assert!(!message.contains("panicked"), "{message}");
    message
}

/// An empty folder of the test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn file(folder: &Path, name: &str, text: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    fs::write(&path, text).expect("a file");
    path.to_str().expect("UTF-8").to_owned()
}

fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

// Running.

#[test]
fn every_preset_runs_twice_to_the_same_bytes_for_people_and_for_programs() {
    for (name, title) in builtin() {
        let told = succeeds(&["run", name]);
        assert!(told.starts_with(&title) && told.contains("  holds    "), "{told}");
        assert_eq!(told, succeeds(&["run", name]));
        assert_eq!(succeeds(&["run", name, "--json"]), succeeds(&["run", name, "--json"]));
    }
}

#[test]
fn json_is_an_object_a_line_with_steps_and_times_that_never_go_back() {
    for (name, title) in builtin() {
        let lines = json_lines(&succeeds(&["run", name, "--json"]));
        assert_eq!(lines[0]["title"], title);
        let facts: Vec<&Value> = lines.iter().filter(|line| line.get("fact").is_some()).collect();
        assert!(facts.len() > 5, "{name}: {} facts", facts.len());
        let moments: Vec<_> =
            facts.iter().map(|fact| (fact["at_ns"].as_u64(), fact["step"].as_u64())).collect();
        assert!(moments.iter().all(|(at, step)| at.is_some() && step.is_some()), "{name}");
        assert!(moments.is_sorted(), "{name}");
        let totals = lines.last().expect("lines");
        assert_eq!((&totals["exit"], &totals["converged"]), (&Value::from(0), &Value::from(true)), "{name}");
        assert_eq!(totals["steps"].as_u64().max(moments[moments.len() - 1].1), totals["steps"].as_u64());
    }
}

#[test]
fn another_seed_changes_the_facts_and_the_same_seed_does_not() {
    let facts = |seed: &str| {
        let text = succeeds(&["run", "lossy-network", "--json", "--seed", seed]);
        let (header, facts) = text.split_once('\n').expect("a header");
        assert_eq!(json_lines(header)[0]["seed"].to_string(), seed);
        facts.to_owned()
    };
    assert_ne!(facts("1"), facts("2"));
    assert_eq!(facts("1"), facts("1"));
}

#[test]
fn a_preset_is_read_from_standard_input() {
    let output = piped(&["run", "-"], b"title: My own\n");
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert!(out(&output).starts_with("My own  (seed "), "{}", out(&output));
    let output = piped(&["run", "-"], b"title: My own\nreplicas: 3\n");
    assert_eq!(output.status.code(), Some(2));
    assert!(errors(&output).contains("standard input:2:1"), "{}", errors(&output));
}

#[test]
fn a_reader_that_goes_away_ends_the_program_quietly() {
    let mut child = command()
        .args(["run", "sixty-four", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a program");
    let mut first = String::new();
    BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut first).expect("a line");
    assert!(first.starts_with('{'), "{first}");
    let output = child.wait_with_output().expect("a program");
    assert_eq!((output.status.code(), &*errors(&output)), (Some(0), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_not_passed_over_in_silence() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("a device");
    let output = command().arg("list").stdout(full).stderr(Stdio::piped()).output().expect("a program");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        errors(&output).starts_with("error: standard output could not be written"),
        "{}",
        errors(&output)
    );
}

// Judging.

const HOLDS: &str = "title: Holds\nexpect: [{stale_reads: 0}]\n";
const FAILS: &str = "title: Fails\nexpect: [{stale_reads: 3}]\n";
/// Availability without a single operation.
const UNKNOWN: &str = "title: Cannot be told\nexpect:\n  - available: 100%\n";
const REFUSED: &str = "title: Refused\nexpectations: []\n";

#[test]
fn check_ends_with_the_worst_of_its_presets() {
    let folder = folder("check");
    let files: BTreeMap<&str, String> =
        [("holds", HOLDS), ("fails", FAILS), ("unknown", UNKNOWN), ("refused", REFUSED)]
            .map(|(name, text)| (name, file(&folder, &format!("{name}.yaml"), text)))
            .into();
    for (presets, status) in [
        (&["holds"][..], 0),
        (&["fails"], 1),
        (&["refused"], 2),
        (&["unknown"], 3),
        (&["holds", "unknown"], 3),
        (&["unknown", "holds"], 3),
        (&["unknown", "fails", "holds"], 1),
        (&["fails", "refused", "unknown", "holds"], 2),
        (&["refused", "holds"], 2),
    ] {
        let arguments = std::iter::once("check").chain(presets.iter().map(|name| &*files[name]));
        let output = laggard(arguments);
        let (out, errors) = (out(&output), errors(&output));
        assert_eq!(output.status.code(), Some(status), "{presets:?}\n{out}{errors}");
        // The refused ones do not keep the others from being judged.
        let judged = presets.iter().filter(|name| **name != "refused").count();
        assert_eq!(out.matches(" hold\n").count(), judged, "{out}");
        assert_eq!(errors.contains("refused.yaml:2"), presets.contains(&"refused"), "{errors}");
    }
}

#[test]
fn what_fails_is_named_with_its_line() {
    let folder = folder("named");
    for (text, word, line) in [(FAILS, "  FAILS ", "(line 2)"), (UNKNOWN, "  unknown ", "(line 3)")] {
        let preset = file(&folder, "preset.yaml", text);
        for verb in ["run", "check"] {
            let told = out(&laggard([verb, &*preset]));
            let finding =
                told.lines().find(|told| told.starts_with(word)).unwrap_or_else(|| panic!("{told}"));
            assert!(finding.contains(line), "{finding}");
        }
    }
}

#[test]
fn every_built_in_preset_keeps_its_promises_under_check_and_under_another_seed() {
    let names: Vec<&str> = builtin().map(|(name, _)| name).collect();
    let told = succeeds(&[&["check"], &names[..]].concat());
    assert_eq!(told.lines().filter(|line| line.starts_with("ok ")).count(), names.len(), "{told}");
    succeeds(&["check", "lossy-network", "--seed", "1007"]);
}

// Telling.

#[test]
fn list_names_every_preset_with_its_title() {
    let told = succeeds(&["list"]);
    let lines: Vec<_> = told.lines().filter_map(|line| line.split_once("  ")).collect();
    let listed: Vec<_> = lines.iter().map(|(name, title)| (*name, title.trim().to_owned())).collect();
    assert_eq!(listed, builtin().collect::<Vec<_>>());
}

#[test]
fn schema_is_json_and_the_one_that_is_shipped() {
    let told = succeeds(&["schema"]);
    let schema: Value = serde_json::from_str(&told).expect("JSON");
    assert!(schema["properties"]["cluster"].is_object(), "{told}");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/preset.schema.json");
    if shipped.exists() {
        let shipped: Value = serde_json::from_slice(&fs::read(shipped).expect("a file")).expect("JSON");
        assert_eq!(schema, shipped, "laggard schema > assets/preset.schema.json");
    }
}

#[test]
fn completions_know_every_verb_in_every_shell() {
    for shell in ["bash", "zsh", "fish"] {
        let script = succeeds(&["completions", shell]);
        for word in ["run", "check", "list", "schema", "completions", "man", "no-mouse", "glyphs"] {
            assert!(script.contains(word), "{shell}: no {word}");
        }
    }
    assert!(refused(["completions", "tcsh"]).contains("[possible values: "));
}

#[test]
fn the_manual_and_the_help_name_every_verb_and_every_exit_status() {
    let (manual, help) = (succeeds(&["man"]), succeeds(&["--help"]));
    assert!(manual.starts_with(".ie") && manual.contains(".SH KEYS"), "{manual}");
    for text in [&manual.replace('\\', ""), &help] {
        for word in ["run", "check", "list", "schema", "completions", "man", "--seed", "Exit status: 0"] {
            assert!(text.contains(word), "no {word} in {text}");
        }
    }
    assert_eq!(succeeds(&["-h"]).lines().next(), help.lines().next());
    assert_eq!(succeeds(&["--version"]), format!("laggard {}\n", env!("CARGO_PKG_VERSION")));
}

// The configuration file.

/// What the screen says to a configuration file; it never opens here, where there is no terminal.
fn configured(name: &str, text: Option<&[u8]>, arguments: &[&str]) -> (Option<i32>, String) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("laggard")).expect("a folder");
    if let Some(text) = text {
        fs::write(folder.join("laggard/config.yaml"), text).expect("a file");
    }
    let output = command().env("XDG_CONFIG_HOME", &folder).args(arguments).output().expect("a program");
    (output.status.code(), errors(&output).replace(folder.to_str().expect("text"), "DIR"))
}

#[test]
fn a_configuration_that_is_wrong_is_refused_with_every_place_before_the_screen_opens() {
    let (status, told) = configured("config-wrong", Some(b"thme: light\nmotion: reducde\n"), &["quorum"]);
    assert_eq!(status, Some(2), "{told}");
    for words in [
        "DIR/laggard/config.yaml:1:1",
        "did you mean `theme`?",
        "DIR/laggard/config.yaml:2:9",
        "did you mean `reduced`?",
        "correct DIR/laggard/config.yaml or move it away",
    ] {
        assert!(told.contains(words), "no {words} in {told}");
    }
    assert!(!told.contains("no terminal"), "{told}");
    let (status, told) = configured("config-binary", Some(&[0xff, 0xfe, 0, 1]), &[]);
    assert!(status == Some(2) && told.contains("config.yaml` is UTF-16 text"), "{told}");
    let (status, told) = configured("config-huge", Some(&vec![b'x'; 2 << 20]), &[]);
    assert!(status == Some(2) && told.contains("is too large"), "{told}");
}

#[test]
fn a_configuration_that_is_right_or_missing_is_no_obstacle() {
    for (name, text) in [("config-none", None), ("config-right", Some(&b"theme: light\nbig: on\n"[..]))] {
        let (status, told) = configured(name, text, &["quorum"]);
        assert!(status == Some(2) && told.contains("there is no terminal to draw on"), "{name}: {told}");
    }
}

#[test]
fn what_needs_no_screen_reads_no_configuration() {
    let (status, told) = configured("config-unread", Some(b"thme: light\n"), &["list"]);
    assert_eq!((status, &*told), (Some(0), ""));
}

// Bad usage.

#[test]
fn an_unknown_word_is_told_the_nearest_preset_or_command() {
    let told = refused(["frobnicate"]);
    assert!(told.contains("no preset is called `frobnicate`") && told.contains("`laggard list`"), "{told}");
    let told = refused(["split_brian"]);
    assert!(told.contains("did you mean `split-brain`?"), "{told}");
    for arguments in [&["chekc"][..], &["chekc", "quorum"]] {
        let told = refused(arguments);
        assert!(told.contains("did you mean `laggard check`?"), "{told}");
    }
    let told = refused(["quorum", "cart"]);
    assert!(told.contains("one preset at a time"), "{told}");
    let told = refused(["run", "frobnicate"]);
    assert!(told.contains("no preset is called `frobnicate`") && told.contains("`laggard list`"), "{told}");
}

#[test]
fn bad_usage_is_refused_with_what_would_be_right() {
    for (arguments, word) in [
        (&["run"][..], "<PRESET>"),
        (&["check"], "<PRESETS>"),
        (&["run", "quorum", "--sede", "1"], "--seed"),
        (&["run", "quorum", "--seed", "many"], "--seed <N>"),
        (&["run", "quorum", "--seed", "-1"], "-1"),
        (&["run", "quorum", "--seed", "18446744073709551616"], "--seed <N>"),
        (&["run", "quorum", "cart"], "cart"),
        (&["--theme", "pink"], "high-contrast"),
        (&["list", "everything"], "everything"),
        (&[""], "no preset"),
        (&["check", ""], "no preset"),
    ] {
        let told = refused(arguments);
        assert!(told.contains(word), "{arguments:?}: {told}");
    }
}

#[test]
fn arguments_that_are_no_text_are_refused() {
    for arguments in [&[&b"\xff\xfe"[..]][..], &[b"run", b"\xff.yaml"], &[b"check", b"a\x1b[2J\xc3"]] {
        let told = refused(arguments.iter().map(|bytes| OsStr::from_bytes(bytes)));
        assert!(!told.contains('\x1b'), "{told:?}");
    }
    let told = refused(["check", "a\x1b[2Jb"]);
    assert!(!told.contains('\x1b'), "{told:?}");
}

// Bad input.

#[track_caller]
fn check_bad(name: &str, text: impl AsRef<[u8]>, line: usize, words: &[&str]) {
    let preset = file(&folder("bad-input").join(".."), &format!("{name}.yaml"), text);
    for verb in ["run", "check"] {
        let told = refused([verb, &*preset]);
        let place = if line > 0 { format!("{name}.yaml:{line}:") } else { format!("{name}.yaml") };
        assert!(told.contains(&place), "no {place} in {told}");
        for word in words {
            assert!(told.contains(word), "no {word} in {told}");
        }
        assert!(told.len() < 5_000, "{} bytes of message", told.len());
    }
}

#[test]
fn a_mistake_in_a_preset_is_told_with_its_line_and_what_was_expected() {
    check_bad("unknown-field", "title: A\nclustre: {}\n", 2, &["clustre", "did you mean `cluster`?"]);
    check_bad("wrong-type", "title: A\nnetwork:\n  latency: [fast]\n", 3, &["latency"]);
    let link = "title: A\ncluster: {replicas: [ams, lon]}\nnetwork:\n  links:\n    - {between: [ams, lno], latency: 1s}\n";
    check_bad("unknown-replica", link, 5, &["lno", "did you mean `lon`?"]);
    check_bad("negative", "title: A\nnetwork:\n  latency: -80ms\n", 3, &["-80ms"]);
    check_bad("twice", "title: A\nseed: 1\nseed: 2\n", 3, &["seed"]);
    let quorum =
        "title: A\ncluster:\n  replicas: [a, b, c]\n  replication:\n    leaderless:\n      write: 4\n";
    check_bad("too-many", quorum, 6, &["4", "3"]);
}

#[test]
fn what_is_no_preset_at_all_is_refused() {
    check_bad("empty", "", 0, &["title"]);
    check_bad("binary", b"\x7fELF\x02\x01\x01\x00\x00\xff\xfe\x00", 0, &[]);
    check_bad("not-text", b"title: \xff\xfe\n", 1, &["UTF-8"]);
    check_bad("with-nul", b"title: a\x00b\n", 1, &[]);
    let layers = (0..12).map(|n| {
        format!("l{}: &l{} [*l{n}, *l{n}, *l{n}, *l{n}, *l{n}, *l{n}, *l{n}, *l{n}]\n", n + 1, n + 1)
    });
    let bomb = "title: A\nl0: &l0 [x, x, x, x, x, x, x, x]\n".to_owned() + &layers.collect::<String>();
    check_bad("bomb", bomb, 0, &["values"]);
    check_bad("deep", "title: A\ndata: ".to_owned() + &"[".repeat(100_000), 2, &[]);
}

#[test]
fn what_cannot_be_read_whole_is_refused_at_once() {
    let folder = folder("unreadable");
    let huge = folder.join("huge.yaml");
    // A sparse file: nothing is written.
    fs::File::create(&huge).and_then(|file| file.set_len(100 << 20)).expect("a file");
    let huge = huge.to_str().expect("UTF-8");
    for (path, word) in [
        (huge, "huge.yaml"),
        ("/dev/zero", "/dev/zero"),
        (folder.to_str().expect("UTF-8"), "is a directory"),
        ("nowhere/at-all.yaml", "there is no file `nowhere/at-all.yaml`"),
    ] {
        for verb in ["run", "check"] {
            let told = refused([verb, path]);
            assert!(told.contains(word), "{told}");
            assert!(told.len() < 5_000, "{} bytes of message", told.len());
        }
    }
}

#[test]
fn systems_are_printed_side_by_side_or_one_under_the_other() {
    let wide = succeeds(&["systems"]);
    let head = wide.lines().next().expect("a line");
    for name in ["dynamo", "cassandra", "riak"] {
        assert!(head.contains(name), "{head}");
        assert!(succeeds(&["systems", name]).starts_with(name));
    }
    let narrow = command().arg("systems").env("COLUMNS", "60").output().expect("a program");
    let narrow = out(&narrow);
    assert!(narrow.starts_with("dynamo ("), "{narrow}");
    assert!(narrow.lines().all(|line| line.chars().count() <= 60 || line.starts_with('*')), "{narrow}");
}

#[test]
fn systems_as_json_have_a_source_for_every_default() {
    let all: Value = serde_json::from_str(&succeeds(&["systems", "--json"])).expect("JSON");
    let one: Value = serde_json::from_str(&succeeds(&["systems", "cassandra", "--json"])).expect("JSON");
    let all = all.as_array().expect("a list");
    assert!(all.contains(&one[0]), "{one}");
    for system in all {
        for default in system["defaults"].as_array().expect("a list") {
            assert!(!default["source"].as_str().expect("text").is_empty(), "{default}");
        }
    }
}

#[test]
fn an_unknown_system_finds_the_nearest() {
    assert!(refused(["systems", "mongo"]).contains("did you mean `laggard systems mongodb`?"));
    assert!(refused(["systems", "xyzzy"]).contains("the systems are `dynamo`, `cassandra`"));
}
