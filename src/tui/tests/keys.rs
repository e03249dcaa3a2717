//! Every action of the registry, pressed by its own key, does what its sentence says.

use crossterm::event::KeyCode;

use crate::{
    action::{Guarantee, Level},
    sim::Status,
    tui::{
        registry::{Action, Layer, TABLE},
        ui::{Overlay, PromptKind, Purpose, Side},
    },
};

mod screen;

use super::{
    pictures::{crowded, lesson, monitored},
    stage::{Stage, favourite_colour},
};
use screen::{asks, edits, fog, remote, views};

fn status(stage: &Stage, index: usize) -> Status {
    stage.snapshot().view.replicas[index].status
}

fn value(stage: &Stage, index: usize) -> String {
    let snapshot = stage.snapshot();
    let held = &snapshot.view.replicas[index].held[snapshot.focus.index()];
    held.versions().iter().map(|version| version.value.to_string()).collect::<Vec<_>>().join("+")
}

fn cuts(stage: &Stage) -> usize {
    stage.snapshot().view.cuts.len()
}

/// After these keys on three replicas, the action's own key.
fn pressed(keys: &str, action: Action) -> Stage {
    let mut stage = Stage::after(3, keys);
    stage.act(Layer::Main, action);
    stage
}

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

#[test]
fn every_action_does_what_its_key_promises() {
    for entry in TABLE {
        does_what_it_promises(entry.action);
    }
}

#[expect(clippy::too_many_lines, reason = "names every action, so that a new one must be added")]
fn does_what_it_promises(action: Action) {
    match action {
        Action::Write
        | Action::Read
        | Action::Delete
        | Action::WriteTyped
        | Action::ReadTyped
        | Action::WriteLevel
        | Action::ReadLevel => data(action),
        Action::Isolate
        | Action::Heal
        | Action::CutLink
        | Action::RestoreLink
        | Action::Crash
        | Action::Restart
        | Action::Freeze
        | Action::Thaw
        | Action::Destroy
        | Action::RepairNow
        | Action::Promote
        | Action::SkewClock
        | Action::Groups
        | Action::Messages
        | Action::LessLatency
        | Action::MoreLatency
        | Action::LinkFaults => faults(action),
        Action::MarkMoment => marks(),
        Action::Fog => fog(),
        Action::Versus => super::versus::a_key_compares_and_ends_it(),
        Action::Pick(_)
        | Action::Left
        | Action::Right
        | Action::Up
        | Action::Down
        | Action::Client
        | Action::Session
        | Action::NextKey
        | Action::PreviousKey
        | Action::Inspect
        | Action::Close => moves(action),
        Action::RunUntilConverged
        | Action::PauseOrRun
        | Action::StepForward
        | Action::StepBack
        | Action::Slower
        | Action::Faster
        | Action::ToStart
        | Action::ToLatest
        | Action::Undo
        | Action::Redo
        | Action::Branches
        | Action::NextAnomaly
        | Action::PreviousAnomaly
        | Action::NextStep => time(action),
        Action::Explain
        | Action::Verdicts
        | Action::NextView
        | Action::PreviousView
        | Action::NextTheme
        | Action::Big
        | Action::Copy
        | Action::CopyCommand
        | Action::NextLayout
        | Action::Knobs
        | Action::Filter
        | Action::NextEvidence
        | Action::PreviousEvidence
        | Action::Help
        | Action::OpenPreset
        | Action::Redraw
        | Action::Suspend
        | Action::Palette
        | Action::Closer
        | Action::Save
        | Action::Resume
        | Action::Screenshot
        | Action::Record
        | Action::Wider
        | Action::Quit => views(action),
        Action::Accept
        | Action::Complete
        | Action::EraseBack
        | Action::EraseForward
        | Action::EraseAll
        | Action::ToFirst
        | Action::ToLast
        | Action::PageUp
        | Action::PageDown => edits(action),
        Action::Answer(_) | Action::MoreHands | Action::FewerHands | Action::Reveal => asks(action),
        Action::Forward | Action::Backward | Action::RemotePause => remote(action),
    }
}

fn data(action: Action) {
    match action {
        Action::Write => assert_eq!(value(&pressed("2", action), 1), "green"),
        Action::Read => assert_eq!(pressed("", action).snapshot().tally.reads, 1),
        Action::Delete => {
            let stage = pressed("", action);
            assert!(stage.snapshot().events[0].text.contains("delete user123"));
        }
        Action::WriteTyped => {
            let mut stage = pressed("", action);
            assert!(matches!(&stage.ui.overlay, Overlay::Prompt(prompt) if prompt.kind == PromptKind::Write));
            stage.keys("tea key=drink⏎");
            assert_eq!(stage.snapshot().view.keys.len(), 2);
        }
        Action::ReadTyped => {
            let mut stage = pressed("", action);
            stage.keys("level=all at=nyc⏎|||||");
            assert_eq!(stage.snapshot().tally.reads, 1);
        }
        Action::WriteLevel => {
            let stage = pressed("", action);
            assert_eq!(stage.snapshot().view.settings.write, Level::Two);
            assert!(stage.status().contains("W2 + R1"), "{}", stage.status());
        }
        other => {
            let stage = pressed("oo", other);
            assert_eq!(stage.snapshot().view.settings.read, Level::Two);
        }
    }
}

