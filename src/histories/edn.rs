//! EDN as Jepsen, Knossos and porcupine write histories: maps `{:process 0, :type :invoke, :f :read, :value nil}`, or
//! `[0 :invoke :read nil]`; one after another or in one vector or list; records (`#jepsen.history.Op{…}`) are their
//! maps.

mod reader;

use super::{
    Format, Malformed, Recording,
    malformed::quoted,
    pair::{Event, Kind, Pairing, Place},
};
use crate::check::history::Term;
pub(super) use reader::Reader;

const SHAPE: &str = "an event is {:process 0, :type :invoke, :f :read, :value nil}";

pub(super) fn read(text: &str) -> Result<Recording, Malformed> {
    let mut pairing = Pairing::default();
    let mut skipped = 0;
    let mut reader = Reader::new(text);
    let opened = reader.open_history();
    loop {
        reader.skip()?;
        let place = reader.place();
        if opened.is_some() && reader.close_history() {
            reader.skip()?;
            if !reader.is_at_end() {
                let message = "something follows the end of the history".to_owned();
                return Err(reader.place().wrong(message, "a file holds one history"));
            }
            break;
        }
        let Some(form) = reader.next_form()? else {
            if let Some(place) = opened {
                let message = "the file ends inside this vector".to_owned();
                return Err(place.wrong(message, "the file is cut: end it with ] or get the rest"));
            }
            break;
        };
        match event(form, place)? {
            Some(event) => pairing.event(event)?,
            None => skipped += 1,
        }
    }
    Ok(Recording { operations: pairing.finish(), format: Format::Edn, skipped })
}

/// A text that is one value.
pub(super) fn value(text: &str) -> Option<Term> {
    let mut reader = Reader::new(text);
    let value = reader.next_form().ok()??;
    reader.skip().ok()?;
    reader.is_at_end().then_some(value)
}

/// A process that is a client: numbers and texts are, keywords are not (`:nemesis`).
pub(super) fn client(process: &Term) -> Option<String> {
    match process {
        Term::Integer(number) => Some(number.to_string()),
        Term::Number(text) | Term::Text(text) => Some(text.clone()),
        Term::Nil
        | Term::Bool(_)
        | Term::Word(_)
        | Term::List(_)
        | Term::Set(_)
        | Term::Map(_)
        | Term::Tagged(..) => None,
    }
}

/// The event that a form is, unless it is no client's.
fn event(form: Term, place: Place) -> Result<Option<Event>, Malformed> {
    match form {
        Term::Tagged(_, inner) => event(*inner, place),
        Term::Map(pairs) => from_map(pairs, place),
        Term::List(members) if members.len() >= 4 => {
            let mut members = members.into_iter();
            let mut next = || members.next().unwrap_or(Term::Nil);
            let (process, kind, function, value) = (next(), next(), next(), next());
            let fields = Fields {
                process: Some(process),
                kind: Some(kind),
                function: Some(function),
                value,
                ..Fields::default()
            };
            fields.event(place)
        }
        other => {
            let message = format!("this is no event: {}", quoted(&other.to_string()));
            Err(place.wrong(message, SHAPE))
        }
    }
}

#[derive(Debug)]
struct Fields {
    process: Option<Term>,
    kind: Option<Term>,
    function: Option<Term>,
    value: Term,
    key: Option<Term>,
    index: Option<i64>,
}

impl Default for Fields {
    fn default() -> Self {
        Self { process: None, kind: None, function: None, value: Term::Nil, key: None, index: None }
    }
}

fn from_map(pairs: Vec<(Term, Term)>, place: Place) -> Result<Option<Event>, Malformed> {
    let mut fields = Fields::default();
    for (name, value) in pairs {
        let Term::Word(name) = name else { continue };
        match &*name {
            ":process" => fields.process = Some(value),
            ":type" => fields.kind = Some(value),
            ":f" => fields.function = Some(value),
            ":value" => fields.value = value,
            ":key" if value != Term::Nil => fields.key = Some(value),
            ":index" => {
                if let Term::Integer(index) = value {
                    fields.index = Some(index);
                }
            }
            _ => {}
        }
    }
    fields.event(place)
}

impl Fields {
    fn event(self, place: Place) -> Result<Option<Event>, Malformed> {
        let missing = |what: &str| place.wrong(format!("this event has no {what}"), SHAPE);
        let process = self.process.ok_or_else(|| missing(":process"))?;
        let kind = self.kind.ok_or_else(|| missing(":type"))?;
        let function = self.function.ok_or_else(|| missing(":f"))?;
        let Some(process) = client(&process) else {
            if let Term::Word(_) = process {
                return Ok(None);
            }
            let message =
                format!("a process is a number or a name, and this is {}", quoted(&process.to_string()));
            return Err(place.wrong(message, SHAPE));
        };
        let Some(kind) = word(&kind).and_then(Kind::named) else {
            let message = format!("no event has the type {}", quoted(&kind.to_string()));
            return Err(place.wrong(message, "the types are :invoke, :ok, :fail and :info"));
        };
        let Some(function) = word(&function) else {
            let message = format!("an operation has a name, and this is {}", quoted(&function.to_string()));
            return Err(place.wrong(message, "the name is a keyword: :f :read"));
        };
        let function = function.to_owned();
        Ok(Some(Event {
            place,
            process,
            kind,
            function,
            key: self.key,
            value: self.value,
            index: self.index,
        }))
    }
}

/// The name of a keyword, symbol or text.
fn word(term: &Term) -> Option<&str> {
    match term {
        Term::Word(word) => Some(word.trim_start_matches(':')),
        Term::Text(text) => Some(text),
        Term::Nil
        | Term::Bool(_)
        | Term::Integer(_)
        | Term::Number(_)
        | Term::List(_)
        | Term::Set(_)
        | Term::Map(_)
        | Term::Tagged(..) => None,
    }
}
