//! JSON: an array of objects, or objects one after another. Either events,
//! `{"process": 0, "type": "invoke", "f": "read", "value": null}`, in the order of the file; or whole operations,
//! `{"process": 0, "f": "write", "value": 3, "start": 0, "end": 10}` with `result` for what came back, `end` null if
//! nobody knows, and times of any unit: two that share an endpoint are concurrent.

use serde_json::{Deserializer, Map, Value};

use super::{
    Format, MOST_EVENTS, Malformed, Recording,
    edn::client,
    malformed::quoted,
    pair::{Event, Kind, Pairing, Place},
};
use crate::check::history::{Lines, Outcome, Recorded, Term};

const SHAPE: &str = r#"an event is {"process": 0, "type": "invoke", "f": "read", "value": null}, an operation {"process": 0, "f": "write", "value": 3, "start": 0, "end": 10}"#;

/// An object and where it stands.
type Found = (Place, Map<String, Value>);

/// What the objects of a file are; the first tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Events,
    Operations,
}

pub(super) fn read(text: &str) -> Result<Recording, Malformed> {
    let mut pairing = Pairing::default();
    let mut operations: Vec<Recorded> = Vec::new();
    let mut skipped = 0;
    let mut objects = Objects::new(text);
    let mut shape = None;
    while let Some((place, object)) = objects.next()? {
        let this = if object.contains_key("start") { Shape::Operations } else { Shape::Events };
        if *shape.get_or_insert(this) != this {
            let message = "events and whole operations are mixed in this file".to_owned();
            return Err(place.wrong(message, SHAPE));
        }
        if operations.len() >= MOST_EVENTS {
            let message = format!("this history has more than {MOST_EVENTS} operations");
            return Err(place.wrong(message, "judge its keys, or its first part, alone"));
        }
        let fields = Fields { place, object };
        let Some(process) = fields.process()? else {
            skipped += 1;
            continue;
        };
        match this {
            Shape::Events => pairing.event(fields.event(process)?)?,
            Shape::Operations => operations.push(fields.operation(process)?),
        }
    }
    if shape != Some(Shape::Operations) {
        operations = pairing.finish();
    }
    operations.sort_by_key(|operation| operation.invoked);
    Ok(Recording { operations, format: Format::Json, skipped })
}

/// The objects of a file one after another, each with its place.
struct Objects<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    line_start: usize,
    array: Option<Place>,
    first: bool,
}

impl<'a> Objects<'a> {
    fn new(text: &'a str) -> Self {
        let mut objects = Self { text, at: 0, line: 1, line_start: 0, array: None, first: true };
        objects.skip();
        if objects.rest().starts_with('[') {
            objects.array = Some(objects.place());
            objects.at += 1;
        }
        objects
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn place(&self) -> Place {
        let column = self.text[self.line_start..self.at].chars().count() + 1;
        Place { line: self.line, column }
    }

    fn go(&mut self, to: usize) {
        for (n, _) in self.text[self.at..to].match_indices('\n') {
            self.line += 1;
            self.line_start = self.at + n + 1;
        }
        self.at = to;
    }

    fn skip(&mut self) {
        let rest = self.rest();
        self.go(self.text.len() - rest.trim_start().len());
    }

    fn next(&mut self) -> Result<Option<Found>, Malformed> {
        self.skip();
        if let Some(array) = self.array {
            if self.rest().starts_with(']') {
                self.at += 1;
                self.skip();
                if self.rest().is_empty() {
                    return Ok(None);
                }
                return Err(self
                    .place()
                    .wrong("something follows the array".to_owned(), "a file holds one history"));
            }
            if self.rest().is_empty() {
                let message = "the file ends inside the array that begins here".to_owned();
                return Err(array.wrong(message, "the file is cut: end it with ] or get the rest"));
            }
            if !self.first {
                if !self.rest().starts_with(',') {
                    return Err(self.place().wrong("a comma is missing here".to_owned(), SHAPE));
                }
                self.at += 1;
                self.skip();
            }
        } else if self.rest().is_empty() {
            return Ok(None);
        }
        self.first = false;
        let place = self.place();
        let mut values = Deserializer::from_str(self.rest()).into_iter::<Value>();
        match values.next() {
            Some(Ok(Value::Object(object))) => {
                let end = self.at + values.byte_offset();
                self.go(end);
                Ok(Some((place, object)))
            }
            Some(Ok(other)) => {
                Err(place.wrong(format!("this is no event: {}", quoted(&other.to_string())), SHAPE))
            }
            Some(Err(error)) => Err(self.wrong(&error)),
            None => Err(place.wrong("an event is missing here".to_owned(), SHAPE)),
        }
    }

    /// What the parser complains of, at its place in the file.
    fn wrong(&self, error: &serde_json::Error) -> Malformed {
        let column = if error.line() == 1 {
            self.place().column + error.column().saturating_sub(1)
        } else {
            error.column()
        };
        let place = Place { line: self.line + error.line().saturating_sub(1), column: column.max(1) };
        let said = error.to_string();
        let said = said.split(" at line ").next().unwrap_or("it cannot be read");
        let help = if error.is_eof() { "the file is cut: get the rest" } else { SHAPE };
        place.wrong(format!("this is not JSON: {said}"), help)
    }
}

struct Fields {
    place: Place,
    object: Map<String, Value>,
}

impl Fields {
    fn wrong(&self, message: String) -> Malformed {
        self.place.wrong(message, SHAPE)
    }

