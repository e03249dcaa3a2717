//! How tests break the engine on purpose, to see whether a checker says so. Compiled for tests only: each way of
//! breaking it stands at a seam through which everything goes anyway, and the engine does the rest as ever.
//!
//! ```text
//! replica ── output ──► carry_out    answers, messages: said wrongly, or not at all
//!            arrival ──► deliver     taken wrongly, acknowledged all the same
//!              timer ──► ring        never heeded
//!       session token ──► eligible   never looked at
//! ```

use crate::{
    base::{KeyId, NodeId, OpId},
    data::{Held, Version},
    replica::{
        Answer, Body, Output, Timer,
        primary::{Alarm, Message as Stream},
    },
};

use super::{Fact, Simulation, messages::Message};

/// What is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sabotage {
    /// A replica acknowledges writes that it does not store.
    WritesUnstored,
    /// A replica acknowledges repairs that it does not store.
    RepairsUnstored,
    /// A replica acknowledges what was kept for it, and does not store it.
    HintsUnstored,
    /// A coordinator counts what one replica acknowledges for all of them.
    OneSpeaksForAll,
    /// A coordinator answers reads as if nothing had ever been written.
    AnswersBlank,
    /// A coordinator does its work and never answers.
    NeverAnswers,
    /// Nobody looks at the tokens of sessions.
    IgnoresTokens,
    /// A write leaves its coordinator without what it must come after.
    ForgetsOrder,
    /// What replicas would tell each other in passing is empty.
    GossipsNothing,
    /// A replica tells its primary that it has all there is.
    AcknowledgesAhead,
    /// A member that takes over everything from its primary keeps what it had.
    KeepsItsTail,
    /// A primary does not notice that it is alone.
    ClingsToPower,
}

impl Simulation {
    /// The same, broken.
    pub(crate) fn broken(mut self, sabotage: Sabotage) -> Self {
        self.sabotage = Some(sabotage);
        self
    }

    /// Whether tokens count for nothing.
    pub(super) fn ignores_tokens(&self) -> bool {
        self.sabotage == Some(Sabotage::IgnoresTokens)
    }

    /// What an answer or a message has become; none where it is not said.
    pub(super) fn spoilt(&self, output: Output) -> Option<Output> {
        match (self.sabotage, output) {
            (Some(Sabotage::NeverAnswers), Output::Reply { .. })
            | (
                Some(Sabotage::GossipsNothing),
                Output::Send { body: Body::Sync { .. } | Body::SyncReply { .. } | Body::Compare(_), .. },
            ) => None,
            (Some(Sabotage::AnswersBlank), Output::Reply { op, answer: Answer::Found(_) }) => {
                Some(Output::Reply { op, answer: Answer::Found(Held::Nothing) })
            }
            (
                Some(Sabotage::ForgetsOrder),
                Output::Send { to, body: Body::Write { op, key, held, attempt, instead_of } },
            ) => {
                let held = unordered(&held);
                Some(Output::Send { to, body: Body::Write { op, key, held, attempt, instead_of } })
            }
            (_, output) => Some(output),
        }
    }

    /// Whether a timer rings in vain.
    pub(super) fn is_stilled(&self, timer: Timer) -> bool {
        self.sabotage == Some(Sabotage::ClingsToPower) && timer == Timer::Primary(Alarm::Cron)
    }

    /// Delivers a message wrongly; false where it is to be delivered as ever.
    pub(super) fn delivers_wrongly(&mut self, message: &Message, facts: &mut Vec<Fact>) -> bool {
        let Some(sabotage) = self.sabotage else { return false };
        let &Message { from, to, cause, .. } = message;
        let say = |body| Output::Send { to: from, body };
        let instead = match (sabotage, &message.body) {
            (Sabotage::WritesUnstored, Body::Write { op, attempt, .. }) => {
                say(Body::WriteAck { op: *op, attempt: *attempt })
            }
            (Sabotage::RepairsUnstored, Body::Repair { op, held, attempt, .. }) => {
                say(Body::RepairAck { op: *op, content: held.content(), attempt: *attempt })
            }
            (Sabotage::HintsUnstored, Body::Hint { cause, key, attempt, .. }) => {
                say(Body::HintAck { cause: *cause, key: *key, attempt: *attempt })
            }
            (Sabotage::OneSpeaksForAll, Body::WriteAck { op, attempt }) => {
                self.all_acknowledge((to, cause), *op, *attempt, facts);
                return true;
            }
            (Sabotage::AcknowledgesAhead, Body::Stream(stream)) => {
                return self.reads_all_into_acks((from, to, cause), stream, facts);
            }
            (Sabotage::KeepsItsTail, Body::Stream(stream)) => {
                return self.takes_over_what_it_has((from, to, cause), stream, facts);
            }
            _ => return false,
        };
        self.carry_out(to, instead, cause, facts);
        true
    }

    fn all_acknowledge(&mut self, (to, cause): (NodeId, u64), op: OpId, attempt: u32, facts: &mut Vec<Fact>) {
        for node in (0..self.nodes.len()).map(NodeId::at).filter(|node| *node != to) {
            self.hand((node, to, cause), &Body::WriteAck { op, attempt }, facts);
        }
    }

    fn reads_all_into_acks(
        &mut self,
        names: (NodeId, NodeId, u64),
        stream: &Stream,
        facts: &mut Vec<Fact>,
    ) -> bool {
        let Stream::Ack { session, round, .. } = *stream else { return false };
        let ahead = Stream::Ack { session, round, offset: u64::MAX };
        self.hand(names, &Body::Stream(Box::new(ahead)), facts);
        true
    }

    fn takes_over_what_it_has(
        &mut self,
        names: (NodeId, NodeId, u64),
        stream: &Stream,
        facts: &mut Vec<Fact>,
    ) -> bool {
        let Stream::Full { session, data, offset, .. } = stream else { return false };
        let keys = (0..self.keys.len()).map(|index| KeyId(u32::try_from(index).expect("few")));
        let contents = keys.flat_map(|key| self.held(names.1, key).versions().to_vec()).collect();
        let kept = Stream::Full { session: *session, data: data.clone(), offset: *offset, contents };
        self.hand(names, &Body::Stream(Box::new(kept)), facts);
        true
    }

    fn hand(&mut self, (from, to, cause): (NodeId, NodeId, u64), body: &Body, facts: &mut Vec<Fact>) {
        self.act(to, cause, facts, |replica, around, out| replica.handle_message(from, body, around, out));
    }
}

fn unordered(held: &Held) -> Held {
    match held {
        Held::One(version) => Held::One(Version::bare(version)),
        Held::Nothing | Held::Siblings(_) | Held::Shared(_) | Held::State(_) => held.clone(),
    }
}
