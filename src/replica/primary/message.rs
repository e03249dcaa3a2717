//! What the members of a replica set and its monitors say to each other.
//!
//! ```text
//! replica                      primary
//!    │ ── Psync ────────────────► │   I have data set X up to offset o
//!    │ ◄─── Continue or Full ──── │   go on from there, or take everything
//!    │ ◄────────── Data, Data … ─ │   every write as it happens
//!    │ ◄───────────────── Ping ── │   every second
//!    │ ── Ack ──────────────────► │   every second, and at once on GetAck
//! ```
//!
//! A session is one connection. What belongs to another session is answered by `Reset`, as TCP answers a
//! segment of a connection it does not know.

use std::sync::Arc;

use crate::{
    action::{Act, Wait},
    base::{KeyId, NodeId, OpId, WriteId},
    data::Version,
};

use super::{Identity, Lineage, RegionMessage, Role};
use crate::replica::{Answer, MessageKind, Request};

/// The number of a connection, unique for the replica that opens it.
pub type Session = u64;

/// What a primary says about the data set that it serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataSet {
    pub identity: Identity,
    pub lineage: Lineage,
    pub term: u64,
}

#[derive(Debug, Clone)]
pub enum Message {
    /// A replica asks to be brought up to date from `offset` on.
    Psync {
        session: Session,
        data: DataSet,
        offset: u64,
    },
    /// Go on from `from`: here is what you missed.
    Continue {
        session: Session,
        data: DataSet,
        from: u64,
        writes: Arc<[Arc<Version>]>,
    },
    /// Forget what you have: this is everything, as of `offset`.
    Full {
        session: Session,
        data: DataSet,
        offset: u64,
        contents: Arc<[Arc<Version>]>,
    },
    /// Writes that follow `start`.
    Data {
        session: Session,
        term: u64,
        start: u64,
        writes: Arc<[Arc<Version>]>,
    },
    Ack {
        session: Session,
        offset: u64,
        /// The primary asked for it (GETACK), or it is the one of every second.
        round: Option<u64>,
    },
    GetAck {
        session: Session,
    },
    /// The primary is there, at this offset. Without a session: to a member that does not follow it.
    Ping {
        session: Option<Session>,
        term: u64,
        offset: u64,
        round: u64,
    },
    /// I know no such connection.
    Reset {
        session: Session,
    },
    /// I am not the primary; perhaps this one is.
    Elsewhere {
        session: Session,
        term: u64,
        primary: Option<NodeId>,
    },
    /// A client's request, passed on to the primary.
    Forward {
        op: OpId,
        request: Arc<Forwarded>,
    },
    /// Its answer.
    Answered {
        op: OpId,
        answer: Answer,
    },
    /// A monitor asks a member how it is.
    Probe {
        round: u64,
    },
    Report {
        round: u64,
        report: Report,
    },
    /// A monitor asks another whether it too takes `primary` for down.
    AskDown {
        round: u64,
        primary: NodeId,
    },
    Opinion {
        round: u64,
        primary: NodeId,
        down: Down,
    },
    /// A monitor, or a member, asks for a vote in `term`. A member says how far its log goes: the term of
    /// its last entry, and its offset.
    RequestVote {
        term: u64,
        last: (u64, u64),
        from: Voter,
    },
    /// A vote in `term`; none is given twice.
    Vote {
        term: u64,
        given: Given,
        from: Voter,
    },
    /// A monitor orders a member to become primary in `term`.
    Promote {
        term: u64,
    },
    /// A monitor orders a member to follow `primary`, which was promoted in `term`.
    Follow {
        term: u64,
        primary: NodeId,
        round: u64,
    },
    /// From region to region, and for reads within one.
    Region(Box<RegionMessage>),
}

/// A client's request as it is passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forwarded {
    pub key: KeyId,
    pub act: Act,
    pub required: u16,
    pub wait: Option<Wait>,
    /// For a conditional write: the version that the client read or wrote last.
    pub last_read: Option<WriteId>,
}

impl Forwarded {
    pub(super) fn of(request: &Request<'_>) -> Self {
        let Request { key, act, block_for, wait, last_read, .. } = *request;
        Self { key, act: act.clone(), required: block_for.count, wait, last_read }
    }
}

/// How a member describes itself to a monitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    pub role: Role,
    pub term: u64,
    pub offset: u64,
    pub run_id: u64,
}

/// A monitor's opinion of the primary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Down {
    Up,
    Down,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    Granted,
    Denied,
}

/// Who takes part in an election.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voter {
    Monitor,
    Member,
}

