//! ShiViz: two lines for each event, what happened and then its host with a vector clock. The first line of the file is
//! the expression that reads it, the second the (empty) one between several runs.
//!
//! ```text
//! alice  asks ────┐                        ┌──── hears        clients and replicas are hosts; a client stands
//! ams             └─ write ─┬────── ack ───┘                  beside its replica
//! lon                       └─ receives ─┘
//! ```
//!
//! Each host counts its own events from 1; whoever receives has the sender's clock in its own. A message that never
//! arrived is a sending that says how it ended. What befalls links and clocks has no host, and is not in it.

use std::{collections::BTreeMap, fmt::Write as _};

use super::words::one_line;
use crate::{
    base::{ClientId, MessageId, NodeId, OpId},
    drive::{Narrator, Timeline},
    scenario::Scenario,
    sim::{Death, Fact, Outcome, What},
};

const EXPRESSION: &str = r"(?<event>.*)\n(?<host>\S*) (?<clock>{.*})";

/// By host: how many of its events are known.
type Clock = BTreeMap<usize, u64>;

/// Follows the facts of a run and keeps every event.
#[derive(Debug)]
pub(super) struct Log {
    /// Replicas, then clients: names without blanks, each once.
    hosts: Vec<String>,
    replicas: usize,
    clocks: Vec<Clock>,
    events: Vec<(String, usize, Clock)>,
    /// Where a message was sent: its event, and the clock then.
    sent: BTreeMap<MessageId, usize>,
    asks: BTreeMap<OpId, Ask>,
}

/// An operation whose client waits.
#[derive(Debug)]
struct Ask {
    client: ClientId,
    /// Where its client stands now.
    node: NodeId,
    /// The event of asking, until its replica does something about it.
    untold: Option<usize>,
}

