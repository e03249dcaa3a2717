//! What a preset means once it is checked: names are ids, literals are numbers, and every reference exists.

use std::sync::Arc;

use crate::{
    action::{ClientPolicy, Command, Condition, Level, Settings},
    base::{ClientId, KeyId, NodeId, Position, Ppm, Seed, SimTime, Span},
    data::Value,
    net::{Delay, LinkProfile, Network},
    replica::Topology,
};

/// A checked preset. Indices in it are in range; levels can be met by N replicas; there is at least one
/// replica, one client and one key.
#[derive(Debug, Clone)]
pub struct Scenario {
    pub title: String,
    /// The preset as it was written; empty where there is no file.
    pub text: Arc<str>,
    pub about: String,
    pub seed: Seed,
    /// The key that the screen shows first.
    pub focus: KeyId,
    pub replicas: Vec<ReplicaSpec>,
    pub settings: Settings,
    pub network: Network,
    pub clients: Vec<ClientSpec>,
    pub keys: Vec<Arc<str>>,
    pub initial: Vec<(KeyId, Value)>,
    pub workload: Option<WorkloadSpec>,
    pub script: Vec<Step>,
    pub expect: Vec<Expectation>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ReplicaSpec {
    pub name: Arc<str>,
    pub zone: Option<Arc<str>>,
    /// How far its clock is ahead at the start, in nanoseconds; negative: behind.
    pub skew: i64,
    /// How much faster than true its clock runs, in parts per million.
    pub drift: i32,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ClientSpec {
    pub name: Arc<str>,
    /// The replica that coordinates for it.
    pub at: NodeId,
    pub write: Option<Level>,
    pub read: Option<Level>,
    pub timeout: Option<Span>,
    /// What it is promised, and how its requests are routed.
    pub policy: ClientPolicy,
}

impl ClientSpec {
    /// A client with no wishes of its own.
    pub fn at(name: &str, at: NodeId) -> Self {
        Self {
            name: name.into(),
            at,
            write: None,
            read: None,
            timeout: None,
            policy: ClientPolicy::default(),
        }
    }
}

/// Random clients: a Poisson stream of operations, each at a random replica.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkloadSpec {
    /// The mean time between two operations.
    pub mean_gap: Span,
    /// The share of reads.
    pub reads: Ppm,
    pub keys: Vec<KeyId>,
    /// Zipf's exponent over `keys`; 0: every key as likely as the next.
    pub skew: f64,
    /// When it stops by itself.
    pub stop: Option<SimTime>,
    /// After how many operations it stops by itself.
    pub operations: Option<u64>,
}

/// One step of a script. A `set` that turns several knobs makes one step for each, with the same line.
#[derive(Debug, Clone)]
pub struct Step {
    pub timing: Timing,
    pub deed: Deed,
    /// Must hold right after the deed.
    pub claim: Option<Condition>,
    /// Where the step stands in the file, counted from 1; 0 where there is no file.
    pub line: usize,
    /// The step as written, its first line; empty where there is no file.
    pub text: String,
}

#[derive(Debug, Clone)]
pub enum Timing {
    /// As soon as the step before is done.
    Next,
    At(SimTime),
    /// When so many steps of the simulation have been by that time: the one moment at which a command was given.
    Exactly(Position),
    After(Span),
    /// Once the condition holds; an error if it does not within the limit.
    When(Condition, Span),
}

#[derive(Debug, Clone)]
pub enum Deed {
    Do(Command),
    /// Waits for its answer; `returns` is what it must return, where the step says so.
    Read {
        command: Command,
        returns: Option<Vec<Value>>,
    },
    /// Shown to everybody.
    Say(Arc<str>),
    /// For the presenter only.
    Note(Arc<str>),
    Predict {
        question: Arc<str>,
        choices: Vec<Choice>,
    },
    /// Runs on until the condition holds; an error if it does not within the limit.
    Until(Condition, Span),
    /// Lets virtual time pass.
    Pause(Span),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub letter: char,
    pub text: Arc<str>,
}

impl Step {
    /// How long a `when` or an `until` waits where the preset does not say.
    pub const LIMIT: Span = Span::secs(60);
}

/// What must hold at the end of a run.
#[derive(Debug, Clone)]
pub struct Expectation {
    pub condition: Condition,
    /// Where it stands in the file, counted from 1; 0 where there is no file.
    pub line: usize,
    /// The condition as written, its first line; empty where there is no file.
    pub text: String,
}

impl Scenario {
    /// A plain cluster: `count` replicas n1, n2, …, every one a copy of the one key `x`, levels ONE, direct
    /// replication over links of 80 ms, last-write-wins, one client at the first replica.
    pub fn of(count: usize) -> Self {
        let replica =
            |i: usize| ReplicaSpec { name: format!("n{}", i + 1).into(), zone: None, skew: 0, drift: 0 };
        let profile = LinkProfile::plain(Delay::Fixed(Span::millis(80)));
        Self {
            title: "Untitled".into(),
            text: "".into(),
            about: String::new(),
            seed: Seed(42),
            focus: KeyId(0),
            replicas: (0..count).map(replica).collect(),
            settings: Settings::plain(u16::try_from(count).unwrap_or(u16::MAX)),
            network: Network::new(count, profile),
            clients: vec![ClientSpec::at("you", NodeId(0))],
            keys: vec!["x".into()],
            initial: Vec::new(),
            workload: None,
            script: Vec::new(),
            expect: Vec::new(),
        }
    }

    /// Whether its script is a session that was saved: every command at its exact moment.
    pub fn is_saved_session(&self) -> bool {
        let exact = |step: &Step| matches!(step.timing, Timing::Exactly(_));
        !self.script.is_empty() && self.script.iter().all(exact)
    }

    /// Which replica stands in which zone.
    pub fn topology(&self) -> Topology {
        Topology::new(self.replicas.iter().map(|replica| replica.zone.as_ref()))
    }

    pub fn node_named(&self, name: &str) -> Option<NodeId> {
        self.replicas.iter().position(|replica| &*replica.name == name).map(NodeId::at)
    }

    pub fn client_named(&self, name: &str) -> Option<ClientId> {
        let index = self.clients.iter().position(|client| &*client.name == name)?;
        u16::try_from(index).ok().map(ClientId)
    }
}
