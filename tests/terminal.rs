//! A good citizen of the terminal: a real pseudo-terminal, every way to end, every way to be interrupted.

mod support {
    pub(crate) mod probe;
    pub(crate) mod pty;
}

use std::env;
use std::process::Command;
use std::thread;
use std::time::Duration;

use portable_pty::CommandBuilder;
use rustix::process::Signal;
use support::pty::{Pty, Terminal};

const PROBE: &str = "LAGGARD_TERMINAL_PROBE";
const ARGUMENTS: [&str; 4] = ["--exact", "the_probe_is_this_very_program", "--nocapture", "--quiet"];

/// Not a test of its own: the program the other tests run. Without the variable it does nothing.
#[test]
fn the_probe_is_this_very_program() {
    if env::var_os(PROBE).is_some() {
        support::probe::main();
    }
}

fn this_program() -> String {
    env::current_exe().expect("a path").to_str().expect("UTF-8").to_owned()
}

fn with_environment(mut command: CommandBuilder) -> CommandBuilder {
    command.env(PROBE, "1");
    command.env("TERM", "xterm-256color");
    command.env("RUST_BACKTRACE", "0");
    command.env("PS1", "ready> ");
    command.env_remove("ENV");
    command
}

/// The probe as the session's only program.
fn probe() -> Pty {
    start(with_environment(CommandBuilder::new(this_program())))
}

fn start(mut command: CommandBuilder) -> Pty {
    command.args(ARGUMENTS);
    let pty = Pty::start(command, 80, 24);
    pty.wait_text("resizes 1");
    pty
}

fn typed_line() -> String {
    format!("'{}' {}", this_program(), ARGUMENTS.join(" "))
}

/// The probe as a job of an interactive shell.
fn probe_in_a_shell() -> Pty {
    let mut command = with_environment(CommandBuilder::new("sh"));
    command.arg("-i");
    let mut pty = Pty::start(command, 80, 24);
    pty.wait_text("ready>");
    pty.send(format!("{}\n", typed_line()));
    pty.wait_text("resizes 1");
    pty
}

fn number_after(terminal: &Terminal, word: &str) -> u64 {
    let text = terminal.text();
    let after = text.split(word).nth(1).unwrap_or_default();
    after
        .trim_start()
        .split(|digit: char| !digit.is_ascii_digit())
        .next()
        .unwrap_or_default()
        .parse()
        .unwrap_or(0)
}

#[test]
fn quitting_gives_the_terminal_back() {
    let mut pty = probe();
    assert!(pty.is_raw());
    assert!(pty.look().alternate());
    pty.send("q");
    assert_eq!(pty.wait_exit(), 0);
    pty.wait_text("goodbye");
    pty.assert_restored();
}

fn check_panic(key: &str, message: &str) {
    let mut pty = probe();
    pty.send(key);
    assert_eq!(pty.wait_exit(), 101);
    pty.wait_text(message);
    pty.assert_restored();
}

#[test]
fn a_panic_of_the_main_task_is_printed_on_the_restored_terminal() {
    check_panic("p", "the main task fell over");
}

#[test]
fn a_panic_of_a_thread_ends_the_program_on_the_restored_terminal() {
    check_panic("t", "a thread fell over");
}

#[test]
fn a_panic_of_a_task_ends_the_program_on_the_restored_terminal() {
    check_panic("s", "a task fell over");
}

fn check_signal(signal: Signal, status: u32) {
    let pty = probe();
    pty.signal(signal);
    assert_eq!(pty.wait_exit(), status);
    pty.wait_text("goodbye");
    pty.assert_restored();
}

#[test]
fn sigterm_ends_with_143_after_the_loop_has_finished() {
    check_signal(Signal::TERM, 143);
}

#[test]
fn sighup_ends_with_129_after_the_loop_has_finished() {
    check_signal(Signal::HUP, 129);
}

#[test]
fn sigint_from_outside_ends_with_130_after_the_loop_has_finished() {
    check_signal(Signal::INT, 130);
}

#[test]
fn a_stuck_program_still_ends_on_sigterm_and_gives_the_terminal_back() {
    let mut pty = probe();
    pty.send("S");
    pty.wait_text("last stuck");
    pty.signal(Signal::TERM);
    assert_eq!(pty.wait_exit(), 143);
    pty.assert_restored();
}

#[test]
fn control_z_returns_to_the_shell_and_fg_repaints() {
    let mut pty = probe_in_a_shell();
    pty.send("\x1a");
    pty.wait("the shell", |terminal| !terminal.alternate() && terminal.text().contains("Stopped"));
    pty.assert_restored();
    let before = pty.look().raw().len();
    pty.send("fg\n");
    pty.wait("the program's screen", |terminal| {
        terminal.alternate() && terminal.text().contains("resumes 1")
    });
    assert!(pty.is_raw());
    let text = pty.look().text();
    assert!(text.starts_with("probe 80x24"), "{text}");
    let again = String::from_utf8_lossy(&pty.look().raw()[before..]).into_owned();
    assert!(again.contains("\x1b[2J"), "{again:?}");
    pty.send("q");
    pty.wait("the shell", |terminal| !terminal.alternate() && terminal.text().contains("goodbye"));
    pty.assert_restored();
}

