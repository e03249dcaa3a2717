//! CSV by RFC 4180: a header, then a line for each operation, ended by CR LF; a field with a comma, a quote or a line
//! break stands in quotes. Lists are separated by blanks, and what is not known is empty. Times are nanoseconds.

use super::words::{self, Names};
use crate::{
    base::KeyId,
    check::run_history::{RunHistory, RunOperation},
    sim::Outcome,
};

const HEADER: [&str; 23] = [
    "op",
    "client",
    "key",
    "action",
    "value",
    "level",
    "required",
    "contacts",
    "coordinator",
    "asked",
    "answered",
    "invoked_step",
    "invoked_ns",
    "returned_step",
    "returned_ns",
    "outcome",
    "answer",
    "result",
    "versions",
    "write",
    "context",
    "stale_versions",
    "stale_ns",
];

pub(super) fn text(history: &RunHistory, key: Option<KeyId>, names: Names<'_>) -> String {
    let mut text = String::new();
    line(&mut text, &HEADER.map(str::to_owned));
    for operation in history.operations.iter().filter(|operation| key.is_none_or(|key| key == operation.key))
    {
        line(&mut text, &fields(operation, names));
    }
    text
}

fn fields(operation: &RunOperation, names: Names<'_>) -> [String; 23] {
    let some = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
    let nodes = |nodes: &[_]| names.nodes(nodes).join(" ");
    let versions = operation.versions();
    let returned = operation.returned.map(|returned| returned.at);
    let result = match &operation.answer {
        Some(Outcome::Found(held)) => {
            held.versions().iter().map(|version| version.value.to_string()).collect::<Vec<_>>().join(" ")
        }
        Some(_) | None => String::new(),
    };
    let context = versions.iter().map(|version| {
        let entries = names.vector(&version.context);
        let entries = entries.iter().map(|(actor, counter)| format!("{actor}:{counter}"));
        format!("{{{}}}", entries.collect::<Vec<_>>().join(" "))
    });
    let staleness = operation.staleness.as_ref();
    let asked_at = operation.invoked.at.at;
    [
        operation.op.0.to_string(),
        names.client(operation.client).to_owned(),
        names.key(operation.key).to_owned(),
        operation.act.verb().to_owned(),
        operation.act.argument().map_or_else(String::new, |value| value.to_string()),
        operation.level.to_string(),
        operation.required.to_string(),
        nodes(&operation.contacts),
        operation.coordinator.map_or("", |node| names.node(node)).to_owned(),
        nodes(&operation.asked),
        nodes(&operation.answered),
        operation.invoked.at.step.to_string(),
        asked_at.0.to_string(),
        some(returned.map(|at| at.step)),
        some(returned.map(|at| at.at.0)),
        words::outcome(operation.outcome()).to_owned(),
        operation.answer.as_ref().map_or("", words::answer).to_owned(),
        result,
        versions.iter().map(|version| version.id.to_string()).collect::<Vec<_>>().join(" "),
        operation.write().map_or_else(String::new, |write| write.to_string()),
        context.collect::<Vec<_>>().join(" "),
        some(staleness.map(|staleness| staleness.versions)),
        some(staleness.map(|staleness| asked_at.since(staleness.since).0)),
    ]
}

fn line(text: &mut String, fields: &[String; 23]) {
    for (place, field) in fields.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        if field.contains([',', '"', '\r', '\n']) {
            text.push('"');
            text.push_str(&field.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(field);
        }
    }
    text.push_str("\r\n");
}
