//! The watcher: one thread, asleep until a signal comes or the terminal goes away.
//!
//! It is a thread of its own so that the program still ends when the event loop is busy, blocked on a
//! slow terminal, or spinning. It asks the loop to finish first, and ends the process itself after a
//! second without an answer.

use std::io;
use std::os::unix::net::UnixStream;
use std::process;
use std::thread;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Signal as Raised, getpid, kill_process};
use rustix::stdio::stdout;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP};
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::SignalOnly;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{Ending, Notice, can_suspend, lend, restore, retake};

/// How long the event loop may take to finish before the watcher ends the program.
const GRACE: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };

type Signals = SignalDelivery<UnixStream, SignalOnly>;

/// What woke the watcher.
struct Woken {
    signals: Vec<i32>,
    terminal: Terminal,
}

/// What the device itself says, or whether to ask it at all.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Terminal {
    Present,
    Gone,
    /// This system cannot poll terminals.
    Unwatched,
}

/// Registers the handlers, so that from the return of this function no signal finds the default action.
pub(super) fn start() -> io::Result<UnboundedReceiver<Notice>> {
    let (read, write) = UnixStream::pair()?;
    let signals =
        SignalDelivery::with_pipe(read, write, SignalOnly, [SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGCONT])?;
    let (sender, notices) = unbounded_channel();
    thread::Builder::new().name("signals".into()).spawn(move || watch(signals, &sender))?;
    Ok(notices)
}

fn watch(mut signals: Signals, notices: &UnboundedSender<Notice>) {
    let mut terminal = Terminal::Present;
    loop {
        let Ok(woken) = wait(&mut signals, terminal, None) else { return };
        terminal = woken.terminal;
        if terminal == Terminal::Gone {
            end(Ending::Hangup, &mut signals, notices);
        }
        for signal in woken.signals {
            match ending(signal) {
                Some(how) => end(how, &mut signals, notices),
                None if signal == SIGTSTP => stop(),
                None if retake() => drop(notices.send(Notice::Continued)),
                None => {}
            }
        }
    }
}

fn ending(signal: i32) -> Option<Ending> {
    match signal {
        SIGHUP => Some(Ending::Hangup),
        SIGINT => Some(Ending::Interrupt),
        SIGTERM => Some(Ending::Terminate),
        _ => None,
    }
}

/// Ends the program: by its own loop if that answers in time, by force otherwise or at the second demand.
fn end(how: Ending, signals: &mut Signals, notices: &UnboundedSender<Notice>) -> ! {
    if notices.send(Notice::End(how)).is_ok() {
        while let Ok(woken) = wait(signals, Terminal::Unwatched, Some(&GRACE)) {
            if woken.signals.iter().all(|signal| ending(*signal).is_none()) && !woken.signals.is_empty() {
                continue;
            }
            break;
        }
    }
    restore();
    process::exit(i32::from(how.exit_status()))
}

/// SIGSTOP rather than SIGTSTP, which we catch; the terminal comes back with SIGCONT.
fn stop() {
    if can_suspend() {
        lend();
        let _ = kill_process(getpid(), Raised::STOP);
    }
}

/// Sleeps until a signal or a hang-up, or for `limit`; then no signals are reported.
fn wait(signals: &mut Signals, terminal: Terminal, limit: Option<&Timespec>) -> io::Result<Woken> {
    let mut sources = vec![PollFd::new(signals.get_read(), PollFlags::IN)];
    if terminal != Terminal::Unwatched {
        // No interest in any event: a hang-up is always reported.
        sources.push(PollFd::from_borrowed_fd(stdout(), PollFlags::empty()));
    }
    match poll(&mut sources, limit) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    let terminal = match sources.get(1).map(PollFd::revents) {
        Some(events) if events.intersects(PollFlags::HUP | PollFlags::ERR) => Terminal::Gone,
        Some(events) if events.contains(PollFlags::NVAL) => Terminal::Unwatched,
        Some(_) => Terminal::Present,
        None => Terminal::Unwatched,
    };
    drop(sources);
    Ok(Woken { signals: signals.pending().collect(), terminal })
}
