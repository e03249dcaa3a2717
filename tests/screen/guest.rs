//! A good guest of the terminal: it gives everything back however it ends, stops and goes on with the shell, and is
//! silent when nothing happens.

use std::{
    fs,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use rustix::process::Signal;

use crate::{LAGGARD, Pty, Terminal, WHILE, answered, in_a_shell, laggard, shows, start, with};

fn check_key_quits(key: &str) {
    let mut pty = laggard(&[]);
    assert!(pty.is_raw());
    pty.send(key);
    assert_eq!(pty.wait_exit(), 0);
    pty.assert_restored();
}

#[test]
fn quitting_gives_the_terminal_back() {
    check_key_quits("q");
}

#[test]
fn control_c_quits_too() {
    check_key_quits("\x03");
}

#[test]
fn a_panic_is_printed_on_the_restored_terminal() {
    let mut command = with(&[]);
    command.env("LAGGARD_TEST_PANIC", "1");
    command.env("RUST_BACKTRACE", "0");
    let mut pty = start(command, 80, 24);
    pty.send("\x1b[24~");
    assert_eq!(pty.wait_exit(), 101);
    pty.assert_restored();
    assert!(pty.look().text().contains("a panic was asked for"), "{}", pty.look().text());
}

/// In the middle of an animation.
fn check_signal(signal: Signal, status: u32) {
    let mut pty = laggard(&[]);
    pty.send("<<<<w");
    pty.wait_text("in flight 2");
    pty.signal(signal);
    assert_eq!(pty.wait_exit(), status);
    pty.assert_restored();
}

#[test]
fn sigterm_ends_with_143() {
    check_signal(Signal::TERM, 143);
}

#[test]
fn sighup_ends_with_129() {
    check_signal(Signal::HUP, 129);
}

#[test]
fn sigint_from_outside_ends_with_130() {
    check_signal(Signal::INT, 130);
}

#[test]
fn control_z_returns_to_the_shell_and_fg_repaints() {
    let mut pty = in_a_shell(LAGGARD);
    pty.send("\x1a");
    pty.wait("the shell", |terminal| !terminal.alternate() && shows(terminal, &["Stopped"]));
    pty.assert_restored();
    let before = pty.look().raw().len();
    pty.send("fg\n");
    pty.wait("the grid", |terminal| terminal.alternate() && shows(terminal, &["CONVERGED", "1 oslo"]));
    assert!(pty.is_raw());
    assert!(String::from_utf8_lossy(&pty.look().raw()[before..]).contains("\x1b[2J"));
    pty.send("w");
    pty.wait_text("oslo write");
    pty.send("q");
    // The shell's third prompt: by then the program is gone, not only its picture.
    let prompts = |terminal: &Terminal| terminal.text().matches("ready>").count();
    pty.wait("the shell", |terminal| !terminal.alternate() && prompts(terminal) == 3);
    pty.assert_restored();
}

#[test]
fn a_terminal_resized_while_the_program_was_stopped_is_drawn_at_its_new_size() {
    let mut pty = in_a_shell(LAGGARD);
    pty.send("\x1a");
    pty.wait("the shell", |terminal| !terminal.alternate() && shows(terminal, &["Stopped"]));
    pty.resize(47, 13);
    pty.send("fg\n");
    pty.wait_text("this is 47x13");
}

#[test]
fn control_z_without_a_shell_says_why_it_does_nothing() {
    let mut pty = laggard(&[]);
    pty.send("\x1a");
    pty.wait_text("no shell to return to");
}

#[test]
fn a_program_stopped_from_outside_repaints_when_continued() {
    let pty = laggard(&[]);
    let before = pty.look().raw().len();
    pty.signal(Signal::STOP);
    pty.signal(Signal::CONT);
    let again = |terminal: &Terminal| String::from_utf8_lossy(&terminal.raw()[before..]).into_owned();
    pty.wait("the whole picture", |terminal| {
        let again = again(terminal);
        again.contains("\x1b[?1049h") && again.contains("\x1b[2J") && again.contains("oslo")
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_hung_up_terminal_ends_the_program() {
    let pty = in_a_shell(&format!("sh -c 'echo pid $$.; exec \"$0\"' '{LAGGARD}'"));
    let told = String::from_utf8_lossy(pty.look().raw()).into_owned();
    let pids = told.split("pid ").filter_map(|after| after.split('.').next()?.parse::<i32>().ok());
    let pid = pids.last().expect("a process");
    pty.signal(Signal::KILL);
    // Its terminal is gone, so the process itself must be watched.
    let ended = (0..3000).any(|_| {
        thread::sleep(Duration::from_millis(10));
        has_ended(pid)
    });
    assert!(ended, "process {pid} outlives its terminal");
}

/// A zombie nobody collects counts as ended.
#[cfg(target_os = "linux")]
fn has_ended(pid: i32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .map_or(true, |stat| stat.rsplit(") ").next().is_some_and(|state| state.starts_with('Z')))
}

#[test]
fn without_a_terminal_the_program_names_run_and_ends_with_2() {
    let output = Command::new(LAGGARD).stdin(Stdio::null()).output().expect("a program");
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("`laggard run PRESET`"), "{text}");
}

#[test]
fn every_picture_is_wrapped_in_synchronized_output() {
    let mut pty = laggard(&[]);
    pty.send(">>>>w");
    pty.wait("agreement", |terminal| shows(terminal, &["CONVERGED", "green"]));
    pty.send("q");
    pty.wait_exit();
    let terminal = pty.look();
    let count = |marker: &[u8]| terminal.raw().windows(marker.len()).filter(|bytes| *bytes == marker).count();
    // The way out ends it once more, in case a picture was cut short.
    assert_eq!(count(b"\x1b[?2026h") + 1, count(b"\x1b[?2026l"));
}

/// Not a byte, not a wake-up.
fn check_idle(pty: &Pty) {
    #[cfg(target_os = "linux")]
    let wakes = at_rest(pty);
    let bytes = pty.look().raw().len();
    thread::sleep(WHILE);
    assert_eq!(pty.look().raw().len(), bytes);
    #[cfg(target_os = "linux")]
    assert_eq!(context_switches(pty), wakes);
}

#[test]
fn a_paused_program_writes_no_byte_and_never_wakes() {
    let mut pty = laggard(&[]);
    pty.send("<<<<w2r");
    pty.wait_text("the clock is stopped");
    answered(&mut pty);
    check_idle(&pty);
}

#[test]
fn a_settled_program_writes_no_byte_and_never_wakes_though_its_clock_runs() {
    let mut pty = laggard(&[]);
    check_idle(&pty);
    pty.send(">>>>>>w");
    pty.wait("the end of it", |terminal| shows(terminal, &["CONVERGED", "green", "in flight 0", "RUN"]));
    check_idle(&pty);
}

/// How often the program's threads were put to sleep or interrupted.
#[cfg(target_os = "linux")]
fn context_switches(pty: &Pty) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{}/task", pty.pid())).expect("a process");
    let statuses = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("status")).ok());
    let count = |status: String| {
        let lines = status.lines().filter(|line| line.contains("ctxt_switches"));
        lines.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).sum::<u64>()
    };
    statuses.map(count).sum()
}

/// Counts once the program has finished what it was doing.
#[cfg(target_os = "linux")]
fn at_rest(pty: &Pty) -> u64 {
    let mut last = context_switches(pty);
    for _ in 0..100 {
        thread::sleep(Duration::from_millis(100));
        let now = context_switches(pty);
        if now == last {
            return now;
        }
        last = now;
    }
    panic!("it never comes to rest")
}
