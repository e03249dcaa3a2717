//! The first minute: a stale read, all agree, a lost write, and every moment again.

use crate::{Pty, Terminal, answered, card, holds, laggard, number_before, shows, value};

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
