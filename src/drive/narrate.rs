//! Facts in plain words: one line for each that a person wants to see, with the key or script line that
//! caused it. The screen and the headless run both speak through here.

use std::sync::Arc;

use crate::{
    action::{Act, ClientChange, Command, Copies, Guarantee, ReadsFrom, Setting, Switch},
    base::{ClientId, CutId, KeyId, NodeId, OpId, Position, SimTime, Span, WriteId},
    data::{Conflicts, Held, Relation, Update, Value},
    net::{CutShape, LinkChange, Scope},
    replica::{Belief, Effort, MessageKind},
    sim::{Death, Fact, Outcome, What},
};

mod replication;

use super::{Cause, Timeline};

/// One line of the event list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventLine {
    pub at: Position,
    pub mark: Mark,
    pub text: String,
    /// The key that caused it, or the script line.
    pub cause: Option<Arc<str>>,
    /// The value it is about, for its colour and shape.
    pub value: Option<String>,
}

/// What kind of thing happened; the screen gives each a glyph and a style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Write,
    Acknowledged,
    Read,
    StaleRead,
    Stored,
    /// A write, or a request, waits for what must come before it.
    HeldBack,
    /// A write is kept for a replica, or was handed back to it.
    Hinted,
    /// A coordinator did something beyond asking and answering.
    Effort,
    /// A write gave way to a concurrent one.
    Dropped,
    Died,
    Failed,
    Wall,
    Healed,
    Crash,
    Revived,
    Freeze,
    Knob,
}

/// Puts facts of a timeline into words.
#[derive(Debug, Clone, Copy)]
pub struct Narrator<'a> {
    pub timeline: &'a Timeline,
}

