//! Seed → named, stable randomness.
//!
//! A stream is a pure function of the seed, a purpose and the identity of what asks. So a message's delay
//! depends only on which message it is: turning loss up, or adding a client, reshuffles nothing else.
//! The generator is xoshiro256++, whose output is fixed on every platform.

use rand::{Rng as _, SeedableRng as _, rngs::Xoshiro256PlusPlus};

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
}

impl Seed {
    /// The stream of `purpose` for the thing that `identity` names.
    pub fn stream(self, purpose: Purpose, identity: [u64; 2]) -> Stream {
        let mut hash = mix(self.0 ^ (purpose as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        hash = mix(hash ^ identity[0].wrapping_mul(0xD6E8_FEB8_6659_FD93));
        hash = mix(hash ^ identity[1].wrapping_mul(0xA076_1D64_78BD_642F));
        Stream(Xoshiro256PlusPlus::seed_from_u64(hash))
    }
}

/// A finaliser with full avalanche (Stafford's variant 13 of the `MurmurHash3` finaliser).
pub(crate) fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A stream of draws.
#[derive(Debug, Clone)]
pub struct Stream(Xoshiro256PlusPlus);

impl Stream {
    /// 64 uniform bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
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
    fn streams_are_fixed_for_ever() {
        let mut stream = Seed(42).stream(Purpose::MessageFate, [1, 2]);
        assert_eq!(stream.bits(), FIRST, "a new value here changes every recorded run");
    }
    const FIRST: u64 = 10_655_907_082_191_613_892;

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
