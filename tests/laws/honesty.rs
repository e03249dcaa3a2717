//! What the ledger and `settled` say, against a naive reader who keeps every fact and asks every replica
//! after every step.

use std::{collections::BTreeMap, sync::Arc};

use laggard::{
    action::{Act, AntiEntropy, Ask, ClientPolicy, Command, Context, Guarantee, Level, Style},
    base::{ClientId, KeyId, NodeId, OpId, Ppm, Seed, SimTime, Span, WriteId},
    check::{Ledger, Verdict},
    data::{Conflicts, Held, Value, Version},
    net::{CutShape, Delay, LinkProfile, Network},
    replica::MessageKind,
    scenario::Scenario,
    sim::{Death, Fact, Outcome, Simulation, What},
};
use proptest::prelude::*;

use crate::generate::{Move, Plan, calm, durable, for_plans, run_on};

#[derive(Debug)]
struct Write {
    version: Arc<Version>,
    client: ClientId,
    accepted: SimTime,
    /// The step that accepted it.
    step: u64,
    /// Writes of the key acknowledged before it was accepted.
    acks_before: usize,
    /// Place in the order of acknowledgements of its key, and when, and at which step.
    acked: Option<(usize, SimTime, u64)>,
    reflected: Vec<NodeId>,
    /// The step in which the first replica had something better.
    beaten: Option<u64>,
    spread: Spread,
    /// The step in which a write was made on top of it, before it vanished.
    superseded: Option<u64>,
    /// It vanished in that very step: which was first, one who looks after every step cannot tell.
    doubtful: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spread {
    UnderWay,
    Everywhere,
    /// Every replica has moved past it and none holds it: it cannot come back.
    Vanished,
}

#[derive(Debug)]
struct Read {
    key: KeyId,
    client: ClientId,
    asked: u64,
    /// Writes of the key acknowledged before it began.
    acks: usize,
    answered: Option<(u64, Held)>,
}

/// Remembers everything.
#[derive(Debug, Default)]
struct Oracle {
    writes: Vec<Write>,
    asked: BTreeMap<OpId, (ClientId, KeyId)>,
    reads: BTreeMap<OpId, Read>,
    acks: BTreeMap<KeyId, usize>,
    /// The newest tombstone of each key that some replica forgot in good order.
    forgotten: BTreeMap<KeyId, Arc<Version>>,
    times: Vec<Span>,
    stale_reads: u64,
    /// By client: reads that something bears on, and those that broke it.
    guarantees: BTreeMap<(ClientId, Guarantee), (u64, u64)>,
}

fn supersedes(held: &Held, write: &Version, conflicts: Conflicts) -> bool {
    if held.state().is_some() {
        // `write` may be a counter or a set as it once read: its context is all that it had seen.
        return held.history().includes(&write.context) && held.history().covers(write.dot);
    }
    held.versions().iter().any(|v| {
        v.id == write.id
            || v.context.covers(write.dot)
            || conflicts == Conflicts::LastWriteWins && v.last_write_order(write).is_gt()
    })
}

fn is_held(simulation: &Simulation, version: &Version) -> bool {
    let holds = |held: &Held| match held.state() {
        Some(state) => state.seen().covers(version.dot),
        None => held.versions().iter().any(|v| v.id == version.id),
    };
    let mut nodes = (0..simulation.scenario().replicas.len()).map(NodeId::at);
    nodes.any(|node| holds(simulation.held(node, version.key)))
}

/// Whether some replica has it and waits for what it depends on before it shows it.
fn waits(simulation: &Simulation, version: &Version) -> bool {
    let mut nodes = (0..simulation.scenario().replicas.len()).map(NodeId::at);
    nodes.any(|node| simulation.waiting(node).any(|waiting| waiting.write == version.id))
}

impl Oracle {
    #[expect(clippy::too_many_lines, reason = "one arm for each kind of fact")]
    fn watch(&mut self, simulation: &Simulation, new: &[Fact]) -> Vec<(OpId, Option<(u64, SimTime)>)> {
        let mut judged = Vec::new();
        for fact in new {
            let (step, now) = (fact.at.step, fact.at.at);
            match &fact.what {
                What::Asked { op, client, key, act, .. } => {
                    self.asked.insert(*op, (*client, *key));
                    if **act == Act::Read {
                        let acks = self.acks.get(key).copied().unwrap_or(0);
                        let (key, client, asked) = (*key, *client, step);
                        self.reads.insert(*op, Read { key, client, asked, acks, answered: None });
                    }
                }
                What::Accepted { op, version, .. } => {
                    for write in self.writes.iter_mut().filter(|w| w.version.key == version.key) {
                        // What was accepted and beaten in this very step is gone by now.
                        let there =
                            write.spread != Spread::Vanished && (write.step < step || write.beaten.is_none());
                        if there && version.context.covers(write.version.dot) {
                            write.superseded.get_or_insert(step);
                        }
                    }
                    self.writes.push(Write {
                        version: Arc::clone(version),
                        client: self.asked[op].0,
                        accepted: now,
                        step,
                        beaten: None,
                        acks_before: self.acks.get(&version.key).copied().unwrap_or(0),
                        acked: None,
                        reflected: Vec::new(),
                        spread: Spread::UnderWay,
                        superseded: None,
                        doubtful: false,
                    });
                }
                What::Answered { outcome: Outcome::Written(write), .. } => {
                    let write =
                        self.writes.iter_mut().find(|w| w.version.id == *write).expect("accepted before");
                    let acks = self.acks.entry(write.version.key).or_default();
                    *acks += 1;
                    write.acked = Some((*acks, now, step));
                }
                What::Answered { op, outcome: Outcome::Found(held) } => {
                    judged.push((*op, self.judge_read(*op, held, simulation)));
                    self.reads.get_mut(op).expect("asked before").answered = Some((step, held.clone()));
                }
                What::Kept { write, .. } => {
                    for written in self.writes.iter_mut().filter(|w| w.version.id == *write) {
                        written.beaten.get_or_insert(step);
                    }
                }
                What::Purged { key, write, .. } => {
                    let purged =
                        self.writes.iter().find(|w| w.version.id == *write).expect("accepted before");
                    let known = self.forgotten.entry(*key).or_insert_with(|| Arc::clone(&purged.version));
                    if purged.version.last_write_order(known).is_gt() {
                        *known = Arc::clone(&purged.version);
                    }
                }
                What::Destroyed { node, .. } => {
                    for write in &mut self.writes {
                        write.reflected.retain(|reflecting| reflecting != node);
                    }
                }
                What::Discarded { node, key, .. } => {
                    for write in self.writes.iter_mut().filter(|write| write.version.key == *key) {
                        write.reflected.retain(|reflecting| reflecting != node);
                    }
                }
                _ => {}
            }
        }
        self.ask_every_replica(simulation);
        judged
    }

