//! All that is known of one operation of the run, in sentences.

use crate::{
    action::Act,
    base::NodeId,
    check::{
        Fate,
        run_history::{RunOperation, Standing},
    },
    sim::Outcome,
    tui::theme::Role,
};

use super::{
    live::{Live, told},
    row::brief,
};

/// What became of an acknowledged write, by the classes of the check of fates.
fn became(fate: Fate) -> (String, Role) {
    let (text, role) = match fate {
        Fate::Visible => (
            "Visible: most replicas of its key show it, or some do and it is on its way to more.",
            Role::Fresh,
        ),
        Fate::Superseded => ("Superseded: a later write was made on top of it.", Role::Text),
        Fate::Stranded => {
            ("Stranded: few replicas show it, or it is on its way or kept as a hint.", Role::Stale)
        }
        Fate::Overwritten => {
            ("Overwritten: it gave way to a write concurrent with it, silently.", Role::Lost)
        }
        Fate::RolledBack => ("Rolled back: a member gave it up to follow its primary.", Role::Lost),
        Fate::Lost => ("Lost: nobody shows it and nobody will.", Role::Lost),
    };
    (text.into(), role)
}

impl Live<'_> {
    /// Each with the role it is drawn in.
    pub(in crate::tui) fn explained(&self, place: Option<usize>) -> Vec<(String, Role)> {
        let Some(operation) = place.and_then(|place| self.operation(place)) else {
            return vec![("no operation is chosen: w and r make some".into(), Role::Dim)];
        };
        let mut lines = vec![(self.asked(operation), Role::Text), (self.answered(operation), Role::Text)];
        match operation.standing() {
            Standing::Stale(staleness) => {
                let s = if staleness.versions == 1 { "" } else { "s" };
                let missing: Vec<String> = staleness.missing.iter().map(ToString::to_string).collect();
                let missing = if missing.is_empty() {
                    String::new()
                } else {
                    format!(": it misses {}", missing.join(", "))
                };
                lines.push((
                    format!(
                        "STALE by {} version{s}{missing}; the first of it was acknowledged at {}.",
                        staleness.versions, staleness.since
                    ),
                    Role::Stale,
                ));
            }
            Standing::Fresh => {
                lines.push(("Fresh: nothing acknowledged before it began is missing.".into(), Role::Fresh));
            }
            Standing::Refused => lines.push(("It was refused: nothing was done.".into(), Role::Text)),
            Standing::Unknown if *operation.act != Act::Read => {
                lines.push(("Its outcome is unknown: it may have happened.".into(), Role::Stale));
            }
            Standing::Unknown | Standing::Acknowledged | Standing::Waiting => {}
        }
        if let Some(fate) = self.snapshot.fates.get(&operation.op) {
            lines.push(became(*fate));
        }
        for anomaly in self.wrongs.by(operation.op) {
            let evidence: Vec<&str> = anomaly.evidence.iter().map(|evidence| &*evidence.text).collect();
            lines.push((
                format!("{}: {}.", anomaly.kind.name().to_uppercase(), evidence.join("; ")),
                Role::Error,
            ));
        }
        lines
    }

    fn asked(&self, operation: &RunOperation) -> String {
        let argument =
            operation.act.argument().map_or_else(String::new, |value| format!(" {}", brief(&value)));
        let first = operation.contacts.first().map_or("?", |node| self.snapshot.replica_name(*node));
        let onward = operation.contacts.get(1..).filter(|onward| !onward.is_empty());
        let onward =
            onward.map_or_else(String::new, |onward| format!("; redirected to {}", self.names(onward)));
        format!(
            "{} asked {first} at {} to {}{argument}, key {}, level {} ({} must answer){onward}.",
            brief(&self.client(operation)),
            operation.invoked.at.at,
            operation.act.verb(),
            brief(&self.key(operation)),
            operation.level,
            operation.required,
        )
    }

    fn answered(&self, operation: &RunOperation) -> String {
        let coordinator = operation.coordinator.map_or_else(
            || "Nobody is known to have taken it up".to_owned(),
            |node| format!("{} coordinated", self.snapshot.replica_name(node)),
        );
        let asked = format!("asked: {}", self.names(&operation.asked));
        let by = if operation.returned.is_some() { "in time" } else { "so far" };
        let answered = format!("answered {by}: {}", self.names(&operation.answered));
        let result = match &operation.answer {
            Some(Outcome::Found(held)) if held.versions().is_empty() => "it found nothing".into(),
            Some(Outcome::Found(held)) => {
                let values: Vec<String> =
                    held.versions().iter().map(|one| format!("{} ({})", brief(&one.value), one.id)).collect();
                format!("it returned {}", values.join(" + "))
            }
            Some(Outcome::Waited { replicas, wanted, .. }) => {
                format!("{replicas} of {wanted} replicas have it")
            }
            Some(Outcome::Written(write)) => format!("it became {write}"),
            Some(Outcome::Unavailable { required, alive }) => {
                format!("UNAVAILABLE, {required} must answer and {alive} were believed up")
            }
            Some(Outcome::NoReplicas { good, required }) => {
                format!("NOREPLICAS, {good} of {required} good replicas")
            }
            Some(Outcome::TimedOut { received, required }) => {
                format!("TIMEOUT, {received} of {required} answered")
            }
            Some(_) | None => told(operation),
        };
        let returned = operation.returned.map_or_else(String::new, |at| {
            format!(" at {} (after {})", at.at.at, at.at.at.since(operation.invoked.at.at))
        });
        format!("{coordinator}; {asked}; {answered}; {result}{returned}.")
    }

    fn names(&self, nodes: &[NodeId]) -> String {
        if nodes.is_empty() {
            return "nobody".into();
        }
        nodes.iter().map(|node| self.snapshot.replica_name(*node)).collect::<Vec<_>>().join(" ")
    }
}
