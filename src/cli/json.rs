//! `run --json`: one object a line. First the header, then every fact in order, then the verdicts and the
//! totals. Keys are sorted and times are whole nanoseconds, so that the same run gives the same bytes.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    action::Act,
    base::{NodeId, Seed, WriteId},
    check::{Judge, Judged, Verdict},
    data::{self, Held, Relation, Update},
    drive::{self, Report, Timeline},
    replica::{Belief, Effort, primary::Discard, replica_of},
    scenario::Scenario,
    sim::{Death, Fact, Outcome, What},
};

mod replication;

use super::output::Output;

pub(super) fn run(scenario: &Arc<Scenario>, seed: Seed, out: &mut Output) -> u8 {
    let replicas: Vec<&str> = scenario.replicas.iter().map(|replica| &*replica.name).collect();
    let clients: Vec<&str> = scenario.clients.iter().map(|client| &*client.name).collect();
    let header = json!({
        "laggard": env!("CARGO_PKG_VERSION"), "title": scenario.title, "seed": seed.0,
        "replicas": replicas, "clients": clients,
    });
    out.text(&format!("{header}\n"));
    let report = drive::run(scenario, seed, |timeline, told| {
        let mut line = fact(timeline, told);
        line["step"] = told.at.step.into();
        line["at_ns"] = told.at.at.0.into();
        out.text(&format!("{line}\n"));
    });
    for finding in &report.findings {
        let (verdict, why) = match &finding.verdict {
            Verdict::Holds => ("holds", Value::Null),
            Verdict::Violated(evidence) => {
                ("violated", evidence.iter().map(|e| e.text.clone()).collect::<Vec<_>>().into())
            }
            Verdict::Unknown(why) => ("unknown", why.clone().into()),
        };
        let line = json!({"finding": finding.what, "line": finding.line, "verdict": verdict, "why": why});
        out.text(&format!("{line}\n"));
    }
    for judged in verdicts(&report) {
        out.text(&format!("{judged}\n"));
    }
    out.text(&format!("{}\n", totals(&report)));
    report.exit_code()
}

/// What the screen's list of verdicts says at the end of the run, with where to look.
fn verdicts(report: &Report) -> Vec<Value> {
    let timeline = &report.timeline;
    let (simulation, ledger) = (timeline.simulation(), timeline.ledger());
    let history = (timeline.history(), timeline.line());
    let told = |judged: Judged| {
        let (verdict, evidence) = match &judged.verdict {
            Verdict::Holds => ("holds", &[][..]),
            Verdict::Violated(evidence) => ("violated", &**evidence),
            Verdict::Unknown(_) => ("unknown", &[][..]),
        };
        let evidence: Vec<Value> = evidence
            .iter()
            .map(|one| json!({"step": one.at.step, "at_ns": one.at.at.0, "text": one.text}))
            .collect();
        json!({"judged": judged.subject.name(simulation.keys()), "verdict": verdict, "says": judged.says,
               "evidence": evidence})
    };
    Judge::default().verdicts(history, ledger, simulation).into_iter().map(told).collect()
}

fn totals(report: &Report) -> Value {
    let (simulation, ledger) = (report.timeline.simulation(), report.timeline.ledger());
    let tally = ledger.tally;
    let fates = ledger.fates(simulation);
    let mut times: Vec<u64> = ledger.times_to_consistency().map(|span| span.0).collect();
    times.sort_unstable();
    json!({
        "end_ns": simulation.position().at.0, "steps": simulation.position().step,
        "converged": simulation.converged(), "settled": simulation.settled(),
        "reads": tally.reads, "stale_reads": tally.stale_reads, "writes": tally.writes,
        "refused": tally.refused, "timed_out": tally.timed_out,
        "lost_writes": ledger.lost_writes(simulation),
        "acknowledged": {"visible": fates.visible, "superseded": fates.superseded, "overwritten": fates.overwritten,
                         "stranded": fates.stranded, "rolled_back": fates.rolled_back, "lost": fates.lost,
                         "unfollowed": fates.unfollowed},
        "messages": {"sent": tally.sent, "delivered": tally.delivered, "lost": tally.lost,
                     "cut": tally.cut, "down": tally.down},
        "times_to_consistency_ns": times,
        "exit": report.exit_code(),
    })
}

