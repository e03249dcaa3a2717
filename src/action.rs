//! Floor 1: what a person, a script, a lesson or an outside client may ask for ([`Command`]), and the one
//! grammar of conditions ([`Condition`]). Words only: nothing here happens yet.

mod background;
mod client;
mod command;
mod condition;
mod coordination;
mod copies;
mod level;
mod primary;
mod regions;
mod settings;

pub use background::{FailureDetector, HintHolder, HintRules, TombstoneRules};
pub use client::{ClientChange, ClientPolicy, Means, Route, WhenUnable};
pub use command::{
    Act, AntiEntropy, Ask, Command, Context, Digest, Mend, Proviso, Setting, Style, Surgery, Switch,
};
pub use condition::{Condition, Count, Guarantee, Holding, ReadClaim};
pub use coordination::{Asks, Coordinator, Quorum, ReadRepair};
pub use copies::{Copies, Operation, Unfit};
pub use level::{Among, BlockFor, Level, quorum};
pub use primary::{
    Durability, Elsewhere, Failover, Group, Monitors, PrimaryPolicy, ReadsFrom, Wait, majority,
};
pub use regions::{Between, Bound, Freshness, OneLog, Regions};
pub use settings::{LeaderlessPolicy, Propagation, Protocol, Settings};
