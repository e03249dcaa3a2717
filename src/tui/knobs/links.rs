//! What links do to messages: all links at once; the typed line of `L` knows single ones.

use crate::{
    action::{Command, Setting},
    base::{Ppm, Span},
    drive::{Snapshot, ratio},
    net::{Delay, LinkChange, Order, Scope},
    scenario::units,
};

use super::{Dial, Typed};

/// The latencies that `-` and `=` step through, in percent of what the preset says.
pub(in crate::tui) const LATENCIES: [u32; 15] =
    [1, 2, 5, 10, 20, 50, 70, 100, 150, 200, 300, 500, 1_000, 2_000, 5_000];

const SHARES: [Ppm; 10] = [
    Ppm::NEVER,
    Ppm::percent(1),
    Ppm::percent(2),
    Ppm::percent(5),
    Ppm::percent(10),
    Ppm::percent(20),
    Ppm::percent(30),
    Ppm::percent(50),
    Ppm::percent(80),
    Ppm::ALWAYS,
];

pub(super) const LATENCY: Typed = Typed {
    usage: "the same fixed delay on every link: 80ms, 2s",
    understand: |text, snapshot| {
        let nanos = units::parse_duration(text).map_err(|error| format!("{error}; for example 80ms"))?;
        // The factor still applies: what is typed is what will be seen.
        let own = u128::from(nanos) * 100 / u128::from(snapshot.view.latency_percent.max(1));
        let own = u64::try_from(own).unwrap_or(u64::MAX / 2);
        Ok(every(LinkChange::Delay(Delay::Fixed(Span(own)))))
    },
};

pub(super) const LOSS: Typed = Typed {
    usage: "the share of messages that get lost: 5%",
    understand: |text, _| Ok(every(LinkChange::Loss(share(text)?))),
};

pub(super) const DUPLICATION: Typed = Typed {
    usage: "the share of messages that arrive twice: 5%",
    understand: |text, _| Ok(every(LinkChange::Duplicate(share(text)?))),
};

fn every(change: LinkChange) -> Command {
    Command::SetLink { scope: Scope::All, change }
}

fn share(text: &str) -> Result<Ppm, String> {
    let parts = units::parse_share(text).map_err(|error| format!("{error}; for example 5%"))?;
    Ppm::new(parts).ok_or_else(|| "at most 100%".into())
}

pub(super) fn latency(snapshot: &Snapshot) -> Dial {
    let now = snapshot.view.latency_percent;
    let means = match snapshot.view.links.delay {
        Some(delay) => format!("a message sent from now on typically takes {delay}"),
        None => {
            format!("links differ; each takes ×{} its own time, for what is sent from now on", ratio(now))
        }
    };
    Dial::steps((format!("×{}", ratio(now)), means), &LATENCIES, now, |percent| {
        Command::Set(Setting::LatencyPercent(percent))
    })
}

pub(super) fn loss(snapshot: &Snapshot) -> Dial {
    let now = snapshot.view.links.loss;
    let means = match now {
        None => "links differ: turning this sets all of them".into(),
        Some(Ppm::NEVER) => "no message gets lost, except at walls and at replicas that are down".into(),
        Some(Ppm::ALWAYS) => "every message gets lost: nobody hears from anybody".into(),
        Some(share) => format!("{share} of the messages get lost on the way, by chance"),
    };
    shares(now, means, LinkChange::Loss)
}

pub(super) fn duplication(snapshot: &Snapshot) -> Dial {
    let now = snapshot.view.links.duplicate;
    let means = match now {
        None => "links differ: turning this sets all of them".into(),
        Some(Ppm::NEVER) => "no message arrives twice".into(),
        Some(share) => format!("{share} of the messages arrive twice; the second copy must do no harm"),
    };
    shares(now, means, LinkChange::Duplicate)
}

fn shares(now: Option<Ppm>, means: String, change: fn(Ppm) -> LinkChange) -> Dial {
    let value = now.map_or_else(|| "differs".to_owned(), |share| share.to_string());
    Dial::steps((value, means), &SHARES, now.unwrap_or(Ppm::NEVER), |share| every(change(share)))
}

pub(super) fn order(snapshot: &Snapshot) -> Dial {
    let now = snapshot.view.links.order;
    let (value, means) = match now {
        None => ("differs", "links differ: turning this sets all of them"),
        Some(Order::Fifo) => ("fifo", "on each link a message never overtakes an earlier one"),
        Some(Order::MayOvertake) => ("any", "a later message may overtake an earlier one on the same link"),
    };
    let words = (value.to_owned(), means.to_owned());
    Dial::choices(words, &[Some(Order::Fifo), Some(Order::MayOvertake)], now, |order| {
        every(LinkChange::Order(order.unwrap_or(Order::MayOvertake)))
    })
}
