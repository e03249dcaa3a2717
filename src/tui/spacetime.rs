//! The space-time view: a lane for each replica, time to the right, messages as slanted lines between the lanes, the
//! operations of clients below, faults as bars, and the playhead. What of it may have caused the last thing that
//! happened at the picked replica, and what that may have caused, can be lit up.
//!
//! ```text
//! place   which row is whose lane, which column is what time
//! lanes   lanes, what happened on them, bars
//! lines   messages between lanes, in dots finer than cells
//! ```

mod lanes;
mod lines;
mod place;

use ratatui::{
    layout::Rect,
    text::{Line, Span as Text},
};

use crate::{
    base::Span,
    drive::{
        Snapshot,
        chart::{Chart, Cone, Relation, Spot},
    },
};

use super::{
    paint::Paint,
    panels,
    scale::{round_down, round_up},
    theme::Role,
    ui::Ui,
};
pub(super) use place::Place;

/// What the screen remembers of the view.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct SpaceTime {
    /// Steps of the series 1, 2, 5 away from the usual width: below 0 is closer.
    pub(super) zoom: i8,
    pub(super) light: Light,
}

/// Whether causal past and future are lit up.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Light {
    #[default]
    Everything,
    Cone,
}

impl SpaceTime {
    pub(super) const MOST: i8 = 12;

    /// How much time is drawn: some delays' worth, as zoomed.
    pub(super) fn width(self, snapshot: &Snapshot) -> Span {
        let delay = snapshot.view.links.delay.map_or(1_000_000_000, |delay| delay.0.max(1_000_000));
        let mut width = round_up(delay.saturating_mul(6).clamp(10_000_000, 3_600_000_000_000));
        for _ in 0..self.zoom.unsigned_abs() {
            width = if self.zoom > 0 { round_up(width.saturating_add(1)) } else { round_down(width) };
        }
        Span(width.clamp(1_000, 1 << 60))
    }
}

/// The heading, once it is drawn.
pub(super) fn title(ui: &Ui, snapshot: &Snapshot) -> String {
    let touching = ui.place.as_ref().is_some_and(|place| !place.has_lines());
    let left_out =
        if touching { "; no room for lines: arrows mark what came from above or below" } else { "" };
    format!("space-time, {} across{left_out}", ui.space_time.width(snapshot))
}

/// Draws the view and gives where what of it is, if there was room.
pub(super) fn draw(paint: &mut Paint<'_>, area: Rect, ui: &Ui, snapshot: &Snapshot) -> Option<Place> {
    let Some(chart) = snapshot.chart.as_deref() else {
        paint.line(area, 0, &Line::from(paint.span(" drawing …", Role::Dim)));
        return None;
    };
    // Lines between lanes are worth more than words below them.
    let with_foot = |foot: u16| {
        let body = Rect { height: area.height.saturating_sub(foot), ..area };
        Some((foot, body, Place::new(body, ui, snapshot, chart)?))
    };
    let roomy = with_foot(3).filter(|(.., place)| area.height >= 9 && place.has_lines());
    let bare = || with_foot(1).filter(|(.., place)| area.height < 9 || place.has_lines());
    let (foot, body, place) = roomy.or_else(bare).or_else(|| with_foot(3)).or_else(|| with_foot(1))?;
    let spot = chart.last_spot(ui.picked, snapshot.view.position);
    let cone = match (ui.space_time.light, spot) {
        (Light::Cone, Some(spot)) => Some(Cone::of(chart, spot.node, spot.order)),
        (Light::Cone | Light::Everything, _) => None,
    };
    let scene = Scene { chart, snapshot, ui, place: &place, cone: cone.as_ref() };
    lanes::draw(paint, &scene);
    lines::draw(paint, &scene);
    lanes::draw_spots(paint, &scene);
    lanes::playhead(paint, &scene);
    let mut row = body.height;
    lanes::axis(paint, Rect { y: area.y + row, height: 1, ..area }, &scene);
    row += 1;
    if foot > 1 {
        let line = selected(paint, spot, &scene);
        paint.line(area, row, &line);
        let line = legend(paint, &scene);
        paint.line(area, row + 1, &line);
    }
    Some(place)
}

/// All that drawing looks at.
struct Scene<'a> {
    chart: &'a Chart,
    snapshot: &'a Snapshot,
    ui: &'a Ui,
    place: &'a Place,
    cone: Option<&'a Cone>,
}

impl Scene<'_> {
    /// The last instant of which something is told.
    fn known(&self) -> crate::base::SimTime {
        let now = self.snapshot.view.position.at;
        let known = if self.snapshot.is_past() { self.chart.known.1.max(now) } else { now };
        known.min(self.chart.to)
    }
}

/// The last thing that happened at the picked replica, and how much of the rest hangs together with it.
fn selected(paint: &Paint<'_>, spot: Option<&Spot>, scene: &Scene<'_>) -> Line<'static> {
    let name = scene.snapshot.replica_name(scene.ui.picked);
    let Some(spot) = spot else {
        let words = format!(" {name}: nothing has happened there in this stretch");
        return Line::from(paint.span(words, Role::Dim));
    };
    let mut words =
        vec![paint.span(format!(" {} ", spot.at.at), Role::Dim), paint.span(spot.text.clone(), Role::Text)];
    if let Some(cause) = &spot.cause {
        words.push(paint.span(format!(" [{cause}]"), Role::HintKey));
    }
    Line::from(words)
}

fn legend(paint: &Paint<'_>, scene: &Scene<'_>) -> Line<'static> {
    let glyphs = paint.glyphs;
    let mut words: Vec<Text<'static>> = Vec::new();
    let mut say = |glyph: &str, role: Role, text: &str| {
        words.push(paint.span(format!(" {glyph}"), role));
        words.push(paint.span(format!(" {text} "), Role::Dim));
    };
    if let Some(cone) = scene.cone {
        let count = |relation| {
            let spots = scene.chart.spots.iter();
            spots.filter(|spot| cone.place(spot.node, spot.order) == relation).count()
        };
        let [past, future, other] = glyphs.causal;
        let (before, after) = (count(Relation::Past), count(Relation::Future));
        say(&past.repeat(2), Role::Title, &format!("may have caused it: {before}"));
        say(&future.repeat(2), Role::Text, &format!("it may cause: {after}"));
        say(&other.repeat(2), Role::Dim, &format!("concurrent: {}", count(Relation::Concurrent)));
        return Line::from(words);
    }
    say(glyphs.mark(Role::Stale), Role::Stale, "stale");
    say(glyphs.mark(Role::Lost), Role::Lost, "lost");
    let keys = [("arrows", "scrub"), ("{ }", "zoom"), ("Enter", "cause and effect")];
    for (key, does) in keys {
        words.push(paint.span(format!("  {key}"), Role::HintKey));
        words.push(paint.span(format!(" {does}"), Role::Dim));
    }
    Line::from(words)
}

/// A value as its shape, for a mark on a lane.
fn shape(paint: &Paint<'_>, value: Option<&str>) -> &'static str {
    value.map_or(paint.glyphs.dot, |value| paint.shape(value))
}

/// Glyph and role of a mark, as in the event list.
fn mark(paint: &Paint<'_>, kind: crate::drive::Mark, value: Option<&str>) -> (&'static str, Role) {
    panels::mark(paint, kind, value)
}
