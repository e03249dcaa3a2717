//! The metrics view: how long writes took to be everywhere, how stale reads were by the age of what they should have
//! seen, how the run stood over time, what was answered and what was sent.
//!
//! ```text
//! ┌ time to consistency ┐ ┌ stale reads by age of the newest write ┐
//! │ up to 1s ██████ 7   │ │ < 2.04s █████│██  3 of 4 │ 67 %          │
//! └─────────────────────┘ └─────────────────────────────────────────┘
//! differ     ▁▁▄▄▄▄▁▁▁        over the whole run
//! messages   Write 12  WriteAck 9
//! ```

use ratatui::{
    layout::{Position, Rect},
    text::{Line, Span as Text},
};

use unicode_width::UnicodeWidthStr;

use crate::{
    base::Span,
    check::{Bucket, Meters, Reads, Tally},
    drive::Snapshot,
};

use super::{paint::Paint, scale::round_up, theme::Role};

/// The rows below the two histograms.
const BELOW: u16 = 8;

pub(super) fn draw(paint: &mut Paint<'_>, area: Rect, snapshot: &Snapshot) {
    let below = BELOW.min(area.height.saturating_sub(4));
    let above = Rect { height: area.height - below, ..area };
    let beside = area.width >= 70;
    let left = if beside { area.width / 2 } else { area.width };
    times(paint, Rect { width: left, ..above }, snapshot);
    if beside {
        ages(paint, Rect { x: area.x + left, width: area.width - left, ..above }, snapshot);
    }
    let rows = Rect { y: above.bottom(), height: below, ..area };
    for (row, line) in (0..below).zip(over_time(paint, area.width, snapshot)) {
        paint.line(rows, row, &line);
    }
}

/// A title, then bars as far as there is room.
struct Histogram {
    title: String,
    note: String,
    /// Label, length (of the largest), what is written behind.
    bars: Vec<(String, u64, String)>,
    empty: &'static str,
}

fn bars(paint: &mut Paint<'_>, area: Rect, what: &Histogram) {
    let area = Rect { x: area.x + area.width.min(1), width: area.width.saturating_sub(2), ..area };
    paint.line(area, 0, &Line::from(paint.span(what.title.clone(), Role::Title)));
    if what.bars.is_empty() {
        paint.line(area, 1, &Line::from(paint.span(what.empty, Role::Dim)));
        return;
    }
    paint.line(area, 1, &Line::from(paint.span(what.note.clone(), Role::Dim)));
    let label = what.bars.iter().map(|(label, ..)| label.width()).max().unwrap_or(0);
    let tail = what.bars.iter().map(|(.., tail)| tail.width()).max().unwrap_or(0);
    let room = usize::from(area.width).saturating_sub(label + tail + 3) as u64;
    let most = what.bars.iter().map(|(_, length, _)| *length).max().unwrap_or(0).max(1);
    for (row, (name, length, tail)) in (2..area.height).zip(&what.bars) {
        let cells = (length * room).div_ceil(most);
        let bar = paint.glyphs.block.repeat(usize::try_from(cells).unwrap_or(0));
        let line = Line::from(vec![
            paint.span(format!("{name:>label$} "), Role::Dim),
            paint.span(bar, Role::Message),
            paint.span(format!(" {tail}"), Role::Text),
        ]);
        paint.line(area, row, &line);
    }
}

/// How long recent writes took until every replica had them.
fn times(paint: &mut Paint<'_>, area: Rect, snapshot: &Snapshot) {
    let mut times = snapshot.recent_times_to_consistency.clone();
    times.sort_unstable();
    let (title, note) = match times.len() {
        0 => ("time to consistency".to_owned(), String::new()),
        count => {
            let writes = if count == 1 { "write" } else { "writes" };
            let all = [50, 95, 99].map(|share| (share, quantile(&times, share).unwrap_or_default()));
            let quantiles = all.map(|(share, time)| format!("p{share} {time}")).join("  ");
            (format!("time to consistency ({count} {writes})"), quantiles)
        }
    };
    let bars_of = classes(&times, usize::from(area.height.saturating_sub(2)));
    let bars_of =
        bars_of.into_iter().map(|(upper, count)| (format!("up to {upper}"), count, count.to_string()));
    let what = Histogram { title, note, bars: bars_of.collect(), empty: "no write is on every replica yet" };
    bars(paint, area, &what);
}

