//! The terminal's answer to "which background have you?" (xterm's OSC 11), picked out of the keys.
//!
//! crossterm 0.29 knows no such answer and takes it for keys: `ESC ] 1 1 ; r g b : …` comes as Alt-], 1, 1, ;, r and so
//! on, ended by Ctrl-G (BEL) or Alt-\ (ST). None of it may reach the screen, however late it comes over a slow line and
//! in however many pieces; and what only looks like its beginning is given back as the keys it was.
//!
//! ```text
//! Alt-]          1  1  ;             r g b : f f f f / f f f f / f f f f        Ctrl-G
//! held back      held back           its own from here on: swallowed            the answer
//! ```

use std::{mem, time::Duration};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// The question, ended by BEL: the answer ends as the question did, and a single byte cannot be torn apart.
pub(super) const QUESTION: &[u8] = b"\x1b]11;?\x07";

const BEGINNING: &str = "11;";
/// A longer answer is none.
const LONGEST: usize = 60;
/// A person's next key is not so quick; the rest of what a terminal sent together is.
const HELD: Duration = Duration::from_millis(100);
/// So long the rest of an answer may hang in the line.
const TORN: Duration = Duration::from_secs(2);

/// What the background is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Background {
    Dark,
    Light,
}

/// Whether the terminal was asked something that it has not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    Open,
    None,
}

/// What became of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// Nothing yet.
    Held,
    /// These are keys.
    Keys(Vec<KeyEvent>),
    /// The answer is whole; a colour that cannot be read is none.
    Answer(Option<Background>),
}

/// How much of an answer has come.
#[derive(Clone, Debug, Default)]
pub(super) enum Reply {
    #[default]
    None,
    /// Perhaps an answer: the keys that it would be, and what they spell so far; none before the bracket.
    Perhaps(Vec<KeyEvent>, Option<String>),
    /// Surely.
    Begun(String),
    /// Surely, and an Esc came that may be half of its end.
    Ending(String),
}

impl Reply {
    /// How long the next key may take before [`Self::give_up`]; none where nothing is held back.
    pub(super) fn patience(&self) -> Option<Duration> {
        match self {
            Self::None => None,
            Self::Perhaps(..) | Self::Ending(_) => Some(HELD),
            Self::Begun(_) => Some(TORN),
        }
    }

    /// The rest did not come: what was held back are keys after all; a torn answer is dropped.
    pub(super) fn give_up(&mut self) -> Vec<KeyEvent> {
        match mem::take(self) {
            Self::None | Self::Begun(_) | Self::Ending(_) => Vec::new(),
            Self::Perhaps(keys, _) => keys,
        }
    }

    /// Looks at the next key. While a question is open even an Esc may be the beginning of the answer.
    pub(super) fn take(&mut self, key: KeyEvent, question: Question) -> Taken {
        let plain = spelled(key);
        match mem::take(self) {
            Self::None if is(key, ']', KeyModifiers::ALT) => {
                self.hold(Self::Perhaps(vec![key], Some(String::new())))
            }
            Self::None
                if question == Question::Open && key.code == KeyCode::Esc && key.modifiers.is_empty() =>
            {
                self.hold(Self::Perhaps(vec![key], None))
            }
            Self::Perhaps(mut keys, None) if plain == Some(']') => {
                keys.push(key);
                self.hold(Self::Perhaps(keys, Some(String::new())))
            }
            Self::Perhaps(mut keys, Some(mut text)) => {
                text.extend(plain);
                match plain {
                    Some(_) if text == BEGINNING => self.hold(Self::Begun(String::new())),
                    Some(_) if BEGINNING.starts_with(&text) => {
                        keys.push(key);
                        self.hold(Self::Perhaps(keys, Some(text)))
                    }
                    _ => self.after(keys, key, question),
                }
            }
            Self::Perhaps(keys, None) => self.after(keys, key, question),
            Self::Begun(text) if is(key, 'g', KeyModifiers::CONTROL) || is(key, '\\', KeyModifiers::ALT) => {
                Taken::Answer(background(&text))
            }
            Self::Begun(text) if key.code == KeyCode::Esc => self.hold(Self::Ending(text)),
            Self::Begun(mut text) => {
                match plain.filter(|c| c.is_ascii_alphanumeric() || ":/#".contains(*c)) {
                    Some(c) if text.len() < LONGEST => {
                        text.push(c);
                        self.hold(Self::Begun(text))
                    }
                    _ => self.take(key, question),
                }
            }
            Self::Ending(text) if plain == Some('\\') => Taken::Answer(background(&text)),
            Self::Ending(_) => {
                let esc = KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE);
                self.after(vec![esc], key, question)
            }
            Self::None => Taken::Keys(vec![key]),
        }
    }

    /// What was held back are keys; the one after them may be the beginning of an answer itself.
    fn after(&mut self, mut keys: Vec<KeyEvent>, key: KeyEvent, question: Question) -> Taken {
        match self.take(key, question) {
            Taken::Held => Taken::Keys(keys),
            Taken::Keys(more) => {
                keys.extend(more);
                Taken::Keys(keys)
            }
            answer @ Taken::Answer(_) => answer,
        }
    }

    fn hold(&mut self, state: Self) -> Taken {
        *self = state;
        Taken::Held
    }
}