impl<'a> Narrator<'a> {
    /// The line for a fact, or none where people need not see it.
    pub fn line(self, fact: &Fact) -> Option<EventLine> {
        let (mark, text, value) = self.words(&fact.what, fact.at.at)?;
        Some(EventLine { at: fact.at, mark, text, cause: self.cause(fact), value })
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each kind of fact")]
    fn words(self, what: &What, at: SimTime) -> Option<(Mark, String, Option<String>)> {
        match what {
            What::Accepted { node, version, .. } => {
                let (node, key, id) = (self.node(*node), self.key(version.key), version.id);
                let text = match &version.value {
                    Value::Tombstone => format!("{node} delete {key} ({id})"),
                    Value::Update(update) => format!("{node} {} ({id})", done_to(key, update)),
                    Value::Number(_) | Value::Text(_) | Value::Set(_) => {
                        format!("{node} write {key}={} ({id})", version.value)
                    }
                };
                Some((Mark::Write, text, Some(version.value.to_string())))
            }
            What::Answered { op, outcome } => self.answered(*op, outcome),
            What::Stored { node, key, write, over, .. } => self.stored(*node, *key, *write, *over),
            What::HeldBack { node, write, waits_for, .. } => {
                let text = format!(
                    "{} holds {} back: it waits for {}",
                    self.node(*node),
                    self.write(*write),
                    self.write(*waits_for)
                );
                Some((Mark::HeldBack, text, self.value(*write)))
            }
            What::Redirected { op, from, to, guarantee } => {
                let (node, to) = (self.node(*from), self.node(*to));
                let text = format!(
                    "{node} is not eligible{} ({}): redirected to {to}",
                    self.by(*op),
                    words(*guarantee)
                );
                Some((Mark::HeldBack, text, None))
            }
            What::Waits { op, node, guarantee } => {
                let node = self.node(*node);
                let text = format!(
                    "{node} is not eligible{} yet ({}): the request waits",
                    self.by(*op),
                    words(*guarantee)
                );
                Some((Mark::HeldBack, text, None))
            }
            What::Rebound { client, from, to } => {
                let client = &self.timeline.simulation().scenario().clients[usize::from(client.0)].name;
                let text = format!(
                    "{client}'s session: {} is down, bound to {} now",
                    self.node(*from),
                    self.node(*to)
                );
                Some((Mark::Knob, text, None))
            }
            What::Kept { node, write, winner, relation, .. } => {
                let text = format!(
                    "{} kept {}, dropped {}: {}",
                    self.node(*node),
                    self.write(*winner),
                    self.write(*write),
                    self.why_dropped(*winner, *write, *relation)
                );
                Some((Mark::Dropped, text, self.value(*winner)))
            }
            What::Died { kind, to, carries, .. }
                if kind.is_gossip() && self.would_have_taught_nothing(*to, *carries, at) =>
            {
                None
            }
            What::Died { from, to, kind, carries, death, .. } => {
                Some(self.died((*from, *to), *kind, *carries, *death))
            }
            What::CutMade { id } => Some((Mark::Wall, self.wall(*id), None)),
            What::CutHealed { id, killed } => Some((
                Mark::Healed,
                format!("healed {}: {} died at it", cut_name(*id), messages(*killed)),
                None,
            )),
            What::Crashed { node } => Some((Mark::Crash, format!("{} crashed", self.node(*node)), None)),
            What::Destroyed { node, hints } => {
                let text = match hints {
                    0 => format!("{} lost its disk", self.node(*node)),
                    1 => format!("{} lost its disk, and a hint with it", self.node(*node)),
                    hints => format!("{} lost its disk, and {hints} hints with it", self.node(*node)),
                };
                Some((Mark::Crash, text, None))
            }
            What::Effort { node, key, effort, .. } => {
                Some((Mark::Effort, self.effort(*node, *key, *effort), None))
            }
            What::Hinted { holder, target, key, write, .. } => {
                let (holder, target) = (self.node(*holder), self.node(*target));
                let text = format!("{holder} keeps {}={} for {target}", self.key(*key), self.write(*write));
                Some((Mark::Hinted, text, self.value(*write)))
            }
            What::HandedBack { holder, target, key, write } => {
                let (holder, target) = (self.node(*holder), self.node(*target));
                let (key, write) = (self.key(*key), self.write(*write));
                let text = format!("{holder} handed {key}={write} back: {target} has it");
                Some((Mark::Hinted, text, None))
            }
            What::HintExpired { holder, target, key, write } => {
                let (holder, target) = (self.node(*holder), self.node(*target));
                let (key, what) = (self.key(*key), self.write(*write));
                let text = format!("{holder} threw {key}={what} away, kept for {target}: too old to be safe");
                Some((Mark::Dropped, text, self.value(*write)))
            }
            What::Believes { by, about, belief } => {
                let (by, about) = (self.node(*by), self.node(*about));
                Some(match belief {
                    Belief::Up => (Mark::Revived, format!("{by} believes {about} up"), None),
                    Belief::Down => (Mark::Crash, format!("{by} believes {about} down"), None),
                })
            }
            What::Purged { node, key, write } => {
                let (node, key) = (self.node(*node), self.key(*key));
                let text = format!("{node} forgot that {key} was deleted ({write}): past the grace");
                Some((Mark::Dropped, text, None))
            }
            What::Restarted { node } => {
                Some((Mark::Revived, format!("{} is up again", self.node(*node)), None))
            }
            What::Frozen { node } => Some((Mark::Freeze, format!("{} froze", self.node(*node)), None)),
            What::Thawed { node, queued } => {
                let text =
                    format!("{} thawed: {} had waited", self.node(*node), messages(u64::from(*queued)));
                Some((Mark::Revived, text, None))
            }
            What::Turned(command) => Some((Mark::Knob, self.turned(command)?, None)),
            What::Discarded { node, write, why, instead, .. } => {
                Some(self.discarded(*node, *write, *why, *instead))
            }
            What::News { node, news } => Some(self.replication(*node, *news)),
            What::Asked { .. } | What::Sent { .. } | What::Delivered { .. } | What::Queued { .. } => None,
        }
    }

    fn effort(self, node: NodeId, key: KeyId, effort: Effort) -> String {
        let (node, key) = (self.node(node), self.key(key));
        match effort {
            Effort::Forwarded { to } => {
                format!("{node} handed the request for {key} on to {}", self.node(to))
            }
            Effort::DigestsDiffered => {
                format!("{node} got different digests of {key}, asked for the contents")
            }
            Effort::Speculated { to } => {
                format!("{node} waited too long for {key}, asked {} too", self.node(to))
            }
            Effort::Repaired { to, write } => {
                format!(
                    "{node} read {key} and sent {} to {}, which lacked it",
                    self.write(write),
                    self.node(to)
                )
            }
            Effort::StoodIn { node: by, instead_of } => {
                format!("{node} gave {key} to {} instead of {}", self.node(by), self.node(instead_of))
            }
        }
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each outcome")]
    fn answered(self, op: OpId, outcome: &Outcome) -> Option<(Mark, String, Option<String>)> {
        let asked = self.timeline.ledger().answered(op);
        let place = asked.map_or_else(|| op.to_string(), |asked| self.node(asked.node).to_string());
        let client = asked
            .map(|asked| &*self.timeline.simulation().scenario().clients[usize::from(asked.client.0)].name);
        let by = client.map_or(String::new(), |name| format!(" by {name}"));
        // With one key only, everybody knows which.
        let several = self.timeline.simulation().keys().len() > 1;
        let who = match asked.filter(|_| several) {
            Some(asked) => format!(" {}{by}", self.key(asked.key)),
            None => by,
        };
        let verb = match asked.map(|asked| &*asked.act) {
            Some(Act::Write { .. }) => "write",
            Some(Act::Update(update)) => update.verb(),
            Some(Act::Read) => "read",
            // No longer remembered.
            None => "operation",
        };
        let failed = |why: String| Some((Mark::Failed, format!("{place} {verb}{who} failed: {why}"), None));
        match outcome {
            Outcome::Written(write) => {
                let waited = asked.is_some_and(|asked| asked.answered > asked.at);
                let to = client.map_or(String::new(), |name| format!(" to {name}"));
                let text = format!("{place} acknowledged {}{}", self.write(*write), to);
                waited.then(|| (Mark::Acknowledged, text, self.value(*write)))
            }
            Outcome::Found(held) => {
                let found = show(held);
                let value = held.versions().first().map(|version| version.value.to_string());
                match asked.and_then(|asked| asked.staleness.as_ref()) {
                    Some(staleness) => {
                        let behind = versions(staleness.versions);
                        Some((
                            Mark::StaleRead,
                            format!("{place} read{who} → {found}  STALE: {behind} behind"),
                            value,
                        ))
                    }
                    None => Some((Mark::Read, format!("{place} read{who} → {found}"), value)),
                }
            }
            Outcome::Unavailable { required, alive } => {
                failed(format!("UNAVAILABLE, {required} must answer, {alive} believed up; nothing was done"))
            }
            Outcome::Waited { write, replicas, wanted } => {
                let enough = if replicas < wanted { "; the write stays" } else { "" };
                let text = format!(
                    "{place} waited for {}{who}: {replicas} of {wanted} replicas have it{enough}",
                    self.write(*write)
                );
                Some((Mark::Acknowledged, text, self.value(*write)))
            }
            Outcome::NoReplicas { good, required } => {
                failed(format!("NOREPLICAS, {good} of {required} good replicas; nothing was done"))
            }
            Outcome::ConditionFailed { found } => {
                let there = found.map_or_else(|| "nothing".to_owned(), |write| self.write(write));
                failed(format!("CONDITION, {there} is there; nothing was done"))
            }
            Outcome::Throttled { region } => {
                let settings = self.timeline.simulation().settings();
                let name = settings.regions().and_then(|regions| regions.names.get(*region));
                let name = name.map_or_else(|| "another region".to_owned(), ToString::to_string);
                failed(format!("THROTTLED, {name} is as far behind as the bound allows; nothing was done"))
            }
            Outcome::NotPrimary { primary } => {
                let hint = primary.map_or_else(
                    || "no primary is known".to_owned(),
                    |primary| format!("{} is the primary it knows", self.node(primary)),
                );
                failed(format!("READONLY, this is a replica; {hint}; nothing was done"))
            }
            Outcome::CoordinatorDown => failed("the replica is down; nothing was done".into()),
            Outcome::NotFresh(guarantee) => {
                let guarantee = words(*guarantee);
                if verb == "write" {
                    failed(format!(
                        "not eligible, it lacks what must come before ({guarantee}); nothing was done"
                    ))
                } else {
                    failed(format!("the answer would break {guarantee}"))
                }
            }
            Outcome::TimedOut { received, required } => {
                let unknown = if verb == "read" { "" } else { "; it may have happened" };
                failed(format!("TIMEOUT, {received} of {required} answered{unknown}"))
            }
            Outcome::CoordinatorCrashed => {
                failed("the replica crashed on the way; the outcome is unknown".into())
            }
        }
    }

    fn stored(
        self,
        node: NodeId,
        key: KeyId,
        write: WriteId,
        over: Option<(WriteId, Relation)>,
    ) -> Option<(Mark, String, Option<String>)> {
        let record = self.timeline.ledger().find(write);
        let value = self.value(write);
        match over {
            Some((loser, relation @ (Relation::Concurrent | Relation::Before))) => {
                let text = format!(
                    "{} took {}, dropped {}: {}",
                    self.node(node),
                    self.write(write),
                    self.write(loser),
                    self.why_dropped(write, loser, relation)
                );
                Some((Mark::Dropped, text, value))
            }
            // The coordinator's own copy is told by the write itself.
            _ if record.is_some_and(|record| record.coordinator == node) => None,
            _ => {
                let merged = matches!(record.map(|record| &record.version.value), Some(Value::Update(_)));
                let equals = if merged { ": " } else { "=" };
                let text = format!("{} has {}{equals}{}", self.node(node), self.key(key), self.write(write));
                Some((Mark::Stored, text, value))
            }
        }
    }

    /// Why one of two versions had to go; `relation` is the newcomer's to the other.
    fn why_dropped(self, winner: WriteId, loser: WriteId, relation: Relation) -> &'static str {
        if self.timeline.simulation().settings().conflicts == Conflicts::LogOrder {
            return "the primary's log decides";
        }
        let stamp = |write| Some(self.timeline.ledger().find(write)?.version.stamp);
        let tie = stamp(winner).is_some() && stamp(winner) == stamp(loser);
        match (relation, tie) {
            (Relation::Concurrent, false) => "concurrent, last write wins",
            (Relation::Concurrent, true) => "concurrent, with equal stamps the value decides",
            (Relation::Before | Relation::After, false) => "it was written after, but its stamp is older",
            (Relation::Before | Relation::After, true) => {
                "it was written after, but with equal stamps the value decides"
            }
            (Relation::Same, _) => "the same",
        }
    }

    /// Whether `to` had all that this gossip carried when it died: nobody misses it.
    fn would_have_taught_nothing(self, to: NodeId, carries: Option<WriteId>, at: SimTime) -> bool {
        // What is no longer remembered, every replica has.
        let record = carries.and_then(|write| self.timeline.ledger().find(write));
        record.is_none_or(|record| record.reflected[to.index()].is_some_and(|since| since <= at))
    }

    fn died(
        self,
        (from, to): (NodeId, NodeId),
        kind: MessageKind,
        carries: Option<WriteId>,
        death: Death,
    ) -> (Mark, String, Option<String>) {
        let cargo = match (kind, carries) {
            (MessageKind::Write | MessageKind::Stream, Some(write)) => self.write(write),
            (MessageKind::Repair, Some(write)) => format!("repair with {}", self.write(write)),
            (kind, Some(write)) if kind.is_gossip() || kind == MessageKind::Hint => {
                format!("{} with {}", kind.name(), self.write(write))
            }
            (kind, _) => kind.name().to_owned(),
        };
        let why = match death {
            Death::Lost => "lost by the link".to_owned(),
            Death::Cut(id) => format!("died at {}", cut_name(id)),
            Death::Down => format!("{} is down", self.node(to)),
            Death::Full => format!("{} is frozen and its queue is full", self.node(to)),
        };
        let value = carries.and_then(|write| self.value(write));
        (Mark::Died, format!("{}→{} {cargo}: {why}", self.node(from), self.node(to)), value)
    }

    fn wall(self, id: CutId) -> String {
        let standing = self.timeline.simulation().cuts().standing().iter().find(|cut| cut.id == id);
        let made = standing.map(|cut| (&cut.name, &cut.shape)).or_else(|| {
            // Healed since: every command to cut has made one wall.
            let cuts = self.timeline.log().iter().filter_map(|logged| match &logged.command {
                Command::Cut { name, shape } => Some((name, shape)),
                _ => None,
            });
            cuts.into_iter().nth(id.0 as usize)
        });
        let Some((name, shape)) = made else {
            return cut_name(id);
        };
        let name = name.as_ref().map_or(String::new(), |name| format!(" ({name})"));
        format!("{}{name}: {}", cut_name(id), self.shape(shape))
    }

    fn shape(self, shape: &CutShape) -> String {
        let names =
            |nodes: &[NodeId]| nodes.iter().map(|node| self.node(*node)).collect::<Vec<_>>().join(" ");
        match shape {
            CutShape::Groups(groups) => {
                let mut sides: Vec<String> =
                    groups.iter().map(|group| format!("{{{}}}", names(group))).collect();
                let count = self.timeline.simulation().scenario().replicas.len();
                if (0..count).map(NodeId::at).any(|node| !groups.iter().flatten().any(|named| *named == node))
                {
                    sides.push("all others".into());
                }
                sides.join(" | ")
            }
            CutShape::Isolate(node) => format!("{} | all others", self.node(*node)),
            CutShape::Link(a, b) => format!("the link {}–{}", self.node(*a), self.node(*b)),
            CutShape::OneWay { from, to } => format!("the way {}→{}", self.node(*from), self.node(*to)),
        }
    }

    fn turned(self, command: &Command) -> Option<String> {
        Some(match command {
            Command::Skew { node, offset } => format!("clock of {} {}", self.node(*node), skew(*offset)),
            Command::SetLink { scope, change } => {
                let links = match scope {
                    Scope::All => "all links".to_owned(),
                    Scope::Between(a, b) => format!("{}–{}", self.node(*a), self.node(*b)),
                    Scope::OneWay { from, to } => format!("{}→{}", self.node(*from), self.node(*to)),
                };
                match change {
                    LinkChange::Delay(delay) => format!("latency of {links}: {delay}"),
                    LinkChange::Loss(loss) => format!("loss on {links}: {loss}"),
                    LinkChange::Duplicate(duplicate) => format!("duplication on {links}: {duplicate}"),
                    LinkChange::Order(crate::net::Order::Fifo) => format!("{links} keep order"),
                    LinkChange::Order(crate::net::Order::MayOvertake) => format!("{links} may reorder"),
                }
            }
            Command::Set(Setting::LatencyPercent(percent)) => format!("latency ×{}", ratio(*percent)),
            Command::Set(Setting::Copies(Copies::InAll(n))) => format!("N = {n}"),
            Command::Set(Setting::Copies(Copies::PerZone(zones))) => {
                let names = self.timeline.simulation().topology().zones();
                let each = names.iter().zip(zones).map(|(name, n)| format!("{n} in {name}"));
                format!("N = {}", each.collect::<Vec<_>>().join(", "))
            }
            Command::Set(Setting::WriteLevel(level)) => format!("write level {level}"),
            Command::Set(Setting::ReadLevel(level)) => format!("read level {level}"),
            Command::Set(Setting::AntiEntropy(None)) => "anti-entropy off".into(),
            Command::Set(Setting::AntiEntropy(Some(gossip))) => {
                format!("anti-entropy every {}", gossip.every)
            }
            Command::Set(Setting::Timeout(timeout)) => format!("timeout {timeout}"),
            Command::Set(Setting::ReadRepair(repair)) => format!("read repair {}", repair.name()),
            Command::SetClient { client, change } => self.client_changed(*client, change),
            Command::Set(Setting::MinReplicas(count)) => format!("min replicas {count}"),
            Command::Set(Setting::MaxLag(lag)) => format!("max lag {lag}"),
            Command::Set(Setting::ReadsFrom(ReadsFrom::Any)) => "every replica answers reads".into(),
            Command::Set(Setting::ReadsFrom(ReadsFrom::Primary)) => "only the primary answers reads".into(),
            Command::Set(Setting::Hints(None)) => "no more hints are stored".into(),
            Command::Set(Setting::Hints(Some(rules))) => {
                format!("hints are stored, for at most {} of absence", rules.window)
            }
            Command::Workload(Switch::Start) => "workload started".into(),
            Command::Workload(Switch::Stop) => "workload stopped".into(),
            Command::NameKey(_)
            | Command::Submit(_)
            | Command::Cut { .. }
            | Command::Heal(_)
            | Command::Crash(_)
            | Command::Destroy(_)
            | Command::Repair(_)
            | Command::Restart(_)
            | Command::Freeze(_)
            | Command::Thaw(_)
            | Command::Promote(_) => return None,
        })
    }

    /// New session rules of a client, in words.
    fn client_changed(self, client: ClientId, change: &ClientChange) -> String {
        let ClientChange { at, guarantees, by, when_unable, route } = change;
        let name = &self.timeline.simulation().scenario().clients[usize::from(client.0)].name;
        let mut parts: Vec<String> = Vec::new();
        parts.extend(at.map(|node| format!("at {}", self.node(node))));
        parts.extend(guarantees.as_ref().map(|guarantees| match guarantees.as_slice() {
            [] => "no guarantees".to_owned(),
            some => some.iter().map(|guarantee| words(*guarantee)).collect::<Vec<_>>().join(", "),
        }));
        parts.extend(by.map(|by| format!("by {}", by.name())));
        parts.extend(when_unable.map(|unable| format!("when unable {}", unable.name())));
        parts.extend(route.map(|route| format!("route {}", route.name().replace('_', " "))));
        format!("{name}: {}", parts.join("; "))
    }

    /// Whose operation it is, for a sentence.
    fn by(self, op: OpId) -> String {
        let client = self.timeline.ledger().client_of(op);
        client.map_or(String::new(), |client| {
            format!(" for {}", self.timeline.simulation().scenario().clients[usize::from(client.0)].name)
        })
    }

    /// The key or script line behind a fact: behind its operation, or behind the command of its step.
    fn cause(self, fact: &Fact) -> Option<Arc<str>> {
        let logged = match &fact.what {
            What::Answered { op, .. }
            | What::Accepted { op, .. }
            | What::Redirected { op, .. }
            | What::Waits { op, .. } => self.timeline.logged_op(*op),
            _ => self.timeline.logged_at(fact.at.step),
        }?;
        match &logged.cause {
            Cause::Key(key) => Some(Arc::clone(key)),
            Cause::Script(0) => Some("script".into()),
            Cause::Script(line) => Some(format!("line {line}").into()),
            Cause::Program => None,
        }
    }

    pub(super) fn node(self, node: NodeId) -> &'a str {
        self.timeline.simulation().scenario().replicas.get(node.index()).map_or("?", |replica| &replica.name)
    }

