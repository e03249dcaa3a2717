//! Verdicts on the recorded history of a run, as it stands. Bounded: at most [`WINDOW`] operations are judged together,
//! in windows that overlap by half; within a window PRAM and causal are exact, a sequential order is searched for in
//! [`STEPS`] steps, and so is one for k. Nothing is computed anew for a history that has not changed, and a window that
//! has not changed keeps its verdict.

use std::collections::BTreeMap;

use super::{Call, Calls, Did, Found, Model, Undecided, atomic, decide, shrink, smallest_k, words};
use crate::{
    action::Act,
    base::{KeyId, NodeId, Position},
    check::{
        Judged, Ledger, Subject, Verdict,
        history::Outcome,
        run_history::{RunHistory, RunOperation},
    },
    data::{Kind, Value},
    sim::{self, Simulation},
};

/// So many operations are judged together.
const WINDOW: usize = 256;
/// A search may try so many operations, and while evidence is made smaller, so many each time.
const STEPS: u64 = 4_000;
const STEPS_TO_SHRINK: u64 = 500;
/// The largest k that is tried.
pub const MOST_K: usize = 4;

/// Judges the recorded history of one timeline, again and again.
#[derive(Debug, Clone, Default)]
pub struct Judge {
    /// The line and the revision of the history that were judged last, and what came of it.
    last: Option<((u64, u64), Vec<Judged>)>,
    /// By the number of their first operation.
    windows: BTreeMap<u64, Window>,
    keys: BTreeMap<KeyId, OfKey>,
    /// What was found broken on this line. It stays broken for whoever stands after it, even once what shows it is
    /// forgotten.
    broken: Vec<Judged>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Window {
    calls: Vec<Call>,
    found: [Found; 3],
}

#[derive(Debug, Clone)]
struct OfKey {
    calls: Vec<Call>,
    k: Result<usize, Undecided>,
}

/// How a search came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Finished,
    GivenUp,
}

impl Ended {
    fn after<E>(found: Result<(), E>) -> Self {
        found.map_or(Self::GivenUp, |()| Self::Finished)
    }
}

/// The operations of a history that models of registers know.
struct Told<'a> {
    calls: Vec<Call>,
    /// By call.
    operations: Vec<&'a RunOperation>,
    /// By call: its number among all operations of the run.
    numbers: Vec<u64>,
    /// Reads of several values, of what is no longer remembered or of nobody knows what; counters and sets.
    unjudged: u64,
    /// Operations that are no longer remembered.
    forgotten: u64,
}

impl Judge {
    /// Every verdict at the present instant: those of the ledger and those of the models. `line` names the line of the
    /// timeline: what was found on another is forgotten.
    pub fn verdicts(
        &mut self,
        (history, line): (&RunHistory, u64),
        ledger: &Ledger,
        simulation: &Simulation,
    ) -> Vec<Judged> {
        let mut all = ledger.verdicts(simulation);
        for judged in self.of_models((history, line), simulation) {
            let same = |other: &Judged| other.subject == judged.subject;
            if let Some(known) = all.iter_mut().find(|other| same(other)) {
                *known = judged;
                continue;
            }
            // The models stand after the promises, the weakest first.
            let place = all
                .iter()
                .position(|other| !matches!(other.subject, Subject::Promise(_) | Subject::Model(_)))
                .unwrap_or(all.len());
            all.insert(place, judged);
        }
        all
    }

    fn of_models(&mut self, (history, line): (&RunHistory, u64), simulation: &Simulation) -> Vec<Judged> {
        let now = (line, history.revision);
        if let Some((then, judged)) = &self.last {
            if *then == now {
                return judged.clone();
            }
            if then.0 != line {
                self.broken.clear();
            }
        }
        let told = Told::of(history, simulation);
        let mut judged: Vec<Judged> = self.of_all_keys(&told, simulation);
        judged.extend(self.of_each_key(&told, simulation));
        let linearizable = |judged: &Judged| {
            judged.subject == Subject::Linearizable && matches!(judged.verdict, Verdict::Holds)
        };
        if judged.iter().any(linearizable) {
            // What holds of the strongest holds of all.
            for weaker in &mut judged {
                if matches!((weaker.subject, &weaker.verdict), (Subject::Model(_), Verdict::Unknown(_))) {
                    weaker.verdict = Verdict::Holds;
                    weaker.says = "held, for every key is linearizable".into();
                }
            }
        }
        self.last = Some((now, judged.clone()));
        judged
    }