    /// Who it is; `None` for the nemesis.
    fn process(&self) -> Result<Option<String>, Malformed> {
        let process =
            self.object.get("process").ok_or_else(|| self.wrong("this has no \"process\"".to_owned()))?;
        let process = client(&self.term(process)?);
        let process = process.ok_or_else(|| self.wrong("a process is a number or a name".to_owned()))?;
        Ok(Some(process).filter(|process| process != "nemesis" && process != ":nemesis"))
    }

    fn name(&self, field: &str) -> Result<String, Malformed> {
        match self.object.get(field) {
            Some(Value::String(name)) => Ok(name.trim_start_matches(':').to_owned()),
            Some(other) => Err(self
                .wrong(format!("{field:?} is a name in quotes, and this is {}", quoted(&other.to_string())))),
            None => Err(self.wrong(format!("this has no {field:?}"))),
        }
    }

    fn value(&self, field: &str) -> Result<Term, Malformed> {
        self.object.get(field).map_or(Ok(Term::Nil), |value| self.term(value))
    }

    fn key(&self) -> Result<Option<Term>, Malformed> {
        Ok(Some(self.value("key")?).filter(|key| *key != Term::Nil))
    }

    fn event(&self, process: String) -> Result<Event, Malformed> {
        let kind = self.name("type")?;
        let kind = Kind::named(&kind).ok_or_else(|| {
            let message = format!("no event has the type {}", quoted(&kind));
            self.place.wrong(message, r#"the types are "invoke", "ok", "fail" and "info""#)
        })?;
        Ok(Event {
            place: self.place,
            process,
            kind,
            function: self.name("f")?,
            key: self.key()?,
            value: self.value("value")?,
            index: self.object.get("index").and_then(Value::as_i64),
        })
    }

    fn operation(&self, process: String) -> Result<Recorded, Malformed> {
        let moment = |field: &str| match self.object.get(field) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value.as_u64().map(Some).ok_or_else(|| {
                let message =
                    format!("{field:?} is a whole number, and this is {}", quoted(&value.to_string()));
                self.wrong(message)
            }),
        };
        let start =
            moment("start")?.ok_or_else(|| self.wrong("this operation has no \"start\"".to_owned()))?;
        let end = moment("end")?;
        if end.is_some_and(|end| end < start) {
            return Err(self.wrong("this operation ends before it starts".to_owned()));
        }
        let outcome = match self.object.get("type") {
            Some(_) => match Kind::named(&self.name("type")?) {
                Some(Kind::Return(outcome)) => outcome,
                Some(Kind::Invoke) | None => {
                    let message = "a whole operation has the type \"ok\", \"fail\" or \"info\"".to_owned();
                    return Err(self.wrong(message));
                }
            },
            None if end.is_some() => Outcome::Ok,
            None => Outcome::Unknown,
        };
        if outcome == Outcome::Ok && end.is_none() {
            return Err(self.wrong("an operation that is \"ok\" has an \"end\"".to_owned()));
        }
        let function = self.name("f")?;
        let is_read = matches!(&*function, "read" | "get");
        let value = self.value("value")?;
        let result = self.value("result")?;
        // A read has nothing to ask: what is written as its value is what it saw.
        let result = if is_read && result == Term::Nil { value.clone() } else { result };
        let argument = if is_read { Term::Nil } else { value };
        Ok(Recorded {
            process,
            function,
            key: self.key()?,
            argument,
            result,
            outcome,
            invoked: start,
            returned: end.filter(|_| outcome != Outcome::Unknown),
            lines: Lines { invoked: self.place.line, returned: None },
        })
    }

    fn term(&self, value: &Value) -> Result<Term, Malformed> {
        Ok(match value {
            Value::Null => Term::Nil,
            Value::Bool(value) => Term::Bool(*value),
            Value::String(text) => Term::Text(text.clone()),
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(number), _) => Term::Integer(number),
                (None, Some(float)) if float.abs() < 9_007_199_254_740_992.0 => {
                    Term::Number(number.to_string())
                }
                _ => {
                    let message =
                        format!("JSON may not carry this number exactly: {}", quoted(&number.to_string()));
                    return Err(self.place.wrong(message, "write it as a text, in quotes"));
                }
            },
            Value::Array(members) => {
                Term::List(members.iter().map(|member| self.term(member)).collect::<Result<_, _>>()?)
            }
            Value::Object(fields) => {
                let pair = |(name, value): (&String, &Value)| Ok((Term::text(name), self.term(value)?));
                Term::map(fields.iter().map(pair).collect::<Result<_, Malformed>>()?)
            }
        })
    }
}
