//! Who comes before whom, closed under transitivity as it grows.

/// A transitive relation between numbered things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Relation {
    words: usize,
    /// By thing: those after it, a bit each; and those before it.
    after: Vec<u64>,
    before: Vec<u64>,
}

/// Something would have to come before itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cycle;

impl Relation {
    pub(super) fn new(things: usize) -> Self {
        let words = things.div_ceil(64);
        Self { words, after: vec![0; words * things], before: vec![0; words * things] }
    }

    fn row(&self, thing: usize) -> std::ops::Range<usize> {
        thing * self.words..(thing + 1) * self.words
    }

    pub(super) fn has(&self, a: usize, b: usize) -> bool {
        self.after[a * self.words + b / 64] >> (b % 64) & 1 == 1
    }

    /// A bit for each thing before `thing`.
    pub(super) fn before(&self, thing: usize) -> &[u64] {
        &self.before[self.row(thing)]
    }

    /// Puts `a` before `b`, with all that follows from it. Whether that is new.
    pub(super) fn add(&mut self, a: usize, b: usize) -> Result<bool, Cycle> {
        if a == b || self.has(b, a) {
            return Err(Cycle);
        }
        if self.has(a, b) {
            return Ok(false);
        }
        let with = |row: &[u64], thing: usize| {
            let mut row = row.to_vec();
            row[thing / 64] |= 1 << (thing % 64);
            row
        };
        let sources = with(&self.before[self.row(a)], a);
        let targets = with(&self.after[self.row(b)], b);
        for source in bits(&sources) {
            let row = self.row(source);
            self.after[row].iter_mut().zip(&targets).for_each(|(word, more)| *word |= more);
        }
        for target in bits(&targets) {
            let row = self.row(target);
            self.before[row].iter_mut().zip(&sources).for_each(|(word, more)| *word |= more);
        }
        Ok(true)
    }
}

/// The numbers of the bits that are set.
pub(super) fn bits(words: &[u64]) -> impl Iterator<Item = usize> {
    words.iter().enumerate().flat_map(|(place, word)| {
        let mut left = *word;
        std::iter::from_fn(move || {
            let bit = left.trailing_zeros() as usize;
            (left != 0).then(|| {
                left &= left - 1;
                place * 64 + bit
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_is_there_and_nothing_comes_before_itself() {
        let mut relation = Relation::new(130);
        assert_eq!(relation.add(0, 1), Ok(true));
        assert_eq!(relation.add(128, 129), Ok(true));
        assert_eq!(relation.add(1, 128), Ok(true));
        assert!(relation.has(0, 129) && !relation.has(129, 0));
        assert_eq!(relation.add(0, 129), Ok(false));
        assert_eq!(relation.add(129, 0), Err(Cycle));
        assert_eq!(bits(relation.before(129)).collect::<Vec<_>>(), [0, 1, 128]);
    }
}
