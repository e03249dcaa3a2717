//! The line one reads from the back row: do the replicas agree?

use ratatui::{
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    data::Held,
    drive::Snapshot,
    tui::{
        paint::{Paint, bold},
        theme::Role,
    },
};

/// Half a screen has no room for everything.
const NARROW: u16 = 60;

/// How much is said of each value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    Words,
    ShortWords,
    OnlyWords,
    Shapes,
}

/// Agreement on the left; lost writes, messages on their way and the stalest replica on the right. The left
/// says less, value by value, until both fit.
pub(in crate::tui) fn hero(paint: &mut Paint<'_>, area: Rect, snapshot: &Snapshot) {
    let right = right(paint, area.width, snapshot);
    let room = paint.line_right(area, 0, &right).saturating_sub(1);
    let groups = snapshot.agreement.groups.len();
    let all = [Detail::Words, Detail::ShortWords, Detail::OnlyWords, Detail::Shapes]
        .map(|detail| (detail, groups.min(12)));
    let fewer = (1..groups.min(12)).rev().map(|count| (Detail::Shapes, count));
    let mut ways = all.into_iter().chain(fewer).map(|way| left(paint, snapshot, way)).peekable();
    while let Some(line) = ways.next() {
        if line.width() <= usize::from(room) || ways.peek().is_none() {
            paint.line(Rect { width: room, ..area }, 0, &line);
            return;
        }
    }
}

/// The two lines beside the word that the big mode draws large: who holds what; what else there is to know.
pub(in crate::tui) fn hero_words(paint: &Paint<'_>, width: u16, snapshot: &Snapshot) -> [Line<'static>; 2] {
    let groups = snapshot.agreement.groups.len();
    let whole = [Detail::Words, Detail::ShortWords, Detail::OnlyWords, Detail::Shapes]
        .map(|detail| (detail, groups.min(12)));
    let fewer = (1..groups.min(12)).rev().map(|count| (Detail::Shapes, count));
    let lines = whole.into_iter().chain(fewer).map(|way| {
        let line = left(paint, snapshot, way);
        // The banner, which stands there large.
        Line::from(line.spans.into_iter().skip(3).collect::<Vec<_>>())
    });
    let mut fits = lines.filter(|line| line.width() <= usize::from(width));
    [fits.next().unwrap_or_default(), right(paint, width, snapshot)]
}

fn left(paint: &Paint<'_>, snapshot: &Snapshot, (detail, count): (Detail, usize)) -> Line<'static> {
    let agreement = &snapshot.agreement;
    let converged = agreement.converged();
    let role = if converged { Role::Converged } else { Role::Diverged };
    let word = if converged { "CONVERGED" } else { "DIVERGED" };
    let banner = format!(" {} {word} ", paint.glyphs.mark(role));
    let mut spans = vec![Span::raw(" "), Span::styled(banner, bold(paint.style(role))), Span::raw(" ")];
    let (copies, groups) = (agreement.copies, agreement.groups.len());
    let siblings = agreement.groups.iter().any(|(held, _)| held.versions().len() > 1);
    let different = if siblings { "contents" } else { "values" };
    spans.push(Span::raw(match (converged, detail) {
        (true, Detail::Words) if copies == 1 => "the replica holds ".into(),
        (true, Detail::Words) => format!("all {copies} replicas hold "),
        (true, _) => format!("{copies} hold "),
        (false, Detail::Words) => format!("{groups} {different}: "),
        (false, Detail::ShortWords) => format!("{groups} {different} "),
        (false, Detail::OnlyWords | Detail::Shapes) => String::new(),
    }));
    for (index, (held, nodes)) in agreement.groups.iter().take(count).enumerate() {
        if index > 0 {
            spans.push(Span::raw(if detail == Detail::Words { "  " } else { " " }));
        }
        spans.extend(contents(paint, held, detail));
        if !converged {
            let gap = if detail == Detail::Words { " " } else { "" };
            spans.push(Span::raw(format!("{gap}×{}", nodes.len())));
        }
    }
    if count < groups {
        spans.push(Span::raw(format!(" +{} {different}", groups - count)));
    }
    Line::from(spans)
}

/// The values of one group of agreeing replicas.
fn contents(paint: &Paint<'_>, held: &Held, detail: Detail) -> Vec<Span<'static>> {
    if held.is_nothing() {
        return vec![paint.span("nothing", Role::Dim)];
    }
    let mut spans = Vec::new();
    for (index, version) in held.versions().iter().take(6).enumerate() {
        let text = version.value.to_string();
        if index > 0 {
            spans.push(Span::raw("+"));
        }
        let words = match detail {
            Detail::Words => format!("{} {}", paint.shape(&text), paint.clip(&text, 16)),
            Detail::ShortWords | Detail::OnlyWords => {
                format!("{} {}", paint.shape(&text), paint.clip(&text, 9))
            }
            Detail::Shapes => paint.shape(&text).to_owned(),
        };
        spans.push(Span::styled(words, paint.theme.value(&text)));
    }
    spans
}

fn right(paint: &Paint<'_>, width: u16, snapshot: &Snapshot) -> Line<'static> {
    let mut right = Vec::new();
    let lost = snapshot.lost_writes;
    let gap = if width < 80 { " " } else { "  " };
    if lost > 0 {
        let writes = if width < 80 {
            ""
        } else if lost == 1 {
            "write "
        } else {
            "writes "
        };
        right.push(paint.span(format!("{} {lost} {writes}LOST", paint.glyphs.mark(Role::Lost)), Role::Lost));
        right.push(Span::raw(gap));
    }
    if width >= NARROW {
        right.push(Span::raw(format!("in flight {}", snapshot.view.messages.len())));
    }
    if let Some((node, stale)) = &snapshot.agreement.stalest {
        let behind = snapshot.view.position.at.since(stale.since);
        let name = paint.clip(snapshot.replica_name(*node), 8);
        right.push(Span::raw(gap));
        let name = if width >= NARROW { format!("stalest {name} ") } else { "stalest ".into() };
        right.push(paint.span(format!("{name}{behind}"), Role::Stale));
    } else if snapshot.agreement.other_keys_diverged > 0 {
        let keys = snapshot.agreement.other_keys_diverged;
        right.push(Span::raw(gap));
        let other = if keys == 1 { "key differs" } else { "keys differ" };
        right.push(paint.span(format!("{keys} other {other}"), Role::Stale));
    }
    right.push(Span::raw(" "));
    Line::from(right)
}
