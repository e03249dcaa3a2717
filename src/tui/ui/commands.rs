//! From an intent to commands: what the picked replica, client and key make of it.

use crate::{
    action::{Act, Ask, Command, Level, Mend, Setting},
    base::NodeId,
    drive::{Cause, Request, Snapshot, ratio},
    net::{Cut, CutShape},
    sim::Status,
    tui::registry::{self, Action, Layer},
};

use super::{Effect, Ui};

/// The latencies that `-` and `=` step through, in percent of what the preset says.
const LATENCIES: [u32; 15] = [1, 2, 5, 10, 20, 50, 70, 100, 150, 200, 300, 500, 1_000, 2_000, 5_000];

/// Commands with the key that asked for them.
pub(super) fn by(action: Action, commands: Vec<Command>) -> Vec<Effect> {
    let key = registry::key_in(Layer::Main, action).unwrap_or_default();
    vec![Effect::Ask(Request::Do(commands, Cause::Key(key.into())))]
}

impl Ui {
    pub(super) fn ask(&self, snapshot: &Snapshot, act: Act) -> Command {
        let at = Some(self.picked);
        Command::Submit(Ask { client: self.client, at, key: snapshot.focus, act, level: None })
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

    pub(super) fn no(&mut self, why: String) -> Vec<Effect> {
        self.refuse(why);
        Vec::new()
    }

    pub(super) fn latency(&mut self, snapshot: &Snapshot, action: Action) -> Vec<Effect> {
        let now = snapshot.view.latency_percent;
        let next = match action {
            Action::MoreLatency => LATENCIES.iter().find(|percent| **percent > now),
            _ => LATENCIES.iter().rev().find(|percent| **percent < now),
        };
        let Some(next) = next else {
            return self.no(format!("latency ×{} is the limit", ratio(now)));
        };
        let text = format!("latency ×{}: for messages sent from now on", ratio(*next));
        self.promise(snapshot, text);
        by(action, vec![Command::Set(Setting::LatencyPercent(*next))])
    }

    pub(super) fn level(&mut self, snapshot: &Snapshot, action: Action) -> Vec<Effect> {
        let settings = &snapshot.view.settings;
        let copies = settings.copies;
        let now = if action == Action::WriteLevel { settings.write } else { settings.read };
        let possible = || Level::NAMED.into_iter().filter(|level| level.required(copies) <= copies);
        let after = possible().skip_while(|level| *level != now).nth(1);
        let Some(next) = after.or_else(|| possible().next()) else {
            return self.no("no level fits".into());
        };
        let (command, word) = match action {
            Action::WriteLevel => (Setting::WriteLevel(next), "write"),
            _ => (Setting::ReadLevel(next), "read"),
        };
        let (write, read) = match action {
            Action::WriteLevel => (next.required(copies), settings.read.required(copies)),
            _ => (settings.write.required(copies), next.required(copies)),
        };
        let overlap = if read + write > copies {
            format!("W{write} + R{read} > N{copies}: read and write sets overlap")
        } else {
            format!("W{write} + R{read} within N{copies}: a read may miss the latest write")
        };
        self.promise(snapshot, format!("{word} level {next}. {overlap}"));
        by(action, vec![Command::Set(command)])
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

/// Whether a replica reaches nobody and nobody reaches it.
fn is_isolated(snapshot: &Snapshot, node: NodeId) -> bool {
    let others = (0..snapshot.view.replicas.len()).map(NodeId::at).filter(|other| *other != node);
    others.into_iter().all(|other| {
        let blocks = |from, to| snapshot.view.cuts.iter().any(|cut| cut.shape.blocks(from, to));
        blocks(node, other) && blocks(other, node)
    })
}
