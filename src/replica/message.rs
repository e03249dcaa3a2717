//! What replicas say to each other.

use std::sync::Arc;

use crate::{
    base::{KeyId, OpId, WriteId},
    data::Held,
};

/// A list of keys and what the sender holds of them.
pub(crate) type Contents = Arc<[(KeyId, Held)]>;

#[derive(Debug, Clone)]
pub enum Body {
    Write {
        op: OpId,
        key: KeyId,
        held: Held,
        /// How often it was sent before.
        attempt: u32,
    },
    WriteAck {
        op: OpId,
    },
    Read {
        op: OpId,
        key: KeyId,
    },
    ReadReply {
        op: OpId,
        held: Held,
    },
    /// The opening of a round of anti-entropy.
    Sync {
        round: u64,
        exchange: Exchange,
        contents: Contents,
    },
    /// What the opener lacked.
    SyncReply {
        round: u64,
        contents: Contents,
    },
    /// What was kept for the receiver while it could not be reached.
    Hint {
        /// The name of the write for randomness.
        cause: u64,
        key: KeyId,
        held: Held,
        attempt: u32,
    },
    HintAck {
        cause: u64,
        key: KeyId,
    },
    /// How far the heartbeats of all have counted, as far as the sender knows.
    Heartbeat {
        round: u64,
        counters: Arc<[u32]>,
    },
}

/// What the opener of a round wants done with its contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exchange {
    /// Take them.
    Tell,
    /// Compare only, and send back what I lack.
    Ask,
    /// Take them, and send back what I lack.
    TellAndAsk,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MessageKind {
    Write,
    WriteAck,
    Read,
    ReadReply,
    Sync,
    SyncReply,
    Hint,
    HintAck,
    Heartbeat,
}

impl Body {
    pub fn kind(&self) -> MessageKind {
        match self {
            Self::Write { .. } => MessageKind::Write,
            Self::WriteAck { .. } => MessageKind::WriteAck,
            Self::Read { .. } => MessageKind::Read,
            Self::ReadReply { .. } => MessageKind::ReadReply,
            Self::Sync { .. } => MessageKind::Sync,
            Self::SyncReply { .. } => MessageKind::SyncReply,
            Self::Hint { .. } => MessageKind::Hint,
            Self::HintAck { .. } => MessageKind::HintAck,
            Self::Heartbeat { .. } => MessageKind::Heartbeat,
        }
    }

    /// How often the same was sent before: part of its name for randomness.
    pub fn attempt(&self) -> u32 {
        match self {
            Self::Write { attempt, .. } | Self::Hint { attempt, .. } => *attempt,
            Self::WriteAck { .. }
            | Self::Read { .. }
            | Self::ReadReply { .. }
            | Self::Sync { .. }
            | Self::SyncReply { .. }
            | Self::HintAck { .. }
            | Self::Heartbeat { .. } => 0,
        }
    }

    /// What names it for its randomness, where that is not what it was sent for: its round of anti-entropy,
    /// or the write that a hint is of.
    pub fn own_cause(&self) -> Option<u64> {
        match self {
            Self::Sync { round, .. } | Self::SyncReply { round, .. } | Self::Heartbeat { round, .. } => {
                Some(*round)
            }
            Self::Hint { cause, .. } | Self::HintAck { cause, .. } => Some(*cause),
            Self::Write { .. } | Self::WriteAck { .. } | Self::Read { .. } | Self::ReadReply { .. } => None,
        }
    }

    /// What the receiver would merge, by key: nothing for acknowledgements, requests and comparisons.
    pub fn payload(&self) -> &[(KeyId, Held)] {
        match self {
            Self::Sync { exchange: Exchange::Tell | Exchange::TellAndAsk, contents, .. }
            | Self::SyncReply { contents, .. } => contents,
            Self::Write { .. }
            | Self::WriteAck { .. }
            | Self::Read { .. }
            | Self::ReadReply { .. }
            | Self::Sync { exchange: Exchange::Ask, .. }
            | Self::Hint { .. }
            | Self::HintAck { .. }
            | Self::Heartbeat { .. } => &[],
        }
    }

    /// The newest write on board, for the label of the message; none where it carries no data.
    pub fn carries(&self) -> Option<WriteId> {
        match self {
            Self::Write { held, .. } | Self::ReadReply { held, .. } | Self::Hint { held, .. } => {
                held.newest()
            }
            Self::Sync { .. } | Self::SyncReply { .. } => {
                self.payload().iter().filter_map(|(_, held)| held.newest()).max()
            }
            Self::WriteAck { .. } | Self::Read { .. } | Self::HintAck { .. } | Self::Heartbeat { .. } => None,
        }
    }
}

impl MessageKind {
    /// Whether it is part of what replicas exchange by themselves all the time, which nobody needs to see
    /// while it teaches nothing.
    pub fn is_gossip(self) -> bool {
        match self {
            Self::Sync | Self::SyncReply | Self::Heartbeat => true,
            Self::Write | Self::WriteAck | Self::Read | Self::ReadReply | Self::Hint | Self::HintAck => false,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::WriteAck => "ack",
            Self::Read => "read",
            Self::ReadReply => "reply",
            Self::Sync => "gossip",
            Self::SyncReply => "gossip reply",
            Self::Hint => "hint",
            Self::HintAck => "hint ack",
            Self::Heartbeat => "heartbeat",
        }
    }
}
