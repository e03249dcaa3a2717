//! A search for one order of calls that keeps a relation and explains every read. A read that is right now comes now,
//! for it changes nothing; a write comes only once nobody waits for what it replaces.

use std::collections::BTreeSet;

use super::{
    calls::{Call, Did},
    relation::{Relation, bits},
};

/// What a search found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    Order,
    None,
    /// The budget was spent first.
    Spent,
}

struct Search<'a> {
    calls: &'a [Call],
    relation: &'a Relation,
    /// By call: whether it has come, or takes no part.
    done: Vec<u64>,
    left: usize,
    /// By key: the write that it shows.
    shown: Vec<Option<u32>>,
    /// By write, and by key for what was there at the beginning: how many reads of it are still to come.
    awaited: Vec<u32>,
    awaited_first: Vec<u32>,
    seen: BTreeSet<(Vec<u64>, Vec<Option<u32>>)>,
    steps: u64,
}

/// Whether the calls `among` have an order; at most `steps` calls are tried.
pub(super) fn order(calls: &[Call], among: &[usize], relation: &Relation, steps: u64) -> Found {
    let words = calls.len().div_ceil(64);
    let keys = calls.iter().map(|call| call.key as usize + 1).max().unwrap_or(0);
    let mut search = Search {
        calls,
        relation,
        done: vec![u64::MAX; words],
        left: among.len(),
        shown: vec![None; keys],
        awaited: vec![0; calls.len()],
        awaited_first: vec![0; keys],
        seen: BTreeSet::new(),
        steps,
    };
    for call in among {
        search.done[call / 64] &= !(1 << (call % 64));
        match calls[*call].did {
            Did::Read(Some(source)) => search.awaited[source as usize] += 1,
            Did::Read(None) => search.awaited_first[calls[*call].key as usize] += 1,
            Did::Write => {}
        }
    }
    search.run()
}

impl Search<'_> {
    /// Depth first. `trail` holds what came, with what its key showed before; `branches` the writes that are
    /// still to be tried, and how long the trail was.
    fn run(&mut self) -> Found {
        let mut trail: Vec<(usize, Option<u32>)> = Vec::new();
        let mut branches: Vec<(usize, Vec<usize>)> = Vec::new();
        loop {
            self.take_reads(&mut trail);
            if self.left == 0 {
                return Found::Order;
            }
            let fresh = self.seen.insert((self.done.clone(), self.shown.clone()));
            let choices = if fresh { self.writes() } else { Vec::new() };
            branches.push((trail.len(), choices));
            loop {
                let Some((length, choices)) = branches.last_mut() else { return Found::None };
                let length = *length;
                while trail.len() > length {
                    let Some((call, shown)) = trail.pop() else { break };
                    self.take_back(call, shown);
                }
                if let Some(write) = choices.pop() {
                    if self.steps == 0 {
                        return Found::Spent;
                    }
                    self.steps -= 1;
                    self.take(write, &mut trail);
                    break;
                }
                branches.pop();
            }
        }
    }

    /// Whether all that must come before it has come.
    fn is_free(&self, call: usize) -> bool {
        self.relation.before(call).iter().zip(&self.done).all(|(before, done)| before & !done == 0)
    }

    fn open(&self) -> Vec<usize> {
        let open: Vec<u64> = self.done.iter().map(|done| !done).collect();
        bits(&open).filter(|call| *call < self.calls.len() && self.is_free(*call)).collect()
    }

    fn take_reads(&mut self, trail: &mut Vec<(usize, Option<u32>)>) {
        loop {
            let before = trail.len();
            for call in self.open() {
                let Call { did, key, .. } = self.calls[call];
                if did == Did::Read(self.shown[key as usize]) {
                    self.take(call, trail);
                }
            }
            if trail.len() == before {
                return;
            }
        }
    }

    /// Writes that may come next: nobody still has to read what they replace. The first is tried last.
    fn writes(&self) -> Vec<usize> {
        let is_over = |key: u32| match self.shown[key as usize] {
            Some(shown) => self.awaited[shown as usize] == 0,
            None => self.awaited_first[key as usize] == 0,
        };
        let mut writes: Vec<usize> = self
            .open()
            .into_iter()
            .filter(|call| self.calls[*call].is_write() && is_over(self.calls[*call].key))
            .collect();
        writes.sort_by_key(|call| std::cmp::Reverse(self.calls[*call].invoked));
        writes
    }

    fn take(&mut self, call: usize, trail: &mut Vec<(usize, Option<u32>)>) {
        let key = self.calls[call].key as usize;
        trail.push((call, self.shown[key]));
        self.done[call / 64] |= 1 << (call % 64);
        self.left -= 1;
        match self.calls[call].did {
            Did::Write => self.shown[key] = u32::try_from(call).ok(),
            Did::Read(Some(source)) => self.awaited[source as usize] -= 1,
            Did::Read(None) => self.awaited_first[key] -= 1,
        }
    }

    fn take_back(&mut self, call: usize, shown: Option<u32>) {
        let key = self.calls[call].key as usize;
        self.done[call / 64] &= !(1 << (call % 64));
        self.left += 1;
        match self.calls[call].did {
            Did::Write => self.shown[key] = shown,
            Did::Read(Some(source)) => self.awaited[source as usize] += 1,
            Did::Read(None) => self.awaited_first[key] += 1,
        }
    }
}
