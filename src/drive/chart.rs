//! A stretch of a run as a space-time diagram (Lamport 1978): a lane for each replica, messages between the lanes,
//! the operations of clients, faults as bars. Built from facts, so that it shows what happened and nothing else; what
//! lies before the journal or after the playhead is re-executed for it.
//!
//! ```text
//! read     a stretch of a timeline → a chart
//! cone     what could have caused a spot, and what it could have caused
//! ```

mod cone;
mod read;
#[cfg(test)]
mod tests;

pub use cone::{Cone, Relation};

use std::sync::Arc;

use crate::{
    base::{ClientId, NodeId, OpId, Position, SimTime},
    replica::MessageKind,
    sim::Death,
};

use super::Mark;

/// What happened from one time to another.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chart {
    pub from: SimTime,
    pub to: SimTime,
    /// The part of it of which everything is told: less than the whole where too much happened, or where the future
    /// has not been run yet.
    pub known: (SimTime, SimTime),
    /// In the order in which they happened.
    pub spots: Vec<Spot>,
    pub arrows: Vec<Arrow>,
    pub calls: Vec<Call>,
    pub bars: Vec<Bar>,
    /// By replica: what it shows of the focused key, from when on, in order of time. Empty where versions of that key
    /// are merged, since then no single write says what is shown.
    pub holdings: Vec<Vec<Holding>>,
}

/// An instant of a chart: its time, and its place among all that the chart tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant {
    pub order: u32,
    pub at: SimTime,
}

/// Something that happened at one replica.
#[derive(Debug, Clone, PartialEq)]
pub struct Spot {
    pub order: u32,
    pub at: Position,
    pub node: NodeId,
    pub mark: Mark,
    pub text: String,
    pub value: Option<String>,
    /// The key or the script line that caused it.
    pub cause: Option<Arc<str>>,
}

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrow {
    pub from: NodeId,
    pub to: NodeId,
    pub kind: MessageKind,
    /// The value of the write that it carries.
    pub value: Option<String>,
    pub sent: Instant,
    /// When it is to arrive, or would have.
    pub arrives: SimTime,
    /// Since when a hand holds it at the end of what is known.
    pub held: Option<SimTime>,
    /// `None`: it was on its way at the end of what is known.
    pub ended: Option<(Instant, Fate)>,
    pub worth: Worth,
}

/// What a message is good for: gossip that teaches nobody anything is not worth drawing, though it orders what happens
/// before and after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    Something,
    IdleGossip,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Delivered,
    Died(Death),
}

/// An operation of a client.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub op: OpId,
    pub client: ClientId,
    /// Who was asked first.
    pub node: NodeId,
    pub what: CallKind,
    pub asked: Instant,
    /// Whom it went to instead, one after the other, and when.
    pub redirected: Vec<(NodeId, Instant)>,
    pub answered: Option<Answer>,
}

impl Call {
    /// The replica that has it: who was asked first, or the last that it was redirected to.
    fn contact(&self) -> NodeId {
        self.redirected.last().map_or(self.node, |(node, _)| *node)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallKind {
    Read,
    Write,
}

/// What a client was told.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub at: Instant,
    /// The replica that its client heard it from.
    pub node: NodeId,
    pub mark: Mark,
    pub text: String,
    /// What was written or read.
    pub value: Option<String>,
}

/// Something that lasted.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    pub kind: BarKind,
    /// From the left edge where it began before.
    pub from: SimTime,
    /// `None`: it lasted at the end of what is known.
    pub to: Option<SimTime>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum BarKind {
    /// A cut, with what it separates in words.
    Cut(String),
    Down(NodeId),
    Frozen(NodeId),
}

/// From when on a replica shows something.
#[derive(Debug, Clone, PartialEq)]
pub struct Holding {
    pub from: SimTime,
    /// `None`: nothing.
    pub value: Option<String>,
}

impl Chart {
    /// The last thing that happened at `node` until `now`.
    pub fn last_spot(&self, node: NodeId, now: Position) -> Option<&Spot> {
        self.spots.iter().rev().find(|spot| spot.node == node && spot.at.step <= now.step)
    }

    /// The place of the last thing told of `node` by `at`; 0 before the first.
    pub fn order_at(&self, node: NodeId, at: SimTime) -> u32 {
        self.places(node).filter(|place| place.at <= at).map(|place| place.order).max().unwrap_or(0)
    }

    /// The place of the first thing told of `node` after `at`.
    pub fn order_after(&self, node: NodeId, at: SimTime) -> Option<u32> {
        self.places(node).filter(|place| place.at > at).map(|place| place.order).min()
    }

    /// Everything that happened on a replica's lane, in no order.
    fn places(&self, node: NodeId) -> impl Iterator<Item = Instant> {
        let spots = self.spots.iter().filter(move |spot| spot.node == node);
        let spots = spots.map(|spot| Instant { order: spot.order, at: spot.at.at });
        let sent = self.arrows.iter().filter(move |arrow| arrow.from == node).map(|arrow| arrow.sent);
        let come = self.arrows.iter().filter(move |arrow| arrow.to == node).filter_map(|arrow| {
            let (at, Fate::Delivered) = arrow.ended? else { return None };
            Some(at)
        });
        spots.chain(sent).chain(come)
    }
}
