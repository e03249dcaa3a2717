//! The operations of the run as rows of a table: the newest that the core keeps, each with what the core says of it.

use crate::{
    action::{Command, Guarantee},
    base::SimTime,
    check::{
        Fate, history,
        run_history::{FaultKind, RunOperation, Standing, Wrongs},
    },
    drive::Snapshot,
    sim::Outcome,
    tui::theme::Role,
};

use super::row::{Cell, Column, Fault, Field, Interval, Look, Mark, Row, Source, brief};

/// Borrowed for one picture or one key.
pub(in crate::tui) struct Live<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) wrongs: Wrongs,
    columns: Vec<Column>,
}

impl<'a> Live<'a> {
    pub(in crate::tui) fn of(snapshot: &'a Snapshot) -> Self {
        let widest = |names: &mut dyn Iterator<Item = usize>| {
            u16::try_from(names.max().unwrap_or(0)).unwrap_or(u16::MAX)
        };
        let width = |name: &str| unicode_width::UnicodeWidthStr::width(name);
        let client = widest(&mut snapshot.scenario.clients.iter().map(|client| width(&client.name)));
        let keys = &snapshot.view.keys;
        let key = if keys.len() > 1 { widest(&mut keys.iter().map(|key| width(key))).max(3) } else { 0 };
        let kept = &snapshot.operations.operations;
        let level = widest(&mut kept.iter().map(|one| one.level.to_string().len())).clamp(5, 12);
        let time =
            widest(&mut kept.last().iter().map(|one| one.invoked.at.at.to_string().len())).clamp(8, 14);
        let column = |title, least, most, spare| Column { title, least, most, spare };
        let columns = vec![
            column("asked", time, time, 0),
            column("client", client.clamp(6, 8), client.clamp(6, 16), 1),
            column("key", key.min(6), key.min(20), 3),
            column("operation", 14, 34, 0),
            column("level", level.min(5), level, 5),
            column("heard", 5, 5, 4),
            column("verdict", 16, 34, 0),
        ];
        Self { snapshot, wrongs: Wrongs::of(&snapshot.operations, &snapshot.log), columns }
    }

    pub(in crate::tui) fn operation(&self, place: usize) -> Option<&'a RunOperation> {
        self.snapshot.operations.operations.get(place)
    }

    pub(super) fn key(&self, operation: &RunOperation) -> &'a str {
        self.snapshot.view.keys.get(operation.key.index()).map_or("?", |name| name)
    }

    pub(super) fn client(&self, operation: &RunOperation) -> &'a str {
        let client = self.snapshot.scenario.clients.get(usize::from(operation.client.0));
        client.map_or("?", |client| &client.name)
    }

    /// The verdict in a few words, and how it looks.
    fn verdict(&self, operation: &RunOperation) -> (String, Role, Mark) {
        if self.wrongs.lost(operation.op) {
            let how = match self.snapshot.fates.get(&operation.op) {
                Some(Fate::RolledBack) => "LOST: rolled back",
                Some(Fate::Overwritten) => "LOST: overwritten",
                Some(Fate::Visible | Fate::Superseded | Fate::Stranded | Fate::Lost) | None => "LOST",
            };
            return (how.into(), Role::Lost, Mark::Wrong);
        }
        let broken: Vec<&str> = self.wrongs.broken(operation.op).map(letters).collect();
        let broken = if broken.is_empty() { String::new() } else { format!("breaks {}", broken.join(" ")) };
        match operation.standing() {
            Standing::Stale(staleness) => {
                let returned = operation.returned.unwrap_or(operation.invoked).at.at;
                let since = returned.since(staleness.since);
                let stale = format!("STALE -{} {since}", staleness.versions);
                if broken.is_empty() {
                    (stale, Role::Stale, Mark::Stale)
                } else {
                    (format!("{stale} {broken}"), Role::Error, Mark::Wrong)
                }
            }
            _ if !broken.is_empty() => (broken, Role::Error, Mark::Wrong),
            Standing::Fresh => ("fresh".into(), Role::Fresh, Mark::Nothing),
            Standing::Acknowledged => {
                let fate = self.snapshot.fates.get(&operation.op);
                let role = match fate {
                    Some(Fate::Visible) => Role::Fresh,
                    Some(Fate::Stranded) => Role::Stale,
                    Some(Fate::Overwritten | Fate::RolledBack | Fate::Lost) => Role::Lost,
                    Some(Fate::Superseded) | None => Role::Dim,
                };
                (fate.map_or("acknowledged", |fate| word(*fate)).into(), role, Mark::Nothing)
            }
            Standing::Waiting => ("waiting".into(), Role::Message, Mark::Nothing),
            Standing::Refused => (format!("refused: {}", told(operation)), Role::Error, Mark::Failed),
            Standing::Unknown => (format!("unknown: {}", told(operation)), Role::Stale, Mark::Failed),
        }
    }
}

