//! Why is this replica stale? Which write it misses, what became of the copy sent to it, and what will
//! bring it.

use std::sync::Arc;

use crate::{
    action::{AntiEntropy, Digest, Level, Propagation, Quorum, ReadRepair, Style},
    base::{KeyId, MessageId, NodeId, SimTime, Span, WriteId, ZoneId},
    data::Conflicts,
    sim::{Death, Doom, Simulation, Status},
};

use super::{Ledger, Staleness};

/// The causal story of one replica and one key.
#[derive(Debug, Clone)]
pub struct Story {
    pub node: NodeId,
    pub key: KeyId,
    /// `None`: it is up to date, as far as anything acknowledged is known.
    pub staleness: Option<Staleness>,
    /// Its disk was lost, and it holds nothing of the key: that it misses nothing known does not make it fresh.
    pub emptied: Option<Status>,
    /// What became of each missing write, oldest first; at most [`MAX_TRAILS`].
    pub trails: Vec<Trail>,
    pub remedy: Remedy,
    /// A setting under which a read of the latest write could not have missed it, with its numbers.
    pub prevention: Option<String>,
}

/// A missing write and the copies of it that were meant for this replica.
#[derive(Debug, Clone)]
pub struct Trail {
    pub write: WriteId,
    pub value: String,
    pub coordinator: NodeId,
    pub acknowledged: SimTime,
    /// On their way here, by arrival: whether each will be stopped before, as things are now.
    pub coming: Vec<(MessageId, SimTime, Option<Stop>)>,
    /// Already dead.
    pub died: Vec<(Death, SimTime)>,
    /// It came, and lost to what the replica held.
    pub came_and_lost: bool,
}

/// What keeps a copy that is on its way from arriving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// It dies.
    Dies(Death),
    /// A hand holds it.
    Held,
}

/// What will bring the replica up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    NothingMissing,
    /// A message that is on its way.
    Message {
        arrives: SimTime,
    },
    /// Anti-entropy, within its period times some luck.
    Gossip {
        every: Span,
    },
    /// It may show what it misses only after these other writes, which must come first.
    AfterOthers(Vec<(KeyId, WriteId)>),
    /// `holder` keeps it as a hint, or will once the write has timed out, and looks every so often whether
    /// the replica is back.
    Hint {
        holder: NodeId,
        every: Span,
    },
    /// `holder` keeps it as a hint, but cannot hand it back: it is down or frozen itself, or a wall stands.
    StrandedHint {
        holder: NodeId,
        why: Stranded,
    },
    /// The coordinator sends it again until it is acknowledged.
    Retransmission {
        from: NodeId,
    },
    /// A read that is under way may find that it is behind and repair it.
    ReadRepair,
    /// Anti-entropy that was begun and may find that it is behind: no more will follow.
    Exchange,
    /// The next read that asks it and a fresher one repairs it.
    NextRead,
    /// Somebody must restart or thaw it first.
    Revive(Status),
    /// Anti-entropy, once what stands in its way is gone.
    GossipBehind {
        barrier: Barrier,
        every: Span,
    },
    /// The primary it follows resends the stream, or everything, within about this time.
    Stream {
        every: Span,
    },
    /// The same, once a wall is gone or its primary is up.
    HealThenStream,
    /// It follows no primary: one must rise first.
    NoPrimary,
    /// Its region takes the writes of `from`, where the leaders talk every so often.
    Region {
        from: Arc<str>,
        every: Span,
    },
    /// The same, once a wall between the regions is gone or both have a leader that is up.
    HealThenRegion {
        from: Arc<str>,
    },
    /// Nothing by itself: a hand holds the message that would.
    Held,
    /// Nothing: others have it, no message is on its way and nothing repairs.
    Never,
    /// Nothing: no replica has what it misses any more, and no message or hint brings it.
    Gone,
    /// Last-write-wins dropped it for good.
    Overruled,
}

/// What keeps a hint with its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stranded {
    /// The holder is down or frozen.
    Holder(Status),
    /// The way to the target is blocked, or the holder cannot hear that it is up.
    Way,
}

