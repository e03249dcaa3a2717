//! The places a search has been: at which return, with which window and state, and with which operations of unknown
//! outcome used up. A place need not be tried if it was tried before with as few of those or fewer used: whatever
//! could still be done now could be done then. Hashing is our own, fixed, and only ever finds; what is found is
//! compared in full.

const NONE: u32 = u32::MAX;

/// A set of places.
#[derive(Debug)]
pub(super) struct Seen {
    /// Words of one key: place, state, then the window.
    key_words: usize,
    /// Open addressing over entries, a power of two long.
    table: Vec<u32>,
    /// Entries of `key_words + 1`: the key, then the used set and the next entry with the same key.
    entries: Vec<u64>,
    count: u32,
    keys: u32,
}

/// Sets of operations of unknown outcome that were used, each known by a number; the empty one is 0. A member is a
/// class and which of the class, in one word.
#[derive(Debug)]
pub(super) struct UsedSets {
    starts: Vec<u32>,
    members: Vec<u64>,
    grown: std::collections::BTreeMap<(u32, u64), u32>,
    by_content: std::collections::BTreeMap<Vec<u64>, u32>,
}

fn mixed(words: &[u64]) -> u64 {
    let mut sum = 0x51_7c_c1_b7_27_22_0a_95_u64;
    for word in words {
        sum = (sum.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    sum ^ (sum >> 32)
}

impl Seen {
    pub(super) fn new(window_words: usize) -> Self {
        Self {
            key_words: window_words + 2,
            table: vec![NONE; 1 << 8],
            entries: Vec::new(),
            count: 0,
            keys: 0,
        }
    }

    fn stride(&self) -> usize {
        self.key_words + 1
    }

    fn key_of(&self, entry: u32) -> &[u64] {
        let start = entry as usize * self.stride();
        &self.entries[start..start + self.key_words]
    }

    fn tail_of(&self, entry: u32) -> (u32, u32) {
        let word = self.entries[entry as usize * self.stride() + self.key_words];
        #[expect(clippy::cast_possible_truncation, reason = "two numbers of 32 bits in a word")]
        ((word >> 32) as u32, word as u32)
    }

    /// Notes a place; gives how many earlier ones were compared, and whether it is worth trying.
    pub(super) fn note(&mut self, key: &[u64], used: u32, sets: &UsedSets) -> (u64, bool) {
        if (self.keys as usize + 1) * 4 > self.table.len() * 3 {
            self.grow();
        }
        let mask = self.table.len() - 1;
        #[expect(clippy::cast_possible_truncation, reason = "masked")]
        let mut at = mixed(key) as usize & mask;
        while self.table[at] != NONE && self.key_of(self.table[at]) != key {
            at = (at + 1) & mask;
        }
        let first = self.table[at];
        let mut compared = 1;
        let mut entry = first;
        while entry != NONE {
            let (tried, next) = self.tail_of(entry);
            if sets.contains(used, tried) {
                return (compared, false);
            }
            compared += 1;
            entry = next;
        }
        if first == NONE {
            self.keys += 1;
        }
        self.entries.extend_from_slice(key);
        self.entries.push(u64::from(used) << 32 | u64::from(first));
        self.table[at] = self.count;
        self.count += 1;
        (compared, true)
    }

    fn grow(&mut self) {
        let old = std::mem::take(&mut self.table);
        let mask = old.len() * 2 - 1;
        let mut table = vec![NONE; old.len() * 2];
        for entry in old.into_iter().filter(|entry| *entry != NONE) {
            #[expect(clippy::cast_possible_truncation, reason = "masked")]
            let mut at = mixed(self.key_of(entry)) as usize & mask;
            while table[at] != NONE {
                at = (at + 1) & mask;
            }
            table[at] = entry;
        }
        self.table = table;
    }

    /// Bytes in use.
    pub(super) fn bytes(&self) -> usize {
        self.entries.capacity() * size_of::<u64>() + self.table.len() * size_of::<u32>()
    }
}

impl UsedSets {
    pub(super) fn new() -> Self {
        let by_content = [(Vec::new(), 0)].into();
        Self { starts: vec![0, 0], members: Vec::new(), grown: std::collections::BTreeMap::new(), by_content }
    }

    fn members(&self, set: u32) -> &[u64] {
        &self.members[self.starts[set as usize] as usize..self.starts[set as usize + 1] as usize]
    }

    /// The set with one more member.
    pub(super) fn with(&mut self, set: u32, member: u64) -> u32 {
        if let Some(known) = self.grown.get(&(set, member)) {
            return *known;
        }
        let mut members = self.members(set).to_vec();
        members.insert(members.partition_point(|other| *other < member), member);
        let next = u32::try_from(self.by_content.len()).unwrap_or(NONE);
        let number = if let Some(known) = self.by_content.get(&members) {
            *known
        } else {
            self.members.extend_from_slice(&members);
            self.starts.push(u32::try_from(self.members.len()).unwrap_or(NONE));
            self.by_content.insert(members, next);
            next
        };
        self.grown.insert((set, member), number);
        number
    }

    /// Whether every member of `smaller` is one of `larger`.
    fn contains(&self, larger: u32, smaller: u32) -> bool {
        if larger == smaller || smaller == 0 {
            return true;
        }
        let mut larger = self.members(larger).iter();
        self.members(smaller).iter().all(|member| larger.any(|other| other == member))
    }

    pub(super) fn bytes(&self) -> usize {
        self.members.capacity() * 16 + self.starts.capacity() * 4 + self.grown.len() * 120
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_worth_trying_once_for_each_way_that_leaves_something_else_unused() {
        let mut sets = UsedSets::new();
        let mut seen = Seen::new(0);
        let (a, b) = (sets.with(0, 1), sets.with(0, 2));
        let both = sets.with(a, 2);
        assert_eq!(both, sets.with(b, 1));
        assert!(seen.note(&[7, 1], a, &sets).1);
        assert!(!seen.note(&[7, 1], a, &sets).1);
        assert!(!seen.note(&[7, 1], both, &sets).1, "less is left than when it was tried");
        assert!(seen.note(&[7, 1], b, &sets).1);
        assert!(seen.note(&[7, 1], 0, &sets).1, "more is left");
        assert!(seen.note(&[7, 2], both, &sets).1, "another place");
    }

    #[test]
    fn nothing_noted_is_forgotten_as_the_table_grows() {
        let sets = UsedSets::new();
        let mut seen = Seen::new(0);
        assert!((0..5_000).all(|n| seen.note(&[n, n % 7], 0, &sets).1));
        assert!((0..5_000).all(|n| !seen.note(&[n, n % 7], 0, &sets).1));
    }
}
