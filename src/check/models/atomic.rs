//! k-atomicity of one key: is there an order of the operations, true to real time, in which every read returns one of
//! the last k writes (Aiyer, Alvisi, Bazzi 2005; Golab, Li, Shah 2011)? With k = 1 that is linearizability. A search
//! within a budget: writes come one after another, and a read comes as soon as it may.

use std::collections::{BTreeSet, VecDeque};

use super::{
    calls::{Call, Did},
    order::Found,
};

/// What was there at the beginning, as if it had been written.
const FIRST: u32 = u32::MAX;

struct Search<'a> {
    calls: &'a [Call],
    /// Calls by invocation.
    by_call: Vec<usize>,
    done: Vec<bool>,
    /// How many of `by_call` from the start have come.
    start: usize,
    left: usize,
    /// The last k writes, the newest last.
    last: VecDeque<u32>,
    k: usize,
    /// By write: how many reads of it are still to come; and of what was there at the beginning.
    awaited: Vec<u32>,
    awaited_first: u32,
    seen: BTreeSet<(usize, Vec<usize>, VecDeque<u32>)>,
    steps: u64,
}

/// Whether `calls`, all on one key, are k-atomic; at most `steps` writes are tried.
pub(crate) fn atomic(calls: &[Call], k: usize, steps: u64) -> Found {
    let mut by_call: Vec<usize> = (0..calls.len()).collect();
    by_call.sort_by_key(|call| calls[*call].invoked);
    let mut search = Search {
        calls,
        by_call,
        done: vec![false; calls.len()],
        start: 0,
        left: calls.len(),
        last: [FIRST].into(),
        k,
        awaited: vec![0; calls.len()],
        awaited_first: 0,
        seen: BTreeSet::new(),
        steps,
    };
    for call in calls {
        if let Did::Read(source) = call.did {
            *search.awaited_by(source.unwrap_or(FIRST)) += 1;
        }
    }
    search.run()
}

/// The smallest k, up to `most`, with which the calls are k-atomic; `Err` where it is larger, or where the budget was
/// spent on this k first.
pub(crate) fn smallest_k(calls: &[Call], most: usize, steps: u64) -> Result<usize, Undecided> {
    for k in 1..=most {
        match atomic(calls, k, steps) {
            Found::Order => return Ok(k),
            Found::None => {}
            Found::Spent => return Err(Undecided::Spent { on: k }),
        }
    }
    Err(Undecided::Larger)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Undecided {
    Larger,
    Spent { on: usize },
}

/// A call that came, and the write that it pushed out of the last k.
type Came = (usize, Option<u32>);

impl Search<'_> {
    fn run(&mut self) -> Found {
        let mut trail: Vec<Came> = Vec::new();
        let mut branches: Vec<(usize, Vec<usize>)> = Vec::new();
        loop {
            self.take_reads(&mut trail);
            if self.left == 0 {
                return Found::Order;
            }
            let choices = if self.is_fresh() { self.writes() } else { Vec::new() };
            branches.push((trail.len(), choices));
            loop {
                let Some((length, choices)) = branches.last_mut() else { return Found::None };
                let length = *length;
                while trail.len() > length {
                    let Some(came) = trail.pop() else { break };
                    self.take_back(came);
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

    fn awaited_by(&mut self, source: u32) -> &mut u32 {
        match self.awaited.get_mut(source as usize) {
            Some(count) => count,
            None => &mut self.awaited_first,
        }
    }

    /// Calls that may come next: nothing that is still to come was over before they began.
    fn open(&self) -> Vec<usize> {
        let mut open = Vec::new();
        let mut over = u64::MAX;
        for call in self.by_call[self.start..].iter().filter(|call| !self.done[**call]) {
            if self.calls[*call].invoked > over {
                break;
            }
            over = over.min(self.calls[*call].returned.unwrap_or(u64::MAX));
            open.push(*call);
        }
        open.retain(|call| self.calls[*call].invoked <= over);
        open
    }

    fn is_fresh(&mut self) -> bool {
        let beyond = self.by_call[self.start..].iter().copied().filter(|call| self.done[*call]).collect();
        self.seen.insert((self.start, beyond, self.last.clone()))
    }

    fn take_reads(&mut self, trail: &mut Vec<Came>) {
        loop {
            let before = trail.len();
            for call in self.open() {
                if let Did::Read(source) = self.calls[call].did
                    && self.last.contains(&source.unwrap_or(FIRST))
                {
                    self.take(call, trail);
                }
            }
            if trail.len() == before {
                return;
            }
        }
    }

    /// Writes that may come next: nobody still has to read what they push out. The first to return is tried first.
    fn writes(&mut self) -> Vec<usize> {
        let pushed_out = (self.last.len() == self.k).then(|| self.last.front().copied()).flatten();
        if pushed_out.is_some_and(|source| *self.awaited_by(source) > 0) {
            return Vec::new();
        }
        let mut writes = self.open();
        writes.retain(|call| self.calls[*call].is_write());
        writes.sort_by_key(|call| std::cmp::Reverse(self.calls[*call].returned.unwrap_or(u64::MAX)));
        writes
    }

    fn take(&mut self, call: usize, trail: &mut Vec<Came>) {
        let mut pushed_out = None;
        match self.calls[call].did {
            Did::Write => {
                if self.last.len() == self.k {
                    pushed_out = self.last.pop_front();
                }
                self.last.push_back(u32::try_from(call).unwrap_or(FIRST));
            }
            Did::Read(source) => *self.awaited_by(source.unwrap_or(FIRST)) -= 1,
        }
        self.done[call] = true;
        self.left -= 1;
        while self.by_call.get(self.start).is_some_and(|call| self.done[*call]) {
            self.start += 1;
        }
        trail.push((call, pushed_out));
    }

    fn take_back(&mut self, (call, pushed_out): Came) {
        match self.calls[call].did {
            Did::Write => {
                self.last.pop_back();
                if let Some(source) = pushed_out {
                    self.last.push_front(source);
                }
            }
            Did::Read(source) => *self.awaited_by(source.unwrap_or(FIRST)) += 1,
        }
        self.done[call] = false;
        self.left += 1;
        let place = self.by_call.iter().position(|other| *other == call).unwrap_or(0);
        self.start = self.start.min(place);
    }
}
