//! The table of knobs is honest: nothing that can be set is left out, and a knob turns only itself.

use crate::{
    action::{Command, Copies, HintRules, Setting},
    net::LinkChange,
    tui::tests::{
        pictures::monitored,
        regions::stage as of_preset,
        stage::{Stage, favourite_colour},
    },
};

use super::{Dial, Knob, Turn};

/// The knobs that a command turns; a new setting or change of a link cannot be forgotten here.
fn turned_by(command: &Command) -> &'static [Knob] {
    match command {
        Command::Set(setting) => match setting {
            Setting::LatencyPercent(_) => &[Knob::Latency],
            Setting::Copies(_) => &[Knob::Copies],
            Setting::ReadRepair(_) => &[Knob::ReadRepair],
            Setting::WriteLevel(_) => &[Knob::WriteLevel],
            Setting::ReadLevel(_) => &[Knob::ReadLevel],
            Setting::AntiEntropy(_) => &[Knob::AntiEntropy, Knob::Style, Knob::FanOut, Knob::Digest],
            Setting::Timeout(_) => &[Knob::Timeout],
            Setting::MinReplicas(_) => &[Knob::MinReplicas],
            Setting::MaxLag(_) => &[Knob::MaxLag],
            Setting::ReadsFrom(_) => &[Knob::ReadsFrom],
            Setting::Hints(_) => &[Knob::Hints, Knob::HintHolder],
        },
        Command::SetLink { change, .. } => match change {
            LinkChange::Delay(_) => &[Knob::Latency],
            LinkChange::Loss(_) => &[Knob::Loss],
            LinkChange::Duplicate(_) => &[Knob::Duplication],
            LinkChange::Order(_) => &[Knob::Order],
        },
        Command::Submit(_)
        | Command::NameKey(_)
        | Command::Cut { .. }
        | Command::Heal(_)
        | Command::Crash(_)
        | Command::Destroy(_)
        | Command::Repair(_)
        | Command::Message { .. }
        | Command::Restart(_)
        | Command::Freeze(_)
        | Command::Thaw(_)
        | Command::Skew { .. }
        | Command::SetClient { .. }
        | Command::Promote(_)
        | Command::Workload(_) => &[],
    }
}

fn stages() -> Vec<Stage> {
    let mut hints = favourite_colour(5);
    hints.settings.leaderless_mut().expect("leaderless").hints = Some(HintRules::USUAL);
    vec![Stage::new(favourite_colour(5)), Stage::new(hints), Stage::new(monitored())]
}

/// The value that a knob shows.
fn value(stage: &Stage, knob: Knob) -> String {
    match knob.dial(&stage.snapshot()) {
        Dial::Here(reading) => reading.value,
        Dial::Missing(why) => format!("missing: {why}"),
    }
}

#[test]
fn a_knob_turns_itself_and_says_what_it_means_at_every_place() {
    for mut stage in stages() {
        stage.keys("K");
        for knob in Knob::ALL {
            stage.ui.knob = *knob;
            for turn in [Turn::Up, Turn::Down] {
                for _ in 0..20 {
                    let Dial::Here(reading) = knob.dial(&stage.snapshot()) else { break };
                    assert!(
                        !reading.means.is_empty() && reading.means.chars().count() <= 152,
                        "{}",
                        reading.means
                    );
                    let Some(command) = reading.turned(turn).cloned() else { break };
                    assert!(turned_by(&command).contains(knob), "{knob:?} gives {command:?}");
                    let before = value(&stage, *knob);
                    stage.keys(if turn == Turn::Up { "l" } else { "h" });
                    assert_ne!(
                        value(&stage, *knob),
                        before,
                        "{knob:?} after {command:?}: {}",
                        stage.status()
                    );
                }
            }
        }
    }
}

