//! The session of the picked client: what it is promised, by what means, and how its requests find a replica.

use crate::{
    action::{ClientChange, ClientPolicy, Command, Guarantee, Means, Route, WhenUnable},
    base::NodeId,
    drive::Snapshot,
    tui::registry::Action,
};

use super::{Effect, Entry, Id, List, Overlay, Purpose, Ui, commands::by};

/// Where the keys send a client's requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Addressing {
    /// To the picked replica.
    Picked,
    /// Where the client's route leads.
    Routed,
}

/// A line of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    Promise(Guarantee),
    Means,
    WhenUnable,
    Route,
    Place,
    Keys,
}

const RULES: [Rule; 9] = [
    Rule::Promise(Guarantee::ReadYourWrites),
    Rule::Promise(Guarantee::MonotonicReads),
    Rule::Promise(Guarantee::MonotonicWrites),
    Rule::Promise(Guarantee::WritesFollowReads),
    Rule::Means,
    Rule::WhenUnable,
    Rule::Route,
    Rule::Place,
    Rule::Keys,
];

impl Ui {
    pub(super) fn open_session(&mut self, snapshot: &Snapshot) -> Vec<Effect> {
        self.overlay = Overlay::Choice(Purpose::Session, List::new(self.session_entries(snapshot)));
        Vec::new()
    }

    /// As things stand; the list is drawn anew with every snapshot.
    pub(super) fn session_entries(&self, snapshot: &Snapshot) -> Vec<Entry> {
        let Some(client) = snapshot.view.clients.get(usize::from(self.client.0)) else { return Vec::new() };
        let policy = &client.policy;
        let entry = |(index, rule): (usize, Rule)| {
            let (head, text) = match rule {
                Rule::Promise(guarantee) => {
                    let mark = if policy.promises(guarantee) { "[x]" } else { "[ ]" };
                    let name = guarantee.name().replace('_', " ");
                    let badge = self.badge_of(self.client, guarantee, snapshot);
                    // The badge first: what a narrow list cuts off is the explanation.
                    (mark, format!("{name}: {badge}; {}", promise(guarantee)))
                }
                Rule::Means => ("by", format!("{}: {}", policy.by.name(), means(policy.by))),
                Rule::WhenUnable => {
                    ("otherwise", format!("{}: {}", policy.when_unable.name(), unable(policy.when_unable)))
                }
                Rule::Route => {
                    let name = policy.route.name().replace('_', " ");
                    ("route", format!("{name}: {}", route(policy.route)))
                }
                Rule::Place => ("place", self.place(client.at, snapshot)),
                Rule::Keys => ("w and r", self.addressed_in_words(policy)),
            };
            Entry { id: Id::Index(index), head: head.into(), text }
        };
        RULES.into_iter().enumerate().map(entry).collect()
    }

    fn place(&self, at: NodeId, snapshot: &Snapshot) -> String {
        let here = snapshot.replica_name(at);
        if at == self.picked {
            format!("beside {here}, the picked replica")
        } else {
            format!("beside {here}; Enter moves it to {}, the picked replica", self.name(snapshot))
        }
    }

    fn addressed_in_words(&self, policy: &ClientPolicy) -> String {
        match self.addressing {
            Addressing::Picked => "go to the picked replica, whatever the route is".into(),
            Addressing::Routed => {
                format!("go where the route leads ({})", policy.effective_route().name().replace('_', " "))
            }
        }
    }

    /// Where the keys send a request: `None`, where its route leads.
    pub(super) fn addressed(&self) -> Option<NodeId> {
        match self.addressing {
            Addressing::Picked => Some(self.picked),
            Addressing::Routed => None,
        }
    }

    /// Goes on to the next value of a rule; the list stays.
    pub(super) fn change_session(&mut self, index: usize, snapshot: &Snapshot) -> Vec<Effect> {
        let client = snapshot.view.clients.get(usize::from(self.client.0));
        let (Some(client), Some(rule)) = (client, RULES.get(index)) else { return Vec::new() };
        let policy = &client.policy;
        let change = match rule {
            Rule::Promise(guarantee) => {
                let promised = |other: &Guarantee| policy.promises(*other) != (other == guarantee);
                let guarantees = Guarantee::ALL.into_iter().filter(promised).collect();
                ClientChange { guarantees: Some(guarantees), ..ClientChange::default() }
            }
            Rule::Means => {
                let next = after(&[Means::Token, Means::Sticky, Means::Quorum], policy.by);
                ClientChange { by: Some(next), ..ClientChange::default() }
            }
            Rule::WhenUnable => {
                let all = [WhenUnable::Fail, WhenUnable::Redirect, WhenUnable::Wait];
                ClientChange { when_unable: Some(after(&all, policy.when_unable)), ..ClientChange::default() }
            }
            Rule::Route => {
                ClientChange { route: Some(after(&Route::ALL, policy.route)), ..ClientChange::default() }
            }
            Rule::Place if client.at == self.picked => {
                return self.no("it is beside the picked replica already".into());
            }
            Rule::Place => ClientChange { at: Some(self.picked), ..ClientChange::default() },
            Rule::Keys => {
                self.addressing = match self.addressing {
                    Addressing::Picked => Addressing::Routed,
                    Addressing::Routed => Addressing::Picked,
                };
                return Vec::new();
            }
        };
        by(Action::Session, vec![Command::SetClient { client: self.client, change }])
    }
}

/// The one after `now`, and from the last the first.
fn after<T: PartialEq + Copy>(all: &[T], now: T) -> T {
    let at = all.iter().position(|each| *each == now).unwrap_or(0);
    all[(at + 1) % all.len()]
}

fn promise(guarantee: Guarantee) -> &'static str {
    match guarantee {
        Guarantee::ReadYourWrites => "its reads show what it wrote before",
        Guarantee::MonotonicReads => "what it has read, it never reads older",
        Guarantee::MonotonicWrites => "its writes are seen in their order",
        Guarantee::WritesFollowReads => "its writes are seen after what it had read",
    }
}

fn means(means: Means) -> &'static str {
    match means {
        Means::Token => "it carries what a replica must have to serve it",
        Means::Sticky => "one server remembers its session; lost with that server",
        Means::Quorum => "it asks a quorum where it names no level; nobody checks",
    }
}

fn unable(when: WhenUnable) -> &'static str {
    match when {
        WhenUnable::Fail => "the request fails, and nothing was done",
        WhenUnable::Redirect => "the other replicas are asked, the nearest first",
        WhenUnable::Wait => "it waits until the replica may, or its time is over",
    }
}

fn route(route: Route) -> &'static str {
    match route {
        Route::Fixed => "its own replica, up or down",
        Route::Sticky => "bound to one; when that is down, to the nearest",
        Route::Nearest => "its own, or while that is down the nearest",
        Route::RoundRobin => "one replica after the other",
        Route::Random => "any replica that is up, by chance",
    }
}
