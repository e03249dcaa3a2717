//! Lists to choose from, narrowed by typing: help, presets, branches, a second replica.

use crate::{
    action::Surgery,
    base::{MessageId, NodeId, Position},
    check::AnomalyKind,
    drive::{Goal, Snapshot},
    tui::{
        app::Motion,
        cast::Version,
        guard::Mouse,
        registry::{self, Action, Group, Layer},
        theme::Kind,
    },
};

use super::{Contrast, Layout, Mode, View, groups::Grouping};

/// What a choice is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Purpose {
    /// The other end of a link to cut or restore.
    SecondReplica(Action),
    Preset,
    Branch,
    /// What the picked client is promised: choosing changes it, and the list stays.
    Session,
    /// Every verdict, and every place where something went wrong.
    Verdicts,
    /// What to run until.
    RunUntil,
    /// Messages on their way.
    Messages,
    /// What to do to one of them.
    Surgery,
    /// Who stands on which side of a wall: the list stays until the wall is raised.
    Groups,
    /// Everything, by name.
    Palette,
    /// What to put beside the run.
    Versus,
}

/// What the clock may run until.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Until {
    Converged,
    Settled,
    /// A replica holds a value that is still to be typed.
    Holds,
    /// Something to come that is no fault.
    Goal(Goal),
    /// Something of this kind goes wrong.
    Kind(AnomalyKind),
    /// Anything goes wrong.
    Anything,
    Nothing,
}

/// Entries, a filter, and where the bar stands among what the filter leaves.
#[derive(Debug, Clone)]
pub(in crate::tui) struct List {
    pub(in crate::tui) entries: Vec<Entry>,
    pub(in crate::tui) filter: String,
    pub(in crate::tui) at: usize,
}

#[derive(Debug, Clone)]
pub(in crate::tui) struct Entry {
    /// What choosing it means: an index, an id, a name.
    pub(in crate::tui) id: Id,
    /// A word or key in front.
    pub(in crate::tui) head: String,
    pub(in crate::tui) text: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) enum Id {
    Action(Action),
    Index(usize),
    Name(String),
    /// Somewhere to go, and the replica to look at.
    Place(Position, NodeId),
    Until(Until),
    /// A marked moment.
    Mark(u8),
    Message(MessageId),
    Surgery(MessageId, Surgery),
    Group(Grouping),
    View(View),
    Layout(Layout),
    Theme(Kind),
    Motion(Motion),
    Remote(Mode),
    Mouse(Mouse),
    Cast(Version),
    Contrast(Contrast),
    /// A heading: not to be chosen.
    Heading,
}

impl List {
    pub(in crate::tui) fn new(entries: Vec<Entry>) -> Self {
        let at = entries.iter().position(|entry| entry.id != Id::Heading).unwrap_or(0);
        Self { entries, filter: String::new(), at }
    }

    /// Every action that may come to pass where help was asked for, under its headings.
    pub(in crate::tui) fn help(layer: Layer) -> Self {
        let heading =
            |group: Group| Entry { id: Id::Heading, head: group.title().into(), text: String::new() };
        let entry = |entry: &registry::Entry| Entry {
            id: Id::Action(entry.action),
            head: registry::keys_of(entry.action),
            text: entry.doc.into(),
        };
        let near = |entry: &&registry::Entry| registry::is_near(entry, layer);
        let of = |group: Group| {
            let entries: Vec<Entry> = registry::group(group).filter(near).map(entry).collect();
            let heading = (!entries.is_empty()).then(|| heading(group));
            heading.into_iter().chain(entries)
        };
        Self::new(Group::ALL.into_iter().flat_map(of).collect())
    }

    pub(super) fn replicas(snapshot: &Snapshot, but: usize) -> Self {
        let replicas = snapshot.view.replicas.iter().enumerate().filter(|(i, _)| *i != but);
        let entry = |(i, replica): (usize, &crate::sim::ReplicaView)| Entry {
            id: Id::Index(i),
            head: (i + 1).to_string(),
            text: replica.name.to_string(),
        };
        Self::new(replicas.map(entry).collect())
    }

    pub(super) fn branches(snapshot: &Snapshot) -> Self {
        let entry = |(i, branch): (usize, &crate::drive::BranchView)| Entry {
            id: Id::Index(i),
            head: format!("{}", i + 1),
            text: format!(
                "parted at {}, went on to {}: {} command{}, the last a {}",
                branch.parted.at,
                branch.head.at,
                branch.commands,
                if branch.commands == 1 { "" } else { "s" },
                branch.last
            ),
        };
        Self::new(snapshot.branches.iter().enumerate().map(entry).collect())
    }

    pub(super) fn presets() -> Self {
        let entry =
            |(name, text): (&str, String)| Entry { id: Id::Name(name.into()), head: name.into(), text };
        Self::new(crate::scenario::builtin().map(entry).collect())
    }

    /// What the filter leaves; headings only while nothing is filtered.
    pub(in crate::tui) fn shown(&self) -> Vec<&Entry> {
        let wanted = self.filter.to_lowercase();
        let matches = |entry: &&Entry| {
            wanted.is_empty()
                || (entry.id != Id::Heading
                    && (entry.text.to_lowercase().contains(&wanted)
                        || entry.head.to_lowercase().contains(&wanted)))
        };
        self.entries.iter().filter(matches).collect()
    }

    pub(in crate::tui) fn chosen(&self) -> Option<Id> {
        self.shown().get(self.at).map(|entry| entry.id.clone()).filter(|id| *id != Id::Heading)
    }

    /// Moves the bar, over headings: to the next entry that way, or where there is none to the last before it.
    pub(in crate::tui) fn step(&mut self, by: isize) {
        let shown = self.shown();
        let Some(last) = shown.len().checked_sub(1) else { return };
        let wanted = self.at.saturating_add_signed(by).min(last);
        let is_entry = |at: &usize| shown[*at].id != Id::Heading;
        let (mut before, mut after) = ((0..=wanted).rev(), wanted..=last);
        let found = if by < 0 {
            before.find(is_entry).or_else(|| after.find(is_entry))
        } else {
            after.find(is_entry).or_else(|| before.find(is_entry))
        };
        self.at = found.unwrap_or(self.at);
    }

    pub(in crate::tui) fn type_text(&mut self, text: &str) {
        const MAX_LENGTH: usize = 100;
        self.edit(|filter| {
            let room = MAX_LENGTH.saturating_sub(filter.chars().count());
            filter.extend(text.chars().filter(|c| !c.is_control()).take(room));
        });
    }

    /// What a key of the layer of lists does.
    pub(in crate::tui) fn edit_by(&mut self, action: Action) {
        match action {
            Action::EraseBack => self.edit(|filter| {
                filter.pop();
            }),
            Action::EraseAll => self.edit(String::clear),
            Action::ToFirst => self.step(isize::MIN),
            Action::ToLast => self.step(isize::MAX),
            Action::PageUp => self.step(-10),
            Action::PageDown => self.step(10),
            Action::Up => self.step(-1),
            Action::Down => self.step(1),
            _ => {}
        }
    }

    fn edit(&mut self, edit: impl FnOnce(&mut String)) {
        edit(&mut self.filter);
        self.at = 0;
        if self.shown().first().is_some_and(|entry| entry.id == Id::Heading) {
            self.step(1);
        }
    }
}
