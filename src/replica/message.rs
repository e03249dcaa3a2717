//! What replicas say to each other.

use std::sync::Arc;

use crate::{
    action::{Act, BlockFor},
    base::{KeyId, NodeId, OpId, Span, WriteId},
    data::{Dependencies, Held, VersionVector},
};

use super::{Answer, Comparison, Part, primary};

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
        /// The replica of the key that the receiver stands in for.
        instead_of: Option<NodeId>,
    },
    WriteAck {
        op: OpId,
        /// Of the message that it answers: an answer to another try is another answer.
        attempt: u32,
    },
    Read {
        op: OpId,
        key: KeyId,
        want: Want,
        attempt: u32,
    },
    ReadReply {
        op: OpId,
        held: Held,
        attempt: u32,
    },
    /// The name of what is held.
    Digest {
        op: OpId,
        content: u64,
        attempt: u32,
    },
    /// What a read found and the receiver lacked.
    Repair {
        op: OpId,
        key: KeyId,
        held: Held,
        attempt: u32,
    },
    /// What `content` names is held now.
    RepairAck {
        op: OpId,
        content: u64,
        attempt: u32,
    },
    /// A client's request, for a replica of the key to coordinate.
    Forward(Box<Forwarded>),
    /// The answer to it, for the client.
    Answer {
        op: OpId,
        answer: Answer,
    },
    /// The opening of a round of anti-entropy.
    Sync {
        round: u64,
        exchange: Exchange,
        contents: Contents,
    },
    /// What the other side lacked, and where digests were compared, what it is to send in turn.
    SyncReply {
        round: u64,
        contents: Contents,
        wanted: Option<Part>,
    },
    /// Digests, to compare.
    Compare(Arc<Comparison>),
    /// Between members of a replica set and their monitors.
    Stream(Box<primary::Message>),
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
        attempt: u32,
    },
    /// How far the heartbeats of all have counted, as far as the sender knows.
    Heartbeat {
        round: u64,
        counters: Arc<[u32]>,
    },
}

/// What a read wants of a replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    Contents,
    Digest,
}

/// A client's request that its replica hands on.
#[derive(Debug, Clone)]
pub struct Forwarded {
    pub op: OpId,
    pub cause: u64,
    pub key: KeyId,
    pub act: Act,
    pub block_for: BlockFor,
    pub context: VersionVector,
    pub timeout: Span,
    /// Where the client stands.
    pub client: NodeId,
    /// What a write must never be seen without.
    pub after: Dependencies,
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
    Psync,
    PartialResync,
    FullResync,
    Stream,
    StreamAck,
    GetAck,
    Ping,
    Reset,
    NotPrimary,
    Forward,
    Forwarded,
    Probe,
    Report,
    AskDown,
    Opinion,
    RequestVote,
    Vote,
    Order,
    Digest,
    Repair,
    RepairAck,
    RegionAsk,
    RegionWrites,
    RegionTaken,
    RegionAlive,
    Everywhere,
    Confirm,
    Confirmed,
    Compare,
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
            Self::Compare(_) => MessageKind::Compare,
            Self::Stream(message) => message.kind(),
            Self::Hint { .. } => MessageKind::Hint,
            Self::HintAck { .. } => MessageKind::HintAck,
            Self::Heartbeat { .. } => MessageKind::Heartbeat,
            Self::Digest { .. } => MessageKind::Digest,
            Self::Repair { .. } => MessageKind::Repair,
            Self::RepairAck { .. } => MessageKind::RepairAck,
            Self::Forward(_) => MessageKind::Forward,
            Self::Answer { .. } => MessageKind::Forwarded,
        }
    }

    /// How often the same was sent before: part of its name for randomness.
    pub fn attempt(&self) -> u32 {
        match self {
            Self::Write { attempt, .. }
            | Self::WriteAck { attempt, .. }
            | Self::Hint { attempt, .. }
            | Self::HintAck { attempt, .. }
            | Self::Read { attempt, .. }
            | Self::ReadReply { attempt, .. }
            | Self::Digest { attempt, .. }
            | Self::Repair { attempt, .. }
            | Self::RepairAck { attempt, .. } => *attempt,
            Self::Sync { .. }
            | Self::SyncReply { .. }
            | Self::Heartbeat { .. }
            | Self::Forward(_)
            | Self::Answer { .. } => 0,
            Self::Stream(message) => message.attempt(),
            Self::Compare(comparison) => comparison.step(),
        }
    }

    /// What names it for its randomness, where that is not what it was sent for: its round of anti-entropy,
    /// or the write that a hint is of.
    pub fn own_cause(&self) -> Option<u64> {
        match self {
            Self::Sync { round, .. } | Self::SyncReply { round, .. } | Self::Heartbeat { round, .. } => {
                Some(*round)
            }
            Self::Stream(message) => message.round(),
            Self::Compare(comparison) => Some(comparison.round),
            Self::Hint { cause, .. } | Self::HintAck { cause, .. } => Some(*cause),
            Self::Write { .. }
            | Self::WriteAck { .. }
            | Self::Read { .. }
            | Self::ReadReply { .. }
            | Self::Digest { .. }
            | Self::Repair { .. }
            | Self::RepairAck { .. }
            | Self::Forward(_)
            | Self::Answer { .. } => None,
        }
    }

    /// The operation that it names: what it was sent for, where a client's operation was.
    pub fn op(&self) -> Option<OpId> {
        match self {
            Self::Write { op, .. }
            | Self::WriteAck { op, .. }
            | Self::Read { op, .. }
            | Self::ReadReply { op, .. }
            | Self::Digest { op, .. }
            | Self::Repair { op, .. }
            | Self::RepairAck { op, .. }
            | Self::Answer { op, .. } => Some(*op),
            Self::Forward(forwarded) => Some(forwarded.op),
            Self::Sync { .. }
            | Self::SyncReply { .. }
            | Self::Compare(_)
            | Self::Stream(_)
            | Self::Hint { .. }
            | Self::HintAck { .. }
            | Self::Heartbeat { .. } => None,
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
            | Self::Stream(_)
            | Self::Sync { exchange: Exchange::Ask, .. }
            | Self::Compare(_)
            | Self::Hint { .. }
            | Self::HintAck { .. }
            | Self::Heartbeat { .. }
            | Self::Digest { .. }
            | Self::Repair { .. }
            | Self::RepairAck { .. }
            | Self::Forward(_)
            | Self::Answer { .. } => &[],
        }
    }

    /// The newest write on board, for the label of the message; none where it carries no data.
    pub fn carries(&self) -> Option<WriteId> {
        match self {
            Self::Write { held, .. }
            | Self::ReadReply { held, .. }
            | Self::Hint { held, .. }
            | Self::Repair { held, .. }
            | Self::Answer { answer: Answer::Found(held), .. } => held.newest(),
            Self::Sync { .. } | Self::SyncReply { .. } => {
                self.payload().iter().filter_map(|(_, held)| held.newest()).max()
            }
            Self::Stream(message) => message.carries(),
            Self::WriteAck { .. }
            | Self::Read { .. }
            | Self::Compare(_)
            | Self::HintAck { .. }
            | Self::Heartbeat { .. }
            | Self::Digest { .. }
            | Self::RepairAck { .. }
            | Self::Forward(_)
            | Self::Answer { .. } => None,
        }
    }
}

