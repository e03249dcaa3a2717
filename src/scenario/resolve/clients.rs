//! `clients` and `workload`.

use std::collections::BTreeMap;

use crate::action::{self, ClientChange, ClientPolicy, Command};
use crate::base::{NodeId, Ppm, SimTime, Span};
use crate::scenario::file::{Client, Guarantee, Knobs, Means, Route, Stop, WhenUnable, Workload};
use crate::scenario::limits::{LEAST_GAP, MOST_CLIENTS, MOST_SKEW, MOST_SPAN};
use crate::scenario::path::{Path, Trail};
use crate::scenario::units::Rate;
use crate::scenario::{ClientSpec, WorkloadSpec};

use super::Resolver;
use super::quantity::Use;

/// The one client of a preset that names none.
const ONLY: &str = "you";
/// The mean time between two operations of a workload: 10 a second.
const GAP: Span = Span::millis(100);

impl Resolver<'_> {
    pub(super) fn clients(&mut self, clients: &[Client], at: &Trail<'_>) -> Vec<ClientSpec> {
        self.at_most(clients.len(), MOST_CLIENTS, "clients", at);
        let mut specs: Vec<ClientSpec> = Vec::new();
        let mut seen: BTreeMap<&str, Path> = BTreeMap::new();
        for (index, client) in clients.iter().enumerate().take(MOST_CLIENTS) {
            let at = at.index(index);
            let named_at = at.key("name");
            self.name("client", &client.name, &named_at);
            if let Some(first) = seen.get(client.name.as_str()) {
                self.given_twice(&client.name, &first.clone(), &named_at);
                continue;
            }
            if self.replicas.find(&client.name).is_some() || self.zones.contains_key(client.name.as_str()) {
                let message = format!("a replica or zone is called {} already", super::quoted(&client.name));
                self.wrong(&named_at, message, "give the client a name of its own");
            }
            seen.insert(&client.name, named_at.path());
            self.clients.add(&client.name);
            specs.push(self.one_client(client, &at));
        }
        if specs.is_empty() {
            self.clients.add(ONLY);
            specs.push(ClientSpec::at(ONLY, NodeId(0)));
        }
        specs
    }

    fn one_client(&mut self, client: &Client, at: &Trail<'_>) -> ClientSpec {
        let node = client.at.as_ref().map_or(NodeId(0), |name| self.node(name, &at.key("at")));
        let level = client.level.map(|level| self.level(level, Use::Both, &at.key("level")));
        let timeout = client.timeout.as_ref();
        let timeout = timeout.map(|timeout| self.some_time(timeout, "a timeout", &at.key("timeout")));
        let policy = ClientPolicy {
            guarantees: guarantees(&client.guarantees),
            by: client.by.map_or(action::Means::default(), means),
            when_unable: client.when_unable.map_or(action::WhenUnable::default(), when_unable),
            route: client.route.map_or(action::Route::default(), route),
        };
        self.can_be_had(client, level, at);
        ClientSpec { timeout, write: level, read: level, policy, ..ClientSpec::at(&client.name, node) }
    }

    /// Guarantees that cannot be had in the way that is asked for.
    fn can_be_had(&mut self, client: &Client, level: Option<action::Level>, at: &Trail<'_>) {
        match (client.by, client.route) {
            (
                Some(Means::Sticky),
                Some(Route::RoundRobin | Route::Random | Route::Nearest | Route::Fixed),
            ) => {
                let help = "write `route: sticky`, leave the route out, or use `by: token`";
                self.wrong(&at.key("route"), "only a sticky route stays with one server", help);
            }
            (Some(Means::Quorum), _) => {
                for (index, guarantee) in client.guarantees.iter().enumerate() {
                    if matches!(guarantee, Guarantee::MonotonicWrites | Guarantee::WritesFollowReads) {
                        let message = "a quorum puts nothing in order between keys";
                        self.wrong(&at.key("guarantees").index(index), message, "use `by: token` for it");
                    }
                }
                if level.is_some() {
                    let message = "the client has a level of its own, which is no quorum by itself";
                    self.wrong(&at.key("by"), message, "leave its `level` out, or use `by: token`");
                }
            }
            (Some(Means::Sticky | Means::Token) | None, _) => {}
        }
    }

    /// A guarantee as conditions name it.
    pub(super) fn guarantee(guarantee: Guarantee) -> action::Guarantee {
        match guarantee {
            Guarantee::ReadYourWrites => action::Guarantee::ReadYourWrites,
            Guarantee::MonotonicReads => action::Guarantee::MonotonicReads,
            Guarantee::MonotonicWrites => action::Guarantee::MonotonicWrites,
            Guarantee::WritesFollowReads => action::Guarantee::WritesFollowReads,
        }
    }

    /// `set: {client: …}`: new session rules.
    pub(super) fn set_client(&mut self, knobs: &Knobs, at: &Trail<'_>) -> Option<Command> {
        let client = self.client_called(knobs.client.as_deref()?, &at.key("client"));
        let change = ClientChange {
            at: knobs.at.as_deref().map(|name| self.node(name, &at.key("at"))),
            guarantees: knobs.guarantees.as_ref().map(|some| guarantees(some)),
            by: knobs.by.map(means),
            when_unable: knobs.when_unable.map(when_unable),
            route: knobs.route.map(route),
        };
        Some(Command::SetClient { client, change })
    }

    pub(super) fn workload(&mut self, workload: &Workload, at: &Trail<'_>) -> WorkloadSpec {
        let rate_at = at.key("rate");
        let rate = workload.rate.as_ref();
        let mean_gap = rate.map_or(GAP, |rate| match rate.parse() {
            Ok(rate) => self.gap(rate, &rate_at),
            Err(error) => {
                self.wrong(&rate_at, error.to_string(), error.help().unwrap_or_default());
                GAP
            }
        });
        let reads = workload.reads.as_ref();
        let skew = workload.skew.unwrap_or(0.0);
        let mut spec = WorkloadSpec {
            mean_gap,
            reads: reads.map_or(Ppm::percent(50), |reads| self.share(reads, &at.key("reads"))),
            keys: self.workload_keys(workload.keys.as_ref(), &at.key("keys")),
            skew: self.real(skew, 0.0..=MOST_SKEW, "a skew", &at.key("skew")),
            stop: None,
            operations: None,
        };
        match &workload.stop {
            None => {}
            Some(Stop::After(span)) => {
                spec.stop = Some(SimTime::ZERO + self.some_time(span, "a workload", &at.key("stop")));
            }
            Some(Stop::Operations(0)) => {
                let help = "write how many operations it makes, or leave the workload out";
                self.wrong(&at.key("stop"), "the workload makes no operation", help);
            }
            Some(Stop::Operations(count)) => spec.operations = Some(*count),
        }
        spec
    }

    fn gap(&mut self, rate: Rate, at: &Trail<'_>) -> Span {
        if rate.events() == 0 {
            self.wrong(
                at,
                "the workload makes no operation",
                "write a rate such as 10/s, or leave the workload out",
            );
            return GAP;
        }
        let gap = Span(rate.per() / rate.events());
        if gap < LEAST_GAP {
            self.wrong(at, "this rate is too high", "100000/s is the most");
        } else if gap > MOST_SPAN {
            self.wrong(at, "this rate is too low", "1/3650d is the least");
        } else {
            return gap;
        }
        GAP
    }
}

/// Each once, in the order of the enumeration.
fn guarantees(written: &[Guarantee]) -> Vec<action::Guarantee> {
    let mut guarantees: Vec<_> = written.iter().map(|guarantee| Resolver::guarantee(*guarantee)).collect();
    guarantees.sort_unstable();
    guarantees.dedup();
    guarantees
}

fn means(means: Means) -> action::Means {
    match means {
        Means::Sticky => action::Means::Sticky,
        Means::Token => action::Means::Token,
        Means::Quorum => action::Means::Quorum,
    }
}

fn when_unable(when: WhenUnable) -> action::WhenUnable {
    match when {
        WhenUnable::Fail => action::WhenUnable::Fail,
        WhenUnable::Redirect => action::WhenUnable::Redirect,
        WhenUnable::Wait => action::WhenUnable::Wait,
    }
}

fn route(route: Route) -> action::Route {
    match route {
        Route::Fixed => action::Route::Fixed,
        Route::Sticky => action::Route::Sticky,
        Route::Nearest => action::Route::Nearest,
        Route::RoundRobin => action::Route::RoundRobin,
        Route::Random => action::Route::Random,
    }
}
