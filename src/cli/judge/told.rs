//! A judged history in words or as JSON, and the exit status it deserves.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::{
    check::{
        history::{Counts, History, Object, Operation},
        linear::{Budget, Judged, Smallest, Spent, Verdict, Witness},
    },
    histories::Format,
};

/// More keys than this are summed up; violated ones are always named, up to as many.
const MOST_LISTED: usize = 20;
/// A witness with more operations is cut.
const MOST_OPERATIONS: usize = 12;
/// Values longer than this are cut in their middle.
const MOST_LETTERS: usize = 100;

pub(super) struct Told<'a> {
    pub(super) name: &'a str,
    pub(super) format: Format,
    pub(super) skipped: usize,
    pub(super) history: &'a History,
    pub(super) judged: &'a Judged,
    pub(super) budget: Budget,
}

/// What all keys together come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sum {
    Holds,
    Violated,
    Unknown,
}

impl Told<'_> {
    fn sum(&self) -> Sum {
        let any = |is: fn(&Verdict) -> bool| self.judged.verdicts.iter().any(is);
        if any(|verdict| matches!(verdict, Verdict::Violated(_))) {
            Sum::Violated
        } else if any(|verdict| matches!(verdict, Verdict::Spent(_) | Verdict::Abandoned))
            || !any(|verdict| matches!(verdict, Verdict::Holds))
        {
            Sum::Unknown
        } else {
            Sum::Holds
        }
    }

    pub(super) fn exit(&self) -> u8 {
        match self.sum() {
            Sum::Holds => 0,
            Sum::Violated => 1,
            Sum::Unknown => 3,
        }
    }

    fn objects(&self) -> impl Iterator<Item = (&Object, &Verdict)> {
        self.history.objects.iter().zip(&self.judged.verdicts)
    }

    fn many(&self) -> bool {
        self.history.objects.len() > MOST_LISTED
    }

    pub(super) fn text(&self) -> String {
        let Counts { ok, failed, unknown } = self.history.counts;
        let mut text = format!(
            "{}: {}, read as {}; {ok} operations ok, {failed} failed, {unknown} of unknown outcome",
            self.name,
            self.history.model.name(),
            self.format.name()
        );
        if self.skipped > 0 {
            let _ = write!(text, "; {} that are no client's skipped", self.skipped);
        }
        text.push('\n');
        let mut listed = 0;
        for (object, verdict) in self.objects() {
            let interesting = matches!(verdict, Verdict::Violated(_) | Verdict::Spent(_));
            if self.many() && (!interesting || listed == MOST_LISTED) {
                continue;
            }
            listed += 1;
            let why = self.why(verdict).map_or_else(String::new, |why| format!(": {why}"));
            let _ = writeln!(text, "  {:<8}  {}{why}", name(verdict), key(object));
            if let Verdict::Violated(Some(witness)) = verdict {
                evidence(&mut text, object, witness);
            }
        }
        let _ = writeln!(text, "{}", self.sentence());
        text
    }

    /// Why a verdict is none, or has no evidence.
    fn why(&self, verdict: &Verdict) -> Option<String> {
        match verdict {
            Verdict::Holds | Verdict::Violated(Some(_)) => None,
            Verdict::Violated(None) => Some("the first violated keys have the evidence".to_owned()),
            Verdict::Spent(Spent::Steps) => {
                Some(format!("the search took its {} steps; --steps allows more", self.budget.steps))
            }
            Verdict::Spent(Spent::Memory) => {
                let mib = self.budget.memory >> 20;
                Some(format!("the search used its {mib} MiB; --memory allows more"))
            }
            Verdict::Abandoned => Some("not decided when another key was violated".to_owned()),
            Verdict::NothingObserved => Some("nothing was read, so any order would do".to_owned()),
        }
    }

    /// The last line: all keys together.
    fn sentence(&self) -> String {
        let count =
            |wanted: &str| self.judged.verdicts.iter().filter(|verdict| name(verdict) == wanted).count();
        let (holds, violated, unknown) = (count("holds"), count("violated"), count("unknown"));
        let what = match self.sum() {
            Sum::Holds => "holds: linearizable",
            Sum::Violated => "violated: not linearizable",
            Sum::Unknown => "unknown: it could not be told whether this is linearizable",
        };
        match self.history.objects.as_slice() {
            [Object { key: None, .. }] => what.to_owned(),
            objects => {
                format!(
                    "{what}; of {} keys {holds} hold, {violated} violated, {unknown} unknown",
                    objects.len()
                )
            }
        }
    }

    pub(super) fn json(&self) -> String {
        let Counts { ok, failed, unknown } = self.history.counts;
        let sum = match self.sum() {
            Sum::Holds => "holds",
            Sum::Violated => "violated",
            Sum::Unknown => "unknown",
        };
        let keys: Vec<Value> = self
            .objects()
            .map(|(object, verdict)| {
                let mut told = json!({
                    "key": object.key.as_ref().map(ToString::to_string),
                    "operations": object.operations.len(),
                    "verdict": name(verdict),
                });
                if let Some(why) = self.why(verdict) {
                    told["why"] = why.into();
                }
                if let Verdict::Violated(Some(witness)) = verdict {
                    told["witness"] = witness_json(object, witness);
                }
                told
            })
            .collect();
        let told = json!({
            "history": self.name,
            "model": self.history.model.name(),
            "format": self.format.name(),
            "operations": {"ok": ok, "failed": failed, "unknown": unknown},
            "skipped": self.skipped,
            "steps": self.judged.steps,
            "verdict": sum,
            "keys": keys,
            "exit": self.exit(),
        });
        format!("{told}\n")
    }
}

