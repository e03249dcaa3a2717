//! `docs/gallery.md`: real screens, each with the keys that lead there. `UPDATE_DOCS=1 cargo test --lib gallery`
//! writes it anew.

use std::{env, fmt::Write, fs, path::Path};

use crate::scenario::{Scenario, builtin_text};

use super::stage::Stage;

/// One screen.
struct Plate {
    title: &'static str,
    preset: &'static str,
    /// As [`Stage::keys`] takes them: a bar lets a second pass. Words between ‹ and › are typed.
    keys: &'static str,
    size: (u16, u16),
    /// What to look at.
    see: &'static str,
}

const PROJECTOR: (u16, u16) = (80, 24);

const PLATES: [Plate; 18] = [
    Plate {
        title: "A stale read",
        preset: "favorite-color",
        keys: "w|2r",
        size: PROJECTOR,
        see: "The first stale read stops the clock by itself. The second line from above says what to try next; the \
              third whether the replicas agree; the events which key did what.",
    },
    Plate {
        title: "Why was it stale?",
        preset: "favorite-color",
        keys: "w|2re",
        size: PROJECTOR,
        see: "The write that it missed, where that write's message is, what will bring it, and what would have \
              prevented the stale read.",
    },
    Plate {
        title: "Everybody agrees",
        preset: "favorite-color",
        keys: "w||||||",
        size: PROJECTOR,
        see: "CONVERGED: one value everywhere. The agreement is one of shape and word, not of colour alone.",
    },
    Plate {
        title: "Cause and effect",
        preset: "favorite-color",
        keys: "w|2r |||2⇥⏎",
        size: PROJECTOR,
        see: "The space-time view: a lane for each replica, messages between them. Lit up is what may have caused the \
              last thing that happened at lima, and what that may have caused; the rest is concurrent with it.",
    },
    Plate {
        title: "Fog of war",
        preset: "favorite-color",
        keys: "w||||||1p2w|||1v",
        size: PROJECTOR,
        see: "Only what the first replica can know, behind a wall that it cannot see: the others are what they last \
              said. `v` lifts the fog.",
    },
    Plate {
        title: "Writes on both sides of a wall",
        preset: "favorite-color",
        keys: "2pw1w|",
        size: PROJECTOR,
        see: "The wall stands between the cards; messages die at it; each side goes on by itself.",
    },
    Plate {
        title: "From the back row",
        preset: "favorite-color",
        keys: "2pw1w|b",
        size: PROJECTOR,
        see: "The same in the big mode (`b`): whether they agree, what each replica holds, who is stale and where the \
              wall is, in letters for a projector.",
    },
    Plate {
        title: "A write is lost",
        preset: "favorite-color",
        keys: "2pw1w|||P|||||||||",
        size: PROJECTOR,
        see: "After the wall is healed all agree, and one acknowledged write is gone: last write wins.",
    },
    Plate {
        title: "Who is told what",
        preset: "quorum",
        keys: "nnnnn||||⇥⇥⇥",
        size: PROJECTOR,
        see: "The operations: who asked for what, at which level, who answered, and what is to be said of it.",
    },
    Plate {
        title: "A replica that is down, another that is frozen",
        preset: "favorite-color",
        keys: "wc2z|3",
        size: PROJECTOR,
        see: "Down: its messages die. Frozen: they wait.",
    },
    Plate {
        title: "The past",
        preset: "favorite-color",
        keys: "w|2r ||||,,",
        size: PROJECTOR,
        see: "Stepping back moves the playhead; a command given there starts a branch.",
    },
    Plate {
        title: "How it went",
        preset: "favorite-color",
        keys: "w|2r |||||1w|3r |||||⇥⇥⇥⇥",
        size: PROJECTOR,
        see: "The metrics: how long writes took to be everywhere, how often reads were stale and how soon after a write.",
    },
    Plate {
        title: "Every setting, live",
        preset: "favorite-color",
        keys: "Klj",
        size: PROJECTOR,
        see: "What can be turned while the cluster runs, with a sentence on what it means.",
    },
    Plate {
        title: "One seed under two settings",
        preset: "favorite-color",
        keys: "V‹read level all›⏎w|2r ||||||",
        size: PROJECTOR,
        see: "Side by side on one clock: the same commands, once reading at level ONE, once at ALL. Below, what each \
              came to so far: the one read stale at once, the other waited and read the truth.",
    },
    Plate {
        title: "Sixty-four replicas",
        preset: "sixty-four",
        keys: "w||||",
        size: PROJECTOR,
        see: "Cards have shrunk to tiles; a line below says everything of the picked one.",
    },
    Plate {
        title: "The ring",
        preset: "dynamo-sloppy",
        keys: "#nn",
        size: PROJECTOR,
        see: "`#` arranges the replicas clockwise in the order of the ring. The key is on the first three of its \
              preference list; the others stand in for them.",
    },
    Plate {
        title: "Zones",
        preset: "cassandra-multi-dc",
        keys: "##nnnnnn",
        size: PROJECTOR,
        see: "`#` once more: a box for each data centre. What passes between them is in the street between the boxes, \
              and so is the wall.",
    },
    Plate {
        title: "A wide terminal",
        preset: "split-brain",
        keys: "nnnnnn||||",
        size: (120, 36),
        see: "Cluster, inspector, space-time and events side by side.",
    },
];

/// Keys as a person would read them.
fn spelled(keys: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut seconds = 0;
    let mut typed: Option<String> = None;
    for key in keys.chars().chain(['\0']) {
        if key == '|' {
            seconds += 1;
            continue;
        }
        if seconds > 0 {
            words.push(format!("*{seconds} s*"));
            seconds = 0;
        }
        match (key, &mut typed) {
            ('›', Some(text)) => {
                words.push(format!("`{text}`"));
                typed = None;
                continue;
            }
            (_, Some(text)) => {
                text.push(key);
                continue;
            }
            ('‹', None) => {
                typed = Some(String::new());
                continue;
            }
            _ => {}
        }
        match key {
            '\0' => {}
            '⏎' => words.push("`Enter`".into()),
            '⎋' => words.push("`Esc`".into()),
            '⇥' => words.push("`Tab`".into()),
            ' ' => words.push("`Space`".into()),
            other => words.push(format!("`{other}`")),
        }
    }
    words.join(" ")
}

fn gallery() -> String {
    let mut text = String::from(
        "# Gallery\n\nReal screens, drawn by the program for this page, each with the keys that lead there; *2 s* \
         means to let two seconds pass. In grey on purpose: nothing on a screen is said by colour alone.\n",
    );
    for plate in PLATES {
        let preset = builtin_text(plate.preset).expect("built in");
        let mut stage = Stage::new(Scenario::from_text(plate.preset, preset.as_bytes()).expect("valid"));
        stage.keys(&plate.keys.replace(['‹', '›'], ""));
        let screen = stage.text(plate.size.0, plate.size.1);
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n## {}\n\n`laggard {}`, then {}. {}\n\n```text\n{screen}\n```\n",
            plate.title,
            plate.preset,
            spelled(plate.keys),
            plate.see
        );
    }
    text
}

#[test]
fn the_gallery_shows_what_the_program_draws() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/gallery.md");
    let drawn = gallery();
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, drawn).expect("writable");
    } else {
        let known = fs::read_to_string(&path).unwrap_or_default();
        assert!(known == drawn, "docs/gallery.md is old: UPDATE_DOCS=1 cargo test --lib gallery");
    }
}
