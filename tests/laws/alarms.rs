//! The checkers on our own runs: silent in the linearizable settings (SEMANTICS §14), and loud where reads and writes
//! ask one replica while walls stand.
//!
//! `LAWS_RUNS=10000 cargo test --test laws no_alarm` plays so many runs of each setting instead of a few hundred.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    num::NonZeroUsize,
    sync::Arc,
};

use laggard::{
    action::{
        Act, AntiEntropy, Ask, Asks, Command, Context, Coordinator, Digest, Failover, Guarantee, HintHolder,
        HintRules, LeaderlessPolicy, Level, Mend, Monitors, PrimaryPolicy, Protocol, ReadRepair, ReadsFrom,
        Setting, Style, Wait,
    },
    base::{ClientId, KeyId, NodeId, Ppm, Seed, Span},
    check::{
        AnomalyKind, Ledger, Subject, Verdict,
        history::History,
        linear::{self, Budget},
        run_history::{Recorder, RunHistory, Unmodelled},
    },
    data::{Conflicts, Value},
    net::{CutShape, LinkChange, Scope},
    scenario::{ClientSpec, Scenario},
    sim::Simulation,
};
use proptest::prelude::*;

use crate::{
    generate::{Dice, Move, Plan, any_delay, for_draws, for_plans, run},
    linearizable::majorities,
};

/// So many runs of each setting, unless `LAWS_RUNS` says otherwise.
fn runs(usual: u32) -> u32 {
    std::env::var("LAWS_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(usual)
}

/// A run, at its end.
struct Played {
    history: RunHistory,
    ledger: Ledger,
    end: Simulation,
}

fn played(plan: &Plan) -> Played {
    let mut ledger = Ledger::new(&Simulation::new(Arc::new(plan.scenario.clone()), plan.seed));
    let mut recorder = Recorder::default();
    let end = run(plan, |simulation, facts| {
        ledger.observe_all(facts, simulation);
        for fact in facts {
            recorder.observe(fact, simulation, &ledger);
        }
    });
    Played { history: recorder.finish(), ledger, end }
}

impl Played {
    /// What shows that the clients' history is not linearizable, and how many operations were answered.
    fn not_linearizable(&self) -> (Option<String>, usize) {
        let modelled = match self.history.modelled(None, &self.end) {
            Ok(modelled) => modelled,
            Err(Unmodelled::Nothing) => return (None, 0),
            Err(why) => panic!("{why}"),
        };
        let history =
            History::new(modelled.model, modelled.model.initial(), modelled.recorded()).expect("a register");
        let judged = linear::judge(&history, Budget::default(), NonZeroUsize::MIN);
        let shown = judged.verdicts.iter().find_map(|verdict| match verdict {
            linear::Verdict::Violated(Some(witness)) => Some(witness.words.join("\n")),
            linear::Verdict::Violated(None) => Some("violated".to_owned()),
            linear::Verdict::Spent(spent) => panic!("{spent:?}"),
            linear::Verdict::Holds | linear::Verdict::Abandoned | linear::Verdict::NothingObserved => None,
        });
        (shown, history.counts.ok)
    }

    /// The first of the kinds that the log has.
    fn logged(&self, kinds: &[AnomalyKind]) -> Option<String> {
        let log = self.ledger.anomalies();
        kinds.iter().find_map(|kind| log.of(*kind)).map(|kindred| kindred.first.told())
    }

    fn faults(&self) -> usize {
        self.history.faults.len()
    }
}

/// What many runs amount to.
#[derive(Default)]
struct Sum {
    runs: Cell<u32>,
    /// Operations that were answered without error.
    answered: Cell<usize>,
    faults: Cell<usize>,
}

impl Sum {
    /// Adds a run, which must not alarm.
    fn silent(&self, plan: &Plan, never: &[AnomalyKind]) -> Result<(), TestCaseError> {
        let played = played(plan);
        let (shown, answered) = played.not_linearizable();
        prop_assert!(shown.is_none(), "{}", shown.unwrap_or_default());
        let logged = played.logged(never);
        prop_assert!(logged.is_none(), "{}", logged.unwrap_or_default());
        self.runs.set(self.runs.get() + 1);
        self.answered.set(self.answered.get() + answered);
        self.faults.set(self.faults.get() + played.faults());
        Ok(())
    }

    #[expect(
        clippy::print_stderr,
        reason = "what ten thousand runs amount to is written down by who ran them"
    )]
    /// Something happened in them: so many answers and faults in each, on average.
    fn told(&self, answers: usize, faults: usize) {
        let (runs, answered, befell) = (self.runs.get(), self.answered.get(), self.faults.get());
        assert!(answered > answers * runs as usize, "{answered} answers in {runs} runs");
        assert!(befell > faults * runs as usize, "{befell} faults in {runs} runs");
        eprintln!("{runs} runs, {answered} operations answered, {befell} faults and turned knobs: no alarm");
    }
}

