//! The real program in a real pseudo-terminal: the first minute a person has with it, and its manners as a guest of
//! the terminal. Tests wait for what the screen shows; only those that count bytes over a period watch the clock.

mod support {
    pub(crate) mod pty;
}
#[path = "screen/appearance.rs"]
mod appearance;
#[path = "screen/first_minute.rs"]
mod first_minute;
#[path = "screen/guest.rs"]
mod guest;
#[path = "screen/keys.rs"]
mod keys;
#[path = "screen/mouse.rs"]
mod mouse;
#[path = "screen/noise.rs"]
mod noise;
#[path = "screen/operations.rs"]
mod operations;
#[path = "screen/pictures.rs"]
mod pictures;
#[path = "screen/sessions.rs"]
mod sessions;

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use portable_pty::CommandBuilder;
use support::pty::{Pty, Terminal};

const LAGGARD: &str = env!("CARGO_BIN_EXE_laggard");
/// A period over which bytes and wake-ups are counted.
const WHILE: Duration = Duration::from_secs(2);

fn in_terminal(program: &str) -> CommandBuilder {
    let mut command = CommandBuilder::new(program);
    for (name, value) in [("TERM", "xterm-256color"), ("LC_ALL", "C.UTF-8"), ("PS1", "ready> ")] {
        command.env(name, value);
    }
    for name in ["NO_COLOR", "COLORTERM", "COLORFGBG", "ENV", "HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"] {
        command.env_remove(name);
    }
    command
}

fn with(arguments: &[&str]) -> CommandBuilder {
    let mut command = in_terminal(LAGGARD);
    command.args(arguments);
    command
}

fn start(command: CommandBuilder, width: u16, height: u16) -> Pty {
    let pty = Pty::start(command, width, height);
    pty.wait("the first picture", |terminal| terminal.alternate() && terminal.text().contains("t="));
    pty
}

/// The program as the session's only one, on the projector's 80×24.
fn laggard(arguments: &[&str]) -> Pty {
    start(with(arguments), 80, 24)
}

/// A shell with job control, in a folder.
fn in_a_shell_ready(folder: &Path) -> Pty {
    let mut command = in_terminal("sh");
    command.arg("-i");
    command.cwd(folder);
    let pty = Pty::start(command, 80, 24);
    pty.wait_text("ready>");
    pty
}

/// A shell with job control that runs the typed line, which starts the program.
fn in_a_shell(line: &str) -> Pty {
    let mut pty = in_a_shell_ready(Path::new("."));
    pty.send(format!("{line}\n"));
    pty.wait("the first picture", |terminal| terminal.alternate() && terminal.text().contains("t="));
    pty
}

/// Waits until every key typed so far has been answered: two more keys, which do nothing anywhere, say so.
fn answered(pty: &mut Pty) {
    for key in ["é", "ß"] {
        pty.send(key);
        pty.wait_text(&format!("{key} does nothing here"));
    }
}

/// An empty folder of the test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// What stands on the card of a replica.
fn card(terminal: &Terminal, title: &str) -> String {
    let text = terminal.text();
    let rows: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
    let wanted: Vec<char> = format!(" {title} ").chars().collect();
    for (y, row) in rows.iter().enumerate() {
        if let Some(x) = row.windows(wanted.len()).position(|part| part == wanted) {
            let inside =
                |row: &Vec<char>| row.iter().skip(x).take_while(|c| !"│║".contains(**c)).collect::<String>();
            return rows.iter().skip(y + 1).take(3).map(|row| inside(row) + "\n").collect();
        }
    }
    String::new()
}

fn holds(terminal: &Terminal, title: &str, value: &str) -> bool {
    card(terminal, title).contains(&format!(" {value} "))
}

/// The value shown on a card.
fn value(terminal: &Terminal, title: &str) -> String {
    card(terminal, title).split_whitespace().nth(1).unwrap_or_default().to_owned()
}

