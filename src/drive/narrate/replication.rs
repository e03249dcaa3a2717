//! What happens in a replica set, in plain words.

use crate::{
    action::PrimaryPolicy,
    base::{NodeId, WriteId},
    replica::primary::{Discard, News, Resync, Rise},
};

use super::{Mark, Narrator, Words};

impl Narrator<'_> {
    pub(super) fn discarded(
        self,
        node: NodeId,
        write: WriteId,
        why: Discard,
        instead: Option<WriteId>,
    ) -> Words {
        let (node, what) = (self.node(node), self.write(write));
        let now = instead.map_or_else(|| "nothing".to_owned(), |write| self.write(write));
        let text = match why {
            Discard::Resynced => format!("{node} discarded {what}: its primary never had it; now {now}"),
            Discard::RolledBack => {
                format!(
                    "{node} rolled back {what} into its rollback file: its primary never had it; now {now}"
                )
            }
            Discard::Crashed => format!("{node} lost {what}: it was in memory only; on disk {now}"),
        };
        (Mark::Dropped, text, self.value(write))
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each kind of news")]
    pub(super) fn replication(self, node: NodeId, news: News) -> Words {
        let place = self.node(node);
        let head = self.timeline.simulation().settings().primary().map_or("primary", PrimaryPolicy::head);
        let (mark, text) = match news {
            News::BecamePrimary { term, offset, how, .. } => {
                let how = match how {
                    Rise::Promoted => "promoted by hand",
                    Rise::FailedOver => "promoted by a monitor",
                    Rise::Elected => "elected",
                    Rise::Restarted => "as its configuration says",
                };
                (Mark::Knob, format!("{place} became {head}, {how}: term {term}, from offset {offset}"))
            }
            News::BecameReplica { of: Some(of), .. } => {
                (Mark::Knob, format!("{place} became a replica of {}", self.node(of)))
            }
            News::BecameReplica { of: None, .. } => {
                (Mark::Knob, format!("{place} stepped down: it hears from no majority, or of a later term"))
            }
            News::Resynced { from, how: Resync::Full, offset, .. } => (
                Mark::Stored,
                format!(
                    "{place} took everything over from {} (full resync), offset {offset}",
                    self.node(from)
                ),
            ),
            News::Resynced { from, how: Resync::Partial { missed: 0 }, .. } => {
                (Mark::Stored, format!("{place} is connected to {}: it missed nothing", self.node(from)))
            }
            News::Resynced { from, how: Resync::Partial { missed }, offset, .. } => (
                Mark::Stored,
                format!(
                    "{place} got {missed} bytes from {} (partial resync), offset {offset}",
                    self.node(from)
                ),
            ),
            News::RegionResynced { from, how: Resync::Full, .. } => {
                (Mark::Stored, format!("{place} took everything that {}'s region has", self.node(from)))
            }
            News::RegionResynced { from, how: Resync::Partial { missed: 0 }, .. } => (
                Mark::Stored,
                format!("{place} takes writes from {}'s region: it missed nothing", self.node(from)),
            ),
            News::RegionResynced { from, how: Resync::Partial { missed }, .. } => (
                Mark::Stored,
                format!(
                    "{place} takes writes from {}'s region again: {missed} bytes of its log came late",
                    self.node(from)
                ),
            ),
            News::Suspected { node } => {
                (Mark::Failed, format!("monitor at {place} takes {} for down", self.node(node)))
            }
            News::Trusted { node } => {
                (Mark::Revived, format!("monitor at {place} hears {} again", self.node(node)))
            }
            News::AgreedDown { node, agreeing } => (
                Mark::Failed,
                format!("monitor at {place}: {agreeing} agree that {} is down", self.node(node)),
            ),
            News::Authorised { term, votes } => {
                (Mark::Knob, format!("monitor at {place} may fail over: {votes} votes in term {term}"))
            }
            News::NoCandidate { term } => {
                (Mark::Failed, format!("monitor at {place} finds nobody to promote in term {term}"))
            }
            News::Stood { term } => (Mark::Knob, format!("{place} stands for election in term {term}")),
            News::Saved { offset } => (Mark::Stored, format!("{place} saved a snapshot, offset {offset}")),
        };
        (mark, text, None)
    }
}
