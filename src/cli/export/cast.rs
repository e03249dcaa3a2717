//! `laggard export PRESET --format cast`: the whole run as a recording that terminals play, ten pictures a second of
//! virtual time; what does not change takes no line.

use std::time::Duration;

use ratatui::buffer::Buffer;

use crate::{
    base::{Seed, SimTime, Span},
    drive,
    tui::{
        cast::{Cast, Version},
        picture::picture,
        screen::Screen,
    },
};

use super::{
    super::{REFUSED, args::ExportArgs, load, output::Output},
    svg::{focus, look, time},
    write,
};

const FRAME: Span = Span::millis(100);
/// The longest run that is recorded whole.
const MOST: Span = Span::secs(600);

pub(super) fn export(args: &ExportArgs, version: Version, out: &mut Output) -> u8 {
    let (until, look) = match (args.at.as_deref().map(time).transpose(), look(args)) {
        (Ok(until), Ok(look)) => (until, look),
        (Err(problem), _) | (_, Err(problem)) => {
            out.error(&problem);
            return REFUSED;
        }
    };
    let Some(scenario) = load(&args.preset, out) else { return REFUSED };
    let seed = args.seed.map_or(scenario.seed, Seed);
    let report = drive::run(&scenario, seed, |_, _| {});
    let mut timeline = report.timeline;
    let focus = match focus(args, &scenario, &timeline) {
        Ok(focus) => focus,
        Err(problem) => {
            out.error(&problem);
            return REFUSED;
        }
    };
    let end = until.unwrap_or(timeline.head().at).min(SimTime(MOST.0));
    let mut screen = Screen::new(Vec::new(), look.size);
    let mut cast = Cast::new(version);
    let mut text = cast.header(look.size, &scenario.title);
    let mut said = report.said.iter().filter_map(|(at, said)| Some((*at, said.text()?))).peekable();
    let mut now = SimTime::ZERO;
    timeline.seek_time(now);
    loop {
        let at = Duration::from_nanos(now.0);
        while let Some((_, words)) = said.next_if(|(at, _)| *at <= now) {
            text += &cast.marker(at, words);
        }
        let drawn = picture(&timeline, focus, look);
        let before = screen.sink().len();
        let copy = |buffer: &mut Buffer| {
            buffer.content.clone_from(&drawn.content);
            None
        };
        // Writing to memory cannot fail.
        if matches!(screen.draw(copy), Ok(bytes) if bytes > 0) {
            text += &cast.output(at, &screen.sink()[before..]);
        }
        if now >= end {
            break;
        }
        now = (now + FRAME).min(end);
        timeline.seek_time(now);
    }
    write(&text, args.output.as_deref(), out)
}
