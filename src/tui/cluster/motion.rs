//! Messages, walls and deaths in the streets.

use ratatui::{
    layout::Position,
    style::Style,
    text::{Line, Span},
};

use crate::{
    base::NodeId,
    data::Held,
    drive::Snapshot,
    net::CutShape,
    replica::MessageKind,
    sim::{Death, MessageView},
    tui::{paint::Paint, theme::Role},
};

use super::{
    Plan,
    route::{Field, detour, route},
};

/// Draws walls between cards that stand on different sides, and gives their cells.
pub(super) fn walls(paint: &mut Paint<'_>, plan: &Plan, snapshot: &Snapshot) -> Vec<Position> {
    if snapshot.view.sides.len() <= 1 {
        return Vec::new();
    }
    let side = |index: usize| snapshot.view.sides.iter().position(|side| side.contains(&NodeId::at(index)));
    let sides: Vec<Option<usize>> = (0..snapshot.view.replicas.len()).map(side).collect();
    let cells = plan.walls(&sides);
    let style = paint.style(Role::Wall);
    for cell in &cells {
        paint.cell(*cell, paint.glyphs.wall, style);
    }
    cells
}

/// Links that are cut by themselves show as a way with a wall across its middle.
pub(super) fn broken_links(paint: &mut Paint<'_>, plan: &Plan, snapshot: &Snapshot) {
    for cut in &snapshot.view.cuts {
        let ends = match &cut.shape {
            CutShape::Link(a, b) => vec![(*a, *b), (*b, *a)],
            CutShape::OneWay { from, to } => vec![(*from, *to)],
            CutShape::Groups(_) | CutShape::Isolate(_) => Vec::new(),
        };
        for (from, to) in ends {
            let way = route(plan, from.index(), to.index());
            trail(paint, &way, Role::Dim);
            if let Some(middle) = way.get(way.len() / 2) {
                let style = paint.style(Role::Wall);
                paint.cell(*middle, paint.glyphs.wall, style);
            }
        }
    }
}

fn trail(paint: &mut Paint<'_>, way: &[Position], role: Role) {
    let style = paint.style(role);
    for cell in way {
        paint.cell(*cell, paint.glyphs.dot, style);
    }
}

/// How a message's way ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    AtTheTarget,
    OnTheWay,
}

impl From<bool> for End {
    /// Whether something stops it.
    fn from(stopped: bool) -> Self {
        if stopped { Self::OnTheWay } else { Self::AtTheTarget }
    }
}

/// The way of a message that is not stopped: around the walls that stand for others.
fn way(
    paint: &Paint<'_>,
    plan: &Plan,
    (from, to): (NodeId, NodeId),
    walls: &[Position],
    end: End,
) -> Vec<Position> {
    let straight = route(plan, from.index(), to.index());
    if end == End::OnTheWay || !straight.iter().any(|cell| walls.contains(cell)) {
        return straight;
    }
    let field = Field::of(plan, from.index(), to.index());
    let around = field.and_then(|field| detour(&field.within(paint.buffer.area), walls));
    around.unwrap_or(straight)
}

/// How much of its way a message gets: all of it, or as far as the wall it will die at.
fn reach(way: &[Position], walls: &[Position], end: End) -> usize {
    if end == End::AtTheTarget || way.is_empty() {
        return way.len();
    }
    let wall = way.iter().position(|cell| walls.contains(cell));
    wall.unwrap_or(way.len() / 2).max(1)
}

/// Draws every message where it is, and a mark where one has just died.
pub(super) fn messages(paint: &mut Paint<'_>, plan: &Plan, snapshot: &Snapshot, walls: &[Position]) {
    for message in &snapshot.view.messages {
        if message.kind == MessageKind::Write {
            let way = way(paint, plan, (message.from, message.to), walls, End::from(message.is_blocked()));
            let reach = reach(&way, walls, End::from(message.is_blocked()));
            trail(paint, &way[..reach], Role::Dim);
        }
    }
    for death in &snapshot.deaths {
        let way = route(plan, death.from.index(), death.to.index());
        let stopped = !matches!(death.death, Death::Down | Death::Full);
        let reach = reach(&way, walls, End::from(stopped));
        if let Some(cell) = way.get(reach.saturating_sub(1)) {
            let style = paint.style(Role::Lost);
            paint.cell(*cell, paint.glyphs.mark(Role::Lost), style);
        }
    }
    // Data first: an answer takes what room is left.
    let data = |message: &&MessageView| message.carries.is_some();
    let mut taken = Vec::new();
    for message in snapshot.view.messages.iter().filter(data) {
        one(paint, plan, snapshot, (message, walls, &mut taken));
    }
    for message in snapshot.view.messages.iter().filter(|m| !data(m)) {
        one(paint, plan, snapshot, (message, walls, &mut taken));
    }
}