    fn ask_every_replica(&mut self, simulation: &Simulation) {
        for write in self.writes.iter_mut().filter(|write| write.spread == Spread::UnderWay) {
            let conflicts = simulation.settings().conflicts_of(write.version.key);
            let mut missing = false;
            for node in simulation.owners(write.version.key) {
                if !write.reflected.contains(&node) {
                    if supersedes(simulation.held(node, write.version.key), &write.version, conflicts) {
                        write.reflected.push(node);
                    } else {
                        missing = true;
                    }
                }
            }
            if !missing {
                write.spread = Spread::Everywhere;
                self.times.push(simulation.position().at.since(write.accepted));
            }
        }
        for write in self.writes.iter_mut().filter(|write| write.spread == Spread::Everywhere) {
            if !is_held(simulation, &write.version) {
                write.spread = Spread::Vanished;
                write.doubtful = write.superseded == Some(simulation.position().step);
            }
        }
    }

    fn judge_read(&mut self, op: OpId, held: &Held, simulation: &Simulation) -> Option<(u64, SimTime)> {
        let read = &self.reads[&op];
        let (client, key, asked) = (read.client, read.key, read.asked);
        let conflicts = simulation.settings().conflicts_of(key);
        let own: Vec<bool> = self
            .writes
            .iter()
            .filter(|w| w.version.key == key && w.client == client)
            .filter(|w| w.acked.is_some_and(|(_, _, step)| step < asked))
            .map(|w| supersedes(held, &w.version, conflicts))
            .collect();
        let earlier: Vec<bool> = self
            .reads
            .values()
            .filter(|r| r.key == key && r.client == client)
            .filter_map(|r| r.answered.as_ref().filter(|(step, _)| *step < asked))
            .flat_map(|(_, seen)| seen.versions().iter().map(|v| supersedes(held, v, conflicts)))
            .collect();
        for (guarantee, kept) in [(Guarantee::ReadYourWrites, own), (Guarantee::MonotonicReads, earlier)] {
            if !kept.is_empty() {
                let (times, broken) = self.guarantees.entry((client, guarantee)).or_default();
                *times += 1;
                *broken += u64::from(kept.contains(&false));
            }
        }
        let stale = self.staleness(key, held, self.reads[&op].acks);
        self.stale_reads += u64::from(stale.is_some());
        stale
    }

