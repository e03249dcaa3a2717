//! What the regions of one table say to each other, and what the members of one region say for its reads.
//!
//! ```text
//! leader of eu                 leader of us
//!    │ ── Ask ──────────────────► │   I have your writes up to this mark
//!    │ ◄─────── Writes, Writes … ─│   what a majority of us has, in its order
//!    │ ◄───────────────── Alive ─ │   every second
//!    │ ── Taken ────────────────► │   every second, and at once where a write waits for it
//! ```

use std::sync::Arc;

use crate::{
    base::{KeyId, NodeId, OpId, WriteId},
    data::{Held, Version},
};

use super::super::{Forwarded, Session};
use crate::replica::MessageKind;

/// A place in the log of a region: its offset, and the entry that ends there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    pub offset: u64,
    /// `None` at the beginning of the log.
    pub write: Option<WriteId>,
}

#[derive(Debug, Clone)]
pub enum RegionMessage {
    /// The leader of a region asks for another's writes from `have` on; `None`: it knows nothing.
    Ask {
        session: Session,
        have: Option<Mark>,
    },
    /// I do not lead my region; perhaps this one does.
    Elsewhere {
        session: Session,
        leader: Option<NodeId>,
    },
    /// Writes that follow the offset `start`, up to `end`. Without a start: everything that there is, as of
    /// `end`.
    Writes {
        session: Session,
        start: Option<u64>,
        end: Mark,
        writes: Arc<[Arc<Version>]>,
    },
    /// So far a majority of the receiving region has it.
    Taken {
        session: Session,
        offset: u64,
        round: Option<u64>,
    },
    /// The leader is there, and has sent everything up to `offset`.
    Alive {
        session: Session,
        offset: u64,
        round: u64,
    },
    /// Every region has the log up to `offset`.
    Everywhere {
        offset: u64,
    },
    /// A replica of the region reads for its client. `attempt`: how often it has asked before.
    Read {
        op: OpId,
        key: KeyId,
        attempt: u32,
    },
    /// What is held, where the log of who holds it ends, and how far it knows that every region has it.
    Found {
        op: OpId,
        held: Held,
        offset: u64,
        everywhere: u64,
    },
    /// Do you still follow me? A leader asks before it answers a strong read.
    Confirm {
        op: OpId,
        term: u64,
    },
    Confirmed {
        op: OpId,
        term: u64,
    },
    /// A client's request, passed on to the region that takes writes; the answer goes to `origin`.
    Relay {
        op: OpId,
        origin: NodeId,
        request: Arc<Forwarded>,
    },
}

impl RegionMessage {
    pub fn kind(&self) -> MessageKind {
        match self {
            Self::Ask { .. } => MessageKind::RegionAsk,
            Self::Elsewhere { .. } => MessageKind::NotPrimary,
            Self::Writes { .. } => MessageKind::RegionWrites,
            Self::Taken { .. } => MessageKind::RegionTaken,
            Self::Alive { .. } => MessageKind::RegionAlive,
            Self::Everywhere { .. } => MessageKind::Everywhere,
            Self::Read { .. } => MessageKind::Read,
            Self::Found { .. } => MessageKind::ReadReply,
            Self::Confirm { .. } => MessageKind::Confirm,
            Self::Confirmed { .. } => MessageKind::Confirmed,
            Self::Relay { .. } => MessageKind::Forward,
        }
    }

    /// What names it for its randomness where no client's operation does.
    pub(in crate::replica) fn round(&self) -> Option<u64> {
        match self {
            Self::Ask { session, .. } | Self::Elsewhere { session, .. } => Some(*session),
            Self::Writes { session, end, .. } => Some((session << 40) ^ end.offset),
            Self::Taken { round, .. } => *round,
            Self::Alive { round, .. } => Some(*round),
            Self::Everywhere { offset } => Some(*offset),
            Self::Read { op, attempt: 1.., .. } => Some(u64::from(op.0) | 1 << 63),
            Self::Read { .. }
            | Self::Found { .. }
            | Self::Confirm { .. }
            | Self::Confirmed { .. }
            | Self::Relay { .. } => None,
        }
    }

    /// How often the same was asked before.
    pub(in crate::replica) fn attempt(&self) -> u32 {
        match self {
            Self::Read { attempt, .. } => *attempt,
            Self::Ask { .. }
            | Self::Elsewhere { .. }
            | Self::Writes { .. }
            | Self::Taken { .. }
            | Self::Alive { .. }
            | Self::Everywhere { .. }
            | Self::Found { .. }
            | Self::Confirm { .. }
            | Self::Confirmed { .. }
            | Self::Relay { .. } => 0,
        }
    }

    /// The versions on board that the receiver would store, oldest first.
    pub(in crate::replica) fn versions(&self) -> &[Arc<Version>] {
        match self {
            Self::Writes { writes, .. } => writes,
            Self::Ask { .. }
            | Self::Elsewhere { .. }
            | Self::Taken { .. }
            | Self::Alive { .. }
            | Self::Everywhere { .. }
            | Self::Read { .. }
            | Self::Found { .. }
            | Self::Confirm { .. }
            | Self::Confirmed { .. }
            | Self::Relay { .. } => &[],
        }
    }

    /// What a read found, for the label of the message.
    pub(in crate::replica) fn found(&self) -> Option<WriteId> {
        match self {
            Self::Found { held, .. } => held.newest(),
            Self::Ask { .. }
            | Self::Elsewhere { .. }
            | Self::Writes { .. }
            | Self::Taken { .. }
            | Self::Alive { .. }
            | Self::Everywhere { .. }
            | Self::Read { .. }
            | Self::Confirm { .. }
            | Self::Confirmed { .. }
            | Self::Relay { .. } => None,
        }
    }

    /// Which of the connections between two machines it travels on.
    pub(in crate::replica) fn channel(&self) -> u8 {
        match self {
            Self::Ask { .. }
            | Self::Elsewhere { .. }
            | Self::Writes { .. }
            | Self::Taken { .. }
            | Self::Alive { .. }
            | Self::Everywhere { .. } => 1,
            Self::Read { .. }
            | Self::Found { .. }
            | Self::Confirm { .. }
            | Self::Confirmed { .. }
            | Self::Relay { .. } => 2,
        }
    }
}
