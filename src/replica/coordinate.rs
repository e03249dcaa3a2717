//! Coordination: what a replica does for a client, and how it counts the answers.

use std::sync::Arc;

use crate::{
    action::{Act, Among, BlockFor, Context, HintHolder, LeaderlessPolicy, Operation, Propagation, Quorum},
    base::{KeyId, NodeId, OpId, OpTable, WriteId},
    data::{Conflicts, Dot, Held, Stamp, State, Update, Value, Version, VersionVector},
};

use super::{
    Answer, Body, Effort, Output, Placement, Replica, Request, Surroundings,
    causal::Taken,
    hints::HintFate,
    owners,
    quorum::{counted, is_met, shortage},
};

/// Operations that wait for answers. An answer that finds no entry came after the client had its own.
pub(super) type Pending = OpTable<Waiting>;

#[derive(Debug, Clone)]
pub(super) struct Waiting {
    key: KeyId,
    /// Where its client stands.
    client: NodeId,
    block_for: BlockFor,
    /// Who stands in for a replica of the key and counts.
    standing_in: Vec<NodeId>,
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
        let key = request.key;
        if self.must_forward(key, request.act, around) {
            self.forward(request, around, out);
            return;
        }
        let believed_up = |node: &NodeId| *node == self.id || around.believed_up[node.index()];
        let mut healthy: Vec<NodeId> = owners(around.placement, key).filter(believed_up).collect();
        healthy.extend(self.counting_stand_ins(key, around));
        let shortage = shortage(request.block_for, &healthy.iter().copied(), around.placement);
        if let Some((required, alive)) = shortage.filter(|_| !Self::a_hint_will_do(request, around)) {
            self.reply((request.op, request.client), Answer::Unavailable { required, alive }, out);
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
        let mut taken = Taken::Now;
        if around.placement.is_owner(self.id, key) {
            taken = self.absorb(key, &held, around, out);
            if conflicts.keeps_siblings() && taken == Taken::Now {
                // The whole set travels (as in Dynamo), so that no context ever has a gap.
                held = self.store.held(key).clone();
            }
        }
        self.spread(request, id, (&held, taken), around, out);
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
        let taken = self.absorb(key, &after, around, out);
        self.spread(request, id, (&after, taken), around, out);
    }

    /// Sends what a write came to, and answers once enough replicas have it.
    fn spread(
        &mut self,
        request: &Request<'_>,
        id: WriteId,
        (held, taken): (&Held, Taken),
        around: &mut Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        let key = request.key;
        let owner = around.placement.is_owner(self.id, key);
        // What was handed on may depend on what has not come here yet: then only the others count.
        let has_it = owner && taken == Taken::Now;
        let alone = has_it && is_met(request.block_for, [self.id].into_iter(), around.placement);
        if alone {
            self.reply((request.op, request.client), Answer::Written(id), out);
        } else {
            let Request { op, client, block_for, .. } = *request;
            let standing_in = self.counting_stand_ins(key, around);
            let answered = if has_it { vec![self.id] } else { Vec::new() };
            self.pending.insert(
                op,
                Waiting { key, client, block_for, standing_in, answered, answer: Answer::Written(id) },
            );
        }
        if around.settings.propagation == Propagation::Direct || !owner {
            self.send_write(request, held, around, out);
        }
    }

