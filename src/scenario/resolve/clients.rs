//! `clients` and `workload`.

use std::collections::BTreeMap;

use crate::action;
use crate::base::{NodeId, Ppm, SimTime, Span};
use crate::scenario::file::{Client, Guarantee, Stop, Workload};
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
        let mut guarantees: Vec<action::Guarantee> = Vec::new();
        for (index, guarantee) in client.guarantees.iter().enumerate() {
            let at = at.key("guarantees");
            let guarantee = self.guarantee(*guarantee, &at.index(index));
            if !guarantees.contains(&guarantee) {
                guarantees.push(guarantee);
            }
        }
        let node = client.at.as_ref().map_or(NodeId(0), |name| self.node(name, &at.key("at")));
        let level = client.level.map(|level| self.level(level, Use::Both, &at.key("level")));
        let timeout = client.timeout.as_ref();
        let timeout = timeout.map(|timeout| self.some_time(timeout, "a timeout", &at.key("timeout")));
        ClientSpec { timeout, write: level, read: level, guarantees, ..ClientSpec::at(&client.name, node) }
    }

    /// A guarantee that is enforced and judged so far.
    pub(super) fn guarantee(&mut self, guarantee: Guarantee, at: &Trail<'_>) -> action::Guarantee {
        let guarantee = match guarantee {
            Guarantee::ReadYourWrites => action::Guarantee::ReadYourWrites,
            Guarantee::MonotonicReads => action::Guarantee::MonotonicReads,
            Guarantee::MonotonicWrites => action::Guarantee::MonotonicWrites,
            Guarantee::WritesFollowReads => action::Guarantee::WritesFollowReads,
        };
        match guarantee {
            action::Guarantee::ReadYourWrites | action::Guarantee::MonotonicReads => {}
            action::Guarantee::MonotonicWrites | action::Guarantee::WritesFollowReads => {
                let message = format!("`{}` is not supported yet", guarantee.name());
                self.wrong(at, message, "`read_your_writes` and `monotonic_reads` are, so far");
            }
        }
        guarantee
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
