//! What the log of anomalies says, against a naive reader who keeps every fact: nothing is in it that did not
//! happen, and nothing that happened is missing.

use std::{collections::BTreeMap, sync::Arc};

use laggard::{
    action::{
        Act, AntiEntropy, Command, Copies, Digest, Guarantee, HintHolder, HintRules, Level, Mend, Style,
        Surgery, TombstoneRules,
    },
    base::{ClientId, KeyId, NodeId, OpId, Ppm, SimTime, Span, WriteId},
    check::{AnomalyKind, Ledger},
    data::{Held, Version},
    net::CutShape,
    scenario::Scenario,
    sim::{Fact, MessageView, Outcome, Simulation, What},
};
use proptest::prelude::*;

use crate::{
    generate::{Move, Plan, calm, durable, for_plans, meets, run_on},
    schedule::{crash, millis, owners, plan_of, restart, rules, write},
};

/// A write as its client and a naive reader know it.
#[derive(Debug)]
struct Told {
    version: Arc<Version>,
    asked: SimTime,
    acked: Option<SimTime>,
    written_upon: bool,
}

#[derive(Debug, Default)]
struct Reader {
    asked: BTreeMap<OpId, (ClientId, KeyId, SimTime, bool)>,
    writes: BTreeMap<WriteId, Told>,
    /// By key: the k that a read needs, by every write there ever was.
    k: BTreeMap<KeyId, u64>,
    /// Members whose write was taken while another, too, took itself for the primary.
    rivals: bool,
}

fn holds(simulation: &Simulation, version: &Version) -> bool {
    let mut nodes = (0..simulation.scenario().replicas.len()).map(NodeId::at);
    nodes.any(|node| simulation.held(node, version.key).keeps(version))
}

impl Reader {
    fn read(&mut self, simulation: &Simulation, new: &[Fact]) {
        for fact in new {
            match &fact.what {
                What::Asked { op, client, key, act, .. } => {
                    self.asked.insert(*op, (*client, *key, fact.at.at, **act == Act::Read));
                }
                What::Accepted { op, version, .. } => {
                    for known in self.writes.values_mut().filter(|known| known.version.key == version.key) {
                        known.written_upon |= version.context.covers(known.version.dot);
                    }
                    let asked = self.asked[op].2;
                    let told = Told { version: Arc::clone(version), asked, acked: None, written_upon: false };
                    self.writes.insert(version.id, told);
                    self.rivals |= simulation.primaries().count() > 1;
                }
                What::Answered {
                    outcome: Outcome::Written(write) | Outcome::Waited { write, .. }, ..
                } => {
                    self.writes.get_mut(write).expect("accepted before").acked = Some(fact.at.at);
                }
                What::Answered { op, outcome: Outcome::Found(held @ (Held::One(_) | Held::Nothing)) } => {
                    let (_, key, begun, _) = self.asked[op];
                    let found = held.versions().first();
                    let known = found.and_then(|found| self.writes.get(&found.id));
                    let over = known.map_or(Some(None), |known| known.acked.map(Some));
                    let Some(after) = over else { continue };
                    let between = |told: &&Told| {
                        told.version.key == key
                            && found.is_none_or(|found| told.version.id != found.id)
                            && told.acked.is_some_and(|acked| acked < begun)
                            && after.is_none_or(|after| told.asked > after)
                    };
                    let k = self.writes.values().filter(between).count() as u64 + 1;
                    let known = self.k.entry(key).or_default();
                    *known = k.max(*known);
                }
                _ => {}
            }
        }
    }
}

struct Watched {
    simulation: Simulation,
    ledger: Ledger,
    reader: Reader,
    /// What was said to be lost, which must never come back.
    lost: Vec<WriteId>,
    mistakes: Vec<String>,
}