    /// What is known to be broken by now.
    fn known(&self, subject: Subject, now: Position) -> Option<Judged> {
        let is_past = |judged: &&Judged| judged.place.is_some_and(|(at, _)| at <= now);
        self.broken.iter().filter(is_past).find(|judged| judged.subject == subject).cloned()
    }

    fn of_all_keys(&mut self, told: &Told<'_>, simulation: &Simulation) -> Vec<Judged> {
        let starts = told.windows();
        let mut windows = BTreeMap::new();
        for start in &starts {
            let calls = Calls::of(&told.calls, |place| told.in_window(*start, place)).all;
            let known = self.windows.remove(start).filter(|window| window.calls == calls);
            let window = known.unwrap_or_else(|| {
                let found = Model::ALL.map(|model| decide(&calls, model, STEPS));
                Window { calls, found }
            });
            windows.insert(*start, window);
        }
        self.windows = windows;
        let mut evidence: Vec<u32> = Vec::new();
        Model::ALL
            .into_iter()
            .map(|model| {
                if let Some(known) = self.known(Subject::Model(model), simulation.position()) {
                    return known;
                }
                let index = model as usize;
                let broken = starts.iter().find(|start| self.windows[*start].found[index] == Found::None);
                if let Some(start) = broken {
                    // What broke the weaker model breaks this one, too: what shows it is among that.
                    let inside = |place: &u32| told.in_window(*start, *place).is_some();
                    let narrow = !evidence.is_empty() && evidence.iter().all(inside);
                    let among = |place: u32| {
                        let chosen = !narrow || evidence.contains(&place);
                        told.in_window(*start, place).filter(|_| chosen)
                    };
                    let calls = Calls::of(&told.calls, among);
                    let violated = |calls: &Calls| decide(&calls.all, model, STEPS_TO_SHRINK) == Found::None;
                    let kept = shrink(&calls.all, violated);
                    evidence = kept.iter().map(|call| calls.places[*call as usize]).collect();
                    let judged = told.violated(Subject::Model(model), &evidence, simulation, |names| {
                        words::why(model, names)
                    });
                    self.broken.push(judged.clone());
                    return judged;
                }
                let spent = self.windows.values().any(|window| window.found[index] == Found::Spent);
                told.unbroken(model, Ended::after((!spent).then_some(()).ok_or(())), starts.len())
            })
            .collect()
    }

    fn of_each_key(&mut self, told: &Told<'_>, simulation: &Simulation) -> Vec<Judged> {
        let mut keys: Vec<u32> =
            told.calls.iter().filter(|call| !call.is_write()).map(|call| call.key).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut judged = Vec::new();
        for key in keys.into_iter().map(KeyId) {
            let of_key = |place: u32| Some(told.calls[place as usize]).filter(|call| call.key == key.0);
            let calls = Calls::of(&told.calls, of_key);
            let known = self.keys.remove(&key).filter(|known| known.calls == calls.all);
            let known = known.unwrap_or_else(|| OfKey {
                k: smallest_k(&calls.all, MOST_K, STEPS),
                calls: calls.all.clone(),
            });
            judged.push((key, known.k, calls));
            self.keys.insert(key, known);
        }
        let linearizable = self.linearizable(&judged, told, simulation);
        let rank = |(key, k, _): &(KeyId, Result<usize, Undecided>, Calls)| {
            (std::cmp::Reverse(k.unwrap_or(MOST_K + 1)), *key)
        };
        judged.sort_by_key(rank);
        let mut all = vec![linearizable];
        all.extend(
            judged
                .iter()
                .take(super::super::summary::MAX_KEYS)
                .map(|(key, k, calls)| Self::atomicity((*key, *k), calls, told, simulation)),
        );
        all
    }

    fn linearizable(
        &mut self,
        keys: &[(KeyId, Result<usize, Undecided>, Calls)],
        told: &Told<'_>,
        simulation: &Simulation,
    ) -> Judged {
        if let Some(known) = self.known(Subject::Linearizable, simulation.position()) {
            return known;
        }
        let needs_more = |k: Result<usize, Undecided>| match k {
            Ok(k) => k > 1,
            Err(Undecided::Larger) => true,
            Err(Undecided::Spent { on }) => on > 1,
        };
        if let Some((_, _, calls)) = keys.iter().find(|(_, k, _)| needs_more(*k)) {
            let evidence = Told::fewest(calls, 1);
            let judged = told.violated(Subject::Linearizable, &evidence, simulation, |_| {
                "no order of these, each between its question and its answer, explains what was read".into()
            });
            self.broken.push(judged.clone());
            return judged;
        }
        let spent = keys.iter().any(|(_, k, _)| k.is_err());
        let says = match keys.len() {
            1 => "held on the one key that was read".to_owned(),
            count => format!("held on each of the {count} keys that were read"),
        };
        told.told(
            Subject::Linearizable,
            &says,
            Ended::after((!spent).then_some(()).ok_or(())),
            told.calls.len(),
        )
    }

