//! Clients' requests: carried out by the primary, passed on to it, or refused; and waiting for replicas.
//!
//! WAIT (Redis) and a write concern (MongoDB) wait for the same thing, the offset of the write acknowledged
//! by enough replicas. WAIT answers after its timeout with the count there is; a write concern lets its
//! client run into a timeout. Neither takes the write back.

use std::sync::Arc;

use crate::{
    action::{Act, Elsewhere, ReadsFrom, Wait},
    base::{NodeId, OpId, Span, WriteId},
    data::{Dot, Stamp, Update, Value, Version},
};

use super::{Alarm, Desk, Forwarded, Member, Message, Role, reign_name};
use crate::replica::{Answer, Output, Request};

/// The client of a write that was passed on has given up by then.
const FORGOTTEN: Span = Span::secs(3_600);

/// A write that waits for replicas.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    write: WriteId,
    offset: u64,
    /// How many replicas, the primary not counted.
    replicas: u16,
    kind: Kind,
    /// Who passed it on; `None`: the client stands here.
    origin: Option<NodeId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Wait,
    Concern,
}

/// A request to the primary, with where it came from.
struct Job<'a> {
    op: OpId,
    request: &'a Forwarded,
    origin: Option<NodeId>,
}

impl Member {
    /// A client asks.
    pub(super) fn request(&mut self, request: &Request<'_>, desk: &mut Desk<'_, '_>) {
        if let Some(regions) = &desk.policy.regions {
            return self.request_regional(request, regions, desk);
        }
        let Request { op, key, act, .. } = *request;
        let request = Forwarded::of(request);
        let answers_reads = desk.policy.reads_from == ReadsFrom::Any && *act == Act::Read;
        match self.role {
            Role::Primary => self.carry_out(&Job { op, request: &request, origin: None }, desk),
            Role::Replica { .. } if answers_reads => {
                let answer = Answer::Found(desk.store.held(key).clone());
                desk.out.push(Output::Reply { op, answer });
            }
            Role::Replica { of } => match (desk.policy.writes_elsewhere, of) {
                (Elsewhere::Redirect, Some(primary)) => {
                    desk.send(primary, Message::Forward { op, request: Arc::new(request) });
                }
                (Elsewhere::Refuse, _) | (Elsewhere::Redirect, None) => {
                    let answer = Answer::NotPrimary { primary: of };
                    desk.out.push(Output::Reply { op, answer });
                }
            },
        }
    }

    /// A request that another member passed on.
    pub(super) fn serve_forwarded(
        &mut self,
        from: NodeId,
        op: OpId,
        request: &Forwarded,
        desk: &mut Desk<'_, '_>,
    ) {
        let job = Job { op, request, origin: Some(from) };
        match self.role {
            Role::Primary if self.relays(desk) => {
                self.relay(op, from, Arc::new(request.clone()), desk);
            }
            Role::Primary => self.carry_out(&job, desk),
            Role::Replica { of } => answer((op, job.origin), Answer::NotPrimary { primary: of }, desk),
        }
    }

    /// A request of a client that stands here.
    pub(super) fn serve_here(&mut self, op: OpId, request: &Forwarded, desk: &mut Desk<'_, '_>) {
        self.carry_out(&Job { op, request, origin: None }, desk);
    }

    fn carry_out(&mut self, job: &Job<'_>, desk: &mut Desk<'_, '_>) {
        match &job.request.act {
            Act::Read if self.must_confirm(desk) => {
                self.confirm_read(job.op, job.request.key, job.origin, desk);
            }
            Act::Read => {
                let found = Answer::Found(desk.store.held(job.request.key).clone());
                answer((job.op, job.origin), found, desk);
            }
            Act::Write { value, context, stamp } => match self.provided(*context, job.request, desk) {
                Ok(()) => self.write(job, value, *stamp, desk),
                Err(found) => answer((job.op, job.origin), Answer::ConditionFailed { found }, desk),
            },
            Act::Update(update) => {
                let held = desk.store.held(job.request.key).versions().first();
                let value = updated(held.map(|version| &version.value), update);
                self.write(job, &value, None, desk);
            }
        }
    }

    fn write(&mut self, job: &Job<'_>, value: &Value, stamp: Option<Stamp>, desk: &mut Desk<'_, '_>) {
        let required = desk.policy.min_replicas;
        if required > 0 {
            let good = self.good_replicas(desk.policy.max_lag, desk);
            if good < required {
                return answer((job.op, job.origin), Answer::NoReplicas { good, required }, desk);
            }
        }
        if let Some(region) = self.throttles(desk) {
            return answer((job.op, job.origin), Answer::Throttled { region }, desk);
        }
        let version = self.new_version(job, value, stamp, desk);
        desk.out.push(Output::Accepted { op: job.op, version: Arc::clone(&version) });
        if self.is_outdated(&version, desk) {
            return answer((job.op, job.origin), Answer::Written(version.id), desk);
        }
        self.append(&version, desk);
        self.stream(&version, desk);
        self.note_pending(desk);
        let (replicas, kind) = match job.request.wait {
            Some(Wait { replicas, .. }) => (replicas, Kind::Wait),
            None => (job.request.required.saturating_sub(1), Kind::Concern),
        };
        let waiting =
            Waiting { write: version.id, offset: self.log.end(), replicas, kind, origin: job.origin };
        if replicas == 0 && self.is_far_enough(waiting.offset, desk) {
            waiting.answer(job.op, 0, desk);
            return self.advance(desk);
        }
        self.ask_for_acks(desk);
        self.waiting.insert(job.op, waiting);
        self.advance(desk);
        let timeout = match job.request.wait {
            Some(wait) => wait.timeout,
            // A client here gives up by itself; of one that stands elsewhere, nobody says so.
            None if job.origin.is_none() => Span::ZERO,
            None => FORGOTTEN,
        };
        if timeout > Span::ZERO {
            desk.arm(Alarm::Wait(job.op), timeout);
        }
    }

