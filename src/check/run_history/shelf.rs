//! A list that only grows at its end and may forget its beginning. It is part of what is rewound with a run, so it is
//! cheap to copy: chunks are shared between copies until one of them changes something in it.
//!
//! ```text
//!   forgotten ┆ chunk ── chunk ── chunk ── newest chunk
//!             ┆ 16       16       16       1 to 16, written to
//! ```

use std::{collections::VecDeque, sync::Arc};

/// How many things a chunk holds; all but the newest are full, so a place is found without searching.
const CHUNK: usize = 16;

/// The newest things of a list.
#[derive(Debug, Clone)]
pub struct Shelf<T> {
    chunks: VecDeque<Arc<Vec<T>>>,
    /// At most so many chunks are kept.
    most: usize,
    forgotten: u64,
}

impl<T> Default for Shelf<T> {
    /// One that forgets nothing.
    fn default() -> Self {
        Self { chunks: VecDeque::new(), most: usize::MAX, forgotten: 0 }
    }
}

impl<T: PartialEq> PartialEq for Shelf<T> {
    fn eq(&self, other: &Self) -> bool {
        self.forgotten == other.forgotten && self.iter().eq(other.iter())
    }
}

impl<T> Shelf<T> {
    /// One that keeps about `most` of the newest things: never fewer, and up to a chunk more.
    pub(super) fn of_newest(most: usize) -> Self {
        Self { most: most.div_ceil(CHUNK) + 1, ..Self::default() }
    }

    /// How many are kept.
    pub fn len(&self) -> usize {
        self.chunks.back().map_or(0, |newest| (self.chunks.len() - 1) * CHUNK + newest.len())
    }

    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// How many older ones are no longer kept.
    pub fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// The one in this place among those kept, from 0.
    pub fn get(&self, place: usize) -> Option<&T> {
        self.chunks.get(place / CHUNK)?.get(place % CHUNK)
    }

    pub fn first(&self) -> Option<&T> {
        self.chunks.front()?.first()
    }

    pub fn last(&self) -> Option<&T> {
        self.chunks.back()?.last()
    }

    /// Those that are kept, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + Clone {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }

    /// How many of those kept come before the first for which `before` is false.
    pub fn partition_point(&self, before: impl Fn(&T) -> bool) -> usize {
        let whole = |chunk: &Arc<Vec<T>>| chunk.last().is_some_and(&before);
        let chunks = self.chunks.partition_point(whole);
        chunks * CHUNK + self.chunks.get(chunks).map_or(0, |chunk| chunk.partition_point(before))
    }

    /// How much a copy costs at first, in things of about fifty bytes.
    pub(super) fn weight(&self) -> u64 {
        self.chunks.len() as u64 / 4
    }
}

impl<T: Clone> Shelf<T> {
    pub(super) fn push(&mut self, thing: T) {
        if let Some(newest) = self.chunks.back_mut().filter(|newest| newest.len() < CHUNK) {
            Arc::make_mut(newest).push(thing);
            return;
        }
        if self.chunks.len() >= self.most
            && let Some(oldest) = self.chunks.pop_front()
        {
            self.forgotten += oldest.len() as u64;
        }
        let mut chunk = Vec::with_capacity(CHUNK);
        chunk.push(thing);
        self.chunks.push_back(Arc::new(chunk));
    }

    pub(super) fn get_mut(&mut self, place: usize) -> Option<&mut T> {
        Arc::make_mut(self.chunks.get_mut(place / CHUNK)?).get_mut(place % CHUNK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_the_newest_and_counts_what_it_forgot() {
        let mut shelf = Shelf::of_newest(40);
        for n in 0..1_000_u64 {
            shelf.push(n);
            let kept: Vec<u64> = shelf.iter().copied().collect();
            assert_eq!(kept, (shelf.forgotten()..=n).collect::<Vec<_>>());
            assert!(kept.len() as u64 >= 40.min(n + 1) && kept.len() <= 40 + 2 * CHUNK);
            assert_eq!((shelf.len(), shelf.last()), (kept.len(), Some(&n)));
            assert!(kept.iter().enumerate().all(|(place, n)| shelf.get(place) == Some(n)));
            assert_eq!(shelf.partition_point(|kept| *kept < n), kept.len() - 1);
        }
    }

    #[test]
    fn a_copy_keeps_what_it_had() {
        let mut shelf = Shelf::default();
        for n in 0..20 {
            shelf.push(n);
        }
        let copy = shelf.clone();
        *shelf.get_mut(3).expect("there") = 77;
        shelf.push(20);
        assert_eq!((copy.get(3), copy.len()), (Some(&3), 20));
        assert_eq!((shelf.get(3), shelf.len()), (Some(&77), 21));
        assert_ne!(copy, shelf);
    }
}