/// What keeps anti-entropy from a replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barrier {
    Wall,
    /// Who has what it misses is down or frozen.
    Absence(NodeId, Status),
    /// Links that lose everything.
    Losses,
}

/// At most so many missing writes are told about.
const MAX_TRAILS: usize = 3;

/// Tells the story of `node` and `key` at the present instant.
pub fn explain(node: NodeId, key: KeyId, simulation: &Simulation, ledger: &Ledger) -> Story {
    let held = simulation.held(node, key);
    let staleness = ledger.staleness(key, held);
    let missing = staleness.as_ref().map_or(&[][..], |staleness| &staleness.missing);
    let trails: Vec<Trail> = missing
        .iter()
        .take(MAX_TRAILS)
        .filter_map(|write| trail(*write, node, key, simulation, ledger))
        .collect();
    let overruled = |write: &WriteId| {
        ledger.record(key, *write).is_some_and(|record| record.reflected[node.index()].is_some())
    };
    let remedy = if missing.iter().all(overruled) && !missing.is_empty() {
        Remedy::Overruled
    } else {
        remedy(node, key, &trails, simulation)
    };
    let prevention = staleness.is_some().then(|| prevention(simulation)).flatten();
    let lost_all = held.is_nothing() && ledger.lost_its_disk(node);
    let emptied = lost_all.then(|| simulation.status(node));
    Story { node, key, staleness, emptied, trails, remedy, prevention }
}

fn trail(
    write: WriteId,
    node: NodeId,
    key: KeyId,
    simulation: &Simulation,
    ledger: &Ledger,
) -> Option<Trail> {
    let record = ledger.record(key, write)?;
    let mut coming: Vec<(MessageId, SimTime, Option<Stop>)> = simulation
        .messages()
        .filter(|message| message.to == node && message.carries == Some(write))
        .map(|message| {
            let wall = simulation.first_wall(message.from, message.to);
            let stop = match message.doom {
                Some(Doom::Held(_)) => Some(Stop::Held),
                Some(Doom::Loss) => Some(Stop::Dies(Death::Lost)),
                Some(Doom::Wall) | None => wall.map(|wall| Stop::Dies(Death::Cut(wall))),
            };
            (message.id, message.arrives, stop)
        })
        .collect();
    coming.sort_by_key(|(_, arrives, _)| *arrives);
    let mine = record.deaths.iter().filter(|(to, _, _)| *to == node);
    Some(Trail {
        write,
        value: record.version.value.to_string(),
        coordinator: record.coordinator,
        acknowledged: record.acked?.1,
        coming,
        died: mine.map(|(_, death, at)| (*death, *at)).collect(),
        came_and_lost: record.reflected[node.index()].is_some(),
    })
}

fn remedy(node: NodeId, key: KeyId, trails: &[Trail], simulation: &Simulation) -> Remedy {
    let remedy = by_itself(node, key, trails, simulation);
    let held = || trails.iter().flat_map(|trail| &trail.coming).any(|(_, _, stop)| *stop == Some(Stop::Held));
    if matches!(remedy, Remedy::Never | Remedy::Gone) && held() { Remedy::Held } else { remedy }
}

fn by_itself(node: NodeId, key: KeyId, trails: &[Trail], simulation: &Simulation) -> Remedy {
    let Some(newest) = trails.last() else {
        return Remedy::NothingMissing;
    };
    match simulation.status(node) {
        Status::Up => {}
        status @ (Status::Crashed | Status::Frozen) => return Remedy::Revive(status),
    }
    let after = simulation.unmet_news(node, key, Some(newest.write));
    if !after.is_empty() {
        return Remedy::AfterOthers(after);
    }
    let alive = || newest.coming.iter().filter(|(_, _, stop)| stop.is_none());
    let coming = alive().find(|(id, _, _)| simulation.brings_news(*id)).map(|(_, arrives, _)| *arrives);
    if let Some(arrives) = coming.or_else(|| simulation.next_news(node, key)) {
        return Remedy::Message { arrives };
    }
    let after = simulation.unmet_news(node, key, None);
    if !after.is_empty() {
        return Remedy::AfterOthers(after);
    }
    if alive().next().is_some() && simulation.settings().conflicts_of(key) == Conflicts::LastWriteWins {
        // It will come, and lose to what the replica holds.
        return Remedy::Overruled;
    }
    let handed = handed_on(node, key, simulation);
    if let Some(remedy @ (Remedy::Hint { .. } | Remedy::Retransmission { .. })) = handed {
        return remedy;
    }
    if let Some(policy) = simulation.settings().primary() {
        let every = policy.ack_every;
        let from_afar = ship(node, key, newest, every, simulation);
        return from_afar.unwrap_or_else(|| follow(node, every, simulation));
    }
    of_equals(node, key, trails, handed, simulation)
}