/// The smallest of some sorted times that so many percent of them do not exceed.
pub(super) fn quantile(times: &[Span], percent: usize) -> Option<Span> {
    times.get((times.len() * percent).div_ceil(100).saturating_sub(1)).copied()
}

/// Sorted times in at most so many classes of round bounds, each with its upper bound.
fn classes(times: &[Span], most: usize) -> Vec<(Span, u64)> {
    let mut classes: Vec<(Span, u64)> = Vec::new();
    for time in times {
        let upper = Span(round_up(time.0));
        match classes.last_mut() {
            Some((known, count)) if *known == upper => *count += 1,
            _ => {
                // Those between have a place, too.
                while let Some((known, _)) = classes.last()
                    && round_up(known.0 + 1) < upper.0
                {
                    classes.push((Span(round_up(known.0 + 1)), 0));
                }
                classes.push((upper, 1));
            }
        }
    }
    let spare = classes.len().saturating_sub(most.max(1));
    let merged: u64 = classes.iter().take(spare).map(|(_, count)| count).sum();
    let mut kept = classes.split_off(spare);
    if let Some(first) = kept.first_mut() {
        first.1 += merged;
    }
    kept
}

/// One class of age.
#[derive(Debug, Clone, Copy)]
struct Age {
    from: Span,
    upper: Span,
    reads: Reads,
    /// In a thousand.
    predicted: Option<u64>,
}

/// The share of stale reads by how long before the read a write of the key was acknowledged last, against what the
/// delays and levels lead one to expect.
fn ages(paint: &mut Paint<'_>, area: Rect, snapshot: &Snapshot) {
    let area = Rect { x: area.x + area.width.min(1), width: area.width.saturating_sub(2), ..area };
    let title = "stale reads by age of the newest write";
    paint.line(area, 0, &Line::from(paint.span(title, Role::Title)));
    let rows = classes_of_age(snapshot, usize::from(area.height.saturating_sub(2)));
    let line = paint.glyphs.link.1;
    let note = match (&*snapshot.forecast, rows.is_empty()) {
        (Err(_), true) => "nothing written has been read yet".to_owned(),
        (Err(why), false) => format!("no prediction: {why}"),
        (Ok(_), _) => format!("{} measured  {line} predicted (PBS)", paint.glyphs.block),
    };
    paint.line(area, 1, &Line::from(paint.span(note, Role::Dim)));
    let label = rows.iter().map(|age| age.upper.to_string().width() + 2).max().unwrap_or(0);
    let told = |age: &Age| match age.reads.all {
        0 => "none".to_owned(),
        all => format!("{} of {all}", age.reads.stale),
    };
    let tail = rows.iter().map(|age| told(age).width()).max().unwrap_or(0);
    let forecast = if snapshot.forecast.is_ok() { 8 } else { 0 };
    let room = usize::from(area.width).saturating_sub(label + tail + forecast + 3);
    for (row, age) in (2..area.height).zip(&rows) {
        let cells =
            |share: u64| usize::try_from((share * room as u64).div_ceil(1_000)).unwrap_or(0).min(room);
        let filled = cells(share_of(&age.reads));
        let bar = paint.glyphs.block.repeat(filled) + &" ".repeat(room - filled);
        let mut spans = vec![
            paint.span(format!("{:>label$} ", format!("< {}", age.upper)), Role::Dim),
            paint.span(bar, Role::Message),
            paint.span(format!(" {:<tail$}", told(age)), Role::Text),
        ];
        if let Some(predicted) = age.predicted {
            spans.push(paint.span(format!(" {line} {}", share(predicted)), Role::Advice));
        }
        paint.line(area, row, &Line::from(spans));
        if let Some(predicted) = age.predicted.filter(|_| room > 0) {
            let at = u16::try_from(label + 1 + cells(predicted).saturating_sub(1)).unwrap_or(u16::MAX);
            let style = paint.style(Role::Advice);
            paint.cell(Position::new(area.x.saturating_add(at), area.y + row), line, style);
        }
    }
}

