//! Requests that another replica must coordinate.
//!
//! ```text
//! client ── X (no replica of the key) ── request ──► A (a replica, believed up) ── writes ──► B, C
//!        ◄─ X ◄───────────────────────── answer ──── A ◄───────────────────────── acks ───── B, C
//! ```
//!
//! Dynamo §4.5: a request that lands on a node outside the preference list is forwarded to the first of it.
//! The answer takes the same way back; if either is lost, the client waits until it times out, and knows
//! nothing.

use std::collections::VecDeque;

use crate::{
    action::{Act, Coordinator, Operation},
    base::{KeyId, NodeId, OpId},
};

use super::{Answer, Body, Effort, Forwarded, Output, Replica, Request, Surroundings, Timer};

/// Requests of others that it took up lately, so that none is taken up twice. Volatile.
#[derive(Debug, Clone, Default)]
pub(super) struct TakenOver(VecDeque<(OpId, u64)>);

/// So many are remembered.
const MOST_TAKEN_OVER: usize = 256;

impl TakenOver {
    /// Remembers this try of the operation; `false` where it did already.
    fn admits(&mut self, op: (OpId, u64)) -> bool {
        if self.0.contains(&op) {
            return false;
        }
        if self.0.len() == MOST_TAKEN_OVER {
            self.0.pop_front();
        }
        self.0.push_back(op);
        true
    }
}

impl Replica {
    /// Whether somebody else has to coordinate this.
    pub(super) fn must_forward(&self, key: KeyId, act: &Act, around: &Surroundings<'_>) -> bool {
        if around.placement.is_owner(self.id, key) {
            return false;
        }
        let rules = around.settings.leaderless().map_or(Coordinator::Any, |rules| rules.coordinator);
        let keeps_history =
            around.settings.kind(key).is_state() || around.settings.conflicts_of(key).keeps_siblings();
        rules == Coordinator::Replica || act.operation() == Operation::Write && keeps_history
    }

    /// Hands the request on to the first replica of the key that it believes up.
    pub(super) fn forward(&self, request: &Request<'_>, around: &Surroundings<'_>, out: &mut Vec<Output>) {
        let Request { op, cause, key, block_for, timeout, client, .. } = *request;
        let Some(to) = self.by_nearness(key, around).into_iter().next() else {
            let answer = Answer::Unavailable { required: block_for.count, alive: 0 };
            self.reply((op, client), answer, out);
            return;
        };
        out.push(Output::Effort { op, key, effort: Effort::Forwarded { to } });
        let (act, context, after) = (request.act.clone(), request.context.clone(), request.after.clone());
        let forwarded = Forwarded { op, cause, key, act, block_for, context, timeout, client, after };
        out.push(Output::Send { to, body: Body::Forward(Box::new(forwarded)) });
    }

    /// Coordinates what another replica handed on, for as long as the client waits.
    pub(super) fn take_over(
        &mut self,
        forwarded: &Forwarded,
        around: &mut Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        let Forwarded { op, cause, key, block_for, timeout, client, .. } = *forwarded;
        // A link may deliver twice, and a request is taken up once.
        if !self.taken_over.admits((op, cause)) {
            return;
        }
        let Forwarded { act, context, after, .. } = forwarded;
        let request = Request {
            op,
            cause,
            key,
            act,
            block_for,
            wait: None,
            context,
            timeout,
            client,
            freshness: None,
            last_read: None,
            after,
        };
        self.handle_request(&request, around, out);
        out.push(Output::Arm { timer: Timer::GiveUp { op, cause }, after: timeout });
    }

    /// Answers a client: at once if it stands here, over the network if not.
    pub(super) fn reply(&self, (op, client): (OpId, NodeId), answer: Answer, out: &mut Vec<Output>) {
        out.push(if client == self.id {
            Output::Reply { op, answer }
        } else {
            Output::Send { to: client, body: Body::Answer { op, answer } }
        });
    }
}
