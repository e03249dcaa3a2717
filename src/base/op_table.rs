//! A table of what is known of each operation under way.

use std::collections::VecDeque;

use super::OpId;

/// By operation, in the order of submission. Operations come with rising ids and mostly end in that order,
/// so a sorted ring finds and forgets them without touching an allocator.
#[derive(Debug, Clone)]
pub struct OpTable<T>(VecDeque<(OpId, T)>);

impl<T> Default for OpTable<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T> OpTable<T> {
    /// Enters an operation; the newest entry of an id replaces an older one.
    pub fn insert(&mut self, op: OpId, entry: T) {
        match self.find(op) {
            Ok(index) => self.0[index].1 = entry,
            Err(index) => self.0.insert(index, (op, entry)),
        }
    }

    pub fn get(&self, op: OpId) -> Option<&T> {
        self.find(op).ok().map(|index| &self.0[index].1)
    }

    pub fn get_mut(&mut self, op: OpId) -> Option<&mut T> {
        self.find(op).ok().map(|index| &mut self.0[index].1)
    }

    pub fn contains(&self, op: OpId) -> bool {
        self.find(op).is_ok()
    }

    pub fn remove(&mut self, op: OpId) -> Option<T> {
        let index = self.find(op).ok()?;
        self.0.remove(index).map(|(_, entry)| entry)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (OpId, &T)> {
        self.0.iter().map(|(op, entry)| (*op, entry))
    }

    /// Where it is, or where it would have to be.
    fn find(&self, op: OpId) -> Result<usize, usize> {
        match self.0.back() {
            Some((last, _)) if *last < op => Err(self.0.len()),
            Some(_) => self.0.binary_search_by_key(&op, |(op, _)| *op),
            None => Err(0),
        }
    }
}
