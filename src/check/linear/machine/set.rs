//! A set: `add`, `remove`, and a read of all its members.

use std::collections::BTreeMap;

use super::{Act, Machine, Op};

#[derive(Debug)]
pub(in super::super) struct Members<'a> {
    reads: &'a [Vec<u32>],
    /// A sum of each read's members, scrambled, to tell most unequal sets apart at once.
    sums: Vec<u64>,
    present: Vec<bool>,
    count: usize,
    sum: u64,
    before: Vec<Change>,
    /// Members that may be removed or whose addition is uncertain, each with its place in `contested`; the presence
    /// of the others follows from which operations of known outcome took effect.
    uncertain: Vec<Option<u32>>,
    contested: Vec<u64>,
    states: BTreeMap<Vec<u64>, u64>,
}

#[derive(Debug, Clone, Copy)]
enum Change {
    None,
    Added(u32),
    Removed(u32),
}

fn scrambled(member: u32) -> u64 {
    let mixed = (u64::from(member) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

impl<'a> Members<'a> {
    pub(in super::super) fn new(reads: &'a [Vec<u32>], initial: &[u32], ops: &[Op]) -> Self {
        let mut uncertain = Vec::new();
        let mut contested = 0;
        let mut most = reads.iter().flatten().chain(initial).copied().max().unwrap_or(0);
        for op in ops {
            let (Act::Add(member) | Act::Remove(member)) = op.act else { continue };
            most = most.max(member);
            if Self::takes_away(op.act) || op.returned.is_none() {
                uncertain.resize(uncertain.len().max(member as usize + 1), None);
                if uncertain[member as usize].is_none() {
                    uncertain[member as usize] = Some(contested);
                    contested += 1;
                }
            }
        }
        uncertain.resize(most as usize + 1, None);
        let sums = reads
            .iter()
            .map(|read| read.iter().fold(0, |sum: u64, member| sum.wrapping_add(scrambled(*member))))
            .collect();
        let mut all = Self {
            reads,
            sums,
            present: vec![false; most as usize + 1],
            count: 0,
            sum: 0,
            before: Vec::new(),
            uncertain,
            contested: vec![0; (contested as usize).div_ceil(64)],
            states: BTreeMap::new(),
        };
        for member in initial {
            all.put(*member);
        }
        all
    }

    fn put(&mut self, member: u32) {
        self.present[member as usize] = true;
        self.count += 1;
        self.sum = self.sum.wrapping_add(scrambled(member));
        self.flip(member);
    }

    fn take(&mut self, member: u32) {
        self.present[member as usize] = false;
        self.count -= 1;
        self.sum = self.sum.wrapping_sub(scrambled(member));
        self.flip(member);
    }

    fn flip(&mut self, member: u32) {
        if let Some(place) = self.uncertain[member as usize] {
            self.contested[place as usize / 64] ^= 1 << (place % 64);
        }
    }

    fn read(&self, value: u32) -> &[u32] {
        &self.reads[value as usize]
    }
}

impl Machine for Members<'_> {
    const LOOKS_AHEAD: bool = true;
    const DEFERS: bool = true;
    const COMMUTES: bool = true;

    fn apply(&mut self, act: Act) -> bool {
        let change = match act {
            Act::Add(member) if self.present[member as usize] => Change::None,
            Act::Add(member) => {
                self.put(member);
                Change::Added(member)
            }
            Act::Remove(member) if self.present[member as usize] => {
                self.take(member);
                Change::Removed(member)
            }
            Act::Remove(_) => Change::None,
            Act::Read(_) | Act::Write(_) | Act::Cas(..) | Act::Append(_) => return false,
        };
        self.before.push(change);
        true
    }

    fn undo(&mut self) {
        match self.before.pop() {
            Some(Change::Added(member)) => self.take(member),
            Some(Change::Removed(member)) => self.put(member),
            Some(Change::None) | None => {}
        }
    }

    fn state(&mut self) -> u64 {
        if self.contested.is_empty() {
            return 0;
        }
        if let Some(state) = self.states.get(&self.contested) {
            return *state;
        }
        let state = self.states.len() as u64;
        self.states.insert(self.contested.clone(), state);
        state
    }

    fn shows(&self, value: u32) -> bool {
        let read = self.read(value);
        read.len() == self.count
            && self.sums[value as usize] == self.sum
            && read.iter().all(|member| self.present[*member as usize])
    }

    fn helps(&self, act: Act, due: Act) -> bool {
        let Act::Read(value) = due else { return false };
        let wanted = |member: u32| self.read(value).binary_search(&member).is_ok();
        match act {
            Act::Add(member) => !self.present[member as usize] && wanted(member),
            Act::Remove(member) => self.present[member as usize] && !wanted(member),
            Act::Read(_) | Act::Write(_) | Act::Cas(..) | Act::Append(_) => false,
        }
    }

    fn hopeful(&self, due: Act, before: &[Act]) -> bool {
        !matches!(due, Act::Read(_)) || before.iter().any(|act| self.helps(*act, due))
    }

    /// Looks at the last change only: those before were looked at in their time.
    fn fits(&mut self, value: u32) -> bool {
        let read = self.read(value);
        match self.before.last() {
            Some(Change::Added(member)) => self.count <= read.len() && read.binary_search(member).is_ok(),
            _ => self.count <= read.len(),
        }
    }

    fn wanted(&self) -> bool {
        true
    }

    fn takes_away(act: Act) -> bool {
        matches!(act, Act::Remove(_))
    }

    fn bytes(&self) -> usize {
        self.before.capacity() * size_of::<Change>() + self.states.len() * (self.contested.len() * 8 + 48)
    }
}
