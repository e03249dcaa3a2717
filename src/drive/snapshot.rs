//! What the screen draws: one instant with everything said about it, as plain data. Judged here and below,
//! only drawn above.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    action::Condition,
    base::{ClientId, KeyId, NodeId, OpId, Position, Seed, SimTime, Span, ZoneId},
    check::{
        Anomalies, Anomaly, AnomalyKind, Badge, Fate, Forecast, Judged, Loss, Meters, ReadRecord, Staleness,
        Story, Tally, explain, run_history::RunHistory,
    },
    data::{Held, VersionVector},
    replica::MessageKind,
    scenario::{Deed, Scenario, Step, Timing},
    sim::{Death, Fact, View, What},
};

use super::{
    Bar, Beside, EventLine, Fog, Knower, Logged, Mark, Narrator, Said, Speed, Timeline, chart::Chart,
};

#[derive(Debug, Clone)]
pub struct Snapshot {
    pub scenario: Arc<Scenario>,
    pub seed: Seed,
    pub view: View,
    /// The key that cards, agreement and story are about.
    pub focus: KeyId,
    pub agreement: Agreement,
    /// Ring by ring, all replicas in the order of preference for the focused key, and whether each holds it; nothing
    /// where no ring places keys.
    pub preference: Vec<Vec<(NodeId, bool)>>,
    /// By replica: how far it is behind on the focused key.
    pub staleness: Vec<Option<Staleness>>,
    /// What one replica can know, where that is asked for.
    pub fog: Option<Fog>,
    /// The story of the replica that was asked about.
    pub story: Option<Story>,
    /// Silently lost writes, of all keys; those still remembered.
    pub losses: Vec<Loss>,
    pub lost_writes: u64,
    pub tally: Tally,
    pub last_read: Option<ReadRecord>,
    /// The newest operations and faults up to the playhead.
    pub operations: Arc<RunHistory>,
    /// What became, up to the playhead, of the newest writes that were acknowledged; as many as were asked for.
    pub fates: BTreeMap<OpId, Fate>,
    /// What went wrong up to the playhead, as far as it is remembered.
    pub log: Anomalies,
    /// The story in plain sentences.
    pub story_lines: Vec<String>,
    /// Messages that died lately, newest first.
    pub deaths: Vec<DeathView>,
    /// Newest first.
    pub events: Arc<[EventLine]>,
    pub recent_times_to_consistency: Vec<Span>,
    pub meters: Meters,
    /// How stale reads of the focused key are to be expected, as the cluster is set now; or why nobody can tell.
    pub forecast: Arc<Forecast>,
    pub clock: Clock,
    pub speed: Speed,
    pub playhead: Playhead,
    /// The furthest position of this line.
    pub head: Position,
    /// Commands of the log before the playhead, and all of them.
    pub commands: (usize, usize),
    pub can_redo: bool,
    pub branches: Vec<BranchView>,
    /// The whole line, before and after the playhead.
    pub bar: Arc<Bar>,
    pub script: ScriptView,
    /// What is being run for, in words.
    pub pursuit: Option<String>,
    /// What the clock is to stop at; within, `None` for whatever goes wrong.
    pub breakpoint: Option<Option<AnomalyKind>>,
    /// Every verdict up to now.
    pub verdicts: Vec<Judged>,
    /// By client, in the order of the guarantees.
    pub badges: Vec<[Badge; 4]>,
    /// The newest things that went wrong on this line, before or after the playhead, older first.
    pub anomalies: Vec<Arc<Anomaly>>,
    /// How many went wrong until now, and by the head of this line.
    pub wrong: (u64, u64),
    pub notice: Notice,
    /// The commands of this line, those after the playhead too.
    pub session: Arc<[Logged]>,
    /// The space-time diagram around the playhead, where one is asked for.
    pub chart: Option<Arc<Chart>>,
    /// Another run at the same instant, where one is asked for.
    pub beside: Option<Arc<Beside>>,
}

/// A message that died a moment ago.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeathView {
    pub from: NodeId,
    pub to: NodeId,
    pub kind: MessageKind,
    pub at: SimTime,
    pub death: Death,
}

