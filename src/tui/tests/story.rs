//! The advice line, along the story of the first minute and everywhere else.

use unicode_width::UnicodeWidthStr;

use crate::tui::coach::{self, WIDEST};

use super::stage::{Stage, favourite_colour};

fn advice(stage: &Stage) -> String {
    let snapshot = stage.snapshot();
    let (key, text) = coach::advice(&stage.ui, &snapshot);
    assert!(text.contains(key), "{key} is not in: {text}");
    assert!(text.width() <= WIDEST, "{} columns: {text}", text.width());
    text
}

/// Keys, and what the advice begins with after them.
#[track_caller]
fn walk(stage: &mut Stage, steps: &[(&str, &str)]) {
    for (keys, expected) in steps {
        stage.keys(keys);
        let text = advice(stage);
        assert!(text.starts_with(expected), "after {keys:?}: {text}\n{}", stage.text(80, 24));
    }
}

#[test]
fn the_advice_leads_through_the_first_minute() {
    let mut stage = Stage::new(favourite_colour(3));
    walk(
        &mut stage,
        &[
            ("", "w: write green at the picked replica (ams)"),
            ("w", "2 then r: read there before it catches up"),
            ("2", "r: read at lon before it catches up"),
            ("r", "a stale read! e: why?   g: run until all agree   space"),
            ("e", "g: run until all replicas agree   (paused: space lets time run)"),
            ("g||", "p: cut lon off; then write on both sides"),
            ("p", "w: write at lon, behind the wall"),
            ("w", "1 then w: write across the wall too"),
            ("1", "w: write on this side too, at ams"),
            ("w", "P: heal, and see which write survives"),
            (" |||", "P: heal, and see which write survives"),
            ("P", "g: run until all replicas agree"),
            ("g||||||||||", "red was lost  ,: step back and see how"),
            (",", "w: a command in the past starts a branch"),
            ("w", "g: run until all replicas agree"),
        ],
    );
    assert_eq!(stage.snapshot().branches.len(), 1);
    walk(&mut stage, &[("g||||||||||", "B: go over to the branch you left")]);
}

#[test]
fn a_lost_write_is_told_with_its_cause_within_eighty_columns() {
    let mut stage = Stage::after(3, "2pw1w|||Pg||||||||||");
    let text = stage.text(80, 24);
    assert!(text.contains("LOST to"), "{text}");
    assert!(text.contains("concurrent, last write wins"), "{text}");
    assert!(text.contains("1 write LOST"), "{text}");
}

#[test]
fn while_the_clock_stands_and_something_is_on_its_way_the_advice_says_that_space_lets_time_run() {
    for keys in ["w ", " w", " wp", " wx2", "w 2", "wp w,", "wc ", "w|2r", " wz", "2pw1w|P "] {
        let stage = Stage::after(3, keys);
        let snapshot = stage.snapshot();
        if !snapshot.is_running() && !snapshot.view.messages.is_empty() {
            assert!(advice(&stage).contains("space"), "{keys:?}: {}", advice(&stage));
        }
    }
}

#[test]
fn the_advice_fits_eighty_columns_whatever_names_and_values_are() {
    for keys in
        ["", "w", "w2r", "wp", "wp 2", "p3w", "c", "z", "cw", "wx2", "2pw1wP", "w,", "2pw1w|||Pg||||||||||"]
    {
        for count in [3, 12] {
            let mut scenario = favourite_colour(count);
            for (index, replica) in scenario.replicas.iter_mut().enumerate() {
                replica.name = format!("{index}-a-very-long-name-of-a-replica-in-a-far-country").into();
            }
            let mut stage = Stage::new(scenario);
            stage.keys(keys);
            for _ in 0..count {
                stage.keys("l");
                advice(&stage);
            }
        }
    }
}

#[test]
fn with_one_replica_the_advice_never_asks_for_a_second() {
    for keys in ["", "w", "w|r"] {
        let stage = Stage::after(1, keys);
        assert!(!advice(&stage).contains("then") && !advice(&stage).contains("cut"), "{}", advice(&stage));
    }
}

