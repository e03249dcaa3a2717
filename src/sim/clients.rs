//! Clients: operations from asking to answer, and the random workload.
//!
//! A client stands beside its coordinator: its requests and answers take no time and meet no wall.

use std::sync::Arc;

use crate::{
    action::{Act, Ask, BlockFor, ClientPolicy, Context, Guarantee, Level, Means, Route, Settings, Wait},
    base::{ClientId, KeyId, NodeId, OpId, Purpose, SimTime, Span, Stream},
    data::{Dependencies, Kind, Update, Value, Version, VersionVector},
    replica::{Answer, Placement, Request},
    scenario::{ClientSpec, WorkloadSpec},
    session::{Owed, Session},
};

use super::{Event, Fact, Outcome, Simulation, Status, What};

#[derive(Debug, Clone)]
pub(super) struct Client {
    pub(super) at: NodeId,
    /// The replica that its sticky session is bound to.
    pub(super) bound: NodeId,
    write: Option<Level>,
    read: Option<Level>,
    timeout: Option<Span>,
    pub(super) policy: ClientPolicy,
    pub(super) session: Session,
    /// How many operations it was commanded to do.
    commanded: u64,
    /// How far a load balancer that takes turns has come.
    pub(super) routed: u64,
}

/// An operation whose client still waits.
#[derive(Debug, Clone)]
pub(super) struct Open {
    pub(super) client: ClientId,
    pub(super) node: NodeId,
    pub(super) key: KeyId,
    pub(super) level: Level,
    required: u16,
    pub(super) act: Arc<Act>,
    /// What names its messages, without the number of the try.
    pub(super) name: u64,
    /// What the answer of a read must reflect, where its client has guarantees and somebody checks.
    pub(super) owed: Option<Owed>,
    /// What a write must never be seen without.
    pub(super) after: Dependencies,
    /// Replicas that were not eligible, where it is redirected.
    pub(super) tried: Vec<NodeId>,
    /// How often it was handed to a replica.
    pub(super) tries: u8,
    wait: Option<Wait>,
    /// It waits at its replica until that is eligible.
    pub(super) waits_for: Option<Guarantee>,
    /// What a write became.
    pub(super) version: Option<Arc<Version>>,
}

impl Client {
    pub(super) fn new(spec: &ClientSpec) -> Self {
        Self {
            at: spec.at,
            bound: spec.at,
            write: spec.write,
            read: spec.read,
            timeout: spec.timeout,
            policy: spec.policy.clone(),
            session: Session::default(),
            commanded: 0,
            routed: 0,
        }
    }

    /// Names the next operation it is commanded to do for the randomness of its messages: by client and
    /// place, not by the order of all operations, so that what others do reshuffles nothing. The
    /// workload's operations have the names below 2^40.
    pub(super) fn name_operation(&mut self, id: ClientId) -> u64 {
        self.commanded += 1;
        ((u64::from(id.0) + 1) << 40) | self.commanded
    }

    /// The level of an operation that names none.
    fn level(&self, act: &Act, settings: &Settings) -> Level {
        let (own, usual) = match act {
            Act::Read => (self.read, settings.read),
            Act::Write { .. } | Act::Update(_) => (self.write, settings.write),
        };
        let quorum = self.policy.by == Means::Quorum && !self.policy.guarantees.is_empty();
        own.unwrap_or(if quorum { Level::Quorum } else { usual })
    }
}

impl Simulation {
    /// Which operation the next submission will be.
    pub fn next_op(&self) -> OpId {
        self.next_op
    }

    /// Operations whose client still waits, but not for ever (as WAIT does with a timeout of 0).
    pub fn ending_operations(&self) -> usize {
        let endless = |open: &Open| open.wait.is_some_and(|wait| wait.timeout == Span::ZERO);
        self.open.iter().filter(|(_, open)| !endless(open)).count()
    }

    /// What a client is promised, and how its requests find a replica.
    pub fn client_policy(&self, client: ClientId) -> &ClientPolicy {
        &self.clients[usize::from(client.0)].policy
    }

