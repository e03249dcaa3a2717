//! From one thing that went wrong to the next, and stopping where one does.

use std::sync::Arc;

use crate::{
    base::{Position, Span},
    check::{Anomaly, AnomalyKind},
    drive::{Clock, Timeline, prevention::prevention, prospect, script::Reach},
};

use super::{
    Actor, FirstStaleRead,
    pursuit::{Pursuit, Then},
};

/// So much virtual time is run for the next anomaly.
pub const HUNT: Span = Span::secs(60);

/// Where the clock is to stop.
#[derive(Debug, Clone, Copy)]
pub(super) struct Breakpoint {
    /// `None`: whatever goes wrong.
    pub(super) kind: Option<AnomalyKind>,
    /// So many things had gone wrong when it was set; those that did before do not count.
    count: u64,
}

impl Actor {
    pub(super) fn next_anomaly(&mut self) {
        let here = self.timeline.position().step;
        if let Some(anomaly) = self.timeline.known_anomalies().after(here).cloned() {
            self.go_to(anomaly.at);
            return;
        }
        self.travel(|timeline| {
            timeline.seek(timeline.head());
            Ok(())
        });
        if prospect::nothing_is_ahead(&self.timeline) {
            let text = match self.timeline.ledger().anomalies().count() {
                0 => "nothing has gone wrong yet, and nothing more happens by itself",
                _ => "that was the last one, and nothing more happens by itself ([ goes back)",
            };
            self.warn(text);
            return;
        }
        let deadline = self.timeline.position().at + HUNT;
        let count = self.timeline.ledger().anomalies().count();
        let reach = Reach::Anomaly { kind: None, count, deadline };
        let words = "the next anomaly".to_owned();
        self.pursuit = Some(Pursuit { reach, then: Then::Tell { clock: Clock::Stopped }, words });
        self.journey = Some(deadline);
        self.travel_on();
    }

    /// The run for the next anomaly has come to its end.
    pub(super) fn end_hunt(&mut self, count: u64) {
        self.stop();
        let found = self.timeline.ledger().anomalies().since(count, None).map(|anomaly| anomaly.at);
        match found {
            Some(at) => self.tell_of(at),
            None => self.warn(&format!("no anomaly within {HUNT}: that long nothing went wrong")),
        }
    }

    pub(super) fn previous_anomaly(&mut self) {
        let here = self.timeline.position().step;
        match self.timeline.ledger().anomalies().before(here).cloned() {
            Some(anomaly) => self.go_to(anomaly.at),
            None => self.warn("nothing had gone wrong before this"),
        }
    }

    pub(super) fn go_to(&mut self, at: Position) {
        self.travel(|timeline| {
            timeline.seek(at);
            Ok(())
        });
        self.tell_of(at);
    }

    /// Says what went wrong in the step that ended here.
    fn tell_of(&mut self, at: Position) {
        // It is told now: the clock need not stop for it once more.
        if self.timeline.ledger().tally.stale_reads > 0 {
            self.stale_read_awaited = FirstStaleRead::GoesBy;
        }
        let text = anomaly_in_words(&self.timeline, at.step);
        self.tell(&text);
        // Of several at once, the last says most: a stale read that breaks a promise is both.
        let here = self.timeline.ledger().anomalies().in_step(at.step).last();
        let sentences = here.map_or_else(Vec::new, |anomaly| prevention(&self.timeline, anomaly));
        self.prevented = (at, sentences);
    }

    /// While the playhead stands at an anomaly that was told of: what would have prevented it.
    pub(super) fn prevention(&self) -> Vec<String> {
        let (at, told) = &self.prevented;
        if *at == self.timeline.position() { told.clone() } else { Vec::new() }
    }

    pub(super) fn stop_at(&mut self, kind: Option<AnomalyKind>) {
        self.breakpoint = Some(Breakpoint { kind, count: self.timeline.ledger().anomalies().count() });
        self.chosen = Clock::Running;
        self.set_clock(Clock::Running);
        let what = kind.map_or("anything goes wrong", AnomalyKind::name);
        self.tell(&format!("the clock stops as soon as it comes: {what}"));
    }

    pub(super) fn no_stop(&mut self) {
        match self.breakpoint.take() {
            Some(_) => self.tell("the clock stops at no anomaly"),
            None => self.warn("the clock was to stop at no anomaly anyway"),
        }
    }

    /// Whether what the clock was to stop at has come. Who goes back waits for what comes
    /// from there on.
    pub(super) fn stops_at_breakpoint(&mut self) -> bool {
        let now = self.timeline.ledger().anomalies().count();
        let Some(Breakpoint { kind, count }) = &mut self.breakpoint else { return false };
        *count = now.min(*count);
        let (kind, count) = (*kind, *count);
        let Some(at) = self.timeline.ledger().anomalies().since(count, kind).map(|anomaly| anomaly.at) else {
            return false;
        };
        self.breakpoint = None;
        self.stop();
        self.chosen = Clock::Stopped;
        self.tell_of(at);
        true
    }
}

/// `2/5 stale read at 3.2s: …`, with what else went wrong in the same step.
pub(in crate::drive) fn anomaly_in_words(timeline: &Timeline, step: u64) -> String {
    let known = timeline.known_anomalies();
    let here: Vec<&Arc<Anomaly>> = known.in_step(step).collect();
    let Some(first) = here.first() else { return String::new() };
    let others: Vec<&str> = here.iter().skip(1).map(|anomaly| anomaly.kind.name()).collect();
    let last = first.number + others.len() as u64;
    let number =
        if others.is_empty() { first.number.to_string() } else { format!("{}-{last}", first.number) };
    let more = if others.is_empty() { String::new() } else { format!("; and {}", others.join(", ")) };
    format!("{number}/{} {}{more}", known.count(), first.told())
}