/// What leaderless replicas do for one that nobody keeps anything for that could be handed over now.
fn of_equals(
    node: NodeId,
    key: KeyId,
    trails: &[Trail],
    handed: Option<Remedy>,
    simulation: &Simulation,
) -> Remedy {
    if simulation.a_read_may_teach(node, key) {
        return Remedy::ReadRepair;
    }
    let repairs =
        simulation.settings().leaderless().is_some_and(|rules| rules.read_repair != ReadRepair::Off);
    let knows = |other: &NodeId| simulation.has_news_for(*other, node, key);
    let knowing: Vec<NodeId> = simulation.owners(key).filter(|other| *other != node).filter(knows).collect();
    let gossip = simulation.settings().anti_entropy;
    if let Some(gossip) = gossip {
        let brings = |other: &NodeId| {
            *other != node && (knowing.contains(other) || simulation.news_comes_by(*other, node, key))
        };
        if those_who_tell(node, key, gossip, simulation).iter().any(brings) {
            return Remedy::Gossip { every: gossip.every };
        }
    }
    let Some(first) = knowing.first().copied() else {
        return handed.unwrap_or_else(|| no_news(node, key, trails, simulation));
    };
    let at_last = handed.unwrap_or(if repairs { Remedy::NextRead } else { Remedy::Never });
    let Some(AntiEntropy { every, .. }) = gossip else {
        return if simulation.an_exchange_may_teach(node) { Remedy::Exchange } else { at_last };
    };
    let barrier = match simulation.status(first) {
        status @ (Status::Crashed | Status::Frozen) => Barrier::Absence(first, status),
        Status::Up if simulation.cuts().standing().is_empty() => Barrier::Losses,
        Status::Up => Barrier::Wall,
    };
    Remedy::GossipBehind { barrier, every }
}

/// What is left where no replica holds anything of `key` that `node` would take: whoever holds what it misses
/// holds what would lose to its own.
fn no_news(node: NodeId, key: KeyId, trails: &[Trail], simulation: &Simulation) -> Remedy {
    let misses = |write: &WriteId| trails.iter().any(|trail| trail.write == *write);
    let loses =
        |other: NodeId| simulation.held(other, key).versions().iter().any(|version| misses(&version.id));
    let overruled = simulation.settings().conflicts_of(key) == Conflicts::LastWriteWins
        && simulation.owners(key).any(|other| other != node && loses(other));
    if overruled { Remedy::Overruled } else { Remedy::Gone }
}

/// Whose news of `key` comes to `node` by anti-entropy: what a replica learns it passes on.
fn those_who_tell(node: NodeId, key: KeyId, gossip: AntiEntropy, simulation: &Simulation) -> Vec<NodeId> {
    let tells = |to: NodeId, from: NodeId| match gossip.style {
        Style::Pull => simulation.can_reach(to, from) && simulation.can_reach(from, to),
        Style::Push | Style::PushPull => {
            let compares_first = gossip.digest != Digest::Full;
            simulation.can_reach(from, to) && (!compares_first || simulation.can_reach(to, from))
        }
    };
    let mut told_by = vec![node];
    let mut next = 0;
    while let Some(to) = told_by.get(next).copied() {
        next += 1;
        let new: Vec<NodeId> =
            simulation.owners(key).filter(|from| !told_by.contains(from) && tells(to, *from)).collect();
        told_by.extend(new);
    }
    told_by
}

