//! The network actor: propagates writes while people watch. It owns the timeline, takes requests from a
//! channel, maps wall time to virtual time and publishes snapshots. It alone reads the wall clock.
//!
//! ```text
//!   requests ──► advance to now ──► do it ──► publish ──► sleep until the next event is due
//!                     ▲                                            │
//!                     └────────────────────────────────────────────┘
//! ```
//!
//! It is no ticker: with nothing due it sleeps until a request comes. A message keeps the delay it was sent
//! with, so a knob turned while it is on its way changes only what is sent afterwards.

mod anomalies;
mod charts;
mod pursuit;
mod requests;
mod running;

pub use anomalies::HUNT;
pub(super) use anomalies::anomaly_in_words;
pub(super) use charts::window;
pub(super) use requests::wanted;

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};

use crate::{
    action::{Command, Condition},
    base::{KeyId, NodeId, Position, Seed, SimTime, Span},
    check::{AnomalyKind, Judge},
    scenario::Scenario,
};

use anomalies::Breakpoint;
use pursuit::{Pursuit, Then};

use super::{
    Against, Cause, Clock, EventLine, Goal, Logged, Snapshot, Speed, Timeline,
    bar::Bars,
    beside::Companion,
    forecast::Forecasts,
    pace::Pace,
    script::{Runner, perform_saved},
    snapshot::{self, Notice, ScriptView, Surroundings},
};

/// What a screen, or an HTTP client, asks of the actor.
#[derive(Debug, Clone)]
pub enum Request {
    /// Commands to give now, together, with the key that asked for them.
    Do(Vec<Command>, Cause),
    Play,
    Pause,
    SetSpeed(Speed),
    /// Pause, and go on to the next thing one can see.
    Step,
    StepBack,
    Seek(Position),
    SeekTime(SimTime),
    ToHead,
    Undo,
    Redo,
    /// Play until the condition holds, then pause.
    RunUntil(Condition),
    /// As that, but then the clock is again as people last chose it: it runs on unless they stopped it.
    RunThrough(Condition),
    /// Run on until it comes, then stop the clock.
    RunTo(Goal),
    /// Go to the next thing that went wrong: where it has been already, to right after it; else run on, as
    /// fast as can be, for up to [`HUNT`].
    NextAnomaly,
    /// Go to where something went wrong, and say what.
    Look(Position),
    /// Go back to the one before.
    PreviousAnomaly,
    /// Play, and stop the clock as soon as something of this kind, or of any, goes wrong.
    StopAt(Option<AnomalyKind>),
    /// No such stop any more.
    NoStop,
    /// Perform the next step of the preset's script.
    NextStep,
    Switch(usize),
    /// Show this key.
    Focus(KeyId),
    /// Tell the story of this replica in every snapshot; of none.
    Explain(Option<NodeId>),
    /// Tell what this replica can know in every snapshot; of none.
    Fog(Option<NodeId>),
    /// Tell in every snapshot what became of so many of the newest operations that wrote.
    Fates(usize),
    /// Draw a space-time diagram of so much time around the playhead into every snapshot; no more.
    Chart(Option<Span>),
    /// Show another run beside the line, on the same clock; no more.
    Beside(Option<Against>),
    /// Publish the present instant: for motion between two events.
    Frame,
    /// Begin anew with another scenario.
    Load(Arc<Scenario>, Seed),
}

/// The actor's two ends.
#[derive(Debug, Clone)]
pub struct Handle {
    pub requests: mpsc::UnboundedSender<Request>,
    pub snapshots: watch::Receiver<Arc<Snapshot>>,
}

/// Whether a first stale read stops the clock by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstStaleRead {
    Pauses,
    GoesBy,
}

/// How the actor starts.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    pub seed: Seed,
    pub first_stale_read: FirstStaleRead,
}

