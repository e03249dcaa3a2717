//! A presenter's remote, and how much moves: both are switched in the palette.

use crossterm::event::KeyCode;

use crate::{
    drive::Said,
    tui::{
        app::Motion,
        guard::Mouse,
        registry::{self, Action, Layer},
        ui::{Effect, Mode},
    },
};

use super::{pictures::lesson, stage::Stage};

/// Chosen from the palette.
fn chosen(stage: &mut Stage, words: &str) {
    stage.keys(":");
    stage.keys(words);
    stage.keys("⏎");
}

fn with_remote(mut stage: Stage) -> Stage {
    stage.ui.modes.remote = Mode::On;
    stage
}

#[test]
fn the_palette_switches_the_remote_and_the_head_says_so() {
    let mut stage = Stage::after(3, "");
    chosen(&mut stage, "presenter's remote: on");
    assert_eq!(stage.ui.layer(), Layer::Remote);
    assert!(stage.text(80, 24).lines().next().is_some_and(|head| head.contains("REMOTE")));
    chosen(&mut stage, "presenter's remote: off");
    assert_eq!(stage.ui.layer(), Layer::Main);
    assert!(!stage.text(80, 24).contains("REMOTE"));
}

#[test]
fn forward_alone_tells_the_first_minute() {
    let mut stage = with_remote(Stage::after(3, ""));
    let forward = |stage: &mut Stage| stage.code(KeyCode::PageDown);
    forward(&mut stage);
    assert_eq!(stage.snapshot().tally.writes + stage.snapshot().view.open.len() as u64, 1, "it writes");
    stage.wait(500);
    for _ in 0..40 {
        forward(&mut stage);
        stage.wait(3_000);
        if !stage.snapshot().view.cuts.is_empty() {
            break;
        }
    }
    let snapshot = stage.snapshot();
    assert!(!snapshot.view.cuts.is_empty(), "it comes to the partition: {}", stage.status());
    assert!(snapshot.agreement.groups.len() < 3);
}

#[test]
fn forward_goes_through_a_story_and_answers_its_question() {
    let mut stage = with_remote(Stage::new(lesson()));
    stage.code(KeyCode::PageDown);
    assert!(matches!(stage.snapshot().script.said, Some(Said::Text(_))));
    stage.code(KeyCode::PageDown);
    assert_eq!(stage.ui.layer(), Layer::RemoteQuestion);
    stage.keys("b");
    assert_eq!(stage.ui.question.marked, Some(1), "a letter still answers");
    stage.code(KeyCode::PageDown);
    assert_eq!(stage.ui.layer(), Layer::Remote);
    assert_eq!(stage.snapshot().script.next, 3);
}

#[test]
fn back_goes_an_event_back_and_forward_returns() {
    let mut stage = with_remote(Stage::after(3, "w||"));
    stage.code(KeyCode::PageUp);
    let past = stage.snapshot();
    assert!(past.is_past());
    stage.code(KeyCode::PageDown);
    assert!(stage.snapshot().view.position > past.view.position);
}

#[test]
fn its_dot_and_b_pause_and_all_other_keys_are_as_ever() {
    let mut stage = with_remote(Stage::after(3, ""));
    for key in [".", "b"] {
        let before = stage.snapshot().is_running();
        stage.keys(key);
        assert_ne!(stage.snapshot().is_running(), before, "{key}");
    }
    assert_eq!(stage.ui.modes.big, Mode::Off);
    stage.keys("2w");
    assert_eq!(stage.ui.picked.index(), 1);
    assert!(!stage.snapshot().session.is_empty());
    stage.keys("W.b⏎");
    assert!(stage.snapshot().events.iter().any(|event| event.text.contains(".b")), "a line is typed as ever");
}

#[test]
fn no_hint_names_a_key_that_the_remote_has_taken() {
    assert_eq!(registry::key_in(Layer::Remote, Action::StepForward), None);
    assert_eq!(registry::key_in(Layer::Remote, Action::Big), None);
    assert_eq!(registry::key_in(Layer::Remote, Action::Write).as_deref(), Some("w"));
    for layer in Layer::ALL {
        for entry in registry::TABLE {
            let Some(key) = registry::key_in(layer, entry.action) else { continue };
            let event = super::stage::key_event(layer, entry.action);
            if registry::lookup(layer, event).is_none_or(|action| !action.is_kind_of(entry.action)) {
                // Its first key is taken: the hint names another.
                assert_ne!(Some(key), registry::keys_of(entry.action).split(' ').next().map(str::to_owned));
            }
        }
    }
}

#[test]
fn the_palette_sets_how_much_moves() {
    let mut stage = Stage::after(3, "");
    for motion in [Motion::Off, Motion::Reduced, Motion::Full] {
        chosen(&mut stage, &format!("motion {}", motion.name()));
        assert_eq!(stage.ui.modes.motion, motion);
        assert!(stage.status().starts_with(&format!("motion {}", motion.name())), "{}", stage.status());
    }
}

#[test]
fn the_palette_takes_the_mouse_and_gives_it_back() {
    let mut stage = Stage::after(3, "");
    for mouse in [Mouse::Off, Mouse::On] {
        let word = if mouse == Mouse::On { "mouse on" } else { "mouse off" };
        chosen(&mut stage, word);
        assert_eq!(stage.ui.modes.mouse, mouse);
        assert!(matches!(stage.effects.pop(), Some(Effect::Mouse(switched)) if switched == mouse));
        assert!(stage.status().starts_with(word), "{}", stage.status());
    }
}
