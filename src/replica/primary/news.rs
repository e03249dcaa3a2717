//! What a member or a monitor has to tell: for the facts, in the past tense.

use crate::base::{LocalTime, NodeId, WriteId};

use super::{Lineage, Replid};

/// Something that happened to a member, or that its monitor made out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    BecamePrimary {
        term: u64,
        replid: Replid,
        offset: u64,
        how: Rise,
    },
    /// `of`: whom it follows; `None` while it knows no primary.
    BecameReplica {
        of: Option<NodeId>,
        term: u64,
    },
    /// It is connected to its primary again, and holds data set `replid` up to `offset`.
    Resynced {
        from: NodeId,
        how: Resync,
        replid: Replid,
        offset: u64,
    },
    /// The region that it leads takes the writes of another region again, from `from`; it has that one's log
    /// up to `offset`.
    RegionResynced {
        from: NodeId,
        how: Resync,
        offset: u64,
    },
    /// Its monitor takes `node` for down: silent for too long.
    Suspected {
        node: NodeId,
    },
    /// Its monitor hears from `node` again.
    Trusted {
        node: NodeId,
    },
    /// So many monitors agree that the primary is down: enough.
    AgreedDown {
        node: NodeId,
        agreeing: u16,
    },
    /// Its monitor may carry out a failover, by so many votes.
    Authorised {
        term: u64,
        votes: u16,
    },
    /// Its monitor was authorised, and found nobody to promote.
    NoCandidate {
        term: u64,
    },
    /// It stands for election among the members.
    Stood {
        term: u64,
    },
    /// It wrote a snapshot to its disk.
    Saved {
        offset: u64,
    },
}

/// How a member became primary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rise {
    /// An administrator promoted it.
    Promoted,
    /// A monitor promoted it.
    FailedOver,
    /// The members elected it.
    Elected,
    /// It was primary before it crashed, and nobody has told it otherwise.
    Restarted,
}

/// How a replica was brought up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resync {
    /// It missed so many bytes of the stream.
    Partial { missed: u64 },
    /// It took over everything.
    Full,
}

/// Why a member gave a write up that it had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discard {
    /// It follows a primary whose log lacks it (a full resynchronisation).
    Resynced,
    /// As before, but only back to where the logs part, and what is given up is kept aside (MongoDB's
    /// rollback files).
    RolledBack,
    /// A crash: it was in memory only.
    Crashed,
}

/// One member as it takes itself to be, for views and judgements.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    pub role: Role,
    /// The term of the primary that it is or follows, as far as it knows.
    pub term: u64,
    pub replid: Replid,
    pub offset: u64,
    pub lineage: &'a Lineage,
    pub link: LinkState,
    /// Writes it has rolled back, the newest of them by name.
    pub rolled_back: (u64, &'a [WriteId]),
    /// How far its last snapshot goes; `None` where it keeps a journal.
    pub saved: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Primary,
    Replica { of: Option<NodeId> },
}

/// A replica's connection to its primary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    Down,
    /// It has asked and waits for the answer.
    Connecting,
    Up,
}

/// What a primary knows of one that follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowerState {
    pub node: NodeId,
    /// The offset that it has acknowledged.
    pub acked: u64,
    /// When that was heard, by the primary's monotonic clock.
    pub heard: LocalTime,
}
