//! Floor 5: what makes a simulation go: the timeline (log, journal, keyframes, branches), the script runner,
//! the headless run, and the network actor, which alone reads the wall clock.

mod actor;
mod bar;
mod beside;
mod by_hand;
pub mod chart;
mod fog;
mod forecast;
mod goal;
mod headless;
mod journal;
mod keyframes;
mod narrate;
mod pace;
mod prevention;
mod prospect;
mod saved;
mod script;
mod snapshot;
mod still;
mod tell;
mod timeline;

pub use actor::{FirstStaleRead, HUNT, Handle, Request, Start, spawn};
pub use bar::Bar;
pub use beside::{Against, Beside, BesideKind};
pub use by_hand::{ByHand, Outcome};
pub use fog::{Fog, Known};
pub use goal::Goal;
pub use headless::{Finding, Report, run};
pub use journal::Journal;
pub use narrate::{EventLine, Mark, Narrator, ratio, setting_in_words, side, skew};
pub use pace::Speed;
pub use saved::{restored, saved};
pub use script::{DEFAULT_LIMIT, Reach, Said};
pub use snapshot::{
    Agreement, BranchView, Clock, DeathView, MOST_FATES, Notice, Playhead, ScriptView, Snapshot,
};
pub use still::still;
pub use timeline::{Branch, Cause, Logged, Moment, Nothing, Timeline};
