//! `laggard [PRESET]`: the screen.

use crate::{
    base::Seed,
    drive::{FirstStaleRead, Start, spawn},
    tui::{
        app::{self, Motion},
        guard::{Guard, Mouse},
        theme::{Depth, GlyphChoice, Glyphs, Kind, Theme},
        ui::Ui,
    },
};

use super::{
    REFUSED,
    args::{Args, LookArgs, MotionArg},
    load,
    output::Output,
};

/// Opens on the favourite colour where nothing else is asked for.
const FIRST: &str = "favorite-color";

pub(super) fn run(args: &Args, out: &mut Output) -> u8 {
    let args = &args.screen;
    // A preset on standard input is read before the terminal is taken.
    let Some(scenario) = load(args.preset.as_deref().unwrap_or(FIRST), out) else {
        return REFUSED;
    };
    let seed = args.seed.map_or(scenario.seed, Seed);
    let mut guard = match Guard::enter(mouse(&args.look)) {
        Ok(guard) => guard,
        Err(error) => {
            out.error(&format!("laggard: {error}"));
            return REFUSED;
        }
    };
    let (theme, glyphs) = look(&args.look);
    let ui = Ui::new(theme, glyphs);
    let motion = match args.motion {
        MotionArg::Full => Motion::Full,
        MotionArg::Reduced => Motion::Reduced,
        MotionArg::Off => Motion::Off,
    };
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            drop(guard);
            out.error(&format!("laggard: no runtime: {error}"));
            return REFUSED;
        }
    };
    let left = runtime.block_on(async {
        let start = Start { seed, first_stale_read: FirstStaleRead::Pauses };
        let (handle, _task) = spawn(scenario, start);
        app::run(&mut guard, ui, handle, motion).await
    });
    drop(guard);
    left.unwrap_or_else(|error| {
        out.error(&format!("laggard: {error}"));
        1
    })
}

/// What a screen waits with.
pub(super) fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_time().build()
}

pub(super) fn mouse(args: &LookArgs) -> Mouse {
    if args.no_mouse { Mouse::Off } else { Mouse::On }
}

/// The theme and the glyphs: as asked for, else as the terminal seems to want them.
pub(super) fn look(args: &LookArgs) -> (Theme, &'static Glyphs) {
    let variable = |name: &str| std::env::var(name).ok();
    let kind = args.theme.map_or_else(|| Kind::detect(variable), Kind::from);
    let depth = args.color.map_or_else(|| Depth::detect(variable), Depth::from);
    let glyphs = GlyphChoice::from(args.glyphs).resolve(variable);
    (Theme::new(kind, depth), glyphs)
}