impl Source for Live<'_> {
    fn count(&self) -> usize {
        self.snapshot.operations.operations.len()
    }

    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn row(&self, place: usize) -> Row {
        let plain = |text: String, role| -> Cell { vec![(text, Look::Plain(role))] };
        let Some(operation) = self.operation(place) else { return Row::default() };
        let (verdict, role, mark) = self.verdict(operation);
        let mut what = plain(format!("{} ", operation.act.verb()), Role::Text);
        if let Some(Outcome::Found(held)) = &operation.answer {
            what.push(("→ ".into(), Look::Plain(Role::Dim)));
            let versions = held.versions();
            for (index, version) in versions.iter().take(4).enumerate() {
                if index > 0 {
                    what.push((" + ".into(), Look::Plain(Role::Text)));
                }
                what.push((brief(&version.value), Look::Value));
            }
            if versions.is_empty() {
                what.push(("nothing".into(), Look::Plain(Role::Dim)));
            }
        } else {
            if let Some(value) = operation.act.argument() {
                what.push((brief(&value), Look::Value));
            }
            if let Some(write) = operation.write() {
                what.push((format!(" {write}"), Look::Plain(Role::Dim)));
            }
        }
        let outcome = match operation.outcome() {
            history::Outcome::Ok => "ok",
            history::Outcome::Fail => "failed refused",
            history::Outcome::Unknown if operation.answer.is_none() => "waiting",
            history::Outcome::Unknown => "unknown",
        };
        Row {
            cells: vec![
                plain(format!("{:>8}", operation.invoked.at.at.to_string()), Role::Dim),
                plain(brief(&self.client(operation)), Role::Text),
                plain(brief(&self.key(operation)), Role::Text),
                what,
                plain(operation.level.to_string(), Role::Dim),
                plain(format!("{}/{}", operation.answered.len(), operation.asked.len()), Role::Dim),
                plain(verdict, role),
            ],
            fields: vec![
                (Field::Who, self.client(operation).to_owned()),
                (Field::Key, self.key(operation).to_owned()),
                (Field::Kind, operation.act.verb().to_owned()),
                (Field::Outcome, outcome.to_owned()),
            ],
            interval: Interval {
                from: operation.invoked.at.at.0,
                to: operation.returned.map(|returned| returned.at.at.0),
            },
            mark,
        }
    }

    fn id(&self, place: usize) -> u64 {
        self.operation(place).map_or(u64::MAX, |operation| u64::from(operation.op.0))
    }

    fn faults(&self, from: u64, to: u64) -> Vec<Fault> {
        let inside = self.snapshot.operations.faults.iter();
        let inside = inside.filter(|fault| (from..=to).contains(&fault.at.at.at.0));
        inside.filter_map(|fault| Some(Fault { at: fault.at.at.at.0, role: sign(&fault.kind)? })).collect()
    }

    fn end(&self) -> u64 {
        self.snapshot.view.position.at.0
    }

    fn moment(&self, at: u64) -> Option<String> {
        Some(SimTime(at).to_string())
    }
}

/// What became of a write, in a word.
fn word(fate: Fate) -> &'static str {
    match fate {
        Fate::Visible | Fate::Superseded | Fate::Stranded | Fate::RolledBack | Fate::Lost => fate.name(),
        Fate::Overwritten => "overwritten",
    }
}

/// The mark of a fault; a knob that was turned is none.
fn sign(kind: &FaultKind) -> Option<Role> {
    match kind {
        FaultKind::Cut { .. } => Some(Role::Wall),
        FaultKind::Healed { .. } => Some(Role::Converged),
        FaultKind::Crashed(_) | FaultKind::Destroyed { .. } => Some(Role::Crashed),
        FaultKind::Restarted(_) | FaultKind::Thawed(_) => Some(Role::Up),
        FaultKind::Frozen(_) => Some(Role::Frozen),
        FaultKind::Turned(command) => matches!(**command, Command::Skew { .. }).then_some(Role::Advice),
    }
}

/// A guarantee in the letters of the literature.
pub(in crate::tui) fn letters(guarantee: Guarantee) -> &'static str {
    match guarantee {
        Guarantee::ReadYourWrites => "RYW",
        Guarantee::MonotonicReads => "MR",
        Guarantee::MonotonicWrites => "MW",
        Guarantee::WritesFollowReads => "WFR",
    }
}

/// What a client was told that got nothing, in a word or two.
pub(super) fn told(operation: &RunOperation) -> String {
    match &operation.answer {
        Some(Outcome::Unavailable { .. }) => "UNAVAILABLE".into(),
        Some(Outcome::NoReplicas { .. }) => "NOREPLICAS".into(),
        Some(Outcome::NotPrimary { .. }) => "READONLY".into(),
        Some(Outcome::ConditionFailed { .. }) => "CONDITION".into(),
        Some(Outcome::Throttled { .. }) => "THROTTLED".into(),
        Some(Outcome::CoordinatorDown) => "replica down".into(),
        Some(Outcome::NotFresh(guarantee)) => format!("{} first", letters(*guarantee)),
        Some(Outcome::TimedOut { received, required }) => format!("TIMEOUT {received}/{required}"),
        Some(Outcome::CoordinatorCrashed) => "replica crashed".into(),
        Some(Outcome::Written(_) | Outcome::Waited { .. } | Outcome::Found(_)) => "done".into(),
        None => "no answer yet".into(),
    }
}
