//! The event loop: happenings in, pictures out. Draws only when something changed; a clock runs only while
//! something moves.

use std::{sync::Arc, time::Duration};

use ratatui::layout::Size;
use tokio::time::Instant;

use crate::{
    drive::{Handle, Request, Snapshot},
    scenario::Scenario,
};

use super::{
    backdrop::Backdrop,
    clip,
    draw::draw,
    guard::{self, Ending, Guard},
    input::{self, Happening, Input},
    logbook::Logbook,
    registry::{self, Action, lookup},
    save::{self, Recording},
    screen::{HeldTerminal, Screen},
    ui::{Effect, Ui},
};

/// How often a moving picture is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Motion {
    /// Twenty times a second.
    #[default]
    Full,
    /// Four times a second, events included.
    Reduced,
    /// Only when something happens.
    Off,
}

impl Motion {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Full, Self::Reduced, Self::Off];

    /// As the command line names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Reduced => "reduced",
            Self::Off => "off",
        }
    }

    /// What it comes to.
    pub fn doc(self) -> &'static str {
        match self {
            Self::Full => "20 pictures a second while messages are under way",
            Self::Reduced => "at most 4 pictures a second, and one for each key",
            Self::Off => "a picture for each event and each key, none between",
        }
    }

    fn frame(self) -> Option<Duration> {
        match self {
            Self::Full => Some(Duration::from_millis(50)),
            Self::Reduced => Some(Duration::from_millis(250)),
            Self::Off => None,
        }
    }
}

/// Runs the screen until it is left; gives the exit status.
pub async fn run(
    guard: &mut Guard,
    mut ui: Ui,
    mut handle: Handle,
    mut backdrop: Backdrop,
) -> std::io::Result<u8> {
    let mut screen = Screen::on_terminal(input::size());
    let mut input = Input::start(guard)?;
    let mut next_frame: Option<Instant> = None;
    let mut recording: Option<Recording> = None;
    let mut logbook = open_logbook(&mut ui);
    loop {
        let mut snapshot: Arc<Snapshot> = Arc::clone(&handle.snapshots.borrow_and_update());
        ui.observe(&snapshot);
        if let Err(why) = logbook.keep(&snapshot) {
            ui.refuse(why);
        }
        match screen.draw(|buffer| draw(&mut ui, &snapshot, buffer)) {
            Ok(0) => {}
            Ok(_) => record(&mut recording, &mut ui, |tape| tape.picture(screen.bytes(), &snapshot, now())),
            Err(_) => return Ok(Ending::Hangup.exit_status()),
        }
        run_errands(&mut ui, &handle);
        backdrop.ask(&mut input);
        let motion = ui.modes.motion;
        next_frame = if moves(&snapshot) { frame_after(next_frame, motion) } else { None };
        let happening = match wait(&mut input, &mut handle, &mut next_frame, motion).await? {
            Turn::Draw => continue,
            Turn::Answer(happening) => happening,
        };
        // A key is answered by how things stand, not by how they were drawn last.
        if motion == Motion::Reduced {
            snapshot = Arc::clone(&handle.snapshots.borrow_and_update());
            ui.observe(&snapshot);
        }
        ui.theme = backdrop.seen(&happening, ui.theme);
        let effects = match heed(happening, &mut ui, (&mut screen, &mut recording), &snapshot) {
            Ok(effects) => effects,
            Err(how) => return Ok(how.exit_status()),
        };
        write_files(&effects, &mut recording, (&mut ui, &mut screen), &snapshot);
        if resumes(&effects, &mut logbook, &mut ui, &handle) {
            answer(&mut handle).await;
            continue;
        }
        match perform(effects, &mut ui, &handle, &mut screen) {
            Next::Leave => break,
            Next::AwaitAnswer => answer(&mut handle).await,
            Next::GoOn => {}
        }
    }
    input.part().await;
    logbook.close();
    Ok(0)
}

/// What the loop waited for.
#[derive(Debug)]
enum Turn {
    /// Something changed.
    Draw,
    Answer(Happening),
}

