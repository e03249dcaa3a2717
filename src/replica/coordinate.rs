//! Coordination: what a replica does for a client, and how it counts the answers.

use std::sync::Arc;

use crate::{
    action::{Act, Context, Propagation, Settings},
    base::{KeyId, NodeId, OpId, OpTable, WriteId},
    data::{Conflicts, Dot, Held, Stamp, State, Update, Value, Version, VersionVector},
};

use super::{Answer, Body, Output, Replica, Request, Surroundings, hints::HintFate, owners};

/// Operations that wait for answers. An answer that finds no entry came after the client had its own.
pub(super) type Pending = OpTable<Waiting>;

#[derive(Debug, Clone)]
pub(super) struct Waiting {
    key: KeyId,
    required: u16,
    received: u16,
    /// Who has answered: a link may deliver an answer twice, and a replica counts once.
    answered: Vec<NodeId>,
    answer: Answer,
}

impl Waiting {
    /// Counts the first answer of a replica.
    fn hear(&mut self, from: NodeId) -> bool {
        let first = !self.answered.contains(&from);
        if first {
            self.answered.push(from);
            self.received += 1;
        }
        first
    }
}

impl Replica {
    /// Coordinates a client's request.
    pub fn handle_request(
        &mut self,
        request: &Request<'_>,
        around: &mut Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        if self.member.is_some() {
            return self.ask_member(request, around, out);
        }
        let believed_up = |node: &NodeId| *node == self.id || around.believed_up[node.index()];
        let alive = owners(around.placement, request.key).filter(believed_up).count();
        let alive = u16::try_from(alive).unwrap_or(u16::MAX);
        if request.required > alive {
            let answer = Answer::Unavailable { required: request.required, alive };
            out.push(Output::Reply { op: request.op, answer });
            return;
        }
        match request.act {
            Act::Read => self.coordinate_read(request, around, out),
            Act::Write { value, context, stamp } => {
                self.coordinate_write(request, (value, *context, *stamp), around, out);
            }
            Act::Update(update) => self.coordinate_update(request, update, around, out),
        }
    }

    fn coordinate_write(
        &mut self,
        request: &Request<'_>,
        (value, context, stamp): (&Value, Context, Option<Stamp>),
        around: &mut Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        let key = request.key;
        let version = self.new_version(request, (value, context, stamp), around);
        let id = version.id;
        out.push(Output::Accepted { op: request.op, version: Arc::clone(&version) });
        let conflicts = around.settings.conflicts_of(key);
        let mut held = self.store.held(key).put(version, conflicts, around.settings.truncate_at);
        if around.placement.is_owner(self.id, key) {
            self.absorb(key, &held, around, out);
            if conflicts.keeps_siblings() {
                // The whole set travels (as in Dynamo), so that no context ever has a gap.
                held = self.store.held(key).clone();
            }
        }
        self.spread(request, id, &held, around, out);
    }

    /// An update to a counter or a set: it has its effect on what the coordinator holds, and the whole
    /// state travels, so that what a state has seen never has a gap.
    fn coordinate_update(
        &mut self,
        request: &Request<'_>,
        update: &Update,
        around: &mut Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        let key = request.key;
        let kind = around.settings.kind(key);
        let value = Value::Update(Arc::new(update.clone()));
        let mut version = self.named(request, value, None, around);
        let held = self.store.held(key).state();
        let before = held.map_or_else(|| State::nothing(kind, key), |state| State::clone(state));
        version.context = before.seen().clone();
        // A state is one version made of many writes: it is not held back for one of them.
        version.after = None;
        let version = Arc::new(version);
        let after = Held::State(Arc::new(before.after(update, &version)));
        let id = version.id;
        out.push(Output::Accepted { op: request.op, version });
        self.absorb(key, &after, around, out);
        self.spread(request, id, &after, around, out);
    }

    /// Sends what a write came to, and answers once enough replicas have it.
    fn spread(
        &mut self,
        request: &Request<'_>,
        id: WriteId,
        held: &Held,
        around: &mut Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        let key = request.key;
        let owner = around.placement.is_owner(self.id, key);
        self.answer_or_wait(request, u16::from(owner), Answer::Written(id), out);
        if around.settings.propagation == Propagation::Direct || !owner {
            self.send_write(request, held, around, out);
        }
    }

    /// Sends a write to the other replicas of its key; whoever is believed down gets a hint instead, where
    /// the rules are so.
    fn send_write(
        &mut self,
        request: &Request<'_>,
        held: &Held,
        around: &Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        let (key, name) = (request.key, (request.op, request.cause));
        let mut sent_to = Vec::new();
        for to in owners(around.placement, key) {
            if to == self.id {
                continue;
            }
            let hinted = around.down_for(to).is_some()
                && self.store_hint(to, (request.cause, key), held, around, out) == HintFate::Kept;
            if !hinted {
                let body = Body::Write { op: request.op, key, held: held.clone(), attempt: 0 };
                out.push(Output::Send { to, body });
                sent_to.push(to);
            }
        }
        self.await_acks(name, (key, held), &sent_to, around, out);
        self.follow_delivery(name, (key, held), sent_to, around, out);
    }

