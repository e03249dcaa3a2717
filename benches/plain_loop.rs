//! The yardstick: workload W1 as a straightforward dedicated loop over the standard library's heap, with
//! nothing that W1 does not ask for: no faults, no causal contexts, no history.

use std::{cmp::Reverse, collections::BinaryHeap};

use rand::{RngExt as _, SeedableRng as _, rngs::Xoshiro256PlusPlus};

use crate::{GAP, KEYS};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Payload {
    Work,
    Write { to: u16, from: u16, key: u32, stamp: u64, value: u64 },
    Ack { to: u16 },
}

#[derive(Debug)]
pub(crate) struct PlainLoop {
    heap: BinaryHeap<Reverse<(u64, u64, Payload)>>,
    sequence: u64,
    rng: Xoshiro256PlusPlus,
    mean_delay: f64,
    /// By replica and key: stamp and value.
    held: Vec<[(u64, u64); KEYS]>,
    acks: Vec<u64>,
    writes: u64,
    pub(crate) messages: u64,
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "delays are far below 2^63 ns")]
impl PlainLoop {
    pub(crate) fn new(replicas: usize, mean_delay: f64) -> Self {
        let mut plain = Self {
            heap: BinaryHeap::new(),
            sequence: 0,
            rng: Xoshiro256PlusPlus::seed_from_u64(42),
            mean_delay,
            held: vec![[(0, 0); KEYS]; replicas],
            acks: vec![0; replicas],
            writes: 0,
            messages: 0,
        };
        plain.push(0, Payload::Work);
        plain
    }

    /// Performs events until so many messages have arrived since the start.
    pub(crate) fn run_to(&mut self, messages: u64) {
        while self.messages < messages {
            let Some(Reverse((now, _, payload))) = self.heap.pop() else { return };
            match payload {
                Payload::Work => self.work(now),
                Payload::Write { to, from, key, stamp, value } => {
                    self.messages += 1;
                    self.store(to, key, (stamp, value));
                    self.send(now, Payload::Ack { to: from });
                }
                Payload::Ack { to } => {
                    self.messages += 1;
                    self.acks[usize::from(to)] += 1;
                }
            }
        }
    }

    fn work(&mut self, now: u64) {
        self.writes += 1;
        let replicas = self.held.len() as u16;
        let from = self.rng.random_range(0..replicas);
        let key = self.rng.random_range(0..KEYS as u32);
        let (stamp, value) = (now, self.writes);
        self.store(from, key, (stamp, value));
        for to in (0..replicas).filter(|to| *to != from) {
            self.send(now, Payload::Write { to, from, key, stamp, value });
        }
        let gap = self.exponential(GAP);
        self.push(now + gap, Payload::Work);
    }

    fn store(&mut self, node: u16, key: u32, newer: (u64, u64)) {
        let held = &mut self.held[usize::from(node)][key as usize];
        *held = newer.max(*held);
    }

    fn send(&mut self, now: u64, payload: Payload) {
        let delay = self.exponential(self.mean_delay);
        self.push(now + delay, payload);
    }

    fn push(&mut self, at: u64, payload: Payload) {
        self.heap.push(Reverse((at, self.sequence, payload)));
        self.sequence += 1;
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "as one would write it in an hour; only its time is measured"
    )]
    fn exponential(&mut self, mean: f64) -> u64 {
        (-mean * (1.0 - self.rng.random::<f64>()).ln()) as u64
    }

    /// Keeps the compiler from leaving the work out.
    pub(crate) fn checksum(&self) -> u64 {
        self.held.iter().flatten().fold(0, |sum: u64, (stamp, value)| sum.wrapping_add(stamp ^ value))
    }
}
