//! Version vectors: which writes of each coordinator a version has behind it.

use std::fmt;

use crate::base::NodeId;

use super::version::{Dot, Stamp};

/// A counter per node, dense by node index; a missing entry is 0. Trailing zeros are never kept, so equal
/// vectors have equal representations.
///
/// Every version carries one and every merge reads one, so that of a small cluster stands in place.
///
/// Where vectors are truncated, each entry also has a date. Dates only say what truncation drops first:
/// vectors with the same counters are equal.
#[derive(Clone)]
pub struct VersionVector {
    counters: Counters,
    /// By node, where entries are dated at all.
    dates: Option<Box<Dates>>,
}

/// When each entry was last raised. Behind a pointer: hardly any vector has them.
#[derive(Clone, Default)]
struct Dates(Vec<Stamp>);

#[derive(Clone)]
enum Counters {
    Few { counters: [u32; FEW], len: u8 },
    Many(Vec<u32>),
}

/// So many counters stand in place.
const FEW: usize = 6;

/// The date of an entry that has none.
const UNDATED: Stamp = Stamp::at(i64::MIN);

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
    pub const EMPTY: Self = Self { counters: Counters::Few { counters: [0; FEW], len: 0 }, dates: None };

    fn counters(&self) -> &[u32] {
        match &self.counters {
            Counters::Few { counters, len } => &counters[..usize::from(*len)],
            Counters::Many(counters) => counters,
        }
    }

    /// The first `len` counters, or all where there are more.
    fn at_least(&mut self, len: usize) -> &mut [u32] {
        if let Counters::Few { counters, len: few } = &self.counters
            && len > FEW
        {
            let mut many = Vec::with_capacity(len);
            many.extend_from_slice(&counters[..usize::from(*few)]);
            self.counters = Counters::Many(many);
        }
        match &mut self.counters {
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
        if let Some(dates) = &other.dates {
            self.join_dates(other, &dates.0);
        }
        let theirs = other.counters();
        for (mine, theirs) in self.at_least(theirs.len()).iter_mut().zip(theirs) {
            *mine = (*mine).max(*theirs);
        }
    }

    /// The later date of every entry that stands the same in both, else that of the larger one.
    fn join_dates(&mut self, other: &Self, theirs: &[Stamp]) {
        for (index, date) in theirs.iter().enumerate() {
            let node = NodeId::at(index);
            if other.get(node) >= self.get(node) {
                let date =
                    if other.get(node) > self.get(node) { *date } else { (*date).max(self.date(node)) };
                self.set_date(node, date);
            }
        }
    }

    /// When an entry was last raised; long ago where it has no date.
    fn date(&self, node: NodeId) -> Stamp {
        let dates = self.dates.as_ref();
        dates.and_then(|dates| dates.0.get(node.index())).copied().unwrap_or(UNDATED)
    }

    fn set_date(&mut self, node: NodeId, date: Stamp) {
        let dates = &mut self.dates.get_or_insert_default().0;
        if dates.len() <= node.index() {
            dates.resize(node.index() + 1, UNDATED);
        }
        dates[node.index()] = date;
    }

    /// Lets entries have dates from now on.
    pub fn keep_dates(&mut self) {
        self.dates.get_or_insert_default();
    }

    pub fn is_dated(&self) -> bool {
        self.dates.is_some()
    }

    /// Raises the entry of a dot, and dates it where entries have dates.
    pub fn add(&mut self, dot: Dot, date: Stamp) {
        if self.dates.is_some() && dot.counter >= self.get(dot.node) {
            let date = if dot.counter > self.get(dot.node) { date } else { date.max(self.date(dot.node)) };
            self.set_date(dot.node, date);
        }
        self.raise(dot.node, dot.counter);
    }

    /// Drops what was raised longest ago until at most `most` entries are left, that of `own` among them:
    /// so Dynamo keeps the clocks of a much-moved object small (DeCandia et al. 2007, §4.4). Whatever
    /// descended from a dropped entry looks concurrent with it from then on. An entry without a date goes
    /// first, and of equal ones that of the lower node.
    pub fn truncate(&mut self, most: usize, own: NodeId) {
        loop {
            let others = || self.entries().map(|(node, _)| node).filter(|node| *node != own);
            if others().count() < most.max(1) {
                return;
            }
            let Some(oldest) = others().min_by_key(|node| (self.date(*node), *node)) else { return };
            self.forget(oldest);
        }
    }

    fn forget(&mut self, node: NodeId) {
        let len = self.counters().len();
        if let Some(entry) = self.at_least(len).get_mut(node.index()) {
            *entry = 0;
        }
        let kept = self.counters().iter().rposition(|counter| *counter > 0).map_or(0, |last| last + 1);
        match &mut self.counters {
            Counters::Few { len, .. } => *len = u8::try_from(kept).unwrap_or(*len),
            Counters::Many(counters) => counters.truncate(kept),
        }
        self.set_date(node, UNDATED);
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

    /// SEMANTICS §13.10: V = {n1..n10}; V' = V with n11, without n1.
    #[test]
    fn a_truncated_descendant_is_concurrent_with_its_ancestor() {
        let mut ancestor = VersionVector::EMPTY;
        ancestor.keep_dates();
        for i in 0..10 {
            ancestor.add(Dot { node: NodeId(i), counter: 1 }, Stamp::at(i64::from(i)));
        }
        let own = NodeId(10);
        let mut descendant = ancestor.clone();
        descendant.add(Dot { node: own, counter: 1 }, Stamp::at(10));
        assert_eq!(descendant.partial_cmp(&ancestor), Some(Greater), "ten and one more");
        descendant.truncate(10, own);
        assert_eq!(descendant.get(NodeId(0)), 0, "the oldest pair is gone");
        assert_eq!(descendant.entries().count(), 10);
        assert_eq!(descendant.partial_cmp(&ancestor), None);
    }

    #[test]
    fn truncation_goes_by_date_and_spares_its_own_entry() {
        let dated = |entries: &[(u16, u32, i64)]| {
            let mut vector = VersionVector::EMPTY;
            vector.keep_dates();
            for (node, counter, date) in entries {
                vector.add(Dot { node: NodeId(*node), counter: *counter }, Stamp::at(*date));
            }
            vector
        };
        let check = |entries: &[(u16, u32, i64)], most, expected: &str| {
            let mut truncated = dated(entries);
            truncated.truncate(most, NodeId(0));
            assert_eq!(truncated, vector(expected), "{entries:?} to {most}");
        };
        check(&[(0, 1, 0), (1, 1, 9), (2, 1, 5)], 2, "A1,B1");
        check(&[(0, 1, 0), (1, 1, 5), (2, 1, 9)], 2, "A1,C1");
        check(&[(0, 1, 0), (1, 1, 5), (2, 1, 9), (1, 2, 10)], 2, "A1,B2");
        check(&[(0, 1, 0), (1, 1, 5), (2, 1, 9)], 1, "A1");
        let mut joined = dated(&[(1, 1, 9), (2, 1, 5)]);
        joined.join(&dated(&[(1, 1, 3), (2, 2, 8), (3, 1, 1)]));
        joined.truncate(3, NodeId(0));
        assert_eq!(joined, vector("B1,C2"), "the joined dates are the later ones");
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