/// Starts the actor on the present runtime; it ends when every handle is gone.
pub fn spawn(scenario: Arc<Scenario>, start: Start) -> (Handle, tokio::task::JoinHandle<()>) {
    let mut actor = Actor::new(scenario, start);
    let (requests, inbox) = mpsc::unbounded_channel();
    let (publish, snapshots) = watch::channel(Arc::new(actor.snapshot()));
    let task = tokio::spawn(actor.run(inbox, publish));
    (Handle { requests, snapshots }, task)
}

#[derive(Debug)]
struct Actor {
    scenario: Arc<Scenario>,
    seed: Seed,
    timeline: Timeline,
    clock: Clock,
    /// What people last chose: a stale read or a script may stop the clock without being asked.
    chosen: Clock,
    speed: Speed,
    pace: Pace<Instant>,
    focus: KeyId,
    asked_about: Option<NodeId>,
    fog: Option<NodeId>,
    fates: usize,
    runner: Runner,
    script: ScriptView,
    /// Where the script said what it said last: the sentence is shown only there.
    said_at: Position,
    pursuit: Option<Pursuit>,
    /// The clock stops where this comes to be: asked for once, until it does.
    breakpoint: Option<Breakpoint>,
    /// Where an anomaly was told of, and what would have prevented it.
    prevented: (Position, Vec<String>),
    notice: Notice,
    judge: Judge,
    /// What the first stale read does, in this session and in the next that is loaded.
    first_stale_read: FirstStaleRead,
    stale_read_awaited: FirstStaleRead,
    charts: charts::Charts,
    forecasts: Forecasts,
    beside: Option<Companion>,
    /// The commands of the line, as the last snapshot had them.
    session: Arc<[Logged]>,
    bars: Bars,
    /// Event lines, and the step up to which they tell; none after travelling.
    events: (Option<u64>, Arc<[EventLine]>),
    /// When it last woke by itself.
    woke: Instant,
    /// The clock stands and this time is run to as fast as can be.
    journey: Option<SimTime>,
    /// Virtual time lags behind the wall: more work than a slice holds.
    behind: bool,
}

/// What a script lets pass is travelled at once where people would have to sit through more than this.
const LONG_WAIT: Duration = Duration::from_secs(20);

/// Said where nothing that is run for can come.
pub(super) const NEVER: &str = "never: nothing more will happen by itself";

/// Said where a command given in the past leaves a future behind.
pub(super) const NEW_BRANCH: &str = "a new branch starts here; the old future is kept (B lists branches)";

#[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
fn wall() -> Instant {
    Instant::now()
}

impl Actor {
    fn new(scenario: Arc<Scenario>, start: Start) -> Self {
        let mut actor = Self {
            timeline: Timeline::new(Arc::clone(&scenario), start.seed),
            seed: start.seed,
            clock: Clock::Running,
            chosen: Clock::Running,
            speed: Speed::NORMAL,
            pace: Pace { wall: wall(), at: SimTime::ZERO, speed: Speed::NORMAL },
            focus: scenario.focus,
            asked_about: None,
            fog: None,
            fates: 0,
            runner: Runner::new(Arc::clone(&scenario)),
            script: ScriptView::default(),
            said_at: Position::default(),
            pursuit: None,
            breakpoint: None,
            prevented: (Position::default(), Vec::new()),
            notice: Notice::default(),
            judge: Judge::default(),
            charts: charts::Charts::default(),
            forecasts: Forecasts::default(),
            beside: None,
            session: Arc::from([]),
            bars: Bars::default(),
            first_stale_read: start.first_stale_read,
            stale_read_awaited: start.first_stale_read,
            events: (None, Arc::from([])),
            woke: wall(),
            journey: None,
            behind: false,
            scenario,
        };
        actor.lay_out_saved_session();
        actor.look_at_script();
        actor
    }

    /// A saved session is there from the beginning, as what is still to come: it happens again as time passes, and one
    /// can go back and forth in it.
    fn lay_out_saved_session(&mut self) {
        if !self.scenario.is_saved_session() {
            return;
        }
        let failed = perform_saved(&mut self.timeline, &self.scenario);
        self.timeline.seek(Position::default());
        self.runner = Runner::finished(Arc::clone(&self.scenario));
        match failed {
            Some(why) => self.warn(&why),
            None => self.tell("a saved session: it happens again by itself; End goes to its end"),
        }
    }

