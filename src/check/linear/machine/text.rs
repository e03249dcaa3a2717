//! A text: `get`, `put`, `append`. What somebody read is kept in order, so that all values that begin with one text
//! are neighbours: a state is a run of those neighbours and a length. A text that begins nothing anybody read is
//! junk, and all junk is alike: nobody can tell it apart before the next `put`.

use super::{Act, Machine, Op};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct State {
    /// The values that begin with this text are `sorted[low..high]`; none for junk.
    low: usize,
    high: usize,
    length: usize,
}

const JUNK: State = State { low: 0, high: 0, length: 0 };

#[derive(Debug)]
pub(in super::super) struct Text<'a> {
    texts: &'a [String],
    /// What was read, each once, in order.
    sorted: Vec<&'a [u8]>,
    /// For each text, its place in `sorted`.
    ranks: Vec<Option<usize>>,
    state: State,
    before: Vec<State>,
}

impl<'a> Text<'a> {
    pub(in super::super) fn new(texts: &'a [String], initial: u32, ops: &[Op]) -> Self {
        let mut read: Vec<u32> = ops
            .iter()
            .filter_map(|op| match op.act {
                Act::Read(value) => Some(value),
                Act::Write(_) | Act::Cas(..) | Act::Append(_) | Act::Add(_) | Act::Remove(_) => None,
            })
            .collect();
        read.sort_unstable_by_key(|value| &texts[*value as usize]);
        read.dedup();
        let mut ranks = vec![None; texts.len()];
        for (rank, value) in read.iter().enumerate() {
            ranks[*value as usize] = Some(rank);
        }
        let sorted = read.iter().map(|value| texts[*value as usize].as_bytes()).collect();
        let mut machine = Self { texts, sorted, ranks, state: JUNK, before: Vec::new() };
        machine.state = machine.put(initial);
        machine
    }

    fn text(&self, number: u32) -> &'a [u8] {
        self.texts[number as usize].as_bytes()
    }

    fn put(&self, text: u32) -> State {
        let all = State { low: 0, high: self.sorted.len(), length: 0 };
        self.appended(all, text)
    }

    /// The state once `tail` is appended: the neighbours that go on with it.
    fn appended(&self, state: State, tail: u32) -> State {
        let tail = self.text(tail);
        let run = &self.sorted[state.low..state.high];
        // Inside a run, values differ only behind what they all begin with.
        let rest = |value: &[u8]| -> std::cmp::Ordering {
            let rest = &value[state.length..];
            rest[..rest.len().min(tail.len())].cmp(tail)
        };
        let low = run.partition_point(|value| rest(value).is_lt());
        let high = low + run[low..].partition_point(|value| rest(value).is_eq());
        if low == high {
            return JUNK;
        }
        State { low: state.low + low, high: state.low + high, length: state.length + tail.len() }
    }

    fn begins(&self, value: u32) -> bool {
        let rank = self.ranks[value as usize];
        rank.is_some_and(|rank| (self.state.low..self.state.high).contains(&rank))
    }
}

impl Machine for Text<'_> {
    const LOOKS_AHEAD: bool = true;
    const DEFERS: bool = false;
    const COMMUTES: bool = false;

    fn apply(&mut self, act: Act) -> bool {
        let next = match act {
            Act::Write(text) => self.put(text),
            Act::Append(tail) => self.appended(self.state, tail),
            Act::Cas(..) | Act::Read(_) | Act::Add(_) | Act::Remove(_) => return false,
        };
        self.before.push(self.state);
        self.state = next;
        true
    }

    fn undo(&mut self) {
        if let Some(state) = self.before.pop() {
            self.state = state;
        }
    }

    /// A value that begins so, and how much of it: texts of one length that begin the same value are one text.
    fn state(&mut self) -> u64 {
        if self.state.low == self.state.high {
            return u64::MAX;
        }
        (self.state.low as u64) << 32 | self.state.length as u64
    }

    fn shows(&self, value: u32) -> bool {
        self.begins(value) && self.state.length == self.text(value).len()
    }

    fn helps(&self, act: Act, due: Act) -> bool {
        let Act::Read(value) = due else { return false };
        match act {
            Act::Write(put) => put == value,
            Act::Append(tail) => {
                self.begins(value) && self.text(value)[self.state.length..].starts_with(self.text(tail))
            }
            Act::Read(_) | Act::Cas(..) | Act::Add(_) | Act::Remove(_) => false,
        }
    }

    fn hopeful(&self, due: Act, before: &[Act]) -> bool {
        let Act::Read(value) = due else { return true };
        before.iter().any(|act| match act {
            Act::Write(put) => self.text(value).starts_with(self.text(*put)),
            Act::Append(_) => self.helps(*act, due),
            Act::Read(_) | Act::Cas(..) | Act::Add(_) | Act::Remove(_) => false,
        })
    }

    fn fits(&mut self, value: u32) -> bool {
        self.begins(value)
    }

    fn wanted(&self) -> bool {
        self.state.low < self.state.high
    }

    fn takes_away(act: Act) -> bool {
        matches!(act, Act::Write(_))
    }

    fn bytes(&self) -> usize {
        self.before.capacity() * size_of::<State>() + self.sorted.len() * 16 + self.ranks.len() * 16
    }
}
