//! What a replica can be reminded of.

use crate::base::OpId;

/// A timer of a replica. One armed before a crash never rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    /// Some replicas have not acknowledged the write of this operation.
    Retransmit { op: OpId, cause: u64 },
    /// Who has not acknowledged the write of this operation by now is treated as down.
    WriteTimeout { op: OpId, cause: u64 },
    /// Time to look whether a replica that hints are kept for is back.
    HandBack,
    /// Time for a round of heartbeats.
    Heartbeat,
    /// Time to forget old tombstones.
    Compact,
}

impl Timer {
    /// What names, for their randomness, the messages sent when it rings.
    pub fn cause(self) -> u64 {
        match self {
            Self::Retransmit { cause, .. } | Self::WriteTimeout { cause, .. } => cause,
            // A hint is named by its write, a heartbeat by its round.
            Self::HandBack | Self::Heartbeat | Self::Compact => 0,
        }
    }
}
