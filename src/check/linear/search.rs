//! Whether operations can be put in one order that respects real time and explains every answer: the search of Wing
//! and Gong (1993) with Lowe's memory of places (2017), returns taken one after another. An operation is ordered
//! no later than its return; what is open then may come before it.
//!
//! Three things keep it short without changing its answer:
//! - a read that is right now is ordered now, for it changes nothing;
//! - of operations that do the same, the one with the earliest deadline goes first (they could change places), and
//!   those of unknown outcome last;
//! - a branch is left when what is due cannot come about any more.
//!
//! Nothing recurses: choices and what they changed lie on stacks.

use super::{
    machine::Machine,
    plan::{NOBODY, Plan},
    problem::Act,
    seen::{Seen, UsedSets},
};

/// What a search may spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Allowance {
    /// Places visited and acts tried.
    pub(super) steps: u64,
    /// Bytes kept.
    pub(super) memory: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spent {
    Steps,
    Memory,
}

/// What a search found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// An order.
    Order,
    /// There is none, and none even for what had happened when this operation returned (maybe earlier).
    None {
        due: u32,
    },
    Spent(Spent),
}

#[derive(Debug, Clone, Copy)]
enum Done {
    /// The operation in this slot took effect.
    Slot(u32),
    /// The read in this slot was ordered; the machine knows nothing of it.
    Read(u32),
    /// One of this class took effect; the used set before.
    Class { class: u32, used: u32 },
    /// The next return was passed.
    Passed,
}

#[derive(Debug, Clone, Copy)]
enum Choice {
    Slot(u32),
    Class(u32),
}

#[derive(Debug, Clone, Copy)]
struct Frame {
    /// Where this frame's remaining choices start; they end where the next frame's would.
    choices: usize,
    trail: usize,
}

pub(super) struct Search<'a, M> {
    plan: &'a Plan<'a>,
    machine: M,
    /// The return that is next to pass.
    next: usize,
    /// The operation in each slot.
    open: Vec<u32>,
    /// Slots whose operation took effect, a bit each.
    done: Vec<u64>,
    /// Slots with an open read that is not ordered yet, a bit each.
    reads: Vec<u64>,
    /// For each class, how many may be used by now and how many are.
    available: Vec<u32>,
    taken: Vec<u32>,
    used: u32,
    sets: UsedSets,
    /// Acts that take away and took effect.
    took_away: u32,
    trail: Vec<Done>,
    frames: Vec<Frame>,
    choices: Vec<Choice>,
    seen: Seen,
    /// Room to work in.
    key: Vec<u64>,
    candidates: Vec<u32>,
    acts: Vec<Act>,
    observers: Vec<Act>,
    /// Whether acts of unknown outcome wait for an open answer.
    defers: bool,
    /// Returns that some order passed.
    passed: usize,
    /// The return that no order passes.
    fails_by: usize,
    pub(super) steps: u64,
}

fn bit(slot: u32) -> (usize, u64) {
    (slot as usize / 64, 1 << (slot % 64))
}

impl<'a, M: Machine> Search<'a, M> {
    pub(super) fn new(plan: &'a Plan<'a>, machine: M) -> Self {
        let words = plan.width.div_ceil(64);
        let mut search = Self {
            plan,
            machine,
            next: 0,
            open: vec![NOBODY; plan.width],
            done: vec![0; words],
            reads: vec![0; words],
            available: vec![0; plan.classes.len()],
            taken: vec![0; plan.classes.len()],
            used: 0,
            sets: UsedSets::new(),
            took_away: 0,
            trail: Vec::new(),
            frames: Vec::new(),
            choices: Vec::new(),
            seen: Seen::new(words),
            key: Vec::new(),
            candidates: Vec::new(),
            acts: Vec::new(),
            observers: Vec::new(),
            defers: M::DEFERS && !plan.classes.iter().any(|class| matches!(class.act, Act::Cas(..))),
            passed: 0,
            fails_by: 0,
            steps: 0,
        };
        search.open_calls(0, 0);
        search
    }

    /// Bytes that it keeps now.
    pub(super) fn bytes(&self) -> usize {
        self.seen.bytes()
            + self.sets.bytes()
            + self.machine.bytes()
            + self.trail.capacity() * size_of::<Done>()
            + self.frames.capacity() * size_of::<Frame>()
            + self.choices.capacity() * size_of::<Choice>()
    }

    /// How many returns some order passed, and the one that stopped most (no earlier).
    pub(super) fn reached(&self) -> (usize, usize) {
        (self.passed, self.fails_by.max(self.passed))
    }

    pub(super) fn run(&mut self, allowance: Allowance) -> Found {
        let mut watched = 0;
        loop {
            if self.arrive() {
                if self.next == self.plan.due.len() {
                    return Found::Order;
                }
                self.branch();
            }
            if !self.choose() {
                return Found::None { due: self.plan.due[self.reached().1] };
            }
            if self.steps > allowance.steps {
                return Found::Spent(Spent::Steps);
            }
            if self.steps >= watched {
                watched = self.steps + 1_024;
                if self.bytes() > allowance.memory {
                    return Found::Spent(Spent::Memory);
                }
            }
        }
    }

