//! The list of verdicts: what held, what broke, where to look, and what the clock may stop at.

use crate::{
    action::{Condition, Guarantee},
    base::{ClientId, NodeId},
    check::{AnomalyKind, Badge, Judged, Verdict},
    drive::{Goal, Request, Snapshot},
    tui::{operations::letters, theme::Glyphs},
};

use super::{Effect, Entry, Id, List, Overlay, PromptKind, Purpose, Ui, lists::Until};

/// `✓ 4`, `✗ 2`, `?`: the sign, and how often.
fn badge(badge: Badge, glyphs: &Glyphs) -> String {
    match badge {
        Badge { times: 0, broken: 0, .. } => "?".into(),
        Badge { times, broken: 0, .. } => format!("{} {times}", glyphs.badges.0),
        Badge { broken, .. } => format!("{} broken ×{broken}", glyphs.badges.1),
    }
}

/// The four badges of the picked client: `RYW ✗ broken ×2  MR ✓ 4  MW ?  [WFR ✓ 1]`; what is promised stands in
/// brackets.
pub(in crate::tui) fn badges(ui: &Ui, snapshot: &Snapshot) -> String {
    let client = usize::from(ui.client.0);
    let (Some(badges), Some(view)) = (snapshot.badges.get(client), snapshot.view.clients.get(client)) else {
        return String::new();
    };
    let one = |it: &Badge| {
        let text = format!("{} {}", letters(it.guarantee), badge(*it, ui.glyphs));
        if view.policy.promises(it.guarantee) { format!("[{text}]") } else { text }
    };
    badges.iter().map(one).collect::<Vec<_>>().join("  ")
}

impl Ui {
    /// What one guarantee of a client came to, for a sentence.
    pub(super) fn badge_of(&self, client: ClientId, guarantee: Guarantee, snapshot: &Snapshot) -> String {
        let badges = snapshot.badges.get(usize::from(client.0));
        let found = badges.and_then(|badges| badges.iter().find(|badge| badge.guarantee == guarantee));
        match found {
            Some(Badge { times, broken: 0, .. }) if *times > 0 => {
                format!("{} held {times}×", self.glyphs.badges.0)
            }
            Some(Badge { broken, .. }) if *broken > 0 => {
                format!("{} broken {broken}×", self.glyphs.badges.1)
            }
            Some(_) | None => "? not tested yet".into(),
        }
    }

    pub(super) fn open_verdicts(&mut self, snapshot: &Snapshot) -> Vec<Effect> {
        self.overlay = Overlay::Choice(Purpose::Verdicts, List::new(self.verdict_entries(snapshot)));
        Vec::new()
    }

    /// The list stays while the run goes on, and says what is true now.
    pub(super) fn refresh_verdicts(&mut self, snapshot: &Snapshot) {
        if !matches!(self.overlay, Overlay::Choice(Purpose::Verdicts, _)) {
            return;
        }
        let entries = self.verdict_entries(snapshot);
        if let Overlay::Choice(_, list) = &mut self.overlay {
            list.entries = entries;
            list.step(0);
        }
    }

    fn verdict_entries(&self, snapshot: &Snapshot) -> Vec<Entry> {
        let mut entries = vec![heading("Verdicts up to now")];
        let rows = snapshot.verdicts.iter().enumerate();
        entries.extend(rows.map(|(index, judged)| self.verdict_entry(index, judged, snapshot)));
        if !snapshot.anomalies.is_empty() {
            entries.push(heading("Anomalies of this line, the newest first"));
        }
        let here = snapshot.view.position.step;
        entries.extend(snapshot.anomalies.iter().rev().map(|anomaly| {
            let ahead = if anomaly.at.step > here { " (ahead)" } else { "" };
            let told: Vec<&str> = anomaly.evidence.iter().rev().map(|e| &*e.text).collect();
            Entry {
                id: Id::Place(anomaly.at, anomaly.node),
                head: anomaly.at.at.to_string(),
                text: format!("{}{ahead}: {}", anomaly.kind.name(), told.join("; ")),
            }
        }));
        entries.push(heading("Stop the clock as soon as it comes"));
        entries.extend(List::stops());
        entries
    }

