//! What comes in: keys, mouse, paste and size from the terminal, endings and resumption from the watcher of
//! signals, merged into one stream of [`Happening`]s. Nothing here wakes up while nothing happens.
//!
//! A thread of its own reads the terminal, because crossterm's reader blocks in the middle of an
//! unfinished escape sequence; on the event loop (as with its `EventStream`) that would freeze the screen.
//! Keys come from standard input if that is a terminal, else from the controlling terminal. crossterm's feature
//! `use-dev-tty` makes it ask the terminal with `poll`: its other way hears of new bytes only, so that the rest of
//! what does not fit its buffer of 1024 bytes would lie there until the next key.

use std::io;
use std::thread;
use std::time::Duration;

use crossterm::event::{self, Event, KeyEvent, KeyEventKind, MouseEvent};
use ratatui::layout::Size;
use tokio::sync::mpsc::{Receiver, Sender, UnboundedReceiver, channel};

use crate::tui::guard::{Ending, Guard, Notice};

/// Events read ahead; a longer paste waits in the kernel.
const READ_AHEAD: usize = 256;

/// What a terminal that does not know its size is taken for.
const UNKNOWN_SIZE: Size = Size::new(80, 24);

/// One thing the event loop must answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A key was pressed or repeats; releases are never reported.
    Key(KeyEvent),
    /// The mouse was pressed, dragged, released, or its wheel turned.
    Mouse(MouseEvent),
    /// Text arrived at once.
    Paste(String),
    /// The terminal may have another size: the latest of a storm, also sent once at the start.
    Resize(Size),
    /// The program was suspended and continues: the screen is lost and may have another size.
    Resumed(Size),
    /// Finish now, with this ending's exit status; after a second the program is ended by force.
    End(Ending),
}

/// The receiving end; one for each [`Guard`].
#[derive(Debug)]
pub struct Input {
    happenings: Receiver<Happening>,
    notices: Option<UnboundedReceiver<Notice>>,
    /// Read while looking for a newer size.
    put_back: Option<Happening>,
}

impl Input {
    /// Starts reading the terminal that `guard` holds.
    pub fn start(guard: &mut Guard) -> io::Result<Self> {
        let (sender, happenings) = channel(READ_AHEAD);
        thread::Builder::new().name("keys".into()).spawn(move || read_terminal(&sender))?;
        Ok(Self { happenings, notices: guard.take_notices(), put_back: None })
    }

    /// Waits for the next happening. May be dropped and called again without losing one.
    pub async fn next(&mut self) -> Happening {
        if let Some(happening) = self.put_back.take() {
            return self.newest(happening);
        }
        tokio::select! {
            biased;
            notice = next_notice(&mut self.notices) => match notice {
                Notice::End(how) => Happening::End(how),
                Notice::Continued => Happening::Resumed(size()),
            },
            happening = self.happenings.recv() => match happening {
                Some(happening) => self.newest(happening),
                // The reader only ends with its terminal.
                None => Happening::End(Ending::Hangup),
            },
        }
    }

    /// Only the last size of a storm is worth a picture.
    fn newest(&mut self, mut happening: Happening) -> Happening {
        while let Happening::Resize(_) = happening {
            match self.happenings.try_recv() {
                Ok(newer @ Happening::Resize(_)) => happening = newer,
                Ok(other) => {
                    self.put_back = Some(other);
                    break;
                }
                Err(_) => break,
            }
        }
        happening
    }
}

/// The terminal's size now; 80×24 if it does not know.
pub fn size() -> Size {
    crossterm::terminal::size().map_or(UNKNOWN_SIZE, |(width, height)| known(width, height))
}

fn known(width: u16, height: u16) -> Size {
    if width == 0 || height == 0 { UNKNOWN_SIZE } else { Size::new(width, height) }
}

async fn next_notice(notices: &mut Option<UnboundedReceiver<Notice>>) -> Notice {
    if let Some(receiver) = notices
        && let Some(notice) = receiver.recv().await
    {
        return notice;
    }
    std::future::pending().await
}

fn read_terminal(happenings: &Sender<Happening>) {
    // The first look installs the watch on the size; what changed before it would go unseen.
    if event::poll(Duration::ZERO).is_err() || happenings.blocking_send(Happening::Resize(size())).is_err() {
        return;
    }
    loop {
        match event::read() {
            Ok(event) => {
                if let Some(happening) = happening(event)
                    && happenings.blocking_send(happening).is_err()
                {
                    return;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

fn happening(event: Event) -> Option<Happening> {
    match event {
        Event::Key(key) if key.kind == KeyEventKind::Release => None,
        Event::Key(key) => Some(Happening::Key(key)),
        Event::Mouse(mouse) => Some(Happening::Mouse(mouse)),
        Event::Paste(text) => Some(Happening::Paste(text)),
        Event::Resize(width, height) => Some(Happening::Resize(known(width, height))),
        Event::FocusGained | Event::FocusLost => None,
    }
}
