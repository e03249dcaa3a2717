//! A stage for the network actor under a paused clock: ask, wait, look.

use std::{sync::Arc, time::Duration};

use laggard::{
    action::{Act, AntiEntropy, Ask, Command, Context, Level, Setting, Style},
    base::{ClientId, KeyId, NodeId, Seed, SimTime, Span},
    data::Value,
    drive::{Cause, FirstStaleRead, Handle, Request, Snapshot, Start, spawn},
    scenario::{Deed, Scenario, Step, Timing},
};
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};

pub(crate) const X: KeyId = KeyId(0);

/// Far beyond anything that is waited for here; the clock is paused, so it costs nothing.
const NEVER: Duration = Duration::from_secs(1_000_000);

pub(crate) struct Stage {
    pub(crate) handle: Handle,
    pub(crate) task: JoinHandle<()>,
    begun: Instant,
}

pub(crate) fn ms(millis: u64) -> SimTime {
    SimTime(millis * 1_000_000)
}

pub(crate) fn wall_ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[expect(clippy::disallowed_methods, reason = "the test's clock, which is paused")]
fn wall() -> Instant {
    Instant::now()
}

impl Stage {
    pub(crate) fn new(scenario: Scenario) -> Self {
        Self::with(scenario, FirstStaleRead::GoesBy)
    }

    pub(crate) fn with(scenario: Scenario, first_stale_read: FirstStaleRead) -> Self {
        let (handle, task) = spawn(Arc::new(scenario), Start { seed: Seed(42), first_stale_read });
        Self { handle, task, begun: wall() }
    }

    pub(crate) fn send(&self, request: Request) {
        self.handle.requests.send(request).expect("an actor");
    }

    /// Sends a request and gives the first snapshot after it.
    pub(crate) async fn ask(&mut self, request: Request) -> Arc<Snapshot> {
        self.handle.snapshots.mark_unchanged();
        self.send(request);
        self.next().await
    }

    pub(crate) async fn give(&mut self, command: Command) -> Arc<Snapshot> {
        self.ask(Request::Do(vec![command], Cause::Program)).await
    }

    /// The next snapshot that is published.
    pub(crate) async fn next(&mut self) -> Arc<Snapshot> {
        timeout(NEVER, self.handle.snapshots.changed()).await.expect("a snapshot").expect("an actor");
        self.latest()
    }

    pub(crate) fn latest(&mut self) -> Arc<Snapshot> {
        Arc::clone(&self.handle.snapshots.borrow_and_update())
    }

    /// The first snapshot, from the latest on, of which `is` is true.
    pub(crate) async fn until(&mut self, is: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
        let mut snapshot = self.latest();
        while !is(&snapshot) {
            snapshot = self.next().await;
        }
        snapshot
    }

    /// Lets wall time pass, then gives the present instant.
    pub(crate) async fn after(&mut self, millis: u64) -> Arc<Snapshot> {
        sleep(wall_ms(millis)).await;
        self.ask(Request::Frame).await
    }

    /// How many snapshots are published while `span` of wall time passes.
    pub(crate) async fn published_in(&mut self, span: Duration) -> usize {
        self.handle.snapshots.mark_unchanged();
        let end = wall() + span;
        let mut count = 0;
        while let Ok(changed) = tokio::time::timeout_at(end, self.handle.snapshots.changed()).await {
            changed.expect("an actor");
            count += 1;
        }
        count
    }

    /// Milliseconds of wall time since the start.
    pub(crate) fn wall_millis(&self) -> u128 {
        self.begun.elapsed().as_millis()
    }
}

pub(crate) fn ask(at: u16, act: Act, level: Option<Level>) -> Command {
    Command::Submit(Ask { client: ClientId(0), at: Some(NodeId(at)), key: X, act, level, wait: None })
}

pub(crate) fn write(at: u16, value: &str) -> Command {
    ask(at, Act::Write { value: Value::text(value), context: Context::Last, stamp: None }, None)
}

pub(crate) fn read(at: u16) -> Command {
    ask(at, Act::Read, None)
}

pub(crate) fn latency(percent: u32) -> Command {
    Command::Set(Setting::LatencyPercent(percent))
}

/// Three replicas, 80 ms apart, that hold tea.
pub(crate) fn three() -> Scenario {
    let mut scenario = Scenario::of(3);
    scenario.initial = vec![(X, Value::text("tea"))];
    scenario
}

pub(crate) fn gossiping() -> Scenario {
    let mut scenario = three();
    scenario.settings.anti_entropy = Some(AntiEntropy {
        every: Span::millis(500),
        style: Style::PushPull,
        fan_out: 1,
        digest: laggard::action::Digest::Full,
    });
    scenario
}

pub(crate) fn scripted(deeds: impl IntoIterator<Item = Deed>) -> Scenario {
    let mut scenario = three();
    scenario.script = (1..)
        .zip(deeds)
        .map(|(line, deed)| Step { timing: Timing::Next, deed, claim: None, line, text: String::new() })
        .collect();
    scenario
}

pub(crate) fn held(snapshot: &Snapshot, node: usize) -> String {
    let held = &snapshot.view.replicas[node].held[0];
    held.versions().iter().map(|version| version.value.to_string()).collect::<Vec<_>>().join("+")
}

pub(crate) fn all_held(snapshot: &Snapshot) -> String {
    (0..snapshot.view.replicas.len()).map(|node| held(snapshot, node)).collect::<Vec<_>>().join(" ")
}

/// Event lines, oldest first: `80ms n2 has x=jam (w1)`.
pub(crate) fn lines(snapshot: &Snapshot) -> Vec<String> {
    let line = |event: &laggard::drive::EventLine| format!("{} {}", Span(event.at.at.0), event.text);
    snapshot.events.iter().rev().map(line).collect()
}
