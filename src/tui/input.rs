//! What comes in: keys, mouse, paste and size from the terminal, endings and resumption from the watcher of
//! signals, merged into one stream of [`Happening`]s. Nothing here wakes up while nothing happens.
//!
//! A thread of its own reads the terminal, because crossterm's reader blocks in the middle of an
//! unfinished escape sequence; on the event loop (as with its `EventStream`) that would freeze the screen.
//! Keys come from standard input if that is a terminal, else from the controlling terminal. crossterm's feature
//! `use-dev-tty` makes it ask the terminal with `poll`: its other way hears of new bytes only, so that the rest of
//! what does not fit its buffer of 1024 bytes would lie there until the next key.

mod reply;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crossterm::event::{self, Event, KeyEvent, KeyEventKind, MouseEvent};
use ratatui::layout::Size;
use tokio::sync::mpsc::{Receiver, Sender, UnboundedReceiver, channel};
use tokio::time::Instant;

use crate::tui::guard::{self, Ending, Guard, Notice};
pub use reply::Background;
use reply::{QUESTION, Question, Reply, Taken};

/// Events read ahead; a longer paste waits in the kernel.
const READ_AHEAD: usize = 256;

/// What a terminal that does not know its size is taken for.
const UNKNOWN_SIZE: Size = Size::new(80, 24);

/// A terminal was asked so lately that its answer may still be on its way.
const LATELY: Duration = Duration::from_secs(2);

/// So long that answer is waited for before the terminal is given back.
const GRACE: Duration = Duration::from_millis(150);

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
    /// The terminal answered which background it has.
    Background(Background),
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
    /// Whether an answer of the terminal may be among the keys.
    asked: Arc<AtomicBool>,
    /// When the terminal was asked, while it has not answered.
    open: Option<Instant>,
}

impl Input {
    /// Starts reading the terminal that `guard` holds.
    pub fn start(guard: &mut Guard) -> io::Result<Self> {
        let (sender, happenings) = channel(READ_AHEAD);
        let asked = Arc::new(AtomicBool::new(false));
        let reader = Arc::clone(&asked);
        thread::Builder::new().name("keys".into()).spawn(move || read_terminal(&sender, &reader))?;
        Ok(Self { happenings, notices: guard.take_notices(), put_back: None, asked, open: None })
    }

    /// Asks the terminal which background it has, and waits for nothing: the answer, if there ever is one, comes as
    /// [`Happening::Background`], and nothing of it as a key.
    pub fn ask_background(&mut self) {
        self.asked.store(true, Ordering::Release);
        if guard::write(QUESTION).is_ok() {
            self.open = Some(now());
        }
    }

    /// Before the terminal is given back: a question that was just asked gets a moment to be answered, because the
    /// shell would take the answer for something typed.
    pub async fn part(&mut self) {
        if self.open.is_none_or(|asked| now().duration_since(asked) > LATELY) {
            return;
        }
        let answered =
            async { while self.open.is_some() && !matches!(self.next().await, Happening::End(_)) {} };
        let _ = tokio::time::timeout(GRACE, answered).await;
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
                Some(happening) => {
                    if let Happening::Background(_) = happening {
                        self.open = None;
                    }
                    self.newest(happening)
                }
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

#[expect(clippy::disallowed_methods, reason = "how long the terminal takes; it never reaches the simulation")]
fn now() -> Instant {
    Instant::now()
}

fn read_terminal(happenings: &Sender<Happening>, asked: &AtomicBool) {
    // The first look installs the watch on the size; what changed before it would go unseen.
    if event::poll(Duration::ZERO).is_err() || happenings.blocking_send(Happening::Resize(size())).is_err() {
        return;
    }
    let mut reply = Reply::default();
    loop {
        let read = match reply.patience().map(event::poll) {
            Some(Ok(false)) => Ok(reply.give_up().into_iter().map(Happening::Key).collect()),
            Some(Err(error)) => Err(error),
            Some(Ok(true)) | None => event::read().map(|event| match happening(event) {
                Some(Happening::Key(key)) => heard(&mut reply, key, asked),
                other => other.into_iter().collect(),
            }),
        };
        match read {
            Ok(read) => {
                for happening in read {
                    if happenings.blocking_send(happening).is_err() {
                        return;
                    }
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}

/// What a key comes to, where the terminal may have been asked something.
fn heard(reply: &mut Reply, key: KeyEvent, asked: &AtomicBool) -> Vec<Happening> {
    let question = if asked.load(Ordering::Acquire) { Question::Open } else { Question::None };
    match reply.take(key, question) {
        Taken::Held => Vec::new(),
        Taken::Keys(keys) => keys.into_iter().map(Happening::Key).collect(),
        Taken::Answer(background) => {
            asked.store(false, Ordering::Release);
            background.map(Happening::Background).into_iter().collect()
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
