//! How one replica takes the writes and streams them to the others: the rules of Redis replication with
//! Sentinel, and of MongoDB replica sets, as one policy of plain data (SEMANTICS §7).

use crate::base::{NodeId, Span};

use super::Regions;

/// The rules of a primary and its replicas. The default is Redis out of the box, except that nothing is
/// lost by a crash, and that a request that comes to the wrong member is passed on.
#[derive(Debug, Clone, PartialEq)]
pub struct PrimaryPolicy {
    /// The replica sets. Each has its own primary and its own log; usually all replicas form one.
    pub groups: Vec<Group>,
    /// How many bytes of the stream a member can resend to one that lost its connection (Redis:
    /// `repl-backlog-size`, 1 MiB by default; MongoDB: the size of the oplog).
    pub backlog: u64,
    /// How often a replica tells the primary its offset, and the primary pings (Redis: 1 s).
    pub ack_every: Span,
    /// A write is refused where fewer replicas than this are good (Redis: `min-replicas-to-write`).
    pub min_replicas: u16,
    /// A replica is good while the primary heard its offset at most so long ago (Redis:
    /// `min-replicas-max-lag`, 10 s).
    pub max_lag: Span,
    pub reads_from: ReadsFrom,
    pub writes_elsewhere: Elsewhere,
    /// By node: who is promoted first, lower first; 0 never is (Redis: `replica-priority`, 100). In an
    /// election of members only the 0 counts.
    pub priorities: Vec<u16>,
    pub failover: Failover,
    pub durability: Durability,
    /// How the sets form one table, each in a region of its own; `None`: they have nothing to do with each
    /// other.
    pub regions: Option<Regions>,
}

/// A replica set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub members: Vec<NodeId>,
    /// The member that is primary at the start.
    pub at: NodeId,
}

/// Which members answer reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadsFrom {
    /// Only the primary, or who takes itself for it.
    Primary,
    /// Whoever is asked.
    Any,
}

/// What a member does with a request that only the primary may serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Elsewhere {
    /// It answers with an error (Redis: `READONLY`).
    Refuse,
    /// It passes the request on to whom it takes for the primary, as a driver would.
    Redirect,
}

/// Who decides that another member becomes primary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failover {
    /// Nobody but an administrator.
    Manual,
    /// Monitors beside the members (Redis Sentinel).
    Monitors(Monitors),
    /// The members themselves, by majority (MongoDB). `timeout`: after so long without a primary a member
    /// stands for election, and a primary that hears from no majority steps down (MongoDB:
    /// `electionTimeoutMillis`, 10 s).
    Members { timeout: Span },
}

/// Processes that watch the members. Each shares the fate of the machine where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Monitors {
    /// A monitor takes for down whoever has not answered it for so long (Sentinel:
    /// `down-after-milliseconds`).
    pub after: Span,
    /// How many monitors must agree that the primary is down before one tries a failover. A failover must
    /// be authorised by a majority of all monitors besides.
    pub quorum: u16,
    pub places: Vec<NodeId>,
}

/// What of a replica's data outlives a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// Everything (MongoDB's journal; Redis with an append-only file synced at every write).
    #[default]
    Journal,
    /// What the last snapshot holds (Redis by default: `save 3600 1`).
    Snapshot { every: Span },
}

/// Waiting for replicas after a write (Redis: `WAIT`): the answer says how many have it, even if too few.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    pub replicas: u16,
    /// [`Span::ZERO`]: for ever.
    pub timeout: Span,
}

impl PrimaryPolicy {
    /// Redis: `repl-backlog-size`.
    pub const BACKLOG: u64 = 1 << 20;
    /// Redis: `repl-ping-replica-period` is 10 s, but replicas acknowledge every second.
    pub const ACK_EVERY: Span = Span::secs(1);
    /// Redis: `min-replicas-max-lag`.
    pub const MAX_LAG: Span = Span::secs(10);
    /// Redis: `replica-priority`.
    pub const PRIORITY: u16 = 100;
    /// MongoDB: `settings.electionTimeoutMillis`.
    pub const ELECTION_TIMEOUT: Span = Span::secs(10);

    /// One replica set of `count` members, the primary at the first.
    pub fn of(count: usize) -> Self {
        let members: Vec<NodeId> = (0..count).map(NodeId::at).collect();
        Self {
            groups: vec![Group { members, at: NodeId(0) }],
            backlog: Self::BACKLOG,
            ack_every: Self::ACK_EVERY,
            min_replicas: 0,
            max_lag: Self::MAX_LAG,
            reads_from: ReadsFrom::Any,
            writes_elsewhere: Elsewhere::Redirect,
            priorities: vec![Self::PRIORITY; count],
            failover: Failover::Manual,
            durability: Durability::Journal,
            regions: None,
        }
    }

    /// What the one that takes the writes of its set is called: among regions each has a leader, and several at once
    /// are no split brain.
    pub fn head(&self) -> &'static str {
        if self.regions.is_some() { "leader" } else { "primary" }
    }

    /// Several of them.
    pub fn heads(&self) -> &'static str {
        if self.regions.is_some() { "leaders" } else { "primaries" }
    }

    /// The replica set that `node` belongs to.
    pub fn group_of(&self, node: NodeId) -> Option<&Group> {
        self.groups.iter().find(|group| group.members.contains(&node))
    }

    /// How many members must have a write before it is acknowledged where regions hold one table: a majority
    /// of the region that takes the writes of a client at `node`.
    pub fn majority_at(&self, node: NodeId) -> u16 {
        let region = self.regions.as_ref().and_then(|regions| Some(&self.groups[regions.one_log()?.writes]));
        let members = region.or_else(|| self.group_of(node)).map_or(1, |group| group.members.len());
        u16::try_from(majority(members)).unwrap_or(u16::MAX)
    }

    pub fn priority(&self, node: NodeId) -> u16 {
        self.priorities.get(node.index()).copied().unwrap_or(Self::PRIORITY)
    }

    /// The monitors; none where nobody watches.
    pub fn monitors(&self) -> Option<&Monitors> {
        match &self.failover {
            Failover::Monitors(monitors) => Some(monitors),
            Failover::Manual | Failover::Members { .. } => None,
        }
    }
}

impl Monitors {
    /// How often a monitor pings: every second, or every `after` where that is shorter (Sentinel).
    pub fn period(&self) -> Span {
        self.after.min(Span::secs(1))
    }

    /// How many votes authorise a failover: a majority of all monitors, and never fewer than the quorum.
    pub fn needed(&self) -> usize {
        (self.places.len() / 2 + 1).max(usize::from(self.quorum))
    }
}

/// More than half of `members`.
pub fn majority(members: usize) -> usize {
    members / 2 + 1
}
