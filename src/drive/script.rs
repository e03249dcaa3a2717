//! The script runner: performs a preset's steps in order, over any driver. The runner says what must be
//! reached before it can go on; whoever drives the timeline gets there, at full speed or at a human one.

use std::sync::Arc;

use crate::{
    action::{Command, Condition, ReadClaim},
    base::{ClientId, Position, SimTime, Span},
    check::{AnomalyKind, Verdict},
    scenario::{Choice, Deed, Scenario, Step, Timing},
};

use super::{Cause, Goal, Timeline};

/// Something to run on for.
#[derive(Debug, Clone)]
pub enum Reach {
    Time(SimTime),
    /// This very moment, of several in one instant; where the run has become another, the end of the instant.
    Moment(Position),
    /// The condition, or the deadline, at which it has failed.
    Condition {
        condition: Condition,
        deadline: SimTime,
    },
    /// The client has its answer.
    Answer(ClientId),
    /// Something goes wrong, of this kind or of any, after `count` anomalies.
    Anomaly {
        kind: Option<AnomalyKind>,
        count: u64,
        deadline: SimTime,
    },
    /// It comes, after it had happened `count` times.
    Goal {
        goal: Goal,
        count: u64,
        deadline: SimTime,
    },
}

/// What the runner has to say.
#[derive(Debug)]
pub(super) enum Poll {
    /// Run on until this is reached, then poll again.
    Reach(Reach),
    /// One step is done.
    Did(Done),
    Finished,
}

/// What one step came to.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) step: usize,
    pub(super) line: usize,
    pub(super) said: Option<Said>,
    /// What the step asserts, with its judgement; none where it asserts nothing.
    pub(super) verdicts: Vec<(String, Verdict)>,
    /// The step could not be carried out.
    pub(super) failed: Option<String>,
}

/// What a step says to the class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    Text(Arc<str>),
    Note(Arc<str>),
    Question { question: Arc<str>, choices: Vec<Choice> },
}

impl Said {
    /// What was said to the class; a note is for the teacher alone.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Question { question: text, .. } => Some(text),
            Self::Note(_) => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Waiting for the step's time to come.
    Timing,
    /// Its deed is done; waiting for what the deed began.
    Acting { since: SimTime },
}

#[derive(Debug, Clone)]
pub(super) struct Runner {
    scenario: Arc<Scenario>,
    next: usize,
    phase: Phase,
    /// When the step before was done.
    done_at: SimTime,
}

impl Reach {
    /// Whether it has been reached; `Some(false)` where it can no longer be.
    pub(super) fn state(&self, timeline: &Timeline) -> Option<bool> {
        let now = timeline.position().at;
        match self {
            Self::Time(time) => (now >= *time).then_some(true),
            Self::Moment(moment) => {
                let over = || timeline.next_at().is_none_or(|next| next > moment.at);
                let there = now == moment.at && (timeline.position().step >= moment.step || over());
                (there || now > moment.at).then_some(true)
            }
            Self::Answer(client) => (!timeline.simulation().is_waiting(*client)).then_some(true),
            Self::Anomaly { kind, count, deadline } => {
                if timeline.ledger().anomalies().since(*count, *kind).is_some() {
                    Some(true)
                } else {
                    (now >= *deadline).then_some(false)
                }
            }
            Self::Goal { goal, count, deadline } => {
                if goal.is_reached(*count, timeline) {
                    Some(true)
                } else {
                    (now >= *deadline).then_some(false)
                }
            }
            Self::Condition { condition, deadline } => {
                if timeline.ledger().meets(condition, timeline.simulation()) {
                    Some(true)
                } else {
                    (now >= *deadline).then_some(false)
                }
            }
        }
    }

