//! Commands take effect. Each is checked first: a refused command changes nothing.

use std::sync::Arc;

use thiserror::Error;

use crate::{
    action::{
        Act, AntiEntropy, Ask, ClientChange, Command, Copies, Durability, Freshness, LeaderlessPolicy, Level,
        Mend, Operation, Protocol, Setting, Switch, Unfit,
    },
    base::{ClientId, CutId, KeyId, NodeId, Span, ZoneId},
    data::Kind,
    net::{CutShape, Scope},
};

use crate::replica::{Replica, primary::Role};

use super::{Death, Fact, Simulation, Status, What};

/// Why a command did nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refused {
    #[error("there is no such replica in this cluster")]
    NoSuchReplica(NodeId),
    #[error("no such client")]
    NoSuchClient,
    #[error("no such key")]
    NoSuchKey,
    #[error("that key holds a {}: it cannot be written, only updated", .0.name())]
    NoRegister(Kind),
    #[error("a {} cannot do that: {}", .0.name(), doings(*.0))]
    NoSuchUpdate(Kind),
    #[error("that key exists already")]
    KeyExists,
    #[error("{0} keys are the most a run may have")]
    TooManyKeys(usize),
    #[error("nothing is cut")]
    NothingToHeal,
    #[error("no cut is called {0}")]
    NoSuchCut(String),
    #[error("too many cuts stand already: heal one first")]
    TooManyCuts,
    #[error("that replica is down already")]
    AlreadyDown,
    #[error("that replica is up")]
    NotDown,
    #[error("that replica is frozen already")]
    AlreadyFrozen,
    #[error("that replica is not frozen")]
    NotFrozen,
    #[error("that replica is down: restart it first")]
    Down,
    #[error("that replica has lost enough disks")]
    TooManyDisks,
    #[error("a link needs two different replicas")]
    SameReplica,
    #[error(transparent)]
    Level(#[from] Unfit),
    #[error("there is a primary here: this is for leaderless replicas")]
    NotLeaderless,
    #[error("N is from 1 to the number of replicas")]
    NoSuchN,
    #[error("N is given for each zone here, and each zone has no more than its replicas")]
    NoSuchNPerZone,
    #[error("writes travel by anti-entropy alone here: it cannot be turned off")]
    NeedsAntiEntropy,
    #[error("anti-entropy needs a period longer than nothing")]
    NoPeriod,
    #[error("no replica is primary under this protocol")]
    NoPrimary,
    #[error("each region elects its leader by majority itself")]
    LeaderElected,
    #[error("conditional writes need a leader that judges them: lightweight transactions are not modelled")]
    NoJudge,
    #[error("that client has neither read nor written the key yet")]
    NothingRead,
    #[error("{0} is no level of this protocol")]
    NoSuchLevel(Freshness),
    #[error("a read here may ask for a level no stronger than {0}")]
    StrongerThanAccount(Freshness),
    #[error("here a level says how fresh a read is, not how many replicas answer")]
    LevelCounts,
    #[error("here a write waits for a majority of its region, whatever its level")]
    WritesByMajority,
    #[error("that replica is the primary already")]
    AlreadyPrimary,
    #[error("the preset defines no workload")]
    NoWorkload,
    #[error("that message is not on its way any more")]
    NoSuchMessage,
    #[error("a replication stream is a connection: cut its link or slow it down instead")]
    OfStream,
    #[error("messages on that link keep their order: let the link reorder first (L)")]
    KeepsOrder,
    #[error("a delay is longer than nothing")]
    NoDelay,
    #[error("a hand holds that message already: deliver it (d)")]
    AlreadyHeld,
    #[error("the workload is already so")]
    WorkloadUnchanged,
}

/// What can be done to a key of this kind.
fn doings(kind: Kind) -> &'static str {
    match kind {
        Kind::Value | Kind::Register(_) => "it is written and deleted",
        Kind::GrowCounter => "it is only ever incremented",
        Kind::Counter => "it is incremented and decremented",
        Kind::Set => "elements are added and removed",
    }
}

/// So many disks one replica may have, one after the other: each is one more entry in the vectors.
const MAX_DISKS: usize = 32;

/// The most keys a run may come to have.
pub(crate) const MAX_KEYS: usize = 10_000;

