//! Version vectors: which writes of each coordinator a version has behind it.

use crate::base::NodeId;

use super::version::Dot;

/// A counter per node, dense by node index; a missing entry is 0. Trailing zeros are never kept, so equal
/// vectors have equal representations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VersionVector(Vec<u32>);

impl VersionVector {
    pub const EMPTY: Self = Self(Vec::new());

    pub fn from_entries(entries: impl IntoIterator<Item = (NodeId, u32)>) -> Self {
        let mut vector = Self::EMPTY;
        for (node, counter) in entries {
            vector.raise(node, counter);
        }
        vector
    }

    pub fn get(&self, node: NodeId) -> u32 {
        self.0.get(node.index()).copied().unwrap_or(0)
    }

    /// Raises one entry to at least `counter`.
    pub fn raise(&mut self, node: NodeId, counter: u32) {
        if counter == 0 {
            return;
        }
        if self.0.len() <= node.index() {
            self.0.resize(node.index() + 1, 0);
        }
        let entry = &mut self.0[node.index()];
        *entry = (*entry).max(counter);
    }

    /// The least vector that covers both.
    pub fn join(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine = (*mine).max(*theirs);
        }
    }

    pub fn covers(&self, dot: Dot) -> bool {
        self.get(dot.node) >= dot.counter
    }

    /// Whether every entry of `other` is covered.
    pub fn includes(&self, other: &Self) -> bool {
        other.0.len() <= self.0.len() && other.0.iter().zip(&self.0).all(|(theirs, mine)| theirs <= mine)
    }

    /// The non-zero entries, by node.
    pub fn entries(&self) -> impl Iterator<Item = (NodeId, u32)> + '_ {
        self.0.iter().enumerate().filter(|(_, counter)| **counter > 0).map(|(i, n)| (NodeId::at(i), *n))
    }
}

impl PartialOrd for VersionVector {
    /// `None` where the two are concurrent.
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        use std::cmp::Ordering::{Equal, Greater, Less};
        match (self.includes(other), other.includes(self)) {
            (true, true) => Some(Equal),
            (true, false) => Some(Greater),
            (false, true) => Some(Less),
            (false, false) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering::{Equal, Greater, Less};

    use proptest::prelude::*;

    use super::*;

    fn vector(text: &str) -> VersionVector {
        let entry = |item: &str| {
            let node = NodeId(u16::from(item.as_bytes()[0] - b'A'));
            (node, item[1..].parse().unwrap())
        };
        VersionVector::from_entries(text.split(',').filter(|s| !s.is_empty()).map(entry))
    }

    #[test]
    fn compares_as_the_table_of_semantics_3_says() {
        let check = |a, b, expected| assert_eq!(vector(a).partial_cmp(&vector(b)), expected, "{a} vs {b}");
        check("", "A1", Some(Less));
        check("A2", "A1", Some(Greater));
        check("A2,B1", "A3", None);
        check("A3,B1", "A3", Some(Greater));
        check("A3,B1", "A3,B2", Some(Less));
        check("A3,B2", "A3,B2", Some(Equal));
        check("X2,Y1", "X2,Z1", None);
        check("X3,Y1,Z1", "X2,Y1", Some(Greater));
    }

    fn any_vector() -> impl Strategy<Value = VersionVector> {
        prop::collection::vec(0..4_u32, 0..5).prop_map(|counters| {
            VersionVector::from_entries(counters.into_iter().enumerate().map(|(i, n)| (NodeId::at(i), n)))
        })
    }

    fn joined(a: &VersionVector, b: &VersionVector) -> VersionVector {
        let mut a = a.clone();
        a.join(b);
        a
    }

    proptest! {
        #[test]
        fn join_is_the_least_upper_bound(a in any_vector(), b in any_vector(), c in any_vector()) {
            let ab = joined(&a, &b);
            prop_assert_eq!(&ab, &joined(&b, &a));
            prop_assert_eq!(&joined(&ab, &c), &joined(&a, &joined(&b, &c)));
            prop_assert_eq!(&joined(&a, &a), &a);
            prop_assert!(ab.includes(&a) && ab.includes(&b));
            if c.includes(&a) && c.includes(&b) {
                prop_assert!(c.includes(&ab));
            }
        }
    }
}