#[expect(clippy::too_many_lines, reason = "one arm for each kind of fact")]
fn fact(timeline: &Timeline, fact: &Fact) -> Value {
    let scenario = timeline.simulation().scenario();
    let node = |node: &NodeId| scenario.replicas[node.index()].name.to_string();
    // Later disks and reigns of a replica have names of their own in vectors.
    let actor = |actor: NodeId| {
        let nodes = u16::try_from(scenario.replicas.len()).unwrap_or(u16::MAX);
        match replica_of(actor, nodes) {
            (replica, 0) => node(&replica),
            (replica, disk) => format!("{}#{}", node(&replica), disk + 1),
        }
    };
    let key = |key: &crate::base::KeyId| timeline.simulation().keys()[key.index()].to_string();
    let write = |write: &WriteId| write.to_string();
    match &fact.what {
        What::Asked { op, client, node: at, key: k, level, required, act } => {
            let client = &scenario.clients[usize::from(client.0)].name;
            let (kind, v) = match &**act {
                Act::Read => ("read", Value::Null),
                Act::Write { value: v, .. } => ("write", value(v)),
                Act::Update(update) => (update.verb(), updated(update)),
            };
            json!({"fact": "asked", "op": op.0, "client": &**client, "at": node(at), "key": key(k),
                   "level": level.to_string(), "required": required, "kind": kind, "value": v})
        }
        What::Accepted { op, node: at, version } => {
            let context: Value =
                version.context.entries().map(|(n, counter)| (actor(n), Value::from(counter))).collect();
            json!({"fact": "accepted", "op": op.0, "at": node(at), "write": write(&version.id),
                   "key": key(&version.key), "value": value(&version.value), "stamp_ns": version.stamp.time,
                   "stamp_count": version.stamp.count,
                   "dot": {"node": actor(version.dot.node), "counter": version.dot.counter}, "context": context})
        }
        What::Sent { message, from, to, kind, carries, arrives, op } => {
            json!({"fact": "sent", "message": message.0, "from": node(from), "to": node(to), "kind": kind.name(),
                   "carries": carries.as_ref().map(write), "arrives_ns": arrives.0, "op": op.map(|op| op.0)})
        }
        What::Delivered { message, from, to, kind, carries, .. } => {
            json!({"fact": "delivered", "message": message.0, "from": node(from), "to": node(to),
                   "kind": kind.name(), "carries": carries.as_ref().map(write)})
        }
        What::Queued { message, to } => json!({"fact": "queued", "message": message.0, "to": node(to)}),
        What::Died { message, from, to, kind, carries, death } => {
            json!({"fact": "died", "message": message.0, "from": node(from), "to": node(to), "kind": kind.name(),
                   "carries": carries.as_ref().map(write), "why": cause(*death)})
        }
        What::Stored { node: at, key: k, write: w, over, .. } => {
            let over =
                over.map(|(loser, relation)| json!({"write": write(&loser), "relation": name(relation)}));
            json!({"fact": "stored", "at": node(at), "key": key(k), "write": write(w), "over": over})
        }
        What::Kept { node: at, key: k, write: w, winner, relation } => {
            json!({"fact": "kept", "at": node(at), "key": key(k), "write": write(w), "winner": write(winner),
                   "relation": name(*relation)})
        }
        What::HeldBack { node: at, key: k, write: w, waits_for } => {
            json!({"fact": "held_back", "at": node(at), "key": key(k), "write": write(w),
                   "waits_for": write(waits_for)})
        }
        What::Redirected { op, from, to, guarantee } => {
            json!({"fact": "redirected", "op": op.0, "from": node(from), "to": node(to),
                   "guarantee": guarantee.name()})
        }
        What::Waits { op, node: at, guarantee } => {
            json!({"fact": "waits", "op": op.0, "at": node(at), "guarantee": guarantee.name()})
        }
        What::Rebound { client, from, to } => {
            let client = &scenario.clients[usize::from(client.0)].name;
            json!({"fact": "rebound", "client": &**client, "from": node(from), "to": node(to)})
        }
        What::Answered { op, outcome: how } => {
            let mut line = outcome(how);
            line["fact"] = "answered".into();
            line["op"] = op.0.into();
            line
        }
        What::Effort { op, node: at, key: k, effort } => {
            let (what, more) = match effort {
                Effort::Forwarded { to } => ("forwarded", json!({"to": node(to)})),
                Effort::DigestsDiffered => ("digests_differed", json!({})),
                Effort::Speculated { to } => ("speculated", json!({"to": node(to)})),
                Effort::Repaired { to, write: w } => ("repaired", json!({"to": node(to), "write": write(w)})),
                Effort::StoodIn { node: by, instead_of } => {
                    ("stood_in", json!({"by": node(by), "for": node(instead_of)}))
                }
            };
            let mut line = more;
            line["fact"] = what.into();
            line["op"] = op.0.into();
            line["at"] = node(at).into();
            line["key"] = key(k).into();
            line
        }
        What::Discarded { node: at, key: k, write: w, why, instead, .. } => {
            json!({"fact": "discarded", "at": node(at), "key": key(k), "write": write(w),
                   "why": discard(*why), "instead": instead.as_ref().map(write)})
        }
        What::News { node: at, news } => {
            let mut line = replication::news(*news, node);
            line["at"] = node(at).into();
            line
        }
        What::Hinted { holder, target, key: k, write: w, over } => {
            let over =
                over.map(|(loser, relation)| json!({"write": write(&loser), "relation": name(relation)}));
            json!({"fact": "hinted", "at": node(holder), "for": node(target), "key": key(k),
                   "write": write(w), "over": over})
        }
        What::HandedBack { holder, target, key: k, write: w } => {
            json!({"fact": "handed_back", "at": node(holder), "for": node(target), "key": key(k),
                   "write": write(w)})
        }
        What::HintExpired { holder, target, key: k, write: w } => {
            json!({"fact": "hint_expired", "at": node(holder), "for": node(target), "key": key(k),
                   "write": write(w)})
        }
        What::Believes { by, about, belief } => {
            let belief = match belief {
                Belief::Up => "up",
                Belief::Down => "down",
            };
            json!({"fact": "believes", "at": node(by), "about": node(about), "belief": belief})
        }
        What::Purged { node: at, key: k, write: w } => {
            json!({"fact": "purged", "at": node(at), "key": key(k), "write": write(w)})
        }
        What::Destroyed { node: at, hints } => json!({"fact": "destroyed", "at": node(at), "hints": hints}),
        What::CutMade { id } => json!({"fact": "cut_made", "cut": id.0}),
        What::CutHealed { id, killed } => json!({"fact": "cut_healed", "cut": id.0, "killed": killed}),
        What::Crashed { node: at } => json!({"fact": "crashed", "at": node(at)}),
        What::Restarted { node: at } => json!({"fact": "restarted", "at": node(at)}),
        What::Frozen { node: at } => json!({"fact": "frozen", "at": node(at)}),
        What::Thawed { node: at, queued } => json!({"fact": "thawed", "at": node(at), "queued": queued}),
        What::Operated { message, from, to, surgery } => {
            json!({"fact": "operated", "message": message.0, "from": node(from), "to": node(to),
                   "surgery": format!("{surgery:?}")})
        }
        What::Turned(command) => json!({"fact": "turned", "command": format!("{command:?}")}),
    }
}

