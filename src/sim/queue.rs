//! The event queue: a 4-ary heap of packed 128-bit entries over a slab of payloads.
//!
//! ```text
//! entry   time: 64 bits │ sequence: 38 bits │ slab index: 26 bits
//! ```
//!
//! Comparing two entries compares one integer, and events of one instant leave in the order they came. An
//! entry never moves its payload, so a payload may be large.

use crate::base::SimTime;

#[derive(Debug, Clone)]
pub struct Queue<T> {
    heap: Vec<u128>,
    slab: Vec<Option<T>>,
    free: Vec<u32>,
    sequence: u64,
}

const INDEX_BITS: u32 = 26;
const LOW_BITS: u32 = 64;
const ARITY: usize = 4;

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self { heap: Vec::new(), slab: Vec::new(), free: Vec::new(), sequence: 0 }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "fields are unpacked by their widths")]
impl<T> Queue<T> {
    pub fn push(&mut self, at: SimTime, payload: T) {
        let index = if let Some(index) = self.free.pop() {
            self.slab[index as usize] = Some(payload);
            index
        } else {
            self.slab.push(Some(payload));
            self.slab.len() as u32 - 1
        };
        assert!(index < 1 << INDEX_BITS, "more than 67 million events are pending");
        let low = (self.sequence << INDEX_BITS) | u64::from(index);
        self.sequence += 1;
        let entry = (u128::from(at.0) << LOW_BITS) | u128::from(low);
        self.heap.push(entry);
        self.sift_up(self.heap.len() - 1, entry);
    }

    pub(crate) fn next_at(&self) -> Option<SimTime> {
        self.heap.first().map(|entry| SimTime((entry >> LOW_BITS) as u64))
    }

    pub fn pop(&mut self) -> Option<(SimTime, T)> {
        let entry = *self.heap.first()?;
        let last = self.heap.pop()?;
        if !self.heap.is_empty() {
            let hole = self.sink_hole();
            self.sift_up(hole, last);
        }
        let index = (entry as u32) & ((1 << INDEX_BITS) - 1);
        self.free.push(index);
        let payload = self.slab[index as usize].take()?;
        Some((SimTime((entry >> LOW_BITS) as u64), payload))
    }

    /// Takes out the first payload that is found, with its time; the others keep their order. Looks at all of them.
    pub(crate) fn take(&mut self, wanted: impl Fn(&T) -> bool) -> Option<(SimTime, T)> {
        let index_of = |entry: u128| ((entry as u32) & ((1 << INDEX_BITS) - 1)) as usize;
        let found =
            self.heap.iter().position(|entry| self.slab[index_of(*entry)].as_ref().is_some_and(&wanted))?;
        let entry = self.heap.swap_remove(found);
        let entries = std::mem::take(&mut self.heap);
        for entry in entries {
            self.heap.push(entry);
            self.sift_up(self.heap.len() - 1, entry);
        }
        let index = index_of(entry);
        self.free.push(index as u32);
        let payload = self.slab[index].take()?;
        Some((SimTime((entry >> LOW_BITS) as u64), payload))
    }

    pub(crate) fn len(&self) -> usize {
        self.heap.len()
    }

    /// Pending payloads with their times, in no order that may reach a result unsorted.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (SimTime, &T)> {
        self.heap.iter().filter_map(|entry| {
            let index = (*entry as u32) & ((1 << INDEX_BITS) - 1);
            let payload = self.slab[index as usize].as_ref()?;
            Some((SimTime((entry >> LOW_BITS) as u64), payload))
        })
    }

    /// Puts `entry` into the hole, or above it where it belongs.
    fn sift_up(&mut self, mut hole: usize, entry: u128) {
        while hole > 0 {
            let parent = (hole - 1) / ARITY;
            if self.heap[parent] <= entry {
                break;
            }
            self.heap[hole] = self.heap[parent];
            hole = parent;
        }
        self.heap[hole] = entry;
    }

    /// Moves the hole that the root left down to a leaf, always along the least child: what fills it comes
    /// from a leaf and mostly belongs near one. No branch here depends on the times, which no processor
    /// could predict.
    fn sink_hole(&mut self) -> usize {
        let mut hole = 0;
        loop {
            let first = hole * ARITY + 1;
            let Some(children) = self.heap.get(first..) else { return hole };
            let child = match children.first_chunk::<ARITY>() {
                Some(children) => first + least(children),
                None => match (first..self.heap.len()).min_by_key(|child| self.heap[*child]) {
                    Some(child) => child,
                    None => return hole,
                },
            };
            self.heap[hole] = self.heap[child];
            hole = child;
        }
    }
}

/// The index of the least of four.
fn least(entries: &[u128; ARITY]) -> usize {
    let [a, b, c, d] = *entries;
    let left = usize::from(b < a);
    let right = 2 + usize::from(d < c);
    if c.min(d) < a.min(b) { right } else { left }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn leaves_in_order_of_time_then_of_arrival(times in prop::collection::vec(0..20_u64, 0..200)) {
            let mut queue = Queue::default();
            for (i, time) in times.iter().enumerate() {
                queue.push(SimTime(*time), i);
                if i % 3 == 0 {
                    let (at, payload) = queue.pop().unwrap();
                    queue.push(at, payload);
                }
            }
            let mut left = Vec::new();
            while let Some((at, payload)) = queue.pop() {
                left.push((at.0, payload));
            }
            prop_assert!(left.windows(2).all(|pair| pair[0].0 <= pair[1].0));
            let mut expected: Vec<usize> = (0..times.len()).collect();
            let mut got: Vec<usize> = left.iter().map(|(_, payload)| *payload).collect();
            got.sort_unstable();
            expected.sort_unstable();
            prop_assert_eq!(got, expected);
        }

        #[test]
        fn one_instant_is_first_in_first_out(count in 0..300_usize) {
            let mut queue = Queue::default();
            (0..count).for_each(|i| queue.push(SimTime(5), i));
            for i in 0..count {
                prop_assert_eq!(queue.pop(), Some((SimTime(5), i)));
            }
        }
    }
}
