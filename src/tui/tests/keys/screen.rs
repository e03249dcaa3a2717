//! Views, lists, the clipboard, a remote and a question.

use crate::action::Level;
use crate::tui::{
    registry::{Action, Layer},
    tests::{
        pictures::{crowded, lesson},
        stage::Stage,
    },
    theme::Kind,
    ui::{Effect, Layout, Mode, Overlay, Purpose, Side, View},
};

use super::{bar, cuts, line, pressed, typing, value};

pub(super) fn fog() {
    let mut stage = pressed("w", Action::Fog);
    let text = stage.text(80, 24);
    assert!(text.contains("only what ams can know") && text.contains("never heard of"), "{text}");
    stage.act(Layer::Main, Action::Fog);
    assert!(stage.text(80, 24).contains("DIVERGED"), "{}", stage.text(80, 24));
    assert_eq!(stage.snapshot().fog, None);
}

#[expect(clippy::too_many_lines, reason = "one arm for each action")]
pub(super) fn views(action: Action) {
    let asked = |action| pressed("", action).effects;
    match action {
        Action::Verdicts => {
            let mut stage = pressed("w|2r |||", action);
            assert!(stage.text(80, 24).contains("stale reads: 1 of 1 read"), "{}", stage.text(80, 24));
            stage.keys("stale reads⏎");
            assert!(stage.status().starts_with("1-2/2 stale read at "), "{}", stage.status());
            assert_eq!((stage.ui.layer(), stage.ui.picked.index()), (Layer::Main, 1));
        }
        Action::Explain => assert!(!pressed("w2", action).snapshot().story_lines.is_empty()),
        Action::NextView => assert_eq!(pressed("", action).ui.view, View::SpaceTime),
        Action::PreviousView => assert_eq!(pressed("", action).ui.view, View::Knobs),
        Action::Knobs => {
            let mut stage = pressed("", action);
            assert_eq!(stage.ui.view, View::Knobs);
            stage.keys("lj⏎all⏎");
            let snapshot = stage.snapshot();
            assert_eq!((snapshot.view.settings.write, snapshot.view.settings.read), (Level::Two, Level::All));
            assert_eq!(snapshot.events[0].cause.as_deref(), Some("K"), "the events name the key");
        }
        Action::Closer | Action::Wider => {
            let mut stage = pressed("⇥", action);
            let width = if action == Action::Closer { "10s" } else { "50s" };
            assert!(
                stage.text(80, 24).contains(&format!("space-time, {width} across")),
                "{}",
                stage.text(80, 24)
            );
            assert!(stage.status().starts_with(width), "{}", stage.status());
        }
        Action::Filter => {
            let mut stage = pressed("w|2r", action);
            assert_eq!((stage.ui.layer(), stage.ui.view), (Layer::Prompt, View::Operations));
            stage.keys("kind:read⏎");
            assert!(stage.text(80, 24).contains("operations /kind:read: 1 of 2"), "{}", stage.text(80, 24));
        }
        // Only in a history from elsewhere; its own tests press them there.
        Action::NextEvidence | Action::PreviousEvidence => {
            let mut stage = Stage::after(3, "");
            let snapshot = stage.snapshot();
            assert!(stage.ui.act(action, &snapshot).is_empty());
            assert!(stage.status().contains("history from elsewhere"), "{}", stage.status());
        }
        Action::Copy | Action::CopyCommand => copies(action),
        Action::Big => {
            let mut stage = pressed("", action);
            assert_eq!((stage.ui.modes.big, &*stage.status()), (Mode::On, "big mode (b again: as it was)"));
            stage.act(Layer::Main, action);
            assert_eq!(stage.ui.modes.big, Mode::Off);
        }
        Action::NextLayout => {
            let mut stage = pressed("", action);
            assert!(stage.text(80, 24).contains("clockwise in ring order"), "{}", stage.text(80, 24));
            stage.act(Layer::Main, action);
            assert_eq!(stage.ui.layout, Layout::Grid, "there are no zones to show");
            let mut zoned = Stage::new(crowded());
            zoned.act(Layer::Main, action);
            zoned.act(Layer::Main, action);
            assert_eq!(zoned.ui.layout, Layout::Zones);
            assert!(zoned.text(80, 24).contains("nothing is on its way"), "{}", zoned.text(80, 24));
        }
        Action::NextTheme => assert_eq!(pressed("", action).ui.theme.kind(), Kind::Light),
        Action::Help => assert!(matches!(pressed("", action).ui.overlay, Overlay::Help(_))),
        Action::OpenPreset => {
            assert!(matches!(pressed("", action).ui.overlay, Overlay::Choice(Purpose::Preset, _)));
        }
        Action::Palette => {
            let mut stage = pressed("", action);
            stage.keys("view metrics⏎");
            assert_eq!((stage.ui.layer(), stage.ui.view), (Layer::Main, View::Metrics));
            stage.keys(":theme light⏎");
            assert_eq!(stage.ui.theme.kind(), Kind::Light);
            stage.keys(":isolate⏎");
            assert_eq!(cuts(&stage), 1);
            stage.keys(":open quorum⏎");
            assert!(
                matches!(&stage.effects[..], [Effect::Open(name)] if name == "quorum"),
                "{:?}",
                stage.effects
            );
        }
        Action::Record => assert!(matches!(asked(action)[..], [Effect::Record])),
        Action::Save => assert!(matches!(asked(action)[..], [Effect::Save])),
        Action::Resume => assert!(matches!(asked(action)[..], [Effect::Resume])),
        Action::Screenshot => assert!(matches!(asked(action)[..], [Effect::Screenshot])),
        Action::Redraw => assert!(matches!(asked(action)[..], [Effect::Repaint])),
        Action::Suspend => assert!(matches!(asked(action)[..], [Effect::Suspend])),
        _ => assert!(matches!(asked(action)[..], [Effect::Quit])),
    }
}