impl Simulation {
    /// Applies a command now. It counts as one step; a refused one changes nothing.
    pub fn apply(&mut self, command: &Command, facts: &mut Vec<Fact>) -> Result<(), Refused> {
        self.check(command)?;
        self.step += 1;
        match command {
            Command::Submit(ask) => {
                let name = self.clients[usize::from(ask.client.0)].name_operation(ask.client);
                self.submit(ask, name, facts);
            }
            Command::NameKey(name) => self.keys.push(Arc::clone(name)),
            Command::Cut { name, shape } => {
                if let Some(id) = self.cuts.raise(name.clone(), shape.clone(), self.now) {
                    self.record(facts, What::CutMade { id });
                }
            }
            Command::Heal(mend) => self.heal(mend, facts),
            Command::Crash(node) => self.crash(*node, facts),
            Command::Destroy(node) => self.destroy(*node, facts),
            Command::Repair(node) => self.repair(*node, facts),
            Command::Message { id, surgery } => self.operate(*id, *surgery, facts),
            Command::Restart(node) => {
                self.nodes[node.index()].status = Status::Up;
                self.common_opinion.believe_up(*node);
                self.record(facts, What::Restarted { node: *node });
                self.forget_opinion(*node, facts);
                self.act(*node, 0, facts, Replica::restart);
            }
            Command::Freeze(node) => {
                self.nodes[node.index()].status = Status::Frozen;
                self.record(facts, What::Frozen { node: *node });
            }
            Command::Thaw(node) => self.thaw(*node, facts),
            Command::Skew { node, offset } => self.nodes[node.index()].skew = *offset,
            Command::SetLink { scope, change } => self.network.change(*scope, change),
            Command::Set(setting) => self.set(setting),
            Command::SetClient { client, change } => self.set_client(*client, change, facts),
            Command::Promote(node) => self.act(*node, self.step, facts, Replica::promote),
            Command::Workload(Switch::Start) => self.start_workload(),
            Command::Workload(Switch::Stop) => self.workload.running = false,
        }
        if command.is_knob() {
            self.record(facts, What::Turned(Arc::new(command.clone())));
        }
        Ok(())
    }

    #[expect(clippy::match_same_arms, reason = "commands in their order")]
    fn check(&self, command: &Command) -> Result<(), Refused> {
        match command {
            Command::Submit(ask) => self.check_ask(ask),
            Command::NameKey(name) => self.check_key(name),
            Command::Cut { shape, .. } => self.check_cut(shape),
            Command::Heal(mend) => self.check_mend(mend),
            Command::Crash(node) => self.check_crash(*node),
            Command::Destroy(node) => self.check_destroy(*node),
            Command::Repair(None) => Ok(()),
            Command::Message { id, surgery } => self.check_surgery(*id, *surgery),
            Command::Restart(node) => self.expect_status(*node, |s| match s {
                Status::Crashed => Ok(()),
                Status::Up | Status::Frozen => Err(Refused::NotDown),
            }),
            Command::Freeze(node) | Command::Repair(Some(node)) => self.expect_status(*node, |s| match s {
                Status::Up => Ok(()),
                Status::Frozen => Err(Refused::AlreadyFrozen),
                Status::Crashed => Err(Refused::Down),
            }),
            Command::Thaw(node) => self.expect_status(*node, |s| match s {
                Status::Frozen => Ok(()),
                Status::Up | Status::Crashed => Err(Refused::NotFrozen),
            }),
            Command::Promote(node) => self.check_promotion(*node),
            Command::Skew { node, .. } => self.known(*node),
            Command::SetLink { scope, .. } => self.check_scope(*scope),
            Command::Set(setting) => self.check_setting(setting),
            Command::SetClient { client, change } => self.check_client(*client, change),
            Command::Workload(_) if self.scenario.workload.is_none() => Err(Refused::NoWorkload),
            Command::Workload(switch) if (*switch == Switch::Start) == self.workload.running => {
                Err(Refused::WorkloadUnchanged)
            }
            Command::Workload(_) => Ok(()),
        }
    }

    fn check_crash(&self, node: NodeId) -> Result<(), Refused> {
        self.expect_status(node, |status| match status {
            Status::Crashed => Err(Refused::AlreadyDown),
            Status::Up | Status::Frozen => Ok(()),
        })?;
        let keeps_all = |rules: &LeaderlessPolicy| rules.durability == Durability::Journal;
        if self.settings.leaderless().is_none_or(keeps_all) { Ok(()) } else { self.check_disks(node) }
    }