impl MessageKind {
    /// Whether it is part of what replicas exchange by themselves all the time, which nobody needs to see
    /// while it teaches nothing.
    pub fn is_gossip(self) -> bool {
        match self {
            Self::Sync
            | Self::SyncReply
            | Self::Compare
            | Self::Heartbeat
            | Self::StreamAck
            | Self::Ping
            | Self::Probe
            | Self::Report
            | Self::AskDown
            | Self::Opinion
            | Self::RegionTaken
            | Self::RegionAlive
            | Self::Everywhere => true,
            Self::Write
            | Self::WriteAck
            | Self::Read
            | Self::ReadReply
            | Self::Hint
            | Self::HintAck
            | Self::Psync
            | Self::PartialResync
            | Self::FullResync
            | Self::Stream
            | Self::GetAck
            | Self::Reset
            | Self::NotPrimary
            | Self::Forward
            | Self::Forwarded
            | Self::RequestVote
            | Self::Vote
            | Self::Order
            | Self::RegionAsk
            | Self::RegionWrites
            | Self::Confirm
            | Self::Confirmed
            | Self::Digest
            | Self::Repair
            | Self::RepairAck => false,
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
            Self::Compare => "compare",
            Self::Psync => "psync",
            Self::PartialResync => "partial resync",
            Self::FullResync => "full resync",
            Self::Stream => "stream",
            Self::StreamAck => "offset",
            Self::GetAck => "getack",
            Self::Ping => "ping",
            Self::Reset => "reset",
            Self::NotPrimary => "not primary",
            Self::Forward => "request",
            Self::Forwarded => "answer",
            Self::Probe => "probe",
            Self::Report => "report",
            Self::AskDown => "down?",
            Self::Opinion => "opinion",
            Self::RequestVote => "vote?",
            Self::Vote => "vote",
            Self::Order => "order",
            Self::RegionAsk => "since?",
            Self::RegionWrites => "replicate",
            Self::RegionTaken => "taken",
            Self::RegionAlive => "alive",
            Self::Everywhere => "everywhere",
            Self::Confirm => "leader?",
            Self::Confirmed => "leader",
            Self::Hint => "hint",
            Self::HintAck => "hint ack",
            Self::Heartbeat => "heartbeat",
            Self::Digest => "digest",
            Self::Repair => "repair",
            Self::RepairAck => "repair ack",
        }
    }
}
