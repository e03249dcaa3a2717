//! Between regions: the leader of a region takes the writes of others, and sends its own.
//!
//! Only what a majority of its region has leaves a region, so that an election there takes nothing back that
//! another region has seen. A leader that is new, or whose mark the other's log no longer reaches, takes
//! everything: under last-write-wins that is merged, under one log it replaces what there was.

use std::sync::Arc;

use crate::{
    action::{Between, majority},
    base::NodeId,
    data::{Held, Relation, Version},
};

use super::super::{
    Desk, Era, Lineage, Link, Member, Message, News, Replid, Resync, Role, Session, data::put_everything,
    log::ENTRY_BYTES, news::Discard, reign_name, since,
};
use super::{Mark, RegionMessage, Target};
use crate::replica::Output;

/// So many periods of silence, and a leader looks for another leader of the region that it takes from.
const PATIENCE: u64 = 3;

/// What becomes of a message that would carry no write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Empty {
    Sent,
    Left,
}

impl Member {
    /// It leads its region from here on, and knows nothing of the others.
    pub(in super::super) fn lead_region(&mut self, desk: &mut Desk<'_, '_>) {
        let Some(regional) = &mut self.regional else { return };
        regional.forget_connections();
        regional.committed = 0;
        regional.pending.clear();
        let regions = regional.sources.len();
        for region in 0..regions {
            self.ask_region(region, desk);
        }
    }

    /// It leads its region no longer.
    pub(in super::super) fn leave_region(&mut self) {
        if let Some(regional) = &mut self.regional {
            regional.forget_connections();
            regional.confirming = crate::base::OpTable::default();
        }
    }

    /// The leader's work of every period.
    pub(in super::super) fn keep_regions(&mut self, desk: &mut Desk<'_, '_>) {
        self.advance(desk);
        let Some(regional) = &mut self.regional else { return };
        let (now, round) = (desk.now(), self.crons);
        for target in &mut regional.targets {
            let Some(Target { node, session, told, .. }) = *target else { continue };
            if desk.is_believed_up(node) {
                desk.tell_region(node, RegionMessage::Alive { session, offset: told, round });
            } else {
                *target = None;
            }
        }
        let patience = crate::base::Span(desk.policy.ack_every.0 * PATIENCE);
        let mut lost = Vec::new();
        for (region, source) in regional.sources.iter_mut().enumerate() {
            let silent = since(now, source.heard) > patience;
            let there = desk.policy.groups[region].members.get(source.asked).copied();
            let up = there.is_some_and(|node| desk.is_believed_up(node));
            match source.link {
                Link::Up { .. } if up && !silent => {}
                Link::Up { .. } | Link::Asking { .. } => {
                    source.asked = (source.asked + 1) % desk.policy.groups[region].members.len();
                    lost.push(region);
                }
                Link::Down => lost.push(region),
            }
        }
        for region in lost {
            self.ask_region(region, desk);
        }
        self.acknowledge_regions(Some(round), desk);
    }

    /// Asks whom it takes for the leader of `region` for what it lacks.
    fn ask_region(&mut self, region: usize, desk: &mut Desk<'_, '_>) {
        let have = self.mark_of(region, desk);
        let Some(regional) = &mut self.regional else { return };
        if !desk.feeds(region, regional.home) {
            return;
        }
        let (members, source) = (&desk.policy.groups[region].members, &mut regional.sources[region]);
        let up = |i: &usize| desk.is_believed_up(members[(source.asked + i) % members.len()]);
        let Some(next) = (0..members.len()).find(up) else {
            source.link = Link::Down;
            return;
        };
        source.asked = (source.asked + next) % members.len();
        let to = members[source.asked];
        self.sessions += 1;
        let session = self.sessions;
        source.link = Link::Asking { session };
        source.heard = desk.now();
        desk.tell_region(to, RegionMessage::Ask { session, have });
    }

    /// How far it has taken the writes of `region`. Under one log that is as far as its own log goes.
    fn mark_of(&self, region: usize, desk: &Desk<'_, '_>) -> Option<Mark> {
        let regional = self.regional.as_ref()?;
        match desk.between() {
            Some(Between::OneLog(_)) => {
                let offset = self.log.end();
                Some(Mark { offset, write: self.log.entry_at(offset)? })
            }
            Some(Between::Async) | None => regional.sources[region].mark,
        }
    }

