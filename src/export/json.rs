//! JSON: one object with everything that is known of the operations and faults of a run. `schema` names the shape and
//! its version; `docs/export.md` says what each field is. Keys are sorted and times are whole nanoseconds. What was said
//! between replicas is not in it: `laggard run --json` has every message.

use serde_json::{Value, json};

use super::{
    Run,
    words::{self, Names},
};
use crate::{
    base::{KeyId, WriteId},
    check::run_history::{Fault, FaultKind, Point, RunOperation},
    data::{self, Version},
    sim::Outcome,
};

/// Raised whenever a field changes its meaning or goes.
const SCHEMA: &str = "laggard-history/1";

pub(super) fn text(run: &Run, key: Option<KeyId>, names: Names<'_>) -> String {
    let simulation = names.simulation();
    let scenario = simulation.scenario();
    let operations: Vec<Value> = run
        .history
        .operations
        .iter()
        .filter(|operation| key.is_none_or(|key| key == operation.key))
        .map(|one| operation(one, names))
        .collect();
    let initial: serde_json::Map<String, Value> =
        scenario.initial.iter().map(|(key, first)| (names.key(*key).to_owned(), value(first))).collect();
    let replicas: Vec<Value> = scenario
        .replicas
        .iter()
        .map(|replica| {
            json!({"name": &*replica.name, "zone": replica.zone.as_deref(), "skew_ns": replica.skew,
                   "drift_ppm": replica.drift})
        })
        .collect();
    let clients: Vec<Value> = scenario
        .clients
        .iter()
        .map(|client| {
            let guarantees: Vec<&str> = client.policy.guarantees.iter().map(|one| one.name()).collect();
            json!({"name": &*client.name, "at": names.node(client.at), "guarantees": guarantees})
        })
        .collect();
    let told = json!({
        "schema": SCHEMA,
        "laggard": env!("CARGO_PKG_VERSION"),
        "title": scenario.title,
        "seed": run.seed.0,
        "replicas": replicas,
        "clients": clients,
        "keys": simulation.keys().iter().map(|key| &**key).collect::<Vec<_>>(),
        "initial": initial,
        "operations": operations,
        "faults": run.history.faults.iter().map(|one| fault(one, names)).collect::<Vec<_>>(),
        "end": {"step": simulation.position().step, "at_ns": simulation.position().at.0,
                "converged": simulation.converged()},
    });
    format!("{told:#}\n")
}

fn operation(operation: &RunOperation, names: Names<'_>) -> Value {
    let returned = match &operation.answer {
        Some(Outcome::Found(held)) => {
            held.versions().iter().map(|version| value(&version.value)).collect::<Vec<_>>().into()
        }
        Some(_) | None => Value::Null,
    };
    let accepted = operation.accepted.as_ref().map(|accepted| {
        json!({"step": accepted.at.step, "at_ns": accepted.at.at.0, "version": version(&accepted.version, names)})
    });
    let read = match &operation.answer {
        Some(Outcome::Found(held)) => {
            held.versions().iter().map(|one| version(one, names)).collect::<Vec<_>>().into()
        }
        Some(_) | None => Value::Null,
    };
    let staleness = operation.staleness.as_ref().map(|staleness| {
        json!({"versions": staleness.versions, "behind_ns": operation.invoked.at.at.since(staleness.since).0,
               "missing": staleness.missing.iter().map(WriteId::to_string).collect::<Vec<_>>()})
    });
    json!({
        "op": operation.op.0,
        "client": names.client(operation.client),
        "key": names.key(operation.key),
        "action": operation.act.verb(),
        "value": operation.act.argument().as_ref().map(value),
        "level": operation.level.to_string(),
        "required": operation.required,
        "contacts": names.nodes(&operation.contacts),
        "coordinator": operation.coordinator.map(|node| names.node(node)),
        "asked": names.nodes(&operation.asked),
        "answered": names.nodes(&operation.answered),
        "invoked": point(operation.invoked),
        "returned": operation.returned.map(point),
        "outcome": words::outcome(operation.outcome()),
        "answer": operation.answer.as_ref().map(|answer| answer_of(answer, names)),
        "result": returned,
        "versions": read,
        "accepted": accepted,
        "staleness": staleness,
    })
}

fn answer_of(answer: &Outcome, names: Names<'_>) -> Value {
    let mut told = match answer {
        Outcome::Written(_) | Outcome::Found(_) | Outcome::CoordinatorDown | Outcome::CoordinatorCrashed => {
            json!({})
        }
        Outcome::Waited { replicas, wanted, .. } => json!({"replicas": replicas, "wanted": wanted}),
        Outcome::Unavailable { required, alive } => json!({"required": required, "alive": alive}),
        Outcome::NoReplicas { good, required } => json!({"good": good, "required": required}),
        Outcome::NotPrimary { primary } => json!({"primary": primary.map(|node| names.node(node))}),
        Outcome::ConditionFailed { found } => json!({"found": found.map(|write| write.to_string())}),
        Outcome::Throttled { region } => json!({"region": region}),
        Outcome::NotFresh(guarantee) => json!({"guarantee": guarantee.name()}),
        Outcome::TimedOut { received, required } => json!({"received": received, "required": required}),
    };
    told["is"] = words::answer(answer).into();
    told
}

fn version(version: &Version, names: Names<'_>) -> Value {
    let vector: serde_json::Map<String, Value> =
        names.vector(&version.context).into_iter().map(|(actor, counter)| (actor, counter.into())).collect();
    json!({
        "write": version.id.to_string(),
        "value": value(&version.value),
        "stamp": {"time": version.stamp.time, "count": version.stamp.count},
        "dot": {"actor": names.actor(version.dot.node), "counter": version.dot.counter},
        "context": vector,
    })
}

fn fault(fault: &Fault, names: Names<'_>) -> Value {
    let (kind, about) = words::fault(&fault.kind, names);
    let mut told = json!({"at": point(fault.at), "kind": kind, "about": about});
    match &fault.kind {
        FaultKind::Healed { killed, .. } => told["killed"] = (*killed).into(),
        FaultKind::Destroyed { hints, .. } => told["hints"] = (*hints).into(),
        FaultKind::Cut { .. }
        | FaultKind::Crashed(_)
        | FaultKind::Restarted(_)
        | FaultKind::Frozen(_)
        | FaultKind::Thawed(_)
        | FaultKind::Turned(_) => {}
    }
    told
}

fn point(point: Point) -> Value {
    json!({"order": point.order, "step": point.at.step, "at_ns": point.at.at.0})
}

/// A number, a text, a list of elements; null for a tombstone.
fn value(value: &data::Value) -> Value {
    match value {
        data::Value::Text(text) => (**text).into(),
        data::Value::Number(number) => (*number).into(),
        data::Value::Set(elements) => elements.iter().map(self::value).collect(),
        data::Value::Update(update) => update.to_string().into(),
        data::Value::Tombstone => Value::Null,
    }
}
