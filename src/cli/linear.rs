//! `laggard --linear [PRESET]`: lines in, sentences out. No terminal is needed, none is changed, and no configuration is
//! read: the same lines give the same bytes.

use std::io::BufRead as _;

use crate::{
    base::Seed,
    tui::linear::{Linear, Next},
};

use super::{REFUSED, args::ScreenArgs, load, output::Output, screen::FIRST};

pub(super) fn run(args: &ScreenArgs, out: &mut Output) -> u8 {
    let preset = args.preset.as_deref().unwrap_or(FIRST);
    if preset == "-" {
        out.error("error: with --linear standard input has the commands\nhelp: name the preset or its file");
        return REFUSED;
    }
    let Some(scenario) = load(preset, out) else { return REFUSED };
    let seed = args.seed.map_or(scenario.seed, Seed);
    let mut linear = Linear::new(scenario, seed);
    out.text(&linear.greeting());
    out.flush();
    let mut input = std::io::stdin().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        match input.read_until(b'\n', &mut line) {
            // The end of the input is the end.
            Ok(0) => return 0,
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => {
                out.error(&format!("error: standard input cannot be read: {error}"));
                return REFUSED;
            }
        }
        let words = String::from_utf8_lossy(&line);
        let next = linear.answer(&words, &mut |sentence| {
            out.text(sentence);
            out.text("\n");
        });
        out.flush();
        if next == Next::Quit {
            return 0;
        }
    }
}