    pub(super) fn key(self, key: KeyId) -> &'a str {
        self.timeline.simulation().keys().get(key.index()).map_or("?", |name| name)
    }

    fn value(self, write: WriteId) -> Option<String> {
        Some(self.timeline.ledger().find(write)?.version.value.to_string())
    }

    /// A write by its value and name, or by its name where it is no longer remembered.
    fn write(self, write: WriteId) -> String {
        self.value(write).map_or_else(|| write.to_string(), |value| format!("{value} ({write})"))
    }
}

/// A guarantee in words.
fn words(guarantee: Guarantee) -> String {
    guarantee.name().replace('_', " ")
}

/// An update in words.
fn done_to(key: &str, update: &Update) -> String {
    match update {
        Update::Increment(amount) => format!("increment {key} by {amount}"),
        Update::Decrement(amount) => format!("decrement {key} by {amount}"),
        Update::Add(value) => format!("add {value} to {key}"),
        Update::Remove(value) => format!("remove {value} from {key}"),
    }
}

fn show(held: &Held) -> String {
    let values: Vec<String> = held.versions().iter().map(|version| version.value.to_string()).collect();
    if values.is_empty() { "nothing".into() } else { values.join(" + ") }
}

pub(super) fn cut_name(id: CutId) -> String {
    format!("cut {}", id.0 + 1)
}

fn messages(count: u64) -> String {
    format!("{count} message{}", if count == 1 { "" } else { "s" })
}

pub(super) fn versions(count: u64) -> String {
    format!("{count} version{}", if count == 1 { "" } else { "s" })
}

/// `2s ahead`, `300ms behind`, `right`.
pub fn skew(offset: i64) -> String {
    let span = Span(offset.unsigned_abs());
    match offset {
        0 => "right".into(),
        1.. => format!("{span} ahead"),
        ..0 => format!("{span} behind"),
    }
}

/// A percentage as a factor: 150 → 1.5.
pub fn ratio(percent: u32) -> String {
    let (whole, rest) = (percent / 100, percent % 100);
    match rest {
        0 => whole.to_string(),
        _ if rest.is_multiple_of(10) => format!("{whole}.{}", rest / 10),
        _ => format!("{whole}.{rest:02}"),
    }
}
