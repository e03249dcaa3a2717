//! Which data set a member holds, and whether it can go on where it stopped.
//!
//! Two notions live side by side. The [`Identity`] is what Redis knows: a replication id and, after a
//! promotion, the one before. The [`Lineage`] is what MongoDB and Raft know: which primary wrote which
//! stretch of the log. Redis decides by the first, MongoDB by the second; what a resynchronisation throws
//! away is told by the second under either.

use std::{fmt, sync::Arc};

use crate::base::{NodeId, Purpose, Seed};

/// The name of a data set (Redis: 40 random hexadecimal digits; here 64 bits, of which 32 are shown).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Replid(pub u64);

impl Replid {
    /// The data set that begins with the reign of `actor`.
    pub(super) fn of(seed: Seed, actor: NodeId) -> Self {
        Self(seed.stream(Purpose::Replid, [u64::from(actor.0), 0]).bits())
    }
}

impl fmt::Display for Replid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0 >> 32)
    }
}

/// What Redis calls replid, replid2 and `second_replid_offset` (SEMANTICS §7; replication.c,
/// `masterTryPartialResync` and `shiftReplicationId`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    pub replid: Replid,
    /// The id before the last promotion, and the first offset that it is no longer good for.
    pub second: Option<(Replid, u64)>,
}

impl Identity {
    /// A promotion at `offset`: the old id stays good for what was shared.
    pub(super) fn shift(&mut self, replid: Replid, offset: u64) {
        self.second = Some((self.replid, offset + 1));
        self.replid = replid;
    }

    /// Whether a replica of data set `replid` that asks for the byte `wanted` (its own offset plus one) may
    /// go on from there, where the bytes after `kept.0` up to `kept.1` are in the backlog.
    pub(super) fn continues(&self, (replid, wanted): (Replid, u64), kept: (u64, u64)) -> bool {
        let same = replid == self.replid;
        let before = self.second.is_some_and(|(second, offset)| replid == second && wanted <= offset);
        (same || before) && wanted > kept.0 && wanted <= kept.1 + 1
    }
}

/// One primary's stretch of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Era {
    /// The reign: no two have the same.
    pub actor: NodeId,
    pub term: u64,
    /// The offset before its first entry.
    pub start: u64,
}

/// Who wrote which stretch of a log, oldest first; never empty. Entries of one era come from one primary in
/// one order, so two logs agree as far as their eras do (Raft's log matching; Kafka's leader epochs).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lineage(Arc<[Era]>);

/// So many eras are remembered: what lies further back counts as not shared.
const MAX_ERAS: usize = 64;

impl Lineage {
    pub(super) fn new(era: Era) -> Self {
        Self(Arc::new([era]))
    }

    pub fn eras(&self) -> &[Era] {
        &self.0
    }

    /// The log as it was at `offset`, without the eras that began after.
    pub(super) fn up_to(&self, offset: u64) -> Self {
        let kept = self.0.iter().filter(|era| era.start <= offset).count().max(1);
        Self(self.0[..kept].into())
    }

    /// The log continued by a new primary. A reign in which nothing was written leaves no era: however often
    /// primaries change, logs that are the same share what was written.
    pub(super) fn with(&self, era: Era) -> Self {
        let written = match self.0.split_last() {
            Some((last, before)) if last.start >= era.start && !before.is_empty() => before,
            Some(_) | None => &self.0[..],
        };
        let skip = (written.len() + 1).saturating_sub(MAX_ERAS);
        Self(written.iter().skip(skip).copied().chain([era]).collect())
    }

    /// The offset up to which this log, which ends at `end`, and the `other` are the same; 0 where they share
    /// no era.
    pub fn common(&self, end: u64, other: &Self, other_end: u64) -> u64 {
        let shared = |era: &Era| other.0.iter().rposition(|o| o.actor == era.actor);
        let Some((mine, theirs)) =
            self.0.iter().enumerate().rev().find_map(|(i, era)| Some((i, shared(era)?)))
        else {
            return 0;
        };
        self.end_of(mine, end).min(other.end_of(theirs, other_end))
    }

    fn end_of(&self, index: usize, end: u64) -> u64 {
        self.0.get(index + 1).map_or(end, |next| next.start)
    }

