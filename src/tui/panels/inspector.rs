//! Everything about the picked replica, field by field: what it holds and descends from, how fresh that is, what it
//! keeps for others, what it has to do with them.

use std::collections::BTreeMap;

use ratatui::text::{Line, Span as Words};
use unicode_width::UnicodeWidthStr;

use crate::{
    action::{Means, PrimaryPolicy},
    base::{KeyId, NodeId, Span},
    data::{Clocks, Stamp},
    drive::{Snapshot, skew},
    replica::primary::{LinkState, Role as Part},
    sim::{InflowView, RegionView, ReplicaView, Status},
    tui::{
        paint::{Paint, wrap, wrap_words},
        theme::Role,
        ui::{Ui, badges},
    },
};

/// Columns of a field's name, the space before it included.
const NAME: usize = 10;

struct Fields<'p, 'b> {
    paint: &'p Paint<'b>,
    width: u16,
    lines: Vec<Line<'static>>,
}

impl Fields<'_, '_> {
    /// A field over as many lines as it takes.
    fn say(&mut self, name: &str, text: &str, role: Role) {
        let room = self.width.saturating_sub(u16::try_from(NAME).unwrap_or(0) + 1);
        for (row, text) in wrap(text, room).into_iter().enumerate() {
            let name = if row == 0 { name } else { "" };
            let name = self.paint.span(format!(" {name:<0$}", NAME - 1), Role::Dim);
            self.lines.push(Line::from(vec![name, self.paint.span(text, role)]));
        }
    }
}

