//! Seed → named, stable randomness.
//!
//! A stream is a pure function of the seed, a purpose and the identity of what asks. So a message's delay
//! depends only on which message it is: turning loss up, or adding a client, reshuffles nothing else.
//!
//! The generator counts and mixes (`SplitMix64`): its output is fixed on every platform, and a stream costs
//! nothing to begin, which matters because every message has one of its own. For long runs of draws, seed
//! one of `rand`'s generators from a stream.

use std::convert::Infallible;

use rand::{Rng as _, rand_core::TryRng};

use super::Ppm;

/// The one number that a whole run grows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Seed(pub u64);

/// What a stream is for. Streams of different purposes never share a draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    MessageFate = 1,
    DuplicateFate,
    GossipPhase,
    GossipPeers,
    Workload,
    Placement,
    Routing,
    HeartbeatPhase,
    HeartbeatPeers,
    /// The name of a data set under a primary.
    Replid = 40,
    /// The name of one run of a member.
    RunId,
    /// When a member's or a monitor's periodic work begins.
    CronPhase,
    /// How long a member waits before it stands for election.
    ElectionDelay,
    /// How often a link of a stream loses a packet again.
    Retransmission,
    /// Which replicas of a region a read asks.
    ReadReplica = 60,
    /// The trials of a prediction; never the run itself.
    Prediction = 80,
}

impl Seed {
    /// The stream of `purpose` for the thing that `identity` names.
    pub fn stream(self, purpose: Purpose, identity: [u64; 2]) -> Stream {
        // Odd constants without pattern keep small seeds, purposes and identities from meeting.
        let name = self.0.wrapping_mul(0x8CB9_2BA7_2F3D_8DD7)
            ^ (purpose as u64).wrapping_mul(0xE703_7ED1_A0B4_28DB)
            ^ identity[0].wrapping_mul(0xD6E8_FEB8_6659_FD93);
        Stream(mix(mix(name) ^ identity[1].wrapping_mul(0xA076_1D64_78BD_642F)))
    }
}

/// A finaliser with full avalanche (Stafford's variant 13 of the `MurmurHash3` finaliser).
pub(crate) fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A stream of draws: a counter, mixed at each draw. Also a generator of the `rand` crate.
#[derive(Debug, Clone)]
pub struct Stream(u64);

/// How far the counter goes from one draw to the next: the golden ratio, odd, as `SplitMix64` has it.
const STRIDE: u64 = 0x9E37_79B9_7F4A_7C15;

impl TryRng for Stream {
    type Error = Infallible;

    #[expect(clippy::cast_possible_truncation, reason = "half of the bits are asked for")]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|bits| bits as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 = self.0.wrapping_add(STRIDE);
        Ok(mix(self.0))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        rand::rand_core::utils::fill_bytes_via_next_word(bytes, || self.try_next_u64())
    }
}

impl Stream {
    /// 64 uniform bits.
    pub fn bits(&mut self) -> u64 {
        self.next_u64()
    }

    /// Leaves out so many draws: a draw that nobody looks at need not be made.
    pub fn skip(&mut self, draws: u64) {
        self.0 = self.0.wrapping_add(STRIDE.wrapping_mul(draws));
    }

    /// Whether an event of this probability happens; takes one draw.
    pub fn hits(&mut self, probability: Ppm) -> bool {
        if probability.is_never() {
            self.skip(1);
            return false;
        }
        probability.hits(self.bits())
    }

    /// Uniform in the open interval (0, 1): never 0, so that its logarithm is finite.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit an f64 exactly")]
    pub fn unit(&mut self) -> f64 {
        ((self.bits() >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Uniform in `0..bound`; 0 where `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u64
    }

    /// A uniform index of a slice of length `len`.
    #[expect(clippy::cast_possible_truncation, reason = "the result is below `len`, a usize")]
    pub fn index(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skipped_draw_is_a_draw() {
        let (mut drawn, mut skipped) = (Stream(1), Stream(1));
        drawn.bits();
        drawn.bits();
        drawn.bits();
        skipped.skip(2);
        assert!(!skipped.hits(Ppm::NEVER));
        assert_eq!(drawn.bits(), skipped.bits());
    }

    #[test]
    fn streams_are_fixed_for_ever() {
        let mut stream = Seed(42).stream(Purpose::MessageFate, [1, 2]);
        assert_eq!(stream.bits(), FIRST, "a new value here changes every recorded run");
    }
    const FIRST: u64 = 10_233_792_874_324_787_150;

    #[test]
    fn purposes_and_identities_do_not_share_draws() {
        let first = |purpose, identity| Seed(7).stream(purpose, identity).bits();
        let draws = [
            first(Purpose::MessageFate, [0, 0]),
            first(Purpose::DuplicateFate, [0, 0]),
            first(Purpose::MessageFate, [1, 0]),
            first(Purpose::MessageFate, [0, 1]),
        ];
        for (i, a) in draws.iter().enumerate() {
            assert!(draws[i + 1..].iter().all(|b| a != b));
        }
    }
}