/// Who keeps something for the replica that would teach it something: best one that can hand it over.
fn handed_on(node: NodeId, key: KeyId, simulation: &Simulation) -> Option<Remedy> {
    let mut best = None;
    for (holder, every) in simulation.hints_for(node, key) {
        let status = simulation.status(holder);
        let why = match status {
            Status::Up if simulation.can_hand_over(holder, node) => {
                return Some(Remedy::Hint { holder, every });
            }
            Status::Up => Stranded::Way,
            Status::Crashed | Status::Frozen => Stranded::Holder(status),
        };
        best = best.or(Some(Remedy::StrandedHint { holder, why }));
    }
    let from = simulation.still_sends(node, key);
    from.map(|from| Remedy::Retransmission { from }).or(best)
}

/// What a replica set does by itself for a member that is behind.
fn follow(node: NodeId, every: Span, simulation: &Simulation) -> Remedy {
    match simulation.follows(node) {
        None => Remedy::NoPrimary,
        Some(primary) if simulation.can_reach(primary, node) && simulation.can_reach(node, primary) => {
            Remedy::Stream { every }
        }
        Some(_) => Remedy::HealThenStream,
    }
}

/// What other regions do by themselves for a region that is behind; `None` where its own leader has what is missing.
fn ship(node: NodeId, key: KeyId, missing: &Trail, every: Span, simulation: &Simulation) -> Option<Remedy> {
    let policy = simulation.settings().primary()?;
    let regions = policy.regions.as_ref()?;
    let region_of = |node: NodeId| policy.groups.iter().position(|group| group.members.contains(&node));
    let leader_of = |region: usize| simulation.primaries().find(|leader| region_of(*leader) == Some(region));
    let (home, source) = (region_of(node)?, region_of(missing.coordinator)?);
    let here = leader_of(home);
    let has = here
        .is_some_and(|leader| leader != node && simulation.held(leader, key) != simulation.held(node, key));
    if home == source || has {
        return None;
    }
    let from = Arc::clone(&regions.names[source]);
    let passes = here
        .zip(leader_of(source))
        .is_some_and(|(here, there)| simulation.can_reach(here, there) && simulation.can_reach(there, here));
    Some(if passes { Remedy::Region { from, every } } else { Remedy::HealThenRegion { from } })
}

/// Levels that overlap would have: R + W > N.
fn prevention(simulation: &Simulation) -> Option<String> {
    if simulation.settings().primary().is_some() {
        return None;
    }
    let settings = simulation.settings();
    // As it is for a writer and a reader of different zones, where there are several: those meet least.
    let last = settings.per_zone.len().checked_sub(1).map(|last| ZoneId(u16::try_from(last).unwrap_or(0)));
    let write = settings.block_for(settings.write, last.map(|_| ZoneId(0)));
    let read = settings.block_for(settings.read, last);
    let sloppy = settings.leaderless().is_some_and(|rules| rules.quorum == Quorum::Sloppy);
    if settings.propagation == Propagation::Gossip {
        return None;
    } else if settings.overlap(write, read) {
        // The sets would have met, had none but replicas of the key counted.
        let text =
            "strict quorums: here stand-ins count, and a read may ask none of those that took the write";
        return sloppy.then(|| text.to_owned());
    }
    if settings.write.needs_zones() || settings.read.needs_zones() {
        let (write, read) = (settings.write, settings.read);
        return Some(format!(
            "writes at EACH_QUORUM and reads at LOCAL_QUORUM: they meet in every zone. Now writes are at {write} \
             and reads at {read}, which may miss each other"
        ));
    }
    let (write, read, copies) = (write.count, read.count, settings.copies);
    let quorum = Level::Quorum.required(copies);
    Some(format!(
        "R + W > N. Now R = {read}, W = {write}, N = {copies}: a read may miss the newest write. \
         With QUORUM for both, {quorum} + {quorum} > {copies}: read and write sets overlap"
    ))
}