    fn check_destroy(&self, node: NodeId) -> Result<(), Refused> {
        self.known(node)?;
        self.check_disks(node)
    }

    /// Whether the replica may lose what is on its disk once more.
    fn check_disks(&self, node: NodeId) -> Result<(), Refused> {
        let room = usize::from(u16::MAX) / self.nodes.len();
        let disks = usize::from(self.nodes[node.index()].replica.disks_lost()) + 1;
        if disks < MAX_DISKS.min(room) { Ok(()) } else { Err(Refused::TooManyDisks) }
    }

    fn check_key(&self, name: &Arc<str>) -> Result<(), Refused> {
        if self.keys.contains(name) {
            Err(Refused::KeyExists)
        } else if self.keys.len() >= MAX_KEYS {
            Err(Refused::TooManyKeys(MAX_KEYS))
        } else {
            Ok(())
        }
    }

    fn check_mend(&self, mend: &Mend) -> Result<(), Refused> {
        match (self.mended(mend).is_empty(), mend) {
            (false, _) => Ok(()),
            (true, Mend::Named(name)) => Err(Refused::NoSuchCut(name.to_string())),
            (true, Mend::All | Mend::One(_)) => Err(Refused::NothingToHeal),
        }
    }

    fn known(&self, node: NodeId) -> Result<(), Refused> {
        if node.index() < self.nodes.len() { Ok(()) } else { Err(Refused::NoSuchReplica(node)) }
    }

    fn expect_status(
        &self,
        node: NodeId,
        judge: impl Fn(Status) -> Result<(), Refused>,
    ) -> Result<(), Refused> {
        self.known(node)?;
        judge(self.status(node))
    }

    fn check_ask(&self, ask: &Ask) -> Result<(), Refused> {
        if usize::from(ask.client.0) >= self.clients.len() {
            return Err(Refused::NoSuchClient);
        }
        if ask.key.index() >= self.keys.len() {
            return Err(Refused::NoSuchKey);
        }
        if let Some(level) = ask.level.filter(|level| level.needs_zones() || *level == Level::Any) {
            self.settings.admits(level, ask.act.operation())?;
        }
        let kind = self.settings.kind(ask.key);
        match &ask.act {
            Act::Write { .. } if kind.is_state() => return Err(Refused::NoRegister(kind)),
            Act::Update(update) if !kind.takes(update) => return Err(Refused::NoSuchUpdate(kind)),
            Act::Read | Act::Write { .. } | Act::Update(_) => {}
        }
        self.check_wishes(ask)?;
        ask.at.map_or(Ok(()), |node| self.known(node))
    }

    fn check_cut(&self, shape: &CutShape) -> Result<(), Refused> {
        if self.cuts.standing().len() >= crate::net::MAX_CUTS {
            return Err(Refused::TooManyCuts);
        }
        match shape {
            CutShape::Groups(groups) => groups.iter().flatten().try_for_each(|node| self.known(*node)),
            CutShape::Isolate(node) => self.known(*node),
            CutShape::Link(a, b) | CutShape::OneWay { from: a, to: b } => self.check_pair(*a, *b),
        }
    }

    fn check_scope(&self, scope: Scope) -> Result<(), Refused> {
        match scope {
            Scope::All => Ok(()),
            Scope::Between(a, b) | Scope::OneWay { from: a, to: b } => self.check_pair(a, b),
        }
    }

    fn check_pair(&self, a: NodeId, b: NodeId) -> Result<(), Refused> {
        self.known(a)?;
        self.known(b)?;
        if a == b { Err(Refused::SameReplica) } else { Ok(()) }
    }

