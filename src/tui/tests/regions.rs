//! Several regions on the screen: each has its leader, which is no split brain, and what is said of them is so.

use crate::{
    scenario::{Scenario, builtin_text},
    tui::coach,
};

use super::stage::Stage;

/// A built-in preset without its script.
pub(in crate::tui) fn stage(preset: &str) -> Stage {
    let text = builtin_text(preset).expect("a built-in preset");
    let mut scenario = Scenario::from_text(preset, text.as_bytes()).expect("valid");
    scenario.script.clear();
    Stage::new(scenario)
}

fn advice(stage: &Stage) -> String {
    coach::advice(&stage.ui, &stage.snapshot()).1
}

#[track_caller]
fn advises(stage: &mut Stage, keys: &str, expected: &str) {
    stage.keys(keys);
    assert!(advice(stage).contains(expected), "after {keys:?}: {}\n{}", advice(stage), stage.text(120, 36));
}

#[test]
fn leaders_of_regions_are_called_leaders_and_never_primaries() {
    for preset in ["dynamodb-global", "cosmos-levels"] {
        let mut stage = stage(preset);
        let second = if preset == "cosmos-levels" { 5 } else { 4 };
        for (width, height) in [(60, 18), (80, 24), (120, 36), (200, 55)] {
            let text = stage.text(width, height);
            assert!(text.contains("leaders us1 eu1"), "{preset} at {width}x{height}\n{text}");
            assert!(!text.to_lowercase().contains("primar"), "{preset} at {width}x{height}\n{text}");
        }
        stage.keys("K");
        let text = stage.text(200, 55);
        assert!(!text.to_lowercase().contains("primar"), "the knobs of {preset}\n{text}");
        stage.keys("K");
        stage.keys(&format!("w1p|||{second}⏎"));
        let text = stage.text(120, 36);
        assert!(text.contains("LEADER"), "{text}");
        assert!(text.contains("region"), "{text}");
        assert!(!text.to_lowercase().contains("primar"), "{preset}\n{text}");
    }
}

#[test]
fn a_write_on_its_way_to_another_region_is_told_of_and_then_no_more() {
    let mut stage = stage("dynamodb-global");
    stage.keys("1w");
    stage.wait(50);
    assert!(
        advice(&stage).contains("eu lacks a write that another region has acknowledged"),
        "{}",
        advice(&stage)
    );
    stage.keys("4r");
    assert!(!advice(&stage).contains("eu lacks"), "just read: {}", advice(&stage));
    stage.keys("g||||||||||");
    assert!(!advice(&stage).contains("lacks"), "{}", advice(&stage));
}

#[test]
fn behind_a_wall_the_far_region_of_one_log_cannot_write_and_the_other_may_until_the_bound() {
    let mut stage = stage("cosmos-levels");
    advises(&mut stage, "5", "w: write here; us takes all writes");
    let cut = crate::action::Command::Cut {
        name: None,
        shape: crate::net::CutShape::Groups(vec![(0..4).map(crate::base::NodeId).collect()]),
    };
    let cause = crate::drive::Cause::Key("G".into());
    stage.obey(vec![crate::tui::ui::Effect::Ask(crate::drive::Request::Do(vec![cut], cause))]);
    advises(&mut stage, "", "a write here has to go to us, and a wall is in the way");
    advises(&mut stage, "1", "until eu is as far behind as the bound allows");
    stage.keys("w||5e");
    let story = stage.snapshot().story_lines.join(" ");
    assert!(story.contains("a way from us: heal the wall"), "{story}");
    stage.keys("P|5e");
    let story = stage.snapshot().story_lines.join(" ");
    assert!(!story.contains("primary"), "{story}");
}
