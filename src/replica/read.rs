//! Reads, from the coordinator's side.
//!
//! ```text
//! asks: all       A ── read ──► B, C                      the first R answers are merged
//! asks: exactly   A ── read ──► B   ── digest? ──► C      equal: answer
//!                                                         different: A ── read ──► C, then merge
//!
//! read repair     blocking   merge ── repair ──► who lacks it ── acks ──► answer
//!                 async      merge ── answer, repair ──► who lacks it, and who answers late
//! ```
//!
//! Dynamo §4.5; Cassandra's manual, "Read repair". A digest is the name of what is held.

use std::borrow::Cow;

use crate::{
    action::{Among, Asks, BlockFor, ReadRepair},
    base::{KeyId, NodeId, OpId, OpTable},
    data::Held,
};

use super::{
    Answer, Body, Effort, Output, Placement, Replica, Request, Surroundings, Timer, Want, owners,
    quorum::{counted, is_met, just_enough},
};

/// Reads under way, those included that are answered but still repair.
pub(super) type Readings = OpTable<Reading>;

#[derive(Debug, Clone)]
pub(super) struct Reading {
    key: KeyId,
    cause: u64,
    block_for: BlockFor,
    /// Where its client stands.
    client: NodeId,
    asked: Vec<NodeId>,
    /// Who has answered: a link may deliver an answer twice, and a replica counts once.
    heard: Vec<Heard>,
    /// What has been found so far.
    merged: Held,
    stage: Stage,
    /// How many repairs it has sent.
    repairs: u32,
}

#[derive(Debug, Clone, Copy)]
struct Heard {
    node: NodeId,
    /// The name of what it holds, as far as is known.
    content: u64,
    form: Want,
    /// The name of what it was last repaired with.
    given: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Answers are too few.
    Asking,
    /// Digests differed: the contents were asked for.
    Reconciling,
    /// What is to be returned is known, and too few replicas hold it yet.
    Repairing,
    /// Answered; whoever answers late is repaired.
    Watching,
}

impl Reading {
    fn hear(&mut self, node: NodeId, content: u64, form: Want) {
        match self.heard.iter_mut().find(|heard| heard.node == node) {
            Some(heard) => (heard.content, heard.form) = (content, form),
            None => self.heard.push(Heard { node, content, form, given: 0 }),
        }
    }

    fn has_heard(&self, node: NodeId, form: Want) -> bool {
        self.heard
            .iter()
            .any(|heard| heard.node == node && (heard.form == Want::Contents || form == heard.form))
    }

    fn in_full(&self) -> impl Iterator<Item = NodeId> + Clone + '_ {
        self.heard.iter().filter(|heard| heard.form == Want::Contents).map(|heard| heard.node)
    }

    /// Who answered with just what has been found.
    fn alike(&self) -> impl Iterator<Item = NodeId> + Clone + '_ {
        let content = self.merged.content();
        self.heard.iter().filter(move |heard| heard.content == content).map(|heard| heard.node)
    }

    /// Who is known to hold all that has been found. A stand-in is taken to: it is no replica of the key,
    /// and what it keeps for one is not repaired.
    fn holders<'a>(&'a self, placement: Placement<'a>) -> impl Iterator<Item = NodeId> + Clone + 'a {
        let content = self.merged.content();
        let holds =
            move |heard: &&Heard| heard.content == content || !placement.is_owner(heard.node, self.key);
        self.heard.iter().filter(holds).map(|heard| heard.node)
    }

    /// How many answers have come that count.
    fn received(&self, placement: Placement<'_>) -> u16 {
        match self.stage {
            Stage::Asking => counted(self.block_for, self.heard.iter().map(|heard| heard.node), placement),
            Stage::Reconciling => counted(self.block_for, self.in_full(), placement),
            Stage::Repairing | Stage::Watching => counted(self.block_for, self.holders(placement), placement),
        }
    }
}

impl Replica {
    pub(super) fn coordinate_read(
        &mut self,
        request: &Request<'_>,
        around: &Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        let Request { op, cause, key, block_for, client, .. } = *request;
        let rules = around.settings.leaderless();
        let asks = rules.map_or(Asks::All, |rules| rules.asks);
        let repairs = rules.is_some_and(|rules| rules.read_repair != ReadRepair::Off);
        let owner = around.placement.is_owner(self.id, key);
        if owner
            && !(repairs && asks == Asks::All)
            && is_met(block_for, [self.id].into_iter(), around.placement)
        {
            self.reply((op, client), Answer::Found(self.store.held(key).clone()), out);
            return;
        }
        let mut candidates = self.by_nearness(key, around);
        candidates.extend(self.counting_stand_ins(key, around));
        let asked = match asks {
            Asks::All => candidates,
            Asks::Exactly => just_enough(block_for, &candidates, around.placement),
        };
        let mut heard = Vec::with_capacity(asked.len());
        let mut merged = Held::Nothing;
        let mut want = Want::Contents;
        for to in asked.iter().copied() {
            if to == self.id {
                merged = self.known_of(key, around).into_owned();
                heard.push(Heard { node: to, content: merged.content(), form: Want::Contents, given: 0 });
            } else {
                out.push(Output::Send { to, body: Body::Read { op, key, want, attempt: 0 } });
            }
            if asks == Asks::Exactly {
                want = Want::Digest;
            }
        }
        let stage = Stage::Asking;
        let reading = Reading { key, cause, block_for, client, asked, heard, merged, stage, repairs: 0 };
        let speculates = asks == Asks::Exactly && block_for.among != Among::EachZone;
        if let Some(after) = rules.and_then(|rules| rules.speculative).filter(|_| speculates) {
            out.push(Output::Arm { timer: Timer::Speculate { op, cause }, after });
        }
        self.readings.insert(op, reading);
        self.weigh(op, around, out);
    }