/// Whether virtual time passes by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    Running,
    Stopped,
}

/// Whether anything of this line is still to come that has been before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Playhead {
    AtHead,
    InThePast,
}

/// Something to tell the person once. A new one has a larger number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notice {
    pub number: u64,
    pub text: String,
    pub is_error: bool,
}

/// Do the replicas of the focused key agree?
#[derive(Debug, Clone)]
pub struct Agreement {
    /// The different contents, the most widely held first, with who holds each.
    pub groups: Vec<(Held, Vec<NodeId>)>,
    /// How many replicas hold the key.
    pub copies: usize,
    /// The replica that is furthest behind in time, with how far.
    pub stalest: Option<(NodeId, Staleness)>,
    /// Other keys on which replicas differ.
    pub other_keys_diverged: usize,
}

#[derive(Debug, Clone)]
pub struct BranchView {
    pub commands: usize,
    pub head: Position,
    pub parted: Position,
    /// The last command, in words.
    pub last: String,
}

/// Where the preset's script stands.
#[derive(Debug, Clone, Default)]
pub struct ScriptView {
    pub steps: usize,
    /// The step that comes next, from 0; equal to `steps` at the end.
    pub next: usize,
    /// The next step in words.
    pub upcoming: Option<String>,
    /// What it said last, while the playhead stands where it was said.
    pub said: Option<Said>,
    /// What it asserted last, and whether that held.
    pub judged: Option<(String, bool)>,
}

/// How long a dead message stays visible.
const RECENT_DEATH: Span = Span::millis(800);
/// Of at most so many operations it is told what became of them.
pub const MOST_FATES: usize = 256;
/// At most so many anomalies.
const MAX_ANOMALIES: usize = 40;
/// At most so many event lines.
const MAX_EVENTS: usize = 200;

impl Agreement {
    pub(super) fn of(timeline: &Timeline, focus: KeyId, staleness: &[Option<Staleness>]) -> Self {
        let simulation = timeline.simulation();
        let mut groups: Vec<(Held, Vec<NodeId>)> = Vec::new();
        let mut owners: Vec<NodeId> = simulation.owners(focus).collect();
        owners.sort_unstable();
        for node in &owners {
            let held = simulation.held(*node, focus);
            match groups.iter_mut().find(|(contents, _)| contents == held) {
                Some((_, nodes)) => nodes.push(*node),
                None => groups.push((held.clone(), vec![*node])),
            }
        }
        groups.sort_by_key(|(_, nodes)| std::cmp::Reverse(nodes.len()));
        let behind = |node: &NodeId| Some((*node, staleness[node.index()].clone()?));
        let stalest = owners.iter().filter_map(behind).min_by_key(|(node, stale)| (stale.since, *node));
        let keys = 0..u32::try_from(simulation.keys().len()).unwrap_or(u32::MAX);
        let others = keys.map(KeyId).filter(|key| *key != focus);
        let other_keys_diverged = others.filter(|key| timeline.ledger().different(*key) > 1).count();
        Self { copies: owners.len(), groups, stalest, other_keys_diverged }
    }

    pub fn converged(&self) -> bool {
        self.groups.len() <= 1
    }
}

/// What of a snapshot does not follow from the timeline.
#[derive(Debug, Clone)]
pub(super) struct Surroundings {
    pub(super) scenario: Arc<Scenario>,
    pub(super) seed: Seed,
    pub(super) focus: KeyId,
    pub(super) asked_about: Option<NodeId>,
    /// Whose knowledge is wanted.
    pub(super) fog: Option<Knower>,
    /// Of how many of the newest operations it is wanted what became of them.
    pub(super) fates: usize,
    pub(super) clock: Clock,
    pub(super) speed: Speed,
    pub(super) script: ScriptView,
    pub(super) forecast: Arc<Forecast>,
    pub(super) pursuit: Option<String>,
    /// What would have prevented the anomaly that the playhead stands at.
    pub(super) prevention: Vec<String>,
    #[expect(clippy::option_option, reason = "as in the snapshot")]
    pub(super) breakpoint: Option<Option<AnomalyKind>>,
    pub(super) notice: Notice,
    pub(super) session: Arc<[Logged]>,
    pub(super) bar: Arc<Bar>,
    pub(super) chart: Option<Arc<Chart>>,
    pub(super) beside: Option<Arc<Beside>>,
}

