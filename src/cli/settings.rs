//! The settings of the screen that people keep: one table for the flags' words, the environment, the file and the
//! documentation.
//!
//! ```text
//! --theme light  over  LAGGARD_THEME=light  over  config.yaml: theme: light  over  what the terminal says
//! ```

use std::fmt::Write as _;

use clap::ValueEnum;

use super::args::{ColorArg, GlyphsArg, LookArgs, MotionArg, ScreenArgs, Switch, ThemeArg};

/// One setting and all there is to say about it.
#[derive(Debug)]
pub(super) struct Setting {
    /// Its name in the file; the flag has it with two dashes before it, the variable in capitals.
    pub(super) key: &'static str,
    pub(super) words: fn() -> Vec<String>,
    /// What holds where nobody chose.
    pub(super) usual: &'static str,
    /// One sentence.
    pub(super) doc: &'static str,
}

/// In the order of the documentation.
pub(super) static SETTINGS: [Setting; 7] = [
    Setting {
        key: "theme",
        words: words::<ThemeArg>,
        usual: "auto",
        doc: "The colours; `auto` goes by `COLORFGBG`, else by the terminal's background where it tells, else `dark`.",
    },
    Setting {
        key: "color",
        words: words::<ColorArg>,
        usual: "auto",
        doc: "How many colours may be used; `auto` goes by `COLORTERM` and `TERM`. `NO_COLOR` in the environment \
              overrides the file.",
    },
    Setting {
        key: "glyphs",
        words: words::<GlyphsArg>,
        usual: "auto",
        doc: "Shapes and box lines, or plain ASCII; `auto` goes by the locale and the terminal.",
    },
    Setting {
        key: "motion",
        words: words::<MotionArg>,
        usual: "full",
        doc: "How much may move: messages at 20 pictures a second, at 4, or pictures at events only.",
    },
    Setting {
        key: "mouse",
        words: words::<Switch>,
        usual: "on",
        doc: "Clicks and the wheel; `off` leaves the mouse to the terminal's own selection (`--no-mouse`).",
    },
    Setting {
        key: "big",
        words: words::<Switch>,
        usual: "off",
        doc: "The big mode for projectors, as key `b` switches it.",
    },
    Setting {
        key: "remote",
        words: words::<Switch>,
        usual: "off",
        doc: "The mode for a presenter's remote: PageDown goes forward, PageUp back, `.` and `b` pause.",
    },
];

fn words<W: ValueEnum>() -> Vec<String> {
    W::value_variants()
        .iter()
        .filter_map(ValueEnum::to_possible_value)
        .map(|value| value.get_name().to_owned())
        .collect()
}

/// What somebody chose; nothing where they left it open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Wishes {
    pub(super) theme: Option<ThemeArg>,
    pub(super) color: Option<ColorArg>,
    pub(super) glyphs: Option<GlyphsArg>,
    pub(super) motion: Option<MotionArg>,
    pub(super) mouse: Option<Switch>,
    pub(super) big: Option<Switch>,
    pub(super) remote: Option<Switch>,
}

impl Wishes {
    /// What the flags of a screen say.
    pub(super) fn of_look(look: &LookArgs) -> Self {
        Self {
            theme: look.theme,
            color: look.color,
            glyphs: look.glyphs,
            mouse: if look.no_mouse { Some(Switch::Off) } else { look.mouse },
            ..Self::default()
        }
    }

    /// What the flags of the laboratory say.
    pub(super) fn of_screen(args: &ScreenArgs) -> Self {
        Self { motion: args.motion, big: args.big, remote: args.remote, ..Self::of_look(&args.look) }
    }

    /// Sets one by its key and a word; says whether there is such a word.
    pub(super) fn set(&mut self, key: &str, word: &str) -> bool {
        match key {
            "theme" => take(&mut self.theme, word),
            "color" => take(&mut self.color, word),
            "glyphs" => take(&mut self.glyphs, word),
            "motion" => take(&mut self.motion, word),
            "mouse" => take(&mut self.mouse, truth(word)),
            "big" => take(&mut self.big, truth(word)),
            "remote" => take(&mut self.remote, truth(word)),
            _ => false,
        }
    }

    /// These, and where they leave something open, those.
    pub(super) fn over(self, those: Self) -> Self {
        Self {
            theme: self.theme.or(those.theme),
            color: self.color.or(those.color),
            glyphs: self.glyphs.or(those.glyphs),
            motion: self.motion.or(those.motion),
            mouse: self.mouse.or(those.mouse),
            big: self.big.or(those.big),
            remote: self.remote.or(those.remote),
        }
    }
}

fn take<W: ValueEnum>(wish: &mut Option<W>, word: &str) -> bool {
    let taken = W::from_str(word, false).ok();
    let known = taken.is_some();
    *wish = taken.or(wish.take());
    known
}

/// YAML's own words for on and off.
fn truth(word: &str) -> &str {
    match word {
        "true" => "on",
        "false" => "off",
        other => other,
    }
}

/// The variable of the environment for a setting.
pub(super) fn variable(key: &str) -> String {
    format!("LAGGARD_{}", key.to_ascii_uppercase())
}

/// The table of the documentation.
#[must_use]
pub fn settings_table() -> String {
    let mut table = String::from("| key | words | default | what |\n|---|---|---|---|\n");
    for setting in &SETTINGS {
        let words = (setting.words)().iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" ");
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| `{}` | {words} | `{}` | {} |", setting.key, setting.usual, setting.doc);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_takes_each_of_its_words_and_no_other() {
        for setting in &SETTINGS {
            for word in (setting.words)() {
                let mut wishes = Wishes::default();
                assert!(wishes.set(setting.key, &word), "{}: {word}", setting.key);
                assert_ne!(wishes, Wishes::default(), "{}: {word}", setting.key);
            }
            assert!((setting.words)().contains(&setting.usual.to_owned()), "{}", setting.key);
            let mut wishes = Wishes::default();
            assert!(!wishes.set(setting.key, "sideways") && wishes == Wishes::default());
        }
        assert!(!Wishes::default().set("colour", "never"));
    }

    #[test]
    fn what_is_chosen_above_hides_what_is_chosen_below() {
        let (mut above, mut below) = (Wishes::default(), Wishes::default());
        assert!(above.set("theme", "light") && above.set("big", "false"));
        for setting in &SETTINGS {
            assert!(below.set(setting.key, (setting.words)().last().expect("a word")));
        }
        let both = above.over(below);
        assert_eq!((both.theme, both.big), (Some(ThemeArg::Light), Some(Switch::Off)));
        assert_eq!((both.color, both.motion), (below.color, below.motion));
        assert_eq!(Wishes::default().over(below), below);
    }
}
