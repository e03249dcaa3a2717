//! Jepsen's log: `INFO jepsen.util - 0 :invoke :write 3`, with tabs or spaces, and in newer logs
//! `… INFO [worker] jepsen.util: 0 :invoke :write 3`. What follows the value is left alone; so are other lines.

use super::{
    Format, Malformed, Recording,
    edn::{Reader, client},
    malformed::quoted,
    pair::{Event, Kind, Pairing, Place},
};
use crate::check::history::Term;

/// What every operation's line has.
pub(super) const MARK: &str = "jepsen.util";

pub(super) fn read(text: &str) -> Result<Recording, Malformed> {
    let mut pairing = Pairing::default();
    let mut skipped = 0;
    for (number, line) in (1..).zip(text.lines()) {
        match event(number, line)? {
            Some(event) => pairing.event(event)?,
            None => skipped += 1,
        }
    }
    Ok(Recording { operations: pairing.finish(), format: Format::JepsenLog, skipped })
}

/// The event of a line, unless it is about something else.
fn event(number: usize, line: &str) -> Result<Option<Event>, Malformed> {
    let Some(mark) = line.find(MARK) else { return Ok(None) };
    let rest = line[mark + MARK.len()..].trim_start();
    let Some(forms) = rest.strip_prefix(['-', ':']) else { return Ok(None) };
    let start = forms.trim_start();
    let is_process = start.starts_with(|c: char| c.is_ascii_digit());
    if !is_process {
        return Ok(None);
    }
    let mut reader = Reader::line(line, line.len() - start.len(), number);
    let place = Place { line: number, column: 1 };
    let process = reader.form()?;
    let kind = match reader.next_form()? {
        Some(Term::Word(word)) => Kind::named(word.trim_start_matches(':')),
        _ => None,
    };
    let Some(kind) = kind else {
        let message =
            format!("this line has no :invoke, :ok, :fail or :info behind its process: {}", quoted(start));
        return Err(place.wrong(message, "the line is `INFO jepsen.util - 0 :invoke :write 3`; is it cut?"));
    };
    let Some(Term::Word(function)) = reader.next_form()? else {
        let message = "this line does not say which operation it is about".to_owned();
        return Err(place.wrong(message, "the line is `INFO jepsen.util - 0 :invoke :write 3`; is it cut?"));
    };
    let Some(value) = reader.next_form()? else {
        let message = "this line ends before its value".to_owned();
        return Err(place.wrong(message, "a read is invoked with nil; is the line cut?"));
    };
    let Some(process) = client(&process) else { return Ok(None) };
    let function = function.trim_start_matches(':').to_owned();
    Ok(Some(Event { place, process, kind, function, key: None, value, index: None }))
}
