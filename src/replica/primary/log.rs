//! The log of one member: the writes of the stream in order, as far back as they are kept.
//!
//! ```text
//! forgotten │ start ── entry ── entry ── … ── entry ── end
//!                        └ what it replaced, so that it can be undone
//! ```
//!
//! An offset counts the bytes of the stream before it. A real stream's entries differ in length; here each
//! counts [`ENTRY_BYTES`], so that an offset of 1,200 is the twelfth write and can be told by eye.

use std::{collections::VecDeque, sync::Arc};

use crate::{base::WriteId, data::Version};

/// What every entry counts for in offsets and in the backlog.
pub const ENTRY_BYTES: u64 = 100;

/// Entries of one chunk, which clones of the log share.
const CHUNK: usize = 64;

/// One write of the stream.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) version: Arc<Version>,
    /// What the key held before; `None`: nothing.
    pub(super) over: Option<Arc<Version>>,
}

/// The newest part of the stream that a member has.
#[derive(Debug, Clone, Default)]
pub(super) struct Log {
    chunks: VecDeque<Arc<Vec<Entry>>>,
    start: u64,
    end: u64,
}

impl Log {
    /// The offset before the oldest entry that is kept.
    pub(super) fn start(&self) -> u64 {
        self.start
    }

    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// Appends one entry, and forgets the oldest chunks beyond `keep` bytes.
    pub(super) fn push(&mut self, entry: Entry, keep: u64) {
        match self.chunks.back_mut() {
            Some(chunk) if chunk.len() < CHUNK => Arc::make_mut(chunk).push(entry),
            Some(_) | None => self.chunks.push_back(Arc::new(vec![entry])),
        }
        self.end += ENTRY_BYTES;
        while let Some(oldest) = self.chunks.front() {
            let bytes = oldest.len() as u64 * ENTRY_BYTES;
            if self.end - self.start < keep + bytes || self.chunks.len() == 1 {
                break;
            }
            self.start += bytes;
            self.chunks.pop_front();
        }
    }

    /// Takes the newest entry back.
    pub(super) fn pop(&mut self) -> Option<Entry> {
        let chunk = self.chunks.back_mut()?;
        let entry = Arc::make_mut(chunk).pop();
        if chunk.is_empty() {
            self.chunks.pop_back();
        }
        self.end -= if entry.is_some() { ENTRY_BYTES } else { 0 };
        entry
    }

    /// Forgets every entry; the next one follows `offset`.
    pub(super) fn restart_at(&mut self, offset: u64) {
        *self = Self { chunks: VecDeque::new(), start: offset, end: offset };
    }

    /// The writes after `offset`, oldest first; `None` where they are not all kept.
    pub(super) fn since(&self, offset: u64) -> Option<Arc<[Arc<Version>]>> {
        if offset < self.start || offset > self.end {
            return None;
        }
        let skip = usize::try_from((offset - self.start) / ENTRY_BYTES).ok()?;
        Some(self.entries().skip(skip).map(|entry| Arc::clone(&entry.version)).collect())
    }

    /// The write whose entry ends at `offset`; within, `None` at the very beginning. `None` where the log does
    /// not reach.
    #[expect(clippy::option_option, reason = "there is no entry before the first")]
    pub(super) fn entry_at(&self, offset: u64) -> Option<Option<WriteId>> {
        if offset == 0 && self.start == 0 {
            return Some(None);
        }
        if offset <= self.start || offset > self.end {
            return None;
        }
        let index = usize::try_from((offset - self.start) / ENTRY_BYTES).ok()?.checked_sub(1)?;
        // Only the last chunk is ever short.
        let entry = self.chunks.get(index / CHUNK)?.get(index % CHUNK)?;
        Some(Some(entry.version.id))
    }

    /// Everything that is kept, oldest first.
    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }

    /// Chunks, for weighing a clone.
    pub(super) fn weight(&self) -> usize {
        self.chunks.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::{KeyId, NodeId},
        data::{Dot, Stamp, Value, VersionVector},
    };
    use proptest::prelude::*;

    fn entry(id: u32) -> Entry {
        let dot = Dot { node: NodeId(0), counter: id };
        let (key, value, stamp) = (KeyId(0), Value::Number(1), Stamp::at(0));
        let version =
            Version { id: WriteId(id), key, value, stamp, dot, context: VersionVector::EMPTY, after: None };
        Entry { version: Arc::new(version), over: None }
    }

    proptest! {
        /// Against a plain list: pushes and pops in any order, and a bounded memory.
        #[test]
        fn keeps_what_a_plain_list_would(pushes in prop::collection::vec(any::<bool>(), 0..400), keep in 0..200_u64) {
            let (mut log, mut plain) = (Log::default(), Vec::new());
            for (id, push) in (0..).zip(pushes) {
                if push {
                    log.push(entry(id), keep * ENTRY_BYTES);
                    plain.push(id);
                } else if log.pop().is_some() {
                    plain.pop();
                }
            }
            prop_assert_eq!(log.end(), plain.len() as u64 * ENTRY_BYTES);
            let kept = usize::try_from((log.end() - log.start()) / ENTRY_BYTES).unwrap();
            let ids: Vec<u32> = log.entries().map(|e| e.version.id.0).collect();
            prop_assert_eq!(&ids, &plain[plain.len() - kept..]);
            prop_assert!(kept <= usize::try_from(keep).unwrap() + CHUNK);
            prop_assert!(log.since(log.end()).is_some_and(|none| none.is_empty()));
            prop_assert!(log.since(log.end() + ENTRY_BYTES).is_none());
            prop_assert_eq!(log.since(log.start()).unwrap().len(), kept);
            for (i, id) in ids.iter().enumerate() {
                let end = log.start() + (i as u64 + 1) * ENTRY_BYTES;
                prop_assert_eq!(log.entry_at(end), Some(Some(WriteId(*id))));
            }
        }
    }
}
