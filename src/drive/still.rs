//! One instant of a run as a picture needs it, without anybody watching.

use std::sync::Arc;

use crate::{
    base::{KeyId, Span},
    check::Judge,
};

use super::{
    Bar, Snapshot, Timeline,
    chart::Chart,
    forecast::Forecasts,
    snapshot::{self, MOST_FATES, Surroundings},
};

/// The instant that the playhead stands at, with the clock stopped. `chart` asks for so much of a space-time diagram
/// around it.
pub fn still(timeline: &Timeline, focus: KeyId, chart: Option<Span>) -> Snapshot {
    let window = chart.map(|width| super::actor::window(timeline.position().at, width));
    let drawn = (Arc::new(Bar::of(timeline)), Forecasts::default().of(timeline, focus));
    let around = Surroundings {
        fates: MOST_FATES,
        session: timeline.log().into(),
        chart: window.map(|window| Arc::new(Chart::of(timeline, window, focus))),
        ..Surroundings::bare(timeline, focus, drawn)
    };
    let history = (timeline.history(), timeline.line());
    let verdicts = Judge::default().verdicts(history, timeline.ledger(), timeline.simulation());
    Snapshot::of(timeline, around, snapshot::events(timeline, 0, None), verdicts)
}