impl Message {
    pub fn kind(&self) -> MessageKind {
        match self {
            Self::Psync { .. } => MessageKind::Psync,
            Self::Continue { .. } => MessageKind::PartialResync,
            Self::Full { .. } => MessageKind::FullResync,
            Self::Data { .. } => MessageKind::Stream,
            Self::Ack { .. } => MessageKind::StreamAck,
            Self::GetAck { .. } => MessageKind::GetAck,
            Self::Ping { .. } => MessageKind::Ping,
            Self::Reset { .. } => MessageKind::Reset,
            Self::Elsewhere { .. } => MessageKind::NotPrimary,
            Self::Forward { .. } => MessageKind::Forward,
            Self::Answered { .. } => MessageKind::Forwarded,
            Self::Probe { .. } => MessageKind::Probe,
            Self::Report { .. } => MessageKind::Report,
            Self::AskDown { .. } => MessageKind::AskDown,
            Self::Opinion { .. } => MessageKind::Opinion,
            Self::RequestVote { .. } => MessageKind::RequestVote,
            Self::Vote { .. } => MessageKind::Vote,
            Self::Promote { .. } | Self::Follow { .. } => MessageKind::Order,
            Self::Region(message) => message.kind(),
        }
    }

    /// How often the same was sent before.
    pub(in crate::replica) fn attempt(&self) -> u32 {
        if let Self::Region(message) = self { message.attempt() } else { 0 }
    }

    /// What names it for its randomness where no client's operation does.
    pub fn round(&self) -> Option<u64> {
        match self {
            Self::Psync { session, .. }
            | Self::Continue { session, .. }
            | Self::Full { session, .. }
            | Self::Reset { session }
            | Self::Elsewhere { session, .. } => Some(*session),
            Self::Ack { round, .. } => *round,
            Self::Region(message) => message.round(),
            Self::Ping { round, .. }
            | Self::Probe { round }
            | Self::Report { round, .. }
            | Self::AskDown { round, .. }
            | Self::Opinion { round, .. }
            | Self::Follow { round, .. } => Some(*round),
            Self::RequestVote { term, .. } | Self::Vote { term, .. } | Self::Promote { term } => Some(*term),
            Self::Data { .. } | Self::GetAck { .. } | Self::Forward { .. } | Self::Answered { .. } => None,
        }
    }

    /// The versions on board that the receiver would store, oldest first.
    pub fn versions(&self) -> impl DoubleEndedIterator<Item = &Arc<Version>> {
        let writes: &[Arc<Version>] = match self {
            Self::Continue { writes, .. } | Self::Data { writes, .. } => writes,
            Self::Full { contents, .. } => contents,
            Self::Region(message) => message.versions(),
            Self::Psync { .. }
            | Self::Ack { .. }
            | Self::GetAck { .. }
            | Self::Ping { .. }
            | Self::Reset { .. }
            | Self::Elsewhere { .. }
            | Self::Forward { .. }
            | Self::Answered { .. }
            | Self::Probe { .. }
            | Self::Report { .. }
            | Self::AskDown { .. }
            | Self::Opinion { .. }
            | Self::RequestVote { .. }
            | Self::Vote { .. }
            | Self::Promote { .. }
            | Self::Follow { .. } => &[],
        };
        writes.iter()
    }

    /// The newest write on board.
    pub fn carries(&self) -> Option<WriteId> {
        if let Self::Answered { answer: Answer::Found(held), .. } = self {
            return held.newest();
        }
        if let Self::Region(message) = self
            && let Some(found) = message.found()
        {
            return Some(found);
        }
        self.versions().map(|version| version.id).max()
    }

    /// Which of the connections between two machines it travels on: what one loses holds up only what comes
    /// after it on the same.
    pub fn channel(&self) -> u8 {
        match self {
            Self::Psync { .. }
            | Self::Continue { .. }
            | Self::Full { .. }
            | Self::Data { .. }
            | Self::Ack { .. }
            | Self::GetAck { .. }
            | Self::Ping { .. }
            | Self::Reset { .. }
            | Self::Elsewhere { .. } => 1,
            Self::Forward { .. } | Self::Answered { .. } => 2,
            Self::Region(message) => message.channel(),
            Self::Probe { .. }
            | Self::Report { .. }
            | Self::AskDown { .. }
            | Self::Opinion { .. }
            | Self::RequestVote { .. }
            | Self::Vote { .. }
            | Self::Promote { .. }
            | Self::Follow { .. } => 3,
        }
    }
}
