//! The real program in a real pseudo-terminal: the first minute a person has with it, and its manners as a guest of
//! the terminal. Tests wait for what the screen shows; only those that count bytes over a period watch the clock.

mod support {
    pub(crate) mod pty;
}
#[path = "screen/appearance.rs"]
mod appearance;
#[path = "screen/keys.rs"]
mod keys;
#[path = "screen/mouse.rs"]
mod mouse;
#[path = "screen/operations.rs"]
mod operations;
#[path = "screen/pictures.rs"]
mod pictures;
#[path = "screen/sessions.rs"]
mod sessions;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use portable_pty::CommandBuilder;
use rustix::process::Signal;
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

// The first minute.

#[test]
fn the_first_minute_shows_staleness_a_lost_write_and_every_moment_again() {
    let mut pty = laggard(&[]);
    pty.wait_text("w: write green at the picked replica");
    see_a_stale_read(&mut pty);
    see_all_agree(&mut pty);
    let (dropped, survivor) = see_a_write_lost(&mut pty);
    step_back_to_the_start(&mut pty);
    branch_and_return(&mut pty, &survivor);
    assert_ne!(dropped, survivor);
}

fn see_a_stale_read(pty: &mut Pty) {
    for title in ["1 oslo", "2 lima", "3 tokyo"] {
        assert!(holds(&pty.look(), title, "blue"), "{title}:\n{}", pty.look().text());
    }
    // Slow enough that the busiest machine presses the keys before the message arrives.
    pty.send("<<<<");
    pty.wait_text("×1/10");
    pty.send("w");
    pty.wait("green on the picked card alone", |terminal| {
        holds(terminal, "1 oslo", "green")
            && holds(terminal, "2 lima", "blue")
            && holds(terminal, "3 tokyo", "blue")
            && shows(terminal, &["DIVERGED", "in flight 2", "RUN"])
    });
    pty.send("2r");
    pty.wait("a stale read that stops the clock", |terminal| {
        shows(terminal, &["PAUSED", "STALE: 1 version behind", "the clock is stopped", "e: why?"])
            && card(terminal, "2 lima").contains("STALE -1")
    });
    pty.send("e");
    pty.wait("the reason", |terminal| {
        shows(terminal, &["lima is STALE: 1 version behind", "misses green (w1), acknowledged at oslo"])
            && shows(terminal, &["What will fix it", "on its way"])
    });
}

/// Presses a key until the screen shows what is wanted; each time the status line gives way to the counts.
fn press_until(pty: &mut Pty, key: &str, mut wanted: impl FnMut(&Terminal) -> bool) {
    for _ in 0..200 {
        if wanted(&pty.look()) {
            return;
        }
        pty.send(key);
        answered(pty);
        pty.send("\x1b");
        pty.wait("the counts", |terminal| !shows(terminal, &["does nothing"]));
    }
    panic!("{key} does not lead there:\n{}", pty.look().text());
}

fn see_all_agree(pty: &mut Pty) {
    // Event by event: Lima is nearer than Tokyo.
    press_until(pty, ".", |terminal| holds(terminal, "2 lima", "green"));
    assert!(holds(&pty.look(), "3 tokyo", "blue"), "{}", pty.look().text());
    pty.send(">>>>>>>>>");
    pty.wait_text("speed ×20");
    pty.send("g");
    pty.wait("agreement", |terminal| shows(terminal, &["CONVERGED", "PAUSED"]));
    for title in ["1 oslo", "2 lima", "3 tokyo"] {
        assert!(holds(&pty.look(), title, "green"), "{title}:\n{}", pty.look().text());
    }
}

/// Gives the dropped value and the one that survives.
fn see_a_write_lost(pty: &mut Pty) -> (String, String) {
    pty.send("1p");
    pty.wait_text("oslo | all others");
    pty.send("w");
    pty.wait("a write in Oslo", |terminal| card(terminal, "1 oslo").contains("w2"));
    pty.send("2w");
    pty.wait("a write in Lima", |terminal| card(terminal, "2 lima").contains("w3"));
    let dropped = value(&pty.look(), "1 oslo");
    let survivor = value(&pty.look(), "2 lima");
    pty.send(" ");
    pty.wait("messages dead at the wall", |terminal| number_before(terminal, " died at it") >= 3);
    pty.send("P");
    pty.wait("no wall", |terminal| !shows(terminal, &["all others"]));
    pty.send("g");
    pty.wait("agreement", |terminal| shows(terminal, &["CONVERGED", "RUN", "1 write LOST"]));
    let text = pty.look().text();
    let obituary = text.lines().find(|line| line.contains("LOST to ")).unwrap_or_default();
    for word in [&*format!("{dropped} (w2) LOST"), &*format!("{survivor} (w3)"), "concurrent"] {
        assert!(obituary.contains(word), "no {word} in {obituary}");
    }
    (dropped, survivor)
}