    fn verdict_entry(&self, index: usize, judged: &Judged, snapshot: &Snapshot) -> Entry {
        let (sign, word) = match &judged.verdict {
            Verdict::Holds => (self.glyphs.badges.0, "holds"),
            Verdict::Violated(_) => (self.glyphs.badges.1, "broken"),
            Verdict::Unknown(_) => ("?", "unknown"),
        };
        let place = judged.first.as_ref().map(|anomaly| (anomaly.at, anomaly.node)).or(judged.place);
        let name = judged.subject.name(&snapshot.view.keys);
        let evidence = match (&judged.first, &judged.verdict) {
            (Some(anomaly), _) => &*anomaly.evidence,
            (None, Verdict::Violated(evidence)) if judged.place.is_some() => evidence,
            (None, Verdict::Violated(_) | Verdict::Holds | Verdict::Unknown(_)) => &[],
        };
        let told: Vec<&str> = evidence.iter().map(|evidence| &*evidence.text).collect();
        let shown = if told.is_empty() { String::new() } else { format!(" | {}", told.join("; ")) };
        Entry {
            id: place.map_or(Id::Index(index), |(at, node)| Id::Place(at, node)),
            head: format!("{sign} {word}"),
            text: format!("{name}: {}{shown}", judged.says),
        }
    }

    pub(in crate::tui) fn run_until(&mut self, until: Until, snapshot: &Snapshot) -> Vec<Effect> {
        let request = match until {
            Until::Holds => {
                let text = format!("{} holds ", self.name(snapshot));
                return self.prompt(PromptKind::Until, text);
            }
            Until::Converged => Request::RunThrough(Condition::Converged { within: None }),
            Until::Settled => Request::RunThrough(Condition::Settled),
            Until::Goal(goal) => Request::RunTo(goal),
            Until::Kind(kind) => Request::StopAt(Some(kind)),
            Until::Anything => Request::StopAt(None),
            Until::Nothing => Request::NoStop,
        };
        vec![Effect::Ask(request)]
    }
}

fn heading(text: &str) -> Entry {
    Entry { id: Id::Heading, head: text.into(), text: String::new() }
}

impl List {
    /// What `g`, pressed again, offers.
    pub(in crate::tui) fn run_until(picked: NodeId, snapshot: &Snapshot) -> Self {
        let entry =
            |until: Until, head: &str, text: String| Entry { id: Id::Until(until), head: head.into(), text };
        let goal = |goal: Goal| entry(Until::Goal(goal), "until", goal.words().into());
        let name = snapshot.replica_name(picked);
        let wanted = [
            entry(Until::Converged, "converged", "all replicas agree".into()),
            entry(Until::Settled, "settled", "nothing on its way changes data any more".into()),
            entry(
                Until::Goal(Goal::Fresh(picked, snapshot.focus)),
                "fresh",
                format!("{name} has the newest acknowledged write"),
            ),
            entry(Until::Holds, "holds", format!("{name}, or another replica, holds a value to be typed")),
        ];
        let next = [Goal::Acknowledged, Goal::Died, Goal::Failed].map(goal);
        Self::new(wanted.into_iter().chain(next).chain(Self::stops()).collect())
    }

    fn stops() -> impl Iterator<Item = Entry> {
        let entry = |until: Until, head: &str, text: &str| Entry {
            id: Id::Until(until),
            head: head.into(),
            text: text.into(),
        };
        let kinds =
            AnomalyKind::ALL.into_iter().map(move |kind| entry(Until::Kind(kind), "until", kind.name()));
        kinds.chain([
            entry(Until::Anything, "until", "anything goes wrong"),
            entry(Until::Nothing, "no stop", "let the clock run through every anomaly"),
        ])
    }
}
