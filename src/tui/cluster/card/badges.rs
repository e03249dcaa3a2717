//! What a replica is besides what it holds: its siblings, what it keeps for others, a clock that is wrong. Each badge
//! has a long and a short form, so that an edge of any length says as much as it can.

use std::collections::BTreeMap;

use unicode_width::UnicodeWidthStr;

use crate::{
    base::NodeId,
    drive::skew,
    sim::Status,
    tui::{cluster::Size, ui::Layout},
};

use super::{
    Subject,
    member::{distinction, part},
    replica,
    words::versions,
};

/// Between two badges.
const GAP: &str = "  ";

pub(super) struct Badge {
    long: String,
    short: String,
}

impl Badge {
    fn new(long: String, short: String) -> Self {
        Self { long, short }
    }
}

/// Those of a replica, the most telling first. A large card tells of its clock elsewhere.
pub(super) fn badges(subject: Subject<'_>, size: Size) -> Vec<Badge> {
    let mut badges = Vec::new();
    // Larger cards have a line for it.
    let part = part(subject).filter(|_| !matches!(size, Size::Large | Size::Medium));
    badges.extend(part.map(|part| Badge::new(part.into(), part.into())));
    badges.extend(preferred(subject));
    badges.extend(siblings(subject));
    badges.extend(wrong_belief(subject));
    badges.extend(hints(subject));
    badges.extend(held_back(subject));
    let offset = replica(subject).skew;
    if offset != 0 && size != Size::Large {
        badges.push(Badge::new(format!("clock {}", skew(offset)), "skewed".into()));
    }
    badges
}

/// Those of a tile. That it follows another goes without saying there.
pub(super) fn tile_badges(subject: Subject<'_>) -> Vec<Badge> {
    let mut badges = Vec::new();
    badges.extend(preferred(subject));
    badges.extend(distinction(subject).map(|(word, short)| Badge::new(word.into(), short.into())));
    let hints = replica(subject).hints.len();
    if hints > 0 {
        let plural = if hints == 1 { "" } else { "s" };
        badges.push(Badge::new(format!("{hints} hint{plural}"), format!("h{hints}")));
    }
    badges.extend(wrong_belief(subject));
    badges.extend(held_back(subject));
    badges
}

/// As many as fit into so many columns, in full where there is room: the last are shortened first, then left
/// out; none is cut.
pub(super) fn fitted(badges: &[Badge], width: usize) -> String {
    for count in (1..=badges.len()).rev() {
        for short in 0..=count {
            let text = badges[..count].iter().enumerate().map(|(index, badge)| {
                if index + short >= count { badge.short.as_str() } else { badge.long.as_str() }
            });
            let text = text.collect::<Vec<_>>().join(GAP);
            if text.width() <= width {
                return text;
            }
        }
    }
    String::new()
}

/// The columns that the first needs at least.
pub(super) fn least(badges: &[Badge]) -> usize {
    badges.first().map_or(0, |badge| badge.short.width())
}

/// On the ring, where not every replica holds the key: its place in the key's preference list (Dynamo §4.2).
fn preferred(subject: Subject<'_>) -> Option<Badge> {
    let (index, ui, snapshot) = subject;
    let some = ui.layout == Layout::Ring && snapshot.preference.iter().flatten().any(|(_, holds)| !holds);
    let place = |ring: &Vec<(NodeId, bool)>| {
        let place = ring.iter().position(|(node, _)| node.index() == index)?;
        ring[place].1.then_some(place + 1)
    };
    let place = snapshot.preference.iter().filter(|_| some).find_map(place)?;
    Some(Badge::new(format!("preferred {place}"), format!("pref {place}")))
}

fn siblings(subject: Subject<'_>) -> Option<Badge> {
    let many @ [_, _, ..] = versions(subject) else { return None };
    let names: Vec<String> = many.iter().map(|version| version.id.to_string()).collect();
    let short = format!("{} siblings", many.len());
    Some(Badge::new(format!("{short}: {}", names.join(" ")), short))
}

/// `hints 3→nyc 1→lon`.
fn hints(subject: Subject<'_>) -> Option<Badge> {
    let (.., snapshot) = subject;
    let mut targets: BTreeMap<NodeId, usize> = BTreeMap::new();
    for hint in &replica(subject).hints {
        *targets.entry(hint.target).or_default() += 1;
    }
    let count: usize = targets.values().sum();
    let each: Vec<String> =
        targets.iter().map(|(node, count)| format!("{count}→{}", snapshot.replica_name(*node))).collect();
    let plural = if count == 1 { "" } else { "s" };
    (count > 0)
        .then(|| Badge::new(format!("hint{plural} {}", each.join(" ")), format!("{count} hint{plural}")))
}

/// Replicas that it takes for down although they are up.
fn wrong_belief(subject: Subject<'_>) -> Option<Badge> {
    let (.., snapshot) = subject;
    let view = replica(subject);
    let wrong = |node: &&NodeId| snapshot.view.replicas[node.index()].status == Status::Up;
    let names: Vec<&str> =
        view.believes_down.iter().filter(wrong).map(|node| snapshot.replica_name(*node)).collect();
    let here = view.status == Status::Up && !names.is_empty();
    here.then(|| Badge::new(format!("down? {}", names.join(" ")), format!("down? {}", names.len())))
}

/// Writes that have come and wait, unseen, for what they depend on.
fn held_back(subject: Subject<'_>) -> Option<Badge> {
    let waiting = replica(subject).waiting.len();
    (waiting > 0).then(|| Badge::new(format!("holds back {waiting}"), format!("{waiting} held")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn badges_shorten_from_the_last_and_then_go() {
        let badges = [
            Badge::new("3 siblings: w1 w2".into(), "3 siblings".into()),
            Badge::new("hints 3→nyc".into(), "3 hints".into()),
        ];
        let fit = |width| fitted(&badges, width);
        assert_eq!(fit(40), "3 siblings: w1 w2  hints 3→nyc");
        assert_eq!(fit(29), "3 siblings: w1 w2  3 hints");
        assert_eq!(fit(25), "3 siblings  3 hints");
        assert_eq!(fit(18), "3 siblings: w1 w2");
        assert_eq!(fit(10), "3 siblings");
        assert_eq!(fit(9), "");
    }
}