#[expect(clippy::too_many_lines, reason = "one arm for each action")]
fn faults(action: Action) {
    match action {
        Action::Isolate => assert_eq!(pressed("", action).snapshot().view.sides.len(), 2),
        Action::Heal => assert_eq!(cuts(&pressed("px3", action)), 0),
        Action::CutLink => {
            let mut stage = pressed("", action);
            assert!(matches!(stage.ui.overlay, Overlay::Choice(Purpose::SecondReplica(_), _)));
            stage.keys("3");
            assert_eq!(cuts(&stage), 1);
        }
        Action::Groups => {
            let mut stage = pressed("", action);
            assert!(stage.text(80, 24).contains("{ams} | {lon nyc}"), "{}", stage.text(80, 24));
            // lon over to the first side; then the wall.
            stage.keys("lon: other⏎");
            stage.act(Layer::Choice, Action::EraseAll);
            stage.keys("⏎");
            let snapshot = stage.snapshot();
            assert_eq!(snapshot.view.sides.len(), 2);
            assert!(snapshot.view.sides.contains(&vec![crate::base::NodeId(2)]), "{:?}", snapshot.view.sides);
            stage.keys("Gheal⏎");
            assert_eq!(cuts(&stage), 0);
            stage.keys("1Gone way⏎");
            assert_eq!(cuts(&stage), 2, "two links, one way each");
        }
        Action::Messages => {
            let deaths = |stage: &Stage| stage.snapshot().tally.lost;
            let mut stage = pressed("w|", action);
            assert!(!stage.snapshot().is_running(), "the clock stands");
            stage.keys("ams→lon⏎drop⏎");
            stage.keys(" |");
            assert_eq!(deaths(&stage), 1, "{}", stage.status());
            assert_eq!((value(&stage, 1).as_str(), value(&stage, 2).as_str()), ("blue", "green"));
            let mut stage = pressed("w|", action);
            stage.keys("ams→nyc⏎deliver⏎ ");
            stage.wait(10);
            assert_eq!((value(&stage, 1).as_str(), value(&stage, 2).as_str()), ("blue", "green"));
            assert!(stage.snapshot().events.iter().any(|event| event.text.starts_with("by hand: ")));
            stage.keys("u||");
            assert_eq!(value(&stage, 2), "green", "undone, it comes in its own time");
            assert!(pressed("", action).status().contains("nothing is on its way"), "nothing is");
        }
        Action::RestoreLink => {
            let mut stage = pressed("x3", action);
            stage.keys("3");
            assert_eq!(cuts(&stage), 0);
        }
        Action::Crash => assert_eq!(status(&pressed("", action), 0), Status::Crashed),
        Action::Restart => assert_eq!(status(&pressed("c", action), 0), Status::Up),
        Action::Freeze => assert_eq!(status(&pressed("", action), 0), Status::Frozen),
        Action::Thaw => assert_eq!(status(&pressed("z", action), 0), Status::Up),
        Action::Destroy => {
            let stage = pressed("", action);
            assert_eq!((status(&stage, 0), value(&stage, 0)), (Status::Crashed, String::new()));
            assert!(stage.status().contains("its disk with it"), "{}", stage.status());
        }
        Action::RepairNow => {
            // Cut off, it misses a write; nothing repairs by itself here.
            let mut scenario = favourite_colour(3);
            scenario.settings.anti_entropy = None;
            let mut stage = Stage::new(scenario);
            stage.keys("3p1w|||P||");
            assert_eq!(value(&stage, 2), "blue", "it missed the write");
            stage.act(Layer::Main, action);
            stage.keys("|||||");
            assert_eq!(value(&stage, 2), "green", "{}", stage.status());
        }
        Action::Promote => {
            let mut stage = Stage::new(monitored());
            stage.keys("2");
            stage.act(Layer::Main, action);
            assert!(stage.text(80, 24).contains("primaries ams lon"), "{}", stage.text(80, 24));
            assert!(stage.text(80, 24).contains("PRIMARY @"), "{}", stage.text(80, 24));
        }
        Action::SkewClock => {
            let mut stage = pressed("", action);
            stage.keys("+2s⏎");
            assert_eq!(stage.snapshot().view.replicas[0].skew, 2_000_000_000);
        }
        Action::LessLatency => assert_eq!(pressed("", action).snapshot().view.latency_percent, 70),
        Action::MoreLatency => assert_eq!(pressed("", action).snapshot().view.latency_percent, 150),
        _ => {
            let mut stage = pressed("", action);
            stage.keys("100%⏎w|||");
            assert!(stage.snapshot().tally.lost >= 2);
        }
    }
}

