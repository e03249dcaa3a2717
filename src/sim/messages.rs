//! Sending and arriving. Loss is drawn when a message is sent and happens when it would arrive; walls and
//! crashes are judged at arrival.

use crate::{
    base::{KeyId, MessageId, NodeId, SimTime},
    data::{Held, Stamp},
    net::MessageName,
    replica::Body,
};

use super::{Death, Event, Fact, Simulation, Status, What};

/// So many messages wait at a frozen replica; as with a socket's buffer, what comes after that is lost.
const MAX_INBOX: usize = 4_096;

#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) id: MessageId,
    pub(super) from: NodeId,
    pub(super) to: NodeId,
    pub(super) sent: SimTime,
    pub(super) lost: bool,
    /// What names it for its randomness: its operation or round.
    pub(super) cause: u64,
    /// The sender's clock of stamps.
    pub(super) stamp: Stamp,
    pub(super) body: Body,
}

impl Message {
    /// What names it for its randomness, beside its link.
    pub(super) fn name(&self) -> MessageName {
        name(&self.body, self.cause)
    }

    /// What the target would merge into `key`.
    pub(super) fn contents_of(&self, key: KeyId) -> impl Iterator<Item = &Held> {
        let single = match &self.body {
            Body::Write { key: k, held, .. }
            | Body::Hint { key: k, held, .. }
            | Body::Repair { key: k, held, .. }
                if *k == key =>
            {
                Some(held)
            }
            Body::Write { .. }
            | Body::Hint { .. }
            | Body::HintAck { .. }
            | Body::Heartbeat { .. }
            | Body::Digest { .. }
            | Body::Repair { .. }
            | Body::RepairAck { .. }
            | Body::Forward(_)
            | Body::Answer { .. }
            | Body::WriteAck { .. }
            | Body::Read { .. }
            | Body::ReadReply { .. }
            | Body::Sync { .. }
            | Body::SyncReply { .. }
            | Body::Compare(_)
            | Body::Stream(_) => None,
        };
        let many = self.body.payload().iter().filter(move |(k, _)| *k == key).map(|(_, held)| held);
        single.into_iter().chain(many)
    }
}

fn name(body: &Body, cause: u64) -> MessageName {
    MessageName { kind: body.kind() as u64, cause, attempt: u64::from(body.attempt()) }
}

impl Simulation {
    /// Sends what `cause` made a replica say.
    pub(super) fn send(
        &mut self,
        (from, to): (NodeId, NodeId),
        body: Body,
        cause: u64,
        facts: &mut Vec<Fact>,
    ) {
        self.note_sent(from, &body);
        let physical = self.clock(from);
        let stamp = self.nodes[from.index()].replica.send_stamp(self.settings.clocks, physical);
        let cause = body.own_cause().unwrap_or(cause);
        let name = name(&body, cause);
        let fate = match &body {
            Body::Stream(message) => {
                self.network.stream_fate(self.seed, (from, to, message.channel()), name, self.now)
            }
            Body::Write { .. }
            | Body::WriteAck { .. }
            | Body::Read { .. }
            | Body::ReadReply { .. }
            | Body::Sync { .. }
            | Body::SyncReply { .. }
            | Body::Compare(_)
            | Body::Hint { .. }
            | Body::HintAck { .. }
            | Body::Heartbeat { .. }
            | Body::Digest { .. }
            | Body::Repair { .. }
            | Body::RepairAck { .. }
            | Body::Forward(_)
            | Body::Answer { .. } => self.network.fate(self.seed, from, to, name, self.now),
        };
        if let Some(copy) = fate.duplicate {
            self.dispatch((from, to), (body.clone(), cause, stamp), (copy, false), facts);
        }
        self.dispatch((from, to), (body, cause, stamp), (fate.arrives, fate.lost), facts);
    }

    pub(super) fn dispatch(
        &mut self,
        (from, to): (NodeId, NodeId),
        (body, cause, stamp): (Body, u64, Stamp),
        (arrives, lost): (SimTime, bool),
        facts: &mut Vec<Fact>,
    ) {
        let id = self.next_message;
        self.next_message.0 = self.next_message.0.wrapping_add(1);
        let (kind, carries, op) = (body.kind(), body.carries(), body.op());
        self.record(facts, What::Sent { message: id, from, to, kind, carries, arrives, op });
        self.in_flight += 1;
        let message = Message { id, from, to, sent: self.now, lost, cause, stamp, body };
        self.queue.push(arrives, Event::Arrival(message));
    }

    pub(super) fn arrive(&mut self, message: Message, facts: &mut Vec<Fact>) {
        self.in_flight -= 1;
        let target = &mut self.nodes[message.to.index()];
        let death = if message.lost {
            Some(Death::Lost)
        } else if let Some(cut) = self.cuts.kill(message.from, message.to) {
            Some(Death::Cut(cut))
        } else if target.status == Status::Crashed {
            target.killed += 1;
            Some(Death::Down)
        } else if target.status == Status::Frozen && target.inbox.len() >= MAX_INBOX {
            target.killed += 1;
            Some(Death::Full)
        } else {
            None
        };
        match death {
            Some(death) => self.bury(&message, death, facts),
            None if target.status == Status::Frozen => {
                let (id, to) = (message.id, message.to);
                target.inbox.push(message);
                self.record(facts, What::Queued { message: id, to });
            }
            None => self.deliver(&message, facts),
        }
    }

    pub(super) fn bury(&self, message: &Message, death: Death, facts: &mut Vec<Fact>) {
        let &Message { id, from, to, .. } = message;
        let (kind, carries) = (message.body.kind(), message.body.carries());
        self.record(facts, What::Died { message: id, from, to, kind, carries, death });
    }

    pub(super) fn deliver(&mut self, message: &Message, facts: &mut Vec<Fact>) {
        let &Message { id, from, to, .. } = message;
        let (kind, carries, op) = (message.body.kind(), message.body.carries(), message.body.op());
        self.record(facts, What::Delivered { message: id, from, to, kind, carries, op });
        self.note_heard(message);
        #[cfg(test)]
        if self.delivers_wrongly(message, facts) {
            return;
        }
        self.act(to, message.cause, facts, |replica, around, out| {
            replica.hear(message.stamp, around);
            replica.handle_message(from, &message.body, around, out);
        });
    }
}
