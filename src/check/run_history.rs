//! The history of one run: every operation of every client, and every fault, on one axis. A [`Recorder`] keeps it
//! beside a run: whole, for whoever exports or judges it in the end, or the newest part of it, which is rewound
//! with the run and costs next to nothing to copy.
//!
//! ```text
//! recorder   facts → operations and faults
//! shelf      a list that may forget its beginning and is cheap to copy
//! nodes      a few replicas
//! standing   what the ledger and the log of anomalies say of each operation
//! modelled   operations → what a model (a register, a set) makes of them, by processes as Jepsen numbers them
//! ```

mod modelled;
mod nodes;
mod recorder;
mod shelf;
mod standing;

pub use modelled::{Event, EventKind, Modelled, Unmodelled};
pub use nodes::Nodes;
pub use recorder::Recorder;
pub use shelf::Shelf;
pub use standing::{Standing, Wrongs};

use std::sync::Arc;

use super::{Staleness, history};
use crate::{
    action::{Act, Command, Level},
    base::{ClientId, CutId, KeyId, NodeId, OpId, Position, WriteId},
    data::Version,
    net::CutShape,
    sim::Outcome,
};

/// A place on the axis of a history. Several things share a step: `order` counts invocations, returns and faults from
/// 0, in the order of their facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    pub order: u64,
    pub at: Position,
}

/// One operation of a client, from its invocation to whatever became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct RunOperation {
    pub op: OpId,
    pub client: ClientId,
    pub key: KeyId,
    pub act: Arc<Act>,
    pub level: Level,
    /// How many replicas had to answer.
    pub required: u16,
    pub invoked: Point,
    /// `None`: its client was still waiting when the run ended.
    pub returned: Option<Point>,
    /// What its client was told.
    pub answer: Option<Outcome>,
    /// The replica that its client asked first, and those that it was redirected to, in order.
    pub contacts: Nodes,
    /// Who coordinated it; `None` where nobody is known to have taken it up. A primary's read is one of these.
    pub coordinator: Option<NodeId>,
    /// Replicas that were asked to read or to take the write, the coordinator included where it is one. Under a
    /// primary only the coordinator is told of.
    pub asked: Nodes,
    /// Those of them that had answered the coordinator when the client had its answer.
    pub answered: Nodes,
    /// What a write became, even if that was after its client had given up.
    pub accepted: Option<Accepted>,
    /// How far behind what a read returned was.
    pub staleness: Option<Staleness>,
}

/// A write with its version.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    pub at: Position,
    pub version: Arc<Version>,
}

/// Something that befell the cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    pub at: Point,
    pub kind: FaultKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum FaultKind {
    Cut {
        id: CutId,
        name: Option<Arc<str>>,
        shape: CutShape,
    },
    Healed {
        id: CutId,
        killed: u64,
    },
    Crashed(NodeId),
    Destroyed {
        node: NodeId,
        hints: u32,
    },
    Restarted(NodeId),
    Frozen(NodeId),
    Thawed(NodeId),
    /// A knob, a clock, a link, a client's rules, the workload.
    Turned(Arc<Command>),
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunHistory {
    /// By invocation; what it has forgotten, [`Shelf::forgotten`] counts.
    pub operations: Shelf<RunOperation>,
    pub faults: Shelf<Fault>,
    /// Grows with every change: a history with the same number of the same run is the same.
    pub revision: u64,
}

impl RunHistory {
    /// The operation of that name, while it is kept.
    pub fn operation(&self, op: OpId) -> Option<&RunOperation> {
        self.operations.get(self.place_of(op)?)
    }

    /// Operations are numbered one after the other: mostly a name tells the place.
    fn place_of(&self, op: OpId) -> Option<usize> {
        let guess = op.0.checked_sub(self.operations.first()?.op.0)? as usize;
        let is_there = |place: usize| self.operations.get(place).is_some_and(|operation| operation.op == op);
        if is_there(guess) {
            return Some(guess);
        }
        Some(self.operations.partition_point(|operation| operation.op < op)).filter(|place| is_there(*place))
    }

    /// Whether it tells of everything since the run began.
    pub fn is_whole(&self) -> bool {
        self.operations.forgotten() == 0 && self.faults.forgotten() == 0
    }
}

impl RunOperation {
    /// `Fail` where nothing was done for certain, `Unknown` where nobody can tell: no answer in time, the coordinator
    /// crashed, or the run ended first.
    pub fn outcome(&self) -> history::Outcome {
        match &self.answer {
            Some(answer) if answer.is_ok() => history::Outcome::Ok,
            Some(answer) if answer.is_refusal() => history::Outcome::Fail,
            Some(_) | None => history::Outcome::Unknown,
        }
    }

    /// The writes that it is about: its own, or those that a read returned.
    pub fn versions(&self) -> &[Arc<Version>] {
        match (&self.answer, &self.accepted) {
            (Some(Outcome::Found(held)), _) => held.versions(),
            (_, Some(accepted)) => std::slice::from_ref(&accepted.version),
            (_, None) => &[],
        }
    }

    pub fn write(&self) -> Option<WriteId> {
        self.accepted.as_ref().map(|accepted| accepted.version.id)
    }
}
