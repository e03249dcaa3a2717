//! What is run for: how it is reached, and what is said where it never can be.

use crate::drive::{Clock, prospect, script::Reach};

use super::{Actor, FirstStaleRead, NEVER};

/// Something that is being run for.
#[derive(Debug, Clone)]
pub(super) struct Pursuit {
    pub(super) reach: Reach,
    pub(super) then: Then,
    pub(super) words: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// Say so, and leave the clock like this.
    Tell {
        clock: Clock,
    },
    GoOnWithScript {
        clock: Clock,
    },
}

impl Actor {
    /// Whether what is run for has been reached or has failed; `chase` sees to it.
    pub(super) fn pursuit_ends(&self) -> bool {
        self.pursuit.as_ref().is_some_and(|pursuit| pursuit.reach.state(&self.timeline).is_some())
    }

    /// The first stale read of a session stops the clock, once.
    pub(super) fn stops_at_stale_read(&mut self) -> bool {
        let seen = self.timeline.ledger().tally.stale_reads > 0;
        if self.stale_read_awaited == FirstStaleRead::GoesBy || !seen {
            return false;
        }
        self.stale_read_awaited = FirstStaleRead::GoesBy;
        self.stop();
        self.tell("a stale read: the clock is stopped");
        true
    }

    /// Ends a pursuit that has been reached, and goes on with the script where that was the purpose.
    pub(super) fn chase(&mut self) {
        let stopped = self.stops_at_breakpoint() || self.stops_at_stale_read();
        self.give_up_what_never_comes();
        let Some(pursuit) = self.pursuit.take_if(|pursuit| pursuit.reach.state(&self.timeline).is_some())
        else {
            return;
        };
        let reached = pursuit.reach.state(&self.timeline) == Some(true);
        if let Reach::Anomaly { count, .. } = pursuit.reach {
            self.end_hunt(count);
            return;
        }
        match pursuit.then {
            Then::Tell { clock } => {
                self.set_clock(if stopped { Clock::Stopped } else { clock });
                if stopped {
                    self.tell(&format!("a stale read: the clock is stopped; reached: {}", pursuit.words));
                } else if reached {
                    self.tell(&format!("reached: {}", pursuit.words));
                } else {
                    self.warn(&format!("not reached in time: {}", pursuit.words));
                }
            }
            Then::GoOnWithScript { clock } => {
                self.set_clock(if stopped { Clock::Stopped } else { clock });
                self.perform_script_step();
            }
        }
    }

    /// Ends a run for something that cannot come any more. A script's own limits stay with the script.
    pub(super) fn give_up_what_never_comes(&mut self) {
        let Some(Pursuit { reach, then: Then::Tell { .. }, .. }) = &self.pursuit else { return };
        if self.clock == Clock::Stopped || reach.state(&self.timeline).is_some() {
            return;
        }
        let never = match reach {
            Reach::Condition { condition, .. } => self.timeline.why_never(condition),
            Reach::Goal { .. } => prospect::nothing_is_ahead(&self.timeline).then_some(NEVER),
            Reach::Time(_) | Reach::Moment(_) | Reach::Answer(_) | Reach::Anomaly { .. } => None,
        };
        if let Some(why) = never {
            self.pursuit = None;
            self.stop();
            self.warn(why);
        }
    }
}
