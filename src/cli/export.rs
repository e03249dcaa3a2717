//! `laggard export`: a run written down for other programs, to standard output or a file.

mod cast;
mod svg;

use std::{fs, path::Path};

use super::{
    REFUSED,
    args::{ExportArgs, ExportFormatArg},
    load,
    output::Output,
};
use crate::{
    base::Seed,
    check::run_history::Unmodelled,
    export::{Format, Refused, Run},
    scenario::problem::{nearest, quoted},
    tui::cast::Version,
};

pub(super) fn export(args: &ExportArgs, out: &mut Output) -> u8 {
    let format = match args.format {
        ExportFormatArg::Shiviz => Format::Shiviz,
        ExportFormatArg::Edn => Format::Edn,
        ExportFormatArg::Json => Format::Json,
        ExportFormatArg::Csv => Format::Csv,
        ExportFormatArg::Svg => return svg::export(args, out),
        ExportFormatArg::Cast => return cast::export(args, Version::Two, out),
        ExportFormatArg::Cast3 => return cast::export(args, Version::Three, out),
    };
    let looks = args.view.is_some() || args.layout.is_some() || args.theme.is_some();
    if args.at.is_some() || args.size.is_some() || looks {
        out.error("error: --at, --size, --view, --layout and --theme are for pictures\nhelp: --format svg or cast, or leave them out");
        return REFUSED;
    }
    if format == Format::Shiviz && args.key.is_some() {
        out.error("error: a ShiViz log has every event, and --key picks operations\nhelp: leave --key out");
        return REFUSED;
    }
    let Some(scenario) = load(&args.preset, out) else { return REFUSED };
    let run = Run::play(&scenario, args.seed.map_or(scenario.seed, Seed), format);
    let text = match run.text(format, args.key.as_deref()) {
        Ok(text) => text,
        Err(refused) => {
            out.error(&complaint(&refused, args.key.as_deref().unwrap_or_default()));
            return REFUSED;
        }
    };
    write(&text, args.output.as_deref(), out)
}

/// To the file, or to standard output where there is none.
fn write(text: &str, file: Option<&Path>, out: &mut Output) -> u8 {
    match file {
        None => out.text(text),
        Some(path) => {
            if let Err(error) = fs::write(path, text) {
                out.error(&format!("error: {} cannot be written: {error}", quoted(&shown(path))));
                return REFUSED;
            }
        }
    }
    0
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Why not, and what to try.
fn complaint(refused: &Refused, key: &str) -> String {
    match refused {
        Refused::NoSuchKey(keys) => {
            let near = nearest(key, keys.iter().map(|key| &**key));
            let all = || format!("its keys are {}", keys.join(", "));
            let help = near.map_or_else(all, |near| format!("did you mean {}?", quoted(near)));
            format!("error: this run has no key {}\nhelp: {help}", quoted(key))
        }
        Refused::Unmodelled(why) => {
            let help = match why {
                Unmodelled::Counter(_) | Unmodelled::Mixed { .. } => {
                    "--key picks one key; --format json and csv take them all"
                }
                Unmodelled::Siblings { .. } => {
                    "--key picks another key; --format json and csv show every sibling"
                }
                Unmodelled::Nothing => {
                    "a history needs operations: is there a script or a workload, and the right --key?"
                }
            };
            format!("error: this run has no EDN: {why}\nhelp: {help}")
        }
    }
}
