//! The clock of the actor: when it wakes, how far it goes at once.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    base::SimTime,
    drive::{Clock, beside::Companion, prospect, script::Reach},
};

use super::{Actor, pursuit::Pursuit, wall};

/// Events are performed in slices of at most so many steps and about so long; between two, requests are
/// heard.
pub(super) const SLICE: usize = 20_000;
const SLICE_TIME: Duration = Duration::from_millis(20);
/// After so many steps one looks at the clock.
const CHUNK: usize = 256;
/// It wakes by itself at most once in this time, however thick and fast events come.
const MIN_WAIT: Duration = Duration::from_millis(4);
/// A request waits at most so long until idle gossip is made good.
const MAX_WAIT: Duration = Duration::from_millis(500);

impl Actor {
    /// When something is due that changes the picture; never while paused or quiet.
    pub(super) fn wake_at(&self) -> Option<Instant> {
        if self.journey.is_some() || self.behind {
            return Some(wall());
        }
        if self.clock == Clock::Stopped {
            return None;
        }
        let awaited =
            self.pursuit.as_ref().map(|pursuit| pursuit.reach.limit()).filter(|limit| limit.0 < u64::MAX);
        let event = if self.is_quiet() { None } else { self.timeline.next_at() };
        let there = self.beside.as_ref().and_then(Companion::wakes_at);
        let event = event.into_iter().chain(there).min();
        let due = match (event, awaited) {
            (Some(event), Some(limit)) => event.min(limit),
            (one, other) => one.or(other)?,
        };
        let span = due.since(self.pace.at);
        let exact = self.pace.wall + self.speed.wall_duration(span);
        Some(exact.max(self.woke + MIN_WAIT))
    }

    /// Whether nothing scheduled will ever show: then the actor sleeps until it is asked something.
    pub(super) fn is_quiet(&self) -> bool {
        !self.timeline.is_past() && self.pursuit.is_none() && prospect::nothing_is_ahead(&self.timeline)
    }

    /// Goes one slice further on a journey.
    pub(super) fn travel_on(&mut self) {
        let Some(time) = self.journey else { return };
        let end = wall() + SLICE_TIME;
        for done in 1..=SLICE {
            if self.pursuit_ends() {
                self.journey = None;
                return;
            }
            if !self.advance(time) {
                self.journey = None;
                return;
            }
            if done % CHUNK == 0 && wall() > end {
                return;
            }
        }
    }

    /// Performs the next step if it is due by `due`; else lets time pass until then, or to the very moment that is run
    /// for.
    pub(super) fn advance(&mut self, due: SimTime) -> bool {
        if let Some(Pursuit { reach: reach @ Reach::Moment(_), .. }) = &self.pursuit {
            return reach.advance(&mut self.timeline, due);
        }
        let stepped = self.timeline.step_within(due);
        if !stepped {
            self.timeline.rest_until(due);
        }
        stepped
    }

    /// Performs what is due by now, at most a slice of it.
    pub(super) fn catch_up(&mut self) {
        self.travel_on();
        if self.clock == Clock::Stopped {
            return;
        }
        let now = wall();
        let due = self.pace.at + self.pace.speed.virtual_span(now - self.pace.wall);
        let end = wall() + SLICE_TIME;
        for done in 1..=SLICE {
            if self.pursuit_ends() || self.stops_at_breakpoint() || self.stops_at_stale_read() {
                self.behind = false;
                return;
            }
            if !self.advance(due) {
                self.behind = false;
                return;
            }
            if done % CHUNK == 0 && wall() > end {
                break;
            }
        }
        self.behind = true;
    }

    /// Catches up before a request is handled. After a sleep in which nothing showed only idle gossip is due,
    /// hours of it perhaps: it is made good whole, so that a command falls where the clock says. Amid more
    /// work than a slice holds, requests are heard at once instead.
    pub(super) fn come_to_the_present(&mut self) {
        let patience = wall() + MAX_WAIT;
        let was_quiet = self.is_quiet();
        self.catch_up();
        while was_quiet && self.behind && wall() < patience {
            self.catch_up();
        }
    }
}