    /// SEMANTICS §1: how many steps of newer acknowledged writes, and since when. Who finds nothing finds what
    /// a forgotten tombstone says.
    fn staleness(&self, key: KeyId, held: &Held, acks: usize) -> Option<(u64, SimTime)> {
        let forgotten = self.forgotten.get(&key).filter(|_| *held == Held::Nothing);
        let forgotten = forgotten.map(|tombstone| Held::One(Arc::clone(tombstone)));
        let held = forgotten.as_ref().unwrap_or(held);
        let place = |version: &Arc<Version>| {
            let write = self.writes.iter().find(|w| w.version.id == version.id);
            write.map_or(0, |w| w.acked.map_or(w.acks_before, |(place, _, _)| place))
        };
        // Every update that a counter or a set misses makes it stale, however early.
        let register = held.state().is_none();
        let place = held.versions().iter().filter(|_| register).map(place).max().unwrap_or(0);
        let mut newer: Vec<&Write> = self
            .writes
            .iter()
            .filter(|w| w.version.key == key)
            .filter(|w| w.acked.is_some_and(|(ack, _, _)| ack > place && ack <= acks))
            .filter(|w| {
                !held.versions().iter().any(|v| v.id == w.version.id || v.context.covers(w.version.dot))
            })
            .collect();
        newer.sort_by_key(|w| w.acked);
        let since = newer.first()?.acked?.1;
        // Writes concurrent with all of the step so far belong to it.
        let mut steps: Vec<Vec<&Write>> = Vec::new();
        for write in newer {
            let on_top = |other: &&Write| write.version.context.covers(other.version.dot);
            match steps.last_mut().filter(|step| !step.iter().any(on_top)) {
                Some(step) => step.push(write),
                None => steps.push(vec![write]),
            }
        }
        Some((steps.len() as u64, since))
    }

    /// Acknowledged, not written upon, and nowhere to be found.
    fn lost(&self, simulation: &Simulation) -> Vec<WriteId> {
        let lost = |write: &&Write| {
            let version = &write.version;
            let gone = !is_held(simulation, version) && !waits(simulation, version);
            write.acked.is_some() && write.superseded.is_none() && gone
        };
        self.writes.iter().filter(lost).map(|w| w.version.id).collect()
    }

    fn doubtful(&self, write: WriteId) -> bool {
        self.writes.iter().any(|w| w.version.id == write && w.doubtful)
    }

    fn writes_of(&self, key: KeyId) -> usize {
        self.writes.iter().filter(|w| w.version.key == key).count()
    }
}

/// A simulation with its ledger and its oracle.
struct Watched {
    simulation: Simulation,
    ledger: Ledger,
    oracle: Oracle,
    mistakes: Vec<String>,
}

impl Watched {
    fn new(plan: &Plan) -> Self {
        let simulation = Simulation::new(Arc::new(plan.scenario.clone()), plan.seed);
        let ledger = Ledger::new(&simulation);
        Self { simulation, ledger, oracle: Oracle::default(), mistakes: Vec::new() }
    }

