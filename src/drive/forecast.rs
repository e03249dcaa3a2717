//! The predicted staleness of reads, computed anew only where a setting has changed that it depends on.

use std::sync::Arc;

use crate::{
    action::Settings,
    base::KeyId,
    check::{Forecast, Prediction},
    net::Network,
};

use super::Timeline;

/// The last one, and what it was for.
#[derive(Debug, Default)]
pub(super) struct Forecasts(Option<(Settings, Network, KeyId, Arc<Forecast>)>);

impl Forecasts {
    /// For `key`, as the cluster stands now.
    pub(super) fn of(&mut self, timeline: &Timeline, key: KeyId) -> Arc<Forecast> {
        let simulation = timeline.simulation();
        let (settings, network) = (simulation.settings(), simulation.network());
        match &self.0 {
            Some((known, links, of, forecast))
                if *of == key && known == settings && links.delays_as(network) =>
            {
                Arc::clone(forecast)
            }
            _ => {
                let forecast = Arc::new(Prediction::of(simulation, key, timeline.seed()));
                self.0 = Some((settings.clone(), network.clone(), key, Arc::clone(&forecast)));
                forecast
            }
        }
    }
}