    pub(super) fn serve_region(
        &mut self,
        from: NodeId,
        session: Session,
        have: Option<Mark>,
        desk: &mut Desk<'_, '_>,
    ) {
        if let Role::Replica { of: leader } = self.role {
            return desk.tell_region(from, RegionMessage::Elsewhere { session, leader });
        }
        let Some(region) = desk.region_of(from) else { return };
        let known = have.filter(|have| self.log.entry_at(have.offset) == Some(have.write));
        let Some(regional) = &mut self.regional else { return };
        if let Some(have) = known {
            // What has left the region was on a majority of it.
            regional.committed = regional.committed.max(have.offset);
        }
        let committed = regional.committed;
        let sent = known.map_or(committed, |have| have.offset);
        regional.targets[region] = Some(Target { node: from, session, sent, told: sent });
        if known.is_some() {
            // Always answered, even where nothing is new.
            self.send_writes(region, Empty::Sent, desk);
        } else {
            let writes = self.contents_at(committed, desk);
            let end = Mark { offset: committed, write: self.log.entry_at(committed).flatten() };
            desk.tell_region(from, RegionMessage::Writes { session, start: None, end, writes });
        }
    }

    /// Everything held, as it was when the log ended at `offset`.
    fn contents_at(&self, offset: u64, desk: &Desk<'_, '_>) -> Arc<[Arc<Version>]> {
        let mut contents = desk.store.versions().to_vec();
        let newest_first = self.log.entries().collect::<Vec<_>>().into_iter().rev();
        let undone = usize::try_from((self.log.end() - offset) / ENTRY_BYTES).unwrap_or(0);
        for entry in newest_first.take(undone) {
            contents.retain(|version| version.key != entry.version.key);
            contents.extend(entry.over.clone());
        }
        contents.sort_by_key(|version| version.id);
        contents.into()
    }

    /// Sends `region` what a majority of this one has and it was not sent yet.
    fn send_writes(&mut self, region: usize, empty: Empty, desk: &mut Desk<'_, '_>) {
        let Some(regional) = &mut self.regional else { return };
        let Some(target) = &mut regional.targets[region] else { return };
        let upto = regional.committed;
        if upto <= target.sent && empty == Empty::Left {
            return;
        }
        let Some(new) = self.log.since(target.sent) else { return };
        let count = usize::try_from(upto.saturating_sub(target.sent) / ENTRY_BYTES).unwrap_or(0);
        let home = regional.home;
        let mine = |version: &&Arc<Version>| desk.ships(version, home);
        let writes: Arc<[Arc<Version>]> = new.iter().take(count).filter(mine).cloned().collect();
        target.sent = upto.max(target.sent);
        if writes.is_empty() && empty == Empty::Left {
            return;
        }
        let end = Mark { offset: target.sent, write: self.log.entry_at(target.sent).flatten() };
        let (node, session, start) = (target.node, target.session, Some(target.told));
        target.told = target.sent;
        desk.tell_region(node, RegionMessage::Writes { session, start, end, writes });
    }

    /// A majority of its region may have more of the log, or another region: sends on and answers what that
    /// is enough for.
    pub(in super::super) fn advance(&mut self, desk: &mut Desk<'_, '_>) {
        if self.role != Role::Primary {
            return;
        }
        let Some(regional) = &mut self.regional else { return };
        let mut acked: Vec<u64> = self.followers.iter().map(|follower| follower.acked).collect();
        acked.sort_unstable_by(|a, b| b.cmp(a));
        let end = self.log.end();
        let others = majority(self.group.len()) - 1;
        let upto = match others {
            0 => end,
            some => acked.get(some - 1).copied().unwrap_or(0).min(end),
        };
        regional.committed = regional.committed.max(upto);
        for region in 0..desk.policy.groups.len() {
            self.send_writes(region, Empty::Left, desk);
        }
        self.acknowledge_regions(None, desk);
        self.tell_everywhere(desk);
        self.confirm_waiting(desk);
    }

