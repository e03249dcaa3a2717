//! Advice for several regions that hold one table: what a write in one means in another, and what a read there is
//! promised.

use crate::{
    action::{Freshness, OneLog, PrimaryPolicy, Regions},
    base::NodeId,
    drive::{Mark, Snapshot},
    replica::primary::Role,
    sim::Status,
    tui::ui::Ui,
};

use super::{Advice, go_to, short};

/// Where the picked replica stands among the regions.
struct Place<'a> {
    policy: &'a PrimaryPolicy,
    regions: &'a Regions,
    snapshot: &'a Snapshot,
    home: usize,
}

/// What a wall between regions, or a write that has not come to all of them, calls for.
pub(super) fn about(ui: &Ui, snapshot: &Snapshot) -> Option<Advice> {
    let policy = snapshot.view.settings.primary()?;
    let regions = policy.regions.as_ref()?;
    let home = policy.groups.iter().position(|group| group.members.contains(&ui.picked))?;
    let place = Place { policy, regions, snapshot, home };
    match regions.one_log() {
        Some(log) => place.walled_log(log).or_else(|| place.reads_behind(Some(log))),
        None => place.reads_behind(None),
    }
    .or_else(|| place.relays())
}

impl Place<'_> {
    fn name(&self, region: usize) -> String {
        short(&self.regions.names[region])
    }

    fn leader(&self, region: usize) -> Option<NodeId> {
        let leads = |node: &&NodeId| {
            let view = &self.snapshot.view.replicas[node.index()];
            view.status == Status::Up
                && view.member.as_ref().is_some_and(|member| member.role == Role::Primary)
        };
        self.policy.groups[region].members.iter().find(leads).copied()
    }

    /// Whether messages pass both ways between the leaders of two regions.
    fn connected(&self, one: usize, other: usize) -> bool {
        let (Some(one), Some(other)) = (self.leader(one), self.leader(other)) else { return false };
        let blocks = |from, to| self.snapshot.view.cuts.iter().any(|cut| cut.shape.blocks(from, to));
        !blocks(one, other) && !blocks(other, one)
    }

    /// A wall between the region that takes the writes and another.
    fn walled_log(&self, log: &OneLog) -> Option<Advice> {
        if self.snapshot.view.cuts.is_empty() {
            return None;
        }
        let writes = self.name(log.writes);
        if self.home != log.writes {
            let text = format!("P: heal; a write here has to go to {writes}, and a wall is in the way");
            return (!self.connected(self.home, log.writes)).then_some(("P", text));
        }
        let far = (0..self.policy.groups.len())
            .find(|region| *region != log.writes && !self.connected(*region, log.writes))?;
        let far = self.name(far);
        Some(match log.level {
            Freshness::Strong => {
                ("P", format!("P: heal; strong: no write is acknowledged while {far} is cut off"))
            }
            Freshness::Bounded => {
                ("w", format!("w: write until {far} is as far behind as the bound allows   P: heal"))
            }
            Freshness::Session | Freshness::Prefix | Freshness::Eventual => {
                ("w", format!("w: write; {far} learns of it once the wall is gone   P: heal"))
            }
        })
    }

    /// A region lacks an acknowledged write: what a read there is promised. Not twice in a row.
    fn reads_behind(&self, log: Option<&OneLog>) -> Option<Advice> {
        if !self.snapshot.view.cuts.is_empty() {
            return None;
        }
        let just_read = |mark| matches!(mark, Mark::Read | Mark::StaleRead);
        if self.snapshot.events.first().is_some_and(|event| just_read(event.mark)) {
            return None;
        }
        let lacks = |region: &usize| {
            self.leader(*region).filter(|leader| self.snapshot.staleness[leader.index()].is_some())
        };
        let region =
            std::iter::once(self.home).chain(0..self.policy.groups.len()).find(|r| lacks(r).is_some())?;
        let there = if region == self.home { String::new() } else { go_to(self.snapshot, lacks(&region)?) };
        let far = self.name(region);
        let level = self.snapshot.view.settings.read.freshness().unwrap_or_else(|| self.regions.usual());
        let promise = match (log, level) {
            (None, Freshness::Strong) => format!("{far} lacks a write; strong is strong within {far} only"),
            (None, _) => format!("{far} lacks a write that another region has acknowledged"),
            (Some(_), Freshness::Strong) => format!("{far} lacks a write; a strong read must not miss it"),
            (Some(log), Freshness::Bounded) => {
                let (versions, time) = (log.bound.versions, log.bound.time);
                format!("{far} may be behind by {versions} versions or {time} at most")
            }
            (Some(_), Freshness::Session) => format!("{far} lacks a write; its own writer is not shown less"),
            (Some(_), Freshness::Prefix) => format!("{far} is behind, but shows the writes in their order"),
            (Some(_), Freshness::Eventual) => format!("{far} is behind, and eventual promises nothing"),
        };
        Some(("r", format!("{there}r: read; {promise}")))
    }

    /// Nothing is written yet, and a write here is passed on to another region.
    fn relays(&self) -> Option<Advice> {
        let log = self.regions.one_log().filter(|log| log.writes != self.home)?;
        let quiet = self.snapshot.tally.writes == 0 && self.snapshot.view.cuts.is_empty();
        let text =
            format!("w: write here; {} takes all writes, so it goes there first", self.name(log.writes));
        quiet.then_some(("w", text))
    }
}