fn step_back_to_the_start(pty: &mut Pty) {
    for stage in ["oslo | all others", "reads 0", "nothing has happened yet"] {
        press_until(pty, ",", |terminal| shows(terminal, &[stage]));
    }
    assert!(
        shows(&pty.look(), &["PAST", "CONVERGED", "blue", "nothing has happened yet"]),
        "{}",
        pty.look().text()
    );
}

fn branch_and_return(pty: &mut Pty, survivor: &str) {
    pty.send("1w");
    pty.wait_text("a new branch starts here");
    assert!(holds(&pty.look(), "1 oslo", "green"), "{}", pty.look().text());
    pty.send("B");
    pty.wait("the old future", |terminal| shows(terminal, &["Branches", "parted at", "went on to"]));
    pty.send("\r");
    pty.wait("the old future again", |terminal| {
        ["1 oslo", "2 lima", "3 tokyo"].iter().all(|title| holds(terminal, title, survivor))
    });
    assert!(shows(&pty.look(), &["CONVERGED", "1 write LOST"]), "{}", pty.look().text());
}

#[test]
fn keys_typed_ahead_are_judged_by_what_the_keys_before_them_did() {
    let mut pty = laggard(&[]);
    pty.send(">>>><<>   ");
    answered(&mut pty);
    assert!(shows(&pty.look(), &["PAUSED"]), "{}", pty.look().text());
    pty.send(" ");
    pty.wait_text("RUN ×5");
    pty.send("====");
    pty.wait_text("latency ×5:");
    // Two writes are two values.
    pty.send(" 1w2w");
    pty.wait("two writes", |terminal| shows(terminal, &["green", "red", "w2"]));
}

// Arguments.

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

// Size, keys and noise.

#[test]
fn a_terminal_too_small_is_told_the_size_needed_and_shows_the_grid_once_it_has_it() {
    let pty = Pty::start(with(&[]), 20, 5);
    pty.wait_text("laggard needs 60x18");
    pty.resize(80, 24);
    pty.wait("the grid", |terminal| shows(terminal, &["CONVERGED", "1 oslo", "3 tokyo"]));
    pty.resize(1, 1);
    pty.resize(60, 18);
    pty.wait("the list", |terminal| shows(terminal, &["CONVERGED", "oslo", "tokyo"]));
}

#[test]
fn a_resize_storm_ends_with_a_picture_of_the_last_size() {
    let mut pty = laggard(&[]);
    pty.send("w");
    for step in 0..200_u16 {
        pty.resize(1 + step * 7 % 211, 1 + step * 3 % 67);
    }
    pty.resize(41, 9);
    pty.wait_text("this is 41x9");
    pty.resize(110, 34);
    pty.wait("the grid", |terminal| shows(terminal, &["1 oslo", "green", "seed 1"]));
}

/// A reproducible stream of numbers.
struct Noise(u64);

impl Noise {
    fn byte(&mut self) -> u8 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        (mixed >> 56) as u8
    }
}

/// Ten thousand random bytes, but for those that end or stop the program.
fn noise(seed: u64, but: &[u8]) -> Vec<u8> {
    let mut noise = Noise(seed);
    let endings = b"q\x03\x1a\x1c";
    std::iter::from_fn(|| Some(noise.byte()))
        .filter(|byte| !endings.contains(byte) && !but.contains(byte))
        .take(10_000)
        .collect()
}

fn check_noise(name: &str, seed: u64, but: &[u8]) {
    let folder = folder(name);
    let mut command = with(&[]);
    command.cwd(&folder);
    command.env("HOME", &folder);
    command.env("XDG_STATE_HOME", folder.with_extension("state"));
    for name in ["XDG_CONFIG_HOME", "XDG_DATA_HOME"] {
        command.env_remove(name);
    }
    let mut pty = start(command, 80, 24);
    for bytes in noise(seed, but).chunks(50) {
        pty.send(bytes);
        // A lone Esc is rare in noise (what follows makes it another key), and without it the first line that is
        // opened takes all the rest.
        pty.send("\x1b\x1b");
    }
    // Out of half an escape sequence, half a character, and whatever is open.
    pty.send("\x1b\x1b\x1b\x1b");
    answered(&mut pty);
    pty.send("?");
    pty.wait_text("Help: type to search");
    pty.send("\x03");
    assert_eq!(pty.wait_exit(), 0);
    pty.assert_restored();
    // Sessions, pictures and recordings are what keys ask for; nothing else is left behind.
    let left = fs::read_dir(&folder).expect("a folder").map(|file| file.expect("a file").file_name());
    let left: Vec<String> = left.map(|name| name.to_string_lossy().into_owned()).collect();
    let endings = [".yaml", ".svg", ".cast"];
    let asked = |name: &String| name.starts_with("laggard-") && endings.iter().any(|end| name.ends_with(end));
    assert!(left.iter().all(asked), "{left:?}");
}

