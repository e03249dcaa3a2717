//! A question to the class.

use laggard::tui::registry::Layer::Question;

use super::{Scene, close, hides, lead, play, redraws, shows};

pub(super) const ASKS: &str = "\
title: Five answers
cluster: {replicas: [oslo, lima]}
data: {color: blue}
script:
  - predict: Which of these five?
    choices: {a: one, b: two, c: three, d: four, e: five}
  - say: Nobody knows.
  - predict: And now?
    choices: {a: one, b: two}
";

pub(super) static SCENES: &[Scene] = &[Scene {
    name: "question",
    arguments: &["preset.yaml", "--motion", "off"],
    preset: ASKS,
    size: (80, 24),
    ready: "RUN",
    rows: &[
        lead("n", &["Which of these five?"]),
        shows(Question, "answer", "a", &["▸[a]"]),
        shows(Question, "answer", "b", &["▸[b]"]),
        shows(Question, "answer", "c", &["▸[c]"]),
        shows(Question, "answer", "d", &["▸[d]"]),
        shows(Question, "answer", "e", &["▸[e]"]),
        shows(Question, "more-hands", "+", &["five", " 1"]),
        shows(Question, "more-hands", "=", &["five", " 2"]),
        shows(Question, "fewer-hands", "-", &["five", " 1"]),
        redraws(Question),
        shows(Question, "record", "Ctrl-S", &["recording laggard-"]),
        shows(Question, "help", "?", &["Help: type to search"]),
        close("\x1b", &["Help: type to search"]),
        shows(Question, "help", "F1", &["Help: type to search"]),
        close("\x1b", &["Help: type to search"]),
        shows(Question, "reveal", "Enter", &["the class said: e 1"]),
        lead("n", &["And now?"]),
        hides(Question, "close", "Esc", &["PREDICT"]),
    ],
}];

#[test]
fn keys_of_a_question() {
    play(&SCENES[0]);
}
