//! A program in a pseudo-terminal: keys and signals in, a screen and bytes out. Tests wait for what the
//! screen shows, never for the clock.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

/// Generous: it only ends tests that fail.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the terminal knows.
pub(crate) struct Terminal {
    parser: vt100::Parser,
    raw: Vec<u8>,
    exit: Option<u32>,
    /// Nobody holds the other side any more and every byte that was written has been read.
    drained: bool,
}

impl Terminal {
    /// The text shown.
    pub(crate) fn text(&self) -> String {
        self.parser.screen().contents()
    }

    /// Whether the program's own screen is up.
    pub(crate) fn alternate(&self) -> bool {
        self.parser.screen().alternate_screen()
    }

    pub(crate) fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    /// Every byte the program wrote.
    pub(crate) fn raw(&self) -> &[u8] {
        &self.raw
    }
}

/// A running program and its terminal.
pub(crate) struct Pty {
    terminal: Arc<(Mutex<Terminal>, Condvar)>,
    master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    pid: Pid,
    modes_before: String,
}

impl Pty {
    /// Starts `command` in a terminal of this size.
    pub(crate) fn start(command: CommandBuilder, width: u16, height: u16) -> Self {
        let pair = native_pty_system().openpty(pty_size(width, height)).expect("a pseudo-terminal");
        let modes_before = modes(&*pair.master);
        let mut output = pair.master.try_clone_reader().expect("a reader");
        let keyboard = pair.master.take_writer().expect("a writer");
        let mut child = pair.slave.spawn_command(command).expect("a program");
        let pid = i32::try_from(child.process_id().expect("a process")).expect("a small number");
        let parser = vt100::Parser::new(side(height), side(width), 0);
        let terminal = Arc::new((
            Mutex::new(Terminal { parser, raw: Vec::new(), exit: None, drained: false }),
            Condvar::new(),
        ));
        let shared = Arc::clone(&terminal);
        let slave = pair.slave;
        thread::spawn(move || {
            let mut chunk = vec![0; 65_536];
            while let Ok(count) = output.read(&mut chunk) {
                if count == 0 {
                    break;
                }
                let mut terminal = shared.0.lock().expect("no panic");
                terminal.parser.process(&chunk[..count]);
                terminal.raw.extend_from_slice(&chunk[..count]);
                shared.1.notify_all();
            }
            shared.0.lock().expect("no panic").drained = true;
            shared.1.notify_all();
        });
        let shared = Arc::clone(&terminal);
        thread::spawn(move || {
            let status = child.wait().expect("a status");
            // Our own handle on the terminal keeps it from hanging up before its last bytes are read.
            drop(slave);
            shared.0.lock().expect("no panic").exit = Some(status.exit_code());
            shared.1.notify_all();
        });
        let pid = Pid::from_raw(pid).expect("not zero");
        Self { terminal, master: pair.master, keyboard, pid, modes_before }
    }

    /// Types.
    pub(crate) fn send(&mut self, keys: impl AsRef<[u8]>) {
        self.keyboard.write_all(keys.as_ref()).expect("the terminal takes keys");
        self.keyboard.flush().expect("the terminal takes keys");
    }

    pub(crate) fn resize(&self, width: u16, height: u16) {
        self.look().parser.set_size(side(height), side(width));
        self.master.resize(pty_size(width, height)).expect("a new size");
    }

    /// Sends a signal to the program.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).expect("the program runs");
    }

    pub(crate) fn pid(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    /// The terminal as it is now.
    pub(crate) fn look(&self) -> MutexGuard<'_, Terminal> {
        self.terminal.0.lock().expect("no panic")
    }

    /// Waits until the condition holds.
    #[track_caller]
    pub(crate) fn wait(&self, what: &str, mut holds: impl FnMut(&Terminal) -> bool) {
        let (terminal, timeout) = self
            .terminal
            .1
            .wait_timeout_while(self.look(), PATIENCE, |terminal| !holds(terminal))
            .expect("no panic");
        assert!(
            !timeout.timed_out(),
            "{what} never came; exit {:?}, alternate screen {}, it shows:\n{}",
            terminal.exit,
            terminal.alternate(),
            terminal.text()
        );
    }

    /// Waits until the screen shows the text.
    #[track_caller]
    pub(crate) fn wait_text(&self, text: &str) {
        self.wait(text, |terminal| terminal.text().contains(text));
    }

    /// Waits for the end, and for the last byte, and returns the exit status. The end alone is not enough: what the
    /// program wrote on its way out may still lie in the kernel.
    #[track_caller]
    pub(crate) fn wait_exit(&self) -> u32 {
        self.wait("the end", |terminal| terminal.exit.is_some() && terminal.drained);
        self.look().exit.expect("it has ended")
    }

    /// Asserts that the terminal was given back as it was: line discipline, screen, cursor, mouse, paste.
    #[track_caller]
    pub(crate) fn assert_restored(&self) {
        self.wait("the main screen", |terminal| !terminal.alternate());
        assert_eq!(modes(&*self.master), self.modes_before, "the line discipline");
        let terminal = self.look();
        let screen = terminal.screen();
        assert!(!screen.hide_cursor(), "the cursor is hidden");
        assert!(!screen.bracketed_paste(), "bracketed paste is on");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        let ends = |marker: &[u8]| terminal.raw.windows(marker.len()).rposition(|bytes| bytes == marker);
        assert!(ends(b"\x1b[?2026l") >= ends(b"\x1b[?2026h"), "synchronized output is on");
    }

    /// Whether the line discipline is another than at the start.
    pub(crate) fn is_raw(&self) -> bool {
        modes(&*self.master) != self.modes_before
    }
}

/// Nothing outlives its test.
impl Drop for Pty {
    fn drop(&mut self) {
        if self.terminal.0.lock().is_ok_and(|terminal| terminal.exit.is_none()) {
            let _ = kill_process(self.pid, Signal::KILL);
        }
    }
}

fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("a line discipline"))
}

fn pty_size(width: u16, height: u16) -> PtySize {
    PtySize { rows: height, cols: width, pixel_width: 0, pixel_height: 0 }
}

fn side(length: u16) -> NonZeroU16 {
    NonZeroU16::new(length).expect("a size above zero")
}
