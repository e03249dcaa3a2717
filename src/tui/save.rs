//! Files that a key writes: sessions, pictures and recordings, into the working directory. Nothing that is there is written over.

use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Write},
};

use ratatui::{buffer::Buffer, layout::Size};
use tokio::time::Instant;

use crate::drive::{Snapshot, saved};

use super::{
    cast::{Cast, Version},
    svg,
    ui::Ui,
};

/// Saves the picture under a name of its own, and says which.
pub(super) fn screenshot(buffer: &Buffer, ui: &Ui, snapshot: &Snapshot) -> Result<String, String> {
    let at = snapshot.view.position.at;
    let title = format!("laggard: {} at {at}", snapshot.scenario.title);
    let picture = svg::svg(buffer, ui.theme.kind(), &title);
    let stem = format!("laggard-{}-{at}", plain(&snapshot.scenario.title));
    let (name, _) = write_new(&stem, "svg", picture.as_bytes())?;
    Ok(format!("saved {name}"))
}

/// Saves the session up to the playhead as a preset of its own, and says under which name.
pub(super) fn session(snapshot: &Snapshot) -> Result<String, String> {
    let (given, _) = snapshot.commands;
    let log = snapshot.session.get(..given).unwrap_or_default();
    let text = saved(&snapshot.scenario, snapshot.seed, log, snapshot.view.position)?;
    let stem = format!("laggard-{}", plain(&snapshot.scenario.title));
    let (name, _) = write_new(&stem, "yaml", text.as_bytes())?;
    Ok(format!("saved {name}; `laggard {name}` does it all again"))
}

/// A recording under way. Each picture is written as it comes.
#[derive(Debug)]
pub(super) struct Recording {
    name: String,
    file: File,
    cast: Cast,
    began: Instant,
    /// The last marker.
    marked: Option<String>,
}

impl Recording {
    /// Begins; the next picture must be drawn whole.
    pub(super) fn begin(
        (size, version): (Size, Version),
        snapshot: &Snapshot,
        now: Instant,
    ) -> Result<Self, String> {
        let title = &snapshot.scenario.title;
        let cast = Cast::new(version);
        let header = cast.header(size, title);
        let (name, file) = write_new(&format!("laggard-{}", plain(title)), "cast", header.as_bytes())?;
        Ok(Self { name, file, cast, began: now, marked: None })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// A picture was written to the terminal; a question that is new is a marker.
    pub(super) fn picture(&mut self, bytes: &[u8], snapshot: &Snapshot, now: Instant) -> Result<(), String> {
        let at = now - self.began;
        let said = snapshot.script.said.as_ref().and_then(|said| said.text()).map(str::to_owned);
        let mut lines = String::new();
        if let Some(words) = said.as_ref().filter(|words| self.marked.as_ref() != Some(*words)) {
            lines += &self.cast.marker(at, words);
        }
        self.marked = said;
        lines += &self.cast.output(at, bytes);
        self.write(&lines)
    }

    pub(super) fn resized(&mut self, size: Size, now: Instant) -> Result<(), String> {
        let line = self.cast.resized(now - self.began, size);
        self.write(&line)
    }

    fn write(&mut self, lines: &str) -> Result<(), String> {
        let written = self.file.write_all(lines.as_bytes());
        written.map_err(|error| {
            format!("{} cannot be written any more: {error}; the recording is over", self.name)
        })
    }
}

/// A title as part of a file's name.
fn plain(title: &str) -> String {
    let letters = title
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' });
    let mut name: String = letters.collect();
    while name.contains("--") {
        name = name.replace("--", "-");
    }
    let name: String = name.trim_matches('-').chars().take(40).collect();
    if name.is_empty() { "run".into() } else { name }
}

/// Writes `stem.ending`, or with the first number behind it that is free.
fn write_new(stem: &str, ending: &str, bytes: &[u8]) -> Result<(String, File), String> {
    for number in 1..1_000_u32 {
        let name = match number {
            1 => format!("{stem}.{ending}"),
            number => format!("{stem}-{number}.{ending}"),
        };
        let made = OpenOptions::new().write(true).create_new(true).open(&name);
        match made.and_then(|mut file| file.write_all(bytes).map(|()| file)) {
            Ok(file) => return Ok((name, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(format!("{name} cannot be written here: {error}")),
        }
    }
    Err(format!("there are too many files named {stem} here already"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_become_names_of_files() {
        assert_eq!(plain("Seat 12A is sold twice!"), "seat-12a-is-sold-twice");
        assert_eq!(plain("../../etc/passwd"), "etc-passwd");
        assert_eq!(plain("千代田"), "run");
    }
}