impl Watched {
    fn new(plan: &Plan) -> Self {
        let simulation = Simulation::new(Arc::new(plan.scenario.clone()), plan.seed);
        let ledger = Ledger::new(&simulation);
        Self { simulation, ledger, reader: Reader::default(), lost: Vec::new(), mistakes: Vec::new() }
    }

    fn make(&mut self, moves: &[Move]) {
        let Self { ledger, reader, lost, mistakes, .. } = self;
        run_on(&mut self.simulation, moves, |simulation, new| {
            let before = ledger.anomalies().count();
            ledger.observe_all(new, simulation);
            reader.read(simulation, new);
            for anomaly in ledger.anomalies().iter().rev().take_while(|anomaly| anomaly.number > before) {
                let told = anomaly.write.and_then(|write| reader.writes.get(&write));
                let here = simulation.position();
                if anomaly.at != here || anomaly.evidence.iter().any(|evidence| evidence.at > here) {
                    mistakes.push(format!("told at {here:?}: {anomaly:?}"));
                }
                match anomaly.kind {
                    AnomalyKind::LostWrite => {
                        let really = told
                            .is_some_and(|told| told.acked.is_some() && !holds(simulation, &told.version));
                        if !really {
                            mistakes.push(format!("not lost: {anomaly:?} {told:?}"));
                        }
                        lost.extend(anomaly.write);
                    }
                    AnomalyKind::StaleRead => {
                        // What is missed was acknowledged before the read began.
                        let begun = anomaly.op.map(|op| reader.asked[&op].2);
                        let really = told.and_then(|told| told.acked) <= begun && told.is_some();
                        if !really {
                            mistakes.push(format!("not missed: {anomaly:?} {told:?}"));
                        }
                    }
                    AnomalyKind::SplitBrain if !reader.rivals => {
                        mistakes.push(format!("one primary only: {anomaly:?}"));
                    }
                    AnomalyKind::SplitBrain | AnomalyKind::Broken(_) | AnomalyKind::Unavailable => {}
                }
            }
            lost.retain(|write| {
                let back = holds(simulation, &reader.writes[write].version);
                if back {
                    mistakes.push(format!("{write} was lost, and is back at {}", simulation.position()));
                }
                !back
            });
        });
    }
}

#[test]
fn what_is_in_the_log_happened_and_a_lost_write_never_comes_back() {
    let seen = std::cell::RefCell::new(BTreeMap::<AnomalyKind, u64>::new());
    for_plans(300, 91, 70, |plan| {
        let plan = durable(plan);
        let mut watched = Watched::new(&plan);
        watched.make(&plan.moves);
        prop_assert!(watched.mistakes.is_empty(), "{:#?}", watched.mistakes);
        for kind in AnomalyKind::ALL {
            let count = watched.ledger.anomalies().of(kind).map_or(0, |kindred| kindred.count);
            *seen.borrow_mut().entry(kind).or_default() += count;
        }
        Ok(())
    });
    let seen = seen.into_inner();
    // Split brains are of replica sets, which these plans have none of.
    let all = seen.iter().all(|(kind, count)| *count > 0 || *kind == AnomalyKind::SplitBrain);
    assert!(all, "some kind never occurred: {seen:?}");
}

