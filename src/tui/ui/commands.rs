//! From an intent to commands: what the picked replica, client and key make of it.

use crate::{
    action::{Act, Ask, Command, Mend, PrimaryPolicy, Setting},
    base::NodeId,
    drive::{Cause, Request, Snapshot, ratio},
    net::{Cut, CutShape},
    replica::primary::Role,
    sim::Status,
    tui::{
        knobs::{Dial, Knob, Turn, overlap},
        registry::{self, Action, Layer},
    },
};

use super::{Effect, Ui};

/// Commands with the key that asked for them.
pub(super) fn by(action: Action, commands: Vec<Command>) -> Vec<Effect> {
    let key = registry::key_in(Layer::Main, action).unwrap_or_default();
    vec![Effect::Ask(Request::Do(commands, Cause::Key(key.into())))]
}

impl Ui {
    pub(super) fn ask(&self, snapshot: &Snapshot, act: Act) -> Command {
        Command::Submit(Ask {
            client: self.client,
            at: self.addressed(),
            key: snapshot.focus,
            act,
            level: None,
            wait: None,
        })
    }

    pub(super) fn name<'a>(&self, snapshot: &'a Snapshot) -> &'a str {
        snapshot.replica_name(self.picked)
    }

    pub(super) fn isolate(&mut self, snapshot: &Snapshot) -> Vec<Effect> {
        if snapshot.view.replicas.len() < 2 {
            self.refuse("a cluster of one has nothing to cut");
            return Vec::new();
        }
        if is_isolated(snapshot, self.picked) {
            let text = format!("{} is cut off already; P heals", self.name(snapshot));
            self.refuse(text);
            return Vec::new();
        }
        let text = format!("{} is cut off: messages die at the wall", self.name(snapshot));
        self.promise(snapshot, text);
        by(Action::Isolate, vec![Command::Cut { name: None, shape: CutShape::Isolate(self.picked) }])
    }

    pub(super) fn heal(&mut self, snapshot: &Snapshot) -> Vec<Effect> {
        if snapshot.view.cuts.is_empty() {
            self.refuse("nothing is cut");
            return Vec::new();
        }
        self.promise(snapshot, "healed: every replica reaches every other".into());
        by(Action::Heal, vec![Command::Heal(Mend::All)])
    }

    pub(super) fn crash(&mut self, snapshot: &Snapshot, action: Action) -> Vec<Effect> {
        let name = self.name(snapshot).to_owned();
        let status = snapshot.view.replicas[self.picked.index()].status;
        let node = self.picked;
        let (command, said) = match (action, status) {
            (Action::Crash, Status::Up | Status::Frozen) => (Command::Crash(node), format!("{name} crashed")),
            (Action::Restart, Status::Crashed) => (Command::Restart(node), format!("{name} is up again")),
            (Action::Freeze, Status::Up) => {
                (Command::Freeze(node), format!("{name} is frozen: messages wait"))
            }
            (Action::Thaw, Status::Frozen) => (Command::Thaw(node), format!("{name} goes on")),
            (Action::Crash, Status::Crashed) => {
                return self.no(format!("{name} is down already; C restarts it"));
            }
            (Action::Restart, _) => return self.no(format!("{name} is not down")),
            (Action::Freeze, Status::Frozen) => {
                return self.no(format!("{name} is frozen already; Z thaws it"));
            }
            (Action::Freeze, Status::Crashed) => return self.no(format!("{name} is down; C restarts it")),
            _ => return self.no(format!("{name} is not frozen")),
        };
        self.promise(snapshot, said);
        by(action, vec![command])
    }

    /// Not a louder crash: the disk goes too, and what only it had with it.
    pub(super) fn destroy(&mut self, snapshot: &Snapshot) -> Vec<Effect> {
        let name = self.name(snapshot);
        let said = format!("{name} is gone, and its disk with it; C brings back an empty one, u undoes");
        self.promise(snapshot, said);
        by(Action::Destroy, vec![Command::Destroy(self.picked)])
    }

    pub(super) fn repair_now(&mut self, snapshot: &Snapshot) -> Vec<Effect> {
        let name = self.name(snapshot).to_owned();
        if snapshot.view.settings.leaderless().is_none() {
            let head = snapshot.view.settings.primary().map_or("primary", PrimaryPolicy::head);
            return self.no(format!("replicas follow their {head} here: there is nothing to repair by hand"));
        }
        if snapshot.view.replicas.len() < 2 {
            return self.no("a cluster of one has nobody to repair with".into());
        }
        match snapshot.view.replicas[self.picked.index()].status {
            Status::Up => {}
            Status::Crashed => return self.no(format!("{name} is down; C restarts it")),
            Status::Frozen => return self.no(format!("{name} is frozen; Z thaws it")),
        }
        self.promise(snapshot, format!("{name} exchanges all it holds with every other, both ways"));
        by(Action::RepairNow, vec![Command::Repair(Some(self.picked))])
    }

    pub(super) fn promote(&mut self, snapshot: &Snapshot) -> Vec<Effect> {
        let name = self.name(snapshot).to_owned();
        let view = &snapshot.view.replicas[self.picked.index()];
        let Some(member) = &view.member else {
            return self.no("nobody is primary here: any replica takes writes".into());
        };
        if member.region.is_some() {
            return self.no("each region elects its leader by majority itself".into());
        }
        match (view.status, member.role) {
            (Status::Crashed, _) => return self.no(format!("{name} is down; C restarts it")),
            (Status::Frozen, _) => return self.no(format!("{name} is frozen; Z thaws it")),
            (Status::Up, Role::Primary) => {
                return self.no(format!("{name} takes itself for the primary already"));
            }
            (Status::Up, Role::Replica { .. }) => {}
        }
        self.promise(snapshot, format!("{name} takes itself for the primary from now on"));
        by(Action::Promote, vec![Command::Promote(self.picked)])
    }

    pub(super) fn no(&mut self, why: String) -> Vec<Effect> {
        self.refuse(why);
        Vec::new()
    }

    pub(super) fn latency(&mut self, snapshot: &Snapshot, action: Action) -> Vec<Effect> {
        let turn = if action == Action::MoreLatency { Turn::Up } else { Turn::Down };
        let Some(Command::Set(Setting::LatencyPercent(next))) = turned(Knob::Latency, turn, snapshot) else {
            return self.no(format!("latency ×{} is the limit", ratio(snapshot.view.latency_percent)));
        };
        let text = format!("latency ×{}: for messages sent from now on", ratio(next));
        self.promise(snapshot, text);
        by(action, vec![Command::Set(Setting::LatencyPercent(next))])
    }

    pub(super) fn level(&mut self, snapshot: &Snapshot, action: Action) -> Vec<Effect> {
        let mut settings = snapshot.view.settings.clone();
        let regions = settings.regions().is_some();
        match (settings.primary().is_some(), regions, action) {
            (true, true, Action::WriteLevel) => {
                return self
                    .no("every write waits for a majority of its region; O sets what reads promise".into());
            }
            (true, false, _) => {
                return self.no("levels mean nothing here: one primary takes the writes; K shows what counts".into());
            }
            _ => {}
        }
        let (knob, word, level) = match action {
            Action::WriteLevel => (Knob::WriteLevel, "write", &mut settings.write),
            _ => (Knob::ReadLevel, "read", &mut settings.read),
        };
        let Some(command) = turned(knob, Turn::Round, snapshot) else {
            return self.no(format!("there is no other {word} level here"));
        };
        if let Command::Set(Setting::WriteLevel(next) | Setting::ReadLevel(next)) = &command {
            *level = *next;
        }
        let level = *level;
        let said = if regions {
            format!("{word} level {level}")
        } else {
            format!("{word} level {level}. {}", overlap(&settings, snapshot.zone_of(self.picked)))
        };
        self.promise(snapshot, said);
        by(action, vec![command])
    }

    /// Cuts the link from the picked replica to `other`, or restores it.
    pub(super) fn link(&mut self, snapshot: &Snapshot, action: Action, other: NodeId) -> Vec<Effect> {
        let (a, b) = (self.picked, other);
        let names = format!("{}–{}", self.name(snapshot), snapshot.replica_name(other));
        if action == Action::CutLink {
            self.promise(snapshot, format!("the link {names} is cut: what it carries dies there"));
            return by(action, vec![Command::Cut { name: None, shape: CutShape::Link(a, b) }]);
        }
        let links =
            |cut: &&Cut| matches!(cut.shape, CutShape::Link(x, y) if (x, y) == (a, b) || (y, x) == (a, b));
        let heals: Vec<Command> =
            snapshot.view.cuts.iter().filter(links).map(|cut| Command::Heal(Mend::One(cut.id))).collect();
        if heals.is_empty() {
            return self.no(format!("the link {names} was not cut by itself; P heals everything"));
        }
        self.promise(snapshot, format!("the link {names} is whole again"));
        by(action, heals)
    }
}

/// What turning a knob asks for; `None` at the end of its scale, or where it does not exist.
pub(super) fn turned(knob: Knob, turn: Turn, snapshot: &Snapshot) -> Option<Command> {
    match knob.dial(snapshot) {
        Dial::Here(reading) => reading.turned(turn).cloned(),
        Dial::Missing(_) => None,
    }
}

/// Whether a replica reaches nobody and nobody reaches it.
fn is_isolated(snapshot: &Snapshot, node: NodeId) -> bool {
    let others = (0..snapshot.view.replicas.len()).map(NodeId::at).filter(|other| *other != node);
    others.into_iter().all(|other| {
        let blocks = |from, to| snapshot.view.cuts.iter().any(|cut| cut.shape.blocks(from, to));
        blocks(node, other) && blocks(other, node)
    })
}
