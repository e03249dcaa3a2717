//! Operations on registers, each read with the write that it read from.

/// One operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Call {
    /// Whose it is: one session does one thing after the other, or several at a time.
    pub(crate) session: u32,
    pub(crate) key: u32,
    pub(crate) did: Did,
    /// Moments of the closed interval in which it took effect: those that share an endpoint are concurrent.
    pub(crate) invoked: u64,
    /// `None`: the outcome is unknown. A write may then take effect at any later time, or never; a read tells nothing.
    pub(crate) returned: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Did {
    Write,
    /// Read what this call, a write of the same key, had written; `None`: what was there at the beginning.
    Read(Option<u32>),
}

/// Calls that can be judged: every read returned and reads from a call among them, and a write of unknown outcome
/// is read by one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Calls {
    pub(crate) all: Vec<Call>,
    /// By call: its place among those that were given.
    pub(crate) places: Vec<u32>,
}

impl Call {
    pub(crate) fn is_write(&self) -> bool {
        self.did == Did::Write
    }

    /// Whether it was over before the other began.
    pub(crate) fn is_before(&self, other: &Self) -> bool {
        self.returned.is_some_and(|returned| returned < other.invoked)
    }

    /// Whether its session did it before the other.
    pub(crate) fn precedes(&self, other: &Self) -> bool {
        self.session == other.session && self.is_before(other)
    }

    /// As it was known at `now`: what had not returned was of unknown outcome. `None`: it had not begun.
    pub(crate) fn known_at(&self, now: u64) -> Option<Self> {
        (self.invoked <= now).then(|| Self { returned: self.returned.filter(|at| *at <= now), ..*self })
    }
}

impl Calls {
    /// Of these calls those that `keep` says, as far as they tell anything without the others: reads that read from one
    /// that is left out are left out, too.
    pub(crate) fn of(all: &[Call], keep: impl Fn(u32) -> Option<Call>) -> Self {
        let mut kept: Vec<Option<Call>> = (0..).take(all.len()).map(keep).collect();
        let mut is_read = vec![false; all.len()];
        for place in 0..kept.len() {
            let Some(Call { did: Did::Read(source), returned, .. }) = kept[place] else { continue };
            let known = |source: u32| kept[source as usize].is_some();
            if returned.is_none() || !source.is_none_or(known) {
                kept[place] = None;
            } else if let Some(source) = source {
                is_read[source as usize] = true;
            }
        }
        let mut number = vec![u32::MAX; all.len()];
        let mut calls = Self::default();
        for (place, call) in (0..).zip(&kept) {
            let Some(call) = call else { continue };
            if call.returned.is_some() || is_read[place as usize] {
                number[place as usize] = u32::try_from(calls.all.len()).unwrap_or(u32::MAX);
                calls.all.push(*call);
                calls.places.push(place);
            }
        }
        for call in &mut calls.all {
            if let Did::Read(Some(source)) = &mut call.did {
                *source = number[*source as usize];
            }
        }
        calls
    }

    #[cfg(test)]
    pub(crate) fn whole(all: &[Call]) -> Self {
        Self::of(all, |place| Some(all[place as usize]))
    }
}
