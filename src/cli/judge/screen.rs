//! `laggard judge HISTORY --screen`: the operations on the screen while they are judged.

use std::num::NonZeroUsize;

use crate::{
    check::linear::Budget,
    cli::{REFUSED, args::LookArgs, output::Output, screen, settings::Wishes},
    tui::{
        guard::{EnterError, Guard},
        history::{Book, Reading, app},
    },
};

use super::told::exit;

/// Opens the screen; gives the exit status of the verdict, or that of an unknown one if nobody waited for it.
pub(super) fn run(
    book: Book,
    budget: Budget,
    threads: NonZeroUsize,
    look: &LookArgs,
    out: &mut Output,
) -> u8 {
    let Some(appearance) = screen::appearance(Wishes::of_look(look), out) else { return REFUSED };
    // Sorted for the screen before the terminal is taken.
    let reading = Reading::new(book, budget, appearance.theme, appearance.glyphs);
    let mut guard = match Guard::enter(appearance.mouse) {
        Ok(guard) => guard,
        Err(EnterError::NoTerminal) => {
            out.error("laggard: there is no terminal to draw on; without --screen the verdict is printed");
            return REFUSED;
        }
        Err(error @ EnterError::Refused(_)) => {
            out.error(&format!("laggard: {error}"));
            return REFUSED;
        }
    };
    let left = screen::runtime()
        .and_then(|runtime| runtime.block_on(app::run(&mut guard, reading, threads, appearance.backdrop)));
    drop(guard);
    match left {
        Ok(app::Left::Quit(Some(sum))) => exit(sum),
        Ok(app::Left::Quit(None)) => {
            out.error("left before every key was judged: the verdict is unknown");
            exit(crate::check::linear::Sum::Unknown)
        }
        Ok(app::Left::Ended(how)) => how.exit_status(),
        Err(error) => {
            out.error(&format!("laggard: {error}"));
            REFUSED
        }
    }
}
