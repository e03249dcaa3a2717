//! What a client was told, in plain words.

use crate::{action::Act, base::OpId, data::Held, sim::Outcome};

use super::{Mark, Narrator, Words, versions, words};

impl Narrator<'_> {
    #[expect(clippy::too_many_lines, reason = "one arm for each outcome")]
    pub(super) fn answered(self, op: OpId, outcome: &Outcome) -> Option<Words> {
        let asked = self.timeline.ledger().answered(op);
        let place = asked.map_or_else(|| op.to_string(), |asked| self.node(asked.node).to_string());
        let client = asked
            .map(|asked| &*self.timeline.simulation().scenario().clients[usize::from(asked.client.0)].name);
        let by = client.map_or(String::new(), |name| format!(" by {name}"));
        // With one key only, everybody knows which.
        let several = self.timeline.simulation().keys().len() > 1;
        let who = match asked.filter(|_| several) {
            Some(asked) => format!(" {}{by}", self.key(asked.key)),
            None => by,
        };
        let verb = match asked.map(|asked| &*asked.act) {
            Some(Act::Write { .. }) => "write",
            Some(Act::Update(update)) => update.verb(),
            Some(Act::Read) => "read",
            // No longer remembered.
            None => "operation",
        };
        let failed = |why: String| Some((Mark::Failed, format!("{place} {verb}{who} failed: {why}"), None));
        match outcome {
            Outcome::Written(write) => {
                let waited = asked.is_some_and(|asked| asked.answered > asked.at);
                let to = client.map_or(String::new(), |name| format!(" to {name}"));
                let text = format!("{place} acknowledged {}{}", self.write(*write), to);
                waited.then(|| (Mark::Acknowledged, text, self.value(*write)))
            }
            Outcome::Found(held) => {
                let found = show(held);
                let value = held.versions().first().map(|version| version.value.to_string());
                match asked.and_then(|asked| asked.staleness.as_ref()) {
                    Some(staleness) => {
                        let behind = versions(staleness.versions);
                        Some((
                            Mark::StaleRead,
                            format!("{place} read{who} → {found}  STALE: {behind} behind"),
                            value,
                        ))
                    }
                    None => Some((Mark::Read, format!("{place} read{who} → {found}"), value)),
                }
            }
            Outcome::Unavailable { required, alive } => {
                failed(format!("UNAVAILABLE, {required} must answer, {alive} believed up; nothing was done"))
            }
            Outcome::Waited { write, replicas, wanted } => {
                let enough = if replicas < wanted { "; the write stays" } else { "" };
                let text = format!(
                    "{place} waited for {}{who}: {replicas} of {wanted} replicas have it{enough}",
                    self.write(*write)
                );
                Some((Mark::Acknowledged, text, self.value(*write)))
            }
            Outcome::NoReplicas { good, required } => {
                failed(format!("NOREPLICAS, {good} of {required} good replicas; nothing was done"))
            }
            Outcome::ConditionFailed { found } => {
                let there = found.map_or_else(|| "nothing".to_owned(), |write| self.write(write));
                failed(format!("CONDITION, {there} is there; nothing was done"))
            }
            Outcome::Throttled { region } => {
                let settings = self.timeline.simulation().settings();
                let name = settings.regions().and_then(|regions| regions.names.get(*region));
                let name = name.map_or_else(|| "another region".to_owned(), ToString::to_string);
                failed(format!("THROTTLED, {name} is as far behind as the bound allows; nothing was done"))
            }
            Outcome::NotPrimary { primary } => {
                let hint = primary.map_or_else(
                    || "no primary is known".to_owned(),
                    |primary| format!("{} is the primary it knows", self.node(primary)),
                );
                failed(format!("READONLY, this is a replica; {hint}; nothing was done"))
            }
            Outcome::CoordinatorDown => failed("the replica is down; nothing was done".into()),
            Outcome::NotFresh(guarantee) => {
                let guarantee = words(*guarantee);
                if verb == "write" {
                    failed(format!(
                        "not eligible, it lacks what must come before ({guarantee}); nothing was done"
                    ))
                } else {
                    failed(format!("the answer would break {guarantee}"))
                }
            }
            Outcome::TimedOut { received, required } => {
                let unknown = if verb == "read" { "" } else { "; it may have happened" };
                failed(format!("TIMEOUT, {received} of {required} answered{unknown}"))
            }
            Outcome::CoordinatorCrashed => {
                failed("the replica crashed on the way; the outcome is unknown".into())
            }
        }
    }

    /// Whose operation it is, for a sentence.
    pub(super) fn by(self, op: OpId) -> String {
        let client = self.timeline.ledger().client_of(op);
        client.map_or(String::new(), |client| {
            format!(" for {}", self.timeline.simulation().scenario().clients[usize::from(client.0)].name)
        })
    }
}

fn show(held: &Held) -> String {
    let values: Vec<String> = held.versions().iter().map(|version| version.value.to_string()).collect();
    if values.is_empty() { "nothing".into() } else { values.join(" + ") }
}