    /// Tells the regions that it takes from how far a majority of its own has their writes. Without a round
    /// only where that has changed and somebody may wait for it.
    fn acknowledge_regions(&mut self, round: Option<u64>, desk: &mut Desk<'_, '_>) {
        let Some(regional) = &mut self.regional else { return };
        let one_log = matches!(desk.between(), Some(Between::OneLog(_)));
        for (region, source) in regional.sources.iter_mut().enumerate() {
            let Link::Up { session } = source.link else { continue };
            let offset = if one_log { regional.committed } else { source.mark.map_or(0, |mark| mark.offset) };
            let is_news = one_log && offset > source.acknowledged;
            if round.is_none() && !is_news {
                continue;
            }
            source.acknowledged = offset;
            let to = desk.policy.groups[region].members[source.asked];
            desk.tell_region(to, RegionMessage::Taken { session, offset, round });
        }
    }

    /// A region says how far it is.
    pub(super) fn count_taken(
        &mut self,
        from: NodeId,
        session: Session,
        offset: u64,
        desk: &mut Desk<'_, '_>,
    ) {
        let Some(region) = desk.region_of(from) else { return };
        let Some(regional) = &mut self.regional else { return };
        let known = regional.targets[region].as_ref().is_some_and(|t| t.node == from && t.session == session);
        if known {
            let reached = &mut regional.reached[region];
            *reached = offset.max(*reached);
            self.tell_everywhere(desk);
        }
    }

    /// Says how far every region has the log, where that has changed and reads depend on it.
    fn tell_everywhere(&mut self, desk: &mut Desk<'_, '_>) {
        let Some(regional) = &mut self.regional else { return };
        let Some(Between::OneLog(log)) = desk.between() else { return };
        if log.writes != regional.home {
            return;
        }
        let others = regional.reached.iter().enumerate().filter(|(region, _)| *region != log.writes);
        let offset = others.map(|(_, reached)| *reached).min().unwrap_or(u64::MAX).min(regional.committed);
        regional.pending.retain(|(end, _)| *end > offset);
        if offset <= regional.everywhere {
            return;
        }
        regional.everywhere = offset;
        if log.level == crate::action::Freshness::Strong {
            let leaders = regional.targets.iter().flatten().map(|target| target.node);
            let told: Vec<NodeId> = leaders.chain(self.followers.iter().map(|f| f.node)).collect();
            for to in told {
                desk.tell_region(to, RegionMessage::Everywhere { offset });
            }
        }
        self.answer_waiting(desk);
        self.pass_barriers(desk);
    }

    /// Every region has the log up to `offset`.
    pub(super) fn learn_everywhere(&mut self, offset: u64, desk: &mut Desk<'_, '_>) {
        let Some(regional) = &mut self.regional else { return };
        if offset <= regional.everywhere {
            return;
        }
        regional.everywhere = offset;
        if self.role == Role::Primary {
            for follower in &self.followers {
                desk.tell_region(follower.node, RegionMessage::Everywhere { offset });
            }
        }
        self.pass_barriers(desk);
    }

    /// Who was asked does not lead its region.
    pub(super) fn ask_elsewhere(
        &mut self,
        from: NodeId,
        session: Session,
        leader: Option<NodeId>,
        desk: &mut Desk<'_, '_>,
    ) {
        let Some(region) = desk.region_of(from) else { return };
        let Some(regional) = &mut self.regional else { return };
        let source = &mut regional.sources[region];
        let members = &desk.policy.groups[region].members;
        if source.link != (Link::Asking { session }) {
            return;
        }
        source.link = Link::Down;
        let known = leader.and_then(|leader| members.iter().position(|member| *member == leader));
        source.asked = known.unwrap_or((source.asked + 1) % members.len());
    }

    /// The other leader is there.
    pub(super) fn hear_leader(
        &mut self,
        from: NodeId,
        session: Session,
        offset: u64,
        desk: &mut Desk<'_, '_>,
    ) {
        let Some(region) = desk.region_of(from) else { return };
        let mark = self.mark_of(region, desk);
        let Some(regional) = &mut self.regional else { return };
        let source = &mut regional.sources[region];
        if source.link != (Link::Up { session }) {
            return;
        }
        source.heard = desk.now();
        // What was sent before it should have come before it.
        if mark.is_none_or(|mark| mark.offset < offset) {
            self.ask_region(region, desk);
        }
    }

