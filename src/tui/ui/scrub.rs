//! Moving through time in the space-time view: by columns, by a click, closer and wider.

use ratatui::layout::Position;

use crate::{
    base::{NodeId, SimTime},
    drive::{Request, Snapshot},
    tui::{
        registry::Action,
        spacetime::{Light, SpaceTime},
    },
};

use super::{Effect, Ui, View};

impl Ui {
    /// Left and right go a column back and on, up and down to the next lane.
    pub(super) fn scrub(&mut self, action: Action, snapshot: &Snapshot) -> Vec<Effect> {
        let count = snapshot.view.replicas.len();
        let now = snapshot.view.position.at;
        let Some(step) = self.place.as_ref().map(super::Place::step) else {
            return self.no("there is no room here for a space-time diagram".into());
        };
        match action {
            Action::Left => vec![Effect::Ask(Request::SeekTime(SimTime(now.0.saturating_sub(step.0))))],
            Action::Right => self.go_to(now + step, snapshot),
            Action::Up => self.pick(self.picked.index().saturating_sub(1)),
            _ => self.pick((self.picked.index() + 1).min(count.saturating_sub(1))),
        }
    }

    /// Goes to a time that has been run; never beyond.
    pub(super) fn go_to(&mut self, time: SimTime, snapshot: &Snapshot) -> Vec<Effect> {
        if !snapshot.is_past() && time > snapshot.view.position.at {
            return self.no("this is the latest moment; space lets time go on".into());
        }
        let latest = time >= snapshot.head.at;
        vec![Effect::Ask(if latest { Request::ToHead } else { Request::SeekTime(time) })]
    }

    /// A click in the diagram goes to that time and picks that lane.
    pub(super) fn press_in_chart(&mut self, at: Position, snapshot: &Snapshot) -> Option<Vec<Effect>> {
        let place = self.place.as_ref().filter(|place| place.area.contains(at))?;
        let (time, node) = (place.time_at(at), place.node_at(at));
        let mut effects = node.map_or_else(Vec::new, |node: NodeId| self.pick(node.index()));
        let reached = time.filter(|time| *time <= snapshot.head.at);
        effects.extend(reached.map(|time| Effect::Ask(Request::SeekTime(time))));
        Some(effects)
    }

    pub(super) fn zoom(&mut self, action: Action, snapshot: &Snapshot) -> Vec<Effect> {
        let by = if action == Action::Closer { -1 } else { 1 };
        let zoom = (self.space_time.zoom + by).clamp(-SpaceTime::MOST, SpaceTime::MOST);
        if zoom == self.space_time.zoom {
            return self.no("no further".into());
        }
        self.space_time.zoom = zoom;
        self.say(format!("{} of time across the space-time view", self.space_time.width(snapshot)));
        Vec::new()
    }

    /// Lights up what the last thing at the picked replica hangs together with.
    pub(super) fn light(&mut self) -> Vec<Effect> {
        self.space_time.light = match self.space_time.light {
            Light::Everything => Light::Cone,
            Light::Cone => Light::Everything,
        };
        Vec::new()
    }

    pub(super) fn is_in_space_time(&self) -> bool {
        self.view == View::SpaceTime
    }
}