/// What a hand holds may come yet: nothing is lost that it brings, and it comes only when it is let go.
#[test]
fn what_a_hand_holds_is_not_lost_and_stays_until_it_is_let_go() {
    let (held, quiet) = (std::cell::Cell::new(0_u32), std::cell::Cell::new(0_u32));
    for_plans(200, 417, 50, |plan| {
        let plan = durable(plan);
        let mut watched = Watched::new(&plan);
        for (index, step) in plan.moves.iter().enumerate() {
            watched.make(std::slice::from_ref(step));
            let holds = index % 3 != 2;
            let of_these = |message: &MessageView| message.held_since().is_some() != holds;
            let first = watched.simulation.messages().filter(of_these).map(|message| message.id).min();
            let surgery = if holds { Surgery::Hold } else { Surgery::Deliver };
            if let Some(id) = first {
                watched.make(&[Move::Give(Command::Message { id, surgery })]);
            }
            let in_hand = watched.simulation.messages().filter(|m| m.held_since().is_some()).count();
            held.set(held.get() + u32::from(in_hand > 0));
            if in_hand > 0 && watched.simulation.settled() && watched.simulation.open_operations() == 0 {
                quiet.set(quiet.get() + 1);
                let (mut copy, mut facts) = (watched.simulation.clone(), Vec::new());
                copy.advance_to(copy.position().at + Span::secs(60), &mut facts);
                let changed = facts.iter().find(|fact| fact.what.changes_data());
                prop_assert!(changed.is_none(), "settled, yet: {changed:?}");
            }
        }
        let in_hand: Vec<MessageView> = watched.simulation.messages().collect();
        for message in in_hand.iter().filter(|message| message.held_since().is_some()) {
            let deliver = Command::Message { id: message.id, surgery: Surgery::Deliver };
            watched.make(&[Move::Give(deliver)]);
        }
        watched.make(&[Move::Advance(Span::secs(60))]);
        prop_assert!(watched.mistakes.is_empty(), "{:#?}", watched.mistakes);
        Ok(())
    });
    assert!(held.get() > 1_000 && quiet.get() > 10, "held {held:?}, quiet with something held {quiet:?}");
}

/// Nobody holds it any more; but the coordinator still sends it again to one who missed all that came since.
#[test]
fn what_is_still_sent_again_is_not_lost() {
    let mut scenario = Scenario::of(3);
    rules(&mut scenario).retransmit = Some(Span::secs(1));
    let mut watched = Watched::new(&plan_of(scenario, Vec::new()));
    let name = |a: u16, b: u16| format!("{a} from {b}").into();
    let wall = |a, b| {
        Move::Give(Command::Cut { name: Some(name(a, b)), shape: CutShape::Link(NodeId(a), NodeId(b)) })
    };
    let heal = |a, b| Move::Give(Command::Heal(Mend::Named(name(a, b))));
    watched.make(&[wall(0, 1), wall(0, 2), wall(1, 2)]);
    watched.make(&[Move::Give(write(0, "first", Level::One)), millis(10)]);
    watched.make(&[Move::Give(write(1, "second", Level::One)), millis(500), heal(0, 1), millis(2_000)]);
    let first = watched.reader.writes.values().next().expect("written").version.clone();
    assert!(!holds(&watched.simulation, &first), "both have the second");
    assert_eq!(watched.ledger.anomalies().of(AnomalyKind::LostWrite).map(|lost| lost.count), None);
    watched.make(&[heal(0, 2), millis(2_000)]);
    assert!(holds(&watched.simulation, &first), "and there it is");
    watched.make(&[heal(1, 2), millis(2_000)]);
    assert_eq!(watched.ledger.anomalies().of(AnomalyKind::LostWrite).map(|lost| lost.count), Some(1));
    assert_eq!(watched.mistakes, [""; 0]);
}

/// Acknowledged at level ANY, kept as a hint alone, and too old when its replicas are back.
#[test]
fn what_only_an_expired_hint_had_is_lost() {
    let mut scenario = Scenario::of(3);
    scenario.settings.set_copies(&Copies::InAll(2));
    let (window, holder, replay_every) = (Span::secs(600), HintHolder::Coordinator, Span::millis(500));
    rules(&mut scenario).hints = Some(HintRules { window, holder, replay_every });
    let (gc_grace, compact_every) = (Span::secs(2), Span::secs(1));
    rules(&mut scenario).tombstones = Some(TombstoneRules { gc_grace, compact_every });
    let (owners, others) = owners(&scenario);
    let mut watched = Watched::new(&plan_of(scenario, Vec::new()));
    watched.make(&[crash(owners[0]), crash(owners[1])]);
    watched.make(&[Move::Give(write(others[0], "kept", Level::Any)), millis(1_000)]);
    let lost =
        |watched: &Watched| watched.ledger.anomalies().of(AnomalyKind::LostWrite).map(|lost| lost.count);
    assert_eq!(lost(&watched), None, "it is kept");
    watched.make(&[millis(4_000), restart(owners[0]), restart(owners[1]), millis(5_000)]);
    assert_eq!(lost(&watched), Some(1));
    assert_eq!(watched.mistakes, [""; 0]);
}