/// A linearizable register keeps these two for whoever asks. Monotonic writes and writes-follow-reads are judged at
/// each replica (Terry et al. 1994), and no quorum makes every single replica keep them.
const OF_READS: [AnomalyKind; 2] =
    [AnomalyKind::Broken(Guarantee::ReadYourWrites), AnomalyKind::Broken(Guarantee::MonotonicReads)];

#[test]
fn no_alarm_under_majorities_with_blocking_repair_and_exact_clocks() {
    let sum = Sum::default();
    let half = runs(1_000) / 2;
    for_plans(half, 1_060, 60, |plan| sum.silent(&majorities(plan, ReadRepair::Blocking), &OF_READS));
    for_draws(half, 1_064, &draws(60), |(scenario, moves)| {
        sum.silent(&busy_majorities(&scenario, &moves), &OF_READS)
    });
    sum.told(6, 5);
}

#[test]
fn no_alarm_where_one_primary_serves_all_reads_and_never_fails_over() {
    let never: Vec<AnomalyKind> =
        AnomalyKind::ALL.into_iter().filter(|kind| *kind != AnomalyKind::Unavailable).collect();
    let sum = Sum::default();
    for_draws(runs(1_000), 1_061, &draws(60), |(scenario, moves)| {
        sum.silent(&one_primary(&scenario, &moves), &never)
    });
    sum.told(5, 5);
}

/// Draws for a scenario and up to `moves` moves.
fn draws(moves: usize) -> impl Strategy<Value = (Vec<u16>, Vec<Vec<u16>>)> {
    (
        prop::collection::vec(any::<u16>(), 24),
        prop::collection::vec(prop::collection::vec(any::<u16>(), 12), 0..=moves),
    )
}

/// Two to five replicas, two clients and two keys, links of any delay that may lose.
fn plain(dice: &mut Dice<'_>) -> Plan {
    let mut scenario = Scenario::of(2 + dice.below(4));
    scenario.keys = ["a", "b"].map(Into::into).to_vec();
    scenario.initial = vec![(KeyId(0), Value::Number(0))];
    scenario.clients = vec![ClientSpec::at("you", NodeId(0)), ClientSpec::at("me", NodeId(1))];
    scenario.network.change(Scope::All, &LinkChange::Delay(any_delay(dice)));
    if dice.below(3) == 2 {
        scenario.network.change(Scope::All, &LinkChange::Loss(Ppm::percent(10)));
    }
    Plan { scenario, seed: Seed(dice.below(50_000) as u64), moves: Vec::new() }
}

/// One primary that serves all reads and never fails over, whatever befalls the links and the machines.
fn one_primary(scenario: &[u16], moves: &[Vec<u16>]) -> Plan {
    let mut dice = Dice::new(scenario);
    let mut plan = plain(&mut dice);
    let mut policy = PrimaryPolicy::of(plan.scenario.replicas.len());
    policy.reads_from = ReadsFrom::Primary;
    plan.scenario.settings.protocol = Protocol::Primary(Box::new(policy));
    plan.scenario.settings.conflicts = Conflicts::LogOrder;
    plan.scenario.settings.write = [Level::One, Level::Quorum][dice.below(2)];
    befall(&mut plan, moves, Faults::Any);
    plan
}

