//! What all objects of a history together come to, and every verdict in words: the same wherever it is told.

use super::{Budget, Judged, Spent, Verdict};
use crate::check::history::{History, Object};

/// What all objects together come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sum {
    /// Every object that was read has an order.
    Holds,
    /// Some object has none.
    Violated,
    /// A budget was spent, or nothing was ever read.
    Unknown,
}

impl Sum {
    pub fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Violated => "violated",
            Self::Unknown => "unknown",
        }
    }

    /// As a sentence.
    pub fn says(self) -> &'static str {
        match self {
            Self::Holds => "holds: linearizable",
            Self::Violated => "violated: not linearizable",
            Self::Unknown => "unknown: it could not be told whether this is linearizable",
        }
    }
}

impl Verdict {
    pub fn sum(&self) -> Sum {
        match self {
            Self::Holds => Sum::Holds,
            Self::Violated(_) => Sum::Violated,
            Self::Spent(_) | Self::Abandoned | Self::NothingObserved => Sum::Unknown,
        }
    }

    /// Why it is none, or has no evidence.
    pub fn why(&self, budget: Budget) -> Option<String> {
        match self {
            Self::Holds | Self::Violated(Some(_)) => None,
            Self::Violated(None) => Some("the first violated keys have the evidence".to_owned()),
            Self::Spent(Spent::Steps) => {
                Some(format!("the search took its {} steps; --steps allows more", budget.steps))
            }
            Self::Spent(Spent::Memory) => {
                let mib = budget.memory >> 20;
                Some(format!("the search used its {mib} MiB; --memory allows more"))
            }
            Self::Abandoned => Some("not decided when another key was violated".to_owned()),
            Self::NothingObserved => Some("nothing was read, so any order would do".to_owned()),
        }
    }
}

impl Judged {
    /// One violation is enough. Nothing read on one key does not spoil what holds of the others.
    pub fn sum(&self) -> Sum {
        let any = |is: fn(&Verdict) -> bool| self.verdicts.iter().any(is);
        if any(|verdict| matches!(verdict, Verdict::Violated(_))) {
            Sum::Violated
        } else if any(|verdict| matches!(verdict, Verdict::Spent(_) | Verdict::Abandoned))
            || !any(|verdict| matches!(verdict, Verdict::Holds))
        {
            Sum::Unknown
        } else {
            Sum::Holds
        }
    }

    /// How many objects came to this.
    pub fn count(&self, sum: Sum) -> usize {
        self.verdicts.iter().filter(|verdict| verdict.sum() == sum).count()
    }

    /// All objects together, in one sentence.
    pub fn sentence(&self, history: &History) -> String {
        let what = self.sum().says();
        match history.objects.as_slice() {
            [Object { key: None, .. }] => what.to_owned(),
            objects => {
                let [holds, violated, unknown] =
                    [Sum::Holds, Sum::Violated, Sum::Unknown].map(|sum| self.count(sum));
                let keys = objects.len();
                format!("{what}; of {keys} keys {holds} hold, {violated} violated, {unknown} unknown")
            }
        }
    }
}
