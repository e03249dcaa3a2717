//! `script`: what happens, step after step.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

pub use super::pause::Pause;

use super::background::Hints;
use super::client::{Guarantee, Means, Route, WhenUnable};
use super::cluster::{AntiEntropy, Copies, Level, ReadRepair};
use super::condition::Condition;
use super::data::{Change, Element};
use super::network::Latency;
use super::pause::present;
use super::primary::{ReadsFrom, Wait};
use super::quantity::{DurationText, ShareText, SignedDurationText};
use super::value::{Literal, Outcome};

/// One step of a script: exactly one action, and when it happens.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// When: this long after the start. Default: as soon as the previous step is done.
    pub at: Option<DurationText>,
    /// Which moment of that instant: when so many events and commands have been, since the start. A saved session has it,
    /// so that it is replayed exactly. Stands beside `at`. Default: any moment of the instant.
    pub step: Option<u64>,
    /// When: this long after the previous step.
    pub after: Option<DurationText>,
    /// When: as soon as this is true.
    pub when: Option<Condition>,
    /// How long a `when` or `until` may take before it is an error. Default: 60s.
    pub within: Option<DurationText>,
    /// What must be true once the step is done; a run in which it is not is wrong.
    pub claim: Option<Condition>,

    /// A client writes a value.
    pub write: Option<Write>,
    /// A client reads a key.
    pub read: Option<Read>,
    /// A client deletes a key.
    pub delete: Option<Delete>,

    /// A client counts a counter up.
    pub increment: Option<Change>,
    /// A client counts a counter down.
    pub decrement: Option<Change>,
    /// A client adds an element to a set.
    pub add: Option<Element>,
    /// A client removes an element from a set: every copy that the replica it asks has seen.
    pub remove: Option<Element>,

    /// Names a key that is not there before.
    pub new_key: Option<String>,

    /// Splits the cluster into groups of replicas, or of zones; no message passes between them. Replicas in no group form
    /// one together.
    pub partition: Option<Vec<Vec<String>>>,
    /// Cuts one replica off from all others. `heal` calls this cut by the replica's name.
    pub isolate: Option<String>,
    /// Cuts one link.
    pub cut: Option<Cut>,
    /// Undoes a cut by its name, or by its number (`#0` is the first that was made), or `all` of them.
    pub heal: Option<String>,

    /// Stops a replica; it loses what it had not made durable.
    pub crash: Option<String>,
    /// Starts a crashed replica again.
    pub restart: Option<String>,
    /// Destroys a replica's machine with its disk: all that it held is gone. `restart` brings it back empty.
    pub destroy: Option<String>,
    /// One replica, or `all` of them one after the other, exchanges everything with every other, now.
    pub repair: Option<String>,
    /// Halts a replica without losing anything; messages wait.
    pub freeze: Option<String>,
    /// Lets a frozen replica go on.
    pub thaw: Option<String>,
    /// Moves a replica's clock.
    pub skew: Option<Skew>,
    /// Does something to one message on its way.
    pub message: Option<Message>,

    /// Changes settings while everything runs.
    pub set: Option<Knobs>,
    /// Makes a replica the primary.
    pub promote: Option<String>,
    /// Starts or stops the workload.
    pub workload: Option<StartStop>,

    /// A sentence for the audience.
    pub say: Option<String>,
    /// A remark beside the picture.
    pub note: Option<String>,
    /// A question for the audience, answered by a later `read` with an `answer`.
    pub predict: Option<String>,
    /// The answers to choose from: what could be read, by letter. Stands beside `predict`.
    pub choices: Option<BTreeMap<String, Outcome>>,
    /// The letter of the right choice of the latest `predict`; the read must return it. Stands beside `read`.
    pub answer: Option<String>,
    /// What the audience should now bring about.
    pub goal: Option<String>,
    /// What to try, for those who ask.
    pub hint: Option<String>,
    /// Lets so much virtual time pass before the next step, so that people can look; without a length, 1s.
    #[serde(default, deserialize_with = "present")]
    pub pause: Option<Pause>,
    /// Waits until this is true.
    pub until: Option<Condition>,
}

/// A client writes a value.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Write {
    /// The client. Default: the first.
    pub by: Option<String>,
    /// The replica it asks. Default: the client's.
    pub at: Option<String>,
    /// What is written to.
    pub key: String,
    /// What is written: text or a whole number.
    pub value: Literal,
    /// How many replicas must store it. Default: the client's level.
    pub level: Option<Level>,
    /// What the client tells about what it has read: `last`, its latest read of the key, or `none`. Default: `last`.
    pub context: Option<Context>,
    /// The stamp it carries, as a time since the start. Default: the coordinator's clock.
    pub stamp: Option<SignedDurationText>,
    /// Under a primary: how many replicas to wait for once it has the write, and how long.
    pub wait: Option<Wait>,
    /// Under a primary: whether it is refused where the key has a value. Default: false.
    pub if_absent: Option<bool>,
    /// Under a primary: it is refused unless the key still has this version.
    pub if_version: Option<IfVersion>,
}

