//! One instant of a run as a picture needs it, without anybody watching.

use std::sync::Arc;

use crate::{
    base::{KeyId, Span},
    check::Judge,
};

use super::{
    Bar, Clock, Snapshot, Speed, Timeline,
    chart::Chart,
    forecast::Forecasts,
    snapshot::{self, MOST_FATES, Notice, ScriptView, Surroundings},
};

/// The instant that the playhead stands at, with the clock stopped. `chart` asks for so much of a space-time diagram
/// around it.
pub fn still(timeline: &Timeline, focus: KeyId, chart: Option<Span>) -> Snapshot {
    let scenario = Arc::clone(timeline.simulation().scenario());
    let window = chart.map(|width| super::actor::window(timeline.position().at, width));
    let around = Surroundings {
        seed: timeline.seed(),
        focus,
        asked_about: None,
        fog: None,
        fates: MOST_FATES,
        clock: Clock::Stopped,
        speed: Speed::NORMAL,
        script: ScriptView::default(),
        forecast: Forecasts::default().of(timeline, focus),
        pursuit: None,
        prevention: Vec::new(),
        breakpoint: None,
        notice: Notice::default(),
        session: timeline.log().into(),
        bar: Arc::new(Bar::of(timeline)),
        beside: None,
        chart: window.map(|window| Arc::new(Chart::of(timeline, window, focus))),
        scenario,
    };
    let history = (timeline.history(), timeline.line());
    let verdicts = Judge::default().verdicts(history, timeline.ledger(), timeline.simulation());
    Snapshot::of(timeline, around, snapshot::events(timeline, 0, None), verdicts)
}
