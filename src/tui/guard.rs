//! Takes the terminal and gives it back, whatever happens in between: quit, error, panic of any thread,
//! a deadly signal, a suspension, a terminal that went away.
//!
//! Every byte for the terminal passes through one lock that also knows whether the terminal is ours, so no
//! frame can land on a screen that was already given back. Nothing here may panic, and nothing may wait
//! for long: the way out must work when the terminal no longer takes bytes.

mod watch;

use std::io;
use std::panic;
use std::process;
use std::sync::{Mutex, MutexGuard, Once, PoisonError, TryLockError};
use std::thread;
use std::time::Duration;

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Signal as Raised, getpgrp, getsid, kill_current_process_group};
use rustix::stdio::stdout;
use thiserror::Error;
use tokio::sync::mpsc::UnboundedReceiver;

/// The exit status after a panic, as the standard library has it.
const PANICKED: i32 = 101;

/// Alternate screen, hidden cursor, bracketed paste.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?25l\x1b[?2004h";

/// Presses, drags and the wheel in SGR coordinates; not bare motion, which would wake an idle program.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1002h\x1b[?1006h";

const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1002l\x1b[?1000l";

/// Synchronized output, mouse, paste, focus, attributes, alternate screen, cursor: all of it every time,
/// because undoing what was never done is harmless.
const LEAVE: &[u8] = b"\x1b[?2026l\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?2004l\x1b[?1004l\x1b[0m\x1b[?1049l\x1b[?25h";

static TERMINAL: Mutex<Holding> = Mutex::new(Holding::Away);
static HOOK: Once = Once::new();

#[derive(Clone, Copy, PartialEq, Eq)]
enum Holding {
    /// The terminal is the shell's.
    Away,
    /// The terminal is ours.
    Ours(Mouse),
    /// Lent to the shell until the process continues.
    Lent(Mouse),
    /// Given back by a panic that is being printed and ends the program in a moment.
    Fallen,
}

/// Whether clicks and the wheel are reported to the program or left to the terminal's own selection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mouse {
    /// Presses, drags and the wheel come in as events.
    #[default]
    On,
    /// The terminal keeps the mouse.
    Off,
}

/// A request from outside to end; each has its own exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The terminal went away (SIGHUP, or the device reports it).
    Hangup,
    /// SIGINT from outside; in raw mode Ctrl-C is a key.
    Interrupt,
    /// SIGTERM.
    Terminate,
}

impl Ending {
    /// 128 + the signal's number, as shells report it.
    pub fn exit_status(self) -> u8 {
        match self {
            Self::Hangup => 129,
            Self::Interrupt => 130,
            Self::Terminate => 143,
        }
    }
}

/// What the watcher of signals tells the event loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// Finish now; the watcher waits a second, then ends the program by itself.
    End(Ending),
    /// The process was stopped and continues; the terminal is ours again but its picture is lost.
    Continued,
}

/// Why the terminal could not be taken.
#[derive(Debug, Error)]
pub enum EnterError {
    /// Standard output is not a terminal.
    #[error("there is no terminal to draw on; `laggard run PRESET` works without one")]
    NoTerminal,
    /// The terminal refused.
    #[error("the terminal could not be prepared: {0}; `laggard run PRESET` works without it")]
    Refused(#[from] io::Error),
}

/// Why the program cannot be suspended here.
#[derive(Debug, Error)]
pub enum SuspendError {
    /// Our process group is the session leader's: once stopped, nobody could continue it.
    #[error("no shell to return to: laggard was started without job control")]
    NoShell,
    /// The signal could not be sent.
    #[error("could not suspend: {0}")]
    Refused(#[from] io::Error),
}

/// The terminal went away, or was given back: there is nothing left to draw on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the terminal is gone")]
pub struct Gone;

/// Holds the terminal; dropping it gives the terminal back.
#[derive(Debug)]
pub struct Guard {
    notices: Option<UnboundedReceiver<Notice>>,
}

impl Guard {
    /// Takes the terminal: signals and panics are caught from here on, then raw mode, alternate screen,
    /// hidden cursor, bracketed paste and (if asked) the mouse.
    pub fn enter(mouse: Mouse) -> Result<Self, EnterError> {
        if !rustix::termios::isatty(stdout()) {
            return Err(EnterError::NoTerminal);
        }
        HOOK.call_once(restore_before_panics_are_printed);
        let notices = watch::start()?;
        let guard = Self { notices: Some(notices) };
        hold(&mut lock(), mouse)?;
        Ok(guard)
    }

