//! The smallest program on the terminal floor: it shows its size, the keys it got and how often it was
//! resized or resumed, and fails in every way a program can.

use std::io::{IsTerminal, Read, Write};
use std::process;
use std::thread;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyModifiers};
use laggard::tui::guard::{self, Ending, Guard, Mouse};
use laggard::tui::input::{self, Happening, Input};
use laggard::tui::screen::{HeldTerminal, Screen};
use ratatui::layout::Position;
use ratatui::style::Style;

#[derive(Default)]
struct Seen {
    keys: u32,
    resizes: u32,
    resumes: u32,
    ticks: u32,
    pasted: usize,
    piped: String,
    last: String,
}

/// Runs until it is told to end; never returns.
pub(crate) fn main() -> ! {
    let mut piped = String::new();
    if !std::io::stdin().is_terminal() {
        std::io::stdin().read_to_string(&mut piped).expect("text");
    }
    let mut guard = match Guard::enter(Mouse::On) {
        Ok(guard) => guard,
        Err(error) => leave(&error.to_string(), 2),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let seen = Seen { piped, ..Seen::default() };
    let status = runtime.block_on(run(&mut guard, seen));
    drop(guard);
    leave("goodbye", status)
}

fn leave(word: &str, status: u8) -> ! {
    let _ = writeln!(std::io::stdout(), "{word}");
    process::exit(i32::from(status))
}

async fn run(guard: &mut Guard, mut seen: Seen) -> u8 {
    let mut screen = Screen::on_terminal(input::size());
    let mut input = Input::start(guard).expect("a reader");
    let mut animated = false;
    loop {
        if show(&mut screen, &seen).is_err() {
            return Ending::Hangup.exit_status();
        }
        let happening = tokio::select! {
            happening = input.next() => happening,
            () = tokio::time::sleep(Duration::from_millis(10)), if animated => {
                seen.ticks += 1;
                continue;
            }
        };
        match happening {
            Happening::Key(key) if key.code == KeyCode::Char('q') => return 0,
            Happening::Key(key) if key.code == KeyCode::Char('a') => animated = !animated,
            Happening::Key(key) => {
                seen.keys += 1;
                seen.last = press(key.code, key.modifiers, &mut screen);
            }
            Happening::Mouse(mouse) => seen.last = format!("{:?}", mouse.kind),
            Happening::Paste(text) => seen.pasted = text.len(),
            Happening::Resize(size) => {
                seen.resizes += 1;
                screen.resize(size);
            }
            Happening::Resumed(size) => {
                seen.resumes += 1;
                screen.resize(size);
                screen.repaint();
            }
            Happening::End(how) => return how.exit_status(),
        }
    }
}

fn press(code: KeyCode, modifiers: KeyModifiers, screen: &mut Screen<HeldTerminal>) -> String {
    match code {
        KeyCode::Char('z') if modifiers == KeyModifiers::CONTROL => {
            return guard::suspend().map_or_else(|error| error.to_string(), |()| "suspended".into());
        }
        KeyCode::Char('p') => panic!("the main task fell over"),
        KeyCode::Char('t') => drop(thread::spawn(|| panic!("a thread fell over"))),
        KeyCode::Char('s') => drop(tokio::spawn(async { panic!("a task fell over") })),
        KeyCode::Char('S') => {
            let stuck = Seen { last: "stuck".into(), ..Seen::default() };
            let _ = show(screen, &stuck);
            loop {
                thread::park();
            }
        }
        KeyCode::Char('l') if modifiers == KeyModifiers::CONTROL => screen.repaint(),
        KeyCode::Char(character) => return character.to_string(),
        _ => {}
    }
    format!("{code:?}")
}

fn show(screen: &mut Screen<HeldTerminal>, seen: &Seen) -> Result<usize, guard::Gone> {
    let size = screen.area();
    screen.draw(|buffer| {
        let lines = [
            format!("probe {}x{} pid {} ", size.width, size.height, process::id()),
            format!(
                "keys {} resizes {} resumes {} ticks {}.",
                seen.keys, seen.resizes, seen.resumes, seen.ticks
            ),
            format!("pasted {} piped {}.", seen.pasted, seen.piped),
            format!("last {}.", seen.last),
        ];
        for (row, line) in (0..size.height).zip(lines) {
            let style = if row == 0 { Style::new().bold().cyan() } else { Style::new() };
            buffer.set_string(0, row, line, style);
        }
        None::<Position>
    })
}
