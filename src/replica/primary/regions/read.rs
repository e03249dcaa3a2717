//! Reads in a region: which replicas are asked, and what must be known before one is answered.
//!
//! ```text
//! eventual, consistent prefix   one replica of the region, at random
//! session                       one, and the next while what it holds is older than the client's token
//! bounded staleness             so many that one has whatever a majority has; the newest
//! strong (Cosmos DB)            the same, once every region is known to have it
//! strong (DynamoDB)             the leader, once a majority confirms that it still leads
//! ```
//!
//! DynamoDB's leader holds a lease; here it asks, which promises the same and costs a round trip. In Cosmos
//! DB's one log a replica always holds a prefix of it, so `eventual` shows nothing that `consistent_prefix`
//! would not; it just does not promise so.

use std::sync::Arc;

use crate::{
    action::{Between, Freshness, Regions, majority},
    base::{KeyId, NodeId, OpId, Purpose, Span},
    data::{Held, VersionVector},
};

use super::super::{Alarm, Desk, Forwarded, Member, Role};
use super::RegionMessage;
use crate::replica::{Answer, Output, Request};

/// After so long without enough answers, the others of the region are asked too.
const AGAIN: Span = Span::secs(1);

/// A read for a client that stands here.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    key: KeyId,
    level: Freshness,
    /// What its client has written and read of the key.
    token: VersionVector,
    /// Whom it has not asked yet, in the order in which it would.
    left: Vec<NodeId>,
    answered: Vec<NodeId>,
    needed: usize,
    attempt: u32,
    /// The newest so far: where the log ended that had it, and what was held.
    best: Option<(u64, Held)>,
    request: Arc<Forwarded>,
}

/// A strong read at a leader.
#[derive(Debug, Clone)]
pub(super) struct Confirming {
    held: Held,
    /// Where the log ended when the read began.
    offset: u64,
    by: Vec<NodeId>,
    origin: Option<NodeId>,
}

impl Member {
    pub(super) fn read_regional(
        &mut self,
        request: &Request<'_>,
        regions: &Regions,
        desk: &mut Desk<'_, '_>,
    ) {
        let (op, level) = (request.op, request.freshness.unwrap_or(regions.usual()));
        let forwarded = Arc::new(Forwarded::of(request));
        if level == Freshness::Strong && regions.one_log().is_none() {
            return self.send_to_writer(op, forwarded, regions, desk);
        }
        let mut left: Vec<NodeId> = self
            .group
            .iter()
            .copied()
            .filter(|node| *node == desk.me || desk.is_believed_up(*node))
            .collect();
        let mut stream = desk.around.seed.stream(Purpose::ReadReplica, [u64::from(desk.me.0), request.cause]);
        for last in (1..left.len()).rev() {
            left.swap(last, stream.index(last + 1));
        }
        let needed = level.reads(self.group.len());
        let reading = Reading {
            key: request.key,
            level,
            token: request.context.clone(),
            left,
            answered: Vec::new(),
            needed,
            attempt: 0,
            best: None,
            request: forwarded,
        };
        let Some(regional) = &mut self.regional else { return };
        regional.reading.insert(op, reading);
        for _ in 0..needed {
            self.ask_next(op, regions, desk);
        }
        if self.regional.as_ref().is_some_and(|regional| regional.reading.contains(op)) {
            desk.arm(Alarm::Read(op), AGAIN);
        }
    }

    /// Asks one more replica of the region; where none is left, the write region's leader, who has
    /// everything that anybody was shown.
    fn ask_next(&mut self, op: OpId, regions: &Regions, desk: &mut Desk<'_, '_>) {
        let Some(regional) = &mut self.regional else { return };
        let Some(reading) = regional.reading.get_mut(op) else { return };
        let (key, attempt) = (reading.key, reading.attempt);
        match reading.left.pop() {
            Some(to) if to == desk.me => {
                let found = (desk.store.held(key).clone(), self.log.end());
                self.hear_found(to, op, (&found.0, found.1), desk);
            }
            Some(to) => desk.tell_region(to, RegionMessage::Read { op, key, attempt }),
            None if reading.level == Freshness::Session => {
                let request = Arc::clone(&reading.request);
                if self.role == Role::Primary {
                    regional.reading.remove(op);
                }
                self.send_to_writer(op, request, regions, desk);
            }
            None => {}
        }
    }

    /// Another replica of the region asks for its client.
    pub(super) fn look_up(&mut self, from: NodeId, op: OpId, key: KeyId, desk: &mut Desk<'_, '_>) {
        let everywhere = self.regional.as_ref().map_or(0, |regional| regional.everywhere);
        let (held, offset) = (desk.store.held(key).clone(), self.log.end());
        desk.tell_region(from, RegionMessage::Found { op, held, offset, everywhere });
    }

