//! Floor 1: the network. Link profiles, delay distributions and cuts decide the fate of each message.
//! Pure: a fate is a function of the seed and of which message it is.

mod cut;
mod delay;
mod link;

pub(crate) use cut::MAX_CUTS;
pub use cut::{Cut, CutShape, Cuts};
pub use delay::Delay;
pub use link::{Fate, LinkChange, LinkProfile, MessageName, Network, Order, Scope};
