//! `multi_region`: which replicas form which region, and what its reads may ask for.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::action::{
    self, Between, Bound, Failover, Group, Level, OneLog, PrimaryPolicy, Protocol, Regions, Settings,
};
use crate::base::NodeId;
use crate::data;
use crate::scenario::file::{self, Cluster, LevelName, MultiRegion};
use crate::scenario::limits::LEAST_PERIOD;
use crate::scenario::path::Trail;
use crate::scenario::problem::quoted;

use super::Resolver;
use super::cluster::TIMEOUT;
use super::quantity::Use;

/// The one region of a preset that names none.
const ONLY: &str = "region";

impl Resolver<'_> {
    pub(super) fn regional_settings(
        &mut self,
        multi: &MultiRegion,
        cluster: &Cluster,
        at: &Trail<'_>,
    ) -> Settings {
        let members = self.replicas.list().len();
        let copies = u16::try_from(members).unwrap_or(u16::MAX);
        self.copies = action::Copies::InAll(copies);
        self.writers = super::Writers::Primary;
        if cluster.conflicts.is_some() {
            let help = "remove it: between regions the last writer wins, or there is one log";
            self.wrong(&at.key("conflicts"), "regions have a rule of their own", help);
        }
        if cluster.versions.is_some() {
            self.wrong(&at.key("versions"), "regions do not tell siblings apart", "remove it");
        }
        let at = at.key("replication");
        let at = at.key("multi_region");
        let (names, groups) = self.regions_of(multi, &at);
        let between = self.between(multi, &names, &groups, &at);
        let regions = Regions { names, between };
        self.regions = Some(regions.clone());
        let read = match multi.read {
            None => regions.usual(),
            Some(read) => self.offered(freshness(read), &at.key("read")),
        };
        let usual = PrimaryPolicy::of(members);
        let ack_every = multi.ack_every.as_ref().map_or(usual.ack_every, |every| {
            self.no_less(every, LEAST_PERIOD, "a period", &at.key("ack_every"))
        });
        let failover = match &multi.election {
            None => Failover::Members { timeout: PrimaryPolicy::ELECTION_TIMEOUT },
            Some(election) => self.election(election, &at.key("election")),
        };
        let timeout = multi.timeout.as_ref();
        let timeout =
            timeout.map_or(TIMEOUT, |timeout| self.some_time(timeout, "a timeout", &at.key("timeout")));
        let policy = PrimaryPolicy { groups, ack_every, failover, regions: Some(regions), ..usual };
        let one_log = policy.regions.as_ref().is_some_and(|regions| regions.one_log().is_some());
        Settings {
            write: Level::Quorum,
            read: Level::Fresh(read),
            timeout,
            conflicts: if one_log { data::Conflicts::LogOrder } else { data::Conflicts::LastWriteWins },
            clocks: super::cluster::clocks(cluster),
            protocol: Protocol::Primary(Box::new(policy)),
            ..Settings::plain(copies)
        }
    }

    /// The regions by their first replica, and the replicas of each.
    fn regions_of(&mut self, multi: &MultiRegion, at: &Trail<'_>) -> (Vec<Arc<str>>, Vec<Group>) {
        let at = at.key("regions");
        let mut regions: Vec<(Arc<str>, Vec<NodeId>)> = match &multi.regions {
            Some(regions) => self.listed_regions(regions, &at),
            None => self.zones.iter().map(|(zone, nodes)| (Arc::clone(zone), nodes.clone())).collect(),
        };
        if regions.is_empty() {
            regions.push((ONLY.into(), (0..self.replicas.list().len()).map(NodeId::at).collect()));
        }
        let named = |node: usize| regions.iter().any(|(_, nodes)| nodes.contains(&NodeId::at(node)));
        let homeless: Vec<Arc<str>> = (0..self.replicas.list().len())
            .filter(|node| !named(*node))
            .map(|node| Arc::clone(&self.replicas.list()[node]))
            .collect();
        if let Some(first) = homeless.first() {
            let message = format!("{} is in no region", quoted(first));
            self.wrong(&at, message, "name every replica in one region, or give each a zone");
        }
        regions.sort_by_key(|(_, nodes)| nodes.iter().min().copied());
        let group = |members: &Vec<NodeId>| Group { members: members.clone(), at: members[0] };
        let groups = regions.iter().map(|(_, nodes)| group(nodes)).collect();
        (regions.into_iter().map(|(name, _)| name).collect(), groups)
    }

    fn listed_regions(
        &mut self,
        regions: &BTreeMap<String, Vec<String>>,
        at: &Trail<'_>,
    ) -> Vec<(Arc<str>, Vec<NodeId>)> {
        let mut listed: Vec<(Arc<str>, Vec<NodeId>)> = Vec::new();
        for (name, replicas) in regions {
            let at = at.key(name);
            self.name("region", name, &at);
            let mut nodes: Vec<NodeId> = Vec::new();
            for (index, replica) in replicas.iter().enumerate() {
                let at = at.index(index);
                let node = self.node(replica, &at);
                let taken = listed.iter().any(|(_, others)| others.contains(&node)) || nodes.contains(&node);
                if taken {
                    let message = format!("{} is in a region already", quoted(replica));
                    self.wrong(&at, message, "a replica stands in one region only");
                } else {
                    nodes.push(node);
                }
            }
            if nodes.is_empty() {
                if replicas.is_empty() {
                    self.wrong(&at, "this region is empty", "name its replicas, or remove it");
                }
                continue;
            }
            listed.push((name.as_str().into(), nodes));
        }
        listed
    }

    fn between(
        &mut self,
        multi: &MultiRegion,
        names: &[Arc<str>],
        groups: &[Group],
        at: &Trail<'_>,
    ) -> Between {
        let one_log = multi.between == Some(file::Between::OneLog);
        if !one_log {
            let only = [
                ("write_region", multi.write_region.is_some()),
                ("level", multi.level.is_some()),
                ("bound", multi.bound.is_some()),
            ];
            for (key, _) in only.iter().filter(|(_, given)| *given) {
                let message = format!("`{key}` only makes sense with one log");
                self.wrong(&at.key(key), message, "add `between: one_log`, or remove it");
            }
            return Between::Async;
        }
        let first = groups.iter().position(|group| group.members.contains(&NodeId(0))).unwrap_or(0);
        let writes = multi.write_region.as_ref().map_or(first, |name| {
            names.iter().position(|known| **known == **name).unwrap_or_else(|| {
                let known: Vec<&str> = names.iter().map(|name| &**name).collect();
                let message = format!("no region is called {}", quoted(name));
                self.wrong(&at.key("write_region"), message, format!("there is {}", known.join(", ")));
                first
            })
        });
        let level = multi.level.map_or(action::Freshness::Session, freshness);
        if multi.bound.is_some() && level != action::Freshness::Bounded {
            let message = "a bound only makes sense where staleness is bounded";
            self.wrong(&at.key("bound"), message, "set `level: bounded_staleness`, or remove it");
        }
        Between::OneLog(OneLog { writes, level, bound: self.bound(multi, at) })
    }

    fn bound(&mut self, multi: &MultiRegion, at: &Trail<'_>) -> Bound {
        let Some(bound) = &multi.bound else { return Bound::USUAL };
        let at = at.key("bound");
        if bound.versions == Some(0) {
            let help = "write 1 or more; where no region may be behind at all, use `level: strong`";
            self.wrong(&at.key("versions"), "a bound of 0 versions lets no write through", help);
        }
        Bound {
            versions: bound.versions.unwrap_or(Bound::USUAL.versions).max(1),
            time: bound.time.as_ref().map_or(Bound::USUAL.time, |time| {
                self.no_less(time, LEAST_PERIOD, "a bound", &at.key("time"))
            }),
        }
    }

    /// A level that reads may ask for here.
    fn offered(&mut self, level: action::Freshness, at: &Trail<'_>) -> action::Freshness {
        let Some(regions) = &self.regions else { return level };
        if regions.offers(level) {
            return level;
        }
        let usual = regions.usual();
        if let Some(log) = regions.one_log() {
            let message = format!("`{level}` is stronger than the account's level");
            let help = format!("a read may only ask for less than `{}`: write that for `level`", log.level);
            self.wrong(at, message, help);
        } else {
            let message = format!("regions without one log do not know `{level}`");
            self.wrong(at, message, "write `strong` or `eventual`, or add `between: one_log`");
        }
        usual
    }

    /// A level that says how fresh a read must be.
    pub(super) fn fresh_level(&mut self, level: action::Freshness, used: Use, at: &Trail<'_>) -> Level {
        match (&self.regions, used) {
            (None, _) => {
                let message = format!("`{level}` is a level of regions that hold one table");
                self.wrong(at, message, "write one, quorum or all, or replicate by `multi_region`");
                Level::One
            }
            (Some(_), Use::Write) => self.no_write_level(at),
            (Some(_), Use::Read | Use::Both) => Level::Fresh(self.offered(level, at)),
        }
    }

    pub(super) fn no_write_level(&mut self, at: &Trail<'_>) -> Level {
        let message = "here a write waits for a majority of its region";
        self.wrong(at, message, "remove the level: only reads have one");
        Level::One
    }

    /// A level that counts replicas, where that is not the question.
    pub(super) fn counting_level(&mut self, used: Use, at: &Trail<'_>) -> Level {
        if used == Use::Write {
            return self.no_write_level(at);
        }
        let message = "here a level says how fresh a read is, not how many replicas answer";
        self.wrong(at, message, "write `strong` or `eventual`");
        Level::One
    }

    /// Counters and sets merge; regions do not.
    pub(super) fn regions_hold_values(&mut self, kinds: &[data::Kind], at: &Trail<'_>) {
        if self.regions.is_none() {
            return;
        }
        for (index, _) in kinds.iter().enumerate().filter(|(_, kind)| **kind != data::Kind::Value) {
            let Some(key) = self.keys.list().get(index).cloned() else { continue };
            let message = "only plain values are modelled where regions hold one table";
            self.wrong(&at.key(&key), message, "write text or a number");
        }
    }
}

pub(super) fn freshness(level: file::Freshness) -> action::Freshness {
    match level {
        file::Freshness::Strong => action::Freshness::Strong,
        file::Freshness::BoundedStaleness => action::Freshness::Bounded,
        file::Freshness::Session => action::Freshness::Session,
        file::Freshness::ConsistentPrefix => action::Freshness::Prefix,
        file::Freshness::Eventual => action::Freshness::Eventual,
    }
}

/// The level that a word names, where it says how fresh a read must be.
pub(super) fn named_freshness(name: LevelName) -> Option<action::Freshness> {
    match name {
        LevelName::Strong => Some(action::Freshness::Strong),
        LevelName::BoundedStaleness => Some(action::Freshness::Bounded),
        LevelName::Session => Some(action::Freshness::Session),
        LevelName::ConsistentPrefix => Some(action::Freshness::Prefix),
        LevelName::Eventual => Some(action::Freshness::Eventual),
        LevelName::Any
        | LevelName::One
        | LevelName::Two
        | LevelName::Three
        | LevelName::Quorum
        | LevelName::All
        | LevelName::LocalOne
        | LevelName::LocalQuorum
        | LevelName::EachQuorum => None,
    }
}
