//! `script`: steps that name only what exists, in an order that can be followed.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::action::{Command, Mend, Setting, Switch};
use crate::base::{CutId, NodeId, Position, SimTime, Span};
use crate::data::Value;
use crate::net::Scope;
use crate::scenario::file::{self, Knobs, Outcome, Pause, StartStop};
use crate::scenario::limits::{MOST_PERCENT, MOST_SET_LINKS, MOST_SPAN, MOST_STEPS};
use crate::scenario::path::{Path, Trail};
use crate::scenario::problem::{Problem, quoted};
use crate::scenario::{Choice, Deed, ReplicaSpec, Step, Timing};

use super::network::{Ends, LinkKnobs};
use super::quantity::Use;
use super::{Lines, Resolver, Writers};

/// A pause without a length.
const PAUSE: Span = Span::secs(1);

/// What earlier steps left behind for later ones.
pub(super) struct Course {
    /// The choices of the latest `predict`, by letter.
    choices: Option<BTreeMap<char, Vec<Value>>>,
    /// The latest `at`, and where it stands.
    last_at: Option<(SimTime, Path)>,
    /// How far each replica's clock is ahead by now.
    skews: Vec<i64>,
    /// Whether the workload runs, as far as the script alone can tell.
    workload: Option<Switch>,
}

