//! What a replica can be reminded of.

use crate::base::OpId;

use super::primary::Alarm;

/// A timer of a replica. One armed before a crash never rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    /// Some replicas have not acknowledged the write of this operation.
    Retransmit { op: OpId, cause: u64 },
    /// A member of a replica set has something to do.
    Primary(Alarm),
    /// Who has not acknowledged the write of this operation by now is treated as down.
    WriteTimeout { op: OpId, cause: u64 },
    /// The answers to this read are late.
    Speculate { op: OpId, cause: u64 },
    /// Nobody waits any more for what this operation still waits for.
    GiveUp { op: OpId, cause: u64 },
    /// Time to look whether a replica that hints are kept for is back.
    HandBack,
    /// Time for a round of heartbeats.
    Heartbeat,
    /// Time to forget old tombstones.
    Compact,
    /// Time to sync the disk.
    Sync,
}

impl Timer {
    /// What names, for their randomness, the messages sent when it rings.
    pub fn cause(self) -> u64 {
        match self {
            Self::Retransmit { cause, .. }
            | Self::WriteTimeout { cause, .. }
            | Self::Speculate { cause, .. }
            | Self::GiveUp { cause, .. } => cause,
            // A hint is named by its write; what a member sends of its own accord has a name of its own.
            Self::HandBack | Self::Primary(_) | Self::Heartbeat | Self::Compact | Self::Sync => 0,
        }
    }
}