    /// The watcher's notices, for the one event loop; the second caller gets nothing.
    pub(crate) fn take_notices(&mut self) -> Option<UnboundedReceiver<Notice>> {
        self.notices.take()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back. From anywhere, any number of times.
pub fn restore() {
    leave(|_| Holding::Away);
}

/// Switches mouse reporting while the terminal is ours.
pub fn set_mouse(mouse: Mouse) -> Result<(), Gone> {
    let mut holding = lock();
    if let Holding::Ours(_) = *holding {
        send(if mouse == Mouse::On { MOUSE_ON } else { MOUSE_OFF }).map_err(|_| Gone)?;
        *holding = Holding::Ours(mouse);
    }
    Ok(())
}

/// Stops the whole job as Ctrl-Z does in any other program, so that a pipeline or `cargo run` around us
/// stops too. Returns at once; the watcher restores the terminal and stops the process, and after `fg` the
/// input reports [`Resumed`](crate::tui::input::Happening::Resumed).
pub fn suspend() -> Result<(), SuspendError> {
    if !can_suspend() {
        return Err(SuspendError::NoShell);
    }
    kill_current_process_group(Raised::TSTP).map_err(io::Error::from)?;
    Ok(())
}

/// Sends bytes if the terminal is ours. While it is lent to the shell they are dropped, because the resumed
/// program repaints everything; so they are while a panic is printed, which the loop must not overtake.
pub(crate) fn write(bytes: &[u8]) -> Result<(), Gone> {
    match *lock() {
        Holding::Ours(_) => send(bytes).map_err(|_| Gone),
        Holding::Lent(_) | Holding::Fallen => Ok(()),
        Holding::Away => Err(Gone),
    }
}

/// A job-control shell gives each job a group of its own; in the session leader's own group there is none.
fn can_suspend() -> bool {
    getsid(None).is_ok_and(|session| session != getpgrp())
}

/// Gives the terminal back but keeps in mind to take it again.
fn lend() {
    leave(|holding| match holding {
        Holding::Ours(mouse) | Holding::Lent(mouse) => Holding::Lent(mouse),
        Holding::Away | Holding::Fallen => holding,
    });
}

/// Takes the terminal again after the process was continued. Says whether it is ours now.
fn retake() -> bool {
    let mut holding = lock();
    let (Holding::Ours(mouse) | Holding::Lent(mouse)) = *holding else { return false };
    // A plain SIGSTOP gave us no chance to leave: raw mode is believed on, but the shell has switched it off.
    let _ = disable_raw_mode();
    hold(&mut holding, mouse).is_ok()
}

fn hold(holding: &mut Holding, mouse: Mouse) -> io::Result<()> {
    // Raw mode first: in the background this is what stops us, before a byte is written.
    enable_raw_mode()?;
    *holding = Holding::Ours(mouse);
    send(ENTER)?;
    if mouse == Mouse::On {
        send(MOUSE_ON)?;
    }
    Ok(())
}

/// Says whether the program was on the terminal. A lock that does not come free belongs to a writer whose terminal
/// takes no bytes: then only the line discipline is put back.
fn leave(next: impl FnOnce(Holding) -> Holding) -> bool {
    let Some(mut holding) = lock_soon() else {
        let _ = disable_raw_mode();
        return true;
    };
    let was = *holding;
    if let Holding::Ours(_) = was {
        if takes_bytes() {
            let _ = send(LEAVE);
        }
        let _ = disable_raw_mode();
    }
    *holding = next(was);
    matches!(was, Holding::Ours(_) | Holding::Lent(_))
}

/// A panic that happens while the terminal is ours ends the program, whichever thread or task it is in:
/// a half-dead program in a restored terminal would be worse.
fn restore_before_panics_are_printed() {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        let was_on_it = leave(|holding| match holding {
            Holding::Ours(_) | Holding::Lent(_) => Holding::Fallen,
            Holding::Away | Holding::Fallen => holding,
        });
        print(panic);
        if was_on_it {
            process::exit(PANICKED);
        }
    }));
}

fn lock() -> MutexGuard<'static, Holding> {
    TERMINAL.lock().unwrap_or_else(PoisonError::into_inner)
}

fn lock_soon() -> Option<MutexGuard<'static, Holding>> {
    for _ in 0..20 {
        match TERMINAL.try_lock() {
            Ok(holding) => return Some(holding),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(10)),
        }
    }
    None
}

fn takes_bytes() -> bool {
    let limit = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };
    let mut terminal = [PollFd::from_borrowed_fd(stdout(), PollFlags::OUT)];
    poll(&mut terminal, Some(&limit)).is_ok_and(|ready| ready > 0)
}

/// One `write` for all the bytes, more only if the kernel takes fewer.
fn send(mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(stdout(), bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(sent) => bytes = &bytes[sent..],
            Err(Errno::INTR) => {}
            // Somebody made the shared terminal non-blocking.
            Err(Errno::AGAIN) => {
                poll(&mut [PollFd::from_borrowed_fd(stdout(), PollFlags::OUT)], None)?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
