//! Session guarantees at work: which replica may serve which client, and what becomes of an operation whose
//! replica may not (Terry et al. 1994, §4; the table of SEMANTICS §9).
//!
//! ```text
//! read    of one copy: the coordinator's own; of several: what they hold together   ─┐ reflects the
//! write   the coordinator's own copies, before it is taken                          ─┘ client's token?
//!         yes: served      no: fail │ redirect: the next replica │ wait: until it does
//! ```

use std::sync::Arc;

use crate::{
    action::{Act, Guarantee, Means, WhenUnable},
    base::{KeyId, NodeId, OpId, Span},
    data::{Dependencies, Held},
    session::Owed,
};

use super::{
    Event, Fact, Outcome, Simulation, What,
    clients::{Client, Open},
};

/// A coordinator that holds no copy itself asks again after so long.
const ASK_AGAIN: Span = Span::millis(50);

impl Client {
    /// What the answer of a read that is asked now is held to.
    pub(super) fn owed(&self, act: &Act, key: KeyId) -> Option<Owed> {
        let checks = match (act, self.policy.by) {
            (Act::Read, Means::Token) => !self.policy.guarantees.is_empty(),
            (Act::Read, Means::Sticky | Means::Quorum) | (Act::Write { .. } | Act::Update(_), _) => false,
        };
        checks.then(|| self.session.owed(key)).flatten()
    }

    /// What a write that is asked now must come after.
    pub(super) fn after(&self, act: &Act) -> Dependencies {
        match act {
            Act::Write { .. } | Act::Update(_) => self.session.after(&self.policy),
            Act::Read => None,
        }
    }
}

impl Simulation {
    /// The guarantee that an answer with `held` would break.
    pub(super) fn broken_by(&self, open: &Open, held: &Held) -> Option<Guarantee> {
        #[cfg(test)]
        if self.ignores_tokens() {
            return None;
        }
        let owed = open.owed.as_ref()?;
        let conflicts = self.settings.conflicts_of(open.key);
        let policy = &self.clients[usize::from(open.client.0)].policy;
        let breaks = |guarantee: &&Guarantee| owed.is_broken(**guarantee, held, conflicts);
        policy.guarantees.iter().find(breaks).copied()
    }

    /// The guarantee for which the replica of a write is not eligible: it does not reflect all that the
    /// write must come after, as far as it holds copies of that.
    pub(super) fn lacking(&self, op: OpId) -> Option<Guarantee> {
        let open = self.open.get(op)?;
        let replica = &self.nodes[open.node.index()].replica;
        let after = open.after.as_deref()?;
        let missing = replica.unmet(after, self.placement(), &self.settings).next()?;
        let client = &self.clients[usize::from(open.client.0)];
        let own = client.session.has_written(missing) && client.policy.promises(Guarantee::MonotonicWrites);
        Some(if own { Guarantee::MonotonicWrites } else { Guarantee::WritesFollowReads })
    }

    /// The replica of an operation is not eligible.
    pub(super) fn unable(&mut self, op: OpId, guarantee: Guarantee, facts: &mut Vec<Fact>) {
        let Some(open) = self.open.get_mut(op) else { return };
        let (node, key, act) = (open.node, open.key, Arc::clone(&open.act));
        let client = &self.clients[usize::from(open.client.0)];
        match client.policy.when_unable {
            WhenUnable::Fail => self.finish(op, Outcome::NotFresh(guarantee), facts),
            WhenUnable::Redirect => {
                open.tried.push(node);
                let (at, tried) = (client.at, open.tried.clone());
                let Some(to) = self.nearest_up(at, &tried) else {
                    return self.finish(op, Outcome::NotFresh(guarantee), facts);
                };
                if let Some(open) = self.open.get_mut(op) {
                    open.node = to;
                }
                self.record(facts, What::Redirected { op, from: node, to, guarantee });
                self.hand_over(op, facts);
            }
            WhenUnable::Wait => {
                let first = open.waits_for.replace(guarantee).is_none() && open.tries <= 1;
                self.anybody_waits = true;
                if first {
                    self.record(facts, What::Waits { op, node, guarantee });
                }
                if !self.placement().is_owner(node, key) && matches!(*act, Act::Read) {
                    self.queue.push(self.now + ASK_AGAIN, Event::AskAgain(op));
                }
            }
        }
    }

    /// What is held at `node` has changed: operations that wait there may be served now.
    pub(super) fn wake(&mut self, node: NodeId, facts: &mut Vec<Fact>) {
        self.anybody_waits = self.open.iter().any(|(_, open)| open.waits_for.is_some());
        let waits = |open: &Open| open.node == node && open.waits_for.is_some();
        let waiting: Vec<OpId> = self.open.iter().filter(|(_, o)| waits(o)).map(|(op, _)| op).collect();
        for op in waiting {
            // What one of them stored may have served the next already.
            let Some(open) = self.open.get(op).filter(|open| waits(open)) else { continue };
            let eligible = match &*open.act {
                Act::Write { .. } | Act::Update(_) => self.lacking(op).is_none(),
                Act::Read => {
                    self.placement().is_owner(node, open.key)
                        && self.broken_by(open, self.held(node, open.key)).is_none()
                }
            };
            if eligible {
                self.hand_over(op, facts);
            }
        }
    }

    /// A coordinator without a copy of its own asks once more.
    pub(super) fn ask_again(&mut self, op: OpId, facts: &mut Vec<Fact>) {
        if self.open.get(op).is_some_and(|open| open.waits_for.is_some()) {
            self.hand_over(op, facts);
        }
    }
}
