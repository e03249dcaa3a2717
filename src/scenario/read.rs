//! Reads a preset's file: bytes in, the file mirror with its places out, or every problem.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path as FilePath;

use serde_path_to_error::Segment as SerdeSegment;

use super::file::Preset;
use super::locate::{Locations, MOST_BYTES};
use super::path::{Path, Segment};
use super::problem::{Problem, Problems, Report, Source, nearest};
use super::schema::SCHEMA;
use super::{shape, systems};

/// Reads a preset from `text`, which is called `name` in problems.
pub fn read_text(name: &str, text: &[u8]) -> Result<(Preset, Locations), Problems> {
    let locations = Locations::new(name, text)?;
    let mut report = Report::new(&locations);
    shape::check(&SCHEMA, &mut report);
    report.finish()?;
    let mut preset: Preset = match serde_yaml::from_str(&locations.source().text) {
        Ok(preset) => preset,
        Err(error) => return Err(located(&locations, &error)),
    };
    let mut locations = locations;
    if let Some(system) = preset.system {
        systems::fill(system, &mut preset, &mut locations)?;
    }
    Ok((preset, locations))
}

/// Keeping the path while reading is dear, and the shape check leaves next to nothing to find: so it is read a second
/// time for the path where it did find something.
fn located(locations: &Locations, error: &serde_yaml::Error) -> Problems {
    let reader = serde_yaml::Deserializer::from_str(&locations.source().text);
    match serde_path_to_error::deserialize::<_, Preset>(reader) {
        Err(error) => disagreement(locations, path_of(error.path()), error.inner()),
        Ok(_) => disagreement(locations, Path::root(), error),
    }
}

/// Reads a preset from the file at `path`; `-` is standard input. Never reads more than one byte beyond the limit.
pub fn read_path(path: &FilePath) -> Result<(Preset, Locations), Problems> {
    let name = path.display().to_string();
    if name == "-" {
        let name = "standard input";
        let text = bounded(std::io::stdin().lock()).map_err(|error| unreadable(name, path, &error))?;
        return read_text(name, &text);
    }
    read_text(&name, &read_bytes(path)?)
}

/// The bytes of the file at `path`, never more than one beyond the limit; what cannot be read is told by its name.
pub fn read_bytes(path: &FilePath) -> Result<Vec<u8>, Problems> {
    read_file(path).map_err(|error| unreadable(&path.display().to_string(), path, &error))
}

fn read_file(path: &FilePath) -> std::io::Result<Vec<u8>> {
    // Opening a pipe would wait for a writer; opening a directory succeeds on some systems.
    if std::fs::metadata(path)?.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    bounded(File::open(path)?)
}

fn bounded(from: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(name: &str, path: &FilePath, error: &std::io::Error) -> Problems {
    let source = Source { name: name.to_owned(), text: String::new() };
    let problem = |message: String| Problem::new(Path::root(), message);
    let problem = match error.kind() {
        ErrorKind::NotFound => {
            let problem = problem(format!("there is no file `{name}`"));
            match neighbour(path) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem,
            }
        }
        ErrorKind::IsADirectory => {
            problem(format!("`{name}` is a directory")).help("a file is wanted, such as `split-brain.yaml`")
        }
        ErrorKind::PermissionDenied => problem(format!("`{name}` may not be read: permission denied")),
        _ => problem(format!("`{name}` could not be read: {error}")),
    };
    Problems::one(source, problem)
}

/// The file of the same folder with the nearest name.
fn neighbour(path: &FilePath) -> Option<String> {
    let wanted = path.file_name()?.to_str()?;
    let folder = path.parent()?;
    let here = if folder.as_os_str().is_empty() { FilePath::new(".") } else { folder };
    let mut names: Vec<String> = std::fs::read_dir(here)
        .ok()?
        .take(1000)
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    let near = nearest(wanted, names.iter().map(String::as_str))?;
    Some(folder.join(near).display().to_string())
}

/// The index and the shape check took the text for a preset, the typed reader does not.
fn disagreement(locations: &Locations, path: Path, error: &serde_yaml::Error) -> Problems {
    let source = locations.source();
    let why = without_place(&error.to_string());
    let (place, message) = match error.location() {
        Some(location) if !is_about_values(&why) => {
            (source.place(location.index(), location.index() + 1), format!("this is not YAML: {why}"))
        }
        _ => (locations.value(&path), format!("this cannot be read: {why}")),
    };
    Problems::one(source.clone(), Problem::new(path, message).at(place))
}

/// Whether serde speaks (its path is the better place), not the parser below it (whose own place is).
fn is_about_values(message: &str) -> bool {
    ["invalid ", "unknown ", "missing ", "duplicate "].iter().any(|start| message.starts_with(start))
}

/// Serde's message without the path before and the place behind it, which are drawn better than that.
fn without_place(message: &str) -> String {
    let message = message.split_once(" at line ").map_or(message, |(before, _)| before);
    message
        .rsplit_once(": invalid ")
        .map_or_else(|| message.to_owned(), |(_, after)| format!("invalid {after}"))
}

fn path_of(path: &serde_path_to_error::Path) -> Path {
    Path(
        path.iter()
            .filter_map(|segment| match segment {
                SerdeSegment::Seq { index } => Some(Segment::Index(*index)),
                SerdeSegment::Map { key } => Some(Segment::Key(key.clone())),
                SerdeSegment::Enum { .. } | SerdeSegment::Unknown => None,
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests;