impl Surroundings {
    /// Of a timeline that stands, and of which nobody asks anything more.
    pub(super) fn bare(
        timeline: &Timeline,
        focus: KeyId,
        (bar, forecast): (Arc<Bar>, Arc<Forecast>),
    ) -> Self {
        Self {
            scenario: Arc::clone(timeline.simulation().scenario()),
            seed: timeline.seed(),
            focus,
            asked_about: None,
            fog: None,
            fates: 0,
            clock: Clock::Stopped,
            speed: Speed::NORMAL,
            script: ScriptView::default(),
            forecast,
            pursuit: None,
            prevention: Vec::new(),
            breakpoint: None,
            notice: Notice::default(),
            session: Arc::from([]),
            bar,
            chart: None,
            beside: None,
        }
    }
}

impl Snapshot {
    /// The zone in which a replica stands.
    pub fn zone_of(&self, node: NodeId) -> Option<ZoneId> {
        self.view.zones.get(node.index()).copied().flatten()
    }

    pub(super) fn of(
        timeline: &Timeline,
        around: Surroundings,
        events: Arc<[EventLine]>,
        verdicts: Vec<Judged>,
    ) -> Self {
        let (simulation, ledger) = (timeline.simulation(), timeline.ledger());
        let focus = around.focus;
        let owns = |node: NodeId| simulation.owners(focus).any(|owner| owner == node);
        let staleness: Vec<Option<Staleness>> = (0..around.scenario.replicas.len())
            .map(NodeId::at)
            .map(|node| owns(node).then(|| ledger.staleness(focus, simulation.held(node, focus))).flatten())
            .collect();
        let story = around.asked_about.map(|node| explain(node, focus, simulation, ledger));
        Self {
            view: simulation.view(),
            agreement: Agreement::of(timeline, focus, &staleness),
            preference: simulation.preference(focus),
            staleness,
            story_lines: story.as_ref().map_or_else(Vec::new, |story| {
                let told = Narrator { timeline }.story(story);
                told.into_iter().chain(around.prevention).collect()
            }),
            story,
            fog: around.fog.map(|by| Fog::of(timeline, by, focus)),
            deaths: deaths(timeline),
            losses: ledger.losses(simulation),
            lost_writes: ledger.lost_writes(simulation),
            tally: ledger.tally,
            last_read: ledger.last_read.clone(),
            log: ledger.anomalies().clone(),
            fates: fates(timeline, around.fates),
            operations: Arc::new(timeline.history().clone()),
            events,
            meters: timeline.meters().clone(),
            forecast: around.forecast,
            recent_times_to_consistency: ledger.times_to_consistency().collect(),
            head: timeline.head(),
            playhead: if timeline.is_past() { Playhead::InThePast } else { Playhead::AtHead },
            commands: (timeline.given(), timeline.log().len()),
            can_redo: timeline.can_redo(),
            branches: timeline.branches().iter().map(BranchView::of).collect(),
            bar: around.bar,
            scenario: around.scenario,
            seed: around.seed,
            focus,
            clock: around.clock,
            speed: around.speed,
            script: around.script,
            pursuit: around.pursuit,
            breakpoint: around.breakpoint,
            verdicts,
            badges: (0..simulation.scenario().clients.len())
                .map(|index| ledger.badges(ClientId(u16::try_from(index).unwrap_or(u16::MAX))))
                .collect(),
            anomalies: newest(timeline),
            wrong: (ledger.anomalies().count(), timeline.known_anomalies().count()),
            notice: around.notice,
            session: around.session,
            chart: around.chart,
            beside: around.beside,
        }
    }

    /// The replica's vector of the focused key: everything that its value descends from, itself included.
    pub fn vector(&self, node: NodeId) -> VersionVector {
        self.view.replicas[node.index()].held[self.focus.index()].history()
    }

    pub fn is_running(&self) -> bool {
        self.clock == Clock::Running
    }

    pub fn is_past(&self) -> bool {
        self.playhead == Playhead::InThePast
    }

