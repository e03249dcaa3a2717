//! Staleness measured against predicted, and running until a replica holds a chosen value.

use crate::{
    action::{PrimaryPolicy, Protocol},
    data::Conflicts,
    tui::ui::{Overlay, PromptKind},
};

use super::stage::{Stage, favourite_colour};

#[test]
fn the_metrics_show_what_was_measured_beside_what_was_to_be_expected() {
    let mut stage = Stage::after(3, "w|2r |||⇥⇥⇥⇥");
    for (width, height) in [(80, 24), (120, 36), (200, 55)] {
        let text = stage.text(width, height);
        assert!(text.contains("measured  │ predicted (PBS)"), "{text}");
        assert!(text.contains("delays, levels as set; any coordinator; no loss, fault, repair"), "{text}");
        // Every delay is two seconds: stale at two of three until then.
        let line = text.lines().find(|line| line.contains("1 of 1")).expect("a stale read");
        assert!(line.contains("│ 67 %") || line.contains("│ 66 %"), "{line}");
        assert!(text.contains("0 %") && text.contains("messages have no size here"), "{text}");
    }
}

#[test]
fn turning_a_level_turns_the_prediction() {
    let missed = |stage: &Stage| match &*stage.snapshot().forecast {
        Ok(forecast) => forecast.stale_at(crate::base::Span::ZERO),
        Err(why) => panic!("{why}"),
    };
    let mut stage = Stage::after(3, "");
    assert!(missed(&stage).abs_diff(667) < 23);
    stage.keys("K");
    assert!(stage.text(200, 55).contains("% stale right after a write"), "{}", stage.text(200, 55));
    stage.keys("ll");
    assert_eq!(missed(&stage), 0, "W = 3");
    assert!(stage.text(200, 55).contains("predicted 0 %"));
}

#[test]
fn where_the_model_does_not_apply_the_screen_says_why() {
    let mut scenario = favourite_colour(3);
    scenario.settings.protocol = Protocol::Primary(Box::new(PrimaryPolicy::of(3)));
    scenario.settings.conflicts = Conflicts::LogOrder;
    scenario.settings.anti_entropy = None;
    let mut stage = Stage::new(scenario);
    stage.keys("w||2r⇥⇥⇥⇥");
    let text = stage.text(80, 24);
    assert!(text.contains("none: replicas follow a leader here"), "{text}");
    assert!(!text.contains("(PBS)"), "{text}");
}

#[test]
fn time_runs_until_a_replica_holds_the_value_that_was_chosen() {
    let mut stage = Stage::after(3, "w2 gg");
    stage.keys("or another⏎");
    assert!(
        matches!(&stage.ui.overlay, Overlay::Prompt(prompt) if prompt.kind == PromptKind::Until
            && prompt.text.starts_with("lon holds ")),
        "{:?}",
        stage.ui.overlay
    );
    // Tab goes through what is held somewhere.
    stage.keys("⇥⇥");
    assert!(matches!(&stage.ui.overlay, Overlay::Prompt(prompt) if prompt.text == "lon holds green"));
    stage.keys("⏎");
    assert!(stage.snapshot().is_running(), "{}", stage.status());
    stage.keys("||||");
    let snapshot = stage.snapshot();
    assert!(!snapshot.is_running());
    assert_eq!(snapshot.view.position.at.0, 2_000_000_000, "where the write comes to lon");
    assert!(stage.status().contains("lon holds green"), "{}", stage.status());
    for (typed, says) in [
        ("green", "for example: lon holds green"),
        ("oslo holds green", "no replica oslo"),
        ("lon keeps green", "holds or lacks"),
        ("lon holds green key=cart", "no key cart"),
    ] {
        let mut stage = Stage::after(3, "w2 gg");
        stage.keys("or another⏎");
        stage.act(crate::tui::registry::Layer::Prompt, crate::tui::registry::Action::EraseAll);
        stage.keys(typed);
        stage.keys("⏎");
        assert!(stage.status().contains(says), "{typed}: {}", stage.status());
    }
}
