//! Floor 7: the command line. Chooses a driver, prints errors, decides exit codes. Standard output carries
//! results only; a closed pipe ends quietly.

mod args;
mod config;
mod export;
mod headless;
mod json;
mod judge;
mod linear;
mod output;
mod screen;
mod settings;
mod systems;

use std::{path::Path, process::ExitCode, sync::Arc};

use clap::{
    CommandFactory as _, Parser as _,
    error::{ContextKind, ErrorKind},
};

use crate::{
    base::Seed,
    scenario::{
        Scenario, builtin, builtin_text,
        problem::{Look, Problems, nearest, quoted},
        schema::schema,
    },
};
use args::{Args, Verb};
use output::Output;
pub use settings::settings_table;

/// An input or the command line was refused.
const REFUSED: u8 = 2;

/// The whole program; gives its exit status.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version are answers, everything else a refusal.
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            let beside_a_verb = error.get(ContextKind::InvalidSubcommand).is_some();
            match (error.kind(), std::env::args_os().nth(1)) {
                (ErrorKind::ArgumentConflict, Some(first)) if beside_a_verb => {
                    Output::default().error(&misplaced(&first.to_string_lossy()));
                }
                _ => drop(error.print()),
            }
            return ExitCode::from(if asked { 0 } else { REFUSED });
        }
    };
    let out = &mut Output::default();
    ExitCode::from(dispatch(&args, out))
}

fn dispatch(args: &Args, out: &mut Output) -> u8 {
    match &args.verb {
        None if args.screen.linear => linear::run(&args.screen, out),
        None => screen::run(args, out),
        Some(Verb::Run { preset, json, seed }) => match load(preset, out) {
            Some(scenario) => {
                let seed = seed.map_or(scenario.seed, Seed);
                if *json { json::run(&scenario, seed, out) } else { headless::run(&scenario, seed, out) }
            }
            None => REFUSED,
        },
        Some(Verb::Check { presets, seed }) => headless::check(presets, seed.map(Seed), out),
        Some(Verb::Export(args)) => export::export(args, out),
        Some(Verb::Judge(args)) => judge::judge(args, out),
        Some(Verb::List) => list(out),
        Some(Verb::Systems { name, json }) => systems::systems(name.as_deref(), *json, out),
        Some(Verb::Schema) => {
            out.text(&format!("{:#}\n", schema()));
            0
        }
        Some(Verb::Completions { shell }) => {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut Args::command(), "laggard", &mut text);
            out.bytes(&text);
            0
        }
        Some(Verb::Man) => man(out),
    }
}

/// A preset by name or path; what is wrong with it goes to standard error.
fn load(argument: &str, out: &mut Output) -> Option<Arc<Scenario>> {
    match Scenario::find(argument) {
        Ok(scenario) => Some(Arc::new(scenario)),
        Err(problems) => {
            complain(&problems, out);
            if is_name(argument) {
                out.error(&hint(argument));
            }
            None
        }
    }
}

/// Whether an argument can only be meant as the name of a preset, or of a command.
fn is_name(argument: &str) -> bool {
    let is_file = argument == "-" || argument.contains(['/', '.']) || Path::new(argument).exists();
    !is_file && builtin_text(argument).is_none()
}

/// What to try after a word that means nothing.
fn hint(word: &str) -> String {
    let commands = Args::command();
    let near = nearest(word, commands.get_subcommands().map(clap::Command::get_name));
    let near = near.map_or_else(String::new, |verb| format!("did you mean `laggard {verb}`? "));
    format!("{near}`laggard list` shows every preset, `laggard --help` every command")
}

/// More words than a preset alone, and the first of them is no command.
fn misplaced(first: &str) -> String {
    if first.starts_with('-') {
        let why = "error: options before a command are for the screen, which takes a preset and no command";
        format!("{why}\n`laggard run PRESET --seed N` has its own options; `laggard --help` shows them all")
    } else if is_name(first) {
        format!("error: no command is called {}\n{}", quoted(first), hint(first))
    } else {
        "error: the screen shows one preset at a time\n`laggard check PRESET...` judges several".to_owned()
    }
}

fn complain(problems: &Problems, out: &mut Output) {
    let look = if output::is_coloured() { Look::Styled } else { Look::Plain };
    out.error(&problems.render(look));
}

fn list(out: &mut Output) -> u8 {
    let presets: Vec<(&str, String)> = builtin().collect();
    let widest = presets.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, title) in presets {
        out.text(&format!("{name:<widest$}  {title}\n"));
    }
    0
}

fn man(out: &mut Output) -> u8 {
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(Args::command()).render(&mut page);
    debug_assert!(rendered.is_ok(), "writing to memory cannot fail");
    out.bytes(&page);
    out.text(".SH FILES\n.TP\n\\fI$XDG_CONFIG_HOME/laggard/config.yaml\\fR\n");
    out.text("Else \\fI~/.config/laggard/config.yaml\\fR: how the screen looks, one setting a line.\n");
    for setting in &settings::SETTINGS {
        let words = (setting.words)().join(", ").replace('-', "\\-");
        let doc = setting.doc.replace('`', "").replace('-', "\\-");
        out.text(&format!(".TP\n\\fB{}\\fR: {words}\n{doc}\n", setting.key));
    }
    out.text(".SH KEYS\n");
    for entry in crate::tui::registry::TABLE {
        let keys = crate::tui::registry::keys_of(entry.action).replace('\\', "\\\\").replace('-', "\\-");
        out.text(&format!(".TP\n\\fB{keys}\\fR\n{}\n", entry.doc));
    }
    0
}
