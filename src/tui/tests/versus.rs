//! Two runs side by side, as people press for them.

use crate::{
    drive::BesideKind,
    tui::{
        registry::{Action, Layer},
        ui::{Overlay, Purpose, View},
    },
};

use super::stage::Stage;

/// Three replicas, read level ALL beside ONE.
fn beside(keys: &str) -> Stage {
    let mut stage = Stage::after(3, "");
    stage.act(Layer::Main, Action::Versus);
    stage.keys("read level all⏎");
    stage.keys(keys);
    stage
}

pub(super) fn a_key_compares_and_ends_it() {
    let mut stage = Stage::after(3, "");
    stage.act(Layer::Main, Action::Versus);
    assert!(matches!(stage.ui.overlay, Overlay::Choice(Purpose::Versus, _)));
    stage.keys("read level all⏎");
    assert_eq!(stage.ui.view, View::Compare);
    assert!(stage.snapshot().beside.is_some());
    stage.act(Layer::Main, Action::Versus);
    assert_eq!(stage.ui.view, View::Cluster);
    assert!(stage.snapshot().beside.is_none());
}

#[test]
fn both_sides_say_which_setting_they_have() {
    let mut stage = beside("");
    let text = stage.text(120, 36);
    assert!(text.contains("this run: read level ONE"), "{text}");
    assert!(text.contains("beside it: read level ALL"), "{text}");
}

#[test]
fn one_reads_stale_where_the_other_does_not() {
    let mut stage = beside("w|2r| |||||");
    let text = stage.text(80, 24);
    let row = text.lines().find(|line| line.contains("stale reads")).unwrap_or_default();
    assert!(row.contains("1 of 1 (100 %)") && row.contains("0 of 1 (0 %)"), "{text}");
}

#[test]
fn the_other_side_goes_back_and_forth_with_the_playhead() {
    let mut stage = beside("w||||||");
    let there = |stage: &Stage| {
        let snapshot = stage.snapshot();
        let beside = snapshot.beside.as_ref().expect("beside");
        assert_eq!(beside.there.view.position.at, snapshot.view.position.at);
        beside.there.agreement.groups.len()
    };
    assert_eq!(there(&stage), 1);
    stage.keys(" ");
    stage.act(Layer::Main, Action::ToStart);
    stage.keys(".");
    assert_eq!(there(&stage), 2);
}

#[test]
fn the_other_side_goes_on_where_this_one_has_nothing_more_to_do() {
    let mut stage = Stage::after(3, "");
    stage.act(Layer::Main, Action::Versus);
    stage.keys("latency⏎");
    let beside =
        |stage: &Stage| stage.snapshot().beside.as_ref().expect("beside").there.agreement.converged();
    stage.keys("w|||");
    stage.keys("||||||");
    assert!(beside(&stage));
}

#[test]
fn an_abandoned_future_stands_beside_the_line() {
    let mut stage = Stage::after(3, "w|| ,,2w|B");
    stage.keys("beside⏎");
    assert_eq!(stage.ui.view, View::Compare);
    let kind = stage.snapshot().beside.as_ref().map(|beside| beside.kind.clone());
    assert!(matches!(kind, Some(BesideKind::Branch { .. })), "{kind:?}");
    assert!(stage.text(120, 36).contains("branch, parted at"));
}

#[test]
fn without_anything_beside_it_tab_leaves_the_view_out_and_it_says_how_to_begin() {
    let mut stage = Stage::after(3, "⇥⇥⇥⇥⇥⇥⇥");
    assert_eq!(stage.ui.view, View::Cluster);
    stage.ui.view = View::Compare;
    assert!(stage.text(80, 24).contains("V chooses a setting"));
}
