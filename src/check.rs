//! Floor 4: judging. The [`Ledger`] follows the facts and keeps what is needed to say how stale a value is,
//! whether anything acknowledged was lost and which guarantee broke; conditions and explanations are
//! computed from it and the simulation. [`history`] and [`linear`] judge what clients saw, whoever recorded it;
//! [`run_history`] records a whole run.
//! Nothing here changes what it judges.

mod anomalies;
mod conditions;
#[cfg(test)]
mod dice;
mod fates;
pub mod history;
mod key_ledger;
mod ledger;
pub mod linear;
mod meters;
mod models;
#[cfg(test)]
mod mutations;
mod order;
mod prediction;
pub mod run_history;
mod summary;
mod verdict;
mod why;

pub use anomalies::{Anomalies, Anomaly, AnomalyKind, Kindred};
pub use fates::{Fate, Fates};
pub use key_ledger::{Atomicity, Discarded, Loss, Purge, Record, Staleness};
pub use ledger::{Answered, Ledger, ReadRecord, Tally, Worst};
pub use meters::{Bucket, Meters, Reads};
pub use models::{Judge, MOST_K, Model};
pub use prediction::{Forecast, Prediction};
pub use summary::{Badge, Judged, Subject};
pub use verdict::{Evidence, Verdict};
pub use why::{Barrier, Remedy, Stop, Story, Stranded, Trail, explain};