    /// Sends a write to the other replicas of its key. In the stead of one that is believed down, a stand-in
    /// gets it, or the coordinator keeps a hint, where the rules are so.
    fn send_write(
        &mut self,
        request: &Request<'_>,
        held: &Held,
        around: &Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        let (op, key, name) = (request.op, request.key, (request.op, request.cause));
        let stand_ins = self.stand_ins(key, around);
        let mut sent_to = Vec::new();
        for to in owners(around.placement, key) {
            if to == self.id {
                continue;
            }
            let down = around.down_for(to).is_some();
            let stand_in = stand_ins.iter().find(|(_, target)| *target == to).filter(|_| down);
            if let Some((node, instead_of)) = stand_in.copied() {
                let effort = Effort::StoodIn { node, instead_of };
                out.push(Output::Effort { op, key, effort });
                if node != self.id {
                    let (held, instead_of) = (held.clone(), Some(instead_of));
                    let body = Body::Write { op, key, held, attempt: 0, instead_of };
                    out.push(Output::Send { to: node, body });
                    continue;
                }
            }
            if down && self.store_hint(to, (request.cause, key), held, around, out) == HintFate::Kept {
                self.count_hint(op, around, out);
            } else {
                let body = Body::Write { op, key, held: held.clone(), attempt: 0, instead_of: None };
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
            // Nobody judges a condition here: it is refused before it comes so far.
            Context::Last | Context::Provided(_) => history.join(request.context),
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
        let mine = request.after.iter().flat_map(|after| after.iter()).filter(|v| v.key == request.key);
        let last = mine.map(|version| version.stamp).max();
        self.clock.write_after(last, around.settings.clocks, around.clock)
    }

    pub(super) fn count_ack(
        &mut self,
        op: OpId,
        from: NodeId,
        around: &Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        let counts = |waiting: &Waiting| {
            // Who only keeps a hint counts where quorums are sloppy and it stands in, or at level ANY.
            waiting.block_for.among == Among::HintsToo
                || around.placement.is_owner(from, waiting.key)
                || waiting.standing_in.contains(&from)
        };
        if !self.pending.get(op).is_some_and(counts) {
            return;
        }
        if self.pending.get_mut(op).is_some_and(|waiting| waiting.hear(from)) {
            self.answer_if_enough(op, around, out);
        }
    }

    /// A hint was stored here for a replica of the key: an acknowledgement at level ANY, and where the
    /// coordinator stands in for that replica.
    fn count_hint(&mut self, op: OpId, around: &Surroundings<'_>, out: &mut Vec<Output>) {
        self.count_ack(op, self.id, around, out);
    }

    /// A write came from its coordinator. It is acknowledged by a replica of the key, and by a stand-in that
    /// keeps it for one; who is neither, since N has changed meanwhile, says nothing.
    pub(super) fn take_write(
        &mut self,
        (from, op, attempt): (NodeId, OpId, u32),
        (key, held): (KeyId, &Held),
        instead_of: Option<NodeId>,
        around: &Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        let taken = match instead_of {
            Some(target) => {
                let cause = held.newest().map_or(0, |write| u64::from(write.0));
                self.store_hint(target, (cause, key), held, around, out) == HintFate::Kept
            }
            None => match self.absorb(key, held, around, out) {
                Taken::Now => around.placement.is_owner(self.id, key),
                Taken::HeldBack => {
                    self.acknowledge_later((key, held), (from, op, attempt));
                    false
                }
            },
        };
        if taken {
            out.push(Output::Send { to: from, body: Body::WriteAck { op, attempt } });
        }
    }

    /// Who stands in for which replica of the key that is believed down: the healthy nodes that come next
    /// on its ring, in order (Dynamo §4.6). Whether they count is another matter:
    /// where quorums are strict they only keep the hints.
    pub(super) fn stand_ins(&self, key: KeyId, around: &Surroundings<'_>) -> Vec<(NodeId, NodeId)> {
        let keeps =
            |rules: &LeaderlessPolicy| rules.hints.is_some_and(|hints| hints.holder == HintHolder::Next);
        if !around.settings.leaderless().is_some_and(|rules| rules.quorum == Quorum::Sloppy || keeps(rules)) {
            return Vec::new();
        }
        let healthy = |node: NodeId| node == self.id || around.believed_up[node.index()];
        let mut pairs = Vec::new();
        for ring in around.placement.preference(key) {
            let spare = ring.iter().filter(|(node, holds)| !holds && healthy(*node));
            let missing = ring.iter().filter(|(node, holds)| *holds && !healthy(*node));
            let missing = missing.filter(|(target, _)| Self::may_hint(*target, around));
            pairs.extend(spare.zip(missing).map(|((node, _), (target, _))| (*node, *target)));
        }
        pairs
    }

    /// Those that stand in and count: nobody where quorums are strict.
    pub(super) fn counting_stand_ins(&self, key: KeyId, around: &Surroundings<'_>) -> Vec<NodeId> {
        let sloppy = around.settings.leaderless().is_some_and(|rules| rules.quorum == Quorum::Sloppy);
        let stand_ins = if sloppy { self.stand_ins(key, around) } else { Vec::new() };
        stand_ins.into_iter().map(|(node, _)| node).collect()
    }

    /// Whether the level is ANY and some replica of the key can be given a hint.
    fn a_hint_will_do(request: &Request<'_>, around: &Surroundings<'_>) -> bool {
        let hintable = |target: NodeId| around.down_for(target).is_some() && Self::may_hint(target, around);
        request.block_for.among == Among::HintsToo
            && request.act.operation() == Operation::Write
            && owners(around.placement, request.key).any(hintable)
    }

    fn answer_if_enough(&mut self, op: OpId, around: &Surroundings<'_>, out: &mut Vec<Output>) {
        let enough =
            |waiting: &Waiting| is_met(waiting.block_for, waiting.answered.iter().copied(), around.placement);
        if self.pending.get(op).is_some_and(enough)
            && let Some(waiting) = self.pending.remove(op)
        {
            self.reply((op, waiting.client), waiting.answer, out);
        }
    }

    /// Forgets an operation whose client has given up; says how many answers had come that count.
    pub fn abandon(&mut self, op: OpId, placement: Placement<'_>) -> u16 {
        if let Some(member) = &mut self.member {
            return member.abandon(op);
        }
        if let Some(received) = self.abandon_read(op, placement) {
            return received;
        }
        let counted =
            |waiting: Waiting| counted(waiting.block_for, waiting.answered.iter().copied(), placement);
        self.pending.remove(op).map_or(0, counted)
    }
}