impl Log {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let mut hosts: Vec<String> = Vec::new();
        let replicas = scenario.replicas.iter().map(|replica| &replica.name);
        for name in replicas.chain(scenario.clients.iter().map(|client| &client.name)) {
            let plain: String =
                name.chars().map(|c| if c.is_whitespace() || c.is_control() { '_' } else { c }).collect();
            let mut host = if plain.is_empty() { "_".to_owned() } else { plain };
            while hosts.contains(&host) {
                host.push('\'');
            }
            hosts.push(host);
        }
        let clocks = vec![Clock::new(); hosts.len()];
        let replicas = scenario.replicas.len();
        Self { hosts, replicas, clocks, events: Vec::new(), sent: BTreeMap::new(), asks: BTreeMap::new() }
    }

    fn client(&self, client: ClientId) -> usize {
        self.replicas + usize::from(client.0)
    }

    /// Something happens on `host`, which knows what was known at `after`.
    fn event(&mut self, host: usize, text: &str, after: Option<usize>) -> usize {
        if let Some((_, _, known)) = after.and_then(|event| self.events.get(event)) {
            for (other, count) in known {
                let mine = self.clocks[host].entry(*other).or_insert(0);
                *mine = (*mine).max(*count);
            }
        }
        *self.clocks[host].entry(host).or_insert(0) += 1;
        self.events.push((one_line(text), host, self.clocks[host].clone()));
        self.events.len() - 1
    }

    /// What a replica does for an operation comes after its client asked.
    fn asked(&mut self, op: OpId, node: NodeId) -> Option<usize> {
        self.asks.get_mut(&op).filter(|ask| ask.node == node)?.untold.take()
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each kind of fact")]
    pub(super) fn observe(&mut self, fact: &Fact, timeline: &Timeline) {
        let simulation = timeline.simulation();
        let line = || Narrator { timeline }.line(fact).map(|line| line.text);
        let name = |node: &NodeId| simulation.scenario().replicas[node.index()].name.to_string();
        match &fact.what {
            What::Asked { op, client, node, key, level, act, .. } => {
                let (host, key) = (self.client(*client), &simulation.keys()[key.index()]);
                let value = act.argument().map_or_else(String::new, |value| format!("={value}"));
                let text = format!("asks {}: {} {key}{value} at {level}", name(node), act.verb());
                let asking = self.event(host, &text, None);
                self.asks.insert(*op, Ask { client: *client, node: *node, untold: Some(asking) });
            }
            What::Redirected { op, from, to, .. } => {
                let Some(client) = self.asks.get(op).map(|ask| ask.client) else { return };
                let text = format!("is sent on from {} to {}", name(from), name(to));
                let asking = self.event(self.client(client), &text, None);
                self.asks.insert(*op, Ask { client, node: *to, untold: Some(asking) });
            }
            What::Rebound { client, to, .. } => {
                self.event(self.client(*client), &format!("is bound to {} now", name(to)), None);
            }
            What::Accepted { op, node, .. }
            | What::Waits { op, node, .. }
            | What::Effort { op, node, .. } => {
                if let Some(text) = line() {
                    let after = self.asked(*op, *node);
                    self.event(node.index(), &text, after);
                }
            }
            What::Sent { message, from, to, kind, carries, op, .. } => {
                let after = op.and_then(|op| self.asked(op, *from));
                let cargo = carries.map_or_else(String::new, |write| format!(" {write}"));
                let text = format!("sends {}: {}{cargo}", name(to), kind.name());
                let sending = self.event(from.index(), &text, after);
                self.sent.insert(*message, sending);
            }
            What::Delivered { message, from, to, kind, carries, .. } => {
                let after = self.sent.remove(message);
                let cargo = carries.map_or_else(String::new, |write| format!(" {write}"));
                self.event(to.index(), &format!("hears from {}: {}{cargo}", name(from), kind.name()), after);
            }
            What::Died { message, death, .. } => {
                let end = match death {
                    Death::Lost => "lost by the link".to_owned(),
                    Death::Cut(id) => format!("died at {}", super::words::wall(*id)),
                    Death::Down => "its target was down".to_owned(),
                    Death::Full => "its target was frozen and its queue full".to_owned(),
                };
                if let Some((text, _, _)) =
                    self.sent.remove(message).and_then(|event| self.events.get_mut(event))
                {
                    let _ = write!(text, " ({end})");
                }
            }
            What::Answered { op, outcome } => self.answered(*op, outcome),
            What::Stored { node, .. }
            | What::HeldBack { node, .. }
            | What::Kept { node, .. }
            | What::Discarded { node, .. }
            | What::News { node, .. }
            | What::Purged { node, .. }
            | What::Hinted { holder: node, .. }
            | What::HandedBack { holder: node, .. }
            | What::HintExpired { holder: node, .. }
            | What::Believes { by: node, .. }
            | What::Crashed { node }
            | What::Destroyed { node, .. }
            | What::Restarted { node }
            | What::Frozen { node }
            | What::Thawed { node, .. } => {
                if let Some(text) = line() {
                    self.event(node.index(), &text, None);
                }
            }
            What::Queued { .. }
            | What::CutMade { .. }
            | What::CutHealed { .. }
            | What::Operated { .. }
            | What::Turned(_) => {}
        }
    }

    /// The replica beside the client answers, where it is a replica that does.
    fn answered(&mut self, op: OpId, outcome: &Outcome) {
        let Some(ask) = self.asks.get(&op) else { return };
        let (client, node) = (self.client(ask.client), ask.node);
        let told = match outcome {
            Outcome::Found(held) => {
                let values: Vec<String> = held
                    .versions()
                    .iter()
                    .map(|version| format!("{} ({})", version.value, version.id))
                    .collect();
                if values.is_empty() { "nothing is there".to_owned() } else { values.join(", ") }
            }
            Outcome::Written(write) => format!("{write} is written"),
            Outcome::Waited { write, replicas, .. } => {
                format!("{write} is written, {replicas} replicas have it")
            }
            other => super::words::answer(other).replace('_', " "),
        };
        let by_replica = match outcome {
            Outcome::Written(_)
            | Outcome::Waited { .. }
            | Outcome::Found(_)
            | Outcome::Unavailable { .. }
            | Outcome::NoReplicas { .. }
            | Outcome::NotPrimary { .. }
            | Outcome::ConditionFailed { .. }
            | Outcome::Throttled { .. } => true,
            Outcome::CoordinatorDown
            | Outcome::NotFresh(_)
            | Outcome::TimedOut { .. }
            | Outcome::CoordinatorCrashed => false,
        };
        let mut after = None;
        if by_replica {
            let asked = self.asked(op, node);
            let whom = self.hosts[client].clone();
            after = Some(self.event(node.index(), &format!("answers {whom}: {told}"), asked));
        }
        self.event(client, &format!("hears: {told}"), after);
        self.asks.remove(&op);
    }

    pub(super) fn text(&self) -> String {
        let mut text = format!("{EXPRESSION}\n\n");
        for (event, host, clock) in &self.events {
            let _ = writeln!(text, "{event}");
            let _ = write!(text, "{} {{", self.hosts[*host]);
            // A clock begins with its host's own count.
            let own = clock.iter().filter(|(other, _)| *other == host);
            let others = clock.iter().filter(|(other, _)| *other != host);
            for (place, (other, count)) in own.chain(others).enumerate() {
                let comma = if place == 0 { "" } else { ", " };
                let name = serde_json::Value::from(&*self.hosts[*other]);
                let _ = write!(text, "{comma}{name}:{count}");
            }
            text.push_str("}\n");
        }
        text
    }
}