    /// Orders reads that are right now, passes returns of what took effect; then whether this place is worth trying.
    fn arrive(&mut self) -> bool {
        loop {
            self.order_reads();
            let Some(op) = self.plan.due.get(self.next) else { return true };
            let (word, mask) = bit(self.plan.slot[*op as usize]);
            if self.done[word] & mask == 0 {
                break;
            }
            self.pass();
        }
        self.passed = self.passed.max(self.next);
        if M::LOOKS_AHEAD && !self.fits() {
            return false;
        }
        self.key.clear();
        self.key.push(self.next as u64);
        self.key.push(self.machine.state());
        self.key.extend_from_slice(&self.done);
        let (compared, fresh) = self.seen.note(&self.key, self.used, &self.sets);
        self.steps += compared;
        fresh
    }

    fn order_reads(&mut self) {
        for word in 0..self.reads.len() {
            let mut left = self.reads[word];
            while left != 0 {
                let mask = left & left.wrapping_neg();
                left ^= mask;
                let slot = u32::try_from(word * 64).unwrap_or(NOBODY) + mask.trailing_zeros();
                if let Act::Read(value) = self.plan.act(self.open[slot as usize])
                    && self.machine.shows(value)
                {
                    self.done[word] |= mask;
                    self.reads[word] ^= mask;
                    self.trail.push(Done::Read(slot));
                }
            }
        }
    }

    fn pass(&mut self) {
        let slot = self.plan.slot[self.plan.due[self.next] as usize];
        let (word, mask) = bit(slot);
        self.done[word] ^= mask;
        self.open[slot as usize] = NOBODY;
        self.next += 1;
        if self.next < self.plan.due.len() {
            self.open_calls(self.plan.called_by[self.next - 1], self.plan.unknown_by[self.next - 1]);
        }
        self.trail.push(Done::Passed);
    }

    /// Opens what was invoked by the next return, from these places on.
    fn open_calls(&mut self, calls: u32, unknown: u32) {
        let Some(called_by) = self.plan.called_by.get(self.next) else { return };
        for call in calls..*called_by {
            let op = self.plan.calls[call as usize];
            let slot = self.plan.slot[op as usize];
            self.open[slot as usize] = op;
            if self.plan.act(op).is_read() {
                let (word, mask) = bit(slot);
                self.reads[word] |= mask;
            }
        }
        for place in unknown..self.plan.unknown_by[self.next] {
            self.available[self.plan.unknown[place as usize] as usize] += 1;
        }
    }

    fn take_back_pass(&mut self) {
        if self.next < self.plan.due.len() {
            for call in self.plan.called_by[self.next - 1]..self.plan.called_by[self.next] {
                let slot = self.plan.slot[self.plan.calls[call as usize] as usize];
                self.open[slot as usize] = NOBODY;
                let (word, mask) = bit(slot);
                self.reads[word] &= !mask;
            }
            for place in self.plan.unknown_by[self.next - 1]..self.plan.unknown_by[self.next] {
                self.available[self.plan.unknown[place as usize] as usize] -= 1;
            }
        }
        self.next -= 1;
        let op = self.plan.due[self.next];
        let slot = self.plan.slot[op as usize];
        let (word, mask) = bit(slot);
        self.open[slot as usize] = op;
        self.done[word] |= mask;
    }

    /// Whether the next read to return may still see what it saw. Only asked if nothing that takes away can come
    /// before it.
    fn fits(&mut self) -> bool {
        let mut place = self.plan.next_read[self.next];
        while place != NOBODY {
            let op = self.plan.due[place as usize];
            let slot = self.plan.slot[op as usize];
            let (word, mask) = bit(slot);
            if self.open[slot as usize] == op && self.done[word] & mask != 0 {
                place = self.plan.next_read[place as usize + 1];
                continue;
            }
            if self.plan.takers_by[place as usize] != self.took_away {
                return true;
            }
            let Act::Read(value) = self.plan.act(op) else { return true };
            let fits = self.machine.fits(value);
            if !fits {
                self.fails_by = self.fails_by.max(place as usize);
            }
            return fits;
        }
        true
    }

