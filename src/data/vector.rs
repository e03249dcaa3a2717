//! Version vectors: which writes of each coordinator a version has behind it.

use std::fmt;

use crate::base::NodeId;

use super::version::Dot;

/// A counter per node, dense by node index; a missing entry is 0. Trailing zeros are never kept, so equal
/// vectors have equal representations.
///
/// Every version carries one and every merge reads one, so that of a small cluster stands in place.
#[derive(Clone)]
pub struct VersionVector(Counters);

#[derive(Clone)]
enum Counters {
    Few { counters: [u32; FEW], len: u8 },
    Many(Vec<u32>),
}

/// So many counters stand in place.
const FEW: usize = 6;

impl Default for VersionVector {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl PartialEq for VersionVector {
    fn eq(&self, other: &Self) -> bool {
        self.counters() == other.counters()
    }
}

impl Eq for VersionVector {}

impl fmt::Debug for VersionVector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VersionVector").field(&self.counters()).finish()
    }
}

impl VersionVector {
    pub const EMPTY: Self = Self(Counters::Few { counters: [0; FEW], len: 0 });

    fn counters(&self) -> &[u32] {
        match &self.0 {
            Counters::Few { counters, len } => &counters[..usize::from(*len)],
            Counters::Many(counters) => counters,
        }
    }

    /// The first `len` counters, or all where there are more.
    fn at_least(&mut self, len: usize) -> &mut [u32] {
        if let Counters::Few { counters, len: few } = &self.0
            && len > FEW
        {
            let mut many = Vec::with_capacity(len);
            many.extend_from_slice(&counters[..usize::from(*few)]);
            self.0 = Counters::Many(many);
        }
        match &mut self.0 {
            Counters::Few { counters, len: few } => {
                *few = (*few).max(u8::try_from(len).unwrap_or(u8::MAX));
                &mut counters[..usize::from(*few)]
            }
            Counters::Many(counters) => {
                if counters.len() < len {
                    counters.resize(len, 0);
                }
                counters
            }
        }
    }

    pub fn from_entries(entries: impl IntoIterator<Item = (NodeId, u32)>) -> Self {
        let mut vector = Self::EMPTY;
        for (node, counter) in entries {
            vector.raise(node, counter);
        }
        vector
    }

    pub fn get(&self, node: NodeId) -> u32 {
        self.counters().get(node.index()).copied().unwrap_or(0)
    }

    /// Raises one entry to at least `counter`.
    pub fn raise(&mut self, node: NodeId, counter: u32) {
        if counter == 0 {
            return;
        }
        let entry = &mut self.at_least(node.index() + 1)[node.index()];
        *entry = (*entry).max(counter);
    }

    /// The least vector that covers both.
    pub fn join(&mut self, other: &Self) {
        let theirs = other.counters();
        for (mine, theirs) in self.at_least(theirs.len()).iter_mut().zip(theirs) {
            *mine = (*mine).max(*theirs);
        }
    }

    pub fn covers(&self, dot: Dot) -> bool {
        self.get(dot.node) >= dot.counter
    }

    /// Whether every entry of `other` is covered.
    pub fn includes(&self, other: &Self) -> bool {
        let (mine, theirs) = (self.counters(), other.counters());
        theirs.len() <= mine.len() && theirs.iter().zip(mine).all(|(theirs, mine)| theirs <= mine)
    }

    /// The non-zero entries, by node.
    pub fn entries(&self) -> impl Iterator<Item = (NodeId, u32)> + '_ {
        self.counters()
            .iter()
            .enumerate()
            .filter(|(_, counter)| **counter > 0)
            .map(|(i, n)| (NodeId::at(i), *n))
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
        prop::collection::vec(0..4_u32, 0..9).prop_map(|counters| {
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