// Through help one may run `quit` by its name: so one noise never opens help, the other never presses Enter.

#[test]
fn ten_thousand_random_bytes_without_help_leave_a_program_that_answers_and_no_file_unasked() {
    check_noise("noise-without-help", 20_261, b"?");
}

#[test]
fn ten_thousand_random_bytes_without_enter_leave_a_program_that_answers_and_no_file_unasked() {
    check_noise("noise-without-enter", 77, b"\r\n");
}

#[test]
fn an_unfinished_escape_sequence_does_not_freeze_the_screen() {
    let mut pty = laggard(&[]);
    pty.send(">>>>w");
    // The sequence begins while earlier keys are still being handled: whoever handles them reads on and finds half
    // a sequence.
    pty.send([b'l'; 1000]);
    pty.send("\x1b[");
    pty.wait("the message's arrival", |terminal| shows(terminal, &["CONVERGED", "green"]));
}

#[test]
fn a_flood_of_keys_is_answered_to_the_last() {
    let mut pty = laggard(&[]);
    pty.send([b'l'; 9_000]);
    pty.send(">");
    pty.wait_text("RUN ×2");
}

#[test]
fn a_paste_arrives_whole_where_one_types() {
    let mut pty = laggard(&[]);
    pty.send("W");
    pty.wait_text("write:");
    pty.send("\x1b[200~crimson\x1b[201~");
    pty.wait_text("crimson");
    pty.send("\r");
    pty.wait("a write", |terminal| holds(terminal, "1 oslo", "crimson"));
}

// A good guest.

fn check_key_quits(key: &str) {
    let mut pty = laggard(&[]);
    assert!(pty.is_raw());
    pty.send(key);
    assert_eq!(pty.wait_exit(), 0);
    pty.assert_restored();
}

#[test]
fn quitting_gives_the_terminal_back() {
    check_key_quits("q");
}

#[test]
fn control_c_quits_too() {
    check_key_quits("\x03");
}

#[test]
fn a_panic_is_printed_on_the_restored_terminal() {
    let mut command = with(&[]);
    command.env("LAGGARD_TEST_PANIC", "1");
    command.env("RUST_BACKTRACE", "0");
    let mut pty = start(command, 80, 24);
    pty.send("\x1b[24~");
    assert_eq!(pty.wait_exit(), 101);
    pty.assert_restored();
    assert!(pty.look().text().contains("a panic was asked for"), "{}", pty.look().text());
}

/// In the middle of an animation.
fn check_signal(signal: Signal, status: u32) {
    let mut pty = laggard(&[]);
    pty.send("<<<<w");
    pty.wait_text("in flight 2");
    pty.signal(signal);
    assert_eq!(pty.wait_exit(), status);
    pty.assert_restored();
}

#[test]
fn sigterm_ends_with_143() {
    check_signal(Signal::TERM, 143);
}

#[test]
fn sighup_ends_with_129() {
    check_signal(Signal::HUP, 129);
}

#[test]
fn sigint_from_outside_ends_with_130() {
    check_signal(Signal::INT, 130);
}

#[test]
fn control_z_returns_to_the_shell_and_fg_repaints() {
    let mut pty = in_a_shell(LAGGARD);
    pty.send("\x1a");
    pty.wait("the shell", |terminal| !terminal.alternate() && shows(terminal, &["Stopped"]));
    pty.assert_restored();
    let before = pty.look().raw().len();
    pty.send("fg\n");
    pty.wait("the grid", |terminal| terminal.alternate() && shows(terminal, &["CONVERGED", "1 oslo"]));
    assert!(pty.is_raw());
    assert!(String::from_utf8_lossy(&pty.look().raw()[before..]).contains("\x1b[2J"));
    pty.send("w");
    pty.wait_text("oslo write");
    pty.send("q");
    // The shell's third prompt: by then the program is gone, not only its picture.
    let prompts = |terminal: &Terminal| terminal.text().matches("ready>").count();
    pty.wait("the shell", |terminal| !terminal.alternate() && prompts(terminal) == 3);
    pty.assert_restored();
}