#[test]
fn a_knob_that_goes_round_comes_back_to_where_it_was() {
    for mut stage in stages() {
        stage.keys("K");
        for knob in Knob::ALL.iter().filter(|knob| knob.typed().is_none()) {
            stage.ui.knob = *knob;
            match knob.dial(&stage.snapshot()) {
                Dial::Here(reading) if !reading.is_fixed() => {}
                Dial::Here(_) | Dial::Missing(_) => continue,
            }
            let first = value(&stage, *knob);
            let mut seen = vec![first.clone()];
            loop {
                stage.keys("⏎");
                let now = value(&stage, *knob);
                if now == first {
                    break;
                }
                assert!(!seen.contains(&now) && seen.len() < 20, "{knob:?}: {seen:?} then {now}");
                seen.push(now);
            }
            assert!(seen.len() > 1, "{knob:?}");
        }
    }
}

#[test]
fn what_is_typed_is_what_the_knob_shows() {
    for (knob, typed, shows) in [
        (Knob::WriteLevel, "quorum", "QUORUM"),
        (Knob::WriteLevel, "2", "2"),
        (Knob::ReadLevel, "all", "ALL"),
        (Knob::Timeout, "700ms", "700ms"),
        (Knob::AntiEntropy, "off", "off"),
        (Knob::AntiEntropy, "1500ms", "every 1.5s"),
        (Knob::Hints, "5min", "for 5min"),
        (Knob::Loss, "7%", "7%"),
        (Knob::Duplication, "3%", "3%"),
    ] {
        let mut stage = Stage::after(5, "K");
        stage.ui.knob = knob;
        stage.keys(&format!("⏎{typed}⏎"));
        assert_eq!(value(&stage, knob), shows, "{}", stage.status());
    }
    let mut stage = Stage::after(5, "=K");
    stage.ui.knob = Knob::Latency;
    stage.keys("⏎3s⏎");
    assert_eq!(
        stage.snapshot().view.links.delay,
        Some(crate::base::Span::secs(3)),
        "the factor is allowed for"
    );
}

#[test]
fn a_knob_refuses_what_makes_no_sense_and_says_why() {
    for (knob, typed, says) in [
        (Knob::WriteLevel, "9", "needs 9 replicas; N is 5"),
        (Knob::ReadLevel, "most", "levels are"),
        (Knob::Timeout, "5", "for example"),
        (Knob::Loss, "120%", "100%"),
    ] {
        let mut stage = Stage::after(5, "K");
        stage.ui.knob = knob;
        stage.keys(&format!("⏎{typed}⏎"));
        assert!(stage.status().contains(says), "{knob:?} {typed}: {}", stage.status());
    }
}

#[test]
fn an_end_of_the_scale_says_so() {
    let mut stage = Stage::after(3, "Kh");
    assert!(stage.status().contains("no further"), "{}", stage.status());
    stage.keys("K");
    assert!(!stage.text(80, 24).contains("duplication"), "K closes what K opened");
}

#[test]
fn n_of_each_zone_is_turned_together_and_typed_apart() {
    let mut stage = of_preset("cassandra-multi-dc");
    assert_eq!(value(&stage, Knob::Copies), "eu 3, us 3");
    let turn = |stage: &mut Stage, turn| {
        let snapshot = stage.snapshot();
        let Dial::Here(reading) = Knob::Copies.dial(&snapshot) else { panic!("it is here") };
        let command = reading.turned(turn).cloned();
        let typed = |command| crate::drive::Request::Do(vec![command], crate::drive::Cause::Program);
        command.map(|command| stage.obey(vec![crate::tui::ui::Effect::Ask(typed(command))])).is_some()
    };
    assert!(!turn(&mut stage, Turn::Up), "no zone has more than three replicas");
    assert!(turn(&mut stage, Turn::Down));
    assert_eq!(value(&stage, Knob::Copies), "eu 2, us 2");
    let typed = |stage: &Stage, text: &str| {
        (Knob::Copies.typed().expect("it can be typed").understand)(text, &stage.snapshot())
    };
    let copies = |zones: &[u16]| Ok(Command::Set(Setting::Copies(Copies::PerZone(zones.to_vec()))));
    assert_eq!(typed(&stage, "us 3"), copies(&[2, 3]));
    assert_eq!(typed(&stage, "eu 1, us 0"), copies(&[1, 0]));
    for wrong in ["3", "ue 1", "eu 4", "eu x", "eu 0, us 0", ""] {
        assert!(typed(&stage, wrong).is_err(), "{wrong}");
    }
}