#[test]
fn every_stale_read_and_every_broken_promise_is_in_the_log_once() {
    for_plans(200, 92, 70, |plan| {
        let mut watched = Watched::new(&plan);
        watched.make(&plan.moves);
        let log = watched.ledger.anomalies();
        let stale = log.of(AnomalyKind::StaleRead).map_or(0, |kindred| kindred.count);
        prop_assert_eq!(stale, watched.ledger.tally.stale_reads);
        for client in (0..plan.scenario.clients.len()).map(|i| ClientId(u16::try_from(i).expect("few"))) {
            for guarantee in [Guarantee::ReadYourWrites, Guarantee::MonotonicReads] {
                let logged = log.of_promise(client, guarantee).map_or(0, |kindred| kindred.count);
                let (times, broken) = watched.ledger.observed(client, guarantee);
                prop_assert_eq!(logged, broken);
                prop_assert!(broken <= times);
            }
            for guarantee in [Guarantee::MonotonicWrites, Guarantee::WritesFollowReads] {
                // One for each write and replica, however much it lacks there.
                let logged = log.of_promise(client, guarantee).map_or(0, |kindred| kindred.count);
                let (_, broken) = watched.ledger.observed(client, guarantee);
                prop_assert!(logged <= broken && (logged > 0) == (broken > 0));
            }
        }
        Ok(())
    });
}

#[test]
fn every_write_that_is_lost_when_all_is_quiet_is_in_the_log() {
    let known = std::cell::Cell::new(0);
    for_plans(150, 93, 60, |plan| {
        let mut watched = Watched::new(&plan);
        watched.make(&plan.moves);
        let (every, style) = (Span::millis(100), Style::PushPull);
        let gossip = AntiEntropy { every, style, fan_out: 2, digest: Digest::Full };
        watched.make(&calm(&plan.scenario, gossip, Ppm::NEVER));
        watched.make(&[Move::Advance(Span::secs(30))]);
        for loss in watched.ledger.losses(&watched.simulation) {
            known.set(known.get() + 1);
            let mut logged = watched.ledger.anomalies().iter();
            let logged = logged.any(|a| a.kind == AnomalyKind::LostWrite && a.write == Some(loss.write));
            prop_assert!(logged, "{loss:?} is lost, and the log does not know");
        }
        Ok(())
    });
    assert!(known.get() > meets(50, 20), "{}", known.get());
}

#[test]
fn no_read_is_said_to_need_a_larger_k_than_all_that_happened_tells() {
    let larger = std::cell::Cell::new(0);
    for_plans(200, 94, 70, |plan| {
        // Who finds nothing where a tombstone was forgotten finds what was deleted, or what never was.
        let plan = durable(plan);
        let mut watched = Watched::new(&plan);
        watched.make(&plan.moves);
        for (key, k) in &watched.reader.k {
            let said = watched.ledger.atomicity(*key);
            prop_assert!(said.k <= *k, "{said:?}, but {k} of {key}");
            let few = watched.reader.writes.values().filter(|told| told.version.key == *key).count() <= 16;
            prop_assert!(!few || said.unjudged > 0 || said.k == *k, "{said:?}, not {k} of {key}");
            larger.set(larger.get() + u64::from(said.k > 1));
        }
        Ok(())
    });
    assert!(larger.get() > meets(20, 5), "{}", larger.get());
}