pub(super) fn inspect(paint: &Paint<'_>, width: u16, ui: &Ui, snapshot: &Snapshot) -> Vec<Line<'static>> {
    let node = ui.picked;
    let view = &snapshot.view.replicas[node.index()];
    let mut fields = Fields { paint, width, lines: Vec::new() };
    let status = match view.status {
        Status::Up => "up".to_owned(),
        Status::Crashed => format!("DOWN; {} messages died here", view.killed),
        Status::Frozen => format!("FROZEN; {} messages wait", view.inbox),
    };
    fields.say("replica", &format!("{} ({status})", view.name), Role::Text);
    contents(&mut fields, node, snapshot);
    freshness(&mut fields, node, snapshot);
    fields.say("clock", &skew(view.skew), Role::Text);
    member(&mut fields, view, snapshot);
    beliefs(&mut fields, node, snapshot);
    hints(&mut fields, view, snapshot);
    held_back(&mut fields, view);
    session(&mut fields, ui, snapshot);
    let side = snapshot.view.sides.iter().find(|side| side.contains(&node));
    if let Some(side) = side.filter(|_| snapshot.view.sides.len() > 1) {
        let names: Vec<&str> = side.iter().map(|node| snapshot.replica_name(*node)).collect();
        fields.say("reaches", &names.join(" "), Role::Text);
    }
    let mut lines = fields.lines;
    lines.push(Line::default());
    let about = snapshot.events.iter().filter(|event| event.text.contains(&*view.name));
    for event in about.take(8) {
        let time = format!(" {:>8} ", event.at.at.to_string());
        let room = width.saturating_sub(10);
        for (row, text) in
            wrap_words(&event.text, (room, room), 4, paint.glyphs.ellipsis).into_iter().enumerate()
        {
            let lead = if row == 0 { time.clone() } else { " ".repeat(time.len()) };
            lines.push(Line::from(paint.span(format!("{lead}{text}"), Role::Dim)));
        }
    }
    lines
}

/// Each version with its dot, and the vector of all it descends from.
fn contents(fields: &mut Fields<'_, '_>, node: NodeId, snapshot: &Snapshot) {
    let held = &snapshot.view.replicas[node.index()].held[snapshot.focus.index()];
    let paint = fields.paint;
    for version in held.versions() {
        let name = if held.versions().len() > 1 { "sibling" } else { "value" };
        let lead = paint.span(format!(" {name:<0$}", NAME - 1), Role::Dim);
        let mut spans = vec![lead];
        spans.extend(paint.value(&version.value.to_string()));
        let dot = &version.dot;
        let origin = match dot.counter {
            0 => format!("  {}, the initial value", version.id),
            counter => format!("  {}, dot {}·{counter}", version.id, snapshot.actor_name(dot.node)),
        };
        let value = Line::from(spans.clone()).width();
        if value + origin.width() <= usize::from(fields.width) {
            spans.push(paint.span(origin, Role::Text));
            fields.lines.push(Line::from(spans));
        } else {
            fields.lines.push(Line::from(spans));
            fields.say("", origin.trim_start(), Role::Text);
        }
        if version.value.is_tombstone() {
            tombstone(fields, node, version.stamp, snapshot);
        }
    }
    if held.is_nothing() {
        fields.say("value", "nothing", Role::Text);
    }
    let vector = snapshot.vector(node);
    let entries =
        vector.entries().map(|(actor, counter)| format!("{} {counter}", snapshot.actor_name(actor)));
    let entries: Vec<String> = entries.collect();
    fields.lines.push(Line::from(vec![
        paint.span(format!(" {:<1$}", "vector", NAME - 1), Role::Dim),
        Words::raw(format!("[{}]", entries.join(" │ "))),
    ]));
}

fn freshness(fields: &mut Fields<'_, '_>, node: NodeId, snapshot: &Snapshot) {
    let text = match &snapshot.staleness[node.index()] {
        None => "fresh: no acknowledged write is newer".to_owned(),
        Some(stale) => {
            let missing: Vec<String> = stale.missing.iter().map(ToString::to_string).collect();
            let behind = snapshot.view.position.at.since(stale.since);
            format!("STALE: {} behind for {behind}; misses {}", stale.versions, missing.join(" "))
        }
    };
    fields.say("state", &text, Role::Text);
}

/// Whom it takes for down, and where its opinion of the others is wrong.
fn beliefs(fields: &mut Fields<'_, '_>, node: NodeId, snapshot: &Snapshot) {
    let view = &snapshot.view.replicas[node.index()];
    if view.status != Status::Up || snapshot.view.settings.leaderless().is_none() {
        return;
    }
    let mut opinions = Vec::new();
    for (index, other) in snapshot.view.replicas.iter().enumerate() {
        let down = view.believes_down.contains(&NodeId::at(index));
        let opinion = match (down, other.status) {
            _ if index == node.index() => continue,
            (false, Status::Up) => continue,
            (true, Status::Crashed) => format!("{} down", other.name),
            (true, Status::Up) => format!("{} down, yet it is up", other.name),
            (true, Status::Frozen) => format!("{} down; it is frozen", other.name),
            (false, Status::Crashed) => format!("{} up, yet it is down", other.name),
            (false, Status::Frozen) => format!("{} up, yet it is frozen", other.name),
        };
        opinions.push(opinion);
    }
    if !opinions.is_empty() {
        fields.say("believes", &opinions.join("; "), Role::Text);
    }
}

/// Until when a replica remembers that something was deleted.
fn tombstone(fields: &mut Fields<'_, '_>, node: NodeId, stamp: Stamp, snapshot: &Snapshot) {
    let settings = &snapshot.view.settings;
    let Some(policy) = settings.leaderless() else { return };
    let Some(rules) = policy.tombstones else {
        return fields.say("", "deleted; that is remembered for ever", Role::Text);
    };
    if settings.clocks == Clocks::Lamport {
        return;
    }
    let now = i128::from(snapshot.view.position.at.0) + i128::from(snapshot.view.replicas[node.index()].skew);
    let left = i128::from(stamp.time) + i128::from(rules.gc_grace.0) - now;
    match u64::try_from(left) {
        Ok(left @ 1..) => {
            fields.say("", &format!("deleted; remembered for {} more at least", Span(left)), Role::Text);
        }
        Ok(0) | Err(_) => {
            fields.say("", "deleted; its grace is over: it may be forgotten any time", Role::Stale);
        }
    }
}

/// Its part in a replica set: term, data set, offset, how far behind.
fn member(fields: &mut Fields<'_, '_>, view: &ReplicaView, snapshot: &Snapshot) {
    let Some(member) = &view.member else { return };
    let title = snapshot.view.settings.primary().map_or("primary", PrimaryPolicy::head);
    let role = match member.role {
        Part::Primary => title.to_owned(),
        Part::Replica { of: Some(of) } => format!("replica of {}", snapshot.replica_name(of)),
        Part::Replica { of: None } => "replica of nobody".to_owned(),
    };
    fields.say("role", &format!("{role}, term {}, data set {}", member.term, member.replid), Role::Text);
    let behind = match (member.role, member.behind) {
        (Part::Primary, _) | (_, Some(0)) => String::new(),
        (Part::Replica { of: None }, None) => ", nobody to compare with".into(),
        (Part::Replica { .. }, Some(bytes)) => format!(", {bytes} bytes behind its {title}"),
        (Part::Replica { of: Some(_) }, None) => format!(", its log and its {title}'s have parted"),
    };
    fields.say("offset", &format!("{}{behind}", member.offset), Role::Text);
    if let Part::Replica { of: Some(of) } = member.role {
        let of = snapshot.replica_name(of);
        let heard = member.lag.map_or_else(
            || format!("{of} does not know how far it is"),
            |lag| format!("{of} heard its offset {lag} ago"),
        );
        let link = match member.link {
            LinkState::Up => "up",
            LinkState::Connecting => "connecting",
            LinkState::Down => "down",
        };
        fields.say("link", &format!("{link}; {heard}"), Role::Text);
    }
    if let Some(view) = &member.region {
        region(fields, view, member.role, snapshot);
    }
    if let (count @ 1.., writes) = &member.rolled_back {
        let writes: Vec<String> = writes.iter().map(ToString::to_string).collect();
        fields.say("undone", &format!("{count} rolled back: {}", writes.join(" ")), Role::Text);
    }
    if let Some(saved) = member.saved {
        fields.say("on disk", &format!("up to offset {saved}: a crash loses what came after"), Role::Text);
    }
}

/// Its region: who takes writes there, and, of a leader, how far it has taken those of other regions.
fn region(fields: &mut Fields<'_, '_>, view: &RegionView, role: Part, snapshot: &Snapshot) {
    let Some(regions) = snapshot.view.settings.regions() else { return };
    let takes = match regions.one_log() {
        None => "takes writes and ships them to the others; the last writer wins".to_owned(),
        Some(log) if *view.name == *regions.names[log.writes] => {
            "takes all writes; the others apply its log".to_owned()
        }
        Some(log) => format!("applies the log of {}, which takes all writes", regions.names[log.writes]),
    };
    fields.say("region", &format!("{}: {takes}", view.name), Role::Text);
    if role == Part::Primary {
        for inflow in &view.inflows {
            fields.say("", &taken(inflow), Role::Text);
        }
    }
}

fn taken(inflow: &InflowView) -> String {
    let link = match inflow.link {
        LinkState::Up => "connected",
        LinkState::Connecting => "connecting",
        LinkState::Down => "no link",
    };
    let behind = match inflow.behind {
        None => "how far behind is not known".to_owned(),
        Some(0) => "has all of its log".to_owned(),
        Some(bytes) => format!("{bytes} bytes of its log are yet to come"),
    };
    format!("from {}: {link}; {behind}", inflow.from)
}

/// `hints  2 for nyc: w4 w5`.
fn hints(fields: &mut Fields<'_, '_>, view: &ReplicaView, snapshot: &Snapshot) {
    let mut targets: BTreeMap<NodeId, Vec<String>> = BTreeMap::new();
    for hint in &view.hints {
        targets.entry(hint.target).or_default().push(hint.write.to_string());
    }
    for (place, (target, writes)) in targets.iter().enumerate() {
        let name = if place == 0 { "hints" } else { "" };
        let text = format!("{} for {}: {}", writes.len(), snapshot.replica_name(*target), writes.join(" "));
        fields.say(name, &text, Role::Text);
    }
}

/// What has come and waits, unseen, for what it depends on.
fn held_back(fields: &mut Fields<'_, '_>, view: &ReplicaView) {
    for (place, waiting) in view.waiting.iter().enumerate() {
        let name = if place == 0 { "waiting" } else { "" };
        let after: Vec<String> = waiting.waits_for.iter().map(|(_, write)| write.to_string()).collect();
        fields.say(
            name,
            &format!("{} is held back until {} is here", waiting.write, after.join(" ")),
            Role::Stale,
        );
    }
}

/// The picked client: what it is promised, and the token that it carries.
fn session(fields: &mut Fields<'_, '_>, ui: &Ui, snapshot: &Snapshot) {
    let Some(client) = snapshot.view.clients.get(usize::from(ui.client.0)) else { return };
    let policy = &client.policy;
    // Nothing is said of a client of which nothing was observed and nothing promised.
    let seen = snapshot.badges.get(usize::from(ui.client.0)).is_some_and(|b| b.iter().any(|b| b.times > 0));
    if seen {
        let text = format!("{}: {}", client.name, badges(ui, snapshot));
        fields.say("verdicts", &text, Role::Text);
    }
    if policy.guarantees.is_empty() {
        return;
    }
    let promised: Vec<String> =
        policy.guarantees.iter().map(|guarantee| guarantee.name().replace('_', " ")).collect();
    let text = format!("{} is promised {}, by {}", client.name, promised.join(", "), policy.by.name());
    fields.say("client", &text, Role::Text);
    let key = |key: KeyId| snapshot.view.keys.get(key.index()).map_or("?", |name| &**name);
    let entries = client.token.iter().filter(|(_, writes)| !writes.is_empty()).map(|(of, writes)| {
        let writes: Vec<String> = writes.iter().map(ToString::to_string).collect();
        format!("{} {}", key(*of), writes.join(" "))
    });
    let entries: Vec<String> = entries.collect();
    let token =
        if entries.is_empty() { "empty: any replica may serve it".into() } else { entries.join(", ") };
    if policy.by == Means::Token {
        fields.say("token", &token, Role::Text);
    }
}
