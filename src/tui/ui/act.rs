//! Dispatch: what each action does. One arm for each, so that a new action cannot be forgotten.

use crate::{
    action::{Act, Condition},
    base::{ClientId, KeyId, NodeId},
    drive::{Knower, Request, Snapshot},
    tui::registry::{self, Action, Group, Layer},
};

use super::{
    Asked, Effect, Fog, Layout, List, Overlay, Prompt, PromptKind, Purpose, Side, Ui, View, commands::by,
    next_act, values::take_away,
};

impl Ui {
    /// Does what an action asks for.
    pub fn act(&mut self, action: Action, snapshot: &Snapshot) -> Vec<Effect> {
        self.status = None;
        self.promised = None;
        let view = self.view;
        if let Some(why) = self.hidden(action, snapshot) {
            return self.no(why);
        }
        let mut effects = self.leave_story(action, snapshot);
        effects.extend(self.perform(action, snapshot));
        // Fog hides every other view, and whoever explains knows everything.
        let explains = matches!(action, Action::Explain | Action::Inspect);
        if explains || (self.view != view && action != Action::Fog) {
            self.fog = Fog::Lifted;
        }
        effects
    }

    /// A story that has come to its end makes room for the events when the next command is given.
    fn leave_story(&mut self, action: Action, snapshot: &Snapshot) -> Vec<Effect> {
        let over = snapshot.story.as_ref().is_some_and(|story| story.staleness.is_none());
        let group = registry::entry(action).map(|entry| entry.group);
        if self.side != Side::Story || !over || !matches!(group, Some(Group::Data | Group::Faults)) {
            return Vec::new();
        }
        self.side = Side::Nothing;
        vec![Effect::Ask(Request::Explain(None))]
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each action, so that none is forgotten")]
    fn perform(&mut self, action: Action, snapshot: &Snapshot) -> Vec<Effect> {
        if let Some(effects) = self.browse(action, snapshot) {
            return effects;
        }
        match action {
            Action::Write => by(action, vec![self.ask(snapshot, next_act(snapshot))]),
            Action::Read => by(action, vec![self.ask(snapshot, Act::Read)]),
            Action::Delete => match take_away(snapshot, self.picked) {
                Ok(act) => by(action, vec![self.ask(snapshot, act)]),
                Err(why) => self.no(why.into()),
            },
            Action::Isolate => self.isolate(snapshot),
            Action::Heal => self.heal(snapshot),
            Action::Crash | Action::Restart | Action::Freeze | Action::Thaw => self.crash(snapshot, action),
            Action::Destroy => self.destroy(snapshot),
            Action::RepairNow => self.repair_now(snapshot),
            Action::Promote => self.promote(snapshot),
            Action::LessLatency | Action::MoreLatency => self.latency(snapshot, action),
            Action::WriteLevel | Action::ReadLevel => self.level(snapshot, action),
            Action::CutLink | Action::RestoreLink => self.choose_second(snapshot, action),
            Action::WriteTyped => self.prompt(PromptKind::Write, String::new()),
            Action::ReadTyped => self.prompt(PromptKind::Read, String::new()),
            Action::SkewClock => self.prompt(PromptKind::Clock, String::new()),
            Action::LinkFaults => self.prompt(PromptKind::Links, "loss=".into()),
            Action::Pick(_)
            | Action::Left
            | Action::Right
            | Action::Up
            | Action::Down
            | Action::Client
            | Action::NextKey
            | Action::PreviousKey => self.move_about(action, snapshot),
            Action::PauseOrRun
            | Action::StepForward
            | Action::StepBack
            | Action::Slower
            | Action::Faster
            | Action::ToStart
            | Action::ToLatest
            | Action::Undo
            | Action::Redo
            | Action::Branches
            | Action::MarkMoment
            | Action::NextStep
            | Action::NextAnomaly
            | Action::PreviousAnomaly
            | Action::RunUntilConverged => self.travel(action, snapshot),
            Action::Explain => self.explain(),
            // The table of operations has it.
            Action::Filter => Vec::new(),
            Action::NextEvidence | Action::PreviousEvidence => {
                self.no("only a history from elsewhere has evidence to go through".into())
            }
            Action::Verdicts => self.open_verdicts(snapshot),
            Action::Inspect if self.view == View::Knobs => self.type_knob(snapshot),
            Action::Inspect if self.is_in_space_time() => self.light(),
            Action::Messages => self.open_messages(snapshot),
            Action::Groups => self.open_groups(snapshot),
            Action::Palette => self.open_palette(),
            Action::Closer | Action::Wider => self.zoom(action, snapshot),
            Action::Inspect => self.inspect(),
            Action::NextView | Action::PreviousView => self.turn_view(action, snapshot),
            Action::Knobs => self.toggle_knobs(snapshot),
            Action::Fog => self.toggle_fog(snapshot),
            Action::Versus => self.versus(snapshot),
            Action::NextTheme => self.next_theme(),
            Action::NextLayout => self.next_layout(snapshot),
            Action::Session => self.open_session(snapshot),
            Action::Help => self.open(Overlay::Help(List::help(Layer::Main))),
            Action::OpenPreset => self.open(Overlay::Choice(Purpose::Preset, List::presets())),
            Action::Record => vec![Effect::Record],
            Action::Save => vec![Effect::Save],
            Action::Resume => vec![Effect::Resume],
            Action::Screenshot => vec![Effect::Screenshot],
            Action::Redraw => vec![Effect::Repaint],
            Action::Suspend => vec![Effect::Suspend],
            Action::Quit => vec![Effect::Quit],
            Action::Close => self.close(snapshot),
            Action::Accept
            | Action::Complete
            | Action::EraseBack
            | Action::EraseForward
            | Action::EraseAll
            | Action::ToFirst
            | Action::ToLast
            | Action::PageUp
            | Action::PageDown => self.edit(action, snapshot),
            Action::Big => self.toggle_big(),
            Action::Copy => self.copy(snapshot),
            Action::CopyCommand => self.copy_command(snapshot),
            Action::Forward => self.forward(snapshot),
            Action::Backward => self.travel(Action::StepBack, snapshot),
            Action::RemotePause => self.travel(Action::PauseOrRun, snapshot),
            Action::Answer(_) | Action::MoreHands | Action::FewerHands | Action::Reveal => {
                self.answer(action, snapshot)
            }
        }
    }

    /// Why the fog hides what an action would show: whoever stands in it cannot know that.
    fn hidden(&self, action: Action, snapshot: &Snapshot) -> Option<String> {
        let knower = self.knower()?;
        let known = snapshot.fog.as_ref().is_none_or(|fog| fog.known.is_ok());
        let what = match action {
            Action::Messages => "what is on its way",
            Action::Verdicts => "verdicts",
            Action::NextAnomaly | Action::PreviousAnomaly => "what went wrong",
            Action::Filter => "the operations of others",
            _ => return None,
        };
        known.then(|| {
            format!(
                "the fog hides {what}: {} cannot know it; {}",
                knower_name(knower, snapshot),
                self.after_fog(snapshot)
            )
        })
    }

    fn toggle_fog(&mut self, snapshot: &Snapshot) -> Vec<Effect> {
        self.fog = match self.fog {
            Fog::Lifted => Fog::OfReplica,
            Fog::OfReplica if !snapshot.scenario.clients.is_empty() => Fog::OfClient,
            Fog::OfReplica | Fog::OfClient => Fog::Lifted,
        };
        self.view = View::Cluster;
        // What lies is said above the picture.
        self.status = None;
        if self.fog == Fog::Lifted {
            self.say("the fog is lifted");
        }
        Vec::new()
    }

    /// What the key of the fog does next.
    pub(in crate::tui) fn after_fog(&self, snapshot: &Snapshot) -> String {
        let key = registry::key_in(Layer::Main, Action::Fog).unwrap_or_default();
        match self.fog {
            Fog::OfReplica if !snapshot.scenario.clients.is_empty() => {
                format!("{key} shows what {} can know", knower_name(Knower::Client(self.client), snapshot))
            }
            Fog::Lifted | Fog::OfReplica | Fog::OfClient => format!("{key} lifts the fog"),
        }
    }

    fn next_theme(&mut self) -> Vec<Effect> {
        self.theme = self.theme.next();
        self.say(format!("theme: {}", self.theme.kind().name()));
        Vec::new()
    }

    /// A character for the line or the list that has the keyboard.
    pub fn type_text(&mut self, text: &str, snapshot: &Snapshot) -> Vec<Effect> {
        match &mut self.overlay {
            Overlay::Prompt(prompt) => {
                prompt.insert(text);
                self.filter_as_typed();
                self.refilter(snapshot);
            }
            Overlay::Help(list) => list.type_text(text),
            Overlay::Choice(purpose, list) => {
                list.type_text(text);
                // A number picks a replica at once, where one digit says it all.
                let digit = text.parse::<usize>().ok();
                let count = snapshot.view.replicas.len();
                if let (Purpose::SecondReplica(action), Some(digit)) = (*purpose, digit)
                    && count <= 9
                    && (1..=count).contains(&digit)
                    && digit - 1 != self.picked.index()
                {
                    self.overlay = Overlay::None;
                    return self.link(snapshot, action, NodeId::at(digit - 1));
                }
            }
            Overlay::None | Overlay::Question => {
                return self.no("nothing is being typed; W takes a value of your own".into());
            }
        }
        Vec::new()
    }

    fn open(&mut self, overlay: Overlay) -> Vec<Effect> {
        self.overlay = overlay;
        Vec::new()
    }

    pub(super) fn prompt(&mut self, kind: PromptKind, text: String) -> Vec<Effect> {
        self.open(Overlay::Prompt(Prompt::new(kind, text)))
    }

    fn choose_second(&mut self, snapshot: &Snapshot, action: Action) -> Vec<Effect> {
        if snapshot.view.replicas.len() < 2 {
            return self.no("a link needs two replicas".into());
        }
        self.open(Overlay::Choice(
            Purpose::SecondReplica(action),
            List::replicas(snapshot, self.picked.index()),
        ))
    }

    fn move_about(&mut self, action: Action, snapshot: &Snapshot) -> Vec<Effect> {
        if let Overlay::Help(list) | Overlay::Choice(_, list) = &mut self.overlay {
            list.step(if action == Action::Up { -1 } else { 1 });
            return Vec::new();
        }
        if let Overlay::Prompt(prompt) = &mut self.overlay {
            match action {
                Action::Left => prompt.move_by(-1),
                Action::Right => prompt.move_by(1),
                _ => return self.no("there is one line only: left and right move in it".into()),
            }
            return Vec::new();
        }
        if self.view == View::Events && matches!(action, Action::Up | Action::Down) {
            let last = snapshot.events.len().saturating_sub(1);
            let by = if action == Action::Up { -1 } else { 1 };
            self.scroll = self.scroll.saturating_add_signed(by).min(last);
            return Vec::new();
        }
        if self.view == View::Knobs
            && matches!(action, Action::Left | Action::Right | Action::Up | Action::Down)
        {
            return self.turn_knob(action, snapshot);
        }
        if self.is_in_space_time()
            && matches!(action, Action::Left | Action::Right | Action::Up | Action::Down)
        {
            return self.scrub(action, snapshot);
        }
        let keys = snapshot.view.keys.len();
        let turn = |by: usize| KeyId(u32::try_from((snapshot.focus.index() + by) % keys.max(1)).unwrap_or(0));
        match action {
            Action::Client => {
                let count = u16::try_from(snapshot.scenario.clients.len()).unwrap_or(u16::MAX).max(1);
                self.client = ClientId((self.client.0 + 1) % count);
                let client = &snapshot.scenario.clients[usize::from(self.client.0)];
                self.say(format!("you act as {}", client.name));
                Vec::new()
            }
            Action::NextKey if keys > 1 => vec![Effect::Ask(Request::Focus(turn(1)))],
            Action::PreviousKey if keys > 1 => vec![Effect::Ask(Request::Focus(turn(keys - 1)))],
            Action::NextKey | Action::PreviousKey => {
                self.no("there is one key only; W writes others: W green key=other".into())
            }
            other => self.pick_by(other, snapshot),
        }
    }

    fn pick_by(&mut self, action: Action, snapshot: &Snapshot) -> Vec<Effect> {
        let count = snapshot.view.replicas.len();
        let at = self.picked.index();
        let columns = self.columns.max(1);
        if self.layout != Layout::Grid
            && !matches!(action, Action::Pick(_))
            && let Some(next) = self.beside(action, count)
        {
            return self.pick(next);
        }
        let next = match action {
            Action::Pick(number) if usize::from(number) <= count => usize::from(number) - 1,
            Action::Pick(number) => return self.no(format!("there are {count} replicas, no {number}")),
            Action::Left => at.saturating_sub(1),
            Action::Right => at + 1,
            Action::Up => at.checked_sub(columns).unwrap_or(at),
            _ if at + columns < count => at + columns,
            _ => at,
        };
        self.pick(next.min(count.saturating_sub(1)))
    }

    fn travel(&mut self, action: Action, snapshot: &Snapshot) -> Vec<Effect> {
        let request = match action {
            Action::PauseOrRun if snapshot.is_running() => Request::Pause,
            Action::PauseOrRun => Request::Play,
            Action::StepForward => Request::Step,
            Action::StepBack => Request::StepBack,
            Action::Slower => self.speed(snapshot.speed.slower()),
            Action::Faster => self.speed(snapshot.speed.faster()),
            Action::ToStart => Request::Seek(crate::base::Position::default()),
            Action::ToLatest => Request::ToHead,
            Action::Undo => Request::Undo,
            Action::Redo => Request::Redo,
            Action::Branches => return self.open_branches(snapshot),
            Action::MarkMoment => return self.mark(snapshot),
            Action::NextStep if snapshot.script.steps == 0 => {
                return self.no("this preset has no script".into());
            }
            Action::NextStep => Request::NextStep,
            Action::NextAnomaly => Request::NextAnomaly,
            Action::PreviousAnomaly => Request::PreviousAnomaly,
            Action::RunUntilConverged if snapshot.pursuit.is_some() => {
                return self.open(Overlay::Choice(Purpose::RunUntil, List::run_until(self.picked, snapshot)));
            }
            _ => Request::RunThrough(Condition::Converged { within: None }),
        };
        vec![Effect::Ask(request)]
    }

    fn speed(&mut self, speed: crate::drive::Speed) -> Request {
        self.say(format!("speed {speed}"));
        Request::SetSpeed(speed)
    }

    fn explain(&mut self) -> Vec<Effect> {
        self.side = if self.side == Side::Story { Side::Nothing } else { Side::Story };
        let about = (self.side == Side::Story).then_some(self.picked);
        vec![Effect::Ask(Request::Explain(about))]
    }

    fn inspect(&mut self) -> Vec<Effect> {
        self.side = if self.side == Side::Inspector { Side::Nothing } else { Side::Inspector };
        vec![Effect::Ask(Request::Explain(None))]
    }

    fn turn_view(&mut self, action: Action, snapshot: &Snapshot) -> Vec<Effect> {
        let is_there = |view: &View| *view != View::Compare || snapshot.beside.is_some();
        let views: Vec<View> = View::ALL.into_iter().filter(is_there).collect();
        let at = views.iter().position(|view| *view == self.view).unwrap_or(0);
        let by = if action == Action::NextView { 1 } else { views.len() - 1 };
        self.view = views[(at + by) % views.len()];
        self.scroll = 0;
        Vec::new()
    }

    fn close(&mut self, snapshot: &Snapshot) -> Vec<Effect> {
        match self.overlay {
            Overlay::None if self.view == View::Knobs => self.toggle_knobs(snapshot),
            Overlay::None if self.view == View::Compare => self.end_comparison(),
            Overlay::None if self.side != Side::Nothing => {
                self.side = Side::Nothing;
                vec![Effect::Ask(Request::Explain(None))]
            }
            Overlay::None if self.scroll > 0 => {
                self.scroll = 0;
                Vec::new()
            }
            Overlay::None => {
                self.view = View::Cluster;
                Vec::new()
            }
            // Help over a question goes back to it.
            Overlay::Help(_) if self.question.state == Asked::Open => self.open(Overlay::Question),
            Overlay::Question => {
                self.question.state = Asked::Closed;
                self.open(Overlay::None)
            }
            // What was being typed to filter is dropped with its line.
            Overlay::Prompt(Prompt { kind: PromptKind::Filter, .. }) => {
                self.operations.filter("");
                self.open(Overlay::None)
            }
            Overlay::Help(_) | Overlay::Choice(..) | Overlay::Prompt(_) => self.open(Overlay::None),
        }
    }
}

/// The name of a replica or a client.
pub(in crate::tui) fn knower_name(by: Knower, snapshot: &Snapshot) -> &str {
    match by {
        Knower::Replica(node) => snapshot.replica_name(node),
        Knower::Client(client) => {
            snapshot.scenario.clients.get(usize::from(client.0)).map_or("?", |client| &client.name)
        }
    }
}
