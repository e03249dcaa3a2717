//! What a request waits for.

use crate::{
    action::{
        Among, Command, Copies, Freshness, Level, Operation, Propagation, Quorum, Setting, Settings, Unfit,
    },
    base::{NodeId, Span, ZoneId},
    drive::Snapshot,
    scenario::units,
    tui::metrics::share,
};

use super::{Dial, Typed};

pub(super) const WRITE_LEVEL: Typed = Typed {
    usage: "one, two, three, quorum, all, a number of replicas; local_quorum, each_quorum",
    understand: |text, snapshot| {
        Ok(Command::Set(Setting::WriteLevel(level(text, Operation::Write, snapshot)?)))
    },
};

pub(super) const READ_LEVEL: Typed = Typed {
    usage: "one, two, three, quorum, all, a number of replicas; local_quorum, each_quorum",
    understand: |text, snapshot| {
        Ok(Command::Set(Setting::ReadLevel(level(text, Operation::Read, snapshot)?)))
    },
};

pub(super) const COPIES: Typed = Typed {
    usage: "how many replicas hold each key: a number; by zone: eu 2, us 3",
    understand: copies_typed,
};

pub(super) const TIMEOUT: Typed = Typed {
    usage: "how long a client waits: 500ms, 2s, 1min",
    understand: |text, _| {
        let nanos = units::parse_duration(text).map_err(|error| format!("{error}; for example 2s"))?;
        Ok(Command::Set(Setting::Timeout(Span(nanos))))
    },
};

fn level(text: &str, operation: Operation, snapshot: &Snapshot) -> Result<Level, String> {
    let settings = &snapshot.view.settings;
    let level = Level::parse(text).ok_or_else(|| level_names(settings))?;
    settings.admits(level, operation).map_err(|unfit| unfit_words(level, unfit))?;
    Ok(level)
}

/// What may be said for a level.
pub(in crate::tui) fn level_names(settings: &Settings) -> String {
    if settings.per_zone.is_empty() {
        "levels are one, two, three, quorum, all, any (to write), or a number".into()
    } else {
        "levels are one, two, three, quorum, all, local_one, local_quorum, each_quorum, any".into()
    }
}

/// Why a level cannot be had.
pub(in crate::tui) fn unfit_words(level: Level, unfit: Unfit) -> String {
    match unfit {
        Unfit::TooHigh { asked, copies } => format!("{level} needs {asked} replicas; N is {copies}"),
        Unfit::NeedsZones(_) | Unfit::AnyRead => unfit.to_string(),
    }
}

/// The levels that can be met, as the keys go through them.
fn possible(settings: &Settings, operation: Operation) -> Vec<Level> {
    // Where nobody keeps hints, ANY is ONE by another name.
    let hints = settings.leaderless().is_some_and(|rules| rules.hints.is_some());
    let makes_sense =
        |level: &Level| settings.admits(*level, operation).is_ok() && (hints || *level != Level::Any);
    Level::NAMED.into_iter().filter(makes_sense).collect()
}

const PRIMARY: &str = "one leads, and the others follow its log";

pub(super) fn write_level(snapshot: &Snapshot) -> Dial {
    let settings = &snapshot.view.settings;
    if settings.primary().is_some() {
        return Dial::Missing(PRIMARY);
    }
    let now = settings.write;
    let set = |level| Command::Set(Setting::WriteLevel(level));
    let means = (now.to_string(), expected(snapshot));
    Dial::choices(means, &possible(settings, Operation::Write), now, set)
}