/// Waits until somebody asks for something, or something is worth a picture.
async fn wait(
    input: &mut Input,
    handle: &mut Handle,
    next_frame: &mut Option<Instant>,
    motion: Motion,
) -> std::io::Result<Turn> {
    loop {
        tokio::select! {
            biased;
            happening = input.next() => return Ok(Turn::Answer(happening)),
            changed = handle.snapshots.changed() => match changed {
                // What happens within a quarter of a second is one picture; what ends the motion is drawn at once.
                Ok(()) if motion == Motion::Reduced => {
                    let goes_on = moves(&handle.snapshots.borrow());
                    if next_frame.is_none() || !goes_on {
                        return Ok(Turn::Draw);
                    }
                }
                Ok(()) => {
                    pace_frames(next_frame).await;
                    return Ok(Turn::Draw);
                }
                Err(_) => return Err(std::io::Error::other("the network actor has stopped")),
            },
            () = at(*next_frame) => {
                *next_frame = None;
                ask(handle, Request::Frame);
                return Ok(Turn::Draw);
            }
        }
    }
}

/// The logbook of this session; one that was cut short is offered.
fn open_logbook(ui: &mut Ui) -> Logbook {
    let logbook = Logbook::open(|name| std::env::var_os(name));
    if let Some(left) = logbook.left() {
        ui.offer(&left.scenario.title);
    }
    logbook
}

/// Where a session was cut short and is asked for: goes to its end.
fn resumes(effects: &[Effect], logbook: &mut Logbook, ui: &mut Ui, handle: &Handle) -> bool {
    if !effects.iter().any(|effect| matches!(effect, Effect::Resume)) {
        return false;
    }
    let Some(scenario) = logbook.take() else {
        ui.refuse("no session was cut short: there is nothing to resume");
        return false;
    };
    let seed = scenario.seed;
    ask(handle, Request::Load(scenario, seed));
    ask(handle, Request::ToHead);
    ui.reset();
    true
}

/// What a happening asks for; how the program ends, where it does.
fn heed(
    happening: Happening,
    ui: &mut Ui,
    (screen, recording): (&mut Screen<HeldTerminal>, &mut Option<Recording>),
    snapshot: &Snapshot,
) -> Result<Vec<Effect>, Ending> {
    match happening {
        Happening::Key(key) => return Ok(press(ui, key, snapshot)),
        Happening::Paste(text) => return Ok(ui.type_text(&text, snapshot)),
        Happening::Mouse(mouse) => return Ok(ui.click(mouse, snapshot)),
        Happening::Resize(size) => resize(screen, size, recording, ui),
        Happening::Resumed(size) => {
            resize(screen, size, recording, ui);
            screen.repaint();
        }
        Happening::Background(_) => {}
        Happening::End(how) => return Err(how),
    }
    Ok(Vec::new())
}

/// Asks the actor for what the last picture lacked.
fn run_errands(ui: &mut Ui, handle: &Handle) {
    for errand in ui.errands() {
        if let Effect::Ask(request) = errand {
            ask(handle, request);
        }
    }
}

/// Sessions, pictures and recordings, where they were asked for.
fn write_files(
    effects: &[Effect],
    recording: &mut Option<Recording>,
    (ui, screen): (&mut Ui, &mut Screen<HeldTerminal>),
    snapshot: &Snapshot,
) {
    for effect in effects {
        match effect {
            Effect::Save => ui.told(save::session(snapshot)),
            Effect::Screenshot => {
                let saved = save::screenshot(screen.shown(), ui, snapshot);
                ui.told(saved);
            }
            Effect::Record => toggle(recording, ui, screen, snapshot),
            Effect::Copy { what, text } => ui.told(copied(what, text)),
            _ => {}
        }
    }
}

/// Hands a text to the terminal's clipboard, and says so.
pub(super) fn copied(what: &str, text: &str) -> Result<String, String> {
    guard::write(&clip::request(text)?).map_err(|gone| gone.to_string())?;
    Ok(format!("copied {what}, if the terminal allows it"))
}

/// Begins to record, with the whole screen as the first picture; or stops.
fn toggle(
    recording: &mut Option<Recording>,
    ui: &mut Ui,
    screen: &mut Screen<HeldTerminal>,
    snapshot: &Snapshot,
) {
    let told = match recording.take() {
        Some(over) => Ok(format!("recorded {}", over.name())),
        None => Recording::begin(screen.area().as_size(), snapshot, now()).map(|begun| {
            let said = format!("recording {}; the same key stops", begun.name());
            *recording = Some(begun);
            screen.repaint();
            said
        }),
    };
    ui.told(told);
}

/// Writes to the recording, if there is one; where that fails it is over.
fn record(
    recording: &mut Option<Recording>,
    ui: &mut Ui,
    write: impl FnOnce(&mut Recording) -> Result<(), String>,
) {
    if let Some(Err(problem)) = recording.as_mut().map(write) {
        *recording = None;
        ui.told(Err(problem));
    }
}

