//! All objects of a history at once. They run in rounds of growing allowance: an object that is easy to decide is
//! decided early, however hard its neighbours are, and the first round that finds a violation is the last. A round's
//! result is that of each of its objects alone, so nothing depends on how many threads run it.

use std::{
    num::NonZeroUsize,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{
    decide::{Method, decide},
    problem::{Act, Problem},
    search::{Allowance, Found, Spent},
    witness::{Witness, shrink},
    words::words,
};
use crate::check::history::{History, Object};

/// The first round's allowance (more for a long history), and how much larger each next one is.
const FIRST_STEPS: u64 = 50_000;
const STEPS_AN_OPERATION: u64 = 8;
const GROWTH: u64 = 8;
/// So many violated objects, the first ones, get a witness each.
const WITNESSES: usize = 8;

/// What the search for one object may spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Places visited and operations tried.
    pub steps: u64,
    /// Bytes.
    pub memory: usize,
}

/// How many objects are searched at a time. Changes nothing but the time it takes.
pub type Threads = NonZeroUsize;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// There is an order.
    Holds,
    /// There is none; with the operations that show it, unless many objects are violated.
    Violated(Option<Box<Witness>>),
    /// The budget was spent first.
    Spent(Spent),
    /// Another object's violation ended the race.
    Abandoned,
    /// Nothing was read, so every order would do.
    NothingObserved,
}

/// A verdict for each object, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    pub verdicts: Vec<Verdict>,
    /// Places visited and operations tried, for all objects and rounds.
    pub steps: u64,
    /// The most bytes that one search kept.
    pub memory: usize,
}

impl Default for Budget {
    /// A hundred million steps, a gigabyte.
    fn default() -> Self {
        Self { steps: 100_000_000, memory: 1 << 30 }
    }
}

/// How far a race has come, for whoever watches it from another thread.
#[derive(Debug, Default)]
pub struct Progress {
    /// Objects whose verdict is known: rounds that only ended undecided do not count.
    decided: AtomicUsize,
}

impl Progress {
    /// How many objects have their verdict.
    pub fn decided(&self) -> usize {
        self.decided.load(Ordering::Relaxed)
    }
}

/// Judges every object of `history`. The same history and budget give the same verdicts, whatever `threads`.
pub fn judge(history: &History, budget: Budget, threads: Threads) -> Judged {
    judge_watched(history, budget, threads, &Progress::default())
}

/// The same, while another thread may look at the progress; that changes nothing.
pub fn judge_watched(history: &History, budget: Budget, threads: Threads, progress: &Progress) -> Judged {
    let problems = each(&history.objects, threads, |object| Problem::new(object, &history.initial));
    let tells = |act: Act| matches!(act, Act::Read(_) | Act::Cas(..));
    let is_seen = |problem: &Problem| problem.ops.iter().any(|op| op.returned.is_some() && tells(op.act));
    let unsearched = |problem: &Problem| {
        if is_seen(problem) { Verdict::Abandoned } else { Verdict::NothingObserved }
    };
    let mut judged = Judged { verdicts: problems.iter().map(unsearched).collect(), steps: 0, memory: 0 };
    let mut open: Vec<usize> = (0..problems.len()).filter(|place| is_seen(&problems[*place])).collect();
    progress.decided.store(problems.len() - open.len(), Ordering::Relaxed);
    let mut completes: Vec<(usize, u32)> = Vec::new();
    let mut steps = FIRST_STEPS.min(budget.steps);
    while !open.is_empty() && completes.is_empty() {
        let allowed = |ops: usize| steps.max(STEPS_AN_OPERATION * ops as u64).min(budget.steps);
        let decided = each(&open, threads, |place| {
            let Problem { kind, ops } = &problems[*place];
            let allowance = Allowance { steps: allowed(ops.len()), memory: budget.memory };
            let decided = decide(kind, ops, allowance, Method::Best);
            if matches!(decided.found, Found::Order | Found::None { .. }) {
                progress.decided.fetch_add(1, Ordering::Relaxed);
            }
            decided
        });
        for (place, decided) in open.iter().zip(&decided) {
            judged.steps += decided.steps;
            judged.memory = judged.memory.max(decided.bytes);
            judged.verdicts[*place] = match decided.found {
                Found::Order => Verdict::Holds,
                Found::None { due } => {
                    completes.push((*place, due));
                    Verdict::Violated(None)
                }
                Found::Spent(Spent::Steps) if allowed(problems[*place].ops.len()) < budget.steps => {
                    Verdict::Abandoned
                }
                Found::Spent(spent) => Verdict::Spent(spent),
            };
        }
        open.retain(|place| judged.verdicts[*place] == Verdict::Abandoned);
        steps = steps.saturating_mul(GROWTH).min(budget.steps);
    }
    completes.truncate(WITNESSES);
    let witnesses = each(&completes, threads, |(place, complete)| {
        witness(&history.objects[*place], &problems[*place], *complete, history, budget)
    });
    for ((place, _), witness) in completes.iter().zip(witnesses) {
        judged.verdicts[*place] = Verdict::Violated(Some(Box::new(witness)));
    }
    judged
}

fn witness(object: &Object, problem: &Problem, complete: u32, history: &History, budget: Budget) -> Witness {
    let (kept, smallest) = shrink(problem, complete, budget.memory);
    let operations: Vec<usize> = kept.into_iter().map(|op| op as usize).collect();
    // Of several that return at the same moment, one of those that show something.
    let by = problem.ops[complete as usize].returned;
    let last = |place: &&usize| (problem.ops[**place].returned, problem.ops[**place].act.is_read(), **place);
    let complete = operations
        .iter()
        .filter(|place| problem.ops[**place].returned.is_some_and(|at| Some(at) <= by))
        .max_by_key(last)
        .copied()
        .unwrap_or(complete as usize);
    let words = words(object, &operations, complete, &history.initial);
    Witness { operations, complete, smallest, words, at: object.operations[complete].lines }
}

/// `work` done on every item, in the order of the items.
fn each<T: Sync, R: Send>(items: &[T], threads: Threads, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = threads.get().min(items.len());
    if threads <= 1 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(items.len()));
    let run = || {
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(place) else { return };
            let result = work(item);
            results.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((place, result));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(run);
        }
        run();
    });
    let mut results = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    results.sort_unstable_by_key(|(place, _)| *place);
    results.into_iter().map(|(_, result)| result).collect()
}