impl Resolver<'_> {
    pub(super) fn script(
        &mut self,
        steps: &[file::Step],
        replicas: &[ReplicaSpec],
        at: &Trail<'_>,
    ) -> Vec<Step> {
        self.at_most(steps.len(), MOST_STEPS, "steps", at);
        self.gather_cuts(steps);
        let mut course = Course {
            choices: None,
            last_at: None,
            skews: replicas.iter().map(|replica| replica.skew).collect(),
            workload: None,
        };
        let mut script: Vec<Step> = Vec::with_capacity(steps.len());
        for (index, step) in steps.iter().enumerate().take(MOST_STEPS) {
            let at = at.index(index);
            let mut timing = self.timing(step, &mut course, &at);
            let mut deeds = self.deeds(step, &mut course, &at);
            let Some(last) = deeds.pop() else { continue };
            let claim = step.claim.as_ref().map(|claim| self.condition(claim, &at.key("claim")));
            let (line, text) = self.written(&at.path());
            for deed in deeds {
                let timing = std::mem::replace(&mut timing, Timing::Next);
                script.push(Step { timing, deed, claim: None, line, text: text.clone() });
            }
            script.push(Step { timing, deed: last, claim, line, text });
        }
        script
    }

    /// The names by which `heal` may call a cut, wherever they are given.
    fn gather_cuts(&mut self, steps: &[file::Step]) {
        for step in steps.iter().take(MOST_STEPS) {
            let name = step.cut.as_ref().and_then(|cut| cut.name.as_ref()).or(step.isolate.as_ref());
            if let Some(name) = name {
                self.cuts.add(name);
            }
        }
    }

    fn timing(&mut self, step: &file::Step, course: &mut Course, at: &Trail<'_>) -> Timing {
        if let Some(time) = &step.at {
            let key = at.key("at");
            let time = SimTime::ZERO + self.span(time, &key);
            if let Some((earlier, place)) = course.last_at.as_ref().filter(|(earlier, _)| *earlier > time) {
                let message = format!("this step comes at {time}, after one at {earlier}");
                let other = self.report.locations().value(place);
                let problem = self.report.value(&key.path(), message);
                problem.other = Some((other, "the earlier step".to_owned()));
                problem.help =
                    Some("steps happen in the order of the file: put it before that one".to_owned());
            }
            course.last_at = Some((time, key.path()));
            step.step.map_or(Timing::At(time), |step| Timing::Exactly(Position { step, at: time }))
        } else if let Some(span) = &step.after {
            Timing::After(self.span(span, &at.key("after")))
        } else if let Some(condition) = &step.when {
            let condition = self.condition(condition, &at.key("when"));
            Timing::When(condition, self.limit(step, at))
        } else {
            Timing::Next
        }
    }

    fn limit(&mut self, step: &file::Step, at: &Trail<'_>) -> Span {
        let within = step.within.as_ref();
        within.map_or(Step::LIMIT, |within| self.some_time(within, "a limit", &at.key("within")))
    }

    /// What a step does: one deed, or several for a `set` with several knobs.
    fn deeds(&mut self, step: &file::Step, course: &mut Course, at: &Trail<'_>) -> Vec<Deed> {
        if let Some(knobs) = &step.set {
            return self.set(knobs, &at.key("set")).into_iter().map(Deed::Do).collect();
        }
        if let Some(read) = &step.read {
            let command = self.read(read, &at.key("read"));
            let answer = step.answer.as_deref();
            let returns = answer.and_then(|letter| self.answer(letter, course, &at.key("answer")));
            if step.step.is_some() && answer.is_none() && step.claim.is_none() {
                // What comes next has its own moment, before the answer perhaps.
                return vec![Deed::Do(command)];
            }
            return vec![Deed::Read { command, returns }];
        }
        if let Some(condition) = &step.until {
            let condition = self.condition(condition, &at.key("until"));
            return vec![Deed::Until(condition, self.limit(step, at))];
        }
        if let Some(pause) = &step.pause {
            return vec![Deed::Pause(match pause {
                Pause::Usual => PAUSE,
                Pause::For(span) => self.span(span, &at.key("pause")),
            })];
        }
        if let Some(deed) = self.words(step, course, at) {
            return vec![deed];
        }
        self.command(step, course, at).map(Deed::Do).into_iter().collect()
    }

    fn words(&mut self, step: &file::Step, course: &mut Course, at: &Trail<'_>) -> Option<Deed> {
        let says = [("say", &step.say), ("note", &step.note), ("goal", &step.goal), ("hint", &step.hint)];
        for (name, text) in says {
            let Some(text) = text else { continue };
            self.text(text, &at.key(name), Lines::Many);
            let text = text.trim_end();
            return Some(match name {
                "say" => Deed::Say(text.into()),
                "note" => Deed::Note(text.into()),
                "goal" => Deed::Say(format!("Goal: {text}").into()),
                _ => Deed::Say(format!("Hint: {text}").into()),
            });
        }
        let question = step.predict.as_ref()?;
        self.text(question, &at.key("predict"), Lines::Many);
        let choices = step.choices.clone().unwrap_or_default();
        Some(Deed::Predict {
            question: question.trim_end().into(),
            choices: self.choices(&choices, course, &at.key("choices")),
        })
    }

    fn choices(
        &mut self,
        written: &BTreeMap<String, Outcome>,
        course: &mut Course,
        at: &Trail<'_>,
    ) -> Vec<Choice> {
        if written.len() < 2 {
            self.wrong(at, "there is nothing to choose from", "give at least two choices");
        }
        let mut choices = Vec::new();
        let mut outcomes = BTreeMap::new();
        for (letter, outcome) in written {
            let at = at.key(letter);
            let values = self.outcome(outcome, &at);
            let mut letters = letter.chars();
            match (letters.next(), letters.next()) {
                (Some(letter), None) if letter.is_alphanumeric() => {
                    let shown: Vec<String> = values.iter().map(ToString::to_string).collect();
                    let text = if shown.is_empty() { "nothing".to_owned() } else { shown.join(" and ") };
                    choices.push(Choice { letter, text: text.into() });
                    outcomes.insert(letter, values);
                }
                _ => {
                    let message = format!("{} is not a letter", quoted(letter));
                    self.report.key(&at.path(), message).help =
                        Some("a choice is called by one letter or digit, such as `a`".to_owned());
                }
            }
        }
        course.choices = Some(outcomes);
        choices
    }

    fn answer(&mut self, letter: &str, course: &Course, at: &Trail<'_>) -> Option<Vec<Value>> {
        let Some(choices) = &course.choices else {
            self.wrong(
                at,
                "no question was asked before",
                "put a `predict` step with `choices` before this one",
            );
            return None;
        };
        let mut letters = letter.chars();
        let only = letters.next().filter(|_| letters.next().is_none());
        let values = only.and_then(|letter| choices.get(&letter)).cloned();
        if values.is_none() {
            let letters: Vec<String> = choices.keys().map(|letter| quoted(&letter.to_string())).collect();
            let message = format!("{} is not a choice of the latest `predict`", quoted(letter));
            self.wrong(at, message, format!("the choices are {}", letters.join(", ")));
        }
        values
    }

    pub(super) fn skewed(&mut self, skew: &file::Skew, course: &mut Course, at: &Trail<'_>) -> Command {
        let node = self.node(&skew.replica, &at.key("replica"));
        let by = self.offset(&skew.by, &at.key("by"));
        let offset = &mut course.skews[node.index()];
        *offset = offset.saturating_add(by);
        if offset.unsigned_abs() > MOST_SPAN.0 {
            *offset = 0;
            self.wrong(&at.key("by"), "the clock ends up too far off", "3650d either way is the furthest");
        }
        Command::Skew { node, offset: course.skews[node.index()] }
    }

    pub(super) fn switched(&mut self, switch: StartStop, course: &mut Course, at: &Trail<'_>) -> Command {
        let (switch, verb, before) = match switch {
            StartStop::Start => (Switch::Start, "start", Switch::Start),
            StartStop::Stop => (Switch::Stop, "stop", Switch::Stop),
        };
        if !self.has_workload {
            let message = format!("there is no workload to {verb}");
            self.wrong(at, message, "describe it at the top of the file: `workload: {rate: 10/s}`");
        } else if course.workload.unwrap_or(Switch::Start) == before && course.workload.is_some() {
            self.wrong(at, format!("the script has it {verb} twice in a row"), "remove one of the two");
        } else if course.workload.is_none() && switch == Switch::Start {
            let help = "it runs from the start: `stop` it first, then let it `start` again";
            self.wrong(at, "the workload runs already", help);
        }
        course.workload = Some(switch);
        Command::Workload(switch)
    }

    pub(super) fn healed(&mut self, name: &str, at: &Trail<'_>) -> Command {
        if name == "all" {
            return Command::Heal(Mend::All);
        }
        if self.cuts.find(name).is_none() {
            if let Some(number) = name.strip_prefix('#').and_then(|number| number.parse().ok()) {
                return Command::Heal(Mend::One(CutId(number)));
            }
            let problem = Problem::new(Path::root(), format!("no cut is called {}", quoted(name)));
            let problem = problem.did_you_mean(name, self.cuts.iter().chain(["all"]));
            self.unknown(problem, at);
        }
        Command::Heal(Mend::Named(Arc::from(name)))
    }

    fn set(&mut self, knobs: &Knobs, at: &Trail<'_>) -> Vec<Command> {
        let mut commands = self.set_links(knobs, at);
        if let Some(percent) = knobs.latency_percent {
            if percent > MOST_PERCENT {
                self.wrong(&at.key("latency_percent"), "that is too slow to watch", "10000 is the most");
            }
            let percent = u32::try_from(percent.min(MOST_PERCENT)).unwrap_or(100);
            commands.push(Command::Set(Setting::LatencyPercent(percent)));
        }
        if let Some(timeout) = &knobs.timeout {
            let timeout = self.some_time(timeout, "a timeout", &at.key("timeout"));
            commands.push(Command::Set(Setting::Timeout(timeout)));
        }
        if let Some(n) = &knobs.n {
            let at = at.key("n");
            if self.writers == Writers::Primary {
                let help = "every member of a replica set holds everything";
                self.wrong(&at, "there is no N under a primary", help);
            }
            let before = self.copies.clone();
            self.copies = self.copies_of_each_key(Some(n), &at);
            if std::mem::discriminant(&before) != std::mem::discriminant(&self.copies) {
                let help = "levels depend on it: keep the form that the cluster's `replication` has";
                self.wrong(&at, "N is either one number or one for each zone, for good", help);
                self.copies = before;
            }
            commands.push(Command::Set(Setting::Copies(self.copies.clone())));
        }
        if let Some(level) = knobs.write {
            let level = self.level(level, Use::Write, &at.key("write"));
            commands.push(Command::Set(Setting::WriteLevel(level)));
        }
        if let Some(level) = knobs.read {
            let level = self.level(level, Use::Read, &at.key("read"));
            commands.push(Command::Set(Setting::ReadLevel(level)));
        }
        if let Some(repair) = knobs.read_repair {
            commands.push(Command::Set(Setting::ReadRepair(super::cluster::read_repair(repair))));
        }
        commands.extend(self.set_client(knobs, at));
        commands.extend(self.set_primary(knobs, at));
        if let Some(anti_entropy) = &knobs.anti_entropy {
            if self.writers == Writers::Primary {
                let help = "replicas follow their primary: remove it";
                self.wrong(&at.key("anti_entropy"), "under a primary nothing is left to compare", help);
            }
            let anti_entropy = self.anti_entropy(anti_entropy, &at.key("anti_entropy"));
            if anti_entropy.is_none() && self.gossips() {
                let help = "writes travel by gossip alone here: keep it on";
                self.wrong(&at.key("anti_entropy"), "anti-entropy cannot be turned off", help);
            }
            commands.push(Command::Set(Setting::AntiEntropy(anti_entropy)));
        }
        if let Some(hints) = &knobs.hints {
            let hints = self.hints(hints, &at.key("hints"));
            commands.push(Command::Set(Setting::Hints(hints)));
        }
        commands
    }

    fn set_links(&mut self, knobs: &Knobs, at: &Trail<'_>) -> Vec<Command> {
        let Knobs { link, latency, loss, duplicate, reorder, .. } = knobs;
        let (latency, loss, duplicate) = (latency.as_ref(), loss.as_ref(), duplicate.as_ref());
        let changes = self.link_changes(&LinkKnobs { latency, loss, duplicate, reorder: *reorder }, at);
        let Some(link) = link else {
            let all = |change| Command::SetLink { scope: Scope::All, change };
            return changes.into_iter().map(all).collect();
        };
        let at = at.key("link");
        if changes.is_empty() {
            let help = "give `latency`, `loss`, `duplicate` or `reorder` beside it";
            self.wrong(&at, "nothing is set on this link", help);
        }
        let ends = Ends::of(link.between.as_ref(), link.from.as_ref(), link.to.as_ref());
        let pairs = self.ends(ends, &at);
        if let (Ends::Between([one, other]), [_, _]) = (ends, pairs.as_slice())
            && let (Some(one), Some(other)) = (self.replicas.find(one), self.replicas.find(other))
        {
            let scope = Scope::Between(NodeId::at(one), NodeId::at(other));
            return changes.into_iter().map(|change| Command::SetLink { scope, change }).collect();
        }
        self.at_most(pairs.len(), MOST_SET_LINKS, "links for one step", &at);
        let scope = |(from, to): (NodeId, NodeId)| Scope::OneWay { from, to };
        let scopes = pairs.into_iter().take(MOST_SET_LINKS).map(scope);
        scopes
            .flat_map(|scope| {
                changes.iter().map(move |change| Command::SetLink { scope, change: change.clone() })
            })
            .collect()
    }
}
