//! What is to stand beside the run: the same seed and commands under another setting, or an abandoned future.

use crate::{
    action::Command,
    drive::{Against, Request, Snapshot, setting_in_words},
    tui::knobs::{Dial, Knob},
};

use super::{Effect, Entry, Id, List, Overlay, Purpose, Ui, View};

impl Ui {
    /// Chooses what to compare with; goes to the comparison that there is; from there, ends it.
    pub(super) fn versus(&mut self, snapshot: &Snapshot) -> Vec<Effect> {
        match (&snapshot.beside, self.view) {
            (Some(_), View::Compare) => self.end_comparison(),
            (Some(_), _) => {
                self.view = View::Compare;
                Vec::new()
            }
            (None, _) => {
                let heading = |text: &str| Entry { id: Id::Heading, head: text.into(), text: String::new() };
                let mut entries = vec![heading("The same seed and commands, from the beginning, with")];
                entries.extend(contrasts(snapshot));
                if !snapshot.branches.is_empty() {
                    entries.push(heading("An abandoned future"));
                    entries.extend(beside_branches(snapshot));
                }
                self.overlay = Overlay::Choice(Purpose::Versus, List::new(entries));
                Vec::new()
            }
        }
    }

    pub(super) fn end_comparison(&mut self) -> Vec<Effect> {
        self.view = View::Cluster;
        self.contrast = None;
        self.say("one run again");
        vec![Effect::Ask(Request::Beside(None))]
    }

    /// Puts it beside the run and shows both.
    pub(super) fn put_beside(&mut self, chosen: &Contrast) -> Vec<Effect> {
        let against = match chosen {
            Contrast::Branch(index) => Against::Branch(*index),
            Contrast::Turned(knob, command) => {
                self.contrast = Some(*knob);
                let Command::Set(setting) = command else { return Vec::new() };
                Against::Setting(setting.clone())
            }
        };
        self.view = View::Compare;
        vec![Effect::Ask(Request::Beside(Some(against)))]
    }
}

/// Something to compare with.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) enum Contrast {
    Branch(usize),
    Turned(Knob, Command),
}

/// Every branch, to stand beside the line.
pub(super) fn beside_branches(snapshot: &Snapshot) -> impl Iterator<Item = Entry> {
    let entries = List::branches(snapshot).entries.into_iter().enumerate();
    entries.map(|(index, entry)| Entry {
        id: Id::Contrast(Contrast::Branch(index)),
        head: "beside".into(),
        text: format!("branch {}: {}", entry.head, entry.text),
    })
}

/// Every other value of every setting that can be turned live.
fn contrasts(snapshot: &Snapshot) -> impl Iterator<Item = Entry> {
    let zones = snapshot.scenario.topology();
    Knob::shown(snapshot).into_iter().flat_map(move |(knob, dial)| {
        let Dial::Here(reading) = dial else { return Vec::new() };
        let entry = |command: &Command| match command {
            Command::Set(setting) => Some(Entry {
                id: Id::Contrast(Contrast::Turned(knob, command.clone())),
                head: knob.name().trim_start().into(),
                text: format!("{}, not {}", setting_in_words(setting, zones.zones()), reading.value),
            }),
            _ => None,
        };
        reading.others().iter().filter_map(entry).collect::<Vec<_>>()
    })
}