pub(super) fn edits(action: Action) {
    let prompt = |action| typing("Wab c", Layer::Prompt, action);
    match action {
        Action::Accept => assert_eq!(value(&prompt(action), 0), "ab c"),
        Action::Complete => assert_eq!(line(&typing("Wa k", Layer::Prompt, action)).0, "a key="),
        Action::EraseBack => assert_eq!(line(&prompt(action)).0, "ab "),
        Action::EraseForward => {
            let mut stage = prompt(Action::ToFirst);
            stage.act(Layer::Prompt, action);
            assert_eq!(line(&stage).0, "b c");
        }
        Action::EraseAll => assert_eq!(line(&prompt(action)).0, ""),
        Action::ToFirst => assert_eq!(line(&prompt(action)).1, 0),
        Action::ToLast => assert_eq!(bar(&typing("x", Layer::Choice, action)), 10),
        Action::PageDown => assert!(bar(&typing("?", Layer::Help, action)) > 10),
        _ => {
            let mut stage = typing("?", Layer::Help, Action::PageDown);
            stage.act(Layer::Help, action);
            assert!(bar(&stage) < 4);
        }
    }
}

/// What a key copies after these keys.
fn copied(keys: &str, layer: Layer, action: Action) -> (String, String) {
    let mut stage = Stage::after(3, keys);
    stage.ui.preset = Some("favorite-color".into());
    stage.act(layer, action);
    match stage.effects.pop() {
        Some(Effect::Copy { what, text }) => (what, text),
        other => panic!("{keys:?} copies, not {other:?}: {}", stage.status()),
    }
}

fn copies(action: Action) {
    if action == Action::CopyCommand {
        let (_, text) = copied("", Layer::Main, action);
        assert!(text.starts_with("laggard favorite-color --seed "), "{text}");
        let told = pressed("w", action).status();
        assert!(told.contains("1 command was given by hand: s saves"), "{told}");
        return;
    }
    let begins = |keys: &str, layer, what: &str, text: &str| {
        let (said, copied) = copied(keys, layer, action);
        assert!(said == what && copied.contains(text), "{keys:?}: {said}: {copied}");
    };
    begins("2", Layer::Main, "the line of lon", "2 lon");
    begins("w|2re", Layer::Main, "the explanation of lon", "lon is STALE");
    begins("w|⏎", Layer::Main, "all about ams", "green");
    begins("w|⇥⇥", Layer::Main, "the topmost event", "green");
    begins("w|⇥⇥⇥", Layer::Operations, "the chosen operation", "green");
    begins("?Cut the link", Layer::Help, "the chosen line", "Cut the link");
}

pub(super) fn remote(action: Action) {
    let mut stage = Stage::after(3, "w|2r");
    stage.ui.modes.remote = Mode::On;
    stage.act(Layer::Remote, action);
    match action {
        // The advice: why is it stale?
        Action::Forward => assert_eq!(stage.ui.side, Side::Story),
        Action::Backward => assert!(stage.snapshot().is_past()),
        _ => assert!(stage.snapshot().is_running()),
    }
}

pub(super) fn asks(action: Action) {
    let mut stage = Stage::new(lesson());
    stage.keys("nnb+");
    stage.act(Layer::Question, action);
    let question = &stage.ui.question;
    match action {
        Action::Answer(place) => assert_eq!(question.marked, Some(place)),
        Action::MoreHands => assert_eq!(question.hands[1], 2),
        Action::FewerHands => assert_eq!(question.hands[1], 0),
        _ => assert_eq!((stage.ui.layer(), stage.snapshot().script.next), (Layer::Main, 3)),
    }
}