/// Which version a key must still have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum IfVersion {
    /// The one that the client read or wrote last.
    Last,
}

/// What a write tells about what its client has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Context {
    /// What its latest read of the key returned.
    Last,
    /// Nothing.
    None,
}

/// A client reads a key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Read {
    /// The client. Default: the first.
    pub by: Option<String>,
    /// The replica it asks. Default: the client's.
    pub at: Option<String>,
    /// What is read.
    pub key: String,
    /// How many replicas must answer. Default: the client's level.
    pub level: Option<Level>,
}

/// A client deletes a key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Delete {
    /// The client. Default: the first.
    pub by: Option<String>,
    /// The replica it asks. Default: the client's.
    pub at: Option<String>,
    /// What is deleted.
    pub key: String,
    /// How many replicas must store the deletion. Default: the client's level.
    pub level: Option<Level>,
}

/// One message on its way, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Its number: messages are counted from 0 in the order of sending. Another seed or another step before it makes it
    /// another message.
    pub number: u64,
    /// What is done to it.
    #[serde(rename = "do")]
    pub operate: Operate,
    /// How much later it comes. Stands beside `do: delay`. Default: 1s.
    pub by: Option<DurationText>,
}

/// What is done to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Operate {
    /// It arrives now, if no wall stands in its way.
    Deliver,
    /// It is lost.
    Drop,
    /// A copy arrives when it does.
    Duplicate,
    /// It comes later; one that is held, so much later than now.
    Delay,
    /// It stays where it is until it is delivered, delayed or dropped.
    Hold,
}

/// Cuts a link: both ways (`between`) or one way (`from`, `to`); or all links of one replica (`around`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cut {
    /// The replica that is cut off from all others.
    pub around: Option<String>,
    /// The two replicas at its ends, for both ways.
    pub between: Option<[String; 2]>,
    /// The replica that sends, for one way.
    pub from: Option<String>,
    /// The replica that receives, for one way.
    pub to: Option<String>,
    /// What `heal` calls it. Default: no name, only `heal: all` undoes it.
    pub name: Option<String>,
}

/// A link by its ends: both ways (`between`) or one way (`from`, `to`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ends {
    /// The two replicas or zones at its ends, for both ways.
    pub between: Option<[String; 2]>,
    /// The replica or zone that sends, for one way.
    pub from: Option<String>,
    /// The replica or zone that receives, for one way.
    pub to: Option<String>,
}

/// Moves a replica's clock.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Skew {
    /// The replica.
    pub replica: String,
    /// How far its clock jumps ahead; back if negative.
    pub by: SignedDurationText,
}

/// Settings that can change while everything runs; what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct Knobs {
    /// The link whose latency, loss, duplicate and reorder change. Default: all links.
    pub link: Option<Ends>,
    /// How long a message takes, one way.
    pub latency: Option<Latency>,
    /// The share of messages that never arrive.
    pub loss: Option<ShareText>,
    /// The share of messages that arrive twice.
    pub duplicate: Option<ShareText>,
    /// Whether a message may overtake an earlier one.
    pub reorder: Option<bool>,
    /// How long messages take that are sent from now on, in percent of what their links say, up to 10000.
    pub latency_percent: Option<u64>,
    /// How long a request may take before it times out, where its client has no timeout of its own.
    pub timeout: Option<DurationText>,
    /// How many replicas hold each key: a number, or one for each zone, as the replication has it.
    pub n: Option<Copies>,
    /// How many replicas must store a write before it is acknowledged.
    pub write: Option<Level>,
    /// How many replicas must answer before a read returns.
    pub read: Option<Level>,
    /// Whether a read brings the replicas that turn out to be behind up to date.
    pub read_repair: Option<ReadRepair>,
    /// Whether replicas compare and exchange what they hold.
    pub anti_entropy: Option<AntiEntropy>,
    /// Whether writes are kept from now on for replicas that cannot take them; those that are kept are handed over
    /// whatever it says.
    pub hints: Option<Hints>,
    /// The client whose guarantees, `by`, `when_unable`, route and place (`at`) change.
    pub client: Option<String>,
    /// What its session promises it from now on; `[]` for nothing.
    pub guarantees: Option<Vec<Guarantee>>,
    /// By what it gets its guarantees.
    pub by: Option<Means>,
    /// What becomes of its operation at a replica that would break a guarantee.
    pub when_unable: Option<WhenUnable>,
    /// Which replica its operations go to, where they name none.
    pub route: Option<Route>,
    /// The replica beside which it stands from now on.
    pub at: Option<String>,
    /// Under a primary: how many good replicas it needs to take a write.
    pub min_replicas: Option<u64>,
    /// Under a primary: how long ago a good replica may have been heard from.
    pub max_lag: Option<DurationText>,
    /// Under a primary: who answers reads.
    pub reads_from: Option<ReadsFrom>,
}

/// Starts or stops the workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StartStop {
    /// Lets it run.
    Start,
    /// Lets no further operation begin.
    Stop,
}
