//! Facts: what has happened, in the past tense. The simulation writes them and never reads one back.

use std::sync::Arc;

use crate::{
    action::{Act, Command, Guarantee, Level, Surgery},
    base::{ClientId, CutId, KeyId, MessageId, NodeId, OpId, Position, SimTime, WriteId},
    data::{Held, Relation, Version},
    replica::{
        Belief, Effort, MessageKind,
        primary::{Discard, News},
    },
};

#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    pub at: Position,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A client asked; `required` replicas must answer.
    Asked {
        op: OpId,
        client: ClientId,
        node: NodeId,
        key: KeyId,
        level: Level,
        required: u16,
        act: Arc<Act>,
    },
    /// The coordinator gave a write its version.
    Accepted {
        op: OpId,
        node: NodeId,
        version: Arc<Version>,
    },
    /// A coordinator did something beyond asking and answering.
    Effort {
        op: OpId,
        node: NodeId,
        key: KeyId,
        effort: Effort,
    },
    Sent {
        message: MessageId,
        from: NodeId,
        to: NodeId,
        kind: MessageKind,
        carries: Option<WriteId>,
        arrives: SimTime,
        /// What it was sent for, where that is one operation of a client and the message names it.
        op: Option<OpId>,
    },
    Delivered {
        message: MessageId,
        from: NodeId,
        to: NodeId,
        kind: MessageKind,
        carries: Option<WriteId>,
        /// As of [`Self::Sent`].
        op: Option<OpId>,
    },
    /// It reached a frozen replica and waits there.
    Queued {
        message: MessageId,
        to: NodeId,
    },
    Died {
        message: MessageId,
        from: NodeId,
        to: NodeId,
        kind: MessageKind,
        carries: Option<WriteId>,
        death: Death,
    },
    /// A replica's contents of a key changed; `over` is what gave way, with the newcomer's relation to it.
    Stored {
        node: NodeId,
        key: KeyId,
        write: WriteId,
        content: u64,
        over: Option<(WriteId, Relation)>,
    },
    /// A version came to a replica and waits there, unseen, until the replica reflects what it depends on;
    /// `waits_for` is the first such write.
    HeldBack {
        node: NodeId,
        key: KeyId,
        write: WriteId,
        waits_for: WriteId,
    },
    /// A version came to a replica and lost to what it held.
    Kept {
        node: NodeId,
        key: KeyId,
        write: WriteId,
        winner: WriteId,
        relation: Relation,
    },
    /// The replica that an operation went to may not serve it by its client's `guarantee`: another one is
    /// asked.
    Redirected {
        op: OpId,
        from: NodeId,
        to: NodeId,
        guarantee: Guarantee,
    },
    /// As [`Self::Redirected`], but it waits there until the replica may.
    Waits {
        op: OpId,
        node: NodeId,
        guarantee: Guarantee,
    },
    /// The replica of a sticky session was down: the load balancer bound it to another.
    Rebound {
        client: ClientId,
        from: NodeId,
        to: NodeId,
    },
    /// A replica gave up a write that it had. `content` names what it holds of the key once all is done,
    /// `instead` the write that is.
    Discarded {
        node: NodeId,
        key: KeyId,
        write: WriteId,
        why: Discard,
        content: u64,
        instead: Option<WriteId>,
    },
    /// Something happened to a member of a replica set, or its monitor made it out.
    News {
        node: NodeId,
        news: News,
    },
    Answered {
        op: OpId,
        outcome: Outcome,
    },
    /// A write is kept for a replica that could not be given it; `over` is what gave way to it there.
    Hinted {
        holder: NodeId,
        target: NodeId,
        key: KeyId,
        write: WriteId,
        over: Option<(WriteId, Relation)>,
    },
    /// A replica has what was kept for it.
    HandedBack {
        holder: NodeId,
        target: NodeId,
        key: KeyId,
        write: WriteId,
    },
    /// A replica changed its mind about another, rightly or wrongly.
    Believes {
        by: NodeId,
        about: NodeId,
        belief: Belief,
    },
    /// A replica forgot a tombstone, and holds nothing of the key.
    Purged {
        node: NodeId,
        key: KeyId,
        write: WriteId,
    },
    /// What was kept for a replica became too old to be safe and was thrown away.
    HintExpired {
        holder: NodeId,
        target: NodeId,
        key: KeyId,
        write: WriteId,
    },
    CutMade {
        id: CutId,
    },
    CutHealed {
        id: CutId,
        killed: u64,
    },
    Crashed {
        node: NodeId,
    },
    /// Its disk is gone, with so many hints that it kept for others.
    Destroyed {
        node: NodeId,
        hints: u32,
    },
    Restarted {
        node: NodeId,
    },
    Frozen {
        node: NodeId,
    },
    /// It handled so many queued messages.
    Thawed {
        node: NodeId,
        queued: u32,
    },
    /// A hand was laid on a message on its way.
    Operated {
        message: MessageId,
        from: NodeId,
        to: NodeId,
        surgery: Surgery,
    },
    /// A knob was turned, a clock set, a key named, the workload switched.
    Turned(Arc<Command>),
}

/// How a message ended without arriving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// The link lost it.
    Lost,
    /// It met a wall.
    Cut(CutId),
    /// The target was down.
    Down,
    /// The target is frozen and its queue of waiting messages is full.
    Full,
}

/// How an operation ended for its client.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Written(WriteId),
    /// A write was done; so many of the replicas that its client waited for have it (WAIT). Fewer than
    /// wanted undo nothing.
    Waited {
        write: WriteId,
        replicas: u16,
        wanted: u16,
    },
    Found(Held),
    /// Judged before anything was sent: it did not happen.
    Unavailable {
        required: u16,
        alive: u16,
    },
    /// The primary has heard from too few replicas lately: refused (NOREPLICAS).
    NoReplicas {
        good: u16,
        required: u16,
    },
    /// Who was asked is not the primary: refused (READONLY).
    NotPrimary {
        primary: Option<NodeId>,
    },
    /// A conditional write, and what it asked for did not hold: nothing was done. `found` is there instead.
    ConditionFailed {
        found: Option<WriteId>,
    },
    /// The write region held it back, since this region would fall behind further than the bound allows:
    /// nothing was done.
    Throttled {
        region: usize,
    },
    /// Nobody answered the client: it did not happen.
    CoordinatorDown,
    /// No replica that was asked may serve it by the client's guarantee: a read would have shown too little,
    /// a write would have come before what it must follow. Nothing was done.
    NotFresh(Guarantee),
    /// No answer in time. A write may have happened, may still happen, or never.
    TimedOut {
        received: u16,
        required: u16,
    },
    /// The coordinator crashed while at it: as a timeout, only known sooner.
    CoordinatorCrashed,
}

impl What {
    /// Whether some replica's data is different after it.
    pub fn changes_data(&self) -> bool {
        matches!(self, Self::Stored { .. } | Self::Discarded { .. })
    }
}

impl Outcome {
    /// Answered without error.
    pub fn is_ok(&self) -> bool {
        matches!(self, Self::Written(_) | Self::Waited { .. } | Self::Found(_))
    }

    /// An error, and certain that nothing was done.
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Unavailable { .. }
            | Self::NoReplicas { .. }
            | Self::NotPrimary { .. }
            | Self::ConditionFailed { .. }
            | Self::Throttled { .. }
            | Self::CoordinatorDown
            | Self::NotFresh(_) => true,
            Self::Written(_)
            | Self::Waited { .. }
            | Self::Found(_)
            | Self::TimedOut { .. }
            | Self::CoordinatorCrashed => false,
        }
    }
}
