//! The knobs: every setting that can be turned while a run goes on, in one table. A row names a knob, reads
//! how it stands, says in a sentence what that means, and gives the commands that turn it; the screen adds
//! nothing of its own.

mod coordination;
mod dial;
mod links;
mod primary;
mod repair;
mod requests;

use crate::{action::Command, drive::Snapshot};

pub(super) use dial::{Dial, Reading, Turn};
pub(super) use requests::{level_names, overlap, unfit_words};

/// What may be typed for a knob instead of turning it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Typed {
    /// For example.
    pub(super) usage: &'static str,
    pub(super) understand: fn(&str, &Snapshot) -> Result<Command, String>,
}

/// `Knob "name" dial typed;`
macro_rules! knobs {
    ($($knob:ident $name:literal $dial:path, $typed:expr;)*) => {
        /// One setting that can be turned live.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Knob { $($knob),* }

        impl Knob {
            /// All of them, as they stand on the screen.
            pub(super) const ALL: &[Self] = &[$(Self::$knob),*];

            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$knob => $name),* }
            }

            /// How it stands.
            pub(super) fn dial(self, snapshot: &Snapshot) -> Dial {
                match self { $(Self::$knob => $dial(snapshot)),* }
            }

            /// How it may be typed; `None`: it can only be turned.
            pub(super) fn typed(self) -> Option<Typed> {
                match self { $(Self::$knob => $typed),* }
            }
        }
    };
}

knobs! {
    WriteLevel "write level" requests::write_level, Some(requests::WRITE_LEVEL);
    ReadLevel "read level" requests::read_level, Some(requests::READ_LEVEL);
    Copies "copies (N)" requests::copies, Some(requests::COPIES);
    Asks "reads ask" coordination::asks, None;
    Quorum "quorums" coordination::quorum, None;
    Coordinator "coordinator" coordination::coordinator, None;
    Timeout "timeout" requests::timeout, Some(requests::TIMEOUT);
    MinReplicas "min replicas" primary::min_replicas, None;
    MaxLag "  max lag" primary::max_lag, Some(primary::MAX_LAG);
    ReadsFrom "reads from" primary::reads_from, None;
    Elsewhere "other writes" primary::elsewhere, None;
    Failover "failover" primary::failover, None;
    Durability "durability" primary::durability, None;
    ReadRepair "read repair" repair::read_repair, None;
    Hints "hints" repair::hints, Some(repair::HINTS);
    HintHolder "  kept by" repair::hint_holder, None;
    AntiEntropy "anti-entropy" repair::anti_entropy, Some(repair::ANTI_ENTROPY);
    Style "  its style" repair::style, None;
    FanOut "  its fan-out" repair::fan_out, None;
    Digest "  compares" repair::digest, None;
    Retransmission "sent again" coordination::retransmission, None;
    Tombstones "tombstones" repair::tombstones, None;
    Detector "detector" repair::detector, None;
    Clocks "clocks" coordination::clocks, None;
    Latency "latency" links::latency, Some(links::LATENCY);
    Loss "loss" links::loss, Some(links::LOSS);
    Duplication "duplication" links::duplication, Some(links::DUPLICATION);
    Order "order" links::order, None;
}

impl Knob {
    /// Those of this cluster, then those that it lacks, with how each stands.
    pub(super) fn shown(snapshot: &Snapshot) -> Vec<(Self, Dial)> {
        let dials = || Self::ALL.iter().map(|knob| (*knob, knob.dial(snapshot)));
        let is_here = |(_, dial): &(Self, Dial)| matches!(dial, Dial::Here(_));
        dials().filter(is_here).chain(dials().filter(|dial| !is_here(dial))).collect()
    }
}

#[cfg(test)]
mod tests;
