//! Commands: asked in the imperative, logged with their position, applied by the simulation. Each is
//! absolute (never "a bit more"), so that replaying a log cannot drift.

use std::sync::Arc;

use crate::{
    base::{ClientId, CutId, KeyId, MessageId, NodeId, Span},
    data::{Stamp, Update, Value},
    net::{CutShape, LinkChange, Scope},
};

use super::{ClientChange, Copies, HintRules, Level, Operation, ReadRepair, ReadsFrom, Wait};

/// What can be asked of a running cluster.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// A client reads or writes.
    Submit(Ask),
    /// Gives a new key its id: the next one.
    NameKey(Arc<str>),
    Cut {
        name: Option<Arc<str>>,
        shape: CutShape,
    },
    Heal(Mend),
    Crash(NodeId),
    Restart(NodeId),
    /// The machine is gone, and its disk with it; a restart brings it back empty.
    Destroy(NodeId),
    Freeze(NodeId),
    Thaw(NodeId),
    /// Sets how far a replica's clock is ahead (nanoseconds; negative: behind).
    Skew {
        node: NodeId,
        offset: i64,
    },
    SetLink {
        scope: Scope,
        change: LinkChange,
    },
    Set(Setting),
    SetClient {
        client: ClientId,
        change: ClientChange,
    },
    /// An administrator makes a replica the primary of its set.
    Promote(NodeId),
    Workload(Switch),
    /// One replica, or each, now exchanges all it holds with every other, both ways.
    Repair(Option<NodeId>),
    /// A hand is laid on one message that is on its way.
    Message {
        id: MessageId,
        surgery: Surgery,
    },
}

/// What is done to a message on its way. Replication streams and links that keep order refuse what would let a message
/// overtake another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surgery {
    /// It arrives now, if nothing stands in its way.
    Deliver,
    /// It is lost, now.
    Drop,
    /// A copy arrives when it does, or would have if it were not held.
    Duplicate,
    /// It arrives so much later; one that is held, so much later than now.
    Delay(Span),
    /// It stays where it is until a hand delivers, delays or drops it.
    Hold,
}

/// One operation of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    pub client: ClientId,
    /// The replica that coordinates; `None`: the one the client is attached to.
    pub at: Option<NodeId>,
    pub key: KeyId,
    pub act: Act,
    /// `None`: the client's level, else the cluster's.
    pub level: Option<Level>,
    /// Where a primary takes the writes: how many replicas the client waits for once it has.
    pub wait: Option<Wait>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    Read,
    /// Writing a tombstone deletes.
    Write {
        value: Value,
        context: Context,
        stamp: Option<Stamp>,
    },
    /// To a counter or a set.
    Update(Update),
}

impl Act {
    pub fn operation(&self) -> Operation {
        match self {
            Self::Read => Operation::Read,
            Self::Write { .. } | Self::Update(_) => Operation::Write,
        }
    }

    /// `read`, `write`, `delete`, `increment`, `decrement`, `add`, `remove`.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write { value: Value::Tombstone, .. } => "delete",
            Self::Write { .. } => "write",
            Self::Update(update) => update.verb(),
        }
    }

    /// What was asked with; nothing for a read or a delete.
    pub fn argument(&self) -> Option<Value> {
        match self {
            Self::Read | Self::Write { value: Value::Tombstone, .. } => None,
            Self::Write { value, .. } => Some(value.clone()),
            Self::Update(Update::Increment(amount) | Update::Decrement(amount)) => {
                Some(Value::Number(i64::from(*amount)))
            }
            Self::Update(Update::Add(element) | Update::Remove(element)) => Some(element.clone()),
        }
    }
}

/// What a write tells the coordinator about what its client has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// Everything the client has read of the key.
    Last,
    /// Nothing: a blind write.
    None,
    /// As [`Self::Last`], and the write is to be done only if this holds where it is judged: a conditional
    /// write. Nothing is done otherwise.
    Provided(Proviso),
}

/// What must hold for a conditional write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proviso {
    /// The key has no value.
    Absent,
    /// The key has the version that the client read or wrote last; none where it found nothing.
    LastRead,
}

impl Context {
    /// Whether the write may be refused for what the key holds.
    pub fn is_conditional(self) -> bool {
        match self {
            Self::Provided(_) => true,
            Self::Last | Self::None => false,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mend {
    All,
    One(CutId),
    Named(Arc<str>),
}

/// A knob of the cluster as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// Every delay drawn from now on is multiplied by this percentage.
    LatencyPercent(u32),
    /// N. A replica that joins a key's preference list starts with what it has, as a rule nothing; one that
    /// leaves keeps its data and is no longer asked.
    Copies(Copies),
    WriteLevel(Level),
    ReadLevel(Level),
    AntiEntropy(Option<AntiEntropy>),
    /// How long a client waits for its answer.
    Timeout(Span),
    /// How many good replicas a primary needs to take writes.
    MinReplicas(u16),
    /// How long ago a good replica may last have been heard of.
    MaxLag(Span),
    ReadsFrom(ReadsFrom),
    Hints(Option<HintRules>),
    ReadRepair(ReadRepair),
}

/// Periodic background repair: every `every`, each replica exchanges what it holds with `fan_out` others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AntiEntropy {
    pub every: Span,
    pub style: Style,
    pub fan_out: u16,
    pub digest: Digest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Tell what you hold.
    Push,
    /// Ask for what you lack.
    Pull,
    /// Both.
    PushPull,
}

/// What two replicas send each other to find out what they hold that the other does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digest {
    /// Everything they hold.
    Full,
    /// The name of what they hold of each key, then what differs.
    Vector,
    /// Hashes of a tree over the keys, from the root down to what differs (Dynamo §4.7), then that.
    Merkle,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    Start,
    Stop,
}