#[test]
fn a_terminal_resized_while_the_program_was_stopped_is_drawn_at_its_new_size() {
    let mut pty = in_a_shell(LAGGARD);
    pty.send("\x1a");
    pty.wait("the shell", |terminal| !terminal.alternate() && shows(terminal, &["Stopped"]));
    pty.resize(47, 13);
    pty.send("fg\n");
    pty.wait_text("this is 47x13");
}

#[test]
fn control_z_without_a_shell_says_why_it_does_nothing() {
    let mut pty = laggard(&[]);
    pty.send("\x1a");
    pty.wait_text("no shell to return to");
}

#[test]
fn a_program_stopped_from_outside_repaints_when_continued() {
    let pty = laggard(&[]);
    let before = pty.look().raw().len();
    pty.signal(Signal::STOP);
    pty.signal(Signal::CONT);
    let again = |terminal: &Terminal| String::from_utf8_lossy(&terminal.raw()[before..]).into_owned();
    pty.wait("the whole picture", |terminal| {
        let again = again(terminal);
        again.contains("\x1b[?1049h") && again.contains("\x1b[2J") && again.contains("oslo")
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_hung_up_terminal_ends_the_program() {
    let pty = in_a_shell(&format!("sh -c 'echo pid $$.; exec \"$0\"' '{LAGGARD}'"));
    let told = String::from_utf8_lossy(pty.look().raw()).into_owned();
    let pids = told.split("pid ").filter_map(|after| after.split('.').next()?.parse::<i32>().ok());
    let pid = pids.last().expect("a process");
    pty.signal(Signal::KILL);
    // Its terminal is gone, so the process itself must be watched.
    let ended = (0..3000).any(|_| {
        thread::sleep(Duration::from_millis(10));
        has_ended(pid)
    });
    assert!(ended, "process {pid} outlives its terminal");
}

/// A zombie nobody collects counts as ended.
#[cfg(target_os = "linux")]
fn has_ended(pid: i32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .map_or(true, |stat| stat.rsplit(") ").next().is_some_and(|state| state.starts_with('Z')))
}

#[test]
fn without_a_terminal_the_program_names_run_and_ends_with_2() {
    let output = Command::new(LAGGARD).stdin(Stdio::null()).output().expect("a program");
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("`laggard run PRESET`"), "{text}");
}

#[test]
fn every_picture_is_wrapped_in_synchronized_output() {
    let mut pty = laggard(&[]);
    pty.send(">>>>w");
    pty.wait("agreement", |terminal| shows(terminal, &["CONVERGED", "green"]));
    pty.send("q");
    pty.wait_exit();
    let terminal = pty.look();
    let count = |marker: &[u8]| terminal.raw().windows(marker.len()).filter(|bytes| *bytes == marker).count();
    // The way out ends it once more, in case a picture was cut short.
    assert_eq!(count(b"\x1b[?2026h") + 1, count(b"\x1b[?2026l"));
}

/// Not a byte, not a wake-up.
fn check_idle(pty: &Pty) {
    #[cfg(target_os = "linux")]
    let wakes = at_rest(pty);
    let bytes = pty.look().raw().len();
    thread::sleep(WHILE);
    assert_eq!(pty.look().raw().len(), bytes);
    #[cfg(target_os = "linux")]
    assert_eq!(context_switches(pty), wakes);
}

#[test]
fn a_paused_program_writes_no_byte_and_never_wakes() {
    let mut pty = laggard(&[]);
    pty.send("<<<<w2r");
    pty.wait_text("the clock is stopped");
    answered(&mut pty);
    check_idle(&pty);
}

#[test]
fn a_settled_program_writes_no_byte_and_never_wakes_though_its_clock_runs() {
    let mut pty = laggard(&[]);
    check_idle(&pty);
    pty.send(">>>>>>w");
    pty.wait("the end of it", |terminal| shows(terminal, &["CONVERGED", "green", "in flight 0", "RUN"]));
    check_idle(&pty);
}

/// How often the program's threads were put to sleep or interrupted.
#[cfg(target_os = "linux")]
fn context_switches(pty: &Pty) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{}/task", pty.pid())).expect("a process");
    let statuses = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("status")).ok());
    let count = |status: String| {
        let lines = status.lines().filter(|line| line.contains("ctxt_switches"));
        lines.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).sum::<u64>()
    };
    statuses.map(count).sum()
}

/// Counts once the program has finished what it was doing.
#[cfg(target_os = "linux")]
fn at_rest(pty: &Pty) -> u64 {
    let mut last = context_switches(pty);
    for _ in 0..100 {
        thread::sleep(Duration::from_millis(100));
        let now = context_switches(pty);
        if now == last {
            return now;
        }
        last = now;
    }
    panic!("it never comes to rest")
}
