//! The story of a stale replica in plain sentences.

use crate::{
    check::{Barrier, Remedy, Stop, Story, Stranded, Trail},
    sim::{Death, Status},
};

use super::narrate::{Narrator, cut_name, versions};

impl Narrator<'_> {
    /// The story of a replica, sentence by sentence: what it misses, what became of the copies meant for it,
    /// what will bring it up to date, what would have prevented it.
    pub fn story(self, story: &Story) -> Vec<String> {
        let node = self.node(story.node);
        let Some(staleness) = &story.staleness else {
            if let Some(status) = story.emptied {
                let key = self.key(story.key);
                let state = match status {
                    Status::Up => "",
                    Status::Frozen => ", and it is frozen (Z thaws it)",
                    Status::Crashed => ", and it is down (C restarts it)",
                };
                return vec![format!("{node} holds nothing of {key}: its disk was lost{state}.")];
            }
            return vec![format!("{node} is fresh: no acknowledged write is newer than what it holds.")];
        };
        let now = self.timeline.position().at;
        let behind = versions(staleness.versions);
        let mut lines =
            vec![format!("{node} is STALE: {behind} behind, for {}.", now.since(staleness.since))];
        for trail in &story.trails {
            lines.push(self.trail(node, trail));
        }
        lines.push(self.remedy(story));
        lines.extend(story.prevention.as_ref().map(|text| format!("What would prevent it: {text}.")));
        lines
    }

    fn trail(self, node: &str, trail: &Trail) -> String {
        let now = self.timeline.position().at;
        let from = self.node(trail.coordinator);
        let missing = format!("It misses {} ({}), acknowledged at {from}", trail.value, trail.write);
        if trail.came_and_lost {
            return format!("{missing}: it came, and lost to what {node} holds (last write wins).");
        }
        if let Some((_, arrives, stop)) = trail.coming.first() {
            let eta = arrives.since(now);
            return match stop {
                None => format!("{missing}: the copy is on its way, {eta} to go."),
                Some(Stop::Held) => format!("{missing}: a hand holds the copy (d: deliver it)."),
                Some(Stop::Dies(Death::Cut(id))) => {
                    format!("{missing}: the copy will die at {} in {eta}.", cut_name(*id))
                }
                Some(Stop::Dies(Death::Lost)) => format!("{missing}: the link will lose the copy in {eta}."),
                Some(Stop::Dies(Death::Down | Death::Full)) => {
                    format!("{missing}: the copy will not be taken up by {node}.")
                }
            };
        }
        match trail.died.last() {
            Some((Death::Cut(id), at)) => format!("{missing}: the copy died at {} at {at}.", cut_name(*id)),
            Some((Death::Lost, at)) => format!("{missing}: the link lost the copy at {at}."),
            Some((Death::Down, at)) => format!("{missing}: the copy found {node} down at {at}."),
            Some((Death::Full, at)) => format!("{missing}: the copy found the queue of {node} full at {at}."),
            None => format!("{missing}: no copy is on its way."),
        }
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each remedy")]
    fn remedy(self, story: &Story) -> String {
        let now = self.timeline.position().at;
        match &story.remedy {
            Remedy::NothingMissing => "Nothing is missing.".into(),
            Remedy::Message { arrives } => {
                format!("What will fix it: the message on its way, in {} (g: run until converged).", arrives.since(now))
            }
            Remedy::Held => {
                "What will fix it: nothing by itself; a hand holds the message that would (d: deliver it).".into()
            }
            Remedy::ReadRepair => "What will fix it: a read that is under way, if it finds the difference.".into(),
            Remedy::Exchange => {
                "What will fix it: anti-entropy that is under way, if it finds the difference.".into()
            }
            Remedy::NextRead => {
                "What will fix it: nothing by itself; the next read that asks it and a fresher replica repairs it."
                    .into()
            }
            Remedy::Gossip { every } => {
                format!("What will fix it: anti-entropy; each replica gossips every {every} (g: run until converged).")
            }
            Remedy::AfterOthers(writes) => {
                let names: Vec<String> = writes
                    .iter()
                    .map(|(key, write)| match self.timeline.ledger().record(*key, *write) {
                        Some(record) => format!("{}={} ({write})", self.key(*key), record.version.value),
                        None => write.to_string(),
                    })
                    .collect();
                format!("It may show this only after {}, as its writer was promised: that must come first.", names.join(" and "))
            }
            Remedy::Hint { holder, every } => {
                let holder = self.node(*holder);
                format!("What will fix it: {holder} keeps it as a hint and looks every {every} who is back.")
            }
            Remedy::StrandedHint { holder, why } => {
                let holder = self.node(*holder);
                match why {
                    Stranded::Holder(Status::Frozen) => {
                        format!("{holder} keeps it as a hint, and is frozen itself: thaw {holder} (Z).")
                    }
                    Stranded::Holder(_) => {
                        format!("{holder} keeps it as a hint, and is down itself: restart {holder} (C).")
                    }
                    Stranded::Way => {
                        format!("{holder} keeps it as a hint, and no way leads from there: heal the wall (P).")
                    }
                }
            }
            Remedy::Retransmission { from } => {
                format!("What will fix it: {} sends it again until it is acknowledged.", self.node(*from))
            }
            Remedy::Revive(Status::Frozen) => "What will fix it: thaw it (Z); then its messages are handled.".into(),
            Remedy::Revive(_) => "What will fix it: restart it (C) first.".into(),
            Remedy::GossipBehind { barrier, every } => {
                let first = match barrier {
                    Barrier::Wall => "heal the wall (P)".to_owned(),
                    Barrier::Absence(node, Status::Frozen) => format!("thaw {} (Z)", self.node(*node)),
                    Barrier::Absence(node, _) => format!("restart {} (C)", self.node(*node)),
                    Barrier::Losses => "links that do not lose everything".to_owned(),
                };
                format!("What will fix it: {first}; then anti-entropy, every {every}.")
            }
            Remedy::Stream { every } => {
                format!("What will fix it: its primary, which it follows; the two talk every {every}.")
            }
            Remedy::HealThenStream => {
                "What will fix it: heal the wall (P) or restart its primary (C); then it resynchronises.".into()
            }
            Remedy::Region { from, every } => {
                format!("What will fix it: {from} ships its writes here; the leaders of the two regions talk every {every}.")
            }
            Remedy::HealThenRegion { from } => {
                format!("What will fix it: a way from {from}: heal the wall (P), or have both regions elect a leader.")
            }
            Remedy::NoPrimary => "What will fix it: it follows no primary; one must take over first.".into(),
            Remedy::Never => {
                "What will fix it: nothing by itself. No message is on its way and nothing repairs; a new write would."
                    .into()
            }
            Remedy::Gone => {
                "What will fix it: nothing. No replica has it any more, and no message or hint brings it; a new write would."
                    .into()
            }
            Remedy::Overruled => "Nothing will bring it back: last-write-wins decided against it.".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        base::{KeyId, NodeId},
        check::explain,
        drive,
        scenario::Scenario,
    };

    /// The story of a replica of x after a script, in a cluster of two that gossips.
    fn told(node: u16, script: &str) -> String {
        let yaml = format!(
            "
title: Disks
cluster:
  replicas: [a, b]
  replication: {{leaderless: {{n: 2, write: one, read: one, anti_entropy: {{every: 1s, style: push_pull}}}}}}
network: {{latency: 20ms}}
clients: [{{name: ann, at: a}}]
data: {{x: 0}}
script:
{script}"
        );
        let scenario = Scenario::from_text("test.yaml", yaml.as_bytes())
            .unwrap_or_else(|problems| panic!("{problems:?}"));
        let seed = scenario.seed;
        let timeline = drive::run(&Arc::new(scenario), seed, |_, _| {}).timeline;
        let story = explain(NodeId(node), KeyId(0), timeline.simulation(), timeline.ledger());
        Narrator { timeline: &timeline }.story(&story).join(" ")
    }

    #[test]
    fn who_lost_its_disk_is_not_called_fresh() {
        let story = told(1, "  - destroy: b\n");
        assert_eq!(story, "b holds nothing of x: its disk was lost, and it is down (C restarts it).");
    }

    #[test]
    fn what_nobody_has_any_more_is_not_put_down_to_a_lack_of_repair() {
        let lost = "  - isolate: b\n  - write: {by: ann, key: x, value: 1}\n  - pause: 1s\n  - destroy: a\n  - heal: all\n";
        let story = told(1, lost);
        assert!(
            story.contains("No replica has it any more") && !story.contains("nothing repairs"),
            "{story}"
        );
    }
}