    fn check_setting(&self, setting: &Setting) -> Result<(), Refused> {
        match setting {
            Setting::Copies(_) | Setting::ReadRepair(_) if self.settings.leaderless().is_none() => {
                Err(Refused::NotLeaderless)
            }
            Setting::Copies(copies) => self.check_copies(copies),
            Setting::WriteLevel(_) if self.settings.regions().is_some() => Err(Refused::WritesByMajority),
            Setting::ReadLevel(level) if self.settings.regions().is_some() => self.check_freshness(*level),
            Setting::WriteLevel(Level::Fresh(level)) | Setting::ReadLevel(Level::Fresh(level)) => {
                Err(Refused::NoSuchLevel(*level))
            }
            Setting::WriteLevel(level) => Ok(self.settings.admits(*level, Operation::Write)?),
            Setting::ReadLevel(level) => Ok(self.settings.admits(*level, Operation::Read)?),
            Setting::AntiEntropy(None) if self.settings.propagation == crate::action::Propagation::Gossip => {
                Err(Refused::NeedsAntiEntropy)
            }
            Setting::AntiEntropy(Some(AntiEntropy { every: Span::ZERO, .. })) => Err(Refused::NoPeriod),
            Setting::MinReplicas(_) | Setting::MaxLag(_) | Setting::ReadsFrom(_)
                if self.settings.primary().is_none() =>
            {
                Err(Refused::NoPrimary)
            }
            Setting::MinReplicas(_)
            | Setting::MaxLag(_)
            | Setting::ReadsFrom(_)
            | Setting::LatencyPercent(_)
            | Setting::AntiEntropy(_)
            | Setting::Timeout(_)
            | Setting::Hints(_)
            | Setting::ReadRepair(_) => Ok(()),
        }
    }

    /// One ring stays one ring, and a ring for each zone stays that: levels depend on it.
    fn check_copies(&self, copies: &Copies) -> Result<(), Refused> {
        let fits = match copies {
            Copies::InAll(n) => (1..=self.nodes.len()).contains(&usize::from(*n)),
            Copies::PerZone(zones) => {
                let members = |zone| self.topology.members(ZoneId(NodeId::at(zone).0)).len();
                zones.iter().enumerate().all(|(zone, n)| usize::from(*n) <= members(zone))
                    && copies.in_all() > 0
            }
        };
        let zones = match copies {
            Copies::InAll(_) => 0,
            Copies::PerZone(zones) => zones.len(),
        };
        match (fits && zones == self.settings.per_zone.len(), self.settings.per_zone.is_empty()) {
            (true, _) => Ok(()),
            (false, true) => Err(Refused::NoSuchN),
            (false, false) => Err(Refused::NoSuchNPerZone),
        }
    }

    fn mended(&self, mend: &Mend) -> Vec<CutId> {
        let chosen = |cut: &&crate::net::Cut| match mend {
            Mend::All => true,
            Mend::One(id) => cut.id == *id,
            Mend::Named(name) => cut.name.as_ref() == Some(name),
        };
        self.cuts.standing().iter().filter(chosen).map(|cut| cut.id).collect()
    }

    fn heal(&mut self, mend: &Mend, facts: &mut Vec<Fact>) {
        for id in self.mended(mend) {
            if let Some(cut) = self.cuts.heal(id) {
                self.record(facts, What::CutHealed { id, killed: cut.killed });
            }
        }
    }

    fn crash(&mut self, node: NodeId, facts: &mut Vec<Fact>) {
        self.common_opinion.believe_down(node, self.monotonic());
        let target = &mut self.nodes[node.index()];
        target.status = Status::Crashed;
        target.life += 1;
        target.rung.clear();
        let unread = std::mem::take(&mut target.inbox);
        target.killed += unread.len() as u64;
        self.forget_heard(node);
        self.record(facts, What::Crashed { node });
        self.act(node, 0, facts, Replica::crash);
        for message in &unread {
            self.bury(message, Death::Down, facts);
        }
        self.strand_clients(node, facts);
    }

    fn destroy(&mut self, node: NodeId, facts: &mut Vec<Fact>) {
        if self.status(node) != Status::Crashed {
            self.crash(node, facts);
        }
        let mut hints = 0;
        self.act(node, 0, facts, |replica, around, out| hints = replica.lose_disk(around, out));
        let hints = u32::try_from(hints).unwrap_or(u32::MAX);
        self.record(facts, What::Destroyed { node, hints });
    }

    fn repair(&mut self, node: Option<NodeId>, facts: &mut Vec<Fact>) {
        let all = (0..self.nodes.len()).map(NodeId::at);
        for node in all.filter(|each| node.is_none_or(|node| node == *each)) {
            if self.status(node) == Status::Up {
                self.act(node, 0, facts, |replica, around, out| replica.repair(around, out));
            }
        }
    }

    fn thaw(&mut self, node: NodeId, facts: &mut Vec<Fact>) {
        let target = &mut self.nodes[node.index()];
        target.status = Status::Up;
        let queued = std::mem::take(&mut target.inbox);
        let count = u32::try_from(queued.len()).unwrap_or(u32::MAX);
        self.record(facts, What::Thawed { node, queued: count });
        for message in &queued {
            self.deliver(message, facts);
        }
        let life = self.nodes[node.index()].life;
        for timer in std::mem::take(&mut self.nodes[node.index()].rung) {
            self.ring(node, life, timer, facts);
        }
    }