    pub fn replica_name(&self, node: NodeId) -> &str {
        // Later reigns of a primary have names of their own in vectors, and are told by the same replica.
        &self.view.replicas[node.index() % self.view.replicas.len()].name
    }

    /// An entry of a vector by the name of its replica; `ams#2` is what ams wrote on its second disk.
    pub fn actor_name(&self, actor: NodeId) -> String {
        let nodes = u16::try_from(self.view.replicas.len()).unwrap_or(u16::MAX);
        let (node, disk) = crate::replica::replica_of(actor, nodes);
        match disk {
            0 => self.replica_name(node).to_owned(),
            disk => format!("{}#{}", self.replica_name(node), disk + 1),
        }
    }
}

/// What became of the newest writes, among so many of the newest operations.
fn fates(timeline: &Timeline, newest: usize) -> BTreeMap<OpId, Fate> {
    let operations = &timeline.history().operations;
    let first = operations.len().saturating_sub(newest);
    let fate = |place| {
        let operation = operations.get(place)?;
        let fate = timeline.ledger().fate_of(operation.key, operation.write()?, timeline.simulation())?;
        Some((operation.op, fate))
    };
    (first..operations.len()).filter_map(fate).collect()
}

/// What died within the last moments of virtual time.
fn deaths(timeline: &Timeline) -> Vec<DeathView> {
    let now = timeline.position().at;
    let recent = |fact: &&Fact| now.since(fact.at.at) <= RECENT_DEATH;
    let died = |fact: &Fact| match &fact.what {
        What::Died { from, to, kind, carries, death, .. } => {
            let idle = kind.is_gossip() && carries.is_none();
            (!idle).then_some(DeathView { from: *from, to: *to, kind: *kind, at: fact.at.at, death: *death })
        }
        _ => None,
    };
    timeline.journal().facts().rev().take_while(recent).filter_map(died).take(64).collect()
}

/// The newest event lines of a timeline, newest first: those after step `told`, then those `before`. So an
/// hour of gossip that nobody sees pushes no line out.
pub(super) fn events(timeline: &Timeline, told: u64, before: Option<&Arc<[EventLine]>>) -> Arc<[EventLine]> {
    let narrator = Narrator { timeline };
    let facts = timeline.journal().facts().rev().take_while(|fact| fact.at.step > told);
    // What a step did wrong is told after all that it did; the newest is on top.
    let mut step = u64::MAX;
    let wrong = move |fact: &Fact| {
        let ended = std::mem::replace(&mut step, fact.at.step) != fact.at.step;
        ended.then(|| anomaly_lines(timeline, fact.at.step)).into_iter().flatten()
    };
    let mut wrong = wrong;
    let mut new =
        facts.flat_map(move |fact| wrong(fact).chain(line(narrator, fact)).collect::<Vec<_>>()).peekable();
    match before {
        Some(before) if new.peek().is_none() => Arc::clone(before),
        before => {
            new.chain(before.into_iter().flat_map(|lines| lines.iter().cloned())).take(MAX_EVENTS).collect()
        }
    }
}

/// The newest anomalies of the line, older first.
fn newest(timeline: &Timeline) -> Vec<Arc<Anomaly>> {
    let mut newest: Vec<Arc<Anomaly>> =
        timeline.known_anomalies().iter().rev().take(MAX_ANOMALIES).cloned().collect();
    newest.reverse();
    newest
}

/// What a step did wrong; what an answer showed, its own line tells.
fn anomaly_lines(timeline: &Timeline, step: u64) -> Vec<EventLine> {
    let line = |anomaly: &Arc<Anomaly>| {
        let text = anomaly.evidence.last().map_or("", |evidence| &*evidence.text);
        let text = format!("{}: {text}", anomaly.kind.name().to_uppercase());
        EventLine { at: anomaly.at, mark: Mark::Anomaly, text, cause: None, value: None }
    };
    let tells = |anomaly: &&Arc<Anomaly>| match anomaly.kind {
        AnomalyKind::StaleRead | AnomalyKind::Unavailable => false,
        AnomalyKind::Broken(guarantee) => !guarantee.is_of_reads(),
        AnomalyKind::LostWrite | AnomalyKind::SplitBrain => true,
    };
    timeline.ledger().anomalies().in_step(step).filter(tells).map(line).collect()
}