pub(super) fn read_level(snapshot: &Snapshot) -> Dial {
    let settings = &snapshot.view.settings;
    if let Some(regions) = settings.regions() {
        let offered: Vec<Level> =
            Freshness::ALL.into_iter().filter(|level| regions.offers(*level)).map(Level::Fresh).collect();
        let now = settings.read.freshness().unwrap_or_else(|| regions.usual());
        let words = (now.name().replace('_', " "), freshness(now).to_owned());
        return Dial::choices(words, &offered, Level::Fresh(now), |level| {
            Command::Set(Setting::ReadLevel(level))
        });
    }
    if settings.primary().is_some() {
        return Dial::Missing(PRIMARY);
    }
    let now = settings.read;
    let set = |level| Command::Set(Setting::ReadLevel(level));
    let means = (now.to_string(), expected(snapshot));
    Dial::choices(means, &possible(settings, Operation::Read), now, set)
}

pub(super) fn copies(snapshot: &Snapshot) -> Dial {
    let settings = &snapshot.view.settings;
    if !settings.per_zone.is_empty() {
        return copies_of_zones(snapshot);
    }
    if settings.leaderless().is_none() {
        return Dial::Missing(PRIMARY);
    }
    let count = u16::try_from(snapshot.view.replicas.len()).unwrap_or(u16::MAX);
    let steps: Vec<u16> = (1..=count).collect();
    let now = settings.copies;
    let means =
        format!("each key is on {now} of {count} replicas; who joins starts empty, who leaves is not asked");
    Dial::steps((now.to_string(), means), &steps, now, |n| Command::Set(Setting::Copies(Copies::InAll(n))))
}

/// N of each zone: turned, every zone has one copy more, or one less; typed, each has its own.
fn copies_of_zones(snapshot: &Snapshot) -> Dial {
    let now = &snapshot.view.settings.per_zone;
    let sizes: Vec<u16> = (0..now.len()).map(|zone| zone_size(snapshot, zone)).collect();
    let turned = |by: i32| -> Option<Command> {
        // A zone without a copy stays without, and at one the others stop.
        let turn = |(copies, size): (&u16, &u16)| match *copies {
            0 => 0,
            some => u16::try_from((i32::from(some) + by).clamp(1, i32::from(*size).max(1))).unwrap_or(some),
        };
        let next: Vec<u16> = now.iter().zip(&sizes).map(turn).collect();
        (next != *now).then_some(Command::Set(Setting::Copies(Copies::PerZone(next))))
    };
    let names = zone_names(snapshot);
    let each = names.iter().zip(now).map(|(name, copies)| format!("{name} {copies}"));
    let means = "so many replicas of each zone hold a key; who joins starts empty, who leaves is not asked";
    let value = each.collect::<Vec<_>>().join(", ");
    Dial::turning((value, means.into()), turned(-1), turned(1))
}

fn zone_size(snapshot: &Snapshot, zone: usize) -> u16 {
    let zones = snapshot.view.zones.iter();
    let here = zones.filter(|of| of.is_some_and(|of| usize::from(of.0) == zone)).count();
    u16::try_from(here).unwrap_or(u16::MAX)
}

/// By zone.
fn zone_names(snapshot: &Snapshot) -> Vec<&str> {
    let name = |zone: usize| {
        let here = |of: &Option<ZoneId>| of.is_some_and(|of| usize::from(of.0) == zone);
        let first = snapshot.view.zones.iter().position(here)?;
        snapshot.view.replicas[first].zone.as_deref()
    };
    (0..snapshot.view.settings.per_zone.len()).map(|zone| name(zone).unwrap_or("?")).collect()
}