/// Majorities that repair before they answer, with whatever else there is that spreads writes.
fn busy_majorities(scenario: &[u16], moves: &[Vec<u16>]) -> Plan {
    let mut dice = Dice::new(scenario);
    let mut plan = plain(&mut dice);
    let count = plan.scenario.replicas.len();
    let settings = &mut plan.scenario.settings;
    (settings.write, settings.read) = (Level::Quorum, Level::Quorum);
    settings.copies = u16::try_from(1 + dice.below(count)).expect("few").max(2);
    settings.anti_entropy = (dice.below(3) == 0).then_some(GOSSIP);
    let hints = HintRules {
        window: Span::secs(60),
        holder: [HintHolder::Coordinator, HintHolder::Next][dice.below(2)],
        replay_every: Span::millis(300),
    };
    settings.protocol = Protocol::Leaderless(LeaderlessPolicy {
        asks: [Asks::All, Asks::Exactly][dice.below(2)],
        speculative: (dice.below(3) == 0).then_some(Span::millis(100)),
        read_repair: ReadRepair::Blocking,
        coordinator: [Coordinator::Any, Coordinator::Replica][dice.below(2)],
        retransmit: (dice.below(3) == 0).then_some(Span::millis(400)),
        hints: (dice.below(3) == 0).then_some(hints),
        ..LeaderlessPolicy::default()
    });
    befall(&mut plan, moves, Faults::Any);
    plan
}

const GOSSIP: AntiEntropy =
    AntiEntropy { every: Span::millis(200), style: Style::PushPull, fan_out: 1, digest: Digest::Full };

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Faults {
    Walls,
    Any,
}

fn befall(plan: &mut Plan, moves: &[Vec<u16>], faults: Faults) {
    for draws in moves {
        let mut dice = Dice::new(draws);
        plan.moves.push(Move::Advance(Span::millis([1, 30, 300, 2_000][dice.below(4)])));
        let command = any_command(&mut dice, &plan.scenario, faults);
        plan.moves.push(Move::Give(command));
    }
}

/// Reads, writes, walls; and what befalls machines.
fn any_command(dice: &mut Dice<'_>, scenario: &Scenario, faults: Faults) -> Command {
    let count = scenario.replicas.len();
    let node = NodeId::at(dice.below(count));
    let other = NodeId::at((node.index() + 1 + dice.below(count - 1)) % count);
    let client = ClientId(u16::from(dice.below(2) == 1));
    let key = KeyId(u32::from(dice.below(2) == 1));
    let at = (dice.below(3) > 0).then_some(node);
    let replicas = u16::try_from(1 + dice.below(count - 1)).expect("few");
    let waits = dice.below(4) == 0 && scenario.settings.primary().is_some();
    let wait = waits.then_some(Wait { replicas, timeout: Span::millis(500) });
    let ask = |act, wait| Command::Submit(Ask { client, at, key, act, level: None, wait });
    let value = match dice.below(20) {
        0 => Value::Tombstone,
        _ => Value::Number(i64::try_from(dice.below(1_000)).expect("small")),
    };
    let kinds = match faults {
        Faults::Walls => 12,
        Faults::Any => 16,
    };
    match dice.below(kinds) {
        0..4 => ask(Act::Read, None),
        4..8 => ask(Act::Write { value, context: Context::Last, stamp: None }, wait),
        8 => Command::Cut { name: None, shape: CutShape::Isolate(node) },
        9 => Command::Cut { name: None, shape: CutShape::OneWay { from: node, to: other } },
        10 => Command::Cut { name: None, shape: CutShape::Groups(vec![vec![node, other]]) },
        11 => Command::Heal(Mend::All),
        12 => Command::Crash(node),
        13 => Command::Restart(node),
        14 => Command::Freeze(node),
        _ => Command::Thaw(node),
    }
}