    /// Whether a client still waits for an answer.
    pub fn is_waiting(&self, client: ClientId) -> bool {
        self.open.iter().any(|(_, open)| open.client == client)
    }

    /// `name` is the operation's for its randomness.
    pub(super) fn submit(&mut self, ask: &Ask, name: u64, facts: &mut Vec<Fact>) {
        let op = self.next_op;
        self.next_op.0 = self.next_op.0.wrapping_add(1);
        let node = match ask.at {
            Some(node) => node,
            None => self.route(ask.client, facts),
        };
        let client = &self.clients[usize::from(ask.client.0)];
        let level = ask.level.unwrap_or_else(|| client.level(&ask.act, &self.settings));
        let mut required = self.block_for(level, node).count;
        if let (Some(policy), Act::Write { .. } | Act::Update(_)) = (self.regional_policy(), &ask.act) {
            required = policy.majority_at(node);
        }
        // A primary answers for all; and WAIT follows a write that has succeeded.
        if self.settings.primary().is_some() && (ask.act == Act::Read || ask.wait.is_some()) {
            required = 1;
        }
        let patience = client.timeout.unwrap_or(self.settings.timeout);
        let timeout = match ask.wait {
            None => Some(patience),
            Some(wait) if wait.timeout > Span::ZERO => Some(Span(patience.0.saturating_add(wait.timeout.0))),
            Some(_) => None,
        };
        let act = Arc::new(ask.act.clone());
        let asked = What::Asked {
            op,
            client: ask.client,
            node,
            key: ask.key,
            level,
            required,
            act: Arc::clone(&act),
        };
        let open = Open {
            client: ask.client,
            node,
            key: ask.key,
            level,
            required,
            name,
            owed: client.owed(&act, ask.key),
            after: client.after(&act),
            act,
            tried: Vec::new(),
            tries: 0,
            wait: ask.wait,
            waits_for: None,
            version: None,
        };
        self.record(facts, asked);
        self.open.insert(op, open);
        self.hand_over(op, facts);
        if let Some(timeout) = timeout.filter(|_| self.open.contains(op)) {
            self.queue.push(self.now + timeout, Event::Timeout(op));
        }
    }

    /// Who must answer an operation at `level` that `node` is asked for.
    fn block_for(&self, level: Level, node: NodeId) -> BlockFor {
        self.settings.block_for(level, self.topology.zone_of(node))
    }

    /// Lets the replica of an operation take it up, if it is there and eligible.
    pub(super) fn hand_over(&mut self, op: OpId, facts: &mut Vec<Fact>) {
        let Some(open) = self.open.get_mut(op) else { return };
        open.waits_for = None;
        let node = open.node;
        match self.nodes[node.index()].status {
            Status::Crashed => return self.finish(op, Outcome::CoordinatorDown, facts),
            // The request waits in the frozen process's socket and is never taken up in time.
            Status::Frozen => return,
            Status::Up => {}
        }
        if let Some(guarantee) = self.lacking(op) {
            return self.unable(op, guarantee, facts);
        }
        let Some(open) = self.open.get_mut(op) else { return };
        // Each try has messages of its own.
        let cause = open.name ^ (u64::from(open.tries) << 56);
        open.tries = open.tries.saturating_add(1);
        let (key, level, required, wait) = (open.key, open.level, open.required, open.wait);
        let (act, after) = (Arc::clone(&open.act), open.after.clone());
        let asker = usize::from(open.client.0);
        let freshness = open.level.freshness();
        let mut block_for = self.block_for(level, node);
        if self.settings.primary().is_some() {
            block_for.count = required;
        }
        let timeout = self.clients[asker].timeout.unwrap_or(self.settings.timeout);
        let session = &self.clients[asker].session;
        let heard = session.heard();
        let context = match &*act {
            Act::Write { .. } => session.context(key).clone(),
            Act::Read if self.settings.regions().is_some() => session.minimum(key),
            Act::Read | Act::Update(_) => VersionVector::EMPTY,
        };
        let last_read = session.last(key).flatten();
        let (act, context, after) = (&*act, &context, &after);
        let request = Request {
            op,
            cause,
            key,
            act,
            block_for,
            wait,
            context,
            timeout,
            client: node,
            freshness,
            last_read,
            after,
        };
        self.act(node, cause, facts, |replica, around, out| {
            if let Some(heard) = heard {
                replica.hear(heard, around);
            }
            replica.handle_request(&request, around, out);
        });
    }