    fn make(&mut self, moves: &[Move]) {
        let (ledger, oracle, mistakes) = (&mut self.ledger, &mut self.oracle, &mut self.mistakes);
        run_on(&mut self.simulation, moves, |simulation, new| {
            for fact in new {
                ledger.observe(fact, simulation);
            }
            let judged = oracle.watch(simulation, new);
            if let Some((op, expected)) = judged.last() {
                let last = ledger.last_read.as_ref().expect("a read was answered");
                let said = last.staleness.as_ref().map(|s| (s.versions, s.since));
                // The ledger remembers so many writes that every replica reflects, and no more.
                if last.op == *op && oracle.writes_of(last.key) <= 16 && said != *expected {
                    mistakes.push(format!("{op} is {expected:?} behind, the ledger says {said:?}"));
                }
            }
            let same = everywhere_the_same(simulation);
            if simulation.converged() != same || ledger.converged_since.is_some() != same {
                mistakes.push(format!("converged: {same} at {}", simulation.position()));
            }
        });
    }
}

fn everywhere_the_same(simulation: &Simulation) -> bool {
    let keys = (0..simulation.keys().len()).map(|i| KeyId(u32::try_from(i).expect("few")));
    keys.into_iter().all(|key| {
        let contents = |node| {
            let held = simulation.held(node, key);
            let ids: Vec<_> = held.versions().iter().map(|v| v.id).collect();
            // One vector for several siblings is data, too.
            let vector = matches!(held, Held::State(_) | Held::Shared(_)).then(|| held.history());
            (ids, vector)
        };
        let all: Vec<_> = simulation.owners(key).map(contents).collect();
        all.windows(2).all(|pair| pair[0] == pair[1])
    })
}

#[test]
fn the_ledger_counts_stale_reads_as_a_naive_reader_does() {
    for_plans(200, 60, 70, |plan| {
        let mut watched = Watched::new(&plan);
        watched.make(&plan.moves);
        prop_assert!(watched.mistakes.is_empty(), "{:#?}", watched.mistakes);
        prop_assert_eq!(watched.ledger.tally.stale_reads, watched.oracle.stale_reads);
        Ok(())
    });
}

#[test]
fn the_ledger_times_consistency_as_one_who_asks_every_replica_does() {
    for_plans(120, 61, 60, |plan| {
        let mut watched = Watched::new(&plan);
        watched.make(&plan.moves);
        let mut said: Vec<Span> = watched.ledger.times_to_consistency().collect();
        let mut expected = watched.oracle.times.clone();
        said.sort_unstable();
        expected.sort_unstable();
        prop_assert_eq!(said, expected);
        Ok(())
    });
}

#[test]
fn the_ledger_counts_lost_writes_as_one_who_searches_everywhere_does() {
    for_plans(120, 62, 60, |mut plan| {
        // A delete that is forgotten in good order is done, and what was on a lost disk is told of by the
        // scenarios of hints.
        plan = durable(plan);
        let mut watched = Watched::new(&plan);
        watched.make(&plan.moves);
        let gossip = AntiEntropy {
            every: Span::millis(100),
            style: Style::PushPull,
            fan_out: 2,
            digest: laggard::action::Digest::Full,
        };
        watched.make(&calm(&plan.scenario, gossip, Ppm::NEVER));
        for _ in 0..60 {
            watched.make(&[Move::Advance(Span::secs(2))]);
            if watched.simulation.settled() && watched.simulation.open_operations() == 0 {
                break;
            }
        }
        prop_assert!(watched.simulation.settled());
        let lost = watched.oracle.lost(&watched.simulation);
        let said = watched.ledger.losses(&watched.simulation);
        for loss in &said {
            let doubtful = watched.oracle.doubtful(loss.write);
            prop_assert!(lost.contains(&loss.write) || doubtful, "{loss:?} is not lost");
        }
        let known = lost.len() as u64;
        let doubtful =
            watched.oracle.writes.iter().filter(|w| w.acked.is_some() && w.doubtful).count() as u64;
        let said = watched.ledger.lost_writes(&watched.simulation);
        prop_assert!((known..=known + doubtful).contains(&said), "{said}, not {known}: {lost:?}");
        Ok(())
    });
}

#[test]
fn the_ledger_judges_sessions_as_a_naive_reader_does() {
    for_plans(200, 63, 70, |mut plan| {
        // A truncated vector forgets what a version descends from, which only the naive reader goes by.
        plan.scenario.settings.truncate_at = None;
        let mut watched = Watched::new(&plan);
        watched.make(&plan.moves);
        for client in (0..plan.scenario.clients.len()).map(|i| ClientId(u16::try_from(i).expect("few"))) {
            for guarantee in [Guarantee::ReadYourWrites, Guarantee::MonotonicReads] {
                let (times, broken) =
                    watched.oracle.guarantees.get(&(client, guarantee)).copied().unwrap_or_default();
                let expected = match (times, broken) {
                    (0, _) => "unknown",
                    (_, 0) => "holds",
                    _ => "violated",
                };
                let verdict = watched.ledger.guarantee(guarantee, Some(client));
                let said = match &verdict {
                    Verdict::Unknown(_) => "unknown",
                    Verdict::Holds => "holds",
                    Verdict::Violated(_) => "violated",
                };
                prop_assert_eq!(said, expected, "{:?} of {}: {:?}", guarantee, client, verdict);
            }
        }
        Ok(())
    });
}

/// SEMANTICS §9: an enforced guarantee is never broken, whatever happens.
#[test]
fn no_answer_breaks_a_guarantee_that_is_enforced() {
    let refused = std::cell::Cell::new(0);
    for_plans(150, 64, 70, |mut plan| {
        // A truncated vector forgets what a version descends from, which only the naive reader goes by.
        plan.scenario.settings.truncate_at = None;
        for client in &mut plan.scenario.clients {
            client.policy = ClientPolicy {
                guarantees: vec![Guarantee::ReadYourWrites, Guarantee::MonotonicReads],
                when_unable: client.policy.when_unable,
                route: client.policy.route,
                ..ClientPolicy::default()
            };
        }
        plan.moves.retain(|step| !matches!(step, Move::Give(Command::SetClient { .. })));
        let mut watched = Watched::new(&plan);
        watched.make(&plan.moves);
        for ((client, guarantee), (_, broken)) in &watched.oracle.guarantees {
            prop_assert_eq!(*broken, 0, "{:?} of {}", guarantee, client);
        }
        refused.set(refused.get() + watched.ledger.tally.refused);
        Ok(())
    });
    assert!(refused.get() > 50);
}

/// What happens to a copy that is left alone: whether anything was stored, or lost by a link.
fn left_alone(simulation: &Simulation, span: Span) -> (bool, bool) {
    let mut copy = simulation.clone();
    let end = copy.position().at + span;
    let (mut facts, mut stored, mut lost) = (Vec::new(), false, false);
    while !stored && copy.next_at().is_some_and(|at| at <= end) {
        copy.step(&mut facts);
        for fact in facts.drain(..) {
            stored |= matches!(fact.what, What::Stored { .. });
            // A request handed on may be refused where it comes to, as good as lost.
            lost |= matches!(fact.what, What::Delivered { kind: MessageKind::Forward, .. });
            lost |= matches!(fact.what, What::Died { death: Death::Lost, .. });
        }
    }
    (stored, lost)
}

#[test]
fn settled_means_that_nothing_changes_by_itself_and_unsettled_that_something_does() {
    let seen = std::cell::RefCell::new([0, 0]);
    for_plans(200, 65, 40, |mut plan| {
        plan.scenario.workload = None;
        let mut simulation = Simulation::new(Arc::new(plan.scenario.clone()), plan.seed);
        for (i, step) in plan.moves.iter().enumerate() {
            run_on(&mut simulation, std::slice::from_ref(step), |_, _| ());
            if i % 4 != 3 && i + 1 != plan.moves.len() {
                continue;
            }
            if simulation.settled() {
                seen.borrow_mut()[0] += 1;
                let (stored, _) = left_alone(&simulation, Span::secs(15));
                prop_assert!(!stored, "settled at {}, yet something changed", simulation.position());
            } else {
                seen.borrow_mut()[1] += 1;
                let (stored, lost) = left_alone(&simulation, Span::secs(600));
                // A read that would repair may find too few to answer it, and end without.
                let reads = simulation.coordinating() > 0;
                // What waits for a tombstone to be forgotten may have been acknowledged, and a tombstone
                // that is sent again forgotten, by then.
                let rules = simulation.settings().leaderless().and_then(|rules| rules.tombstones);
                let forgets = rules.is_some()
                    && simulation
                        .settings()
                        .leaderless()
                        .is_some_and(|rules| rules.retransmit.is_some() || rules.hints.is_some());
                prop_assert!(
                    stored || lost || reads || forgets,
                    "unsettled at {}, yet nothing changed",
                    simulation.position()
                );
            }
        }
        Ok(())
    });
    let seen = seen.into_inner();
    assert!(seen[0] > 100 && seen[1] > 100, "{seen:?}");
}

fn submit(client: u16, at: u16, value: Option<&str>, context: Context) -> Move {
    let act = value.map_or(Act::Read, |value| Act::Write { value: Value::text(value), context, stamp: None });
    let (client, at, key) = (ClientId(client), Some(NodeId(at)), KeyId(0));
    Move::Give(Command::Submit(Ask { client, at, key, act, level: None, wait: None }))
}

#[test]
fn many_siblings_that_everybody_holds_are_not_lost() {
    let mut scenario = Scenario::of(3);
    scenario.settings.conflicts = Conflicts::Siblings;
    let mut watched = Watched::new(&Plan { scenario, seed: Seed(1), moves: Vec::new() });
    for i in 0..40 {
        watched.make(&[submit(0, 0, Some(&i.to_string()), Context::None), Move::Advance(Span::millis(200))]);
    }
    assert_eq!(watched.simulation.held(NodeId(2), KeyId(0)).versions().len(), 40);
    assert_eq!(watched.ledger.lost_writes(&watched.simulation), 0);
}

#[test]
fn what_loses_against_a_clock_ahead_is_superseded_everywhere_at_once() {
    let mut scenario = Scenario::of(3);
    scenario.replicas[0].skew = 10_000_000_000;
    let mut watched = Watched::new(&Plan { scenario, seed: Seed(1), moves: Vec::new() });
    watched.make(&[
        submit(0, 0, Some("ahead"), Context::None),
        Move::Advance(Span::secs(1)),
        Move::Give(Command::Cut { name: None, shape: CutShape::Isolate(NodeId(1)) }),
        submit(0, 1, Some("behind"), Context::None),
        Move::Advance(Span::secs(1)),
    ]);
    let times: Vec<Span> = watched.ledger.times_to_consistency().collect();
    assert_eq!(times, [Span::millis(80), Span::ZERO], "no replica has anything to learn from it");
}

/// A slow read that began before a write says nothing about that write.
#[test]
fn a_read_that_began_before_a_write_breaks_no_promise_about_it() {
    let mut scenario = Scenario::of(3);
    scenario.settings.read = Level::Two;
    scenario.network = Network::new(3, LinkProfile::plain(Delay::Fixed(Span::millis(80))));
    scenario.clients[0].policy.guarantees = vec![Guarantee::ReadYourWrites];
    let mut watched = Watched::new(&Plan { scenario, seed: Seed(1), moves: Vec::new() });
    watched.make(&[
        submit(0, 1, None, Context::Last),
        Move::Advance(Span::millis(20)),
        submit(0, 0, Some("mine"), Context::Last),
        Move::Advance(Span::secs(1)),
    ]);
    assert_eq!(watched.ledger.tally.reads, 1, "the read is answered");
    let verdict = watched.ledger.guarantee(Guarantee::ReadYourWrites, None);
    assert!(matches!(verdict, Verdict::Unknown(_)), "{verdict:?}");
}

/// Two own writes, neither on top of the other: both must be seen.
#[test]
fn every_own_write_is_to_be_read_not_only_the_newest() {
    let mut scenario = Scenario::of(3);
    scenario.settings.conflicts = Conflicts::Siblings;
    let mut watched = Watched::new(&Plan { scenario, seed: Seed(1), moves: Vec::new() });
    watched.make(&[
        Move::Give(Command::Cut { name: None, shape: CutShape::Isolate(NodeId(0)) }),
        submit(0, 0, Some("one"), Context::None),
        submit(0, 1, Some("two"), Context::None),
        submit(0, 1, None, Context::None),
        Move::Advance(Span::secs(1)),
    ]);
    let verdict = watched.ledger.guarantee(Guarantee::ReadYourWrites, None);
    assert!(matches!(verdict, Verdict::Violated(_)), "{verdict:?}");
}
