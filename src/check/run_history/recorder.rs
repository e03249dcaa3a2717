//! Facts → operations and faults.

use std::sync::Arc;

use super::{Accepted, Fault, FaultKind, Nodes, Point, RunHistory, RunOperation, Shelf};
use crate::{
    action::{Act, Command},
    base::{NodeId, OpId, Position},
    check::Ledger,
    data::Version,
    replica::{Effort, MessageKind},
    sim::{Fact, Outcome, Simulation, What},
};

/// Follows the facts of a run from its start and keeps its history. The default keeps all of it, and its memory grows
/// with the run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recorder {
    history: RunHistory,
    points: u64,
    last_accepted: Option<OpId>,
}

/// What a run that is watched keeps of its history.
const NEWEST_OPERATIONS: usize = 1_000;
const NEWEST_FAULTS: usize = 250;

impl Recorder {
    /// One that keeps the newest [`NEWEST_OPERATIONS`] and [`NEWEST_FAULTS`], and a few more.
    pub fn of_newest() -> Self {
        let history = RunHistory {
            operations: Shelf::of_newest(NEWEST_OPERATIONS),
            faults: Shelf::of_newest(NEWEST_FAULTS),
            revision: 0,
        };
        Self { history, ..Self::default() }
    }

    /// What has been recorded up to now.
    pub fn history(&self) -> &RunHistory {
        &self.history
    }

    /// How much a copy costs, in things of about fifty bytes.
    pub(crate) fn weight(&self) -> u64 {
        self.history.operations.weight() + self.history.faults.weight()
    }

    /// Follows the facts of one step, after the ledger has.
    pub fn observe_all(&mut self, facts: &[Fact], simulation: &Simulation, ledger: &Ledger) {
        for fact in facts {
            match &fact.what {
                // Most facts are of these kinds, and of no operation or changing nothing.
                What::Sent { op: None, .. } | What::Delivered { op: None, .. } | What::Stored { .. } => {}
                _ => self.observe(fact, simulation, ledger),
            }
        }
    }

    /// Follows one fact. `simulation` and `ledger` stand at or a little after it: the ledger still remembers the
    /// operation, and a cut that was made still stands.
    #[expect(clippy::too_many_lines, reason = "one arm for each kind of fact")]
    pub fn observe(&mut self, fact: &Fact, simulation: &Simulation, ledger: &Ledger) {
        let at = fact.at;
        match &fact.what {
            What::Asked { op, client, node, key, level, required, act } => {
                let invoked = self.point(at);
                self.history.revision += 1;
                self.history.operations.push(RunOperation {
                    op: *op,
                    client: *client,
                    key: *key,
                    act: Arc::clone(act),
                    level: *level,
                    required: *required,
                    invoked,
                    returned: None,
                    answer: None,
                    contacts: Nodes::of(*node),
                    coordinator: None,
                    asked: Nodes::default(),
                    answered: Nodes::default(),
                    accepted: None,
                    staleness: None,
                });
            }
            What::Redirected { op, to, .. } => {
                if let Some(operation) = self.find(*op) {
                    operation.contacts.push(*to);
                }
            }
            What::Accepted { op, node, version } => self.accepted(*op, *node, version, at, simulation),
            // Its own write waits for what must come before it: the coordinator does not count yet.
            What::HeldBack { node, write, .. } => {
                if let Some(operation) = self.last_accepted.and_then(|op| self.find(op))
                    && operation.write() == Some(*write)
                    && operation.coordinator == Some(*node)
                {
                    operation.answered.forget(*node);
                }
            }
            What::Effort { op, node, effort: Effort::StoodIn { node: stand_in, .. }, .. }
                if node == stand_in =>
            {
                if let Some(operation) = self.find(*op) {
                    operation.asked.note(*node);
                    operation.answered.note(*node);
                }
            }
            What::Sent { from, to, kind, op: Some(op), .. } => {
                self.sent(*op, (*from, *to), *kind, simulation);
            }
            What::Delivered { from, kind, op: Some(op), .. } => {
                let answers =
                    matches!(kind, MessageKind::WriteAck | MessageKind::ReadReply | MessageKind::Digest);
                if answers && let Some(operation) = self.open(*op) {
                    operation.answered.note(*from);
                }
            }
            What::Answered { op, outcome } => self.answered(*op, outcome, at, simulation, ledger),
            What::Effort { .. }
            | What::Sent { op: None, .. }
            | What::Delivered { op: None, .. }
            | What::Died { .. }
            | What::Queued { .. }
            | What::Stored { .. }
            | What::Kept { .. }
            | What::Waits { .. }
            | What::Rebound { .. }
            | What::Discarded { .. }
            | What::News { .. }
            | What::Hinted { .. }
            | What::HandedBack { .. }
            | What::Believes { .. }
            | What::Purged { .. }
            | What::Operated { .. }
            | What::HintExpired { .. } => {}
            What::CutMade { id } => {
                let standing = simulation.cuts().standing().iter().find(|cut| cut.id == *id);
                if let Some(cut) = standing {
                    let (name, shape) = (cut.name.clone(), cut.shape.clone());
                    self.befell(at, FaultKind::Cut { id: *id, name, shape });
                }
            }
            What::CutHealed { id, killed } => self.befell(at, FaultKind::Healed { id: *id, killed: *killed }),
            What::Crashed { node } => self.befell(at, FaultKind::Crashed(*node)),
            What::Destroyed { node, hints } => {
                self.befell(at, FaultKind::Destroyed { node: *node, hints: *hints });
            }
            What::Restarted { node } => self.befell(at, FaultKind::Restarted(*node)),
            What::Frozen { node } => self.befell(at, FaultKind::Frozen(*node)),
            What::Thawed { node, .. } => self.befell(at, FaultKind::Thawed(*node)),
            What::Turned(command) => {
                if !matches!(**command, Command::NameKey(_)) {
                    self.befell(at, FaultKind::Turned(Arc::clone(command)));
                }
            }
        }
    }

