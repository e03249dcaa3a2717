//! What the screen remembers that the simulation need not know: what is picked, which view is up, what is
//! being typed. Intents come in, requests to the network actor go out; nothing is judged here.

mod act;
mod commands;
mod copy;
mod groups;
mod layout;
mod lists;
mod marks;
mod messages;
mod modes;
mod operations;
mod palette;
mod pointer;
mod presenter;
mod prompt;
mod scrub;
mod session;
mod turning;
mod typing;
mod values;
mod verdicts;
mod versus;

use ratatui::layout::Rect;

use crate::{
    base::{ClientId, NodeId, Span},
    drive::{MOST_FATES, Notice, Request, Snapshot},
};

use super::{
    guard::Mouse,
    knobs::Knob,
    operations::{Browser, Drawn},
    registry::{self, Action, Layer},
    spacetime::{Place, SpaceTime},
    theme::{Glyphs, Theme},
    timebar::Scale,
};
pub(super) use lists::{Entry, Id, List, Purpose, Until};
pub(super) use marks::Mark;
pub use modes::{Layout, Mode, Modes, View};
pub(super) use operations::Panel as OperationPanel;
pub(super) use prompt::{Prompt, PromptKind, understand_until};
pub(super) use session::Addressing;
pub(super) use values::next_act;
pub(super) use verdicts::badges;
pub(super) use versus::Contrast;

/// The screen's own state.
#[derive(Debug)]
pub struct Ui {
    pub(super) picked: NodeId,
    pub(super) client: ClientId,
    pub(super) addressing: Addressing,
    pub(super) view: View,
    pub(super) layout: Layout,
    pub(super) overlay: Overlay,
    /// How far the event list is scrolled back.
    pub(super) scroll: usize,
    pub(super) space_time: SpaceTime,
    /// Who stands on the first side of the wall that is being drawn up.
    pub(super) apart: Vec<NodeId>,
    /// Where the last picture had the space-time diagram.
    pub(super) place: Option<Place>,
    /// Where the last picture had the timeline bar.
    pub(super) bar: Option<Scale>,
    pub(super) marks: Vec<Mark>,
    /// How much time the last picture would have liked to draw; how much the actor draws.
    pub(super) chart: (Option<Span>, Option<Span>),
    pub(super) side: Side,
    pub(super) fog: Fog,
    /// Whose knowledge the actor tells of.
    fog_of: Option<NodeId>,
    /// Of how many operations it tells what became of them.
    fates_of: usize,
    /// The knob that is chosen in their view.
    pub(super) knob: Knob,
    /// The knob in which the run beside this one differs.
    pub(super) contrast: Option<Knob>,
    pub(super) status: Option<Status>,
    pub(super) question: Question,
    pub(super) theme: Theme,
    pub(super) glyphs: &'static Glyphs,
    pub(super) modes: Modes,
    /// How the command line names the preset, if it can.
    pub(super) preset: Option<String>,
    /// How many columns of cards the last picture had: what up and down move by.
    pub(super) columns: usize,
    /// Where the last picture had its cards, by replica.
    pub(super) cards: Vec<Rect>,
    /// Where the last picture had its key hints.
    pub(super) hints: Vec<(Rect, Action)>,
    /// The table of operations, and where the last picture had its rows.
    pub(super) operations: Browser,
    pub(super) operation_panel: OperationPanel,
    pub(super) operation_rows: Drawn,
    seen_notice: u64,
    promised: Option<Promise>,
    /// What the question on the screen is the answer to: the script step that asked.
    asked_at: usize,
}

/// What lies over the view and has the keyboard.
#[derive(Debug)]
pub(super) enum Overlay {
    None,
    Help(List),
    Choice(Purpose, List),
    Prompt(Prompt),
    Question,
}

/// What is told beside, or instead of, the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Nothing,
    /// Why the picked replica is stale.
    Story,
    /// Everything about the picked replica.
    Inspector,
}

/// Whether only what the picked replica can know is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fog {
    Lifted,
    Lies,
}

/// The line above the hints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Status {
    pub(super) text: String,
    pub(super) tone: Tone,
}

