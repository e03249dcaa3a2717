//! A hand on one message that is on its way: delivered now, dropped, doubled, delayed.

use crate::{action::Surgery, base::MessageId, net::Order, replica::Body};

use super::{Event, Fact, Message, Refused, Simulation, What};

impl Simulation {
    fn under_way(&self, id: MessageId) -> Option<&Message> {
        self.queue.iter().find_map(|(_, event)| match event {
            Event::Arrival(message) if message.id == id => Some(message),
            _ => None,
        })
    }

    pub(super) fn check_surgery(&self, id: MessageId, surgery: Surgery) -> Result<(), Refused> {
        let message = self.under_way(id).ok_or(Refused::NoSuchMessage)?;
        let keeps_order = self.network.profile(message.from, message.to).order == Order::Fifo;
        match surgery {
            Surgery::Delay(span) if span.0 == 0 => Err(Refused::NoDelay),
            _ if matches!(message.body, Body::Stream(_)) => Err(Refused::OfStream),
            Surgery::Deliver | Surgery::Delay(_) if keeps_order => Err(Refused::KeepsOrder),
            Surgery::Deliver | Surgery::Delay(_) | Surgery::Drop | Surgery::Duplicate => Ok(()),
        }
    }

    pub(super) fn operate(&mut self, id: MessageId, surgery: Surgery, facts: &mut Vec<Fact>) {
        let wanted = |event: &Event| matches!(event, Event::Arrival(message) if message.id == id);
        let Some((arrives, Event::Arrival(mut message))) = self.queue.take(wanted) else { return };
        let (now, ends) = (self.now, (message.from, message.to));
        let arrives = match surgery {
            Surgery::Deliver => now,
            Surgery::Drop => {
                message.lost = true;
                now
            }
            Surgery::Duplicate => arrives,
            Surgery::Delay(span) => arrives + span,
        };
        if surgery == Surgery::Duplicate {
            let (body, cause, stamp) = (message.body.clone(), message.cause, message.stamp);
            self.dispatch(ends, (body, cause, stamp), (arrives, message.lost), facts);
        }
        self.queue.push(arrives, Event::Arrival(message));
        self.record(facts, What::Operated { message: id, from: ends.0, to: ends.1, surgery });
    }
}