    /// The last entry of a log that ends at `end`, as votes compare it: the term it was written in, then
    /// where it stands (Raft §5.4.1).
    pub fn last(&self, end: u64) -> (u64, u64) {
        let era = self.0.iter().rev().find(|era| era.start < end);
        (era.map_or(0, |era| era.term), end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const X: Replid = Replid(1);
    const Y: Replid = Replid(2);
    const Z: Replid = Replid(3);

    /// The table of SEMANTICS §7: the id must fit, and the offset must lie in the backlog.
    #[test]
    fn psync_goes_on_only_where_id_and_offset_fit() {
        // Promoted at offset 300, now at 500; the backlog reaches back to 200.
        let mut identity = Identity { replid: X, second: None };
        identity.shift(Y, 300);
        assert_eq!(identity, Identity { replid: Y, second: Some((X, 301)) });
        let check = |replid, offset: u64, goes_on| {
            let continues = identity.continues((replid, offset + 1), (200, 500));
            assert_eq!(continues, goes_on, "{replid:?} at {offset}");
        };
        // The present id, within the backlog and at both its ends.
        check(Y, 400, true);
        check(Y, 500, true);
        check(Y, 200, true);
        check(Y, 199, false);
        check(Y, 501, false);
        // The id before, up to the promotion and not a byte further.
        check(X, 300, true);
        check(X, 250, true);
        check(X, 301, false);
        check(X, 400, false);
        check(X, 199, false);
        // A stranger.
        check(Z, 300, false);
    }

    #[test]
    fn a_second_promotion_forgets_the_id_before_the_last() {
        let mut identity = Identity { replid: X, second: None };
        identity.shift(Y, 300);
        identity.shift(Z, 400);
        assert!(!identity.continues((X, 301), (0, 500)));
        assert!(identity.continues((Y, 401), (0, 500)));
        assert!(!identity.continues((Y, 402), (0, 500)));
    }

    fn lineage(eras: &[(u16, u64)]) -> Lineage {
        let era = |(i, (actor, start)): (usize, &(u16, u64))| Era {
            actor: NodeId(*actor),
            term: i as u64 + 1,
            start: *start,
        };
        Lineage(eras.iter().enumerate().map(era).collect())
    }

    #[test]
    fn reigns_in_which_nothing_was_written_make_no_strangers() {
        let first = lineage(&[(1, 0), (2, 300)]);
        let mut often = first.clone();
        for reign in 0..1_000 {
            often = often.with(Era { actor: NodeId(10 + reign), term: 3 + u64::from(reign), start: 500 });
        }
        assert_eq!(often.common(500, &first, 500), 500);
        assert_eq!(often.eras().len(), 3, "the last may yet be written in");
        assert_eq!(often.last(500), first.last(500));
        // What was taken over whole is the oldest era, with what came before it.
        let whole = lineage(&[(1, 500)]);
        let next = whole.with(Era { actor: NodeId(2), term: 2, start: 500 });
        assert_eq!(next.common(500, &whole, 500), 500);
    }

    #[test]
    fn two_logs_agree_as_far_as_their_eras_do() {
        let check = |a: &[(u16, u64)], a_end, b: &[(u16, u64)], b_end, common| {
            let (a, b) = (lineage(a), lineage(b));
            assert_eq!(a.common(a_end, &b, b_end), common);
            assert_eq!(b.common(b_end, &a, a_end), common, "the other way round");
        };
        check(&[(0, 0)], 500, &[(0, 0)], 300, 300);
        // The new primary took over at 300; the old one went on to 500.
        check(&[(0, 0)], 500, &[(0, 0), (1, 300)], 400, 300);
        check(&[(0, 0)], 200, &[(0, 0), (1, 300)], 400, 200);
        check(&[(0, 0), (1, 300)], 350, &[(0, 0), (1, 300)], 400, 350);
        // Two promotions on two sides.
        check(&[(0, 0), (1, 300)], 350, &[(0, 0), (2, 200)], 900, 200);
        check(&[(5, 0)], 350, &[(0, 0)], 900, 0);
    }

    #[test]
    fn a_vote_compares_the_term_of_the_last_entry_first() {
        let (old, new) = (lineage(&[(0, 0)]), lineage(&[(0, 0), (1, 300)]));
        assert!(new.last(400) > old.last(900), "a later term beats a longer log");
        assert_eq!(new.last(300), old.last(300), "a reign without a write counts for nothing");
        assert!(old.last(301) > old.last(300));
    }
}
