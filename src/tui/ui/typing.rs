//! What the keys of a typed line, a list and a question do.

use crate::{
    base::NodeId,
    drive::{Request, Snapshot},
    tui::registry::Action,
};

use super::{
    Asked, Effect, List, Overlay, Prompt, PromptKind, Purpose, Ui, commands::by, lists::Id,
    prompt::understand_until,
};

impl Ui {
    pub(super) fn edit(&mut self, action: Action, snapshot: &Snapshot) -> Vec<Effect> {
        if action == Action::Accept {
            return self.accept(snapshot);
        }
        match &mut self.overlay {
            Overlay::Prompt(prompt) if action == Action::Complete => prompt.complete(snapshot),
            Overlay::Prompt(prompt) => prompt.edit_by(action),
            Overlay::Help(list) | Overlay::Choice(_, list) => list.edit_by(action),
            Overlay::None | Overlay::Question => {
                return self.no("that acts only on a line being typed or on a list".into());
            }
        }
        self.filter_as_typed();
        self.refilter(snapshot);
        Vec::new()
    }

    fn accept(&mut self, snapshot: &Snapshot) -> Vec<Effect> {
        match std::mem::replace(&mut self.overlay, Overlay::None) {
            Overlay::Prompt(Prompt { kind: PromptKind::Filter, .. }) => Vec::new(),
            Overlay::Prompt(prompt @ Prompt { kind: PromptKind::Until, .. }) => {
                match understand_until(&prompt.text, snapshot) {
                    Ok(condition) => vec![Effect::Ask(Request::RunUntil(condition))],
                    Err(why) => {
                        self.overlay = Overlay::Prompt(prompt);
                        self.no(why)
                    }
                }
            }
            Overlay::Prompt(prompt) => match self.understand(&prompt, snapshot) {
                Ok(commands) => {
                    let action = match prompt.kind {
                        PromptKind::Write => Action::WriteTyped,
                        PromptKind::Read => Action::ReadTyped,
                        PromptKind::Clock => Action::SkewClock,
                        PromptKind::Links => Action::LinkFaults,
                        PromptKind::Knob(_) => Action::Knobs,
                        PromptKind::Filter => Action::Filter,
                        PromptKind::Until => Action::RunUntilConverged,
                    };
                    by(action, commands)
                }
                Err(why) => {
                    self.overlay = Overlay::Prompt(prompt);
                    self.no(why)
                }
            },
            Overlay::Help(list) => {
                if let Some(Id::Action(action)) = list.chosen() {
                    if self.question.state == Asked::Open {
                        self.overlay = Overlay::Question;
                    }
                    return self.act(action, snapshot);
                }
                self.overlay = Overlay::Help(list);
                self.no("no action matches; Ctrl-U erases the search".into())
            }
            Overlay::Choice(purpose, list) => self.choose(purpose, list, snapshot),
            under @ (Overlay::None | Overlay::Question) => {
                self.overlay = under;
                self.no("that acts only on a line being typed or on a list".into())
            }
        }
    }

    /// Does what a list was for with what is chosen of it.
    fn choose(&mut self, purpose: Purpose, list: List, snapshot: &Snapshot) -> Vec<Effect> {
        match (purpose, list.chosen()) {
            (Purpose::SecondReplica(action), Some(Id::Index(index))) => {
                self.link(snapshot, action, NodeId::at(index))
            }
            (Purpose::Branch, Some(Id::Index(index))) => vec![Effect::Ask(Request::Switch(index))],
            (Purpose::Branch, Some(Id::Mark(number))) => self.go_to_mark(number, snapshot),
            (Purpose::Session, Some(Id::Index(index))) => {
                self.overlay = Overlay::Choice(purpose, list);
                self.change_session(index, snapshot)
            }
            (Purpose::Verdicts, Some(Id::Place(at, node))) => {
                self.picked = node;
                vec![Effect::Ask(Request::Look(at))]
            }
            (Purpose::Verdicts, Some(Id::Index(_))) => {
                self.overlay = Overlay::Choice(purpose, list);
                self.no("nothing went wrong there that one could go to".into())
            }
            (Purpose::Verdicts | Purpose::RunUntil, Some(Id::Until(until))) => {
                self.run_until(until, snapshot)
            }
            (Purpose::Messages, Some(Id::Message(id))) => self.open_surgery(id, snapshot),
            (Purpose::Surgery, Some(Id::Surgery(id, surgery))) => self.operate(id, surgery, snapshot),
            (Purpose::Groups, Some(Id::Group(grouping))) => self.group(grouping, list, snapshot),
            (Purpose::Versus | Purpose::Branch, Some(Id::Contrast(chosen))) => self.put_beside(&chosen),
            (Purpose::Palette, Some(id)) => self.run_from_palette(id, snapshot),
            (Purpose::Preset, Some(Id::Name(name))) => vec![Effect::Open(name)],
            _ => {
                self.overlay = Overlay::Choice(purpose, list);
                self.no("nothing matches; Ctrl-U erases the search, Esc closes".into())
            }
        }
    }

    pub(super) fn answer(&mut self, action: Action, snapshot: &Snapshot) -> Vec<Effect> {
        let Some(crate::drive::Said::Question { choices, .. }) = &snapshot.script.said else {
            return self.no("no question is up".into());
        };
        if self.question.state == Asked::Closed {
            return self.no("no question is up".into());
        }
        let count = choices.len();
        match (action, self.question.marked) {
            (Action::Answer(place), _) if usize::from(place) < count => self.question.marked = Some(place),
            (Action::Answer(_), _) => return self.no(format!("there are {count} answers")),
            (Action::MoreHands | Action::FewerHands, None) => {
                return self.no("mark an answer first: a to e".into());
            }
            (Action::MoreHands, Some(place)) => self.question.hands[usize::from(place)] += 1,
            (Action::FewerHands, Some(place)) => {
                let hands = &mut self.question.hands[usize::from(place)];
                *hands = hands.saturating_sub(1);
            }
            _ => {
                self.overlay = Overlay::None;
                self.question.state = Asked::Closed;
                let class = self.question.tally(choices);
                self.say(class);
                return vec![Effect::Ask(Request::NextStep)];
            }
        }
        Vec::new()
    }
}
