//! `cluster`: replicas, and the settings that all of them share.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::action::{
    self, Asks, Coordinator, HintHolder, HintRules, LeaderlessPolicy, Level, Propagation, Protocol, Quorum,
    ReadRepair, Settings,
};
use crate::base::{NodeId, Span};
use crate::scenario::ReplicaSpec;
use crate::scenario::file::{
    self, AntiEntropy, AntiEntropyStyle, Clock, Clocks, Cluster, Conflicts, DurationOrOffText, DurationText,
    Gossip, GossipDigest, Leaderless, ReplicaItem, Replicas, Replicate,
};
use crate::scenario::limits::{LEAST_PERIOD, MOST_REPLICAS};
use crate::scenario::path::{Path, Trail};
use crate::scenario::problem::{Problem, quoted};

use super::quantity::Use;
use super::{Resolver, grouped};

/// How many replicas, and copies of each key, there are if the preset does not say.
const USUAL: usize = 3;
pub(super) const TIMEOUT: Span = Span::secs(2);
const PERIOD: Span = Span::secs(1);

impl Resolver<'_> {
    pub(super) fn gossips(&self) -> bool {
        self.propagation == Propagation::Gossip
    }

    pub(super) fn replicas(&mut self, replicas: Option<&Replicas>, top: &Trail<'_>) -> Vec<ReplicaSpec> {
        let cluster = top.key("cluster");
        let at = cluster.key("replicas");
        let specs = match replicas {
            None => numbered(USUAL),
            Some(Replicas::Count(count)) => {
                let count = usize::try_from(*count).unwrap_or(usize::MAX);
                self.some_replicas(count, &at);
                numbered(count.clamp(1, MOST_REPLICAS))
            }
            Some(Replicas::Listed(items)) => {
                self.some_replicas(items.len(), &at);
                self.listed(items, &at)
            }
        };
        for spec in &specs {
            self.replicas.add(&spec.name);
        }
        // Never empty, so that every problem after this one can be looked for.
        if specs.is_empty() {
            self.replicas.add("a");
            return numbered(1);
        }
        specs
    }

    fn some_replicas(&mut self, count: usize, at: &Trail<'_>) {
        if count == 0 {
            let help = format!("a cluster has 1 to {} replicas", grouped(MOST_REPLICAS));
            self.wrong(at, "there are no replicas", help);
        }
        self.at_most(count, MOST_REPLICAS, "replicas", at);
    }

    fn listed(&mut self, items: &[ReplicaItem], at: &Trail<'_>) -> Vec<ReplicaSpec> {
        let mut specs: Vec<ReplicaSpec> = Vec::new();
        let written = |(index, item): (usize, &ReplicaItem)| match item {
            ReplicaItem::Name(name) => {
                self.report.locations().unlike_text(&at.index(index).path()).unwrap_or(&name.0).to_owned()
            }
            ReplicaItem::Described(replica) => replica.name.clone(),
        };
        let names: Vec<String> = items.iter().enumerate().take(MOST_REPLICAS).map(written).collect();
        let mut seen: BTreeMap<&str, Path> = BTreeMap::new();
        for (index, (item, name)) in items.iter().zip(&names).enumerate() {
            let at = at.index(index);
            let name_key = at.key("name");
            let named_at = match item {
                ReplicaItem::Name(_) => &at,
                ReplicaItem::Described(_) => &name_key,
            };
            self.name("replica", name, named_at);
            if let Some(first) = seen.get(name.as_str()) {
                self.given_twice(name, &first.clone(), named_at);
                continue;
            }
            seen.insert(name, named_at.path());
            let mut spec = plain(name);
            if let ReplicaItem::Described(replica) = item {
                if let Some(clock) = &replica.clock {
                    (spec.skew, spec.drift) = self.clock(clock, &at.key("clock"));
                }
                spec.zone = replica.zone.as_deref().map(|zone| self.zone(zone, specs.len(), &at.key("zone")));
            }
            specs.push(spec);
        }
        self.zones_are_no_replicas(items, &seen, at);
        specs
    }

    fn zone(&mut self, name: &str, node: usize, at: &Trail<'_>) -> Arc<str> {
        self.name("zone", name, at);
        let name = match self.zones.get_key_value(name) {
            Some((known, _)) => Arc::clone(known),
            None => name.into(),
        };
        self.zones.entry(Arc::clone(&name)).or_default().push(NodeId::at(node));
        name
    }

    fn zones_are_no_replicas(&mut self, items: &[ReplicaItem], seen: &BTreeMap<&str, Path>, at: &Trail<'_>) {
        for (index, item) in items.iter().enumerate() {
            if let ReplicaItem::Described(replica) = item
                && let Some(zone) = replica.zone.as_deref()
                && let Some(first) = seen.get(zone)
            {
                self.given_twice(zone, &first.clone(), &at.index(index).key("zone"));
            }
        }
    }

    fn clock(&mut self, clock: &Clock, at: &Trail<'_>) -> (i64, i32) {
        let skew = clock.skew.as_ref().map_or(0, |skew| self.offset(skew, &at.key("skew")));
        let drift = clock.drift.as_ref().map_or(0, |drift| self.parsed(drift.parse(), &at.key("drift")));
        (skew, drift)
    }

    pub(super) fn settings(&mut self, cluster: &Cluster, at: &Trail<'_>) -> Settings {
        if let Some(primary) = cluster.replication.as_ref().and_then(|r| r.primary.as_ref()) {
            return self.primary_settings(primary, cluster, at);
        }
        if let Some(multi) = cluster.replication.as_ref().and_then(|r| r.multi_region.as_ref()) {
            return self.regional_settings(multi, cluster, at);
        }
        let usual = Leaderless::default();
        let leaderless = cluster.replication.as_ref().and_then(|r| r.leaderless.as_ref()).unwrap_or(&usual);
        let at_cluster = at;
        let at_replication = at.key("replication");
        let at = &at_replication.key("leaderless");
        self.copies = self.copies_of_each_key(leaderless.n.as_ref(), &at.key("n"));
        let anti_entropy = leaderless.anti_entropy.as_ref();
        let anti_entropy = anti_entropy.and_then(|a| self.anti_entropy(a, &at.key("anti_entropy")));
        if leaderless.replicate == Some(Replicate::Gossip) {
            self.propagation = Propagation::Gossip;
            if anti_entropy.is_none() {
                let message = "nothing would carry a write on: gossip needs anti-entropy";
                self.wrong(&at.key("replicate"), message, "add `anti_entropy: {every: 1s}` beside it");
            }
        }
        let policy = self.leaderless_policy(leaderless, at);
        let truncate_at = self.versioning(cluster.versions.as_ref(), &at_cluster.key("versions"));
        let level = |level: Option<_>| level.unwrap_or(file::Level::Count(1));
        let (write, read) = (level(leaderless.write), level(leaderless.read));
        let named = |level: Level| if level == Level::Exactly(1) { Level::One } else { level };
        Settings {
            copies: self.copies.in_all(),
            per_zone: match &self.copies {
                action::Copies::InAll(_) => Vec::new(),
                action::Copies::PerZone(zones) => zones.clone(),
            },
            write: named(self.level(write, Use::Write, &at.key("write"))),
            read: named(self.level(read, Use::Read, &at.key("read"))),
            propagation: self.propagation,
            timeout: leaderless
                .timeout
                .as_ref()
                .map_or(TIMEOUT, |timeout| self.some_time(timeout, "a timeout", &at.key("timeout"))),
            anti_entropy,
            clocks: clocks(cluster),
            conflicts: self.policy(cluster.conflicts.unwrap_or(Conflicts::LastWriteWins)),
            truncate_at,
            // Known once the data has been read.
            kinds: [].into(),
            protocol: Protocol::Leaderless(policy),
        }
    }

    fn leaderless_policy(&mut self, leaderless: &Leaderless, at: &Trail<'_>) -> LeaderlessPolicy {
        let retransmit = leaderless.retransmit.as_ref();
        let retransmit = retransmit.and_then(|pause| self.pause_or_off(pause, &at.key("retransmit")));
        let hints = leaderless.hints.as_ref().and_then(|hints| self.hints(hints, &at.key("hints")));
        let detector = leaderless.failure_detector.as_ref();
        let failure_detector =
            detector.and_then(|detector| self.failure_detector(detector, &at.key("failure_detector")));
        let tombstones = leaderless.tombstones.as_ref();
        let tombstones = tombstones.and_then(|tombstones| self.tombstones(tombstones, &at.key("tombstones")));
        let speculative = leaderless.speculative.as_ref();
        let speculative = speculative.and_then(|pause| self.pause_or_off(pause, &at.key("speculative")));
        let asks = match leaderless.asks {
            None | Some(file::Asks::All) => Asks::All,
            Some(file::Asks::Exactly) => Asks::Exactly,
        };
        if speculative.is_some() && asks == Asks::All {
            let help = "write `asks: exactly` beside it, or leave it out";
            self.wrong(&at.key("speculative"), "a read that asks all has nobody more to ask", help);
        }
        let sloppy = leaderless.sloppy == Some(true);
        let stand_in = sloppy.then_some(HintRules { holder: HintHolder::Next, ..HintRules::USUAL });
        LeaderlessPolicy {
            asks,
            speculative,
            read_repair: leaderless.read_repair.map_or(ReadRepair::Off, read_repair),
            coordinator: match leaderless.coordinator {
                None | Some(file::Coordinator::Any) => Coordinator::Any,
                Some(file::Coordinator::Replica) => Coordinator::Replica,
            },
            quorum: if sloppy { Quorum::Sloppy } else { Quorum::Strict },
            retransmit,
            // Who stands in keeps a hint. Where hints are off in so many words, nobody can stand in.
            hints: if leaderless.hints.is_some() { hints } else { stand_in },
            failure_detector,
            tombstones,
            durability: self.durability(leaderless.durability.as_ref(), &at.key("durability")),
        }
    }

    /// A time to wait, or `off`.
    fn pause_or_off(&mut self, pause: &DurationOrOffText, at: &Trail<'_>) -> Option<Span> {
        if pause.0 == "off" {
            return None;
        }
        Some(self.no_less(&DurationText(pause.0.clone()), LEAST_PERIOD, "a period", at))
    }

    pub(super) fn copies_of_each_key(&mut self, n: Option<&file::Copies>, at: &Trail<'_>) -> action::Copies {
        let replicas = self.replicas.list().len();
        let copies = match n {
            None => USUAL.min(replicas),
            Some(file::Copies::InAll(n)) => usize::try_from(*n).unwrap_or(usize::MAX),
            Some(file::Copies::PerZone(zones)) => return self.copies_per_zone(zones, at),
        };
        if copies == 0 {
            let help = format!("write a number from 1 to {replicas}");
            self.wrong(at, "with N = 0 nobody holds a key", help);
        } else if copies > replicas {
            let message =
                format!("N = {copies} copies of a key need as many replicas, and there are {replicas}");
            self.wrong(at, message, format!("write a number up to {replicas}, or add replicas"));
        }
        action::Copies::InAll(u16::try_from(copies.clamp(1, replicas)).unwrap_or(u16::MAX))
    }

    fn copies_per_zone(&mut self, written: &BTreeMap<String, u64>, at: &Trail<'_>) -> action::Copies {
        let zones = self.zones.clone();
        let somewhere: usize = zones.values().map(Vec::len).sum();
        if somewhere < self.replicas.list().len() {
            let help = "give each replica its zone: `{name: ams, zone: eu}`";
            self.wrong(at, "N for each zone, and some replica stands in none", help);
        }
        for name in written.keys().filter(|name| !zones.contains_key(name.as_str())) {
            let problem = Problem::new(Path::root(), format!("no replica stands in zone {}", quoted(name)));
            let problem = problem.did_you_mean(name, zones.keys().map(|zone| &**zone));
            self.unknown(problem, &at.key(name));
        }
        let mut copies = Vec::new();
        for (name, members) in &zones {
            let members = members.len();
            let n = written.get(&**name).copied().unwrap_or(0);
            let n = usize::try_from(n).unwrap_or(usize::MAX);
            if n > members {
                let message = format!("{n} copies need as many replicas, and {name} has {members}");
                self.wrong(&at.key(name), message, format!("write a number up to {members}"));
            }
            copies.push(u16::try_from(n.min(members)).unwrap_or(u16::MAX));
        }
        if copies.iter().all(|n| *n == 0) {
            self.wrong(at, "nobody holds a key", "give one zone a number of copies: `n: {eu: 3, us: 3}`");
            return action::Copies::InAll(1);
        }
        action::Copies::PerZone(copies)
    }

    pub(super) fn anti_entropy(
        &mut self,
        anti_entropy: &AntiEntropy,
        at: &Trail<'_>,
    ) -> Option<action::AntiEntropy> {
        let AntiEntropy::On(Gossip { every, style, fan_out, digest }) = anti_entropy else { return None };
        let every = every
            .as_ref()
            .map_or(PERIOD, |every| self.no_less(every, LEAST_PERIOD, "a period", &at.key("every")));
        let style = match style {
            None | Some(AntiEntropyStyle::PushPull) => action::Style::PushPull,
            Some(AntiEntropyStyle::Push) => action::Style::Push,
            Some(AntiEntropyStyle::Pull) => action::Style::Pull,
        };
        let others = self.replicas.list().len().saturating_sub(1);
        let fan_out = fan_out.map_or(1, |fan_out| usize::try_from(fan_out).unwrap_or(usize::MAX));
        if fan_out == 0 {
            self.wrong(
                &at.key("fan_out"),
                "a fan-out of 0 reaches nobody",
                "write 1 or more, or `anti_entropy: off`",
            );
        } else if fan_out > others.max(1) {
            let message =
                format!("a fan-out of {fan_out} needs as many other replicas, and there are {others}");
            self.wrong(&at.key("fan_out"), message, format!("write a number up to {}", others.max(1)));
        }
        let fan_out = u16::try_from(fan_out.clamp(1, MOST_REPLICAS)).unwrap_or(1);
        let digest = match digest {
            None | Some(GossipDigest::Full) => action::Digest::Full,
            Some(GossipDigest::Vector) => action::Digest::Vector,
            Some(GossipDigest::Merkle) => action::Digest::Merkle,
        };
        Some(action::AntiEntropy { every, style, fan_out, digest })
    }
}

pub(super) fn read_repair(written: file::ReadRepair) -> ReadRepair {
    match written {
        file::ReadRepair::Blocking => ReadRepair::Blocking,
        file::ReadRepair::Async => ReadRepair::Async,
        file::ReadRepair::Off => ReadRepair::Off,
    }
}

/// How writes are stamped.
pub(super) fn clocks(cluster: &Cluster) -> crate::data::Clocks {
    match cluster.clocks {
        None | Some(Clocks::Physical) => crate::data::Clocks::Physical,
        Some(Clocks::Hlc) => crate::data::Clocks::Hlc,
        Some(Clocks::Lamport) => crate::data::Clocks::Lamport,
    }
}

fn plain(name: &str) -> ReplicaSpec {
    ReplicaSpec { name: name.into(), zone: None, skew: 0, drift: 0 }
}

/// a, b, c, … as far as the letters go; n1, n2, … for more.
fn numbered(count: usize) -> Vec<ReplicaSpec> {
    if count <= 26 {
        ('a'..='z').take(count).map(|letter| plain(&letter.to_string())).collect()
    } else {
        (1..=count).map(|number| plain(&format!("n{number}"))).collect()
    }
}