/// R = W = 1, and walls. In the end they fall, and whatever can spread does where gossip is turned on.
fn ones(scenario: &[u16], moves: &[Vec<u16>]) -> Plan {
    let mut dice = Dice::new(scenario);
    let mut plan = plain(&mut dice);
    let count = plan.scenario.replicas.len();
    let settings = &mut plan.scenario.settings;
    (settings.write, settings.read) = (Level::One, Level::One);
    // Who coordinates need not hold the key, so that there is something to wait for.
    settings.copies = u16::try_from(1 + dice.below(count)).expect("few");
    befall(&mut plan, moves, Faults::Walls);
    plan.moves.push(Move::Give(Command::Heal(Mend::All)));
    if dice.below(2) == 0 {
        plan.moves.push(Move::Give(Command::Set(Setting::AntiEntropy(Some(GOSSIP)))));
    }
    plan.moves.push(Move::Advance(Span::secs(10)));
    plan
}

/// The same with a primary: acknowledged by itself alone, read from anybody, and monitors fail over.
fn one_acknowledges(scenario: &[u16], moves: &[Vec<u16>]) -> Plan {
    let mut plan = one_primary(scenario, &[]);
    let count = plan.scenario.replicas.len();
    let mut policy = PrimaryPolicy::of(count);
    let places: Vec<NodeId> = (0..count).map(NodeId::at).collect();
    let quorum = u16::try_from(count / 2 + 1).expect("few");
    policy.failover = Failover::Monitors(Monitors { after: Span::millis(500), quorum, places });
    policy.reads_from = ReadsFrom::Any;
    plan.scenario.settings.protocol = Protocol::Primary(Box::new(policy));
    plan.scenario.settings.write = Level::One;
    befall(&mut plan, moves, Faults::Walls);
    plan.moves.push(Move::Give(Command::Heal(Mend::All)));
    plan.moves.push(Move::Advance(Span::secs(30)));
    plan
}

fn subject(subject: Subject) -> &'static str {
    match subject {
        Subject::Promise(guarantee) => guarantee.name(),
        Subject::StaleReads => "stale reads",
        Subject::Atomicity(_) => "k",
        Subject::LostWrites => "lost writes",
        Subject::SplitBrain => "split brain",
        Subject::Convergence => "convergence",
        Subject::Availability => "availability",
        Subject::Model(model) => model.name(),
        Subject::Linearizable => "linearizable",
        Subject::Acknowledged => "acknowledged writes",
    }
}

/// Every verdict that is violated and every kind that is logged in some run, those of the clients' histories included.
fn seen(seed: u64, plan: impl Fn(&[u16], &[Vec<u16>]) -> Plan) -> BTreeSet<&'static str> {
    let all = RefCell::new(BTreeSet::new());
    for_draws(200, seed, &draws(60), |(scenario, moves)| {
        let played = played(&plan(&scenario, &moves));
        let mut all = all.borrow_mut();
        if played.not_linearizable().0.is_some() {
            all.insert("linearizable");
        }
        for judged in played.ledger.verdicts(&played.end) {
            if let Verdict::Violated(_) = judged.verdict {
                all.insert(subject(judged.subject));
            }
        }
        let log = played.ledger.anomalies();
        all.extend(
            AnomalyKind::ALL.into_iter().filter(|kind| log.of(*kind).is_some()).map(AnomalyKind::name),
        );
        Ok(())
    });
    all.into_inner()
}

#[test]
fn one_and_one_under_walls_show_every_anomaly_there_is() {
    let leaderless = seen(1_062, ones);
    let primary = seen(1_063, one_acknowledges);
    let subjects = [
        "linearizable",
        "stale reads",
        "k",
        "lost writes",
        "convergence",
        "availability",
        "read_your_writes",
        "monotonic_reads",
    ];
    for what in subjects {
        assert!(leaderless.contains(what), "leaderless: no violation of {what} in {leaderless:?}");
    }
    for kind in AnomalyKind::ALL {
        // Where all are equal nobody is the primary; and a log keeps the order of its writes.
        let leaders = kind == AnomalyKind::SplitBrain;
        let found = if leaders { &primary } else { &leaderless };
        assert!(found.contains(kind.name()), "no {} in {found:?}", kind.name());
    }
    for what in ["linearizable", "stale reads", "lost writes", "split brain", "monotonic_reads"] {
        assert!(primary.contains(what), "primary: no violation of {what} in {primary:?}");
    }
}