/// `3`, or `eu 2, us 3`.
fn copies_typed(text: &str, snapshot: &Snapshot) -> Result<Command, String> {
    let settings = &snapshot.view.settings;
    let number = |text: &str, most: u16| match text.parse::<u16>() {
        Ok(count) if count <= most => Ok(count),
        Ok(count) => Err(format!("{count} copies are more than there are replicas: {most}")),
        Err(_) => Err(format!("{text} is no number of copies")),
    };
    if settings.per_zone.is_empty() {
        let most = u16::try_from(snapshot.view.replicas.len()).unwrap_or(u16::MAX);
        let count = number(text.trim(), most)?;
        if count == 0 {
            return Err("a key needs one copy at least".into());
        }
        return Ok(Command::Set(Setting::Copies(Copies::InAll(count))));
    }
    let names = zone_names(snapshot);
    let mut copies = settings.per_zone.clone();
    for part in text.split(',') {
        let (name, count) = part
            .trim()
            .rsplit_once(' ')
            .ok_or_else(|| format!("name the zone and its copies: {} {}", names[0], copies[0]))?;
        let zone = names.iter().position(|known| *known == name.trim());
        let zone = zone.ok_or_else(|| format!("no zone is called {name}: there are {}", names.join(", ")))?;
        copies[zone] = number(count, zone_size(snapshot, zone))?;
    }
    if copies.iter().all(|count| *count == 0) {
        return Err("a key needs one copy at least".into());
    }
    Ok(Command::Set(Setting::Copies(Copies::PerZone(copies))))
}

/// What a read at a level of a region may miss.
fn freshness(level: Freshness) -> &'static str {
    match level {
        Freshness::Strong => "a read meets every write acknowledged before it",
        Freshness::Bounded => "a read is behind by so many versions at most, or by so much time",
        Freshness::Session => "a client reads what it wrote, and never goes back; others may be behind",
        Freshness::Prefix => "a read may be behind, but shows writes in their order",
        Freshness::Eventual => "a read may be behind, and behind an earlier one",
    }
}

/// What the levels promise, and how stale a read right after a write is to be expected.
fn expected(snapshot: &Snapshot) -> String {
    let overlap = overlap(&snapshot.view.settings, snapshot.zone_of(NodeId(0)));
    match &*snapshot.forecast {
        Ok(forecast) => {
            format!("{overlap}; predicted {} stale right after a write", share(forecast.stale_at(Span::ZERO)))
        }
        Err(_) => overlap,
    }
}

/// What the two levels and N promise together, to coordinators in zone `local`.
pub(in crate::tui) fn overlap(settings: &Settings, local: Option<ZoneId>) -> String {
    let copies = settings.copies;
    let (write, read) = (settings.block_for(settings.write, local), settings.block_for(settings.read, local));
    let sum = format!("W{} + R{}", write.count, read.count);
    if settings.propagation == Propagation::Gossip {
        return format!("{sum}, N{copies}: writes travel by anti-entropy alone, and reads may miss them");
    }
    let sloppy = settings.leaderless().is_some_and(|rules| rules.quorum == Quorum::Sloppy);
    let zones = settings.write.needs_zones() || settings.read.needs_zones();
    match (settings.overlap(write, read), zones) {
        _ if write.among == Among::HintsToo => "a hint is enough for a write: a read may miss it".into(),
        (true, false) if sloppy => format!("{sum} > N{copies}, but stand-ins count: a read may miss a write"),
        (true, false) => format!("{sum} > N{copies}: read and write sets overlap"),
        (false, false) => format!("{sum} <= N{copies}: a read may miss the latest write"),
        (true, true) if settings.write == Level::EachQuorum => {
            "read and write sets overlap in every zone".into()
        }
        (true, true) => "read and write sets overlap within one zone, not between two".into(),
        (false, true) => "read and write sets need not overlap: a read may miss the latest write".into(),
    }
}

pub(super) fn timeout(snapshot: &Snapshot) -> Dial {
    const STEPS: [Span; 10] = [
        Span::millis(100),
        Span::millis(200),
        Span::millis(500),
        Span::secs(1),
        Span::secs(2),
        Span::secs(5),
        Span::secs(10),
        Span::secs(30),
        Span::secs(60),
        Span::secs(600),
    ];
    let now = snapshot.view.settings.timeout;
    let means = format!(
        "a client waits {now} for its answer; a write that timed out may still have happened, or may yet"
    );
    Dial::steps((now.to_string(), means), &STEPS, now, |span| Command::Set(Setting::Timeout(span)))
}
