//! From a preset's YAML text to a scenario that cannot be wrong, or to every problem of the file with its place.
//!
//! ```text
//! bytes --locate--> tree of places --shape--> names, kinds and units checked --serde--> file::Preset
//!       --resolve--> Scenario
//! ```
//!
//! Only this floor knows YAML. It opens no file that it was not asked to open, and reads no clock.

pub mod file;
pub mod limits;
pub mod locate;
mod model;
pub mod path;
pub mod problem;
pub mod read;
mod resolve;
mod rules;
pub mod schema;
mod shape;
pub mod units;

pub use model::{
    Choice, ClientSpec, Deed, Expectation, ReplicaSpec, Scenario, Settings, Step, Timing, WorkloadSpec,
};

// Stand-ins until the resolve step lands.
pub fn builtin() -> impl Iterator<Item = (&'static str, String)> {
    std::iter::empty()
}
impl Scenario {
    pub fn find(name: &str) -> Result<Self, problem::Problems> {
        use crate::{action::*, base::*, data::Value, net::*};
        let n = name.parse().unwrap_or(3);
        let mut s = Self::of(n);
        if n == 3 {
            for (r, n) in s.replicas.iter_mut().zip(["ams", "lon", "nyc"]) {
                r.name = n.into();
            }
        }
        s.title = "Favourite colour".into();
        s.keys = vec!["user123".into()];
        s.initial = vec![(KeyId(0), Value::text("blue"))];
        s.network = Network::new(
            n,
            LinkProfile::plain(Delay::Uniform { min: Span::millis(1500), max: Span::millis(2500) }),
        );
        s.settings.timeout = Span::secs(30);
        s.settings.anti_entropy =
            Some(AntiEntropy { every: Span::secs(3), style: Style::PushPull, fan_out: 1 });
        Ok(s)
    }
}