    fn atomicity(
        (key, k): (KeyId, Result<usize, Undecided>),
        calls: &Calls,
        told: &Told<'_>,
        simulation: &Simulation,
    ) -> Judged {
        let subject = Subject::Atomicity(key);
        let count = calls.all.iter().filter(|call| !call.is_write()).count();
        let reads = if count == 1 { "its one read".to_owned() } else { format!("each of its {count} reads") };
        let ruled_out = match k {
            Ok(1) | Err(Undecided::Spent { on: 1 }) => {
                let says = format!("k = 1: one order in which {reads} returns the last write");
                return told.told(subject, &says, Ended::after(k.map(|_| ())), count);
            }
            Ok(k) => k - 1,
            Err(Undecided::Larger) => MOST_K,
            Err(Undecided::Spent { on }) => on - 1,
        };
        let evidence = Told::fewest(calls, ruled_out);
        let part = if told.forgotten > 0 { ", of what is remembered" } else { "" };
        told.violated(subject, &evidence, simulation, |_| match k {
            Ok(k) => format!(
                "k = {k}: one order in which {reads} returns one of the last {k} writes, and none with less{part}"
            ),
            Err(_) => format!("k > {ruled_out}: in no order does {reads} return one of the last {ruled_out} writes"),
        })
    }
}

impl<'a> Told<'a> {
    fn of(history: &'a RunHistory, simulation: &Simulation) -> Self {
        let forgotten = history.operations.forgotten();
        let mut told =
            Self { calls: Vec::new(), operations: Vec::new(), numbers: Vec::new(), unjudged: 0, forgotten };
        let mut writes = BTreeMap::new();
        // By key: when its first delete was taken up.
        let mut deleted: BTreeMap<KeyId, Position> = BTreeMap::new();
        for (number, operation) in (forgotten..).zip(history.operations.iter()) {
            if let (Act::Write { value, .. }, Some(id)) = (&*operation.act, operation.write())
                && operation.outcome() != Outcome::Fail
            {
                if let (Value::Tombstone, Some(accepted)) = (value, &operation.accepted) {
                    let first = deleted.entry(operation.key).or_insert(accepted.at);
                    *first = accepted.at.min(*first);
                }
                writes.insert(id, told.calls.len());
                told.push(number, operation, Did::Write);
            } else if *operation.act == Act::Read && operation.outcome() == Outcome::Ok {
                // Where it read from is looked up once all writes are known.
                told.push(number, operation, Did::Read(None));
            }
        }
        let has_first_value =
            |key: KeyId| simulation.scenario().initial.iter().any(|(other, _)| *other == key);
        let mut keep = vec![true; told.calls.len()];
        for (place, operation) in told.operations.iter().enumerate() {
            let is_register =
                matches!(simulation.settings().kind(operation.key), Kind::Value | Kind::Register(_));
            let Some(sim::Outcome::Found(held)) = &operation.answer else {
                keep[place] = is_register;
                continue;
            };
            let source = match held.versions() {
                // Once a delete is forgotten, or a disk is lost, nothing is what that left. One that was taken up
                // later left nothing yet.
                [] if forgotten == 0
                    && deleted.get(&operation.key).is_none_or(|delete| {
                        operation.returned.is_some_and(|returned| returned.at < *delete)
                    })
                    && !has_first_value(operation.key) =>
                {
                    Some(None)
                }
                [one] => match writes.get(&one.id) {
                    Some(write) => Some(u32::try_from(*write).ok()),
                    // What nobody wrote was there at the beginning.
                    None => (forgotten == 0).then_some(None),
                },
                _ => None,
            };
            match source.filter(|_| is_register) {
                Some(source) => told.calls[place].did = Did::Read(source),
                None => keep[place] = false,
            }
        }
        told.unjudged = keep.iter().filter(|keep| !**keep).count() as u64;
        let calls = Calls::of(&told.calls, |place| keep[place as usize].then(|| told.calls[place as usize]));
        told.operations = calls.places.iter().map(|place| told.operations[*place as usize]).collect();
        told.numbers = calls.places.iter().map(|place| told.numbers[*place as usize]).collect();
        told.calls = calls.all;
        told
    }

