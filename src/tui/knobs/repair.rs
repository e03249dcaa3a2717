//! How replicas that differ come together again.

use crate::{
    action::{
        AntiEntropy, Command, Digest, HintHolder, HintRules, LeaderlessPolicy, Propagation, ReadRepair,
        Setting, Style,
    },
    base::Span,
    drive::Snapshot,
    scenario::units,
};

use super::{Dial, Typed};

const OFF: &str = "anti-entropy is off";
const NO_HINTS: &str = "hints are off";
const PRIMARY: &str = "one leads, and the others follow its log";

pub(super) const HINTS: Typed = Typed {
    usage: "off, or for how long an absence they are stored: 1min, 3h",
    understand: |text, snapshot| {
        let nanos = units::parse_duration_or_off(text).map_err(|error| format!("{error}; for example 3h"))?;
        Ok(keep(nanos.map(|nanos| HintRules { window: Span(nanos), ..usual_hints(snapshot) })))
    },
};

pub(super) const ANTI_ENTROPY: Typed = Typed {
    usage: "off, or how often: 500ms, 3s",
    understand: |text, snapshot| {
        let nanos = units::parse_duration_or_off(text).map_err(|error| format!("{error}; for example 3s"))?;
        Ok(set(nanos.map(|nanos| AntiEntropy { every: Span(nanos), ..usual(snapshot) })))
    },
};

fn set(anti_entropy: Option<AntiEntropy>) -> Command {
    Command::Set(Setting::AntiEntropy(anti_entropy))
}

/// Where it is off: as the preset has it, else a push-pull with one other replica every three seconds.
fn usual(snapshot: &Snapshot) -> AntiEntropy {
    let plain =
        AntiEntropy { every: Span::secs(3), style: Style::PushPull, fan_out: 1, digest: Digest::Full };
    snapshot.view.settings.anti_entropy.or(snapshot.scenario.settings.anti_entropy).unwrap_or(plain)
}

fn policy(snapshot: &Snapshot) -> Option<&LeaderlessPolicy> {
    snapshot.view.settings.leaderless()
}

fn keep(hints: Option<HintRules>) -> Command {
    Command::Set(Setting::Hints(hints))
}

/// Where they are off: as the preset has them, else as Cassandra does, only that holders look more often.
fn usual_hints(snapshot: &Snapshot) -> HintRules {
    let now = policy(snapshot).and_then(|policy| policy.hints);
    let before = snapshot.scenario.settings.leaderless().and_then(|policy| policy.hints);
    now.or(before).unwrap_or(HintRules { replay_every: Span::secs(3), ..HintRules::USUAL })
}

pub(super) fn read_repair(snapshot: &Snapshot) -> Dial {
    let Some(policy) = policy(snapshot) else { return Dial::Missing(PRIMARY) };
    let now = policy.read_repair;
    let means = match now {
        ReadRepair::Off => "a read leaves the replicas that are behind as they are",
        ReadRepair::Async => "a read answers, then sends what they lack to those that answered with less",
        ReadRepair::Blocking => "a read answers once as many replicas as its level says hold what it returns",
    };
    let choices = [ReadRepair::Off, ReadRepair::Async, ReadRepair::Blocking];
    Dial::choices((now.name().to_owned(), means.to_owned()), &choices, now, |repair| {
        Command::Set(Setting::ReadRepair(repair))
    })
}

/// Shortest window first; off is the leftmost.
pub(super) fn hints(snapshot: &Snapshot) -> Dial {
    const STEPS: [Span; 7] = [
        Span::ZERO,
        Span::secs(10),
        Span::secs(60),
        Span::secs(10 * 60),
        Span::secs(60 * 60),
        Span::secs(3 * 60 * 60),
        Span::secs(24 * 60 * 60),
    ];
    let Some(policy) = policy(snapshot) else { return Dial::Missing(PRIMARY) };
    let (value, means) = match policy.hints {
        None => ("off".to_owned(), "a write that a replica misses is not kept for it".to_owned()),
        Some(rules) => (
            format!("for {}", rules.window),
            format!("kept and handed back to whoever misses a write, if away for at most {}", rules.window),
        ),
    };
    let now = policy.hints.map_or(Span::ZERO, |rules| rules.window.max(Span(1)));
    Dial::steps((value, means), &STEPS, now, |window| {
        keep((window != Span::ZERO).then(|| HintRules { window, ..usual_hints(snapshot) }))
    })
}

pub(super) fn hint_holder(snapshot: &Snapshot) -> Dial {
    let Some(policy) = policy(snapshot) else { return Dial::Missing(PRIMARY) };
    let Some(rules) = policy.hints else { return Dial::Missing(NO_HINTS) };
    let (value, means) = match rules.holder {
        HintHolder::Coordinator => {
            ("coordinator", "who coordinates a write keeps it for whoever is away (as Cassandra)")
        }
        HintHolder::Next => {
            ("next node", "the next node of the preference list takes it in the other's stead (as Dynamo)")
        }
    };
    let words = (value.to_owned(), means.to_owned());
    Dial::choices(words, &[HintHolder::Coordinator, HintHolder::Next], rules.holder, |holder| {
        keep(Some(HintRules { holder, ..rules }))
    })
}