/// What to say once the actor has done what it was asked; a refusal is said instead.
#[derive(Debug)]
struct Promise {
    text: String,
    /// The length of the log, before it.
    commands: (usize, usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Refusal,
}

/// A question to the class: what was answered, and the show of hands.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) state: Asked,
    pub(super) marked: Option<u8>,
    pub(super) hands: [u32; 5],
}

impl Question {
    /// What the class expects, for the line that is shown with the answer.
    fn tally(&self, choices: &[crate::scenario::Choice]) -> String {
        let raised = choices.iter().zip(self.hands).filter(|(_, hands)| *hands > 0);
        let votes: Vec<String> = raised.map(|(choice, hands)| format!("{} {hands}", choice.letter)).collect();
        let marked = self.marked.and_then(|place| choices.get(usize::from(place)));
        match (marked, votes.is_empty()) {
            (_, false) => format!("the class said: {}", votes.join(", ")),
            (Some(choice), true) => format!("you said {}: {}", choice.letter, choice.text),
            (None, true) => "nobody guessed".into(),
        }
    }
}

/// Whether a question still waits for the class.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Open,
    #[default]
    Closed,
}

/// What an intent leads to outside the screen.
#[derive(Debug)]
pub enum Effect {
    Ask(Request),
    /// Load this built-in preset.
    Open(String),
    /// Hand this to the clipboard.
    Copy {
        what: String,
        text: String,
    },
    /// Take the mouse, or leave it to the terminal.
    Mouse(Mouse),
    Repaint,
    /// Save the session as a preset.
    Save,
    /// Take up the session that was cut short.
    Resume,
    /// Save what the screen shows as SVG.
    Screenshot,
    /// Begin to record the screen, or stop.
    Record,
    Suspend,
    Quit,
}

impl Ui {
    pub fn new(theme: Theme, glyphs: &'static Glyphs) -> Self {
        Self {
            picked: NodeId(0),
            client: ClientId(0),
            addressing: Addressing::Picked,
            view: View::Cluster,
            layout: Layout::Grid,
            overlay: Overlay::None,
            scroll: 0,
            space_time: SpaceTime::default(),
            apart: Vec::new(),
            place: None,
            bar: None,
            marks: Vec::new(),
            chart: (None, None),
            side: Side::Nothing,
            fog: Fog::Lifted,
            fog_of: None,
            fates_of: 0,
            knob: Knob::ALL[0],
            contrast: None,
            status: None,
            question: Question::default(),
            theme,
            glyphs,
            modes: Modes::default(),
            preset: None,
            columns: 1,
            cards: Vec::new(),
            hints: Vec::new(),
            operations: Browser::new(),
            operation_panel: OperationPanel::Closed,
            operation_rows: Vec::new(),
            seen_notice: 0,
            promised: None,
            asked_at: usize::MAX,
        }
    }

    /// The same, in these modes.
    #[must_use]
    pub fn in_modes(self, modes: Modes) -> Self {
        Self { modes, ..self }
    }

    /// The same, on the preset that the command line names like this.
    #[must_use]
    pub fn on_preset(self, name: &str) -> Self {
        // What was read from a pipe is gone.
        Self { preset: Some(name.to_owned()).filter(|name| name != "-"), ..self }
    }

    /// What has the keyboard.
    pub fn layer(&self) -> Layer {
        match self.overlay {
            Overlay::None if self.modes.remote == Mode::On => Layer::Remote,
            Overlay::None if self.view == View::Operations => Layer::Operations,
            Overlay::None => Layer::Main,
            Overlay::Help(_) => Layer::Help,
            Overlay::Choice(..) => Layer::Choice,
            Overlay::Prompt(_) => Layer::Prompt,
            Overlay::Question if self.modes.remote == Mode::On => Layer::RemoteQuestion,
            Overlay::Question => Layer::Question,
        }
    }