    fn push(&mut self, number: u64, operation: &'a RunOperation, did: Did) {
        let known = operation.outcome() == Outcome::Ok;
        self.calls.push(Call {
            session: u32::from(operation.client.0),
            key: operation.key.0,
            did,
            invoked: operation.invoked.order,
            returned: operation.returned.filter(|_| known).map(|at| at.order),
        });
        self.operations.push(operation);
        self.numbers.push(number);
    }

    /// The numbers of the operations with which windows start.
    fn windows(&self) -> Vec<u64> {
        let (Some(first), Some(last)) = (self.numbers.first(), self.numbers.last()) else {
            return Vec::new();
        };
        let half = WINDOW as u64 / 2;
        let from = first / half * half;
        let mut starts: Vec<u64> = (from..=*last).step_by(WINDOW / 2).collect();
        // The last window has all that the one after it has.
        while starts.len() > 1 && starts[starts.len() - 2] + WINDOW as u64 > *last {
            starts.pop();
        }
        starts
    }

    fn in_window(&self, start: u64, place: u32) -> Option<Call> {
        let number = self.numbers[place as usize];
        (start..start + WINDOW as u64).contains(&number).then(|| self.calls[place as usize])
    }

    /// The fewest calls of one key that rule k out; places in `calls` of this.
    fn fewest(calls: &Calls, k: usize) -> Vec<u32> {
        let steps = STEPS_TO_SHRINK + 2 * calls.all.len() as u64;
        let violated = |calls: &Calls| atomic(&calls.all, k, steps) == Found::None;
        shrink(&calls.all, violated).into_iter().map(|call| calls.places[call as usize]).collect()
    }

    fn violated(
        &self,
        subject: Subject,
        evidence: &[u32],
        simulation: &Simulation,
        why: impl FnOnce(&words::Cast<'_>) -> String,
    ) -> Judged {
        let operations: Vec<&RunOperation> =
            evidence.iter().map(|place| self.operations[*place as usize]).collect();
        let cast = words::Cast { operations: &operations, simulation };
        let complete = operations.iter().filter_map(|one| Some((one.returned?, one.contacts.first()?))).max();
        let place = complete.map(|(returned, node)| (returned.at, *node));
        Judged {
            subject,
            says: why(&cast),
            verdict: Verdict::Violated(cast.evidence()),
            first: None,
            place: place.or(Some((simulation.position(), NodeId(0)))),
        }
    }

    fn unbroken(&self, model: Model, ended: Ended, windows: usize) -> Judged {
        let reads = self.calls.iter().filter(|call| !call.is_write()).count();
        let says = match reads {
            1 => "held, for 1 read".to_owned(),
            reads => format!("held, for {reads} reads"),
        };
        let mut judged = self.told(Subject::Model(model), &says, ended, reads);
        if windows > 1 && matches!(judged.verdict, Verdict::Holds) {
            judged.says = format!("not broken within any {WINDOW} operations; more are not judged together");
            judged.verdict = Verdict::Unknown(judged.says.clone());
        }
        judged
    }

    /// Nothing speaks against it: that is a yes only if everything was seen and the search came to an end.
    fn told(&self, subject: Subject, says: &str, ended: Ended, seen: usize) -> Judged {
        let unknown = if seen == 0 || self.calls.iter().all(Call::is_write) {
            Some(match self.unjudged {
                0 => "nothing was read".to_owned(),
                _ => "nothing was read that tells: counters, sets and siblings do not".to_owned(),
            })
        } else if ended == Ended::GivenUp {
            Some("the search was given up: too many operations at a time".to_owned())
        } else if self.forgotten > 0 {
            Some(format!("nothing speaks against it; {} older operations are forgotten", self.forgotten))
        } else {
            None
        };
        let skipped = match self.unjudged {
            0 => String::new(),
            count => format!("; {count} more could not be judged"),
        };
        let (verdict, says) = match unknown {
            Some(why) => (Verdict::Unknown(why.clone()), why),
            None => (Verdict::Holds, format!("{says}{skipped}")),
        };
        Judged { subject, verdict, says, first: None, place: None }
    }
}