    pub(super) fn answer(&mut self, op: OpId, answer: Answer, facts: &mut Vec<Fact>) {
        let Some(open) = self.open.get(op) else { return };
        let stamp = self.nodes[open.node.index()].replica.stamp();
        let broken = match &answer {
            Answer::Found(held) => self.broken_by(open, held),
            Answer::Written(_)
            | Answer::Unavailable { .. }
            | Answer::Waited { .. }
            | Answer::NoReplicas { .. }
            | Answer::NotPrimary { .. }
            | Answer::ConditionFailed { .. }
            | Answer::Throttled { .. } => None,
        };
        self.clients[usize::from(open.client.0)].session.hear(stamp);
        let outcome = match (answer, broken) {
            (_, Some(guarantee)) => return self.unable(op, guarantee, facts),
            (Answer::Written(write), None) => Outcome::Written(write),
            (Answer::Found(held), None) => Outcome::Found(held),
            (Answer::Unavailable { required, alive }, None) => Outcome::Unavailable { required, alive },
            (Answer::Waited { write, replicas, wanted }, None) => Outcome::Waited { write, replicas, wanted },
            (Answer::NoReplicas { good, required }, None) => Outcome::NoReplicas { good, required },
            (Answer::NotPrimary { primary }, None) => Outcome::NotPrimary { primary },
            (Answer::ConditionFailed { found }, None) => Outcome::ConditionFailed { found },
            (Answer::Throttled { region }, None) => Outcome::Throttled { region },
        };
        self.finish(op, outcome, facts);
    }

    /// Ends an operation for its client, once.
    pub(super) fn finish(&mut self, op: OpId, outcome: Outcome, facts: &mut Vec<Fact>) {
        let Some(open) = self.open.remove(op) else { return };
        let conflicts = self.settings.conflicts_of(open.key);
        let client = &mut self.clients[usize::from(open.client.0)];
        match &outcome {
            Outcome::Found(held) => client.session.read(open.key, held, conflicts),
            Outcome::Written(_) | Outcome::Waited { .. } => {
                if let Some(version) = &open.version {
                    client.session.wrote(version, conflicts);
                }
            }
            Outcome::Unavailable { .. }
            | Outcome::NoReplicas { .. }
            | Outcome::NotPrimary { .. }
            | Outcome::ConditionFailed { .. }
            | Outcome::Throttled { .. }
            | Outcome::CoordinatorDown
            | Outcome::NotFresh(_)
            | Outcome::TimedOut { .. }
            | Outcome::CoordinatorCrashed => {}
        }
        self.record(facts, What::Answered { op, outcome });
    }

    pub(super) fn time_out(&mut self, op: OpId, facts: &mut Vec<Fact>) {
        let Some(open) = self.open.get(op) else { return };
        let (node, required) = (open.node, open.required);
        if let Some(guarantee) = open.waits_for {
            // Its replica never took it up.
            return self.finish(op, Outcome::NotFresh(guarantee), facts);
        }
        let placement = Placement::new(&self.topology, &self.settings);
        let received = self.nodes[node.index()].replica.abandon(op, placement);
        self.finish(op, Outcome::TimedOut { received, required }, facts);
    }

    /// The coordinator died: its clients learn it at once, and never learn what became of their writes.
    pub(super) fn strand_clients(&mut self, node: NodeId, facts: &mut Vec<Fact>) {
        let stranded: Vec<OpId> =
            self.open.iter().filter(|(_, open)| open.node == node).map(|(op, _)| op).collect();
        for op in stranded {
            let taken_up = self.open.get(op).is_some_and(|open| open.waits_for.is_none());
            let outcome = if taken_up { Outcome::CoordinatorCrashed } else { Outcome::CoordinatorDown };
            self.finish(op, outcome, facts);
        }
    }

