//! Whether the terminal is light or dark, where nobody said: it is asked after the first picture, and nothing waits
//! for it. Its answer, however late, changes the theme as long as nobody has touched a key; it is never a key itself
//! ([`Input::ask_background`]). A terminal that does not answer keeps the dark theme.

use super::{
    input::{Background, Happening, Input},
    theme::{Kind, Theme},
};

/// What is known of the terminal's background.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backdrop {
    /// Enough, or as much as will ever be.
    Known,
    /// To be asked for.
    Unasked,
    /// The answer may come.
    Asked,
}

impl Backdrop {
    /// Terminals without windows print what they do not understand: they are not asked.
    pub fn of_terminal(variable: impl Fn(&str) -> Option<String>) -> Self {
        let terminal = variable("TERM").unwrap_or_default();
        let bare = ["", "dumb", "linux", "cons25"].contains(&&*terminal) || terminal.starts_with("vt");
        if bare { Self::Known } else { Self::Unasked }
    }

    /// Asks once; call it after a picture.
    pub(super) fn ask(&mut self, input: &mut Input) {
        if *self == Self::Unasked {
            *self = Self::Asked;
            input.ask_background();
        }
    }

    /// The theme after a happening: the terminal's answer counts unless somebody has begun to do something.
    pub(super) fn seen(&mut self, happening: &Happening, theme: Theme) -> Theme {
        match happening {
            Happening::Background(background) if *self == Self::Asked => {
                *self = Self::Known;
                let kind = match background {
                    Background::Dark => Kind::Dark,
                    Background::Light => Kind::Light,
                };
                Theme::new(kind, theme.depth())
            }
            Happening::Key(_) | Happening::Mouse(_) | Happening::Paste(_) => {
                *self = Self::Known;
                theme
            }
            Happening::Background(_) | Happening::Resize(_) | Happening::Resumed(_) | Happening::End(_) => {
                theme
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    use super::*;
    use crate::tui::theme::Depth;

    #[test]
    fn an_answer_counts_until_somebody_touches_a_key() {
        let dark = Theme::new(Kind::Dark, Depth::Indexed);
        let light = Happening::Background(Background::Light);
        let mut backdrop = Backdrop::Asked;
        assert_eq!(backdrop.seen(&light, dark).kind(), Kind::Light);
        let mut backdrop = Backdrop::Asked;
        let key = Happening::Key(KeyEvent::new(KeyCode::Char('t'), KeyModifiers::NONE));
        assert_eq!(backdrop.seen(&key, dark), dark);
        assert_eq!(backdrop.seen(&light, dark), dark);
    }

    #[test]
    fn terminals_that_would_print_the_question_are_not_asked() {
        let of = |name: &'static str| Backdrop::of_terminal(move |_| Some(name.to_owned()));
        assert_eq!([of("linux"), of("dumb"), of("vt220"), of("")], [Backdrop::Known; 4]);
        assert_eq!([of("xterm-256color"), of("tmux"), of("foot")], [Backdrop::Unasked; 3]);
    }
}