    /// Under last-write-wins a client says little, so the context is what happened before as far as anyone
    /// can know: what the coordinator holds, what it wrote earlier, what the client saw. Under siblings it
    /// is what the client says it saw and nothing else (Dynamo §4.4): a blind write makes a sibling.
    fn new_version(
        &mut self,
        request: &Request<'_>,
        (value, context, stamp): (&Value, Context, Option<Stamp>),
        around: &mut Surroundings<'_>,
    ) -> Arc<Version> {
        let key = request.key;
        let mut version = self.named(request, value.clone(), stamp, around);
        let Dot { node, counter } = version.dot;
        let history = &mut version.context;
        let conflicts = around.settings.conflicts_of(key);
        match conflicts {
            Conflicts::LastWriteWins => {
                history.join(&self.store.held(key).history());
                history.raise(node, counter - 1);
            }
            Conflicts::LogOrder => history.join(&self.store.held(key).history()),
            Conflicts::Siblings | Conflicts::VectorSiblings => {}
        }
        match context {
            Context::Last => history.join(request.context),
            Context::None => {}
        }
        // Under last-write-wins no replica compares contexts: they only tell people what was concurrent.
        if let Some(most) = around.settings.truncate_at.filter(|_| conflicts.keeps_siblings()) {
            history.keep_dates();
            history.truncate(usize::from(most), node);
        }
        Arc::new(version)
    }

    /// The next write of the key at this node: its name, dot and stamp, on top of nothing yet.
    fn named(
        &mut self,
        request: &Request<'_>,
        value: Value,
        stamp: Option<Stamp>,
        around: &mut Surroundings<'_>,
    ) -> Version {
        let key = request.key;
        let dot = self.store.next_dot((self.id, around.placement.nodes), key);
        let stamp = stamp.unwrap_or_else(|| self.stamp_after(request, around));
        let id = *around.next_write;
        around.next_write.0 += 1;
        let (context, after) = (VersionVector::EMPTY, request.after.clone());
        Version { id, key, value, stamp, dot, context, after }
    }

    /// The clock's stamp; but what is promised to come after an earlier version of its key does, even where
    /// a clock lags behind.
    fn stamp_after(&mut self, request: &Request<'_>, around: &Surroundings<'_>) -> Stamp {
        let stamp = self.clock.write(around.settings.clocks, around.clock);
        let mine = request.after.iter().flat_map(|after| after.iter()).filter(|v| v.key == request.key);
        mine.map(|v| v.stamp).max().map_or(stamp, |last| stamp.max(last.next()))
    }

    fn coordinate_read(&mut self, request: &Request<'_>, around: &Surroundings<'_>, out: &mut Vec<Output>) {
        let key = request.key;
        let owner = around.placement.is_owner(self.id, key);
        let held = if owner { self.store.held(key).clone() } else { Held::Nothing };
        let received = u16::from(owner);
        if !self.answer_or_wait(request, received, Answer::Found(held), out) {
            return;
        }
        for to in owners(around.placement, key).filter(|node| *node != self.id) {
            if around.believed_up[to.index()] {
                out.push(Output::Send { to, body: Body::Read { op: request.op, key } });
            }
        }
    }

    /// Answers at once where that is enough; otherwise remembers the operation and says so.
    fn answer_or_wait(
        &mut self,
        request: &Request<'_>,
        received: u16,
        answer: Answer,
        out: &mut Vec<Output>,
    ) -> bool {
        let waits = received < request.required;
        if waits {
            let (required, answered) = (request.required, Vec::new());
            let key = request.key;
            self.pending.insert(request.op, Waiting { key, required, received, answered, answer });
        } else {
            out.push(Output::Reply { op: request.op, answer });
        }
        waits
    }

    pub(super) fn count_ack(&mut self, op: OpId, from: NodeId, out: &mut Vec<Output>) {
        if self.pending.get_mut(op).is_some_and(|waiting| waiting.hear(from)) {
            self.answer_if_enough(op, out);
        }
    }

    pub(super) fn count_reply(
        &mut self,
        op: OpId,
        (from, held): (NodeId, &Held),
        settings: &Settings,
        out: &mut Vec<Output>,
    ) {
        if let Some(waiting) = self.pending.get_mut(op)
            && waiting.hear(from)
        {
            if let Answer::Found(merged) = &mut waiting.answer {
                merged.merge(held, settings.conflicts_of(waiting.key));
            }
            self.answer_if_enough(op, out);
        }
    }

    fn answer_if_enough(&mut self, op: OpId, out: &mut Vec<Output>) {
        if self.pending.get(op).is_some_and(|waiting| waiting.received >= waiting.required)
            && let Some(waiting) = self.pending.remove(op)
        {
            out.push(Output::Reply { op, answer: waiting.answer });
        }
    }

    /// Forgets an operation whose client has given up; says how many answers had come.
    pub fn abandon(&mut self, op: OpId) -> u16 {
        if let Some(member) = &mut self.member {
            return member.abandon(op);
        }
        self.pending.remove(op).map_or(0, |waiting| waiting.received)
    }
}
