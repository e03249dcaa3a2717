//! Every verdict of a run as it stands: what held, what did not and where that shows, what nothing was
//! observed of. Each says what was seen, and no more.

use std::sync::Arc;

use crate::{
    action::Guarantee,
    base::{ClientId, KeyId, NodeId, Position},
    sim::Simulation,
};

use super::{Anomaly, AnomalyKind, Fate, Kindred, Ledger, Model, Verdict};

/// What is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    Promise(Guarantee),
    /// A model of all keys together.
    Model(Model),
    /// Key by key, which is the same as all together.
    Linearizable,
    StaleReads,
    /// How large a k the reads of a key need.
    Atomicity(KeyId),
    LostWrites,
    /// What became of every acknowledged write.
    Acknowledged,
    SplitBrain,
    Convergence,
    Availability,
}

impl Subject {
    /// In a few words; `keys` are the names of the run's keys.
    pub fn name(self, keys: &[Arc<str>]) -> String {
        match self {
            Self::Promise(guarantee) => guarantee.name().replace('_', " "),
            Self::Model(model) => format!("{} (all keys together)", model.name()),
            Self::Linearizable => "linearizable (each key)".into(),
            Self::StaleReads => "stale reads".into(),
            Self::Atomicity(key) => {
                let key = keys.get(key.index()).map_or("?", |name| &**name);
                format!("k-atomicity of {key}")
            }
            Self::LostWrites => "lost writes".into(),
            Self::Acknowledged => "acknowledged writes".into(),
            Self::SplitBrain => "split brain".into(),
            Self::Convergence => "convergence".into(),
            Self::Availability => "availability".into(),
        }
    }
}

/// One verdict, in words.
#[derive(Debug, Clone)]
pub struct Judged {
    pub subject: Subject,
    pub verdict: Verdict,
    pub says: String,
    /// What first showed it.
    pub first: Option<Arc<Anomaly>>,
    /// Where it shows, and the replica to look at, where no anomaly was logged there.
    pub place: Option<(Position, NodeId)>,
}

/// One guarantee of one client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Badge {
    pub guarantee: Guarantee,
    /// How often it was put to the test.
    pub times: u64,
    pub broken: u64,
}

/// At most so many keys are judged for k, those that need the largest.
pub(super) const MAX_KEYS: usize = 4;

impl Ledger {
    /// The badges of a client, in the order of the guarantees.
    pub fn badges(&self, client: ClientId) -> [Badge; 4] {
        Guarantee::ALL.map(|guarantee| {
            let (times, broken) = self.observed(client, guarantee);
            Badge { guarantee, times, broken }
        })
    }

    /// Every verdict at the present instant.
    pub fn verdicts(&self, simulation: &Simulation) -> Vec<Judged> {
        let mut all: Vec<Judged> =
            Guarantee::ALL.into_iter().map(|guarantee| self.promise(guarantee, simulation)).collect();
        all.push(self.stale_reads());
        all.extend(self.atomicities(simulation));
        all.push(self.lost(simulation));
        all.push(self.acknowledged(simulation));
        if simulation.settings().primary().is_some() {
            all.push(self.split_brain());
        }
        all.push(self.convergence(simulation));
        all.push(self.available());
        all
    }

    fn shown(&self, kind: AnomalyKind) -> Option<Arc<Anomaly>> {
        self.anomalies().of(kind).map(|kindred| Arc::clone(&kindred.first))
    }

    fn promise(&self, guarantee: Guarantee, simulation: &Simulation) -> Judged {
        let clients = || (0..simulation.scenario().clients.len()).map(client_at);
        let name = |client: ClientId| &*simulation.scenario().clients[usize::from(client.0)].name;
        let tests: u64 = clients().map(|client| self.observed(client, guarantee).0).sum();
        let verdict = self.guarantee(guarantee, None);
        let says = match &verdict {
            Verdict::Holds => format!("held, put to the test {}", times(tests)),
            Verdict::Unknown(why) => why.replace('_', " "),
            Verdict::Violated(_) => {
                let broken = clients().filter_map(|client| {
                    let count = self.observed(client, guarantee).1;
                    (count > 0).then(|| format!("{} {}", name(client), times(count)))
                });
                broken.collect::<Vec<_>>().join(", ")
            }
        };
        let first = self.shown(AnomalyKind::Broken(guarantee));
        Judged { subject: Subject::Promise(guarantee), verdict, says, first, place: None }
    }

    fn stale_reads(&self) -> Judged {
        let (stale, reads) = (self.tally.stale_reads, self.tally.reads);
        let first = self.shown(AnomalyKind::StaleRead);
        let says = match self.stalest_read {
            (Some(versions), Some(time)) => format!(
                "{stale} of {reads} reads; at worst {} version{} and {} behind",
                versions.versions,
                if versions.versions == 1 { "" } else { "s" },
                time.behind
            ),
            (Some(_), None) | (None, Some(_) | None) => format!("none of {}", count(reads, "read")),
        };
        let nothing = (reads == 0).then_some("nothing was read");
        judged(Subject::StaleReads, nothing, first, says)
    }

