//! What a picture costs, and how soon a seek is on the screen: `cargo bench --bench screen [-- --quick]`.
//!
//! CPU time of one thread, in milliseconds. A *frame* is the picture built and the difference to the last one written
//! into memory; a *snapshot* is what the actor hands out for it. A *seek* is from the key to the bytes: the journey, the
//! snapshot, the picture, and the space-time diagram where that is shown. Nothing here fails on time.
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

mod clock;

use std::{sync::Arc, time::Duration};

use clock::{cpu_time, median};
use laggard::{
    action::{AntiEntropy, Digest, Style},
    base::{KeyId, Ppm, Purpose, Seed, SimTime, Span},
    data::Value,
    drive::{FirstStaleRead, Handle, Request, Snapshot, Start, spawn},
    net::{Delay, LinkProfile, Network},
    scenario::{Scenario, WorkloadSpec},
    tui::{
        draw,
        guard::Gone,
        registry::Action,
        screen::{Screen, Sink},
        theme::{Depth, Kind, Theme, UNICODE},
        ui::{Effect, Ui, View},
    },
};
use ratatui::layout::Size;

const SIZES: [(u16, u16); 2] = [(80, 24), (200, 55)];
const VIEWS: [View; 4] = [View::Cluster, View::SpaceTime, View::Metrics, View::Operations];
const SEEK_STEPS: u64 = 100_000;

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let frames = if quick { 20 } else { 100 };
    measure_frames(frames);
    measure_seeks(if quick { 50 } else { 300 });
}

/// Bytes go nowhere.
struct Nowhere;

impl Sink for Nowhere {
    fn send(&mut self, _: &[u8]) -> Result<(), Gone> {
        Ok(())
    }
}

/// The actor, the screen, and a clock that only the benchmark moves.
struct Stage {
    runtime: tokio::runtime::Runtime,
    handle: Handle,
    ui: Ui,
    screen: Screen<Nowhere>,
}

impl Stage {
    fn new(scenario: Scenario, (width, height): (u16, u16)) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        let start = Start { seed: Seed(42), first_stale_read: FirstStaleRead::GoesBy };
        let (handle, _task) = runtime.block_on(async { spawn(Arc::new(scenario), start) });
        let ui = Ui::new(Theme::new(Kind::Dark, Depth::Indexed), &UNICODE);
        Self { runtime, handle, ui, screen: Screen::new(Nowhere, Size::new(width, height)) }
    }

    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.handle.snapshots.borrow())
    }

    /// Asks, and waits for the snapshot that answers.
    fn ask(&mut self, request: Request) {
        self.handle.snapshots.mark_unchanged();
        self.handle.requests.send(request).expect("the actor lives");
        let snapshots = &mut self.handle.snapshots;
        self.runtime.block_on(async { snapshots.changed().await }).expect("the actor lives");
        let snapshot = self.snapshot();
        self.ui.observe(&snapshot);
    }

    fn act(&mut self, action: Action) {
        let snapshot = self.snapshot();
        let effects = self.ui.act(action, &snapshot);
        self.obey(effects);
    }

    fn obey(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Ask(request) = effect {
                self.ask(request);
            }
        }
    }

    fn wait(&self, millis: u64) {
        self.runtime.block_on(async { tokio::time::sleep(Duration::from_millis(millis)).await });
    }

    /// One picture; bytes written.
    fn draw(&mut self) -> usize {
        let (ui, snapshot) = (&mut self.ui, Arc::clone(&self.handle.snapshots.borrow()));
        self.screen.draw(|buffer| draw(ui, &snapshot, buffer)).expect("memory")
    }

    /// A picture, and another if the first lacked something.
    fn show(&mut self) -> usize {
        let bytes = self.draw();
        let errands = self.ui.errands();
        if errands.is_empty() {
            return bytes;
        }
        self.obey(errands);
        bytes + self.draw()
    }

    fn turn_to(&mut self, view: View) {
        let place = View::ALL.iter().position(|other| *other == view).unwrap_or(0);
        for _ in 0..place {
            self.act(Action::NextView);
        }
        self.show();
    }
}

/// Times of many, in milliseconds.
#[derive(Default)]
struct Times(Vec<f64>);

impl Times {
    fn take<T>(&mut self, act: impl FnOnce() -> T) -> T {
        let start = cpu_time();
        let result = act();
        self.0.push(cpu_time().saturating_sub(start).as_secs_f64() * 1e3);
        result
    }

    /// `median / worst`.
    fn told(mut self) -> String {
        let middle = median(&mut self.0);
        format!("{middle:.2} / {:.2}", self.0.last().copied().unwrap_or(0.0))
    }
}

