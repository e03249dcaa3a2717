//! Regions seen from outside: what their clients may ask for, and what goes from one to another.

use std::sync::Arc;

use crate::{
    action::{Act, Ask, Context, Freshness, Level, PrimaryPolicy, Proviso},
    base::{KeyId, NodeId},
    replica::primary::{LinkState, RegionMessage},
};

use super::{Refused, Simulation};

/// A member's region at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionView {
    pub name: Arc<str>,
    /// Where it leads its region: what that takes from others.
    pub inflows: Vec<InflowView>,
}

/// What one region takes from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InflowView {
    pub from: Arc<str>,
    pub link: LinkState,
    /// Bytes of the other leader's log that it has not been sent; `None` where nobody leads there, or where
    /// the two do not know each other.
    pub behind: Option<u64>,
}

impl Simulation {
    /// The rules of the regions; `None` under another protocol.
    pub(super) fn regional_policy(&self) -> Option<&PrimaryPolicy> {
        self.settings.primary().filter(|policy| policy.regions.is_some())
    }

    pub(super) fn region_view(&self, node: NodeId) -> Option<RegionView> {
        let policy = self.regional_policy()?;
        let regions = policy.regions.as_ref()?;
        let home = policy.groups.iter().position(|group| group.members.contains(&node))?;
        let inflows = self.nodes[node.index()].replica.inflows(regions).map(|inflow| {
            let leader =
                self.primaries().find(|leader| policy.groups[inflow.region].members.contains(leader));
            let end = leader.and_then(|leader| self.nodes[leader.index()].replica.standing());
            let behind = end.zip(inflow.taken).map(|(end, taken)| end.offset.saturating_sub(taken));
            InflowView { from: Arc::clone(&regions.names[inflow.region]), link: inflow.link, behind }
        });
        Some(RegionView { name: Arc::clone(&regions.names[home]), inflows: inflows.collect() })
    }

    /// What only some protocols can do for a client.
    pub(super) fn check_wishes(&self, ask: &Ask) -> Result<(), Refused> {
        self.check_proviso(ask)?;
        match (self.settings.regions(), ask.level, &ask.act) {
            (Some(_), Some(level), Act::Read) => self.check_freshness(level),
            (Some(_), Some(_), Act::Write { .. } | Act::Update(_)) => Err(Refused::WritesByMajority),
            (Some(_), None, _) if ask.wait.is_some() => Err(Refused::WritesByMajority),
            (None, Some(Level::Fresh(level)), _) => Err(Refused::NoSuchLevel(level)),
            (None | Some(_), _, _) => Ok(()),
        }
    }

    fn check_proviso(&self, ask: &Ask) -> Result<(), Refused> {
        let Act::Write { context: Context::Provided(proviso), .. } = &ask.act else { return Ok(()) };
        if self.settings.primary().is_none() {
            return Err(Refused::NoJudge);
        }
        let session = &self.clients[usize::from(ask.client.0)].session;
        match proviso {
            Proviso::LastRead if session.last(ask.key).is_none() => Err(Refused::NothingRead),
            Proviso::LastRead | Proviso::Absent => Ok(()),
        }
    }

    /// Whether a read may ask for `level`, where regions hold one table.
    pub(super) fn check_freshness(&self, level: Level) -> Result<(), Refused> {
        let Some(regions) = self.settings.regions() else { return Ok(()) };
        match level {
            Level::Fresh(level) if regions.offers(level) => Ok(()),
            Level::Fresh(level) => Err(regions
                .one_log()
                .map_or(Refused::NoSuchLevel(level), |log| Refused::StrongerThanAccount(log.level))),
            Level::Any
            | Level::One
            | Level::Two
            | Level::Three
            | Level::Quorum
            | Level::All
            | Level::LocalOne
            | Level::LocalQuorum
            | Level::EachQuorum
            | Level::Exactly(_) => Err(Refused::LevelCounts),
        }
    }

    /// How fresh a read of `client` is that names no level.
    pub fn usual_freshness(&self) -> Option<Freshness> {
        let regions = self.settings.regions()?;
        Some(match self.settings.read {
            Level::Fresh(level) => level,
            Level::Any
            | Level::One
            | Level::Two
            | Level::Three
            | Level::Quorum
            | Level::All
            | Level::LocalOne
            | Level::LocalQuorum
            | Level::EachQuorum
            | Level::Exactly(_) => regions.usual(),
        })
    }

    /// Whether `to` would take from `message` what it does not reflect yet.
    pub(super) fn would_take(&self, from: NodeId, to: NodeId, message: &RegionMessage) -> bool {
        match message {
            RegionMessage::Writes { session, writes, .. } => {
                let region = self
                    .regional_policy()
                    .and_then(|policy| policy.groups.iter().position(|group| group.members.contains(&from)));
                let heeds = region.is_some_and(|r| self.nodes[to.index()].replica.takes_from(r, *session));
                let reflects = |key: KeyId, version| {
                    self.held(to, key).reflects(version, self.settings.conflicts_of(key))
                };
                heeds && writes.iter().any(|version| !reflects(version.key, version))
            }
            RegionMessage::Relay { request, .. } => request.act != Act::Read,
            RegionMessage::Ask { .. }
            | RegionMessage::Elsewhere { .. }
            | RegionMessage::Taken { .. }
            | RegionMessage::Alive { .. }
            | RegionMessage::Everywhere { .. }
            | RegionMessage::Read { .. }
            | RegionMessage::Found { .. }
            | RegionMessage::Confirm { .. }
            | RegionMessage::Confirmed { .. } => false,
        }
    }
}