fn name(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "holds",
        Verdict::Violated(_) => "violated",
        Verdict::Spent(_) | Verdict::Abandoned | Verdict::NothingObserved => "unknown",
    }
}

fn key(object: &Object) -> String {
    object
        .key
        .as_ref()
        .map_or_else(|| "the only key".to_owned(), |key| format!("key {}", cut(&key.to_string())))
}

fn evidence(text: &mut String, object: &Object, witness: &Witness) {
    for line in &witness.words {
        let _ = writeln!(text, "    {line}");
    }
    let shown = &witness.operations[..witness.operations.len().min(MOST_OPERATIONS)];
    for place in shown {
        let operation = &object.operations[*place];
        let mark = if *place == witness.complete { ">" } else { " " };
        let did = cut(&operation.did());
        let _ = writeln!(text, "    {mark} {:<16} process {:<4} {did}", lines(operation), operation.process);
    }
    let left = witness.operations.len() - shown.len();
    if left > 0 {
        let _ = writeln!(text, "      and {left} more");
    }
    if witness.smallest == Smallest::Unproved {
        text.push_str("      some of these may be spared: to tell would have cost too much\n");
    }
}

fn lines(operation: &Operation) -> String {
    match operation.lines.returned {
        Some(returned) if returned != operation.lines.invoked => {
            format!("lines {}-{returned}", operation.lines.invoked)
        }
        Some(_) | None => format!("line {}", operation.lines.invoked),
    }
}

fn witness_json(object: &Object, witness: &Witness) -> Value {
    let operations: Vec<Value> = witness
        .operations
        .iter()
        .map(|place| {
            let operation = &object.operations[*place];
            json!({
                "process": operation.process,
                "did": operation.did(),
                "lines": [operation.lines.invoked, operation.lines.returned],
                "completes": *place == witness.complete,
            })
        })
        .collect();
    json!({
        "words": witness.words,
        "operations": operations,
        "smallest": witness.smallest == Smallest::Proved,
    })
}

fn cut(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= MOST_LETTERS {
        return text.to_owned();
    }
    let side = MOST_LETTERS / 2 - 2;
    let end = |letters: &[char]| letters.iter().collect::<String>();
    format!("{} ... {}", end(&letters[..side]), end(&letters[letters.len() - side..]))
}
