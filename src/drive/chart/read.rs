//! A stretch of a timeline → a chart.

use std::collections::BTreeMap;

use crate::{
    action::{Act, Surgery},
    base::{CutId, KeyId, MessageId, NodeId, OpId, SimTime},
    data::Value,
    drive::{Mark, Narrator, Timeline},
    sim::{Fact, Outcome, What},
};

use super::{Answer, Arrow, Bar, BarKind, Call, CallKind, Chart, Fate, Holding, Instant, Spot, Worth};

/// At most so many facts are read: more would be no picture any more.
const MAX_FACTS: usize = 20_000;
/// At most so many steps are run again for a chart.
pub(super) const MAX_STEPS: u64 = 30_000;

impl Chart {
    /// What happens from `from` to `to` on the line of `timeline`, as far as that has been run.
    pub fn of(timeline: &Timeline, (from, to): (SimTime, SimTime), focus: KeyId) -> Self {
        // Messages that were sent a little before arrive within.
        let earlier = SimTime(from.0.saturating_sub(to.since(from).0));
        match timeline.replay(earlier, to, MAX_STEPS) {
            None => Reader::new(timeline, (from, to), focus).read(earlier),
            Some(replay) => Reader::new(&replay, (from, to), focus).read(earlier),
        }
    }
}

/// Puts the facts of one stretch together.
struct Reader<'a> {
    narrator: Narrator<'a>,
    focus: KeyId,
    chart: Chart,
    order: u32,
    /// Messages under way.
    open: BTreeMap<MessageId, usize>,
    /// What came last: in which step, to whom, the arrow.
    come: Option<(u64, NodeId, usize)>,
    calls: BTreeMap<OpId, usize>,
    /// What writes were given, by operation.
    written: BTreeMap<OpId, String>,
    cuts: BTreeMap<CutId, usize>,
    down: BTreeMap<NodeId, usize>,
    frozen: BTreeMap<NodeId, usize>,
    /// Whether a single write says what a replica shows.
    single: Single,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Single {
    Yes,
    No,
}

impl<'a> Reader<'a> {
    fn new(timeline: &'a Timeline, (from, to): (SimTime, SimTime), focus: KeyId) -> Self {
        let simulation = timeline.simulation();
        let merges = simulation.settings().conflicts.keeps_siblings();
        Self {
            narrator: Narrator { timeline },
            focus,
            chart: Chart {
                from,
                to,
                known: (from, to),
                holdings: vec![Vec::new(); simulation.scenario().replicas.len()],
                ..Chart::default()
            },
            order: 0,
            open: BTreeMap::new(),
            come: None,
            calls: BTreeMap::new(),
            written: BTreeMap::new(),
            cuts: BTreeMap::new(),
            down: BTreeMap::new(),
            frozen: BTreeMap::new(),
            single: if merges { Single::No } else { Single::Yes },
        }
    }

    fn read(mut self, earlier: SimTime) -> Chart {
        let timeline = self.narrator.timeline;
        let facts = timeline.journal().facts();
        let within: Vec<&Fact> = {
            let mut newest: Vec<&Fact> =
                facts.rev().take_while(|fact| fact.at.at >= earlier).take(MAX_FACTS).collect();
            newest.reverse();
            newest
        };
        let since = timeline.journal().complete_since();
        let begins = match within.first() {
            Some(first) if within.len() == MAX_FACTS => first.at.at,
            _ => since.at,
        };
        let end = timeline.position().at;
        self.chart.known = (self.chart.from.max(begins), self.chart.to.min(end));
        for fact in within {
            self.order += 1;
            self.fact(fact);
        }
        self.finish()
    }

