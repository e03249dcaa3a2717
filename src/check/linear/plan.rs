//! What a search needs to know of a problem before it starts: who is due when, who is open then, in which slot of
//! the window, and which operations of unknown outcome may come in.
//!
//! ```text
//!            a |-------|               due: a, b, c       (by return)
//!         b |-------------|            open when a is due: b, a
//!                  c |--------|        open when b is due: b, c   (c takes a slot that is free by then)
//!              u |- - - - - - -        unknown: may be used from its invocation on, never due
//! ```
//!
//! Slots are as many as operations are ever open at once, so a window is as wide as the concurrency, however long
//! the history. Operations of unknown outcome have no slot: equal ones are interchangeable and form a class, whose
//! earliest is used first.

use super::problem::{Act, Op};

pub(super) const NOBODY: u32 = u32::MAX;

#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub(super) ops: &'a [Op],
    /// Operations with a known outcome, by return.
    pub(super) due: Vec<u32>,
    /// The same, by invocation.
    pub(super) calls: Vec<u32>,
    /// For each of `due`: how many of `calls` were invoked by its return.
    pub(super) called_by: Vec<u32>,
    /// For each operation: its place in `due`.
    pub(super) deadline: Vec<u32>,
    /// For each operation: its slot.
    pub(super) slot: Vec<u32>,
    pub(super) width: usize,
    pub(super) classes: Vec<Class>,
    /// The class of each operation of unknown outcome, by invocation.
    pub(super) unknown: Vec<u32>,
    /// For each of `due`: how many of `unknown` were invoked by its return.
    pub(super) unknown_by: Vec<u32>,
    /// For each of `due` and the end: the first read at or after it.
    pub(super) next_read: Vec<u32>,
    /// For each of `due`: acts that take away and were invoked by its return, whatever their outcome.
    pub(super) takers_by: Vec<u32>,
}

/// Operations of unknown outcome that do the same.
#[derive(Debug)]
pub(super) struct Class {
    pub(super) act: Act,
    /// How many there are.
    pub(super) size: u32,
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(NOBODY)
}

impl<'a> Plan<'a> {
    /// `takes_away` is the machine's.
    pub(super) fn new(ops: &'a [Op], takes_away: fn(Act) -> bool) -> Self {
        let returned = |op: u32| ops[op as usize].returned.unwrap_or(u64::MAX);
        let invoked = |op: u32| ops[op as usize].invoked;
        let (mut due, mut open): (Vec<u32>, Vec<u32>) =
            (0..number(ops.len())).partition(|op| ops[*op as usize].returned.is_some());
        let mut calls = due.clone();
        due.sort_by_key(|op| (returned(*op), invoked(*op)));
        calls.sort_by_key(|op| invoked(*op));
        open.retain(|op| !ops[*op as usize].act.is_read());
        open.sort_by_key(|op| invoked(*op));

        let mut deadline = vec![NOBODY; ops.len()];
        for (place, op) in (0..).zip(&due) {
            deadline[*op as usize] = place;
        }
        let by = |list: &[u32]| -> Vec<u32> {
            due.iter()
                .map(|op| number(list.partition_point(|call| invoked(*call) <= returned(*op))))
                .collect()
        };
        let mut takers: Vec<u32> =
            calls.iter().chain(&open).copied().filter(|op| takes_away(ops[*op as usize].act)).collect();
        takers.sort_by_key(|op| invoked(*op));
        let (called_by, unknown_by, takers_by) = (by(&calls), by(&open), by(&takers));
        let (classes, unknown) = classes(ops, &open);
        let mut next_read = vec![NOBODY; due.len() + 1];
        for (place, op) in due.iter().enumerate().rev() {
            let read = ops[*op as usize].act.is_read();
            next_read[place] = if read { number(place) } else { next_read[place + 1] };
        }
        let mut plan = Self {
            ops,
            due,
            calls,
            called_by,
            deadline,
            slot: vec![NOBODY; ops.len()],
            width: 0,
            classes,
            unknown,
            unknown_by,
            next_read,
            takers_by,
        };
        plan.give_slots();
        plan
    }

    /// Each operation the lowest slot that is free when it is first open.
    fn give_slots(&mut self) {
        let mut free = std::collections::BinaryHeap::new();
        let mut called = 0;
        for place in 0..self.due.len() {
            while called < self.called_by[place] as usize {
                let op = self.calls[called] as usize;
                self.slot[op] = free.pop().map_or_else(
                    || {
                        self.width += 1;
                        number(self.width - 1)
                    },
                    |std::cmp::Reverse(slot)| slot,
                );
                called += 1;
            }
            free.push(std::cmp::Reverse(self.slot[self.due[place] as usize]));
        }
    }

    pub(super) fn act(&self, op: u32) -> Act {
        self.ops[op as usize].act
    }
}

fn classes(ops: &[Op], open: &[u32]) -> (Vec<Class>, Vec<u32>) {
    let mut known = std::collections::BTreeMap::new();
    let mut classes: Vec<Class> = Vec::new();
    let mut unknown = Vec::with_capacity(open.len());
    for op in open {
        let act = ops[*op as usize].act;
        let class = *known.entry(act).or_insert(number(classes.len()));
        if class as usize == classes.len() {
            classes.push(Class { act, size: 0 });
        }
        classes[class as usize].size += 1;
        unknown.push(class);
    }
    (classes, unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn op(act: Act, invoked: u64, returned: Option<u64>) -> Op {
        Op { act, invoked, returned }
    }

    #[test]
    fn the_window_is_as_wide_as_the_concurrency_however_long_the_history() {
        let ops: Vec<Op> = (0..1_000).map(|n| op(Act::Write(0), n * 2, Some(n * 2 + 3))).collect();
        let plan = Plan::new(&ops, |_| true);
        assert_eq!(plan.width, 2);
        assert!((0..1_000).all(|n| plan.due[n] as usize == n));
    }

    #[test]
    fn equal_endpoints_are_concurrent() {
        let ops =
            [op(Act::Write(0), 0, Some(5)), op(Act::Write(1), 5, Some(9)), op(Act::Write(2), 6, Some(9))];
        let plan = Plan::new(&ops, |_| true);
        assert_eq!(plan.called_by, [2, 3, 3]);
    }

    #[test]
    fn operations_of_unknown_outcome_form_classes_and_take_no_slot() {
        let ops = [
            op(Act::Write(1), 0, None),
            op(Act::Write(2), 1, None),
            op(Act::Write(1), 2, None),
            op(Act::Read(1), 3, None),
            op(Act::Read(1), 1, Some(1)),
        ];
        let plan = Plan::new(&ops, |_| true);
        assert_eq!((plan.width, plan.classes.len(), plan.classes[0].size), (1, 2, 2));
        assert_eq!((&*plan.unknown, &*plan.unknown_by), (&[0, 1, 0][..], &[2][..]));
    }
}