    fn atomicities(&self, simulation: &Simulation) -> Vec<Judged> {
        let keys = (0..simulation.keys().len()).map(|index| KeyId(u32::try_from(index).unwrap_or(u32::MAX)));
        let mut keys: Vec<KeyId> = keys.filter(|key| self.atomicity(*key).judged > 0).collect();
        keys.sort_by_key(|key| (std::cmp::Reverse(self.atomicity(*key).k), *key));
        keys.truncate(MAX_KEYS);
        let judge = |key: KeyId| {
            let seen = self.atomicity(key);
            let skipped = match seen.unjudged {
                0 => String::new(),
                unjudged => format!("; {unjudged} more could not be judged"),
            };
            let (verdict, says) = if seen.k > 1 {
                let says = format!(
                    "k ≥ {}: a read at {} missed {} that had begun after what it returned was acknowledged, and \
                     were over before it began{skipped}",
                    seen.k,
                    seen.at.at,
                    count(seen.k - 1, "write")
                );
                (Verdict::Violated(vec![super::Evidence { at: seen.at, text: says.clone() }]), says)
            } else {
                let says = format!(
                    "no read by itself needs more than k = 1, of {}{skipped}",
                    count(seen.judged, "read")
                );
                (Verdict::Holds, says)
            };
            let first = self.anomalies().in_step(seen.at.step).find(|anomaly| anomaly.key == key).cloned();
            Judged {
                subject: Subject::Atomicity(key),
                verdict,
                says,
                first: first.filter(|_| seen.k > 1),
                place: None,
            }
        };
        keys.into_iter().map(judge).collect()
    }

    fn lost(&self, simulation: &Simulation) -> Judged {
        let logged = self.anomalies().of(AnomalyKind::LostWrite);
        let lost = self.lost_writes(simulation).max(logged.map_or(0, |kindred: &Kindred| kindred.count));
        let acknowledged = count(self.tally.writes, "acknowledged write");
        let first = self.shown(AnomalyKind::LostWrite);
        let says = match lost {
            0 => format!("none of {acknowledged}, up to now"),
            1 => format!("1 of {acknowledged} is lost"),
            lost => format!("{lost} of {acknowledged} are lost"),
        };
        let nothing = (self.tally.writes == 0).then_some("no write was acknowledged");
        let mut judged = judged(Subject::LostWrites, nothing, first, says.clone());
        if lost > 0 && !matches!(judged.verdict, Verdict::Violated(_)) {
            let evidence = super::Evidence { at: simulation.position(), text: says };
            judged.verdict = Verdict::Violated(vec![evidence]);
        }
        judged
    }

    /// Every acknowledged write by what became of it.
    fn acknowledged(&self, simulation: &Simulation) -> Judged {
        let fates = self.fates(simulation);
        let each = Fate::ALL.into_iter().filter(|fate| fates.of(*fate) > 0);
        let mut parts: Vec<String> = each.map(|fate| format!("{} {}", fates.of(fate), fate.name())).collect();
        if fates.unfollowed > 0 {
            parts.push(format!("{} no longer followed", fates.unfollowed));
        }
        let says = format!("of {}: {}", fates.total(), parts.join(", "));
        let gone = fates.overwritten + fates.rolled_back + fates.lost;
        let verdict = if fates.total() == 0 {
            Verdict::Unknown("no write was acknowledged".into())
        } else if gone > 0 {
            let evidence = super::Evidence { at: simulation.position(), text: says.clone() };
            Verdict::Violated(vec![evidence])
        } else {
            Verdict::Holds
        };
        let says = if fates.total() == 0 { "no write was acknowledged".into() } else { says };
        let first = self.shown(AnomalyKind::LostWrite).filter(|_| gone > 0);
        Judged { subject: Subject::Acknowledged, verdict, says, first, place: None }
    }

    fn split_brain(&self) -> Judged {
        let first = self.shown(AnomalyKind::SplitBrain);
        let says = match self.anomalies().of(AnomalyKind::SplitBrain) {
            Some(kindred) => format!("two members took writes as primary at once, {}", times(kindred.count)),
            None => "no two members took writes as primary at once".into(),
        };
        let nothing = (self.tally.writes == 0).then_some("no write was acknowledged");
        judged(Subject::SplitBrain, nothing, first, says)
    }

    fn convergence(&self, simulation: &Simulation) -> Judged {
        let keys = (0..simulation.keys().len()).map(|index| KeyId(u32::try_from(index).unwrap_or(u32::MAX)));
        let differ = keys.filter(|key| self.different(*key) > 1).count() as u64;
        let (verdict, says) = match self.converged_since {
            Some(since) => (Verdict::Holds, format!("all replicas agree, since {since}")),
            None if simulation.settled() => {
                let says = format!("replicas differ on {}, and nothing is on its way", count(differ, "key"));
                let evidence = super::Evidence { at: simulation.position(), text: says.clone() };
                (Verdict::Violated(vec![evidence]), says)
            }
            None => {
                let says = format!("replicas differ on {} as yet", count(differ, "key"));
                (Verdict::Unknown(says.clone()), says)
            }
        };
        Judged { subject: Subject::Convergence, verdict, says, first: None, place: None }
    }

    fn available(&self) -> Judged {
        let (ok, all) = self.availability();
        let first = self.shown(AnomalyKind::Unavailable);
        let says = format!("{ok} of {} answered without error", count(all, "operation"));
        let nothing = (all == 0).then_some("no operation has finished");
        judged(Subject::Availability, nothing, first, says)
    }
}

/// Violated where something shows it; unknown where nothing could.
fn judged(subject: Subject, nothing: Option<&str>, first: Option<Arc<Anomaly>>, says: String) -> Judged {
    match (&first, nothing) {
        (Some(anomaly), _) => {
            let verdict = Verdict::Violated(anomaly.evidence.clone());
            Judged { subject, verdict, says, first, place: None }
        }
        (None, Some(why)) => {
            Judged { subject, verdict: Verdict::Unknown(why.into()), says: why.into(), first, place: None }
        }
        (None, None) => Judged { subject, verdict: Verdict::Holds, says, first, place: None },
    }
}

fn client_at(index: usize) -> ClientId {
    ClientId(u16::try_from(index).unwrap_or(u16::MAX))
}

fn times(count: u64) -> String {
    match count {
        1 => "once".into(),
        count => format!("{count} times"),
    }
}

fn count(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