fn cause(death: Death) -> Value {
    match death {
        Death::Lost => json!("lost"),
        Death::Cut(id) => json!({"cut": id.0}),
        Death::Down => json!("down"),
        Death::Full => json!("full"),
    }
}

fn outcome(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Written(write) => json!({"outcome": "written", "write": write.to_string()}),
        Outcome::Found(held) => json!({"outcome": "found", "versions": versions(held)}),
        Outcome::Unavailable { required, alive } => {
            json!({"outcome": "unavailable", "required": required, "alive": alive})
        }
        Outcome::Waited { write, replicas, wanted } => {
            json!({"outcome": "waited", "write": write.to_string(), "replicas": replicas, "wanted": wanted})
        }
        Outcome::NoReplicas { good, required } => {
            json!({"outcome": "no_replicas", "good": good, "required": required})
        }
        Outcome::ConditionFailed { found } => {
            json!({"outcome": "condition_failed", "found": found.map(|write| write.to_string())})
        }
        Outcome::Throttled { region } => json!({"outcome": "throttled", "region": region}),
        Outcome::NotPrimary { .. } => json!({"outcome": "not_primary"}),
        Outcome::CoordinatorDown => json!({"outcome": "coordinator_down"}),
        Outcome::NotFresh(guarantee) => json!({"outcome": "not_fresh", "guarantee": guarantee.name()}),
        Outcome::TimedOut { received, required } => {
            json!({"outcome": "timed_out", "received": received, "required": required})
        }
        Outcome::CoordinatorCrashed => json!({"outcome": "coordinator_crashed"}),
    }
}

fn discard(why: Discard) -> &'static str {
    match why {
        Discard::Resynced => "resynced",
        Discard::RolledBack => "rolled_back",
        Discard::Crashed => "crashed",
    }
}

fn versions(held: &Held) -> Vec<Value> {
    held.versions().iter().map(|v| json!({"write": v.id.to_string(), "value": value(&v.value)})).collect()
}

fn name(relation: Relation) -> String {
    relation.to_string()
}

fn value(value: &data::Value) -> Value {
    match value {
        data::Value::Text(text) => (**text).into(),
        data::Value::Number(number) => (*number).into(),
        data::Value::Set(elements) => elements.iter().map(self::value).collect(),
        data::Value::Update(update) => json!({update.verb(): updated(update)}),
        data::Value::Tombstone => Value::Null,
    }
}

/// By how much, or what.
fn updated(update: &Update) -> Value {
    match update {
        Update::Increment(amount) | Update::Decrement(amount) => (*amount).into(),
        Update::Add(element) | Update::Remove(element) => value(element),
    }
}
