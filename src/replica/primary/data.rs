//! The data of a member: appending writes, giving them up, taking over another's data set, snapshots.

use std::sync::Arc;

use crate::{
    action::Durability,
    base::WriteId,
    data::{Held, Relation, Version},
};

use super::{Alarm, DataSet, Desk, Discard, Identity, Lineage, Member, News, log::Entry};
use crate::replica::Output;

/// The last snapshot of a member without a journal. It is always a prefix of the member's log.
#[derive(Debug, Clone)]
pub(super) struct Disk {
    pub(super) offset: u64,
    contents: Arc<[Arc<Version>]>,
    lineage: Lineage,
    identity: Identity,
}

/// So many rolled back writes are named; of older ones only the number is kept.
const MAX_ROLLED_BACK: usize = 64;

impl Member {
    /// Appends a write to the log and carries it out.
    pub(super) fn append(&mut self, version: &Arc<Version>, desk: &mut Desk<'_, '_>) {
        let over = desk.store.held(version.key).versions().first().cloned();
        let gave_way = over.as_ref().map(|over| (over.id, version.relation(over)));
        let keep = desk.keep();
        self.log.push(Entry { version: Arc::clone(version), over }, keep);
        put(version, gave_way, desk);
    }

    /// Gives up every write after `offset`, as far back as the log reaches.
    pub(super) fn take_back_to(&mut self, offset: u64, why: Discard, desk: &mut Desk<'_, '_>) {
        let mut undone = Vec::new();
        while self.log.end() > offset
            && let Some(entry) = self.log.pop()
        {
            let before = entry.over.map_or(Held::Nothing, Held::One);
            desk.store.set(entry.version.key, before);
            undone.push(entry.version);
        }
        for version in undone.iter().rev() {
            discard(version, why, desk);
            if why == Discard::RolledBack {
                self.rolled_back_count += 1;
                self.rolled_back.push(version.id);
            }
        }
        let surplus = self.rolled_back.len().saturating_sub(MAX_ROLLED_BACK);
        self.rolled_back.drain(..surplus);
        if !undone.is_empty() {
            self.lineage = self.lineage.up_to(offset);
            if self.disk.as_ref().is_some_and(|disk| disk.offset > offset) {
                self.disk = Some(self.snapshot(desk));
            }
        }
    }

    /// Makes the data of its primary its own from where it stands: whoever was behind the old id may ask
    /// with it as far as this (Redis keeps it as replid2).
    pub(super) fn adopt(&mut self, data: &DataSet) {
        if data.identity.replid != self.identity.replid {
            self.identity.shift(data.identity.replid, self.log.end());
        }
        self.lineage = data.lineage.clone();
    }

    /// Takes over everything, as of `offset`.
    pub(super) fn replace_everything(
        &mut self,
        data: &DataSet,
        offset: u64,
        contents: &Arc<[Arc<Version>]>,
        desk: &mut Desk<'_, '_>,
    ) {
        let common = self.lineage.common(self.log.end(), &data.lineage, offset);
        self.take_back_to(common, Discard::Resynced, desk);
        put_everything(contents, Discard::Resynced, desk);
        self.log.restart_at(offset);
        self.identity = Identity { replid: data.identity.replid, second: None };
        self.lineage = data.lineage.clone();
        if self.disk.is_some() {
            // What came is a snapshot, and is kept as one.
            self.disk = Some(self.snapshot(desk));
        }
    }

    pub(super) fn snapshot(&self, desk: &Desk<'_, '_>) -> Disk {
        let (lineage, identity) = (self.lineage.clone(), self.identity);
        Disk { offset: self.log.end(), contents: desk.store.versions(), lineage, identity }
    }

    /// Time for a snapshot; it is made where anything has changed.
    pub(super) fn save(&mut self, desk: &mut Desk<'_, '_>) {
        let Durability::Snapshot { every } = desk.policy.durability else { return };
        desk.arm(Alarm::Save, every);
        let offset = self.log.end();
        if self.disk.as_ref().is_none_or(|disk| disk.offset != offset) {
            self.disk = Some(self.snapshot(desk));
            desk.tell(News::Saved { offset });
        }
    }

    /// A crash: what no snapshot holds is gone. A journal holds everything.
    pub(super) fn fall_back_to_disk(&mut self, desk: &mut Desk<'_, '_>) {
        let Some(saved) = self.disk.clone() else { return };
        self.take_back_to(saved.offset, Discard::Crashed, desk);
        put_everything(&saved.contents, Discard::Crashed, desk);
        self.log.restart_at(saved.offset);
        self.lineage = saved.lineage.clone();
        self.identity = saved.identity;
        self.disk = Some(saved);
    }
}

fn put(version: &Arc<Version>, over: Option<(WriteId, Relation)>, desk: &mut Desk<'_, '_>) {
    let (key, write) = (version.key, version.id);
    desk.store.set(key, Held::One(Arc::clone(version)));
    let content = desk.store.held(key).content();
    desk.out.push(Output::Stored { key, write, content, over });
}

fn discard(version: &Version, why: Discard, desk: &mut Desk<'_, '_>) {
    let held = desk.store.held(version.key);
    let (content, instead) = (held.content(), held.newest());
    let (key, write) = (version.key, version.id);
    desk.out.push(Output::Discarded { key, write, why, content, instead });
}

/// Holds `contents` and nothing else from here on. What was there and is in nobody's past is given up.
pub(super) fn put_everything(contents: &Arc<[Arc<Version>]>, why: Discard, desk: &mut Desk<'_, '_>) {
    let before = desk.store.versions();
    for old in before.iter().filter(|old| !contents.iter().any(|new| new.key == old.key)) {
        desk.store.set(old.key, Held::Nothing);
        discard(old, why, desk);
    }
    for new in contents.iter() {
        let old = desk.store.held(new.key).versions().first().cloned();
        let relation = old.as_ref().map(|old| (old.id, new.relation(old)));
        if relation.is_some_and(|(_, relation)| relation == Relation::Same) {
            continue;
        }
        put(new, relation, desk);
        if let Some(old) = old
            && relation.is_some_and(|(_, relation)| relation != Relation::After)
        {
            discard(&old, why, desk);
        }
    }
}
