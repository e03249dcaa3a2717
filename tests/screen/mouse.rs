//! The mouse in the real program: clicks on cards, hints, the timeline and rows; the wheel.

use crate::{Pty, Terminal, answered, laggard, shows};

/// Where the words begin, from 0.
fn place(terminal: &Terminal, words: &str) -> (usize, usize) {
    let text = terminal.text();
    let found = text.lines().enumerate().find_map(|(y, line)| {
        let before = line.split_once(words)?.0;
        Some((before.chars().count(), y))
    });
    found.unwrap_or_else(|| panic!("{words} is not on the screen:\n{text}"))
}

fn click_at(pty: &mut Pty, (x, y): (usize, usize)) {
    pty.send(format!("\x1b[<0;{0};{1}M\x1b[<0;{0};{1}m", x + 1, y + 1));
}

#[track_caller]
fn click(pty: &mut Pty, words: &str) {
    let at = place(&pty.look(), words);
    click_at(pty, at);
}

fn wheel(pty: &mut Pty, button: u8, times: usize) {
    pty.send(format!("\x1b[<{button};40;10M").repeat(times));
}

const DOWN: u8 = 65;
const UP: u8 = 64;

#[test]
fn cards_hints_and_the_timeline_take_clicks() {
    let mut pty = laggard(&["--motion", "off"]);
    pty.send(" ");
    pty.wait_text("PAUSED");
    click(&mut pty, "2 lima");
    pty.wait_text("╔ 2 lima");
    click(&mut pty, "w write");
    pty.wait_text("lima write user123.color=green (w1)");
    click(&mut pty, "e why?");
    pty.wait_text("why? lima");
    click(&mut pty, "Space run");
    pty.wait("time goes on", |t| shows(t, &["RUN"]) && !shows(t, &["t=0.0"]));
    pty.send(">>>>>> ");
    answered(&mut pty);
    pty.send("\x1b");
    pty.wait("the timeline", |t| shows(t, &["PAUSED", "\n 0 "]) && !shows(t, &["why? lima"]));
    let bar = pty.look().text().lines().position(|line| line.starts_with(" 0 ")).expect("a bar");
    click_at(&mut pty, (4, bar));
    pty.wait("the past", |t| shows(t, &["PAST"]));
    click_at(&mut pty, (71, bar));
    pty.wait("the head", |t| !shows(t, &["PAST"]));
}

#[test]
fn the_wheel_scrolls_events_lists_and_operations() {
    let mut pty = laggard(&["--motion", "off"]);
    pty.send(" wwwwwwwwwwwwwwwwwwwwwwwwwwwwww");
    pty.wait_text("(w30)");
    wheel(&mut pty, DOWN, 1);
    pty.wait("older events", |t| shows(t, &["(w27)"]) && !shows(t, &["(w30)"]));
    wheel(&mut pty, UP, 1);
    pty.wait("the newest", |t| shows(t, &["(w30)"]));
    pty.send("?");
    pty.wait_text("▸ 1-9");
    wheel(&mut pty, DOWN, 2);
    pty.wait("further down", |t| shows(t, &["Help"]) && !shows(t, &["▸ 1-9"]));
    wheel(&mut pty, UP, 2);
    pty.wait_text("▸ 1-9");
    pty.send("\x1b");
    pty.wait("no help", |t| !shows(t, &["Help: type"]));
    pty.send("\t\t\t");
    let chosen = |t: &Terminal, word: &str| t.text().lines().any(|l| l.starts_with('▸') && l.contains(word));
    pty.wait("the table", |t| chosen(t, " w30 "));
    wheel(&mut pty, UP, 1);
    pty.wait("three up", |t| chosen(t, " w27 "));
    click(&mut pty, " w25 ");
    pty.wait("the clicked row", |t| chosen(t, " w25 "));
    click(&mut pty, " w25 ");
    pty.wait_text("user123 asked oslo at");
}

#[test]
fn a_click_in_the_space_time_view_goes_there() {
    let mut pty = laggard(&["--motion", "off"]);
    pty.send(" w");
    pty.wait_text("oslo write");
    pty.send(">>>>>>g");
    pty.wait("agreement", |t| shows(t, &["CONVERGED", "PAUSED"]));
    pty.send("\t");
    pty.wait("the diagram", |t| shows(t, &["space-time,", "2 lima"]));
    let (_, row) = place(&pty.look(), "2 lima");
    click_at(&mut pty, (14, row));
    pty.wait("the past", |t| shows(t, &["PAST"]));
}