/// Values of people, two seconds apart, who compare notes every three.
fn slow(replicas: usize) -> Scenario {
    let mut scenario = Scenario::of(replicas);
    scenario.initial = vec![(KeyId(0), Value::text("blue"))];
    scenario.network = Network::new(replicas, LinkProfile::plain(Delay::Fixed(Span::secs(2))));
    scenario.settings.timeout = Span::secs(30);
    scenario.settings.anti_entropy =
        Some(AntiEntropy { every: Span::secs(3), style: Style::PushPull, fan_out: 1, digest: Digest::Full });
    scenario
}

fn measure_frames(frames: usize) {
    println!("median / worst of {frames} frames in ms; bytes of a frame on average");
    println!(
        "{:>8} {:>8} {:12} {:>16} {:>16} {:>16} {:>8}",
        "replicas", "size", "view", "still", "moving", "snapshot", "bytes"
    );
    for replicas in [6, 64, 1_000] {
        for size in SIZES {
            for view in VIEWS {
                let mut stage = Stage::new(slow(replicas), size);
                stage.turn_to(view);
                stage.act(Action::Write);
                stage.wait(1_000);
                stage.ask(Request::Frame);
                stage.show();
                let mut still = Times::default();
                for _ in 0..frames {
                    assert_eq!(still.take(|| stage.draw()), 0, "nothing has changed");
                }
                let (mut moving, mut snapshot, mut bytes) = (Times::default(), Times::default(), 0);
                for number in 0..frames {
                    if number % 50 == 0 {
                        stage.act(Action::Write);
                    }
                    stage.wait(50);
                    snapshot.take(|| stage.ask(Request::Frame));
                    bytes += moving.take(|| stage.draw());
                    stage.show();
                }
                println!(
                    "{replicas:>8} {:>8} {:12} {:>16} {:>16} {:>16} {:>8}",
                    format!("{}x{}", size.0, size.1),
                    view.name(),
                    still.told(),
                    moving.told(),
                    snapshot.told(),
                    bytes / frames
                );
            }
        }
    }
}

/// Five replicas, 1,000 writes a second, a key of a hundred: nine steps a write.
fn busy() -> Scenario {
    let mut scenario = Scenario::of(5);
    scenario.keys = (0..100).map(|number| format!("k{number}").into()).collect();
    let delay = Delay::Exponential { mean: Span::millis(10) };
    scenario.network = Network::new(5, LinkProfile::plain(delay));
    scenario.workload = Some(WorkloadSpec {
        operations: None,
        mean_gap: Span::millis(1),
        reads: Ppm::NEVER,
        keys: (0..100).map(KeyId).collect(),
        skew: 0.0,
        stop: None,
    });
    scenario
}

fn measure_seeks(seeks: usize) {
    println!("\nseeks in {SEEK_STEPS} steps: median / worst of {seeks} in ms, from the key to the bytes");
    println!("{:12} {:>18} {:>18} {:>18}", "view", "random instant", "one event back", "a column back");
    for view in [View::Cluster, View::SpaceTime, View::Operations] {
        let mut stage = Stage::new(busy(), (120, 36));
        stage.act(Action::PauseOrRun);
        let mut until = SimTime::ZERO;
        while stage.snapshot().head.step < SEEK_STEPS {
            until = until + Span::millis(100);
            stage.ask(Request::SeekTime(until));
            while stage.snapshot().view.position.at < until {
                stage.wait(1);
            }
        }
        stage.turn_to(view);
        let head = stage.snapshot().head;
        let mut stream = Seed(7).stream(Purpose::Workload, [0, 0]);
        let mut random = Times::default();
        for _ in 0..seeks {
            let to = stream.index(usize::try_from(head.at.0 / 1_000).unwrap_or(usize::MAX)) as u64 * 1_000;
            random.take(|| {
                stage.ask(Request::SeekTime(SimTime(to)));
                stage.show()
            });
        }
        let mut press = |action| {
            stage.act(Action::ToLatest);
            stage.show();
            let mut times = Times::default();
            for _ in 0..seeks {
                times.take(|| {
                    stage.act(action);
                    stage.show()
                });
            }
            assert!(stage.snapshot().is_past(), "the keys go back");
            times.told()
        };
        let back = press(Action::StepBack);
        let column = if view == View::SpaceTime { press(Action::Left) } else { "-".into() };
        println!("{:12} {:>18} {back:>18} {column:>18}", view.name(), random.told());
    }
}
