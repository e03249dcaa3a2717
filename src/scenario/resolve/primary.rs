//! `primary`: the rules of a primary and its replicas, and the knobs and steps that only they have.

use std::collections::BTreeMap;

use crate::action::{
    self, Command, Elsewhere, Group, Level, Monitors, PrimaryPolicy, Protocol, Setting, Settings,
};
use crate::base::{NodeId, Span};
use crate::data;
use crate::scenario::file::{
    Acks, Cluster, Durability, Elections, Failover, Knobs, Primary, ReadsFrom, Snapshot, Wait,
    WritesElsewhere,
};
use crate::scenario::limits::LEAST_PERIOD;
use crate::scenario::path::Trail;
use crate::scenario::problem::quoted;

use super::cluster::TIMEOUT;
use super::{Resolver, Writers};

/// Sentinel: `down-after-milliseconds`, 30 s.
const DOWN_AFTER: Span = Span::secs(30);
/// How long WAIT waits if nobody says.
const WAIT: Span = Span::secs(1);

impl Resolver<'_> {
    pub(super) fn primary_settings(
        &mut self,
        primary: &Primary,
        cluster: &Cluster,
        at: &Trail<'_>,
    ) -> Settings {
        let members = self.replicas.list().len();
        let copies = u16::try_from(members).unwrap_or(u16::MAX);
        self.copies = action::Copies::InAll(copies);
        self.writers = Writers::Primary;
        if cluster.conflicts.is_some() {
            let help = "remove it: the primary puts all writes in one order, so none conflict";
            self.wrong(&at.key("conflicts"), "under a primary nothing is concurrent", help);
        }
        let at = at.key("replication");
        let at = at.key("primary");
        let policy = self.primary_policy(primary, members, &at);
        let write = match primary.acks {
            None | Some(Acks::Count(0)) => Level::One,
            Some(Acks::Named(_)) => Level::Quorum,
            Some(Acks::Count(count)) => {
                Level::Exactly(self.some_members(count, members - 1, "replicas", &at.key("acks")) + 1)
            }
        };
        let timeout = primary.timeout.as_ref();
        Settings {
            write,
            timeout: timeout
                .map_or(TIMEOUT, |timeout| self.some_time(timeout, "a timeout", &at.key("timeout"))),
            clocks: super::cluster::clocks(cluster),
            conflicts: data::Conflicts::LogOrder,
            protocol: Protocol::Primary(Box::new(policy)),
            ..Settings::plain(copies)
        }
    }

    fn primary_policy(&mut self, primary: &Primary, members: usize, at: &Trail<'_>) -> PrimaryPolicy {
        let usual = PrimaryPolicy::of(members);
        let period = |this: &mut Self, text: &Option<_>, usual, what, key| {
            text.as_ref().map_or(usual, |text| this.no_less(text, LEAST_PERIOD, what, &at.key(key)))
        };
        let first = primary.at.as_ref().map_or(NodeId(0), |name| self.node(name, &at.key("at")));
        let min_replicas = primary.min_replicas.unwrap_or(0);
        let backlog = primary.backlog.as_ref();
        PrimaryPolicy {
            groups: usual.groups.into_iter().map(|group| Group { at: first, ..group }).collect(),
            backlog: backlog.map_or(usual.backlog, |size| self.parsed(size.parse(), &at.key("backlog"))),
            ack_every: period(self, &primary.ack_every, usual.ack_every, "a period", "ack_every"),
            max_lag: period(self, &primary.max_lag, usual.max_lag, "a lag", "max_lag"),
            min_replicas: self.some_members(min_replicas, members - 1, "replicas", &at.key("min_replicas")),
            reads_from: primary.reads_from.map_or(usual.reads_from, readers),
            writes_elsewhere: match primary.writes_elsewhere {
                None | Some(WritesElsewhere::Redirect) => Elsewhere::Redirect,
                Some(WritesElsewhere::Refuse) => Elsewhere::Refuse,
            },
            priorities: self.priorities(&primary.priorities, usual.priorities, &at.key("priorities")),
            failover: match (&primary.failover, &primary.election) {
                (Some(failover), _) => {
                    action::Failover::Monitors(self.monitors(failover, members, &at.key("failover")))
                }
                (None, Some(election)) => self.election(election, &at.key("election")),
                (None, None) => action::Failover::Manual,
            },
            regions: None,
            durability: self.durability(primary.durability.as_ref(), &at.key("durability")),
        }
    }

    /// What outlives a crash; everything where nothing is said.
    pub(super) fn durability(
        &mut self,
        durability: Option<&Durability>,
        at: &Trail<'_>,
    ) -> action::Durability {
        match durability {
            None | Some(Durability::Journal(_)) => action::Durability::Journal,
            Some(Durability::Snapshot(Snapshot { snapshot })) => {
                let every = self.no_less(snapshot, LEAST_PERIOD, "a period", &at.key("snapshot"));
                action::Durability::Snapshot { every }
            }
        }
    }

    /// So many of `most` others.
    fn some_members(&mut self, count: u64, most: usize, what: &str, at: &Trail<'_>) -> u16 {
        let most = u16::try_from(most).unwrap_or(u16::MAX);
        if count > u64::from(most) {
            let message = format!("{count} {what} are more than there are");
            self.wrong(at, message, format!("write a number up to {most}"));
            return most;
        }
        u16::try_from(count).unwrap_or(most)
    }

    fn priorities(
        &mut self,
        written: &BTreeMap<String, u64>,
        mut usual: Vec<u16>,
        at: &Trail<'_>,
    ) -> Vec<u16> {
        for (name, priority) in written {
            let at = at.key(name);
            if self.replicas.find(name).is_none() {
                let message = format!("no replica is called {}", quoted(name));
                self.report.key(&at.path(), message);
                continue;
            }
            let node = self.node(name, &at);
            usual[node.index()] = u16::try_from(*priority).unwrap_or_else(|_| {
                self.wrong(&at, "this priority is too large", format!("{} is the largest", u16::MAX));
                u16::MAX
            });
        }
        usual
    }

    fn monitors(&mut self, failover: &Failover, members: usize, at: &Trail<'_>) -> Monitors {
        let after = failover.after.as_ref();
        let after =
            after.map_or(DOWN_AFTER, |after| self.no_less(after, LEAST_PERIOD, "a time", &at.key("after")));
        let places = match &failover.monitors {
            None => (0..members).map(NodeId::at).collect(),
            Some(names) => self.places(names, &at.key("monitors")),
        };
        let quorum = failover.quorum.unwrap_or(action::majority(places.len()) as u64);
        if quorum == 0 {
            let help = format!("write a number from 1 to {}", places.len());
            self.wrong(&at.key("quorum"), "a quorum of 0 finds everybody down", help);
        }
        let quorum = self.some_members(quorum, places.len(), "monitors", &at.key("quorum")).max(1);
        Monitors { after, quorum, places }
    }

    fn places(&mut self, names: &[String], at: &Trail<'_>) -> Vec<NodeId> {
        let mut places: Vec<NodeId> = Vec::new();
        if names.is_empty() {
            self.wrong(at, "nobody watches", "name the replicas beside which a monitor stands");
        }
        for (index, name) in names.iter().enumerate() {
            let at = at.index(index);
            let node = self.node(name, &at);
            if places.contains(&node) {
                self.wrong(
                    &at,
                    format!("a monitor stands at {} already", quoted(name)),
                    "name each place once",
                );
            } else {
                places.push(node);
            }
        }
        if places.is_empty() { vec![NodeId(0)] } else { places }
    }

    pub(super) fn election(&mut self, elections: &Elections, at: &Trail<'_>) -> action::Failover {
        let timeout = match elections {
            Elections::Named(_) => None,
            Elections::Members(election) => election.timeout.as_ref(),
        };
        let timeout = timeout.map_or(PrimaryPolicy::ELECTION_TIMEOUT, |timeout| {
            self.no_less(timeout, LEAST_PERIOD, "a timeout", &at.key("timeout"))
        });
        action::Failover::Members { timeout }
    }

    /// WAIT after a write.
    pub(super) fn wait(&mut self, wait: &Wait, at: &Trail<'_>) -> action::Wait {
        self.needs_primary(at);
        if self.regions.is_some() {
            self.no_write_level(at);
        }
        let replicas = wait.replicas.unwrap_or(1);
        if replicas == 0 {
            self.wrong(
                &at.key("replicas"),
                "there is nobody to wait for",
                "write 1 or more, or remove `wait`",
            );
        }
        let timeout = wait.timeout.as_ref().map_or(WAIT, |timeout| self.span(timeout, &at.key("timeout")));
        action::Wait { replicas: u16::try_from(replicas).unwrap_or(u16::MAX), timeout }
    }

    pub(super) fn promoted(&mut self, name: &str, at: &Trail<'_>) -> Command {
        self.needs_primary(at);
        if self.regions.is_some() {
            let help = "remove the step: crash the leader, and its region elects another";
            self.wrong(at, "each region elects its leader by majority itself", help);
        }
        Command::Promote(self.node(name, at))
    }

    /// The knobs of a primary.
    pub(super) fn set_primary(&mut self, knobs: &Knobs, at: &Trail<'_>) -> Vec<Command> {
        let mut commands = Vec::new();
        if let Some(count) = knobs.min_replicas {
            let at = at.key("min_replicas");
            self.needs_primary(&at);
            let others = self.replicas.list().len() - 1;
            let count = self.some_members(count, others, "replicas", &at);
            commands.push(Command::Set(Setting::MinReplicas(count)));
        }
        if let Some(lag) = &knobs.max_lag {
            let at = at.key("max_lag");
            self.needs_primary(&at);
            let lag = self.no_less(lag, LEAST_PERIOD, "a lag", &at);
            commands.push(Command::Set(Setting::MaxLag(lag)));
        }
        if let Some(whom) = knobs.reads_from {
            self.needs_primary(&at.key("reads_from"));
            commands.push(Command::Set(Setting::ReadsFrom(readers(whom))));
        }
        commands
    }

    pub(super) fn needs_primary(&mut self, at: &Trail<'_>) {
        if self.writers == Writers::Any {
            let help = "describe it in the cluster: `replication: {primary: {}}`";
            self.wrong(at, "no replica is primary here", help);
        }
    }
}

fn readers(whom: ReadsFrom) -> action::ReadsFrom {
    match whom {
        ReadsFrom::Primary => action::ReadsFrom::Primary,
        ReadsFrom::Any => action::ReadsFrom::Any,
    }
}
