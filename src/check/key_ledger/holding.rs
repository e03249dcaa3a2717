//! What replicas come to hold, and which writes are remembered for how long.

use std::sync::Arc;

use super::{
    super::fates::Fate, Answer, KeyLedger, MAX_CLOSED, MAX_CLOSED_WHILE_READ, MAX_OPEN, Memory, Purge, Record,
};
use crate::{
    base::{NodeId, SimTime},
    data::{Conflicts, Held, Version},
    sim::Simulation,
};

impl KeyLedger {
    /// A replica's contents changed, or withstood. Gives the times to consistency of the writes that every
    /// replica reflects from now on.
    pub(in crate::check) fn stored(
        &mut self,
        node: NodeId,
        content: u64,
        at: SimTime,
        simulation: &Simulation,
        mut consistent: impl FnMut(&Record),
    ) {
        if self.owners.contains(&node) {
            self.recount(node, content);
        }
        let (held, conflicts) =
            (simulation.held(node, self.key), simulation.settings().conflicts_of(self.key));
        if conflicts == Conflicts::LogOrder {
            self.take_back(node, held);
        }
        let mut closing = false;
        for record in &mut self.open {
            let seen = &mut record.reflected[node.index()];
            if seen.is_none() && held.reflects(&record.version, conflicts) {
                *seen = Some(at);
                if !self.owners.contains(&node) {
                    continue;
                }
                record.missing -= 1;
                if record.missing == 0 {
                    closing = true;
                    if record.consistent.is_none() {
                        record.consistent = Some(at);
                        consistent(record);
                    }
                }
            }
        }
        if self.wiped.contains(&node) {
            for record in &mut self.closed {
                let seen = record.reflected[node.index()];
                if seen.is_none() && held.reflects(&record.version, conflicts) {
                    Arc::make_mut(record).reflected[node.index()] = Some(at);
                }
            }
        }
        if closing {
            self.close(simulation);
        }
    }

    /// A member of a replica set may give writes up: it reflects them no longer.
    fn take_back(&mut self, node: NodeId, held: &Held) {
        let undone = |record: &Record| {
            record.reflected[node.index()].is_some() && !held.reflects(&record.version, Conflicts::LogOrder)
        };
        let forget = |record: &mut Record| {
            record.reflected[node.index()] = None;
            record.missing += 1;
        };
        self.open.iter_mut().filter(|record| undone(record)).for_each(forget);
        while let Some(index) = self.closed.iter().position(|record| undone(record)) {
            let Some(mut record) = self.closed.remove(index) else { return };
            forget(Arc::make_mut(&mut record));
            let place = self.open.partition_point(|open| open.accepted < record.accepted);
            self.open.insert(place, Arc::unwrap_or_clone(record));
        }
        while self.open.len() > MAX_OPEN {
            self.open.pop_front();
            self.memory = Memory::Partial;
        }
    }

    /// The disk of `node` is gone: it reflects nothing any more.
    pub(in crate::check) fn wiped(&mut self, node: NodeId) {
        if !self.wiped.contains(&node) {
            self.wiped.push(node);
        }
        let owns = self.owners.contains(&node);
        for record in &mut self.open {
            let reflected = record.reflected[node.index()].take().is_some();
            record.missing += usize::from(owns && reflected);
        }
        for record in self.closed.iter_mut().filter(|record| record.reflected[node.index()].is_some()) {
            Arc::make_mut(record).reflected[node.index()] = None;
        }
    }

    pub(super) fn close(&mut self, simulation: &Simulation) {
        let mut index = 0;
        while index < self.open.len() {
            if self.open[index].missing > 0 {
                index += 1;
            } else if let Some(record) = self.open.remove(index) {
                self.closed.push_back(Arc::new(record));
            }
        }
        let limit = if self.reading > 0 { MAX_CLOSED_WHILE_READ } else { MAX_CLOSED };
        // What all replicas have merged into a counter or a set can no longer be lost.
        let merged = simulation.settings().merges(self.key);
        while self.closed.len() > limit {
            let is_held = |write: &Version| {
                let keeps = |node| simulation.held(node, self.key).keeps(write);
                (0..self.nodes).map(NodeId::at).any(keeps)
            };
            // What is held, or has yet to be acknowledged, may still be lost.
            let over = |record: &Arc<Record>| {
                record.answer == Answer::Given && (merged || !is_held(&record.version))
            };
            // One that was never acknowledged makes no read stale: it goes first.
            let idle = |record: &Arc<Record>| record.acked.is_none() && over(record);
            let index = match self.closed.iter().position(idle) {
                None if self.closed.iter().filter(|record| over(record)).count() <= limit => None,
                None => self.closed.iter().position(over),
                idle => idle,
            };
            if let Some(index) = index {
                self.memory = Memory::Partial;
                if let Some(record) = self.closed.remove(index) {
                    let undone = !merged && record.purge == Purge::Kept;
                    let lost = record.acked.is_some() && !record.superseded && undone;
                    self.forgotten_losses += u64::from(lost);
                    if record.acked.is_some() {
                        self.forgotten_fates.count(match (lost, merged) {
                            (true, _) => Self::how_gone(&record),
                            (false, true) => Fate::Visible,
                            (false, false) => Fate::Superseded,
                        });
                    }
                }
            } else if self.closed.len() > MAX_OPEN {
                self.closed.pop_front();
                self.memory = Memory::Partial;
            } else {
                return;
            }
        }
    }

    fn recount(&mut self, node: NodeId, content: u64) {
        let before = std::mem::replace(&mut self.holding[node.index()], content);
        if let Some(index) = self.contents.iter().position(|(c, _)| *c == before) {
            self.contents[index].1 -= 1;
            if self.contents[index].1 == 0 {
                self.contents.swap_remove(index);
            }
        }
        match self.contents.iter_mut().find(|(c, _)| *c == content) {
            Some((_, count)) => *count += 1,
            None => self.contents.push((content, 1)),
        }
    }
}
