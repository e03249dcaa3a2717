//! Keys of what is typed, of lists, and of a question to the class.

use crate::tui::{
    registry::{Action, Layer},
    ui::Overlay,
};

use super::{
    super::{pictures::lesson, stage::Stage},
    value,
};

/// With this typed into the prompt of `W`, or a list or help where `open` says so.
fn typing(open: &str, layer: Layer, action: Action) -> Stage {
    let mut stage = Stage::after(12, open);
    stage.act(layer, action);
    stage
}

fn line(stage: &Stage) -> (String, usize) {
    match &stage.ui.overlay {
        Overlay::Prompt(prompt) => (prompt.text.clone(), prompt.cursor),
        other => panic!("a line is typed, not {other:?}"),
    }
}

fn bar(stage: &Stage) -> usize {
    match &stage.ui.overlay {
        Overlay::Help(list) | Overlay::Choice(_, list) => list.at,
        other => panic!("a list is up, not {other:?}"),
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
