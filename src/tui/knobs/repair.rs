//! How replicas that differ come together again.

use crate::{
    action::{AntiEntropy, Command, Propagation, Setting, Style},
    base::Span,
    drive::Snapshot,
    scenario::units,
};

use super::{Dial, Typed};

const OFF: &str = "anti-entropy is off";

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
    let plain = AntiEntropy { every: Span::secs(3), style: Style::PushPull, fan_out: 1 };
    snapshot.view.settings.anti_entropy.or(snapshot.scenario.settings.anti_entropy).unwrap_or(plain)
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