    fn now(&self, at: SimTime) -> Instant {
        Instant { order: self.order, at }
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each kind of fact")]
    fn fact(&mut self, fact: &Fact) {
        let at = fact.at.at;
        match &fact.what {
            What::Sent { message, from, to, kind, carries, arrives, .. } => {
                let value = carries.and_then(|write| self.value(write));
                let sent = self.now(at);
                self.open.insert(*message, self.chart.arrows.len());
                let (from, to, kind, arrives) = (*from, *to, *kind, *arrives);
                let worth = if kind.is_gossip() { Worth::IdleGossip } else { Worth::Something };
                self.chart.arrows.push(Arrow {
                    from,
                    to,
                    kind,
                    value,
                    sent,
                    arrives,
                    held: None,
                    ended: None,
                    worth,
                });
            }
            What::Delivered { message, to, .. } => {
                let arrow = self.ended(*message, Fate::Delivered, at);
                self.come = arrow.map(|arrow| (fact.at.step, *to, arrow));
            }
            What::Died { message, death, .. } => {
                let arrow = self.ended(*message, Fate::Died(*death), at);
                // What would have taught nothing is not told of.
                if let Some(arrow) = arrow.filter(|_| self.narrator.line(fact).is_some()) {
                    self.chart.arrows[arrow].worth = Worth::Something;
                }
            }
            What::Operated { message, surgery, .. } => self.operated(*message, *surgery, at),
            What::Asked { op, client, node, act, .. } => {
                let what = if matches!(**act, Act::Read) { CallKind::Read } else { CallKind::Write };
                let asked = self.now(at);
                self.calls.insert(*op, self.chart.calls.len());
                self.chart.calls.push(Call {
                    op: *op,
                    client: *client,
                    node: *node,
                    what,
                    asked,
                    redirected: Vec::new(),
                    answered: None,
                });
            }
            What::Accepted { op, version, .. } => {
                self.written.insert(*op, version.value.to_string());
            }
            What::Answered { op, outcome } => self.answered(*op, outcome, fact),
            What::Redirected { op, to, .. } => {
                let now = self.now(at);
                if let Some(call) = self.calls.get(op).and_then(|call| self.chart.calls.get_mut(*call)) {
                    call.redirected.push((*to, now));
                }
            }
            What::CutMade { id } => {
                self.cuts.insert(*id, self.chart.bars.len());
                let words = self.narrator.wall(*id);
                self.bar(BarKind::Cut(words), at);
            }
            What::CutHealed { id, .. } => {
                if let Some(bar) = self.cuts.remove(id) {
                    self.chart.bars[bar].to = Some(at);
                } else {
                    let words = self.narrator.wall(*id);
                    self.ends_now(BarKind::Cut(words), at);
                }
            }
            What::Crashed { node } | What::Destroyed { node, .. } => {
                if matches!(fact.what, What::Destroyed { .. }) {
                    self.holds(*node, None, at);
                }
                if !self.down.contains_key(node) {
                    self.down.insert(*node, self.chart.bars.len());
                    self.bar(BarKind::Down(*node), at);
                }
            }
            What::Restarted { node } => match self.down.remove(node) {
                Some(bar) => self.chart.bars[bar].to = Some(at),
                None => self.ends_now(BarKind::Down(*node), at),
            },
            What::Frozen { node } => {
                self.frozen.insert(*node, self.chart.bars.len());
                self.bar(BarKind::Frozen(*node), at);
            }
            What::Thawed { node, .. } => match self.frozen.remove(node) {
                Some(bar) => self.chart.bars[bar].to = Some(at),
                None => self.ends_now(BarKind::Frozen(*node), at),
            },
            What::Stored { node, key, write, over, .. } if *key == self.focus => {
                let before = over.and_then(|(write, _)| self.value(write));
                self.begins_with(*node, before);
                let value = self.value(*write);
                self.holds(*node, value, at);
                self.taught(fact.at.step, *node);
            }
            What::Stored { node, .. } | What::HeldBack { node, .. } | What::Kept { node, .. } => {
                self.taught(fact.at.step, *node);
            }
            What::Discarded { node, key, instead, .. } if *key == self.focus => {
                let value = instead.and_then(|write| self.value(write));
                self.holds(*node, value, at);
            }
            What::Purged { node, key, .. } if *key == self.focus => self.holds(*node, None, at),
            What::Discarded { .. }
            | What::Purged { .. }
            | What::Effort { .. }
            | What::Queued { .. }
            | What::Waits { .. }
            | What::Rebound { .. }
            | What::News { .. }
            | What::Hinted { .. }
            | What::HandedBack { .. }
            | What::Believes { .. }
            | What::HintExpired { .. }
            | What::Turned(_) => {}
        }
        self.spot(fact);
    }

    /// A hand was laid on a message on its way.
    fn operated(&mut self, message: MessageId, surgery: Surgery, now: SimTime) {
        let Some(arrow) = self.open.get(&message).map(|arrow| &mut self.chart.arrows[*arrow]) else { return };
        match surgery {
            Surgery::Hold => arrow.held = Some(now),
            Surgery::Delay(span) => {
                let from = if arrow.held.take().is_some() { now } else { arrow.arrives };
                arrow.arrives = from + span;
            }
            Surgery::Deliver | Surgery::Drop => arrow.held = None,
            Surgery::Duplicate => {}
        }
    }

    /// What is told of a replica, on its lane.
    fn spot(&mut self, fact: &Fact) {
        let Some(node) = place(&fact.what).or_else(|| self.asked_of(&fact.what)) else { return };
        let Some(line) = self.narrator.line(fact) else { return };
        self.chart.spots.push(Spot {
            order: self.order,
            at: fact.at,
            node,
            mark: line.mark,
            text: line.text,
            value: line.value,
            cause: line.cause,
        });
    }

    /// Who gives an answer.
    fn asked_of(&self, what: &What) -> Option<NodeId> {
        let What::Answered { op, .. } = what else { return None };
        let call = self.chart.calls.get(*self.calls.get(op)?)?;
        Some(call.contact())
    }

    fn answered(&mut self, op: OpId, outcome: &Outcome, fact: &Fact) {
        let at = self.now(fact.at.at);
        let Some(index) = self.calls.get(&op).copied() else { return };
        let call = &mut self.chart.calls[index];
        // What is told already when a write was accepted has no line of its own.
        let plain = || if outcome.is_ok() { Mark::Acknowledged } else { Mark::Failed };
        let (mark, text, value) = match self.narrator.line(fact) {
            Some(line) => (line.mark, line.text, line.value),
            None => (plain(), String::new(), None),
        };
        let value = value.or_else(|| self.written.get(&op).cloned().filter(|_| outcome.is_ok()));
        let node = call.contact();
        call.answered = Some(Answer { at, node, mark, text, value });
    }

    /// Gives the arrow of the message.
    fn ended(&mut self, message: MessageId, fate: Fate, at: SimTime) -> Option<usize> {
        let now = self.now(at);
        let index = self.open.remove(&message)?;
        self.chart.arrows.get_mut(index)?.ended = Some((now, fate));
        Some(index)
    }

    /// The message that came in this step has taught the replica something.
    fn taught(&mut self, step: u64, node: NodeId) {
        if let Some((_, _, arrow)) = self.come.filter(|come| (come.0, come.1) == (step, node)) {
            self.chart.arrows[arrow].worth = Worth::Something;
        }
    }

    fn bar(&mut self, kind: BarKind, from: SimTime) {
        self.chart.bars.push(Bar { kind, from, to: None });
    }

    /// Something ended that began before the chart does.
    fn ends_now(&mut self, kind: BarKind, at: SimTime) {
        self.chart.bars.push(Bar { kind, from: SimTime::ZERO, to: Some(at) });
    }

    /// What a replica held before the first change that is told of.
    fn begins_with(&mut self, node: NodeId, value: Option<String>) {
        let lane = &mut self.chart.holdings[node.index()];
        if lane.is_empty() {
            lane.push(Holding { from: SimTime::ZERO, value });
        }
    }

    fn holds(&mut self, node: NodeId, value: Option<String>, from: SimTime) {
        self.chart.holdings[node.index()].push(Holding { from, value });
    }

    fn value(&mut self, write: crate::base::WriteId) -> Option<String> {
        // Initial values are the first writes, in their order.
        let initial = &self.narrator.timeline.simulation().scenario().initial;
        if let Some((_, value)) = initial.get(write.index()) {
            return Some(value.to_string());
        }
        let record = self.narrator.timeline.ledger().find(write)?;
        match &record.version.value {
            Value::Update(_) | Value::Set(_) => self.single = Single::No,
            Value::Text(_) | Value::Number(_) | Value::Tombstone => {}
        }
        Some(record.version.value.to_string())
    }

    fn finish(mut self) -> Chart {
        let simulation = self.narrator.timeline.simulation();
        self.standing_bars();
        for (index, lane) in self.chart.holdings.iter_mut().enumerate() {
            let held = simulation.held(NodeId::at(index), self.focus);
            let now = held.versions().first().map(|version| version.value.to_string());
            if lane.is_empty() {
                lane.push(Holding { from: SimTime::ZERO, value: now.clone() });
            }
            // Where the facts do not lead to what is there, they do not say what was there either.
            let agrees = lane.last().is_some_and(|last| last.value == now);
            if self.single == Single::No || !agrees || held.versions().len() > 1 {
                lane.clear();
            }
        }
        for message in simulation.messages() {
            if let Some(arrow) = self.open.get(&message.id) {
                self.chart.arrows[*arrow].worth = Worth::Something;
            }
        }
        let (from, to) = (self.chart.from, self.chart.to);
        self.chart.spots.retain(|spot| spot.at.at >= from && spot.at.at <= to);
        self.chart
            .arrows
            .retain(|arrow| arrow.sent.at <= to && arrow.ended.is_none_or(|(ended, _)| ended.at >= from));
        self.chart.calls.retain(|call| {
            call.asked.at <= to && call.answered.as_ref().is_none_or(|answer| answer.at.at >= from)
        });
        self.chart.bars.retain(|bar| bar.from <= to && bar.to.is_none_or(|end| end >= from));
        self.chart
    }

    /// What began before the chart does and still lasts.
    fn standing_bars(&mut self) {
        let simulation = self.narrator.timeline.simulation();
        let standing: Vec<(CutId, SimTime)> =
            simulation.cuts().standing().iter().map(|cut| (cut.id, cut.since)).collect();
        for (id, since) in standing {
            if !self.cuts.contains_key(&id) {
                let words = self.narrator.wall(id);
                self.bar(BarKind::Cut(words), since);
            }
        }
        for index in 0..simulation.scenario().replicas.len() {
            let node = NodeId::at(index);
            match simulation.status(node) {
                crate::sim::Status::Crashed if !self.down.contains_key(&node) => {
                    self.bar(BarKind::Down(node), SimTime::ZERO);
                }
                crate::sim::Status::Frozen if !self.frozen.contains_key(&node) => {
                    self.bar(BarKind::Frozen(node), SimTime::ZERO);
                }
                crate::sim::Status::Crashed | crate::sim::Status::Frozen | crate::sim::Status::Up => {}
            }
        }
    }
}

/// The replica at which it happened.
fn place(what: &What) -> Option<NodeId> {
    match what {
        What::Accepted { node, .. }
        | What::Effort { node, .. }
        | What::Stored { node, .. }
        | What::HeldBack { node, .. }
        | What::Kept { node, .. }
        | What::Waits { node, .. }
        | What::Discarded { node, .. }
        | What::News { node, .. }
        | What::Purged { node, .. }
        | What::Crashed { node }
        | What::Destroyed { node, .. }
        | What::Restarted { node }
        | What::Frozen { node }
        | What::Thawed { node, .. }
        | What::Redirected { from: node, .. }
        | What::Hinted { holder: node, .. }
        | What::HandedBack { holder: node, .. }
        | What::HintExpired { holder: node, .. }
        | What::Believes { by: node, .. } => Some(*node),
        What::Asked { .. }
        | What::Sent { .. }
        | What::Delivered { .. }
        | What::Queued { .. }
        | What::Died { .. }
        | What::Rebound { .. }
        | What::Answered { .. }
        | What::CutMade { .. }
        | What::CutHealed { .. }
        | What::Operated { .. }
        | What::Turned(_) => None,
    }
}