#[test]
fn what_a_key_did_is_said_only_once_the_actor_has_done_it() {
    let mut stage = Stage::new(favourite_colour(3));
    let snapshot = stage.snapshot();
    let effects = stage.ui.act(crate::tui::registry::Action::Isolate, &snapshot);
    assert_eq!(stage.status(), "", "nothing is said yet");
    stage.obey(effects);
    assert_eq!(stage.status(), "ams is cut off: messages die at the wall");
}

#[test]
fn a_story_begun_is_gone_on_with() {
    let mut scenario = favourite_colour(3);
    let say = |text: &str| crate::scenario::Deed::Say(text.into());
    let deeds =
        [say("All hold blue."), crate::scenario::Deed::Pause(crate::base::Span::secs(1)), say("Still.")];
    scenario.script = deeds
        .into_iter()
        .map(|deed| crate::scenario::Step {
            timing: crate::scenario::Timing::Next,
            deed,
            claim: None,
            line: 1,
            text: String::new(),
        })
        .collect();
    let mut stage = Stage::new(scenario);
    assert!(advice(&stage).ends_with("(n: its story)"));
    walk(&mut stage, &[("n ", "n: wait 1s (2/3)"), ("n|||", "n: say (3/3)")]);
    stage.keys("n ");
    assert!(advice(&stage).starts_with("w:"), "the story is over: {}", advice(&stage));
}

#[test]
fn the_advice_knows_who_keeps_a_hint_and_for_whom() {
    let mut stage = Stage::new(super::pictures::hinting());
    walk(
        &mut stage,
        &[
            ("3c", "C: restart nyc; what is on its disk is kept"),
            ("1w|||", "3 then C: restart it; ams hands its hint back"),
            ("3", "C: restart nyc; ams hands its hint back"),
        ],
    );
    let text = stage.text(80, 24);
    assert!(text.contains("hint 1→nyc"), "{text}");
    stage.keys("C||||||||");
    assert!(stage.snapshot().agreement.converged(), "{}", stage.text(80, 24));
    assert!(!stage.text(80, 24).contains("hint 1"), "{}", stage.text(80, 24));
    walk(&mut stage, &[("!", "C: restart nyc; it comes back empty")]);
}

#[test]
fn the_inspector_names_what_is_kept_for_whom() {
    let mut stage = Stage::new(super::pictures::hinting());
    stage.keys("3c1w|||⏎");
    let text = stage.text(80, 24);
    assert!(text.contains("hints    1 for nyc: w1"), "{text}");
}

#[test]
fn the_inspector_tells_a_session_and_its_token() {
    let mut stage = Stage::new(super::pictures::crowded());
    stage.keys("wI⏎⎋⏎");
    let text = stage.text(120, 36);
    assert!(text.contains("alice is promised read your"), "{text}");
    assert!(text.contains("token    user123 w1"), "{text}");
}

#[test]
fn the_advice_follows_a_failover() {
    let mut stage = Stage::new(super::pictures::monitored());
    walk(
        &mut stage,
        &[
            ("2", "1 then w: write at the primary; a replica refuses"),
            ("1p", "1 then w: write at ams, cut off; then wait for the failover"),
            ("w||||||||||", "P: heal; of two primaries one must give way"),
            ("P||||||||||||||||", "green was lost  ,: step back and see how"),
        ],
    );
    let view = &stage.snapshot().view;
    let member = view.replicas[0].member.as_ref().expect("a member");
    assert_ne!(member.role, crate::replica::primary::Role::Primary, "the old primary follows");
}

#[test]
fn the_inspector_holds_an_opinion_against_the_truth() {
    let mut stage = Stage::new(super::pictures::opinionated());
    stage.keys("3p1D||||||||⏎");
    let text = stage.text(120, 36);
    assert!(text.contains("nyc down, yet it is up"), "{text}");
    assert!(text.contains("deleted; remembered for"), "{text}");
    assert!(stage.text(80, 24).contains("down? nyc"), "{}", stage.text(80, 24));
    stage.keys("⎋P");
    walk(&mut stage, &[("", "Enter: ams believes nyc down, yet it is up")]);
}
