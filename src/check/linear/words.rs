//! A witness in two lines of plain words.

use crate::check::history::{Action, Object, Operation, Term};

/// What is wrong with `complete`, and why `witness` leaves no way out. Both name lines.
pub(super) fn words(object: &Object, witness: &[usize], complete: usize, initial: &Term) -> [String; 2] {
    let culprit = &object.operations[complete];
    let others: Vec<&Operation> =
        witness.iter().filter(|place| **place != complete).map(|place| &object.operations[*place]).collect();
    let what = format!("{} {}, and no order of the operations explains it.", who(culprit), did(culprit));
    let Some(saw) = saw(culprit) else { return [what, generic(witness.len())] };
    [what, why(culprit, &saw, &others, initial).unwrap_or_else(|| generic(witness.len()))]
}

fn generic(count: usize) -> String {
    format!(
        "Each of these {count} operations takes effect between its two lines, and they have no order even if all \
         others happened at any time or never."
    )
}

fn why(culprit: &Operation, saw: &Term, others: &[&Operation], initial: &Term) -> Option<String> {
    let is_gone = |missing: &Operation| {
        let after = |other: &&&Operation| !std::ptr::eq(**other, missing) && !before(other, missing);
        before(missing, culprit)
            && lacks(saw, missing)
            && !others.iter().filter(after).any(|other| takes(other))
    };
    if let Some(missing) = others.iter().find(|other| is_gone(other)) {
        let process = who(missing).to_lowercase();
        return Some(format!("Before it began, {process} had {}, and that is missing.", had(missing)));
    }
    match others {
        [] => Some(format!(
            "Nothing in this history can have left {}, and it began with {initial}.",
            short(saw)
        )),
        [other] => with_one(culprit, saw, other, initial),
        [a, b] => with_two(culprit, saw, a, b).or_else(|| with_two(culprit, saw, b, a)),
        _ => None,
    }
}

fn with_one(culprit: &Operation, saw: &Term, other: &Operation, initial: &Term) -> Option<String> {
    if before(culprit, other) && wrote(other).as_ref() == Some(saw) {
        let saw = short(saw);
        return Some(format!(
            "{saw} was written only after that: {} {}.",
            who(other).to_lowercase(),
            did(other)
        ));
    }
    if before(other, culprit) && saw == initial && wrote(other).is_some_and(|value| &value != saw) {
        return Some(format!(
            "Before it began, {} had {}, and nothing set the value back to {initial}.",
            who(other).to_lowercase(),
            had(other)
        ));
    }
    if before(other, culprit) && saw_or_wrote(other).is_some_and(|value| &value != saw) {
        return Some(format!(
            "Before it began, {} had {}, and nothing leads from there to {}.",
            who(other).to_lowercase(),
            had(other),
            short(saw)
        ));
    }
    None
}

/// `first` left what the culprit saw, `second` something newer.
fn with_two(culprit: &Operation, saw: &Term, first: &Operation, second: &Operation) -> Option<String> {
    let stale = saw_or_wrote(first).as_ref() == Some(saw)
        && before(first, second)
        && before(second, culprit)
        && saw_or_wrote(second).is_some_and(|value| &value != saw);
    stale.then(|| {
        format!(
            "{} was old by then: after {} had {}, {} had {}, all before it began.",
            short(saw),
            who(first).to_lowercase(),
            had(first),
            who(second).to_lowercase(),
            had(second)
        )
    })
}

/// Whether what was seen lacks what an append or an addition brought.
fn lacks(saw: &Term, other: &Operation) -> bool {
    match (saw, &other.action) {
        (Term::Text(text), Action::Append(piece)) => !text.contains(piece.as_str()),
        (Term::Set(members), Action::Add(member)) => members.binary_search(member).is_err(),
        _ => false,
    }
}

/// Whether it takes away what others brought.
fn takes(operation: &Operation) -> bool {
    matches!(operation.action, Action::Write(_) | Action::Cas(..) | Action::Remove(_))
}

fn before(a: &Operation, b: &Operation) -> bool {
    a.returned.is_some_and(|returned| returned < b.invoked)
}

fn saw(operation: &Operation) -> Option<Term> {
    match &operation.action {
        Action::Read(value) | Action::Cas(value, _) => Some(value.clone()),
        Action::Write(_) | Action::Append(_) | Action::Add(_) | Action::Remove(_) => None,
    }
}

fn wrote(operation: &Operation) -> Option<Term> {
    match &operation.action {
        Action::Write(value) | Action::Cas(_, value) => Some(value.clone()),
        Action::Read(_) | Action::Append(_) | Action::Add(_) | Action::Remove(_) => None,
    }
}

fn saw_or_wrote(operation: &Operation) -> Option<Term> {
    match &operation.action {
        Action::Read(value) => Some(value.clone()),
        Action::Write(_) | Action::Cas(..) | Action::Append(_) | Action::Add(_) | Action::Remove(_) => {
            wrote(operation)
        }
    }
}

fn who(operation: &Operation) -> String {
    format!("Process {}", operation.process)
}

/// `read 1 on lines 3-4`.
fn did(operation: &Operation) -> String {
    format!("{} {}", shortened(&operation.did()), place(operation))
}

/// `read 1 on lines 3-4`, `written 1 on lines 3-4`.
fn had(operation: &Operation) -> String {
    format!("{} {}", shortened(&operation.had_done()), place(operation))
}

/// `on lines 3-4`.
pub(super) fn place(operation: &Operation) -> String {
    match operation.lines.returned {
        Some(returned) if returned != operation.lines.invoked => {
            format!("on lines {}-{returned}", operation.lines.invoked)
        }
        _ => format!("on line {}", operation.lines.invoked),
    }
}

fn short(value: &Term) -> String {
    shortened(&value.to_string())
}

/// A long value cut in its middle: what differs is mostly at an end.
fn shortened(text: &str) -> String {
    const SIDE: usize = 30;
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= 2 * SIDE + 5 {
        return text.to_owned();
    }
    let head: String = letters[..SIDE].iter().collect();
    let tail: String = letters[letters.len() - SIDE..].iter().collect();
    format!("{head} ... {tail}")
}