fn share_of(reads: &Reads) -> u64 {
    (reads.stale * 1_000).checked_div(reads.all).unwrap_or(0)
}

/// `67 %`, `0.3 %`.
pub(super) fn share(per_mille: u64) -> String {
    match per_mille {
        0 => "0 %".into(),
        few @ 1..10 => format!("0.{few} %"),
        more => format!("{} %", (more + 5) / 10),
    }
}

/// As far as reads were measured or predicted stale, in at most so many classes: those that tell nothing more than the
/// next are part of it, and where there is no room, so are the youngest.
fn classes_of_age(snapshot: &Snapshot, most: usize) -> Vec<Age> {
    let measured = snapshot.meters.staleness_by_age();
    let of = |from: Span, upper: Span| {
        snapshot.forecast.as_ref().as_ref().ok().map(|it| it.stale_between(from, upper))
    };
    let mut all: Vec<Age> = Meters::ages()
        .map(|(from, upper)| {
            let reads = measured.iter().find(|(of, ..)| *of == from).map(|(.., reads)| *reads);
            Age { from, upper, reads: reads.unwrap_or_default(), predicted: of(from, upper) }
        })
        .collect();
    let tells = |age: &Age| age.reads.all > 0 || age.predicted.is_some_and(|share| share > 0);
    let last = all.iter().rposition(tells).map_or(0, |last| last + 1);
    // One more class shows that it is over.
    all.truncate(if snapshot.forecast.is_ok() { last + 1 } else { last });
    let joined = |a: &Age, b: &Age| {
        let reads = Reads { all: a.reads.all + b.reads.all, stale: a.reads.stale + b.reads.stale };
        Age { from: a.from, upper: b.upper, reads, predicted: of(a.from, b.upper) }
    };
    let mut rows: Vec<Age> = Vec::new();
    for age in all {
        match rows.last() {
            Some(before) if before.reads.all == 0 && before.predicted == age.predicted => {
                let one = joined(before, &age);
                rows.pop();
                rows.push(one);
            }
            _ => rows.push(age),
        }
    }
    while rows.len() > most.max(1) {
        let one = joined(&rows[0], &rows[1]);
        rows.splice(0..2, [one]);
    }
    rows
}

