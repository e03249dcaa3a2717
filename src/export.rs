//! Floor 5: runs written down for other programs. A run's script is played to its end, and its whole history becomes
//! text: the same preset and seed give the same bytes. Holds the whole run in memory; nothing here judges anything.
//!
//! ```text
//! shiviz   every event with a vector clock, for ShiViz
//! edn      operations and faults, as Jepsen and Knossos read them (and `laggard judge`)
//! json     operations and faults with all that is known of them
//! csv      a line for each operation
//! ```

mod csv;
mod edn;
mod json;
mod shiviz;
mod words;

use std::sync::Arc;

use crate::{
    base::{KeyId, Seed},
    check::run_history::{Recorder, RunHistory, Unmodelled},
    drive::{self, Report},
    scenario::Scenario,
};
use words::Names;

/// What a run can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Shiviz,
    Edn,
    Json,
    Csv,
}

/// A run that was played to its end, with its history.
#[derive(Debug)]
pub struct Run {
    pub report: Report,
    pub history: RunHistory,
    seed: Seed,
    shiviz: Option<String>,
}

/// Why a run cannot be written so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The preset has no key of that name; these it has.
    NoSuchKey(Vec<Arc<str>>),
    Unmodelled(Unmodelled),
}

impl Run {
    /// Plays `scenario` as `laggard run` does. Only a run that is to be written as ShiViz follows every message.
    pub fn play(scenario: &Arc<Scenario>, seed: Seed, format: Format) -> Self {
        let mut recorder = Recorder::default();
        let mut log = (format == Format::Shiviz).then(|| shiviz::Log::new(scenario));
        let report = drive::run(scenario, seed, |timeline, fact| {
            recorder.observe(fact, timeline.simulation(), timeline.ledger());
            if let Some(log) = &mut log {
                log.observe(fact, timeline);
            }
        });
        Self { report, history: recorder.finish(), seed, shiviz: log.map(|log| log.text()) }
    }

    /// The run as text. `key` picks one key's operations, where the format has operations.
    pub fn text(&self, format: Format, key: Option<&str>) -> Result<String, Refused> {
        let key = key.map(|name| self.key(name)).transpose()?;
        let names = Names { timeline: &self.report.timeline };
        match format {
            Format::Shiviz => Ok(self.shiviz.clone().unwrap_or_default()),
            Format::Edn => edn::text(&self.history, key, names).map_err(Refused::Unmodelled),
            Format::Json => Ok(json::text(self, key, names)),
            Format::Csv => Ok(csv::text(&self.history, key, names)),
        }
    }

    fn key(&self, name: &str) -> Result<KeyId, Refused> {
        let keys = self.report.timeline.simulation().keys();
        let place = keys.iter().position(|key| &**key == name).and_then(|place| u32::try_from(place).ok());
        place.map(KeyId).ok_or_else(|| Refused::NoSuchKey(keys.to_vec()))
    }
}

#[cfg(test)]
mod tests;
