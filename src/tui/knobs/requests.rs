//! What a request waits for.

use crate::{
    action::{Command, Level, Propagation, Setting, Settings},
    base::Span,
    drive::Snapshot,
    scenario::units,
};

use super::{Dial, Typed};

pub(super) const WRITE_LEVEL: Typed = Typed {
    usage: "one, two, three, quorum, all, or a number of replicas",
    understand: |text, snapshot| Ok(Command::Set(Setting::WriteLevel(level(text, snapshot)?))),
};

pub(super) const READ_LEVEL: Typed = Typed {
    usage: "one, two, three, quorum, all, or a number of replicas",
    understand: |text, snapshot| Ok(Command::Set(Setting::ReadLevel(level(text, snapshot)?))),
};

pub(super) const TIMEOUT: Typed = Typed {
    usage: "how long a client waits: 500ms, 2s, 1min",
    understand: |text, _| {
        let nanos = units::parse_duration(text).map_err(|error| format!("{error}; for example 2s"))?;
        Ok(Command::Set(Setting::Timeout(Span(nanos))))
    },
};

fn level(text: &str, snapshot: &Snapshot) -> Result<Level, String> {
    let copies = snapshot.view.settings.copies;
    let level = Level::parse(text).ok_or("levels are one, two, three, quorum, all, or a number")?;
    let asked = level.required(copies);
    if asked > copies { Err(format!("{level} needs {asked} replicas; N is {copies}")) } else { Ok(level) }
}

/// The levels that so many copies can meet, as the keys go through them.
fn possible(copies: u16) -> Vec<Level> {
    Level::NAMED.into_iter().filter(|level| level.required(copies) <= copies).collect()
}

const PRIMARY: &str = "one primary takes the writes";

pub(super) fn write_level(snapshot: &Snapshot) -> Dial {
    let settings = &snapshot.view.settings;
    if settings.primary().is_some() {
        return Dial::Missing(PRIMARY);
    }
    let now = settings.write;
    let set = |level| Command::Set(Setting::WriteLevel(level));
    Dial::choices((now.to_string(), overlap(settings)), &possible(settings.copies), now, set)
}

pub(super) fn read_level(snapshot: &Snapshot) -> Dial {
    let settings = &snapshot.view.settings;
    if settings.primary().is_some() {
        return Dial::Missing(PRIMARY);
    }
    let now = settings.read;
    let set = |level| Command::Set(Setting::ReadLevel(level));
    Dial::choices((now.to_string(), overlap(settings)), &possible(settings.copies), now, set)
}

/// What the two levels and N promise together.
pub(in crate::tui) fn overlap(settings: &Settings) -> String {
    let copies = settings.copies;
    let (write, read) = (settings.write.required(copies), settings.read.required(copies));
    let sum = format!("W{write} + R{read}");
    if settings.propagation == Propagation::Gossip {
        return format!("{sum}, N{copies}: writes travel by anti-entropy alone, and reads may miss them");
    }
    if write + read > copies {
        format!("{sum} > N{copies}: read and write sets overlap")
    } else {
        format!("{sum} within N{copies}: a read may miss the latest write")
    }
}

pub(super) fn timeout(snapshot: &Snapshot) -> Dial {
    const STEPS: [Span; 10] = [
        Span::millis(100),
        Span::millis(200),
        Span::millis(500),
        Span::secs(1),
        Span::secs(2),
        Span::secs(5),
        Span::secs(10),
        Span::secs(30),
        Span::secs(60),
        Span::secs(600),
    ];
    let now = snapshot.view.settings.timeout;
    let means = format!(
        "a client waits {now} for its answer; a write that timed out may still have happened, or may yet"
    );
    Dial::steps((now.to_string(), means), &STEPS, now, |span| Command::Set(Setting::Timeout(span)))
}