/// The run from its start until now, a line for each thing.
fn over_time(paint: &Paint<'_>, width: u16, snapshot: &Snapshot) -> Vec<Line<'static>> {
    let buckets = snapshot.meters.over_time();
    let room = usize::from(width).saturating_sub(12 + 42).clamp(8, 120);
    let peak = |of: fn(&Bucket) -> u64| buckets.iter().map(of).max().unwrap_or(0);
    let level = |of: fn(&Bucket) -> u64| {
        let most = peak(of).max(1);
        sparkline(paint, buckets, room, |bucket| Some((of(bucket), most)))
    };
    let share = |of: fn(&Bucket) -> (u64, u64)| {
        sparkline(paint, buckets, room, |bucket| Some(of(bucket)).filter(|(_, all)| *all > 0))
    };
    let (tally, agreement) = (&snapshot.tally, &snapshot.agreement);
    let now_differ = agreement.other_keys_diverged + usize::from(!agreement.converged());
    let line = |name: &str, plot: String, words: String| {
        Line::from(vec![
            paint.span(format!(" {name:<10} "), Role::Dim),
            paint.span(plot, Role::Message),
            paint.span(format!(" {words}"), Role::Text),
        ])
    };
    let mut lines = vec![
        line(
            "differ",
            level(|bucket| bucket.diverged),
            format!("{now_differ} {} now, {} at most", keys(now_differ), peak(|bucket| bucket.diverged)),
        ),
        line(
            "in flight",
            level(|bucket| bucket.in_flight),
            format!("{} at most, idle gossip too", peak(|bucket| bucket.in_flight)),
        ),
        line(
            "stale",
            share(|bucket| (bucket.reads.stale, bucket.reads.all)),
            format!(
                "{} of {} reads{}",
                tally.stale_reads,
                tally.reads,
                percent(tally.stale_reads, tally.reads)
            ),
        ),
        line("answered", share(|bucket| (bucket.answered, bucket.answered + bucket.failed)), answered(tally)),
        Line::from(paint.span(
            format!(
                " {:<10} 0s {} now  no bytes: messages have no size here",
                "",
                paint.glyphs.link.0.repeat(room.saturating_sub(7))
            ),
            Role::Dim,
        )),
    ];
    lines.extend([messages(paint, snapshot), died(paint, tally)]);
    let predicted = match &*snapshot.forecast {
        Ok(_) => "delays, levels as set; any coordinator; no loss, fault, repair".to_owned(),
        Err(why) => format!("none: {why}"),
    };
    lines.push(Line::from(paint.span(format!(" {:<10} {predicted}", "predicted"), Role::Dim)));
    lines
}

fn died(paint: &Paint<'_>, tally: &Tally) -> Line<'static> {
    Line::from(vec![
        paint.span(format!(" {:<10} ", "died"), Role::Dim),
        paint.span(
            format!(
                "lost {}  at a wall {}  at a replica that was down {}",
                tally.lost, tally.cut, tally.down
            ),
            Role::Text,
        ),
    ])
}

fn answered(tally: &Tally) -> String {
    let ok = tally.reads + tally.writes;
    let all = ok + tally.refused + tally.timed_out;
    format!("{ok} of {all}{}: refused {}, unknown {}", percent(ok, all), tally.refused, tally.timed_out)
}

fn keys(count: usize) -> &'static str {
    if count == 1 { "key" } else { "keys" }
}

pub(super) fn percent(part: u64, all: u64) -> String {
    (part * 100).checked_div(all).map_or_else(String::new, |percent| format!(" ({percent} %)"))
}

fn messages(paint: &Paint<'_>, snapshot: &Snapshot) -> Line<'static> {
    let mut words: Vec<Text<'static>> = vec![paint.span(format!(" {:<10}", "messages"), Role::Dim)];
    for (kind, count) in snapshot.meters.messages() {
        words.push(paint.span(format!(" {}", kind.name()), Role::Dim));
        words.push(paint.span(format!(" {count} "), Role::Text));
    }
    if snapshot.meters.messages().is_empty() {
        words.push(paint.span(" none yet", Role::Dim));
    }
    Line::from(words)
}

/// One cell for each stretch of the run; blank where there is nothing to tell of.
fn sparkline(
    paint: &Paint<'_>,
    buckets: &[Bucket],
    room: usize,
    of: impl Fn(&Bucket) -> Option<(u64, u64)>,
) -> String {
    let levels = paint.glyphs.levels;
    let cell = |column: usize| {
        let (first, last) = (column * buckets.len() / room, ((column + 1) * buckets.len()).div_ceil(room));
        let seen: Vec<(u64, u64)> = buckets[first..last.min(buckets.len())].iter().filter_map(&of).collect();
        let top = seen.iter().max_by(|one, two| (one.0 * two.1).cmp(&(two.0 * one.1)));
        match top {
            None => " ",
            Some((part, all)) => {
                let level = (part * 7).div_ceil((*all).max(1)).min(7);
                levels[usize::try_from(level).unwrap_or(7)]
            }
        }
    };
    if buckets.is_empty() { " ".repeat(room) } else { (0..room).map(cell).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_have_round_bounds_and_lose_no_time() {
        let times: Vec<Span> = [1, 3, 4, 90, 100, 101].map(Span).to_vec();
        let all = classes(&times, 20);
        let bounds: Vec<u64> = all.iter().map(|(upper, _)| upper.0).collect();
        assert_eq!(bounds, [1, 2, 5, 10, 20, 50, 100, 200]);
        assert_eq!(all.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [1, 0, 2, 0, 0, 0, 2, 1]);
        let few = classes(&times, 3);
        assert_eq!(few, [(Span(50), 3), (Span(100), 2), (Span(200), 1)], "the first has all below it");
        assert!(classes(&[], 3).is_empty());
    }
}
