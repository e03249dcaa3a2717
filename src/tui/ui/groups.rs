//! The group editor: who stands on which side of a wall, one way or both, and healing one wall of several.

use crate::{
    action::{Command, Mend},
    base::NodeId,
    drive::{Snapshot, side},
    net::CutShape,
    tui::registry::Action,
};

use super::{Effect, Entry, Id, List, Overlay, Purpose, Ui, commands::by};

/// What an entry of the editor does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Grouping {
    /// Put the replica on the other side.
    Move(NodeId),
    /// Raise the wall.
    Cut,
    /// Raise it for what comes from the first side only.
    CutOneWay,
    HealOne(crate::base::CutId),
}

impl Ui {
    pub(super) fn open_groups(&mut self, snapshot: &Snapshot) -> Vec<Effect> {
        if snapshot.view.replicas.len() < 2 {
            return self.no("a cluster of one has nothing to cut".into());
        }
        self.apart = vec![self.picked];
        let entries = self.group_entries(snapshot);
        self.overlay = Overlay::Choice(Purpose::Groups, List::new(entries));
        Vec::new()
    }

    fn group_entries(&self, snapshot: &Snapshot) -> Vec<Entry> {
        let replicas = (0..snapshot.view.replicas.len()).map(NodeId::at);
        let (apart, rest): (Vec<NodeId>, Vec<NodeId>) =
            replicas.clone().partition(|node| self.apart.contains(node));
        let names = |nodes: &[NodeId]| side(&snapshot.scenario, nodes);
        let mut entries = vec![Entry {
            id: Id::Group(Grouping::Cut),
            head: "cut".into(),
            text: format!("{} | {}", names(&apart), names(&rest)),
        }];
        // One way is a matter of links: so many that more would be no lesson.
        if let ([from], [to]) = (apart.as_slice(), rest.as_slice()) {
            let text = format!("{} → {} only", snapshot.replica_name(*from), snapshot.replica_name(*to));
            entries.push(Entry { id: Id::Group(Grouping::CutOneWay), head: "one way".into(), text });
        } else if apart.len() * rest.len() <= 16 {
            let text = format!("nothing from {} reaches {}", names(&apart), names(&rest));
            entries.push(Entry { id: Id::Group(Grouping::CutOneWay), head: "one way".into(), text });
        }
        entries.extend(snapshot.view.cuts.iter().map(|cut| {
            let since = snapshot.view.position.at.since(cut.since);
            let text = format!("cut {}, {since} old, {} died at it", cut.id.0 + 1, cut.killed);
            Entry { id: Id::Group(Grouping::HealOne(cut.id)), head: "heal".into(), text }
        }));
        entries.extend(replicas.map(|node| {
            let place = if self.apart.contains(&node) { "first side" } else { "other side" };
            Entry {
                id: Id::Group(Grouping::Move(node)),
                head: (node.index() + 1).to_string(),
                text: format!("{}: {place}", snapshot.replica_name(node)),
            }
        }));
        entries
    }

    pub(super) fn group(&mut self, grouping: Grouping, mut list: List, snapshot: &Snapshot) -> Vec<Effect> {
        match grouping {
            Grouping::Move(node) => {
                match self.apart.iter().position(|other| *other == node) {
                    Some(place) => {
                        self.apart.remove(place);
                    }
                    None => self.apart.push(node),
                }
                list.entries = self.group_entries(snapshot);
                list.at = list.at.min(list.shown().len().saturating_sub(1));
                self.overlay = Overlay::Choice(Purpose::Groups, list);
                Vec::new()
            }
            Grouping::HealOne(id) => {
                self.promise(snapshot, format!("cut {} is healed", id.0 + 1));
                by(Action::Groups, vec![Command::Heal(Mend::One(id))])
            }
            Grouping::Cut | Grouping::CutOneWay => {
                let rest: Vec<NodeId> = (0..snapshot.view.replicas.len())
                    .map(NodeId::at)
                    .filter(|node| !self.apart.contains(node))
                    .collect();
                if self.apart.is_empty() || rest.is_empty() {
                    self.overlay = Overlay::Choice(Purpose::Groups, list);
                    return self
                        .no("a wall needs replicas on both sides: choose one below to move it".into());
                }
                self.promise(snapshot, "cut: messages die at the wall".into());
                let one_way = |from: &NodeId| {
                    let from = *from;
                    rest.iter()
                        .map(move |to| Command::Cut { name: None, shape: CutShape::OneWay { from, to: *to } })
                };
                let commands = match grouping {
                    Grouping::CutOneWay => self.apart.iter().flat_map(one_way).collect(),
                    _ => vec![Command::Cut {
                        name: None,
                        shape: CutShape::Groups(vec![self.apart.clone(), rest]),
                    }],
                };
                by(Action::Groups, commands)
            }
        }
    }
}