    /// The time past which it makes no sense to run.
    pub(super) fn limit(&self) -> SimTime {
        match self {
            Self::Time(time)
            | Self::Moment(Position { at: time, .. })
            | Self::Condition { deadline: time, .. }
            | Self::Goal { deadline: time, .. }
            | Self::Anomaly { deadline: time, .. } => *time,
            Self::Answer(_) => SimTime(u64::MAX),
        }
    }
}

impl Reach {
    /// Performs the next step on the way if it is due by `stop`. Where none is, lets time pass until then.
    pub(super) fn advance(&self, timeline: &mut Timeline, stop: SimTime) -> bool {
        let stop = stop.min(self.limit());
        let waits = match self {
            Self::Moment(moment) => {
                timeline.position().step >= moment.step
                    && timeline.next_at().is_none_or(|next| next >= moment.at)
            }
            Self::Time(_)
            | Self::Condition { .. }
            | Self::Answer(_)
            | Self::Anomaly { .. }
            | Self::Goal { .. } => false,
        };
        if !waits && timeline.step_within(stop) {
            return true;
        }
        timeline.rest_until(stop);
        false
    }
}

/// Performs a saved session from the beginning to its end, and says which of its steps could not be done again.
pub(super) fn perform_saved(timeline: &mut Timeline, scenario: &Arc<Scenario>) -> Option<String> {
    let mut runner = Runner::new(Arc::clone(scenario));
    let mut failed = None;
    loop {
        match runner.poll(timeline) {
            Poll::Reach(reach) => {
                while reach.state(timeline).is_none() {
                    let endless = reach.limit() == SimTime(u64::MAX) && timeline.next_at().is_none();
                    if endless {
                        return Some("the session waits for what never comes".into());
                    }
                    reach.advance(timeline, reach.limit());
                }
            }
            Poll::Did(done) => {
                let step = done.step + 1;
                failed = failed.or(done.failed.map(|why| format!("step {step} of the session: {why}")));
            }
            Poll::Finished => return failed,
        }
    }
}

impl Runner {
    pub(super) fn new(scenario: Arc<Scenario>) -> Self {
        Self { scenario, next: 0, phase: Phase::Timing, done_at: SimTime::ZERO }
    }

    /// The script has been performed.
    pub(super) fn finished(scenario: Arc<Scenario>) -> Self {
        Self { next: scenario.script.len(), ..Self::new(scenario) }
    }

    pub(super) fn next(&self) -> usize {
        self.next
    }

    /// Takes the runner on as far as the timeline allows.
    pub(super) fn poll(&mut self, timeline: &mut Timeline) -> Poll {
        let scenario = Arc::clone(&self.scenario);
        let Some(step) = scenario.script.get(self.next) else {
            return Poll::Finished;
        };
        match self.phase {
            Phase::Timing => {
                if let Some(reach) = self.awaited_before(step) {
                    match reach.state(timeline) {
                        None => return Poll::Reach(reach),
                        Some(true) => {}
                        Some(false) => {
                            return Poll::Did(self.finish(step, timeline, Err(unmet(&reach, timeline))));
                        }
                    }
                }
                let exact = matches!(step.timing, Timing::Exactly(_));
                let asker = asker(step).filter(|client| !exact && timeline.simulation().is_waiting(*client));
                if let Some(client) = asker {
                    return Poll::Reach(Reach::Answer(client));
                }
                match perform(step, timeline) {
                    Ok(()) => self.phase = Phase::Acting { since: timeline.position().at },
                    Err(why) => return Poll::Did(self.finish(step, timeline, Err(why))),
                }
                self.poll(timeline)
            }
            Phase::Acting { since } => {
                if let Some(reach) = awaited_after(step, since) {
                    match reach.state(timeline) {
                        None => return Poll::Reach(reach),
                        Some(true) => {}
                        Some(false) => {
                            return Poll::Did(self.finish(step, timeline, Err(unmet(&reach, timeline))));
                        }
                    }
                }
                Poll::Did(self.finish(step, timeline, Ok(())))
            }
        }
    }

