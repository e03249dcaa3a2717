//! The smallest program on the terminal floor: it fails in every way a key asks for.

use std::process;
use std::thread;

use crossterm::event::KeyCode;
use laggard::tui::guard::{Gone, Guard, Mouse};
use laggard::tui::input::{self, Happening, Input};
use laggard::tui::screen::{HeldTerminal, Screen};
use ratatui::layout::Position;
use ratatui::style::Style;

/// Runs until it is told to end; never returns.
pub(crate) fn main() -> ! {
    let mut guard = Guard::enter(Mouse::On).expect("a terminal");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let status = runtime.block_on(run(&mut guard));
    drop(guard);
    process::exit(i32::from(status))
}

async fn run(guard: &mut Guard) -> u8 {
    let mut screen = Screen::on_terminal(input::size());
    let mut input = Input::start(guard).expect("a reader");
    loop {
        let _ = show(&mut screen, "probe ready");
        match input.next().await {
            Happening::Key(key) => match key.code {
                KeyCode::Char('p') => panic!("the main task fell over"),
                KeyCode::Char('t') => drop(thread::spawn(|| panic!("a thread fell over"))),
                KeyCode::Char('s') => drop(tokio::spawn(async { panic!("a task fell over") })),
                KeyCode::Char('S') => {
                    let _ = show(&mut screen, "probe stuck");
                    loop {
                        thread::park();
                    }
                }
                _ => {}
            },
            Happening::End(how) => return how.exit_status(),
            _ => {}
        }
    }
}

fn show(screen: &mut Screen<HeldTerminal>, text: &str) -> Result<usize, Gone> {
    screen.draw(|buffer| {
        buffer.set_string(0, 0, text, Style::new());
        None::<Position>
    })
}