    /// What a replica of the region holds.
    pub(super) fn hear_found(
        &mut self,
        from: NodeId,
        op: OpId,
        (held, offset): (&Held, u64),
        desk: &mut Desk<'_, '_>,
    ) {
        let Some(regions) = &desk.policy.regions else { return };
        let Some(regional) = &mut self.regional else { return };
        let Some(reading) = regional.reading.get_mut(op) else { return };
        if reading.answered.contains(&from) {
            return;
        }
        match reading.level {
            Freshness::Prefix | Freshness::Eventual => {}
            Freshness::Session => {
                if !held.history().includes(&reading.token) {
                    reading.answered.push(from);
                    return self.ask_next(op, regions, desk);
                }
            }
            Freshness::Bounded | Freshness::Strong => {
                reading.answered.push(from);
                if reading.best.as_ref().is_none_or(|(best, _)| *best < offset) {
                    reading.best = Some((offset, held.clone()));
                }
                return self.answer_read(op, desk);
            }
        }
        regional.reading.remove(op);
        desk.out.push(Output::Reply { op, answer: Answer::Found(held.clone()) });
    }

    /// Answers where enough have spoken, and where every region has what is returned if that matters.
    fn answer_read(&mut self, op: OpId, desk: &mut Desk<'_, '_>) {
        let Some(regional) = &mut self.regional else { return };
        let everywhere = regional.everywhere;
        let ready = |reading: &mut Reading| {
            let (offset, held) = reading.best.as_ref()?;
            let known = reading.level != Freshness::Strong || *offset <= everywhere;
            (known && reading.answered.len() >= reading.needed).then(|| held.clone())
        };
        if let Some(held) = regional.reading.get_mut(op).and_then(ready) {
            regional.reading.remove(op);
            desk.out.push(Output::Reply { op, answer: Answer::Found(held) });
        }
    }

    /// More of the log is known to be everywhere: reads that waited for it are answered.
    pub(super) fn pass_barriers(&mut self, desk: &mut Desk<'_, '_>) {
        let Some(regional) = &self.regional else { return };
        let waiting: Vec<OpId> = regional.reading.iter().map(|(op, _)| op).collect();
        for op in waiting {
            self.answer_read(op, desk);
        }
    }

    /// It took too long: asks all the others of the region.
    pub(in super::super) fn read_again(&mut self, op: OpId, desk: &mut Desk<'_, '_>) {
        let Some(regions) = &desk.policy.regions else { return };
        let Some(regional) = &mut self.regional else { return };
        let Some(reading) = regional.reading.get_mut(op) else {
            // A strong read that nobody confirmed: its client has given up.
            regional.confirming.remove(op);
            return;
        };
        reading.attempt += 1;
        if reading.answered.len() >= reading.needed {
            // Only word is missing that every region has it.
            reading.answered.clear();
        }
        let answered = &reading.answered;
        let others = self.group.iter().filter(|node| !answered.contains(node));
        reading.left =
            others.copied().filter(|node| *node == desk.me || desk.is_believed_up(*node)).collect();
        for _ in 0..reading.left.len() {
            self.ask_next(op, regions, desk);
        }
        desk.arm(Alarm::Read(op), AGAIN);
    }

    /// A strong read came to a leader.
    pub(in super::super) fn confirm_read(
        &mut self,
        op: OpId,
        key: KeyId,
        origin: Option<NodeId>,
        desk: &mut Desk<'_, '_>,
    ) {
        let term = self.term;
        for to in self.others(desk.me) {
            desk.tell_region(to, RegionMessage::Confirm { op, term });
        }
        let Some(regional) = &mut self.regional else { return };
        let (held, offset) = (desk.store.held(key).clone(), self.log.end());
        let is_committed = offset <= regional.committed;
        regional.confirming.insert(op, Confirming { held, offset, by: Vec::new(), origin });
        if !is_committed {
            // What came from another region waits for nobody, and so nobody has asked how far it is.
            self.ask_for_acks(desk);
        }
        self.confirm_waiting(desk);
        if self.regional.as_ref().is_some_and(|regional| regional.confirming.contains(op)) {
            desk.arm(Alarm::Read(op), desk.around.settings.timeout);
        }
    }

    pub(super) fn count_confirmed(&mut self, from: NodeId, op: OpId, term: u64, desk: &mut Desk<'_, '_>) {
        let leads = self.role == Role::Primary && self.term == term;
        let Some(confirming) =
            self.regional.as_mut().filter(|_| leads).and_then(|regional| regional.confirming.get_mut(op))
        else {
            return;
        };
        if !confirming.by.contains(&from) {
            confirming.by.push(from);
            self.confirm_waiting(desk);
        }
    }

    /// Answers the strong reads that are confirmed and whose writes a majority has.
    pub(super) fn confirm_waiting(&mut self, desk: &mut Desk<'_, '_>) {
        let needed = majority(self.group.len()) - 1;
        let Some(regional) = &mut self.regional else { return };
        let committed = regional.committed;
        let is_done = |(op, waiting): (OpId, &Confirming)| {
            (waiting.by.len() >= needed && waiting.offset <= committed).then_some(op)
        };
        let done: Vec<OpId> = regional.confirming.iter().filter_map(is_done).collect();
        for op in done {
            if let Some(Confirming { held, origin, .. }) = regional.confirming.remove(op) {
                super::super::write::answer((op, origin), Answer::Found(held), desk);
            }
        }
    }

    /// Whether a read that reached it must be confirmed before it is answered.
    #[expect(clippy::unused_self, reason = "it is a question to the member")]
    pub(in super::super) fn must_confirm(&self, desk: &Desk<'_, '_>) -> bool {
        matches!(desk.between(), Some(Between::Async))
    }
}
