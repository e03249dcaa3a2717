//! Keys that end the program or stop it, in every layer: from a shell, so that there is somewhere to return to.

use laggard::tui::registry::Layer;

use crate::{LAGGARD, Pty, in_a_shell_ready, shows};

use super::{bytes, has_line, laboratory::TWO_KEYS, wait};

/// A layer, how it is reached, and what then shows that it is up.
struct Floor {
    layer: Layer,
    line: &'static str,
    keys: &'static str,
    up: &'static str,
    /// The exit status of leaving from here.
    status: u8,
    quits: &'static [&'static str],
}

const FLOORS: [Floor; 6] = [
    Floor {
        layer: Layer::Main,
        line: "two.yaml",
        keys: "",
        up: "CONVERGED",
        status: 0,
        quits: &["q", "Ctrl-C"],
    },
    Floor { layer: Layer::Prompt, line: "two.yaml", keys: "W", up: "write:", status: 0, quits: &["Ctrl-C"] },
    Floor {
        layer: Layer::Choice,
        line: "two.yaml",
        keys: "\x0f",
        up: "Presets:",
        status: 0,
        quits: &["Ctrl-C"],
    },
    Floor {
        layer: Layer::Help,
        line: "two.yaml",
        keys: "?",
        up: "Help: type",
        status: 0,
        quits: &["Ctrl-C"],
    },
    Floor {
        layer: Layer::Question,
        line: "asks.yaml",
        keys: "n",
        up: "PREDICT",
        status: 0,
        quits: &["q", "Ctrl-C"],
    },
    Floor {
        layer: Layer::History,
        line: "judge history.edn --model register --screen",
        keys: "",
        up: "VIOLATED",
        status: 1,
        quits: &["q", "Ctrl-C"],
    },
];

/// What is pressed here, for the list of all.
pub(super) fn presses() -> impl Iterator<Item = (Layer, &'static str, &'static str)> {
    FLOORS.iter().flat_map(|floor| {
        let quits = floor.quits.iter().map(|chord| (floor.layer, "quit", *chord));
        quits.chain([(floor.layer, "suspend", "Ctrl-Z")])
    })
}

fn open(pty: &mut Pty, floor: &Floor) {
    pty.send(format!("'{LAGGARD}' {}\n", floor.line));
    wait(pty, "the first picture", |t| t.alternate() && (shows(t, &["t="]) || shows(t, &[floor.up])));
    pty.send(floor.keys);
    wait(pty, floor.up, |t| shows(t, &[floor.up]));
}

#[test]
fn every_layer_can_be_left_for_the_shell_for_good_or_for_a_while() {
    let folder = crate::folder("keys-endings");
    std::fs::write(folder.join("two.yaml"), TWO_KEYS).expect("a file");
    std::fs::write(folder.join("asks.yaml"), super::others::ASKS).expect("a file");
    std::fs::write(folder.join("history.edn"), super::history::STALE_TEXT).expect("a file");
    let mut pty = in_a_shell_ready(&folder);
    for floor in &FLOORS {
        for (round, chord) in floor.quits.iter().enumerate() {
            open(&mut pty, floor);
            if round == 0 {
                pty.send(bytes("Ctrl-Z"));
                pty.wait("the shell", |t| !t.alternate() && has_line(&t.text(), &["Stopped"]));
                pty.send("fg\n");
                wait(&pty, "the layer again", |t| t.alternate() && shows(t, &[floor.up]));
            }
            pty.send(bytes(chord));
            // What is typed before the shell has its terminal back is lost.
            pty.wait("the shell's prompt", |t| !t.alternate() && t.text().trim_end().ends_with("ready>"));
            pty.send("echo left with $?.\n");
            let left = format!("left with {}.", floor.status);
            pty.wait(&left, |t| !t.alternate() && shows(t, &[&left]));
            pty.send("clear\n");
            pty.wait("a clean shell", |t| {
                !t.alternate() && !shows(t, &["left with"]) && shows(t, &["ready>"])
            });
        }
    }
}
