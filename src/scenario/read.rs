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
use super::shape;

/// Reads a preset from `text`, which is called `name` in problems.
pub fn read_text(name: &str, text: &[u8]) -> Result<(Preset, Locations), Problems> {
    let locations = Locations::new(name, text)?;
    let source = locations.source();
    let value = serde_yaml::from_str(&source.text).map_err(|error| disagreement(source, &error))?;
    let mut report = Report::new(&locations);
    shape::check(&value, &SCHEMA, &mut report);
    report.finish()?;
    let reader = serde_yaml::Deserializer::from_str(&source.text);
    let preset = serde_path_to_error::deserialize(reader).map_err(|error| {
        let path = path_of(error.path());
        let message = without_place(&error.inner().to_string());
        Problems::one(source.clone(), Problem::new(path.clone(), message).at(locations.value(&path)))
    })?;
    Ok((preset, locations))
}

/// Reads a preset from the file at `path`; `-` is standard input. Never reads more than one byte beyond the limit.
pub fn read_path(path: &FilePath) -> Result<(Preset, Locations), Problems> {
    let name = path.display().to_string();
    if name == "-" {
        let name = "standard input";
        let text = bounded(std::io::stdin().lock()).map_err(|error| unreadable(name, path, &error))?;
        return read_text(name, &text);
    }
    let text = read_file(path).map_err(|error| unreadable(&name, path, &error))?;
    read_text(&name, &text)
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
        ErrorKind::IsADirectory => problem(format!("`{name}` is a directory"))
            .help("name a preset's file, such as `split-brain.yaml`"),
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

/// The index took the text for YAML, the typed reader does not.
fn disagreement(source: &Source, error: &serde_yaml::Error) -> Problems {
    let problem =
        Problem::new(Path::root(), format!("this is not YAML: {}", without_place(&error.to_string())));
    let problem = match error.location() {
        None => problem,
        Some(location) => problem.at(source.place(location.index(), location.index() + 1)),
    };
    Problems::one(source.clone(), problem)
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
