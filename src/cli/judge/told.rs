//! A judged history in words or as JSON, and the exit status it deserves.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::{
    check::{
        history::{Counts, History, Object, Operation},
        linear::{Budget, Judged, Smallest, Sum, Verdict, Witness},
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

impl Told<'_> {
    pub(super) fn exit(&self) -> u8 {
        exit(self.judged.sum())
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
            let why = verdict.why(self.budget).map_or_else(String::new, |why| format!(": {why}"));
            let _ = writeln!(text, "  {:<8}  {}{why}", verdict.sum().name(), key(object));
            if let Verdict::Violated(Some(witness)) = verdict {
                evidence(&mut text, object, witness);
            }
        }
        let _ = writeln!(text, "{}", self.judged.sentence(self.history));
        text
    }

    pub(super) fn json(&self) -> String {
        let Counts { ok, failed, unknown } = self.history.counts;
        let keys: Vec<Value> = self
            .objects()
            .map(|(object, verdict)| {
                let mut told = json!({
                    "key": object.key.as_ref().map(ToString::to_string),
                    "operations": object.operations.len(),
                    "verdict": verdict.sum().name(),
                });
                if let Some(why) = verdict.why(self.budget) {
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
            "verdict": self.judged.sum().name(),
            "keys": keys,
            "exit": self.exit(),
        });
        format!("{told}\n")
    }
}

/// The exit status that a verdict on all keys deserves.
pub(super) fn exit(sum: Sum) -> u8 {
    match sum {
        Sum::Holds => 0,
        Sum::Violated => 1,
        Sum::Unknown => 3,
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
