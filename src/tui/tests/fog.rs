//! Fog of war on the screen.

use super::{
    pictures::monitored,
    stage::{Stage, favourite_colour},
};

/// The screen in fog after these keys on three replicas that do not gossip.
fn fog(keys: &str) -> String {
    let mut scenario = favourite_colour(3);
    scenario.settings.anti_entropy = None;
    let mut stage = Stage::new(scenario);
    stage.keys(keys);
    stage.text(80, 24)
}

#[test]
fn the_others_are_what_they_last_said_and_nothing_else_shows() {
    // Green everywhere, and acknowledged; then a wall, and red behind it.
    let text = fog("w|||||1p2w|||1v");
    assert!(text.contains("only what ams can know") && text.contains("heard of 2 of 2 others"), "{text}");
    let seen = fog("w|||||1p2w|||1");
    assert!(seen.contains('▒') && seen.contains("DIVERGED"), "{seen}");
    for hidden in ["▒", "DIVERGED", "STALE", "in flight", "writes"] {
        assert!(!text.contains(hidden), "{hidden:?} is no knowledge of ams\n{text}");
    }
    assert_eq!(text.matches("green").count(), 4, "its own twice, and what two said\n{text}");
    assert_eq!(text.matches("said ").count(), 2, "{text}");
}

#[test]
fn another_replica_knows_other_things() {
    let text = fog("w|||v2");
    assert!(text.contains("only what lon can know") && text.contains("never heard of"), "{text}");
    assert!(text.contains("heard of 1 of 2 others"), "{text}");
}

#[test]
fn who_is_picked_in_fog_is_the_one_whose_knowledge_is_drawn() {
    let mut scenario = favourite_colour(3);
    scenario.settings.anti_entropy = None;
    let mut stage = Stage::new(scenario);
    stage.keys("w|||||v");
    for (key, name, heard) in [("1", "ams", "2"), ("2", "lon", "1"), ("3", "nyc", "1"), ("1", "ams", "2")] {
        stage.keys(key);
        let text = stage.text(80, 24);
        assert!(text.contains(&format!("only what {name} can know")), "{text}");
        assert!(text.contains(&format!("heard of {heard} of 2 others")), "{name}\n{text}");
    }
}

#[test]
fn another_view_and_an_explanation_lift_the_fog() {
    for keys in ["v⇥", "ve", "vK", "v⏎", "vvv", "vv⇥", "vve"] {
        let text = fog(keys);
        assert!(!text.contains("can know"), "{keys}\n{text}");
    }
}

#[test]
fn where_replicas_do_not_say_what_they_hold_there_is_no_fog_and_the_screen_says_so() {
    let mut stage = Stage::new(monitored());
    stage.keys("v");
    let text = stage.text(80, 24);
    assert!(text.contains("there is no fog here"), "{text}");
}

#[test]
fn in_fog_no_list_tells_what_the_replica_cannot_know() {
    let mut scenario = favourite_colour(3);
    scenario.settings.anti_entropy = None;
    let mut stage = Stage::new(scenario);
    stage.keys("wv");
    for (key, what) in
        [("d", "what is on its way"), ("E", "verdicts"), ("]", "went wrong"), ("/", "operations")]
    {
        stage.keys(key);
        let says = stage.status();
        assert!(says.contains("the fog hides") && says.contains(what) && says.contains("v shows"), "{says}");
        let text = stage.text(80, 24);
        assert!(text.contains("can know") && !text.contains("w1"), "{key}\n{text}");
    }
    stage.keys("vvd");
    assert!(stage.text(80, 24).contains("w1"), "{}", stage.text(80, 24));
}

#[test]
fn a_client_knows_what_it_was_answered_and_nothing_else() {
    // Green is written behind a wall; blue is read on the other side.
    let text = fog("1pw2r||vv");
    assert!(text.contains("only what you can know, from the answers it had (v lifts the fog)"), "{text}");
    assert!(text.contains("you: answers of 2 of 3 replicas"), "{text}");
    assert_eq!((text.matches("took it").count(), text.matches("read 0s ago").count()), (1, 1), "{text}");
    assert!(text.contains("no answer from it") && text.contains("its place"), "{text}");
    for hidden in ["▒", "DIVERGED", "STALE", "in flight", "writes"] {
        assert!(!text.contains(hidden), "{hidden:?} is no knowledge of a client\n{text}");
    }
    let text = fog("2cvv2r|");
    assert!(text.contains("answers of 0 of 3"), "one who is down says nothing: {text}");
    let text = fog("oooovvw");
    assert!(text.contains("waits for 1"), "{text}");
}
