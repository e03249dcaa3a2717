//! What went wrong, on the screen: marks, badges, the list, and stopping where it happens.

use crate::{
    drive::Mark,
    tui::{
        registry::{Action, Layer},
        theme::ASCII,
        ui::{Overlay, Purpose},
    },
};

use super::stage::Stage;

/// Green is written at ams as alice, who then reads blue at lon: stale, and not her own write.
fn not_her_own() -> Stage {
    Stage::after(3, "w|2r")
}

#[test]
fn an_anomaly_that_is_ahead_is_known_after_going_back_and_gone_with_its_future() {
    let mut stage = not_her_own();
    let broken = stage.snapshot().wrong.0;
    assert!(broken >= 1);
    stage.act(Layer::Main, Action::ToStart);
    assert_eq!(stage.snapshot().wrong, (0, broken));
    // Another future begins here: nothing has gone wrong in it.
    stage.keys("w");
    assert_eq!(stage.snapshot().wrong, (0, 0));
    stage.keys("B⏎");
    assert_eq!(stage.snapshot().wrong, (broken, broken), "the old future has it still");
}

#[test]
fn a_read_that_breaks_a_promise_says_so_in_words() {
    let mut stage = not_her_own();
    let snapshot = stage.snapshot();
    let read = &snapshot.events[0];
    assert_eq!(read.mark, Mark::StaleRead);
    assert!(read.text.ends_with("STALE: 1 version behind; breaks read your writes"), "{}", read.text);
    // Alone, the letters of the glyph set mark it.
    assert!(stage.text(120, 36).contains("breaks read your writes"));
}

#[test]
fn what_would_have_prevented_it_is_tried() {
    let mut stage = not_her_own();
    stage.act(Layer::Main, Action::PreviousAnomaly);
    stage.keys("2");
    stage.act(Layer::Main, Action::ToStart);
    stage.act(Layer::Main, Action::NextAnomaly);
    stage.keys("e");
    let snapshot = stage.snapshot();
    let tried: Vec<&String> =
        snapshot.story_lines.iter().filter(|line| line.starts_with("Tried: the same run")).collect();
    assert_eq!(tried.len(), 2, "{:#?}", snapshot.story_lines);
    assert!(
        tried[0].contains("read your writes promised to")
            && tried[0].contains("one operation came to nothing")
    );
    assert!(tried[1].contains("QUORUM") && tried[1].contains("the read returned green"), "{}", tried[1]);
}

#[test]
fn badges_say_what_held_what_broke_and_what_nobody_tested() {
    let mut stage = not_her_own();
    stage.keys("⏎");
    let text = stage.text(120, 36);
    assert!(text.contains("RYW ✗ broken ×1") && text.contains("MW ?"), "{text}");
    stage.glyphs(&ASCII);
    let text = stage.text(120, 36);
    assert!(text.contains("RYW x broken x1") && text.is_ascii(), "{text}");
    stage.keys("I");
    let text = stage.text(120, 36);
    assert!(text.contains("x broken 1x"), "{text}");
}

#[test]
fn g_pressed_again_offers_what_to_run_until() {
    let mut stage = Stage::after(3, "pwg");
    assert!(stage.snapshot().pursuit.is_none(), "it never comes");
    stage = Stage::after(3, "wgg");
    assert!(matches!(stage.ui.overlay, Overlay::Choice(Purpose::RunUntil, _)));
    stage.keys("your writes⏎");
    assert!(stage.snapshot().breakpoint.is_some());
    stage.keys("2r|");
    let snapshot = stage.snapshot();
    assert!(!snapshot.is_running() && snapshot.breakpoint.is_none());
    assert!(stage.status().contains("read your writes broken"), "{}", stage.status());
    let last = snapshot.anomalies.last().expect("one");
    assert_eq!(last.at, snapshot.view.position, "the clock stands right after it");
}