    /// A version on top of everything that the log has of its key.
    fn new_version(
        &mut self,
        job: &Job<'_>,
        value: &Value,
        stamp: Option<Stamp>,
        desk: &mut Desk<'_, '_>,
    ) -> Arc<Version> {
        let key = job.request.key;
        let reign = self.reigns.saturating_sub(1);
        let actor = reign_name(desk.me, reign, desk.around.placement.nodes);
        let Dot { counter, .. } = desk.store.next_dot((desk.me, desk.around.placement.nodes), key);
        let held = desk.store.held(key);
        let mut context = held.history();
        let least = self.least_stamp(held.versions().first().map(|over| &**over), desk);
        if least.is_some() {
            // What it wrote and lost to another region's writer is its own past all the same.
            context.raise(actor, counter - 1);
        }
        let stamp = stamp.unwrap_or_else(|| {
            let stamp = desk.clock.write(desk.around.settings.clocks, desk.around.clock);
            least.map_or(stamp, |least| stamp.max(least))
        });
        let id = *desk.around.next_write;
        desk.around.next_write.0 += 1;
        let dot = Dot { node: actor, counter };
        Arc::new(Version { id, key, value: value.clone(), stamp, dot, context, after: None })
    }

    /// Replicas acknowledged more: answers whom that is enough for.
    pub(super) fn answer_waiting(&mut self, desk: &mut Desk<'_, '_>) {
        let enough = |(op, waiting): (OpId, &Waiting)| {
            let count = self.acknowledged(waiting.offset);
            (count >= waiting.replicas && self.is_far_enough(waiting.offset, desk)).then_some((op, count))
        };
        let done: Vec<(OpId, u16)> = self.waiting.iter().filter_map(enough).collect();
        for (op, count) in done {
            if let Some(waiting) = self.waiting.remove(op) {
                waiting.answer(op, count, desk);
            }
        }
    }

    /// Its time is over: WAIT answers with what there is.
    pub(super) fn stop_waiting(&mut self, op: OpId, desk: &mut Desk<'_, '_>) {
        let Some(waiting) = self.waiting.remove(op) else { return };
        match waiting.kind {
            Kind::Wait => {
                let count = self.acknowledged(waiting.offset);
                waiting.answer(op, count, desk);
            }
            Kind::Concern => {}
        }
    }

    /// It is primary no longer. Redis unblocks who waits, whose write was accepted long before; a write
    /// concern stays without an answer.
    pub(super) fn release_waiting(&mut self, desk: &mut Desk<'_, '_>) {
        let all: Vec<OpId> = self.waiting.iter().map(|(op, _)| op).collect();
        for op in all {
            self.stop_waiting(op, desk);
        }
    }

    /// Forgets an operation whose client has given up; how many members are known to have its write.
    pub(in crate::replica) fn abandon(&mut self, op: OpId) -> u16 {
        if let Some(regional) = &mut self.regional {
            regional.abandon(op);
        }
        self.waiting.remove(op).map_or(0, |waiting| 1 + self.acknowledged(waiting.offset))
    }
}

impl Waiting {
    fn answer(&self, op: OpId, replicas: u16, desk: &mut Desk<'_, '_>) {
        let given = match self.kind {
            Kind::Wait => Answer::Waited { write: self.write, replicas, wanted: self.replicas },
            Kind::Concern => Answer::Written(self.write),
        };
        answer((op, self.origin), given, desk);
    }
}

/// What a counter or set is once the primary has carried out an update: it orders them, so plain values do.
fn updated(before: Option<&Value>, update: &Update) -> Value {
    let number = match before {
        Some(Value::Number(number)) => *number,
        Some(Value::Text(_) | Value::Set(_) | Value::Update(_) | Value::Tombstone) | None => 0,
    };
    let elements = match before {
        Some(Value::Set(elements)) => elements.to_vec(),
        Some(Value::Number(_) | Value::Text(_) | Value::Update(_) | Value::Tombstone) | None => Vec::new(),
    };
    match update {
        Update::Increment(amount) => Value::Number(number.saturating_add(i64::from(*amount))),
        Update::Decrement(amount) => Value::Number(number.saturating_sub(i64::from(*amount))),
        Update::Add(element) => Value::set(elements.into_iter().chain([element.clone()])),
        Update::Remove(element) => Value::set(elements.into_iter().filter(|known| known != element)),
    }
}

pub(super) fn answer((op, origin): (OpId, Option<NodeId>), answer: Answer, desk: &mut Desk<'_, '_>) {
    match origin {
        Some(to) => desk.send(to, Message::Answered { op, answer }),
        None => desk.out.push(Output::Reply { op, answer }),
    }
}