    async fn run(
        mut self,
        mut inbox: mpsc::UnboundedReceiver<Request>,
        publish: watch::Sender<Arc<Snapshot>>,
    ) {
        loop {
            let wake = self.wake_at();
            let asleep = async {
                match wake {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                request = inbox.recv() => match request {
                    Some(request) => {
                        self.come_to_the_present();
                        self.chase();
                        self.handle(request);
                        while let Ok(request) = inbox.try_recv() {
                            self.handle(request);
                        }
                    }
                    None => return,
                },
                () = asleep => {
                    self.woke = wall();
                    self.catch_up();
                }
            }
            self.chase();
            publish.send_replace(Arc::new(self.snapshot()));
            // Whoever else lives on this thread gets a turn, however much there is to do.
            tokio::task::yield_now().await;
        }
    }

    fn set_clock(&mut self, clock: Clock) {
        self.clock = clock;
        self.journey = None;
        self.anchor();
    }

    /// As [`Self::stop`]; and what is run for will not start the clock again.
    fn pause(&mut self) {
        self.chosen = Clock::Stopped;
        if let Some(pursuit) = &mut self.pursuit {
            let (Then::Tell { clock } | Then::GoOnWithScript { clock }) = &mut pursuit.then;
            *clock = Clock::Stopped;
        }
        self.stop();
    }

    fn stop(&mut self) {
        self.set_clock(Clock::Stopped);
    }

    /// From here on virtual time is counted from this instant.
    fn anchor(&mut self) {
        self.behind = false;
        self.pace = Pace { wall: wall(), at: self.timeline.position().at, speed: self.speed };
    }

    fn tell(&mut self, text: &str) {
        self.notice = Notice { number: self.notice.number + 1, text: text.to_owned(), is_error: false };
    }

    fn warn(&mut self, text: &str) {
        self.notice = Notice { number: self.notice.number + 1, text: text.to_owned(), is_error: true };
    }

    fn snapshot(&mut self) -> Snapshot {
        let (told, lines) = &self.events;
        let lines = snapshot::events(&self.timeline, told.unwrap_or(0), told.is_some().then_some(lines));
        self.events = (Some(self.timeline.position().step), lines);
        if *self.session != *self.timeline.log() {
            self.session = self.timeline.log().into();
        }
        // Before the step that named it, a key is not there to be shown.
        let known = self.focus.index() < self.timeline.simulation().keys().len();
        let focus = if known { self.focus } else { self.scenario.focus };
        let beside = self.beside.as_mut().map(|beside| {
            beside.follow(&self.timeline);
            Arc::new(beside.picture(&self.timeline, focus, self.clock))
        });
        let around = Surroundings {
            scenario: Arc::clone(&self.scenario),
            seed: self.seed,
            focus,
            beside,
            asked_about: self.asked_about,
            fog: self.fog,
            fates: self.fates,
            clock: self.clock,
            speed: self.speed,
            script: self.script_view(),
            pursuit: self.pursuit.as_ref().map(|pursuit| pursuit.words.clone()),
            prevention: self.prevention(),
            breakpoint: self.breakpoint.map(|breakpoint| breakpoint.kind),
            notice: self.notice.clone(),
            session: Arc::clone(&self.session),
            bar: self.bars.of(&self.timeline),
            chart: self.charts.of(&self.timeline, focus),
            forecast: self.forecasts.of(&self.timeline, focus),
        };
        let (ledger, simulation) = (self.timeline.ledger(), self.timeline.simulation());
        let history = (self.timeline.history(), self.timeline.line());
        let verdicts = self.judge.verdicts(history, ledger, simulation);
        Snapshot::of(&self.timeline, around, Arc::clone(&self.events.1), verdicts)
    }
}
