//! The event loop over a history: happenings in, pictures out, the verdict from a thread beside it. Nothing wakes up
//! while nothing happens, once all is judged and looked through.

use std::{io, sync::Arc, thread, time::Duration};

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::{
    check::linear::{Judged, Sum, Threads, judge_watched},
    tui::{
        app::copied,
        backdrop::Backdrop,
        guard::{self, Ending, Guard},
        input::{self, Happening, Input},
        operations::SLICE,
        registry::{self, Action, lookup},
        screen::{HeldTerminal, Screen},
    },
};

use super::{Effect, Reading};

/// How often the progress of judging is looked at.
const GLANCE: Duration = Duration::from_millis(250);

/// How the screen was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// By a key; with what all keys came to, if that was known by then.
    Quit(Option<Sum>),
    Ended(Ending),
}

/// Judges beside the screen and runs it until it is left.
pub async fn run(
    guard: &mut Guard,
    mut reading: Reading,
    threads: Threads,
    mut backdrop: Backdrop,
) -> io::Result<Left> {
    let mut screen = Screen::on_terminal(input::size());
    let mut input = Input::start(guard)?;
    let mut verdict = judge(&reading, threads)?;
    loop {
        if screen.draw(|buffer| reading.draw(buffer)).is_err() {
            return Ok(Left::Ended(Ending::Hangup));
        }
        backdrop.ask(&mut input);
        let (judging, searching) = (reading.sum().is_none(), reading.searches());
        let happening = tokio::select! {
            biased;
            happening = input.next() => happening,
            Some(judged) = verdict.recv(), if judging => {
                reading.take(judged);
                continue;
            }
            () = std::future::ready(()), if searching => {
                reading.look_on(SLICE);
                continue;
            }
            () = tokio::time::sleep(GLANCE), if judging => continue,
        };
        reading.theme = backdrop.seen(&happening, reading.theme);
        let effect = match happening {
            Happening::Key(key) => press(&mut reading, key),
            Happening::Paste(text) => {
                reading.type_text(&text);
                Effect::Nothing
            }
            Happening::Mouse(mouse) => reading.click(mouse),
            Happening::Resize(size) => {
                screen.resize(size);
                Effect::Nothing
            }
            Happening::Resumed(size) => {
                screen.resize(size);
                Effect::Repaint
            }
            Happening::Background(_) => Effect::Nothing,
            Happening::End(how) => return Ok(Left::Ended(how)),
        };
        if let Some(left) = perform(effect, &mut reading, &mut screen) {
            input.part().await;
            return Ok(left);
        }
    }
}

fn perform(effect: Effect, reading: &mut Reading, screen: &mut Screen<HeldTerminal>) -> Option<Left> {
    match effect {
        Effect::Nothing => {}
        Effect::Repaint => screen.repaint(),
        Effect::Suspend => {
            if let Err(why) = guard::suspend() {
                reading.refuse(why.to_string());
            }
        }
        Effect::Copy => {
            let (what, text) = reading.selected();
            reading.told_outside(copied(what, &text));
        }
        Effect::Quit => return Some(Left::Quit(reading.sum())),
    }
    None
}

/// A thread that judges. It ends with the program, whether it has come to an end or not.
fn judge(reading: &Reading, threads: Threads) -> io::Result<UnboundedReceiver<Judged>> {
    let (sender, verdict) = unbounded_channel();
    let history = Arc::clone(&reading.pages.book.history);
    let progress = Arc::clone(&reading.progress);
    let budget = reading.budget;
    thread::Builder::new().name("judge".into()).spawn(move || {
        // Nobody waits for it any more once the screen was left.
        let _ = sender.send(judge_watched(&history, budget, threads, &progress));
    })?;
    Ok(verdict)
}

/// What a key does.
pub(super) fn press(reading: &mut Reading, key: crossterm::event::KeyEvent) -> Effect {
    let layer = reading.layer();
    match (lookup(layer, key), registry::text(key)) {
        (Some(action), _) => return reading.act(action),
        (None, Some(text)) if reading.is_typing() => reading.type_text(&text.to_string()),
        (None, Some(text)) => {
            let help = registry::key_in(layer, Action::Help).unwrap_or_else(|| "?".into());
            reading.refuse(format!("{text} does nothing here; {help} shows every key"));
        }
        (None, None) => {}
    }
    Effect::Nothing
}
