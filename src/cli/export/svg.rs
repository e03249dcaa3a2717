//! `laggard export PRESET --format svg`: the screen at one instant of a run.

use ratatui::layout::Size;

use crate::{
    base::{KeyId, Seed, SimTime},
    drive::{self, Timeline},
    export::Refused,
    scenario::{Scenario, problem::quoted, units},
    tui::{
        picture::{Look, picture},
        svg,
        theme::{Depth, Kind, Theme, UNICODE},
        ui::{Layout, Mode, View},
    },
};

use super::{
    super::{
        REFUSED,
        args::{ExportArgs, ThemeArg},
        load,
        output::Output,
    },
    complaint, write,
};

/// What a picture has where nothing is said.
const USUAL: Size = Size { width: 120, height: 36 };
/// The largest picture.
const MOST: Size = Size { width: 500, height: 200 };

pub(super) fn export(args: &ExportArgs, out: &mut Output) -> u8 {
    let (at, look) = match (args.at.as_deref().map(time).transpose(), look(args)) {
        (Ok(at), Ok(look)) => (at, look),
        (Err(problem), _) | (_, Err(problem)) => {
            out.error(&problem);
            return REFUSED;
        }
    };
    let Some(scenario) = load(&args.preset, out) else { return REFUSED };
    let seed = args.seed.map_or(scenario.seed, Seed);
    let mut timeline = drive::run(&scenario, seed, |_, _| {}).timeline;
    if let Some(at) = at {
        timeline.seek_time(at);
    }
    let focus = match focus(args, &scenario, &timeline) {
        Ok(focus) => focus,
        Err(problem) => {
            out.error(&problem);
            return REFUSED;
        }
    };
    let buffer = picture(&timeline, focus, look);
    let title = format!("laggard: {}, {} at {}", scenario.title, look.view.name(), timeline.position().at);
    write(&svg::svg(&buffer, look.theme.kind(), &title), args.output.as_deref(), out)
}

/// The key that is shown: the named one, else the preset's.
pub(super) fn focus(args: &ExportArgs, scenario: &Scenario, timeline: &Timeline) -> Result<KeyId, String> {
    let Some(name) = &args.key else { return Ok(scenario.focus) };
    let keys = timeline.simulation().keys();
    match keys.iter().position(|key| **key == **name) {
        Some(index) => Ok(KeyId(u32::try_from(index).unwrap_or(u32::MAX))),
        None => Err(complaint(&Refused::NoSuchKey(keys.to_vec()), name)),
    }
}

/// What the pictures look like.
pub(super) fn look(args: &ExportArgs) -> Result<Look, String> {
    let size = args.size.as_deref().map(size).transpose()?.unwrap_or(USUAL);
    let theme = Theme::new(args.theme.and_then(ThemeArg::kind).unwrap_or(Kind::Dark), Depth::True);
    Ok(Look {
        size,
        theme,
        glyphs: &UNICODE,
        view: args.view.map_or(View::Cluster, View::from),
        layout: args.layout.map_or(Layout::Grid, Layout::from),
        big: if args.big { Mode::On } else { Mode::Off },
    })
}

pub(super) fn time(text: &str) -> Result<SimTime, String> {
    units::parse_duration(text).map(SimTime).map_err(|error| {
        format!("error: --at {}: {error}\nhelp: a time since the start, such as 2.5s", quoted(text))
    })
}

fn size(text: &str) -> Result<Size, String> {
    let parsed = text.split_once(['x', '×']).and_then(|(width, height)| {
        Some(Size { width: width.trim().parse().ok()?, height: height.trim().parse().ok()? })
    });
    parsed
        .filter(|size| {
            size.width > 0 && size.height > 0 && size.width <= MOST.width && size.height <= MOST.height
        })
        .ok_or_else(|| {
            format!(
                "error: --size {}: columns and rows are wanted\nhelp: such as 80x24, at most {}x{}",
                quoted(text),
                MOST.width,
                MOST.height
            )
        })
}