fn one(
    paint: &mut Paint<'_>,
    plan: &Plan,
    snapshot: &Snapshot,
    (message, walls, taken): (&MessageView, &[Position], &mut Vec<Position>),
) {
    let way = way(paint, plan, (message.from, message.to), walls, End::from(message.is_blocked()));
    // What the link will lose gets half way; nobody can tell it from the others before.
    let stopped = message.is_blocked() || message.is_lost();
    let reach = reach(&way, walls, End::from(stopped));
    let now = snapshot.view.position.at;
    let flight = message.arrives.since(message.sent).0.max(1);
    let flown = message.held_since().unwrap_or(now).since(message.sent).0.min(flight);
    let index = u128::from(flown) * u128::try_from(reach.saturating_sub(1)).unwrap_or(0) / u128::from(flight);
    let index = usize::try_from(index).unwrap_or(0);
    let Some(at) = way.get(index) else { return };
    let next = way.get(index + 1).or_else(|| index.checked_sub(1).and_then(|i| way.get(i))).unwrap_or(at);
    let arrow = if message.held_since().is_some() {
        paint.glyphs.mark(Role::Frozen)
    } else if index + 1 < way.len() {
        arrow(paint, *at, *next)
    } else {
        arrow(paint, *next, *at)
    };
    let (text, style) = label(paint, snapshot, message, arrow);
    let line = Line::from(Span::styled(text, style));
    place(paint, plan, *at, (&line, taken));
}

fn arrow(paint: &Paint<'_>, a: Position, b: Position) -> &'static str {
    let [left, right, up, down] = paint.glyphs.arrows;
    if b.x < a.x {
        left
    } else if b.x > a.x {
        right
    } else if b.y < a.y {
        up
    } else {
        down
    }
}

/// What a message looks like: its value's shape and its write, or what kind of message it is.
#[expect(clippy::too_many_lines, reason = "one arm for each kind of message")]
fn label(paint: &Paint<'_>, snapshot: &Snapshot, message: &MessageView, arrow: &str) -> (String, Style) {
    let value = message.carries.and_then(|write| {
        let held = snapshot.view.replicas.iter().flat_map(|replica| &replica.held);
        let versions = held.flat_map(Held::versions);
        versions.into_iter().find(|version| version.id == write).map(|version| version.value.to_string())
    });
    let role =
        if matches!(message.kind, MessageKind::WriteAck | MessageKind::HintAck | MessageKind::RepairAck) {
            Role::Ack
        } else {
            Role::Message
        };
    let gossip = message.kind.is_gossip();
    match (message.carries, value) {
        (Some(write), Some(value)) if gossip => (format!("~{write}{arrow}"), paint.theme.value(&value)),
        (Some(write), None) if gossip => (format!("~{write}{arrow}"), paint.style(role)),
        (Some(write), Some(value)) => (
            format!("{}{write}{arrow}", paint.shape(&value)),
            super::super::paint::bold(paint.theme.value(&value)),
        ),
        (Some(write), None) => (format!("{write}{arrow}"), paint.style(role)),
        (None, _) => {
            let word = match message.kind {
                MessageKind::WriteAck | MessageKind::HintAck | MessageKind::RepairAck => "ack",
                MessageKind::Read => "?",
                MessageKind::ReadReply => "=",
                MessageKind::Digest | MessageKind::Compare => "#",
                MessageKind::Write
                | MessageKind::Hint
                | MessageKind::Repair
                | MessageKind::Sync
                | MessageKind::SyncReply
                | MessageKind::Heartbeat => "~",
                kind @ (MessageKind::Psync
                | MessageKind::PartialResync
                | MessageKind::FullResync
                | MessageKind::Stream
                | MessageKind::StreamAck
                | MessageKind::GetAck
                | MessageKind::Ping
                | MessageKind::Reset
                | MessageKind::NotPrimary
                | MessageKind::Forward
                | MessageKind::Forwarded
                | MessageKind::Probe
                | MessageKind::Report
                | MessageKind::AskDown
                | MessageKind::Opinion
                | MessageKind::RequestVote
                | MessageKind::Vote
                | MessageKind::Order
                | MessageKind::RegionAsk
                | MessageKind::RegionWrites
                | MessageKind::RegionTaken
                | MessageKind::RegionAlive
                | MessageKind::Everywhere
                | MessageKind::Confirm
                | MessageKind::Confirmed) => kind.name(),
            };
            (format!("{word}{arrow}"), paint.style(role))
        }
    }
}

/// Writes a label around a cell, without covering a card or another label, or leaving the picture.
fn place(paint: &mut Paint<'_>, plan: &Plan, at: Position, (line, taken): (&Line<'_>, &mut Vec<Position>)) {
    let width = u16::try_from(line.width()).unwrap_or(u16::MAX);
    let clear =
        |cell: Position| paint.buffer.area.contains(cell) && plan.is_street(cell) && !taken.contains(&cell);
    let cells = |x: u16| (x..x.saturating_add(width)).map(move |x| Position::new(x, at.y));
    let starts = [at.x.saturating_sub(width / 2), at.x, (at.x + 1).saturating_sub(width)];
    if let Some(x) = starts.into_iter().find(|x| cells(*x).all(clear)) {
        paint.buffer.set_line(x, at.y, line, width);
        taken.extend(cells(x));
    } else if let Some(span) = line.spans.first().filter(|_| clear(at)) {
        // Too narrow a street: one glyph.
        let first: String = span.content.chars().take(1).collect();
        paint.cell(at, &first, span.style);
        taken.push(at);
    }
}
