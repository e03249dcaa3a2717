//! `laggard systems`: the profiles side by side, one under the other where the terminal is narrow, one with its
//! sources, or all as JSON. Prints; what is in a profile is decided in `scenario`.

use std::io::IsTerminal as _;

use serde_json::{Value, json};

use super::REFUSED;
use super::output::Output;
use crate::scenario::{
    problem::{nearest, quoted},
    systems::{PROFILES, Profile, Source, named, settings},
};

/// What stands where a system has no such setting.
const NONE: &str = "-";
/// Marks a default that no document of the system states.
const OURS: &str = "*";

#[expect(clippy::fn_params_excessive_bools, reason = "as the command line has it")]
pub(super) fn systems(name: Option<&str>, as_json: bool, out: &mut Output) -> u8 {
    let wanted: Vec<&Profile> = match name {
        None => PROFILES.to_vec(),
        Some(name) => match named(name) {
            Some(profile) => vec![profile],
            None => return unknown(name, out),
        },
    };
    let text = if as_json {
        format!("{:#}\n", Value::Array(wanted.iter().map(|profile| object(profile)).collect()))
    } else if name.is_some() {
        wanted.iter().map(|profile| with_sources(profile)).collect()
    } else {
        let table = side_by_side(&wanted);
        if widest(&table) <= width() { table } else { one_by_one(&wanted) }
    };
    out.text(&text);
    0
}

fn unknown(name: &str, out: &mut Output) -> u8 {
    let names = PROFILES.map(|profile| profile.name);
    let help = nearest(name, names).map_or_else(
        || format!("the systems are {}", names.map(quoted).join(", ")),
        |near| format!("did you mean `laggard systems {near}`?"),
    );
    out.error(&format!("error: no system is called {}\n{help}", quoted(name)));
    REFUSED
}

/// Columns of the terminal, or of what `COLUMNS` says; a file or a pipe is as wide as needed.
fn width() -> usize {
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let terminal = || crossterm::terminal::size().ok().map(|(columns, _)| usize::from(columns));
    match told {
        Some(columns) => columns,
        None if std::io::stdout().is_terminal() => terminal().unwrap_or(80),
        None => usize::MAX,
    }
}

fn widest(text: &str) -> usize {
    text.lines().map(|line| line.chars().count()).max().unwrap_or(0)
}

/// The value of `path` in `profile`, marked where it is ours.
fn cell(profile: &Profile, path: &str) -> String {
    profile.setting(path).map_or_else(
        || NONE.to_owned(),
        |setting| match setting.source {
            Source::Documented(_) => setting.value.to_owned(),
            Source::Ours(_) => format!("{}{OURS}", setting.value),
        },
    )
}

fn side_by_side(profiles: &[&Profile]) -> String {
    let mut rows: Vec<Vec<String>> = vec![Vec::new()];
    rows[0].push(String::new());
    rows[0].extend(profiles.iter().map(|profile| profile.name.to_owned()));
    for setting in settings() {
        let cells = profiles.iter().map(|profile| cell(profile, setting.path));
        rows.push([setting.short().to_owned()].into_iter().chain(cells).collect());
    }
    aligned(&rows) + &legend()
}

fn one_by_one(profiles: &[&Profile]) -> String {
    let block = |profile: &&Profile| {
        let cells = profile.defaults.iter();
        let rows: Vec<Vec<String>> =
            cells.map(|setting| vec![setting.short().to_owned(), cell(profile, setting.path)]).collect();
        format!("{} ({})\n{}\n", profile.name, profile.title, indented(&aligned(&rows)))
    };
    profiles.iter().map(block).collect::<String>() + &legend()
}

fn with_sources(profile: &Profile) -> String {
    let rows: Vec<Vec<String>> = profile
        .defaults
        .iter()
        .map(|setting| vec![setting.short().to_owned(), setting.value.to_owned(), setting.source.to_string()])
        .collect();
    let presets = match profile.presets {
        [] => String::new(),
        presets => format!("\npresets: {}\n", presets.join(", ")),
    };
    format!("{} ({})\n{}\n\n{}{presets}", profile.name, profile.title, profile.of, aligned(&rows))
}

fn legend() -> String {
    let marked = format!("{OURS} chosen here: not documented, or the user must say   {NONE} no such setting");
    format!("\n{marked}\n`laggard systems NAME` says where each default is documented\n")
}

/// Columns as wide as their widest cell; no blanks at the ends of lines.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

fn indented(text: &str) -> String {
    text.lines().fold(String::new(), |text, line| text + "  " + line + "\n")
}

fn object(profile: &Profile) -> Value {
    let defaults: Vec<Value> = profile
        .defaults
        .iter()
        .map(|setting| {
            let documented = matches!(setting.source, Source::Documented(_));
            json!({
                "setting": setting.path,
                "value": setting.value,
                "documented": documented,
                "source": setting.source.words(),
            })
        })
        .collect();
    json!({
        "system": profile.name,
        "title": profile.title,
        "of": profile.of,
        "presets": profile.presets,
        "defaults": defaults,
    })
}
