//! What has no effect says why; and the list of a session goes through every rule it has.

use crossterm::event::KeyCode;

use crate::tui::ui::{Overlay, Purpose};

use super::super::{
    pictures::{crowded, monitored},
    stage::{Stage, favourite_colour},
};

#[test]
fn a_key_that_does_nothing_here_says_why() {
    for (keys, says) in [
        ("P", "nothing is cut"),
        ("C", "ams is not down"),
        ("Z", "ams is not frozen"),
        ("cz", "C restarts it"),
        ("pp", "is cut off already; P heals"),
        ("F", "nobody is primary here"),
        ("cf", "ams is down; C restarts it"),
        ("zf", "ams is frozen; Z thaws it"),
        ("9", "there are 3 replicas, no 9"),
        ("B", "no branches yet"),
        ("mmB", "no branches yet"),
        ("u", "nothing"),
        ("X2", "was not cut by itself"),
    ] {
        let stage = Stage::after(3, keys);
        assert!(stage.status().contains(says), "{keys:?} says: {}", stage.status());
    }
    let mut set = Stage::new(monitored());
    for (keys, says) in [
        ("F", "takes itself for the primary already"),
        ("f", "follow their primary"),
        ("o", "levels mean nothing here"),
        ("2cF", "lon is down; C restarts it"),
        ("CzF", "lon is frozen; Z thaws it"),
    ] {
        set.keys(keys);
        assert!(set.status().contains(says), "{keys:?} says: {}", set.status());
    }
    let mut alone = Stage::new(favourite_colour(1));
    for (keys, says) in [("p", "nothing to cut"), ("f", "nobody to repair"), ("x", "needs two replicas")] {
        alone.keys(keys);
        assert!(alone.status().contains(says), "{keys:?} says: {}", alone.status());
    }
}

#[test]
fn every_rule_of_a_session_goes_round_and_its_list_shows_it() {
    let mut stage = Stage::new(crowded());
    stage.keys("2I");
    for row in 0..9 {
        stage.code(KeyCode::Home);
        for _ in 0..row {
            stage.code(KeyCode::Down);
        }
        let shown = |stage: &Stage| match &stage.ui.overlay {
            Overlay::Choice(Purpose::Session, list) => {
                list.entries[row].text.clone() + &list.entries[row].head
            }
            other => panic!("the list stays up, not {other:?}"),
        };
        let first = shown(&stage);
        let mut seen = vec![first.clone()];
        for _ in 0..6 {
            stage.keys("⏎");
            let now = shown(&stage);
            if now == first || stage.status().contains("already") {
                break;
            }
            assert!(!seen.contains(&now), "{seen:?} then {now}");
            seen.push(now);
        }
        assert!(seen.len() > 1, "row {row} does nothing: {seen:?} {}", stage.status());
    }
}
