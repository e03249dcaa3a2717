//! Settings that somebody has changed, in plain words.

use std::sync::Arc;

use crate::{
    action::{ClientChange, Command, Copies, ReadsFrom, Setting, Switch},
    base::{ClientId, Span},
    net::{LinkChange, Scope},
};

use super::{Narrator, words};

impl Narrator<'_> {
    pub(super) fn turned(self, command: &Command) -> Option<String> {
        Some(match command {
            Command::Skew { node, offset } => format!("clock of {} {}", self.node(*node), skew(*offset)),
            Command::SetLink { scope, change } => {
                let links = match scope {
                    Scope::All => "all links".to_owned(),
                    Scope::Between(a, b) => format!("{}–{}", self.node(*a), self.node(*b)),
                    Scope::OneWay { from, to } => format!("{}→{}", self.node(*from), self.node(*to)),
                };
                match change {
                    LinkChange::Delay(delay) => format!("latency of {links}: {delay}"),
                    LinkChange::Loss(loss) => format!("loss on {links}: {loss}"),
                    LinkChange::Duplicate(duplicate) => format!("duplication on {links}: {duplicate}"),
                    LinkChange::Order(crate::net::Order::Fifo) => format!("{links} keep order"),
                    LinkChange::Order(crate::net::Order::MayOvertake) => format!("{links} may reorder"),
                }
            }
            Command::Set(setting) => setting_in_words(setting, self.timeline.simulation().topology().zones()),
            Command::SetClient { client, change } => self.client_changed(*client, change),
            Command::Workload(Switch::Start) => "workload started".into(),
            Command::Workload(Switch::Stop) => "workload stopped".into(),
            Command::NameKey(_)
            | Command::Submit(_)
            | Command::Cut { .. }
            | Command::Heal(_)
            | Command::Crash(_)
            | Command::Destroy(_)
            | Command::Repair(_)
            | Command::Message { .. }
            | Command::Restart(_)
            | Command::Freeze(_)
            | Command::Thaw(_)
            | Command::Promote(_) => return None,
        })
    }

    /// New session rules of a client, in words.
    fn client_changed(self, client: ClientId, change: &ClientChange) -> String {
        let ClientChange { at, guarantees, by, when_unable, route } = change;
        let name = &self.timeline.simulation().scenario().clients[usize::from(client.0)].name;
        let mut parts: Vec<String> = Vec::new();
        parts.extend(at.map(|node| format!("at {}", self.node(node))));
        parts.extend(guarantees.as_ref().map(|guarantees| match guarantees.as_slice() {
            [] => "no guarantees".to_owned(),
            some => some.iter().map(|guarantee| words(*guarantee)).collect::<Vec<_>>().join(", "),
        }));
        parts.extend(by.map(|by| format!("by {}", by.name())));
        parts.extend(when_unable.map(|unable| format!("when unable {}", unable.name())));
        parts.extend(route.map(|route| format!("route {}", route.name().replace('_', " "))));
        format!("{name}: {}", parts.join("; "))
    }
}

/// A setting in a few words; `zones` has the names of the zones, by zone.
pub fn setting_in_words(setting: &Setting, zones: &[Arc<str>]) -> String {
    match setting {
        Setting::LatencyPercent(percent) => format!("latency ×{}", ratio(*percent)),
        Setting::Copies(Copies::InAll(n)) => format!("N = {n}"),
        Setting::Copies(Copies::PerZone(counts)) => {
            let each = zones.iter().zip(counts).map(|(name, n)| format!("{n} in {name}"));
            format!("N = {}", each.collect::<Vec<_>>().join(", "))
        }
        Setting::WriteLevel(level) => format!("write level {level}"),
        Setting::ReadLevel(level) => format!("read level {level}"),
        Setting::AntiEntropy(None) => "anti-entropy off".into(),
        Setting::AntiEntropy(Some(gossip)) => {
            format!("anti-entropy every {}", gossip.every)
        }
        Setting::Timeout(timeout) => format!("timeout {timeout}"),
        Setting::ReadRepair(repair) => format!("read repair {}", repair.name()),
        Setting::MinReplicas(count) => format!("min replicas {count}"),
        Setting::MaxLag(lag) => format!("max lag {lag}"),
        Setting::ReadsFrom(ReadsFrom::Any) => "every replica answers reads".into(),
        Setting::ReadsFrom(ReadsFrom::Primary) => "only the primary answers reads".into(),
        Setting::Hints(None) => "no more hints are stored".into(),
        Setting::Hints(Some(rules)) => {
            format!("hints are stored, for at most {} of absence", rules.window)
        }
    }
}

/// `2s ahead`, `300ms behind`, `right`.
pub fn skew(offset: i64) -> String {
    let span = Span(offset.unsigned_abs());
    match offset {
        0 => "right".into(),
        1.. => format!("{span} ahead"),
        ..0 => format!("{span} behind"),
    }
}

/// A percentage as a factor: 150 → 1.5.
pub fn ratio(percent: u32) -> String {
    let (whole, rest) = (percent / 100, percent % 100);
    match rest {
        0 => whole.to_string(),
        _ if rest.is_multiple_of(10) => format!("{whole}.{}", rest / 10),
        _ => format!("{whole}.{rest:02}"),
    }
}
