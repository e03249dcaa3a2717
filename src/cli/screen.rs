//! `laggard [PRESET]`: the screen.

use crate::{
    base::Seed,
    drive::{FirstStaleRead, Start, spawn},
    scenario::problem::Look,
    tui::{
        app::{self, Motion},
        backdrop::Backdrop,
        guard::{Guard, Mouse},
        theme::{Depth, GlyphChoice, Glyphs, Kind, Theme},
        ui::{Mode, Modes, Ui},
    },
};

use super::{
    REFUSED,
    args::{Args, ColorArg, GlyphsArg, Switch, ThemeArg},
    config, load,
    output::{self, Output},
    settings::Wishes,
};

/// Opens on the favourite colour where nothing else is asked for.
pub(super) const FIRST: &str = "favorite-color";

pub(super) fn run(args: &Args, out: &mut Output) -> u8 {
    let args = &args.screen;
    let Some(appearance) = appearance(Wishes::of_screen(args), out) else { return REFUSED };
    // A preset on standard input is read before the terminal is taken.
    let preset = args.preset.as_deref().unwrap_or(FIRST);
    let Some(scenario) = load(preset, out) else { return REFUSED };
    let seed = args.seed.map_or(scenario.seed, Seed);
    let mut guard = match Guard::enter(appearance.mouse) {
        Ok(guard) => guard,
        Err(error) => {
            out.error(&format!("laggard: {error}"));
            return REFUSED;
        }
    };
    let ui = Ui::new(appearance.theme, appearance.glyphs).in_modes(appearance.modes).on_preset(preset);
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
        app::run(&mut guard, ui, handle, appearance.backdrop).await
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

/// How a screen looks and what it heeds.
#[derive(Debug)]
pub(super) struct Appearance {
    pub(super) theme: Theme,
    pub(super) backdrop: Backdrop,
    pub(super) glyphs: &'static Glyphs,
    pub(super) mouse: Mouse,
    pub(super) modes: Modes,
}

/// What the flags say, else the environment, else the file, else what the terminal seems to want. What cannot be
/// understood is told; then there is none.
pub(super) fn appearance(flags: Wishes, out: &mut Output) -> Option<Appearance> {
    let kept = match config::kept(|name| std::env::var_os(name)) {
        Ok(kept) => kept,
        Err(refused) => {
            let look = if output::is_coloured() { Look::Styled } else { Look::Plain };
            out.error(&refused.render(look));
            return None;
        }
    };
    let wishes = flags.over(kept);
    let variable = |name: &str| std::env::var(name).ok();
    let chosen = wishes.theme.and_then(ThemeArg::kind).or_else(|| Kind::told(variable));
    let backdrop = if chosen.is_some() { Backdrop::Known } else { Backdrop::of_terminal(variable) };
    let kind = chosen.unwrap_or(Kind::Dark);
    let depth = wishes.color.and_then(ColorArg::depth).unwrap_or_else(|| Depth::detect(variable));
    let glyphs = GlyphChoice::from(wishes.glyphs.unwrap_or(GlyphsArg::Auto)).resolve(variable);
    let mouse = if wishes.mouse == Some(Switch::Off) { Mouse::Off } else { Mouse::On };
    Some(Appearance {
        theme: Theme::new(kind, depth),
        backdrop,
        glyphs,
        mouse,
        modes: Modes {
            big: mode(wishes.big),
            remote: mode(wishes.remote),
            motion: wishes.motion.map_or(Motion::Full, Motion::from),
            mouse,
        },
    })
}

fn mode(wish: Option<Switch>) -> Mode {
    match wish {
        Some(Switch::On) => Mode::On,
        Some(Switch::Off) | None => Mode::Off,
    }
}
