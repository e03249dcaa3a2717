//! Recorded operations → objects with actions: which key an operation is for, and whether the model knows it.

use super::{Action, Counts, History, Lines, Model, Object, Operation, Outcome, Recorded, Term};

/// Where the key of an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// In its own field, or nowhere.
    Apart,
    /// In front of the value: Jepsen's independent tuples `[key value]`.
    InValue,
}

/// An operation that the model does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger {
    pub lines: Lines,
    pub message: String,
    pub help: String,
}

impl Keys {
    /// Tuples if every operation without a key of its own is invoked with one: `[key value]`, a read too
    /// (`[key nil]`), and a `cas` with a pair inside. A read that is invoked with nothing shows that there are none.
    pub fn of(recorded: &[Recorded]) -> Self {
        let is_tuple = |operation: &Recorded| match &operation.argument {
            Term::List(pair) if pair.len() == 2 => {
                operation.function != "cas" || matches!(&pair[1], Term::List(inner) if inner.len() == 2)
            }
            _ => false,
        };
        let tuples = recorded.iter().all(|operation| operation.key.is_none() && is_tuple(operation));
        if tuples && !recorded.is_empty() { Self::InValue } else { Self::Apart }
    }
}

impl History {
    /// Sorts `recorded` by object. Failed operations and reads that never came back say nothing and are put aside.
    /// Each object starts with `initial`.
    pub fn new(model: Model, initial: Term, recorded: Vec<Recorded>) -> Result<Self, Stranger> {
        let keys = Keys::of(&recorded);
        let mut counts = Counts::default();
        let mut places = std::collections::BTreeMap::new();
        let mut objects: Vec<Object> = Vec::new();
        let mut unheard = Vec::new();
        for operation in recorded {
            match operation.outcome {
                Outcome::Ok => counts.ok += 1,
                Outcome::Fail => counts.failed += 1,
                Outcome::Unknown => counts.unknown += 1,
            }
            let (key, operation) = keyed(operation, keys)?;
            let place = *places.entry(key.clone()).or_insert(objects.len());
            if place == objects.len() {
                objects.push(Object { key: key.clone(), operations: Vec::new() });
            }
            match understand(model, operation)? {
                Understood::Tells(operation) => objects[place].operations.push(operation),
                Understood::Nothing(operation) => unheard.push(Recorded { key, ..operation }),
            }
        }
        for object in &mut objects {
            object.operations.sort_by_key(|operation| operation.invoked);
        }
        Ok(Self { model, initial, objects, unheard, counts })
    }
}

/// The key of an operation, and the operation without it.
fn keyed(mut operation: Recorded, keys: Keys) -> Result<(Option<Term>, Recorded), Stranger> {
    if keys == Keys::Apart {
        return Ok((operation.key.take(), operation));
    }
    let (key, argument) = halves(std::mem::replace(&mut operation.argument, Term::Nil));
    operation.argument = argument;
    if operation.outcome == Outcome::Ok {
        match halves(std::mem::replace(&mut operation.result, Term::Nil)) {
            (Some(other), result) if Some(&other) == key.as_ref() => operation.result = result,
            _ => {
                let key = key.unwrap_or(Term::Nil);
                return Err(stranger(
                    &operation,
                    format!("this operation was invoked with [{key} …] and returned without that key"),
                    "every value of this history is a pair [key value], so a return has the same key"
                        .to_owned(),
                ));
            }
        }
    }
    Ok((key, operation))
}

fn halves(pair: Term) -> (Option<Term>, Term) {
    match pair {
        Term::List(mut pair) if pair.len() == 2 => {
            let value = pair.pop().unwrap_or(Term::Nil);
            (pair.pop(), value)
        }
        other => (None, other),
    }
}

/// What a model makes of an operation.
enum Understood {
    Tells(Operation),
    /// It failed, or is a read without an answer.
    Nothing(Recorded),
}

/// The action of an operation, if it says anything.
fn understand(model: Model, operation: Recorded) -> Result<Understood, Stranger> {
    let action = match (model, &*operation.function) {
        (_, "read") | (Model::Kv, "get") => {
            let result = observed(model, &operation)?;
            result.map(Action::Read)
        }
        (Model::Register | Model::CasRegister, "write") => Some(Action::Write(argument(&operation))),
        (Model::Kv, "put" | "write") => {
            Some(Action::Write(Term::Text(string(&operation, &argument(&operation))?)))
        }
        (Model::Kv, "append") => Some(Action::Append(string(&operation, &argument(&operation))?)),
        (Model::CasRegister, "cas") => match argument(&operation) {
            Term::List(mut pair) if pair.len() == 2 => {
                let to = pair.pop().unwrap_or(Term::Nil);
                let from = pair.pop().unwrap_or(Term::Nil);
                Some(Action::Cas(from, to))
            }
            other => {
                let message = format!("a cas is invoked with [old new], and this one with {}", short(&other));
                return Err(stranger(&operation, message, "write the value as [1 2]".to_owned()));
            }
        },
        (Model::Set, "add") => Some(Action::Add(argument(&operation))),
        (Model::Set, "remove") => Some(Action::Remove(argument(&operation))),
        (model, other) => return Err(unknown_function(model, other, &operation)),
    };
    let Some(action) = action.filter(|_| operation.outcome != Outcome::Fail) else {
        return Ok(Understood::Nothing(operation));
    };
    let Recorded { process, function, invoked, returned, lines, outcome, .. } = operation;
    let returned = if outcome == Outcome::Ok { returned } else { None };
    Ok(Understood::Tells(Operation { process, function, action, invoked, returned, lines }))
}