    /// The replicas of `key` that it believes up: itself first, then those of its zone.
    pub(super) fn by_nearness(&self, key: KeyId, around: &Surroundings<'_>) -> Vec<NodeId> {
        let zone = |node| around.placement.topology().zone_of(node);
        let up = |node: &NodeId| *node == self.id || around.believed_up[node.index()];
        let mut candidates: Vec<NodeId> = owners(around.placement, key).filter(up).collect();
        candidates.sort_by_key(|node| (*node != self.id, zone(*node) != zone(self.id)));
        candidates
    }

    /// A replica was asked for what it holds.
    pub(super) fn answer_read(
        &self,
        from: NodeId,
        (op, key): (OpId, KeyId),
        (want, attempt): (Want, u32),
        around: &Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        let held = self.known_of(key, around);
        let body = match want {
            Want::Contents => Body::ReadReply { op, held: held.into_owned(), attempt },
            Want::Digest => Body::Digest { op, content: held.content(), attempt },
        };
        out.push(Output::Send { to: from, body });
    }

    /// What it tells of a key: a stand-in also what it keeps for the replicas of the key.
    fn known_of(&self, key: KeyId, around: &Surroundings<'_>) -> Cow<'_, Held> {
        let held = self.store.held(key);
        if around.placement.is_owner(self.id, key) {
            return Cow::Borrowed(held);
        }
        let mut held = held.clone();
        for (_, _, hint) in self.hints().filter(|(_, of, _)| *of == key) {
            held.merge(hint, around.settings.conflicts_of(key));
        }
        Cow::Owned(held)
    }

    pub(super) fn count_reply(
        &mut self,
        op: OpId,
        (from, held): (NodeId, &Held),
        around: &Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        let Some(reading) = self.readings.get_mut(op) else { return };
        if reading.has_heard(from, Want::Contents) {
            return;
        }
        reading.hear(from, held.content(), Want::Contents);
        reading.merged.merge(held, around.settings.conflicts_of(reading.key));
        self.weigh(op, around, out);
    }

    pub(super) fn count_digest(
        &mut self,
        op: OpId,
        (from, content): (NodeId, u64),
        around: &Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        let Some(reading) = self.readings.get_mut(op) else { return };
        if reading.has_heard(from, Want::Digest) {
            return;
        }
        reading.hear(from, content, Want::Digest);
        self.weigh(op, around, out);
    }

    /// `from` holds what it was repaired with.
    pub(super) fn count_repair(
        &mut self,
        op: OpId,
        (from, content): (NodeId, u64),
        around: &Surroundings<'_>,
        out: &mut Vec<Output>,
    ) {
        let Some(reading) = self.readings.get_mut(op) else { return };
        if content == reading.merged.content() {
            reading.hear(from, content, Want::Contents);
        }
        self.weigh(op, around, out);
    }

    /// Goes on as far as the answers so far allow.
    fn weigh(&mut self, op: OpId, around: &Surroundings<'_>, out: &mut Vec<Output>) {
        let Some(reading) = self.readings.get_mut(op) else { return };
        let (block_for, placement) = (reading.block_for, around.placement);
        match reading.stage {
            Stage::Asking => {
                let enough = is_met(block_for, reading.heard.iter().map(|heard| heard.node), placement);
                if !enough || reading.in_full().next().is_none() {
                    return;
                }
                let heard = reading.heard.len();
                if reading.alike().count() == heard || reading.in_full().count() == heard {
                    self.conclude(op, around, out);
                } else {
                    self.reconcile(op, out);
                }
            }
            Stage::Reconciling => {
                if is_met(block_for, reading.in_full(), placement) {
                    self.conclude(op, around, out);
                }
            }
            Stage::Repairing => {
                if is_met(block_for, reading.holders(placement), placement) {
                    self.return_found(op, around, out);
                } else {
                    self.repair_who_lacks(op, around, out);
                }
            }
            Stage::Watching => {
                self.repair_who_lacks(op, around, out);
                if self.readings.get(op).is_some_and(|reading| reading.heard.len() >= reading.asked.len()) {
                    self.readings.remove(op);
                }
            }
        }
    }

    /// Digests differ: asks those that sent one for their contents.
    fn reconcile(&mut self, op: OpId, out: &mut Vec<Output>) {
        let Some(reading) = self.readings.get_mut(op) else { return };
        reading.stage = Stage::Reconciling;
        let key = reading.key;
        out.push(Output::Effort { op, key, effort: Effort::DigestsDiffered });
        for heard in reading.heard.iter().filter(|heard| heard.form == Want::Digest) {
            let body = Body::Read { op, key, want: Want::Contents, attempt: 1 };
            out.push(Output::Send { to: heard.node, body });
        }
    }

    /// Enough is known to say what the read returns.
    fn conclude(&mut self, op: OpId, around: &Surroundings<'_>, out: &mut Vec<Output>) {
        let repair = around.settings.leaderless().map_or(ReadRepair::Off, |rules| rules.read_repair);
        match repair {
            ReadRepair::Off => {
                if let Some(reading) = self.readings.remove(op) {
                    self.reply((op, reading.client), Answer::Found(reading.merged), out);
                }
            }
            ReadRepair::Async => self.return_found(op, around, out),
            ReadRepair::Blocking => {
                self.repair_who_lacks(op, around, out);
                if let Some(reading) = self.readings.get_mut(op) {
                    reading.stage = Stage::Repairing;
                    self.weigh(op, around, out);
                }
            }
        }
    }

    /// Answers; stays to repair who answers late.
    fn return_found(&mut self, op: OpId, around: &Surroundings<'_>, out: &mut Vec<Output>) {
        let Some(reading) = self.readings.get_mut(op) else { return };
        reading.stage = Stage::Watching;
        let (client, found) = (reading.client, reading.merged.clone());
        let (cause, waits) = (reading.cause, reading.heard.len() < reading.asked.len());
        self.reply((op, client), Answer::Found(found), out);
        self.repair_who_lacks(op, around, out);
        if waits {
            let after = around.settings.timeout;
            out.push(Output::Arm { timer: Timer::GiveUp { op, cause }, after });
        } else {
            self.readings.remove(op);
        }
    }

    /// Sends all that has been found to those that answered with less.
    fn repair_who_lacks(&mut self, op: OpId, around: &Surroundings<'_>, out: &mut Vec<Output>) {
        let Some(reading) = self.readings.get_mut(op) else { return };
        let (key, content, merged) = (reading.key, reading.merged.content(), reading.merged.clone());
        let Some(write) = merged.newest() else { return };
        let mut sent = Vec::new();
        for heard in &mut reading.heard {
            let lacks = heard.form == Want::Contents && heard.content != content && heard.given != content;
            if lacks && around.placement.is_owner(heard.node, key) {
                heard.given = content;
                sent.push(heard.node);
                if heard.node == self.id {
                    heard.content = content;
                }
            }
        }
        for to in sent {
            out.push(Output::Effort { op, key, effort: Effort::Repaired { to, write } });
            if to == self.id {
                self.absorb(key, &merged, around, out);
            } else {
                let count = self.readings.get_mut(op).map(|reading| &mut reading.repairs);
                let attempt = count.map_or(0, |count| {
                    *count += 1;
                    *count - 1
                });
                out.push(Output::Send { to, body: Body::Repair { op, key, held: merged.clone(), attempt } });
            }
        }
    }

    /// An answer is late: asks one replica more (Cassandra's manual, "Speculative retry").
    pub(super) fn ask_one_more(&mut self, op: OpId, around: &Surroundings<'_>, out: &mut Vec<Output>) {
        let Some(reading) = self.readings.get(op) else { return };
        let key = reading.key;
        if reading.stage != Stage::Asking {
            return;
        }
        let among = |node: NodeId| match reading.block_for.among {
            Among::Zone(zone) => around.placement.topology().zone_of(node) == Some(zone),
            Among::Everyone | Among::EachZone | Among::HintsToo => true,
        };
        let spare = |node: &NodeId| !reading.asked.contains(node) && among(*node);
        let Some(to) = self.by_nearness(key, around).into_iter().find(spare) else { return };
        if let Some(reading) = self.readings.get_mut(op) {
            reading.asked.push(to);
        }
        out.push(Output::Effort { op, key, effort: Effort::Speculated { to } });
        out.push(Output::Send { to, body: Body::Read { op, key, want: Want::Contents, attempt: 0 } });
    }

    /// Forgets a read; says how many answers had come that count.
    pub(super) fn abandon_read(&mut self, op: OpId, placement: Placement<'_>) -> Option<u16> {
        self.readings.remove(op).map(|reading| reading.received(placement))
    }

    /// Reads that may yet repair somebody under this rule: of which key, who was asked, and what has been found. One
    /// that repairs already goes on after the rule is turned off.
    pub(crate) fn readings(&self, rule: ReadRepair) -> impl Iterator<Item = (KeyId, &[NodeId], &Held)> {
        let repairs = move |reading: &&Reading| {
            rule != ReadRepair::Off || matches!(reading.stage, Stage::Repairing | Stage::Watching)
        };
        let all = self.readings.iter().map(|(_, reading)| reading).filter(repairs);
        all.map(|reading| (reading.key, reading.asked.as_slice(), &reading.merged))
    }
}
