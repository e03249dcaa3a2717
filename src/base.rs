//! Floor 0: time, names, chance and randomness. Knows nothing of replicas or networks, and must never read
//! a clock or an environment: everything here is a pure function of its arguments.

mod chance;
mod ids;
mod op_table;
mod random;
mod time;

pub use chance::Ppm;
pub use ids::{ClientId, CutId, KeyId, MessageId, NodeId, OpId, WriteId, ZoneId};
pub use op_table::OpTable;
pub(crate) use random::mix;
pub use random::{Purpose, Seed, Stream};
pub use time::{LocalTime, Position, SimTime, Span};