/// A fact's line, with the promises that an answer broke.
fn line(narrator: Narrator<'_>, fact: &Fact) -> Option<EventLine> {
    let mut line = narrator.line(fact)?;
    let What::Answered { op, .. } = &fact.what else { return Some(line) };
    for anomaly in narrator.timeline.ledger().anomalies().in_step(fact.at.step) {
        if let AnomalyKind::Broken(guarantee) = anomaly.kind
            && anomaly.op == Some(*op)
        {
            let comma = if line.text.contains("breaks") { " and " } else { "; breaks " };
            line.text = format!("{}{comma}{}", line.text, guarantee.name().replace('_', " "));
            if line.mark == Mark::Read {
                line.mark = Mark::Anomaly;
            }
        }
    }
    Some(line)
}

impl BranchView {
    fn of(branch: &super::Branch) -> Self {
        let last = branch.log.last().map_or("no command", |logged| name(&logged.command));
        Self { commands: branch.log.len(), head: branch.head, parted: branch.parted, last: last.into() }
    }
}

/// What kind of command it is, in a word or two.
pub(super) fn name(command: &crate::action::Command) -> &'static str {
    use crate::action::{Act, Command};
    match command {
        Command::Submit(ask) => match &ask.act {
            Act::Read => "read",
            Act::Write { .. } => "write",
            Act::Update(update) => update.verb(),
        },
        Command::NameKey(_) => "new key",
        Command::Cut { .. } => "cut",
        Command::Heal(_) => "heal",
        Command::Crash(_) => "crash",
        Command::Destroy(_) => "destroy",
        Command::Repair(_) => "repair",
        Command::Message { .. } => "message surgery",
        Command::Restart(_) => "restart",
        Command::Freeze(_) => "freeze",
        Command::Thaw(_) => "thaw",
        Command::Skew { .. } => "clock skew",
        Command::SetLink { .. } => "link setting",
        Command::Set(_) => "setting",
        Command::SetClient { .. } => "client rules",
        Command::Promote(_) => "promote",
        Command::Workload(_) => "workload",
    }
}

/// A step of a script in a few words.
pub(super) fn upcoming(step: &Step) -> String {
    let deed = match &step.deed {
        Deed::Do(command) | Deed::Read { command, .. } => name(command).to_owned(),
        Deed::Say(_) | Deed::Note(_) => "say".to_owned(),
        Deed::Predict { .. } => "ask".to_owned(),
        Deed::Until(condition, _) => format!("run until {}", words(condition)),
        Deed::Pause(span) => format!("wait {span}"),
    };
    match &step.timing {
        Timing::Next => deed,
        Timing::At(time) | Timing::Exactly(Position { at: time, .. }) => format!("{deed} at {time}"),
        Timing::After(span) => format!("{deed} after {span}"),
        Timing::When(condition, _) => format!("{deed} when {}", words(condition)),
    }
}

/// A condition in a word or two.
pub(super) fn words(condition: &Condition) -> &'static str {
    match condition {
        Condition::Settled => "settled",
        Condition::Converged { .. } => "converged",
        Condition::Diverged => "diverged",
        Condition::Replica { .. } => "a replica holds what is awaited",
        Condition::Primary(_) => "a replica is primary",
        Condition::LastRead(_) => "a read returns what is awaited",
        Condition::InFlight(_) => "so many messages are in flight",
        Condition::StaleReads(_) => "so many reads were stale",
        Condition::LostWrites(_) => "so many writes are lost",
        Condition::Refused(_) | Condition::TimedOut(_) => "so many operations failed",
        Condition::Upholds { .. } | Condition::Violated { .. } => "a guarantee is judged",
        Condition::Available(_) => "availability is as awaited",
        Condition::TimeToConsistency { .. } => "writes are consistent in time",
        Condition::Elapsed(_) => "time has passed",
        Condition::All(_) => "all of it holds",
        Condition::Any(_) => "some of it holds",
        Condition::Not(_) => "it no longer holds",
    }
}
