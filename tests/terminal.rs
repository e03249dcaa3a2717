//! What the real program cannot show: panics of a thread and of a spawned task (and of the main task, once more),
//! and an event loop that hangs. A probe on the same terminal floor fails in these ways; `program.rs` has the rest.

mod support {
    pub(crate) mod probe;
    pub(crate) mod pty;
}

use std::env;

use portable_pty::CommandBuilder;
use rustix::process::Signal;
use support::pty::Pty;

const PROBE: &str = "LAGGARD_TERMINAL_PROBE";
const ARGUMENTS: [&str; 4] = ["--exact", "the_probe_is_this_very_program", "--nocapture", "--quiet"];

/// Not a test of its own: the program the other tests run. Without the variable it does nothing.
#[test]
fn the_probe_is_this_very_program() {
    if env::var_os(PROBE).is_some() {
        support::probe::main();
    }
}

/// The probe as the session's only program.
fn probe() -> Pty {
    let mut command = CommandBuilder::new(env::current_exe().expect("a path"));
    command.args(ARGUMENTS);
    command.env(PROBE, "1");
    command.env("TERM", "xterm-256color");
    command.env("RUST_BACKTRACE", "0");
    let pty = Pty::start(command, 80, 24);
    pty.wait_text("probe ready");
    assert!(pty.is_raw() && pty.look().alternate() && pty.pid() > 0);
    pty
}

fn check_panic(key: &str, message: &str) {
    let mut pty = probe();
    pty.send(key);
    assert_eq!(pty.wait_exit(), 101);
    pty.wait_text(message);
    pty.assert_restored();
    // Printed where it stays to be read.
    let told = String::from_utf8_lossy(pty.look().raw()).into_owned();
    assert!(told.find("\x1b[?1049l") < told.find(message), "{told:?}");
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

#[test]
fn a_stuck_program_still_ends_on_sigterm_and_gives_the_terminal_back() {
    let mut pty = probe();
    pty.send("S");
    pty.wait_text("probe stuck");
    pty.resize(100, 30);
    pty.signal(Signal::TERM);
    assert_eq!(pty.wait_exit(), 143);
    pty.assert_restored();
}