/// What was asked: as invoked, or as returned where the invocation leaves it open.
fn argument(operation: &Recorded) -> Term {
    match (&operation.argument, operation.outcome) {
        (Term::Nil, Outcome::Ok) => operation.result.clone(),
        (argument, _) => argument.clone(),
    }
}

/// What a read saw, in the terms of the model; `None` if it saw nothing.
fn observed(model: Model, operation: &Recorded) -> Result<Option<Term>, Stranger> {
    if operation.outcome != Outcome::Ok {
        return Ok(None);
    }
    let result = operation.result.clone();
    Ok(Some(match model {
        Model::Register | Model::CasRegister => result,
        Model::Kv => Term::Text(string(operation, &result)?),
        Model::Set => match result {
            Term::Nil => Term::Set(Vec::new()),
            Term::List(members) | Term::Set(members) => Term::set(members),
            other => {
                let message = format!("a read of a set returns its members, and this one {}", short(&other));
                return Err(stranger(operation, message, "write them as #{1 2} or [1 2]".to_owned()));
            }
        },
    }))
}

/// A value of the key-value model: text, a number as its digits, nothing as the empty text.
fn string(operation: &Recorded, value: &Term) -> Result<String, Stranger> {
    match value {
        Term::Nil => Ok(String::new()),
        Term::Text(text) | Term::Number(text) => Ok(text.clone()),
        Term::Integer(number) => Ok(number.to_string()),
        other => {
            let message = format!("the values of the kv model are strings, and this is {}", short(other));
            let help = "`--model register` or `--model cas-register` takes any value".to_owned();
            Err(stranger(operation, message, help))
        }
    }
}

fn unknown_function(model: Model, function: &str, operation: &Recorded) -> Stranger {
    let name = model.name();
    let message = format!("the model {name} has no operation `{}`", shortened(function));
    let other = Model::ALL.into_iter().find(|other| other.functions().contains(&function));
    let help = other.map_or_else(
        || format!("it has {}", model.functions().join(", ")),
        |other| format!("`--model {}` has it; {name} has {}", other.name(), model.functions().join(", ")),
    );
    stranger(operation, message, help)
}

fn stranger(operation: &Recorded, message: String, help: String) -> Stranger {
    Stranger { lines: operation.lines, message, help }
}

/// A value short enough for a message.
fn short(value: &Term) -> String {
    shortened(&value.to_string())
}

fn shortened(text: &str) -> String {
    const MOST: usize = 40;
    let mut cut: String = text.chars().take(MOST).flat_map(char::escape_debug).collect();
    if text.chars().nth(MOST).is_some() {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(function: &str, argument: Term, result: Term) -> Recorded {
        Recorded {
            process: "0".to_owned(),
            function: function.to_owned(),
            key: None,
            argument,
            result,
            outcome: Outcome::Ok,
            invoked: 0,
            returned: Some(1),
            lines: Lines { invoked: 1, returned: Some(2) },
        }
    }

    fn pair(a: Term, b: Term) -> Term {
        Term::List(vec![a, b])
    }

    #[test]
    fn tuples_are_keys_only_if_every_operation_has_one() {
        let one = Term::Integer(1);
        let read = recorded("read", pair(one.clone(), Term::Nil), pair(one.clone(), Term::Integer(7)));
        let write =
            recorded("write", pair(one.clone(), Term::Integer(7)), pair(one.clone(), Term::Integer(7)));
        assert_eq!(Keys::of(&[read.clone(), write.clone()]), Keys::InValue);
        let plain = recorded("read", Term::Nil, pair(one.clone(), Term::Integer(7)));
        assert_eq!(Keys::of(&[plain, write.clone()]), Keys::Apart);
        let cas = recorded("cas", pair(one.clone(), one.clone()), Term::Nil);
        assert_eq!(Keys::of(&[cas]), Keys::Apart);

        let history = History::new(Model::Register, Term::Nil, vec![read, write]).expect("known operations");
        assert_eq!(history.objects.len(), 1);
        assert_eq!(history.objects[0].key, Some(one));
        assert_eq!(history.objects[0].operations[0].action, Action::Read(Term::Integer(7)));
    }

    #[test]
    fn a_model_says_which_other_model_knows_an_operation() {
        let cas = recorded("cas", pair(Term::Integer(1), Term::Integer(2)), Term::Nil);
        let error = History::new(Model::Register, Term::Nil, vec![cas]).expect_err("a register has no cas");
        assert!(error.help.contains("--model cas-register"), "{error:?}");
        let odd = recorded("dequeue", Term::Nil, Term::Nil);
        let error = History::new(Model::Kv, Term::Nil, vec![odd]).expect_err("no such operation");
        assert!(error.message.contains("`dequeue`") && error.help.contains("get, put, append"), "{error:?}");
    }

    #[test]
    fn failed_operations_and_reads_without_an_answer_are_put_aside() {
        let mut failed = recorded("write", Term::Integer(1), Term::Nil);
        failed.outcome = Outcome::Fail;
        let mut lost = recorded("read", Term::Nil, Term::Nil);
        lost.outcome = Outcome::Unknown;
        lost.returned = None;
        let history = History::new(Model::Register, Term::Nil, vec![failed, lost]).expect("known operations");
        assert!(history.objects[0].operations.is_empty());
        assert_eq!(history.unheard.len(), 2);
        assert_eq!(history.counts, Counts { ok: 0, failed: 1, unknown: 1 });
    }
}
