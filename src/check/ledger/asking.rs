//! What the ledger says when it is asked.

use super::{Answered, Ledger, Observed};
use crate::{
    action::Guarantee,
    base::{ClientId, KeyId, NodeId, OpId, Span, WriteId},
    check::{Anomalies, Atomicity, Evidence, Loss, Record, Staleness, Verdict, key_ledger::KeyLedger},
    data::{Conflicts, Held},
    sim::Simulation,
};

impl Ledger {
    /// Whose operation it is, while it is under way and a while after.
    pub fn client_of(&self, op: OpId) -> Option<ClientId> {
        let open = self.open.get(op).map(|asked| asked.client);
        open.or_else(|| Some(self.answered(op)?.client))
    }

    /// A recent finished operation; none where it is no longer remembered.
    pub fn answered(&self, op: OpId) -> Option<&Answered> {
        self.answered.iter().rev().find(|answered| answered.op == op)
    }

    /// Whether a guarantee held for one client, or for all.
    pub fn guarantee(&self, guarantee: Guarantee, by: Option<ClientId>) -> Verdict {
        let mine = |((client, g), _): &(&(ClientId, Guarantee), &Observed)| {
            *g == guarantee && by.is_none_or(|by| by == *client)
        };
        let observed: Vec<&Observed> = self.guarantees.iter().filter(mine).map(|(_, o)| o).collect();
        let evidence: Vec<Evidence> = observed.iter().flat_map(|o| o.first.clone()).collect();
        if !evidence.is_empty() {
            Verdict::Violated(evidence)
        } else if observed.iter().map(|o| o.times).sum::<u64>() == 0 {
            let what = match guarantee {
                Guarantee::ReadYourWrites | Guarantee::MonotonicReads => "read",
                Guarantee::MonotonicWrites | Guarantee::WritesFollowReads => "write",
            };
            Verdict::Unknown(format!("no {what} was made that {} bears on", guarantee.name()))
        } else {
            Verdict::Holds
        }
    }

    /// What went wrong until now.
    pub fn anomalies(&self) -> &Anomalies {
        &self.anomalies
    }

    /// How often a client's guarantee was put to the test, and how often it did not hold.
    pub fn observed(&self, client: ClientId, guarantee: Guarantee) -> (u64, u64) {
        self.guarantees.get(&(client, guarantee)).map_or((0, 0), |observed| (observed.times, observed.broken))
    }

    /// What the reads of a key need of k, as far as each by itself tells.
    pub fn atomicity(&self, key: KeyId) -> Atomicity {
        self.keys.get(key.index()).map(|ledger| ledger.atomicity).unwrap_or_default()
    }

    /// How far `held` is behind what has been acknowledged of `key` by now; `None` where it is not.
    pub fn staleness(&self, key: KeyId, held: &Held) -> Option<Staleness> {
        self.keys[key.index()].staleness(held, u64::MAX)
    }

    /// What is known of a write, while it is remembered.
    pub fn record(&self, key: KeyId, write: WriteId) -> Option<&Record> {
        self.keys.get(key.index())?.record(write)
    }

    /// As [`Self::record`], whatever its key.
    pub fn find(&self, write: WriteId) -> Option<&Record> {
        self.record(self.key_of(write)?, write)
    }

    /// The remembered writes of a key, older first.
    pub fn records(&self, key: KeyId) -> impl Iterator<Item = &Record> {
        self.keys[key.index()].records()
    }

    /// Keys on which replicas differ.
    pub fn diverged(&self) -> usize {
        self.diverged_keys
    }

    /// Different contents among the replicas of `key`.
    pub fn different(&self, key: KeyId) -> usize {
        self.keys[key.index()].different()
    }

    /// Whether the disk of this replica was ever lost.
    pub fn lost_its_disk(&self, node: NodeId) -> bool {
        self.disks_lost.contains(&node)
    }

    /// Key by key.
    pub(in crate::check) fn key_ledgers(&self) -> &[KeyLedger] {
        &self.keys
    }

    /// Acknowledged writes that nobody holds any more and nobody will, though nothing was written on top of
    /// them: the silently lost ones that are still remembered.
    pub fn losses(&self, simulation: &Simulation) -> Vec<Loss> {
        let of = |ledger: &KeyLedger| ledger.losses(simulation, |record| is_gone(record, simulation));
        self.keys.iter().flat_map(of).collect()
    }

    /// How many acknowledged writes were silently lost, forgotten ones included.
    pub fn lost_writes(&self, simulation: &Simulation) -> u64 {
        let forgotten: u64 = self.keys.iter().map(|key| key.forgotten_losses).sum();
        forgotten + self.losses(simulation).len() as u64
    }

    /// Times to consistency of recent writes, in order of their completion.
    pub fn times_to_consistency(&self) -> impl Iterator<Item = Span> {
        self.times_to_consistency.iter().copied()
    }

    /// How many operations were answered without error, and how many finished.
    pub fn availability(&self) -> (u64, u64) {
        let ok = self.tally.reads + self.tally.writes;
        (ok, ok + self.tally.refused + self.tally.timed_out)
    }
}

/// Whether nobody holds a write any more and nobody will, though nothing was written on top of it.
pub(super) fn is_gone(record: &Record, simulation: &Simulation) -> bool {
    let version = &record.version;
    let by_log = simulation.settings().conflicts_of(version.key) == Conflicts::LogOrder;
    (by_log || !record.superseded)
        && !is_held(record, simulation)
        && !simulation.may_still_spread(version)
        && !simulation.is_hinted(version)
}

/// Whether a replica holds it. Where a primary orders the writes, a context is exact: what any replica's value was
/// written on top of is not lost, and what none was is, even if a lost write was made on top of it.
pub(super) fn is_held(record: &Record, simulation: &Simulation) -> bool {
    let version = &record.version;
    let key = version.key;
    let mut nodes = (0..simulation.scenario().replicas.len()).map(NodeId::at);
    if simulation.settings().conflicts_of(key) == Conflicts::LogOrder {
        nodes.any(|node| simulation.held(node, key).reflects(version, Conflicts::LogOrder))
    } else {
        nodes.any(|node| simulation.held(node, key).keeps(version))
    }
}