    /// Puts what may come next onto the stack, the best last.
    fn branch(&mut self) {
        let start = self.choices.len();
        self.frames.push(Frame { choices: start, trail: self.trail.len() });
        let due = self.plan.due[self.next];
        let act = self.plan.act(due);
        let mut open = std::mem::take(&mut self.candidates);
        let mut acts = std::mem::take(&mut self.acts);
        open.clear();
        acts.clear();
        open.extend(self.open.iter().copied().filter(|op| self.may_come(*op)));
        open.sort_unstable_by_key(|op| self.plan.deadline[*op as usize]);
        open.retain(|op| {
            let act = self.plan.act(*op);
            let first = !acts.contains(&act);
            if first {
                acts.push(act);
            }
            first
        });
        let known = acts.len();
        let class = |choice: Choice| match choice {
            Choice::Class(class) => Some(self.plan.classes[class as usize].act),
            Choice::Slot(_) => None,
        };
        // The worst first: the stack gives back the last.
        self.list_observers();
        let alone = M::COMMUTES && act.is_read() && self.observers.len() == 1;
        let mut scanned = 0;
        for (class, (available, taken)) in (0_u32..).zip(self.available.iter().zip(&self.taken)) {
            scanned += 1;
            let act = self.plan.classes[class as usize].act;
            if available <= taken || acts[..known].contains(&act) {
                continue;
            }
            let wanted = |observer: &Act| self.machine.helps(act, *observer);
            if self.defers && !self.observers.iter().any(wanted) {
                continue;
            }
            self.choices.push(Choice::Class(class));
            acts.push(act);
            if alone {
                break;
            }
        }
        self.steps += scanned / 64;
        self.steps += 1 + acts.len() as u64 / 16;
        if self.machine.hopeful(act, &acts) {
            let helps = |act: Act| self.machine.helps(act, self.plan.act(due));
            self.choices[start..].sort_by_key(|choice| class(*choice).is_some_and(helps));
            let better = self.choices[start..].partition_point(|choice| !class(*choice).is_some_and(helps));
            let slot = |op: &u32| Choice::Slot(self.plan.slot[*op as usize]);
            let is_first = |op: &&u32| **op == due || helps(self.plan.act(**op));
            let others = open.iter().rev().filter(|op| !is_first(op)).map(slot);
            let better = start + better;
            self.choices.splice(better..better, others);
            self.choices.extend(open.iter().rev().filter(is_first).map(slot));
        } else {
            self.choices.truncate(start);
        }
        self.candidates = open;
        self.acts = acts;
    }

    /// Open answers that depend on the state: reads that are not ordered yet, compare-and-sets that did not happen yet.
    fn list_observers(&mut self) {
        self.observers.clear();
        if !self.defers || self.plan.classes.is_empty() {
            return;
        }
        for (slot, op) in (0..).zip(&self.open) {
            let (word, mask) = bit(slot);
            if *op == NOBODY || self.done[word] & mask != 0 {
                continue;
            }
            let act = self.plan.act(*op);
            if matches!(act, Act::Read(_) | Act::Cas(..)) && !self.observers.contains(&act) {
                self.observers.push(act);
            }
        }
    }

    /// Whether an operation is open, changes something and has not taken effect.
    fn may_come(&self, op: u32) -> bool {
        if op == NOBODY || self.plan.act(op).is_read() {
            return false;
        }
        let (word, mask) = bit(self.plan.slot[op as usize]);
        self.done[word] & mask == 0
    }

    /// Takes the next choice that works, going back as far as need be; no if there is none.
    fn choose(&mut self) -> bool {
        while let Some(frame) = self.frames.last().copied() {
            self.take_back(frame.trail);
            while self.choices.len() > frame.choices {
                let Some(choice) = self.choices.pop() else { break };
                self.steps += 1;
                if self.take(choice) {
                    return true;
                }
            }
            self.frames.pop();
        }
        false
    }

    fn take(&mut self, choice: Choice) -> bool {
        match choice {
            Choice::Slot(slot) => {
                let act = self.plan.act(self.open[slot as usize]);
                if !self.machine.apply(act) {
                    return false;
                }
                let (word, mask) = bit(slot);
                self.done[word] |= mask;
                self.took_away += u32::from(M::takes_away(act));
                self.trail.push(Done::Slot(slot));
            }
            Choice::Class(class) => {
                let act = self.plan.classes[class as usize].act;
                if !self.machine.apply(act) {
                    return false;
                }
                if !self.machine.wanted() {
                    self.machine.undo();
                    return false;
                }
                self.took_away += u32::from(M::takes_away(act));
                self.trail.push(Done::Class { class, used: self.used });
                let member = u64::from(class) << 32 | u64::from(self.taken[class as usize]);
                self.used = self.sets.with(self.used, member);
                self.taken[class as usize] += 1;
            }
        }
        true
    }

    fn take_back(&mut self, to: usize) {
        while self.trail.len() > to {
            match self.trail.pop() {
                Some(Done::Slot(slot)) => {
                    let (word, mask) = bit(slot);
                    self.done[word] ^= mask;
                    self.took_away -= u32::from(M::takes_away(self.plan.act(self.open[slot as usize])));
                    self.machine.undo();
                }
                Some(Done::Read(slot)) => {
                    let (word, mask) = bit(slot);
                    self.done[word] ^= mask;
                    self.reads[word] |= mask;
                }
                Some(Done::Class { class, used }) => {
                    self.taken[class as usize] -= 1;
                    self.used = used;
                    self.took_away -= u32::from(M::takes_away(self.plan.classes[class as usize].act));
                    self.machine.undo();
                }
                Some(Done::Passed) => self.take_back_pass(),
                None => {}
            }
        }
    }
}