#[test]
fn a_terminal_resized_while_the_program_was_stopped_is_drawn_at_its_new_size() {
    let mut pty = probe_in_a_shell();
    pty.send("\x1a");
    pty.wait("the shell", |terminal| !terminal.alternate() && terminal.text().contains("Stopped"));
    pty.resize(100, 30);
    pty.send("fg\n");
    pty.wait_text("probe 100x30");
}

#[test]
fn control_z_without_a_shell_says_why_it_does_nothing() {
    let mut pty = probe();
    pty.send("\x1a");
    pty.wait_text("no shell to return to");
}

#[test]
fn a_program_stopped_from_outside_repaints_when_continued() {
    let pty = probe();
    let before = pty.look().raw().len();
    pty.signal(Signal::STOP);
    pty.signal(Signal::CONT);
    pty.wait_text("resumes 1");
    let again = String::from_utf8_lossy(&pty.look().raw()[before..]).into_owned();
    assert!(again.contains("\x1b[?1049h") && again.contains("\x1b[2J"), "{again:?}");
}

#[test]
fn a_hung_up_terminal_ends_the_program() {
    let pty = probe_in_a_shell();
    let pid = number_after(&pty.look(), "pid");
    pty.signal(Signal::KILL);
    #[cfg(target_os = "linux")]
    {
        let pid = i32::try_from(pid).expect("a process");
        let ended = (0..300).any(|_| {
            thread::sleep(Duration::from_millis(100));
            support::pty::has_ended(pid)
        });
        assert!(ended, "process {pid} outlives its terminal");
    }
}

#[test]
fn keys_come_from_the_terminal_while_standard_input_is_a_pipe() {
    let mut command = with_environment(CommandBuilder::new("sh"));
    command.args(["-c", &format!("printf preset | {}", typed_line())]);
    let mut pty = Pty::start(command, 80, 24);
    pty.wait_text("piped preset.");
    pty.send("x");
    pty.wait_text("last x.");
    pty.send("q");
    assert_eq!(pty.wait_exit(), 0);
    pty.assert_restored();
}

#[test]
fn without_a_terminal_the_program_names_run_and_ends_with_2() {
    let output = Command::new(this_program()).args(ARGUMENTS).env(PROBE, "1").output().expect("a program");
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("`laggard run PRESET`"), "{text}");
}

#[test]
fn an_idle_program_writes_no_byte_and_never_wakes() {
    let pty = probe();
    #[cfg(target_os = "linux")]
    let wakes = settled(|| support::pty::context_switches(pty.pid()));
    let bytes = pty.look().raw().len();
    thread::sleep(Duration::from_secs(2));
    assert_eq!(pty.look().raw().len(), bytes);
    #[cfg(target_os = "linux")]
    assert_eq!(support::pty::context_switches(pty.pid()), wakes);
}

/// The value once it no longer changes: the program has finished what it was doing.
#[cfg(target_os = "linux")]
fn settled(mut measure: impl FnMut() -> u64) -> u64 {
    let mut last = measure();
    for _ in 0..100 {
        thread::sleep(Duration::from_millis(100));
        let now = measure();
        if now == last {
            return now;
        }
        last = now;
    }
    panic!("it never comes to rest")
}

#[test]
fn a_resize_storm_ends_with_a_picture_of_the_last_size() {
    let pty = probe();
    for step in 0..200_u16 {
        pty.resize(40 + step % 97, 10 + step % 31);
    }
    pty.resize(91, 27);
    pty.wait("the last size", |terminal| terminal.text().starts_with("probe 91x27"));
}

#[test]
fn an_unfinished_escape_sequence_does_not_freeze_the_screen() {
    let mut pty = probe();
    pty.send("a");
    pty.wait("motion", |terminal| number_after(terminal, "ticks") > 0);
    // The sequence begins while earlier keys are still being handled: whoever handles them reads on and
    // finds half a sequence.
    pty.send([b'k'; 1000]);
    pty.wait("the first keys", |terminal| number_after(terminal, "keys") > 0);
    pty.send("\x1b[");
    pty.wait("the keys", |terminal| number_after(terminal, "keys") >= 1000);
    let ticks = number_after(&pty.look(), "ticks");
    pty.wait("more motion", |terminal| number_after(terminal, "ticks") > ticks + 20);
}

#[test]
fn a_paste_arrives_whole_and_a_click_is_seen() {
    let mut pty = probe();
    pty.send(format!("\x1b[200~{}\x1b[201~", "blue ".repeat(1000)));
    pty.wait_text("pasted 5000");
    pty.send("\x1b[<0;5;5M");
    pty.wait_text("last Down(Left).");
}

#[test]
fn every_picture_is_wrapped_in_synchronized_output() {
    let mut pty = probe();
    pty.send("xyz");
    pty.wait_text("last z.");
    pty.send("q");
    pty.wait_exit();
    let terminal = pty.look();
    let count = |marker: &[u8]| terminal.raw().windows(marker.len()).filter(|bytes| *bytes == marker).count();
    // The way out ends it once more, in case a picture was cut short.
    assert_eq!(count(b"\x1b[?2026h") + 1, count(b"\x1b[?2026l"));
}

#[test]
fn no_color_keeps_what_is_bold() {
    let mut command = with_environment(CommandBuilder::new(this_program()));
    command.env("NO_COLOR", "1");
    let pty = start(command);
    assert!(pty.look().screen().cell(0, 0).expect("inside").bold());
}