    /// Writes of another region came.
    pub(super) fn take_writes(
        &mut self,
        from: NodeId,
        session: Session,
        (start, end): (Option<u64>, Mark),
        writes: &Arc<[Arc<Version>]>,
        desk: &mut Desk<'_, '_>,
    ) {
        let Some(region) = desk.region_of(from) else { return };
        let mark = self.mark_of(region, desk);
        let Some(regional) = &mut self.regional else { return };
        let source = &mut regional.sources[region];
        if self.role != Role::Primary || !source.link.is(session) {
            return;
        }
        source.heard = desk.now();
        let was_asking = matches!(source.link, Link::Asking { .. });
        let have = mark.map_or(0, |mark| mark.offset);
        if start.is_some_and(|start| start > have) {
            // A hole in the stream, or the answer died on the way.
            return self.ask_region(region, desk);
        }
        source.link = Link::Up { session };
        if end.offset > source.mark.map_or(0, |mark| mark.offset) || start.is_none() {
            source.mark = Some(end);
        }
        match (desk.between(), start) {
            (Some(Between::Async), _) => {
                for version in writes.iter() {
                    self.merge_foreign(version, desk);
                }
            }
            (Some(Between::OneLog(_)), Some(start)) => {
                let known = usize::try_from((have - start) / ENTRY_BYTES).unwrap_or(usize::MAX);
                for version in writes.iter().skip(known) {
                    self.append(version, desk);
                    self.stream(version, desk);
                }
                if writes.len() > known {
                    self.ask_for_acks(desk);
                }
            }
            (Some(Between::OneLog(_)), None) => self.start_over(end.offset, writes, desk),
            (None, _) => {}
        }
        if was_asking {
            let how = match start {
                Some(start) => Resync::Partial { missed: end.offset.saturating_sub(start) },
                None => Resync::Full,
            };
            desk.tell(News::RegionResynced { from, how, offset: end.offset });
            self.acknowledge_regions(Some(session << 32), desk);
        }
        self.advance(desk);
    }

    /// The last writer wins: what wins becomes part of this region's own log.
    fn merge_foreign(&mut self, version: &Arc<Version>, desk: &mut Desk<'_, '_>) {
        let held = desk.store.held(version.key);
        match held.versions().first() {
            Some(mine) if mine.id == version.id || mine.context.covers(version.dot) => {}
            Some(mine) if version.last_write_order(mine).is_le() => {
                let (key, write, winner) = (version.key, version.id, mine.id);
                let relation: Relation = version.relation(mine);
                desk.out.push(Output::Kept { key, write, winner, relation });
            }
            Some(_) | None => {
                self.append(version, desk);
                self.stream(version, desk);
            }
        }
    }

    /// The log of the write region cannot be continued from here: everything anew, and the members after it.
    fn start_over(&mut self, offset: u64, contents: &Arc<[Arc<Version>]>, desk: &mut Desk<'_, '_>) {
        let held_before = desk.store.digest();
        put_everything(contents, Discard::Resynced, desk);
        if held_before == desk.store.digest() && self.log.end() == offset {
            return;
        }
        let actor = reign_name(desk.me, self.reigns, desk.around.placement.nodes);
        self.reigns = self.reigns.saturating_add(1);
        self.log.restart_at(offset);
        self.lineage = Lineage::new(Era { actor, term: self.term, start: offset });
        self.identity.shift(Replid::of(desk.around.seed, actor), offset);
        self.followers.clear();
    }
}

impl Desk<'_, '_> {
    pub(super) fn tell_region(&mut self, to: NodeId, message: RegionMessage) {
        self.send(to, Message::Region(Box::new(message)));
    }

    pub(super) fn between(&self) -> Option<&Between> {
        self.policy.regions.as_ref().map(|regions| &regions.between)
    }

    /// Whether `region` applies what `other` accepts.
    fn feeds(&self, other: usize, region: usize) -> bool {
        self.policy.regions.as_ref().is_some_and(|regions| regions.feeds(other, region))
    }

    pub(super) fn region_of(&self, node: NodeId) -> Option<usize> {
        self.policy.groups.iter().position(|group| group.members.contains(&node))
    }

    /// Whether the region `home` sends `version` on: under one log every write, otherwise those that it
    /// accepted itself.
    fn ships(&self, version: &Version, home: usize) -> bool {
        let accepted_by = NodeId(version.dot.node.0 % self.around.placement.nodes.max(1));
        match self.between() {
            Some(Between::OneLog(_)) => true,
            Some(Between::Async) => self.region_of(accepted_by) == Some(home),
            None => false,
        }
    }
}

/// Whether there is a live value.
pub(super) fn is_there(held: &Held) -> bool {
    held.versions().iter().any(|version| !version.value.is_tombstone())
}