    pub(super) fn start_workload(&mut self) {
        self.workload.running = true;
        self.workload.era += 1;
        self.schedule_work();
    }

    fn schedule_work(&mut self) {
        let Some(spec) = &self.scenario.workload else { return };
        let mut stream = self.work_stream();
        let gap = Span::from_nanos_f64(-nanos(spec.mean_gap) * libm::log(stream.unit()));
        let at = self.now + gap;
        let all_made = spec.operations.is_some_and(|most| self.workload.made >= most);
        if all_made || spec.stop.is_some_and(|stop| at > stop) {
            self.workload.running = false;
        } else {
            self.queue.push(at, Event::Work { era: self.workload.era });
        }
    }

    fn work_stream(&self) -> Stream {
        self.seed.stream(Purpose::Workload, [self.workload.made, 0])
    }

    pub(super) fn work(&mut self, era: u32, facts: &mut Vec<Fact>) {
        if !self.workload.running || era != self.workload.era {
            return;
        }
        let scenario = Arc::clone(&self.scenario);
        let Some(spec) = &scenario.workload else { return };
        let mut stream = self.work_stream();
        stream.skip(1); // The gap before this operation.
        self.workload.made += 1;
        let reads = stream.hits(spec.reads);
        let client = ClientId(u16::try_from(stream.index(self.clients.len())).unwrap_or(0));
        let at = NodeId::at(stream.index(self.nodes.len()));
        // A client with a load balancer goes where that sends it.
        let routed = self.clients[usize::from(client.0)].policy.effective_route() != Route::Fixed;
        let at = (!routed).then_some(at);
        let key = pick_key(spec, &mut stream);
        let act = if reads { Act::Read } else { self.work_on(key) };
        let ask = Ask { client, at, key, act, level: None, wait: None };
        self.submit(&ask, self.workload.made, facts);
        self.schedule_work();
    }

    /// What the workload does to a key: writes how many operations it has made; counts a counter up; adds
    /// to a set, and takes out again, one of a few numbers.
    fn work_on(&self, key: KeyId) -> Act {
        let made = self.workload.made;
        let number = |number: u64| Value::Number(i64::try_from(number).unwrap_or(i64::MAX));
        match self.settings.kind(key) {
            Kind::Value | Kind::Register(_) => {
                Act::Write { value: number(made), context: Context::Last, stamp: None }
            }
            Kind::GrowCounter | Kind::Counter => Act::Update(Update::Increment(1)),
            Kind::Set if made.is_multiple_of(3) => Act::Update(Update::Remove(number(made % 8))),
            Kind::Set => Act::Update(Update::Add(number(made % 8))),
        }
    }

    /// When the workload stops by itself, if it runs and does.
    pub fn workload_stops(&self) -> Option<SimTime> {
        self.scenario.workload.as_ref().filter(|_| self.workload.running)?.stop
    }
}

#[expect(clippy::cast_precision_loss, reason = "spans of interest are far below 2^53 ns")]
fn nanos(span: Span) -> f64 {
    span.0 as f64
}

/// Uniform, or by Zipf's law where the workload is skewed.
fn pick_key(spec: &WorkloadSpec, stream: &mut Stream) -> KeyId {
    if spec.skew == 0.0 {
        return spec.keys[stream.index(spec.keys.len())];
    }
    let weight = |rank: usize| libm::pow(rank_as_f64(rank), -spec.skew);
    let total: f64 = (0..spec.keys.len()).map(weight).sum();
    let mut left = stream.unit() * total;
    for (rank, key) in spec.keys.iter().enumerate() {
        left -= weight(rank);
        if left <= 0.0 {
            return *key;
        }
    }
    spec.keys[spec.keys.len() - 1]
}

#[expect(clippy::cast_precision_loss, reason = "there are far fewer than 2^53 keys")]
fn rank_as_f64(rank: usize) -> f64 {
    (rank + 1) as f64
}