fn moves(action: Action) {
    let picked = |keys: &str| {
        let mut stage = Stage::after(6, keys);
        stage.text(80, 24);
        stage.act(Layer::Main, action);
        stage.ui.picked.index()
    };
    match action {
        Action::Pick(number) => assert_eq!(picked("5") + 1, usize::from(number)),
        Action::Left => assert_eq!(picked("3"), 1),
        Action::Right => assert_eq!(picked("3"), 3),
        Action::Up => assert_eq!(picked("5"), 1),
        Action::Down => assert_eq!(picked("2"), 4),
        Action::Client => {
            let mut stage = Stage::new(crowded());
            stage.act(Layer::Main, action);
            assert!(stage.text(80, 24).contains("as bob"));
        }
        Action::Session => {
            let mut stage = Stage::new(crowded());
            stage.keys("i");
            stage.act(Layer::Main, action);
            assert!(stage.text(80, 24).contains("Session of bob"), "{}", stage.text(80, 24));
            // Read your writes; then the last line: keys follow the route.
            stage.keys("⏎");
            assert_eq!(stage.snapshot().view.clients[1].policy.guarantees, [Guarantee::ReadYourWrites]);
            assert!(stage.text(80, 24).contains("[x] "), "{}", stage.text(80, 24));
            stage.act(Layer::Choice, Action::ToLast);
            stage.keys("⏎⎋");
            assert!(stage.text(80, 24).contains("as bob, routed"), "{}", stage.text(80, 24));
            assert_eq!(stage.ui.picked.index(), 0);
            stage.keys("w");
            assert_eq!(value(&stage, 3), "green", "written beside bob, not at the picked replica");
        }
        Action::NextKey | Action::PreviousKey => {
            let stage = pressed("Wtea key=drink⏎", action);
            assert_eq!(stage.snapshot().focus.index(), 1);
            assert!(pressed("", action).status().contains("one key only"));
        }
        Action::Inspect => assert_eq!(pressed("", action).ui.side, Side::Inspector),
        _ => assert_eq!(pressed("e", action).ui.side, Side::Nothing),
    }
}

fn time(action: Action) {
    match action {
        Action::RunUntilConverged => {
            let mut stage = pressed("w", action);
            stage.keys("||||");
            assert!(stage.snapshot().agreement.converged() && stage.snapshot().is_running());
        }
        Action::PauseOrRun => {
            assert!(!pressed("", action).snapshot().is_running());
            assert!(pressed(" ", action).snapshot().is_running());
        }
        Action::StepForward => {
            let stage = pressed("w", action);
            assert!(stage.snapshot().view.position.at.0 > 0 && !stage.snapshot().is_running());
        }
        Action::StepBack => assert!(pressed("w|||", action).snapshot().is_past()),
        Action::Slower => assert_eq!(pressed("", action).snapshot().speed.to_string(), "×1/2"),
        Action::Faster => assert_eq!(pressed("", action).snapshot().speed.to_string(), "×2"),
        Action::ToStart => assert_eq!(pressed("w||", action).snapshot().view.position.step, 0),
        Action::ToLatest => assert!(!pressed("w||,", action).snapshot().is_past()),
        Action::Undo => assert_eq!(value(&pressed("w", action), 0), "blue"),
        Action::Redo => assert_eq!(value(&pressed("wu", action), 0), "green"),
        Action::NextAnomaly => {
            let mut stage = Stage::after(3, "w|2r");
            stage.act(Layer::Main, Action::ToStart);
            stage.act(Layer::Main, action);
            assert!(stage.status().starts_with("1-2/2 stale read at "), "{}", stage.status());
            stage.act(Layer::Main, action);
            assert!(stage.status().starts_with("no anomaly within 1min"), "{}", stage.status());
        }
        Action::PreviousAnomaly => {
            let mut stage = pressed("w|2r |||", action);
            assert!(stage.status().starts_with("1-2/2 stale read at "), "{}", stage.status());
            assert!(stage.snapshot().is_past());
            stage.act(Layer::Main, action);
            assert!(stage.status().starts_with("nothing had gone wrong"), "{}", stage.status());
        }
        Action::Branches => {
            let mut stage = pressed("w|||,w", action);
            assert!(matches!(stage.ui.overlay, Overlay::Choice(Purpose::Branch, _)));
            stage.keys("⏎");
            assert_eq!(stage.ui.layer(), Layer::Main);
        }
        _ => {
            let mut stage = Stage::new(lesson());
            stage.act(Layer::Main, action);
            assert_eq!(stage.snapshot().script.next, 1);
            assert!(pressed("", action).status().contains("no script"));
        }
    }
}

fn marks() {
    let mut stage = pressed("w|| ", Action::MarkMoment);
    let marked = stage.snapshot().view.position;
    assert!(stage.status().contains("is mark 1"), "{}", stage.status());
    stage.keys(" ||| ");
    stage.act(Layer::Main, Action::MarkMoment);
    stage.keys("B⏎");
    assert_eq!((stage.snapshot().view.position, stage.ui.layer()), (marked, Layer::Main));
    assert!(stage.status().starts_with("mark 1, at "), "{}", stage.status());
    stage.act(Layer::Main, Action::MarkMoment);
    assert!(stage.status().contains("taken away") && stage.ui.marks.len() == 1);
}

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