    /// Takes note of a new snapshot.
    pub fn observe(&mut self, snapshot: &Snapshot) {
        let last = NodeId::at(snapshot.view.replicas.len().saturating_sub(1));
        self.picked = self.picked.min(last);
        if usize::from(self.client.0) >= snapshot.scenario.clients.len() {
            self.client = ClientId(0);
        }
        let Notice { number, text, is_error } = &snapshot.notice;
        if *number != self.seen_notice {
            self.seen_notice = *number;
            let tone = if *is_error { Tone::Refusal } else { Tone::Plain };
            self.status = (!text.is_empty()).then(|| Status { text: text.clone(), tone });
            self.promised = self.promised.take().filter(|_| text.is_empty());
        }
        if snapshot.script.said.is_none() && matches!(self.overlay, Overlay::Question) {
            self.overlay = Overlay::None;
        }
        if let Some(kept) = self.promised.take_if(|promise| promise.commands != snapshot.commands) {
            self.say(kept.text);
        }
        self.scroll = self.scroll.min(snapshot.events.len().saturating_sub(1));
        self.refilter(snapshot);
        self.refresh_verdicts(snapshot);
        let entries = self.session_entries(snapshot);
        if let Overlay::Choice(Purpose::Session, list) = &mut self.overlay {
            list.entries = entries;
        }
        let asks = matches!(snapshot.script.said, Some(crate::drive::Said::Question { .. }));
        if asks && self.asked_at != snapshot.script.next {
            self.asked_at = snapshot.script.next;
            self.question = Question { state: Asked::Open, ..Question::default() };
            self.overlay = Overlay::Question;
        }
    }

    /// What the picture needs of the actor, asked for once: call it after drawing.
    pub fn errands(&mut self) -> Vec<Effect> {
        let (wished, asked) = self.chart;
        self.chart.1 = wished;
        let mut errands = Vec::new();
        if wished != asked {
            errands.push(Effect::Ask(Request::Chart(wished)));
        }
        let fates = if self.view == View::Operations { MOST_FATES } else { 0 };
        if std::mem::replace(&mut self.fates_of, fates) != fates {
            errands.push(Effect::Ask(Request::Fates(fates)));
        }
        let fog = (self.fog == Fog::Lies).then_some(self.picked);
        if std::mem::replace(&mut self.fog_of, fog) != fog {
            errands.push(Effect::Ask(Request::Fog(fog)));
        }
        errands
    }

    fn say(&mut self, text: impl Into<String>) {
        self.status = Some(Status { text: text.into(), tone: Tone::Plain });
    }

    /// Says it as soon as a snapshot shows that a command was taken.
    fn promise(&mut self, snapshot: &Snapshot, text: String) {
        self.promised = Some(Promise { text, commands: snapshot.commands });
    }

    /// Whether letters are text at the moment.
    pub(super) fn is_typing(&self) -> bool {
        matches!(self.overlay, Overlay::Prompt(_) | Overlay::Choice(..) | Overlay::Help(_))
    }

    /// Forgets what belonged to the preset before.
    pub(super) fn reset(&mut self) {
        let (theme, glyphs, seen_notice, chart) = (self.theme, self.glyphs, self.seen_notice, self.chart);
        let (modes, layout, fates_of) = (self.modes, self.layout, self.fates_of);
        *self = Self { layout, chart, fates_of, modes, seen_notice, ..Self::new(theme, glyphs) };
    }

    /// Picks a replica; a story that is being told is then its.
    fn pick(&mut self, index: usize) -> Vec<Effect> {
        let before = std::mem::replace(&mut self.picked, NodeId::at(index));
        let tells = self.side == Side::Story && self.picked != before;
        if tells { vec![Effect::Ask(Request::Explain(Some(self.picked)))] } else { Vec::new() }
    }

    /// Says what became of something outside the simulation.
    pub(super) fn told(&mut self, result: Result<String, String>) {
        match result {
            Ok(text) => self.say(text),
            Err(text) => self.refuse(text),
        }
    }

    /// Says that a session was cut short, and which key takes it up.
    pub(super) fn offer(&mut self, title: &str) {
        let key = registry::key_in(Layer::Main, Action::Resume).unwrap_or_default();
        self.say(format!("a session was cut short: {key} resumes it ({title})"));
    }

    /// Says why a key did nothing.
    pub fn refuse(&mut self, text: impl Into<String>) {
        self.status = Some(Status { text: text.into(), tone: Tone::Refusal });
    }
}