fn number_before(terminal: &Terminal, words: &str) -> u32 {
    let text = terminal.text();
    let before = text.split(words).next().filter(|before| before.len() < text.len()).unwrap_or_default();
    before.split_whitespace().last().and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn shows(terminal: &Terminal, words: &[&str]) -> bool {
    let text = terminal.text();
    words.iter().all(|word| text.contains(word))
}

#[test]
fn a_preset_may_come_from_standard_input_while_keys_come_from_the_terminal() {
    let folder = folder("piped");
    fs::write(folder.join("mine.yaml"), "title: My own\ncluster: {replicas: [hot, cold]}\n").expect("a file");
    let mut command = in_terminal("sh");
    command.args(["-c", &format!("cat mine.yaml | '{LAGGARD}' -")]);
    command.cwd(&folder);
    let mut pty = start(command, 80, 24);
    pty.wait_text("My own");
    pty.send("w");
    pty.wait_text("hot write");
    pty.send("q");
    assert_eq!(pty.wait_exit(), 0);
    pty.assert_restored();
}

#[test]
fn a_preset_may_be_a_file_or_a_built_in_name() {
    let folder = folder("by-path");
    let file = folder.join("mine.yaml");
    fs::write(&file, "title: My own\ncluster: {replicas: [hot, cold]}\n").expect("a file");
    laggard(&[file.to_str().expect("UTF-8")]).wait_text("My own");
    for (name, title) in laggard::scenario::builtin().take(3) {
        laggard(&[name]).wait_text(&title);
    }
}

#[test]
fn a_bad_preset_is_told_before_the_terminal_is_taken() {
    let folder = folder("bad");
    let file = folder.join("bad.yaml");
    fs::write(&file, "title: Bad\nclustre: {}\n").expect("a file");
    let pty = Pty::start(with(&[file.to_str().expect("UTF-8")]), 80, 24);
    assert_eq!(pty.wait_exit(), 2);
    let terminal = pty.look();
    assert!(shows(&terminal, &["bad.yaml:2", "clustre", "cluster"]), "{}", terminal.text());
    assert!(!String::from_utf8_lossy(terminal.raw()).contains("\x1b[?1049h"));
}

#[test]
fn a_seed_may_be_chosen() {
    let pty = start(with(&["--seed", "4711"]), 110, 34);
    pty.wait_text("seed 4711");
}

/// How many cells have a colour, and how many are bold.
fn looks(terminal: &Terminal) -> (usize, usize) {
    let (rows, columns) = terminal.screen().size();
    let cells = (0..rows.get()).flat_map(|y| (0..columns.get()).map(move |x| (y, x)));
    let cells: Vec<_> = cells.filter_map(|(y, x)| terminal.screen().cell(y, x)).collect();
    let colour = |cell: &&&vt100::Cell| {
        cell.fgcolor() != vt100::Color::Default || cell.bgcolor() != vt100::Color::Default
    };
    (cells.iter().filter(colour).count(), cells.iter().filter(|cell| cell.bold()).count())
}

/// Something of everything on the screen: a diverged cluster with a wall and a lost link.
fn busy(pty: &mut Pty) {
    pty.send("<<<<w2r");
    pty.wait_text("STALE: 1 version behind");
    pty.send("3p1x");
    pty.wait_text("The link to which replica?");
    pty.send("2");
    pty.wait("a wall and a cut link", |terminal| shows(terminal, &["all others", "link oslo"]));
}

#[test]
fn colours_are_shown_unless_the_theme_or_no_color_forbids_them() {
    let mut pty = laggard(&[]);
    busy(&mut pty);
    assert!(looks(&pty.look()).0 > 0, "no colour");
    let mut pty = laggard(&["--theme", "mono"]);
    busy(&mut pty);
    let (coloured, bold) = looks(&pty.look());
    assert!(coloured == 0 && bold > 0, "{coloured} coloured, {bold} bold");
    let mut command = with(&["--theme", "dark"]);
    command.env("NO_COLOR", "1");
    let mut pty = start(command, 80, 24);
    busy(&mut pty);
    let (coloured, bold) = looks(&pty.look());
    assert!(coloured == 0 && bold > 0, "{coloured} coloured, {bold} bold");
}

#[test]
fn ascii_glyphs_leave_nothing_else_on_any_screen() {
    let mut pty = laggard(&["--glyphs", "ascii"]);
    busy(&mut pty);
    for (keys, words) in [
        ("", "STALE"),
        ("2e", "What will fix it"),
        ("\x1b", "last events"),
        ("\r", "vector"),
        ("\r", "last events"),
        ("=", "latency x"),
        ("O", "read level"),
        ("\t", "zoom"),
        ("\t", "newest first"),
        ("\t", "operations"),
        ("\t", "time to consistency"),
        ("\t", "vector"),
        ("\t", "Enter types"),
        ("\t", "last events"),
        ("W", "VALUE"),
        ("\x1b", "w write"),
        ("?", "Help"),
    ] {
        pty.send(keys);
        pty.wait(words, |terminal| shows(terminal, &[words]));
        let text = pty.look().text();
        assert!(
            text.is_ascii(),
            "after {keys:?}: {:?}\n{text}",
            text.matches(|c: char| !c.is_ascii()).collect::<Vec<_>>()
        );
    }
    let pty = Pty::start(with(&["--glyphs", "ascii"]), 20, 5);
    pty.wait_text("laggard needs 60x18");
}

#[test]
fn the_mouse_is_left_to_the_terminal_if_so_asked() {
    let pty = laggard(&["--no-mouse"]);
    assert_eq!(pty.look().screen().mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    let mut pty = laggard(&[]);
    assert_ne!(pty.look().screen().mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    let picked = |terminal: &Terminal, name: &str| shows(terminal, &[&format!("picked replica ({name})")]);
    pty.wait("the first pick", |terminal| picked(terminal, "oslo"));
    let text = pty.look().text();
    let (row, line) = text.lines().enumerate().find(|(_, line)| line.contains("3 tokyo")).expect("a card");
    let column = line.chars().take_while(|c| *c != '3').count();
    pty.send(format!("\x1b[<0;{};{}M", column + 1, row + 1));
    pty.wait("a click on a card", |terminal| picked(terminal, "tokyo"));
}

#[test]
fn without_motion_nothing_is_drawn_between_two_events() {
    let mut pty = laggard(&["--motion", "off"]);
    pty.send("<<<<<<<<<<w");
    pty.wait_text("in flight 2");
    answered(&mut pty);
    assert!(shows(&pty.look(), &["RUN ×1/1000"]), "{}", pty.look().text());
    let before = pty.look().raw().len();
    thread::sleep(WHILE);
    assert_eq!(pty.look().raw().len(), before);

    let mut pty = laggard(&["--motion", "full"]);
    pty.send("<<<<w");
    pty.wait_text("in flight 2");
    answered(&mut pty);
    let before = pty.look().raw().len();
    pty.wait("motion", |terminal| terminal.raw().len() > before);
}