fn resize(screen: &mut Screen<HeldTerminal>, size: Size, recording: &mut Option<Recording>, ui: &mut Ui) {
    if screen.resize(size) {
        record(recording, ui, |tape| tape.resized(size, now()));
    }
}

#[expect(clippy::disallowed_methods, reason = "the pace of a recording; it never reaches the simulation")]
fn now() -> Instant {
    Instant::now()
}

/// What the loop does after a happening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    GoOn,
    /// The actor was asked something.
    AwaitAnswer,
    Leave,
}

fn perform(effects: Vec<Effect>, ui: &mut Ui, handle: &Handle, screen: &mut Screen<HeldTerminal>) -> Next {
    let mut next = Next::GoOn;
    for effect in effects {
        match effect {
            Effect::Ask(request) => {
                ask(handle, request);
                next = Next::AwaitAnswer;
            }
            Effect::Open(name) => next = open(ui, handle, &name),
            Effect::Mouse(mouse) => {
                if let Err(gone) = guard::set_mouse(mouse) {
                    ui.refuse(gone.to_string());
                }
            }
            Effect::Save | Effect::Resume | Effect::Screenshot | Effect::Record | Effect::Copy { .. } => {}
            Effect::Repaint => screen.repaint(),
            Effect::Suspend => {
                if let Err(why) = guard::suspend() {
                    ui.refuse(why.to_string());
                }
            }
            Effect::Quit => return Next::Leave,
        }
    }
    next
}

/// Waits until the actor has done what it was just asked: keys typed ahead are judged by what the keys before them
/// did. Actor and screen share one thread and the actor hears requests first, so its next snapshot is the answer;
/// if the actor is gone, the loop sees that for itself.
async fn answer(handle: &mut Handle) {
    handle.snapshots.mark_unchanged();
    let _ = handle.snapshots.changed().await;
}

fn ask(handle: &Handle, request: Request) {
    // A closed channel means that the actor is gone; the loop sees that at its snapshots.
    let _ = handle.requests.send(request);
}

fn open(ui: &mut Ui, handle: &Handle, name: &str) -> Next {
    match Scenario::find(name) {
        Ok(scenario) => {
            let seed = scenario.seed;
            ask(handle, Request::Load(Arc::new(scenario), seed));
            ui.reset();
            ui.preset = Some(name.to_owned());
            Next::AwaitAnswer
        }
        Err(problems) => {
            ui.refuse(problems.to_string());
            Next::GoOn
        }
    }
}

/// Only in builds for testing: F12 panics where the environment asks for it, so that the real program can be
/// shown to give the terminal back. A release has nothing of it.
fn fall_over_if_asked(key: crossterm::event::KeyEvent) {
    let asked = cfg!(debug_assertions)
        && key.code == crossterm::event::KeyCode::F(12)
        && std::env::var_os("LAGGARD_TEST_PANIC").is_some();
    assert!(!asked, "a panic was asked for");
}

fn press(ui: &mut Ui, key: crossterm::event::KeyEvent, snapshot: &Snapshot) -> Vec<Effect> {
    fall_over_if_asked(key);
    match lookup(ui.layer(), key) {
        Some(action) => ui.act(action, snapshot),
        None => match registry::text(key) {
            Some(text) if ui.is_typing() => ui.type_text(&text.to_string(), snapshot),
            Some(text) => {
                let help = registry::key_in(ui.layer(), Action::Help).unwrap_or_else(|| "?".into());
                ui.refuse(format!("{text} does nothing here; {help} shows every key"));
                Vec::new()
            }
            None => Vec::new(),
        },
    }
}

/// Whether anything on the screen moves between two events.
fn moves(snapshot: &Snapshot) -> bool {
    let busy = |it: &Snapshot| !it.view.messages.is_empty() || !it.deaths.is_empty();
    snapshot.is_running()
        && (busy(snapshot) || snapshot.beside.as_ref().is_some_and(|beside| busy(&beside.there)))
}

#[expect(clippy::disallowed_methods, reason = "the screen's own pace; it never reaches the simulation")]
fn frame_after(pending: Option<Instant>, motion: Motion) -> Option<Instant> {
    pending.or_else(|| motion.frame().map(|frame| Instant::now() + frame))
}

async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

/// Events may come thicker than pictures are worth drawing: a snapshot that comes while a frame is due soon
/// waits for it, a few milliseconds at most.
async fn pace_frames(next_frame: &mut Option<Instant>) {
    if next_frame.is_some() {
        tokio::time::sleep(Duration::from_millis(8)).await;
    }
}