fn is(key: KeyEvent, character: char, modifiers: KeyModifiers) -> bool {
    key.code == KeyCode::Char(character) && key.modifiers == modifiers
}

/// The character of a key that is nothing but one.
fn spelled(key: KeyEvent) -> Option<char> {
    match key.code {
        KeyCode::Char(c) if key.modifiers.difference(KeyModifiers::SHIFT).is_empty() => Some(c),
        _ => None,
    }
}

/// `rgb:RRRR/GGGG/BBBB` with one to four digits each, perhaps `rgba:` with a fourth; or `#RRGGBB`.
fn background(text: &str) -> Option<Background> {
    let channels: Vec<&str> = match text.split_once(':') {
        Some(("rgb" | "rgba", channels)) => channels.split('/').collect(),
        Some(_) => return None,
        None => {
            let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
            vec![&digits[..2], &digits[2..4], &digits[4..]]
        }
    };
    let [red, green, blue, ..] = channels[..] else { return None };
    let share = |digits: &str| {
        let most = match digits.len() {
            1..=4 => (1_u32 << (4 * digits.len())) - 1,
            _ => return None,
        };
        Some(u32::from_str_radix(digits, 16).ok()? * 1_000 / most)
    };
    // Rec. 709: how bright the three look together.
    let brightness = (2_126 * share(red)? + 7_152 * share(green)? + 722 * share(blue)?) / 10_000;
    Some(if brightness > 500 { Background::Light } else { Background::Dark })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(code: KeyCode, modifiers: KeyModifiers) -> KeyEvent {
        KeyEvent::new(code, modifiers)
    }

    /// The keys that crossterm makes of bytes that come together.
    fn keys(bytes: &str) -> Vec<KeyEvent> {
        let mut keys = Vec::new();
        let mut characters = bytes.chars();
        while let Some(c) = characters.next() {
            keys.push(match c {
                '\u{1b}' => match characters.next() {
                    Some(c) => key(KeyCode::Char(c), KeyModifiers::ALT),
                    None => key(KeyCode::Esc, KeyModifiers::NONE),
                },
                '\u{7}' => key(KeyCode::Char('g'), KeyModifiers::CONTROL),
                c if c.is_uppercase() => key(KeyCode::Char(c), KeyModifiers::SHIFT),
                c => key(KeyCode::Char(c), KeyModifiers::NONE),
            });
        }
        keys
    }

    /// What a reply makes of keys: the keys that come through, and the answers.
    fn through(keys: Vec<KeyEvent>) -> (Vec<KeyEvent>, Vec<Option<Background>>) {
        let (mut reply, mut passed, mut answers) = (Reply::default(), Vec::new(), Vec::new());
        for key in keys {
            match reply.take(key, Question::Open) {
                Taken::Held => {}
                Taken::Keys(keys) => passed.extend(keys),
                Taken::Answer(answer) => answers.push(answer),
            }
        }
        passed.extend(reply.give_up());
        (passed, answers)
    }

    #[test]
    fn an_answer_is_read_and_nothing_of_it_is_a_key() {
        for (bytes, expected) in [
            ("\u{1b}]11;rgb:ffff/ffff/ffff\u{7}", Some(Background::Light)),
            ("\u{1b}]11;rgb:0000/0000/0000\u{1b}\\", Some(Background::Dark)),
            ("\u{1b}]11;rgb:fd/f6/e3\u{7}", Some(Background::Light)),
            ("\u{1b}]11;rgba:1c1c/1c1c/1c1c/ffff\u{7}", Some(Background::Dark)),
            ("\u{1b}]11;#FDF6E3\u{7}", Some(Background::Light)),
            ("\u{1b}]11;rgb:f/f/f\u{7}", Some(Background::Light)),
            ("\u{1b}]11;nonsense\u{7}", None),
            ("\u{1b}]11;rgb:fffff/0/0\u{7}", None),
            ("\u{1b}]11;\u{7}", None),
        ] {
            assert_eq!(through(keys(bytes)), (Vec::new(), vec![expected]), "{bytes:?}");
        }
    }

    #[test]
    fn an_answer_torn_at_its_escapes_is_still_no_key() {
        let esc = || vec![key(KeyCode::Esc, KeyModifiers::NONE)];
        let torn = [esc(), keys("]11;rgb:0/0/0"), esc(), keys("\\")].concat();
        assert_eq!(through(torn), (Vec::new(), vec![Some(Background::Dark)]));
    }

    #[test]
    fn what_only_looks_like_its_beginning_is_given_back_in_order() {
        for bytes in ["\u{1b}]w", "\u{1b}]1w", "\u{1b}]11w", "wr\u{1b}]", "\u{1b}x", "\u{1b}]12;"] {
            assert_eq!(through(keys(bytes)), (keys(bytes), Vec::new()), "{bytes:?}");
        }
        let typed = [vec![key(KeyCode::Esc, KeyModifiers::NONE)], keys("w")].concat();
        assert_eq!(through(typed.clone()), (typed, Vec::new()));
    }

    #[test]
    fn an_esc_of_a_person_right_before_the_answer_is_a_key_and_the_answer_none() {
        let esc = || vec![key(KeyCode::Esc, KeyModifiers::NONE)];
        let whole = keys("\u{1b}]11;rgb:0/0/0\u{7}");
        let torn = [esc(), keys("]11;rgb:0/0/0"), esc(), keys("\\")].concat();
        for answer in [whole, torn] {
            for held in [esc(), keys("\u{1b}]"), keys("\u{1b}]1")] {
                let all = [held.clone(), answer.clone()].concat();
                assert_eq!(through(all), (held, vec![Some(Background::Dark)]));
            }
        }
    }

    #[test]
    fn keys_before_and_after_come_through() {
        let (passed, answers) = through(keys("w\u{1b}]11;rgb:0/0/0\u{7}r"));
        assert_eq!((passed, answers.len()), (keys("wr"), 1));
    }

    #[test]
    fn a_torn_answer_is_dropped_and_the_next_key_counts() {
        let mut reply = Reply::default();
        for key in keys("\u{1b}]11;rgb:00") {
            assert_eq!(reply.take(key, Question::Open), Taken::Held);
        }
        assert_eq!(reply.patience(), Some(TORN));
        assert_eq!(reply.give_up(), Vec::new());
        assert_eq!(reply.take(keys("w")[0], Question::Open), Taken::Keys(keys("w")));
    }

    #[test]
    fn without_a_question_esc_is_not_held_back() {
        let esc = key(KeyCode::Esc, KeyModifiers::NONE);
        assert_eq!(Reply::default().take(esc, Question::None), Taken::Keys(vec![esc]));
    }
}
