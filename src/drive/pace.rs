//! How fast virtual time runs against the wall clock.

use std::{fmt, time::Duration};

use crate::base::{SimTime, Span};

/// Virtual time per wall time, as an exact ratio from 1/1000 to 1000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Speed {
    virtual_part: u32,
    wall_part: u32,
}

/// What the keys step through: a factor of about two each.
const STEPS: [(u32, u32); 21] = [
    (1, 1000),
    (1, 500),
    (1, 200),
    (1, 100),
    (1, 50),
    (1, 20),
    (1, 10),
    (1, 5),
    (1, 4),
    (1, 2),
    (1, 1),
    (2, 1),
    (4, 1),
    (5, 1),
    (10, 1),
    (20, 1),
    (50, 1),
    (100, 1),
    (200, 1),
    (500, 1),
    (1000, 1),
];

impl Speed {
    pub const NORMAL: Self = Self { virtual_part: 1, wall_part: 1 };

    #[must_use]
    pub fn faster(self) -> Self {
        self.shifted(1)
    }

    #[must_use]
    pub fn slower(self) -> Self {
        self.shifted(-1)
    }

    fn shifted(self, by: isize) -> Self {
        let index = STEPS.iter().position(|step| *step == (self.virtual_part, self.wall_part)).unwrap_or(10);
        let (virtual_part, wall_part) = STEPS[index.saturating_add_signed(by).min(STEPS.len() - 1)];
        Self { virtual_part, wall_part }
    }

    /// How much virtual time passes while `wall` does.
    pub fn virtual_span(self, wall: Duration) -> Span {
        let nanos = wall.as_nanos() * u128::from(self.virtual_part) / u128::from(self.wall_part);
        Span(u64::try_from(nanos).unwrap_or(u64::MAX / 4))
    }

    /// How long one waits for `span` of virtual time to pass: rounded up, so that it has.
    pub fn wall_duration(self, span: Span) -> Duration {
        let nanos = (u128::from(span.0) * u128::from(self.wall_part)).div_ceil(u128::from(self.virtual_part));
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX / 4))
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.virtual_part, self.wall_part) {
            (fast, 1) => write!(f, "×{fast}"),
            (_, slow) => write!(f, "×1/{slow}"),
        }
    }
}

/// Where virtual time stands for a wall instant, measured from an anchor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace<Instant> {
    pub(super) wall: Instant,
    pub(super) at: SimTime,
    pub(super) speed: Speed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slower_undoes_faster_and_both_stop_at_the_ends() {
        let mut speed = Speed::NORMAL;
        for _ in 0..30 {
            speed = speed.faster();
        }
        assert_eq!(speed.to_string(), "×1000");
        for _ in 0..30 {
            speed = speed.slower();
        }
        assert_eq!(speed.to_string(), "×1/1000");
        assert_eq!(Speed::NORMAL.faster().slower(), Speed::NORMAL);
    }

    #[test]
    fn waiting_is_never_too_short() {
        for (virtual_part, wall_part) in STEPS {
            let speed = Speed { virtual_part, wall_part };
            for nanos in [1, 7, 999, 1_000_001] {
                assert!(speed.virtual_span(speed.wall_duration(Span(nanos))).0 >= nanos);
            }
        }
    }
}