    /// What has been recorded.
    pub fn finish(self) -> RunHistory {
        self.history
    }

    fn point(&mut self, at: Position) -> Point {
        let order = self.points;
        self.points += 1;
        Point { order, at }
    }

    fn find(&mut self, op: OpId) -> Option<&mut RunOperation> {
        let place = self.history.place_of(op)?;
        self.history.revision += 1;
        self.history.operations.get_mut(place)
    }

    /// An operation whose client still waits.
    fn open(&mut self, op: OpId) -> Option<&mut RunOperation> {
        self.history.operation(op).filter(|operation| operation.returned.is_none())?;
        self.find(op)
    }

    fn accepted(
        &mut self,
        op: OpId,
        node: NodeId,
        version: &Arc<Version>,
        at: Position,
        simulation: &Simulation,
    ) {
        let owner = simulation.settings().primary().is_some()
            || simulation.owners(version.key).any(|owner| owner == node);
        self.last_accepted = Some(op);
        let Some(operation) = self.find(op) else { return };
        operation.accepted = Some(Accepted { at, version: Arc::clone(version) });
        operation.coordinator = Some(node);
        if owner {
            operation.asked.note(node);
            if operation.returned.is_none() {
                operation.answered.note(node);
            }
        }
    }

    fn sent(&mut self, op: OpId, (from, to): (NodeId, NodeId), kind: MessageKind, simulation: &Simulation) {
        let asks = matches!(kind, MessageKind::Write | MessageKind::Read);
        let hands_back = kind == MessageKind::Forwarded;
        if !asks && !hands_back {
            return;
        }
        let Some(operation) = self.find(op) else { return };
        let first = operation.coordinator.is_none();
        operation.coordinator.get_or_insert(from);
        if hands_back {
            return;
        }
        // A coordinator reads what it holds itself before it asks others.
        let reads = first && *operation.act == Act::Read;
        if reads && simulation.owners(operation.key).any(|owner| owner == from) {
            operation.asked.note(from);
            operation.answered.note(from);
        }
        operation.asked.note(to);
    }

    fn answered(
        &mut self,
        op: OpId,
        outcome: &Outcome,
        at: Position,
        simulation: &Simulation,
        ledger: &Ledger,
    ) {
        let returned = self.point(at);
        let leaderless = simulation.settings().leaderless().is_some();
        let Some(operation) = self.find(op) else { return };
        operation.returned = Some(returned);
        operation.answer = Some(outcome.clone());
        operation.staleness = ledger.answered(op).and_then(|answered| answered.staleness.clone());
        if leaderless && matches!(outcome, Outcome::Found(_)) && operation.asked.is_empty() {
            // Answered from what the coordinator holds.
            let contact = operation.contacts.last().copied();
            operation.coordinator = operation.coordinator.or(contact);
            if let Some(node) = operation.coordinator {
                operation.asked.note(node);
                operation.answered.note(node);
            }
        }
    }

    fn befell(&mut self, at: Position, kind: FaultKind) {
        let at = self.point(at);
        self.history.faults.push(Fault { at, kind });
        self.history.revision += 1;
    }
}