    fn set(&mut self, setting: &Setting) {
        match setting {
            Setting::LatencyPercent(percent) => self.network.latency_percent = *percent,
            Setting::Copies(copies) => self.settings.set_copies(copies),
            Setting::WriteLevel(level) => self.settings.write = *level,
            Setting::ReadLevel(level) => self.settings.read = *level,
            Setting::AntiEntropy(settings) => self.set_anti_entropy(*settings),
            Setting::Timeout(timeout) => self.settings.timeout = *timeout,
            Setting::MinReplicas(_) | Setting::MaxLag(_) | Setting::ReadsFrom(_) => self.set_primary(setting),
            Setting::Hints(rules) => {
                if let Some(policy) = self.settings.leaderless_mut() {
                    policy.hints = *rules;
                }
            }
            Setting::ReadRepair(repair) => {
                if let Some(policy) = self.settings.leaderless_mut() {
                    policy.read_repair = *repair;
                }
            }
        }
    }

    fn check_client(&self, client: ClientId, change: &ClientChange) -> Result<(), Refused> {
        if usize::from(client.0) >= self.clients.len() {
            return Err(Refused::NoSuchClient);
        }
        change.at.map_or(Ok(()), |node| self.known(node))
    }

    fn set_client(&mut self, client: ClientId, change: &ClientChange, facts: &mut Vec<Fact>) {
        let state = &mut self.clients[usize::from(client.0)];
        if let Some(at) = change.at {
            (state.at, state.bound) = (at, at);
        }
        state.policy.change(change);
        // What waited for a guarantee that is no longer asked for is served.
        for index in 0..self.nodes.len() {
            if self.anybody_waits {
                self.wake(NodeId::at(index), facts);
            }
        }
    }

    fn check_promotion(&self, node: NodeId) -> Result<(), Refused> {
        self.expect_status(node, |status| match status {
            Status::Up => Ok(()),
            Status::Crashed => Err(Refused::Down),
            Status::Frozen => Err(Refused::AlreadyFrozen),
        })?;
        match self.nodes[node.index()].replica.standing() {
            None => Err(Refused::NoPrimary),
            Some(_) if self.settings.regions().is_some() => Err(Refused::LeaderElected),
            Some(standing) if standing.role == Role::Primary => Err(Refused::AlreadyPrimary),
            Some(_) => Ok(()),
        }
    }

    fn set_primary(&mut self, setting: &Setting) {
        let Protocol::Primary(policy) = &mut self.settings.protocol else { return };
        match setting {
            Setting::MinReplicas(count) => policy.min_replicas = *count,
            Setting::MaxLag(lag) => policy.max_lag = *lag,
            Setting::ReadsFrom(whom) => policy.reads_from = *whom,
            Setting::LatencyPercent(_)
            | Setting::WriteLevel(_)
            | Setting::ReadLevel(_)
            | Setting::AntiEntropy(_)
            | Setting::Hints(_)
            | Setting::Copies(_)
            | Setting::ReadRepair(_)
            | Setting::Timeout(_) => {}
        }
    }

    fn set_anti_entropy(&mut self, settings: Option<AntiEntropy>) {
        self.settings.anti_entropy = settings;
        self.start_gossip();
    }
}

impl Command {
    /// Whether it turns a knob, rather than acting on a client, a wall or a process.
    fn is_knob(&self) -> bool {
        match self {
            Self::NameKey(_)
            | Self::Skew { .. }
            | Self::SetLink { .. }
            | Self::Set(_)
            | Self::SetClient { .. }
            | Self::Workload(_) => true,
            Self::Submit(_)
            | Self::Cut { .. }
            | Self::Heal(_)
            | Self::Crash(_)
            | Self::Destroy(_)
            | Self::Repair(_)
            | Self::Message { .. }
            | Self::Restart(_)
            | Self::Freeze(_)
            | Self::Thaw(_)
            | Self::Promote(_) => false,
        }
    }
}

impl KeyId {
    /// The key that the next [`Command::NameKey`] will name.
    pub fn after(keys: &[Arc<str>]) -> Self {
        Self(u32::try_from(keys.len()).unwrap_or(u32::MAX))
    }
}
