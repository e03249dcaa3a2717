//! A hand on one message that is on its way: delivered now, dropped, doubled, delayed, held.

use crate::{
    action::Surgery,
    base::{MessageId, SimTime},
    net::Order,
    replica::Body,
};

use super::{Event, Fact, Message, Refused, Simulation, What};

/// A message that a hand holds.
#[derive(Debug, Clone)]
pub(super) struct InHand {
    pub(super) since: SimTime,
    /// When it would have arrived.
    pub(super) due: SimTime,
    pub(super) message: Message,
}

impl Simulation {
    fn under_way(&self, id: MessageId) -> Option<&Message> {
        self.arrivals().map(|(_, message)| message).find(|message| message.id == id)
    }

    fn in_hand(&self, id: MessageId) -> Option<usize> {
        self.held.iter().position(|held| held.message.id == id)
    }

    pub(super) fn check_surgery(&self, id: MessageId, surgery: Surgery) -> Result<(), Refused> {
        if self.in_hand(id).is_some() {
            return match surgery {
                Surgery::Hold => Err(Refused::AlreadyHeld),
                Surgery::Delay(span) if span.0 == 0 => Err(Refused::NoDelay),
                // Others have overtaken it already.
                Surgery::Deliver | Surgery::Delay(_) | Surgery::Drop | Surgery::Duplicate => Ok(()),
            };
        }
        let message = self.under_way(id).ok_or(Refused::NoSuchMessage)?;
        let keeps_order = self.network.profile(message.from, message.to).order == Order::Fifo;
        match surgery {
            Surgery::Delay(span) if span.0 == 0 => Err(Refused::NoDelay),
            _ if matches!(message.body, Body::Stream(_)) => Err(Refused::OfStream),
            Surgery::Deliver | Surgery::Delay(_) | Surgery::Hold if keeps_order => Err(Refused::KeepsOrder),
            Surgery::Deliver | Surgery::Delay(_) | Surgery::Hold | Surgery::Drop | Surgery::Duplicate => {
                Ok(())
            }
        }
    }

    /// The message, when it was to arrive, and since when a hand holds it.
    fn take(&mut self, id: MessageId) -> Option<(Message, SimTime, Option<SimTime>)> {
        if let Some(place) = self.in_hand(id) {
            let InHand { since, due, message } = self.held.remove(place);
            return Some((message, due, Some(since)));
        }
        let wanted = |event: &Event| matches!(event, Event::Arrival(message) if message.id == id);
        match self.queue.take(wanted)? {
            (arrives, Event::Arrival(message)) => Some((message, arrives, None)),
            _ => None,
        }
    }

    pub(super) fn operate(&mut self, id: MessageId, surgery: Surgery, facts: &mut Vec<Fact>) {
        let Some((mut message, due, held)) = self.take(id) else { return };
        let (now, ends) = (self.now, (message.from, message.to));
        if surgery == Surgery::Duplicate {
            let (body, cause, stamp) = (message.body.clone(), message.cause, message.stamp);
            self.dispatch(ends, (body, cause, stamp), (due.max(now), message.lost), facts);
        }
        let arrives = match surgery {
            Surgery::Deliver => Some(now),
            Surgery::Drop => {
                message.lost = true;
                Some(now)
            }
            Surgery::Duplicate => held.is_none().then_some(due),
            Surgery::Delay(span) => Some(if held.is_some() { now } else { due } + span),
            Surgery::Hold => None,
        };
        match arrives {
            Some(at) => self.queue.push(at, Event::Arrival(message)),
            None => self.held.push(InHand { since: held.unwrap_or(now), due, message }),
        }
        self.record(facts, What::Operated { message: id, from: ends.0, to: ends.1, surgery });
    }
}
