//! Writes that a coordinator still owes to some replica: it sends them again until all have acknowledged.
//!
//! Volatile. Kept apart from the operations that wait for answers, since a client may have its answer long
//! before the last replica has the write.

use crate::base::{KeyId, NodeId, OpId, OpTable};
use crate::data::Held;

use super::{Body, Output, Replica, Surroundings, Timer};

pub(super) type Deliveries = OpTable<Delivery>;

#[derive(Debug, Clone)]
pub(super) struct Delivery {
    cause: u64,
    key: KeyId,
    held: Held,
    owed_to: Vec<NodeId>,
    /// How often it has been sent.
    attempt: u32,
}

impl Replica {
    /// Follows a write that was just sent to `owed_to`, where the rules say that it is sent again.
    pub(super) fn follow_delivery(
        &mut self,
        (op, cause): (OpId, u64),
        (key, held): (KeyId, &Held),
        owed_to: Vec<NodeId>,
        around: &Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        let Some(after) = around.settings.leaderless().and_then(|rules| rules.retransmit) else { return };
        if owed_to.is_empty() {
            return;
        }
        self.deliveries.insert(op, Delivery { cause, key, held: held.clone(), owed_to, attempt: 1 });
        out.push(Output::Arm { timer: Timer::Retransmit { op, cause }, after });
    }

    /// `from` has the write.
    pub(super) fn delivered(&mut self, op: OpId, from: NodeId) {
        if let Some(delivery) = self.deliveries.get_mut(op) {
            delivery.owed_to.retain(|node| *node != from);
            if delivery.owed_to.is_empty() {
                self.deliveries.remove(op);
            }
        }
    }

    /// Sends a write again to whoever still lacks it.
    pub(super) fn deliver_again(&mut self, op: OpId, around: &Surroundings<'_>, out: &mut Vec<Output>) {
        let Some(delivery) = self.deliveries.get_mut(op) else { return };
        let Some(after) = around.settings.leaderless().and_then(|rules| rules.retransmit) else {
            self.deliveries.remove(op);
            return;
        };
        // Who holds the key no more would never acknowledge.
        let key = delivery.key;
        delivery.owed_to.retain(|node| around.placement.is_owner(*node, key));
        if delivery.owed_to.is_empty() {
            self.deliveries.remove(op);
            return;
        }
        let attempt = delivery.attempt;
        delivery.attempt += 1;
        for to in &delivery.owed_to {
            let body =
                Body::Write { op, key: delivery.key, held: delivery.held.clone(), attempt, instead_of: None };
            out.push(Output::Send { to: *to, body });
        }
        out.push(Output::Arm { timer: Timer::Retransmit { op, cause: delivery.cause }, after });
    }

    /// Writes still owed: to whom, of which key, and what.
    pub fn owed(&self) -> impl Iterator<Item = (NodeId, KeyId, &Held)> {
        self.deliveries.iter().flat_map(|(_, delivery)| {
            delivery.owed_to.iter().map(|node| (*node, delivery.key, &delivery.held))
        })
    }
}