pub(super) fn tombstones(snapshot: &Snapshot) -> Dial {
    let Some(policy) = policy(snapshot) else { return Dial::Missing(PRIMARY) };
    let (value, means) = match policy.tombstones {
        None => ("kept".to_owned(), "what was deleted is remembered for ever".to_owned()),
        Some(rules) => (
            format!("for {}", rules.gc_grace),
            format!(
                "{} after a delete it may be forgotten; who missed it can then bring the value back",
                rules.gc_grace
            ),
        ),
    };
    Dial::fixed(value, format!("{means} (set by the preset)"))
}

pub(super) fn detector(snapshot: &Snapshot) -> Dial {
    let Some(policy) = policy(snapshot) else { return Dial::Missing(PRIMARY) };
    let (value, means) = match policy.failure_detector {
        None => {
            ("perfect".to_owned(), "all know at once of a crash, and nobody of a cut or a freeze".to_owned())
        }
        Some(rules) => (
            format!("after {}", rules.timeout),
            format!("each takes another for down of whom it has heard nothing new for {}", rules.timeout),
        ),
    };
    Dial::fixed(value, format!("{means} (set by the preset)"))
}

/// Rarest first; off is the leftmost.
pub(super) fn anti_entropy(snapshot: &Snapshot) -> Dial {
    const STEPS: [Span; 9] = [
        Span::secs(60),
        Span::secs(10),
        Span::secs(5),
        Span::secs(3),
        Span::secs(2),
        Span::secs(1),
        Span::millis(500),
        Span::millis(200),
        Span::millis(100),
    ];
    let settings = &snapshot.view.settings;
    if settings.leaderless().is_none() {
        return Dial::Missing(PRIMARY);
    }
    let (value, means) = match settings.anti_entropy {
        None => {
            ("off".to_owned(), "no background repair: what missed a write may miss it for ever".to_owned())
        }
        Some(gossip) => (
            format!("every {}", gossip.every),
            format!(
                "every {} each replica compares what it holds with {}",
                gossip.every,
                peers(gossip.fan_out)
            ),
        ),
    };
    // More often is further right, so the order is that of how seldom it is, reversed.
    let seldom = |span: Span| std::cmp::Reverse(span);
    let often: Vec<_> = STEPS.map(seldom).into();
    let never = seldom(Span(u64::MAX));
    let steps: Vec<_> = match settings.propagation {
        // Here writes travel by it alone.
        Propagation::Gossip => often,
        Propagation::Direct => std::iter::once(never).chain(often).collect(),
    };
    let now = settings.anti_entropy.map_or(never, |gossip| seldom(gossip.every));
    Dial::steps((value, means), &steps, now, |step| {
        set((step != never).then(|| AntiEntropy { every: step.0, ..usual(snapshot) }))
    })
}

fn peers(count: u16) -> String {
    if count == 1 { "one other".into() } else { format!("{count} others") }
}

pub(super) fn style(snapshot: &Snapshot) -> Dial {
    let Some(gossip) = snapshot.view.settings.anti_entropy else { return Dial::Missing(OFF) };
    let (value, means) = match gossip.style {
        Style::Push => ("push", "push: a replica tells the other what it holds; quick while few know"),
        Style::Pull => ("pull", "pull: a replica asks for what it lacks; quick once many know"),
        Style::PushPull => ("push-pull", "push-pull: both tell each other; the fewest rounds of the three"),
    };
    let words = (value.to_owned(), means.to_owned());
    Dial::choices(words, &[Style::Push, Style::Pull, Style::PushPull], gossip.style, |style| {
        set(Some(AntiEntropy { style, ..gossip }))
    })
}

pub(super) fn fan_out(snapshot: &Snapshot) -> Dial {
    let Some(gossip) = snapshot.view.settings.anti_entropy else { return Dial::Missing(OFF) };
    let others = u16::try_from(snapshot.view.replicas.len().saturating_sub(1)).unwrap_or(u16::MAX);
    let means = format!("in each round a replica turns to {}, chosen by chance", peers(gossip.fan_out));
    let steps: Vec<u16> = (1..=others.min(8)).collect();
    Dial::steps((gossip.fan_out.to_string(), means), &steps, gossip.fan_out, |fan_out| {
        set(Some(AntiEntropy { fan_out, ..gossip }))
    })
}

pub(super) fn digest(snapshot: &Snapshot) -> Dial {
    let Some(gossip) = snapshot.view.settings.anti_entropy else { return Dial::Missing(OFF) };
    let (value, means) = match gossip.digest {
        Digest::Full => ("contents", "replicas send each other everything they hold"),
        Digest::Vector => ("names", "replicas compare the names of what they hold, then send what differs"),
        Digest::Merkle => {
            ("merkle", "replicas compare a tree of hashes from its root, then send what differs")
        }
    };
    let words = (value.to_owned(), means.to_owned());
    Dial::choices(words, &[Digest::Full, Digest::Vector, Digest::Merkle], gossip.digest, |digest| {
        set(Some(AntiEntropy { digest, ..gossip }))
    })
}
