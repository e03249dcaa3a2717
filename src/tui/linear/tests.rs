//! Lines in, sentences out: the same each time, none of it more than plain text.

use std::sync::Arc;

use crate::{
    base::Seed,
    scenario::Scenario,
    tui::{
        linear::{Linear, Next},
        registry::{Chord, Layer, TABLE},
        tests::{pictures::lesson, stage::favourite_colour},
    },
};

/// What is typed, each line after a `> `, and what is answered.
fn transcript(scenario: Scenario, lines: &str) -> String {
    let mut linear = Linear::new(Arc::new(scenario), Seed(42));
    let mut text = linear.greeting();
    for line in lines.lines() {
        text.extend(["> ", line, "\n"]);
        if answered(&mut linear, line, &mut text) == Next::Quit {
            break;
        }
    }
    text
}

fn answered(linear: &mut Linear, line: &str, text: &mut String) -> Next {
    linear.answer(line, &mut |sentence| {
        text.push_str(sentence);
        text.push('\n');
    })
}

const FIRST_MINUTE: &str = "\
status
w
wait 1s
lon
r
why
run until converged
p
w red
wait 3s
status
undo
P
run until
run until fresh
run until ams holds green
run until nyc holds puce
back
to-start
to-latest
messages
knobs
set loss 5%
set read repair next
W x y z q=
nonsense
quit
status";

#[test]
fn the_first_minute_in_lines() {
    insta::assert_snapshot!(transcript(favourite_colour(3), FIRST_MINUTE));
}

#[test]
fn the_same_lines_have_the_same_answers() {
    let told = || transcript(favourite_colour(3), FIRST_MINUTE);
    assert_eq!(told(), told());
}

#[test]
fn a_story_is_told_and_its_question_answered() {
    insta::assert_snapshot!(transcript(
        lesson(),
        "n\nn\nw\nwait 1s\nstatus\nn\nb\nb\n+\nz\nreveal\nn\nclose\nreveal\n"
    ));
}

#[test]
fn lists_are_chosen_from_by_words_and_numbers_and_one_after_the_other() {
    let told = transcript(
        favourite_colour(3),
        "w\nmessages\nmessages 1\nmessages 1, drop\nmessages 7\ncut-link nyc\ncut-link lon\nrestore-link 1\nx 3\nrestore-link 3\ngroups lon\ngroups lon, cut\nsession 2\nsession\n\
         open-preset quorum\nstatus\n",
    );
    insta::assert_snapshot!(told);
}

#[test]
fn nothing_that_is_typed_panics_hangs_or_answers_with_more_than_plain_lines() {
    let mut linear = Linear::new(Arc::new(favourite_colour(3)), Seed(42));
    let words = [
        "",
        "1",
        "9",
        "lon",
        "green",
        "next",
        "-5",
        "99999999999999999999",
        "é\u{1b}[2J\u{7}",
        "a=b c=d",
        ",,,",
    ];
    let names =
        TABLE.iter().map(|entry| entry.name).filter(|name| !["quit", "save", "open-preset"].contains(name));
    let own =
        ["status", "wait", "run until", "run", "why", "pick", "knobs", "set", "set loss", "?", "\u{1b}"];
    for name in names.chain(own) {
        for word in words {
            let mut text = String::new();
            assert_eq!(answered(&mut linear, &format!("{name} {word}"), &mut text), Next::GoOn);
            let plain = |c: char| c == '\n' || !c.is_control();
            assert!(text.chars().all(plain), "{name} {word:?}: {text:?}");
        }
    }
    let mut text = String::new();
    answered(&mut linear, &"w".repeat(5_000), &mut text);
    assert!(text.contains("too long"), "{text}");
}

#[test]
fn every_action_does_something_or_says_why_not() {
    let answer = |action: &str| {
        let told = transcript(favourite_colour(3), &format!("w\nwait 1s\n{action}"));
        let last = told.rsplit("\n> ").next().and_then(|last| last.split_once('\n'));
        last.map_or(String::new(), |(_, answer)| answer.trim().to_owned())
    };
    let names = TABLE.iter().map(|entry| entry.name).filter(|name| !["quit", "save"].contains(name));
    let silent: Vec<&str> = names.filter(|name| answer(name).is_empty()).collect();
    assert!(silent.is_empty(), "not answered: {silent:?}");
}

#[test]
fn every_key_of_the_laboratory_is_understood() {
    for entry in TABLE {
        let chords = entry.keys.iter().filter(|(layers, _)| layers.contains(&Layer::Main));
        for chord in chords.flat_map(|(_, chords)| *chords) {
            let key = if let Chord::Run(first, _) = chord { first.to_string() } else { chord.to_string() };
            if !["quit", "save"].contains(&entry.name) {
                let told = transcript(favourite_colour(3), &key);
                assert!(!told.contains("nothing is called"), "{key}: {told}");
            }
        }
    }
}
