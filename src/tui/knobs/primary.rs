//! The rules of a primary and its replicas.

use crate::{
    action::{Command, Durability, Elsewhere, Failover, PrimaryPolicy, Protocol, ReadsFrom, Setting},
    base::Span,
    drive::Snapshot,
    scenario::units,
};

use super::{Dial, Typed};

const LEADERLESS: &str = "any replica takes writes";
const REGIONS: &str = "a majority of the region acknowledges, and reads go by level";

pub(super) const MAX_LAG: Typed = Typed {
    usage: "how long ago a good replica was heard at most: 10s",
    understand: |text, _| {
        let nanos = units::parse_duration(text).map_err(|error| format!("{error}; for example 10s"))?;
        Ok(Command::Set(Setting::MaxLag(Span(nanos))))
    },
};

fn policy(snapshot: &Snapshot) -> Option<&PrimaryPolicy> {
    snapshot.view.settings.primary()
}

/// Where one primary serves everybody. In a region a majority acknowledges, and reads go by their level.
fn alone(snapshot: &Snapshot) -> Result<&PrimaryPolicy, &'static str> {
    let policy = policy(snapshot).ok_or(LEADERLESS)?;
    if policy.regions.is_some() { Err(REGIONS) } else { Ok(policy) }
}

pub(super) fn min_replicas(snapshot: &Snapshot) -> Dial {
    let policy = match alone(snapshot) {
        Ok(policy) => policy,
        Err(why) => return Dial::Missing(why),
    };
    let now = policy.min_replicas;
    let means = match now {
        0 => "the primary takes writes even where no replica hears of them".to_owned(),
        count => {
            format!("with fewer than {count} good replicas the primary refuses writes (NOREPLICAS)")
        }
    };
    let most = policy.groups.iter().map(|group| group.members.len()).max().unwrap_or(1).saturating_sub(1);
    let steps: Vec<u16> = (0..=u16::try_from(most).unwrap_or(u16::MAX).min(32)).collect();
    Dial::steps((now.to_string(), means), &steps, now, |count| Command::Set(Setting::MinReplicas(count)))
}

pub(super) fn max_lag(snapshot: &Snapshot) -> Dial {
    const STEPS: [Span; 6] =
        [Span::secs(1), Span::secs(2), Span::secs(5), Span::secs(10), Span::secs(30), Span::secs(60)];
    let policy = match alone(snapshot) {
        Ok(policy) => policy,
        Err(why) => return Dial::Missing(why),
    };
    let now = policy.max_lag;
    let means = format!("a replica is good if the primary heard from it within {now}");
    Dial::steps((now.to_string(), means), &STEPS, now, |lag| Command::Set(Setting::MaxLag(lag)))
}

pub(super) fn reads_from(snapshot: &Snapshot) -> Dial {
    let policy = match alone(snapshot) {
        Ok(policy) => policy,
        Err(why) => return Dial::Missing(why),
    };
    let (value, means) = match policy.reads_from {
        ReadsFrom::Primary => ("primary", "only who takes itself for the primary answers reads"),
        ReadsFrom::Any => ("any", "every member answers reads: a replica may be behind its primary"),
    };
    let words = (value.to_owned(), means.to_owned());
    Dial::choices(words, &[ReadsFrom::Primary, ReadsFrom::Any], policy.reads_from, |whom| {
        Command::Set(Setting::ReadsFrom(whom))
    })
}

pub(super) fn elsewhere(snapshot: &Snapshot) -> Dial {
    let policy = match alone(snapshot) {
        Ok(policy) => policy,
        Err(why) => return Dial::Missing(why),
    };
    let (value, means) = match policy.writes_elsewhere {
        Elsewhere::Refuse => ("refuse", "a write that comes to a replica is refused (READONLY)"),
        Elsewhere::Redirect => ("redirect", "a replica passes a write on to whom it takes for the primary"),
    };
    Dial::fixed(value.into(), format!("{means} (set by the preset)"))
}

pub(super) fn failover(snapshot: &Snapshot) -> Dial {
    let Some(policy) = policy(snapshot) else { return Dial::Missing(LEADERLESS) };
    let (value, means) = match &policy.failover {
        Failover::Manual => ("by hand", "nobody promotes a replica but you (F)".to_owned()),
        Failover::Monitors(monitors) => (
            "monitors",
            format!(
                "after {} of silence {} of {} monitors may promote a replica",
                monitors.after,
                monitors.needed(),
                monitors.places.len()
            ),
        ),
        Failover::Members { timeout } => (
            "election",
            format!("after {timeout} without a {} the members elect one by majority", policy.head()),
        ),
    };
    Dial::fixed(value.into(), format!("{means} (set by the preset)"))
}

pub(super) fn durability(snapshot: &Snapshot) -> Dial {
    let durability = match &snapshot.view.settings.protocol {
        Protocol::Leaderless(policy) => policy.durability,
        Protocol::Primary(policy) => policy.durability,
    };
    let (value, means) = match durability {
        Durability::Journal => ("journal".to_owned(), "a crash loses nothing that a replica had".to_owned()),
        Durability::Snapshot { every } => (
            format!("each {every}"),
            format!("a crash loses what came after the last snapshot, one every {every}"),
        ),
    };
    Dial::fixed(value, format!("{means} (set by the preset)"))
}