    fn awaited_before(&self, step: &Step) -> Option<Reach> {
        match &step.timing {
            Timing::Next => None,
            Timing::At(time) => Some(Reach::Time(*time)),
            Timing::Exactly(moment) => Some(Reach::Moment(*moment)),
            Timing::After(span) => Some(Reach::Time(self.done_at + *span)),
            Timing::When(condition, limit) => {
                Some(Reach::Condition { condition: condition.clone(), deadline: self.done_at + *limit })
            }
        }
    }

    fn finish(&mut self, step: &Step, timeline: &Timeline, went: Result<(), String>) -> Done {
        let index = self.next;
        self.next += 1;
        self.phase = Phase::Timing;
        self.done_at = timeline.position().at;
        let mut verdicts = Vec::new();
        if went.is_ok() {
            let judge = |condition: &Condition| timeline.ledger().judge(condition, timeline.simulation());
            if let Deed::Read { returns: Some(values), .. } = &step.deed {
                let claim = Condition::LastRead(ReadClaim::Returns(values.clone()));
                verdicts.push(("the answer".to_owned(), judge(&claim)));
            }
            if let Some(claim) = &step.claim {
                verdicts.push(("the claim".to_owned(), judge(claim)));
            }
        }
        let said = match &step.deed {
            Deed::Say(text) => Some(Said::Text(Arc::clone(text))),
            Deed::Note(text) => Some(Said::Note(Arc::clone(text))),
            Deed::Predict { question, choices } => {
                Some(Said::Question { question: Arc::clone(question), choices: choices.clone() })
            }
            Deed::Do(_) | Deed::Read { .. } | Deed::Until(..) | Deed::Pause(_) => None,
        };
        Done { step: index, line: step.line, said, verdicts, failed: went.err() }
    }
}

/// The client that the step needs free: a client does one thing at a time.
fn asker(step: &Step) -> Option<ClientId> {
    match &step.deed {
        Deed::Do(Command::Submit(ask)) | Deed::Read { command: Command::Submit(ask), .. } => Some(ask.client),
        Deed::Do(_)
        | Deed::Read { .. }
        | Deed::Say(_)
        | Deed::Note(_)
        | Deed::Predict { .. }
        | Deed::Until(..)
        | Deed::Pause(_) => None,
    }
}

fn perform(step: &Step, timeline: &mut Timeline) -> Result<(), String> {
    match &step.deed {
        Deed::Do(command) | Deed::Read { command, .. } => {
            timeline.apply(command.clone(), Cause::Script(step.line)).map_err(|refused| refused.to_string())
        }
        Deed::Say(_) | Deed::Note(_) | Deed::Predict { .. } | Deed::Until(..) | Deed::Pause(_) => Ok(()),
    }
}

fn awaited_after(step: &Step, since: SimTime) -> Option<Reach> {
    match &step.deed {
        Deed::Read { .. } => asker(step).map(Reach::Answer),
        Deed::Until(condition, limit) => {
            Some(Reach::Condition { condition: condition.clone(), deadline: since + *limit })
        }
        Deed::Pause(span) => Some(Reach::Time(since + *span)),
        Deed::Do(_) | Deed::Say(_) | Deed::Note(_) | Deed::Predict { .. } => None,
    }
}

/// Why a condition did not come.
fn unmet(reach: &Reach, timeline: &Timeline) -> String {
    let Reach::Condition { condition, .. } = reach else {
        return "its time never came".into();
    };
    let why = match timeline.ledger().judge(condition, timeline.simulation()) {
        Verdict::Violated(evidence) => evidence.first().map_or(String::new(), |e| e.text.clone()),
        Verdict::Unknown(why) => why,
        Verdict::Holds => "it held too late".into(),
    };
    format!("waited in vain until {}: {why}", timeline.position().at)
}

/// How long a `when` or an `until` waits where the preset does not say.
pub const DEFAULT_LIMIT: Span = Step::LIMIT;
